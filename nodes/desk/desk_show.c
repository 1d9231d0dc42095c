/* Showing the desk: the page, its parts for the script, the sheets. */
#include "nodes/desk/desk_inside.h"
#include "nodes/desk/desk_page.h"
#include "nodes/desk/refill.h"

#include <stdio.h>
#include <string.h>

/* Orders that are shown are seen; the page's script, which fetches again and again, shows them
 * only while their section is in front. */
static void open_page(const struct visit *visit, struct page *page, bool seen) {
    *page = (struct page){.texts = visit->desk->texts,
                          .language = visit->language,
                          .settings = &visit->desk->settings,
                          .token = visit->session.token};
    html_init(&page->html);
    page->status = visit_ask_verb(visit, "status");
    page->orders = visit_ask(visit, json_pack("{s:s, s:b}", "verb", "orders", "peek", !seen));
    page->stock = visit_ask_verb(visit, "stock");
    page->requests = visit_ask_verb(visit, "requests");
}

static void close_page(struct page *page) {
    json_decref((json_t *)page->status);
    json_decref((json_t *)page->orders);
    json_decref((json_t *)page->stock);
    json_decref((json_t *)page->requests);
    html_deinit(&page->html);
}

/* The numbers of the session's device: the next one, 0 where the node has forgotten it; and that of
 * the movement which its undo takes back, 0 where there is none. */
static void read_numbers(const struct visit *visit, struct page *page) {
    json_t *reply = visit_ask(
        visit, json_pack("{s:s, s:s}", "verb", "device", "device", visit->session.device));
    const json_t *highest = json_object_get(reply, "highest");
    page->number = json_is_integer(highest) ? json_integer_value(highest) + 1 : 0;
    page->undo_of = json_integer_value(json_object_get(reply, "undo"));
    json_decref(reply);
}

/* The page with the form that was refused as it had been filled in, and the way to it; the page
 * alone where that is not on it. */
static void write_page(struct page *page, const struct refused_form *refused) {
    page->leads_back = refused != NULL;
    page_desk(page);
    if (refused == NULL || refill(&page->html, refused->name, refused->fields))
        return;
    html_deinit(&page->html);
    page->leads_back = false;
    page_desk(page);
}

void desk_show_page(struct visit *visit, unsigned status, const char *message, const char *remedy,
                    const struct refused_form *refused) {
    struct page page;
    bool plain = strstr(visit->request->cookies, "haven_script=1") == NULL;
    open_page(visit, &page, plain); /* the script shows one section at a time, and says which */
    read_numbers(visit, &page);
    page.message = message;
    page.remedy = remedy;
    if (page.status == NULL) {
        page_silent(&page);
        visit_respond_html(visit, 503, &page.html);
    } else if (page.number == 0) {
        desk_show_login(visit, 401, visit_text(visit, "login.forgotten"));
    } else {
        write_page(&page, refused);
        visit_respond_html(visit, status, &page.html);
    }
    close_page(&page);
}

void desk_get_page(struct visit *visit) {
    bool stored = strcmp(fields_get(&visit->query, "said"), "stored") == 0;
    desk_show_page(visit, 200, stored ? visit_text(visit, "said.stored") : NULL, NULL, NULL);
}

/* ---- parts ---- */

static void add_part(json_t *parts, struct page *page, const char *name,
                     void (*write)(struct page *page)) {
    html_init(&page->html);
    write(page);
    if (!page->html.failed && page->html.bytes != NULL)
        json_object_set_new(parts, name, json_string(page->html.bytes));
    html_deinit(&page->html);
}

static json_t *parts_of(struct page *page) {
    json_t *parts = json_object();
    add_part(parts, page, "head", page_head);
    if (page_is_shelter(page)) {
        add_part(parts, page, "figures", page_figures);
        add_part(parts, page, "place", page_place);
    }
    add_part(parts, page, "orders", page_orders);
    add_part(parts, page, "needs", page_needs);
    add_part(parts, page, "goods", page_goods);
    add_part(parts, page, "tabs", page_tabs);
    return parts;
}

void desk_get_parts(struct visit *visit) {
    struct page page;
    open_page(visit, &page, strcmp(fields_get(&visit->query, "shows"), "orders") == 0);
    if (page.status == NULL)
        visit_respond(visit, 503, "application/json", "{\"error\":\"silent\"}");
    else
        visit_respond_json(visit, 200, parts_of(&page));
    close_page(&page);
}

/* ---- sheets ---- */

void desk_get_sheet(struct visit *visit, const char *name) {
    struct page page;
    char address[128];
    open_page(visit, &page, false);
    snprintf(address, sizeof address, "%s://%.100s", visit->request->tls ? "https" : "http",
             visit->request->host);
    page_sheet(&page, name, address);
    visit_respond_html(visit, 200, &page.html);
    close_page(&page);
}
