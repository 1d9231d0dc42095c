/* Arrays that grow. */
#ifndef HV_OPTIMIZER_ARRAY_H
#define HV_OPTIMIZER_ARRAY_H

#include "schemas/error.h"

#include <stddef.h>
#include <stdlib.h>

/* Makes room for `wanted` elements of so many bytes each, and for half as many more, so that adding
 * one after the other costs O(1) each. `room` is how many there is room for. HV_ERR_MEMORY: all is
 * as it was. */
HV_MUST_USE static inline int array_reserve(void **array, size_t wanted, size_t *room,
                                            size_t bytes) {
    if (wanted <= *room)
        return HV_OK;
    const size_t larger = wanted + wanted / 2 + 64;
    void *grown = realloc(*array, larger * bytes);
    if (grown == NULL)
        return HV_ERR_MEMORY;
    *array = grown;
    *room = larger;
    return HV_OK;
}

#endif
