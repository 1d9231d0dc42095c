/* Any bytes as an allocation instance: refused with a fault that says why, or read; what is small
 * enough is solved, to a plan no better than its bound. */
#include "coordinator/cli/allocation_json.h"
#include "coordinator/optimizer/allocation.h"

#include <stdlib.h>

#define ARCS_MAX 200u

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void require(bool holds) {
    if (!holds)
        abort();
}

static void solve(const struct allocation_document *document) {
    const struct allocation_instance *instance = &document->instance;
    if ((uint64_t)instance->lane_count * instance->item_count > ARCS_MAX ||
        (uint64_t)instance->shelter_count * instance->item_count > ARCS_MAX)
        return;
    struct allocation_plan plan;
    int error = allocation_solve(instance, NULL, &plan);
    require(error == HV_OK || error == HV_ERR_OVERFLOW);
    if (error != HV_OK)
        return;
    require(plan.lower_bound <= plan.objective * (1 + 1e-6) + 1e-6);
    FILE *nowhere = fopen("/dev/null", "we");
    require(nowhere != NULL);
    require(allocation_json_write(nowhere, document, &plan, NULL) == HV_OK);
    require(fclose(nowhere) == 0);
    allocation_plan_deinit(&plan);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    struct hv_fault_list faults;
    struct allocation_document document;
    hv_fault_list_init(&faults);
    int error = allocation_json_parse("fuzz", (const char *)bytes, size, &faults, &document);
    require((error == HV_OK) == (faults.errors == 0));
    if (error == HV_OK) {
        solve(&document);
        allocation_document_deinit(&document);
    }
    hv_fault_list_deinit(&faults);
    return 0;
}
