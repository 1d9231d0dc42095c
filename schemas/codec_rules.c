#include "schemas/codec_rules.h"

#include <string.h>

#define REFUSE(FIELD, REASON, ...) hv_refuse(verdict, at, FIELD, HV_ERR_VALUE, REASON, __VA_ARGS__)

static bool is_empty(const char *text) {
    return text == NULL || text[0] == '\0';
}

/* ---- session ---- */

static bool lanes_differ(const struct hv_lane_head *heads, size_t count) {
    return count < 2 || heads[0].lane != heads[1].lane;
}

int hv_rule_hello(const void *message, const struct hv_trail *at, struct hv_verdict *verdict) {
    const struct hv_hello *hello = message;
    if (!lanes_differ(hello->made, hello->made_count))
        return REFUSE("made", HV_REASON_RANGE, "the same lane twice");
    return HV_OK;
}

int hv_rule_welcome(const void *message, const struct hv_trail *at, struct hv_verdict *verdict) {
    const struct hv_welcome *welcome = message;
    if (!lanes_differ(welcome->held, welcome->held_count))
        return REFUSE("held", HV_REASON_RANGE, "the same lane twice");
    return HV_OK;
}

int hv_rule_clock(const void *message, const struct hv_trail *at, struct hv_verdict *verdict) {
    const struct hv_clock *clock = message;
    if (!clock->scenario && clock->rate_permille != 1000)
        return REFUSE("rate_permille", HV_REASON_RANGE, "%u in real time, not 1000",
                      clock->rate_permille);
    if (!clock->scenario && (clock->start_wall_ms != 0 || clock->elapsed_ms != 0))
        return REFUSE("start_wall_ms", HV_REASON_RANGE, "a start in real time");
    return HV_OK;
}

/* ---- people ---- */

static const char *const age_fields[HV_AGE_COUNT] = {
    "people.age_unknown", "people.infant", "people.child", "people.adult", "people.elderly"};
static const char *const overlay_fields[HV_OVERLAY_COUNT] = {
    "people.wheelchair", "people.medical", "people.pregnant", "people.other_language"};

/* People who are there, or who move: no figure is negative and each overlay is a subset. */
static int check_present_people(const struct hv_people *people, const struct hv_trail *at,
                                struct hv_verdict *verdict) {
    for (int group = 0; group < HV_AGE_COUNT; group++)
        if (people->by_age[group] < 0)
            return REFUSE(age_fields[group], HV_REASON_RANGE, "%d", people->by_age[group]);
    int64_t total = hv_people_total(people);
    if (total > HV_PEOPLE_MAX)
        return REFUSE("people", HV_REASON_RANGE, "%lld in all", (long long)total);
    for (int overlay = 0; overlay < HV_OVERLAY_COUNT; overlay++)
        if (people->overlay[overlay] < 0 || people->overlay[overlay] > total)
            return REFUSE(overlay_fields[overlay], HV_REASON_RANGE, "%d of %lld people",
                          people->overlay[overlay], (long long)total);
    if (people->pets < 0)
        return REFUSE("people.pets", HV_REASON_RANGE, "%d", people->pets);
    return HV_OK;
}

int hv_rule_movement(const void *message, const struct hv_trail *at, struct hv_verdict *verdict) {
    const struct hv_movement *movement = message;
    bool transfer =
        movement->kind == HV_MOVEMENT_TRANSFER_OUT || movement->kind == HV_MOVEMENT_TRANSFER_IN;
    if (transfer && is_empty(movement->transfer))
        return REFUSE("transfer", HV_REASON_RANGE, "missing");
    if (movement->kind == HV_MOVEMENT_CORRECTION)
        return HV_OK;
    return check_present_people(&movement->people, at, verdict);
}

int hv_rule_count(const void *message, const struct hv_trail *at, struct hv_verdict *verdict) {
    return check_present_people(&((const struct hv_count *)message)->people, at, verdict);
}

/* ---- shelter ---- */

static int check_capacity(const struct hv_capacity_line *lines, size_t count,
                          const struct hv_trail *at, const char *field,
                          struct hv_verdict *verdict) {
    for (size_t i = 1; i < count; i++)
        for (size_t j = 0; j < i; j++)
            if (lines[i].basis == lines[j].basis && lines[i].part == lines[j].part &&
                lines[i].place == lines[j].place)
                return REFUSE(field, HV_REASON_RANGE, "lines %zu and %zu say the same", j, i);
    return HV_OK;
}

static int check_lifelines(const struct hv_lifeline *lifelines, size_t count,
                           const struct hv_trail *at, struct hv_verdict *verdict) {
    unsigned met = 0;
    for (size_t i = 0; i < count; i++) {
        if (met & 1u << lifelines[i].kind)
            return REFUSE("lifelines", HV_REASON_RANGE, "%s twice",
                          hv_lifeline_word(lifelines[i].kind));
        met |= 1u << lifelines[i].kind;
    }
    return HV_OK;
}

int hv_rule_capacity(const void *message, const struct hv_trail *at, struct hv_verdict *verdict) {
    const struct hv_capacity_report *report = message;
    return check_capacity(report->lines, report->line_count, at, "lines", verdict);
}

int hv_rule_lifelines(const void *message, const struct hv_trail *at, struct hv_verdict *verdict) {
    const struct hv_lifeline_report *report = message;
    return check_lifelines(report->lifelines, report->lifeline_count, at, verdict);
}

/* ---- goods ---- */

int hv_rule_stock_line(const void *message, const struct hv_trail *at, struct hv_verdict *verdict) {
    const struct hv_stock_line *line = message;
    if (line->damaged > line->quantity)
        return REFUSE("damaged", HV_REASON_RANGE, "%llu of %llu", (unsigned long long)line->damaged,
                      (unsigned long long)line->quantity);
    return HV_OK;
}

enum { SLOTS = 2048 }; /* of a hash table on the stack */
_Static_assert((SLOTS & (SLOTS - 1)) == 0 && SLOTS >= 2 * HV_STOCK_LINES_MAX, "at most half full");

static uint32_t hash_text(uint32_t hash, const char *text) {
    for (; text != NULL && *text != '\0'; text++)
        hash = (hash ^ (unsigned char)*text) * 16777619u;
    return (hash ^ 0xffu) * 16777619u;
}

static bool same_text(const char *a, const char *b) {
    return strcmp(a == NULL ? "" : a, b == NULL ? "" : b) == 0;
}

static bool same_goods(const struct hv_stock_line *a, const struct hv_stock_line *b) {
    return a->expiry_day == b->expiry_day && same_text(a->item, b->item) &&
           same_text(a->lot, b->lot);
}

/* Counted goods stand in one line each: two could contradict each other. */
static int check_counted_once(const struct hv_stock_line *lines, size_t count,
                              const struct hv_trail *at, const char *field,
                              struct hv_verdict *verdict) {
    uint16_t slots[SLOTS] = {0}; /* line + 1 */
    if (count < 2)
        return HV_OK;
    for (size_t i = 0; i < count; i++) {
        uint32_t hash = hash_text(hash_text(2166136261u, lines[i].item), lines[i].lot);
        size_t slot = (hash ^ lines[i].expiry_day) % SLOTS;
        for (; slots[slot] != 0; slot = (slot + 1) % SLOTS)
            if (same_goods(&lines[slots[slot] - 1], &lines[i]))
                return REFUSE(field, HV_REASON_RANGE, "lines %d and %zu count the same goods",
                              slots[slot] - 1, i);
        slots[slot] = (uint16_t)(i + 1);
    }
    return HV_OK;
}

int hv_rule_stock_count(const void *message, const struct hv_trail *at,
                        struct hv_verdict *verdict) {
    const struct hv_stock_count *count = message;
    return check_counted_once(count->lines, count->line_count, at, "lines", verdict);
}

int hv_rule_stock_movement(const void *message, const struct hv_trail *at,
                           struct hv_verdict *verdict) {
    const struct hv_stock_movement *movement = message;
    bool nothing_came = movement->kind == HV_STOCK_RECEIVE && movement->final;
    if (movement->line_count == 0 && !nothing_came)
        return REFUSE("lines", HV_REASON_RANGE, "missing");
    for (size_t i = 0; i < movement->line_count; i++)
        if (movement->lines[i].quantity == 0)
            return REFUSE("lines", HV_REASON_RANGE, "line %zu moves nothing", i);
    if ((movement->kind == HV_STOCK_UNPACK) != (movement->into_count > 0))
        return REFUSE("into", HV_REASON_RANGE, "what kits are unpacked into, and nothing else");
    for (size_t i = 0; i < movement->into_count; i++)
        if (movement->into[i].quantity == 0)
            return REFUSE("into", HV_REASON_RANGE, "line %zu moves nothing", i);
    bool set_aside = movement->kind == HV_STOCK_PICK || movement->kind == HV_STOCK_PUT_BACK ||
                     movement->kind == HV_STOCK_LOAD;
    if (set_aside && is_empty(movement->waybill))
        return REFUSE("waybill", HV_REASON_RANGE, "missing: goods are picked for a waybill");
    bool closes = movement->kind == HV_STOCK_SHIP || movement->kind == HV_STOCK_RECEIVE;
    if (movement->final && (!closes || is_empty(movement->waybill)))
        return REFUSE("final", HV_REASON_RANGE, "only what is shipped or received on a waybill");
    if (movement->request != 0 &&
        (movement->kind != HV_STOCK_RECEIVE || !is_empty(movement->waybill)))
        return REFUSE("request", HV_REASON_RANGE,
                      "only of what is received without a waybill: a waybill knows whom it is for");
    if (movement->request == 0 && !is_empty(movement->request_node))
        return REFUSE("request", HV_REASON_RANGE, "missing: which of that node?");
    return HV_OK;
}

int hv_rule_decision(const void *message, const struct hv_trail *at, struct hv_verdict *verdict) {
    const struct hv_request_decision *decision = message;
    if (decision->verdict != HV_VERDICT_APPROVED && decision->line_count > 0)
        return REFUSE("lines", HV_REASON_RANGE, "only an approval is of so much");
    if (decision->verdict != HV_VERDICT_APPROVED && is_empty(decision->reason))
        return REFUSE("reason", HV_REASON_RANGE, "missing");
    return check_counted_once(decision->lines, decision->line_count, at, "lines", verdict);
}

/* Which ids each kind needs; others would say something that nobody heeds. */
int hv_rule_directive(const void *message, const struct hv_trail *at, struct hv_verdict *verdict) {
    const struct hv_plan_directive *directive = message;
    bool zone = !is_empty(directive->zone), depot = !is_empty(directive->depot);
    bool shelter = !is_empty(directive->shelter), item = !is_empty(directive->item);
    if (directive->lifted)
        return HV_OK;
    bool link = !is_empty(directive->link), right = false;
    const char *needs = "a reserve names depot and item";
    switch (directive->kind) {
    case HV_DIRECTIVE_PIN:
        needs = "a pin names zone and shelter";
        right = zone && shelter && !depot && !item && !link;
        break;
    case HV_DIRECTIVE_EXCLUDE:
        needs = "an exclusion names a shelter, and a zone or a depot";
        right = zone != depot && shelter && !item && !link;
        break;
    case HV_DIRECTIVE_AVOID:
        needs = "what is avoided is a link";
        right = link && !zone && !shelter && !depot && !item;
        break;
    case HV_DIRECTIVE_PRIORITY:
        needs = "a priority names a shelter or an item";
        right = shelter != item && !zone && !depot && !link;
        break;
    case HV_DIRECTIVE_LIMIT:
        needs = "a limit names a depot, a shelter or both";
        right = (shelter || depot) && !zone && !item && !link;
        break;
    default:
        right = depot && item && !zone && !shelter && !link;
    }
    if (!right)
        return REFUSE("kind", HV_REASON_RANGE, "%s", needs);
    bool has_quantity = directive->kind == HV_DIRECTIVE_RESERVE ||
                        directive->kind == HV_DIRECTIVE_PRIORITY ||
                        directive->kind == HV_DIRECTIVE_LIMIT;
    if (!has_quantity && directive->quantity != 0)
        return REFUSE("quantity", HV_REASON_RANGE,
                      "only a reserve, a priority or a limit is of so much");
    if (directive->kind == HV_DIRECTIVE_PRIORITY &&
        (directive->quantity < 1 || directive->quantity > HV_PRIORITY_MAX))
        return REFUSE("quantity", HV_REASON_RANGE, "a priority counts 1 to 1000 times");
    return HV_OK;
}

int hv_rule_request(const void *message, const struct hv_trail *at, struct hv_verdict *verdict) {
    const struct hv_request *request = message;
    if (request->kind == HV_REQUEST_GOODS && request->line_count == 0 && !request->withdrawn)
        return REFUSE("lines", HV_REASON_RANGE, "missing");
    return HV_OK;
}

/* ---- snapshots and reports ---- */

int hv_rule_snapshot(const void *message, const struct hv_trail *at, struct hv_verdict *verdict) {
    const struct hv_snapshot *snapshot = message;
    if (snapshot->part >= snapshot->parts)
        return REFUSE("part", HV_REASON_RANGE, "%u of %u, from 0", snapshot->part, snapshot->parts);
    int error =
        check_capacity(snapshot->capacity, snapshot->capacity_count, at, "capacity", verdict);
    if (error == HV_OK)
        error = check_lifelines(snapshot->lifelines, snapshot->lifeline_count, at, verdict);
    if (error == HV_OK)
        error = check_counted_once(snapshot->stock, snapshot->stock_count, at, "stock", verdict);
    return error;
}

int hv_rule_report(const void *message, const struct hv_trail *at, struct hv_verdict *verdict) {
    const struct hv_report *report = message;
    if (report->source != HV_SOURCE_NODE && is_empty(report->subject))
        return REFUSE("subject", HV_REASON_RANGE, "missing in a report on behalf");
    return HV_OK;
}

/* Snapshots and nothing else stand in the lane PRESENT. */
static int check_lane(enum hv_lane lane, const struct hv_report *report, const struct hv_trail *at,
                      struct hv_verdict *verdict) {
    if ((lane == HV_LANE_PRESENT) != (report->kind == HV_REPORT_SNAPSHOT))
        return REFUSE("lane", HV_REASON_TYPE, "%s in lane %s", hv_report_word(report->kind),
                      hv_lane_word(lane));
    return HV_OK;
}

/* ---- envelope ---- */

int hv_rule_envelope(const void *message, const struct hv_trail *at, struct hv_verdict *verdict) {
    const struct hv_envelope *envelope = message;
    if (envelope->protocol != HV_PROTOCOL)
        return hv_refuse(verdict, at, "protocol", HV_ERR_VERSION, HV_REASON_PROTOCOL, "%u, not %u",
                         envelope->protocol, HV_PROTOCOL);
    switch (envelope->kind) {
    case HV_BODY_REPORT:
    case HV_BODY_ACK:
        if (envelope->lane == HV_LANE_UNKNOWN)
            return REFUSE("lane", HV_REASON_RANGE, "missing");
        if (envelope->sequence == 0)
            return REFUSE("sequence", HV_REASON_RANGE, "missing");
        break;
    case HV_BODY_REFUSAL: /* of whatever was refused, as far as that could be read */
        break;
    default:
        if (envelope->lane != HV_LANE_UNKNOWN || envelope->sequence != 0)
            return REFUSE("lane", HV_REASON_RANGE, "a lane or sequence in a message of no lane");
    }
    return envelope->kind == HV_BODY_REPORT
               ? check_lane(envelope->lane, &envelope->report, at, verdict)
               : HV_OK;
}

/* ---- orders ---- */

static int check_parts(uint32_t people, const uint32_t parts[3], const struct hv_trail *at,
                       struct hv_verdict *verdict) {
    static const char *const fields[] = {"wheelchair", "medical", "without_vehicle"};
    for (int i = 0; i < 3; i++)
        if (parts[i] > people)
            return REFUSE(fields[i], HV_REASON_RANGE, "%u of %u people", parts[i], people);
    return HV_OK;
}

int hv_rule_order_people(const void *message, const struct hv_trail *at,
                         struct hv_verdict *verdict) {
    const struct hv_order_people *line = message;
    return check_parts(line->people,
                       (uint32_t[]){line->wheelchair, line->medical, line->without_vehicle}, at,
                       verdict);
}

int hv_rule_plan_move(const void *message, const struct hv_trail *at, struct hv_verdict *verdict) {
    const struct hv_plan_move *move = message;
    return check_parts(move->people,
                       (uint32_t[]){move->wheelchair, move->medical, move->without_vehicle}, at,
                       verdict);
}

/* Nobody is of two classes. */
static int check_stop(uint32_t people, uint32_t wheelchair, uint32_t medical,
                      const struct hv_trail *at, struct hv_verdict *verdict) {
    if ((uint64_t)wheelchair + medical > people)
        return REFUSE("people", HV_REASON_RANGE, "%u, fewer than %llu in wheelchairs or medical",
                      people, (unsigned long long)wheelchair + medical);
    return HV_OK;
}

int hv_rule_bus_stop(const void *message, const struct hv_trail *at, struct hv_verdict *verdict) {
    const struct hv_bus_stop *stop = message;
    if (stop->leaves_wall_ms < stop->arrives_wall_ms)
        return REFUSE("leaves_wall_ms", HV_REASON_RANGE, "before arrives_wall_ms");
    return check_stop(stop->people, stop->wheelchair, stop->medical, at, verdict);
}

int hv_rule_bus_run(const void *message, const struct hv_trail *at, struct hv_verdict *verdict) {
    const struct hv_bus_run *run = message;
    if (run->arrives_wall_ms < run->starts_wall_ms || run->free_wall_ms < run->arrives_wall_ms)
        return REFUSE("arrives_wall_ms", HV_REASON_RANGE, "not between start and end");
    return HV_OK;
}

int hv_rule_plan_bus_stop(const void *message, const struct hv_trail *at,
                          struct hv_verdict *verdict) {
    const struct hv_plan_bus_stop *stop = message;
    return check_stop(stop->people, stop->wheelchair, stop->medical, at, verdict);
}

int hv_rule_hazard_step(const void *message, const struct hv_trail *at,
                        struct hv_verdict *verdict) {
    const struct hv_hazard_step *step = message;
    if (step->has_until && step->until_wall_ms <= step->from_wall_ms)
        return REFUSE("until_wall_ms", HV_REASON_RANGE, "not after from_wall_ms");
    return 0;
}

int hv_rule_order(const void *message, const struct hv_trail *at, struct hv_verdict *verdict) {
    const struct hv_order *order = message;
    bool sent = order->state == HV_ORDER_ISSUED || order->state == HV_ORDER_CANCELLED ||
                order->state == HV_ORDER_SUPERSEDED;
    if (!sent)
        return REFUSE("state", HV_REASON_RANGE, "%s is an answer's",
                      hv_order_state_word(order->state));
    if ((order->state == HV_ORDER_SUPERSEDED) != (order->superseded_by != 0))
        return REFUSE("superseded_by", HV_REASON_RANGE, "%llu in state %s",
                      (unsigned long long)order->superseded_by, hv_order_state_word(order->state));
    if (order->has_start && order->has_end && order->end_wall_ms < order->start_wall_ms)
        return REFUSE("end_wall_ms", HV_REASON_RANGE, "before the start");
    if (order->answers_from > order->revision)
        return REFUSE("answers_from", HV_REASON_RANGE, "later than this revision");
    if (order->answers_from != 0 && order->state != HV_ORDER_ISSUED)
        return REFUSE("answers_from", HV_REASON_RANGE, "an order that ends is told anew");
    return HV_OK;
}

int hv_rule_answer(const void *message, const struct hv_trail *at, struct hv_verdict *verdict) {
    const struct hv_order_answer *answer = message;
    if (answer->state < HV_ORDER_STORED || answer->state > HV_ORDER_FAILED)
        return REFUSE("state", HV_REASON_RANGE, "%s is the coordinator's",
                      hv_order_state_word(answer->state));
    if (answer->state == HV_ORDER_DECLINED && is_empty(answer->reason))
        return REFUSE("reason", HV_REASON_RANGE, "missing");
    return HV_OK;
}

/* ---- log records ---- */

int hv_rule_record(const void *message, const struct hv_trail *at, struct hv_verdict *verdict) {
    const struct hv_record *record = message;
    if (record->version != HV_RECORD_VERSION)
        return hv_refuse(verdict, at, "version", HV_ERR_VERSION, HV_REASON_PROTOCOL, "%u, not %u",
                         record->version, HV_RECORD_VERSION);
    bool named = record->actor == HV_ACTOR_NODE || record->actor == HV_ACTOR_OPERATOR;
    if (named && is_empty(record->name))
        return REFUSE("name", HV_REASON_RANGE, "missing");
    return HV_OK;
}

int hv_rule_node_report(const void *message, const struct hv_trail *at,
                        struct hv_verdict *verdict) {
    const struct hv_node_report *entry = message;
    if ((entry->lane == HV_LANE_UNKNOWN) != (entry->sequence == 0))
        return REFUSE("sequence", HV_REASON_RANGE, "lane and sequence go together");
    if (entry->report.source == HV_SOURCE_NODE && entry->lane == HV_LANE_UNKNOWN)
        return REFUSE("lane", HV_REASON_RANGE, "missing");
    if (entry->lane != HV_LANE_UNKNOWN && is_empty(entry->node))
        return REFUSE("node", HV_REASON_RANGE, "missing");
    return check_lane(entry->lane, &entry->report, at, verdict);
}
