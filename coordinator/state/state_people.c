/* People at a place: counts replace, movements add.
 *
 * A count or snapshot is the base on which movements after it are added. The last few movements are
 * remembered, so that an observation that arrives late replaces the base and the movements that
 * happened after it are added again. An observation on behalf that is older than movements no
 * longer remembered changes nothing. */
#include "coordinator/state/state_fold.h"
#include "schemas/tally.h"

#include <stdlib.h>
#include <string.h>

static bool too_late(const struct state_people *people, const struct state_stamp *stamp) {
    return stamp->node == STATE_NONE && stamp->observed_ms < people->horizon_ms;
}

/* Forgets movements that a new base contains; the others stay in their order. */
static void keep_following(struct state_people *people, const struct state_stamp *base) {
    uint8_t kept = 0;
    for (uint8_t i = 0; i < people->movement_count; i++) {
        if (fold_follows(&people->movements[i].stamp, base))
            people->movements[kept++] = people->movements[i];
    }
    people->movement_count = kept;
}

static int64_t total_of_movements(const struct state_people *people) {
    int64_t total = 0;
    for (uint8_t i = 0; i < people->movement_count; i++)
        total += people->movements[i].sign * hv_people_total(&people->movements[i].people);
    return total;
}

static void add_movement(struct state_people *people, const struct state_movement *movement) {
    int64_t shortfall = hv_tally_move(&people->now, &movement->people, movement->sign);
    if (shortfall > 0) {
        people->shortfall += shortfall;
        people->shortfall_position = movement->stamp.position;
    }
    if (fold_replaces(&movement->stamp, &people->changed))
        people->changed = movement->stamp;
}

/* Sets the base and adds the movements after it again. Gives the difference to the running total.
 */
static int64_t set_base(struct state_people *people, const struct state_stamp *stamp,
                        const struct hv_people *counted) {
    bool known = people->changed.position != 0;
    int64_t running = hv_people_total(&people->now);
    keep_following(people, stamp);
    int64_t difference =
        known ? hv_people_total(counted) - (running - total_of_movements(people)) : 0;
    people->now = *counted;
    people->counted = people->changed = *stamp;
    people->shortfall = 0;
    for (uint8_t i = 0; i < people->movement_count; i++)
        add_movement(people, &people->movements[i]);
    return difference;
}

static void keep_difference(struct state_people *people, int64_t difference, uint64_t position) {
    if (difference == 0)
        return;
    people->difference = difference;
    people->difference_position = position;
}

void fold_people_count(struct state *state, struct state_place *place,
                       const struct state_stamp *stamp, const struct hv_count *count) {
    struct state_people *people = &place->people;
    (void)state;
    if (!fold_replaces(stamp, &people->counted) || too_late(people, stamp))
        return;
    keep_difference(people, set_base(people, stamp, &count->people), stamp->position);
    if (count->has_households) {
        people->households = count->households;
        people->households_known = true;
    }
}

void fold_people_snapshot(struct state_place *place, const struct state_staging *staging,
                          const struct state_stamp *stamp) {
    struct state_people *people = &place->people;
    if (!fold_replaces(stamp, &people->counted))
        return;
    (void)set_base(people, stamp, &staging->people);
    if (staging->counted_stamp.position != 0)
        keep_difference(people, staging->difference, stamp->position);
}

/* ---- movements ---- */

/* Remembers a movement; the oldest goes, and with it what happened before its time. */
static bool remember(struct state_people *people, const struct state_movement *movement) {
    if (people->movements == NULL) {
        people->movements = calloc(STATE_MOVEMENTS_KEPT, sizeof *people->movements);
        if (people->movements == NULL)
            return false;
    }
    if (people->movement_count == STATE_MOVEMENTS_KEPT) {
        if (people->movements[0].stamp.observed_ms > people->horizon_ms)
            people->horizon_ms = people->movements[0].stamp.observed_ms;
        people->movement_count--;
        memmove(people->movements, people->movements + 1,
                people->movement_count * sizeof *people->movements);
    }
    people->movements[people->movement_count++] = *movement;
    return true;
}

static void move_households(struct state_people *people, const struct hv_movement *movement) {
    if (movement->households == 0 || movement->kind == HV_MOVEMENT_CORRECTION)
        return;
    people->households_known = true;
    if (hv_tally_sign(movement->kind) > 0)
        people->households += movement->households;
    else
        people->households -=
            movement->households < people->households ? movement->households : people->households;
}

void fold_people_move(struct state *state, struct state_place *place,
                      const struct state_stamp *stamp, const struct hv_movement *movement) {
    struct state_people *people = &place->people;
    if (!fold_follows(stamp, &people->counted))
        return;
    struct state_movement one = {
        .stamp = *stamp, .people = movement->people, .sign = hv_tally_sign(movement->kind)};
    if (!remember(people, &one)) {
        state->out_of_memory = true;
        return;
    }
    add_movement(people, &one);
    move_households(people, movement);
}
