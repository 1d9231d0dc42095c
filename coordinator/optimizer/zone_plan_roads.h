/* How much room is left on each link at each step, while people are put on the roads and taken off
 * again. Links that nobody uses and that never change take no memory. */
#ifndef ZONE_PLAN_ROADS_H
#define ZONE_PLAN_ROADS_H

#include "coordinator/optimizer/evacuation_instance.h"

struct zone_plan_road {
    int32_t *room; /* by step; NULL while it is `untouched` at every step */
    int64_t *sums; /* room of all steps before; valid where both below are false */
    int32_t untouched;
    int32_t closes_at_step;
    bool stale; /* changed since anybody asked */
    bool asked; /* once since then */
};

struct zone_plan_roads {
    const struct evacuation_instance *instance; /* borrowed */
    int32_t steps;                              /* 0 to the horizon, and their number */
    struct zone_plan_road *roads;               /* by link */
    int64_t road_steps;                         /* pairs of link and step in memory */
};

/* Empty roads. Returns HV_OK, HV_ERR_MEMORY or HV_ERR_LIMIT (ZONE_PLAN_ROAD_STEPS_MAX). */
HV_MUST_USE int zone_plan_roads_init(struct zone_plan_roads *roads,
                                     const struct evacuation_instance *instance);
void zone_plan_roads_deinit(struct zone_plan_roads *roads);

/* Memory for a link that is going to be used. HV_OK, HV_ERR_MEMORY or HV_ERR_LIMIT. */
HV_MUST_USE int zone_plan_roads_open(struct zone_plan_roads *roads, int32_t link);

/* Room for those who enter at `step`, within the horizon, and need `travel_steps`: 0 where the link
 * is closed before they are off it. */
static inline int32_t zone_plan_roads_room(const struct zone_plan_roads *roads, int32_t link,
                                           int32_t step, int32_t travel_steps) {
    const struct zone_plan_road *road = &roads->roads[link];
    if (road->closes_at_step != EVACUATION_NEVER &&
        (step >= road->closes_at_step || step + travel_steps > road->closes_at_step))
        return 0;
    return road->room == NULL ? road->untouched : road->room[step];
}

/* Takes room, or gives it back where `people` is negative. The link was opened. */
static inline void zone_plan_roads_take(struct zone_plan_roads *roads, int32_t link, int32_t step,
                                        int64_t people) {
    struct zone_plan_road *road = &roads->roads[link];
    road->room[step] -= (int32_t)people;
    road->stale = true;
}

/* Room of the steps `from` to `to`, both included and cut to the horizon. */
int64_t zone_plan_roads_sum(struct zone_plan_roads *roads, int32_t link, int32_t from, int32_t to);

#endif
