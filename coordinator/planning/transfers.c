#include "coordinator/planning/transfers.h"

#include <stdlib.h>

/* A lack and who could make it good. */
struct pair {
    size_t unmet;
    uint32_t from;
    int64_t travel_ms;
};

struct finding {
    const struct picture *picture;
    const struct plan *plan;
    struct pair *pairs;
    size_t pair_count, pair_room;
    int64_t *surplus; /* shelter x item: not given yet */
    int64_t *lack;    /* by unmet: not made good yet */
};

static int64_t *surplus_of(const struct finding *finding, uint32_t shelter, uint32_t item) {
    return &finding->surplus[(size_t)shelter * finding->picture->instance.item_count + item];
}

static int compare_pairs(const void *first, const void *second) {
    const struct pair *a = first, *b = second;
    if (a->travel_ms != b->travel_ms)
        return a->travel_ms < b->travel_ms ? -1 : 1;
    if (a->unmet != b->unmet)
        return a->unmet < b->unmet ? -1 : 1;
    return (a->from > b->from) - (a->from < b->from);
}

static int compare_transfers(const void *first, const void *second) {
    const struct transfer *a = first, *b = second;
    if (a->from != b->from)
        return a->from < b->from ? -1 : 1;
    if (a->to != b->to)
        return a->to < b->to ? -1 : 1;
    return (a->item > b->item) - (a->item < b->item);
}

static int add_pair(struct finding *finding, const struct pair *pair) {
    if (finding->pair_count == finding->pair_room) {
        const size_t room = finding->pair_room * 2 + 64;
        struct pair *pairs = realloc(finding->pairs, room * sizeof *pairs);
        if (pairs == NULL)
            return HV_ERR_MEMORY;
        finding->pairs = pairs;
        finding->pair_room = room;
    }
    finding->pairs[finding->pair_count++] = *pair;
    return HV_OK;
}

/* The pairs of all lacks of one shelter, by one search to it. */
static int pair_up(struct finding *finding, struct network_search *search, const bool *lacks,
                   uint32_t to) {
    const struct picture *picture = finding->picture;
    int error = network_search_run(search, NETWORK_TO_SOURCES, &picture->shelters[to].node, 1);
    for (size_t i = 0; i < finding->plan->unmet_count && error == HV_OK; i++) {
        const struct plan_unmet *unmet = &finding->plan->unmet[i];
        if (!lacks[i] || unmet->shelter != to)
            continue;
        for (uint32_t from = 0; from < picture->instance.shelter_count && error == HV_OK; from++) {
            const int64_t way = network_search_time_ms(search, picture->shelters[from].node);
            if (from != to && way != NETWORK_UNREACHABLE &&
                *surplus_of(finding, from, unmet->item) > 0)
                error = add_pair(finding, &(struct pair){i, from, way});
        }
    }
    return error;
}

static int find_pairs(struct finding *finding, const bool *lacks, bool *seen) {
    struct network_search *search = NULL;
    uint32_t looked_at = 0;
    int error = network_search_new(finding->picture->network, &search);
    for (size_t i = 0; i < finding->plan->unmet_count && error == HV_OK; i++) {
        const uint32_t to = finding->plan->unmet[i].shelter;
        if (!lacks[i] || seen[to] || looked_at == TRANSFERS_TO_MAX)
            continue;
        seen[to] = true;
        looked_at++;
        error = pair_up(finding, search, lacks, to);
    }
    network_search_free(search);
    if (finding->pair_count > 0)
        qsort(finding->pairs, finding->pair_count, sizeof *finding->pairs, compare_pairs);
    return error;
}

/* What goes by a pair; 0: nothing that is worth it. */
static int64_t amount_of(const struct finding *finding, const struct pair *pair) {
    const struct plan_unmet *unmet = &finding->plan->unmet[pair->unmet];
    const int64_t pack = finding->picture->items[unmet->item].pack;
    const int64_t spare = *surplus_of(finding, pair->from, unmet->item);
    int64_t amount = finding->lack[pair->unmet] < spare ? finding->lack[pair->unmet] : spare;
    if (pack > 1)
        amount -= amount % pack;
    return amount >= unmet->quantity / TRANSFERS_LEAST_SHARE ? amount : 0;
}

static void give(struct finding *finding, struct transfer *transfers, size_t *count) {
    for (size_t i = 0; i < finding->pair_count && *count < TRANSFERS_MAX; i++) {
        const struct pair *pair = &finding->pairs[i];
        const struct plan_unmet *unmet = &finding->plan->unmet[pair->unmet];
        const int64_t amount = amount_of(finding, pair);
        if (amount <= 0)
            continue;
        *surplus_of(finding, pair->from, unmet->item) -= amount;
        finding->lack[pair->unmet] -= amount;
        transfers[(*count)++] = (struct transfer){.from = pair->from,
                                                  .to = unmet->shelter,
                                                  .item = unmet->item,
                                                  .quantity = amount,
                                                  .travel_ms = pair->travel_ms};
    }
    if (*count > 0)
        qsort(transfers, *count, sizeof *transfers, compare_transfers);
}

int transfers_find(const struct picture *picture, const struct plan *plan, const bool *lacks,
                   struct hv_arena *arena, struct transfer **ret_transfers, size_t *ret_count) {
    const struct instance *instance = &picture->instance;
    const size_t cells = (size_t)instance->shelter_count * instance->item_count;
    struct finding finding = {.picture = picture, .plan = plan};
    *ret_count = 0;
    *ret_transfers = NULL;
    if (picture->surplus == NULL || plan->unmet_count == 0)
        return HV_OK;
    finding.surplus = hv_arena_take(arena, cells + 1, sizeof *finding.surplus);
    finding.lack = hv_arena_take(arena, plan->unmet_count, sizeof *finding.lack);
    bool *seen = hv_arena_take(arena, instance->shelter_count + 1u, sizeof *seen);
    struct transfer *transfers = hv_arena_take(arena, TRANSFERS_MAX, sizeof *transfers);
    int error = finding.surplus == NULL || finding.lack == NULL || seen == NULL || transfers == NULL
                    ? HV_ERR_MEMORY
                    : HV_OK;
    for (size_t i = 0; i < cells && error == HV_OK; i++)
        finding.surplus[i] = picture->surplus[i];
    for (size_t i = 0; i < plan->unmet_count && error == HV_OK; i++)
        finding.lack[i] = plan->unmet[i].quantity;
    if (error == HV_OK)
        error = find_pairs(&finding, lacks, seen);
    if (error == HV_OK) {
        give(&finding, transfers, ret_count);
        *ret_transfers = transfers;
    }
    free(finding.pairs);
    return error;
}
