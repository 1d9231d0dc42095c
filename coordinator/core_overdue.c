/* People become overdue as time passes: no record says so, for the fold finds them by the clock
 * alone. A plan that was made before counts them as on the way, so one is due when all of an order
 * are past their time, and each quarter of an hour until then, where any of them is missing. */
#include "coordinator/core_inside.h"

#include "coordinator/planning/whereabouts.h"

enum { OVERDUE_SCAN_MS = 1000 };
#define QUARTER_MS (INT64_C(15) * 60 * 1000)

/* How many of the moments at which a plan is due for the people of an order have passed. */
static int64_t moments_by(const struct state_leg *leg, int64_t due_ms) {
    const int64_t last_ms = leg->left_ms < leg->stopped_ms ? leg->left_ms : leg->stopped_ms;
    const int64_t left_ms = due_ms - leg->travel_ms; /* who left by then is overdue */
    if (last_ms == INT64_MAX || last_ms < leg->leaves_ms || left_ms < leg->leaves_ms)
        return 0;
    return left_ms < last_ms ? (left_ms - leg->leaves_ms) / QUARTER_MS
                             : 1 + (last_ms - leg->leaves_ms) / QUARTER_MS;
}

static bool passes_a_moment(const struct core *core, const struct state_zone *zone,
                            int64_t wall_ms) {
    const int64_t margin_ms = (int64_t)core->options.arrival_margin_ms;
    for (uint32_t w = 0; w < zone->way_count; w++)
        for (uint32_t l = 0; l < zone->ways[w].leg_count; l++) {
            const struct state_leg *leg = &zone->ways[w].legs[l];
            if (moments_by(leg, wall_ms - margin_ms) !=
                moments_by(leg, core->overdue_wall_ms - margin_ms))
                return true;
        }
    return false;
}

/* Whether a plan would look for anybody of the zone who should be elsewhere by now. */
static bool misses_people(const struct core *core, const struct state_zone *zone, int64_t wall_ms) {
    struct whereabouts are;
    whereabouts_of(zone, -1, wall_ms, (int64_t)core->options.arrival_margin_ms, &are);
    return are.overdue > are.overdue_gone;
}

void core_overdue_begin(struct core *core) {
    const struct state_plan *plan =
        state_find_plan(core->state, state_general(core->state)->last_plan);
    const uint64_t now_ms = core_now_mono(core);
    core->overdue_wall_ms = core_now_wall(core);
    if (plan != NULL && plan->mono_ms < now_ms)
        core->overdue_wall_ms -= (int64_t)(now_ms - plan->mono_ms);
}

/* Once a second. O(orders that have sent people off). */
void core_watch_overdue(struct core *core) {
    const int64_t wall_ms = core_now_wall(core);
    if (core->real_ms < core->overdue_ms)
        return;
    core->overdue_ms = core->real_ms + OVERDUE_SCAN_MS;
    for (uint32_t i = 0; !core->plan_due && i < state_count(core->state, STATE_ZONE); i++) {
        const struct state_zone *zone =
            (const struct state_zone *)state_at(core->state, STATE_ZONE, i);
        core->plan_due = passes_a_moment(core, zone, wall_ms) && misses_people(core, zone, wall_ms);
    }
    core->overdue_wall_ms = wall_ms;
}
