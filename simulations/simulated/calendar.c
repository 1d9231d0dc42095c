#include "simulations/simulated/calendar.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>

void calendar_deinit(struct calendar *calendar) {
    for (size_t i = 0; i < calendar->count; i++)
        free(calendar->heap[i].bytes);
    free(calendar->heap);
    *calendar = (struct calendar){0};
}

static bool earlier(const struct sim_event *left, const struct sim_event *right) {
    if (left->at_ms != right->at_ms)
        return left->at_ms < right->at_ms;
    return left->order < right->order;
}

int calendar_enter(struct calendar *calendar, struct sim_event event) {
    if (calendar->count == calendar->room) {
        size_t room = calendar->room == 0 ? 64 : calendar->room * 2;
        struct sim_event *heap = realloc(calendar->heap, room * sizeof *heap);
        if (heap == NULL) {
            free(event.bytes);
            return HV_ERR_MEMORY;
        }
        calendar->heap = heap;
        calendar->room = room;
    }
    event.order = calendar->entered++;
    size_t place = calendar->count++;
    while (place > 0 && earlier(&event, &calendar->heap[(place - 1) / 2])) {
        calendar->heap[place] = calendar->heap[(place - 1) / 2];
        place = (place - 1) / 2;
    }
    calendar->heap[place] = event;
    return 0;
}

uint64_t calendar_next_ms(const struct calendar *calendar) {
    return calendar->count == 0 ? UINT64_MAX : calendar->heap[0].at_ms;
}

struct sim_event calendar_take(struct calendar *calendar) {
    assert(calendar->count > 0);
    struct sim_event next = calendar->heap[0];
    struct sim_event last = calendar->heap[--calendar->count];
    size_t place = 0, child;
    while ((child = 2 * place + 1) < calendar->count) {
        if (child + 1 < calendar->count &&
            earlier(&calendar->heap[child + 1], &calendar->heap[child]))
            child++;
        if (!earlier(&calendar->heap[child], &last))
            break;
        calendar->heap[place] = calendar->heap[child];
        place = child;
    }
    if (calendar->count > 0)
        calendar->heap[place] = last;
    return next;
}
