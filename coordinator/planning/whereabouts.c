#include "coordinator/planning/whereabouts.h"

#include "schemas/smaller.h"

#include <string.h>

struct asking {
    const struct state_zone *zone; /* NULL: nothing was ever told of it */
    int64_t wall_ms, margin_ms;
    bool swept;
    struct whereabouts *out;
    /* By way, of all since the last sweep: */
    int64_t first[STATE_WAYS_MAX]; /* whom the sweep has settled, of those who left */
    int64_t gone[STATE_WAYS_MAX];  /* on the way when it was made */
};

/* Takes up to `people` off a figure; gives those who are not taken yet. */
static int64_t take_off(int64_t *figure, int64_t people) {
    const int64_t taken = hv_smaller(*figure, people);
    *figure -= taken;
    return people - taken;
}

/* ---- what a sweep has settled ---- */

/* Who had left by the sweep and was neither there nor overdue then. */
static void look_back(struct asking *asking) {
    const struct state_sweep *sweep = &asking->zone->sweep;
    for (uint32_t w = 0; w < asking->zone->way_count; w++) {
        const struct state_way *way = &asking->zone->ways[w];
        const int64_t settled =
            hv_larger(way->before[STATE_ALL],
                      state_way_due(way, STATE_ALL, sweep->wall_ms - asking->margin_ms));
        const int64_t left = state_way_left(way, STATE_ALL, sweep->wall_ms);
        asking->first[w] = settled;
        asking->gone[w] = hv_larger(0, left - settled);
    }
}

/* No more were on the way than were neither found nor had checked in. */
static void hold_to_finding(struct asking *asking, int64_t people) {
    const struct state_sweep *sweep = &asking->zone->sweep;
    int64_t most_gone =
        people < 0 ? INT64_MAX : hv_larger(0, people - sweep->checked_in - sweep->left);
    for (uint32_t w = 0; w < asking->zone->way_count; w++) {
        const int64_t gone = hv_smaller(asking->gone[w], most_gone);
        asking->first[w] += asking->gone[w] - gone;
        asking->gone[w] = gone;
        most_gone -= gone;
    }
}

static int64_t sum_of(const int64_t *figures, uint32_t count) {
    int64_t sum = 0;
    for (uint32_t i = 0; i < count; i++)
        sum += figures[i];
    return sum;
}

/* ---- the ways ---- */

/* When those who are on the way should be there: the arrivals of the orders that are not over. */
static void find_arrivals(const struct asking *asking, const struct state_way *way,
                          struct whereabouts_way *out) {
    out->arrives_ms = out->arrived_ms = asking->wall_ms;
    bool first = true;
    for (uint32_t l = 0; l < way->leg_count; l++) {
        const struct state_leg *leg = &way->legs[l];
        const int64_t left_ms =
            hv_smaller(hv_smaller(leg->left_ms, leg->stopped_ms), asking->wall_ms);
        if (leg->leaves_ms > left_ms)
            continue; /* nobody has left */
        const int64_t last = left_ms + leg->travel_ms, early = leg->leaves_ms + leg->travel_ms;
        if (last <= asking->wall_ms)
            continue; /* all are due */
        out->arrives_ms = first ? hv_larger(early, asking->wall_ms)
                                : hv_smaller(out->arrives_ms, hv_larger(early, asking->wall_ms));
        out->arrived_ms = hv_larger(out->arrived_ms, last);
        first = false;
    }
}

static void take_way(const struct asking *asking, uint32_t w) {
    const struct state_way *way = &asking->zone->ways[w];
    struct whereabouts_way *out = &asking->out->ways[w];
    const int64_t due_ms = asking->wall_ms - asking->margin_ms;
    const int64_t left =
        hv_larger(0, state_way_left(way, STATE_ALL, asking->wall_ms) - asking->first[w]);
    const int64_t due = hv_larger(0, state_way_due(way, STATE_ALL, due_ms) - asking->first[w]);
    const int64_t came = way->came[STATE_ALL];
    out->shelter = way->shelter;
    out->overdue = hv_larger(0, due - came);
    out->overdue_gone = hv_larger(0, hv_smaller(due, asking->gone[w]) - came);
    out->on_way[STATE_ALL] = hv_larger(0, left - hv_larger(due, came));
    for (int heads = STATE_ALL + 1; heads < STATE_HEADS; heads++) {
        const enum state_heads class = (enum state_heads)heads;
        out->on_way[heads] = hv_larger(0, state_way_left(way, class, asking->wall_ms) -
                                              hv_larger(state_way_due(way, class, due_ms),
                                                        way->before[heads] + way->came[heads]));
    }
    find_arrivals(asking, way, out);
}

/* So many fewer are missing: the overdue first, then those on the way, oldest way first. */
static void take_fewer(struct whereabouts *out, int64_t people) {
    for (uint32_t w = 0; w < out->way_count; w++)
        people = take_off(&out->ways[w].overdue, people);
    for (uint32_t w = 0; w < out->way_count; w++)
        people = take_off(&out->ways[w].on_way[STATE_ALL], people);
}

/* Check-ins of the zone that are at no shelter to which anybody was sent. */
static int64_t came_elsewhere(const struct asking *asking) {
    const struct state_zone *zone = asking->zone;
    int64_t came = hv_people_total(&zone->checked_in) -
                   (asking->swept ? zone->sweep.checked_in : zone->ways_from);
    for (uint32_t w = 0; w < zone->way_count; w++)
        came -= zone->ways[w].came[STATE_ALL];
    return hv_larger(0, came);
}

static void settle_classes(struct whereabouts_way *way) {
    way->overdue_gone = hv_smaller(way->overdue_gone, way->overdue);
    way->on_way[STATE_MEDICAL] = hv_smaller(way->on_way[STATE_MEDICAL], way->on_way[STATE_ALL]);
    way->on_way[STATE_WHEELCHAIR] = hv_smaller(way->on_way[STATE_WHEELCHAIR],
                                               way->on_way[STATE_ALL] - way->on_way[STATE_MEDICAL]);
}

/* ---- the whole ---- */

static int64_t missing(const struct whereabouts *out) {
    int64_t people = 0;
    for (uint32_t w = 0; w < out->way_count; w++)
        people += out->ways[w].overdue + out->ways[w].on_way[STATE_ALL];
    return people;
}

static void add_ways(struct whereabouts *out) {
    for (uint32_t w = 0; w < out->way_count; w++) {
        settle_classes(&out->ways[w]);
        for (int heads = 0; heads < STATE_HEADS; heads++)
            out->on_way[heads] += out->ways[w].on_way[heads];
        out->overdue += out->ways[w].overdue;
        out->overdue_gone += out->ways[w].overdue_gone;
    }
}

/* Who is neither there nor elsewhere; −1: nobody knows. */
static int64_t count_left(const struct asking *asking, int64_t people) {
    const struct state_zone *zone = asking->zone;
    if (!asking->swept)
        return people < 0 ? -1 : hv_larger(0, people - asking->out->arrived);
    const int64_t since = asking->out->arrived - zone->sweep.checked_in;
    return hv_larger(0, zone->sweep.left + sum_of(asking->gone, zone->way_count) -
                            hv_larger(0, since));
}

void whereabouts_of(const struct state_zone *zone, int64_t people, int64_t wall_ms,
                    int64_t margin_ms, struct whereabouts *ret_whereabouts) {
    struct whereabouts *out = ret_whereabouts;
    struct asking asking = {.zone = zone,
                            .wall_ms = wall_ms,
                            .margin_ms = margin_ms,
                            .swept = zone != NULL && zone->sweep.position != 0,
                            .out = out};
    *out = (struct whereabouts){.people = people,
                                .still = people,
                                .left = people,
                                .to_plan = people,
                                .swept = asking.swept};
    if (zone == NULL)
        return;
    out->arrived = hv_larger(0, hv_people_total(&zone->checked_in));
    out->told_ms = zone->ways_told_ms;
    out->way_count = zone->way_count;
    if (asking.swept) {
        look_back(&asking);
        hold_to_finding(&asking, people);
        out->told_ms = hv_larger(out->told_ms, zone->sweep.seen_ms);
    }
    for (uint32_t w = 0; w < zone->way_count; w++)
        take_way(&asking, w);
    if (zone->way_count > 0)
        take_fewer(out, came_elsewhere(&asking));
    out->left = count_left(&asking, people);
    if (out->left >= 0)
        take_fewer(out, hv_larger(0, missing(out) - out->left));
    add_ways(out);
    if (out->left < 0)
        return;
    out->still = out->left - out->on_way[STATE_ALL] - out->overdue;
    out->to_plan = out->still + out->overdue - out->overdue_gone;
    out->elsewhere = people < 0 ? 0 : hv_larger(0, people - out->arrived - out->left);
}

/* ---- orders ---- */

/* Whom an order that goes on has still to send. */
static int64_t rest_of(const struct state_leg *leg, int64_t wall_ms) {
    const struct state_way alone = {.legs = {*leg}, .leg_count = 1};
    return leg->people[STATE_ALL] - state_way_left(&alone, STATE_ALL, wall_ms);
}

int64_t whereabouts_of_order(const struct state_zone *zone, uint64_t order, int64_t wall_ms) {
    for (uint32_t w = 0; zone != NULL && w < zone->way_count; w++)
        for (uint32_t l = 0; l < zone->ways[w].leg_count; l++) {
            const struct state_leg *leg = &zone->ways[w].legs[l];
            if (leg->order == order && leg->stopped_ms == INT64_MAX)
                return rest_of(leg, wall_ms);
        }
    return -1;
}

int64_t whereabouts_to_leave(const struct state_zone *zone, const char *shelter, int64_t wall_ms) {
    int64_t people = -1;
    for (uint32_t w = 0; zone != NULL && w < zone->way_count; w++) {
        const struct state_way *way = &zone->ways[w];
        if (strcmp(way->shelter, shelter) != 0)
            continue;
        for (uint32_t l = 0; l < way->leg_count; l++)
            if (way->legs[l].stopped_ms == INT64_MAX && way->legs[l].order != 0)
                people = hv_larger(0, people) + rest_of(&way->legs[l], wall_ms);
    }
    return people;
}
