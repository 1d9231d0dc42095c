/* Which arcs a node has: lists by the ends as they were given, and chains of arcs that came since
 * these were made. */
#include "coordinator/optimizer/mincostflow_tree.h"

enum { LATE_PART = 4 }; /* lists are made anew where more than this part of the arcs is late */

static uint32_t tail_of(const struct mincostflow *flow, uint32_t arc) {
    return flow->turned[arc] ? flow->arcs[arc].to : flow->arcs[arc].from;
}

static uint32_t head_of(const struct mincostflow *flow, uint32_t arc) {
    return flow->turned[arc] ? flow->arcs[arc].from : flow->arcs[arc].to;
}

/* Sorts arcs by one end: counted two places on, so that `first` ends where it should begin. */
static void list_arcs(struct mincostflow *flow, uint32_t *first, struct tree_link *links,
                      uint32_t (*end_of)(const struct mincostflow *, uint32_t),
                      uint32_t (*other_of)(const struct mincostflow *, uint32_t)) {
    for (size_t i = 0; i < flow->node_count + (size_t)2; i++)
        first[i] = 0;
    for (uint32_t arc = 0; arc < flow->arc_count; arc++)
        first[end_of(flow, arc) + 2]++;
    for (size_t i = 2; i < flow->node_count + (size_t)2; i++)
        first[i] += first[i - 1];
    for (uint32_t arc = 0; arc < flow->arc_count; arc++)
        links[first[end_of(flow, arc) + 1]++] = (struct tree_link){arc, other_of(flow, arc)};
}

static void list_all(struct mincostflow *flow) {
    list_arcs(flow, flow->out_first, flow->out_links, tail_of, head_of);
    list_arcs(flow, flow->in_first, flow->in_links, head_of, tail_of);
    for (uint32_t node = 0; node < flow->node_count; node++)
        flow->first_late[node] = TREE_NIL;
    flow->listed_nodes = flow->node_count;
    flow->listed_arcs = flow->chained_arcs = flow->arc_count;
}

void tree_index_arcs(struct mincostflow *flow) {
    if (flow->arc_count - flow->listed_arcs > flow->listed_arcs / LATE_PART) {
        list_all(flow);
        return;
    }
    for (; flow->chained_arcs < flow->arc_count; flow->chained_arcs++) {
        uint32_t arc = flow->chained_arcs;
        const struct tree_arc *a = &flow->arcs[arc];
        flow->next_late[2 * (size_t)arc] = flow->first_late[a->from];
        flow->first_late[a->from] = 2 * arc;
        flow->next_late[2 * (size_t)arc + 1] = flow->first_late[a->to];
        flow->first_late[a->to] = 2 * arc + 1;
    }
}
