/* Ways from a zone to a shelter, and the search for good ones.
 *
 * A way that takes `rate` people a step brings n people within about travel + n / rate steps, so
 * the quickest one is found by a shortest path for each rate, over links with that much room (Chen
 * and Chin 1990). Room is what others leave on average while the zone's people pass. */
#ifndef ZONE_PLAN_WAYS_H
#define ZONE_PLAN_WAYS_H

#include "coordinator/optimizer/zone_plan.h"
#include "coordinator/optimizer/zone_plan_roads.h"

/* A way is made once, never changes, and lives as long as its pool. No node is passed twice. */
struct zone_plan_way {
    int32_t zone, shelter;
    int32_t travel_steps;
    int32_t count;  /* links */
    int32_t *links; /* in order */
    int32_t
        *offsets; /* count + 1: steps from departure until a link is entered, then travel_steps */
    uint64_t hash;
};

struct zone_plan_pool {
    struct zone_plan_way **ways; /* of one zone */
    size_t count, capacity;
    size_t bound_count; /* the first so many are those of the class bound */
};

struct zone_plan_heap_entry {
    int64_t key;
    int32_t node;
};

struct zone_plan_finder {
    const struct zone_plan_problem *problem; /* borrowed */
    struct zone_plan_pool *pools;            /* by zone */
    int32_t *out_first, *out_links;          /* links by the node that they leave */
    int32_t *shelter_first, *shelters;       /* shelters by node */
    int64_t *key;                            /* by node: see zone_plan_finder_find */
    int32_t *steps, *via;                    /* by node: travel steps so far, link that led there */
    uint32_t *seen, *settled;                /* by node: search that reached or settled it */
    uint32_t search;                         /* number of the present search */
    bool *allowed;                           /* by shelter, of the zone at hand */
    struct zone_plan_heap_entry *heap;
    size_t heap_count;
    int32_t *path; /* by node: links of a way, from its end */
    int64_t work;  /* links looked at */
};

HV_MUST_USE int zone_plan_finder_init(struct zone_plan_finder *finder,
                                      const struct zone_plan_problem *problem);
void zone_plan_finder_deinit(struct zone_plan_finder *finder);

/* What a search is to look for. */
struct zone_plan_wish {
    int32_t zone;
    int32_t start;  /* step at which the first may leave */
    int64_t people; /* who are to go */
    int64_t rate;   /* a step, ≥ 1 */
    bool whenever;  /* the rate counts for all steps to the horizon, not for those of a stream that
                       leaves at once */
    uint64_t noise; /* 0, or a seed: links seem up to a third longer, other ways are found */
    const int64_t *places;       /* by shelter: places left; shelters without are passed by */
    const int64_t *group_places; /* the same of the zone's group, or NULL */
    const int32_t *out_link; /* by node: the only link that may leave it, or -1; NULL: no rule */
    size_t ways_max;         /* stop after so many shelters were found */
};

/* Finds ways to the nearest shelters, in rising order of travel. Writes up to ways_max of them.
 * Returns their number or HV_ERR_MEMORY. Dijkstra (1959) with a binary heap. */
HV_MUST_USE int zone_plan_finder_find(struct zone_plan_finder *finder,
                                      struct zone_plan_roads *roads,
                                      const struct zone_plan_wish *wish,
                                      const struct zone_plan_way **ret_ways);

/* Puts every way of a zone into its pool if that takes no more than `steps_max` links to look at,
 * else some of them. */
void zone_plan_finder_list(struct zone_plan_finder *finder, int32_t zone, int64_t steps_max);

/* A search of another kind by the same means: it starts at a node and step, goes on with the node
 * that is reached first, -1 at the end, and reaches the end of a link at a step. */
void zone_plan_finder_start(struct zone_plan_finder *finder, int32_t node, int32_t step);
int32_t zone_plan_finder_next(struct zone_plan_finder *finder);
void zone_plan_finder_reach(struct zone_plan_finder *finder, int32_t link, int32_t step);

/* The way that the last search took to a node, from the pool or new in it; NULL without memory or
 * where the pool is full. */
const struct zone_plan_way *zone_plan_finder_trace(struct zone_plan_finder *finder, int32_t zone,
                                                   int32_t node, int32_t shelter);

/* The way of these links, from the pool or new in it; NULL without memory or where it passes a node
 * twice. */
const struct zone_plan_way *zone_plan_finder_way(struct zone_plan_finder *finder, int32_t zone,
                                                 int32_t shelter, const int32_t *links,
                                                 size_t count);

/* The group of a zone; where there are none, people who travel as the instance says. */
const struct zone_plan_group *zone_plan_group_of(const struct zone_plan_problem *problem,
                                                 int32_t zone);

/* People of a party, ≥ 1, and what one takes of a link's capacity, ≥ 1. */
static inline int64_t zone_plan_party(const struct zone_plan_group *group) {
    return group->party_people > 1 ? group->party_people : 1;
}
static inline int64_t zone_plan_use(const struct zone_plan_group *group) {
    return group->road_use > 0 ? group->road_use : zone_plan_party(group);
}

/* Whether a person is as much as a party, and takes one of a link's capacity. */
static inline bool zone_plan_is_single(const struct zone_plan_group *group) {
    return zone_plan_party(group) == 1 && zone_plan_use(group) == 1;
}

/* Parties of so many people, and the people of so many whole parties that fit into some room of a
 * link. */
static inline int64_t zone_plan_parties(const struct zone_plan_group *group, int64_t people) {
    const int64_t party = zone_plan_party(group);
    return party == 1 ? people : (people + party - 1) / party;
}
static inline int64_t zone_plan_fit(const struct zone_plan_group *group, int64_t room) {
    const int64_t use = zone_plan_use(group);
    return use == 1 ? room * zone_plan_party(group) : room / use * zone_plan_party(group);
}

/* Travel steps of a link for the group of a zone, or ZONE_PLAN_BARRED. */
int32_t zone_plan_travel(const struct zone_plan_problem *problem, int32_t zone, int32_t link);

/* Whether the rules let a zone go to a shelter. */
bool zone_plan_allows(const struct zone_plan_problem *problem, int32_t zone, int32_t shelter);

#endif
