/* A small region, a coordinator's core and a planner: to decide something, plan, approve, and look
 * at the orders. The region is that of region_files_small: 120 people of zone z1 at a; road a - b -
 * c; shelter s1 for 150 at c; depot d1 at b. For one test at a time. */
#ifndef TESTS_SUPPORT_PLANNING_TOWN_H
#define TESTS_SUPPORT_PLANNING_TOWN_H

#include "coordinator/control/console.h"
#include "coordinator/planning/orders.h"
#include "coordinator/planning/picture.h"
#include "coordinator/planning/session.h"
#include "tests/support/core_bench.h"
#include "tests/support/region_files.h"

struct town {
    struct region_files files;
    struct region *region;
    struct profiles *profiles; /* sphere-2018 counts until the log names another */
    struct core_bench *bench;
    struct hv_arena arena; /* of decoded orders and plans */
    struct picture_rules rules;
    int64_t change_price_ms;    /* 0 at first */
    int (*stop)(void *context); /* asked by solves; NULL at first */
    void *stop_context;
};

/* With other tables in place of those of the small region: pairs of name and text, NULL at the end;
 * NULL: none. */
void town_init(struct town *town, const char *const (*tables)[2]);
void town_deinit(struct town *town);

void town_load(struct town *town); /* the region anew, from the files as they are now */

const struct state *town_state(const struct town *town);
void town_decide(struct town *town, struct hv_record record);
void town_tell(struct town *town, const char *place, struct hv_report report); /* on behalf */
void town_request(struct town *town, const char *place, uint64_t id, const char *item,
                  uint64_t quantity); /* urgent, of goods, on behalf */
void town_road(struct town *town, const char *link, bool closed, const char *reason);
void town_phase(struct town *town, enum hv_incident_phase phase);
void town_answer(struct town *town, uint64_t order, enum hv_order_state state);

struct picture *town_picture(const struct town *town);
uint64_t town_propose(struct town *town); /* plans and records it; its number */
const struct hv_plan *town_plan(struct town *town, uint64_t number);
size_t town_approve(struct town *town, uint64_t number); /* how many orders came of it */

/* The last order of that kind that is in that state; NULL: none. `ret_count` may be NULL. */
const struct hv_order *town_order(struct town *town, enum hv_order_kind kind,
                                  enum hv_order_state state, size_t *ret_count);

/* A member of the console's reply to a question in JSON, on its own; the caller's. */
json_t *town_ask(struct town *town, const char *question, const char *member);

#endif
