/* TNTP network, nodes and trips, parted by 0xFF. */
#include "coordinator/region/import.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static struct import_text next_part(const uint8_t **bytes, size_t *size) {
    const uint8_t *end = *size == 0 ? NULL : memchr(*bytes, 0xFF, *size);
    struct import_text part = {(const char *)*bytes, end == NULL ? *size : (size_t)(end - *bytes)};
    size_t used = part.size + (end != NULL);
    *bytes += used;
    *size -= used;
    return part;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    struct import_tntp_options options = import_tntp_defaults();
    if (size == 0)
        return 0;
    options.capacity_per_lane = (bytes[0] & 1) != 0;
    options.coordinates = (bytes[0] & 2) != 0 ? REGION_LONLAT : REGION_PLANE;
    options.net = "net";
    options.nodes = "nodes";
    options.trips = "trips";
    bytes++;
    size--;
    struct import_text net = next_part(&bytes, &size), nodes = next_part(&bytes, &size);
    struct import_text trips = next_part(&bytes, &size);
    struct hv_fault_list faults;
    struct region *region = NULL;
    uint8_t hash[REGION_HASH_BYTES];
    hv_fault_list_init(&faults);
    if (import_tntp_read(&options, net, nodes, trips, &faults, &region) == HV_OK &&
        region_hash(region, hash) != HV_OK)
        abort();
    region_free(region);
    hv_fault_list_deinit(&faults);
    return 0;
}
