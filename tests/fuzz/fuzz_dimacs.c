/* Any bytes as a DIMACS problem: refused with a fault that says why, or read; what is small enough
 * is solved and written, with a proof where it has no solution. */
#include "coordinator/cli/dimacs.h"
#include "coordinator/optimizer/mincostflow.h"

#include <stdlib.h>

#define NODES_MAX 200u
#define PIVOTS_MAX 20000

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void require(bool holds) {
    if (!holds)
        abort();
}

static int build(const struct dimacs_problem *problem, struct mincostflow *flow) {
    uint32_t number;
    int error = mincostflow_reserve(flow, problem->node_count, problem->arc_count);
    for (uint32_t i = 0; i < problem->node_count && error == HV_OK; i++)
        error = mincostflow_add_node(flow, problem->supplies[i], &number);
    for (uint32_t i = 0; i < problem->arc_count && error == HV_OK; i++) {
        const struct dimacs_arc *arc = &problem->arcs[i];
        error = mincostflow_add_arc(flow, arc->from, arc->to, arc->lower, arc->upper, arc->cost,
                                    &number);
    }
    return error;
}

static void write_nowhere(const struct dimacs_problem *problem, const struct mincostflow *flow) {
    int64_t *flows = calloc((size_t)problem->arc_count + 1, sizeof *flows);
    FILE *nowhere = fopen("/dev/null", "we");
    require(flows != NULL && nowhere != NULL);
    for (uint32_t i = 0; i < problem->arc_count; i++) {
        flows[i] = mincostflow_arc_flow(flow, i);
        require(flows[i] >= problem->arcs[i].lower && flows[i] <= problem->arcs[i].upper);
    }
    int64_t cost;
    int error = mincostflow_cost(flow, &cost);
    require(error == HV_OK || error == HV_ERR_OVERFLOW);
    if (error == HV_OK)
        require(dimacs_write(nowhere, problem, cost, flows) == HV_OK);
    require(fclose(nowhere) == 0);
    free(flows);
}

static void prove(const struct dimacs_problem *problem, const struct mincostflow *flow,
                  enum mincostflow_status status) {
    bool *inside = calloc((size_t)problem->node_count + 1, sizeof *inside);
    uint32_t *cycle = calloc((size_t)problem->node_count + 1, sizeof *cycle);
    require(inside != NULL && cycle != NULL);
    int64_t excess;
    size_t count;
    if (status == MINCOSTFLOW_INFEASIBLE)
        require(mincostflow_cut(flow, inside, &excess) == HV_OK && excess != 0);
    if (status == MINCOSTFLOW_UNBOUNDED)
        require(mincostflow_cycle(flow, cycle, &count) == HV_OK && count > 0);
    free(inside);
    free(cycle);
}

static void solve(const struct dimacs_problem *problem) {
    const struct mincostflow_limits limits = {.pivot_limit = PIVOTS_MAX};
    enum mincostflow_status status;
    struct mincostflow *flow;
    require(mincostflow_new(&flow) == HV_OK);
    int error = build(problem, flow);
    if (error == HV_OK)
        error = mincostflow_solve(flow, &limits, &status);
    require(error == HV_OK || error == HV_ERR_OVERFLOW || error == HV_ERR_VALUE);
    if (error == HV_OK && status == MINCOSTFLOW_OPTIMAL)
        write_nowhere(problem, flow);
    else if (error == HV_OK)
        prove(problem, flow, status);
    mincostflow_free(flow);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    struct hv_fault_list faults;
    struct dimacs_problem problem;
    hv_fault_list_init(&faults);
    int error = dimacs_read((const char *)bytes, size, "fuzz", &faults, &problem);
    require((error == HV_OK) == (faults.errors == 0));
    if (error == HV_OK) {
        if (problem.node_count <= NODES_MAX)
            solve(&problem);
        dimacs_deinit(&problem);
    }
    hv_fault_list_deinit(&faults);
    return 0;
}
