#include "coordinator/optimizer/allocation.h"

#include "coordinator/optimizer/allocation_session.h"

/* The caller's callback as the flow's. */
struct watch {
    const struct allocation_options *options;
    enum allocation_stage stage;
};

static int report(void *context, uint64_t pivots) {
    const struct watch *watch = context;
    return watch->options->progress(watch->options->context, watch->stage, pivots);
}

static int solve_session(struct allocation_session *session,
                         const struct allocation_options *options,
                         struct allocation_plan *ret_plan) {
    struct watch watch = {options, ALLOCATION_COST};
    struct mincostflow_limits limits = {.progress = options->progress ? report : NULL,
                                        .context = &watch};
    int error = allocation_session_solve(session, &limits);
    return error ? error : allocation_session_read(session, ret_plan);
}

int allocation_solve(const struct allocation_instance *instance,
                     const struct allocation_options *options, struct allocation_plan *ret_plan) {
    static const struct allocation_options none = {0};
    struct allocation_session *session;
    int error = allocation_session_new(instance, &session);
    if (error)
        return error;
    for (uint32_t l = 0; l < instance->lane_count && !error; l++)
        if (instance->maxmin || allocation_is_limited(instance->lanes[l].capacity_m3))
            error = HV_ERR_STATE;
    if (!error)
        error = solve_session(session, options ? options : &none, ret_plan);
    allocation_session_free(session);
    return error;
}
