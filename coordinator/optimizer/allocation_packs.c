#include "coordinator/optimizer/allocation_packs.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Of a pack, which a fraction of a plan may be short of a whole number of packs. */
#define ALMOST 1e-9

/* What may still be sent; DBL_MAX: no limit. */
struct room {
    const struct allocation_instance *instance;
    double *stock, *need, *dispatch, *receive, *lane;
    double *sent; /* lane × item */
};

struct candidate {
    double gain; /* of a unit, by its volume */
    uint32_t lane, item;
};

static double limit_or_none(double limit_m3) {
    return allocation_is_limited(limit_m3) ? limit_m3 : DBL_MAX;
}

static int take_room(struct room *room) {
    const struct allocation_instance *in = room->instance;
    size_t items = in->item_count, needs = in->shelter_count * items;
    room->stock = calloc(in->depot_count * items + 1, sizeof(double));
    room->need = calloc(needs + 1, sizeof(double));
    room->dispatch = calloc(in->depot_count + (size_t)1, sizeof(double));
    room->receive = calloc(in->shelter_count + (size_t)1, sizeof(double));
    room->lane = calloc(in->lane_count + (size_t)1, sizeof(double));
    room->sent = calloc(in->lane_count * items + 1, sizeof(double));
    if (!room->stock || !room->need || !room->dispatch || !room->receive || !room->lane ||
        !room->sent)
        return HV_ERR_MEMORY;
    for (uint32_t d = 0; d < in->depot_count; d++) {
        room->dispatch[d] = limit_or_none(in->depots[d].dispatch_m3);
        for (uint32_t k = 0; k < items; k++)
            room->stock[d * items + k] = allocation_free_stock(in, d, k);
    }
    for (uint32_t s = 0; s < in->shelter_count; s++)
        room->receive[s] = limit_or_none(in->shelters[s].receive_m3);
    for (uint32_t l = 0; l < in->lane_count; l++)
        room->lane[l] = limit_or_none(in->lanes[l].capacity_m3);
    if (needs > 0)
        memcpy(room->need, in->need, needs * sizeof(double));
    return 0;
}

static void free_room(struct room *room) {
    free(room->stock);
    free(room->need);
    free(room->dispatch);
    free(room->receive);
    free(room->lane);
    free(room->sent);
}

/* Units that room is left for. */
static double units_left(const struct room *room, uint32_t lane_index, uint32_t item) {
    const struct allocation_instance *in = room->instance;
    const struct allocation_lane *lane = &in->lanes[lane_index];
    double v = in->items[item].volume_m3;
    double units = fmin(room->stock[(size_t)lane->depot * in->item_count + item],
                        room->need[(size_t)lane->shelter * in->item_count + item]);
    if (v > 0)
        units = fmin(units, fmin(room->dispatch[lane->depot],
                                 fmin(room->receive[lane->shelter], room->lane[lane_index])) /
                                v);
    return units;
}

static void use(double *left, double used) {
    if (*left < DBL_MAX)
        *left = fmax(0, *left - used);
}

static void send(struct room *room, uint32_t lane_index, uint32_t item, double units) {
    const struct allocation_instance *in = room->instance;
    const struct allocation_lane *lane = &in->lanes[lane_index];
    double m3 = units * in->items[item].volume_m3;
    if (units <= 0)
        return;
    use(&room->stock[(size_t)lane->depot * in->item_count + item], units);
    use(&room->need[(size_t)lane->shelter * in->item_count + item], units);
    use(&room->dispatch[lane->depot], m3);
    use(&room->receive[lane->shelter], m3);
    use(&room->lane[lane_index], m3);
    room->sent[(size_t)lane_index * in->item_count + item] += units;
}

/* The most of `units` that are whole packs. */
static double whole_packs(double units, double pack) {
    return pack > 0 ? pack * floor(units / pack + ALMOST) : units;
}

static int compare_candidates(const void *a, const void *b) {
    const struct candidate *x = a, *y = b;
    if (x->gain != y->gain)
        return x->gain > y->gain ? -1 : 1;
    if (x->lane != y->lane)
        return x->lane < y->lane ? -1 : 1;
    return (x->item > y->item) - (x->item < y->item);
}

/* Lanes on which another pack would pay and has room now. */
static size_t find_candidates(const struct room *room, const double *pack,
                              struct candidate *candidates) {
    const struct allocation_instance *in = room->instance;
    size_t count = 0;
    for (uint32_t l = 0; l < in->lane_count; l++)
        for (uint32_t k = 0; k < in->item_count; k++) {
            const struct allocation_item *item = &in->items[k];
            double priority = in->shelters[in->lanes[l].shelter].priority;
            double gain =
                item->shortage_cost * priority - item->volume_m3 * in->lanes[l].cost_per_m3;
            if (gain <= 0 || in->lanes[l].closed ||
                whole_packs(units_left(room, l, k), pack[k]) <= 0)
                continue;
            if (item->volume_m3 > 0)
                gain /= item->volume_m3;
            candidates[count++] = (struct candidate){gain, l, k};
        }
    return count;
}

static int fill_up(struct room *room, const double *pack) {
    const struct allocation_instance *in = room->instance;
    struct candidate *candidates =
        malloc(((size_t)in->lane_count * in->item_count + 1) * sizeof *candidates);
    if (!candidates)
        return HV_ERR_MEMORY;
    size_t count = find_candidates(room, pack, candidates);
    qsort(candidates, count, sizeof *candidates, compare_candidates);
    for (size_t i = 0; i < count; i++) {
        uint32_t lane = candidates[i].lane, item = candidates[i].item;
        send(room, lane, item, whole_packs(units_left(room, lane, item), pack[item]));
    }
    free(candidates);
    return 0;
}

/* Shipments in the order that plans have: by shelter, item and lane. */
static void write_shipments(const struct room *room, struct allocation_shipment *shipments,
                            size_t *ret_count) {
    const struct allocation_instance *in = room->instance;
    size_t count = 0;
    uint32_t *first = calloc(in->shelter_count + (size_t)2, sizeof *first);
    uint32_t *lanes = calloc(in->lane_count + (size_t)1, sizeof *lanes);
    for (uint32_t l = 0; first && lanes && l < in->lane_count; l++)
        first[in->lanes[l].shelter + 2]++;
    for (uint32_t s = 0; first && s < in->shelter_count; s++)
        first[s + 2] += first[s + 1];
    for (uint32_t l = 0; first && lanes && l < in->lane_count; l++)
        lanes[first[in->lanes[l].shelter + 1]++] = l;
    for (uint32_t s = 0; first && lanes && s < in->shelter_count; s++)
        for (uint32_t k = 0; k < in->item_count; k++)
            for (uint32_t i = first[s]; i < first[s + 1]; i++) {
                double sent = room->sent[(size_t)lanes[i] * in->item_count + k];
                if (sent > 0)
                    shipments[count++] = (struct allocation_shipment){lanes[i], k, sent};
            }
    *ret_count = first && lanes ? count : SIZE_MAX;
    free(first);
    free(lanes);
}

static int write_plan(const struct room *room, struct allocation_plan *plan) {
    const struct allocation_instance *in = room->instance;
    size_t needs = (size_t)in->shelter_count * in->item_count, count = 0;
    for (size_t i = 0; i < (size_t)in->lane_count * in->item_count; i++)
        count += room->sent[i] > 0;
    struct allocation_shipment *shipments = malloc((count + 1) * sizeof *shipments);
    struct allocation_unmet *unmet = malloc((needs + 1) * sizeof *unmet);
    if (shipments && unmet)
        write_shipments(room, shipments, &count);
    if (!shipments || !unmet || count == SIZE_MAX) {
        free(shipments);
        free(unmet);
        return HV_ERR_MEMORY;
    }
    free(plan->shipments);
    free(plan->unmet);
    plan->shipments = shipments;
    plan->shipment_count = count;
    plan->unmet = unmet;
    plan->unmet_count = 0;
    for (size_t i = 0; i < needs; i++)
        if (room->need[i] > ALMOST * in->need[i])
            unmet[plan->unmet_count++] = (struct allocation_unmet){
                (uint32_t)(i / in->item_count), (uint32_t)(i % in->item_count), room->need[i]};
    return allocation_plan_add_up(in, plan);
}

/* The bound of plans as fair is none for one that is not. */
static int settle_bound(const struct allocation_instance *instance, struct allocation_plan *plan) {
    bool keeps = true;
    const int error = allocation_plan_keeps_floor(instance, plan, &keeps);
    if (!error && !keeps)
        plan->lower_bound = fmin(plan->lower_bound, plan->unfair_cost);
    return error;
}

int allocation_round_to_packs(const struct allocation_instance *instance, const double *pack,
                              struct allocation_plan *plan) {
    for (uint32_t k = 0; k < instance->item_count; k++)
        if (!(pack[k] >= 0 && pack[k] <= ALLOCATION_FIGURE_MAX))
            return HV_ERR_VALUE;
    struct room room = {.instance = instance};
    int error = take_room(&room);
    for (size_t i = 0; i < plan->shipment_count && !error; i++) {
        const struct allocation_shipment *s = &plan->shipments[i];
        send(&room, s->lane, s->item, whole_packs(s->quantity, pack[s->item]));
    }
    if (!error)
        error = fill_up(&room, pack);
    if (!error)
        error = write_plan(&room, plan);
    if (!error)
        error = settle_bound(instance, plan);
    free_room(&room);
    return error;
}

int allocation_add_shipments(const struct allocation_instance *instance, const double *pack,
                             const struct allocation_shipment *more, size_t count,
                             struct allocation_plan *plan) {
    struct room room = {.instance = instance};
    int error = take_room(&room);
    for (size_t i = 0; i < plan->shipment_count && !error; i++)
        send(&room, plan->shipments[i].lane, plan->shipments[i].item, plan->shipments[i].quantity);
    for (size_t i = 0; i < count && !error; i++) {
        double units = fmin(more[i].quantity, units_left(&room, more[i].lane, more[i].item));
        if (units > ALMOST * more[i].quantity)
            send(&room, more[i].lane, more[i].item,
                 whole_packs(units, pack ? pack[more[i].item] : 0));
    }
    if (!error)
        error = write_plan(&room, plan);
    free_room(&room);
    return error;
}
