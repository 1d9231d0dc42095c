#include "coordinator/optimizer/evacuation_contraction.h"

#include "coordinator/optimizer/array.h"
#include "schemas/smaller.h"

#include <stdlib.h>

#define ROUNDS_MAX 64

struct contracting {
    struct evacuation_contraction *contraction;
    bool *fixed;     /* by node: a zone or shelter is there */
    bool *touched;   /* by node: its pieces changed in this round */
    uint32_t *first; /* by node, into `ends` */
    int32_t *ends;   /* live pieces by node */
    int32_t *live;   /* pieces that are part of the network */
    size_t live_count;
    bool *dead; /* by piece, of those that were live when the round began */
};

/* ---- pieces ---------------------------------------------------------------------------------- */

static int add_piece(struct evacuation_contraction *contraction, struct evacuation_piece piece) {
    int error = array_reserve((void **)&contraction->pieces, contraction->piece_count + 1,
                              &contraction->piece_capacity, sizeof *contraction->pieces);
    if (error != HV_OK)
        return error;
    contraction->pieces[contraction->piece_count] = piece;
    return (int)contraction->piece_count++;
}

/* Beyond every horizon is as far as any step need be. */
static int32_t add_steps(int32_t a, int32_t b) {
    return a < EVACUATION_NEVER - 1 - b ? a + b : EVACUATION_NEVER - 1;
}

static int add_series(struct evacuation_contraction *contraction, int32_t first, int32_t second) {
    const struct evacuation_piece a = contraction->pieces[first];
    const struct evacuation_piece b = contraction->pieces[second];
    return add_piece(contraction, (struct evacuation_piece){
                                      .kind = EVACUATION_PIECE_SERIES,
                                      .from = a.from,
                                      .to = b.to,
                                      .travel_steps = add_steps(a.travel_steps, b.travel_steps),
                                      .length = a.length + b.length,
                                      .capacity = hv_smaller(a.capacity, b.capacity),
                                      .first = first,
                                      .second = second,
                                  });
}

static int add_parallel(struct evacuation_contraction *contraction, int32_t first, int32_t second) {
    struct evacuation_piece both = contraction->pieces[first];
    const int64_t most = evacuation_instance_people(contraction->original) + 1;
    const int32_t length = contraction->pieces[second].length;
    both.kind = EVACUATION_PIECE_PARALLEL;
    both.length = length > both.length ? length : both.length;
    both.capacity =
        hv_smaller(both.capacity, most) + hv_smaller(contraction->pieces[second].capacity, most);
    both.first = first;
    both.second = second;
    return add_piece(contraction, both);
}

/* ---- one round ------------------------------------------------------------------------------- */

/* Whether a plan can use the link in time. */
static bool is_useful(const struct evacuation_contraction *contraction,
                      const struct evacuation_link *link) {
    const int32_t earliest = contraction->reach.earliest[link->from];
    const int32_t remaining = contraction->reach.remaining[link->to];
    return link->from != link->to && link->capacity_per_step > 0 && earliest != EVACUATION_NEVER &&
           remaining != EVACUATION_NEVER &&
           (int64_t)earliest + link->travel_steps + remaining <=
               contraction->original->horizon_steps;
}

static void list_ends(struct contracting *contracting) {
    const struct evacuation_contraction *contraction = contracting->contraction;
    const size_t nodes = contraction->original->node_count;
    for (size_t v = 0; v <= nodes; v++)
        contracting->first[v] = 0;
    for (size_t i = 0; i < contracting->live_count; i++) {
        const struct evacuation_piece *piece = &contraction->pieces[contracting->live[i]];
        contracting->first[piece->from]++;
        contracting->first[piece->to]++;
    }
    for (size_t v = 0; v < nodes; v++)
        contracting->first[v + 1] += contracting->first[v];
    for (size_t i = contracting->live_count; i-- > 0;) {
        const struct evacuation_piece *piece = &contraction->pieces[contracting->live[i]];
        contracting->ends[--contracting->first[piece->from]] = contracting->live[i];
        contracting->ends[--contracting->first[piece->to]] = contracting->live[i];
    }
}

/* The pieces of a node by neighbour; false where it has a third neighbour, or two pieces of one
 * kind. */
struct crossing {
    int32_t neighbours[2];
    int32_t in[2], out[2];
    int count;
};

static bool look_at(const struct contracting *contracting, int32_t node,
                    struct crossing *crossing) {
    *crossing = (struct crossing){{-1, -1}, {-1, -1}, {-1, -1}, 0};
    for (uint32_t i = contracting->first[node]; i < contracting->first[node + 1]; i++) {
        const int32_t p = contracting->ends[i];
        const struct evacuation_piece *piece = &contracting->contraction->pieces[p];
        const bool leaves = piece->from == node;
        const int32_t neighbour = leaves ? piece->to : piece->from;
        int side = crossing->neighbours[0] == neighbour || crossing->count == 0 ? 0 : 1;
        if (side == crossing->count)
            crossing->neighbours[crossing->count++] = neighbour;
        else if (crossing->neighbours[side] != neighbour)
            return false;
        int32_t *place = leaves ? &crossing->out[side] : &crossing->in[side];
        if (*place >= 0 || contracting->touched[neighbour])
            return false;
        *place = p;
    }
    return crossing->count > 0;
}

static int take_out(struct contracting *contracting, int32_t node,
                    const struct crossing *crossing) {
    struct evacuation_contraction *contraction = contracting->contraction;
    contraction->taken[contraction->taken_count++] = (struct evacuation_taken){
        node, {crossing->in[0], crossing->in[1]}, {crossing->out[0], crossing->out[1]}};
    contracting->touched[node] = true;
    for (int side = 0; side < crossing->count; side++) {
        contracting->touched[crossing->neighbours[side]] = true;
        if (crossing->in[side] >= 0)
            contracting->dead[crossing->in[side]] = true;
        if (crossing->out[side] >= 0)
            contracting->dead[crossing->out[side]] = true;
        if (crossing->count < 2 || crossing->in[side] < 0 || crossing->out[1 - side] < 0)
            continue;
        int piece = add_series(contraction, crossing->in[side], crossing->out[1 - side]);
        if (piece < 0)
            return piece;
        contracting->live[contracting->live_count++] = piece;
    }
    return HV_OK;
}

/* Takes out every node that can be, as long as their neighbours differ. */
static int take_nodes_out(struct contracting *contracting, bool *ret_changed) {
    const size_t nodes = contracting->contraction->original->node_count;
    for (size_t v = 0; v < nodes; v++)
        contracting->touched[v] = false;
    for (size_t v = 0; v < nodes; v++) {
        struct crossing crossing;
        if (contracting->fixed[v] || contracting->touched[v] ||
            !look_at(contracting, (int32_t)v, &crossing))
            continue;
        int error = take_out(contracting, (int32_t)v, &crossing);
        if (error != HV_OK)
            return error;
        *ret_changed = true;
    }
    return HV_OK;
}

/* What the order of live pieces is sorted by. */
struct sorted {
    int32_t from, to, travel_steps, piece;
};

static int compare_sorted(const void *first, const void *second) {
    const struct sorted *a = first, *b = second;
    if (a->from != b->from)
        return a->from < b->from ? -1 : 1;
    if (a->to != b->to)
        return a->to < b->to ? -1 : 1;
    if (a->travel_steps != b->travel_steps)
        return a->travel_steps < b->travel_steps ? -1 : 1;
    return (a->piece > b->piece) - (a->piece < b->piece);
}

/* Drops dead pieces and joins those side by side. */
static int join_parallels(struct contracting *contracting) {
    struct evacuation_contraction *contraction = contracting->contraction;
    struct sorted *order = calloc(contracting->live_count + 1, sizeof *order);
    if (order == NULL)
        return HV_ERR_MEMORY;
    size_t count = 0;
    for (size_t i = 0; i < contracting->live_count; i++) {
        const int32_t p = contracting->live[i];
        const struct evacuation_piece *piece = &contraction->pieces[p];
        if (!contracting->dead[p])
            order[count++] = (struct sorted){piece->from, piece->to, piece->travel_steps, p};
    }
    qsort(order, count, sizeof *order, compare_sorted);
    contracting->live_count = 0;
    int error = HV_OK;
    for (size_t i = 0; i < count && error == HV_OK; i++) {
        int32_t *last = &contracting->live[contracting->live_count - (contracting->live_count > 0)];
        if (i == 0 || order[i].from != order[i - 1].from || order[i].to != order[i - 1].to ||
            order[i].travel_steps != order[i - 1].travel_steps) {
            contracting->live[contracting->live_count++] = order[i].piece;
            continue;
        }
        int piece = add_parallel(contraction, *last, order[i].piece);
        if (piece < 0)
            error = piece;
        else
            *last = piece;
    }
    free(order);
    return error;
}

static int run_rounds(struct contracting *contracting) {
    bool changed = true;
    for (int round = 0; changed && round < ROUNDS_MAX; round++) {
        changed = false;
        int error = join_parallels(contracting);
        if (error != HV_OK)
            return error;
        list_ends(contracting);
        error = take_nodes_out(contracting, &changed);
        if (error != HV_OK)
            return error;
    }
    return join_parallels(contracting);
}

/* ---- from the original to the reduced instance ----------------------------------------------- */

static int list_links(struct contracting *contracting) {
    struct evacuation_contraction *contraction = contracting->contraction;
    const struct evacuation_instance *original = contraction->original;
    for (size_t i = 0; i < original->link_count; i++) {
        const struct evacuation_link *link = &original->links[i];
        if (!is_useful(contraction, link))
            continue;
        int piece = add_piece(contraction, (struct evacuation_piece){
                                               .kind = EVACUATION_PIECE_LINK,
                                               .from = link->from,
                                               .to = link->to,
                                               .travel_steps = link->travel_steps,
                                               .length = 1,
                                               .capacity = link->capacity_per_step,
                                               .first = (int32_t)i,
                                           });
        if (piece < 0)
            return piece;
        contracting->live[contracting->live_count++] = piece;
    }
    return HV_OK;
}

static void fix_terminals(struct contracting *contracting) {
    const struct evacuation_instance *original = contracting->contraction->original;
    for (size_t i = 0; i < original->zone_count; i++)
        contracting->fixed[original->zones[i].node] = true;
    for (size_t i = 0; i < original->shelter_count; i++)
        contracting->fixed[original->shelters[i].node] = true;
}

static int list_reduced(struct contracting *contracting) {
    struct evacuation_contraction *contraction = contracting->contraction;
    contraction->links = calloc(contracting->live_count + 1, sizeof *contraction->links);
    contraction->piece_of = calloc(contracting->live_count + 1, sizeof *contraction->piece_of);
    if (contraction->links == NULL || contraction->piece_of == NULL)
        return HV_ERR_MEMORY;
    for (size_t i = 0; i < contracting->live_count; i++) {
        const struct evacuation_piece *piece = &contraction->pieces[contracting->live[i]];
        contraction->piece_of[i] = contracting->live[i];
        contraction->links[i] = (struct evacuation_link){
            .from = piece->from,
            .to = piece->to,
            .travel_steps = piece->travel_steps,
            .closes_at_step = EVACUATION_NEVER,
            .capacity_per_step = piece->capacity,
        };
    }
    contraction->reduced = *contraction->original;
    contraction->reduced.links = contraction->links;
    contraction->reduced.link_count = contracting->live_count;
    return HV_OK;
}

/* Every node is taken out once at most, for at most two new pieces in the place of as many old
 * ones, and every join has one piece less: 4 · (links + nodes) pieces are never passed. */
static int contract(struct contracting *contracting) {
    struct evacuation_contraction *contraction = contracting->contraction;
    const struct evacuation_instance *original = contraction->original;
    const size_t nodes = original->node_count + 2;
    const size_t pieces = 4 * (original->link_count + nodes);
    contracting->fixed = calloc(nodes, sizeof *contracting->fixed);
    contracting->touched = calloc(nodes, sizeof *contracting->touched);
    contracting->first = calloc(nodes, sizeof *contracting->first);
    contracting->ends = calloc(2 * pieces, sizeof *contracting->ends);
    contracting->live = calloc(pieces, sizeof *contracting->live);
    contracting->dead = calloc(pieces, sizeof *contracting->dead);
    contraction->taken = calloc(nodes, sizeof *contraction->taken);
    if (contracting->fixed == NULL || contracting->touched == NULL || contracting->first == NULL ||
        contracting->ends == NULL || contracting->live == NULL || contracting->dead == NULL ||
        contraction->taken == NULL)
        return HV_ERR_MEMORY;
    fix_terminals(contracting);
    int error = list_links(contracting);
    if (error == HV_OK)
        error = run_rounds(contracting);
    if (error == HV_OK)
        error = list_reduced(contracting);
    return error;
}

int evacuation_contraction_new(const struct evacuation_instance *instance,
                               struct evacuation_contraction **ret_contraction) {
    struct evacuation_contraction *contraction = calloc(1, sizeof *contraction);
    if (contraction == NULL)
        return HV_ERR_MEMORY;
    contraction->original = instance;
    int error = evacuation_reach_init(&contraction->reach, instance);
    struct contracting contracting = {.contraction = contraction};
    if (error == HV_OK)
        error = contract(&contracting);
    free(contracting.fixed);
    free(contracting.touched);
    free(contracting.first);
    free(contracting.ends);
    free(contracting.live);
    free(contracting.dead);
    if (error != HV_OK) {
        evacuation_contraction_free(contraction);
        return error;
    }
    *ret_contraction = contraction;
    return HV_OK;
}

void evacuation_contraction_free(struct evacuation_contraction *contraction) {
    if (contraction == NULL)
        return;
    for (size_t p = 0; p < contraction->piece_count; p++)
        free(contraction->pieces[p].used);
    evacuation_reach_deinit(&contraction->reach);
    free(contraction->links);
    free(contraction->piece_of);
    free(contraction->pieces);
    free(contraction->taken);
    free(contraction);
}
