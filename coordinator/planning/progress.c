#include "coordinator/planning/progress.h"

#include "coordinator/planning/whereabouts.h"
#include "schemas/smaller.h"

#include <string.h>

/* As much as a window may move and be the same order. */
#define BEHIND_MS (INT64_C(15) * 60 * 1000)

enum { MS_PER_S = 1000, BEHIND_PEOPLE = 10 };

struct following {
    const struct state *state;
    const struct region *region;
    const struct hv_plan *plan;
    int64_t wall_ms, margin_ms;
    int64_t elapsed_ms;          /* since the windows count */
    struct progress_zone *zones; /* by zone of the region */
};

/* ---- when windows count from ---- */

/* The approval's orders carry its time; where all of them stood already the plan's own counts. */
static int find_start(const struct state *state, const struct state_plan *plan, int64_t wall_ms,
                      uint64_t mono_ms, struct hv_arena *arena, int64_t *ret_wall_ms) {
    *ret_wall_ms = wall_ms - hv_larger(0, (int64_t)mono_ms - (int64_t)plan->mono_ms);
    for (uint32_t i = state_count(state, STATE_ORDER); i-- > 0;) {
        const struct state_order *order = state_order(state, i);
        const struct hv_order *body = NULL;
        if (order->plan != plan->number || order->approval != plan->approved)
            continue;
        if (state_order_decode(order, arena, &body) != HV_OK)
            return HV_ERR_MEMORY;
        *ret_wall_ms = body->issued_wall_ms;
        return HV_OK;
    }
    return HV_OK;
}

/* ---- what should be ---- */

/* How many of `people` are through a window by then. */
static int64_t through(int64_t people, int64_t from_ms, int64_t to_ms, int64_t at_ms) {
    if (at_ms >= to_ms)
        return people;
    return at_ms <= from_ms ? 0 : people * (at_ms - from_ms) / (to_ms - from_ms);
}

static int64_t should_be_there(const struct following *following, const char *zone, int64_t at_ms) {
    const struct hv_plan *plan = following->plan;
    int64_t people = 0;
    for (size_t i = 0; i < plan->move_count; i++)
        if (strcmp(plan->moves[i].zone, zone) == 0)
            people += through(plan->moves[i].people, (int64_t)plan->moves[i].arrives_s * MS_PER_S,
                              (int64_t)plan->moves[i].arrived_s * MS_PER_S, at_ms);
    for (size_t i = 0; i < plan->way_count; i++)
        if (strcmp(plan->ways[i].zone, zone) == 0)
            people += through(plan->ways[i].people, (int64_t)plan->ways[i].arrives_s * MS_PER_S,
                              (int64_t)plan->ways[i].arrived_s * MS_PER_S, at_ms);
    return people;
}

static void add_moves(const struct following *following) {
    const struct hv_plan *plan = following->plan;
    for (size_t i = 0; i < plan->move_count; i++) {
        const struct hv_plan_move *move = &plan->moves[i];
        const uint32_t index = region_find_zone(following->region, move->zone);
        const int64_t departs_ms = (int64_t)move->departs_s * MS_PER_S,
                      departed_ms = (int64_t)move->departed_s * MS_PER_S,
                      arrives_ms = (int64_t)move->arrives_s * MS_PER_S,
                      arrived_ms = (int64_t)move->arrived_s * MS_PER_S;
        if (index == REGION_NONE)
            continue;
        struct progress_zone *zone = &following->zones[index];
        const bool first = zone->people == 0;
        zone->departs_wall_ms = first ? departs_ms : hv_smaller(zone->departs_wall_ms, departs_ms);
        zone->departed_wall_ms = hv_larger(zone->departed_wall_ms, departed_ms);
        zone->arrived_wall_ms = hv_larger(zone->arrived_wall_ms, arrived_ms);
        zone->people += move->people;
        zone->should_have_left +=
            through(move->people, departs_ms, departed_ms, following->elapsed_ms);
        zone->should_be_there +=
            through(move->people, arrives_ms, arrived_ms, following->elapsed_ms);
    }
}

/* Who was on the way when the plan was made has left. */
static void add_ways(const struct following *following) {
    const struct hv_plan *plan = following->plan;
    for (size_t i = 0; i < plan->way_count; i++) {
        const struct hv_plan_way *way = &plan->ways[i];
        const uint32_t index = region_find_zone(following->region, way->zone);
        const int64_t arrived_ms = (int64_t)way->arrived_s * MS_PER_S;
        if (index == REGION_NONE)
            continue;
        struct progress_zone *zone = &following->zones[index];
        zone->people += way->people;
        zone->should_have_left += way->people;
        zone->should_be_there += through(way->people, (int64_t)way->arrives_s * MS_PER_S,
                                         arrived_ms, following->elapsed_ms);
        zone->arrived_wall_ms = hv_larger(zone->arrived_wall_ms, arrived_ms);
    }
}

static void add_left(const struct following *following) {
    const struct hv_plan *plan = following->plan;
    for (size_t i = 0; i < plan->left_count; i++) {
        const uint32_t index = region_find_zone(following->region, plan->left[i].zone);
        if (index != REGION_NONE)
            following->zones[index].left_over += (int64_t)plan->left[i].amount;
    }
}

/* ---- what is ---- */

/* The longest ago that the plan had no more there than are gone now; by halving. */
static int64_t behind_by(const struct following *following, const struct progress_zone *zone) {
    int64_t early = 0, late = following->elapsed_ms;
    while (late - early > MS_PER_S) {
        const int64_t middle = early + (late - early) / 2;
        if (should_be_there(following, zone->zone, middle) <= zone->gone)
            early = middle;
        else
            late = middle;
    }
    return following->elapsed_ms - early;
}

static enum progress_standing stand(const struct following *following,
                                    const struct progress_zone *zone) {
    if (zone->gone >= zone->people)
        return PROGRESS_DONE;
    if (zone->behind_people >= BEHIND_PEOPLE && zone->behind_ms >= BEHIND_MS)
        return PROGRESS_BEHIND;
    return following->elapsed_ms < zone->departs_wall_ms ? PROGRESS_NOT_BEGUN : PROGRESS_ON_TIME;
}

static void observe(const struct following *following, uint32_t index) {
    const struct region_zone *of_region = &following->region->zones[index];
    struct progress_zone *zone = &following->zones[index];
    const struct state_zone *seen = state_find_zone(following->state, of_region->id);
    const int64_t counted = zone->people + zone->left_over;
    struct whereabouts are;
    whereabouts_of(seen, region_zone_people(of_region, REGION_NIGHT), following->wall_ms,
                   following->margin_ms, &are);
    zone->still = are.left;
    zone->to_leave = are.still;
    zone->on_way = are.on_way[STATE_ALL];
    zone->overdue = are.overdue;
    zone->arrived = are.arrived;
    zone->elsewhere = are.elsewhere;
    zone->told_ms = are.told_ms;
    zone->swept = are.swept;
    zone->gone = are.left < 0 ? 0
                              : hv_smaller(zone->people,
                                           hv_larger(0, counted - (are.left - are.overdue_gone)));
    zone->behind_people = hv_larger(0, zone->should_be_there - zone->gone);
    zone->behind_ms = zone->behind_people > 0 ? behind_by(following, zone) : 0;
    zone->standing = stand(following, zone);
}

/* ---- the whole ---- */

/* Until the evacuation begins zones are only warned. */
static bool leaves_now(const struct state *state) {
    const uint32_t open = state_general(state)->incident;
    return open == STATE_NONE || state_incident(state, open)->phase >= HV_PHASE_EVACUATION;
}

/* Only zones that the plan moves; times become those of the wall clock. */
static void finish(const struct following *following, struct progress *progress) {
    for (uint32_t z = 0; z < following->region->zone_count; z++) {
        struct progress_zone *zone = &following->zones[z];
        if (zone->people == 0)
            continue;
        observe(following, z);
        zone->departs_wall_ms += progress->since_wall_ms;
        zone->departed_wall_ms += progress->since_wall_ms;
        zone->arrived_wall_ms += progress->since_wall_ms;
        progress->zones[progress->count++] = *zone;
    }
}

int progress_of(const struct state *state, const struct region *region, int64_t wall_ms,
                uint64_t mono_ms, int64_t margin_ms, struct hv_arena *arena,
                struct progress *ret_progress) {
    const uint32_t in_force = state_general(state)->plan_in_force;
    struct following following = {
        .state = state, .region = region, .wall_ms = wall_ms, .margin_ms = margin_ms};
    *ret_progress = (struct progress){0};
    if (region == NULL || in_force == STATE_NONE || !leaves_now(state))
        return HV_OK;
    const struct state_plan *plan = state_plan(state, in_force);
    struct progress progress = {.plan = plan->number};
    int error = state_plan_decode(plan, arena, &following.plan);
    if (error == HV_ERR_NOT_FOUND || (error == HV_OK && following.plan->step_s == 0))
        return HV_OK;
    if (error == HV_OK)
        error = find_start(state, plan, wall_ms, mono_ms, arena, &progress.since_wall_ms);
    if (error != HV_OK)
        return error;
    following.elapsed_ms = hv_larger(0, wall_ms - progress.since_wall_ms);
    following.zones = hv_arena_take(arena, region->zone_count + 1u, sizeof *following.zones);
    progress.zones = hv_arena_take(arena, region->zone_count + 1u, sizeof *progress.zones);
    if (following.zones == NULL || progress.zones == NULL)
        return HV_ERR_MEMORY;
    for (uint32_t z = 0; z < region->zone_count; z++)
        following.zones[z].zone = region->zones[z].id;
    add_moves(&following);
    add_ways(&following);
    add_left(&following);
    finish(&following, &progress);
    if (progress.count > 0)
        *ret_progress = progress;
    return HV_OK;
}

const char *progress_standing_word(enum progress_standing standing) {
    static const char *const words[PROGRESS_STANDINGS] = {"not-begun", "on-time", "behind", "done"};
    return standing < PROGRESS_STANDINGS ? words[standing] : "unknown";
}
