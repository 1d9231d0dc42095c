/* What the files of buses_plan share: buses_people.c says who waits, buses_ways.c by which ways
 * buses can go, buses_given.c which runs stand, buses_instance.c makes an instance of the rest,
 * buses_choose.c searches for runs and says which are taken, buses_bound.c what no plan can beat,
 * buses_share.c what room they take
 * on the roads, buses_tell.c what comes of it, buses_none.c what is told where there are too many
 * places for all of that; buses_plan.c has the whole. */
#ifndef COORDINATOR_PLANNING_BUSES_INSIDE_H
#define COORDINATOR_PLANNING_BUSES_INSIDE_H

#include "coordinator/optimizer/bus_schedule.h"
#include "coordinator/planning/buses_plan.h"
#include "coordinator/planning/buses_roads.h"
#include "schemas/smaller.h"

#include <stdlib.h>

enum {
    BUSES_MS_PER_S = 1000,
    BUSES_ALIGHT_S = 2,  /* a person */
    BUSES_STOPS_EACH = 4 /* of a run, at most */
};

#define BUSES_NONE UINT32_MAX

/* Two ways between the same places: the quickest now, and the quickest that no closing touches. */
struct buses_way {
    int64_t quick_ms, lasting_ms; /* NETWORK_UNREACHABLE: none, or not to be taken */
    int64_t latest_ms;            /* to begin the quick one, or NETWORK_NEVER */
    int64_t least_ms;             /* quick_ms as it was found */
};

struct buses_point { /* people of one class who wait at a spot */
    uint32_t zone;   /* among those that have any */
    uint32_t spot;   /* among those where any wait */
    enum instance_class class;
    int32_t people;
};

/* Zones are those with people waiting, spots those of these where any do, shelters those that the
 * plan or a run uses; arrays of two of them are row by row in the order of the words. */
struct buses_planning {
    const struct picture *picture;
    const struct buses *buses;
    const struct instance *instance;
    struct plan *plan;
    int64_t change_price_ms;
    int (*stop)(void *context);
    void *context;
    const struct buses_sharing *sharing; /* NULL: none */

    /* From buses_find_people. */
    uint32_t *zones, *zone_at; /* of the region, and by zone of the region which of these */
    size_t zone_count;
    uint32_t *spots, *spot_at; /* of the buses, and by spot of the buses which of these */
    size_t spot_count;
    uint32_t *shelters, *shelter_at;
    size_t shelter_count;
    int64_t *sent;              /* zone × shelter × class: by the plan, in time */
    struct buses_point *points; /* by zone, class and spot */
    int32_t *limit_row;         /* by point: the first one of its zone and class */
    size_t point_count;

    /* From buses_find_ways. */
    struct buses_roads roads;
    struct buses_way *out, *between, *in, *back; /* group × spot, spot × spot, spot × shelter and
                                                    back */
    int64_t *in_all;                             /* spot × shelter of the instance: quickest, ms */
    int64_t *back_all;   /* spot: quickest from any shelter that can be used */
    int64_t *latest_ms;  /* spot: that anybody can leave by any way to one of these */
    bool *lasting;       /* spot: no closing touches its ways */
    int64_t *deadline_s; /* spot; BUS_NEVER */
    bool *reached;       /* spot: there is a way for buses */

    struct bus_class classes[INSTANCE_CLASSES];
    int64_t work;
};

/* Where a bus is free and from when on. */
struct buses_place {
    uint32_t shelter; /* among those used; BUSES_NONE: its yard */
    int64_t ready_s;
};

/* Runs that stand before a search: those of orders that it takes as given. */
struct buses_given {
    bool *runs;               /* by run of the buses */
    int32_t *people;          /* by stop of the buses × class: who board */
    struct buses_place *free; /* by bus: after them */
    int32_t *waiting;         /* by point: besides them */
    int32_t *limits;   /* point × shelter: besides them; of a row that is shared the first */
    int64_t arrival_s; /* of those that have not begun */
    int64_t kept_people;
};

/* An instance of the solver, and what its fleets and buses are. */
struct buses_making {
    struct bus_instance instance;
    struct bus_fleet *fleets;
    uint32_t *group;  /* by fleet */
    uint32_t *place;  /* by fleet: shelter, or BUSES_NONE */
    uint32_t *bus_of; /* by bus of the instance: among all */
    struct bus_pickup *pickups;
    struct bus_shelter *shelters;
    int32_t *out, *between, *in, *back;
};

struct buses_solved {
    struct buses_given given;
    struct bus_plan plan;
    uint32_t *bus_of;       /* by bus of the plan: among all */
    struct bus_value value; /* with the given runs that have not begun */
};

/* A part of the plan of people. */
struct buses_stream {
    uint32_t zone, shelter;
    const int64_t *people; /* by class */
};

/* Zeros, and not NULL for want of any. */
static inline void *buses_take(size_t count, size_t bytes) {
    return calloc(count + 1, bytes);
}

/* Of a zone × shelter × class. */
static inline size_t buses_cell(const struct buses_planning *planning, size_t zone, size_t shelter,
                                int class) {
    return (zone * planning->shelter_count + shelter) * INSTANCE_CLASSES + (size_t) class;
}

/* The last second that counts. */
static inline int32_t buses_horizon_s(const struct buses_planning *planning) {
    return (int32_t)hv_smaller(planning->buses->horizon_s, BUS_SECONDS_MAX);
}

size_t buses_stream_count(const struct plan *plan);
struct buses_stream buses_stream_at(const struct plan *plan, size_t index);

/* Of those who wait in a zone, so many are of a class: in proportion, medical and wheelchair
 * upwards. */
void buses_share_out(const struct instance_zone *zone, int64_t ret_people[INSTANCE_CLASSES]);

/* Who waits where. HV_ERR_MEMORY; HV_ERR_LIMIT where they are more than bus_instance.h allows,
 * before anything is made that grows with their square. */
int buses_find_people(struct buses_planning *planning) HV_MUST_USE;

/* The point of a spot of the buses; BUSES_NONE: none. */
uint32_t buses_find_point(const struct buses_planning *planning, uint32_t spot, int class);

/* By which ways each spot is served, and until when. Once it is known who waits. HV_ERR_MEMORY;
 * HV_ERR_STOPPED: the caller asked to stop, between two searches.
 * O((groups + spots + shelters) · links log nodes). */
int buses_find_ways(struct buses_planning *planning) HV_MUST_USE;

/* Seconds of the way to a spot, or from it on to a shelter; upwards; BUS_NEVER. */
int32_t buses_seconds(const struct buses_planning *planning, const struct buses_way *way,
                      size_t spot);

/* Whether any plan could send people to a shelter of the region, or this one or a run does. */
bool buses_is_usable(const struct buses_planning *planning, uint32_t shelter);

/* Everybody waits and every bus is at its yard, but for runs that have begun; with `kept` also but
 * for those of orders that stand, as far as nothing is in their way: of each bus the first ones.
 * HV_ERR_MEMORY; to be freed in any case. */
int buses_find_given(const struct buses_planning *planning, bool kept,
                     struct buses_given *given) HV_MUST_USE;
void buses_free_given(struct buses_given *given);

/* Fleets, figures, and room for so many shelters; pick-up points, shelters and times are zeros.
 * HV_ERR_MEMORY; to be freed in any case. */
int buses_begin_instance(const struct buses_planning *planning, const struct buses_given *given,
                         size_t shelters, struct buses_making *making) HV_MUST_USE;

/* The same with all of it, for those who wait besides the given runs. */
int buses_make_instance(const struct buses_planning *planning, const struct buses_given *given,
                        struct buses_making *making) HV_MUST_USE;
void buses_free_making(struct buses_making *making);

/* Of those whom runs that have not begun can fetch: bus_quick_bound.h. HV_ERR_MEMORY. */
int buses_find_bound(const struct buses_planning *planning, int64_t unserved,
                     struct bus_value *ret_bound) HV_MUST_USE;

/* Takes the plan that keeps ordered runs unless one without is worth what it changes; that is not
 * even made where the bound leaves it nothing to gain. HV_ERR_MEMORY, HV_ERR_LIMIT; to be freed in
 * any case. */
int buses_choose(struct buses_planning *planning, struct buses_solved *solved,
                 struct bus_value *ret_bound, int64_t *ret_stability_s) HV_MUST_USE;
void buses_free_solved(struct buses_solved *solved);

/* How much later a run can set out and be there as early: a shelter that is not open yet is no
 * place to wait before. Roads that close are passed as planned at the latest. So late it is told
 * and ordered. */
int64_t buses_slack_s(const struct buses_planning *planning, const struct buses_solved *solved,
                      const struct bus_run *run);

/* Adds a run of an order to a plan's, with all whom it was told to fetch; there is room. */
struct plan_bus_run *buses_tell_ordered(const struct buses *buses, size_t index,
                                        struct plan_buses *out);

/* How many are in service, and when the last run is over. */
void buses_tell_service(const struct buses *buses, struct plan_buses *out);

/* By group, number and start. */
void buses_sort_runs(struct plan_buses *out);

/* Gives a plan buses without runs, but for those that have begun: whoever waits is left over.
 * HV_ERR_MEMORY. O(zones + streams + runs). */
int buses_tell_none(struct buses_planning *planning) HV_MUST_USE;

/* Has the people of the plan leave the runs room on the roads. HV_ERR_MEMORY and what share gives.
 * O(places · links log nodes). */
int buses_share(struct buses_planning *planning, const struct plan_buses *out) HV_MUST_USE;

/* Gives the plan its buses. HV_ERR_MEMORY. */
int buses_tell(struct buses_planning *planning, const struct buses_solved *solved,
               struct bus_value bound, int64_t stability_s) HV_MUST_USE;

#endif
