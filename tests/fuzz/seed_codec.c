/* Writes valid messages of every kind as a corpus to begin with: seed_codec DIR makes
 * DIR/fuzz_envelope/ and DIR/fuzz_record/. */
#include "schemas/codec.h"
#include "tests/support/message_maker.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

static uint8_t bytes[HV_FRAME_BYTES_MAX];

static void write_file(const char *top, const char *target, unsigned number, size_t size) {
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", top, target);
    mkdir(path, 0777);
    snprintf(path, sizeof path, "%s/%s/seed-%03u", top, target, number);
    FILE *file = fopen(path, "wb");
    if (file == NULL || fwrite(bytes, 1, size, file) != size || fclose(file) != 0) {
        perror(path);
        exit(1);
    }
}

int main(int count, char **arguments) {
    struct hv_arena arena;
    struct message_maker maker;
    size_t size = 0;
    if (count != 2)
        return 64;
    hv_arena_init(&arena, 0);
    for (unsigned round = 0, number = 0; round < 4; round++) {
        message_maker_init(&maker, round, &arena);
        for (const enum hv_body_kind *kind = message_body_kinds; *kind != HV_BODY_NONE; kind++)
            if (hv_envelope_encode(message_maker_envelope(&maker, *kind), &arena, bytes,
                                   sizeof bytes, &size) == HV_OK)
                write_file(arguments[1], "fuzz_envelope", number++, size);
        for (const enum hv_record_kind *kind = message_record_kinds; *kind != HV_RECORD_NONE;
             kind++)
            if (hv_record_encode(message_maker_record(&maker, *kind), &arena, bytes, sizeof bytes,
                                 &size) == HV_OK)
                write_file(arguments[1], "fuzz_record", number++, size);
    }
    hv_arena_deinit(&arena);
    return 0;
}
