/* Signing in with the PIN, and out. */
#include "nodes/desk/desk_inside.h"
#include "nodes/desk/desk_page.h"

#include <sodium.h>
#include <stdio.h>

/* The node is asked for no more than whether it is an exercise. */
void desk_show_login(struct visit *visit, unsigned status, const char *wrong) {
    json_t *told = visit_ask_verb(visit, "status");
    struct page page = {.texts = visit->desk->texts,
                        .language = visit->language,
                        .settings = &visit->desk->settings,
                        .status = told,
                        .message = wrong,
                        .remedy = wrong == NULL ? NULL : ""};
    html_init(&page.html);
    page_login(&page,
               session_wait(&visit->desk->guard, visit->request->address, visit->request->mono_s));
    visit_respond_html(visit, status, &page.html);
    html_deinit(&page.html);
    json_decref(told);
}

/* A device id of the node for this session; false where the node does not answer. */
static bool new_device(const struct visit *visit, char ret_device[17]) {
    json_t *reply = visit_ask_verb(visit, "device-new");
    const char *device = json_string_value(json_object_get(reply, "device"));
    if (device != NULL)
        snprintf(ret_device, 17, "%.16s", device);
    json_decref(reply);
    return device != NULL;
}

static bool pin_is_right(struct visit *visit, bool *ret_right) {
    const struct desk_request *request = visit->request;
    struct fields fields;
    if (fields_read(request->body, request->body_size, &fields) != HV_OK)
        return false;
    *ret_right = desk_settings_pin_is(&visit->desk->settings, fields_get(&fields, "pin"));
    sodium_memzero(fields.bytes, request->body_size);
    fields_deinit(&fields);
    session_guessed(&visit->desk->guard, request->address, *ret_right, request->mono_s);
    return true;
}

static void begin_session(struct visit *visit, const char device[17]) {
    char session[SESSION_TEXT_BYTES];
    session_make(&visit->desk->settings, device, visit->request->wall_s, session);
    visit_redirect(visit, "/");
    snprintf(visit->response->cookie, sizeof visit->response->cookie,
             SESSION_COOKIE "=%s; Path=/; Max-Age=%u; HttpOnly; SameSite=Strict%s", session,
             SESSION_S, visit->request->tls ? "; Secure" : "");
}

void desk_post_login(struct visit *visit) {
    char device[17];
    bool right;
    if (session_wait(&visit->desk->guard, visit->request->address, visit->request->mono_s) > 0)
        desk_show_login(visit, 429, NULL);
    else if (!pin_is_right(visit, &right))
        desk_show_login(visit, 400, visit_text(visit, "wrong.form"));
    else if (!right)
        desk_show_login(visit, 403, visit_text(visit, "login.wrong"));
    else if (!new_device(visit, device))
        desk_show_login(visit, 503, visit_text(visit, "head.silent"));
    else
        begin_session(visit, device);
}

void desk_post_logout(struct visit *visit) {
    visit_redirect(visit, "/login");
    snprintf(visit->response->cookie, sizeof visit->response->cookie,
             SESSION_COOKIE "=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict");
}
