#include "coordinator/state/state_table.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define HASH_NONFATAL_OOM 1
#define uthash_nonfatal_oom(cell) (out_of_memory = true)
static _Thread_local bool out_of_memory;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wsign-conversion"
#include <uthash.h>

enum { CHUNK_THINGS = 256 };

/* What lies before each thing in memory. */
struct state_table_cell {
    UT_hash_handle hh;
};

static struct state_entity *entity_of(const struct state_table_cell *cell) {
    return (struct state_entity *)(cell + 1);
}

static struct state_table_cell *cell_of(struct state_entity *entity) {
    return (struct state_table_cell *)entity - 1;
}

static bool index_add(struct state_table *table, struct state_entity *entity) {
    struct state_table_cell *cell = cell_of(entity);
    out_of_memory = false;
    HASH_ADD_KEYPTR(hh, table->by_id, entity->id, strlen(entity->id), cell);
    return !out_of_memory;
}

static struct state_table_cell *index_find(const struct state_table *table, const char *id) {
    struct state_table_cell *cell = NULL;
    HASH_FIND(hh, table->by_id, id, strlen(id), cell);
    return cell;
}

static void index_remove(struct state_table *table, struct state_entity *entity) {
    struct state_table_cell *cell = cell_of(entity);
    HASH_DELETE(hh, table->by_id, cell);
}

static void index_clear(struct state_table *table) {
    HASH_CLEAR(hh, table->by_id);
}
#pragma GCC diagnostic pop

static size_t stride(const struct state_table *table) {
    return sizeof(struct state_table_cell) + table->thing_bytes;
}

void state_table_init(struct state_table *table, enum state_kind kind, size_t thing_bytes) {
    *table = (struct state_table){.kind = kind,
                                  .thing_bytes = (thing_bytes + 15) / 16 * 16,
                                  .newest = STATE_NONE,
                                  .oldest = STATE_NONE,
                                  .finished_newest = STATE_NONE,
                                  .finished_oldest = STATE_NONE};
}

void state_table_deinit(struct state_table *table) {
    index_clear(table);
    for (uint32_t i = 0; i < table->chunk_count; i++)
        free(table->chunks[i]);
    free(table->chunks);
}

void *state_table_at(const struct state_table *table, uint32_t index) {
    if (index >= table->count)
        return NULL;
    unsigned char *chunk = table->chunks[index / CHUNK_THINGS];
    return chunk + stride(table) * (index % CHUNK_THINGS) + sizeof(struct state_table_cell);
}

void *state_table_find(const struct state_table *table, const char *id) {
    char kept[STATE_ID_BYTES];
    if (strlen(id) >= STATE_ID_BYTES) {
        state_table_id(id, kept);
        id = kept;
    }
    struct state_table_cell *cell = index_find(table, id);
    return cell == NULL ? NULL : entity_of(cell);
}

static int add_chunk(struct state_table *table) {
    size_t chunks = table->chunk_count;
    if ((chunks & (chunks - 1)) == 0) { /* a power of two: full */
        size_t room = chunks == 0 ? 1 : chunks * 2;
        unsigned char **list = realloc(table->chunks, room * sizeof *list);
        if (list == NULL)
            return HV_ERR_MEMORY;
        table->chunks = list;
    }
    unsigned char *chunk = calloc(CHUNK_THINGS, stride(table));
    if (chunk == NULL)
        return HV_ERR_MEMORY;
    table->chunks[table->chunk_count++] = chunk;
    return 0;
}

/* ---- the order of change ---- */

static void unlink_entity(struct state_table *table, struct state_entity *entity) {
    struct state_entity *older = state_table_at(table, entity->older);
    struct state_entity *newer = state_table_at(table, entity->newer);
    if (older != NULL)
        older->newer = entity->newer;
    else
        table->oldest = entity->newer;
    if (newer != NULL)
        newer->older = entity->older;
    else
        table->newest = entity->older;
}

static void link_newest(struct state_table *table, struct state_entity *entity) {
    struct state_entity *before = state_table_at(table, table->newest);
    entity->older = table->newest;
    entity->newer = STATE_NONE;
    if (before != NULL)
        before->newer = entity->index;
    else
        table->oldest = entity->index;
    table->newest = entity->index;
}

void state_table_moved(struct state_table *table, struct state_entity *entity, uint64_t position) {
    entity->changed = position;
    if (table->newest == entity->index)
        return;
    unlink_entity(table, entity);
    link_newest(table, entity);
}

/* ---- the order of finishing ---- */

static void link_finished(struct state_table *table, struct state_entity *entity,
                          uint64_t position) {
    struct state_entity *before = state_table_at(table, table->finished_newest);
    entity->finished = position;
    entity->finished_older = table->finished_newest;
    entity->finished_newer = STATE_NONE;
    if (before != NULL)
        before->finished_newer = entity->index;
    else
        table->finished_oldest = entity->index;
    table->finished_newest = entity->index;
    table->finished_count++;
}

static void unlink_finished(struct state_table *table, struct state_entity *entity) {
    struct state_entity *older = state_table_at(table, entity->finished_older);
    struct state_entity *newer = state_table_at(table, entity->finished_newer);
    if (older != NULL)
        older->finished_newer = entity->finished_newer;
    else
        table->finished_oldest = entity->finished_newer;
    if (newer != NULL)
        newer->finished_older = entity->finished_older;
    else
        table->finished_newest = entity->finished_older;
    entity->finished = 0;
    table->finished_count--;
}

void state_table_finish(struct state_table *table, struct state_entity *entity, uint64_t position) {
    if (position != 0 && entity->finished == 0)
        link_finished(table, entity, position);
    else if (position == 0 && entity->finished != 0)
        unlink_finished(table, entity);
}

/* ---- adding ---- */

void state_table_id(const char *text, char ret_id[STATE_ID_BYTES]) {
    size_t length = strlen(text);
    if (length < STATE_ID_BYTES) {
        memcpy(ret_id, text, length + 1);
        return;
    }
    uint8_t hash[32];
    crypto_generichash(hash, sizeof hash, (const uint8_t *)text, length, NULL, 0);
    ret_id[0] = '#';
    sodium_bin2hex(ret_id + 1, STATE_ID_BYTES - 1, hash, sizeof hash);
}

void *state_table_add(struct state_table *table, const char *id, uint64_t position) {
    if (table->count == STATE_NONE - 1)
        return NULL;
    if (table->count == table->chunk_count * CHUNK_THINGS && add_chunk(table) != 0)
        return NULL;
    table->count++;
    struct state_entity *entity = state_table_at(table, table->count - 1);
    entity->index = table->count - 1;
    entity->kind = table->kind;
    entity->changed = position;
    state_table_id(id, entity->id);
    if (!index_add(table, entity)) {
        table->count--;
        return NULL;
    }
    link_newest(table, entity);
    return entity;
}

void *state_table_renew(struct state_table *table, struct state_entity *entity, const char *id,
                        uint64_t position) {
    uint32_t index = entity->index;
    index_remove(table, entity);
    unlink_finished(table, entity);
    unlink_entity(table, entity);
    memset(entity, 0, table->thing_bytes);
    entity->index = index;
    entity->kind = table->kind;
    entity->changed = position;
    state_table_id(id, entity->id);
    link_newest(table, entity);
    return index_add(table, entity) ? entity : NULL;
}

/* ---- loading ---- */

int state_table_reserve(struct state_table *table, uint32_t count) {
    while (table->chunk_count * (uint64_t)CHUNK_THINGS < count) {
        int error = add_chunk(table);
        if (error != 0)
            return error;
    }
    table->count = count;
    for (uint32_t i = 0; i < count; i++) {
        struct state_entity *entity = state_table_at(table, i);
        entity->index = i;
        entity->kind = table->kind;
    }
    return 0;
}

static int by_change(const void *left, const void *right) {
    const struct state_entity *a = *(struct state_entity *const *)left;
    const struct state_entity *b = *(struct state_entity *const *)right;
    if (a->changed != b->changed)
        return a->changed < b->changed ? -1 : 1;
    return a->index < b->index ? -1 : 1;
}

static int by_finish(const void *left, const void *right) {
    const struct state_entity *a = *(struct state_entity *const *)left;
    const struct state_entity *b = *(struct state_entity *const *)right;
    if (a->finished != b->finished)
        return a->finished < b->finished ? -1 : 1;
    return a->index < b->index ? -1 : 1;
}

static void index_finished(struct state_table *table, struct state_entity **list) {
    size_t count = 0;
    for (uint32_t i = 0; i < table->count; i++) {
        struct state_entity *entity = state_table_at(table, i);
        if (entity->finished != 0)
            list[count++] = entity;
    }
    qsort(list, count, sizeof(struct state_entity *), by_finish);
    for (size_t i = 0; i < count; i++)
        link_finished(table, list[i], list[i]->finished);
}

int state_table_index(struct state_table *table) {
    if (table->count == 0)
        return 0;
    struct state_entity **order = malloc(table->count * sizeof(struct state_entity *));
    if (order == NULL)
        return HV_ERR_MEMORY;
    int error = 0;
    for (uint32_t i = 0; error == 0 && i < table->count; i++) {
        order[i] = state_table_at(table, i);
        if (index_find(table, order[i]->id) != NULL)
            error = HV_ERR_CORRUPT;
        else if (!index_add(table, order[i]))
            error = HV_ERR_MEMORY;
    }
    if (error == 0) {
        qsort(order, table->count, sizeof(struct state_entity *), by_change);
        for (uint32_t i = 0; i < table->count; i++)
            link_newest(table, order[i]);
        index_finished(table, order);
    }
    free(order);
    return error;
}
