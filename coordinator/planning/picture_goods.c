/* Goods in the picture: what depots have, what shelters need, what orders have promised. */
#include "coordinator/planning/picture_inside.h"

#include "coordinator/planning/cut_off.h"
#include "coordinator/planning/standards.h"
#include "coordinator/planning/supply.h"
#include "schemas/smaller.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    MS_PER_DAY = 86400000,
    VOLUME_ML = 1000,       /* of a base unit of unknown volume */
    PERSON_DAY_COST = 1000, /* cost units of one person without one item for one day, or without its
                               once-only share */
};

/* ---- items ---- */

static void paint_item(const struct painting *painting, uint32_t index) {
    const struct region_item *item = &painting->region->items[index];
    const struct need *needed = &painting->needs[index];
    double need = needed->per_day > 0 ? needed->per_day : needed->once;
    int64_t cost = need > 0 ? (int64_t)fmin(round(PERSON_DAY_COST / need), 1e9) : 1;
    painting->picture->items[index] =
        (struct instance_item){.volume_ml = item->volume_ml > 0 ? item->volume_ml : VOLUME_ML,
                               .shortage_cost = hv_larger(1, cost),
                               .pack = painting->rules->whole_packs ? item->packs[0] : 0,
                               .cold = item->cold_chain == REGION_ANSWER_YES};
    struct instance_item *made = &painting->picture->items[index];
    made->weight_g = item->weight_g >= 0 ? item->weight_g : made->volume_ml; /* as water */
}

/* Adds the usable units of each item at a place: neither damaged, nor expired, nor in quarantine.
 */
static void add_usable(const struct painting *painting, const struct state_place *place,
                       int64_t *row) {
    for (uint32_t i = 0; place != NULL && i < place->stock.count; i++) {
        const struct state_stock_line *line = &place->stock.lines[i];
        uint32_t item = painting->item_of[line->item];
        if (item != REGION_NONE)
            row[item] += supply_of_line(&painting->region->items[item], place, line,
                                        painting->rules->today_day, painting->rules->mono_ms);
    }
}

/* And what unopened kits hold there: staff open them as they need them. */
static void add_kits(const struct painting *painting, const struct state_place *place,
                     int64_t *row) {
    const struct region *region = painting->region;
    for (uint32_t i = 0; place != NULL && i < place->stock.count; i++) {
        const struct state_stock_line *line = &place->stock.lines[i];
        uint32_t kit = painting->item_of[line->item];
        if (kit == REGION_NONE || *region->items[kit].contents == '\0')
            continue;
        int64_t kits = supply_of_line(&region->items[kit], place, line, painting->rules->today_day,
                                      painting->rules->mono_ms);
        for (uint32_t item = 0; kits > 0 && item < region->item_count; item++)
            row[item] += supply_in_kits(region, kit, kits, item);
    }
}

/* Whom an item is for, as a share of the people of all zones. Groups may overlap (an elderly person
 * with medical needs): never more than all. */
static double share_of(const struct region *region, uint32_t groups) {
    double all = 0, meant = 0;
    for (uint32_t z = 0; z < region->zone_count; z++) {
        const struct region_zone *zone = &region->zones[z];
        meant += (groups & REGION_GROUP_WHEELCHAIR) != 0 ? fmax(0, (double)zone->wheelchair) : 0;
        meant += (groups & REGION_GROUP_MEDICAL) != 0 ? fmax(0, (double)zone->medical) : 0;
        for (int age = 0; age < REGION_AGES; age++) {
            double people = fmax(0, (double)zone->people[REGION_NIGHT][age]);
            all += people;
            meant += (groups & (1u << age)) != 0 ? people : 0;
        }
    }
    return all > 0 ? fmin(meant / all, 1) : 0;
}

static int find_items(struct painting *painting) {
    const struct region *region = painting->region;
    uint32_t names = state_count(painting->state, STATE_NAME);
    painting->item_of = hv_arena_take(&painting->arena, names + 1u, sizeof *painting->item_of);
    painting->share =
        hv_arena_take(&painting->arena, region->item_count + 1u, sizeof *painting->share);
    painting->needs =
        hv_arena_take(&painting->arena, region->item_count + 1u, sizeof *painting->needs);
    painting->asked =
        hv_arena_take(&painting->arena, region->item_count + 1u, sizeof *painting->asked);
    painting->got = hv_arena_take(&painting->arena, region->item_count + 1u, sizeof *painting->got);
    painting->loose =
        hv_arena_take(&painting->arena, region->item_count + 1u, sizeof *painting->loose);
    painting->as_kits =
        hv_arena_take(&painting->arena, region->item_count + 1u, sizeof *painting->as_kits);
    if (painting->item_of == NULL || painting->share == NULL || painting->needs == NULL ||
        painting->asked == NULL || painting->got == NULL || painting->loose == NULL ||
        painting->as_kits == NULL)
        return HV_ERR_MEMORY;
    for (uint32_t i = 0; i < names; i++)
        painting->item_of[i] = region_find_item(region, state_name(painting->state, i));
    const enum profile_stage stage = standards_stage(painting->state, painting->rules->wall_ms);
    for (uint32_t i = 0; i < region->item_count; i++) {
        struct need *need = &painting->needs[i];
        *need = need_of(&region->items[i], painting->profile, stage);
        painting->share[i] = need->groups == 0 ? 1 : share_of(region, need->groups);
    }
    return HV_OK;
}

/* People there by the groups that an item is for, and of those still expected the same share as in
 * the zones. */
static void count_people(const struct painting *painting, const struct state_place *place,
                         uint32_t shelter, uint32_t item, double *ret_there, double *ret_coming) {
    const struct hv_people nobody = {0}, *now = place == NULL ? &nobody : &place->people.now;
    *ret_there = supply_people_for(now, painting->needs[item].groups);
    *ret_coming = (double)painting->expected[shelter] * painting->share[item];
}

/* What is announced to be cut off has to have everything before. */
static int find_cut_off(struct painting *painting) {
    const struct picture *picture = painting->picture;
    const struct instance roads = {.network = picture->network,
                                   .shelters = picture->shelters,
                                   .shelter_count = painting->region->shelter_count,
                                   .depots = picture->depots,
                                   .depot_count = painting->region->depot_count};
    painting->cut_off = hv_arena_take(&painting->arena, painting->region->shelter_count + 1u,
                                      sizeof *painting->cut_off);
    if (painting->cut_off == NULL)
        return HV_ERR_MEMORY;
    return cut_off_find(&roads, picture->closings, picture->closing_count,
                        (int64_t)painting->rules->need_days * MS_PER_DAY, painting->cut_off);
}

static int64_t *cell(int64_t *matrix, const struct painting *painting, uint32_t row,
                     uint32_t item) {
    return &matrix[(size_t)row * painting->region->item_count + item];
}

/* What people there got in this incident. */
static void add_handed_out(const struct painting *painting, const struct state_place *place,
                           int64_t *row) {
    for (uint32_t i = 0; place != NULL && i < place->book.count; i++) {
        const struct state_balance *balance = &place->book.balances[i];
        const uint32_t item = balance->account == STATE_NOTE_HANDED_OUT
                                  ? painting->item_of[balance->lot.item]
                                  : REGION_NONE;
        if (item != REGION_NONE)
            row[item] = hv_smaller(row[item] + balance->amount, HV_QUANTITY_MAX);
    }
}

/* What staff ask for, as far as it was approved, and have not received: also of several requests
 * together. What is under way is taken off later. */
static void add_asked(const struct painting *painting, const struct state_place *place,
                      int64_t *row) {
    uint32_t next = place == NULL ? STATE_NONE : place->first_request;
    while (next != STATE_NONE) {
        const struct state_request *request = state_request(painting->state, next);
        next = request->next_of_place;
        for (uint32_t l = 0; l < request->line_count; l++) {
            const struct state_request_line *line = &request->lines[l];
            uint32_t item = painting->item_of[line->item];
            int64_t left = state_request_ceiling(request, line) - line->received;
            if (item != REGION_NONE && left > 0)
                row[item] = hv_smaller(row[item] + left, HV_QUANTITY_MAX);
        }
    }
}

/* What a shelter has of a need without any goods: its toilets, unless its sewage is reported down.
 * Where nobody knows how many, none are counted on: rather are too many sent. */
static double built_in(const struct painting *painting, const struct state_place *place,
                       uint32_t shelter, uint32_t item) {
    const struct region_item *row = &painting->region->items[item];
    const bool is_toilet = row->meets == REGION_NEED_TOILET && need_is_of_profile(row);
    const bool is_down =
        place != NULL && place->lifelines[HV_LIFELINE_SEWAGE].state == HV_LIFELINE_DOWN;
    const double toilets = fmax(0, (double)painting->region->shelters[shelter].toilets);
    return is_toilet && !is_down ? toilets / row->meets_units : 0;
}

static bool may_give(const struct painting *painting, const struct state_place *place,
                     uint32_t shelter) {
    return painting->picture->surplus != NULL && place != NULL &&
           place->people.changed.position != 0 && !painting->picture->stale[shelter] &&
           !painting->hit.shelters[shelter] && !painting->cut_off[shelter];
}

/* What is there of what people need, less what those who are there and those who are expected need
 * in the days that a shelter keeps. */
static void paint_surplus(const struct painting *painting, const struct state_place *place,
                          uint32_t shelter) {
    const struct region *region = painting->region;
    const double days = painting->rules->transfer_above_days;
    if (!may_give(painting, place, shelter))
        return;
    int64_t *row = cell(painting->picture->surplus, painting, shelter, 0);
    add_usable(painting, place, row);
    for (uint32_t i = 0; i < region->item_count; i++) {
        const struct need *need = &painting->needs[i];
        double there, coming;
        count_people(painting, place, shelter, i, &there, &coming);
        const double kept = fmax(0, ceil((there + coming) * (need->per_day * days + need->once) -
                                         built_in(painting, place, shelter, i)));
        row[i] = !need_is_any(need)
                     ? 0
                     : hv_larger(0, row[i] - painting->asked[i] -
                                        (int64_t)fmin(kept, (double)HV_QUANTITY_MAX));
    }
}

/* By the standard, beyond what is there; or what staff ask for, where that is more. Those who are
 * only expected may go elsewhere, and what is at a shelter no depot can send to another: for them
 * less is sent ahead, and the rest when they are there. Who has got what is needed once needs no
 * other; an item that is used up by the day as well may have been that. */
static void paint_needs(const struct painting *painting, uint32_t shelter) {
    const struct region *region = painting->region;
    const struct picture_rules *rules = painting->rules;
    const uint32_t ahead = painting->cut_off[shelter] ? rules->need_days : rules->ahead_days;
    const struct state_place *place =
        state_find_place(painting->state, region->shelters[shelter].id);
    int64_t *row = cell(painting->picture->need, painting, shelter, 0);
    add_usable(painting, place, row);
    add_kits(painting, place, row);
    memset(painting->got, 0, region->item_count * sizeof *painting->got);
    add_handed_out(painting, place, painting->got);
    for (uint32_t i = 0; i < region->item_count; i++) {
        const double day = painting->needs[i].per_day, once = painting->needs[i].once;
        double there, coming;
        count_people(painting, place, shelter, i, &there, &coming);
        const double got = day > 0 ? 0 : fmin((double)painting->got[i], there * once);
        double wanted = ceil(there * (day * rules->need_days + once) - got +
                             coming * (day * ahead + once) - built_in(painting, place, shelter, i));
        row[i] = hv_larger(0, (int64_t)fmin(wanted, (double)HV_QUANTITY_MAX) - row[i]);
    }
    memset(painting->asked, 0, region->item_count * sizeof *painting->asked);
    add_asked(painting, place, painting->asked);
    for (uint32_t i = 0; i < region->item_count; i++) {
        row[i] = hv_larger(row[i], painting->asked[i]);
        painting->as_kits[i] = hv_smaller(painting->as_kits[i] + row[i], HV_QUANTITY_MAX);
    }
    paint_surplus(painting, place, shelter);
}

/* Whether the shipment that an expected delivery waits for came to nothing. An approval issues the
 * one right before the other, on one waybill. */
static bool never_left(struct painting *painting, const struct hv_order *expect) {
    const struct state_order *ship = state_find_order(painting->state, expect->id - 1);
    const struct state_waybill *waybill = state_find_waybill(painting->state, expect->waybill);
    const struct hv_order *body = NULL;
    if (ship == NULL || (waybill != NULL && waybill->line_count > 0) ||
        (ship->order_kind != HV_ORDER_SHIP && ship->order_kind != HV_ORDER_RETURN_GOODS) ||
        hv_order_is_open(state_order_state(ship)) || state_order_state(ship) == HV_ORDER_DONE)
        return false;
    return state_order_decode(ship, &painting->arena, &body) == HV_OK &&
           expect->waybill[0] != '\0' && strcmp(body->waybill, expect->waybill) == 0;
}

/* The number of a place in the matrix of its role, by the addressee of an order: a node or the
 * place itself. */
static uint32_t row_of(const struct painting *painting, const struct state_order *order,
                       bool depot) {
    const char *id = state_order_place(painting->state, order->post, order->addressee);
    return depot ? region_find_depot(painting->region, id)
                 : region_find_shelter(painting->region, id);
}

/* Of each item what has left on the waybill, or has come with it, as the books have it. Whether
 * there is anything. */
static bool count_moved(const struct painting *painting, const struct state_waybill *waybill,
                        bool leaves, int64_t *ret_moved) {
    bool any = false;
    memset(ret_moved, 0, painting->region->item_count * sizeof *ret_moved);
    for (uint32_t i = 0; waybill != NULL && i < waybill->line_count; i++) {
        const struct state_waybill_line *line = &waybill->lines[i];
        const uint32_t item = painting->item_of[line->lot.item];
        const int64_t moved = leaves ? line->shipped : line->received;
        any = any || moved > 0;
        if (item != REGION_NONE)
            ret_moved[item] = hv_smaller(ret_moved[item] + moved, HV_QUANTITY_MAX);
    }
    return any;
}

/* Whether no more leaves on it than has: the depot says so, or its order stands no longer. Where no
 * movement names the waybill, what an order that was carried out is of comes without the books. */
static bool has_left_whole(const struct state_waybill *waybill) {
    return waybill->shipped_whole || (waybill->order_over && waybill->line_count > 0);
}

/* And what so many of a kit hold: it counts where the kits are, or will be. Of those that leave a
 * depot unopened nothing can be sent otherwise. */
static void take_held(const struct painting *painting, uint32_t kit, int64_t kits, int64_t *row) {
    const struct region *region = painting->region;
    for (uint32_t i = 0; *region->items[kit].contents != '\0' && i < region->item_count; i++)
        row[i] = hv_larger(0, row[i] - supply_in_kits(region, kit, kits, i));
}

/* Takes off what has left on the waybill and has not come, whatever was ordered; or what has come
 * and, as far as is known, not left: its depot is still to be heard. */
static void take_way(const struct painting *painting, const struct state_waybill *waybill,
                     bool came_early, int64_t *row) {
    const struct region *region = painting->region;
    int64_t *way = painting->loose; /* free between the depots' kits and the orders */
    memset(way, 0, region->item_count * sizeof *way);
    for (uint32_t i = 0; i < waybill->line_count; i++) {
        const struct state_waybill_line *line = &waybill->lines[i];
        const uint32_t item = painting->item_of[line->lot.item];
        if (item != REGION_NONE)
            way[item] +=
                came_early ? line->received - line->shipped : line->shipped - line->received;
    }
    for (uint32_t i = 0; i < region->item_count; i++) {
        row[i] = hv_larger(0, row[i] - hv_larger(0, way[i]));
        take_held(painting, i, hv_larger(0, way[i]), row);
    }
}

/* What of the order is still to leave or to come. What has moved on its waybill is in the books of
 * the place already, whether or not the order was answered since; where no waybill tells, it is as
 * much as its addressee has reported as done. */
static void take_promise(const struct painting *painting, const struct state_order *order,
                         const struct hv_order *body, int64_t *row) {
    const struct region *region = painting->region;
    const struct state_waybill *waybill =
        *body->waybill == '\0' ? NULL : state_find_waybill(painting->state, body->waybill);
    const bool leaves = order->order_kind != HV_ORDER_EXPECT_DELIVERY;
    int64_t *moved = painting->loose; /* free between the depots' kits and the orders */
    if (waybill != NULL && waybill->closed && leaves)
        take_way(painting, waybill, true, row);
    if (waybill != NULL && (waybill->closed || (leaves && waybill->shipped_whole)))
        return; /* nothing more goes on it */
    if (waybill != NULL && !leaves && has_left_whole(waybill)) {
        take_way(painting, waybill, false, row);
        return;
    }
    const bool is_told = count_moved(painting, waybill, leaves, moved);
    int64_t done =
        order->has_done ? (int64_t)(order->done < INT64_MAX ? order->done : INT64_MAX) : 0;
    for (size_t l = 0; l < body->line_count; l++) {
        const int64_t quantity = (int64_t)body->lines[l].quantity;
        const uint32_t item = region_find_item(region, body->lines[l].item);
        if (item == REGION_NONE && is_told)
            continue;
        int64_t *past = is_told ? &moved[item] : &done;
        const int64_t gone = hv_smaller(quantity, *past), left = quantity - gone;
        *past -= gone;
        if (item == REGION_NONE)
            continue;
        row[item] = hv_larger(0, row[item] - left);
        if (order->order_kind != HV_ORDER_RETURN_GOODS) /* nobody spares what kits hold */
            take_held(painting, item, left, row);
    }
}

/* Whether an order to ship is one that a plan made and may take back: nothing of it has left. Where
 * it goes is what another order, numbered next, expects on the same waybill. */
static bool is_promise(struct painting *painting, const struct state_order *ship,
                       const struct hv_order *body) {
    const struct state_waybill *waybill = state_find_waybill(painting->state, body->waybill);
    const struct state_order *expect = state_find_order(painting->state, ship->number + 1);
    const struct hv_order *other = NULL;
    if (ship->plan == 0 || body->waybill[0] == '\0' || (ship->has_done && ship->done > 0) ||
        waybill == NULL || state_waybill_stage(waybill) > STATE_WAYBILL_LOADED ||
        waybill->line_count > 0 || expect == NULL ||
        expect->order_kind != HV_ORDER_EXPECT_DELIVERY ||
        !hv_order_is_open(state_order_state(expect)))
        return false;
    return row_of(painting, ship, true) != REGION_NONE &&
           row_of(painting, expect, false) != REGION_NONE &&
           state_order_decode(expect, &painting->arena, &other) == HV_OK &&
           strcmp(other->waybill, body->waybill) == 0;
}

/* Whether the shipment that an expected delivery waits for is among the promises. */
static bool is_promised(struct painting *painting, const struct state_order *expect) {
    const struct state_order *ship = state_find_order(painting->state, expect->number - 1);
    const struct hv_order *body = NULL;
    return ship != NULL && ship->order_kind == HV_ORDER_SHIP &&
           hv_order_is_open(state_order_state(ship)) &&
           state_order_decode(ship, &painting->arena, &body) == HV_OK &&
           is_promise(painting, ship, body);
}

static int note_promise(struct painting *painting, const struct state_order *ship,
                        const struct hv_order *body) {
    struct picture *picture = painting->picture;
    const struct state_order *expect = state_find_order(painting->state, ship->number + 1);
    const struct state_waybill *waybill = state_find_waybill(painting->state, body->waybill);
    struct planner_promise_line *lines =
        hv_arena_take(&painting->arena, body->line_count + 1, sizeof *lines);
    if (lines == NULL)
        return HV_ERR_MEMORY;
    struct planner_promise promise = {.depot = row_of(painting, ship, true),
                                      .shelter = row_of(painting, expect, false),
                                      .lines = lines,
                                      .begun =
                                          state_waybill_stage(waybill) >= STATE_WAYBILL_PICKING};
    for (size_t l = 0; l < body->line_count; l++) {
        uint32_t item = region_find_item(painting->region, body->lines[l].item);
        if (item != REGION_NONE)
            lines[promise.line_count++] =
                (struct planner_promise_line){item, (int64_t)body->lines[l].quantity};
    }
    picture->promise_orders[picture->promise_count] = ship->number;
    picture->promises[picture->promise_count++] = promise;
    painting->promise_lines += promise.line_count;
    return HV_OK;
}

/* The promises' lines out of the arena. */
static int keep_lines(struct painting *painting) {
    struct picture *picture = painting->picture;
    picture->promise_lines = calloc(painting->promise_lines + 1, sizeof *picture->promise_lines);
    if (picture->promise_lines == NULL)
        return HV_ERR_MEMORY;
    struct planner_promise_line *next = picture->promise_lines;
    for (uint32_t i = 0; i < picture->promise_count; i++) {
        struct planner_promise *promise = &picture->promises[i];
        const struct planner_promise_line *lines = promise->lines;
        promise->lines = next;
        for (uint32_t l = 0; l < promise->line_count; l++)
            *next++ = lines[l];
    }
    return HV_OK;
}

/* Goods that an open order has promised. Of what has begun to leave, or is of no plan, nothing can
 * be decided anew: it is coming where it is expected, and gone where it is to be shipped. */
static int paint_promises(struct painting *painting) {
    uint32_t orders = state_count(painting->state, STATE_ORDER);
    struct picture *picture = painting->picture;
    picture->promises = calloc(orders + 1u, sizeof *picture->promises);
    picture->promise_orders = calloc(orders + 1u, sizeof *picture->promise_orders);
    if (picture->promises == NULL || picture->promise_orders == NULL)
        return HV_ERR_MEMORY;
    for (uint32_t i = 0; i < state_count(painting->state, STATE_ORDER); i++) {
        const struct state_order *order = state_order(painting->state, i);
        const struct hv_order *body = NULL;
        bool ships = order->order_kind == HV_ORDER_SHIP,
             comes = order->order_kind == HV_ORDER_EXPECT_DELIVERY,
             gives = order->order_kind == HV_ORDER_RETURN_GOODS && picture->surplus != NULL;
        if ((!ships && !comes && !gives) || !hv_order_is_open(state_order_state(order)))
            continue;
        uint32_t row = row_of(painting, order, ships);
        if (row == REGION_NONE)
            continue;
        if (state_order_decode(order, &painting->arena, &body) != HV_OK)
            return HV_ERR_MEMORY;
        if (gives) {
            take_promise(painting, order, body, cell(picture->surplus, painting, row, 0));
        } else if (ships && is_promise(painting, order, body)) {
            if (note_promise(painting, order, body) != HV_OK)
                return HV_ERR_MEMORY;
        } else if (ships || (!is_promised(painting, order) && !never_left(painting, body))) {
            take_promise(painting, order, body,
                         cell(ships ? picture->stock : picture->need, painting, row, 0));
        }
    }
    return keep_lines(painting);
}

static void paint_depot(const struct painting *painting, uint32_t index) {
    const struct region_depot *depot = &painting->region->depots[index];
    const struct state_place *place = state_find_place(painting->state, depot->id);
    painting->picture->depots[index] = (struct instance_depot){
        .node = picture_node(painting->region, depot->node),
        .dispatch_ml = INSTANCE_NO_LIMIT,
        .usable = !painting->hit.depots[index] && (depot->unfit & painting->hit.kinds) == 0};
    int64_t *row = cell(painting->picture->stock, painting, index, 0);
    add_usable(painting, place, row);
}

/* What kits hold that nobody needs as they are: the depot opens them (orders_kits.c). */
static void open_kits(const struct painting *painting, int64_t *row) {
    const struct region *region = painting->region;
    memcpy(painting->loose, row, region->item_count * sizeof *row);
    for (uint32_t kit = 0; kit < region->item_count; kit++) {
        int64_t spare = hv_smaller(painting->loose[kit], HV_QUANTITY_MAX) - painting->as_kits[kit];
        if (*region->items[kit].contents == '\0' || spare <= 0)
            continue;
        for (uint32_t item = 0; item < region->item_count; item++)
            row[item] += supply_in_kits(region, kit, spare, item);
    }
    for (uint32_t i = 0; i < region->item_count; i++)
        row[i] = hv_smaller(row[i], HV_QUANTITY_MAX);
}

/* ---- the whole ---- */

int picture_paint_goods(struct painting *painting) {
    const struct region *region = painting->region;
    int error = find_items(painting);
    if (error != HV_OK)
        return error;
    for (uint32_t i = 0; i < region->item_count; i++)
        paint_item(painting, i);
    for (uint32_t i = 0; i < region->depot_count; i++)
        paint_depot(painting, i);
    error = find_cut_off(painting);
    for (uint32_t i = 0; i < region->shelter_count && error == HV_OK; i++)
        paint_needs(painting, i);
    for (uint32_t i = 0; i < region->depot_count && error == HV_OK; i++)
        open_kits(painting, cell(painting->picture->stock, painting, i, 0));
    return error == HV_OK ? paint_promises(painting) : error;
}
