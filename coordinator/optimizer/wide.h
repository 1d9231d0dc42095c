/* Sums and products that may pass 64 bits on the way. */
#ifndef HV_OPTIMIZER_WIDE_H
#define HV_OPTIMIZER_WIDE_H

#include "schemas/error.h"

#include <stdint.h>

__extension__ typedef __int128 wide;

/* a · b; never overflows. */
static inline wide wide_product(int64_t a, int64_t b) {
    return (wide)a * b;
}

/* Back to 64 bits. HV_ERR_OVERFLOW. */
HV_MUST_USE static inline int wide_narrow(wide value, int64_t *ret_value) {
    if (value > INT64_MAX || value < INT64_MIN)
        return HV_ERR_OVERFLOW;
    *ret_value = (int64_t)value;
    return 0;
}

#endif
