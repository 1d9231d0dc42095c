#include "tests/support/message_maker.h"

#include <stdlib.h>
#include <string.h>

const enum hv_body_kind message_body_kinds[] = {HV_BODY_HELLO,   HV_BODY_BEAT,  HV_BODY_REPORT,
                                                HV_BODY_WELCOME, HV_BODY_ACK,   HV_BODY_REFUSAL,
                                                HV_BODY_ORDERS,  HV_BODY_CLOCK, HV_BODY_NONE};

const enum hv_report_kind message_report_kinds[] = {
    HV_REPORT_MOVEMENT,  HV_REPORT_COUNT,       HV_REPORT_STATUS,         HV_REPORT_CAPACITY,
    HV_REPORT_LIFELINES, HV_REPORT_STOCK_COUNT, HV_REPORT_STOCK_MOVEMENT, HV_REPORT_REQUEST,
    HV_REPORT_ANSWER,    HV_REPORT_NOTE,        HV_REPORT_SNAPSHOT,       HV_REPORT_NONE};

const enum hv_record_kind message_record_kinds[] = {
    HV_RECORD_LOG_STARTED, HV_RECORD_REPORT,      HV_RECORD_ENROLMENT, HV_RECORD_REVOCATION,
    HV_RECORD_REGION,      HV_RECORD_INCIDENT,    HV_RECORD_CLOCK,     HV_RECORD_ROAD,
    HV_RECORD_HAZARD,      HV_RECORD_NOTE,        HV_RECORD_PRESENCE,  HV_RECORD_PLAN,
    HV_RECORD_APPROVAL,    HV_RECORD_ORDER,       HV_RECORD_ANSWER,    HV_RECORD_PROFILE,
    HV_RECORD_TERM,        HV_RECORD_ALERT,       HV_RECORD_REFUSED,   HV_RECORD_EPOCH,
    HV_RECORD_DECISION,    HV_RECORD_WAYBILL_END, HV_RECORD_DIRECTIVE, HV_RECORD_ACCOUNT,
    HV_RECORD_ESCALATION,  HV_RECORD_OWNER,       HV_RECORD_HANDOVER,  HV_RECORD_SWEEP,
    HV_RECORD_NONE};

void message_maker_init(struct message_maker *maker, uint64_t seed, struct hv_arena *arena) {
    *maker = (struct message_maker){.state = seed, .arena = arena};
}

/* splitmix64: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014. */
static uint64_t next(struct message_maker *maker) {
    uint64_t z = maker->state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

uint64_t message_maker_below(struct message_maker *maker, uint64_t below) {
    return next(maker) % below;
}

/* ---- values ---- */

static bool coin(struct message_maker *maker) {
    return next(maker) & 1;
}

/* Often small, sometimes 0 or the greatest. */
static uint64_t number(struct message_maker *maker, uint64_t max) {
    switch (next(maker) % 6) {
    case 0:
        return 0;
    case 1:
        return max;
    case 2:
        return max == UINT64_MAX ? next(maker) : next(maker) % (max + 1);
    default:
        return next(maker) % (max < 100 ? max + 1 : 100);
    }
}

static uint32_t number32(struct message_maker *maker, uint32_t max) {
    return (uint32_t)number(maker, max);
}

static uint64_t positive(struct message_maker *maker, uint64_t max) {
    return 1 + number(maker, max - 1);
}

static int64_t wall(struct message_maker *maker) {
    return coin(maker) ? (int64_t)number(maker, HV_MS_MAX) : -(int64_t)number(maker, HV_MS_MAX);
}

static uint64_t counter(struct message_maker *maker) {
    return number(maker, HV_COUNTER_MAX);
}

static void *take(struct message_maker *maker, size_t count, size_t size) {
    void *piece = hv_arena_take(maker->arena, count, size);
    if (piece == NULL)
        abort();
    return piece;
}

static const char *text_of(struct message_maker *maker, size_t pieces_min, size_t bytes_max) {
    static const char *const pieces[] = {"a",  "Z",  "7",  "-",  " ",  "é",  "ß",
                                         "東", "避", "難", "所", "屋", "𠮷", "🏥"};
    char *text = take(maker, bytes_max + 1, 1);
    size_t wanted = pieces_min + next(maker) % 12;
    size_t used = 0;
    for (size_t i = 0; i < wanted; i++) {
        const char *piece = pieces[next(maker) % (sizeof pieces / sizeof *pieces)];
        if (used + strlen(piece) > bytes_max)
            break;
        memcpy(text + used, piece, strlen(piece));
        used += strlen(piece);
    }
    return text;
}

static const char *id(struct message_maker *maker) {
    return text_of(maker, 1, HV_ID_BYTES_MAX);
}

static const char *id_or_none(struct message_maker *maker) {
    return coin(maker) ? id(maker) : "";
}

static const char *text(struct message_maker *maker) {
    return coin(maker) ? text_of(maker, 1, HV_TEXT_BYTES_MAX) : "";
}

static const char **ids(struct message_maker *maker, size_t max, size_t *ret_count) {
    *ret_count = next(maker) % (max + 1);
    const char **list = take(maker, *ret_count, sizeof *list);
    for (size_t i = 0; i < *ret_count; i++)
        list[i] = id(maker);
    return *ret_count == 0 ? NULL : list;
}

static void random_bytes(struct message_maker *maker, uint8_t *bytes, size_t size) {
    for (size_t i = 0; i < size; i++)
        bytes[i] = (uint8_t)next(maker);
}

#define BYTES(ARRAY) random_bytes(maker, ARRAY, sizeof ARRAY)
#define ANY(COUNT) (unsigned)message_maker_below(maker, COUNT)
#define KNOWN(COUNT) (1 + (unsigned)message_maker_below(maker, (COUNT)-1))

static struct hv_seen seen(struct message_maker *maker) {
    return (struct hv_seen){.wall_ms = wall(maker), .node_ms = number(maker, HV_MS_MAX)};
}

static struct hv_people present_people(struct message_maker *maker) {
    struct hv_people people = {0};
    for (int i = 0; i < HV_AGE_COUNT; i++)
        people.by_age[i] = (int32_t)number(maker, HV_PEOPLE_MAX / HV_AGE_COUNT);
    for (int i = 0; i < HV_OVERLAY_COUNT; i++)
        people.overlay[i] = (int32_t)number(maker, (uint64_t)hv_people_total(&people));
    people.pets = (int32_t)number(maker, HV_PEOPLE_MAX);
    return people;
}

static struct hv_people signed_people(struct message_maker *maker) {
    struct hv_people people = present_people(maker);
    for (int i = 0; i < HV_AGE_COUNT; i++)
        people.by_age[i] = coin(maker) ? people.by_age[i] : -people.by_age[i];
    for (int i = 0; i < HV_OVERLAY_COUNT; i++)
        people.overlay[i] = coin(maker) ? people.overlay[i] : -people.overlay[i];
    return people;
}

/* ---- lists ---- */

static struct hv_stock_line *stock_lines(struct message_maker *maker, size_t min, size_t max,
                                         size_t *ret_count) {
    *ret_count = min + next(maker) % (max - min + 1);
    struct hv_stock_line *lines = take(maker, *ret_count, sizeof *lines);
    for (size_t i = 0; i < *ret_count; i++) {
        uint64_t quantity = positive(maker, HV_QUANTITY_MAX);
        lines[i] = (struct hv_stock_line){
            .item = id(maker),
            .lot = id_or_none(maker),
            .expiry_day = (uint32_t)(i + next(maker) % 20000 / max * max), /* no two the same */
            .quantity = quantity,
            .damaged = number(maker, quantity),
            .pack = number32(maker, UINT32_MAX)};
    }
    return *ret_count == 0 ? NULL : lines;
}

static struct hv_capacity_line *capacity_lines(struct message_maker *maker, size_t *ret_count) {
    *ret_count = next(maker) % 9;
    struct hv_capacity_line *lines = take(maker, *ret_count, sizeof *lines);
    for (unsigned i = 0; i < *ret_count; i++)
        lines[i] = (struct hv_capacity_line){.basis = 1 + i % 2,
                                             .part = 1 + i / 2 % 2,
                                             .place = 1 + i / 4,
                                             .people = number32(maker, HV_PEOPLE_MAX)};
    return *ret_count == 0 ? NULL : lines;
}

static struct hv_lifeline *lifelines(struct message_maker *maker, size_t *ret_count) {
    *ret_count = next(maker) % HV_LIFELINE_COUNT;
    struct hv_lifeline *lines = take(maker, *ret_count, sizeof *lines);
    for (unsigned i = 0; i < *ret_count; i++) {
        lines[i] = (struct hv_lifeline){.kind = i + 1,
                                        .state = ANY(HV_LIFELINE_STATE_COUNT),
                                        .has_hours = coin(maker),
                                        .seen = seen(maker)};
        if (lines[i].has_hours)
            lines[i].hours_left = number32(maker, HV_LIFELINE_HOURS_MAX);
    }
    return *ret_count == 0 ? NULL : lines;
}

static struct hv_lane_head *lane_heads(struct message_maker *maker, size_t *ret_count) {
    *ret_count = next(maker) % HV_LANE_COUNT;
    struct hv_lane_head *heads = take(maker, *ret_count, sizeof *heads);
    for (unsigned i = 0; i < *ret_count; i++)
        heads[i] = (struct hv_lane_head){.lane = i + 1, .sequence = counter(maker)};
    return *ret_count == 0 ? NULL : heads;
}

/* ---- reports ---- */

static struct hv_movement movement(struct message_maker *maker) {
    struct hv_movement made = {.kind = KNOWN(HV_MOVEMENT_COUNT),
                               .zone = id_or_none(maker),
                               .destination = ANY(HV_DESTINATION_COUNT),
                               .shelter = id_or_none(maker),
                               .transfer = id(maker),
                               .households = number32(maker, HV_PEOPLE_MAX)};
    made.people =
        made.kind == HV_MOVEMENT_CORRECTION ? signed_people(maker) : present_people(maker);
    return made;
}

static struct hv_stock_movement stock_movement(struct message_maker *maker) {
    struct hv_stock_movement movement = {.kind = KNOWN(HV_STOCK_MOVEMENT_COUNT),
                                         .waybill = id(maker),
                                         .counterpart = id_or_none(maker),
                                         .reason = text(maker),
                                         .vehicle = id_or_none(maker)};
    movement.lines = stock_lines(maker, 1, 20, &movement.line_count);
    if (movement.kind == HV_STOCK_UNPACK)
        movement.into = stock_lines(maker, 1, 20, &movement.into_count);
    if (movement.kind == HV_STOCK_SHIP || movement.kind == HV_STOCK_RECEIVE)
        movement.final = coin(maker);
    else if (movement.kind < HV_STOCK_PICK && coin(maker))
        movement.waybill = "";
    movement.request_node = "";
    if (movement.kind == HV_STOCK_RECEIVE && !movement.final && coin(maker)) {
        movement.waybill = "";
        movement.request = positive(maker, HV_COUNTER_MAX);
        movement.request_node = id_or_none(maker);
    }
    return movement;
}

static struct hv_request_decision decision(struct message_maker *maker) {
    struct hv_request_decision decision = {.place = id(maker),
                                           .node = id_or_none(maker),
                                           .request = positive(maker, HV_COUNTER_MAX),
                                           .verdict = KNOWN(HV_VERDICT_COUNT),
                                           .reason = id(maker)};
    if (decision.verdict == HV_VERDICT_APPROVED)
        decision.lines = stock_lines(maker, 0, 20, &decision.line_count);
    return decision;
}

static struct hv_plan_directive directive(struct message_maker *maker) {
    struct hv_plan_directive made = {.id = id(maker),
                                     .kind = KNOWN(HV_DIRECTIVE_KIND_COUNT),
                                     .zone = "",
                                     .shelter = "",
                                     .depot = "",
                                     .item = "",
                                     .link = "",
                                     .lifted = coin(maker),
                                     .reason = text(maker)};
    if (made.kind == HV_DIRECTIVE_AVOID) {
        made.link = id(maker);
        return made;
    }
    if (made.kind == HV_DIRECTIVE_PRIORITY || made.kind == HV_DIRECTIVE_LIMIT) {
        made.quantity = positive(maker, HV_PRIORITY_MAX);
        if (made.kind == HV_DIRECTIVE_LIMIT && coin(maker))
            made.depot = id(maker);
        if (made.kind == HV_DIRECTIVE_PRIORITY && coin(maker))
            made.item = id(maker);
        else
            made.shelter = id(maker);
        return made;
    }
    bool of_depot =
        made.kind == HV_DIRECTIVE_RESERVE || (made.kind == HV_DIRECTIVE_EXCLUDE && coin(maker));
    if (of_depot)
        made.depot = id(maker);
    else
        made.zone = id(maker);
    if (made.kind == HV_DIRECTIVE_RESERVE) {
        made.item = id(maker);
        made.quantity = number(maker, HV_QUANTITY_MAX);
    } else {
        made.shelter = id(maker);
    }
    return made;
}

static struct hv_account_change account_change(struct message_maker *maker) {
    struct hv_account_change made = {.account = id(maker),
                                     .act = KNOWN(HV_ACCOUNT_ACT_COUNT),
                                     .machine = coin(maker),
                                     .secret = coin(maker)};
    made.roles = ids(maker, HV_ROLES_MAX, &made.role_count);
    return made;
}

static struct hv_origin origin(struct message_maker *maker) {
    return (struct hv_origin){.door = id(maker),
                              .address = id_or_none(maker),
                              .role = id_or_none(maker),
                              .key = id_or_none(maker),
                              .fingerprint = number(maker, UINT64_MAX),
                              .before = counter(maker)};
}

static struct hv_request request(struct message_maker *maker) {
    struct hv_request made = {.id = positive(maker, HV_COUNTER_MAX),
                              .kind = KNOWN(HV_REQUEST_KIND_COUNT),
                              .urgency = ANY(HV_URGENCY_COUNT),
                              .has_amount = coin(maker),
                              .text = text(maker),
                              .withdrawn = coin(maker)};
    if (made.has_amount)
        made.amount = number32(maker, HV_PEOPLE_MAX);
    made.lines = stock_lines(maker, 1, 8, &made.line_count);
    return made;
}

static struct hv_order_answer answer(struct message_maker *maker) {
    struct hv_order_answer made = {.order = positive(maker, HV_COUNTER_MAX),
                                   .revision = (uint32_t)positive(maker, UINT32_MAX),
                                   .state = HV_ORDER_STORED + ANY(HV_ORDER_FAILED - 1),
                                   .reason = id(maker),
                                   .has_done = coin(maker)};
    if (made.has_done)
        made.done = number(maker, HV_QUANTITY_MAX);
    return made;
}

static struct hv_snapshot snapshot(struct message_maker *maker) {
    struct hv_snapshot made = {.as_of = counter(maker),
                               .parts = (uint32_t)positive(maker, HV_SNAPSHOT_PARTS_MAX),
                               .people = signed_people(maker),
                               .people_seen = seen(maker),
                               .counted_seen = seen(maker),
                               .count_difference =
                                   (int32_t)number(maker, HV_PEOPLE_MAX) * (coin(maker) ? 1 : -1),
                               .status = ANY(HV_SHELTER_STATUS_COUNT),
                               .status_seen = seen(maker),
                               .capacity_seen = seen(maker),
                               .stock_seen = seen(maker)};
    made.part = ANY(made.parts);
    made.capacity = capacity_lines(maker, &made.capacity_count);
    made.lifelines = lifelines(maker, &made.lifeline_count);
    made.stock = stock_lines(maker, 0, 40, &made.stock_count);
    return made;
}

static void fill_report(struct message_maker *maker, enum hv_report_kind kind,
                        struct hv_report *report) {
    *report = (struct hv_report){
        .source = KNOWN(HV_SOURCE_COUNT), .seen = seen(maker), .subject = id(maker), .kind = kind};
    switch (kind) {
    case HV_REPORT_NONE:
        break;
    case HV_REPORT_MOVEMENT:
        report->movement = movement(maker);
        break;
    case HV_REPORT_COUNT:
        report->count = (struct hv_count){.people = present_people(maker),
                                          .has_households = true,
                                          .households = number32(maker, HV_PEOPLE_MAX)};
        break;
    case HV_REPORT_STATUS:
        report->status = (struct hv_status_report){.status = ANY(HV_SHELTER_STATUS_COUNT),
                                                   .reason = text(maker)};
        break;
    case HV_REPORT_CAPACITY:
        report->capacity.lines = capacity_lines(maker, &report->capacity.line_count);
        break;
    case HV_REPORT_LIFELINES:
        report->lifelines.lifelines = lifelines(maker, &report->lifelines.lifeline_count);
        break;
    case HV_REPORT_STOCK_COUNT:
        report->stock_count =
            (struct hv_stock_count){.complete = coin(maker), .reason = text(maker)};
        report->stock_count.lines = stock_lines(maker, 0, 60, &report->stock_count.line_count);
        break;
    case HV_REPORT_STOCK_MOVEMENT:
        report->stock_movement = stock_movement(maker);
        break;
    case HV_REPORT_REQUEST:
        report->request = request(maker);
        break;
    case HV_REPORT_ANSWER:
        report->answer = answer(maker);
        break;
    case HV_REPORT_NOTE:
        report->note = (struct hv_note_report){.text = id(maker)};
        break;
    case HV_REPORT_SNAPSHOT:
        report->snapshot = snapshot(maker);
        break;
    }
}

struct hv_report *message_maker_report(struct message_maker *maker, enum hv_report_kind kind) {
    struct hv_report *report = take(maker, 1, sizeof *report);
    fill_report(maker, kind, report);
    return report;
}

static enum hv_report_kind any_report_kind(struct message_maker *maker) {
    return HV_REPORT_MOVEMENT + ANY(HV_REPORT_SNAPSHOT - HV_REPORT_MOVEMENT + 1);
}

static enum hv_lane lane_of(const struct hv_report *report) {
    return report->kind == HV_REPORT_SNAPSHOT ? HV_LANE_PRESENT : HV_LANE_HISTORY;
}

/* ---- orders ---- */

static struct hv_bus_stop bus_stop(struct message_maker *maker) {
    const uint32_t people = number32(maker, HV_PEOPLE_MAX), wheelchair = number32(maker, people);
    const int64_t arrives = wall(maker);
    return (struct hv_bus_stop){.zone = id(maker),
                                .people = people,
                                .wheelchair = wheelchair,
                                .medical = number32(maker, people - wheelchair),
                                .arrives_wall_ms = arrives,
                                .leaves_wall_ms = arrives,
                                .pickup = coin(maker) ? id(maker) : ""};
}

static void fill_bus_runs(struct message_maker *maker, struct hv_order *order) {
    order->run_count = next(maker) % 3;
    order->runs = take(maker, order->run_count, sizeof *order->runs);
    for (size_t i = 0; i < order->run_count; i++) {
        struct hv_bus_run *run = &order->runs[i];
        const int64_t starts = wall(maker);
        *run = (struct hv_bus_run){.number = (uint32_t)positive(maker, UINT32_MAX),
                                   .shelter = id(maker),
                                   .starts_wall_ms = starts,
                                   .arrives_wall_ms = starts,
                                   .free_wall_ms = starts,
                                   .stop_count = next(maker) % (HV_BUS_STOPS_MAX + 1)};
        run->stops = take(maker, run->stop_count, sizeof *run->stops);
        for (size_t k = 0; k < run->stop_count; k++)
            run->stops[k] = bus_stop(maker);
    }
}

static void fill_order(struct message_maker *maker, struct hv_order *order) {
    static const enum hv_order_state states[] = {HV_ORDER_ISSUED, HV_ORDER_CANCELLED,
                                                 HV_ORDER_SUPERSEDED};
    *order = (struct hv_order){.id = positive(maker, HV_COUNTER_MAX),
                               .revision = (uint32_t)positive(maker, UINT32_MAX),
                               .kind = KNOWN(HV_ORDER_KIND_COUNT),
                               .post = KNOWN(HV_POST_COUNT),
                               .addressee = id(maker),
                               .state = states[next(maker) % 3],
                               .plan = counter(maker),
                               .approval = counter(maker),
                               .has_deadline = coin(maker),
                               .shelter = id_or_none(maker),
                               .has_start = coin(maker),
                               .people_per_hour = number32(maker, HV_PEOPLE_MAX),
                               .travel_s = number32(maker, UINT32_MAX),
                               .counterpart = id_or_none(maker),
                               .waybill = id_or_none(maker),
                               .vehicle = id_or_none(maker),
                               .text = text(maker),
                               .issued_wall_ms = wall(maker),
                               .trips = number32(maker, UINT32_MAX)};
    if (order->state == HV_ORDER_SUPERSEDED)
        order->superseded_by = positive(maker, HV_COUNTER_MAX);
    if (order->has_deadline)
        order->deadline_wall_ms = wall(maker);
    if (order->has_start)
        order->start_wall_ms = wall(maker);
    order->has_end = !order->has_start || order->start_wall_ms <= 0;
    if (order->has_end)
        order->end_wall_ms = (int64_t)number(maker, HV_MS_MAX);
    order->people_count = next(maker) % 4;
    order->people = take(maker, order->people_count, sizeof *order->people);
    for (size_t i = 0; i < order->people_count; i++) {
        uint32_t people = number32(maker, HV_PEOPLE_MAX);
        order->people[i] = (struct hv_order_people){.zone = id_or_none(maker),
                                                    .people = people,
                                                    .wheelchair = number32(maker, people),
                                                    .medical = number32(maker, people),
                                                    .without_vehicle = number32(maker, people)};
    }
    order->links = ids(maker, 10, &order->link_count);
    order->lines = stock_lines(maker, 0, 6, &order->line_count);
    fill_bus_runs(maker, order);
}

struct hv_order *message_maker_order(struct message_maker *maker) {
    struct hv_order *order = take(maker, 1, sizeof *order);
    fill_order(maker, order);
    return order;
}

static struct hv_clock scenario_clock(struct message_maker *maker) {
    if (coin(maker))
        return (struct hv_clock){.rate_permille = 1000};
    return (struct hv_clock){.start_wall_ms = wall(maker),
                             .elapsed_ms = number(maker, HV_MS_MAX),
                             .rate_permille = number32(maker, UINT32_MAX),
                             .scenario = true};
}

/* ---- envelopes ---- */

static struct hv_hello hello(struct message_maker *maker) {
    struct hv_hello made = {.has_log = coin(maker),
                            .term = counter(maker),
                            .role = KNOWN(HV_ROLE_COUNT),
                            .software = id_or_none(maker)};
    if (made.has_log)
        BYTES(made.log);
    made.made = lane_heads(maker, &made.made_count);
    return made;
}

static struct hv_welcome welcome(struct message_maker *maker) {
    struct hv_welcome made = {
        .term = counter(maker), .clock = scenario_clock(maker), .held_epoch = counter(maker)};
    BYTES(made.log);
    made.held = lane_heads(maker, &made.held_count);
    made.endpoints = ids(maker, HV_ENDPOINTS_MAX, &made.endpoint_count);
    return made;
}

static struct hv_refusal refusal(struct message_maker *maker) {
    return (struct hv_refusal){.reason = KNOWN(HV_REASON_COUNT),
                               .detail = text(maker),
                               .held = counter(maker),
                               .held_epoch = counter(maker),
                               .skip = coin(maker)};
}

static struct hv_order_set order_set(struct message_maker *maker) {
    struct hv_order_set made = {.order_count = next(maker) % 4};
    made.orders = take(maker, made.order_count, sizeof *made.orders);
    for (size_t i = 0; i < made.order_count; i++)
        fill_order(maker, &made.orders[i]);
    return made;
}

struct hv_envelope *message_maker_envelope(struct message_maker *maker, enum hv_body_kind kind) {
    struct hv_envelope *envelope = take(maker, 1, sizeof *envelope);
    *envelope = (struct hv_envelope){.protocol = HV_PROTOCOL,
                                     .mode = KNOWN(HV_MODE_COUNT),
                                     .epoch = counter(maker),
                                     .sent_node_ms = number(maker, HV_MS_MAX),
                                     .clock_gap_node_ms = number(maker, HV_MS_MAX),
                                     .kind = kind};
    BYTES(envelope->deployment);
    BYTES(envelope->incident);
    if (kind == HV_BODY_ACK || kind == HV_BODY_REFUSAL || kind == HV_BODY_REPORT) {
        envelope->lane = KNOWN(HV_LANE_COUNT);
        envelope->sequence = positive(maker, HV_COUNTER_MAX);
    }
    switch (kind) {
    case HV_BODY_NONE:
    case HV_BODY_BEAT:
        break;
    case HV_BODY_HELLO:
        envelope->hello = hello(maker);
        break;
    case HV_BODY_REPORT:
        fill_report(maker, any_report_kind(maker), &envelope->report);
        envelope->lane = lane_of(&envelope->report);
        break;
    case HV_BODY_WELCOME:
        envelope->welcome = welcome(maker);
        break;
    case HV_BODY_ACK:
        envelope->ack.position = counter(maker);
        break;
    case HV_BODY_REFUSAL:
        envelope->refusal = refusal(maker);
        break;
    case HV_BODY_ORDERS:
        envelope->orders = order_set(maker);
        break;
    case HV_BODY_CLOCK:
        envelope->clock = scenario_clock(maker);
        break;
    }
    return envelope;
}

/* ---- log records ---- */

static struct hv_node_report node_report(struct message_maker *maker) {
    struct hv_node_report made = {.node = id(maker),
                                  .epoch = counter(maker),
                                  .sequence = positive(maker, HV_COUNTER_MAX),
                                  .sent_node_ms = number(maker, HV_MS_MAX),
                                  .clock_gap_node_ms = number(maker, HV_MS_MAX)};
    BYTES(made.incident);
    fill_report(maker, any_report_kind(maker), &made.report);
    made.lane = lane_of(&made.report);
    return made;
}

static struct hv_hazard_step hazard_step(struct message_maker *maker) {
    struct hv_hazard_step made = {.from_wall_ms = (int64_t)number(maker, HV_MS_MAX - 1),
                                  .has_until = coin(maker),
                                  .has_capacity = coin(maker)};
    made.until_wall_ms = made.has_until ? HV_MS_MAX : 0;
    made.capacity_permille = made.has_capacity ? number32(maker, 1000) : 0;
    made.zones = ids(maker, 3, &made.zone_count);
    made.links = ids(maker, 3, &made.link_count);
    made.shelters = ids(maker, 3, &made.shelter_count);
    made.depots = ids(maker, 3, &made.depot_count);
    return made;
}

static struct hv_hazard_state hazard(struct message_maker *maker) {
    struct hv_hazard_state made = {
        .hazard = id(maker), .kind = id_or_none(maker), .over = coin(maker)};
    made.zones = ids(maker, 5, &made.zone_count);
    made.links = ids(maker, 5, &made.link_count);
    made.shelters = ids(maker, 5, &made.shelter_count);
    made.depots = ids(maker, 5, &made.depot_count);
    made.step_count = number(maker, 3);
    made.steps = take(maker, made.step_count + 1, sizeof *made.steps);
    for (size_t i = 0; made.steps != NULL && i < made.step_count; i++)
        made.steps[i] = hazard_step(maker);
    return made;
}

static struct hv_plan_move plan_move(struct message_maker *maker) {
    uint32_t people = number32(maker, HV_PEOPLE_MAX);
    struct hv_plan_move made = {.zone = id(maker),
                                .shelter = id(maker),
                                .people = people,
                                .wheelchair = number32(maker, people),
                                .medical = number32(maker, people),
                                .without_vehicle = number32(maker, people),
                                .travel_s = number32(maker, UINT32_MAX),
                                .changed = coin(maker),
                                .departs_s = number32(maker, UINT32_MAX),
                                .departed_s = number32(maker, UINT32_MAX),
                                .arrives_s = number32(maker, UINT32_MAX),
                                .arrived_s = number32(maker, UINT32_MAX),
                                .people_per_hour = number32(maker, HV_PEOPLE_MAX)};
    made.links = ids(maker, 6, &made.link_count);
    return made;
}

static struct hv_plan_delivery plan_delivery(struct message_maker *maker) {
    struct hv_plan_delivery made = {.depot = id(maker),
                                    .shelter = id(maker),
                                    .vehicle = id(maker),
                                    .number = number32(maker, UINT32_MAX),
                                    .order = counter(maker),
                                    .starts_s = number32(maker, UINT32_MAX),
                                    .leaves_s = number32(maker, UINT32_MAX),
                                    .arrives_s = number32(maker, UINT32_MAX),
                                    .delivered_s = number32(maker, UINT32_MAX),
                                    .back_s = number32(maker, UINT32_MAX),
                                    .late_s = number32(maker, UINT32_MAX),
                                    .leave_by_s = number32(maker, UINT32_MAX)};
    made.load_count = next(maker) % 4;
    made.load = take(maker, made.load_count, sizeof *made.load);
    for (size_t i = 0; i < made.load_count; i++)
        made.load[i] = (struct hv_plan_load){id(maker), number(maker, HV_QUANTITY_MAX)};
    return made;
}

static void fill_plan_fleet(struct message_maker *maker, struct hv_plan *plan) {
    plan->fleet_known = coin(maker);
    plan->delivery_horizon_s = number32(maker, UINT32_MAX);
    plan->last_delivery_s = number32(maker, UINT32_MAX);
    plan->last_delivery_bound_s = number32(maker, UINT32_MAX);
    plan->vehicle_s = number(maker, INT64_MAX);
    plan->delivery_late_s = number32(maker, UINT32_MAX);
    plan->delivery_count = next(maker) % 4;
    plan->deliveries = take(maker, plan->delivery_count, sizeof *plan->deliveries);
    for (size_t i = 0; i < plan->delivery_count; i++)
        plan->deliveries[i] = plan_delivery(maker);
    plan->undelivered_count = next(maker) % 4;
    plan->undelivered = take(maker, plan->undelivered_count, sizeof *plan->undelivered);
    for (size_t i = 0; i < plan->undelivered_count; i++)
        plan->undelivered[i] =
            (struct hv_plan_undelivered){.depot = id(maker),
                                         .shelter = id(maker),
                                         .item = id(maker),
                                         .quantity = number(maker, HV_QUANTITY_MAX),
                                         .order = counter(maker),
                                         .reason = ANY(HV_PLAN_REASON_COUNT)};
}

static struct hv_plan_bus_run plan_bus_run(struct message_maker *maker) {
    struct hv_plan_bus_run run = {.vehicle = id(maker),
                                  .number = (uint32_t)positive(maker, UINT32_MAX),
                                  .shelter = id(maker),
                                  .order = counter(maker),
                                  .begun = coin(maker),
                                  .starts_s = wall(maker),
                                  .arrives_s = wall(maker),
                                  .free_s = wall(maker),
                                  .starts_wall_ms = wall(maker),
                                  .stop_count = next(maker) % 4};
    run.stops = take(maker, run.stop_count, sizeof *run.stops);
    for (size_t i = 0; i < run.stop_count; i++) {
        const uint32_t people = number32(maker, HV_PEOPLE_MAX);
        run.stops[i] = (struct hv_plan_bus_stop){.zone = id(maker),
                                                 .people = people,
                                                 .wheelchair = number32(maker, people),
                                                 .arrives_s = wall(maker),
                                                 .leaves_s = wall(maker),
                                                 .pickup = coin(maker) ? id(maker) : ""};
        run.stops[i].medical = number32(maker, people - run.stops[i].wheelchair);
    }
    return run;
}

static void fill_plan_buses(struct message_maker *maker, struct hv_plan *plan) {
    plan->buses_known = coin(maker);
    plan->bus_run_count = next(maker) % 4;
    plan->bus_runs = take(maker, plan->bus_run_count, sizeof *plan->bus_runs);
    for (size_t i = 0; i < plan->bus_run_count; i++)
        plan->bus_runs[i] = plan_bus_run(maker);
    plan->bus_people = number(maker, INT64_MAX);
    plan->bus_unserved = number(maker, INT64_MAX);
    plan->bus_unserved_bound = number(maker, INT64_MAX);
    plan->bus_person_seconds = wall(maker);
    plan->bus_person_seconds_bound = wall(maker);
    plan->bus_horizon_s = number32(maker, UINT32_MAX);
    plan->bus_last_s = number32(maker, UINT32_MAX);
    plan->bus_count = number32(maker, UINT32_MAX);
    plan->bus_seats = number32(maker, UINT32_MAX);
    plan->bus_stability_person_seconds = number(maker, INT64_MAX);
}

static void fill_plan_lists(struct message_maker *maker, struct hv_plan *plan) {
    plan->move_count = next(maker) % 5;
    plan->moves = take(maker, plan->move_count, sizeof *plan->moves);
    for (size_t i = 0; i < plan->move_count; i++)
        plan->moves[i] = plan_move(maker);
    plan->shipment_count = next(maker) % 5;
    plan->shipments = take(maker, plan->shipment_count, sizeof *plan->shipments);
    for (size_t i = 0; i < plan->shipment_count; i++)
        plan->shipments[i] = (struct hv_plan_shipment){.depot = id(maker),
                                                       .shelter = id(maker),
                                                       .item = id(maker),
                                                       .quantity = number(maker, HV_QUANTITY_MAX),
                                                       .changed = coin(maker)};
    plan->kit_count = next(maker) % 4;
    plan->kits = take(maker, plan->kit_count, sizeof *plan->kits);
    for (size_t i = 0; i < plan->kit_count; i++)
        plan->kits[i] = (struct hv_plan_kits){
            .depot = id(maker), .item = id(maker), .quantity = number(maker, HV_QUANTITY_MAX)};
    plan->transfer_count = next(maker) % 4;
    plan->transfers = take(maker, plan->transfer_count, sizeof *plan->transfers);
    for (size_t i = 0; i < plan->transfer_count; i++)
        plan->transfers[i] = (struct hv_plan_transfer){.from = id(maker),
                                                       .to = id(maker),
                                                       .item = id(maker),
                                                       .quantity = number(maker, HV_QUANTITY_MAX),
                                                       .travel_s = number32(maker, UINT32_MAX)};
    plan->order_change_count = next(maker) % 4;
    plan->order_changes = take(maker, plan->order_change_count, sizeof *plan->order_changes);
    for (size_t i = 0; i < plan->order_change_count; i++)
        plan->order_changes[i] =
            (struct hv_plan_order_change){.order = positive(maker, HV_COUNTER_MAX),
                                          .reason = ANY(HV_PLAN_REASON_COUNT),
                                          .saving = wall(maker),
                                          .depot = id_or_none(maker),
                                          .shelter = id_or_none(maker)};
    plan->change_count = next(maker) % 5;
    plan->changes = take(maker, plan->change_count, sizeof *plan->changes);
    for (size_t i = 0; i < plan->change_count; i++)
        plan->changes[i] = (struct hv_plan_change){.zone = id(maker),
                                                   .shelter = id(maker),
                                                   .before = number32(maker, HV_PEOPLE_MAX),
                                                   .after = number32(maker, HV_PEOPLE_MAX),
                                                   .reason = ANY(HV_PLAN_REASON_COUNT),
                                                   .loses_s = number32(maker, UINT32_MAX)};
    plan->left_count = next(maker) % 5;
    plan->left = take(maker, plan->left_count, sizeof *plan->left);
    for (size_t i = 0; i < plan->left_count; i++)
        plan->left[i] = (struct hv_plan_left){.zone = id_or_none(maker),
                                              .shelter = id_or_none(maker),
                                              .item = id_or_none(maker),
                                              .amount = number(maker, HV_QUANTITY_MAX),
                                              .reason = ANY(HV_PLAN_REASON_COUNT),
                                              .parameter = text(maker)};
}

static void fill_plan_ways(struct message_maker *maker, struct hv_plan *plan) {
    plan->way_count = next(maker) % 4;
    plan->ways = take(maker, plan->way_count, sizeof *plan->ways);
    for (size_t i = 0; i < plan->way_count; i++)
        plan->ways[i] = (struct hv_plan_way){.zone = id(maker),
                                             .shelter = id(maker),
                                             .people = number32(maker, HV_PEOPLE_MAX),
                                             .wheelchair = number32(maker, HV_PEOPLE_MAX),
                                             .medical = number32(maker, HV_PEOPLE_MAX),
                                             .overdue = number32(maker, HV_PEOPLE_MAX),
                                             .turned_away = number32(maker, HV_PEOPLE_MAX),
                                             .arrives_s = number32(maker, UINT32_MAX),
                                             .arrived_s = number32(maker, UINT32_MAX)};
}

static struct hv_plan plan(struct message_maker *maker) {
    struct hv_plan made = {.id = positive(maker, HV_COUNTER_MAX),
                           .basis = counter(maker),
                           .in_force = counter(maker),
                           .unserved_people = wall(maker),
                           .unserved_bound = wall(maker),
                           .person_seconds = wall(maker),
                           .person_seconds_bound = wall(maker),
                           .unmet_cost = wall(maker),
                           .unmet_bound = wall(maker),
                           .work = number(maker, UINT64_MAX),
                           .stopped_early = coin(maker),
                           .bound = ANY(HV_PLAN_BOUND_COUNT),
                           .step_s = number32(maker, UINT32_MAX),
                           .horizon_s = number32(maker, UINT32_MAX),
                           .ete90_s = number32(maker, UINT32_MAX),
                           .ete100_s = number32(maker, UINT32_MAX),
                           .clearance_s = number32(maker, UINT32_MAX),
                           .late_people = number(maker, INT64_MAX),
                           .changed_people = number(maker, INT64_MAX),
                           .stability_person_seconds = number(maker, INT64_MAX),
                           .precedence_people = number(maker, INT64_MAX),
                           .contraflow_people = wall(maker),
                           .contraflow_person_seconds = wall(maker)};
    made.fair = coin(maker);
    made.fairness_known = coin(maker);
    made.fairness_cost = wall(maker);
    made.cheapest_fill = (uint32_t)number(maker, 10000);
    made.fairest_fill = (uint32_t)number(maker, 10000);
    made.least_fill = (uint32_t)number(maker, 10000);
    made.whole_packs = coin(maker);
    made.rounding_cost = wall(maker);
    made.carrying_cost = wall(maker);
    made.orders_kept = (uint32_t)number(maker, UINT32_MAX);
    made.stability_cost = wall(maker);
    made.goods_change_price = wall(maker);
    BYTES(made.region_hash);
    fill_plan_lists(maker, &made);
    fill_plan_fleet(maker, &made);
    fill_plan_buses(maker, &made);
    fill_plan_ways(maker, &made);
    return made;
}

static void fill_record(struct message_maker *maker, struct hv_record *record) {
    switch (record->kind) {
    case HV_RECORD_NONE:
        break;
    case HV_RECORD_LOG_STARTED:
        record->started =
            (struct hv_log_started){.mode = KNOWN(HV_MODE_COUNT), .name = text(maker)};
        BYTES(record->started.deployment);
        BYTES(record->started.log);
        break;
    case HV_RECORD_REPORT:
        record->report = node_report(maker);
        break;
    case HV_RECORD_ENROLMENT:
        record->enrolment = (struct hv_enrolment){
            .node = id(maker), .role = KNOWN(HV_ROLE_COUNT), .place = id_or_none(maker)};
        BYTES(record->enrolment.public_key);
        break;
    case HV_RECORD_REVOCATION:
        record->revocation = (struct hv_revocation){.node = id(maker), .reason = text(maker)};
        BYTES(record->revocation.public_key);
        break;
    case HV_RECORD_REGION:
        record->region = (struct hv_region_version){.name = id(maker), .version = id(maker)};
        BYTES(record->region.hash);
        break;
    case HV_RECORD_INCIDENT:
        record->incident = (struct hv_incident_change){
            .name = text(maker), .phase = KNOWN(HV_PHASE_COUNT), .hazard = id_or_none(maker)};
        BYTES(record->incident.incident);
        break;
    case HV_RECORD_CLOCK:
        record->clock = scenario_clock(maker);
        break;
    case HV_RECORD_ROAD:
        record->road = (struct hv_road_state){.link = id(maker),
                                              .closed = coin(maker),
                                              .has_capacity = true,
                                              .capacity_permille = number32(maker, 2000),
                                              .reason = text(maker)};
        break;
    case HV_RECORD_SWEEP:
        record->sweep = (struct hv_zone_sweep){.zone = id(maker),
                                               .left = number(maker, HV_PEOPLE_MAX),
                                               .age_ms = number(maker, HV_MS_MAX),
                                               .reason = text(maker)};
        break;
    case HV_RECORD_HAZARD:
        record->hazard = hazard(maker);
        break;
    case HV_RECORD_NOTE:
        record->note = (struct hv_note_entry){.text = id(maker), .subject = id_or_none(maker)};
        break;
    case HV_RECORD_PRESENCE:
        record->presence = (struct hv_presence){.node = id(maker),
                                                .stale = coin(maker),
                                                .last_heard_mono_ms = number(maker, HV_MS_MAX)};
        break;
    case HV_RECORD_PLAN:
        record->plan = plan(maker);
        break;
    case HV_RECORD_APPROVAL:
        record->approval = (struct hv_approval){.plan = positive(maker, HV_COUNTER_MAX),
                                                .withdrawn = coin(maker),
                                                .reason = text(maker)};
        break;
    case HV_RECORD_ORDER:
        fill_order(maker, &record->order);
        break;
    case HV_RECORD_ANSWER:
        record->answer = answer(maker);
        break;
    case HV_RECORD_PROFILE:
        record->profile = (struct hv_profile_version){.name = id(maker), .version = id(maker)};
        break;
    case HV_RECORD_TERM:
        record->term =
            (struct hv_term_change){.term = positive(maker, HV_COUNTER_MAX), .reason = text(maker)};
        BYTES(record->term.log);
        break;
    case HV_RECORD_ALERT:
        record->alert = (struct hv_alert){.id = id(maker),
                                          .sender = id_or_none(maker),
                                          .headline = text(maker),
                                          .severity = id_or_none(maker),
                                          .cancelled = coin(maker)};
        break;
    case HV_RECORD_REFUSED:
        record->refused = (struct hv_refused_report){.node = id(maker),
                                                     .epoch = counter(maker),
                                                     .lane = KNOWN(HV_LANE_COUNT),
                                                     .sequence = positive(maker, HV_COUNTER_MAX),
                                                     .reason = KNOWN(HV_REASON_COUNT),
                                                     .detail = text(maker)};
        break;
    case HV_RECORD_EPOCH:
        record->epoch = (struct hv_epoch_started){.node = id(maker), .epoch = counter(maker)};
        break;
    case HV_RECORD_DECISION:
        record->decision = decision(maker);
        break;
    case HV_RECORD_WAYBILL_END:
        record->waybill_end = (struct hv_waybill_end){.waybill = id(maker), .reason = id(maker)};
        break;
    case HV_RECORD_DIRECTIVE:
        record->directive = directive(maker);
        break;
    case HV_RECORD_ACCOUNT:
        record->account = account_change(maker);
        break;
    case HV_RECORD_ESCALATION:
        record->escalation =
            (struct hv_escalation){.order = positive(maker, HV_COUNTER_MAX),
                                   .revision = (uint32_t)positive(maker, UINT32_MAX),
                                   .level = (uint32_t)positive(maker, HV_ESCALATION_LEVELS_MAX),
                                   .to = id(maker),
                                   .reason = KNOWN(HV_ESCALATION_REASON_COUNT)};
        break;
    case HV_RECORD_OWNER:
        record->owner = (struct hv_owner_change){
            .thing = id(maker), .owner = id_or_none(maker), .note = text(maker)};
        break;
    case HV_RECORD_HANDOVER:
        record->handover = (struct hv_shift_handover){.to = id(maker), .text = text(maker)};
        break;
    }
}

struct hv_record *message_maker_record(struct message_maker *maker, enum hv_record_kind kind) {
    struct hv_record *record = take(maker, 1, sizeof *record);
    *record = (struct hv_record){.version = HV_RECORD_VERSION,
                                 .actor = KNOWN(HV_ACTOR_COUNT),
                                 .name = id(maker),
                                 .cause = counter(maker),
                                 .wall_ms = wall(maker),
                                 .mono_ms = number(maker, HV_MS_MAX),
                                 .kind = kind};
    fill_record(maker, record);
    if (coin(maker))
        record->origin = origin(maker);
    return record;
}
