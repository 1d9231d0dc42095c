/* Any bytes as an evacuation instance: refused with a fault that says why, or read; what is small
 * enough is solved within a limit of work, to a plan no better than its bound. */
#include "coordinator/cli/evacuation_json.h"
#include "coordinator/optimizer/evacuation_flow.h"

#include <stdlib.h>

#define NODE_STEPS_MAX 20000
#define WORK_MAX 200000

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void require(bool holds) {
    if (!holds)
        abort();
}

static void write_nowhere(const struct evacuation_document *document,
                          const struct evacuation_plan *plan) {
    FILE *nowhere = fopen("/dev/null", "we");
    require(nowhere != NULL);
    require(evacuation_json_write_plan(nowhere, document, plan) == HV_OK);
    require(evacuation_json_write_certificate(nowhere, document, plan) == HV_OK);
    require(fclose(nowhere) == 0);
}

static void solve(const struct evacuation_document *document) {
    const struct evacuation_instance *instance = &document->instance;
    if (instance->node_count * (size_t)(instance->horizon_steps + 1) > NODE_STEPS_MAX)
        return;
    const struct evacuation_options options = {.work_max = WORK_MAX};
    struct evacuation_plan plan;
    require(evacuation_flow_solve(instance, &options, &plan) == HV_OK);
    require(evacuation_value_compare(plan.bound, plan.value) <= 0);
    write_nowhere(document, &plan);
    evacuation_plan_deinit(&plan);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    struct hv_fault_list faults;
    struct evacuation_document document;
    hv_fault_list_init(&faults);
    int error = evacuation_json_parse("fuzz", (const char *)bytes, size, &faults, &document);
    require((error == HV_OK) == (faults.errors == 0));
    if (error == HV_OK) {
        solve(&document);
        evacuation_document_deinit(&document);
    }
    hv_fault_list_deinit(&faults);
    return 0;
}
