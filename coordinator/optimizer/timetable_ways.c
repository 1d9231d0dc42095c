#include "coordinator/optimizer/timetable_ways.h"

#include "coordinator/optimizer/zone_plan_result.h"
#include "coordinator/optimizer/zone_plan_stages.h"

#include <stdlib.h>
#include <string.h>

enum {
    FLOW_WAYS = 6, /* of the flow, between one zone and one shelter */
    ROUNDS = 2,
    SQUEAKS = 12, /* orders tried where roads close and somebody is late, */
    PATIENCE = 3  /* but no more than so many in a row that bring nobody in */
};

/* When an assignment has its turn. */
struct turn {
    int64_t arrival; /* mean arrival by the flow, in 1/256 step; by travel where it sends nobody */
    int32_t entry;
};

struct seeking {
    const struct timetable_steps *steps;
    const struct plan *plan;
    const struct evacuation_plan *flow;
    size_t *first_route; /* by zone: into by_zone, and one more */
    uint32_t *by_zone;   /* routes of the flow by their zone */
    struct zone_plan_search search;
    struct turn *turns;
    const struct timetable_turns *order;
    const struct zone_plan_way *ways[FLOW_WAYS + 1]; /* of the assignment at hand */
    int32_t way_count;
    int32_t *columns; /* their rooms by step of departure, way by way */
    struct zone_plan_going trial, chosen;
};

/* ---- routes of the flow ---- */

static int sort_routes(struct seeking *seeking) {
    const struct evacuation_plan *flow = seeking->flow;
    const size_t zones = seeking->steps->instance.zone_count;
    seeking->first_route = calloc(zones + 2, sizeof *seeking->first_route);
    seeking->by_zone = calloc(flow->route_count + 1, sizeof *seeking->by_zone);
    if (seeking->first_route == NULL || seeking->by_zone == NULL)
        return HV_ERR_MEMORY;
    for (size_t r = 0; r < flow->route_count; r++)
        seeking->first_route[flow->routes[r].zone + 2]++;
    for (size_t z = 0; z < zones; z++)
        seeking->first_route[z + 2] += seeking->first_route[z + 1];
    for (size_t r = 0; r < flow->route_count; r++)
        seeking->by_zone[seeking->first_route[flow->routes[r].zone + 1]++] = (uint32_t)r;
    return HV_OK;
}

static int64_t people_on(const struct evacuation_plan *flow, const struct evacuation_route *route,
                         int64_t *ret_departure_sum) {
    int64_t people = 0;
    for (size_t d = 0; d < route->departure_count; d++) {
        const struct evacuation_departure *one = &flow->departures[route->departure_first + d];
        people += one->people;
        *ret_departure_sum += one->people * one->step;
    }
    return people;
}

static int64_t travel_of(const struct seeking *seeking, const int32_t *links, size_t count) {
    int64_t steps = 0;
    for (size_t i = 0; i < count; i++)
        steps += seeking->steps->links[links[i]].travel_steps;
    return steps;
}

/* ---- whose turn it is ---- */

static struct turn turn_of(const struct seeking *seeking, size_t entry) {
    const struct plan_assignment *a = &seeking->plan->assignments[entry];
    int64_t people = 0, steps = 0;
    for (size_t i = seeking->first_route[a->zone]; i < seeking->first_route[a->zone + 1]; i++) {
        const struct evacuation_route *route = &seeking->flow->routes[seeking->by_zone[i]];
        if ((uint32_t)route->shelter != a->shelter)
            continue;
        int64_t departures = 0;
        const int64_t here = people_on(seeking->flow, route, &departures);
        people += here;
        steps += departures + here * travel_of(seeking, seeking->flow->links + route->link_first,
                                               route->link_count);
    }
    const int64_t travel = a->arrival_ms / seeking->steps->step_ms;
    return (struct turn){people > 0 ? steps * 256 / people : travel * 256, (int32_t)entry};
}

static int compare_turns(const void *first, const void *second) {
    const struct turn *a = first, *b = second;
    if (a->arrival != b->arrival)
        return a->arrival > b->arrival ? 1 : -1;
    return (a->entry > b->entry) - (a->entry < b->entry);
}

static int take_turns(struct seeking *seeking) {
    const size_t count = seeking->plan->assignment_count;
    seeking->turns = calloc(count + 1, sizeof *seeking->turns);
    if (seeking->turns == NULL)
        return HV_ERR_MEMORY;
    for (size_t i = 0; i < count; i++)
        seeking->turns[i] = seeking->order->given == NULL
                                ? turn_of(seeking, i)
                                : (struct turn){(int64_t)i, seeking->order->given[i]};
    qsort(seeking->turns, count, sizeof *seeking->turns, compare_turns);
    return HV_OK;
}

/* ---- ways ---- */

static void add_way(struct seeking *seeking, int32_t entry, const int32_t *links, size_t count) {
    const struct plan_assignment *a = &seeking->plan->assignments[entry];
    const struct zone_plan_way *way =
        zone_plan_finder_way(&seeking->search.finder, entry, (int32_t)a->shelter, links, count);
    if (way != NULL && seeking->way_count <= FLOW_WAYS)
        seeking->ways[seeking->way_count++] = way;
}

static int take_columns(struct seeking *seeking) {
    const size_t steps = (size_t)seeking->search.state.roads.steps;
    seeking->columns = calloc((FLOW_WAYS + 1) * steps, sizeof *seeking->columns);
    return seeking->columns == NULL ? HV_ERR_MEMORY : HV_OK;
}

/* The planner's own way, which may end at the second node of a centroid that it begins at. */
static int add_quickest(struct seeking *seeking, int32_t entry) {
    const struct plan_assignment *a = &seeking->plan->assignments[entry];
    const struct timetable_steps *steps = seeking->steps;
    int32_t *links = calloc(a->route.count + 1u, sizeof *links);
    size_t count = 0;
    if (links == NULL)
        return HV_ERR_MEMORY;
    for (; count < a->route.count; count++)
        links[count] = (int32_t)seeking->plan->links[a->route.first + count];
    const int32_t from = steps->zones[a->zone].node, to = steps->shelters[a->shelter].node;
    for (uint32_t i = 0; count == 0 && from != to && i < steps->centroid_count; i++)
        if (steps->links[steps->road_count + i].from == from)
            links[count++] = (int32_t)(steps->road_count + i);
    add_way(seeking, entry, links, count);
    free(links);
    return HV_OK;
}

/* Those on which the flow sends most people between the two. */
static void add_flow_ways(struct seeking *seeking, int32_t entry) {
    const struct plan_assignment *a = &seeking->plan->assignments[entry];
    const size_t first = seeking->first_route[a->zone], past = seeking->first_route[a->zone + 1];
    int64_t below = INT64_MAX, ignored = 0;
    size_t last = past; /* the route that was added last: of as many people, later ones follow */
    for (int k = 0; k < FLOW_WAYS; k++) {
        int64_t most = 0;
        size_t best = past;
        for (size_t i = first; i < past; i++) {
            const struct evacuation_route *route = &seeking->flow->routes[seeking->by_zone[i]];
            if ((uint32_t)route->shelter != a->shelter)
                continue;
            const int64_t people = people_on(seeking->flow, route, &ignored);
            if (people > most && (people < below || (people == below && last < past && i > last))) {
                most = people;
                best = i;
            }
        }
        if (best == past)
            return;
        const struct evacuation_route *route = &seeking->flow->routes[seeking->by_zone[best]];
        add_way(seeking, entry, seeking->flow->links + route->link_first, route->link_count);
        below = most;
        last = best;
    }
}

/* ---- one assignment ---- */

static void keep_better(struct seeking *seeking, bool *better) {
    *better = zone_plan_compare(seeking->trial.unserved, seeking->trial.cost,
                                seeking->chosen.unserved, seeking->chosen.cost) < 0;
    if (!*better)
        return;
    const struct zone_plan_going swap = seeking->trial;
    seeking->trial = seeking->chosen;
    seeking->chosen = swap;
}

static void write_columns(struct seeking *seeking) {
    const size_t steps = (size_t)seeking->search.state.roads.steps;
    for (int32_t k = 0; k < seeking->way_count; k++)
        zone_plan_state_rooms(&seeking->search.state, seeking->ways[k],
                              seeking->columns + (size_t)k * steps);
}

/* Ways of the assignment at hand that are tried together. */
struct trying {
    const struct zone_plan_way *ways[ZONE_PLAN_ROUTES_MAX];
    const int32_t *columns[ZONE_PLAN_ROUTES_MAX];
    int32_t count;
};

static bool is_tried(const struct trying *trying, const struct zone_plan_way *way) {
    for (int32_t i = 0; i < trying->count; i++)
        if (trying->ways[i] == way)
            return true;
    return false;
}

static void try_with(const struct seeking *seeking, int32_t k, struct trying *trying) {
    trying->ways[trying->count] = seeking->ways[k];
    trying->columns[trying->count] =
        seeking->columns + (size_t)k * (size_t)seeking->search.state.roads.steps;
    trying->count++;
}

/* Whether departures over the ways could be better than what there is. */
static bool is_hopeful(struct seeking *seeking, int32_t entry, const struct trying *trying) {
    const struct zone_plan_hope hope = zone_plan_state_hope(
        &seeking->search.state, entry, trying->ways, trying->columns, trying->count);
    return zone_plan_compare(hope.unserved, hope.cost, seeking->chosen.unserved,
                             seeking->chosen.cost) < 0;
}

/* The best single way, then the best that can be added to it. */
static int choose(struct seeking *seeking, int32_t entry) {
    struct trying chosen = {.count = 0};
    zone_plan_going_clear(seeking->search.problem, entry, &seeking->chosen);
    write_columns(seeking);
    while (chosen.count < seeking->search.problem->routes_max) {
        int32_t best = -1;
        for (int32_t k = 0; k < seeking->way_count; k++) {
            struct trying trying = chosen;
            bool better = false;
            try_with(seeking, k, &trying);
            if (is_tried(&chosen, seeking->ways[k]) || !is_hopeful(seeking, entry, &trying))
                continue;
            int error = zone_plan_state_fill_columns(&seeking->search.state, entry, trying.ways,
                                                     trying.columns, trying.count, &seeking->trial);
            if (error != HV_OK)
                return error;
            keep_better(seeking, &better);
            best = better ? k : best;
        }
        if (best < 0)
            break;
        try_with(seeking, best, &chosen);
    }
    return seeking->chosen.count == 0
               ? HV_OK
               : zone_plan_state_put(&seeking->search.state, entry, &seeking->chosen);
}

static int seek(struct seeking *seeking, int32_t entry) {
    seeking->way_count = 0;
    int error = add_quickest(seeking, entry);
    if (error != HV_OK)
        return error;
    add_flow_ways(seeking, entry);
    return choose(seeking, entry);
}

static void take_out(struct seeking *seeking, int32_t entry) {
    struct zone_plan_going away = {0};
    zone_plan_state_take(&seeking->search.state, entry, &away);
    zone_plan_going_deinit(&away);
}

/* Keeps what is better than all before, and how it came about. */
static int keep(struct seeking *seeking) {
    const struct zone_plan_best *best = &seeking->search.best;
    const struct zone_plan_state *now = &seeking->search.state;
    const bool better =
        !best->there || zone_plan_compare(now->unserved, now->cost, best->unserved, best->cost) < 0;
    for (size_t i = 0; better && i < seeking->plan->assignment_count; i++)
        seeking->order->ret_taken[i] = seeking->turns[i].entry;
    return zone_plan_search_keep(&seeking->search);
}

/* Each in its turn, from one on. */
static int seek_from(struct seeking *seeking, size_t first) {
    for (size_t i = first; i < seeking->plan->assignment_count; i++) {
        take_out(seeking, seeking->turns[i].entry);
        int error = seek(seeking, seeking->turns[i].entry);
        if (error != HV_OK)
            return error;
    }
    return keep(seeking);
}

/* Moves those of whom somebody is late before all others; both stay in their order. Returns how
 * many at the front stay where they are. */
static int raise_late(struct seeking *seeking, size_t *ret_stay) {
    const size_t count = seeking->plan->assignment_count;
    struct turn *raised = calloc(count + 1, sizeof *raised);
    size_t used = 0;
    if (raised == NULL)
        return HV_ERR_MEMORY;
    for (int late = 1; late >= 0; late--)
        for (size_t i = 0; i < count; i++)
            if ((seeking->search.state.going[seeking->turns[i].entry].unserved > 0) == late)
                raised[used++] = seeking->turns[i];
    for (*ret_stay = 0; *ret_stay < count; (*ret_stay)++)
        if (raised[*ret_stay].entry != seeking->turns[*ret_stay].entry)
            break;
    free(seeking->turns);
    seeking->turns = raised;
    return HV_OK;
}

/* Everybody out and in again, the late ones first. Who stays at the front after such a round finds
 * what it found then. `*ret_same`: all do. */
static int squeak(struct seeking *seeking, bool again, bool *ret_same) {
    const size_t count = seeking->plan->assignment_count;
    size_t first = 0;
    int error = raise_late(seeking, &first);
    first = again ? first : 0;
    *ret_same = first == count;
    if (error != HV_OK || *ret_same)
        return error;
    for (size_t i = first; i < count; i++)
        take_out(seeking, seeking->turns[i].entry);
    return seek_from(seeking, first);
}

/* Whether a road closes, reopens or narrows at a time to come. */
static bool has_closings(const struct timetable_steps *steps) {
    for (uint32_t l = 0; l < steps->road_count; l++)
        if (steps->closes[l])
            return true;
    return false;
}

/* Where no road closes a longer horizon is the cheaper way to bring the late ones in. */
static int seek_all(struct seeking *seeking) {
    const bool orders = seeking->order->others && seeking->order->given == NULL;
    const int squeaks = orders && has_closings(seeking->steps) ? SQUEAKS : 0;
    int error = HV_OK, idle = 0;
    bool same = false;
    for (int round = 0; error == HV_OK && round < ROUNDS; round++)
        error = seek_from(seeking, 0);
    for (int i = 0; error == HV_OK && i < squeaks && idle < PATIENCE && !same; i++) {
        const int64_t late = seeking->search.best.unserved;
        if (late == 0)
            break;
        error = squeak(seeking, i > 0, &same);
        idle = seeking->search.best.unserved < late ? 0 : idle + 1;
    }
    return error;
}

int timetable_ways(const struct zone_plan_problem *problem, const struct timetable_steps *steps,
                   const struct plan *plan, const struct evacuation_plan *flow,
                   const struct timetable_turns *turns, const struct zone_plan_options *options,
                   struct zone_plan *ret_ways) {
    struct seeking seeking = {.steps = steps, .plan = plan, .flow = flow, .order = turns};
    struct zone_plan ways = {0};
    int error = zone_plan_search_init(&seeking.search, problem, options);
    if (error == HV_OK)
        error = sort_routes(&seeking);
    if (error == HV_OK)
        error = take_turns(&seeking);
    if (error == HV_OK)
        error = take_columns(&seeking);
    if (error == HV_OK)
        zone_plan_stages_set_windows(&seeking.search);
    if (error == HV_OK)
        error = seek_all(&seeking);
    if (error == HV_OK)
        error = zone_plan_result_write(&seeking.search, problem->instance, NULL, 0, &ways);
    zone_plan_going_deinit(&seeking.trial);
    zone_plan_going_deinit(&seeking.chosen);
    zone_plan_search_deinit(&seeking.search);
    free(seeking.columns);
    free(seeking.turns);
    free(seeking.first_route);
    free(seeking.by_zone);
    if (error != HV_OK)
        zone_plan_deinit(&ways);
    else
        *ret_ways = ways;
    return error;
}
