#include "tests/support/little_world.h"

#include <criterion/criterion.h>
#include <string.h>

uint64_t little_seed;

uint32_t little_below(uint32_t n) {
    little_seed = little_seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(((little_seed >> 33) * n) >> 31);
}

bool little_once_in(uint32_t n) {
    return little_below(n) == 0;
}

static struct network *random_network(void) {
    struct network_link links[LITTLE_LINKS];
    for (uint32_t i = 0; i < LITTLE_LINKS; i++)
        links[i] = (struct network_link){
            .from = little_below(LITTLE_NODES),
            .to = little_below(LITTLE_NODES),
            .travel_ms = little_once_in(6) ? 0 : little_below(9) * 1000,
            .capacity_per_hour = 100,
            .closed = little_once_in(8),
        };
    struct network *network = NULL;
    cr_assert_eq(network_new(LITTLE_NODES, links, LITTLE_LINKS, &network), 0);
    for (uint32_t node = 0; node < LITTLE_NODES; node++)
        cr_assert_eq(network_set_centroid(network, node, little_once_in(6)), 0);
    return network;
}

struct instance_shelter little_shelter(void) {
    struct instance_shelter shelter = {
        .node = little_below(LITTLE_NODES),
        .capacity = little_below(4),
        .places = {little_below(5), little_below(3), little_below(2)},
        .opens_ms = little_once_in(3) ? little_below(12000) : 0,
        .receive_ml = INSTANCE_NO_LIMIT,
        .priority = 1 + little_below(3),
        .usable = !little_once_in(6),
        .withstands = !little_once_in(6),
    };
    return shelter;
}

static void random_goods(struct little_world *w, bool limits) {
    for (uint32_t d = 0; d < LITTLE_DEPOTS; d++)
        w->depots[d] = (struct instance_depot){
            .node = little_below(LITTLE_NODES),
            .dispatch_ml = limits && little_once_in(2) ? little_below(9) : INSTANCE_NO_LIMIT,
            .usable = !little_once_in(6),
        };
    for (uint32_t k = 0; k < LITTLE_ITEMS; k++)
        w->items[k] = (struct instance_item){.volume_ml = 1 + little_below(3),
                                             .shortage_cost = little_below(4)};
    for (uint32_t i = 0; i < LITTLE_DEPOTS * LITTLE_ITEMS; i++) {
        w->stock[i] = little_below(3);
        w->reserve[i] = little_once_in(3);
    }
    for (uint32_t i = 0; i < LITTLE_SHELTERS * LITTLE_ITEMS; i++)
        w->need[i] = little_once_in(2);
    for (uint32_t s = 0; limits && s < LITTLE_SHELTERS; s++)
        if (little_once_in(2))
            w->shelters[s].receive_ml = little_below(6);
}

void little_set_up(struct little_world *w, bool limits) {
    memset(w, 0, sizeof *w);
    w->network = random_network();
    for (uint32_t z = 0; z < LITTLE_ZONES; z++)
        w->zones[z] = (struct instance_zone){
            .node = little_below(LITTLE_NODES),
            .people = {little_below(3), little_once_in(3), little_once_in(3)},
        };
    for (uint32_t s = 0; s < LITTLE_SHELTERS; s++)
        w->shelters[s] = little_shelter();
    random_goods(w, limits);
    w->instance = (struct instance){
        .network = w->network,
        .zones = w->zones,
        .zone_count = LITTLE_ZONES,
        .shelters = w->shelters,
        .shelter_count = LITTLE_SHELTERS,
        .depots = w->depots,
        .depot_count = LITTLE_DEPOTS,
        .items = w->items,
        .item_count = LITTLE_ITEMS,
        .stock = w->stock,
        .reserve = w->reserve,
        .need = w->need,
        .haul_cost_per_m3_hour = 300000000,
    };
    w->decisions = (struct certificate_decisions){
        .pinned = w->pinned,
        .zone_excluded = w->zone_excluded,
        .depot_excluded = w->depot_excluded,
        .in_force = w->in_force,
    };
}

void little_tear_down(struct little_world *w) {
    network_free(w->network);
}
