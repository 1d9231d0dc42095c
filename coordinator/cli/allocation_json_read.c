/* Reading haven.allocation.instance/1. */
#include "coordinator/cli/allocation_json.h"

#include "coordinator/region/json_fields.h"
#include "coordinator/cli/json_rows.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FORMAT "haven.allocation.instance/1"

struct reading {
    struct json_reading json;
    struct allocation_document *document;
    const json_t *root, *items;
    struct json_names item_names, depot_names, shelter_names;
};

/* Names of fields -------------------------------------------------------------------------------
 */

static const char *const root_fields[] = {"format",      "name",  "items",    "depots",
                                          "shelters",    "lanes", "fairness", "vehicles",
                                          "horizon_min", NULL};
static const char *const item_fields[] = {"id",   "volume_m3", "weight_kg",  "shortage_cost",
                                          "unit", "pack",      "cold_chain", NULL};
static const char *const depot_fields[] = {"id", "stock", "reserve", "dispatch_m3", NULL};
static const char *const shelter_fields[] = {"id", "need", "priority", "receive_m3", NULL};
static const char *const lane_fields[] = {"depot",       "shelter",    "cost_per_m3",
                                          "capacity_m3", "travel_min", "back_min",
                                          "distance_km", "back_km",    NULL};
static const char *const vehicle_fields[] = {
    "id",        "depot",    "volume_m3",  "weight_kg", "loading_min", "unloading_min",
    "ready_min", "range_km", "cold_chain", NULL};
static const char *const quantity_fields[] = {"quantity", "unit", NULL};

/* A field that is not known would be a limit that nobody keeps. */
static void check_fields(const struct json_reading *json, const json_t *root) {
    const struct {
        const char *array;
        const char *const *known;
    } arrays[] = {{"items", item_fields},
                  {"depots", depot_fields},
                  {"shelters", shelter_fields},
                  {"lanes", lane_fields},
                  {"vehicles", vehicle_fields}};
    json_fields_check(json->faults, json->path, "", root, root_fields);
    for (size_t a = 0; a < sizeof arrays / sizeof arrays[0]; a++)
        json_fields_check_rows(json->faults, json->path, arrays[a].array,
                               json_object_get(root, arrays[a].array), arrays[a].known);
}

/* Rows ------------------------------------------------------------------------------------------
 */

static double read_figure(const struct json_row *row, const char *field, bool required,
                          double otherwise) {
    return json_row_number(row, field, required, otherwise, 0, ALLOCATION_FIGURE_MAX);
}

static bool read_flag(const struct json_row *row, const char *field) {
    const json_t *value = json_object_get(row->object, field);
    if (value != NULL && !json_is_boolean(value))
        json_row_fault(row, field, "true or false", "neither");
    return json_is_true(value);
}

static void read_item(const struct json_row *row, struct allocation_item *item) {
    item->volume_m3 = read_figure(row, "volume_m3", true, 0);
    item->weight_kg = read_figure(row, "weight_kg", false, 0);
    item->shortage_cost = read_figure(row, "shortage_cost", true, 0);
    if (json_object_get(row->object, "unit") != NULL)
        (void)json_row_text(row, "unit");
}

/* The unit of a quantity, where one stands with it, must be that of the item. */
static void check_unit(const struct reading *reading, const struct json_row *row, const char *place,
                       uint32_t item, const json_t *unit) {
    const char *right =
        json_string_value(json_object_get(json_array_get(reading->items, item), "unit"));
    if (unit == NULL)
        return;
    if (json_is_string(unit) && right != NULL && strcmp(json_string_value(unit), right) == 0)
        return;
    char remedy[128];
    snprintf(remedy, sizeof remedy, "%s%s", right ? "the unit of the item, " : "no unit",
             right ? right : ", as the item has none");
    json_row_fault(row, place, remedy, "unit %s",
                   json_is_string(unit) ? json_string_value(unit) : "is no text");
}

static void read_quantity(const struct reading *reading, const struct json_row *row,
                          const char *field, const char *id, const json_t *value, double *figures) {
    char place[160];
    snprintf(place, sizeof place, "%s.%s", field, id);
    uint32_t item = json_names_find(&reading->item_names, id);
    if (item == JSON_NO_NAME) {
        json_row_fault(row, place, "the id of one of the items", "“%s” is not there", id);
        return;
    }
    if (json_is_object(value)) {
        char whole[224];
        snprintf(whole, sizeof whole, "%s[%zu].%s", row->array, row->index, place);
        json_fields_check(reading->json.faults, reading->json.path, whole, value, quantity_fields);
        check_unit(reading, row, place, item, json_object_get(value, "unit"));
        value = json_object_get(value, "quantity");
    }
    double quantity = json_is_number(value) ? json_number_value(value) : -1;
    if (!json_is_number(value))
        json_row_fault(row, place, "a number from 0 to 1e+15", "not a number");
    else if (!(quantity >= 0 && quantity <= ALLOCATION_FIGURE_MAX))
        json_row_fault(row, place, "a number from 0 to 1e+15", "%.10g", quantity);
    else
        figures[item] = quantity;
}

/* An object of quantities by item. */
static void read_quantities(const struct reading *reading, const struct json_row *row,
                            const char *field, bool required, double *figures) {
    json_t *object = json_object_get(row->object, field);
    if (object == NULL && !required)
        return;
    if (!json_is_object(object)) {
        json_row_fault(row, field, "an object of quantities by item",
                       object == NULL ? "missing" : "not an object");
        return;
    }
    const char *id;
    json_t *value;
    json_object_foreach(object, id, value) read_quantity(reading, row, field, id, value, figures);
}

static double read_limit(const struct json_row *row, const char *field) {
    return read_figure(row, field, false, ALLOCATION_NO_LIMIT);
}

static void read_depot(const struct reading *reading, const struct json_row *row) {
    struct allocation_document *document = reading->document;
    size_t first = row->index * document->instance.item_count;
    document->depots[row->index].dispatch_m3 = read_limit(row, "dispatch_m3");
    read_quantities(reading, row, "stock", true, document->stock + first);
    read_quantities(reading, row, "reserve", false, document->reserve + first);
}

static void read_shelter(const struct reading *reading, const struct json_row *row) {
    struct allocation_document *document = reading->document;
    struct allocation_shelter *shelter = &document->shelters[row->index];
    shelter->priority = read_figure(row, "priority", false, 1);
    shelter->receive_m3 = read_limit(row, "receive_m3");
    read_quantities(reading, row, "need", true,
                    document->need + row->index * document->instance.item_count);
}

static void read_lane(const struct reading *reading, const struct json_row *row,
                      struct allocation_lane *lane) {
    lane->depot = json_row_name(row, "depot", &reading->depot_names);
    lane->shelter = json_row_name(row, "shelter", &reading->shelter_names);
    lane->cost_per_m3 = read_figure(row, "cost_per_m3", true, 0);
    lane->capacity_m3 = read_limit(row, "capacity_m3");
}

/* A vehicle: what it takes, how far it goes, and how long it is loaded and unloaded. */
static void read_vehicle(const struct reading *reading, const struct json_row *row,
                         struct fleet_vehicle *vehicle) {
    const double least = 1e-9;
    vehicle->depot = json_row_name(row, "depot", &reading->depot_names);
    vehicle->volume_m3 = json_row_number(row, "volume_m3", true, 1, least, ALLOCATION_FIGURE_MAX);
    vehicle->weight_kg = json_row_number(row, "weight_kg", true, 1, least, ALLOCATION_FIGURE_MAX);
    vehicle->loading_min = read_figure(row, "loading_min", false, 0);
    vehicle->unloading_min = read_figure(row, "unloading_min", false, 0);
    vehicle->ready_min = read_figure(row, "ready_min", false, 0);
    vehicle->range_km = json_row_number(row, "range_km", false, 0, least, ALLOCATION_FIGURE_MAX);
    vehicle->cold = read_flag(row, "cold_chain");
}

/* A range is of no use without the length of the way, and so is never overlooked. */
static bool has_ranges(const json_t *root) {
    const json_t *vehicle;
    size_t i;
    json_array_foreach(json_object_get(root, "vehicles"), i,
                       vehicle) if (json_object_get(vehicle, "range_km") != NULL) return true;
    return false;
}

/* The way of a lane; where the way back is not said it is the same. */
static struct fleet_way read_way(const struct reading *reading, const struct json_row *row) {
    const bool vehicles = json_object_get(reading->root, "vehicles") != NULL;
    const double out_min = read_figure(row, "travel_min", vehicles, 0),
                 out_km = read_figure(row, "distance_km", has_ranges(reading->root), 0);
    return (struct fleet_way){.out_min = out_min,
                              .back_min = read_figure(row, "back_min", false, out_min),
                              .round_km = out_km + read_figure(row, "back_km", false, out_km)};
}

struct lane_key {
    uint32_t depot, shelter, index;
};

static int compare_lanes(const void *first, const void *second) {
    const struct lane_key *a = first, *b = second;
    if (a->depot != b->depot)
        return a->depot < b->depot ? -1 : 1;
    if (a->shelter != b->shelter)
        return a->shelter < b->shelter ? -1 : 1;
    return (a->index > b->index) - (a->index < b->index);
}

static int find_double_lanes(const struct reading *reading, const json_t *rows) {
    const struct allocation_document *document = reading->document;
    size_t count = json_array_size(rows);
    struct lane_key *keys = calloc(count + 1, sizeof *keys);
    if (keys == NULL)
        return HV_ERR_MEMORY;
    for (size_t l = 0; l < count; l++)
        keys[l] =
            (struct lane_key){document->lanes[l].depot, document->lanes[l].shelter, (uint32_t)l};
    qsort(keys, count, sizeof *keys, compare_lanes);
    for (size_t l = 1; l < count; l++) {
        const struct lane_key *a = &keys[l - 1], *b = &keys[l];
        if (a->depot != b->depot || a->shelter != b->shelter || a->depot == JSON_NO_NAME ||
            a->shelter == JSON_NO_NAME)
            continue;
        struct json_row row = json_row_at(&reading->json, rows, "lanes", b->index);
        json_row_fault(&row, "", "one lane for each depot and shelter",
                       "%s to %s is also lanes[%u]", document->depot_ids[a->depot],
                       document->shelter_ids[a->shelter], a->index);
    }
    free(keys);
    return HV_OK;
}

/* The document ----------------------------------------------------------------------------------
 */

static int copy_ids(const struct json_names *names, size_t count, char ***ret_ids) {
    *ret_ids = calloc(count + 1, sizeof **ret_ids);
    if (*ret_ids == NULL)
        return HV_ERR_MEMORY;
    for (size_t i = 0; i < names->count; i++) {
        char *id = strdup(names->sorted[i].id);
        if (id == NULL)
            return HV_ERR_MEMORY;
        (*ret_ids)[names->sorted[i].index] = id;
    }
    return HV_OK;
}

static int read_names(struct reading *reading) {
    const json_t *depots = json_object_get(reading->root, "depots");
    const json_t *shelters = json_object_get(reading->root, "shelters");
    struct allocation_document *document = reading->document;
    int error =
        json_names_read(&reading->json, reading->items, "items", "item", &reading->item_names);
    if (error == HV_OK)
        error = json_names_read(&reading->json, depots, "depots", "depot", &reading->depot_names);
    if (error == HV_OK)
        error = json_names_read(&reading->json, shelters, "shelters", "shelter",
                                &reading->shelter_names);
    if (error == HV_OK)
        error =
            copy_ids(&reading->item_names, json_array_size(reading->items), &document->item_ids);
    if (error == HV_OK)
        error = copy_ids(&reading->depot_names, json_array_size(depots), &document->depot_ids);
    if (error == HV_OK)
        error =
            copy_ids(&reading->shelter_names, json_array_size(shelters), &document->shelter_ids);
    return error;
}

static int read_vehicles(struct reading *reading) {
    struct allocation_document *document = reading->document;
    const json_t *rows = json_object_get(reading->root, "vehicles");
    struct json_names names = {0};
    size_t count = json_array_size(rows);
    if (rows == NULL || !json_rows_are_there(&reading->json, reading->root, "vehicles"))
        return HV_OK;
    if (count > FLEET_VEHICLES_MAX) {
        json_fault(&reading->json, "vehicles", "too many", "at most 100000 vehicles");
        return HV_OK;
    }
    int error = json_names_read(&reading->json, rows, "vehicles", "vehicle", &names);
    document->vehicle_count = (uint32_t)count;
    if (error == HV_OK)
        error = copy_ids(&names, count, &document->vehicle_ids);
    json_names_deinit(&names);
    document->vehicles = calloc(count + 1, sizeof *document->vehicles);
    if (error != HV_OK || document->vehicles == NULL)
        return HV_ERR_MEMORY;
    for (size_t i = 0; i < count; i++) {
        struct json_row row = json_row_at(&reading->json, rows, "vehicles", i);
        read_vehicle(reading, &row, &document->vehicles[i]);
    }
    return HV_OK;
}

/* Counts before memory is taken for matrices. */
static int check_size(const struct reading *reading) {
    uint64_t items = json_array_size(reading->items);
    uint64_t depots = json_array_size(json_object_get(reading->root, "depots"));
    uint64_t shelters = json_array_size(json_object_get(reading->root, "shelters"));
    uint64_t lanes = json_array_size(json_object_get(reading->root, "lanes"));
    const uint64_t cells = ALLOCATION_CELLS_MAX;
    if (items <= cells && depots <= cells && shelters <= cells && depots * items <= cells &&
        shelters * items <= cells && lanes <= ALLOCATION_LANES_MAX &&
        lanes * items <= ALLOCATION_ARCS_MAX)
        return HV_OK;
    json_fault(&reading->json, "", "too large",
               "at most 4000000 of depots × items and of shelters × items, 64000000 of lanes × "
               "items");
    return HV_ERR_LIMIT;
}

static int allocate(struct reading *reading) {
    struct allocation_document *document = reading->document;
    size_t items = json_array_size(reading->items);
    size_t depots = json_array_size(json_object_get(reading->root, "depots"));
    size_t shelters = json_array_size(json_object_get(reading->root, "shelters"));
    size_t lanes = json_array_size(json_object_get(reading->root, "lanes"));
    const char *name = json_string_value(json_object_get(reading->root, "name"));
    document->name = strdup(name != NULL ? name : "");
    document->items = calloc(items + 1, sizeof *document->items);
    document->depots = calloc(depots + 1, sizeof *document->depots);
    document->shelters = calloc(shelters + 1, sizeof *document->shelters);
    document->lanes = calloc(lanes + 1, sizeof *document->lanes);
    document->stock = calloc(depots * items + 1, sizeof *document->stock);
    document->reserve = calloc(depots * items + 1, sizeof *document->reserve);
    document->need = calloc(shelters * items + 1, sizeof *document->need);
    document->pack = calloc(items + 1, sizeof *document->pack);
    document->cold = calloc(items + 1, sizeof *document->cold);
    document->ways = calloc(lanes + 1, sizeof *document->ways);
    document->instance = (struct allocation_instance){
        .items = document->items,
        .depots = document->depots,
        .shelters = document->shelters,
        .lanes = document->lanes,
        .item_count = (uint32_t)items,
        .depot_count = (uint32_t)depots,
        .shelter_count = (uint32_t)shelters,
        .lane_count = (uint32_t)lanes,
        .stock = document->stock,
        .reserve = document->reserve,
        .need = document->need,
    };
    return document->name && document->items && document->depots && document->shelters &&
                   document->lanes && document->stock && document->reserve && document->need &&
                   document->pack && document->cold && document->ways
               ? HV_OK
               : HV_ERR_MEMORY;
}

static void read_fairness(struct reading *reading) {
    const json_t *value = json_object_get(reading->root, "fairness");
    const char *fairness = json_string_value(value);
    if (value == NULL || (fairness != NULL && strcmp(fairness, "none") == 0))
        return;
    if (fairness != NULL && strcmp(fairness, "maxmin") == 0)
        reading->document->instance.maxmin = true;
    else
        json_fault(&reading->json, "fairness", fairness != NULL ? fairness : "not a text",
                   "none or maxmin");
}

/* What cannot be unloaded by then is left; without it nothing is for that. */
static void read_horizon(struct reading *reading) {
    const json_t *value = json_object_get(reading->root, "horizon_min");
    reading->document->horizon_min = INFINITY;
    if (value == NULL)
        return;
    if (json_number_value(value) > 0 && json_number_value(value) <= ALLOCATION_FIGURE_MAX)
        reading->document->horizon_min = json_number_value(value);
    else
        json_fault(&reading->json, "horizon_min",
                   json_is_number(value) ? "not above 0" : "not a number",
                   "a number from 0 to 1e+15");
}

static int read_rows(struct reading *reading) {
    struct allocation_document *document = reading->document;
    const json_t *depots = json_object_get(reading->root, "depots");
    const json_t *shelters = json_object_get(reading->root, "shelters");
    const json_t *lanes = json_object_get(reading->root, "lanes");
    for (size_t i = 0; i < json_array_size(reading->items); i++) {
        struct json_row row = json_row_at(&reading->json, reading->items, "items", i);
        read_item(&row, &document->items[i]);
        document->pack[i] = read_figure(&row, "pack", false, 0);
        document->cold[i] = read_flag(&row, "cold_chain");
    }
    for (size_t i = 0; i < json_array_size(depots); i++) {
        struct json_row row = json_row_at(&reading->json, depots, "depots", i);
        read_depot(reading, &row);
    }
    for (size_t i = 0; i < json_array_size(shelters); i++) {
        struct json_row row = json_row_at(&reading->json, shelters, "shelters", i);
        read_shelter(reading, &row);
    }
    for (size_t i = 0; i < json_array_size(lanes); i++) {
        struct json_row row = json_row_at(&reading->json, lanes, "lanes", i);
        read_lane(reading, &row, &document->lanes[i]);
        document->ways[i] = read_way(reading, &row);
    }
    return find_double_lanes(reading, lanes);
}

/* What only a person can judge: needs of shelters that no lane leads to. One line for all of them.
 */
static void warn_of_islands(const struct reading *reading) {
    const struct allocation_instance *instance = &reading->document->instance;
    bool *reached = calloc((size_t)instance->shelter_count + 1, sizeof *reached);
    if (reached == NULL)
        return;
    for (uint32_t l = 0; l < instance->lane_count; l++)
        reached[instance->lanes[l].shelter] = true;
    uint32_t first = 0, islands = 0;
    for (uint32_t s = 0; s < instance->shelter_count; s++) {
        bool needs = false;
        for (uint32_t k = 0; k < instance->item_count; k++)
            needs = needs || allocation_need(instance, s, k) > 0;
        if (reached[s] || !needs)
            continue;
        first = islands++ == 0 ? s : first;
    }
    if (islands == 1)
        hv_fault_addf(reading->json.faults, HV_FAULT_WARNING, reading->json.path, 0, "lanes",
                      "a lane from a depot", "no lane leads to %s: its needs are never met",
                      reading->document->shelter_ids[first]);
    else if (islands > 1)
        hv_fault_addf(reading->json.faults, HV_FAULT_WARNING, reading->json.path, 0, "lanes",
                      "a lane from a depot to each",
                      "no lane leads to %s and %" PRIu32
                      " more shelters: their needs are never met",
                      reading->document->shelter_ids[first], islands - 1);
    free(reached);
}

/* A reserve above the stock: allowed, as stock runs low, but nothing is sent. One line for all. */
static void warn_of_reserves(const struct reading *reading) {
    const struct allocation_document *document = reading->document;
    const struct allocation_instance *instance = &document->instance;
    uint32_t count = 0;
    size_t first = 0;
    char others[48] = "";
    for (size_t c = 0; c < (size_t)instance->depot_count * instance->item_count; c++)
        if (document->reserve[c] > document->stock[c])
            first = count++ == 0 ? c : first;
    if (count == 0)
        return;
    if (count > 1)
        snprintf(others, sizeof others, " (and %" PRIu32 " more such reserves)", count - 1);
    char field[48];
    const size_t depot = first / instance->item_count, item = first % instance->item_count;
    snprintf(field, sizeof field, "depots[%zu].reserve", depot);
    hv_fault_addf(reading->json.faults, HV_FAULT_WARNING, reading->json.path, 0, field,
                  "at most the stock",
                  "%.10g of %s are to stay at %s, which has %.10g, so none is sent%s",
                  document->reserve[first], document->item_ids[item], document->depot_ids[depot],
                  document->stock[first], others);
}

static int read_root(struct reading *reading) {
    static const char *const arrays[] = {"items", "depots", "shelters", "lanes"};
    size_t errors = reading->json.faults->errors;
    bool all = true;
    check_fields(&reading->json, reading->root);
    for (size_t a = 0; a < 4; a++)
        all = json_rows_are_there(&reading->json, reading->root, arrays[a]) && all;
    if (!all)
        return HV_ERR_FORMAT;
    reading->items = json_object_get(reading->root, "items");
    int error = check_size(reading);
    if (error == HV_OK)
        error = allocate(reading);
    if (error == HV_OK)
        error = read_names(reading);
    if (error == HV_OK)
        error = read_rows(reading);
    if (error == HV_OK)
        error = read_vehicles(reading);
    if (error != HV_OK)
        return error;
    read_fairness(reading);
    read_horizon(reading);
    if (reading->json.faults->errors > errors)
        return HV_ERR_VALUE;
    warn_of_islands(reading);
    warn_of_reserves(reading);
    return allocation_instance_check(&reading->document->instance);
}

static int finish(struct reading *reading, int error, json_t *root,
                  struct allocation_document *ret_document) {
    if (error != HV_OK)
        return error;
    reading->root = root;
    error = read_root(reading);
    json_names_deinit(&reading->item_names);
    json_names_deinit(&reading->depot_names);
    json_names_deinit(&reading->shelter_names);
    json_decref(root);
    if (error != HV_OK)
        allocation_document_deinit(reading->document);
    else
        *ret_document = *reading->document;
    return error;
}

int allocation_json_parse(const char *path, const char *text, size_t bytes,
                          struct hv_fault_list *faults, struct allocation_document *ret_document) {
    struct allocation_document document = {0};
    struct reading reading = {.json = {path, faults, FORMAT}, .document = &document};
    json_t *root = NULL;
    int error = json_rows_parse(&reading.json, text, bytes, &root);
    return finish(&reading, error, root, ret_document);
}

int allocation_json_read(const char *path, struct hv_fault_list *faults,
                         struct allocation_document *ret_document) {
    struct allocation_document document = {0};
    struct reading reading = {.json = {path, faults, FORMAT}, .document = &document};
    json_t *root = NULL;
    int error = json_rows_load(&reading.json, &root);
    return finish(&reading, error, root, ret_document);
}
