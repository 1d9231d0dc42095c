/* What can change between two solves; each says which travel times, people or goods are stale then.
 */
#include "coordinator/optimizer/planner_state.h"

#include "schemas/limits.h"

/* Changes to rows -------------------------------------------------------------------------------
 */

static int change_zone(struct planner *planner, uint32_t zone, struct instance_zone now) {
    int error = instance_check_zone(&planner->instance, &now);
    if (error)
        return error;
    planner->zones[zone] = now; /* supplies are compared at every solve */
    return 0;
}

int planner_set_people(struct planner *planner, uint32_t zone, enum instance_class class,
                       int64_t people) {
    if (zone >= planner->instance.zone_count || (unsigned)class >= INSTANCE_CLASSES)
        return HV_ERR_VALUE;
    struct instance_zone now = planner->zones[zone];
    now.people[class] = people;
    return change_zone(planner, zone, now);
}

/* Takes a changed shelter. Its capacity and places are compared at every solve; `arcs_too` says
 * that arrival times change as well. */
static int change_shelter(struct planner *planner, uint32_t shelter, struct instance_shelter now,
                          bool arcs_too) {
    int error = instance_check_shelter(&planner->instance, &now);
    if (error)
        return error;
    planner->shelters[shelter] = now;
    if (arcs_too)
        planner->people.stale_shelter[shelter] = true;
    return 0;
}

int planner_set_capacity(struct planner *planner, uint32_t shelter, int64_t capacity) {
    if (shelter >= planner->instance.shelter_count)
        return HV_ERR_VALUE;
    struct instance_shelter now = planner->shelters[shelter];
    now.capacity = capacity;
    return change_shelter(planner, shelter, now, false);
}

int planner_set_places(struct planner *planner, uint32_t shelter, enum instance_class class,
                       int64_t places) {
    if (shelter >= planner->instance.shelter_count || (unsigned)class >= INSTANCE_CLASSES)
        return HV_ERR_VALUE;
    struct instance_shelter now = planner->shelters[shelter];
    now.places[class] = places;
    return change_shelter(planner, shelter, now, false);
}

int planner_set_usable(struct planner *planner, uint32_t shelter, bool usable) {
    if (shelter >= planner->instance.shelter_count)
        return HV_ERR_VALUE;
    planner->shelters[shelter].usable = usable;
    return 0;
}

int planner_set_withstands(struct planner *planner, uint32_t shelter, bool withstands) {
    if (shelter >= planner->instance.shelter_count)
        return HV_ERR_VALUE;
    planner->shelters[shelter].withstands = withstands;
    return 0;
}

int planner_set_opens(struct planner *planner, uint32_t shelter, int64_t opens_ms) {
    if (shelter >= planner->instance.shelter_count)
        return HV_ERR_VALUE;
    struct instance_shelter now = planner->shelters[shelter];
    now.opens_ms = opens_ms;
    return change_shelter(planner, shelter, now, true);
}

/* Changes to the network ------------------------------------------------------------------------
 */

int planner_set_link_closed(struct planner *planner, uint32_t link, bool closed) {
    if (link >= network_link_count(planner->network))
        return HV_ERR_VALUE;
    const struct network_link *now = network_link_at(planner->network, link);
    return now->closed == closed ? 0 : planner_change_link(planner, link, closed, now->travel_ms);
}

int planner_set_link_travel(struct planner *planner, uint32_t link, int64_t travel_ms) {
    if (link >= network_link_count(planner->network) || travel_ms < 0 ||
        travel_ms > NETWORK_TRAVEL_MS_MAX)
        return HV_ERR_VALUE;
    const struct network_link *now = network_link_at(planner->network, link);
    return now->travel_ms == travel_ms ? 0
                                       : planner_change_link(planner, link, now->closed, travel_ms);
}

int planner_set_link_capacity(struct planner *planner, uint32_t link, int64_t capacity_per_hour) {
    return network_set_capacity(planner->network, link, capacity_per_hour);
}

/* Changes to goods ------------------------------------------------------------------------------
 */

/* Sets one quantity of a matrix with a row for each of `rows`. */
static int change_quantity(const struct planner *planner, int64_t *matrix, uint32_t rows,
                           uint32_t row, uint32_t item, int64_t quantity) {
    if (row >= rows || item >= planner->instance.item_count || quantity < 0)
        return HV_ERR_VALUE;
    if (quantity > HV_QUANTITY_MAX)
        return HV_ERR_LIMIT;
    matrix[(size_t)row * planner->instance.item_count + item] = quantity;
    return 0;
}

int planner_set_stock(struct planner *planner, uint32_t depot, uint32_t item, int64_t quantity) {
    return change_quantity(planner, planner->all_stock, planner->instance.depot_count, depot, item,
                           quantity);
}

int planner_set_reserve(struct planner *planner, uint32_t depot, uint32_t item, int64_t quantity) {
    return change_quantity(planner, planner->reserve, planner->instance.depot_count, depot, item,
                           quantity);
}

int planner_set_need(struct planner *planner, uint32_t shelter, uint32_t item, int64_t quantity) {
    return change_quantity(planner, planner->all_need, planner->instance.shelter_count, shelter,
                           item, quantity);
}

int planner_set_priority(struct planner *planner, uint32_t shelter, int64_t priority) {
    if (shelter >= planner->instance.shelter_count || priority < 1)
        return HV_ERR_VALUE;
    planner->shelters[shelter].priority = priority;
    return 0;
}

int planner_set_depot_usable(struct planner *planner, uint32_t depot, bool usable) {
    if (depot >= planner->instance.depot_count)
        return HV_ERR_VALUE;
    planner->depots[depot].usable = usable;
    return 0;
}

static bool is_limit(int64_t limit_ml) {
    return limit_ml >= 0 || limit_ml == INSTANCE_NO_LIMIT;
}

int planner_set_dispatch(struct planner *planner, uint32_t depot, int64_t dispatch_ml) {
    if (depot >= planner->instance.depot_count || !is_limit(dispatch_ml))
        return HV_ERR_VALUE;
    planner->depots[depot].dispatch_ml = dispatch_ml;
    return 0;
}

int planner_set_receive(struct planner *planner, uint32_t shelter, int64_t receive_ml) {
    if (shelter >= planner->instance.shelter_count || !is_limit(receive_ml))
        return HV_ERR_VALUE;
    planner->shelters[shelter].receive_ml = receive_ml;
    return 0;
}

int planner_set_lane_limit(struct planner *planner, uint32_t depot, uint32_t shelter,
                           int64_t lane_ml) {
    size_t lanes = (size_t)planner->instance.depot_count * planner->instance.shelter_count;
    if (depot >= planner->instance.depot_count || shelter >= planner->instance.shelter_count ||
        !is_limit(lane_ml))
        return HV_ERR_VALUE;
    if (!planner->lane_ml && lane_ml == INSTANCE_NO_LIMIT)
        return 0;
    if (!planner->lane_ml) {
        planner->lane_ml = planner_take(lanes, sizeof *planner->lane_ml);
        if (!planner->lane_ml)
            return HV_ERR_MEMORY;
        for (size_t i = 0; i < lanes; i++)
            planner->lane_ml[i] = INSTANCE_NO_LIMIT;
        planner->instance.lane_ml = planner->lane_ml;
    }
    planner->lane_ml[planner_pair(planner, depot, shelter)] = lane_ml;
    return 0;
}

int planner_set_fairness(struct planner *planner, enum planner_fairness fairness) {
    if ((unsigned)fairness > PLANNER_FAIREST)
        return HV_ERR_VALUE;
    planner->goods.fairness = fairness;
    return 0;
}

/* What people decide ----------------------------------------------------------------------------
 */

static bool no_such_pair(const struct planner *planner, uint32_t row, uint32_t rows,
                         uint32_t shelter) {
    return row >= rows || shelter >= planner->instance.shelter_count;
}

int planner_pin(struct planner *planner, uint32_t zone, uint32_t shelter, bool pinned) {
    if (no_such_pair(planner, zone, planner->instance.zone_count, shelter))
        return HV_ERR_VALUE;
    bool *now = &planner->pinned[planner_pair(planner, zone, shelter)];
    if (*now == pinned)
        return 0;
    *now = pinned;
    planner->pin_count[zone] += pinned ? 1u : -1u;
    planner->people.stale_zone[zone] = true;
    return 0;
}

int planner_exclude_zone(struct planner *planner, uint32_t zone, uint32_t shelter, bool excluded) {
    if (no_such_pair(planner, zone, planner->instance.zone_count, shelter))
        return HV_ERR_VALUE;
    planner->zone_excluded[planner_pair(planner, zone, shelter)] = excluded;
    planner->people.stale_zone[zone] = true;
    return 0;
}

int planner_exclude_depot(struct planner *planner, uint32_t depot, uint32_t shelter,
                          bool excluded) {
    if (no_such_pair(planner, depot, planner->instance.depot_count, shelter))
        return HV_ERR_VALUE;
    planner->depot_excluded[planner_pair(planner, depot, shelter)] = excluded;
    return 0;
}

static size_t in_force_count(const struct planner *planner) {
    return (size_t)planner->instance.zone_count * INSTANCE_CLASSES *
           planner->instance.shelter_count;
}

static int make_in_force(struct planner *planner) {
    if (!planner->in_force)
        planner->in_force = planner_take(in_force_count(planner), sizeof *planner->in_force);
    return planner->in_force ? 0 : HV_ERR_MEMORY;
}

int planner_set_in_force(struct planner *planner, uint32_t zone, uint32_t shelter,
                         enum instance_class class, int64_t people) {
    if (no_such_pair(planner, zone, planner->instance.zone_count, shelter) ||
        (unsigned)class >= INSTANCE_CLASSES || people < 0)
        return HV_ERR_VALUE;
    if (people > HV_PEOPLE_MAX)
        return HV_ERR_LIMIT;
    int error = make_in_force(planner);
    if (error)
        return error;
    planner->in_force[planner_row(zone, class) * planner->instance.shelter_count + shelter] =
        people;
    planner->people.stale_zone[zone] = true;
    return 0;
}

int planner_set_change_price(struct planner *planner, int64_t price_ms) {
    if (price_ms < 0 || price_ms > NETWORK_TRAVEL_MS_MAX)
        return HV_ERR_VALUE;
    if (price_ms != planner->change_price_ms)
        planner->people.stale_all = true;
    planner->change_price_ms = price_ms;
    return 0;
}

void planner_set_carrier(struct planner *planner, planner_carry *carry, void *context) {
    planner->carrier = (struct planner_carrier){carry, context};
}
