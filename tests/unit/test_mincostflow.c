/* The network simplex against cycle cancelling, its own certificates and published optima. */
#include "coordinator/optimizer/mincostflow.h"
#include "tests/support/flow_checker.h"

#include <criterion/criterion.h>
#include <stdlib.h>

/* Problems --------------------------------------------------------------------------------------
 */

static uint64_t random_state;

static uint32_t random_below(uint32_t n) {
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(((random_state >> 33) * n) >> 31);
}

static int64_t random_between(int64_t low, int64_t high) {
    return low + (int64_t)random_below((uint32_t)(high - low + 1));
}

static struct flow_problem problem_of(uint32_t nodes, uint32_t arcs) {
    struct flow_problem p = {.nodes = nodes, .arcs = arcs};
    p.supply = calloc(nodes + 1, sizeof *p.supply);
    p.arc = calloc(arcs + 1, sizeof *p.arc);
    cr_assert(p.supply && p.arc);
    return p;
}

static void problem_free(struct flow_problem *p) {
    free(p->supply);
    free(p->arc);
}

static struct flow_problem_arc random_arc(uint32_t nodes, bool unbounded) {
    struct flow_problem_arc a = {
        .from = random_below(nodes),
        .to = random_below(nodes), /* loops and parallel arcs come of themselves */
        .lower = random_below(4) ? 0 : random_between(-3, 3),
        .cost = random_below(5) ? random_between(0, 12) : random_between(-6, 6),
    };
    a.upper = a.lower + random_between(0, 12);
    if (unbounded && random_below(4) == 0)
        a.upper = FLOW_UNBOUNDED_ABOVE;
    return a;
}

static struct flow_problem random_problem(void) {
    uint32_t nodes = 1 + random_below(7);
    struct flow_problem p = problem_of(nodes, random_below(16));
    bool unbounded = random_below(2) == 0;
    for (uint32_t i = 0; i < p.arcs; i++)
        p.arc[i] = random_arc(nodes, unbounded);
    for (uint32_t i = 0; i < 3; i++) {
        int64_t amount = random_between(0, 9);
        p.supply[random_below(nodes)] += amount;
        p.supply[random_below(nodes)] -= random_below(12) ? amount : 1;
    }
    return p;
}

static int64_t upper_for_solver(int64_t upper) {
    return upper == FLOW_UNBOUNDED_ABOVE ? MINCOSTFLOW_NO_BOUND : upper;
}

static struct mincostflow *flow_of(const struct flow_problem *p) {
    struct mincostflow *flow = NULL;
    uint32_t number;
    cr_assert_eq(mincostflow_new(&flow), 0);
    for (uint32_t i = 0; i < p->nodes; i++) {
        cr_assert_eq(mincostflow_add_node(flow, p->supply[i], &number), 0);
        cr_assert_eq(number, i);
    }
    for (uint32_t i = 0; i < p->arcs; i++) {
        const struct flow_problem_arc *a = &p->arc[i];
        cr_assert_eq(mincostflow_add_arc(flow, a->from, a->to, a->lower, upper_for_solver(a->upper),
                                         a->cost, &number),
                     0);
        cr_assert_eq(number, i);
    }
    return flow;
}

/* Judgement -------------------------------------------------------------------------------------
 */

static const char *judge_optimal(const struct flow_problem *p, const struct mincostflow *flow) {
    int64_t *flows = calloc(p->arcs + 1, sizeof *flows);
    int64_t *prices = calloc(p->nodes + 1, sizeof *prices);
    int64_t cost = 0;
    for (uint32_t i = 0; i < p->arcs; i++)
        flows[i] = mincostflow_arc_flow(flow, i);
    for (uint32_t i = 0; i < p->nodes; i++)
        prices[i] = mincostflow_price(flow, i);
    const char *wrong = flow_check_feasible(p, flows);
    if (!wrong)
        wrong = flow_check_prices(p, flows, prices);
    if (!wrong && (mincostflow_cost(flow, &cost) || cost != flow_cost(p, flows)))
        wrong = "cost differs";
    free(flows);
    free(prices);
    return wrong;
}

static const char *judge_infeasible(const struct flow_problem *p, const struct mincostflow *flow) {
    bool *inside = calloc(p->nodes + 1, sizeof *inside);
    int64_t excess;
    const char *wrong = mincostflow_cut(flow, inside, &excess) ? "no cut" : NULL;
    if (!wrong)
        wrong = flow_check_cut(p, inside, excess);
    free(inside);
    return wrong;
}

static const char *judge_unbounded(const struct flow_problem *p, const struct mincostflow *flow) {
    uint32_t *arcs = calloc(p->nodes + 2, sizeof *arcs);
    size_t count;
    const char *wrong = mincostflow_cycle(flow, arcs, &count) ? "no cycle" : NULL;
    if (!wrong)
        wrong = flow_check_cycle(p, arcs, count);
    free(arcs);
    return wrong;
}

/* A problem may have no feasible flow and an endless cycle as well; either proof is an answer. */
static enum flow_answer solve_and_judge(const struct flow_problem *p, struct mincostflow *flow,
                                        int64_t *ret_cost) {
    enum mincostflow_status status;
    cr_assert_eq(mincostflow_solve(flow, NULL, &status), 0);
    const char *wrong = "stopped";
    enum flow_answer answer = FLOW_ANSWER_OPTIMAL;
    if (status == MINCOSTFLOW_OPTIMAL) {
        wrong = judge_optimal(p, flow);
        cr_assert_eq(mincostflow_cost(flow, ret_cost), 0);
    } else if (status == MINCOSTFLOW_INFEASIBLE) {
        wrong = judge_infeasible(p, flow);
        answer = FLOW_ANSWER_INFEASIBLE;
    } else if (status == MINCOSTFLOW_UNBOUNDED) {
        wrong = judge_unbounded(p, flow);
        answer = FLOW_ANSWER_UNBOUNDED;
    }
    cr_assert_null(wrong, "%s", wrong ? wrong : "");
    return answer;
}

static void compare_with_slow(const struct flow_problem *p, struct mincostflow *flow) {
    int64_t cost = 0, slow_cost = 0;
    enum flow_answer answer = solve_and_judge(p, flow, &cost);
    enum flow_answer slow = flow_solve_slowly(p, &slow_cost);
    if (answer == FLOW_ANSWER_UNBOUNDED && slow == FLOW_ANSWER_INFEASIBLE)
        return;
    cr_assert_eq(answer, slow, "answers %d, slowly %d", (int)answer, (int)slow);
    cr_assert_eq(cost, slow_cost, "cost %ld, slowly %ld", (long)cost, (long)slow_cost);
}

/* Against cycle cancelling ----------------------------------------------------------------------
 */

Test(mincostflow, equals_cycle_cancelling_on_small_random_problems) {
    for (uint64_t seed = 1; seed <= 20000; seed++) {
        random_state = seed;
        struct flow_problem p = random_problem();
        struct mincostflow *flow = flow_of(&p);
        compare_with_slow(&p, flow);
        mincostflow_free(flow);
        problem_free(&p);
    }
}

static void change_bounds(struct flow_problem *p, struct mincostflow *flow, uint32_t arc) {
    struct flow_problem_arc *a = &p->arc[arc];
    struct flow_problem_arc other = random_arc(p->nodes, true);
    a->lower = other.lower;
    a->upper = other.upper;
    cr_assert_eq(mincostflow_set_bounds(flow, arc, a->lower, upper_for_solver(a->upper)), 0);
}

static void change_supplies(struct flow_problem *p, struct mincostflow *flow) {
    uint32_t from = random_below(p->nodes), to = random_below(p->nodes);
    int64_t amount = random_between(0, 6);
    p->supply[from] += amount;
    cr_assert_eq(mincostflow_set_supply(flow, from, p->supply[from]), 0);
    p->supply[to] -= amount;
    cr_assert_eq(mincostflow_set_supply(flow, to, p->supply[to]), 0);
}

static void add_something(struct flow_problem *p, struct mincostflow *flow) {
    uint32_t number;
    if (random_below(4) == 0) {
        p->supply = realloc(p->supply, (p->nodes + 1) * sizeof *p->supply);
        p->supply[p->nodes++] = 0;
        cr_assert_eq(mincostflow_add_node(flow, 0, &number), 0);
        cr_assert_eq(number, p->nodes - 1);
    }
    struct flow_problem_arc a = random_arc(p->nodes, true);
    p->arc = realloc(p->arc, (p->arcs + 1) * sizeof *p->arc);
    p->arc[p->arcs++] = a;
    cr_assert_eq(mincostflow_add_arc(flow, a.from, a.to, a.lower, upper_for_solver(a.upper), a.cost,
                                     &number),
                 0);
    cr_assert_eq(number, p->arcs - 1);
}

static void change_something(struct flow_problem *p, struct mincostflow *flow) {
    uint32_t what = random_below(8);
    if (what == 0 && p->arcs < 24)
        add_something(p, flow);
    else if (what <= 2)
        change_supplies(p, flow);
    else if (p->arcs > 0 && what <= 4) {
        uint32_t arc = random_below(p->arcs);
        p->arc[arc].cost = random_between(-4, 12);
        cr_assert_eq(mincostflow_set_cost(flow, arc, p->arc[arc].cost), 0);
    } else if (p->arcs > 0)
        change_bounds(p, flow, random_below(p->arcs));
}

Test(mincostflow, goes_on_from_its_basis_to_the_same_optimum_after_any_changes) {
    for (uint64_t seed = 1; seed <= 1500; seed++) {
        random_state = seed * 77;
        struct flow_problem p = random_problem();
        struct mincostflow *flow = flow_of(&p);
        for (uint32_t round = 0; round < 12; round++) {
            for (uint32_t changes = random_below(4); changes > 0; changes--)
                change_something(&p, flow);
            compare_with_slow(&p, flow);
        }
        mincostflow_free(flow);
        problem_free(&p);
    }
}

/* Larger networks, where the tree is deep: warm against cold. */
static struct flow_problem grid_problem(uint32_t side) {
    struct flow_problem p = problem_of(side * side, 4 * side * (side - 1));
    uint32_t arc = 0;
    for (uint32_t y = 0; y < side; y++)
        for (uint32_t x = 0; x < side; x++) {
            uint32_t at = y * side + x, ends[2] = {at + 1, at + side};
            for (uint32_t e = 0; e < 2; e++)
                if (e == 0 ? x + 1 < side : y + 1 < side)
                    for (uint32_t way = 0; way < 2; way++)
                        p.arc[arc++] = (struct flow_problem_arc){
                            .from = way ? at : ends[e],
                            .to = way ? ends[e] : at,
                            .upper = random_between(0, 60),
                            .cost = random_between(0, 40),
                        };
        }
    for (uint32_t i = 0; i < side; i++) {
        int64_t amount = random_between(0, 20);
        p.supply[random_below(p.nodes)] += amount;
        p.supply[random_below(p.nodes)] -= amount;
    }
    return p;
}

Test(mincostflow, warm_equals_cold_on_grids) {
    for (uint64_t seed = 1; seed <= 6; seed++) {
        random_state = seed;
        struct flow_problem p = grid_problem(24);
        struct mincostflow *warm = flow_of(&p);
        for (uint32_t round = 0; round < 40; round++) {
            int64_t warm_cost = 0, cold_cost = 0;
            struct mincostflow *cold = flow_of(&p);
            cr_assert_eq(solve_and_judge(&p, warm, &warm_cost),
                         solve_and_judge(&p, cold, &cold_cost));
            cr_assert_eq(warm_cost, cold_cost);
            mincostflow_free(cold);
            uint32_t arc = random_below(p.arcs);
            p.arc[arc].upper = random_between(0, 60);
            p.arc[arc].cost = random_between(0, 40);
            cr_assert_eq(mincostflow_set_bounds(warm, arc, 0, p.arc[arc].upper), 0);
            cr_assert_eq(mincostflow_set_cost(warm, arc, p.arc[arc].cost), 0);
            change_supplies(&p, warm);
        }
        mincostflow_free(warm);
        problem_free(&p);
    }
}

Test(mincostflow, forgetting_the_basis_repeats_the_first_solve_exactly) {
    random_state = 5;
    struct flow_problem p = grid_problem(12);
    struct mincostflow *one = flow_of(&p), *two = flow_of(&p);
    int64_t cost;
    solve_and_judge(&p, one, &cost);
    solve_and_judge(&p, two, &cost);
    uint64_t pivots = mincostflow_pivots(two);
    mincostflow_forget_basis(two);
    solve_and_judge(&p, two, &cost);
    cr_assert_eq(mincostflow_pivots(two), 2 * pivots);
    for (uint32_t i = 0; i < p.arcs; i++)
        cr_assert_eq(mincostflow_arc_flow(one, i), mincostflow_arc_flow(two, i));
    mincostflow_free(one);
    mincostflow_free(two);
    problem_free(&p);
}

/* Limits ----------------------------------------------------------------------------------------
 */

Test(mincostflow, stops_at_its_limit_and_goes_on_to_the_optimum) {
    random_state = 9;
    struct flow_problem p = grid_problem(16);
    struct mincostflow *whole = flow_of(&p), *parts = flow_of(&p);
    int64_t whole_cost = 0, parts_cost = 0;
    solve_and_judge(&p, whole, &whole_cost);
    struct mincostflow_limits limits = {.pivot_limit = 7};
    enum mincostflow_status status;
    uint32_t stops = 0;
    for (;; stops++) {
        cr_assert_eq(mincostflow_solve(parts, &limits, &status), 0);
        if (status != MINCOSTFLOW_STOPPED)
            break;
        int64_t imbalance = 0;
        for (uint32_t i = 0; i < p.nodes; i++)
            imbalance += mincostflow_imbalance(parts, i);
        cr_assert_eq(imbalance, 0);
    }
    cr_assert_gt(stops, 5);
    solve_and_judge(&p, parts, &parts_cost);
    cr_assert_eq(whole_cost, parts_cost);
    mincostflow_free(whole);
    mincostflow_free(parts);
    problem_free(&p);
}

static int stop_at_once(void *context, uint64_t pivots) {
    *(uint64_t *)context = pivots;
    return 1;
}

Test(mincostflow, asks_its_callback_whether_to_stop) {
    random_state = 3;
    struct flow_problem p = grid_problem(30);
    struct mincostflow *flow = flow_of(&p);
    uint64_t seen = 0;
    struct mincostflow_limits limits = {.progress = stop_at_once, .context = &seen};
    enum mincostflow_status status;
    cr_assert_eq(mincostflow_solve(flow, &limits, &status), 0);
    cr_assert_eq(status, MINCOSTFLOW_STOPPED);
    cr_assert_geq(seen, 1000);
    mincostflow_free(flow);
    problem_free(&p);
}

/* Figures at the edge ---------------------------------------------------------------------------
 */

Test(mincostflow, refuses_what_could_overflow_and_stays_as_it_was) {
    struct mincostflow *flow = NULL;
    uint32_t a, b, arc;
    enum mincostflow_status status;
    int64_t cost;
    cr_assert_eq(mincostflow_new(&flow), 0);
    cr_assert_eq(mincostflow_add_node(flow, INT64_MAX, &a), HV_ERR_OVERFLOW);
    cr_assert_eq(mincostflow_add_node(flow, INT64_MIN, &a), HV_ERR_OVERFLOW);
    cr_assert_eq(mincostflow_add_node(flow, 5, &a), 0);
    cr_assert_eq(mincostflow_add_node(flow, -5, &b), 0);
    cr_assert_eq(mincostflow_set_supply(flow, a, INT64_MIN), HV_ERR_OVERFLOW);
    cr_assert_eq(mincostflow_add_arc(flow, a, b, 0, 9, INT64_MIN, &arc), HV_ERR_OVERFLOW);
    cr_assert_eq(mincostflow_add_arc(flow, a, b, 0, 9, 7, &arc), 0);
    cr_assert_eq(mincostflow_set_cost(flow, arc, INT64_MAX), HV_ERR_OVERFLOW);
    cr_assert_eq(mincostflow_solve(flow, NULL, &status), 0);
    cr_assert_eq(status, MINCOSTFLOW_OPTIMAL);
    cr_assert_eq(mincostflow_cost(flow, &cost), 0);
    cr_assert_eq(cost, 35);
    cr_assert_eq(mincostflow_set_cost(flow, arc, INT64_C(1) << 61), 0);
    cr_assert_eq(mincostflow_solve(flow, NULL, &status), HV_ERR_OVERFLOW);
    mincostflow_free(flow);
}

Test(mincostflow, refuses_bounds_and_numbers_that_make_no_sense) {
    struct mincostflow *flow = NULL;
    uint32_t a, arc;
    cr_assert_eq(mincostflow_new(&flow), 0);
    cr_assert_eq(mincostflow_add_node(flow, 0, &a), 0);
    cr_assert_eq(mincostflow_add_arc(flow, a, a + 1, 0, 1, 0, &arc), HV_ERR_VALUE);
    cr_assert_eq(mincostflow_add_arc(flow, a, a, 2, 1, 0, &arc), HV_ERR_VALUE);
    cr_assert_eq(mincostflow_add_arc(flow, a, a, INT64_MIN, 1, 0, &arc), HV_ERR_VALUE);
    cr_assert_eq(mincostflow_set_bounds(flow, 0, 0, 1), HV_ERR_VALUE);
    cr_assert_eq(mincostflow_set_cost(flow, 0, 1), HV_ERR_VALUE);
    cr_assert_eq(mincostflow_set_supply(flow, 1, 1), HV_ERR_VALUE);
    bool inside;
    int64_t excess;
    size_t count;
    cr_assert_eq(mincostflow_cut(flow, &inside, &excess), HV_ERR_STATE);
    cr_assert_eq(mincostflow_cycle(flow, &arc, &count), HV_ERR_STATE);
    mincostflow_free(flow);
    mincostflow_free(NULL);
}

Test(mincostflow, an_empty_problem_is_optimal) {
    struct mincostflow *flow = NULL;
    enum mincostflow_status status;
    int64_t cost = 1;
    cr_assert_eq(mincostflow_new(&flow), 0);
    cr_assert_eq(mincostflow_solve(flow, NULL, &status), 0);
    cr_assert_eq(status, MINCOSTFLOW_OPTIMAL);
    cr_assert_eq(mincostflow_cost(flow, &cost), 0);
    cr_assert_eq(cost, 0);
    mincostflow_free(flow);
}

Test(mincostflow, large_figures_stay_exact) {
    struct mincostflow *flow = NULL;
    uint32_t a, b, arc;
    enum mincostflow_status status;
    int64_t cost;
    const int64_t much = MINCOSTFLOW_NO_BOUND - 1;
    cr_assert_eq(mincostflow_new(&flow), 0);
    cr_assert_eq(mincostflow_add_node(flow, much, &a), 0);
    cr_assert_eq(mincostflow_add_node(flow, -much, &b), 0);
    cr_assert_eq(mincostflow_add_arc(flow, a, b, 0, much, 90, &arc), 0);
    cr_assert_eq(mincostflow_add_arc(flow, a, b, 0, 1, 89, &arc), 0);
    cr_assert_eq(mincostflow_solve(flow, NULL, &status), 0);
    cr_assert_eq(status, MINCOSTFLOW_OPTIMAL);
    cr_assert_eq(mincostflow_cost(flow, &cost), 0);
    cr_assert_eq(cost, much * 90 - 1);
    cr_assert_eq(mincostflow_set_cost(flow, arc - 1, 900), 0);
    cr_assert_eq(mincostflow_solve(flow, NULL, &status), 0);
    cr_assert_eq(mincostflow_cost(flow, &cost), HV_ERR_OVERFLOW);
    mincostflow_free(flow);
}
