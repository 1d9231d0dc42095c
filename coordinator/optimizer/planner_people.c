/* Who goes to which shelter: flow, plan, proof and who comes first, in this order. */
#include "coordinator/optimizer/planner_state.h"
#include "coordinator/optimizer/wide.h"

static double ratio(int64_t part, int64_t whole) {
    return whole > 0 ? (double)part / (double)whole : 0;
}

static void find_gap(struct plan *plan) {
    int64_t more = plan->objective.unserved - plan->bound.unserved;
    plan->gap = more > 0 ? ratio(more, plan->objective.unserved)
                         : ratio(plan->objective.arrival_ms - plan->bound.arrival_ms,
                                 plan->objective.arrival_ms);
}

/* Least arrival time of everybody who is served, were change free. */
static int free_arrival(const struct planner *planner, int64_t *ret_arrival_ms) {
    wide arrival = 0;
    for (uint32_t z = 0; z < planner->instance.zone_count; z++)
        for (uint32_t class = 0; class < INSTANCE_CLASSES; class ++)
            for (uint32_t s = 0; s < planner->instance.shelter_count; s++) {
                int64_t people = planner_pair_flow(planner, planner_row(z, class), s);
                if (people > 0)
                    arrival += wide_product(people, planner_arrival_ms(planner, z, s));
            }
    return wide_narrow(arrival, ret_arrival_ms);
}

/* Solves as if change were free first, to know what keeping to the plan in force costs. */
static int solve_free(struct planner_run *run, bool *ret_known, int64_t *ret_arrival_ms) {
    struct planner *planner = run->planner;
    *ret_known = false;
    if (!planner->people.kept || planner->change_price_ms == 0)
        return 0;
    int error = planner_price_changes(planner, 0);
    if (!error)
        error = planner_run_flow(run, planner->people.flow, ret_known);
    if (!error && *ret_known)
        error = free_arrival(planner, ret_arrival_ms);
    int restored = planner_price_changes(planner, planner->change_price_ms);
    return error ? error : restored;
}

int planner_solve_people(struct planner_run *run, struct plan *plan) {
    struct planner *planner = run->planner;
    bool finished = false, known = false;
    int64_t free_ms = 0;
    int error = planner_put_back(run);
    if (!error)
        error = planner_refresh_people(planner);
    if (error) /* half a refresh is no basis to go on from */
        planner->people.stale_all = true;
    if (!error)
        error = solve_free(run, &known, &free_ms);
    if (!error)
        error = planner_run_flow(run, planner->people.flow, &finished);
    if (!error)
        error = planner_read_people(planner, plan);
    if (!error)
        error = planner_prove_people(planner, plan);
    if (!error && finished)
        error = planner_put_first(run, plan);
    if (!error)
        error = planner_add_up_people(planner, plan);
    if (!error)
        find_gap(plan);
    if (!error && known && finished)
        plan->stability_cost_ms =
            plan->objective.arrival_ms - free_ms - plan->changed_people * planner->change_price_ms;
    return error;
}
