/* What comes out of planning: who goes where by which route, what is sent where, what is left over,
 * how good that is, and why. Plain data; numbers refer to the instance that was planned.
 *
 * Everything is sorted (assignments by zone and shelter, shipments by depot, shelter and item,
 * shortfalls by zone and class or shelter and item, reasons by code and their numbers), so that
 * equal plans are equal arrays. */
#ifndef HV_OPTIMIZER_PLAN_H
#define HV_OPTIMIZER_PLAN_H

#include "coordinator/optimizer/instance.h"

/* Stands for "does not apply" in a reason. */
#define PLAN_NONE UINT32_MAX

/* A route is `count` links in the order of travel, from `first` in plan.links. Two assignments may
 * share a route. */
struct plan_route {
    uint32_t first, count;
};

struct plan_assignment {
    uint32_t zone, shelter;
    int64_t people[INSTANCE_CLASSES];
    int64_t travel_ms;  /* on the road */
    int64_t arrival_ms; /* at the earliest: travel, or the shelter's opening where that is later */
    struct plan_route route;
};

struct plan_shipment {
    uint32_t depot, shelter, item;
    int64_t quantity; /* base units, > 0 */
    int64_t travel_ms;
    struct plan_route route;
};

struct plan_unserved {
    uint32_t zone;
    enum instance_class class;
    int64_t people; /* > 0 */
};

struct plan_unmet {
    uint32_t shelter, item;
    int64_t quantity; /* > 0 */
};

/* Why the plan is as it is. Which fields mean something stands with each code; the others are
 * PLAN_NONE, and 0. */
enum plan_reason_code {
    REASON_NONE,

    /* People. */
    REASON_ZONE_UNREACHABLE,   /* no open road from zone to any usable shelter; amount = people */
    REASON_ZONE_EXCLUDED,      /* roads lead to usable shelters, but exclusions or pins bar all of
                                  them; zone, amount = people */
    REASON_NO_PLACE_FOR_CLASS, /* no shelter that zone may use has any place for class;
                                  amount = people */
    REASON_CAPACITY_EXHAUSTED, /* class of zone: every shelter that these people could use, also by
                                  moving others aside, is full. members = those shelters;
                                  amount = people left over */
    REASON_PINNED,         /* zone goes to shelter because it was pinned; amount = people, cost_ms =
                              what one person loses against the best free choice */
    REASON_PIN_NOT_USABLE, /* the pinned shelter is shut, unsafe, cut off or excluded, so that the
                              pin of zone on shelter cannot be followed */
    REASON_KEPT_FOR_STABILITY, /* zone keeps shelter as in the plan in force; amount = people,
                                  cost_ms = what one of them loses by it, at most the price */
    REASON_EXCLUSION_COSTS, /* zone could not use shelter, which would have been better; cost_ms =
                               gain for each person of class */
    REASON_SHELTER_NOT_USABLE, /* shelter left out: not usable; amount = places lost */
    REASON_SHELTER_HAZARD, /* shelter left out: does not withstand the hazards in force; amount =
                              places lost */

    /* Goods. */
    REASON_STOCK_EXHAUSTED,  /* shelter, item: all that is free in depots that reach it is sent;
                                amount = unmet */
    REASON_NO_DEPOT_REACHES, /* shelter: no usable depot with stock of item has an open road to
                                it; amount = unmet */
    REASON_RESERVE_HELD, /* depot keeps amount of item, of which shelter lacks some that depot could
                            send */
    REASON_DISPATCH_EXHAUSTED, /* depot loads all that it can in this period; amount = ml */
    REASON_RECEIVE_EXHAUSTED,  /* shelter takes all that it can in this period; amount = ml */
    REASON_NOT_WORTH_CARRYING, /* shelter, item: carrying costs more than the shortage; amount =
                                  unmet */
    REASON_WHOLE_UNITS,        /* goods_cost is above goods_bound because units are whole */
    REASON_SHELTER_EXCLUDED,   /* shelter, item: stock is left, but exclusions bar every depot that
                                  has it; amount = unmet */
    REASON_LANE_EXHAUSTED, /* the way from depot to shelter takes no more in this period; amount =
                              ml */
    REASON_WHOLE_PACKS,    /* shelter, item: what is left fills no pack; amount = unmet */

    /* Why an order for goods does not stand: in plan.releases, not among the reasons. */
    REASON_ORDER_DEPOT_LOST,
    REASON_ORDER_NO_ROUTE,
    REASON_ORDER_EXCLUDED,
    REASON_ORDER_NOT_NEEDED, /* its shelter is shut and needs nothing of it */
    REASON_ORDER_STOCK_GONE,
    REASON_ORDER_IMPROVED, /* taking it back saves more than the price of a change */
    REASON_CODES
};

struct plan_reason {
    enum plan_reason_code code;
    uint32_t zone, shelter, depot, item, class;
    int64_t amount;
    int64_t cost_ms;
    uint32_t first_member, member_count; /* shelters, in plan.members */
};

/* An order for goods that the plan takes back. */
struct plan_release {
    uint32_t promise; /* as they were set */
    enum plan_reason_code code;
    int64_t saving; /* micro cost units, of REASON_ORDER_IMPROVED */
};

/* Lexicographic: first unserved people, then, among the fewest, those with medical needs and those
 * in wheelchairs (planner_people.c), then the sum of arrival times over the served ones and, where
 * a plan is in force, its price for each person who is moved away from it. */
struct plan_objective {
    int64_t unserved;
    int64_t arrival_ms; /* person-milliseconds, price included */
};

/* One order: these people of a zone leave by this way in this window at this rate. */
struct plan_stream {
    uint32_t assignment; /* of the plan, that it is part of */
    uint32_t zone, shelter;
    int64_t people[INSTANCE_CLASSES];
    int64_t departs_ms;                      /* the first leave, after the start of the plan */
    int64_t departed_ms;                     /* all have left */
    int64_t arrives_ms;                      /* the first arrive, at the latest */
    int64_t arrived_ms;                      /* all have arrived */
    int64_t per_hour;                        /* the rate: people an hour, the most in any step */
    struct plan_route route;                 /* in the timetable's links */
    size_t departure_first, departure_count; /* in the timetable's departures */
};

struct plan_departure {
    int32_t step;
    int64_t people;
};

enum plan_late_reason {
    PLAN_LATE_ROADS, /* the roads to their shelter have no room in time */
    PLAN_LATE_TIME,  /* it is too far for the horizon, or opens too late */
    PLAN_LATE_RULES, /* there is room, but not by one way at one rate */
    PLAN_LATE_REASONS
};

/* People who have a place and cannot be there in time. */
struct plan_late {
    uint32_t zone, shelter;
    int64_t people[INSTANCE_CLASSES];
    enum plan_late_reason reason;
};

/* The plan on the roads, in steps (timetable.h). */
struct plan_timetable {
    int64_t step_ms;
    int32_t horizon_steps;
    struct plan_stream *streams; /* in order of the assignments, then of departure */
    size_t stream_count;
    struct plan_departure *departures;
    size_t departure_count;
    uint32_t *links;
    size_t link_count;
    struct plan_late *late;
    size_t late_count;
    int64_t unserved;            /* without a place or late */
    int64_t arrival_ms;          /* person-milliseconds of all who are served */
    int64_t bound_unserved;      /* proven: none leaves fewer */
    int64_t bound_arrival_ms;    /* proven of those that leave so many */
    int64_t ete90_ms, ete100_ms; /* 90 and 100 % of all served have arrived */
    int64_t clearance_ms;        /* the last has left a zone */
    bool stopped;                /* by the limits: the bound may be weak */
    int64_t work;
    uint64_t solve; /* number of the flow that it was made with */
    int32_t *turns; /* assignments in the order in which they took the roads */
};

/* One trip of a vehicle: it loads at the depot, drives to the shelter, unloads, drives back. Times
 * are after the start of the plan. */
struct plan_delivery {
    uint32_t depot, shelter;
    uint32_t promise;       /* order that stands, of which the goods are; PLAN_NONE: of this plan */
    uint32_t group, number; /* of the vehicles; which of the group, from 1 */
    int64_t starts_ms;      /* loading begins */
    int64_t leaves_ms, arrives_ms;
    int64_t delivered_ms; /* unloaded */
    int64_t returns_ms;   /* leaves the shelter: at once, or when a way back is open again */
    int64_t back_ms;
    int64_t leave_by_ms; /* who leaves later does not get there, or not back, before roads close;
                            INT64_MAX: none of these does */
    struct plan_route out, back;   /* in links of the deliveries */
    int64_t late_ms;               /* after the order said so; 0: in time, or it did not say */
    size_t first_load, load_count; /* in loads */
};

struct plan_load {
    uint32_t item;
    int64_t quantity; /* base units, > 0 */
};

/* Why goods are on no trip. */
enum plan_undelivered_reason {
    PLAN_UNDELIVERED_NO_VEHICLE, /* the depot has none */
    PLAN_UNDELIVERED_NO_WAY,     /* no open road there or back */
    PLAN_UNDELIVERED_NO_COLD,    /* must stay cold, and none of its vehicles keeps it so */
    PLAN_UNDELIVERED_TOO_BIG,    /* none of them takes one unit, or one pack */
    PLAN_UNDELIVERED_TOO_FAR,    /* beyond their range */
    PLAN_UNDELIVERED_CLOSES,     /* none has time for it before a road there or back closes */
    PLAN_UNDELIVERED_BUSY,       /* none has time for it within the horizon */
    PLAN_UNDELIVERED_TRIPS,      /* more trips than one plan holds */
    PLAN_UNDELIVERED_REASONS
};

struct plan_undelivered {
    uint32_t depot, shelter, item;
    uint32_t promise; /* as above */
    int64_t quantity; /* > 0 */
    enum plan_undelivered_reason reason;
};

/* How goods get there, by vehicles (deliveries.h). */
struct plan_deliveries {
    int64_t horizon_ms;
    struct plan_delivery *deliveries; /* by depot and start */
    size_t delivery_count;
    struct plan_load *loads;
    size_t load_count;
    uint32_t *links; /* of the routes */
    size_t link_count;
    struct plan_undelivered *left;
    size_t left_count;
    int64_t last_ms;       /* the last is unloaded; 0 without any */
    int64_t last_bound_ms; /* proven: all that can be carried cannot be there earlier */
    int64_t busy_ms;       /* of all vehicles, from loading until they are back */
    int64_t latest_ms;     /* the largest late_ms */
};

/* Some people of a zone board a bus. Seconds after the start of the plan, less than 0 before it. */
struct plan_bus_stop {
    uint32_t zone, node; /* node: PLAN_NONE where the pick-up point is not known any more */
    int32_t people[INSTANCE_CLASSES];
    int64_t arrives_s, leaves_s;
};

/* A run of a bus from where it is over pick-up points to a shelter. */
struct plan_bus_run {
    uint32_t group, number; /* of the buses; which of the group, from 1 */
    uint32_t shelter;
    uint64_t order; /* that stands and has the run; 0: of this plan */
    bool begun;     /* of an order that is accepted, so that nothing changes it any more */
    int64_t starts_s, arrives_s;
    int64_t free_s;         /* all have alighted, and so arrived */
    int64_t starts_wall_ms; /* of a run of an order */
    size_t first_stop, stop_count;
};

/* Why people who wait for a bus are on no run. */
enum plan_bus_reason {
    PLAN_BUS_NONE,          /* no bus is in service */
    PLAN_BUS_NO_WHEELCHAIR, /* none of them has a place for a wheelchair */
    PLAN_BUS_NO_WAY,        /* no open road from a bus to them, or on to their shelters */
    PLAN_BUS_BUSY,          /* too few seats in time */
    PLAN_BUS_NOT_PLANNED,   /* more places than runs are planned for */
    PLAN_BUS_REASONS
};

struct plan_bus_left {
    uint32_t zone;
    enum instance_class class;
    int64_t people; /* > 0 */
    enum plan_bus_reason reason;
};

/* Who goes by bus of the people whom the plan sends somewhere. */
struct plan_buses {
    struct plan_bus_run *runs; /* by group, number and start */
    size_t run_count;
    struct plan_bus_stop *stops;
    size_t stop_count;
    struct plan_bus_left *left; /* by zone and class, for each reason once */
    size_t left_count;
    int64_t *without; /* by stream, or by assignment where there is no timetable: people by bus */
    int64_t *stays;   /* the same × class: of `left` */
    size_t stream_count;
    int64_t people;   /* who wait for a bus and have a place in time by road */
    int64_t unserved; /* sum of `left` */
    int64_t bound_unserved;
    int64_t arrival_s;       /* of those on runs that have not begun */
    int64_t bound_arrival_s; /* proven of all that leave so many; 0 where nothing is */
    int64_t stability_s;     /* person-seconds of arrival that keeping ordered runs costs */
    int64_t horizon_s, last_s;
    int64_t buses, seats; /* in service */
    int64_t work;
};

/* Prices that prove the bounds by weak duality; certificate.h says how. Level 0 proves the fewest
 * unserved, level 1 the least arrival time. */
struct plan_duals {
    int64_t unserved_cost; /* M of level 1, milliseconds */
    int64_t *zone[2];      /* zone × class: what one more person there costs */
    int64_t *shelter[2];   /* shelter: what one more place would save, ≥ 0 */
    int64_t *place[2];     /* shelter × class: the same for a place of the class, ≥ 0 */
    int64_t *stock;        /* depot × item: micro cost units a base unit, ≥ 0 */
    int64_t *dispatch;     /* depot: micro cost units a millilitre, ≥ 0 */
    int64_t *receive;      /* shelter: the same */
    int64_t *lane;         /* depot × shelter: the same; NULL without limits of lanes */
};

enum plan_status {
    PLAN_OPTIMAL, /* objective equals bound, but for what precedence takes: proven */
    PLAN_STOPPED, /* the work limit or the callback ended it: feasible, bound honest, perhaps weak
                   */
    PLAN_ROUNDED  /* people proven; goods within the gap because of whole units */
};

struct plan {
    enum plan_status status;

    struct plan_assignment *assignments;
    size_t assignment_count;
    struct plan_unserved *unserved;
    size_t unserved_count;
    struct plan_shipment *shipments;
    size_t shipment_count;
    struct plan_unmet *unmet;
    size_t unmet_count;
    struct plan_release *releases; /* by promise */
    size_t release_count;
    uint32_t kept_promises;
    uint32_t *links; /* of all routes */
    size_t link_count;
    struct plan_reason *reasons;
    size_t reason_count;
    uint32_t *members; /* of all reasons */
    size_t member_count;

    struct plan_objective objective, bound;
    int64_t goods_cost;  /* shortage and transport, micro cost units */
    int64_t goods_bound; /* proven: no plan for goods is cheaper */

    /* What choices for goods cost, as differences of goods_cost; 0 where they are not made. */
    bool is_fair;          /* fill rates are leximin */
    int64_t fairness_cost; /* of leximin fill rates against least cost, whichever of both it has */
    int64_t rounding_cost; /* of whole packs against opened ones */
    int64_t carrying_cost; /* of sending by depots whose vehicles bring more, against least cost */
    double least_fill;     /* of needs that some depot can serve, least sent / need; 1 where none */
    double cheapest_fill;  /* the same of the plan of least cost, */
    double fairest_fill;   /* and of the fairest, packs opened */
    uint32_t fair_levels;  /* fill rates found one after the other; 0: fairness was not looked at */

    /* Micro cost units that orders which stand cost against orders all made anew, by least cost. */
    int64_t goods_stability_cost;
    double gap;       /* of arrival_ms where unserved meets its bound, else of unserved; 0 … 1 */
    double goods_gap; /* of goods_cost */

    int64_t precedence_people; /* with medical needs or in wheelchairs, who have places because they
                                  come before others; what that takes in time is in the gap */
    int64_t changed_people;    /* people of the plan in force whom this plan does not leave in their
                                  shelter */
    int64_t stability_cost_ms; /* person-milliseconds of arrival that keeping to the plan in force
                                  costs */
    uint32_t *reversals;       /* links whose lanes the plan wants to run the other way */
    size_t reversal_count;
    int64_t contraflow_people;  /* fewer unserved by those that are new, */
    int64_t contraflow_gain_ms; /* and person-milliseconds of arrival; together with more served
                                   this may be less than 0 */
    uint64_t work;              /* pivots and searches that it took */
    struct plan_timetable *timetable;   /* NULL: none was made */
    struct plan_deliveries *deliveries; /* NULL: no vehicles are known */
    struct plan_buses *buses;           /* NULL: no buses are known */

    struct plan_duals duals;
};

/* Frees a plan and all it holds. NULL is allowed. */
void plan_free(struct plan *plan);
void plan_timetable_free(struct plan_timetable *timetable); /* the same */
void plan_deliveries_free(struct plan_deliveries *deliveries);
void plan_buses_free(struct plan_buses *buses);

#endif
