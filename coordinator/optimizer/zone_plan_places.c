#include "coordinator/optimizer/zone_plan_places.h"

#include "coordinator/optimizer/array.h"
#include "coordinator/optimizer/zone_plan_result.h"

#include <stdlib.h>
#include <string.h>

/* ---- which zones are one place --------------------------------------------------------------- */

/* A zone of the problem and all that must be the same in another of its place. */
struct part {
    int32_t zone, place;
    const struct evacuation_zone *of;
    const struct zone_plan_rule *rule; /* or NULL */
};

static int compare(int64_t a, int64_t b) {
    return (a > b) - (a < b);
}

static int compare_rules(const struct zone_plan_rule *a, const struct zone_plan_rule *b) {
    if (a == NULL || b == NULL)
        return 0; /* all have one or none has */
    int order = compare(a->group, b->group);
    order = order != 0 ? order : compare(a->stage, b->stage);
    order = order != 0 ? order : compare(a->shelters != NULL, b->shelters != NULL);
    if (order != 0 || a->shelters == NULL)
        return order;
    order = compare((int64_t)a->shelter_count, (int64_t)b->shelter_count);
    for (size_t i = 0; order == 0 && i < a->shelter_count; i++)
        order = compare(a->shelters[i], b->shelters[i]);
    return order;
}

/* 0 for zones of one place. */
static int compare_places(const struct part *a, const struct part *b) {
    int order = compare(a->place, b->place);
    order = order != 0 ? order : compare(a->of->node, b->of->node);
    order = order != 0 ? order : compare(a->of->deadline_step, b->of->deadline_step);
    order = order != 0 ? order : compare_rules(a->rule, b->rule);
    return order != 0 || a->place >= 0 ? order : compare(a->zone, b->zone);
}

static int compare_parts(const void *first, const void *second) {
    const struct part *a = first, *b = second;
    int order = compare_places(a, b);
    order = order != 0 ? order : compare(a->of->earliest_step, b->of->earliest_step);
    return order != 0 ? order : compare(a->zone, b->zone);
}

/* All zones, those of one place beside each other in the order in which they get ready. From
 * malloc; NULL without memory. */
static struct part *sort_parts(const struct zone_plan_problem *problem) {
    const struct evacuation_instance *instance = problem->instance;
    struct part *parts = calloc(instance->zone_count + 1, sizeof *parts);
    for (size_t z = 0; parts != NULL && z < instance->zone_count; z++)
        parts[z] = (struct part){
            .zone = (int32_t)z,
            .place = problem->places == NULL ? -1 : problem->places[z],
            .of = &instance->zones[z],
            .rule = problem->rules == NULL ? NULL : &problem->rules[z],
        };
    if (parts != NULL)
        qsort(parts, instance->zone_count, sizeof *parts, compare_parts);
    return parts;
}

int zone_plan_places_torn(const struct zone_plan_problem *problem, int32_t *ret_zone) {
    struct part *parts = sort_parts(problem);
    int32_t torn = -1;
    if (parts == NULL)
        return HV_ERR_MEMORY;
    for (size_t i = 1; i < problem->instance->zone_count && torn < 0; i++) {
        const int32_t zone = parts[i - 1].zone;
        const int64_t party = zone_plan_party(zone_plan_group_of(problem, zone));
        if (compare_places(&parts[i - 1], &parts[i]) == 0 &&
            problem->instance->zones[zone].people % party != 0)
            torn = zone;
    }
    free(parts);
    *ret_zone = torn;
    return HV_OK;
}

/* ---- gathering ------------------------------------------------------------------------------- */

static int allocate(const struct zone_plan_problem *problem, struct zone_plan_places *made) {
    const size_t zones = problem->instance->zone_count;
    made->place_of = calloc(zones + 1, sizeof *made->place_of);
    made->parts = calloc(zones + 1, sizeof *made->parts);
    made->part_first = calloc(zones + 2, sizeof *made->part_first);
    made->zones = calloc(zones + 1, sizeof *made->zones);
    made->rules = calloc(zones + 1, sizeof *made->rules);
    made->readiness = calloc(zones + 1, sizeof *made->readiness);
    made->rows = calloc(zones + 1, sizeof *made->rows);
    made->in_force = calloc(problem->in_force_count + 1, sizeof *made->in_force);
    return made->place_of != NULL && made->parts != NULL && made->part_first != NULL &&
                   made->zones != NULL && made->rules != NULL && made->readiness != NULL &&
                   made->rows != NULL && made->in_force != NULL
               ? HV_OK
               : HV_ERR_MEMORY;
}

/* Adds a part to the last place: who is ready by its step. */
static void add_part(struct zone_plan_places *made, size_t place, const struct part *part) {
    struct evacuation_zone *zone = &made->zones[place];
    struct zone_plan_readiness *readiness = &made->readiness[place];
    struct zone_plan_ready *rows = made->rows + made->part_first[place];
    const int32_t step = part->of->earliest_step > 0 ? part->of->earliest_step : 0;
    zone->people += part->of->people;
    made->place_of[part->zone] = (int32_t)place;
    made->parts[made->part_first[place + 1]++] = part->zone;
    if (readiness->count == 0 || (rows[readiness->count - 1].step < step && part->of->people > 0))
        rows[readiness->count++].step = step;
    rows[readiness->count - 1].people = zone->people;
    readiness->rows = rows;
}

static void write_places(const struct zone_plan_problem *problem, const struct part *parts,
                         struct zone_plan_places *made) {
    size_t count = 0;
    for (size_t i = 0; i < problem->instance->zone_count; i++) {
        if (i == 0 || compare_places(&parts[i - 1], &parts[i]) != 0) {
            made->zones[count] = *parts[i].of;
            made->zones[count].people = 0;
            if (parts[i].rule != NULL)
                made->rules[count] = *parts[i].rule;
            made->part_first[count] = made->part_first[count + 1] = i;
            count++;
        }
        add_part(made, count - 1, &parts[i]);
    }
    for (size_t p = 0; p < count; p++)
        if (made->readiness[p].count == 1) /* everybody at once */
            made->readiness[p].count = 0;
    made->instance = *problem->instance;
    made->instance.zones = made->zones;
    made->instance.zone_count = count;
}

static void write_in_force(const struct zone_plan_problem *problem, struct zone_plan_places *made) {
    size_t count = 0;
    for (size_t i = 0; i < problem->in_force_count; i++) {
        const struct zone_plan_kept *kept = &problem->in_force[i];
        const int32_t place = made->place_of[kept->zone];
        size_t k = 0;
        while (k < count &&
               (made->in_force[k].zone != place || made->in_force[k].shelter != kept->shelter))
            k++;
        if (k == count)
            made->in_force[count++] = (struct zone_plan_kept){place, kept->shelter, 0};
        made->in_force[k].people += kept->people;
    }
    made->problem.in_force = made->in_force;
    made->problem.in_force_count = count;
}

int zone_plan_places_gather(const struct zone_plan_problem *problem,
                            struct zone_plan_places *ret_places) {
    struct zone_plan_places made = {.of = problem, .problem = *problem};
    int32_t torn = -1;
    struct part *parts = sort_parts(problem);
    int error = parts == NULL ? HV_ERR_MEMORY : allocate(problem, &made);
    if (error == HV_OK)
        error = zone_plan_places_torn(problem, &torn);
    if (error == HV_OK && torn >= 0)
        error = HV_ERR_VALUE;
    if (error == HV_OK) {
        write_places(problem, parts, &made);
        write_in_force(problem, &made);
        if (problem->rules != NULL)
            made.problem.rules = made.rules;
    }
    free(parts);
    if (error != HV_OK) {
        zone_plan_places_deinit(&made);
        return error;
    }
    *ret_places = made;
    ret_places->problem.instance = &ret_places->instance;
    ret_places->problem.readiness = made.readiness;
    ret_places->problem.places = NULL;
    return HV_OK;
}

void zone_plan_places_deinit(struct zone_plan_places *places) {
    free(places->place_of);
    free(places->parts);
    free(places->part_first);
    free(places->zones);
    free(places->rules);
    free(places->readiness);
    free(places->rows);
    free(places->in_force);
    *places = (struct zone_plan_places){0};
}

/* ---- dealing --------------------------------------------------------------------------------- */

/* People of one zone who leave by one stream of its place at one step. */
struct dealt {
    int32_t zone, step;
    size_t stream; /* of the place */
    int64_t people;
};

struct dealing {
    const struct zone_plan_places *places;
    const struct zone_plan *plan;
    struct dealt *leaving; /* departures of a place; scratch */
    size_t leaving_count;
    struct dealt *dealt;
    size_t count, capacity;
    int64_t *left; /* by zone */
};

static int add_dealt(struct dealing *dealing, struct dealt one) {
    int error = array_reserve((void **)&dealing->dealt, dealing->count + 1, &dealing->capacity,
                              sizeof *dealing->dealt);
    if (error != HV_OK)
        return error;
    dealing->dealt[dealing->count++] = one;
    return HV_OK;
}

static int compare_leaving(const void *first, const void *second) {
    const struct dealt *a = first, *b = second;
    int order = compare(a->step, b->step);
    return order != 0 ? order : compare((int64_t)a->stream, (int64_t)b->stream);
}

/* Lets some of a zone leave. */
static int deal(struct dealing *dealing, const struct dealt *leaving, int32_t zone,
                int64_t people) {
    if (people <= 0)
        return HV_OK;
    dealing->left[zone] -= people;
    return add_dealt(dealing, (struct dealt){zone, leaving->step, leaving->stream, people});
}

/* One departure of a place: a party that is not whole is of the zone that is ready last, all others
 * of the first that has any. */
static int deal_departure(struct dealing *dealing, int32_t place, int64_t party,
                          const struct dealt *leaving) {
    const size_t last = dealing->places->part_first[place + 1] - 1;
    const int32_t *parts = dealing->places->parts;
    const int64_t odd = leaving->people % party;
    int64_t people = leaving->people - odd;
    int error = HV_OK;
    for (size_t i = dealing->places->part_first[place]; i <= last && error == HV_OK; i++) {
        int64_t now = dealing->left[parts[i]];
        now = now < people ? now - now % party : people;
        error = deal(dealing, leaving, parts[i], now);
        people -= now > 0 ? now : 0;
    }
    return error == HV_OK ? deal(dealing, leaving, parts[last], odd) : error;
}

static int deal_place(struct dealing *dealing, int32_t place) {
    const struct zone_plan *plan = dealing->plan;
    const struct zone_plan_places *places = dealing->places;
    const int64_t party = zone_plan_party(zone_plan_group_of(&places->problem, place));
    int error = HV_OK;
    dealing->leaving_count = 0;
    for (size_t r = 0; r < plan->plan.route_count; r++) {
        const struct zone_plan_stream *stream = &plan->streams[r];
        for (size_t d = 0; stream->zone == place && d < stream->departure_count; d++) {
            const struct evacuation_departure *departure =
                &plan->plan.departures[stream->departure_first + d];
            dealing->leaving[dealing->leaving_count++] =
                (struct dealt){place, departure->step, r, departure->people};
        }
    }
    qsort(dealing->leaving, dealing->leaving_count, sizeof *dealing->leaving, compare_leaving);
    for (size_t i = 0; i < dealing->leaving_count && error == HV_OK; i++)
        error = deal_departure(dealing, place, party, &dealing->leaving[i]);
    return error;
}

/* ---- the plan of the zones ------------------------------------------------------------------- */

static int compare_dealt(const void *first, const void *second) {
    const struct dealt *a = first, *b = second;
    int order = compare(a->zone, b->zone);
    order = order != 0 ? order : compare((int64_t)a->stream, (int64_t)b->stream);
    return order != 0 ? order : compare(a->step, b->step);
}

/* What of the plan is replaced. */
struct replaced {
    struct evacuation_route *routes;
    struct evacuation_departure *departures;
    struct zone_plan_stream *streams;
    int64_t *unserved_by_zone;
    enum zone_plan_reason *reasons;
    int32_t *stages;
    size_t route_count, departure_count;
};

static int allocate_replaced(size_t zones, size_t departures, struct replaced *made) {
    made->routes = calloc(departures + 1, sizeof *made->routes);
    made->departures = calloc(departures + 1, sizeof *made->departures);
    made->streams = calloc(departures + 1, sizeof *made->streams);
    made->unserved_by_zone = calloc(zones + 1, sizeof *made->unserved_by_zone);
    made->reasons = calloc(zones + 1, sizeof *made->reasons);
    made->stages = calloc(zones + 1, sizeof *made->stages);
    return made->routes != NULL && made->departures != NULL && made->streams != NULL &&
                   made->unserved_by_zone != NULL && made->reasons != NULL && made->stages != NULL
               ? HV_OK
               : HV_ERR_MEMORY;
}

static void free_replaced(struct replaced *made) {
    free(made->routes);
    free(made->departures);
    free(made->streams);
    free(made->unserved_by_zone);
    free(made->reasons);
    free(made->stages);
}

/* The departures of one zone on one stream of its place. */
static void write_stream(const struct dealing *dealing, size_t first, size_t last,
                         struct replaced *made) {
    struct zone_plan_stream stream = dealing->plan->streams[dealing->dealt[first].stream];
    stream.zone = dealing->dealt[first].zone;
    stream.departure_first = made->departure_count;
    stream.people = 0;
    for (size_t i = first; i < last; i++) {
        const struct dealt *dealt = &dealing->dealt[i];
        if (i == first || dealt->step != dealt[-1].step)
            made->departures[made->departure_count++] =
                (struct evacuation_departure){dealt->step, 0};
        made->departures[made->departure_count - 1].people += dealt->people;
        stream.people += dealt->people;
    }
    stream.departure_count = made->departure_count - stream.departure_first;
    zone_plan_stream_measure(&stream, made->departures + stream.departure_first);
    made->streams[made->route_count++] = stream;
}

/* By zone, then first step. */
static int compare_streams(const void *first, const void *second) {
    const struct zone_plan_stream *a = first, *b = second;
    int order = compare(a->zone, b->zone);
    order = order != 0 ? order : compare(a->first_step, b->first_step);
    return order != 0 ? order : compare((int64_t)a->departure_first, (int64_t)b->departure_first);
}

static void write_streams(struct dealing *dealing, struct replaced *made) {
    if (dealing->count > 0)
        qsort(dealing->dealt, dealing->count, sizeof *dealing->dealt, compare_dealt);
    size_t first = 0;
    for (size_t i = 1; i <= dealing->count; i++)
        if (i == dealing->count || dealing->dealt[i].zone != dealing->dealt[first].zone ||
            dealing->dealt[i].stream != dealing->dealt[first].stream) {
            write_stream(dealing, first, i, made);
            first = i;
        }
    qsort(made->streams, made->route_count, sizeof *made->streams, compare_streams);
    for (size_t r = 0; r < made->route_count; r++) {
        const struct zone_plan_stream *stream = &made->streams[r];
        made->routes[r] = (struct evacuation_route){
            stream->zone,       stream->shelter,         stream->link_first,
            stream->link_count, stream->departure_first, stream->departure_count,
        };
    }
}

static void write_zones(const struct dealing *dealing, struct replaced *made) {
    const struct zone_plan_places *places = dealing->places;
    for (size_t z = 0; z < places->of->instance->zone_count; z++) {
        const int32_t place = places->place_of[z];
        made->unserved_by_zone[z] = dealing->left[z];
        made->reasons[z] = dealing->left[z] > 0 ? dealing->plan->reasons[place] : ZONE_PLAN_SERVED;
        made->stages[z] = dealing->plan->stages[place];
    }
}

/* A place is known by its first zone. */
static void name_orders(const struct zone_plan_places *places, struct zone_plan *plan) {
    for (size_t i = 0; i < plan->order_count; i++) {
        struct zone_plan_stream *order = &plan->orders[i];
        order->zone = places->parts[places->part_first[order->zone]];
        order->departure_first = i; /* keeps those of one zone and step in their order */
        order->departure_count = 0;
    }
    qsort(plan->orders, plan->order_count, sizeof *plan->orders, compare_streams);
    for (size_t i = 0; i < plan->order_count; i++)
        plan->orders[i].departure_first = 0;
}

static void replace(struct zone_plan *plan, struct replaced *made) {
    struct replaced old = {
        .routes = plan->plan.routes,
        .departures = plan->plan.departures,
        .streams = plan->streams,
        .unserved_by_zone = plan->plan.unserved_by_zone,
        .reasons = plan->reasons,
        .stages = plan->stages,
    };
    plan->plan.routes = made->routes;
    plan->plan.route_count = made->route_count;
    plan->plan.departures = made->departures;
    plan->plan.departure_count = made->departure_count;
    plan->plan.unserved_by_zone = made->unserved_by_zone;
    plan->streams = made->streams;
    plan->reasons = made->reasons;
    plan->stages = made->stages;
    *made = old;
}

int zone_plan_places_deal(const struct zone_plan_places *places, struct zone_plan *plan) {
    const struct evacuation_instance *instance = places->of->instance;
    struct dealing dealing = {
        .places = places,
        .plan = plan,
        .leaving = calloc(plan->plan.departure_count + 1, sizeof *dealing.leaving),
        .left = calloc(instance->zone_count + 1, sizeof *dealing.left),
    };
    struct replaced made = {0};
    int error = dealing.leaving == NULL || dealing.left == NULL ? HV_ERR_MEMORY : HV_OK;
    for (size_t z = 0; error == HV_OK && z < instance->zone_count; z++)
        dealing.left[z] = instance->zones[z].people;
    for (size_t p = 0; error == HV_OK && p < places->instance.zone_count; p++)
        error = deal_place(&dealing, (int32_t)p);
    if (error == HV_OK)
        error = allocate_replaced(instance->zone_count, dealing.count, &made);
    if (error == HV_OK) {
        write_streams(&dealing, &made);
        write_zones(&dealing, &made);
        name_orders(places, plan);
        replace(plan, &made);
    }
    free_replaced(&made);
    free(dealing.leaving);
    free(dealing.left);
    free(dealing.dealt);
    return error;
}
