/* The road network as arrays of arcs by node, and the questions about it that a reader asks. */
#ifndef COORDINATOR_REGION_GRAPH_H
#define COORDINATOR_REGION_GRAPH_H

#include "coordinator/region/region.h"

/* Arcs out of node n are ends[first[n]] … ends[first[n + 1] - 1]. */
struct graph {
    uint32_t node_count;
    uint32_t *first; /* node_count + 1 */
    uint32_t *ends;
};

/* Arcs along the links, or against them where `backward`. HV_ERR_MEMORY. */
HV_MUST_USE int graph_new(const struct region *region, bool backward, struct graph *ret_graph);

/* The same from plain arcs. */
HV_MUST_USE int graph_from_arcs(uint32_t node_count, const uint32_t *tails, const uint32_t *heads,
                                size_t arc_count, struct graph *ret_graph);

void graph_free(struct graph *graph);

/* Strongly connected components (Tarjan 1972, without recursion): ret_component has node_count
 * entries, numbered from 0. Linear. HV_ERR_MEMORY. */
HV_MUST_USE int graph_components(const struct graph *graph, uint32_t *ret_component,
                                 uint32_t *ret_component_count);

/* Marks in `reached` (node_count flags; those set already are where ways begin) every node that a
 * way from there comes to. A way passes only through nodes for which `passable` is set, and may
 * begin and end anywhere. NULL passable: everywhere. Linear. HV_ERR_MEMORY. */
HV_MUST_USE int graph_reach(const struct graph *graph, const bool *passable, bool *reached);

#endif
