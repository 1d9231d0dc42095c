#include "schemas/codec.h"

#include <criterion/criterion.h>
#include <string.h>

static struct hv_arena arena;
static uint8_t bytes[HV_FRAME_BYTES_MAX];
static size_t size;
static struct hv_verdict verdict;

static void start(void) {
    hv_arena_init(&arena, HV_FRAME_DECODED_BYTES_MAX);
}

static void stop(void) {
    hv_arena_deinit(&arena);
}

TestSuite(codec, .init = start, .fini = stop);

static struct hv_envelope check_in(void) {
    return (struct hv_envelope){
        .protocol = HV_PROTOCOL,
        .deployment = {1, 2, 3},
        .mode = HV_MODE_LIVE,
        .epoch = 5,
        .lane = HV_LANE_HISTORY,
        .sequence = 9,
        .sent_node_ms = 1000,
        .kind = HV_BODY_REPORT,
        .report = {.source = HV_SOURCE_NODE,
                   .seen = {.wall_ms = 1700000000000, .node_ms = 900},
                   .kind = HV_REPORT_MOVEMENT,
                   .movement = {.kind = HV_MOVEMENT_CHECK_IN,
                                .people = {.by_age = {[HV_AGE_ADULT] = 3},
                                           .overlay = {[HV_OVERLAY_WHEELCHAIR] = 1}},
                                .zone = "東区"}}};
}

static void encode(const struct hv_envelope *envelope) {
    cr_assert_eq(hv_envelope_encode(envelope, &arena, bytes, sizeof bytes, &size), HV_OK, "%s",
                 hv_envelope_check(envelope).detail);
}

Test(codec, carries_a_check_in) {
    struct hv_envelope sent = check_in(), *got = NULL;
    encode(&sent);
    cr_assert_eq(hv_envelope_decode(bytes, size, &arena, &verdict, &got), HV_OK, "%s",
                 verdict.detail);
    memset(bytes, 0xff, size); /* nothing may point into the bytes */
    cr_assert_eq(got->sequence, 9);
    cr_assert_eq(got->lane, HV_LANE_HISTORY);
    cr_assert_eq(got->deployment[2], 3);
    cr_assert_eq(got->report.seen.node_ms, 900);
    cr_assert_eq(got->report.kind, HV_REPORT_MOVEMENT);
    cr_assert_eq(got->report.movement.people.by_age[HV_AGE_ADULT], 3);
    cr_assert_eq(got->report.movement.people.overlay[HV_OVERLAY_WHEELCHAIR], 1);
    cr_assert_str_eq(got->report.movement.zone, "東区");
    cr_assert_str_eq(got->report.movement.shelter, "");
    cr_assert_str_eq(got->report.subject, "");
}

Test(codec, names_the_field_that_is_wrong) {
    struct hv_envelope envelope = check_in();
    envelope.report.movement.people.by_age[HV_AGE_ADULT] = -3;
    verdict = hv_envelope_check(&envelope);
    cr_assert_eq(verdict.reason, HV_REASON_RANGE);
    cr_assert_str_eq(verdict.detail, "report.movement.people.adult: -3");
    verdict = hv_report_check(&envelope.report);
    cr_assert_str_eq(verdict.detail, "report.movement.people.adult: -3");
    cr_assert_eq(hv_envelope_encode(&envelope, &arena, bytes, sizeof bytes, &size), HV_ERR_VALUE);
}

Test(codec, gives_the_header_of_what_it_refuses) {
    struct hv_envelope envelope = check_in(), *got = NULL;
    encode(&envelope);
    cr_assert_eq(hv_envelope_decode(bytes, size - 1, &arena, &verdict, &got), HV_ERR_FORMAT);
    cr_assert_eq(verdict.reason, HV_REASON_MALFORMED);
    cr_assert_eq(got->kind, HV_BODY_NONE);
    cr_assert_eq(got->lane, HV_LANE_HISTORY);
    cr_assert_eq(got->sequence, 9);
}

Test(codec, refuses_another_protocol_by_its_number) {
    struct hv_envelope envelope = check_in(), *got = NULL;
    encode(&envelope);
    bytes[1] = 2;
    cr_assert_eq(hv_envelope_decode(bytes, size, &arena, &verdict, &got), HV_ERR_VERSION);
    cr_assert_eq(verdict.reason, HV_REASON_PROTOCOL);
    cr_assert_str_eq(verdict.detail, "protocol: 2, not 1");
    cr_assert_eq(got->sequence, 9);
}
