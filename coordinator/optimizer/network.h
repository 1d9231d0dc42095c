/* The road network that plans are made on: nodes, directed links, shortest travel times.
 *
 * A network is plain data with an index by node; its nodes and links are numbered from 0 in the
 * order in which they were given and keep their numbers. Links can be closed and opened and their
 * times and capacities changed at any time; searches see the network as it is when they run.
 *
 * Times are milliseconds: a link of an imported street map often takes less than four seconds.
 * Capacities are in the unit of the planning instance, people an hour: whoever builds the instance
 * turns vehicles into people, once, by the persons per vehicle of the region.
 *
 * A centroid stands for a zone or a building beside the road; a route begins or ends there and
 * never passes through it (TNTP's "first thru node").
 *
 * Not thread-safe; different networks and different searches are independent of each other. */
#ifndef HV_OPTIMIZER_NETWORK_H
#define HV_OPTIMIZER_NETWORK_H

#include "schemas/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NETWORK_UNREACHABLE INT64_MAX       /* travel time where there is no route */
#define NETWORK_NEVER INT64_MAX             /* when what stays open closes */
#define NETWORK_TRAVEL_MS_MAX 31622400000LL /* longest time of one link: 366 days */
#define NETWORK_NONE UINT32_MAX             /* no node, no link */

struct network_link {
    uint32_t from, to; /* node numbers; a link from a node to itself is allowed and useless */
    int64_t travel_ms; /* free-flow time, 0 … NETWORK_TRAVEL_MS_MAX */
    int64_t capacity_per_hour; /* people an hour, ≥ 0; free-flow searches do not look at it */
    bool closed;               /* nobody may enter */
};

struct network;

/* Makes a network of `node_count` nodes and copies `links`.
 * HV_ERR_LIMIT: more than HV_REGION_NODES_MAX nodes or HV_REGION_LINKS_MAX links. HV_ERR_VALUE: a
 * link names a node that does not exist, or a time or capacity is out of range. HV_ERR_MEMORY. */
HV_MUST_USE int network_new(uint32_t node_count, const struct network_link *links,
                            uint32_t link_count, struct network **ret_network);

/* A copy that shares nothing with the original. HV_ERR_MEMORY. */
HV_MUST_USE int network_clone(const struct network *network, struct network **ret_network);

void network_free(struct network *network);

uint32_t network_node_count(const struct network *network);
uint32_t network_link_count(const struct network *network);

/* The link as it is now; valid until the network is freed. `link` must exist. */
const struct network_link *network_link_at(const struct network *network, uint32_t link);

/* Marks a node that no route may pass through. HV_ERR_VALUE: no such node. */
HV_MUST_USE int network_set_centroid(struct network *network, uint32_t node, bool centroid);
bool network_is_centroid(const struct network *network, uint32_t node);

/* Change a link. HV_ERR_VALUE: no such link, or the figure is out of range. */
HV_MUST_USE int network_set_closed(struct network *network, uint32_t link, bool closed);
HV_MUST_USE int network_set_travel_ms(struct network *network, uint32_t link, int64_t travel_ms);
HV_MUST_USE int network_set_capacity(struct network *network, uint32_t link,
                                     int64_t capacity_per_hour);

enum network_direction {
    NETWORK_FROM_SOURCES, /* times from the nearest source to each node */
    NETWORK_TO_SOURCES    /* times from each node to the nearest source */
};

/* Shortest free-flow times from or to a set of nodes: Dijkstra's algorithm with a binary heap
 * (Dijkstra 1959; Ahuja, Magnanti and Orlin 1993, section 4.7), O((n + m) log n).
 *
 * Ties are broken the same way every time: of equally quick routes the one whose last link has the
 * lowest number wins, so equal input gives equal routes. A search belongs to its network, which
 * must outlive it, keeps its memory between runs and holds the outcome of the last one. */
struct network_search;

HV_MUST_USE int network_search_new(const struct network *network,
                                   struct network_search **ret_search);
void network_search_free(struct network_search *search);

/* Runs a search. A source that is a centroid is left (or reached) as any other end of a route.
 * HV_ERR_VALUE: a source does not exist. HV_ERR_OVERFLOW: a time passes 64 bits (not with the
 * limits above). After a failure every node is unreachable. */
HV_MUST_USE int network_search_run(struct network_search *search, enum network_direction direction,
                                   const uint32_t *sources, size_t source_count);

/* From now on the search sees links close at times to come: `closes_ms` by link, from the moment at
 * which one may set out, or NETWORK_NEVER; borrowed; NULL: none closes.
 * Who is on a link has left it by then, and it does not open again. Nobody gains by waiting, so
 * Dijkstra's algorithm still holds (Dreyfus 1969).
 *
 * From sources: times of the quickest routes of those who leave a source at 0. To sources: the
 * routes by which one can leave each node last; their times mean nothing,
 * network_search_latest_ms() tells until when they hold. */
void network_search_set_closings(struct network_search *search, const int64_t *closes_ms);

/* The last moment at which one can set out on the route between `node` and its source:
 * NETWORK_NEVER where no link of it closes, less than 0 where there is none that anybody can
 * still take. O(length). */
int64_t network_search_latest_ms(const struct network_search *search, uint32_t node);

/* Time of the last run for `node`, or NETWORK_UNREACHABLE. `node` must exist. */
int64_t network_search_time_ms(const struct network_search *search, uint32_t node);

/* Number of links on the route between `node` and its source; 0 where it is a source or
 * unreachable. */
size_t network_search_route_length(const struct network_search *search, uint32_t node);

/* Writes the links of that route in the order of travel into `links`, which has room for
 * network_search_route_length() of them. */
void network_search_route(const struct network_search *search, uint32_t node, uint32_t *links);

#endif
