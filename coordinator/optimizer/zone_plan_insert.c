/* How one zone is put into the plan: ways to weigh, those of them to take. */
#include "coordinator/optimizer/zone_plan_insert.h"

#include <string.h>

#define LEVELS 8          /* rates for which ways are sought */
#define WAYS_EACH 3       /* ways for each of them */
#define SAMPLE 8          /* ways from the pool */
#define SAMPLE_OF_BOUND 4 /* and those of the class bound, which are the best of it */

/* ---- candidates ------------------------------------------------------------------------------ */

static void add_candidate(struct zone_plan_search *search, const struct zone_plan_way *way) {
    for (size_t i = 0; i < search->candidate_count; i++)
        if (search->candidates[i] == way)
            return;
    if (search->candidate_count < ZONE_PLAN_CANDIDATES_MAX)
        search->candidates[search->candidate_count++] = way;
}

/* The rate of a level: from that which brings everybody at once down to the least that brings them
 * within the window. */
static int64_t rate_of_level(int64_t people, int32_t steps, uint32_t level) {
    double most = (double)people, least = (double)people / (double)steps;
    if (least < 1)
        least = 1;
    double rate = most;
    for (uint32_t i = 0; i < level; i++)
        rate *= 0.6;
    if (rate < least)
        rate = least;
    return rate < 1 ? 1 : (int64_t)rate;
}

static int find_ways(struct zone_plan_search *search, int32_t zone, int64_t rate, bool whenever,
                     uint64_t noise, size_t ways_max) {
    const struct zone_plan_problem *problem = search->problem;
    const struct zone_plan_way *found[ZONE_PLAN_CANDIDATES_MAX];
    const struct zone_plan_wish wish = {
        .zone = zone,
        .start = search->state.windows[zone].first,
        .people = problem->instance->zones[zone].people,
        .rate = rate,
        .whenever = whenever,
        .noise = noise,
        .places = search->state.places,
        .group_places = zone_plan_state_group_places(&search->state, zone),
        .out_link = problem->convergent ? search->state.out_link : NULL,
        .ways_max = ways_max,
    };
    int count = zone_plan_finder_find(&search->finder, &search->state.roads, &wish, found);
    for (int i = 0; i < count; i++)
        add_candidate(search, found[i]);
    return count < 0 ? count : HV_OK;
}

/* The most that any link out of the zone's node could take at a step. */
static int64_t most_at_once(const struct zone_plan_search *search, int32_t zone) {
    const struct evacuation_instance *instance = search->problem->instance;
    const struct zone_plan_finder *finder = &search->finder;
    const int32_t node = instance->zones[zone].node;
    int64_t most = 1, people = instance->zones[zone].people;
    for (int32_t i = finder->out_first[node]; i < finder->out_first[node + 1]; i++) {
        const struct evacuation_link *link = &instance->links[finder->out_links[i]];
        most = link->capacity_per_step > most ? link->capacity_per_step : most;
        for (size_t c = 0; c < link->change_count; c++)
            most = link->changes[c].capacity > most ? link->changes[c].capacity : most;
    }
    const struct zone_plan_group *group = zone_plan_group_of(search->problem, zone);
    most = zone_plan_fit(group, most < EVACUATION_PEOPLE_MAX ? most : EVACUATION_PEOPLE_MAX);
    most = most > 1 ? most : 1;
    return most < people ? most : people;
}

static void sample_pool(struct zone_plan_search *search, int32_t zone) {
    const struct zone_plan_pool *pool = &search->finder.pools[zone];
    for (size_t i = 0; i < SAMPLE && pool->count > 0; i++)
        add_candidate(search, pool->ways[zone_plan_search_random(search, (uint32_t)pool->count)]);
    for (size_t i = 0; i < SAMPLE_OF_BOUND && pool->bound_count > 0; i++)
        add_candidate(search,
                      pool->ways[zone_plan_search_random(search, (uint32_t)pool->bound_count)]);
    for (int32_t k = 0; search->best.there && k < search->best.going[zone].count; k++)
        add_candidate(search, search->best.going[zone].shares[k].way);
}

static int collect(struct zone_plan_search *search, int32_t zone, bool thorough) {
    const struct zone_plan_window window = search->state.windows[zone];
    const int64_t most = most_at_once(search, zone);
    const int32_t steps = window.last - window.first + 1;
    int error = HV_OK;
    if (steps <= 0)
        return HV_OK;
    int64_t before = 0;
    for (uint32_t level = 0; level < LEVELS && error == HV_OK; level++) {
        int64_t rate = rate_of_level(most, steps, level);
        if (!thorough && zone_plan_search_random(search, LEVELS) >= 2)
            continue;
        if (rate == before)
            continue;
        before = rate;
        uint64_t noise = thorough || zone_plan_search_random(search, 2) == 0
                             ? 0
                             : 1 + zone_plan_search_random(search, 1 << 30);
        error = find_ways(search, zone, rate, false, noise, WAYS_EACH);
    }
    if (error == HV_OK &&
        (thorough || search->candidate_count == 0 || zone_plan_search_random(search, 8) == 0))
        error = find_ways(search, zone, 1, true, 0, WAYS_EACH);
    return error;
}

/* ---- putting a zone in ----------------------------------------------------------------------- */

static void swap_goings(struct zone_plan_going *a, struct zone_plan_going *b) {
    struct zone_plan_going swap = *a;
    *a = *b;
    *b = swap;
}

/* The room of a candidate, once for each time that a zone is put in. */
static const int32_t *column_of(struct zone_plan_search *search, const struct zone_plan_way *way) {
    size_t i = 0;
    while (search->candidates[i] != way)
        i++;
    int32_t *column = search->columns + i * (size_t)search->state.roads.steps;
    if (!search->has_column[i])
        zone_plan_state_rooms(&search->state, way, column);
    search->has_column[i] = true;
    return column;
}

/* Whether departures over these ways could be better than `chosen`. */
static bool is_hopeful(struct zone_plan_search *search, int32_t zone,
                       const struct zone_plan_way *const *ways, int32_t count) {
    const int32_t *columns[ZONE_PLAN_ROUTES_MAX];
    if (search->columns == NULL)
        return true;
    for (int32_t k = 0; k < count; k++)
        columns[k] = column_of(search, ways[k]);
    const struct zone_plan_hope hope =
        zone_plan_state_hope(&search->state, zone, ways, columns, count);
    const struct zone_plan_going *chosen = &search->chosen;
    return zone_plan_compare(hope.unserved, hope.cost, chosen->unserved, chosen->cost) < 0;
}

/* Sets `chosen` to the best that adding one candidate to `ways` gives; returns its index, or -1
 * where none is better than `chosen` already is. */
static int add_best_way(struct zone_plan_search *search, int32_t zone,
                        const struct zone_plan_way **ways, int32_t count, int32_t *ret_best) {
    *ret_best = -1;
    for (size_t i = 0; i < search->candidate_count; i++) {
        ways[count] = search->candidates[i];
        bool there = false;
        for (int32_t k = 0; k < count; k++)
            there = there || ways[k] == ways[count];
        if (there)
            continue;
        if (!is_hopeful(search, zone, ways, count + 1))
            continue;
        int error = zone_plan_state_fill(&search->state, zone, ways, count + 1, &search->trial);
        if (error != HV_OK)
            return error;
        if (zone_plan_compare(search->trial.unserved, search->trial.cost, search->chosen.unserved,
                              search->chosen.cost) >= 0)
            continue;
        swap_goings(&search->trial, &search->chosen);
        *ret_best = (int32_t)i;
    }
    return HV_OK;
}

/* One way after the other, each that which helps most, the first at random if so wished. Returns
 * their number or an error. */
static int32_t choose_ways(struct zone_plan_search *search, int32_t zone, bool any_first,
                           const struct zone_plan_way **ways) {
    zone_plan_going_clear(search->problem, zone, &search->chosen);
    int32_t count = 0;
    if (any_first && search->candidate_count > 0) {
        uint32_t first = zone_plan_search_random(search, (uint32_t)search->candidate_count);
        ways[0] = search->candidates[first];
        int error = zone_plan_state_fill(&search->state, zone, ways, 1, &search->chosen);
        if (error != HV_OK)
            return error;
        count = search->chosen.count;
    }
    for (; count < search->problem->routes_max; count++) {
        int32_t best;
        int error = add_best_way(search, zone, ways, count, &best);
        if (error != HV_OK)
            return error;
        if (best < 0)
            break;
        ways[count] = search->candidates[best];
    }
    return count;
}

/* Lets another candidate take the place of each way, if that is better. The first way chosen serves
 * most alone, which need not be best beside others. */
static int exchange_ways(struct zone_plan_search *search, int32_t zone,
                         const struct zone_plan_way **ways, int32_t count) {
    for (int32_t k = 0; k < count; k++) {
        const struct zone_plan_way *away = ways[k];
        int32_t best;
        ways[k] = ways[count - 1];
        ways[count - 1] = away;
        int error = add_best_way(search, zone, ways, count - 1, &best);
        if (error != HV_OK)
            return error;
        ways[count - 1] = best >= 0 ? search->candidates[best] : away;
    }
    return HV_OK;
}

/* Leaves out every other candidate, so that not the same ways are chosen again. */
static void thin_candidates(struct zone_plan_search *search) {
    size_t kept = 0;
    for (size_t i = 0; i < search->candidate_count; i++)
        if (zone_plan_search_random(search, 2) == 0)
            search->candidates[kept++] = search->candidates[i];
    search->candidate_count = kept > 0 ? kept : search->candidate_count;
}

int zone_plan_insert(struct zone_plan_search *search, int32_t zone, bool thorough) {
    const struct zone_plan_way *ways[ZONE_PLAN_ROUTES_MAX];
    search->candidate_count = 0;
    if (search->problem->instance->zones[zone].people == 0)
        return HV_OK;
    int error = collect(search, zone, thorough);
    if (error != HV_OK)
        return error;
    sample_pool(search, zone);
    if (!thorough && zone_plan_search_random(search, 4) == 0)
        thin_candidates(search);
    memset(search->has_column, 0, sizeof search->has_column);
    const bool any_first =
        !thorough && search->problem->routes_max > 1 && zone_plan_search_random(search, 4) == 0;
    int32_t count = choose_ways(search, zone, any_first, ways);
    if (count > 1 && (thorough || zone_plan_search_random(search, 2) == 0))
        error = exchange_ways(search, zone, ways, count);
    if (count < 0 || error != HV_OK)
        return count < 0 ? count : error;
    if (search->chosen.count == 0)
        return HV_OK;
    return zone_plan_state_put(&search->state, zone, &search->chosen);
}

int zone_plan_insert_again(struct zone_plan_search *search, int32_t zone) {
    const struct zone_plan_way *ways[ZONE_PLAN_ROUTES_MAX];
    struct zone_plan_going before = {0};
    zone_plan_state_take(&search->state, zone, &before);
    for (int32_t k = 0; k < before.count; k++)
        ways[k] = before.shares[k].way;
    int error = zone_plan_state_fill(&search->state, zone, ways, before.count, &search->chosen);
    zone_plan_going_deinit(&before);
    if (error != HV_OK || search->chosen.count == 0)
        return error;
    return zone_plan_state_put(&search->state, zone, &search->chosen);
}
