#include "nodes/desk/desk_entries.h"

#include "nodes/desk/desk_form.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(LIST) (sizeof(LIST) / sizeof((LIST)[0]))
#define QUANTITY_MAX 1000000000000 /* more is no figure that anybody counted */

const char *const form_figures[FORM_FIGURES] = {
    "infant",     "child",   "adult",    "elderly",        "age_unknown",
    "wheelchair", "medical", "pregnant", "other_language", "pets"};

void form_object(struct form *form, const char *key) {
    if (form->wrong.key == NULL)
        form->wrong = (struct desk_wrong){.key = key, .row = form->row + 1};
}

bool form_is_wrong(const struct form *form) {
    return form->wrong.key != NULL;
}

/* ---- members ---- */

const char *form_text(const struct form *form, const char *name, int row) {
    char whole[48];
    if (row < 0)
        return fields_get(form->fields, name);
    snprintf(whole, sizeof whole, "%s%d", name, row);
    return fields_get(form->fields, whole);
}

long long form_number(struct form *form, const char *text) {
    char *end;
    if (text[0] == '\0')
        return 0;
    errno = 0;
    long long number = strtoll(text, &end, 10);
    end += strspn(end, " ");
    if (*end != '\0' || errno != 0 || number < 0 || number > QUANTITY_MAX) {
        form_object(form, "wrong.number");
        return 0;
    }
    return number;
}

json_t *form_entry(const struct form *form, const char *verb) {
    json_t *made = json_object();
    json_object_set_new(made, "verb", json_string(verb));
    if (form->ago_s >= 1)
        json_object_set_new(made, "ago_s", json_integer((json_int_t)form->ago_s));
    return made;
}

void form_add(struct form *form, json_t *entry) {
    if (json_array_size(form->entries) >= DESK_ROWS_MAX)
        form_object(form, "wrong.rows");
    json_array_append_new(form->entries, entry);
}

static void put_text(struct form *form, json_t *to, const char *name) {
    const char *text = form_text(form, name, -1);
    if (text[0] != '\0')
        json_object_set_new(to, name, json_string(text));
}

static void put_number(struct form *form, json_t *to, const char *name) {
    const char *text = form_text(form, name, -1);
    if (text[0] != '\0')
        json_object_set_new(to, name, json_integer(form_number(form, text)));
}

/* ---- people ---- */

json_t *form_people(struct form *form, int row) {
    json_t *people = json_object();
    for (size_t i = 0; i < FORM_FIGURES; i++) {
        long long figure = form_number(form, form_text(form, form_figures[i], row));
        if (figure > 0)
            json_object_set_new(people, form_figures[i], json_integer(figure));
    }
    return people;
}

static void read_movement(struct form *form, const char *name) {
    json_t *made = form_entry(form, name), *people = form_people(form, -1);
    if (json_object_size(people) == 0)
        form_object(form, "wrong.nobody");
    json_object_set_new(made, "people", people);
    put_text(form, made, "zone");
    put_text(form, made, "to");
    put_text(form, made, "shelter");
    put_text(form, made, "transfer");
    form_add(form, made);
}

static void read_count(struct form *form, const char *name) {
    json_t *made = form_entry(form, name), *people = form_people(form, -1);
    if (json_object_size(people) == 0 && form_text(form, "nobody", -1)[0] == '\0')
        form_object(form, "wrong.count-nobody"); /* a form sent by mistake would empty the place */
    json_object_set_new(made, "people", people);
    put_number(form, made, "households");
    form_add(form, made);
}

static void read_undo(struct form *form, const char *name) {
    json_t *made = form_entry(form, name);
    put_number(form, made, "of");
    if (json_integer_value(json_object_get(made, "of")) == 0)
        form_object(form, "js.nothing-to-undo"); /* without “of” it would be anybody's */
    form_add(form, made);
}

/* ---- the place ---- */

static void read_status(struct form *form, const char *name) {
    (void)name;
    json_t *made = form_entry(form, "status-report");
    put_text(form, made, "status");
    if (json_object_get(made, "status") == NULL)
        form_object(form, "wrong.choose");
    put_text(form, made, "reason");
    form_add(form, made);
}

static void add_capacity(struct form *form, json_t *lines, const char *place) {
    const char *text = form_text(form, place, -1);
    if (text[0] != '\0')
        json_array_append_new(
            lines,
            json_pack("{s:I, s:s}", "people", (json_int_t)form_number(form, text), "place", place));
}

static void read_capacity(struct form *form, const char *name) {
    json_t *made = form_entry(form, name), *lines = json_array();
    add_capacity(form, lines, "indoor");
    add_capacity(form, lines, "outdoor");
    if (json_array_size(lines) == 0)
        form_object(form, "wrong.empty");
    json_object_set_new(made, "lines", lines);
    form_add(form, made);
}

static void read_lifeline(struct form *form, const char *name) {
    static const char *const kinds[] = {"power",         "generator", "water", "sewage",
                                        "communication", "heating",   "road"};
    json_t *made = form_entry(form, name), *lines = json_array();
    for (size_t i = 0; i < COUNT(kinds); i++) {
        const char *state = form_text(form, kinds[i], -1);
        if (state[0] == '\0')
            continue;
        json_t *line = json_pack("{s:s, s:s}", "kind", kinds[i], "state", state);
        if (strcmp(kinds[i], "generator") == 0)
            put_number(form, line, "hours");
        json_array_append_new(lines, line);
    }
    if (json_array_size(lines) == 0)
        form_object(form, "wrong.choose");
    json_object_set_new(made, "lifelines", lines);
    form_add(form, made);
}

static void read_note(struct form *form, const char *name) {
    json_t *made = form_entry(form, name);
    put_text(form, made, "text");
    if (json_object_get(made, "text") == NULL)
        form_object(form, "wrong.empty");
    form_add(form, made);
}

/* ---- goods ---- */

json_t *form_goods_line(struct form *form, int row) {
    static const char *const texts[] = {"item", "lot", "expiry"};
    json_t *line = json_object();
    for (size_t i = 0; i < COUNT(texts); i++)
        if (form_text(form, texts[i], row)[0] != '\0')
            json_object_set_new(line, texts[i], json_string(form_text(form, texts[i], row)));
    json_object_set_new(line, "quantity",
                        json_integer(form_number(form, form_text(form, "quantity", row))));
    long long damaged = form_number(form, form_text(form, "damaged", row));
    if (damaged > 0)
        json_object_set_new(line, "damaged", json_integer(damaged));
    return line;
}

/* Lines of nothing are left out where that says nothing; of a count, those that were not counted.
 */
static json_t *goods_lines(struct form *form, bool zero_counts) {
    json_t *lines = json_array();
    for (int row = 0; row < DESK_LINES_MAX && form_text(form, "item", row)[0] != '\0'; row++) {
        json_t *line = form_goods_line(form, row);
        bool counted = zero_counts && form_text(form, "quantity", row)[0] != '\0';
        if (counted || json_integer_value(json_object_get(line, "quantity")) > 0)
            json_array_append_new(lines, line);
        else
            json_decref(line);
    }
    if (json_array_size(lines) == 0)
        form_object(form, "wrong.nothing");
    return lines;
}

static json_t *read_goods(struct form *form, const char *verb, bool zero_counts) {
    json_t *made = form_entry(form, verb);
    json_object_set_new(made, "lines", goods_lines(form, zero_counts));
    put_text(form, made, "reason");
    form_add(form, made);
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
    } verbs[] = {
        {"issue", "stock-issue"},   {"receive-loose", "stock-receive"}, {"loss", "stock-loss"},
        {"expire", "stock-expire"}, {"write-off", "stock-write-off"},   {"pick", "stock-pick"},
        {"load", "stock-load"}};
    for (size_t i = 0; i < COUNT(verbs); i++)
        if (strcmp(verbs[i].form, name) == 0)
            read_movement_of_goods(form, verbs[i].verb);
    put_number(form, json_array_get(form->entries, 0), "request");
}

static void read_stock_count(struct form *form, const char *name) {
    (void)read_goods(form, name, true);
}

static bool counts_nothing(struct form *form) {
    bool nothing = true;
    for (int row = 0; row < DESK_LINES_MAX && form_text(form, "item", row)[0] != '\0'; row++)
        nothing = nothing && form_number(form, form_text(form, "quantity", row)) == 0;
    return nothing;
}

/* Of a delivery nothing came, and nothing will: why is for whoever looks for the goods. */
static void read_lost_delivery(struct form *form) {
    json_t *made = form_entry(form, "stock-receive");
    json_object_set_new(made, "nothing", json_true());
    put_text(form, made, "waybill");
    put_text(form, made, "counterpart");
    put_text(form, made, "reason");
    if (json_object_get(made, "reason") == NULL)
        form_object(form, "wrong.nothing-came");
    form_add(form, made);
}

/* What came or went on a waybill, and the order that it answers. Where nothing more is to come,
 * what is missing is missing for good; else it stays on the way. */
static void read_waybill(struct form *form, const char *name) {
    bool more = form_text(form, "more", -1)[0] != '\0', receives = strcmp(name, "receive") == 0;
    bool lost =
        receives && !more && form_text(form, "waybill", -1)[0] != '\0' && counts_nothing(form);
    if (lost) {
        read_lost_delivery(form);
    } else {
        read_movement_of_goods(form, receives ? "stock-receive" : "stock-ship");
        json_object_set_new(json_array_get(form->entries, 0), "final", json_boolean(!more));
    }
    json_t *made = form_entry(form, "answer");
    put_number(form, made, "order");
    put_number(form, made, "revision");
    json_object_set_new(made, "state",
                        json_string(lost   ? "failed"
                                    : more ? "partly-done"
                                           : "done"));
    if (lost)
        put_text(form, made, "reason");
    form_add(form, made);
}

/* What came out of kits: as much of each item as the card says is in one, times the kits, unless
 * another figure was entered. The form carries what the card said when it was shown. */
static json_t *come_out(struct form *form, long long kits) {
    json_t *lines = json_array();
    for (int row = 0; row < DESK_LINES_MAX && form_text(form, "into", row)[0] != '\0'; row++) {
        long long each = form_number(form, form_text(form, "each", row));
        const char *came = form_text(form, "came", row);
        long long quantity = came[0] != '\0'                          ? form_number(form, came)
                             : kits > 0 && each > QUANTITY_MAX / kits ? QUANTITY_MAX
                                                                      : each * kits;
        if (quantity > 0)
            json_array_append_new(lines,
                                  json_pack("{s:s, s:I}", "item", form_text(form, "into", row),
                                            "quantity", (json_int_t)quantity));
    }
    if (json_array_size(lines) == 0)
        form_object(form, "wrong.nothing");
    return lines;
}

static void read_unpack(struct form *form, const char *name) {
    (void)name;
    json_t *made = read_goods(form, "stock-unpack", false);
    const json_t *kits = json_array_get(json_object_get(made, "lines"), 0);
    json_object_set_new(made, "into",
                        come_out(form, json_integer_value(json_object_get(kits, "quantity"))));
}

/* All that is set aside for a waybill is free again. */
static void read_put_back(struct form *form, const char *name) {
    (void)name;
    json_t *made = form_entry(form, "stock-put-back");
    put_text(form, made, "waybill");
    if (json_object_get(made, "waybill") == NULL)
        form_object(form, "wrong.nothing");
    form_add(form, made);
}

/* ---- requests and orders ---- */

static void read_need(struct form *form, const char *name) {
    (void)name;
    json_t *made = form_entry(form, "request");
    put_text(form, made, "kind");
    put_text(form, made, "urgency");
    put_text(form, made, "text");
    put_number(form, made, "amount");
    if (strcmp(form_text(form, "kind", -1), "goods") == 0) {
        if (form_text(form, "item", -1)[0] == '\0')
            form_object(form, "wrong.nothing");
        json_object_set_new(made, "lines", json_pack("[o]", form_goods_line(form, -1)));
    }
    form_add(form, made);
}

static void read_withdraw(struct form *form, const char *name) {
    (void)name;
    json_t *made = form_entry(form, "request");
    put_number(form, made, "id");
    json_object_set_new(made, "withdrawn", json_true());
    form_add(form, made);
}

static void read_answer(struct form *form, const char *name) {
    json_t *made = form_entry(form, name);
    put_number(form, made, "order");
    put_number(form, made, "revision");
    put_text(form, made, "state");
    put_text(form, made, "reason");
    form_add(form, made);
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
    {"write-off", read_stock},
    {"pick", read_stock},
    {"load", read_stock},
    {"put-back", read_put_back},
    {"stock-count", read_stock_count},
    {"receive", read_waybill},
    {"dispatch", read_waybill},
    {"need", read_need},
    {"withdraw", read_withdraw},
    {"answer", read_answer},
    {"unpack", read_unpack},
    {"rows", form_read_rows},
    {"goods-rows", form_read_goods_rows},
    {"csv", form_read_csv},
};

int desk_entries_read(const char *name, const struct fields *fields, double ago_s,
                      struct desk_wrong *ret_wrong, json_t **ret_entries) {
    struct form form = {.fields = fields, .ago_s = ago_s, .row = -1, .entries = json_array()};
    size_t at = 0;
    while (at < COUNT(forms) && strcmp(forms[at].name, name) != 0)
        at++;
    if (at == COUNT(forms)) {
        json_decref(form.entries);
        *ret_wrong = (struct desk_wrong){.key = "wrong.form"};
        return HV_ERR_NOT_FOUND;
    }
    forms[at].read(&form, name);
    if (!form_is_wrong(&form)) {
        *ret_entries = form.entries;
        return HV_OK;
    }
    json_decref(form.entries);
    *ret_wrong = form.wrong;
    return HV_ERR_VALUE;
}
