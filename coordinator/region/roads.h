/* What is assumed of a road of a class where the source does not say: a table of our own, after
 * the order of magnitude of the Highway Capacity Manual's interrupted-flow and freeway values.
 * docs/REGIONS.md shows it. */
#ifndef COORDINATOR_REGION_ROADS_H
#define COORDINATOR_REGION_ROADS_H

#include "schemas/error.h"

#include <stdbool.h>
#include <stddef.h>

struct roads_class {
    const char *name; /* OpenStreetMap's value of `highway` */
    double speed_km_h;
    int lanes; /* of one direction */
    double capacity_veh_per_h_lane;
    bool one_way; /* unless the source says otherwise */
};

/* The class of that name, NULL where it is none that motor vehicles use. Static. */
const struct roads_class *roads_find(const char *name);

#endif
