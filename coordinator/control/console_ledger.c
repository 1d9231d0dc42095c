/* Questions about the ledger: where goods are, where they came from and went, and what is on its
 * way. */
#include "coordinator/control/console_json.h"

#include "coordinator/ledger/verify.h"
#include "coordinator/planning/orders.h"
#include "schemas/platform/entry.h"

#include <string.h>

static const char *place_id(const struct console_scene *scene, uint32_t index) {
    const struct state_place *place = state_place(console_picture(scene), index);
    return place == NULL ? "" : place->entity.id;
}

void console_set_lot(const struct console_scene *scene, json_t *object,
                     const struct state_lot *lot) {
    const struct state *state = console_picture(scene);
    json_object_set_new(object, "item", json_string(state_name(state, lot->item)));
    json_object_set_new(object, "lot", json_string(state_name(state, lot->lot)));
    json_object_set_new(object, "expiry", console_date(lot->expiry_day));
}

/* ---- accounts ---- */

/* Adds to a member, made where absent. */
static void add(json_t *object, const char *member, int64_t amount) {
    json_int_t before = json_integer_value(json_object_get(object, member));
    json_object_set_new(object, member, json_integer(before + (json_int_t)amount));
}

/* What a question about the ledger asks for; NULL: all. */
struct wanted {
    const char *item, *lot, *place;
    bool by_lot;
};

static bool is_wanted(const struct console_scene *scene, const struct wanted *wanted,
                      const struct state_balance *balance) {
    const struct state *state = console_picture(scene);
    return balance->amount != 0 &&
           (wanted->item == NULL ||
            strcmp(wanted->item, state_name(state, balance->lot.item)) == 0) &&
           (wanted->lot == NULL || strcmp(wanted->lot, state_name(state, balance->lot.lot)) == 0);
}

/* The row of an item, or of a lot at a place or on a waybill, made where absent. */
static json_t *row_of(const struct console_scene *scene, json_t *rows, const struct wanted *wanted,
                      const char *kind, const char *whose, const struct state_lot *lot) {
    const char *item = state_name(console_picture(scene), lot->item);
    char key[4 * HV_ID_BYTES_MAX];
    snprintf(key, sizeof key, "%s\n%s\n%s\n%s\n%u", item, wanted->by_lot ? whose : "",
             wanted->by_lot ? kind : "",
             wanted->by_lot ? state_name(console_picture(scene), lot->lot) : "",
             wanted->by_lot ? lot->expiry_day : 0);
    json_t *row = json_object_get(rows, key);
    if (row != NULL)
        return row;
    row = json_pack("{s:s, s:{}}", "item", item, "accounts");
    if (wanted->by_lot) {
        console_set_lot(scene, row, lot);
        json_object_set_new(row, kind, json_string(whose));
    }
    json_object_set_new(rows, key, row);
    return row;
}

static void add_book(const struct console_scene *scene, json_t *rows, const struct wanted *wanted,
                     const char *kind, const char *whose, const struct state_book *book) {
    for (uint32_t i = 0; i < book->count; i++) {
        const struct state_balance *balance = &book->balances[i];
        if (!is_wanted(scene, wanted, balance))
            continue;
        json_t *row = row_of(scene, rows, wanted, kind, whose, &balance->lot);
        add(json_object_get(row, "accounts"), state_account_word(balance->account),
            balance->amount);
    }
}

/* Where every unit of an item is: by account over all books, or with an item by lot and place. */
void console_ledger(const struct console_scene *scene, const json_t *request,
                    struct hv_arena *arena, struct console_outcome *outcome) {
    (void)arena;
    const struct state *state = console_picture(scene);
    struct wanted wanted = {.item = console_text(request, "item"),
                            .lot = console_text(request, "lot"),
                            .place = console_text(request, "place")};
    wanted.by_lot = wanted.item != NULL || wanted.lot != NULL || wanted.place != NULL;
    if (wanted.place != NULL && state_find_place(state, wanted.place) == NULL) {
        console_refusef(outcome, HV_ERR_NOT_FOUND, "see haven shelters and haven depots",
                        "nothing is known of a place “%.80s”", wanted.place);
        return;
    }
    json_t *rows = json_object(), *list = json_array(), *row, *lagging = json_array();
    const char *key;
    for (uint32_t i = 0; i < state_count(state, STATE_PLACE); i++) {
        const struct state_place *place = state_place(state, i);
        if (wanted.place != NULL && strcmp(wanted.place, place->entity.id) != 0)
            continue;
        add_book(scene, rows, &wanted, "place", place->entity.id, &place->book);
        if (state_books_lag(state, place))
            json_array_append_new(lagging, json_string(place->entity.id));
    }
    for (uint32_t i = 0; wanted.place == NULL && i < state_count(state, STATE_WAYBILL); i++)
        add_book(scene, rows, &wanted, "waybill", state_waybill(state, i)->entity.id,
                 &state_waybill(state, i)->book);
    json_object_foreach(rows, key, row) json_array_append(list, row);
    json_decref(rows);
    console_answer_list(request, "rows", list, outcome);
    if (outcome->reply != NULL)
        json_object_set_new(outcome->reply, "lagging", lagging);
    else
        json_decref(lagging);
}

/* ---- waybills ---- */

static json_t *waybill_lines(const struct console_scene *scene,
                             const struct state_waybill *waybill) {
    json_t *list = json_array();
    for (uint32_t i = 0; i < waybill->line_count; i++) {
        const struct state_waybill_line *line = &waybill->lines[i];
        json_t *object = json_object();
        console_set_lot(scene, object, &line->lot);
        add(object, "shipped", line->shipped);
        add(object, "received", line->received);
        add(object, "damaged", line->damaged);
        add(object, "in_transit", state_book_amount(&waybill->book, &line->lot, STATE_IN_TRANSIT));
        add(object, "over", state_book_amount(&waybill->book, &line->lot, STATE_OVER));
        add(object, "missing", state_book_amount(&waybill->book, &line->lot, STATE_MISSING_ON_WAY));
        json_array_append_new(list, object);
    }
    return list;
}

static json_t *waybill_picks(const struct console_scene *scene,
                             const struct state_waybill *waybill) {
    json_t *list = json_array();
    for (uint32_t i = 0; i < waybill->pick_count; i++) {
        const struct state_waybill_pick *pick = &waybill->picks[i];
        json_t *object = json_pack("{s:s}", "place", place_id(scene, pick->place));
        console_set_lot(scene, object, &pick->lot);
        add(object, "picked", pick->picked);
        add(object, "loaded", pick->loaded);
        json_array_append_new(list, object);
    }
    return list;
}

static json_t *waybill_orders(const struct console_scene *scene,
                              const struct state_waybill *waybill) {
    json_t *list = json_array();
    for (uint32_t i = 0; i < waybill->ordered_count; i++)
        json_array_append_new(
            list, json_pack("{s:s, s:I}", "item",
                            state_name(console_picture(scene), waybill->ordered[i].item),
                            "quantity", (json_int_t)waybill->ordered[i].quantity));
    return list;
}

static json_t *waybill_shares(const struct console_scene *scene,
                              const struct state_waybill *waybill) {
    const struct state *state = console_picture(scene);
    json_t *list = json_array();
    for (uint32_t i = 0; i < waybill->share_count; i++) {
        const struct state_waybill_share *share = &waybill->shares[i];
        json_array_append_new(list, json_pack("{s:I, s:s, s:I, s:I, s:I}", "request",
                                              (json_int_t)share->request_number, "item",
                                              state_name(state, share->item), "committed",
                                              (json_int_t)share->committed, "shipped",
                                              (json_int_t)share->shipped, "received",
                                              (json_int_t)share->received));
    }
    return list;
}

/* As planned, where its orders say so: the vehicle, when it leaves and when it is expected. */
static void add_planned(const struct console_scene *scene, const struct state_waybill *waybill,
                        struct hv_arena *arena, json_t *object) {
    const struct state *state = console_picture(scene);
    const struct state_order *ship = state_find_order(state, waybill->ship_order),
                             *expect = state_find_order(state, waybill->expect_order);
    const struct hv_order *leaves = NULL, *arrives = NULL;
    if (ship == NULL || expect == NULL || state_order_decode(ship, arena, &leaves) != HV_OK ||
        state_order_decode(expect, arena, &arrives) != HV_OK || leaves->trips == 0 ||
        !leaves->has_start || !arrives->has_end)
        return;
    const int64_t late_ms = scene->wall_ms - arrives->end_wall_ms;
    const bool comes = state_waybill_stage(waybill) < STATE_WAYBILL_RECEIVED;
    json_object_set_new(object, "planned",
                        json_pack("{s:s, s:I, s:I, s:I, s:I}", "vehicle", leaves->vehicle, "trips",
                                  (json_int_t)leaves->trips, "leaves_wall_ms",
                                  (json_int_t)leaves->start_wall_ms, "expected_wall_ms",
                                  (json_int_t)arrives->end_wall_ms, "late_s",
                                  (json_int_t)(comes && late_ms > 0 ? late_ms / 1000 : 0)));
}

static json_t *view_waybill(const struct console_scene *scene, const struct state_waybill *waybill,
                            struct hv_arena *arena) {
    json_t *object = json_pack("{s:s, s:s, s:s, s:s, s:I, s:I}", "id", waybill->entity.id, "stage",
                               state_waybill_stage_word(state_waybill_stage(waybill)), "from",
                               place_id(scene, waybill->from), "to", place_id(scene, waybill->to),
                               "ship_order", (json_int_t)waybill->ship_order, "expect_order",
                               (json_int_t)waybill->expect_order);
    if (waybill->shipped_by != STATE_NONE && waybill->shipped_by != waybill->from)
        json_object_set_new(object, "shipped_by",
                            json_string(place_id(scene, waybill->shipped_by)));
    if (waybill->received_by != STATE_NONE && waybill->received_by != waybill->to)
        json_object_set_new(object, "received_by",
                            json_string(place_id(scene, waybill->received_by)));
    if (waybill->vehicle != NULL)
        json_object_set_new(object, "vehicle", json_string(waybill->vehicle));
    add_planned(scene, waybill, arena, object);
    if (waybill->closed_reason != NULL)
        json_object_set_new(object, "closed_reason", json_string(waybill->closed_reason));
    json_object_set_new(object, "shipped_age_s", console_age(scene, &waybill->shipped_seen));
    json_object_set_new(object, "received_age_s", console_age(scene, &waybill->received_seen));
    json_object_set_new(object, "ordered", waybill_orders(scene, waybill));
    json_object_set_new(object, "set_aside", waybill_picks(scene, waybill));
    json_object_set_new(object, "lines", waybill_lines(scene, waybill));
    json_object_set_new(object, "requests", waybill_shares(scene, waybill));
    return object;
}

void console_waybills(const struct console_scene *scene, const json_t *request,
                      struct hv_arena *arena, struct console_outcome *outcome) {
    const struct state *state = console_picture(scene);
    bool all = json_is_true(json_object_get(request, "all")) || console_text(request, "id") != NULL;
    json_t *list = json_array();
    for (uint32_t i = 0; i < state_count(state, STATE_WAYBILL); i++) {
        const struct state_waybill *waybill = state_waybill(state, i);
        if ((all || waybill->entity.finished == 0) && console_wants(request, waybill->entity.id))
            json_array_append_new(list, view_waybill(scene, waybill, arena));
    }
    console_answer_list(request, "waybills", list, outcome);
}

/* ---- requests on their tracks ---- */

const char *console_request_stage(const struct state_request *request) {
    bool any = false, shipped = false, committed = false;
    if (request->withdrawn)
        return "withdrawn";
    if (request->verdict == HV_VERDICT_DECLINED)
        return "declined";
    if (request->verdict == HV_VERDICT_CLOSED)
        return "closed";
    for (uint32_t i = 0; i < request->line_count; i++) {
        const struct state_request_line *line = &request->lines[i];
        any = any || line->received > 0;
        shipped = shipped || line->shipped > line->received;
        committed = committed || line->committed > 0;
    }
    if (any)
        return state_request_is_received(request) ? "received" : "partly-received";
    if (shipped)
        return "shipped";
    if (committed)
        return "committed";
    return request->verdict == HV_VERDICT_APPROVED ? "approved" : "requested";
}

json_t *console_request_tracks(const struct console_scene *scene,
                               const struct state_request *request) {
    json_t *list = json_array();
    for (uint32_t i = 0; i < request->line_count; i++) {
        const struct state_request_line *line = &request->lines[i];
        int64_t left = line->committed - line->shipped, way = line->shipped - line->received;
        json_array_append_new(list, json_pack("{s:s, s:I, s:I, s:I, s:I, s:I}", "item",
                                              state_name(console_picture(scene), line->item),
                                              "requested", (json_int_t)line->requested, "approved",
                                              (json_int_t)state_request_ceiling(request, line),
                                              "committed", (json_int_t)(left > 0 ? left : 0),
                                              "in_transit", (json_int_t)(way > 0 ? way : 0),
                                              "fulfilled", (json_int_t)line->received));
    }
    return list;
}

/* ---- the proof ---- */

json_t *console_ledger_proof(const struct ledger_verify *verify, uint64_t position) {
    const struct ledger_verify_totals *totals = ledger_verify_totals(verify);
    json_t *findings = json_array();
    for (size_t i = 0; i < LEDGER_FINDINGS_MAX && i < totals->findings; i++)
        json_array_append_new(findings, json_string(ledger_verify_finding(verify, i)));
    return json_pack("{s:b, s:b, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:o}", "ok", 1, "adds_up",
                     totals->findings == 0, "position", (json_int_t)position, "records",
                     (json_int_t)totals->records, "movements", (json_int_t)totals->movements,
                     "balances", (json_int_t)totals->balances, "lots", (json_int_t)totals->lots,
                     "waybills", (json_int_t)totals->waybills, "compared",
                     (json_int_t)totals->compared, "finding_count", (json_int_t)totals->findings,
                     "findings", findings);
}

/* ---- decisions ---- */

/* The lines of an approval in part; false where one is wrong, and that is said. */
static bool read_lines(const json_t *request, struct hv_arena *arena,
                       struct hv_request_decision *decision, struct console_outcome *outcome) {
    const json_t *list = json_object_get(request, "lines"), *line;
    size_t index, count = json_array_size(list);
    if (count == 0 && (list == NULL || json_is_array(list)))
        return true;
    if (!json_is_array(list) || count > HV_REQUEST_LINES_MAX) {
        console_refuse(outcome, HV_ERR_VALUE, "“lines” must be a list of at most 64 lines",
                       "such as [{\"item\": \"water\", \"quantity\": 600}]");
        return false;
    }
    decision->lines = hv_arena_take(arena, count, sizeof *decision->lines);
    if (decision->lines == NULL) {
        console_refuse(outcome, HV_ERR_MEMORY, NULL, NULL);
        return false;
    }
    json_array_foreach((json_t *)list, index, line) {
        const char *item = console_text(line, "item");
        uint64_t quantity = console_number(line, "quantity", UINT64_MAX);
        if (item == NULL || hv_id_check(item) != HV_OK || quantity > HV_QUANTITY_MAX) {
            console_refusef(outcome, HV_ERR_VALUE, "each line needs “item” and “quantity”",
                            "line %zu cannot be read", index + 1);
            return false;
        }
        decision->lines[index] =
            (struct hv_stock_line){.item = item, .lot = "", .quantity = quantity};
    }
    decision->line_count = count;
    return true;
}

/* The open request of that id (as `requests` lists it), or of that place and number. */
static const struct state_request *find_request(const struct state *state, const json_t *request) {
    const char *id = console_text_or_empty(request, "id"),
               *place = console_text_or_empty(request, "place");
    uint64_t number = console_number(request, "request", 0);
    const struct state_entity *found = state_find(state, STATE_REQUEST, id);
    if (found != NULL)
        return state_request(state, found->index);
    for (uint32_t i = 0; i < state_count(state, STATE_REQUEST); i++) {
        const struct state_request *one = state_request(state, i);
        if (one->number == number && !one->withdrawn &&
            strcmp(state_place(state, one->place)->entity.id, place) == 0)
            return one;
    }
    return NULL;
}

void console_request_decide(const struct console_scene *scene, const json_t *request,
                            struct hv_arena *arena, struct console_outcome *outcome) {
    const struct state *state = console_picture(scene);
    const struct state_request *of = find_request(state, request);
    struct hv_request_decision decision = {
        .verdict = hv_verdict_of(console_text_or_empty(request, "verdict")),
        .reason = console_text_or_empty(request, "reason")};
    if (of == NULL || of->withdrawn) {
        console_refuse(outcome, HV_ERR_NOT_FOUND, "there is no such open request",
                       "list them: haven requests");
        return;
    }
    if (decision.verdict == HV_VERDICT_UNKNOWN) {
        console_refuse(outcome, HV_ERR_VALUE, "“verdict” is missing or unknown",
                       "approved, declined or closed");
        return;
    }
    if (decision.verdict != HV_VERDICT_APPROVED && decision.reason[0] == '\0') {
        console_refuse(outcome, HV_ERR_VALUE, "“reason” is missing",
                       "say why: whoever asked will want to know");
        return;
    }
    if (!read_lines(request, arena, &decision, outcome))
        return;
    const struct state_node *node = state_node(state, of->node);
    decision.place = hv_arena_text(arena, state_place(state, of->place)->entity.id);
    decision.node = node == NULL ? "" : hv_arena_text(arena, node->entity.id);
    decision.request = of->number;
    struct hv_record *record = console_decide(outcome, arena, HV_RECORD_DECISION);
    if (record == NULL || decision.place == NULL || decision.node == NULL)
        console_refuse(outcome, HV_ERR_MEMORY, NULL, NULL);
    else
        record->decision = decision;
}

void console_waybill_end(const struct console_scene *scene, const json_t *request,
                         struct hv_arena *arena, struct console_outcome *outcome) {
    const char *id = console_text_or_empty(request, "waybill"),
               *reason = console_text_or_empty(request, "reason");
    const struct state_waybill *waybill = state_find_waybill(console_picture(scene), id);
    if (waybill == NULL) {
        console_refusef(outcome, HV_ERR_NOT_FOUND, "list them: haven ledger waybills --all",
                        "there is no waybill “%.80s”", id);
        return;
    }
    if (waybill->closed) {
        console_refusef(outcome, HV_ERR_STATE, "nothing is left to be done",
                        "waybill %.80s is closed already", id);
        return;
    }
    if (reason[0] == '\0') {
        console_refuse(outcome, HV_ERR_VALUE, "“reason” is missing",
                       "say why nothing more comes: what was shipped and not received is missing");
        return;
    }
    const struct orders_scene orders_scene = {.state = console_picture(scene)};
    const int error = orders_end_waybill(&orders_scene, waybill, reason, arena, &outcome->records,
                                         &outcome->record_count);
    if (error == HV_OK)
        outcome->kind = CONSOLE_COMMAND;
    else
        console_refuse(outcome, error, NULL, NULL);
}
