#include "coordinator/cli/cli.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

enum { CELL_BYTES = 512, AGES = 8 };

struct cli_table {
    int columns;
    bool right[CLI_COLUMNS_MAX];
    char **cells; /* titles first, row by row */
    size_t count, room;
};

/* Columns on a terminal; bytes that are no text count one each. */
static int width_of(const char *text) {
    int width = 0;
    mbstate_t state = {0};
    while (*text != '\0') {
        wchar_t letter;
        size_t bytes = mbrtowc(&letter, text, MB_CUR_MAX, &state);
        if (bytes == (size_t)-1 || bytes == (size_t)-2) {
            bytes = 1;
            letter = L'?';
            state = (mbstate_t){0};
        }
        int columns = wcwidth(letter);
        width += columns > 0 ? columns : 0;
        text += bytes;
    }
    return width;
}

static void add_cell(struct cli_table *table, const char *text) {
    if (table == NULL)
        return;
    if (table->count == table->room) {
        size_t room = table->room == 0 ? 64 : table->room * 2;
        char **cells = realloc(table->cells, room * sizeof *cells);
        if (cells == NULL)
            return;
        table->cells = cells;
        table->room = room;
    }
    table->cells[table->count++] = strdup(text);
}

struct cli_table *cli_table_new(const char *const titles[]) {
    struct cli_table *table = calloc(1, sizeof *table);
    for (; table != NULL && titles[table->columns] != NULL && table->columns < CLI_COLUMNS_MAX;
         table->columns++) {
        const char *title = titles[table->columns];
        table->right[table->columns] = title[0] == '>';
        add_cell(table, title[0] == '>' ? title + 1 : title);
    }
    return table;
}

void cli_table_cell(struct cli_table *table, const char *format, ...) {
    char text[CELL_BYTES];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    add_cell(table, text);
}

static void print_cell(const char *text, int width, bool right, bool last) {
    int padding = width - width_of(text);
    if (right)
        printf("%*s%s", padding, "", text);
    else
        printf("%s%*s", text, last ? 0 : padding, "");
    fputs(last ? "\n" : "  ", stdout);
}

void cli_table_print(struct cli_table *table) {
    if (table == NULL)
        return;
    int widths[CLI_COLUMNS_MAX] = {0};
    for (size_t i = 0; i < table->count; i++) {
        int column = (int)(i % (size_t)table->columns),
            width = table->cells[i] == NULL ? 0 : width_of(table->cells[i]);
        widths[column] = width > widths[column] ? width : widths[column];
    }
    for (size_t i = 0; i < table->count; i++) {
        int column = (int)(i % (size_t)table->columns);
        print_cell(table->cells[i] == NULL ? "?" : table->cells[i], widths[column],
                   table->right[column], column == table->columns - 1);
    }
    if (table->count <= (size_t)table->columns)
        puts("none");
    for (size_t i = 0; i < table->count; i++)
        free(table->cells[i]);
    free(table->cells);
    free(table);
}

const char *cli_age(const json_t *age_s, bool at_least) {
    static char ring[AGES][32];
    static int next;
    char *text = ring[next++ % AGES];
    const char *sign = at_least ? "≥ " : "";
    double age = json_number_value(age_s);
    if (!json_is_number(age_s))
        snprintf(text, sizeof ring[0], "never");
    else if (age < 120)
        snprintf(text, sizeof ring[0], "%s%.0f s", sign, age);
    else if (age < 7200)
        snprintf(text, sizeof ring[0], "%s%.0f min", sign, age / 60);
    else if (age < 172800)
        snprintf(text, sizeof ring[0], "%s%.0f h", sign, age / 3600);
    else
        snprintf(text, sizeof ring[0], "%s%.0f d", sign, age / 86400);
    return text;
}
