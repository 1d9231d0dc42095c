/* A little world of zones, shelters, depots and goods on a random network, small enough to count
 * out every plan, and the judge of plans of it. Everything random follows from `little_seed`. */
#ifndef TESTS_SUPPORT_LITTLE_WORLD_H
#define TESTS_SUPPORT_LITTLE_WORLD_H

#include "coordinator/optimizer/certificate.h"
#include "coordinator/optimizer/planner.h"

enum {
    LITTLE_NODES = 7,
    LITTLE_LINKS = 14,
    LITTLE_ZONES = 3,
    LITTLE_SHELTERS = 3,
    LITTLE_DEPOTS = 2,
    LITTLE_ITEMS = 2
};

struct little_world {
    struct network *network;
    struct instance_zone zones[LITTLE_ZONES];
    struct instance_shelter shelters[LITTLE_SHELTERS];
    struct instance_depot depots[LITTLE_DEPOTS];
    struct instance_item items[LITTLE_ITEMS];
    int64_t stock[LITTLE_DEPOTS * LITTLE_ITEMS], reserve[LITTLE_DEPOTS * LITTLE_ITEMS],
        need[LITTLE_SHELTERS * LITTLE_ITEMS];
    bool pinned[LITTLE_ZONES * LITTLE_SHELTERS], zone_excluded[LITTLE_ZONES * LITTLE_SHELTERS];
    bool depot_excluded[LITTLE_DEPOTS * LITTLE_SHELTERS];
    int64_t in_force[LITTLE_ZONES * LITTLE_SHELTERS * INSTANCE_CLASSES];
    struct instance instance;
    struct certificate_decisions decisions;
};

extern uint64_t little_seed;

uint32_t little_below(uint32_t n);
bool little_once_in(uint32_t n);

/* With `limits` depots and shelters take only so much. */
void little_set_up(struct little_world *w, bool limits);
void little_tear_down(struct little_world *w);
struct instance_shelter little_shelter(void);

struct little_counted {
    int64_t unserved, first, arrival; /* of the best plan */
    int64_t quickest;                 /* of those who leave as few, whoever they are */
};

/* The best plan of people, and the cost of the best of goods, by counting out all of them. */
struct little_counted little_count_people(const struct little_world *w);
int64_t little_count_goods(const struct little_world *w);

/* The certificate holds. */
void little_judge(const struct little_world *w, const struct plan *plan);

/* Each person left over and each unit unmet has exactly one reason. */
void little_judge_reasons(const struct plan *plan);

#endif
