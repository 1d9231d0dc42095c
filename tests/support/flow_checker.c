#include "tests/support/flow_checker.h"

#include <stdlib.h>
#include <string.h>

static void *take(size_t count, size_t bytes) {
    void *memory = calloc(count ? count : 1, bytes);
    if (!memory)
        abort();
    return memory;
}

const char *flow_check_feasible(const struct flow_problem *problem, const int64_t *flow) {
    int64_t *rest = take(problem->nodes, sizeof *rest);
    memcpy(rest, problem->supply, problem->nodes * sizeof *rest);
    const char *wrong = NULL;
    for (uint32_t i = 0; i < problem->arcs; i++) {
        const struct flow_problem_arc *a = &problem->arc[i];
        if (flow[i] < a->lower || flow[i] > a->upper)
            wrong = "a flow passes a bound";
        rest[a->from] -= flow[i];
        rest[a->to] += flow[i];
    }
    for (uint32_t i = 0; i < problem->nodes; i++)
        if (rest[i] != 0)
            wrong = "a node does not balance";
    free(rest);
    return wrong;
}

const char *flow_check_prices(const struct flow_problem *problem, const int64_t *flow,
                              const int64_t *price) {
    for (uint32_t i = 0; i < problem->arcs; i++) {
        const struct flow_problem_arc *a = &problem->arc[i];
        int64_t reduced = a->cost + price[a->from] - price[a->to];
        if (reduced < 0 && flow[i] < a->upper)
            return "an arc that would save carries less than it can";
        if (reduced > 0 && flow[i] > a->lower)
            return "an arc that costs carries more than it must";
    }
    return NULL;
}

const char *flow_check_cut(const struct flow_problem *problem, const bool *inside, int64_t excess) {
    if (excess == 0)
        return "nothing is in excess";
    int64_t supply = 0, out_most = 0, out_least = 0, in_most = 0, in_least = 0;
    bool out_free = false, in_free = false;
    for (uint32_t i = 0; i < problem->nodes; i++)
        supply += inside[i] ? problem->supply[i] : 0;
    for (uint32_t i = 0; i < problem->arcs; i++) {
        const struct flow_problem_arc *a = &problem->arc[i];
        bool free_above = a->upper == FLOW_UNBOUNDED_ABOVE;
        if (inside[a->from] && !inside[a->to]) {
            out_free |= free_above;
            out_most += free_above ? 0 : a->upper;
            out_least += a->lower;
        } else if (!inside[a->from] && inside[a->to]) {
            in_free |= free_above;
            in_most += free_above ? 0 : a->upper;
            in_least += a->lower;
        }
    }
    if (excess > 0)
        return !out_free && supply + in_least - out_most == excess ? NULL : "the cut can carry it";
    return !in_free && supply + in_most - out_least == excess ? NULL : "the cut can bring it";
}

const char *flow_check_cycle(const struct flow_problem *problem, const uint32_t *arcs,
                             size_t count) {
    if (count == 0 || count > problem->nodes)
        return "no simple cycle";
    int64_t cost = 0;
    for (size_t i = 0; i < count; i++) {
        const struct flow_problem_arc *a = &problem->arc[arcs[i]];
        const struct flow_problem_arc *next = &problem->arc[arcs[(i + 1) % count]];
        if (a->to != next->from)
            return "the arcs do not connect";
        if (a->upper != FLOW_UNBOUNDED_ABOVE)
            return "an arc of the cycle is bounded";
        cost += a->cost;
    }
    return cost < 0 ? NULL : "the cycle costs something";
}

int64_t flow_cost(const struct flow_problem *problem, const int64_t *flow) {
    int64_t cost = 0;
    for (uint32_t i = 0; i < problem->arcs; i++)
        cost += problem->arc[i].cost * flow[i];
    return cost;
}

/* Residual arcs: 2i forwards, 2i + 1 backwards. Arcs of the problem and then two for each node,
 * from a source at `nodes` and to a sink at `nodes + 1`. */
struct residual {
    uint32_t nodes, arcs;
    uint32_t *from, *to;
    int64_t *room, *cost;
};

static void put_arc(struct residual *r, uint32_t from, uint32_t to, int64_t room, int64_t cost) {
    uint32_t i = r->arcs;
    r->from[i] = r->to[i + 1] = from;
    r->to[i] = r->from[i + 1] = to;
    r->room[i] = room;
    r->room[i + 1] = 0;
    r->cost[i] = cost;
    r->cost[i + 1] = -cost;
    r->arcs += 2;
}

static const int64_t plenty = (int64_t)1 << 60;

static bool is_plenty(int64_t room) {
    return room > plenty / 2;
}

static void push(struct residual *r, uint32_t arc, int64_t amount) {
    if (!is_plenty(r->room[arc]))
        r->room[arc] -= amount;
    if (!is_plenty(r->room[arc ^ 1]))
        r->room[arc ^ 1] += amount;
}

/* Breadth first from source to sink; false where the sink is out of reach. */
static bool augment(struct residual *r, uint32_t source, uint32_t sink) {
    uint32_t *by = take(r->nodes, sizeof *by), *queue = take(r->nodes, sizeof *queue);
    bool *seen = take(r->nodes, sizeof *seen);
    size_t head = 0, tail = 0;
    seen[source] = true;
    queue[tail++] = source;
    while (head < tail && !seen[sink]) {
        uint32_t at = queue[head++];
        for (uint32_t a = 0; a < r->arcs; a++)
            if (r->from[a] == at && r->room[a] > 0 && !seen[r->to[a]]) {
                seen[r->to[a]] = true;
                by[r->to[a]] = a;
                queue[tail++] = r->to[a];
            }
    }
    bool reached = seen[sink];
    if (reached) {
        int64_t least = plenty;
        for (uint32_t at = sink; at != source; at = r->from[by[at]])
            least = r->room[by[at]] < least ? r->room[by[at]] : least;
        for (uint32_t at = sink; at != source; at = r->from[by[at]])
            push(r, by[at], least);
    }
    free(by);
    free(queue);
    free(seen);
    return reached;
}

enum cancelled { NO_CYCLE, CANCELLED, ENDLESS };

/* Finds a negative cycle by Bellman and Ford's algorithm from everywhere at once, and cancels it.
 * Arcs without bound are tried alone first, so that an endless cycle is found where there is one.
 */
static enum cancelled cancel_cycle(struct residual *r, bool endless_only) {
    int64_t *length = take(r->nodes, sizeof *length);
    uint32_t *by = take(r->nodes, sizeof *by);
    memset(by, 0xff, r->nodes * sizeof *by);
    uint32_t changed = UINT32_MAX;
    for (uint32_t round = 0; round <= r->nodes; round++) {
        changed = UINT32_MAX;
        for (uint32_t a = 0; a < r->arcs; a++) {
            bool usable = endless_only ? is_plenty(r->room[a]) : r->room[a] > 0;
            if (usable && length[r->from[a]] + r->cost[a] < length[r->to[a]]) {
                length[r->to[a]] = length[r->from[a]] + r->cost[a];
                by[r->to[a]] = a;
                changed = r->to[a];
            }
        }
        if (changed == UINT32_MAX)
            break;
    }
    enum cancelled result = NO_CYCLE;
    if (changed != UINT32_MAX && endless_only) {
        result = ENDLESS;
    } else if (changed != UINT32_MAX) {
        uint32_t on = changed;
        for (uint32_t i = 0; i < r->nodes; i++)
            on = r->from[by[on]];
        int64_t least = plenty;
        uint32_t at = on;
        do {
            least = r->room[by[at]] < least ? r->room[by[at]] : least;
            at = r->from[by[at]];
        } while (at != on);
        do {
            push(r, by[at], least);
            at = r->from[by[at]];
        } while (at != on);
        result = CANCELLED;
    }
    free(length);
    free(by);
    return result;
}

static void build(const struct flow_problem *problem, struct residual *r, int64_t *rest) {
    for (uint32_t i = 0; i < problem->arcs; i++) {
        const struct flow_problem_arc *a = &problem->arc[i];
        bool free_above = a->upper == FLOW_UNBOUNDED_ABOVE;
        put_arc(r, a->from, a->to, free_above ? plenty : a->upper - a->lower, a->cost);
        rest[a->from] -= a->lower;
        rest[a->to] += a->lower;
    }
    for (uint32_t i = 0; i < problem->nodes; i++) {
        put_arc(r, problem->nodes, i, rest[i] > 0 ? rest[i] : 0, 0);
        put_arc(r, i, problem->nodes + 1, rest[i] < 0 ? -rest[i] : 0, 0);
    }
}

enum flow_answer flow_solve_slowly(const struct flow_problem *problem, int64_t *ret_cost) {
    size_t arcs = 2 * ((size_t)problem->arcs + 2 * (size_t)problem->nodes);
    struct residual r = {.nodes = problem->nodes + 2};
    r.from = take(arcs, sizeof *r.from);
    r.to = take(arcs, sizeof *r.to);
    r.room = take(arcs, sizeof *r.room);
    r.cost = take(arcs, sizeof *r.cost);
    int64_t *rest = take(problem->nodes, sizeof *rest);
    memcpy(rest, problem->supply, problem->nodes * sizeof *rest);
    build(problem, &r, rest);

    while (augment(&r, problem->nodes, problem->nodes + 1))
        ;
    bool feasible = true;
    for (uint32_t a = 2 * problem->arcs; a < r.arcs; a += 2) {
        feasible = feasible && r.room[a] == 0;
        r.room[a] = r.room[a + 1] = 0; /* from here on only arcs of the problem */
    }
    enum flow_answer answer = FLOW_ANSWER_OPTIMAL;
    if (!feasible)
        answer = FLOW_ANSWER_INFEASIBLE;
    else if (cancel_cycle(&r, true) == ENDLESS)
        answer = FLOW_ANSWER_UNBOUNDED;
    if (answer == FLOW_ANSWER_OPTIMAL) {
        while (cancel_cycle(&r, false) == CANCELLED)
            ;
        *ret_cost = 0;
        for (uint32_t i = 0; i < problem->arcs; i++)
            *ret_cost += problem->arc[i].cost * (problem->arc[i].lower + r.room[2 * i + 1]);
    }
    free(r.from);
    free(r.to);
    free(r.room);
    free(r.cost);
    free(rest);
    return answer;
}
