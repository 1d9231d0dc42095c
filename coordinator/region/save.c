/* Writes a region as a data package, always in the same units, order and spelling; region_hash is
 * the hash of those bytes. */
#include "coordinator/region/scan.h"
#include "coordinator/region/tables.h"
#include "coordinator/region/words.h"
#include "schemas/limits.h"

#include <jansson.h>
#include <math.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const FILES[BUILDER_KINDS] = {"node.csv",     "link.csv",    "zones.csv",
                                                 "shelters.csv", "depots.csv",  "items.csv",
                                                 "stock.csv",    "vehicles.csv"};

/* One row under way: cells are separated as they are written. */
struct row {
    FILE *out;
    bool begun;
    size_t columns; /* of items and vehicles: the last ones only where they say anything */
};

/* ---- cells ------------------------------------------------------------------------------------
 */

static void put_text(struct row *row, const char *text) {
    if (row->begun)
        fputc(',', row->out);
    row->begun = true;
    size_t length = strlen(text);
    bool quote = strpbrk(text, ",\"\r\n") != NULL ||
                 (length > 0 && (text[0] == ' ' || text[length - 1] == ' '));
    if (!quote) {
        fputs(text, row->out);
        return;
    }
    fputc('"', row->out);
    for (; *text != '\0'; text++) {
        if (*text == '"')
            fputc('"', row->out);
        fputc(*text, row->out);
    }
    fputc('"', row->out);
}

static void put_whole(struct row *row, int64_t whole) {
    char text[32] = "";
    if (whole >= 0)
        snprintf(text, sizeof text, "%lld", (long long)whole);
    put_text(row, text);
}

static void put_number(struct row *row, double number) {
    char text[32] = "";
    if (!isnan(number))
        scan_print_number(number, text);
    put_text(row, text);
}

/* A figure that is never negative and may be unknown. */
static void put_figure(struct row *row, double figure) {
    put_number(row, figure < 0 ? (double)NAN : figure);
}

static void put_answer(struct row *row, enum region_answer answer) {
    put_text(row, answer == REGION_ANSWER_YES ? "yes" : answer == REGION_ANSWER_NO ? "no" : "");
}

static void put_set(struct row *row, uint32_t set, const char *(*word_at)(unsigned bit)) {
    char text[256];
    size_t used = 0;
    text[0] = '\0';
    for (unsigned bit = 0; bit < 32 && used < sizeof text; bit++)
        if ((set & (1u << bit)) != 0)
            used += (size_t)snprintf(text + used, sizeof text - used, "%s%s", used == 0 ? "" : ";",
                                     word_at(bit));
    put_text(row, text);
}

static void put_node(struct row *row, const struct region *region, uint32_t node) {
    put_text(row, node == REGION_NONE ? "" : region->nodes[node].id);
}

/* ---- rows, in the order of the enums of tables.h ----------------------------------------------
 */

static void write_node(struct row *row, const struct region *region, uint32_t i) {
    const struct region_node *node = &region->nodes[i];
    put_text(row, node->id);
    put_text(row, node->name);
    put_number(row, node->x);
    put_number(row, node->y);
    put_text(row, node->kind);
    put_text(row, node->passable ? "yes" : "no");
}

static void write_link(struct row *row, const struct region *region, uint32_t i) {
    const struct region_link *link = &region->links[i];
    put_text(row, link->id);
    put_text(row, link->name);
    put_node(row, region, link->from);
    put_node(row, region, link->to);
    put_text(row, "yes");
    put_figure(row, link->length_m);
    put_text(row, link->kind);
    put_figure(row, link->capacity_veh_per_h);
    put_figure(row, link->free_speed_km_h);
    put_whole(row, link->lanes);
    put_figure(row, link->travel_s);
}

static void write_zone(struct row *row, const struct region *region, uint32_t i) {
    const struct region_zone *zone = &region->zones[i];
    put_text(row, zone->id);
    put_text(row, zone->name);
    put_text(row, zone->name_zh);
    put_node(row, region, zone->node);
    put_number(row, zone->lon);
    put_number(row, zone->lat);
    for (int time = 0; time < REGION_TIMES; time++)
        for (int age = 0; age < REGION_AGES; age++)
            put_whole(row, zone->people[time][age]);
    put_whole(row, zone->households);
    put_figure(row, zone->no_vehicle_share);
    put_whole(row, zone->wheelchair);
    put_whole(row, zone->medical);
    if (row->columns > ZONE_PICKUPS)
        put_text(row, zone->pickups);
}

static void write_shelter(struct row *row, const struct region *region, uint32_t i) {
    const struct region_shelter *shelter = &region->shelters[i];
    put_text(row, shelter->id);
    put_text(row, shelter->name);
    put_text(row, shelter->name_zh);
    put_text(row, shelter->place);
    put_node(row, region, shelter->node);
    put_number(row, shelter->lon);
    put_number(row, shelter->lat);
    for (int place = 0; place < REGION_PLACES; place++)
        put_figure(row, shelter->area_m2[place]);
    put_whole(row, shelter->beds);
    put_whole(row, shelter->toilets);
    put_whole(row, shelter->water_l_per_day);
    put_answer(row, shelter->accessible);
    put_answer(row, shelter->pets);
    put_answer(row, shelter->frail);
    put_set(row, shelter->withstands, words_hazard_at);
    put_set(row, shelter->unfit, words_hazard_at);
    put_whole(row, shelter->activation_min);
    put_text(row, shelter->peacetime_use);
    for (int time = 0; time < REGION_TIMES; time++)
        for (int place = 0; place < REGION_PLACES; place++)
            put_whole(row, shelter->stated[time][place]);
    for (int time = 0; time < REGION_TIMES; time++)
        put_whole(row, shelter->stated_total[time]);
}

static void write_depot(struct row *row, const struct region *region, uint32_t i) {
    const struct region_depot *depot = &region->depots[i];
    put_text(row, depot->id);
    put_text(row, depot->name);
    put_text(row, depot->name_zh);
    put_text(row, depot->place);
    put_node(row, region, depot->node);
    put_number(row, depot->lon);
    put_number(row, depot->lat);
    put_set(row, depot->withstands, words_hazard_at);
    put_set(row, depot->unfit, words_hazard_at);
}

static void put_packs(struct row *row, const int64_t packs[REGION_PACKS_MAX]) {
    char text[REGION_PACKS_MAX * 24] = "";
    size_t used = 0;
    for (int i = 0; i < REGION_PACKS_MAX && packs[i] > 0; i++)
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%lld", i == 0 ? "" : ";",
                                 (long long)packs[i]);
    put_text(row, text);
}

static void put_meets(struct row *row, const struct region_item *item) {
    char text[HV_ID_BYTES_MAX + 32] = "", units[32];
    scan_print_number(item->meets_units, units);
    if (item->meets != REGION_NEED_NONE)
        snprintf(text, sizeof text, "%s %s", region_need_name(item->meets), units);
    put_text(row, text);
}

static void write_item(struct row *row, const struct region *region, uint32_t i) {
    const struct region_item *item = &region->items[i];
    put_text(row, item->id);
    put_text(row, item->name);
    put_text(row, item->name_zh);
    put_text(row, item->base_unit);
    put_packs(row, item->packs);
    put_whole(row, item->volume_ml);
    put_whole(row, item->weight_g);
    put_whole(row, item->shelf_life_days);
    put_answer(row, item->cold_chain);
    put_figure(row, item->need_per_person_day);
    put_figure(row, item->need_per_person_once);
    put_set(row, item->need_groups, words_group_name);
    if (row->columns <= ITEM_MINIMUM)
        return;
    put_whole(row, item->minimum_stock);
    put_text(row, item->contents);
    if (row->columns > ITEM_MEETS)
        put_meets(row, item);
}

static void write_stock(struct row *row, const struct region *region, uint32_t i) {
    const struct region_stock *stock = &region->stock[i];
    char expiry[16] = "";
    if (stock->expiry_day != REGION_EXPIRY_UNKNOWN)
        scan_print_date(stock->expiry_day, expiry);
    put_text(row, stock->depot != REGION_NONE ? region->depots[stock->depot].id
                                              : region->shelters[stock->shelter].id);
    put_text(row, region->items[stock->item].id);
    put_text(row, stock->lot);
    put_text(row, expiry);
    put_whole(row, stock->quantity);
}

static void write_vehicle(struct row *row, const struct region *region, uint32_t i) {
    const struct region_vehicle *vehicle = &region->vehicles[i];
    put_text(row, vehicle->id);
    put_text(row, vehicle->name);
    put_text(row, vehicle->name_zh);
    put_text(row, region_vehicle_kind_name(vehicle->kind));
    put_text(row, vehicle->depot == REGION_NONE ? "" : region->depots[vehicle->depot].id);
    put_node(row, region, vehicle->node);
    put_whole(row, vehicle->count);
    put_whole(row, vehicle->seats);
    put_whole(row, vehicle->wheelchair_places);
    put_whole(row, vehicle->payload_kg);
    put_whole(row, vehicle->payload_l);
    put_answer(row, vehicle->cold_chain);
    if (row->columns <= VEHICLE_RANGE)
        return;
    put_figure(row, vehicle->range_km);
    put_whole(row, vehicle->loading_min);
    put_whole(row, vehicle->unloading_min);
}

/* ---- tables and descriptor in memory ----------------------------------------------------------
 */

typedef void write_row(struct row *row, const struct region *region, uint32_t i);

static write_row *const WRITERS[BUILDER_KINDS] = {write_node,    write_link,   write_zone,
                                                  write_shelter, write_depot,  write_item,
                                                  write_stock,   write_vehicle};

static uint32_t row_count(const struct region *region, int kind) {
    const uint32_t counts[BUILDER_KINDS] = {
        region->node_count,  region->link_count, region->zone_count,  region->shelter_count,
        region->depot_count, region->item_count, region->stock_count, region->vehicle_count};
    return counts[kind];
}

/* A region without any row is a package with an empty table of nodes. */
static bool is_written(const struct region *region, int kind) {
    if (row_count(region, kind) > 0)
        return true;
    for (int i = 0; i < BUILDER_KINDS; i++)
        if (row_count(region, i) > 0)
            return false;
    return kind == BUILDER_NODES;
}

/* Packages of before the last columns of zones, items and vehicles were there keep their hash:
 * those are written only where they say anything. */
static size_t columns_of_zones(const struct region *region) {
    for (uint32_t i = 0; i < region->zone_count; i++)
        if (region->zones[i].pickups[0] != '\0')
            return ZONE_COLUMNS;
    return ZONE_PICKUPS;
}

static size_t columns_of_items(const struct region *region) {
    size_t columns = ITEM_MINIMUM;
    for (uint32_t i = 0; i < region->item_count; i++) {
        const struct region_item *item = &region->items[i];
        if (item->meets != REGION_NEED_NONE)
            return ITEM_COLUMNS;
        if (item->minimum_stock != REGION_UNKNOWN || item->contents[0] != '\0')
            columns = ITEM_MEETS;
    }
    return columns;
}

static size_t columns_of_vehicles(const struct region *region) {
    for (uint32_t i = 0; i < region->vehicle_count; i++)
        if (region->vehicles[i].range_km >= 0 ||
            region->vehicles[i].loading_min != REGION_UNKNOWN ||
            region->vehicles[i].unloading_min != REGION_UNKNOWN)
            return VEHICLE_COLUMNS;
    return VEHICLE_RANGE;
}

static size_t columns_of(const struct region *region, int kind) {
    return kind == BUILDER_ZONES      ? columns_of_zones(region)
           : kind == BUILDER_ITEMS    ? columns_of_items(region)
           : kind == BUILDER_VEHICLES ? columns_of_vehicles(region)
                                      : tables_format((enum builder_kind)kind)->column_count;
}

static int write_table(const struct region *region, int kind, FILE *out) {
    const struct table_format *format = tables_format((enum builder_kind)kind);
    struct row header = {.out = out};
    const size_t columns = columns_of(region, kind);
    for (size_t i = 0; i < columns; i++)
        put_text(&header, format->columns[i].name);
    fputc('\n', out);
    for (uint32_t i = 0; i < row_count(region, kind); i++) {
        struct row row = {.out = out, .columns = columns};
        WRITERS[kind](&row, region, i);
        fputc('\n', out);
    }
    return ferror(out) ? HV_ERR_IO : HV_OK;
}

static json_t *resource(const struct region *region, int kind) {
    const struct table_format *format = tables_format((enum builder_kind)kind);
    json_t *fields = json_array();
    const size_t columns = columns_of(region, kind);
    for (size_t i = 0; i < columns; i++)
        json_array_append_new(fields, json_pack("{s:s, s:s}", "name", format->columns[i].name,
                                                "type", tables_type((enum builder_kind)kind, i)));
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:{s:o}}", "name",
                     descriptor_table_name((unsigned)kind), "path", FILES[kind], "profile",
                     "tabular-data-resource", "format", "csv", "encoding", "utf-8", "schema",
                     "fields", fields);
}

static json_t *descriptor(const struct region *region) {
    json_t *resources = json_array();
    for (int kind = 0; kind < BUILDER_KINDS; kind++)
        if (is_written(region, kind))
            json_array_append_new(resources, resource(region, kind));
    json_t *sources =
        region->sources[0] == '\0' ? json_array() : json_pack("[{s:s}]", "title", region->sources);
    json_t *haven =
        json_pack("{s:s, s:s, s:s, s:{s:s, s:s, s:s, s:s}, s:s, s:f}", "format", DESCRIPTOR_FORMAT,
                  "title_zh", region->name_zh, "coordinates",
                  region->coordinates == REGION_LONLAT ? "lonlat" : "plane", "units", "length", "m",
                  "time", "s", "speed", "km/h", "capacity", "veh/h", "capacity_per", "link",
                  "persons_per_vehicle", region->persons_per_vehicle);
    return json_pack("{s:s, s:s, s:s, s:s, s:o, s:o, s:o}", "profile", "tabular-data-package",
                     "name", region->id, "title", region->name, "version", region->version,
                     "sources", sources, "haven", haven, "resources", resources);
}

static int write_descriptor(const struct region *region, FILE *out) {
    json_t *package = descriptor(region);
    if (package == NULL)
        return HV_ERR_MEMORY;
    int error = json_dumpf(package, out, JSON_INDENT(2)) != 0 || fputc('\n', out) == EOF ? HV_ERR_IO
                                                                                         : HV_OK;
    json_decref(package);
    return error;
}

/* ---- files ------------------------------------------------------------------------------------
 */

static int write_any(const struct region *region, int kind, FILE *out) {
    return kind == BUILDER_KINDS ? write_descriptor(region, out) : write_table(region, kind, out);
}

/* The bytes are the caller's (free). */
static int write_in_memory(const struct region *region, int kind, char **ret_bytes,
                           size_t *ret_size) {
    char *bytes = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&bytes, &size);
    if (out == NULL)
        return HV_ERR_MEMORY;
    int error = write_any(region, kind, out);
    if (fclose(out) != 0 || error != HV_OK) {
        free(bytes);
        return HV_ERR_MEMORY;
    }
    *ret_bytes = bytes;
    *ret_size = size;
    return HV_OK;
}

static int give_file(const struct region *region, int kind, region_take_file *take, void *context) {
    char *bytes;
    size_t size;
    int error = write_in_memory(region, kind, &bytes, &size);
    if (error != HV_OK)
        return error;
    error = take(context, kind == BUILDER_KINDS ? DESCRIPTOR_FILE : FILES[kind], bytes, size);
    free(bytes);
    return error;
}

int region_write(const struct region *region, region_take_file *take, void *context) {
    int error = HV_OK;
    for (int kind = 0; kind < BUILDER_KINDS && error == HV_OK; kind++)
        if (is_written(region, kind))
            error = give_file(region, kind, take, context);
    return error == HV_OK ? give_file(region, BUILDER_KINDS, take, context) : error;
}

/* ---- hash -------------------------------------------------------------------------------------
 */

static int hash_part(const struct region *region, int kind, crypto_generichash_state *state) {
    char *bytes;
    size_t size;
    int error = write_in_memory(region, kind, &bytes, &size);
    if (error != HV_OK)
        return error;
    uint8_t length[8]; /* so that no byte can move from one part to the next */
    for (int i = 0; i < 8; i++)
        length[i] = (uint8_t)((uint64_t)size >> (8 * i));
    crypto_generichash_update(state, length, sizeof length);
    crypto_generichash_update(state, (const unsigned char *)bytes, size);
    free(bytes);
    return HV_OK;
}

int region_hash(const struct region *region, uint8_t ret_hash[REGION_HASH_BYTES]) {
    crypto_generichash_state state;
    crypto_generichash_init(&state, NULL, 0, REGION_HASH_BYTES);
    int error = HV_OK;
    for (int kind = 0; kind <= BUILDER_KINDS && error == HV_OK; kind++)
        error = hash_part(region, kind, &state);
    if (error == HV_OK)
        crypto_generichash_final(&state, ret_hash, REGION_HASH_BYTES);
    return error;
}
