#include "nodes/desk/desk_entries.h"

#include "nodes/desk/desk.h"

#include <csv.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(LIST) (sizeof(LIST) / sizeof((LIST)[0]))
enum { LINES_MAX = 64, MINUTES_MAX = 44640 };

static const char *const figures[] = {"infant",         "child",      "adult",   "elderly",
                                      "age_unknown",    "wheelchair", "medical", "pregnant",
                                      "other_language", "pets"};

/* One form being read: the first thing found wrong stays. */
struct form {
    const struct fields *fields;
    double ago_s;
    const char *wrong; /* NULL: nothing yet */
    json_t *entries;
};

static void object(struct form *form, const char *wrong) {
    if (form->wrong == NULL)
        form->wrong = wrong;
}

/* ---- members ---- */

/* "NAME" or, in a row, "NAMEn". */
static const char *text_in(const struct form *form, const char *name, int row) {
    char whole[48];
    if (row < 0)
        return fields_get(form->fields, name);
    snprintf(whole, sizeof whole, "%s%d", name, row);
    return fields_get(form->fields, whole);
}

/* Nothing is 0; what is no whole number of 0 to 10¹² is named. */
static long long number_of(struct form *form, const char *text) {
    char *end;
    if (text[0] == '\0')
        return 0;
    errno = 0;
    long long number = strtoll(text, &end, 10);
    end += strspn(end, " ");
    if (*end != '\0' || errno != 0 || number < 0 || number > 1000000000000) {
        object(form, "wrong.number");
        return 0;
    }
    return number;
}

static json_t *entry(struct form *form, const char *verb) {
    json_t *made = json_object();
    json_object_set_new(made, "verb", json_string(verb));
    if (form->ago_s >= 1)
        json_object_set_new(made, "ago_s", json_integer((json_int_t)form->ago_s));
    return made;
}

static void add(struct form *form, json_t *made) {
    if (json_array_size(form->entries) >= DESK_ROWS_MAX)
        object(form, "wrong.rows");
    json_array_append_new(form->entries, made);
}

static void put_text(struct form *form, json_t *to, const char *name) {
    const char *text = text_in(form, name, -1);
    if (text[0] != '\0')
        json_object_set_new(to, name, json_string(text));
}

static void put_number(struct form *form, json_t *to, const char *name) {
    const char *text = text_in(form, name, -1);
    if (text[0] != '\0')
        json_object_set_new(to, name, json_integer(number_of(form, text)));
}

/* ---- people ---- */

static json_t *people_of(struct form *form, int row) {
    json_t *people = json_object();
    for (size_t i = 0; i < COUNT(figures); i++) {
        long long figure = number_of(form, text_in(form, figures[i], row));
        if (figure > 0)
            json_object_set_new(people, figures[i], json_integer(figure));
    }
    return people;
}

static void read_movement(struct form *form, const char *name) {
    json_t *made = entry(form, name), *people = people_of(form, -1);
    if (json_object_size(people) == 0)
        object(form, "wrong.nobody");
    json_object_set_new(made, "people", people);
    put_text(form, made, "zone");
    put_text(form, made, "to");
    put_text(form, made, "shelter");
    put_text(form, made, "transfer");
    add(form, made);
}

static void read_count(struct form *form, const char *name) {
    json_t *made = entry(form, name);
    json_object_set_new(made, "people", people_of(form, -1));
    put_number(form, made, "households");
    add(form, made);
}

static void read_undo(struct form *form, const char *name) {
    json_t *made = entry(form, name);
    put_number(form, made, "of");
    if (json_integer_value(json_object_get(made, "of")) == 0)
        object(form, "js.nothing-to-undo"); /* without “of” it would be anybody's */
    add(form, made);
}

/* ---- the place ---- */

static void read_status(struct form *form, const char *name) {
    (void)name;
    json_t *made = entry(form, "status-report");
    put_text(form, made, "status");
    put_text(form, made, "reason");
    add(form, made);
}

static void add_capacity(struct form *form, json_t *lines, const char *place) {
    const char *text = text_in(form, place, -1);
    if (text[0] != '\0')
        json_array_append_new(lines, json_pack("{s:I, s:s}", "people",
                                               (json_int_t)number_of(form, text), "place", place));
}

static void read_capacity(struct form *form, const char *name) {
    json_t *made = entry(form, name), *lines = json_array();
    add_capacity(form, lines, "indoor");
    add_capacity(form, lines, "outdoor");
    json_object_set_new(made, "lines", lines);
    add(form, made);
}

static void read_lifeline(struct form *form, const char *name) {
    static const char *const kinds[] = {"power",         "generator", "water", "sewage",
                                        "communication", "heating",   "road"};
    json_t *made = entry(form, name), *lines = json_array();
    for (size_t i = 0; i < COUNT(kinds); i++) {
        const char *state = text_in(form, kinds[i], -1);
        if (state[0] == '\0')
            continue;
        json_t *line = json_pack("{s:s, s:s}", "kind", kinds[i], "state", state);
        if (strcmp(kinds[i], "generator") == 0)
            put_number(form, line, "hours");
        json_array_append_new(lines, line);
    }
    if (json_array_size(lines) == 0)
        object(form, "wrong.choose");
    json_object_set_new(made, "lifelines", lines);
    add(form, made);
}

static void read_note(struct form *form, const char *name) {
    json_t *made = entry(form, name);
    put_text(form, made, "text");
    add(form, made);
}

/* ---- goods ---- */

static json_t *goods_line(struct form *form, int row) {
    static const char *const texts[] = {"item", "lot", "expiry"};
    json_t *line = json_object();
    for (size_t i = 0; i < COUNT(texts); i++)
        if (text_in(form, texts[i], row)[0] != '\0')
            json_object_set_new(line, texts[i], json_string(text_in(form, texts[i], row)));
    json_object_set_new(line, "quantity",
                        json_integer(number_of(form, text_in(form, "quantity", row))));
    long long damaged = number_of(form, text_in(form, "damaged", row));
    if (damaged > 0)
        json_object_set_new(line, "damaged", json_integer(damaged));
    return line;
}

/* Lines of nothing are left out where that says nothing. */
static json_t *goods_lines(struct form *form, bool zero_counts) {
    json_t *lines = json_array();
    for (int row = 0; row < LINES_MAX && text_in(form, "item", row)[0] != '\0'; row++) {
        json_t *line = goods_line(form, row);
        if (zero_counts || json_integer_value(json_object_get(line, "quantity")) > 0)
            json_array_append_new(lines, line);
        else
            json_decref(line);
    }
    if (json_array_size(lines) == 0)
        object(form, "wrong.nothing");
    return lines;
}

static json_t *read_goods(struct form *form, const char *verb, bool zero_counts) {
    json_t *made = entry(form, verb);
    json_object_set_new(made, "lines", goods_lines(form, zero_counts));
    put_text(form, made, "reason");
    add(form, made);
    return made;
}

static void read_movement_of_goods(struct form *form, const char *verb) {
    json_t *made = read_goods(form, verb, false);
    put_text(form, made, "waybill");
    put_text(form, made, "counterpart");
    put_text(form, made, "vehicle");
}

static void read_stock(struct form *form, const char *name) {
    static const struct {
        const char *form, *verb;
    } verbs[] = {{"issue", "stock-issue"}, {"receive-loose", "stock-receive"},
                 {"loss", "stock-loss"},   {"expire", "stock-expire"},
                 {"pick", "stock-pick"},   {"load", "stock-load"}};
    for (size_t i = 0; i < COUNT(verbs); i++)
        if (strcmp(verbs[i].form, name) == 0)
            read_movement_of_goods(form, verbs[i].verb);
}

static void read_stock_count(struct form *form, const char *name) {
    (void)read_goods(form, name, true);
}

static bool counts_nothing(struct form *form) {
    bool nothing = true;
    for (int row = 0; row < LINES_MAX && text_in(form, "item", row)[0] != '\0'; row++)
        nothing = nothing && number_of(form, text_in(form, "quantity", row)) == 0;
    return nothing;
}

/* Of a delivery nothing came, and nothing will: why is for whoever looks for the goods. */
static void read_lost_delivery(struct form *form) {
    json_t *made = entry(form, "stock-receive");
    json_object_set_new(made, "nothing", json_true());
    put_text(form, made, "waybill");
    put_text(form, made, "counterpart");
    put_text(form, made, "reason");
    if (json_object_get(made, "reason") == NULL)
        object(form, "wrong.nothing-came");
    add(form, made);
}

/* What came or went on a waybill, and the order that it answers. Where nothing more is to come,
 * what is missing is missing for good; else it stays on the way. */
static void read_waybill(struct form *form, const char *name) {
    bool more = text_in(form, "more", -1)[0] != '\0', receives = strcmp(name, "receive") == 0;
    bool lost =
        receives && !more && text_in(form, "waybill", -1)[0] != '\0' && counts_nothing(form);
    if (lost) {
        read_lost_delivery(form);
    } else {
        read_movement_of_goods(form, receives ? "stock-receive" : "stock-ship");
        json_object_set_new(json_array_get(form->entries, 0), "final", json_boolean(!more));
    }
    json_t *made = entry(form, "answer");
    put_number(form, made, "order");
    put_number(form, made, "revision");
    json_object_set_new(made, "state",
                        json_string(lost   ? "failed"
                                    : more ? "partly-done"
                                           : "done"));
    if (lost)
        put_text(form, made, "reason");
    add(form, made);
}

/* All that is set aside for a waybill is free again. */
static void read_put_back(struct form *form, const char *name) {
    (void)name;
    json_t *made = entry(form, "stock-put-back");
    put_text(form, made, "waybill");
    if (json_object_get(made, "waybill") == NULL)
        object(form, "wrong.nothing");
    add(form, made);
}

/* ---- requests and orders ---- */

static void read_need(struct form *form, const char *name) {
    (void)name;
    json_t *made = entry(form, "request");
    put_text(form, made, "kind");
    put_text(form, made, "urgency");
    put_text(form, made, "text");
    put_number(form, made, "amount");
    if (strcmp(text_in(form, "kind", -1), "goods") == 0) {
        if (text_in(form, "item", -1)[0] == '\0')
            object(form, "wrong.nothing");
        json_object_set_new(made, "lines", json_pack("[o]", goods_line(form, -1)));
    }
    add(form, made);
}

static void read_withdraw(struct form *form, const char *name) {
    (void)name;
    json_t *made = entry(form, "request");
    put_number(form, made, "id");
    json_object_set_new(made, "withdrawn", json_true());
    add(form, made);
}

static void read_answer(struct form *form, const char *name) {
    json_t *made = entry(form, name);
    put_number(form, made, "order");
    put_number(form, made, "revision");
    put_text(form, made, "state");
    put_text(form, made, "reason");
    add(form, made);
}

/* ---- rows written on paper ---- */

static void add_row(struct form *form, int row, const char *way, double ago_s) {
    json_t *people = people_of(form, row);
    if (json_object_size(people) == 0) {
        json_decref(people);
        return;
    }
    bool leaves = strcmp(way, "out") == 0;
    if (!leaves && strcmp(way, "in") != 0)
        object(form, "wrong.way");
    json_t *made = entry(form, leaves ? "check-out" : "check-in");
    json_object_set_new(made, "people", people);
    if (ago_s >= 1)
        json_object_set_new(made, "ago_s", json_integer((json_int_t)ago_s));
    const char *zone = text_in(form, "zone", row);
    if (!leaves && zone[0] != '\0')
        json_object_set_new(made, "zone", json_string(zone));
    if (leaves)
        json_object_set_new(made, "to", json_string("unknown"));
    add(form, made);
}

/* {"way": "receive", "item": "water", "quantity": 600, …} of a row */
static void add_goods_row(struct form *form, int row, const char *way, double ago_s) {
    static const char *const ways[][2] = {{"receive", "stock-receive"},
                                          {"issue", "stock-issue"},
                                          {"count", "stock-count"},
                                          {"loss", "stock-loss"},
                                          {"expire", "stock-expire"}};
    static const char *const texts[] = {"reason", "waybill", "counterpart"};
    size_t at = 0;
    while (at < COUNT(ways) && strcmp(ways[at][0], way) != 0)
        at++;
    bool counts = strcmp(way, "count") == 0;
    json_t *line = goods_line(form, row);
    if (at == COUNT(ways))
        object(form, "wrong.goods-way");
    if (!counts && json_integer_value(json_object_get(line, "quantity")) == 0)
        object(form, "wrong.nothing");
    json_t *made = entry(form, at == COUNT(ways) ? "" : ways[at][1]);
    json_object_set_new(made, "lines", json_pack("[o]", line));
    for (size_t i = 0; i < (counts ? 1 : COUNT(texts)); i++) /* a count came on no waybill */
        if (text_in(form, texts[i], row)[0] != '\0')
            json_object_set_new(made, texts[i], json_string(text_in(form, texts[i], row)));
    if (ago_s >= 1)
        json_object_set_new(made, "ago_s", json_integer((json_int_t)ago_s));
    add(form, made);
}

static double minutes_ago(struct form *form, const char *text) {
    long long minutes = number_of(form, text);
    if (minutes > MINUTES_MAX)
        object(form, "wrong.ago");
    return form->ago_s + 60.0 * (double)minutes;
}

static void read_rows(struct form *form, const char *name) {
    (void)name;
    double ago_s = minutes_ago(form, text_in(form, "ago_min", -1));
    for (int row = 0; row < (int)DESK_ROWS_MAX && text_in(form, "way", row)[0] != '\0'; row++)
        add_row(form, row, text_in(form, "way", row), ago_s);
    if (json_array_size(form->entries) == 0)
        object(form, "wrong.nobody");
}

/* ---- rows of a CSV file: as a form with numbered fields ---- */

struct csv_reading {
    struct field *items; /* names are owned where not borrowed from `names` */
    size_t count, room;
    char *names[32];
    size_t columns, column;
    int row; /* -1: the header */
    bool failed;
};

static bool is_one_of(const char *name, const char *const *names, size_t count) {
    size_t at = 0;
    while (at < count && strcmp(names[at], name) != 0)
        at++;
    return at < count;
}

/* A column that nobody reads would lose what stands in it: people and goods are files of their own.
 */
static bool has_known_columns(const struct csv_reading *csv) {
    static const char *const of_people[] = {"zone"};
    static const char *const of_goods[] = {"item",    "quantity", "lot",         "expiry",
                                           "damaged", "waybill",  "counterpart", "reason"};
    static const char *const of_both[] = {"way", "ago_min"};
    size_t people = 0, goods = 0, both = 0;
    for (size_t i = 0; i < csv->columns; i++) {
        people += is_one_of(csv->names[i], figures, COUNT(figures)) ||
                  is_one_of(csv->names[i], of_people, COUNT(of_people));
        goods += is_one_of(csv->names[i], of_goods, COUNT(of_goods));
        both += is_one_of(csv->names[i], of_both, COUNT(of_both));
    }
    return people + goods + both == csv->columns && (people == 0 || goods == 0);
}

static void on_cell(void *bytes, size_t size, void *context) {
    struct csv_reading *csv = context;
    size_t column = csv->column++;
    if (csv->row < 0) {
        if (column < COUNT(csv->names)) {
            csv->names[column] = strndup(bytes == NULL ? "" : bytes, size);
            csv->columns = column + 1;
            csv->failed = csv->failed || csv->names[column] == NULL;
        } else {
            csv->failed = true;
        }
        return;
    }
    if (column >= csv->columns || csv->row >= (int)DESK_ROWS_MAX + 1) {
        csv->failed = csv->failed || column >= csv->columns;
        return;
    }
    if (csv->count == csv->room) {
        size_t room = csv->room == 0 ? 64 : csv->room * 2;
        struct field *items = realloc(csv->items, room * sizeof *items);
        if (items == NULL) {
            csv->failed = true;
            return;
        }
        csv->items = items;
        csv->room = room;
    }
    char name[96];
    snprintf(name, sizeof name, "%.64s%d", csv->names[column], csv->row);
    csv->items[csv->count++] =
        (struct field){strdup(name), strndup(bytes == NULL ? "" : bytes, size)};
}

static void on_row(int end, void *context) {
    struct csv_reading *csv = context;
    (void)end;
    if (csv->column > 0)
        csv->row++;
    csv->column = 0;
}

static bool parse_csv(const char *text, struct csv_reading *csv) {
    struct csv_parser parser;
    if (csv_init(&parser, CSV_APPEND_NULL) != 0)
        return false;
    size_t size = strlen(text);
    bool whole = csv_parse(&parser, text, size, on_cell, on_row, csv) == size &&
                 csv_fini(&parser, on_cell, on_row, csv) == 0;
    csv_free(&parser);
    return whole && !csv->failed && has_known_columns(csv);
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

static void read_csv(struct form *form, const char *name) {
    (void)name;
    struct csv_reading csv = {.row = -1};
    if (!parse_csv(text_in(form, "csv", -1), &csv))
        object(form, "wrong.csv");
    if (csv.row > (int)DESK_ROWS_MAX)
        object(form, "wrong.rows");
    struct fields rows = {.count = csv.count, .items = csv.items};
    struct form inner = {.fields = &rows, .ago_s = form->ago_s, .entries = form->entries};
    for (int row = 0; row < csv.row && row < (int)DESK_ROWS_MAX; row++) {
        bool goods = text_in(&inner, "item", row)[0] != '\0';
        const char *way = text_in(&inner, "way", row);
        double ago_s = minutes_ago(&inner, text_in(&inner, "ago_min", row));
        if (goods)
            add_goods_row(&inner, row, way, ago_s);
        else
            add_row(&inner, row, way, ago_s);
    }
    if (inner.wrong != NULL)
        object(form, inner.wrong);
    if (json_array_size(form->entries) == 0)
        object(form, "wrong.nobody");
    csv_reading_deinit(&csv);
}

/* ---- forms by name ---- */

static const struct {
    const char *name;
    void (*read)(struct form *form, const char *name);
} forms[] = {
    {"check-in", read_movement},
    {"check-out", read_movement},
    {"transfer-out", read_movement},
    {"transfer-in", read_movement},
    {"undo", read_undo},
    {"count", read_count},
    {"status", read_status},
    {"capacity", read_capacity},
    {"lifeline", read_lifeline},
    {"note", read_note},
    {"issue", read_stock},
    {"receive-loose", read_stock},
    {"loss", read_stock},
    {"expire", read_stock},
    {"pick", read_stock},
    {"load", read_stock},
    {"put-back", read_put_back},
    {"stock-count", read_stock_count},
    {"receive", read_waybill},
    {"dispatch", read_waybill},
    {"need", read_need},
    {"withdraw", read_withdraw},
    {"answer", read_answer},
    {"rows", read_rows},
    {"csv", read_csv},
};

int desk_entries_read(const char *name, const struct fields *fields, double ago_s,
                      const char **ret_wrong, json_t **ret_entries) {
    struct form form = {.fields = fields, .ago_s = ago_s, .entries = json_array()};
    size_t at = 0;
    while (at < COUNT(forms) && strcmp(forms[at].name, name) != 0)
        at++;
    if (at == COUNT(forms)) {
        json_decref(form.entries);
        *ret_wrong = "wrong.form";
        return HV_ERR_NOT_FOUND;
    }
    forms[at].read(&form, name);
    if (form.wrong == NULL) {
        *ret_entries = form.entries;
        return HV_OK;
    }
    json_decref(form.entries);
    *ret_wrong = form.wrong;
    return HV_ERR_VALUE;
}
