/* What a typhoon is: the tracks it may take. */
#include "coordinator/cli/hazards_json_inside.h"

#include <math.h>

#define PRESSURE_LEAST_HPA 850

static void read_points(struct hazards_reading *reading, const struct json_row *row,
                        struct typhoon_track *track) {
    char name[160];
    static const char *const known[] = {"hour", "x", "y", "pressure_hpa", "rmax_km", NULL};
    const json_t *rows = hazards_json_rows(reading, row, "points", 2, 10000, name, sizeof name);
    if (rows == NULL)
        return;
    hazards_json_fields(reading, rows, name, known);
    struct typhoon_point *points =
        hazards_json_room(reading, json_array_size(rows), sizeof *points);
    for (size_t i = 0; points != NULL && i < json_array_size(rows); i++) {
        struct json_row point = json_row_at(&reading->json, rows, name, i);
        points[i] = (struct typhoon_point){
            json_row_number(&point, "hour", true, 0, 0, 1000),
            hazards_json_coordinate(reading, &point, "x"),
            hazards_json_coordinate(reading, &point, "y"),
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

void hazards_json_typhoon(struct hazards_reading *reading, const struct json_row *row,
                          struct hazard_definition *hazard) {
    char name[96];
    static const char *const known[] = {
        "id", "annual_probability", "members", "cross_km", "pressure_sd_hpa", "points", NULL};
    const json_t *rows =
        hazards_json_rows(reading, row, "tracks", 1, CATALOGUE_SCENARIOS_MAX, name, sizeof name);
    if (rows == NULL || !hazards_json_ids(reading, rows, name))
        return;
    hazards_json_fields(reading, rows, name, known);
    struct typhoon_track *tracks =
        hazards_json_room(reading, json_array_size(rows), sizeof *tracks);
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
