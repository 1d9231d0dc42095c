#include "coordinator/daemon_control.h"

#include "coordinator/control/console.h"
#include "coordinator/daemon_api.h"
#include "coordinator/daemon_planner.h"
#include "coordinator/layout.h"
#include "schemas/platform/clock.h"
#include "schemas/platform/control.h"
#include "schemas/platform/json_memory.h"
#include "schemas/platform/keys.h"

#include <stdlib.h>

struct decision { /* one that the core has not answered yet */
    struct decision *next;
    uint64_t core_token;
    daemon_decided *done;
    uint64_t token;
    json_t *more; /* what the answer says besides; NULL: nothing */
};

struct daemon_control {
    struct control_server *server;
    struct hv_arena arena;
    struct decision *decisions;
    uint64_t last_token;
};

/* ---- decisions ---- */

/* `more` is what the answer says besides, or NULL; taken. */
static void decide(struct daemon *daemon, const struct hv_record *records, size_t count,
                   daemon_decided *done, uint64_t token, json_t *more) {
    struct daemon_control *control = daemon->control;
    struct decision *decision = malloc(sizeof *decision);
    if (decision == NULL) {
        json_decref(more);
        done(daemon, token, HV_ERR_MEMORY, NULL, 0, 0);
        return;
    }
    *decision = (struct decision){.next = control->decisions,
                                  .core_token = ++control->last_token,
                                  .done = done,
                                  .token = token,
                                  .more = more};
    control->decisions = decision;
    struct core_command command = {
        .token = decision->core_token, .records = records, .record_count = count};
    daemon_step(daemon, (struct core_event){.kind = CORE_COMMAND, .command = command});
    daemon_step(daemon, (struct core_event){.kind = CORE_IDLE});
}

void daemon_decide(struct daemon *daemon, const struct hv_record *records, size_t count,
                   daemon_decided *done, uint64_t token) {
    decide(daemon, records, count, done, token, NULL);
}

/* A decision that was stored, with what its answer says besides. */
static void tell_more(struct daemon *daemon, const struct decision *decision,
                      const struct core_effect *effect) {
    json_t *reply =
        console_committed(HV_OK, &effect->reply.verdict, effect->reply.first, effect->reply.last);
    json_object_update(reply, decision->more);
    daemon_answer(daemon, decision->token, reply);
}

void daemon_replied(struct daemon *daemon, const struct core_effect *effect) {
    struct decision **link = &daemon->control->decisions;
    while (*link != NULL && (*link)->core_token != effect->reply.token)
        link = &(*link)->next;
    struct decision *decision = *link;
    if (decision == NULL)
        return;
    *link = decision->next;
    if (decision->more != NULL && effect->reply.error == HV_OK)
        tell_more(daemon, decision, effect);
    else
        decision->done(daemon, decision->token, effect->reply.error, &effect->reply.verdict,
                       effect->reply.first, effect->reply.last);
    json_decref(decision->more);
    free(decision);
}

/* ---- requests ---- */

void daemon_answer(struct daemon *daemon, uint64_t token, json_t *reply) {
    if (daemon_api_owns(token))
        daemon_api_answer(daemon, token, reply);
    else if (token != 0 && daemon->control != NULL && daemon->control->server != NULL)
        control_reply(daemon->control->server, token, reply);
    else
        json_decref(reply);
}

/* What the console has told, unless something is missing of it because there was no memory. */
static void answer_told(struct daemon *daemon, uint64_t token, json_t *reply) {
    if (json_memory_wanting()) {
        json_decref(reply);
        reply = console_error(HV_ERR_MEMORY, NULL, NULL);
    }
    daemon_answer(daemon, token, reply);
}

void daemon_answer_error(struct daemon *daemon, uint64_t token, int error, const char *text,
                         const char *remedy) {
    daemon_answer(daemon, token, console_error(error, text, remedy));
}

static void answer_decision(struct daemon *daemon, uint64_t token, int error,
                            const struct hv_verdict *verdict, uint64_t first, uint64_t last) {
    static const struct hv_verdict nothing;
    json_t *reply = console_committed(error, verdict == NULL ? &nothing : verdict, first, last);
    const uint64_t order =
        error == HV_OK ? state_order_issued_at(core_state(daemon->core), first) : 0;
    if (order != 0)
        json_object_set_new(reply, "order", json_integer((json_int_t)order));
    daemon_answer(daemon, token, reply);
}

static void work(struct daemon *daemon, uint64_t token, const json_t *request,
                 const struct console_outcome *outcome) {
    switch (outcome->work) {
    case CONSOLE_WORK_LOG:
        daemon_work_log(daemon, token, outcome->from, outcome->to, outcome->limit);
        break;
    case CONSOLE_WORK_OLD_PLAN:
        daemon_work_old_plan(daemon, token, outcome->from);
        break;
    case CONSOLE_WORK_OLD_DIFF:
        daemon_work_old_diff(daemon, token, outcome->from, outcome->to);
        break;
    case CONSOLE_WORK_REGION:
        daemon_work_region(daemon, token, outcome->path, outcome->role);
        break;
    case CONSOLE_WORK_PLAN:
        daemon_planner_plan(daemon, token, outcome->role, &outcome->origin);
        break;
    case CONSOLE_WORK_BACKUP:
        daemon_work_backup(daemon, token, outcome->path);
        break;
    case CONSOLE_WORK_VERIFY:
        daemon_work_verify(daemon, token);
        break;
    case CONSOLE_WORK_LEDGER:
        daemon_work_ledger(daemon, token, outcome->to);
        break;
    case CONSOLE_WORK_ACCOUNT:
        daemon_work_account(daemon, token, request, outcome);
        break;
    case CONSOLE_WORK_STOP:
        daemon->stopping = true;
        daemon_answer(daemon, token, json_object());
        break;
    case CONSOLE_WORK_NONE:
        daemon_answer_error(daemon, token, HV_ERR_NOT_FOUND, NULL, NULL);
    }
}

static struct console_scene look(const struct daemon *daemon, uint64_t token) {
    struct console_scene scene = {.core = daemon->core,
                                  .gate = gate_counters(daemon->gate),
                                  .region = daemon->region,
                                  .region_fault = daemon->region_fault,
                                  .profiles = daemon_planner_profiles(daemon),
                                  .settings = &daemon->settings,
                                  .deployment = &daemon->deployment,
                                  .door = daemon_api_owns(token) ? "http" : "control",
                                  .mono_ms = core_mono_ms(daemon->core, clock_real_ms())};
    scene.wall_ms = core_wall_ms(daemon->core, clock_real_ms(), clock_wall_ms());
    keys_random(scene.fresh_id, sizeof scene.fresh_id);
    return scene;
}

bool daemon_answer_past(struct daemon *daemon, uint64_t token, const json_t *request,
                        const struct state *past, const struct region *region,
                        struct console_outcome *ret_outcome) {
    const struct state_general *then = state_general(past);
    struct console_scene scene = look(daemon, token);
    scene.past = past;
    scene.looks_back = true;
    scene.mono_ms = then->mono_ms;
    scene.wall_ms = then->wall_ms;
    scene.region = region;
    scene.region_fault =
        region == NULL && then->region_position != 0 ? "the package of then is gone" : "";
    hv_arena_reset(&daemon->control->arena);
    json_memory_forget();
    console_handle_past(&scene, request, &daemon->control->arena, ret_outcome);
    if (ret_outcome->kind == CONSOLE_WORK)
        return false;
    answer_told(daemon, token, ret_outcome->reply);
    return true;
}

void daemon_request(struct daemon *daemon, uint64_t token, const json_t *request) {
    const json_t *at = json_object_get(request, "at");
    if (json_is_integer(at)) {
        daemon_work_past(daemon, token, request, json_integer_value(at));
        return;
    }
    struct console_scene scene = look(daemon, token);
    struct console_outcome outcome = {0};
    hv_arena_reset(&daemon->control->arena);
    json_memory_forget();
    console_handle(&scene, request, &daemon->control->arena, &outcome);
    switch (outcome.kind) {
    case CONSOLE_ANSWERED:
        answer_told(daemon, token, outcome.reply);
        break;
    case CONSOLE_COMMAND:
        decide(daemon, outcome.records, outcome.record_count, answer_decision, token,
               outcome.reply);
        break;
    case CONSOLE_WORK:
        work(daemon, token, request, &outcome);
    }
}

static void on_request(void *context, struct control_server *server, uint64_t token,
                       const json_t *request) {
    (void)server;
    daemon_request(context, token, request);
}

/* ---- opening and closing ---- */

int daemon_control_open(struct daemon *daemon) {
    char path[PATH_MAX];
    daemon->control = calloc(1, sizeof *daemon->control);
    if (daemon->control == NULL)
        return HV_ERR_MEMORY;
    hv_arena_init(&daemon->control->arena, 0);
    daemon_path(daemon, LAYOUT_SOCKET, path);
    return control_server_new(daemon->loop, path, on_request, daemon, &daemon->control->server);
}

void daemon_control_close(struct daemon *daemon) {
    struct daemon_control *control = daemon->control;
    if (control == NULL)
        return;
    control_server_free(control->server);
    while (control->decisions != NULL) {
        struct decision *next = control->decisions->next;
        json_decref(control->decisions->more);
        free(control->decisions);
        control->decisions = next;
    }
    hv_arena_deinit(&control->arena);
    free(control);
    daemon->control = NULL;
}
