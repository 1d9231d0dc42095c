#include "coordinator/planning/road_posts.h"

#include <stdlib.h>
#include <string.h>

#define AHEAD_MS (INT64_C(6) * 3600 * 1000) /* a road that closes later is told later */
#define SLACK_MS (INT64_C(15) * 60 * 1000)  /* a closing that moves by less is the same order */

struct posting {
    const struct state *state;
    const struct region *region;
    struct hv_arena *arena;
    int64_t wall_ms;
    struct hazards hazards;
    struct road_posts posts;
};

/* ---- roads ---- */

struct carriageway {
    uint32_t low, high; /* its nodes */
    const char *name;
    uint32_t link;
};

static int compare_roads(const struct carriageway *a, const struct carriageway *b) {
    if (a->low != b->low)
        return a->low < b->low ? -1 : 1;
    if (a->high != b->high)
        return a->high < b->high ? -1 : 1;
    return strcmp(a->name, b->name);
}

static int compare(const void *first, const void *second) {
    const struct carriageway *a = first, *b = second;
    const int order = compare_roads(a, b);
    return order != 0 ? order : (a->link > b->link) - (a->link < b->link);
}

/* Numbers the roads; links of one road one after the other share its array. */
static int find_roads(struct posting *posting) {
    const struct region *region = posting->region;
    struct road_posts *posts = &posting->posts;
    const uint32_t count = region->link_count;
    struct carriageway *ways = hv_arena_take(posting->arena, count + 1u, sizeof *ways);
    const char **links = hv_arena_take(posting->arena, count + 1u, sizeof *links);
    posts->posts = hv_arena_take(posting->arena, count + 1u, sizeof *posts->posts);
    posts->road_of = hv_arena_take(posting->arena, count + 1u, sizeof *posts->road_of);
    if (ways == NULL || links == NULL || posts->posts == NULL || posts->road_of == NULL)
        return HV_ERR_MEMORY;
    for (uint32_t l = 0; l < count; l++) {
        const struct region_link *link = &region->links[l];
        ways[l] = (struct carriageway){.low = link->from < link->to ? link->from : link->to,
                                       .high = link->from < link->to ? link->to : link->from,
                                       .name = link->name,
                                       .link = l};
    }
    qsort(ways, count, sizeof *ways, compare);
    for (uint32_t i = 0, of_road = 0; i < count; i++, of_road++) {
        if (i == 0 || compare_roads(&ways[i - 1], &ways[i]) != 0 || of_road == HV_ORDER_LINKS_MAX) {
            posts->posts[posts->count++] = (struct road_post){
                .addressee = region->links[ways[i].link].id, .links = &links[i], .why = ""};
            of_road = 0;
        }
        posts->road_of[ways[i].link] = posts->count - 1;
    }
    return HV_OK;
}

/* ---- what is needed ---- */

static void need_closed(struct posting *posting, uint32_t link, int64_t from_ms, const char *why) {
    struct road_post *post = &posting->posts.posts[posting->posts.road_of[link]];
    const int64_t start_ms = from_ms == 0 ? 0 : posting->wall_ms + from_ms;
    if (post->link_count == 0 || start_ms < post->start_wall_ms)
        post->start_wall_ms = start_ms;
    post->has_start = post->start_wall_ms > 0;
    post->kind = HV_ORDER_CLOSE_ROAD;
    post->links[post->link_count++] = posting->region->links[link].id;
    if (*post->why == '\0' && why != NULL)
        post->why = why;
}

static void find_closed(struct posting *posting) {
    const struct hazards *hazards = &posting->hazards;
    for (uint32_t l = 0; l < posting->region->link_count; l++) {
        const struct state_road *road = (const struct state_road *)state_find(
            posting->state, STATE_ROAD, posting->region->links[l].id);
        if (road != NULL && road->closed)
            need_closed(posting, l, 0, road->reason);
        else if (hazards->link_closes_ms[l] <= AHEAD_MS)
            need_closed(posting, l, hazards->link_closes_ms[l], hazards->link_hazard[l]);
    }
}

/* Before the evacuation zones are only warned, and roads run as they do. */
static bool leaves_now(const struct state *state) {
    const uint32_t open = state_general(state)->incident;
    return open == STATE_NONE || state_incident(state, open)->phase >= HV_PHASE_EVACUATION;
}

static void find_reversed(struct posting *posting, const struct hv_plan *plan) {
    const size_t count = plan == NULL || !leaves_now(posting->state) ? 0 : plan->reversal_count;
    for (size_t i = 0; i < count; i++) {
        const uint32_t link = region_find_link(posting->region, plan->reversals[i].link);
        if (link == REGION_NONE)
            continue;
        struct road_post *post = &posting->posts.posts[posting->posts.road_of[link]];
        if (post->kind == HV_ORDER_CLOSE_ROAD)
            continue;
        post->kind = HV_ORDER_REVERSE_ROAD;
        post->links[post->link_count++] = posting->region->links[link].id;
    }
}

/* ---- what was told ---- */

static bool holds(const struct state_order *order) {
    const enum hv_order_state state = state_order_state(order);
    return hv_order_is_open(state) || state == HV_ORDER_DONE;
}

static void find_told(struct posting *posting) {
    for (uint32_t i = 0; i < state_count(posting->state, STATE_ORDER); i++) {
        const struct state_order *order = state_order(posting->state, i);
        if (order->post != HV_POST_ROAD_POST || !holds(order))
            continue;
        struct road_post *post = (struct road_post *)(uintptr_t)road_posts_of(
            &posting->posts, posting->region, order->addressee);
        if (post != NULL && (post->told == NULL || post->told->number < order->number))
            post->told = order;
    }
}

static bool same_links(const struct road_post *post, const struct hv_order *told) {
    if (post->link_count != told->link_count)
        return false;
    for (size_t i = 0; i < post->link_count; i++)
        if (strcmp(post->links[i], told->links[i]) != 0)
            return false;
    return true;
}

/* A start that has passed is one at once. */
static bool same_start(const struct posting *posting, const struct road_post *post,
                       const struct hv_order *told) {
    const int64_t wanted = post->has_start ? post->start_wall_ms : posting->wall_ms;
    const int64_t was = told->has_start && told->start_wall_ms > posting->wall_ms
                            ? told->start_wall_ms
                            : posting->wall_ms;
    return wanted - was < SLACK_MS && was - wanted < SLACK_MS;
}

/* Whether the road has to be given free: a plan had it closed or reversed, and nothing of it is
 * needed now. */
static bool is_left_over(const struct road_post *post) {
    const struct state_order *told = post->told;
    if (post->kind != HV_ORDER_UNKNOWN || told->plan == 0)
        return false;
    const bool frees = told->order_kind == HV_ORDER_STAND_DOWN;
    const bool closes =
        told->order_kind == HV_ORDER_CLOSE_ROAD || told->order_kind == HV_ORDER_REVERSE_ROAD;
    return frees ? hv_order_is_open(state_order_state(told))
                 : closes && state_order_state(told) == HV_ORDER_DONE;
}

static int hold_against(struct posting *posting, struct road_post *post) {
    const struct hv_order *told = NULL;
    if (post->told == NULL)
        return HV_OK;
    if (state_order_decode(post->told, posting->arena, &told) != HV_OK)
        return HV_ERR_MEMORY;
    if (is_left_over(post)) {
        post->kind = HV_ORDER_STAND_DOWN;
        post->links = told->links;
        post->link_count = told->link_count;
    }
    /* By hand nothing more is said than the link that it is addressed to. */
    const bool by_hand = told->plan == 0 && told->link_count == 0;
    post->stands = told->kind == post->kind && (by_hand || same_links(post, told)) &&
                   same_start(posting, post, told);
    return HV_OK;
}

const struct road_post *road_posts_of(const struct road_posts *posts, const struct region *region,
                                      const char *addressee) {
    const uint32_t link = region_find_link(region, addressee);
    return link == REGION_NONE ? NULL : &posts->posts[posts->road_of[link]];
}

int road_posts_find(const struct state *state, const struct region *region,
                    const struct hv_plan *plan, int64_t wall_ms, struct hv_arena *arena,
                    struct road_posts *ret_posts) {
    struct posting posting = {.state = state, .region = region, .arena = arena, .wall_ms = wall_ms};
    int error = hazards_find(state, region, wall_ms, arena, &posting.hazards);
    if (error == HV_OK)
        error = find_roads(&posting);
    if (error != HV_OK)
        return error;
    find_closed(&posting);
    find_reversed(&posting, plan);
    find_told(&posting);
    for (uint32_t i = 0; error == HV_OK && i < posting.posts.count; i++)
        error = hold_against(&posting, &posting.posts.posts[i]);
    *ret_posts = posting.posts;
    return error;
}
