#include "coordinator/cli/relief_case.h"

#include "coordinator/region/table.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FIGURE_MAX 1e12
#define PATH_BYTES 4096
#define MOST_HOURS_OTHERWISE 1e6

static bool is_any(const char *text) {
    return text[0] == '\0' || strcmp(text, "DEFAULT") == 0;
}

/* ---- names ----------------------------------------------------------------------------------- */

static uint32_t find_name(const struct relief_names *names, const char *text) {
    for (uint32_t i = 0; i < names->count; i++)
        if (strcmp(names->texts[i], text) == 0)
            return i;
    return UINT32_MAX;
}

/* The index of a name, new or not. HV_ERR_LIMIT, HV_ERR_MEMORY. */
static int put_name(struct relief_names *names, const char *text, uint32_t most,
                    uint32_t *ret_index) {
    *ret_index = find_name(names, text);
    if (*ret_index != UINT32_MAX)
        return HV_OK;
    if (names->count >= most)
        return HV_ERR_LIMIT;
    if (names->count == names->max) {
        uint32_t max = 2 * names->max + 32;
        char **grown = realloc(names->texts, max * sizeof *grown);
        if (grown == NULL)
            return HV_ERR_MEMORY;
        names->texts = grown;
        names->max = max;
    }
    char *copy = strdup(text);
    if (copy == NULL)
        return HV_ERR_MEMORY;
    *ret_index = names->count;
    names->texts[names->count++] = copy;
    return HV_OK;
}

static void free_names(struct relief_names *names) {
    for (uint32_t i = 0; i < names->count; i++)
        free(names->texts[i]);
    free(names->texts);
}

void relief_case_deinit(struct relief_case *relief) {
    for (uint32_t d = 0; relief->disasters != NULL && d < relief->disaster_ids.count; d++)
        free(relief->disasters[d].country);
    for (size_t i = 0; i < relief->rule_count; i++) {
        free(relief->rules[i].type);
        free(relief->rules[i].country);
    }
    free_names(&relief->items);
    free_names(&relief->depots);
    free_names(&relief->places);
    free_names(&relief->types);
    free_names(&relief->disaster_ids);
    free(relief->volume_m3);
    free(relief->weight_t);
    free(relief->selected);
    free(relief->counted_at);
    free(relief->hours);
    free(relief->km);
    free(relief->stock);
    free(relief->disasters);
    free(relief->affected);
    free(relief->rules);
    *relief = (struct relief_case){0};
}

/* ---- rows of the tables ---------------------------------------------------------------------- */

struct reading {
    struct relief_case *relief;
    struct hv_fault_list *faults;
    const char *dir;
    struct relief_names chosen_types; /* that are to be included */
    bool choose_types;
};

/* A name of a table that must be there already. */
static uint32_t known(struct table_row *row, size_t column, const struct relief_names *names,
                      const char *right) {
    const char *text = table_text(row, column);
    uint32_t index = find_name(names, text);
    if (index == UINT32_MAX)
        table_wrong(row, column, right);
    return index;
}

enum { ITEM_NAME, ITEM_VOLUME, ITEM_WEIGHT, ITEM_COLUMNS };
static const struct table_column item_columns[ITEM_COLUMNS] = {
    {"ItemName", true}, {"CubicMeters", true}, {"WeightMetricTon", true}};

static int read_item(struct table_row *row, void *context) {
    struct relief_case *relief = ((struct reading *)context)->relief;
    const char *name = table_text(row, ITEM_NAME);
    double volume = table_number(row, ITEM_VOLUME, 0, FIGURE_MAX, 0, true);
    double weight = table_number(row, ITEM_WEIGHT, 0, FIGURE_MAX, 0, true);
    uint32_t index, before = relief->items.count;
    if (name[0] == '\0') {
        table_wrong(row, ITEM_NAME, "the name of an item");
        return HV_OK;
    }
    int error = put_name(&relief->items, name, RELIEF_NAMES_MAX, &index);
    if (error != HV_OK)
        return error;
    if (index < before) {
        table_wrong(row, ITEM_NAME, "each item once");
        return HV_OK;
    }
    double *volumes = realloc(relief->volume_m3, relief->items.count * sizeof *volumes);
    if (volumes != NULL)
        relief->volume_m3 = volumes;
    double *weights = realloc(relief->weight_t, relief->items.count * sizeof *weights);
    if (weights != NULL)
        relief->weight_t = weights;
    if (volumes == NULL || weights == NULL) {
        free(relief->items.texts[--relief->items.count]);
        return HV_ERR_MEMORY;
    }
    volumes[index] = volume;
    weights[index] = weight;
    return HV_OK;
}

enum { RULE_ITEM, RULE_TYPE, RULE_MONTH, RULE_COUNTRY, RULE_PERSONS, RULE_COLUMNS };
static const struct table_column rule_columns[RULE_COLUMNS] = {{"Item", true},
                                                               {"Disaster Type", true},
                                                               {"Month", true},
                                                               {"gglCountry", true},
                                                               {"PersonsPerItem", true}};

static int put_rule(struct relief_case *relief, const struct relief_rule *rule, const char *type,
                    const char *country) {
    if (relief->rule_count >= RELIEF_LINES_MAX)
        return HV_ERR_LIMIT;
    if (relief->rule_count == relief->rule_max) {
        size_t max = 2 * relief->rule_max + 64;
        struct relief_rule *grown = realloc(relief->rules, max * sizeof *grown);
        if (grown == NULL)
            return HV_ERR_MEMORY;
        relief->rules = grown;
        relief->rule_max = max;
    }
    struct relief_rule *put = &relief->rules[relief->rule_count++];
    *put = *rule;
    put->type = is_any(type) ? NULL : strdup(type);
    put->country = is_any(country) ? NULL : strdup(country);
    return (put->type == NULL) == is_any(type) && (put->country == NULL) == is_any(country)
               ? HV_OK
               : HV_ERR_MEMORY;
}

static int read_rule(struct table_row *row, void *context) {
    struct relief_case *relief = ((struct reading *)context)->relief;
    struct relief_rule rule = {0};
    rule.item = known(row, RULE_ITEM, &relief->items, "the name of an item of items.csv");
    rule.persons = table_number(row, RULE_PERSONS, 1e-6, FIGURE_MAX, 0, true);
    if (!is_any(table_text(row, RULE_MONTH)))
        rule.month = (int64_t)table_number(row, RULE_MONTH, -1, 12, 0, true);
    if (row->bad > 0)
        return HV_OK;
    return put_rule(relief, &rule, table_text(row, RULE_TYPE), table_text(row, RULE_COUNTRY));
}

enum { DEPOT_ADDRESS, DEPOT_INCLUDE, DEPOT_COLUMNS };
static const struct table_column depot_columns[DEPOT_COLUMNS] = {{"gglAddressAscii", true},
                                                                 {"include", true}};

static int read_depot(struct table_row *row, void *context) {
    struct relief_case *relief = ((struct reading *)context)->relief;
    const char *address = table_text(row, DEPOT_ADDRESS);
    uint32_t index, before = relief->depots.count;
    if (address[0] == '\0') {
        table_wrong(row, DEPOT_ADDRESS, "the address of a depot");
        return HV_OK;
    }
    int error = put_name(&relief->depots, address, RELIEF_NAMES_MAX, &index);
    if (error != HV_OK)
        return error;
    if (index < before) {
        table_wrong(row, DEPOT_ADDRESS, "each depot once");
        return HV_OK;
    }
    relief->selected[index] = table_answer(row, DEPOT_INCLUDE) == REGION_ANSWER_YES;
    relief->counted_at[index] = index;
    return HV_OK;
}

enum { MAP_FROM, MAP_TO, MAP_COLUMNS };
static const struct table_column map_columns[MAP_COLUMNS] = {{"gglAddressAsciiMapFrom", true},
                                                             {"gglAddressAsciiMapTo", true}};

static int read_mapping(struct table_row *row, void *context) {
    struct relief_case *relief = ((struct reading *)context)->relief;
    uint32_t from = known(row, MAP_FROM, &relief->depots, "a depot of depotSelection.csv");
    uint32_t to = known(row, MAP_TO, &relief->depots, "a depot of depotSelection.csv");
    if (from != UINT32_MAX && to != UINT32_MAX)
        relief->counted_at[from] = to;
    return HV_OK;
}

enum { WAY_DEPOT, WAY_PLACE, WAY_HOURS, WAY_KM, WAY_COLUMNS };
static const struct table_column way_columns[WAY_COLUMNS] = {{"depotGglAddressAscii", true},
                                                             {"disasterGglAddressAscii", true},
                                                             {"drivingTime_hrs", true},
                                                             {"distance_km", true}};

/* First only the places, to know how much room the ways take. */
static int read_place(struct table_row *row, void *context) {
    struct relief_case *relief = ((struct reading *)context)->relief;
    const char *place = table_text(row, WAY_PLACE);
    uint32_t index;
    if (place[0] == '\0') {
        table_wrong(row, WAY_PLACE, "the address of a place");
        return HV_OK;
    }
    return put_name(&relief->places, place, RELIEF_NAMES_MAX, &index);
}

static int read_way(struct table_row *row, void *context) {
    struct relief_case *relief = ((struct reading *)context)->relief;
    uint32_t depot = find_name(&relief->depots, table_text(row, WAY_DEPOT));
    uint32_t place = find_name(&relief->places, table_text(row, WAY_PLACE));
    double hours = table_number(row, WAY_HOURS, 0, FIGURE_MAX, NAN, false);
    double km = table_number(row, WAY_KM, 0, FIGURE_MAX, NAN, false);
    if (row->bad > 0 || depot == UINT32_MAX || place == UINT32_MAX)
        return HV_OK; /* a depot that is not selected may have ways */
    size_t at = (size_t)depot * relief->places.count + place;
    relief->hours[at] = hours;
    relief->km[at] = km;
    return HV_OK;
}

enum { TYPE_NAME, TYPE_INCLUDE, TYPE_COLUMNS };
static const struct table_column type_columns[TYPE_COLUMNS] = {{"disasterType", true},
                                                               {"include", true}};

static int read_type(struct table_row *row, void *context) {
    struct reading *reading = context;
    uint32_t index;
    if (table_answer(row, TYPE_INCLUDE) != REGION_ANSWER_YES)
        return HV_OK;
    return put_name(&reading->chosen_types, table_text(row, TYPE_NAME), RELIEF_NAMES_MAX, &index);
}

enum { HIT_ID, HIT_TYPE, HIT_MONTH, HIT_COUNTRY, HIT_PLACE, HIT_PEOPLE, HIT_COLUMNS };
static const struct table_column hit_columns[HIT_COLUMNS] = {
    {"DisasterID", true},  {"Type", true},       {"Month", false},
    {"gglCountry", false}, {"gglAddress", true}, {"TotAffected", true}};

static int put_disaster(struct relief_case *relief, struct table_row *row, uint32_t *ret_index) {
    uint32_t before = relief->disaster_ids.count, type;
    int error =
        put_name(&relief->disaster_ids, table_text(row, HIT_ID), RELIEF_DISASTERS_MAX, ret_index);
    if (error != HV_OK || *ret_index < before)
        return error;
    if (relief->disaster_ids.count > relief->disaster_max) {
        uint32_t max = 2 * relief->disaster_max + 64;
        struct relief_disaster *grown = realloc(relief->disasters, max * sizeof *grown);
        if (grown != NULL) {
            relief->disasters = grown;
            relief->disaster_max = max;
        } else {
            free(relief->disaster_ids.texts[--relief->disaster_ids.count]);
            return HV_ERR_MEMORY;
        }
    }
    const char *country = row->values[HIT_COUNTRY] == NULL ? "" : table_text(row, HIT_COUNTRY);
    relief->disasters[*ret_index] = (struct relief_disaster){
        .month = row->values[HIT_MONTH] == NULL ? 0 : table_whole(row, HIT_MONTH, 12, false),
        .country = strdup(country),
    };
    if (relief->disasters[*ret_index].country == NULL)
        return HV_ERR_MEMORY;
    error = put_name(&relief->types, table_text(row, HIT_TYPE), RELIEF_NAMES_MAX, &type);
    if (error == HV_OK)
        relief->disasters[*ret_index].type = type;
    return error;
}

static int put_affected(struct relief_case *relief, const struct relief_affected *affected) {
    if (relief->affected_count >= RELIEF_LINES_MAX)
        return HV_ERR_LIMIT;
    if (relief->affected_count == relief->affected_max) {
        size_t max = 2 * relief->affected_max + 256;
        struct relief_affected *grown = realloc(relief->affected, max * sizeof *grown);
        if (grown == NULL)
            return HV_ERR_MEMORY;
        relief->affected = grown;
        relief->affected_max = max;
    }
    relief->affected[relief->affected_count++] = *affected;
    return HV_OK;
}

static int read_hit(struct table_row *row, void *context) {
    struct reading *reading = context;
    struct relief_case *relief = reading->relief;
    struct relief_affected affected = {0};
    if (reading->choose_types &&
        find_name(&reading->chosen_types, table_text(row, HIT_TYPE)) == UINT32_MAX)
        return HV_OK;
    affected.place = known(row, HIT_PLACE, &relief->places, "a place of distanceMatrix.csv");
    affected.people = table_number(row, HIT_PEOPLE, 0, FIGURE_MAX, 0, true);
    if (table_text(row, HIT_ID)[0] == '\0')
        table_wrong(row, HIT_ID, "the id of a disaster");
    if (row->bad > 0)
        return HV_OK;
    int error = put_disaster(relief, row, &affected.disaster);
    if (error != HV_OK)
        return error;
    const char *type = relief->types.texts[relief->disasters[affected.disaster].type];
    if (strcmp(type, table_text(row, HIT_TYPE)) != 0) {
        table_wrong(row, HIT_TYPE, "the type that the disaster has in its other rows");
        return HV_OK;
    }
    return put_affected(relief, &affected);
}

enum { HELD_ITEM, HELD_DEPOT, HELD_TOTAL, HELD_COLUMNS };
static const struct table_column held_columns[HELD_COLUMNS] = {
    {"ItemName", true}, {"gglAddress", true}, {"Total", true}};

static int read_held(struct table_row *row, void *context) {
    struct relief_case *relief = ((struct reading *)context)->relief;
    uint32_t item = known(row, HELD_ITEM, &relief->items, "the name of an item of items.csv");
    uint32_t depot = known(row, HELD_DEPOT, &relief->depots, "a depot of depotSelection.csv");
    double total = table_number(row, HELD_TOTAL, 0, FIGURE_MAX, 0, true);
    if (row->bad > 0)
        return HV_OK;
    double *stock = &relief->stock[(size_t)relief->counted_at[depot] * relief->items.count + item];
    *stock += total;
    if (*stock > FIGURE_MAX)
        table_wrong(row, HELD_TOTAL, "at most 1e12 of an item at a depot");
    return HV_OK;
}

enum { PARAMETER_NAME, PARAMETER_MODE, PARAMETER_NUMBER, PARAMETER_COLUMNS };
static const struct table_column parameter_columns[PARAMETER_COLUMNS] = {
    {"Attribute", true}, {"Mode", true}, {"Number", true}};

static int read_parameter(struct table_row *row, void *context) {
    struct relief_case *relief = ((struct reading *)context)->relief;
    const struct {
        const char *name;
        double *figure;
    } known_ones[] = {{"FixedAddlTime_Hrs", &relief->fixed_hours},
                      {"StretchTimeFactor", &relief->time_factor},
                      {"StretchDistanceFactor", &relief->distance_factor}};
    if (strcmp(table_text(row, PARAMETER_MODE), "Truck") != 0)
        return HV_OK;
    for (size_t i = 0; i < sizeof known_ones / sizeof known_ones[0]; i++)
        if (strcmp(table_text(row, PARAMETER_NAME), known_ones[i].name) == 0)
            *known_ones[i].figure = table_number(row, PARAMETER_NUMBER, 0, 1e6, 0, true);
    return HV_OK;
}

enum { MODE_NAME, MODE_MOST, MODE_COLUMNS };
static const struct table_column mode_columns[MODE_COLUMNS] = {{"Mode", true},
                                                               {"MaxDrivingTimeCutAboveHrs", true}};

static int read_mode(struct table_row *row, void *context) {
    struct relief_case *relief = ((struct reading *)context)->relief;
    if (strcmp(table_text(row, MODE_NAME), "Truck") == 0)
        relief->most_hours = table_number(row, MODE_MOST, 0, 1e6, MOST_HOURS_OTHERWISE, true);
    return HV_OK;
}

/* ---- the folder ------------------------------------------------------------------------------ */

static bool path_of(const struct reading *reading, const char *name, char *ret_path) {
    return snprintf(ret_path, PATH_BYTES, "%s/%s", reading->dir, name) < PATH_BYTES;
}

static bool is_there(const struct reading *reading, const char *name) {
    char path[PATH_BYTES];
    return path_of(reading, name, path) && access(path, F_OK) == 0;
}

static int read_table(struct reading *reading, const char *name, const struct table_column *columns,
                      size_t count, table_row_fn *row_fn) {
    const struct table_format format = {.columns = columns, .column_count = count, .repeats = true};
    char path[PATH_BYTES], *bytes = NULL;
    size_t size = 0;
    if (!path_of(reading, name, path))
        return HV_ERR_LIMIT;
    int error = table_slurp(path, name, reading->faults, &bytes, &size);
    if (error == HV_OK)
        error = table_read(bytes, size, name, &format, reading->faults, row_fn, reading);
    free(bytes);
    if (error == HV_ERR_LIMIT)
        hv_fault_add(reading->faults, HV_FAULT_ERROR, name, 0, "", "too much of it",
                     "at most 5000 names, 20000 disasters and 1000000 rows");
    return error;
}

static int make_ways(struct relief_case *relief) {
    size_t ways = (size_t)relief->depots.count * relief->places.count;
    if (ways > RELIEF_WAYS_MAX)
        return HV_ERR_LIMIT;
    relief->hours = malloc((ways + 1) * sizeof *relief->hours);
    relief->km = malloc((ways + 1) * sizeof *relief->km);
    relief->stock =
        calloc((size_t)relief->depots.count * relief->items.count + 1, sizeof *relief->stock);
    if (relief->hours == NULL || relief->km == NULL || relief->stock == NULL)
        return HV_ERR_MEMORY;
    for (size_t i = 0; i < ways; i++)
        relief->hours[i] = relief->km[i] = NAN;
    return HV_OK;
}

static int read_depots(struct reading *reading) {
    struct relief_case *relief = reading->relief;
    relief->selected = calloc(RELIEF_NAMES_MAX, sizeof *relief->selected);
    relief->counted_at = calloc(RELIEF_NAMES_MAX, sizeof *relief->counted_at);
    if (relief->selected == NULL || relief->counted_at == NULL)
        return HV_ERR_MEMORY;
    int error = read_table(reading, "depotSelection.csv", depot_columns, DEPOT_COLUMNS, read_depot);
    if (error == HV_OK && is_there(reading, "depotMapping.csv"))
        error = read_table(reading, "depotMapping.csv", map_columns, MAP_COLUMNS, read_mapping);
    return error;
}

static int read_ways(struct reading *reading) {
    int error = read_table(reading, "distanceMatrix.csv", way_columns, WAY_COLUMNS, read_place);
    if (error == HV_OK)
        error = make_ways(reading->relief);
    if (error == HV_OK)
        error = read_table(reading, "distanceMatrix.csv", way_columns, WAY_COLUMNS, read_way);
    return error;
}

static int read_transport(struct reading *reading) {
    int error = HV_OK;
    if (is_there(reading, "transportParameters.csv"))
        error = read_table(reading, "transportParameters.csv", parameter_columns, PARAMETER_COLUMNS,
                           read_parameter);
    if (error == HV_OK && is_there(reading, "transportModes.csv"))
        error = read_table(reading, "transportModes.csv", mode_columns, MODE_COLUMNS, read_mode);
    return error;
}

static int read_disasters(struct reading *reading) {
    int error = HV_OK;
    reading->choose_types = is_there(reading, "disasterTypeSelection.csv");
    if (reading->choose_types)
        error =
            read_table(reading, "disasterTypeSelection.csv", type_columns, TYPE_COLUMNS, read_type);
    if (error == HV_OK)
        error = read_table(reading, "disasters.csv", hit_columns, HIT_COLUMNS, read_hit);
    if (error == HV_OK && reading->relief->disaster_ids.count == 0)
        hv_fault_add(reading->faults, HV_FAULT_ERROR, "disasters.csv", 0, "",
                     "no disaster of a type that is included", "at least one");
    return error;
}

/* An item that nobody knows whom it is for. */
static void check_rules(const struct reading *reading) {
    const struct relief_case *relief = reading->relief;
    for (uint32_t k = 0; k < relief->items.count; k++)
        for (uint32_t d = 0; d < relief->disaster_ids.count; d++)
            if (!(relief_case_persons(relief, k, d) > 0)) {
                hv_fault_addf(reading->faults, HV_FAULT_ERROR, "personsPerItem.csv", 0, "Item",
                              "a row for every item; DEFAULT fits all types",
                              "nothing for “%s” in disaster %s", relief->items.texts[k],
                              relief->disaster_ids.texts[d]);
                break;
            }
}

int relief_case_read(const char *dir, const char *stock, struct hv_fault_list *faults,
                     struct relief_case *ret_case) {
    struct relief_case relief = {
        .time_factor = 1, .distance_factor = 1, .most_hours = MOST_HOURS_OTHERWISE};
    struct reading reading = {.relief = &relief, .faults = faults, .dir = dir};
    size_t errors = faults->errors;
    int error = read_table(&reading, "items.csv", item_columns, ITEM_COLUMNS, read_item);
    if (error == HV_OK)
        error = read_table(&reading, "personsPerItem.csv", rule_columns, RULE_COLUMNS, read_rule);
    if (error == HV_OK)
        error = read_depots(&reading);
    if (error == HV_OK)
        error = read_ways(&reading);
    if (error == HV_OK)
        error = read_disasters(&reading);
    if (error == HV_OK)
        error = read_table(&reading, stock != NULL ? stock : "actual.csv", held_columns,
                           HELD_COLUMNS, read_held);
    if (error == HV_OK)
        error = read_transport(&reading);
    if (error == HV_OK)
        check_rules(&reading);
    if (error == HV_OK && faults->errors > errors)
        error = HV_ERR_VALUE;
    free_names(&reading.chosen_types);
    if (error == HV_OK)
        *ret_case = relief;
    else
        relief_case_deinit(&relief);
    return error;
}

double relief_case_persons(const struct relief_case *relief, uint32_t item, uint32_t disaster) {
    const struct relief_disaster *hit = &relief->disasters[disaster];
    double persons = 0;
    int best = -1;
    for (size_t i = 0; i < relief->rule_count; i++) {
        const struct relief_rule *rule = &relief->rules[i];
        if (rule->item != item || (rule->month != 0 && rule->month != hit->month) ||
            (rule->type != NULL && strcmp(rule->type, relief->types.texts[hit->type]) != 0) ||
            (rule->country != NULL && strcmp(rule->country, hit->country) != 0))
            continue;
        int named = (rule->type != NULL) + (rule->month != 0) + (rule->country != NULL);
        if (named <= best)
            continue;
        best = named;
        persons = rule->persons;
    }
    return persons;
}
