/* Goods that are set aside for waybills at one place: picked, or loaded on a vehicle that has not
 * left. They are part of the stock (nodes/stock.h) until they are shipped, and free for nobody
 * else. Sorted by waybill, item, expiry (never last) and lot. Pure. */
#ifndef NODES_PICKS_H
#define NODES_PICKS_H

#include "nodes/stock.h"

#define NODE_PICKS_MAX 2048u

struct node_pick {
    char *texts; /* waybill, item and lot in one block; owned */
    const char *waybill, *item, *lot;
    uint32_t expiry_day;
    uint64_t picked, loaded;
};

struct node_picks {
    struct node_pick *items;
    size_t count, capacity;
};

void node_picks_deinit(struct node_picks *picks);

/* Usable base units of this lot that are not set aside. */
uint64_t node_picks_free(const struct node_picks *picks, const struct node_stock *stock,
                         const struct hv_stock_line *lot);

/* What of this lot is picked and loaded for the waybill; NULL: nothing. */
const struct node_pick *node_picks_of(const struct node_picks *picks, const char *waybill,
                                      const struct hv_stock_line *lot);

/* Index of the first pick of the waybill; they stand together from there. */
size_t node_picks_first(const struct node_picks *picks, const char *waybill);

/* A stock movement or count, after the stock was changed by it: sets aside, puts back, loads,
 * ships; and lets go of what is no longer there. HV_ERR_MEMORY, HV_ERR_LIMIT (picks); then the
 * picks are untouched. */
int node_picks_apply(struct node_picks *picks, const struct node_stock *stock,
                     const struct hv_report *report) HV_MUST_USE;

/* Lines for a movement that names none: all that is picked for the waybill (to load), all that is
 * loaded, or picked where nothing is loaded (to ship), or both (to put back). In the arena.
 * HV_ERR_MEMORY, HV_ERR_LIMIT (HV_STOCK_LINES_MAX). */
int node_picks_lines(const struct node_picks *picks, const char *waybill,
                     enum hv_stock_movement_kind kind, struct hv_arena *arena,
                     struct hv_stock_line **ret_lines, size_t *ret_count) HV_MUST_USE;

#endif
