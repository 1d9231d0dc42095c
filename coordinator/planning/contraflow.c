#include "coordinator/planning/contraflow.h"

#include "coordinator/planning/road_posts.h"

#include <stdlib.h>
#include <string.h>

enum { CANDIDATES_MAX = 8, MS_PER_HOUR = 3600000 };

/* Runs the call unless an earlier one failed. */
#define STEP(call)                                                                                 \
    do {                                                                                           \
        if (error == HV_OK)                                                                        \
            error = (call);                                                                        \
    } while (0)

/* ---- roads ---- */

struct way {
    uint32_t from, to, link;
    const char *name;
};

static int compare_nodes(const struct way *a, const struct way *b) {
    if (a->from != b->from)
        return a->from < b->from ? -1 : 1;
    return (a->to > b->to) - (a->to < b->to);
}

static int compare_names(const struct way *a, const struct way *b) {
    const int order = compare_nodes(a, b);
    return order != 0 ? order : strcmp(a->name, b->name);
}

static int compare(const void *first, const void *second) {
    const struct way *a = first, *b = second;
    const int order = compare_names(a, b);
    return order != 0 ? order : (a->link > b->link) - (a->link < b->link);
}

typedef int comparison(const struct way *a, const struct way *b);

/* The ways equal to `sought`: the first of them, and how many there are. */
static uint32_t find_ways(const struct way *ways, uint32_t count, const struct way *sought,
                          comparison *order, uint32_t *ret_first) {
    uint32_t low = 0, high = count, equal = 0;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        if (order(&ways[middle], sought) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    while (low + equal < count && equal < 2 && order(&ways[low + equal], sought) == 0)
        equal++;
    *ret_first = low;
    return equal;
}

/* The one that leads back where there is one each way. */
static uint32_t opposite_of(const struct way *ways, uint32_t count, const struct way *way,
                            comparison *order) {
    const struct way back = {.from = way->to, .to = way->from, .name = way->name};
    uint32_t there, at;
    return way->from != way->to && find_ways(ways, count, way, order, &there) == 1 &&
                   find_ways(ways, count, &back, order, &at) == 1
               ? ways[at].link
               : UINT32_MAX;
}

int contraflow_opposites(const struct region *region, uint32_t **ret_opposite) {
    const uint32_t count = region->link_count;
    struct way *ways = calloc(count + 1u, sizeof *ways);
    uint32_t *opposite = calloc(count + 1u, sizeof *opposite);
    if (ways == NULL || opposite == NULL) {
        free(ways);
        free(opposite);
        return HV_ERR_MEMORY;
    }
    for (uint32_t l = 0; l < count; l++)
        ways[l] =
            (struct way){region->links[l].from, region->links[l].to, l, region->links[l].name};
    qsort(ways, count, sizeof *ways, compare);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t back = opposite_of(ways, count, &ways[i], compare_nodes);
        if (back == UINT32_MAX) /* of several roads between the two nodes the one of its name */
            back = opposite_of(ways, count, &ways[i], compare_names);
        opposite[ways[i].link] = back;
    }
    free(ways);
    *ret_opposite = opposite;
    return HV_OK;
}

/* By hand nothing more is said than the link that the order is addressed to. */
static void mark(const struct region *region, const struct hv_order *order, bool *reversed) {
    for (size_t i = 0; i < order->link_count || i == 0; i++) {
        const uint32_t link =
            region_find_link(region, order->link_count == 0 ? order->addressee : order->links[i]);
        if (link != REGION_NONE)
            reversed[link] = true;
    }
}

bool contraflow_is_ordered(const struct state *state) {
    for (uint32_t i = 0; i < state_count(state, STATE_ORDER); i++) {
        const enum hv_order_state stands = state_order_state(state_order(state, i));
        if (state_order(state, i)->order_kind == HV_ORDER_REVERSE_ROAD &&
            (hv_order_is_open(stands) || stands == HV_ORDER_DONE))
            return true;
    }
    return false;
}

int contraflow_in_force(const struct state *state, const struct region *region, bool *reversed) {
    struct road_posts posts;
    struct hv_arena arena;
    hv_arena_init(&arena, 0);
    int error = road_posts_find(state, region, NULL, 0, &arena, &posts);
    for (uint32_t i = 0; error == HV_OK && i < posts.count; i++) {
        const struct state_order *told = posts.posts[i].told;
        const struct hv_order *body = NULL;
        if (told == NULL || told->order_kind != HV_ORDER_REVERSE_ROAD)
            continue;
        error = state_order_decode(told, &arena, &body) == HV_OK ? HV_OK : HV_ERR_MEMORY;
        if (error == HV_OK)
            mark(region, body, reversed);
    }
    hv_arena_deinit(&arena);
    return error;
}

/* ---- what a plan uses ---- */

struct looking {
    const struct contraflow_solver *solver;
    const struct picture *picture;
    uint32_t links;
    int64_t *people; /* by link: whom the plan sends over it */
    bool *tried;     /* by link: reversed for a try */
};

static const struct network_link *link_of(const struct looking *looking, uint32_t link) {
    return network_link_at(looking->picture->network, link);
}

static void count_people(const struct looking *looking, const struct plan *plan) {
    const struct plan_timetable *times = plan->timetable;
    memset(looking->people, 0, looking->links * sizeof *looking->people);
    for (size_t i = 0; i < times->stream_count; i++) {
        const struct plan_stream *stream = &times->streams[i];
        int64_t all = 0;
        for (int class = 0; class < INSTANCE_CLASSES; class ++)
            all += stream->people[class];
        for (uint32_t k = 0; k < stream->route.count; k++)
            looking->people[times->links[stream->route.first + k]] += all;
    }
}

/* Adds those of a stream who enter the link, by step. */
static void add_stream(const struct looking *looking, const struct plan_timetable *times,
                       const struct plan_stream *stream, uint32_t link, int64_t *by_step) {
    const struct evacuation_instance *steps = timetable_instance(looking->solver->timetable);
    int64_t offset = 0;
    for (uint32_t k = 0; k < stream->route.count; k++) {
        const uint32_t passed = times->links[stream->route.first + k];
        for (size_t d = 0; passed == link && d < stream->departure_count; d++) {
            const struct plan_departure *one = &times->departures[stream->departure_first + d];
            if (one->step + offset <= times->horizon_steps)
                by_step[one->step + offset] += one->people;
        }
        offset += steps->links[passed].travel_steps;
    }
}

/* Whether the plan sends more over a link in some step than its own lanes let in. */
static int needs_more(const struct looking *looking, const struct plan *plan, uint32_t link,
                      int64_t own_per_hour, bool *ret_needs) {
    const struct plan_timetable *times = plan->timetable;
    const int64_t whole = own_per_hour * times->step_ms / MS_PER_HOUR;
    const int64_t own = whole > 0 ? whole : 1; /* one every so many steps */
    int64_t *by_step = calloc((size_t)times->horizon_steps + 2, sizeof *by_step);
    if (by_step == NULL)
        return HV_ERR_MEMORY;
    for (size_t i = 0; i < times->stream_count; i++)
        add_stream(looking, times, &times->streams[i], link, by_step);
    *ret_needs = false;
    for (int32_t t = 0; t <= times->horizon_steps; t++)
        *ret_needs = *ret_needs || by_step[t] > own;
    free(by_step);
    return HV_OK;
}

/* ---- trying ---- */

/* An empty link whose opposite takes a quarter of the time or more to let everybody in. */
static bool is_candidate(const struct looking *looking, const struct plan *plan, uint32_t link) {
    const uint32_t opposite = looking->picture->opposite[link];
    if (opposite == UINT32_MAX || looking->picture->reversed[link] ||
        looking->picture->reversed[opposite])
        return false;
    const struct network_link *there = link_of(looking, opposite);
    if (link_of(looking, link)->closed || there->closed || looking->people[link] > 0 ||
        there->capacity_per_hour == 0)
        return false;
    return looking->people[opposite] * MS_PER_HOUR / there->capacity_per_hour >=
           plan->timetable->clearance_ms / 4;
}

/* Of the candidates those whose opposites most people use. */
static uint32_t pick(const struct looking *looking, const struct plan *plan) {
    uint32_t count = 0;
    memset(looking->tried, 0, looking->links * sizeof *looking->tried);
    for (; count < CANDIDATES_MAX; count++) {
        uint32_t best = UINT32_MAX;
        int64_t most = 0;
        for (uint32_t l = 0; l < looking->links; l++) {
            if (looking->tried[l] || !is_candidate(looking, plan, l))
                continue;
            const int64_t people = looking->people[looking->picture->opposite[l]];
            if (people > most) {
                most = people;
                best = l;
            }
        }
        if (best == UINT32_MAX)
            break;
        looking->tried[best] = true;
    }
    return count;
}

/* Sets the roads of the picture, with those that are tried. */
static int set_roads(const struct looking *looking) {
    int error = HV_OK;
    for (uint32_t l = 0; l < looking->links; l++) {
        const uint32_t opposite = looking->picture->opposite[l];
        const bool gains = opposite != UINT32_MAX && looking->tried[opposite];
        const struct network_link *link = link_of(looking, l);
        STEP(planner_set_link_closed(looking->solver->planner, l,
                                     link->closed || looking->tried[l]));
        STEP(planner_set_link_capacity(
            looking->solver->planner, l,
            link->capacity_per_hour + (gains ? link_of(looking, opposite)->capacity_per_hour : 0)));
    }
    return error;
}

static int solve(const struct looking *looking, struct plan **ret_plan) {
    *ret_plan = NULL;
    int error = set_roads(looking);
    STEP(looking->solver->solve(looking->solver->context, ret_plan));
    return error;
}

/* Drops those whose lanes the plan does not use; how many are left. */
static int drop_idle(const struct looking *looking, const struct plan *plan, uint32_t *ret_left) {
    *ret_left = 0;
    for (uint32_t l = 0; l < looking->links; l++) {
        bool needs = false;
        if (!looking->tried[l])
            continue;
        const uint32_t opposite = looking->picture->opposite[l];
        int error = needs_more(looking, plan, opposite,
                               link_of(looking, opposite)->capacity_per_hour, &needs);
        if (error != HV_OK)
            return error;
        looking->tried[l] = needs;
        *ret_left += needs;
    }
    return HV_OK;
}

static bool is_timed(const struct plan *plan) {
    return plan != NULL && plan->timetable != NULL && !plan->timetable->stopped;
}

static int64_t served(const struct plan *plan) {
    int64_t people = 0;
    for (size_t i = 0; i < plan->timetable->stream_count; i++)
        for (int class = 0; class < INSTANCE_CLASSES; class ++)
            people += plan->timetable->streams[i].people[class];
    return people;
}

static bool gains(const struct looking *looking, const struct plan *before,
                  const struct plan *after) {
    const struct plan_timetable *a = before->timetable, *b = after->timetable;
    if (a->unserved != b->unserved)
        return b->unserved < a->unserved;
    return (double)(a->arrival_ms - b->arrival_ms) >=
           (double)looking->picture->rules.contraflow_gain_ms * (double)served(after);
}

/* A plan with more reversed, where that gains enough; else NULL, and the roads are the picture's.
 */
static int try_more(const struct looking *looking, const struct plan *plan,
                    struct plan **ret_better) {
    const uint32_t candidates = pick(looking, plan);
    struct plan *made = NULL;
    uint32_t left = 0;
    *ret_better = NULL;
    if (candidates == 0)
        return HV_OK;
    int error = solve(looking, &made);
    if (error == HV_OK && is_timed(made))
        error = drop_idle(looking, made, &left);
    if (error == HV_OK && left > 0 && left < candidates) { /* its bound is to know these alone */
        plan_free(made);
        error = solve(looking, &made);
    }
    if (error == HV_OK && left > 0 && is_timed(made) && gains(looking, plan, made)) {
        *ret_better = made;
        return HV_OK;
    }
    plan_free(made);
    memset(looking->tried, 0, looking->links * sizeof *looking->tried);
    STEP(set_roads(looking));
    return error;
}

/* ---- the plan's reversals ---- */

/* Those in force whose lanes the plan uses. */
static int keep_used(const struct looking *looking, const struct plan *plan, bool *kept) {
    for (uint32_t l = 0; l < looking->links; l++) {
        const uint32_t opposite = looking->picture->opposite[l];
        if (!looking->picture->reversed[l] || opposite == UINT32_MAX)
            continue;
        const int64_t own =
            link_of(looking, opposite)->capacity_per_hour - link_of(looking, l)->capacity_per_hour;
        int error = needs_more(looking, plan, opposite, own, &kept[l]);
        if (error != HV_OK)
            return error;
    }
    return HV_OK;
}

static int tell(const struct looking *looking, const bool *kept, struct plan *plan) {
    uint32_t count = 0;
    for (uint32_t l = 0; l < looking->links; l++)
        count += kept[l] || looking->tried[l];
    plan->reversals = calloc(count + 1u, sizeof *plan->reversals);
    if (plan->reversals == NULL)
        return HV_ERR_MEMORY;
    for (uint32_t l = 0; l < looking->links; l++)
        if (kept[l] || looking->tried[l])
            plan->reversals[plan->reversal_count++] = l;
    return HV_OK;
}

int contraflow_propose(const struct contraflow_solver *solver, const struct picture *picture,
                       struct plan **plan) {
    struct looking looking = {
        .solver = solver, .picture = picture, .links = network_link_count(picture->network)};
    bool *kept = calloc(looking.links + 1u, sizeof *kept);
    looking.people = calloc(looking.links + 1u, sizeof *looking.people);
    looking.tried = calloc(looking.links + 1u, sizeof *looking.tried);
    struct plan *better = NULL;
    int error =
        kept == NULL || looking.people == NULL || looking.tried == NULL ? HV_ERR_MEMORY : HV_OK;
    if (error == HV_OK && picture->opposite != NULL && is_timed(*plan)) {
        count_people(&looking, *plan);
        STEP(keep_used(&looking, *plan, kept));
        if (picture->rules.contraflow_gain_ms > 0)
            STEP(try_more(&looking, *plan, &better));
        if (error == HV_OK && better != NULL) {
            better->contraflow_people = (*plan)->timetable->unserved - better->timetable->unserved;
            better->contraflow_gain_ms =
                (*plan)->timetable->arrival_ms - better->timetable->arrival_ms;
            memset(kept, 0, looking.links * sizeof *kept);
            plan_free(*plan);
            *plan = better;
            STEP(keep_used(&looking, better, kept));
        }
        STEP(tell(&looking, kept, *plan));
    }
    free(kept);
    free(looking.people);
    free(looking.tried);
    return error;
}
