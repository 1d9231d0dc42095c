/* Every fault of a package is named: golden lists of what region_check says about broken ones. */
#include "coordinator/region/region.h"
#include "tests/support/region_files.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static struct region_files files;
static struct hv_fault_list faults;

static void begin(void) {
    region_files_init(&files);
    region_files_small(&files);
    hv_fault_list_init(&faults);
}

static void end(void) {
    hv_fault_list_deinit(&faults);
    region_files_deinit(&files);
}

TestSuite(region_check, .init = begin, .fini = end);

#define MEETS                                                                                      \
    "a need and how much of it one base unit meets, such as \"drinking-water 1\": water, "         \
    "drinking-water (l), energy (kcal), infant-feed, nappy, medicine (days), soap (g), blanket, "  \
    "sleeping-mat, toilet, tap, bathing-place\n"

static void expect(int error, const char *golden) {
    int result = region_check(files.dir, &faults);
    char *text = region_files_faults(&faults);
    cr_assert_eq(result, error, "%d\n%s", result, text);
    cr_assert_str_eq(text, golden, "\n%s", text);
    free(text);
}

static void write(const char *name, const char *text) {
    region_files_write(&files, name, text);
}

Test(region_check, a_sound_package_has_none) {
    expect(HV_OK, "");
}

Test(region_check, names_all_faults_of_a_table_at_once) {
    write("shelters.csv", "shelter_id,name,node_id,lon,lat,beds,accessible,withstands,unfit\n"
                          "s1,One,c,190,50,-3,perhaps,flod,\n"
                          ",Two,nowhere,10,,1.5,,,\n"
                          "s1,Three,c,,,1e3,,flood,flood\n"
                          "s4,Four,c,,\n"
                          "s5,Five,c,,,\"1,000\",,,\n"
                          "s1,Six,c,,,,,,\n"
                          "s1,Seven,c,,,,,,\n"
                          "d1,Eight,c,,,,,,\n");
    write("stock.csv", "place_id,item_id,lot,expiry,quantity\n");
    expect(HV_ERR_VALUE,
           "error shelters.csv:2: lon: “190”; a number from -180 to 180 with a decimal point, or "
           "nothing where it is unknown\n"
           "error shelters.csv:2: beds: “-3”; a whole number from 0 to 10000000, or nothing where "
           "it is unknown\n"
           "error shelters.csv:2: accessible: “perhaps”; yes, no, or nothing where it is unknown\n"
           "error shelters.csv:2: withstands: “flod”; words separated by \";\" of flood, "
           "inland_flood, storm_surge, tsunami, typhoon, earthquake, landslide, fire, volcano, "
           "nuclear, chemical, snow\n"
           "error shelters.csv:3: shelter_id: nothing; an id of 1 to 64 bytes on one line\n"
           "error shelters.csv:3: node_id: “nowhere”; the id of a node of this package\n"
           "error shelters.csv:3: beds: “1.5”; a whole number from 0 to 10000000, or nothing where "
           "it is unknown\n"
           "error shelters.csv:4: beds: “1e3”; a whole number from 0 to 10000000, or nothing where "
           "it is unknown\n"
           "error shelters.csv:4: unfit: “flood”; no hazard that is in withstands too\n"
           "error shelters.csv:4: shelter_id: “s1” is already the id of line 2; an id of its own\n"
           "error shelters.csv:5: 5 cells; 9 cells as in the header; cells with commas in quotes\n"
           "error shelters.csv:6: beds: “1,000”; a whole number from 0 to 10000000, or nothing "
           "where it is unknown\n"
           "error shelters.csv:7: shelter_id: “s1” is already the id of line 2; an id of its own\n"
           "error shelters.csv:8: shelter_id: “s1” is already the id of line 2; an id of its own\n"
           "error depots.csv:2: depot_id: “d1” is already the id of a shelter; an id of its own\n"
           "error vehicles.csv:3: depot_id: “d1”; the id of a depot of this package\n");
}

Test(region_check, names_faults_of_links) {
    write("link.csv", "link_id,from_node_id,to_node_id,directed,length,lanes,capacity,free_speed,"
                      "facility_type\n"
                      "1,a,a,1,6,2,800,60,\n"
                      "2,a,x,1,6,2,800,60,\n"
                      "3,a,b,1,6,2,800,0,\n"
                      "4,a,b,1,,2,800,60,\n"
                      "5,a,b,1,6,,800,60,\n"
                      "6,a,b,1,6,2,,60,\n"
                      "7,a,b,1,6,,,,primary\n"
                      "8,a,b,no,6,2,nan,60,\n"
                      "9,b,c,no,6,2,0x10,60,\n"
                      "10,c,b,no,6,2,700,60,\n");
    expect(HV_ERR_VALUE,
           "error link.csv:2: to_node_id: “a”; another node than from_node_id\n"
           "error link.csv:3: to_node_id: “x”; the id of a node of this package\n"
           "error link.csv:4: free_speed: “0”; a speed above 0, or a free_flow_time\n"
           "error link.csv:5: length: nothing; a length and free_speed, or a free_flow_time\n"
           "error link.csv:6: lanes: nothing; the lanes, for capacity is declared per lane\n"
           "error link.csv:7: capacity: nothing; a capacity, or a facility_type that has one by "
           "default (docs/REGIONS.md)\n"
           "error link.csv:9: capacity: “nan”; a number from 0 to 10000000 with a decimal point, "
           "or nothing where it is unknown\n"
           "error link.csv:10: capacity: “0x10”; a number from 0 to 10000000 with a decimal point, "
           "or nothing where it is unknown\n");
}

Test(region_check, names_what_the_descriptor_does_not_declare) {
    write("datapackage.json", "{\"name\": \"Big Town\", \"haven\": {\"units\": {\"length\": \"yd\","
                              " \"speed\": \"mph\"}, \"persons_per_vehicle\": 0},\n"
                              "\"resources\": [{\"name\": \"node\", \"path\": \"node.csv\"},\n"
                              "{\"name\": \"link\", \"path\": \"../link.csv\"},\n"
                              "{\"name\": \"zones\", \"path\": \"zones.csv\", \"encoding\": "
                              "\"latin1\"},\n"
                              "{\"name\": \"node\", \"path\": \"node.csv\"}, 7]}");
    expect(HV_ERR_VALUE,
           "error datapackage.json:1: name: \"Big Town\"; 1 to 64 of a-z, 0-9, \"-\", \"_\" and "
           "\".\"\n"
           "error datapackage.json:1: haven.units.length: \"yd\"; m, km, ft or mi\n"
           "error datapackage.json:1: haven.persons_per_vehicle: 0; a number from 0.1 to 100\n"
           "error datapackage.json:3: resources[1].path: \"../link.csv\"; one file inside the "
           "package's folder, such as node.csv\n"
           "error datapackage.json:4: resources[2].encoding: \"latin1\"; \"utf-8\", and the file "
           "saved so\n"
           "error datapackage.json:5: resources[3].path: \"node\"; each table once\n"
           "error datapackage.json:5: resources[4].name: nothing; the table's name, such as "
           "\"node\"\n");
}

Test(region_check, refuses_options_that_it_does_not_know) {
    write("datapackage.json", "{\"name\": \"small\", \"licences\": [],\n"
                              "\"haven\": {\"persons_per_vehicel\": 2,\n"
                              "\"units\": {\"lenght\": \"km\", \"mass\": \"kg\"}},\n"
                              "\"resources\": [{\"name\": \"node\", \"path\": \"node.csv\"},\n"
                              "{\"name\": \"link\", \"path\": \"link.csv\"}]}");
    write("node.csv", "node_id,x_coord,y_coord\n1,0,0\n2,0,0\n");
    write("link.csv", "link_id,from_node_id,to_node_id,directed,free_flow_time,capacity,lanes\n");
    expect(HV_ERR_VALUE,
           "error datapackage.json:2: haven.persons_per_vehicel: no such field; "
           "persons_per_vehicle\n"
           "error datapackage.json:3: haven.units.lenght: no such field; length\n"
           "error datapackage.json:3: haven.units.mass: no such field; one of length, time, speed, "
           "capacity; x_… for a note of one's own\n");
}

Test(region_check, names_faults_of_the_tables_beside_those_of_the_descriptor) {
    write("datapackage.json",
          "{\"name\": \"small\",\n"
          "\"haven\": {\"coordinates\": \"mercator\",\n"
          "\"capacity_per\": \"link\", \"units\": {\"capacity\": \"veh/h\", \"length\": \"m\",\n"
          "\"speed\": \"knots\"}},\n"
          "\"resources\": [{\"name\": \"node\", \"path\": \"node.csv\"},\n"
          "{\"name\": \"link\", \"path\": \"link.csv\"}]}");
    write("node.csv", "node_id,x_coord,y_coord\n1,0,north\n2,0,0\n");
    write("link.csv", "link_id,from_node_id,to_node_id,directed,length,free_speed,capacity,lanes\n"
                      "L1,1,2,yes,100,50,-5,1\n");
    expect(HV_ERR_VALUE,
           "error datapackage.json:4: haven.units.speed: \"knots\"; km/h, m/s, mph or ft/min\n"
           "error datapackage.json:2: haven.coordinates: \"mercator\"; \"lonlat\" or \"plane\"\n"
           "error node.csv:2: y_coord: “north”; a number from -1000000000 to 1000000000 with a "
           "decimal point\n"
           "error link.csv:2: capacity: “-5”; a number from 0 to 10000000 with a decimal point, or "
           "nothing where it is unknown\n");
}

Test(region_check, does_not_call_faulty_who_refers_to_a_row_with_a_fault) {
    write("node.csv", "node_id,x_coord,y_coord,passable\n1,0,0,perhaps\n2,0,0,yes\n");
    write("link.csv", "link_id,from_node_id,to_node_id,directed,length,free_speed,capacity,lanes\n"
                      "L1,1,2,yes,100,50,600,1\n");
    write("zones.csv", "zone_id,name,node_id\nZ1,One,1\n");
    write("shelters.csv", "shelter_id,name,node_id,beds\nS1,One,1,many\n");
    write("depots.csv", "depot_id,name,node_id,lon\nD1,One,1,east\n");
    write("items.csv", "item_id,name,base_unit,weight_g\nwater,Water,l,heavy\n");
    write("stock.csv", "place_id,item_id,quantity\nD1,water,3\nS1,water,4\nS1,watr,5\n");
    write("vehicles.csv", "vehicle_id,kind,depot_id,count\nT1,truck,D1,1\n");
    expect(HV_ERR_VALUE,
           "error node.csv:2: passable: “perhaps”; yes, no, or nothing where it is unknown\n"
           "error shelters.csv:2: beds: “many”; a whole number from 0 to 10000000, or nothing "
           "where it is unknown\n"
           "error depots.csv:2: lon: “east”; a number from -180 to 180 with a decimal point, or "
           "nothing where it is unknown\n"
           "error items.csv:2: weight_g: “heavy”; a whole number from 0 to 1000000000, or nothing "
           "where it is unknown\n"
           "error stock.csv:4: item_id: “watr”; the id of an item of this package\n");
}

Test(region_check, does_not_call_faulty_who_refers_to_a_table_that_cannot_be_read) {
    write("depots.csv", "name,node_id\nOne,c\n");
    region_files_write_bytes(&files, "items.csv", "\xef\xbb", 2);
    expect(HV_ERR_VALUE,
           "error depots.csv:1: depot_id: the column is missing; a column named depot_id in the "
           "header\n"
           "error items.csv:1: “??” is not UTF-8; text saved in UTF-8, not in a national code "
           "page\n");
}

Test(region_check, names_units_that_figures_need_and_each_once) {
    write("datapackage.json", "{\"name\": \"small\", \"resources\": [\n"
                              "{\"name\": \"node\", \"path\": \"node.csv\"},\n"
                              "{\"name\": \"link\", \"path\": \"link.csv\"}]}");
    expect(
        HV_ERR_VALUE,
        "error datapackage.json:1: haven.units.capacity: the unit of column capacity is not "
        "declared; veh/h, veh/min or veh/day\n"
        "error datapackage.json:1: haven.capacity_per: it is not declared what capacity is "
        "counted for; \"lane\" or \"link\"\n"
        "error datapackage.json:1: haven.units.length: the unit of column length is not declared; "
        "m, km, ft or mi\n"
        "error datapackage.json:1: haven.units.speed: the unit of column free_speed is not "
        "declared; km/h, m/s, mph or ft/min\n");
}

Test(region_check, gmns_config_declares_units) {
    write("datapackage.json", "{\"name\": \"small\", \"resources\": [\n"
                              "{\"name\": \"config\", \"path\": \"config.csv\"},\n"
                              "{\"name\": \"node\", \"path\": \"node.csv\"},\n"
                              "{\"name\": \"link\", \"path\": \"link.csv\"}]}");
    write("config.csv", "dataset_name,short_length,long_length,speed\nx,ft,mi,mph\n");
    expect(HV_OK, "");
}

Test(region_check, broken_json_is_named_by_line) {
    write("datapackage.json", "{\n\"name\": \"small\",\n\"resources\" []}");
    expect(HV_ERR_VALUE, "error datapackage.json:3: ':' expected near '['; a JSON object in "
                         "UTF-8\n");
}

/* Boats and buses carry people; a van that carries nothing that is known gets no deliveries. */
Test(region_check, names_faults_of_vehicles_and_those_that_plans_cannot_count_on) {
    write("vehicles.csv",
          "vehicle_id,kind,depot_id,node_id,count,payload_kg,payload_l,range_km,loading_min,"
          "unloading_min\n"
          "v1,van,d1,,2,900,6000,0,-5,ten\n"
          "v2,van,d1,,2,900,6000,20001,10081,1.5\n");
    expect(HV_ERR_VALUE,
           "error vehicles.csv:2: range_km: “0”; a number from 1 to 20000 with a decimal point, or "
           "nothing where it is unknown\n"
           "error vehicles.csv:2: loading_min: “-5”; a whole number from 0 to 10080, or nothing "
           "where it is unknown\n"
           "error vehicles.csv:2: unloading_min: “ten”; a whole number from 0 to 10080, or nothing "
           "where it is unknown\n"
           "error vehicles.csv:3: range_km: “20001”; a number from 1 to 20000 with a decimal "
           "point, or nothing where it is unknown\n"
           "error vehicles.csv:3: loading_min: “10081”; a whole number from 0 to 10080, or nothing "
           "where it is unknown\n"
           "error vehicles.csv:3: unloading_min: “1.5”; a whole number from 0 to 10080, or nothing "
           "where it is unknown\n");
    hv_fault_list_deinit(&faults);
    hv_fault_list_init(&faults);
    write("vehicles.csv", "vehicle_id,kind,depot_id,node_id,count,payload_kg,payload_l\n"
                          "v1,van,d1,,2,900,\nv2,truck,d1,,2,,\nv3,truck,d1,,0,,\n"
                          "bus,bus,,a,2,,\nv4,truck,d1,,2,900,6000\n");
    expect(HV_OK, "warning vehicles.csv:2: payload_l: “v1” gets no deliveries in plans; payload_kg "
                  "and payload_l, both above 0\n"
                  "warning vehicles.csv:3: payload_kg: “v2” gets no deliveries in plans; "
                  "payload_kg and payload_l, both above 0\n");
}

Test(region_check, names_missing_files_and_columns) {
    write("zones.csv", "zone_id,nme,node_id\nz1,One,a\n");
    write("items.csv", "");
    cr_assert_eq(remove(region_files_path(&files, "vehicles.csv")), 0);
    write("stock.csv", "\xEF\xBB\xBF\n\nplace_id,item_id,quantity,place_id\n");
    expect(HV_ERR_VALUE,
           "warning zones.csv:1: nme: unknown column “nme” is not read; one of zone_id, name, "
           "name_zh, node_id, lon, lat, day_infant, day_child, day_adult, day_elderly, "
           "day_unknown, night_infant, night_child, night_adult, night_elderly, night_unknown, "
           "households, no_vehicle_share, wheelchair, medical, pickup_nodes\n"
           "error zones.csv:1: name: the column is missing; a column named name in the header\n"
           "error items.csv: the file is empty; a header with the names of the columns, then "
           "rows\n"
           "warning stock.csv:1: the file begins with a byte order mark; UTF-8 without one; it was "
           "skipped\n"
           "error stock.csv:3: place_id: the column is there twice; each column once\n"
           "error vehicles.csv: cannot be read: No such file or directory; a file that exists and "
           "may be read\n");
}

/* A pipe would never answer, and a folder has no lines. */
Test(region_check, names_what_is_no_plain_file_and_does_not_wait_for_it, .timeout = 10) {
    const char *path = region_files_path(&files, "stock.csv");
    cr_assert_eq(remove(path), 0);
    cr_assert_eq(mkfifo(path, 0600), 0);
    expect(HV_ERR_VALUE, "error stock.csv: cannot be read: no plain file; a plain file\n");
    hv_fault_list_deinit(&faults);
    hv_fault_list_init(&faults);
    cr_assert_eq(remove(path), 0);
    cr_assert_eq(mkdir(path, 0700), 0);
    expect(HV_ERR_VALUE, "error stock.csv: cannot be read: no plain file; a plain file\n");
}

Test(region_check, names_wrong_encodings) {
    write("depots.csv", "depot_id,name,node_id\nd1,D\xe9p\xf4t,b\n");
    write("vehicles.csv", "\xFF\xFEv\0e\0");
    write("stock.csv", "place_id,item_id,lot,expiry,quantity\ns1,water,A\x01,2027-02-30,1\n");
    expect(HV_ERR_VALUE,
           "error depots.csv:2: name: “D?p?t” is not UTF-8; text saved in UTF-8, not in a national "
           "code page\n"
           "error stock.csv:2: lot: “A?”; one line of text without control characters\n"
           "error stock.csv:2: expiry: “2027-02-30”; a date such as 2027-05-31, or nothing\n"
           "error vehicles.csv:1: the file is in UTF-16; a file saved in UTF-8\n");
}

Test(region_check, quotes_and_line_ends_are_counted_right) {
    write("depots.csv", "depot_id,name,place,node_id\r\n"
                        "d1,\"Depot, \"\"big\"\"\",x,b\r\n"
                        "\r\n"
                        "d2,\"two\r\nlines\",y,b\r\n"
                        "d3,a \"b\" c,y,b\r\n"
                        "d4,Four,y,q\r\n");
    expect(HV_ERR_VALUE,
           "error depots.csv:4: name: “two??lines”; one line of text without control characters\n"
           "error depots.csv:6: a quotation mark inside a cell, or text after a closing one; the "
           "whole cell in quotation marks, those inside it doubled\n"
           "error depots.csv:7: node_id: “q”; the id of a node of this package\n");
}

Test(region_check, old_line_ends_work) {
    write("depots.csv", "depot_id,name,node_id\rd1,Depot,b\rd2,Two,q\r");
    expect(HV_ERR_VALUE, "error depots.csv:3: node_id: “q”; the id of a node of this package\n");
}

Test(region_check, an_open_quote_is_named_where_it_opens) {
    write("depots.csv", "depot_id,name,node_id\nd1,Depot,b\nd2,\"open,b\nd3,x,b\n");
    expect(HV_ERR_VALUE, "error depots.csv:3: a quotation mark opened here is never closed; a "
                         "closing quotation mark\n");
}

Test(region_check, huge_cells_and_rows_are_refused_and_the_next_row_is_read) {
    size_t size = 3u << 20;
    char *text = malloc(size + 200), *at = text;
    at += sprintf(at, "depot_id,name,node_id\nd1,");
    memset(at, 'x', 2000);
    at += 2000;
    at += sprintf(at, ",b\nd2,\"");
    memset(at, 'y', size - 4000);
    at += size - 4000;
    at += sprintf(at, "\",b\nd1,Depot,b\nd3,Three,q\n");
    region_files_write_bytes(&files, "depots.csv", text, (size_t)(at - text));
    free(text);
    expect(HV_ERR_VALUE,
           "error depots.csv:2: name: "
           "“xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…”; at most 1024 bytes\n"
           "error depots.csv:3: a row of more than 1048576 bytes; short cells; perhaps a quotation "
           "mark is not closed\n"
           "error depots.csv:4: depot_id: “d1” is already the id of line 2; an id of its own\n"
           "error depots.csv:5: node_id: “q”; the id of a node of this package\n");
}

Test(region_check, names_goods_that_contradict_themselves) {
    write("items.csv", "item_id,name,base_unit,packs,need_groups\nwater,Water,l,6;6,\n"
                       "milk,Milk,,,baby\n");
    expect(HV_ERR_VALUE,
           "error items.csv:2: packs: “6;6”; up to 4 rising whole numbers above 1 separated by "
           "\";\"\n"
           "error items.csv:3: base_unit: nothing; what quantities count, such as \"l\", "
           "\"ration\" or \"piece\"\n"
           "error items.csv:3: need_groups: “baby”; words separated by \";\" of infant, child, "
           "adult, elderly, unknown, wheelchair, medical\n");
}

Test(region_check, names_needs_that_no_profile_knows) {
    write("items.csv", "item_id,name,base_unit,meets\nwater,Water,l,drinking-water 1\n"
                       "milk,Milk,l,thirst 1\nmeal,Meal,meal,energy\nbar,Bar,bar,energy 0\n"
                       "rice,Rice,kg,energy 3500 kcal\n");
    expect(HV_ERR_VALUE, "error items.csv:3: meets: “thirst 1”; " MEETS
                         "error items.csv:4: meets: “energy”; " MEETS
                         "error items.csv:5: meets: “energy 0”; " MEETS
                         "error items.csv:6: meets: “energy 3500 kcal”; " MEETS);
}

Test(region_check, names_items_that_meet_one_need_of_the_same_people) {
    write("items.csv",
          "item_id,name,base_unit,need_per_person_day,need_groups,meets\n"
          "water,Water,l,,,drinking-water 1\nmilk,Milk,l,,infant,drinking-water 1\n"
          "baby,Baby blanket,piece,,infant,blanket 1\nblanket,Blanket,piece,,adult;child,blanket "
          "1\n"
          "tank,Tank water,l,2,,drinking-water 1\nquilt,Quilt,piece,,elderly;child,blanket 1\n");
    expect(HV_ERR_VALUE,
           "error items.csv:3: meets: milk meets drinking-water, as water does; one item for each "
           "need and group, or a figure of its own\n"
           "error items.csv:7: meets: quilt meets blanket, as blanket does; one item for each need "
           "and group, or a figure of its own\n");
}

Test(region_check, names_kits_that_hold_what_they_cannot) {
    write("items.csv", "item_id,name,base_unit,minimum_stock,contents\nwater,Water,l,-1,\n"
                       "milk,Milk,l,,water\n");
    expect(HV_ERR_VALUE,
           "error items.csv:2: minimum_stock: “-1”; a whole number from 0 to 1000000000000, or "
           "nothing where it is unknown\n"
           "error items.csv:3: contents: “water”; items of the kit such as "
           "\"blanket:2;soap:1\"\n");
}

Test(region_check, names_kits_that_hold_what_no_item_is) {
    write("items.csv", "item_id,name,base_unit,contents\nwater,Water,l,\n"
                       "milk,Milk,l,water:2;soap:1\n");
    expect(HV_ERR_VALUE, "error items.csv:3: contents: kit milk holds soap; items of this table "
                         "that are no kits themselves\n");
}

Test(region_check, names_stock_lines_that_repeat) {
    write("stock.csv", "place_id,item_id,lot,expiry,quantity\nd1,water,A,,1\ns1,water,A,,1\n"
                       "d1,water,A,2027-01-01,2\n");
    expect(HV_ERR_VALUE, "error stock.csv:4: lot: the same place, item and lot as in line 2; one "
                         "line for each place, item and lot\n");
}

/* ---- warnings ---------------------------------------------------------------------------------
 */

Test(region_check, warns_of_zones_and_shelters_that_no_road_joins) {
    write("link.csv", "link_id,from_node_id,to_node_id,directed,length,lanes,capacity,free_speed\n"
                      "ba,b,a,1,3,1,600,30\ncb,c,b,1,3,1,600,30\n");
    expect(HV_OK,
           "warning zones.csv:2: node_id: “z1” reaches no shelter by road; a node from which "
           "a shelter can be reached\n"
           "warning shelters.csv:2: node_id: “s1” is reached from no depot by road; a node "
           "that a depot can reach\n");
}

Test(region_check, nobody_passes_through_a_centroid) {
    write("node.csv",
          "node_id,x_coord,y_coord,passable\na,10,50,no\nb,10.1,50,no\nc,10.2,50.05,\n");
    expect(HV_OK,
           "warning zones.csv:2: node_id: “z1” reaches no shelter by road; a node from which "
           "a shelter can be reached\n");
}

Test(region_check, warns_of_roads_apart_from_the_rest) {
    write("node.csv", "node_id,x_coord,y_coord\na,10,50\nb,10.1,50\nc,10.2,50.05\nd,1,1\ne,1,2\n"
                      "f,1,3\n");
    write("link.csv", "link_id,from_node_id,to_node_id,directed,length,lanes,capacity,free_speed\n"
                      "ab,a,b,0,6,2,800,60\nbc,b,c,0,3,1,600,30\nde,d,e,1,3,1,600,30\n");
    expect(HV_OK,
           "warning node.csv:7: node_id: “f” is on no link; a link from or to it, or no such "
           "node\n"
           "warning link.csv:4: link_id: “de” hangs together with nothing of the rest of the "
           "roads; links that join it to them\n");
}

Test(region_check, warns_of_zones_without_people) {
    write("zones.csv", "zone_id,name,node_id,day_adult\nz1,One,a,5\n");
    expect(HV_OK, "warning zones.csv:2: “z1” says nothing about its people by day or by night; "
                  "people by age group, day_… and night_…\n");
}

Test(region_check, names_pick_up_points_that_are_none) {
    static const char *const wrong[] = {"a:0", "a;", "b;a;b:2", "x", "a:10000", ":3", "a;b:"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        char text[160], fault[320];
        snprintf(text, sizeof text,
                 "zone_id,name,node_id,night_adult,pickup_nodes\nz1,One,a,5,%s\n", wrong[i]);
        snprintf(fault, sizeof fault,
                 "error zones.csv:2: pickup_nodes: “%s”; at most 16 nodes of this package, each "
                 "once, with shares where they are not alike, such as \"12;17:2\"\n",
                 wrong[i]);
        write("zones.csv", text);
        expect(HV_ERR_VALUE, fault);
        hv_fault_list_deinit(&faults);
        hv_fault_list_init(&faults);
    }
}
