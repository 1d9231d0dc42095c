/* A planning session: built once from an instance, changed as the picture changes, solved again
 * from where it was.
 *
 *     planner_new(&instance, &planner);
 *     planner_solve(planner, &limits, &plan);        cold
 *     planner_set_capacity(planner, 7, 0);           a report came in
 *     planner_set_link_closed(planner, 1204, true);
 *     planner_set_in_force(planner, 3, 7, INSTANCE_GENERAL, 120);
 *     planner_set_change_price(planner, 300000);     moving one of them must gain five minutes
 *     planner_solve(planner, &limits, &next);        warm
 *
 * Zones are assigned to shelters and stock to needs, each exactly, as a minimum-cost flow
 * (docs/OPTIMIZER.md). A change touches only what it changes: travel times are found again only for
 * pairs whose route a link can alter, and the network simplex goes on from its last basis. A warm
 * solve reaches the same objective as a cold one; among plans of equal worth it may pick another.
 *
 * The session reads no clock: work is counted in pivots and searches, so that the same calls give
 * the same bytes on every machine. Wall-clock limits live in the caller's callback, at the price of
 * that.
 *
 * A session is used by one thread at a time. It copies the instance, network included, and keeps
 * numbers: what exists does not go away (set its people, capacity or stock to 0), and a region with
 * new zones, shelters, depots or items is a new session. */
#ifndef HV_OPTIMIZER_PLANNER_H
#define HV_OPTIMIZER_PLANNER_H

#include "coordinator/optimizer/plan.h"

enum planner_stage { PLANNER_ROUTES, PLANNER_PEOPLE, PLANNER_GOODS };

struct planner_progress {
    enum planner_stage stage;
    uint64_t work;       /* pivots and searches so far in this solve */
    uint64_t work_limit; /* 0: none */
};

struct planner_limits {
    uint64_t work_limit; /* pivots and searches, 0: none */

    /* Called now and then with `context`; anything but 0 ends the solve with what it has. NULL:
     * none. It must not call into the session. */
    int (*progress)(void *context, const struct planner_progress *progress);
    void *context;
};

struct planner;

/* Makes a session; the instance may be freed afterwards. Errors: those of instance_check(),
 * HV_ERR_OVERFLOW where people × time or costs could pass 64 bits, HV_ERR_LIMIT where (zones +
 * depots) × shelters or what items they have pass PLANNER_PAIRS_MAX, HV_ERR_MEMORY. */
#define PLANNER_PAIRS_MAX 4000000u
HV_MUST_USE int planner_new(const struct instance *instance, struct planner **ret_planner);
void planner_free(struct planner *planner);

/* The instance as the changes have left it, less what orders that stand have promised as of the
 * last solve: what its plan was made for. Valid until the next change, solve or planner_free(). */
const struct instance *planner_instance(const struct planner *planner);

/* Changes. HV_ERR_VALUE: no such number, or a figure out of range; HV_ERR_OVERFLOW as above. After
 * an error nothing has changed. Setting what is already so costs nothing. */
HV_MUST_USE int planner_set_people(struct planner *planner, uint32_t zone,
                                   enum instance_class class, int64_t people);
HV_MUST_USE int planner_set_capacity(struct planner *planner, uint32_t shelter, int64_t capacity);
HV_MUST_USE int planner_set_places(struct planner *planner, uint32_t shelter,
                                   enum instance_class class, int64_t places);
HV_MUST_USE int planner_set_usable(struct planner *planner, uint32_t shelter, bool usable);
HV_MUST_USE int planner_set_withstands(struct planner *planner, uint32_t shelter, bool withstands);
HV_MUST_USE int planner_set_opens(struct planner *planner, uint32_t shelter, int64_t opens_ms);
HV_MUST_USE int planner_set_link_closed(struct planner *planner, uint32_t link, bool closed);
HV_MUST_USE int planner_set_link_travel(struct planner *planner, uint32_t link, int64_t travel_ms);
HV_MUST_USE int planner_set_link_capacity(struct planner *planner, uint32_t link,
                                          int64_t capacity_per_hour);

HV_MUST_USE int planner_set_stock(struct planner *planner, uint32_t depot, uint32_t item,
                                  int64_t quantity);
HV_MUST_USE int planner_set_reserve(struct planner *planner, uint32_t depot, uint32_t item,
                                    int64_t quantity);
HV_MUST_USE int planner_set_need(struct planner *planner, uint32_t shelter, uint32_t item,
                                 int64_t quantity);
HV_MUST_USE int planner_set_priority(struct planner *planner, uint32_t shelter, int64_t priority);
HV_MUST_USE int planner_set_depot_usable(struct planner *planner, uint32_t depot, bool usable);
HV_MUST_USE int planner_set_dispatch(struct planner *planner, uint32_t depot, int64_t dispatch_ml);
HV_MUST_USE int planner_set_receive(struct planner *planner, uint32_t shelter, int64_t receive_ml);
HV_MUST_USE int planner_set_lane_limit(struct planner *planner, uint32_t depot, uint32_t shelter,
                                       int64_t lane_ml);

/* Fairness: goods are sent so that fill rates are leximin before cost is least. CHEAPEST at first.
 * PRICED plans for least cost and says what the fairest plan would cost more; the fairest says the
 * same. AFFORDABLE is the fairest where that costs at most a hundredth more and vehicles, where
 * they are known, bring all of it; elsewhere it is as PRICED. Finding the fairest takes longer the
 * more shelters and items there are. HV_ERR_VALUE. */
enum planner_fairness { PLANNER_CHEAPEST, PLANNER_PRICED, PLANNER_AFFORDABLE, PLANNER_FAIREST };
HV_MUST_USE int planner_set_fairness(struct planner *planner, enum planner_fairness fairness);

/* How the goods of a plan get there: sets plan->deliveries from its shipments and releases, or
 * leaves it NULL where no vehicles are known. Errors end the solve. */
typedef int planner_carry(void *context, const struct planner *planner, struct plan *plan);

/* Who is asked that at each solve; NULL: nobody. What is then on no trip is allocated anew within
 * what the vehicles of each depot can do, in at most four rounds, as long as shortage, transport
 * and the lack of what is left behind cost less for it (planner_carriers.c); where the plan is
 * fair, as fairly as these limits let it. `context` must last until the next call. */
void planner_set_carrier(struct planner *planner, planner_carry *carry, void *context);

/* Pins: a zone with pins goes only to shelters that it is pinned to, as far as they have places; an
 * exclusion bars a pair, and is stronger than a pin. */
HV_MUST_USE int planner_pin(struct planner *planner, uint32_t zone, uint32_t shelter, bool pinned);
HV_MUST_USE int planner_exclude_zone(struct planner *planner, uint32_t zone, uint32_t shelter,
                                     bool excluded);
HV_MUST_USE int planner_exclude_depot(struct planner *planner, uint32_t depot, uint32_t shelter,
                                      bool excluded);

/* People ordered to go from a zone to a shelter and not yet arrived. Moving one of them away from
 * it must gain more than the price, which is one for the session. */
HV_MUST_USE int planner_set_in_force(struct planner *planner, uint32_t zone, uint32_t shelter,
                                     enum instance_class class, int64_t people);
HV_MUST_USE int planner_set_change_price(struct planner *planner, int64_t price_ms);

/* Goods that open orders have promised and that have not left. Stock and needs are given with them:
 * an order that stands is taken off both, and the plan sends what is wanted beyond. */
struct planner_promise_line {
    uint32_t item;
    int64_t quantity;
};

struct planner_promise {
    uint32_t depot, shelter;
    const struct planner_promise_line *lines;
    uint32_t line_count;
    bool begun; /* being picked or loaded: stands as long as it can be carried out */
};

#define PLANNER_RELEASES_MAX 8u /* orders that one plan takes back for gain */

/* Replaces the promises, which are copied. An order that can no longer be carried out (its depot is
 * lost, no road is open, the pair is barred, its stock is gone, its shelter shut and without needs)
 * is released whatever the price; another only where that saves more than `price` micro cost units.
 * The plan names those released by number. HV_ERR_VALUE, HV_ERR_MEMORY; then nothing has changed.
 */
HV_MUST_USE int planner_set_promises(struct planner *planner, const struct planner_promise *list,
                                     uint32_t count, int64_t price);

/* Solves from where the last solve ended. The plan belongs to the caller: plan_free(). `limits` may
 * be NULL. A stopped solve gives a feasible plan with PLAN_STOPPED and an honest bound, and the
 * next solve goes on from there. HV_ERR_MEMORY, HV_ERR_OVERFLOW. */
HV_MUST_USE int planner_solve(struct planner *planner, const struct planner_limits *limits,
                              struct plan **ret_plan);

/* The two halves of planner_solve(), for a caller that looks at several assignments of people
 * before it settles for one: planner_assign() gives a plan of people alone, without reasons;
 * planner_complete() adds the goods and the reasons of all. After an error of the latter the plan
 * is good for plan_free() only. */
HV_MUST_USE int planner_assign(struct planner *planner, const struct planner_limits *limits,
                               struct plan **ret_plan);
HV_MUST_USE int planner_complete(struct planner *planner, const struct planner_limits *limits,
                                 struct plan *plan);

#endif
