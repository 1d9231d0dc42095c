/* Imports of roads, against real networks where they are at hand. Expected figures were counted
 * with Python on the same files by code that shares nothing with the readers here. */
#include "coordinator/region/import.h"
#include "coordinator/region/osm_road.h"
#include "coordinator/region_folder.h"
#include "tests/support/region_files.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* readosm 1.1.0 forgets its XML parser where a file is not well-formed; that leak is not ours. */
const char *__lsan_default_suppressions(void);  // NOLINT(clang-diagnostic-reserved-identifier)
const char *__lsan_default_suppressions(void) { // NOLINT(clang-diagnostic-reserved-identifier)
    return "leak:libexpat\nleak:libreadosm\n";
}

static struct hv_fault_list faults;
static struct region *region;

static void begin(void) {
    hv_fault_list_init(&faults);
    region = NULL;
}

static void end(void) {
    region_free(region);
    hv_fault_list_deinit(&faults);
}

TestSuite(region_roads, .init = begin, .fini = end);

static char *shared(const char *path) {
    const char *full = region_files_shared(path);
    if (full == NULL)
        cr_skip_test("../shared/data/%s is not here", path);
    return strdup(full);
}

static void assert_sound(int error) {
    char *text = region_files_faults(&faults);
    cr_assert_eq(error, HV_OK, "%d %s", error, text);
    cr_assert_eq(faults.errors, 0, "%s", text);
    free(text);
}

static void assert_same_after_save(void) {
    struct region_files files;
    struct region *again = NULL;
    uint8_t left[REGION_HASH_BYTES], right[REGION_HASH_BYTES];
    region_files_init(&files);
    cr_assert_eq(region_folder_save(region, files.dir), HV_OK);
    assert_sound(region_load(files.dir, &faults, &again));
    cr_assert_eq(region_hash(region, left), HV_OK);
    cr_assert_eq(region_hash(again, right), HV_OK);
    cr_assert_eq(memcmp(left, right, sizeof left), 0);
    region_free(again);
    region_files_deinit(&files);
}

static const struct region_link *link_of(const char *id) {
    uint32_t i = region_find_link(region, id);
    cr_assert_neq(i, REGION_NONE, "%s", id);
    return &region->links[i];
}

/* ---- TNTP -------------------------------------------------------------------------------------
 */

static void import_network(struct import_tntp_options options, const char *net, const char *nodes,
                           const char *trips) {
    char *files[3] = {shared(net), shared(nodes), trips == NULL ? NULL : shared(trips)};
    options.net = files[0];
    options.nodes = files[1];
    options.trips = files[2];
    assert_sound(import_tntp(&options, &faults, &region));
    for (int i = 0; i < 3; i++)
        free(files[i]);
}

static double sum_capacity(void) {
    double sum = 0;
    for (uint32_t i = 0; i < region->link_count; i++)
        sum += region->links[i].capacity_veh_per_h;
    return sum;
}

static double sum_travel_s(void) {
    double sum = 0;
    for (uint32_t i = 0; i < region->link_count; i++)
        sum += region->links[i].travel_s;
    return sum;
}

static unsigned impassable(void) {
    unsigned count = 0;
    for (uint32_t i = 0; i < region->node_count; i++)
        count += !region->nodes[i].passable;
    return count;
}

Test(region_roads, sioux_falls_comes_in_whole) {
    struct import_tntp_options options = import_tntp_defaults();
    options.coordinates = REGION_LONLAT;
    options.metres_per_length = 0;
    import_network(options, "roads/SiouxFalls_net.tntp", "roads/SiouxFalls_node.tntp",
                   "roads/SiouxFalls_trips.tntp");
    cr_assert_eq(region->node_count, 24);
    cr_assert_eq(region->link_count, 76);
    cr_assert_eq(region->zone_count, 24);
    cr_assert_eq(impassable(), 0);
    cr_assert_float_eq(sum_capacity(), 778787.6808680003, 1e-6);
    cr_assert_float_eq(sum_travel_s(), 314 * 60, 1e-6);
    int64_t people = 0;
    for (uint32_t i = 0; i < 24; i++)
        people += region_zone_people(&region->zones[i], REGION_NIGHT);
    cr_assert_eq(people, 901500, "360600 trips of 2.5 persons");
    cr_assert_eq(link_of("1-2")->length_m, REGION_UNKNOWN);
    assert_same_after_save();
}

Test(region_roads, our_own_sioux_falls_has_the_published_figures) {
    struct import_tntp_options options = import_tntp_defaults();
    options.seconds_per_time = 36;
    options.veh_per_h_per_capacity = 1.0 / 24;
    options.coordinates = REGION_LONLAT;
    import_network(options, "roads/SiouxFalls_net.tntp", "roads/SiouxFalls_node.tntp", NULL);
    struct region *own = NULL;
    assert_sound(region_load(region_files_top("simulations/regions/siouxfalls"), &faults, &own));
    for (uint32_t i = 0; i < 76; i++) {
        char id[32];
        snprintf(id, sizeof id, "L%s", region->links[i].id);
        const struct region_link *link = &own->links[region_find_link(own, id)];
        cr_assert_float_eq(link->capacity_veh_per_h, region->links[i].capacity_veh_per_h, 1e-9);
        cr_assert_float_eq(link->travel_s, region->links[i].travel_s, 1e-9);
    }
    for (uint32_t i = 0; i < 24; i++) {
        const struct region_node *node = &own->nodes[region_find_node(own, region->nodes[i].id)];
        cr_assert_eq(node->x, region->nodes[i].x);
        cr_assert_eq(node->y, region->nodes[i].y);
    }
    region_free(own);
}

Test(region_roads, anaheim_takes_its_nodes_from_geojson_and_keeps_centroids_closed) {
    struct import_tntp_options options = import_tntp_defaults();
    options.metres_per_length = 0.3048;
    import_network(options, "roads/Anaheim_net.tntp", "roads/anaheim_nodes.geojson",
                   "roads/Anaheim_trips.tntp");
    cr_assert_eq(region->coordinates, REGION_LONLAT);
    cr_assert_eq(region->node_count, 416);
    cr_assert_eq(region->link_count, 914);
    cr_assert_eq(region->zone_count, 38);
    cr_assert_eq(impassable(), 38, "FIRST THRU NODE 39");
    cr_assert_float_eq(sum_capacity(), 5511600, 1e-6);
    cr_assert_float_eq(sum_travel_s(), 806.4709843860004 * 60, 1e-6);
    const struct region_link *link = link_of("1-117");
    cr_assert_float_eq(link->length_m, 1609.344, 1e-9, "5280 ft");
    cr_assert_float_eq(link->free_speed_km_h, 4842 * 0.018288, 0.01, "the file's 4842 ft/min");
    assert_same_after_save();
}

Test(region_roads, gold_coast_counts_capacity_per_lane) {
    struct import_tntp_options options = import_tntp_defaults();
    options.metres_per_length = 1000;
    options.capacity_per_lane = true;
    options.coordinates = REGION_LONLAT;
    import_network(options, "roads/Goldcoast_network_2016_01.tntp",
                   "roads/Goldcoast_nodes_2016_01.tntp", NULL);
    cr_assert_eq(region->node_count, 4807);
    cr_assert_eq(region->link_count, 11140);
    cr_assert_eq(impassable(), 1068);
    cr_assert_eq(region->zone_count, 0, "no trips, no zones");
    cr_assert_float_eq(sum_capacity(), 29616841.97, 1e-3);
    cr_assert_float_eq(sum_travel_s(), 3961.856999999859 * 60, 1e-6);
    cr_assert_eq(link_of("11-2867")->lanes, 5);
    assert_same_after_save();
}

Test(region_roads, friedrichshain_has_connectors_of_no_length) {
    struct import_tntp_options options = import_tntp_defaults();
    import_network(options, "roads/friedrichshain-center_net.tntp",
                   "roads/friedrichshain-center_node.tntp",
                   "roads/friedrichshain-center_trips.tntp");
    cr_assert_eq(region->node_count, 224);
    cr_assert_eq(region->link_count, 523);
    cr_assert_eq(impassable(), 23);
    cr_assert_eq(region->zone_count, 23);
    unsigned zero = 0;
    for (uint32_t i = 0; i < region->link_count; i++)
        zero += region->links[i].travel_s == 0;
    cr_assert_eq(zero, 184);
    assert_same_after_save();
}

static int import_texts(const char *net, const char *nodes, const char *trips) {
    struct import_tntp_options options = import_tntp_defaults();
    options.net = "net";
    options.nodes = "nodes";
    options.trips = "trips";
    return import_tntp_read(&options, (struct import_text){net, strlen(net)},
                            (struct import_text){nodes, strlen(nodes)},
                            (struct import_text){trips, trips == NULL ? 0 : strlen(trips)}, &faults,
                            &region);
}

Test(region_roads, faults_of_tntp_are_named_by_line) {
    int error = import_texts("<NUMBER OF ZONES> 1\n<NUMBER OF NODES> 3\n<NUMBER OF LINKS> 5\n"
                             "<END OF METADATA>\n\n~ init_node term_node capacity length "
                             "free_flow_time ;\n1 2 100 1 1 ;\n1 1 100 1 1 ;\n1 9 x 1 -1 ;\n"
                             "1 3 100 1 1;\n",
                             "node x y ;\n1 0 0 ;\n2 a 0 ;\n2 -1 -0.5 ;\n2 1 1 ;\n", NULL);
    char *text = region_files_faults(&faults);
    cr_expect_str_eq(text,
                     "error nodes:3: x: “a”; a number from 0 to 1000000000\n"
                     "error nodes:5: node: node 2 is there already; each node once\n"
                     "error net:8: term_node: the same node as init_node; another node\n"
                     "error net:9: term_node: “9”; a whole number from 1 to 3\n"
                     "error net:9: free_flow_time: “-1”; a number from 0 to 16666.66667\n"
                     "error net:9: capacity: “x”; a number from 0 to 10000000\n"
                     "error net:10: term_node: a node without coordinates; a node that is in the "
                     "nodes file\n"
                     "error net: <NUMBER OF LINKS>: 5, but there are 4; the number of links that "
                     "follow\n",
                     "%s", text);
    free(text);
    cr_assert_eq(error, HV_OK, "what is sound came in");
    cr_assert_eq(region->link_count, 1);
    cr_assert_eq(region->nodes[region_find_node(region, "2")].y, -0.5);
}

Test(region_roads, tntp_without_header_is_refused) {
    cr_assert_eq(import_texts("1 2 3\n", "", NULL), HV_ERR_VALUE);
    cr_assert_eq(import_texts("<END OF METADATA>\n", "", NULL), HV_ERR_VALUE);
    cr_assert_eq(faults.errors, 2);
}

/* ---- OpenStreetMap ----------------------------------------------------------------------------
 */

static void import_extract(const char *path, bool keep_all) {
    char *file = shared(path);
    struct import_osm_options options = {.keep_all = keep_all};
    assert_sound(import_osm(file, &options, &faults, &region));
    free(file);
}

static double kilometres(void) {
    double sum = 0;
    for (uint32_t i = 0; i < region->link_count; i++)
        sum += region->links[i].length_m;
    return sum / 1000;
}

Test(region_roads, krems_comes_in_from_gzip) {
    import_extract("osm/krems.osm.gz", true);
    cr_assert_eq(region->node_count, 621);
    cr_assert_eq(region->link_count, 1214);
    cr_assert_float_eq(kilometres(), 164.90066953792112, 0.01);
    assert_same_after_save();
}

Test(region_roads, krems_keeps_what_hangs_together) {
    import_extract("osm/krems.osm.gz", false);
    cr_assert_eq(region->node_count, 496);
    cr_assert_eq(region->link_count, 1003);
    cr_assert_float_eq(kilometres(), 129.0520887211886, 0.01);
    cr_assert_geq(faults.warnings, 1, "what was left out is counted");
    hv_fault_list_deinit(&faults);
    cr_assert_eq(region_check_sense(region, &faults), HV_OK);
    cr_assert_eq(faults.count, 0);
}

Test(region_roads, andorra_comes_in_from_pbf) {
    import_extract("osm/andorra.osm.pbf", true);
    cr_assert_eq(region->node_count, 1619);
    cr_assert_eq(region->link_count, 3191);
    cr_assert_float_eq(kilometres(), 766.3324192043455, 0.01);
    region_free(region);
    region = NULL;
    import_extract("osm/andorra.osm.pbf", false);
    cr_assert_eq(region->node_count, 1591);
    cr_assert_eq(region->link_count, 3163);
    assert_same_after_save();
}

Test(region_roads, osm_files_that_are_none_are_refused) {
    static const char *const NAMES[] = {"a.txt", "none.osm", "a.osm", "a.osm.pbf", "a.osm.gz"};
    struct region_files files;
    struct import_osm_options options = {.keep_all = false};
    region_files_init(&files);
    region_files_write(&files, "a.txt", "hello");
    region_files_write(&files, "a.osm", "<osm><node id=");
    region_files_write(&files, "a.osm.pbf", "no pbf");
    region_files_write(&files, "a.osm.gz", "\x1f\x8b\x08 broken");
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++) {
        size_t before = faults.errors;
        int error = import_osm(region_files_path(&files, NAMES[i]), &options, &faults, &region);
        cr_expect(error == HV_ERR_VALUE || error == HV_ERR_IO, "%s: %d", NAMES[i], error);
        cr_expect_eq(faults.errors, before + 1, "%s", NAMES[i]);
    }
    cr_assert_null(region);
    region_files_deinit(&files);
}

static const char CROSSING[] =
    "<osm version='0.6'>"
    "<node id='1' lat='50' lon='10'/><node id='2' lat='50' lon='10.01'/>"
    "<node id='3' lat='50' lon='10.02'/><node id='4' lat='50.01' lon='10.01'/>"
    "<node id='5' lat='50.02' lon='10.02'/>"
    "<way id='7'><nd ref='1'/><nd ref='2'/><nd ref='3'/><nd ref='99'/>"
    "<tag k='highway' v='primary'/><tag k='name' v='Main &amp; First'/><tag k='lanes' v='4'/>"
    "<tag k='maxspeed' v='30 mph'/></way>"
    "<way id='8'><nd ref='4'/><nd ref='2'/><tag k='highway' v='residential'/>"
    "<tag k='oneway' v='-1'/></way>"
    "<way id='9'><nd ref='4'/><nd ref='5'/><nd ref='3'/><tag k='highway' v='footway'/></way>"
    "</osm>";

Test(region_roads, ways_are_split_where_they_meet) {
    struct region_files files;
    struct import_osm_options options = {.keep_all = true};
    region_files_init(&files);
    region_files_write(&files, "x.osm", CROSSING);
    assert_sound(import_osm(region_files_path(&files, "x.osm"), &options, &faults, &region));
    region_files_deinit(&files);
    cr_assert_eq(region->node_count, 4);
    cr_assert_eq(region->link_count, 5, "two parts of way 7 both ways, way 8 against its nodes");
    const struct region_link *main_street = link_of("7:2~");
    cr_assert_str_eq(main_street->name, "Main & First");
    cr_assert_eq(main_street->lanes, 2, "half of four");
    cr_assert_float_eq(main_street->free_speed_km_h, 48.28, 0.01);
    cr_assert_eq(main_street->capacity_veh_per_h, 2800);
    cr_assert_float_eq(main_street->length_m, 714.7, 0.5, "a hundredth of a degree at 50° north");
    const struct region_link *against = link_of("8:1~");
    cr_assert_str_eq(region->nodes[against->from].id, "2");
    cr_assert_str_eq(region->nodes[against->to].id, "4");
    cr_assert_eq(region_find_link(region, "8:1"), REGION_NONE);
    cr_assert_eq(faults.warnings, 1, "node 99 is not in the file");
}

Test(region_roads, what_hangs_together_excludes_one_way_ends) {
    struct region_files files;
    struct import_osm_options options = {.keep_all = false};
    region_files_init(&files);
    region_files_write(&files, "x.osm", CROSSING);
    assert_sound(import_osm(region_files_path(&files, "x.osm"), &options, &faults, &region));
    region_files_deinit(&files);
    cr_assert_eq(region->node_count, 3, "node 4 is reached and never left");
    cr_assert_eq(region->link_count, 4);
}

/* CROSSING with relations before its end. */
static void import_crossing_with(const char *relations) {
    struct region_files files;
    struct import_osm_options options = {.keep_all = true};
    char text[4096];
    snprintf(text, sizeof text, "%.*s%s</osm>", (int)(sizeof CROSSING - 1 - strlen("</osm>")),
             CROSSING, relations);
    region_files_init(&files);
    region_files_write(&files, "x.osm", text);
    assert_sound(import_osm(region_files_path(&files, "x.osm"), &options, &faults, &region));
    region_files_deinit(&files);
}

#define MEMBERS(from, via, to)                                                                     \
    "<member type='way' ref='" from "' role='from'/><member type='node' ref='" via                 \
    "' role='via'/><member type='way' ref='" to "' role='to'/>"
#define RESTRICTION(id, from, via, to, tags)                                                       \
    "<relation id='" id "'>" MEMBERS(from, via, to) "<tag k='type' v='restriction'/>" tags         \
                                                    "</relation>"

Test(region_roads, turn_restrictions_are_named_for_nodes_and_links_know_no_turns) {
    import_crossing_with(
        RESTRICTION("50", "7", "2", "8", "<tag k='restriction' v='no_left_turn'/>")
            RESTRICTION("51", "7", "2", "8",
                        "<tag k='restriction:conditional' v='no_right_turn @ (Mo-Fr "
                        "07:00-09:00)'/>") "<relation id='52'><member type='way' ref='7' "
                                           "role='from'/>"
                                           "<member type='way' ref='8' role='via'/><member "
                                           "type='way' ref='7' role='to'/>"
                                           "<tag k='type' v='restriction'/><tag k='restriction' "
                                           "v='no_u_turn'/></relation>");
    cr_assert_eq(region->link_count, 5, "the roads are the same");
    cr_assert_eq(faults.warnings, 5, "node 99 is not in the file; a count; three");
    char *text = region_files_faults(&faults);
    static const char *const SAID[] = {
        "3 turn restrictions are not honoured",
        "relation 50: no_left_turn from way 7 (Main & First) at node 2 to way 8 () is not",
        "relation 51: no_right_turn from way 7 (Main & First) at node 2 to way 8 () is not",
        "relation 52: no_u_turn from way 7 (Main & First) at way 8 to way 7 (Main & First) is not"};
    for (size_t i = 0; i < sizeof SAID / sizeof *SAID; i++)
        cr_expect_not_null(strstr(text, SAID[i]), "%s is not in %s", SAID[i], text);
    free(text);
}

Test(region_roads, turn_restrictions_of_others_or_elsewhere_are_not_named) {
    import_crossing_with(
        RESTRICTION("60", "7", "2", "8",
                    "<tag k='restriction' v='no_left_turn'/><tag k='except' v='bus; motorcar'/>")
            RESTRICTION("61", "7", "2", "8", "<tag k='restriction:hgv' v='no_left_turn'/>")
                RESTRICTION("62", "7", "2", "9",
                            "<tag k='restriction' v='no_left_turn'/>") /* a footway */
        RESTRICTION("63", "7", "99", "8", "<tag k='restriction' v='no_left_turn'/>") RESTRICTION(
            "64", "7", "2", "8",
            "<tag k='restriction' v='give_way'/>") "<relation id='65'><member type='way' ref='7' "
                                                   "role='from'/>" /* without via and to */
                                                   "<tag k='type' v='restriction'/><tag "
                                                   "k='restriction' v='no_u_turn'/></relation>"
                                                   "<relation id='66'><tag k='type' "
                                                   "v='restriction'/></relation>"
                                                   "<relation id='67'>" MEMBERS(
                                                       "7", "2",
                                                       "8") "<tag k='type' v='route'/></relation>");
    cr_assert_eq(faults.warnings, 1, "only that node 99 is not in the file");
}

Test(region_roads, an_exception_for_buses_is_none_for_cars) {
    import_crossing_with(RESTRICTION(
        "70", "7", "2", "8",
        "<tag k='restriction' v='only_straight_on'/><tag k='except' v='bus;bicycle'/>"));
    cr_assert_eq(faults.warnings, 3);
}

Test(region_roads, krems_names_its_seven_turn_restrictions) {
    import_extract("osm/krems.osm.gz", false);
    cr_assert_eq(faults.warnings, 9, "what was left out, a count, and seven of nine by name");
}

static bool road_of(const char *const (*pairs)[2], size_t count, struct osm_road *road) {
    struct osm_tag tags[8];
    for (size_t i = 0; i < count; i++)
        tags[i] = (struct osm_tag){pairs[i][0], pairs[i][1]};
    return osm_road_read(tags, count, road);
}

#define ROAD(road, ...)                                                                            \
    road_of((const char *const[][2]){__VA_ARGS__},                                                 \
            sizeof((const char *const[][2]){__VA_ARGS__}) / sizeof(const char *[2]), road)

Test(region_roads, tags_say_who_may_drive_where) {
    struct osm_road road;
    cr_expect_not(ROAD(&road, {"highway", "footway"}));
    cr_expect_not(ROAD(&road, {"highway", "primary"}, {"access", "no"}));
    cr_expect(ROAD(&road, {"highway", "primary"}, {"access", "no"}, {"motorcar", "yes"}));
    cr_expect_not(ROAD(&road, {"highway", "service"}, {"service", "driveway"}));
    cr_expect(ROAD(&road, {"highway", "motorway"}));
    cr_expect(road.lanes[0] == 2 && road.lanes[1] == 0 && road.speed_km_h == 110);
    cr_expect(ROAD(&road, {"highway", "motorway"}, {"oneway", "no"}));
    cr_expect(road.lanes[1] == 2);
    cr_expect(ROAD(&road, {"highway", "residential"}, {"junction", "roundabout"}));
    cr_expect(road.lanes[0] == 1 && road.lanes[1] == 0);
    cr_expect(ROAD(&road, {"highway", "trunk"}, {"lanes", "3"}, {"lanes:forward", "2"}));
    cr_expect(road.lanes[0] == 2 && road.lanes[1] == 1);
    cr_expect(ROAD(&road, {"highway", "trunk"}, {"maxspeed", "AT:urban"}, {"lanes", "1"}));
    cr_expect(road.lanes[0] == 1 && road.lanes[1] == 1 && road.speed_km_h == 90);
    cr_expect(ROAD(&road, {"highway", "primary"}, {"ref", "B 3"}, {"maxspeed", "none"}));
    cr_expect_str_eq(road.name, "B 3");
    cr_expect_eq(road.speed_km_h, 130);
}
