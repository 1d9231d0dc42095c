/* Replanning for the benchmark: one change after another to an instance, each solved warm and from
 * scratch, with CPU time, work and whether both give the same proven value. */
#include "coordinator/cli/evacuation_json.h"
#include "coordinator/optimizer/evacuation_session.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define CHANGES 24

static double cpu_s(void) {
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static uint64_t next(uint64_t *state) {
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

/* A link of the plan, picked by the people on it: a busy road rather than any. */
static int32_t busy_link(const struct evacuation_plan *plan, uint64_t *chance) {
    const struct evacuation_route *route = &plan->routes[next(chance) % plan->route_count];
    if (route->link_count == 0)
        return -1;
    return plan->links[route->link_first + next(chance) % route->link_count];
}

static int change(struct evacuation_session *session, const struct evacuation_plan *plan, int kind,
                  uint64_t *chance, char *what, size_t size) {
    const struct evacuation_instance *instance = evacuation_session_instance(session);
    if (kind < 2) {
        int32_t l;
        do
            l = busy_link(plan, chance);
        while (l < 0);
        struct evacuation_link link = instance->links[l];
        struct evacuation_change half = {instance->horizon_steps / 4, link.capacity_per_step / 2};
        if (kind == 0) {
            link.closes_at_step = instance->horizon_steps / 3;
        } else {
            link.changes = &half;
            link.change_count = 1;
        }
        snprintf(what, size, "%s", kind == 0 ? "road closed" : "road halved");
        return evacuation_session_set_link(session, (size_t)l, &link);
    }
    if (kind == 2) {
        const size_t s = next(chance) % instance->shelter_count;
        struct evacuation_shelter shelter = instance->shelters[s];
        shelter.capacity = shelter.capacity / 2;
        snprintf(what, size, "shelter full at half");
        return evacuation_session_set_shelter(session, s, &shelter);
    }
    const size_t z = next(chance) % instance->zone_count;
    struct evacuation_zone zone = instance->zones[z];
    zone.people += zone.people / (kind == 3 ? 10 : -10);
    snprintf(what, size, "%s people in a zone", kind == 3 ? "more" : "fewer");
    return evacuation_session_set_zone(session, z, &zone);
}

/* One change after the other, each to the instance as the last one left it. */
static int measure(const struct evacuation_instance *instance) {
    struct evacuation_session *session;
    struct evacuation_plan plan, cold;
    const struct evacuation_options options = {0};
    int error = evacuation_session_new(instance, &session);
    double t = cpu_s();
    if (error == HV_OK)
        error = evacuation_session_solve(session, &options, &plan);
    if (error != HV_OK)
        return error;
    printf("first solve and setting up %.3f s\n", cpu_s() - t);
    uint64_t chance = 1;
    double sum_warm = 0, sum_cold = 0;
    for (int i = 0; i < CHANGES; i++) {
        char what[64];
        t = cpu_s();
        error = change(session, &plan, i % 5, &chance, what, sizeof what);
        evacuation_plan_deinit(&plan);
        if (error == HV_OK)
            error = evacuation_session_solve(session, &options, &plan);
        const double warm_s = cpu_s() - t;
        t = cpu_s();
        if (error == HV_OK)
            error = evacuation_flow_solve(evacuation_session_instance(session), &options, &cold);
        const double cold_s = cpu_s() - t;
        if (error != HV_OK)
            return error;
        printf("%-22s warm %.3f s %9lld scans %5lld paths  cold %.3f s %9lld scans  %.1f x  %s "
               "%lld %lld\n",
               what, warm_s, (long long)plan.work, (long long)plan.augmentations, cold_s,
               (long long)cold.work, cold_s / warm_s,
               plan.optimal && cold.optimal && evacuation_value_compare(plan.value, cold.value) == 0
                   ? "same, proven"
                   : "DIFFERENT",
               (long long)plan.value.unserved, (long long)plan.value.total_arrival_steps);
        evacuation_plan_deinit(&cold);
        sum_warm += warm_s;
        sum_cold += cold_s;
    }
    const struct evacuation_session_count count = evacuation_session_count(session);
    printf("all changes: cold/warm %.1f x; %lld warm, %lld given up, %lld lost\n",
           sum_cold / sum_warm, (long long)count.warm, (long long)count.given_up,
           (long long)count.lost);
    evacuation_plan_deinit(&plan);
    evacuation_session_free(session);
    return HV_OK;
}

int main(int argc, char **argv) {
    setvbuf(stdout, NULL, _IOLBF, 0); /* it takes minutes: each line when it is known */
    struct hv_fault_list faults;
    hv_fault_list_init(&faults);
    struct evacuation_document document;
    int error = argc == 2 ? evacuation_json_read(argv[1], &faults, &document) : HV_ERR_VALUE;
    hv_fault_list_deinit(&faults);
    if (error == HV_OK) {
        error = measure(&document.instance);
        evacuation_document_deinit(&document);
    }
    if (error != HV_OK)
        fprintf(stderr, "evacuation_session_main: %s\n", hv_error_text(error));
    return error == HV_OK ? 0 : 1;
}
