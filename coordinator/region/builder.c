#include "coordinator/region/builder.h"

#include "coordinator/region/ids.h"
#include "coordinator/region/texts.h"
#include "schemas/limits.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct rows {
    struct ids ids;
    uint32_t *lines;
    uint32_t capacity;
    const char *file;
    bool unread;
};

struct region_builder {
    struct texts texts;
    struct rows rows[BUILDER_KINDS];
};

/* Where a kind lives in struct region, and which members of its rows are texts. */
struct kind {
    size_t array, count; /* offsets in struct region */
    size_t stride;
    uint32_t limit;
    bool has_id;
    uint8_t text_count;
    size_t texts[5]; /* offsets in the row */
};

#define PLACE(member, number, type)                                                                \
    .array = offsetof(struct region, member), .count = offsetof(struct region, number),            \
    .stride = sizeof(struct type)
#define AT(type, member) offsetof(struct type, member)

static const struct kind KINDS[BUILDER_KINDS] = {
    [BUILDER_NODES] = {PLACE(nodes, node_count, region_node),
                       HV_REGION_NODES_MAX,
                       true,
                       3,
                       {AT(region_node, id), AT(region_node, name), AT(region_node, kind)}},
    [BUILDER_LINKS] = {PLACE(links, link_count, region_link),
                       HV_REGION_LINKS_MAX,
                       true,
                       3,
                       {AT(region_link, id), AT(region_link, name), AT(region_link, kind)}},
    [BUILDER_ZONES] = {PLACE(zones, zone_count, region_zone),
                       HV_REGION_ROWS_MAX,
                       true,
                       4,
                       {AT(region_zone, id), AT(region_zone, name), AT(region_zone, name_zh),
                        AT(region_zone, pickups)}},
    [BUILDER_SHELTERS] = {PLACE(shelters, shelter_count, region_shelter),
                          HV_REGION_ROWS_MAX,
                          true,
                          5,
                          {AT(region_shelter, id), AT(region_shelter, name),
                           AT(region_shelter, name_zh), AT(region_shelter, place),
                           AT(region_shelter, peacetime_use)}},
    [BUILDER_DEPOTS] = {PLACE(depots, depot_count, region_depot),
                        HV_REGION_ROWS_MAX,
                        true,
                        4,
                        {AT(region_depot, id), AT(region_depot, name), AT(region_depot, name_zh),
                         AT(region_depot, place)}},
    [BUILDER_ITEMS] = {PLACE(items, item_count, region_item),
                       HV_REGION_ROWS_MAX,
                       true,
                       5,
                       {AT(region_item, id), AT(region_item, name), AT(region_item, name_zh),
                        AT(region_item, base_unit), AT(region_item, contents)}},
    [BUILDER_STOCK] = {PLACE(stock, stock_count, region_stock),
                       HV_REGION_ROWS_MAX,
                       false,
                       1,
                       {AT(region_stock, lot)}},
    [BUILDER_VEHICLES] = {PLACE(vehicles, vehicle_count, region_vehicle),
                          HV_REGION_ROWS_MAX,
                          true,
                          3,
                          {AT(region_vehicle, id), AT(region_vehicle, name),
                           AT(region_vehicle, name_zh)}},
};

static const char *const FILES[BUILDER_KINDS] = {"node.csv",     "link.csv",    "zones.csv",
                                                 "shelters.csv", "depots.csv",  "items.csv",
                                                 "stock.csv",    "vehicles.csv"};

int builder_new(struct region **ret_region) {
    struct region *region = calloc(1, sizeof *region);
    struct region_builder *builder = calloc(1, sizeof *builder);
    if (region == NULL || builder == NULL) {
        free(region);
        free(builder);
        return HV_ERR_MEMORY;
    }
    texts_init(&builder->texts);
    for (int i = 0; i < BUILDER_KINDS; i++)
        builder->rows[i].file = FILES[i];
    *region = (struct region){.id = "region",
                              .name = "",
                              .name_zh = "",
                              .version = "1.0.0",
                              .sources = "",
                              .coordinates = REGION_LONLAT,
                              .persons_per_vehicle = 2.5,
                              .builder = builder};
    *ret_region = region;
    return HV_OK;
}

void region_free(struct region *region) {
    if (region == NULL)
        return;
    for (int i = 0; i < BUILDER_KINDS; i++) {
        ids_deinit(&region->builder->rows[i].ids);
        free(region->builder->rows[i].lines);
    }
    texts_deinit(&region->builder->texts);
    free(region->builder);
    free(region->nodes);
    free(region->links);
    free(region->zones);
    free(region->shelters);
    free(region->depots);
    free(region->items);
    free(region->stock);
    free(region->vehicles);
    free(region);
}

int builder_set_text(struct region *region, const char **field, const char *text) {
    return texts_copy(&region->builder->texts, text, field);
}

/* ---- adding rows ------------------------------------------------------------------------------
 */

static char *array_of(const struct region *region, const struct kind *kind) {
    char *array;
    memcpy(&array, (const char *)region + kind->array, sizeof array);
    return array;
}

static void set_array(struct region *region, const struct kind *kind, char *array) {
    memcpy((char *)region + kind->array, &array, sizeof array);
}

static uint32_t count_of(const struct region *region, const struct kind *kind) {
    uint32_t count;
    memcpy(&count, (const char *)region + kind->count, sizeof count);
    return count;
}

static int make_room(struct region *region, const struct kind *kind, struct rows *rows,
                     uint32_t count) {
    if (count >= kind->limit)
        return HV_ERR_LIMIT;
    if (count < rows->capacity)
        return HV_OK;
    uint32_t capacity = rows->capacity == 0 ? 16 : rows->capacity * 2;
    uint32_t *lines = realloc(rows->lines, capacity * sizeof *lines);
    if (lines == NULL)
        return HV_ERR_MEMORY;
    rows->lines = lines;
    char *array = realloc(array_of(region, kind), capacity * kind->stride);
    if (array == NULL)
        return HV_ERR_MEMORY;
    set_array(region, kind, array);
    rows->capacity = capacity;
    return HV_OK;
}

static int own_texts(struct texts *texts, const struct kind *kind, char *row) {
    for (uint8_t i = 0; i < kind->text_count; i++) {
        const char *text;
        memcpy(&text, row + kind->texts[i], sizeof text);
        int error = texts_copy(texts, text, &text);
        if (error != HV_OK)
            return error;
        memcpy(row + kind->texts[i], &text, sizeof text);
    }
    return HV_OK;
}

static int add(struct region *region, enum builder_kind which, const void *row, uint32_t line) {
    const struct kind *kind = &KINDS[which];
    struct rows *rows = &region->builder->rows[which];
    uint32_t count = count_of(region, kind);
    if (kind->has_id) {
        const char *id;
        memcpy(&id, row, sizeof id);
        if (builder_find(region, which, id) != REGION_NONE)
            return HV_ERR_EXISTS;
    }
    int error = make_room(region, kind, rows, count);
    if (error != HV_OK)
        return error;
    char *array = array_of(region, kind), *place = array + kind->stride * count;
    memcpy(place, row, kind->stride);
    error = own_texts(&region->builder->texts, kind, place);
    if (error == HV_OK && kind->has_id)
        error = ids_add(&rows->ids, array, kind->stride, count);
    if (error != HV_OK)
        return error;
    rows->lines[count] = line;
    count++;
    memcpy((char *)region + kind->count, &count, sizeof count);
    return HV_OK;
}

int builder_add_node(struct region *region, const struct region_node *node, uint32_t line) {
    return add(region, BUILDER_NODES, node, line);
}

int builder_add_link(struct region *region, const struct region_link *link, uint32_t line) {
    return add(region, BUILDER_LINKS, link, line);
}

int builder_add_zone(struct region *region, const struct region_zone *zone, uint32_t line) {
    return add(region, BUILDER_ZONES, zone, line);
}

int builder_add_shelter(struct region *region, const struct region_shelter *shelter,
                        uint32_t line) {
    if (region_find_depot(region, shelter->id) != REGION_NONE)
        return HV_ERR_EXISTS;
    return add(region, BUILDER_SHELTERS, shelter, line);
}

int builder_add_depot(struct region *region, const struct region_depot *depot, uint32_t line) {
    if (region_find_shelter(region, depot->id) != REGION_NONE)
        return HV_ERR_EXISTS;
    return add(region, BUILDER_DEPOTS, depot, line);
}

int builder_add_item(struct region *region, const struct region_item *item, uint32_t line) {
    return add(region, BUILDER_ITEMS, item, line);
}

int builder_add_stock(struct region *region, const struct region_stock *stock, uint32_t line) {
    return add(region, BUILDER_STOCK, stock, line);
}

int builder_add_vehicle(struct region *region, const struct region_vehicle *vehicle,
                        uint32_t line) {
    return add(region, BUILDER_VEHICLES, vehicle, line);
}

/* ---- looking up -------------------------------------------------------------------------------
 */

uint32_t builder_line(const struct region *region, enum builder_kind kind, uint32_t row) {
    return region->builder->rows[kind].lines[row];
}

const char *builder_file(const struct region *region, enum builder_kind kind) {
    return region->builder->rows[kind].file;
}

int builder_set_file(struct region *region, enum builder_kind kind, const char *file) {
    return texts_copy(&region->builder->texts, file, &region->builder->rows[kind].file);
}

void builder_set_unread(struct region *region, enum builder_kind kind) {
    region->builder->rows[kind].unread = true;
}

bool builder_is_unread(const struct region *region, enum builder_kind kind) {
    return region->builder->rows[kind].unread;
}

uint32_t builder_find(const struct region *region, enum builder_kind which, const char *id) {
    const struct kind *kind = &KINDS[which];
    return ids_find(&region->builder->rows[which].ids, array_of(region, kind), kind->stride, id);
}

uint32_t region_find_node(const struct region *region, const char *id) {
    return builder_find(region, BUILDER_NODES, id);
}

uint32_t region_find_link(const struct region *region, const char *id) {
    return builder_find(region, BUILDER_LINKS, id);
}

uint32_t region_find_zone(const struct region *region, const char *id) {
    return builder_find(region, BUILDER_ZONES, id);
}

uint32_t region_find_shelter(const struct region *region, const char *id) {
    return builder_find(region, BUILDER_SHELTERS, id);
}

uint32_t region_find_depot(const struct region *region, const char *id) {
    return builder_find(region, BUILDER_DEPOTS, id);
}

uint32_t region_find_item(const struct region *region, const char *id) {
    return builder_find(region, BUILDER_ITEMS, id);
}

uint32_t region_find_vehicle(const struct region *region, const char *id) {
    return builder_find(region, BUILDER_VEHICLES, id);
}

/* ---- blank rows -------------------------------------------------------------------------------
 */

struct region_zone builder_blank_zone(void) {
    struct region_zone zone = {.node = REGION_NONE,
                               .lon = NAN,
                               .lat = NAN,
                               .households = REGION_UNKNOWN,
                               .no_vehicle_share = REGION_UNKNOWN,
                               .wheelchair = REGION_UNKNOWN,
                               .medical = REGION_UNKNOWN,
                               .pickups = ""};
    for (int time = 0; time < REGION_TIMES; time++)
        for (int age = 0; age < REGION_AGES; age++)
            zone.people[time][age] = REGION_UNKNOWN;
    return zone;
}

struct region_shelter builder_blank_shelter(void) {
    return (struct region_shelter){
        .node = REGION_NONE,
        .lon = NAN,
        .lat = NAN,
        .area_m2 = {REGION_UNKNOWN, REGION_UNKNOWN},
        .stated = {{REGION_UNKNOWN, REGION_UNKNOWN}, {REGION_UNKNOWN, REGION_UNKNOWN}},
        .stated_total = {REGION_UNKNOWN, REGION_UNKNOWN},
        .beds = REGION_UNKNOWN,
        .toilets = REGION_UNKNOWN,
        .water_l_per_day = REGION_UNKNOWN,
        .activation_min = REGION_UNKNOWN};
}

struct region_depot builder_blank_depot(void) {
    return (struct region_depot){.node = REGION_NONE, .lon = NAN, .lat = NAN};
}

struct region_item builder_blank_item(void) {
    return (struct region_item){.volume_ml = REGION_UNKNOWN,
                                .weight_g = REGION_UNKNOWN,
                                .shelf_life_days = REGION_UNKNOWN,
                                .need_per_person_day = REGION_UNKNOWN,
                                .need_per_person_once = REGION_UNKNOWN,
                                .minimum_stock = REGION_UNKNOWN,
                                .contents = ""};
}

struct region_vehicle builder_blank_vehicle(void) {
    return (struct region_vehicle){.depot = REGION_NONE,
                                   .node = REGION_NONE,
                                   .count = REGION_UNKNOWN,
                                   .seats = REGION_UNKNOWN,
                                   .wheelchair_places = REGION_UNKNOWN,
                                   .payload_kg = REGION_UNKNOWN,
                                   .payload_l = REGION_UNKNOWN,
                                   .range_km = REGION_UNKNOWN,
                                   .loading_min = REGION_UNKNOWN,
                                   .unloading_min = REGION_UNKNOWN};
}
