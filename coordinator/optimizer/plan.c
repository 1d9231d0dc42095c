#include "coordinator/optimizer/plan.h"

#include <stdlib.h>

void plan_timetable_free(struct plan_timetable *timetable) {
    if (!timetable)
        return;
    free(timetable->streams);
    free(timetable->departures);
    free(timetable->links);
    free(timetable->late);
    free(timetable);
}

void plan_deliveries_free(struct plan_deliveries *deliveries) {
    if (!deliveries)
        return;
    free(deliveries->deliveries);
    free(deliveries->loads);
    free(deliveries->links);
    free(deliveries->left);
    free(deliveries);
}

void plan_buses_free(struct plan_buses *buses) {
    if (!buses)
        return;
    free(buses->runs);
    free(buses->stops);
    free(buses->left);
    free(buses->without);
    free(buses->stays);
    free(buses);
}

void plan_free(struct plan *plan) {
    if (!plan)
        return;
    free(plan->assignments);
    free(plan->unserved);
    free(plan->shipments);
    free(plan->releases);
    free(plan->unmet);
    free(plan->links);
    free(plan->reasons);
    free(plan->members);
    free(plan->reversals);
    for (int level = 0; level < 2; level++) {
        free(plan->duals.zone[level]);
        free(plan->duals.shelter[level]);
        free(plan->duals.place[level]);
    }
    free(plan->duals.stock);
    free(plan->duals.dispatch);
    free(plan->duals.receive);
    free(plan->duals.lane);
    plan_timetable_free(plan->timetable);
    plan_deliveries_free(plan->deliveries);
    plan_buses_free(plan->buses);
    free(plan);
}

static const char *const reason_names[REASON_CODES] = {
    [REASON_NONE] = "none",
    [REASON_ZONE_UNREACHABLE] = "zone_unreachable",
    [REASON_ZONE_EXCLUDED] = "zone_excluded",
    [REASON_NO_PLACE_FOR_CLASS] = "no_place_for_class",
    [REASON_CAPACITY_EXHAUSTED] = "capacity_exhausted",
    [REASON_PINNED] = "pinned",
    [REASON_PIN_NOT_USABLE] = "pin_not_usable",
    [REASON_KEPT_FOR_STABILITY] = "kept_for_stability",
    [REASON_EXCLUSION_COSTS] = "exclusion_costs",
    [REASON_SHELTER_NOT_USABLE] = "shelter_not_usable",
    [REASON_SHELTER_HAZARD] = "shelter_hazard",
    [REASON_STOCK_EXHAUSTED] = "stock_exhausted",
    [REASON_NO_DEPOT_REACHES] = "no_depot_reaches",
    [REASON_RESERVE_HELD] = "reserve_held",
    [REASON_DISPATCH_EXHAUSTED] = "dispatch_exhausted",
    [REASON_RECEIVE_EXHAUSTED] = "receive_exhausted",
    [REASON_NOT_WORTH_CARRYING] = "not_worth_carrying",
    [REASON_WHOLE_UNITS] = "whole_units",
    [REASON_SHELTER_EXCLUDED] = "shelter_excluded",
    [REASON_LANE_EXHAUSTED] = "lane_exhausted",
    [REASON_WHOLE_PACKS] = "whole_packs",
    [REASON_ORDER_DEPOT_LOST] = "order_depot_lost",
    [REASON_ORDER_NO_ROUTE] = "order_no_route",
    [REASON_ORDER_EXCLUDED] = "order_excluded",
    [REASON_ORDER_NOT_NEEDED] = "order_not_needed",
    [REASON_ORDER_STOCK_GONE] = "order_stock_gone",
    [REASON_ORDER_IMPROVED] = "order_improved",
};

const char *plan_reason_name(enum plan_reason_code code) {
    return (unsigned)code < REASON_CODES ? reason_names[code] : "unknown";
}
