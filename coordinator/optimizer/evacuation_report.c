#include "coordinator/optimizer/evacuation_report.h"

#include "coordinator/optimizer/evacuation_report_inside.h"

#include <stdlib.h>

int report_add_fault(struct evacuation_report *report, enum report_fault_code code, int64_t index,
                     int32_t step, int64_t amount) {
    size_t count = report->fault_count;
    report->faults_in_all++;
    if (count == REPORT_FAULTS_MAX)
        return HV_OK;
    if (count % 16 == 0) {
        struct report_fault *faults =
            realloc(report->faults, (count + 16) * sizeof *report->faults);
        if (faults == NULL)
            return HV_ERR_MEMORY;
        report->faults = faults;
    }
    report->faults[report->fault_count++] = (struct report_fault){code, index, step, amount};
    return HV_OK;
}

const struct traveller_class *report_class_of(const struct report_adding *adding, int32_t zone) {
    static const struct traveller_class alike = {.party_people = 1,
                                                 .road_use_permille = REPORT_UNIT,
                                                 .travel_limit_steps = EVACUATION_NEVER};
    const struct travellers *travellers = adding->subject->travellers;
    return travellers == NULL ? &alike : &travellers->classes[travellers->zone_class[zone]];
}

static int prepare_classes(struct report_adding *adding) {
    const struct travellers *travellers = adding->subject->travellers;
    struct evacuation_report *report = adding->report;
    if (travellers == NULL)
        return HV_OK;
    report->class_count = travellers->class_count;
    report->classes = calloc(travellers->class_count + 1, sizeof *report->classes);
    adding->class_taken = calloc(travellers->class_count * adding->instance->shelter_count + 1,
                                 sizeof *adding->class_taken);
    if (report->classes == NULL || adding->class_taken == NULL)
        return HV_ERR_MEMORY;
    for (size_t c = 0; c < travellers->class_count; c++)
        report->classes[c].step_at_90 = report->classes[c].step_at_100 =
            report->classes[c].last_arrival = EVACUATION_NEVER;
    for (size_t z = 0; z < adding->instance->zone_count; z++)
        report->classes[travellers->zone_class[z]].people += adding->instance->zones[z].people;
    for (size_t c = 0; c < travellers->class_count; c++)
        if (report->classes[c].people == 0)
            report->classes[c].step_at_90 = report->classes[c].step_at_100 = 0;
    return HV_OK;
}

static int prepare(struct report_adding *adding) {
    const struct evacuation_instance *instance = adding->instance;
    struct evacuation_report *report = adding->report;
    report->zones = calloc(instance->zone_count + 1, sizeof *report->zones);
    report->shelters = calloc(instance->shelter_count + 1, sizeof *report->shelters);
    report->links = calloc(instance->link_count + 1, sizeof *report->links);
    if (report->zones == NULL || report->shelters == NULL || report->links == NULL)
        return HV_ERR_MEMORY;
    for (size_t z = 0; z < instance->zone_count; z++)
        report->zones[z] = (struct report_zone){.people = instance->zones[z].people,
                                                .first_departure = EVACUATION_NEVER,
                                                .last_departure = EVACUATION_NEVER,
                                                .last_arrival = EVACUATION_NEVER};
    for (size_t s = 0; s < instance->shelter_count; s++)
        report->shelters[s].full_at_step = EVACUATION_NEVER;
    for (size_t l = 0; l < instance->link_count; l++)
        report->links[l].peak_step = EVACUATION_NEVER;
    return prepare_classes(adding);
}

static int add_up(struct report_adding *adding) {
    int error = prepare(adding);
    for (size_t r = 0; error == HV_OK && r < adding->plan->route_count; r++)
        error = report_ride(adding, r);
    if (error == HV_OK)
        error = report_make_loads(adding);
    if (error == HV_OK)
        error = report_make_arrivals(adding);
    if (error == HV_OK)
        error = report_make_figures(adding);
    return error;
}

int evacuation_report_make(const struct report_subject *subject,
                           struct evacuation_report *ret_report) {
    struct evacuation_report report = {0};
    struct report_adding adding = {.instance = subject->instance,
                                   .plan = subject->plan,
                                   .subject = subject,
                                   .report = &report};
    int error = add_up(&adding);
    free(adding.on_links.lines);
    free(adding.at_shelters.lines);
    free(adding.of_classes.lines);
    free(adding.class_taken);
    if (error != HV_OK)
        evacuation_report_deinit(&report);
    else
        *ret_report = report;
    return error;
}

void evacuation_report_deinit(struct evacuation_report *report) {
    free(report->arrivals);
    free(report->zones);
    free(report->shelters);
    free(report->links);
    free(report->classes);
    free(report->loads);
    free(report->bottlenecks);
    free(report->causes);
    free(report->faults);
    *report = (struct evacuation_report){0};
}
