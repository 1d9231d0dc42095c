/* Zone plans against the exact optimum under the same limits, by an integer programme over every
 * way of every zone, solved by Cbc: fewest unserved first, then the least sum of arrival steps.
 *
 *   zone_plan_exact SEED COUNT      so many random networks from a seed on, up to 10 zones each
 *   zone_plan_exact FILE...         instances, under each set of limits
 *
 * Prints the distances; exits 1 where a plan is more than 2 % off, or better than the optimum. */
#include "coordinator/cli/evacuation_json.h"
#include "coordinator/optimizer/zone_plan.h"
#include "tests/support/chance.h"
#include "tests/support/zone_plan_checker.h"

#include <coin/Cbc_C_Interface.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#define NODES_MAX 64
#define LINKS_MAX 256
#define ZONES_MAX 10
#define WAYS_MAX 800 /* of a zone */
#define STAGES_MAX 3
#define ALLOWED 0.02

static double cpu_s(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           1e-6 * (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

static void require(bool holds, const char *what) {
    if (holds)
        return;
    fprintf(stderr, "zone_plan_exact: %s\n", what);
    exit(1);
}

static void *grown(void *array, size_t count, size_t *room, size_t size) {
    if (count < *room)
        return array;
    *room = *room == 0 ? 1024 : 2 * *room;
    array = realloc(array, *room * size);
    require(array != NULL, "no memory");
    return array;
}

/* ---- an integer programme -------------------------------------------------------------------- */

struct entry {
    int row, column;
    double value;
};

struct programme {
    struct entry *entries;
    double *lower, *upper, *row_lower, *row_upper;
    bool *whole;
    size_t entry_count, entry_room, count, lower_room, upper_room, whole_room;
    size_t row_count, row_lower_room, row_upper_room;
};

static int column(struct programme *p, double upper, bool whole) {
    p->lower = grown(p->lower, p->count, &p->lower_room, sizeof *p->lower);
    p->upper = grown(p->upper, p->count, &p->upper_room, sizeof *p->upper);
    p->whole = grown(p->whole, p->count, &p->whole_room, sizeof *p->whole);
    p->lower[p->count] = 0;
    p->upper[p->count] = upper;
    p->whole[p->count] = whole;
    return (int)p->count++;
}

static int row(struct programme *p, double lower, double upper) {
    p->row_lower = grown(p->row_lower, p->row_count, &p->row_lower_room, sizeof *p->row_lower);
    p->row_upper = grown(p->row_upper, p->row_count, &p->row_upper_room, sizeof *p->row_upper);
    p->row_lower[p->row_count] = lower;
    p->row_upper[p->row_count] = upper;
    return (int)p->row_count++;
}

static void put(struct programme *p, int in_row, int in_column, double value) {
    p->entries = grown(p->entries, p->entry_count, &p->entry_room, sizeof *p->entries);
    p->entries[p->entry_count++] = (struct entry){in_row, in_column, value};
}

static void programme_deinit(struct programme *p) {
    free(p->entries);
    free(p->lower);
    free(p->upper);
    free(p->row_lower);
    free(p->row_upper);
    free(p->whole);
    *p = (struct programme){0};
}

/* Column by column, as Cbc wants it. */
static Cbc_Model *load(const struct programme *p, const double *cost) {
    CoinBigIndex *starts = calloc(p->count + 1, sizeof *starts);
    int *rows = calloc(p->entry_count + 1, sizeof *rows);
    double *values = calloc(p->entry_count + 1, sizeof *values);
    require(starts != NULL && rows != NULL && values != NULL, "no memory");
    for (size_t i = 0; i < p->entry_count; i++)
        starts[p->entries[i].column + 1]++;
    for (size_t c = 0; c < p->count; c++)
        starts[c + 1] += starts[c];
    for (size_t i = 0; i < p->entry_count; i++) {
        const struct entry *entry = &p->entries[i];
        rows[starts[entry->column]] = entry->row;
        values[starts[entry->column]++] = entry->value;
    }
    for (size_t c = p->count; c > 0; c--)
        starts[c] = starts[c - 1];
    starts[0] = 0;
    Cbc_Model *model = Cbc_newModel();
    Cbc_loadProblem(model, (int)p->count, (int)p->row_count, starts, rows, values, p->lower,
                    p->upper, cost, p->row_lower, p->row_upper);
    for (size_t c = 0; c < p->count; c++)
        if (p->whole[c])
            Cbc_setInteger(model, (int)c);
    free(starts);
    free(rows);
    free(values);
    return model;
}

/* Sets the least value and whether it is proven within the seconds; else what is proven. */
static int64_t least(const struct programme *p, const double *cost, double seconds, bool *proven) {
    char text[32];
    Cbc_Model *model = load(p, cost);
    snprintf(text, sizeof text, "%.0f", seconds);
    Cbc_setParameter(model, "log", "0");
    Cbc_setParameter(model, "ratioGap", "0");
    Cbc_setParameter(model, "seconds", text);
    Cbc_solve(model);
    *proven = Cbc_isProvenOptimal(model) != 0;
    double value = *proven ? Cbc_getObjValue(model) : Cbc_getBestPossibleObjValue(model);
    Cbc_deleteModel(model);
    return *proven ? llround(value) : (int64_t)ceil(value - 1e-3);
}

/* ---- every way ------------------------------------------------------------------------------- */

struct way {
    int shelter, count, travel;
    int links[NODES_MAX], offsets[NODES_MAX + 1];
    int chosen;                    /* column: the zone may use it */
    int first_column, first, last; /* columns of departures by step */
};

struct zone {
    struct way *ways;
    size_t count, room;
    int unserved; /* column */
};

struct exact {
    const struct zone_plan_problem *problem;
    struct zone zones[ZONES_MAX];
    struct programme programme;
    bool too_many; /* ways */
};

static int64_t lanes(const struct evacuation_link *link, int travel, int step) {
    if (step >= link->closes_at_step || (int64_t)step + travel > link->closes_at_step)
        return 0;
    int64_t now = link->capacity_per_step;
    for (size_t c = 0; c < link->change_count && link->changes[c].step <= step; c++)
        now = link->changes[c].capacity;
    return now;
}

static void list_ways(struct exact *exact, int zone, int node, struct way *way, bool *seen) {
    const struct evacuation_instance *instance = exact->problem->instance;
    struct zone *at = &exact->zones[zone];
    for (size_t s = 0; s < instance->shelter_count; s++) {
        if (instance->shelters[s].node != node || instance->shelters[s].capacity == 0)
            continue;
        if (at->count == WAYS_MAX) {
            exact->too_many = true;
            return;
        }
        way->shelter = (int)s;
        at->ways = grown(at->ways, at->count, &at->room, sizeof *at->ways);
        at->ways[at->count++] = *way;
    }
    for (size_t l = 0; l < instance->link_count && !exact->too_many; l++) {
        const struct evacuation_link *link = &instance->links[l];
        if (link->from != node || seen[link->to] ||
            way->travel + link->travel_steps > instance->horizon_steps)
            continue;
        seen[link->to] = true;
        way->links[way->count] = (int)l;
        way->offsets[way->count++] = way->travel;
        way->travel += link->travel_steps;
        list_ways(exact, zone, link->to, way, seen);
        way->travel -= link->travel_steps;
        way->count--;
        seen[link->to] = false;
    }
}

/* ---- the programme of a problem -------------------------------------------------------------- */

/* The most who may leave on a way at a step. */
static int64_t most_of(const struct exact *exact, int zone, const struct way *way, int step) {
    const struct evacuation_instance *instance = exact->problem->instance;
    int64_t most = instance->zones[zone].people;
    for (int i = 0; i < way->count; i++) {
        const struct evacuation_link *link = &instance->links[way->links[i]];
        int64_t room = lanes(link, link->travel_steps, step + way->offsets[i]);
        most = room < most ? room : most;
    }
    const int64_t places = instance->shelters[way->shelter].capacity;
    return places < most ? places : most;
}

/* Columns of a way, and the rows that hold departures to ways that are chosen. */
static void put_way(struct exact *exact, int z, struct way *way, int people_row) {
    struct programme *p = &exact->programme;
    const struct evacuation_instance *instance = exact->problem->instance;
    const struct evacuation_zone *zone = &instance->zones[z];
    const int opens = instance->shelters[way->shelter].opens_at_step;
    way->first =
        opens - way->travel > zone->earliest_step ? opens - way->travel : zone->earliest_step;
    way->last = instance->horizon_steps - way->travel;
    way->last = zone->deadline_step < way->last ? zone->deadline_step : way->last;
    const int64_t places = instance->shelters[way->shelter].capacity;
    const double all = (double)(zone->people < places ? zone->people : places);
    way->chosen = column(p, 1, true);
    way->first_column = (int)p->count;
    const int sum = row(p, -DBL_MAX, 0);
    put(p, sum, way->chosen, -all);
    for (int t = way->first; t <= way->last; t++) {
        const double most = (double)most_of(exact, z, way, t);
        const int x = column(p, most, true);
        put(p, people_row, x, 1);
        put(p, sum, x, 1);
        if (most == 0)
            continue;
        const int each = row(p, -DBL_MAX, 0);
        put(p, each, x, 1);
        put(p, each, way->chosen, -most);
    }
}

static void put_zones(struct exact *exact) {
    struct programme *p = &exact->programme;
    const struct evacuation_instance *instance = exact->problem->instance;
    for (size_t z = 0; z < instance->zone_count; z++) {
        struct zone *zone = &exact->zones[z];
        const double people = (double)instance->zones[z].people;
        const int people_row = row(p, people, people);
        zone->unserved = column(p, people, false);
        put(p, people_row, zone->unserved, 1);
        for (size_t w = 0; w < zone->count; w++)
            put_way(exact, (int)z, &zone->ways[w], people_row);
        const int routes = row(p, -DBL_MAX, exact->problem->routes_max);
        for (size_t w = 0; w < zone->count; w++)
            put(p, routes, zone->ways[w].chosen, 1);
    }
}

#define EACH_DEPARTURE(exact, z, way, t)                                                           \
    for (size_t z = 0; z < (exact)->problem->instance->zone_count; z++)                            \
        for (struct way *way = (exact)->zones[z].ways;                                             \
             way < (exact)->zones[z].ways + (exact)->zones[z].count; way++)                        \
            for (int t = way->first; t <= way->last; t++)

static int departure(const struct way *way, int t) {
    return way->first_column + t - way->first;
}

static void put_roads_and_places(struct exact *exact) {
    struct programme *p = &exact->programme;
    const struct evacuation_instance *instance = exact->problem->instance;
    const int steps = instance->horizon_steps + 1;
    const int roads = (int)p->row_count;
    for (size_t l = 0; l < instance->link_count; l++)
        for (int t = 0; t < steps; t++)
            row(p, -DBL_MAX,
                (double)lanes(&instance->links[l], instance->links[l].travel_steps, t));
    const int places = (int)p->row_count;
    for (size_t s = 0; s < instance->shelter_count; s++)
        row(p, -DBL_MAX, (double)instance->shelters[s].capacity);
    EACH_DEPARTURE(exact, z, way, t) {
        put(p, places + way->shelter, departure(way, t), 1);
        for (int i = 0; i < way->count; i++)
            put(p, roads + way->links[i] * steps + t + way->offsets[i], departure(way, t), 1);
    }
}

/* One link at most leaves each node. */
static void put_convergence(struct exact *exact) {
    struct programme *p = &exact->programme;
    const struct evacuation_instance *instance = exact->problem->instance;
    const int nodes = (int)p->row_count, links = (int)p->count;
    for (size_t v = 0; v < instance->node_count; v++)
        row(p, -DBL_MAX, 1);
    for (size_t l = 0; l < instance->link_count; l++)
        put(p, nodes + instance->links[l].from, column(p, 1, true), 1);
    for (size_t z = 0; z < instance->zone_count; z++)
        for (size_t w = 0; w < exact->zones[z].count; w++)
            for (int i = 0; i < exact->zones[z].ways[w].count; i++) {
                const struct way *way = &exact->zones[z].ways[w];
                const int used = row(p, -DBL_MAX, 0);
                put(p, used, way->chosen, 1);
                put(p, used, links + way->links[i], -1);
            }
}

/* Departures of a zone go on without a pause; at one rate until the last step, where one way is
 * allowed and that is asked for. By step: leaves (0 or 1), begins; the last, the rate. */
static void put_departures(struct exact *exact, int z) {
    struct programme *p = &exact->programme;
    const struct evacuation_instance *instance = exact->problem->instance;
    const int steps = instance->horizon_steps + 1;
    const double people = (double)instance->zones[z].people;
    const bool steady = exact->problem->departures == ZONE_PLAN_STEADY;
    const int once = row(p, -DBL_MAX, 1), ends = row(p, -DBL_MAX, 1);
    const int rate = column(p, people, true);
    const int leaves = (int)p->count;
    for (int t = 0; t < steps; t++)
        column(p, 1, true);
    for (int t = 0; t < steps; t++) {
        const int begins = column(p, 1, true), last = column(p, 1, true);
        const int rises = row(p, -DBL_MAX, 0), somebody = row(p, -DBL_MAX, 0);
        const int nobody = row(p, -DBL_MAX, 0), falls = row(p, -DBL_MAX, 0);
        put(p, once, begins, 1);
        put(p, ends, last, 1);
        put(p, rises, leaves + t, 1); /* leaves now and not before: begins */
        put(p, rises, begins, -1);
        put(p, falls, leaves + t, 1); /* leaves now and not next: the last */
        put(p, falls, last, -1);
        if (t > 0)
            put(p, rises, leaves + t - 1, -1);
        if (t + 1 < steps)
            put(p, falls, leaves + t + 1, -1);
        put(p, somebody, leaves + t, 1);
        put(p, nobody, leaves + t, -people);
        int no_more = -1, no_fewer = -1;
        if (steady) {
            no_more = row(p, -DBL_MAX, 0); /* Σx ≤ rate */
            put(p, no_more, rate, -1);
            no_fewer = row(p, -DBL_MAX, people); /* rate − Σx ≤ people · (1 − leaves + last) */
            put(p, no_fewer, rate, 1);
            put(p, no_fewer, leaves + t, people);
            put(p, no_fewer, last, -people);
        }
        for (size_t w = 0; w < exact->zones[z].count; w++) {
            const struct way *way = &exact->zones[z].ways[w];
            if (t < way->first || t > way->last)
                continue;
            put(p, somebody, departure(way, t), -1);
            put(p, nobody, departure(way, t), 1);
            if (steady) {
                put(p, no_more, departure(way, t), 1);
                put(p, no_fewer, departure(way, t), -1);
            }
        }
    }
}

/* By stage but the last and step: whether all of it have left before. */
static void put_stages(struct exact *exact) {
    struct programme *p = &exact->programme;
    const struct evacuation_instance *instance = exact->problem->instance;
    const int steps = instance->horizon_steps + 1;
    const int done = (int)p->count;
    for (int i = 0; i < (STAGES_MAX - 1) * steps; i++)
        column(p, 1, true);
    for (int k = 0; k < STAGES_MAX - 1; k++)
        for (int t = 1; t < steps; t++) {
            const int stays = row(p, -DBL_MAX, 0);
            put(p, stays, done + k * steps + t - 1, 1);
            put(p, stays, done + k * steps + t, -1);
        }
    EACH_DEPARTURE(exact, z, way, t) {
        const int stage = exact->problem->rules[z].stage;
        const double most = p->upper[departure(way, t)];
        for (int k = 0; k < STAGES_MAX - 1 && stage >= 0 && most > 0; k++) {
            if (k < stage) { /* only once stage k has left */
                const int after = row(p, -DBL_MAX, 0);
                put(p, after, departure(way, t), 1);
                put(p, after, done + k * steps + t, -most);
            } else if (k == stage) {
                const int before = row(p, -DBL_MAX, most);
                put(p, before, departure(way, t), 1);
                put(p, before, done + k * steps + t, most);
            }
        }
    }
}

static void build(struct exact *exact) {
    put_zones(exact);
    put_roads_and_places(exact);
    if (exact->problem->convergent)
        put_convergence(exact);
    for (size_t z = 0; z < exact->problem->instance->zone_count; z++)
        if (exact->problem->departures != ZONE_PLAN_FREE)
            put_departures(exact, (int)z);
    if (exact->problem->rules != NULL)
        put_stages(exact);
}

/* ---- the optimum ----------------------------------------------------------------------------- */

enum outcome { EXACT, BOUNDED, TOO_LARGE }; /* optimum; a proven bound on it; nothing */

static enum outcome solve_twice(struct exact *exact, double seconds, struct evacuation_value *ret) {
    struct programme *p = &exact->programme;
    const size_t zones = exact->problem->instance->zone_count;
    double *cost = calloc(p->count, sizeof *cost);
    require(cost != NULL, "no memory");
    for (size_t z = 0; z < zones; z++)
        cost[exact->zones[z].unserved] = 1;
    bool proven;
    ret->unserved = least(p, cost, seconds, &proven);
    ret->total_arrival_steps = 0;
    if (proven) {
        const int fewest = row(p, -DBL_MAX, (double)ret->unserved);
        for (size_t z = 0; z < zones; z++) {
            put(p, fewest, exact->zones[z].unserved, 1);
            cost[exact->zones[z].unserved] = 0;
        }
        EACH_DEPARTURE(exact, z, way, t) {
            cost[departure(way, t)] = t + way->travel;
        }
        ret->total_arrival_steps = least(p, cost, seconds, &proven);
    }
    free(cost);
    return proven ? EXACT : BOUNDED;
}

static enum outcome optimum(const struct zone_plan_problem *problem, double seconds,
                            struct evacuation_value *ret) {
    static struct exact exact;
    const struct evacuation_instance *instance = problem->instance;
    exact = (struct exact){.problem = problem};
    require(instance->zone_count <= ZONES_MAX && instance->node_count <= NODES_MAX &&
                instance->link_count <= LINKS_MAX,
            "more than 10 zones, 64 nodes or 256 links");
    for (size_t z = 0; z < instance->zone_count; z++) {
        struct way way = {0};
        bool seen[NODES_MAX] = {false};
        seen[instance->zones[z].node] = true;
        list_ways(&exact, (int)z, instance->zones[z].node, &way, seen);
    }
    enum outcome outcome = TOO_LARGE;
    if (!exact.too_many) {
        build(&exact);
        outcome = solve_twice(&exact, seconds, ret);
    }
    programme_deinit(&exact.programme);
    for (size_t z = 0; z < instance->zone_count; z++)
        free(exact.zones[z].ways);
    return outcome;
}

/* ---- limits and distances -------------------------------------------------------------------- */

struct limits {
    const char *name;
    int routes;
    bool convergent, staged;
    enum zone_plan_departures departures;
};

static const struct limits kinds[] = {
    {"one route", 1, false, false, ZONE_PLAN_FREE},
    {"two routes", 2, false, false, ZONE_PLAN_FREE},
    {"three routes", 3, false, false, ZONE_PLAN_FREE},
    {"convergent, two routes", 2, true, false, ZONE_PLAN_FREE},
    {"unbroken, one route", 1, false, false, ZONE_PLAN_UNBROKEN},
    {"unbroken, two routes", 2, false, false, ZONE_PLAN_UNBROKEN},
    {"steady, one route", 1, false, false, ZONE_PLAN_STEADY},
    {"stages, two routes", 2, false, true, ZONE_PLAN_FREE},
};
#define KINDS (sizeof kinds / sizeof kinds[0])

struct tally {
    int exact, equal, bounded, too_large, far;
    int64_t more_unserved; /* worst */
    double worst, sum;     /* distance in arrival steps where as many are served */
    double plan_s, peer_s;
};

static double over(int64_t value, int64_t best) {
    return best > 0 ? (double)(value - best) / (double)best : value > 0 ? 1 : 0;
}

static void compare(const struct zone_plan_problem *problem, const char *name, double seconds,
                    struct tally *tally) {
    const int64_t work = getenv("BENCH_WORK") != NULL ? atoll(getenv("BENCH_WORK")) : 0;
    const struct zone_plan_options options = {.work_max = work, .seed = 1};
    struct evacuation_value best;
    struct zone_plan plan;
    const double begun = cpu_s();
    const enum outcome outcome = optimum(problem, seconds, &best);
    const double solved = cpu_s();
    tally->too_large += outcome == TOO_LARGE;
    if (outcome == TOO_LARGE)
        return;
    require(zone_plan_solve(problem, &options, &plan) == HV_OK, "no plan");
    const char *fault = zone_plan_checker_plan(problem, &plan);
    require(fault == NULL, fault);
    tally->peer_s += solved - begun;
    tally->plan_s += cpu_s() - solved;
    const int order = evacuation_value_compare(plan.plan.value, best);
    const int64_t more = plan.plan.value.unserved - best.unserved;
    const double off =
        more == 0 ? over(plan.plan.value.total_arrival_steps, best.total_arrival_steps) : 0;
    require(order >= 0, "a plan is better than the optimum");
    if (outcome == EXACT) {
        tally->exact++;
        tally->equal += order == 0;
        tally->sum += off;
        tally->worst = off > tally->worst ? off : tally->worst;
        tally->more_unserved = more > tally->more_unserved ? more : tally->more_unserved;
    } else {
        tally->bounded++;
    }
    const bool far =
        over(plan.plan.value.unserved, best.unserved) > ALLOWED || (more == 0 && off > ALLOWED);
    tally->far += far && outcome == EXACT;
    if (far || outcome == BOUNDED)
        printf("  %s: %lld unserved, %lld arrival steps; %s %lld, %lld\n", name,
               (long long)plan.plan.value.unserved, (long long)plan.plan.value.total_arrival_steps,
               outcome == EXACT ? "optimum" : "proven bound", (long long)best.unserved,
               (long long)best.total_arrival_steps);
    fflush(stdout);
    zone_plan_deinit(&plan);
}

static void show(const char *name, const struct tally *tally) {
    printf("%-24s %4d exact, %4d met, mean %.3f %%, largest %.2f %%, most unserved above %lld, "
           "%d beyond 2 %%; %d only bounded, %d left out; cpu %.1f s, Cbc %.1f s\n",
           name, tally->exact, tally->equal,
           tally->exact > 0 ? 100 * tally->sum / tally->exact : 0.0, 100 * tally->worst,
           (long long)tally->more_unserved, tally->far, tally->bounded, tally->too_large,
           tally->plan_s, tally->peer_s);
    fflush(stdout);
}

static void set_limits(struct zone_plan_problem *problem, const struct limits *limits,
                       struct zone_plan_rule *rules) {
    problem->routes_max = limits->routes;
    problem->convergent = limits->convergent;
    problem->departures = limits->departures;
    for (size_t z = 0; z < problem->instance->zone_count; z++)
        rules[z] = (struct zone_plan_rule){.stage = (int32_t)(z % STAGES_MAX)};
    problem->rules = limits->staged ? rules : NULL;
}

/* ---- random networks ------------------------------------------------------------------------- */

struct made {
    struct evacuation_instance instance;
    struct evacuation_link links[LINKS_MAX];
    struct evacuation_change changes[LINKS_MAX];
    struct evacuation_zone zones[ZONES_MAX];
    struct evacuation_shelter shelters[ZONES_MAX];
};

static void link_both(struct made *made, struct chance *chance, int a, int b) {
    const int32_t travel = 1 + (int32_t)chance_below(chance, 3);
    const int64_t capacity = 1 + chance_below(chance, 5);
    for (int way = 0; way < 2; way++) {
        const size_t l = made->instance.link_count++;
        made->links[l] = (struct evacuation_link){.from = way == 0 ? a : b,
                                                  .to = way == 0 ? b : a,
                                                  .travel_steps = travel,
                                                  .closes_at_step = EVACUATION_NEVER,
                                                  .capacity_per_step = capacity};
        if (chance_below(chance, 8) != 0)
            continue;
        made->changes[l] =
            (struct evacuation_change){(int32_t)chance_below(chance, 8), chance_below(chance, 4)};
        made->links[l].changes = &made->changes[l];
        made->links[l].change_count = 1;
    }
}

/* A grid of streets with some gaps, zones and shelters anywhere on it. */
static void make(struct made *made, uint64_t seed) {
    struct chance chance = {seed};
    const int wide = 3 + (int)chance_below(&chance, 2), high = 2 + (int)chance_below(&chance, 2);
    *made = (struct made){.instance = {
                              .horizon_steps = 8 + (int32_t)chance_below(&chance, 8),
                              .node_count = (size_t)(wide * high),
                              .zone_count = 2 + chance_below(&chance, ZONES_MAX - 1),
                              .shelter_count = 1 + chance_below(&chance, 4),
                              .links = made->links,
                              .zones = made->zones,
                              .shelters = made->shelters,
                          }};
    for (int y = 0; y < high; y++)
        for (int x = 0; x < wide; x++) {
            if (x + 1 < wide && chance_below(&chance, 8) != 0)
                link_both(made, &chance, y * wide + x, y * wide + x + 1);
            if (y + 1 < high && chance_below(&chance, 8) != 0)
                link_both(made, &chance, y * wide + x, (y + 1) * wide + x);
        }
    const uint32_t nodes = (uint32_t)made->instance.node_count;
    int64_t people = 0;
    for (size_t z = 0; z < made->instance.zone_count; z++) {
        made->zones[z] =
            (struct evacuation_zone){(int32_t)chance_below(&chance, nodes), 0, EVACUATION_NEVER,
                                     1 + (int64_t)chance_below(&chance, 20)};
        people += made->zones[z].people;
    }
    for (size_t s = 0; s < made->instance.shelter_count; s++)
        made->shelters[s] = (struct evacuation_shelter){
            (int32_t)chance_below(&chance, nodes), (int32_t)(chance_below(&chance, 4) == 0) * 3,
            1 + (int64_t)chance_below(&chance, (uint32_t)(2 * people) /
                                                   (uint32_t)made->instance.shelter_count)};
}

static int try_random(uint64_t first, int count) {
    static struct made made;
    struct zone_plan_rule rules[ZONES_MAX];
    struct tally tallies[KINDS] = {0};
    int far = 0;
    for (int i = 0; i < count; i++) {
        const size_t k = (size_t)((first + (uint64_t)i - 1) % KINDS);
        char name[80];
        make(&made, first + (uint64_t)i);
        struct zone_plan_problem problem = {.instance = &made.instance};
        set_limits(&problem, &kinds[k], rules);
        snprintf(name, sizeof name, "seed %llu, %zu zones, %s", (unsigned long long)first + i,
                 made.instance.zone_count, kinds[k].name);
        compare(&problem, name, 20, &tallies[k]);
    }
    for (size_t k = 0; k < KINDS; k++) {
        show(kinds[k].name, &tallies[k]);
        far += tallies[k].far;
    }
    return far;
}

/* ---- instances ------------------------------------------------------------------------------- */

static int try_file(const char *path) {
    struct hv_fault_list faults = {0};
    struct evacuation_document document;
    struct zone_plan_rule rules[ZONES_MAX];
    int far = 0;
    require(evacuation_json_read(path, &faults, &document) == HV_OK, path);
    for (size_t k = 0; k < KINDS; k++) {
        struct zone_plan_problem problem = {.instance = &document.instance};
        struct tally tally = {0};
        set_limits(&problem, &kinds[k], rules);
        compare(&problem, kinds[k].name, 60, &tally);
        show(kinds[k].name, &tally);
        far += tally.far;
    }
    evacuation_document_deinit(&document);
    return far;
}

int main(int argc, char **argv) {
    int far = 0;
    require(argc > 1, "usage: zone_plan_exact SEED COUNT | zone_plan_exact FILE...");
    if (argc == 3 && strspn(argv[1], "0123456789") == strlen(argv[1]))
        return try_random(strtoull(argv[1], NULL, 10), (int)strtol(argv[2], NULL, 10)) > 0;
    for (int i = 1; i < argc; i++) {
        printf("%s\n", argv[i]);
        far += try_file(argv[i]);
    }
    return far > 0;
}
