/* Any bytes as a plan and as a certificate of a fixed small instance: refused with a fault that
 * says why, or read and reported on. */
#include "coordinator/cli/evacuation_solution_json.h"
#include "coordinator/optimizer/evacuation_report.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static const char instance_text[] =
    "{\"format\":\"haven.evacuation.instance/1\",\"name\":\"i\",\"step_s\":60,"
    "\"horizon_steps\":20,\"nodes\":[{\"id\":\"a\"},{\"id\":\"b\"},{\"id\":\"c\"}],\"links\":["
    "{\"id\":\"ab\",\"from\":\"a\",\"to\":\"b\",\"travel_steps\":1,\"capacity_per_step\":2},"
    "{\"id\":\"bc\",\"from\":\"b\",\"to\":\"c\",\"travel_steps\":2,\"capacity_per_step\":3,"
    "\"closes_at_step\":9}],\"zones\":[{\"id\":\"y\",\"node\":\"a\",\"people\":40,"
    "\"deadline_step\":8},{\"id\":\"z\",\"node\":\"b\",\"people\":4}],\"shelters\":["
    "{\"id\":\"s\",\"node\":\"c\",\"capacity\":20,\"opens_at_step\":4},"
    "{\"id\":\"t\",\"node\":\"b\",\"capacity\":5}]}";

static void require(bool holds) {
    if (!holds)
        abort();
}

static void report(const struct report_subject *subject, const struct evacuation_prices *prices) {
    struct evacuation_report made;
    int error = evacuation_report_make(subject, &made);
    require(error == HV_OK || error == HV_ERR_OVERFLOW || error == HV_ERR_VALUE);
    if (error != HV_OK)
        return;
    if (prices != NULL) {
        require(evacuation_report_rank(subject->instance, prices, NULL, &made) == HV_OK);
        require(evacuation_report_explain(subject->instance, prices, NULL, &made) == HV_OK);
    }
    evacuation_report_deinit(&made);
}

static void read_plan(const struct evacuation_document *document, const char *text, size_t size) {
    const struct evacuation_names names = evacuation_names_of(document);
    struct hv_fault_list faults;
    struct evacuation_solution solution;
    hv_fault_list_init(&faults);
    int error = evacuation_solution_parse("fuzz", text, size, &names, &faults, &solution);
    require((error == HV_OK) == (faults.errors == 0));
    hv_fault_list_deinit(&faults);
    if (error != HV_OK)
        return;
    for (size_t i = 0; i < solution.reversal_count; i++)
        solution.reversals[i].opposite = 1 - solution.reversals[i].link;
    const struct report_subject subject = {.instance = &document->instance,
                                           .plan = &solution.plan,
                                           .reversals = solution.reversals,
                                           .reversal_count = solution.reversal_count};
    report(&subject, NULL);
    evacuation_solution_deinit(&solution);
}

static void read_prices(const struct evacuation_document *document, const char *text, size_t size) {
    const struct evacuation_names names = evacuation_names_of(document);
    const struct evacuation_plan nobody = {0};
    struct hv_fault_list faults;
    struct evacuation_prices prices;
    hv_fault_list_init(&faults);
    int error = evacuation_certificate_parse("fuzz", text, size, &names, &faults, &prices);
    require((error == HV_OK) == (faults.errors == 0));
    hv_fault_list_deinit(&faults);
    if (error != HV_OK)
        return;
    report(&(struct report_subject){.instance = &document->instance, .plan = &nobody}, &prices);
    evacuation_prices_deinit(&prices);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    struct hv_fault_list faults;
    struct evacuation_document document;
    hv_fault_list_init(&faults);
    require(evacuation_json_parse("instance", instance_text, strlen(instance_text), &faults,
                                  &document) == HV_OK);
    hv_fault_list_deinit(&faults);
    read_plan(&document, (const char *)bytes, size);
    read_prices(&document, (const char *)bytes, size);
    evacuation_document_deinit(&document);
    return 0;
}
