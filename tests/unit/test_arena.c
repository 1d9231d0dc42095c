#include "schemas/arena.h"

#include <criterion/criterion.h>
#include <stdalign.h>
#include <stdint.h>
#include <string.h>

static struct hv_arena arena;

static void start(void) {
    hv_arena_init(&arena, 0);
}

static void stop(void) {
    hv_arena_deinit(&arena);
}

TestSuite(arena, .init = start, .fini = stop);

Test(arena, gives_aligned_zeroed_pieces_that_do_not_overlap) {
    unsigned char *pieces[500];
    for (size_t i = 0; i < 500; i++) {
        pieces[i] = hv_arena_take(&arena, i, 3);
        cr_assert_eq((uintptr_t)pieces[i] % alignof(max_align_t), 0);
        for (size_t j = 0; j < 3 * i; j++)
            cr_assert_eq(pieces[i][j], 0);
        memset(pieces[i], (int)(i % 255 + 1), 3 * i);
    }
    for (size_t i = 0; i < 500; i++)
        for (size_t j = 0; j < 3 * i; j++)
            cr_assert_eq(pieces[i][j], i % 255 + 1);
}

Test(arena, zeroes_again_after_a_reset) {
    memset(hv_arena_take(&arena, 100, 1), 7, 100);
    hv_arena_reset(&arena);
    const unsigned char *piece = hv_arena_take(&arena, 100, 1);
    for (size_t i = 0; i < 100; i++)
        cr_assert_eq(piece[i], 0);
}

static void take_a_message(void) {
    for (size_t size = 1; size < 20000; size = size * 3 / 2 + 1)
        cr_assert_not_null(hv_arena_take(&arena, size, 1));
}

Test(arena, takes_no_more_memory_for_a_steady_stream) {
    take_a_message();
    size_t held = arena.held;
    for (int i = 0; i < 1000; i++) {
        hv_arena_reset(&arena);
        take_a_message();
    }
    cr_assert_eq(arena.held, held);
}

Test(arena, gives_nothing_past_its_limit_and_goes_on_below_it) {
    hv_arena_init(&arena, 10000);
    size_t given = 0;
    while (hv_arena_take(&arena, 100, 1) != NULL)
        given += 100;
    cr_assert_geq(given, 8000);
    cr_assert_leq(arena.held, 10000);
    cr_assert_null(hv_arena_take(&arena, 20000, 1));
    hv_arena_reset(&arena);
    cr_assert_not_null(hv_arena_take(&arena, 100, 1));
}

Test(arena, refuses_sizes_that_overflow) {
    cr_assert_null(hv_arena_take(&arena, SIZE_MAX, 2));
    cr_assert_null(hv_arena_take(&arena, SIZE_MAX / 2, 1));
    cr_assert_null(hv_arena_take(&arena, 1, SIZE_MAX));
    cr_assert_eq(arena.held, 0);
}

Test(arena, copies_texts) {
    char text[] = "避難所";
    char *copy = hv_arena_text(&arena, text);
    text[0] = 'x';
    cr_assert_str_eq(copy, "避難所");
}

Test(arena, can_be_freed_unused_and_twice) {
    hv_arena_reset(&arena);
    hv_arena_deinit(&arena);
    hv_arena_deinit(&arena);
    cr_assert_not_null(hv_arena_take(&arena, 1, 1));
}

Test(arena, gives_back_what_was_taken_after_a_mark) {
    hv_arena_rewind(&arena, hv_arena_mark(&arena));
    char *kept = hv_arena_text(&arena, "kept");
    struct hv_arena_mark mark = hv_arena_mark(&arena);
    char *first = hv_arena_take(&arena, 1, 100000);
    size_t held = arena.held;
    for (int i = 0; i < 1000; i++) {
        hv_arena_rewind(&arena, mark);
        char *again = hv_arena_take(&arena, 1, 100000);
        cr_assert_eq(again, first);
        memset(again, 'x', 100000);
    }
    cr_assert_eq(arena.held, held);
    cr_assert_str_eq(kept, "kept");
}
