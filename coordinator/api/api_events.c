/* Server-sent events: what has changed since a position of the log, or every record from there on.
 *
 * Nothing queues up for a reader that is slow: when it has taken what it was given, the next event
 * is made from where it stands. Of changes it says what the picture is now; all that stand at the
 * same place share one event, packed once for all of them that take gzip. How often events are made
 * follows from what they cost. Records come in chunks (api_records.c); who is far behind gets one
 * after the other as quickly as it takes them, the one that has waited longest first, and is told.
 */
#include "coordinator/api/api_events.h"

#include "schemas/platform/clock.h"
#include "schemas/platform/json_memory.h"
#include "schemas/platform/line_log.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    BEAT_MS = 15000,
    LOOK_MS = 60000,
    PERIOD_MS = 250, /* between two events of changes, at least, and of the newest records */
    PERIOD_MOST_MS = 5000,
    OUT_BYTES_A_MS = 16000, /* of changes, to all streams together */
    OUT_BYTES_A_US = 128,   /* of records */
    BLOCK_BYTES = 32768,
    COST_SHARE = 10, /* making events takes at most one part in so many of the time */
    REST = 1,        /* after a chunk of records so much of the time that it took is for others */
    TURN_US = 20000, /* of making records at once, before others are seen to */
    STREAMS_MAX = 512,
    BEHIND_RECORDS = 10000, /* who is further behind is told so */
    BEHIND_MS = 5000,
    ERROR_MS = 60000
};

struct api_stream {
    struct api_stream *next, *before;
    struct api *api;
    struct MHD_Connection *connection;
    bool records, packed, suspended;
    bool by_session, by_token, ended; /* who reads it: neither: anybody may look */
    uint8_t cookie[32];               /* by_session: hash */
    char account[HV_ID_BYTES_MAX + 1];
    uint64_t generation; /* of the account, by_token */
    uint64_t position;   /* all up to here has been given */
    struct api_frame *frame;
    size_t at;                  /* in the frame */
    struct api_gzip_sum sum;    /* packed: of all frames before this one */
    uint64_t given_ms, told_ms; /* last anything; last that it is behind */
    uint64_t turn;              /* when it was last given something, in api->event_turn */
};

/* ---- frames ---- */

void api_frame_drop(struct api_frame *frame) {
    if (frame == NULL || --frame->refs > 0)
        return;
    api_text_free(&frame->text);
    free(frame);
}

struct api_frame *api_frame_new(uint64_t from) {
    struct api_frame *frame = calloc(1, sizeof *frame);
    if (frame != NULL) {
        frame->from = frame->to = from;
        frame->refs = 1;
    }
    return frame;
}

bool api_frame_pack(struct api_frame *frame, const char *head, size_t head_bytes) {
    struct api_text piece, packed = {0};
    if (frame->text.failed || api_text_gzip_piece(&frame->text, &piece) != HV_OK)
        return false;
    if (head_bytes > 0) {
        api_text_add(&packed, head, head_bytes);
        api_text_add(&packed, piece.bytes, piece.size);
        api_text_free(&piece);
        piece = packed;
    }
    frame->sum = api_gzip_sum_of(&frame->text);
    frame->packed = true;
    api_text_free(&frame->text);
    frame->text = piece;
    return !piece.failed;
}

/* Of what is told in no log: a greeting, a beat. Dropped and NULL where something failed. */
static struct api_frame *finish(struct api_frame *frame, bool packed) {
    if (frame == NULL || (!frame->text.failed && (!packed || api_frame_pack(frame, NULL, 0))))
        return frame;
    api_frame_drop(frame);
    return NULL;
}

static struct api_frame *make_changes(struct api *api, uint64_t from, bool packed) {
    struct api_frame *frame = api_frame_new(from);
    if (frame == NULL)
        return NULL;
    hv_arena_reset(&api->arena);
    json_memory_forget();
    api_changes_write(api, from, &frame->text);
    frame->text.failed = frame->text.failed || json_memory_wanting();
    frame->to = state_position(api->replica.state);
    return finish(frame, packed);
}

/* ---- giving them out ---- */

static void wake(struct api_stream *stream) {
    if (!stream->suspended)
        return;
    stream->suspended = false;
    MHD_resume_connection(stream->connection);
}

static void give(struct api_stream *stream, struct api_frame *frame, uint64_t now_ms) {
    frame->refs++;
    stream->frame = frame;
    stream->at = 0;
    stream->position = frame->to;
    stream->given_ms = now_ms;
    stream->turn = ++stream->api->event_turn;
    wake(stream);
}

static void end(struct api_stream *stream) {
    stream->ended = true;
    wake(stream);
}

static bool is_free(const struct api_stream *stream) {
    return stream->frame == NULL || stream->at == stream->frame->text.size;
}

static void drop_frame(struct api_stream *stream) {
    if (stream->frame != NULL && stream->frame->packed)
        api_gzip_sum_add(&stream->sum, &stream->frame->sum);
    api_frame_drop(stream->frame);
    stream->frame = NULL;
}

/* What is packed ends in order where it stands between two events; inside one it is cut off. */
static ssize_t end_stream(struct api_stream *stream, char *buffer, size_t most) {
    if (!stream->packed || stream->frame != NULL || most < API_GZIP_END_BYTES)
        return MHD_CONTENT_READER_END_OF_STREAM;
    api_gzip_end(&stream->sum, buffer);
    stream->packed = false;
    return API_GZIP_END_BYTES;
}

static ssize_t read_stream(void *context, uint64_t position, char *buffer, size_t most) {
    struct api_stream *stream = context;
    (void)position;
    if (is_free(stream))
        drop_frame(stream);
    if (stream->api->closing || stream->ended)
        return end_stream(stream, buffer, most);
    if (stream->frame == NULL) {
        stream->suspended = true;
        MHD_suspend_connection(stream->connection);
        return 0;
    }
    size_t left = stream->frame->text.size - stream->at, size = left < most ? left : most;
    memcpy(buffer, stream->frame->text.bytes + stream->at, size);
    stream->at += size;
    return (ssize_t)size;
}

static void free_stream(void *context) {
    struct api_stream *stream = context;
    struct api *api = stream->api;
    if (stream->before != NULL)
        stream->before->next = stream->next;
    else
        api->streams = stream->next;
    if (stream->next != NULL)
        stream->next->before = stream->before;
    api->stream_count--;
    api_frame_drop(stream->frame);
    free(stream);
}

/* Whether it has taken all that it was given, and there is more. */
static bool waits(const struct api_stream *stream, bool records, uint64_t last) {
    return stream->records == records && stream->suspended && is_free(stream) &&
           stream->position < last;
}

/* ---- changes ---- */

/* Of this round, for who stands there and takes it so; NULL: without memory. */
static struct api_frame *frame_for(struct api *api, const struct api_stream *stream,
                                   struct api_frame **round) {
    struct api_frame *frame = *round;
    while (frame != NULL && (frame->from != stream->position || frame->packed != stream->packed))
        frame = frame->next;
    if (frame == NULL && (frame = make_changes(api, stream->position, stream->packed)) != NULL) {
        frame->next = *round;
        *round = frame;
    }
    return frame;
}

/* Whoever has taken all gets what has changed since; frames of this round are shared. */
static size_t give_changes(struct api *api, uint64_t now_ms) {
    struct api_frame *round = NULL;
    uint64_t last = state_position(api->replica.state);
    size_t bytes = 0;
    for (struct api_stream *stream = api->streams; stream != NULL; stream = stream->next) {
        struct api_frame *frame =
            waits(stream, false, last) ? frame_for(api, stream, &round) : NULL;
        if (frame == NULL)
            continue;
        bytes += frame->text.size;
        drop_frame(stream);
        give(stream, frame, now_ms);
    }
    while (round != NULL) {
        struct api_frame *next = round->next;
        api_frame_drop(round);
        round = next;
    }
    return bytes;
}

/* ---- records ---- */

static uint64_t now_us(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

/* Who has waited longest of those with a whole batch before them; when it is time for the newest
 * records, of all. NULL: nobody. */
static struct api_stream *next_reader(const struct api *api, bool newest) {
    uint64_t last = state_position(api->replica.state);
    struct api_stream *found = NULL;
    for (struct api_stream *stream = api->streams; stream != NULL; stream = stream->next)
        if (waits(stream, true, last) && (newest || last - stream->position >= API_BATCH) &&
            (found == NULL || stream->turn < found->turn))
            found = stream;
    return found;
}

/* True: it is told first, and is no longer free. */
static bool tell_behind(struct api *api, struct api_stream *stream, uint64_t now_ms) {
    uint64_t last = state_position(api->replica.state);
    if (last - stream->position < BEHIND_RECORDS || now_ms - stream->told_ms < BEHIND_MS)
        return false;
    struct api_frame *frame = api_frame_new(stream->position);
    if (frame != NULL)
        api_text_print(&frame->text,
                       "event: behind\ndata: {\"position\":%" PRIu64 ",\"last\":%" PRIu64 "}\n\n",
                       stream->position, last);
    frame = finish(frame, stream->packed);
    if (frame == NULL)
        return false;
    stream->told_ms = now_ms;
    drop_frame(stream);
    give(stream, frame, now_ms);
    api_frame_drop(frame);
    return true;
}

/* Ends a stream rather than leaving out what cannot be read. */
static void give_up(struct api *api, struct api_stream *stream, uint64_t now_ms) {
    if (now_ms >= api->records_error_ms) {
        line_log(LINE_WARNING, "event=records-unreadable after=%" PRIu64, stream->position);
        api->records_error_ms = now_ms + ERROR_MS;
    }
    end(stream);
}

/* To all that stand where this one does. Gives how many bytes. */
static size_t give_batch(struct api *api, struct api_stream *reader, uint64_t now_ms) {
    uint64_t from = reader->position, last = state_position(api->replica.state);
    bool packed = reader->packed;
    size_t bytes = 0;
    struct api_frame *frame = api_records_frame(api, from, packed);
    if (frame == NULL) {
        give_up(api, reader, now_ms);
        return 0;
    }
    for (struct api_stream *stream = api->streams; stream != NULL; stream = stream->next) {
        if (!waits(stream, true, last) || stream->position != from || stream->packed != packed ||
            tell_behind(api, stream, now_ms))
            continue;
        drop_frame(stream);
        give(stream, frame, now_ms);
        bytes += frame->text.size;
    }
    api_frame_drop(frame);
    return bytes;
}

static void give_records(struct api *api, uint64_t now_ms) {
    bool newest = now_ms >= api->records_next_ms;
    struct api_stream *reader = NULL;
    uint64_t took_us = 0;
    if (now_us(CLOCK_MONOTONIC) < api->records_rest_us)
        return;
    while (took_us < TURN_US && (reader = next_reader(api, newest)) != NULL) {
        uint64_t began = now_us(CLOCK_THREAD_CPUTIME_ID);
        size_t bytes = give_batch(api, reader, now_ms);
        took_us += now_us(CLOCK_THREAD_CPUTIME_ID) - began + bytes / OUT_BYTES_A_US;
    }
    api->records_rest_us = now_us(CLOCK_MONOTONIC) + REST * took_us;
    if (newest && reader == NULL)
        api->records_next_ms = now_ms + PERIOD_MS;
}

int api_events_wait_ms(const struct api *api) {
    uint64_t now = now_us(CLOCK_MONOTONIC);
    if (!api->loaded || next_reader(api, clock_real_ms() >= api->records_next_ms) == NULL)
        return PERIOD_MS;
    return api->records_rest_us <= now ? 0 : (int)((api->records_rest_us - now + 999) / 1000);
}

/* ---- beats, and ends ---- */

/* A client that has gone is noticed when something is written to it, and not before. */
static void beat_all(struct api *api, uint64_t now_ms) {
    for (struct api_stream *stream = api->streams; stream != NULL; stream = stream->next) {
        if (!stream->suspended || now_ms - stream->given_ms < BEAT_MS)
            continue;
        struct api_frame *frame = api_frame_new(stream->position);
        if (frame != NULL)
            api_text_put(&frame->text, "event: beat\ndata: {}\n\n");
        frame = finish(frame, stream->packed);
        if (frame == NULL)
            return;
        drop_frame(stream);
        give(stream, frame, now_ms);
        api_frame_drop(frame);
    }
}

static bool may_go_on(const struct api *api, const struct api_stream *stream, int64_t wall_ms) {
    if (stream->by_session)
        return api_session_alive(&api->sessions, stream->cookie, wall_ms);
    if (!stream->by_token)
        return true;
    const struct account *account = account_find(&api->accounts, stream->account);
    return account != NULL && account->generation == stream->generation;
}

void api_events_follow(struct api *api) {
    int64_t wall_ms = clock_wall_ms();
    for (struct api_stream *stream = api->streams; stream != NULL; stream = stream->next) {
        if (stream->ended || may_go_on(api, stream, wall_ms))
            continue;
        end(stream);
    }
}

void api_events_tick(struct api *api, uint64_t now_ms) {
    if (api->streams == NULL || !api->loaded)
        return;
    if (now_ms >= api->events_look_ms) { /* sessions also end by themselves */
        api_events_follow(api);
        api->events_look_ms = now_ms + LOOK_MS;
    }
    give_records(api, now_ms);
    beat_all(api, now_ms);
    if (now_ms < api->events_next_ms || api_scene_refresh(&api->scene) != HV_OK)
        return;
    size_t bytes = give_changes(api, now_ms);
    uint64_t took_ms = clock_real_ms() - now_ms, period = PERIOD_MS;
    if (took_ms * COST_SHARE > period)
        period = took_ms * COST_SHARE;
    if (bytes / OUT_BYTES_A_MS > period)
        period = bytes / OUT_BYTES_A_MS;
    api->events_next_ms = now_ms + (period > PERIOD_MOST_MS ? PERIOD_MOST_MS : period);
}

/* Before libmicrohttpd is stopped: nothing may stay suspended. */
void api_events_close(struct api *api) {
    api_records_forget(api);
    for (struct api_stream *stream = api->streams; stream != NULL; stream = stream->next)
        wake(stream);
}

/* ---- beginning ---- */

/* Where to begin. False: there is no such position, and the page is to be loaded anew. */
static bool read_start(struct api_call *call, uint64_t last, uint64_t *ret_from) {
    const char *header =
        MHD_lookup_connection_value(call->connection, MHD_HEADER_KIND, "Last-Event-ID");
    uint64_t from = last;
    bool known = true;
    if (header != NULL && *header != '\0')
        known = strlen(header) <= 15 && strspn(header, "0123456789") == strlen(header);
    if (header != NULL && *header != '\0' && known)
        from = strtoull(header, NULL, 10);
    else if (header == NULL)
        known = api_target_number(&call->target, "from", 0, HV_COUNTER_MAX, &from) != HV_ERR_VALUE;
    *ret_from = known && from <= last ? from : last;
    return known && from <= last;
}

static struct api_frame *greet(const struct api *api, uint64_t from, bool known, bool packed) {
    const struct state_general *general = state_general(api->replica.state);
    struct api_frame *frame = api_frame_new(from);
    char log[2 * HV_ID128_BYTES + 1];
    if (frame == NULL)
        return NULL;
    for (size_t i = 0; i < HV_ID128_BYTES; i++)
        snprintf(log + 2 * i, 3, "%02x", general->log[i]);
    api_text_print(&frame->text,
                   "retry: 2000\n\nevent: %s\nid: %" PRIu64 "\ndata: {\"position\":%" PRIu64
                   ",\"log\":\"%s\",\"term\":%" PRIu64 "}\n\n",
                   known ? "hello" : "reload", from, from, log, general->term);
    if (!frame->text.failed &&
        (!packed || api_frame_pack(frame, API_GZIP_HEAD, API_GZIP_HEAD_BYTES)))
        return frame;
    api_frame_drop(frame);
    return NULL;
}

/* Whose stream it is, so that it ends with the log in or the account that may read it. */
static void remember_reader(const struct api *api, const struct api_call *call,
                            struct api_stream *stream) {
    const struct account *account =
        call->account[0] == '\0' ? NULL : account_find(&api->accounts, call->account);
    if (account == NULL)
        return;
    stream->by_session = call->by_session;
    stream->by_token = !stream->by_session;
    snprintf(stream->account, sizeof stream->account, "%s", call->account);
    stream->generation = account->generation;
    memcpy(stream->cookie, call->cookie, sizeof stream->cookie);
}

void api_get_events(struct api *api, struct api_call *call) {
    const char *view = api_target_value(&call->target, "view");
    bool records = view != NULL && strcmp(view, "records") == 0;
    uint64_t from, last = state_position(api->replica.state);
    if (view != NULL && !records && strcmp(view, "changes") != 0) {
        api_problem(call, 400, "value", "view is changes or records", NULL);
        return;
    }
    if (api->stream_count >= STREAMS_MAX) {
        api_problem(call, 503, "busy", "as many listen to events as may",
                    "close a page or a script that listens, or try again in a moment");
        return;
    }
    bool known = read_start(call, last, &from), packed = api_takes_gzip(call);
    struct api_stream *stream = calloc(1, sizeof *stream);
    struct api_frame *frame = stream == NULL ? NULL : greet(api, from, known, packed);
    if (frame != NULL)
        call->response = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK_BYTES,
                                                           read_stream, stream, free_stream);
    if (frame == NULL || call->response == NULL) {
        api_frame_drop(frame);
        free(stream);
        api_failed(call, HV_ERR_MEMORY);
        return;
    }
    *stream = (struct api_stream){.api = api,
                                  .connection = call->connection,
                                  .records = records,
                                  .packed = packed,
                                  .next = api->streams};
    remember_reader(api, call, stream);
    if (api->streams != NULL)
        api->streams->before = stream;
    api->streams = stream;
    api->stream_count++;
    give(stream, frame, clock_real_ms());
    api_frame_drop(frame);
    api_reply(call, 200, "text/event-stream");
    api_header(call, "Cache-Control", "no-store");
    if (packed)
        api_header(call, MHD_HTTP_HEADER_CONTENT_ENCODING, "gzip");
}
