/* An outbox in memory that can fill up and lose its power. */
#include "nodes/outbox/record.h"

#include <stdlib.h>
#include <string.h>

struct entry {
    uint64_t key;
    size_t size;
    uint8_t *bytes; /* owned */
};

struct table {
    struct entry *entries; /* by key */
    size_t count;
    size_t capacity;
};

struct outbox_memory {
    struct outbox outbox;
    struct table tables[OUTBOX_TABLE_COUNT];
    size_t used;
    size_t bytes_max;
    unsigned fail_in; /* applies; 0: none */
    bool fail_stored;
    bool off;
};

enum { ENTRY_BYTES = 32 }; /* what a record costs beside its content */

static struct outbox_memory *memory_of(struct outbox *outbox) {
    return (struct outbox_memory *)outbox;
}

static const struct outbox_memory *memory_of_const(const struct outbox *outbox) {
    return (const struct outbox_memory *)outbox;
}

/* ---- tables ---- */

static size_t lower_bound(const struct table *table, uint64_t key) {
    size_t low = 0, high = table->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (table->entries[middle].key < key)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool is_at(const struct table *table, size_t at, uint64_t key) {
    return at < table->count && table->entries[at].key == key;
}

static int reserve_one(struct table *table) {
    if (table->count < table->capacity)
        return HV_OK;
    size_t capacity = table->capacity == 0 ? 16 : table->capacity * 2;
    struct entry *entries = realloc(table->entries, capacity * sizeof *entries);
    if (entries == NULL)
        return HV_ERR_MEMORY;
    table->entries = entries;
    table->capacity = capacity;
    return HV_OK;
}

static int put(struct outbox_memory *memory, const struct outbox_write *write) {
    struct table *table = &memory->tables[write->table];
    uint8_t *bytes = malloc(write->size + 1);
    int error = bytes == NULL ? HV_ERR_MEMORY : reserve_one(table);
    if (error != HV_OK) {
        free(bytes);
        return error;
    }
    if (write->size > 0)
        memcpy(bytes, write->bytes, write->size);
    size_t at = lower_bound(table, write->key);
    if (is_at(table, at, write->key)) {
        memory->used -= table->entries[at].size;
        free(table->entries[at].bytes);
    } else {
        memmove(&table->entries[at + 1], &table->entries[at],
                (table->count - at) * sizeof *table->entries);
        table->count++;
        memory->used += ENTRY_BYTES;
    }
    memory->used += write->size;
    table->entries[at].key = write->key;
    table->entries[at].size = write->size;
    table->entries[at].bytes = bytes;
    return HV_OK;
}

static void take_away(struct outbox_memory *memory, const struct outbox_write *write) {
    struct table *table = &memory->tables[write->table];
    uint64_t last = write->last > write->key ? write->last : write->key;
    size_t first = lower_bound(table, write->key), end = first;
    for (; end < table->count && table->entries[end].key <= last; end++) {
        memory->used -= table->entries[end].size + ENTRY_BYTES;
        free(table->entries[end].bytes);
    }
    if (first == end)
        return;
    memmove(&table->entries[first], &table->entries[end],
            (table->count - end) * sizeof *table->entries);
    table->count -= end - first;
}

/* ---- batches ---- */

static size_t growth(const struct outbox_memory *memory, const struct outbox_write *writes,
                     size_t count) {
    size_t bytes = 0;
    for (size_t i = 0; i < count; i++) {
        const struct table *table = &memory->tables[writes[i].table];
        bool there = is_at(table, lower_bound(table, writes[i].key), writes[i].key);
        if (writes[i].bytes != NULL && !there)
            bytes += writes[i].size + ENTRY_BYTES;
    }
    return bytes;
}

/* Whether the power fails with this batch. */
static bool power_fails(struct outbox_memory *memory) {
    if (memory->fail_in == 0 || --memory->fail_in > 0)
        return false;
    memory->off = true;
    return true;
}

static int memory_apply(struct outbox *outbox, const struct outbox_write *writes, size_t count) {
    struct outbox_memory *memory = memory_of(outbox);
    if (memory->off)
        return HV_ERR_CLOSED;
    for (size_t i = 0; i < count; i++)
        if (writes[i].size > RECORD_BYTES_MAX)
            return HV_ERR_LIMIT;
    bool fails = power_fails(memory);
    if (fails && !memory->fail_stored)
        return HV_ERR_CLOSED;
    size_t grows = growth(memory, writes, count);
    if (grows > 0 && memory->used + grows > memory->bytes_max)
        return fails ? HV_ERR_CLOSED : HV_ERR_FULL;
    for (size_t i = 0; i < count; i++) {
        int error = HV_OK;
        if (writes[i].bytes == NULL)
            take_away(memory, &writes[i]);
        else
            error = put(memory, &writes[i]);
        if (error != HV_OK) {
            memory->off = true; /* half a batch in memory: as good as gone */
            return error;
        }
    }
    return fails ? HV_ERR_CLOSED : HV_OK;
}

/* ---- reading ---- */

static int memory_read(const struct outbox *outbox, enum outbox_table of, uint64_t key,
                       struct hv_arena *arena, const uint8_t **ret_bytes, size_t *ret_size) {
    const struct outbox_memory *memory = memory_of_const(outbox);
    const struct table *table = &memory->tables[of];
    size_t at = lower_bound(table, key);
    if (memory->off)
        return HV_ERR_CLOSED;
    if (!is_at(table, at, key))
        return HV_ERR_NOT_FOUND;
    const struct entry *entry = &table->entries[at];
    uint8_t *bytes = hv_arena_take(arena, 1, entry->size + 1);
    if (bytes == NULL)
        return HV_ERR_MEMORY;
    *ret_bytes = memcpy(bytes, entry->bytes, entry->size);
    *ret_size = entry->size;
    return HV_OK;
}

static int memory_walk(const struct outbox *outbox, enum outbox_table of, uint64_t first,
                       uint64_t last, outbox_visitor *visitor, void *context) {
    const struct outbox_memory *memory = memory_of_const(outbox);
    const struct table *table = &memory->tables[of];
    if (memory->off)
        return HV_ERR_CLOSED;
    int result = HV_OK;
    for (size_t at = lower_bound(table, first);
         result == HV_OK && at < table->count && table->entries[at].key <= last; at++)
        result = visitor(context, table->entries[at].key, table->entries[at].bytes,
                         table->entries[at].size);
    return result;
}

static int memory_bounds(const struct outbox *outbox, enum outbox_table of, uint64_t *ret_first,
                         uint64_t *ret_last) {
    const struct outbox_memory *memory = memory_of_const(outbox);
    const struct table *table = &memory->tables[of];
    if (memory->off)
        return HV_ERR_CLOSED;
    if (table->count == 0)
        return HV_ERR_NOT_FOUND;
    *ret_first = table->entries[0].key;
    *ret_last = table->entries[table->count - 1].key;
    return HV_OK;
}

static void memory_figures(const struct outbox *outbox, struct outbox_figures *ret_figures) {
    const struct outbox_memory *memory = memory_of_const(outbox);
    *ret_figures = (struct outbox_figures){memory->used, memory->bytes_max};
}

static void memory_free(struct outbox *outbox) {
    struct outbox_memory *memory = memory_of(outbox);
    for (int of = 0; of < OUTBOX_TABLE_COUNT; of++) {
        for (size_t i = 0; i < memory->tables[of].count; i++)
            free(memory->tables[of].entries[i].bytes);
        free(memory->tables[of].entries);
    }
    free(memory);
}

static const struct outbox_ops memory_ops = {
    .apply = memory_apply,
    .read = memory_read,
    .walk = memory_walk,
    .bounds = memory_bounds,
    .figures = memory_figures,
    .free = memory_free,
};

/* ---- the simulated machine ---- */

struct outbox *outbox_memory_new(size_t bytes_max) {
    struct outbox_memory *memory = calloc(1, sizeof *memory);
    if (memory == NULL)
        return NULL;
    memory->outbox.ops = &memory_ops;
    memory->bytes_max = bytes_max;
    return &memory->outbox;
}

void outbox_memory_set_capacity(struct outbox *outbox, size_t bytes_max) {
    memory_of(outbox)->bytes_max = bytes_max;
}

void outbox_memory_fail_at(struct outbox *outbox, unsigned nth, bool stored) {
    memory_of(outbox)->fail_in = nth;
    memory_of(outbox)->fail_stored = stored;
}

bool outbox_memory_is_off(const struct outbox *outbox) {
    return memory_of_const(outbox)->off;
}

void outbox_memory_power_on(struct outbox *outbox) {
    memory_of(outbox)->off = false;
    memory_of(outbox)->fail_in = 0;
}

struct outbox *outbox_memory_copy(const struct outbox *outbox) {
    const struct outbox_memory *from = memory_of_const(outbox);
    struct outbox *copy = outbox_memory_new(from->bytes_max);
    for (int of = 0; copy != NULL && of < OUTBOX_TABLE_COUNT; of++)
        for (size_t i = 0; i < from->tables[of].count; i++) {
            const struct entry *entry = &from->tables[of].entries[i];
            struct outbox_write write = {(enum outbox_table)of, entry->key, 0, entry->bytes,
                                         entry->size};
            if (put(memory_of(copy), &write) != HV_OK) {
                outbox_free(copy);
                return NULL;
            }
        }
    return copy;
}
