/* The cold chain: for how long goods of a place have gone without power, and whether that puts them
 * in quarantine until they are counted whole. */
#include "coordinator/state/state_fold.h"

#include "schemas/smaller.h"

static bool is_off(const struct state_place *place) {
    const struct state_lifeline *power = &place->lifelines[HV_LIFELINE_POWER],
                                *generator = &place->lifelines[HV_LIFELINE_GENERATOR];
    return power->seen.position != 0 && power->state == HV_LIFELINE_DOWN &&
           generator->state != HV_LIFELINE_UP && generator->state != HV_LIFELINE_LIMITED;
}

/* When goods were last found good: at the last count of all of them. INT64_MIN: never. */
static int64_t counted_ms(const struct state_place *place) {
    return place->stock.counted.position == 0 ? INT64_MIN : place->stock.counted.observed_ms;
}

static bool gives(enum hv_lifeline_state now) {
    return now == HV_LIFELINE_UP || now == HV_LIFELINE_LIMITED;
}

/* Of the power nobody needs to say that it is there. */
static bool is_lost(enum hv_lifeline_kind kind, enum hv_lifeline_state now) {
    return kind == HV_LIFELINE_POWER ? now == HV_LIFELINE_DOWN : !gives(now);
}

/* What a report says of when a source was lost. One that is known to be lost may turn out to have
 * been for longer, but not from before it was last seen to give power. */
static void learn(struct state_source *source, enum hv_lifeline_kind kind,
                  const struct state_lifeline *now, const struct state_lifeline *told) {
    const int64_t seen_ms = told->seen.observed_ms;
    const bool was_lost = source->is_lost;
    source->is_lost = is_lost(kind, now->state);
    if (gives(told->state)) {
        source->gave_ms = source->has_given ? hv_larger(source->gave_ms, seen_ms) : seen_ms;
        source->has_given = true;
    }
    if (!source->is_lost || !is_lost(kind, told->state))
        return;
    const int64_t from_ms =
        was_lost && source->has_given ? hv_larger(source->gave_ms, seen_ms) : seen_ms;
    source->lost_ms = was_lost ? hv_smaller(source->lost_ms, from_ms) : seen_ms;
}

/* Since when there has been neither; only while there is neither. A generator that never ran keeps
 * nothing cold, whenever somebody said so. */
static int64_t lost_ms(const struct state_cold *cold) {
    const struct state_source *generator = &cold->generator;
    return generator->has_given ? hv_larger(cold->power.lost_ms, generator->lost_ms)
                                : cold->power.lost_ms;
}

void fold_cold(struct state_place *place, enum hv_lifeline_kind kind,
               const struct state_lifeline *told) {
    struct state_cold *cold = &place->cold;
    const int64_t now_ms = told->seen.observed_ms;
    learn(kind == HV_LIFELINE_POWER ? &cold->power : &cold->generator, kind,
          &place->lifelines[kind], told);
    const bool was_broken = cold->is_broken;
    cold->is_broken = is_off(place);
    if (cold->is_broken) {
        cold->since_ms = lost_ms(cold);
        return;
    }
    const int64_t lasted = now_ms - hv_larger(cold->since_ms, counted_ms(place));
    if (was_broken && (lasted > cold->lasted_ms || cold->ended_ms <= counted_ms(place))) {
        cold->lasted_ms = hv_larger(lasted, 0);
        cold->ended_ms = now_ms;
    }
}

int64_t state_cold_break_ms(const struct state_place *place, uint64_t now_mono_ms) {
    const struct state_cold *cold = &place->cold;
    int64_t counted = counted_ms(place), longest = 0;
    if (cold->lasted_ms > 0 && cold->ended_ms > counted)
        longest = cold->lasted_ms;
    if (cold->is_broken)
        longest = hv_larger(longest, (int64_t)now_mono_ms - hv_larger(cold->since_ms, counted));
    return longest;
}

bool state_cold_is_suspect(const struct state_place *place, uint64_t now_mono_ms) {
    return state_cold_break_ms(place, now_mono_ms) >= STATE_COLD_BREAK_MS;
}
