/* Any bytes as an instance of pre-positioning: refused with a fault that says why, or read; what is
 * small enough is solved within a limit of work, to a decision no better than its bound. */
#include "coordinator/cli/preposition_json.h"

#include <stdlib.h>

#define SITES_MAX 30
#define WORK_MAX 20000

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void require(bool holds) {
    if (!holds)
        abort();
}

static void solve(const struct preposition_document *document) {
    const struct preposition_options options = {.work_max = WORK_MAX, .gap = 1e-4};
    struct preposition_decision decision;
    struct preposition_plan plan;
    int error = preposition_solve(&document->instance, &options, &decision);
    if (error != HV_OK) {
        require(error == HV_ERR_STATE); /* figures so far apart that the simplex method fails */
        return;
    }
    if (decision.open != NULL) {
        require(decision.bound <= decision.value);
        error = preposition_plan_make(&document->instance, &decision, &plan);
        require(error == HV_OK || error == HV_ERR_STATE);
        if (error == HV_OK) {
            FILE *nowhere = fopen("/dev/null", "we");
            require(nowhere != NULL);
            require(preposition_json_write(nowhere, document, &decision, &plan) == HV_OK);
            require(fclose(nowhere) == 0);
            preposition_plan_deinit(&plan);
        }
    }
    preposition_decision_deinit(&decision);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    struct hv_fault_list faults;
    struct preposition_document document;
    hv_fault_list_init(&faults);
    int error = preposition_json_parse("fuzz", (const char *)bytes, size, &faults, &document);
    require((error == HV_OK) == (faults.errors == 0));
    if (error == HV_OK) {
        if (document.instance.site_count <= SITES_MAX &&
            document.instance.size_count <= SITES_MAX && document.instance.scenario_count <= 20)
            solve(&document);
        preposition_document_deinit(&document);
    }
    hv_fault_list_deinit(&faults);
    return 0;
}
