/* Which kits a depot opens first, because what is loose does not reach for all that it is to ship.
 */
#include "coordinator/planning/orders_inside.h"

#include "coordinator/planning/supply.h"

#include <stdio.h>
#include <string.h>

struct opening {
    struct orders_making *making;
    int64_t *left;   /* depot x item: usable, loose or as kits, that nothing takes before */
    bool *holds;     /* depot: kits that can be opened */
    int64_t *opened; /* item: kits, for one order */
};

static int64_t *left_of(const struct opening *opening, uint32_t depot, uint32_t item) {
    return &opening->left[(size_t)depot * opening->making->scene->region->item_count + item];
}

/* What is usable at a depot; whether kits are among it that can be opened. */
static bool count_depot(const struct opening *opening, uint32_t depot) {
    const struct orders_scene *scene = opening->making->scene;
    const struct region *region = scene->region;
    const struct state_place *place = state_find_place(scene->state, region->depots[depot].id);
    bool kits = false;
    for (uint32_t i = 0; place != NULL && i < place->stock.count; i++) {
        const struct state_stock_line *line = &place->stock.lines[i];
        uint32_t item = region_find_item(region, state_name(scene->state, line->item));
        if (item == REGION_NONE)
            continue;
        int64_t units =
            supply_of_line(&region->items[item], place, line, supply_day(scene->wall_ms),
                           state_general(scene->state)->mono_ms);
        *left_of(opening, depot, item) += units;
        kits = kits || (units > 0 && *region->items[item].contents != '\0');
    }
    return kits;
}

/* REGION_NONE: the addressee is no depot of the region. */
static uint32_t depot_of(const struct orders_scene *scene, const struct hv_order *order) {
    const struct state_node *node =
        order->post == HV_POST_NODE ? state_find_node(scene->state, order->addressee) : NULL;
    const struct state_place *place = node == NULL ? NULL : state_place(scene->state, node->place);
    return region_find_depot(scene->region, place == NULL ? order->addressee : place->entity.id);
}

/* What is shipped besides, by orders of no plan. */
static int take_others(const struct opening *opening) {
    const struct orders_scene *scene = opening->making->scene;
    for (uint32_t i = 0; i < state_count(scene->state, STATE_ORDER); i++) {
        const struct state_order *order = state_order(scene->state, i);
        const struct hv_order *body = NULL;
        if (order->plan != 0 || order->order_kind != HV_ORDER_SHIP ||
            !hv_order_is_open(state_order_state(order)))
            continue;
        if (state_order_decode(order, opening->making->arena, &body) != HV_OK)
            return HV_ERR_MEMORY;
        uint32_t depot = depot_of(scene, body);
        for (size_t l = 0; depot != REGION_NONE && l < body->line_count; l++) {
            uint32_t item = region_find_item(scene->region, body->lines[l].item);
            if (item != REGION_NONE)
                *left_of(opening, depot, item) -= (int64_t)body->lines[l].quantity;
        }
    }
    return HV_OK;
}

/* Opens as many kits as hold what is lacking of an item: everything in them is loose then. */
static void open_kits(const struct opening *opening, uint32_t depot, uint32_t item) {
    const struct region *region = opening->making->scene->region;
    for (uint32_t kit = 0; kit < region->item_count && *left_of(opening, depot, item) < 0; kit++) {
        int64_t *kits = left_of(opening, depot, kit), each = supply_in_kits(region, kit, 1, item);
        int64_t lacking = -*left_of(opening, depot, item);
        if (each <= 0 || *kits <= 0)
            continue;
        int64_t wanted = (lacking + each - 1) / each, opened = wanted < *kits ? wanted : *kits;
        *kits -= opened;
        opening->opened[kit] += opened;
        for (uint32_t part = 0; part < region->item_count; part++)
            *left_of(opening, depot, part) += supply_in_kits(region, kit, opened, part);
    }
}

/* "open first: 34 family-kit, 2 tool-kit"; NULL without memory. */
static const char *say(const struct opening *opening) {
    const struct region *region = opening->making->scene->region;
    char text[HV_TEXT_BYTES_MAX + 1] = "";
    size_t used = 0;
    for (uint32_t kit = 0; kit < region->item_count; kit++) {
        if (opening->opened[kit] == 0)
            continue;
        int more = snprintf(text + used, sizeof text - used, "%s%lld %s",
                            used == 0 ? "open first: " : ", ", (long long)opening->opened[kit],
                            region->items[kit].id);
        if (more < 0 || (size_t)more >= sizeof text - used) {
            text[used] = '\0';
            break;
        }
        used += (size_t)more;
    }
    return hv_arena_text(opening->making->arena, text);
}

/* Takes the lines of an order off what is left. */
static int take_order(const struct opening *opening, struct hv_order *order, bool kept) {
    const struct region *region = opening->making->scene->region;
    uint32_t depot = depot_of(opening->making->scene, order);
    if (depot == REGION_NONE || !opening->holds[depot])
        return HV_OK;
    memset(opening->opened, 0, region->item_count * sizeof *opening->opened);
    for (size_t l = 0; l < order->line_count; l++) {
        uint32_t item = region_find_item(region, order->lines[l].item);
        if (item != REGION_NONE)
            *left_of(opening, depot, item) -= (int64_t)order->lines[l].quantity;
    }
    for (size_t l = 0; l < order->line_count; l++) {
        uint32_t item = region_find_item(region, order->lines[l].item);
        if (item != REGION_NONE)
            open_kits(opening, depot, item);
    }
    if (kept)
        return HV_OK;
    order->text = say(opening);
    return order->text == NULL ? HV_ERR_MEMORY : HV_OK;
}

int orders_say_kits(struct orders_making *making) {
    const struct region *region = making->scene->region;
    struct opening opening = {.making = making};
    bool any = false;
    if (region == NULL)
        return HV_OK;
    opening.holds = hv_arena_take(making->arena, region->depot_count + 1u, sizeof *opening.holds);
    opening.left = hv_arena_take(
        making->arena, (size_t)region->depot_count * region->item_count + 1, sizeof *opening.left);
    opening.opened = hv_arena_take(making->arena, region->item_count + 1u, sizeof *opening.opened);
    if (opening.holds == NULL || opening.left == NULL || opening.opened == NULL)
        return HV_ERR_MEMORY;
    for (uint32_t d = 0; d < region->depot_count; d++)
        any = (opening.holds[d] = count_depot(&opening, d)) || any;
    int error = any ? take_others(&opening) : HV_OK;
    for (int kept = 1; any && kept >= 0; kept--) /* what stands takes what is loose first */
        for (size_t i = 0; error == HV_OK && i < making->wanted.count; i++)
            if (making->wanted.orders[i].kind == HV_ORDER_SHIP && making->wanted.kept[i] == kept)
                error = take_order(&opening, &making->wanted.orders[i], kept);
    return error;
}
