#include "coordinator/planning/people_room.h"

#include "schemas/smaller.h"

#include <stdlib.h>
#include <string.h>

#define MS_PER_HOUR INT64_C(3600000)

/* What buses want of the links on which they are, in people an hour times milliseconds. */
struct room {
    const struct plan_timetable *times;
    const struct evacuation_instance *steps;
    uint32_t *links; /* by row, rising */
    size_t link_count, step_count;
    int64_t *wanted; /* row × step */
};

static int take_room(struct room *room, const struct timetable_load *loads, size_t count) {
    room->step_count = (size_t)room->times->horizon_steps + 1;
    room->links = calloc(count + 1, sizeof *room->links);
    if (room->links == NULL)
        return HV_ERR_MEMORY;
    for (size_t i = 0; i < count; i++)
        if (i == 0 || loads[i].link != loads[i - 1].link)
            room->links[room->link_count++] = loads[i].link;
    room->wanted = calloc(room->link_count * room->step_count + 1, sizeof *room->wanted);
    return room->wanted == NULL ? HV_ERR_MEMORY : HV_OK;
}

static int64_t *row_of(const struct room *room, uint32_t link) {
    size_t first = 0, past = room->link_count;
    while (first < past) {
        const size_t middle = first + (past - first) / 2;
        if (room->links[middle] < link)
            first = middle + 1;
        else
            past = middle;
    }
    return first < room->link_count && room->links[first] == link
               ? &room->wanted[first * room->step_count]
               : NULL;
}

static void want(const struct room *room, const struct timetable_load *load) {
    int64_t *row = row_of(room, load->link);
    const int64_t step_ms = room->times->step_ms;
    for (int64_t t = load->from_ms / step_ms;
         t < (int64_t)room->step_count && t * step_ms < load->to_ms; t++)
        row[t] += load->per_hour * (hv_smaller(load->to_ms, (t + 1) * step_ms) -
                                    hv_larger(load->from_ms, t * step_ms));
}

/* Nobody of these drives: what they would take is there. */
static void have(const struct room *room, const struct plan_stream *stream, int64_t by_bus) {
    const struct plan_timetable *times = room->times;
    int64_t people = 0, after = 0;
    for (int class = 0; class < INSTANCE_CLASSES; class ++)
        people += stream->people[class];
    for (uint32_t i = 0; i < stream->route.count && people > 0; i++) {
        const uint32_t link = times->links[stream->route.first + i];
        int64_t *row = row_of(room, link);
        for (size_t d = 0; row != NULL && d < stream->departure_count; d++) {
            const struct plan_departure *departure =
                &times->departures[stream->departure_first + d];
            if (departure->step + after < (int64_t)room->step_count)
                row[departure->step + after] -= departure->people * by_bus * MS_PER_HOUR / people;
        }
        after += room->steps->links[link].travel_steps;
    }
}

/* What is wanted and not there, step by step. */
static int list_lacking(const struct room *room, struct timetable_load **ret_loads,
                        size_t *ret_count) {
    const int64_t step_ms = room->times->step_ms;
    struct timetable_load *loads = calloc(room->link_count * room->step_count + 1, sizeof *loads);
    size_t count = 0;
    if (loads == NULL)
        return HV_ERR_MEMORY;
    for (size_t i = 0; i < room->link_count; i++)
        for (size_t t = 0; t < room->step_count; t++) {
            const int64_t lacking = room->wanted[i * room->step_count + t];
            if (lacking > 0)
                loads[count++] =
                    (struct timetable_load){.link = room->links[i],
                                            .per_hour = (lacking + step_ms - 1) / step_ms,
                                            .from_ms = (int64_t)t * step_ms,
                                            .to_ms = (int64_t)(t + 1) * step_ms};
        }
    *ret_loads = loads;
    *ret_count = count;
    return HV_OK;
}

static int find_lacking(const struct timetable *timetable, const struct timetable_load *loads,
                        size_t count, const int64_t *by_bus, const struct plan *plan,
                        struct timetable_load **ret_loads, size_t *ret_count) {
    struct room room = {.times = plan->timetable, .steps = timetable_instance(timetable)};
    int error = take_room(&room, loads, count);
    for (size_t i = 0; error == HV_OK && i < count; i++)
        want(&room, &loads[i]);
    for (size_t i = 0; error == HV_OK && i < plan->timetable->stream_count; i++)
        if (by_bus[i] > 0)
            have(&room, &plan->timetable->streams[i], by_bus[i]);
    if (error == HV_OK)
        error = list_lacking(&room, ret_loads, ret_count);
    free(room.links);
    free(room.wanted);
    return error;
}

/* ---- once more on the roads ---- */

static bool same_late(const struct plan_timetable *a, const struct plan_timetable *b) {
    if (a->late_count != b->late_count)
        return false;
    for (size_t i = 0; i < a->late_count; i++)
        if (a->late[i].zone != b->late[i].zone || a->late[i].shelter != b->late[i].shelter ||
            memcmp(a->late[i].people, b->late[i].people, sizeof a->late[i].people) != 0)
            return false;
    return true;
}

/* One timetable more, in the same order of its ways; taken where it serves the same people. Other
 * orders, which might where this one does not, would take several times as long. */
static int try_room(struct timetable *timetable, const struct timetable_limits *limits,
                    struct plan *plan) {
    struct plan_timetable *made = NULL;
    const int error = timetable_make(timetable, plan, limits, &made);
    if (error == HV_OK && same_late(made, plan->timetable)) {
        made->work += plan->timetable->work;
        plan_timetable_free(plan->timetable);
        plan->timetable = made;
    } else {
        plan_timetable_free(made);
    }
    return error;
}

int people_room_make(struct planner *planner, struct timetable *timetable,
                     const struct timetable_limits *limits, const struct timetable_load *loads,
                     size_t count, const int64_t *by_bus, struct plan *plan) {
    struct timetable_load *lacking = NULL;
    struct timetable_limits beside = *limits;
    int error = HV_OK;
    if (plan->timetable == NULL || plan->status == PLAN_STOPPED || count == 0)
        return HV_OK;
    if (!timetable_is_of(timetable, plan->timetable)) /* other roads were tried since */
        error = timetable_solve(timetable, planner_instance(planner), plan->bound.unserved, limits);
    if (error == HV_OK)
        error = find_lacking(timetable, loads, count, by_bus, plan, &lacking, &beside.other_count);
    beside.others = lacking;
    beside.turns = plan->timetable->turns;
    if (error == HV_OK && beside.other_count > 0)
        error = try_room(timetable, &beside, plan);
    free(lacking);
    return error == HV_ERR_LIMIT || error == HV_ERR_OVERFLOW ? HV_OK : error;
}
