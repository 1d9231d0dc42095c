#include "nodes/daemon.h"

#include "nodes/console.h"
#include "nodes/desk/desk_server.h"
#include "nodes/directory.h"
#include "nodes/journal.h"
#include "nodes/link/link.h"
#include "nodes/show.h"
#include "schemas/bundle.h"
#include "schemas/codec.h"
#include "schemas/platform/atomic_file.h"
#include "schemas/platform/clock.h"
#include "schemas/platform/line_log.h"

#include <czmq.h>
#include <malloc.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

enum { GROUP_REPORTS = 512, TIMER_MAX_MS = 60000 };

struct daemon {
    struct node_settings settings;
    struct outbox *outbox;
    struct journal *journal;
    struct node_core *core;
    struct link *link;
    struct console *console;
    struct desk_server *desk; /* NULL: none */
    zloop_t *loop;
    int signals;
    struct node_effects effects;
    struct hv_arena arena; /* of the frame that comes in or goes out */
    uint8_t frame[HV_FRAME_BYTES_MAX];
    struct hv_bundle_writer bundle; /* reports that go out together */
    int watched[2];                 /* descriptors of the link in the loop */
    size_t watched_count;
    uint64_t due_real_ms;
    int timer;           /* of the loop; 0: none */
    uint64_t unreadable; /* index of a report that could not be sent; 0: none */
    bool turn_is_due;
    bool stopping;
    int error;
    enum node_link_state told; /* last link state that was logged */
};

static void request_turn(struct daemon *daemon);

/* ---- logging: transitions only ---- */

static void log_link(struct daemon *daemon) {
    struct node_status status = node_core_status(daemon->core, clock_real_ms(), clock_wall_ms());
    bool worth = status.link == NODE_LINK_UP || status.link == NODE_LINK_REFUSED ||
                 status.link == NODE_LINK_TAKEN || daemon->told == NODE_LINK_UP;
    if (status.link == daemon->told || !worth)
        return;
    daemon->told = status.link;
    line_log(LINE_INFO, "event=link state=%s endpoint=%s waiting=%llu trouble=\"%s\"",
             show_link_word(status.link), status.endpoint,
             (unsigned long long)status.lanes[NODE_HISTORY].waiting, status.trouble);
}

static void log_store_error(int error) {
    static int last;
    if (error != last && error != HV_OK)
        line_log(LINE_ERROR, "event=not-stored error=%s text=\"%s\"", hv_error_name(error),
                 hv_error_text(error));
    last = error;
}

/* ---- effects ---- */

static void send_frame(struct daemon *daemon, const uint8_t *frame, size_t size) {
    int error = link_send(daemon->link, frame, size);
    if (error != HV_OK && error != HV_ERR_BUSY && error != HV_ERR_CLOSED)
        line_log(LINE_WARNING, "event=not-sent error=%s", hv_error_name(error));
}

static void send_bundle(struct daemon *daemon) {
    size_t size;
    const uint8_t *frame = hv_bundle_frame(&daemon->bundle, &size);
    if (size > 0)
        send_frame(daemon, frame, size);
    hv_bundle_begin(&daemon->bundle);
}

/* Behind what waits to be sent: frames of a connection keep their order. */
static void send_envelope(struct daemon *daemon, const struct hv_envelope *envelope) {
    size_t size;
    int error =
        hv_envelope_encode(envelope, &daemon->arena, daemon->frame, sizeof daemon->frame, &size);
    if (error != HV_OK) {
        line_log(LINE_WARNING, "event=not-sent error=%s", hv_error_name(error));
        return;
    }
    if (hv_bundle_add(&daemon->bundle, daemon->frame, size))
        return;
    send_bundle(daemon);
    if (!hv_bundle_add(&daemon->bundle, daemon->frame, size))
        send_frame(daemon, daemon->frame, size);
}

static void send_report(struct daemon *daemon, const struct node_effect *effect) {
    struct hv_envelope envelope = effect->send.envelope;
    struct node_report report;
    int error = journal_read_report(daemon->outbox, envelope.lane, effect->send.index,
                                    &daemon->arena, &report);
    if (error != HV_OK) {
        line_log(LINE_ERROR, "event=unreadable lane=%s index=%llu error=%s",
                 hv_lane_word(envelope.lane), (unsigned long long)effect->send.index,
                 hv_error_name(error));
        if (error == HV_ERR_CORRUPT && envelope.lane == HV_LANE_HISTORY &&
            daemon->unreadable == 0) /* those behind it come after it */
            daemon->unreadable = effect->send.index;
        return;
    }
    envelope.report = *report.report;
    memcpy(envelope.incident, report.incident, HV_ID128_BYTES);
    send_envelope(daemon, &envelope);
}

static int on_link(zloop_t *loop, zmq_pollitem_t *item, void *argument) {
    (void)loop, (void)item;
    request_turn(argument);
    return 0;
}

/* libzmq signals edges: the loop only wakes for them, every turn asks the link until it has no
 * more. */
static void watch_link(struct daemon *daemon) {
    for (size_t i = 0; i < daemon->watched_count; i++) {
        zmq_pollitem_t item = {.fd = daemon->watched[i], .events = ZMQ_POLLIN};
        zloop_poller_end(daemon->loop, &item);
    }
    daemon->watched_count = link_descriptors(daemon->link, daemon->watched);
    for (size_t i = 0; i < daemon->watched_count; i++) {
        zmq_pollitem_t item = {.fd = daemon->watched[i], .events = ZMQ_POLLIN};
        if (zloop_poller(daemon->loop, &item, on_link, daemon) == 0)
            zloop_poller_set_tolerant(daemon->loop, &item);
    }
}

static void unwatch_link(struct daemon *daemon) {
    for (size_t i = 0; i < daemon->watched_count; i++) {
        zmq_pollitem_t item = {.fd = daemon->watched[i], .events = ZMQ_POLLIN};
        zloop_poller_end(daemon->loop, &item);
    }
    daemon->watched_count = 0;
}

static void connect_link(struct daemon *daemon, const char *endpoint) {
    unwatch_link(daemon);
    int error = link_connect(daemon->link, endpoint);
    if (error != HV_OK)
        line_log(LINE_WARNING, "event=not-connected endpoint=%s error=%s", endpoint,
                 hv_error_name(error));
    watch_link(daemon);
}

static void carry_out(struct daemon *daemon, const struct node_effect *effect) {
    switch (effect->kind) {
    case NODE_EFFECT_WRITE: /* the journal has it */
        break;
    case NODE_EFFECT_REPLY:
        console_replied(daemon->console, &effect->reply);
        break;
    case NODE_EFFECT_CONNECT:
        send_bundle(daemon);
        connect_link(daemon, effect->endpoint);
        break;
    case NODE_EFFECT_DISCONNECT:
        send_bundle(daemon);
        unwatch_link(daemon);
        link_disconnect(daemon->link);
        break;
    case NODE_EFFECT_SEND:
        send_envelope(daemon, &effect->send.envelope);
        break;
    case NODE_EFFECT_SEND_REPORT:
        send_report(daemon, effect);
        break;
    case NODE_EFFECT_TIMER:
        daemon->due_real_ms = effect->timer_real_ms;
        break;
    }
    hv_arena_reset(&daemon->arena);
}

/* ---- steps ---- */

static void fail(struct daemon *daemon, int error) {
    line_log(LINE_ERROR, "event=stopping error=%s text=\"%s\"", hv_error_name(error),
             hv_error_text(error));
    daemon->error = error;
    daemon->stopping = true;
}

static int step_alone(struct daemon *daemon, struct node_event *event) {
    event->real_ms = clock_real_ms();
    event->wall_ms = clock_wall_ms();
    node_effects_reset(&daemon->effects);
    int error = node_core_step(daemon->core, event, &daemon->effects);
    if (error == HV_OK)
        error = journal_gather(daemon->journal, &daemon->effects);
    for (size_t i = 0; i < daemon->effects.count && error == HV_OK; i++)
        carry_out(daemon, &daemon->effects.items[i]);
    send_bundle(daemon);
    return error;
}

static int step_once(struct daemon *daemon, struct node_event *event) {
    daemon->unreadable = 0;
    int error = step_alone(daemon, event);
    struct node_event damaged = {.kind = NODE_EVENT_UNREADABLE, .unreadable = daemon->unreadable};
    return error == HV_OK && daemon->unreadable != 0 ? step_alone(daemon, &damaged) : error;
}

/* A disk that is full heals. One that fails leaves it open what it holds, and only a new start
 * tells. */
static bool is_for_good(int store_error) {
    return store_error == HV_ERR_IO || store_error == HV_ERR_CORRUPT;
}

/* Back to what is on disk; everybody who waits for the disk hears why. */
static void give_up_batch(struct daemon *daemon, int store_error) {
    struct node_event event = {.kind = NODE_EVENT_STORE_FAILED, .store_error = store_error};
    log_store_error(store_error);
    int error = journal_restore(daemon->journal, daemon->core, clock_boot_id(), clock_real_ms());
    if (error == HV_OK)
        error = step_once(daemon, &event);
    if (error != HV_OK || is_for_good(store_error))
        fail(daemon, is_for_good(store_error) ? store_error : error);
}

static void store(struct daemon *daemon) {
    if (!journal_is_waiting(daemon->journal))
        return;
    int error = journal_store(daemon->journal);
    struct node_event event = {.kind = NODE_EVENT_STORED};
    if (error == HV_OK) {
        log_store_error(HV_OK);
        error = step_once(daemon, &event);
    }
    if (error != HV_OK)
        give_up_batch(daemon, error);
}

static void step(struct daemon *daemon, struct node_event *event) {
    int error = step_once(daemon, event);
    if (error != HV_OK)
        give_up_batch(daemon, error);
    else if (journal_waiting_count(daemon->journal) >= GROUP_REPORTS)
        store(daemon);
}

/* What the console passes on. */
static void step_for_console(void *context, struct node_event *event) {
    step(context, event);
}

static void store_for_console(void *context) {
    store(context);
}

static void take_frame(struct daemon *daemon, const uint8_t *bytes, size_t size) {
    struct hv_envelope *envelope = NULL;
    struct hv_verdict verdict;
    struct hv_arena arena;
    hv_arena_init(&arena, 0);
    struct node_event event = {.kind = NODE_EVENT_FRAME};
    if (hv_envelope_decode(bytes, size, &arena, &verdict, &envelope) == HV_OK) {
        event.frame = envelope;
        step(daemon, &event);
    } else {
        node_core_count_bad_frame(daemon->core);
    }
    hv_arena_deinit(&arena);
}

static bool take_link_news(struct daemon *daemon) {
    const uint8_t *bytes;
    size_t size;
    enum link_news news = link_next(daemon->link, &bytes, &size);
    struct node_event event = {.kind = NODE_EVENT_LINK_UP};
    switch (news) {
    case LINK_NOTHING:
        return false;
    case LINK_FRAME:
        take_frame(daemon, bytes, size);
        return true;
    case LINK_DOWN:
        event.kind = NODE_EVENT_LINK_DOWN;
        break;
    case LINK_UP:
        break;
    }
    step(daemon, &event);
    return true;
}

/* ---- the loop ---- */

static int on_timer(zloop_t *loop, int timer, void *argument);

static void set_timer(struct daemon *daemon) {
    uint64_t now = clock_real_ms();
    uint64_t wait = daemon->due_real_ms > now ? daemon->due_real_ms - now : 1;
    if (wait > TIMER_MAX_MS)
        wait = TIMER_MAX_MS; /* the loop's clock stands still while the machine sleeps */
    if (daemon->turn_is_due)
        wait = 0;
    if (daemon->timer != 0)
        zloop_timer_end(daemon->loop, daemon->timer);
    daemon->timer = zloop_timer(daemon->loop, (size_t)wait, 1, on_timer, daemon);
}

/* Everything that came in this round is stepped, then stored in one batch; what that sets free
 * (replies, sends) may bring in more. */
static void turn(struct daemon *daemon) {
    struct node_event tick = {.kind = NODE_EVENT_TICK};
    daemon->turn_is_due = false;
    bool more = true;
    while (more && !daemon->stopping) {
        more = false;
        while (take_link_news(daemon))
            more = true;
        while (console_take(daemon->console))
            more = true;
        if (clock_real_ms() >= daemon->due_real_ms)
            step(daemon, &tick);
        while (take_link_news(daemon)) /* a send may take the signal of what has come meanwhile */
            more = true;
        more = more || journal_is_waiting(daemon->journal);
        store(daemon);
    }
    log_link(daemon);
}

static int on_timer(zloop_t *loop, int timer, void *argument) {
    (void)loop, (void)timer;
    struct daemon *daemon = argument;
    daemon->timer = 0;
    turn(daemon);
    if (daemon->stopping || console_wants_stop(daemon->console))
        return -1;
    set_timer(daemon);
    return 0;
}

/* At the next round of the loop, when all that is readable now was read: entries share a sync. */
static void request_turn(struct daemon *daemon) {
    if (daemon->turn_is_due)
        return;
    daemon->turn_is_due = true;
    set_timer(daemon);
}

static void on_console(void *context) {
    request_turn(context);
}

static int on_signal(zloop_t *loop, zmq_pollitem_t *item, void *argument) {
    (void)loop, (void)item;
    ((struct daemon *)argument)->stopping = true;
    return -1;
}

/* ---- starting and stopping ---- */

static int open_signals(struct daemon *daemon) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    if (sigprocmask(SIG_BLOCK, &set, NULL) != 0)
        return HV_ERR_IO;
    signal(SIGPIPE, SIG_IGN);
    daemon->signals = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
    zmq_pollitem_t item = {.fd = daemon->signals, .events = ZMQ_POLLIN};
    return daemon->signals < 0 || zloop_poller(daemon->loop, &item, on_signal, daemon) != 0
               ? HV_ERR_IO
               : HV_OK;
}

static int open_outbox(struct daemon *daemon, const char *directory) {
    char path[PATH_MAX];
    int error = directory_path(directory, "outbox", path);
    if (error == HV_OK)
        error =
            outbox_lmdb_open(path, false, (size_t)daemon->settings.outbox_bytes, &daemon->outbox);
    return error;
}

static int open_core(struct daemon *daemon) {
    const char *endpoints[HV_ENDPOINTS_MAX];
    for (size_t i = 0; i < daemon->settings.endpoint_count; i++)
        endpoints[i] = daemon->settings.endpoints[i];
    struct node_options options = {.identity = daemon->settings.identity,
                                   .software = NODE_SOFTWARE,
                                   .endpoint_count = daemon->settings.endpoint_count,
                                   .endpoints = endpoints};
    randombytes_buf(&options.seed, sizeof options.seed);
    daemon->core = node_core_new(&options);
    daemon->journal = journal_new(daemon->outbox);
    if (daemon->core == NULL || daemon->journal == NULL)
        return HV_ERR_MEMORY;
    return journal_restore(daemon->journal, daemon->core, clock_boot_id(), clock_real_ms());
}

static int open_console(struct daemon *daemon, const char *directory) {
    char path[PATH_MAX];
    struct console_options options = {.loop = daemon->loop,
                                      .socket = path,
                                      .core = daemon->core,
                                      .outbox = daemon->outbox,
                                      .context = daemon,
                                      .step = step_for_console,
                                      .came = on_console,
                                      .flush = store_for_console};
    int error = directory_path(directory, "control.sock", path);
    return error == HV_OK ? console_new(&options, &daemon->console) : error;
}

static int open_desk(struct daemon *daemon, const char *directory, struct hv_fault_list *faults) {
    int error = desk_server_open(directory, faults, &daemon->desk);
    if (error == HV_OK && daemon->desk != NULL)
        line_log(LINE_INFO, "event=desk address=%s", desk_server_address(daemon->desk));
    return error;
}

static int start(struct daemon *daemon, const char *directory, struct hv_fault_list *faults) {
    zsys_handler_set(NULL);
    daemon->loop = zloop_new();
    if (daemon->loop == NULL)
        return HV_ERR_MEMORY;
    int error = open_signals(daemon);
    if (error == HV_OK)
        error = directory_load(directory, faults, &daemon->settings);
    if (error == HV_OK)
        error = open_outbox(daemon, directory);
    if (error == HV_OK)
        atomic_file_tidy(directory);
    if (error == HV_OK)
        error = open_core(daemon);
    if (error == HV_OK)
        error = link_new(&daemon->settings.keys, &daemon->link);
    if (error == HV_OK)
        error = open_console(daemon, directory);
    if (error == HV_OK)
        error = open_desk(daemon, directory, faults);
    return error;
}

static void say_goodbye(struct daemon *daemon) {
    struct node_event event = {.kind = NODE_EVENT_STOP};
    daemon->stopping = false;
    turn(daemon); /* what was entered is stored and answered */
    if (daemon->error != HV_OK)
        return;
    if (step_once(daemon, &event) != HV_OK || journal_store(daemon->journal) != HV_OK)
        line_log(LINE_WARNING, "event=stopped text=\"the next start will replay\"");
}

static void close_all(struct daemon *daemon) {
    console_free(daemon->console); /* so that the desk does not wait for an answer */
    desk_server_close(daemon->desk);
    unwatch_link(daemon);
    link_free(daemon->link);
    journal_free(daemon->journal);
    node_core_free(daemon->core);
    outbox_free(daemon->outbox);
    node_effects_deinit(&daemon->effects);
    hv_arena_deinit(&daemon->arena);
    zloop_destroy(&daemon->loop);
    if (daemon->signals >= 0)
        close(daemon->signals);
    sodium_memzero(&daemon->settings.keys, sizeof daemon->settings.keys);
    free(daemon);
}

int node_daemon_run(const char *directory, struct hv_fault_list *faults) {
    (void)mallopt(M_ARENA_MAX, 1); /* libzmq's threads would each take an arena of their own */
    struct daemon *daemon = calloc(1, sizeof *daemon);
    if (daemon == NULL || sodium_init() < 0) {
        free(daemon);
        return HV_ERR_MEMORY;
    }
    daemon->signals = -1;
    node_effects_init(&daemon->effects);
    hv_arena_init(&daemon->arena, 0);
    int error = start(daemon, directory, faults);
    if (error == HV_OK) {
        sd_notify(0, "READY=1");
        request_turn(daemon);
        zloop_start(daemon->loop);
        sd_notify(0, "STOPPING=1");
        if (daemon->error == HV_OK)
            say_goodbye(daemon);
        error = daemon->error;
    }
    close_all(daemon);
    return error;
}
