/* Reading haven.preposition.instance/1. */
#include "coordinator/cli/preposition_json.h"

#include "coordinator/region/json_fields.h"
#include "coordinator/cli/json_rows.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FORMAT "haven.preposition.instance/1"

struct reading {
    struct json_reading json;
    struct preposition_document *document;
    const json_t *root;
    struct json_names sites, items, arcs, scenarios;
    uint32_t demands, survivals, blocked, sizes; /* read so far */
};

/* ---- names of fields ------------------------------------------------------------------------- */

static const char *const root_fields[] = {"format",    "name", "sites",   "items",  "arcs",
                                          "scenarios", "risk", "service", "budget", NULL};
static const char *const site_fields[] = {"id", "sizes", NULL};
static const char *const size_fields[] = {"id", "fixed_cost", "capacity_m3", NULL};
static const char *const item_fields[] = {
    "id",        "volume_m3", "price", "holding_cost", "shortage_cost", "transport_cost",
    "available", NULL};
static const char *const arc_fields[] = {"id", "from", "to", "km", NULL};
static const char *const scenario_fields[] = {"id",        "probability",  "demand",
                                              "surviving", "blocked_arcs", NULL};
static const char *const risk_fields[] = {"measure", "alpha", "lambda", NULL};
static const char *const service_fields[] = {"probability", NULL};

/* A field that is not known would be a wish that nobody hears. */
static void check_fields(const struct json_reading *json, const json_t *root) {
    const struct {
        const char *array;
        const char *const *known;
    } arrays[] = {{"sites", site_fields},
                  {"items", item_fields},
                  {"arcs", arc_fields},
                  {"scenarios", scenario_fields}};
    json_fields_check(json->faults, json->path, "", root, root_fields);
    json_fields_check(json->faults, json->path, "risk", json_object_get(root, "risk"), risk_fields);
    json_fields_check(json->faults, json->path, "service", json_object_get(root, "service"),
                      service_fields);
    for (size_t a = 0; a < sizeof arrays / sizeof arrays[0]; a++)
        json_fields_check_rows(json->faults, json->path, arrays[a].array,
                               json_object_get(root, arrays[a].array), arrays[a].known);
}

/* ---- figures --------------------------------------------------------------------------------- */

static double read_figure(const struct json_row *row, const char *field) {
    return json_row_number(row, field, true, 0, 0, PREPOSITION_FIGURE_MAX);
}

/* A figure at a place within a row. */
static bool check_figure(const struct json_row *row, const char *place, const json_t *value,
                         double most, double *ret_figure) {
    char right[64];
    snprintf(right, sizeof right, "a number from 0 to %g", most);
    double figure = json_number_value(value);
    if (!json_is_number(value))
        json_row_fault(row, place, right, "not a number");
    else if (!(figure >= 0 && figure <= most))
        json_row_fault(row, place, right, "%.10g", figure);
    else {
        *ret_figure = figure;
        return true;
    }
    return false;
}

static const json_t *part_of(const struct json_row *row, const char *field, bool array,
                             bool required) {
    const json_t *part = json_object_get(row->object, field);
    if (part == NULL && !required)
        return NULL;
    if (array ? json_is_array(part) : json_is_object(part))
        return part;
    json_row_fault(row, field, array ? "an array" : "an object",
                   part == NULL ? "missing"
                   : array      ? "not an array"
                                : "not an object");
    return NULL;
}

/* ---- sites, items, arcs ---------------------------------------------------------------------- */

static void read_size(struct reading *reading, const struct json_row *site, const json_t *rows,
                      size_t index) {
    struct preposition_document *document = reading->document;
    char array[64];
    snprintf(array, sizeof array, "sites[%zu].sizes", site->index);
    struct json_row row = json_row_at(&reading->json, rows, array, index);
    uint32_t at = reading->sizes++;
    if (!json_is_object(row.object)) {
        json_row_fault(&row, "", "an object", "not an object");
        return;
    }
    const char *id = json_row_text(&row, "id");
    if (id != NULL)
        document->size_ids[at] = strdup(id);
    for (size_t i = 0; id != NULL && i < index; i++) {
        const char *other = json_string_value(json_object_get(json_array_get(rows, i), "id"));
        if (other != NULL && strcmp(other, id) == 0)
            json_row_fault(&row, "id", "an id of its own", "“%s” is also the id of %s[%zu]", id,
                           array, i);
    }
    document->sizes[at].fixed_cost = read_figure(&row, "fixed_cost");
    document->sizes[at].capacity_m3 = read_figure(&row, "capacity_m3");
}

static void read_site(struct reading *reading, const struct json_row *row) {
    struct preposition_site *site = &reading->document->sites[row->index];
    const json_t *sizes = part_of(row, "sizes", true, false);
    char array[64];
    snprintf(array, sizeof array, "sites[%zu].sizes", row->index);
    json_fields_check_rows(reading->json.faults, reading->json.path, array, sizes, size_fields);
    site->size_first = reading->sizes;
    for (size_t i = 0; i < json_array_size(sizes); i++)
        read_size(reading, row, sizes, i);
    site->size_count = reading->sizes - site->size_first;
}

static void read_item(const struct json_row *row, struct preposition_item *item) {
    item->volume_m3 = read_figure(row, "volume_m3");
    item->price = read_figure(row, "price");
    item->holding_cost = read_figure(row, "holding_cost");
    item->shortage_cost = read_figure(row, "shortage_cost");
    item->transport_cost = read_figure(row, "transport_cost");
    item->has_available = json_object_get(row->object, "available") != NULL;
    if (item->has_available)
        item->available = read_figure(row, "available");
}

static void read_arc(struct reading *reading, const struct json_row *row,
                     struct preposition_arc *arc) {
    arc->from = json_row_name(row, "from", &reading->sites);
    arc->to = json_row_name(row, "to", &reading->sites);
    arc->km = read_figure(row, "km");
}

/* ---- scenarios ------------------------------------------------------------------------------- */

static void read_demands_at(struct reading *reading, const struct json_row *row, uint32_t site,
                            const char *id, json_t *goods) {
    const char *item_id;
    json_t *value;
    json_object_foreach(goods, item_id, value) {
        char place[192];
        snprintf(place, sizeof place, "demand.%s.%s", id, item_id);
        uint32_t item = json_names_find(&reading->items, item_id);
        struct preposition_demand *demand = &reading->document->demands[reading->demands];
        double quantity;
        if (item == JSON_NO_NAME)
            json_row_fault(row, place, "the id of one of the items", "“%s” is not there", item_id);
        else if (check_figure(row, place, value, PREPOSITION_FIGURE_MAX, &quantity)) {
            *demand = (struct preposition_demand){site, item, quantity};
            reading->demands++;
        }
    }
}

static void read_demand(struct reading *reading, const struct json_row *row) {
    const json_t *sites = part_of(row, "demand", false, true);
    const char *id;
    json_t *goods;
    json_object_foreach((json_t *)sites, id, goods) {
        char place[128];
        snprintf(place, sizeof place, "demand.%s", id);
        uint32_t site = json_names_find(&reading->sites, id);
        if (site == JSON_NO_NAME)
            json_row_fault(row, place, "the id of one of the sites", "“%s” is not there", id);
        else if (!json_is_object(goods))
            json_row_fault(row, place, "an object of quantities by item", "not an object");
        else
            read_demands_at(reading, row, site, id, goods);
    }
}

static void read_surviving(struct reading *reading, const struct json_row *row) {
    const json_t *sites = part_of(row, "surviving", false, false);
    const char *id;
    json_t *value;
    json_object_foreach((json_t *)sites, id, value) {
        char place[128];
        snprintf(place, sizeof place, "surviving.%s", id);
        uint32_t site = json_names_find(&reading->sites, id);
        struct preposition_survival *survival = &reading->document->survivals[reading->survivals];
        double share;
        if (site == JSON_NO_NAME)
            json_row_fault(row, place, "the id of one of the sites", "“%s” is not there", id);
        else if (check_figure(row, place, value, 1, &share)) {
            *survival = (struct preposition_survival){site, share};
            reading->survivals++;
        }
    }
}

static void read_blocked(struct reading *reading, const struct json_row *row) {
    const json_t *arcs = part_of(row, "blocked_arcs", true, false);
    for (size_t i = 0; i < json_array_size(arcs); i++) {
        char place[64];
        snprintf(place, sizeof place, "blocked_arcs[%zu]", i);
        const char *id = json_string_value(json_array_get(arcs, i));
        uint32_t arc = id == NULL ? JSON_NO_NAME : json_names_find(&reading->arcs, id);
        if (arc == JSON_NO_NAME)
            json_row_fault(row, place, "the id of one of the arcs", "%s%s%s",
                           id == NULL ? "not a text" : "“", id == NULL ? "" : id,
                           id == NULL ? "" : "” is not there");
        else
            reading->document->blocked[reading->blocked++] = arc;
    }
}

static void read_scenario(struct reading *reading, const struct json_row *row) {
    struct preposition_scenario *scenario = &reading->document->scenarios[row->index];
    scenario->probability = json_row_number(row, "probability", true, 0, 0, 1);
    scenario->demand_first = reading->demands;
    read_demand(reading, row);
    scenario->demand_count = reading->demands - scenario->demand_first;
    scenario->survival_first = reading->survivals;
    read_surviving(reading, row);
    scenario->survival_count = reading->survivals - scenario->survival_first;
    scenario->blocked_first = reading->blocked;
    read_blocked(reading, row);
    scenario->blocked_count = reading->blocked - scenario->blocked_first;
}

/* ---- wishes ---------------------------------------------------------------------------------- */

static double wish(struct reading *reading, const char *object, const char *field, double most,
                   bool below) {
    char place[64], right[64];
    snprintf(place, sizeof place, "%s%s%s", object, *field ? "." : "", field);
    snprintf(right, sizeof right, "a number from 0 to %s%g", below ? "below " : "", most);
    const json_t *value = json_object_get(reading->root, object);
    if (*field)
        value = json_object_get(value, field);
    double figure = json_number_value(value);
    if (json_is_number(value) && figure >= 0 && (below ? figure < most : figure <= most))
        return figure;
    char wrong[64];
    snprintf(wrong, sizeof wrong, "%.10g", figure);
    json_fault(&reading->json, place,
               value == NULL           ? "missing"
               : json_is_number(value) ? wrong
                                       : "not a number",
               right);
    return 0;
}

static void read_risk(struct reading *reading) {
    struct preposition_instance *instance = &reading->document->instance;
    const json_t *risk = json_object_get(reading->root, "risk");
    const char *measure = json_string_value(json_object_get(risk, "measure"));
    if (risk == NULL)
        return;
    if (measure != NULL && strcmp(measure, "cvar") == 0) {
        instance->measure = PREPOSITION_CVAR;
        instance->alpha = wish(reading, "risk", "alpha", 1, true);
        instance->lambda = wish(reading, "risk", "lambda", 1e6, false);
    } else if (measure != NULL && strcmp(measure, "minimax_regret") == 0) {
        instance->measure = PREPOSITION_REGRET;
    } else {
        json_fault(&reading->json, "risk.measure", measure != NULL ? measure : "missing",
                   "cvar or minimax_regret");
    }
}

static void read_wishes(struct reading *reading) {
    struct preposition_instance *instance = &reading->document->instance;
    read_risk(reading);
    instance->has_service = json_object_get(reading->root, "service") != NULL;
    if (instance->has_service)
        instance->service_probability = wish(reading, "service", "probability", 1, false);
    instance->has_budget = json_object_get(reading->root, "budget") != NULL;
    if (instance->has_budget)
        instance->budget = wish(reading, "budget", "", PREPOSITION_FIGURE_MAX, false);
}

/* ---- what does not fit together -------------------------------------------------------------- */

static void check_probabilities(const struct reading *reading) {
    const struct preposition_instance *instance = &reading->document->instance;
    double sum = 0;
    for (uint32_t s = 0; s < instance->scenario_count; s++)
        sum += instance->scenarios[s].probability;
    if (fabs(sum - 1) <= PREPOSITION_PROBABILITY_SLACK)
        return;
    char wrong[64];
    snprintf(wrong, sizeof wrong, "the probabilities add up to %.10g", sum);
    json_fault(&reading->json, "scenarios", wrong, "1 in all");
}

/* What only a person can judge: demand at a place that no arc leads to and where nothing can be
 * held.
 */
static void warn_of_islands(const struct reading *reading) {
    const struct preposition_document *document = reading->document;
    const struct preposition_instance *instance = &document->instance;
    bool *reached = calloc((size_t)instance->site_count + 1, sizeof *reached);
    if (reached == NULL)
        return;
    bool weightless = false;
    for (uint32_t k = 0; k < instance->item_count; k++)
        weightless = weightless || instance->items[k].volume_m3 == 0;
    for (uint32_t i = 0; i < instance->site_count; i++)
        reached[i] = instance->sites[i].size_count > 0 || weightless;
    for (uint32_t a = 0; a < instance->arc_count; a++)
        reached[instance->arcs[a].to] = true;
    for (uint32_t d = 0; d < instance->demand_count; d++) {
        uint32_t site = instance->demands[d].site;
        if (reached[site] || instance->demands[d].quantity <= 0)
            continue;
        reached[site] = true; /* said once */
        hv_fault_addf(reading->json.faults, HV_FAULT_WARNING, reading->json.path, 0, "demand",
                      "an arc to it, or a size that can be opened there",
                      "no arc leads to %s and nothing can be held there: its demand is never met",
                      document->site_ids[site]);
    }
    free(reached);
}

/* ---- the document ---------------------------------------------------------------------------- */

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
    struct preposition_document *document = reading->document;
    const struct {
        const char *array, *what;
        struct json_names *names;
        char ***ids;
    } all[] = {{"sites", "site", &reading->sites, &document->site_ids},
               {"items", "item", &reading->items, &document->item_ids},
               {"arcs", "arc", &reading->arcs, &document->arc_ids},
               {"scenarios", "scenario", &reading->scenarios, &document->scenario_ids}};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        const json_t *rows = json_object_get(reading->root, all[i].array);
        int error = json_names_read(&reading->json, rows, all[i].array, all[i].what, all[i].names);
        if (error == HV_OK)
            error = copy_ids(all[i].names, json_array_size(rows), all[i].ids);
        if (error != HV_OK)
            return error;
    }
    return HV_OK;
}

static size_t count_in(const json_t *rows, const char *field) {
    size_t count = 0;
    for (size_t i = 0; i < json_array_size(rows); i++) {
        const json_t *part = json_object_get(json_array_get(rows, i), field);
        count += json_is_array(part) ? json_array_size(part) : json_object_size(part);
    }
    return count;
}

static size_t count_demands(const json_t *scenarios) {
    size_t count = 0;
    for (size_t s = 0; s < json_array_size(scenarios); s++) {
        const char *id;
        json_t *goods;
        json_object_foreach(json_object_get(json_array_get(scenarios, s), "demand"), id, goods)
            count += json_object_size(goods);
    }
    return count;
}

/* Counts before memory is taken. */
static int check_size(const struct reading *reading) {
    const json_t *scenarios = json_object_get(reading->root, "scenarios");
    const json_t *sites = json_object_get(reading->root, "sites");
    const struct {
        const char *what;
        size_t count, most;
    } counts[] = {
        {"sites", json_array_size(sites), PREPOSITION_SITES_MAX},
        {"sites[].sizes", count_in(sites, "sizes"), PREPOSITION_SIZES_MAX},
        {"items", json_array_size(json_object_get(reading->root, "items")), PREPOSITION_ITEMS_MAX},
        {"arcs", json_array_size(json_object_get(reading->root, "arcs")), PREPOSITION_ARCS_MAX},
        {"scenarios", json_array_size(scenarios), PREPOSITION_SCENARIOS_MAX},
        {"scenarios[].demand", count_demands(scenarios), PREPOSITION_DEMANDS_MAX},
        {"scenarios[].surviving", count_in(scenarios, "surviving"), PREPOSITION_DEMANDS_MAX},
        {"scenarios[].blocked_arcs", count_in(scenarios, "blocked_arcs"), UINT32_MAX / 2},
    };
    int error = HV_OK;
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        if (counts[i].count <= counts[i].most)
            continue;
        char wrong[64], right[64];
        snprintf(wrong, sizeof wrong, "%zu of them", counts[i].count);
        snprintf(right, sizeof right, "at most %zu", counts[i].most);
        json_fault(&reading->json, counts[i].what, wrong, right);
        error = HV_ERR_LIMIT;
    }
    return error;
}

static int allocate(struct reading *reading) {
    struct preposition_document *document = reading->document;
    const json_t *scenarios = json_object_get(reading->root, "scenarios");
    const json_t *all_sites = json_object_get(reading->root, "sites");
    size_t sites = json_array_size(all_sites), sizes = count_in(all_sites, "sizes");
    size_t items = json_array_size(json_object_get(reading->root, "items"));
    size_t arcs = json_array_size(json_object_get(reading->root, "arcs"));
    size_t count = json_array_size(scenarios);
    const char *name = json_string_value(json_object_get(reading->root, "name"));
    document->name = strdup(name != NULL ? name : "");
    document->sites = calloc(sites + 1, sizeof *document->sites);
    document->sizes = calloc(sizes + 1, sizeof *document->sizes);
    document->size_ids = calloc(sizes + 1, sizeof *document->size_ids);
    document->items = calloc(items + 1, sizeof *document->items);
    document->arcs = calloc(arcs + 1, sizeof *document->arcs);
    document->scenarios = calloc(count + 1, sizeof *document->scenarios);
    document->demands = calloc(count_demands(scenarios) + 1, sizeof *document->demands);
    document->survivals = calloc(count_in(scenarios, "surviving") + 1, sizeof *document->survivals);
    document->blocked = calloc(count_in(scenarios, "blocked_arcs") + 1, sizeof *document->blocked);
    document->instance = (struct preposition_instance){
        .sites = document->sites,
        .sizes = document->sizes,
        .items = document->items,
        .arcs = document->arcs,
        .scenarios = document->scenarios,
        .demands = document->demands,
        .survivals = document->survivals,
        .blocked = document->blocked,
        .site_count = (uint32_t)sites,
        .size_count = (uint32_t)sizes,
        .item_count = (uint32_t)items,
        .arc_count = (uint32_t)arcs,
        .scenario_count = (uint32_t)count,
    };
    return document->name && document->sites && document->sizes && document->size_ids &&
                   document->items && document->arcs && document->scenarios && document->demands &&
                   document->survivals && document->blocked
               ? HV_OK
               : HV_ERR_MEMORY;
}

static void read_rows(struct reading *reading) {
    struct preposition_document *document = reading->document;
    const json_t *sites = json_object_get(reading->root, "sites");
    const json_t *items = json_object_get(reading->root, "items");
    const json_t *arcs = json_object_get(reading->root, "arcs");
    const json_t *scenarios = json_object_get(reading->root, "scenarios");
    for (size_t i = 0; i < json_array_size(sites); i++) {
        struct json_row row = json_row_at(&reading->json, sites, "sites", i);
        read_site(reading, &row);
    }
    for (size_t i = 0; i < json_array_size(items); i++) {
        struct json_row row = json_row_at(&reading->json, items, "items", i);
        read_item(&row, &document->items[i]);
    }
    for (size_t i = 0; i < json_array_size(arcs); i++) {
        struct json_row row = json_row_at(&reading->json, arcs, "arcs", i);
        read_arc(reading, &row, &document->arcs[i]);
    }
    for (size_t i = 0; i < json_array_size(scenarios); i++) {
        struct json_row row = json_row_at(&reading->json, scenarios, "scenarios", i);
        read_scenario(reading, &row);
    }
    document->instance.demand_count = reading->demands;
    document->instance.survival_count = reading->survivals;
    document->instance.blocked_count = reading->blocked;
}

static int read_root(struct reading *reading) {
    static const char *const arrays[] = {"sites", "items", "arcs", "scenarios"};
    size_t errors = reading->json.faults->errors;
    bool all = true;
    check_fields(&reading->json, reading->root);
    for (size_t a = 0; a < 4; a++)
        all = json_rows_are_there(&reading->json, reading->root, arrays[a]) && all;
    if (!all)
        return HV_ERR_FORMAT;
    int error = check_size(reading);
    if (error == HV_OK)
        error = allocate(reading);
    if (error == HV_OK)
        error = read_names(reading);
    if (error != HV_OK)
        return error;
    read_rows(reading);
    read_wishes(reading);
    if (reading->json.faults->errors == errors)
        check_probabilities(reading);
    if (reading->json.faults->errors > errors)
        return HV_ERR_VALUE;
    for (uint32_t z = 0; z < reading->document->instance.size_count; z++)
        if (reading->document->size_ids[z] == NULL)
            return HV_ERR_MEMORY;
    error = preposition_instance_check(&reading->document->instance);
    if (error == HV_OK)
        warn_of_islands(reading);
    else if (error == HV_ERR_VALUE)
        json_fault(&reading->json, "", "figures that contradict each other", "a sound instance");
    return error;
}

static int finish(struct reading *reading, int error, json_t *root,
                  struct preposition_document *ret_document) {
    if (error != HV_OK)
        return error;
    reading->root = root;
    error = read_root(reading);
    json_names_deinit(&reading->sites);
    json_names_deinit(&reading->items);
    json_names_deinit(&reading->arcs);
    json_names_deinit(&reading->scenarios);
    json_decref(root);
    if (error != HV_OK)
        preposition_document_deinit(reading->document);
    else
        *ret_document = *reading->document;
    return error;
}

int preposition_json_parse(const char *path, const char *text, size_t bytes,
                           struct hv_fault_list *faults,
                           struct preposition_document *ret_document) {
    struct preposition_document document = {0};
    struct reading reading = {.json = {path, faults, FORMAT}, .document = &document};
    json_t *root = NULL;
    int error = json_rows_parse(&reading.json, text, bytes, &root);
    return finish(&reading, error, root, ret_document);
}

int preposition_json_read(const char *path, struct hv_fault_list *faults,
                          struct preposition_document *ret_document) {
    struct preposition_document document = {0};
    struct reading reading = {.json = {path, faults, FORMAT}, .document = &document};
    json_t *root = NULL;
    int error = json_rows_load(&reading.json, &root);
    return finish(&reading, error, root, ret_document);
}
