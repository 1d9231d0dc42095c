/* Memory for one decoded message or one step: many small pieces, freed together.
 *
 * Zero-initialised memory, aligned for any type. A reset keeps the blocks for the next message, so
 * a steady stream of messages takes no memory. One thread at a time. */
#ifndef HV_SCHEMAS_ARENA_H
#define HV_SCHEMAS_ARENA_H

#include <stddef.h>

struct hv_arena {
    struct hv_arena_block *first; /* owned chain */
    struct hv_arena_block *current;
    size_t limit; /* most bytes to hold in all; 0: no limit */
    size_t held;  /* in blocks, also those that a reset keeps */
    size_t taken; /* since the last reset */
};

void hv_arena_init(struct hv_arena *arena, size_t limit_bytes);
void hv_arena_deinit(struct hv_arena *arena);
void hv_arena_reset(struct hv_arena *arena);

/* What is taken after a mark can be given back alone: the pieces before it stay. */
struct hv_arena_mark {
    struct hv_arena_block *block; /* NULL: nothing was taken yet */
    size_t used, taken;
};

struct hv_arena_mark hv_arena_mark(const struct hv_arena *arena);
void hv_arena_rewind(struct hv_arena *arena, struct hv_arena_mark mark);

/* NULL without memory, past the limit, or where count x size overflows. */
void *hv_arena_take(struct hv_arena *arena, size_t count, size_t size);

/* A copy of the text; NULL as above. */
char *hv_arena_text(struct hv_arena *arena, const char *text);

#endif
