/* datapackage.json and GMNS's config table, parted by a 0xFF. */
#include "coordinator/region/descriptor.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    const char *text = (const char *)bytes;
    const uint8_t *part = size == 0 ? NULL : memchr(bytes, 0xFF, size);
    size_t first = part == NULL ? size : (size_t)(part - bytes);
    struct hv_fault_list faults;
    struct descriptor descriptor;
    hv_fault_list_init(&faults);
    if (descriptor_read(text, first, "datapackage.json", &faults, &descriptor) == HV_OK) {
        if (descriptor.id == NULL || (descriptor.id[0] == '\0' && faults.errors == 0))
            abort();
        if (part != NULL)
            (void)!descriptor_read_config(text + first + 1, size - first - 1, "config.csv", &faults,
                                          &descriptor);
        descriptor_deinit(&descriptor);
    } else if (faults.errors == 0) {
        abort(); /* refused without saying why */
    }
    hv_fault_list_deinit(&faults);
    return 0;
}
