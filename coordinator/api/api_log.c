/* Records of the log: one, a page of them, and the handovers that are found by following one to the
 * one before it. */
#include "coordinator/api/api_inside.h"
#include "coordinator/api/api_sheet.h"

#include "coordinator/log/log.h"
#include "schemas/codec.h"

/* ---- one ---- */

struct fetched {
    struct hv_arena *arena;
    struct hv_record *record;
};

static int fetch(void *context, const struct log_record *stored) {
    struct fetched *fetched = context;
    struct hv_verdict verdict;
    return hv_record_decode(stored->bytes, stored->size, fetched->arena, &verdict,
                            &fetched->record);
}

const struct hv_record *api_record_at(struct api *api, uint64_t position) {
    struct fetched fetched = {.arena = &api->arena};
    if (position == 0 || position > state_position(api->replica.state) ||
        log_read(api->options.log, position, position, fetch, &fetched, NULL) != HV_OK)
        return NULL;
    return fetched.record;
}

/* ---- many ---- */

struct listing {
    struct hv_arena arena;
    json_t *items;
    size_t limit;
    bool decisions;
    const char *about; /* NULL: anything */
    bool newest;       /* of more than `limit` the last are kept, else the first */
    uint64_t last;     /* position of the last record that was looked at */
};

static int list_record(void *context, const struct log_record *stored) {
    struct listing *listing = context;
    struct hv_verdict verdict;
    struct hv_record *record = NULL;
    listing->last = stored->position;
    hv_arena_reset(&listing->arena);
    int error = hv_record_decode(stored->bytes, stored->size, &listing->arena, &verdict, &record);
    if (error != HV_OK)
        return error;
    if (listing->decisions && record->actor != HV_ACTOR_OPERATOR)
        return HV_OK;
    if (listing->about != NULL && !console_record_is_about(record, listing->about))
        return HV_OK;
    if (listing->newest && json_array_size(listing->items) == listing->limit)
        json_array_remove(listing->items, 0);
    json_array_append_new(listing->items, console_record(stored->position, record));
    if (listing->newest)
        return HV_OK;
    return json_array_size(listing->items) < listing->limit ? HV_OK : HV_ERR_STOPPED;
}

/* A question reads at most so many records, so that nobody else waits for long: the page that it
 * gives says where to go on. */
enum { SCAN_MOST = 20000 };

void api_get_log(struct api *api, struct api_call *call) {
    uint64_t last = state_position(call->scene->state), from = 0, to = last, limit, offset;
    struct listing listing = {.decisions = api_is_true(call, "decisions"),
                              .about = api_target_value(&call->target, "about")};
    if (!api_read_page(call, &limit, &offset))
        return;
    if (api_target_number(&call->target, "from", 1, HV_COUNTER_MAX, &from) == HV_ERR_VALUE ||
        api_target_number(&call->target, "to", 1, HV_COUNTER_MAX, &to) == HV_ERR_VALUE) {
        api_problem(call, 400, "value", "from and to are positions, from 1", NULL);
        return;
    }
    to = to > last ? last : to;
    uint64_t span = listing.decisions || listing.about != NULL ? SCAN_MOST : limit;
    listing.newest = listing.about != NULL && from == 0;
    if (from == 0)
        from = to > span ? to - span + 1 : 1;
    if (to - from >= span && to >= from)
        to = from + span - 1;
    listing.items = json_array();
    listing.limit = (size_t)limit;
    hv_arena_init(&listing.arena, 0);
    int error =
        to < from ? HV_OK : log_read(api->options.log, from, to, list_record, &listing, NULL);
    hv_arena_deinit(&listing.arena);
    if (error != HV_OK && error != HV_ERR_STOPPED) {
        json_decref(listing.items);
        api_failed(call, error);
        return;
    }
    uint64_t next = error == HV_ERR_STOPPED ? listing.last + 1 : to + 1;
    json_t *answer = api_list_frame(call->scene, json_array_size(listing.items), 0, listing.items);
    json_object_set_new(answer, "next", next > last ? json_null() : json_integer((json_int_t)next));
    api_reply_json(call, 200, answer);
}

/* Shift handovers, newest first: each says where the one before it is. */
void api_get_handovers(struct api *api, struct api_call *call) {
    enum { HANDOVERS_MOST = 100 };
    const struct state_general *general = state_general(call->scene->state);
    enum api_format format;
    if (!api_choose_format(call, false, true, &format))
        return;
    json_t *items = json_array();
    uint64_t position = general->handover_position;
    for (int i = 0; i < HANDOVERS_MOST && position != 0; i++) {
        hv_arena_reset(&api->arena);
        const struct hv_record *record = api_record_at(api, position);
        if (record == NULL || record->kind != HV_RECORD_HANDOVER)
            break;
        json_array_append_new(items, console_record(position, record));
        position = record->origin.before;
    }
    api_reply_sheet(call, format, &api_handover_sheet, items);
}

static json_t *view_record(struct api *api, uint64_t position) {
    const struct hv_record *record = api_record_at(api, position);
    return record == NULL ? json_null() : console_record(position, record);
}

void api_get_record(struct api *api, struct api_call *call) {
    json_t *number = api_number_argument(call, "a position");
    uint64_t position = (uint64_t)json_integer_value(number);
    const struct hv_record *record = number == NULL ? NULL : api_record_at(api, position);
    json_decref(number);
    if (call->stage == API_READY)
        return;
    if (record == NULL) {
        api_problem(call, 404, "not-found", "the log has no such position", "see GET /log");
        return;
    }
    api_reply_json(call, 200,
                   json_pack("{s:o, s:o, s:o}", "record", console_record(position, record),
                             "before", view_record(api, record->origin.before), "cause",
                             view_record(api, record->cause)));
}
