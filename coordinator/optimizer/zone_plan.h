/* A plan that people can follow: for each zone one shelter or a few, a way there, a departure
 * window and a rate.
 *
 * The problem is that of evacuation_instance.h with limits on what an order may ask for: at most so
 * many routes a zone, no forks, departures without a pause or at one rate, stages. A route passes
 * no node twice. Plans are compared as there, the fewest people unserved first; the search is a
 * heuristic, its bounds are proven (zone_plan_relax.h). No clock and no input or output: limits are
 * counted work, and the progress callback may stop it. The same problem and options give the same
 * plan, bit for bit. */
#ifndef ZONE_PLAN_H
#define ZONE_PLAN_H

#include "coordinator/optimizer/evacuation_plan.h"

#define ZONE_PLAN_ROUTES_MAX 16 /* routes of a zone */
#define ZONE_PLAN_STAGES_MAX 64
#define ZONE_PLAN_BARRED (-1) /* travel steps of a link that a group may not use */
#define ZONE_PLAN_PARTY_MAX 1000
#define ZONE_PLAN_ROAD_STEPS_MAX 50000000 /* pairs of a link in use and a step, 12 bytes each */

enum zone_plan_departures {
    ZONE_PLAN_FREE,     /* any steps, any number at each */
    ZONE_PLAN_UNBROKEN, /* a zone's departures, once begun, go on without a pause */
    ZONE_PLAN_STEADY /* unbroken, and one rate a route until its last step, which may have fewer */
};

enum zone_plan_method {
    ZONE_PLAN_SEARCH, /* quickest routes in turn, then a large neighbourhood search */
    ZONE_PLAN_CCRP    /* capacity-constrained route planner (Lu, George and Shekhar 2005) */
};

/* Who travels alike: cars, people on foot. Groups share the roads and the shelters. All zeros are
 * people who travel as the instance says, each by himself.
 *
 * Parties leave at one step by one route for one shelter. A zone of N people holds
 * ⌈N / party_people⌉ of them; the last may be smaller and counts as a whole one on the road and in
 * the shelter. */
struct zone_plan_group {
    const int32_t *travel_steps; /* borrowed, by link, or ZONE_PLAN_BARRED; NULL: the instance's */
    int64_t party_people;        /* 0 or 1: everybody goes by himself; ≤ ZONE_PLAN_PARTY_MAX */
    int64_t road_use; /* what a party takes of a link's capacity; 0: as much as it has people;
                         ≤ ZONE_PLAN_PARTY_MAX · ZONE_PLAN_PARTY_MAX */
    bool has_travel_limit;
    int32_t travel_limit_steps; /* longest time under way, where there is a limit */
    const int64_t *places; /* borrowed, by shelter: of its places, those fit for the group; NULL:
                              all */
};

/* What holds for one zone. All zeros with a stage of -1 is no rule at all. */
struct zone_plan_rule {
    const int32_t *shelters; /* borrowed; the only ones allowed, a pin or an exclusion; NULL: all */
    size_t shelter_count;
    int32_t group; /* index into the groups; 0 where there are none */
    int32_t
        stage; /* nobody of stage k leaves before the last of every lower stage left; -1: free */
};

/* People of a zone whom a plan in force sends to a shelter. */
struct zone_plan_kept {
    int32_t zone, shelter;
    int64_t people;
};

/* Of a zone's people those who are ready to leave by a step, in rising order of both. */
struct zone_plan_ready {
    int32_t step;
    int64_t people;
};
struct zone_plan_readiness {
    const struct zone_plan_ready *rows; /* borrowed; the first at the zone's earliest step, the last
                                           has everybody; all others are whole parties */
    size_t count;                       /* 0: everybody at the earliest step */
};

struct zone_plan_problem {
    const struct evacuation_instance *instance; /* borrowed, as all below */
    const int32_t *places; /* by zone, or NULL: zones of one place ≥ 0 that differ in their earliest
                              step only are people of one place who get ready one after the other:
                              all limits hold for them together. -1: a place of its own */
    const struct zone_plan_readiness *readiness; /* by zone, or NULL; zone_plan_places.h makes it of
                                                    the places. Bounds take everybody for ready at
                                                    once */
    const struct zone_plan_rule *rules;          /* by zone, or NULL */
    const struct zone_plan_group *groups;        /* or NULL: all travel alike */
    size_t group_count;
    const struct zone_plan_kept *in_force; /* plan in force, or NULL */
    size_t in_force_count;
    int64_t change_price;     /* arrival steps that moving one person elsewhere must gain; ≥ 0 */
    const int32_t *opposites; /* contraflow: by link the one whose lanes it may take over, or -1;
                                 NULL for none */
    size_t reversals_max;     /* links that may be reversed */
    int32_t routes_max;       /* a zone, 1 to ZONE_PLAN_ROUTES_MAX */
    bool convergent;          /* all who pass a node and go on leave it by the same link */
    enum zone_plan_departures departures;
    int32_t stages; /* stages that the search may form of zones without one; 0 or 1 for none */
};

struct zone_plan_progress {
    int64_t people;
    struct evacuation_value value; /* of the best plan so far */
    struct evacuation_value bound; /* no plan is better */
    int64_t work;
};

struct zone_plan_options {
    /* Called every now and then by counted work; a result other than 0 stops with the best plan so
     * far. */
    int (*progress)(void *context, const struct zone_plan_progress *progress);
    void *context;
    int64_t work_max; /* links and departures looked at by the search; 0 for a limit that grows
                         with the problem */
    uint64_t seed;    /* of the search */
    enum zone_plan_method method;
    bool without_bound; /* leaves the exact flow out: bounds are those of counting alone */
};

/* One order: these people of a zone take this route to that shelter in this window. */
struct zone_plan_stream {
    int32_t zone, shelter;
    int32_t first_step, last_step; /* of departure */
    int32_t travel_steps;          /* first_step + travel_steps is the first arrival */
    int64_t people;
    int64_t rate;                  /* the most who leave in one step */
    bool steady;                   /* that many leave at every step of the window but the last */
    size_t link_first, link_count; /* into plan.links */
    size_t departure_first, departure_count; /* into plan.departures, in order of step */
};

/* From `from_step` on the link has the lanes of its opposite too, and that one carries nobody. */
struct zone_plan_reversal {
    int32_t link;
    int32_t from_step;
};

/* Why people of a zone stay unserved. */
enum zone_plan_reason {
    ZONE_PLAN_SERVED,
    ZONE_PLAN_NO_SHELTER, /* no shelter with places is allowed */
    ZONE_PLAN_NO_WAY,     /* none of them can be reached, whatever the time */
    ZONE_PLAN_NO_TIME,    /* each is too far for the horizon, deadline, opening, closure or limit of
                             travel */
    ZONE_PLAN_PLACES_FULL, /* those in reach are full in this plan */
    ZONE_PLAN_ROADS_FULL,  /* a shelter in reach has places, the roads to it have no room in time */
    ZONE_PLAN_RULES        /* there are places and room, the limits on an order stand in the way */
};

struct zone_plan {
    struct evacuation_plan plan; /* routes are the streams; bound is the better of both below, and
                                    its prices are empty */
    struct zone_plan_stream *streams; /* plan.route_count of them, by zone, then first step */
    struct zone_plan_stream *orders;  /* the streams of one place and one route together, under the
                                         first zone of the place; their departures stand with the
                                         streams. Where no place has several zones, the streams */
    size_t order_count;
    enum zone_plan_reason *reasons; /* by zone */
    int32_t *stages;                /* by zone: 0, 1, …; -1 for a zone of no stage */
    struct zone_plan_reversal *reversals;
    size_t reversal_count;
    struct evacuation_value flow_bound;  /* exact flow, without limits on an order */
    struct evacuation_value class_bound; /* for plans under the same limits: zone_plan_bound.h */
    bool has_without_reversal, has_without_price;
    struct evacuation_value without_reversal; /* best plan found that reverses nothing */
    struct evacuation_value without_price;    /* best plan found where changing costs nothing */
    int64_t changed;                          /* people of the plan in force who go elsewhere */
    bool stopped;                             /* by the callback */
};

/* Whether figures and indices are right. Returns HV_OK, HV_ERR_VALUE, or what
 * evacuation_instance_check finds. */
HV_MUST_USE int zone_plan_check(const struct zone_plan_problem *problem);

/* Plans. `*ret_plan` is to be freed with zone_plan_deinit. Returns HV_OK, what zone_plan_check
 * finds, HV_ERR_MEMORY, HV_ERR_OVERFLOW, or HV_ERR_LIMIT where the horizon is too long for so many
 * links (EVACUATION_NODE_STEPS_MAX, ZONE_PLAN_ROAD_STEPS_MAX). */
HV_MUST_USE int zone_plan_solve(const struct zone_plan_problem *problem,
                                const struct zone_plan_options *options,
                                struct zone_plan *ret_plan);

/* Frees what a plan owns, not the plan. Accepts one that is all zeros. */
void zone_plan_deinit(struct zone_plan *plan);

#endif
