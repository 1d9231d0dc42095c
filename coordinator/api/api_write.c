/* Decisions: each becomes a request of the console in the main thread, through the same rules as
 * from any other door, and is answered when its records are durable. */
#include "coordinator/api/api_inside.h"
#include "coordinator/api/api_sheet.h"

#include "schemas/platform/json_members.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

enum { KEY_MIN = 8, KEY_MAX = 128 };

/* ---- what was sent ---- */

bool api_only(struct api_call *call, const char *members) {
    const char *name = json_members_unknown(call->json, members);
    if (name == NULL)
        return true;
    char detail[160];
    snprintf(detail, sizeof detail, "there is no member “%.60s” here", name);
    api_problem(call, 422, "value", detail, members);
    return false;
}

static uint64_t fingerprint_of(const struct api_call *call) {
    crypto_generichash_state hashing;
    uint64_t fingerprint = 0;
    uint8_t method = (uint8_t)call->method;
    crypto_generichash_init(&hashing, NULL, 0, 16);
    crypto_generichash_update(&hashing, &method, 1);
    for (size_t i = 0; i < call->target.segment_count; i++)
        crypto_generichash_update(&hashing, (const uint8_t *)call->target.segments[i],
                                  strlen(call->target.segments[i]) + 1);
    if (call->body.size > 0)
        crypto_generichash_update(&hashing, (const uint8_t *)call->body.bytes, call->body.size);
    uint8_t hash[16];
    crypto_generichash_final(&hashing, hash, sizeof hash);
    memcpy(&fingerprint, hash, sizeof fingerprint);
    return fingerprint & HV_COUNTER_MAX; /* exact in JSON */
}

static bool is_key(const char *key) {
    size_t length = strlen(key);
    for (size_t i = 0; i < length; i++)
        if (key[i] < 0x21 || key[i] > 0x7e)
            return false;
    return length >= KEY_MIN && length <= KEY_MAX;
}

/* ---- answers ---- */

static uint64_t number_of(const json_t *object, const char *member) {
    return (uint64_t)json_integer_value(json_object_get(object, member));
}

static json_t *committed(uint64_t first, uint64_t last, uint64_t plan, uint64_t order) {
    json_t *object = json_pack("{s:I, s:I}", "first", (json_int_t)first, "last", (json_int_t)last);
    if (plan != 0)
        json_object_set_new(object, "plan", json_integer((json_int_t)plan));
    if (order != 0)
        json_object_set_new(object, "order", json_integer((json_int_t)order));
    return object;
}

static void told(struct api *api, struct api_call *call, json_t *reply) {
    if (json_is_false(json_object_get(reply, "ok"))) {
        api_refused(call, reply);
        return;
    }
    const struct state *state = api->replica.state;
    uint64_t first = number_of(reply, "first"), last = number_of(reply, "last"),
             plan = number_of(reply, "plan");
    const char *token = json_string_value(json_object_get(reply, "token"));
    api_reach(api, last); /* whoever decides something sees it in the next answer */
    if (!api->loaded) {
        api_failed(call, HV_ERR_BUSY);
        return;
    }
    json_t *answer = committed(first, last, plan, state_order_issued_at(state, first));
    if (token != NULL)
        json_object_set_new(answer, "token", json_string(token));
    api_reply_json(call, call->created, answer);
    api_header(call, "Cache-Control", "no-store");
}

/* Whether the account has used the key before: then the call is answered. */
static bool is_repeat(struct api *api, struct api_call *call) {
    const struct state_write *made = state_find_write(api->replica.state, call->account, call->key);
    for (const struct api_call *other = api->calls; other != NULL; other = other->next)
        if (other != call && other->stage == API_WAITING && strcmp(other->key, call->key) == 0 &&
            strcmp(other->account, call->account) == 0) {
            api_problem(call, 409, "busy", "the first request under this key is under way",
                        "wait for its answer, or ask again");
            return true;
        }
    if (made == NULL)
        return false;
    if (made->fingerprint != call->fingerprint) {
        api_problem(call, 422, "value", "this Idempotency-Key was used for another request",
                    "make a new key for every decision");
        return true;
    }
    api_reply_json(call, call->created,
                   committed(made->first, made->last, made->plan, made->order));
    api_header(call, "Idempotent-Replayed", "true");
    return true;
}

/* ---- asking ---- */

static const char *role_of(const struct api_call *call) {
    uint32_t both = call->roles & call->route->roles;
    for (int i = 0; i < ACCOUNT_ROLES; i++)
        if ((both >> i & 1) != 0)
            return account_role_word((enum account_role)i);
    return "";
}

/* The request takes the members of the body; `members` are those that there may be. */
static json_t *request_of(struct api_call *call, const char *verb, const char *members) {
    if (!api_only(call, members))
        return NULL;
    json_t *request = call->json == NULL ? json_object() : json_copy(call->json);
    json_object_set_new(request, "verb", json_string(verb));
    return request;
}

static void decide(struct api *api, struct api_call *call, unsigned created, json_t *request) {
    const char *key =
        MHD_lookup_connection_value(call->connection, MHD_HEADER_KIND, "Idempotency-Key");
    if (request == NULL)
        return;
    call->created = created;
    if (key != NULL && !is_key(key)) {
        api_problem(call, 400, "value", "Idempotency-Key has 8 to 128 printable ASCII characters",
                    NULL);
        json_decref(request);
        return;
    }
    if (key != NULL) {
        snprintf(call->key, sizeof call->key, "%s", key);
        call->fingerprint = fingerprint_of(call);
    }
    if (key != NULL && is_repeat(api, call)) {
        json_decref(request);
        return;
    }
    json_object_set_new(request, "role_name", json_string(call->account));
    json_object_set_new(request, "origin",
                        json_pack("{s:s, s:s, s:s, s:I}", "address", call->address, "role",
                                  role_of(call), "key", call->key, "fingerprint",
                                  (json_int_t)call->fingerprint));
    api_wait(api, call, request, told);
}

static json_t *with_text(json_t *request, const char *member, const char *value) {
    if (request != NULL)
        json_object_set_new(request, member, json_string(value));
    return request;
}

/* With the number in the path. NULL: answered with 404. */
static json_t *with_number(struct api_call *call, json_t *request, const char *member,
                           const char *what) {
    json_t *number = request == NULL ? NULL : api_number_argument(call, what);
    if (number == NULL) {
        json_decref(request);
        return NULL;
    }
    json_object_set_new(request, member, number);
    return request;
}

/* ---- the world ---- */

void api_put_link(struct api *api, struct api_call *call) {
    json_t *request = request_of(call, "road", "closed,capacity_permille,reason");
    decide(api, call, 200, with_text(request, "link", call->arguments[0]));
}

void api_put_sweep(struct api *api, struct api_call *call) {
    json_t *request = request_of(call, "zone-sweep", "left,ago_s,reason");
    decide(api, call, 200, with_text(request, "zone", call->arguments[0]));
}

void api_put_hazard(struct api *api, struct api_call *call) {
    json_t *request =
        request_of(call, "hazard", "kind,over,adds,zones,links,shelters,depots,steps");
    decide(api, call, 200, with_text(request, "id", call->arguments[0]));
}

void api_put_alert(struct api *api, struct api_call *call) {
    json_t *request = request_of(call, "alert", "sender,headline,severity,cancelled");
    decide(api, call, 200, with_text(request, "id", call->arguments[0]));
}

void api_post_incident(struct api *api, struct api_call *call) {
    decide(api, call, 201, request_of(call, "incident-open", "name,hazard"));
}

void api_put_phase(struct api *api, struct api_call *call) {
    decide(api, call, 200, request_of(call, "incident-phase", "phase"));
}

void api_put_clock(struct api *api, struct api_call *call) {
    decide(api, call, 200, request_of(call, "clock", "rate_permille,start_wall_ms,elapsed_ms"));
}

void api_post_note(struct api *api, struct api_call *call) {
    decide(api, call, 201, request_of(call, "note", "text,subject"));
}

/* ---- who sees to what ---- */

/* Whoever names nobody takes it. */
void api_put_owner(struct api *api, struct api_call *call) {
    json_t *request = request_of(call, "owner", "owner,note");
    if (request != NULL && json_object_get(request, "owner") == NULL)
        json_object_set_new(request, "owner", json_string(call->account));
    const char *owner = json_string_value(json_object_get(request, "owner"));
    if (request != NULL && (owner == NULL || *owner == '\0')) {
        json_decref(request);
        api_problem(call, 422, "value", "“owner” is no name", "DELETE gives it up");
        return;
    }
    decide(api, call, 200, with_text(request, "thing", call->arguments[0]));
}

void api_delete_owner(struct api *api, struct api_call *call) {
    json_t *request = request_of(call, "owner", "note");
    if (request != NULL)
        json_object_set_new(request, "owner", json_string(""));
    decide(api, call, 200, with_text(request, "thing", call->arguments[0]));
}

void api_post_handover(struct api *api, struct api_call *call) {
    decide(api, call, 201, request_of(call, "handover", "to,text"));
}

/* ---- reports on behalf ---- */

/* Staff of shelters speak for shelters, staff of depots for depots; planners for both. */
static bool may_speak_for(struct api *api, struct api_call *call, const char *place) {
    if ((call->roles & ACCOUNT_ROLE(ACCOUNT_PLANNER)) != 0)
        return true;
    bool depot = api_table_find(&api_depots, &api->scene, place) != UINT32_MAX;
    uint32_t needed = ACCOUNT_ROLE(depot ? ACCOUNT_DEPOT_STAFF : ACCOUNT_SHELTER_STAFF);
    if ((call->roles & needed) != 0)
        return true;
    api_problem(call, 403, "permission",
                depot ? "for a depot the staff of depots report"
                      : "for a shelter the staff of shelters report",
                "ask a planner to enter it");
    return false;
}

void api_post_report(struct api *api, struct api_call *call) {
    const char *place = json_string_value(json_object_get(call->json, "place"));
    json_t *request = request_of(call, "report", "place,entry");
    if (request != NULL && place != NULL && !may_speak_for(api, call, place)) {
        json_decref(request);
        return;
    }
    decide(api, call, 201, request);
}

/* ---- plans ---- */

void api_post_plan(struct api *api, struct api_call *call) {
    decide(api, call, 201, request_of(call, "plan-make", ""));
}

void api_put_approval(struct api *api, struct api_call *call) {
    json_t *request = request_of(call, "plan-approve", "reason");
    decide(api, call, 200, with_number(call, request, "plan", "a plan"));
}

void api_delete_approval(struct api *api, struct api_call *call) {
    json_t *request = request_of(call, "plan-withdraw", "reason");
    decide(api, call, 200, with_number(call, request, "plan", "a plan"));
}

void api_put_directive(struct api *api, struct api_call *call) {
    json_t *request =
        request_of(call, "directive", "kind,zone,shelter,depot,item,quantity,link,reason");
    decide(api, call, 200, with_text(request, "id", call->arguments[0]));
}

void api_delete_directive(struct api *api, struct api_call *call) {
    json_t *request = request_of(call, "directive", "");
    if (request != NULL)
        json_object_set_new(request, "lifted", json_true());
    decide(api, call, 200, with_text(request, "id", call->arguments[0]));
}

/* ---- orders ---- */

#define ORDER_MEMBERS                                                                              \
    "kind,post,addressee,shelter,people,links,lines,counterpart,waybill,vehicle,text,"             \
    "deadline_wall_ms,start_wall_ms,end_wall_ms,people_per_hour,travel_s"

void api_post_order(struct api *api, struct api_call *call) {
    decide(api, call, 201, request_of(call, "order-issue", ORDER_MEMBERS));
}

void api_patch_order(struct api *api, struct api_call *call) {
    json_t *request = request_of(call, "order-revise", ORDER_MEMBERS);
    decide(api, call, 200, with_number(call, request, "order", "an order"));
}

void api_delete_order(struct api *api, struct api_call *call) {
    json_t *request = request_of(call, "order-cancel", "reason");
    decide(api, call, 200, with_number(call, request, "order", "an order"));
}

void api_post_answer(struct api *api, struct api_call *call) {
    json_t *request = request_of(call, "order-answer", "state,reason,done,revision");
    decide(api, call, 201, with_number(call, request, "order", "an order"));
}

/* ---- goods ---- */

void api_put_verdict(struct api *api, struct api_call *call) {
    json_t *request = request_of(call, "request-decide", "verdict,lines,reason");
    decide(api, call, 200, with_text(request, "id", call->arguments[0]));
}

void api_put_waybill_end(struct api *api, struct api_call *call) {
    json_t *request = request_of(call, "waybill-end", "reason");
    decide(api, call, 200, with_text(request, "waybill", call->arguments[0]));
}

/* Of one shelter, or of all that are closed and empty. */
void api_post_return(struct api *api, struct api_call *call) {
    decide(api, call, 201, request_of(call, "goods-return", "place,all,depot,text"));
}

/* ---- who may ---- */

void api_post_node(struct api *api, struct api_call *call) {
    decide(api, call, 201, request_of(call, "enroll", "node,role,key,place"));
}

void api_delete_node(struct api *api, struct api_call *call) {
    json_t *request = request_of(call, "revoke", "reason");
    decide(api, call, 200, with_text(request, "node", call->arguments[0]));
}

static void told_accounts(struct api *api, struct api_call *call, json_t *reply) {
    json_t *accounts = json_object_get(reply, "accounts");
    if (!json_is_array(accounts)) {
        api_refused(call, reply);
        return;
    }
    enum api_format format;
    if (!api_choose_format(call, false, true, &format))
        return;
    if (format == API_CSV) {
        api_sheet_write(&api_account_sheet, &api->scene, accounts, 0, UINT64_MAX, &call->out);
        api_reply(call, 200, api_type_of(format));
    } else {
        api_reply_json(
            call, 200,
            api_list_frame(&api->scene, json_array_size(accounts), 0, json_incref(accounts)));
    }
    api_header(call, "Cache-Control", "no-store");
}

void api_get_accounts(struct api *api, struct api_call *call) {
    enum api_format format;
    if (!api_choose_format(call, false, true, &format))
        return;
    api_wait(api, call, json_pack("{s:s}", "verb", "accounts"), told_accounts);
}

void api_put_account(struct api *api, struct api_call *call) {
    json_t *request = request_of(call, "account-set", "roles,password,token");
    decide(api, call, 200, with_text(request, "account", call->arguments[0]));
}

void api_delete_account(struct api *api, struct api_call *call) {
    json_t *request = request_of(call, "account-remove", "");
    decide(api, call, 200, with_text(request, "account", call->arguments[0]));
}

/* One's own, and only by who knows it: a page left open is not enough. */
void api_put_password(struct api *api, struct api_call *call) {
    const json_t *old = json_object_get(call->json, "old"),
                 *new = json_object_get(call->json, "new");
    if (!api_only(call, "old,new"))
        return;
    if (!json_is_string(old) || !json_is_string(new)) {
        api_problem(call, 422, "value", "old and new are needed", NULL);
        return;
    }
    if (!api_may_try(api, call, call->account))
        return;
    json_t *request = json_pack("{s:s, s:s, s:O, s:O}", "verb", "account-set", "account",
                                call->account, "old", old, "password", new);
    decide(api, call, 200, request);
}
