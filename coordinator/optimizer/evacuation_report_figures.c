/* Figures in the field's terms, and sums that must hold. */
#include "coordinator/optimizer/evacuation_report_inside.h"

#include <stdlib.h>

/* First step by which that many have arrived. */
static int32_t step_of(const struct evacuation_report *report, int64_t people) {
    int64_t arrived = 0;
    if (people == 0)
        return 0;
    for (size_t i = 0; i < report->arrival_count; i++) {
        arrived += report->arrivals[i].people;
        if (arrived >= people)
            return report->arrivals[i].step;
    }
    return EVACUATION_NEVER;
}

/* Nine tenths, rounded up: 90 % have arrived only when they have. */
static int64_t nine_tenths(int64_t people) {
    return (9 * people + 9) / 10;
}

/* By class: when nine tenths and all of it have arrived. */
static void make_classes(struct report_adding *adding) {
    struct report_class *classes = adding->report->classes;
    int32_t of = -1;
    int64_t arrived = 0;
    report_join(&adding->of_classes);
    for (size_t i = 0; i < adding->of_classes.count; i++) {
        const struct report_passing *line = &adding->of_classes.lines[i];
        struct report_class *class = &classes[line->owner];
        arrived = (line->owner == of ? arrived : 0) + line->people;
        of = line->owner;
        class->last_arrival = line->step;
        if (class->step_at_90 == EVACUATION_NEVER && arrived >= nine_tenths(class->people))
            class->step_at_90 = line->step;
        if (class->step_at_100 == EVACUATION_NEVER && arrived >= class->people)
            class->step_at_100 = line->step;
    }
}

/* Parties that are parted: all but the last of a zone, which leaves where all of it does. */
static int64_t count_torn(const struct report_adding *adding, size_t zone) {
    const struct evacuation_plan *plan = adding->plan;
    const int64_t party = report_class_of(adding, (int32_t)zone)->party_people;
    int64_t torn = 0;
    for (size_t r = 0; r < plan->route_count && party > 1; r++)
        for (size_t d = 0;
             plan->routes[r].zone == (int32_t)zone && d < plan->routes[r].departure_count; d++)
            torn += plan->departures[plan->routes[r].departure_first + d].people % party != 0;
    const struct report_zone *of = &adding->report->zones[zone];
    return torn - (torn > 0 && of->served >= of->people ? 1 : 0);
}

static int check_classes(struct report_adding *adding) {
    const struct travellers *travellers = adding->subject->travellers;
    const size_t shelters = adding->instance->shelter_count;
    int error = HV_OK;
    if (travellers == NULL)
        return HV_OK;
    for (size_t z = 0; error == HV_OK && z < adding->instance->zone_count; z++) {
        const int64_t torn = count_torn(adding, z);
        if (torn > 0)
            error = report_add_fault(adding->report, REPORT_FAULT_PARTY_TORN, (int64_t)z, 0, torn);
    }
    for (size_t i = 0; travellers->class_places != NULL && i < travellers->class_count * shelters;
         i++)
        if (error == HV_OK && adding->class_taken[i] > travellers->class_places[i])
            error = report_add_fault(adding->report, REPORT_FAULT_CLASS_OVERFULL,
                                     (int64_t)(i % shelters), 0,
                                     adding->class_taken[i] - travellers->class_places[i]);
    return error;
}

static int check_sums(struct report_adding *adding) {
    const struct evacuation_instance *instance = adding->instance;
    struct evacuation_report *report = adding->report;
    int error = HV_OK;
    for (size_t z = 0; error == HV_OK && z < instance->zone_count; z++)
        if (report->zones[z].served > report->zones[z].people)
            error = report_add_fault(report, REPORT_FAULT_ZONE_EXCEEDED, (int64_t)z, 0,
                                     report->zones[z].served - report->zones[z].people);
    for (size_t s = 0; error == HV_OK && s < instance->shelter_count; s++)
        if (report->shelters[s].taken > instance->shelters[s].capacity)
            error = report_add_fault(report, REPORT_FAULT_SHELTER_OVERFULL, (int64_t)s, 0,
                                     report->shelters[s].taken - instance->shelters[s].capacity);
    if (error == HV_OK)
        error = check_classes(adding);
    if (error == HV_OK && evacuation_value_compare(report->value, adding->plan->value) != 0)
        error = report_add_fault(report, REPORT_FAULT_FIGURES, 0, 0, 0);
    return error;
}

int report_make_figures(struct report_adding *adding) {
    struct evacuation_report *report = adding->report;
    int64_t served = 0;
    report->last_departure = report->last_arrival = EVACUATION_NEVER;
    for (size_t z = 0; z < adding->instance->zone_count; z++) {
        const struct report_zone *zone = &report->zones[z];
        served += zone->served;
        if (zone->last_departure != EVACUATION_NEVER &&
            (report->last_departure == EVACUATION_NEVER ||
             zone->last_departure > report->last_departure))
            report->last_departure = zone->last_departure;
        if (zone->last_arrival != EVACUATION_NEVER &&
            (report->last_arrival == EVACUATION_NEVER || zone->last_arrival > report->last_arrival))
            report->last_arrival = zone->last_arrival;
    }
    report->people = evacuation_instance_people(adding->instance);
    report->value = (struct evacuation_value){report->people - served, adding->total};
    report->step_at_90 = step_of(report, nine_tenths(report->people));
    report->step_at_100 = step_of(report, report->people);
    report->served_step_at_90 = step_of(report, nine_tenths(served));
    report->served_step_at_100 = step_of(report, served);
    make_classes(adding);
    return check_sums(adding);
}
