#include "coordinator/region/tables.h"

#include <string.h>

static const struct table_column NODES[NODE_COLUMNS] = {
    [NODE_ID] = {"node_id", true},      [NODE_NAME] = {"name", false},
    [NODE_X] = {"x_coord", true},       [NODE_Y] = {"y_coord", true},
    [NODE_KIND] = {"node_type", false}, [NODE_PASSABLE] = {"passable", false},
};

static const struct table_column LINKS[LINK_COLUMNS] = {
    [LINK_ID] = {"link_id", true},           [LINK_NAME] = {"name", false},
    [LINK_FROM] = {"from_node_id", true},    [LINK_TO] = {"to_node_id", true},
    [LINK_DIRECTED] = {"directed", false},   [LINK_LENGTH] = {"length", false},
    [LINK_KIND] = {"facility_type", false},  [LINK_CAPACITY] = {"capacity", false},
    [LINK_SPEED] = {"free_speed", false},    [LINK_LANES] = {"lanes", false},
    [LINK_TIME] = {"free_flow_time", false},
};

static const struct table_column ZONES[ZONE_COLUMNS] = {
    [ZONE_ID] = {"zone_id", true},
    [ZONE_NAME] = {"name", true},
    [ZONE_NAME_ZH] = {"name_zh", false},
    [ZONE_NODE] = {"node_id", true},
    [ZONE_LON] = {"lon", false},
    [ZONE_LAT] = {"lat", false},
    [ZONE_PEOPLE] = {"day_infant", false},
    {"day_child", false},
    {"day_adult", false},
    {"day_elderly", false},
    {"day_unknown", false},
    {"night_infant", false},
    {"night_child", false},
    {"night_adult", false},
    {"night_elderly", false},
    {"night_unknown", false},
    [ZONE_HOUSEHOLDS] = {"households", false},
    [ZONE_NO_VEHICLE] = {"no_vehicle_share", false},
    [ZONE_WHEELCHAIR] = {"wheelchair", false},
    [ZONE_MEDICAL] = {"medical", false},
    [ZONE_PICKUPS] = {"pickup_nodes", false},
};

static const struct table_column SHELTERS[SHELTER_COLUMNS] = {
    [SHELTER_ID] = {"shelter_id", true},
    [SHELTER_NAME] = {"name", true},
    [SHELTER_NAME_ZH] = {"name_zh", false},
    [SHELTER_PLACE] = {"place", false},
    [SHELTER_NODE] = {"node_id", false},
    [SHELTER_LON] = {"lon", false},
    [SHELTER_LAT] = {"lat", false},
    [SHELTER_AREA] = {"area_indoor_m2", false},
    {"area_outdoor_m2", false},
    [SHELTER_BEDS] = {"beds", false},
    [SHELTER_TOILETS] = {"toilets", false},
    [SHELTER_WATER] = {"water_l_per_day", false},
    [SHELTER_ACCESSIBLE] = {"accessible", false},
    [SHELTER_PETS] = {"pets", false},
    [SHELTER_FRAIL] = {"frail", false},
    [SHELTER_WITHSTANDS] = {"withstands", false},
    [SHELTER_UNFIT] = {"unfit", false},
    [SHELTER_ACTIVATION] = {"activation_min", false},
    [SHELTER_USE] = {"peacetime_use", false},
    [SHELTER_STATED] = {"capacity_day_indoor", false},
    {"capacity_day_outdoor", false},
    {"capacity_night_indoor", false},
    {"capacity_night_outdoor", false},
    [SHELTER_TOTAL] = {"capacity_day_total", false},
    {"capacity_night_total", false},
};

static const struct table_column DEPOTS[DEPOT_COLUMNS] = {
    [DEPOT_ID] = {"depot_id", true},      [DEPOT_NAME] = {"name", true},
    [DEPOT_NAME_ZH] = {"name_zh", false}, [DEPOT_PLACE] = {"place", false},
    [DEPOT_NODE] = {"node_id", false},    [DEPOT_LON] = {"lon", false},
    [DEPOT_LAT] = {"lat", false},         [DEPOT_WITHSTANDS] = {"withstands", false},
    [DEPOT_UNFIT] = {"unfit", false},
};

static const struct table_column ITEMS[ITEM_COLUMNS] = {
    [ITEM_ID] = {"item_id", true},
    [ITEM_NAME] = {"name", true},
    [ITEM_NAME_ZH] = {"name_zh", false},
    [ITEM_UNIT] = {"base_unit", true},
    [ITEM_PACKS] = {"packs", false},
    [ITEM_VOLUME] = {"volume_ml", false},
    [ITEM_WEIGHT] = {"weight_g", false},
    [ITEM_SHELF_LIFE] = {"shelf_life_days", false},
    [ITEM_COLD] = {"cold_chain", false},
    [ITEM_NEED_DAY] = {"need_per_person_day", false},
    [ITEM_NEED_ONCE] = {"need_per_person_once", false},
    [ITEM_GROUPS] = {"need_groups", false},
    [ITEM_MINIMUM] = {"minimum_stock", false},
    [ITEM_CONTENTS] = {"contents", false},
    [ITEM_MEETS] = {"meets", false},
};

static const struct table_column STOCK[STOCK_COLUMNS] = {
    [STOCK_PLACE] = {"place_id", true},    [STOCK_ITEM] = {"item_id", true},
    [STOCK_LOT] = {"lot", false},          [STOCK_EXPIRY] = {"expiry", false},
    [STOCK_QUANTITY] = {"quantity", true},
};

static const struct table_column VEHICLES[VEHICLE_COLUMNS] = {
    [VEHICLE_ID] = {"vehicle_id", true},
    [VEHICLE_NAME] = {"name", false},
    [VEHICLE_NAME_ZH] = {"name_zh", false},
    [VEHICLE_KIND] = {"kind", true},
    [VEHICLE_DEPOT] = {"depot_id", false},
    [VEHICLE_NODE] = {"node_id", false},
    [VEHICLE_COUNT] = {"count", true},
    [VEHICLE_SEATS] = {"seats", false},
    [VEHICLE_WHEELCHAIR] = {"wheelchair_places", false},
    [VEHICLE_PAYLOAD_KG] = {"payload_kg", false},
    [VEHICLE_PAYLOAD_L] = {"payload_l", false},
    [VEHICLE_COLD] = {"cold_chain", false},
    [VEHICLE_RANGE] = {"range_km", false},
    [VEHICLE_LOADING] = {"loading_min", false},
    [VEHICLE_UNLOADING] = {"unloading_min", false},
};

/* The road tables are GMNS's, which has many more columns: those are passed over in silence. */
static const struct table_format FORMATS[BUILDER_KINDS] = {
    [BUILDER_NODES] = {NODES, NODE_COLUMNS, ',', false, false},
    [BUILDER_LINKS] = {LINKS, LINK_COLUMNS, ',', false, false},
    [BUILDER_ZONES] = {ZONES, ZONE_COLUMNS, ',', true, false},
    [BUILDER_SHELTERS] = {SHELTERS, SHELTER_COLUMNS, ',', true, false},
    [BUILDER_DEPOTS] = {DEPOTS, DEPOT_COLUMNS, ',', true, false},
    [BUILDER_ITEMS] = {ITEMS, ITEM_COLUMNS, ',', true, false},
    [BUILDER_STOCK] = {STOCK, STOCK_COLUMNS, ',', true, false},
    [BUILDER_VEHICLES] = {VEHICLES, VEHICLE_COLUMNS, ',', true, false},
};

static table_row_fn *const READERS[BUILDER_KINDS] = {
    [BUILDER_NODES] = tables_take_node,   [BUILDER_LINKS] = tables_take_link,
    [BUILDER_ZONES] = tables_take_zone,   [BUILDER_SHELTERS] = tables_take_shelter,
    [BUILDER_DEPOTS] = tables_take_depot, [BUILDER_ITEMS] = tables_take_item,
    [BUILDER_STOCK] = tables_take_stock,  [BUILDER_VEHICLES] = tables_take_vehicle,
};

/* One letter a column: s string, n number, i integer, d date. */
static const char *const TYPES[BUILDER_KINDS] = {
    [BUILDER_NODES] = "ssnnss",
    [BUILDER_LINKS] = "sssssnsnnin",
    [BUILDER_ZONES] = "ssssnniiiiiiiiiiiniis",
    [BUILDER_SHELTERS] = "sssssnnnniiisssssisiiiiii",
    [BUILDER_DEPOTS] = "sssssnnss",
    [BUILDER_ITEMS] = "sssssiiisnnsiss",
    [BUILDER_STOCK] = "sssdi",
    [BUILDER_VEHICLES] = "ssssssiiiiisnii",
};

const struct table_format *tables_format(enum builder_kind kind) {
    return &FORMATS[kind];
}

const char *tables_type(enum builder_kind kind, size_t column) {
    switch (TYPES[kind][column]) {
    case 'n':
        return "number";
    case 'i':
        return "integer";
    case 'd':
        return "date";
    default:
        return "string";
    }
}

int tables_read(struct tables_reading *reading, enum builder_kind kind, const void *bytes,
                size_t size, const char *file, struct hv_fault_list *faults) {
    struct table_format format = FORMATS[kind];
    format.delimiter = reading->descriptor->tables[kind].delimiter;
    int error = table_read(bytes, size, file, &format, faults, READERS[kind], reading);
    if (error == HV_OK && kind == BUILDER_STOCK)
        error = tables_check_stock(reading->region, file, faults);
    if (error == HV_OK && kind == BUILDER_ITEMS) {
        tables_check_kits(reading->region, file, faults);
        tables_check_needs(reading->region, file, faults);
    }
    return error;
}
