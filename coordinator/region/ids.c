#include "coordinator/region/ids.h"

#include <stdlib.h>
#include <string.h>

void ids_deinit(struct ids *ids) {
    free(ids->slots);
    *ids = (struct ids){0};
}

/* FNV-1a with a final mix, for the slots are taken from the low bits. */
static uint32_t hash(const char *id) {
    uint64_t h = 14695981039346656037u;
    for (const unsigned char *p = (const unsigned char *)id; *p != '\0'; p++)
        h = (h ^ *p) * 1099511628211u;
    h ^= h >> 32;
    return (uint32_t)(h ^ (h >> 15));
}

static const char *id_of(const void *rows, size_t stride, uint32_t row) {
    const char *id;
    memcpy(&id, (const char *)rows + stride * row, sizeof id);
    return id;
}

uint32_t ids_find(const struct ids *ids, const void *rows, size_t stride, const char *id) {
    if (ids->slot_count == 0)
        return IDS_NONE;
    uint32_t mask = ids->slot_count - 1;
    for (uint32_t slot = hash(id) & mask; ids->slots[slot] != 0; slot = (slot + 1) & mask) {
        uint32_t row = ids->slots[slot] - 1;
        if (strcmp(id_of(rows, stride, row), id) == 0)
            return row;
    }
    return IDS_NONE;
}

static void put(uint32_t *slots, uint32_t mask, const char *id, uint32_t row) {
    uint32_t slot = hash(id) & mask;
    while (slots[slot] != 0)
        slot = (slot + 1) & mask;
    slots[slot] = row + 1;
}

static int grow(struct ids *ids, const void *rows, size_t stride) {
    uint32_t slot_count = ids->slot_count == 0 ? 64 : ids->slot_count * 2;
    uint32_t *slots = calloc(slot_count, sizeof *slots);
    if (slots == NULL)
        return HV_ERR_MEMORY;
    for (uint32_t i = 0; i < ids->slot_count; i++)
        if (ids->slots[i] != 0)
            put(slots, slot_count - 1, id_of(rows, stride, ids->slots[i] - 1), ids->slots[i] - 1);
    free(ids->slots);
    ids->slots = slots;
    ids->slot_count = slot_count;
    return HV_OK;
}

int ids_add(struct ids *ids, const void *rows, size_t stride, uint32_t row) {
    if (ids->used >= ids->slot_count / 2) {
        int error = grow(ids, rows, stride);
        if (error != HV_OK)
            return error;
    }
    put(ids->slots, ids->slot_count - 1, id_of(rows, stride, row), row);
    ids->used++;
    return HV_OK;
}
