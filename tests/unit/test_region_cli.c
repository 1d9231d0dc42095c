#include "coordinator/cli/region.h"
#include "coordinator/region/region.h"
#include "tests/support/region_files.h"

#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

static struct region_files files;
static char *out; /* standard output of the last run */

static void begin(void) {
    region_files_init(&files);
}

static void end(void) {
    free(out);
    out = NULL;
    region_files_deinit(&files);
}

TestSuite(region_cli, .init = begin, .fini = end);

/* Runs `haven region WORDS…`; its standard output is in `out` afterwards. */
static int run(const char *const *words) {
    char *argv[16] = {"region"}, path[128];
    int argc = 1;
    for (; words[argc - 1] != NULL; argc++)
        argv[argc] = strdup(words[argc - 1]);
    snprintf(path, sizeof path, "%s/stdout", files.dir);
    fflush(stdout);
    int kept = dup(STDOUT_FILENO);
    cr_assert_not_null(freopen(path, "w", stdout));
    int status = cli_region(argc, argv);
    fflush(stdout);
    dup2(kept, STDOUT_FILENO);
    close(kept);
    free(out);
    out = region_files_read(path);
    for (int i = 1; i < argc; i++)
        free(argv[i]);
    return status;
}

#define RUN(...) run((const char *const[]){__VA_ARGS__, NULL})

Test(region_cli, check_of_a_sound_region_ends_with_0) {
    region_files_small(&files);
    cr_assert_eq(RUN("check", files.dir), EX_OK);
    cr_assert_not_null(strstr(out, "no faults"));
}

Test(region_cli, check_names_faults_and_ends_with_65) {
    region_files_small(&files);
    region_files_write(&files, "depots.csv", "depot_id,name,node_id\nd1,Depot,q\n");
    cr_assert_eq(RUN("check", files.dir), EX_DATAERR);
    cr_assert_not_null(
        strstr(out, "error: depots.csv:2: node_id: “q”; the id of a node of this package\n"), "%s",
        out);
}

Test(region_cli, check_prints_json) {
    region_files_small(&files);
    region_files_write(&files, "depots.csv", "depot_id,name,node_id\nd1,Depot,q\n");
    cr_assert_eq(RUN("check", "--json", files.dir), EX_DATAERR);
    json_t *json = json_loads(out, 0, NULL);
    cr_assert_not_null(json);
    cr_assert_eq(json_integer_value(json_object_get(json, "errors")), 1,
                 "the depot, and neither its stock nor its lorry");
    json_t *fault = json_array_get(json_object_get(json, "faults"), 0);
    cr_assert_eq(json_integer_value(json_object_get(fault, "line")), 2);
    cr_assert_str_eq(json_string_value(json_object_get(fault, "column")), "node_id");
    json_decref(json);
}

Test(region_cli, no_folder_is_no_input) {
    cr_assert_eq(RUN("check", "/nonexistent"), EX_NOINPUT);
}

Test(region_cli, wrong_words_are_usage) {
    cr_redirect_stderr();
    cr_assert_eq(RUN("check"), EX_USAGE);
    cr_assert_eq(RUN("dance"), EX_USAGE);
    cr_assert_eq(RUN("--length-unit", "cubit", "check", "x"), EX_USAGE);
    cr_assert_eq(RUN("--nonsense"), EX_USAGE);
    cr_assert_eq(RUN("import", "osm", "x.osm"), EX_USAGE, "-o is missing");
    cr_assert_eq(RUN("import", "shapefile", "x", "-o", "y"), EX_USAGE);
}

Test(region_cli, help_has_examples) {
    cr_assert_eq(RUN("--help"), EX_OK);
    cr_assert_not_null(strstr(out, "examples:"));
}

Test(region_cli, show_counts_and_marks_what_nobody_verified) {
    region_files_small(&files);
    region_files_write(&files, "shelters.csv",
                       "shelter_id,name,node_id,area_indoor_m2\ns1,School,c,700\n");
    cr_assert_eq(RUN("show", files.dir, "--profile", "gb51143-2015", "--stage", "short"), EX_OK);
    cr_assert_not_null(strstr(out, "people by night  120\n"), "%s", out);
    cr_assert_not_null(strstr(out, "350 area    *"), "%s", out);
    cr_assert_not_null(strstr(out, "nobody has compared"), "%s", out);
    cr_assert_eq(RUN("show", files.dir, "--json", "--profile", "sphere-2018"), EX_OK);
    json_t *json = json_loads(out, 0, NULL);
    json_t *shelter =
        json_array_get(json_object_get(json_object_get(json, "capacity"), "shelters"), 0);
    json_t *indoor = json_object_get(shelter, "indoor");
    cr_assert_eq(json_integer_value(json_object_get(indoor, "people")), 200);
    cr_assert(json_is_true(json_object_get(indoor, "verified")));
    cr_assert(json_is_null(json_object_get(json_object_get(shelter, "outdoor"), "people")));
    json_decref(json);
}

Test(region_cli, show_says_what_people_need_and_who_says_so) {
    region_files_small(&files);
    region_files_write(&files, "items.csv",
                       "item_id,name,base_unit,need_per_person_day,meets\n"
                       "water,Water,l,,water 1\nmilk,Formula,feed,,infant-feed 1\n"
                       "meal,Meal,meal,3,energy 700\nrope,Rope,m,,\nsand,Sand,kg,0,\n");
    cr_assert_eq(RUN("show", files.dir, "--profile", "sphere-2018", "--stage", "emergency"), EX_OK);
    static const char *const lines[] = {
        "  water            7.5 l a day              everybody    profile   Water supply",
        "  milk             7 feed a day             infant       profile * no number",
        "  meal             3 meal a day             everybody    region",
        "  rope             unknown                  everybody    none",
        "  sand             nothing                  everybody    region"};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        cr_expect_not_null(strstr(out, lines[i]), "%s\n%s", lines[i], out);
    cr_assert_eq(RUN("show", files.dir, "--json", "--profile", "sphere-2018"), EX_OK);
    json_t *json = json_loads(out, 0, NULL);
    const json_t *milk =
        json_array_get(json_object_get(json_object_get(json, "needs"), "items"), 1);
    cr_expect_eq(json_number_value(json_object_get(milk, "per_day")), 7);
    cr_expect_str_eq(json_string_value(json_object_get(milk, "basis")), "profile");
    cr_expect_str_eq(json_string_value(json_object_get(milk, "for")), "infant");
    cr_expect(json_is_false(json_object_get(milk, "verified")));
    json_decref(json);
}

Test(region_cli, a_card_says_what_people_need_by_the_profile) {
    region_files_small(&files);
    region_files_write(&files, "items.csv",
                       "item_id,name,base_unit,need_per_person_day,meets\n"
                       "water,Water,l,,water 1\nmilk,Formula,feed,,infant-feed 1\n");
    cr_assert_eq(RUN("card", files.dir), EX_OK);
    json_t *json = json_loads(out, 0, NULL);
    const json_t *items = json_object_get(json, "items"), *milk = json_array_get(items, 1);
    cr_expect_eq(
        json_number_value(json_object_get(json_array_get(items, 0), "need_per_person_day")), 15);
    cr_expect_str_eq(json_string_value(json_array_get(json_object_get(milk, "for"), 0)), "infant");
    json_decref(json);
    cr_assert_eq(RUN("card", files.dir, "--profile", "gb51143-2015", "--stage", "emergency"),
                 EX_OK);
    json = json_loads(out, 0, NULL);
    items = json_object_get(json, "items");
    cr_expect_eq(
        json_number_value(json_object_get(json_array_get(items, 0), "need_per_person_day")), 3);
    json_decref(json);
}

Test(region_cli, profiles_are_listed_with_every_clause) {
    cr_assert_eq(RUN("profiles"), EX_OK);
    cr_assert_str_eq(out, "gb51143-2015\nsphere-2018\n");
    cr_assert_eq(RUN("profiles", "gb51143-2015"), EX_OK);
    cr_assert_not_null(strstr(out, "NOT VERIFIED"));
    cr_assert_eq(RUN("profiles", "/nonexistent.yaml"), EX_NOINPUT);
}

Test(region_cli, import_writes_a_region_that_checks) {
    char list[128], dir[128];
    snprintf(list, sizeof list, "%s/list.csv", files.dir);
    snprintf(dir, sizeof dir, "%s/region", files.dir);
    region_files_write(&files, "list.csv",
                       "ID,名称,人数,緯度,経度,想定収容人数\nA,小学校,5,37.1,136.9,屋内10人\n"
                       "B,中学校,5,37.1,136.9,？\n");
    cr_assert_eq(RUN("import", "nanao", list, "-o", dir, "--name", "test-1"), EX_DATAERR);
    cr_assert_not_null(strstr(out, "list.csv:3: 想定収容人数"), "%s", out);
    cr_assert_eq(RUN("check", dir), EX_OK);
    struct hv_fault_list faults;
    struct region *region = NULL;
    hv_fault_list_init(&faults);
    cr_assert_eq(region_load(dir, &faults, &region), HV_OK);
    cr_assert_str_eq(region->id, "test-1");
    cr_assert_str_eq(region->shelters[0].name, "小学校");
    cr_assert_eq(region->shelter_count, 1);
    region_free(region);
    hv_fault_list_deinit(&faults);
}

Test(region_cli, import_takes_units_from_the_command_line) {
    char net[128], nodes[128], dir[128];
    snprintf(net, sizeof net, "%s/net.tntp", files.dir);
    snprintf(nodes, sizeof nodes, "%s/nodes.tntp", files.dir);
    snprintf(dir, sizeof dir, "%s/region", files.dir);
    region_files_write(&files, "net.tntp",
                       "<NUMBER OF ZONES> 0\n<NUMBER OF NODES> 2\n<NUMBER OF LINKS> 1\n"
                       "<END OF METADATA>\n~ init_node term_node capacity length free_flow_time "
                       "lanes ;\n1 2 2400 5280 1.5 2 ;\n");
    region_files_write(&files, "nodes.tntp", "1 0 0 ;\n2 3 4 ;\n");
    cr_assert_eq(RUN("import", "tntp", net, nodes, "-o", dir, "--length-unit", "ft", "--time-unit",
                     "min", "--capacity-per", "lane,day"),
                 EX_OK, "%s", out);
    struct hv_fault_list faults;
    struct region *region = NULL;
    hv_fault_list_init(&faults);
    cr_assert_eq(region_load(dir, &faults, &region), HV_OK);
    cr_assert_float_eq(region->links[0].length_m, 1609.344, 1e-9);
    cr_assert_eq(region->links[0].travel_s, 90);
    cr_assert_eq(region->links[0].capacity_veh_per_h, 200);
    region_free(region);
    hv_fault_list_deinit(&faults);
}

Test(region_cli, an_import_that_cannot_be_written_says_so) {
    cr_redirect_stderr();
    region_files_write(&files, "list.csv", "ID,名称,人数,緯度,経度,想定収容人数\n");
    char list[128];
    snprintf(list, sizeof list, "%s/list.csv", files.dir);
    cr_assert_eq(RUN("import", "nanao", list, "-o", "/proc/none/x"), EX_CANTCREAT);
}

/* ---- shelters onto roads ---- */

static const char TAIWAN[] =
    "序號,縣市及鄉鎮市區,村里,避難收容處所地址,經度,緯度,避難收容處所名稱,預計收容村里,"
    "預計收容人數,適用災害類別,室內,室外,適合避難弱者安置\n"
    "46,縣,村,街1號,121.0001,24.0001,和平國小,村,250,水災,是,否,否\n"
    "47,縣,村,街2號,121.5,24.5,遠的國小,村,100,水災,是,否,否\n";

static void write_roads(const char *folder) {
    char path[512];
    region_files_write(&files, "roads.osm",
                       "<osm version='0.6'><node id='1' lat='24' lon='121'/>"
                       "<node id='2' lat='24' lon='121.01'/><way id='7'><nd ref='1'/><nd ref='2'/>"
                       "<tag k='highway' v='primary'/></way></osm>");
    snprintf(path, sizeof path, "%s", region_files_path(&files, "roads.osm"));
    cr_assert_eq(RUN("import", "osm", path, "-o", folder), EX_OK);
}

Test(region_cli, imported_shelters_go_onto_imported_roads) {
    char list[512], folder[512], joined[512];
    region_files_write(&files, "list.csv", TAIWAN);
    snprintf(list, sizeof list, "%s", region_files_path(&files, "list.csv"));
    snprintf(folder, sizeof folder, "%s/roads", files.dir);
    snprintf(joined, sizeof joined, "%s/joined", files.dir);
    write_roads(folder);
    cr_assert_eq(RUN("import", "taiwan", list, "--roads", folder, "-o", joined), EX_DATAERR,
                 "one row was left out");
    cr_expect_not_null(strstr(out, "1 shelters were put onto the roads; the farthest, 46, is 15 m"),
                       "%s", out);
    cr_expect_not_null(strstr(out, "list.csv:3: lon, lat: “47” 遠的國小: is "), "%s", out);
    cr_assert_eq(RUN("import", "taiwan", list, "--roads", folder, "-o", joined, "--json"),
                 EX_DATAERR);
    json_t *json = json_loads(out, 0, NULL), *placed = json_object_get(json, "placed");
    cr_expect_eq(json_integer_value(json_object_get(placed, "count")), 1);
    cr_expect_float_eq(json_number_value(json_object_get(placed, "farthest_m")), 15.05, 0.1);
    cr_expect_str_eq(json_string_value(json_object_get(placed, "farthest")), "46");
    json_decref(json);
    struct hv_fault_list faults;
    struct region *region = NULL;
    hv_fault_list_init(&faults);
    cr_assert_eq(region_load(joined, &faults, &region), HV_OK);
    cr_assert_eq(region->shelter_count, 1);
    cr_expect_str_eq(region->nodes[region->shelters[0].node].id, "1");
    cr_expect_eq(region->link_count, 2);
    cr_expect_not_null(strstr(region->sources, "OpenStreetMap"));
    cr_expect_not_null(strstr(region->sources, "; "), "both sources are named: %s",
                       region->sources);
    region_free(region);
    hv_fault_list_deinit(&faults);
}

Test(region_cli, shelters_without_roads_to_go_onto_are_refused) {
    char list[512];
    cr_redirect_stderr();
    region_files_write(&files, "list.csv", TAIWAN);
    snprintf(list, sizeof list, "%s", region_files_path(&files, "list.csv"));
    cr_expect_eq(RUN("import", "taiwan", list, "--roads", "/nonexistent", "-o", files.dir),
                 EX_NOINPUT);
    cr_expect_eq(RUN("import", "osm", list, "--roads", files.dir, "-o", files.dir), EX_USAGE);
    cr_expect_eq(
        RUN("import", "taiwan", list, "--roads", files.dir, "--within", "-5", "-o", files.dir),
        EX_USAGE);
}
