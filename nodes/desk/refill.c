#include "nodes/desk/refill.h"

#include <stdio.h>
#include <string.h>

enum { DEPTH_MAX = 8 }; /* of what a form is folded into */

struct span {
    const char *from, *to;
};

/* ---- reading markup of our own ---- */

static bool begins(struct span text, const char *with) {
    size_t size = strlen(with);
    return (size_t)(text.to - text.from) >= size && memcmp(text.from, with, size) == 0;
}

/* The first `wanted` in the text, or its end. */
static const char *find(struct span text, const char *wanted) {
    while (text.from < text.to && !begins(text, wanted))
        text.from++;
    return text.from;
}

/* The next tag in the text, with its brackets; empty at the end of the text. */
static struct span next_tag(struct span text) {
    struct span tag = {.from = find(text, "<")};
    const char *end = find((struct span){tag.from, text.to}, ">");
    tag.to = end < text.to ? end + 1 : text.to;
    return tag;
}

/* From the space before the name to the quote behind the value; empty where there is none. */
static struct span attribute(struct span tag, const char *name) {
    char wanted[32];
    snprintf(wanted, sizeof wanted, " %s=\"", name);
    struct span found = {.from = find(tag, wanted)};
    if (found.from == tag.to)
        return (struct span){tag.to, tag.to};
    const char *value = found.from + strlen(wanted);
    found.to = find((struct span){value, tag.to}, "\"") + 1;
    return found;
}

/* The value of an attribute, still escaped. */
static struct span value_of(struct span tag, const char *name) {
    struct span found = attribute(tag, name);
    if (found.from == found.to)
        return found;
    return (struct span){found.from + strlen(name) + 3, found.to - 1};
}

static bool is_type(struct span tag, const char *type) {
    struct span its = value_of(tag, "type");
    return (size_t)(its.to - its.from) == strlen(type) && begins(its, type);
}

static bool asks(struct span tag) {
    return begins(tag, "<input") || begins(tag, "<select") || begins(tag, "<textarea");
}

/* ---- what was entered ---- */

/* What was entered for the field that a tag names; NULL: it was not sent. */
static const char *entered_for(const struct fields *entered, struct span tag) {
    struct span name = value_of(tag, "name");
    size_t size = (size_t)(name.to - name.from);
    for (size_t i = 0; size > 0 && i < entered->count; i++)
        if (strlen(entered->items[i].name) == size && begins(name, entered->items[i].name))
            return entered->items[i].value;
    return NULL;
}

static bool is_value(struct span escaped, const char *text) {
    struct html html;
    html_init(&html);
    html_text(&html, text);
    bool same = html.size == (size_t)(escaped.to - escaped.from) &&
                (html.size == 0 || memcmp(html.bytes, escaped.from, html.size) == 0);
    html_deinit(&html);
    return same;
}

/* Those of the session differ from page to page. */
static bool is_own(struct span tag) {
    return is_value(value_of(tag, "name"), "token") || is_value(value_of(tag, "name"), "number");
}

static bool is_the_form(struct span form, const struct fields *entered) {
    bool asked = false;
    for (struct span tag = next_tag(form); tag.from < form.to;
         tag = next_tag((struct span){tag.to, form.to})) {
        const char *text = asks(tag) ? entered_for(entered, tag) : NULL;
        bool hidden = begins(tag, "<input") && is_type(tag, "hidden");
        if (hidden && !is_own(tag) && (text == NULL || !is_value(value_of(tag, "value"), text)))
            return false;
        asked = asked || (!hidden && text != NULL);
    }
    return asked;
}

/* Empty at the end of the page where there is none. */
static struct span find_form(struct span page, const char *name, const struct fields *entered) {
    char opening[64];
    snprintf(opening, sizeof opening, "<form method=\"post\" action=\"/enter/%.24s\"", name);
    struct span form = {.from = find(page, opening)};
    while (form.from < page.to) {
        form.to = find((struct span){form.from, page.to}, "</form>");
        if (is_the_form(form, entered))
            return form;
        form.from = find((struct span){form.to, page.to}, opening);
    }
    return (struct span){page.to, page.to};
}

/* ---- writing it anew ---- */

static void copy(struct html *to, struct span text) {
    html_bytes(to, text.from, (size_t)(text.to - text.from));
}

/* As it is, and open. */
static void write_details(struct html *to, struct span tag) {
    copy(to, (struct span){tag.from, tag.to - 1});
    html_raw(to, find(tag, " open") < tag.to ? ">" : " open>");
}

/* What stands before the form; all that it is folded into is open. */
static void write_before(struct html *to, struct span text) {
    struct span around[DEPTH_MAX], tag;
    size_t depth = 0;
    for (tag = next_tag(text); tag.from < text.to; tag = next_tag((struct span){tag.to, text.to})) {
        if (begins(tag, "<details") && depth < DEPTH_MAX)
            around[depth++] = tag;
        else if (begins(tag, "</details") && depth > 0)
            depth--;
    }
    const char *at = text.from;
    for (size_t i = 0; i < depth; i++) {
        copy(to, (struct span){at, around[i].from});
        write_details(to, around[i]);
        at = around[i].to;
    }
    copy(to, (struct span){at, text.to});
}

/* A choice, of radio buttons, ticks or options, is marked as `mark` where it was taken. */
static void write_choice(struct html *to, struct span tag, const char *mark, bool taken) {
    char marked[16];
    snprintf(marked, sizeof marked, " %s", mark);
    const char *was = find(tag, marked);
    copy(to, (struct span){tag.from, was < tag.to ? was : tag.to - 1});
    html_add(to, "%r>", taken ? marked : "");
}

static void write_input(struct html *to, struct span tag, const struct fields *entered) {
    const char *text = entered_for(entered, tag);
    struct span value = attribute(tag, "value");
    if (is_type(tag, "hidden")) {
        copy(to, tag);
    } else if (is_type(tag, "radio")) {
        write_choice(to, tag, "checked", text != NULL && is_value(value_of(tag, "value"), text));
    } else if (is_type(tag, "checkbox")) {
        write_choice(to, tag, "checked", text != NULL);
    } else if (text == NULL) {
        copy(to, tag);
    } else if (value.from < value.to) {
        copy(to, (struct span){tag.from, value.from});
        html_add(to, " value=\"%s\"", text);
        copy(to, (struct span){value.to, tag.to});
    } else {
        copy(to, (struct span){tag.from, tag.to - 1});
        html_add(to, " value=\"%s\">", text);
    }
}

static void write_form(struct html *to, struct span form, const struct fields *entered) {
    const char *chosen = NULL, *at = form.from; /* of the list whose options come by */
    for (struct span tag = next_tag(form); tag.from < form.to;
         tag = next_tag((struct span){at, form.to})) {
        copy(to, (struct span){at, tag.from});
        at = tag.to;
        if (begins(tag, "<form")) {
            html_raw(to, "<form id=\"" REFILL_ID "\"");
            copy(to, (struct span){tag.from + strlen("<form"), tag.to});
        } else if (begins(tag, "<input")) {
            write_input(to, tag, entered);
        } else if (begins(tag, "<option") && chosen != NULL) {
            write_choice(to, tag, "selected", is_value(value_of(tag, "value"), chosen));
        } else if (begins(tag, "<details")) {
            write_details(to, tag);
        } else if (begins(tag, "<textarea") && entered_for(entered, tag) != NULL) {
            copy(to, tag);
            html_add(to, "\n%s", entered_for(entered, tag)); /* the first line break is not shown */
            at = find((struct span){at, form.to}, "</textarea>");
        } else {
            copy(to, tag);
        }
        if (begins(tag, "<select") || begins(tag, "</select"))
            chosen = begins(tag, "<select") ? entered_for(entered, tag) : NULL;
    }
    copy(to, (struct span){at, form.to});
}

bool refill(struct html *page, const char *form, const struct fields *entered) {
    if (page->failed || page->bytes == NULL)
        return false;
    struct span whole = {page->bytes, page->bytes + page->size};
    struct span found = find_form(whole, form, entered);
    struct html made;
    if (found.from == found.to)
        return false;
    html_init(&made);
    write_before(&made, (struct span){whole.from, found.from});
    write_form(&made, found, entered);
    copy(&made, (struct span){found.to, whole.to});
    html_deinit(page);
    *page = made;
    return true;
}
