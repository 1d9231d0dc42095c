#include "coordinator/cli/allocation_json.h"
#include "coordinator/cli/bus_json.h"
#include "coordinator/cli/evacuation_json.h"
#include "coordinator/cli/preposition_json.h"
#include "coordinator/cli/zone_plan_json.h"
#include "coordinator/region/json_fields.h"

#include "tests/support/region_files.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static const char *const known[] = {"id",          "fixed_cost",    "capacity_m3", "demand", "km",
                                    "probability", "deadline_step", "budget",      "size",   NULL};

static void expect(const struct hv_fault_list *faults, size_t index, const char *line) {
    char printed[512] = "nothing";
    if (index < faults->count)
        hv_fault_print(&faults->faults[index], printed, sizeof printed);
    cr_expect_str_eq(printed, line);
}

/* The remedy for one member of an object. */
static void expect_remedy(const char *member, const char *remedy) {
    struct hv_fault_list faults;
    json_t *object = json_pack("{s:i}", member, 1);
    hv_fault_list_init(&faults);
    json_fields_check(&faults, "a.json", "", object, known);
    cr_expect_eq(faults.errors, remedy == NULL ? 0 : 1, "%s", member);
    if (remedy != NULL && faults.count == 1)
        cr_expect_str_eq(faults.faults[0].right, remedy, "%s: %s", member, faults.faults[0].right);
    json_decref(object);
    hv_fault_list_deinit(&faults);
}

Test(json_fields, a_name_that_is_mistyped_is_told_the_nearest_one) {
    expect_remedy("buget", "budget");
    expect_remedy("budgte", "budget");
    expect_remedy("Budget", "budget");
    expect_remedy("fixedCost", "fixed_cost");
    expect_remedy("fixed-costs", "fixed_cost");
    expect_remedy("capacity", "capacity_m3");
    expect_remedy("capcity_m3", "capacity_m3");
    expect_remedy("deadline", "deadline_step");
    expect_remedy("propability", "probability");
    expect_remedy("kms", "km");
}

Test(json_fields, a_name_that_is_like_none_is_told_all) {
    const char *all = "one of id, fixed_cost, capacity_m3, demand, km, probability, deadline_step, "
                      "budget, size; x_… for a note of one's own";
    expect_remedy("colour", all);
    expect_remedy("", all);
    expect_remedy("预算", all);
    expect_remedy("budgetbudgetbudgetbudgetbudgetbudgetbudgetbudgetbudgetbudgetbudgetbudgetbudget",
                  all);
}

Test(json_fields, what_is_for_people_is_passed_over) {
    const char *const all[] = {"budget", "name", "notes", "source", "expected", "lon", "x_mine"};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        expect_remedy(all[i], NULL);
}

Test(json_fields, a_name_that_is_too_long_is_cut_where_a_character_ends) {
    struct hv_fault_list faults;
    char name[200] = "a";
    for (int i = 0; i < 60; i++)
        strcat(name, "预");
    json_t *object = json_pack("{s:i}", name, 1);
    hv_fault_list_init(&faults);
    json_fields_check(&faults, "a.json", "sites[0]", object, known);
    cr_assert_eq(faults.count, 1);
    name[91] = '\0';
    strcat(name, "…");
    cr_expect_str_eq(faults.faults[0].column + strlen("sites[0]."), name);
    json_decref(object);
    hv_fault_list_deinit(&faults);
}

Test(json_fields, rows_of_an_array_are_told_once_for_each_name) {
    struct hv_fault_list faults;
    json_t *rows =
        json_loads("[{\"id\":\"a\"},{\"idd\":1,\"km\":2},{\"kmm\":1},{\"idd\":2},7]", 0, NULL);
    hv_fault_list_init(&faults);
    json_fields_check_rows(&faults, "a.json", "arcs", rows, known);
    cr_expect_eq(faults.count, 2);
    expect(&faults, 0, "a.json: arcs[1].idd: no such field (in 1 more rows too); id");
    expect(&faults, 1, "a.json: arcs[2].kmm: no such field; km");
    json_decref(rows);
    hv_fault_list_deinit(&faults);
}

Test(json_fields, more_names_than_are_told_apart_are_still_refused) {
    struct hv_fault_list faults;
    json_t *rows = json_array();
    for (int i = 0; i < 100; i++) {
        char name[16];
        snprintf(name, sizeof name, "z%d", i);
        json_array_append_new(rows, json_pack("{s:i}", name, i));
    }
    hv_fault_list_init(&faults);
    json_fields_check_rows(&faults, "a.json", "arcs", rows, known);
    cr_expect_eq(faults.errors, 16);
    json_decref(rows);
    hv_fault_list_deinit(&faults);
}

/* ---- in the documents ------------------------------------------------------------------------ */

Test(json_fields, preposition_refuses_what_it_does_not_know) {
    struct hv_fault_list faults;
    struct preposition_document document;
    const char *text =
        "{\"format\":\"haven.preposition.instance/"
        "1\",\"name\":\"n\",\"buget\":5,\"sites\":[{\"id\":"
        "\"a\",\"sizes\":[{\"id\":\"s\",\"fixed_cost\":5,\"capacity_m3\":9,\"rooms\":2}]}],"
        "\"items\":[{\"id\":\"w\",\"volume_m3\":1,\"price\":2,\"holding_cost\":1,\"shortage_cost\":"
        "50,\"transport_cost\":0.5,\"unit\":\"l\"}],\"arcs\":[],\"scenarios\":[{\"id\":\"q\","
        "\"probability\":1,\"demand\":{\"a\":{\"w\":4}},\"blocked\":[]}],\"risk\":{\"measure\":"
        "\"cvar\",\"alpha\":0.5,\"lambda\":1,\"lamda\":2},\"service\":{\"probability\":0.5,"
        "\"prob\":1}}";
    hv_fault_list_init(&faults);
    cr_assert_eq(preposition_json_parse("p.json", text, strlen(text), &faults, &document),
                 HV_ERR_VALUE);
    expect(&faults, 0, "p.json: buget: no such field; budget");
    expect(&faults, 1, "p.json: risk.lamda: no such field; lambda");
    expect(&faults, 2,
           "p.json: service.prob: no such field; one of probability; x_… for a note of one's own");
    expect(&faults, 3, "p.json: scenarios[0].blocked: no such field; blocked_arcs");
    expect(&faults, 4,
           "p.json: sites[0].sizes[0].rooms: no such field; one of id, fixed_cost, capacity_m3; "
           "x_… for a note of one's own");
    cr_expect_eq(faults.count, 5);
    hv_fault_list_deinit(&faults);
}

Test(json_fields, allocation_refuses_what_it_does_not_know) {
    struct hv_fault_list faults;
    struct allocation_document document;
    const char *text =
        "{\"format\":\"haven.allocation.instance/1\",\"items\":[{\"id\":\"w\",\"volume_m3\":1,"
        "\"shortage_cost\":3,\"unit\":\"box\"}],\"depots\":[{\"id\":\"d\",\"stock\":{\"w\":{"
        "\"quantity\":9,\"units\":\"box\"}},\"reserves\":{\"w\":1}}],\"shelters\":[{\"id\":\"s\","
        "\"need\":{\"w\":4}}],\"lanes\":[{\"depot\":\"d\",\"shelter\":\"s\",\"cost_per_m3\":1,"
        "\"capcity_m3\":2}],\"fairnes\":\"maxmin\"}";
    hv_fault_list_init(&faults);
    cr_assert_eq(allocation_json_parse("a.json", text, strlen(text), &faults, &document),
                 HV_ERR_VALUE);
    expect(&faults, 0, "a.json: fairnes: no such field; fairness");
    expect(&faults, 1, "a.json: depots[0].reserves: no such field; reserve");
    expect(&faults, 2, "a.json: lanes[0].capcity_m3: no such field; capacity_m3");
    expect(&faults, 3, "a.json: depots[0].stock.w.units: no such field; unit");
    cr_expect_eq(faults.count, 4);
    hv_fault_list_deinit(&faults);
}

Test(json_fields, evacuation_refuses_what_it_does_not_know) {
    struct hv_fault_list faults;
    struct evacuation_document document;
    const char *text =
        "{\"format\":\"haven.evacuation.instance/"
        "1\",\"name\":\"n\",\"horizon_steps\":9,\"nodes\":[{"
        "\"id\":\"a\"},{\"id\":\"b\"}],\"links\":[{\"id\":\"l\",\"from\":\"a\",\"to\":\"b\","
        "\"travel_steps\":1,\"capacity_per_step\":2,\"closes_at\":3}],\"zones\":[{\"id\":\"z\","
        "\"node\":\"a\",\"people\":5,\"deadline\":4}],\"shelters\":[{\"id\":\"s\",\"node\":\"b\","
        "\"capacity\":9}]}";
    hv_fault_list_init(&faults);
    cr_assert_eq(evacuation_json_parse("e.json", text, strlen(text), &faults, &document),
                 HV_ERR_VALUE);
    expect(&faults, 0, "e.json: links[0].closes_at: no such field; closes_at_step");
    expect(&faults, 1, "e.json: zones[0].deadline: no such field; deadline_step");
    cr_expect_eq(faults.count, 2);
    hv_fault_list_deinit(&faults);
}

/* Every field of the schema is known to the reader, and no other is. */
Test(json_fields, evacuation_knows_what_its_schema_does) {
    static const char *const arrays[] = {"nodes", "links", "zones", "shelters"};
    const char *path = region_files_top("schemas/evacuation.instance.schema.json");
    json_t *schema = json_load_file(path, 0, NULL);
    cr_assert_not_null(schema, "%s", path);
    const json_t *of_root = json_object_get(schema, "properties");
    for (size_t a = 0; a < 4; a++) {
        const json_t *items = json_object_get(json_object_get(of_root, arrays[a]), "items");
        const json_t *fields = json_object_get(items, "properties");
        const char *field;
        json_t *value;
        cr_assert_gt(json_object_size(fields), 0, "%s", arrays[a]);
        json_object_foreach((json_t *)fields, field, value) {
            struct hv_fault_list faults;
            struct evacuation_document document;
            json_t *root = json_pack("{s:s, s:s, s:i, s:[], s:[], s:[], s:[]}", "format",
                                     "haven.evacuation.instance/1", "name", "n", "horizon_steps", 9,
                                     "nodes", "links", "zones", "shelters");
            json_object_set_new(root, arrays[a], json_pack("[{s:{}}]", field));
            char *text = json_dumps(root, 0);
            hv_fault_list_init(&faults);
            cr_assert_eq(evacuation_json_parse("e.json", text, strlen(text), &faults, &document),
                         HV_ERR_VALUE);
            for (size_t i = 0; i < faults.count; i++)
                cr_expect_str_neq(faults.faults[i].wrong, "no such field", "%s.%s", arrays[a],
                                  field);
            hv_fault_list_deinit(&faults);
            free(text);
            json_decref(root);
        }
    }
    json_decref(schema);
}

Test(json_fields, rules_of_zone_plans_refuse_what_they_do_not_know) {
    struct hv_fault_list faults;
    struct evacuation_document document;
    struct zone_plan_rules rules;
    const char *instance =
        "{\"format\":\"haven.evacuation.instance/1\",\"name\":\"n\",\"horizon_steps\":9,"
        "\"nodes\":[{\"id\":\"a\"},{\"id\":\"b\"}],\"links\":[{\"id\":\"l\",\"from\":\"a\","
        "\"to\":\"b\",\"travel_steps\":1,\"capacity_per_step\":2}],\"zones\":[{\"id\":\"z\","
        "\"node\":\"a\",\"people\":5}],\"shelters\":[{\"id\":\"s\",\"node\":\"b\","
        "\"capacity\":9}]}";
    const char *text =
        "{\"format\":\"haven.zoneplan.rules/1\",\"zone\":[],\"zones\":[{\"zone\":\"z\","
        "\"not_shelter\":[\"s\"],\"x_why\":\"flooded\"}],\"groups\":[{\"id\":\"g\",\"bared\":[]},"
        "{\"id\":\"h\",\"links\":[{\"link\":\"l\",\"travel_steps\":3,\"travel_s\":3}]}],"
        "\"in_force\":[{\"zone\":\"z\",\"shelter\":\"s\",\"people\":1,\"persons\":2}]}";
    hv_fault_list_init(&faults);
    cr_assert_eq(evacuation_json_parse("e.json", instance, strlen(instance), &faults, &document),
                 HV_OK);
    cr_assert_eq(zone_plan_json_parse("r.json", text, strlen(text), &document, &faults, &rules),
                 HV_ERR_VALUE);
    expect(&faults, 0, "r.json: zone: no such field; zones");
    expect(&faults, 1, "r.json: zones[0].not_shelter: no such field; not_shelters");
    expect(&faults, 2, "r.json: groups[0].bared: no such field; barred");
    expect(&faults, 3,
           "r.json: in_force[0].persons: no such field; one of zone, shelter, people; x_… for a "
           "note of one's own");
    expect(&faults, 4, "r.json: groups[1].links[0].travel_s: no such field; travel_steps");
    cr_expect_eq(faults.count, 5);
    evacuation_document_deinit(&document);
    hv_fault_list_deinit(&faults);
}

Test(json_fields, bus_refuses_what_it_does_not_know) {
    struct hv_fault_list faults;
    struct bus_document document;
    const char *text =
        "{\"format\":\"haven.bus.instance/1\",\"name\":\"n\",\"horizon_s\":900,\"links\":[],"
        "\"fleets\":[{\"id\":\"f\",\"node\":\"a\",\"buses\":1,\"seats\":9,\"readys\":5}],"
        "\"pickups\":[],\"shelters\":[]}";
    hv_fault_list_init(&faults);
    cr_assert_eq(bus_json_parse("b.json", text, strlen(text), &faults, &document), HV_ERR_VALUE);
    expect(&faults, 0, "b.json: fleets[0].readys: no such field; ready_s");
    cr_expect_eq(faults.count, 1);
    hv_fault_list_deinit(&faults);
}
