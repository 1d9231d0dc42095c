#include "simulations/exercise/flood.h"
#include "simulations/exercise/records.h"
#include "simulations/exercise/said.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define MISCOUNT_PERMILLE 25u /* at the door, of entries; found by the next count */

/* ---- at the doors ---- */

static json_t *with_people(const char *verb, const struct hv_people *people) {
    json_t *entry = json_pack("{s:s}", "verb", verb);
    json_object_set_new(entry, "people", records_people(people));
    return entry;
}

/* At the door somebody slips through now and then. */
static struct hv_people as_noted(struct flood *flood, const struct hv_people *people) {
    struct hv_people noted = *people;
    if (!flood->going_home && people->by_age[HV_AGE_ADULT] > 12 &&
        dice_chance(&flood->dice, MISCOUNT_PERMILLE))
        noted.by_age[HV_AGE_ADULT] -= (int32_t)dice_between(&flood->dice, 1, 3);
    return noted;
}

static int check_in(struct flood *flood, const struct world_event *event) {
    struct flood_shelter *shelter = &flood->shelters[event->shelter];
    struct hv_people noted = as_noted(flood, &event->people);
    int64_t people = hv_people_total(&event->people);
    json_t *entry = with_people("check-in", &noted);
    json_object_set_new(entry, "zone", json_string(flood->region->zones[event->zone].id));
    json_object_set_new(entry, "households", json_integer((json_int_t)(people * 10 / 24)));
    shelter->came += people;
    flood->really_arrived += people;
    return desk_enter(&flood->stage, shelter->desk, entry, true, NULL);
}

static int transfer_in(struct flood *flood, const struct world_event *event) {
    char transfer[32];
    json_t *entry = with_people("transfer-in", &event->people);
    snprintf(transfer, sizeof transfer, "T-%" PRIu64, event->transfer);
    json_object_set_new(entry, "transfer", json_string(transfer));
    json_object_set_new(entry, "shelter", json_string(flood->region->shelters[event->from].id));
    flood->shelters[event->shelter].came += hv_people_total(&event->people);
    return desk_enter(&flood->stage, flood->shelters[event->shelter].desk, entry, true, NULL);
}

static int check_out(struct flood *flood, const struct world_event *event) {
    json_t *entry = with_people("check-out", &event->people);
    json_object_set_new(entry, "to",
                        json_string(event->kind == WORLD_LEFT_FOR_HOSPITAL ? "hospital" : "home"));
    json_object_set_new(entry, "force", json_true());
    return desk_enter(&flood->stage, flood->shelters[event->shelter].desk, entry, true, NULL);
}

static int note_event(struct flood *flood, const struct world_event *event) {
    switch (event->kind) {
    case WORLD_ARRIVED:
        return check_in(flood, event);
    case WORLD_TRANSFERRED:
        return transfer_in(flood, event);
    case WORLD_LEFT_HOMEWARD:
    case WORLD_LEFT_FOR_HOSPITAL:
        return check_out(flood, event);
    }
    return 0;
}

int flood_people(struct flood *flood, uint64_t now_ms) {
    struct world_events events;
    int error = world_step(flood->world, now_ms, &events);
    for (size_t i = 0; error == 0 && i < events.count; i++)
        error = note_event(flood, &events.list[i]);
    return error;
}

/* ---- counting ---- */

static int count_one(struct flood *flood, uint32_t number) {
    struct hv_people there = world_in_shelter(flood->world, number);
    return desk_enter(&flood->stage, flood->shelters[number].desk, with_people("count", &there),
                      true, NULL);
}

int flood_count(struct flood *flood) {
    int error = 0;
    for (uint32_t i = 0; error == 0 && i < flood->region->shelter_count; i++)
        if (flood->shelters[i].open)
            error = count_one(flood, i);
    return error;
}

/* ---- a shelter is lost ---- */

int flood_lose_shelter(struct flood *flood, uint32_t number, uint32_t to, uint64_t now_ms,
                       const char *reason) {
    struct flood_shelter *shelter = &flood->shelters[number];
    struct hv_people there = world_in_shelter(flood->world, number), moved;
    char transfer[32];
    uint64_t id = 0;
    world_set_open(flood->world, number, false);
    shelter->open = false;
    shelter->lost = true;
    shelter->opens_ms = 0;
    int error = desk_enter(&flood->stage, shelter->desk,
                           json_pack("{s:s, s:s, s:s}", "verb", "status-report", "status",
                                     "damaged", "reason", reason),
                           true, NULL);
    if (error != 0 || hv_people_total(&there) == 0)
        return error;
    error = count_one(flood, number);
    if (error == 0)
        error = world_transfer(flood->world, number, to, hv_people_total(&there), now_ms,
                               30 * FLOOD_MINUTE_MS, &id, &moved);
    if (error != 0)
        return error;
    snprintf(transfer, sizeof transfer, "T-%" PRIu64, id);
    json_t *entry = with_people("transfer-out", &moved);
    json_object_set_new(entry, "transfer", json_string(transfer));
    json_object_set_new(entry, "shelter", json_string(flood->region->shelters[to].id));
    terminal_event(flood->terminal, "          %s is lost (%s): %" PRId64 " people move on to %s",
                   shelter->desk->id, reason, hv_people_total(&moved),
                   flood->region->shelters[to].id);
    return desk_enter(&flood->stage, shelter->desk, entry, true, NULL);
}

/* ---- posts without a node: the operator telephones, and enters what they answer ---- */

static int enter_answer(struct flood *flood, uint64_t order, const char *state) {
    return stage_ask(&flood->stage,
                     json_pack("{s:s, s:I, s:s}", "verb", "order-answer", "order",
                               (json_int_t)order, "state", state),
                     NULL);
}

static void clear_zone(struct flood *flood, uint32_t zone, uint64_t now_ms) {
    if (flood->wardens[zone] == WARDEN_WAITS)
        flood->wardens[zone] = WARDEN_CLEARS;
    world_order(flood->world, zone, now_ms);
}

/* A warden who was told to clear the zone walks through it once nobody answers the door, and tells
 * headquarters, which cannot know of those who left and checked in nowhere. */
static int sweep_zones(struct flood *flood) {
    int error = 0;
    for (uint32_t i = 0; error == 0 && i < flood->region->zone_count && !flood->going_home; i++) {
        if (flood->wardens[i] != WARDEN_CLEARS || world_left_home(flood->world, i) > 0)
            continue;
        flood->wardens[i] = WARDEN_HAS_SWEPT;
        error = stage_ask(&flood->stage,
                          json_pack("{s:s, s:s, s:i, s:s}", "verb", "zone-sweep", "zone",
                                    flood->region->zones[i].id, "left", 0, "reason",
                                    "warden: every door knocked"),
                          NULL);
    }
    return error;
}

static int hear_warden(struct flood *flood, const json_t *order, uint64_t now_ms) {
    uint64_t id = said_number(order, "id");
    const char *state = said_text(order, "state");
    uint32_t zone = region_find_zone(flood->region, said_text(order, "addressee"));
    bool evacuate = strcmp(said_text(order, "kind"), hv_order_word(HV_ORDER_EVACUATE_ZONE)) == 0;
    if (zone == REGION_NONE)
        return 0;
    if (strcmp(state, hv_order_state_word(HV_ORDER_ISSUED)) == 0) {
        flood->orders_accepted++;
        if (evacuate)
            clear_zone(flood, zone, now_ms);
        else
            world_warn(flood->world, zone, now_ms);
        return enter_answer(flood, id, "accepted");
    }
    if (strcmp(state, hv_order_state_word(HV_ORDER_ACCEPTED)) == 0 && evacuate)
        return enter_answer(flood, id, "under-way");
    if (!evacuate || world_left_home(flood->world, zone) == 0 || flood->going_home) {
        flood->orders_done++;
        return enter_answer(flood, id, "done");
    }
    return 0;
}

/* Whether somebody whom the buses of an order fetch is still at home. */
static bool has_somebody(const struct flood *flood, const json_t *order) {
    const json_t *line;
    size_t index;
    json_array_foreach(json_object_get(order, "people"), index, line) {
        const uint32_t zone = region_find_zone(flood->region, said_text(line, "zone"));
        if (zone != REGION_NONE && world_left_home(flood->world, zone) > 0)
            return true;
    }
    return false;
}

static int hear_other(struct flood *flood, const json_t *order) {
    bool issued = strcmp(said_text(order, "state"), hv_order_state_word(HV_ORDER_ISSUED)) == 0;
    if (!issued && hv_post_of(said_text(order, "post")) == HV_POST_BUS_YARD && !flood->going_home &&
        has_somebody(flood, order))
        return 0; /* its buses drive on */
    flood->orders_accepted += issued;
    flood->orders_done += !issued;
    return enter_answer(flood, said_number(order, "id"), issued ? "accepted" : "done");
}

int flood_wardens(struct flood *flood, uint64_t now_ms) {
    json_t *reply = NULL, *order;
    size_t index;
    int error = stage_ask(&flood->stage, json_pack("{s:s}", "verb", "orders"), &reply);
    json_array_foreach(json_object_get(reply, "orders"), index, order) {
        enum hv_post post = hv_post_of(said_text(order, "post"));
        if (error != 0)
            break;
        if (post == HV_POST_ZONE_WARDEN)
            error = hear_warden(flood, order, now_ms);
        else if (post != HV_POST_NODE)
            error = hear_other(flood, order);
    }
    json_decref(reply);
    return error == 0 ? sweep_zones(flood) : error;
}

/* The water has gone: whoever keeps a road closed gives it free, told once for each road. */
int flood_free_roads(struct flood *flood) {
    json_t *reply = NULL, *order, *told = json_object();
    size_t index;
    int error = stage_ask(&flood->stage,
                          json_pack("{s:s, s:s, s:b}", "verb", "orders", "kind",
                                    hv_order_word(HV_ORDER_CLOSE_ROAD), "all", true),
                          &reply);
    json_array_foreach(json_object_get(reply, "orders"), index, order) {
        const char *road = said_text(order, "addressee");
        if (error != 0)
            break;
        if (strcmp(said_text(order, "state"), hv_order_state_word(HV_ORDER_DONE)) != 0 ||
            json_object_get(told, road) != NULL)
            continue;
        json_object_set_new(told, road, json_true());
        error = stage_ask(&flood->stage,
                          json_pack("{s:s, s:s, s:s, s:s, s:O}", "verb", "order-issue", "kind",
                                    hv_order_word(HV_ORDER_STAND_DOWN), "post",
                                    hv_post_word(HV_POST_ROAD_POST), "addressee", road, "links",
                                    json_object_get(order, "links")),
                          NULL);
    }
    json_decref(told);
    json_decref(reply);
    return error;
}
