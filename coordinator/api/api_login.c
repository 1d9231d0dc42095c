/* Log in, log out, who am I; and who asks, by cookie or token, for every request. */
#include "coordinator/api/api_inside.h"

#include "coordinator/layout.h"
#include "schemas/platform/clock.h"
#include "schemas/platform/line_log.h"

#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* ---- accounts, as the file has them now ---- */

static void end_sessions_of_changed(struct api *api) {
    for (size_t i = api->sessions.count; i > 0; i--) {
        struct api_session *session = &api->sessions.list[i - 1];
        const struct account *account = account_find(&api->accounts, session->account);
        if (account == NULL || account->generation != session->generation)
            api_session_end(&api->sessions, session);
    }
}

void api_login_follow(struct api *api) {
    char path[PATH_MAX];
    struct stat status = {0};
    struct account_list list;
    snprintf(path, sizeof path, "%s/%s", api->options.dir, LAYOUT_ACCOUNTS);
    (void)stat(path, &status);
    if (api->accounts_read && status.st_ino == api->accounts_file.st_ino &&
        status.st_mtim.tv_sec == api->accounts_file.st_mtim.tv_sec &&
        status.st_mtim.tv_nsec == api->accounts_file.st_mtim.tv_nsec)
        return;
    int error = account_list_load(path, &list);
    if (error != HV_OK) /* nobody may, rather than those of before */
        line_log(LINE_WARNING, "event=no-accounts path=%s error=%s", path, hv_error_name(error));
    account_list_deinit(&api->accounts);
    api->accounts = list;
    api->accounts_file = status;
    api->accounts_read = true;
    end_sessions_of_changed(api);
    api_events_follow(api);
}

void api_login_open(struct api *api) {
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/%s", api->options.dir, LAYOUT_SESSIONS);
    api_sessions_load(&api->sessions, path);
    api_login_follow(api);
}

void api_login_save(struct api *api) {
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/%s", api->options.dir, LAYOUT_SESSIONS);
    if (api->sessions.changed)
        api_sessions_save(&api->sessions, path);
}

/* ---- who asks ---- */

static void identify(struct api *api, struct api_call *call) {
    const char *bearer = MHD_lookup_connection_value(call->connection, MHD_HEADER_KIND,
                                                     MHD_HTTP_HEADER_AUTHORIZATION);
    const char *cookie =
        MHD_lookup_connection_value(call->connection, MHD_COOKIE_KIND, "haven_session");
    const struct account *account = NULL;
    if (bearer != NULL && strncmp(bearer, "Bearer ", 7) == 0)
        account = account_find_token(&api->accounts, bearer + 7);
    else if (bearer == NULL && cookie != NULL)
        call->session = api_session_find(&api->sessions, cookie, clock_wall_ms());
    if (call->session != NULL)
        account = account_find(&api->accounts, call->session->account);
    if (account == NULL)
        return;
    snprintf(call->account, sizeof call->account, "%s", account->id);
    snprintf(call->csrf, sizeof call->csrf, "%s", call->session == NULL ? "" : call->session->csrf);
    call->roles = account->roles;
}

/* A write that comes with a cookie must come from our own page. */
static bool is_ours(const struct api_call *call) {
    const char *site =
        MHD_lookup_connection_value(call->connection, MHD_HEADER_KIND, "Sec-Fetch-Site");
    const char *csrf =
        MHD_lookup_connection_value(call->connection, MHD_HEADER_KIND, "X-Haven-CSRF");
    if (site != NULL && strcmp(site, "same-origin") != 0 && strcmp(site, "none") != 0)
        return false;
    return call->session == NULL || (csrf != NULL && strlen(csrf) == API_CSRF_BYTES - 1 &&
                                     sodium_memcmp(csrf, call->csrf, API_CSRF_BYTES - 1) == 0);
}

bool api_admit(struct api *api, struct api_call *call) {
    identify(api, call);
    uint32_t roles = call->route->roles;
    bool read = call->method == API_GET;
    if (!read && !is_ours(call)) {
        api_problem(call, 403, "permission", "the request does not come from a page of ours",
                    "send the csrf of GET /api/v1/session as X-Haven-CSRF, or a token");
        return false;
    }
    if (roles == 0 || (roles & call->roles) != 0)
        return true;
    if (roles == ACCOUNT_ANY_ROLE && read && api->options.settings->http_open)
        return true;
    if (call->account[0] == '\0') {
        api_problem(call, 401, "permission", NULL,
                    api->accounts.count == 0
                        ? "there is no account yet: haven account add NAME --roles planner,approver"
                        : "log in, or send a token");
        api_header(call, MHD_HTTP_HEADER_WWW_AUTHENTICATE, "Bearer realm=\"Haven\"");
        return false;
    }
    char detail[300] = "this is for", *at = detail + strlen(detail);
    for (int i = 0; i < ACCOUNT_ROLES; i++)
        if ((roles >> i & 1) != 0)
            at += snprintf(at, (size_t)(detail + sizeof detail - at), " %s",
                           account_role_word((enum account_role)i));
    api_problem(call, 403, "permission", detail, "ask an administrator for the role");
    return false;
}

/* ---- the session ---- */

static json_t *view_session(const struct api *api, const char *account, uint32_t roles,
                            const char *csrf) {
    const struct state_general *general = state_general(api->replica.state);
    json_t *object = json_pack(
        "{s:o, s:o, s:s, s:s, s:b, s:b}", "account",
        *account == '\0' ? json_null() : json_string(account), "roles",
        account_roles_json(*account == '\0' && api->options.settings->http_open
                               ? ACCOUNT_ROLE(ACCOUNT_VIEWER)
                               : roles),
        "mode", hv_mode_word(general->mode), "name", general->name == NULL ? "" : general->name,
        "two_persons", api->options.settings->approval == APPROVAL_TWO, "accounts",
        api->accounts.count > 0);
    if (csrf != NULL && *csrf != '\0')
        json_object_set_new(object, "csrf", json_string(csrf));
    return object;
}

void api_get_session(struct api *api, struct api_call *call) {
    api_reply_json(call, 200, view_session(api, call->account, call->roles, call->csrf));
    api_header(call, "Cache-Control", "no-store");
}

struct login {
    struct api_job job;
    char id[HV_ID_BYTES_MAX + 1], hash[ACCOUNT_HASH_BYTES], password[ACCOUNT_PASSWORD_MAX + 1];
    bool known, right;
};

static void try_password(struct api_job *job) {
    struct login *login = (struct login *)job;
    login->right = account_check_password(login->hash, login->password) && login->known;
}

void api_job_drop(struct api_job *job) {
    api_past_drop(job);
    api_then_drop(job);
    if (job->run == try_password)
        sodium_memzero(job, sizeof(struct login));
    free(job);
}

static void begin_session(struct api *api, struct api_call *call, const struct account *account) {
    char cookie[API_COOKIE_BYTES];
    struct api_session *session =
        api_session_begin(&api->sessions, account, clock_wall_ms(), cookie);
    if (session == NULL) {
        api_failed(call, HV_ERR_MEMORY);
        return;
    }
    api_reply_json(call, 200, view_session(api, account->id, account->roles, session->csrf));
    api_header(call, MHD_HTTP_HEADER_SET_COOKIE,
               "haven_session=%s; Path=/; HttpOnly; SameSite=Strict; Max-Age=%u%s", cookie,
               API_SESSION_MOST_MS / 1000, api->certificate == NULL ? "" : "; Secure");
    api_header(call, "Cache-Control", "no-store");
    sodium_memzero(cookie, sizeof cookie);
    line_log(LINE_INFO, "event=log-in account=%s address=%s", account->id, call->address);
}

/* Under which attempts are counted: no account is named so that it is taken for an address. */
struct tried_as {
    char address[HV_ID_BYTES_MAX + 16], account[HV_ID_BYTES_MAX + 16],
        pair[2 * HV_ID_BYTES_MAX + 16];
};

static struct tried_as tried_as(const struct api_call *call, const char *id) {
    struct tried_as as;
    snprintf(as.address, sizeof as.address, "address %s", call->address);
    snprintf(as.account, sizeof as.account, "account %s", id);
    snprintf(as.pair, sizeof as.pair, "pair %s %s", call->address, id);
    return as;
}

static void tried(struct api *api, struct api_call *call, struct api_job *job) {
    const struct login *login = (const struct login *)job;
    const struct account *account = account_find(&api->accounts, login->id);
    if (!login->right || account == NULL || strcmp(account->hash, login->hash) != 0) {
        line_log(LINE_WARNING, "event=log-in-refused address=%s", call->address);
        api_problem(call, 401, "permission", "name or password is not right", NULL);
        return;
    }
    const struct tried_as as = tried_as(call, login->id);
    api_attempt_forget(&api->attempts, as.pair);
    api_attempt_forget(&api->attempts, as.account);
    begin_session(api, call, account);
}

bool api_may_try(struct api *api, struct api_call *call, const char *id) {
    struct api_attempts *attempts = &api->attempts;
    const struct tried_as as = tried_as(call, id);
    const uint64_t now = clock_real_ms();
    uint32_t wait_s = 0; /* who is barred by the first counts for none of the others */
    if (api_attempt(attempts, as.address, API_ATTEMPTS_ADDRESS, now, &wait_s) &&
        api_attempt(attempts, as.pair, API_ATTEMPTS_PAIR, now, &wait_s) &&
        api_attempt(attempts, as.account, API_ATTEMPTS_ACCOUNT, now, &wait_s))
        return true;
    api_problem(call, 429, "busy", "too many attempts within a minute", "wait, then try again");
    api_header(call, "Retry-After", "%u", wait_s);
    return false;
}

void api_post_session(struct api *api, struct api_call *call) {
    const char *id = json_string_value(json_object_get(call->json, "name")),
               *password = json_string_value(json_object_get(call->json, "password"));
    if (!api_only(call, "name,password"))
        return;
    if (id == NULL || password == NULL || strlen(id) > HV_ID_BYTES_MAX ||
        strlen(password) > ACCOUNT_PASSWORD_MAX) {
        api_problem(call, 422, "value", "name and password are needed", NULL);
        return;
    }
    if (!api_may_try(api, call, id))
        return;
    const struct account *account = account_find(&api->accounts, id);
    struct login *login = calloc(1, sizeof *login);
    if (login == NULL) {
        api_failed(call, HV_ERR_MEMORY);
        return;
    }
    login->job.run = try_password;
    login->known = account != NULL && !account->machine;
    snprintf(login->id, sizeof login->id, "%s", id);
    snprintf(login->hash, sizeof login->hash, "%s",
             login->known ? account->hash : account_nobody());
    snprintf(login->password, sizeof login->password, "%s", password);
    api_wait_job(api, call, &login->job, tried);
}

void api_delete_session(struct api *api, struct api_call *call) {
    const char *cookie =
        MHD_lookup_connection_value(call->connection, MHD_COOKIE_KIND, "haven_session");
    struct api_session *session =
        cookie == NULL ? NULL : api_session_find(&api->sessions, cookie, clock_wall_ms());
    if (session != NULL) {
        api_session_end(&api->sessions, session);
        api_events_follow(api);
    }
    api_header(call, MHD_HTTP_HEADER_SET_COOKIE,
               "haven_session=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0");
    api_reply(call, 204, NULL);
}
