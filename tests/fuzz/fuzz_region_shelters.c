/* Lists of shelters: the first byte picks FEMA's JSON, Taiwan's or Nanao's CSV, or a capacity text.
 */
#include "coordinator/region/import.h"
#include "coordinator/region/nanao.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void read_capacity(const char *bytes, size_t size) {
    char *text = malloc(size + 1);
    struct nanao_capacity capacity;
    if (text == NULL)
        return;
    memcpy(text, bytes, size);
    text[size] = '\0';
    if (nanao_capacity_parse(text, &capacity) == HV_OK &&
        (capacity.total < REGION_UNKNOWN || capacity.people[0] < REGION_UNKNOWN ||
         capacity.people[1] < REGION_UNKNOWN))
        abort();
    free(text);
}

static void read_list(uint8_t which, const char *bytes, size_t size) {
    struct hv_fault_list faults;
    struct region *region = NULL;
    struct nanao_snapshot snapshot;
    hv_fault_list_init(&faults);
    int error = HV_OK;
    if (which == 0)
        error = import_nss_read(bytes, size, "x", &faults, &region);
    else if (which == 1)
        error = import_taiwan_read(bytes, size, "x", &faults, &region);
    else if ((error = nanao_read(bytes, size, "x", &faults, &snapshot)) == HV_OK)
        nanao_free(&snapshot);
    if (error == HV_ERR_VALUE && faults.errors == 0)
        abort();
    region_free(region);
    hv_fault_list_deinit(&faults);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    if (size == 0)
        return 0;
    if (bytes[0] % 4 == 3)
        read_capacity((const char *)bytes + 1, size - 1);
    else
        read_list(bytes[0] % 4, (const char *)bytes + 1, size - 1);
    return 0;
}
