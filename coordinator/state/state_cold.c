/* The cold chain: for how long goods of a place have gone without power, and whether that puts them
 * in quarantine until they are counted whole. */
#include "coordinator/state/state_fold.h"

static bool is_off(const struct state_place *place) {
    const struct state_lifeline *power = &place->lifelines[HV_LIFELINE_POWER],
                                *generator = &place->lifelines[HV_LIFELINE_GENERATOR];
    return power->seen.position != 0 && power->state == HV_LIFELINE_DOWN &&
           generator->state != HV_LIFELINE_UP && generator->state != HV_LIFELINE_LIMITED;
}

static int64_t later(int64_t a, int64_t b) {
    return a > b ? a : b;
}

/* When goods were last found good: at the last count of all of them. INT64_MIN: never. */
static int64_t counted_ms(const struct state_place *place) {
    return place->stock.counted.position == 0 ? INT64_MIN : place->stock.counted.observed_ms;
}

void fold_cold(struct state_place *place, const struct state_stamp *seen) {
    struct state_cold *cold = &place->cold;
    bool off = is_off(place);
    if (off == cold->is_broken)
        return;
    cold->is_broken = off;
    if (off) {
        cold->since_ms = seen->observed_ms;
        return;
    }
    int64_t lasted = seen->observed_ms - later(cold->since_ms, counted_ms(place));
    if (lasted > cold->lasted_ms || cold->ended_ms <= counted_ms(place)) {
        cold->lasted_ms = later(lasted, 0);
        cold->ended_ms = seen->observed_ms;
    }
}

int64_t state_cold_break_ms(const struct state_place *place, uint64_t now_mono_ms) {
    const struct state_cold *cold = &place->cold;
    int64_t counted = counted_ms(place), longest = 0;
    if (cold->lasted_ms > 0 && cold->ended_ms > counted)
        longest = cold->lasted_ms;
    if (cold->is_broken)
        longest = later(longest, (int64_t)now_mono_ms - later(cold->since_ms, counted));
    return longest;
}

bool state_cold_is_suspect(const struct state_place *place, uint64_t now_mono_ms) {
    return state_cold_break_ms(place, now_mono_ms) >= STATE_COLD_BREAK_MS;
}
