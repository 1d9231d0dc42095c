/* Where people of a zone are: on the way by accepted orders, overdue, there, elsewhere or still in
 * it. Zone Z of a thousand people, shelters A, B and C; an order sends five hundred to A within an
 * hour, half an hour's way. Random histories are held against people who leave one by one. */
#include "coordinator/planning/whereabouts.h"
#include "coordinator/state/state_checkpoint.h"
#include "tests/support/chance.h"
#include "tests/support/sanitized.h"
#include "tests/support/scratch.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

enum { MINUTE_MS = 60000, MARGIN_MS = 30 * MINUTE_MS, LIVING = 1000 };

static struct state *state;
static uint64_t position;
static int64_t now_ms; /* of both clocks */

static void put(struct hv_record record) {
    record.version = HV_RECORD_VERSION;
    record.name = "x";
    record.actor = HV_ACTOR_OPERATOR;
    record.mono_ms = (uint64_t)now_ms;
    record.wall_ms = now_ms;
    cr_assert_eq(state_apply(state, ++position, &record), 0);
}

static void begin(void) {
    state = state_new();
    position = 0;
    now_ms = 1000 * MINUTE_MS;
    put((struct hv_record){
        .kind = HV_RECORD_INCIDENT,
        .incident = {
            .incident = {1}, .phase = HV_PHASE_EVACUATION, .name = "f", .hazard = "flood"}});
}

static void end(void) {
    state_free(state);
}

TestSuite(whereabouts, .init = begin, .fini = end);

static void pass(int64_t minutes) {
    now_ms += minutes * MINUTE_MS;
}

struct sending {
    uint64_t id;
    uint32_t revision;
    const char *shelter;
    uint32_t people, wheelchair, medical, without_vehicle;
    int64_t from_min, window_min, travel_min; /* from now; window below 0: none */
    enum hv_order_state state;
};

static void order(struct sending sent) {
    struct hv_order_people line = {.zone = "Z",
                                   .people = sent.people,
                                   .wheelchair = sent.wheelchair,
                                   .medical = sent.medical,
                                   .without_vehicle = sent.without_vehicle};
    struct hv_order body = {.id = sent.id,
                            .revision = sent.revision,
                            .answers_from = sent.state == HV_ORDER_ISSUED ? sent.revision : 0,
                            .superseded_by = sent.state == HV_ORDER_SUPERSEDED ? 999 : 0,
                            .kind = HV_ORDER_EVACUATE_ZONE,
                            .post = HV_POST_ZONE_WARDEN,
                            .addressee = "Z",
                            .state = sent.state,
                            .shelter = sent.shelter,
                            .people = &line,
                            .people_count = 1,
                            .has_start = sent.window_min >= 0,
                            .has_end = sent.window_min >= 0,
                            .start_wall_ms = now_ms + sent.from_min * MINUTE_MS,
                            .travel_s = (uint32_t)sent.travel_min * 60,
                            .counterpart = "",
                            .waybill = "",
                            .vehicle = "",
                            .text = ""};
    body.end_wall_ms = body.start_wall_ms + sent.window_min * MINUTE_MS;
    put((struct hv_record){.kind = HV_RECORD_ORDER, .order = body});
}

static void answer(uint64_t id, enum hv_order_state said, int64_t done) {
    put((struct hv_record){.kind = HV_RECORD_ANSWER,
                           .answer = {.order = id,
                                      .revision = state_find_order(state, id)->revision,
                                      .state = said,
                                      .reason = "asked",
                                      .has_done = done >= 0,
                                      .done = done >= 0 ? (uint64_t)done : 0}});
}

/* Order 1: five hundred to A, from now on. */
static void send_off(void) {
    order((struct sending){.id = 1,
                           .revision = 1,
                           .shelter = "A",
                           .people = 500,
                           .window_min = 60,
                           .travel_min = 30,
                           .state = HV_ORDER_ISSUED});
}

static void take_back(uint64_t id, enum hv_order_state why) {
    order((struct sending){
        .id = id, .revision = 2, .shelter = "A", .people = 500, .window_min = 60, .state = why});
}

static void check_in(const char *shelter, int people) {
    put((struct hv_record){
        .kind = HV_RECORD_REPORT,
        .report = {.node = "",
                   .sent_node_ms = 1,
                   .report = {.kind = HV_REPORT_MOVEMENT,
                              .source = HV_SOURCE_OPERATOR,
                              .subject = shelter,
                              .seen = {now_ms, 1},
                              .movement = {.kind = people < 0 ? HV_MOVEMENT_CORRECTION
                                                              : HV_MOVEMENT_CHECK_IN,
                                           .people = {.by_age = {[HV_AGE_ADULT] = people}},
                                           .zone = "Z",
                                           .shelter = "",
                                           .transfer = ""}}}});
}

static void sweep(uint64_t left) {
    put((struct hv_record){.kind = HV_RECORD_SWEEP,
                           .sweep = {.zone = "Z", .left = left, .reason = "warden"}});
}

static struct whereabouts look(void) {
    struct whereabouts are;
    whereabouts_of(state_find_zone(state, "Z"), LIVING, now_ms, MARGIN_MS, &are);
    return are;
}

static void expect(int64_t arrived, int64_t on_way, int64_t overdue, int64_t still,
                   int64_t elsewhere) {
    const struct whereabouts are = look();
    cr_assert_eq(are.arrived, arrived, "arrived %ld", (long)are.arrived);
    cr_assert_eq(are.on_way[STATE_ALL], on_way, "on the way %ld", (long)are.on_way[STATE_ALL]);
    cr_assert_eq(are.overdue, overdue, "overdue %ld", (long)are.overdue);
    cr_assert_eq(are.still, still, "still there %ld", (long)are.still);
    cr_assert_eq(are.elsewhere, elsewhere, "elsewhere %ld", (long)are.elsewhere);
}

Test(whereabouts, nobody_is_on_the_way_before_the_order_is_accepted) {
    expect(0, 0, 0, 1000, 0);
    send_off();
    pass(60);
    expect(0, 0, 0, 1000, 0);
    answer(1, HV_ORDER_SEEN, -1);
    pass(60);
    expect(0, 0, 0, 1000, 0);
}

Test(whereabouts, who_has_left_by_the_window_is_on_the_way_until_due_and_the_margin_is_over) {
    send_off();
    answer(1, HV_ORDER_ACCEPTED, -1);
    expect(0, 0, 0, 1000, 0);
    pass(30);
    expect(0, 250, 0, 750, 0);
    pass(30);
    expect(0, 500, 0, 500, 0);
    check_in("A", 100);
    expect(100, 400, 0, 500, 0);
    pass(12); /* a hundred should have come a margin ago, and have */
    expect(100, 400, 0, 500, 0);
    pass(36); /* four hundred */
    expect(100, 100, 300, 500, 0);
    cr_assert_eq(look().to_plan, 800, "whoever is overdue may never have left");
    pass(600);
    expect(100, 0, 400, 500, 0);
    check_in("A", 350); /* late, and all the same there */
    expect(450, 0, 50, 500, 0);
}

Test(whereabouts, an_order_accepted_late_has_people_leave_late_at_the_same_rate) {
    send_off();
    pass(20);
    answer(1, HV_ORDER_ACCEPTED, -1);
    pass(30);
    expect(0, 250, 0, 750, 0);
    answer(1, HV_ORDER_UNDER_WAY, -1);
    expect(0, 250, 0, 750, 0);
}

Test(whereabouts, who_is_told_to_be_out_is_out) {
    send_off();
    answer(1, HV_ORDER_ACCEPTED, -1);
    pass(12);
    answer(1, HV_ORDER_PARTLY_DONE, 300);
    expect(0, 300, 0, 700, 0);
    pass(12);
    expect(0, 400, 0, 600, 0);
    answer(1, HV_ORDER_PARTLY_DONE, 350); /* fewer than it looked */
    expect(0, 350, 0, 650, 0);
    answer(1, HV_ORDER_DONE, -1);
    expect(0, 500, 0, 500, 0);
}

Test(whereabouts, an_order_without_a_window_counts_from_what_is_told) {
    order((struct sending){.id = 1,
                           .revision = 1,
                           .shelter = "A",
                           .people = 500,
                           .window_min = -1,
                           .travel_min = 30,
                           .state = HV_ORDER_ISSUED});
    answer(1, HV_ORDER_ACCEPTED, -1);
    pass(300);
    expect(0, 0, 0, 1000, 0);
    answer(1, HV_ORDER_PARTLY_DONE, 40);
    expect(0, 40, 0, 960, 0);
    answer(1, HV_ORDER_DONE, -1);
    expect(0, 500, 0, 500, 0);
}

Test(whereabouts, what_was_taken_back_declined_or_replaced_sends_nobody_more) {
    const enum hv_order_state ends[] = {HV_ORDER_CANCELLED, HV_ORDER_SUPERSEDED};
    for (uint64_t i = 0; i < 2; i++) {
        order((struct sending){.id = 10 + i,
                               .revision = 1,
                               .shelter = "A",
                               .people = 500,
                               .window_min = 60,
                               .travel_min = 30,
                               .state = HV_ORDER_ISSUED});
        answer(10 + i, HV_ORDER_ACCEPTED, -1);
        pass(6);
        take_back(10 + i, ends[i]);
        pass(6);
        expect(0, 50 * ((int64_t)i + 1), 0, 950 - 50 * (int64_t)i, 0);
    }
    send_off();
    answer(1, HV_ORDER_ACCEPTED, -1);
    pass(12);
    answer(1, HV_ORDER_FAILED, -1);
    pass(3);
    expect(0, 200, 0, 800, 0);
    answer(1, HV_ORDER_ACCEPTED, -1); /* it goes on after all */
    expect(0, 200, 0, 800, 0);
    pass(12);
    cr_assert_eq(look().on_way[STATE_ALL] + look().overdue, 300);
}

Test(whereabouts, an_order_said_anew_counts_from_its_new_acceptance_and_nobody_twice) {
    send_off();
    answer(1, HV_ORDER_ACCEPTED, -1);
    pass(12);
    order((struct sending){.id = 1,
                           .revision = 2,
                           .shelter = "A",
                           .people = 500,
                           .from_min = -12,
                           .window_min = 60,
                           .travel_min = 30,
                           .state = HV_ORDER_ISSUED});
    pass(6);
    expect(0, 100, 0, 900, 0);
    answer(1, HV_ORDER_ACCEPTED, -1);
    pass(12);
    expect(0, 200, 0, 800, 0);
}

Test(whereabouts, check_ins_count_for_the_shelter_to_which_people_were_sent) {
    send_off();
    order((struct sending){.id = 2,
                           .revision = 1,
                           .shelter = "B",
                           .people = 300,
                           .window_min = 60,
                           .travel_min = 30,
                           .state = HV_ORDER_ISSUED});
    answer(1, HV_ORDER_ACCEPTED, -1);
    answer(2, HV_ORDER_ACCEPTED, -1);
    pass(60);
    check_in("A", 200);
    struct whereabouts are = look();
    cr_assert_str_eq(are.ways[0].shelter, "A");
    cr_assert_eq(are.ways[0].on_way[STATE_ALL], 300);
    cr_assert_eq(are.ways[1].on_way[STATE_ALL], 300);
    check_in("C", 350); /* to where nobody was sent: those who were sent somewhere, it is taken */
    expect(550, 250, 0, 200, 0);
    check_in("B", 320); /* twenty came who were not sent */
    are = look();
    cr_assert_eq(are.ways[1].on_way[STATE_ALL], 0);
    expect(870, 0, 0, 130, 0);
}

Test(whereabouts, who_came_before_any_order_is_not_on_the_way) {
    check_in("A", 400);
    send_off();
    answer(1, HV_ORDER_ACCEPTED, -1);
    pass(60);
    expect(400, 500, 0, 100, 0);
    check_in("A", -10); /* corrected */
    expect(390, 500, 0, 110, 0);
}

Test(whereabouts, a_sweep_takes_back_whom_it_finds_and_settles_the_overdue) {
    send_off();
    answer(1, HV_ORDER_ACCEPTED, -1);
    pass(30);
    sweep(1000); /* nobody has moved */
    expect(0, 0, 0, 1000, 0);
    pass(6);
    expect(0, 50, 0, 950, 0);
    pass(24);
    sweep(600); /* fewer than should have left */
    expect(0, 400, 0, 600, 0);
    check_in("A", 100);
    expect(100, 300, 0, 600, 0);
    pass(600);
    expect(100, 0, 300, 600, 0);
    cr_assert_eq(look().overdue_gone, 300, "they are not in the zone");
    cr_assert_eq(look().to_plan, 600);
    sweep(500); /* and a hundred more have gone, who knows where */
    expect(100, 0, 0, 500, 400);
    sweep(0);
    expect(100, 0, 0, 0, 900);
    check_in("A", 20); /* who was taken for elsewhere */
    expect(120, 0, 0, 0, 880);
}

Test(whereabouts, medical_and_wheelchair_leave_first) {
    order((struct sending){.id = 1,
                           .revision = 1,
                           .shelter = "A",
                           .people = 500,
                           .wheelchair = 60,
                           .medical = 40,
                           .window_min = 50,
                           .travel_min = 30,
                           .state = HV_ORDER_ISSUED});
    answer(1, HV_ORDER_ACCEPTED, -1);
    pass(3);
    struct whereabouts are = look();
    cr_assert_eq(are.on_way[STATE_ALL], 30);
    cr_assert_eq(are.on_way[STATE_MEDICAL], 30);
    cr_assert_eq(are.on_way[STATE_WHEELCHAIR], 0);
    pass(5);
    are = look();
    cr_assert_eq(are.on_way[STATE_MEDICAL], 40);
    cr_assert_eq(are.on_way[STATE_WHEELCHAIR], 40);
}

Test(whereabouts, who_waits_for_a_bus_is_not_on_the_way_until_all_are_told_to_be_out) {
    order((struct sending){.id = 1,
                           .revision = 1,
                           .shelter = "A",
                           .people = 500,
                           .without_vehicle = 200,
                           .window_min = 60,
                           .travel_min = 90,
                           .state = HV_ORDER_ISSUED});
    answer(1, HV_ORDER_ACCEPTED, -1);
    pass(60);
    expect(0, 300, 0, 700, 0);
    answer(1, HV_ORDER_PARTLY_DONE, 400);
    expect(0, 400, 0, 600, 0);
    answer(1, HV_ORDER_DONE, -1);
    expect(0, 500, 0, 500, 0);
}

Test(whereabouts, are_forgotten_with_the_incident_and_old_answers_bring_nobody_back) {
    send_off();
    answer(1, HV_ORDER_ACCEPTED, -1);
    pass(30);
    put((struct hv_record){
        .kind = HV_RECORD_INCIDENT,
        .incident = {.incident = {1}, .phase = HV_PHASE_CLOSED, .name = "", .hazard = ""}});
    expect(0, 0, 0, 1000, 0);
    put((struct hv_record){
        .kind = HV_RECORD_INCIDENT,
        .incident = {
            .incident = {2}, .phase = HV_PHASE_EVACUATION, .name = "g", .hazard = "flood"}});
    answer(1, HV_ORDER_DONE, -1);
    expect(0, 0, 0, 1000, 0);
}

/* Order `id` of twenty to A, from now on, accepted. */
static void send_twenty(uint64_t id) {
    order((struct sending){.id = id,
                           .revision = 1,
                           .shelter = "A",
                           .people = 20,
                           .window_min = 2,
                           .travel_min = 30,
                           .state = HV_ORDER_ISSUED});
    answer(id, HV_ORDER_ACCEPTED, -1);
}

Test(whereabouts, more_orders_than_are_kept_apart_lose_nobody) {
    for (uint64_t i = 1; i <= 30; i++) {
        send_twenty(i);
        pass(1);
        take_back(i, HV_ORDER_SUPERSEDED);
    }
    cr_assert_eq(look().on_way[STATE_ALL] + look().overdue, 300);
    pass(600);
    expect(0, 0, 300, 700, 0);
}

Test(whereabouts, who_left_by_an_order_that_is_not_kept_apart_any_more_is_not_counted_again) {
    for (uint64_t id = 1; id <= 12; id++)
        send_twenty(id);
    pass(2);
    cr_assert_eq(look().on_way[STATE_ALL], 240);
    for (uint64_t id = 1; id <= 12; id++) {
        answer(id, HV_ORDER_UNDER_WAY, -1);
        answer(id, HV_ORDER_DONE, -1);
    }
    cr_assert_eq(look().on_way[STATE_ALL], 240);
    pass(600);
    expect(0, 0, 240, 760, 0);
}

Test(whereabouts, orders_that_are_over_are_joined_before_those_that_go_on) {
    send_twenty(1); /* goes on */
    for (uint64_t id = 2; id <= 12; id++) {
        send_twenty(id);
        take_back(id, HV_ORDER_SUPERSEDED); /* before anybody has left */
    }
    answer(1, HV_ORDER_PARTLY_DONE, 10);
    cr_assert_eq(look().on_way[STATE_ALL], 10);
    answer(1, HV_ORDER_DONE, -1);
    pass(2);
    expect(0, 20, 0, 980, 0);
}

/* ---- random histories ---- */

static const char *const shelters[] = {"A", "B", "C", "D"};
enum { ORDERS = 8, EACH_MAX = 60, LEAVERS = ORDERS * EACH_MAX };

/* One who was sent; `leaves_ms` after the order was stopped: never. */
struct leaver {
    uint64_t order;
    const char *shelter;
    int64_t leaves_ms, travel_ms;
};

struct history {
    struct chance chance;
    struct leaver leavers[LEAVERS];
    size_t leaver_count;
    struct sending sent[ORDERS + 1];
    int64_t issued_ms[ORDERS + 1], from_ms[ORDERS + 1];
    bool leaving[ORDERS + 1], over[ORDERS + 1];
    uint64_t orders;
};

static void accept(struct history *history, uint64_t id) {
    const struct sending *sent = &history->sent[id];
    const int64_t window_ms = sent->window_min * MINUTE_MS, people = sent->people;
    int64_t from = history->issued_ms[id] + sent->from_min * MINUTE_MS;
    answer(id, HV_ORDER_ACCEPTED, -1);
    if (history->leaving[id])
        return;
    history->leaving[id] = true;
    history->from_ms[id] = from = from > now_ms ? from : now_ms;
    for (int64_t i = 1; i <= people; i++)
        history->leavers[history->leaver_count++] =
            (struct leaver){.order = id,
                            .shelter = sent->shelter,
                            .leaves_ms = from + (i * window_ms + people - 1) / people,
                            .travel_ms = sent->travel_min * MINUTE_MS};
}

static void stop(struct history *history, uint64_t id, enum hv_order_state how) {
    history->over[id] = true;
    if (how == HV_ORDER_CANCELLED || how == HV_ORDER_SUPERSEDED)
        order((struct sending){
            .id = id, .revision = 2, .shelter = "A", .people = 1, .window_min = 60, .state = how});
    else
        answer(id, how, -1);
    const int64_t people = history->sent[id].people, from = history->from_ms[id],
                  window_ms = history->sent[id].window_min * MINUTE_MS;
    int64_t nth = 0;
    for (size_t i = 0; i < history->leaver_count; i++) {
        struct leaver *one = &history->leavers[i];
        if (one->order != id)
            continue;
        nth++;
        if (how != HV_ORDER_DONE)
            one->leaves_ms = one->leaves_ms > now_ms ? INT64_MAX : one->leaves_ms;
        else if (from + window_ms > now_ms) /* sooner than thought: all are out */
            one->leaves_ms =
                from >= now_ms ? now_ms : from + (nth * (now_ms - from) + people - 1) / people;
    }
}

static void decide(struct history *history) {
    struct chance *chance = &history->chance;
    const uint64_t id =
        history->orders == 0 ? 0 : 1 + chance_below(chance, (uint32_t)history->orders);
    const enum hv_order_state ends[] = {HV_ORDER_CANCELLED, HV_ORDER_SUPERSEDED, HV_ORDER_DECLINED,
                                        HV_ORDER_FAILED, HV_ORDER_DONE};
    switch (chance_below(chance, 8)) {
    case 0:
    case 1:
        if (history->orders == ORDERS)
            break;
        history->sent[++history->orders] =
            (struct sending){.id = history->orders,
                             .revision = 1,
                             .shelter = shelters[chance_below(chance, 3)],
                             .people = chance_below(chance, EACH_MAX + 1),
                             .from_min = (int64_t)chance_below(chance, 40) - 10,
                             .window_min = chance_below(chance, 90),
                             .travel_min = chance_below(chance, 50),
                             .state = HV_ORDER_ISSUED};
        history->issued_ms[history->orders] = now_ms;
        order(history->sent[history->orders]);
        break;
    case 2:
    case 3:
        if (id != 0 && !history->over[id])
            accept(history, id);
        break;
    case 4:
        if (id != 0 && !history->over[id] && history->leaving[id])
            stop(history, id, ends[chance_below(chance, 5)]);
        break;
    case 5:
        sweep(chance_below(chance, 600));
        break;
    default: /* some come twice, some are taken back, some come to where nobody was sent */
        check_in(shelters[chance_below(chance, 4)], (int)chance_below(chance, 60) - 10);
    }
    now_ms += chance_below(chance, 20 * MINUTE_MS);
}

static int64_t count(const struct history *history, const char *shelter, bool there) {
    int64_t people = 0;
    for (size_t i = 0; i < history->leaver_count; i++) {
        const struct leaver *one = &history->leavers[i];
        people += strcmp(one->shelter, shelter) == 0 && one->leaves_ms != INT64_MAX &&
                  one->leaves_ms <= now_ms - (there ? one->travel_ms : 0);
    }
    return people;
}

static void hold_against_leavers(const struct history *history, uint64_t seed) {
    const struct state_zone *zone = state_find_zone(state, "Z");
    for (uint32_t w = 0; zone != NULL && w < zone->way_count; w++) {
        const struct state_way *way = &zone->ways[w];
        cr_assert_eq(state_way_left(way, STATE_ALL, now_ms), count(history, way->shelter, false),
                     "seed %lu", (unsigned long)seed);
        cr_assert_eq(state_way_due(way, STATE_ALL, now_ms), count(history, way->shelter, true),
                     "seed %lu", (unsigned long)seed);
    }
}

/* Everybody is in exactly one place. */
static void check_conservation(uint64_t seed) {
    const struct whereabouts are = look();
    const int64_t known = are.arrived + are.left, all = known > LIVING ? known : LIVING;
    int64_t on_way = 0, overdue = 0;
    cr_assert(are.still >= 0 && are.on_way[STATE_ALL] >= 0 && are.overdue >= 0 &&
                  are.elsewhere >= 0 && are.overdue_gone >= 0 && are.overdue_gone <= are.overdue,
              "seed %lu", (unsigned long)seed);
    cr_assert_eq(are.arrived + are.on_way[STATE_ALL] + are.overdue + are.still + are.elsewhere, all,
                 "seed %lu", (unsigned long)seed);
    cr_assert_eq(are.left, are.on_way[STATE_ALL] + are.overdue + are.still);
    cr_assert_eq(are.to_plan, are.still + are.overdue - are.overdue_gone);
    for (uint32_t w = 0; w < are.way_count; w++) {
        const struct whereabouts_way *way = &are.ways[w];
        on_way += way->on_way[STATE_ALL];
        overdue += way->overdue;
        cr_assert_leq(way->on_way[STATE_MEDICAL] + way->on_way[STATE_WHEELCHAIR],
                      way->on_way[STATE_ALL]);
        cr_assert_leq(way->arrives_ms, way->arrived_ms);
        cr_assert_geq(way->arrives_ms, now_ms);
    }
    cr_assert_eq(on_way, are.on_way[STATE_ALL]);
    cr_assert_eq(overdue, are.overdue);
    if (!are.swept)
        cr_assert_eq(are.elsewhere, 0);
}

/* The same after a checkpoint, and nothing but the log and the time makes a difference. */
static void check_checkpoint(const char *path, uint64_t seed) {
    struct state *loaded = NULL;
    struct whereabouts before = look(), after;
    uint8_t digest[HV_HASH_BYTES], again[HV_HASH_BYTES];
    cr_assert_eq(checkpoint_write(state, path, NULL), 0);
    cr_assert_eq(checkpoint_load(path, NULL, &loaded), 0);
    cr_assert_eq(state_digest(state, digest), 0);
    cr_assert_eq(state_digest(loaded, again), 0);
    cr_assert_eq(memcmp(digest, again, sizeof digest), 0, "seed %lu", (unsigned long)seed);
    whereabouts_of(state_find_zone(loaded, "Z"), LIVING, now_ms, MARGIN_MS, &after);
    cr_assert_eq(after.way_count, before.way_count);
    cr_assert_eq(after.on_way[STATE_ALL], before.on_way[STATE_ALL]);
    cr_assert_eq(after.overdue, before.overdue);
    cr_assert_eq(after.still, before.still);
    state_free(loaded);
}

Test(whereabouts, everybody_is_in_exactly_one_place_over_random_histories) {
    char *dir = scratch_make();
    const char *path = scratch_path(dir, "checkpoint");
    int64_t seen_on_way = 0, seen_overdue = 0, seen_gone = 0;
    for (uint64_t seed = 1; seed <= (SANITIZED ? 60 : 600); seed++) {
        struct history history = {.chance = {seed}};
        end();
        begin();
        for (int i = 0; i < 60; i++) {
            decide(&history);
            hold_against_leavers(&history, seed);
            check_conservation(seed);
            seen_on_way += look().on_way[STATE_ALL] > 0;
            seen_overdue += look().overdue > 0;
            seen_gone += look().overdue_gone > 0;
        }
        if (seed % 20 == 0)
            check_checkpoint(path, seed);
    }
    cr_assert(seen_on_way > 100 && seen_overdue > 100 && seen_gone > 100,
              "the histories hold what they are to show");
    scratch_remove(dir);
}
