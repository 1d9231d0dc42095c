/* Reading haven.evacuation.travellers/1, and adding plans up by class. */
#include "coordinator/cli/travellers_json.h"

#include "coordinator/cli/json_document.h"
#include "coordinator/region/json_fields.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FORMAT "haven.evacuation.travellers/1"
#define PLACE_BYTES 64

struct reading {
    struct json_document json;
    const struct evacuation_document *instance;
    struct travellers_document made;
    struct json_ids nodes, links, zones, shelters, classes;
    size_t change_count;
    char *next_text;
};

void travellers_document_deinit(struct travellers_document *document) {
    free(document->classes);
    free((void *)document->class_ids);
    free((void *)document->footway_ids);
    free(document->zone_class);
    free(document->takes);
    free(document->class_places);
    free(document->footways);
    free(document->changes);
    free(document->texts);
    *document = (struct travellers_document){0};
}

static const char *place_of(char *place, const char *array, size_t index) {
    snprintf(place, PLACE_BYTES, "%s[%zu]", array, index);
    return place;
}

/* ---- ids ------------------------------------------------------------------------------------- */

/* Keeps the id of a row; NULL with a fault. */
static const char *keep_id(struct reading *reading, const json_t *row, const char *place) {
    const char *id = json_document_id(&reading->json, row, place, "id");
    if (id == NULL)
        return NULL;
    const char *kept = strcpy(reading->next_text, id);
    reading->next_text += strlen(id) + 1;
    return kept;
}

static size_t bytes_of(const json_t *rows) {
    size_t bytes = 1;
    for (size_t i = 0; i < json_array_size(rows); i++)
        bytes += json_string_length(json_object_get(json_array_get(rows, i), "id")) + 1;
    return bytes;
}

/* ---- classes --------------------------------------------------------------------------------- */

static bool read_flag(struct reading *reading, const json_t *row, const char *place,
                      const char *field) {
    const json_t *value = json_object_get(row, field);
    char name[PLACE_BYTES + 32];
    if (value == NULL || json_is_boolean(value))
        return json_is_true(value);
    snprintf(name, sizeof name, "%s.%s", place, field);
    json_document_fault(&reading->json, name, "true or false", "neither");
    return false;
}

static void read_class(struct reading *reading, const json_t *row, size_t index) {
    struct travellers_document *made = &reading->made;
    char place[PLACE_BYTES];
    (void)place_of(place, "classes", index);
    const char *id = keep_id(reading, row, place);
    made->class_ids[index] = id;
    made->classes[index] = (struct traveller_class){
        .party_people = json_document_integer(&reading->json, row, place, "party_people", false, 1,
                                              1, TRAVELLER_PARTY_MAX),
        .road_use_permille = json_document_integer(&reading->json, row, place, "road_use_permille",
                                                   false, 1000, 1, TRAVELLER_ROAD_USE_MAX),
        .travel_limit_steps =
            (int32_t)json_document_integer(&reading->json, row, place, "travel_limit_steps", false,
                                           EVACUATION_NEVER, 0, EVACUATION_NEVER),
        .on_foot = read_flag(reading, row, place, "on_foot"),
    };
}

static int read_classes(struct reading *reading, const json_t *rows) {
    struct travellers_document *made = &reading->made;
    const size_t count = json_array_size(rows);
    if (count < 1 || count > TRAVELLER_CLASSES_MAX) {
        json_document_fault(&reading->json, "classes", "1 to 16 classes", "%zu", count);
        return HV_ERR_VALUE;
    }
    made->travellers.class_count = count;
    for (size_t c = 0; c < count; c++)
        read_class(reading, json_array_get(rows, c), c);
    int error = json_document_doubles(&reading->json, "classes", made->class_ids, count);
    return error == HV_OK ? json_ids_init(&reading->classes, made->class_ids, count) : error;
}

/* ---- zones and shelters ---------------------------------------------------------------------- */

static void read_zones(struct reading *reading, const json_t *rows) {
    const struct evacuation_instance *instance = &reading->instance->instance;
    char place[PLACE_BYTES];
    for (size_t z = 0; z < instance->zone_count; z++)
        reading->made.zone_class[z] = -1;
    for (size_t i = 0; i < json_array_size(rows); i++) {
        const json_t *row = json_array_get(rows, i);
        (void)place_of(place, "zones", i);
        int32_t zone = json_document_name(&reading->json, row, place, "zone", &reading->zones,
                                          "the id of a zone of the instance");
        int32_t class = json_document_name(&reading->json, row, place, "class", &reading->classes,
                                           "the id of a class");
        if (zone >= 0 && reading->made.zone_class[zone] >= 0)
            json_document_fault(&reading->json, place, "one row for each zone", "a second row");
        if (zone >= 0 && class >= 0)
            reading->made.zone_class[zone] = class;
    }
    for (size_t z = 0; z < instance->zone_count; z++)
        if (reading->made.zone_class[z] < 0) {
            json_document_fault(&reading->json, "zones", "a row for each zone of the instance",
                                "“%s” has no class", reading->instance->zone_ids[z]);
            reading->made.zone_class[z] = 0;
        }
}

static void read_takes(struct reading *reading, const json_t *row, const char *place,
                       uint32_t *takes) {
    const json_t *list = json_object_get(row, "takes");
    char name[PLACE_BYTES + 8];
    if (list == NULL)
        return;
    *takes = 0;
    snprintf(name, sizeof name, "%s.takes", place);
    if (!json_is_array(list))
        json_document_fault(&reading->json, name, "an array of ids of classes", "not an array");
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *id = json_string_value(json_array_get(list, i));
        int32_t class = id == NULL ? -1 : json_ids_find(&reading->classes, id);
        if (class < 0)
            json_document_fault(&reading->json, name, "ids of classes", "“%.64s” is not there",
                                id == NULL ? "(no text)" : id);
        else
            *takes |= 1u << class;
    }
}

/* Places that are fit for some of the classes only, such as beds with care. */
static void read_places(struct reading *reading, const json_t *row, const char *place,
                        size_t shelter) {
    const json_t *places = json_object_get(row, "places");
    const size_t shelters = reading->instance->instance.shelter_count;
    const char *class;
    json_t *value;
    char name[PLACE_BYTES + 8];
    if (places == NULL)
        return;
    snprintf(name, sizeof name, "%s.places", place);
    if (!json_is_object(places))
        json_document_fault(&reading->json, name, "an object of places by class", "not an object");
    json_object_foreach((json_t *)places, class, value) {
        int32_t index = json_ids_find(&reading->classes, class);
        if (index < 0) {
            json_document_fault(&reading->json, name, "ids of classes", "“%.64s” is not there",
                                class);
            continue;
        }
        reading->made.class_places[(size_t)index * shelters + shelter] = json_document_integer(
            &reading->json, places, name, class, true, 0, 0, EVACUATION_PEOPLE_MAX);
    }
}

static int read_shelters(struct reading *reading, const json_t *rows) {
    const struct evacuation_instance *instance = &reading->instance->instance;
    struct travellers_document *made = &reading->made;
    bool *told = calloc(instance->shelter_count + 1, sizeof *told);
    char place[PLACE_BYTES];
    if (told == NULL)
        return HV_ERR_MEMORY;
    for (size_t s = 0; s < instance->shelter_count; s++)
        made->takes[s] = (1u << made->travellers.class_count) - 1;
    for (size_t i = 0; i < made->travellers.class_count * instance->shelter_count; i++)
        made->class_places[i] = INT64_MAX;
    for (size_t i = 0; i < json_array_size(rows); i++) {
        const json_t *row = json_array_get(rows, i);
        (void)place_of(place, "shelters", i);
        int32_t shelter =
            json_document_name(&reading->json, row, place, "shelter", &reading->shelters,
                               "the id of a shelter of the instance");
        if (shelter < 0)
            continue;
        if (told[shelter])
            json_document_fault(&reading->json, place, "one row for each shelter", "a second row");
        told[shelter] = true;
        read_takes(reading, row, place, &made->takes[shelter]);
        read_places(reading, row, place, (size_t)shelter);
    }
    free(told);
    return HV_OK;
}

/* ---- footways -------------------------------------------------------------------------------- */

static void read_changes(struct reading *reading, const json_t *row, const char *place,
                         struct evacuation_link *link) {
    const json_t *pairs = json_document_array(&reading->json, row, place, "capacity_from", false);
    struct evacuation_change *changes = reading->made.changes + reading->change_count;
    char name[PLACE_BYTES + 24];
    snprintf(name, sizeof name, "%s.capacity_from", place);
    link->changes = changes;
    for (size_t i = 0; i < json_array_size(pairs); i++) {
        const json_t *pair = json_array_get(pairs, i);
        const json_t *step = json_array_get(pair, 0), *capacity = json_array_get(pair, 1);
        const int64_t from = json_integer_value(step), room = json_integer_value(capacity);
        if (json_array_size(pair) != 2 || !json_is_integer(step) || !json_is_integer(capacity) ||
            from < 0 || room < 0 || (i > 0 && from <= changes[i - 1].step)) {
            json_document_fault(&reading->json, name,
                                "pairs of step and capacity, whole numbers, steps rising",
                                "entry %zu", i);
            return;
        }
        if (from >= EVACUATION_NEVER)
            return; /* beyond every horizon */
        changes[i] = (struct evacuation_change){(int32_t)from, room};
        link->change_count++;
        reading->change_count++;
    }
}

static void read_footway(struct reading *reading, const json_t *row, size_t index) {
    struct travellers_document *made = &reading->made;
    char place[PLACE_BYTES], name[PLACE_BYTES + 8];
    (void)place_of(place, "footways", index);
    const char *id = keep_id(reading, row, place), *right = "the id of a node of the instance";
    struct evacuation_link *link = &made->footways[index];
    made->footway_ids[index] = id;
    if (id != NULL && json_ids_find(&reading->links, id) >= 0) {
        snprintf(name, sizeof name, "%s.id", place);
        json_document_fault(&reading->json, name, "an id that no link has", "“%s” is a link", id);
    }
    link->from = json_document_name(&reading->json, row, place, "from", &reading->nodes, right);
    link->to = json_document_name(&reading->json, row, place, "to", &reading->nodes, right);
    link->travel_steps = (int32_t)json_document_integer(&reading->json, row, place, "travel_steps",
                                                        true, 0, 0, INT32_MAX - 1);
    link->capacity_per_step = json_document_integer(&reading->json, row, place, "capacity_per_step",
                                                    true, 0, 0, INT64_MAX);
    const int64_t closes = json_document_integer(&reading->json, row, place, "closes_at_step",
                                                 false, EVACUATION_NEVER, 0, INT64_MAX);
    link->closes_at_step = closes < EVACUATION_NEVER ? (int32_t)closes : EVACUATION_NEVER;
    read_changes(reading, row, place, link);
}

static int read_footways(struct reading *reading, const json_t *rows) {
    reading->made.travellers.footway_count = json_array_size(rows);
    for (size_t f = 0; f < json_array_size(rows); f++)
        read_footway(reading, json_array_get(rows, f), f);
    return json_document_doubles(&reading->json, "footways", reading->made.footway_ids,
                                 json_array_size(rows));
}

/* ---- the document ---------------------------------------------------------------------------- */

static size_t count_changes(const json_t *footways) {
    size_t count = 0;
    for (size_t f = 0; f < json_array_size(footways); f++)
        count += json_array_size(json_object_get(json_array_get(footways, f), "capacity_from"));
    return count;
}

static int allocate(struct reading *reading, const json_t *root) {
    const struct evacuation_instance *instance = &reading->instance->instance;
    const json_t *footways = json_object_get(root, "footways");
    const json_t *classes = json_object_get(root, "classes");
    const size_t ways = json_array_size(footways) + 1;
    struct travellers_document *made = &reading->made;
    made->classes = calloc(TRAVELLER_CLASSES_MAX, sizeof *made->classes);
    made->class_ids = calloc(TRAVELLER_CLASSES_MAX, sizeof(const char *));
    made->footway_ids = calloc(ways, sizeof(const char *));
    made->zone_class = calloc(instance->zone_count + 1, sizeof *made->zone_class);
    made->takes = calloc(instance->shelter_count + 1, sizeof *made->takes);
    made->class_places =
        calloc(TRAVELLER_CLASSES_MAX * (instance->shelter_count + 1), sizeof *made->class_places);
    made->footways = calloc(ways, sizeof *made->footways);
    made->changes = calloc(count_changes(footways) + 1, sizeof *made->changes);
    made->texts = malloc(bytes_of(footways) + bytes_of(classes));
    reading->next_text = made->texts;
    return made->classes != NULL && made->class_ids != NULL && made->footway_ids != NULL &&
                   made->zone_class != NULL && made->takes != NULL && made->class_places != NULL &&
                   made->footways != NULL && made->changes != NULL && made->texts != NULL
               ? HV_OK
               : HV_ERR_MEMORY;
}

static int name_parts(struct reading *reading) {
    const struct evacuation_document *of = reading->instance;
    int error = json_ids_init(&reading->nodes, of->node_ids, of->instance.node_count);
    if (error == HV_OK)
        error = json_ids_init(&reading->links, of->link_ids, of->instance.link_count);
    if (error == HV_OK)
        error = json_ids_init(&reading->zones, of->zone_ids, of->instance.zone_count);
    if (error == HV_OK)
        error = json_ids_init(&reading->shelters, of->shelter_ids, of->instance.shelter_count);
    return error;
}

/* Travellers of another instance would fit by chance only. */
static void check_instance(struct reading *reading, const json_t *root) {
    const json_t *name = json_object_get(root, "instance");
    if (name != NULL &&
        (!json_is_string(name) || strcmp(json_string_value(name), reading->instance->name) != 0))
        json_document_fault(&reading->json, "instance", reading->instance->name,
                            "not the name of the instance");
}

/* A field that is not known would be a limit that nobody keeps. */
static void check_fields(const struct json_document *json, const json_t *root) {
    static const char *const of_root[] = {"format",   "instance", "classes", "zones",
                                          "shelters", "footways", NULL};
    static const char *const of_classes[] = {"id",      "party_people",       "road_use_permille",
                                             "on_foot", "travel_limit_steps", NULL};
    static const char *const of_zones[] = {"zone", "class", NULL};
    static const char *const of_shelters[] = {"shelter", "takes", "places", NULL};
    static const char *const of_footways[] = {
        "id",    "from",           "to", "travel_steps", "capacity_per_step", "capacity_from",
        "lanes", "closes_at_step", NULL};
    const struct {
        const char *array;
        const char *const *known;
    } arrays[] = {{"classes", of_classes},
                  {"zones", of_zones},
                  {"shelters", of_shelters},
                  {"footways", of_footways}};
    json_fields_check(json->faults, json->path, "", root, of_root);
    for (size_t a = 0; a < sizeof arrays / sizeof arrays[0]; a++)
        json_fields_check_rows(json->faults, json->path, arrays[a].array,
                               json_object_get(root, arrays[a].array), arrays[a].known);
}

static int read_root(struct reading *reading, const json_t *root) {
    const struct json_document *json = &reading->json;
    const size_t errors = json->faults->errors;
    check_fields(json, root);
    const json_t *classes = json_document_array(json, root, "", "classes", true);
    const json_t *zones = json_document_array(json, root, "", "zones", true);
    const json_t *shelters = json_document_array(json, root, "", "shelters", false);
    const json_t *footways = json_document_array(json, root, "", "footways", false);
    if (json->faults->errors > errors)
        return HV_ERR_VALUE;
    check_instance(reading, root);
    int error = allocate(reading, root);
    if (error == HV_OK)
        error = name_parts(reading);
    if (error == HV_OK)
        error = read_classes(reading, classes);
    if (error == HV_OK) {
        read_zones(reading, zones);
        error = read_shelters(reading, shelters);
    }
    if (error == HV_OK)
        error = read_footways(reading, footways);
    return error == HV_OK && json->faults->errors > errors ? HV_ERR_VALUE : error;
}

static void point_to_parts(struct travellers_document *made) {
    made->travellers.classes = made->classes;
    made->travellers.zone_class = made->zone_class;
    made->travellers.takes = made->takes;
    made->travellers.class_places = made->class_places;
    made->travellers.footways = made->footways;
}

static int read_document(struct reading *reading, json_t *root, int error,
                         struct travellers_document *ret_document) {
    if (root == NULL)
        return error;
    error = json_document_has_format(&reading->json, root, FORMAT) ? read_root(reading, root)
                                                                   : HV_ERR_FORMAT;
    json_decref(root);
    json_ids_deinit(&reading->nodes);
    json_ids_deinit(&reading->links);
    json_ids_deinit(&reading->zones);
    json_ids_deinit(&reading->shelters);
    json_ids_deinit(&reading->classes);
    if (error != HV_OK) {
        travellers_document_deinit(&reading->made);
        return error;
    }
    point_to_parts(&reading->made);
    *ret_document = reading->made;
    return HV_OK;
}

int travellers_json_read(const char *path, const struct evacuation_document *instance,
                         struct hv_fault_list *faults, struct travellers_document *ret_document) {
    struct reading reading = {.json = {path, faults}, .instance = instance};
    int error = HV_OK;
    json_t *root = json_document_load(&reading.json, &error);
    return read_document(&reading, root, error, ret_document);
}

int travellers_json_parse(const char *path, const char *text, size_t bytes,
                          const struct evacuation_document *instance, struct hv_fault_list *faults,
                          struct travellers_document *ret_document) {
    struct reading reading = {.json = {path, faults}, .instance = instance};
    int error = HV_OK;
    json_t *root = json_document_parse(&reading.json, text, bytes, &error);
    return read_document(&reading, root, error, ret_document);
}

/* ---- plans ----------------------------------------------------------------------------------- */

void travellers_outcomes(const struct travellers *travellers,
                         const struct evacuation_instance *instance, const struct zone_plan *plan,
                         struct travellers_outcome *ret_outcomes) {
    memset(ret_outcomes, 0, travellers->class_count * sizeof *ret_outcomes);
    for (size_t z = 0; z < instance->zone_count; z++) {
        struct travellers_outcome *outcome = &ret_outcomes[travellers->zone_class[z]];
        outcome->people += instance->zones[z].people;
        outcome->unserved += plan->plan.unserved_by_zone[z];
    }
    for (size_t r = 0; r < plan->plan.route_count; r++) {
        const struct zone_plan_stream *stream = &plan->streams[r];
        struct travellers_outcome *outcome = &ret_outcomes[travellers->zone_class[stream->zone]];
        const int32_t last = stream->last_step + stream->travel_steps;
        for (size_t d = 0; d < stream->departure_count; d++) {
            const struct evacuation_departure *departure =
                &plan->plan.departures[stream->departure_first + d];
            outcome->arrival_steps += departure->people * (departure->step + stream->travel_steps);
        }
        if (last > outcome->last_arrival_step)
            outcome->last_arrival_step = last;
    }
}

int travellers_join_document(const struct evacuation_document *instance,
                             const struct travellers_document *travellers,
                             struct evacuation_document *ret_joined) {
    const size_t links = instance->instance.link_count;
    const size_t footways = travellers->travellers.footway_count;
    struct evacuation_document joined = *instance;
    joined.link_ids = calloc(links + footways + 1, sizeof(const char *));
    joined.link_names = calloc(links + footways + 1, sizeof(const char *));
    joined.link_lanes = calloc(links + footways + 1, sizeof *joined.link_lanes);
    joined.links = calloc(links + footways + 1, sizeof *joined.links);
    if (joined.link_ids == NULL || joined.link_names == NULL || joined.link_lanes == NULL ||
        joined.links == NULL) {
        travellers_joined_deinit(&joined);
        return HV_ERR_MEMORY;
    }
    for (size_t l = 0; l < links + footways; l++) {
        const bool road = l < links;
        joined.link_ids[l] = road ? instance->link_ids[l] : travellers->footway_ids[l - links];
        joined.link_names[l] = road ? instance->link_names[l] : "";
        joined.link_lanes[l] = road ? instance->link_lanes[l] : 1;
        joined.links[l] = road ? instance->links[l] : travellers->footways[l - links];
    }
    joined.instance.links = joined.links;
    joined.instance.link_count = links + footways;
    *ret_joined = joined;
    return HV_OK;
}

void travellers_joined_deinit(struct evacuation_document *joined) {
    free((void *)joined->link_ids);
    free((void *)joined->link_names);
    free(joined->link_lanes);
    free(joined->links);
    *joined = (struct evacuation_document){0};
}
