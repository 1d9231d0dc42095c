#include "coordinator/optimizer/zone_plan_blocks.h"

#include <stdlib.h>
#include <string.h>

#define SHELTER_WEIGHT 8 /* of a shelter that two zones have in common, against a link */

int zone_plan_blocks_init(struct zone_plan_blocks *blocks, const struct zone_plan_search *search,
                          int64_t uses_max) {
    const struct evacuation_instance *instance = search->problem->instance;
    *blocks = (struct zone_plan_blocks){
        .search = search,
        .uses_max = uses_max,
        .covered = calloc(instance->zone_count + 1, sizeof *blocks->covered),
        .link_users = calloc(instance->link_count + 1, sizeof *blocks->link_users),
        .shelter_users = calloc(instance->shelter_count + 1, sizeof *blocks->shelter_users),
    };
    if (blocks->covered != NULL && blocks->link_users != NULL && blocks->shelter_users != NULL)
        return HV_OK;
    zone_plan_blocks_deinit(blocks);
    return HV_ERR_MEMORY;
}

void zone_plan_blocks_deinit(struct zone_plan_blocks *blocks) {
    free(blocks->covered);
    free(blocks->link_users);
    free(blocks->shelter_users);
    *blocks = (struct zone_plan_blocks){0};
}

/* Uses of links by all departures that the ways of a zone allow. */
static int64_t uses_of(const struct zone_plan_blocks *blocks, size_t zone) {
    const struct zone_plan_going *going = &blocks->search->best.going[zone];
    int64_t sum = 0;
    for (int32_t k = 0; k < going->count; k++) {
        const struct zone_plan_way *way = going->shares[k].way;
        const struct zone_plan_window window = zone_plan_state_window(&blocks->search->state, way);
        if (!zone_plan_window_is_empty(window))
            sum += (int64_t)way->count * (window.last - window.first + 1);
    }
    return sum;
}

/* How much a zone meets the block. */
static int64_t meeting(const struct zone_plan_blocks *blocks, size_t zone) {
    const struct zone_plan_going *going = &blocks->search->best.going[zone];
    int64_t sum = 0;
    for (int32_t k = 0; k < going->count; k++) {
        const struct zone_plan_way *way = going->shares[k].way;
        for (int32_t i = 0; i < way->count; i++)
            sum += blocks->link_users[way->links[i]] > 0;
        sum += blocks->shelter_users[way->shelter] > 0 ? SHELTER_WEIGHT : 0;
    }
    return sum;
}

static void add(struct zone_plan_blocks *blocks, size_t zone, bool *member) {
    const struct zone_plan_going *going = &blocks->search->best.going[zone];
    member[zone] = blocks->covered[zone] = true;
    for (int32_t k = 0; k < going->count; k++) {
        const struct zone_plan_way *way = going->shares[k].way;
        for (int32_t i = 0; i < way->count; i++)
            blocks->link_users[way->links[i]]++;
        blocks->shelter_users[way->shelter]++;
    }
}

/* The zone to begin with, or the number of zones. */
static size_t first_zone(const struct zone_plan_blocks *blocks) {
    const size_t zones = blocks->search->problem->instance->zone_count;
    const struct zone_plan_going *going = blocks->search->best.going;
    size_t first = zones;
    for (size_t z = 0; z < zones; z++)
        if (!blocks->covered[z] && (first == zones || going[z].unserved > going[first].unserved))
            first = z;
    return first;
}

bool zone_plan_blocks_next(struct zone_plan_blocks *blocks, bool *ret_member) {
    const struct evacuation_instance *instance = blocks->search->problem->instance;
    const size_t zones = instance->zone_count, first = first_zone(blocks);
    if (first == zones)
        return false;
    memset(ret_member, 0, zones * sizeof *ret_member);
    memset(blocks->link_users, 0, instance->link_count * sizeof *blocks->link_users);
    memset(blocks->shelter_users, 0, instance->shelter_count * sizeof *blocks->shelter_users);
    int64_t left = blocks->uses_max - uses_of(blocks, first);
    add(blocks, first, ret_member);
    for (;;) {
        size_t best = zones;
        int64_t most = 0;
        for (size_t z = 0; z < zones; z++) {
            const int64_t meets = ret_member[z] ? 0 : meeting(blocks, z);
            if (meets > most && uses_of(blocks, z) <= left) {
                most = meets;
                best = z;
            }
        }
        if (best == zones)
            return true;
        left -= uses_of(blocks, best);
        add(blocks, best, ret_member);
    }
}
