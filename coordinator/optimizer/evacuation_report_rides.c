/* Everybody on their routes, and what is wrong with these. */
#include "coordinator/optimizer/array.h"
#include "coordinator/optimizer/evacuation_report_inside.h"

static int add_passing(struct report_ledger *ledger, struct report_passing line) {
    int error = array_reserve((void **)&ledger->lines, ledger->count + 1, &ledger->room,
                              sizeof *ledger->lines);
    if (error != HV_OK)
        return error;
    ledger->lines[ledger->count++] = line;
    return HV_OK;
}

static bool route_is_named_right(const struct report_adding *adding,
                                 const struct evacuation_route *route) {
    const struct evacuation_instance *instance = adding->instance;
    const struct evacuation_plan *plan = adding->plan;
    if (route->zone < 0 || (size_t)route->zone >= instance->zone_count || route->shelter < 0 ||
        (size_t)route->shelter >= instance->shelter_count)
        return false;
    if (route->link_first > plan->link_count ||
        route->link_count > plan->link_count - route->link_first ||
        route->departure_first > plan->departure_count ||
        route->departure_count > plan->departure_count - route->departure_first)
        return false;
    for (size_t i = 0; i < route->link_count; i++) {
        int32_t link = plan->links[route->link_first + i];
        if (link < 0 || (size_t)link >= instance->link_count)
            return false;
    }
    return true;
}

static bool route_joins(const struct report_adding *adding, const struct evacuation_route *route) {
    const struct evacuation_instance *instance = adding->instance;
    int32_t at = instance->zones[route->zone].node;
    for (size_t i = 0; i < route->link_count; i++) {
        const struct evacuation_link *link =
            &instance->links[adding->plan->links[route->link_first + i]];
        if (link->from != at)
            return false;
        at = link->to;
    }
    return at == instance->shelters[route->shelter].node;
}

/* Whether the class of a route may travel so. */
static bool class_may(const struct report_adding *adding, const struct evacuation_route *route) {
    const struct travellers *travellers = adding->subject->travellers;
    if (travellers == NULL)
        return true;
    const struct traveller_class *class = report_class_of(adding, route->zone);
    int64_t travel = 0;
    for (size_t i = 0; i < route->link_count; i++) {
        const int32_t link = adding->plan->links[route->link_first + i];
        if (report_is_footway(adding, link) != class->on_foot)
            return false;
        travel += adding->instance->links[link].travel_steps;
    }
    return travel <= class->travel_limit_steps &&
           (travellers->takes[route->shelter] & (1u << travellers->zone_class[route->zone])) != 0;
}

static int check_times(struct report_adding *adding, size_t index, int32_t leaves,
                       int64_t arrives) {
    const struct evacuation_instance *instance = adding->instance;
    const struct evacuation_route *route = &adding->plan->routes[index];
    const struct evacuation_zone *zone = &instance->zones[route->zone];
    int error = HV_OK;
    if (leaves < zone->earliest_step || leaves > zone->deadline_step)
        error = report_add_fault(adding->report, REPORT_FAULT_DEPARTURE, (int64_t)index, leaves, 0);
    if (error == HV_OK && (arrives > instance->horizon_steps ||
                           arrives < instance->shelters[route->shelter].opens_at_step))
        error =
            report_add_fault(adding->report, REPORT_FAULT_ARRIVAL, (int64_t)index,
                             arrives < EVACUATION_NEVER ? (int32_t)arrives : EVACUATION_NEVER, 0);
    return error;
}

static void count_zone(struct report_zone *zone, int32_t leaves, int64_t arrives, int64_t people) {
    zone->served += people;
    zone->travel_steps += people * (arrives - leaves);
    if (zone->first_departure == EVACUATION_NEVER || leaves < zone->first_departure)
        zone->first_departure = leaves;
    if (zone->last_departure == EVACUATION_NEVER || leaves > zone->last_departure)
        zone->last_departure = leaves;
    if (zone->last_arrival == EVACUATION_NEVER || arrives > zone->last_arrival)
        zone->last_arrival = (int32_t)arrives;
}

/* Who arrives: at the shelter and, by class, anywhere. */
static int add_arrival(struct report_adding *adding, const struct evacuation_route *route,
                       int64_t arrives, int64_t people) {
    const struct travellers *travellers = adding->subject->travellers;
    const struct traveller_class *class = report_class_of(adding, route->zone);
    const int64_t taken = report_parties_of(class, people) * class->party_people;
    const int32_t step = (int32_t)arrives;
    int error = add_passing(&adding->at_shelters,
                            (struct report_passing){route->shelter, step, people, taken});
    if (travellers == NULL || error != HV_OK)
        return error;
    const int32_t index = travellers->zone_class[route->zone];
    adding->class_taken[(size_t)index * adding->instance->shelter_count + (size_t)route->shelter] +=
        taken;
    adding->report->classes[index].served += people;
    adding->report->classes[index].arrival_steps += people * arrives;
    return add_passing(&adding->of_classes, (struct report_passing){index, step, people, taken});
}

static int add_departure(struct report_adding *adding, size_t index,
                         const struct evacuation_departure *departure) {
    const struct evacuation_instance *instance = adding->instance;
    const struct evacuation_route *route = &adding->plan->routes[index];
    const struct traveller_class *class = report_class_of(adding, route->zone);
    const int64_t use = report_parties_of(class, departure->people) * class->road_use_permille;
    int64_t now = departure->step;
    int error = HV_OK;
    for (size_t i = 0; error == HV_OK && i < route->link_count; i++) {
        int32_t link = adding->plan->links[route->link_first + i];
        if (now <= instance->horizon_steps)
            error = add_passing(&adding->on_links, (struct report_passing){link, (int32_t)now,
                                                                           departure->people, use});
        now += instance->links[link].travel_steps;
    }
    if (error == HV_OK)
        error = check_times(adding, index, departure->step, now);
    if (error != HV_OK)
        return error;
    if (now > EVACUATION_STEPS_MAX)
        now = EVACUATION_STEPS_MAX; /* a fault was added */
    count_zone(&adding->report->zones[route->zone], departure->step, now, departure->people);
    adding->total += departure->people * now;
    return add_arrival(adding, route, now, departure->people);
}

int report_ride(struct report_adding *adding, size_t index) {
    const struct evacuation_route *route = &adding->plan->routes[index];
    if (!route_is_named_right(adding, route))
        return HV_ERR_VALUE;
    if (!route_joins(adding, route))
        return report_add_fault(adding->report, REPORT_FAULT_ROUTE_BROKEN, (int64_t)index, 0, 0);
    if (!class_may(adding, route)) {
        int error = report_add_fault(adding->report, REPORT_FAULT_CLASS, (int64_t)index, 0, 0);
        if (error != HV_OK)
            return error;
    }
    for (size_t d = 0; d < route->departure_count; d++) {
        const struct evacuation_departure *departure =
            &adding->plan->departures[route->departure_first + d];
        if (departure->people < 0 || departure->people > EVACUATION_PEOPLE_MAX ||
            departure->step < 0 || departure->step > EVACUATION_STEPS_MAX)
            return HV_ERR_VALUE;
        int error = add_departure(adding, index, departure);
        if (error != HV_OK)
            return error;
    }
    return HV_OK;
}
