/* Reading haven.evacuation.solution/1 and haven.evacuation.certificate/1, whoever wrote them, for
 * an instance that was read before. */
#ifndef COORDINATOR_CLI_EVACUATION_SOLUTION_JSON_H
#define COORDINATOR_CLI_EVACUATION_SOLUTION_JSON_H

#include "coordinator/cli/evacuation_json.h"
#include "coordinator/optimizer/evacuation_report.h"

/* What a solution may name. `link_ids` may hold more than the instance has: footways. */
struct evacuation_names {
    const char *instance; /* its name */
    const char *const *node_ids, *const *link_ids, *const *zone_ids, *const *shelter_ids;
    size_t node_count, link_count, zone_count, shelter_count;
};

struct evacuation_names evacuation_names_of(const struct evacuation_document *document);

/* A plan that was read, and the links that it reverses. */
struct evacuation_solution {
    struct evacuation_plan plan;
    struct report_reversal *reversals; /* their opposites are -1: the instance knows them */
    size_t reversal_count;
};
void evacuation_solution_deinit(struct evacuation_solution *solution);

/* Reads a plan as it claims to be; nothing is held against the instance but names. Every fault goes
 * to the list. Free with evacuation_solution_deinit. HV_OK; HV_ERR_NOT_FOUND, HV_ERR_IO;
 * HV_ERR_FORMAT or HV_ERR_VALUE with faults; HV_ERR_LIMIT; HV_ERR_MEMORY. */
HV_MUST_USE int evacuation_solution_read(const char *path, const struct evacuation_names *names,
                                         struct hv_fault_list *faults,
                                         struct evacuation_solution *ret_solution);
HV_MUST_USE int evacuation_solution_parse(const char *path, const char *text, size_t bytes,
                                          const struct evacuation_names *names,
                                          struct hv_fault_list *faults,
                                          struct evacuation_solution *ret_solution);

/* Reads prices, to be freed with evacuation_prices_deinit. As above. */
HV_MUST_USE int evacuation_certificate_read(const char *path, const struct evacuation_names *names,
                                            struct hv_fault_list *faults,
                                            struct evacuation_prices *ret_prices);
HV_MUST_USE int evacuation_certificate_parse(const char *path, const char *text, size_t bytes,
                                             const struct evacuation_names *names,
                                             struct hv_fault_list *faults,
                                             struct evacuation_prices *ret_prices);

#endif
