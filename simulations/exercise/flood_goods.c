#include "simulations/exercise/flood.h"
#include "simulations/exercise/said.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define DAMAGED_PERMILLE 12u
#define ROAD_MS (75u * FLOOD_MINUTE_MS) /* loading, the way, unloading */
#define LINES_MAX 16u

/* ---- what is there at first ---- */

static json_t *line_of(const char *item, uint64_t quantity) {
    return json_pack("{s:s, s:I}", "item", item, "quantity", (json_int_t)quantity);
}

static json_t *stock_lines(const struct flood *flood, uint32_t depot, uint32_t shelter) {
    const struct region *region = flood->region;
    json_t *lines = json_array();
    for (uint32_t i = 0; i < region->stock_count; i++) {
        const struct region_stock *stock = &region->stock[i];
        if (stock->depot != depot || stock->shelter != shelter || stock->quantity <= 0)
            continue;
        json_t *line = line_of(region->items[stock->item].id, (uint64_t)stock->quantity);
        if (stock->lot[0] != '\0')
            json_object_set_new(line, "lot", json_string(stock->lot));
        if (stock->expiry_day > 0) {
            time_t seconds = (time_t)stock->expiry_day * 86400;
            struct tm date;
            char text[16];
            strftime(text, sizeof text, "%Y-%m-%d", gmtime_r(&seconds, &date));
            json_object_set_new(line, "expiry", json_string(text));
        }
        json_array_append_new(lines, line);
    }
    return lines;
}

static int count_stock(struct flood *flood, struct desk *desk, json_t *lines) {
    return desk_enter(
        &flood->stage, desk,
        json_pack("{s:s, s:b, s:o}", "verb", "stock-count", "complete", 1, "lines", lines), true,
        NULL);
}

int flood_stock(struct flood *flood) {
    int error = 0;
    for (uint32_t i = 0; error == 0 && i < flood->region->depot_count; i++)
        error = count_stock(flood, flood->depots[i].desk, stock_lines(flood, i, REGION_NONE));
    for (uint32_t i = 0; error == 0 && i < flood->region->shelter_count; i++)
        error = count_stock(flood, flood->shelters[i].desk, stock_lines(flood, REGION_NONE, i));
    return error;
}

/* ---- what is there now ---- */

/* Usable base units of each item that are set aside for no waybill, by the node's own books. */
static int ask_stock(struct flood *flood, struct desk *desk, uint64_t *ret_usable) {
    json_t *reply = NULL, *line;
    size_t index;
    for (uint32_t i = 0; i < flood->region->item_count; i++)
        ret_usable[i] = 0;
    int error = desk_ask(&flood->stage, desk, json_pack("{s:s}", "verb", "stock"), &reply);
    if (error != 0)
        return error;
    json_array_foreach(json_object_get(reply, "lines"), index, line) {
        uint32_t item = region_find_item(flood->region, said_text(line, "item"));
        uint64_t quantity = said_number(line, "quantity"), damaged = said_number(line, "damaged");
        if (item < flood->region->item_count && quantity > damaged)
            ret_usable[item] += quantity - damaged;
    }
    json_array_foreach(json_object_get(reply, "set_aside"), index, line) {
        uint32_t item = region_find_item(flood->region, said_text(line, "item"));
        uint64_t aside = said_number(line, "quantity");
        if (item < flood->region->item_count)
            ret_usable[item] -= aside < ret_usable[item] ? aside : ret_usable[item];
    }
    json_decref(reply);
    return 0;
}

/* ---- on the road ---- */

static uint32_t place_number(const struct flood *flood, const char *id) {
    uint32_t shelter = region_find_shelter(flood->region, id);
    uint32_t depot = region_find_depot(flood->region, id);
    return shelter != REGION_NONE ? shelter
           : depot != REGION_NONE ? flood->region->shelter_count + depot
                                  : REGION_NONE;
}

static struct desk *desk_at(const struct flood *flood, uint32_t place) {
    uint32_t shelters = flood->region->shelter_count;
    return place < shelters ? flood->shelters[place].desk : flood->depots[place - shelters].desk;
}

/* As much of what the order says as is there. */
static size_t load(struct flood *flood, const json_t *order, const uint64_t *usable,
                   struct goods_consignment *consignment) {
    size_t index;
    json_t *line;
    json_array_foreach(json_object_get(order, "lines"), index, line) {
        uint32_t item = region_find_item(flood->region, said_text(line, "item"));
        uint64_t wanted = said_number(line, "quantity");
        if (item >= flood->region->item_count || consignment->line_count == LINES_MAX)
            continue;
        uint64_t taken = wanted < usable[item] ? wanted : usable[item];
        if (taken > 0)
            consignment->lines[consignment->line_count++] = (struct goods_line){item, taken, 0};
    }
    return consignment->line_count;
}

static json_t *consignment_lines(const struct flood *flood,
                                 const struct goods_consignment *consignment) {
    json_t *lines = json_array();
    for (size_t i = 0; i < consignment->line_count; i++) {
        const struct goods_line *goods = &consignment->lines[i];
        json_t *line = line_of(flood->region->items[goods->item].id, goods->quantity);
        if (goods->damaged > 0)
            json_object_set_new(line, "damaged", json_integer((json_int_t)goods->damaged));
        json_array_append_new(lines, line);
    }
    return lines;
}

/* A step of the consignment; `final`: nothing more goes on its waybill, or comes. */
static json_t *movement(const char *verb, const struct flood *flood,
                        const struct goods_consignment *consignment, const char *counterpart,
                        bool final) {
    return json_pack("{s:s, s:o, s:s, s:s, s:b}", "verb", verb, "lines",
                     consignment_lines(flood, consignment), "waybill", consignment->waybill,
                     "counterpart", counterpart, "final", final);
}

/* Picked from the shelves, loaded, dispatched: each only when the one before is on disk. What an
 * earlier try left picked goes back when nothing more goes on the waybill. */
static int send_off(struct flood *flood, struct desk *from,
                    const struct goods_consignment *consignment, const char *to,
                    bool *ret_shipped) {
    static const char *const steps[] = {"stock-pick", "stock-load", "stock-ship"};
    int error = 0;
    *ret_shipped = true;
    for (size_t i = 0; error == 0 && *ret_shipped && i < 3; i++)
        error = desk_enter(&flood->stage, from, movement(steps[i], flood, consignment, to, i == 2),
                           false, ret_shipped);
    return error;
}

int flood_ship(struct flood *flood, struct desk *from, const json_t *order, uint64_t now_ms,
               bool *ret_shipped) {
    uint64_t usable[FLOOD_ITEMS_MAX];
    struct goods_consignment consignment = {
        .from = place_number(flood, from->id),
        .to = place_number(flood, said_text(order, "counterpart"))};
    *ret_shipped = false;
    if (consignment.to == REGION_NONE)
        return 0;
    const char *waybill = said_text(order, "waybill");
    if (waybill[0] != '\0')
        snprintf(consignment.waybill, sizeof consignment.waybill, "%s", waybill);
    else
        snprintf(consignment.waybill, sizeof consignment.waybill, "W-%" PRIu64,
                 said_number(order, "id"));
    consignment.arrives_ms = now_ms + ROAD_MS * dice_between(&flood->dice, 700, 1300) / 1000;
    int error = ask_stock(flood, from, usable);
    if (error != 0 || load(flood, order, usable, &consignment) == 0)
        return error;
    error = send_off(flood, from, &consignment, said_text(order, "counterpart"), ret_shipped);
    return error == 0 && *ret_shipped ? goods_send(&flood->road, &consignment) : error;
}

/* The order that announced this waybill is done. */
static int finish_expecting(struct flood *flood, struct desk *desk, const char *waybill) {
    json_t *reply = NULL, *order;
    size_t index;
    int error =
        desk_ask(&flood->stage, desk, json_pack("{s:s, s:b}", "verb", "orders", "peek", 1), &reply);
    if (error != 0)
        return error;
    json_array_foreach(json_object_get(reply, "orders"), index,
                       order) if (error == 0 &&
                                  hv_order_of(said_text(order, "kind")) ==
                                      HV_ORDER_EXPECT_DELIVERY &&
                                  strcmp(said_text(order, "waybill"), waybill) == 0) error =
        flood_answer(flood, desk, said_number(order, "id"), HV_ORDER_DONE, NULL, -1);
    json_decref(reply);
    return error;
}

int flood_deliveries(struct flood *flood, uint64_t now_ms) {
    struct goods_consignment consignment;
    int error = 0;
    while (error == 0 &&
           goods_receive(&flood->road, now_ms, DAMAGED_PERMILLE, &flood->dice, &consignment)) {
        struct desk *to = desk_at(flood, consignment.to), *from = desk_at(flood, consignment.from);
        error =
            desk_enter(&flood->stage, to,
                       movement("stock-receive", flood, &consignment, from->id, true), true, NULL);
        if (error == 0 && to->client != NULL)
            error = finish_expecting(flood, to, consignment.waybill);
    }
    return error;
}

int flood_goods_are_there(struct flood *flood, bool *ret_there) {
    json_t *reply = NULL;
    *ret_there = false;
    if (flood->road.count > 0)
        return 0;
    int error = stage_ask(
        &flood->stage,
        json_pack("{s:s, s:s}", "verb", "orders", "kind", hv_order_word(HV_ORDER_SHIP)), &reply);
    *ret_there = error == 0 && json_array_size(json_object_get(reply, "orders")) == 0;
    json_decref(reply);
    return error;
}

/* ---- needs ---- */

/* People of a shelter for whom an item is. */
static int64_t people_for(const struct region_item *item, const struct hv_people *people) {
    static const enum hv_age_group ages[REGION_AGES] = {HV_AGE_INFANT, HV_AGE_CHILD, HV_AGE_ADULT,
                                                        HV_AGE_ELDERLY, HV_AGE_UNKNOWN};
    int64_t count = 0;
    if (item->need_groups == 0)
        return hv_people_total(people);
    for (unsigned i = 0; i < REGION_AGES; i++)
        if (item->need_groups & 1u << i)
            count += people->by_age[ages[i]];
    if (item->need_groups & REGION_GROUP_WHEELCHAIR)
        count += people->overlay[HV_OVERLAY_WHEELCHAIR];
    if (item->need_groups & REGION_GROUP_MEDICAL)
        count += people->overlay[HV_OVERLAY_MEDICAL];
    return count;
}

static void grow(struct flood *flood, uint32_t number, uint64_t for_ms) {
    struct flood_shelter *shelter = &flood->shelters[number];
    struct hv_people there = world_in_shelter(flood->world, number);
    int64_t total = hv_people_total(&there);
    for (uint32_t i = 0; i < flood->region->item_count; i++) {
        int64_t people = people_for(&flood->region->items[i], &there);
        int64_t came = total > 0 ? shelter->came * people / total : 0;
        goods_need_grow(&shelter->needs[i], people, for_ms, came);
    }
    shelter->came = 0;
}

/* What is short is asked for, in one request that is kept up to date. */
static int ask_for(struct flood *flood, struct flood_shelter *shelter, json_t *lines) {
    bool short_of = json_array_size(lines) > 0;
    json_t *reply = NULL;
    json_t *entry = json_pack("{s:s, s:s, s:s, s:o}", "verb", "request", "kind", "goods", "urgency",
                              "urgent", "lines", lines);
    if (shelter->goods_request != 0)
        json_object_set_new(entry, "id", json_integer((json_int_t)shelter->goods_request));
    if (!short_of && shelter->goods_request == 0) {
        json_decref(entry);
        return 0;
    }
    if (!short_of) {
        json_object_set_new(entry, "withdrawn", json_true());
        json_array_append_new(json_object_get(entry, "lines"),
                              line_of(flood->region->items[0].id, 1));
    }
    int error = desk_enter_ask(&flood->stage, shelter->desk, entry, &reply);
    if (error == 0 && reply != NULL)
        shelter->goods_request = short_of ? said_number(reply, "request") : 0;
    json_decref(reply);
    return error;
}

/* Hands out `given`; where the node refuses, nobody got anything, and needs are as they were. */
static int issue(struct flood *flood, struct flood_shelter *shelter, json_t *given,
                 const struct goods_need *before) {
    bool stored = true, here = shelter->desk->client != NULL;
    int error =
        desk_enter(&flood->stage, shelter->desk,
                   json_pack("{s:s, s:O}", "verb", "stock-issue", "lines", given), false, &stored);
    if (error != 0 || stored || !here) /* what waits on paper was handed out */
        return error;
    flood->issues_refused++;
    memcpy(shelter->needs, before, flood->region->item_count * sizeof *before);
    return 0;
}

static int hand_out(struct flood *flood, struct flood_shelter *shelter) {
    uint64_t usable[FLOOD_ITEMS_MAX];
    struct goods_need before[FLOOD_ITEMS_MAX];
    json_t *given = json_array(), *wanted = json_array();
    int error = ask_stock(flood, shelter->desk, usable);
    memcpy(before, shelter->needs, flood->region->item_count * sizeof *before);
    for (uint32_t i = 0; error == 0 && i < flood->region->item_count; i++) {
        uint64_t quantity = goods_need_meet(&shelter->needs[i], usable[i]);
        if (quantity > 0)
            json_array_append_new(given, line_of(flood->region->items[i].id, quantity));
        if (shelter->needs[i].due > 0)
            json_array_append_new(wanted,
                                  line_of(flood->region->items[i].id, shelter->needs[i].due));
    }
    if (error == 0 && json_array_size(given) > 0)
        error = issue(flood, shelter, given, before);
    for (uint32_t i = 0; i < flood->region->item_count; i++)
        if (flood->region->items[i].need_per_person_day > 0)
            goods_need_forgo(&shelter->needs[i]); /* a meal missed is not made up for */
    json_decref(given);
    return error == 0 ? ask_for(flood, shelter, wanted) : (json_decref(wanted), error);
}

int flood_needs(struct flood *flood, uint64_t now_ms, bool out) {
    uint64_t for_ms = now_ms - flood->needs_ms;
    int error = 0;
    flood->needs_ms = now_ms;
    for (uint32_t i = 0; error == 0 && i < flood->region->shelter_count; i++) {
        struct flood_shelter *shelter = &flood->shelters[i];
        grow(flood, i, for_ms);
        if (out && shelter->open && shelter->desk->client != NULL)
            error = hand_out(flood, shelter);
    }
    return error;
}

int flood_withdraw(struct flood *flood) {
    int error = 0;
    for (uint32_t i = 0; error == 0 && i < flood->region->shelter_count; i++)
        error = ask_for(flood, &flood->shelters[i], json_array());
    return error;
}

/* ---- home again ---- */

static int order_return(struct flood *flood, uint32_t number) {
    uint64_t usable[FLOOD_ITEMS_MAX];
    char waybill[48];
    const struct region *region = flood->region;
    struct desk *desk = flood->shelters[number].desk;
    json_t *lines = json_array();
    int error = desk->client == NULL ? 0 : ask_stock(flood, desk, usable);
    for (uint32_t i = 0;
         desk->client != NULL && error == 0 && i < region->item_count && i < LINES_MAX; i++)
        if (usable[i] > 0)
            json_array_append_new(lines, line_of(region->items[i].id, usable[i]));
    if (error != 0 || json_array_size(lines) == 0) {
        json_decref(lines);
        return error;
    }
    snprintf(waybill, sizeof waybill, "R-%.40s", desk->id);
    return stage_ask(&flood->stage,
                     json_pack("{s:s, s:s, s:s, s:s, s:s, s:o}", "verb", "order-issue", "kind",
                               hv_order_word(HV_ORDER_RETURN_GOODS), "addressee", desk->id,
                               "counterpart", region->depots[number % region->depot_count].id,
                               "waybill", waybill, "lines", lines),
                     NULL);
}

int flood_order_returns(struct flood *flood) {
    int error = 0;
    for (uint32_t i = 0; error == 0 && i < flood->region->shelter_count; i++)
        if (!flood->shelters[i].lost)
            error = order_return(flood, i);
    return error;
}
