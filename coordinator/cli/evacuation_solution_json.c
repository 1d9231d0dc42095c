#include "coordinator/cli/evacuation_solution_json.h"

#include "coordinator/cli/json_document.h"

#include <stdlib.h>
#include <string.h>

#define SOLUTION "haven.evacuation.solution/1"
#define CERTIFICATE "haven.evacuation.certificate/1"

#define PRICE_MAX (INT64_C(1) << 52)

enum { PLACE_BYTES = 96 };

struct reading {
    struct json_document document;
    const struct evacuation_names *names;
    struct json_ids nodes, links, zones, shelters;
};

struct evacuation_names evacuation_names_of(const struct evacuation_document *document) {
    return (struct evacuation_names){.instance = document->name,
                                     .node_ids = document->node_ids,
                                     .link_ids = document->link_ids,
                                     .zone_ids = document->zone_ids,
                                     .shelter_ids = document->shelter_ids,
                                     .node_count = document->instance.node_count,
                                     .link_count = document->instance.link_count,
                                     .zone_count = document->instance.zone_count,
                                     .shelter_count = document->instance.shelter_count};
}

static int sort_names(struct reading *reading) {
    const struct evacuation_names *names = reading->names;
    int error = json_ids_init(&reading->nodes, names->node_ids, names->node_count);
    if (error == HV_OK)
        error = json_ids_init(&reading->links, names->link_ids, names->link_count);
    if (error == HV_OK)
        error = json_ids_init(&reading->zones, names->zone_ids, names->zone_count);
    if (error == HV_OK)
        error = json_ids_init(&reading->shelters, names->shelter_ids, names->shelter_count);
    return error;
}

static void forget_names(struct reading *reading) {
    json_ids_deinit(&reading->nodes);
    json_ids_deinit(&reading->links);
    json_ids_deinit(&reading->zones);
    json_ids_deinit(&reading->shelters);
}

static bool is_of_instance(const struct reading *reading, const json_t *root) {
    const char *of = json_string_value(json_object_get(root, "instance"));
    if (of != NULL && strcmp(of, reading->names->instance) == 0)
        return true;
    json_document_fault(&reading->document, "instance", reading->names->instance, "%s",
                        of == NULL ? "missing or not a text" : of);
    return false;
}

/* ---- solutions ---- */

static size_t count_in(const json_t *flows, const char *field) {
    size_t count = 0;
    for (size_t i = 0; i < json_array_size(flows); i++)
        count += json_array_size(json_object_get(json_array_get(flows, i), field));
    return count;
}

static bool take_room(struct evacuation_plan *plan, const struct reading *reading,
                      const json_t *flows) {
    plan->routes = calloc(json_array_size(flows) + 1, sizeof *plan->routes);
    plan->links = calloc(count_in(flows, "links") + 1, sizeof *plan->links);
    plan->departures = calloc(count_in(flows, "departures") + 1, sizeof *plan->departures);
    plan->unserved_by_zone = calloc(reading->names->zone_count + 1, sizeof *plan->unserved_by_zone);
    return plan->routes != NULL && plan->links != NULL && plan->departures != NULL &&
           plan->unserved_by_zone != NULL;
}

static void read_links(struct reading *reading, const json_t *flow, const char *place,
                       struct evacuation_plan *plan) {
    const json_t *links = json_document_array(&reading->document, flow, place, "links", true);
    for (size_t i = 0; i < json_array_size(links); i++) {
        const char *id = json_string_value(json_array_get(links, i));
        int32_t link = id == NULL ? -1 : json_ids_find(&reading->links, id);
        char field[PLACE_BYTES];
        snprintf(field, sizeof field, "%s.links[%zu]", place, i);
        if (id == NULL)
            json_document_fault(&reading->document, field, "the id of a link", "not a text");
        else if (link < 0)
            json_document_fault(&reading->document, field, "the id of a link",
                                "“%.100s” is not there", id);
        plan->links[plan->link_count++] = link;
    }
}

static void read_departures(struct reading *reading, const json_t *flow, const char *place,
                            struct evacuation_plan *plan) {
    const json_t *pairs = json_document_array(&reading->document, flow, place, "departures", true);
    for (size_t i = 0; i < json_array_size(pairs); i++) {
        const json_t *pair = json_array_get(pairs, i);
        const json_t *step = json_array_get(pair, 0), *people = json_array_get(pair, 1);
        bool sound =
            json_array_size(pair) == 2 && json_is_integer(step) && json_is_integer(people) &&
            json_integer_value(step) >= 0 && json_integer_value(step) <= EVACUATION_STEPS_MAX &&
            json_integer_value(people) >= 0 && json_integer_value(people) <= EVACUATION_PEOPLE_MAX;
        char field[PLACE_BYTES];
        snprintf(field, sizeof field, "%s.departures[%zu]", place, i);
        if (!sound)
            json_document_fault(&reading->document, field,
                                "[step, people], whole numbers that are not negative",
                                "is no such pair");
        plan->departures[plan->departure_count++] =
            sound ? (struct evacuation_departure){(int32_t)json_integer_value(step),
                                                  json_integer_value(people)}
                  : (struct evacuation_departure){0, 0};
    }
}

static void read_flow(struct reading *reading, const json_t *flow, size_t index,
                      struct evacuation_plan *plan) {
    char place[PLACE_BYTES / 2];
    snprintf(place, sizeof place, "flows[%zu]", index);
    struct evacuation_route *route = &plan->routes[plan->route_count++];
    *route = (struct evacuation_route){
        .zone = json_document_name(&reading->document, flow, place, "zone", &reading->zones,
                                   "the id of a zone"),
        .shelter = json_document_name(&reading->document, flow, place, "shelter",
                                      &reading->shelters, "the id of a shelter"),
        .link_first = plan->link_count,
        .departure_first = plan->departure_count};
    read_links(reading, flow, place, plan);
    read_departures(reading, flow, place, plan);
    route->link_count = plan->link_count - route->link_first;
    route->departure_count = plan->departure_count - route->departure_first;
}

static void read_value(const struct reading *reading, const json_t *object, const char *place,
                       struct evacuation_value *value) {
    value->unserved = json_document_integer(&reading->document, object, place, "unserved", true, 0,
                                            0, EVACUATION_PEOPLE_MAX);
    value->total_arrival_steps = json_document_integer(
        &reading->document, object, place, "total_arrival_steps", true, 0, 0, INT64_MAX);
}

static int read_reversals(struct reading *reading, const json_t *root,
                          struct evacuation_solution *solution) {
    const json_t *rows = json_document_array(&reading->document, root, "", "reversed", false);
    solution->reversals = calloc(json_array_size(rows) + 1, sizeof *solution->reversals);
    if (solution->reversals == NULL)
        return HV_ERR_MEMORY;
    for (size_t i = 0; i < json_array_size(rows); i++) {
        const json_t *row = json_array_get(rows, i);
        char place[PLACE_BYTES / 2];
        snprintf(place, sizeof place, "reversed[%zu]", i);
        solution->reversals[solution->reversal_count++] = (struct report_reversal){
            .link = json_document_name(&reading->document, row, place, "link", &reading->links,
                                       "the id of a link"),
            .opposite = -1,
            .from_step = (int32_t)json_document_integer(&reading->document, row, place, "from_step",
                                                        true, 0, 0, EVACUATION_STEPS_MAX)};
    }
    return HV_OK;
}

void evacuation_solution_deinit(struct evacuation_solution *solution) {
    evacuation_plan_deinit(&solution->plan);
    free(solution->reversals);
    *solution = (struct evacuation_solution){0};
}

static int read_plan(struct reading *reading, const json_t *root,
                     struct evacuation_solution *solution) {
    struct evacuation_plan *plan = &solution->plan;
    const struct json_document *document = &reading->document;
    const size_t errors = document->faults->errors;
    if (!json_document_has_format(document, root, SOLUTION) || !is_of_instance(reading, root))
        return HV_ERR_FORMAT;
    const json_t *flows = json_document_array(document, root, "", "flows", true);
    if (!take_room(plan, reading, flows))
        return HV_ERR_MEMORY;
    read_value(reading, root, "", &plan->value);
    const json_t *bound = json_object_get(root, "lower_bound");
    if (bound != NULL)
        read_value(reading, bound, "lower_bound", &plan->bound);
    plan->last_arrival_step = (int32_t)json_document_integer(
        document, root, "", "last_arrival_step", false, 0, 0, EVACUATION_STEPS_MAX);
    if (read_reversals(reading, root, solution) != HV_OK)
        return HV_ERR_MEMORY;
    for (size_t i = 0; i < json_array_size(flows); i++)
        read_flow(reading, json_array_get(flows, i), i, plan);
    plan->optimal = evacuation_value_compare(plan->value, plan->bound) == 0;
    return document->faults->errors > errors ? HV_ERR_VALUE : HV_OK;
}

static int read_solution(struct reading *reading, json_t *root, int error,
                         struct evacuation_solution *ret_solution) {
    struct evacuation_solution solution = {0};
    if (root == NULL)
        return error;
    error = sort_names(reading);
    if (error == HV_OK)
        error = read_plan(reading, root, &solution);
    json_decref(root);
    forget_names(reading);
    if (error != HV_OK)
        evacuation_solution_deinit(&solution);
    else
        *ret_solution = solution;
    return error;
}

int evacuation_solution_read(const char *path, const struct evacuation_names *names,
                             struct hv_fault_list *faults,
                             struct evacuation_solution *ret_solution) {
    struct reading reading = {.document = {path, faults}, .names = names};
    int error = HV_OK;
    json_t *root = json_document_load(&reading.document, &error);
    return read_solution(&reading, root, error, ret_solution);
}

int evacuation_solution_parse(const char *path, const char *text, size_t bytes,
                              const struct evacuation_names *names, struct hv_fault_list *faults,
                              struct evacuation_solution *ret_solution) {
    struct reading reading = {.document = {path, faults}, .names = names};
    int error = HV_OK;
    json_t *root = json_document_parse(&reading.document, text, bytes, &error);
    return read_solution(&reading, root, error, ret_solution);
}

/* ---- certificates ---- */

static bool read_run(const json_t *pair, int64_t before, int32_t *ret_step, int64_t *ret_value) {
    const json_t *step = json_array_get(pair, 0), *value = json_array_get(pair, 1);
    if (json_array_size(pair) != 2 || !json_is_integer(step) || !json_is_integer(value) ||
        json_integer_value(step) <= before || json_integer_value(step) > EVACUATION_STEPS_MAX)
        return false;
    *ret_step = (int32_t)json_integer_value(step);
    *ret_value = json_integer_value(value);
    /* Far above what all people unserved at the last step of the longest horizon cost. */
    return *ret_value >= -PRICE_MAX && *ret_value <= PRICE_MAX;
}

static void read_runs(struct reading *reading, const char *node, const json_t *runs,
                      struct evacuation_prices *prices, size_t first) {
    int64_t before = -1;
    for (size_t i = 0; i < json_array_size(runs); i++) {
        if (!read_run(json_array_get(runs, i), before, &prices->steps[first + i],
                      &prices->values[first + i])) {
            char field[PLACE_BYTES];
            snprintf(field, sizeof field, "node_price.%s[%zu]", node, i);
            json_document_fault(&reading->document, field,
                                "[step, price] with rising steps, whole numbers",
                                "is no such pair");
            return;
        }
        before = prices->steps[first + i];
    }
}

static int read_prices(struct reading *reading, const json_t *root,
                       struct evacuation_prices *prices) {
    const struct json_document *document = &reading->document;
    const size_t errors = document->faults->errors;
    if (!json_document_has_format(document, root, CERTIFICATE) || !is_of_instance(reading, root))
        return HV_ERR_FORMAT;
    const json_t *by_node = json_object_get(root, "node_price");
    prices->unserved_cost =
        json_document_integer(document, root, "", "unserved_cost", true, 1, 1, PRICE_MAX);
    if (!json_is_object(by_node))
        json_document_fault(document, "node_price", "an object", "missing or not an object");
    size_t count = 0;
    const char *key;
    json_t *runs;
    json_object_foreach((json_t *)by_node, key, runs) {
        count += json_array_size(runs);
        if (json_ids_find(&reading->nodes, key) < 0)
            json_document_fault(document, "node_price", "ids of nodes", "“%.100s” is not there",
                                key);
    }
    prices->node_count = reading->names->node_count;
    prices->first = calloc(prices->node_count + 1, sizeof *prices->first);
    prices->steps = calloc(count + 1, sizeof *prices->steps);
    prices->values = calloc(count + 1, sizeof *prices->values);
    if (prices->first == NULL || prices->steps == NULL || prices->values == NULL)
        return HV_ERR_MEMORY;
    for (size_t v = 0; v < prices->node_count; v++) {
        const json_t *of_node = json_object_get(by_node, reading->names->node_ids[v]);
        read_runs(reading, reading->names->node_ids[v], of_node, prices, prices->first[v]);
        prices->first[v + 1] = prices->first[v] + json_array_size(of_node);
    }
    return document->faults->errors > errors ? HV_ERR_VALUE : HV_OK;
}

static int read_certificate(struct reading *reading, json_t *root, int error,
                            struct evacuation_prices *ret_prices) {
    struct evacuation_prices prices = {0};
    if (root == NULL)
        return error;
    error = sort_names(reading);
    if (error == HV_OK)
        error = read_prices(reading, root, &prices);
    json_decref(root);
    forget_names(reading);
    if (error != HV_OK) {
        evacuation_prices_deinit(&prices);
        return error;
    }
    *ret_prices = prices;
    return HV_OK;
}

int evacuation_certificate_read(const char *path, const struct evacuation_names *names,
                                struct hv_fault_list *faults,
                                struct evacuation_prices *ret_prices) {
    struct reading reading = {.document = {path, faults}, .names = names};
    int error = HV_OK;
    json_t *root = json_document_load(&reading.document, &error);
    return read_certificate(&reading, root, error, ret_prices);
}

int evacuation_certificate_parse(const char *path, const char *text, size_t bytes,
                                 const struct evacuation_names *names, struct hv_fault_list *faults,
                                 struct evacuation_prices *ret_prices) {
    struct reading reading = {.document = {path, faults}, .names = names};
    int error = HV_OK;
    json_t *root = json_document_parse(&reading.document, text, bytes, &error);
    return read_certificate(&reading, root, error, ret_prices);
}
