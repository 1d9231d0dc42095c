/* What is finished is forgotten when there is too much of it, what is open never; the same however
 * the state was reached. */
#include "coordinator/state/state.h"
#include "coordinator/state/state_checkpoint.h"
#include "tests/support/scratch.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static struct state *state;
static uint64_t position, sequence[3];
static const char *const nodes[3] = {"A", "B", "C"};

static void put_in(struct state *into, uint64_t at, struct hv_record record) {
    record.version = HV_RECORD_VERSION;
    record.name = "x";
    record.mono_ms = 1000 + at;
    cr_assert_eq(state_apply(into, at, &record), 0);
}

static void put(struct hv_record record) {
    put_in(state, ++position, record);
}

static struct hv_record incident(enum hv_incident_phase phase) {
    struct hv_record record = {.kind = HV_RECORD_INCIDENT, .actor = HV_ACTOR_OPERATOR};
    record.incident = (struct hv_incident_change){.phase = phase, .name = "flood", .hazard = ""};
    record.incident.incident[0] = 1;
    return record;
}

static void begin(void) {
    state = state_new();
    position = 0;
    memset(sequence, 0, sizeof sequence);
    put(incident(HV_PHASE_WATCH));
    for (unsigned i = 0; i < 3; i++) {
        struct hv_record record = {.kind = HV_RECORD_ENROLMENT, .actor = HV_ACTOR_OPERATOR};
        record.enrolment =
            (struct hv_enrolment){.node = nodes[i], .role = HV_ROLE_SHELTER, .place = ""};
        record.enrolment.public_key[0] = (uint8_t)(i + 1);
        put(record);
        put((struct hv_record){.kind = HV_RECORD_EPOCH,
                               .actor = HV_ACTOR_NODE,
                               .epoch = {.node = nodes[i], .epoch = 1}});
    }
}

static void end(void) {
    state_free(state);
}

TestSuite(state_finished, .init = begin, .fini = end, .timeout = 120);

static struct hv_record report_of(unsigned node, struct hv_report report) {
    struct hv_record record = {.kind = HV_RECORD_REPORT, .actor = HV_ACTOR_NODE};
    record.report = (struct hv_node_report){.node = nodes[node],
                                            .epoch = 1,
                                            .lane = HV_LANE_HISTORY,
                                            .sequence = ++sequence[node],
                                            .report = report};
    record.report.report.source = HV_SOURCE_NODE;
    record.report.report.subject = "";
    return record;
}

static struct hv_record moved(unsigned node, enum hv_movement_kind kind, const char *other,
                              const char *transfer, int32_t adults) {
    struct hv_report report = {.kind = HV_REPORT_MOVEMENT};
    report.movement =
        (struct hv_movement){.kind = kind, .zone = "", .shelter = other, .transfer = transfer};
    report.movement.people.by_age[HV_AGE_ADULT] = adults;
    return report_of(node, report);
}

static void leave(unsigned node, const char *to, const char *transfer, int32_t adults) {
    put(moved(node, HV_MOVEMENT_TRANSFER_OUT, to, transfer, adults));
}

static void arrive(unsigned node, const char *from, const char *transfer, int32_t adults) {
    put(moved(node, HV_MOVEMENT_TRANSFER_IN, from, transfer, adults));
}

static const struct state_transfer *transfer_of(const char *from, const char *name) {
    char id[STATE_ID_BYTES];
    state_transfer_id(state_find_place(state, from)->entity.index, name, id);
    return (const struct state_transfer *)state_find(state, STATE_TRANSFER, id);
}

static int64_t on_the_way(const char *from, const char *name) {
    struct hv_people people = state_transfer_on_the_way(transfer_of(from, name));
    return hv_people_total(&people);
}

static int64_t people_at(const char *place) {
    return hv_people_total(&state_find_place(state, place)->people.now);
}

/* ---- whose transfer it is ---- */

Test(state_finished, a_transfer_is_of_the_place_that_people_leave) {
    arrive(2, "A", "T1", 50); /* C has told of T1 first, in both directions */
    leave(2, "B", "T1", 7);
    leave(0, "B", "T1", 30);
    cr_assert_eq(transfer_of("A", "T1")->to, state_find_place(state, "B")->entity.index,
                 "where they go is said by whom they leave");
    arrive(1, "A", "T1", 30);
    cr_assert_eq(people_at("B"), 30, "nobody can block who really arrives");
    cr_assert_eq(transfer_of("A", "T1")->arrival_count, 2);
    cr_assert_eq(on_the_way("A", "T1"), 0);
    cr_assert_eq(on_the_way("C", "T1"), 7, "another transfer");
}

Test(state_finished, a_bus_may_end_at_two_other_places) {
    leave(0, "B", "T1", 30);
    arrive(2, "A", "T1", 10);
    cr_assert_eq(on_the_way("A", "T1"), 20);
    arrive(1, "A", "T1", 20);
    cr_assert_eq(on_the_way("A", "T1"), 0);
    cr_assert_eq(people_at("B"), 20);
    cr_assert_eq(people_at("C"), 10);
}

Test(state_finished, the_same_end_told_twice_counts_once) {
    leave(0, "B", "T1", 30);
    struct hv_record record = moved(1, HV_MOVEMENT_TRANSFER_IN, "A", "T1", 30);
    sequence[1]--;
    record.report.node = "";
    record.report.epoch = record.report.sequence = 0;
    record.report.lane = HV_LANE_UNKNOWN;
    record.report.report.subject = "B";
    record.report.report.source = HV_SOURCE_OPERATOR;
    put(record); /* by telephone, and then the node's own backlog */
    arrive(1, "A", "T1", 30);
    cr_assert_eq(people_at("B"), 30);
}

/* ---- forgetting ---- */

static void pass(unsigned number) {
    char name[24];
    snprintf(name, sizeof name, "n%u", number);
    leave(0, "B", name, 1);
    arrive(1, "A", name, 1);
}

Test(state_finished, old_finished_transfers_make_room_and_open_ones_stay) {
    leave(0, "B", "open", 3);
    arrive(1, "A", "open", 2);
    for (unsigned i = 0; i < HV_TRANSFERS_FINISHED_MAX + 500; i++)
        pass(i);
    cr_assert_eq(state_count(state, STATE_TRANSFER), HV_TRANSFERS_FINISHED_MAX + 1);
    cr_assert_null(transfer_of("A", "n0"));
    cr_assert_null(transfer_of("A", "n499"));
    cr_assert_not_null(transfer_of("A", "n500"));
    cr_assert_eq(on_the_way("A", "open"), 1);
    cr_assert_eq(state_find_node(state, "A")->introduced, 1, "only what is open counts");
    uint32_t seen = 0;
    for (uint32_t i = state_newest(state, STATE_TRANSFER); i != STATE_NONE;
         i = state_transfer(state, i)->entity.older)
        seen++;
    cr_assert_eq(seen, state_count(state, STATE_TRANSFER), "the order of change is whole");
    leave(0, "B", "n0", 4);
    cr_assert_eq(on_the_way("A", "n0"), 4, "the name may be used again");
}

Test(state_finished, nobody_arrives_after_the_incident) {
    leave(0, "B", "lost", 3);
    cr_assert_eq(transfer_of("A", "lost")->entity.finished, 0);
    put(incident(HV_PHASE_CLOSED));
    cr_assert_eq(transfer_of("A", "lost")->entity.finished, position);
    arrive(1, "A", "lost", 1); /* a late backlog: two are still missing */
    cr_assert_eq(transfer_of("A", "lost")->entity.finished, 0);
}

static struct hv_record request(uint64_t number, bool withdrawn) {
    struct hv_report report = {.kind = HV_REPORT_REQUEST};
    report.request = (struct hv_request){.id = number,
                                         .kind = HV_REQUEST_STAFF,
                                         .urgency = HV_URGENCY_ROUTINE,
                                         .text = "",
                                         .withdrawn = withdrawn};
    return report_of(0, report);
}

Test(state_finished, old_withdrawn_requests_make_room_and_open_ones_stay) {
    put(request(1, false));
    for (uint64_t number = 2; number < HV_REQUESTS_FINISHED_MAX + 100; number++) {
        put(request(number, false));
        put(request(number, true));
    }
    cr_assert_eq(state_count(state, STATE_REQUEST), HV_REQUESTS_FINISHED_MAX + 1);
    char id[STATE_ID_BYTES];
    state_request_id(0, 0, 1, id);
    cr_assert_not_null(state_find(state, STATE_REQUEST, id));
    state_request_id(0, 0, 2, id);
    cr_assert_null(state_find(state, STATE_REQUEST, id));
    cr_assert_eq(state_find_place(state, "A")->open_requests, 1);
    cr_assert_eq(state_find_node(state, "A")->introduced, 1);
}

static struct hv_record order(uint64_t id, uint32_t revision, enum hv_order_state is) {
    struct hv_record record = {.kind = HV_RECORD_ORDER, .actor = HV_ACTOR_OPERATOR};
    record.order = (struct hv_order){.id = id,
                                     .revision = revision,
                                     .kind = HV_ORDER_STAND_BY,
                                     .post = HV_POST_NODE,
                                     .addressee = "A",
                                     .state = is,
                                     .shelter = "",
                                     .counterpart = "",
                                     .waybill = "",
                                     .vehicle = "",
                                     .text = ""};
    return record;
}

static struct hv_record answer(uint64_t id, enum hv_order_state is) {
    struct hv_report report = {.kind = HV_REPORT_ANSWER};
    report.answer = (struct hv_order_answer){.order = id, .revision = 1, .state = is, .reason = ""};
    return report_of(0, report);
}

Test(state_finished, old_finished_orders_make_room_and_untold_ones_stay) {
    put(order(1, 1, HV_ORDER_ISSUED));
    put(order(2, 1, HV_ORDER_ISSUED));
    put(order(2, 2, HV_ORDER_CANCELLED)); /* taken back, which its node has still to hear */
    for (uint64_t id = 3; id < HV_ORDERS_FINISHED_MAX + 103; id++) {
        put(order(id, 1, HV_ORDER_ISSUED));
        put(answer(id, HV_ORDER_DONE));
    }
    cr_assert_eq(state_count(state, STATE_ORDER), HV_ORDERS_FINISHED_MAX + 2);
    cr_assert_not_null(state_find_order(state, 1));
    cr_assert_not_null(state_find_order(state, 2));
    cr_assert_null(state_find_order(state, 3));
    put(answer(3, HV_ORDER_FAILED)); /* late, of what is forgotten */
    cr_assert_null(state_find_order(state, 3));
    cr_assert_eq(state_general(state)->last_order, HV_ORDERS_FINISHED_MAX + 102);
}

/* ---- the same however it was reached ---- */

static void digest(const struct state *of, uint8_t *ret_hash) {
    cr_assert_eq(state_digest(of, ret_hash), 0);
}

Test(state_finished, a_checkpoint_while_things_are_forgotten_is_the_same_state) {
    char *dir = scratch_make();
    const char *path = scratch_path(dir, "checkpoint");
    uint8_t before[HV_HASH_BYTES], after[HV_HASH_BYTES];
    struct checkpoint *checkpoint;
    struct state *loaded;
    for (unsigned i = 0; i < HV_TRANSFERS_FINISHED_MAX + 50; i++)
        pass(i);
    digest(state, before);
    cr_assert_eq(checkpoint_begin(state, path, NULL, &checkpoint), 0);
    uint64_t began = position, made[3];
    memcpy(made, sequence, sizeof made);
    bool done = false;
    for (unsigned i = 0; !done; i++) {
        pass(100000 + i); /* takes the place of what has not been written yet */
        cr_assert_eq(checkpoint_step(checkpoint, 1000, &done), 0);
    }
    cr_assert_eq(checkpoint_finish(checkpoint), 0);
    cr_assert_eq(checkpoint_load(path, NULL, &loaded), 0);
    digest(loaded, after);
    cr_assert_arr_eq(before, after, sizeof before);

    struct state *whole = state;
    uint64_t last = position;
    state = loaded; /* the same tail on what was loaded */
    position = began;
    memcpy(sequence, made, sizeof made);
    for (unsigned i = 0; position < last; i++)
        pass(100000 + i);
    digest(whole, before);
    digest(state, after);
    cr_assert_arr_eq(before, after, sizeof before);
    cr_assert_null(transfer_of("A", "n50"), "forgotten while the checkpoint was written");
    state_free(whole);
    scratch_remove(dir);
}
