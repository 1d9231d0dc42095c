/* Levels of bottlenecks, for bounds of plans with few routes. */
#include "coordinator/optimizer/zone_plan_bound_inside.h"

#include <stdlib.h>

int64_t zone_plan_most_of(const struct evacuation_link *link) {
    int64_t most = link->capacity_per_step;
    for (size_t c = 0; c < link->change_count; c++)
        most = link->changes[c].capacity > most ? link->changes[c].capacity : most;
    return most;
}

static int compare_figures(const void *first, const void *second) {
    const int64_t a = *(const int64_t *)first, b = *(const int64_t *)second;
    return (a > b) - (a < b);
}

size_t zone_plan_make_levels(const struct evacuation_instance *instance, int64_t *scratch,
                             struct zone_plan_level *levels) {
    size_t count = 0, made = 0;
    for (size_t l = 0; l < instance->link_count; l++)
        if (zone_plan_most_of(&instance->links[l]) > 0)
            scratch[count++] = zone_plan_most_of(&instance->links[l]);
    qsort(scratch, count, sizeof *scratch, compare_figures);
    size_t distinct = 0;
    for (size_t i = 0; i < count; i++)
        if (i == 0 || scratch[i] != scratch[distinct - 1])
            scratch[distinct++] = scratch[i];
    const size_t wanted =
        distinct < ZONE_PLAN_BOUND_LEVELS_MAX - 1 ? distinct : ZONE_PLAN_BOUND_LEVELS_MAX - 1;
    for (size_t k = 0; k < wanted; k++) {
        const size_t first = k * distinct / wanted, last = (k + 1) * distinct / wanted - 1;
        const int64_t most = scratch[last]; /* more than everybody is never needed */
        levels[made++] = (struct zone_plan_level){
            scratch[first], most < EVACUATION_PEOPLE_MAX ? most : EVACUATION_PEOPLE_MAX};
    }
    levels[made++] = (struct zone_plan_level){INT64_MAX, EVACUATION_PEOPLE_MAX};
    return made;
}
