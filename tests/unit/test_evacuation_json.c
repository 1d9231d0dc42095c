#include "coordinator/cli/evacuation_json.h"

#include <criterion/criterion.h>
#include <string.h>

/* One zone, one shelter and one link; parts are replaced by what a test wants to see. */
#define NODES "\"nodes\":[{\"id\":\"a\"},{\"id\":\"b\",\"x\":1.5,\"y\":2}]"
#define LINKS                                                                                      \
    "\"links\":[{\"id\":\"ab\",\"from\":\"a\",\"to\":\"b\",\"travel_steps\":2,\"capacity_per_"     \
    "step\":4}]"
#define ZONES "\"zones\":[{\"id\":\"z\",\"node\":\"a\",\"people\":10}]"
#define SHELTERS "\"shelters\":[{\"id\":\"s\",\"node\":\"b\",\"capacity\":20}]"
#define HEAD                                                                                       \
    "{\"format\":\"haven.evacuation.instance/"                                                     \
    "1\",\"name\":\"n\",\"step_s\":60.0,\"horizon_steps\":9,"
#define DOCUMENT(nodes, links, zones, shelters) HEAD nodes "," links "," zones "," shelters "}"
#define LINK(fields) "\"links\":[{\"id\":\"ab\"," fields "}]"

static int parse(const char *text, struct hv_fault_list *faults,
                 struct evacuation_document *document) {
    hv_fault_list_init(faults);
    return evacuation_json_parse("city.json", text, strlen(text), faults, document);
}

static void expect_fault(const char *text, int error, const char *line) {
    struct hv_fault_list faults;
    struct evacuation_document document;
    cr_assert_eq(parse(text, &faults, &document), error, "%s", line);
    cr_assert_eq(faults.count, 1, "%zu faults for %s", faults.count, line);
    char printed[512];
    hv_fault_print(&faults.faults[0], printed, sizeof printed);
    cr_assert_str_eq(printed, line);
    hv_fault_list_deinit(&faults);
}

Test(evacuation_json, reads_an_instance) {
    struct hv_fault_list faults;
    struct evacuation_document document;
    cr_assert_eq(parse(DOCUMENT(NODES, LINKS, ZONES, SHELTERS), &faults, &document), HV_OK);
    const struct evacuation_instance *instance = &document.instance;
    cr_assert_str_eq(document.name, "n");
    cr_assert_eq(instance->horizon_steps, 9);
    cr_assert_eq(instance->node_count, 2);
    cr_assert_eq(instance->links[0].from, 0);
    cr_assert_eq(instance->links[0].to, 1);
    cr_assert_eq(instance->links[0].closes_at_step, EVACUATION_NEVER);
    cr_assert_eq(instance->zones[0].people, 10);
    cr_assert_eq(instance->zones[0].deadline_step, EVACUATION_NEVER);
    cr_assert_eq(instance->shelters[0].capacity, 20);
    cr_assert_str_eq(document.shelter_ids[0], "s");
    cr_assert_not(document.reversible);
    evacuation_document_deinit(&document);
    hv_fault_list_deinit(&faults);
}

Test(evacuation_json, reads_what_depends_on_the_step) {
    struct hv_fault_list faults;
    struct evacuation_document document;
    const char *text =
        DOCUMENT(NODES,
                 "\"links\":[{\"id\":\"ab\",\"from\":\"a\",\"to\":\"b\",\"travel_steps\":0,"
                 "\"capacity_per_step\":4,\"capacity_from\":[[2,0],[5,7]],\"closes_at_step\":8,"
                 "\"reverse\":\"ba\"},{\"id\":\"ba\",\"from\":\"b\",\"to\":\"a\","
                 "\"travel_steps\":0,\"capacity_per_step\":4}]",
                 "\"zones\":[{\"id\":\"z\",\"node\":\"a\",\"people\":1,\"earliest_step\":1,"
                 "\"deadline_step\":6}]",
                 "\"shelters\":[{\"id\":\"s\",\"node\":\"b\",\"capacity\":2,\"opens_at_step\":3}]");
    cr_assert_eq(parse(text, &faults, &document), HV_OK);
    const struct evacuation_link *link = &document.instance.links[0];
    cr_assert_eq(link->closes_at_step, 8);
    cr_assert_eq(link->change_count, 2);
    cr_assert_eq(evacuation_link_room(link, 1), 4);
    cr_assert_eq(evacuation_link_room(link, 2), 0);
    cr_assert_eq(evacuation_link_room(link, 7), 7);
    cr_assert_eq(evacuation_link_room(link, 8), 0);
    cr_assert_eq(document.instance.zones[0].earliest_step, 1);
    cr_assert_eq(document.instance.zones[0].deadline_step, 6);
    cr_assert_eq(document.instance.shelters[0].opens_at_step, 3);
    cr_assert(document.reversible);
    evacuation_document_deinit(&document);
    hv_fault_list_deinit(&faults);
}

Test(evacuation_json, names_the_line_of_what_is_no_json) {
    expect_fault("{\"format\":\n\n \"haven", HV_ERR_FORMAT,
                 "city.json:3: premature end of input near '\"haven'; "
                 "a JSON document of the format haven.evacuation.instance/1");
    expect_fault("{\"a\":1,\"a\":2}", HV_ERR_FORMAT,
                 "city.json:1: duplicate object key near '\"a\"'; "
                 "a JSON document of the format haven.evacuation.instance/1");
}

Test(evacuation_json, names_what_is_missing_in_the_head) {
    expect_fault("[]", HV_ERR_FORMAT,
                 "city.json: not an object; an object with the format haven.evacuation.instance/1");
    expect_fault("{\"format\":\"haven.supply.instance/1\"}", HV_ERR_FORMAT,
                 "city.json: format: haven.supply.instance/1; haven.evacuation.instance/1");
    expect_fault(HEAD NODES "," LINKS "," ZONES "}", HV_ERR_FORMAT,
                 "city.json: shelters: missing; an array of objects");
    expect_fault(DOCUMENT(NODES, "\"links\":[7]", ZONES, SHELTERS), HV_ERR_FORMAT,
                 "city.json: links[0]: not an object; an object");
    expect_fault(
        "{\"format\":\"haven.evacuation.instance/1\",\"horizon_steps\":1000001}", HV_ERR_FORMAT,
        "city.json: horizon_steps: 1000001; a whole number from 0 to 1000000; longer steps "
        "(step_s) reach further");
}

Test(evacuation_json, names_the_field_that_is_wrong) {
    expect_fault(
        DOCUMENT(NODES,
                 LINK("\"from\":\"a\",\"to\":\"c\",\"travel_steps\":2,\"capacity_per_step\":4"),
                 ZONES, SHELTERS),
        HV_ERR_VALUE, "city.json: links[0].to: “c” is not there; the id of a node");
    expect_fault(
        DOCUMENT(NODES,
                 LINK("\"from\":\"a\",\"to\":\"b\",\"travel_steps\":-2,\"capacity_per_step\":4"),
                 ZONES, SHELTERS),
        HV_ERR_VALUE, "city.json: links[0].travel_steps: -2; a whole number from 0 to 2147483646");
    expect_fault(
        DOCUMENT(NODES,
                 LINK("\"from\":\"a\",\"to\":\"b\",\"travel_steps\":2,\"capacity_per_step\":1.5"),
                 ZONES, SHELTERS),
        HV_ERR_VALUE,
        "city.json: links[0].capacity_per_step: not a whole number; "
        "a whole number from 0 to 9223372036854775807");
    expect_fault(
        DOCUMENT(NODES, LINK("\"from\":\"a\",\"to\":\"b\",\"travel_steps\":2"), ZONES, SHELTERS),
        HV_ERR_VALUE,
        "city.json: links[0].capacity_per_step: missing; "
        "a whole number from 0 to 9223372036854775807");
    expect_fault(
        DOCUMENT(NODES,
                 LINK("\"from\":\"a\",\"to\":\"b\",\"travel_steps\":2,\"capacity_per_step\":4,"
                      "\"capacity_from\":[[3,1],[3,2]]"),
                 ZONES, SHELTERS),
        HV_ERR_VALUE,
        "city.json: links[0].capacity_from: entry 1 is not later; steps in rising order");
}

Test(evacuation_json, refuses_a_link_that_takes_lanes_of_itself_or_of_one_that_does_not_lead_back) {
    expect_fault(
        DOCUMENT(NODES,
                 LINK("\"from\":\"a\",\"to\":\"b\",\"travel_steps\":2,\"capacity_per_step\":4,"
                      "\"reverse\":\"ab\""),
                 ZONES, SHELTERS),
        HV_ERR_VALUE,
        "city.json: links[0].reverse: “ab” is the link itself; the id of the opposite link");
    expect_fault(
        DOCUMENT(NODES,
                 LINK("\"from\":\"a\",\"to\":\"a\",\"travel_steps\":2,\"capacity_per_step\":4,"
                      "\"reverse\":\"ab\""),
                 ZONES, SHELTERS),
        HV_ERR_VALUE,
        "city.json: links[0].reverse: “ab” is the link itself; the id of the opposite link");
    expect_fault(
        DOCUMENT(NODES,
                 "\"links\":[{\"id\":\"ab\",\"from\":\"a\",\"to\":\"b\",\"travel_steps\":0,"
                 "\"capacity_per_step\":4,\"reverse\":\"too\"},{\"id\":\"too\",\"from\":\"a\","
                 "\"to\":\"b\",\"travel_steps\":0,\"capacity_per_step\":4}]",
                 ZONES, SHELTERS),
        HV_ERR_VALUE,
        "city.json: links[0].reverse: “too” does not lead the other way; the id of a link from its "
        "end to its beginning");
}

Test(evacuation_json, names_both_places_of_a_double_id) {
    expect_fault(DOCUMENT("\"nodes\":[{\"id\":\"a\"},{\"id\":\"b\"},{\"id\":\"a\"}]", LINKS, ZONES,
                          SHELTERS),
                 HV_ERR_VALUE,
                 "city.json: nodes[2].id: “a” is also the id of nodes[0]; an id of its own");
}

Test(evacuation_json, refuses_more_people_than_sums_can_hold) {
    expect_fault(DOCUMENT(NODES, LINKS,
                          "\"zones\":[{\"id\":\"y\",\"node\":\"a\",\"people\":2000000000},"
                          "{\"id\":\"z\",\"node\":\"a\",\"people\":1}]",
                          SHELTERS),
                 HV_ERR_OVERFLOW,
                 "city.json: zones: more people in all than can be planned for; "
                 "at most 2000000000 people in all zones together");
}

Test(evacuation_json, finds_every_fault_and_not_only_the_first) {
    struct hv_fault_list faults;
    struct evacuation_document document;
    const char *text = DOCUMENT(NODES, LINK("\"from\":\"x\",\"to\":3"), ZONES, SHELTERS);
    cr_assert_eq(parse(text, &faults, &document), HV_ERR_VALUE);
    cr_assert_eq(faults.errors, 4);
    hv_fault_list_deinit(&faults);
}

Test(evacuation_json, says_when_a_file_is_not_there) {
    struct hv_fault_list faults;
    struct evacuation_document document;
    hv_fault_list_init(&faults);
    cr_assert_eq(evacuation_json_read("/no/such/file", &faults, &document), HV_ERR_NOT_FOUND);
    cr_assert_eq(faults.errors, 1);
    hv_fault_list_deinit(&faults);
}
