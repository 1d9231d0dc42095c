/* Any bytes as a bus instance: refused with a fault that says why, or read; what is small enough is
 * planned, to a plan no better than its bound. */
#include "coordinator/cli/bus_json.h"

#include <stdlib.h>

#define POINTS_MAX 20u
#define BUSES_MAX 50u

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void require(bool holds) {
    if (!holds)
        abort();
}

static void solve(const struct bus_document *document) {
    const struct bus_instance *instance = &document->instance;
    const struct bus_options options = {.work_max = 2000, .seed = 1};
    struct bus_plan plan;
    if (instance->pickup_count + instance->shelter_count > POINTS_MAX ||
        bus_instance_buses(instance) > BUSES_MAX || bus_instance_people(instance) > 10000)
        return;
    require(bus_plan_solve(instance, &options, &plan) == HV_OK);
    require(bus_value_compare(plan.bound, plan.value) <= 0);
    FILE *nowhere = fopen("/dev/null", "we");
    require(nowhere != NULL);
    require(bus_json_write(nowhere, document, &plan) == HV_OK);
    require(fclose(nowhere) == 0);
    bus_plan_deinit(&plan);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    struct hv_fault_list faults;
    struct bus_document document;
    hv_fault_list_init(&faults);
    int error = bus_json_parse("fuzz", (const char *)bytes, size, &faults, &document);
    require((error == HV_OK) == (faults.errors == 0));
    if (error == HV_OK) {
        solve(&document);
        bus_document_deinit(&document);
    }
    hv_fault_list_deinit(&faults);
    return 0;
}
