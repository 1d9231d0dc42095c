#include "nodes/console.h"

#include "schemas/platform/entry.h"
#include "nodes/show.h"
#include "nodes/waybill.h"
#include "schemas/platform/clock.h"
#include "schemas/platform/control.h"
#include "schemas/platform/json_members.h"

#include <jansson.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A request on its way. Entries wait for the core's replies, one for each slot. */
struct job {
    struct job *next;
    uint64_t token; /* of the control server */
    json_t *request;
    bool is_batch;
    struct node_once once; /* of a batch; device 0: of each entry */
    uint64_t first_ticket; /* tickets of its entries: first .. first + count - 1 */
    size_t count;
    size_t waiting;
    json_t **results;  /* owned; by slot */
    json_t **commands; /* borrowed from the request */
};

struct console {
    struct console_options options;
    struct control_server *server;
    struct job *queue, **queue_end; /* not yet begun */
    struct job *open;               /* begun, some replies missing */
    uint64_t next_ticket;
    bool stop;
};

/* ---- replies ---- */

static json_t *with_ref(json_t *reply, const json_t *command) {
    json_t *ref = json_object_get(command, "ref");
    if (ref != NULL)
        json_object_set(reply, "ref", ref);
    return reply;
}

static json_t *refusal(int error, const char *text, const char *remedy) {
    return json_pack("{s:b, s:s, s:o, s:o}", "ok", 0, "error", hv_error_name(error), "text",
                     json_members_text(text), "remedy", json_members_text(remedy));
}

/* NULL: the request has no members but those. */
static json_t *refuse_unknown(const json_t *request, const char *known) {
    struct json_members_fault fault;
    return json_members_check(request, known, &fault)
               ? NULL
               : refusal(HV_ERR_VALUE, fault.wrong, fault.right);
}

static json_t *device_text(uint64_t id) {
    char text[ENTRY_DEVICE_DIGITS + 1];
    snprintf(text, sizeof text, "%016llx", (unsigned long long)id);
    return json_string(text);
}

static json_t *reply_of(const struct node_reply *reply) {
    if (reply->error != HV_OK) {
        json_t *refused = refusal(reply->error, reply->message, reply->remedy);
        json_object_set_new(refused, "reason", json_string(hv_reason_word(reply->reason)));
        return refused;
    }
    json_t *taken = json_pack("{s:b}", "ok", 1);
    if (reply->repeated)
        json_object_set_new(taken, "repeated", json_true());
    if (reply->sequence != 0) {
        json_object_set_new(taken, "lane", json_string(hv_lane_word(reply->lane)));
        json_object_set_new(taken, "epoch", json_integer((json_int_t)reply->epoch));
        json_object_set_new(taken, "sequence", json_integer((json_int_t)reply->sequence));
    }
    if (reply->device != 0)
        json_object_set_new(taken, "device", device_text(reply->device));
    if (reply->request != 0)
        json_object_set_new(taken, "request", json_integer((json_int_t)reply->request));
    return taken;
}

/* ---- jobs ---- */

static void job_free(struct job *job) {
    if (job->results != NULL)
        for (size_t i = 0; i < job->count; i++)
            json_decref(job->results[i]);
    free(job->results);
    free(job->commands);
    json_decref(job->request);
    free(job);
}

static json_t *batch_reply(struct job *job) {
    json_t *results = json_array();
    json_int_t failed = 0;
    for (size_t i = 0; i < job->count; i++) {
        failed += !json_is_true(json_object_get(job->results[i], "ok"));
        json_array_append(results, job->results[i]);
    }
    return with_ref(json_pack("{s:b, s:I, s:o}", "ok", 1, "failed", failed, "results", results),
                    job->request);
}

static void unlink_open(struct console *console, struct job *job) {
    for (struct job **at = &console->open; *at != NULL; at = &(*at)->next)
        if (*at == job) {
            *at = job->next;
            return;
        }
}

static void finish(struct console *console, struct job *job) {
    unlink_open(console, job);
    control_reply(console->server, job->token,
                  job->is_batch ? batch_reply(job) : json_incref(job->results[0]));
    job_free(job);
}

static void fill_slot(struct console *console, struct job *job, size_t slot, json_t *result) {
    job->results[slot] = with_ref(result, job->commands[slot]);
    if (--job->waiting == 0)
        finish(console, job);
}

void console_replied(struct console *console, const struct node_reply *reply) {
    for (struct job *job = console->open; job != NULL; job = job->next) {
        if (reply->token < job->first_ticket || reply->token >= job->first_ticket + job->count)
            continue;
        fill_slot(console, job, (size_t)(reply->token - job->first_ticket), reply_of(reply));
        return;
    }
}

/* ---- entries ---- */

static bool is_new_device(const json_t *command) {
    const char *verb = json_string_value(json_object_get(command, "verb"));
    return verb != NULL && strcmp(verb, "device-new") == 0;
}

static void begin_device(struct console *console, uint64_t ticket) {
    struct node_event event = {.kind = NODE_EVENT_DEVICE, .device = {.token = ticket}};
    while (event.device.id == 0)
        randombytes_buf(&event.device.id, sizeof event.device.id);
    console->options.step(console->options.context, &event);
}

/* Hands the entry to the core; its reply comes through console_replied, now or after the sync. */
static json_t *begin_entry(struct console *console, const json_t *command,
                           struct node_once once_of_batch, uint64_t ticket) {
    struct hv_arena arena;
    struct entry entry;
    char wrong[256] = "";
    if (is_new_device(command)) {
        json_t *refused = refuse_unknown(command, "verb,ref*");
        if (refused == NULL)
            begin_device(console, ticket);
        return refused;
    }
    hv_arena_init(&arena, 0);
    json_t *completed = NULL;
    struct show show = {.core = console->options.core, .outbox = console->options.outbox};
    int error = json_is_object(command)
                    ? waybill_complete(&show, command, &completed, wrong, sizeof wrong)
                    : HV_ERR_FORMAT;
    if (error == HV_ERR_NOT_FOUND) {
        hv_arena_deinit(&arena);
        return refusal(error, wrong, "name the goods, such as water=600");
    }
    if (error == HV_OK)
        error = entry_read(completed != NULL ? completed : command, &arena, wrong, sizeof wrong,
                           &entry);
    if (error == HV_OK) {
        struct node_event event = {.kind = NODE_EVENT_UNDO,
                                   .once = once_of_batch,
                                   .undo_of = entry.undo_of,
                                   .token = ticket};
        if (once_of_batch.device == 0)
            event.once = (struct node_once){entry.device, entry.number};
        if (!entry.undo) {
            event.kind = NODE_EVENT_REPORT;
            event.report.token = ticket;
            event.report.report = &entry.report;
            event.report.ago_ms = entry.ago_ms;
            event.report.force = entry.force;
        }
        console->options.step(console->options.context, &event);
    }
    hv_arena_deinit(&arena);
    json_decref(completed);
    if (error == HV_OK)
        return NULL;
    if (error == HV_ERR_NOT_FOUND)
        return refusal(HV_ERR_VALUE, "no entry has this verb", "see docs/NODE.md");
    return refusal(error, wrong[0] == '\0' ? hv_error_text(error) : wrong, "correct the entry");
}

/* Whether an entry was refused as it came; one that waits for the disk was not. */
static bool was_refused(const struct job *job, size_t slot) {
    return job->results[slot] != NULL && !json_is_true(json_object_get(job->results[slot], "ok"));
}

static void begin_job(struct console *console, struct job *job) {
    job->first_ticket = console->next_ticket;
    console->next_ticket += job->count;
    job->waiting = job->count;
    job->next = console->open;
    console->open = job;
    size_t count = job->count;
    uint64_t first = job->first_ticket;
    /* The first entry that is taken takes the number of the batch, and the others go with it. What
     * follows a refusal may rest on what was refused, and is not tried. */
    struct node_once once = job->once;
    bool one_by_one = once.device == 0, stopped = false;
    bool repeated = node_core_has_taken(console->options.core, once);
    for (size_t slot = 0; slot < count; slot++) { /* the job is gone after its last slot */
        if (repeated) {
            fill_slot(console, job, slot, json_pack("{s:b, s:b}", "ok", 1, "repeated", 1));
            continue;
        }
        bool last = slot + 1 == count;
        json_t *refused = stopped ? refusal(HV_ERR_STATE, "not tried, since one before was refused",
                                            "correct that one, and enter the rest again")
                                  : begin_entry(console, job->commands[slot], once, first + slot);
        if (node_core_has_taken(console->options.core, once))
            once = (struct node_once){0};
        if (refused != NULL)
            fill_slot(console, job, slot, refused);
        stopped = stopped || (!one_by_one && !last && was_refused(job, slot));
    }
}

static bool make_slots(struct job *job, size_t count) {
    job->count = count;
    job->results = calloc(count, sizeof(json_t *));
    job->commands = calloc(count, sizeof(json_t *));
    return job->results != NULL && job->commands != NULL;
}

static void reply_and_free(struct console *console, struct job *job, json_t *reply) {
    control_reply(console->server, job->token, with_ref(reply, job->request));
    job_free(job);
}

static void take_entry(struct console *console, struct job *job) {
    if (!make_slots(job, 1)) {
        reply_and_free(console, job, refusal(HV_ERR_MEMORY, "no memory left", "try again"));
        return;
    }
    job->commands[0] = job->request;
    begin_job(console, job);
}

/* A batch that is taken once is stored in one batch of the outbox. */
static bool read_batch_once(struct console *console, struct job *job, size_t count) {
    const json_t *once = json_object_get(job->request, "once");
    if (once == NULL)
        return true;
    if (count > CONSOLE_ONCE_MAX || !entry_once_read(once, &job->once.device, &job->once.number)) {
        job->count = 0;
        reply_and_free(console, job,
                       refusal(HV_ERR_VALUE,
                               "“once” needs a device, a number and at most 100 entries",
                               "see docs/NODE.md"));
        return false;
    }
    console->options.flush(console->options.context);
    return true;
}

static void take_batch(struct console *console, struct job *job) {
    json_t *refused = refuse_unknown(job->request, "verb,ref*,once{,commands[");
    if (refused != NULL) {
        reply_and_free(console, job, refused);
        return;
    }
    const json_t *commands = json_object_get(job->request, "commands");
    size_t count = json_array_size(commands);
    if (count == 0 || count > CONSOLE_BATCH_MAX || !make_slots(job, count)) {
        job->count = 0;
        reply_and_free(console, job,
                       refusal(HV_ERR_VALUE, "“commands” must be a list of 1 to 4096 entries",
                               "send several batches"));
        return;
    }
    if (!read_batch_once(console, job, count))
        return;
    job->is_batch = true;
    for (size_t i = 0; i < count; i++)
        job->commands[i] = json_array_get(commands, i);
    begin_job(console, job);
}

/* ---- questions ---- */

static uint64_t number_or(const json_t *request, const char *name, uint64_t otherwise) {
    const json_t *member = json_object_get(request, name);
    json_int_t value = json_integer_value(member);
    return json_is_integer(member) && value >= 0 ? (uint64_t)value : otherwise;
}

static json_t *answer_records(const struct show *show, const json_t *request) {
    const char *lane = json_string_value(json_object_get(request, "lane"));
    bool present = lane != NULL && strcmp(lane, "present") == 0;
    if (lane != NULL && !present && strcmp(lane, "history") != 0)
        return refusal(HV_ERR_VALUE, "“lane” must be history or present", "correct the request");
    return show_records(show, present ? HV_LANE_PRESENT : HV_LANE_HISTORY,
                        number_or(request, "from", 1), number_or(request, "limit", 1000));
}

/* Orders are told first and seen then: what is shown is what the staff saw when they looked. */
static json_t *answer_orders(struct console *console, const struct show *show,
                             const json_t *request) {
    json_t *orders = show_orders(show, json_is_true(json_object_get(request, "all")));
    if (!json_is_true(json_object_get(request, "peek"))) {
        struct node_event event = {.kind = NODE_EVENT_ORDERS_SHOWN};
        console->options.step(console->options.context, &event);
    }
    return orders;
}

/* What is known of a device: the highest number that was taken of it, and the last movement where
 * it is of this device. */
static json_t *answer_device(const struct console *console, const json_t *request) {
    uint64_t id = 0;
    const struct node_device *device = NULL;
    if (entry_device_read(json_string_value(json_object_get(request, "device")), &id))
        device = node_core_device(console->options.core, id);
    if (device == NULL)
        return refusal(HV_ERR_NOT_FOUND, "the device is not known here",
                       "take a new id: {\"verb\": \"device-new\"}");
    json_t *known = json_pack("{s:b, s:I}", "ok", 1, "highest", (json_int_t)device->highest);
    uint64_t movement = node_core_undoable(console->options.core, id);
    if (movement != 0)
        json_object_set_new(known, "undo", json_integer((json_int_t)movement));
    return known;
}

static const struct {
    const char *verb, *members;
} questions[] = {{"status", "verb,ref*"},
                 {"stock", "verb,ref*"},
                 {"requests", "verb,ref*"},
                 {"orders", "verb,ref*,all?,peek?"},
                 {"records", "verb,ref*,lane,from#,limit#"},
                 {"device", "verb,ref*,device"},
                 {"ping", "verb,ref*"},
                 {"stop", "verb,ref*"}};

/* NULL: the verb is a question, with no members but its own. */
static json_t *check_question(const char *verb, const json_t *request) {
    for (size_t i = 0; i < sizeof questions / sizeof questions[0]; i++)
        if (strcmp(questions[i].verb, verb) == 0)
            return refuse_unknown(request, questions[i].members);
    return refusal(HV_ERR_VALUE, "unknown verb",
                   "see docs/NODE.md for the verbs of the control socket");
}

static json_t *answer(struct console *console, const char *verb, const json_t *request) {
    json_t *refused = check_question(verb, request);
    if (refused != NULL)
        return refused;
    struct show show = {.core = console->options.core,
                        .outbox = console->options.outbox,
                        .real_ms = clock_real_ms(),
                        .wall_ms = clock_wall_ms()};
    if (strcmp(verb, "status") == 0)
        return show_status(&show);
    if (strcmp(verb, "stock") == 0)
        return show_stock(&show);
    if (strcmp(verb, "requests") == 0)
        return show_requests(&show);
    if (strcmp(verb, "orders") == 0)
        return answer_orders(console, &show, request);
    if (strcmp(verb, "records") == 0)
        return answer_records(&show, request);
    if (strcmp(verb, "device") == 0)
        return answer_device(console, request);
    bool stops = strcmp(verb, "stop") == 0;
    console->stop = console->stop || stops; /* whatever is asked after it in the same turn */
    return json_pack("{s:b}", "ok", 1);
}

bool console_take(struct console *console) {
    struct job *job = console->queue;
    if (job == NULL)
        return false;
    console->queue = job->next;
    if (console->queue == NULL)
        console->queue_end = &console->queue;
    const char *verb = json_string_value(json_object_get(job->request, "verb"));
    if (verb == NULL)
        reply_and_free(
            console, job,
            refusal(HV_ERR_VALUE, "“verb” is missing", "such as {\"verb\": \"status\"}"));
    else if (strcmp(verb, "batch") == 0)
        take_batch(console, job);
    else if (entry_is_verb(verb) || is_new_device(job->request))
        take_entry(console, job);
    else
        reply_and_free(console, job, answer(console, verb, job->request));
    return true;
}

/* ---- the socket ---- */

static void on_request(void *context, struct control_server *server, uint64_t token,
                       const json_t *request) {
    struct console *console = context;
    struct job *job = calloc(1, sizeof *job);
    if (job == NULL) {
        control_reply_error(server, token, HV_ERR_MEMORY, NULL, "try again");
        return;
    }
    job->token = token;
    job->request = json_incref((json_t *)request);
    *console->queue_end = job;
    console->queue_end = &job->next;
    console->options.came(console->options.context);
}

int console_new(const struct console_options *options, struct console **ret_console) {
    struct console *console = calloc(1, sizeof *console);
    if (console == NULL)
        return HV_ERR_MEMORY;
    console->options = *options;
    console->queue_end = &console->queue;
    console->next_ticket = 1;
    int error =
        control_server_new(options->loop, options->socket, on_request, console, &console->server);
    if (error != HV_OK) {
        free(console);
        return error;
    }
    *ret_console = console;
    return HV_OK;
}

static void free_jobs(struct job *job) {
    while (job != NULL) {
        struct job *next = job->next;
        job_free(job);
        job = next;
    }
}

void console_free(struct console *console) {
    if (console == NULL)
        return;
    control_server_free(console->server);
    free_jobs(console->queue);
    free_jobs(console->open);
    free(console);
}

bool console_wants_stop(const struct console *console) {
    return console->stop;
}
