/* Small things that every part of the page needs, and the document around them. */
#include "nodes/desk/desk_page.h"
#include "nodes/desk/refill.h"

#include <stdio.h>
#include <string.h>

/* ---- words and figures ---- */

const char *page_text(const struct page *page, const char *key) {
    return texts_get(page->texts, page->language, key);
}

const char *page_word(const struct page *page, const char *prefix, const char *word) {
    char key[96];
    snprintf(key, sizeof key, "%s%s", prefix, word);
    const char *text = page_text(page, key);
    return text == key ? word : text; /* a word of a later release is shown as it is */
}

void page_age(struct page *page, const json_t *age, bool at_least) {
    char text[48], longer[64];
    if (!json_is_number(age)) {
        html_text(&page->html, page_text(page, "age.unreported"));
        return;
    }
    double seconds = json_number_value(age);
    texts_age(page->texts, page->language, seconds, text, sizeof text);
    if (at_least)
        texts_fill(page->texts, page->language, "age.at-least", text, longer, sizeof longer);
    html_add(&page->html, "<span data-age=\"%d\"%r>%s</span>", (long long)seconds,
             at_least ? " data-least" : "", at_least ? longer : text);
}

void page_number(struct page *page, long long number) {
    char digits[32], grouped[48];
    int length = snprintf(digits, sizeof digits, "%lld", number);
    int first = digits[0] == '-', to = 0;
    for (int i = 0; i < length; i++) {
        if (i > first && (length - i) % 3 == 0)
            grouped[to++] = ',';
        grouped[to++] = digits[i];
    }
    grouped[to] = '\0';
    html_text(&page->html, grouped);
}

const char *page_day(const struct page *page, const char *date, char ret_text[PAGE_DAY_BYTES]) {
    texts_day(page->texts, page->language, date, ret_text, PAGE_DAY_BYTES);
    return ret_text;
}

/* ---- the card of the region ---- */

static const json_t *card_list(const struct page *page, const char *list) {
    return json_object_get(page->settings->card, list);
}

static const char *row_name(const struct page *page, const json_t *row) {
    const char *chinese = json_string_value(json_object_get(row, "name_zh"));
    const char *name = json_string_value(json_object_get(row, "name"));
    if (page->language == TEXTS_ZH && chinese != NULL && chinese[0] != '\0')
        return chinese;
    return name != NULL && name[0] != '\0' ? name : json_string_value(json_object_get(row, "id"));
}

bool page_has_card(const struct page *page, const char *list) {
    return json_array_size(card_list(page, list)) > 0;
}

void page_options(struct page *page, const char *list) {
    const json_t *row;
    size_t i;
    json_array_foreach(card_list(page, list), i, row) {
        const char *id = json_string_value(json_object_get(row, "id"));
        html_add(&page->html, "<option value=\"%s\">%s</option>", id, row_name(page, row));
    }
}

const json_t *page_card_row(const struct page *page, const char *list, const char *id) {
    const json_t *row;
    size_t i;
    json_array_foreach(card_list(page, list), i, row) {
        const char *its = json_string_value(json_object_get(row, "id"));
        if (its != NULL && strcmp(its, id) == 0)
            return row;
    }
    return NULL;
}

const char *page_name(const struct page *page, const char *list, const char *id) {
    const json_t *row = page_card_row(page, list, id);
    return row == NULL ? id : row_name(page, row);
}

/* ---- what the node is ---- */

static bool status_is(const struct page *page, const char *member, const char *word) {
    const char *value = json_string_value(json_object_get(page->status, member));
    return value != NULL && strcmp(value, word) == 0;
}

bool page_is_shelter(const struct page *page) {
    return status_is(page, "role", "shelter");
}

bool page_is_exercise(const struct page *page) {
    return status_is(page, "mode", "exercise");
}

/* ---- forms ---- */

void page_form(struct page *page, const char *name, const char *attributes) {
    html_add(&page->html,
             "<form method=\"post\" action=\"/enter/%s\" data-form=\"%s\" %r>"
             "<input type=\"hidden\" name=\"token\" value=\"%s\">"
             "<input type=\"hidden\" name=\"number\" value=\"%d\">",
             name, name, attributes, page->token, page->number);
}

/* ---- the document ---- */

static void open_document(struct page *page, const char *title, const char *body_class) {
    html_add(&page->html,
             "<!DOCTYPE html><html lang=\"%s\"><head><meta charset=\"utf-8\">"
             "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">"
             "<meta name=\"color-scheme\" content=\"light dark\"><title>%s</title>"
             "<link rel=\"stylesheet\" href=\"/desk.css\"><link rel=\"icon\" href=\"/icon.svg\">"
             "<link rel=\"manifest\" href=\"/manifest.json\"></head><body class=\"%s\">",
             texts_tag(page->language), title, body_class);
}

static void language_switch(struct page *page) {
    enum texts_language other = page->language == TEXTS_ZH ? TEXTS_EN : TEXTS_ZH;
    html_add(&page->html,
             "<a class=\"language\" href=\"/?lang=%s\" lang=\"%s\" hreflang=\"%s\">%s</a>",
             texts_tag(other), texts_tag(other), texts_tag(other),
             texts_get(page->texts, other, "language.name"));
}

static void banner(struct page *page) {
    if (page_is_exercise(page))
        html_add(&page->html, "<p class=\"exercise\" role=\"note\">%s</p>",
                 page_text(page, "exercise.banner"));
}

static void message(struct page *page) {
    if (page->message == NULL)
        return;
    html_add(&page->html, "<p class=\"message %r\" role=\"%r\">%s",
             page->remedy == NULL ? "good" : "bad", page->remedy == NULL ? "status" : "alert",
             page->message);
    if (page->remedy != NULL && page->remedy[0] != '\0')
        html_add(&page->html, "<br><span>%s</span>", page->remedy);
    if (page->leads_back)
        html_add(&page->html, " <a href=\"#" REFILL_ID "\">%s</a>", page_text(page, "said.back"));
    html_raw(&page->html, "</p>");
}

static void tab(struct page *page, const char *section, long long count) {
    char key[48];
    snprintf(key, sizeof key, "tab.%s", section);
    html_add(&page->html, "<a href=\"#%s\">%s", section, page_text(page, key));
    if (count > 0)
        html_add(&page->html, " <b class=\"count\">%d</b>", count);
    html_raw(&page->html, "</a>");
}

void page_tabs(struct page *page) {
    const json_t *orders = json_object_get(page->status, "orders");
    if (page_is_shelter(page)) {
        tab(page, "people", 0);
        tab(page, "place", 0);
    }
    tab(page, "orders", json_integer_value(json_object_get(orders, "open")));
    tab(page, "needs", 0);
    tab(page, "goods", 0);
    tab(page, "paper", 0);
}

static void sections(struct page *page) {
    static const struct {
        const char *name;
        void (*write)(struct page *page);
        bool shelters_only;
    } all[] = {{"people", page_people, true},  {"place", page_place, true},
               {"orders", page_orders, false}, {"needs", page_needs, false},
               {"goods", page_goods, false},   {"paper", page_paper, false}};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        if (all[i].shelters_only && !page_is_shelter(page))
            continue;
        html_add(&page->html, "<section id=\"%s\" data-part=\"%s\" aria-labelledby=\"%s-title\">",
                 all[i].name, all[i].name, all[i].name);
        all[i].write(page);
        html_raw(&page->html, "</section>");
    }
}

/* Zones and places may be hundreds: each list once, for every input that picks from it. */
static void list_of(struct page *page, const char *list) {
    html_add(&page->html, "<datalist id=\"card-%s\">", list);
    page_options(page, list);
    html_raw(&page->html, "</datalist>");
}

static const char *title_of(const struct page *page) {
    const char *id = json_string_value(json_object_get(page->status, "id"));
    if (page->settings->name[0] != '\0')
        return page->settings->name;
    return id == NULL ? "Haven" : page_name(page, "places", id);
}

void page_desk(struct page *page) {
    open_document(page, title_of(page), page_is_shelter(page) ? "shelter" : "depot");
    html_raw(&page->html, "<header>");
    banner(page);
    html_add(&page->html, "<h1>%s</h1>", title_of(page));
    language_switch(page);
    html_add(&page->html,
             "</header><section class=\"top\" aria-label=\"%s\"><div id=\"head\" "
             "data-part=\"head\">",
             page_text(page, "head.label"));
    page_head(page);
    html_add(&page->html,
             "</div><div id=\"reach\" aria-live=\"polite\"></div><nav aria-label=\"%s\" "
             "data-part=\"tabs\">",
             page_text(page, "tab.label"));
    page_tabs(page);
    html_raw(&page->html, "</nav></section><main>");
    message(page);
    html_raw(&page->html, "<div id=\"kept\" aria-live=\"polite\"></div>"
                          "<div id=\"said\" role=\"status\" aria-live=\"polite\"></div>");
    sections(page);
    list_of(page, "zones");
    list_of(page, "places");
    html_add(&page->html,
             "</main><footer><form method=\"post\" action=\"/logout\"><input type=\"hidden\" "
             "name=\"token\" value=\"%s\"><button class=\"quiet\">%s</button></form></footer>",
             page->token, page_text(page, "login.out"));
    html_add(&page->html, "<script type=\"application/json\" id=\"texts\">%r</script>",
             texts_script(page->texts, page->language));
    html_add(
        &page->html,
        "<script src=\"/words.js\" defer></script><script src=\"/kept.js\" defer></script>"
        "<script src=\"/forms.js\" defer></script><script src=\"/desk.js\" defer data-token=\"%s\" "
        "data-language=\"%s\"></script></body></html>",
        page->token, texts_tag(page->language));
}

void page_silent(struct page *page) {
    open_document(page, page_text(page, "head.silent"), "login");
    html_add(&page->html, "<header><h1>%s</h1>", title_of(page));
    language_switch(page);
    html_raw(&page->html, "</header><main>");
    if (page->message == NULL) {
        page->message = page_text(page, "head.silent");
        page->remedy = page_text(page, "head.silent-remedy");
    }
    message(page);
    html_add(&page->html, "<p><a class=\"again\" href=\"/\">%s</a></p></main></body></html>",
             page_text(page, "head.again"));
}

void page_login(struct page *page, long long wait_s) {
    open_document(page, page_text(page, "login.title"), "login");
    html_raw(&page->html, "<header>");
    banner(page);
    html_add(&page->html, "<h1>%s</h1>",
             page->settings->name[0] != '\0' ? page->settings->name : "Haven");
    language_switch(page);
    html_raw(&page->html, "</header><main>");
    message(page);
    html_add(&page->html,
             "<form method=\"post\" action=\"/login\"><label for=\"pin\">%s</label>"
             "<input id=\"pin\" name=\"pin\" type=\"password\" inputmode=\"numeric\" "
             "autocomplete=\"current-password\" required autofocus maxlength=\"64\">",
             page_text(page, "login.pin"));
    if (wait_s > 0) {
        char count[24], text[128];
        snprintf(count, sizeof count, "%lld", wait_s);
        texts_fill(page->texts, page->language, "login.wait", count, text, sizeof text);
        html_add(&page->html, "<p class=\"message bad\" role=\"alert\">%s</p>", text);
    }
    html_add(&page->html, "<button class=\"go\">%s</button></form></main></body></html>",
             page_text(page, "login.in"));
}
