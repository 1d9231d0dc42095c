#include "coordinator/optimizer/time_expanded_guide.h"

#include "coordinator/optimizer/time_expanded_scan.h"

#include <stdlib.h>

#define OLD_AFTER 3 /* times the work of renewing */

struct spreading {
    uint16_t *hops;
    int32_t *found; /* ids in order of their distance */
    size_t count;
    int32_t label; /* of the id that is looked at */
    uint16_t distance;
};

TIME_INLINE void spread_over(struct time_forest *forest, struct time_visit visit, void *context) {
    struct spreading *spreading = context;
    if (spreading->hops[visit.id] != TIME_GUIDE_FAR)
        return;
    const int32_t label = time_forest_label(forest, visit.id, forest->clock);
    if (visit.cost + label != spreading->label)
        return;
    spreading->hops[visit.id] = spreading->distance;
    spreading->found[spreading->count++] = visit.id;
}

static void spread(struct time_forest *forest, struct spreading *spreading) {
    for (size_t id = 0; id < forest->id_count; id++) {
        spreading->hops[id] = TIME_GUIDE_FAR;
        if (forest->balance[id] >= 0)
            continue;
        spreading->hops[id] = 0;
        spreading->found[spreading->count++] = (int32_t)id;
    }
    for (size_t i = 0; i < spreading->count; i++) {
        const int32_t id = spreading->found[i];
        spreading->label = time_forest_label(forest, id, forest->clock);
        spreading->distance = spreading->hops[id];
        if (spreading->distance < TIME_GUIDE_FAR - 1)
            spreading->distance++;
        visit_entering(forest, id, spread_over, spreading);
    }
}

int time_guide_renew(struct time_forest *forest) {
    if (forest->guide == NULL)
        forest->guide = malloc(forest->id_count * sizeof *forest->guide);
    int32_t *found = malloc(forest->id_count * sizeof *found);
    if (forest->guide == NULL || found == NULL) {
        free(found);
        return HV_ERR_MEMORY;
    }
    struct spreading spreading = {.hops = forest->guide, .found = found};
    const int64_t began_at = forest->work;
    spread(forest, &spreading);
    free(found);
    forest->guide_old_at = forest->work + OLD_AFTER * (forest->work - began_at);
    return HV_OK;
}

int time_guide_keep(struct time_forest *forest) {
    return forest->work >= forest->guide_old_at ? time_guide_renew(forest) : HV_OK;
}
