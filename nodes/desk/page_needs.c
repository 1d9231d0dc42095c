/* Needs in two taps: what, and how urgent. And what was asked for and is still open. */
#include "nodes/desk/desk_page.h"

#include <math.h>
#include <string.h>

static const char *text_of(const json_t *from, const char *name) {
    const char *text = json_string_value(json_object_get(from, name));
    return text == NULL ? "" : text;
}

static void urgencies(struct page *page) {
    static const char *const words[] = {"routine", "urgent", "life-saving"};
    html_raw(&page->html, "<div class=\"urgencies\">");
    for (size_t i = 0; i < 3; i++)
        html_add(&page->html, "<button name=\"urgency\" value=\"%s\" class=\"%s\">%s</button>",
                 words[i], words[i], page_word(page, "urgency.", words[i]));
    html_raw(&page->html, "</div>");
}

/* How many people of this place an item is for: all, or the groups that its row of the card names.
 */
static json_int_t people_for(const struct page *page, const json_t *item) {
    const json_t *people = json_object_get(page->status, "people"), *group;
    const json_t *groups = json_object_get(item, "for");
    json_int_t count = 0;
    size_t i;
    if (json_array_size(groups) == 0)
        return json_integer_value(json_object_get(people, "total"));
    json_array_foreach(groups, i, group) {
        const char *name = json_string_value(group);
        count += name == NULL ? 0 : json_integer_value(json_object_get(people, name));
    }
    return count;
}

/* What is proposed to ask for: a day's need of those who are here; one of a kit that nobody needs
 * as such. */
static long long amount_of(const struct page *page, const json_t *item) {
    const json_t *day = json_object_get(item, "need_per_person_day");
    const json_t *once = json_object_get(item, "need_per_person_once");
    const json_t *need = day != NULL ? day : once;
    if (need == NULL && json_array_size(json_object_get(item, "contents")) > 0)
        return 1;
    double each = json_is_number(need) && json_number_value(need) > 0 ? json_number_value(need) : 1;
    double amount = ceil((double)people_for(page, item) * each);
    return amount < 1 ? 1 : amount > 1e9 ? 1000000000 : (long long)amount;
}

static void goods_tile(struct page *page, const char *id, const char *name, const char *unit,
                       long long amount) {
    html_add(&page->html, "<details class=\"tile\" name=\"need\"><summary>%s</summary>", name);
    page_form(page, "need", "");
    html_add(
        &page->html,
        "<input type=\"hidden\" name=\"kind\" value=\"goods\"><input type=\"hidden\" name=\"item\" "
        "value=\"%s\"><label for=\"need-%s\">%s %s</label><input id=\"need-%s\" name=\"quantity\" "
        "type=\"number\" inputmode=\"numeric\" min=\"1\" value=\"%d\" required>",
        id, id, page_text(page, "goods.quantity"), unit, id, amount);
    urgencies(page);
    html_raw(&page->html, "</form></details>");
}

static void goods_tiles(struct page *page) {
    const json_t *item;
    size_t i;
    json_array_foreach(json_object_get(page->settings->card, "items"), i, item) {
        const char *id = text_of(item, "id");
        goods_tile(page, id, page_name(page, "items", id), text_of(item, "unit"),
                   amount_of(page, item));
    }
    if (i > 0)
        return;
    html_add(&page->html, "<details class=\"tile\" name=\"need\"><summary>%s</summary>",
             page_text(page, "request.goods"));
    page_form(page, "need", "");
    html_add(&page->html,
             "<input type=\"hidden\" name=\"kind\" value=\"goods\"><label "
             "for=\"need-item\">%s</label><input "
             "id=\"need-item\" name=\"item\" required maxlength=\"64\"><label "
             "for=\"need-quantity\">%s</label>"
             "<input id=\"need-quantity\" name=\"quantity\" type=\"number\" inputmode=\"numeric\" "
             "min=\"1\" required>",
             page_text(page, "goods.item"), page_text(page, "goods.quantity"));
    urgencies(page);
    html_raw(&page->html, "</form></details>");
}

static void help_tile(struct page *page, const char *kind) {
    bool counted = strcmp(kind, "transport") == 0 || strcmp(kind, "staff") == 0;
    html_add(&page->html, "<details class=\"tile\" name=\"need\"><summary>%s</summary>",
             page_word(page, "request.", kind));
    page_form(page, "need", "");
    html_add(&page->html, "<input type=\"hidden\" name=\"kind\" value=\"%s\">", kind);
    if (counted)
        html_add(&page->html,
                 "<label for=\"need-%s\">%s</label><input id=\"need-%s\" name=\"amount\" "
                 "type=\"number\" "
                 "inputmode=\"numeric\" min=\"1\" value=\"1\">",
                 kind, page_text(page, "request.how-many"), kind);
    html_add(
        &page->html,
        "<label for=\"say-%s\">%s</label><input id=\"say-%s\" name=\"text\" maxlength=\"340\">",
        kind, page_text(page, "request.what"), kind);
    urgencies(page);
    html_raw(&page->html, "</form></details>");
}

static void open_request(struct page *page, const json_t *request) {
    const json_t *line;
    size_t i;
    html_add(&page->html, "<li><b>%s</b> %s", page_word(page, "request.", text_of(request, "kind")),
             page_word(page, "urgency.", text_of(request, "urgency")));
    json_array_foreach(json_object_get(request, "lines"), i, line) {
        html_raw(&page->html, ", ");
        page_number(page, json_integer_value(json_object_get(line, "quantity")));
        html_add(&page->html, " × %s", page_name(page, "items", text_of(line, "item")));
    }
    if (text_of(request, "text")[0] != '\0')
        html_add(&page->html, ", %s", text_of(request, "text"));
    page_form(page, "withdraw", "class=\"inline\"");
    html_add(&page->html,
             "<input type=\"hidden\" name=\"id\" value=\"%d\"><button "
             "class=\"quiet\">%s</button></form></li>",
             (long long)json_integer_value(json_object_get(request, "id")),
             page_text(page, "request.withdraw"));
}

void page_needs(struct page *page) {
    static const char *const kinds[] = {"medical", "staff", "transport", "repair"};
    const json_t *list = json_object_get(page->requests, "requests"), *request;
    size_t i;
    html_add(&page->html,
             "<h2 id=\"needs-title\">%s</h2><p class=\"note\">%s</p><div class=\"tiles\">",
             page_text(page, "tab.needs"), page_text(page, "request.note"));
    goods_tiles(page);
    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++)
        help_tile(page, kinds[k]);
    html_add(&page->html, "</div><h3>%s</h3>", page_text(page, "request.open"));
    if (json_array_size(list) == 0)
        html_add(&page->html, "<p class=\"empty\">%s</p>", page_text(page, "request.none"));
    html_raw(&page->html, "<ul class=\"plain\">");
    json_array_foreach(list, i, request) open_request(page, request);
    html_raw(&page->html, "</ul>");
}
