/* What a plan is worth by its parts, and what its prices prove that no plan can beat. */
#include "coordinator/optimizer/certificate_inside.h"
#include "coordinator/optimizer/wide.h"
#include "schemas/smaller.h"

/* Objective -------------------------------------------------------------------------------------
 */

/* People of the plan in force who are still there: all of them, or as many as the zone has. */
static wide held_people(const struct certificate_check *check, uint32_t zone, uint32_t class) {
    wide held = 0;
    for (uint32_t s = 0; s < check->instance->shelter_count; s++)
        held += certificate_in_force(check, zone, s, class);
    int64_t people = check->instance->zones[zone].people[class];
    return held < people ? held : people;
}

static wide all_held(const struct certificate_check *check) {
    wide held = 0;
    for (uint32_t z = 0; z < check->instance->zone_count; z++)
        for (uint32_t c = 0; c < INSTANCE_CLASSES; c++)
            held += held_people(check, z, c);
    return held;
}

void certificate_objective(struct certificate_check *check) {
    wide unserved = 0, arrival = 0, kept = 0;
    for (size_t i = 0; i < check->plan->unserved_count; i++)
        unserved += check->plan->unserved[i].people;
    for (size_t i = 0; i < check->plan->assignment_count; i++)
        for (uint32_t c = 0; c < INSTANCE_CLASSES; c++) {
            const struct plan_assignment *a = &check->plan->assignments[i];
            arrival +=
                wide_product(a->people[c], certificate_zone_arrival(check, a->zone, a->shelter));
            kept += hv_smaller(a->people[c], certificate_in_force(check, a->zone, a->shelter, c));
        }
    wide changed = all_held(check) - kept;
    arrival += changed * check->decisions->change_price_ms;
    certificate_fault(check,
                      unserved != check->plan->objective.unserved ||
                          arrival != check->plan->objective.arrival_ms ||
                          changed != check->plan->changed_people,
                      CERTIFICATE_BAD_OBJECTIVE);
}

/* Micro cost units of carrying a unit, and of its lack. */
static int carrying(const struct certificate_check *check, uint32_t depot, uint32_t shelter,
                    uint32_t item, wide *ret_cost) {
    int64_t per_m3;
    int error = instance_lane_cost(check->instance->haul_cost_per_m3_hour,
                                   certificate_depot_travel(check, depot, shelter), &per_m3);
    if (!error)
        *ret_cost = wide_product(per_m3, check->instance->items[item].volume_ml);
    return error;
}

static int lacking(const struct certificate_check *check, uint32_t shelter, uint32_t item,
                   wide *ret_cost) {
    int64_t cost;
    int error = wide_narrow(wide_product(check->instance->items[item].shortage_cost,
                                         check->instance->shelters[shelter].priority),
                            &cost);
    if (!error)
        *ret_cost = wide_product(cost, 1000000);
    return error;
}

int certificate_goods_cost(struct certificate_check *check) {
    wide total = 0, cost = 0;
    for (size_t i = 0; i < check->plan->shipment_count; i++) {
        const struct plan_shipment *s = &check->plan->shipments[i];
        int error = carrying(check, s->depot, s->shelter, s->item, &cost);
        if (error)
            return error;
        total += cost * s->quantity;
    }
    for (size_t i = 0; i < check->plan->unmet_count; i++) {
        const struct plan_unmet *u = &check->plan->unmet[i];
        int error = lacking(check, u->shelter, u->item, &cost);
        if (error)
            return error;
        total += cost * u->quantity;
    }
    certificate_fault(check, total != check->plan->goods_cost, CERTIFICATE_BAD_OBJECTIVE);
    return 0;
}

/* Proof for people ------------------------------------------------------------------------------
 */

/* The least that any plan pays for a row whose prices are given; level 0 counts the unserved only.
 */
static void add_row(struct certificate_check *check, int level, uint32_t zone, uint32_t class,
                    wide *bound) {
    const struct instance *in = check->instance;
    const struct plan_duals *duals = &check->plan->duals;
    int64_t price = duals->zone[level][(size_t)zone * INSTANCE_CLASSES + class];
    int64_t change = level == 1 ? check->decisions->change_price_ms : 0;
    bool pinned = certificate_zone_pinned(check, zone);
    certificate_fault(check, price > (level == 1 ? duals->unserved_cost : 1),
                      CERTIFICATE_BAD_PRICE);
    *bound += wide_product(in->zones[zone].people[class], price);
    for (uint32_t s = 0; s < in->shelter_count; s++) {
        if (!certificate_zone_may_use(check, zone, s, pinned))
            continue;
        wide cost = level == 1 ? certificate_zone_arrival(check, zone, s) : 0;
        cost += (wide)duals->shelter[level][s] + duals->place[level][s * INSTANCE_CLASSES + class];
        certificate_fault(check, price > cost, CERTIFICATE_BAD_PRICE);
        if (price + change > cost)
            *bound -= (price + change - cost) * certificate_in_force(check, zone, s, class) *
                      (change > 0);
    }
    *bound += held_people(check, zone, class) * change;
}

static wide people_bound(struct certificate_check *check, int level) {
    const struct instance *in = check->instance;
    const struct plan_duals *duals = &check->plan->duals;
    wide bound = 0;
    for (uint32_t s = 0; s < in->shelter_count; s++) {
        certificate_fault(check, duals->shelter[level][s] < 0, CERTIFICATE_BAD_PRICE);
        if (certificate_shelter_takes(check, s))
            bound -= wide_product(in->shelters[s].capacity, duals->shelter[level][s]);
        for (uint32_t c = 0; c < INSTANCE_CLASSES; c++) {
            int64_t price = duals->place[level][s * INSTANCE_CLASSES + c];
            certificate_fault(check, price < 0, CERTIFICATE_BAD_PRICE);
            if (certificate_shelter_takes(check, s))
                bound -= wide_product(in->shelters[s].places[c], price);
        }
    }
    for (uint32_t z = 0; z < in->zone_count; z++)
        for (uint32_t c = 0; c < INSTANCE_CLASSES; c++)
            add_row(check, level, z, c, &bound);
    return bound;
}

/* People with places who come before others. */
static wide served_before_others(const struct plan *plan) {
    wide people = 0;
    for (size_t i = 0; i < plan->assignment_count; i++)
        people += plan->assignments[i].people[INSTANCE_MEDICAL] +
                  plan->assignments[i].people[INSTANCE_WHEELCHAIR];
    return people;
}

/* The bound knows nobody who comes before others: where somebody has a place for that reason the
 * plan may need more time than it. */
void certificate_people_bound(struct certificate_check *check) {
    const struct plan *plan = check->plan;
    wide fewest = people_bound(check, 0), both = people_bound(check, 1);
    wide claimed = wide_product(plan->duals.unserved_cost, plan->bound.unserved);
    certificate_fault(check,
                      plan->bound.unserved > (fewest > 0 ? fewest : 0) ||
                          (plan->bound.arrival_ms > 0 && plan->bound.arrival_ms > both - claimed),
                      CERTIFICATE_BOUND_UNPROVEN);
    certificate_fault(
        check, plan->precedence_people < 0 || plan->precedence_people > served_before_others(plan),
        CERTIFICATE_BAD_OBJECTIVE);
    certificate_fault(check,
                      plan->status != PLAN_STOPPED &&
                          (plan->bound.unserved != plan->objective.unserved ||
                           (plan->precedence_people == 0 &&
                            plan->bound.arrival_ms != plan->objective.arrival_ms)),
                      CERTIFICATE_NOT_OPTIMAL);
}

/* Proof for goods -------------------------------------------------------------------------------
 */

static int add_need(struct certificate_check *check, uint32_t shelter, uint32_t item, wide *bound) {
    const struct instance *in = check->instance;
    const struct plan_duals *duals = &check->plan->duals;
    wide lack, best = 0, cost = 0;
    int error = lacking(check, shelter, item, &lack);
    for (uint32_t d = 0; d < in->depot_count && !error; d++) {
        if (!certificate_depot_may_serve(check, d, shelter))
            continue;
        error = carrying(check, d, shelter, item, &cost);
        wide room = (wide)duals->dispatch[d] + duals->receive[shelter];
        if (in->lane_ml)
            room += duals->lane[certificate_pair(check, d, shelter)];
        wide saving = lack - cost - duals->stock[(size_t)d * in->item_count + item] -
                      room * in->items[item].volume_ml;
        best = saving > best ? saving : best;
    }
    if (!error)
        *bound += (lack - best) * in->need[(size_t)shelter * in->item_count + item];
    return error;
}

static wide price_of_room(struct certificate_check *check, int64_t limit_ml, int64_t price) {
    certificate_fault(check, price < 0 || (limit_ml == INSTANCE_NO_LIMIT && price > 0),
                      CERTIFICATE_BAD_PRICE);
    return limit_ml == INSTANCE_NO_LIMIT ? 0 : wide_product(limit_ml, price);
}

int certificate_goods_bound(struct certificate_check *check) {
    const struct instance *in = check->instance;
    const struct plan *plan = check->plan;
    wide bound = 0;
    int error = 0;
    for (uint32_t d = 0; d < in->depot_count; d++) {
        bound -= price_of_room(check, in->depots[d].dispatch_ml, plan->duals.dispatch[d]);
        for (uint32_t k = 0; k < in->item_count; k++) {
            int64_t price = plan->duals.stock[(size_t)d * in->item_count + k];
            certificate_fault(check, price < 0, CERTIFICATE_BAD_PRICE);
            bound -= wide_product(certificate_free_stock(check, d, k), price);
        }
    }
    for (uint32_t s = 0; s < in->shelter_count; s++) {
        bound -= price_of_room(check, in->shelters[s].receive_ml, plan->duals.receive[s]);
        for (uint32_t k = 0; k < in->item_count && !error; k++)
            error = add_need(check, s, k, &bound);
    }
    for (size_t i = 0; in->lane_ml && i < (size_t)in->depot_count * in->shelter_count; i++)
        bound -= price_of_room(check, in->lane_ml[i], plan->duals.lane[i]);
    certificate_fault(check, plan->goods_bound > (bound > 0 ? bound : 0),
                      CERTIFICATE_BOUND_UNPROVEN);
    certificate_fault(check, plan->status == PLAN_OPTIMAL && plan->goods_bound != plan->goods_cost,
                      CERTIFICATE_NOT_OPTIMAL);
    return error;
}
