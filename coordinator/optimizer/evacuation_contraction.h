/* A smaller network with the same plans: links that no plan can use, dead ends and nodes in the
 * middle of a road are taken out, and roads side by side of the same length become one.
 *
 * Only for steady instances (evacuation_instance_is_steady): where something depends on the step, a
 * dead end is a place to wait in by driving in and out. In a steady one whoever has to wait does so
 * at home just as well. Nodes keep their numbers, zones and shelters are those of the original. */
#ifndef EVACUATION_CONTRACTION_H
#define EVACUATION_CONTRACTION_H

#include "coordinator/optimizer/evacuation_instance.h"
#include "coordinator/optimizer/evacuation_reach.h"

/* A link of the original, or two pieces one after the other, or two side by side. */
enum evacuation_piece_kind {
    EVACUATION_PIECE_LINK,
    EVACUATION_PIECE_SERIES,
    EVACUATION_PIECE_PARALLEL
};

struct evacuation_piece {
    enum evacuation_piece_kind kind;
    int32_t from, to;
    int32_t travel_steps;
    int32_t length; /* links of the original, at most */
    int64_t capacity;
    int32_t first, second; /* pieces; of a link, `first` is its index */
    int32_t *used; /* of a parallel: people who took the first, by step; NULL while nobody did */
};

/* A node that was taken out, with the pieces that led into it and out of it; -1 where there was
 * none. */
struct evacuation_taken {
    int32_t node;
    int32_t in[2], out[2];
};

struct evacuation_contraction {
    const struct evacuation_instance *original; /* borrowed */
    struct evacuation_instance reduced;         /* its link i is pieces[piece_of[i]] */
    struct evacuation_reach reach;              /* of the original */
    struct evacuation_link *links;
    int32_t *piece_of;
    struct evacuation_piece *pieces;
    size_t piece_count, piece_capacity;
    struct evacuation_taken *taken; /* in order of taking */
    size_t taken_count;
};

/* Contracts a steady instance, which is borrowed. Returns HV_OK or HV_ERR_MEMORY.
 * A few rounds, each sorting the links. */
HV_MUST_USE int evacuation_contraction_new(const struct evacuation_instance *instance,
                                           struct evacuation_contraction **ret_contraction);
void evacuation_contraction_free(struct evacuation_contraction *contraction);

/* Of `people` who enter the links of the reduced instance in turn, the first at `step`: chooses
 * links of the original for as many of them as can stay together, writes these, and counts them as
 * used. `ret_links` has room for evacuation_contraction_length of the path. Returns how many
 * people, or HV_ERR_MEMORY. */
HV_MUST_USE int64_t evacuation_contraction_expand(struct evacuation_contraction *contraction,
                                                  const int32_t *path, size_t path_length,
                                                  int32_t step, int64_t people, int32_t *ret_links,
                                                  size_t *ret_link_count);

/* The most links of the original that a path of reduced links can stand for. */
size_t evacuation_contraction_length(const struct evacuation_contraction *contraction,
                                     const int32_t *path, size_t path_length);

/* Fills in the prices of the nodes that were taken out: `prices` has a price for every node and
 * step 0 to horizon, node by node. Each gets the price that loses least on its own pieces (see
 * evacuation_prices.h). */
void evacuation_contraction_price(const struct evacuation_contraction *contraction,
                                  int64_t unserved_cost, int64_t *prices);

#endif
