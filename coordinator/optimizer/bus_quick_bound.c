#include "coordinator/optimizer/bus_quick_bound.h"
#include "coordinator/optimizer/wide.h"
#include "schemas/smaller.h"

#include <stdlib.h>

#define GROUPS_MAX INT64_C(1000000)
#define WORK_SCALE INT64_C(1000000) /* of a person with a round as usual */

/* What one person of a point needs at least. */
struct need {
    int32_t people;
    int64_t alone_s;    /* arrives then, were all buses his */
    int64_t round_s;    /* a run that brings anybody from there takes so long, but for boarding */
    int64_t deadline_s; /* of the point */
    size_t point;
};

/* One sort of places on the buses: seats, or those for wheelchairs. */
struct bounding {
    const struct bus_instance *instance;
    bool wheelchair;
    struct need *needs; /* of points that have any hope */
    size_t need_count;
    int64_t hopeful, hopeless;
    int64_t smallest, largest; /* places on a bus that has any */
    int64_t usual_s;           /* round, on the mean over people */
    int32_t load_s, unload_s;  /* the least of those buses */
};

static int64_t room_of(const struct bounding *bounding, const struct bus_fleet *fleet) {
    return bounding->wheelchair ? fleet->wheelchair_places : fleet->seats;
}

static bool carries(const struct bounding *bounding, const struct bus_fleet *fleet) {
    return fleet->buses > 0 && room_of(bounding, fleet) > 0;
}

/* ---- one point ------------------------------------------------------------------------------- */

static bool may_go(const struct bus_instance *instance, size_t point, size_t shelter) {
    const size_t pair = point * instance->shelter_count + shelter;
    return instance->in[pair] != BUS_NEVER && instance->shelters[shelter].places > 0 &&
           (instance->shelters[shelter].takes >> instance->pickups[point].class & 1) != 0 &&
           (instance->limits == NULL ||
            instance->limits[bus_limit_of(instance, point, shelter)] > 0);
}

static int64_t nearest_shelter(const struct bus_instance *instance, size_t point) {
    int64_t least = BUS_NEVER;
    for (size_t s = 0; s < instance->shelter_count; s++)
        if (may_go(instance, point, s))
            least = hv_smaller(least, instance->in[point * instance->shelter_count + s]);
    return least;
}

/* What one person takes to board and to alight. */
static int64_t person_s(const struct bounding *bounding) {
    return (int64_t)bounding->instance->board_s + bounding->instance->alight_s;
}

/* A run that brings anybody from the point takes so long, but for boarding and the way to it. */
static int64_t run_s(const struct bounding *bounding, size_t point) {
    return nearest_shelter(bounding->instance, point) + 2 * (int64_t)bounding->instance->stop_s +
           bounding->load_s + bounding->unload_s;
}

/* From any shelter to the point. */
static int64_t way_back(const struct bus_instance *instance, size_t point) {
    int64_t least = BUS_NEVER;
    for (size_t s = 0; s < instance->shelter_count; s++)
        least = hv_smaller(least, instance->back[s * instance->pickup_count + point]);
    return least;
}

/* When one person who leaves the point then is there. */
static int64_t reaches(const struct bounding *bounding, size_t point, int64_t leaves_s) {
    const struct bus_instance *instance = bounding->instance;
    int64_t best = INT64_MAX;
    for (size_t s = 0; s < instance->shelter_count; s++)
        if (may_go(instance, point, s))
            best = hv_smaller(
                best, hv_larger(leaves_s + instance->in[point * instance->shelter_count + s],
                                instance->shelters[s].opens_s));
    return best == INT64_MAX ? best
                             : best + instance->stop_s + bounding->unload_s + instance->alight_s;
}

/* The earliest that a bus of a fleet, which gets there from its place in `out_s`, leaves a point.
 */
static int64_t leaves(const struct bounding *bounding, const struct bus_fleet *fleet, int32_t out_s,
                      size_t point) {
    const struct bus_instance *instance = bounding->instance;
    return hv_larger((int64_t)fleet->ready_s + out_s, instance->pickups[point].ready_s) +
           instance->stop_s + bounding->load_s + instance->board_s;
}

static struct need need_of(const struct bounding *bounding, size_t point) {
    const struct bus_instance *instance = bounding->instance;
    const struct bus_pickup *pickup = &instance->pickups[point];
    struct need need = {.people = pickup->people,
                        .alone_s = INT64_MAX,
                        .deadline_s = pickup->deadline_s,
                        .point = point};
    int64_t to = way_back(instance, point);
    for (size_t f = 0; f < instance->fleet_count; f++) {
        const struct bus_fleet *fleet = &instance->fleets[f];
        const int32_t out = instance->out[f * instance->pickup_count + point];
        if (!carries(bounding, fleet) || out == BUS_NEVER)
            continue;
        const int64_t leaves_s = leaves(bounding, fleet, out, point);
        to = hv_smaller(to, out);
        if (leaves_s <= pickup->deadline_s)
            need.alone_s = hv_smaller(need.alone_s, reaches(bounding, point, leaves_s));
    }
    need.round_s = to + run_s(bounding, point);
    return need;
}

static void find_needs(struct bounding *bounding) {
    const struct bus_instance *instance = bounding->instance;
    wide rounds_s = 0;
    bounding->smallest = INT64_MAX;
    bounding->load_s = bounding->unload_s = BUS_SECONDS_MAX;
    for (size_t f = 0; f < instance->fleet_count; f++) {
        const struct bus_fleet *fleet = &instance->fleets[f];
        if (!carries(bounding, fleet))
            continue;
        bounding->smallest = hv_smaller(bounding->smallest, room_of(bounding, fleet));
        bounding->largest = hv_larger(bounding->largest, room_of(bounding, fleet));
        bounding->load_s = (int32_t)hv_smaller(bounding->load_s, fleet->load_s);
        bounding->unload_s = (int32_t)hv_smaller(bounding->unload_s, fleet->unload_s);
    }
    for (size_t p = 0; p < instance->pickup_count; p++) {
        const struct bus_pickup *pickup = &instance->pickups[p];
        if (instance->classes[pickup->class].wheelchair != bounding->wheelchair ||
            pickup->people == 0)
            continue;
        const struct need need = need_of(bounding, p);
        if (need.alone_s > instance->horizon_s) {
            bounding->hopeless += pickup->people;
            continue;
        }
        bounding->needs[bounding->need_count++] = need;
        bounding->hopeful += pickup->people;
        rounds_s += wide_product(need.round_s, pickup->people);
    }
    if (bounding->hopeful > 0)
        bounding->usual_s = (int64_t)(rounds_s / bounding->hopeful);
}

/* ---- so many by then ------------------------------------------------------------------------- */

static int by_alone(const void *first, const void *second) {
    const struct need *a = first, *b = second;
    return (a->alone_s > b->alone_s) - (a->alone_s < b->alone_s);
}

static int by_round(const void *first, const void *second) {
    const struct need *a = first, *b = second;
    return (a->round_s > b->round_s) - (a->round_s < b->round_s);
}

static int by_deadline(const void *first, const void *second) {
    const struct need *a = first, *b = second;
    return (a->deadline_s > b->deadline_s) - (a->deadline_s < b->deadline_s);
}

/* Who could reach what alone, the k-th of them: k grows from call to call. */
struct alone {
    size_t at;
    int64_t before; /* people of points before */
};

static int64_t alone_at(const struct bounding *bounding, struct alone *alone, int64_t k) {
    while (alone->before + bounding->needs[alone->at].people < k)
        alone->before += bounding->needs[alone->at++].people;
    return bounding->needs[alone->at].alone_s;
}

/* The first run of each bus, then the quickest round: when the next ends, by fleet. */
struct rounds {
    int64_t *next_s; /* INT64_MAX: never */
    int64_t round_s; /* ≥ 1 */
    int64_t carried, at_s;
};

static void begin_rounds(const struct bounding *bounding, struct rounds *rounds) {
    const struct bus_instance *instance = bounding->instance;
    int64_t quickest = INT64_MAX;
    for (size_t f = 0; f < instance->fleet_count; f++)
        rounds->next_s[f] = INT64_MAX;
    for (size_t i = 0; i < bounding->need_count; i++) {
        const size_t p = bounding->needs[i].point;
        const int64_t run = run_s(bounding, p) + person_s(bounding);
        quickest = hv_smaller(quickest, way_back(instance, p) + run);
        for (size_t f = 0; f < instance->fleet_count; f++) {
            const int32_t out = instance->out[f * instance->pickup_count + p];
            if (carries(bounding, &instance->fleets[f]) && out != BUS_NEVER)
                rounds->next_s[f] = hv_smaller(
                    rounds->next_s[f],
                    reaches(bounding, p, leaves(bounding, &instance->fleets[f], out, p)));
        }
    }
    rounds->round_s = hv_larger(quickest, 1);
}

/* The earliest time by which k have been carried; k grows from call to call. */
static int64_t rounds_at(const struct bounding *bounding, struct rounds *rounds, int64_t k) {
    const struct bus_instance *instance = bounding->instance;
    while (rounds->carried < k) {
        size_t first = 0;
        for (size_t f = 1; f < instance->fleet_count; f++)
            if (rounds->next_s[f] < rounds->next_s[first])
                first = f;
        rounds->at_s = rounds->next_s[first];
        if (rounds->at_s > instance->horizon_s) {
            rounds->carried = INT64_MAX;
            rounds->at_s = INT64_MAX;
            break;
        }
        rounds->carried +=
            instance->fleets[first].buses * room_of(bounding, &instance->fleets[first]);
        rounds->next_s[first] += rounds->round_s;
    }
    return rounds->at_s;
}

/* ---- how much buses can do ------------------------------------------------------------------- */

/* A run of n people from a point takes its round and n times what a person takes, on a bus of S
 * places n ≤ S: of the bus's time each person needs round/S + person or more. A bus works so fast
 * that for a round as usual that is WORK_SCALE, whatever bus it is; for other rounds it is no less
 * than what the bus needs for which it is the least. */

static int64_t full_s(const struct bounding *bounding, int64_t round_s, int64_t places) {
    return round_s + person_s(bounding) * places;
}

static int64_t work_of(const struct bounding *bounding, int64_t round_s) {
    const int64_t places = round_s < bounding->usual_s ? bounding->smallest : bounding->largest;
    return (int64_t)(wide_product(WORK_SCALE, full_s(bounding, round_s, places)) /
                     hv_larger(1, full_s(bounding, bounding->usual_s, places)));
}

/* Of all buses of a fleet, a second. */
static int64_t speed_of(const struct bounding *bounding, const struct bus_fleet *fleet) {
    const int64_t places = room_of(bounding, fleet),
                  usual_s = hv_larger(1, full_s(bounding, bounding->usual_s, places));
    return fleet->buses * ((WORK_SCALE * places + usual_s - 1) / usual_s);
}

struct working {
    const struct need *needs; /* by round */
    size_t at;
    int64_t before;   /* people of points before */
    int64_t known;    /* people in `wanted` */
    wide wanted;      /* work for the first so many */
    size_t *by_ready; /* fleets that carry, by when they are ready */
    size_t fleet_count, fleet_at;
    int64_t now_s, speed;
    wide done;            /* until now */
    int64_t busy_twice_s; /* twice the sum over the people so far: when, on the mean, their run is
                             under way, and half of how long it takes */
};

static void begin_working(const struct bounding *bounding, struct working *working) {
    const struct bus_instance *instance = bounding->instance;
    for (size_t f = 0; f < instance->fleet_count; f++) {
        size_t at = working->fleet_count;
        if (!carries(bounding, &instance->fleets[f]))
            continue;
        for (; at > 0 &&
               instance->fleets[working->by_ready[at - 1]].ready_s > instance->fleets[f].ready_s;
             at--)
            working->by_ready[at] = working->by_ready[at - 1];
        working->by_ready[at] = f;
        working->fleet_count++;
    }
}

/* The first k by round are wanted. */
static void want(const struct bounding *bounding, struct working *working, int64_t k) {
    while (working->known < k) {
        const struct need *need = &working->needs[working->at];
        const int64_t people = hv_smaller(k, working->before + need->people) - working->known;
        working->wanted += wide_product(people, work_of(bounding, need->round_s));
        working->known += people;
        if (working->known == working->before + need->people)
            working->before += working->needs[working->at++].people;
    }
}

/* Lets fleets become ready until the work that is wanted can be done by those that are. */
static void let_work(const struct bounding *bounding, struct working *working) {
    const struct bus_instance *instance = bounding->instance;
    while (working->fleet_at < working->fleet_count) {
        const struct bus_fleet *fleet = &instance->fleets[working->by_ready[working->fleet_at]];
        const wide until =
            working->done + wide_product(working->speed, fleet->ready_s - working->now_s);
        if (working->speed > 0 && until >= working->wanted)
            break;
        working->done = until;
        working->now_s = fleet->ready_s;
        working->speed += speed_of(bounding, fleet);
        working->fleet_at++;
    }
}

/* The earliest time by which the work for k can be done, downwards and upwards; k grows from call
 * to call. */
static int64_t done_at(const struct bounding *bounding, struct working *working, int64_t k,
                       int64_t *ret_down_s) {
    want(bounding, working, k);
    let_work(bounding, working);
    const wide left = working->wanted > working->done ? working->wanted - working->done : 0;
    *ret_down_s = working->now_s + (int64_t)(left / working->speed);
    return working->now_s + (int64_t)((left + working->speed - 1) / working->speed);
}

/* So many more, each no less than the first of them, whose work takes from one time to another: as
 * buses only become more the middle of it is in the middle of that time or later. */
static void add_busy(const struct bounding *bounding, struct working *working, int64_t round_s,
                     int64_t from_s, int64_t to_s, int64_t people) {
    working->busy_twice_s += people * (from_s + to_s + round_s + person_s(bounding));
}

/* ---- who stays ------------------------------------------------------------------------------- */

/* How many can leave points, the first so many of the needs by deadline, until the last deadline.
 */
static int64_t leave_in_time(const struct bounding *bounding, size_t count) {
    const struct bus_instance *instance = bounding->instance;
    const int64_t deadline = bounding->needs[count - 1].deadline_s;
    int64_t run = INT64_MAX, back = BUS_NEVER, leaving = 0;
    for (size_t i = 0; i < count; i++) {
        run = hv_smaller(run, run_s(bounding, bounding->needs[i].point));
        back = hv_smaller(back, way_back(instance, bounding->needs[i].point));
    }
    const int64_t round = hv_larger(1, run + back + person_s(bounding));
    for (size_t f = 0; f < instance->fleet_count; f++) {
        const struct bus_fleet *fleet = &instance->fleets[f];
        int64_t out = BUS_NEVER;
        if (!carries(bounding, fleet))
            continue;
        for (size_t i = 0; i < count; i++)
            out = hv_smaller(out,
                             instance->out[f * instance->pickup_count + bounding->needs[i].point]);
        const int64_t first =
            fleet->ready_s + out + instance->stop_s + bounding->load_s + instance->board_s;
        if (out != BUS_NEVER && first <= deadline)
            leaving += (1 + (deadline - first) / round) * fleet->buses * room_of(bounding, fleet);
    }
    return leaving;
}

/* People of whom no more can leave before their deadlines; needs are by deadline. */
static int64_t count_left_behind(const struct bounding *bounding) {
    int64_t people = 0, worst = 0;
    for (size_t i = 0; i < bounding->need_count; i++) {
        const int64_t deadline = bounding->needs[i].deadline_s;
        people += bounding->needs[i].people;
        if (deadline >= bounding->instance->horizon_s)
            break;
        if (i + 1 == bounding->need_count || bounding->needs[i + 1].deadline_s > deadline)
            worst = hv_larger(worst, people - leave_in_time(bounding, i + 1));
    }
    return worst;
}

/* ---- both sorts ------------------------------------------------------------------------------ */

/* Adds one sort: who stays, and the least sum of the arrivals of the others. Needs are by what each
 * could reach alone. */
static void add_up(const struct bounding *bounding, int64_t group, int64_t behind,
                   struct rounds *rounds, struct working *working, struct bus_value *bound) {
    struct alone alone = {0};
    int64_t served = 0, sum_s = 0, before_s = 0;
    begin_rounds(bounding, rounds);
    begin_working(bounding, working);
    for (int64_t k = 1; k <= bounding->hopeful - behind; k += group) {
        int64_t down_s;
        const int64_t work_s = done_at(bounding, working, k, &down_s);
        const int64_t most = hv_larger(alone_at(bounding, &alone, k),
                                       hv_larger(rounds_at(bounding, rounds, k), work_s));
        if (most > bounding->instance->horizon_s)
            break;
        const int64_t people = hv_smaller(group, bounding->hopeful - behind - served);
        const struct need *need =
            &working->needs[working->known > working->before ? working->at : working->at - 1];
        served += people;
        sum_s += people * most;
        add_busy(bounding, working, need->round_s, before_s, down_s, people);
        before_s = down_s;
    }
    bound->unserved += bounding->hopeless + bounding->hopeful - served;
    bound->arrival_s += hv_larger(sum_s, (working->busy_twice_s + 1) / 2);
}

static int bound_sort(const struct bus_instance *instance, bool wheelchair, int64_t group,
                      struct bus_value *bound) {
    struct bounding bounding = {.instance = instance, .wheelchair = wheelchair};
    struct rounds rounds = {0};
    struct working working = {0};
    const size_t points = instance->pickup_count;
    struct need *by_rounds = calloc(points + 1, sizeof *by_rounds);
    bounding.needs = calloc(points + 1, sizeof *bounding.needs);
    rounds.next_s = calloc(instance->fleet_count + 1, sizeof *rounds.next_s);
    working.by_ready = calloc(instance->fleet_count + 1, sizeof *working.by_ready);
    int error = HV_OK;
    if (by_rounds == NULL || bounding.needs == NULL || rounds.next_s == NULL ||
        working.by_ready == NULL) {
        error = HV_ERR_MEMORY;
    } else {
        find_needs(&bounding);
        for (size_t i = 0; i < bounding.need_count; i++)
            by_rounds[i] = bounding.needs[i];
        qsort(by_rounds, bounding.need_count, sizeof *by_rounds, by_round);
        qsort(bounding.needs, bounding.need_count, sizeof *bounding.needs, by_deadline);
        const int64_t behind = count_left_behind(&bounding);
        qsort(bounding.needs, bounding.need_count, sizeof *bounding.needs, by_alone);
        working.needs = by_rounds;
        add_up(&bounding, group, behind, &rounds, &working, bound);
    }
    free(by_rounds);
    free(bounding.needs);
    free(rounds.next_s);
    free(working.by_ready);
    return error;
}

/* Where both together leave as many as the plan each leaves as many as it must: so many arrive. */
int bus_quick_bound(const struct bus_instance *instance, int64_t unserved,
                    struct bus_value *ret_bound) {
    const int64_t group = bus_instance_people(instance) / GROUPS_MAX + 1;
    struct bus_value bound = {0, 0};
    int error = bound_sort(instance, false, group, &bound);
    if (error == HV_OK)
        error = bound_sort(instance, true, group, &bound);
    if (error == HV_OK)
        *ret_bound =
            (struct bus_value){bound.unserved, bound.unserved == unserved ? bound.arrival_s : 0};
    return error;
}
