/* Who travels how: classes of people that share the roads and the shelters of one evacuation
 * instance, beside it.
 *
 * Every zone of the instance (a zone entry: the people of one place, one class and one time of
 * being ready) belongs to one class. The instance alone is the relaxation in which all classes
 * are alike: whatever it proves bounds every plan for the classes too, as long as no class takes
 * less of a road than the instance counts.
 *
 * Parties travel together and are never parted: all of a party leave at one step, by one route, to
 * one shelter. A zone of N people holds ⌈N / party_people⌉ parties, the last of which may be
 * smaller and is counted as a whole one on the road and in the shelter. */
#ifndef TRAVELLERS_H
#define TRAVELLERS_H

#include "coordinator/optimizer/evacuation_instance.h"

#define TRAVELLER_CLASSES_MAX 16
#define TRAVELLER_PARTY_MAX 1000
#define TRAVELLER_ROAD_USE_MAX 1000000

struct traveller_class {
    int64_t party_people;       /* 1 … TRAVELLER_PARTY_MAX */
    int64_t road_use_permille;  /* of one party, in thousandths of what a road's capacity counts;
                                   1 … TRAVELLER_ROAD_USE_MAX; on foot, of a footway's */
    int32_t travel_limit_steps; /* longest time under way; EVACUATION_NEVER where there is none */
    bool on_foot;               /* uses the footways instead of the roads */
};

struct travellers {
    size_t class_count; /* 1 … TRAVELLER_CLASSES_MAX */
    const struct traveller_class *classes;
    const int32_t *zone_class;   /* by zone of the instance */
    const uint32_t *takes;       /* by shelter: set of 1u << class */
    const int64_t *class_places; /* class × shelter, row by row: places fit for the class, ≤ those
                                    of the shelter in all; INT64_MAX where not limited further */
    const struct evacuation_link *footways; /* between nodes of the instance; borrowed */
    size_t footway_count;
};

/* Whether figures and indices are right. HV_OK, HV_ERR_VALUE or HV_ERR_LIMIT. */
HV_MUST_USE int travellers_check(const struct evacuation_instance *instance,
                                 const struct travellers *travellers);

struct zone_plan_problem;

/* A problem of the zone plan in which the classes are its groups: links are those of the instance
 * and then the footways, a rule holds only shelters that take the class of its zone, and capacities
 * count `unit` for what they counted 1. Owns what it adds to the problem it was made of. */
struct travellers_problem {
    struct zone_plan_problem *problem;
    int64_t unit; /* 1 to 1000 */
    struct travellers_parts *parts;
};

/* Makes one of a problem that has no groups of its own; both must outlive it. Returns HV_OK,
 * HV_ERR_MEMORY, HV_ERR_VALUE where there are groups already, or what travellers_check finds.
 * Linear in links, changes, and zones times shelters. */
HV_MUST_USE int travellers_problem_make(const struct zone_plan_problem *problem,
                                        const struct travellers *travellers,
                                        struct travellers_problem *ret_made);
void travellers_problem_deinit(struct travellers_problem *made);

#endif
