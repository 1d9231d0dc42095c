#include "coordinator/cli/preposition_json.h"

#include <criterion/criterion.h>
#include <string.h>

/* Two sites, one item, one arc, one scenario; parts are replaced by what a test wants to see. */
#define SITES                                                                                      \
    "\"sites\":[{\"id\":\"库\",\"sizes\":[{\"id\":\"s\",\"fixed_cost\":5,\"capacity_m3\":9}]},"   \
    "{\"id\":\"b\",\"sizes\":[]}]"
#define ITEMS                                                                                      \
    "\"items\":[{\"id\":\"w\",\"volume_m3\":1,\"price\":2,\"holding_cost\":1,"                     \
    "\"shortage_cost\":50,\"transport_cost\":0.5}]"
#define ARCS "\"arcs\":[{\"id\":\"a\",\"from\":\"库\",\"to\":\"b\",\"km\":3}]"
#define SCENARIOS                                                                                  \
    "\"scenarios\":[{\"id\":\"q\",\"probability\":1,\"demand\":{\"b\":{\"w\":4}},"                 \
    "\"surviving\":{\"库\":0.5}}]"
#define DOCUMENT(sites, items, arcs, scenarios, more)                                              \
    "{\"format\":\"haven.preposition.instance/1\",\"name\":\"n\"," sites "," items "," arcs        \
    "," scenarios more "}"

static int parse(const char *text, struct hv_fault_list *faults,
                 struct preposition_document *document) {
    hv_fault_list_init(faults);
    return preposition_json_parse("gulf.json", text, strlen(text), faults, document);
}

static void expect_fault(const char *text, int error, const char *line) {
    struct hv_fault_list faults;
    struct preposition_document document;
    cr_assert_eq(parse(text, &faults, &document), error, "%s", line);
    cr_assert_eq(faults.count, 1, "%zu faults for %s", faults.count, line);
    char printed[512];
    hv_fault_print(&faults.faults[0], printed, sizeof printed);
    cr_assert_str_eq(printed, line);
    hv_fault_list_deinit(&faults);
}

Test(preposition_json, reads_an_instance) {
    struct hv_fault_list faults;
    struct preposition_document document;
    cr_assert_eq(parse(DOCUMENT(SITES, ITEMS, ARCS, SCENARIOS,
                                ",\"risk\":{\"measure\":\"cvar\",\"alpha\":0.9,\"lambda\":1},"
                                "\"budget\":30,\"service\":{\"probability\":0.5}"),
                       &faults, &document),
                 HV_OK);
    const struct preposition_instance *in = &document.instance;
    cr_assert_eq(in->site_count, 2);
    cr_assert_eq(in->size_count, 1);
    cr_assert_eq(in->measure, PREPOSITION_CVAR);
    cr_assert_float_eq(in->alpha, 0.9, 0);
    cr_assert_float_eq(in->budget, 30, 0);
    cr_assert_float_eq(in->service_probability, 0.5, 0);
    cr_assert_float_eq(preposition_surviving(in, 0, 0), 0.5, 0);
    cr_assert_str_eq(document.site_ids[0], "库");
    preposition_document_deinit(&document);
    hv_fault_list_deinit(&faults);
}

Test(preposition_json, names_what_is_wrong) {
    expect_fault(DOCUMENT(SITES, ITEMS, ARCS,
                          "\"scenarios\":[{\"id\":\"q\",\"probability\":0.8,\"demand\":{}}]", ""),
                 HV_ERR_VALUE, "gulf.json: scenarios: the probabilities add up to 0.8; 1 in all");
    expect_fault(DOCUMENT(SITES, ITEMS, ARCS,
                          "\"scenarios\":[{\"id\":\"q\",\"probability\":1,"
                          "\"demand\":{\"x\":{\"w\":4}}}]",
                          ""),
                 HV_ERR_VALUE,
                 "gulf.json: scenarios[0].demand.x: “x” is not there; the id of one of the sites");
    expect_fault(DOCUMENT(SITES, ITEMS, ARCS,
                          "\"scenarios\":[{\"id\":\"q\",\"probability\":1,"
                          "\"demand\":{\"b\":{\"w\":-4}}}]",
                          ""),
                 HV_ERR_VALUE, "gulf.json: scenarios[0].demand.b.w: -4; a number from 0 to 1e+12");
    expect_fault(DOCUMENT(SITES, ITEMS, ARCS,
                          "\"scenarios\":[{\"id\":\"q\",\"probability\":1,\"demand\":{},"
                          "\"blocked_arcs\":[\"z\"]}]",
                          ""),
                 HV_ERR_VALUE,
                 "gulf.json: scenarios[0].blocked_arcs[0]: “z” is not there; the id of one of the "
                 "arcs");
    expect_fault(DOCUMENT("\"sites\":[{\"id\":\"库\",\"sizes\":[{\"id\":\"s\",\"fixed_cost\":5,"
                          "\"capacity_m3\":1e300}]},{\"id\":\"b\"}]",
                          ITEMS, ARCS, SCENARIOS, ""),
                 HV_ERR_VALUE,
                 "gulf.json: sites[0].sizes[0].capacity_m3: 1e+300; a number from 0 to 1e+12");
    expect_fault(DOCUMENT("\"sites\":[{\"id\":\"库\",\"sizes\":[{\"id\":\"s\",\"fixed_cost\":5,"
                          "\"capacity_m3\":1},{\"id\":\"s\",\"fixed_cost\":5,\"capacity_m3\":2}]},"
                          "{\"id\":\"b\"}]",
                          ITEMS, ARCS, SCENARIOS, ""),
                 HV_ERR_VALUE,
                 "gulf.json: sites[0].sizes[1].id: “s” is also the id of sites[0].sizes[0]; an id "
                 "of its own");
    expect_fault(DOCUMENT(SITES, ITEMS, ARCS, SCENARIOS,
                          ",\"risk\":{\"measure\":\"cvar\",\"alpha\":1,\"lambda\":1}"),
                 HV_ERR_VALUE, "gulf.json: risk.alpha: 1; a number from 0 to below 1");
    expect_fault(DOCUMENT(SITES, ITEMS, ARCS, SCENARIOS, ",\"risk\":{\"measure\":\"variance\"}"),
                 HV_ERR_VALUE, "gulf.json: risk.measure: variance; cvar or minimax_regret");
    expect_fault(DOCUMENT(SITES, ITEMS, ARCS, SCENARIOS, ",\"budget\":-1"), HV_ERR_VALUE,
                 "gulf.json: budget: -1; a number from 0 to 1e+12");
    expect_fault(DOCUMENT(SITES, "\"items\":[]", ARCS, "\"scenarios\":3", ""), HV_ERR_FORMAT,
                 "gulf.json: scenarios: not an array; an array of objects");
}

Test(preposition_json, warns_of_demand_that_nothing_can_reach) {
    struct hv_fault_list faults;
    struct preposition_document document;
    cr_assert_eq(parse(DOCUMENT(SITES, ITEMS, "\"arcs\":[]", SCENARIOS, ""), &faults, &document),
                 HV_OK);
    cr_assert_eq(faults.errors, 0);
    cr_assert_eq(faults.warnings, 1);
    cr_assert_str_eq(faults.faults[0].wrong,
                     "no arc leads to b and nothing can be held there: its demand is never met");
    preposition_document_deinit(&document);
    hv_fault_list_deinit(&faults);
}
