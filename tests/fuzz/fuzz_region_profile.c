/* Standards profiles in YAML. */
#include "coordinator/region/profile.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    struct hv_fault_list faults;
    struct profile *profile = NULL;
    hv_fault_list_init(&faults);
    int error = profile_read((const char *)bytes, size, "x.yaml", &faults, &profile);
    if (error == HV_ERR_VALUE && faults.errors == 0)
        abort();
    for (int stage = 0; error == HV_OK && stage < PROFILE_STAGES; stage++)
        if (profile_toilets_needed(profile, 100, (enum profile_stage)stage) < REGION_UNKNOWN)
            abort();
    profile_free(profile);
    hv_fault_list_deinit(&faults);
    return 0;
}
