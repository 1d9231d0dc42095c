/* Texts of one region: copied once, never moved, freed together. Not thread-safe. */
#ifndef COORDINATOR_REGION_TEXTS_H
#define COORDINATOR_REGION_TEXTS_H

#include "schemas/error.h"

#include <stddef.h>

struct texts_chunk;

struct texts {
    struct texts_chunk *chunks; /* newest first */
};

void texts_init(struct texts *texts);
void texts_deinit(struct texts *texts);

/* Copies `text` ("" where NULL). The copy lives until texts_deinit. HV_ERR_MEMORY. */
HV_MUST_USE int texts_copy(struct texts *texts, const char *text, const char **ret_copy);

#endif
