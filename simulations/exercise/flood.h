/* The river flood: an exercise on a region with real programs, played against a simulated world.
 *
 *   flood.c         opens the stage, keeps the clock, runs the loop, closes
 *   flood_story.c   what happens when
 *   flood_people.c  who arrives is checked in; counts, transfers, the way home; what wardens answer
 *   flood_orders.c  what staff do when an order comes
 *   flood_goods.c   stock, deliveries, needs, returns
 *   flood_plan.c    plans made, shown and approved
 *   flood_screen.c  what is shown meanwhile and at the end */
#ifndef SIMULATIONS_EXERCISE_FLOOD_H
#define SIMULATIONS_EXERCISE_FLOOD_H

#include "coordinator/region/hazard.h"
#include "coordinator/region/region.h"
#include "simulations/exercise/stage.h"
#include "simulations/world/goods.h"
#include "simulations/world/world.h"

#define FLOOD_HOUR_MS 3600000u
#define FLOOD_MINUTE_MS 60000u
#define FLOOD_PLANS_MAX 64u
#define FLOOD_CURVE_MAX 4096u
#define FLOOD_ITEMS_MAX 64u

struct flood_options {
    const char *region; /* folder of the data package */
    const char *hazard; /* timeline of a flood, CSV; NULL: hazard.csv of the region */
    const char *dir;    /* to work in; NULL: a temporary one */
    uint64_t seed;
    unsigned speed; /* 1; 4 for tests */
};

#define FLOOD_PAGE_SHELTER "S08" /* whose staff desk can be opened in a browser */
#define FLOOD_PAGE_PIN "421133"  /* of an exercise that this machine alone can reach */

struct flood_shelter {
    struct desk *desk;
    uint64_t opens_ms; /* when it will be open; 0: not opening */
    uint64_t open_order;
    bool open, lost;
    uint64_t receive_orders[8]; /* under way */
    size_t receive_count;
    int64_t came;             /* since needs were last added up */
    struct goods_need *needs; /* owned, one an item */
    uint64_t goods_request;   /* open request; 0: none */
};

struct flood_depot {
    struct desk *desk;
};

struct flood_plan {
    uint64_t id;
    int64_t moved, late, cut_off, without_place, without_bus; /* people */
    double unserved_gap, time_gap, goods_gap;
    bool approved;
};

/* What a zone's warden has done. */
enum flood_warden { WARDEN_WAITS, WARDEN_CLEARS, WARDEN_HAS_SWEPT };

/* From the twelfth hour on, when nothing happens for days. */
enum flood_night { NIGHT_IS_FAR, NIGHT_FALLS, NIGHT_IS_HERE, NIGHT_GOODS_GO, NIGHT_PASSES };

struct flood {
    struct flood_options options;
    struct stage stage;
    struct terminal *terminal;
    struct dice dice;
    struct region *region;
    struct hazard hazard;
    struct world *world;
    uint16_t page_port;             /* of the staff desk of FLOOD_PAGE_SHELTER, on loopback */
    struct flood_shelter *shelters; /* owned, as in the region */
    struct flood_depot *depots;
    struct goods_road road;
    struct child relay;
    bool relay_frozen;
    /* scenario clock */
    int64_t start_wall_ms;
    uint64_t base_elapsed_ms, base_us;
    uint32_t rate;                    /* times real time */
    uint32_t wanted_rate, calm_turns; /* when the machine is not too busy for it */
    uint64_t turned_ms;
    const char *phase;
    size_t next_step;     /* of the story */
    uint32_t next_hazard; /* entry that has not begun */
    uint32_t closed_links;
    enum flood_warden *wardens; /* owned, by zone */
    bool declined;              /* the one order that is declined */
    enum flood_night night;
    uint64_t night_until_ms; /* to where a fast exercise leaps */
    bool going_home;
    bool over;
    uint64_t stepped_ms, needs_ms, counted_ms, polled_us, drawn_us, wardens_us;
    int64_t really_arrived;
    /* for the summary */
    struct flood_plan plans[FLOOD_PLANS_MAX];
    size_t plan_count;
    int64_t curve[FLOOD_CURVE_MAX];
    size_t curve_count;
    uint64_t curve_ms;
    int64_t peak;
    json_t *picture; /* the coordinator's last answer to `shelters`; NULL: none */
    json_t *status;
    uint64_t orders_accepted, orders_declined, orders_done;
    uint64_t issues_refused; /* hand-outs that a node would not take: nobody got anything */
    bool coordinator_was_killed, node_was_killed, node_was_cut, went_stale;
    uint64_t started_us;
};

/* flood.c */
int flood_open(struct flood *flood, const struct flood_options *options,
               struct terminal *terminal) HV_MUST_USE;
int flood_run(struct flood *flood) HV_MUST_USE;
bool flood_close(struct flood *flood); /* true: every program ended in good order */
uint64_t flood_now_ms(const struct flood *flood);
/* Times real time, at most 10,000. */
int flood_set_rate(struct flood *flood, uint32_t rate) HV_MUST_USE;
/* Puts the scenario clock on. */
int flood_skip(struct flood *flood, uint64_t ms) HV_MUST_USE;

/* flood_story.c */
int flood_story(struct flood *flood, uint64_t now_ms) HV_MUST_USE;

/* flood_people.c */
int flood_people(struct flood *flood, uint64_t now_ms) HV_MUST_USE;
int flood_count(struct flood *flood) HV_MUST_USE; /* every open shelter counts */
int flood_wardens(struct flood *flood, uint64_t now_ms) HV_MUST_USE;
int flood_free_roads(struct flood *flood) HV_MUST_USE;
int flood_lose_shelter(struct flood *flood, uint32_t shelter, uint32_t to, uint64_t now_ms,
                       const char *reason) HV_MUST_USE;

/* flood_orders.c */
int flood_orders(struct flood *flood, uint64_t now_ms) HV_MUST_USE;
int flood_answer(struct flood *flood, struct desk *desk, uint64_t order, enum hv_order_state state,
                 const char *reason, int64_t done) HV_MUST_USE;

/* flood_goods.c */
int flood_stock(struct flood *flood) HV_MUST_USE; /* first counts */
int flood_deliveries(struct flood *flood, uint64_t now_ms) HV_MUST_USE;
int flood_needs(struct flood *flood, uint64_t now_ms, bool hand_out) HV_MUST_USE;
int flood_ship(struct flood *flood, struct desk *from, const json_t *order, uint64_t now_ms,
               bool *ret_shipped) HV_MUST_USE;
int flood_order_returns(struct flood *flood) HV_MUST_USE;
/* Whether every order to ship has been carried out and nothing is on the road. */
int flood_goods_are_there(struct flood *flood, bool *ret_there) HV_MUST_USE;
int flood_withdraw(struct flood *flood) HV_MUST_USE; /* nothing is asked for any more */

/* flood_plan.c: makes a plan, shows it and approves it */
int flood_plan(struct flood *flood, const char *why) HV_MUST_USE;

/* flood_screen.c */
int flood_look(struct flood *flood, uint64_t now_ms) HV_MUST_USE; /* asks the coordinator */
void flood_draw(struct flood *flood, uint64_t now_ms);
void flood_summary(struct flood *flood, FILE *out);
json_t *flood_summary_json(struct flood *flood);
void flood_clock_text(const struct flood *flood, uint64_t now_ms, char *buffer, size_t bytes);

#endif
