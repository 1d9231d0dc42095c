#include "coordinator/planning/orders_inside.h"

#include <string.h>

enum { MS_PER_S = 1000 };

/* ---- what a yard is told ---- */

/* Runs of this plan count from the order, those of orders that stand are when they were. */
static int64_t wall_of(const struct orders_making *making, const struct hv_plan_bus_run *run,
                       int64_t s) {
    return run->order == 0 ? making->scene->wall_ms + s * MS_PER_S
                           : run->starts_wall_ms + (s - run->starts_s) * MS_PER_S;
}

static struct hv_order_people *line_of(struct hv_order *order, const char *zone) {
    for (size_t i = 0; i < order->people_count; i++)
        if (strcmp(order->people[i].zone, zone) == 0)
            return &order->people[i];
    if (order->people_count == HV_ORDER_PEOPLE_MAX)
        return NULL;
    struct hv_order_people *line = &order->people[order->people_count++];
    *line = (struct hv_order_people){.zone = zone};
    return line;
}

static int add_stops(struct orders_making *making, const struct hv_plan_bus_run *from,
                     struct hv_order *order, struct hv_bus_run *run) {
    run->stops = hv_arena_take(making->arena, from->stop_count + 1, sizeof *run->stops);
    if (run->stops == NULL)
        return HV_ERR_MEMORY;
    for (size_t i = 0; i < from->stop_count; i++) {
        const struct hv_plan_bus_stop *stop = &from->stops[i];
        struct hv_order_people *line = line_of(order, stop->zone);
        run->stops[run->stop_count++] =
            (struct hv_bus_stop){.zone = stop->zone,
                                 .people = stop->people,
                                 .wheelchair = stop->wheelchair,
                                 .medical = stop->medical,
                                 .arrives_wall_ms = wall_of(making, from, stop->arrives_s),
                                 .leaves_wall_ms = wall_of(making, from, stop->leaves_s),
                                 .pickup = stop->pickup};
        if (line == NULL)
            continue;
        line->people += stop->people;
        line->without_vehicle += stop->people;
        line->wheelchair += stop->wheelchair;
        line->medical += stop->medical;
    }
    return HV_OK;
}

static int add_run(struct orders_making *making, const struct hv_plan_bus_run *from,
                   struct hv_order *order) {
    struct hv_bus_run *run = &order->runs[order->run_count++];
    *run = (struct hv_bus_run){.number = from->number,
                               .shelter = from->shelter,
                               .starts_wall_ms = wall_of(making, from, from->starts_s),
                               .arrives_wall_ms = wall_of(making, from, from->arrives_s),
                               .free_wall_ms = wall_of(making, from, from->free_s)};
    if (order->run_count == 1)
        order->shelter = from->shelter;
    else if (strcmp(order->shelter, from->shelter) != 0)
        order->shelter = ""; /* more than one */
    if (!order->has_start || run->starts_wall_ms < order->start_wall_ms)
        order->start_wall_ms = run->starts_wall_ms;
    if (!order->has_end || run->free_wall_ms > order->end_wall_ms)
        order->end_wall_ms = run->free_wall_ms;
    order->has_start = order->has_end = true;
    if (order->deadline_wall_ms < order->end_wall_ms)
        order->deadline_wall_ms = order->end_wall_ms;
    return add_stops(making, from, order, run);
}

static bool same_bus(const struct hv_plan_bus_run *a, const struct hv_plan_bus_run *b) {
    return a->number == b->number && strcmp(a->vehicle, b->vehicle) == 0;
}

/* How many runs from `first` on are of one order: of one yard, and of whole buses where one has no
 * more than an order holds. */
static size_t fill_order(const struct hv_plan *plan, size_t first) {
    size_t whole = 0, count = 0;
    for (; first + count < plan->bus_run_count && count < HV_ORDER_RUNS_MAX &&
           strcmp(plan->bus_runs[first + count].vehicle, plan->bus_runs[first].vehicle) == 0;
         count++)
        if (first + count + 1 == plan->bus_run_count ||
            !same_bus(&plan->bus_runs[first + count], &plan->bus_runs[first + count + 1]))
            whole = count + 1;
    return whole > 0 ? whole : count;
}

int orders_want_buses(struct orders_making *making) {
    const struct hv_plan *plan = making->plan;
    for (size_t first = 0, count = 0; first < plan->bus_run_count; first += count) {
        const char *yard = plan->bus_runs[first].vehicle;
        count = fill_order(plan, first);
        struct hv_order *order = orders_want(making, HV_ORDER_BUS_RUN, HV_POST_BUS_YARD, yard);
        if (order == NULL)
            return HV_ERR_MEMORY;
        order->vehicle = yard;
        order->runs = hv_arena_take(making->arena, count, sizeof *order->runs);
        order->people = hv_arena_take(making->arena, HV_ORDER_PEOPLE_MAX, sizeof *order->people);
        if (order->runs == NULL || order->people == NULL)
            return HV_ERR_MEMORY;
        for (size_t i = 0; i < count; i++)
            if (add_run(making, &plan->bus_runs[first + i], order) != HV_OK)
                return HV_ERR_MEMORY;
    }
    return HV_OK;
}

/* ---- whether it has been told ---- */

static bool same_run(const struct hv_bus_run *wanted, const struct hv_bus_run *run) {
    if (wanted->number != run->number || strcmp(wanted->shelter, run->shelter) != 0 ||
        wanted->starts_wall_ms != run->starts_wall_ms || wanted->stop_count != run->stop_count)
        return false;
    for (size_t i = 0; i < run->stop_count; i++)
        if (strcmp(wanted->stops[i].zone, run->stops[i].zone) != 0 ||
            strcmp(wanted->stops[i].pickup, run->stops[i].pickup) != 0 ||
            wanted->stops[i].people > run->stops[i].people)
            return false;
    return true;
}

bool orders_same_runs(const struct hv_order *wanted, const struct hv_order *in_force,
                      int64_t wall_ms) {
    size_t met = 0;
    for (size_t i = 0; i < in_force->run_count; i++) {
        const struct hv_bus_run *run = &in_force->runs[i];
        if (run->free_wall_ms <= wall_ms)
            continue;
        if (met == wanted->run_count || !same_run(&wanted->runs[met], run))
            return false;
        met++;
    }
    return met == wanted->run_count;
}
