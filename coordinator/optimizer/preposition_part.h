/* A problem that is solved as one of several: what it tells of its progress says which. */
#ifndef PREPOSITION_PART_H
#define PREPOSITION_PART_H

#include "coordinator/optimizer/preposition_solve.h"

struct preposition_part {
    const struct preposition_options *whole; /* whose callback is told; must outlive the part */
    enum preposition_stage stage;
    uint32_t number, count; /* from 1 */
};

/* The whole's options for the part, which must stay where it is while they are used. */
struct preposition_options preposition_part_options(struct preposition_part *part);

#endif
