/* A plan for buses, its search and its bound. The search is a heuristic: runs by what they bring
 * per second, then simulated annealing over the runs (Kirkpatrick, Gelatt and Vecchi 1983). The
 * bound is proven (bus_bound.h). No clock and no input or output; the same instance and options
 * give the same plan, bit for bit. */
#ifndef BUS_PLAN_H
#define BUS_PLAN_H

#include "coordinator/optimizer/bus_instance.h"

struct bus_value {
    int64_t unserved;
    int64_t arrival_s; /* sum over those served */
};

/* Some people board. */
struct bus_stop {
    int32_t pickup, people;
    int32_t arrive_s, leave_s;
};

struct bus_run {
    int32_t bus;   /* in order of the fleets */
    int32_t fleet; /* that the bus is of */
    int32_t shelter, people;
    int32_t start_s;  /* the bus sets out */
    int32_t arrive_s; /* at the shelter */
    int32_t free_s;   /* all have alighted, and so arrived */
    size_t stop_first;
    int32_t stop_count;
};

struct bus_plan {
    struct bus_value value, bound; /* no plan is better than the bound; where it leaves fewer
                                      unserved than the plan its arrivals tell nothing and are 0 */
    bool optimal;                  /* value equals bound */
    int32_t last_arrival_s;
    struct bus_run *runs; /* by bus, then start */
    struct bus_stop *stops;
    size_t run_count, stop_count;
    int32_t *unserved; /* by pick-up point */
    int64_t work;
    bool stopped; /* by the callback */
};

struct bus_progress {
    int64_t people;
    struct bus_value value, bound;
    int64_t work;
};

struct bus_options {
    /* Called every now and then by counted work; a result other than 0 stops with the best plan
     * so far and the bound that is proven by then. */
    int (*progress)(void *context, const struct bus_progress *progress);
    void *context;
    int64_t work_max; /* stops looked at by the search; 0: a limit that grows with the problem */
    uint64_t seed;
};

/* Plans. `*ret_plan` is to be freed with bus_plan_deinit. HV_OK, what bus_instance_check finds, or
 * HV_ERR_MEMORY. */
HV_MUST_USE int bus_plan_solve(const struct bus_instance *instance,
                               const struct bus_options *options, struct bus_plan *ret_plan);

struct bus_schedule;

/* The search alone, which begins with the runs of `start` where it is not NULL (bus_schedule.h):
 * the plan has no bound. Detours may be shorter than ways. The same errors. */
HV_MUST_USE int bus_plan_search(const struct bus_instance *instance,
                                const struct bus_schedule *start, const struct bus_options *options,
                                struct bus_plan *ret_plan);

/* Frees what a plan owns, not the plan. Accepts one that is all zeros. */
void bus_plan_deinit(struct bus_plan *plan);

static inline int bus_value_compare(struct bus_value a, struct bus_value b) {
    if (a.unserved != b.unserved)
        return a.unserved < b.unserved ? -1 : 1;
    return (a.arrival_s > b.arrival_s) - (a.arrival_s < b.arrival_s);
}

#endif
