/* Accounts of the HTTP interface, as operators change them: the file is written in a thread, for
 * hashing a password takes its time; then the log says that it happened. */
#include "coordinator/daemon_control.h"

#include "coordinator/api/account.h"
#include "coordinator/control/console.h"
#include "coordinator/layout.h"
#include "schemas/platform/clock.h"

#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>

enum account_verb { VERB_LIST, VERB_SET, VERB_REMOVE };

struct change {
    struct daemon *daemon;
    uint64_t token;
    enum account_verb verb;
    char id[HV_ID_BYTES_MAX + 1], role[HV_ID_BYTES_MAX + 1], address[HV_ID_BYTES_MAX + 1];
    char needed[32], door[16];
    char password[ACCOUNT_PASSWORD_MAX + 1], old[ACCOUNT_PASSWORD_MAX + 1];
    char secret[ACCOUNT_TOKEN_BYTES];
    bool has_roles, has_password, has_token, has_old;
    uint32_t roles;
    struct account after;
    json_t *list;
};

/* One change of the file at a time. */
static pthread_mutex_t file_lock = PTHREAD_MUTEX_INITIALIZER;

static void change_free(struct change *change) {
    json_decref(change->list);
    sodium_memzero(change, sizeof *change);
    free(change);
}

/* ---- in the thread ---- */

static void list_all(struct change *change, const struct account_list *list) {
    change->list = json_array();
    for (size_t i = 0; i < list->count; i++)
        json_array_append_new(change->list,
                              json_pack("{s:s, s:o, s:b, s:I}", "id", list->accounts[i].id, "roles",
                                        account_roles_json(list->accounts[i].roles), "machine",
                                        list->accounts[i].machine, "changed_wall_ms",
                                        (json_int_t)list->accounts[i].changed_wall_ms));
}

static int set(struct change *change, struct account_list *list) {
    const struct account *known = account_find(list, change->id);
    struct account account = {0};
    int error = HV_OK;
    if (known != NULL)
        account = *known;
    else if (!change->has_roles || (!change->has_password && !change->has_token))
        return HV_ERR_NOT_FOUND;
    if (change->has_old && (account.machine || !account_check_password(account.hash, change->old)))
        return HV_ERR_PERMISSION;
    snprintf(account.id, sizeof account.id, "%s", change->id);
    if (change->has_roles)
        account.roles = change->roles;
    if (change->has_password)
        error = account_set_password(&account, change->password);
    else if (change->has_token)
        account_set_token(&account, change->secret);
    else
        keys_random(&account.generation, sizeof account.generation);
    account.generation &= INT64_MAX;
    account.changed_wall_ms = clock_wall_ms();
    change->after = account;
    return error == HV_OK ? account_put(list, &account) : error;
}

static int run(void *context) {
    struct change *change = context;
    struct account_list list;
    char path[PATH_MAX];
    daemon_path(change->daemon, LAYOUT_ACCOUNTS, path);
    pthread_mutex_lock(&file_lock);
    int error = account_list_load(path, &list);
    if (error == HV_OK && change->verb == VERB_LIST)
        list_all(change, &list);
    if (error == HV_OK && change->verb == VERB_SET)
        error = set(change, &list);
    if (error == HV_OK && change->verb == VERB_REMOVE && !account_remove(&list, change->id))
        error = HV_ERR_NOT_FOUND;
    if (error == HV_OK && change->verb != VERB_LIST)
        error = account_list_save(path, &list);
    account_list_deinit(&list);
    pthread_mutex_unlock(&file_lock);
    return error;
}

/* ---- in the main thread ---- */

static void refuse(const struct change *change, int error) {
    const char *text = NULL, *remedy = NULL;
    if (error == HV_ERR_NOT_FOUND && change->verb == VERB_SET) {
        text = "there is no such account; a new one needs roles, and a password or a token";
        remedy = "haven account add NAME --roles planner,approver";
    } else if (error == HV_ERR_NOT_FOUND) {
        text = "there is no such account";
        remedy = "list them: haven account list";
    } else if (error == HV_ERR_PERMISSION && change->has_old) {
        text = "that is not the present password";
    } else if (error == HV_ERR_PERMISSION || error == HV_ERR_FORMAT) {
        text = "accounts.json cannot be used";
        remedy = "it must be of mode 0600 and as it was written; restore it, or remove it to begin "
                 "anew";
    }
    daemon_answer_error(change->daemon, change->token, error, text, remedy);
}

/* The token is told once, when all of it is done. */
static struct change *committing[16];

static void recorded(struct daemon *daemon, uint64_t slot, int error,
                     const struct hv_verdict *verdict, uint64_t first, uint64_t last) {
    static const struct hv_verdict nothing;
    struct change *change = committing[slot];
    committing[slot] = NULL;
    json_t *reply = console_committed(error, verdict == NULL ? &nothing : verdict, first, last);
    if (error == HV_OK && change->secret[0] != '\0')
        json_object_set_new(reply, "token", json_string(change->secret));
    daemon_answer(daemon, change->token, reply);
    change_free(change);
}

static void record(struct change *change) {
    const char *roles[ACCOUNT_ROLES];
    size_t slot = 0, role_count = 0;
    while (slot < sizeof committing / sizeof *committing && committing[slot] != NULL)
        slot++;
    if (slot == sizeof committing / sizeof *committing) {
        refuse(change, HV_ERR_BUSY);
        change_free(change);
        return;
    }
    for (int i = 0; i < ACCOUNT_ROLES; i++)
        if ((change->after.roles >> i & 1) != 0)
            roles[role_count++] = account_role_word((enum account_role)i);
    struct hv_record record = {
        .actor = HV_ACTOR_OPERATOR,
        .name = change->role,
        .kind = HV_RECORD_ACCOUNT,
        .account = {.account = change->id,
                    .act = change->verb == VERB_SET ? HV_ACCOUNT_SET : HV_ACCOUNT_REMOVED,
                    .role_count = role_count,
                    .roles = roles,
                    .machine = change->after.machine,
                    .secret = change->has_password || change->has_token},
        .origin = {.door = change->door, .address = change->address, .role = change->needed}};
    committing[slot] = change;
    daemon_decide(change->daemon, &record, 1, recorded, slot);
}

static void done(void *context, int error) {
    struct change *change = context;
    if (error != HV_OK) {
        refuse(change, error);
        change_free(change);
    } else if (change->verb == VERB_LIST) {
        daemon_answer(change->daemon, change->token, json_pack("{s:O}", "accounts", change->list));
        change_free(change);
    } else {
        record(change);
    }
}

/* ---- reading the request ---- */

static const char *text_of(const json_t *request, const char *member) {
    return json_string_value(json_object_get(request, member));
}

static const char *read_secret(const json_t *request, const char *member, size_t least, char *to) {
    const char *text = text_of(request, member);
    if (text == NULL)
        return NULL;
    if (strlen(text) < least || strlen(text) > ACCOUNT_PASSWORD_MAX)
        return "a password has 10 to 1024 bytes";
    snprintf(to, ACCOUNT_PASSWORD_MAX + 1, "%s", text);
    return NULL;
}

static const char *read_roles(const json_t *request, struct change *change) {
    const json_t *roles = json_object_get(request, "roles");
    change->has_roles = roles != NULL;
    for (size_t i = 0; i < json_array_size(roles); i++) {
        enum account_role role;
        if (!account_role_of(json_string_value(json_array_get(roles, i)), &role))
            return "a role is viewer, shelter-staff, depot-staff, planner, approver, "
                   "exercise-controller, evaluator or administrator";
        change->roles |= ACCOUNT_ROLE(role);
    }
    return change->has_roles && change->roles == 0 ? "an account needs a role" : NULL;
}

/* What is wrong, or NULL. */
static const char *read_change(const json_t *request, struct change *change) {
    const char *verb = text_of(request, "verb"), *id = text_of(request, "account");
    change->verb = strcmp(verb, "accounts") == 0      ? VERB_LIST
                   : strcmp(verb, "account-set") == 0 ? VERB_SET
                                                      : VERB_REMOVE;
    if (change->verb == VERB_LIST)
        return NULL;
    if (id == NULL || hv_id_check(id) != HV_OK)
        return "“account” is not a name: 1 to 64 bytes without control characters";
    snprintf(change->id, sizeof change->id, "%s", id);
    const char *wrong = read_secret(request, "password", ACCOUNT_PASSWORD_MIN, change->password);
    if (wrong == NULL)
        wrong = read_secret(request, "old", 0, change->old);
    if (wrong == NULL)
        wrong = read_roles(request, change);
    change->has_password = text_of(request, "password") != NULL;
    change->has_old = text_of(request, "old") != NULL;
    change->has_token = json_is_true(json_object_get(request, "token"));
    if (wrong == NULL && change->has_password && change->has_token)
        wrong = "an account has a password or a token, not both";
    return wrong;
}

static void keep_origin(struct change *change, const struct console_outcome *outcome) {
    const struct hv_origin *origin = &outcome->origin;
    snprintf(change->role, sizeof change->role, "%s", outcome->role);
    snprintf(change->door, sizeof change->door, "%s", origin->door == NULL ? "" : origin->door);
    snprintf(change->address, sizeof change->address, "%s",
             origin->address == NULL ? "" : origin->address);
    snprintf(change->needed, sizeof change->needed, "%s", origin->role == NULL ? "" : origin->role);
}

void daemon_work_account(struct daemon *daemon, uint64_t token, const json_t *request,
                         const struct console_outcome *outcome) {
    struct change *change = calloc(1, sizeof *change);
    if (change == NULL) {
        daemon_answer_error(daemon, token, HV_ERR_MEMORY, NULL, NULL);
        return;
    }
    change->daemon = daemon;
    change->token = token;
    keep_origin(change, outcome);
    const char *wrong = read_change(request, change);
    int error = wrong != NULL ? HV_ERR_VALUE : daemon_task_start(daemon->tasks, run, done, change);
    if (error == HV_OK)
        return;
    daemon_answer_error(daemon, token, error, wrong,
                        wrong == NULL ? "try again in a moment" : "haven account --help");
    change_free(change);
}
