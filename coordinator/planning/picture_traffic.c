/* Who is on the way has room on the roads: those who left by an order that was accepted enter each
 * link of its road so long after they left, at the rate at which they left. Nobody observes them:
 * where fewer are on the way than the windows of their orders say, each counts for less.
 *
 * Whose road is not known is taken to go by the quickest that is open now: who left by an order
 * that is not kept apart any more, or that named no road, from their zone; and who has still to
 * come to a road of theirs that is closed now, from where it begins. Whoever is past it goes on. */
#include "coordinator/optimizer/array.h"
#include "coordinator/planning/picture_inside.h"
#include "schemas/smaller.h"

#include <stdlib.h>

#define MS_PER_HOUR INT64_C(3600000)

/* Some who come to a node one after the other. */
struct stream {
    int64_t people;
    int64_t per_hour;       /* 0: as many as the first road takes, all of them at `to_ms` */
    int64_t from_ms, to_ms; /* after now, less than 0 where it is past */
};

/* Who goes on from a node by the quickest way. */
struct onward {
    uint32_t shelter, node;
    struct stream stream;
};

struct traffic {
    struct painting *painting;
    size_t load_room;
    struct onward *onward;
    size_t onward_count, onward_room;
};

/* ---- who left ---- */

/* By the window of an order until now; who were told to be out all at once left at its rate. NULL:
 * the order is not known. */
static struct stream who_left(const struct painting *painting, const struct state_leg *leg,
                              const struct hv_order *order, int64_t permille) {
    const int64_t now_ms = painting->rules->wall_ms;
    const struct state_way alone = {.legs = {*leg}, .leg_count = 1};
    struct stream stream = {.people = state_way_left(&alone, STATE_ALL, now_ms) * permille / 1000,
                            .from_ms = leg->leaves_ms - now_ms,
                            .to_ms =
                                hv_smaller(0, hv_smaller(leg->left_ms, leg->stopped_ms) - now_ms)};
    if (stream.from_ms >= stream.to_ms && order != NULL && order->people_per_hour > 0)
        stream.from_ms =
            stream.to_ms - hv_larger(1, stream.people * MS_PER_HOUR / order->people_per_hour);
    if (stream.from_ms < stream.to_ms)
        stream.per_hour = stream.people * MS_PER_HOUR / (stream.to_ms - stream.from_ms);
    return stream;
}

/* Of whom nobody knows how fast they left: as fast as the first road lets them. */
static void spread(struct stream *stream, const struct network_link *road) {
    if (stream->per_hour > 0 || stream->people == 0 || road->capacity_per_hour == 0)
        return;
    stream->per_hour = road->capacity_per_hour;
    stream->from_ms = stream->to_ms - hv_larger(1, stream->people * MS_PER_HOUR / stream->per_hour);
}

/* ---- on their roads ---- */

/* They enter a link, and are at its end after it. */
static int enter(struct traffic *traffic, uint32_t link, struct stream *stream) {
    struct picture *picture = traffic->painting->picture;
    const struct network_link *road = network_link_at(picture->network, link);
    int error = HV_OK;
    spread(stream, road);
    const struct timetable_load load = {.link = link,
                                        .per_hour = stream->per_hour,
                                        .from_ms = hv_larger(0, stream->from_ms),
                                        .to_ms = stream->to_ms};
    stream->from_ms += road->travel_ms;
    stream->to_ms += road->travel_ms;
    if (load.to_ms <= 0 || load.per_hour == 0)
        return HV_OK; /* they are past it */
    error = array_reserve((void **)&picture->loads, picture->load_count + 1, &traffic->load_room,
                          sizeof *picture->loads);
    if (error == HV_OK)
        picture->loads[picture->load_count++] = load;
    return error;
}

static int go_on(struct traffic *traffic, uint32_t shelter, uint32_t node, struct stream stream) {
    const int error = array_reserve((void **)&traffic->onward, traffic->onward_count + 1,
                                    &traffic->onward_room, sizeof *traffic->onward);
    if (error == HV_OK)
        traffic->onward[traffic->onward_count++] = (struct onward){shelter, node, stream};
    return error;
}

/* Takes those off who have still to come to a node. */
static struct stream split_to_come(struct stream *stream) {
    struct stream to_come = *stream;
    to_come.from_ms = hv_larger(0, stream->from_ms);
    stream->to_ms = hv_smaller(0, stream->to_ms);
    return to_come;
}

/* Link by link of the order's road. */
static int take_road(struct traffic *traffic, const struct picture_way *way,
                     const struct hv_order *order, struct stream stream) {
    const struct painting *painting = traffic->painting;
    uint32_t node = painting->picture->zones[way->zone].node;
    for (size_t i = 0; i < order->link_count; i++) {
        const uint32_t link = region_find_link(painting->region, order->links[i]);
        int error = HV_OK;
        if (link == REGION_NONE)
            return go_on(traffic, way->shelter, node, stream);
        const struct network_link *road = network_link_at(painting->picture->network, link);
        if (road->closed && stream.to_ms > 0)
            error = go_on(traffic, way->shelter, road->from, split_to_come(&stream));
        if (error == HV_OK)
            error = enter(traffic, link, &stream);
        if (error != HV_OK)
            return error;
        node = road->to;
    }
    return HV_OK;
}

static int add_leg(struct traffic *traffic, const struct picture_way *way,
                   const struct state_leg *leg, int64_t permille) {
    struct painting *painting = traffic->painting;
    const struct state_order *order =
        leg->order == 0 ? NULL : state_find_order(painting->state, leg->order);
    const struct hv_order *body = NULL;
    if (leg->leaves_ms > painting->rules->wall_ms ||
        hv_smaller(leg->left_ms, leg->stopped_ms) + leg->travel_ms <= painting->rules->wall_ms)
        return HV_OK; /* nobody has left, or all should be there */
    if (order != NULL && state_order_decode(order, &painting->arena, &body) == HV_ERR_MEMORY)
        return HV_ERR_MEMORY;
    const struct stream stream = who_left(painting, leg, body, permille);
    return body != NULL && body->link_count > 0
               ? take_road(traffic, way, body, stream)
               : go_on(traffic, way->shelter, painting->picture->zones[way->zone].node, stream);
}

/* ---- by the quickest ---- */

static int compare_onward(const void *first, const void *second) {
    const struct onward *a = first, *b = second;
    return (a->shelter > b->shelter) - (a->shelter < b->shelter);
}

/* By the route of a search; `links` has room for any. */
static int take_quickest(struct traffic *traffic, const struct network_search *search,
                         const struct onward *onward, uint32_t *links) {
    struct stream stream = onward->stream;
    const size_t count = network_search_route_length(search, onward->node);
    int error = HV_OK;
    network_search_route(search, onward->node, links);
    for (size_t i = 0; i < count && error == HV_OK; i++)
        error = enter(traffic, links[i], &stream);
    return error;
}

/* One search for each shelter that any of them goes to. */
static int take_quickest_all(struct traffic *traffic) {
    const struct picture *picture = traffic->painting->picture;
    struct network_search *search = NULL;
    uint32_t shelter = UINT32_MAX;
    uint32_t *links = calloc(network_node_count(picture->network) + 1u, sizeof *links);
    int error = links == NULL ? HV_ERR_MEMORY : network_search_new(picture->network, &search);
    if (traffic->onward_count > 0)
        qsort(traffic->onward, traffic->onward_count, sizeof *traffic->onward, compare_onward);
    for (size_t i = 0; i < traffic->onward_count && error == HV_OK; i++) {
        const struct onward *onward = &traffic->onward[i];
        if (onward->shelter != shelter)
            error = network_search_run(search, NETWORK_TO_SOURCES,
                                       &picture->shelters[onward->shelter].node, 1);
        shelter = onward->shelter;
        if (error == HV_OK)
            error = take_quickest(traffic, search, onward, links);
    }
    network_search_free(search);
    free(links);
    return error;
}

/* ---- the whole ---- */

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
            error = add_leg(&traffic, &picture->ways[i], &way->legs[l], permille);
    }
    if (error == HV_OK && traffic.onward_count > 0)
        error = take_quickest_all(&traffic);
    free(traffic.onward);
    if (picture->load_count > 0)
        qsort(picture->loads, picture->load_count, sizeof *picture->loads, compare);
    return error;
}
