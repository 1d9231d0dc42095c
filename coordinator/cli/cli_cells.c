/* Tables whose rows are the objects of a list. */
#include "coordinator/cli/cli.h"

#include <stdio.h>

enum { TEXTS = 8, TEXT_BYTES = 64 };

void cli_print_list(const json_t *list, const struct cli_column columns[]) {
    const char *titles[CLI_COLUMNS_MAX + 1] = {NULL};
    size_t count = 0, index;
    json_t *row;
    for (; count < CLI_COLUMNS_MAX && columns[count].title != NULL; count++)
        titles[count] = columns[count].title;
    struct cli_table *table = cli_table_new(titles);
    json_array_foreach(list, index, row) for (size_t i = 0; i < count; i++) columns[i].cell(
        table, row, columns[i].member);
    cli_table_print(table);
}

void cli_cell_text(struct cli_table *table, const json_t *row, const char *member) {
    cli_table_cell(table, "%s", cli_text(row, member));
}

void cli_cell_pickup(struct cli_table *table, const json_t *row, const char *member) {
    const char *node = cli_text(row, "pickup");
    cli_table_cell(table, node[0] == '\0' ? "%s" : "%s at %s", cli_text(row, member), node);
}

void cli_cell_whole(struct cli_table *table, const json_t *row, const char *member) {
    cli_table_cell(table, "%lld", cli_number(row, member));
}

void cli_cell_known(struct cli_table *table, const json_t *row, const char *member) {
    if (json_is_null(json_object_get(row, member)))
        cli_table_cell(table, "?");
    else
        cli_cell_whole(table, row, member);
}

void cli_cell_given(struct cli_table *table, const json_t *row, const char *member) {
    if (json_object_get(row, member) == NULL)
        cli_table_cell(table, "%s", "");
    else
        cli_cell_whole(table, row, member);
}

void cli_cell_minutes(struct cli_table *table, const json_t *row, const char *member) {
    cli_table_cell(table, "%lld", (cli_number(row, member) + 59) / 60);
}

void cli_cell_hours(struct cli_table *table, const json_t *row, const char *member) {
    const bool given = json_object_get(row, member) != NULL;
    cli_table_cell(table, "%s", given ? cli_hours(cli_number(row, member)) : "");
}

/* The next text of a ring. */
static char *next_text(void) {
    static char ring[TEXTS][TEXT_BYTES];
    static int next;
    return ring[next++ % TEXTS];
}

const char *cli_hours(long long s) {
    char *text = next_text();
    const long long minutes = (s < 0 ? -s : s + 59) / 60;
    snprintf(text, TEXT_BYTES, "%s%lld:%02lld", minutes > 0 && s < 0 ? "-" : "", minutes / 60,
             minutes % 60);
    return text;
}

const char *cli_count(long long number, const char *one, const char *many) {
    char *text = next_text();
    snprintf(text, TEXT_BYTES, "%lld %s", number, number == 1 ? one : many);
    return text;
}
