#include "coordinator/optimizer/allocation.h"

#include "coordinator/optimizer/allocation_joint.h"
#include "coordinator/optimizer/allocation_session.h"

/* The caller's callback as the flow's. */
struct watch {
    const struct allocation_options *options;
    enum allocation_stage stage;
};

static int report(void *context, uint64_t work) {
    const struct watch *watch = context;
    return watch->options->progress(watch->options->context, watch->stage, work);
}

static struct mincostflow_limits limits_of(struct watch *watch) {
    return (struct mincostflow_limits){.progress = watch->options->progress ? report : NULL,
                                       .context = watch};
}

static int solve_once(struct allocation_session *session, const struct allocation_options *options,
                      struct allocation_plan *ret_plan) {
    struct watch watch = {options, ALLOCATION_COST};
    struct mincostflow_limits limits = limits_of(&watch);
    int error = allocation_session_solve(session, &limits);
    return error ? error : allocation_session_read(session, ret_plan);
}

static int solve_fair(struct allocation_session *session, const struct allocation_options *options,
                      struct allocation_plan *plan) {
    struct watch watch = {options, ALLOCATION_FAIRNESS};
    struct mincostflow_limits limits = limits_of(&watch);
    double unfair_cost = plan->objective;
    int error = allocation_session_make_fair(session, &limits);
    if (error)
        return error;
    allocation_plan_deinit(plan);
    error = solve_once(session, options, plan);
    plan->unfair_cost = unfair_cost;
    return error;
}

/* Limits of lanes count only where the plan without them breaks one, or fairness may. */
static int must_join(const struct allocation_instance *instance, const struct allocation_plan *plan,
                     bool *ret_must) {
    *ret_must = false;
    for (uint32_t l = 0; instance->maxmin && l < instance->lane_count; l++)
        if (allocation_is_limited(instance->lanes[l].capacity_m3))
            *ret_must = true;
    if (*ret_must)
        return 0;
    bool keeps;
    int error = allocation_keeps_lanes(instance, plan, &keeps);
    *ret_must = !keeps;
    return error;
}

static int solve_all(struct allocation_session *session, const struct allocation_instance *instance,
                     const struct allocation_options *options, struct allocation_plan *plan) {
    bool join;
    int error = solve_once(session, options, plan);
    if (!error)
        error = must_join(instance, plan, &join);
    if (error)
        return error;
    if (!join)
        return instance->maxmin ? solve_fair(session, options, plan) : 0;
    struct allocation_plan joint;
    error = allocation_joint_solve(instance, plan, options, &joint);
    if (error)
        return error;
    allocation_plan_deinit(plan);
    *plan = joint;
    return 0;
}

int allocation_solve(const struct allocation_instance *instance,
                     const struct allocation_options *options, struct allocation_plan *ret_plan) {
    static const struct allocation_options none = {0};
    struct allocation_session *session;
    struct allocation_plan plan = {0};
    int error = allocation_session_new(instance, &session);
    if (error)
        return error;
    error = solve_all(session, instance, options ? options : &none, &plan);
    allocation_session_free(session);
    if (error)
        allocation_plan_deinit(&plan);
    else
        *ret_plan = plan;
    return error;
}
