#include "coordinator/core.h"

#include "coordinator/core_inside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BEAT_MS = 10000, PLAN_MS = 2000, RECORDS_OF_A_FRAME = 4 };
#define OFF_MS_MAX ((int64_t)366 * 86400000)

/* ---- frames ---- */

static bool header_fits(struct core *core, const struct state_node *node,
                        const struct hv_envelope *envelope) {
    const struct state_general *general = state_general(core->state);
    struct hv_refusal refusal = {.detail = ""};
    if (memcmp(envelope->deployment, general->deployment, HV_ID128_BYTES) != 0)
        refusal =
            (struct hv_refusal){.reason = HV_REASON_DEPLOYMENT, .detail = "of another deployment"};
    else if (envelope->mode != general->mode)
        refusal = (struct hv_refusal){.reason = HV_REASON_MODE,
                                      .detail = general->mode == HV_MODE_LIVE
                                                    ? "this is live, not an exercise"
                                                    : "this is an exercise, not live"};
    if (refusal.reason == HV_REASON_UNKNOWN)
        return true;
    core_refuse(core, node, envelope->lane, envelope->sequence, &refusal);
    return false;
}

static void malformed(struct core *core, const struct state_node *node,
                      const struct hv_envelope *header, const struct hv_verdict *verdict) {
    struct hv_refusal refusal = {.reason = verdict->reason, .detail = verdict->detail};
    if (header == NULL || header->sequence == 0) {
        core_refuse(core, node, HV_LANE_UNKNOWN, 0, &refusal);
        return;
    }
    if (header_fits(core, node, header))
        core_refuse_for_good(core, node, header, verdict);
}

static void take_message(struct core *core, struct batch *batch, const struct state_node *node,
                         const struct hv_envelope *envelope) {
    struct hv_refusal refusal = {.reason = HV_REASON_TYPE,
                                 .detail = "the coordinator sends this, nodes do not"};
    if (!header_fits(core, node, envelope))
        return;
    core_heard(core, node);
    switch (envelope->kind) {
    case HV_BODY_HELLO:
        core_hello(core, node, envelope);
        break;
    case HV_BODY_BEAT:
        if (core_session(core, node->entity.index)->epoch == 0) {
            refusal =
                (struct hv_refusal){.reason = HV_REASON_HELLO_FIRST, .detail = "say hello first"};
            core_refuse(core, node, HV_LANE_UNKNOWN, 0, &refusal);
        }
        break;
    case HV_BODY_REPORT:
        core_report(core, batch, node, envelope);
        break;
    default:
        core_refuse(core, node, envelope->lane, envelope->sequence, &refusal);
    }
}

static void on_frame(struct core *core, const struct core_event *event) {
    core->counters.frames++;
    const struct state_node *node = event->frame.known;
    if (node == NULL)
        node = state_find_node(core->state, event->frame.node);
    if (node == NULL || node->revoked || event->frame.revoked) {
        struct hv_refusal refusal = {.reason = HV_REASON_REVOKED,
                                     .detail = "this key is not enrolled any more"};
        core->to_sender = true;
        core_refuse(core, NULL, HV_LANE_UNKNOWN, 0, &refusal);
        core->to_sender = false;
        return;
    }
    struct batch *batch = core_batch_open(core, RECORDS_OF_A_FRAME);
    struct hv_arena *arena = batch != NULL ? &batch->arena : &core->spare;
    size_t gathered = batch == NULL ? 0 : batch->count;
    struct hv_verdict verdict = {0};
    struct hv_envelope *envelope = NULL;
    if (batch == NULL)
        hv_arena_reset(&core->spare);
    struct hv_arena_mark before = hv_arena_mark(arena);
    int error =
        hv_envelope_decode(event->frame.bytes, event->frame.size, arena, &verdict, &envelope);
    if (error == HV_ERR_MEMORY)
        core->out_of_memory = true;
    else if (error != 0)
        malformed(core, node, envelope, &verdict);
    else
        take_message(core, batch, node, envelope);
    if (batch != NULL && batch->count == gathered) /* or who repeats himself fills the memory */
        hv_arena_rewind(arena, before);
}

/* ---- orders and plans ---- */

static void send_orders(void *context, uint32_t node_index, const uint32_t *orders, size_t count) {
    struct core *core = context;
    const struct state_node *node = state_node(core->state, node_index);
    if (node == NULL || node->revoked || core_session(core, node_index)->epoch == 0)
        return; /* it gets them when it says hello */
    hv_arena_reset(&core->spare);
    struct hv_order *list = hv_arena_take(&core->spare, count, sizeof *list);
    if (list == NULL) {
        core->out_of_memory = true;
        return;
    }
    size_t size = 0, gathered = 0;
    for (size_t i = 0; i < count; i++) {
        const struct state_order *order = state_order(core->state, orders[i]);
        const struct hv_order *decoded;
        if (state_order_decode(order, &core->spare, &decoded) != 0)
            continue;
        if (gathered > 0 && size + order->body.size > HV_FRAME_BYTES_MAX / 2) {
            struct hv_envelope part = {.kind = HV_BODY_ORDERS,
                                       .epoch = node->epoch,
                                       .orders = {.order_count = gathered, .orders = list}};
            core_send(core, node, &part);
            gathered = size = 0;
        }
        list[gathered++] = *decoded;
        size += order->body.size;
    }
    struct hv_envelope envelope = {.kind = HV_BODY_ORDERS,
                                   .epoch = node->epoch,
                                   .orders = {.order_count = gathered, .orders = list}};
    if (gathered > 0)
        core_send(core, node, &envelope);
}

static void want_plan(struct core *core) {
    const struct state_general *general = state_general(core->state);
    if (!core->plan_due || core->real_ms < core->plan_ms || general->region_position == 0 ||
        general->incident == STATE_NONE)
        return;
    core->plan_due = false;
    core->plan_ms = core->real_ms + core->options.plan_ms;
    core_effect_add(core, CORE_PLAN)->plan.basis = general->position;
}

static void on_tick(struct core *core) {
    core_watch_wall(core);
    core_scan(core);
    core_tell_all(core);
    core_turn_hazards(core);
    core_escalate(core);
    core_watch_overdue(core);
    core_consignments_tell(core);
    dispatch_run(&core->dispatch, core->state, core->real_ms, send_orders, core);
    want_plan(core);
}

/* ---- steps ---- */

static void on_failed(struct core *core, int error) {
    core_batch_failed(core, error);
    core_tell_touched(core);
    core_commands_fail(core, error);
}

static void on_committed(struct core *core) {
    core_batch_committed(core);
    core_tell_touched(core);
    dispatch_run(&core->dispatch, core->state, core->real_ms, send_orders, core);
    core_consignments_tell(core);
    core_commands_go_on(core);
    core_batch_hand_out(core, true);
    want_plan(core); /* at once, where none was made lately */
}

int core_step(struct core *core, const struct core_event *event,
              const struct core_effects **ret_effects) {
    core->real_ms = event->real_ms > core->real_ms ? event->real_ms : core->real_ms;
    core->machine_wall_ms = event->wall_ms;
    core_effects_begin(core);
    switch (event->kind) {
    case CORE_FRAME:
        on_frame(core, event);
        break;
    case CORE_COMMITTED:
        on_committed(core);
        break;
    case CORE_APPEND_FAILED:
        on_failed(core, event->failed.error);
        break;
    case CORE_COMMAND:
        core_command(core, &event->command);
        break;
    case CORE_TICK:
        on_tick(core);
        break;
    case CORE_IDLE:
        core_tell_touched(core);
        break;
    }
    core_batch_hand_out(core, event->kind == CORE_IDLE);
    core->counters.in_flight = core_batch_gathered(core);
    core_effects_end(core);
    *ret_effects = &core->result;
    return core->out_of_memory ? HV_ERR_MEMORY : 0;
}

/* ---- making ---- */

static bool copy_endpoints(struct core *core, const struct core_options *options) {
    size_t count =
        options->endpoint_count < HV_ENDPOINTS_MAX ? options->endpoint_count : HV_ENDPOINTS_MAX;
    for (size_t i = 0; i < count; i++) {
        core->endpoints[i] = strdup(options->endpoints[i]);
        if (core->endpoints[i] == NULL)
            return false;
    }
    core->options.endpoint_count = count;
    core->options.endpoints = (const char *const *)core->endpoints;
    return true;
}

static void copy_escalation(struct core *core, const struct core_options *options) {
    size_t count = options->escalate_count < HV_ESCALATION_LEVELS_MAX ? options->escalate_count
                                                                      : HV_ESCALATION_LEVELS_MAX;
    for (size_t i = 0; i < count; i++)
        snprintf(core->escalate_to[i], sizeof core->escalate_to[i], "%s", options->escalate_to[i]);
    core->options.escalate_count = count;
    core->options.escalate_to = NULL;
}

static bool set_options(struct core *core, const struct core_options *options) {
    if (options != NULL)
        core->options = *options;
    if (core->options.beat_ms == 0)
        core->options.beat_ms = BEAT_MS;
    if (core->options.plan_ms == 0)
        core->options.plan_ms = PLAN_MS;
    if (core->options.batch_limit < RECORDS_OF_A_FRAME ||
        core->options.batch_limit > HV_BATCH_RECORDS_MAX)
        core->options.batch_limit = HV_BATCH_RECORDS_MAX;
    copy_escalation(core, &core->options);
    return copy_endpoints(core, &core->options);
}

/* The log clock of a live deployment has gone on while the coordinator was off, by its own wall
 * clock (never back, and not for years on the word of a wrong one): figures are as old as they are.
 * A scenario waits. */
static uint64_t mono_at_start(const struct state *state, int64_t wall_ms) {
    const struct state_general *general = state_general(state);
    bool wall_is_the_machines =
        !general->clock.scenario && general->clock_mono_ms < general->mono_ms;
    int64_t off_ms = wall_is_the_machines ? wall_ms - general->wall_ms : 0;
    if (off_ms <= 0)
        return general->mono_ms;
    return general->mono_ms + (uint64_t)(off_ms < OFF_MS_MAX ? off_ms : OFF_MS_MAX);
}

static bool take_orders(struct core *core) {
    for (uint32_t i = 0; i < state_count(core->state, STATE_ORDER); i++) {
        if (dispatch_take(&core->dispatch, core->state, state_order(core->state, i)) != 0)
            return false;
    }
    return true;
}

int core_new(struct state *state, const struct core_options *options,
             const struct core_catalogue *catalogue, uint64_t real_ms, int64_t wall_ms,
             struct core **ret_core) {
    if (!state_general(state)->started)
        return HV_ERR_STATE;
    struct core *core = calloc(1, sizeof *core);
    if (core == NULL)
        return HV_ERR_MEMORY;
    core->real_ms = real_ms;
    core->machine_wall_ms = wall_ms;
    core->counters.storing = true;
    core->last_waiting = &core->first_waiting;
    hv_arena_init(&core->scratch, 0);
    hv_arena_init(&core->spare, 0);
    for (unsigned i = 0; i < CORE_BATCHES_MAX; i++)
        hv_arena_init(&core->batches[i].arena, 0);
    dispatch_init(&core->dispatch);
    core_set_catalogue(core, catalogue);
    core->state = state;
    if (!set_options(core, options) || !take_orders(core)) {
        core->state = NULL; /* stays with the caller */
        core_free(core);
        return HV_ERR_MEMORY;
    }
    core->left_any = true; /* what left before the start may not have been told */
    core_clock_rebase(core, mono_at_start(state, wall_ms));
    core->wall_ahead_ms = wall_ms - (int64_t)real_ms;
    core_overdue_begin(core);
    *ret_core = core;
    return 0;
}

void core_free(struct core *core) {
    if (core == NULL)
        return;
    while (core->first_waiting != NULL) {
        struct waiting_command *next = core->first_waiting->next;
        free(core->first_waiting);
        core->first_waiting = next;
    }
    core_batches_free(core);
    dispatch_deinit(&core->dispatch);
    hv_arena_deinit(&core->scratch);
    hv_arena_deinit(&core->spare);
    for (size_t i = 0; i < HV_ENDPOINTS_MAX; i++)
        free(core->endpoints[i]);
    free(core->sessions);
    free(core->touched);
    free(core->effects);
    free(core->out);
    state_free(core->state);
    free(core);
}

/* ---- looking in ---- */

const struct state *core_state(const struct core *core) {
    return core->state;
}

struct state *core_state_for_checkpoint(struct core *core) {
    return core->state;
}

const struct core_counters *core_counters(const struct core *core) {
    return &core->counters;
}

void core_set_catalogue(struct core *core, const struct core_catalogue *catalogue) {
    static const struct core_catalogue empty;
    core->catalogue = catalogue == NULL ? empty : *catalogue;
}

uint64_t core_next_order(const struct core *core) {
    return state_general(core->state)->last_order + 1;
}

uint64_t core_next_plan(const struct core *core) {
    return state_general(core->state)->last_plan + 1;
}

uint64_t core_next_position(const struct core *core) {
    return state_position(core->state) + core_batch_gathered(core) + 1;
}

bool core_busy(const struct core *core) {
    return core->used > 0 || core->first_waiting != NULL;
}
