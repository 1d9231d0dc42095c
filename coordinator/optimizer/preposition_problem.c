#include "coordinator/optimizer/preposition_problem.h"

#include <math.h>
#include <stdlib.h>

/* ---- shortest ways --------------------------------------------------------------------------- */

int preposition_arrivals_init(struct preposition_arrivals *arrivals,
                              const struct preposition_instance *instance) {
    size_t sites = instance->site_count, arcs = instance->arc_count;
    *arrivals = (struct preposition_arrivals){
        .first = calloc(sites + 2, sizeof *arrivals->first),
        .arcs = calloc(arcs + 1, sizeof *arrivals->arcs),
        .blocked = calloc(arcs + 1, sizeof *arrivals->blocked),
        .km = calloc(sites + 1, sizeof *arrivals->km),
        .next_arc = calloc(sites + 1, sizeof *arrivals->next_arc),
        .heap = calloc(sites + 2, sizeof *arrivals->heap),
        .place = calloc(sites + 1, sizeof *arrivals->place),
    };
    if (arrivals->first == NULL || arrivals->arcs == NULL || arrivals->blocked == NULL ||
        arrivals->km == NULL || arrivals->next_arc == NULL || arrivals->heap == NULL ||
        arrivals->place == NULL) {
        preposition_arrivals_deinit(arrivals);
        return HV_ERR_MEMORY;
    }
    for (size_t a = 0; a < arcs; a++)
        arrivals->first[instance->arcs[a].to + 2]++;
    for (size_t i = 0; i < sites; i++)
        arrivals->first[i + 2] += arrivals->first[i + 1];
    for (size_t a = 0; a < arcs; a++)
        arrivals->arcs[arrivals->first[instance->arcs[a].to + 1]++] = (uint32_t)a;
    return HV_OK;
}

void preposition_arrivals_deinit(struct preposition_arrivals *arrivals) {
    free(arrivals->first);
    free(arrivals->arcs);
    free(arrivals->blocked);
    free(arrivals->km);
    free(arrivals->next_arc);
    free(arrivals->heap);
    free(arrivals->place);
    *arrivals = (struct preposition_arrivals){0};
}

void preposition_arrivals_block(struct preposition_arrivals *arrivals,
                                const struct preposition_instance *instance, uint32_t scenario,
                                bool blocked) {
    const struct preposition_scenario *s = &instance->scenarios[scenario];
    for (uint32_t i = 0; i < s->blocked_count; i++)
        arrivals->blocked[instance->blocked[s->blocked_first + i]] = blocked;
}

static void heap_put(struct preposition_arrivals *arrivals, uint32_t at, uint32_t site) {
    arrivals->heap[at] = site;
    arrivals->place[site] = at;
}

static void heap_rise(struct preposition_arrivals *arrivals, uint32_t at) {
    uint32_t site = arrivals->heap[at];
    for (; at > 1 && arrivals->km[arrivals->heap[at / 2]] > arrivals->km[site]; at /= 2)
        heap_put(arrivals, at, arrivals->heap[at / 2]);
    heap_put(arrivals, at, site);
}

static uint32_t heap_pop(struct preposition_arrivals *arrivals, uint32_t *count) {
    uint32_t top = arrivals->heap[1], last = arrivals->heap[(*count)--], at = 1;
    while (2 * at <= *count) {
        uint32_t child = 2 * at;
        if (child < *count &&
            arrivals->km[arrivals->heap[child + 1]] < arrivals->km[arrivals->heap[child]])
            child++;
        if (arrivals->km[arrivals->heap[child]] >= arrivals->km[last])
            break;
        heap_put(arrivals, at, arrivals->heap[child]);
        at = child;
    }
    if (*count > 0)
        heap_put(arrivals, at, last);
    return top;
}

void preposition_arrivals_search(struct preposition_arrivals *arrivals,
                                 const struct preposition_instance *instance, uint32_t target) {
    for (uint32_t i = 0; i < instance->site_count; i++) {
        arrivals->km[i] = INFINITY;
        arrivals->next_arc[i] = UINT32_MAX;
        arrivals->place[i] = 0;
    }
    uint32_t count = 1;
    arrivals->km[target] = 0;
    heap_put(arrivals, 1, target);
    while (count > 0) {
        uint32_t site = heap_pop(arrivals, &count);
        for (uint32_t e = arrivals->first[site]; e < arrivals->first[site + 1]; e++) {
            uint32_t a = arrivals->arcs[e], from = instance->arcs[a].from;
            double km = arrivals->km[site] + instance->arcs[a].km;
            if (arrivals->blocked[a] || !(km < arrivals->km[from]))
                continue;
            arrivals->km[from] = km;
            arrivals->next_arc[from] = a;
            if (arrivals->place[from] == 0)
                heap_put(arrivals, ++count, from);
            heap_rise(arrivals, arrivals->place[from]);
        }
    }
}

double preposition_carrying_cost(const struct preposition_problem *problem,
                                 const struct preposition_recourse *recourse, uint32_t j,
                                 uint32_t store) {
    double km = recourse->km[j][store];
    return isinf(km) ? INFINITY : km * problem->instance->items[recourse->item].transport_cost;
}

/* ---- facilities ------------------------------------------------------------------------------ */

static bool has_goods_without_volume(const struct preposition_instance *instance) {
    for (uint32_t k = 0; k < instance->item_count; k++)
        if (instance->items[k].volume_m3 == 0)
            return true;
    return false;
}

static void add_facilities(struct preposition_problem *problem, uint32_t site, bool open_air) {
    const struct preposition_instance *instance = problem->instance;
    const struct preposition_site *from = &instance->sites[site];
    uint32_t store = problem->store_count, count = from->size_count + (open_air ? 1 : 0);
    if (count == 0)
        return;
    problem->store_site[store] = site;
    problem->store_count++;
    for (uint32_t z = 0; z < count; z++) {
        struct preposition_facility *facility = &problem->facilities[problem->facility_count++];
        *facility = (struct preposition_facility){
            .site = site, .store = store, .size = PREPOSITION_NO_SIZE};
        if (z == from->size_count)
            continue;
        facility->size = from->size_first + z;
        facility->fixed_cost = instance->sizes[facility->size].fixed_cost;
        facility->capacity_m3 = instance->sizes[facility->size].capacity_m3;
    }
    problem->facilities_first[store + 1] = problem->facility_count;
    for (uint32_t rank = 0; rank + 1 < from->size_count; rank++)
        problem->steps[problem->step_count++] = (struct preposition_step){store, rank};
}

/* Ranks by capacity; of equal ones the first is the smaller. */
static void rank_sizes(struct preposition_problem *problem) {
    for (uint32_t a = 0; a < problem->facility_count; a++) {
        struct preposition_facility *facility = &problem->facilities[a];
        uint32_t first = problem->facilities_first[facility->store];
        uint32_t end = problem->facilities_first[facility->store + 1];
        for (uint32_t b = first; b < end; b++) {
            bool before = b < a;
            double capacity_m3 = problem->facilities[b].capacity_m3;
            if (b != a && problem->facilities[b].size != PREPOSITION_NO_SIZE)
                facility->rank += capacity_m3 < facility->capacity_m3 ||
                                  (before && capacity_m3 == facility->capacity_m3);
        }
    }
}

bool preposition_step_holds(const struct preposition_problem *problem,
                            const struct preposition_step *step, uint32_t a) {
    const struct preposition_facility *facility = &problem->facilities[a];
    return facility->store == step->store && facility->size != PREPOSITION_NO_SIZE &&
           facility->rank >= step->rank;
}

static int make_facilities(struct preposition_problem *problem) {
    const struct preposition_instance *instance = problem->instance;
    bool open_air = has_goods_without_volume(instance);
    size_t sites = instance->site_count, most = instance->size_count + sites;
    problem->facilities = calloc(most + 1, sizeof *problem->facilities);
    problem->store_site = calloc(sites + 1, sizeof *problem->store_site);
    problem->facilities_first = calloc(sites + 2, sizeof *problem->facilities_first);
    problem->steps = calloc((size_t)instance->size_count + 1, sizeof *problem->steps);
    if (problem->facilities == NULL || problem->store_site == NULL ||
        problem->facilities_first == NULL || problem->steps == NULL)
        return HV_ERR_MEMORY;
    for (uint32_t i = 0; i < sites; i++)
        add_facilities(problem, i, open_air);
    rank_sizes(problem);
    return HV_OK;
}

static int make_surviving(struct preposition_problem *problem) {
    const struct preposition_instance *instance = problem->instance;
    size_t stores = problem->store_count, count = stores * instance->scenario_count;
    if (count > PREPOSITION_DISTANCES_MAX)
        return HV_ERR_LIMIT;
    problem->surviving = malloc((count + 1) * sizeof *problem->surviving);
    uint32_t *store_of = malloc((instance->site_count + 1) * sizeof *store_of);
    if (problem->surviving == NULL || store_of == NULL) {
        free(store_of);
        return HV_ERR_MEMORY;
    }
    for (uint32_t i = 0; i < instance->site_count; i++)
        store_of[i] = UINT32_MAX;
    for (uint32_t q = 0; q < stores; q++)
        store_of[problem->store_site[q]] = q;
    for (size_t i = 0; i < count; i++)
        problem->surviving[i] = 1;
    for (uint32_t s = 0; s < instance->scenario_count; s++) {
        const struct preposition_scenario *scenario = &instance->scenarios[s];
        for (uint32_t i = 0; i < scenario->survival_count; i++) {
            const struct preposition_survival *survival =
                &instance->survivals[scenario->survival_first + i];
            if (store_of[survival->site] != UINT32_MAX)
                problem->surviving[s * stores + store_of[survival->site]] = survival->share;
        }
    }
    free(store_of);
    return HV_OK;
}

/* ---- recourse -------------------------------------------------------------------------------- */

/* Distances of one scenario: one row for each site with demand, kept in `row_of[site]`. */
static void search_scenario(struct preposition_problem *problem,
                            struct preposition_arrivals *arrivals, uint32_t s,
                            const double **row_of, size_t *next_row) {
    const struct preposition_instance *instance = problem->instance;
    const struct preposition_scenario *scenario = &instance->scenarios[s];
    preposition_arrivals_block(arrivals, instance, s, true);
    for (uint32_t i = 0; i < scenario->demand_count; i++) {
        const struct preposition_demand *demand = &instance->demands[scenario->demand_first + i];
        if (row_of[demand->site] != NULL || demand->quantity <= 0)
            continue;
        preposition_arrivals_search(arrivals, instance, demand->site);
        double *row = &problem->distance_room[*next_row];
        *next_row += problem->store_count;
        for (uint32_t q = 0; q < problem->store_count; q++)
            row[q] = arrivals->km[problem->store_site[q]];
        row_of[demand->site] = row;
    }
    preposition_arrivals_block(arrivals, instance, s, false);
}

/* The demands of one scenario by item; `at` is where the next goes in the rooms. */
static size_t split_scenario(struct preposition_problem *problem, uint32_t s, size_t at,
                             const double *const *row_of) {
    const struct preposition_instance *instance = problem->instance;
    const struct preposition_scenario *scenario = &instance->scenarios[s];
    problem->recourses_first[s] = problem->recourse_count;
    for (uint32_t k = 0; k < instance->item_count; k++) {
        struct preposition_recourse recourse = {
            .scenario = s,
            .item = k,
            .demands = &problem->demand_room[at],
            .quantity = &problem->quantity_room[at],
            .km = &problem->distance_rows[at],
        };
        for (uint32_t i = 0; i < scenario->demand_count; i++) {
            const struct preposition_demand *demand =
                &instance->demands[scenario->demand_first + i];
            if (demand->item != k || demand->quantity <= 0)
                continue;
            problem->demand_room[at] = scenario->demand_first + i;
            problem->quantity_room[at] = demand->quantity;
            problem->distance_rows[at++] = row_of[demand->site];
            recourse.total += demand->quantity;
            recourse.demand_count++;
        }
        if (recourse.demand_count > 0)
            problem->recourses[problem->recourse_count++] = recourse;
    }
    problem->recourses_first[s + 1] = problem->recourse_count;
    return at;
}

/* How many distances and recourses there will be. `seen` has room for a number a site and a number
 * an item. */
static void count_rows(const struct preposition_instance *instance, uint32_t *seen_site,
                       uint32_t *seen_item, size_t *ret_rows, size_t *ret_recourses) {
    *ret_rows = *ret_recourses = 0;
    for (uint32_t s = 0; s < instance->scenario_count; s++) {
        const struct preposition_scenario *scenario = &instance->scenarios[s];
        for (uint32_t i = 0; i < scenario->demand_count; i++) {
            const struct preposition_demand *demand =
                &instance->demands[scenario->demand_first + i];
            if (demand->quantity <= 0)
                continue;
            *ret_rows += seen_site[demand->site] != s + 1;
            *ret_recourses += seen_item[demand->item] != s + 1;
            seen_site[demand->site] = seen_item[demand->item] = s + 1;
        }
    }
}

static int allocate_recourses(struct preposition_problem *problem, uint32_t *seen) {
    const struct preposition_instance *instance = problem->instance;
    size_t rows, recourses;
    count_rows(instance, seen, seen + instance->site_count, &rows, &recourses);
    if (rows * problem->store_count > PREPOSITION_DISTANCES_MAX)
        return HV_ERR_LIMIT;
    size_t demands = instance->demand_count;
    problem->distance_room =
        malloc((rows * problem->store_count + 1) * sizeof *problem->distance_room);
    problem->demand_room = malloc((demands + 1) * sizeof *problem->demand_room);
    problem->quantity_room = malloc((demands + 1) * sizeof *problem->quantity_room);
    problem->distance_rows = malloc((demands + 1) * sizeof *problem->distance_rows);
    problem->recourses = calloc(recourses + 1, sizeof *problem->recourses);
    problem->recourses_first =
        calloc((size_t)instance->scenario_count + 1, sizeof *problem->recourses_first);
    return problem->distance_room != NULL && problem->demand_room != NULL &&
                   problem->quantity_room != NULL && problem->distance_rows != NULL &&
                   problem->recourses != NULL && problem->recourses_first != NULL
               ? HV_OK
               : HV_ERR_MEMORY;
}

static int make_recourses(struct preposition_problem *problem) {
    const struct preposition_instance *instance = problem->instance;
    struct preposition_arrivals arrivals = {0};
    const double **row_of = calloc((size_t)instance->site_count + 1, sizeof *row_of);
    uint32_t *seen = calloc((size_t)instance->site_count + instance->item_count + 1, sizeof *seen);
    int error = row_of == NULL || seen == NULL ? HV_ERR_MEMORY : HV_OK;
    if (error == HV_OK)
        error = allocate_recourses(problem, seen);
    if (error == HV_OK)
        error = preposition_arrivals_init(&arrivals, instance);
    size_t next_row = 0, at = 0;
    for (uint32_t s = 0; error == HV_OK && s < instance->scenario_count; s++) {
        for (uint32_t i = 0; i < instance->site_count; i++)
            row_of[i] = NULL;
        search_scenario(problem, &arrivals, s, row_of, &next_row);
        at = split_scenario(problem, s, at, row_of);
    }
    preposition_arrivals_deinit(&arrivals);
    free(row_of);
    free(seen);
    return error;
}

/* More than a scenario's whole reachable demand is of use in none. */
static void limit_stock(struct preposition_problem *problem,
                        const struct preposition_recourse *recourse, double *useful) {
    for (uint32_t q = 0; q < problem->store_count; q++) {
        double share = problem->surviving[(size_t)recourse->scenario * problem->store_count + q];
        double reached = 0;
        for (uint32_t j = 0; share > 0 && j < recourse->demand_count; j++)
            if (!isinf(recourse->km[j][q]))
                reached += recourse->quantity[j];
        size_t at = (size_t)q * problem->instance->item_count + recourse->item;
        if (share > 0 && reached / share > useful[at])
            useful[at] = reached / share;
    }
}

static int make_stock_max(struct preposition_problem *problem) {
    const struct preposition_instance *instance = problem->instance;
    size_t items = instance->item_count;
    if (items * problem->facility_count > PREPOSITION_DISTANCES_MAX)
        return HV_ERR_LIMIT;
    problem->stock_max = calloc(items * problem->facility_count + 1, sizeof *problem->stock_max);
    double *useful = calloc(items * problem->store_count + 1, sizeof *useful);
    if (problem->stock_max == NULL || useful == NULL) {
        free(useful);
        return HV_ERR_MEMORY;
    }
    for (uint32_t b = 0; b < problem->recourse_count; b++)
        limit_stock(problem, &problem->recourses[b], useful);
    for (uint32_t a = 0; a < problem->facility_count; a++) {
        const struct preposition_facility *facility = &problem->facilities[a];
        for (uint32_t k = 0; k < items; k++) {
            double volume = instance->items[k].volume_m3,
                   most = useful[facility->store * items + k];
            if ((volume > 0) == (facility->size == PREPOSITION_NO_SIZE))
                most = 0;
            else if (volume > 0 && facility->capacity_m3 / volume < most)
                most = facility->capacity_m3 / volume;
            if (instance->items[k].has_available && instance->items[k].available < most)
                most = instance->items[k].available;
            problem->stock_max[a * items + k] = most;
        }
    }
    free(useful);
    return HV_OK;
}

/* ---- the problem ----------------------------------------------------------------------------- */

int preposition_problem_init(struct preposition_problem *problem,
                             const struct preposition_instance *instance) {
    *problem = (struct preposition_problem){.instance = instance};
    int error = make_facilities(problem);
    if (error == HV_OK)
        error = make_surviving(problem);
    if (error == HV_OK)
        error = make_recourses(problem);
    if (error == HV_OK)
        error = make_stock_max(problem);
    if (error != HV_OK)
        preposition_problem_deinit(problem);
    return error;
}

void preposition_problem_deinit(struct preposition_problem *problem) {
    free(problem->facilities);
    free(problem->store_site);
    free(problem->facilities_first);
    free(problem->steps);
    free(problem->surviving);
    free(problem->recourses);
    free(problem->recourses_first);
    free(problem->stock_max);
    free(problem->demand_room);
    free(problem->quantity_room);
    free(problem->distance_room);
    free(problem->distance_rows);
    *problem = (struct preposition_problem){0};
}
