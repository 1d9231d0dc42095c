/* What each link and shelter has of them, step by step. */
#include "coordinator/optimizer/evacuation_report_inside.h"

#include <stdlib.h>

static int compare_passings(const void *first, const void *second) {
    const struct report_passing *a = first, *b = second;
    if (a->owner != b->owner)
        return a->owner < b->owner ? -1 : 1;
    return (a->step > b->step) - (a->step < b->step);
}

void report_join(struct report_ledger *ledger) {
    struct report_passing *passings = ledger->lines;
    const size_t count = ledger->count;
    size_t kept = 0;
    if (count > 0)
        qsort(passings, count, sizeof *passings, compare_passings);
    for (size_t i = 0; i < count; i++) {
        if (kept > 0 && compare_passings(&passings[kept - 1], &passings[i]) == 0) {
            passings[kept - 1].people += passings[i].people;
            passings[kept - 1].taken += passings[i].taken;
        } else
            passings[kept++] = passings[i];
    }
    ledger->count = kept;
}

/* How many may enter a link at a step, with the lanes that it takes over or has lost. */
static int64_t room_of(const struct report_adding *adding, int32_t index, int32_t step) {
    const struct evacuation_link *links = adding->instance->links;
    int64_t room = evacuation_link_room(&links[index], step);
    for (size_t i = 0; i < adding->subject->reversal_count; i++) {
        const struct report_reversal *reversal = &adding->subject->reversals[i];
        if (reversal->opposite == index &&
            (step >= reversal->from_step ||
             (int64_t)step + links[index].travel_steps > reversal->from_step))
            return 0;
        if (reversal->link != index || step < reversal->from_step)
            continue;
        struct evacuation_link lanes = links[reversal->opposite];
        lanes.travel_steps = links[index].travel_steps;
        room += evacuation_link_room(&lanes, step);
    }
    return room < EVACUATION_PEOPLE_MAX ? room : EVACUATION_PEOPLE_MAX;
}

/* The least that anybody takes of a link. */
static int64_t least_use(const struct report_adding *adding, int32_t link) {
    const struct travellers *travellers = adding->subject->travellers;
    int64_t least = INT64_MAX / 2;
    if (travellers == NULL)
        return REPORT_UNIT;
    for (size_t c = 0; c < travellers->class_count; c++)
        if (travellers->classes[c].on_foot == report_is_footway(adding, link) &&
            travellers->classes[c].road_use_permille < least)
            least = travellers->classes[c].road_use_permille;
    return least;
}

static int load_link(struct report_adding *adding, const struct report_passing *passing) {
    struct evacuation_report *report = adding->report;
    struct report_link *link = &report->links[passing->owner];
    const int64_t room = REPORT_UNIT * room_of(adding, passing->owner, passing->step);
    if (link->load_count++ == 0)
        link->load_first = report->load_count;
    report->loads[report->load_count++] = (struct report_load){passing->step, passing->people};
    link->entered += passing->people;
    if (passing->people > link->peak) {
        link->peak = passing->people;
        link->peak_step = passing->step;
    }
    link->steps_used++;
    link->steps_full += passing->taken + least_use(adding, passing->owner) > room;
    if (passing->taken > room)
        return report_add_fault(report, REPORT_FAULT_LINK_OVERLOADED, passing->owner, passing->step,
                                (passing->taken - room + REPORT_UNIT - 1) / REPORT_UNIT);
    return HV_OK;
}

static void load_shelter(struct report_adding *adding, const struct report_passing *passing) {
    struct evacuation_report *report = adding->report;
    struct report_shelter *shelter = &report->shelters[passing->owner];
    if (shelter->load_count++ == 0)
        shelter->load_first = report->load_count;
    report->loads[report->load_count++] = (struct report_load){passing->step, passing->people};
    shelter->arrived += passing->people;
    shelter->taken += passing->taken;
    if (shelter->full_at_step == EVACUATION_NEVER &&
        shelter->taken >= adding->instance->shelters[passing->owner].capacity)
        shelter->full_at_step = passing->step;
}

int report_make_loads(struct report_adding *adding) {
    struct evacuation_report *report = adding->report;
    report_join(&adding->on_links);
    report_join(&adding->at_shelters);
    report->loads =
        calloc(adding->on_links.count + adding->at_shelters.count + 1, sizeof *report->loads);
    if (report->loads == NULL)
        return HV_ERR_MEMORY;
    int error = HV_OK;
    for (size_t i = 0; error == HV_OK && i < adding->on_links.count; i++)
        error = load_link(adding, &adding->on_links.lines[i]);
    for (size_t i = 0; i < adding->at_shelters.count; i++)
        load_shelter(adding, &adding->at_shelters.lines[i]);
    return error;
}

/* Arrivals at all shelters: the passings again, by step alone. */
int report_make_arrivals(struct report_adding *adding) {
    struct evacuation_report *report = adding->report;
    for (size_t i = 0; i < adding->at_shelters.count; i++)
        adding->at_shelters.lines[i].owner = 0;
    report_join(&adding->at_shelters);
    report->arrival_count = adding->at_shelters.count;
    report->arrivals = calloc(report->arrival_count + 1, sizeof *report->arrivals);
    if (report->arrivals == NULL)
        return HV_ERR_MEMORY;
    for (size_t i = 0; i < report->arrival_count; i++)
        report->arrivals[i] = (struct report_load){adding->at_shelters.lines[i].step,
                                                   adding->at_shelters.lines[i].people};
    return HV_OK;
}
