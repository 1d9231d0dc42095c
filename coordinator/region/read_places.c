/* Readers of zones.csv, shelters.csv and depots.csv. */
#include "coordinator/region/tables.h"
#include "schemas/limits.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PLANE_MAX 1e9
#define AREA_MAX 1e8
#define MINUTES_MAX 100000
#define SHARE_DIGITS 4

static const char HAZARD_WORDS[] =
    "words separated by \";\" of flood, inland_flood, storm_surge, tsunami, typhoon, earthquake, "
    "landslide, fire, volcano, nuclear, chemical, snow";

/* Longitude and latitude: both or none; those of the node where there are none. */
static void read_position(struct table_row *row, const struct region *region, size_t lon_column,
                          uint32_t node, double *ret_lon, double *ret_lat) {
    bool lonlat = region->coordinates == REGION_LONLAT;
    size_t lat_column = lon_column + 1;
    double lon = table_number(row, lon_column, lonlat ? -180 : -PLANE_MAX, lonlat ? 180 : PLANE_MAX,
                              NAN, false);
    double lat = table_number(row, lat_column, lonlat ? -90 : -PLANE_MAX, lonlat ? 90 : PLANE_MAX,
                              NAN, false);
    if (isnan(lon) != isnan(lat) && row->bad == 0)
        table_wrong(row, isnan(lon) ? lon_column : lat_column, "both lon and lat, or neither");
    if (isnan(lon) && isnan(lat) && node != REGION_NONE) {
        lon = region->nodes[node].x;
        lat = region->nodes[node].y;
    }
    *ret_lon = lon;
    *ret_lat = lat;
}

/* ---- zones ------------------------------------------------------------------------------------
 */

static void check_subset(struct table_row *row, size_t column, int64_t part,
                         const struct region_zone *zone) {
    int64_t day = region_zone_people(zone, REGION_DAY),
            night = region_zone_people(zone, REGION_NIGHT);
    int64_t most = day > night ? day : night;
    if (part < 0 || most < 0 || part <= most)
        return;
    char right[64];
    snprintf(right, sizeof right, "at most the zone's %lld people", (long long)most);
    table_wrong(row, column, right);
}

const char *region_pickup_part(const char *text, char *ret_node, size_t node_bytes,
                               int32_t *ret_share) {
    const char *end = strchr(text, ';'), *stop = end == NULL ? text + strlen(text) : end;
    const char *colon = stop;
    while (colon > text && colon[-1] >= '0' && colon[-1] <= '9')
        colon--;
    const bool says = colon > text + 1 && colon[-1] == ':' && colon < stop;
    const long share = !says ? 1 : stop - colon <= SHARE_DIGITS ? strtol(colon, NULL, 10) : 0;
    const size_t length = (size_t)((says ? colon - 1 : stop) - text);
    *ret_share = 0;
    if (share <= 0 || length == 0 || length >= node_bytes)
        return NULL;
    memcpy(ret_node, text, length);
    ret_node[length] = '\0';
    *ret_share = (int32_t)share;
    return end == NULL ? NULL : end + 1;
}

/* "12;17:2": nodes of the package, each once. */
static const char *read_pickups(struct table_row *row, const struct region *region) {
    const char *text = table_text(row, ZONE_PICKUPS);
    uint32_t nodes[REGION_PICKUPS_MAX];
    size_t count = 0;
    bool right = true;
    for (const char *part = *text == '\0' ? NULL : text; part != NULL && right;) {
        char id[HV_ID_BYTES_MAX + 1];
        int32_t share;
        part = region_pickup_part(part, id, sizeof id, &share);
        const uint32_t node = share == 0 ? REGION_NONE : builder_find(region, BUILDER_NODES, id);
        right = share > 0 && count < REGION_PICKUPS_MAX &&
                (node != REGION_NONE || builder_is_unread(region, BUILDER_NODES));
        for (size_t i = 0; i < count && node != REGION_NONE; i++)
            right &= nodes[i] != node;
        if (right)
            nodes[count++] = node;
    }
    if (right)
        return text;
    table_wrong(
        row, ZONE_PICKUPS,
        "at most 16 nodes of this package, each once, with shares where they are not alike, "
        "such as \"12;17:2\"");
    return "";
}

int tables_take_zone(struct table_row *row, void *context) {
    struct region *region = ((struct tables_reading *)context)->region;
    struct region_zone zone = builder_blank_zone();
    zone.id = table_id(row, ZONE_ID);
    zone.name = table_text(row, ZONE_NAME);
    zone.name_zh = table_text(row, ZONE_NAME_ZH);
    zone.node = table_reference(row, ZONE_NODE, region, BUILDER_NODES, region->node_count > 0);
    read_position(row, region, ZONE_LON, zone.node, &zone.lon, &zone.lat);
    for (size_t time = 0; time < REGION_TIMES; time++)
        for (size_t age = 0; age < REGION_AGES; age++)
            zone.people[time][age] =
                table_whole(row, ZONE_PEOPLE + time * REGION_AGES + age, HV_PEOPLE_MAX, false);
    zone.households = table_whole(row, ZONE_HOUSEHOLDS, HV_PEOPLE_MAX, false);
    zone.no_vehicle_share = table_number(row, ZONE_NO_VEHICLE, 0, 1, REGION_UNKNOWN, false);
    zone.wheelchair = table_whole(row, ZONE_WHEELCHAIR, HV_PEOPLE_MAX, false);
    zone.medical = table_whole(row, ZONE_MEDICAL, HV_PEOPLE_MAX, false);
    zone.pickups = read_pickups(row, region);
    check_subset(row, ZONE_WHEELCHAIR, zone.wheelchair, &zone);
    check_subset(row, ZONE_MEDICAL, zone.medical, &zone);
    if (table_is_nameless(row, zone.id))
        return HV_OK;
    return table_added(row, ZONE_ID, region, BUILDER_ZONES,
                       builder_add_zone(region, &zone, row->line));
}

/* ---- shelters and depots ----------------------------------------------------------------------
 */

static void read_hazards(struct table_row *row, size_t withstands_column, size_t unfit_column,
                         uint32_t *ret_withstands, uint32_t *ret_unfit) {
    *ret_withstands = table_set(row, withstands_column, region_hazard_from_name, HAZARD_WORDS);
    *ret_unfit = table_set(row, unfit_column, region_hazard_from_name, HAZARD_WORDS);
    if ((*ret_withstands & *ret_unfit) != 0)
        table_wrong(row, unfit_column, "no hazard that is in withstands too");
}

static void read_capacity(struct table_row *row, struct region_shelter *shelter) {
    for (size_t place = 0; place < REGION_PLACES; place++)
        shelter->area_m2[place] =
            table_number(row, SHELTER_AREA + place, 0, AREA_MAX, REGION_UNKNOWN, false);
    for (size_t time = 0; time < REGION_TIMES; time++) {
        for (size_t place = 0; place < REGION_PLACES; place++)
            shelter->stated[time][place] = table_whole(
                row, SHELTER_STATED + time * REGION_PLACES + place, HV_PEOPLE_MAX, false);
        shelter->stated_total[time] = table_whole(row, SHELTER_TOTAL + time, HV_PEOPLE_MAX, false);
    }
    shelter->beds = table_whole(row, SHELTER_BEDS, HV_PEOPLE_MAX, false);
    shelter->toilets = table_whole(row, SHELTER_TOILETS, HV_PEOPLE_MAX, false);
    shelter->water_l_per_day = table_whole(row, SHELTER_WATER, HV_QUANTITY_MAX, false);
}

int tables_take_shelter(struct table_row *row, void *context) {
    struct region *region = ((struct tables_reading *)context)->region;
    struct region_shelter shelter = builder_blank_shelter();
    shelter.id = table_id(row, SHELTER_ID);
    shelter.name = table_text(row, SHELTER_NAME);
    shelter.name_zh = table_text(row, SHELTER_NAME_ZH);
    shelter.place = table_text(row, SHELTER_PLACE);
    shelter.peacetime_use = table_text(row, SHELTER_USE);
    shelter.node =
        table_reference(row, SHELTER_NODE, region, BUILDER_NODES, region->node_count > 0);
    read_position(row, region, SHELTER_LON, shelter.node, &shelter.lon, &shelter.lat);
    read_capacity(row, &shelter);
    shelter.accessible = table_answer(row, SHELTER_ACCESSIBLE);
    shelter.pets = table_answer(row, SHELTER_PETS);
    shelter.frail = table_answer(row, SHELTER_FRAIL);
    read_hazards(row, SHELTER_WITHSTANDS, SHELTER_UNFIT, &shelter.withstands, &shelter.unfit);
    shelter.activation_min = (int32_t)table_whole(row, SHELTER_ACTIVATION, MINUTES_MAX, false);
    if (table_is_nameless(row, shelter.id))
        return HV_OK;
    return table_added(row, SHELTER_ID, region, BUILDER_SHELTERS,
                       builder_add_shelter(region, &shelter, row->line));
}

int tables_take_depot(struct table_row *row, void *context) {
    struct region *region = ((struct tables_reading *)context)->region;
    struct region_depot depot = builder_blank_depot();
    depot.id = table_id(row, DEPOT_ID);
    depot.name = table_text(row, DEPOT_NAME);
    depot.name_zh = table_text(row, DEPOT_NAME_ZH);
    depot.place = table_text(row, DEPOT_PLACE);
    depot.node = table_reference(row, DEPOT_NODE, region, BUILDER_NODES, region->node_count > 0);
    read_position(row, region, DEPOT_LON, depot.node, &depot.lon, &depot.lat);
    read_hazards(row, DEPOT_WITHSTANDS, DEPOT_UNFIT, &depot.withstands, &depot.unfit);
    if (table_is_nameless(row, depot.id))
        return HV_OK;
    return table_added(row, DEPOT_ID, region, BUILDER_DEPOTS,
                       builder_add_depot(region, &depot, row->line));
}
