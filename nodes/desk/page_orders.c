/* Orders: what the centre asks of this place, and the answer; goods that a waybill brings or takes.
 */
#include "nodes/desk/desk_page.h"
#include "schemas/limits.h"

#include <stdio.h>
#include <stdlib.h>
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
        for (size_t k = 0; k < 2; k++) {
            if (number_of(line, overlays[k]) <= 0)
                continue;
            html_add(&page->html, ", %s ", page_word(page, "figure.", overlays[k]));
            page_number(page, number_of(line, overlays[k]));
        }
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

/* "open first: 34 family-kit, 2 tool-kit", as the coordinator says which kits are opened, in the
 * language of the page; false: the text says something else. */
static bool kits(struct page *page, const char *says) {
    static const char opening[] = "open first: ";
    char named[320] = "", text[512];
    size_t used = 0;
    if (strncmp(says, opening, sizeof opening - 1) != 0)
        return false;
    for (const char *at = says + sizeof opening - 1; *at != '\0';) {
        char *behind, kit[HV_ID_BYTES_MAX + 1];
        const unsigned long long count = strtoull(at, &behind, 10);
        const size_t length = *behind == ' ' ? strcspn(behind + 1, ", ") : 0;
        if (behind == at || length == 0 || length > HV_ID_BYTES_MAX)
            return false;
        memcpy(kit, behind + 1, length);
        kit[length] = '\0';
        const int more = snprintf(named + used, sizeof named - used, "%s%llu × %s",
                                  used == 0 ? "" : ", ", count, page_name(page, "items", kit));
        if (more < 0 || (size_t)more >= sizeof named - used)
            return false;
        used += (size_t)more;
        at = behind + 1 + length;
        at += strncmp(at, ", ", 2) == 0 ? 2 : 0;
    }
    if (used == 0)
        return false;
    texts_fill(page->texts, page->language, "order.open-first", named, text, sizeof text);
    html_add(&page->html, "<li>%s</li>", text);
    return true;
}

static bool is_overdue(const struct page *page, const json_t *order) {
    long long now_ms =
        json_integer_value(json_object_get(json_object_get(page->status, "clock"), "wall_ms"));
    long long deadline_ms = number_of(order, "deadline_ms");
    return deadline_ms > 0 && now_ms > deadline_ms;
}

static void details(struct page *page, const json_t *order) {
    html_raw(&page->html, "<ul>");
    if (is_overdue(page, order))
        html_add(&page->html, "<li><span class=\"bad\">%s</span></li>",
                 page_text(page, "order.overdue"));
    moment(page, order, "deadline_ms", "order.until");
    moment(page, order, "start_ms", "order.from");
    people(page, order);
    place(page, order, "counterpart", "order.other-end");
    if (text_of(order, "waybill")[0] != '\0')
        html_add(&page->html, "<li>%s <b>%s</b></li>", page_text(page, "goods.waybill"),
                 text_of(order, "waybill"));
    goods(page, order);
    if (!kits(page, text_of(order, "text")) && text_of(order, "text")[0] != '\0')
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

/* Goods of a waybill are done by entering them: that stands first, and “done” alone beside it. */
static bool has_waybill(const json_t *order) {
    return is(order, "kind", "expect-delivery") || is(order, "kind", "ship") ||
           is(order, "kind", "return-goods");
}

static void answers(struct page *page, const json_t *order) {
    bool begun = was_answered(order);
    answer_form(page, order, "class=\"answers\"");
    if (!begun)
        button(page, "accepted", "go");
    if (begun && !is(order, "state", "under-way"))
        button(page, "under-way", "");
    if (begun)
        button(page, "done", has_waybill(order) ? "" : "go");
    html_raw(&page->html, "</form>");
    with_reason(page, order, begun ? "failed" : "declined");
}

/* ---- goods of a waybill ---- */

/* Of goods that are told by lot there is nothing to enter but how many; of others staff can read
 * the lot from the box. */
static void goods_lot(struct page *page, const json_t *order, const json_t *line, long long row,
                      bool ask) {
    long long id = number_of(order, "id");
    if (!ask) {
        html_add(&page->html,
                 "<input type=\"hidden\" name=\"lot%d\" value=\"%s\"><input type=\"hidden\" "
                 "name=\"expiry%d\" value=\"%s\">",
                 row, text_of(line, "lot"), row, text_of(line, "expiry"));
        return;
    }
    html_add(&page->html,
             "<label for=\"l%d-%d\">%s</label><input id=\"l%d-%d\" name=\"lot%d\" "
             "maxlength=\"64\"><label for=\"e%d-%d\">%s</label><input id=\"e%d-%d\" "
             "name=\"expiry%d\" type=\"date\">",
             id, row, page_text(page, "goods.lot"), id, row, row, id, row,
             page_text(page, "goods.expiry"), id, row, row);
}

static void goods_line(struct page *page, const json_t *order, const char *form, const json_t *line,
                       size_t i) {
    bool receive = strcmp(form, "receive") == 0;
    long long id = number_of(order, "id"), row = (long long)i;
    const char *item = text_of(line, "item"), *lot = text_of(line, "lot"),
               *expiry = text_of(line, "expiry");
    char day[PAGE_DAY_BYTES];
    html_add(&page->html,
             "<fieldset><legend>%s%s%s%s%s</legend><input type=\"hidden\" name=\"item%d\" "
             "value=\"%s\">",
             page_name(page, "items", item), lot[0] == '\0' ? "" : " · ", lot,
             expiry[0] == '\0' ? "" : " · ", page_day(page, expiry, day), row, item);
    goods_lot(page, order, line, row,
              receive && json_object_get(order, "sent") == NULL && lot[0] == '\0');
    html_add(&page->html,
             "<label for=\"%s-q%d-%d\">%s</label><input id=\"%s-q%d-%d\" name=\"quantity%d\" "
             "type=\"number\" inputmode=\"numeric\" min=\"0\" value=\"%d\" required>",
             form, id, row, page_text(page, receive ? "goods.came" : "goods.quantity"), form, id,
             row, row, number_of(line, "quantity"));
    if (receive)
        html_add(&page->html,
                 "<label for=\"d%d-%d\">%s</label><input id=\"d%d-%d\" name=\"damaged%d\" "
                 "type=\"number\" inputmode=\"numeric\" min=\"0\" value=\"0\">",
                 id, row, page_text(page, "goods.damaged"), id, row, row);
    html_raw(&page->html, "</fieldset>");
}

static void hidden(struct page *page, const char *name, const char *value) {
    html_add(&page->html, "<input type=\"hidden\" name=\"%s\" value=\"%s\">", name, value);
}

static void waybill_form(struct page *page, const json_t *order, const char *form,
                         const json_t *lines, bool open) {
    const json_t *line;
    size_t i;
    bool receive = strcmp(form, "receive") == 0, dispatch = strcmp(form, "dispatch") == 0;
    long long id = number_of(order, "id");
    html_add(&page->html, "<details%r><summary>%s</summary>", open ? " open" : "",
             page_word(page, "goods.", form));
    page_form(page, form, "class=\"waybill\"");
    html_add(&page->html,
             "<input type=\"hidden\" name=\"order\" value=\"%d\"><input type=\"hidden\" "
             "name=\"revision\" value=\"%d\">",
             id, number_of(order, "revision"));
    hidden(page, "waybill", text_of(order, "waybill"));
    hidden(page, "counterpart", text_of(order, "counterpart"));
    if (!receive && text_of(order, "vehicle")[0] != '\0')
        hidden(page, "vehicle", text_of(order, "vehicle"));
    json_array_foreach(lines, i, line) goods_line(page, order, form, line, i);
    if (receive || dispatch)
        html_add(&page->html,
                 "<label class=\"choice\"><input type=\"checkbox\" name=\"more\" "
                 "value=\"1\"%r>%s</label>",
                 receive && json_is_true(json_object_get(order, "more_leaves")) ? " checked" : "",
                 page_text(page, receive ? "goods.more-comes" : "goods.more-goes"));
    html_add(&page->html,
             "<label for=\"note-%s-%d\">%s</label><input id=\"note-%s-%d\" name=\"reason\" "
             "maxlength=\"200\"><button class=\"go\">%s</button></form></details>",
             form, id, page_text(page, "goods.remark"), form, id, page_word(page, "goods.", form));
}

/* What is set aside for the waybill: as lines of so much as is “picked” or “loaded”. */
static json_t *aside(const struct page *page, const char *waybill, const char *member) {
    json_t *lines = json_array(), *row;
    size_t i;
    json_array_foreach(json_object_get(page->stock, "set_aside"), i, row) {
        if (!is(row, "waybill", waybill) || number_of(row, member) == 0)
            continue;
        json_t *line = json_copy(row);
        json_object_set_new(line, "quantity", json_integer(number_of(row, member)));
        json_array_append_new(lines, line);
    }
    return lines;
}

static long long units_of(const json_t *lines) {
    const json_t *line;
    size_t i;
    long long units = 0;
    json_array_foreach(lines, i, line) units += number_of(line, "quantity");
    return units;
}

static void progress(struct page *page, const json_t *picked, const json_t *loaded) {
    html_add(&page->html, "<p class=\"note\">%s ", page_text(page, "goods.picked"));
    page_number(page, units_of(picked));
    html_add(&page->html, " · %s ", page_text(page, "goods.loaded"));
    page_number(page, units_of(loaded));
    html_raw(&page->html, "</p>");
}

/* One step after the other: the one that is next stands open, with what the one before it left. */
static void shipping(struct page *page, const json_t *order) {
    const json_t *ordered = json_object_get(order, "lines");
    json_t *picked = aside(page, text_of(order, "waybill"), "picked");
    json_t *loaded = aside(page, text_of(order, "waybill"), "loaded");
    bool has_picked = json_array_size(picked) > 0, has_loaded = json_array_size(loaded) > 0;
    if (has_picked || has_loaded)
        progress(page, picked, loaded);
    waybill_form(page, order, "pick", ordered, !has_picked && !has_loaded);
    if (has_picked)
        waybill_form(page, order, "load", picked, true);
    waybill_form(page, order, "dispatch",
                 has_loaded   ? loaded
                 : has_picked ? picked
                              : ordered,
                 has_loaded && !has_picked);
    json_decref(picked);
    json_decref(loaded);
}

/* As ordered, none of it. */
static json_t *none_of(const json_t *ordered) {
    json_t *lines = json_array(), *line;
    size_t i;
    json_array_foreach(ordered, i, line) {
        json_t *none = json_copy(line);
        json_object_set_new(none, "quantity", json_integer(0));
        json_array_append_new(lines, none);
    }
    return lines;
}

/* What has left and was not received yet, by lot; where all of that was, whatever comes all the
 * same. */
static void receiving(struct page *page, const json_t *order) {
    const json_t *ordered = json_object_get(order, "lines"), *due = json_object_get(order, "due");
    json_t *none = none_of(ordered);
    if (json_object_get(order, "sent") != NULL)
        html_add(&page->html, "<p class=\"note\">%s</p>",
                 page_text(page, json_array_size(due) > 0 ? "goods.as-left" : "goods.none-due"));
    waybill_form(page, order, "receive",
                 due == NULL                 ? ordered
                 : json_array_size(due) == 0 ? none
                                             : due,
                 true);
    json_decref(none);
}

static void waybill(struct page *page, const json_t *order) {
    if (is(order, "kind", "expect-delivery"))
        receiving(page, order);
    if (is(order, "kind", "ship") || is(order, "kind", "return-goods"))
        shipping(page, order);
}

/* ---- the section ---- */

static void order_card(struct page *page, const json_t *order) {
    html_add(&page->html, "<article class=\"order %s\"><h3>%s <small>№ %d · %s</small></h3>",
             was_answered(order) ? "begun" : "open",
             page_word(page, "kind.", text_of(order, "kind")), number_of(order, "id"),
             page_word(page, "answered.", text_of(order, "state")));
    details(page, order);
    if (was_answered(order))
        waybill(page, order);
    answers(page, order);
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
