/* What an earthquake is: its sources, or fields of intensity that were mapped. */
#include "coordinator/cli/hazards_json_inside.h"

#include <math.h>

static void read_magnitudes(struct hazards_reading *reading, const struct json_row *row,
                            struct earthquake_source *sources, uint32_t *count) {
    char name[160];
    static const char *const known[] = {"mw", "annual_probability", NULL};
    const json_t *rows = hazards_json_rows(reading, row, "magnitudes", 1, CATALOGUE_SCENARIOS_MAX,
                                           name, sizeof name);
    hazards_json_fields(reading, rows, name, known);
    const struct earthquake_source source = {
        .id = json_row_text(row, "id"),
        .x = hazards_json_coordinate(reading, row, "x"),
        .y = hazards_json_coordinate(reading, row, "y"),
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

static void read_sources(struct hazards_reading *reading, const struct json_row *row,
                         struct hazard_definition *hazard) {
    char name[96];
    static const char *const known[] = {"id", "x", "y", "depth_km", "magnitudes", NULL};
    const json_t *rows =
        hazards_json_rows(reading, row, "sources", 1, CATALOGUE_SCENARIOS_MAX, name, sizeof name);
    if (rows == NULL || !hazards_json_ids(reading, rows, name))
        return;
    hazards_json_fields(reading, rows, name, known);
    struct earthquake_source *sources =
        hazards_json_room(reading, CATALOGUE_SCENARIOS_MAX, sizeof *sources);
    for (size_t i = 0; sources != NULL && i < json_array_size(rows); i++) {
        struct json_row source = json_row_at(&reading->json, rows, name, i);
        read_magnitudes(reading, &source, sources, &hazard->source_count);
    }
    hazard->sources = sources;
}

/* The values of a field, row by row. */
static void read_values(struct hazards_reading *reading, const struct json_row *row,
                        struct earthquake_field *field) {
    const json_t *values = json_object_get(row->object, "mmi");
    size_t count = json_array_size(values);
    if (!json_is_array(values) || count > CATALOGUE_FIELD_VALUES_MAX || field->columns < 2 ||
        count % field->columns != 0 || count / field->columns < 2) {
        json_row_fault(row, "mmi", "two rows or more, of as many numbers as there are columns",
                       json_is_array(values) ? "%zu numbers" : "no array", count);
        return;
    }
    double *mmi = hazards_json_room(reading, count, sizeof *mmi);
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

static void read_fields(struct hazards_reading *reading, const struct json_row *row,
                        struct hazard_definition *hazard) {
    char name[96];
    static const char *const known[] = {
        "id", "annual_probability", "x", "y", "step_x", "step_y", "columns", "mmi", NULL};
    const json_t *rows =
        hazards_json_rows(reading, row, "fields", 1, CATALOGUE_SCENARIOS_MAX, name, sizeof name);
    if (rows == NULL || !hazards_json_ids(reading, rows, name))
        return;
    hazards_json_fields(reading, rows, name, known);
    struct earthquake_field *fields =
        hazards_json_room(reading, json_array_size(rows), sizeof *fields);
    for (size_t i = 0; fields != NULL && i < json_array_size(rows); i++) {
        struct json_row field = json_row_at(&reading->json, rows, name, i);
        double columns =
            json_row_number(&field, "columns", true, 0, 2, CATALOGUE_FIELD_VALUES_MAX / 2.0);
        fields[i] = (struct earthquake_field){
            .id = json_row_text(&field, "id"),
            .annual_probability = json_row_number(&field, "annual_probability", true, 0, 0, 1),
            .x = hazards_json_coordinate(reading, &field, "x"),
            .y = hazards_json_coordinate(reading, &field, "y"),
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

void hazards_json_earthquake(struct hazards_reading *reading, const struct json_row *row,
                             struct hazard_definition *hazard) {
    bool mapped = json_object_get(row->object, "fields") != NULL;
    if (!mapped || json_object_get(row->object, "sources") != NULL)
        read_sources(reading, row, hazard);
    if (mapped)
        read_fields(reading, row, hazard);
}
