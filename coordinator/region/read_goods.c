/* Readers of items.csv, stock.csv and vehicles.csv. */
#include "coordinator/region/need.h"
#include "coordinator/region/scan.h"
#include "coordinator/region/tables.h"
#include "coordinator/region/words.h"
#include "schemas/limits.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DAYS_MAX 36500
#define NEED_MAX 1e6
#define VEHICLES_MAX 100000
#define RANGE_KM_MAX 20000
#define HANDLING_MIN_MAX 10080 /* a week */
#define SEATS_MAX 10000
#define MEASURE_MAX 1000000000 /* millilitres, grams, kilograms, litres */

/* Pack sizes such as "12;144": ascending whole numbers above 1. */
static void read_packs(struct table_row *row, int64_t packs[REGION_PACKS_MAX]) {
    const char *text = table_text(row, ITEM_PACKS);
    const char right[] = "up to 4 rising whole numbers above 1 separated by \";\"";
    int64_t before = 1;
    for (int i = 0; *text != '\0'; i++) {
        char *end = NULL;
        long long pack = *text >= '0' && *text <= '9' ? strtoll(text, &end, 10) : 0;
        if (i == REGION_PACKS_MAX || end == NULL || pack <= before || pack > HV_QUANTITY_MAX ||
            (*end != ';' && *end != '\0') || (*end == ';' && end[1] == '\0')) {
            table_wrong(row, ITEM_PACKS, right);
            return;
        }
        packs[i] = before = pack;
        text = *end == ';' ? end + 1 : end;
    }
}

const char *region_kit_part(const char *text, char *ret_item, size_t item_bytes,
                            int64_t *ret_quantity) {
    const char *end = strchr(text, ';'), *stop = end == NULL ? text + strlen(text) : end;
    const char *colon = stop;
    while (colon > text && *colon != ':')
        colon--;
    char *after = NULL;
    size_t length = (size_t)(colon - text);
    long long quantity =
        colon > text && colon[1] >= '1' && colon[1] <= '9' ? strtoll(colon + 1, &after, 10) : 0;
    *ret_quantity = 0;
    if (quantity <= 0 || quantity > HV_QUANTITY_MAX || after != stop || length >= item_bytes)
        return NULL;
    memcpy(ret_item, text, length);
    ret_item[length] = '\0';
    *ret_quantity = quantity;
    return end == NULL || end[1] == '\0' ? NULL : end + 1;
}

/* "blanket:2;soap:1"; whether the items exist is seen when all are read. */
static const char *read_contents(struct table_row *row) {
    const char *text = table_text(row, ITEM_CONTENTS);
    for (const char *part = *text == '\0' ? NULL : text; part != NULL;) {
        char item[HV_ID_BYTES_MAX + 1];
        int64_t quantity;
        part = region_kit_part(part, item, sizeof item, &quantity);
        if (quantity > 0)
            continue;
        table_wrong(row, ITEM_CONTENTS, "items of the kit such as \"blanket:2;soap:1\"");
        return "";
    }
    return text;
}

/* "drinking-water 1": what one base unit meets, and how much of it. */
static void read_meets(struct table_row *row, struct region_item *item) {
    const char *text = table_text(row, ITEM_MEETS), *space = strchr(text, ' ');
    char word[HV_ID_BYTES_MAX + 1] = "";
    double units = 0;
    if (text[0] == '\0')
        return;
    if (space != NULL && (size_t)(space - text) < sizeof word)
        memcpy(word, text, (size_t)(space - text));
    const enum region_need need = region_need_from_name(word);
    if (need == REGION_NEED_NONE || scan_number(space + 1, &units) != HV_OK ||
        units < 1 / NEED_MAX || units > NEED_MAX) {
        table_wrong(
            row, ITEM_MEETS,
            "a need and how much of it one base unit meets, such as \"drinking-water 1\": "
            "water, drinking-water (l), energy (kcal), infant-feed, nappy, medicine (days), "
            "soap (g), blanket, sleeping-mat, toilet, tap, bathing-place");
        return;
    }
    item->meets = need;
    item->meets_units = units;
}

int tables_take_item(struct table_row *row, void *context) {
    struct region *region = ((struct tables_reading *)context)->region;
    struct region_item item = builder_blank_item();
    item.id = table_id(row, ITEM_ID);
    item.name = table_text(row, ITEM_NAME);
    item.name_zh = table_text(row, ITEM_NAME_ZH);
    item.base_unit = table_text(row, ITEM_UNIT);
    if (item.base_unit[0] == '\0' && row->bad == 0)
        table_wrong(row, ITEM_UNIT,
                    "what quantities count, such as \"l\", \"ration\" or \"piece\"");
    read_packs(row, item.packs);
    item.volume_ml = table_whole(row, ITEM_VOLUME, MEASURE_MAX, false);
    item.weight_g = table_whole(row, ITEM_WEIGHT, MEASURE_MAX, false);
    item.shelf_life_days = (int32_t)table_whole(row, ITEM_SHELF_LIFE, DAYS_MAX, false);
    item.cold_chain = table_answer(row, ITEM_COLD);
    item.need_per_person_day = table_number(row, ITEM_NEED_DAY, 0, NEED_MAX, REGION_UNKNOWN, false);
    item.need_per_person_once =
        table_number(row, ITEM_NEED_ONCE, 0, NEED_MAX, REGION_UNKNOWN, false);
    item.need_groups = table_set(row, ITEM_GROUPS, words_group,
                                 "words separated by \";\" of infant, child, adult, elderly, "
                                 "unknown, wheelchair, medical");
    item.minimum_stock = table_whole(row, ITEM_MINIMUM, HV_QUANTITY_MAX, false);
    item.contents = read_contents(row);
    read_meets(row, &item);
    if (table_is_nameless(row, item.id))
        return HV_OK;
    return table_added(row, ITEM_ID, region, BUILDER_ITEMS,
                       builder_add_item(region, &item, row->line));
}

/* ---- stock ------------------------------------------------------------------------------------
 */

static void read_stock_place(struct table_row *row, const struct region *region,
                             struct region_stock *stock) {
    const char *id = table_id(row, STOCK_PLACE);
    stock->depot = region_find_depot(region, id);
    stock->shelter = region_find_shelter(region, id);
    bool unread =
        builder_is_unread(region, BUILDER_DEPOTS) || builder_is_unread(region, BUILDER_SHELTERS);
    if (stock->depot == REGION_NONE && stock->shelter == REGION_NONE && id[0] != '\0' && !unread)
        table_wrong(row, STOCK_PLACE, "the id of a depot or shelter of this package");
}

static const char *read_lot(struct table_row *row) {
    const char *lot = table_text(row, STOCK_LOT);
    char right[48];
    snprintf(right, sizeof right, "at most %u bytes", HV_ID_BYTES_MAX);
    if (strlen(lot) > HV_ID_BYTES_MAX)
        table_wrong(row, STOCK_LOT, right);
    return lot;
}

static int32_t read_expiry(struct table_row *row) {
    const char *text = table_text(row, STOCK_EXPIRY);
    int32_t day = REGION_EXPIRY_UNKNOWN;
    if (text[0] != '\0' && scan_date(text, &day) != HV_OK)
        table_wrong(row, STOCK_EXPIRY, "a date such as 2027-05-31, or nothing");
    return day;
}

int tables_take_stock(struct table_row *row, void *context) {
    struct region *region = ((struct tables_reading *)context)->region;
    struct region_stock stock = {0};
    read_stock_place(row, region, &stock);
    stock.item = table_reference(row, STOCK_ITEM, region, BUILDER_ITEMS, true);
    stock.lot = read_lot(row);
    stock.expiry_day = read_expiry(row);
    stock.quantity = table_whole(row, STOCK_QUANTITY, HV_QUANTITY_MAX, true);
    if (row->bad > 0)
        return HV_OK;
    return table_added(row, STOCK_PLACE, region, BUILDER_STOCK,
                       builder_add_stock(region, &stock, row->line));
}

struct stock_key {
    const struct region_stock *stock;
    uint32_t line;
};

static int compare_u32(uint32_t a, uint32_t b) {
    return (a > b) - (a < b);
}

static int compare_stock(const struct region_stock *a, const struct region_stock *b) {
    int order = compare_u32(a->depot, b->depot);
    if (order == 0)
        order = compare_u32(a->shelter, b->shelter);
    if (order == 0)
        order = compare_u32(a->item, b->item);
    return order != 0 ? order : strcmp(a->lot, b->lot);
}

static int compare_keys(const void *left, const void *right) {
    const struct stock_key *a = left, *b = right;
    int order = compare_stock(a->stock, b->stock);
    return order != 0 ? order : compare_u32(a->line, b->line);
}

int tables_check_stock(const struct region *region, const char *file,
                       struct hv_fault_list *faults) {
    if (region->stock_count < 2)
        return HV_OK;
    struct stock_key *keys = calloc(region->stock_count, sizeof *keys);
    if (keys == NULL)
        return HV_ERR_MEMORY;
    for (uint32_t i = 0; i < region->stock_count; i++)
        keys[i] = (struct stock_key){&region->stock[i], builder_line(region, BUILDER_STOCK, i)};
    qsort(keys, region->stock_count, sizeof *keys, compare_keys);
    for (uint32_t i = 1; i < region->stock_count; i++)
        if (compare_stock(keys[i - 1].stock, keys[i].stock) == 0)
            hv_fault_addf(faults, HV_FAULT_ERROR, file, keys[i].line, "lot",
                          "one line for each place, item and lot",
                          "the same place, item and lot as in line %u", keys[i - 1].line);
    free(keys);
    return HV_OK;
}

/* ---- kits -------------------------------------------------------------------------------------
 */

void tables_check_kits(const struct region *region, const char *file,
                       struct hv_fault_list *faults) {
    for (uint32_t i = 0; i < region->item_count; i++) {
        const struct region_item *kit = &region->items[i];
        for (const char *part = kit->contents[0] == '\0' ? NULL : kit->contents; part != NULL;) {
            char id[HV_ID_BYTES_MAX + 1];
            int64_t quantity;
            part = region_kit_part(part, id, sizeof id, &quantity);
            uint32_t item = quantity > 0 ? region_find_item(region, id) : REGION_NONE;
            if (item == REGION_NONE || region->items[item].contents[0] != '\0')
                hv_fault_addf(faults, HV_FAULT_ERROR, file, builder_line(region, BUILDER_ITEMS, i),
                              "contents", "items of this table that are no kits themselves",
                              "kit %s holds %s", kit->id, id);
        }
    }
}

/* The first item that meets a need of some of these people, plus 1; 0: `item` does, and stands in
 * `firsts` from now on, by group. */
static uint32_t first_of(uint32_t firsts[WORDS_GROUPS], uint32_t groups, uint32_t item) {
    uint32_t first = 0;
    for (unsigned bit = 0; bit < WORDS_GROUPS; bit++) {
        if (groups != 0 && (groups >> bit & 1) == 0)
            continue;
        if (firsts[bit] == 0)
            firsts[bit] = item + 1;
        else if (first == 0)
            first = firsts[bit];
    }
    return first;
}

void tables_check_needs(const struct region *region, const char *file,
                        struct hv_fault_list *faults) {
    uint32_t firsts[REGION_NEEDS][WORDS_GROUPS] = {0};
    for (uint32_t i = 0; i < region->item_count; i++) {
        const struct region_item *item = &region->items[i];
        const uint32_t first =
            need_is_of_profile(item) ? first_of(firsts[item->meets], item->need_groups, i) : 0;
        if (first != 0)
            hv_fault_addf(faults, HV_FAULT_ERROR, file, builder_line(region, BUILDER_ITEMS, i),
                          "meets", "one item for each need and group, or a figure of its own",
                          "%s meets %s, as %s does", item->id, region_need_name(item->meets),
                          region->items[first - 1].id);
    }
}

/* ---- vehicles ---------------------------------------------------------------------------------
 */

int tables_take_vehicle(struct table_row *row, void *context) {
    struct region *region = ((struct tables_reading *)context)->region;
    struct region_vehicle vehicle = builder_blank_vehicle();
    vehicle.id = table_id(row, VEHICLE_ID);
    vehicle.name = table_text(row, VEHICLE_NAME);
    vehicle.name_zh = table_text(row, VEHICLE_NAME_ZH);
    int kind = words_vehicle_kind(table_text(row, VEHICLE_KIND));
    if (kind < 0)
        table_wrong(row, VEHICLE_KIND, "bus, minibus, van, truck, ambulance, boat or helicopter");
    else
        vehicle.kind = (enum region_vehicle_kind)kind;
    vehicle.depot = table_reference(row, VEHICLE_DEPOT, region, BUILDER_DEPOTS, false);
    bool at_depot = table_text(row, VEHICLE_DEPOT)[0] != '\0';
    vehicle.node = table_reference(row, VEHICLE_NODE, region, BUILDER_NODES,
                                   region->node_count > 0 && !at_depot);
    if (vehicle.node == REGION_NONE && vehicle.depot != REGION_NONE)
        vehicle.node = region->depots[vehicle.depot].node;
    vehicle.count = (int32_t)table_whole(row, VEHICLE_COUNT, VEHICLES_MAX, true);
    vehicle.seats = (int32_t)table_whole(row, VEHICLE_SEATS, SEATS_MAX, false);
    vehicle.wheelchair_places = (int32_t)table_whole(row, VEHICLE_WHEELCHAIR, SEATS_MAX, false);
    vehicle.payload_kg = table_whole(row, VEHICLE_PAYLOAD_KG, MEASURE_MAX, false);
    vehicle.payload_l = table_whole(row, VEHICLE_PAYLOAD_L, MEASURE_MAX, false);
    vehicle.cold_chain = table_answer(row, VEHICLE_COLD);
    vehicle.range_km = table_number(row, VEHICLE_RANGE, 1, RANGE_KM_MAX, REGION_UNKNOWN, false);
    vehicle.loading_min = (int32_t)table_whole(row, VEHICLE_LOADING, HANDLING_MIN_MAX, false);
    vehicle.unloading_min = (int32_t)table_whole(row, VEHICLE_UNLOADING, HANDLING_MIN_MAX, false);
    if (row->bad > 0)
        return HV_OK;
    return table_added(row, VEHICLE_ID, region, BUILDER_VEHICLES,
                       builder_add_vehicle(region, &vehicle, row->line));
}
