#include "coordinator/planning/buses_inside.h"

#include <stdlib.h>

enum { /* stops looked at by a search */
       SEARCH_WORK = 60000,
       SEARCH_WORK_LEAST = 6000,
       SEARCH_WORK_EACH = 12 /* for each who waits */
};

/* ---- searching ---- */

static int ask_stop(void *context, const struct bus_progress *progress) {
    (void)progress;
    const struct buses_planning *planning = context;
    return planning->stop == NULL ? 0 : planning->stop(planning->context);
}

/* What the orders that are not given say, as runs to begin a search with. */
static int suggest(const struct buses_planning *planning, const struct buses_given *given,
                   const struct buses_making *making, struct bus_schedule *ret_schedule) {
    const struct buses *buses = planning->buses;
    int error = HV_OK;
    for (size_t r = 0; error == HV_OK && r < buses->run_count; r++) {
        const struct buses_run *run = &buses->runs[r];
        struct bus_drive drive = {.shelter = (int32_t)planning->shelter_at[run->shelter]};
        size_t bus = 0;
        while (bus < buses->bus_count && making->bus_of[bus] != run->bus)
            bus++;
        if (given->runs[r] || bus >= bus_instance_buses(&making->instance))
            continue;
        drive.bus = (int32_t)bus;
        for (size_t i = 0; i < run->stop_count; i++)
            for (int class = 0; class < INSTANCE_CLASSES; class ++) {
                const struct buses_stop *stop = &buses->stops[run->first_stop + i];
                const uint32_t point = buses_find_point(planning, stop->spot, class);
                if (stop->people[class] > 0 && point != BUSES_NONE &&
                    drive.count < BUSES_STOPS_EACH)
                    drive.pickups[drive.count++] = (int32_t)point;
            }
        if (drive.count > 0)
            error = bus_schedule_add(ret_schedule, &drive);
    }
    return error;
}

/* For few who wait fewer runs are to be tried. */
static int64_t search_work(const struct bus_instance *instance) {
    return hv_smaller(SEARCH_WORK, hv_larger(SEARCH_WORK_LEAST,
                                             SEARCH_WORK_EACH * bus_instance_people(instance)));
}

static int solve(struct buses_planning *planning, bool kept, struct buses_solved *solved) {
    struct buses_making making = {0};
    struct bus_schedule schedule = {0};
    struct bus_options options = {.progress = ask_stop, .context = planning, .seed = 1};
    int error = buses_find_given(planning, kept, &solved->given);
    if (error == HV_OK)
        error = buses_make_instance(planning, &solved->given, &making);
    if (error == HV_OK)
        error = suggest(planning, &solved->given, &making, &schedule);
    options.work_max = search_work(&making.instance);
    if (error == HV_OK)
        error = bus_plan_search(&making.instance, schedule.count > 0 ? &schedule : NULL, &options,
                                &solved->plan);
    if (error == HV_OK) {
        planning->work += solved->plan.work;
        solved->bus_of = making.bus_of;
        making.bus_of = NULL;
        solved->value = solved->plan.value;
        solved->value.arrival_s += solved->given.arrival_s;
    }
    free(schedule.drives);
    buses_free_making(&making);
    return error;
}

void buses_free_solved(struct buses_solved *solved) {
    buses_free_given(&solved->given);
    bus_plan_deinit(&solved->plan);
    free(solved->bus_of);
}

/* ---- which of two plans ---- */

/* Whom a plan that was made without the ordered runs has on this one all the same. */
static int64_t who_stay(const struct buses_planning *planning, const struct buses_solved *anew,
                        const struct buses_run *run) {
    for (size_t i = 0; i < anew->plan.run_count; i++) {
        const struct bus_run *other = &anew->plan.runs[i];
        if (anew->bus_of[other->bus] == run->bus &&
            planning->shelters[other->shelter] == run->shelter &&
            other->start_s + buses_slack_s(planning, anew, other) == run->starts_s)
            return other->people;
    }
    return 0;
}

/* People of ordered runs whom a plan without them takes off them. */
static int64_t count_changed(const struct buses_planning *planning,
                             const struct buses_solved *keeps, const struct buses_solved *anew) {
    int64_t changed = 0;
    for (size_t r = 0; r < planning->buses->run_count; r++) {
        const struct buses_run *run = &planning->buses->runs[r];
        int64_t people = 0;
        if (!keeps->given.runs[r] || run->has_begun)
            continue;
        for (size_t k = run->first_stop; k < run->first_stop + run->stop_count; k++)
            for (size_t class = 0; class < INSTANCE_CLASSES; class ++)
                people += keeps->given.people[k * INSTANCE_CLASSES + class];
        changed += hv_larger(0, people - who_stay(planning, anew, run));
    }
    return changed;
}

static bool is_better(const struct buses_solved *keeps, struct bus_value value, int64_t price_s) {
    return value.unserved != keeps->value.unserved
               ? value.unserved < keeps->value.unserved
               : value.arrival_s + price_s < keeps->value.arrival_s;
}

int buses_choose(struct buses_planning *planning, struct buses_solved *solved,
                 struct bus_value *ret_bound, int64_t *ret_stability_s) {
    struct buses_solved anew = {0};
    int error = solve(planning, true, solved);
    if (error == HV_OK)
        error = buses_find_bound(planning, solved->value.unserved, ret_bound);
    *ret_stability_s = 0;
    if (error != HV_OK || solved->given.kept_people == 0 || !is_better(solved, *ret_bound, 0))
        return error;
    error = solve(planning, false, &anew);
    if (error == HV_OK && is_better(solved, anew.value,
                                    planning->change_price_ms / BUSES_MS_PER_S *
                                        count_changed(planning, solved, &anew))) {
        const struct buses_solved swap = *solved;
        *solved = anew;
        anew = swap;
        error = buses_find_bound(planning, solved->value.unserved, ret_bound);
    } else if (error == HV_OK && anew.value.unserved == solved->value.unserved) {
        *ret_stability_s = hv_larger(0, solved->value.arrival_s - anew.value.arrival_s);
    }
    buses_free_solved(&anew);
    return error;
}
