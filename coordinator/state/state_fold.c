/* What every folding file stands on: things, texts, kept bodies, stamps. */
#include "coordinator/state/state_fold.h"

#include "schemas/codec.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_BUFFER_BYTES = 65536 };
#define AGE_MS_MAX ((uint64_t)1 << 53)

/* ---- things ---- */

void *fold_touch(struct state *state, enum state_kind kind, uint32_t index) {
    struct state_table *table = &state->tables[kind];
    struct state_entity *entity = state_table_at(table, index);
    if (entity == NULL)
        return NULL;
    if (state->checkpoint != NULL)
        checkpoint_before_change(state->checkpoint, entity);
    state_table_moved(table, entity, state->position);
    return entity;
}

/* How many finished ones of a kind are kept; 0: the kind is never finished. */
static const uint32_t finished_max[STATE_KINDS] = {
    [STATE_TRANSFER] = HV_TRANSFERS_FINISHED_MAX, [STATE_REQUEST] = HV_REQUESTS_FINISHED_MAX,
    [STATE_ORDER] = HV_ORDERS_FINISHED_MAX,       [STATE_WRITE] = HV_WRITES_KEPT_MAX,
    [STATE_WAYBILL] = HV_WAYBILLS_FINISHED_MAX,   [STATE_OWNER] = HV_OWNERS_KEPT_MAX,
};

static void *add(struct state *state, enum state_kind kind, const char *id) {
    struct state_table *table = &state->tables[kind];
    if (finished_max[kind] == 0 || table->finished_count < finished_max[kind])
        return state_table_add(table, id, state->position);
    struct state_entity *oldest = fold_touch(state, kind, table->finished_oldest);
    if (kind == STATE_WAYBILL)
        fold_waybill_forget(state, (struct state_waybill *)oldest);
    fold_free_thing(oldest);
    return state_table_renew(table, oldest, id, state->position);
}

/* Whether a report brings things of this kind into being by naming them. */
static bool is_named(enum state_kind kind) {
    return kind == STATE_PLACE || kind == STATE_ZONE || kind == STATE_TRANSFER ||
           kind == STATE_REQUEST || kind == STATE_NAME || kind == STATE_WAYBILL;
}

void *fold_need_new(struct state *state, enum state_kind kind, const char *id, bool *ret_new) {
    struct state_entity *entity = state_table_find(&state->tables[kind], id);
    *ret_new = entity == NULL;
    if (entity != NULL)
        return fold_touch(state, kind, entity->index);
    void *added = add(state, kind, id);
    if (added == NULL)
        state->out_of_memory = true;
    else
        state->named += is_named(kind);
    return added;
}

void *fold_need(struct state *state, enum state_kind kind, const char *id) {
    bool new;
    return fold_need_new(state, kind, id, &new);
}

static uint32_t named_by(const struct state_entity *entity) {
    if (entity->kind == STATE_TRANSFER)
        return ((const struct state_transfer *)entity)->named_by;
    if (entity->kind == STATE_WAYBILL)
        return ((const struct state_waybill *)entity)->named_by;
    return entity->kind == STATE_REQUEST ? ((const struct state_request *)entity)->node
                                         : STATE_NONE;
}

/* What is finished counts no longer against the node that named it: its number is bounded anyway.
 */
void fold_finish(struct state *state, void *thing, bool finished) {
    struct state_entity *entity = thing;
    if ((entity->finished != 0) == finished)
        return;
    state_table_finish(&state->tables[entity->kind], entity, finished ? state->position : 0);
    struct state_node *node = fold_touch(state, STATE_NODE, named_by(entity));
    if (node != NULL && finished && node->introduced > 0)
        node->introduced--;
    else if (node != NULL && !finished)
        node->introduced++;
}

struct state_place *fold_place(struct state *state, const char *id) {
    bool new;
    struct state_place *place = fold_need_new(state, STATE_PLACE, id, &new);
    if (place != NULL && new) {
        place->node = STATE_NONE;
        place->people.horizon_ms = INT64_MIN;
        place->stock.horizon_ms = INT64_MIN;
        place->first_request = STATE_NONE;
    }
    return place;
}

uint32_t fold_name(struct state *state, const char *name) {
    if (*name == '\0')
        return STATE_NONE;
    struct state_entity *entity = state_table_find(&state->tables[STATE_NAME], name);
    if (entity == NULL)
        entity = fold_need(state, STATE_NAME, name);
    return entity == NULL ? STATE_NONE : entity->index;
}

void fold_text(struct state *state, char **text, const char *value) {
    if (*text != NULL && strcmp(*text, value) == 0)
        return;
    free(*text);
    *text = NULL;
    if (*value == '\0')
        return;
    *text = strdup(value);
    if (*text == NULL)
        state->out_of_memory = true;
}

/* ---- bodies ---- */

static bool make_buffer(struct state *state, size_t room) {
    if (state->buffer_room >= room)
        return true;
    uint8_t *buffer = realloc(state->buffer, room);
    if (buffer == NULL)
        return false;
    state->buffer = buffer;
    state->buffer_room = room;
    return true;
}

typedef int encode(const void *model, struct hv_arena *arena, uint8_t *buffer, size_t capacity,
                   size_t *ret_size);

static int encode_record(const void *model, struct hv_arena *arena, uint8_t *buffer,
                         size_t capacity, size_t *ret_size) {
    return hv_record_encode(model, arena, buffer, capacity, ret_size);
}

static int encode_report(const void *model, struct hv_arena *arena, uint8_t *buffer,
                         size_t capacity, size_t *ret_size) {
    return hv_report_encode(model, arena, buffer, capacity, ret_size);
}

static void keep(struct state *state, struct state_body *body, encode *encoder, const void *model) {
    size_t size = 0;
    int error = HV_ERR_LIMIT;
    for (size_t room = FIRST_BUFFER_BYTES; error == HV_ERR_LIMIT && room <= HV_RECORD_BYTES_MAX;
         room *= 8) {
        if (!make_buffer(state, room)) {
            error = HV_ERR_MEMORY;
            break;
        }
        hv_arena_reset(&state->scratch);
        error = encoder(model, &state->scratch, state->buffer, state->buffer_room, &size);
    }
    fold_drop_body(body);
    if (error == HV_ERR_MEMORY)
        state->out_of_memory = true;
    if (error != 0)
        return; /* not a record of a log: it decodes to nothing */
    body->bytes = malloc(size == 0 ? 1 : size);
    if (body->bytes == NULL) {
        state->out_of_memory = true;
        return;
    }
    memcpy(body->bytes, state->buffer, size);
    body->size = (uint32_t)size;
}

void fold_keep_record(struct state *state, struct state_body *body,
                      const struct hv_record *record) {
    keep(state, body, encode_record, record);
}

void fold_keep_report(struct state *state, struct state_body *body,
                      const struct hv_report *report) {
    keep(state, body, encode_report, report);
}

void fold_drop_body(struct state_body *body) {
    free(body->bytes);
    *body = (struct state_body){0};
}

/* ---- stamps ---- */

struct state_stamp fold_stamp(const struct state *state, const struct hv_record *record,
                              const struct state_node *node, const struct hv_seen *seen) {
    const struct hv_node_report *report = &record->report;
    uint64_t age = report->sent_node_ms > seen->node_ms ? report->sent_node_ms - seen->node_ms : 0;
    if (age > AGE_MS_MAX)
        age = AGE_MS_MAX;
    return (struct state_stamp){
        .observed_ms = (int64_t)record->mono_ms - (int64_t)age,
        .wall_ms = seen->wall_ms,
        .position = state->position,
        .sequence = report->sequence,
        .node = node == NULL ? STATE_NONE : node->entity.index,
        .generation = node == NULL ? 0 : node->generation,
        .source = (uint8_t)report->report.source,
        .at_least = node != NULL && seen->node_ms < report->clock_gap_node_ms,
    };
}

static bool same_node(const struct state_stamp *a, const struct state_stamp *b) {
    return a->node != STATE_NONE && a->node == b->node;
}

bool fold_replaces(const struct state_stamp *observation, const struct state_stamp *at_hand) {
    if (at_hand->position == 0)
        return true;
    if (!same_node(observation, at_hand))
        return observation->observed_ms >= at_hand->observed_ms;
    if (observation->generation != at_hand->generation)
        return observation->generation > at_hand->generation;
    return observation->sequence >= at_hand->sequence;
}

bool fold_follows(const struct state_stamp *movement, const struct state_stamp *count) {
    if (count->position == 0)
        return true;
    if (!same_node(movement, count))
        return movement->observed_ms > count->observed_ms;
    if (movement->generation != count->generation)
        return movement->generation > count->generation;
    return movement->sequence > count->sequence;
}
