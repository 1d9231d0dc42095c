#include "tests/support/bus_checker.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char wrong[256];

#define REQUIRE(holds, ...)                                                                        \
    do {                                                                                           \
        if (!(holds)) {                                                                            \
            snprintf(wrong, sizeof wrong, __VA_ARGS__);                                            \
            return wrong;                                                                          \
        }                                                                                          \
    } while (0)

static int later(int a, int b) {
    return a > b ? a : b;
}

/* ---- plans ----------------------------------------------------------------------------------- */

struct tally {
    int *boarded;    /* by point */
    int *torn;       /* by point */
    int64_t *places; /* by shelter */
};

static int fleet_of(const struct bus_instance *instance, int bus) {
    int fleet = 0;
    while (bus >= instance->fleets[fleet].buses)
        bus -= instance->fleets[fleet++].buses;
    return fleet;
}

static const char *check_run(const struct bus_instance *instance, const struct bus_plan *plan,
                             const struct bus_run *run, const struct bus_run *before,
                             struct tally *tally) {
    const int points = (int)instance->pickup_count, shelters = (int)instance->shelter_count;
    const struct bus_fleet *fleet = &instance->fleets[run->fleet];
    int now = before == NULL ? fleet->ready_s : before->free_s, at = -1, people = 0;
    int seats = 0, wheelchairs = 0;
    REQUIRE(run->fleet == fleet_of(instance, run->bus), "fleet of bus %d", run->bus);
    REQUIRE(run->start_s == now, "bus %d starts at %d", run->bus, run->start_s);
    REQUIRE(run->stop_count >= 1 && run->stop_count <= instance->stops_max, "%d stops",
            run->stop_count);
    for (int i = 0; i < run->stop_count; i++) {
        const struct bus_stop *stop = &plan->stops[run->stop_first + (size_t)i];
        const struct bus_pickup *pickup = &instance->pickups[stop->pickup];
        const struct bus_class *class = &instance->classes[pickup->class];
        const int to = stop->pickup;
        const int way = at >= 0          ? instance->between[at * points + to]
                        : before == NULL ? instance->out[run->fleet * points + to]
                                         : instance->back[before->shelter * points + to];
        REQUIRE(way != BUS_NEVER, "no way to point %d", to);
        REQUIRE(stop->people > 0, "nobody boards");
        REQUIRE(stop->arrive_s == now + way, "at point %d at %d", to, stop->arrive_s);
        REQUIRE(stop->leave_s == later(now + way, pickup->ready_s) + instance->stop_s +
                                     instance->board_s * stop->people,
                "leaves point %d at %d", to, stop->leave_s);
        REQUIRE(stop->leave_s <= pickup->deadline_s, "after the deadline of point %d", to);
        REQUIRE((instance->shelters[run->shelter].takes & (1u << pickup->class)) != 0,
                "shelter %d does not take point %d", run->shelter, to);
        int parties = 0;
        while (parties * class->party_people < stop->people)
            parties++;
        tally->torn[to] += parties * class->party_people != stop->people;
        tally->boarded[to] += stop->people;
        tally->places[run->shelter] += parties * class->party_people;
        *(class->wheelchair ? &wheelchairs : &seats) += parties * class->party_people;
        people += stop->people;
        now = stop->leave_s;
        at = to;
    }
    const int way = instance->in[at * shelters + run->shelter];
    REQUIRE(way != BUS_NEVER && run->arrive_s == now + way, "arrives at %d", run->arrive_s);
    REQUIRE(run->free_s == later(run->arrive_s, instance->shelters[run->shelter].opens_s) +
                               instance->stop_s + instance->alight_s * people,
            "free at %d", run->free_s);
    REQUIRE(run->free_s <= instance->horizon_s, "arrives too late");
    REQUIRE(people == run->people && seats <= fleet->seats &&
                wheelchairs <= fleet->wheelchair_places,
            "%d people on bus %d", people, run->bus);
    return NULL;
}

static const char *check_sums(const struct bus_instance *instance, const struct bus_plan *plan,
                              const struct tally *tally) {
    int64_t unserved = 0, arrivals = 0;
    int last = 0;
    for (size_t p = 0; p < instance->pickup_count; p++) {
        const int left = instance->pickups[p].people - tally->boarded[p];
        REQUIRE(left >= 0 && left == plan->unserved[p], "%d left at point %zu", left, p);
        REQUIRE(tally->torn[p] <= (left == 0), "a party of point %zu is torn", p);
        unserved += left;
    }
    for (size_t s = 0; s < instance->shelter_count; s++)
        REQUIRE(tally->places[s] <= instance->shelters[s].places, "shelter %zu is overfull", s);
    for (size_t r = 0; r < plan->run_count; r++) {
        arrivals += (int64_t)plan->runs[r].people * plan->runs[r].free_s;
        last = later(last, plan->runs[r].free_s);
    }
    REQUIRE(unserved == plan->value.unserved && arrivals == plan->value.arrival_s &&
                last == plan->last_arrival_s,
            "figures of the plan");
    REQUIRE(bus_value_compare(plan->bound, plan->value) <= 0, "a bound above the plan");
    REQUIRE(plan->optimal == (bus_value_compare(plan->bound, plan->value) == 0), "optimal or not");
    return NULL;
}

const char *bus_checker_plan(const struct bus_instance *instance, const struct bus_plan *plan) {
    struct tally tally = {calloc(instance->pickup_count + 1, sizeof(int)),
                          calloc(instance->pickup_count + 1, sizeof(int)),
                          calloc(instance->shelter_count + 1, sizeof(int64_t))};
    const char *fault = NULL;
    for (size_t r = 0; fault == NULL && r < plan->run_count; r++) {
        const struct bus_run *run = &plan->runs[r];
        const struct bus_run *before = r > 0 && run[-1].bus == run->bus ? &run[-1] : NULL;
        if (r > 0 && run[-1].bus > run->bus)
            fault = "runs in no order";
        if (fault == NULL)
            fault = check_run(instance, plan, run, before, &tally);
    }
    if (fault == NULL)
        fault = check_sums(instance, plan, &tally);
    free(tally.boarded);
    free(tally.torn);
    free(tally.places);
    return fault;
}

/* ---- everything, tried ----------------------------------------------------------------------- */

struct brute {
    const struct bus_instance *instance;
    int left[8];
    int64_t places[8];
    int buses;
    int64_t tries, tries_max;
    struct bus_value best, now;
};

struct ride {
    int bus, shelter_before, at, time, stops;
    int seats, wheelchairs, people;
    unsigned classes;
};

static void try_bus(struct brute *brute, int bus, int free_s, int shelter);

/* Ends a ride at every shelter and goes on with the bus from there. */
static void end_ride(struct brute *brute, const struct ride *ride) {
    const struct bus_instance *instance = brute->instance;
    for (size_t s = 0; s < instance->shelter_count; s++) {
        const struct bus_shelter *shelter = &instance->shelters[s];
        const int way = instance->in[(size_t)ride->at * instance->shelter_count + s];
        if (way == BUS_NEVER || (ride->classes & ~shelter->takes) != 0 ||
            brute->places[s] < ride->people)
            continue;
        const int free_s = later(ride->time + way, shelter->opens_s) + instance->stop_s +
                           instance->alight_s * ride->people;
        if (free_s > instance->horizon_s)
            continue;
        brute->places[s] -= ride->people;
        brute->now.unserved -= ride->people;
        brute->now.arrival_s += (int64_t)free_s * ride->people;
        try_bus(brute, ride->bus, free_s, (int)s);
        brute->places[s] += ride->people;
        brute->now.unserved += ride->people;
        brute->now.arrival_s -= (int64_t)free_s * ride->people;
    }
}

/* Goes on to every point with every number of people. */
static void go_on(struct brute *brute, const struct ride *ride) {
    const struct bus_instance *instance = brute->instance;
    const int points = (int)instance->pickup_count;
    const int fleet = fleet_of(instance, ride->bus);
    for (int p = 0; ride->stops < instance->stops_max && p < points; p++) {
        const struct bus_pickup *pickup = &instance->pickups[p];
        const bool wheelchair = instance->classes[pickup->class].wheelchair;
        const int way = ride->at >= 0 ? instance->between[ride->at * points + p]
                        : ride->shelter_before >= 0
                            ? instance->back[ride->shelter_before * points + p]
                            : instance->out[fleet * points + p];
        if (way == BUS_NEVER)
            continue;
        for (int n = 1; n <= brute->left[p] && n <= (wheelchair ? ride->wheelchairs : ride->seats);
             n++) {
            struct ride next = *ride;
            next.time =
                later(ride->time + way, pickup->ready_s) + instance->stop_s + instance->board_s * n;
            if (next.time > pickup->deadline_s)
                continue;
            *(wheelchair ? &next.wheelchairs : &next.seats) -= n;
            next.at = p;
            next.stops++;
            next.people += n;
            next.classes |= 1u << pickup->class;
            brute->left[p] -= n;
            end_ride(brute, &next);
            go_on(brute, &next);
            brute->left[p] += n;
        }
    }
}

static void try_bus(struct brute *brute, int bus, int free_s, int shelter) {
    const struct bus_instance *instance = brute->instance;
    if (++brute->tries > brute->tries_max)
        return;
    if (bus_value_compare(brute->now, brute->best) < 0)
        brute->best = brute->now;
    const struct bus_fleet *fleet = &instance->fleets[fleet_of(instance, bus)];
    const struct ride ride = {.bus = bus,
                              .shelter_before = shelter,
                              .at = -1,
                              .time = free_s,
                              .seats = fleet->seats,
                              .wheelchairs = fleet->wheelchair_places};
    go_on(brute, &ride);
    if (bus + 1 < brute->buses)
        try_bus(brute, bus + 1, instance->fleets[fleet_of(instance, bus + 1)].ready_s, -1);
}

struct bus_value bus_checker_optimum(const struct bus_instance *instance, int64_t tries_max,
                                     bool *ret_exact) {
    struct brute brute = {.instance = instance, .tries_max = tries_max};
    for (size_t p = 0; p < instance->pickup_count; p++) {
        brute.left[p] = instance->pickups[p].people;
        brute.now.unserved += brute.left[p];
    }
    for (size_t s = 0; s < instance->shelter_count; s++)
        brute.places[s] = instance->shelters[s].places;
    for (size_t f = 0; f < instance->fleet_count; f++)
        brute.buses += instance->fleets[f].buses;
    brute.best = brute.now;
    if (brute.buses > 0)
        try_bus(&brute, 0, instance->fleets[fleet_of(instance, 0)].ready_s, -1);
    *ret_exact = brute.tries <= tries_max;
    return brute.best;
}

/* ---- up to ten points ------------------------------------------------------------------------ */

#define POINTS_MAX 10
#define SHELTERS_MAX 3
#define LOADS_MAX 4000

struct ten {
    const struct bus_instance *instance;
    int points, shelters, seats;
    int digit[POINTS_MAX +
              1]; /* of point p in a state: how many states there are of those before */
    int states;
    struct {
        int people[POINTS_MAX], state, all;       /* who board */
        int ways[SHELTERS_MAX + 2][SHELTERS_MAX]; /* least seconds from a shelter or a fleet */
    } loads[LOADS_MAX];
    int load_count;
    int64_t *cost; /* state × shelter: of a bus that has to bring all of a state */
};

static int first_leg(const struct ten *ten, int from, int point) {
    const struct bus_instance *instance = ten->instance;
    return from < ten->shelters ? instance->back[from * ten->points + point]
                                : instance->out[(from - ten->shelters) * ten->points + point];
}

/* Every order of the points of a load that are left, from where the bus is. */
static void try_orders(const struct ten *ten, int load, int from, int at, int time, unsigned seen,
                       int ways[SHELTERS_MAX]) {
    bool done = true;
    for (int p = 0; p < ten->points; p++) {
        if (ten->loads[load].people[p] == 0 || (seen & (1u << p)) != 0)
            continue;
        done = false;
        int way = at < 0 ? first_leg(ten, from, p) : ten->instance->between[at * ten->points + p];
        try_orders(ten, load, from, p, time + way + ten->instance->stop_s, seen | 1u << p, ways);
    }
    for (int s = 0; done && s < ten->shelters; s++) {
        int all = time + ten->instance->in[at * ten->shelters + s] + ten->instance->stop_s +
                  (ten->instance->board_s + ten->instance->alight_s) * ten->loads[load].all;
        if (all < ways[s])
            ways[s] = all;
    }
}

static void list_loads(struct ten *ten, int point, int stops, int load_people[POINTS_MAX],
                       int people) {
    if (point == ten->points) {
        if (people == 0)
            return;
        int load = ten->load_count++;
        memcpy(ten->loads[load].people, load_people, sizeof ten->loads[load].people);
        ten->loads[load].all = people;
        ten->loads[load].state = 0;
        for (int p = 0; p < ten->points; p++)
            ten->loads[load].state += load_people[p] * ten->digit[p];
        for (int from = 0; from < ten->shelters + (int)ten->instance->fleet_count; from++) {
            for (int s = 0; s < ten->shelters; s++)
                ten->loads[load].ways[from][s] = BUS_NEVER;
            try_orders(ten, load, from, -1, 0, 0, ten->loads[load].ways[from]);
        }
        return;
    }
    for (int n = 0; n <= ten->instance->pickups[point].people && people + n <= ten->seats; n++) {
        if (n > 0 && stops == ten->instance->stops_max)
            break;
        load_people[point] = n;
        list_loads(ten, point + 1, stops + (n > 0), load_people, people + n);
    }
    load_people[point] = 0;
}

static int waiting(const struct ten *ten, int state, int people[POINTS_MAX]) {
    int all = 0;
    for (int p = 0; p < ten->points; p++) {
        people[p] = state / ten->digit[p] % (ten->instance->pickups[p].people + 1);
        all += people[p];
    }
    return all;
}

/* The least that a bus costs which is free somewhere and has to bring all of a state. */
static int64_t cost_from(const struct ten *ten, int state, int from) {
    int people[POINTS_MAX];
    const int all = waiting(ten, state, people);
    int64_t best = all == 0 ? 0 : INT64_MAX;
    for (int l = 0; l < ten->load_count; l++) {
        bool fits = true;
        for (int p = 0; p < ten->points && fits; p++)
            fits = ten->loads[l].people[p] <= people[p];
        for (int s = 0; fits && s < ten->shelters; s++) {
            const int64_t rest =
                ten->cost[(size_t)(state - ten->loads[l].state) * (size_t)ten->shelters +
                          (size_t)s];
            const int64_t cost = (int64_t)ten->loads[l].ways[from][s] * all + rest;
            best = cost < best ? cost : best;
        }
    }
    return best;
}

int64_t bus_checker_arrivals(const struct bus_instance *instance) {
    static struct ten ten; /* large */
    int people[POINTS_MAX] = {0};
    int64_t best = INT64_MAX, *alone[2] = {NULL, NULL};
    if (instance->fleet_count < 1 || instance->fleet_count > 2)
        abort();
    memset(&ten, 0, sizeof ten);
    ten.instance = instance;
    ten.points = (int)instance->pickup_count;
    ten.shelters = (int)instance->shelter_count;
    ten.seats = instance->fleets[0].seats;
    ten.states = 1;
    for (int p = 0; p < ten.points; p++) {
        ten.digit[p] = ten.states;
        ten.states *= instance->pickups[p].people + 1;
    }
    list_loads(&ten, 0, 0, people, 0);
    ten.cost = calloc((size_t)ten.states * (size_t)ten.shelters, sizeof *ten.cost);
    for (int state = 0; state < ten.states; state++)
        for (int s = 0; s < ten.shelters; s++)
            ten.cost[(size_t)state * (size_t)ten.shelters + (size_t)s] = cost_from(&ten, state, s);
    for (int f = 0; f < (int)instance->fleet_count; f++) {
        alone[f] = calloc((size_t)ten.states, sizeof *alone[f]);
        for (int state = 0; state < ten.states; state++)
            alone[f][state] = cost_from(&ten, state, ten.shelters + f) +
                              (int64_t)instance->fleets[f].ready_s * waiting(&ten, state, people);
    }
    const int full = ten.states - 1; /* every state is part of it, digit by digit */
    for (int state = 0; state < ten.states; state++) {
        if (alone[0] == NULL)
            abort();
        int64_t cost = alone[0][state];
        if (instance->fleet_count > 1)
            cost += alone[1][full - state];
        else if (state != full)
            continue;
        best = cost < best ? cost : best;
    }
    free(ten.cost);
    free(alone[0]);
    free(alone[1]);
    return best;
}
