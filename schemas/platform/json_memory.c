#include "schemas/platform/json_memory.h"

#include <jansson.h>

static void *(*taking)(size_t size);
static _Thread_local bool wanting;

static void *take(size_t size) {
    void *bytes = taking(size);
    if (bytes == NULL && size > 0)
        wanting = true;
    return bytes;
}

void json_memory_watch(void *(*how)(size_t size), void (*give)(void *bytes)) {
    taking = how;
    json_set_alloc_funcs(take, give);
}

void json_memory_forget(void) {
    wanting = false;
}

bool json_memory_wanting(void) {
    return wanting;
}
