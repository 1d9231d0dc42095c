#include "coordinator/optimizer/allocation_instance.h"

#include <stdlib.h>
#include <string.h>

static bool is_figure(double figure) {
    return figure >= 0 && figure <= ALLOCATION_FIGURE_MAX;
}

static bool is_limit(double limit_m3) {
    return limit_m3 == ALLOCATION_NO_LIMIT || is_figure(limit_m3);
}

static bool are_figures(const double *figures, size_t count) {
    for (size_t i = 0; figures && i < count; i++)
        if (!is_figure(figures[i]))
            return false;
    return true;
}

static int check_size(const struct allocation_instance *instance) {
    uint64_t items = instance->item_count;
    if (instance->lane_count > ALLOCATION_LANES_MAX ||
        instance->lane_count * items > ALLOCATION_ARCS_MAX ||
        instance->depot_count > ALLOCATION_CELLS_MAX || items > ALLOCATION_CELLS_MAX ||
        instance->shelter_count > ALLOCATION_CELLS_MAX ||
        instance->depot_count * items > ALLOCATION_CELLS_MAX ||
        instance->shelter_count * items > ALLOCATION_CELLS_MAX)
        return HV_ERR_LIMIT;
    return 0;
}

static bool rows_are_good(const struct allocation_instance *instance) {
    for (uint32_t k = 0; k < instance->item_count; k++) {
        const struct allocation_item *item = &instance->items[k];
        if (!is_figure(item->volume_m3) || !is_figure(item->weight_kg) ||
            !is_figure(item->shortage_cost))
            return false;
    }
    for (uint32_t d = 0; d < instance->depot_count; d++)
        if (!is_limit(instance->depots[d].dispatch_m3))
            return false;
    for (uint32_t s = 0; s < instance->shelter_count; s++)
        if (!is_figure(instance->shelters[s].priority) ||
            !is_limit(instance->shelters[s].receive_m3))
            return false;
    for (uint32_t l = 0; l < instance->lane_count; l++) {
        const struct allocation_lane *lane = &instance->lanes[l];
        if (lane->depot >= instance->depot_count || lane->shelter >= instance->shelter_count ||
            !is_figure(lane->cost_per_m3) || !is_limit(lane->capacity_m3))
            return false;
    }
    return true;
}

static int compare_keys(const void *a, const void *b) {
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static int check_lanes_differ(const struct allocation_instance *instance) {
    uint64_t *keys = malloc((instance->lane_count + (size_t)1) * sizeof *keys);
    if (!keys)
        return HV_ERR_MEMORY;
    for (uint32_t l = 0; l < instance->lane_count; l++)
        keys[l] = (uint64_t)instance->lanes[l].depot << 32 | instance->lanes[l].shelter;
    qsort(keys, instance->lane_count, sizeof *keys, compare_keys);
    int error = 0;
    for (uint32_t l = 1; l < instance->lane_count && !error; l++)
        if (keys[l] == keys[l - 1])
            error = HV_ERR_VALUE;
    free(keys);
    return error;
}

int allocation_instance_check(const struct allocation_instance *instance) {
    int error = check_size(instance);
    if (error)
        return error;
    size_t stocks = (size_t)instance->depot_count * instance->item_count;
    size_t needs = (size_t)instance->shelter_count * instance->item_count;
    if (!rows_are_good(instance) || !are_figures(instance->stock, stocks) ||
        !are_figures(instance->reserve, stocks) || !are_figures(instance->need, needs))
        return HV_ERR_VALUE;
    return check_lanes_differ(instance);
}

void allocation_reachable(const struct allocation_instance *instance, bool *ret_reachable) {
    uint32_t items = instance->item_count;
    memset(ret_reachable, 0, (size_t)instance->shelter_count * items * sizeof *ret_reachable);
    for (uint32_t l = 0; l < instance->lane_count; l++) {
        const struct allocation_lane *lane = &instance->lanes[l];
        for (uint32_t k = 0; k < items; k++)
            if (allocation_need(instance, lane->shelter, k) > 0 &&
                allocation_lane_carries(instance, l, k))
                ret_reachable[(size_t)lane->shelter * items + k] = true;
    }
}
