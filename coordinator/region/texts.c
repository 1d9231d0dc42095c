#include "coordinator/region/texts.h"

#include <stdlib.h>
#include <string.h>

#define CHUNK_BYTES 65536

struct texts_chunk {
    struct texts_chunk *next;
    size_t used, size;
    char bytes[];
};

void texts_init(struct texts *texts) {
    texts->chunks = NULL;
}

void texts_deinit(struct texts *texts) {
    while (texts->chunks != NULL) {
        struct texts_chunk *next = texts->chunks->next;
        free(texts->chunks);
        texts->chunks = next;
    }
}

static int add_chunk(struct texts *texts, size_t need) {
    size_t size = need > CHUNK_BYTES ? need : CHUNK_BYTES;
    struct texts_chunk *chunk = malloc(sizeof *chunk + size);
    if (chunk == NULL)
        return HV_ERR_MEMORY;
    chunk->next = texts->chunks;
    chunk->used = 0;
    chunk->size = size;
    texts->chunks = chunk;
    return HV_OK;
}

int texts_copy(struct texts *texts, const char *text, const char **ret_copy) {
    if (text == NULL || text[0] == '\0') {
        *ret_copy = "";
        return HV_OK;
    }
    size_t bytes = strlen(text) + 1;
    struct texts_chunk *chunk = texts->chunks;
    if (chunk == NULL || chunk->size - chunk->used < bytes) {
        int error = add_chunk(texts, bytes);
        if (error != HV_OK)
            return error;
        chunk = texts->chunks;
    }
    char *copy = chunk->bytes + chunk->used;
    memcpy(copy, text, bytes);
    chunk->used += bytes;
    *ret_copy = copy;
    return HV_OK;
}
