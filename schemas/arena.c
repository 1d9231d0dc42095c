#include "schemas/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_BLOCK_BYTES = 4096 };

/* `bytes` counts what follows the header; `used` is where the next piece starts. */
struct hv_arena_block {
    struct hv_arena_block *next;
    size_t bytes;
    size_t used;
    alignas(max_align_t) unsigned char memory[];
};

void hv_arena_init(struct hv_arena *arena, size_t limit_bytes) {
    *arena = (struct hv_arena){.limit = limit_bytes};
}

void hv_arena_deinit(struct hv_arena *arena) {
    for (struct hv_arena_block *block = arena->first; block != NULL;) {
        struct hv_arena_block *next = block->next;
        free(block);
        block = next;
    }
    *arena = (struct hv_arena){.limit = arena->limit};
}

void hv_arena_reset(struct hv_arena *arena) {
    for (struct hv_arena_block *block = arena->first; block != NULL; block = block->next)
        block->used = 0;
    arena->current = arena->first;
    arena->taken = 0;
}

struct hv_arena_mark hv_arena_mark(const struct hv_arena *arena) {
    struct hv_arena_block *block = arena->current;
    return (struct hv_arena_mark){block, block == NULL ? 0 : block->used, arena->taken};
}

void hv_arena_rewind(struct hv_arena *arena, struct hv_arena_mark mark) {
    if (mark.block == NULL) {
        hv_arena_reset(arena);
        return;
    }
    for (struct hv_arena_block *block = mark.block->next; block != NULL; block = block->next)
        block->used = 0;
    mark.block->used = mark.used;
    arena->taken = mark.taken;
    arena->current = mark.block;
}

static size_t room_in(const struct hv_arena_block *block) {
    return block->bytes - block->used;
}

/* Twice the last block, so that their number stays small; just what is needed near the limit. */
static size_t next_block_bytes(const struct hv_arena *arena, size_t need) {
    size_t bytes = arena->current == NULL ? FIRST_BLOCK_BYTES : arena->current->bytes * 2;
    if (bytes < need)
        bytes = need;
    if (arena->limit == 0)
        return bytes;
    const size_t header = sizeof(struct hv_arena_block);
    size_t left = arena->limit - arena->held;
    if (left < header || left - header < need)
        return 0;
    return bytes < left - header ? bytes : left - header;
}

/* Moves on to the next block of the chain that has room, at its end to a new one. */
static struct hv_arena_block *block_with_room(struct hv_arena *arena, size_t need) {
    while (arena->current != NULL && room_in(arena->current) < need && arena->current->next != NULL)
        arena->current = arena->current->next;
    if (arena->current != NULL && room_in(arena->current) >= need)
        return arena->current;

    size_t bytes = next_block_bytes(arena, need);
    if (bytes == 0 || bytes > SIZE_MAX - sizeof(struct hv_arena_block))
        return NULL;
    struct hv_arena_block *block = malloc(sizeof *block + bytes);
    if (block == NULL)
        return NULL;
    *block = (struct hv_arena_block){.bytes = bytes};
    if (arena->current == NULL)
        arena->first = block;
    else
        arena->current->next = block;
    arena->current = block;
    arena->held += sizeof *block + bytes;
    return block;
}

void *hv_arena_take(struct hv_arena *arena, size_t count, size_t size) {
    const size_t unit = alignof(max_align_t);
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes) || bytes > SIZE_MAX / 4)
        return NULL;
    bytes = bytes == 0 ? unit : (bytes + unit - 1) / unit * unit;
    struct hv_arena_block *block = block_with_room(arena, bytes);
    if (block == NULL)
        return NULL;
    void *piece = block->memory + block->used;
    block->used += bytes;
    arena->taken += bytes;
    return memset(piece, 0, bytes);
}

char *hv_arena_text(struct hv_arena *arena, const char *text) {
    size_t bytes = strlen(text) + 1;
    char *copy = hv_arena_take(arena, bytes, 1);
    return copy == NULL ? NULL : memcpy(copy, text, bytes);
}
