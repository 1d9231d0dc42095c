#include "schemas/bundle.h"
#include "tests/support/chance.h"

#include <criterion/criterion.h>
#include <string.h>

static struct hv_bundle_writer writer;

static unsigned count_of(const uint8_t *frame, size_t size) {
    struct hv_bundle_reader reader;
    const uint8_t *message;
    size_t length;
    unsigned count = 0;
    hv_bundle_open(&reader, frame, size);
    while (hv_bundle_next(&reader, &message, &length)) {
        cr_assert(message >= frame && length <= size && message + length <= frame + size);
        count++;
    }
    return count;
}

Test(bundle, gives_back_what_was_put_in) {
    struct chance chance = {.state = 5};
    static uint8_t messages[HV_BUNDLE_MESSAGES_MAX][1000];
    size_t sizes[HV_BUNDLE_MESSAGES_MAX], size;
    for (int round = 0; round < 300; round++) {
        unsigned count = 2 + chance_below(&chance, HV_BUNDLE_MESSAGES_MAX - 1);
        hv_bundle_begin(&writer);
        for (unsigned i = 0; i < count; i++) {
            sizes[i] = chance_below(&chance, 1000);
            memset(messages[i], (int)(i + 1), sizes[i]);
            cr_assert(hv_bundle_add(&writer, messages[i], sizes[i]));
        }
        const uint8_t *frame = hv_bundle_frame(&writer, &size), *message;
        struct hv_bundle_reader reader;
        size_t length;
        hv_bundle_open(&reader, frame, size);
        for (unsigned i = 0; i < count; i++) {
            cr_assert(hv_bundle_next(&reader, &message, &length));
            cr_assert_eq(length, sizes[i]);
            cr_assert_eq(memcmp(message, messages[i], length), 0);
        }
        cr_assert_not(hv_bundle_next(&reader, &message, &length));
    }
}

Test(bundle, one_message_alone_is_sent_as_it_is) {
    size_t size;
    hv_bundle_begin(&writer);
    (void)hv_bundle_frame(&writer, &size);
    cr_assert_eq(size, 0);
    cr_assert(hv_bundle_add(&writer, (const uint8_t *)"\x08message", 8));
    const uint8_t *frame = hv_bundle_frame(&writer, &size);
    cr_assert_eq(size, 8);
    cr_assert_eq(memcmp(frame, "\x08message", 8), 0);
    cr_assert_eq(count_of(frame, size), 1);
    cr_assert_eq(count_of(frame, 0), 1, "a frame of no bytes is a message of none");
}

Test(bundle, takes_no_more_than_a_frame_and_no_more_than_its_number) {
    static uint8_t large[HV_FRAME_BYTES_MAX];
    size_t size;
    hv_bundle_begin(&writer);
    cr_assert_not(hv_bundle_add(&writer, large, sizeof large));
    cr_assert(hv_bundle_add(&writer, large, sizeof large - 4));
    cr_assert_not(hv_bundle_add(&writer, large, 1));
    (void)hv_bundle_frame(&writer, &size);
    cr_assert_leq(size, HV_FRAME_BYTES_MAX);
    hv_bundle_begin(&writer);
    for (unsigned i = 0; i < HV_BUNDLE_MESSAGES_MAX; i++)
        cr_assert(hv_bundle_add(&writer, large, 3));
    cr_assert_not(hv_bundle_add(&writer, large, 3));
}

/* What cannot be cut becomes one message of no bytes, which every decoder refuses. */
Test(bundle, wrong_lengths_are_a_message_of_nothing) {
    static const uint8_t wrong[][8] = {
        {0, 5, 1, 2}, {0, 0xff, 0xff, 0xff, 1}, {0, 0x80}, {0, 2, 7, 7, 0x81}};
    static const size_t sizes[] = {4, 5, 2, 5};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct hv_bundle_reader reader;
        const uint8_t *message;
        size_t size = 99;
        unsigned count = 0;
        hv_bundle_open(&reader, wrong[i], sizes[i]);
        while (hv_bundle_next(&reader, &message, &size))
            count++;
        cr_assert_eq(size, 0, "case %zu", i);
        cr_assert_eq(count, i == 3 ? 2 : 1);
    }
    cr_assert_eq(count_of((const uint8_t *)"\0", 1), 0, "an empty bundle");
    uint8_t many[1 + 2 * HV_BUNDLE_MESSAGES_MAX + 20];
    memset(many, 1, sizeof many);
    many[0] = 0;
    cr_assert_eq(count_of(many, sizeof many), HV_BUNDLE_MESSAGES_MAX + 1);
}

Test(bundle, any_bytes_stay_inside_the_frame) {
    struct chance chance = {.state = 9};
    for (int round = 0; round < 20000; round++) {
        uint8_t bytes[200];
        size_t size = chance_below(&chance, sizeof bytes + 1);
        for (size_t i = 0; i < size; i++)
            bytes[i] = (uint8_t)(chance_below(&chance, 2) ? chance_below(&chance, 8)
                                                          : chance_below(&chance, 256));
        if (size > 0)
            bytes[0] = 0;
        cr_assert_leq(count_of(bytes, size), HV_BUNDLE_MESSAGES_MAX + 1);
    }
}
