/* Departures at one rate. */
#include "coordinator/optimizer/zone_plan_fill_inside.h"

/* Room of every way at every step of the whole window, way by way. */
static int write_rooms(struct zone_plan_filling *filling, struct zone_plan_window whole) {
    const size_t steps = (size_t)whole.last - (size_t)whole.first + 1;
    struct zone_plan_state *state = filling->state;
    int error = zone_plan_state_scratch(state, steps * (size_t)filling->going->count);
    if (error != HV_OK)
        return error;
    for (int32_t k = 0; k < filling->going->count; k++) {
        const struct zone_plan_way *way = filling->going->shares[k].way;
        for (int32_t t = whole.first; t <= whole.last; t++) {
            bool open = t >= filling->windows[k].first && t <= filling->windows[k].last;
            state->room[(size_t)k * steps + (size_t)(t - whole.first)] =
                open ? (int32_t)zone_plan_state_room(state, way, t) : 0;
        }
    }
    return HV_OK;
}

/* From `start` on at a rate for each way that holds for `steps`. */
struct steady {
    int32_t start, steps;
    int64_t people; /* who leave */
    int64_t rates[ZONE_PLAN_ROUTES_MAX];
};

/* Lowers rates, those of the slowest ways first, until they add up to `most` at most. */
static void cap_rates(int64_t *rates, int32_t count, int64_t most) {
    for (int32_t k = 0; k < count; k++) {
        rates[k] = rates[k] < most ? rates[k] : most;
        most -= rates[k];
    }
}

/* The most who may leave at every step from `start` to `step`, by who is ready at this one. */
static int64_t rate_of_ready(const struct zone_plan_filling *filling, int32_t start, int32_t step) {
    const int64_t ready = zone_plan_filling_ready(filling, step);
    const int64_t party = zone_plan_party(filling->group);
    if (ready >= filling->left)
        return INT64_MAX;
    const int64_t rate = ready / ((int64_t)step - start + 1);
    return rate - rate % party;
}

/* The shortest time from a start in which everybody leaves, else that in which most do. */
static struct steady hold_rates(const struct zone_plan_filling *filling,
                                struct zone_plan_window whole, int32_t start) {
    const size_t steps = (size_t)whole.last - (size_t)whole.first + 1;
    const int32_t count = filling->going->count;
    struct steady best = {.start = start};
    int64_t rates[ZONE_PLAN_ROUTES_MAX], places[ZONE_PLAN_ROUTES_MAX];
    for (int32_t k = 0; k < count; k++) {
        rates[k] = EVACUATION_PEOPLE_MAX;
        places[k] = zone_plan_state_places(filling->state, filling->zone,
                                           filling->going->shares[k].way->shelter);
    }
    for (int32_t t = start; t <= whole.last; t++) {
        int64_t all = 0, held = (int64_t)t - start + 1;
        for (int32_t k = 0; k < count; k++) {
            int32_t room = filling->state->room[(size_t)k * steps + (size_t)(t - whole.first)];
            rates[k] = room < rates[k] ? room : rates[k];
        }
        cap_rates(rates, count, rate_of_ready(filling, start, t));
        for (int32_t k = 0; k < count; k++)
            all += rates[k] * held < places[k] ? rates[k] * held : places[k];
        filling->state->work += count;
        if (all == 0)
            break;
        all = all < filling->left ? all : filling->left;
        if (all <= best.people)
            continue;
        best.people = all;
        best.steps = (int32_t)held;
        for (int32_t k = 0; k < count; k++)
            best.rates[k] = rates[k];
        if (all == filling->left)
            break;
    }
    return best;
}

/* How many of those who could leave on a way do. The last party may be smaller and is ready last:
 * where the way is held long enough it takes it, in place of a whole one if need be. */
static int64_t share_of_steady(const struct zone_plan_filling *filling, const struct steady *steady,
                               int64_t rate, int64_t people) {
    const int64_t party = zone_plan_party(filling->group), odd = filling->left % party;
    const bool whole = people >= filling->left;
    people = whole ? filling->left : people;
    if (odd == 0 || rate <= 0 || steady->start >= filling->all_ready)
        return people;
    const bool ready = steady->start + (people + rate - 1) / rate - 1 >= filling->all_ready;
    if (whole)
        return ready ? people : people - odd;
    return ready && steady->people >= filling->left && people >= party ? people - party + odd
                                                                       : people;
}

/* Departures at the rates, on quicker ways first: slower ways take what is left. */
static int fill_steady_from(struct zone_plan_filling *filling, const struct steady *steady) {
    for (int32_t k = 0; k < filling->going->count; k++) {
        struct zone_plan_share *share = &filling->going->shares[k];
        int64_t places = zone_plan_state_places(filling->state, filling->zone, share->way->shelter);
        int64_t people = steady->rates[k] * steady->steps;
        people =
            share_of_steady(filling, steady, steady->rates[k], people < places ? people : places);
        if (people <= 0)
            continue;
        filling->left -= people;
        for (int32_t t = 0; people > 0; t++) {
            int64_t now = people < steady->rates[k] ? people : steady->rates[k];
            zone_plan_filling_take(filling, k, steady->start + t, now, 1);
            int error = zone_plan_share_add(share, steady->start + t, now);
            if (error != HV_OK)
                return error;
            people -= now;
        }
    }
    return HV_OK;
}

/* Whether ways share a link, so that their rooms do not add up. */
static bool ways_meet(const struct zone_plan_going *going) {
    for (int32_t a = 0; a < going->count; a++)
        for (int32_t b = a + 1; b < going->count; b++)
            for (int32_t i = 0; i < going->shares[a].way->count; i++)
                for (int32_t j = 0; j < going->shares[b].way->count; j++)
                    if (going->shares[a].way->links[i] == going->shares[b].way->links[j])
                        return true;
    return false;
}

/* A start is worth a look only where room rises or more get ready: one step earlier is as good
 * elsewhere. */
static bool room_rises(const struct zone_plan_filling *filling, struct zone_plan_window whole,
                       int32_t t) {
    const size_t steps = (size_t)whole.last - (size_t)whole.first + 1;
    if (t == whole.first || t <= filling->all_ready)
        return true;
    for (int32_t k = 0; k < filling->going->count; k++) {
        const int32_t *room = &filling->state->room[(size_t)k * steps + (size_t)(t - whole.first)];
        if (room[0] > room[-1])
            return true;
    }
    return false;
}

int zone_plan_filling_steady(struct zone_plan_filling *filling) {
    const struct zone_plan_window whole = zone_plan_filling_window(filling);
    if (zone_plan_window_is_empty(whole) || filling->left == 0 ||
        (filling->going->count > 1 && ways_meet(filling->going)))
        return HV_OK;
    int error = write_rooms(filling, whole);
    if (error != HV_OK)
        return error;
    const int64_t all = filling->left;
    struct steady best = {0};
    int64_t best_cost = 0;
    for (int32_t t = whole.first; t <= whole.last; t++) {
        if (!room_rises(filling, whole, t))
            continue;
        zone_plan_filling_start_again(filling);
        struct steady steady = hold_rates(filling, whole, t);
        if (steady.people == 0 || steady.people < best.people)
            continue;
        error = fill_steady_from(filling, &steady);
        if (error != HV_OK)
            return error;
        zone_plan_going_count(filling->state->problem, filling->zone, filling->going);
        if (steady.people > best.people || filling->going->cost < best_cost) {
            best = steady;
            best_cost = filling->going->cost;
        }
        if (best.people == all && best_cost <= all * (int64_t)t)
            break; /* whoever starts later arrives later */
    }
    zone_plan_filling_start_again(filling);
    return best.people > 0 ? fill_steady_from(filling, &best) : HV_OK;
}
