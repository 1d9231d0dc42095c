/* People who go by bus: buses that wait at depots, people who wait at pick-up points, shelters.
 *
 * A run of a bus leads from where it is over one or more pick-up points to one shelter, where all
 * alight; then the next begins, until nobody is left or the horizon is reached. Buses need not
 * return. At a stop a bus takes stop_s and board_s for everybody who boards; at the shelter stop_s
 * and alight_s for everybody. A run's people have arrived when the last of them has alighted.
 * Points may be served by several runs.
 *
 * As everywhere, fewest people unserved first, then the least sum of arrivals, in seconds. Travel
 * times are those of the fastest way between two stops, so no detour is shorter. Indices from 0; an
 * instance is read only. */
#ifndef BUS_INSTANCE_H
#define BUS_INSTANCE_H

#include "schemas/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BUS_NEVER INT32_MAX      /* no way, no deadline */
#define BUS_STOPS_MAX 8          /* of a run */
#define BUS_CLASSES_MAX 16       /* as for travellers */
#define BUS_POINTS_MAX 4000      /* depots, pick-up points and shelters together */
#define BUS_BUSES_MAX 10000      /* in all fleets */
#define BUS_SEATS_MAX 10000      /* of a bus, as in vehicles.csv: a train may stand for one */
#define BUS_PEOPLE_MAX 10000000  /* at all points */
#define BUS_SECONDS_MAX 10000000 /* horizon and every figure of time: 115 days */

struct bus_class {
    int32_t party_people; /* who board one bus together, ≥ 1; the last party may be smaller and
                             takes as much */
    bool wheelchair;      /* takes places for wheelchairs instead of seats */
};

/* Buses that are alike and wait at one place. */
struct bus_fleet {
    int32_t buses, seats, wheelchair_places;
    int32_t ready_s;
    int32_t load_s, unload_s; /* on top of stop_s, at a pick-up point and at a shelter */
};

struct bus_pickup {
    int32_t people, class;
    int32_t ready_s;    /* nobody boards before */
    int32_t deadline_s; /* no bus leaves it later; BUS_NEVER */
};

struct bus_shelter {
    int32_t opens_s; /* nobody alights before */
    int64_t places;
    uint32_t takes; /* set of 1u << class */
};

struct bus_instance {
    int32_t horizon_s; /* last second at which anybody may arrive */
    int32_t stop_s, board_s, alight_s;
    int32_t stops_max; /* of a run, 1 … BUS_STOPS_MAX */
    size_t class_count, fleet_count, pickup_count, shelter_count;
    const struct bus_class *classes; /* borrowed, as all below */
    const struct bus_fleet *fleets;
    const struct bus_pickup *pickups;
    const struct bus_shelter *shelters;
    const int32_t *out;     /* fleet × pickup, seconds, or BUS_NEVER */
    const int32_t *between; /* pickup × pickup */
    const int32_t *in;      /* pickup × shelter */
    const int32_t *back;    /* shelter × pickup */
    const int32_t *limits;  /* pickup × shelter: people of a point who may be brought there; NULL:
                               any number of them */
    const int32_t *limit_row; /* pickup: of the one whose limits are shared; NULL: each has its own
                               */
};

/* Where the limit of a point and a shelter stands in limits. */
static inline size_t bus_limit_of(const struct bus_instance *instance, size_t pickup,
                                  size_t shelter) {
    const size_t row = instance->limit_row == NULL ? pickup : (size_t)instance->limit_row[pickup];
    return row * instance->shelter_count + shelter;
}

/* Whether figures and indices are right, and no detour is shorter than a way. HV_OK, HV_ERR_VALUE
 * or HV_ERR_LIMIT. Cubic in pick-up points for the detours when there are no more than 200, which
 * bus_times makes right anyway. */
HV_MUST_USE int bus_instance_check(const struct bus_instance *instance);

/* The same but for detours, about which only the bound of bus_bound.h asks. */
HV_MUST_USE int bus_instance_check_figures(const struct bus_instance *instance);

int64_t bus_instance_people(const struct bus_instance *instance);
size_t bus_instance_buses(const struct bus_instance *instance);

/* A road for buses. */
struct bus_link {
    int32_t from, to, travel_s;
};

/* Fastest times from each of some nodes to each of others, row by row, into `ret_times`; BUS_NEVER
 * where there is no way. Times of a link are ≥ 0, nodes below `node_count`. HV_OK or HV_ERR_MEMORY.
 * Dijkstra (1959) from every row: O(rows · links · log nodes). */
HV_MUST_USE int bus_times(size_t node_count, const struct bus_link *links, size_t link_count,
                          const int32_t *rows, size_t row_count, const int32_t *columns,
                          size_t column_count, int32_t *ret_times);

#endif
