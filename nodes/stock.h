/* The stock of one place by item, lot and expiry.
 *
 * Lines are kept sorted by (item, expiry day with 0 last, lot), so that equal contents are equal
 * bytes wherever they came from, and the lots of an item stand in the order in which they expire.
 * Lines of nothing are not kept. Pure. */
#ifndef NODES_STOCK_H
#define NODES_STOCK_H

#include "schemas/arena.h"
#include "schemas/error.h"
#include "schemas/model.h"

/* What one snapshot can carry with the longest names. */
#define NODE_STOCK_LINES_MAX 25000u

struct node_stock {
    struct hv_stock_line *lines; /* texts owned, each line one block */
    size_t count;
    size_t capacity;
};

void node_stock_deinit(struct node_stock *stock);

/* By item, expiry day (0, never, last) and lot: as lines are kept. */
int node_stock_compare(const struct hv_stock_line *a, const struct hv_stock_line *b);

/* Usable base units of exactly this item, lot and expiry. O(log lines). */
uint64_t node_stock_usable(const struct node_stock *stock, const struct hv_stock_line *line);

/* Base units of exactly this item, lot and expiry, damaged ones too. */
uint64_t node_stock_line(const struct node_stock *stock, const struct hv_stock_line *line);

/* A count: with `complete` what is not listed is gone, else listed lines only change.
 * Errors: HV_ERR_MEMORY, _LIMIT (lines); the stock is then untouched. */
int node_stock_count(struct node_stock *stock, const struct hv_stock_count *count) HV_MUST_USE;

/* A movement; what is taken beyond what is there leaves nothing (never less). Errors as
 * above. */
int node_stock_move(struct node_stock *stock, const struct hv_stock_movement *movement) HV_MUST_USE;

/* How much of a lot may be taken. */
typedef uint64_t node_stock_available(const void *context, const struct hv_stock_line *lot);

/* Whoever names a lot and no expiry means the one lot of that name, if there is just one here: its
 * expiry is put into the line. */
void node_stock_know_lots(const struct node_stock *stock, struct hv_stock_line *lines,
                          size_t count);

/* Spreads lines that name neither lot nor expiry over the lots that are available, first to expire
 * first out. Lines of which there is too little stay as they are for the caller to judge; `all`:
 * what there is of them is spread, and a line without a lot says how much more. The result lives in
 * the arena. Errors: HV_ERR_MEMORY, _LIMIT (HV_STOCK_LINES_MAX). */
int node_stock_pick(const struct node_stock *stock, node_stock_available *available,
                    const void *context, const struct hv_stock_line *lines, size_t count, bool all,
                    struct hv_arena *arena, struct hv_stock_line **ret_lines,
                    size_t *ret_count) HV_MUST_USE;

/* The first line of a movement that takes more than is there (all lines of one key together), or
 * NULL. `ret_there` is what is there. */
const struct hv_stock_line *node_stock_short(const struct node_stock *stock,
                                             const struct hv_stock_line *lines, size_t count,
                                             uint64_t *ret_there);

#endif
