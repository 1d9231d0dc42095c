/* Server-sent events: what has changed since a position of the log, or every record from there on.
 *
 * Nothing queues up for a reader that is slow: when it has taken what it was given, the next event
 * is made from where it stands, and says what the picture is now. All that stand at the same place
 * share one event, packed once for all of them that take gzip. How often events are made follows
 * from what they cost. */
#include "coordinator/api/api_inside.h"

#include "schemas/codec.h"
#include "schemas/platform/clock.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    BEAT_MS = 15000,
    LOOK_MS = 60000,
    PERIOD_MS = 250, /* between two events of changes, at least */
    PERIOD_MOST_MS = 5000,
    ROWS_MOST = 20000, /* more changes of a kind: the list is to be asked for again */
    RECORDS_AT_ONCE = 500,
    RECORD_BYTES = 262144,
    OUT_BYTES_A_MS = 16000, /* to all streams together */
    BLOCK_BYTES = 32768,
    COST_SHARE = 10 /* making events takes at most one part in so many of the time */
};

struct api_frame {          /* one event, shared by streams that stand at `from` */
    struct api_frame *next; /* of this round */
    unsigned refs;
    bool records, packed;
    uint64_t from, to;
    struct api_text text;
    struct api_gzip_sum sum; /* packed: of the text before */
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
    size_t at;               /* in the frame */
    struct api_gzip_sum sum; /* packed: of all frames before this one */
    uint64_t given_ms;
};

static void let_go(struct api_frame *frame) {
    if (frame == NULL || --frame->refs > 0)
        return;
    api_text_free(&frame->text);
    free(frame);
}

/* ---- making events ---- */

static bool has_changed(const struct api_scene *scene, enum state_kind kind, uint64_t from) {
    const struct state_entity *newest =
        state_at(scene->state, kind, state_newest(scene->state, kind));
    return newest != NULL && newest->changed > from;
}

/* Marks the places that have changed, or whose nodes have. NULL without memory. */
static uint8_t *mark_places(const struct api_scene *scene, uint64_t from, bool *ret_stock) {
    const struct state *state = scene->state;
    uint8_t *marks = calloc(scene->places_known + 1u, 1);
    for (uint32_t i = state_newest(state, STATE_PLACE); marks != NULL && i != STATE_NONE;) {
        const struct state_place *place = state_place(state, i);
        if (place->entity.changed <= from)
            break;
        if (i < scene->places_known)
            marks[i] = 1;
        *ret_stock = *ret_stock || place->stock.changed.position > from;
        i = place->entity.older;
    }
    for (uint32_t i = state_newest(state, STATE_NODE); marks != NULL && i != STATE_NONE;) {
        const struct state_node *node = state_node(state, i);
        if (node->entity.changed <= from)
            break;
        if (node->place < scene->places_known && node->presence_position > from)
            marks[node->place] = 1;
        i = node->entity.older;
    }
    return marks;
}

/* False: there are too many. */
static bool write_places(const struct api_scene *scene, const uint8_t *marks, bool depots,
                         struct api_text *text) {
    const struct api_table *table = depots ? &api_depots : &api_shelters;
    uint32_t count = 0;
    for (uint32_t i = 0; i < scene->places_known; i++)
        count += marks[i] != 0 && scene->row_is_depot[i] == depots;
    if (count == 0 || count > ROWS_MOST)
        return count == 0;
    api_text_print(text, ",\"%s\":[", depots ? "depots" : "shelters");
    bool first = true;
    for (uint32_t i = 0; i < scene->places_known; i++) {
        if (marks[i] == 0 || scene->row_is_depot[i] != depots)
            continue;
        api_text_add(text, ",", first ? 0 : 1);
        api_table_row(table, scene, scene->row_of[i], text);
        first = false;
    }
    api_text_put(text, "]");
    return true;
}

static void write_zones(const struct api_scene *scene, uint64_t from, struct api_text *text) {
    const struct state *state = scene->state;
    bool first = true;
    for (uint32_t i = state_newest(state, STATE_ZONE); i != STATE_NONE;) {
        const struct state_entity *zone = state_at(state, STATE_ZONE, i);
        if (zone->changed <= from)
            break;
        uint32_t row =
            scene->region == NULL ? REGION_NONE : region_find_zone(scene->region, zone->id);
        if (row != REGION_NONE) {
            api_text_put(text, first ? ",\"zones\":[" : ",");
            api_table_row(&api_zones, scene, row, text);
            first = false;
        }
        i = zone->older;
    }
    if (!first)
        api_text_put(text, "]");
}

static void name_kind(struct api_text *text, const char *kind, bool *first) {
    api_text_add(text, ",", *first ? 0 : 1);
    api_text_string(text, kind);
    *first = false;
}

static void write_kinds(const struct api_scene *scene, uint64_t from, bool shelters, bool depots,
                        bool stock, struct api_text *text) {
    static const struct {
        enum state_kind kind;
        const char *name;
    } kinds[] = {
        {STATE_NODE, "nodes"},   {STATE_REQUEST, "requests"},     {STATE_TRANSFER, "transfers"},
        {STATE_ORDER, "orders"}, {STATE_PLAN, "plans"},           {STATE_HAZARD, "hazards"},
        {STATE_ALERT, "alerts"}, {STATE_ROAD, "network"},         {STATE_INCIDENT, "incidents"},
        {STATE_NOTE, "notes"},   {STATE_DIRECTIVE, "directives"}, {STATE_OWNER, "owners"}};
    const struct state_general *general = state_general(scene->state);
    bool first = true;
    api_text_put(text, ",\"kinds\":[");
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (has_changed(scene, kinds[i].kind, from))
            name_kind(text, kinds[i].name, &first);
    if (shelters)
        name_kind(text, "shelters", &first);
    if (depots)
        name_kind(text, "depots", &first);
    if (stock)
        name_kind(text, "stock", &first);
    if (general->region_position > from)
        name_kind(text, "region", &first);
    if (general->mode == HV_MODE_EXERCISE)
        name_kind(text, "exercises", &first);
    api_text_put(text, "]");
}

static void write_changes(struct api *api, uint64_t from, struct api_text *text) {
    const struct api_scene *scene = &api->scene;
    bool stock = false;
    uint8_t *marks = mark_places(scene, from, &stock);
    json_t *status = api_ask(scene, json_pack("{s:s}", "verb", "status"), NULL, NULL);
    uint64_t position = state_position(scene->state);
    api_text_print(text,
                   "event: changes\nid: %" PRIu64 "\ndata: {\"position\":%" PRIu64
                   ",\"from\":%" PRIu64 ",\"wall_ms\":%lld,\"status\":",
                   position, position, from, (long long)scene->console.wall_ms);
    api_text_json(text, status);
    json_decref(status);
    bool shelters = marks != NULL && write_places(scene, marks, false, text);
    bool depots = marks != NULL && write_places(scene, marks, true, text);
    write_zones(scene, from, text);
    write_kinds(scene, from, !shelters, !depots, stock, text);
    api_text_put(text, "}\n\n");
    free(marks);
}

struct recording {
    struct hv_arena arena;
    struct api_text *text;
    uint64_t last;
};

static int write_record(void *context, const struct log_record *stored) {
    struct recording *recording = context;
    struct hv_verdict verdict;
    struct hv_record *record = NULL;
    hv_arena_reset(&recording->arena);
    int error = hv_record_decode(stored->bytes, stored->size, &recording->arena, &verdict, &record);
    if (error != HV_OK)
        return error;
    json_t *object = console_record(stored->position, record);
    api_text_print(recording->text, "event: record\nid: %" PRIu64 "\ndata: ", stored->position);
    api_text_json(recording->text, object);
    api_text_put(recording->text, "\n\n");
    json_decref(object);
    recording->last = stored->position;
    return recording->text->size < RECORD_BYTES ? HV_OK : HV_ERR_STOPPED;
}

static uint64_t write_records(struct api *api, uint64_t from, struct api_text *text) {
    uint64_t last = state_position(api->replica.state);
    struct recording recording = {.text = text, .last = from};
    if (last - from > RECORDS_AT_ONCE)
        last = from + RECORDS_AT_ONCE;
    hv_arena_init(&recording.arena, 0);
    (void)!log_read(api->options.log, from + 1, last, write_record, &recording, NULL);
    hv_arena_deinit(&recording.arena);
    return recording.last;
}

static struct api_frame *frame_new(uint64_t from) {
    struct api_frame *frame = calloc(1, sizeof *frame);
    if (frame != NULL)
        frame->from = frame->to = from;
    return frame;
}

/* As a piece of a gzip stream, after so many bytes of its beginning. False without memory. */
static bool pack_frame(struct api_frame *frame, const char *head, size_t head_bytes) {
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

static struct api_frame *make_frame(struct api *api, const struct api_stream *stream) {
    struct api_frame *frame = frame_new(stream->position);
    if (frame == NULL)
        return NULL;
    hv_arena_reset(&api->arena);
    frame->records = stream->records;
    if (stream->records) {
        frame->to = write_records(api, frame->from, &frame->text);
    } else {
        write_changes(api, frame->from, &frame->text);
        frame->to = state_position(api->replica.state);
    }
    frame->refs = 1;
    if (frame->text.failed || frame->to == frame->from ||
        (stream->packed && !pack_frame(frame, NULL, 0))) {
        let_go(frame);
        return NULL;
    }
    return frame;
}

/* ---- giving them out ---- */

static void give(struct api_stream *stream, struct api_frame *frame, uint64_t now_ms) {
    frame->refs++;
    stream->frame = frame;
    stream->at = 0;
    stream->position = frame->to;
    stream->given_ms = now_ms;
    if (stream->suspended) {
        stream->suspended = false;
        MHD_resume_connection(stream->connection);
    }
}

static bool is_free(const struct api_stream *stream) {
    return stream->frame == NULL || stream->at == stream->frame->text.size;
}

static void drop_frame(struct api_stream *stream) {
    if (stream->frame != NULL && stream->frame->packed)
        api_gzip_sum_add(&stream->sum, &stream->frame->sum);
    let_go(stream->frame);
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
    let_go(stream->frame);
    free(stream);
}

/* Of this round, for who stands there and takes it so; NULL: without memory, or nothing to tell. */
static struct api_frame *frame_for(struct api *api, const struct api_stream *stream,
                                   struct api_frame **round) {
    struct api_frame *frame = *round;
    while (frame != NULL && (frame->from != stream->position || frame->records != stream->records ||
                             frame->packed != stream->packed))
        frame = frame->next;
    if (frame == NULL && (frame = make_frame(api, stream)) != NULL) {
        frame->next = *round;
        *round = frame;
    }
    return frame;
}

/* Whoever has taken all gets what has changed since; frames of this round are shared. */
static size_t give_all(struct api *api, uint64_t now_ms) {
    struct api_frame *round = NULL;
    uint64_t last = state_position(api->replica.state);
    size_t bytes = 0;
    for (struct api_stream *stream = api->streams; stream != NULL; stream = stream->next) {
        if (!stream->suspended || !is_free(stream) || stream->position >= last)
            continue;
        struct api_frame *frame = frame_for(api, stream, &round);
        if (frame == NULL)
            continue;
        bytes += frame->text.size;
        drop_frame(stream);
        give(stream, frame, now_ms);
    }
    while (round != NULL) {
        struct api_frame *next = round->next;
        let_go(round);
        round = next;
    }
    return bytes;
}

/* A client that has gone is noticed when something is written to it, and not before. */
static void beat_all(struct api *api, uint64_t now_ms) {
    for (struct api_stream *stream = api->streams; stream != NULL; stream = stream->next) {
        if (!stream->suspended || now_ms - stream->given_ms < BEAT_MS)
            continue;
        struct api_frame *frame = frame_new(stream->position);
        if (frame == NULL)
            return;
        api_text_put(&frame->text, "event: beat\ndata: {}\n\n");
        if (frame->text.failed || (stream->packed && !pack_frame(frame, NULL, 0))) {
            frame->refs = 1;
            let_go(frame);
            return;
        }
        drop_frame(stream);
        give(stream, frame, now_ms);
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
        stream->ended = true;
        if (stream->suspended) {
            stream->suspended = false;
            MHD_resume_connection(stream->connection);
        }
    }
}

void api_events_tick(struct api *api, uint64_t now_ms) {
    if (api->streams == NULL || !api->loaded)
        return;
    if (now_ms >= api->events_look_ms) { /* sessions also end by themselves */
        api_events_follow(api);
        api->events_look_ms = now_ms + LOOK_MS;
    }
    beat_all(api, now_ms);
    if (now_ms < api->events_next_ms || api_scene_refresh(&api->scene) != HV_OK)
        return;
    size_t bytes = give_all(api, now_ms);
    uint64_t took_ms = clock_real_ms() - now_ms, period = PERIOD_MS;
    if (took_ms * COST_SHARE > period)
        period = took_ms * COST_SHARE;
    if (bytes / OUT_BYTES_A_MS > period)
        period = bytes / OUT_BYTES_A_MS;
    api->events_next_ms = now_ms + (period > PERIOD_MOST_MS ? PERIOD_MOST_MS : period);
}

/* Before libmicrohttpd is stopped: nothing may stay suspended. */
void api_events_close(struct api *api) {
    for (struct api_stream *stream = api->streams; stream != NULL; stream = stream->next)
        if (stream->suspended) {
            stream->suspended = false;
            MHD_resume_connection(stream->connection);
        }
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
    struct api_frame *frame = frame_new(from);
    char log[2 * HV_ID128_BYTES + 1];
    if (frame == NULL)
        return NULL;
    for (size_t i = 0; i < HV_ID128_BYTES; i++)
        snprintf(log + 2 * i, 3, "%02x", general->log[i]);
    api_text_print(&frame->text,
                   "retry: 2000\n\nevent: %s\nid: %" PRIu64 "\ndata: {\"position\":%" PRIu64
                   ",\"log\":\"%s\",\"term\":%" PRIu64 "}\n\n",
                   known ? "hello" : "reload", from, from, log, general->term);
    if (packed && !pack_frame(frame, API_GZIP_HEAD, API_GZIP_HEAD_BYTES)) {
        frame->refs = 1;
        let_go(frame);
        return NULL;
    }
    return frame;
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
    bool known = read_start(call, last, &from), packed = api_takes_gzip(call);
    struct api_stream *stream = calloc(1, sizeof *stream);
    struct api_frame *frame = stream == NULL ? NULL : greet(api, from, known, packed);
    if (frame != NULL)
        call->response = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK_BYTES,
                                                           read_stream, stream, free_stream);
    if (frame == NULL || call->response == NULL) {
        if (frame != NULL)
            api_text_free(&frame->text);
        free(frame);
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
    api_reply(call, 200, "text/event-stream");
    api_header(call, "Cache-Control", "no-store");
    if (packed)
        api_header(call, MHD_HTTP_HEADER_CONTENT_ENCODING, "gzip");
}
