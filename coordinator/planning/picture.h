/* From the operating picture to a planning instance: what is there to plan now? Pure.
 *
 * Here, once, vehicles become people (persons per vehicle), ids become numbers, and what is known
 * becomes what is counted on:
 *   - people of a zone: its night population by class, less those who checked in anywhere from it
 * and those who are on the way (whereabouts.h) to a place that is kept for them, in zones that a
 * hazard in force hits (all zones while none names any);
 *   - places of a shelter: as staff report, else by the standards profile, less those who are
 * there and those on the way there; a stale shelter as the settings say; unusable when full,
 * closing, closed or damaged, or hit by a hazard; unsafe when it does not withstand the incident's
 * hazard;
 *   - roads: closed ones closed, reduced ones reduced, those that a hazard hits or a planner keeps
 * out of plans closed; those that a hazard closes, opens or narrows at times to come with these
 * times (hazards.h);
 *   - room on the roads for those who are on the way, in `loads` (picture_traffic.c);
 *   - a road that a post was ordered to reverse: its lanes run the other way, in `reversed`;
 *   - stock of a depot: usable units that have not expired, nor gone too long without cold; and
 * what its kits hold that no shelter needs as they are, for they can be opened;
 *   - what a person needs: the item's own figure, else that of the profile at the stage of stay
 * (need.h, standards.h);
 *   - need of a shelter: what those who are there need in `need_days` and those on the way there or
 * still to leave for it, but not the overdue, in `ahead_days` (where no depot will reach it once
 * announced roads are closed: in `need_days`), or what staff ask for if that is more, less what is
 * there and on its way, and of what is needed once less what was handed out in this incident; of
 * toilets less its own, where its sewage is not known to be down (none, where nobody knows how
 * many);
 *   - surplus of a shelter, where plans may propose to share it: transfers.h;
 *   - vehicles of depots, as fleet.h says;
 *   - buses, and of each zone those who wait for one, as buses.h says; where there are none a share
 *     of who is left;
 *   - goods that an order of a plan has promised and that have not left: both stock and need still
 * hold them, and they stand in `promises`, so that the planner may take the order back.
 * Unknown figures are never taken for 0 places or for endless ones: a shelter of unknown capacity
 * gets nobody. */
#ifndef COORDINATOR_PLANNING_PICTURE_H
#define COORDINATOR_PLANNING_PICTURE_H

#include "coordinator/optimizer/planner.h"
#include "coordinator/planning/buses.h"
#include "coordinator/planning/fleet.h"
#include "coordinator/optimizer/timetable_steps.h"
#include "coordinator/region/profile.h"
#include "coordinator/region/region.h"
#include "coordinator/state/state.h"

enum picture_stale { PICTURE_STALE_COUNT, PICTURE_STALE_CAUTION, PICTURE_STALE_EXCLUDE };

/* Goods that are short: by cost alone, or so that fill rates are leximin, always or where that
 * costs little (planner.h). */
enum picture_fairness { PICTURE_CHEAPEST, PICTURE_FAIR_WHERE_AFFORDABLE, PICTURE_FAIREST };

struct picture_rules {
    enum picture_stale stale;
    uint32_t stale_percent; /* CAUTION: of the free places */
    uint32_t need_days;
    uint32_t transfer_above_days; /* what shelters have for longer may go to others; 0: nothing
                                     does */
    uint32_t ahead_days;          /* for people who are expected and not there yet */
    int64_t today_day;            /* days since 1970, for expiry */
    uint64_t mono_ms; /* log clock, for breaks of the cold chain and vehicles under way */
    int64_t wall_ms;  /* for deliveries that orders promise and the times of hazards */
    bool whole_packs; /* goods go in the smallest pack of their item, unopened */
    enum picture_fairness fairness;
    int64_t goods_change_price;  /* cost units that taking back an order for goods must save; 1,000
                                    are a person without one item for one day */
    int64_t delivery_horizon_ms; /* deliveries are planned that far; 0: not at all */
    int64_t bus_horizon_ms;      /* the same for runs of buses */
    int64_t arrival_margin_ms;   /* after which who has not checked in is overdue */
    int64_t contraflow_gain_ms;  /* of arrival, on the mean, that reversing roads must gain; 0: no
                                    plan proposes it */
};

/* Who is on the way from a zone to a shelter. */
struct picture_way {
    uint32_t zone, shelter;
    int64_t people[STATE_HEADS]; /* places are kept for them; general are the others of all */
    int64_t overdue;
    int64_t turned_away;            /* no place is left there: they are planned for again */
    int64_t arrives_ms, arrived_ms; /* from now */
};

/* An instance with everything it points to. Numbers are those of the region. */
struct picture {
    struct instance instance;
    struct picture_rules rules; /* that it was made by */
    struct network *network;
    struct instance_zone *zones;
    struct instance_shelter *shelters;
    struct instance_depot *depots;
    struct instance_item *items;
    int64_t *stock, *need;
    int64_t *surplus; /* shelter x item: what may go to another; NULL: nothing may */
    bool *stale;      /* shelter: counted with caution or left out */
    struct picture_way *ways;
    size_t way_count;
    struct planner_promise *promises;
    struct planner_promise_line *promise_lines; /* of all */
    uint64_t *promise_orders;                   /* by promise: the order to ship */
    uint32_t promise_count;
    struct fleet *fleet;                /* NULL: no vehicles to count on */
    struct buses *buses;                /* NULL: no buses, or their runs are not planned */
    struct timetable_closing *closings; /* by link and time, from now */
    size_t closing_count;
    struct timetable_load *loads; /* those on the way, by link and time, from now */
    size_t load_count;
    uint32_t *opposite; /* by link: the one that runs the other way on its road, or UINT32_MAX;
                           NULL where none is reversed and no plan may propose it */
    bool *reversed;     /* by link: its lanes run the other way (contraflow.h) */
    uint64_t basis;     /* log position */
};

/* The rules that follow from the clocks; all others as where nothing is set. Enough for which roads
 * lead where and which places can be used. */
struct picture_rules picture_rules_at(int64_t wall_ms, uint64_t mono_ms);

/* HV_ERR_MEMORY, HV_ERR_VALUE or HV_ERR_LIMIT: the region cannot be planned on (more pairs than
 * limits allow). */
int picture_new(const struct state *state, const struct region *region,
                const struct profile *profile, const struct picture_rules *rules,
                struct picture **ret_picture) HV_MUST_USE;
void picture_free(struct picture *picture);

#endif
