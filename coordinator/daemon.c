#include "coordinator/daemon.h"

#include "coordinator/daemon_api.h"
#include "coordinator/daemon_control.h"
#include "coordinator/daemon_planner.h"
#include "coordinator/milestones.h"
#include "schemas/bundle.h"
#include "schemas/platform/clock.h"
#include "schemas/platform/line_log.h"
#include "schemas/platform/notify.h"

#include <inttypes.h>
#include <stdlib.h>
#include <sysexits.h>

/* Messages at once: about a millisecond of work, which is what a question may have to wait for. */
enum { TICK_MS = 250, SLICE_MS = 10, MESSAGES_AT_ONCE = 256 };

/* Frames with fewer messages each than this are not worth a turn of the loop of their own. */
enum { MESSAGES_A_FRAME = 4 };

static void fail(struct daemon *daemon, int error, const char *what) {
    line_log(LINE_ERROR, "event=failed what=%s error=%s", what, hv_error_name(error));
    daemon->status = hv_error_exit_status(error);
    daemon->stopping = true;
}

/* ---- effects ---- */

static void send_frame(struct daemon *daemon, const struct core_effect *effect) {
    const struct gate_route *route = daemon->sender;
    if (effect->send.node != NULL) {
        const struct state_node *node =
            state_find_node(core_state(daemon->core), effect->send.node);
        if (node == NULL || node->entity.index >= daemon->route_room)
            return;
        route = &daemon->routes[node->entity.index];
    }
    if (route != NULL && route->size > 0)
        gate_send(daemon->gate, route, effect->send.bytes, effect->send.size);
}

static void die(struct daemon *daemon, int error, const char *what) {
    fail(daemon, error, what);
    line_log(LINE_ERROR, "event=exit status=%d", daemon->status);
    _exit(daemon->status);
}

/* A reply may lead to the next command, and so to the next step: it waits for the end of this one.
 */
static void keep_reply(struct daemon *daemon, const struct core_effect *effect) {
    if (daemon->reply_count == daemon->reply_room) {
        size_t room = daemon->reply_room * 2 + 16;
        struct core_effect *replies = realloc(daemon->replies, room * sizeof *replies);
        if (replies == NULL)
            die(daemon, HV_ERR_MEMORY, "replies");
        daemon->replies = replies;
        daemon->reply_room = room;
    }
    daemon->replies[daemon->reply_count++] = *effect;
}

static void give_replies(struct daemon *daemon) {
    if (daemon->replying)
        return;
    daemon->replying = true;
    for (size_t i = 0; i < daemon->reply_count; i++) {
        struct core_effect reply = daemon->replies[i]; /* the list may grow and move */
        daemon_replied(daemon, &reply);
    }
    daemon->reply_count = 0;
    daemon->replying = false;
}

static void carry_out(struct daemon *daemon, const struct core_effect *effect) {
    switch (effect->kind) {
    case CORE_APPEND:
        daemon_writer_append(daemon->writer, effect->append.entries, effect->append.count);
        break;
    case CORE_SEND:
        send_frame(daemon, effect);
        break;
    case CORE_REPLY:
        keep_reply(daemon, effect);
        break;
    case CORE_PLAN:
        daemon->plan_wanted = true;
        break;
    case CORE_EVENT:
        line_log(effect->event.warning ? LINE_WARNING : LINE_INFO, "%s", effect->event.line);
        break;
    }
}

void daemon_step(struct daemon *daemon, struct core_event event) {
    const struct core_effects *effects;
    if (event.real_ms == 0) {
        event.real_ms = clock_real_ms();
        event.wall_ms = clock_wall_ms();
    }
    int error = core_step(daemon->core, &event, &effects);
    if (error != 0) /* the state may be half changed: the log is right, start again from it */
        die(daemon, error, "core");
    for (size_t i = 0; i < effects->count; i++)
        carry_out(daemon, &effects->list[i]);
    give_replies(daemon);
}

/* ---- frames ---- */

static void remember_route(struct daemon *daemon, uint32_t node, const struct gate_route *route) {
    if (node >= daemon->route_room) {
        uint32_t room = node + node / 2 + 64;
        struct gate_route *routes = realloc(daemon->routes, room * sizeof *routes);
        if (routes == NULL)
            return; /* the node is not answered, and tries again */
        memset(routes + daemon->route_room, 0, (room - daemon->route_room) * sizeof *routes);
        daemon->routes = routes;
        daemon->route_room = room;
    }
    daemon->routes[node] = *route;
}

/* Gives the number of messages in it; an empty frame counts as one, or a sender of such could keep
 * everybody else waiting. */
static unsigned take_frame(struct daemon *daemon, const struct gate_frame *frame) {
    char *id = NULL;
    unsigned long enrolment = strtoul(frame->user, &id, 10);
    id = *id == ':' ? id + 1 : "";
    const struct state_node *node = state_find_node(core_state(daemon->core), id);
    bool revoked = node == NULL || node->revoked || node->enrolment != enrolment;
    if (!revoked)
        remember_route(daemon, node->entity.index, &frame->route);
    daemon->sender = &frame->route;
    struct core_event event = {.kind = CORE_FRAME,
                               .real_ms = clock_real_ms(), /* of all that came together */
                               .wall_ms = clock_wall_ms(),
                               .frame = {.node = id, .revoked = revoked, .known = node}};
    struct hv_bundle_reader reader;
    unsigned messages = 0;
    hv_bundle_open(&reader, frame->bytes, frame->size);
    for (; hv_bundle_next(&reader, &event.frame.bytes, &event.frame.size); messages++)
        daemon_step(daemon, event);
    daemon->sender = NULL;
    return messages > 0 ? messages : 1;
}

/* ---- the loop ---- */

static int go_on(const struct daemon *daemon) {
    return daemon->stopping ? -1 : 0;
}

static int on_router(zloop_t *loop, zmq_pollitem_t *item, void *context);

static void look_at_router(struct daemon *daemon, bool look) {
    zmq_pollitem_t item = {.socket = gate_router(daemon->gate), .events = ZMQ_POLLIN};
    if (look == daemon->looking)
        return;
    daemon->looking = look;
    if (!look)
        zloop_poller_end(daemon->loop, &item);
    else if (zloop_poller(daemon->loop, &item, on_router, daemon) != 0)
        fail(daemon, HV_ERR_MEMORY, "loop");
}

/* Frames that bring little while a batch is being stored wait for it in the queue: they could not
 * be stored sooner, and a turn of the loop costs more than they do. Where they bring much, decoding
 * it meanwhile is worth the turns. */
static int on_router(zloop_t *loop, zmq_pollitem_t *item, void *context) {
    struct daemon *daemon = context;
    struct gate_frame frame;
    (void)loop, (void)item;
    unsigned messages = 0, frames = 0;
    for (; messages < MESSAGES_AT_ONCE && gate_receive(daemon->gate, &frame) == 0; frames++)
        messages += take_frame(daemon, &frame);
    daemon_step(daemon, (struct core_event){.kind = CORE_IDLE});
    look_at_router(daemon, messages >= MESSAGES_AT_ONCE || messages >= MESSAGES_A_FRAME * frames ||
                               !core_busy(daemon->core));
    return go_on(daemon);
}

static int on_zap(zloop_t *loop, zmq_pollitem_t *item, void *context) {
    struct daemon *daemon = context;
    (void)loop, (void)item;
    gate_serve_zap(daemon->gate);
    return go_on(daemon);
}

/* What an append came to. A disk that is full heals; one that fails leaves it open what it holds,
 * and only reading the log anew tells. */
static void take_result(struct daemon *daemon, int error) {
    if (error == 0)
        daemon_step(daemon, (struct core_event){.kind = CORE_COMMITTED});
    else
        daemon_step(daemon,
                    (struct core_event){.kind = CORE_APPEND_FAILED, .failed = {.error = error}});
    if (error == HV_ERR_FULL)
        milestones_drop(daemon->dir); /* perhaps it fits now */
    if (error == 0 || error == HV_ERR_FULL || daemon->status != 0)
        return;
    fail(daemon, error, "log");
    line_log(LINE_ERROR, "event=remedy text=\"nothing was acknowledged that is not stored: see the "
                         "kernel's messages, mend or replace the disk, start again\"");
}

/* Once the region is the one that the log names. */
static void plan_if_wanted(struct daemon *daemon) {
    if (!daemon->plan_wanted)
        return;
    daemon->plan_wanted = false;
    daemon_planner_plan(daemon, 0, NULL, NULL);
}

static int on_writer(zloop_t *loop, zmq_pollitem_t *item, void *context) {
    struct daemon *daemon = context;
    int error;
    (void)loop, (void)item;
    if (daemon_writer_collect(daemon->writer, false, &error) == 0)
        take_result(daemon, error);
    daemon_region_follow(daemon); /* before readers are told of it */
    daemon_api_committed(daemon);
    look_at_router(daemon, true);
    plan_if_wanted(daemon);
    return go_on(daemon);
}

static int on_api(zloop_t *loop, zmq_pollitem_t *item, void *context) {
    struct daemon *daemon = context;
    (void)loop, (void)item;
    daemon_api_serve(daemon);
    return go_on(daemon);
}

static int on_task(zloop_t *loop, zmq_pollitem_t *item, void *context) {
    struct daemon *daemon = context;
    (void)loop, (void)item;
    daemon_tasks_collect(daemon->tasks);
    return go_on(daemon);
}

/* While a checkpoint is being written, a slice now and then. */
static int on_plan(zloop_t *loop, zmq_pollitem_t *item, void *context) {
    struct daemon *daemon = context;
    (void)loop, (void)item;
    daemon_planner_collect(daemon);
    return go_on(daemon);
}

static int on_slice(zloop_t *loop, int timer, void *context) {
    struct daemon *daemon = context;
    (void)timer;
    daemon_checkpoint_run(daemon);
    daemon->slicing = daemon->checkpoint != NULL && !daemon->checkpoint_syncing &&
                      zloop_timer(loop, SLICE_MS, 1, on_slice, daemon) >= 0;
    return go_on(daemon);
}

static int on_tick(zloop_t *loop, int timer, void *context) {
    struct daemon *daemon = context;
    (void)timer;
    daemon_step(daemon, (struct core_event){.kind = CORE_TICK});
    daemon_step(daemon, (struct core_event){.kind = CORE_IDLE});
    daemon_api_tell(daemon);
    plan_if_wanted(daemon);
    return daemon->slicing ? go_on(daemon) : on_slice(loop, 0, daemon);
}

static int on_watchdog(zloop_t *loop, int timer, void *context) {
    (void)loop, (void)timer;
    notify_alive();
    return go_on(context);
}

static int on_signal(zloop_t *loop, zmq_pollitem_t *item, void *context) {
    struct daemon *daemon = context;
    (void)loop, (void)item;
    line_log(LINE_INFO, "event=stopping");
    daemon->stopping = true;
    return -1;
}

static bool poll_socket(struct daemon *daemon, void *socket, zloop_fn *handler) {
    zmq_pollitem_t item = {.socket = socket, .events = ZMQ_POLLIN};
    return zloop_poller(daemon->loop, &item, handler, daemon) == 0;
}

static bool poll_file(struct daemon *daemon, int file, zloop_fn *handler) {
    zmq_pollitem_t item = {.fd = file, .events = ZMQ_POLLIN};
    return zloop_poller(daemon->loop, &item, handler, daemon) == 0;
}

static bool fill_loop(struct daemon *daemon) {
    uint64_t watchdog = notify_watchdog_ms();
    daemon->looking = true;
    bool filled = poll_socket(daemon, gate_router(daemon->gate), on_router) &&
                  poll_socket(daemon, gate_zap(daemon->gate), on_zap) &&
                  poll_file(daemon, daemon_writer_fd(daemon->writer), on_writer) &&
                  poll_file(daemon, daemon_tasks_fd(daemon->tasks), on_task) &&
                  poll_file(daemon, daemon_planner_fd(daemon), on_plan) &&
                  poll_file(daemon, daemon->signals, on_signal) &&
                  zloop_timer(daemon->loop, TICK_MS, 0, on_tick, daemon) >= 0;
    if (filled && daemon->api != NULL)
        filled = poll_file(daemon, daemon_api_fd(daemon), on_api);
    if (filled && watchdog > 0)
        filled = zloop_timer(daemon->loop, watchdog / 2, 0, on_watchdog, daemon) >= 0;
    return filled;
}

/* ---- stopping ---- */

/* Stores and answers what has been taken in; takes nothing more. */
static void drain(struct daemon *daemon) {
    int error;
    daemon_step(daemon, (struct core_event){.kind = CORE_IDLE});
    while (core_busy(daemon->core) && daemon_writer_collect(daemon->writer, true, &error) == 0)
        take_result(daemon, error);
}

static void stop(struct daemon *daemon) {
    notify_stopping();
    drain(daemon);
    daemon_tasks_free(daemon->tasks);
    daemon->tasks = NULL;
    drain(daemon); /* what the tasks decided */
    if (daemon->status == 0)
        daemon_checkpoint_last(daemon);
    line_log(LINE_INFO, "event=stopped position=%" PRIu64,
             state_position(core_state(daemon->core)));
}

int daemon_run(const char *dir) {
    struct daemon *daemon = calloc(1, sizeof *daemon);
    if (daemon == NULL)
        return EX_OSERR;
    int status = daemon_open(daemon, dir);
    if (status == 0 && !fill_loop(daemon))
        status = EX_OSERR;
    if (status == 0) {
        notify_ready("taking reports");
        line_log(LINE_INFO, "event=ready position=%" PRIu64 " nodes=%" PRIu32,
                 state_position(core_state(daemon->core)),
                 state_count(core_state(daemon->core), STATE_NODE));
        daemon_planner_record_profile(daemon);
        zloop_start(daemon->loop);
        stop(daemon);
        status = daemon->status;
    }
    daemon_close(daemon);
    free(daemon);
    return status;
}
