#include "simulations/exercise/terminal.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

Test(sim_terminal, east_asian_characters_take_two_columns) {
    cr_assert_eq(terminal_width("S01 open"), 8);
    cr_assert_eq(terminal_width("七尾市"), 6);
    cr_assert_eq(terminal_width("屋内480人／屋外"), 4 + 3 + 2 + 2 + 4);
    cr_assert_eq(terminal_width("\x1b[1mé\x1b[0m"), 1);
    cr_assert_eq(terminal_width("\xff\xfe"), 2);
}

Test(sim_terminal, fits_text_to_columns_exactly) {
    static const char *const texts[] = {"",
                                        "a",
                                        "abcdefghij",
                                        "山王小学校",
                                        "田鶴浜地区コミュニティセンター（サンビーム）",
                                        "mixed 混合 text",
                                        "\xe5\xb1"};
    char buffer[256];
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        for (size_t columns = 1; columns < 30; columns++)
            for (int right = 0; right < 2; right++) {
                terminal_fit(buffer, sizeof buffer, texts[i], columns, right);
                cr_assert_eq(terminal_width(buffer), columns, "'%s' in %zu: '%s'", texts[i],
                             columns, buffer);
            }
    cr_assert_str_eq(terminal_fit(buffer, sizeof buffer, "山王小学校", 8, false), "山王小… ");
    cr_assert_str_eq(terminal_fit(buffer, sizeof buffer, "42", 5, true), "   42");
}

Test(sim_terminal, numbers_have_thousands_apart) {
    char buffer[32];
    cr_assert_str_eq(terminal_number(buffer, sizeof buffer, 0), "0");
    cr_assert_str_eq(terminal_number(buffer, sizeof buffer, 999), "999");
    cr_assert_str_eq(terminal_number(buffer, sizeof buffer, 1234567), "1,234,567");
    cr_assert_str_eq(terminal_number(buffer, sizeof buffer, -1000), "-1,000");
}

Test(sim_terminal, bars_have_their_length) {
    char buffer[128];
    for (int part = -1; part < 14; part++) {
        terminal_bar(buffer, sizeof buffer, part, 10, 12);
        cr_assert_eq(terminal_width(buffer), 12);
    }
    cr_assert_str_eq(terminal_bar(buffer, sizeof buffer, 1, 2, 4), "██  ");
}

Test(sim_terminal, a_file_gets_plain_lines_and_no_escapes) {
    char *text = NULL;
    size_t size = 0;
    FILE *file = tmpfile();
    struct terminal terminal;
    cr_assert_not_null(file);
    terminal_init(&terminal, file, false);
    terminal_begin(&terminal);
    terminal_line(&terminal, "a table");
    terminal_show(&terminal);
    terminal_event(&terminal, "the river rises");
    terminal_progress(&terminal, 0, 1000, "first");
    terminal_progress(&terminal, 500, 1000, "too early");
    terminal_progress(&terminal, 1000, 1000, "second");
    terminal_end(&terminal, true);
    rewind(file);
    ssize_t got = getdelim(&text, &size, '\0', file);
    cr_assert_gt(got, 0);
    cr_assert_str_eq(text, "the river rises\nfirst\nsecond\n");
    free(text);
    fclose(file);
}

static char *wrapped(const char *text, size_t columns) {
    char *lines = NULL;
    size_t size;
    FILE *out = open_memstream(&lines, &size);
    cr_assert_not_null(out);
    terminal_wrap(out, text, columns);
    fclose(out);
    return lines;
}

static void expect_wrapped(const char *text, size_t columns, const char *expected) {
    char *lines = wrapped(text, columns);
    cr_assert_str_eq(lines, expected, "'%s' in %zu: '%s'", text, columns, lines);
    free(lines);
}

Test(sim_terminal, wraps_at_blanks_under_the_beginning_of_the_text) {
    expect_wrapped("12:40  the river rises fast", 80, "12:40  the river rises fast");
    expect_wrapped("12:40  the river rises fast", 18, "12:40  the river\n       rises fast");
    expect_wrapped("12:40  the river rises fast", 16,
                   "12:40  the river\n       rises\n       fast");
    expect_wrapped("    S01 declines", 9, "    S01\n    decli\n    nes");
    expect_wrapped("no gap in this", 7, "no gap\nin this");
    expect_wrapped("a gap too far right:  text", 12, "a gap too\nfar right:\ntext");
    expect_wrapped("ends here   ", 9, "ends here");
    expect_wrapped("", 9, "");
}

Test(sim_terminal, wraps_east_asian_text_between_characters) {
    expect_wrapped("12:40  山王小学校", 15, "12:40  山王小学\n       校");
    expect_wrapped("避難所を開設。次", 12, "避難所を開\n設。次"); /* no stop begins a line */
    expect_wrapped("屋内 480 人", 8, "屋内 480\n人");
}

Test(sim_terminal, wrapping_keeps_every_word_and_the_width) {
    static const char text[] = "D1 06:40  S10 地区コミュニティセンター is \x1b[1mcut off\x1b[0m; "
                               "its node works on, alone.";
    for (size_t columns = 2; columns < 90; columns++) {
        char *lines = wrapped(text, columns);
        size_t at = 0;
        for (char *rest = lines, *line; (line = strsep(&rest, "\n")) != NULL;) {
            cr_assert_leq(terminal_width(line), columns, "'%s' in %zu", line, columns);
            for (; *line != '\0'; line++)
                if (*line != ' ') {
                    at += strspn(text + at, " ");
                    cr_assert_eq(*line, text[at++]);
                }
        }
        cr_assert_eq(at, sizeof text - 1);
        free(lines);
    }
}
