#include "coordinator/optimizer/bus_bound.h"

#include <stdlib.h>
#include <string.h>

#include "coordinator/optimizer/wide.h"
#include "schemas/smaller.h"

#define ROUNDS_MAX 400
#define ROUNDS_PATIENT 12 /* without a better bound, then steps are halved */
#define SLICES 600        /* of time, */
#define SLICES_MAX 3000   /* or as many as are needed for the quickest run to take one */
#define LOADS 4           /* classes of how many board; a run may carry nobody, too */
#define CHOICES (LOADS + 1)
#define TABLE_MAX 2000000 /* runs by where they begin, farthest point and shelter */
#define UNIT_S 16         /* prices are in parts of a second, */
#define UNIT_P 1024       /* or of a person */
#define SECONDS_TOP (4 * (int64_t)BUS_SECONDS_MAX)

/* Of the people whom some time reaches so many, dearest first. */
struct load {
    int64_t worth;    /* of all of them */
    int64_t cheapest; /* of the last one */
    int32_t people;
};

/* Runs from one place: by farthest point and shelter. */
struct runs {
    const int32_t *from; /* seconds to every point */
    int32_t *times;      /* least seconds without boarding and alighting, or BUS_NEVER */
    struct load *loads;  /* × LOADS */
    bool *nearest;       /* the quickest to its shelter */
};

struct bounding {
    const struct bus_instance *instance;
    bool arrivals;              /* else those who are served */
    int64_t unit, top;          /* of prices, and the greatest */
    int64_t *worth;             /* by point */
    int64_t *toll;              /* by shelter, ≥ 0 */
    int64_t *carried;           /* by point: in the best sequences of all buses */
    int64_t *arrived;           /* by shelter */
    int32_t *by_worth;          /* points, dearest first */
    int32_t seats, wheelchairs; /* of the buses at hand */
    int64_t slice_s;
    size_t slices;
    int64_t *value;    /* by slice and shelter: the best from then on */
    int32_t *choice;   /* the run that begins it, -1 for none */
    struct runs *runs; /* by shelter, and the last from a depot */
    int64_t quickest_s;
    size_t points_left;    /* table rows: points times shelters */
    double work, work_max; /* runs looked at */
};

/* ---- runs ------------------------------------------------------------------------------------ */

static bool takes(const struct bus_instance *instance, size_t shelter, size_t point) {
    return (instance->shelters[shelter].takes >> instance->pickups[point].class & 1) != 0;
}

/* Least seconds of a run over a point, without boarding and alighting; BUS_NEVER. */
static int32_t time_over(const struct bus_instance *instance, const int32_t *from, size_t point,
                         size_t shelter) {
    const int32_t in = instance->in[point * instance->shelter_count + shelter];
    if (from[point] == BUS_NEVER || in == BUS_NEVER || !takes(instance, shelter, point) ||
        instance->pickups[point].people == 0 || instance->shelters[shelter].places == 0)
        return BUS_NEVER;
    const int64_t time = (int64_t)from[point] + in + 2 * (int64_t)instance->stop_s;
    return time > instance->horizon_s ? BUS_NEVER : (int32_t)time;
}

/* Loads of class l have more than edge(l) people and at most edge(l + 1). */
static int32_t edge(const struct bounding *bounding, int load) {
    return (int32_t)(((int64_t)bounding->seats + bounding->wheelchairs) * load / LOADS);
}

/* The dearest people, at most `most`, whom runs to a shelter can carry that reach no farther than
 * `limit`; those who are worth nothing stay. Adds them to `ret_people` by point, if not NULL. */
static struct load fill(const struct bounding *bounding, const int32_t *from, size_t shelter,
                        int32_t limit, int32_t most, int64_t *ret_people) {
    const struct bus_instance *instance = bounding->instance;
    int32_t seats = bounding->seats, wheelchairs = bounding->wheelchairs;
    struct load load = {0, 0, 0};
    for (size_t i = 0; i < instance->pickup_count && load.people < most; i++) {
        const size_t point = (size_t)bounding->by_worth[i];
        const struct bus_pickup *pickup = &instance->pickups[point];
        int32_t *room = instance->classes[pickup->class].wheelchair ? &wheelchairs : &seats;
        const int64_t worth = bounding->worth[point] - bounding->toll[shelter];
        if (worth <= 0)
            break;
        if (*room == 0)
            continue;
        const int32_t time = time_over(instance, from, point, shelter);
        if (time == BUS_NEVER || time > limit)
            continue;
        const int32_t people =
            (int32_t)hv_smaller(hv_smaller(pickup->people, *room), most - load.people);
        *room -= people;
        load.people += people;
        load.worth += worth * people;
        load.cheapest = worth;
        if (ret_people != NULL)
            ret_people[point] += people;
    }
    return load;
}

static bool carry_the_same(const struct load *a, const struct load *b) {
    for (int l = 0; l < LOADS; l++)
        if (a[l].people != b[l].people || a[l].worth != b[l].worth ||
            a[l].cheapest != b[l].cheapest)
            return false;
    return true;
}

/* Of the runs to a shelter that carry the same, only the quickest counts; of those that carry
 * nobody the quickest of all. Ready times of the points at hand are only ever left out by that. */
static void thin_out(const struct bounding *bounding, size_t shelter, struct runs *runs) {
    const size_t points = bounding->instance->pickup_count;
    const size_t shelters = bounding->instance->shelter_count;
    size_t nearest = SIZE_MAX;
    for (size_t p = 0; p < points; p++) {
        const size_t r = p * shelters + shelter;
        if (runs->times[r] != BUS_NEVER &&
            (nearest == SIZE_MAX || runs->times[r] < runs->times[nearest]))
            nearest = r;
    }
    if (nearest == SIZE_MAX)
        return;
    runs->nearest[nearest] = true;
    for (size_t p = 0; p < points; p++) {
        const size_t r = p * shelters + shelter;
        for (size_t q = 0; q < points && runs->times[r] != BUS_NEVER && !runs->nearest[r]; q++) {
            const size_t other = q * shelters + shelter;
            if (q == p || runs->times[other] == BUS_NEVER || runs->times[other] > runs->times[r] ||
                (runs->times[other] == runs->times[r] && q > p) ||
                bounding->instance->pickups[q].ready_s > bounding->instance->pickups[p].ready_s ||
                bounding->instance->in[q * shelters + shelter] >
                    bounding->instance->in[p * shelters + shelter])
                continue;
            if (carry_the_same(&runs->loads[other * LOADS], &runs->loads[r * LOADS]))
                runs->times[r] = BUS_NEVER;
        }
    }
}

static void write_runs(const struct bounding *bounding, const int32_t *from, struct runs *runs) {
    const struct bus_instance *instance = bounding->instance;
    const size_t shelters = instance->shelter_count;
    runs->from = from;
    for (size_t p = 0; p < instance->pickup_count; p++)
        for (size_t s = 0; s < shelters; s++) {
            const size_t r = p * shelters + s;
            runs->times[r] = time_over(instance, from, p, s);
            runs->nearest[r] = false;
            for (int l = 0; l < LOADS && runs->times[r] != BUS_NEVER; l++)
                runs->loads[r * LOADS + (size_t)l] =
                    fill(bounding, from, s, runs->times[r], edge(bounding, l + 1), NULL);
        }
    for (size_t s = 0; s < shelters; s++)
        thin_out(bounding, s, runs);
}

/* The earliest end of a run over a point that begins no earlier than `now` with at least so many;
 * with nobody that of any run that takes as long, whoever is ready where. */
static int64_t end_of(const struct bus_instance *instance, int64_t now, size_t point,
                      size_t shelter, int32_t time, int32_t people) {
    const int64_t alight = (int64_t)instance->alight_s * people;
    const int64_t ready = (int64_t)instance->pickups[point].ready_s +
                          2 * (int64_t)instance->stop_s +
                          instance->in[point * instance->shelter_count + shelter] + alight;
    const int64_t opens = (int64_t)instance->shelters[shelter].opens_s + instance->stop_s + alight;
    return hv_larger(now + time + (int64_t)instance->board_s * people + alight,
                     hv_larger(people > 0 ? ready : 0, opens));
}

/* The most that people of a load's class bring who end at `end`: worth less arrival. Worth is
 * concave in their number, so fewer than all bring at most (all − least) · (arrival − cheapest)
 * more. */
static int64_t gain(const struct bounding *bounding, const struct load *load, int32_t least,
                    int64_t end) {
    if (!bounding->arrivals)
        return load->worth;
    const int64_t arrival = end * bounding->unit;
    return load->worth - arrival * load->people +
           (load->people - least) * hv_larger(0, arrival - load->cheapest);
}

/* ---- one bus --------------------------------------------------------------------------------- */

struct found {
    int64_t value; /* ≥ 0 */
    int32_t choice;
    int64_t end;
};

static int64_t value_from(const struct bounding *bounding, int64_t end, size_t shelter) {
    const size_t slice = (size_t)(end / bounding->slice_s);
    return slice < bounding->slices
               ? bounding->value[slice * bounding->instance->shelter_count + shelter]
               : 0;
}

/* The best that a bus can do that is free at `now` or later. */
static struct found find_best(const struct bounding *bounding, const struct runs *runs,
                              int64_t now) {
    const struct bus_instance *instance = bounding->instance;
    const size_t shelters = instance->shelter_count;
    struct found best = {0, -1, 0};
    for (size_t p = 0, r = 0; p < instance->pickup_count; p++)
        for (size_t s = 0; s < shelters; s++, r++) {
            if (runs->times[r] == BUS_NEVER)
                continue;
            for (int l = runs->nearest[r] ? 0 : 1; l < CHOICES; l++) { /* 0: nobody, to be there */
                const struct load *load = &runs->loads[r * LOADS + (size_t)(l > 0 ? l - 1 : 0)];
                const int32_t least = l == 0 ? 0 : edge(bounding, l - 1) + 1;
                if (l > 0 && load->people < least)
                    continue;
                const int64_t end = end_of(instance, now, p, s, runs->times[r], least);
                if (end > instance->horizon_s)
                    break;
                const int64_t value =
                    (l == 0 ? 0 : gain(bounding, load, least, end)) + value_from(bounding, end, s);
                if (value > best.value)
                    best = (struct found){value, (int32_t)(r * CHOICES + (size_t)l), end};
            }
        }
    return best;
}

/* A run may take no time at all, and then its end is in the slice that is being filled; such a
 * slice is filled again until nothing changes, or counts as endless. */
static bool fill_slice(struct bounding *bounding, size_t slice) {
    const size_t shelters = bounding->instance->shelter_count;
    for (int again = 0; again < 8; again++) {
        bool changed = false;
        bounding->work += (double)(shelters * bounding->points_left);
        for (size_t s = 0; s < shelters; s++) {
            const struct found found =
                find_best(bounding, &bounding->runs[s], (int64_t)slice * bounding->slice_s);
            int64_t *value = &bounding->value[slice * shelters + s];
            changed = changed || found.value > *value;
            if (found.value > *value) {
                *value = found.value;
                bounding->choice[slice * shelters + s] = found.choice;
            }
        }
        if (!changed)
            return true;
    }
    return false;
}

/* Adds what the buses of a fleet carry in their best sequence to carried and arrived. */
static void follow(struct bounding *bounding, const struct bus_fleet *fleet, struct found found,
                   int64_t *people) {
    const struct bus_instance *instance = bounding->instance;
    const size_t points = instance->pickup_count, shelters = instance->shelter_count;
    const struct runs *runs = &bounding->runs[shelters];
    while (found.choice >= 0) {
        const size_t r = (size_t)found.choice / CHOICES, s = r % shelters;
        const int l = found.choice % CHOICES;
        memset(people, 0, points * sizeof *people);
        if (l > 0) {
            const struct load load =
                fill(bounding, runs->from, s, runs->times[r], edge(bounding, l), people);
            bounding->arrived[s] += (int64_t)load.people * fleet->buses;
        }
        for (size_t p = 0; p < points; p++)
            bounding->carried[p] += people[p] * fleet->buses;
        const size_t slice = (size_t)(found.end / bounding->slice_s);
        if (slice >= bounding->slices)
            return;
        const int32_t choice = bounding->choice[slice * shelters + s];
        if (choice < 0)
            return;
        runs = &bounding->runs[s];
        const size_t next = (size_t)choice / CHOICES;
        const int load = choice % CHOICES;
        found = (struct found){0, choice,
                               end_of(instance, (int64_t)slice * bounding->slice_s, next / shelters,
                                      next % shelters, runs->times[next],
                                      load == 0 ? 0 : edge(bounding, load - 1) + 1)};
        if ((size_t)(found.end / bounding->slice_s) == slice)
            return; /* a run of no time: a direction need not be complete */
    }
}

/* ---- prices ---------------------------------------------------------------------------------- */

struct ranked {
    int64_t worth;
    int32_t point;
};

static int compare_ranked(const void *first, const void *second) {
    const struct ranked *a = first, *b = second;
    if (a->worth != b->worth)
        return a->worth > b->worth ? -1 : 1;
    return (a->point > b->point) - (a->point < b->point);
}

static void rank_points(struct bounding *bounding, struct ranked *ranked) {
    const size_t points = bounding->instance->pickup_count;
    for (size_t p = 0; p < points; p++)
        ranked[p] = (struct ranked){bounding->worth[p], (int32_t)p};
    qsort(ranked, points, sizeof *ranked, compare_ranked);
    for (size_t p = 0; p < points; p++)
        bounding->by_worth[p] = ranked[p].point;
}

/* The least seconds of a run that is not the first of a bus. */
static int64_t quickest(const struct bus_instance *instance) {
    int64_t least = BUS_NEVER;
    for (size_t from = 0; from < instance->shelter_count; from++)
        for (size_t p = 0; p < instance->pickup_count; p++)
            for (size_t s = 0; s < instance->shelter_count; s++)
                least = hv_smaller(
                    least,
                    time_over(instance, instance->back + from * instance->pickup_count, p, s));
    return hv_larger(least, 1);
}

static void set_slices(struct bounding *bounding) {
    int64_t last = bounding->instance->horizon_s, dearest = 0;
    for (size_t p = 0; bounding->arrivals && p < bounding->instance->pickup_count; p++)
        dearest = hv_larger(dearest, bounding->worth[p]);
    if (bounding->arrivals) /* who arrives later than he is worth is not carried */
        last = hv_smaller(last, dearest / bounding->unit + 1);
    bounding->slice_s = hv_smaller(last / SLICES + 1, bounding->quickest_s);
    bounding->slice_s = hv_larger(bounding->slice_s, last / SLICES_MAX + 1);
    bounding->slices = (size_t)(last / bounding->slice_s) + 1;
}

/* What the buses of one make bring at most; false where a slice does not settle. */
static bool add_kind(struct bounding *bounding, size_t first, int64_t *people, wide *sum) {
    const struct bus_instance *instance = bounding->instance;
    const size_t points = instance->pickup_count, shelters = instance->shelter_count;
    const struct bus_fleet *make = &instance->fleets[first];
    bounding->seats = make->seats;
    bounding->wheelchairs = make->wheelchair_places;
    for (size_t s = 0; s < shelters; s++)
        write_runs(bounding, instance->back + s * points, &bounding->runs[s]);
    memset(bounding->value, 0, bounding->slices * shelters * sizeof *bounding->value);
    for (size_t i = 0; i < bounding->slices * shelters; i++)
        bounding->choice[i] = -1;
    for (size_t t = bounding->slices; t-- > 0;)
        if (!fill_slice(bounding, t))
            return false;
    for (size_t f = first; f < instance->fleet_count; f++) {
        const struct bus_fleet *fleet = &instance->fleets[f];
        if (fleet->seats != make->seats || fleet->wheelchair_places != make->wheelchair_places ||
            fleet->buses == 0)
            continue;
        struct runs *runs = &bounding->runs[shelters];
        write_runs(bounding, instance->out + f * points, runs);
        const struct found found = find_best(bounding, runs, fleet->ready_s);
        *sum += wide_product(found.value, fleet->buses);
        follow(bounding, fleet, found, people);
    }
    return true;
}

static bool is_first_of_kind(const struct bus_instance *instance, size_t fleet) {
    for (size_t f = 0; f < fleet; f++)
        if (instance->fleets[f].seats == instance->fleets[fleet].seats &&
            instance->fleets[f].wheelchair_places == instance->fleets[fleet].wheelchair_places)
            return false;
    return true;
}

/* What the present prices prove, in parts; −1 where they prove nothing. */
static wide prove(struct bounding *bounding, int64_t unserved, struct ranked *ranked,
                  int64_t *people) {
    const struct bus_instance *instance = bounding->instance;
    wide sum = 0, gains = 0;
    int64_t dearest = 0;
    memset(bounding->carried, 0, instance->pickup_count * sizeof *bounding->carried);
    memset(bounding->arrived, 0, instance->shelter_count * sizeof *bounding->arrived);
    rank_points(bounding, ranked);
    set_slices(bounding);
    for (size_t p = 0; p < instance->pickup_count; p++) {
        sum += wide_product(instance->pickups[p].people, bounding->worth[p]);
        dearest = hv_larger(dearest, bounding->worth[p]);
    }
    if (bounding->arrivals)
        sum -= wide_product(unserved, dearest);
    for (size_t s = 0; s < instance->shelter_count; s++)
        sum -= wide_product(instance->shelters[s].places, bounding->toll[s]);
    for (size_t f = 0; f < instance->fleet_count; f++)
        if (is_first_of_kind(instance, f) && !add_kind(bounding, f, people, &gains))
            return -1;
    return sum - gains;
}

static double square_of(const struct bounding *bounding) {
    const struct bus_instance *instance = bounding->instance;
    double square = 0;
    for (size_t p = 0; p < instance->pickup_count; p++) {
        double off = (double)(instance->pickups[p].people - bounding->carried[p]);
        square += off * off;
    }
    for (size_t s = 0; s < instance->shelter_count; s++) {
        double off = (double)(bounding->arrived[s] - instance->shelters[s].places);
        if (off > 0 || bounding->toll[s] > 0)
            square += off * off;
    }
    return square;
}

static int64_t moved(int64_t price, double change, int64_t top) {
    const double to = (double)price + change;
    return to < 0 ? 0 : to > (double)top ? top : (int64_t)to;
}

static void move_prices(struct bounding *bounding, double step) {
    const struct bus_instance *instance = bounding->instance;
    for (size_t p = 0; p < instance->pickup_count; p++)
        bounding->worth[p] = moved(
            bounding->worth[p], step * (double)(instance->pickups[p].people - bounding->carried[p]),
            bounding->top);
    for (size_t s = 0; s < instance->shelter_count; s++)
        bounding->toll[s] = moved(
            bounding->toll[s], step * (double)(bounding->arrived[s] - instance->shelters[s].places),
            bounding->top);
}

/* ---- rounds ---------------------------------------------------------------------------------- */

/* Whether there is anything to bound, in a table that fits. */
static bool is_within_reach(const struct bus_instance *instance) {
    const double table = (double)instance->pickup_count * (double)instance->shelter_count *
                         (double)(instance->shelter_count + 1);
    return table > 0 && table <= TABLE_MAX && bus_instance_buses(instance) > 0;
}

static int allocate(struct bounding *bounding) {
    const struct bus_instance *instance = bounding->instance;
    const size_t points = instance->pickup_count, shelters = instance->shelter_count;
    bounding->worth = calloc(points + 1, sizeof *bounding->worth);
    bounding->toll = calloc(shelters + 1, sizeof *bounding->toll);
    bounding->carried = calloc(points + 1, sizeof *bounding->carried);
    bounding->arrived = calloc(shelters + 1, sizeof *bounding->arrived);
    bounding->by_worth = calloc(points + 1, sizeof *bounding->by_worth);
    bounding->value = calloc((SLICES_MAX + 2) * shelters + 1, sizeof *bounding->value);
    bounding->choice = calloc((SLICES_MAX + 2) * shelters + 1, sizeof *bounding->choice);
    bounding->runs = calloc(shelters + 1, sizeof *bounding->runs);
    bool sound = bounding->worth != NULL && bounding->toll != NULL && bounding->carried != NULL &&
                 bounding->arrived != NULL && bounding->by_worth != NULL &&
                 bounding->value != NULL && bounding->choice != NULL && bounding->runs != NULL;
    for (size_t s = 0; sound && s <= shelters; s++) {
        struct runs *runs = &bounding->runs[s];
        runs->times = calloc(points * shelters + 1, sizeof *runs->times);
        runs->loads = calloc(points * shelters * LOADS + 1, sizeof *runs->loads);
        runs->nearest = calloc(points * shelters + 1, sizeof *runs->nearest);
        sound = runs->times != NULL && runs->loads != NULL && runs->nearest != NULL;
    }
    return sound ? HV_OK : HV_ERR_MEMORY;
}

static void deallocate(struct bounding *bounding) {
    for (size_t s = 0; bounding->runs != NULL && s <= bounding->instance->shelter_count; s++) {
        free(bounding->runs[s].times);
        free(bounding->runs[s].loads);
        free(bounding->runs[s].nearest);
    }
    free(bounding->runs);
    free(bounding->worth);
    free(bounding->toll);
    free(bounding->carried);
    free(bounding->arrived);
    free(bounding->by_worth);
    free(bounding->value);
    free(bounding->choice);
}

/* The greatest figure that some rounds of prices prove, ≥ 0, towards `target`. */
static int64_t climb(struct bounding *bounding, int64_t unserved, int64_t target,
                     struct ranked *ranked, int64_t *people, int (*stop)(void *context),
                     void *context) {
    double pace = 1;
    int64_t best = 0;
    int since = 0;
    bounding->work = 0;
    for (int round = 0;
         round < ROUNDS_MAX && bounding->work < bounding->work_max && best < target && pace > 0.01;
         round++) {
        if (stop != NULL && stop(context) != 0)
            break;
        const wide sum = prove(bounding, unserved, ranked, people);
        if (sum > 0 && (int64_t)((sum + bounding->unit - 1) / bounding->unit) > best) {
            best = (int64_t)((sum + bounding->unit - 1) / bounding->unit);
            since = 0;
        } else if (++since >= ROUNDS_PATIENT) {
            pace /= 2;
            since = 0;
        }
        const double square = square_of(bounding);
        if (square == 0)
            break;
        const double missing = (double)target * (double)bounding->unit - (double)sum;
        move_prices(bounding, pace * (missing > 1 ? missing : 1) / square);
    }
    return best;
}

/* People who cannot be served whatever the buses do: no place for anybody, or no way. */
static int64_t count_hopeless(const struct bus_instance *instance) {
    int64_t hopeless = 0, hopeful = 0, places = 0;
    for (size_t p = 0; p < instance->pickup_count; p++) {
        bool hope = false;
        for (size_t s = 0; s < instance->shelter_count; s++)
            for (size_t f = 0; f < instance->fleet_count && !hope; f++)
                hope = instance->fleets[f].buses > 0 &&
                       time_over(instance, instance->out + f * instance->pickup_count, p, s) !=
                           BUS_NEVER;
        *(hope ? &hopeful : &hopeless) += instance->pickups[p].people;
    }
    for (size_t s = 0; s < instance->shelter_count; s++)
        places += hv_smaller(instance->shelters[s].places, BUS_PEOPLE_MAX);
    return hopeless + (hopeful > places ? hopeful - places : 0);
}

/* When somebody of a point can be anywhere at the earliest; 0 for never. */
static int64_t earliest(const struct bus_instance *instance, size_t point) {
    int64_t best = INT64_MAX;
    for (size_t f = 0; f < instance->fleet_count; f++)
        for (size_t s = 0; s < instance->shelter_count; s++) {
            const int32_t time =
                time_over(instance, instance->out + f * instance->pickup_count, point, s);
            if (time != BUS_NEVER && instance->fleets[f].buses > 0)
                best = hv_smaller(best,
                                  end_of(instance, instance->fleets[f].ready_s, point, s, time, 1));
        }
    return best == INT64_MAX ? 0 : best;
}

int bus_bound(const struct bus_instance *instance, struct bus_value plan, double work,
              int (*stop)(void *context), void *context, struct bus_value *ret_bound) {
    struct bounding bounding = {.instance = instance, .work_max = work};
    const bool possible = is_within_reach(instance);
    struct ranked *ranked = calloc(instance->pickup_count + 1, sizeof *ranked);
    int64_t *people = calloc(instance->pickup_count + 1, sizeof *people);
    const int64_t all = bus_instance_people(instance);
    struct bus_value bound = {count_hopeless(instance), 0};
    int error = ranked == NULL || people == NULL ? HV_ERR_MEMORY : HV_OK;
    if (error == HV_OK && possible) {
        error = allocate(&bounding);
        bounding.quickest_s = quickest(instance);
        bounding.points_left = instance->pickup_count * instance->shelter_count;
    }
    if (error == HV_OK && possible && bound.unserved < plan.unserved) {
        bounding.unit = bounding.top = UNIT_P;
        for (size_t p = 0; p < instance->pickup_count; p++)
            bounding.worth[p] = UNIT_P;
        bound.unserved = hv_larger(
            bound.unserved, climb(&bounding, 0, plan.unserved, ranked, people, stop, context));
    }
    if (error == HV_OK && possible && bound.unserved == plan.unserved && all > plan.unserved) {
        bounding.arrivals = true;
        bounding.unit = UNIT_S;
        bounding.top = SECONDS_TOP * UNIT_S;
        for (size_t p = 0; p < instance->pickup_count; p++)
            bounding.worth[p] = earliest(instance, p) * UNIT_S;
        memset(bounding.toll, 0, instance->shelter_count * sizeof *bounding.toll);
        bound.arrival_s =
            climb(&bounding, plan.unserved, plan.arrival_s, ranked, people, stop, context);
    }
    deallocate(&bounding);
    free(ranked);
    free(people);
    if (error == HV_OK)
        *ret_bound = bound;
    return error;
}
