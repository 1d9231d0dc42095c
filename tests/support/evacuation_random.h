/* Random small evacuation instances for property tests. The same seed gives the same instance. */
#ifndef EVACUATION_RANDOM_H
#define EVACUATION_RANDOM_H

#include "coordinator/optimizer/evacuation_instance.h"

#define EVACUATION_RANDOM_LINKS 64
#define EVACUATION_RANDOM_TERMINALS 6

enum evacuation_random_kind {
    EVACUATION_RANDOM_PLAIN,   /* nothing depends on the step */
    EVACUATION_RANDOM_CHANGES, /* changes, closures, deadlines, late starts and openings */
    EVACUATION_RANDOM_HUB,     /* most links at one node, more than 32 */
};

struct evacuation_random {
    struct evacuation_instance instance;
    struct evacuation_link links[EVACUATION_RANDOM_LINKS];
    struct evacuation_change changes[2 * EVACUATION_RANDOM_LINKS];
    struct evacuation_zone zones[EVACUATION_RANDOM_TERMINALS];
    struct evacuation_shelter shelters[EVACUATION_RANDOM_TERMINALS];
};

/* Fills `random`, which the instance points into. */
void evacuation_random_make(struct evacuation_random *random, uint64_t seed,
                            enum evacuation_random_kind kind);

#endif
