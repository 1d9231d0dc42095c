#include "coordinator/control/console.h"

#include "coordinator/control/console_json.h"

#include <stdio.h>
#include <string.h>

static console_verb ask_log, ask_region_load, ask_plan, ask_backup, ask_verify, ask_ledger_verify,
    ask_account, ask_stop, ask_ping, ask_help;

static const struct {
    const char *name;
    console_verb *verb;
} verbs[] = {
    /* what is known */
    {"status", console_status},
    {"nodes", console_nodes},
    {"shelters", console_shelters},
    {"depots", console_depots},
    {"supplies", console_supplies},
    {"zones", console_zones},
    {"requests", console_requests},
    {"transfers", console_transfers},
    {"roads", console_roads},
    {"hazards", console_hazards},
    {"incidents", console_incidents},
    {"notes", console_notes},
    {"region", console_region},
    {"plans", console_plans},
    {"plan", console_plan_show},
    {"plan-diff", console_plan_diff},
    {"orders", console_orders},
    {"order", console_order_show},
    {"directives", console_directives},
    {"statistics", console_statistics},
    {"attention", console_attention},
    {"ledger", console_ledger},
    {"waybills", console_waybills},
    {"ledger-warnings", console_ledger_warnings},
    {"log", ask_log},
    {"ping", ask_ping},
    {"help", ask_help},
    /* what is decided */
    {"enroll", console_enroll},
    {"revoke", console_revoke},
    {"incident-open", console_incident_open},
    {"incident-phase", console_incident_phase},
    {"road", console_road},
    {"hazard", console_hazard},
    {"zone-sweep", console_zone_sweep},
    {"note", console_note},
    {"clock", console_clock},
    {"report", console_report},
    {"alert", console_alert},
    {"owner", console_owner},
    {"handover", console_handover},
    {"directive", console_directive_set},
    {"plan-approve", console_plan_approve},
    {"plan-withdraw", console_plan_withdraw},
    {"order-issue", console_order_issue},
    {"order-cancel", console_order_cancel},
    {"order-revise", console_order_revise},
    {"order-answer", console_order_answer},
    {"request-decide", console_request_decide},
    {"waybill-end", console_waybill_end},
    /* what is done */
    {"region-load", ask_region_load},
    {"plan-make", ask_plan},
    {"backup", ask_backup},
    {"verify", ask_verify},
    {"ledger-verify", ask_ledger_verify},
    {"accounts", ask_account},
    {"account-set", ask_account},
    {"account-remove", ask_account},
    {"stop", ask_stop},
};

enum { VERBS = sizeof verbs / sizeof verbs[0], LOG_PAGE = 1000, ROLE_BYTES_MAX = 64 };

static void ask(struct console_outcome *outcome, enum console_work work) {
    outcome->kind = CONSOLE_WORK;
    outcome->work = work;
}

static void ask_log(const struct console_scene *scene, const json_t *request,
                    struct hv_arena *arena, struct console_outcome *outcome) {
    (void)arena;
    ask(outcome, CONSOLE_WORK_LOG);
    outcome->limit = console_number(request, "limit", LOG_PAGE);
    outcome->to = console_number(request, "to", state_position(console_picture(scene)));
    uint64_t tail = outcome->to > outcome->limit ? outcome->to - outcome->limit + 1 : 1;
    outcome->from = console_number(request, "from", tail);
}

static void ask_path(const json_t *request, struct hv_arena *arena, struct console_outcome *outcome,
                     enum console_work work) {
    const char *path = console_text(request, "path");
    if (path == NULL || path[0] != '/')
        console_refuse(outcome, HV_ERR_VALUE, "“path” is missing or not absolute",
                       "name a folder from the root, such as /var/backups/haven");
    else if ((outcome->path = hv_arena_text(arena, path)) == NULL)
        console_refuse(outcome, HV_ERR_MEMORY, NULL, NULL);
    else
        ask(outcome, work);
}

static void ask_region_load(const struct console_scene *scene, const json_t *request,
                            struct hv_arena *arena, struct console_outcome *outcome) {
    (void)scene;
    ask_path(request, arena, outcome, CONSOLE_WORK_REGION);
}

static void ask_backup(const struct console_scene *scene, const json_t *request,
                       struct hv_arena *arena, struct console_outcome *outcome) {
    (void)scene;
    ask_path(request, arena, outcome, CONSOLE_WORK_BACKUP);
}

static void ask_plan(const struct console_scene *scene, const json_t *request,
                     struct hv_arena *arena, struct console_outcome *outcome) {
    (void)request, (void)arena;
    if (scene->region == NULL)
        console_refuse(outcome, HV_ERR_STATE, "there is no region to plan on",
                       "load one: haven region load DIR");
    else
        ask(outcome, CONSOLE_WORK_PLAN);
}

static void ask_verify(const struct console_scene *scene, const json_t *request,
                       struct hv_arena *arena, struct console_outcome *outcome) {
    (void)scene, (void)request, (void)arena;
    ask(outcome, CONSOLE_WORK_VERIFY);
}

static void ask_account(const struct console_scene *scene, const json_t *request,
                        struct hv_arena *arena, struct console_outcome *outcome) {
    (void)scene, (void)request, (void)arena;
    ask(outcome, CONSOLE_WORK_ACCOUNT);
}

static void ask_ledger_verify(const struct console_scene *scene, const json_t *request,
                              struct hv_arena *arena, struct console_outcome *outcome) {
    (void)arena;
    ask(outcome, CONSOLE_WORK_LEDGER);
    outcome->to = console_number(request, "to", state_position(console_picture(scene)));
}

static void ask_stop(const struct console_scene *scene, const json_t *request,
                     struct hv_arena *arena, struct console_outcome *outcome) {
    (void)scene, (void)request, (void)arena;
    ask(outcome, CONSOLE_WORK_STOP);
}

static void ask_ping(const struct console_scene *scene, const json_t *request,
                     struct hv_arena *arena, struct console_outcome *outcome) {
    (void)scene, (void)request, (void)arena;
    outcome->reply = json_object();
}

static void ask_help(const struct console_scene *scene, const json_t *request,
                     struct hv_arena *arena, struct console_outcome *outcome) {
    (void)scene, (void)request, (void)arena;
    json_t *names = json_array();
    for (size_t i = 0; i < VERBS; i++)
        json_array_append_new(names, json_string(verbs[i].name));
    outcome->reply = json_pack("{s:o}", "verbs", names);
}

static const char *role_of(const json_t *request, struct hv_arena *arena) {
    const char *role = console_text(request, "role_name");
    if (role == NULL || role[0] == '\0')
        return "operator";
    return hv_id_check(role) == HV_OK ? hv_arena_text(arena, role) : NULL;
}

static void dispatch(const struct console_scene *scene, const char *name, const json_t *request,
                     struct hv_arena *arena, struct console_outcome *outcome) {
    for (size_t i = 0; i < VERBS; i++)
        if (strcmp(verbs[i].name, name) == 0) {
            verbs[i].verb(scene, request, arena, outcome);
            return;
        }
    console_refusef(outcome, HV_ERR_NOT_FOUND, "see `haven --help`, or ask {\"verb\": \"help\"}",
                    "there is no verb “%.40s”", name);
}

/* Where the request came in. What it says itself is believed from the door that wrote it only. */
static struct hv_origin origin_of(const struct console_scene *scene, const json_t *request) {
    struct hv_origin origin = {.door = scene->door};
    const json_t *said = json_object_get(request, "origin");
    if (scene->door == NULL || strcmp(scene->door, "http") != 0)
        return origin;
    origin.address = console_text(said, "address");
    origin.role = console_text(said, "role");
    origin.key = console_text(said, "key");
    origin.fingerprint = (uint64_t)json_integer_value(json_object_get(said, "fingerprint"));
    return origin;
}

/* Who decided, and where, stands on every record of the decision; and what it takes the place of.
 */
static void sign(const struct console_scene *scene, struct console_outcome *outcome) {
    for (size_t i = 0; i < outcome->record_count; i++) {
        struct hv_record *record = &outcome->records[i];
        record->actor = HV_ACTOR_OPERATOR;
        record->name = outcome->role;
        record->origin = outcome->origin;
        if (scene->door != NULL)
            record->origin.before = console_before(console_picture(scene), record);
    }
}

void console_handle(const struct console_scene *scene, const json_t *request,
                    struct hv_arena *arena, struct console_outcome *ret_outcome) {
    struct console_outcome outcome = {.kind = CONSOLE_ANSWERED};
    const char *name = console_text(request, "verb");
    outcome.role = role_of(request, arena);
    outcome.origin = origin_of(scene, request);
    if (name == NULL)
        console_refuse(&outcome, HV_ERR_VALUE, "the request has no “verb”",
                       "send an object such as {\"verb\": \"status\"}");
    else if (outcome.role == NULL)
        console_refuse(&outcome, HV_ERR_VALUE, "“role_name” is not a role",
                       "give a role of at most 64 bytes without control characters");
    else
        dispatch(scene, name, request, arena, &outcome);
    if (outcome.kind == CONSOLE_COMMAND)
        sign(scene, &outcome);
    if (outcome.kind == CONSOLE_ANSWERED && outcome.reply == NULL)
        console_refuse(&outcome, HV_ERR_MEMORY, NULL, NULL);
    *ret_outcome = outcome;
}

void console_handle_past(const struct console_scene *scene, const json_t *request,
                         struct hv_arena *arena, struct console_outcome *ret_outcome) {
    struct console_outcome outcome;
    console_handle(scene, request, arena, &outcome);
    if (outcome.kind == CONSOLE_ANSWERED)
        json_object_set_new(outcome.reply, "at",
                            json_integer((json_int_t)state_position(scene->past)));
    else
        console_refuse(&outcome, HV_ERR_STATE, "of the past one can only ask",
                       "leave --at out to decide something now");
    *ret_outcome = outcome;
}

json_t *console_committed(int error, const struct hv_verdict *verdict, uint64_t first,
                          uint64_t last) {
    if (error != HV_OK)
        return console_error(error, verdict->detail[0] == '\0' ? NULL : verdict->detail,
                             error == HV_ERR_FULL ? "make room on the disk; nothing was stored"
                                                  : NULL);
    return json_pack("{s:b, s:I, s:I}", "ok", 1, "first", (json_int_t)first, "last",
                     (json_int_t)last);
}
