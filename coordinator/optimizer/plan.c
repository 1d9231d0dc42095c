#include "coordinator/optimizer/plan.h"

#include <stdlib.h>

void plan_timetable_free(struct plan_timetable *timetable) {
    if (!timetable)
        return;
    free(timetable->streams);
    free(timetable->departures);
    free(timetable->links);
    free(timetable->turns);
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
