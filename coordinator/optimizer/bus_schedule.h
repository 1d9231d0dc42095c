/* Runs while they are planned: who drives where in which order, and what comes of it.
 *
 * A schedule is a list of runs. A bus makes those of its own in the order of the list, and the list
 * decides who takes people of a point, and places, that several could have: at every stop as many
 * board as wait, fit and will have a place. Stops where nobody would board, and runs that arrive
 * too late, are left out. So any list is a plan, and a search may change it as it likes. */
#ifndef BUS_SCHEDULE_H
#define BUS_SCHEDULE_H

#include "coordinator/optimizer/bus_plan.h"

struct bus_drive {
    int32_t bus, shelter, count;
    int32_t pickups[BUS_STOPS_MAX];
};

struct bus_schedule {
    struct bus_drive *drives;
    size_t count, capacity;
};

/* Where a bus is when it is free. */
struct bus_state {
    int32_t fleet, shelter; /* the last shelter; -1 at the depot */
    int32_t free_s;
};

struct bus_clock {
    const struct bus_instance *instance; /* borrowed */
    size_t bus_count;
    struct bus_state *begin, *buses; /* by bus */
    int32_t *left;                   /* by pick-up point: people who wait */
    int64_t *places;                 /* by shelter: left */
    int32_t *limits;                 /* by pick-up point and shelter: left; NULL: none */
    struct bus_value value;
    int64_t work;
};

HV_MUST_USE int bus_clock_init(struct bus_clock *clock, const struct bus_instance *instance);
void bus_clock_deinit(struct bus_clock *clock);

/* Nobody has left. */
void bus_clock_reset(struct bus_clock *clock);

/* Makes one run. Fills `ret_run` and `ret_stops` (BUS_STOPS_MAX of them) where they are not NULL,
 * all but run.stop_first. Returns people who arrive; 0 changes nothing. */
int32_t bus_clock_drive(struct bus_clock *clock, const struct bus_drive *drive,
                        struct bus_run *ret_run, struct bus_stop *ret_stops);

/* The same, taken back at once: what the run would be. */
int32_t bus_clock_try(struct bus_clock *clock, const struct bus_drive *drive,
                      struct bus_run *ret_run);

/* Makes all runs of a schedule from the beginning. */
struct bus_value bus_clock_run(struct bus_clock *clock, const struct bus_schedule *schedule);

HV_MUST_USE int bus_schedule_add(struct bus_schedule *schedule, const struct bus_drive *drive);

#endif
