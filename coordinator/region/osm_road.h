/* What the tags of an OpenStreetMap way say about it as a road for motor vehicles. Pure. */
#ifndef COORDINATOR_REGION_OSM_ROAD_H
#define COORDINATOR_REGION_OSM_ROAD_H

#include "coordinator/region/roads.h"

struct osm_tag {
    const char *key, *value;
};

struct osm_road {
    const struct roads_class *class;
    const char *name; /* of the tag, or its ref; "" where neither */
    double speed_km_h;
    int lanes[2]; /* along the way and against it; 0: that direction is not open */
};

/* False where the way is no road that motor vehicles in general may use. */
bool osm_road_read(const struct osm_tag *tags, size_t count, struct osm_road *ret_road);

#endif
