/* Ways of an OpenStreetMap extract on their way to a road network: collected, given coordinates,
 * split where they meet, reduced to what hangs together. Private to import_osm. */
#ifndef COORDINATOR_REGION_OSM_NETWORK_H
#define COORDINATOR_REGION_OSM_NETWORK_H

#include "coordinator/region/osm_road.h"
#include "coordinator/region/region.h"
#include "coordinator/region/texts.h"

#define OSM_REFS_MAX 64000000u

struct osm_way {
    int64_t id;
    struct osm_road road; /* its name is in `names` */
    size_t first;         /* of its nodes in refs */
    uint32_t count;
};

struct osm_network {
    struct osm_way *ways;
    size_t way_count, way_room;
    int64_t *refs; /* nodes of all ways, one after the other */
    size_t ref_count, ref_room;
    struct texts names;

    int64_t *ids;      /* the nodes, ascending, each once */
    double *lon, *lat; /* NAN until seen */
    size_t id_count;
};

void osm_network_init(struct osm_network *network);
void osm_network_deinit(struct osm_network *network);

/* First pass. HV_ERR_LIMIT, HV_ERR_MEMORY. */
HV_MUST_USE int osm_network_add_way(struct osm_network *network, int64_t id,
                                    const struct osm_road *road, const long long *refs,
                                    size_t ref_count);

/* Between the passes: knows from here on which nodes matter. HV_ERR_MEMORY. */
HV_MUST_USE int osm_network_sort(struct osm_network *network);

/* Second pass; nodes of no way are passed over. */
void osm_network_place(struct osm_network *network, int64_t id, double lon, double lat);

/* Adds junctions and links to the region: ids of nodes are OpenStreetMap's; links are "way:part",
 * the way back "way:part~". Ways are cut at nodes that the file does not have, with a warning that
 * counts them. Unless keep_all, only the largest strongly connected part, with a warning that
 * counts the rest. HV_ERR_LIMIT, HV_ERR_MEMORY. */
HV_MUST_USE int osm_network_build(struct osm_network *network, bool keep_all, const char *file,
                                  struct hv_fault_list *faults, struct region *region);

#endif
