/* Finds a row of an array by its id. Rows of any struct whose first member is `const char *id`. */
#ifndef COORDINATOR_REGION_IDS_H
#define COORDINATOR_REGION_IDS_H

#include "schemas/error.h"

#include <stddef.h>
#include <stdint.h>

#define IDS_NONE UINT32_MAX

struct ids {
    uint32_t *slots; /* row + 1; 0 is free */
    uint32_t slot_count;
    uint32_t used;
};

void ids_deinit(struct ids *ids);

/* Row of `rows` (each `stride` bytes) with this id, or IDS_NONE. Constant expected time. */
uint32_t ids_find(const struct ids *ids, const void *rows, size_t stride, const char *id);

/* Enters `row`, whose id must not be there yet. HV_ERR_MEMORY. */
HV_MUST_USE int ids_add(struct ids *ids, const void *rows, size_t stride, uint32_t row);

#endif
