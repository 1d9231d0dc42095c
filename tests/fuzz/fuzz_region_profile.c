/* Standards profiles in YAML, and what people need by them. */
#include "coordinator/region/need.h"

#include <math.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void require_needs(const struct profile *profile, enum profile_stage stage) {
    for (int meets = REGION_NEED_NONE + 1; meets < REGION_NEEDS; meets++) {
        const struct region_item item = {.need_per_person_day = REGION_UNKNOWN,
                                         .need_per_person_once = REGION_UNKNOWN,
                                         .meets = (enum region_need)meets,
                                         .meets_units = 2};
        const struct need need = need_of(&item, profile, stage);
        if (!isfinite(need.per_day) || !isfinite(need.once) || need.per_day < 0 || need.once < 0 ||
            (need.from != NULL) != need_is_any(&need) || need.groups >> 7 != 0)
            abort();
    }
}

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
        require_needs(profile, (enum profile_stage)stage);
    }
    profile_free(profile);
    hv_fault_list_deinit(&faults);
    return 0;
}
