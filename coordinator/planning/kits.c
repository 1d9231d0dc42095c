#include "coordinator/planning/kits.h"

#include "coordinator/planning/supply.h"

#include <string.h>

static int64_t *left_of(const struct kits *kits, uint32_t depot, uint32_t item) {
    return &kits->left[(size_t)depot * kits->region->item_count + item];
}

/* What is usable at a depot; whether kits are among it that can be opened. */
static bool count_depot(const struct kits *kits, uint32_t depot, int64_t day) {
    const struct region *region = kits->region;
    const struct state_place *place = state_find_place(kits->state, region->depots[depot].id);
    bool holds = false;
    for (uint32_t i = 0; place != NULL && i < place->stock.count; i++) {
        const struct state_stock_line *line = &place->stock.lines[i];
        const uint32_t item = region_find_item(region, state_name(kits->state, line->item));
        if (item == REGION_NONE)
            continue;
        const int64_t units = supply_of_line(&region->items[item], place, line, day,
                                             state_general(kits->state)->mono_ms);
        *left_of(kits, depot, item) += units;
        holds = holds || (units > 0 && *region->items[item].contents != '\0');
    }
    return holds;
}

int kits_count(const struct state *state, const struct region *region, int64_t today_day,
               struct hv_arena *arena, struct kits *ret_kits) {
    struct kits kits = {.state = state, .region = region};
    kits.holds = hv_arena_take(arena, region->depot_count + 1u, sizeof *kits.holds);
    kits.left = hv_arena_take(arena, (size_t)region->depot_count * region->item_count + 1,
                              sizeof *kits.left);
    kits.opened = hv_arena_take(arena, region->item_count + 1u, sizeof *kits.opened);
    if (kits.holds == NULL || kits.left == NULL || kits.opened == NULL)
        return HV_ERR_MEMORY;
    for (uint32_t d = 0; d < region->depot_count; d++) {
        kits.holds[d] = count_depot(&kits, d, today_day);
        kits.any |= kits.holds[d];
    }
    *ret_kits = kits;
    return HV_OK;
}

uint32_t kits_depot_of(const struct kits *kits, const struct hv_order *order) {
    return region_find_depot(kits->region,
                             state_order_place(kits->state, order->post, order->addressee));
}

void kits_take(struct kits *kits, uint32_t depot, uint32_t item, int64_t quantity) {
    *left_of(kits, depot, item) -= quantity;
}

void kits_begin(struct kits *kits) {
    memset(kits->opened, 0, kits->region->item_count * sizeof *kits->opened);
}

void kits_open(struct kits *kits, uint32_t depot, uint32_t item) {
    const struct region *region = kits->region;
    for (uint32_t kit = 0; kit < region->item_count && *left_of(kits, depot, item) < 0; kit++) {
        int64_t *whole = left_of(kits, depot, kit), each = supply_in_kits(region, kit, 1, item);
        const int64_t lacking = -*left_of(kits, depot, item);
        if (each <= 0 || *whole <= 0)
            continue;
        const int64_t wanted = (lacking + each - 1) / each;
        const int64_t opened = wanted < *whole ? wanted : *whole;
        *whole -= opened;
        kits->opened[kit] += opened;
        for (uint32_t part = 0; part < region->item_count; part++)
            *left_of(kits, depot, part) += supply_in_kits(region, kit, opened, part);
    }
}
