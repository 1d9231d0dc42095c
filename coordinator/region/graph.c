#include "coordinator/region/graph.h"

#include <stdlib.h>
#include <string.h>

int graph_from_arcs(uint32_t node_count, const uint32_t *tails, const uint32_t *heads,
                    size_t arc_count, struct graph *ret_graph) {
    uint32_t *first = calloc((size_t)node_count + 2, sizeof *first);
    uint32_t *ends = calloc(arc_count + 1, sizeof *ends);
    if (first == NULL || ends == NULL) {
        free(first);
        free(ends);
        return HV_ERR_MEMORY;
    }
    for (size_t i = 0; i < arc_count; i++)
        first[tails[i] + 2]++;
    for (uint32_t n = 0; n < node_count; n++)
        first[n + 2] += first[n + 1];
    for (size_t i = 0; i < arc_count; i++) /* first[n + 1] runs from n's begin to n's end */
        ends[first[tails[i] + 1]++] = heads[i];
    *ret_graph = (struct graph){node_count, first, ends};
    return HV_OK;
}

int graph_new(const struct region *region, bool backward, struct graph *ret_graph) {
    size_t count = region->link_count;
    uint32_t *tails = calloc(count + 1, sizeof *tails), *heads = calloc(count + 1, sizeof *heads);
    int error = HV_ERR_MEMORY;
    if (tails != NULL && heads != NULL) {
        for (size_t i = 0; i < count; i++) {
            tails[i] = backward ? region->links[i].to : region->links[i].from;
            heads[i] = backward ? region->links[i].from : region->links[i].to;
        }
        error = graph_from_arcs(region->node_count, tails, heads, count, ret_graph);
    }
    free(tails);
    free(heads);
    return error;
}

void graph_free(struct graph *graph) {
    free(graph->first);
    free(graph->ends);
    *graph = (struct graph){0};
}

/* ---- reach ------------------------------------------------------------------------------------
 */

int graph_reach(const struct graph *graph, const bool *passable, bool *reached) {
    uint32_t *queue = calloc((size_t)graph->node_count + 1, sizeof *queue);
    if (queue == NULL)
        return HV_ERR_MEMORY;
    uint32_t head = 0, tail = 0;
    for (uint32_t n = 0; n < graph->node_count; n++)
        if (reached[n])
            queue[tail++] = n;
    uint32_t begins = tail; /* from these a way may start even where none may pass */
    while (head < tail) {
        bool may_leave = head < begins || passable == NULL || passable[queue[head]];
        uint32_t node = queue[head++];
        if (!may_leave)
            continue;
        for (uint32_t a = graph->first[node]; a < graph->first[node + 1]; a++) {
            uint32_t end = graph->ends[a];
            if (!reached[end]) {
                reached[end] = true;
                queue[tail++] = end;
            }
        }
    }
    free(queue);
    return HV_OK;
}

/* ---- strong components ------------------------------------------------------------------------
 */

struct search {
    const struct graph *graph;
    uint32_t *order; /* when a node was found, from 1; 0 not yet */
    uint32_t *low;   /* least order reached from below it */
    uint32_t *next;  /* its next arc to look at */
    uint32_t *path;  /* nodes being searched, outermost first */
    uint32_t *open;  /* nodes found whose component is not closed */
    uint32_t found, depth, open_count;
    uint32_t *component;
    uint32_t component_count;
};

static void enter(struct search *search, uint32_t node) {
    search->order[node] = search->low[node] = ++search->found;
    search->next[node] = search->graph->first[node];
    search->path[search->depth++] = node;
    search->open[search->open_count++] = node;
    search->component[node] = UINT32_MAX;
}

static void close_component(struct search *search, uint32_t root) {
    uint32_t node;
    do {
        node = search->open[--search->open_count];
        search->component[node] = search->component_count;
    } while (node != root);
    search->component_count++;
}

static void leave(struct search *search, uint32_t node) {
    search->depth--;
    if (search->low[node] == search->order[node])
        close_component(search, node);
    if (search->depth > 0) {
        uint32_t parent = search->path[search->depth - 1];
        if (search->low[node] < search->low[parent])
            search->low[parent] = search->low[node];
    }
}

static void search_from(struct search *search, uint32_t root) {
    enter(search, root);
    while (search->depth > 0) {
        uint32_t node = search->path[search->depth - 1];
        if (search->next[node] == search->graph->first[node + 1]) {
            leave(search, node);
            continue;
        }
        uint32_t end = search->graph->ends[search->next[node]++];
        if (search->order[end] == 0)
            enter(search, end);
        else if (search->component[end] == UINT32_MAX && search->order[end] < search->low[node])
            search->low[node] = search->order[end];
    }
}

int graph_components(const struct graph *graph, uint32_t *ret_component,
                     uint32_t *ret_component_count) {
    size_t n = (size_t)graph->node_count + 1;
    uint32_t *memory = calloc(n * 5, sizeof *memory);
    if (memory == NULL)
        return HV_ERR_MEMORY;
    struct search search = {.graph = graph,
                            .order = memory,
                            .low = memory + n,
                            .next = memory + 2 * n,
                            .path = memory + 3 * n,
                            .open = memory + 4 * n,
                            .component = ret_component};
    for (uint32_t node = 0; node < graph->node_count; node++)
        if (search.order[node] == 0)
            search_from(&search, node);
    free(memory);
    *ret_component_count = search.component_count;
    return HV_OK;
}
