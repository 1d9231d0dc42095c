/* What a person sees while an exercise runs: on a terminal a picture redrawn in place within its
 * width and height; elsewhere one plain line now and then, so that logs stay readable.
 *
 * Text is UTF-8; widths are columns (East Asian characters take two). */
#ifndef SIMULATIONS_EXERCISE_TERMINAL_H
#define SIMULATIONS_EXERCISE_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct terminal {
    FILE *out;
    bool live;  /* a terminal that can be redrawn */
    bool quiet; /* --json: nothing is drawn */
    unsigned columns, rows;
    unsigned drawn; /* lines of the picture that stands */
    char *picture;  /* owned, being composed */
    size_t used, room;
    unsigned lines;
    uint64_t plain_next_ms;
};

void terminal_init(struct terminal *terminal, FILE *out, bool quiet);

/* Removes the picture or leaves it standing, and gives the cursor back. */
void terminal_end(struct terminal *terminal, bool keep_picture);

/* Composes the picture line by line: begin, lines (cut to the width; what is beyond the height is
 * left out), show. Elsewhere than on a terminal nothing happens. */
void terminal_begin(struct terminal *terminal);
void terminal_line(struct terminal *terminal, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void terminal_show(struct terminal *terminal);

/* Something happened: a line that stays, above the picture; on a terminal wrapped to its width. */
void terminal_event(struct terminal *terminal, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Progress where there is no terminal: printed at most every `every_ms` of `now_ms`. */
void terminal_progress(struct terminal *terminal, uint64_t now_ms, uint64_t every_ms,
                       const char *format, ...) __attribute__((format(printf, 4, 5)));

/* Columns that the text takes; invalid bytes count one each. */
size_t terminal_width(const char *text);

/* Copies text into buffer, cut and padded with spaces to exactly `columns` (an ellipsis where cut;
 * `right`: padded on the left). buffer holds at least 4 x columns + 1 bytes. Returns buffer. */
char *terminal_fit(char *buffer, size_t bytes, const char *text, size_t columns, bool right);

/* Prints text on lines of at most `columns` (at least 2), no newline after the last. Lines end at
 * blanks or between East Asian characters, within a word only where it is longer than a line; what
 * follows the first is indented to where its text begins: past the first two blanks, unless that is
 * beyond the middle. */
void terminal_wrap(FILE *out, const char *text, size_t columns);

/* A bar of `columns` that is full to part / whole; eighths of a block where UTF-8 is spoken. */
char *terminal_bar(char *buffer, size_t bytes, double part, double whole, size_t columns);

/* A chart of `count` figures: `height` lines of `width` columns, most recent at the right. */
void terminal_chart(FILE *out, const int64_t *figures, size_t count, unsigned width,
                    unsigned height, const char *from, const char *to);

/* 12345678 as 12,345,678. */
char *terminal_number(char *buffer, size_t bytes, int64_t number);

#endif
