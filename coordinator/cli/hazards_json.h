/* Definitions of hazards for `haven scenarios`: haven.hazards/1. docs/SCENARIOS.md describes their
 * fields. */
#ifndef COORDINATOR_CLI_HAZARDS_JSON_H
#define COORDINATOR_CLI_HAZARDS_JSON_H

#include "coordinator/region/catalogue.h"
#include "schemas/fault.h"

#include <jansson.h>

/* What pre-positioning costs, for instances made of a catalogue. */
struct supply_size {
    const char *id;
    double fixed_cost, capacity_m3;
};

struct supply_item {
    uint32_t item; /* of the region */
    double price, holding_cost, shortage_cost, transport_cost;
};

struct hazards_document {
    struct hazard_definitions definitions;
    const char *name;
    double days; /* that goods must last; 0 without supplies */
    struct supply_size *sizes;
    struct supply_item *items;
    uint32_t size_count, item_count;
    /* Owned; texts are the root's. */
    json_t *root;
    struct hazard_definition *hazards;
    void **rooms;
    size_t room_count;
};

/* Reads definitions for a region from a file, or from bytes called `path` in faults. Every fault
 * goes to the list, with its place. HV_OK; HV_ERR_NOT_FOUND or HV_ERR_IO, HV_ERR_FORMAT,
 * HV_ERR_VALUE, HV_ERR_LIMIT, HV_ERR_MEMORY. */
HV_MUST_USE int hazards_json_read(const char *path, const struct region *region,
                                  struct hv_fault_list *faults,
                                  struct hazards_document *ret_document);
HV_MUST_USE int hazards_json_parse(const char *path, const char *text, size_t bytes,
                                   const struct region *region, struct hv_fault_list *faults,
                                   struct hazards_document *ret_document);
void hazards_document_deinit(struct hazards_document *document);

#endif
