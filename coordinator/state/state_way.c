/* People whom accepted orders send from a zone to shelters: who should have left and when, for
 * nobody observes departures; and who came.
 *
 * An order counts from its acceptance, by its window: who is told late leaves late, at the same
 * rate. An answer that says how many are out moves the window so that it is so. An order that was
 * declined, taken back or replaced stops where it is: who has left stays on the way. */
#include "coordinator/state/state_fold.h"

#include "schemas/smaller.h"

#include <stdlib.h>
#include <string.h>

#define NEVER_MS INT64_MAX

/* ---- what should be ---- */

static int64_t all_left(const struct state_leg *leg, int64_t at_ms) {
    const int64_t at = hv_smaller(at_ms, leg->stopped_ms);
    if (at >= leg->left_ms)
        return leg->people[STATE_ALL];
    if (at <= leg->leaves_ms)
        return 0;
    return leg->people[STATE_ALL] * (at - leg->leaves_ms) / (leg->left_ms - leg->leaves_ms);
}

static int64_t leg_left(const struct state_leg *leg, enum state_heads heads, int64_t at_ms) {
    const int64_t all = all_left(leg, at_ms), medical = hv_smaller(all, leg->people[STATE_MEDICAL]);
    if (heads == STATE_ALL)
        return all;
    return heads == STATE_MEDICAL ? medical
                                  : hv_smaller(all - medical, leg->people[STATE_WHEELCHAIR]);
}

int64_t state_way_left(const struct state_way *way, enum state_heads heads, int64_t wall_ms) {
    int64_t people = 0;
    for (uint32_t i = 0; i < way->leg_count; i++)
        people += leg_left(&way->legs[i], heads, wall_ms);
    return people;
}

int64_t state_way_due(const struct state_way *way, enum state_heads heads, int64_t wall_ms) {
    int64_t people = 0;
    for (uint32_t i = 0; i < way->leg_count; i++)
        people += leg_left(&way->legs[i], heads, wall_ms - way->legs[i].travel_ms);
    return people;
}

/* ---- orders ---- */

static struct state_leg *find_leg(struct state_zone *zone, uint64_t order) {
    for (uint32_t w = 0; w < zone->way_count; w++)
        for (uint32_t l = 0; l < zone->ways[w].leg_count; l++)
            if (zone->ways[w].legs[l].order == order)
                return &zone->ways[w].legs[l];
    return NULL;
}

/* The way to a shelter; NULL: there are too many, or no memory. Who goes there counts as still to
 * leave then. */
static struct state_way *need_way(struct state *state, struct state_zone *zone,
                                  const char *shelter) {
    for (uint32_t w = 0; w < zone->way_count; w++)
        if (strcmp(zone->ways[w].shelter, shelter) == 0)
            return &zone->ways[w];
    if (zone->way_count == STATE_WAYS_MAX)
        return NULL;
    struct state_way *ways = realloc(zone->ways, (zone->way_count + 1) * sizeof *ways);
    if (ways == NULL) {
        state->out_of_memory = true;
        return NULL;
    }
    zone->ways = ways;
    struct state_way *way = &ways[zone->way_count];
    *way = (struct state_way){0};
    fold_text(state, &way->shelter, shelter);
    if (way->shelter == NULL)
        return NULL;
    if (zone->way_count++ == 0)
        zone->ways_from = hv_people_total(&zone->checked_in);
    return way;
}

static int64_t all_of(const struct state_leg *leg) {
    return all_left(leg, NEVER_MS - 1);
}

/* One over both their windows. */
static void join(const struct state_leg *first, struct state_leg *second) {
    const int64_t left_ms = hv_larger(hv_smaller(first->left_ms, first->stopped_ms),
                                      hv_smaller(second->left_ms, second->stopped_ms));
    const int64_t leaves_ms = hv_smaller(hv_smaller(first->leaves_ms, second->leaves_ms), left_ms);
    for (int i = 0; i < STATE_HEADS; i++) {
        const enum state_heads heads = (enum state_heads)i;
        second->people[heads] =
            hv_smaller(HV_PEOPLE_MAX, leg_left(first, heads, NEVER_MS - 1) +
                                          leg_left(second, heads, NEVER_MS - 1));
    }
    second->leaves_ms = hv_larger(leaves_ms, left_ms - STATE_WINDOW_MS_MAX);
    second->left_ms = left_ms;
    second->travel_ms = hv_larger(first->travel_ms, second->travel_ms);
    second->stopped_ms = NEVER_MS;
}

/* The oldest from there on by which nobody more leaves. */
static uint32_t find_over(const struct state_way *way, uint32_t from) {
    while (from < way->leg_count && way->legs[from].order != 0 &&
           way->legs[from].stopped_ms == NEVER_MS)
        from++;
    return from;
}

/* The two oldest become one, so that a new one has room: of those by which nobody more leaves,
 * where there are two. */
static void join_oldest(struct state_way *way) {
    uint32_t older = find_over(way, 0), newer = find_over(way, older + 1);
    if (newer >= way->leg_count) {
        older = 0;
        newer = 1;
    }
    struct state_leg *first = &way->legs[older], *second = &way->legs[newer];
    if (all_of(second) == 0)
        *second = *first;
    else if (all_of(first) > 0)
        join(first, second);
    second->order = 0;
    memmove(first, first + 1, (way->leg_count - older - 1) * sizeof *first);
    way->leg_count--;
}

static bool sends_people_off(enum hv_order_state state) {
    return state == HV_ORDER_ACCEPTED || state == HV_ORDER_UNDER_WAY ||
           state == HV_ORDER_PARTLY_DONE || state == HV_ORDER_DONE;
}

/* Whether people have left by the order before this answer: where it has no leg of its own any more
 * they are in one that was joined, and are not counted again. */
static bool has_sent_people_off(const struct state_order *order) {
    for (uint32_t i = 0; i + 1 < order->step_count; i++)
        if (order->steps[i].counted && sends_people_off(order->steps[i].state))
            return true;
    return false;
}

/* What the order says of those with a vehicle, for the others wait for a bus: from now on or from
 * the beginning of its window; one without a window says nothing until somebody tells how many are
 * out. */
static void set_window(struct state_leg *leg, const struct hv_order *order,
                       const struct hv_order_people *line, int64_t now_ms) {
    const int64_t window_ms = hv_larger(0, order->end_wall_ms - order->start_wall_ms);
    const bool timed = order->has_start && order->has_end;
    leg->people[STATE_ALL] = hv_larger(0, (int64_t)line->people - line->without_vehicle);
    leg->people[STATE_WHEELCHAIR] = line->wheelchair;
    leg->people[STATE_MEDICAL] = line->medical;
    leg->leaves_ms = timed ? hv_larger(order->start_wall_ms, now_ms) : NEVER_MS;
    leg->left_ms = timed ? leg->leaves_ms + hv_smaller(window_ms, STATE_WINDOW_MS_MAX) : NEVER_MS;
    leg->travel_ms = (int64_t)order->travel_s * 1000;
    leg->stopped_ms = NEVER_MS;
}

/* So many are out by now. */
static void observe(struct state_leg *leg, int64_t people, int64_t now_ms) {
    const int64_t all = leg->people[STATE_ALL], out = hv_smaller(people, all);
    const int64_t window_ms = leg->left_ms == NEVER_MS ? 0 : leg->left_ms - leg->leaves_ms;
    if (out == all) {
        leg->leaves_ms = hv_smaller(leg->leaves_ms, now_ms);
        leg->left_ms = hv_smaller(leg->left_ms, now_ms);
    } else if (window_ms == 0) { /* no rate: the others are as if nobody had told of them */
        leg->people[STATE_ALL] = out;
        leg->leaves_ms = leg->left_ms = now_ms;
    } else if (out > 0) {
        leg->leaves_ms = now_ms - (window_ms * out + all - 1) / all;
        leg->left_ms = leg->leaves_ms + window_ms;
    }
}

static struct state_leg *begin_leg(struct state *state, struct state_zone *zone,
                                   const struct hv_order *order, const struct hv_order_people *line,
                                   int64_t now_ms) {
    struct state_way *way = need_way(state, zone, order->shelter);
    if (way == NULL)
        return NULL;
    if (way->leg_count == STATE_LEGS_MAX)
        join_oldest(way);
    struct state_leg *leg = &way->legs[way->leg_count++];
    *leg = (struct state_leg){.order = order->id};
    set_window(leg, order, line, now_ms);
    return leg;
}

/* Declined before, or said anew: who has left stays so, the others leave from now on. */
static void resume(struct state_leg *leg, const struct hv_order *order,
                   const struct hv_order_people *line, int64_t now_ms) {
    const int64_t out = all_left(leg, now_ms);
    set_window(leg, order, line, now_ms);
    observe(leg, out, now_ms);
}

bool state_order_is_past(const struct state *state, const struct state_order *order) {
    for (uint32_t i = 0; i < state_count(state, STATE_INCIDENT); i++)
        if (state_incident(state, i)->phase_position[HV_PHASE_CLOSED] >= order->issued_position)
            return true;
    return false;
}

static bool sends_people(const struct state *state, const struct state_order *order) {
    return order->order_kind == HV_ORDER_EVACUATE_ZONE && order->addressee != NULL &&
           !state_order_is_past(state, order);
}

/* The zone of an order, where people of it are or may be on the way. */
static struct state_zone *zone_of(struct state *state, const struct state_order *order, bool make) {
    if (!sends_people(state, order))
        return NULL;
    const struct state_zone *known = state_find_zone(state, order->addressee);
    if (known == NULL && !make)
        return NULL;
    return known == NULL ? fold_need(state, STATE_ZONE, order->addressee)
                         : fold_touch(state, STATE_ZONE, known->entity.index);
}

void fold_way_order(struct state *state, const struct state_order *order, int64_t now_ms) {
    struct state_zone *zone = zone_of(state, order, false);
    struct state_leg *leg = zone == NULL ? NULL : find_leg(zone, order->number);
    if (leg == NULL ||
        (order->issued == HV_ORDER_ISSUED && order->answered != HV_ORDER_STATE_UNKNOWN))
        return; /* what was answered still holds */
    leg->stopped_ms = hv_smaller(leg->stopped_ms, now_ms);
}

/* The people of the zone whom an order sends; NULL: it sends nobody of it anywhere, or there is no
 * memory. In the scratch arena. */
static const struct hv_order_people *
read_order(struct state *state, const struct state_order *order, const struct hv_order **ret_body) {
    hv_arena_reset(&state->scratch);
    const int error = state_order_decode(order, &state->scratch, ret_body);
    if (error != HV_OK) {
        state->out_of_memory |= error == HV_ERR_MEMORY;
        return NULL;
    }
    for (size_t i = 0; *(*ret_body)->shelter != '\0' && i < (*ret_body)->people_count; i++)
        if (strcmp((*ret_body)->people[i].zone, order->addressee) == 0)
            return &(*ret_body)->people[i];
    return NULL;
}

void fold_way_answer(struct state *state, const struct state_order *order,
                     const struct hv_record *record, const struct hv_order_answer *answer) {
    const struct hv_order *body = NULL;
    const bool leaves = sends_people_off(answer->state);
    const int64_t now_ms = record->wall_ms;
    struct state_zone *zone =
        order->issued == HV_ORDER_ISSUED ? zone_of(state, order, leaves) : NULL;
    const struct hv_order_people *line = zone == NULL ? NULL : read_order(state, order, &body);
    if (line == NULL)
        return;
    struct state_leg *leg = find_leg(zone, order->number);
    if (leg == NULL && leaves && !has_sent_people_off(order))
        leg = begin_leg(state, zone, body, line, now_ms);
    else if (leg != NULL && leaves && leg->stopped_ms != NEVER_MS)
        resume(leg, body, line, now_ms);
    if (leg == NULL)
        return;
    zone->ways_told_ms = (int64_t)record->mono_ms;
    if (answer->state == HV_ORDER_DONE)
        leg->people[STATE_ALL] = line->people;
    else if (answer->has_done && answer->done <= line->people)
        leg->people[STATE_ALL] = hv_larger(leg->people[STATE_ALL], (int64_t)answer->done);
    if (answer->has_done)
        observe(leg, hv_smaller((int64_t)answer->done, HV_PEOPLE_MAX), now_ms);
    else if (answer->state == HV_ORDER_DONE)
        observe(leg, leg->people[STATE_ALL], now_ms);
    if (!hv_order_is_open(answer->state))
        leg->stopped_ms = hv_smaller(leg->stopped_ms, now_ms);
}

/* ---- who came ---- */

static void add_heads(int64_t heads[STATE_HEADS], const struct hv_people *people) {
    const int64_t more[STATE_HEADS] = {[STATE_ALL] = hv_people_total(people),
                                       [STATE_WHEELCHAIR] = people->overlay[HV_OVERLAY_WHEELCHAIR],
                                       [STATE_MEDICAL] = people->overlay[HV_OVERLAY_MEDICAL]};
    for (int i = 0; i < STATE_HEADS; i++)
        heads[i] = hv_larger(0, heads[i] + more[i]);
}

void fold_way_came(struct state_zone *zone, const char *shelter, const struct hv_people *people) {
    for (uint32_t w = 0; w < zone->way_count; w++)
        if (strcmp(zone->ways[w].shelter, shelter) == 0)
            add_heads(zone->ways[w].came, people);
}

/* ---- sweeps, and the end ---- */

void fold_way_swept(struct state_zone *zone) {
    for (uint32_t w = 0; w < zone->way_count; w++)
        for (int heads = 0; heads < STATE_HEADS; heads++) {
            zone->ways[w].before[heads] += zone->ways[w].came[heads];
            zone->ways[w].came[heads] = 0;
        }
}

void fold_way_forget(struct state_zone *zone) {
    for (uint32_t w = 0; zone->ways != NULL && w < zone->way_count; w++)
        free(zone->ways[w].shelter);
    free(zone->ways);
    zone->ways = NULL;
    zone->way_count = 0;
    zone->ways_from = zone->ways_told_ms = 0;
}
