/* Arrays that grow. */
#ifndef HV_OPTIMIZER_ARRAY_H
#define HV_OPTIMIZER_ARRAY_H

#include "schemas/error.h"

#include <stddef.h>
#include <stdlib.h>

/* How much room to make where so many elements are wanted: for half as many more, so that adding
 * one after the other costs O(1) each. */
static inline size_t array_room(size_t wanted) {
    return wanted + wanted / 2 + 64;
}

/* Makes room for just so many elements of so many bytes each: of several arrays that have one room.
 * HV_ERR_MEMORY: all is as it was. */
HV_MUST_USE static inline int array_resize(void **array, size_t room, size_t bytes) {
    void *resized = realloc(*array, room * bytes);
    if (resized == NULL)
        return HV_ERR_MEMORY;
    *array = resized;
    return HV_OK;
}

/* Makes room for `wanted` elements of so many bytes each, and more. `room` is how many there is
 * room for. HV_ERR_MEMORY: all is as it was. */
HV_MUST_USE static inline int array_reserve(void **array, size_t wanted, size_t *room,
                                            size_t bytes) {
    if (wanted <= *room)
        return HV_OK;
    const size_t larger = array_room(wanted);
    const int error = array_resize(array, larger, bytes);
    if (error == HV_OK)
        *room = larger;
    return error;
}

#endif
