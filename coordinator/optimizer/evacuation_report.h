/* What an evacuation plan means, in the field's terms: when the people are safe, what every road
 * and shelter carries over time, where a lane or a place more would help most, and whom the plan
 * cannot serve and why. Of any plan of an instance, whoever made it.
 *
 * Everything is figures and codes; words are for whoever shows them. Steps that never come are
 * EVACUATION_NEVER. */
#ifndef EVACUATION_REPORT_H
#define EVACUATION_REPORT_H

#include "coordinator/optimizer/evacuation_plan.h"
#include "coordinator/optimizer/travellers.h"

/* People at a step: entering a link, arriving at a shelter. */
struct report_load {
    int32_t step;
    int64_t people;
};

struct report_zone {
    int64_t people, served;
    int32_t first_departure, last_departure, last_arrival;
    int64_t travel_steps;            /* of all served together */
    size_t cause_first, cause_count; /* into causes; 0 where everybody is served */
};

struct report_shelter {
    int64_t arrived;
    int64_t taken;                 /* places: those of whole parties */
    int32_t full_at_step;          /* NEVER where places are left */
    size_t load_first, load_count; /* into loads, by step */
};

struct report_link {
    int64_t entered;
    int64_t peak; /* most people in one step */
    int32_t peak_step;
    int32_t steps_used, steps_full; /* full: nobody more could have entered */
    size_t load_first, load_count;
};

/* What one unit more would change, by the prices: a first-order figure, never below what it really
 * gains. Over all steps, with as much as one lane more carries. */
struct report_bottleneck {
    int32_t link;         /* or −1 */
    int32_t shelter;      /* or −1 */
    double people_served; /* people served more, for a lane or for one place */
    double steps_saved;   /* arrival steps saved in all, for a lane or for one place */
};

enum report_cause_code {
    REPORT_CAUSE_LINK_FULL,    /* link: full at step … last_step whenever it would help */
    REPORT_CAUSE_LINK_CLOSED,  /* link: closed from step on */
    REPORT_CAUSE_SHELTER_FULL, /* shelter: no place left */
    REPORT_CAUSE_SHELTER_LATE, /* shelter: opens at step, and those who could be there come before
                                */
    REPORT_CAUSE_HORIZON,      /* more time would help: arrivals end at step */
    REPORT_CAUSE_WINDOW,       /* people may leave only from step to last_step */
    REPORT_CAUSE_NO_PLACE,     /* roads lead to shelters, and none of these takes anybody */
    REPORT_CAUSE_NO_WAY,       /* no road to any shelter */
    REPORT_CAUSE_LIMITS        /* nothing of these: a plan without limits on orders serves them */
};

struct report_cause {
    enum report_cause_code code;
    int32_t index;           /* of the link or shelter; −1 */
    int32_t step, last_step; /* first and last at which it binds these people */
    int64_t people;          /* LINK_FULL, SHELTER_FULL: whom it lets through, or in, there */
};

enum report_fault_code {
    REPORT_FAULT_ROUTE_BROKEN,     /* index = route: links do not join, or end elsewhere */
    REPORT_FAULT_LINK_OVERLOADED,  /* index = link, at step, amount = people too many */
    REPORT_FAULT_SHELTER_OVERFULL, /* index = shelter, amount = people too many */
    REPORT_FAULT_ZONE_EXCEEDED,    /* index = zone, amount = people that are not there */
    REPORT_FAULT_DEPARTURE,        /* index = route, at step: its zone may not leave then */
    REPORT_FAULT_ARRIVAL,          /* index = route, at step: its shelter takes nobody then, or
                                      the horizon is over */
    REPORT_FAULT_CLASS,          /* index = route: its class may not use a link of it, is not taken
                                    by its shelter, or is under way too long */
    REPORT_FAULT_CLASS_OVERFULL, /* index = shelter, amount = people of a class too many */
    REPORT_FAULT_PARTY_TORN,     /* index = zone, amount = departures of torn parties */
    REPORT_FAULT_FIGURES         /* what the plan says it reaches is not what it does */
};

struct report_fault {
    enum report_fault_code code;
    int64_t index;
    int32_t step;
    int64_t amount;
};

/* People who travel alike. */
struct report_class {
    int64_t people, served;
    int64_t arrival_steps;           /* of all served together */
    int32_t step_at_90, step_at_100; /* evacuation time estimate, of all of the class */
    int32_t last_arrival;
};

#define REPORT_FAULTS_MAX 1000 /* kept; more are counted */

struct evacuation_report {
    struct evacuation_value value; /* as re-added here */
    int64_t people;
    int32_t step_at_90, step_at_100;               /* evacuation time estimate, of all people */
    int32_t served_step_at_90, served_step_at_100; /* of those whom the plan serves */
    int32_t last_departure, last_arrival;          /* clearance */
    struct report_load *arrivals;                  /* at all shelters together, by step */
    size_t arrival_count;
    struct report_zone *zones;       /* by zone */
    struct report_shelter *shelters; /* by shelter */
    struct report_link *links;       /* by link */
    struct report_class *classes;    /* by class of travellers; NULL where there are none */
    size_t class_count;
    struct report_load *loads;
    size_t load_count;
    struct report_bottleneck *bottlenecks; /* most people served first, then most steps saved */
    size_t bottleneck_count;
    struct report_cause *causes; /* of a zone: by code, then those that let most through first */
    size_t cause_count;
    int64_t cut_people; /* whom the cut that the prices show keeps from every plan; where it equals
                           the bound's unserved the causes are proven */
    struct report_fault *faults;
    size_t fault_count, faults_in_all;
};

/* From `from_step` on a link has the lanes of its opposite too, and that one carries nobody. */
struct report_reversal {
    int32_t link, opposite, from_step;
};

/* What a report is of. Everything is borrowed. */
struct report_subject {
    const struct evacuation_instance *instance; /* where travellers walk, with their footways behind
                                                   the links */
    const struct evacuation_plan *plan;
    const struct travellers *travellers; /* or NULL: everybody alike, one person each */
    const struct report_reversal *reversals;
    size_t reversal_count;
};

/* Adds the plan up. `*ret_report` is to be freed with evacuation_report_deinit. HV_ERR_VALUE: a
 * route names a link, zone or shelter that is not there; HV_ERR_MEMORY. O(departures · links of a
 * route + links · steps). */
HV_MUST_USE int evacuation_report_make(const struct report_subject *subject,
                                       struct evacuation_report *ret_report);

/* Fills bottlenecks from prices of an instance with the same links, zones and shelters, such as the
 * flow's that bounds the plan. A link's capacity at step t is worth max(0, p(from, t) − p(to, t +
 * travel)) a person; a place in a shelter max(0, max_t p(node, t) − t). With M the price of one
 * person unserved, the nearest multiple of M in it is people served more, the rest arrival steps
 * saved. `lanes` by link, ≥ 1; NULL: one each. HV_ERR_MEMORY. O(links · steps). */
HV_MUST_USE int evacuation_report_rank(const struct evacuation_instance *instance,
                                       const struct evacuation_prices *prices, const int32_t *lanes,
                                       struct evacuation_report *report);

/* Fills cut_people and, for each zone that is not served whole, its causes. A node at a step is on
 * the zones' side of the cut where its price is M / 2 or more: these are the multiples of M in the
 * prices, which are the dual of the greatest flow (Ahuja, Magnanti and Orlin 1993, 6.5). From each
 * zone the side is searched for what it ends at; a zone that is not on it has REPORT_CAUSE_LIMITS.
 *
 * `only` by zone, or NULL for all: then cut_people stays as it is, as for the instance of one class
 * alone. A zone keeps causes that it has, unless they are LIMITS. HV_ERR_MEMORY, HV_ERR_LIMIT: more
 * node-steps than EVACUATION_NODE_STEPS_MAX. For each zone O(links · steps). */
HV_MUST_USE int evacuation_report_explain(const struct evacuation_instance *instance,
                                          const struct evacuation_prices *prices, const bool *only,
                                          struct evacuation_report *report);
void evacuation_report_deinit(struct evacuation_report *report);

#endif
