/* Records as events, in chunks that end at the same positions whoever asks, so that one that is
 * made serves every stream which comes by: those that stand together and those that catch up one
 * after the other. A record that is stored never changes, so neither does a chunk that is whole.
 * Some chunks go out together: to wake a stream takes as long as to write some records. */
#include "coordinator/api/api_events.h"

#include "schemas/codec.h"
#include "schemas/platform/json_memory.h"

#include <inttypes.h>
#include <stdlib.h>

enum {
    CHUNK_BYTES = 262144, /* a chunk also ends with the record that reaches this */
    KEPT_BYTES = 16 << 20,
    BATCH_BYTES = 262144 /* chunks go out together up to this, or to a multiple of API_BATCH */
};

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
    return recording->text->size < CHUNK_BYTES ? HV_OK : HV_ERR_STOPPED;
}

static uint64_t write_records(struct api *api, uint64_t from, uint64_t to, struct api_text *text) {
    struct recording recording = {.text = text, .last = from};
    hv_arena_init(&recording.arena, 0);
    (void)!log_read(api->options.log, from + 1, to, write_record, &recording, NULL);
    hv_arena_deinit(&recording.arena);
    return recording.last;
}

static struct api_frame *make(struct api *api, uint64_t from, uint64_t to, bool packed,
                              bool *ret_whole) {
    struct api_frame *frame = api_frame_new(from);
    if (frame == NULL)
        return NULL;
    json_memory_forget();
    frame->to = write_records(api, from, to, &frame->text);
    frame->text.failed = frame->text.failed || json_memory_wanting();
    *ret_whole = frame->to % API_CHUNK == 0 || frame->text.size >= CHUNK_BYTES;
    if (!frame->text.failed && frame->to > from && (!packed || api_frame_pack(frame, NULL, 0)))
        return frame;
    api_frame_drop(frame);
    return NULL;
}

/* ---- keeping ---- */

static struct api_frame *find(const struct api_chunks *chunks, uint64_t from, bool packed) {
    for (uint32_t i = 0; i < chunks->count; i++) {
        struct api_frame *frame = chunks->kept[(chunks->first + i) % API_CHUNKS_KEPT];
        if (frame->from == from && frame->packed == packed)
            return frame;
    }
    return NULL;
}

static void forget_first(struct api_chunks *chunks) {
    struct api_frame *frame = chunks->kept[chunks->first];
    chunks->bytes -= frame->text.size;
    chunks->first = (chunks->first + 1) % API_CHUNKS_KEPT;
    chunks->count--;
    api_frame_drop(frame);
}

static void keep(struct api_chunks *chunks, struct api_frame *frame) {
    while (chunks->count > 0 &&
           (chunks->count == API_CHUNKS_KEPT || chunks->bytes + frame->text.size > KEPT_BYTES))
        forget_first(chunks);
    chunks->kept[(chunks->first + chunks->count++) % API_CHUNKS_KEPT] = frame;
    chunks->bytes += frame->text.size;
    frame->refs++;
}

static struct api_frame *chunk_after(struct api *api, uint64_t from, bool packed) {
    uint64_t last = state_position(api->replica.state), end = from - from % API_CHUNK + API_CHUNK;
    struct api_frame *frame = find(&api->chunks, from, packed);
    bool whole = false;
    if (frame != NULL) {
        frame->refs++;
        return frame;
    }
    frame = make(api, from, end < last ? end : last, packed, &whole);
    if (frame != NULL && whole)
        keep(&api->chunks, frame);
    return frame;
}

/* Both are dropped. NULL without memory. */
static struct api_frame *join(struct api_frame *one, struct api_frame *next) {
    struct api_frame *both = api_frame_new(one->from);
    if (both != NULL) {
        both->packed = one->packed;
        both->to = next->to;
        both->sum = one->sum;
        api_gzip_sum_add(&both->sum, &next->sum);
        api_text_add(&both->text, one->text.bytes, one->text.size);
        api_text_add(&both->text, next->text.bytes, next->text.size);
    }
    api_frame_drop(one);
    api_frame_drop(next);
    if (both == NULL || !both->text.failed)
        return both;
    api_frame_drop(both);
    return NULL;
}

struct api_frame *api_records_frame(struct api *api, uint64_t from, bool packed) {
    uint64_t last = state_position(api->replica.state);
    struct api_frame *frame = chunk_after(api, from, packed);
    while (frame != NULL && frame->to < last && frame->to % API_BATCH != 0 &&
           frame->text.size < BATCH_BYTES) {
        struct api_frame *next = chunk_after(api, frame->to, packed);
        if (next == NULL)
            break;
        frame = join(frame, next);
    }
    return frame;
}

void api_records_forget(struct api *api) {
    while (api->chunks.count > 0)
        forget_first(&api->chunks);
}
