#include "coordinator/region/region.h"
#include "coordinator/region_folder.h"
#include "tests/support/region_files.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static struct region_files files;
static struct hv_fault_list faults;
static struct region *region;

static void begin(void) {
    region_files_init(&files);
    hv_fault_list_init(&faults);
    region = NULL;
}

static void end(void) {
    region_free(region);
    hv_fault_list_deinit(&faults);
    region_files_deinit(&files);
}

TestSuite(region_load, .init = begin, .fini = end);

static void load(const char *dir, int expected) {
    int error = region_load(dir, &faults, &region);
    char *text = region_files_faults(&faults);
    cr_assert_eq(error, expected, "%d, %s", error, text);
    free(text);
}

Test(region_load, converts_to_the_units_inside) {
    region_files_small(&files);
    load(files.dir, HV_OK);
    cr_assert_str_eq(region->id, "small");
    cr_assert_str_eq(region->name_zh, "小");
    cr_assert_str_eq(region->version, "2.1.0");
    cr_assert_eq(region->persons_per_vehicle, 2);
    cr_assert_eq(region->link_count, 4);
    const struct region_link *ab = &region->links[region_find_link(region, "ab")];
    cr_assert_eq(ab->length_m, 6000);
    cr_assert_float_eq(ab->travel_s, 360, 1e-9, "6 km at 60 km/h");
    cr_assert_eq(ab->capacity_veh_per_h, 1600, "800 a lane, two lanes");
    const struct region_link *back = &region->links[region_find_link(region, "ab~")];
    cr_assert_eq(back->from, ab->to);
    cr_assert_eq(back->to, ab->from);
}

Test(region_load, keeps_unknown_unknown) {
    region_files_small(&files);
    load(files.dir, HV_OK);
    const struct region_zone *zone = &region->zones[0];
    cr_assert_str_eq(zone->name, "Zone, one");
    cr_assert_eq(zone->people[REGION_NIGHT][REGION_INFANT], REGION_UNKNOWN);
    cr_assert_eq(region_zone_people(zone, REGION_NIGHT), 120);
    cr_assert_eq(region_zone_people(zone, REGION_DAY), 90);
    cr_assert_eq(zone->lon, 10, "of its node");
    cr_assert_eq(zone->medical, REGION_UNKNOWN);
    const struct region_shelter *shelter = &region->shelters[0];
    cr_assert_eq(shelter->beds, REGION_UNKNOWN);
    cr_assert_eq(shelter->pets, REGION_ANSWER_UNKNOWN);
    cr_assert_eq(shelter->accessible, REGION_ANSWER_YES);
    cr_assert_eq(shelter->withstands, (unsigned)REGION_FLOOD | (unsigned)REGION_FIRE);
    cr_assert_eq(shelter->stated[REGION_NIGHT][REGION_INDOOR], 150);
    cr_assert_eq(shelter->stated[REGION_DAY][REGION_INDOOR], REGION_UNKNOWN);
}

Test(region_load, resolves_goods_and_vehicles) {
    region_files_small(&files);
    load(files.dir, HV_OK);
    cr_assert_eq(region->items[0].packs[1], 504);
    cr_assert_eq(region->items[0].packs[2], 0);
    cr_assert_eq(region->items[1].need_groups, 1u << REGION_INFANT);
    cr_assert_eq(region->stock[0].depot, 0);
    cr_assert_eq(region->stock[0].shelter, REGION_NONE);
    cr_assert_eq(region->stock[0].expiry_day, 20969, "2027-05-31");
    cr_assert_eq(region->stock[1].shelter, 0);
    cr_assert_eq(region->stock[1].expiry_day, REGION_EXPIRY_UNKNOWN);
    cr_assert_eq(region->vehicles[1].depot, 0);
    cr_assert_eq(region->vehicles[1].node, region->depots[0].node);
    cr_assert_eq(region_find_vehicle(region, "tram"), REGION_NONE);
}

Test(region_load, says_where_there_is_no_package) {
    load("/nonexistent", HV_ERR_IO);
    cr_assert_eq(faults.errors, 1);
    cr_assert_str_eq(faults.faults[0].file, "datapackage.json");
}

/* ---- save and load ----------------------------------------------------------------------------
 */

static void assert_same_hash(const struct region *a, const struct region *b) {
    uint8_t left[REGION_HASH_BYTES], right[REGION_HASH_BYTES];
    cr_assert_eq(region_hash(a, left), HV_OK);
    cr_assert_eq(region_hash(b, right), HV_OK);
    cr_assert_eq(memcmp(left, right, sizeof left), 0);
}

static void save_and_load_again(void) {
    struct region_files other;
    struct region *again = NULL;
    region_files_init(&other);
    cr_assert_eq(region_folder_save(region, other.dir), HV_OK);
    cr_assert_eq(region_load(other.dir, &faults, &again), HV_OK);
    assert_same_hash(region, again);
    cr_assert_eq(again->link_count, region->link_count);
    for (uint32_t i = 0; i < region->link_count; i++)
        cr_assert_eq(again->links[i].travel_s, region->links[i].travel_s, "bit for bit");
    region_free(again);
    region_files_deinit(&other);
}

Test(region_load, is_the_same_after_save) {
    region_files_small(&files);
    load(files.dir, HV_OK);
    save_and_load_again();
}

Test(region_load, hash_follows_the_content) {
    region_files_small(&files);
    load(files.dir, HV_OK);
    struct region *first = region;
    region_files_write(&files, "depots.csv", "depot_id,name,node_id\nd1,Depot,c\n");
    load(files.dir, HV_OK);
    uint8_t left[REGION_HASH_BYTES], right[REGION_HASH_BYTES];
    cr_assert_eq(region_hash(first, left), HV_OK);
    cr_assert_eq(region_hash(region, right), HV_OK);
    cr_assert_neq(memcmp(left, right, sizeof left), 0);
    region_free(first);
}

Test(region_load, keeps_what_deliveries_need_to_know_of_vehicles) {
    region_files_small(&files);
    load(files.dir, HV_OK);
    struct region *plain = region;
    cr_assert_eq(region->vehicles[1].payload_kg, 3000);
    cr_assert_eq(region->vehicles[1].range_km, REGION_UNKNOWN);
    cr_assert_eq(region->vehicles[1].loading_min, REGION_UNKNOWN);
    static const char *const more =
        "vehicle_id,kind,depot_id,node_id,count,seats,payload_kg,payload_l,range_km,loading_min,"
        "unloading_min\nbus,bus,,a,3,48,,,,,\nlorry,truck,d1,,2,2,3000,12000,%s\n";
    char table[512];
    snprintf(table, sizeof table, more, ",,");
    region_files_write(&files, "vehicles.csv", table);
    load(files.dir, HV_OK);
    assert_same_hash(plain, region);
    region_free(region);
    snprintf(table, sizeof table, more, "350.5,0,25");
    region_files_write(&files, "vehicles.csv", table);
    load(files.dir, HV_OK);
    cr_assert_eq(region->vehicles[0].unloading_min, REGION_UNKNOWN);
    cr_assert_eq(region->vehicles[1].range_km, 350.5);
    cr_assert_eq(region->vehicles[1].loading_min, 0, "known, and not unknown");
    cr_assert_eq(region->vehicles[1].unloading_min, 25);
    save_and_load_again();
    uint8_t left[REGION_HASH_BYTES], right[REGION_HASH_BYTES];
    cr_assert_eq(region_hash(plain, left), HV_OK);
    cr_assert_eq(region_hash(region, right), HV_OK);
    cr_assert_neq(memcmp(left, right, sizeof left), 0);
    region_free(plain);
}

Test(region_load, saves_the_same_bytes_each_time) {
    region_files_small(&files);
    load(files.dir, HV_OK);
    struct region_files other;
    region_files_init(&other);
    cr_assert_eq(region_folder_save(region, other.dir), HV_OK);
    char *first = region_files_read(region_files_path(&other, "link.csv"));
    cr_assert_eq(region_folder_save(region, other.dir), HV_OK);
    char *second = region_files_read(region_files_path(&other, "link.csv"));
    cr_assert_str_eq(first, second);
    free(first);
    free(second);
    region_files_deinit(&other);
}

/* ---- the region of the demo -------------------------------------------------------------------
 */

Test(region_load, sioux_falls_is_without_fault) {
    const char *dir = region_files_top("simulations/regions/siouxfalls");
    cr_assert_not_null(dir);
    int error = region_check(dir, &faults);
    char *text = region_files_faults(&faults);
    cr_assert_eq(error, HV_OK, "%s", text);
    cr_assert_eq(faults.count, 0, "%s", text);
    free(text);
    load(dir, HV_OK);
    cr_assert_eq(region->node_count, 24);
    cr_assert_eq(region->link_count, 76);
    cr_assert_eq(region->zone_count, 24);
    cr_assert_geq(region->shelter_count, 16);
    cr_assert_geq(region->depot_count, 4);
    const struct region_link *link = &region->links[region_find_link(region, "L1-2")];
    cr_assert_float_eq(link->travel_s, 216, 1e-9, "6 hundredths of an hour");
    cr_assert_float_eq(link->capacity_veh_per_h, 25900.20064 / 24, 1e-9);
    save_and_load_again();
}

Test(region_load, keeps_where_buses_fetch_people_and_writes_it_only_where_a_zone_says) {
    static const char *const more = "zone_id,name,name_zh,node_id,night_adult,night_child,"
                                    "day_unknown,wheelchair,pickup_nodes\n"
                                    "z1,\"Zone, one\",一区,a,100,20,90,3,%s\n";
    char table[256], node[8];
    int32_t share;
    region_files_small(&files);
    load(files.dir, HV_OK);
    struct region *plain = region;
    snprintf(table, sizeof table, more, "");
    region_files_write(&files, "zones.csv", table);
    load(files.dir, HV_OK);
    assert_same_hash(plain, region);
    region_free(region);
    snprintf(table, sizeof table, more, "b;c:20");
    region_files_write(&files, "zones.csv", table);
    load(files.dir, HV_OK);
    const char *rest = region_pickup_part(region->zones[0].pickups, node, sizeof node, &share);
    cr_assert_str_eq(node, "b");
    cr_assert_eq(share, 1);
    cr_assert_null(region_pickup_part(rest, node, sizeof node, &share));
    cr_assert_str_eq(node, "c");
    cr_assert_eq(share, 20);
    save_and_load_again();
    region_free(plain);
}
