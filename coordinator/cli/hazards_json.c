#include "coordinator/cli/hazards_json_inside.h"

#include "coordinator/region/json_fields.h"

#include <stdlib.h>
#include <string.h>

#define FORMAT "haven.hazards/1"
#define AMBIENT_HPA 1010
#define SURFACE_FACTOR 0.9

const char *const hazards_json_targets[HAZARD_TARGETS + 1] = {"zone", "link", "shelter", "depot",
                                                              NULL};

/* ---- what every part is read with ---- */

void *hazards_json_room(struct hazards_reading *reading, size_t count, size_t bytes) {
    struct hazards_document *document = reading->document;
    void **grown = realloc(document->rooms, (document->room_count + 1) * sizeof *grown);
    void *made = grown == NULL ? NULL : calloc(count + 1, bytes);
    if (grown != NULL)
        document->rooms = grown;
    if (made != NULL)
        document->rooms[document->room_count++] = made;
    else
        reading->error = HV_ERR_MEMORY;
    return made;
}

const json_t *hazards_json_rows(struct hazards_reading *reading, const struct json_row *row,
                                const char *field, size_t least, size_t most, char *ret_name,
                                size_t bytes) {
    const json_t *rows = json_object_get(row->object, field);
    snprintf(ret_name, bytes, "%s[%zu].%s", row->array, row->index, field);
    size_t count = json_array_size(rows);
    if (!json_is_array(rows) || count < least || count > most) {
        char right[64], wrong[64];
        snprintf(right, sizeof right, "an array of %zu to %zu objects", least, most);
        snprintf(wrong, sizeof wrong, "%zu of them", count);
        json_row_fault(row, field, right, "%s",
                       rows == NULL           ? "missing"
                       : !json_is_array(rows) ? "no array"
                                              : wrong);
        return NULL;
    }
    for (size_t i = 0; i < count; i++)
        if (!json_is_object(json_array_get(rows, i))) {
            char wrong[96];
            snprintf(wrong, sizeof wrong, "%.64s[%zu]", ret_name, i);
            json_fault(&reading->json, wrong, "not an object", "an object");
            return NULL;
        }
    return rows;
}

void hazards_json_fields(struct hazards_reading *reading, const json_t *rows, const char *name,
                         const char *const *known) {
    json_fields_check_rows(reading->json.faults, reading->json.path, name, rows, known);
}

bool hazards_json_ids(struct hazards_reading *reading, const json_t *rows, const char *name) {
    struct json_names names;
    size_t errors = reading->json.faults->errors;
    int error = json_names_read(&reading->json, rows, name, "part", &names);
    if (error != HV_OK)
        reading->error = error;
    json_names_deinit(&names);
    return error == HV_OK && reading->json.faults->errors == errors;
}

double hazards_json_coordinate(const struct hazards_reading *reading, const struct json_row *row,
                               const char *field) {
    double most = reading->region->coordinates == REGION_PLANE ? 1e9
                  : strcmp(field, "x") == 0                    ? 180
                                                               : 90;
    return json_row_number(row, field, true, 0, -most, most);
}

/* ---- one hazard ---- */

static void read_fragility(const struct json_row *row, struct hazard_definition *hazard) {
    const json_t *all = json_object_get(row->object, "fragility");
    if (all != NULL && !json_is_object(all))
        json_row_fault(row, "fragility", "an object of zone, link, shelter, depot", "not so");
    for (int target = 0; target < HAZARD_TARGETS; target++) {
        hazard->fragility[target] = catalogue_fragility(hazard->kind, (enum hazard_target)target);
        const json_t *pair = json_object_get(all, hazards_json_targets[target]);
        double from = json_number_value(json_array_get(pair, 0)),
               to = json_number_value(json_array_get(pair, 1));
        if (pair == NULL)
            continue;
        char field[64];
        snprintf(field, sizeof field, "fragility.%s", hazards_json_targets[target]);
        if (json_array_size(pair) != 2 || !json_is_number(json_array_get(pair, 0)) ||
            !json_is_number(json_array_get(pair, 1)) || !(from >= 0 && from <= to && to <= 1e4))
            json_row_fault(row, field, "two numbers, [from, to], 0 <= from <= to", "not so");
        hazard->fragility[target] = (struct fragility){from, to};
    }
}

/* What a hazard of its kind may say, and of what its fragilities are. */
static void check_hazard_fields(struct hazards_reading *reading, const struct json_row *row,
                                enum region_hazard kind) {
    static const char *const of_flood[] = {"id",    "kind",  "warning_h", "lasts_h", "fragility",
                                           "gauge", "bands", "exposure",  NULL};
    static const char *const of_typhoon[] = {"id",        "kind",   "warning_h", "lasts_h",
                                             "fragility", "tracks", NULL};
    static const char *const of_earthquake[] = {"id",        "kind",    "warning_h", "lasts_h",
                                                "fragility", "sources", "fields",    NULL};
    char place[96];
    snprintf(place, sizeof place, "%s[%zu]", row->array, row->index);
    json_fields_check(reading->json.faults, reading->json.path, place, row->object,
                      kind == REGION_FLOOD     ? of_flood
                      : kind == REGION_TYPHOON ? of_typhoon
                                               : of_earthquake);
    snprintf(place, sizeof place, "%s[%zu].fragility", row->array, row->index);
    json_fields_check(reading->json.faults, reading->json.path, place,
                      json_object_get(row->object, "fragility"), hazards_json_targets);
}

static void read_hazard(struct hazards_reading *reading, const struct json_row *row,
                        struct hazard_definition *hazard) {
    const char *kind = json_row_text(row, "kind");
    hazard->id = json_row_text(row, "id");
    hazard->kind = kind == NULL ? 0 : (enum region_hazard)region_hazard_from_name(kind);
    if (hazard->kind != REGION_FLOOD && hazard->kind != REGION_TYPHOON &&
        hazard->kind != REGION_EARTHQUAKE) {
        if (kind != NULL)
            json_row_fault(row, "kind", "flood, typhoon or earthquake", "“%s”", kind);
        return;
    }
    check_hazard_fields(reading, row, hazard->kind);
    hazard->warning_h = json_row_number(row, "warning_h", false, 12, 0, 1000);
    hazard->lasts_h = json_row_number(row, "lasts_h", false, 72, 0.1, 10000);
    read_fragility(row, hazard);
    if (hazard->kind == REGION_FLOOD)
        hazards_json_flood(reading, row, hazard);
    else if (hazard->kind == REGION_TYPHOON)
        hazards_json_typhoon(reading, row, hazard);
    else
        hazards_json_earthquake(reading, row, hazard);
}

/* ---- the document ---- */

/* A figure of the document itself. */
static double figure(struct hazards_reading *reading, const char *field, double otherwise,
                     double least, double most) {
    const json_t *value = json_object_get(reading->document->root, field);
    double found = json_number_value(value);
    if (value == NULL)
        return otherwise;
    if (json_is_number(value) && found >= least && found <= most)
        return found;
    char right[96];
    snprintf(right, sizeof right, "a number from %g to %g", least, most);
    json_fault(&reading->json, field, "not so", right);
    return otherwise;
}

static void read_hazards(struct hazards_reading *reading) {
    struct hazards_document *document = reading->document;
    const json_t *rows = json_object_get(document->root, "hazards");
    size_t count = json_array_size(rows);
    if (!json_rows_are_there(&reading->json, document->root, "hazards"))
        return;
    if (count == 0 || count > CATALOGUE_HAZARDS_MAX) {
        json_fault(&reading->json, "hazards", count == 0 ? "none" : "too many", "1 to 100");
        return;
    }
    if (!hazards_json_ids(reading, rows, "hazards"))
        return;
    document->hazards = hazards_json_room(reading, count, sizeof *document->hazards);
    for (size_t i = 0; document->hazards != NULL && i < count; i++) {
        struct json_row row = json_row_at(&reading->json, rows, "hazards", i);
        read_hazard(reading, &row, &document->hazards[i]);
        if (reading->region->coordinates == REGION_PLANE &&
            document->hazards[i].kind != REGION_FLOOD && document->definitions.km_per_unit <= 0)
            json_row_fault(&row, "kind", "km_per_unit as well: the region is a drawing",
                           "needs distances");
    }
    document->definitions.hazards = document->hazards;
    document->definitions.hazard_count = (uint32_t)count;
}

static int read_root(struct hazards_reading *reading) {
    static const char *const known[] = {"format",   "period_years", "km_per_unit",
                                        "latitude", "ambient_hpa",  "surface_factor",
                                        "hazards",  "supplies",     NULL};
    struct hazards_document *document = reading->document;
    size_t errors = reading->json.faults->errors;
    json_fields_check(reading->json.faults, reading->json.path, "", document->root, known);
    const char *name = json_string_value(json_object_get(document->root, "name"));
    document->name = name != NULL ? name : "";
    document->definitions = (struct hazard_definitions){
        .period_years = figure(reading, "period_years", 1, 0.001, 1000),
        .km_per_unit = figure(reading, "km_per_unit", 0, 1e-9, 1e6),
        .latitude = figure(reading, "latitude", 0, -90, 90),
        .ambient_hpa = figure(reading, "ambient_hpa", AMBIENT_HPA, 950, 1050),
        .surface_factor = figure(reading, "surface_factor", SURFACE_FACTOR, 0.3, 1.2),
    };
    read_hazards(reading);
    hazards_json_supplies(reading);
    if (reading->error != HV_OK)
        return reading->error;
    return reading->json.faults->errors > errors ? HV_ERR_VALUE : HV_OK;
}

static int finish(struct hazards_reading *reading, int error,
                  struct hazards_document *ret_document) {
    if (error == HV_OK)
        error = read_root(reading);
    if (error == HV_OK)
        *ret_document = *reading->document;
    else
        hazards_document_deinit(reading->document);
    return error;
}

int hazards_json_parse(const char *path, const char *text, size_t bytes,
                       const struct region *region, struct hv_fault_list *faults,
                       struct hazards_document *ret_document) {
    struct hazards_document document = {0};
    struct hazards_reading reading = {{path, faults, FORMAT}, region, &document, HV_OK};
    int error = json_rows_parse(&reading.json, text, bytes, &document.root);
    return finish(&reading, error, ret_document);
}

int hazards_json_read(const char *path, const struct region *region, struct hv_fault_list *faults,
                      struct hazards_document *ret_document) {
    struct hazards_document document = {0};
    struct hazards_reading reading = {{path, faults, FORMAT}, region, &document, HV_OK};
    int error = json_rows_load(&reading.json, &document.root);
    return finish(&reading, error, ret_document);
}

void hazards_document_deinit(struct hazards_document *document) {
    for (size_t i = 0; i < document->room_count; i++)
        free(document->rooms[i]);
    free(document->rooms);
    json_decref(document->root);
    *document = (struct hazards_document){0};
}
