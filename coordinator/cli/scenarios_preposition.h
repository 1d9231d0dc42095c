/* A pre-positioning instance of a region and a catalogue of scenarios. */
#ifndef SCENARIOS_PREPOSITION_H
#define SCENARIOS_PREPOSITION_H

#include "coordinator/cli/hazards_json.h"
#include "coordinator/cli/preposition_json.h"
#include "coordinator/region/profile.h"

/* Sites are the nodes of the roads; at the nodes of depots any of the sizes may be opened. Demand
 * stands where a zone's people enter the roads: of the people a scenario makes leave, what a
 * person of an item's groups needs of it on arrival and for the days (need.h; of a profile, which
 * may be NULL, at the stage of stay that these days end in), by night. Arcs are the roads, in km;
 * where a length is unknown, of the free-flow time at 50 km/h. A centroid without a depot lets
 * nothing through. Owned by the caller. HV_ERR_STATE where the definitions have no supplies;
 * HV_ERR_NOT_FOUND where no depot has a node; HV_ERR_LIMIT, HV_ERR_MEMORY. */
HV_MUST_USE int scenarios_preposition_make(const struct region *region,
                                           const struct hazards_document *hazards,
                                           const struct catalogue *catalogue,
                                           const struct profile *profile,
                                           struct preposition_document *ret_document);

#endif
