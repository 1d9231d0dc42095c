/* Imported shelters on imported roads. */
#include "coordinator/region/builder.h"
#include "coordinator/region/import.h"
#include "coordinator/region/place.h"
#include "tests/support/region_files.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct hv_fault_list faults;
static struct region *roads, *shelters;
static struct placed placed;

static void begin(void) {
    hv_fault_list_init(&faults);
    cr_assert_eq(builder_new(&roads), HV_OK);
    cr_assert_eq(builder_new(&shelters), HV_OK);
}

static void end(void) {
    region_free(roads);
    region_free(shelters);
    hv_fault_list_deinit(&faults);
}

TestSuite(region_place, .init = begin, .fini = end);

static void node(const char *id, double lon, double lat, bool passable) {
    struct region_node node = {
        .id = id, .name = "", .kind = "", .x = lon, .y = lat, .passable = passable};
    cr_assert_eq(builder_add_node(roads, &node, 0), HV_OK);
}

static void one_way(const char *from, const char *to) {
    char id[64];
    snprintf(id, sizeof id, "%s>%s", from, to);
    struct region_link link = {.id = id,
                               .name = "",
                               .kind = "",
                               .from = region_find_node(roads, from),
                               .to = region_find_node(roads, to),
                               .length_m = 100,
                               .free_speed_km_h = 36,
                               .travel_s = 10,
                               .capacity_veh_per_h = 600,
                               .lanes = 1};
    cr_assert_eq(builder_add_link(roads, &link, 0), HV_OK);
}

static void road(const char *a, const char *b) {
    one_way(a, b);
    one_way(b, a);
}

static void shelter(const char *id, double lon, double lat, uint32_t line) {
    struct region_shelter shelter = builder_blank_shelter();
    shelter.id = id;
    shelter.name = "School";
    shelter.name_zh = shelter.place = shelter.peacetime_use = "";
    shelter.lon = lon;
    shelter.lat = lat;
    cr_assert_eq(builder_add_shelter(shelters, &shelter, line), HV_OK);
}

/* a - b - c in the open; d is entered and never left, z is a centroid, far is a road apart. */
static void small_town(void) {
    node("a", 10.000, 50.000, true);
    node("b", 10.010, 50.000, true);
    node("c", 10.020, 50.000, true);
    node("d", 10.020, 50.010, true);
    node("z", 10.000, 50.010, false);
    node("far1", 10.100, 50.100, true);
    node("far2", 10.101, 50.100, true);
    road("a", "b");
    road("b", "c");
    one_way("c", "d");
    road("z", "a");
    road("far1", "far2");
}

static const char *node_of(const char *id) {
    uint32_t row = region_find_shelter(roads, id);
    cr_assert_neq(row, REGION_NONE, "%s was not placed", id);
    return roads->nodes[roads->shelters[row].node].id;
}

static void assert_faults(const char *expected) {
    char *text = region_files_faults(&faults);
    cr_assert_str_eq(text, expected);
    free(text);
}

static int place(double within_m) {
    return place_shelters(roads, shelters, within_m, "list.csv", &faults, &placed);
}

Test(region_place, a_shelter_goes_to_the_nearest_node_that_roads_reach_and_leave) {
    small_town();
    shelter("near-b", 10.0101, 50.0001, 2);
    shelter("beside-the-dead-end", 10.020, 50.009, 3);
    shelter("beside-the-centroid", 10.000, 50.009, 4);
    cr_assert_eq(place(2000), HV_OK);
    assert_faults("");
    cr_assert_eq(placed.count, 3);
    cr_assert_str_eq(node_of("near-b"), "b");
    cr_assert_str_eq(node_of("beside-the-dead-end"), "c", "d is never left again");
    cr_assert_str_eq(node_of("beside-the-centroid"), "a", "nobody passes z");
    cr_assert_float_eq(placed.farthest_m, 1000.8, 0.5, "0.009 of a degree");
    cr_assert_str_eq(roads->shelters[placed.farthest_of].id, "beside-the-dead-end");
}

Test(region_place, what_is_too_far_is_named_with_its_distance_and_left_out) {
    small_town();
    shelter("near", 10.0, 50.0001, 2);
    shelter("apart", 10.1, 50.1, 3); /* on a road that leads nowhere else */
    shelter("unknown", NAN, NAN, 4);
    cr_assert_eq(place(1000), HV_OK);
    cr_assert_eq(placed.count, 1);
    cr_assert_eq(roads->shelter_count, 1);
    assert_faults(
        "error list.csv:3: lon, lat: “apart” School: is 12501 m from node c, the nearest that is "
        "reached by road; a place within 1000 m (--within M for another distance), or roads that "
        "go "
        "there\n"
        "error list.csv:4: lon, lat: “unknown” School: nobody says where it is; longitude and "
        "latitude\n");
}

Test(region_place, an_id_that_the_roads_have_is_named) {
    small_town();
    shelter("s1", 10.0, 50.0, 2);
    cr_assert_eq(place(1000), HV_OK);
    cr_assert_eq(place(1000), HV_OK, "the same list again");
    cr_assert_eq(placed.count, 0);
    cr_assert_eq(placed.farthest_of, REGION_NONE);
    assert_faults(
        "error list.csv:2: shelter_id: “s1” School: the region with the roads has a place "
        "of this id; an id of its own\n");
}

Test(region_place, a_drawing_and_a_region_without_roads_are_refused) {
    cr_assert_eq(place(1000), HV_ERR_VALUE);
    small_town();
    roads->coordinates = REGION_PLANE;
    cr_assert_eq(place(1000), HV_ERR_VALUE);
    assert_faults("error list.csv: there are no roads to put shelters at; a region with roads\n"
                  "error list.csv: the roads are of a drawing, not of a place on earth; roads in "
                  "longitude and latitude, such as of haven region import osm\n");
}

/* ---- against all distances ---- */

static uint64_t seed = 20261125;

static double chance(void) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (double)(seed >> 11) / 9007199254740992.0;
}

/* The chord through the sphere is the longer, the longer the way along it is. */
static double chord(double lon_a, double lat_a, double lon_b, double lat_b) {
    const double degree = acos(-1) / 180;
    double x =
        cos(lat_a * degree) * cos(lon_a * degree) - cos(lat_b * degree) * cos(lon_b * degree);
    double y =
        cos(lat_a * degree) * sin(lon_a * degree) - cos(lat_b * degree) * sin(lon_b * degree);
    double z = sin(lat_a * degree) - sin(lat_b * degree);
    return sqrt(x * x + y * y + z * z);
}

Test(region_place, no_node_is_nearer_than_the_one_that_was_taken) {
    enum { NODES = 400, SHELTERS = 300 };
    char id[16], before[16] = "";
    for (int i = 0; i < NODES; i++) {
        snprintf(id, sizeof id, "n%d", i);
        node(id, 179 + 1.5 * chance(), 60 + 2 * chance(), true); /* far north: degrees differ */
        roads->nodes[i].x -= roads->nodes[i].x > 180 ? 360 : 0;  /* and across the date line */
        if (i > 0)
            road(before, id);
        snprintf(before, sizeof before, "%s", id);
    }
    for (int i = 0; i < SHELTERS; i++) {
        snprintf(id, sizeof id, "s%d", i);
        shelter(id, 179 + 0.999 * chance(), 59.9 + 2.2 * chance(), 0);
    }
    cr_assert_eq(place(1e7), HV_OK);
    cr_assert_eq(placed.count, SHELTERS);
    for (uint32_t s = 0; s < SHELTERS; s++) {
        const struct region_shelter *at = &roads->shelters[s];
        const struct region_node *taken = &roads->nodes[at->node];
        double best = chord(at->lon, at->lat, taken->x, taken->y);
        for (uint32_t n = 0; n < NODES; n++)
            cr_assert_geq(chord(at->lon, at->lat, roads->nodes[n].x, roads->nodes[n].y),
                          best - 1e-12, "%s is nearer to %s than to %s", at->id, roads->nodes[n].id,
                          taken->id);
    }
}

/* ---- real ones ---- */

Test(region_place, shelters_of_america_are_far_from_the_roads_of_krems) {
    const char *krems = region_files_shared("osm/krems.osm.gz");
    const struct import_osm_options options = {.keep_all = true};
    if (krems == NULL)
        cr_skip_test("../shared/data/osm is not here");
    region_free(roads);
    region_free(shelters);
    roads = shelters = NULL;
    cr_assert_eq(import_osm(krems, &options, &faults, &roads), HV_OK);
    hv_fault_list_deinit(&faults);
    cr_assert_eq(
        import_nss(region_files_shared("shelters/us/fema_nss_usa_2017.json"), &faults, &shelters),
        HV_OK);
    cr_assert_eq(place(1000), HV_OK);
    cr_assert_eq(placed.count, 0);
    cr_assert_eq(faults.errors, 54, "every one is named");
    cr_assert_eq(place(1e7), HV_OK);
    cr_assert_eq(placed.count, 54);
    cr_assert_gt(placed.farthest_m, 6e6);
}
