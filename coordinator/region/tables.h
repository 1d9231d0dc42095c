/* The tables of a region package: their columns, their readers. Reader and writer share these
 * enums, so that what one writes the other knows. */
#ifndef COORDINATOR_REGION_TABLES_H
#define COORDINATOR_REGION_TABLES_H

#include "coordinator/region/descriptor.h"
#include "coordinator/region/table.h"

enum { NODE_ID, NODE_NAME, NODE_X, NODE_Y, NODE_KIND, NODE_PASSABLE, NODE_COLUMNS };

enum {
    LINK_ID,
    LINK_NAME,
    LINK_FROM,
    LINK_TO,
    LINK_DIRECTED,
    LINK_LENGTH,
    LINK_KIND,
    LINK_CAPACITY,
    LINK_SPEED,
    LINK_LANES,
    LINK_TIME,
    LINK_COLUMNS
};

enum {
    ZONE_ID,
    ZONE_NAME,
    ZONE_NAME_ZH,
    ZONE_NODE,
    ZONE_LON,
    ZONE_LAT,
    ZONE_PEOPLE, /* REGION_TIMES x REGION_AGES columns from here */
    ZONE_HOUSEHOLDS = ZONE_PEOPLE + REGION_TIMES * REGION_AGES,
    ZONE_NO_VEHICLE,
    ZONE_WHEELCHAIR,
    ZONE_MEDICAL,
    ZONE_PICKUPS,
    ZONE_COLUMNS
};

enum {
    SHELTER_ID,
    SHELTER_NAME,
    SHELTER_NAME_ZH,
    SHELTER_PLACE,
    SHELTER_NODE,
    SHELTER_LON,
    SHELTER_LAT,
    SHELTER_AREA, /* indoor, outdoor */
    SHELTER_BEDS = SHELTER_AREA + REGION_PLACES,
    SHELTER_TOILETS,
    SHELTER_WATER,
    SHELTER_ACCESSIBLE,
    SHELTER_PETS,
    SHELTER_FRAIL,
    SHELTER_WITHSTANDS,
    SHELTER_UNFIT,
    SHELTER_ACTIVATION,
    SHELTER_USE,
    SHELTER_STATED, /* day indoor, day outdoor, night indoor, night outdoor */
    SHELTER_TOTAL = SHELTER_STATED + REGION_TIMES * REGION_PLACES, /* day, night */
    SHELTER_COLUMNS = SHELTER_TOTAL + REGION_TIMES
};

enum {
    DEPOT_ID,
    DEPOT_NAME,
    DEPOT_NAME_ZH,
    DEPOT_PLACE,
    DEPOT_NODE,
    DEPOT_LON,
    DEPOT_LAT,
    DEPOT_WITHSTANDS,
    DEPOT_UNFIT,
    DEPOT_COLUMNS
};

enum {
    ITEM_ID,
    ITEM_NAME,
    ITEM_NAME_ZH,
    ITEM_UNIT,
    ITEM_PACKS,
    ITEM_VOLUME,
    ITEM_WEIGHT,
    ITEM_SHELF_LIFE,
    ITEM_COLD,
    ITEM_NEED_DAY,
    ITEM_NEED_ONCE,
    ITEM_GROUPS,
    ITEM_MINIMUM,
    ITEM_CONTENTS,
    ITEM_MEETS,
    ITEM_COLUMNS
};

enum { STOCK_PLACE, STOCK_ITEM, STOCK_LOT, STOCK_EXPIRY, STOCK_QUANTITY, STOCK_COLUMNS };

enum {
    VEHICLE_ID,
    VEHICLE_NAME,
    VEHICLE_NAME_ZH,
    VEHICLE_KIND,
    VEHICLE_DEPOT,
    VEHICLE_NODE,
    VEHICLE_COUNT,
    VEHICLE_SEATS,
    VEHICLE_WHEELCHAIR,
    VEHICLE_PAYLOAD_KG,
    VEHICLE_PAYLOAD_L,
    VEHICLE_COLD,
    VEHICLE_RANGE,
    VEHICLE_LOADING,
    VEHICLE_UNLOADING,
    VEHICLE_COLUMNS
};

/* Columns of a table, by builder_kind. */
const struct table_format *tables_format(enum builder_kind kind);

/* Frictionless type of a column: "string", "number", "integer" or "date". */
const char *tables_type(enum builder_kind kind, size_t column);

struct tables_reading {
    struct region *region;
    const struct descriptor *descriptor;
    bool undeclared[UNITS_QUANTITIES]; /* already named as a fault */
    bool undeclared_per;
};

/* Reads one table from memory into reading->region; tables that it refers to must be in already.
 * Faults as in table_read; HV_ERR_LIMIT where there are too many rows. */
HV_MUST_USE int tables_read(struct tables_reading *reading, enum builder_kind kind,
                            const void *bytes, size_t size, const char *file,
                            struct hv_fault_list *faults);

/* Readers of one row; the context is a struct tables_reading. */
table_row_fn tables_take_node, tables_take_link, tables_take_zone, tables_take_shelter,
    tables_take_depot, tables_take_item, tables_take_stock, tables_take_vehicle;

/* Names kits that hold what is no item of the table, or other kits. */
void tables_check_kits(const struct region *region, const char *file, struct hv_fault_list *faults);

/* Names items that meet a need which another item of the same people meets already: both would be
 * sent for the whole of it. */
void tables_check_needs(const struct region *region, const char *file,
                        struct hv_fault_list *faults);

/* Names every stock line that says the place, item and lot of an earlier one. HV_ERR_MEMORY. */
HV_MUST_USE int tables_check_stock(const struct region *region, const char *file,
                                   struct hv_fault_list *faults);

#endif
