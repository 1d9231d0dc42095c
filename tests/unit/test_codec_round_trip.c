/* Every kind of message, made at random from fixed seeds, there and back. That each value lands in
 * its own field is the golden messages' to prove. */
#include "schemas/codec_shape.h"
#include "tests/support/message_maker.h"

#include <criterion/criterion.h>
#include <string.h>

enum { ROUNDS = 200 };

static struct hv_arena arena;
static uint8_t first[HV_FRAME_BYTES_MAX], second[HV_FRAME_BYTES_MAX];

static void start(void) {
    hv_arena_init(&arena, 0);
}

static void stop(void) {
    hv_arena_deinit(&arena);
}

TestSuite(codec_round_trip, .init = start, .fini = stop);

/* protobuf-c reads the bytes, and writes the same: they are what any protobuf would make. */
static void same_by_protobuf(const struct hv_shape *shape, const uint8_t *bytes, size_t size) {
    static uint8_t theirs[HV_FRAME_BYTES_MAX];
    ProtobufCMessage *message = protobuf_c_message_unpack(shape->wire, NULL, size, bytes);
    cr_assert_not_null(message);
    cr_assert_eq(protobuf_c_message_get_packed_size(message), size);
    protobuf_c_message_pack(message, theirs);
    cr_assert_arr_eq(theirs, bytes, size);
    protobuf_c_message_free_unpacked(message, NULL);
}

/* Encodes, decodes, and encodes what came out: the bytes are the same. */
#define THERE_AND_BACK(TYPE, MESSAGE)                                                              \
    do {                                                                                           \
        struct hv_##TYPE *back = NULL;                                                             \
        struct hv_verdict verdict;                                                                 \
        size_t size = 0, again = 0;                                                                \
        int error = hv_##TYPE##_encode((MESSAGE), &arena, first, sizeof first, &size);             \
        cr_assert_eq(error, HV_OK, "%s", hv_##TYPE##_check(MESSAGE).detail);                       \
        same_by_protobuf(&hv_shape_##TYPE, first, size);                                           \
        error = hv_##TYPE##_decode(first, size, &arena, &verdict, &back);                          \
        cr_assert_eq(error, HV_OK, "%s", verdict.detail);                                          \
        cr_assert_eq(verdict.reason, HV_REASON_UNKNOWN);                                           \
        memcpy(second, first, size);                                                               \
        memset(first, 0xee, size);                                                                 \
        error = hv_##TYPE##_encode(back, &arena, first, sizeof first, &again);                     \
        cr_assert_eq(error, HV_OK);                                                                \
        cr_assert_eq(size, again);                                                                 \
        cr_assert_arr_eq(first, second, size);                                                     \
    } while (0)

Test(codec_round_trip, of_envelopes) {
    struct message_maker maker;
    for (uint64_t seed = 0; seed < ROUNDS; seed++) {
        message_maker_init(&maker, seed, &arena);
        for (const enum hv_body_kind *kind = message_body_kinds; *kind != HV_BODY_NONE; kind++)
            THERE_AND_BACK(envelope, message_maker_envelope(&maker, *kind));
        hv_arena_reset(&arena);
    }
}

Test(codec_round_trip, of_reports) {
    struct message_maker maker;
    for (uint64_t seed = 0; seed < ROUNDS; seed++) {
        message_maker_init(&maker, seed, &arena);
        for (const enum hv_report_kind *kind = message_report_kinds; *kind != HV_REPORT_NONE;
             kind++)
            THERE_AND_BACK(report, message_maker_report(&maker, *kind));
        hv_arena_reset(&arena);
    }
}

Test(codec_round_trip, of_orders) {
    struct message_maker maker;
    for (uint64_t seed = 0; seed < ROUNDS; seed++) {
        message_maker_init(&maker, seed, &arena);
        THERE_AND_BACK(order, message_maker_order(&maker));
        hv_arena_reset(&arena);
    }
}

Test(codec_round_trip, of_records) {
    struct message_maker maker;
    for (uint64_t seed = 0; seed < ROUNDS; seed++) {
        message_maker_init(&maker, seed, &arena);
        for (const enum hv_record_kind *kind = message_record_kinds; *kind != HV_RECORD_NONE;
             kind++)
            THERE_AND_BACK(record, message_maker_record(&maker, *kind));
        hv_arena_reset(&arena);
    }
}

/* A copy outlives what it was made from. */
Test(codec_round_trip, of_copies) {
    struct hv_arena other;
    struct message_maker maker;
    hv_arena_init(&other, 0);
    for (uint64_t seed = 0; seed < ROUNDS; seed++) {
        for (const enum hv_report_kind *kind = message_report_kinds; *kind != HV_REPORT_NONE;
             kind++) {
            size_t size = 0, again = 0;
            hv_arena_init(&other, 0);
            message_maker_init(&maker, seed, &other);
            struct hv_report *report = message_maker_report(&maker, *kind);
            cr_assert_eq(hv_report_encode(report, &other, first, sizeof first, &size), HV_OK);
            struct hv_report *copy = hv_report_copy(report, &arena);
            hv_arena_deinit(&other);
            cr_assert_eq(hv_report_encode(copy, &arena, second, sizeof second, &again), HV_OK);
            cr_assert_eq(size, again);
            cr_assert_arr_eq(first, second, size);
        }
        size_t size = 0, again = 0;
        message_maker_init(&maker, seed, &other);
        struct hv_order *order = message_maker_order(&maker);
        cr_assert_eq(hv_order_encode(order, &other, first, sizeof first, &size), HV_OK);
        struct hv_order *copy = hv_order_copy(order, &arena);
        hv_arena_deinit(&other);
        cr_assert_eq(hv_order_encode(copy, &arena, second, sizeof second, &again), HV_OK);
        cr_assert_eq(size, again);
        cr_assert_arr_eq(first, second, size);
        hv_arena_reset(&arena);
    }
}

/* What the coordinator writes unchecked is what it would have written checked: everything that may
 * stand in the envelope of a report may stand in its record. */
Test(codec_round_trip, a_decoded_report_is_a_record_without_another_check) {
    struct message_maker maker;
    for (uint64_t seed = 0; seed < 10 * ROUNDS; seed++) {
        message_maker_init(&maker, seed, &arena);
        struct hv_envelope *made = message_maker_envelope(&maker, HV_BODY_REPORT), *read = NULL;
        struct hv_verdict verdict;
        size_t size, checked;
        cr_assert_eq(hv_envelope_encode(made, &arena, first, sizeof first, &size), HV_OK);
        cr_assert_eq(hv_envelope_decode(first, size, &arena, &verdict, &read), HV_OK);
        struct hv_record record = {.version = HV_RECORD_VERSION,
                                   .actor = HV_ACTOR_NODE,
                                   .name = "S1",
                                   .wall_ms = HV_MS_MAX,
                                   .mono_ms = HV_MS_MAX,
                                   .kind = HV_RECORD_REPORT,
                                   .report = {.node = "S1",
                                              .epoch = read->epoch,
                                              .lane = read->lane,
                                              .sequence = read->sequence,
                                              .sent_node_ms = read->sent_node_ms,
                                              .clock_gap_node_ms = read->clock_gap_node_ms,
                                              .report = read->report}};
        memcpy(record.report.incident, read->incident, HV_ID128_BYTES);
        cr_assert_eq(hv_record_write(&record, first, sizeof first, &size), HV_OK);
        cr_assert_eq(hv_record_encode(&record, &arena, second, sizeof second, &checked), HV_OK,
                     "seed %lu: the check of the record refuses it", (unsigned long)seed);
        cr_assert_eq(size, checked);
        cr_assert_arr_eq(first, second, size);
        hv_arena_reset(&arena);
    }
}
