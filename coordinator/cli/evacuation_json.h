/* The documents of evacuation problems: haven.evacuation.instance/1 in, haven.evacuation.solution/1
 * and haven.evacuation.certificate/1 out. docs/optimizer/EVACUATION.md describes their fields. */
#ifndef EVACUATION_JSON_H
#define EVACUATION_JSON_H

#include "coordinator/optimizer/evacuation_plan.h"
#include "schemas/fault.h"

#include <stdio.h>

/* An instance with the names of its parts. Everything is owned by the document. */
struct evacuation_document {
    char *name;
    double step_s; /* 60 where the document does not say */
    struct evacuation_instance instance;
    const char **node_ids, **link_ids, **zone_ids, **shelter_ids; /* by index */
    const char **link_names; /* by link; "" where none is given */
    int32_t *link_lanes;     /* by link; 1 where none are given */
    bool reversible;         /* some link may take over lanes of another; only zone plans use it */
    int32_t *opposites;      /* by link: the one whose lanes it may take over, or -1 */
    int32_t *places;         /* by zone: index of its place, or -1; only zone plans use it */
    const char **place_ids;
    struct evacuation_link *links;
    struct evacuation_zone *zones;
    struct evacuation_shelter *shelters;
    struct evacuation_change *changes;
    char *texts; /* all ids, one after the other */
};

/* Reads an instance from a file, or from bytes that are called `path` in faults. Every fault that
 * was found goes to the list, with the line where the text is no JSON and with the field otherwise.
 * Returns HV_OK; HV_ERR_NOT_FOUND or HV_ERR_IO where the file cannot be read; HV_ERR_FORMAT where
 * it is no such document or HV_ERR_VALUE where a figure or an id is wrong, with faults;
 * HV_ERR_LIMIT or HV_ERR_MEMORY. */
HV_MUST_USE int evacuation_json_read(const char *path, struct hv_fault_list *faults,
                                     struct evacuation_document *ret_document);
HV_MUST_USE int evacuation_json_parse(const char *path, const char *text, size_t bytes,
                                      struct hv_fault_list *faults,
                                      struct evacuation_document *ret_document);
void evacuation_document_deinit(struct evacuation_document *document);

/* A plan as below without the brace that ends it, for documents that say more. */
void evacuation_json_put_plan(FILE *file, const struct evacuation_document *document,
                              const struct evacuation_plan *plan);

/* Writes a plan of the document's instance, or the prices that prove its bound. Returns HV_OK or
 * HV_ERR_IO. */
HV_MUST_USE int evacuation_json_write_plan(FILE *file, const struct evacuation_document *document,
                                           const struct evacuation_plan *plan);
HV_MUST_USE int evacuation_json_write_certificate(FILE *file,
                                                  const struct evacuation_document *document,
                                                  const struct evacuation_plan *plan);

#endif
