/* The documents of allocation: haven.allocation.instance/1 in, haven.allocation.solution/1 out.
 * docs/optimizer/ALLOCATION.md describes their fields. */
#ifndef ALLOCATION_JSON_H
#define ALLOCATION_JSON_H

#include "coordinator/optimizer/allocation_carried.h"
#include "schemas/fault.h"

#include <stdio.h>

/* An instance with the names of its parts. Everything is owned by the document. */
struct allocation_document {
    char *name;
    struct allocation_instance instance;
    char **item_ids, **depot_ids, **shelter_ids; /* by index */
    struct allocation_item *items;
    struct allocation_depot *depots;
    struct allocation_shelter *shelters;
    struct allocation_lane *lanes;
    double *stock, *reserve, *need;
    struct fleet_way *ways;         /* by lane */
    struct fleet_vehicle *vehicles; /* may be none */
    char **vehicle_ids;
    uint32_t vehicle_count;
    double horizon_min; /* INFINITY: none */
    bool *cold;         /* by item: goes in cold vehicles only */
    double *pack;       /* by item: units a pack, 0 where any quantity can be sent */
};

/* Reads an instance from a file, or from bytes that are called `path` in faults. Every fault that
 * was found goes to the list. HV_ERR_NOT_FOUND or HV_ERR_IO where the file cannot be read;
 * HV_ERR_FORMAT where it is no such document or HV_ERR_VALUE where a figure or an id is wrong, with
 * faults; HV_ERR_LIMIT or HV_ERR_MEMORY. */
HV_MUST_USE int allocation_json_read(const char *path, struct hv_fault_list *faults,
                                     struct allocation_document *ret_document);
HV_MUST_USE int allocation_json_parse(const char *path, const char *text, size_t bytes,
                                      struct hv_fault_list *faults,
                                      struct allocation_document *ret_document);
void allocation_document_deinit(struct allocation_document *document);

/* Writes a plan of the document's instance, with its deliveries where `carried` is not NULL.
 * HV_ERR_IO. */
HV_MUST_USE int allocation_json_write(FILE *file, const struct allocation_document *document,
                                      const struct allocation_plan *plan,
                                      const struct allocation_carried *carried);

#endif
