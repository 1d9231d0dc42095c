/* The way back from a contraction: links for paths, prices for nodes. */
#include "coordinator/optimizer/evacuation_contraction.h"

#include <stdlib.h>

/* ---- paths ----------------------------------------------------------------------------------- */

size_t evacuation_contraction_length(const struct evacuation_contraction *contraction,
                                     const int32_t *path, size_t path_length) {
    size_t length = 0;
    for (size_t i = 0; i < path_length; i++)
        length += (size_t)contraction->pieces[contraction->piece_of[path[i]]].length;
    return length;
}

static int32_t *used_at(struct evacuation_contraction *contraction, int32_t p, int32_t step) {
    struct evacuation_piece *piece = &contraction->pieces[p];
    if (piece->used == NULL)
        piece->used = calloc((size_t)contraction->original->horizon_steps + 1, sizeof *piece->used);
    return piece->used == NULL ? NULL : &piece->used[step];
}

/* The side of a fork that is taken at a step: the first while it has room, which then limits
 * `*most`. `people` are counted as used. Returns the piece, or HV_ERR_MEMORY. */
static int32_t choose(struct evacuation_contraction *contraction, int32_t p, int32_t step,
                      int64_t people, int64_t *most) {
    const struct evacuation_piece *piece = &contraction->pieces[p];
    int32_t *used = used_at(contraction, p, step);
    if (used == NULL)
        return HV_ERR_MEMORY;
    const int64_t room = contraction->pieces[piece->first].capacity - *used;
    if (room <= 0)
        return piece->second;
    *used += (int32_t)people;
    *most = room < *most ? room : *most;
    return piece->first;
}

/* Goes through a piece and writes its links. Returns the people that fit, of `most`, or
 * HV_ERR_MEMORY. Pieces nest in each other's first parts no deeper than there were rounds of
 * contraction. */
static int64_t enter(struct evacuation_contraction *contraction, int32_t p, int32_t step,
                     int64_t most, int64_t people, int32_t *links, size_t *link_count) {
    while (most > 0 && contraction->pieces[p].kind != EVACUATION_PIECE_LINK) {
        const struct evacuation_piece piece = contraction->pieces[p];
        if (piece.kind == EVACUATION_PIECE_SERIES) {
            most = enter(contraction, piece.first, step, most, people, links, link_count);
            step += contraction->pieces[piece.first].travel_steps;
            p = piece.second;
        } else {
            p = choose(contraction, p, step, people, &most);
            if (p < 0)
                return p;
        }
    }
    if (most > 0)
        links[(*link_count)++] = contraction->pieces[p].first;
    return most;
}

static int64_t go(struct evacuation_contraction *contraction, const int32_t *path,
                  size_t path_length, int32_t step, int64_t most, int64_t people, int32_t *links,
                  size_t *ret_link_count) {
    *ret_link_count = 0;
    for (size_t i = 0; i < path_length && most > 0; i++) {
        const int32_t p = contraction->piece_of[path[i]];
        most = enter(contraction, p, step, most, people, links, ret_link_count);
        step += contraction->pieces[p].travel_steps;
    }
    return most;
}

int64_t evacuation_contraction_expand(struct evacuation_contraction *contraction,
                                      const int32_t *path, size_t path_length, int32_t step,
                                      int64_t people, int32_t *ret_links, size_t *ret_link_count) {
    int64_t fit = go(contraction, path, path_length, step, people, 0, ret_links, ret_link_count);
    if (fit <= 0)
        return fit;
    return go(contraction, path, path_length, step, fit, fit, ret_links, ret_link_count);
}

/* ---- prices ---------------------------------------------------------------------------------- */

struct pricing {
    const struct evacuation_contraction *contraction;
    const int64_t *prices; /* by node and step */
    size_t steps;
};

/* What the pieces lose that end or begin at a node at a step, at a price; see evacuation_prices.h.
 * Only compared, so that rounding does not matter. */
struct side {
    int64_t price;
    double capacity;
    bool in;
};

static size_t list_sides(const struct pricing *pricing, const struct evacuation_taken *taken,
                         int32_t step, struct side *sides) {
    size_t count = 0;
    for (int k = 0; k < 4; k++) {
        const bool in = k < 2;
        const int32_t p = in ? taken->in[k] : taken->out[k - 2];
        if (p < 0)
            continue;
        const struct evacuation_piece *piece = &pricing->contraction->pieces[p];
        const int64_t there =
            in ? (int64_t)step - piece->travel_steps : (int64_t)step + piece->travel_steps;
        const int32_t neighbour = in ? piece->from : piece->to;
        if (there >= 0 && there < (int64_t)pricing->steps)
            sides[count++] =
                (struct side){pricing->prices[(size_t)neighbour * pricing->steps + (size_t)there],
                              (double)piece->capacity, in};
    }
    return count;
}

static double loss_at(const struct side *sides, size_t count, int64_t price) {
    double loss = 0;
    for (size_t i = 0; i < count; i++) {
        const int64_t excess = sides[i].in ? sides[i].price - price : price - sides[i].price;
        if (excess > 0)
            loss += sides[i].capacity * (double)excess;
    }
    return loss;
}

/* The least loss is at the price of a neighbour; the price of the step before is as good where it
 * loses no more. */
static int64_t best_price(const struct side *sides, size_t count, int64_t before) {
    int64_t best = before;
    double least = loss_at(sides, count, before);
    for (size_t i = 0; i < count && least > 0; i++) {
        const double loss = loss_at(sides, count, sides[i].price);
        if (loss < least) {
            least = loss;
            best = sides[i].price;
        }
    }
    return best;
}

void evacuation_contraction_price(const struct evacuation_contraction *contraction,
                                  int64_t unserved_cost, int64_t *prices) {
    const struct pricing pricing = {contraction, prices,
                                    (size_t)contraction->original->horizon_steps + 1};
    for (size_t i = contraction->taken_count; i-- > 0;) {
        const struct evacuation_taken *taken = &contraction->taken[i];
        const int32_t earliest = contraction->reach.earliest[taken->node];
        const int32_t remaining = contraction->reach.remaining[taken->node];
        int64_t *price = &prices[(size_t)taken->node * pricing.steps];
        for (int32_t t = 0; t < (int32_t)pricing.steps; t++) {
            struct side sides[4];
            if (t < earliest)
                price[t] = 0;
            else if (remaining == EVACUATION_NEVER ||
                     t > contraction->original->horizon_steps - remaining)
                price[t] = unserved_cost;
            else
                price[t] = best_price(sides, list_sides(&pricing, taken, t, sides),
                                      t > 0 ? price[t - 1] : 0);
        }
    }
}
