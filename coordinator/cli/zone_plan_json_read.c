/* Reading haven.zoneplan.rules/1. */
#include "coordinator/cli/zone_plan_json.h"

#include "coordinator/cli/json_rows.h"
#include "coordinator/region/json_fields.h"
#include "schemas/limits.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FORMAT "haven.zoneplan.rules/1"
#define GROUPS_MAX 64
#define FACTOR_MAX 1000

struct reading {
    struct json_reading json;
    const struct evacuation_document *document;
    struct zone_plan_rules *rules;
    struct json_names zones, places, shelters, links, groups;
    bool *told; /* by zone: has a row */
};

void zone_plan_rules_deinit(struct zone_plan_rules *rules) {
    free(rules->zones);
    free(rules->shelters);
    free(rules->groups);
    free(rules->travel);
    free(rules->in_force);
    *rules = (struct zone_plan_rules){0};
}

/* ---- names of the instance ------------------------------------------------------------------- */

static int compare_named(const void *first, const void *second) {
    const struct json_named *a = first, *b = second;
    return strcmp(a->id, b->id);
}

static int take_names(const char *const *ids, size_t count, const char *what,
                      struct json_names *names) {
    *names = (struct json_names){calloc(count + 1, sizeof *names->sorted), count, what};
    if (names->sorted == NULL)
        return HV_ERR_MEMORY;
    for (size_t i = 0; i < count; i++)
        names->sorted[i] = (struct json_named){ids[i], (uint32_t)i};
    qsort(names->sorted, count, sizeof *names->sorted, compare_named);
    return HV_OK;
}

/* ---- fields ---------------------------------------------------------------------------------- */

/* An integer between bounds, or a fault and `otherwise`. */
static int64_t read_integer(const struct json_row *row, const char *field, bool required,
                            int64_t otherwise, int64_t least, int64_t most) {
    const json_t *value = json_object_get(row->object, field);
    char right[96];
    if (value == NULL && !required)
        return otherwise;
    if (json_is_integer(value) && json_integer_value(value) >= least &&
        json_integer_value(value) <= most)
        return json_integer_value(value);
    snprintf(right, sizeof right, "a whole number from %" PRId64 " to %" PRId64, least, most);
    json_row_fault(row, field, right, value == NULL ? "missing" : "not such a number");
    return otherwise;
}

/* Sets `marks` for the ids of a list; returns whether the field is there. */
static bool mark_list(const struct json_row *row, const char *field, const struct json_names *names,
                      bool *marks) {
    const json_t *list = json_object_get(row->object, field);
    if (list == NULL)
        return false;
    if (!json_is_array(list)) {
        json_row_fault(row, field, "an array of ids", "not an array");
        return true;
    }
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *id = json_string_value(json_array_get(list, i));
        uint32_t index = id == NULL ? JSON_NO_NAME : json_names_find(names, id);
        if (index == JSON_NO_NAME)
            json_row_fault(row, field, "ids that the instance has", "“%.64s” is not there",
                           id == NULL ? "(no text)" : id);
        else
            marks[index] = true;
    }
    return true;
}

/* ---- zones ----------------------------------------------------------------------------------- */

static void read_shelters(struct reading *reading, const struct json_row *row, size_t zone,
                          bool *only, bool *never) {
    const size_t count = reading->document->instance.shelter_count;
    memset(only, 0, count * sizeof *only);
    memset(never, 0, count * sizeof *never);
    bool some = mark_list(row, "shelters", &reading->shelters, only);
    bool excluded = mark_list(row, "not_shelters", &reading->shelters, never);
    if (!some && !excluded)
        return;
    struct zone_plan_rule *rule = &reading->rules->zones[zone];
    int32_t *list = reading->rules->shelters + zone * count;
    rule->shelters = list;
    rule->shelter_count = 0;
    for (size_t s = 0; s < count; s++)
        if ((!some || only[s]) && !never[s])
            list[rule->shelter_count++] = (int32_t)s;
}

/* Zones that a row names: one, or all of a place. */
struct named_zones {
    uint32_t zone; /* JSON_NO_NAME where it is a place, or nothing */
    int32_t place; /* -1 where it is a zone, or nothing */
};

static struct named_zones read_named(const struct reading *reading, const struct json_row *row) {
    const char *id = json_row_text(row, "zone");
    struct named_zones named = {JSON_NO_NAME, -1};
    if (id == NULL)
        return named;
    named.zone = json_names_find(&reading->zones, id);
    if (named.zone != JSON_NO_NAME)
        return named;
    const uint32_t place = json_names_find(&reading->places, id);
    if (place != JSON_NO_NAME)
        named.place = (int32_t)place;
    else
        json_row_fault(row, "zone", "the id of a zone, or of a place", "“%s” is not there", id);
    return named;
}

static void read_rule(struct reading *reading, const struct json_row *row, size_t zone, bool *only,
                      bool *never) {
    if (reading->told[zone])
        json_row_fault(row, "zone", "one row for each zone", "a second row");
    reading->told[zone] = true;
    struct zone_plan_rule *rule = &reading->rules->zones[zone];
    rule->stage = (int32_t)read_integer(row, "stage", false, -1, 0, ZONE_PLAN_STAGES_MAX - 1);
    if (json_object_get(row->object, "group") != NULL) {
        uint32_t group = json_row_name(row, "group", &reading->groups);
        rule->group = group == JSON_NO_NAME ? 0 : (int32_t)group + 1;
    }
    read_shelters(reading, row, zone, only, never);
}

static void read_zone(struct reading *reading, const struct json_row *row, bool *only,
                      bool *never) {
    const struct named_zones named = read_named(reading, row);
    if (named.zone != JSON_NO_NAME)
        read_rule(reading, row, named.zone, only, never);
    for (size_t z = 0; named.place >= 0 && z < reading->document->instance.zone_count; z++)
        if (reading->document->places[z] == named.place)
            read_rule(reading, row, z, only, never);
}

static int read_zones(struct reading *reading, const json_t *rows) {
    const struct evacuation_instance *instance = &reading->document->instance;
    bool *only = calloc(instance->shelter_count + 1, sizeof *only);
    bool *never = calloc(instance->shelter_count + 1, sizeof *never);
    int error = only == NULL || never == NULL ? HV_ERR_MEMORY : HV_OK;
    for (size_t i = 0; error == HV_OK && i < json_array_size(rows); i++) {
        struct json_row row = json_row_at(&reading->json, rows, "zones", i);
        read_zone(reading, &row, only, never);
    }
    free(only);
    free(never);
    return error;
}

/* ---- groups ---------------------------------------------------------------------------------- */

static void scale_travel(const struct reading *reading, const struct json_row *row,
                         int32_t *travel) {
    const struct evacuation_instance *instance = &reading->document->instance;
    double factor = json_row_number(row, "travel_factor", false, 1, 0.001, FACTOR_MAX);
    for (size_t l = 0; l < instance->link_count; l++) {
        double steps = ceil(factor * instance->links[l].travel_steps - 1e-9);
        travel[l] = steps < INT32_MAX - 1 ? (int32_t)steps : INT32_MAX - 1;
    }
}

/* Links that take a group so many steps, whatever the factor says. */
static void read_paces(struct reading *reading, const struct json_row *group, int32_t *travel) {
    const json_t *rows = json_object_get(group->object, "links");
    if (rows != NULL && !json_is_array(rows))
        json_row_fault(group, "links", "an array of {link, travel_steps}", "not an array");
    for (size_t i = 0; i < json_array_size(rows); i++) {
        struct json_row row = json_row_at(&reading->json, rows, "groups[].links", i);
        if (!json_is_object(row.object)) {
            json_row_fault(group, "links", "an array of {link, travel_steps}", "entry %zu is none",
                           i);
            continue;
        }
        uint32_t link = json_row_name(&row, "link", &reading->links);
        int32_t steps = (int32_t)read_integer(&row, "travel_steps", true, 0, 0, INT32_MAX - 1);
        if (link != JSON_NO_NAME)
            travel[link] = steps;
    }
}

static int read_groups(struct reading *reading, const json_t *rows) {
    const size_t links = reading->document->instance.link_count, count = json_array_size(rows);
    struct zone_plan_rules *rules = reading->rules;
    if (count == 0)
        return HV_OK;
    if (count > GROUPS_MAX) {
        json_fault(&reading->json, "groups", "too many", "at most 64 groups");
        return HV_OK;
    }
    rules->groups = calloc(count + 1, sizeof *rules->groups);
    rules->travel = calloc(count * (links + 1), sizeof *rules->travel);
    bool *barred = calloc(links + 1, sizeof *barred);
    rules->group_count = count + 1; /* the first travels as the instance says */
    for (size_t g = 0;
         rules->groups != NULL && rules->travel != NULL && barred != NULL && g < count; g++) {
        struct json_row row = json_row_at(&reading->json, rows, "groups", g);
        int32_t *travel = rules->travel + g * links;
        scale_travel(reading, &row, travel);
        read_paces(reading, &row, travel);
        memset(barred, 0, links * sizeof *barred);
        (void)mark_list(&row, "barred", &reading->links, barred);
        for (size_t l = 0; l < links; l++)
            if (barred[l])
                travel[l] = ZONE_PLAN_BARRED;
        rules->groups[g + 1].travel_steps = travel;
    }
    bool sound = rules->groups != NULL && rules->travel != NULL && barred != NULL;
    free(barred);
    return sound ? HV_OK : HV_ERR_MEMORY;
}

/* ---- the plan in force ----------------------------------------------------------------------- */

/* People of a place are counted together, so they may be held by its first zone. */
static uint32_t first_named(const struct reading *reading, struct named_zones named) {
    for (size_t z = 0; named.place >= 0 && z < reading->document->instance.zone_count; z++)
        if (reading->document->places[z] == named.place)
            return (uint32_t)z;
    return named.zone;
}

static int read_in_force(struct reading *reading, const json_t *rows) {
    struct zone_plan_rules *rules = reading->rules;
    rules->in_force = calloc(json_array_size(rows) + 1, sizeof *rules->in_force);
    if (rules->in_force == NULL)
        return HV_ERR_MEMORY;
    for (size_t i = 0; i < json_array_size(rows); i++) {
        struct json_row row = json_row_at(&reading->json, rows, "in_force", i);
        uint32_t zone = first_named(reading, read_named(reading, &row));
        uint32_t shelter = json_row_name(&row, "shelter", &reading->shelters);
        int64_t people = read_integer(&row, "people", true, 0, 0, EVACUATION_PEOPLE_MAX);
        if (zone == JSON_NO_NAME || shelter == JSON_NO_NAME)
            continue;
        for (size_t k = 0; k < rules->in_force_count; k++)
            if (rules->in_force[k].zone == (int32_t)zone &&
                rules->in_force[k].shelter == (int32_t)shelter)
                json_row_fault(&row, "shelter", "one row for each zone and shelter",
                               "a second row");
        rules->in_force[rules->in_force_count++] =
            (struct zone_plan_kept){(int32_t)zone, (int32_t)shelter, people};
    }
    return HV_OK;
}

/* ---- the document ---------------------------------------------------------------------------- */

/* The array of that name, empty where there is none; a fault where it is something else. */
static const json_t *rows_of(struct reading *reading, const json_t *root, const char *array) {
    const json_t *rows = json_object_get(root, array);
    if (rows == NULL)
        return NULL;
    return json_rows_are_there(&reading->json, root, array) ? rows : NULL;
}

static int allocate(struct reading *reading) {
    const struct evacuation_instance *instance = &reading->document->instance;
    struct zone_plan_rules *rules = reading->rules;
    rules->zones = calloc(instance->zone_count + 1, sizeof *rules->zones);
    rules->shelters =
        calloc(instance->zone_count * instance->shelter_count + 1, sizeof *rules->shelters);
    reading->told = calloc(instance->zone_count + 1, sizeof *reading->told);
    if (rules->zones == NULL || rules->shelters == NULL || reading->told == NULL)
        return HV_ERR_MEMORY;
    for (size_t z = 0; z < instance->zone_count; z++)
        rules->zones[z].stage = -1;
    return HV_OK;
}

static int name_parts(struct reading *reading, const json_t *groups) {
    const struct evacuation_document *document = reading->document;
    const struct evacuation_instance *instance = &document->instance;
    size_t places = 0;
    while (places < instance->zone_count && document->place_ids[places] != NULL)
        places++;
    int error = take_names(document->zone_ids, instance->zone_count, "zone", &reading->zones);
    if (error == HV_OK)
        error = take_names(document->place_ids, places, "place", &reading->places);
    if (error == HV_OK)
        error = take_names(document->shelter_ids, instance->shelter_count, "shelter",
                           &reading->shelters);
    if (error == HV_OK)
        error = take_names(document->link_ids, instance->link_count, "link", &reading->links);
    if (error == HV_OK && groups != NULL)
        error = json_names_read(&reading->json, groups, "groups", "group", &reading->groups);
    return error;
}

/* A rule that is mistyped would be one that nobody keeps. */
static void check_fields(const struct json_reading *json, const json_t *root) {
    static const char *const of_root[] = {"format",   "zones",        "groups",
                                          "in_force", "change_price", NULL};
    static const char *const of_zones[] = {"zone",  "shelters", "not_shelters",
                                           "stage", "group",    NULL};
    static const char *const of_groups[] = {"id", "travel_factor", "links", "barred", NULL};
    static const char *const of_links[] = {"link", "travel_steps", NULL};
    static const char *const of_in_force[] = {"zone", "shelter", "people", NULL};
    const json_t *groups = json_object_get(root, "groups");
    json_fields_check(json->faults, json->path, "", root, of_root);
    json_fields_check_rows(json->faults, json->path, "zones", json_object_get(root, "zones"),
                           of_zones);
    json_fields_check_rows(json->faults, json->path, "groups", groups, of_groups);
    json_fields_check_rows(json->faults, json->path, "in_force", json_object_get(root, "in_force"),
                           of_in_force);
    for (size_t g = 0; g < json_array_size(groups); g++) {
        char array[48];
        snprintf(array, sizeof array, "groups[%zu].links", g);
        json_fields_check_rows(json->faults, json->path, array,
                               json_object_get(json_array_get(groups, g), "links"), of_links);
    }
}

static int read_root(struct reading *reading, const json_t *root) {
    const size_t errors = reading->json.faults->errors;
    const json_t *groups = rows_of(reading, root, "groups");
    const json_t *price = json_object_get(root, "change_price");
    check_fields(&reading->json, root);
    int error = name_parts(reading, groups);
    if (error == HV_OK)
        error = allocate(reading);
    if (error == HV_OK)
        error = read_groups(reading, groups);
    if (error == HV_OK)
        error = read_zones(reading, rows_of(reading, root, "zones"));
    if (error == HV_OK)
        error = read_in_force(reading, rows_of(reading, root, "in_force"));
    if (price != NULL && (!json_is_integer(price) || json_integer_value(price) < 0 ||
                          json_integer_value(price) > EVACUATION_STEPS_MAX))
        json_fault(&reading->json, "change_price", "not such a number",
                   "a whole number of arrival steps from 0 to 1000000");
    else if (price != NULL)
        reading->rules->change_price = json_integer_value(price);
    if (error == HV_OK && reading->json.faults->errors > errors)
        error = HV_ERR_VALUE;
    return error;
}

static int read_document(struct reading *reading, const json_t *root,
                         struct zone_plan_rules *ret_rules) {
    int error = read_root(reading, root);
    json_names_deinit(&reading->zones);
    json_names_deinit(&reading->places);
    json_names_deinit(&reading->shelters);
    json_names_deinit(&reading->links);
    json_names_deinit(&reading->groups);
    free(reading->told);
    if (error != HV_OK)
        zone_plan_rules_deinit(reading->rules);
    else
        *ret_rules = *reading->rules;
    return error;
}

int zone_plan_json_read(const char *path, const struct evacuation_document *document,
                        struct hv_fault_list *faults, struct zone_plan_rules *ret_rules) {
    struct zone_plan_rules rules = {0};
    struct reading reading = {{path, faults, FORMAT}, document, &rules, .told = NULL};
    json_t *root = NULL;
    int error = json_rows_load(&reading.json, &root);
    if (error == HV_OK)
        error = read_document(&reading, root, ret_rules);
    json_decref(root);
    return error;
}

int zone_plan_json_parse(const char *path, const char *text, size_t bytes,
                         const struct evacuation_document *document, struct hv_fault_list *faults,
                         struct zone_plan_rules *ret_rules) {
    struct zone_plan_rules rules = {0};
    struct reading reading = {{path, faults, FORMAT}, document, &rules, .told = NULL};
    json_t *root = NULL;
    int error = json_rows_parse(&reading.json, text, bytes, &root);
    if (error == HV_OK)
        error = read_document(&reading, root, ret_rules);
    json_decref(root);
    return error;
}
