/* Departures of one zone over given ways: zone_plan_state_fill. */
#include "coordinator/optimizer/zone_plan_fill_inside.h"

#include <stdlib.h>
#include <string.h>

/* ---- one departure --------------------------------------------------------------------------- */

/* Takes room on the links where two shares meet, and from the column of the other one; or gives it
 * back, after which all of it has to be given back before anybody looks. */
static void take_where_ways_meet(struct zone_plan_filling *filling, int32_t k, int32_t step,
                                 int64_t people, int32_t times) {
    struct zone_plan_roads *roads = &filling->state->roads;
    const int64_t load =
        times * zone_plan_parties(filling->group, people) * zone_plan_use(filling->group);
    for (int32_t m = 0; m < filling->meeting_count; m++) {
        const struct zone_plan_meeting *meeting = &filling->meetings[m];
        const int32_t enters = step + meeting->offsets[k];
        const int32_t other = enters - meeting->offsets[1 - k];
        zone_plan_roads_take(roads, meeting->link, enters, load);
        if (other < 0 || other >= roads->steps)
            continue;
        int32_t *column = &filling->narrowed[1 - k][other];
        const int64_t room =
            zone_plan_fit(filling->group, roads->roads[meeting->link].room[enters]);
        if (times < 0)
            *column = filling->columns[1 - k][other];
        else if (room < *column)
            *column = (int32_t)room;
    }
}

void zone_plan_filling_take(struct zone_plan_filling *filling, int32_t k, int32_t step,
                            int64_t people, int32_t times) {
    const struct zone_plan_way *way = filling->going->shares[k].way;
    if (filling->shared && filling->columns[k] == NULL) {
        zone_plan_state_move(filling->state, way, step, people, times);
    } else {
        if (filling->meeting_count > 0)
            take_where_ways_meet(filling, k, step, people, times);
        zone_plan_state_move_places(filling->state, way, people, times);
    }
    if (filling->waits)
        zone_plan_state_leave(filling->state, way->zone, step, people, times);
}

static int64_t room_of(const struct zone_plan_filling *filling, int32_t k, int32_t step) {
    if (filling->columns[k] == NULL)
        return zone_plan_state_room(filling->state, filling->going->shares[k].way, step);
    return filling->meeting_count > 0 ? filling->narrowed[k][step] : filling->columns[k][step];
}

/* Of so many people those in whole parties; everybody who is left is the last party, which is ready
 * last. */
static int64_t whole_parties(const struct zone_plan_filling *filling, int32_t step,
                             int64_t people) {
    const int64_t party = zone_plan_party(filling->group);
    const bool all = people >= filling->left && step >= filling->all_ready;
    people = people < filling->left ? people : filling->left;
    return all ? people : people - people % party;
}

/* Lets as many as possible depart on share k at a step. */
static int depart(struct zone_plan_filling *filling, int32_t k, int32_t step, int64_t most) {
    struct zone_plan_share *share = &filling->going->shares[k];
    if (filling->columns[k] != NULL && room_of(filling, k, step) == 0)
        return HV_OK;
    int64_t places = zone_plan_state_places(filling->state, filling->zone, share->way->shelter);
    const int64_t ready = zone_plan_filling_ready(filling, step);
    most = most < places ? most : places;
    int64_t people = whole_parties(filling, step, most < ready ? most : ready);
    if (people <= 0)
        return HV_OK;
    int64_t room = room_of(filling, k, step);
    people = people < room ? people : room;
    if (people <= 0)
        return HV_OK;
    filling->left -= people;
    zone_plan_filling_take(filling, k, step, people, 1);
    return zone_plan_share_add(share, step, people);
}

/* Gives everything back that departures took. */
static void give_back(struct zone_plan_filling *filling) {
    for (int32_t k = 0; k < filling->going->count; k++) {
        const struct zone_plan_share *share = &filling->going->shares[k];
        for (size_t i = 0; i < share->count; i++)
            zone_plan_filling_take(filling, k, share->departures[i].step,
                                   share->departures[i].people, -1);
    }
}

void zone_plan_filling_start_again(struct zone_plan_filling *filling) {
    give_back(filling);
    for (int32_t k = 0; k < filling->going->count; k++) {
        filling->going->shares[k].count = 0;
        filling->going->shares[k].people = 0;
    }
    filling->left = zone_plan_state_people_to_go(filling->state, filling->zone);
}

struct zone_plan_window zone_plan_filling_window(const struct zone_plan_filling *filling) {
    struct zone_plan_window whole = {INT32_MAX, -1};
    for (int32_t k = 0; k < filling->going->count; k++) {
        struct zone_plan_window window = filling->windows[k];
        if (zone_plan_window_is_empty(window))
            continue;
        whole.first = window.first < whole.first ? window.first : whole.first;
        whole.last = window.last > whole.last ? window.last : whole.last;
    }
    return whole;
}

/* ---- any steps ------------------------------------------------------------------------------- */

/* In order of arrival. */
static int fill_free(struct zone_plan_filling *filling) {
    const struct zone_plan_going *going = filling->going;
    int32_t first = INT32_MAX, last = -1;
    for (int32_t k = 0; k < going->count; k++) {
        const int32_t travel = going->shares[k].way->travel_steps;
        if (zone_plan_window_is_empty(filling->windows[k]))
            continue;
        first =
            filling->windows[k].first + travel < first ? filling->windows[k].first + travel : first;
        last = filling->windows[k].last + travel > last ? filling->windows[k].last + travel : last;
    }
    int error = HV_OK;
    for (int32_t arrival = first; arrival <= last && filling->left > 0; arrival++)
        for (int32_t k = 0; k < going->count && error == HV_OK; k++) {
            int32_t step = arrival - going->shares[k].way->travel_steps;
            if (step >= filling->windows[k].first && step <= filling->windows[k].last)
                error = depart(filling, k, step, filling->state->way_max - going->shares[k].people);
        }
    return error;
}

/* ---- without a pause ------------------------------------------------------------------------- */

/* Whether the zone departs at every step from its first to its last. */
static bool is_unbroken(const struct zone_plan_going *going) {
    size_t next[ZONE_PLAN_ROUTES_MAX] = {0};
    int32_t step = -1;
    for (;;) {
        int32_t soonest = INT32_MAX;
        for (int32_t k = 0; k < going->count; k++)
            if (next[k] < going->shares[k].count &&
                going->shares[k].departures[next[k]].step < soonest)
                soonest = going->shares[k].departures[next[k]].step;
        if (soonest == INT32_MAX)
            return true;
        if (step >= 0 && soonest != step + 1)
            return false;
        step = soonest;
        for (int32_t k = 0; k < going->count; k++)
            if (next[k] < going->shares[k].count &&
                going->shares[k].departures[next[k]].step == step)
                next[k]++;
    }
}

/* How many should leave at a step of a run: those who are ready, but for one party for each step
 * until more are, so that the run goes on. */
static int64_t of_run(const struct zone_plan_filling *filling, int32_t step) {
    const int64_t ready = zone_plan_filling_ready(filling, step);
    if (ready >= filling->left)
        return filling->left;
    const int32_t next = zone_plan_state_next_ready(filling->state, filling->zone, step);
    const int64_t party = zone_plan_party(filling->group);
    const int64_t kept = ((int64_t)next - step - 1) * party;
    return ready - kept > party ? ready - kept : party;
}

/* Departs from the first step with room at `start` or later until there is none. Returns the step
 * after the last or an error. Quicker ways come first in the going. */
static int64_t fill_run(struct zone_plan_filling *filling, int32_t start, int32_t last) {
    bool begun = false;
    int32_t step = start;
    for (; step <= last && filling->left > 0; step++) {
        const int64_t before = filling->left, most = of_run(filling, step);
        for (int32_t k = 0; k < filling->going->count; k++) {
            if (step < filling->windows[k].first || step > filling->windows[k].last)
                continue;
            int error = depart(filling, k, step, most - (before - filling->left));
            if (error != HV_OK)
                return error;
        }
        if (filling->left == before && begun)
            break;
        begun = begun || filling->left < before;
    }
    return (int64_t)step + 1;
}

/* The run of steps that serves best. Within a run starting at its first step is as good as any,
 * unless more get ready meanwhile. */
static int fill_unbroken(struct zone_plan_filling *filling) {
    const struct zone_plan_window whole = zone_plan_filling_window(filling);
    const struct zone_plan_problem *problem = filling->state->problem;
    int64_t best_unserved = INT64_MAX, best_cost = 0;
    int32_t best_start = -1, from = -1;
    for (int64_t start = whole.first; start <= whole.last;) {
        zone_plan_filling_start_again(filling);
        from = (int32_t)start;
        const int32_t rises = zone_plan_state_next_ready(filling->state, filling->zone, from);
        start = fill_run(filling, from, whole.last);
        if (start < 0)
            return (int)start;
        start = rises < start ? rises : start;
        zone_plan_going_count(problem, filling->zone, filling->going);
        if (zone_plan_compare(filling->going->unserved, filling->going->cost, best_unserved,
                              best_cost) < 0) {
            best_unserved = filling->going->unserved;
            best_cost = filling->going->cost;
            best_start = from;
        }
        if (filling->left == 0)
            break; /* all later runs arrive later */
    }
    if (best_start >= 0 && best_start == from)
        return HV_OK; /* the last run, which is there */
    zone_plan_filling_start_again(filling);
    if (best_start < 0)
        return HV_OK;
    int64_t end = fill_run(filling, best_start, whole.last);
    return end < 0 ? (int)end : HV_OK;
}

/* ---- all ------------------------------------------------------------------------------------- */

/* Whether ways can be used together, and with the plan, without a fork. */
static bool is_convergent(const struct zone_plan_state *state,
                          const struct zone_plan_going *going) {
    const struct evacuation_link *links = state->problem->instance->links;
    for (int32_t a = 0; a < going->count; a++) {
        const struct zone_plan_way *way = going->shares[a].way;
        for (int32_t i = 0; i < way->count; i++) {
            int32_t node = links[way->links[i]].from;
            if (state->out_link[node] >= 0 && state->out_link[node] != way->links[i])
                return false;
            for (int32_t b = a + 1; b < going->count; b++)
                for (int32_t j = 0; j < going->shares[b].way->count; j++) {
                    int32_t other = going->shares[b].way->links[j];
                    if (links[other].from == node && other != way->links[i])
                        return false;
                }
        }
    }
    return true;
}

/* Takes shares of nobody out. */
static void drop_empty(struct zone_plan_going *going) {
    int32_t kept = 0;
    for (int32_t k = 0; k < going->count; k++) {
        if (going->shares[k].people == 0)
            continue;
        if (kept != k) {
            struct zone_plan_share swap = going->shares[kept];
            going->shares[kept] = going->shares[k];
            going->shares[k] = swap;
        }
        kept++;
    }
    going->count = kept;
}

/* Sets the shares, and their columns where there are any, quickest ways first. */
static void sort_ways(struct zone_plan_filling *filling, const struct zone_plan_way *const *ways,
                      const int32_t *const *columns, int32_t count) {
    struct zone_plan_going *going = filling->going;
    for (int32_t k = 0; k < count; k++) {
        int32_t at = k;
        for (; at > 0 && going->shares[at - 1].way->travel_steps > ways[k]->travel_steps; at--) {
            going->shares[at].way = going->shares[at - 1].way;
            filling->columns[at] = filling->columns[at - 1];
        }
        going->shares[at].way = ways[k];
        filling->columns[at] = columns == NULL ? NULL : columns[k];
    }
    going->count = count;
}

/* Where two shares meet. False: at too many links to keep them all. */
static bool find_meetings(struct zone_plan_filling *filling) {
    const struct zone_plan_way *a = filling->going->shares[0].way,
                               *b = filling->going->shares[1].way;
    for (int32_t i = 0; i < a->count; i++)
        for (int32_t j = 0; j < b->count; j++) {
            if (a->links[i] != b->links[j])
                continue;
            if (filling->meeting_count == ZONE_PLAN_MEETINGS_MAX)
                return false;
            filling->meetings[filling->meeting_count++] =
                (struct zone_plan_meeting){a->links[i], {a->offsets[i], b->offsets[j]}};
        }
    return true;
}

/* Columns do for one way, and for two that know where they meet; for others links are looked at. */
static int prepare_columns(struct zone_plan_filling *filling) {
    const size_t steps = (size_t)filling->state->roads.steps;
    const int32_t count = filling->going->count;
    if (filling->columns[0] == NULL || count == 1)
        return HV_OK;
    if (count > 2 || !find_meetings(filling)) {
        filling->meeting_count = 0;
        memset(filling->columns, 0, sizeof filling->columns);
        return HV_OK;
    }
    if (filling->meeting_count == 0)
        return HV_OK;
    int error = zone_plan_state_scratch(filling->state, 2 * steps);
    for (size_t k = 0; error == HV_OK && k < 2; k++) {
        filling->narrowed[k] = filling->state->room + k * steps;
        memcpy(filling->narrowed[k], filling->columns[k], steps * sizeof *filling->narrowed[k]);
    }
    return error;
}

/* Memory for the links from which room is going to be taken. */
static int open_links(struct zone_plan_filling *filling) {
    struct zone_plan_roads *roads = &filling->state->roads;
    int error = HV_OK;
    for (int32_t m = 0; error == HV_OK && m < filling->meeting_count; m++)
        error = zone_plan_roads_open(roads, filling->meetings[m].link);
    if (!filling->shared || filling->columns[0] != NULL)
        return error;
    for (int32_t k = 0; k < filling->going->count; k++) {
        const struct zone_plan_way *way = filling->going->shares[k].way;
        for (int32_t i = 0; error == HV_OK && i < way->count; i++)
            error = zone_plan_roads_open(roads, way->links[i]);
    }
    return error;
}

static int set_ways(struct zone_plan_filling *filling, const struct zone_plan_way *const *ways,
                    const int32_t *const *columns, int32_t count) {
    sort_ways(filling, ways, columns, count);
    for (int32_t k = 0; k < count; k++)
        filling->windows[k] = zone_plan_state_window(filling->state, filling->going->shares[k].way);
    int error = prepare_columns(filling);
    return error == HV_OK ? open_links(filling) : error;
}

static int fill(struct zone_plan_filling *filling) {
    const struct zone_plan_problem *problem = filling->state->problem;
    if (problem->convergent && !is_convergent(filling->state, filling->going))
        return HV_OK;
    if (problem->departures == ZONE_PLAN_STEADY)
        return zone_plan_filling_steady(filling);
    int error = HV_OK;
    if (problem->departures == ZONE_PLAN_FREE || filling->shared)
        error = fill_free(filling);
    if (error != HV_OK || problem->departures == ZONE_PLAN_FREE ||
        (filling->shared && is_unbroken(filling->going)))
        return error;
    zone_plan_filling_start_again(filling);
    return fill_unbroken(filling);
}

int zone_plan_state_fill_columns(struct zone_plan_state *state, int32_t zone,
                                 const struct zone_plan_way *const *ways,
                                 const int32_t *const *columns, int32_t count,
                                 struct zone_plan_going *going) {
    struct zone_plan_filling filling = {
        .state = state,
        .zone = zone,
        .group = zone_plan_group_of(state->problem, zone),
        .going = going,
        .left = zone_plan_state_people_to_go(state, zone),
        .all_ready = zone_plan_state_all_ready(state, zone),
        .waits = state->problem->readiness != NULL && state->problem->readiness[zone].count > 0,
        .shared = count > 1,
    };
    zone_plan_going_clear(state->problem, zone, going);
    int error = set_ways(&filling, ways, columns, count);
    if (error == HV_OK)
        error = fill(&filling);
    give_back(&filling);
    drop_empty(going);
    zone_plan_going_count(state->problem, zone, going);
    return error;
}

int zone_plan_state_fill(struct zone_plan_state *state, int32_t zone,
                         const struct zone_plan_way *const *ways, int32_t count,
                         struct zone_plan_going *going) {
    return zone_plan_state_fill_columns(state, zone, ways, NULL, count, going);
}
