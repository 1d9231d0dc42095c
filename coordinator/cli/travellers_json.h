/* The document haven.evacuation.travellers/1: who travels how, beside an evacuation instance.
 * docs/optimizer/TRAVELLERS.md and schemas/evacuation.travellers.schema.json describe its fields.
 */
#ifndef TRAVELLERS_JSON_H
#define TRAVELLERS_JSON_H

#include "coordinator/cli/evacuation_json.h"
#include "coordinator/optimizer/travellers.h"
#include "coordinator/optimizer/zone_plan.h"

/* Travellers with the names of their parts. Everything is owned by the document. */
struct travellers_document {
    struct travellers travellers;
    struct traveller_class *classes;
    const char **class_ids, **footway_ids; /* by index */
    int32_t *zone_class;                   /* by zone of the instance */
    uint32_t *takes;                       /* by shelter */
    int64_t *class_places;                 /* class × shelter */
    struct evacuation_link *footways;
    struct evacuation_change *changes;
    char *texts; /* all ids, one after the other */
};

/* Reads the travellers of an instance from a file, or from bytes that are called `path` in faults.
 * Returns HV_OK; HV_ERR_NOT_FOUND, HV_ERR_IO or HV_ERR_LIMIT where the file cannot be read;
 * HV_ERR_FORMAT or HV_ERR_VALUE where it is wrong, with faults; HV_ERR_MEMORY. */
HV_MUST_USE int travellers_json_read(const char *path, const struct evacuation_document *instance,
                                     struct hv_fault_list *faults,
                                     struct travellers_document *ret_document);
HV_MUST_USE int travellers_json_parse(const char *path, const char *text, size_t bytes,
                                      const struct evacuation_document *instance,
                                      struct hv_fault_list *faults,
                                      struct travellers_document *ret_document);
void travellers_document_deinit(struct travellers_document *document);

/* What a plan does for one class. */
struct travellers_outcome {
    int64_t people, unserved, arrival_steps;
    int32_t last_arrival_step;
};

/* Adds a plan up by class; `ret_outcomes` has one for each. */
void travellers_outcomes(const struct travellers *travellers,
                         const struct evacuation_instance *instance, const struct zone_plan *plan,
                         struct travellers_outcome *ret_outcomes);

/* An instance document in which the footways follow the links, for a plan of both: borrows
 * everything but its links with their ids, names and lanes. Free with travellers_joined_deinit.
 * HV_OK or HV_ERR_MEMORY. */
HV_MUST_USE int travellers_join_document(const struct evacuation_document *instance,
                                         const struct travellers_document *travellers,
                                         struct evacuation_document *ret_joined);
void travellers_joined_deinit(struct evacuation_document *joined);

#endif
