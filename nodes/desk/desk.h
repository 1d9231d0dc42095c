/* The staff desk: what a browser at the shelter or depot asks, and the answer. No socket here:
 * desk_server carries requests in and answers out, and tests call it directly.
 *
 * The page works without any script, by plain forms. With script it queues what is entered in the
 * browser and sends it when the node is in reach; both ways a form becomes the same entry here
 * (desk_entries), and goes to the node through its console like any other. Everything but the
 * login, the page's files and /healthz needs a session (desk_session). */
#ifndef NODES_DESK_DESK_H
#define NODES_DESK_DESK_H

#include "nodes/desk/desk_settings.h"
#include "nodes/desk/texts.h"

#include <jansson.h>

#define DESK_BODY_MAX (1u << 20)
#define DESK_ENTRIES_MAX 64u /* of one request of the page's script */
#define DESK_LINES_MAX 128   /* of goods in one form */
#define DESK_ROWS_MAX 100u   /* of one form filled in from paper */

/* Asks the node's console; the request is taken over, the reply the caller's. NULL: no answer, and
 * whether an entry was stored is not known. */
typedef json_t *desk_ask(void *context, json_t *request);

/* Texts are "" where there is none. */
struct desk_request {
    const char *method, *path, *query; /* path without the query */
    const char *body;
    size_t body_size;
    const char *content_type, *cookies, *language, *origin, *host, *token, *etag, *address;
    bool tls, too_large; /* too large: beyond DESK_BODY_MAX, and `body` is "" */
    int64_t wall_s, mono_s;
};

struct desk_response {
    unsigned status;
    const char *type; /* static */
    const char *body; /* owned where `owned`, else static */
    size_t size;
    bool owned;
    char location[128]; /* "": none */
    char cookie[256];   /* of the session; "": none */
    char language[8];   /* to be kept in a cookie; "": none */
    char etag[24];
};

struct desk;

/* The settings are taken over. HV_ERR_MEMORY, HV_ERR_FORMAT. */
int desk_new(struct desk_settings *settings, desk_ask *ask, void *context,
             struct desk **ret_desk) HV_MUST_USE;
void desk_free(struct desk *desk);

/* Always answers; the response is to be freed with desk_response_deinit. */
void desk_answer(struct desk *desk, const struct desk_request *request,
                 struct desk_response *ret_response);
void desk_response_deinit(struct desk_response *response);

#endif
