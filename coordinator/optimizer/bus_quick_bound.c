#include "coordinator/optimizer/bus_quick_bound.h"

#include <stdlib.h>

#define GROUPS_MAX INT64_C(1000000)

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
    int64_t smallest;         /* places on a bus that has any */
    int32_t load_s, unload_s; /* the least of those buses */
};

struct bounds {
    int64_t *arrivals; /* each of a group of people, ascending by sort of places */
    size_t count;
    int64_t group;
    int64_t unserved;
};

static int64_t smaller(int64_t a, int64_t b) {
    return a < b ? a : b;
}

static int64_t larger(int64_t a, int64_t b) {
    return a > b ? a : b;
}

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
           (instance->limits == NULL || instance->limits[pair] > 0);
}

static int64_t nearest_shelter(const struct bus_instance *instance, size_t point) {
    int64_t least = BUS_NEVER;
    for (size_t s = 0; s < instance->shelter_count; s++)
        if (may_go(instance, point, s))
            least = smaller(least, instance->in[point * instance->shelter_count + s]);
    return least;
}

/* From any shelter to the point. */
static int64_t way_back(const struct bus_instance *instance, size_t point) {
    int64_t least = BUS_NEVER;
    for (size_t s = 0; s < instance->shelter_count; s++)
        least = smaller(least, instance->back[s * instance->pickup_count + point]);
    return least;
}

/* When one person who leaves the point then is there. */
static int64_t reaches(const struct bounding *bounding, size_t point, int64_t leaves_s) {
    const struct bus_instance *instance = bounding->instance;
    int64_t best = INT64_MAX;
    for (size_t s = 0; s < instance->shelter_count; s++)
        if (may_go(instance, point, s))
            best =
                smaller(best, larger(leaves_s + instance->in[point * instance->shelter_count + s],
                                     instance->shelters[s].opens_s));
    return best == INT64_MAX ? best
                             : best + instance->stop_s + bounding->unload_s + instance->alight_s;
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
        const int64_t leaves = larger((int64_t)fleet->ready_s + out, pickup->ready_s) +
                               instance->stop_s + bounding->load_s + instance->board_s;
        to = smaller(to, out);
        if (leaves <= pickup->deadline_s)
            need.alone_s = smaller(need.alone_s, reaches(bounding, point, leaves));
    }
    need.round_s = to + nearest_shelter(instance, point) + 2 * (int64_t)instance->stop_s +
                   bounding->load_s + bounding->unload_s;
    return need;
}

static void find_needs(struct bounding *bounding) {
    const struct bus_instance *instance = bounding->instance;
    bounding->smallest = INT64_MAX;
    bounding->load_s = bounding->unload_s = BUS_SECONDS_MAX;
    for (size_t f = 0; f < instance->fleet_count; f++) {
        const struct bus_fleet *fleet = &instance->fleets[f];
        if (!carries(bounding, fleet))
            continue;
        bounding->smallest = smaller(bounding->smallest, room_of(bounding, fleet));
        bounding->load_s = (int32_t)smaller(bounding->load_s, fleet->load_s);
        bounding->unload_s = (int32_t)smaller(bounding->unload_s, fleet->unload_s);
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
    }
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
    const int64_t person = (int64_t)instance->board_s + instance->alight_s;
    int64_t quickest = INT64_MAX;
    for (size_t f = 0; f < instance->fleet_count; f++)
        rounds->next_s[f] = INT64_MAX;
    for (size_t i = 0; i < bounding->need_count; i++) {
        const size_t p = bounding->needs[i].point;
        const int64_t run = nearest_shelter(instance, p) + 2 * (int64_t)instance->stop_s +
                            bounding->load_s + bounding->unload_s + person;
        quickest = smaller(quickest, way_back(instance, p) + run);
        for (size_t f = 0; f < instance->fleet_count; f++) {
            const int32_t out = instance->out[f * instance->pickup_count + p];
            if (carries(bounding, &instance->fleets[f]) && out != BUS_NEVER)
                rounds->next_s[f] =
                    smaller(rounds->next_s[f], (int64_t)instance->fleets[f].ready_s + out + run);
        }
    }
    rounds->round_s = larger(quickest, 1);
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

/* How long all places together have existed. */
struct existing {
    size_t at;        /* among needs by round */
    int64_t before;   /* people of points before */
    int64_t wanted;   /* place-seconds of the first k */
    int64_t known;    /* people in `wanted` */
    size_t *by_ready; /* fleets that carry, by when they are ready */
    size_t fleet_count, fleet_at;
    int64_t now_s, places, existed; /* until now */
};

static void begin_existing(const struct bounding *bounding, struct existing *existing) {
    const struct bus_instance *instance = bounding->instance;
    for (size_t f = 0; f < instance->fleet_count; f++) {
        size_t at = existing->fleet_count;
        if (!carries(bounding, &instance->fleets[f]))
            continue;
        for (; at > 0 &&
               instance->fleets[existing->by_ready[at - 1]].ready_s > instance->fleets[f].ready_s;
             at--)
            existing->by_ready[at] = existing->by_ready[at - 1];
        existing->by_ready[at] = f;
        existing->fleet_count++;
    }
}

/* The first k by round are wanted; `needs` are in that order. */
static void want(const struct bounding *bounding, const struct need *needs,
                 struct existing *existing, int64_t k) {
    const int64_t person =
        bounding->smallest * ((int64_t)bounding->instance->board_s + bounding->instance->alight_s);
    while (existing->known < k) {
        const struct need *need = &needs[existing->at];
        const int64_t people = smaller(k, existing->before + need->people) - existing->known;
        existing->wanted += people * (need->round_s + person);
        existing->known += people;
        if (existing->known == existing->before + need->people)
            existing->before += needs[existing->at++].people;
    }
}

/* The earliest time by which they have existed long enough for k; k grows from call to call. */
static int64_t existing_at(const struct bounding *bounding, const struct need *needs,
                           struct existing *existing, int64_t k) {
    const struct bus_instance *instance = bounding->instance;
    want(bounding, needs, existing, k);
    while (existing->fleet_at < existing->fleet_count) {
        const struct bus_fleet *fleet = &instance->fleets[existing->by_ready[existing->fleet_at]];
        const int64_t until =
            existing->existed + existing->places * (fleet->ready_s - existing->now_s);
        if (existing->places > 0 && until >= existing->wanted)
            break;
        existing->existed = until;
        existing->now_s = fleet->ready_s;
        existing->places += fleet->buses * room_of(bounding, fleet);
        existing->fleet_at++;
    }
    if (existing->wanted <= existing->existed)
        return existing->now_s;
    return existing->now_s +
           (existing->wanted - existing->existed + existing->places - 1) / existing->places;
}

/* ---- who stays ------------------------------------------------------------------------------- */

/* How many can leave points, the first so many of the needs by deadline, until the last deadline.
 */
static int64_t leave_in_time(const struct bounding *bounding, size_t count) {
    const struct bus_instance *instance = bounding->instance;
    const int64_t deadline = bounding->needs[count - 1].deadline_s;
    int64_t in = BUS_NEVER, back = BUS_NEVER, leaving = 0;
    for (size_t i = 0; i < count; i++) {
        in = smaller(in, nearest_shelter(instance, bounding->needs[i].point));
        back = smaller(back, way_back(instance, bounding->needs[i].point));
    }
    const int64_t round =
        larger(1, in + back + 2 * (int64_t)instance->stop_s + bounding->load_s +
                      bounding->unload_s + instance->board_s + instance->alight_s);
    for (size_t f = 0; f < instance->fleet_count; f++) {
        const struct bus_fleet *fleet = &instance->fleets[f];
        int64_t out = BUS_NEVER;
        if (!carries(bounding, fleet))
            continue;
        for (size_t i = 0; i < count; i++)
            out =
                smaller(out, instance->out[f * instance->pickup_count + bounding->needs[i].point]);
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
            worst = larger(worst, people - leave_in_time(bounding, i + 1));
    }
    return worst;
}

/* ---- both sorts ------------------------------------------------------------------------------ */

/* Adds the arrivals of one sort, as far as they may be before the horizon. */
static void add_arrivals(struct bounding *bounding, const struct need *by_rounds,
                         struct rounds *rounds, struct existing *existing, struct bounds *bounds) {
    struct alone alone = {0};
    int64_t served = 0;
    begin_rounds(bounding, rounds);
    begin_existing(bounding, existing);
    for (int64_t k = 1; k <= bounding->hopeful; k += bounds->group) {
        const int64_t most = larger(
            alone_at(bounding, &alone, k),
            larger(rounds_at(bounding, rounds, k), existing_at(bounding, by_rounds, existing, k)));
        if (most > bounding->instance->horizon_s)
            break;
        bounds->arrivals[bounds->count++] = most;
        served = smaller(bounding->hopeful, k + bounds->group - 1);
    }
    qsort(bounding->needs, bounding->need_count, sizeof *bounding->needs, by_deadline);
    bounds->unserved +=
        bounding->hopeless + larger(bounding->hopeful - served, count_left_behind(bounding));
}

static int bound_sort(const struct bus_instance *instance, bool wheelchair, struct bounds *bounds) {
    struct bounding bounding = {.instance = instance, .wheelchair = wheelchair};
    struct rounds rounds = {0};
    struct existing existing = {0};
    const size_t points = instance->pickup_count;
    struct need *by_rounds = calloc(points + 1, sizeof *by_rounds);
    bounding.needs = calloc(points + 1, sizeof *bounding.needs);
    rounds.next_s = calloc(instance->fleet_count + 1, sizeof *rounds.next_s);
    existing.by_ready = calloc(instance->fleet_count + 1, sizeof *existing.by_ready);
    int error = HV_OK;
    if (by_rounds == NULL || bounding.needs == NULL || rounds.next_s == NULL ||
        existing.by_ready == NULL) {
        error = HV_ERR_MEMORY;
    } else {
        find_needs(&bounding);
        for (size_t i = 0; i < bounding.need_count; i++)
            by_rounds[i] = bounding.needs[i];
        qsort(by_rounds, bounding.need_count, sizeof *by_rounds, by_round);
        qsort(bounding.needs, bounding.need_count, sizeof *bounding.needs, by_alone);
        add_arrivals(&bounding, by_rounds, &rounds, &existing, bounds);
    }
    free(by_rounds);
    free(bounding.needs);
    free(rounds.next_s);
    free(existing.by_ready);
    return error;
}

static int by_time(const void *first, const void *second) {
    const int64_t a = *(const int64_t *)first, b = *(const int64_t *)second;
    return (a > b) - (a < b);
}

/* The least sum of so many arrivals. A group that is cut counts from its first, as all do. */
static int64_t add_up(struct bounds *bounds, int64_t served) {
    int64_t sum = 0;
    qsort(bounds->arrivals, bounds->count, sizeof *bounds->arrivals, by_time);
    for (size_t i = 0; i < bounds->count && served > 0; i++) {
        const int64_t people = smaller(served, bounds->group);
        sum += people * bounds->arrivals[i];
        served -= people;
    }
    return sum;
}

int bus_quick_bound(const struct bus_instance *instance, int64_t unserved,
                    struct bus_value *ret_bound) {
    const int64_t all = bus_instance_people(instance);
    struct bounds bounds = {.group = all / GROUPS_MAX + 1};
    bounds.arrivals = calloc((size_t)(all / bounds.group) + 3, sizeof *bounds.arrivals);
    if (bounds.arrivals == NULL)
        return HV_ERR_MEMORY;
    int error = bound_sort(instance, false, &bounds);
    if (error == HV_OK)
        error = bound_sort(instance, true, &bounds);
    if (error == HV_OK) {
        *ret_bound = (struct bus_value){.unserved = bounds.unserved};
        if (bounds.unserved == unserved)
            ret_bound->arrival_s = add_up(&bounds, all - unserved);
    }
    free(bounds.arrivals);
    return error;
}
