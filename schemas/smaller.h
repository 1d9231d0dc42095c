/* The smaller and the larger of two numbers. */
#ifndef HV_SCHEMAS_SMALLER_H
#define HV_SCHEMAS_SMALLER_H

#include <stdint.h>

static inline int64_t hv_smaller(int64_t a, int64_t b) {
    return a < b ? a : b;
}

static inline int64_t hv_larger(int64_t a, int64_t b) {
    return a > b ? a : b;
}

#endif
