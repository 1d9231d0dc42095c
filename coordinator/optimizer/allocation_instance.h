/* Who sends what to whom now: depots with stock, shelters with needs, and lanes between them. Plain
 * data, shared by the session that plans and by the proof, which share nothing else.
 *
 * Everything is numbered from 0 in the order of its array. Quantities are in the item's own unit
 * and may be fractional; volumes in m³, money in one currency. Matrices are row by row. */
#ifndef HV_OPTIMIZER_ALLOCATION_INSTANCE_H
#define HV_OPTIMIZER_ALLOCATION_INSTANCE_H

#include "schemas/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ALLOCATION_NO_LIMIT (-1.0)    /* where a limit in m³ is absent */
#define ALLOCATION_FIGURE_MAX 1e15    /* any quantity, volume, cost or priority */
#define ALLOCATION_CELLS_MAX 4000000u /* depots × items, shelters × items */
#define ALLOCATION_LANES_MAX 4000000u /* lanes */
#define ALLOCATION_ARCS_MAX 64000000u /* lanes × items */

struct allocation_item {
    double volume_m3;     /* of one unit, ≥ 0; what has no volume is carried free */
    double weight_kg;     /* of one unit, ≥ 0 */
    double shortage_cost; /* of one unit that is not delivered, ≥ 0 */
};

struct allocation_depot {
    double dispatch_m3; /* what it can load in this period, or ALLOCATION_NO_LIMIT */
    bool closed;        /* nothing leaves it */
};

struct allocation_shelter {
    double priority;   /* factor on the shortage cost, ≥ 0 */
    double receive_m3; /* what it can take in this period, or ALLOCATION_NO_LIMIT */
};

struct allocation_lane {
    uint32_t depot, shelter;
    double cost_per_m3; /* ≥ 0 */
    double capacity_m3; /* of all items together, or ALLOCATION_NO_LIMIT */
    bool closed;        /* carries nothing */
};

struct allocation_instance {
    const struct allocation_item *items;
    const struct allocation_depot *depots;
    const struct allocation_shelter *shelters;
    const struct allocation_lane *lanes; /* at most one for each depot and shelter */
    uint32_t item_count, depot_count, shelter_count, lane_count;
    const double *stock;   /* depot × item: what is there */
    const double *reserve; /* depot × item: what stays there; NULL for none */
    const double *need;    /* shelter × item */
    bool maxmin;           /* fairness: fill rates are leximin before costs are least */
};

/* Checks figures and numbers. HV_ERR_VALUE: one is negative, no number or above
 * ALLOCATION_FIGURE_MAX, a lane leads nowhere or is there twice. HV_ERR_LIMIT: more of something
 * than the limits above. HV_ERR_MEMORY. */
HV_MUST_USE int allocation_instance_check(const struct allocation_instance *instance);

/* What of an item a depot may send: stock less reserve, not below 0; 0 where it is closed. */
static inline double allocation_free_stock(const struct allocation_instance *instance,
                                           uint32_t depot, uint32_t item) {
    size_t i = (size_t)depot * instance->item_count + item;
    if (instance->depots[depot].closed)
        return 0;
    double kept = instance->reserve ? instance->reserve[i] : 0;
    return instance->stock[i] > kept ? instance->stock[i] - kept : 0;
}

/* Whether a lane could carry anything of an item, were it alone: it is open, there is free stock,
 * and nothing on the way has room for nothing. */
static inline bool allocation_lane_carries(const struct allocation_instance *instance,
                                           uint32_t lane_index, uint32_t item) {
    const struct allocation_lane *lane = &instance->lanes[lane_index];
    if (lane->closed || allocation_free_stock(instance, lane->depot, item) <= 0)
        return false;
    return instance->items[item].volume_m3 == 0 ||
           (lane->capacity_m3 != 0 && instance->depots[lane->depot].dispatch_m3 != 0 &&
            instance->shelters[lane->shelter].receive_m3 != 0);
}

static inline double allocation_need(const struct allocation_instance *instance, uint32_t shelter,
                                     uint32_t item) {
    return instance->need[(size_t)shelter * instance->item_count + item];
}

static inline bool allocation_is_limited(double limit_m3) {
    return limit_m3 >= 0;
}

/* Marks, for each (shelter, item), whether some positive amount of it could be sent were it alone:
 * the pairs that fairness is about. */
void allocation_reachable(const struct allocation_instance *instance, bool *ret_reachable);

#endif
