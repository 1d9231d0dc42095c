/* Turn restrictions of an OpenStreetMap extract. A network of nodes and links knows no turns, so
 * they are not honoured; but those that concern its roads are named, so that whoever plans can ask
 * for traffic control there or check routes against them. Private to import_osm. */
#ifndef COORDINATOR_REGION_OSM_TURN_H
#define COORDINATOR_REGION_OSM_TURN_H

#include "coordinator/region/osm_road.h"
#include "coordinator/region/region.h"

#define OSM_TURNS_MAX 1000000u

struct osm_turn_member {
    bool is_way; /* else a node */
    int64_t id;
    const char *role;
};

struct osm_turn {
    int64_t relation, from, to, via; /* ways; via a node, or a way */
    bool via_way;
    char kind[24]; /* "no_left_turn" */
};

struct osm_turns {
    struct osm_turn *turns;
    size_t count, room;
};

void osm_turns_deinit(struct osm_turns *turns); /* zeros are an empty one */

/* Keeps the relation if it restricts turns of motor vehicles in general, for each pair of its ways.
 * HV_ERR_LIMIT, HV_ERR_MEMORY. */
HV_MUST_USE int osm_turns_add(struct osm_turns *turns, int64_t relation, const struct osm_tag *tags,
                              size_t tag_count, const struct osm_turn_member *members,
                              size_t member_count);

/* Warnings: how many concern two roads of the region, then each by name. HV_ERR_MEMORY. */
HV_MUST_USE int osm_turns_name(const struct osm_turns *turns, const struct region *region,
                               const char *file, struct hv_fault_list *faults);

#endif
