/* The search for a zone plan: zones in turn over their quickest ways, then a large neighbourhood
 * search (Shaw 1998; Pisinger and Ropke 2019) that takes some zones out and puts them back. */
#ifndef ZONE_PLAN_SEARCH_H
#define ZONE_PLAN_SEARCH_H

#include "coordinator/optimizer/zone_plan_state.h"

#define ZONE_PLAN_CANDIDATES_MAX 64 /* ways that are weighed when a zone is put in */

/* The best plan so far: going by zone. */
struct zone_plan_best {
    struct zone_plan_going *going;
    int64_t unserved, arrival_steps, changed, cost;
    bool there;
};

/* What a zone could do if nobody else were there. */
struct zone_plan_alone {
    int64_t served;
    double score; /* as a plan is judged by the search */
};

struct zone_plan_search {
    const struct zone_plan_problem *problem; /* borrowed */
    const struct zone_plan_options *options; /* borrowed */
    struct zone_plan_finder finder;
    struct zone_plan_state state;
    struct zone_plan_best best;
    struct evacuation_value bound; /* for the progress callback */
    int64_t work_max, reported_at;
    int64_t work_before; /* of earlier searches, for the progress callback */
    uint64_t random;
    bool stopped; /* by the callback */
    /* scratch */
    const struct zone_plan_way **candidates;
    size_t candidate_count;
    int32_t *columns; /* by candidate and step: room; NULL where the horizon is too long */
    bool has_column[ZONE_PLAN_CANDIDATES_MAX];
    struct zone_plan_going trial, chosen;
    int32_t *zones; /* to put back, in order */
    struct zone_plan_going *taken;
    struct zone_plan_alone *alone; /* by zone */
    int32_t *stages;               /* by zone, or -1 */
    int32_t stage_count;
    int32_t begins[ZONE_PLAN_STAGES_MAX + 1]; /* first step of each stage */
};

HV_MUST_USE int zone_plan_search_init(struct zone_plan_search *search,
                                      const struct zone_plan_problem *problem,
                                      const struct zone_plan_options *options);
void zone_plan_search_deinit(struct zone_plan_search *search);

/* A first plan. Ways that are known to be good (zone_plan_finder_way) are considered. */
HV_MUST_USE int zone_plan_search_build(struct zone_plan_search *search);

/* Makes the best plan the present one. */
HV_MUST_USE int zone_plan_search_restore(struct zone_plan_search *search);

/* Improves the plan until the work is done or the callback stops it. */
HV_MUST_USE int zone_plan_search_improve(struct zone_plan_search *search);

/* Tells the callback how far the search is. Whether it is to stop. */
bool zone_plan_search_report(struct zone_plan_search *search);

/* Keeps the present plan if it is the best so far. */
HV_MUST_USE int zone_plan_search_keep(struct zone_plan_search *search);

int64_t zone_plan_search_work(const struct zone_plan_search *search);

/* A random number below `below`. SplitMix64 (Steele, Lea and Flood 2014). */
uint32_t zone_plan_search_random(struct zone_plan_search *search, uint32_t below);

#endif
