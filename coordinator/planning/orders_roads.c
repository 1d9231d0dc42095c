#include "coordinator/planning/orders_inside.h"

enum { CLOSE_WITHIN_MS = 30 * 60 * 1000 /* a road that nobody may be on any more */ };

int orders_find_roads(struct orders_making *making) {
    const struct region *region = making->scene->region;
    if (region == NULL)
        return HV_OK;
    int error = road_posts_find(making->scene->state, region, making->plan, making->scene->wall_ms,
                                making->arena, &making->roads);
    if (error != HV_OK)
        return error;
    making->road_order =
        hv_arena_take(making->arena, making->roads.count + 1u, sizeof *making->road_order);
    return making->road_order == NULL ? HV_ERR_MEMORY : HV_OK;
}

static bool is_to_tell(const struct road_post *post) {
    return post->kind != HV_ORDER_UNKNOWN && !post->stands;
}

size_t orders_count_roads(const struct orders_making *making) {
    size_t count = 0;
    for (uint32_t i = 0; i < making->roads.count; i++)
        count += is_to_tell(&making->roads.posts[i]);
    return count;
}

int orders_want_roads(struct orders_making *making) {
    for (uint32_t i = 0; i < making->roads.count; i++) {
        const struct road_post *post = &making->roads.posts[i];
        if (!is_to_tell(post))
            continue;
        struct hv_order *order =
            orders_want(making, post->kind, HV_POST_ROAD_POST, post->addressee);
        if (order == NULL)
            return HV_ERR_MEMORY;
        order->links = post->links;
        order->link_count = post->link_count;
        order->text = post->why;
        order->has_start = post->has_start;
        order->start_wall_ms = post->start_wall_ms;
        if (post->kind == HV_ORDER_CLOSE_ROAD)
            order->deadline_wall_ms =
                post->has_start ? post->start_wall_ms : making->scene->wall_ms + CLOSE_WITHIN_MS;
        making->road_order[i] = making->wanted.count;
    }
    return HV_OK;
}

bool orders_road_is_replaced(const struct orders_making *making, const struct state_order *order) {
    const struct road_post *post =
        making->scene->region == NULL
            ? NULL
            : road_posts_of(&making->roads, making->scene->region, order->addressee);
    return post != NULL && !(post->told == order && post->stands);
}

const struct hv_order *orders_road_successor(const struct orders_making *making,
                                             const struct hv_order *old) {
    const struct road_post *post =
        road_posts_of(&making->roads, making->scene->region, old->addressee);
    const size_t at = post == NULL ? 0 : making->road_order[post - making->roads.posts];
    return at == 0 ? NULL : &making->wanted.orders[at - 1];
}
