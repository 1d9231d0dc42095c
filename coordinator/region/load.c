/* region_load and region_check: descriptor, then table after table in the order in which they refer
 * to each other. */
#include "coordinator/region/tables.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DESCRIPTOR_BYTES_MAX (16u << 20)

static char *path_in(const char *dir, const char *file) {
    char *path = malloc(strlen(dir) + strlen(file) + 2);
    if (path != NULL)
        sprintf(path, "%s/%s", dir, file);
    return path;
}

static int slurp_in(const char *dir, const char *file, struct hv_fault_list *faults,
                    char **ret_bytes, size_t *ret_size) {
    char *path = path_in(dir, file);
    if (path == NULL)
        return HV_ERR_MEMORY;
    int error = table_slurp(path, file, faults, ret_bytes, ret_size);
    free(path);
    return error;
}

/* Faults are collected over all tables: only memory and limits stop the reading. */
static int go_on(int error) {
    return error == HV_ERR_VALUE || error == HV_ERR_IO || error == HV_ERR_LIMIT ? HV_OK : error;
}

static int load_descriptor(const char *dir, struct hv_fault_list *faults,
                           struct descriptor *ret_descriptor) {
    char *bytes = NULL;
    size_t size = 0;
    int error = slurp_in(dir, DESCRIPTOR_FILE, faults, &bytes, &size);
    if (error != HV_OK)
        return error;
    if (size > DESCRIPTOR_BYTES_MAX) {
        hv_fault_addf(faults, HV_FAULT_ERROR, DESCRIPTOR_FILE, 0, "", "at most 16 MiB", "%zu bytes",
                      size);
        error = HV_ERR_VALUE;
    } else {
        error = descriptor_read(bytes, size, DESCRIPTOR_FILE, faults, ret_descriptor);
    }
    free(bytes);
    return error;
}

static int load_config(const char *dir, struct descriptor *descriptor,
                       struct hv_fault_list *faults) {
    const char *file = descriptor->tables[DESCRIPTOR_CONFIG].path;
    char *bytes = NULL;
    size_t size = 0;
    if (file == NULL)
        return HV_OK;
    int error = slurp_in(dir, file, faults, &bytes, &size);
    if (error == HV_OK)
        error = descriptor_read_config(bytes, size, file, faults, descriptor);
    free(bytes);
    return go_on(error);
}

static int load_table(struct tables_reading *reading, enum builder_kind kind, const char *dir,
                      struct hv_fault_list *faults) {
    const char *file = reading->descriptor->tables[kind].path;
    char *bytes = NULL;
    size_t size = 0;
    if (file == NULL)
        return HV_OK;
    int error = builder_set_file(reading->region, kind, file);
    if (error == HV_OK)
        error = slurp_in(dir, file, faults, &bytes, &size);
    if (error == HV_OK)
        error = tables_read(reading, kind, bytes, size, file, faults);
    free(bytes);
    if (error != HV_OK)
        builder_set_unread(reading->region, kind);
    return go_on(error);
}

static int name_region(struct region *region, const struct descriptor *descriptor) {
    region->coordinates = descriptor->coordinates;
    region->persons_per_vehicle = descriptor->persons_per_vehicle;
    int error = builder_set_text(region, &region->id, descriptor->id);
    if (error == HV_OK)
        error = builder_set_text(region, &region->name, descriptor->name);
    if (error == HV_OK)
        error = builder_set_text(region, &region->name_zh, descriptor->name_zh);
    if (error == HV_OK)
        error = builder_set_text(region, &region->version, descriptor->version);
    if (error == HV_OK)
        error = builder_set_text(region, &region->sources, descriptor->sources);
    return error;
}

static int load_tables(const char *dir, struct descriptor *descriptor, struct region *region,
                       struct hv_fault_list *faults) {
    struct tables_reading reading = {.region = region, .descriptor = descriptor};
    int error = load_config(dir, descriptor, faults);
    if (error == HV_OK)
        error = name_region(region, descriptor);
    for (int kind = 0; kind < BUILDER_KINDS && error == HV_OK; kind++)
        error = load_table(&reading, (enum builder_kind)kind, dir, faults);
    return error;
}

int region_load(const char *dir, struct hv_fault_list *faults, struct region **ret_region) {
    size_t errors_before = faults->errors;
    struct descriptor descriptor;
    int error = load_descriptor(dir, faults, &descriptor);
    if (error != HV_OK)
        return error;
    struct region *region = NULL;
    error = builder_new(&region);
    if (error == HV_OK)
        error = load_tables(dir, &descriptor, region, faults);
    descriptor_deinit(&descriptor);
    if (error == HV_OK && faults->errors > errors_before)
        error = HV_ERR_VALUE;
    if (error != HV_OK)
        region_free(region);
    else
        *ret_region = region;
    return error;
}

int region_check(const char *dir, struct hv_fault_list *faults) {
    struct region *region = NULL;
    int error = region_load(dir, faults, &region);
    if (error != HV_OK)
        return error;
    error = region_check_sense(region, faults);
    region_free(region);
    return error;
}
