#include "coordinator/cli/scenarios_json.h"

#include "coordinator/cli/cli_file.h"
#include "coordinator/cli/json_rows.h"
#include "coordinator/region/catalogue.h"
#include "coordinator/region/json_fields.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FORMAT "haven.hazards/1"
#define ROWS_MAX 1000000u
#define AMBIENT_HPA 1010
#define SURFACE_FACTOR 0.9
#define PRESSURE_LEAST_HPA 850
#define FIGURE_MAX 1e12

struct reading {
    struct json_reading json;
    const struct region *region;
    struct hazards_document *document;
    int error; /* of memory or a limit; ends the reading */
};

static const char *const target_names[] = {"zone", "link", "shelter", "depot"};

/* Room for `count` of `bytes`, freed with the document; NULL sets the error. */
static void *room(struct reading *reading, size_t count, size_t bytes) {
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

/* An array of objects below a row, with its name for faults; NULL where there is none or a fault
 * was said. */
static const json_t *rows_of(struct reading *reading, const struct json_row *row, const char *field,
                             size_t least, size_t most, char *ret_name, size_t bytes) {
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

/* Refuses fields that rows of an array do not have. */
static void check_fields(struct reading *reading, const json_t *rows, const char *name,
                         const char *const *known) {
    json_fields_check_rows(reading->json.faults, reading->json.path, name, rows, known);
}

static bool check_ids(struct reading *reading, const json_t *rows, const char *name) {
    struct json_names names;
    size_t errors = reading->json.faults->errors;
    int error = json_names_read(&reading->json, rows, name, "part", &names);
    if (error != HV_OK)
        reading->error = error;
    json_names_deinit(&names);
    return error == HV_OK && reading->json.faults->errors == errors;
}

/* ---- floods ---------------------------------------------------------------------------------- */

/* One level for each return period. */
static void check_return_periods(struct reading *reading, const json_t *rows, const char *name,
                                 const double *years) {
    for (size_t i = 1; years != NULL && i < json_array_size(rows); i++)
        for (size_t before = 0; before < i; before++)
            if (years[i] == years[before] && years[i] > 0) {
                struct json_row row = json_row_at(&reading->json, rows, name, i);
                json_row_fault(&row, "return_years", "a return period of its own",
                               "%.10g is also that of %.64s[%zu]", years[i], name, before);
                return;
            }
}

static void read_gauge(struct reading *reading, const struct json_row *row,
                       struct hazard_definition *hazard) {
    char name[96];
    static const char *const known[] = {"return_years", "level_m", NULL};
    const json_t *rows = rows_of(reading, row, "gauge", 2, 1000, name, sizeof name);
    size_t count = json_array_size(rows);
    if (rows == NULL)
        return;
    check_fields(reading, rows, name, known);
    double *years = room(reading, count, sizeof *years),
           *levels = room(reading, count, sizeof *levels);
    size_t errors = reading->json.faults->errors;
    for (size_t i = 0; years != NULL && levels != NULL && i < count; i++) {
        struct json_row level = json_row_at(&reading->json, rows, name, i);
        years[i] = json_row_number(&level, "return_years", true, 0, 1.0001, 1e6);
        levels[i] = json_row_number(&level, "level_m", true, 0, -1e4, 1e4);
    }
    check_return_periods(reading, rows, name, years);
    if (reading->error == HV_OK && reading->json.faults->errors == errors &&
        gumbel_fit(years, levels, count, &hazard->gauge) != HV_OK)
        json_row_fault(row, "gauge", "levels that rise with the return period",
                       "no such line can be drawn");
}

static void read_bands(struct reading *reading, const struct json_row *row,
                       struct hazard_definition *hazard) {
    const json_t *rows = json_object_get(row->object, "bands");
    size_t count = json_array_size(rows);
    if (count < 1 || count > CATALOGUE_SCENARIOS_MAX) {
        json_row_fault(row, "bands",
                       "an array of return periods in years, rising, such as [10,100]", "%s",
                       rows == NULL ? "missing" : "not so");
        return;
    }
    double *bands = room(reading, count, sizeof *bands);
    for (size_t i = 0; bands != NULL && i < count; i++) {
        const json_t *value = json_array_get(rows, i);
        bands[i] = json_number_value(value);
        if (!json_is_number(value) || !(bands[i] > 1 && bands[i] <= 1e6) ||
            (i > 0 && bands[i] <= bands[i - 1])) {
            json_row_fault(row, "bands",
                           "return periods above 1 year, each longer than the one before",
                           "%.10g at place %zu", bands[i], i + 1);
            return;
        }
    }
    hazard->bands = bands;
    hazard->band_count = bands == NULL ? 0 : (uint32_t)count;
}

static uint32_t find_target(const struct region *region, enum hazard_target target,
                            const char *id) {
    return target == HAZARD_ZONE      ? region_find_zone(region, id)
           : target == HAZARD_LINK    ? region_find_link(region, id)
           : target == HAZARD_SHELTER ? region_find_shelter(region, id)
                                      : region_find_depot(region, id);
}

/* What is exposed twice would be hit twice. */
static void check_exposed_once(struct reading *reading, const json_t *rows, const char *name,
                               const struct flood_exposure *exposure) {
    const struct region *region = reading->region;
    const size_t first[] = {0, region->zone_count, (size_t)region->zone_count + region->link_count,
                            (size_t)region->zone_count + region->link_count +
                                region->shelter_count};
    uint32_t *places = room(reading, first[HAZARD_DEPOT] + region->depot_count, sizeof *places);
    for (size_t i = 0; places != NULL && i < json_array_size(rows); i++) {
        uint32_t *place = &places[first[exposure[i].target] + exposure[i].index];
        struct json_row row = json_row_at(&reading->json, rows, name, i);
        if (*place > 0)
            json_row_fault(&row, "id", "each thing once", "it is also %.64s[%" PRIu32 "]", name,
                           *place - 1);
        *place = (uint32_t)i + 1;
    }
}

static void read_exposure(struct reading *reading, const struct json_row *row,
                          struct hazard_definition *hazard) {
    char name[96];
    static const char *const known[] = {"target", "id", "level_m", NULL};
    const json_t *rows = rows_of(reading, row, "exposure", 1, ROWS_MAX, name, sizeof name);
    if (rows == NULL)
        return;
    check_fields(reading, rows, name, known);
    struct flood_exposure *exposure = room(reading, json_array_size(rows), sizeof *exposure);
    for (size_t i = 0; exposure != NULL && i < json_array_size(rows); i++) {
        struct json_row exposed = json_row_at(&reading->json, rows, name, i);
        const char *target = json_row_text(&exposed, "target"), *id = json_row_text(&exposed, "id");
        size_t t = 0;
        while (target != NULL && t < HAZARD_TARGETS && strcmp(target, target_names[t]) != 0)
            t++;
        if (t == HAZARD_TARGETS)
            json_row_fault(&exposed, "target", "zone, link, shelter or depot", "“%s”", target);
        exposure[i].level_m = json_row_number(&exposed, "level_m", true, 0, -1e4, 1e4);
        if (target == NULL || id == NULL || t == HAZARD_TARGETS)
            continue;
        exposure[i].target = (enum hazard_target)t;
        exposure[i].index = find_target(reading->region, exposure[i].target, id);
        if (exposure[i].index == REGION_NONE)
            json_row_fault(&exposed, "id", "the id of one of the region", "no %s “%s”", target, id);
        else
            hazard->exposure_count++;
    }
    hazard->exposure = exposure;
    if (exposure != NULL && hazard->exposure_count == json_array_size(rows))
        check_exposed_once(reading, rows, name, exposure);
}

/* ---- places ---------------------------------------------------------------------------------- */

/* A coordinate of a place: degrees in a region on the earth, anything in a drawing. */
static double coordinate(const struct reading *reading, const struct json_row *row,
                         const char *field) {
    double most = reading->region->coordinates == REGION_PLANE ? 1e9
                  : strcmp(field, "x") == 0                    ? 180
                                                               : 90;
    return json_row_number(row, field, true, 0, -most, most);
}

/* ---- typhoons -------------------------------------------------------------------------------- */

static void read_points(struct reading *reading, const struct json_row *row,
                        struct typhoon_track *track) {
    char name[160];
    static const char *const known[] = {"hour", "x", "y", "pressure_hpa", "rmax_km", NULL};
    const json_t *rows = rows_of(reading, row, "points", 2, 10000, name, sizeof name);
    if (rows == NULL)
        return;
    check_fields(reading, rows, name, known);
    struct typhoon_point *points = room(reading, json_array_size(rows), sizeof *points);
    for (size_t i = 0; points != NULL && i < json_array_size(rows); i++) {
        struct json_row point = json_row_at(&reading->json, rows, name, i);
        points[i] = (struct typhoon_point){
            json_row_number(&point, "hour", true, 0, 0, 1000),
            coordinate(reading, &point, "x"),
            coordinate(reading, &point, "y"),
            json_row_number(&point, "pressure_hpa", true, PRESSURE_LEAST_HPA, PRESSURE_LEAST_HPA,
                            reading->document->definitions.ambient_hpa),
            json_row_number(&point, "rmax_km", true, 0, 1, 500),
        };
        if (i > 0 && points[i].hour <= points[i - 1].hour)
            json_row_fault(&point, "hour", "later than the point before", "%.10g", points[i].hour);
    }
    track->points = points;
    track->point_count = points == NULL ? 0 : (uint32_t)json_array_size(rows);
}

static void read_tracks(struct reading *reading, const struct json_row *row,
                        struct hazard_definition *hazard) {
    char name[96];
    static const char *const known[] = {
        "id", "annual_probability", "members", "cross_km", "pressure_sd_hpa", "points", NULL};
    const json_t *rows =
        rows_of(reading, row, "tracks", 1, CATALOGUE_SCENARIOS_MAX, name, sizeof name);
    if (rows == NULL || !check_ids(reading, rows, name))
        return;
    check_fields(reading, rows, name, known);
    struct typhoon_track *tracks = room(reading, json_array_size(rows), sizeof *tracks);
    for (size_t i = 0; tracks != NULL && i < json_array_size(rows); i++) {
        struct json_row track = json_row_at(&reading->json, rows, name, i);
        tracks[i].id = json_row_text(&track, "id");
        tracks[i].annual_probability = json_row_number(&track, "annual_probability", true, 0, 0, 1);
        double members = json_row_number(&track, "members", false, 1, 1, CATALOGUE_MEMBERS_MAX);
        if (members != floor(members))
            json_row_fault(&track, "members", "a whole number", "%.10g", members);
        tracks[i].members = (uint32_t)members;
        tracks[i].cross_km = json_row_number(&track, "cross_km", false, 0, 0, 2000);
        tracks[i].pressure_hpa = json_row_number(&track, "pressure_sd_hpa", false, 0, 0, 100);
        read_points(reading, &track, &tracks[i]);
    }
    hazard->tracks = tracks;
    hazard->track_count = tracks == NULL ? 0 : (uint32_t)json_array_size(rows);
}

/* ---- earthquakes ----------------------------------------------------------------------------- */

static void read_magnitudes(struct reading *reading, const struct json_row *row,
                            struct earthquake_source *sources, uint32_t *count) {
    char name[160];
    static const char *const known[] = {"mw", "annual_probability", NULL};
    const json_t *rows =
        rows_of(reading, row, "magnitudes", 1, CATALOGUE_SCENARIOS_MAX, name, sizeof name);
    check_fields(reading, rows, name, known);
    const struct earthquake_source source = {
        .id = json_row_text(row, "id"),
        .x = coordinate(reading, row, "x"),
        .y = coordinate(reading, row, "y"),
        .depth_km = json_row_number(row, "depth_km", true, 0, 0.1, 700),
    };
    for (size_t i = 0; i < json_array_size(rows) && *count < CATALOGUE_SCENARIOS_MAX; i++) {
        struct json_row magnitude = json_row_at(&reading->json, rows, name, i);
        struct earthquake_source *put = &sources[(*count)++];
        *put = source;
        put->magnitude = json_row_number(&magnitude, "mw", true, 0, 3, 10);
        put->annual_probability = json_row_number(&magnitude, "annual_probability", true, 0, 0, 1);
    }
}

static void read_sources(struct reading *reading, const struct json_row *row,
                         struct hazard_definition *hazard) {
    char name[96];
    static const char *const known[] = {"id", "x", "y", "depth_km", "magnitudes", NULL};
    const json_t *rows =
        rows_of(reading, row, "sources", 1, CATALOGUE_SCENARIOS_MAX, name, sizeof name);
    if (rows == NULL || !check_ids(reading, rows, name))
        return;
    check_fields(reading, rows, name, known);
    struct earthquake_source *sources = room(reading, CATALOGUE_SCENARIOS_MAX, sizeof *sources);
    for (size_t i = 0; sources != NULL && i < json_array_size(rows); i++) {
        struct json_row source = json_row_at(&reading->json, rows, name, i);
        read_magnitudes(reading, &source, sources, &hazard->source_count);
    }
    hazard->sources = sources;
}

/* The values of a field, row by row. */
static void read_values(struct reading *reading, const struct json_row *row,
                        struct earthquake_field *field) {
    const json_t *values = json_object_get(row->object, "mmi");
    size_t count = json_array_size(values);
    if (!json_is_array(values) || count > CATALOGUE_FIELD_VALUES_MAX || field->columns < 2 ||
        count % field->columns != 0 || count / field->columns < 2) {
        json_row_fault(row, "mmi", "two rows or more, of as many numbers as there are columns",
                       json_is_array(values) ? "%zu numbers" : "no array", count);
        return;
    }
    double *mmi = room(reading, count, sizeof *mmi);
    for (size_t i = 0; mmi != NULL && i < count; i++) {
        const json_t *value = json_array_get(values, i);
        mmi[i] = json_number_value(value);
        if (!json_is_number(value) || !(mmi[i] >= 0 && mmi[i] <= 12)) {
            json_row_fault(row, "mmi", "numbers from 0 to 12", "%.10g at place %zu", mmi[i], i + 1);
            return;
        }
    }
    field->mmi = mmi;
    field->rows = mmi == NULL ? 0 : (uint32_t)(count / field->columns);
}

static void read_fields(struct reading *reading, const struct json_row *row,
                        struct hazard_definition *hazard) {
    char name[96];
    static const char *const known[] = {
        "id", "annual_probability", "x", "y", "step_x", "step_y", "columns", "mmi", NULL};
    const json_t *rows =
        rows_of(reading, row, "fields", 1, CATALOGUE_SCENARIOS_MAX, name, sizeof name);
    if (rows == NULL || !check_ids(reading, rows, name))
        return;
    check_fields(reading, rows, name, known);
    struct earthquake_field *fields = room(reading, json_array_size(rows), sizeof *fields);
    for (size_t i = 0; fields != NULL && i < json_array_size(rows); i++) {
        struct json_row field = json_row_at(&reading->json, rows, name, i);
        double columns =
            json_row_number(&field, "columns", true, 0, 2, CATALOGUE_FIELD_VALUES_MAX / 2.0);
        fields[i] = (struct earthquake_field){
            .id = json_row_text(&field, "id"),
            .annual_probability = json_row_number(&field, "annual_probability", true, 0, 0, 1),
            .x = coordinate(reading, &field, "x"),
            .y = coordinate(reading, &field, "y"),
            .step_x = json_row_number(&field, "step_x", true, 1, -1e9, 1e9),
            .step_y = json_row_number(&field, "step_y", true, 1, -1e9, 1e9),
            .columns = (uint32_t)columns,
        };
        if (columns != floor(columns))
            json_row_fault(&field, "columns", "a whole number", "%.10g", columns);
        if (fields[i].step_x == 0 || fields[i].step_y == 0)
            json_row_fault(&field, fields[i].step_x == 0 ? "step_x" : "step_y",
                           "a step, below 0 where values go west or south", "0");
        read_values(reading, &field, &fields[i]);
    }
    hazard->fields = fields;
    hazard->field_count = fields == NULL ? 0 : (uint32_t)json_array_size(rows);
}

static void read_earthquake(struct reading *reading, const struct json_row *row,
                            struct hazard_definition *hazard) {
    bool mapped = json_object_get(row->object, "fields") != NULL;
    if (!mapped || json_object_get(row->object, "sources") != NULL)
        read_sources(reading, row, hazard);
    if (mapped)
        read_fields(reading, row, hazard);
}

/* ---- one hazard ------------------------------------------------------------------------------ */

static void read_fragility(const struct json_row *row, struct hazard_definition *hazard) {
    const json_t *all = json_object_get(row->object, "fragility");
    if (all != NULL && !json_is_object(all))
        json_row_fault(row, "fragility", "an object of zone, link, shelter, depot", "not so");
    for (int target = 0; target < HAZARD_TARGETS; target++) {
        hazard->fragility[target] = catalogue_fragility(hazard->kind, (enum hazard_target)target);
        const json_t *pair = json_object_get(all, target_names[target]);
        double from = json_number_value(json_array_get(pair, 0)),
               to = json_number_value(json_array_get(pair, 1));
        if (pair == NULL)
            continue;
        char field[64];
        snprintf(field, sizeof field, "fragility.%s", target_names[target]);
        if (json_array_size(pair) != 2 || !json_is_number(json_array_get(pair, 0)) ||
            !json_is_number(json_array_get(pair, 1)) || !(from >= 0 && from <= to && to <= 1e4))
            json_row_fault(row, field, "two numbers, [from, to], 0 <= from <= to", "not so");
        hazard->fragility[target] = (struct fragility){from, to};
    }
}

/* What a hazard of its kind may say, and of what its fragilities are. */
static void check_hazard_fields(struct reading *reading, const struct json_row *row,
                                enum region_hazard kind) {
    static const char *const of_flood[] = {"id",    "kind",  "warning_h", "lasts_h", "fragility",
                                           "gauge", "bands", "exposure",  NULL};
    static const char *const of_typhoon[] = {"id",        "kind",   "warning_h", "lasts_h",
                                             "fragility", "tracks", NULL};
    static const char *const of_earthquake[] = {"id",        "kind",    "warning_h", "lasts_h",
                                                "fragility", "sources", "fields",    NULL};
    static const char *const targets[] = {"zone", "link", "shelter", "depot", NULL};
    char place[96];
    snprintf(place, sizeof place, "%s[%zu]", row->array, row->index);
    json_fields_check(reading->json.faults, reading->json.path, place, row->object,
                      kind == REGION_FLOOD     ? of_flood
                      : kind == REGION_TYPHOON ? of_typhoon
                                               : of_earthquake);
    snprintf(place, sizeof place, "%s[%zu].fragility", row->array, row->index);
    json_fields_check(reading->json.faults, reading->json.path, place,
                      json_object_get(row->object, "fragility"), targets);
}

static void read_hazard(struct reading *reading, const struct json_row *row,
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
    if (hazard->kind == REGION_FLOOD) {
        read_gauge(reading, row, hazard);
        read_bands(reading, row, hazard);
        read_exposure(reading, row, hazard);
    } else if (hazard->kind == REGION_TYPHOON) {
        read_tracks(reading, row, hazard);
    } else {
        read_earthquake(reading, row, hazard);
    }
}

/* ---- supplies -------------------------------------------------------------------------------- */

static void read_items(struct reading *reading, const struct json_row *supplies) {
    struct hazards_document *document = reading->document;
    char name[96];
    static const char *const known[] = {
        "id", "price", "holding_cost", "shortage_cost", "transport_cost", NULL};
    const json_t *rows = rows_of(reading, supplies, "items", 1, 1000, name, sizeof name);
    if (rows == NULL || !check_ids(reading, rows, name))
        return;
    check_fields(reading, rows, name, known);
    document->items = room(reading, json_array_size(rows), sizeof *document->items);
    for (size_t i = 0; document->items != NULL && i < json_array_size(rows); i++) {
        struct json_row row = json_row_at(&reading->json, rows, name, i);
        const char *id = json_row_text(&row, "id");
        uint32_t item = id == NULL ? REGION_NONE : region_find_item(reading->region, id);
        if (id != NULL && item == REGION_NONE)
            json_row_fault(&row, "id", "the id of an item of the region", "no item “%s”", id);
        else if (id != NULL && reading->region->items[item].volume_ml < 0)
            json_row_fault(&row, "id", "an item whose volume the region tells", "“%s”", id);
        document->items[document->item_count++] = (struct supply_item){
            item,
            json_row_number(&row, "price", true, 0, 0, FIGURE_MAX),
            json_row_number(&row, "holding_cost", false, 0, 0, FIGURE_MAX),
            json_row_number(&row, "shortage_cost", true, 0, 0, FIGURE_MAX),
            json_row_number(&row, "transport_cost", true, 0, 0, FIGURE_MAX),
        };
    }
}

static void read_supplies(struct reading *reading) {
    struct hazards_document *document = reading->document;
    json_t *supplies = json_object_get(document->root, "supplies");
    if (supplies == NULL)
        return;
    if (!json_is_object(supplies)) {
        json_fault(&reading->json, "supplies", "not an object", "an object");
        return;
    }
    static const char *const known[] = {"days", "items", "sizes", NULL};
    static const char *const of_sizes[] = {"id", "fixed_cost", "capacity_m3", NULL};
    struct json_row row = {&reading->json, supplies, "supplies", 0};
    char name[96];
    json_fields_check(reading->json.faults, reading->json.path, "supplies", supplies, known);
    document->days = json_row_number(&row, "days", true, 0, 0.01, 1000);
    read_items(reading, &row);
    const json_t *rows = rows_of(reading, &row, "sizes", 1, 100, name, sizeof name);
    if (rows == NULL || !check_ids(reading, rows, name))
        return;
    check_fields(reading, rows, name, of_sizes);
    document->sizes = room(reading, json_array_size(rows), sizeof *document->sizes);
    for (size_t i = 0; document->sizes != NULL && i < json_array_size(rows); i++) {
        struct json_row size = json_row_at(&reading->json, rows, name, i);
        document->sizes[document->size_count++] =
            (struct supply_size){json_row_text(&size, "id"),
                                 json_row_number(&size, "fixed_cost", true, 0, 0, FIGURE_MAX),
                                 json_row_number(&size, "capacity_m3", true, 0, 0, FIGURE_MAX)};
    }
}

/* ---- the document ---------------------------------------------------------------------------- */

/* A figure of the document itself. */
static double figure(struct reading *reading, const char *field, double otherwise, double least,
                     double most) {
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

static void read_hazards(struct reading *reading) {
    struct hazards_document *document = reading->document;
    const json_t *rows = json_object_get(document->root, "hazards");
    size_t count = json_array_size(rows);
    if (!json_rows_are_there(&reading->json, document->root, "hazards"))
        return;
    if (count == 0 || count > CATALOGUE_HAZARDS_MAX) {
        json_fault(&reading->json, "hazards", count == 0 ? "none" : "too many", "1 to 100");
        return;
    }
    if (!check_ids(reading, rows, "hazards"))
        return;
    document->hazards = room(reading, count, sizeof *document->hazards);
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

static int read_root(struct reading *reading) {
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
    read_supplies(reading);
    if (reading->error != HV_OK)
        return reading->error;
    return reading->json.faults->errors > errors ? HV_ERR_VALUE : HV_OK;
}

static int finish(struct reading *reading, int error, struct hazards_document *ret_document) {
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
    struct reading reading = {{path, faults, FORMAT}, region, &document, HV_OK};
    int error = json_rows_parse(&reading.json, text, bytes, &document.root);
    return finish(&reading, error, ret_document);
}

int hazards_json_read(const char *path, const struct region *region, struct hv_fault_list *faults,
                      struct hazards_document *ret_document) {
    struct hazards_document document = {0};
    struct reading reading = {{path, faults, FORMAT}, region, &document, HV_OK};
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

/* ---- the catalogue --------------------------------------------------------------------------- */

const char *scenarios_target_id(const struct region *region, enum hazard_target target,
                                uint32_t index) {
    return target == HAZARD_ZONE      ? region->zones[index].id
           : target == HAZARD_LINK    ? region->links[index].id
           : target == HAZARD_SHELTER ? region->shelters[index].id
                                      : region->depots[index].id;
}

const char *scenarios_target_name(const struct region *region, enum hazard_target target,
                                  uint32_t index, bool chinese) {
    switch (target) {
    case HAZARD_ZONE:
        return chinese ? region->zones[index].name_zh : region->zones[index].name;
    case HAZARD_LINK:
        return chinese ? "" : region->links[index].name;
    case HAZARD_SHELTER:
        return chinese ? region->shelters[index].name_zh : region->shelters[index].name;
    default:
        return chinese ? region->depots[index].name_zh : region->depots[index].name;
    }
}

static void put_hits(FILE *file, const struct region *region, const struct catalogue *catalogue,
                     const struct catalogue_scenario *scenario) {
    static const char *const fields[] = {"zones", "links", "shelters", "depots"};
    for (int target = 0; target < HAZARD_TARGETS; target++) {
        bool first = true;
        fprintf(file, ",\"%s\":[", fields[target]);
        for (uint32_t i = 0; i < scenario->count; i++) {
            const struct catalogue_hit *hit = &catalogue->hits[scenario->first + i];
            if ((int)hit->target != target)
                continue;
            fputs(first ? "{\"id\":" : ",{\"id\":", file);
            first = false;
            cli_file_put_text(file, scenarios_target_id(region, hit->target, hit->index));
            fprintf(file, ",\"intensity\":%.6g,\"lost\":%.6g,\"from_h\":%.6g,\"to_h\":%.6g}",
                    hit->intensity, hit->share, hit->from_h, hit->to_h);
        }
        fputc(']', file);
    }
}

int scenarios_json_write(FILE *file, const struct region *region,
                         const struct hazards_document *document, const struct catalogue *catalogue,
                         uint64_t seed) {
    static const char *const sizes[] = {[CATALOGUE_NO_SIZE] = NULL,
                                        [CATALOGUE_LEVEL_M] = "level_m",
                                        [CATALOGUE_PRESSURE_HPA] = "pressure_hpa",
                                        [CATALOGUE_MAGNITUDE] = "mw",
                                        [CATALOGUE_INTENSITY] = "mmi"};
    fputs("{\"format\":\"haven.scenarios/1\",\"name\":", file);
    cli_file_put_text(file, document->name);
    fputs(",\"region\":", file);
    cli_file_put_text(file, region->id);
    fputs(",\"region_version\":", file);
    cli_file_put_text(file, region->version);
    fprintf(file, ",\"period_years\":%.17g,\"seed\":%" PRIu64 ",\n\"scenarios\":[",
            document->definitions.period_years, seed);
    for (uint32_t s = 0; s < catalogue->scenario_count; s++) {
        const struct catalogue_scenario *scenario = &catalogue->scenarios[s];
        fputs(s > 0 ? ",\n{\"id\":" : "\n{\"id\":", file);
        cli_file_put_text(file, scenario->id);
        fprintf(file, ",\"probability\":%.17g", scenario->probability);
        if (scenario->hazard != UINT32_MAX)
            fprintf(file, ",\"hazard\":\"%s\",\"%s\":%.6g",
                    region_hazard_name(document->hazards[scenario->hazard].kind),
                    sizes[scenario->size_of], scenario->size);
        put_hits(file, region, catalogue, scenario);
        fputc('}', file);
    }
    fputs("]}\n", file);
    return ferror(file) ? HV_ERR_IO : HV_OK;
}
