#include "coordinator/cli/allocation_json.h"

#include <criterion/criterion.h>
#include <string.h>

/* One item, depot, shelter and lane; parts are replaced by what a test wants to see. */
#define ITEMS                                                                                      \
    "\"items\":[{\"id\":\"w\",\"volume_m3\":0.5,\"weight_kg\":2,\"shortage_cost\":3,\"unit\":"     \
    "\"box\"}]"
#define DEPOTS "\"depots\":[{\"id\":\"d\",\"stock\":{\"w\":9},\"reserve\":{\"w\":1}}]"
#define SHELTERS "\"shelters\":[{\"id\":\"庇\",\"need\":{\"w\":4},\"receive_m3\":7}]"
#define LANES "\"lanes\":[{\"depot\":\"d\",\"shelter\":\"庇\",\"cost_per_m3\":1.5}]"
#define DOCUMENT(items, depots, shelters, lanes)                                                   \
    "{\"format\":\"haven.allocation.instance/1\",\"name\":\"n\"," items "," depots "," shelters    \
    "," lanes "}"

static int parse(const char *text, struct hv_fault_list *faults,
                 struct allocation_document *document) {
    hv_fault_list_init(faults);
    return allocation_json_parse("city.json", text, strlen(text), faults, document);
}

static void expect_fault(const char *text, int error, const char *line) {
    struct hv_fault_list faults;
    struct allocation_document document;
    cr_assert_eq(parse(text, &faults, &document), error, "%s", line);
    cr_assert_eq(faults.count, 1, "%zu faults for %s", faults.count, line);
    char printed[512];
    hv_fault_print(&faults.faults[0], printed, sizeof printed);
    cr_assert_str_eq(printed, line);
    hv_fault_list_deinit(&faults);
}

Test(allocation_json, reads_an_instance) {
    struct hv_fault_list faults;
    struct allocation_document document;
    cr_assert_eq(parse(DOCUMENT(ITEMS, DEPOTS, SHELTERS, LANES), &faults, &document), HV_OK);
    const struct allocation_instance *in = &document.instance;
    cr_assert_eq(in->item_count, 1);
    cr_assert_float_eq(in->stock[0], 9, 0);
    cr_assert_float_eq(allocation_free_stock(in, 0, 0), 8, 0);
    cr_assert_float_eq(in->shelters[0].priority, 1, 0);
    cr_assert_float_eq(in->shelters[0].receive_m3, 7, 0);
    cr_assert_float_eq(in->depots[0].dispatch_m3, ALLOCATION_NO_LIMIT, 0);
    cr_assert_not(in->maxmin);
    cr_assert_str_eq(document.shelter_ids[0], "庇");
    allocation_document_deinit(&document);
    hv_fault_list_deinit(&faults);
}

Test(allocation_json, takes_a_unit_with_a_quantity_where_it_is_the_items) {
    struct hv_fault_list faults;
    struct allocation_document document;
    const char *text = DOCUMENT(
        ITEMS, "\"depots\":[{\"id\":\"d\",\"stock\":{\"w\":{\"quantity\":9,\"unit\":\"box\"}}}]",
        SHELTERS, LANES);
    cr_assert_eq(parse(text, &faults, &document), HV_OK);
    cr_assert_float_eq(document.instance.stock[0], 9, 0);
    allocation_document_deinit(&document);
    hv_fault_list_deinit(&faults);
    expect_fault(
        DOCUMENT(ITEMS,
                 "\"depots\":[{\"id\":\"d\",\"stock\":{\"w\":{\"quantity\":9,\"unit\":\"kg\"}}}]",
                 SHELTERS, LANES),
        HV_ERR_VALUE, "city.json: depots[0].stock.w: unit kg; the unit of the item, box");
}

Test(allocation_json, names_what_is_wrong) {
    expect_fault("{", HV_ERR_FORMAT,
                 "city.json:1: string or '}' expected near end of file; "
                 "a JSON object of the format haven.allocation.instance/1");
    expect_fault("{\"format\":\"haven.preposition.instance/1\"}", HV_ERR_FORMAT,
                 "city.json: format: haven.preposition.instance/1; haven.allocation.instance/1");
    expect_fault(DOCUMENT(ITEMS, DEPOTS, SHELTERS, "\"lanes\":7"), HV_ERR_FORMAT,
                 "city.json: lanes: not an array; an array of objects");
    expect_fault(
        DOCUMENT(ITEMS, "\"depots\":[{\"id\":\"d\",\"stock\":{\"w\":-9}}]", SHELTERS, LANES),
        HV_ERR_VALUE, "city.json: depots[0].stock.w: -9; a number from 0 to 1e+15");
    expect_fault(
        DOCUMENT(ITEMS, DEPOTS, "\"shelters\":[{\"id\":\"庇\",\"need\":{\"tent\":4}}]", LANES),
        HV_ERR_VALUE,
        "city.json: shelters[0].need.tent: “tent” is not there; "
        "the id of one of the items");
    expect_fault(DOCUMENT(ITEMS, DEPOTS, SHELTERS,
                          "\"lanes\":[{\"depot\":\"e\",\"shelter\":\"庇\",\"cost_per_m3\":1}]"),
                 HV_ERR_VALUE,
                 "city.json: lanes[0].depot: “e” is not there; the id of one of the depots");
    expect_fault(DOCUMENT(ITEMS, DEPOTS, SHELTERS,
                          "\"lanes\":[{\"depot\":\"d\",\"shelter\":\"庇\",\"cost_per_m3\":1},"
                          "{\"depot\":\"d\",\"shelter\":\"庇\",\"cost_per_m3\":2}]"),
                 HV_ERR_VALUE,
                 "city.json: lanes[1]: d to 庇 is also lanes[0]; "
                 "one lane for each depot and shelter");
    expect_fault(DOCUMENT("\"items\":[{\"id\":\"w\",\"volume_m3\":1e300,\"shortage_cost\":1}]",
                          DEPOTS, SHELTERS, LANES),
                 HV_ERR_VALUE, "city.json: items[0].volume_m3: 1e+300; a number from 0 to 1e+15");
    expect_fault(DOCUMENT(ITEMS, DEPOTS, SHELTERS, LANES ",\"fairness\":\"equal\""), HV_ERR_VALUE,
                 "city.json: fairness: equal; none or maxmin");
}

#define FLEET(item, lane, vehicle, more)                                                           \
    "{\"format\":\"haven.allocation.instance/1\",\"name\":\"n\",\"items\":[{\"id\":\"w\","         \
    "\"volume_m3\":1,\"weight_kg\":1,\"shortage_cost\":3" item "}]," DEPOTS "," SHELTERS           \
    ",\"lanes\":[{\"depot\":\"d\",\"shelter\":\"庇\",\"cost_per_m3\":1,\"travel_min\":20" lane     \
    "}],\"vehicles\":[{\"id\":\"v\",\"depot\":\"d\",\"volume_m3\":5,\"weight_kg\":9" vehicle       \
    "}]" more "}"

Test(allocation_json, reads_how_far_and_how_cold_vehicles_go) {
    struct hv_fault_list faults;
    struct allocation_document document;
    cr_assert_eq(parse(FLEET("", "", "", ""), &faults, &document), HV_OK);
    cr_assert_float_eq(document.ways[0].back_min, 20, 0);
    cr_assert_float_eq(document.vehicles[0].range_km, 0, 0);
    cr_assert_not(document.vehicles[0].cold || document.cold[0]);
    cr_assert(document.horizon_min > 1e300);
    allocation_document_deinit(&document);
    hv_fault_list_deinit(&faults);
    cr_assert_eq(
        parse(FLEET(",\"cold_chain\":true", ",\"back_min\":35,\"distance_km\":9,\"back_km\":12",
                    ",\"range_km\":40,\"cold_chain\":true", ",\"horizon_min\":240"),
              &faults, &document),
        HV_OK);
    cr_assert_float_eq(document.ways[0].out_min, 20, 0);
    cr_assert_float_eq(document.ways[0].back_min, 35, 0);
    cr_assert_float_eq(document.ways[0].round_km, 21, 1e-12);
    cr_assert_float_eq(document.vehicles[0].range_km, 40, 0);
    cr_assert(document.vehicles[0].cold && document.cold[0]);
    cr_assert_float_eq(document.horizon_min, 240, 0);
    allocation_document_deinit(&document);
    hv_fault_list_deinit(&faults);
    expect_fault(FLEET("", "", ",\"range_km\":40", ""), HV_ERR_VALUE,
                 "city.json: lanes[0].distance_km: missing; a number from 0 to 1e+15");
    expect_fault(FLEET("", ",\"distance_km\":9", ",\"range_km\":0", ""), HV_ERR_VALUE,
                 "city.json: vehicles[0].range_km: 0; a number from 1e-09 to 1e+15");
    expect_fault(FLEET(",\"cold_chain\":\"yes\"", "", "", ""), HV_ERR_VALUE,
                 "city.json: items[0].cold_chain: neither; true or false");
    expect_fault(FLEET("", "", "", ",\"horizon_min\":0"), HV_ERR_VALUE,
                 "city.json: horizon_min: not above 0; a number from 0 to 1e+15");
}

Test(allocation_json, names_both_places_of_a_double_id) {
    expect_fault(
        DOCUMENT(ITEMS, "\"depots\":[{\"id\":\"d\",\"stock\":{}},{\"id\":\"d\",\"stock\":{}}]",
                 SHELTERS, LANES),
        HV_ERR_VALUE, "city.json: depots[1].id: “d” is also the id of depots[0]; an id of its own");
}

Test(allocation_json, finds_every_fault_and_not_only_the_first) {
    struct hv_fault_list faults;
    struct allocation_document document;
    const char *text = DOCUMENT(ITEMS, "\"depots\":[{\"id\":\"d\"}]", SHELTERS,
                                "\"lanes\":[{\"depot\":\"x\",\"shelter\":3}]");
    cr_assert_eq(parse(text, &faults, &document), HV_ERR_VALUE);
    cr_assert_eq(faults.errors, 4);
    hv_fault_list_deinit(&faults);
}

Test(allocation_json, warns_of_needs_that_no_lane_leads_to) {
    struct hv_fault_list faults;
    struct allocation_document document;
    char printed[512];
    cr_assert_eq(parse(DOCUMENT(ITEMS, DEPOTS, SHELTERS, "\"lanes\":[]"), &faults, &document),
                 HV_OK);
    cr_assert_eq(faults.warnings, 1);
    hv_fault_print(&faults.faults[0], printed, sizeof printed);
    cr_assert(strstr(printed, "no lane leads to 庇: its needs are never met") != NULL, "%s",
              printed);
    allocation_document_deinit(&document);
    hv_fault_list_deinit(&faults);
}

Test(allocation_json, a_reserve_above_the_stock_is_told) {
    struct hv_fault_list faults;
    struct allocation_document document;
    char printed[512];
    const char *text =
        DOCUMENT(ITEMS,
                 "\"depots\":[{\"id\":\"d\",\"stock\":{\"w\":9},\"reserve\":{\"w\":9}},{\"id\":"
                 "\"e\",\"stock\":{\"w\":2},\"reserve\":{\"w\":2.5}},{\"id\":\"f\",\"stock\":{},"
                 "\"reserve\":{\"w\":1}}]",
                 SHELTERS, LANES);
    cr_assert_eq(parse(text, &faults, &document), HV_OK);
    cr_assert_eq(faults.count, 1);
    cr_assert_eq(faults.warnings, 1);
    hv_fault_print(&faults.faults[0], printed, sizeof printed);
    cr_assert_str_eq(
        printed, "city.json: depots[1].reserve: 2.5 of w are to stay at e, which has 2, so none is "
                 "sent (and 1 more such reserves); at most the stock");
    cr_assert_float_eq(allocation_free_stock(&document.instance, 1, 0), 0, 0);
    allocation_document_deinit(&document);
    hv_fault_list_deinit(&faults);
}
