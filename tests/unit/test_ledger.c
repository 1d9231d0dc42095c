/* The ledger, account by account: where every unit is after each step of its life. */
#include "coordinator/ledger/verify.h"
#include "coordinator/state/state_book.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static struct state *state;
static struct ledger_verify *verify;
static uint64_t position, sequence[3], present, waited_ms;
static const char *const nodes[3] = {"D1", "S1", "S2"};
enum { D1, S1, S2 };

#define DAY(N) (20000u + (N)) /* what expires on it */

static void put(struct hv_record record) {
    record.version = HV_RECORD_VERSION;
    record.name = "x";
    record.mono_ms = 1000 * ++position + waited_ms;
    record.wall_ms = (int64_t)DAY(0) * 86400000;
    cr_assert_eq(state_apply(state, position, &record), 0);
    cr_assert_eq(ledger_verify_record(verify, &record), 0);
}

static void begin(void) {
    state = state_new();
    verify = ledger_verify_new();
    position = present = waited_ms = 0;
    memset(sequence, 0, sizeof sequence);
    for (unsigned i = 0; i < 3; i++) {
        struct hv_record record = {.kind = HV_RECORD_ENROLMENT, .actor = HV_ACTOR_OPERATOR};
        record.enrolment = (struct hv_enrolment){
            .node = nodes[i], .role = i == D1 ? HV_ROLE_DEPOT : HV_ROLE_SHELTER, .place = ""};
        record.enrolment.public_key[0] = (uint8_t)(i + 1);
        put(record);
        put((struct hv_record){.kind = HV_RECORD_EPOCH,
                               .actor = HV_ACTOR_NODE,
                               .epoch = {.node = nodes[i], .epoch = 1}});
    }
}

/* Whatever a test did, everything adds up at its end. */
static void end(void) {
    cr_assert_eq(ledger_verify_compare(verify, state), 0);
    cr_assert_eq(ledger_verify_totals(verify)->findings, 0, "%s", ledger_verify_finding(verify, 0));
    ledger_verify_free(verify);
    state_free(state);
}

TestSuite(ledger, .init = begin, .fini = end);

/* ---- saying things ---- */

static void say_as(unsigned node, uint64_t number, struct hv_report report) {
    report.source = HV_SOURCE_NODE;
    report.subject = "";
    put((struct hv_record){.kind = HV_RECORD_REPORT,
                           .actor = HV_ACTOR_NODE,
                           .report = {.node = nodes[node],
                                      .epoch = 1,
                                      .lane = HV_LANE_HISTORY,
                                      .sequence = number,
                                      .report = report}});
}

static void say(unsigned node, struct hv_report report) {
    say_as(node, ++sequence[node], report);
}

static struct hv_stock_line of(const char *item, const char *lot, uint32_t day, uint64_t quantity) {
    return (struct hv_stock_line){
        .item = item, .lot = lot, .expiry_day = day, .quantity = quantity};
}

static struct hv_report moving(enum hv_stock_movement_kind kind, struct hv_stock_line *line,
                               const char *waybill) {
    return (struct hv_report){.kind = HV_REPORT_STOCK_MOVEMENT,
                              .stock_movement = {.kind = kind,
                                                 .line_count = 1,
                                                 .lines = line,
                                                 .waybill = waybill,
                                                 .counterpart = "",
                                                 .reason = "",
                                                 .vehicle = ""}};
}

static void move(unsigned node, enum hv_stock_movement_kind kind, struct hv_stock_line line,
                 const char *waybill) {
    say(node, moving(kind, &line, waybill));
}

static void move_last(unsigned node, enum hv_stock_movement_kind kind, struct hv_stock_line line,
                      const char *waybill, const char *reason) {
    struct hv_report report = moving(kind, &line, waybill);
    report.stock_movement.final = true;
    report.stock_movement.reason = reason;
    say(node, report);
}

static void count(unsigned node, struct hv_stock_line line, const char *reason) {
    say(node,
        (struct hv_report){
            .kind = HV_REPORT_STOCK_COUNT,
            .stock_count = {.line_count = 1, .lines = &line, .complete = false, .reason = reason}});
}

static void order(uint64_t id, uint32_t revision, enum hv_order_state standing, unsigned to,
                  struct hv_stock_line line, const char *waybill) {
    struct hv_record record = {.kind = HV_RECORD_ORDER, .actor = HV_ACTOR_OPERATOR};
    record.order = (struct hv_order){.id = id,
                                     .revision = revision,
                                     .kind = HV_ORDER_SHIP,
                                     .post = HV_POST_NODE,
                                     .addressee = "D1",
                                     .state = standing,
                                     .shelter = "",
                                     .counterpart = nodes[to],
                                     .waybill = waybill,
                                     .lines = &line,
                                     .line_count = 1,
                                     .vehicle = "",
                                     .text = ""};
    put(record);
}

static void ask(unsigned node, uint64_t number, enum hv_urgency urgency, uint64_t quantity) {
    struct hv_stock_line line = of("water", "", 0, quantity);
    say(node, (struct hv_report){.kind = HV_REPORT_REQUEST,
                                 .request = {.id = number,
                                             .kind = HV_REQUEST_GOODS,
                                             .urgency = urgency,
                                             .lines = &line,
                                             .line_count = 1,
                                             .text = ""}});
}

static void decide(uint64_t number, enum hv_request_verdict verdict, uint64_t quantity) {
    struct hv_stock_line line = of("water", "", 0, quantity);
    put((struct hv_record){.kind = HV_RECORD_DECISION,
                           .actor = HV_ACTOR_OPERATOR,
                           .decision = {.place = "S1",
                                        .node = "S1",
                                        .request = number,
                                        .verdict = verdict,
                                        .lines = quantity == 0 ? NULL : &line,
                                        .line_count = quantity != 0,
                                        .reason = "x"}});
}

/* ---- looking ---- */

static struct state_lot lot_of(const char *item, const char *lot, uint32_t day) {
    const struct state_entity *name = state_find(state, STATE_NAME, item);
    const struct state_entity *lot_name = state_find(state, STATE_NAME, lot);
    return (struct state_lot){name == NULL ? STATE_NONE : name->index,
                              *lot == '\0' || lot_name == NULL ? STATE_NONE : lot_name->index, day};
}

static int64_t at(unsigned node, enum state_account account, const char *lot, uint32_t day) {
    struct state_lot which = lot_of("water", lot, day);
    return state_book_amount(&state_find_place(state, nodes[node])->book, &which, account);
}

static int64_t way(enum state_account account) {
    return state_waybill_sum(state_find_waybill(state, "W"), account);
}

static enum state_waybill_stage stage(void) {
    return state_waybill_stage(state_find_waybill(state, "W"));
}

static const struct state_request *request(uint64_t number) {
    char id[STATE_ID_BYTES];
    const struct state_place *place = state_find_place(state, "S1");
    state_request_id(place->node, place->entity.index, number, id);
    return state_request(state, state_find(state, STATE_REQUEST, id)->index);
}

static void tracks(uint64_t number, int64_t committed, int64_t shipped, int64_t received) {
    const struct state_request_line *line = &request(number)->lines[0];
    cr_assert_eq(line->committed, committed, "committed %lld", (long long)line->committed);
    cr_assert_eq(line->shipped, shipped, "shipped %lld", (long long)line->shipped);
    cr_assert_eq(line->received, received, "received %lld", (long long)line->received);
}

#define WATER(QUANTITY) of("water", "", 0, QUANTITY)

/* ---- the way of goods ---- */

Test(ledger, goods_are_picked_loaded_shipped_and_received_with_differences) {
    count(D1, WATER(1000), "");
    cr_assert_eq(at(D1, STATE_OPENING, "", 0), 1000);
    order(1, 1, HV_ORDER_ISSUED, S1, WATER(300), "W");
    cr_assert_eq(stage(), STATE_WAYBILL_PLANNED);
    move(D1, HV_STOCK_PICK, WATER(300), "W");
    cr_assert_eq(at(D1, STATE_ON_HAND, "", 0), 700);
    cr_assert_eq(at(D1, STATE_PICKED, "", 0), 300);
    cr_assert_eq(stage(), STATE_WAYBILL_PICKING);
    move(D1, HV_STOCK_LOAD, WATER(300), "W");
    cr_assert_eq(at(D1, STATE_PICKED, "", 0), 0);
    cr_assert_eq(at(D1, STATE_LOADED, "", 0), 300);
    cr_assert_eq(stage(), STATE_WAYBILL_LOADED);
    move_last(D1, HV_STOCK_SHIP, WATER(300), "W", "");
    cr_assert_eq(at(D1, STATE_LOADED, "", 0), 0);
    cr_assert_eq(at(D1, STATE_ON_HAND, "", 0), 700);
    cr_assert_eq(way(STATE_IN_TRANSIT), 300);
    cr_assert_eq(stage(), STATE_WAYBILL_IN_TRANSIT);

    struct hv_stock_line came = WATER(280);
    came.damaged = 30;
    move(S1, HV_STOCK_RECEIVE, came, "W");
    cr_assert_eq(at(S1, STATE_ON_HAND, "", 0), 250);
    cr_assert_eq(at(S1, STATE_DAMAGED, "", 0), 30);
    cr_assert_eq(way(STATE_IN_TRANSIT), 20);
    cr_assert_eq(stage(), STATE_WAYBILL_PARTLY_RECEIVED);
    move_last(S1, HV_STOCK_RECEIVE, WATER(5), "W", "箱子丢失");
    cr_assert_eq(way(STATE_IN_TRANSIT), 0);
    cr_assert_eq(way(STATE_MISSING_ON_WAY), 15);
    cr_assert_eq(stage(), STATE_WAYBILL_CLOSED);
    cr_assert_str_eq(state_find_waybill(state, "W")->closed_reason, "箱子丢失");
    move(S1, HV_STOCK_RECEIVE, WATER(4), "W"); /* it turned up after all */
    cr_assert_eq(way(STATE_MISSING_ON_WAY), 11);
    cr_assert_eq(at(S1, STATE_ON_HAND, "", 0), 259);
}

Test(ledger, what_arrives_before_its_shipment_is_told_is_over_until_then) {
    count(D1, WATER(1000), "");
    move(S1, HV_STOCK_RECEIVE, WATER(200), "W");
    cr_assert_eq(way(STATE_OVER), 200);
    cr_assert_eq(stage(), STATE_WAYBILL_EARLY);
    cr_assert_eq(state_find_waybill(state, "W")->entity.finished, 0);
    move(D1, HV_STOCK_SHIP, WATER(250), "W");
    cr_assert_eq(way(STATE_OVER), 0);
    cr_assert_eq(way(STATE_IN_TRANSIT), 50);
    move(S1, HV_STOCK_RECEIVE, WATER(60), "W");
    cr_assert_eq(way(STATE_IN_TRANSIT), 0);
    cr_assert_eq(way(STATE_OVER), 10);
    cr_assert_eq(at(S1, STATE_ON_HAND, "", 0), 260);
}

Test(ledger, goods_received_under_another_lot_are_relabelled_earliest_first) {
    count(D1, of("water", "L-1", DAY(10), 100), "");
    count(D1, of("water", "L-2", DAY(20), 100), "new");
    move(D1, HV_STOCK_SHIP, of("water", "L-2", DAY(20), 40), "W");
    move(D1, HV_STOCK_SHIP, of("water", "L-1", DAY(10), 40), "W");
    move(S1, HV_STOCK_RECEIVE, WATER(50), "W");
    struct state_lot first = lot_of("water", "L-1", DAY(10)),
                     second = lot_of("water", "L-2", DAY(20));
    const struct state_book *book = &state_find_waybill(state, "W")->book;
    cr_assert_eq(state_book_amount(book, &first, STATE_IN_TRANSIT), 0);
    cr_assert_eq(state_book_amount(book, &first, STATE_RELABELLED_OUT), 40);
    cr_assert_eq(state_book_amount(book, &second, STATE_IN_TRANSIT), 30);
    cr_assert_eq(way(STATE_RELABELLED_IN), 50);
    cr_assert_eq(at(S1, STATE_ON_HAND, "", 0), 50);
}

Test(ledger, what_is_not_there_leaves_by_name_and_nothing_is_negative) {
    count(D1, WATER(100), "");
    move(D1, HV_STOCK_SHIP, WATER(130), "W");
    cr_assert_eq(at(D1, STATE_ON_HAND, "", 0), 0);
    cr_assert_eq(at(D1, STATE_UNEXPLAINED, "", 0), 30);
    cr_assert_eq(way(STATE_IN_TRANSIT), 130);
    move(D1, HV_STOCK_SHIP, WATER(1), "");
    cr_assert_eq(at(D1, STATE_SENT, "", 0), 1);
    move(D1, HV_STOCK_ISSUE, WATER(7), "");
    cr_assert_eq(at(D1, STATE_ISSUED, "", 0), 7);
    cr_assert_eq(at(D1, STATE_UNEXPLAINED, "", 0), 38);
    move(S1, HV_STOCK_RECEIVE, WATER(5), "");
    cr_assert_eq(at(S1, STATE_BROUGHT_IN, "", 0), 5);
}

Test(ledger, each_use_has_an_account_and_wants_a_reason_where_it_needs_one) {
    static const struct {
        enum hv_stock_movement_kind kind;
        enum state_account account;
        bool reason;
    } uses[] = {{HV_STOCK_ISSUE, STATE_ISSUED, false},
                {HV_STOCK_EXPIRE, STATE_EXPIRED, false},
                {HV_STOCK_LOSS, STATE_LOST, true},
                {HV_STOCK_WRITE_OFF, STATE_WRITTEN_OFF, true},
                {HV_STOCK_ADJUST_DOWN, STATE_ADJUSTED_DOWN, true}};
    count(D1, WATER(1000), "");
    int64_t noted = 0;
    for (size_t i = 0; i < sizeof uses / sizeof *uses; i++) {
        move(D1, uses[i].kind, WATER(10 + i), "");
        noted += uses[i].reason ? 10 + (int64_t)i : 0;
        cr_assert_eq(at(D1, uses[i].account, "", 0), 10 + (int64_t)i);
    }
    move(D1, HV_STOCK_ADJUST_UP, WATER(3), "");
    cr_assert_eq(at(D1, STATE_ADJUSTED_UP, "", 0), 3);
    cr_assert_eq(at(D1, STATE_NOTE_NO_REASON, "", 0), noted + 3);
    cr_assert_eq(at(D1, STATE_ON_HAND, "", 0), 1000 - 60 + 3);
}

Test(ledger, kits_become_what_they_hold) {
    struct hv_stock_line kit = of("kit", "", 0, 4),
                         into[] = {of("water", "", 0, 40), of("blanket", "", 0, 8)};
    count(D1, of("kit", "", 0, 10), "");
    struct hv_report unpack = moving(HV_STOCK_UNPACK, &kit, "");
    unpack.stock_movement.into = into;
    unpack.stock_movement.into_count = 2;
    say(D1, unpack);
    struct state_lot kits = lot_of("kit", "", 0), blankets = lot_of("blanket", "", 0);
    const struct state_book *book = &state_find_place(state, "D1")->book;
    cr_assert_eq(state_book_there(book, &kits), 6);
    cr_assert_eq(state_book_amount(book, &kits, STATE_OPENED), 4);
    cr_assert_eq(at(D1, STATE_ON_HAND, "", 0), 40);
    cr_assert_eq(state_book_amount(book, &blankets, STATE_UNPACKED), 8);
}

/* ---- picking ---- */

Test(ledger, what_goes_out_of_turn_without_a_reason_is_noted) {
    count(D1, of("water", "L-1", DAY(10), 100), "");
    count(D1, of("water", "L-2", DAY(20), 100), "new");
    count(D1, of("water", "L-0", DAY(0) - 5, 100), "expired already: nobody's turn");
    move(D1, HV_STOCK_PICK, of("water", "L-2", DAY(20), 30), "W");
    cr_assert_eq(at(D1, STATE_NOTE_OUT_OF_TURN, "L-2", DAY(20)), 30);
    struct hv_stock_line line = of("water", "L-2", DAY(20), 5);
    struct hv_report override = moving(HV_STOCK_ISSUE, &line, "");
    override.stock_movement.reason = "L-1 is behind the rubble";
    say(D1, override);
    cr_assert_eq(at(D1, STATE_NOTE_OVERRIDDEN, "L-2", DAY(20)), 5);
    move(D1, HV_STOCK_PICK, of("water", "L-1", DAY(10), 100), "W");
    cr_assert_eq(at(D1, STATE_NOTE_OUT_OF_TURN, "L-1", DAY(10)), 0);
    move(D1, HV_STOCK_SHIP, of("water", "L-2", DAY(20), 30), "W"); /* judged when it was picked */
    cr_assert_eq(at(D1, STATE_NOTE_OUT_OF_TURN, "L-2", DAY(20)), 30);
}

Test(ledger, picks_are_put_back_and_freed_when_nothing_more_goes) {
    count(D1, WATER(100), "");
    move(D1, HV_STOCK_PICK, WATER(60), "W");
    move(D1, HV_STOCK_LOAD, WATER(20), "W");
    move(D1, HV_STOCK_PUT_BACK, WATER(45), "W"); /* 40 picked and 5 of the loaded */
    cr_assert_eq(at(D1, STATE_ON_HAND, "", 0), 85);
    cr_assert_eq(at(D1, STATE_LOADED, "", 0), 15);
    move(D1, HV_STOCK_PICK, WATER(5), "W");
    move_last(D1, HV_STOCK_SHIP, WATER(10), "W", "");
    cr_assert_eq(at(D1, STATE_LOADED, "", 0) + at(D1, STATE_PICKED, "", 0), 0);
    cr_assert_eq(at(D1, STATE_ON_HAND, "", 0), 90);
    cr_assert_eq(state_find_waybill(state, "W")->pick_count, 0);
}

Test(ledger, no_more_is_picked_than_is_free) {
    count(D1, WATER(100), "");
    move(D1, HV_STOCK_PICK, WATER(80), "W");
    move(D1, HV_STOCK_PICK, WATER(80), "V");
    cr_assert_eq(at(D1, STATE_PICKED, "", 0), 100);
    cr_assert_eq(at(D1, STATE_NOTE_UNBOOKED, "", 0), 60);
    move(D1, HV_STOCK_LOSS, WATER(90), ""); /* takes what was set aside */
    cr_assert_eq(at(D1, STATE_PICKED, "", 0), 10);
    cr_assert_eq(at(D1, STATE_UNEXPLAINED, "", 0), 0);
    count(D1, WATER(3), "thieves");
    cr_assert_eq(at(D1, STATE_PICKED, "", 0), 3);
    cr_assert_eq(at(D1, STATE_MISSING, "", 0), 7);
}

/* ---- counts and snapshots ---- */

Test(ledger, a_count_names_what_it_found_and_what_is_missing) {
    count(D1, WATER(100), "");
    count(D1, WATER(120), "behind the door");
    cr_assert_eq(at(D1, STATE_FOUND, "", 0), 20);
    cr_assert_eq(at(D1, STATE_NOTE_NO_REASON, "", 0), 0);
    struct hv_stock_line line = WATER(90);
    line.damaged = 40;
    count(D1, line, "");
    cr_assert_eq(at(D1, STATE_DAMAGED, "", 0), 40);
    cr_assert_eq(at(D1, STATE_ON_HAND, "", 0), 50);
    cr_assert_eq(at(D1, STATE_MISSING, "", 0), 30); /* the damaged ones are still there */
    cr_assert_gt(at(D1, STATE_NOTE_NO_REASON, "", 0), 0);
}

static void snapshot(unsigned node, uint64_t as_of, struct hv_stock_line line) {
    struct hv_report report = {.source = HV_SOURCE_NODE, .subject = "", .kind = HV_REPORT_SNAPSHOT};
    report.snapshot = (struct hv_snapshot){
        .as_of = as_of, .parts = 1, .stock = &line, .stock_count = 1, .stock_seen = {1, 1}};
    put((struct hv_record){.kind = HV_RECORD_REPORT,
                           .actor = HV_ACTOR_NODE,
                           .report = {.node = nodes[node],
                                      .epoch = 1,
                                      .lane = HV_LANE_PRESENT,
                                      .sequence = ++present,
                                      .report = report}});
}

Test(ledger, books_follow_the_backlog_and_agree_with_the_snapshot_at_its_end) {
    count(D1, WATER(100), "");
    snapshot(D1, 3, WATER(65));
    const struct state_place *place = state_find_place(state, "D1");
    cr_assert(state_books_lag(state, place));
    cr_assert_eq(at(D1, STATE_ON_HAND, "", 0), 100);
    move(D1, HV_STOCK_ISSUE, WATER(30), "");
    cr_assert_eq(at(D1, STATE_ON_HAND, "", 0), 70);
    move(D1, HV_STOCK_ISSUE, WATER(5), "");
    cr_assert_not(state_books_lag(state, place));
    cr_assert_eq(at(D1, STATE_ON_HAND, "", 0), 65);
    cr_assert_eq(at(D1, STATE_CORRECTED_DOWN, "", 0), 0);
}

Test(ledger, what_a_refused_report_changed_at_the_node_is_corrected_by_name) {
    count(D1, WATER(100), "");
    put((struct hv_record){.kind = HV_RECORD_REFUSED,
                           .actor = HV_ACTOR_NODE,
                           .refused = {.node = "D1",
                                       .epoch = 1,
                                       .lane = HV_LANE_HISTORY,
                                       .sequence = ++sequence[D1],
                                       .reason = HV_REASON_RANGE,
                                       .detail = ""}});
    snapshot(D1, 2, WATER(90));
    cr_assert_eq(at(D1, STATE_ON_HAND, "", 0), 90);
    cr_assert_eq(at(D1, STATE_CORRECTED_DOWN, "", 0), 10);
}

Test(ledger, a_message_that_comes_again_changes_nothing) {
    struct hv_stock_line line = WATER(40);
    struct hv_report ship = moving(HV_STOCK_SHIP, &line, "W");
    count(D1, WATER(100), "");
    say(D1, ship);
    for (int i = 0; i < 3; i++)
        say_as(D1, 2, ship);
    say_as(D1, 9, ship); /* from the future: a gap */
    cr_assert_eq(at(D1, STATE_ON_HAND, "", 0), 60);
    cr_assert_eq(way(STATE_IN_TRANSIT), 40);
    cr_assert_eq(ledger_verify_totals(verify)->repeated, 4);
}

/* ---- many lots ---- */

enum { LOTS = 64 };

/* The lots in no order; every third has damaged ones. */
static struct hv_stock_line many[LOTS];
static char many_names[LOTS][8];

static void make_lots(uint64_t quantity) {
    for (unsigned i = 0; i < LOTS; i++) {
        snprintf(many_names[i], sizeof many_names[i], "L%u", i);
        many[i] = of("water", many_names[i], DAY(1 + i * 37 % LOTS), quantity + i % 5);
        many[i].damaged = i % 3 == 0 ? 2 : 0;
    }
}

static struct hv_report of_many(struct hv_report report, size_t first, size_t count) {
    if (report.kind == HV_REPORT_STOCK_COUNT) {
        report.stock_count.lines = many + first;
        report.stock_count.line_count = count;
    } else {
        report.stock_movement.lines = many + first;
        report.stock_movement.line_count = count;
    }
    return report;
}

/* To S1 all at once, to S2 one by one. */
static void both_ways(struct hv_report report) {
    say(S1, of_many(report, 0, LOTS));
    for (size_t i = 0; i < LOTS; i++)
        say(S2, of_many(report, i, 1));
}

static void books_are_alike(void) {
    const struct state_book *a = &state_find_place(state, "S1")->book,
                            *b = &state_find_place(state, "S2")->book;
    cr_assert_eq(a->count, b->count);
    for (uint32_t i = 0; i < a->count; i++) {
        cr_assert(state_lot_equal(&a->balances[i].lot, &b->balances[i].lot));
        cr_assert_eq(a->balances[i].account, b->balances[i].account);
        cr_assert_eq(a->balances[i].amount, b->balances[i].amount);
        cr_assert_gt(a->balances[i].position, 0);
    }
}

Test(ledger, many_lots_at_once_are_booked_as_one_by_one) {
    struct hv_report counted = {.kind = HV_REPORT_STOCK_COUNT, .stock_count = {.reason = ""}};
    make_lots(20);
    both_ways(moving(HV_STOCK_RECEIVE, many, ""));
    books_are_alike();
    make_lots(18); /* fewer of some, and more of others are damaged */
    many[7].damaged = 9;
    both_ways(counted);
    books_are_alike();
    make_lots(3);
    both_ways(moving(HV_STOCK_ISSUE, many, ""));
    both_ways(moving(HV_STOCK_PICK, many, "W"));
    both_ways(moving(HV_STOCK_LOAD, many, "W"));
    both_ways(moving(HV_STOCK_PUT_BACK, many, "W"));
    books_are_alike();
    make_lots(30);
    both_ways(counted);
    both_ways(moving(HV_STOCK_LOSS, many, ""));
    books_are_alike();
}

/* ---- requests ---- */

Test(ledger, the_most_urgent_request_is_served_first_then_the_oldest) {
    ask(S1, 1, HV_URGENCY_ROUTINE, 100);
    ask(S1, 2, HV_URGENCY_LIFE_SAVING, 50);
    ask(S1, 3, HV_URGENCY_ROUTINE, 100);
    order(1, 1, HV_ORDER_ISSUED, S1, WATER(180), "W");
    tracks(2, 50, 0, 0);
    tracks(1, 100, 0, 0);
    tracks(3, 30, 0, 0);
    count(D1, WATER(1000), "");
    move(D1, HV_STOCK_SHIP, WATER(120), "W");
    tracks(2, 50, 50, 0);
    tracks(1, 100, 70, 0);
    move(S1, HV_STOCK_RECEIVE, WATER(90), "W");
    tracks(2, 50, 50, 50);
    tracks(1, 100, 70, 40);
    tracks(3, 30, 0, 0);
}

Test(ledger, what_comes_without_a_waybill_counts_for_what_nothing_is_committed_to) {
    move(S1, HV_STOCK_RECEIVE, WATER(5), "");
    ask(S1, 1, HV_URGENCY_ROUTINE, 100);
    ask(S1, 2, HV_URGENCY_LIFE_SAVING, 50);
    tracks(2, 0, 0, 0);
    order(1, 1, HV_ORDER_ISSUED, S1, WATER(40), "W");
    tracks(2, 40, 0, 0);
    move(S1, HV_STOCK_RECEIVE, WATER(30), "");
    tracks(2, 50, 10, 10);
    tracks(1, 20, 20, 20);
    move(S1, HV_STOCK_RECEIVE, of("blanket", "", 0, 7), "");
    move(S1, HV_STOCK_RECEIVE, WATER(500), "");
    tracks(1, 100, 100, 100);
    tracks(2, 50, 10, 10);
    count(D1, WATER(1000), "");
    move(D1, HV_STOCK_SHIP, WATER(40), "W");
    move(S1, HV_STOCK_RECEIVE, WATER(40), "W");
    tracks(2, 50, 50, 50);
    cr_assert_eq(at(S1, STATE_BROUGHT_IN, "", 0), 535);
}

static void receive_for(unsigned node, struct hv_stock_line line, uint64_t request) {
    struct hv_report report = moving(HV_STOCK_RECEIVE, &line, "");
    report.stock_movement.request = request;
    report.stock_movement.request_node = "";
    say(node, report);
}

Test(ledger, what_comes_for_a_request_that_is_named_counts_for_it_first) {
    ask(S1, 1, HV_URGENCY_LIFE_SAVING, 100);
    ask(S1, 2, HV_URGENCY_ROUTINE, 50);
    receive_for(S1, WATER(40), 2);
    tracks(1, 0, 0, 0);
    tracks(2, 40, 40, 40);
    receive_for(S1, WATER(30), 2); /* what it does not want counts by the rule */
    tracks(2, 50, 50, 50);
    tracks(1, 20, 20, 20);
    receive_for(S1, WATER(5), 9); /* nobody made it */
    tracks(1, 25, 25, 25);
    receive_for(S1, of("blanket", "", 0, 7), 2);
    tracks(2, 50, 50, 50);
    cr_assert_eq(at(S1, STATE_BROUGHT_IN, "", 0), 75);
}

Test(ledger, a_request_of_another_place_is_not_met_by_what_came_here) {
    ask(S2, 1, HV_URGENCY_ROUTINE, 50);
    ask(S1, 4, HV_URGENCY_ROUTINE, 50);
    receive_for(S1, WATER(50), 1);
    tracks(4, 50, 50, 50);
    cr_assert_eq(at(S1, STATE_BROUGHT_IN, "", 0), 50);
}

Test(ledger, what_an_order_promised_is_taken_back_with_it) {
    ask(S1, 1, HV_URGENCY_URGENT, 100);
    count(D1, WATER(1000), "");
    order(1, 1, HV_ORDER_ISSUED, S1, WATER(80), "W");
    move(D1, HV_STOCK_SHIP, WATER(30), "W");
    order(1, 2, HV_ORDER_CANCELLED, S1, WATER(80), "W");
    tracks(1, 30, 30, 0);
    order(2, 1, HV_ORDER_ISSUED, S1, WATER(500), "V");
    tracks(1, 100, 30, 0);
    put((struct hv_record){
        .kind = HV_RECORD_ANSWER,
        .actor = HV_ACTOR_OPERATOR,
        .answer = {.order = 2, .revision = 1, .state = HV_ORDER_DECLINED, .reason = "no truck"}});
    tracks(1, 30, 30, 0);
    cr_assert_eq(state_waybill_stage(state_find_waybill(state, "V")), STATE_WAYBILL_CANCELLED);
}

Test(ledger, what_went_missing_is_wanted_again) {
    ask(S1, 1, HV_URGENCY_URGENT, 100);
    count(D1, WATER(1000), "");
    order(1, 1, HV_ORDER_ISSUED, S1, WATER(100), "W");
    move(D1, HV_STOCK_SHIP, WATER(100), "W");
    move(S1, HV_STOCK_RECEIVE, WATER(60), "W");
    put((struct hv_record){.kind = HV_RECORD_WAYBILL_END,
                           .actor = HV_ACTOR_OPERATOR,
                           .waybill_end = {.waybill = "W", .reason = "bridge fell"}});
    cr_assert_eq(way(STATE_MISSING_ON_WAY), 40);
    tracks(1, 60, 60, 60);
    order(2, 1, HV_ORDER_ISSUED, S1, WATER(100), "V");
    tracks(1, 100, 60, 60);
}

Test(ledger, a_decision_limits_what_is_committed) {
    ask(S1, 1, HV_URGENCY_URGENT, 100);
    ask(S1, 2, HV_URGENCY_URGENT, 100);
    decide(1, HV_VERDICT_APPROVED, 40);
    decide(2, HV_VERDICT_DECLINED, 0);
    order(1, 1, HV_ORDER_ISSUED, S1, WATER(300), "W");
    tracks(1, 40, 0, 0);
    tracks(2, 0, 0, 0);
    decide(1, HV_VERDICT_APPROVED, 0); /* all of it */
    order(2, 1, HV_ORDER_ISSUED, S1, WATER(300), "V");
    tracks(1, 100, 0, 0);
}

Test(ledger, a_request_that_changes_keeps_its_tracks) {
    ask(S1, 1, HV_URGENCY_ROUTINE, 100);
    ask(S1, 2, HV_URGENCY_URGENT, 10);
    order(1, 1, HV_ORDER_ISSUED, S1, WATER(60), "W");
    tracks(1, 50, 0, 0);
    ask(S1, 1, HV_URGENCY_LIFE_SAVING, 30);
    tracks(1, 50, 0, 0);
    cr_assert_eq(request(1)->lines[0].requested, 30);
    order(2, 1, HV_ORDER_ISSUED, S1, WATER(60), "V");
    tracks(1, 50, 0, 0);
}

/* ---- the cold chain ---- */

#define HOUR_MS UINT64_C(3600000)

/* By a node that has been on for a day. */
static void say_power_was(unsigned node, enum hv_lifeline_kind kind, enum hv_lifeline_state then,
                          uint64_t ago_ms) {
    struct hv_lifeline line = {.kind = kind, .state = then};
    struct hv_record record = {.kind = HV_RECORD_REPORT, .actor = HV_ACTOR_NODE};
    record.report =
        (struct hv_node_report){.node = nodes[node],
                                .epoch = 1,
                                .lane = HV_LANE_HISTORY,
                                .sequence = ++sequence[node],
                                .sent_node_ms = 24 * HOUR_MS,
                                .report = {.source = HV_SOURCE_NODE,
                                           .subject = "",
                                           .seen = {.node_ms = 24 * HOUR_MS - ago_ms},
                                           .kind = HV_REPORT_LIFELINES,
                                           .lifelines = {.lifeline_count = 1, .lifelines = &line}}};
    put(record);
}

static void say_power(unsigned node, enum hv_lifeline_kind kind, enum hv_lifeline_state now) {
    say_power_was(node, kind, now, 0);
}

static uint64_t now_ms(void) {
    return 1000 * position + waited_ms;
}

static bool is_suspect(void) {
    return state_cold_is_suspect(state_find_place(state, "D1"), now_ms());
}

static void wait_minutes(uint64_t minutes) {
    waited_ms += minutes * 60000;
}

Test(ledger, goods_that_were_without_cold_for_four_hours_are_in_quarantine_until_counted) {
    struct hv_stock_line insulin = of("insulin", "A", DAY(90), 40);
    say(D1, (struct hv_report){
                .kind = HV_REPORT_STOCK_COUNT,
                .stock_count = {1, &insulin, .complete = true, .reason = "first count"}});
    say_power(D1, HV_LIFELINE_POWER, HV_LIFELINE_DOWN);
    wait_minutes(239);
    cr_assert_not(is_suspect(), "not yet four hours");
    wait_minutes(1);
    cr_assert(is_suspect(), "while it goes on");
    say_power(D1, HV_LIFELINE_POWER, HV_LIFELINE_DOWN);
    cr_assert(is_suspect(), "telling it again begins no new break");
    say_power(D1, HV_LIFELINE_POWER, HV_LIFELINE_UP);
    wait_minutes(6000);
    cr_assert(is_suspect(), "power alone makes nothing good again");
    say_power(D1, HV_LIFELINE_POWER, HV_LIFELINE_DOWN);
    wait_minutes(10);
    say_power(D1, HV_LIFELINE_POWER, HV_LIFELINE_UP);
    cr_assert(is_suspect(), "nor does a shorter break after it");
    say(D1,
        (struct hv_report){.kind = HV_REPORT_STOCK_COUNT,
                           .stock_count = {1, &insulin, .complete = true, .reason = "looked at"}});
    cr_assert_not(is_suspect());
    cr_assert_eq(state_cold_break_ms(state_find_place(state, "D1"), now_ms()), 0);
}

Test(ledger, a_generator_keeps_the_cold_chain_whole) {
    say_power(D1, HV_LIFELINE_GENERATOR, HV_LIFELINE_UP);
    say_power(D1, HV_LIFELINE_POWER, HV_LIFELINE_DOWN);
    wait_minutes(600);
    cr_assert_not(is_suspect());
    say_power(D1, HV_LIFELINE_GENERATOR, HV_LIFELINE_DOWN);
    wait_minutes(240);
    cr_assert(is_suspect(), "from when it failed");
    say_power(D1, HV_LIFELINE_GENERATOR, HV_LIFELINE_LIMITED);
    cr_assert_geq(state_cold_break_ms(state_find_place(state, "D1"), now_ms()),
                  STATE_COLD_BREAK_MS);
}

static int64_t broken_minutes(void) {
    return state_cold_break_ms(state_find_place(state, "D1"), now_ms()) / 60000;
}

Test(ledger, that_the_power_went_off_earlier_than_was_told_first_counts_from_then) {
    say_power(D1, HV_LIFELINE_POWER,
              HV_LIFELINE_STATE_UNKNOWN); /* as a node tells that was just made */
    say_power(D1, HV_LIFELINE_POWER, HV_LIFELINE_DOWN);
    wait_minutes(5);
    cr_assert_not(is_suspect());
    say_power_was(D1, HV_LIFELINE_POWER, HV_LIFELINE_DOWN, 5 * HOUR_MS);
    cr_assert_eq(broken_minutes(), 300);
    cr_assert(is_suspect(), "for five hours");
    say_power(D1, HV_LIFELINE_POWER, HV_LIFELINE_DOWN);
    cr_assert_eq(broken_minutes(), 300, "telling it once more begins no new break");
    say_power(D1, HV_LIFELINE_POWER, HV_LIFELINE_UP);
    wait_minutes(6000);
    cr_assert_eq(broken_minutes(), 300, "and so long it was");
}

Test(ledger, nothing_was_without_power_while_somebody_saw_that_there_was_some) {
    say_power(D1, HV_LIFELINE_POWER, HV_LIFELINE_UP);
    wait_minutes(180);
    say_power(D1, HV_LIFELINE_POWER, HV_LIFELINE_DOWN);
    say_power_was(D1, HV_LIFELINE_POWER, HV_LIFELINE_DOWN, 9 * HOUR_MS);
    cr_assert_eq(broken_minutes(), 180);
    cr_assert_not(is_suspect());
}

Test(ledger, the_cold_goes_when_the_later_of_power_and_generator_goes) {
    say_power(D1, HV_LIFELINE_GENERATOR, HV_LIFELINE_UP);
    wait_minutes(600);
    say_power(D1, HV_LIFELINE_POWER, HV_LIFELINE_DOWN);
    say_power(D1, HV_LIFELINE_GENERATOR, HV_LIFELINE_DOWN);
    cr_assert_eq(broken_minutes(), 0);
    say_power_was(D1, HV_LIFELINE_POWER, HV_LIFELINE_DOWN, 8 * HOUR_MS);
    cr_assert_eq(broken_minutes(), 0, "the generator ran on");
    say_power_was(D1, HV_LIFELINE_GENERATOR, HV_LIFELINE_DOWN, 5 * HOUR_MS);
    cr_assert_eq(broken_minutes(), 300);
}

Test(ledger, a_generator_that_never_ran_does_not_shorten_a_break) {
    say_power(D1, HV_LIFELINE_POWER, HV_LIFELINE_DOWN);
    wait_minutes(300);
    say_power(D1, HV_LIFELINE_GENERATOR, HV_LIFELINE_DOWN);
    cr_assert_eq(broken_minutes(), 300);
}

/* ---- books ---- */

static void expect_same_books(const struct state_book *a, const struct state_book *b) {
    cr_assert_eq(a->count, b->count);
    for (uint32_t i = 0; i < a->count; i++) {
        cr_expect(state_lot_equal(&a->balances[i].lot, &b->balances[i].lot));
        cr_expect_eq(a->balances[i].account, b->balances[i].account);
        cr_expect_eq(a->balances[i].position, b->balances[i].position);
    }
}

/* Every set of six accounts of two lots that stands, and every one that is wanted. */
Test(ledger, balances_made_at_once_are_those_made_one_by_one) {
    enum { PLACES = 6, SETS = 1 << PLACES };
    static const struct state_balance places[PLACES] = {
        {.lot = {.item = 1, .lot = 2}, .account = STATE_ON_HAND},
        {.lot = {.item = 1, .lot = 2}, .account = STATE_MISSING},
        {.lot = {.item = 1, .lot = 2}, .account = STATE_NOTE_NO_REASON},
        {.lot = {.item = 1, .lot = 3}, .account = STATE_DAMAGED},
        {.lot = {.item = 1, .lot = 3}, .account = STATE_MISSING},
        {.lot = {.item = 2, .lot = 1, .expiry_day = 7}, .account = STATE_MISSING}};
    for (int set = 0; set < SETS * SETS; set++) {
        struct state_book once = {0}, each = {0}, before = {0};
        struct state_balance wanted[PLACES];
        uint32_t count = 0;
        for (int i = 0; i < PLACES; i++)
            if (set % SETS >> i & 1) {
                const struct state_balance *place = &places[i];
                book_need(&once, &place->lot, place->account)->position = 5;
                book_need(&each, &place->lot, place->account)->position = 5;
                book_need(&before, &place->lot, place->account)->position = 5;
            }
        for (int i = 0; i < PLACES; i++)
            if (set / SETS >> i & 1) {
                wanted[count++] = places[i];
                cr_assert_neq(book_need(&each, &places[i].lot, places[i].account), NULL);
            }
        cr_assert(book_need_all(&once, wanted, count));
        expect_same_books(&once, &each);
        book_drop_unused(&once);
        expect_same_books(&once, &before);
        book_free(&once);
        book_free(&each);
        book_free(&before);
    }
}
