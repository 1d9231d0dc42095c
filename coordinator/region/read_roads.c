/* Readers of node.csv and link.csv, after GMNS. */
#include "coordinator/region/roads.h"
#include "coordinator/region/tables.h"
#include "schemas/limits.h"

#include <stdio.h>
#include <string.h>

#define LENGTH_MAX 1e7   /* metres of one link */
#define SPEED_MAX 1000.0 /* km/h */
#define TIME_MAX 1e6     /* seconds of one link */
#define CAPACITY_MAX 1e7 /* vehicles an hour */
#define LANES_MAX 64
#define PLANE_MAX 1e9

int tables_take_node(struct table_row *row, void *context) {
    struct region *region = ((struct tables_reading *)context)->region;
    bool lonlat = region->coordinates == REGION_LONLAT;
    struct region_node node = {
        .id = table_id(row, NODE_ID),
        .name = table_text(row, NODE_NAME),
        .kind = table_text(row, NODE_KIND),
        .x = table_number(row, NODE_X, lonlat ? -180 : -PLANE_MAX, lonlat ? 180 : PLANE_MAX, 0,
                          true),
        .y = table_number(row, NODE_Y, lonlat ? -90 : -PLANE_MAX, lonlat ? 90 : PLANE_MAX, 0, true),
        .passable = table_answer(row, NODE_PASSABLE) != REGION_ANSWER_NO,
    };
    if (table_is_nameless(row, node.id))
        return HV_OK;
    return table_added(row, NODE_ID, region, BUILDER_NODES,
                       builder_add_node(region, &node, row->line));
}

/* ---- links ------------------------------------------------------------------------------------
 */

/* Factor of a declared unit; where it is not declared that is named once, at the first figure. */
static double factor(struct table_row *row, size_t column, struct tables_reading *reading,
                     enum units_quantity quantity) {
    static const char *const KEYS[UNITS_QUANTITIES] = {"haven.units.length", "haven.units.time",
                                                       "haven.units.speed", "haven.units.capacity"};
    double declared = reading->descriptor->factors[quantity];
    if (declared > 0 || row->values[column] == NULL || row->values[column][0] == '\0')
        return declared > 0 ? declared : 1;
    if (!reading->undeclared[quantity])
        hv_fault_addf(row->faults, HV_FAULT_ERROR, DESCRIPTOR_FILE, reading->descriptor->units_line,
                      KEYS[quantity], units_words(quantity),
                      "the unit of column %s is not declared", row->names[column]);
    reading->undeclared[quantity] = true;
    return 1;
}

static double figure(struct table_row *row, size_t column, struct tables_reading *reading,
                     enum units_quantity quantity, double max) {
    double unit = factor(row, column, reading, quantity);
    double value = table_number(row, column, 0, max / unit, REGION_UNKNOWN, false);
    return value < 0 ? REGION_UNKNOWN : value * unit;
}

static void read_capacity(struct table_row *row, struct tables_reading *reading,
                          const struct roads_class *class, struct region_link *link) {
    double capacity = figure(row, LINK_CAPACITY, reading, UNITS_CAPACITY, CAPACITY_MAX);
    bool per_lane = reading->descriptor->capacity_per_lane;
    if (capacity < 0 && class != NULL) {
        capacity = class->capacity_veh_per_h_lane;
        per_lane = true;
        if (link->lanes < 0)
            link->lanes = class->lanes;
    } else if (capacity < 0) {
        if (row->bad == 0)
            table_wrong(row, LINK_CAPACITY,
                        "a capacity, or a facility_type that has one by default (docs/REGIONS.md)");
        return;
    } else if (!reading->descriptor->capacity_declared && !reading->undeclared_per) {
        reading->undeclared_per = true;
        hv_fault_add(row->faults, HV_FAULT_ERROR, DESCRIPTOR_FILE, reading->descriptor->units_line,
                     "haven.capacity_per", "it is not declared what capacity is counted for",
                     "\"lane\" or \"link\"");
    }
    if (per_lane && link->lanes < 0)
        table_wrong(row, LINK_LANES, "the lanes, for capacity is declared per lane");
    link->capacity_veh_per_h = per_lane ? capacity * link->lanes : capacity;
}

static void read_time(struct table_row *row, struct tables_reading *reading,
                      const struct roads_class *class, struct region_link *link) {
    link->length_m = figure(row, LINK_LENGTH, reading, UNITS_LENGTH, LENGTH_MAX);
    link->free_speed_km_h = figure(row, LINK_SPEED, reading, UNITS_SPEED, SPEED_MAX);
    link->travel_s = figure(row, LINK_TIME, reading, UNITS_TIME, TIME_MAX);
    if (row->bad > 0 || link->travel_s >= 0)
        return;
    if (link->free_speed_km_h < 0 && class != NULL)
        link->free_speed_km_h = class->speed_km_h;
    if (link->length_m < 0)
        table_wrong(row, LINK_LENGTH, "a length and free_speed, or a free_flow_time");
    else if (link->length_m > 0 && !(link->free_speed_km_h > 0))
        table_wrong(row, LINK_SPEED, "a speed above 0, or a free_flow_time");
    else
        link->travel_s = link->length_m > 0 ? link->length_m * 3.6 / link->free_speed_km_h : 0;
    if (link->travel_s > TIME_MAX)
        table_wrong(row, LINK_SPEED, "a speed at which the link takes at most 1000000 s");
}

static struct region_link read_link(struct table_row *row, struct tables_reading *reading) {
    const struct region *region = reading->region;
    struct region_link link = {
        .id = table_id(row, LINK_ID),
        .name = table_text(row, LINK_NAME),
        .kind = table_text(row, LINK_KIND),
        .from = table_reference(row, LINK_FROM, region, BUILDER_NODES, true),
        .to = table_reference(row, LINK_TO, region, BUILDER_NODES, true),
        .lanes = (int32_t)table_whole(row, LINK_LANES, LANES_MAX, false),
    };
    if (link.from == link.to && link.from != REGION_NONE)
        table_wrong(row, LINK_TO, "another node than from_node_id");
    const struct roads_class *class = roads_find(link.kind);
    read_capacity(row, reading, class, &link);
    read_time(row, reading, class, &link);
    return link;
}

/* The way back of an undirected link has the same id with "~" after it. */
static int add_way_back(struct table_row *row, struct region *region, struct region_link link) {
    char id[HV_ID_BYTES_MAX + 2];
    snprintf(id, sizeof id, "%s~", link.id);
    if (strlen(id) > HV_ID_BYTES_MAX) {
        table_wrong(row, LINK_ID, "a shorter id, for the way back is called the same with \"~\"");
        return HV_OK;
    }
    uint32_t from = link.from;
    link.from = link.to;
    link.to = from;
    link.id = id;
    return table_added(row, LINK_ID, region, BUILDER_LINKS,
                       builder_add_link(region, &link, row->line));
}

int tables_take_link(struct table_row *row, void *context) {
    struct tables_reading *reading = context;
    struct region_link link = read_link(row, reading);
    bool directed = table_answer(row, LINK_DIRECTED) != REGION_ANSWER_NO;
    if (row->bad > 0)
        return HV_OK;
    int error = table_added(row, LINK_ID, reading->region, BUILDER_LINKS,
                            builder_add_link(reading->region, &link, row->line));
    if (error != HV_OK || directed || row->bad > 0)
        return error;
    return add_way_back(row, reading->region, link);
}
