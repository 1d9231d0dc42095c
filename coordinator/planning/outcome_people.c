#include "coordinator/planning/outcome_inside.h"
#include "coordinator/planning/session.h"

#include <stdio.h>
#include <string.h>

/* ---- moves ---- */

static bool moved_before(const struct hv_plan *in_force, const struct hv_plan_move *move) {
    for (size_t i = 0; in_force != NULL && i < in_force->move_count; i++)
        if (strcmp(in_force->moves[i].zone, move->zone) == 0 &&
            strcmp(in_force->moves[i].shelter, move->shelter) == 0)
            return true;
    return false;
}

static int tell_route(const struct outcome_telling *telling, const struct plan_route *route,
                      const uint32_t *links, struct hv_plan_move *move) {
    move->links = hv_arena_take(telling->arena, route->count + 1u, sizeof *move->links);
    if (move->links == NULL)
        return HV_ERR_MEMORY;
    move->link_count = route->count;
    for (uint32_t i = 0; i < route->count; i++)
        move->links[i] = telling->region->links[links[route->first + i]].id;
    return HV_OK;
}

/* People without a vehicle go where their zone goes, in proportion. */
static int64_t without_vehicle(const struct outcome_telling *telling, uint32_t in_zone,
                               int64_t people) {
    const struct instance_zone *zone = &telling->picture->zones[in_zone];
    int64_t all = zone->people[INSTANCE_GENERAL] + zone->people[INSTANCE_WHEELCHAIR] +
                  zone->people[INSTANCE_MEDICAL];
    return all == 0 ? 0 : (people * zone->without_vehicle + all / 2) / all;
}

static int64_t all_of(const int64_t people[INSTANCE_CLASSES]) {
    int64_t all = 0;
    for (int class = 0; class < INSTANCE_CLASSES; class ++)
        all += people[class];
    return all;
}

/* A move of these people, the `index`-th, without times; NULL: of nobody, none is made. Whom no bus
 * fetches stays, and is told among who is left over. */
static struct hv_plan_move *add_move(const struct outcome_telling *telling, size_t index,
                                     uint32_t zone, uint32_t shelter,
                                     const int64_t all_people[INSTANCE_CLASSES]) {
    const struct plan_buses *buses = telling->plan->buses;
    int64_t people[INSTANCE_CLASSES];
    for (int class = 0; class < INSTANCE_CLASSES; class ++)
        people[class] =
            all_people[class] -
            (buses == NULL ? 0 : buses->stays[index * INSTANCE_CLASSES + (size_t) class]);
    const int64_t all = all_of(people);
    const int64_t without =
        buses == NULL ? without_vehicle(telling, zone, all) : buses->without[index];
    if (all == 0)
        return NULL;
    struct hv_plan_move *move = &telling->out->moves[telling->out->move_count++];
    *move = (struct hv_plan_move){.zone = telling->region->zones[zone].id,
                                  .shelter = telling->region->shelters[shelter].id,
                                  .people = (uint32_t)all,
                                  .wheelchair = (uint32_t)people[INSTANCE_WHEELCHAIR],
                                  .medical = (uint32_t)people[INSTANCE_MEDICAL],
                                  .without_vehicle = (uint32_t)without};
    move->changed = telling->in_force != NULL && !moved_before(telling->in_force, move);
    return move;
}

/* The mean rate over the window; whole people, upwards. */
static uint32_t rate_of(int64_t people, int64_t window_ms) {
    const int64_t ms_per_hour = INT64_C(3600) * OUTCOME_MS_PER_S;
    const int64_t rate = window_ms > 0 ? (people * ms_per_hour + window_ms - 1) / window_ms : 0;
    return rate < HV_PEOPLE_MAX ? (uint32_t)rate : HV_PEOPLE_MAX;
}

static int tell_streams(const struct outcome_telling *telling, const struct plan_timetable *times) {
    for (size_t i = 0; i < times->stream_count; i++) {
        const struct plan_stream *stream = &times->streams[i];
        struct hv_plan_move *move =
            add_move(telling, i, stream->zone, stream->shelter, stream->people);
        if (move == NULL)
            continue;
        move->travel_s = outcome_seconds(stream->arrives_ms - stream->departs_ms);
        move->departs_s = outcome_seconds(stream->departs_ms);
        move->departed_s = outcome_seconds(stream->departed_ms);
        move->arrives_s = outcome_seconds(stream->arrives_ms);
        move->arrived_s = outcome_seconds(stream->arrived_ms);
        if (stream->arrives_ms > stream->departs_ms) /* no road limits who stays on the spot */
            move->people_per_hour = rate_of(move->people, stream->departed_ms - stream->departs_ms);
        if (tell_route(telling, &stream->route, times->links, move) != HV_OK)
            return HV_ERR_MEMORY;
    }
    return HV_OK;
}

int outcome_moves(const struct outcome_telling *telling) {
    const struct plan *plan = telling->plan;
    struct hv_plan *out = telling->out;
    const size_t most =
        plan->timetable == NULL ? plan->assignment_count : plan->timetable->stream_count;
    out->moves = hv_arena_take(telling->arena, most + 1, sizeof *out->moves);
    if (out->moves == NULL)
        return HV_ERR_MEMORY;
    if (plan->timetable != NULL)
        return tell_streams(telling, plan->timetable);
    for (size_t i = 0; i < plan->assignment_count; i++) {
        const struct plan_assignment *assignment = &plan->assignments[i];
        struct hv_plan_move *move =
            add_move(telling, i, assignment->zone, assignment->shelter, assignment->people);
        if (move == NULL)
            continue;
        move->travel_s = outcome_seconds(assignment->travel_ms);
        if (tell_route(telling, &assignment->route, plan->links, move) != HV_OK)
            return HV_ERR_MEMORY;
    }
    return HV_OK;
}

/* ---- who is on the way ---- */

static uint32_t people_of(int64_t people) {
    return people < HV_PEOPLE_MAX ? (uint32_t)people : HV_PEOPLE_MAX;
}

int outcome_ways(const struct outcome_telling *telling) {
    const struct picture *picture = telling->picture;
    struct hv_plan *out = telling->out;
    out->ways = hv_arena_take(telling->arena, picture->way_count + 1, sizeof *out->ways);
    if (out->ways == NULL)
        return HV_ERR_MEMORY;
    for (size_t i = 0; i < picture->way_count && i < HV_PLAN_LINES_MAX; i++) {
        const struct picture_way *way = &picture->ways[i];
        out->ways[out->way_count++] =
            (struct hv_plan_way){.zone = telling->region->zones[way->zone].id,
                                 .shelter = telling->region->shelters[way->shelter].id,
                                 .people = people_of(way->people[STATE_ALL]),
                                 .wheelchair = people_of(way->people[STATE_WHEELCHAIR]),
                                 .medical = people_of(way->people[STATE_MEDICAL]),
                                 .overdue = people_of(way->overdue),
                                 .turned_away = people_of(way->turned_away),
                                 .arrives_s = outcome_seconds(way->arrives_ms),
                                 .arrived_s = outcome_seconds(way->arrived_ms)};
    }
    return HV_OK;
}

/* ---- what changes against the plan in force, and why ---- */

static int64_t sent_there(const struct plan *plan, uint32_t zone, uint32_t shelter) {
    int64_t people = 0;
    for (size_t i = 0; i < plan->assignment_count; i++)
        if (plan->assignments[i].zone == zone && plan->assignments[i].shelter == shelter)
            people += all_of(plan->assignments[i].people);
    return people;
}

static bool says(const struct plan *plan, enum plan_reason_code code, uint32_t zone,
                 uint32_t shelter) {
    for (size_t i = 0; i < plan->reason_count; i++)
        if (plan->reasons[i].code == code && plan->reasons[i].zone == zone &&
            (shelter == PLAN_NONE || plan->reasons[i].shelter == shelter))
            return true;
    return false;
}

static bool road_is_closed(const struct outcome_telling *telling, const struct hv_plan_move *move) {
    for (size_t i = 0; i < move->link_count; i++) {
        const uint32_t link = region_find_link(telling->region, move->links[i]);
        if (link != REGION_NONE && network_link_at(telling->picture->network, link)->closed)
            return true;
    }
    return false;
}

static bool is_filled(const struct outcome_telling *telling, uint32_t shelter) {
    int64_t people = 0;
    for (size_t i = 0; i < telling->plan->assignment_count; i++)
        if (telling->plan->assignments[i].shelter == shelter)
            people += all_of(telling->plan->assignments[i].people);
    return people >= telling->picture->shelters[shelter].capacity;
}

/* Why fewer of a zone go to a shelter than the plan in force says. */
static enum hv_plan_reason why_fewer(const struct outcome_telling *telling,
                                     const struct hv_plan_move *move, uint32_t zone,
                                     uint32_t shelter) {
    const struct instance_shelter *there = &telling->picture->shelters[shelter];
    if (!there->usable)
        return HV_PLAN_NOT_USABLE;
    if (!there->withstands)
        return HV_PLAN_HAZARD;
    if (says(telling->plan, REASON_EXCLUSION_COSTS, zone, shelter))
        return HV_PLAN_EXCLUDED;
    if (says(telling->plan, REASON_PINNED, zone, PLAN_NONE))
        return HV_PLAN_PINNED;
    if (road_is_closed(telling, move))
        return HV_PLAN_NO_ROUTE;
    if (telling->picture->stale[shelter])
        return HV_PLAN_STALE;
    return is_filled(telling, shelter) ? HV_PLAN_NO_PLACES : HV_PLAN_CHANGED;
}

static void add_change(const struct outcome_telling *telling, struct hv_plan_change change) {
    if (telling->out->change_count < HV_PLAN_LINES_MAX)
        telling->out->changes[telling->out->change_count++] = change;
}

/* The pairs of the plan in force that lose people. Its moves count as far as people of the zone are
 * left, as they do in session_task_in_force: who has arrived or is on the way is no change. */
static void tell_losses(const struct outcome_telling *telling, int64_t *left) {
    const struct hv_plan *before = telling->in_force;
    for (size_t i = 0; i < before->move_count; i++) {
        const struct hv_plan_move *move = &before->moves[i];
        const uint32_t zone = region_find_zone(telling->region, move->zone);
        const uint32_t shelter = region_find_shelter(telling->region, move->shelter);
        if (zone == REGION_NONE || shelter == REGION_NONE)
            continue;
        int64_t was = session_rest_of(before, i, telling->state, telling->picture).people;
        for (; i + 1 < before->move_count && strcmp(before->moves[i + 1].zone, move->zone) == 0 &&
               strcmp(before->moves[i + 1].shelter, move->shelter) == 0;
             i++)
            was += session_rest_of(before, i + 1, telling->state, telling->picture).people;
        was = was < left[zone] ? was : left[zone];
        left[zone] -= was;
        const int64_t is = sent_there(telling->plan, zone, shelter);
        if (is < was)
            add_change(telling,
                       (struct hv_plan_change){.zone = move->zone,
                                               .shelter = move->shelter,
                                               .before = (uint32_t)was,
                                               .after = (uint32_t)is,
                                               .reason = why_fewer(telling, move, zone, shelter)});
    }
}

/* The pairs that the plan in force does not have. */
static void tell_gains(const struct outcome_telling *telling) {
    const struct plan *plan = telling->plan;
    for (size_t i = 0; i < plan->assignment_count; i++) {
        const struct plan_assignment *one = &plan->assignments[i];
        const struct hv_plan_move like = {.zone = telling->region->zones[one->zone].id,
                                          .shelter = telling->region->shelters[one->shelter].id};
        if (all_of(one->people) == 0 || moved_before(telling->in_force, &like))
            continue;
        add_change(telling, (struct hv_plan_change){
                                .zone = like.zone,
                                .shelter = like.shelter,
                                .after = (uint32_t)all_of(one->people),
                                .reason = says(plan, REASON_PINNED, one->zone, one->shelter)
                                              ? HV_PLAN_PINNED
                                              : HV_PLAN_CHANGED});
    }
}

static void tell_kept(const struct outcome_telling *telling) {
    for (size_t i = 0; i < telling->plan->reason_count; i++) {
        const struct plan_reason *reason = &telling->plan->reasons[i];
        if (reason->code != REASON_KEPT_FOR_STABILITY)
            continue;
        add_change(telling,
                   (struct hv_plan_change){.zone = telling->region->zones[reason->zone].id,
                                           .shelter = telling->region->shelters[reason->shelter].id,
                                           .before = (uint32_t)reason->amount,
                                           .after = (uint32_t)reason->amount,
                                           .reason = HV_PLAN_KEPT,
                                           .loses_s = outcome_seconds(reason->cost_ms)});
    }
}

int outcome_changes(const struct outcome_telling *telling) {
    const struct plan *plan = telling->plan;
    const struct instance *instance = &telling->picture->instance;
    if (telling->in_force == NULL)
        return HV_OK;
    const size_t most = telling->in_force->move_count + plan->assignment_count + plan->reason_count;
    int64_t *left = hv_arena_take(telling->arena, instance->zone_count + 1u, sizeof *left);
    telling->out->changes = hv_arena_take(telling->arena, most + 1, sizeof *telling->out->changes);
    if (left == NULL || telling->out->changes == NULL)
        return HV_ERR_MEMORY;
    for (uint32_t z = 0; z < instance->zone_count; z++)
        left[z] = all_of(instance->zones[z].people);
    tell_losses(telling, left);
    tell_gains(telling);
    tell_kept(telling);
    return HV_OK;
}

/* ---- who is left over, and why ---- */

static bool about(uint32_t said, uint32_t wanted) {
    return said == PLAN_NONE || said == wanted;
}

static const struct plan_reason *why_people(const struct plan *plan,
                                            const struct plan_unserved *left) {
    for (size_t i = 0; i < plan->reason_count; i++) {
        const struct plan_reason *reason = &plan->reasons[i];
        bool fits =
            reason->code == REASON_ZONE_UNREACHABLE || reason->code == REASON_ZONE_EXCLUDED ||
            reason->code == REASON_NO_PLACE_FOR_CLASS || reason->code == REASON_CAPACITY_EXHAUSTED;
        if (fits && reason->zone == left->zone && about(reason->class, (uint32_t)left->class))
            return reason;
    }
    return NULL;
}

const char *outcome_class_word(enum instance_class class) {
    static const char *const words[INSTANCE_CLASSES] = {"general", "wheelchair", "medical"};
    return words[class];
}

/* The class of people, and the shelters that form the cut, as far as they fit. */
static const char *parameter_of(const struct outcome_telling *telling, enum instance_class class,
                                const struct plan_reason *reason) {
    char text[OUTCOME_PARAMETER_BYTES];
    int used = snprintf(text, sizeof text, "%s", outcome_class_word(class));
    for (uint32_t i = 0; reason != NULL && i < reason->member_count; i++) {
        const char *id =
            telling->region->shelters[telling->plan->members[reason->first_member + i]].id;
        if ((size_t)used + strlen(id) + 8 > sizeof text) {
            snprintf(text + used, sizeof text - (size_t)used, " …");
            break;
        }
        used += snprintf(text + used, sizeof text - (size_t)used, " %s", id);
    }
    return hv_arena_text(telling->arena, text);
}

/* Who has a place and cannot be there in time, by class. */
static int tell_late(const struct outcome_telling *telling) {
    static const enum hv_plan_reason reasons[PLAN_LATE_REASONS] = {
        HV_PLAN_ROADS_FULL, HV_PLAN_TOO_FAR, HV_PLAN_ROADS_FULL};
    const struct plan_timetable *times = telling->plan->timetable;
    for (size_t i = 0; times != NULL && i < times->late_count; i++)
        for (int class = 0; class < INSTANCE_CLASSES; class ++) {
            const struct plan_late *late = &times->late[i];
            if (late->people[class] == 0)
                continue;
            const char *parameter = parameter_of(telling, (enum instance_class) class, NULL);
            if (parameter == NULL)
                return HV_ERR_MEMORY;
            telling->out->late_people += (uint64_t)late->people[class];
            telling->out->left[telling->out->left_count++] =
                (struct hv_plan_left){.zone = telling->region->zones[late->zone].id,
                                      .shelter = telling->region->shelters[late->shelter].id,
                                      .item = "",
                                      .amount = (uint64_t)late->people[class],
                                      .reason = reasons[late->reason],
                                      .parameter = parameter};
        }
    return HV_OK;
}

static int tell_unserved(const struct outcome_telling *telling) {
    const struct plan *plan = telling->plan;
    struct hv_plan *out = telling->out;
    for (size_t i = 0; i < plan->unserved_count; i++) {
        const struct plan_unserved *one = &plan->unserved[i];
        const struct plan_reason *why = why_people(plan, one);
        const char *parameter = parameter_of(telling, one->class, why);
        if (parameter == NULL)
            return HV_ERR_MEMORY;
        out->left[out->left_count++] =
            (struct hv_plan_left){.zone = telling->region->zones[one->zone].id,
                                  .shelter = "",
                                  .item = "",
                                  .amount = (uint64_t)one->people,
                                  .reason = plan->status == PLAN_STOPPED ? HV_PLAN_WORK_LIMIT
                                            : why == NULL                ? HV_PLAN_NO_PLACES
                                                          : outcome_reason(why->code),
                                  .parameter = parameter};
    }
    return HV_OK;
}

int outcome_left_people(const struct outcome_telling *telling) {
    const int error = tell_late(telling);
    return error == HV_OK ? tell_unserved(telling) : error;
}

/* ---- which roads run the other way ---- */

int outcome_reversals(const struct outcome_telling *telling) {
    const struct plan *plan = telling->plan;
    struct hv_plan *out = telling->out;
    out->reversals =
        hv_arena_take(telling->arena, plan->reversal_count + 1, sizeof *out->reversals);
    if (out->reversals == NULL)
        return HV_ERR_MEMORY;
    for (size_t i = 0; i < plan->reversal_count && i < HV_PLAN_LINES_MAX; i++) {
        const uint32_t link = plan->reversals[i];
        out->reversals[out->reversal_count++] = (struct hv_plan_reversal){
            .link = telling->region->links[link].id,
            .gives_to = telling->region->links[telling->picture->opposite[link]].id};
    }
    out->contraflow_people = plan->contraflow_people;
    out->contraflow_person_seconds = plan->contraflow_gain_ms / OUTCOME_MS_PER_S;
    return HV_OK;
}
