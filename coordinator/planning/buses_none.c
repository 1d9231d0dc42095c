/* What a plan says of buses where there are more places than runs are planned for. */
#include "coordinator/planning/buses_inside.h"

#include <stdlib.h>

static int take_room(const struct buses_planning *planning, struct plan_buses *out) {
    const struct buses *buses = planning->buses;
    out->stream_count = buses_stream_count(planning->plan);
    out->runs = buses_take(buses->run_count, sizeof *out->runs);
    out->stops = buses_take(buses->stop_count, sizeof *out->stops);
    out->left =
        buses_take((size_t)planning->instance->zone_count * INSTANCE_CLASSES, sizeof *out->left);
    out->without = buses_take(out->stream_count, sizeof *out->without);
    out->stays = buses_take(out->stream_count * INSTANCE_CLASSES, sizeof *out->stays);
    return out->runs == NULL || out->stops == NULL || out->left == NULL || out->without == NULL ||
                   out->stays == NULL
               ? HV_ERR_MEMORY
               : HV_OK;
}

/* Who waits in each zone stays, of its last streams first; zone × class: who still does is left
 * where no stream has them. */
static void tell_stays(const struct buses_planning *planning, int64_t *waiting,
                       struct plan_buses *out) {
    for (size_t i = out->stream_count; i-- > 0;) {
        const struct buses_stream stream = buses_stream_at(planning->plan, i);
        for (size_t class = 0; class < INSTANCE_CLASSES; class ++) {
            int64_t *left = &waiting[stream.zone * INSTANCE_CLASSES + class];
            const int64_t people = hv_smaller(*left, stream.people[class]);
            out->stays[i * INSTANCE_CLASSES + class] = people;
            *left -= people;
        }
    }
}

/* By zone and class those of who waited who have a place, and now stay. */
static void tell_left(const struct buses_planning *planning, const int64_t *waiting,
                      struct plan_buses *out) {
    for (uint32_t z = 0; z < planning->instance->zone_count; z++) {
        int64_t waited[INSTANCE_CLASSES];
        buses_share_out(&planning->instance->zones[z], waited);
        for (size_t class = 0; class < INSTANCE_CLASSES; class ++) {
            const int64_t people = waited[class] - waiting[z * INSTANCE_CLASSES + class];
            if (people == 0)
                continue;
            out->people += people;
            out->left[out->left_count++] = (struct plan_bus_left){z, (enum instance_class) class,
                                                                  people, PLAN_BUS_NOT_PLANNED};
        }
    }
    out->unserved = out->people;
}

int buses_tell_none(struct buses_planning *planning) {
    const struct instance *instance = planning->instance;
    struct plan_buses *out = calloc(1, sizeof *out);
    int64_t *waiting = buses_take((size_t)instance->zone_count * INSTANCE_CLASSES, sizeof *waiting);
    if (out == NULL || waiting == NULL || take_room(planning, out) != HV_OK) {
        plan_buses_free(out);
        free(waiting);
        return HV_ERR_MEMORY;
    }
    for (uint32_t z = 0; z < instance->zone_count; z++)
        buses_share_out(&instance->zones[z], &waiting[(size_t)z * INSTANCE_CLASSES]);
    tell_stays(planning, waiting, out);
    tell_left(planning, waiting, out);
    for (size_t r = 0; r < planning->buses->run_count; r++)
        if (planning->buses->runs[r].has_begun)
            (void)buses_tell_ordered(planning->buses, r, out);
    buses_sort_runs(out);
    buses_tell_service(planning->buses, out);
    free(waiting);
    planning->plan->buses = out;
    return HV_OK;
}
