/* Who is on the way has room on the roads: those who left by an order that was accepted enter each
 * link of its road so long after they left, at the rate at which they left. Nobody observes them:
 * where fewer are on the way than the windows of their orders say, each counts for less; who left
 * by an order that is not known any more, or without a road, goes without room. Beyond a road that
 * is closed now nobody knows how they go on. */
#include "coordinator/optimizer/array.h"
#include "coordinator/planning/picture_inside.h"

#include <stdlib.h>

#define MS_PER_HOUR INT64_C(3600000)

struct traffic {
    struct painting *painting;
    size_t room;
};

/* Some who left one after the other. */
struct leaving {
    int64_t people;
    int64_t from_ms, until_ms; /* wall clock */
};

static int64_t smaller(int64_t a, int64_t b) {
    return a < b ? a : b;
}

static int64_t larger(int64_t a, int64_t b) {
    return a > b ? a : b;
}

/* By the window of an order until now; who were told to be out all at once left at its rate. */
static struct leaving who_left(const struct painting *painting, const struct state_leg *leg,
                               const struct hv_order *order) {
    const int64_t now_ms = painting->rules->wall_ms;
    const struct state_way alone = {.legs = {*leg}, .leg_count = 1};
    struct leaving leaving = {.people = state_way_left(&alone, STATE_ALL, now_ms),
                              .from_ms = leg->leaves_ms,
                              .until_ms = smaller(now_ms, smaller(leg->left_ms, leg->stopped_ms))};
    if (leaving.from_ms >= leaving.until_ms && order->people_per_hour > 0)
        leaving.from_ms =
            leaving.until_ms - larger(1, leaving.people * MS_PER_HOUR / order->people_per_hour);
    return leaving;
}

static int add_load(struct traffic *traffic, struct timetable_load load) {
    struct picture *picture = traffic->painting->picture;
    if (load.to_ms <= 0 || load.per_hour == 0)
        return HV_OK; /* they are past it */
    load.from_ms = larger(0, load.from_ms);
    const int error = array_reserve((void **)&picture->loads, picture->load_count + 1,
                                    &traffic->room, sizeof *picture->loads);
    if (error == HV_OK)
        picture->loads[picture->load_count++] = load;
    return error;
}

/* Link by link of the order's road. */
static int add_road(struct traffic *traffic, const struct hv_order *order,
                    const struct leaving *leaving, int64_t permille) {
    const struct painting *painting = traffic->painting;
    const int64_t lasts_ms = leaving->until_ms - leaving->from_ms;
    const int64_t per_hour =
        lasts_ms <= 0 ? 0 : leaving->people * MS_PER_HOUR / lasts_ms * permille / 1000;
    int64_t after_ms = -painting->rules->wall_ms; /* from leaving to the link, from now */
    int error = HV_OK;
    for (size_t i = 0; i < order->link_count && error == HV_OK; i++) {
        const uint32_t link = region_find_link(painting->region, order->links[i]);
        const struct network_link *road =
            link == REGION_NONE ? NULL : network_link_at(painting->picture->network, link);
        if (road == NULL || road->closed)
            break;
        error = add_load(traffic, (struct timetable_load){.link = link,
                                                          .per_hour = per_hour,
                                                          .from_ms = leaving->from_ms + after_ms,
                                                          .to_ms = leaving->until_ms + after_ms});
        after_ms += road->travel_ms;
    }
    return error;
}

static int add_leg(struct traffic *traffic, const struct state_leg *leg, int64_t permille) {
    struct painting *painting = traffic->painting;
    const struct state_order *order =
        leg->order == 0 ? NULL : state_find_order(painting->state, leg->order);
    const struct hv_order *body = NULL;
    if (order == NULL || leg->leaves_ms > painting->rules->wall_ms ||
        smaller(leg->left_ms, leg->stopped_ms) + leg->travel_ms <= painting->rules->wall_ms)
        return HV_OK; /* nobody has left, or all should be there */
    const int error = state_order_decode(order, &painting->arena, &body);
    if (error != HV_OK)
        return error == HV_ERR_MEMORY ? error : HV_OK;
    const struct leaving leaving = who_left(painting, leg, body);
    return add_road(traffic, body, &leaving, permille);
}

/* Thousandths of those whom the orders of a way have between zone and shelter who are on it. */
static int64_t how_many_are(const struct painting *painting, const struct state_way *way,
                            const struct picture_way *seen) {
    const int64_t now_ms = painting->rules->wall_ms;
    const int64_t expected =
        state_way_left(way, STATE_ALL, now_ms) - state_way_due(way, STATE_ALL, now_ms);
    const int64_t are = seen->people[STATE_ALL] + seen->turned_away;
    return expected <= 0 || are >= expected ? 1000 : are * 1000 / expected;
}

static const struct state_way *find_way(const struct painting *painting,
                                        const struct picture_way *seen) {
    const struct state_zone *zone =
        state_find_zone(painting->state, painting->region->zones[seen->zone].id);
    for (uint32_t w = 0; w < zone->way_count; w++)
        if (region_find_shelter(painting->region, zone->ways[w].shelter) == seen->shelter)
            return &zone->ways[w];
    return NULL;
}

static int compare(const void *first, const void *second) {
    const struct timetable_load *a = first, *b = second;
    if (a->link != b->link)
        return a->link < b->link ? -1 : 1;
    if (a->from_ms != b->from_ms)
        return a->from_ms < b->from_ms ? -1 : 1;
    if (a->to_ms != b->to_ms)
        return a->to_ms < b->to_ms ? -1 : 1;
    return (a->per_hour > b->per_hour) - (a->per_hour < b->per_hour);
}

int picture_find_traffic(struct painting *painting) {
    struct picture *picture = painting->picture;
    struct traffic traffic = {.painting = painting};
    int error = HV_OK;
    for (size_t i = 0; i < picture->way_count && error == HV_OK; i++) {
        const struct state_way *way = find_way(painting, &picture->ways[i]);
        const int64_t permille = way == NULL ? 0 : how_many_are(painting, way, &picture->ways[i]);
        for (uint32_t l = 0; permille > 0 && l < way->leg_count && error == HV_OK; l++)
            error = add_leg(&traffic, &way->legs[l], permille);
    }
    if (picture->load_count > 0)
        qsort(picture->loads, picture->load_count, sizeof *picture->loads, compare);
    return error;
}
