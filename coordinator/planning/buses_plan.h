/* Runs of buses for the people whom a plan sends somewhere and who have no vehicle. Pure.
 *
 * The plan says to which shelters a zone goes and how many of each class to each. Who of them goes
 * by bus is chosen here: to each of the zone's shelters at most as many as the plan sends there, so
 * that the plan of people stays as it is. Runs keep within seats and places for wheelchairs, times
 * to stop, load, board and alight, and roads that close (buses_roads.h).
 *
 * Runs that have begun are as they are. Two plans are made of the rest: one that keeps the runs of
 * orders that stand and adds to them, and one that is free of them; the latter is taken where it
 * leaves fewer people or gains more than the price for each person whom it takes off a run.
 *
 * The bound is proven for the same buses, wherever they are now, and people, to whatever shelter
 * (bus_quick_bound.h): it is not held to the shelters of the plan nor to the runs of orders, and
 * knows until when each zone can be left by any way at all. */
#ifndef COORDINATOR_PLANNING_BUSES_PLAN_H
#define COORDINATOR_PLANNING_BUSES_PLAN_H

#include "coordinator/planning/picture.h"

struct buses_sharing {
    /* Has the people of the plan leave these room, by link and then by time, besides that of cars
     * in which nobody drives: `by_bus` of each stream. As many of each zone go to each shelter as
     * before; streams may be others (people_room.h). */
    int (*share)(void *context, const struct timetable_load *loads, size_t count,
                 const int64_t *by_bus, struct plan *plan);
    void *context;
};

/* Gives the plan its buses, and has its people leave them room on the roads (`sharing` may be
 * NULL); nothing where the picture has none. `stop` (may be NULL) ends the search with what it has;
 * while ways are still looked for that is no buses, and a plan that was stopped. More points and
 * people than bus_instance.h allows: no runs but those that have begun, and whoever waits is left
 * over, PLAN_BUS_NOT_PLANNED. HV_ERR_MEMORY. */
int buses_plan(const struct picture *picture, int64_t change_price_ms, int (*stop)(void *context),
               void *context, const struct buses_sharing *sharing, struct plan *plan) HV_MUST_USE;

#endif
