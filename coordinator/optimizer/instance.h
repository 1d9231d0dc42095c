/* What there is to plan: zones, shelters, depots, items and the network between them. Plain data,
 * shared by the planner and by the certificate check, which share nothing else.
 *
 * Everything is numbered from 0 in the order of its array; ids, names and languages are the
 * caller's. People are counted by class: each person is in exactly one. Quantities are whole base
 * units of an item. All arithmetic is on 64-bit integers; a sum that does not fit is
 * HV_ERR_OVERFLOW. */
#ifndef HV_OPTIMIZER_INSTANCE_H
#define HV_OPTIMIZER_INSTANCE_H

#include "coordinator/optimizer/network.h"

/* A person who uses a wheelchair and needs medical care counts as medical. */
enum instance_class {
    INSTANCE_GENERAL,
    INSTANCE_WHEELCHAIR,
    INSTANCE_MEDICAL,
    INSTANCE_CLASSES /* how many there are */
};

#define INSTANCE_NO_LIMIT INT64_C(-1) /* where a limit is absent */

struct instance_zone {
    uint32_t node;
    int64_t people[INSTANCE_CLASSES]; /* still to be moved */
    int64_t without_vehicle;          /* of these; the assignment does not look at it */
};

struct instance_shelter {
    uint32_t node;
    int64_t capacity;                 /* places left in all */
    int64_t places[INSTANCE_CLASSES]; /* of these, how many can take each class at most */
    int64_t opens_ms;                 /* earliest arrival, after the start of the plan */
    int64_t receive_ml;               /* goods it can take in this period, or INSTANCE_NO_LIMIT */
    int64_t priority;                 /* factor on the shortage cost of its needs, ≥ 1 */
    bool usable;                      /* may be filled: not damaged, not closing, not forbidden */
    bool withstands;                  /* withstands the hazards in force */
};

struct instance_depot {
    uint32_t node;
    int64_t dispatch_ml; /* goods it can load in this period, or INSTANCE_NO_LIMIT */
    bool usable;
};

struct instance_item {
    int64_t volume_ml;     /* of one base unit, ≥ 1 (millilitres; a cubic metre is 1,000,000) */
    int64_t shortage_cost; /* of one base unit that is not delivered, ≥ 0, in cost units */
    int64_t pack;          /* base units that are sent together and not parted; 0 or 1: any */
    int64_t weight_g;      /* of one base unit, ≥ 0; for deliveries (deliveries.h) */
    bool cold;             /* must be kept cold on the way; for deliveries */
};

/* The whole. Arrays may be NULL where their count is 0. Matrices are row by row. */
struct instance {
    const struct network *network;
    const struct instance_zone *zones;
    uint32_t zone_count;
    const struct instance_shelter *shelters;
    uint32_t shelter_count;
    const struct instance_depot *depots;
    uint32_t depot_count;
    const struct instance_item *items;
    uint32_t item_count;
    const int64_t *stock;   /* depot × item: what is there */
    const int64_t *reserve; /* depot × item: what stays there; NULL for none */
    const int64_t *need;    /* shelter × item: what is missing, under way already deducted */
    const int64_t *lane_ml; /* depot × shelter: goods of all items together that may go that way in
                               this period, or INSTANCE_NO_LIMIT; NULL for none */

    /* Cost units for carrying one cubic metre for one hour; weighs transport against shortage. A
     * lane costs this times its travel time, rounded to whole cost units a cubic metre. */
    int64_t haul_cost_per_m3_hour;
};

/* Cost units of carrying one cubic metre along a route of `travel_ms`: the rounded product, halves
 * upwards. HV_ERR_OVERFLOW. */
HV_MUST_USE int instance_lane_cost(int64_t haul_cost_per_m3_hour, int64_t travel_ms,
                                   int64_t *ret_cost_per_m3);

/* Earliest arrival at a shelter: the travel time, or its opening where that is later. */
int64_t instance_arrival_ms(const struct instance_shelter *shelter, int64_t travel_ms);

/* Checks every figure and number. HV_ERR_VALUE: something is negative, a node, zone or shelter does
 * not exist, a priority or volume is below 1. HV_ERR_LIMIT: more of something than limits.h allows,
 * or a figure above HV_PEOPLE_MAX or HV_QUANTITY_MAX. */
HV_MUST_USE int instance_check(const struct instance *instance);

/* The same for one row. */
HV_MUST_USE int instance_check_zone(const struct instance *instance,
                                    const struct instance_zone *zone);
HV_MUST_USE int instance_check_shelter(const struct instance *instance,
                                       const struct instance_shelter *shelter);
HV_MUST_USE int instance_check_depot(const struct instance *instance,
                                     const struct instance_depot *depot);

#endif
