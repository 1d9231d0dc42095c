/* Ways of buses on the roads that are open now and on those that stay open. Pure.
 *
 * A link that closes at a time to come counts as closed from then on, also where it reopens later;
 * a bus has to be off it by then. How many others drive is not looked at. */
#ifndef COORDINATOR_PLANNING_BUSES_ROADS_H
#define COORDINATOR_PLANNING_BUSES_ROADS_H

#include "coordinator/optimizer/network.h"
#include "coordinator/optimizer/timetable_steps.h"

#define BUSES_ROADS_NEVER INT64_MAX

struct buses_roads_entry {
    int64_t key;
    uint32_t node;
};

struct buses_roads {
    const struct network *network;  /* borrowed */
    uint32_t *first_out, *first_in; /* by node and one more */
    uint32_t *out, *in;             /* links by their beginning and by their end */
    int64_t *closes_ms;             /* by link; BUSES_ROADS_NEVER */
    bool close;                     /* some do */

    /* The outcome of the last search, by node. */
    int64_t *time_ms;   /* of the quickest way, or BUSES_ROADS_NEVER */
    int64_t *latest_ms; /* who begins that way later is caught on it; BUSES_ROADS_NEVER: nobody */

    struct buses_roads_entry *heap;
    size_t heap_count;
};

/* Links that close after `horizon_ms` count as open. HV_ERR_MEMORY. */
int buses_roads_init(struct buses_roads *roads, const struct network *network,
                     const struct timetable_closing *closings, size_t closing_count,
                     int64_t horizon_ms) HV_MUST_USE;
void buses_roads_deinit(struct buses_roads *roads);

/* Quickest ways from a node to all; `lasting`: by links that never close alone. Dijkstra (1959). */
void buses_roads_from(struct buses_roads *roads, uint32_t node, bool lasting);

/* Quickest ways to each node from the nearest of some: time_ms alone. */
void buses_roads_back(struct buses_roads *roads, const uint32_t *nodes, size_t count);

/* The latest that one can leave each node, by whatever way, and reach one of some: latest_ms alone,
 * less than 0 where there is no way. */
void buses_roads_latest(struct buses_roads *roads, const uint32_t *nodes, size_t count);

#endif
