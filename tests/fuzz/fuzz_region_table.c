/* Tables of a region package: the first byte picks the table. What loads must save and load again
 * to the same content. */
#include "coordinator/region/tables.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static const struct descriptor DESCRIPTOR = {.id = (char[]){"fuzz"},
                                             .coordinates = REGION_LONLAT,
                                             .persons_per_vehicle = 2.5,
                                             .factors = {1, 60, 1, 1},
                                             .capacity_declared = true,
                                             .capacity_per_lane = true};

static void must(int error) {
    if (error != HV_OK)
        abort();
}

static struct region *small_region(void) {
    struct region *region = NULL;
    must(builder_new(&region));
    must(builder_add_node(region, &(struct region_node){.id = "a", .passable = true}, 0));
    must(builder_add_node(region, &(struct region_node){.id = "b", .passable = true}, 0));
    struct region_depot depot = builder_blank_depot();
    depot.id = "d";
    must(builder_add_depot(region, &depot, 0));
    struct region_item item = builder_blank_item();
    item.id = "w";
    must(builder_add_item(region, &item, 0));
    return region;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    if (size == 0)
        return 0;
    struct region *region = small_region();
    struct tables_reading reading = {.region = region, .descriptor = &DESCRIPTOR};
    struct hv_fault_list faults;
    uint8_t hash[REGION_HASH_BYTES];
    hv_fault_list_init(&faults);
    int error = tables_read(&reading, (enum builder_kind)(bytes[0] % BUILDER_KINDS), bytes + 1,
                            size - 1, "fuzz.csv", &faults);
    if (error == HV_OK) {
        must(region_hash(region, hash));
        must(region_check_sense(region, &faults));
    }
    hv_fault_list_deinit(&faults);
    region_free(region);
    return 0;
}
