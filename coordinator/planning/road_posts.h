/* What the posts at the roads have to do: which roads to close, to reverse or to give free again.
 * Pure.
 *
 * A road is the links between the same two nodes under one name: both directions, one post, which
 * is addressed by the first of the links in the region's order. A post is needed
 *   - to close: links that somebody reported closed, or that a hazard in force closes, now or
 * within the next six hours: then from that time on;
 *   - to reverse: links whose lanes the plan at hand wants to run the other way, where nothing of
 * the road is to be closed;
 *   - to stand down: where an order of a plan had it done and nothing of it is needed any more.
 * A link that planners keep out of plans (`avoid`) stays open to everybody else: no post.
 *
 * A post that has done what it was told has not gone: the order holds, open or done, until another
 * order to the same road takes its place. Orders by hand are never taken back here. */
#ifndef COORDINATOR_PLANNING_ROAD_POSTS_H
#define COORDINATOR_PLANNING_ROAD_POSTS_H

#include "coordinator/planning/hazards.h"

struct road_post {
    const char *addressee;   /* link id */
    enum hv_order_kind kind; /* that it has to have; UNKNOWN: none */
    const char **links;      /* that the order is about */
    size_t link_count;
    const char *why; /* as reported, or the id of the hazard; "" for none */
    bool has_start;  /* else at once */
    int64_t start_wall_ms;
    const struct state_order *told; /* its last order that is open or done; NULL: none */
    bool stands;                    /* `told` says what it has to have */
};

struct road_posts {
    struct road_post *posts; /* by road; those of kind UNKNOWN without `told` are of no interest */
    uint32_t count;
    uint32_t *road_of; /* by link of the region */
};

/* `plan`: whose roads are to be reversed; NULL: none. Everything in the arena. HV_ERR_MEMORY.
 * O(links log links + orders). */
int road_posts_find(const struct state *state, const struct region *region,
                    const struct hv_plan *plan, int64_t wall_ms, struct hv_arena *arena,
                    struct road_posts *ret_posts) HV_MUST_USE;

/* The post of an order to a road post; NULL: the region has no such link. */
const struct road_post *road_posts_of(const struct road_posts *posts, const struct region *region,
                                      const char *addressee);

#endif
