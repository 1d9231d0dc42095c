/* Reading haven.evacuation.instance/1. */
#include "coordinator/cli/evacuation_json.h"

#include "coordinator/region/json_fields.h"

#include "schemas/limits.h"
#include "schemas/utf8.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define FORMAT "haven.evacuation.instance/1"

enum { LANES_MAX = 64, STEP_S = 60, STEP_S_MAX = 86400 };

/* Ids in order, to find the index of one. */
struct named {
    const char *id;
    int32_t index;
};

struct names {
    struct named *sorted;
    size_t count;
};

struct reading {
    const char *path;
    struct hv_fault_list *faults;
    struct evacuation_document *document;
    struct names nodes, links;
    char *next_text; /* where the next id goes */
    size_t change_count;
    int error; /* of memory */
};

/* One row of an array: its place is part of every fault. */
struct row {
    struct reading *reading;
    const json_t *object;
    const char *array;
    size_t index;
};

/* ---- faults ---------------------------------------------------------------------------------- */

static void fault_of_file(struct reading *reading, const char *field, const char *wrong,
                          const char *right) {
    hv_fault_add(reading->faults, HV_FAULT_ERROR, reading->path, 0, field, wrong, right);
}

static void fault_of_row(const struct row *row, const char *field, const char *right,
                         const char *wrong_format, ...) __attribute__((format(printf, 4, 5)));

static void fault_of_row(const struct row *row, const char *field, const char *right,
                         const char *wrong_format, ...) {
    char place[96], wrong[192];
    snprintf(place, sizeof place, "%s[%zu]%s%s", row->array, row->index, *field ? "." : "", field);
    va_list arguments;
    va_start(arguments, wrong_format);
    vsnprintf(wrong, sizeof wrong, wrong_format, arguments);
    va_end(arguments);
    fault_of_file(row->reading, place, wrong, right);
}

/* ---- fields ---------------------------------------------------------------------------------- */

/* An integer between bounds, or a fault and `otherwise`. A field that is absent is a fault if
 * required. */
static int64_t read_integer(const struct row *row, const char *field, bool required,
                            int64_t otherwise, int64_t least, int64_t most) {
    const json_t *value = json_object_get(row->object, field);
    char right[96];
    snprintf(right, sizeof right, "a whole number from %" PRId64 " to %" PRId64, least, most);
    if (value == NULL) {
        if (required)
            fault_of_row(row, field, right, "missing");
        return otherwise;
    }
    if (!json_is_integer(value)) {
        fault_of_row(row, field, right, "not a whole number");
        return otherwise;
    }
    int64_t figure = json_integer_value(value);
    if (figure < least || figure > most) {
        fault_of_row(row, field, right, "%" PRId64, figure);
        return otherwise;
    }
    return figure;
}

/* A step that may be far away: what is beyond every horizon is never. */
static int32_t read_step(const struct row *row, const char *field, int32_t otherwise) {
    int64_t step = read_integer(row, field, false, otherwise, 0, INT64_MAX);
    return step < EVACUATION_NEVER ? (int32_t)step : EVACUATION_NEVER;
}

static const char *read_text(const struct row *row, const char *field) {
    const json_t *value = json_object_get(row->object, field);
    const char *right = "a text of 1 to 64 bytes without control characters";
    if (value == NULL || !json_is_string(value)) {
        fault_of_row(row, field, right, value == NULL ? "missing" : "not a text");
        return NULL;
    }
    size_t bytes = json_string_length(value);
    if (bytes == 0 || bytes > HV_ID_BYTES_MAX) {
        fault_of_row(row, field, right, "%zu bytes", bytes);
        return NULL;
    }
    if (hv_utf8_scan(json_string_value(value), bytes) != 0) {
        fault_of_row(row, field, right, "it has some");
        return NULL;
    }
    return json_string_value(value);
}

static int32_t read_name(const struct row *row, const char *field, const struct names *names,
                         const char *right) {
    const char *id = read_text(row, field);
    if (id == NULL)
        return -1;
    size_t low = 0, high = names->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(names->sorted[middle].id, id);
        if (order == 0)
            return names->sorted[middle].index;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    fault_of_row(row, field, right, "“%s” is not there", id);
    return -1;
}

/* ---- ids ------------------------------------------------------------------------------------- */

static int compare_named(const void *first, const void *second) {
    const struct named *a = first, *b = second;
    int order = strcmp(a->id, b->id);
    return order != 0 ? order : (a->index > b->index) - (a->index < b->index);
}

static struct row row_at(struct reading *reading, const json_t *rows, const char *array,
                         size_t index) {
    return (struct row){reading, json_array_get(rows, index), array, index};
}

static void find_doubles(struct reading *reading, const json_t *rows, const char *array,
                         const struct names *names) {
    for (size_t i = 1; i < names->count; i++) {
        if (strcmp(names->sorted[i - 1].id, names->sorted[i].id) != 0)
            continue;
        struct row row = row_at(reading, rows, array, (size_t)names->sorted[i].index);
        fault_of_row(&row, "id", "an id of its own", "“%s” is also the id of %s[%" PRId32 "]",
                     names->sorted[i].id, array, names->sorted[i - 1].index);
    }
}

/* Reads the ids of an array into the document and sorts them. */
static void read_ids(struct reading *reading, const json_t *rows, const char *array,
                     const char ***ret_ids, struct names *names) {
    size_t count = json_array_size(rows);
    const char **ids = calloc(count + 1, sizeof *ids);
    names->sorted = calloc(count + 1, sizeof *names->sorted);
    *ret_ids = ids;
    if (ids == NULL || names->sorted == NULL) {
        reading->error = HV_ERR_MEMORY;
        return;
    }
    for (size_t i = 0; i < count; i++) {
        struct row row = row_at(reading, rows, array, i);
        const char *id = read_text(&row, "id");
        if (id == NULL)
            continue;
        ids[i] = strcpy(reading->next_text, id);
        reading->next_text += strlen(id) + 1;
        names->sorted[names->count++] = (struct named){ids[i], (int32_t)i};
    }
    qsort(names->sorted, names->count, sizeof *names->sorted, compare_named);
    find_doubles(reading, rows, array, names);
}

static void check_ids(struct reading *reading, const json_t *rows, const char *array,
                      const char ***ret_ids) {
    struct names names = {0};
    read_ids(reading, rows, array, ret_ids, &names);
    free(names.sorted);
}

static size_t bytes_of_texts(const json_t *root) {
    const char *arrays[] = {"nodes", "links", "zones", "shelters"};
    const json_t *links = json_object_get(root, "links");
    size_t bytes = 1;
    for (size_t i = 0; i < json_array_size(links); i++)
        bytes += json_string_length(json_object_get(json_array_get(links, i), "name")) + 1;
    for (size_t a = 0; a < 4; a++) {
        const json_t *rows = json_object_get(root, arrays[a]);
        for (size_t i = 0; i < json_array_size(rows); i++)
            bytes += json_string_length(json_object_get(json_array_get(rows, i), "id")) + 1;
    }
    const json_t *zones = json_object_get(root, "zones");
    for (size_t i = 0; i < json_array_size(zones); i++)
        bytes += json_string_length(json_object_get(json_array_get(zones, i), "place")) + 1;
    return bytes;
}

/* ---- rows ------------------------------------------------------------------------------------ */

static void read_change(const struct row *row, const json_t *pair, size_t index,
                        const struct evacuation_change *before, struct evacuation_change *change) {
    const json_t *step = json_array_get(pair, 0), *capacity = json_array_get(pair, 1);
    if (json_array_size(pair) != 2 || !json_is_integer(step) || !json_is_integer(capacity)) {
        fault_of_row(row, "capacity_from", "pairs of step and capacity, whole numbers",
                     "entry %zu is none", index);
        return;
    }
    int64_t from = json_integer_value(step), room = json_integer_value(capacity);
    if (from < 0 || room < 0) {
        fault_of_row(row, "capacity_from", "no negative figure", "entry %zu", index);
        return;
    }
    *change = (struct evacuation_change){from < EVACUATION_NEVER ? (int32_t)from : EVACUATION_NEVER,
                                         room};
    if (before != NULL && change->step <= before->step)
        fault_of_row(row, "capacity_from", "steps in rising order", "entry %zu is not later",
                     index);
}

static void read_changes(struct row *row, struct evacuation_link *link) {
    struct reading *reading = row->reading;
    const json_t *pairs = json_object_get(row->object, "capacity_from");
    if (pairs == NULL)
        return;
    if (!json_is_array(pairs)) {
        fault_of_row(row, "capacity_from", "an array of [step, capacity]", "not an array");
        return;
    }
    struct evacuation_change *changes = reading->document->changes + reading->change_count;
    link->changes = changes;
    link->change_count = json_array_size(pairs);
    reading->change_count += link->change_count;
    for (size_t i = 0; i < link->change_count; i++)
        read_change(row, json_array_get(pairs, i), i, i > 0 ? &changes[i - 1] : NULL, &changes[i]);
}

/* What a report says of a link and no solver looks at. */
static void read_link_words(struct row *row, size_t index) {
    struct reading *reading = row->reading;
    const json_t *name = json_object_get(row->object, "name");
    reading->document->link_lanes[index] =
        (int32_t)read_integer(row, "lanes", false, 1, 1, LANES_MAX);
    reading->document->link_names[index] = "";
    if (name == NULL)
        return;
    size_t bytes = json_string_length(name);
    if (!json_is_string(name) || bytes > HV_TEXT_BYTES_MAX ||
        strlen(json_string_value(name)) != bytes) {
        fault_of_row(row, "name", "a text of at most 1024 bytes without NUL", "no such text");
        return;
    }
    reading->document->link_names[index] = strcpy(reading->next_text, json_string_value(name));
    reading->next_text += bytes + 1;
}

static void read_link(struct row *row, struct evacuation_link *link, int32_t *opposite) {
    struct reading *reading = row->reading;
    const char *right = "the id of a node";
    link->from = read_name(row, "from", &reading->nodes, right);
    link->to = read_name(row, "to", &reading->nodes, right);
    link->travel_steps = (int32_t)read_integer(row, "travel_steps", true, 0, 0, INT32_MAX - 1);
    link->capacity_per_step = read_integer(row, "capacity_per_step", true, 0, 0, INT64_MAX);
    link->closes_at_step = read_step(row, "closes_at_step", EVACUATION_NEVER);
    read_changes(row, link);
    *opposite = -1;
    if (json_object_get(row->object, "reverse") == NULL)
        return;
    reading->document->reversible = true;
    *opposite = read_name(row, "reverse", &reading->links, "the id of the opposite link");
}

/* A link may take over the lanes of another one that leads back. */
static void check_opposites(struct reading *reading, const json_t *rows) {
    const struct evacuation_document *document = reading->document;
    for (size_t i = 0; i < json_array_size(rows); i++) {
        const struct row row = row_at(reading, rows, "links", i);
        const int32_t opposite = document->opposites[i];
        if (opposite < 0)
            continue;
        const struct evacuation_link *link = &document->links[i],
                                     *back = &document->links[opposite];
        if ((size_t)opposite == i)
            fault_of_row(&row, "reverse", "the id of the opposite link", "“%s” is the link itself",
                         document->link_ids[i]);
        else if (link->from >= 0 && link->to >= 0 && back->from >= 0 && back->to >= 0 &&
                 (back->from != link->to || back->to != link->from))
            fault_of_row(&row, "reverse", "the id of a link from its end to its beginning",
                         "“%s” does not lead the other way", document->link_ids[opposite]);
    }
}

static void read_zone(struct row *row, struct evacuation_zone *zone) {
    zone->node = read_name(row, "node", &row->reading->nodes, "the id of a node");
    zone->people = read_integer(row, "people", true, 0, 0, EVACUATION_PEOPLE_MAX);
    zone->earliest_step = read_step(row, "earliest_step", 0);
    zone->deadline_step = read_step(row, "deadline_step", EVACUATION_NEVER);
}

/* Which zones are people of one place. */
static void read_places(struct reading *reading, const json_t *zones) {
    struct evacuation_document *document = reading->document;
    const size_t count = json_array_size(zones);
    struct named *named = calloc(count + 1, sizeof *named);
    size_t places = 0, found = 0;
    if (named == NULL) {
        reading->error = HV_ERR_MEMORY;
        return;
    }
    for (size_t i = 0; i < count; i++) {
        struct row row = row_at(reading, zones, "zones", i);
        document->places[i] = -1;
        if (json_object_get(row.object, "place") == NULL)
            continue;
        const char *place = read_text(&row, "place");
        if (place != NULL)
            named[found++] = (struct named){place, (int32_t)i};
    }
    qsort(named, found, sizeof *named, compare_named);
    for (size_t i = 0; i < found; i++) {
        if (i == 0 || strcmp(named[i - 1].id, named[i].id) != 0) {
            document->place_ids[places++] = strcpy(reading->next_text, named[i].id);
            reading->next_text += strlen(named[i].id) + 1;
        }
        document->places[named[i].index] = (int32_t)places - 1;
    }
    free(named);
}

static void read_shelter(struct row *row, struct evacuation_shelter *shelter) {
    shelter->node = read_name(row, "node", &row->reading->nodes, "the id of a node");
    shelter->capacity = read_integer(row, "capacity", true, 0, 0, INT64_MAX);
    shelter->opens_at_step = read_step(row, "opens_at_step", 0);
}

static size_t count_changes(const json_t *links) {
    size_t count = 0;
    for (size_t i = 0; i < json_array_size(links); i++)
        count += json_array_size(json_object_get(json_array_get(links, i), "capacity_from"));
    return count;
}

static bool allocate(struct evacuation_document *document, const json_t *root) {
    const json_t *links = json_object_get(root, "links");
    document->links = calloc(json_array_size(links) + 1, sizeof *document->links);
    document->opposites = calloc(json_array_size(links) + 1, sizeof *document->opposites);
    document->link_names = calloc(json_array_size(links) + 1, sizeof *document->link_names);
    document->link_lanes = calloc(json_array_size(links) + 1, sizeof *document->link_lanes);
    document->changes = calloc(count_changes(links) + 1, sizeof *document->changes);
    document->zones =
        calloc(json_array_size(json_object_get(root, "zones")) + 1, sizeof *document->zones);
    document->places =
        calloc(json_array_size(json_object_get(root, "zones")) + 1, sizeof *document->places);
    document->place_ids =
        calloc(json_array_size(json_object_get(root, "zones")) + 1, sizeof *document->place_ids);
    document->shelters =
        calloc(json_array_size(json_object_get(root, "shelters")) + 1, sizeof *document->shelters);
    document->texts = malloc(bytes_of_texts(root));
    return document->links != NULL && document->link_names != NULL &&
           document->link_lanes != NULL && document->changes != NULL &&
           document->opposites != NULL && document->zones != NULL && document->shelters != NULL &&
           document->places != NULL && document->place_ids != NULL && document->texts != NULL;
}

static void read_rows(struct reading *reading, const json_t *root) {
    struct evacuation_document *document = reading->document;
    const json_t *nodes = json_object_get(root, "nodes"), *links = json_object_get(root, "links");
    const json_t *zones = json_object_get(root, "zones");
    const json_t *shelters = json_object_get(root, "shelters");
    reading->next_text = document->texts;
    read_ids(reading, nodes, "nodes", &document->node_ids, &reading->nodes);
    read_ids(reading, links, "links", &document->link_ids, &reading->links);
    check_ids(reading, zones, "zones", &document->zone_ids);
    check_ids(reading, shelters, "shelters", &document->shelter_ids);
    if (reading->error != HV_OK)
        return;
    for (size_t i = 0; i < json_array_size(links); i++) {
        struct row row = row_at(reading, links, "links", i);
        read_link(&row, &document->links[i], &document->opposites[i]);
        read_link_words(&row, i);
    }
    check_opposites(reading, links);
    for (size_t i = 0; i < json_array_size(zones); i++) {
        struct row row = row_at(reading, zones, "zones", i);
        read_zone(&row, &document->zones[i]);
    }
    read_places(reading, zones);
    for (size_t i = 0; i < json_array_size(shelters); i++) {
        struct row row = row_at(reading, shelters, "shelters", i);
        read_shelter(&row, &document->shelters[i]);
    }
    document->instance = (struct evacuation_instance){
        .horizon_steps = document->instance.horizon_steps,
        .node_count = json_array_size(nodes),
        .link_count = json_array_size(links),
        .zone_count = json_array_size(zones),
        .shelter_count = json_array_size(shelters),
        .links = document->links,
        .zones = document->zones,
        .shelters = document->shelters,
    };
}

/* ---- the document ---------------------------------------------------------------------------- */

static bool has_arrays(struct reading *reading, const json_t *root) {
    const char *arrays[] = {"nodes", "links", "zones", "shelters"};
    bool all = true;
    for (size_t a = 0; a < 4; a++) {
        const json_t *rows = json_object_get(root, arrays[a]);
        bool sound = json_is_array(rows);
        for (size_t i = 0; sound && i < json_array_size(rows); i++)
            if (!json_is_object(json_array_get(rows, i))) {
                struct row row = row_at(reading, rows, arrays[a], i);
                fault_of_row(&row, "", "an object", "not an object");
                all = false;
            }
        if (!sound)
            fault_of_file(reading, arrays[a], rows == NULL ? "missing" : "not an array",
                          "an array of objects");
        all = all && sound;
    }
    return all;
}

static bool has_step(struct reading *reading, const json_t *root) {
    const json_t *step = json_object_get(root, "step_s");
    double seconds = step == NULL ? STEP_S : json_number_value(step);
    reading->document->step_s = seconds;
    if (seconds > 0 && seconds <= STEP_S_MAX)
        return true;
    fault_of_file(reading, "step_s", "no length of a step", "seconds, more than 0, at most 86400");
    return false;
}

static bool has_head(struct reading *reading, const json_t *root) {
    const char *format = json_string_value(json_object_get(root, "format"));
    if (format == NULL || strcmp(format, FORMAT) != 0) {
        fault_of_file(reading, "format", format == NULL ? "missing" : format, FORMAT);
        return false;
    }
    const json_t *horizon = json_object_get(root, "horizon_steps");
    int64_t steps = json_integer_value(horizon);
    if (!json_is_integer(horizon) || steps < 0 || steps > EVACUATION_STEPS_MAX) {
        char wrong[32];
        snprintf(wrong, sizeof wrong, "%" PRId64, steps);
        fault_of_file(reading, "horizon_steps",
                      horizon == NULL            ? "missing"
                      : json_is_integer(horizon) ? wrong
                                                 : "not a number of steps",
                      "a whole number from 0 to 1000000; longer steps (step_s) reach further");
        return false;
    }
    reading->document->instance.horizon_steps = (int32_t)steps;
    if (!has_step(reading, root))
        return false;
    const char *name = json_string_value(json_object_get(root, "name"));
    if (name == NULL) {
        fault_of_file(reading, "name", "missing or not a text", "a text");
        return false;
    }
    reading->document->name = strdup(name);
    if (reading->document->name == NULL)
        reading->error = HV_ERR_MEMORY;
    return true;
}

/* A field that is not known would be a closing or a deadline that nobody keeps. */
static void check_fields(const struct reading *reading, const json_t *root) {
    static const char *const of_root[] = {
        "format", "name", "step_s", "horizon_steps", "nodes", "links", "zones", "shelters", NULL};
    static const char *const of_nodes[] = {"id", "x", "y", NULL};
    static const char *const of_links[] = {"id",
                                           "from",
                                           "to",
                                           "travel_steps",
                                           "capacity_per_step",
                                           "capacity_from",
                                           "name",
                                           "lanes",
                                           "reverse",
                                           "closes_at_step",
                                           NULL};
    static const char *const of_zones[] = {
        "id", "node", "people", "earliest_step", "deadline_step", "place", NULL};
    static const char *const of_shelters[] = {"id", "node", "capacity", "opens_at_step", NULL};
    const struct {
        const char *array;
        const char *const *known;
    } arrays[] = {
        {"nodes", of_nodes}, {"links", of_links}, {"zones", of_zones}, {"shelters", of_shelters}};
    json_fields_check(reading->faults, reading->path, "", root, of_root);
    for (size_t a = 0; a < sizeof arrays / sizeof arrays[0]; a++)
        json_fields_check_rows(reading->faults, reading->path, arrays[a].array,
                               json_object_get(root, arrays[a].array), arrays[a].known);
}

static int read_root(struct reading *reading, const json_t *root) {
    size_t errors = reading->faults->errors;
    if (!json_is_object(root)) {
        fault_of_file(reading, "", "not an object", "an object with the format " FORMAT);
        return HV_ERR_FORMAT;
    }
    if (!has_head(reading, root) || !has_arrays(reading, root))
        return HV_ERR_FORMAT;
    if (reading->error != HV_OK || !allocate(reading->document, root))
        return HV_ERR_MEMORY;
    check_fields(reading, root);
    read_rows(reading, root);
    if (reading->error != HV_OK)
        return reading->error;
    if (reading->faults->errors > errors)
        return HV_ERR_VALUE;
    int error = evacuation_instance_check(&reading->document->instance);
    if (error == HV_ERR_OVERFLOW)
        fault_of_file(reading, "zones", "more people in all than can be planned for",
                      "at most 2000000000 people in all zones together");
    else if (error != HV_OK)
        fault_of_file(reading, "", "too large", "fewer nodes, links, zones or shelters");
    return error;
}

static int finish(struct reading *reading, json_t *root, const json_error_t *fault,
                  struct evacuation_document *ret_document) {
    if (root == NULL) {
        hv_fault_add(reading->faults, HV_FAULT_ERROR, reading->path,
                     fault->line > 0 ? (uint32_t)fault->line : 0, "", fault->text,
                     "a JSON document of the format " FORMAT);
        return HV_ERR_FORMAT;
    }
    int error = read_root(reading, root);
    json_decref(root);
    free(reading->nodes.sorted);
    free(reading->links.sorted);
    if (error != HV_OK)
        evacuation_document_deinit(reading->document);
    else
        *ret_document = *reading->document;
    return error;
}

int evacuation_json_parse(const char *path, const char *text, size_t bytes,
                          struct hv_fault_list *faults, struct evacuation_document *ret_document) {
    struct evacuation_document document = {0};
    struct reading reading = {.path = path, .faults = faults, .document = &document};
    json_error_t fault;
    json_t *root = json_loadb(text, bytes, JSON_REJECT_DUPLICATES, &fault);
    return finish(&reading, root, &fault, ret_document);
}

int evacuation_json_read(const char *path, struct hv_fault_list *faults,
                         struct evacuation_document *ret_document) {
    struct evacuation_document document = {0};
    struct reading reading = {.path = path, .faults = faults, .document = &document};
    struct stat status;
    FILE *file = fopen(path, "re");
    if (file == NULL || fstat(fileno(file), &status) != 0 || S_ISDIR(status.st_mode)) {
        fault_of_file(&reading, "", file == NULL ? strerror(errno) : "is no file",
                      "a file that can be read");
        if (file != NULL)
            fclose(file);
        return HV_ERR_NOT_FOUND;
    }
    if (status.st_size > (off_t)HV_REGION_FILE_BYTES_MAX) {
        fault_of_file(&reading, "", "too large", "at most 1 GiB");
        fclose(file);
        return HV_ERR_LIMIT;
    }
    json_error_t fault;
    json_t *root = json_loadf(file, JSON_REJECT_DUPLICATES, &fault);
    fclose(file);
    return finish(&reading, root, &fault, ret_document);
}
