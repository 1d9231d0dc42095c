/* Stages of a search: when each begins, who is in which. */
#include "coordinator/optimizer/zone_plan_stages.h"

#include <stdlib.h>
#include <string.h>

int32_t zone_plan_stages_last_departure(const struct zone_plan_search *search, int32_t stage) {
    int32_t last = -1;
    for (size_t z = 0; z < search->problem->instance->zone_count; z++) {
        const struct zone_plan_going *going = &search->state.going[z];
        for (int32_t k = 0; search->stages[z] == stage && k < going->count; k++) {
            const struct zone_plan_share *share = &going->shares[k];
            if (share->departures[share->count - 1].step > last)
                last = share->departures[share->count - 1].step;
        }
    }
    return last;
}

void zone_plan_stages_set_windows(struct zone_plan_search *search) {
    const struct evacuation_instance *instance = search->problem->instance;
    for (size_t z = 0; z < instance->zone_count; z++) {
        const struct evacuation_zone *zone = &instance->zones[z];
        struct zone_plan_window window = {zone->earliest_step > 0 ? zone->earliest_step : 0,
                                          zone->deadline_step < instance->horizon_steps
                                              ? zone->deadline_step
                                              : instance->horizon_steps};
        const int32_t stage = search->stages[z];
        if (stage >= 0 && search->begins[stage] > window.first)
            window.first = search->begins[stage];
        if (stage >= 0 && stage + 1 < search->stage_count &&
            search->begins[stage + 1] - 1 < window.last)
            window.last = search->begins[stage + 1] - 1;
        search->state.windows[z] = window;
    }
}

bool zone_plan_stages_tighten(struct zone_plan_search *search) {
    bool earlier = false;
    for (int32_t stage = 0; stage + 1 < search->stage_count; stage++) {
        const int32_t last = zone_plan_stages_last_departure(search, stage);
        int32_t begins = search->begins[stage];
        begins = last + 1 > begins ? last + 1 : begins;
        earlier = earlier || begins < search->begins[stage + 1];
        search->begins[stage + 1] = begins;
    }
    zone_plan_stages_set_windows(search);
    return earlier;
}

void zone_plan_stages_move(struct zone_plan_search *search) {
    const int32_t horizon = search->problem->instance->horizon_steps;
    const int32_t stage =
        1 + (int32_t)zone_plan_search_random(search, (uint32_t)search->stage_count - 1);
    const uint32_t far = zone_plan_search_random(search, 2) == 0 ? 2 : (uint32_t)horizon / 4 + 2;
    const int32_t shift = 1 + (int32_t)zone_plan_search_random(search, far);
    int32_t begins = search->begins[stage];
    begins += zone_plan_search_random(search, 2) == 0 ? shift : -shift;
    begins = begins < 0 ? 0 : begins > horizon + 1 ? horizon + 1 : begins;
    search->begins[stage] = begins;
    for (int32_t k = 1; k < search->stage_count; k++)
        if (k < stage ? search->begins[k] > begins : k > stage && search->begins[k] < begins)
            search->begins[k] = begins;
    zone_plan_stages_set_windows(search);
}

static bool is_within_window(const struct zone_plan_search *search, int32_t zone) {
    const struct zone_plan_going *going = &search->state.going[zone];
    const struct zone_plan_window window = search->state.windows[zone];
    for (int32_t k = 0; k < going->count; k++) {
        const struct zone_plan_share *share = &going->shares[k];
        if (share->departures[0].step < window.first ||
            share->departures[share->count - 1].step > window.last)
            return false;
    }
    return true;
}

size_t zone_plan_stages_misplaced(struct zone_plan_search *search) {
    const size_t zones = search->problem->instance->zone_count;
    const size_t any = zone_plan_search_random(search, (uint32_t)zones);
    size_t count = 0;
    for (size_t z = 0; z < zones; z++)
        if (z == any || !is_within_window(search, (int32_t)z) ||
            (search->state.going[z].unserved > 0 && zone_plan_search_random(search, 2) == 0))
            search->zones[count++] = (int32_t)z;
    return count;
}

/* ---- forming stages ---------------------------------------------------------------------------
 */

struct leaving {
    int64_t mean; /* step of departure, in 1/256 */
    int32_t zone;
};

static int compare_leaving(const void *first, const void *second) {
    const struct leaving *a = first, *b = second;
    if (a->mean != b->mean)
        return a->mean > b->mean ? 1 : -1;
    return (a->zone > b->zone) - (a->zone < b->zone);
}

static int64_t mean_departure(const struct zone_plan_going *going) {
    int64_t people = 0, steps = 0;
    for (int32_t k = 0; k < going->count; k++)
        for (size_t i = 0; i < going->shares[k].count; i++) {
            people += going->shares[k].departures[i].people;
            steps += going->shares[k].departures[i].people * going->shares[k].departures[i].step;
        }
    return people == 0 ? INT64_MAX : steps / people * 256 + steps % people * 256 / people;
}

int zone_plan_stages_form(struct zone_plan_search *search) {
    const struct zone_plan_problem *problem = search->problem;
    const size_t zones = problem->instance->zone_count;
    struct leaving *leaving = calloc(zones + 1, sizeof *leaving);
    if (leaving == NULL)
        return HV_ERR_MEMORY;
    int64_t people = 0, before = 0;
    size_t count = 0;
    for (size_t z = 0; z < zones; z++) {
        if (search->stages[z] >= 0 || problem->instance->zones[z].people == 0)
            continue;
        leaving[count++] = (struct leaving){mean_departure(&search->state.going[z]), (int32_t)z};
        people += problem->instance->zones[z].people;
    }
    qsort(leaving, count, sizeof *leaving, compare_leaving);
    for (size_t i = 0; i < count; i++) {
        const int64_t here = problem->instance->zones[leaving[i].zone].people;
        search->stages[leaving[i].zone] = (int32_t)((before + here / 2) * problem->stages / people);
        before += here;
    }
    if (count > 0 && search->stage_count < problem->stages)
        search->stage_count = problem->stages;
    free(leaving);
    return HV_OK;
}

void zone_plan_stages_take(struct zone_plan_search *search, const struct zone_plan_search *from) {
    memcpy(search->stages, from->stages,
           search->problem->instance->zone_count * sizeof *search->stages);
    search->stage_count = from->stage_count;
}
