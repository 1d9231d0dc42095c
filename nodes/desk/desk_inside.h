/* The inside of the desk, for nodes/desk/desk*.c only: one request on its way to its answer. */
#ifndef NODES_DESK_INSIDE_H
#define NODES_DESK_INSIDE_H

#include "nodes/desk/desk.h"
#include "nodes/desk/desk_session.h"
#include "nodes/desk/fields.h"
#include "nodes/desk/html.h"

struct desk {
    struct desk_settings settings;
    struct texts *texts;
    desk_ask *ask;
    void *context;
    struct session_guard guard;
};

struct visit {
    struct desk *desk;
    const struct desk_request *request;
    struct desk_response *response;
    struct fields query;
    struct session session;
    bool has_session;
    enum texts_language language;
};

/* ---- desk.c ---- */
void visit_respond(struct visit *visit, unsigned status, const char *type, const char *text);
void visit_respond_html(struct visit *visit, unsigned status,
                        struct html *html);                                  /* takes it over */
void visit_respond_json(struct visit *visit, unsigned status, json_t *json); /* takes it over */
void visit_redirect(struct visit *visit, const char *where);
const char *visit_text(const struct visit *visit, const char *key);
json_t *visit_ask(const struct visit *visit, json_t *request); /* takes it over; NULL: no answer */
json_t *visit_ask_verb(const struct visit *visit, const char *verb);

/* Whether a text from outside is the token of this session. */
bool visit_token_is(const struct visit *visit, const char *token);

/* ---- desk_login.c ---- */
void desk_show_login(struct visit *visit, unsigned status,
                     const char *wrong); /* NULL: nothing is */
void desk_post_login(struct visit *visit);
void desk_post_logout(struct visit *visit);

/* ---- desk_show.c ---- */
/* A form of which nothing was stored. */
struct refused_form {
    const char *name;
    const struct fields *fields;
};

/* The whole page, with a message at its top (NULL: none); `remedy` NULL: it is good news. With
 * `refused` that form is filled in again; NULL: none is. */
void desk_show_page(struct visit *visit, unsigned status, const char *message, const char *remedy,
                    const struct refused_form *refused);
void desk_get_page(struct visit *visit);
void desk_get_parts(struct visit *visit);
void desk_get_sheet(struct visit *visit, const char *name);

/* ---- desk_enter.c ---- */
void desk_post_form(struct visit *visit, const char *form);
void desk_post_entries(struct visit *visit);
void desk_post_device(struct visit *visit);

#endif
