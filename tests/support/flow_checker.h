/* Judges minimum-cost flows without any code of the solver: re-adds a flow, proves its optimum from
 * prices, checks certificates of infeasible and unbounded problems, and solves small problems by
 * cancelling cycles. Everything is meant for tests: it aborts without memory. */
#ifndef TESTS_SUPPORT_FLOW_CHECKER_H
#define TESTS_SUPPORT_FLOW_CHECKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FLOW_UNBOUNDED_ABOVE INT64_MAX /* `upper` of an arc without bound */

struct flow_problem_arc {
    uint32_t from, to;
    int64_t lower, upper, cost;
};

struct flow_problem {
    uint32_t nodes, arcs;
    int64_t *supply;
    struct flow_problem_arc *arc;
};

/* NULL where the flow keeps all bounds and balances; else what is wrong. */
const char *flow_check_feasible(const struct flow_problem *problem, const int64_t *flow);

/* NULL where the prices prove that the feasible flow is optimal (complementary slackness). */
const char *flow_check_prices(const struct flow_problem *problem, const int64_t *flow,
                              const int64_t *price);

/* NULL where the set of nodes proves that there is no feasible flow, and by how much. */
const char *flow_check_cut(const struct flow_problem *problem, const bool *inside, int64_t excess);

/* NULL where the arcs are a cycle of negative cost without upper bounds. */
const char *flow_check_cycle(const struct flow_problem *problem, const uint32_t *arcs,
                             size_t count);

int64_t flow_cost(const struct flow_problem *problem, const int64_t *flow);

enum flow_answer { FLOW_ANSWER_OPTIMAL, FLOW_ANSWER_INFEASIBLE, FLOW_ANSWER_UNBOUNDED };

/* Slow and simple: a feasible flow by augmenting paths, then cancelling negative cycles that
 * Bellman and Ford's algorithm finds. */
enum flow_answer flow_solve_slowly(const struct flow_problem *problem, int64_t *ret_cost);

#endif
