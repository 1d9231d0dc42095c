#include "simulations/exercise/flood.h"
#include "simulations/exercise/said.h"

#include <inttypes.h>
#include <string.h>

#define DECLINES "S09" /* the church hall, once */

static uint32_t shelter_of(const struct flood *flood, const struct desk *desk) {
    return region_find_shelter(flood->region, desk->id);
}

int flood_answer(struct flood *flood, struct desk *desk, uint64_t order, enum hv_order_state state,
                 const char *reason, int64_t done) {
    json_t *entry = json_pack("{s:s, s:I, s:s}", "verb", "answer", "order", (json_int_t)order,
                              "state", hv_order_state_word(state));
    if (reason != NULL)
        json_object_set_new(entry, "reason", json_string(reason));
    if (done >= 0)
        json_object_set_new(entry, "done", json_integer(done));
    flood->orders_accepted += state == HV_ORDER_ACCEPTED;
    flood->orders_declined += state == HV_ORDER_DECLINED;
    flood->orders_done += state == HV_ORDER_DONE;
    return desk_enter(&flood->stage, desk, entry, false, NULL);
}

static int report_status(struct flood *flood, struct desk *desk, enum hv_shelter_status status,
                         const char *reason) {
    return desk_enter(&flood->stage, desk,
                      json_pack("{s:s, s:s, s:s}", "verb", "status-report", "status",
                                hv_shelter_status_word(status), "reason", reason),
                      true, NULL);
}

/* ---- one order, first seen ---- */

static int begin_opening(struct flood *flood, struct desk *desk, uint64_t order, uint64_t now_ms) {
    struct flood_shelter *shelter = &flood->shelters[shelter_of(flood, desk)];
    int32_t minutes = flood->region->shelters[shelter_of(flood, desk)].activation_min;
    shelter->opens_ms = now_ms + (uint64_t)(minutes > 0 ? minutes : 45) * FLOOD_MINUTE_MS;
    shelter->open_order = order;
    int error = flood_answer(flood, desk, order, HV_ORDER_ACCEPTED, NULL, -1);
    if (error == 0)
        error = report_status(flood, desk, HV_SHELTER_OPENING, "");
    return error == 0 ? flood_answer(flood, desk, order, HV_ORDER_UNDER_WAY, NULL, -1) : error;
}

static int open_shelter(struct flood *flood, struct desk *desk, uint64_t order, uint64_t now_ms) {
    struct flood_shelter *shelter = &flood->shelters[shelter_of(flood, desk)];
    if (shelter->lost)
        return flood_answer(flood, desk, order, HV_ORDER_DECLINED, "the building is damaged", -1);
    if (!shelter->open)
        return begin_opening(flood, desk, order, now_ms);
    int error = flood_answer(flood, desk, order, HV_ORDER_ACCEPTED, NULL, -1);
    return error == 0 ? flood_answer(flood, desk, order, HV_ORDER_DONE, NULL, -1) : error;
}

static int receive_people(struct flood *flood, struct desk *desk, uint64_t order) {
    struct flood_shelter *shelter = &flood->shelters[shelter_of(flood, desk)];
    if (shelter->lost || (!flood->declined && strcmp(desk->id, DECLINES) == 0)) {
        flood->declined = true;
        const char *reason =
            shelter->lost ? "the building is damaged" : "no night shift before six";
        terminal_event(flood->terminal, "          %s declines order %" PRIu64 ": %s", desk->id,
                       order, reason);
        return flood_answer(flood, desk, order, HV_ORDER_DECLINED, reason, -1);
    }
    if (shelter->receive_count < sizeof shelter->receive_orders / sizeof *shelter->receive_orders)
        shelter->receive_orders[shelter->receive_count++] = order;
    int error = flood_answer(flood, desk, order, HV_ORDER_ACCEPTED, NULL, -1);
    return error == 0 ? flood_answer(flood, desk, order, HV_ORDER_UNDER_WAY, NULL, -1) : error;
}

static int ship(struct flood *flood, struct desk *desk, const json_t *order, uint64_t now_ms) {
    uint64_t id = said_number(order, "id");
    bool shipped = false;
    int error = flood_answer(flood, desk, id, HV_ORDER_ACCEPTED, NULL, -1);
    if (error == 0)
        error = flood_ship(flood, desk, order, now_ms, &shipped);
    if (error != 0)
        return error;
    return flood_answer(flood, desk, id, shipped ? HV_ORDER_DONE : HV_ORDER_FAILED,
                        shipped ? NULL : "not enough of it is there", -1);
}

static int close_place(struct flood *flood, struct desk *desk, uint64_t order) {
    uint32_t number = shelter_of(flood, desk);
    int error = flood_answer(flood, desk, order, HV_ORDER_ACCEPTED, NULL, -1);
    if (number != REGION_NONE) {
        flood->shelters[number].open = false;
        world_set_open(flood->world, number, false);
        if (error == 0)
            error = report_status(flood, desk, HV_SHELTER_CLOSED, "everybody has gone home");
    }
    return error == 0 ? flood_answer(flood, desk, order, HV_ORDER_DONE, NULL, -1) : error;
}

static int accept_and_do(struct flood *flood, struct desk *desk, uint64_t order, bool stand_by) {
    int error = flood_answer(flood, desk, order, HV_ORDER_ACCEPTED, NULL, -1);
    if (error == 0 && stand_by)
        error = report_status(flood, desk, HV_SHELTER_STANDBY, "");
    return error == 0 ? flood_answer(flood, desk, order, HV_ORDER_DONE, NULL, -1) : error;
}

static int take_order(struct flood *flood, struct desk *desk, const json_t *order,
                      uint64_t now_ms) {
    uint64_t id = said_number(order, "id");
    switch (hv_order_of(said_text(order, "kind"))) {
    case HV_ORDER_OPEN:
        return open_shelter(flood, desk, id, now_ms);
    case HV_ORDER_RECEIVE_PEOPLE:
        return receive_people(flood, desk, id);
    case HV_ORDER_SHIP:
    case HV_ORDER_RETURN_GOODS:
        return ship(flood, desk, order, now_ms);
    case HV_ORDER_EXPECT_DELIVERY: /* done when it has come: flood_deliveries */
        return flood_answer(flood, desk, id, HV_ORDER_ACCEPTED, NULL, -1);
    case HV_ORDER_CLOSE:
        return close_place(flood, desk, id);
    case HV_ORDER_STAND_BY:
        return accept_and_do(flood, desk, id, desk->role == HV_ROLE_SHELTER);
    default:
        return accept_and_do(flood, desk, id, false);
    }
}

/* ---- all desks ---- */

static bool is_new(const json_t *order) {
    enum hv_order_state state = hv_order_state_of(said_text(order, "state"));
    return state == HV_ORDER_STORED || state == HV_ORDER_SEEN;
}

static int look_at_orders(struct flood *flood, struct desk *desk, uint64_t now_ms) {
    json_t *reply = NULL, *order;
    size_t index;
    if (desk->client == NULL)
        return 0;
    int error = desk_ask(&flood->stage, desk, json_pack("{s:s}", "verb", "orders"), &reply);
    if (error != 0)
        return error;
    json_array_foreach(json_object_get(reply, "orders"), index,
                       order) if (error == 0 && is_new(order)) error =
        take_order(flood, desk, order, now_ms);
    json_decref(reply);
    return error;
}

static int finish_opening(struct flood *flood, uint32_t number, uint64_t now_ms) {
    struct flood_shelter *shelter = &flood->shelters[number];
    if (shelter->opens_ms == 0 || now_ms < shelter->opens_ms || shelter->lost)
        return 0;
    shelter->opens_ms = 0;
    shelter->open = true;
    world_set_open(flood->world, number, true);
    int error = report_status(flood, shelter->desk, HV_SHELTER_OPEN, "");
    return error == 0
               ? flood_answer(flood, shelter->desk, shelter->open_order, HV_ORDER_DONE, NULL, -1)
               : error;
}

/* On the way home those who were to be received have been. */
static int finish_receiving(struct flood *flood, uint32_t number) {
    struct flood_shelter *shelter = &flood->shelters[number];
    int error = 0;
    for (; error == 0 && flood->going_home && shelter->receive_count > 0; shelter->receive_count--)
        error =
            flood_answer(flood, shelter->desk, shelter->receive_orders[shelter->receive_count - 1],
                         HV_ORDER_DONE, NULL, -1);
    return error;
}

int flood_orders(struct flood *flood, uint64_t now_ms) {
    int error = 0;
    for (size_t i = 0; error == 0 && i < flood->stage.desk_count; i++)
        error = look_at_orders(flood, &flood->stage.desks[i], now_ms);
    for (uint32_t i = 0; error == 0 && i < flood->region->shelter_count; i++) {
        error = finish_opening(flood, i, now_ms);
        if (error == 0)
            error = finish_receiving(flood, i);
    }
    return error;
}
