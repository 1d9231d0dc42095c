#include "coordinator/planning/buses_inside.h"

#include <stdlib.h>
#include <string.h>

size_t buses_stream_count(const struct plan *plan) {
    return plan->timetable == NULL ? plan->assignment_count : plan->timetable->stream_count;
}

struct buses_stream buses_stream_at(const struct plan *plan, size_t index) {
    if (plan->timetable == NULL)
        return (struct buses_stream){plan->assignments[index].zone,
                                     plan->assignments[index].shelter,
                                     plan->assignments[index].people};
    const struct plan_stream *stream = &plan->timetable->streams[index];
    return (struct buses_stream){stream->zone, stream->shelter, stream->people};
}

uint32_t buses_find_point(const struct buses_planning *planning, uint32_t spot, int class) {
    const uint32_t at = spot == BUSES_NO_SPOT ? BUSES_NONE : planning->spot_at[spot];
    for (size_t p = 0; at != BUSES_NONE && p < planning->point_count; p++)
        if (planning->points[p].spot == at && (int)planning->points[p].class == class)
            return (uint32_t)p;
    return BUSES_NONE;
}

static uint32_t number_of(uint32_t *at, uint32_t *list, size_t *count, uint32_t what) {
    if (at[what] == BUSES_NONE) {
        at[what] = (uint32_t)*count;
        list[(*count)++] = what;
    }
    return at[what];
}

static int find_places(struct buses_planning *planning) {
    const struct instance *instance = planning->instance;
    planning->zones = buses_take(instance->zone_count, sizeof *planning->zones);
    planning->zone_at = buses_take(instance->zone_count, sizeof *planning->zone_at);
    planning->shelters = buses_take(instance->shelter_count, sizeof *planning->shelters);
    planning->shelter_at = buses_take(instance->shelter_count, sizeof *planning->shelter_at);
    if (planning->zones == NULL || planning->zone_at == NULL || planning->shelters == NULL ||
        planning->shelter_at == NULL)
        return HV_ERR_MEMORY;
    memset(planning->zone_at, 0xff, instance->zone_count * sizeof *planning->zone_at);
    memset(planning->shelter_at, 0xff, instance->shelter_count * sizeof *planning->shelter_at);
    for (size_t i = 0; i < buses_stream_count(planning->plan); i++) {
        const struct buses_stream stream = buses_stream_at(planning->plan, i);
        if (instance->zones[stream.zone].without_vehicle == 0)
            continue;
        (void)number_of(planning->zone_at, planning->zones, &planning->zone_count, stream.zone);
        (void)number_of(planning->shelter_at, planning->shelters, &planning->shelter_count,
                        stream.shelter);
    }
    for (size_t r = 0; r < planning->buses->run_count; r++)
        (void)number_of(planning->shelter_at, planning->shelters, &planning->shelter_count,
                        planning->buses->runs[r].shelter);
    return HV_OK;
}

void buses_share_out(const struct instance_zone *zone, int64_t ret_people[INSTANCE_CLASSES]) {
    int64_t all = 0, left = zone->without_vehicle;
    for (int class = 0; class < INSTANCE_CLASSES; class ++)
        all += zone->people[class];
    memset(ret_people, 0, INSTANCE_CLASSES * sizeof *ret_people);
    for (int class = INSTANCE_CLASSES - 1; class > INSTANCE_GENERAL && all > 0; class --) {
        const int64_t share = (zone->people[class] * zone->without_vehicle + all - 1) / all;
        ret_people[class] = hv_smaller(share, left);
        left -= ret_people[class];
    }
    ret_people[INSTANCE_GENERAL] = left;
}

static int take_points(struct buses_planning *planning) {
    const struct buses *buses = planning->buses;
    const size_t cells = planning->zone_count * planning->shelter_count * INSTANCE_CLASSES;
    size_t spots = 0;
    for (size_t z = 0; z < planning->zone_count; z++)
        spots += buses->first_spot[planning->zones[z] + 1] - buses->first_spot[planning->zones[z]];
    planning->sent = buses_take(cells, sizeof *planning->sent);
    planning->spots = buses_take(spots, sizeof *planning->spots);
    planning->spot_at = buses_take(buses->spot_count, sizeof *planning->spot_at);
    planning->points = buses_take(spots * INSTANCE_CLASSES, sizeof *planning->points);
    planning->limit_row = buses_take(spots * INSTANCE_CLASSES, sizeof *planning->limit_row);
    if (planning->sent == NULL || planning->spots == NULL || planning->spot_at == NULL ||
        planning->points == NULL || planning->limit_row == NULL)
        return HV_ERR_MEMORY;
    memset(planning->spot_at, 0xff, buses->spot_count * sizeof *planning->spot_at);
    return HV_OK;
}

static void find_sent(struct buses_planning *planning) {
    for (size_t i = 0; i < buses_stream_count(planning->plan); i++) {
        const struct buses_stream stream = buses_stream_at(planning->plan, i);
        const uint32_t zone = planning->zone_at[stream.zone];
        for (int class = 0; class < INSTANCE_CLASSES && zone != BUSES_NONE; class ++)
            planning
                ->sent[buses_cell(planning, zone, planning->shelter_at[stream.shelter], class)] +=
                stream.people[class];
    }
}

/* Of a zone's people of a class without a vehicle, those who belong to each of its spots by its
 * share, and have not been fetched there: spot by spot, the same whenever it is asked. */
struct belonging {
    const struct buses_spot *spots;
    enum instance_class class;
    int64_t all, shares;  /* of all spots */
    int64_t share_before; /* of those before the next */
};

static int64_t next_belonging(struct belonging *belonging, uint32_t spot) {
    const struct buses_spot *of = &belonging->spots[spot];
    const int64_t before = belonging->all * belonging->share_before / belonging->shares;
    belonging->share_before += of->share;
    const int64_t people = belonging->all * belonging->share_before / belonging->shares - before;
    return hv_larger(0, people - of->fetched[belonging->class]);
}

/* People of a class of a zone wait at its spots in proportion to who belongs there and has not been
 * fetched; where that is nobody, at the last. */
static void add_points(struct buses_planning *planning, size_t zone, enum instance_class class,
                       int64_t people) {
    const struct buses *buses = planning->buses;
    const uint32_t first = buses->first_spot[planning->zones[zone]],
                   past = buses->first_spot[planning->zones[zone] + 1];
    const size_t row = planning->point_count;
    struct belonging all = {.spots = buses->spots, .class = class, .all = people};
    int64_t belong = 0, before = 0, given = 0;
    for (uint32_t i = first; i < past; i++) {
        all.all += buses->spots[i].fetched[class];
        all.shares += buses->spots[i].share;
    }
    struct belonging next = all;
    for (uint32_t i = first; i < past; i++)
        belong += next_belonging(&next, i);
    next = all;
    for (uint32_t i = first; i < past; i++) {
        before += next_belonging(&next, i);
        const int64_t here =
            (i + 1 == past ? people : people * before / hv_larger(1, belong)) - given;
        given += here;
        if (here == 0)
            continue;
        planning->limit_row[planning->point_count] = (int32_t)row;
        planning->points[planning->point_count++] = (struct buses_point){
            .zone = (uint32_t)zone,
            .spot = number_of(planning->spot_at, planning->spots, &planning->spot_count, i),
            .class = class,
            .people = (int32_t)hv_smaller(here, INT32_MAX)};
    }
}

static int find_points(struct buses_planning *planning) {
    if (take_points(planning) != HV_OK)
        return HV_ERR_MEMORY;
    find_sent(planning);
    for (size_t z = 0; z < planning->zone_count; z++) {
        int64_t waiting[INSTANCE_CLASSES];
        buses_share_out(&planning->instance->zones[planning->zones[z]], waiting);
        for (int class = 0; class < INSTANCE_CLASSES; class ++) {
            int64_t sent = 0;
            for (size_t s = 0; s < planning->shelter_count; s++)
                sent += planning->sent[buses_cell(planning, z, s, class)];
            add_points(planning, z, (enum instance_class) class, hv_smaller(waiting[class], sent));
        }
    }
    return HV_OK;
}

int buses_find_people(struct buses_planning *planning) {
    int error = find_places(planning);
    if (error == HV_OK && planning->zone_count + planning->shelter_count > BUS_POINTS_MAX)
        error = HV_ERR_LIMIT; /* a zone is a point at least */
    if (error == HV_OK)
        error = find_points(planning);
    if (error == HV_OK && planning->point_count + planning->shelter_count > BUS_POINTS_MAX)
        error = HV_ERR_LIMIT; /* the search would refuse them: before ways from each to each */
    return error;
}
