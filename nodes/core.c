#include "nodes/core_internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- effects ---- */

void node_effects_init(struct node_effects *effects) {
    *effects = (struct node_effects){0};
    hv_arena_init(&effects->arena, 0);
}

void node_effects_deinit(struct node_effects *effects) {
    free(effects->items);
    hv_arena_deinit(&effects->arena);
    *effects = (struct node_effects){0};
}

void node_effects_reset(struct node_effects *effects) {
    effects->count = 0;
    hv_arena_reset(&effects->arena);
}

struct node_effect *turn_effect(struct turn *turn, enum node_effect_kind kind) {
    struct node_effects *effects = turn->effects;
    if (effects->count == effects->capacity) {
        size_t capacity = effects->capacity == 0 ? 16 : effects->capacity * 2;
        struct node_effect *items = realloc(effects->items, capacity * sizeof *items);
        if (items == NULL) {
            turn->error = HV_ERR_MEMORY;
            return &turn->spare;
        }
        effects->items = items;
        effects->capacity = capacity;
    }
    struct node_effect *effect = &effects->items[effects->count++];
    memset(effect, 0, sizeof *effect);
    effect->kind = kind;
    return effect;
}

struct node_write *turn_write(struct turn *turn, enum node_write_kind kind) {
    turn->core->writes_out = true;
    struct node_write *write = &turn_effect(turn, NODE_EFFECT_WRITE)->write;
    write->kind = kind;
    return write;
}

const char *turn_text(struct turn *turn, const char *format, ...) {
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    const char *copy = hv_arena_text(&turn->effects->arena, text);
    return copy == NULL ? "" : copy;
}

void turn_write_heads(struct turn *turn) {
    turn_write(turn, NODE_WRITE_HEADS)->heads = &turn->core->heads;
    turn->core->save_real_ms = NODE_NEVER;
}

void turn_write_clock(struct turn *turn) {
    turn_write(turn, NODE_WRITE_CLOCK)->clock = node_clock_mark(&turn->core->clock, turn->real_ms);
    turn->core->mark_real_ms = turn->real_ms + NODE_MARK_MS;
}

/* ---- small helps ---- */

int core_lane_number(enum hv_lane lane) {
    return lane == HV_LANE_HISTORY ? NODE_HISTORY : lane == HV_LANE_PRESENT ? NODE_PRESENT : -1;
}

const struct node_epoch *core_epoch(const struct node_core *core) {
    return &core->heads.epochs[core->heads.epoch_count - 1];
}

uint64_t core_node_ms(const struct turn *turn) {
    return node_clock_node_ms(&turn->core->clock, turn->real_ms);
}

struct hv_seen turn_seen(const struct turn *turn, uint64_t ago_ms) {
    uint64_t node_ms = core_node_ms(turn);
    int64_t wall_ms = node_clock_wall_ms(&turn->core->clock, turn->real_ms, turn->wall_ms);
    return (struct hv_seen){.wall_ms = wall_ms - (int64_t)ago_ms,
                            .node_ms = ago_ms < node_ms ? node_ms - ago_ms : 0};
}

bool node_heads_identify(const struct node_heads *heads, enum hv_lane lane, uint64_t index,
                         uint64_t *ret_epoch, uint64_t *ret_sequence) {
    int number = core_lane_number(lane);
    for (size_t i = heads->epoch_count; number >= 0 && i-- > 0;)
        if (heads->epochs[i].base[number] < index) {
            *ret_epoch = heads->epochs[i].epoch;
            *ret_sequence = index - heads->epochs[i].base[number];
            return true;
        }
    return false;
}

/* ---- making ---- */

struct node_core *node_core_new(const struct node_options *options) {
    struct node_core *core = calloc(1, sizeof *core);
    struct node_reply *pending = calloc(NODE_PENDING_MAX, sizeof *pending);
    struct node_device *devices = calloc(NODE_DEVICES_MAX, sizeof *devices);
    if (core == NULL || pending == NULL || devices == NULL) {
        free(core);
        free(pending);
        free(devices);
        return NULL;
    }
    core->pending = pending;
    core->devices = devices;
    core->identity = options->identity;
    snprintf(core->software, sizeof core->software, "%s", options->software);
    for (size_t i = 0; i < options->endpoint_count && i < HV_ENDPOINTS_MAX; i++)
        snprintf(core->endpoints[core->endpoint_count++], NODE_ENDPOINT_BYTES, "%s",
                 options->endpoints[i]);
    core->random = options->seed;
    core->link.state = NODE_LINK_WAITING;
    node_present_init(&core->present);
    node_core_restore_begin(core);
    return core;
}

void node_core_free(struct node_core *core) {
    if (core == NULL)
        return;
    node_present_deinit(&core->present);
    free(core->orders);
    free(core->pending);
    free(core->devices);
    free(core);
}

/* ---- keeping what is stored in order ---- */

/* One mark a day of what was acknowledged, so that "30 days after its acknowledgement" can be told.
 */
static bool mark_day(struct turn *turn) {
    struct node_heads *heads = &turn->core->heads;
    uint64_t today = core_node_ms(turn) / NODE_DAY_MS;
    if (heads->day_count > 0 && heads->days[heads->day_count - 1].day >= today)
        return false;
    const size_t most = sizeof heads->days / sizeof heads->days[0];
    if (heads->day_count == most)
        memmove(&heads->days[0], &heads->days[1], --heads->day_count * sizeof heads->days[0]);
    struct node_day *mark = &heads->days[heads->day_count++];
    mark->day = today;
    memcpy(mark->acked, heads->acked, sizeof mark->acked);
    return true;
}

static void prune_lane(struct turn *turn, int lane, uint64_t upto) {
    struct core_lane *kept = &turn->core->lanes[lane];
    if (lane == NODE_HISTORY && upto > turn->core->fold_index)
        upto = turn->core->fold_index; /* a start replays what came after the fold */
    if (upto > turn->core->heads.acked[lane])
        upto = turn->core->heads.acked[lane];
    if (kept->first == 0 || upto < kept->first)
        return;
    if (upto - kept->first >= NODE_PRUNE_REPORTS)
        upto = kept->first + NODE_PRUNE_REPORTS - 1;
    struct node_write *write = turn_write(turn, NODE_WRITE_PRUNE);
    write->prune.lane = lane == NODE_HISTORY ? HV_LANE_HISTORY : HV_LANE_PRESENT;
    write->prune.first = kept->first;
    write->prune.last = upto;
    kept->first = upto + 1;
    turn_write_heads(turn);
}

static void prune(struct turn *turn) {
    const struct node_heads *heads = &turn->core->heads;
    uint64_t today = core_node_ms(turn) / NODE_DAY_MS;
    const struct node_day *old = NULL;
    for (size_t i = 0; i < heads->day_count; i++)
        if (heads->days[i].day + NODE_KEEP_DAYS <= today)
            old = &heads->days[i];
    if (old == NULL)
        return;
    struct node_day mark = *old;
    for (int lane = 0; lane < NODE_LANES; lane++)
        prune_lane(turn, lane, mark.acked[lane]);
}

static void keep_house(struct turn *turn) {
    struct node_core *core = turn->core;
    if (core->store_error != HV_OK && turn->real_ms < core->save_real_ms)
        return;
    if (mark_day(turn)) {
        core_orders_forget(turn);
        turn_write_heads(turn);
    }
    prune(turn);
    if (turn->real_ms >= core->save_real_ms) {
        turn_write_heads(turn);
        turn_write_clock(turn);
    }
    if (turn->real_ms >= core->mark_real_ms)
        turn_write_clock(turn);
}

static void store_for_next_start(struct turn *turn) {
    struct node_core *core = turn->core;
    if (core->fold_index != core->present.as_of) {
        turn_write(turn, NODE_WRITE_FOLD)->fold = &core->present;
        core->fold_index = core->present.as_of;
    }
    turn_write_heads(turn);
    turn_write_clock(turn);
    turn_effect(turn, NODE_EFFECT_DISCONNECT);
}

static void stored(struct turn *turn) {
    struct node_core *core = turn->core;
    core->writes_out = false;
    core->store_error = HV_OK;
    for (int lane = 0; lane < NODE_LANES; lane++)
        core->lanes[lane].durable = core->lanes[lane].made;
    core_reply_stored(turn);
    link_stored(turn, true);
}

/* The core was restored before this event; what waits for the disk is answered and tried again
 * later. */
static void store_failed(struct turn *turn, int error) {
    struct node_core *core = turn->core;
    core->writes_out = false;
    core->store_error = error;
    core->save_real_ms = core->mark_real_ms = turn->real_ms + NODE_STORE_RETRY_MS;
    core_reply_failed(turn, error);
    link_stored(turn, false);
}

/* ---- the step ---- */

static void set_timer(struct turn *turn) {
    struct node_core *core = turn->core;
    uint64_t at = link_deadline(core);
    if (core->save_real_ms < at)
        at = core->save_real_ms;
    if (core->mark_real_ms < at)
        at = core->mark_real_ms;
    if (at == core->timer_real_ms)
        return;
    core->timer_real_ms = at;
    turn_effect(turn, NODE_EFFECT_TIMER)->timer_real_ms = at;
}

static void take(struct turn *turn, const struct node_event *event) {
    switch (event->kind) {
    case NODE_EVENT_TICK:
        keep_house(turn);
        link_tick(turn);
        break;
    case NODE_EVENT_REPORT:
        core_staff_report(turn, event);
        break;
    case NODE_EVENT_UNDO:
        core_undo(turn, event->undo_of, event->token);
        break;
    case NODE_EVENT_ORDERS_SHOWN:
        core_orders_shown(turn, event->token);
        break;
    case NODE_EVENT_DEVICE:
        core_staff_device(turn, event->device.id, event->device.token);
        break;
    case NODE_EVENT_FRAME:
        link_frame(turn, event->frame);
        break;
    case NODE_EVENT_LINK_UP:
        link_came_up(turn);
        break;
    case NODE_EVENT_LINK_DOWN:
        link_went_down(turn, "the coordinator cannot be reached");
        break;
    case NODE_EVENT_STORED:
        stored(turn);
        break;
    case NODE_EVENT_STORE_FAILED:
        store_failed(turn, event->store_error);
        break;
    case NODE_EVENT_UNREADABLE:
        core_replace_unreadable(turn, event->unreadable);
        break;
    case NODE_EVENT_STOP:
        store_for_next_start(turn);
        return;
    }
    link_pump(turn);
    set_timer(turn);
}

int node_core_step(struct node_core *core, const struct node_event *event,
                   struct node_effects *effects) {
    struct turn turn = {.core = core,
                        .real_ms = event->real_ms,
                        .wall_ms = event->wall_ms,
                        .effects = effects,
                        .once = event->once};
    take(&turn, event);
    return turn.error;
}

/* ---- restoring ---- */

void node_core_restore_begin(struct node_core *core) {
    uint64_t acked[NODE_LANES];
    memcpy(acked, core->heads.acked, sizeof acked);
    core->heads = (struct node_heads){.epoch_count = 1};
    if (core->link.welcomed)
        memcpy(core->heads.acked, acked, sizeof acked);
    node_present_deinit(&core->present);
    core->order_count = 0;
    core->device_count = 0;
    core->last_movement = (struct node_once){0};
    core->refused = 0;
    core->refusals = (struct core_refusals){0};
    core->fold_index = 0;
    core->snapshot_as_of = 0;
    core->save_real_ms = NODE_NEVER;
    core->mark_real_ms = 0;
    core->timer_real_ms = 0;
    for (int lane = 0; lane < NODE_LANES; lane++)
        core->lanes[lane].first = core->lanes[lane].made = core->lanes[lane].durable = 0;
}

void node_core_restore_session(struct node_core *core, const struct node_session *session) {
    if (!core->link.welcomed)
        core->session = *session;
}

void node_core_restore_heads(struct node_core *core, const struct node_heads *heads) {
    uint64_t acked[NODE_LANES];
    memcpy(acked, core->heads.acked, sizeof acked);
    core->heads = *heads;
    if (core->link.welcomed)
        memcpy(core->heads.acked, acked, sizeof acked);
    for (int lane = 0; lane < NODE_LANES; lane++)
        core->lanes[lane].made = core->lanes[lane].durable = heads->acked[lane];
}

void node_core_restore_clock(struct node_core *core, const struct node_clock *mark,
                             const char *boot, uint64_t real_ms) {
    if (!core->link.welcomed)
        node_clock_resume(&core->clock, mark, boot, real_ms);
}

void node_core_restore_fold(struct node_core *core, struct node_present *fold) {
    node_present_deinit(&core->present);
    core->present = *fold;
    node_present_init(fold);
    core->fold_index = core->present.as_of;
}

void node_core_restore_lane(struct node_core *core, enum hv_lane lane, uint64_t first,
                            uint64_t last) {
    int number = core_lane_number(lane);
    if (number < 0)
        return;
    struct core_lane *restored = &core->lanes[number];
    restored->first = first;
    if (last > restored->made)
        restored->made = restored->durable = last;
    uint64_t *acked = &core->heads.acked[number];
    if (*acked > restored->made) {
        *acked = restored->made;
        restored->doubted = 0;
    }
    restored->sent = core->link.welcomed && restored->sent > *acked ? restored->sent : *acked;
    if (restored->sent > restored->made)
        restored->sent = restored->made;
}

int node_core_restore_report(struct node_core *core, const struct node_report *report) {
    return node_present_apply(&core->present, report->index, report->report);
}

/* ---- looking ---- */

static struct node_lane_status lane_status(const struct node_core *core, int lane) {
    uint64_t base = core_epoch(core)->base[lane];
    const struct core_lane *at = &core->lanes[lane];
    uint64_t acked = core->heads.acked[lane];
    return (struct node_lane_status){.made = at->made - base,
                                     .acked = acked > base ? acked - base : 0,
                                     .waiting = at->made - acked,
                                     .sent = at->sent > base ? at->sent - base : 0};
}

struct node_status node_core_status(const struct node_core *core, uint64_t real_ms,
                                    int64_t wall_ms) {
    const struct core_link *link = &core->link;
    struct node_status status = {
        .link = link->state,
        .endpoint = link->endpoint_text,
        .trouble = link->trouble,
        .has_heard = link->has_heard,
        .heard_ago_ms = link->has_heard ? real_ms - link->heard_real_ms : 0,
        .epoch = core_epoch(core)->epoch,
        .session = &core->session,
        .refused = core->refused,
        .bad_frames = core->bad_frames,
        .lost = core->heads.lost,
        .node_ms = node_clock_node_ms(&core->clock, real_ms),
        .gap_node_ms = core->clock.gap_node_ms,
        .wall_ms = node_clock_wall_ms(&core->clock, real_ms, wall_ms),
        .scenario = node_clock_mark(&core->clock, real_ms).scenario,
        .store_error = core->store_error,
    };
    bool waits = link->state == NODE_LINK_WAITING || link->state == NODE_LINK_REFUSED;
    if (waits && link->retry_real_ms > real_ms)
        status.retry_in_ms = link->retry_real_ms - real_ms;
    for (int lane = 0; lane < NODE_LANES; lane++)
        status.lanes[lane] = lane_status(core, lane);
    return status;
}

const struct node_identity *node_core_identity(const struct node_core *core) {
    return &core->identity;
}

const struct node_present *node_core_present(const struct node_core *core) {
    return &core->present;
}

const struct node_heads *node_core_heads(const struct node_core *core) {
    return &core->heads;
}

const struct node_order *node_core_orders(const struct node_core *core, size_t *ret_count) {
    *ret_count = core->order_count;
    return core->orders;
}

void node_core_count_bad_frame(struct node_core *core) {
    core->bad_frames++;
}
