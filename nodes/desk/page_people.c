/* Who is here: the head of the page, and the counters of people who come and go. */
#include "nodes/desk/desk_page.h"

#include <string.h>

static const char *const ages[] = {"infant", "child", "adult", "elderly", "age_unknown"};
static const char *const overlays[] = {"wheelchair", "medical", "pregnant", "other_language"};

#define COUNT(LIST) (sizeof(LIST) / sizeof((LIST)[0]))

static const json_t *member(const json_t *from, const char *name, const char *inner) {
    return json_object_get(json_object_get(from, name), inner);
}

static long long figure(const struct page *page, const char *name) {
    return json_integer_value(member(page->status, "people", name));
}

/* ---- head ---- */

static bool is_up(const struct page *page) {
    const char *state = json_string_value(member(page->status, "link", "state"));
    return state != NULL && strcmp(state, "up") == 0;
}

static long long waiting(const struct page *page) {
    const json_t *lanes = json_object_get(page->status, "lanes");
    return json_integer_value(member(lanes, "history", "waiting"));
}

static void head_link(struct page *page) {
    bool up = is_up(page);
    const char *trouble = json_string_value(member(page->status, "link", "trouble"));
    html_add(&page->html, "<span class=\"link %r\">%s", up ? "up" : "down",
             page_text(page, up ? "head.up" : "head.down"));
    const json_t *heard = member(page->status, "link", "heard_ago_s");
    html_add(&page->html, "</span><span>%s",
             page_text(page, json_is_number(heard) ? "head.synced" : "head.never-synced"));
    if (json_is_number(heard)) {
        html_raw(&page->html, " ");
        page_age(page, heard, false);
    }
    html_raw(&page->html, "</span>");
    if (!up && trouble != NULL && trouble[0] != '\0')
        html_add(&page->html, "<span class=\"link note\" lang=\"en\">%s</span>", trouble);
}

void page_head(struct page *page) {
    if (page->status == NULL) {
        html_add(&page->html,
                 "<p class=\"sync\" data-rate=\"1000\"><span class=\"down\">%s</span></p>",
                 page_text(page, "head.silent"));
        return;
    }
    long long rate = json_integer_value(member(page->status, "clock", "rate_permille"));
    html_add(&page->html, "<p class=\"sync\" data-rate=\"%d\">", rate);
    head_link(page);
    html_raw(&page->html, "<span>");
    char count[24], text[96];
    snprintf(count, sizeof count, "%lld", waiting(page));
    texts_fill(page->texts, page->language, "head.waiting", count, text, sizeof text);
    html_add(&page->html, "%s</span>", text);
    const char *full = json_string_value(member(page->status, "storage", "trouble"));
    if (full != NULL && full[0] != '\0')
        html_add(&page->html, "<span class=\"down\">%s</span>", page_text(page, "head.not-stored"));
    html_raw(&page->html, "</p>");
}

/* ---- figures ---- */

/* Places indoors at night as staff stated them, the least where they stated several; -1: never. */
static long long places(const struct page *page) {
    const json_t *line;
    size_t i;
    long long least = -1;
    json_array_foreach(member(page->status, "capacity", "lines"), i, line) {
        const char *place = json_string_value(json_object_get(line, "place"));
        long long people = json_integer_value(json_object_get(line, "people"));
        bool outdoor = place != NULL && strcmp(place, "outdoor") == 0;
        if (!outdoor && (least < 0 || people < least))
            least = people;
    }
    return least;
}

static void fullness(struct page *page, long long total) {
    long long room = places(page);
    if (room < 0) {
        html_add(&page->html, "<p class=\"note\">%s</p>", page_text(page, "people.no-capacity"));
        return;
    }
    html_add(&page->html,
             "<p class=\"room\"><meter min=\"0\" max=\"%d\" value=\"%d\" "
             "aria-label=\"%s\"></meter> ",
             room > 0 ? room : 1, total, page_text(page, "people.fullness"));
    char left[24], text[96];
    snprintf(left, sizeof left, "%lld", room > total ? room - total : 0);
    texts_fill(page->texts, page->language, "people.places-left", left, text, sizeof text);
    html_add(&page->html, "%s</p>", text);
}

static void breakdown(struct page *page) {
    html_raw(&page->html, "<dl class=\"breakdown\">");
    for (size_t i = 0; i < COUNT(ages) + COUNT(overlays) + 1; i++) {
        const char *name = i < COUNT(ages)                     ? ages[i]
                           : i < COUNT(ages) + COUNT(overlays) ? overlays[i - COUNT(ages)]
                                                               : "pets";
        if (figure(page, name) == 0)
            continue;
        html_add(&page->html, "<div><dt>%s</dt><dd>", page_word(page, "figure.", name));
        page_number(page, figure(page, name));
        html_raw(&page->html, "</dd></div>");
    }
    html_raw(&page->html, "</dl>");
}

/* What a head count found beside what had been entered, and what that may come from. */
static void difference(struct page *page) {
    long long apart = figure(page, "count_difference");
    const char *key = apart > 0   ? "people.count-more"
                      : apart < 0 ? "people.count-fewer"
                                  : "people.count-same";
    const json_t *counted = member(page->status, "people", "counted_age_s");
    char number[24], text[256];
    if (!json_is_number(counted)) {
        html_add(&page->html, "<p class=\"note\">%s</p>", page_text(page, "people.never-counted"));
        return;
    }
    html_add(&page->html, "<p class=\"note\">%s ", page_text(page, "people.counted"));
    page_age(page, counted, json_is_true(member(page->status, "people", "at_least")));
    snprintf(number, sizeof number, "%lld", apart < 0 ? -apart : apart);
    texts_fill(page->texts, page->language, key, number, text, sizeof text);
    html_add(&page->html, ". %s</p>", text);
}

void page_figures(struct page *page) {
    long long total = figure(page, "total");
    html_add(&page->html, "<div class=\"figures\"><p class=\"total\"><b data-total=\"%d\">", total);
    const json_t *age = member(page->status, "people", "age_s");
    if (json_is_number(age)) /* nothing known is not nobody here */
        page_number(page, total);
    else
        html_raw(&page->html, "—");
    html_add(&page->html, "</b> %s <small>", page_text(page, "people.here"));
    page_age(page, age, false);
    html_raw(&page->html, "</small></p>");
    fullness(page, total);
    breakdown(page);
    difference(page);
    html_raw(&page->html, "</div>");
}

/* ---- entering ---- */

/* A number that a thumb counts up and down; a plain input without script. */
static void counter(struct page *page, const char *form, const char *name, const char *class) {
    html_add(&page->html,
             "<div class=\"counter %r\"><label for=\"%s-%s\">%s</label>"
             "<input id=\"%s-%s\" name=\"%s\" type=\"number\" inputmode=\"numeric\" min=\"0\" "
             "max=\"100000\" value=\"0\"></div>",
             class, form, name, page_word(page, "figure.", name), form, name, name);
}

static void counters(struct page *page, const char *form) {
    for (size_t i = 0; i < COUNT(ages); i++)
        counter(page, form, ages[i], "age");
    html_add(&page->html, "<details class=\"chips\"><summary>%s</summary>",
             page_text(page, "people.among-them"));
    for (size_t i = 0; i < COUNT(overlays); i++)
        counter(page, form, overlays[i], "chip");
    counter(page, form, "pets", "chip");
    html_raw(&page->html, "</details>");
}

static void pick(struct page *page, const char *form, const char *name, const char *list,
                 const char *key) {
    html_add(&page->html,
             "<label for=\"%s-%s\">%s</label><input id=\"%s-%s\" name=\"%s\" list=\"card-%s\" "
             "maxlength=\"64\" autocomplete=\"off\">",
             form, name, page_text(page, key), form, name, name, list);
}

static void come(struct page *page) {
    html_add(&page->html, "<h3>%s</h3>", page_text(page, "people.in"));
    page_form(page, "check-in", "data-counts=\"in\"");
    counters(page, "in");
    pick(page, "in", "zone", "zones", "people.zone");
    html_add(&page->html, "<button class=\"go\">%s</button></form>",
             page_text(page, "people.in-go"));
}

static void go_away(struct page *page) {
    static const char *const to[] = {"home", "hospital", "unknown"};
    html_add(&page->html, "<details><summary>%s</summary>", page_text(page, "people.out"));
    page_form(page, "check-out", "data-counts=\"out\"");
    counters(page, "out");
    html_add(&page->html, "<label for=\"out-to\">%s</label><select id=\"out-to\" name=\"to\">",
             page_text(page, "people.to"));
    for (size_t i = 0; i < COUNT(to); i++)
        html_add(&page->html, "<option value=\"%s\">%s</option>", to[i],
                 page_word(page, "to.", to[i]));
    html_add(&page->html, "</select><button class=\"go\">%s</button></form></details>",
             page_text(page, "people.out-go"));
}

static void transfers(struct page *page) {
    static const char *const ways[] = {"transfer-out", "transfer-in"};
    for (size_t i = 0; i < COUNT(ways); i++) {
        html_add(&page->html, "<details><summary>%s</summary><p class=\"note\">%s</p>",
                 page_word(page, "people.", ways[i]), page_text(page, "people.transfer-note"));
        page_form(page, ways[i], i == 0 ? "data-counts=\"out\"" : "data-counts=\"in\"");
        counters(page, ways[i]);
        pick(page, ways[i], "shelter", "places",
             i == 0 ? "people.transfer-to" : "people.transfer-from");
        html_add(&page->html,
                 "<label for=\"%s-id\">%s</label><input id=\"%s-id\" name=\"transfer\" required "
                 "maxlength=\"64\" autocomplete=\"off\"><button "
                 "class=\"go\">%s</button></form></details>",
                 ways[i], page_text(page, "people.transfer-id"), ways[i], page_text(page, "send"));
    }
}

static void head_count(struct page *page) {
    html_add(&page->html, "<details><summary>%s</summary><p class=\"note\">%s</p>",
             page_text(page, "people.count"), page_text(page, "people.count-note"));
    page_form(page, "count", "data-counted");
    counters(page, "count");
    html_add(
        &page->html,
        "<label for=\"count-households\">%s</label><input id=\"count-households\" "
        "name=\"households\" type=\"number\" inputmode=\"numeric\" min=\"0\">"
        "<label class=\"choice\"><input type=\"checkbox\" name=\"nobody\" value=\"1\">%s</label>"
        "<p class=\"apart\" role=\"status\"></p><button class=\"go\">%s</button></form></details>",
        page_text(page, "people.households"), page_text(page, "people.count-nobody"),
        page_text(page, "people.count-go"));
}

/* What a plain form takes back is named in it: the last movement of this browser, while nobody has
 * entered another since. The script knows its own. */
static void take_back(struct page *page) {
    page_form(page, "undo", page->undo_of > 0 ? "class=\"undo\"" : "class=\"undo by-script\"");
    html_add(&page->html,
             "<input type=\"hidden\" name=\"of\" value=\"%d\"><button "
             "class=\"quiet\">%s</button></form>",
             page->undo_of, page_text(page, "people.undo"));
}

void page_people(struct page *page) {
    html_add(&page->html, "<h2 id=\"people-title\">%s</h2><div data-part=\"figures\">",
             page_text(page, "tab.people"));
    page_figures(page);
    html_raw(&page->html, "</div>");
    come(page);
    take_back(page);
    go_away(page);
    transfers(page);
    head_count(page);
}
