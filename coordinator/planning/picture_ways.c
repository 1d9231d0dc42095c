/* People on the way: places are kept for them where they go, and the others are to be planned for.
 * Where no place is left for them, or the shelter can take nobody any more, they are planned for
 * again, from their zone: where on the road they are is not known. Places go to those who come
 * first by zone of the region. */
#include "coordinator/planning/picture_inside.h"
#include "coordinator/planning/whereabouts.h"
#include "schemas/smaller.h"

#include <stdlib.h>

static int make_room(struct painting *painting) {
    const struct region *region = painting->region;
    size_t ways = 0;
    for (uint32_t i = 0; i < region->zone_count; i++) {
        const struct state_zone *seen = state_find_zone(painting->state, region->zones[i].id);
        ways += seen == NULL ? 0 : seen->way_count;
    }
    painting->leaving =
        hv_arena_take(&painting->arena, region->zone_count + 1u, sizeof *painting->leaving);
    painting->reserved =
        hv_arena_take(&painting->arena, region->shelter_count + 1u, sizeof *painting->reserved);
    painting->picture->ways = calloc(ways + 1, sizeof *painting->picture->ways);
    return painting->leaving != NULL && painting->reserved != NULL &&
                   painting->picture->ways != NULL
               ? HV_OK
               : HV_ERR_MEMORY;
}

/* Of those with these needs not more than of all. */
static void hold_classes(struct picture_way *way) {
    way->people[STATE_MEDICAL] = hv_smaller(way->people[STATE_MEDICAL], way->people[STATE_ALL]);
    way->people[STATE_WHEELCHAIR] = hv_smaller(way->people[STATE_WHEELCHAIR],
                                               way->people[STATE_ALL] - way->people[STATE_MEDICAL]);
}

static struct picture_way read_way(const struct painting *painting, uint32_t zone, uint32_t shelter,
                                   const struct whereabouts_way *from) {
    const int64_t now_ms = painting->rules->wall_ms;
    struct picture_way way = {.zone = zone,
                              .shelter = shelter,
                              .overdue = from->overdue,
                              .arrives_ms = from->arrives_ms - now_ms,
                              .arrived_ms = from->arrived_ms - now_ms};
    for (int heads = 0; heads < STATE_HEADS; heads++)
        way.people[heads] = from->on_way[heads];
    return way;
}

/* Keeps places for as many as there are, and turns the others away. */
static void keep_places(struct painting *painting, struct picture_way *way) {
    int64_t *reserved = &painting->reserved[way->shelter];
    const int64_t room = picture_is_usable(painting, way->shelter)
                             ? hv_larger(0, picture_places_left(painting, way->shelter) - *reserved)
                             : 0;
    way->turned_away = hv_larger(0, way->people[STATE_ALL] - room);
    way->people[STATE_ALL] -= way->turned_away;
    *reserved += way->people[STATE_ALL];
    hold_classes(way);
}

static int64_t with_need(int64_t living, int32_t arrived, int64_t on_way) {
    return hv_larger(0, hv_larger(0, living) - arrived - on_way);
}

static void find_leaving(struct painting *painting, uint32_t index) {
    const struct region_zone *zone = &painting->region->zones[index];
    const struct state_zone *seen = state_find_zone(painting->state, zone->id);
    const struct hv_people nobody = {0}, *arrived = seen == NULL ? &nobody : &seen->checked_in;
    const int64_t people = region_zone_people(zone, REGION_NIGHT);
    struct painting_zone *leaving = &painting->leaving[index];
    struct whereabouts are;
    int64_t on_way[STATE_HEADS] = {0};
    whereabouts_of(seen, people, painting->rules->wall_ms, painting->rules->arrival_margin_ms,
                   &are);
    leaving->people = hv_larger(0, are.to_plan);
    leaving->awaited = hv_larger(0, are.still);
    for (uint32_t w = 0; w < are.way_count; w++) {
        const uint32_t shelter = region_find_shelter(painting->region, are.ways[w].shelter);
        if (shelter == REGION_NONE || are.ways[w].on_way[STATE_ALL] + are.ways[w].overdue == 0)
            continue;
        struct picture_way way = read_way(painting, index, shelter, &are.ways[w]);
        keep_places(painting, &way);
        leaving->people += way.turned_away;
        leaving->awaited += way.turned_away;
        for (int heads = 0; heads < STATE_HEADS; heads++)
            on_way[heads] += way.people[heads];
        painting->picture->ways[painting->picture->way_count++] = way;
    }
    leaving->wheelchair = with_need(zone->wheelchair, arrived->overlay[HV_OVERLAY_WHEELCHAIR],
                                    on_way[STATE_WHEELCHAIR]);
    leaving->medical =
        with_need(zone->medical, arrived->overlay[HV_OVERLAY_MEDICAL], on_way[STATE_MEDICAL]);
}

int picture_find_ways(struct painting *painting) {
    const int error = make_room(painting);
    for (uint32_t i = 0; error == HV_OK && i < painting->region->zone_count; i++)
        find_leaving(painting, i);
    return error;
}
