/* What the prices of the flow prove: that no plan leaves fewer people, or brings them in sooner. */
#include "coordinator/optimizer/planner_state.h"
#include "coordinator/optimizer/wide.h"
#include "schemas/smaller.h"

/* The prices of level 1 are those of the flow. Level 0 counts how often the cost of one unserved is
 * in them: what else is in them is less than half of it. */
static int64_t price_of(const struct planner *planner, uint32_t node, int level) {
    const struct planner_people *people = &planner->people;
    int64_t price =
        mincostflow_price(people->flow, node) - mincostflow_price(people->flow, people->sink);
    if (level == 1)
        return price;
    int64_t unit = people->unserved_cost, half = unit / 2;
    return price >= 0 ? (price + half) / unit : -((-price + half) / unit);
}

static int64_t positive(int64_t figure) {
    return figure > 0 ? figure : 0;
}

static void price_shelters(const struct planner *planner, struct plan_duals *duals, int level) {
    const struct planner_people *people = &planner->people;
    for (uint32_t s = 0; s < planner->instance.shelter_count; s++) {
        int64_t shelter = price_of(planner, people->first_shelter + s, level);
        duals->shelter[level][s] = positive(-shelter);
        for (uint32_t class = 0; class < INSTANCE_CLASSES; class ++)
            duals->place[level][s * INSTANCE_CLASSES + class] =
                positive(shelter - price_of(planner, planner_place_node(people, s, class), level));
    }
}

/* What a zone's person pays at a shelter: time, and the price of a place there. */
static int64_t cost_at(const struct planner *planner, const struct plan_duals *duals, int level,
                       uint32_t zone, uint32_t class, uint32_t shelter) {
    return (level == 1 ? planner_arrival_ms(planner, zone, shelter) : 0) +
           duals->shelter[level][shelter] + duals->place[level][shelter * INSTANCE_CLASSES + class];
}

/* What a row adds to the bound at a price of its own: with a plan in force people can be held at
 * less than the price, each in force once. */
static wide row_bound(const struct planner *planner, const struct plan_duals *duals, int level,
                      uint32_t zone, uint32_t class, int64_t price) {
    size_t row = planner_row(zone, class);
    wide bound = wide_product(planner->zones[zone].people[class], price);
    if (level == 0 || !planner->in_force)
        return bound;
    for (uint32_t s = 0; s < planner->instance.shelter_count; s++)
        if (planner_in_force(planner, row, s) > 0 && planner_pair_is_open(planner, zone, s))
            bound -= wide_product(planner_in_force(planner, row, s),
                                  positive(price + planner->change_price_ms -
                                           cost_at(planner, duals, level, zone, class, s)));
    return bound +
           wide_product(planner_bound_people(planner, zone, class), planner->change_price_ms);
}

/* Finds the price of a person, no more than the cheapest shelter allows, and adds the row's part of
 * the bound. Where holding people is cheaper than that, the price of the flow is the better one. */
static wide price_row(const struct planner *planner, struct plan_duals *duals, int level,
                      uint32_t zone, uint32_t class) {
    size_t row = planner_row(zone, class);
    int64_t price = level == 1 ? duals->unserved_cost : 1;
    for (uint32_t s = 0; s < planner->instance.shelter_count; s++)
        if (planner_pair_is_open(planner, zone, s))
            price = hv_smaller(price, cost_at(planner, duals, level, zone, class, s));
    wide bound = row_bound(planner, duals, level, zone, class, price);
    int64_t lower =
        hv_smaller(price, -price_of(planner, planner_zone_node(&planner->people, row), level));
    wide other = row_bound(planner, duals, level, zone, class, lower);
    duals->zone[level][row] = other > bound ? lower : price;
    return other > bound ? other : bound;
}

static wide bound_of_level(const struct planner *planner, struct plan_duals *duals, int level) {
    price_shelters(planner, duals, level);
    wide bound = 0;
    for (uint32_t s = 0; s < planner->instance.shelter_count; s++) {
        const struct instance_shelter *shelter = &planner->shelters[s];
        bound -= wide_product(planner_capacity_now(shelter), duals->shelter[level][s]);
        for (uint32_t class = 0; class < INSTANCE_CLASSES; class ++)
            bound -= wide_product(planner_places_now(shelter, class),
                                  duals->place[level][s * INSTANCE_CLASSES + class]);
    }
    for (uint32_t z = 0; z < planner->instance.zone_count; z++)
        for (uint32_t class = 0; class < INSTANCE_CLASSES; class ++)
            bound += price_row(planner, duals, level, z, class);
    return bound;
}

static int take_duals(const struct planner *planner, struct plan_duals *duals) {
    size_t rows = (size_t)planner->instance.zone_count * INSTANCE_CLASSES;
    size_t shelters = planner->instance.shelter_count;
    for (int level = 0; level < 2; level++) {
        duals->zone[level] = planner_take(rows, sizeof(int64_t));
        duals->shelter[level] = planner_take(shelters, sizeof(int64_t));
        duals->place[level] = planner_take(shelters * INSTANCE_CLASSES, sizeof(int64_t));
        if (!duals->zone[level] || !duals->shelter[level] || !duals->place[level])
            return HV_ERR_MEMORY;
    }
    return 0;
}

int planner_prove_people(const struct planner *planner, struct plan *plan) {
    struct plan_duals *duals = &plan->duals;
    int error = take_duals(planner, duals);
    if (error)
        return error;
    duals->unserved_cost = planner->people.unserved_cost;
    wide fewest = bound_of_level(planner, duals, 0);
    wide both = bound_of_level(planner, duals, 1);
    plan->bound.unserved = fewest > 0 ? (int64_t)fewest : 0;
    /* Level 1 bounds the time of plans that leave exactly as many unserved as the bound says. */
    both -= wide_product(duals->unserved_cost, plan->bound.unserved);
    return wide_narrow(both > 0 ? both : 0, &plan->bound.arrival_ms);
}
