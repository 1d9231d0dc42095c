/* The documents of pre-positioning: haven.preposition.instance/1 in, haven.preposition.solution/1
 * out. docs/optimizer/PREPOSITION.md describes their fields. */
#ifndef PREPOSITION_JSON_H
#define PREPOSITION_JSON_H

#include "coordinator/optimizer/preposition_plan.h"
#include "schemas/fault.h"

#include <stdio.h>

/* An instance with the names of its parts. Everything is owned by the document. */
struct preposition_document {
    char *name;
    struct preposition_instance instance;
    char **site_ids, **size_ids, **item_ids, **arc_ids, **scenario_ids; /* by index */
    struct preposition_site *sites;
    struct preposition_size *sizes;
    struct preposition_item *items;
    struct preposition_arc *arcs;
    struct preposition_scenario *scenarios;
    struct preposition_demand *demands;
    struct preposition_survival *survivals;
    uint32_t *blocked;
};

/* Reads an instance from a file, or from bytes that are called `path` in faults. Every fault found
 * goes to the list, with its place. Warnings are for what is allowed and hardly meant: demand that
 * no depot can reach. HV_OK; HV_ERR_NOT_FOUND or HV_ERR_IO where the file cannot be read;
 * HV_ERR_FORMAT where it is no such document, HV_ERR_VALUE where a figure or an id is wrong;
 * HV_ERR_LIMIT, HV_ERR_MEMORY. */
HV_MUST_USE int preposition_json_read(const char *path, struct hv_fault_list *faults,
                                      struct preposition_document *ret_document);
HV_MUST_USE int preposition_json_parse(const char *path, const char *text, size_t bytes,
                                       struct hv_fault_list *faults,
                                       struct preposition_document *ret_document);
void preposition_document_deinit(struct preposition_document *document);

/* Writes a solution. HV_OK or HV_ERR_IO. */
HV_MUST_USE int preposition_json_write(FILE *file, const struct preposition_document *document,
                                       const struct preposition_decision *decision,
                                       const struct preposition_plan *plan);

/* Writes the instance itself. HV_OK or HV_ERR_IO. */
HV_MUST_USE int preposition_json_write_instance(FILE *file,
                                                const struct preposition_document *document);

/* A text as JSON has it, with its quotes. */
void preposition_json_put_text(FILE *file, const char *text);

#endif
