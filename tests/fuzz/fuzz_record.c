/* Any bytes as a log record, as fuzz_envelope.c has it for frames; and as a report and an order
 * alone. */
#include "schemas/codec.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void require(bool holds) {
    if (!holds)
        abort();
}

static void encode_again(const struct hv_record *record, struct hv_arena *arena) {
    static uint8_t first[HV_RECORD_BYTES_MAX], second[HV_RECORD_BYTES_MAX];
    size_t first_size = 0, second_size = 0;
    struct hv_verdict verdict;
    struct hv_record *again = NULL;
    require(hv_record_encode(record, arena, first, sizeof first, &first_size) == HV_OK);
    require(hv_record_decode(first, first_size, arena, &verdict, &again) == HV_OK);
    require(hv_record_encode(again, arena, second, sizeof second, &second_size) == HV_OK);
    require(first_size == second_size && memcmp(first, second, first_size) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    struct hv_arena arena;
    struct hv_verdict verdict;
    struct hv_record *record = NULL;
    struct hv_report *report = NULL;
    struct hv_order *order = NULL;
    hv_arena_init(&arena, 0);
    if (hv_record_decode(bytes, size, &arena, &verdict, &record) == HV_OK)
        encode_again(record, &arena);
    if (hv_report_decode(bytes, size, &arena, &verdict, &report) == HV_OK)
        require(hv_report_copy(report, &arena) != NULL);
    if (hv_order_decode(bytes, size, &arena, &verdict, &order) == HV_OK)
        require(hv_order_copy(order, &arena) != NULL);
    hv_arena_deinit(&arena);
    return 0;
}
