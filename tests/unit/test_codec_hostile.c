/* What an enemy or a broken line may send. Nothing of it crashes, is believed or takes memory. */
#include "schemas/codec.h"
#include "schemas/utf8.h"
#include "tests/support/message_maker.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static struct hv_arena arena, scratch;
static struct hv_verdict verdict;
static struct hv_envelope *decoded;
static uint8_t bytes[HV_FRAME_BYTES_MAX + 1];
static size_t size;

static void start(void) {
    hv_arena_init(&arena, HV_FRAME_DECODED_BYTES_MAX);
    hv_arena_init(&scratch, 0);
    decoded = NULL;
}

static void stop(void) {
    hv_arena_deinit(&arena);
    hv_arena_deinit(&scratch);
}

TestSuite(codec_hostile, .init = start, .fini = stop);

/* ---- wire ---- */

static void put(uint8_t byte) {
    bytes[size++] = byte;
}

static void put_varint(uint64_t value) {
    for (; value >= 0x80; value >>= 7)
        put((uint8_t)(value | 0x80));
    put((uint8_t)value);
}

static void put_bytes(uint32_t field, const void *content, size_t length) {
    put_varint(field << 3 | 2);
    put_varint(length);
    if (length > 0)
        memcpy(bytes + size, content, length);
    size += length;
}

static void put_number(uint32_t field, uint64_t value) {
    put_varint(field << 3);
    put_varint(value);
}

static void put_header(enum hv_lane lane, uint64_t sequence) {
    static const uint8_t id128[HV_ID128_BYTES] = {1};
    size = 0;
    put_number(1, HV_PROTOCOL);
    put_bytes(2, id128, sizeof id128);
    put_bytes(3, id128, sizeof id128);
    put_number(4, HV_MODE_LIVE);
    put_number(6, lane);
    put_number(7, sequence);
}

/* A report of the lane HISTORY whose bytes after source and body tag are given. */
static void put_report(uint32_t kind, const void *body, size_t length) {
    uint8_t report[512] = {1 << 3, HV_SOURCE_NODE, (uint8_t)(kind << 3 | 2 | 0x80),
                           (uint8_t)(kind >> 4), (uint8_t)length};
    cr_assert_lt(length, 128);
    memcpy(report + 5, body, length);
    put_header(HV_LANE_HISTORY, 7);
    put_bytes(HV_BODY_REPORT, report, 5 + length);
}

static void refused(int error, enum hv_reason reason, const char *detail) {
    cr_expect_eq(hv_envelope_decode(bytes, size, &arena, &verdict, &decoded), error);
    cr_expect_eq(verdict.reason, reason, "%s", verdict.detail);
    cr_expect_str_eq(verdict.detail, detail);
}

Test(codec_hostile, takes_the_frame_that_these_tests_spoil) {
    put_report(HV_REPORT_NOTE,
               "\x0a\x03"
               "abc",
               5);
    cr_assert_eq(hv_envelope_decode(bytes, size, &arena, &verdict, &decoded), HV_OK, "%s",
                 verdict.detail);
    cr_assert_str_eq(decoded->report.note.text, "abc");
}

Test(codec_hostile, refuses_nothing_and_too_much) {
    size = 0;
    refused(HV_ERR_VALUE, HV_REASON_RANGE, "deployment: missing");
    cr_assert_null(decoded);
    put_report(HV_REPORT_NOTE,
               "\x0a\x03"
               "abc",
               5);
    size = HV_FRAME_BYTES_MAX + 1;
    refused(HV_ERR_LIMIT, HV_REASON_OVERSIZE, "65537 bytes, more than 65536");
    cr_assert_eq(decoded->sequence, 7);
}

Test(codec_hostile, refuses_nul_in_a_text) {
    put_report(HV_REPORT_NOTE,
               "\x0a\x03"
               "a\0c",
               5);
    refused(HV_ERR_FORMAT, HV_REASON_TEXT, "report.note.text: holds a NUL");
    cr_assert_eq(decoded->sequence, 7);
    cr_assert_eq(decoded->lane, HV_LANE_HISTORY);
    cr_assert_eq(decoded->kind, HV_BODY_NONE);
}

Test(codec_hostile, refuses_what_is_not_utf8) {
    static const char *const broken[] = {"\x80",
                                         "\xc0\x80",
                                         "\xc1\xbf",
                                         "\xe0\x80\x80",
                                         "\xed\xa0\x80",
                                         "\xf0\x80\x80\x80",
                                         "\xf5\x80\x80\x80",
                                         "\xf4\x90\x80\x80",
                                         "\xe6\x9d",
                                         "\xff",
                                         "a\xc3"};
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        char body[16] = {0x0a, (char)strlen(broken[i])};
        memcpy(body + 2, broken[i], strlen(broken[i]));
        put_report(HV_REPORT_NOTE, body, 2 + strlen(broken[i]));
        refused(HV_ERR_FORMAT, HV_REASON_TEXT, "report.note.text: not UTF-8");
    }
}

Test(codec_hostile, refuses_control_characters) {
    put_report(HV_REPORT_NOTE, "\x0a\x03\x1b[m", 5);
    refused(HV_ERR_FORMAT, HV_REASON_TEXT, "report.note.text: holds a control character");
    put_report(HV_REPORT_MOVEMENT,
               "\x08\x01\x1a\x03"
               "a\nb",
               7);
    refused(HV_ERR_FORMAT, HV_REASON_TEXT, "report.movement.zone: holds a control character");
}

Test(codec_hostile, refuses_unknown_enumerators) {
    put_report(HV_REPORT_MOVEMENT, "\x08\x06", 2);
    refused(HV_ERR_VALUE, HV_REASON_RANGE, "report.movement.kind: 6 is no known value");
    put_report(HV_REPORT_MOVEMENT, "\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 11);
    refused(HV_ERR_VALUE, HV_REASON_RANGE,
            "report.movement.kind: 18446744073709551615 is out of range");
    put_report(HV_REPORT_MOVEMENT, "", 0);
    refused(HV_ERR_VALUE, HV_REASON_RANGE, "report.movement.kind: missing");
}

/* protobuf-c would cut these to 32 bits and read 5 adults. */
Test(codec_hostile, refuses_numbers_wider_than_their_field) {
    put_report(HV_REPORT_MOVEMENT, "\x08\x01\x12\x06\x20\x8a\x80\x80\x80\x10", 10);
    refused(HV_ERR_VALUE, HV_REASON_RANGE,
            "report.movement.people.adult: 4294967306 is out of range");
}

Test(codec_hostile, refuses_two_bodies_and_fields_given_twice) {
    put_report(HV_REPORT_NOTE,
               "\x0a\x01"
               "a\x0a\x01"
               "b",
               6);
    refused(HV_ERR_FORMAT, HV_REASON_MALFORMED, "report.note.text: given twice");
    put_header(HV_LANE_UNKNOWN, 0);
    put_bytes(HV_BODY_BEAT, "", 0);
    put_bytes(HV_BODY_BEAT, "", 0);
    refused(HV_ERR_FORMAT, HV_REASON_MALFORMED, "beat: a second body");
}

Test(codec_hostile, refuses_wrong_wire_types_and_groups) {
    put_header(HV_LANE_UNKNOWN, 0);
    put_number(HV_BODY_BEAT, 1);
    refused(HV_ERR_FORMAT, HV_REASON_MALFORMED, "beat: wrong wire type");
    put_header(HV_LANE_UNKNOWN, 0);
    for (int i = 0; i < 30000; i++)
        put(13 << 3 | 3); /* start of a group, again and again */
    refused(HV_ERR_FORMAT, HV_REASON_MALFORMED, "broken or cut off");
}

Test(codec_hostile, passes_over_unknown_fields_but_not_over_a_flood_of_them) {
    put_header(HV_LANE_UNKNOWN, 0);
    put_bytes(HV_BODY_BEAT, "", 0);
    for (unsigned i = 0; i < HV_UNKNOWN_FIELDS_MAX; i++)
        put_bytes(1000 + i, "new", 3);
    cr_assert_eq(hv_envelope_decode(bytes, size, &arena, &verdict, &decoded), HV_OK, "%s",
                 verdict.detail);
    put_number(2000, 5);
    refused(HV_ERR_LIMIT, HV_REASON_MALFORMED, "more than 64 unknown fields");
}

Test(codec_hostile, says_that_a_body_is_of_no_known_kind) {
    put_header(HV_LANE_UNKNOWN, 0);
    put_bytes(99, "new", 3);
    refused(HV_ERR_VALUE, HV_REASON_TYPE, "no body of a known kind");
    put_report(99, "new", 3);
    refused(HV_ERR_VALUE, HV_REASON_TYPE, "report: no body of a known kind");
}

Test(codec_hostile, refuses_ids_of_another_size) {
    size = 0;
    put_number(1, HV_PROTOCOL);
    put_bytes(2, "short", 5);
    refused(HV_ERR_VALUE, HV_REASON_RANGE, "deployment: 5 bytes, not 16");
}

/* The dearest frame: small repeated messages, filled to the brim. */
Test(codec_hostile, stays_within_the_memory_promised_for_a_frame) {
    put_header(HV_LANE_UNKNOWN, 0);
    size_t orders = 0;
    uint8_t set[HV_FRAME_BYTES_MAX];
    size_t used = 0;
    while (used + 2 * HV_ORDER_LINKS_MAX + 16 < sizeof set - 1024 && orders < HV_ORDER_SET_MAX) {
        size_t length = 2 * HV_ORDER_LINKS_MAX;
        set[used++] = 0x0a;
        set[used++] = (uint8_t)(length & 0x7f) | 0x80;
        set[used++] = (uint8_t)(length >> 7);
        for (size_t i = 0; i < HV_ORDER_LINKS_MAX; i++) {
            set[used++] = 13 << 3 | 2;
            set[used++] = 0;
        }
        orders++;
    }
    put_bytes(HV_BODY_ORDERS, set, used);
    cr_assert_eq(hv_envelope_decode(bytes, size, &arena, &verdict, &decoded), HV_ERR_VALUE);
    cr_assert_str_eq(verdict.detail, "orders.orders[0].id: missing");

    put_header(HV_LANE_UNKNOWN, 0);
    for (used = 0; used + 2 < HV_ORDER_SET_MAX * 2;) {
        set[used++] = 0x0a;
        set[used++] = 0;
    }
    put_bytes(HV_BODY_ORDERS, set, used);
    cr_assert_eq(hv_envelope_decode(bytes, size, &arena, &verdict, &decoded), HV_ERR_VALUE);

    put_header(HV_LANE_UNKNOWN, 0);
    for (used = 0; used < (HV_ORDER_SET_MAX + 1) * 2;) {
        set[used++] = 0x0a;
        set[used++] = 0;
    }
    put_bytes(HV_BODY_ORDERS, set, used);
    refused(HV_ERR_LIMIT, HV_REASON_OVERSIZE, "orders.orders: more than 256");
}

Test(codec_hostile, says_busy_without_memory_and_keeps_nothing) {
    hv_arena_init(&arena, 64);
    put_report(HV_REPORT_NOTE,
               "\x0a\x03"
               "abc",
               5);
    refused(HV_ERR_MEMORY, HV_REASON_BUSY, "no memory");
    cr_assert_null(decoded);
}

/* ---- spoiled messages ---- */

/* Bytes that must be read to the last one: under a sanitizer a read past the end is seen. */
static int decode_exactly(const uint8_t *from, size_t length) {
    uint8_t *exact = malloc(length == 0 ? 1 : length);
    memcpy(exact, from, length);
    hv_arena_reset(&arena);
    int error = hv_envelope_decode(exact, length, &arena, &verdict, &decoded);
    free(exact);
    if (error == HV_OK)
        cr_assert_eq(hv_envelope_check(decoded).reason, HV_REASON_UNKNOWN);
    else
        cr_assert_neq(verdict.reason, HV_REASON_UNKNOWN);
    cr_assert_lt(strlen(verdict.detail), sizeof verdict.detail);
    return error;
}

static void make_frame(struct message_maker *maker, enum hv_body_kind kind) {
    hv_arena_reset(&scratch);
    struct hv_envelope *envelope = message_maker_envelope(maker, kind);
    cr_assert_eq(hv_envelope_encode(envelope, &scratch, bytes, sizeof bytes, &size), HV_OK, "%s",
                 hv_envelope_check(envelope).detail);
}

Test(codec_hostile, refuses_every_frame_cut_off) {
    struct message_maker maker;
    message_maker_init(&maker, 1, &scratch);
    for (int round = 0; round < 20; round++)
        for (const enum hv_body_kind *kind = message_body_kinds; *kind != HV_BODY_NONE; kind++) {
            make_frame(&maker, *kind);
            size_t step = size > 2000 ? 37 : 1;
            for (size_t length = 0; length < size; length += step)
                cr_assert_neq(decode_exactly(bytes, length), HV_OK);
        }
}

Test(codec_hostile, survives_flipped_bits) {
    struct message_maker maker;
    message_maker_init(&maker, 2, &scratch);
    for (int round = 0; round < 200; round++)
        for (const enum hv_body_kind *kind = message_body_kinds; *kind != HV_BODY_NONE; kind++) {
            make_frame(&maker, *kind);
            for (int flip = 0; flip < 50; flip++) {
                uint8_t *byte = &bytes[message_maker_below(&maker, size)];
                uint8_t bit = (uint8_t)(1u << message_maker_below(&maker, 8));
                *byte ^= bit;
                (void)decode_exactly(bytes, size);
                *byte ^= bit;
            }
        }
}

Test(codec_hostile, survives_noise) {
    struct message_maker maker;
    message_maker_init(&maker, 3, &scratch);
    for (int round = 0; round < 20000; round++) {
        size = message_maker_below(&maker, 100);
        for (size_t i = 0; i < size; i++)
            bytes[i] = (uint8_t)message_maker_below(&maker, 256);
        (void)decode_exactly(bytes, size);
    }
}

/* ---- ids and UTF-8 ---- */

Test(codec_hostile, tells_ids_from_other_texts) {
    cr_assert_eq(hv_id_check("七尾市-01"), HV_OK);
    cr_assert_eq(hv_id_check(""), HV_ERR_VALUE);
    cr_assert_eq(hv_id_check("a\tb"), HV_ERR_FORMAT);
    cr_assert_eq(hv_id_check("a\x7f"), HV_ERR_FORMAT);
    cr_assert_eq(hv_id_check("a\xc2\x85"), HV_ERR_FORMAT);
    cr_assert_eq(hv_id_check("a\xe2\x80\xae"
                             "b"),
                 HV_ERR_FORMAT);
    cr_assert_eq(hv_id_check("\xc3"), HV_ERR_FORMAT);
    char text[HV_ID_BYTES_MAX + 2] = {0};
    memset(text, 'x', HV_ID_BYTES_MAX);
    cr_assert_eq(hv_id_check(text), HV_OK);
    text[HV_ID_BYTES_MAX] = 'x';
    cr_assert_eq(hv_id_check(text), HV_ERR_LIMIT);
}

static size_t write_point(uint32_t point, char *text) {
    if (point < 0x80)
        return text[0] = (char)point, 1;
    size_t length = point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    static const unsigned lead[] = {0, 0, 0xc0, 0xe0, 0xf0};
    for (size_t i = length - 1; i > 0; i--, point >>= 6)
        text[i] = (char)(0x80 | (point & 0x3f));
    text[0] = (char)(lead[length] | point);
    return length;
}

Test(codec_hostile, knows_every_code_point) {
    char text[4];
    for (uint32_t point = 0; point < 0x120000; point++) {
        size_t length = write_point(point, text);
        bool surrogate = point >= 0xd800 && point <= 0xdfff;
        bool broken = point == 0 || surrogate || point > 0x10ffff;
        unsigned found = hv_utf8_scan(text, length);
        cr_assert_eq((found & HV_UTF8_BROKEN) != 0, broken, "U+%04X", point);
        if (!broken && length > 1)
            cr_assert(hv_utf8_scan(text, length - 1) & HV_UTF8_BROKEN);
    }
}
