#include "tests/support/evacuation_random.h"

/* SplitMix64 (Steele, Lea and Flood 2014). */
static uint64_t next(uint64_t *state) {
    uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static int32_t between(uint64_t *state, int32_t least, int32_t most) {
    return least + (int32_t)(next(state) % (uint64_t)(most - least + 1));
}

static bool one_in(uint64_t *state, int32_t n) {
    return between(state, 1, n) == 1;
}

static void make_changes(struct evacuation_random *random, uint64_t *state, size_t l) {
    struct evacuation_link *link = &random->links[l];
    if (one_in(state, 4))
        link->closes_at_step = between(state, 0, random->instance.horizon_steps + 1);
    if (!one_in(state, 3))
        return;
    struct evacuation_change *changes = &random->changes[2 * l];
    changes[0] = (struct evacuation_change){between(state, 0, 4), between(state, 0, 4)};
    changes[1] =
        (struct evacuation_change){changes[0].step + between(state, 1, 4), between(state, 0, 4)};
    link->changes = changes;
    link->change_count = (size_t)between(state, 1, 2);
}

static void make_links(struct evacuation_random *random, uint64_t *state,
                       enum evacuation_random_kind kind) {
    struct evacuation_instance *instance = &random->instance;
    const int32_t nodes = (int32_t)instance->node_count;
    const bool hub = kind == EVACUATION_RANDOM_HUB;
    instance->link_count = (size_t)(hub ? between(state, 40, 64) : between(state, 0, 14));
    for (size_t l = 0; l < instance->link_count; l++) {
        random->links[l] = (struct evacuation_link){
            .from = hub && one_in(state, 2) ? 0 : between(state, 0, nodes - 1),
            .to = hub && one_in(state, 2) ? 0 : between(state, 0, nodes - 1),
            .travel_steps = between(state, 0, 3),
            .closes_at_step = EVACUATION_NEVER,
            .capacity_per_step = between(state, 0, hub ? 1 : 4),
        };
        if (kind == EVACUATION_RANDOM_CHANGES)
            make_changes(random, state, l);
    }
}

static void make_terminals(struct evacuation_random *random, uint64_t *state,
                           enum evacuation_random_kind kind) {
    struct evacuation_instance *instance = &random->instance;
    const int32_t nodes = (int32_t)instance->node_count;
    const bool changes = kind == EVACUATION_RANDOM_CHANGES;
    instance->zone_count = (size_t)between(state, 0, 4);
    instance->shelter_count = (size_t)between(state, 0, 4);
    for (size_t z = 0; z < instance->zone_count; z++)
        random->zones[z] = (struct evacuation_zone){
            .node = between(state, 0, nodes - 1),
            .earliest_step = changes && one_in(state, 3) ? between(state, 0, 5) : 0,
            .deadline_step = changes && one_in(state, 3) ? between(state, 0, 9) : EVACUATION_NEVER,
            .people = between(state, 0, 12),
        };
    for (size_t s = 0; s < instance->shelter_count; s++)
        random->shelters[s] = (struct evacuation_shelter){
            .node = between(state, 0, nodes - 1),
            .opens_at_step = changes && one_in(state, 3) ? between(state, 0, 8) : 0,
            .capacity = between(state, 0, one_in(state, 2) ? 8 : 30),
        };
}

void evacuation_random_make(struct evacuation_random *random, uint64_t seed,
                            enum evacuation_random_kind kind) {
    uint64_t state = seed * 3 + (uint64_t)kind;
    *random = (struct evacuation_random){0};
    random->instance = (struct evacuation_instance){
        .horizon_steps = between(&state, 0, one_in(&state, 4) ? 20 : 10),
        .node_count = (size_t)between(&state, 1, 7),
        .links = random->links,
        .zones = random->zones,
        .shelters = random->shelters,
    };
    make_links(random, &state, kind);
    make_terminals(random, &state, kind);
}
