/* What the files of the report share: evacuation_report_rides.c drives every route and writes who
 * passes what when, evacuation_report_loads.c makes loads of links and shelters of that,
 * evacuation_report_figures.c the figures in the field's terms and the sums that must hold;
 * evacuation_report.c has the whole. Faults are told by whoever finds them. */
#ifndef HV_OPTIMIZER_EVACUATION_REPORT_INSIDE_H
#define HV_OPTIMIZER_EVACUATION_REPORT_INSIDE_H

#include "coordinator/optimizer/evacuation_report.h"

#define REPORT_UNIT 1000 /* parts of what a link's capacity counts */

/* One line of the ledger that loads are made of. `owner` is a link, a shelter or a class. */
struct report_passing {
    int32_t owner, step;
    int64_t people;
    int64_t taken; /* of a link, in parts of its capacity; of a shelter, places */
};

struct report_ledger {
    struct report_passing *lines;
    size_t count, room;
};

struct report_adding {
    const struct evacuation_instance *instance;
    const struct evacuation_plan *plan;
    struct evacuation_report *report;
    const struct report_subject *subject;
    struct report_ledger on_links, at_shelters, of_classes;
    int64_t *class_taken; /* class × shelter: places */
    int64_t total;
};

/* HV_ERR_MEMORY; beyond REPORT_FAULTS_MAX they are only counted. */
HV_MUST_USE int report_add_fault(struct evacuation_report *report, enum report_fault_code code,
                                 int64_t index, int32_t step, int64_t amount);

/* The class of a zone; one person each where all are alike. */
const struct traveller_class *report_class_of(const struct report_adding *adding, int32_t zone);

static inline int64_t report_parties_of(const struct traveller_class *class, int64_t people) {
    return (people + class->party_people - 1) / class->party_people;
}

/* Where there are travellers. */
static inline bool report_is_footway(const struct report_adding *adding, int32_t link) {
    return (size_t)link >=
           adding->instance->link_count - adding->subject->travellers->footway_count;
}

/* Drives everybody of a route of the plan: into the ledgers, and zone by zone. HV_ERR_MEMORY. */
HV_MUST_USE int report_ride(struct report_adding *adding, size_t index);

/* Sorts and joins passings of one owner and step. */
void report_join(struct report_ledger *ledger);

/* Loads of links and shelters, then arrivals at all of these together, which the ledgers hold no
 * more. HV_ERR_MEMORY. */
HV_MUST_USE int report_make_loads(struct report_adding *adding);
HV_MUST_USE int report_make_arrivals(struct report_adding *adding);

/* Figures of the whole and of classes, and whether they add up. HV_ERR_MEMORY. */
HV_MUST_USE int report_make_figures(struct report_adding *adding);

#endif
