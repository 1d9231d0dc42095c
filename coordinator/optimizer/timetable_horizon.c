#include "coordinator/optimizer/timetable_horizon.h"

#include <stdlib.h>

enum {
    STEP_MS = 60000,
    STEP_MS_MAX = 600000,
    STEPS = 360,         /* of a horizon: more, and the step grows, */
    NODE_STEPS = 2000000 /* as it does where nodes times steps are more than that */
};

/* ---- step and horizon ---- */

static int lengthen_steps(const struct instance *instance, struct timetable_horizon *horizon) {
    const int64_t nodes = (int64_t)network_node_count(instance->network) + 1;
    while (horizon->horizon_ms / horizon->step_ms > STEPS ||
           nodes * (horizon->horizon_ms / horizon->step_ms) > NODE_STEPS)
        horizon->step_ms *= 2;
    return horizon->step_ms <= STEP_MS_MAX ? HV_OK : HV_ERR_LIMIT;
}

int timetable_horizon_first(const struct instance *instance,
                            struct timetable_horizon *ret_horizon) {
    *ret_horizon = (struct timetable_horizon){STEP_MS, TIMETABLE_HORIZON_MS_MIN};
    return lengthen_steps(instance, ret_horizon);
}

int timetable_horizon_next(const struct instance *instance, struct timetable_horizon *horizon) {
    struct timetable_horizon next = {horizon->step_ms, 2 * horizon->horizon_ms};
    if (next.horizon_ms > TIMETABLE_HORIZON_MS_MAX)
        return HV_ERR_LIMIT;
    int error = lengthen_steps(instance, &next);
    if (error == HV_OK)
        *horizon = next;
    return error;
}

int timetable_horizon_for(const struct instance *instance, int64_t needs_ms,
                          struct timetable_horizon *ret_horizon) {
    int error = timetable_horizon_first(instance, ret_horizon);
    while (error == HV_OK && ret_horizon->horizon_ms < needs_ms)
        if (timetable_horizon_next(instance, ret_horizon) != HV_OK)
            break;
    return error;
}

/* ---- whether more time helps ---- */

/* By link: whether nobody gets through from the end of the horizon until twice its length. */
static void find_closed(const struct timetable_steps *steps, const struct timetable_coming *coming,
                        bool *closed) {
    const int64_t end_ms = steps->step_ms * steps->instance.horizon_steps;
    for (uint32_t l = 0; l < steps->road_count; l++)
        closed[l] = steps->roads[l].closed;
    for (size_t i = 0; i < coming->closing_count; i++) {
        const struct timetable_closing *closing = &coming->closings[i];
        if (closing->permille == 0 && closing->from_ms <= end_ms && closing->to_ms >= 2 * end_ms)
            closed[closing->link] = true;
    }
}

/* Marks what can be reached from nodes that are marked; a sweep over the links until nothing is
 * new. */
static void spread(const struct timetable_steps *steps, const bool *closed, bool *reached) {
    bool more = true;
    while (more) {
        more = false;
        for (size_t l = 0; l < steps->instance.link_count; l++) {
            const struct evacuation_link *link = &steps->links[l];
            if (closed[l] || !reached[link->from] || reached[link->to])
                continue;
            reached[link->to] = more = true;
        }
    }
}

int timetable_horizon_helps(const struct timetable_steps *steps,
                            const struct timetable_coming *coming,
                            const struct plan_timetable *made, bool *ret_helps) {
    const struct evacuation_instance *instance = &steps->instance;
    bool *closed = calloc(instance->link_count + 1, sizeof *closed);
    bool *reached = calloc((size_t)instance->node_count + 1, sizeof *reached);
    *ret_helps = false;
    if (closed == NULL || reached == NULL) {
        free(closed);
        free(reached);
        return HV_ERR_MEMORY;
    }
    find_closed(steps, coming, closed);
    for (size_t i = 0; i < made->late_count; i++)
        reached[steps->zones[made->late[i].zone].node] = true;
    spread(steps, closed, reached);
    for (size_t i = 0; i < made->late_count; i++)
        *ret_helps = *ret_helps || reached[steps->shelters[made->late[i].shelter].node];
    free(closed);
    free(reached);
    return HV_OK;
}
