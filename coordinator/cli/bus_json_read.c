/* Reading haven.bus.instance/1. */
#include "coordinator/cli/bus_json.h"

#include "coordinator/cli/json_document.h"
#include "coordinator/region/json_fields.h"

#include <stdlib.h>
#include <string.h>

#define FORMAT "haven.bus.instance/1"
#define PLACE_BYTES 64
#define LINKS_MAX 2000000

/* What a document without classes has. */
static const char everybody[] = "people";

struct reading {
    struct json_document json;
    struct bus_document made;
    struct json_ids classes, nodes;
    char *next_text;
    const char **node_names; /* as links and stops name them, doubles and all */
    size_t node_name_count;
    int32_t *nodes_of[3]; /* of fleets, pick-up points, shelters */
    struct bus_link *links;
    size_t link_count, node_count;
};

void bus_document_deinit(struct bus_document *document) {
    free(document->name);
    free((void *)document->class_ids);
    free((void *)document->fleet_ids);
    free((void *)document->pickup_ids);
    free((void *)document->shelter_ids);
    free(document->classes);
    free(document->fleets);
    free(document->pickups);
    free(document->shelters);
    free(document->times);
    free(document->texts);
    *document = (struct bus_document){0};
}

static int32_t read_figure(struct reading *reading, const json_t *row, const char *place,
                           const char *field, bool required, int32_t otherwise, int32_t least,
                           int32_t most) {
    return (int32_t)json_document_integer(&reading->json, row, place, field, required, otherwise,
                                          least, most);
}

static int32_t read_seconds(struct reading *reading, const json_t *row, const char *place,
                            const char *field) {
    return read_figure(reading, row, place, field, false, 0, 0, BUS_SECONDS_MAX);
}

/* ---- ids ------------------------------------------------------------------------------------- */

static const char *keep_id(struct reading *reading, const json_t *row, const char *place) {
    const char *id = json_document_id(&reading->json, row, place, "id");
    if (id == NULL)
        return NULL;
    const char *kept = strcpy(reading->next_text, id);
    reading->next_text += strlen(id) + 1;
    return kept;
}

/* Reads the ids of an array into the document; doubles are faults. */
static int read_ids(struct reading *reading, const json_t *rows, const char *array,
                    const char **ids) {
    const size_t count = json_array_size(rows);
    char place[PLACE_BYTES];
    for (size_t i = 0; i < count; i++) {
        snprintf(place, sizeof place, "%s[%zu]", array, i);
        ids[i] = keep_id(reading, json_array_get(rows, i), place);
    }
    return json_document_doubles(&reading->json, array, ids, count);
}

static size_t bytes_of(const json_t *rows) {
    size_t bytes = 1;
    for (size_t i = 0; i < json_array_size(rows); i++)
        bytes += json_string_length(json_object_get(json_array_get(rows, i), "id")) + 1;
    return bytes;
}

/* ---- nodes ----------------------------------------------------------------------------------- */

/* Notes the name of a node; returns where, to be looked up when all are known. */
static int32_t note_node(struct reading *reading, const json_t *row, const char *place,
                         const char *field) {
    const char *name = json_document_id(&reading->json, row, place, field);
    reading->node_names[reading->node_name_count] = name == NULL ? "" : name;
    return (int32_t)reading->node_name_count++;
}

static int compare_texts(const void *first, const void *second) {
    return strcmp(*(const char *const *)first, *(const char *const *)second);
}

/* Turns noted names into nodes: the first of each name in order is its node. */
static int number_nodes(struct reading *reading) {
    const size_t names = reading->node_name_count;
    const char **sorted = calloc(names + 1, sizeof(const char *));
    if (sorted == NULL)
        return HV_ERR_MEMORY;
    memcpy((void *)sorted, (const void *)reading->node_names, names * sizeof(const char *));
    qsort((void *)sorted, names, sizeof(const char *), compare_texts);
    size_t count = 0;
    for (size_t i = 0; i < names; i++)
        if (i == 0 || strcmp(sorted[i], sorted[count - 1]) != 0)
            sorted[count++] = sorted[i];
    reading->node_count = count;
    int error = json_ids_init(&reading->nodes, sorted, count);
    free((void *)sorted);
    return error;
}

static void look_up(const struct reading *reading, int32_t *node) {
    *node = json_ids_find(&reading->nodes, reading->node_names[*node]);
}

static void look_up_all(struct reading *reading) {
    const struct bus_instance *instance = &reading->made.instance;
    const size_t counts[3] = {instance->fleet_count, instance->pickup_count,
                              instance->shelter_count};
    for (size_t l = 0; l < reading->link_count; l++) {
        look_up(reading, &reading->links[l].from);
        look_up(reading, &reading->links[l].to);
    }
    for (int k = 0; k < 3; k++)
        for (size_t i = 0; i < counts[k]; i++)
            look_up(reading, &reading->nodes_of[k][i]);
}

/* ---- rows ------------------------------------------------------------------------------------ */

static int read_classes(struct reading *reading, const json_t *rows) {
    struct bus_document *made = &reading->made;
    size_t count = json_array_size(rows);
    char place[PLACE_BYTES];
    if (count > BUS_CLASSES_MAX) {
        json_document_fault(&reading->json, "classes", "at most 16 classes", "%zu", count);
        return HV_ERR_VALUE;
    }
    int error = read_ids(reading, rows, "classes", made->class_ids);
    for (size_t c = 0; c < count; c++) {
        const json_t *row = json_array_get(rows, c);
        const json_t *wheelchair = json_object_get(row, "wheelchair");
        snprintf(place, sizeof place, "classes[%zu]", c);
        made->classes[c] = (struct bus_class){
            read_figure(reading, row, place, "party_people", false, 1, 1, BUS_SEATS_MAX),
            json_is_true(wheelchair)};
        if (wheelchair != NULL && !json_is_boolean(wheelchair))
            json_document_fault(&reading->json, place, "wheelchair: true or false", "neither");
    }
    if (count == 0) {
        made->class_ids[0] = everybody;
        made->classes[0] = (struct bus_class){1, false};
        count = 1;
    }
    made->instance.class_count = count;
    return error == HV_OK ? json_ids_init(&reading->classes, made->class_ids, count) : error;
}

static int read_fleets(struct reading *reading, const json_t *rows) {
    struct bus_document *made = &reading->made;
    char place[PLACE_BYTES];
    made->instance.fleet_count = json_array_size(rows);
    for (size_t f = 0; f < json_array_size(rows); f++) {
        const json_t *row = json_array_get(rows, f);
        snprintf(place, sizeof place, "fleets[%zu]", f);
        made->fleets[f] = (struct bus_fleet){
            .buses = read_figure(reading, row, place, "buses", true, 0, 0, BUS_BUSES_MAX),
            .seats = read_figure(reading, row, place, "seats", true, 0, 0, BUS_SEATS_MAX),
            .wheelchair_places =
                read_figure(reading, row, place, "wheelchair_places", false, 0, 0, BUS_SEATS_MAX),
            .ready_s = read_seconds(reading, row, place, "ready_s")};
        reading->nodes_of[0][f] = note_node(reading, row, place, "node");
    }
    return read_ids(reading, rows, "fleets", made->fleet_ids);
}

static int read_pickups(struct reading *reading, const json_t *rows) {
    struct bus_document *made = &reading->made;
    char place[PLACE_BYTES];
    made->instance.pickup_count = json_array_size(rows);
    for (size_t p = 0; p < json_array_size(rows); p++) {
        const json_t *row = json_array_get(rows, p);
        struct bus_pickup *pickup = &made->pickups[p];
        snprintf(place, sizeof place, "pickups[%zu]", p);
        *pickup = (struct bus_pickup){
            read_figure(reading, row, place, "people", true, 0, 0, BUS_PEOPLE_MAX), 0,
            read_seconds(reading, row, place, "ready_s"),
            read_figure(reading, row, place, "deadline_s", false, BUS_NEVER, 0, BUS_NEVER)};
        if (json_object_get(row, "class") != NULL) {
            const int32_t class = json_document_name(&reading->json, row, place, "class",
                                                     &reading->classes, "the id of a class");
            pickup->class = class < 0 ? 0 : class;
        }
        reading->nodes_of[1][p] = note_node(reading, row, place, "node");
    }
    return read_ids(reading, rows, "pickups", made->pickup_ids);
}

static void read_takes(struct reading *reading, const json_t *row, const char *place,
                       uint32_t *takes) {
    const json_t *list = json_object_get(row, "takes");
    char name[PLACE_BYTES + 8];
    *takes = (1u << reading->made.instance.class_count) - 1;
    if (list == NULL)
        return;
    *takes = 0;
    snprintf(name, sizeof name, "%s.takes", place);
    if (!json_is_array(list))
        json_document_fault(&reading->json, name, "an array of ids of classes", "not an array");
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *id = json_string_value(json_array_get(list, i));
        const int32_t class = id == NULL ? -1 : json_ids_find(&reading->classes, id);
        if (class < 0)
            json_document_fault(&reading->json, name, "ids of classes", "“%.64s” is not there",
                                id == NULL ? "(no text)" : id);
        else
            *takes |= 1u << class;
    }
}

static int read_shelters(struct reading *reading, const json_t *rows) {
    struct bus_document *made = &reading->made;
    char place[PLACE_BYTES];
    made->instance.shelter_count = json_array_size(rows);
    for (size_t s = 0; s < json_array_size(rows); s++) {
        const json_t *row = json_array_get(rows, s);
        snprintf(place, sizeof place, "shelters[%zu]", s);
        made->shelters[s].opens_s = read_seconds(reading, row, place, "opens_s");
        made->shelters[s].places =
            read_figure(reading, row, place, "places", true, 0, 0, INT32_MAX);
        read_takes(reading, row, place, &made->shelters[s].takes);
        reading->nodes_of[2][s] = note_node(reading, row, place, "node");
    }
    return read_ids(reading, rows, "shelters", made->shelter_ids);
}

static void read_links(struct reading *reading, const json_t *rows) {
    char place[PLACE_BYTES];
    reading->link_count = json_array_size(rows);
    for (size_t l = 0; l < json_array_size(rows); l++) {
        const json_t *row = json_array_get(rows, l);
        struct bus_link *link = &reading->links[l];
        snprintf(place, sizeof place, "links[%zu]", l);
        link->from = note_node(reading, row, place, "from");
        link->to = note_node(reading, row, place, "to");
        link->travel_s = read_figure(reading, row, place, "travel_s", true, 0, 0, BUS_SECONDS_MAX);
    }
}

/* ---- the document ---------------------------------------------------------------------------- */

struct arrays {
    const json_t *links, *classes, *fleets, *pickups, *shelters;
};

static int find_arrays(struct reading *reading, const json_t *root, struct arrays *arrays) {
    const struct json_document *json = &reading->json;
    const size_t errors = json->faults->errors;
    *arrays = (struct arrays){
        json_document_array(json, root, "", "links", true),
        json_document_array(json, root, "", "classes", false),
        json_document_array(json, root, "", "fleets", true),
        json_document_array(json, root, "", "pickups", true),
        json_document_array(json, root, "", "shelters", true),
    };
    const size_t points = json_array_size(arrays->fleets) + json_array_size(arrays->pickups) +
                          json_array_size(arrays->shelters);
    if (points > BUS_POINTS_MAX)
        json_document_fault(json, "pickups", "4000 fleets, pick-up points and shelters together",
                            "%zu", points);
    if (json_array_size(arrays->links) > LINKS_MAX)
        json_document_fault(json, "links", "at most 2000000", "%zu",
                            json_array_size(arrays->links));
    return json->faults->errors > errors ? HV_ERR_VALUE : HV_OK;
}

static int allocate(struct reading *reading, const struct arrays *arrays) {
    const size_t links = json_array_size(arrays->links), fleets = json_array_size(arrays->fleets);
    const size_t pickups = json_array_size(arrays->pickups);
    const size_t shelters = json_array_size(arrays->shelters);
    struct bus_document *made = &reading->made;
    made->class_ids = calloc(BUS_CLASSES_MAX, sizeof(const char *));
    made->fleet_ids = calloc(fleets + 1, sizeof(const char *));
    made->pickup_ids = calloc(pickups + 1, sizeof(const char *));
    made->shelter_ids = calloc(shelters + 1, sizeof(const char *));
    made->classes = calloc(BUS_CLASSES_MAX, sizeof *made->classes);
    made->fleets = calloc(fleets + 1, sizeof *made->fleets);
    made->pickups = calloc(pickups + 1, sizeof *made->pickups);
    made->shelters = calloc(shelters + 1, sizeof *made->shelters);
    made->times = calloc(fleets * pickups + pickups * pickups + 2 * pickups * shelters + 1,
                         sizeof *made->times);
    made->texts = malloc(bytes_of(arrays->classes) + bytes_of(arrays->fleets) +
                         bytes_of(arrays->pickups) + bytes_of(arrays->shelters));
    reading->next_text = made->texts;
    reading->links = calloc(links + 1, sizeof *reading->links);
    reading->node_names = calloc(2 * links + fleets + pickups + shelters + 1, sizeof(const char *));
    reading->nodes_of[0] = calloc(fleets + 1, sizeof *reading->nodes_of[0]);
    reading->nodes_of[1] = calloc(pickups + 1, sizeof *reading->nodes_of[1]);
    reading->nodes_of[2] = calloc(shelters + 1, sizeof *reading->nodes_of[2]);
    return made->class_ids != NULL && made->fleet_ids != NULL && made->pickup_ids != NULL &&
                   made->shelter_ids != NULL && made->classes != NULL && made->fleets != NULL &&
                   made->pickups != NULL && made->shelters != NULL && made->times != NULL &&
                   made->texts != NULL && reading->links != NULL && reading->node_names != NULL &&
                   reading->nodes_of[0] != NULL && reading->nodes_of[1] != NULL &&
                   reading->nodes_of[2] != NULL
               ? HV_OK
               : HV_ERR_MEMORY;
}

static void read_root_figures(struct reading *reading, const json_t *root) {
    struct bus_instance *instance = &reading->made.instance;
    instance->horizon_s = read_figure(reading, root, "", "horizon_s", true, 0, 0, BUS_SECONDS_MAX);
    instance->stop_s = read_figure(reading, root, "", "stop_s", false, 60, 0, BUS_SECONDS_MAX);
    instance->board_s = read_figure(reading, root, "", "board_s", false, 4, 0, BUS_SECONDS_MAX);
    instance->alight_s = read_figure(reading, root, "", "alight_s", false, 2, 0, BUS_SECONDS_MAX);
    instance->stops_max =
        read_figure(reading, root, "", "stops_per_run", false, 4, 1, BUS_STOPS_MAX);
}

static int read_rows(struct reading *reading, const struct arrays *arrays) {
    int error = read_classes(reading, arrays->classes);
    if (error == HV_OK)
        error = read_fleets(reading, arrays->fleets);
    if (error == HV_OK)
        error = read_pickups(reading, arrays->pickups);
    if (error == HV_OK)
        error = read_shelters(reading, arrays->shelters);
    if (error == HV_OK)
        read_links(reading, arrays->links);
    return error;
}

/* The four tables, one after the other. */
static int write_times(struct reading *reading) {
    struct bus_instance *instance = &reading->made.instance;
    const size_t counts[3] = {instance->fleet_count, instance->pickup_count,
                              instance->shelter_count};
    static const int tables[4][2] = {{0, 1}, {1, 1}, {1, 2}, {2, 1}};
    const int32_t **places[4] = {&instance->out, &instance->between, &instance->in,
                                 &instance->back};
    int32_t *next = reading->made.times;
    for (int k = 0; k < 4; k++) {
        const int from = tables[k][0], to = tables[k][1];
        int error = bus_times(reading->node_count, reading->links, reading->link_count,
                              reading->nodes_of[from], counts[from], reading->nodes_of[to],
                              counts[to], next);
        if (error != HV_OK)
            return error;
        *places[k] = next;
        next += counts[from] * counts[to];
    }
    return HV_OK;
}

/* Sums that no row shows. */
static void check_sums(struct reading *reading) {
    const struct bus_instance *instance = &reading->made.instance;
    if (bus_instance_people(instance) > BUS_PEOPLE_MAX)
        json_document_fault(&reading->json, "pickups", "at most 10000000 people in all", "more");
    if (bus_instance_buses(instance) > BUS_BUSES_MAX)
        json_document_fault(&reading->json, "fleets", "at most 10000 buses in all", "more");
}

static void point_to_parts(struct bus_document *made) {
    made->instance.classes = made->classes;
    made->instance.fleets = made->fleets;
    made->instance.pickups = made->pickups;
    made->instance.shelters = made->shelters;
}

static void check_fields(const struct json_document *json, const json_t *root) {
    static const char *const of_root[] = {
        "format", "name",    "horizon_s",     "stop_s",   "board_s", "alight_s", "links",
        "fleets", "pickups", "stops_per_run", "shelters", "classes", NULL};
    static const char *const of_links[] = {"from", "to", "travel_s", NULL};
    static const char *const of_classes[] = {"id", "party_people", "wheelchair", NULL};
    static const char *const of_fleets[] = {
        "id", "node", "buses", "seats", "wheelchair_places", "ready_s", NULL};
    static const char *const of_pickups[] = {"id",    "zone",    "node",       "people",
                                             "class", "ready_s", "deadline_s", NULL};
    static const char *const of_shelters[] = {"id", "node", "places", "opens_s", "takes", NULL};
    const struct {
        const char *array;
        const char *const *known;
    } arrays[] = {{"links", of_links},
                  {"classes", of_classes},
                  {"fleets", of_fleets},
                  {"pickups", of_pickups},
                  {"shelters", of_shelters}};
    json_fields_check(json->faults, json->path, "", root, of_root);
    for (size_t a = 0; a < sizeof arrays / sizeof arrays[0]; a++)
        json_fields_check_rows(json->faults, json->path, arrays[a].array,
                               json_object_get(root, arrays[a].array), arrays[a].known);
}

static int read_root(struct reading *reading, const json_t *root) {
    const struct json_document *json = &reading->json;
    const size_t errors = json->faults->errors;
    struct arrays arrays;
    check_fields(json, root);
    const char *name = json_document_id(json, root, "", "name");
    int error = find_arrays(reading, root, &arrays);
    if (error == HV_OK)
        error = allocate(reading, &arrays);
    if (error != HV_OK)
        return error;
    reading->made.name = strdup(name == NULL ? "" : name);
    if (reading->made.name == NULL)
        return HV_ERR_MEMORY;
    read_root_figures(reading, root);
    error = read_rows(reading, &arrays);
    if (error != HV_OK)
        return error;
    point_to_parts(&reading->made);
    check_sums(reading);
    if (json->faults->errors > errors)
        return HV_ERR_VALUE;
    error = number_nodes(reading);
    if (error != HV_OK)
        return error;
    look_up_all(reading);
    return write_times(reading);
}

static int read_document(struct reading *reading, json_t *root, int error,
                         struct bus_document *ret_document) {
    if (root == NULL)
        return error;
    error = json_document_has_format(&reading->json, root, FORMAT) ? read_root(reading, root)
                                                                   : HV_ERR_FORMAT;
    json_ids_deinit(&reading->classes);
    json_ids_deinit(&reading->nodes);
    free((void *)reading->node_names);
    free(reading->links);
    for (int k = 0; k < 3; k++)
        free(reading->nodes_of[k]);
    json_decref(root);
    if (error != HV_OK)
        bus_document_deinit(&reading->made);
    else
        *ret_document = reading->made;
    return error;
}

int bus_json_read(const char *path, struct hv_fault_list *faults,
                  struct bus_document *ret_document) {
    struct reading reading = {.json = {path, faults}};
    int error = HV_OK;
    json_t *root = json_document_load(&reading.json, &error);
    return read_document(&reading, root, error, ret_document);
}

int bus_json_parse(const char *path, const char *text, size_t bytes, struct hv_fault_list *faults,
                   struct bus_document *ret_document) {
    struct reading reading = {.json = {path, faults}};
    int error = HV_OK;
    json_t *root = json_document_parse(&reading.json, text, bytes, &error);
    return read_document(&reading, root, error, ret_document);
}
