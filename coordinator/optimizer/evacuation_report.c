#include "coordinator/optimizer/evacuation_report.h"

#include "coordinator/optimizer/evacuation_report_prices.h"

#include <stdlib.h>

/* One line of the ledger that loads are made of. `owner` is a link or a shelter. */
struct passing {
    int32_t owner, step;
    int64_t people;
};

struct adding {
    const struct evacuation_instance *instance;
    const struct evacuation_plan *plan;
    struct evacuation_report *report;
    struct passing *on_links, *at_shelters;
    size_t link_passings, shelter_passings, link_room, shelter_room;
    int64_t total;
    bool check_roads;
};

/* ---- faults ---- */

static int add_fault(struct evacuation_report *report, enum report_fault_code code, int64_t index,
                     int32_t step, int64_t amount) {
    size_t count = report->fault_count;
    report->faults_in_all++;
    if (count == REPORT_FAULTS_MAX)
        return HV_OK;
    if (count % 16 == 0) {
        struct report_fault *faults =
            realloc(report->faults, (count + 16) * sizeof *report->faults);
        if (faults == NULL)
            return HV_ERR_MEMORY;
        report->faults = faults;
    }
    report->faults[report->fault_count++] = (struct report_fault){code, index, step, amount};
    return HV_OK;
}

/* ---- routes ---- */

static int add_passing(struct passing **list, size_t *count, size_t *room, int32_t owner,
                       int64_t step, int64_t people) {
    if (*count == *room) {
        size_t more = *room * 2 + 1024;
        struct passing *grown = realloc(*list, more * sizeof *grown);
        if (grown == NULL)
            return HV_ERR_MEMORY;
        *list = grown;
        *room = more;
    }
    (*list)[(*count)++] = (struct passing){owner, (int32_t)step, people};
    return HV_OK;
}

static bool route_is_named_right(const struct adding *adding,
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

static bool route_joins(const struct adding *adding, const struct evacuation_route *route) {
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

static int check_times(struct adding *adding, size_t index, int32_t leaves, int64_t arrives) {
    const struct evacuation_instance *instance = adding->instance;
    const struct evacuation_route *route = &adding->plan->routes[index];
    const struct evacuation_zone *zone = &instance->zones[route->zone];
    int error = HV_OK;
    if (leaves < zone->earliest_step || leaves > zone->deadline_step)
        error = add_fault(adding->report, REPORT_FAULT_DEPARTURE, (int64_t)index, leaves, 0);
    if (error == HV_OK && (arrives > instance->horizon_steps ||
                           arrives < instance->shelters[route->shelter].opens_at_step))
        error = add_fault(adding->report, REPORT_FAULT_ARRIVAL, (int64_t)index,
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

static int add_departure(struct adding *adding, size_t index,
                         const struct evacuation_departure *departure) {
    const struct evacuation_instance *instance = adding->instance;
    const struct evacuation_route *route = &adding->plan->routes[index];
    int64_t now = departure->step;
    int error = HV_OK;
    for (size_t i = 0; error == HV_OK && i < route->link_count; i++) {
        int32_t link = adding->plan->links[route->link_first + i];
        if (now <= instance->horizon_steps)
            error = add_passing(&adding->on_links, &adding->link_passings, &adding->link_room, link,
                                now, departure->people);
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
    return add_passing(&adding->at_shelters, &adding->shelter_passings, &adding->shelter_room,
                       route->shelter, now, departure->people);
}

static int add_route(struct adding *adding, size_t index) {
    const struct evacuation_route *route = &adding->plan->routes[index];
    if (!route_is_named_right(adding, route))
        return HV_ERR_VALUE;
    if (!route_joins(adding, route))
        return add_fault(adding->report, REPORT_FAULT_ROUTE_BROKEN, (int64_t)index, 0, 0);
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

/* ---- loads ---- */

static int compare_passings(const void *first, const void *second) {
    const struct passing *a = first, *b = second;
    if (a->owner != b->owner)
        return a->owner < b->owner ? -1 : 1;
    return (a->step > b->step) - (a->step < b->step);
}

/* Sorts and joins passings of one owner and step. */
static size_t join(struct passing *passings, size_t count) {
    size_t kept = 0;
    if (count > 0)
        qsort(passings, count, sizeof *passings, compare_passings);
    for (size_t i = 0; i < count; i++) {
        if (kept > 0 && compare_passings(&passings[kept - 1], &passings[i]) == 0)
            passings[kept - 1].people += passings[i].people;
        else
            passings[kept++] = passings[i];
    }
    return kept;
}

static int load_link(struct adding *adding, const struct passing *passing) {
    struct evacuation_report *report = adding->report;
    struct report_link *link = &report->links[passing->owner];
    int64_t room = evacuation_link_room(&adding->instance->links[passing->owner], passing->step);
    if (link->load_count++ == 0)
        link->load_first = report->load_count;
    report->loads[report->load_count++] = (struct report_load){passing->step, passing->people};
    link->entered += passing->people;
    if (passing->people > link->peak) {
        link->peak = passing->people;
        link->peak_step = passing->step;
    }
    link->steps_used++;
    link->steps_full += passing->people >= room;
    if (passing->people > room && adding->check_roads)
        return add_fault(report, REPORT_FAULT_LINK_OVERLOADED, passing->owner, passing->step,
                         passing->people - room);
    return HV_OK;
}

static void load_shelter(struct adding *adding, const struct passing *passing) {
    struct evacuation_report *report = adding->report;
    struct report_shelter *shelter = &report->shelters[passing->owner];
    if (shelter->load_count++ == 0)
        shelter->load_first = report->load_count;
    report->loads[report->load_count++] = (struct report_load){passing->step, passing->people};
    shelter->arrived += passing->people;
    if (shelter->full_at_step == EVACUATION_NEVER &&
        shelter->arrived >= adding->instance->shelters[passing->owner].capacity)
        shelter->full_at_step = passing->step;
}

static int make_loads(struct adding *adding) {
    struct evacuation_report *report = adding->report;
    size_t on_links = join(adding->on_links, adding->link_passings);
    size_t at_shelters = join(adding->at_shelters, adding->shelter_passings);
    report->loads = calloc(on_links + at_shelters + 1, sizeof *report->loads);
    if (report->loads == NULL)
        return HV_ERR_MEMORY;
    int error = HV_OK;
    for (size_t i = 0; error == HV_OK && i < on_links; i++)
        error = load_link(adding, &adding->on_links[i]);
    for (size_t i = 0; i < at_shelters; i++)
        load_shelter(adding, &adding->at_shelters[i]);
    adding->shelter_passings = at_shelters;
    return error;
}

/* Arrivals at all shelters: the passings again, by step alone. */
static int make_arrivals(struct adding *adding) {
    struct evacuation_report *report = adding->report;
    for (size_t i = 0; i < adding->shelter_passings; i++)
        adding->at_shelters[i].owner = 0;
    report->arrival_count = join(adding->at_shelters, adding->shelter_passings);
    report->arrivals = calloc(report->arrival_count + 1, sizeof *report->arrivals);
    if (report->arrivals == NULL)
        return HV_ERR_MEMORY;
    for (size_t i = 0; i < report->arrival_count; i++)
        report->arrivals[i] =
            (struct report_load){adding->at_shelters[i].step, adding->at_shelters[i].people};
    return HV_OK;
}

/* ---- figures ---- */

/* First step by which that many have arrived. */
static int32_t step_of(const struct evacuation_report *report, int64_t people) {
    int64_t arrived = 0;
    if (people == 0)
        return 0;
    for (size_t i = 0; i < report->arrival_count; i++) {
        arrived += report->arrivals[i].people;
        if (arrived >= people)
            return report->arrivals[i].step;
    }
    return EVACUATION_NEVER;
}

/* Nine tenths, rounded up: 90 % have arrived only when they have. */
static int64_t nine_tenths(int64_t people) {
    return (9 * people + 9) / 10;
}

static int check_sums(struct adding *adding) {
    const struct evacuation_instance *instance = adding->instance;
    struct evacuation_report *report = adding->report;
    int error = HV_OK;
    for (size_t z = 0; error == HV_OK && z < instance->zone_count; z++)
        if (report->zones[z].served > report->zones[z].people)
            error = add_fault(report, REPORT_FAULT_ZONE_EXCEEDED, (int64_t)z, 0,
                              report->zones[z].served - report->zones[z].people);
    for (size_t s = 0; error == HV_OK && s < instance->shelter_count; s++)
        if (report->shelters[s].arrived > instance->shelters[s].capacity)
            error = add_fault(report, REPORT_FAULT_SHELTER_OVERFULL, (int64_t)s, 0,
                              report->shelters[s].arrived - instance->shelters[s].capacity);
    if (error == HV_OK && evacuation_value_compare(report->value, adding->plan->value) != 0)
        error = add_fault(report, REPORT_FAULT_FIGURES, 0, 0, 0);
    return error;
}

static int make_figures(struct adding *adding) {
    struct evacuation_report *report = adding->report;
    int64_t served = 0;
    report->last_departure = report->last_arrival = EVACUATION_NEVER;
    for (size_t z = 0; z < adding->instance->zone_count; z++) {
        const struct report_zone *zone = &report->zones[z];
        served += zone->served;
        if (zone->last_departure != EVACUATION_NEVER &&
            (report->last_departure == EVACUATION_NEVER ||
             zone->last_departure > report->last_departure))
            report->last_departure = zone->last_departure;
        if (zone->last_arrival != EVACUATION_NEVER &&
            (report->last_arrival == EVACUATION_NEVER || zone->last_arrival > report->last_arrival))
            report->last_arrival = zone->last_arrival;
    }
    report->people = evacuation_instance_people(adding->instance);
    report->value = (struct evacuation_value){report->people - served, adding->total};
    report->step_at_90 = step_of(report, nine_tenths(report->people));
    report->step_at_100 = step_of(report, report->people);
    report->served_step_at_90 = step_of(report, nine_tenths(served));
    report->served_step_at_100 = step_of(report, served);
    return check_sums(adding);
}

/* ---- the whole ---- */

static int prepare(struct adding *adding) {
    const struct evacuation_instance *instance = adding->instance;
    struct evacuation_report *report = adding->report;
    report->zones = calloc(instance->zone_count + 1, sizeof *report->zones);
    report->shelters = calloc(instance->shelter_count + 1, sizeof *report->shelters);
    report->links = calloc(instance->link_count + 1, sizeof *report->links);
    if (report->zones == NULL || report->shelters == NULL || report->links == NULL)
        return HV_ERR_MEMORY;
    for (size_t z = 0; z < instance->zone_count; z++)
        report->zones[z] = (struct report_zone){.people = instance->zones[z].people,
                                                .first_departure = EVACUATION_NEVER,
                                                .last_departure = EVACUATION_NEVER,
                                                .last_arrival = EVACUATION_NEVER};
    for (size_t s = 0; s < instance->shelter_count; s++)
        report->shelters[s].full_at_step = EVACUATION_NEVER;
    for (size_t l = 0; l < instance->link_count; l++)
        report->links[l].peak_step = EVACUATION_NEVER;
    return HV_OK;
}

static int add_up(struct adding *adding) {
    int error = prepare(adding);
    for (size_t r = 0; error == HV_OK && r < adding->plan->route_count; r++)
        error = add_route(adding, r);
    if (error == HV_OK)
        error = make_loads(adding);
    if (error == HV_OK)
        error = make_arrivals(adding);
    if (error == HV_OK)
        error = make_figures(adding);
    return error;
}

int evacuation_report_make(const struct evacuation_instance *instance,
                           const struct evacuation_plan *plan,
                           const struct evacuation_prices *prices, const int32_t *lanes,
                           bool check_roads, struct evacuation_report *ret_report) {
    struct evacuation_report report = {0};
    struct adding adding = {
        .instance = instance, .plan = plan, .report = &report, .check_roads = check_roads};
    int error = add_up(&adding);
    free(adding.on_links);
    free(adding.at_shelters);
    if (error == HV_OK && prices != NULL)
        error = evacuation_report_rank(instance, prices, lanes, &report);
    if (error == HV_OK && prices != NULL)
        error = evacuation_report_explain(instance, prices, &report);
    if (error != HV_OK)
        evacuation_report_deinit(&report);
    else
        *ret_report = report;
    return error;
}

void evacuation_report_deinit(struct evacuation_report *report) {
    free(report->arrivals);
    free(report->zones);
    free(report->shelters);
    free(report->links);
    free(report->loads);
    free(report->bottlenecks);
    free(report->causes);
    free(report->faults);
    *report = (struct evacuation_report){0};
}
