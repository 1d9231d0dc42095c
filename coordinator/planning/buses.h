/* The buses that people without a vehicle can go by now, and a plan of runs by them. Pure.
 *
 * Counted on are the buses and minibuses of the region that have seats or places for wheelchairs
 * and a node, but for those of a yard that has declined its last order; BUS_BUSES_MAX of them
 * (bus_instance.h), in the order of their rows. Runs of orders that stand and are not over yet are
 * known; whom accepted ones have fetched, or are fetching, no longer
 * waits.
 *
 * The plan of people says which shelters a zone goes to and how many to each; the plan of buses
 * says who of them goes by bus, on which run, within seats, times and roads (buses_plan.h). */
#ifndef COORDINATOR_PLANNING_BUSES_H
#define COORDINATOR_PLANNING_BUSES_H

#include "coordinator/optimizer/instance.h"
#include "coordinator/region/region.h"
#include "coordinator/state/state.h"

struct buses_group {
    uint32_t vehicle, node; /* of the region */
    int32_t count, seats, wheelchair_places;
    int32_t load_s, unload_s; /* of a stop, but for boarding and alighting */
    uint32_t first_bus;       /* number of its first one among all buses */
    bool declined;            /* by its yard: not counted on */
};

/* Where buses fetch people of a zone: at its node, unless the region says where else. */
struct buses_spot {
    uint32_t zone, node; /* of the region */
    int32_t share;       /* of the zone's people without a vehicle, among those of its spots */
    int64_t fetched[INSTANCE_CLASSES]; /* people on runs that have begun or are over */
};

#define BUSES_NO_SPOT UINT32_MAX

struct buses_stop {
    uint32_t zone, spot; /* spot: BUSES_NO_SPOT where buses stop there no more */
    int32_t people[INSTANCE_CLASSES];
    int64_t arrives_s, leaves_s; /* after now, less than 0 where it is past; in all of these */
};

/* A run of an order that stands, not over yet. */
struct buses_run {
    uint32_t bus; /* among all buses */
    uint32_t shelter;
    uint64_t order;
    bool has_begun; /* and its order is accepted: nothing changes it any more */
    int64_t starts_s, arrives_s, free_s;
    int64_t starts_wall_ms;
    size_t first_stop, stop_count;
};

struct buses {
    struct buses_group *groups;
    uint32_t group_count, bus_count;
    struct buses_run *runs; /* by bus and start */
    size_t run_count;
    struct buses_stop *stops;
    size_t stop_count;
    struct buses_spot *spots; /* by zone */
    size_t spot_count;
    uint32_t *first_spot; /* by zone, and one more */
    int64_t room;         /* people whose cars take as much of a road as a bus */
    int64_t *fetched;     /* by zone: people on runs that have begun or are over */
    int64_t horizon_s;
};

/* NULL: the region has none. HV_ERR_MEMORY. */
int buses_new(const struct state *state, const struct region *region, int64_t wall_ms,
              int64_t horizon_ms, struct buses **ret_buses) HV_MUST_USE;
void buses_free(struct buses *buses); /* NULL does nothing */

/* People of a zone who wait for a bus, of `left` who are still there: all without a vehicle but for
 * those whom buses have fetched. Cars take nobody of them. */
int64_t buses_waiting(const struct buses *buses, const struct region_zone *zone, uint32_t index,
                      int64_t left);

/* The group of a bus. */
const struct buses_group *buses_group_of(const struct buses *buses, uint32_t bus);

#endif
