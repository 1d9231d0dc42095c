#include "coordinator/founding.h"

#include "coordinator/state/state_checkpoint.h"
#include "schemas/codec.h"

#include <string.h>

enum { RECORD_BYTES = 4096 };

/* ---- writing ---- */

struct encoded {
    struct log_entry entry;
    uint8_t bytes[RECORD_BYTES];
};

static int encode(const struct hv_record *record, struct encoded *ret_encoded) {
    struct hv_arena arena;
    size_t size = 0;
    hv_arena_init(&arena, 0);
    int error =
        hv_record_encode(record, &arena, ret_encoded->bytes, sizeof ret_encoded->bytes, &size);
    hv_arena_deinit(&arena);
    ret_encoded->entry = (struct log_entry){record->kind, ret_encoded->bytes, size};
    return error;
}

static int append_all(struct log *log, const struct hv_record *records, size_t count) {
    struct encoded encoded[2];
    struct log_entry entries[2];
    uint64_t first;
    for (size_t i = 0; i < count; i++) {
        int error = encode(&records[i], &encoded[i]);
        if (error != 0)
            return error;
        entries[i] = encoded[i].entry;
    }
    return log_append(log, entries, count, &first);
}

int founding_start(struct log *log, const struct hv_log_started *started, int64_t wall_ms) {
    if (log_last(log) != 0)
        return HV_ERR_EXISTS;
    struct hv_record records[2] = {
        {.version = HV_RECORD_VERSION,
         .actor = HV_ACTOR_SYSTEM,
         .name = "",
         .wall_ms = wall_ms,
         .kind = HV_RECORD_LOG_STARTED,
         .started = *started},
        {.version = HV_RECORD_VERSION,
         .actor = HV_ACTOR_SYSTEM,
         .name = "",
         .cause = 1,
         .wall_ms = wall_ms,
         .kind = HV_RECORD_TERM,
         .term = {.term = 1, .reason = "log started"}},
    };
    memcpy(records[1].term.log, started->log, HV_ID128_BYTES);
    return append_all(log, records, 2);
}

int founding_raise_term(struct log *log, uint64_t term, const uint8_t log_id[HV_ID128_BYTES],
                        const char *reason, const char *role, int64_t wall_ms) {
    struct state *state;
    int error = founding_fold_until(log, log_last(log), &state);
    if (error != 0)
        return error;
    uint64_t present = state_general(state)->term, mono_ms = state_general(state)->mono_ms;
    state_free(state);
    if (term <= present)
        return HV_ERR_VALUE;
    struct hv_record record = {.version = HV_RECORD_VERSION,
                               .actor = HV_ACTOR_OPERATOR,
                               .name = role,
                               .wall_ms = wall_ms,
                               .mono_ms = mono_ms,
                               .kind = HV_RECORD_TERM,
                               .term = {.term = term, .reason = reason}};
    memcpy(record.term.log, log_id, HV_ID128_BYTES);
    return append_all(log, &record, 1);
}

/* ---- folding ---- */

struct folding {
    struct state *state;
    struct hv_arena arena;
};

static int fold_one(void *context, const struct log_record *stored) {
    struct folding *folding = context;
    struct hv_verdict verdict;
    struct hv_record *record = NULL;
    hv_arena_reset(&folding->arena);
    int error = hv_record_decode(stored->bytes, stored->size, &folding->arena, &verdict, &record);
    if (error == 0)
        return state_apply(folding->state, stored->position, record);
    return error == HV_ERR_MEMORY ? error : HV_ERR_CORRUPT;
}

static int fold_tail(struct log *log, struct state *state, uint64_t to, uint64_t *ret_bad) {
    struct folding folding = {.state = state};
    hv_arena_init(&folding.arena, 0);
    int error = log_read(log, state_position(state) + 1, to, fold_one, &folding, ret_bad);
    hv_arena_deinit(&folding.arena);
    return error;
}

static int take_hash(void *context, const struct log_record *stored) {
    log_record_hash(stored, context);
    return 0;
}

int founding_hash_at(struct log *log, uint64_t position, uint8_t ret_hash[HV_HASH_BYTES]) {
    uint8_t hash[HV_HASH_BYTES];
    if (position == 0 || position > log_last(log))
        return HV_ERR_NOT_FOUND;
    int error = log_read(log, position, position, take_hash, hash, NULL);
    if (error == 0)
        memcpy(ret_hash, hash, sizeof hash);
    return error;
}

int founding_load(struct log *log, const char *checkpoint, struct state **ret_state) {
    struct state *state = NULL;
    uint8_t end[HV_HASH_BYTES], hash[HV_HASH_BYTES];
    int error = checkpoint_load(checkpoint, end, &state);
    if (error != 0)
        return error;
    if (founding_hash_at(log, state_position(state), hash) != 0 ||
        memcmp(hash, end, sizeof hash) != 0) {
        state_free(state);
        return HV_ERR_VALUE;
    }
    *ret_state = state;
    return 0;
}

int founding_fold_rest(struct log *log, struct state **state, uint64_t *ret_bad) {
    if (*state == NULL)
        *state = state_new();
    if (*state == NULL)
        return HV_ERR_MEMORY;
    int error = fold_tail(log, *state, UINT64_MAX, ret_bad);
    if (error != 0) {
        state_free(*state);
        *state = NULL;
    }
    return error;
}

int founding_fold(struct log *log, const char *checkpoint, struct state **ret_state,
                  uint64_t *ret_from, uint64_t *ret_bad) {
    struct state *state = NULL;
    if (checkpoint != NULL && founding_load(log, checkpoint, &state) != 0)
        state = NULL;
    uint64_t from = state == NULL ? 0 : state_position(state);
    int error = founding_fold_rest(log, &state, ret_bad);
    if (error != 0)
        return error;
    *ret_from = from;
    *ret_state = state;
    return 0;
}

int founding_fold_on(struct log *log, uint64_t position, struct state **state) {
    int error = fold_tail(log, *state, position, NULL);
    if (error != 0) {
        state_free(*state);
        *state = NULL;
    }
    return error;
}

int founding_fold_until(struct log *log, uint64_t position, struct state **ret_state) {
    struct state *state = state_new();
    if (state == NULL)
        return HV_ERR_MEMORY;
    int error = founding_fold_on(log, position, &state);
    if (error == 0)
        *ret_state = state;
    return error;
}
