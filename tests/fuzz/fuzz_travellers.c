/* Any bytes as travellers and as rules of a fixed small instance: refused with a fault that says
 * why, or read and planned, to a plan no better than its bound. */
#include "coordinator/cli/travellers_json.h"
#include "coordinator/cli/zone_plan_json.h"

#include <stdlib.h>
#include <string.h>

#define WORK_MAX 20000

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static const char instance_text[] =
    "{\"format\":\"haven.evacuation.instance/1\",\"name\":\"i\",\"step_s\":60,"
    "\"horizon_steps\":20,\"nodes\":[{\"id\":\"a\"},{\"id\":\"b\"}],\"links\":["
    "{\"id\":\"ab\",\"from\":\"a\",\"to\":\"b\",\"travel_steps\":1,\"capacity_per_step\":2}],"
    "\"zones\":[{\"id\":\"y\",\"node\":\"a\",\"people\":4},{\"id\":\"z\",\"node\":\"a\","
    "\"people\":4}],\"shelters\":[{\"id\":\"s\",\"node\":\"b\",\"capacity\":20}]}";

static void require(bool holds) {
    if (!holds)
        abort();
}

static void solve(const struct zone_plan_problem *problem) {
    const struct zone_plan_options options = {.work_max = WORK_MAX, .seed = 1};
    struct zone_plan plan;
    require(zone_plan_solve(problem, &options, &plan) == HV_OK);
    require(evacuation_value_compare(plan.plan.bound, plan.plan.value) <= 0);
    zone_plan_deinit(&plan);
}

static void read_travellers(const struct evacuation_document *instance, const char *text,
                            size_t size, struct hv_fault_list *faults) {
    const struct zone_plan_problem plain = {.instance = &instance->instance, .routes_max = 2};
    struct travellers_document document;
    struct travellers_problem problem;
    const size_t before = faults->errors;
    int error = travellers_json_parse("fuzz", text, size, instance, faults, &document);
    require((error == HV_OK) == (faults->errors == before));
    if (error != HV_OK)
        return;
    require(travellers_problem_make(&plain, &document.travellers, &problem) == HV_OK);
    solve(problem.problem);
    travellers_problem_deinit(&problem);
    travellers_document_deinit(&document);
}

static void read_rules(const struct evacuation_document *instance, const char *text, size_t size,
                       struct hv_fault_list *faults) {
    struct zone_plan_rules rules;
    const size_t before = faults->errors;
    int error = zone_plan_json_parse("fuzz", text, size, instance, faults, &rules);
    require((error == HV_OK) == (faults->errors == before));
    if (error != HV_OK)
        return;
    const struct zone_plan_problem problem = {.instance = &instance->instance,
                                              .routes_max = 1,
                                              .rules = rules.zones,
                                              .groups = rules.groups,
                                              .group_count = rules.group_count,
                                              .in_force = rules.in_force,
                                              .in_force_count = rules.in_force_count,
                                              .change_price = rules.change_price};
    solve(&problem);
    zone_plan_rules_deinit(&rules);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    struct hv_fault_list faults;
    struct evacuation_document instance;
    hv_fault_list_init(&faults);
    require(evacuation_json_parse("instance", instance_text, strlen(instance_text), &faults,
                                  &instance) == HV_OK);
    read_travellers(&instance, (const char *)bytes, size, &faults);
    read_rules(&instance, (const char *)bytes, size, &faults);
    evacuation_document_deinit(&instance);
    hv_fault_list_deinit(&faults);
    return 0;
}
