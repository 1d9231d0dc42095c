/* What is in store: by item and lot, what expires; handing out, losses, counting. */
#include "nodes/desk/desk_page.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static const char *text_of(const json_t *from, const char *name) {
    const char *text = json_string_value(json_object_get(from, name));
    return text == NULL ? "" : text;
}

/* "YYYY-MM-DD" as days since 1970; -1: it does not expire. */
static long long day_of(const char *date) {
    struct tm day = {0};
    if (sscanf(date, "%d-%d-%d", &day.tm_year, &day.tm_mon, &day.tm_mday) != 3)
        return -1;
    day.tm_year -= 1900;
    day.tm_mon -= 1;
    return (long long)timegm(&day) / 86400;
}

/* LLONG_MAX: it does not expire. */
static long long days_left(const struct page *page, const json_t *line) {
    const json_t *clock = json_object_get(page->status, "clock");
    long long today = json_integer_value(json_object_get(clock, "wall_ms")) / 86400000;
    long long day = day_of(text_of(line, "expiry"));
    return day < 0 ? LLONG_MAX : day - today;
}

/* Three months before, as depots are warned. */
static void expiry(struct page *page, const json_t *line) {
    const char *date = text_of(line, "expiry");
    long long left = days_left(page, line);
    if (left == LLONG_MAX)
        return;
    const char *key = left < 0     ? "goods.expired"
                      : left <= 92 ? "goods.expires-soon"
                                   : "goods.expires";
    char day[PAGE_DAY_BYTES], text[96];
    texts_fill(page->texts, page->language, key, page_day(page, date, day), text, sizeof text);
    html_add(&page->html, "<span class=\"%r\">%s</span>",
             left < 0     ? "bad"
             : left <= 92 ? "warn"
                          : "note",
             text);
}

/* What has expired is taken out with one tap. */
static void take_out(struct page *page, const json_t *line) {
    page_form(page, "expire", "");
    html_add(&page->html,
             "<input type=\"hidden\" name=\"item0\" value=\"%s\"><input type=\"hidden\" "
             "name=\"lot0\" value=\"%s\"><input type=\"hidden\" name=\"expiry0\" "
             "value=\"%s\"><input type=\"hidden\" name=\"quantity0\" value=\"%d\"><button "
             "class=\"quiet\">%s</button></form>",
             text_of(line, "item"), text_of(line, "lot"), text_of(line, "expiry"),
             (long long)json_integer_value(json_object_get(line, "quantity")),
             page_text(page, "goods.take-out"));
}

static void stock_row(struct page *page, const json_t *line) {
    html_add(&page->html, "<tr><th scope=\"row\">%s",
             page_name(page, "items", text_of(line, "item")));
    if (text_of(line, "lot")[0] != '\0')
        html_add(&page->html, " <small>%s %s</small>", page_text(page, "goods.lot"),
                 text_of(line, "lot"));
    html_raw(&page->html, "</th><td class=\"number\">");
    page_number(page, json_integer_value(json_object_get(line, "quantity")));
    long long damaged = json_integer_value(json_object_get(line, "damaged"));
    if (damaged > 0) {
        html_add(&page->html, " <small>%s ", page_text(page, "goods.damaged"));
        page_number(page, damaged);
        html_raw(&page->html, "</small>");
    }
    html_raw(&page->html, "</td><td>");
    expiry(page, line);
    if (days_left(page, line) < 0)
        take_out(page, line);
    html_raw(&page->html, "</td></tr>");
}

static void stock_table(struct page *page) {
    const json_t *lines = json_object_get(page->stock, "lines"), *line;
    size_t i;
    if (json_array_size(lines) == 0) {
        const json_t *stock = json_object_get(page->status, "stock");
        bool known = json_is_number(json_object_get(stock, "age_s"));
        html_add(&page->html, "<p class=\"empty\">%s</p>",
                 page_text(page, known ? "goods.none" : "goods.unreported"));
        return;
    }
    html_add(
        &page->html,
        "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"%s\"><table><thead><tr>"
        "<th scope=\"col\">%s</th><th scope=\"col\" class=\"number\">%s</th><th "
        "scope=\"col\">%s</th></tr></thead><tbody>",
        page_text(page, "goods.table"), page_text(page, "goods.item"),
        page_text(page, "goods.quantity"), page_text(page, "goods.expiry"));
    json_array_foreach(lines, i, line) stock_row(page, line);
    html_raw(&page->html, "</tbody></table></div>");
}

/* ---- set aside ---- */

static void aside_lines(struct page *page, const char *waybill) {
    const json_t *row;
    size_t i, written = 0;
    json_array_foreach(json_object_get(page->stock, "set_aside"), i, row) {
        if (strcmp(text_of(row, "waybill"), waybill) != 0)
            continue;
        html_raw(&page->html, written++ > 0 ? ", " : " ");
        page_number(page, json_integer_value(json_object_get(row, "quantity")));
        html_add(&page->html, " × %s", page_name(page, "items", text_of(row, "item")));
    }
}

/* Rows of a waybill stand together. What an order that is gone had set aside is freed here. */
static void set_aside(struct page *page) {
    const json_t *rows = json_object_get(page->stock, "set_aside"), *row;
    const char *before = "";
    size_t i;
    if (json_array_size(rows) == 0)
        return;
    html_add(&page->html, "<h3>%s</h3><ul class=\"plain\">", page_text(page, "goods.aside"));
    json_array_foreach(rows, i, row) {
        const char *waybill = text_of(row, "waybill");
        if (strcmp(waybill, before) == 0)
            continue;
        html_add(&page->html, "<li>%s <b>%s</b>", page_text(page, "goods.waybill"), waybill);
        aside_lines(page, waybill);
        page_form(page, "put-back", "class=\"inline\"");
        html_add(&page->html,
                 "<input type=\"hidden\" name=\"waybill\" value=\"%s\"><button "
                 "class=\"quiet\">%s</button></form></li>",
                 waybill, page_text(page, "goods.put-back"));
        before = waybill;
    }
    html_raw(&page->html, "</ul>");
}

/* ---- kits ---- */

/* What one kit holds, in words: "6 × Drinking water, 2 × Soap". */
static void kit_holds(struct page *page, const json_t *contents) {
    const json_t *part;
    size_t i;
    html_add(&page->html, "<p class=\"note\">%s ", page_text(page, "goods.kit-holds"));
    json_array_foreach(contents, i, part) {
        html_raw(&page->html, i > 0 ? ", " : "");
        page_number(page, json_integer_value(json_object_get(part, "quantity")));
        html_add(&page->html, " × %s", page_name(page, "items", text_of(part, "item")));
    }
    html_raw(&page->html, "</p>");
}

/* As much as the card says comes out of each, unless staff found otherwise. */
static void kit_parts(struct page *page, const json_t *contents, long long row) {
    const json_t *part;
    size_t i;
    html_add(&page->html, "<details><summary>%s</summary>", page_text(page, "goods.kit-other"));
    json_array_foreach(contents, i, part) {
        const char *item = text_of(part, "item");
        html_add(&page->html,
                 "<input type=\"hidden\" name=\"into%d\" value=\"%s\"><input type=\"hidden\" "
                 "name=\"each%d\" value=\"%d\"><label for=\"came-%d-%d\">%s</label><input "
                 "id=\"came-%d-%d\" name=\"came%d\" type=\"number\" inputmode=\"numeric\" "
                 "min=\"0\">",
                 (long long)i, item, (long long)i,
                 (long long)json_integer_value(json_object_get(part, "quantity")), row,
                 (long long)i, page_name(page, "items", item), row, (long long)i, (long long)i);
    }
    html_raw(&page->html, "</details>");
}

static void open_kit(struct page *page, const json_t *line, const json_t *contents, long long row) {
    const char *item = text_of(line, "item"), *lot = text_of(line, "lot");
    long long there = json_integer_value(json_object_get(line, "quantity"));
    html_add(&page->html, "<details><summary>%s: %s%s%s</summary>", page_text(page, "goods.unpack"),
             page_name(page, "items", item), lot[0] == '\0' ? "" : " · ", lot);
    page_form(page, "unpack", "");
    kit_holds(page, contents);
    html_add(&page->html,
             "<input type=\"hidden\" name=\"item0\" value=\"%s\"><input type=\"hidden\" "
             "name=\"lot0\" value=\"%s\"><input type=\"hidden\" name=\"expiry0\" "
             "value=\"%s\"><label for=\"unpack-%d\">%s</label><input id=\"unpack-%d\" "
             "name=\"quantity0\" type=\"number\" inputmode=\"numeric\" min=\"1\" max=\"%d\" "
             "value=\"1\" required>",
             item, lot, text_of(line, "expiry"), row, page_text(page, "goods.kits"), row, there);
    kit_parts(page, contents, row);
    html_add(&page->html,
             "<label for=\"unpack-why-%d\">%s</label><input id=\"unpack-why-%d\" name=\"reason\" "
             "maxlength=\"200\"><button class=\"go\">%s</button></form></details>",
             row, page_text(page, "goods.remark"), row, page_text(page, "goods.unpack"));
}

/* Each kit that is in store, by lot: opening it turns it into what it holds. */
static void kits(struct page *page) {
    const json_t *line;
    size_t i;
    json_array_foreach(json_object_get(page->stock, "lines"), i, line) {
        const json_t *row = page_card_row(page, "items", text_of(line, "item"));
        const json_t *contents = json_object_get(row, "contents");
        if (json_array_size(contents) > 0 &&
            json_integer_value(json_object_get(line, "quantity")) > 0)
            open_kit(page, line, contents, (long long)i);
    }
}

/* ---- entering ---- */

/* What is in store and not on the card; lines of an item stand together. */
static void unlisted_options(struct page *page) {
    const json_t *line;
    const char *before = "";
    size_t i;
    json_array_foreach(json_object_get(page->stock, "lines"), i, line) {
        const char *item = text_of(line, "item");
        if (strcmp(item, before) != 0 && page_card_row(page, "items", item) == NULL)
            html_add(&page->html, "<option value=\"%s\">%s</option>", item, item);
        before = item;
    }
}

/* Items of the card, and what is in store besides. */
static void item_choice(struct page *page, const char *form, long long row, bool required) {
    const json_t *line;
    size_t i;
    html_add(&page->html, "<label for=\"%s-item\">%s</label>", form, page_text(page, "goods.item"));
    if (page_has_card(page, "items")) {
        html_add(&page->html,
                 "<select id=\"%s-item\" name=\"item%d\"%r><option value=\"\">%s</option>", form,
                 row, required ? " required" : "", page_text(page, "choose"));
        page_options(page, "items");
        unlisted_options(page);
        html_raw(&page->html, "</select>");
        return;
    }
    html_add(&page->html,
             "<input id=\"%s-item\" name=\"item%d\" list=\"%s-items\"%r "
             "maxlength=\"64\"><datalist id=\"%s-items\">",
             form, row, form, required ? " required" : "", form);
    json_array_foreach(json_object_get(page->stock, "lines"), i, line)
        html_add(&page->html, "<option value=\"%s\">", text_of(line, "item"));
    html_raw(&page->html, "</datalist>");
}

/* A request as a choice: its number and what it asks for. */
static void request_option(struct page *page, const json_t *request) {
    const long long id = (long long)json_integer_value(json_object_get(request, "id"));
    const json_t *line;
    size_t i;
    html_add(&page->html, "<option value=\"%d\">", id);
    json_array_foreach(json_object_get(request, "lines"), i, line) {
        html_raw(&page->html, i > 0 ? ", " : "");
        page_number(page, json_integer_value(json_object_get(line, "quantity")));
        html_add(&page->html, " × %s", page_name(page, "items", text_of(line, "item")));
    }
    html_add(&page->html, " (%d)</option>", id);
}

/* Which of the open requests for goods this is the answer to, where staff know. */
static void request_choice(struct page *page) {
    const json_t *list = json_object_get(page->requests, "requests"), *request;
    size_t i, goods = 0;
    json_array_foreach(list, i, request) {
        if (strcmp(text_of(request, "kind"), "goods") != 0)
            continue;
        if (goods++ == 0)
            html_add(&page->html,
                     "<label for=\"receive-loose-request\">%s</label><select "
                     "id=\"receive-loose-request\" name=\"request\"><option "
                     "value=\"\">%s</option>",
                     page_text(page, "goods.for-request"), page_text(page, "goods.for-any"));
        request_option(page, request);
    }
    if (goods > 0)
        html_raw(&page->html, "</select>");
}

static void movement(struct page *page, const char *form, bool with_lot, bool with_reason,
                     bool with_expiry) {
    html_add(&page->html, "<details><summary>%s</summary>", page_word(page, "goods.", form));
    page_form(page, form, "");
    item_choice(page, form, 0, true);
    html_add(&page->html,
             "<label for=\"%s-quantity\">%s</label><input id=\"%s-quantity\" name=\"quantity0\" "
             "type=\"number\" "
             "inputmode=\"numeric\" min=\"0\" required>",
             form, page_text(page, "goods.quantity"), form);
    if (with_lot)
        html_add(
            &page->html,
            "<label for=\"%s-lot\">%s</label><input id=\"%s-lot\" name=\"lot0\" maxlength=\"64\">",
            form, page_text(page, "goods.lot"), form);
    if (with_expiry)
        html_add(&page->html,
                 "<label for=\"%s-expiry\">%s</label><input id=\"%s-expiry\" name=\"expiry0\" "
                 "type=\"date\">",
                 form, page_text(page, "goods.expiry"), form);
    if (strcmp(form, "receive-loose") == 0)
        request_choice(page);
    if (with_reason)
        html_add(&page->html,
                 "<label for=\"%s-reason\">%s</label><input id=\"%s-reason\" name=\"reason\" "
                 "maxlength=\"200\"%r>",
                 form, page_text(page, "reason"), form,
                 strcmp(form, "loss") == 0 || strcmp(form, "write-off") == 0 ? " required" : "");
    html_add(&page->html, "<button class=\"go\">%s</button></form></details>",
             page_text(page, "send"));
}

/* ---- counting ---- */

static void count_inputs(struct page *page, long long row) {
    html_add(
        &page->html,
        "<div class=\"pair\"><span><label for=\"c%d\">%s</label><input id=\"c%d\" "
        "name=\"quantity%d\" type=\"number\" inputmode=\"numeric\" min=\"0\"></span><span><label "
        "for=\"cd%d\">%s</label><input id=\"cd%d\" name=\"damaged%d\" type=\"number\" "
        "inputmode=\"numeric\" min=\"0\"></span></div>",
        row, page_text(page, "goods.counted"), row, row, row, page_text(page, "goods.damaged"), row,
        row);
}

static void count_line(struct page *page, const json_t *line, long long row) {
    const char *item = text_of(line, "item"), *lot = text_of(line, "lot"),
               *expiry_day = text_of(line, "expiry");
    char day[PAGE_DAY_BYTES];
    html_add(&page->html,
             "<fieldset><legend>%s%s%s%s%s</legend><input type=\"hidden\" name=\"item%d\" "
             "value=\"%s\"><input type=\"hidden\" name=\"lot%d\" value=\"%s\"><input "
             "type=\"hidden\" name=\"expiry%d\" value=\"%s\">",
             page_name(page, "items", item), lot[0] == '\0' ? "" : " · ", lot,
             expiry_day[0] == '\0' ? "" : " · ", page_day(page, expiry_day, day), row, item, row,
             lot, row, expiry_day);
    count_inputs(page, row);
    html_raw(&page->html, "</fieldset>");
}

/* Something is there that no line of the books says. */
static void count_other(struct page *page, long long row) {
    html_add(&page->html, "<fieldset><legend>%s</legend>", page_text(page, "goods.count-other"));
    item_choice(page, "stock-count", row, false);
    html_add(&page->html,
             "<label for=\"stock-count-lot\">%s</label><input id=\"stock-count-lot\" "
             "name=\"lot%d\" maxlength=\"64\"><label for=\"stock-count-expiry\">%s</label><input "
             "id=\"stock-count-expiry\" name=\"expiry%d\" type=\"date\">",
             page_text(page, "goods.lot"), row, page_text(page, "goods.expiry"), row);
    count_inputs(page, row);
    html_raw(&page->html, "</fieldset>");
}

/* All that the books have, one below the other as shelves are walked; what is left empty is not
 * counted. The figures of the books are not shown: who knows them finds them. */
static void count(struct page *page) {
    const json_t *lines = json_object_get(page->stock, "lines"), *line;
    size_t i;
    long long row = 0;
    html_add(&page->html, "<details><summary>%s</summary><p class=\"note\">%s</p>",
             page_text(page, "goods.stock-count"), page_text(page, "goods.count-note"));
    page_form(page, "stock-count", "");
    json_array_foreach(lines, i, line) {
        if (row < DESK_LINES_MAX - 1)
            count_line(page, line, row++);
    }
    count_other(page, row);
    html_add(&page->html,
             "<label for=\"stock-count-reason\">%s</label><input id=\"stock-count-reason\" "
             "name=\"reason\" maxlength=\"200\"><button class=\"go\">%s</button></form></details>",
             page_text(page, "goods.count-reason"), page_text(page, "send"));
}

static void last_entry(struct page *page) {
    const json_t *stock = json_object_get(page->status, "stock");
    const json_t *age = json_object_get(stock, "age_s");
    if (!json_is_number(age))
        return; /* that nothing was entered is said where the goods would stand */
    html_add(&page->html, "<p class=\"note\">%s ", page_text(page, "goods.seen"));
    page_age(page, age, json_is_true(json_object_get(stock, "at_least")));
    html_raw(&page->html, "</p>");
}

void page_goods(struct page *page) {
    html_add(&page->html, "<h2 id=\"goods-title\">%s</h2>", page_text(page, "tab.goods"));
    last_entry(page);
    stock_table(page);
    set_aside(page);
    kits(page);
    movement(page, "issue", false, false, false);
    movement(page, "receive-loose", true, true, true);
    count(page);
    movement(page, "loss", true, true, false);
    movement(page, "expire", true, false, false);
    movement(page, "write-off", true, true, false);
}
