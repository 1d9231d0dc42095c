/* How early each node can be reached from the zones, and how far it is to a shelter, on empty
 * roads. Both bound what any plan can do, whatever closes or opens on the way. */
#ifndef EVACUATION_REACH_H
#define EVACUATION_REACH_H

#include "coordinator/optimizer/evacuation_instance.h"

struct evacuation_reach {
    int32_t *earliest;  /* by node: first step at which anybody can be there; NEVER where nobody */
    int32_t *remaining; /* by node: travel steps to the nearest shelter; NEVER where none */
};

/* Travel beyond the horizon counts as none. Zones without people and shelters without places are
 * not there. Returns HV_OK or HV_ERR_MEMORY; free with evacuation_reach_deinit. Two shortest path
 * searches (Dijkstra 1959) with a binary heap. */
HV_MUST_USE int evacuation_reach_init(struct evacuation_reach *reach,
                                      const struct evacuation_instance *instance);
void evacuation_reach_deinit(struct evacuation_reach *reach);

#endif
