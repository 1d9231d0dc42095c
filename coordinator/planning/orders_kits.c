/* Which kits a depot opens first, because what is loose does not reach for all that it is to ship.
 */
#include "coordinator/planning/orders_inside.h"

#include "coordinator/planning/kits.h"
#include "coordinator/planning/supply.h"

#include <stdio.h>

static void take_lines(struct kits *kits, uint32_t depot, const struct hv_order *order) {
    for (size_t l = 0; depot != REGION_NONE && l < order->line_count; l++) {
        const uint32_t item = region_find_item(kits->region, order->lines[l].item);
        if (item != REGION_NONE)
            kits_take(kits, depot, item, (int64_t)order->lines[l].quantity);
    }
}

/* What is shipped besides, by orders of no plan. */
static int take_others(const struct orders_making *making, struct kits *kits) {
    const struct state *state = making->scene->state;
    for (uint32_t i = 0; i < state_count(state, STATE_ORDER); i++) {
        const struct state_order *order = state_order(state, i);
        const struct hv_order *body = NULL;
        if (order->plan != 0 || order->order_kind != HV_ORDER_SHIP ||
            !hv_order_is_open(state_order_state(order)))
            continue;
        if (state_order_decode(order, making->arena, &body) != HV_OK)
            return HV_ERR_MEMORY;
        take_lines(kits, kits_depot_of(kits, body), body);
    }
    return HV_OK;
}

/* "open first: 34 family-kit, 2 tool-kit"; NULL without memory. */
static const char *say(const struct kits *kits, struct hv_arena *arena) {
    const struct region *region = kits->region;
    char text[HV_TEXT_BYTES_MAX + 1] = "";
    size_t used = 0;
    for (uint32_t kit = 0; kit < region->item_count; kit++) {
        if (kits->opened[kit] == 0)
            continue;
        int more = snprintf(text + used, sizeof text - used, "%s%lld %s",
                            used == 0 ? "open first: " : ", ", (long long)kits->opened[kit],
                            region->items[kit].id);
        if (more < 0 || (size_t)more >= sizeof text - used) {
            text[used] = '\0';
            break;
        }
        used += (size_t)more;
    }
    return hv_arena_text(arena, text);
}

/* Takes the lines of an order off what is left. */
static int take_order(const struct orders_making *making, struct kits *kits, struct hv_order *order,
                      bool kept) {
    const uint32_t depot = kits_depot_of(kits, order);
    if (depot == REGION_NONE || !kits->holds[depot])
        return HV_OK;
    kits_begin(kits);
    take_lines(kits, depot, order);
    for (size_t l = 0; l < order->line_count; l++) {
        const uint32_t item = region_find_item(kits->region, order->lines[l].item);
        if (item != REGION_NONE)
            kits_open(kits, depot, item);
    }
    if (kept)
        return HV_OK;
    order->text = say(kits, making->arena);
    return order->text == NULL ? HV_ERR_MEMORY : HV_OK;
}

int orders_say_kits(struct orders_making *making) {
    const struct orders_scene *scene = making->scene;
    struct kits kits;
    if (scene->region == NULL)
        return HV_OK;
    int error =
        kits_count(scene->state, scene->region, supply_day(scene->wall_ms), making->arena, &kits);
    if (error != HV_OK || !kits.any)
        return error;
    error = take_others(making, &kits);
    for (int kept = 1; kept >= 0; kept--) /* what stands takes what is loose first */
        for (size_t i = 0; error == HV_OK && i < making->wanted.count; i++)
            if (making->wanted.orders[i].kind == HV_ORDER_SHIP && making->wanted.kept[i] == kept)
                error = take_order(making, &kits, &making->wanted.orders[i], kept);
    return error;
}
