#include "coordinator/optimizer/zone_plan_roads.h"

#include "coordinator/optimizer/zone_plan.h"

#include <stdlib.h>

/* Nobody needs more room than there are people. */
static int32_t capped(int64_t room) {
    return (int32_t)(room < EVACUATION_PEOPLE_MAX ? room : EVACUATION_PEOPLE_MAX);
}

static void write_room(const struct zone_plan_roads *roads, int32_t link, int32_t *room) {
    const struct evacuation_link *of = &roads->instance->links[link];
    int64_t now = of->capacity_per_step;
    size_t next = 0;
    for (int32_t t = 0; t < roads->steps; t++) {
        for (; next < of->change_count && of->changes[next].step <= t; next++)
            now = of->changes[next].capacity;
        room[t] = capped(now);
    }
}

int zone_plan_roads_open(struct zone_plan_roads *roads, int32_t link) {
    struct zone_plan_road *road = &roads->roads[link];
    if (road->room != NULL)
        return HV_OK;
    if (roads->road_steps + roads->steps > ZONE_PLAN_ROAD_STEPS_MAX)
        return HV_ERR_LIMIT;
    road->room = malloc((size_t)roads->steps * sizeof *road->room);
    road->sums = malloc(((size_t)roads->steps + 1) * sizeof *road->sums);
    if (road->room == NULL || road->sums == NULL) {
        free(road->room);
        free(road->sums);
        road->room = NULL;
        road->sums = NULL;
        return HV_ERR_MEMORY;
    }
    roads->road_steps += roads->steps;
    write_room(roads, link, road->room);
    road->stale = true;
    return HV_OK;
}

int zone_plan_roads_init(struct zone_plan_roads *roads,
                         const struct evacuation_instance *instance) {
    *roads = (struct zone_plan_roads){
        .instance = instance,
        .steps = instance->horizon_steps + 1,
        .roads = calloc(instance->link_count + 1, sizeof *roads->roads),
    };
    int64_t changing = 0;
    for (size_t l = 0; l < instance->link_count; l++)
        changing += instance->links[l].change_count > 0;
    if (roads->roads == NULL)
        return HV_ERR_MEMORY;
    if (changing * roads->steps > ZONE_PLAN_ROAD_STEPS_MAX) { /* before any of them is made */
        zone_plan_roads_deinit(roads);
        return HV_ERR_LIMIT;
    }
    for (size_t l = 0; l < instance->link_count; l++) {
        const struct evacuation_link *link = &instance->links[l];
        roads->roads[l].untouched = capped(link->capacity_per_step);
        roads->roads[l].closes_at_step = link->closes_at_step;
        int error = link->change_count > 0 ? zone_plan_roads_open(roads, (int32_t)l) : HV_OK;
        if (error != HV_OK) {
            zone_plan_roads_deinit(roads);
            return error;
        }
    }
    return HV_OK;
}

void zone_plan_roads_deinit(struct zone_plan_roads *roads) {
    for (size_t l = 0; roads->roads != NULL && l < roads->instance->link_count; l++) {
        free(roads->roads[l].room);
        free(roads->roads[l].sums);
    }
    free(roads->roads);
    *roads = (struct zone_plan_roads){0};
}

int64_t zone_plan_roads_sum(struct zone_plan_roads *roads, int32_t link, int32_t from, int32_t to) {
    struct zone_plan_road *road = &roads->roads[link];
    if (to >= roads->steps)
        to = roads->steps - 1;
    if (to >= road->closes_at_step)
        to = road->closes_at_step - 1;
    if (from > to)
        return 0;
    if (road->room == NULL)
        return (int64_t)road->untouched * (to - from + 1);
    if (road->stale) { /* sums pay only for who asks again */
        road->stale = false;
        road->asked = true;
        int64_t sum = 0;
        for (int32_t t = from; t <= to; t++)
            sum += road->room[t];
        return sum;
    }
    if (road->asked) {
        road->asked = false;
        road->sums[0] = 0;
        for (int32_t t = 0; t < roads->steps; t++)
            road->sums[t + 1] = road->sums[t] + road->room[t];
    }
    return road->sums[to + 1] - road->sums[from];
}
