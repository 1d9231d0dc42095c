/* `haven evacuation instance`: what its files share. */
#ifndef COORDINATOR_CLI_EVACUATION_INSTANCE_H
#define COORDINATOR_CLI_EVACUATION_INSTANCE_H

#include "coordinator/cli/evacuation_bus_json.h"
#include "coordinator/planning/evacuation_draft.h"

#define EVACUATION_INSTANCE "evacuation instance"

/* Words of options that name things in the region, kept until it is loaded. */
struct evacuation_lists {
    char *closed, *reversible, *zones, *more_zones, *more_shelters, *exits, *fleets;
};

struct evacuation_request {
    const char *region, *output, *travellers, *buses, *profile, *timeline;
    struct evacuation_lists lists;
    struct evacuation_draft_options draft;
    bool json, day, night;
};

struct evacuation_work {
    struct region *region;
    struct profile *profile;
    struct hazard timeline;
    struct evacuation_draft *draft;
    bool *closed, *only;
    uint32_t *exits, *opposites;
    struct evacuation_bus_fleet *fleets;
    size_t fleet_count;
};

/* Reads the line into *request, which begins with what holds where nothing is said, and whose lists
 * are then the caller's to free. Says what is wrong and returns the exit status
 * (evacuation_instance_options.c). */
int evacuation_instance_options(int argc, char **argv, struct evacuation_request *request,
                                bool *ret_helped);

/* Says that the line is wrong, with the usage. Returns EX_USAGE. */
int evacuation_instance_wrong(const char *what, const char *word);
int evacuation_instance_wrong_item(const char *option, const char *item, const char *right);

/* Adds to the region in `work` what the lists name, marks what they close, choose and fleet, and
 * has request->draft point there. Cuts the lists up. Says what is wrong and returns the exit status
 * (evacuation_instance_lists.c). */
int evacuation_instance_lists(struct evacuation_request *request, struct evacuation_work *work);

#endif
