/* The documents of zone plans: haven.zoneplan.rules/1 in; out, a haven.evacuation.solution/1 with
 * the orders for people under `zone_plan`. docs/optimizer/ZONEPLAN.md describes their fields. */
#ifndef ZONE_PLAN_JSON_H
#define ZONE_PLAN_JSON_H

#include "coordinator/cli/travellers_json.h"
#include "coordinator/optimizer/zone_plan.h"

/* What is asked of a plan beside its instance. Everything is owned by the rules. */
struct zone_plan_rules {
    struct zone_plan_rule *zones; /* by zone */
    int32_t *shelters;            /* zones times shelters: the lists of the zones */
    struct zone_plan_group *groups;
    int32_t *travel; /* groups times links */
    size_t group_count;
    struct zone_plan_kept *in_force;
    size_t in_force_count;
    int64_t change_price;
};

/* Reads rules for the zones, shelters and links of an instance, from a file or from bytes that are
 * called `path` in faults. Returns HV_OK; HV_ERR_NOT_FOUND, HV_ERR_IO or HV_ERR_LIMIT where the
 * file cannot be read; HV_ERR_FORMAT or HV_ERR_VALUE where it is wrong, with faults; HV_ERR_MEMORY.
 */
HV_MUST_USE int zone_plan_json_read(const char *path, const struct evacuation_document *document,
                                    struct hv_fault_list *faults,
                                    struct zone_plan_rules *ret_rules);
HV_MUST_USE int zone_plan_json_parse(const char *path, const char *text, size_t bytes,
                                     const struct evacuation_document *document,
                                     struct hv_fault_list *faults,
                                     struct zone_plan_rules *ret_rules);
void zone_plan_rules_deinit(struct zone_plan_rules *rules);

/* Writes a plan, and what it does for each class of travellers where there are any (NULL
 * otherwise). The document names footways, too, then (travellers_join_document). HV_OK or
 * HV_ERR_IO. */
HV_MUST_USE int zone_plan_json_write(FILE *file, const struct evacuation_document *document,
                                     const struct zone_plan *plan,
                                     const struct travellers_document *travellers);

/* [{"class": …, "people": …, "unserved": …, …}, …] */
void zone_plan_json_put_classes(FILE *file, const struct evacuation_document *document,
                                const struct zone_plan *plan,
                                const struct travellers_document *travellers);

/* "places-full" and the like. Static. */
const char *zone_plan_json_reason(enum zone_plan_reason reason);

#endif
