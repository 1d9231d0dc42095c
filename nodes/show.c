#include "nodes/show.h"

#include "schemas/platform/entry.h"
#include "nodes/journal.h"
#include "nodes/waybill.h"
#include "schemas/codec.h"

#include <string.h>

static json_t *hex(const uint8_t *bytes, size_t size) {
    static const char digits[] = "0123456789abcdef";
    char text[2 * HV_HASH_BYTES + 1] = "";
    for (size_t i = 0; i < size && i < HV_HASH_BYTES; i++) {
        text[2 * i] = digits[bytes[i] >> 4];
        text[2 * i + 1] = digits[bytes[i] & 15];
        text[2 * i + 2] = '\0';
    }
    return json_string(text);
}

static void set(json_t *object, const char *name, json_t *value) {
    if (value != NULL)
        json_object_set_new(object, name, value);
}

static void set_number(json_t *object, const char *name, uint64_t number) {
    set(object, name, json_integer((json_int_t)number));
}

static json_t *ok(void) {
    json_t *object = json_object();
    set(object, "ok", json_true());
    return object;
}

static json_t *seconds(uint64_t ms) {
    return json_real((double)ms / 1000.0);
}

/* ---- ages ---- */

static bool is_never(const struct hv_seen *seen) {
    return seen->wall_ms == 0 && seen->node_ms == 0;
}

/* By the node clock; null: never. */
static void set_age(json_t *object, const char *name, const struct hv_seen *seen,
                    const struct node_status *status) {
    if (is_never(seen)) {
        set(object, name, json_null());
        return;
    }
    uint64_t age = status->node_ms > seen->node_ms ? status->node_ms - seen->node_ms : 0;
    set(object, name, seconds(age));
    if (seen->node_ms < status->gap_node_ms)
        set(object, "at_least", json_true());
}

/* ---- status ---- */

const char *show_link_word(enum node_link_state state) {
    static const char *const words[] = {"waiting", "connecting", "greeting",
                                        "up",      "refused",    "taken"};
    return words[state];
}

static json_t *link_of(const struct node_status *status) {
    json_t *link = json_object();
    set(link, "state", json_string(show_link_word(status->link)));
    set(link, "endpoint", json_string(status->endpoint));
    set(link, "trouble", json_string(status->trouble));
    set(link, "heard_ago_s", status->has_heard ? seconds(status->heard_ago_ms) : json_null());
    set(link, "retry_in_s", seconds(status->retry_in_ms));
    return link;
}

static json_t *lane_of(const struct node_lane_status *lane) {
    json_t *object = json_object();
    set_number(object, "made", lane->made);
    set_number(object, "acked", lane->acked);
    set_number(object, "waiting", lane->waiting);
    set_number(object, "sent", lane->sent);
    return object;
}

static json_t *storage_of(const struct show *show, const struct node_status *status) {
    struct outbox_figures figures;
    json_t *object = json_object();
    outbox_figures(show->outbox, &figures);
    set_number(object, "used", figures.bytes_used);
    set_number(object, "limit", figures.bytes_max);
    set(object, "trouble",
        json_string(status->store_error == HV_OK ? "" : hv_error_text(status->store_error)));
    return object;
}

static json_t *clock_of(const struct node_status *status) {
    json_t *object = json_object();
    set_number(object, "node_ms", status->node_ms);
    set_number(object, "gap_node_ms", status->gap_node_ms);
    set(object, "wall_ms", json_integer(status->wall_ms));
    set(object, "scenario", json_boolean(status->scenario.scenario));
    set_number(object, "rate_permille", status->scenario.rate_permille);
    return object;
}

static json_t *people_of(const struct node_present *present, const struct node_status *status) {
    json_t *people = entry_people(&present->people);
    set_age(people, "age_s", &present->people_seen, status);
    set_age(people, "counted_age_s", &present->counted_seen, status);
    set(people, "households",
        present->has_households ? json_integer(present->households) : json_null());
    set(people, "shortfall", json_integer(present->shortfall));
    set(people, "count_difference", json_integer(present->count_difference));
    return people;
}

static json_t *status_of(const struct node_present *present, const struct node_status *status) {
    json_t *object = json_object();
    set(object, "status", json_string(hv_shelter_status_word(present->status)));
    set(object, "reason", json_string(present->reason));
    set_age(object, "age_s", &present->status_seen, status);
    return object;
}

static json_t *capacity_of(const struct node_present *present, const struct node_status *status) {
    json_t *object = json_object();
    set(object, "lines", entry_capacity_lines(present->capacity, present->capacity_count));
    set_age(object, "age_s", &present->capacity_seen, status);
    return object;
}

static json_t *lifelines_of(const struct node_present *present, const struct node_status *status) {
    json_t *array = json_array();
    for (int kind = 1; kind < HV_LIFELINE_COUNT; kind++) {
        const struct hv_lifeline *lifeline = &present->lifelines[kind];
        if (lifeline->state == HV_LIFELINE_STATE_UNKNOWN)
            continue;
        json_t *object = json_object();
        set(object, "kind", json_string(hv_lifeline_word(lifeline->kind)));
        set(object, "state", json_string(hv_lifeline_state_word(lifeline->state)));
        if (lifeline->has_hours)
            set_number(object, "hours", lifeline->hours_left);
        set_age(object, "age_s", &lifeline->seen, status);
        json_array_append_new(array, object);
    }
    return array;
}

static json_t *stock_of(const struct node_present *present, const struct node_status *status) {
    json_t *object = json_object();
    set_number(object, "lines", present->stock.count);
    set_age(object, "age_s", &present->stock_seen, status);
    return object;
}

static bool is_open(const struct node_order *order) {
    return order->issued == HV_ORDER_ISSUED && hv_order_is_open(order->state);
}

static json_t *orders_of(const struct node_core *core) {
    size_t count, open = 0, unanswered = 0;
    const struct node_order *orders = node_core_orders(core, &count);
    for (size_t i = 0; i < count; i++) {
        open += is_open(&orders[i]);
        unanswered += is_open(&orders[i]) &&
                      (orders[i].state == HV_ORDER_STORED || orders[i].state == HV_ORDER_SEEN);
    }
    json_t *object = json_object();
    set_number(object, "open", open);
    set_number(object, "unanswered", unanswered);
    return object;
}

static void set_identity(json_t *object, const struct node_core *core) {
    const struct node_identity *identity = node_core_identity(core);
    set(object, "id", json_string(identity->id));
    set(object, "role", json_string(hv_role_word(identity->role)));
    set(object, "mode", json_string(hv_mode_word(identity->mode)));
    set(object, "deployment", hex(identity->deployment, HV_ID128_BYTES));
}

static void set_session(json_t *object, const struct node_status *status) {
    const struct node_session *session = status->session;
    set(object, "incident", hex(session->incident, HV_ID128_BYTES));
    set(object, "log", session->has_log ? hex(session->log, HV_ID128_BYTES) : json_null());
    set_number(object, "term", session->term);
    set_number(object, "epoch", status->epoch);
}

json_t *show_status(const struct show *show) {
    const struct node_present *present = node_core_present(show->core);
    struct node_status status = node_core_status(show->core, show->real_ms, show->wall_ms);
    json_t *lanes = json_object();
    json_t *object = ok();
    set_identity(object, show->core);
    set_session(object, &status);
    set(object, "link", link_of(&status));
    set(lanes, "history", lane_of(&status.lanes[NODE_HISTORY]));
    set(lanes, "present", lane_of(&status.lanes[NODE_PRESENT]));
    set(object, "lanes", lanes);
    set_number(object, "refused", status.refused);
    set_number(object, "lost", status.lost);
    set_number(object, "bad_frames", status.bad_frames);
    set(object, "storage", storage_of(show, &status));
    set(object, "clock", clock_of(&status));
    set(object, "people", people_of(present, &status));
    set(object, "status", status_of(present, &status));
    set(object, "capacity", capacity_of(present, &status));
    set(object, "lifelines", lifelines_of(present, &status));
    set(object, "stock", stock_of(present, &status));
    set_number(object, "requests", present->request_count);
    set(object, "orders", orders_of(show->core));
    return object;
}

/* ---- stock and requests ---- */

/* What is set aside for waybills: part of the lines, and free for nobody else. */
static json_t *set_aside(const struct node_picks *picks) {
    json_t *array = json_array();
    for (size_t i = 0; i < picks->count; i++) {
        const struct node_pick *pick = &picks->items[i];
        struct hv_stock_line line = {.item = pick->item,
                                     .lot = pick->lot,
                                     .expiry_day = pick->expiry_day,
                                     .quantity = pick->picked + pick->loaded};
        json_t *lines = entry_stock_lines(&line, 1);
        json_t *object = json_incref(json_array_get(lines, 0));
        json_decref(lines);
        set(object, "waybill", json_string(pick->waybill));
        set_number(object, "picked", pick->picked);
        set_number(object, "loaded", pick->loaded);
        json_array_append_new(array, object);
    }
    return array;
}

json_t *show_stock(const struct show *show) {
    const struct node_present *present = node_core_present(show->core);
    json_t *object = ok();
    set(object, "lines", entry_stock_lines(present->stock.lines, present->stock.count));
    set(object, "set_aside", set_aside(&present->picks));
    return object;
}

json_t *show_requests(const struct show *show) {
    const struct node_present *present = node_core_present(show->core);
    json_t *object = ok(), *array = json_array();
    struct hv_arena arena;
    hv_arena_init(&arena, 0);
    for (size_t i = 0; i < present->request_count; i++) {
        struct hv_verdict verdict;
        struct hv_report *report;
        if (hv_report_decode(present->requests[i].bytes, present->requests[i].size, &arena,
                             &verdict, &report) != HV_OK)
            continue;
        json_t *request = entry_of_report(report);
        json_object_del(request, "verb");
        json_array_append_new(array, request);
        hv_arena_reset(&arena);
    }
    hv_arena_deinit(&arena);
    set(object, "requests", array);
    return object;
}

/* ---- orders ---- */

static void set_text(json_t *object, const char *name, const char *text) {
    if (text[0] != '\0')
        set(object, name, json_string(text));
}

static void set_time(json_t *object, const char *name, bool has, int64_t wall_ms) {
    if (has)
        set(object, name, json_integer(wall_ms));
}

static json_t *order_people(const struct hv_order *order) {
    json_t *array = json_array();
    for (size_t i = 0; i < order->people_count; i++) {
        const struct hv_order_people *from = &order->people[i];
        json_t *line = json_object();
        set_text(line, "zone", from->zone);
        set_number(line, "people", from->people);
        set_number(line, "wheelchair", from->wheelchair);
        set_number(line, "medical", from->medical);
        set_number(line, "without_vehicle", from->without_vehicle);
        json_array_append_new(array, line);
    }
    return array;
}

static json_t *order_links(const struct hv_order *order) {
    json_t *array = json_array();
    for (size_t i = 0; i < order->link_count; i++)
        json_array_append_new(array, json_string(order->links[i]));
    return array;
}

static void set_order(json_t *object, const struct hv_order *order) {
    set_time(object, "issued_ms", true, order->issued_wall_ms);
    set_time(object, "deadline_ms", order->has_deadline, order->deadline_wall_ms);
    set_time(object, "start_ms", order->has_start, order->start_wall_ms);
    set_time(object, "end_ms", order->has_end, order->end_wall_ms);
    set_text(object, "shelter", order->shelter);
    set_text(object, "counterpart", order->counterpart);
    set_text(object, "waybill", order->waybill);
    set_text(object, "vehicle", order->vehicle);
    set_text(object, "text", order->text);
    if (order->people_per_hour != 0)
        set_number(object, "people_per_hour", order->people_per_hour);
    if (order->trips != 0)
        set_number(object, "trips", order->trips);
    if (order->superseded_by != 0)
        set_number(object, "superseded_by", order->superseded_by);
    if (order->people_count > 0)
        set(object, "people", order_people(order));
    if (order->link_count > 0)
        set(object, "links", order_links(order));
    if (order->line_count > 0)
        set(object, "lines", entry_stock_lines(order->lines, order->line_count));
    if (order->sent_count > 0)
        set(object, "sent", entry_stock_lines(order->sent, order->sent_count));
    if (order->sent_whole)
        set(object, "sent_whole", json_true());
}

/* What staff are to receive now, where they are to. */
static void set_due(json_t *object, const struct show *show, const struct node_order *standing,
                    const struct hv_order *order) {
    struct node_stock due = {0};
    bool whole = false;
    if (standing->kind != HV_ORDER_EXPECT_DELIVERY || !is_open(standing) ||
        order->waybill[0] == '\0' || waybill_due(show, order, &due, &whole) != HV_OK)
        return;
    set(object, "due", entry_stock_lines(due.lines, whole ? 0 : due.count));
    if (waybill_more_leaves(order))
        set(object, "more_leaves", json_true());
    node_stock_deinit(&due);
}

static json_t *order_of(const struct show *show, const struct node_order *standing,
                        struct hv_arena *arena) {
    struct hv_order *order;
    json_t *object = json_object();
    set_number(object, "id", standing->id);
    set_number(object, "revision", standing->revision);
    set(object, "kind", json_string(hv_order_word(standing->kind)));
    set(object, "issued", json_string(hv_order_state_word(standing->issued)));
    set(object, "state", json_string(hv_order_state_word(standing->state)));
    if (standing->has_done)
        set_number(object, "done", standing->done);
    if (journal_read_order(show->outbox, standing->id, arena, &order) == HV_OK) {
        set_order(object, order);
        set_due(object, show, standing, order);
    }
    hv_arena_reset(arena);
    return object;
}

json_t *show_orders(const struct show *show, bool all) {
    size_t count;
    const struct node_order *orders = node_core_orders(show->core, &count);
    json_t *object = ok(), *array = json_array();
    struct hv_arena arena;
    hv_arena_init(&arena, 0);
    for (size_t i = 0; i < count; i++)
        if (all || is_open(&orders[i]))
            json_array_append_new(array, order_of(show, &orders[i], &arena));
    hv_arena_deinit(&arena);
    set(object, "orders", array);
    return object;
}

/* ---- records ---- */

static const char *record_state(const struct show *show, const struct node_refused *refused) {
    const struct node_heads *heads = node_core_heads(show->core);
    uint64_t acked = heads->acked[refused->lane == HV_LANE_HISTORY ? NODE_HISTORY : NODE_PRESENT];
    if (refused->reason != HV_REASON_UNKNOWN)
        return "refused";
    return refused->index <= acked ? "acknowledged" : "waiting";
}

static json_t *record_of(const struct show *show, const struct node_report *report,
                         const struct node_refused *refused) {
    uint64_t epoch = 0, sequence = 0;
    (void)node_heads_identify(node_core_heads(show->core), report->lane, report->index, &epoch,
                              &sequence);
    json_t *seen = json_object(), *object = json_object();
    set(seen, "wall_ms", json_integer(report->report->seen.wall_ms));
    set_number(seen, "node_ms", report->report->seen.node_ms);
    set(object, "lane", json_string(hv_lane_word(report->lane)));
    set_number(object, "epoch", epoch);
    set_number(object, "sequence", sequence);
    set_number(object, "index", report->index);
    set(object, "state", json_string(record_state(show, refused)));
    if (refused->reason != HV_REASON_UNKNOWN) {
        set(object, "reason", json_string(hv_reason_word(refused->reason)));
        set(object, "detail", json_string(refused->detail));
    }
    set(object, "incident", hex(report->incident, HV_ID128_BYTES));
    set(object, "kind", json_string(hv_report_word(report->report->kind)));
    set(object, "seen", seen);
    set(object, "report", entry_of_report(report->report));
    return object;
}

json_t *show_records(const struct show *show, enum hv_lane lane, uint64_t from, uint64_t limit) {
    enum outbox_table table = lane == HV_LANE_PRESENT ? OUTBOX_PRESENT : OUTBOX_HISTORY;
    json_t *object = ok(), *array = json_array();
    uint64_t first = 1, last = 0;
    struct hv_arena arena;
    hv_arena_init(&arena, 0);
    if (outbox_bounds(show->outbox, table, &first, &last) != HV_OK)
        last = 0;
    uint64_t at = from < first ? first : from;
    for (; at <= last && json_array_size(array) < limit; at++) {
        struct node_report report;
        struct node_refused refused;
        if (journal_read_report(show->outbox, lane, at, &arena, &report) == HV_OK &&
            journal_read_refused(show->outbox, lane, at, &arena, &refused) == HV_OK)
            json_array_append_new(array, record_of(show, &report, &refused));
        hv_arena_reset(&arena);
    }
    hv_arena_deinit(&arena);
    set(object, "records", array);
    if (at <= last)
        set_number(object, "next", at);
    return object;
}
