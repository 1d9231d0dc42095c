/* Plans out of the flow of a session: what is sent, what stays unmet, prices and proof. */
#include "coordinator/optimizer/allocation_session_state.h"

#include <stdlib.h>

static int compare_shipments(const void *a, const void *b) {
    const struct allocation_shipment *x = a, *y = b;
    if (x->item != y->item)
        return x->item < y->item ? -1 : 1;
    return (x->lane > y->lane) - (x->lane < y->lane);
}

/* What a basic arc carries, where it is a lane's. Only these carry anything: a lane has no bound to
 * be at. */
static void add_basic_lane(const struct allocation_session *session, uint32_t arc,
                           struct allocation_plan *plan, uint32_t *shelters) {
    if (arc == NO_ARC || arc < session->first_lane_arc)
        return;
    int64_t quanta = mincostflow_arc_flow(session->flow, arc);
    if (quanta <= 0)
        return;
    uint32_t lane = session->arc_lane[arc - session->first_lane_arc], item = 0;
    while (session->lane_arc[cells(lane, item_count(session)) + item] != arc)
        item++;
    size_t need = need_cell(session, session->lanes[lane].shelter, item);
    if (session->need_quanta[need] == 0) /* on the way there only, of a solve that was stopped */
        return;
    shelters[plan->shipment_count] = session->lanes[lane].shelter;
    plan->shipments[plan->shipment_count++] = (struct allocation_shipment){
        lane, item, session->need[need] * ((double)quanta / (double)session->need_quanta[need])};
}

/* Into the order of shelters, items and lanes: counted by shelter, then sorted within each. */
static int sort_shipments(const struct allocation_session *session, struct allocation_plan *plan,
                          const uint32_t *shelters) {
    size_t *first = calloc(session->instance.shelter_count + (size_t)2, sizeof *first);
    struct allocation_shipment *sorted =
        malloc((plan->shipment_count + 1) * sizeof *plan->shipments);
    if (!first || !sorted) {
        free(first);
        free(sorted);
        return HV_ERR_MEMORY;
    }
    for (size_t i = 0; i < plan->shipment_count; i++)
        first[shelters[i] + 2]++;
    for (uint32_t s = 0; s < session->instance.shelter_count; s++)
        first[s + 2] += first[s + 1];
    for (size_t i = 0; i < plan->shipment_count; i++)
        sorted[first[shelters[i] + 1]++] = plan->shipments[i];
    for (uint32_t s = 0; s < session->instance.shelter_count; s++)
        qsort(sorted + first[s], first[s + 1] - first[s], sizeof *sorted, compare_shipments);
    free(first);
    free(plan->shipments);
    plan->shipments = sorted;
    return 0;
}

static int read_shipments(const struct allocation_session *session, struct allocation_plan *plan) {
    uint32_t nodes = node_count(session);
    uint32_t *shelters = malloc(nodes * sizeof *shelters);
    plan->shipments = malloc(nodes * sizeof *plan->shipments);
    int error = shelters && plan->shipments ? 0 : HV_ERR_MEMORY;
    for (uint32_t node = 1; node < nodes && !error; node++)
        add_basic_lane(session, mincostflow_basic_arc(session->flow, node), plan, shelters);
    if (!error)
        error = sort_shipments(session, plan, shelters);
    free(shelters);
    return error;
}

static int read_unmet(const struct allocation_session *session, struct allocation_plan *plan) {
    uint32_t shelters = session->instance.shelter_count;
    plan->unmet = malloc((cells(shelters, item_count(session)) + 1) * sizeof *plan->unmet);
    if (!plan->unmet)
        return HV_ERR_MEMORY;
    for (uint32_t s = 0; s < shelters; s++)
        for (uint32_t k = 0; k < item_count(session); k++) {
            uint32_t cell = need_cell(session, s, k);
            int64_t all = session->need_quanta[cell];
            int64_t quanta = all == 0 ? 0
                                      : mincostflow_arc_flow(session->flow,
                                                             arc_of_node(need_node(session, cell)));
            if (quanta > 0)
                plan->unmet[plan->unmet_count++] = (struct allocation_unmet){
                    s, k, session->need[cell] * ((double)quanta / (double)all)};
        }
    return 0;
}

/* What one m³ more of an arc's bound would save. */
static double gain(const struct allocation_session *session, uint32_t low, uint32_t high) {
    int64_t more = mincostflow_price(session->flow, high) - mincostflow_price(session->flow, low);
    return more > 0 ? (double)more / session->money : 0;
}

static int read_prices(const struct allocation_session *session, struct allocation_prices *prices) {
    const struct allocation_instance *instance = &session->instance;
    prices->stock = calloc(cells(instance->depot_count, item_count(session)) + 1, sizeof(double));
    prices->dispatch = calloc(instance->depot_count + (size_t)1, sizeof(double));
    prices->receive = calloc(instance->shelter_count + (size_t)1, sizeof(double));
    if (!prices->stock || !prices->dispatch || !prices->receive)
        return HV_ERR_MEMORY;
    for (uint32_t d = 0; d < instance->depot_count; d++) {
        if (allocation_is_limited(session->depots[d].dispatch_m3))
            prices->dispatch[d] = gain(session, depot_node(d), 0);
        for (uint32_t k = 0; k < item_count(session); k++) {
            uint32_t cell = stock_cell(session, d, k);
            uint32_t above = has_volume(session, k) ? depot_node(d) : 0;
            prices->stock[cell] =
                session->volume[k] * gain(session, stock_node(session, cell), above);
        }
    }
    for (uint32_t s = 0; s < instance->shelter_count; s++)
        if (allocation_least_unmet(session, s) >
            0) /* else nothing is short, whatever an empty arc's price */
            prices->receive[s] = gain(session, 0, shelter_node(session, s));
    return 0;
}

/* What fairness gives of each need. */
static int read_floor(const struct allocation_session *session, struct allocation_plan *plan) {
    size_t needs = cells(session->instance.shelter_count, item_count(session));
    plan->floor = calloc(needs + 1, sizeof *plan->floor);
    if (!plan->floor)
        return HV_ERR_MEMORY;
    for (size_t i = 0; i < needs; i++)
        if (session->need_quanta[i] > 0)
            plan->floor[i] = (double)session->least[i] / (double)session->need_quanta[i];
    plan->level_count = session->level_count;
    return 0;
}

int allocation_session_read_flow(const struct allocation_session *session,
                                 struct allocation_plan *ret_plan) {
    struct allocation_plan plan = {.pivots = allocation_session_pivots(session)};
    int error = session->flow ? read_shipments(session, &plan) : 0;
    if (!error && session->flow)
        error = read_prices(session, &plan.prices);
    if (error)
        allocation_plan_deinit(&plan);
    else
        *ret_plan = plan;
    return error;
}

int allocation_session_read(const struct allocation_session *session,
                            struct allocation_plan *ret_plan) {
    if (!session->is_solved)
        return HV_ERR_STATE;
    struct allocation_plan plan = {.pivots = allocation_session_pivots(session)};
    int error = read_shipments(session, &plan);
    if (!error)
        error = read_unmet(session, &plan);
    if (!error)
        error = read_prices(session, &plan.prices);
    if (!error)
        error = allocation_plan_add_up(&session->instance, &plan);
    if (!error && session->least)
        error = read_floor(session, &plan);
    if (!error)
        error = allocation_bound(&session->instance, plan.floor, &plan.prices, &plan.lower_bound);
    plan.unfair_cost = plan.objective;
    if (error)
        allocation_plan_deinit(&plan);
    else
        *ret_plan = plan;
    return error;
}
