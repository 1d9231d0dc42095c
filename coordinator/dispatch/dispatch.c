#include "coordinator/dispatch/dispatch.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_PAUSE_MS = 5000, LAST_PAUSE_MS = 60000 };
#define ORDERS_AT_ONCE HV_ORDER_SET_MAX

void dispatch_init(struct dispatch *dispatch) {
    *dispatch = (struct dispatch){.next_ms = UINT64_MAX};
}

void dispatch_deinit(struct dispatch *dispatch) {
    free(dispatch->lines);
    free(dispatch->line_of);
    free(dispatch->here);
    dispatch_init(dispatch);
}

/* ---- lines by order, flags by node ---- */

/* Makes the array of `*room` zeros or more long enough for `index`. */
static int reach(void **array, uint32_t *room, uint32_t index, size_t stride) {
    if (index < *room)
        return 0;
    uint32_t grown = index + index / 2 + 64;
    uint8_t *bytes = realloc(*array, grown * stride);
    if (bytes == NULL)
        return HV_ERR_MEMORY;
    memset(bytes + *room * stride, 0, (grown - *room) * stride);
    *array = bytes;
    *room = grown;
    return 0;
}

static int reach_order(struct dispatch *dispatch, uint32_t order) {
    void *array = dispatch->line_of;
    int error = reach(&array, &dispatch->order_room, order, sizeof *dispatch->line_of);
    dispatch->line_of = array;
    return error;
}

static int reach_node(struct dispatch *dispatch, uint32_t node) {
    void *array = dispatch->here;
    int error = reach(&array, &dispatch->node_room, node, sizeof *dispatch->here);
    dispatch->here = array;
    return error;
}

static struct dispatch_line *add_line(struct dispatch *dispatch, uint32_t order) {
    if (dispatch->count == dispatch->room) {
        size_t room = dispatch->room == 0 ? 64 : dispatch->room * 2;
        struct dispatch_line *lines = realloc(dispatch->lines, room * sizeof *lines);
        if (lines == NULL)
            return NULL;
        dispatch->lines = lines;
        dispatch->room = room;
    }
    dispatch->lines[dispatch->count] = (struct dispatch_line){.order = order, .node = STATE_NONE};
    dispatch->line_of[order] = (uint32_t)++dispatch->count;
    return &dispatch->lines[dispatch->count - 1];
}

static struct dispatch_line *line_for(struct dispatch *dispatch, uint32_t order) {
    if (reach_order(dispatch, order) != 0)
        return NULL;
    uint32_t line = dispatch->line_of[order];
    return line > 0 ? &dispatch->lines[line - 1] : add_line(dispatch, order);
}

/* ---- taking ---- */

int dispatch_take(struct dispatch *dispatch, const struct state *state,
                  const struct state_order *order) {
    if (!state_order_untold(order))
        return 0;
    const struct state_node *node =
        state_find_node(state, order->addressee == NULL ? "" : order->addressee);
    if (node == NULL)
        return 0;
    struct dispatch_line *line = line_for(dispatch, order->entity.index);
    if (line == NULL)
        return HV_ERR_MEMORY;
    if (line->node != node->entity.index) /* a new line has none */
        dispatch->unsorted = true;
    *line = (struct dispatch_line){
        .order = order->entity.index, .node = node->entity.index, .pause_ms = FIRST_PAUSE_MS};
    dispatch->next_ms = 0;
    return 0;
}

int dispatch_node_is_here(struct dispatch *dispatch, uint32_t node) {
    if (reach_node(dispatch, node) != 0)
        return HV_ERR_MEMORY;
    dispatch->here[node] = true;
    dispatch->next_ms = 0;
    return 0;
}

/* ---- running ---- */

static void drop_told(struct dispatch *dispatch, const struct state *state) {
    size_t kept = 0;
    for (size_t i = 0; i < dispatch->count; i++) {
        uint32_t order = dispatch->lines[i].order;
        bool untold = state_order_untold(state_order(state, order));
        if (untold)
            dispatch->lines[kept++] = dispatch->lines[i];
        dispatch->line_of[order] = untold ? (uint32_t)kept : 0;
    }
    dispatch->count = kept;
}

static int by_node(const void *left, const void *right) {
    const struct dispatch_line *a = left, *b = right;
    if (a->node != b->node)
        return a->node < b->node ? -1 : 1;
    return a->order < b->order ? -1 : a->order > b->order;
}

static void sort(struct dispatch *dispatch) {
    if (dispatch->unsorted && dispatch->count > 1)
        qsort(dispatch->lines, dispatch->count, sizeof *dispatch->lines, by_node);
    for (size_t i = 0; dispatch->unsorted && i < dispatch->count; i++)
        dispatch->line_of[dispatch->lines[i].order] = (uint32_t)i + 1;
    dispatch->unsorted = false;
}

/* Lines of nodes that have just said hello are due as if for the first time. */
static void heed_hellos(struct dispatch *dispatch, uint64_t real_ms) {
    for (size_t i = 0; i < dispatch->count; i++) {
        struct dispatch_line *line = &dispatch->lines[i];
        if (line->node >= dispatch->node_room || !dispatch->here[line->node])
            continue;
        line->due_ms = real_ms;
        line->pause_ms = FIRST_PAUSE_MS;
    }
    if (dispatch->node_room > 0)
        memset(dispatch->here, 0, dispatch->node_room * sizeof *dispatch->here);
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
    sort(dispatch);
    heed_hellos(dispatch, real_ms);
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
