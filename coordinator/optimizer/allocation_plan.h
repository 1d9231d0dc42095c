/* What comes out of allocation: what is sent, what stays unmet, what that costs, and prices that
 * prove how little it could cost. Quantities are in the item's own unit; sorted by shelter, item
 * and lane, so that equal plans are equal arrays. */
#ifndef HV_OPTIMIZER_ALLOCATION_PLAN_H
#define HV_OPTIMIZER_ALLOCATION_PLAN_H

#include "coordinator/optimizer/allocation_instance.h"

struct allocation_shipment {
    uint32_t lane, item;
    double quantity; /* > 0 */
};

struct allocation_unmet {
    uint32_t shelter, item;
    double quantity; /* > 0 */
};

/* Prices, all ≥ 0: of one unit of free stock, and of one m³ of room. NULL for none. */
struct allocation_prices {
    double *stock;    /* depot × item */
    double *dispatch; /* depot */
    double *receive;  /* shelter */
    double *lane;     /* lane */
};

struct allocation_plan {
    struct allocation_shipment *shipments;
    size_t shipment_count;
    struct allocation_unmet *unmet;
    size_t unmet_count;
    double objective;     /* of the figures above, added up */
    double lower_bound;   /* no plan costs less, or with maxmin no plan as fair where this one keeps
                             the floor: by the prices */
    double min_fill_rate; /* least sent/need over what could be reached alone; 1 where nothing */
    double *floor;        /* shelter × item: fill rate that fairness gives; NULL without maxmin */
    double unfair_cost;   /* with maxmin: least cost without it, so that the difference is the
                             price of fairness; the objective otherwise */
    uint32_t level_count; /* with maxmin: how many fill rates were found one after the other */
    struct allocation_prices prices;
    uint64_t pivots; /* work that it took */
};

/* Frees what the plan holds. */
void allocation_plan_deinit(struct allocation_plan *plan);

/* Adds up objective and min_fill_rate from shipments and unmet. HV_ERR_MEMORY. */
HV_MUST_USE int allocation_plan_add_up(const struct allocation_instance *instance,
                                       struct allocation_plan *plan);

/* Whether each need is sent the share that fairness gave it; true without maxmin. HV_ERR_MEMORY. */
HV_MUST_USE int allocation_plan_keeps_floor(const struct allocation_instance *instance,
                                            const struct allocation_plan *plan, bool *ret_keeps);

/* What no plan can undercut, by weak duality from any prices ≥ 0: for each unit of a need either
 * its shortage is paid, or a lane, its stock and its room. `floor`: shelter × item, the share of
 * the need that is sent at least; NULL for none. Uses the instance and the prices alone.
 * O(lanes × items). HV_ERR_MEMORY. */
HV_MUST_USE int allocation_bound(const struct allocation_instance *instance, const double *floor,
                                 const struct allocation_prices *prices, double *ret_bound);

#endif
