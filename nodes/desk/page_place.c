/* The place itself: its status, how many it takes, its lifelines. */
#include "nodes/desk/desk_page.h"
#include "schemas/limits.h"

#include <string.h>

#define COUNT(LIST) (sizeof(LIST) / sizeof((LIST)[0]))

/* As many as fit into a text of the protocol, of one byte each and of three. */
#define LETTERS_MAX 1000LL
#define CHARACTERS_MAX (HV_TEXT_BYTES_MAX / 3LL)

static const json_t *status_member(const struct page *page, const char *name) {
    return json_object_get(json_object_get(page->status, "status"), name);
}

static void radio(struct page *page, const char *name, const char *value, const char *label,
                  bool checked) {
    html_add(&page->html,
             "<label class=\"choice\"><input type=\"radio\" name=\"%s\" value=\"%s\"%r>%s</label>",
             name, value, checked ? " checked" : "", label);
}

static void status(struct page *page) {
    static const char *const words[] = {"standby", "opening", "open",   "nearly-full",
                                        "full",    "closing", "closed", "damaged"};
    const char *now = json_string_value(status_member(page, "status"));
    html_add(&page->html, "<h3>%s</h3><p><b>%s</b> <small>", page_text(page, "place.status"),
             page_word(page, "status.", now == NULL ? "unknown" : now));
    page_age(page, status_member(page, "age_s"), json_is_true(status_member(page, "at_least")));
    html_raw(&page->html, "</small></p>");
    page_form(page, "status", "");
    html_add(&page->html, "<fieldset class=\"choices\"><legend>%s</legend>",
             page_text(page, "place.status-new"));
    for (size_t i = 0; i < COUNT(words); i++)
        radio(page, "status", words[i], page_word(page, "status.", words[i]),
              now != NULL && strcmp(now, words[i]) == 0);
    html_add(&page->html,
             "</fieldset><label for=\"status-reason\">%s</label><input id=\"status-reason\" "
             "name=\"reason\" maxlength=\"200\"><button class=\"go\">%s</button></form>",
             page_text(page, "reason"), page_text(page, "send"));
}

static void capacity(struct page *page) {
    const json_t *stated = json_object_get(page->status, "capacity"), *line;
    size_t i;
    html_add(&page->html, "<h3>%s</h3><p>", page_text(page, "place.capacity"));
    json_array_foreach(json_object_get(stated, "lines"), i, line) {
        const char *where = json_string_value(json_object_get(line, "place"));
        html_raw(&page->html, i > 0 ? ", <b>" : "<b>");
        page_number(page, json_integer_value(json_object_get(line, "people")));
        html_add(&page->html, "</b> %s",
                 page_word(page, "where.", where == NULL ? "unknown" : where));
    }
    html_raw(&page->html, " <small>");
    page_age(page, json_object_get(stated, "age_s"),
             json_is_true(json_object_get(stated, "at_least")));
    html_raw(&page->html, "</small></p>");
    page_form(page, "capacity", "");
    html_add(
        &page->html,
        "<label for=\"capacity-indoor\">%s</label><input id=\"capacity-indoor\" name=\"indoor\" "
        "type=\"number\" inputmode=\"numeric\" min=\"0\" max=\"1000000\" required>"
        "<label for=\"capacity-outdoor\">%s</label><input id=\"capacity-outdoor\" name=\"outdoor\" "
        "type=\"number\" inputmode=\"numeric\" min=\"0\" max=\"1000000\">"
        "<button class=\"go\">%s</button></form>",
        page_text(page, "place.indoor"), page_text(page, "place.outdoor"), page_text(page, "send"));
}

/* What is known of a lifeline; NULL: nothing. */
static const json_t *lifeline_of(const struct page *page, const char *kind) {
    const json_t *line;
    size_t i;
    json_array_foreach(json_object_get(page->status, "lifelines"), i, line) {
        const char *its = json_string_value(json_object_get(line, "kind"));
        if (its != NULL && strcmp(its, kind) == 0)
            return line;
    }
    return NULL;
}

static void lifeline(struct page *page, const char *kind) {
    static const char *const states[] = {"up", "limited", "down"};
    const json_t *known = lifeline_of(page, kind);
    const char *now = json_string_value(json_object_get(known, "state"));
    html_add(&page->html, "<fieldset class=\"choices\"><legend>%s <small>",
             page_word(page, "lifeline.", kind));
    page_age(page, json_object_get(known, "age_s"),
             json_is_true(json_object_get(known, "at_least")));
    html_raw(&page->html, "</small></legend>");
    for (size_t i = 0; i < COUNT(states); i++)
        radio(page, kind, states[i], page_word(page, "state.", states[i]),
              now != NULL && strcmp(now, states[i]) == 0);
    html_raw(&page->html, "</fieldset>");
}

/* Only what is sent anew counts as seen anew, so each lifeline is a form of its own. */
static void lifelines(struct page *page) {
    static const char *const kinds[] = {"power",         "generator", "water", "sewage",
                                        "communication", "heating",   "road"};
    html_add(&page->html, "<h3>%s</h3>", page_text(page, "place.lifelines"));
    for (size_t i = 0; i < COUNT(kinds); i++) {
        page_form(page, "lifeline", "class=\"lifeline\"");
        lifeline(page, kinds[i]);
        if (strcmp(kinds[i], "generator") == 0)
            html_add(&page->html,
                     "<label for=\"generator-hours\">%s</label><input id=\"generator-hours\" "
                     "name=\"hours\" type=\"number\" inputmode=\"numeric\" min=\"0\" max=\"8760\">",
                     page_text(page, "place.hours"));
        html_add(&page->html, "<button%r>%s</button></form>",
                 strcmp(kinds[i], "generator") == 0 ? " class=\"keep\"" : "",
                 page_text(page, "send"));
    }
}

static void note(struct page *page) {
    html_add(&page->html, "<h3>%s</h3>", page_text(page, "place.note"));
    page_form(page, "note", "");
    html_add(&page->html,
             "<label for=\"note-text\">%s</label><textarea id=\"note-text\" name=\"text\" required "
             "maxlength=\"%d\" rows=\"3\"></textarea><button class=\"go\">%s</button></form>",
             page_text(page, "place.note-label"),
             page->language == TEXTS_ZH ? CHARACTERS_MAX : LETTERS_MAX, page_text(page, "send"));
}

void page_place(struct page *page) {
    html_add(&page->html, "<h2 id=\"place-title\">%s</h2>", page_text(page, "tab.place"));
    status(page);
    capacity(page);
    lifelines(page);
    note(page);
}
