/* What ways of buses are searched for on: the roads that are open now, and those that stay open.
 *
 * A link that closes at a time to come counts as closed from then on, also where it reopens later;
 * a bus has to be off it by then. How many others drive is not looked at: they leave buses room. */
#ifndef COORDINATOR_PLANNING_BUSES_ROADS_H
#define COORDINATOR_PLANNING_BUSES_ROADS_H

#include "coordinator/optimizer/network.h"
#include "coordinator/optimizer/timetable_steps.h"

struct buses_roads {
    int64_t *closes_ms;                /* by link, or NETWORK_NEVER; NULL: none closes */
    struct network *lasting;           /* without those that close; NULL */
    struct network_search *all;        /* of whoever sets out now */
    struct network_search *by_lasting; /* on `lasting`; NULL: there is nothing that `all` has not */
};

/* Links that close after `horizon_ms` count as open. The network must outlive the roads.
 * HV_ERR_MEMORY; to be freed in any case. */
int buses_roads_init(struct buses_roads *roads, const struct network *network,
                     const struct timetable_closing *closings, size_t closing_count,
                     int64_t horizon_ms) HV_MUST_USE;
void buses_roads_deinit(struct buses_roads *roads);

#endif
