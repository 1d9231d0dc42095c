/* What the subcommands of `haven region` print, as text or JSON. */
#ifndef COORDINATOR_CLI_REGION_REPORT_H
#define COORDINATOR_CLI_REGION_REPORT_H

#include "coordinator/region/profile.h"
#include "coordinator/region/region.h"

#include <jansson.h>

/* Faults, one a line, and a last line that counts them; `what` begins that line. */
void region_report_faults(const char *what, const struct hv_fault_list *faults);

/* {"errors": …, "warnings": …, "faults": […]}; NULL without memory. The caller's to free. */
json_t *region_report_faults_json(const struct hv_fault_list *faults);

/* What a region holds. `hash` is hexadecimal. */
void region_report_summary(const struct region *region, const char *hash);
json_t *region_report_summary_json(const struct region *region, const char *hash);

/* Capacity of each shelter by the profile; figures from values that nobody verified are marked. */
void region_report_capacity(const struct region *region, const struct profile *profile,
                            enum profile_stage stage);
json_t *region_report_capacity_json(const struct region *region, const struct profile *profile,
                                    enum profile_stage stage);

/* What a person needs of each item, the item's own figure or the profile's, and whom it is for. */
void region_report_needs(const struct region *region, const struct profile *profile,
                         enum profile_stage stage);
json_t *region_report_needs_json(const struct region *region, const struct profile *profile,
                                 enum profile_stage stage);

/* Every value of a profile with its clause, and whether it was verified. */
void region_report_profile(const struct profile *profile);
json_t *region_report_profile_json(const struct profile *profile);

/* Prints a JSON value with a line end and frees it. False without memory or where stdout is gone.
 */
bool region_report_print(json_t *json);

#endif
