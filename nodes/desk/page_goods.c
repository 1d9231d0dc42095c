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
    char text[96];
    texts_fill(page->texts, page->language, key, date, text, sizeof text);
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
    html_add(&page->html, "<tr><th scope=\"row\">%s</th><td>%s</td><td class=\"number\">",
             page_name(page, "items", text_of(line, "item")), text_of(line, "lot"));
    page_number(page, json_integer_value(json_object_get(line, "quantity")));
    long long damaged = json_integer_value(json_object_get(line, "damaged"));
    if (damaged > 0)
        html_add(&page->html, " <small>%s %d</small>", page_text(page, "goods.damaged"), damaged);
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
        html_add(&page->html, "<p class=\"empty\">%s</p>", page_text(page, "goods.none"));
        return;
    }
    html_add(
        &page->html,
        "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"%s\"><table><thead><tr>"
        "<th scope=\"col\">%s</th><th scope=\"col\">%s</th><th scope=\"col\">%s</th><th "
        "scope=\"col\">%s</th>"
        "</tr></thead><tbody>",
        page_text(page, "goods.table"), page_text(page, "goods.item"), page_text(page, "goods.lot"),
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

/* ---- entering ---- */

/* Items of the card, and what is in store besides. */
static void item_choice(struct page *page, const char *form) {
    const json_t *line;
    size_t i;
    html_add(&page->html, "<label for=\"%s-item\">%s</label>", form, page_text(page, "goods.item"));
    if (page_has_card(page, "items")) {
        html_add(&page->html,
                 "<select id=\"%s-item\" name=\"item0\" required><option value=\"\">%s</option>",
                 form, page_text(page, "choose"));
        page_options(page, "items");
        html_raw(&page->html, "</select>");
        return;
    }
    html_add(&page->html,
             "<input id=\"%s-item\" name=\"item0\" list=\"%s-items\" required "
             "maxlength=\"64\"><datalist id=\"%s-items\">",
             form, form, form);
    json_array_foreach(json_object_get(page->stock, "lines"), i, line)
        html_add(&page->html, "<option value=\"%s\">", text_of(line, "item"));
    html_raw(&page->html, "</datalist>");
}

static void movement(struct page *page, const char *form, bool with_lot, bool with_reason,
                     bool with_expiry) {
    html_add(&page->html, "<details><summary>%s</summary>", page_word(page, "goods.", form));
    page_form(page, form, "");
    item_choice(page, form);
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
    if (with_reason)
        html_add(&page->html,
                 "<label for=\"%s-reason\">%s</label><input id=\"%s-reason\" name=\"reason\" "
                 "maxlength=\"200\"%r>",
                 form, page_text(page, "reason"), form,
                 strcmp(form, "loss") == 0 ? " required" : "");
    html_add(&page->html, "<button class=\"go\">%s</button></form></details>",
             page_text(page, "send"));
}

void page_goods(struct page *page) {
    html_add(&page->html, "<h2 id=\"goods-title\">%s</h2><p class=\"note\">%s ",
             page_text(page, "tab.goods"), page_text(page, "goods.seen"));
    const json_t *stock = json_object_get(page->status, "stock");
    page_age(page, json_object_get(stock, "age_s"),
             json_is_true(json_object_get(stock, "at_least")));
    html_raw(&page->html, "</p>");
    stock_table(page);
    set_aside(page);
    movement(page, "issue", false, false, false);
    movement(page, "receive-loose", true, true, true);
    movement(page, "stock-count", true, true, true);
    movement(page, "loss", true, true, false);
    movement(page, "expire", true, false, false);
}
