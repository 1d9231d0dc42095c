/* Forms of several rows: what was written on paper, typed in or as a file. What is wrong is named
 * with its row: of a hundred rows nobody looks for it. */
#include "nodes/desk/desk_form.h"

#include <csv.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(LIST) (sizeof(LIST) / sizeof((LIST)[0]))
enum { MINUTES_MAX = 44640, COLUMNS_MAX = 32 };

/* ---- one row ---- */

static void put(json_t *to, const char *name, const char *text) {
    if (text[0] != '\0')
        json_object_set_new(to, name, json_string(text));
}

static void add_people(struct form *form, int row) {
    const char *way = form_text(form, "way", row);
    json_t *people = form_people(form, row);
    if (json_object_size(people) == 0) {
        json_decref(people);
        return;
    }
    bool leaves = strcmp(way, "out") == 0;
    if (!leaves && strcmp(way, "in") != 0)
        form_object(form, "wrong.way");
    json_t *made = form_entry(form, leaves ? "check-out" : "check-in");
    json_object_set_new(made, "people", people);
    if (leaves)
        json_object_set_new(made, "to", json_string("unknown"));
    else
        put(made, "zone", form_text(form, "zone", row));
    form_add(form, made);
}

/* {"way": "receive", "item": "water", "quantity": 600, …} of a row */
static void add_goods(struct form *form, int row) {
    static const char *const ways[][2] = {{"receive", "stock-receive"},
                                          {"issue", "stock-issue"},
                                          {"count", "stock-count"},
                                          {"loss", "stock-loss"},
                                          {"expire", "stock-expire"}};
    static const char *const texts[] = {"reason", "waybill", "counterpart"};
    const char *way = form_text(form, "way", row);
    size_t at = 0;
    while (at < COUNT(ways) && strcmp(ways[at][0], way) != 0)
        at++;
    bool counts = strcmp(way, "count") == 0;
    json_t *line = form_goods_line(form, row);
    if (at == COUNT(ways))
        form_object(form, "wrong.goods-way");
    if (form_text(form, "item", row)[0] == '\0')
        form_object(form, "wrong.item");
    if (form_text(form, "quantity", row)[0] == '\0' ||
        (!counts && json_integer_value(json_object_get(line, "quantity")) == 0))
        form_object(form, "wrong.quantity");
    json_t *made = form_entry(form, at == COUNT(ways) ? "" : ways[at][1]);
    json_object_set_new(made, "lines", json_pack("[o]", line));
    for (size_t i = 0; i < (counts ? 1 : COUNT(texts)); i++) /* a count came on no waybill */
        put(made, texts[i], form_text(form, texts[i], row));
    form_add(form, made);
}

/* When a row was written, before it was sent: of the row, or of the sheet (row -1). */
static double written_ago(struct form *form, int row) {
    long long minutes = form_number(form, form_text(form, "ago_min", row));
    if (minutes > MINUTES_MAX)
        form_object(form, "wrong.ago");
    return 60.0 * (double)minutes;
}

static bool has_time(const struct form *form, int row) {
    return form_text(form, "ago_min", row)[0] != '\0';
}

static void add_row(struct form *form, int row, double sent_ago_s, bool goods) {
    form->row = row;
    form->ago_s = sent_ago_s + written_ago(form, row);
    if (goods)
        add_goods(form, row);
    else
        add_people(form, row);
}

/* ---- rows typed in: those with nothing in them are left out ---- */

static void read_typed(struct form *form, bool goods) {
    double sent_s = form->ago_s, sheet_s = written_ago(form, -1);
    for (int row = 0; row < (int)DESK_ROWS_MAX && form_text(form, "way", row)[0] != '\0'; row++)
        if (!goods || form_text(form, "item", row)[0] != '\0' ||
            form_text(form, "quantity", row)[0] != '\0')
            add_row(form, row, has_time(form, row) ? sent_s : sent_s + sheet_s, goods);
    form->row = -1;
    if (json_array_size(form->entries) == 0)
        form_object(form, goods ? "wrong.nothing" : "wrong.nobody");
}

void form_read_rows(struct form *form, const char *name) {
    (void)name;
    read_typed(form, false);
}

void form_read_goods_rows(struct form *form, const char *name) {
    (void)name;
    read_typed(form, true);
}

/* ---- rows of a CSV file: as a form with numbered fields ---- */

struct csv_reading {
    struct field *items; /* names and values are owned */
    size_t count, room;
    char *names[COLUMNS_MAX];
    size_t columns, column;
    int row;                      /* -1: the header */
    int line;                     /* of the file, from 1 */
    int lines[DESK_ROWS_MAX + 1]; /* of each row */
    struct desk_wrong wrong;
};

static void csv_object(struct csv_reading *csv, const char *key, int line, const char *column) {
    if (csv->wrong.key != NULL)
        return;
    csv->wrong = (struct desk_wrong){.key = key, .row = line};
    snprintf(csv->wrong.column, sizeof csv->wrong.column, "%.*s", (int)sizeof csv->wrong.column - 1,
             column);
}

static bool is_one_of(const char *name, const char *const *names, size_t count) {
    size_t at = 0;
    while (at < count && strcmp(names[at], name) != 0)
        at++;
    return at < count;
}

/* A column that nobody reads would lose what stands in it: people and goods are files of their own.
 */
static void check_columns(struct csv_reading *csv) {
    static const char *const of_people[] = {"zone"};
    static const char *const of_goods[] = {"item",    "quantity", "lot",         "expiry",
                                           "damaged", "waybill",  "counterpart", "reason"};
    static const char *const of_both[] = {"way", "ago_min"};
    bool people = false, goods = false;
    for (size_t i = 0; i < csv->columns; i++) {
        bool is_people = is_one_of(csv->names[i], form_figures, FORM_FIGURES) ||
                         is_one_of(csv->names[i], of_people, COUNT(of_people));
        bool is_goods = is_one_of(csv->names[i], of_goods, COUNT(of_goods));
        if (!is_people && !is_goods && !is_one_of(csv->names[i], of_both, COUNT(of_both)))
            csv_object(csv, "wrong.column", 0, csv->names[i]);
        for (size_t k = 0; k < i; k++)
            if (strcmp(csv->names[i], csv->names[k]) == 0)
                csv_object(csv, "wrong.column-twice", 0, csv->names[i]);
        people = people || is_people;
        goods = goods || is_goods;
    }
    if (!is_one_of("way", (const char *const *)csv->names, csv->columns))
        csv_object(csv, "wrong.no-way", 0, "");
    if (people == goods)
        csv_object(csv, people ? "wrong.mixed" : "wrong.csv", 0, "");
}

/* A column's name as programs write it: in any case, with spaces around it. */
static char *column_name(const char *bytes, size_t size) {
    while (size > 0 && isspace((unsigned char)bytes[size - 1]))
        size--;
    char *name = strndup(bytes, size);
    for (char *at = name; name != NULL && *at != '\0'; at++)
        *at = (char)tolower((unsigned char)*at);
    return name;
}

static void name_column(struct csv_reading *csv, size_t column, const char *bytes, size_t size) {
    char *name = column < COLUMNS_MAX ? column_name(bytes, size) : NULL;
    if (name == NULL) {
        csv_object(csv, "wrong.csv", 0, "");
        return;
    }
    csv->names[column] = name;
    csv->columns = column + 1;
}

static bool has_room(struct csv_reading *csv) {
    if (csv->count < csv->room)
        return true;
    size_t room = csv->room == 0 ? 64 : csv->room * 2;
    struct field *items = realloc(csv->items, room * sizeof *items);
    if (items == NULL)
        return false;
    csv->items = items;
    csv->room = room;
    return true;
}

static void add_cell(struct csv_reading *csv, size_t column, const char *bytes, size_t size) {
    char name[96];
    snprintf(name, sizeof name, "%.64s%d", csv->names[column], csv->row);
    struct field field = {strdup(name), strndup(bytes, size)};
    if (field.name == NULL || field.value == NULL || !has_room(csv)) {
        free((char *)field.name);
        free((char *)field.value);
        csv_object(csv, "wrong.csv", csv->line, "");
        return;
    }
    csv->items[csv->count++] = field;
}

static void on_cell(void *bytes, size_t size, void *context) {
    struct csv_reading *csv = context;
    const char *text = bytes == NULL ? "" : bytes;
    size_t column = csv->column++;
    if (csv->row < 0)
        name_column(csv, column, text, size);
    else if (csv->row >= (int)DESK_ROWS_MAX)
        csv_object(csv, "wrong.rows", 0, "");
    else if (column < csv->columns)
        add_cell(csv, column, text, size);
    else if (size > 0) /* spreadsheets leave empty cells at the end */
        csv_object(csv, "wrong.cells", csv->line, "");
}

/* Also called for a line with nothing on it, and for each half of a line break of two characters.
 */
static void on_row(int end, void *context) {
    struct csv_reading *csv = context;
    if (csv->column > 0) {
        if (csv->row >= 0 && csv->row < (int)DESK_ROWS_MAX)
            csv->lines[csv->row] = csv->line;
        csv->row++;
    }
    csv->column = 0;
    csv->line += end == '\n';
}

/* What stands between cells: what the first line has of it. */
static unsigned char delimiter_of(const char *text) {
    size_t length = strcspn(text, "\r\n");
    if (memchr(text, ',', length) != NULL)
        return ',';
    return memchr(text, ';', length) != NULL    ? ';'
           : memchr(text, '\t', length) != NULL ? '\t'
                                                : ',';
}

static void parse_csv(const char *text, struct csv_reading *csv) {
    static const char mark[] = "\xEF\xBB\xBF"; /* that spreadsheets put before UTF-8 */
    struct csv_parser parser;
    if (strncmp(text, mark, sizeof mark - 1) == 0)
        text += sizeof mark - 1;
    if (csv_init(&parser, CSV_APPEND_NULL | CSV_REPALL_NL) != 0) {
        csv_object(csv, "wrong.csv", 0, "");
        return;
    }
    csv_set_delim(&parser, delimiter_of(text));
    size_t size = strlen(text);
    if (csv_parse(&parser, text, size, on_cell, on_row, csv) != size ||
        csv_fini(&parser, on_cell, on_row, csv) != 0)
        csv_object(csv, "wrong.csv", csv->line, "");
    csv_free(&parser);
    check_columns(csv);
}

static void csv_reading_deinit(struct csv_reading *csv) {
    for (size_t i = 0; i < csv->count; i++) {
        free((char *)csv->items[i].name);
        free((char *)csv->items[i].value);
    }
    for (size_t i = 0; i < csv->columns; i++)
        free(csv->names[i]);
    free(csv->items);
}

static bool is_of_goods(const struct csv_reading *csv) {
    return is_one_of("item", (const char *const *)csv->names, csv->columns);
}

/* A file has one kind of rows, and each of its rows says something. */
static void read_csv_rows(struct form *form, const struct csv_reading *csv) {
    struct fields cells = {.count = csv->count, .items = csv->items};
    struct form rows = {.fields = &cells, .entries = form->entries};
    for (int row = 0; row < csv->row && !form_is_wrong(&rows); row++)
        add_row(&rows, row, form->ago_s, is_of_goods(csv));
    if (form_is_wrong(&rows))
        rows.wrong.row = csv->lines[rows.row];
    form->wrong = rows.wrong;
}

void form_read_csv(struct form *form, const char *name) {
    (void)name;
    struct csv_reading csv = {.row = -1, .line = 1};
    parse_csv(form_text(form, "csv", -1), &csv);
    form->wrong = csv.wrong;
    if (!form_is_wrong(form))
        read_csv_rows(form, &csv);
    if (json_array_size(form->entries) == 0)
        form_object(form, "wrong.nobody");
    csv_reading_deinit(&csv);
}
