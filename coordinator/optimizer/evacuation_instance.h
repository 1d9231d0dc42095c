/* An evacuation problem on a road network in discrete steps, as plain arrays.
 *
 * Steps are 0, 1, … horizon_steps. Who enters a link at step t leaves it at t + travel_steps and
 * goes on at once; people wait only in their own zone; who reaches a shelter's node at step t ≤
 * horizon may take a place there. The plan leaves the fewest people unserved and, among those
 * plans, has the least sum of arrival steps. "People" are whatever unit the capacities count.
 *
 * Nodes, links, zones and shelters are indices from 0; names stay with whoever built the instance.
 * An instance is read only and may be shared by threads. */
#ifndef EVACUATION_INSTANCE_H
#define EVACUATION_INSTANCE_H

#include "schemas/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define EVACUATION_NEVER INT32_MAX
#define EVACUATION_STEPS_MAX 1000000     /* steps of a horizon */
#define EVACUATION_PEOPLE_MAX 2000000000 /* people in all zones together */
#define EVACUATION_NODE_STEPS_MAX                                                                  \
    400000000 /* useful pairs of node and step, about 50 bytes each                                \
               */

/* From `step` on a link takes `capacity` people a step. */
struct evacuation_change {
    int32_t step;
    int64_t capacity; /* ≥ 0 */
};

struct evacuation_link {
    int32_t from, to;       /* nodes */
    int32_t travel_steps;   /* ≥ 0 */
    int32_t closes_at_step; /* nobody enters at or after it, all on it have left by it; or NEVER */
    int64_t capacity_per_step;               /* ≥ 0, until the first change */
    const struct evacuation_change *changes; /* borrowed, in rising order of step */
    size_t change_count;
};

struct evacuation_zone {
    int32_t node;
    int32_t earliest_step; /* first step at which people may leave */
    int32_t deadline_step; /* last one; EVACUATION_NEVER where there is none */
    int64_t people;        /* ≥ 0 */
};

struct evacuation_shelter {
    int32_t node;
    int32_t opens_at_step; /* first step at which people may arrive */
    int64_t capacity;      /* people in all, ≥ 0 */
};

struct evacuation_instance {
    int32_t horizon_steps;
    size_t node_count, link_count, zone_count, shelter_count;
    const struct evacuation_link *links;       /* borrowed */
    const struct evacuation_zone *zones;       /* borrowed */
    const struct evacuation_shelter *shelters; /* borrowed */
};

/* Whether the arrays describe a problem: every index names a node, no figure is negative, changes
 * rise. Returns HV_OK, HV_ERR_VALUE, HV_ERR_LIMIT where the horizon or a count passes its limit, or
 * HV_ERR_OVERFLOW where the people do not add up within EVACUATION_PEOPLE_MAX. */
HV_MUST_USE int evacuation_instance_check(const struct evacuation_instance *instance);

/* Whether nothing depends on the step: no changes, closures, deadlines, late starts or openings. */
bool evacuation_instance_is_steady(const struct evacuation_instance *instance);

/* How many may enter a link at a step, 0 where it is closed by then or before they would be off it.
 * Logarithmic in the link's changes. */
int64_t evacuation_link_room(const struct evacuation_link *link, int32_t step);

/* People of all zones. Call only for an instance that passed its check. */
int64_t evacuation_instance_people(const struct evacuation_instance *instance);

/* The price M of one person unserved: more than all people arriving at the horizon. */
int64_t evacuation_unserved_cost(const struct evacuation_instance *instance);

#endif
