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
    for (int stage = 0; error == HV_OK && stage < PROFILE_STAGES; stage++) {
        const struct profile_value *value = profile_find(
            profile, PROFILE_TOILET, (enum profile_stage)stage, REGION_NIGHT, REGION_INDOOR);
        if (value != NULL && !(value->value > 0))
            abort();
    }
    profile_free(profile);
    hv_fault_list_deinit(&faults);
    return 0;
}
