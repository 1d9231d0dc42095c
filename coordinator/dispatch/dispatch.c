#include "coordinator/dispatch/dispatch.h"

#include <stdlib.h>

enum { FIRST_PAUSE_MS = 5000, LAST_PAUSE_MS = 60000 };
#define ORDERS_AT_ONCE HV_ORDER_SET_MAX

void dispatch_init(struct dispatch *dispatch) {
    *dispatch = (struct dispatch){.next_ms = UINT64_MAX};
}

void dispatch_deinit(struct dispatch *dispatch) {
    free(dispatch->lines);
    dispatch_init(dispatch);
}

static struct dispatch_line *find_line(struct dispatch *dispatch, uint32_t order) {
    for (size_t i = 0; i < dispatch->count; i++) {
        if (dispatch->lines[i].order == order)
            return &dispatch->lines[i];
    }
    return NULL;
}

static struct dispatch_line *add_line(struct dispatch *dispatch) {
    if (dispatch->count == dispatch->room) {
        size_t room = dispatch->room == 0 ? 64 : dispatch->room * 2;
        struct dispatch_line *lines = realloc(dispatch->lines, room * sizeof *lines);
        if (lines == NULL)
            return NULL;
        dispatch->lines = lines;
        dispatch->room = room;
    }
    return &dispatch->lines[dispatch->count++];
}

int dispatch_take(struct dispatch *dispatch, const struct state *state,
                  const struct state_order *order) {
    if (!state_order_untold(order))
        return 0;
    const struct state_node *node =
        state_find_node(state, order->addressee == NULL ? "" : order->addressee);
    if (node == NULL)
        return 0;
    struct dispatch_line *line = find_line(dispatch, order->entity.index);
    if (line == NULL)
        line = add_line(dispatch);
    if (line == NULL)
        return HV_ERR_MEMORY;
    *line = (struct dispatch_line){
        .order = order->entity.index, .node = node->entity.index, .pause_ms = FIRST_PAUSE_MS};
    dispatch->next_ms = 0;
    return 0;
}

void dispatch_node_is_here(struct dispatch *dispatch, uint32_t node, uint64_t real_ms) {
    for (size_t i = 0; i < dispatch->count; i++) {
        struct dispatch_line *line = &dispatch->lines[i];
        if (line->node != node)
            continue;
        line->due_ms = real_ms;
        line->pause_ms = FIRST_PAUSE_MS;
        dispatch->next_ms = 0;
    }
}

static void drop_told(struct dispatch *dispatch, const struct state *state) {
    size_t kept = 0;
    for (size_t i = 0; i < dispatch->count; i++) {
        if (state_order_untold(state_order(state, dispatch->lines[i].order)))
            dispatch->lines[kept++] = dispatch->lines[i];
    }
    dispatch->count = kept;
}

static int by_node(const void *left, const void *right) {
    const struct dispatch_line *a = left, *b = right;
    if (a->node != b->node)
        return a->node < b->node ? -1 : 1;
    return a->order < b->order ? -1 : a->order > b->order;
}

static void put_off(struct dispatch_line *line, uint64_t real_ms) {
    line->due_ms = real_ms + line->pause_ms;
    line->pause_ms = line->pause_ms * 2 < LAST_PAUSE_MS ? line->pause_ms * 2 : LAST_PAUSE_MS;
}

void dispatch_run(struct dispatch *dispatch, const struct state *state, uint64_t real_ms,
                  dispatch_send *send, void *context) {
    if (real_ms < dispatch->next_ms)
        return;
    drop_told(dispatch, state);
    if (dispatch->count > 1)
        qsort(dispatch->lines, dispatch->count, sizeof *dispatch->lines, by_node);
    dispatch->next_ms = UINT64_MAX;
    uint32_t orders[ORDERS_AT_ONCE];
    size_t gathered = 0;
    for (size_t i = 0; i < dispatch->count; i++) {
        struct dispatch_line *line = &dispatch->lines[i];
        if (line->due_ms <= real_ms) {
            orders[gathered++] = line->order;
            put_off(line, real_ms);
        }
        if (line->due_ms < dispatch->next_ms)
            dispatch->next_ms = line->due_ms;
        bool last = i + 1 == dispatch->count || dispatch->lines[i + 1].node != line->node;
        if (gathered > 0 && (last || gathered == ORDERS_AT_ONCE)) {
            send(context, line->node, orders, gathered);
            gathered = 0;
        }
    }
}
