/* Orders: what the centre asks of this place, and the answer; goods that a waybill brings or takes.
 */
#include "nodes/desk/desk_page.h"

#include <string.h>

static const char *text_of(const json_t *order, const char *name) {
    const char *text = json_string_value(json_object_get(order, name));
    return text == NULL ? "" : text;
}

static bool is(const json_t *order, const char *name, const char *word) {
    return strcmp(text_of(order, name), word) == 0;
}

static long long number_of(const json_t *order, const char *name) {
    return json_integer_value(json_object_get(order, name));
}

/* ---- what it says ---- */

static void moment(struct page *page, const json_t *order, const char *member, const char *key) {
    char when[48], text[96];
    if (json_object_get(order, member) == NULL)
        return;
    texts_moment(page->texts, page->language, number_of(order, member), when, sizeof when);
    texts_fill(page->texts, page->language, key, when, text, sizeof text);
    html_add(&page->html, "<li>%s</li>", text);
}

static void people(struct page *page, const json_t *order) {
    const json_t *line;
    size_t i;
    json_array_foreach(json_object_get(order, "people"), i, line) {
        html_raw(&page->html, "<li>");
        page_number(page, number_of(line, "people"));
        html_add(&page->html, " %s %s", page_text(page, "order.people-of"),
                 page_name(page, "zones", text_of(line, "zone")));
        static const char *const overlays[] = {"wheelchair", "medical"};
        for (size_t k = 0; k < 2; k++)
            if (number_of(line, overlays[k]) > 0)
                html_add(&page->html, ", %s %d", page_word(page, "figure.", overlays[k]),
                         number_of(line, overlays[k]));
        html_raw(&page->html, "</li>");
    }
}

static void goods(struct page *page, const json_t *order) {
    const json_t *line;
    size_t i;
    json_array_foreach(json_object_get(order, "lines"), i, line) {
        html_raw(&page->html, "<li>");
        page_number(page, number_of(line, "quantity"));
        html_add(&page->html, " × %s", page_name(page, "items", text_of(line, "item")));
        if (text_of(line, "lot")[0] != '\0')
            html_add(&page->html, " (%s %s)", page_text(page, "goods.lot"), text_of(line, "lot"));
        html_raw(&page->html, "</li>");
    }
}

static void place(struct page *page, const json_t *order, const char *member, const char *key) {
    char text[320];
    if (text_of(order, member)[0] == '\0')
        return;
    texts_fill(page->texts, page->language, key, page_name(page, "places", text_of(order, member)),
               text, sizeof text);
    html_add(&page->html, "<li>%s</li>", text);
}

static void details(struct page *page, const json_t *order) {
    html_raw(&page->html, "<ul>");
    moment(page, order, "deadline_ms", "order.until");
    moment(page, order, "start_ms", "order.from");
    people(page, order);
    place(page, order, "counterpart", "order.other-end");
    if (text_of(order, "waybill")[0] != '\0')
        html_add(&page->html, "<li>%s <b>%s</b></li>", page_text(page, "goods.waybill"),
                 text_of(order, "waybill"));
    goods(page, order);
    if (text_of(order, "text")[0] != '\0')
        html_add(&page->html, "<li>%s</li>", text_of(order, "text"));
    html_raw(&page->html, "</ul>");
}

/* ---- the answer ---- */

static void answer_form(struct page *page, const json_t *order, const char *attributes) {
    page_form(page, "answer", attributes);
    html_add(&page->html,
             "<input type=\"hidden\" name=\"order\" value=\"%d\"><input type=\"hidden\" "
             "name=\"revision\" value=\"%d\">",
             number_of(order, "id"), number_of(order, "revision"));
}

static void button(struct page *page, const char *state, const char *class) {
    html_add(&page->html, "<button name=\"state\" value=\"%s\" class=\"%r\">%s</button>", state,
             class, page_word(page, "answer.", state));
}

static void with_reason(struct page *page, const json_t *order, const char *state) {
    long long id = number_of(order, "id");
    html_add(&page->html, "<details><summary>%s</summary>", page_word(page, "answer.", state));
    answer_form(page, order, "");
    html_add(&page->html,
             "<label for=\"why-%s-%d\">%s</label><input id=\"why-%s-%d\" name=\"reason\" required "
             "maxlength=\"200\">",
             state, id, page_text(page, "reason"), state, id);
    button(page, state, "go");
    html_raw(&page->html, "</form></details>");
}

static bool was_answered(const json_t *order) {
    return !is(order, "state", "stored") && !is(order, "state", "seen") &&
           !is(order, "state", "issued");
}

static void answers(struct page *page, const json_t *order) {
    bool begun = was_answered(order);
    answer_form(page, order, "class=\"answers\"");
    if (!begun)
        button(page, "accepted", "go");
    if (begun && !is(order, "state", "under-way"))
        button(page, "under-way", "");
    if (begun)
        button(page, "done", "go");
    html_raw(&page->html, "</form>");
    with_reason(page, order, begun ? "failed" : "declined");
}

/* ---- goods of a waybill ---- */

static void goods_line(struct page *page, const json_t *order, const json_t *line, size_t i,
                       bool receive) {
    long long id = number_of(order, "id");
    const char *item = text_of(line, "item");
    html_add(&page->html,
             "<fieldset><legend>%s</legend><input type=\"hidden\" name=\"item%d\" value=\"%s\">"
             "<input type=\"hidden\" name=\"lot%d\" value=\"%s\"><input type=\"hidden\" "
             "name=\"expiry%d\" value=\"%s\">",
             page_name(page, "items", item), (long long)i, item, (long long)i, text_of(line, "lot"),
             (long long)i, text_of(line, "expiry"));
    html_add(
        &page->html,
        "<label for=\"q%d-%d\">%s</label><input id=\"q%d-%d\" name=\"quantity%d\" type=\"number\" "
        "inputmode=\"numeric\" min=\"0\" value=\"%d\" required>",
        id, (long long)i, page_text(page, receive ? "goods.came" : "goods.quantity"), id,
        (long long)i, (long long)i, number_of(line, "quantity"));
    if (receive)
        html_add(&page->html,
                 "<label for=\"d%d-%d\">%s</label><input id=\"d%d-%d\" name=\"damaged%d\" "
                 "type=\"number\" inputmode=\"numeric\" min=\"0\" value=\"0\">",
                 id, (long long)i, page_text(page, "goods.damaged"), id, (long long)i,
                 (long long)i);
    html_raw(&page->html, "</fieldset>");
}

static void waybill_form(struct page *page, const json_t *order, const char *form,
                         const char *key) {
    const json_t *line;
    size_t i;
    bool receive = strcmp(form, "receive") == 0;
    html_add(&page->html, "<details%r><summary>%s</summary>", receive ? " open" : "",
             page_text(page, key));
    page_form(page, form, "class=\"waybill\"");
    html_add(
        &page->html,
        "<input type=\"hidden\" name=\"order\" value=\"%d\"><input type=\"hidden\" "
        "name=\"waybill\" value=\"%s\"><input type=\"hidden\" name=\"counterpart\" value=\"%s\">",
        number_of(order, "id"), text_of(order, "waybill"), text_of(order, "counterpart"));
    json_array_foreach(json_object_get(order, "lines"), i, line)
        goods_line(page, order, line, i, receive);
    html_add(&page->html,
             "<label for=\"note-%s-%d\">%s</label><input id=\"note-%s-%d\" name=\"reason\" "
             "maxlength=\"200\">",
             form, number_of(order, "id"), page_text(page, "goods.remark"), form,
             number_of(order, "id"));
    html_add(&page->html, "<button class=\"go\">%s</button></form></details>",
             page_text(page, key));
}

static void waybill(struct page *page, const json_t *order) {
    if (is(order, "kind", "expect-delivery"))
        waybill_form(page, order, "receive", "goods.receive");
    if (!is(order, "kind", "ship") && !is(order, "kind", "return-goods"))
        return;
    waybill_form(page, order, "pick", "goods.pick");
    waybill_form(page, order, "load", "goods.load");
    waybill_form(page, order, "dispatch", "goods.dispatch");
}

/* ---- the section ---- */

static void order_card(struct page *page, const json_t *order) {
    html_add(&page->html, "<article class=\"order %s\"><h3>%s <small>№ %d · %s</small></h3>",
             was_answered(order) ? "begun" : "open",
             page_word(page, "kind.", text_of(order, "kind")), number_of(order, "id"),
             page_word(page, "answered.", text_of(order, "state")));
    details(page, order);
    answers(page, order);
    if (was_answered(order))
        waybill(page, order);
    html_raw(&page->html, "</article>");
}

void page_orders(struct page *page) {
    const json_t *list = json_object_get(page->orders, "orders"), *order;
    size_t i;
    html_add(&page->html, "<h2 id=\"orders-title\">%s</h2>", page_text(page, "tab.orders"));
    if (json_array_size(list) == 0)
        html_add(&page->html, "<p class=\"empty\">%s</p>", page_text(page, "order.none"));
    json_array_foreach(list, i, order) if (!was_answered(order)) order_card(page, order);
    json_array_foreach(list, i, order) if (was_answered(order)) order_card(page, order);
}
