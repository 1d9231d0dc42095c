#include "coordinator/optimizer/zone_plan_search.h"

#include "coordinator/optimizer/zone_plan_insert.h"
#include "coordinator/optimizer/zone_plan_stages.h"

#include <stdlib.h>
#include <string.h>

#define COLUMN_STEPS_MAX 100000 /* of a horizon; beyond that every candidate is tried */
#define LISTING_MAX 400         /* links looked at to list all ways of a zone, where they are few */
#define OUT_MAX 8               /* zones taken out at once */
#define WORK_BETWEEN_REPORTS 200000
#define WORK_OF_A_ROUND 100 /* so that rounds in which nobody can move come to an end */
#define TOLERANCE 0.004     /* how much worse than the best a plan to go on from may be at first */

uint32_t zone_plan_search_random(struct zone_plan_search *search, uint32_t below) {
    uint64_t z = search->random += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    z ^= z >> 31;
    return (uint32_t)(((z >> 32) * below) >> 32);
}

/* One figure for both levels: a person unserved weighs as much as several horizons. */
static double score(const struct zone_plan_search *search, int64_t unserved, int64_t cost) {
    return 4.0 * (double)(search->problem->instance->horizon_steps + 1) * (double)unserved +
           (double)cost;
}

int64_t zone_plan_search_work(const struct zone_plan_search *search) {
    return search->finder.work + search->state.work;
}

/* ---- making ---------------------------------------------------------------------------------- */

static int allocate_columns(struct zone_plan_search *search) {
    const int64_t steps = (int64_t)search->problem->instance->horizon_steps + 1;
    if (steps > COLUMN_STEPS_MAX)
        return HV_OK;
    search->columns = malloc((size_t)steps * ZONE_PLAN_CANDIDATES_MAX * sizeof *search->columns);
    return search->columns == NULL ? HV_ERR_MEMORY : HV_OK;
}

int zone_plan_search_init(struct zone_plan_search *search, const struct zone_plan_problem *problem,
                          const struct zone_plan_options *options) {
    const size_t zones = problem->instance->zone_count;
    *search = (struct zone_plan_search){
        .problem = problem,
        .options = options,
        .random = options->seed,
        .best.going = calloc(zones + 1, sizeof *search->best.going),
        .candidates = calloc(ZONE_PLAN_CANDIDATES_MAX, sizeof(const struct zone_plan_way *)),
        .zones = calloc(zones + 1, sizeof *search->zones),
        .taken = calloc(zones + 1, sizeof *search->taken),
        .alone = calloc(zones + 1, sizeof *search->alone),
        .stages = calloc(zones + 1, sizeof *search->stages),
    };
    int error = HV_ERR_MEMORY;
    if (search->best.going != NULL && search->candidates != NULL && search->zones != NULL &&
        search->taken != NULL && search->alone != NULL && search->stages != NULL)
        error = zone_plan_finder_init(&search->finder, problem);
    if (error == HV_OK)
        error = zone_plan_state_init(&search->state, problem);
    if (error == HV_OK)
        error = allocate_columns(search);
    if (error != HV_OK) {
        zone_plan_search_deinit(search);
        return error;
    }
    for (size_t z = 0; z < zones; z++) {
        search->stages[z] = problem->rules == NULL ? -1 : problem->rules[z].stage;
        if (search->stages[z] + 1 > search->stage_count)
            search->stage_count = search->stages[z] + 1;
    }
    return HV_OK;
}

void zone_plan_search_deinit(struct zone_plan_search *search) {
    const size_t zones = search->problem == NULL ? 0 : search->problem->instance->zone_count;
    for (size_t z = 0; z < zones; z++) {
        if (search->best.going != NULL)
            zone_plan_going_deinit(&search->best.going[z]);
        if (search->taken != NULL)
            zone_plan_going_deinit(&search->taken[z]);
    }
    free(search->best.going);
    free(search->taken);
    free((void *)search->candidates);
    free(search->columns);
    free(search->zones);
    free(search->alone);
    free(search->stages);
    zone_plan_going_deinit(&search->trial);
    zone_plan_going_deinit(&search->chosen);
    if (search->state.problem != NULL)
        zone_plan_state_deinit(&search->state);
    if (search->finder.problem != NULL)
        zone_plan_finder_deinit(&search->finder);
    *search = (struct zone_plan_search){0};
}

int zone_plan_search_keep(struct zone_plan_search *search) {
    const struct zone_plan_state *state = &search->state;
    struct zone_plan_best *best = &search->best;
    if (best->there &&
        zone_plan_compare(state->unserved, state->cost, best->unserved, best->cost) >= 0)
        return HV_OK;
    for (size_t z = 0; z < search->problem->instance->zone_count; z++) {
        int error = zone_plan_going_copy(&state->going[z], &best->going[z]);
        if (error != HV_OK)
            return error;
    }
    best->unserved = state->unserved;
    best->cost = state->cost;
    best->changed = state->changed;
    best->arrival_steps = state->arrival_steps;
    best->there = true;
    return HV_OK;
}

int zone_plan_search_restore(struct zone_plan_search *search) {
    struct zone_plan_state *state = &search->state;
    const size_t zones = search->problem->instance->zone_count;
    struct zone_plan_going going = {0};
    int error = HV_OK;
    for (size_t z = 0; z < zones; z++) {
        zone_plan_state_take(state, (int32_t)z, &going);
        zone_plan_going_deinit(&going);
    }
    for (size_t z = 0; z < zones && error == HV_OK; z++) {
        error = zone_plan_going_copy(&search->best.going[z], &going);
        if (error == HV_OK)
            error = zone_plan_state_put(state, (int32_t)z, &going);
    }
    zone_plan_going_deinit(&going);
    return error;
}

/* ---- the first plan -------------------------------------------------------------------------- */

struct ranked {
    double rank;
    int32_t zone, stage;
};

static int compare_ranked(const void *first, const void *second) {
    const struct ranked *a = first, *b = second;
    if (a->stage != b->stage) /* zones of no stage, -1, come last */
        return (uint32_t)a->stage > (uint32_t)b->stage ? 1 : -1;
    if (a->rank != b->rank)
        return a->rank > b->rank ? -1 : 1;
    return (a->zone > b->zone) - (a->zone < b->zone);
}

/* What every zone costs alone; it tells who is hard to place. */
static int measure_alone(struct zone_plan_search *search, struct ranked *ranked) {
    const struct evacuation_instance *instance = search->problem->instance;
    for (size_t z = 0; z < instance->zone_count; z++) {
        zone_plan_finder_list(&search->finder, (int32_t)z, LISTING_MAX);
        int error = zone_plan_insert(search, (int32_t)z, true);
        if (error != HV_OK)
            return error;
        struct zone_plan_going *going = &search->taken[z];
        zone_plan_going_deinit(going);
        zone_plan_state_take(&search->state, (int32_t)z, going);
        search->alone[z] = (struct zone_plan_alone){
            instance->zones[z].people - going->unserved,
            score(search, going->unserved, going->cost),
        };
        ranked[z] = (struct ranked){search->alone[z].score, (int32_t)z, search->stages[z]};
        zone_plan_going_deinit(going);
    }
    qsort(ranked, instance->zone_count, sizeof *ranked, compare_ranked);
    return HV_OK;
}

/* Zones in order; each stage begins when the one before has left. */
static int build(struct zone_plan_search *search, const struct ranked *ranked) {
    int32_t stage = 0;
    search->begins[0] = 0;
    for (size_t i = 0; i < search->problem->instance->zone_count; i++) {
        for (; ranked[i].stage > stage; stage++) {
            int32_t last = zone_plan_stages_last_departure(search, stage);
            int32_t begun = search->begins[stage];
            search->begins[stage + 1] = last + 1 > begun ? last + 1 : begun;
        }
        if (ranked[i].stage >= 0 &&
            search->state.windows[ranked[i].zone].first < search->begins[stage])
            search->state.windows[ranked[i].zone].first = search->begins[stage];
        int error = zone_plan_insert(search, ranked[i].zone, true);
        if (error != HV_OK)
            return error;
    }
    for (; stage + 1 < search->stage_count; stage++)
        search->begins[stage + 1] = search->problem->instance->horizon_steps + 1;
    (void)zone_plan_stages_tighten(search);
    return HV_OK;
}

int zone_plan_search_build(struct zone_plan_search *search) {
    const size_t zones = search->problem->instance->zone_count;
    struct ranked *ranked = calloc(zones + 1, sizeof *ranked);
    int error = ranked == NULL ? HV_ERR_MEMORY : measure_alone(search, ranked);
    if (error == HV_OK)
        error = build(search, ranked);
    free(ranked);
    return error == HV_OK ? zone_plan_search_keep(search) : error;
}

/* ---- improving ------------------------------------------------------------------------------- */

static bool share_a_link(const struct zone_plan_going *a, const struct zone_plan_going *b) {
    for (int32_t i = 0; i < a->count; i++)
        for (int32_t j = 0; j < b->count; j++) {
            const struct zone_plan_way *one = a->shares[i].way, *other = b->shares[j].way;
            if (one->shelter == other->shelter)
                return true;
            for (int32_t k = 0; k < one->count; k += 2)
                for (int32_t l = 0; l < other->count; l++)
                    if (one->links[k] == other->links[l])
                        return true;
        }
    return false;
}

/* A zone at random, more likely one that loses much by the others. */
static int32_t pick_zone(struct zone_plan_search *search) {
    const struct evacuation_instance *instance = search->problem->instance;
    const uint32_t zones = (uint32_t)instance->zone_count;
    int32_t best = (int32_t)zone_plan_search_random(search, zones);
    double best_loss = -1;
    for (uint32_t i = 0, tries = 1 + zone_plan_search_random(search, 3); i < tries; i++) {
        int32_t zone = (int32_t)zone_plan_search_random(search, zones);
        const struct zone_plan_going *going = &search->state.going[zone];
        double loss = score(search, going->unserved, going->cost) - search->alone[zone].score;
        if (loss > best_loss) {
            best_loss = loss;
            best = zone;
        }
    }
    return best;
}

/* Chooses zones to take out: one, and others that are in its way or anybody. */
static size_t pick_zones(struct zone_plan_search *search) {
    const size_t zones = search->problem->instance->zone_count;
    size_t most = zones < OUT_MAX ? zones : OUT_MAX, count = 1;
    size_t wanted = 1 + zone_plan_search_random(search, (uint32_t)most);
    search->zones[0] = pick_zone(search);
    const bool anybody = zone_plan_search_random(search, 8) == 0;
    for (size_t tries = 0; count < wanted && tries < 6 * zones; tries++) {
        int32_t zone = (int32_t)zone_plan_search_random(search, (uint32_t)zones);
        bool there = false, meets = anybody || zone_plan_search_random(search, 16) == 0;
        for (size_t i = 0; i < count; i++)
            there = there || search->zones[i] == zone;
        if (there)
            continue;
        const int32_t with = search->zones[zone_plan_search_random(search, (uint32_t)count)];
        if (meets || search->state.going[zone].unserved > 0 ||
            share_a_link(&search->state.going[with], &search->state.going[zone]))
            search->zones[count++] = zone;
    }
    return count;
}

static void shuffle(struct zone_plan_search *search, size_t count) {
    for (size_t i = count; i > 1; i--) {
        size_t j = zone_plan_search_random(search, (uint32_t)i);
        int32_t swap = search->zones[i - 1];
        search->zones[i - 1] = search->zones[j];
        search->zones[j] = swap;
    }
}

static void take_out(struct zone_plan_search *search, size_t count) {
    for (size_t i = 0; i < count; i++) {
        struct zone_plan_going *taken = &search->taken[search->zones[i]];
        zone_plan_going_deinit(taken);
        zone_plan_state_take(&search->state, search->zones[i], taken);
    }
}

/* Puts the zones that were taken out in again, in the order of the list. */
static int put_in(struct zone_plan_search *search, size_t count) {
    struct zone_plan_state *state = &search->state;
    const bool ration = count > 1 && zone_plan_search_random(search, 8) == 0;
    int error = HV_OK;
    for (size_t i = 0; i < count && error == HV_OK; i++) {
        int64_t people = search->problem->instance->zones[search->zones[i]].people;
        if (ration) /* some of them stay until the others have had their turn */
            state->people_max = 1 + people * zone_plan_search_random(search, 256) / 256;
        if (ration && search->problem->routes_max > 1)
            state->way_max = 1 + people * zone_plan_search_random(search, 256) / 256;
        error = zone_plan_insert(search, search->zones[i], false);
    }
    state->people_max = state->way_max = INT64_MAX;
    for (size_t i = 0; ration && i < count && error == HV_OK; i++)
        error = zone_plan_insert_again(search, search->zones[i]);
    return error;
}

/* Makes the plan what it was before the zones of the list were taken out. */
static int undo(struct zone_plan_search *search, size_t count) {
    int error = HV_OK;
    for (size_t i = 0; i < count; i++) {
        struct zone_plan_going away = {0};
        zone_plan_state_take(&search->state, search->zones[i], &away);
        zone_plan_going_deinit(&away);
    }
    for (size_t i = 0; i < count && error == HV_OK; i++)
        error =
            zone_plan_state_put(&search->state, search->zones[i], &search->taken[search->zones[i]]);
    return error;
}

/* Takes zones out and puts them back; undoes that if it is not good enough. */
static int try_round(struct zone_plan_search *search, double most) {
    int32_t begins[ZONE_PLAN_STAGES_MAX + 1];
    const bool moved = search->stage_count > 1 && zone_plan_search_random(search, 4) == 0;
    memcpy(begins, search->begins, sizeof begins);
    if (moved)
        zone_plan_stages_move(search);
    const size_t count = moved ? zone_plan_stages_misplaced(search) : pick_zones(search);
    take_out(search, count);
    shuffle(search, count);
    int error = put_in(search, count);
    if (error != HV_OK)
        return error;
    if (score(search, search->state.unserved, search->state.cost) <= most)
        return zone_plan_search_keep(search);
    if (moved) {
        memcpy(search->begins, begins, sizeof begins);
        zone_plan_stages_set_windows(search);
    }
    return undo(search, count);
}

/* Whether the best plan is as good as any can be. */
static bool is_proven(const struct zone_plan_search *search) {
    return search->best.unserved == search->bound.unserved &&
           search->best.cost == search->bound.total_arrival_steps;
}

bool zone_plan_search_report(struct zone_plan_search *search) {
    const struct zone_plan_options *options = search->options;
    if (options->progress == NULL)
        return false;
    search->reported_at = zone_plan_search_work(search);
    const struct zone_plan_progress progress = {
        .people = evacuation_instance_people(search->problem->instance),
        .value = {search->best.unserved, search->best.arrival_steps},
        .bound = search->bound,
        .work = search->work_before + search->reported_at,
    };
    search->stopped = options->progress(options->context, &progress) != 0;
    return search->stopped;
}

static bool should_stop(struct zone_plan_search *search, int64_t work) {
    return work >= search->work_max || is_proven(search) ||
           (work >= search->reported_at + WORK_BETWEEN_REPORTS && zone_plan_search_report(search));
}

int zone_plan_search_improve(struct zone_plan_search *search) {
    const int64_t begun = zone_plan_search_work(search);
    const double person = score(search, 1, 0);
    if (search->problem->instance->zone_count == 0)
        return HV_OK;
    for (;;) {
        const int64_t work = zone_plan_search_work(search);
        if (should_stop(search, work))
            return HV_OK;
        double left = search->work_max > begun
                          ? (double)(search->work_max - work) / (double)(search->work_max - begun)
                          : 0;
        double best = score(search, search->best.unserved, search->best.cost);
        double now = score(search, search->state.unserved, search->state.cost);
        double most = best + left * (TOLERANCE * best > person ? TOLERANCE * best : person);
        search->state.work += WORK_OF_A_ROUND;
        int error = try_round(search, most > now ? most : now);
        if (error != HV_OK)
            return error;
    }
}
