#include "tests/support/golden.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct hv_arena golden_arena;
uint8_t golden_bytes[HV_FRAME_BYTES_MAX];
static uint8_t made[HV_FRAME_BYTES_MAX];
static size_t golden_size;

void golden_start(void) {
    hv_arena_init(&golden_arena, 0);
}

void golden_stop(void) {
    hv_arena_deinit(&golden_arena);
}

static void read_golden(const char *name) {
    char path[4096];
    const char *top = getenv("HAVEN_TOP");
    snprintf(path, sizeof path, "%s/tests/contract/golden/v1/%s.bin", top == NULL ? "." : top,
             name);
    FILE *file = fopen(path, "rb");
    cr_assert_not_null(file, "%s", path);
    golden_size = fread(golden_bytes, 1, sizeof golden_bytes, file);
    fclose(file);
    cr_assert_gt(golden_size, 0);
}

static void same_bytes(size_t size, const char *name) {
    cr_assert_eq(size, golden_size, "%s", name);
    cr_assert_eq(memcmp(made, golden_bytes, size), 0, "%s", name);
}

void golden_check_envelope(const char *name, const struct hv_envelope *expected) {
    struct hv_verdict verdict;
    struct hv_envelope *decoded = NULL;
    size_t size = 0;
    read_golden(name);
    cr_assert_eq(hv_envelope_encode(expected, &golden_arena, made, sizeof made, &size), HV_OK,
                 "%s: %s", name, hv_envelope_check(expected).detail);
    same_bytes(size, name);
    cr_assert_eq(hv_envelope_decode(golden_bytes, golden_size, &golden_arena, &verdict, &decoded),
                 HV_OK, "%s: %s", name, verdict.detail);
    cr_assert_eq(hv_envelope_encode(decoded, &golden_arena, made, sizeof made, &size), HV_OK);
    same_bytes(size, name);
}

void golden_check_record(const char *name, const struct hv_record *expected) {
    struct hv_verdict verdict;
    struct hv_record *decoded = NULL;
    size_t size = 0;
    read_golden(name);
    cr_assert_eq(hv_record_encode(expected, &golden_arena, made, sizeof made, &size), HV_OK,
                 "%s: %s", name, hv_record_check(expected).detail);
    same_bytes(size, name);
    cr_assert_eq(hv_record_decode(golden_bytes, golden_size, &golden_arena, &verdict, &decoded),
                 HV_OK, "%s: %s", name, verdict.detail);
    cr_assert_eq(hv_record_encode(decoded, &golden_arena, made, sizeof made, &size), HV_OK);
    same_bytes(size, name);
}
