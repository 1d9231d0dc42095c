#include "coordinator/optimizer/evacuation_report.h"

#include "coordinator/optimizer/array.h"

#include <stdlib.h>

#define UNIT 1000 /* parts of what a link's capacity counts */

/* One line of the ledger that loads are made of. `owner` is a link, a shelter or a class. */
struct passing {
    int32_t owner, step;
    int64_t people;
    int64_t taken; /* of a link, in parts of its capacity; of a shelter, places */
};

struct ledger {
    struct passing *lines;
    size_t count, room;
};

struct adding {
    const struct evacuation_instance *instance;
    const struct evacuation_plan *plan;
    struct evacuation_report *report;
    const struct report_subject *subject;
    struct ledger on_links, at_shelters, of_classes;
    int64_t *class_taken; /* class × shelter: places */
    int64_t total;
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

static int add_passing(struct ledger *ledger, struct passing line) {
    int error = array_reserve((void **)&ledger->lines, ledger->count + 1, &ledger->room,
                              sizeof *ledger->lines);
    if (error != HV_OK)
        return error;
    ledger->lines[ledger->count++] = line;
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

/* The class of a zone; one person each where all are alike. */
static const struct traveller_class *class_of(const struct adding *adding, int32_t zone) {
    static const struct traveller_class alike = {
        .party_people = 1, .road_use_permille = UNIT, .travel_limit_steps = EVACUATION_NEVER};
    const struct travellers *travellers = adding->subject->travellers;
    return travellers == NULL ? &alike : &travellers->classes[travellers->zone_class[zone]];
}

static int64_t parties_of(const struct traveller_class *class, int64_t people) {
    return (people + class->party_people - 1) / class->party_people;
}

static bool is_footway(const struct adding *adding, int32_t link) {
    return (size_t)link >=
           adding->instance->link_count - adding->subject->travellers->footway_count;
}

/* Whether the class of a route may travel so. */
static bool class_may(const struct adding *adding, const struct evacuation_route *route) {
    const struct travellers *travellers = adding->subject->travellers;
    if (travellers == NULL)
        return true;
    const struct traveller_class *class = class_of(adding, route->zone);
    int64_t travel = 0;
    for (size_t i = 0; i < route->link_count; i++) {
        const int32_t link = adding->plan->links[route->link_first + i];
        if (is_footway(adding, link) != class->on_foot)
            return false;
        travel += adding->instance->links[link].travel_steps;
    }
    return travel <= class->travel_limit_steps &&
           (travellers->takes[route->shelter] & (1u << travellers->zone_class[route->zone])) != 0;
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

/* Who arrives: at the shelter and, by class, anywhere. */
static int add_arrival(struct adding *adding, const struct evacuation_route *route, int64_t arrives,
                       int64_t people) {
    const struct travellers *travellers = adding->subject->travellers;
    const struct traveller_class *class = class_of(adding, route->zone);
    const int64_t taken = parties_of(class, people) * class->party_people;
    const int32_t step = (int32_t)arrives;
    int error =
        add_passing(&adding->at_shelters, (struct passing){route->shelter, step, people, taken});
    if (travellers == NULL || error != HV_OK)
        return error;
    const int32_t index = travellers->zone_class[route->zone];
    adding->class_taken[(size_t)index * adding->instance->shelter_count + (size_t)route->shelter] +=
        taken;
    adding->report->classes[index].served += people;
    adding->report->classes[index].arrival_steps += people * arrives;
    return add_passing(&adding->of_classes, (struct passing){index, step, people, taken});
}

static int add_departure(struct adding *adding, size_t index,
                         const struct evacuation_departure *departure) {
    const struct evacuation_instance *instance = adding->instance;
    const struct evacuation_route *route = &adding->plan->routes[index];
    const struct traveller_class *class = class_of(adding, route->zone);
    const int64_t use = parties_of(class, departure->people) * class->road_use_permille;
    int64_t now = departure->step;
    int error = HV_OK;
    for (size_t i = 0; error == HV_OK && i < route->link_count; i++) {
        int32_t link = adding->plan->links[route->link_first + i];
        if (now <= instance->horizon_steps)
            error = add_passing(&adding->on_links,
                                (struct passing){link, (int32_t)now, departure->people, use});
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

static int add_route(struct adding *adding, size_t index) {
    const struct evacuation_route *route = &adding->plan->routes[index];
    if (!route_is_named_right(adding, route))
        return HV_ERR_VALUE;
    if (!route_joins(adding, route))
        return add_fault(adding->report, REPORT_FAULT_ROUTE_BROKEN, (int64_t)index, 0, 0);
    if (!class_may(adding, route)) {
        int error = add_fault(adding->report, REPORT_FAULT_CLASS, (int64_t)index, 0, 0);
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

/* ---- loads ---- */

static int compare_passings(const void *first, const void *second) {
    const struct passing *a = first, *b = second;
    if (a->owner != b->owner)
        return a->owner < b->owner ? -1 : 1;
    return (a->step > b->step) - (a->step < b->step);
}

/* Sorts and joins passings of one owner and step. */
static void join(struct ledger *ledger) {
    struct passing *passings = ledger->lines;
    const size_t count = ledger->count;
    size_t kept = 0;
    if (count > 0)
        qsort(passings, count, sizeof *passings, compare_passings);
    for (size_t i = 0; i < count; i++) {
        if (kept > 0 && compare_passings(&passings[kept - 1], &passings[i]) == 0) {
            passings[kept - 1].people += passings[i].people;
            passings[kept - 1].taken += passings[i].taken;
        } else
            passings[kept++] = passings[i];
    }
    ledger->count = kept;
}

/* How many may enter a link at a step, with the lanes that it takes over or has lost. */
static int64_t room_of(const struct adding *adding, int32_t index, int32_t step) {
    const struct evacuation_link *links = adding->instance->links;
    int64_t room = evacuation_link_room(&links[index], step);
    for (size_t i = 0; i < adding->subject->reversal_count; i++) {
        const struct report_reversal *reversal = &adding->subject->reversals[i];
        if (reversal->opposite == index &&
            (step >= reversal->from_step ||
             (int64_t)step + links[index].travel_steps > reversal->from_step))
            return 0;
        if (reversal->link != index || step < reversal->from_step)
            continue;
        struct evacuation_link lanes = links[reversal->opposite];
        lanes.travel_steps = links[index].travel_steps;
        room += evacuation_link_room(&lanes, step);
    }
    return room < EVACUATION_PEOPLE_MAX ? room : EVACUATION_PEOPLE_MAX;
}

/* The least that anybody takes of a link. */
static int64_t least_use(const struct adding *adding, int32_t link) {
    const struct travellers *travellers = adding->subject->travellers;
    int64_t least = INT64_MAX / 2;
    if (travellers == NULL)
        return UNIT;
    for (size_t c = 0; c < travellers->class_count; c++)
        if (travellers->classes[c].on_foot == is_footway(adding, link) &&
            travellers->classes[c].road_use_permille < least)
            least = travellers->classes[c].road_use_permille;
    return least;
}

static int load_link(struct adding *adding, const struct passing *passing) {
    struct evacuation_report *report = adding->report;
    struct report_link *link = &report->links[passing->owner];
    const int64_t room = UNIT * room_of(adding, passing->owner, passing->step);
    if (link->load_count++ == 0)
        link->load_first = report->load_count;
    report->loads[report->load_count++] = (struct report_load){passing->step, passing->people};
    link->entered += passing->people;
    if (passing->people > link->peak) {
        link->peak = passing->people;
        link->peak_step = passing->step;
    }
    link->steps_used++;
    link->steps_full += passing->taken + least_use(adding, passing->owner) > room;
    if (passing->taken > room)
        return add_fault(report, REPORT_FAULT_LINK_OVERLOADED, passing->owner, passing->step,
                         (passing->taken - room + UNIT - 1) / UNIT);
    return HV_OK;
}

static void load_shelter(struct adding *adding, const struct passing *passing) {
    struct evacuation_report *report = adding->report;
    struct report_shelter *shelter = &report->shelters[passing->owner];
    if (shelter->load_count++ == 0)
        shelter->load_first = report->load_count;
    report->loads[report->load_count++] = (struct report_load){passing->step, passing->people};
    shelter->arrived += passing->people;
    shelter->taken += passing->taken;
    if (shelter->full_at_step == EVACUATION_NEVER &&
        shelter->taken >= adding->instance->shelters[passing->owner].capacity)
        shelter->full_at_step = passing->step;
}

static int make_loads(struct adding *adding) {
    struct evacuation_report *report = adding->report;
    join(&adding->on_links);
    join(&adding->at_shelters);
    report->loads =
        calloc(adding->on_links.count + adding->at_shelters.count + 1, sizeof *report->loads);
    if (report->loads == NULL)
        return HV_ERR_MEMORY;
    int error = HV_OK;
    for (size_t i = 0; error == HV_OK && i < adding->on_links.count; i++)
        error = load_link(adding, &adding->on_links.lines[i]);
    for (size_t i = 0; i < adding->at_shelters.count; i++)
        load_shelter(adding, &adding->at_shelters.lines[i]);
    return error;
}

/* Arrivals at all shelters: the passings again, by step alone. */
static int make_arrivals(struct adding *adding) {
    struct evacuation_report *report = adding->report;
    for (size_t i = 0; i < adding->at_shelters.count; i++)
        adding->at_shelters.lines[i].owner = 0;
    join(&adding->at_shelters);
    report->arrival_count = adding->at_shelters.count;
    report->arrivals = calloc(report->arrival_count + 1, sizeof *report->arrivals);
    if (report->arrivals == NULL)
        return HV_ERR_MEMORY;
    for (size_t i = 0; i < report->arrival_count; i++)
        report->arrivals[i] = (struct report_load){adding->at_shelters.lines[i].step,
                                                   adding->at_shelters.lines[i].people};
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

/* By class: when nine tenths and all of it have arrived. */
static void make_classes(struct adding *adding) {
    struct report_class *classes = adding->report->classes;
    int32_t of = -1;
    int64_t arrived = 0;
    join(&adding->of_classes);
    for (size_t i = 0; i < adding->of_classes.count; i++) {
        const struct passing *line = &adding->of_classes.lines[i];
        struct report_class *class = &classes[line->owner];
        arrived = (line->owner == of ? arrived : 0) + line->people;
        of = line->owner;
        class->last_arrival = line->step;
        if (class->step_at_90 == EVACUATION_NEVER && arrived >= nine_tenths(class->people))
            class->step_at_90 = line->step;
        if (class->step_at_100 == EVACUATION_NEVER && arrived >= class->people)
            class->step_at_100 = line->step;
    }
}

/* Parties that are parted: all but the last of a zone, which leaves where all of it does. */
static int64_t count_torn(const struct adding *adding, size_t zone) {
    const struct evacuation_plan *plan = adding->plan;
    const int64_t party = class_of(adding, (int32_t)zone)->party_people;
    int64_t torn = 0;
    for (size_t r = 0; r < plan->route_count && party > 1; r++)
        for (size_t d = 0;
             plan->routes[r].zone == (int32_t)zone && d < plan->routes[r].departure_count; d++)
            torn += plan->departures[plan->routes[r].departure_first + d].people % party != 0;
    const struct report_zone *of = &adding->report->zones[zone];
    return torn - (torn > 0 && of->served >= of->people ? 1 : 0);
}

static int check_classes(struct adding *adding) {
    const struct travellers *travellers = adding->subject->travellers;
    const size_t shelters = adding->instance->shelter_count;
    int error = HV_OK;
    if (travellers == NULL)
        return HV_OK;
    for (size_t z = 0; error == HV_OK && z < adding->instance->zone_count; z++) {
        const int64_t torn = count_torn(adding, z);
        if (torn > 0)
            error = add_fault(adding->report, REPORT_FAULT_PARTY_TORN, (int64_t)z, 0, torn);
    }
    for (size_t i = 0; travellers->class_places != NULL && i < travellers->class_count * shelters;
         i++)
        if (error == HV_OK && adding->class_taken[i] > travellers->class_places[i])
            error = add_fault(adding->report, REPORT_FAULT_CLASS_OVERFULL, (int64_t)(i % shelters),
                              0, adding->class_taken[i] - travellers->class_places[i]);
    return error;
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
        if (report->shelters[s].taken > instance->shelters[s].capacity)
            error = add_fault(report, REPORT_FAULT_SHELTER_OVERFULL, (int64_t)s, 0,
                              report->shelters[s].taken - instance->shelters[s].capacity);
    if (error == HV_OK)
        error = check_classes(adding);
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
    make_classes(adding);
    return check_sums(adding);
}

/* ---- the whole ---- */

static int prepare_classes(struct adding *adding) {
    const struct travellers *travellers = adding->subject->travellers;
    struct evacuation_report *report = adding->report;
    if (travellers == NULL)
        return HV_OK;
    report->class_count = travellers->class_count;
    report->classes = calloc(travellers->class_count + 1, sizeof *report->classes);
    adding->class_taken = calloc(travellers->class_count * adding->instance->shelter_count + 1,
                                 sizeof *adding->class_taken);
    if (report->classes == NULL || adding->class_taken == NULL)
        return HV_ERR_MEMORY;
    for (size_t c = 0; c < travellers->class_count; c++)
        report->classes[c].step_at_90 = report->classes[c].step_at_100 =
            report->classes[c].last_arrival = EVACUATION_NEVER;
    for (size_t z = 0; z < adding->instance->zone_count; z++)
        report->classes[travellers->zone_class[z]].people += adding->instance->zones[z].people;
    for (size_t c = 0; c < travellers->class_count; c++)
        if (report->classes[c].people == 0)
            report->classes[c].step_at_90 = report->classes[c].step_at_100 = 0;
    return HV_OK;
}

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
    return prepare_classes(adding);
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

int evacuation_report_make(const struct report_subject *subject,
                           struct evacuation_report *ret_report) {
    struct evacuation_report report = {0};
    struct adding adding = {.instance = subject->instance,
                            .plan = subject->plan,
                            .subject = subject,
                            .report = &report};
    int error = add_up(&adding);
    free(adding.on_links.lines);
    free(adding.at_shelters.lines);
    free(adding.of_classes.lines);
    free(adding.class_taken);
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
    free(report->classes);
    free(report->loads);
    free(report->bottlenecks);
    free(report->causes);
    free(report->faults);
    *report = (struct evacuation_report){0};
}
