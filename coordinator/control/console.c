#include "coordinator/control/console.h"

#include "coordinator/control/console_json.h"
#include "schemas/platform/json_members.h"

#include <stdio.h>
#include <string.h>

static console_verb ask_log, ask_region_load, ask_plan, ask_backup, ask_verify, ask_ledger_verify,
    ask_account, ask_stop, ask_ping, ask_help;

#define LIST "id,offset#,limit#"
#define ORDER                                                                                      \
    "kind,post,addressee,shelter,people[,links[,lines[,counterpart,waybill,vehicle,text,"          \
    "deadline_wall_ms#,start_wall_ms#,end_wall_ms#,people_per_hour#,travel_s#"

static const struct {
    const char *name;
    console_verb *verb;
    const char *members; /* besides those of every request */
} verbs[] = {
    /* what is known */
    {"status", console_status, ""},
    {"nodes", console_nodes, LIST},
    {"shelters", console_shelters, LIST},
    {"depots", console_depots, LIST},
    {"supplies", console_supplies, LIST ",item,below#"},
    {"zones", console_zones, LIST},
    {"requests", console_requests, LIST ",all?"},
    {"transfers", console_transfers, LIST ",all?"},
    {"roads", console_roads, LIST},
    {"hazards", console_hazards, LIST},
    {"incidents", console_incidents, LIST},
    {"notes", console_notes, LIST},
    {"region", console_region, ""},
    {"plans", console_plans, LIST},
    {"plan", console_plan_show, "plan#"},
    {"plan-diff", console_plan_diff, "plan#,against#"},
    {"orders", console_orders, LIST ",all?,state,kind,post,addressee,plan#"},
    {"order", console_order_show, "order#"},
    {"directives", console_directives, LIST ",all?"},
    {"statistics", console_statistics, ""},
    {"attention", console_attention, LIST ",grade,kind,owner"},
    {"progress", console_progress, LIST},
    {"ledger", console_ledger, LIST ",item,lot,place"},
    {"waybills", console_waybills, LIST ",all?"},
    {"ledger-warnings", console_ledger_warnings, LIST},
    {"log", ask_log, "from#,to#,limit#"},
    {"ping", ask_ping, ""},
    {"help", ask_help, ""},
    /* what is decided */
    {"enroll", console_enroll, "node,role,key,place"},
    {"revoke", console_revoke, "node,reason"},
    {"incident-open", console_incident_open, "name,hazard"},
    {"incident-phase", console_incident_phase, "phase"},
    {"road", console_road, "link,closed?,capacity_permille#,reason"},
    {"hazard", console_hazard, "id,kind,over?,adds?,zones[,links[,shelters[,depots[,steps["},
    {"zone-sweep", console_zone_sweep, "zone,left#,ago_s#,reason"},
    {"note", console_note, "text,subject"},
    {"clock", console_clock, "rate_permille#,start_wall_ms#,elapsed_ms#"},
    {"report", console_report, "place,entry{,imported?"},
    {"alert", console_alert, "id,sender,headline,severity,cancelled?"},
    {"owner", console_owner, "thing,owner,note"},
    {"handover", console_handover, "to,text"},
    {"directive", console_directive_set,
     "id,kind,zone,shelter,depot,item,quantity#,link,lifted?,reason"},
    {"plan-approve", console_plan_approve, "plan#,reason"},
    {"plan-withdraw", console_plan_withdraw, "plan#,reason"},
    {"order-issue", console_order_issue, ORDER},
    {"order-cancel", console_order_cancel, "order#,reason"},
    {"goods-return", console_goods_return, "place,all?,depot,text"},
    {"order-revise", console_order_revise, ORDER ",order#"},
    {"order-answer", console_order_answer, "order#,state,reason,done#,revision#"},
    {"request-decide", console_request_decide, "id,place,request#,verdict,lines[,reason"},
    {"waybill-end", console_waybill_end, "waybill,reason"},
    /* what is done */
    {"region-load", ask_region_load, "path"},
    {"plan-make", ask_plan, ""},
    {"backup", ask_backup, "path"},
    {"verify", ask_verify, ""},
    {"ledger-verify", ask_ledger_verify, "to#"},
    {"accounts", ask_account, ""},
    {"account-set", ask_account, "account,roles[,password,old,token?"},
    {"account-remove", ask_account, "account"},
    {"stop", ask_stop, ""},
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
    json_t *names = json_array(), *members = json_object();
    for (size_t i = 0; i < VERBS; i++) {
        json_array_append_new(names, json_string(verbs[i].name));
        json_object_set_new(members, verbs[i].name, json_members_types(verbs[i].members));
    }
    outcome->reply = json_pack("{s:o, s:o}", "verbs", names, "members", members);
}

static bool is_http(const struct console_scene *scene) {
    return scene->door != NULL && strcmp(scene->door, "http") == 0;
}

static const char *role_of(const json_t *request, struct hv_arena *arena) {
    const char *role = console_text(request, "role_name");
    if (role == NULL || role[0] == '\0')
        return "operator";
    return hv_id_check(role) == HV_OK ? hv_arena_text(arena, role) : NULL;
}

/* What nobody looks at was meant to say something: it is refused and not dropped in silence. */
static bool has_only(const struct console_scene *scene, const json_t *request, const char *members,
                     struct console_outcome *outcome) {
    struct json_members_fault fault;
    char known[512];
    snprintf(known, sizeof known, "verb,role_name,at#%s%s%s", is_http(scene) ? ",origin{" : "",
             members[0] == '\0' ? "" : ",", members);
    if (json_members_check(request, known, &fault))
        return true;
    console_refuse(outcome, HV_ERR_VALUE, fault.wrong, fault.right);
    return false;
}

static void dispatch(const struct console_scene *scene, const char *name, const json_t *request,
                     struct hv_arena *arena, struct console_outcome *outcome) {
    for (size_t i = 0; i < VERBS; i++)
        if (strcmp(verbs[i].name, name) == 0) {
            if (has_only(scene, request, verbs[i].members, outcome))
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
    if (!is_http(scene))
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
    else if (outcome.kind != CONSOLE_WORK ||
             (outcome.work != CONSOLE_WORK_OLD_PLAN && outcome.work != CONSOLE_WORK_OLD_DIFF)) {
        json_decref(outcome.reply);
        outcome.reply = NULL;
        console_refuse(&outcome, HV_ERR_STATE, "of the past one can only ask",
                       "leave --at out to decide something now");
    }
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
