/* What a flood is: its gauge, its return periods, and what it reaches. */
#include "coordinator/cli/hazards_json_inside.h"

#include <inttypes.h>
#include <string.h>

#define EXPOSED_MAX 1000000u

/* One level for each return period. */
static void check_return_periods(struct hazards_reading *reading, const json_t *rows,
                                 const char *name, const double *years) {
    for (size_t i = 1; years != NULL && i < json_array_size(rows); i++)
        for (size_t before = 0; before < i; before++)
            if (years[i] == years[before] && years[i] > 0) {
                struct json_row row = json_row_at(&reading->json, rows, name, i);
                json_row_fault(&row, "return_years", "a return period of its own",
                               "%.10g is also that of %.64s[%zu]", years[i], name, before);
                return;
            }
}

static void read_gauge(struct hazards_reading *reading, const struct json_row *row,
                       struct hazard_definition *hazard) {
    char name[96];
    static const char *const known[] = {"return_years", "level_m", NULL};
    const json_t *rows = hazards_json_rows(reading, row, "gauge", 2, 1000, name, sizeof name);
    size_t count = json_array_size(rows);
    if (rows == NULL)
        return;
    hazards_json_fields(reading, rows, name, known);
    double *years = hazards_json_room(reading, count, sizeof *years),
           *levels = hazards_json_room(reading, count, sizeof *levels);
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

static void read_bands(struct hazards_reading *reading, const struct json_row *row,
                       struct hazard_definition *hazard) {
    const json_t *rows = json_object_get(row->object, "bands");
    size_t count = json_array_size(rows);
    if (count < 1 || count > CATALOGUE_SCENARIOS_MAX) {
        json_row_fault(row, "bands",
                       "an array of return periods in years, rising, such as [10,100]", "%s",
                       rows == NULL ? "missing" : "not so");
        return;
    }
    double *bands = hazards_json_room(reading, count, sizeof *bands);
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
static void check_exposed_once(struct hazards_reading *reading, const json_t *rows,
                               const char *name, const struct flood_exposure *exposure) {
    const struct region *region = reading->region;
    const size_t first[] = {0, region->zone_count, (size_t)region->zone_count + region->link_count,
                            (size_t)region->zone_count + region->link_count +
                                region->shelter_count};
    uint32_t *places =
        hazards_json_room(reading, first[HAZARD_DEPOT] + region->depot_count, sizeof *places);
    for (size_t i = 0; places != NULL && i < json_array_size(rows); i++) {
        uint32_t *place = &places[first[exposure[i].target] + exposure[i].index];
        struct json_row row = json_row_at(&reading->json, rows, name, i);
        if (*place > 0)
            json_row_fault(&row, "id", "each thing once", "it is also %.64s[%" PRIu32 "]", name,
                           *place - 1);
        *place = (uint32_t)i + 1;
    }
}

static void read_exposure(struct hazards_reading *reading, const struct json_row *row,
                          struct hazard_definition *hazard) {
    char name[96];
    static const char *const known[] = {"target", "id", "level_m", NULL};
    const json_t *rows =
        hazards_json_rows(reading, row, "exposure", 1, EXPOSED_MAX, name, sizeof name);
    if (rows == NULL)
        return;
    hazards_json_fields(reading, rows, name, known);
    struct flood_exposure *exposure =
        hazards_json_room(reading, json_array_size(rows), sizeof *exposure);
    for (size_t i = 0; exposure != NULL && i < json_array_size(rows); i++) {
        struct json_row exposed = json_row_at(&reading->json, rows, name, i);
        const char *target = json_row_text(&exposed, "target"), *id = json_row_text(&exposed, "id");
        size_t t = 0;
        while (target != NULL && t < HAZARD_TARGETS && strcmp(target, hazards_json_targets[t]) != 0)
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

void hazards_json_flood(struct hazards_reading *reading, const struct json_row *row,
                        struct hazard_definition *hazard) {
    read_gauge(reading, row, hazard);
    read_bands(reading, row, hazard);
    read_exposure(reading, row, hazard);
}
