/* Departures of one zone over given ways: zone_plan_state_fill. */
#include "coordinator/optimizer/zone_plan_state.h"

#include <stdlib.h>
#include <string.h>

enum { MEETINGS_MAX = 64 };

/* A link that two shares use, and how long after departure each enters it. */
struct meeting {
    int32_t link, offsets[2];
};

struct filling {
    struct zone_plan_state *state;
    int32_t zone;
    const struct zone_plan_group *group; /* of the zone */
    struct zone_plan_going *going;
    struct zone_plan_window windows[ZONE_PLAN_ROUTES_MAX]; /* of departure, by share */
    int64_t left;                                          /* people without a departure */
    int32_t all_ready;                                     /* step at which everybody is ready */
    bool waits;                                            /* for people to get ready */
    bool shared; /* several ways: what one takes the others miss at once */

    /* Where the room of each share is known by step of departure; NULL: it is looked up on the
     * links, of which those that both of two shares use are kept up to date. */
    const int32_t *columns[ZONE_PLAN_ROUTES_MAX];
    struct meeting meetings[MEETINGS_MAX];
    int32_t meeting_count;
    int32_t *narrowed[2]; /* the columns less what the other share took; NULL: they do not meet */
};

/* Room for so many figures, whatever they were. */
static int take_scratch(struct zone_plan_state *state, size_t wanted) {
    if (state->room_count >= wanted)
        return HV_OK;
    int32_t *room = realloc(state->room, wanted * sizeof *room);
    if (room == NULL)
        return HV_ERR_MEMORY;
    state->room = room;
    state->room_count = wanted;
    return HV_OK;
}

/* ---- one departure --------------------------------------------------------------------------- */

/* Takes room on the links where two shares meet, and from the column of the other one; or gives it
 * back, after which all of it has to be given back before anybody looks. */
static void take_where_ways_meet(struct filling *filling, int32_t k, int32_t step, int64_t people,
                                 int32_t times) {
    struct zone_plan_roads *roads = &filling->state->roads;
    const int64_t load =
        times * zone_plan_parties(filling->group, people) * zone_plan_use(filling->group);
    for (int32_t m = 0; m < filling->meeting_count; m++) {
        const struct meeting *meeting = &filling->meetings[m];
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

/* Takes places, and room where other ways of the zone need to know; or gives them back. */
static void take(struct filling *filling, int32_t k, int32_t step, int64_t people, int32_t times) {
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

static int64_t room_of(const struct filling *filling, int32_t k, int32_t step) {
    if (filling->columns[k] == NULL)
        return zone_plan_state_room(filling->state, filling->going->shares[k].way, step);
    return filling->meeting_count > 0 ? filling->narrowed[k][step] : filling->columns[k][step];
}

/* As zone_plan_state_ready; most zones have nothing to wait for. */
static int64_t ready_at(const struct filling *filling, int32_t step) {
    return filling->waits ? zone_plan_state_ready(filling->state, filling->zone, step) : INT64_MAX;
}

/* Of so many people those in whole parties; everybody who is left is the last party, which is ready
 * last. */
static int64_t whole_parties(const struct filling *filling, int32_t step, int64_t people) {
    const int64_t party = zone_plan_party(filling->group);
    const bool all = people >= filling->left && step >= filling->all_ready;
    people = people < filling->left ? people : filling->left;
    return all ? people : people - people % party;
}

/* Lets as many as possible depart on share k at a step. */
static int depart(struct filling *filling, int32_t k, int32_t step, int64_t most) {
    struct zone_plan_share *share = &filling->going->shares[k];
    if (filling->columns[k] != NULL && room_of(filling, k, step) == 0)
        return HV_OK;
    int64_t places = zone_plan_state_places(filling->state, filling->zone, share->way->shelter);
    const int64_t ready = ready_at(filling, step);
    most = most < places ? most : places;
    int64_t people = whole_parties(filling, step, most < ready ? most : ready);
    if (people <= 0)
        return HV_OK;
    int64_t room = room_of(filling, k, step);
    people = people < room ? people : room;
    if (people <= 0)
        return HV_OK;
    filling->left -= people;
    take(filling, k, step, people, 1);
    return zone_plan_share_add(share, step, people);
}

/* Gives everything back that departures took. */
static void give_back(struct filling *filling) {
    for (int32_t k = 0; k < filling->going->count; k++) {
        const struct zone_plan_share *share = &filling->going->shares[k];
        for (size_t i = 0; i < share->count; i++)
            take(filling, k, share->departures[i].step, share->departures[i].people, -1);
    }
}

static int64_t people_to_go(const struct zone_plan_state *state, int32_t zone) {
    const struct zone_plan_group *group = zone_plan_group_of(state->problem, zone);
    const int64_t people = state->problem->instance->zones[zone].people;
    if (people <= state->people_max)
        return people;
    const int64_t whole = zone_plan_parties(group, state->people_max) * zone_plan_party(group);
    return people < whole ? people : whole;
}

static void start_again(struct filling *filling) {
    give_back(filling);
    for (int32_t k = 0; k < filling->going->count; k++) {
        filling->going->shares[k].count = 0;
        filling->going->shares[k].people = 0;
    }
    filling->left = people_to_go(filling->state, filling->zone);
}

static bool window_is_empty(struct zone_plan_window window) {
    return window.first > window.last;
}

/* Steps at which any way may be left on. */
static struct zone_plan_window whole_window(const struct filling *filling) {
    struct zone_plan_window whole = {INT32_MAX, -1};
    for (int32_t k = 0; k < filling->going->count; k++) {
        struct zone_plan_window window = filling->windows[k];
        if (window_is_empty(window))
            continue;
        whole.first = window.first < whole.first ? window.first : whole.first;
        whole.last = window.last > whole.last ? window.last : whole.last;
    }
    return whole;
}

/* ---- any steps ------------------------------------------------------------------------------- */

/* In order of arrival. */
static int fill_free(struct filling *filling) {
    const struct zone_plan_going *going = filling->going;
    int32_t first = INT32_MAX, last = -1;
    for (int32_t k = 0; k < going->count; k++) {
        const int32_t travel = going->shares[k].way->travel_steps;
        if (window_is_empty(filling->windows[k]))
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
static int64_t of_run(const struct filling *filling, int32_t step) {
    const int64_t ready = ready_at(filling, step);
    if (ready >= filling->left)
        return filling->left;
    const int32_t next = zone_plan_state_next_ready(filling->state, filling->zone, step);
    const int64_t party = zone_plan_party(filling->group);
    const int64_t kept = ((int64_t)next - step - 1) * party;
    return ready - kept > party ? ready - kept : party;
}

/* Departs from the first step with room at `start` or later until there is none. Returns the step
 * after the last or an error. Quicker ways come first in the going. */
static int64_t fill_run(struct filling *filling, int32_t start, int32_t last) {
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
static int fill_unbroken(struct filling *filling) {
    const struct zone_plan_window whole = whole_window(filling);
    const struct zone_plan_problem *problem = filling->state->problem;
    int64_t best_unserved = INT64_MAX, best_cost = 0;
    int32_t best_start = -1, from = -1;
    for (int64_t start = whole.first; start <= whole.last;) {
        start_again(filling);
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
    start_again(filling);
    if (best_start < 0)
        return HV_OK;
    int64_t end = fill_run(filling, best_start, whole.last);
    return end < 0 ? (int)end : HV_OK;
}

/* ---- at one rate ----------------------------------------------------------------------------- */

/* Room of every way at every step of the whole window, way by way. */
static int write_rooms(struct filling *filling, struct zone_plan_window whole) {
    const size_t steps = (size_t)whole.last - (size_t)whole.first + 1;
    struct zone_plan_state *state = filling->state;
    int error = take_scratch(state, steps * (size_t)filling->going->count);
    if (error != HV_OK)
        return error;
    for (int32_t k = 0; k < filling->going->count; k++) {
        const struct zone_plan_way *way = filling->going->shares[k].way;
        for (int32_t t = whole.first; t <= whole.last; t++) {
            bool open = t >= filling->windows[k].first && t <= filling->windows[k].last;
            state->room[(size_t)k * steps + (size_t)(t - whole.first)] =
                open ? (int32_t)zone_plan_state_room(state, way, t) : 0;
        }
    }
    return HV_OK;
}

/* From `start` on at a rate for each way that holds for `steps`. */
struct steady {
    int32_t start, steps;
    int64_t people; /* who leave */
    int64_t rates[ZONE_PLAN_ROUTES_MAX];
};

/* Lowers rates, those of the slowest ways first, until they add up to `most` at most. */
static void cap_rates(int64_t *rates, int32_t count, int64_t most) {
    for (int32_t k = 0; k < count; k++) {
        rates[k] = rates[k] < most ? rates[k] : most;
        most -= rates[k];
    }
}

/* The most who may leave at every step from `start` to `step`, by who is ready at this one. */
static int64_t rate_of_ready(const struct filling *filling, int32_t start, int32_t step) {
    const int64_t ready = ready_at(filling, step);
    const int64_t party = zone_plan_party(filling->group);
    if (ready >= filling->left)
        return INT64_MAX;
    const int64_t rate = ready / ((int64_t)step - start + 1);
    return rate - rate % party;
}

/* The shortest time from a start in which everybody leaves, else that in which most do. */
static struct steady hold_rates(const struct filling *filling, struct zone_plan_window whole,
                                int32_t start) {
    const size_t steps = (size_t)whole.last - (size_t)whole.first + 1;
    const int32_t count = filling->going->count;
    struct steady best = {.start = start};
    int64_t rates[ZONE_PLAN_ROUTES_MAX], left[ZONE_PLAN_ROUTES_MAX];
    for (int32_t k = 0; k < count; k++)
        rates[k] = EVACUATION_PEOPLE_MAX;
    for (int32_t t = start; t <= whole.last; t++) {
        int64_t all = 0, held = (int64_t)t - start + 1;
        for (int32_t k = 0; k < count; k++) {
            int32_t room = filling->state->room[(size_t)k * steps + (size_t)(t - whole.first)];
            int64_t places = zone_plan_state_places(filling->state, filling->zone,
                                                    filling->going->shares[k].way->shelter);
            rates[k] = room < rates[k] ? room : rates[k];
            left[k] = places;
        }
        cap_rates(rates, count, rate_of_ready(filling, start, t));
        for (int32_t k = 0; k < count; k++)
            all += rates[k] * held < left[k] ? rates[k] * held : left[k];
        filling->state->work += count;
        if (all == 0)
            break;
        all = all < filling->left ? all : filling->left;
        if (all <= best.people)
            continue;
        best.people = all;
        best.steps = (int32_t)held;
        for (int32_t k = 0; k < count; k++)
            best.rates[k] = rates[k];
        if (all == filling->left)
            break;
    }
    return best;
}

/* How many of those who could leave on a way do. The last party may be smaller and is ready last:
 * where the way is held long enough it takes it, in place of a whole one if need be. */
static int64_t share_of_steady(const struct filling *filling, const struct steady *steady,
                               int64_t rate, int64_t people) {
    const int64_t party = zone_plan_party(filling->group), odd = filling->left % party;
    const bool whole = people >= filling->left;
    people = whole ? filling->left : people;
    if (odd == 0 || rate <= 0 || steady->start >= filling->all_ready)
        return people;
    const bool ready = steady->start + (people + rate - 1) / rate - 1 >= filling->all_ready;
    if (whole)
        return ready ? people : people - odd;
    return ready && steady->people >= filling->left && people >= party ? people - party + odd
                                                                       : people;
}

/* Departures at the rates, on quicker ways first: slower ways take what is left. */
static int fill_steady_from(struct filling *filling, const struct steady *steady) {
    for (int32_t k = 0; k < filling->going->count; k++) {
        struct zone_plan_share *share = &filling->going->shares[k];
        int64_t places = zone_plan_state_places(filling->state, filling->zone, share->way->shelter);
        int64_t people = steady->rates[k] * steady->steps;
        people =
            share_of_steady(filling, steady, steady->rates[k], people < places ? people : places);
        if (people <= 0)
            continue;
        filling->left -= people;
        for (int32_t t = 0; people > 0; t++) {
            int64_t now = people < steady->rates[k] ? people : steady->rates[k];
            take(filling, k, steady->start + t, now, 1);
            int error = zone_plan_share_add(share, steady->start + t, now);
            if (error != HV_OK)
                return error;
            people -= now;
        }
    }
    return HV_OK;
}

/* Whether ways share a link, so that their rooms do not add up. */
static bool ways_meet(const struct zone_plan_going *going) {
    for (int32_t a = 0; a < going->count; a++)
        for (int32_t b = a + 1; b < going->count; b++)
            for (int32_t i = 0; i < going->shares[a].way->count; i++)
                for (int32_t j = 0; j < going->shares[b].way->count; j++)
                    if (going->shares[a].way->links[i] == going->shares[b].way->links[j])
                        return true;
    return false;
}

/* A start is worth a look only where room rises or more get ready: one step earlier is as good
 * elsewhere. */
static bool room_rises(const struct filling *filling, struct zone_plan_window whole, int32_t t) {
    const size_t steps = (size_t)whole.last - (size_t)whole.first + 1;
    if (t == whole.first || t <= filling->all_ready)
        return true;
    for (int32_t k = 0; k < filling->going->count; k++) {
        const int32_t *room = &filling->state->room[(size_t)k * steps + (size_t)(t - whole.first)];
        if (room[0] > room[-1])
            return true;
    }
    return false;
}

static int fill_steady(struct filling *filling) {
    const struct zone_plan_window whole = whole_window(filling);
    if (window_is_empty(whole) || filling->left == 0 ||
        (filling->going->count > 1 && ways_meet(filling->going)))
        return HV_OK;
    int error = write_rooms(filling, whole);
    if (error != HV_OK)
        return error;
    const int64_t all = filling->left;
    struct steady best = {0};
    int64_t best_cost = 0;
    for (int32_t t = whole.first; t <= whole.last; t++) {
        if (!room_rises(filling, whole, t))
            continue;
        start_again(filling);
        struct steady steady = hold_rates(filling, whole, t);
        if (steady.people == 0 || steady.people < best.people)
            continue;
        error = fill_steady_from(filling, &steady);
        if (error != HV_OK)
            return error;
        zone_plan_going_count(filling->state->problem, filling->zone, filling->going);
        if (steady.people > best.people || filling->going->cost < best_cost) {
            best = steady;
            best_cost = filling->going->cost;
        }
        if (best.people == all && best_cost <= all * (int64_t)t)
            break; /* whoever starts later arrives later */
    }
    start_again(filling);
    return best.people > 0 ? fill_steady_from(filling, &best) : HV_OK;
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
static void sort_ways(struct filling *filling, const struct zone_plan_way *const *ways,
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
static bool find_meetings(struct filling *filling) {
    const struct zone_plan_way *a = filling->going->shares[0].way,
                               *b = filling->going->shares[1].way;
    for (int32_t i = 0; i < a->count; i++)
        for (int32_t j = 0; j < b->count; j++) {
            if (a->links[i] != b->links[j])
                continue;
            if (filling->meeting_count == MEETINGS_MAX)
                return false;
            filling->meetings[filling->meeting_count++] =
                (struct meeting){a->links[i], {a->offsets[i], b->offsets[j]}};
        }
    return true;
}

/* Columns do for one way, and for two that know where they meet; for others links are looked at. */
static int prepare_columns(struct filling *filling) {
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
    int error = take_scratch(filling->state, 2 * steps);
    for (size_t k = 0; error == HV_OK && k < 2; k++) {
        filling->narrowed[k] = filling->state->room + k * steps;
        memcpy(filling->narrowed[k], filling->columns[k], steps * sizeof *filling->narrowed[k]);
    }
    return error;
}

/* Memory for the links from which room is going to be taken. */
static int open_links(struct filling *filling) {
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

static int set_ways(struct filling *filling, const struct zone_plan_way *const *ways,
                    const int32_t *const *columns, int32_t count) {
    sort_ways(filling, ways, columns, count);
    for (int32_t k = 0; k < count; k++)
        filling->windows[k] = zone_plan_state_window(filling->state, filling->going->shares[k].way);
    int error = prepare_columns(filling);
    return error == HV_OK ? open_links(filling) : error;
}

static int fill(struct filling *filling) {
    const struct zone_plan_problem *problem = filling->state->problem;
    if (problem->convergent && !is_convergent(filling->state, filling->going))
        return HV_OK;
    if (problem->departures == ZONE_PLAN_STEADY)
        return fill_steady(filling);
    int error = HV_OK;
    if (problem->departures == ZONE_PLAN_FREE || filling->shared)
        error = fill_free(filling);
    if (error != HV_OK || problem->departures == ZONE_PLAN_FREE ||
        (filling->shared && is_unbroken(filling->going)))
        return error;
    start_again(filling);
    return fill_unbroken(filling);
}

int zone_plan_state_fill_columns(struct zone_plan_state *state, int32_t zone,
                                 const struct zone_plan_way *const *ways,
                                 const int32_t *const *columns, int32_t count,
                                 struct zone_plan_going *going) {
    struct filling filling = {
        .state = state,
        .zone = zone,
        .group = zone_plan_group_of(state->problem, zone),
        .going = going,
        .left = people_to_go(state, zone),
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

/* ---- at best --------------------------------------------------------------------------------- */

#define WORK_SHARE 8 /* looks at a column that count as one at a link */

/* The lesser of each two; by eight at a time, as processors like it. */
static void take_least(int32_t *restrict column, const int32_t *restrict room, int32_t count) {
    int32_t t = 0;
    for (; t + 8 <= count; t += 8)
        for (int32_t i = 0; i < 8; i++)
            column[t + i] = column[t + i] < room[t + i] ? column[t + i] : room[t + i];
    for (; t < count; t++)
        column[t] = column[t] < room[t] ? column[t] : room[t];
}

/* Takes the room of a link from a column. */
static void narrow(const struct zone_plan_roads *roads, const struct zone_plan_way *way, int32_t i,
                   struct zone_plan_window window, int32_t *column) {
    const struct zone_plan_road *road = &roads->roads[way->links[i]];
    const int32_t enters = way->offsets[i];
    int32_t last = window.last;
    if (road->closes_at_step != EVACUATION_NEVER) {
        int32_t open = road->closes_at_step - way->offsets[i + 1]; /* off it in time */
        if (road->closes_at_step - 1 - enters < open)
            open = road->closes_at_step - 1 - enters;
        for (int32_t t = open < window.first ? window.first : open + 1; t <= last; t++)
            column[t] = 0;
        last = open < last ? open : last;
    }
    if (road->room == NULL) {
        for (int32_t t = window.first; t <= last; t++)
            column[t] = column[t] < road->untouched ? column[t] : road->untouched;
        return;
    }
    take_least(column + window.first, road->room + enters + window.first, last - window.first + 1);
}

void zone_plan_state_rooms(struct zone_plan_state *state, const struct zone_plan_way *way,
                           int32_t *column) {
    const struct zone_plan_window window = zone_plan_state_window(state, way);
    const struct zone_plan_group *group = zone_plan_group_of(state->problem, way->zone);
    for (int32_t t = 0; t < state->roads.steps; t++)
        column[t] = t >= window.first && t <= window.last ? EVACUATION_PEOPLE_MAX : 0;
    if (window_is_empty(window))
        return;
    for (int32_t i = 0; i < way->count; i++)
        narrow(&state->roads, way, i, window, column);
    const bool fits = zone_plan_use(group) == 1 && zone_plan_party(group) == 1;
    for (int32_t t = window.first; t <= window.last && !fits; t++) {
        const int64_t fit = zone_plan_fit(group, column[t]);
        column[t] = (int32_t)(fit < EVACUATION_PEOPLE_MAX ? fit : EVACUATION_PEOPLE_MAX);
    }
    state->work += (int64_t)way->count * (window.last - window.first + 1) / WORK_SHARE;
}

/* People who could leave by ways with so many places each. */
struct hoping {
    const struct zone_plan_way *const *ways;
    const int32_t *const *columns;
    const struct zone_plan_readiness *readiness; /* or NULL */
    int32_t count, horizon;
    int64_t left;
    int64_t places[ZONE_PLAN_ROUTES_MAX]; /* by way; where people get ready the first has all: who
                                             goes where may depend on who is ready later */
    int64_t ready;                        /* of those left */
    size_t row;                           /* of the readiness, the next */
};

/* More who are ready by a step. */
static void get_ready(struct hoping *hoping, int32_t step) {
    const struct zone_plan_readiness *readiness = hoping->readiness;
    for (; readiness != NULL && hoping->row < readiness->count &&
           readiness->rows[hoping->row].step <= step;
         hoping->row++)
        hoping->ready += readiness->rows[hoping->row].people -
                         (hoping->row > 0 ? readiness->rows[hoping->row - 1].people : 0);
}

static int64_t hope_for(struct hoping *hoping, int32_t k, int32_t step) {
    int64_t people = hoping->columns[k][step];
    int64_t *places = &hoping->places[hoping->readiness == NULL ? k : 0];
    people = people < hoping->left ? people : hoping->left;
    people = people < *places ? people : *places;
    people = people < hoping->ready ? people : hoping->ready;
    *places -= people;
    hoping->left -= people;
    hoping->ready -= people;
    return people;
}

/* In order of arrival. Returns how many steps were looked at. */
static int64_t hope_freely(struct hoping *hoping, struct zone_plan_hope *hope) {
    int32_t least = INT32_MAX;
    for (int32_t k = 0; k < hoping->count; k++)
        if (hoping->ways[k]->travel_steps < least)
            least = hoping->ways[k]->travel_steps;
    int32_t arrival = least;
    for (; arrival <= hoping->horizon && hoping->left > 0; arrival++) {
        get_ready(hoping, arrival - least);
        for (int32_t k = 0; k < hoping->count; k++)
            if (arrival >= hoping->ways[k]->travel_steps)
                hope->cost +=
                    arrival * hope_for(hoping, k, arrival - hoping->ways[k]->travel_steps);
    }
    return (int64_t)(arrival - least) * hoping->count;
}

struct zone_plan_hope zone_plan_state_hope(struct zone_plan_state *state, int32_t zone,
                                           const struct zone_plan_way *const *ways,
                                           const int32_t *const *columns, int32_t count) {
    const int64_t people = people_to_go(state, zone);
    struct hoping hoping = {.ways = ways,
                            .columns = columns,
                            .count = count,
                            .horizon = state->problem->instance->horizon_steps,
                            .left = people,
                            .ready = INT64_MAX};
    if (state->problem->readiness != NULL && state->problem->readiness[zone].count > 0) {
        hoping.readiness = &state->problem->readiness[zone];
        hoping.ready = 0;
    }
    for (int32_t k = 0; k < count; k++)
        hoping.places[hoping.readiness == NULL ? k : 0] += state->places[ways[k]->shelter];
    struct zone_plan_hope hope = {0};
    state->work += hope_freely(&hoping, &hope) / WORK_SHARE;
    hope.unserved = state->problem->instance->zones[zone].people - (people - hoping.left);
    return hope;
}
