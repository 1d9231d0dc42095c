#include "nodes/desk/desk_inside.h"

#include "nodes/desk/desk_files.h"
#include "nodes/desk/desk_page.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

int desk_new(struct desk_settings *settings, desk_ask *ask, void *context, struct desk **ret_desk) {
    struct desk *desk = calloc(1, sizeof *desk);
    if (desk == NULL)
        return HV_ERR_MEMORY;
    int error = texts_new(&desk->texts);
    if (error != HV_OK) {
        free(desk);
        return error;
    }
    desk->settings = *settings;
    *settings = (struct desk_settings){0};
    desk->ask = ask;
    desk->context = context;
    *ret_desk = desk;
    return HV_OK;
}

void desk_free(struct desk *desk) {
    if (desk == NULL)
        return;
    desk_settings_deinit(&desk->settings);
    texts_free(desk->texts);
    free(desk);
}

void desk_response_deinit(struct desk_response *response) {
    if (response->owned)
        free((char *)response->body);
    *response = (struct desk_response){0};
}

/* ---- responding ---- */

void visit_respond(struct visit *visit, unsigned status, const char *type, const char *text) {
    struct desk_response *response = visit->response;
    char *body = strdup(text);
    response->status = status;
    response->type = type;
    response->body = body;
    response->size = body == NULL ? 0 : strlen(body);
    response->owned = body != NULL;
}

void visit_respond_html(struct visit *visit, unsigned status, struct html *html) {
    struct desk_response *response = visit->response;
    if (html->failed || html->bytes == NULL) {
        html_deinit(html);
        visit_respond(visit, 500, "text/plain; charset=utf-8", "no memory left\n");
        return;
    }
    response->status = status;
    response->type = "text/html; charset=utf-8";
    response->body = html->bytes;
    response->size = html->size;
    response->owned = true;
    *html = (struct html){0};
}

void visit_respond_json(struct visit *visit, unsigned status, json_t *json) {
    char *text = json == NULL ? NULL : json_dumps(json, JSON_COMPACT);
    json_decref(json);
    visit_respond(visit, text == NULL ? 500 : status, "application/json",
                  text == NULL ? "{}" : text);
    free(text);
}

void visit_redirect(struct visit *visit, const char *where) {
    visit_respond(visit, 303, "text/plain; charset=utf-8", "");
    snprintf(visit->response->location, sizeof visit->response->location, "%s", where);
}

const char *visit_text(const struct visit *visit, const char *key) {
    return texts_get(visit->desk->texts, visit->language, key);
}

json_t *visit_ask(const struct visit *visit, json_t *request) {
    return visit->desk->ask(visit->desk->context, request);
}

json_t *visit_ask_verb(const struct visit *visit, const char *verb) {
    return visit_ask(visit, json_pack("{s:s}", "verb", verb));
}

bool visit_token_is(const struct visit *visit, const char *token) {
    size_t size = strlen(visit->session.token);
    return size > 0 && strlen(token) == size &&
           sodium_memcmp(token, visit->session.token, size) == 0;
}

/* ---- the page's own files, which hold nothing of the node ---- */

/* CRC-32 of the bytes: they change with the program only. */
static void set_etag(struct desk_response *response, const struct desk_file *file) {
    unsigned long sum = crc32(0, file->bytes, (unsigned)file->size);
    snprintf(response->etag, sizeof response->etag, "\"%08lx\"", sum);
}

static bool answer_file(struct visit *visit) {
    static const struct {
        const char *path, *name, *type;
    } files[] = {{"/desk.css", "desk.css", "text/css; charset=utf-8"},
                 {"/words.js", "words.js", "text/javascript; charset=utf-8"},
                 {"/kept.js", "kept.js", "text/javascript; charset=utf-8"},
                 {"/forms.js", "forms.js", "text/javascript; charset=utf-8"},
                 {"/desk.js", "desk.js", "text/javascript; charset=utf-8"},
                 {"/worker.js", "worker.js", "text/javascript; charset=utf-8"},
                 {"/icon.svg", "icon.svg", "image/svg+xml"},
                 {"/favicon.ico", "icon.svg", "image/svg+xml"}, /* asked for beside plain texts */
                 {"/manifest.json", "manifest.json", "application/manifest+json"}};
    struct desk_response *response = visit->response;
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        if (strcmp(files[i].path, visit->request->path) != 0)
            continue;
        const struct desk_file *file = desk_file_find(files[i].name);
        if (file == NULL)
            return false;
        set_etag(response, file);
        bool has = strcmp(visit->request->etag, response->etag) == 0;
        response->status = has ? 304 : 200;
        response->type = files[i].type;
        response->body = has ? "" : (const char *)file->bytes;
        response->size = has ? 0 : file->size;
        return true;
    }
    return false;
}

/* ---- who may ask what ---- */

static bool is(const struct visit *visit, const char *method, const char *path) {
    return strcmp(visit->request->method, method) == 0 && strcmp(visit->request->path, path) == 0;
}

/* What follows a prefix of the path; NULL where it does not begin so. */
static const char *below(const struct visit *visit, const char *method, const char *prefix) {
    size_t size = strlen(prefix);
    bool fits = strcmp(visit->request->method, method) == 0 &&
                strncmp(visit->request->path, prefix, size) == 0;
    return fits ? visit->request->path + size : NULL;
}

/* A browser says where a request that changes something comes from. */
static bool comes_from_here(const struct desk_request *request) {
    const char *host = strstr(request->origin, "://");
    return request->origin[0] == '\0' || (host != NULL && strcmp(host + 3, request->host) == 0);
}

static bool answer_open(struct visit *visit) {
    if (strcmp(visit->request->method, "GET") == 0 && answer_file(visit))
        return true;
    if (is(visit, "GET", "/healthz"))
        visit_respond(visit, 200, "text/plain; charset=utf-8", "ok\n");
    else if (is(visit, "GET", "/login"))
        desk_show_login(visit, 200, NULL);
    else if (is(visit, "POST", "/login"))
        desk_post_login(visit);
    else
        return false;
    return true;
}

/* A page leads to the login, and so does a form, whose session may have ended while it was filled
 * in; a script hears that it is needed. */
static void answer_stranger(struct visit *visit) {
    if (is(visit, "GET", "/"))
        visit_redirect(visit, "/login");
    else if (below(visit, "POST", "/enter/") != NULL)
        desk_show_login(visit, 401, visit_text(visit, "login.lost"));
    else
        visit_respond(visit, 401, "application/json", "{\"error\":\"login\"}");
}

static void answer_known(struct visit *visit) {
    const char *rest;
    if (is(visit, "GET", "/"))
        desk_get_page(visit);
    else if (is(visit, "GET", "/parts"))
        desk_get_parts(visit);
    else if ((rest = below(visit, "GET", "/paper/")) != NULL && page_sheet_is(rest))
        desk_get_sheet(visit, rest);
    else if ((rest = below(visit, "POST", "/enter/")) != NULL)
        desk_post_form(visit, rest);
    else if (is(visit, "POST", "/entries"))
        desk_post_entries(visit);
    else if (is(visit, "POST", "/device"))
        desk_post_device(visit);
    else if (is(visit, "POST", "/logout"))
        desk_post_logout(visit);
    else
        visit_respond(visit, 404, "text/plain; charset=utf-8", "there is nothing of this name\n");
}

/* ---- language ---- */

static bool find_language(const char *cookies, char *ret_tag, size_t bytes) {
    const char *at = strstr(cookies, "haven_language=");
    if (at == NULL)
        return false;
    at += strlen("haven_language=");
    snprintf(ret_tag, bytes, "%.*s", (int)strcspn(at, "; "), at);
    return true;
}

/* As the page was asked for, else as it was asked for before, else as the browser prefers. */
static void choose_language(struct visit *visit) {
    char kept[16];
    const char *asked = fields_get(&visit->query, "lang");
    if (asked[0] != '\0') {
        visit->language = texts_choose(asked);
        snprintf(visit->response->language, sizeof visit->response->language, "%s",
                 texts_tag(visit->language));
    } else if (find_language(visit->request->cookies, kept, sizeof kept)) {
        visit->language = texts_choose(kept);
    } else {
        visit->language = texts_choose(visit->request->language);
    }
}

void desk_answer(struct desk *desk, const struct desk_request *request,
                 struct desk_response *ret_response) {
    struct visit visit = {.desk = desk, .request = request, .response = ret_response};
    *ret_response = (struct desk_response){.body = ""};
    int error = fields_read(request->query, strlen(request->query), &visit.query);
    if (error != HV_OK) {
        bool many = error == HV_ERR_LIMIT;
        visit_respond(&visit, many ? 414 : 400, "text/plain; charset=utf-8",
                      many ? "the query has too many fields\n" : "the query cannot be read\n");
        return;
    }
    choose_language(&visit);
    visit.has_session =
        session_read(&desk->settings, request->cookies, request->wall_s, &visit.session);
    bool reads = strcmp(request->method, "GET") == 0;
    if (!reads && strcmp(request->method, "POST") != 0)
        visit_respond(&visit, 405, "text/plain; charset=utf-8", "GET and POST are understood\n");
    else if (!reads && !comes_from_here(request))
        visit_respond(&visit, 403, "text/plain; charset=utf-8", "asked for by another site\n");
    else if (request->too_large && below(&visit, "POST", "/enter/") == NULL)
        visit_respond(&visit, 413, "text/plain; charset=utf-8", "that is too much at once\n");
    else if (answer_open(&visit))
        ;
    else if (!visit.has_session)
        answer_stranger(&visit);
    else
        answer_known(&visit);
    fields_deinit(&visit.query);
}
