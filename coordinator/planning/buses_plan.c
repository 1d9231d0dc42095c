#include "coordinator/planning/buses_plan.h"

#include <stdlib.h>
#include <string.h>

#include "coordinator/optimizer/bus_quick_bound.h"
#include "coordinator/optimizer/bus_schedule.h"
#include "coordinator/planning/buses_roads.h"

enum {
    MS_PER_S = 1000,
    BOARD_S = 4, /* a person */
    ALIGHT_S = 2,
    STOPS_EACH = 4,      /* of a run, at most */
    SEARCH_WORK = 60000, /* stops looked at by a search */
    HALF = 2
};

#define NONE UINT32_MAX

/* Two ways between the same places: the quickest now, and the quickest that no closing touches. */
struct way {
    int64_t quick_ms, lasting_ms; /* BUSES_ROADS_NEVER: none, or not to be taken */
    int64_t latest_ms;            /* to begin the quick one */
    int64_t least_ms;             /* quick_ms as it was found */
};

struct point {     /* people of a zone who wait, of one class */
    uint32_t zone; /* among those that have any */
    enum instance_class class;
    int32_t people;
};

/* Where a bus is free and from when on. */
struct place {
    uint32_t shelter; /* among those used; NONE: its yard */
    int64_t ready_s;
};

struct planning {
    const struct picture *picture;
    const struct buses *buses;
    const struct instance *instance;
    struct plan *plan;
    int64_t change_price_ms;
    int (*stop)(void *context);
    void *context;

    uint32_t *zones, *zone_at; /* that have people waiting, and by zone of the region which */
    size_t zone_count;
    uint32_t *shelters, *shelter_at; /* that the plan or a run uses */
    size_t shelter_count;
    int64_t *sent; /* zone × shelter × class: by the plan, in time */
    struct point *points;
    size_t point_count;

    struct buses_roads roads;
    struct way *out, *between, *in, *back; /* group × zone, zone × zone, zone × shelter and back */
    int64_t *in_all;                       /* zone × shelter of the instance: quickest, ms */
    int64_t *back_all;                     /* zone: quickest from any shelter that can be used */
    int64_t *latest_ms;  /* zone: that anybody can leave by any way to one of these */
    bool *lasting;       /* zone: no closing touches its ways */
    int64_t *deadline_s; /* zone; BUS_NEVER */
    bool *reached;       /* zone: there is a way for buses */

    struct bus_class classes[INSTANCE_CLASSES];
    int64_t work;
};

/* Runs that stand before a search: those of orders that it takes as given. */
struct given {
    bool *runs;         /* by run of the buses */
    int32_t *people;    /* by stop of the buses × class: who board */
    struct place *free; /* by bus: after them */
    int32_t *waiting;   /* by point: besides them */
    int32_t *limits;    /* point × shelter: besides them */
    int64_t arrival_s;  /* of those that have not begun */
    int64_t kept_people;
};

struct solved {
    struct given given;
    struct bus_plan plan;
    uint32_t *bus_of;       /* by bus of the plan: among all */
    struct bus_value value; /* with the given runs that have not begun */
};

static int64_t smaller(int64_t a, int64_t b) {
    return a < b ? a : b;
}

static int64_t larger(int64_t a, int64_t b) {
    return a > b ? a : b;
}

static void *take(size_t count, size_t bytes) {
    return calloc(count + 1, bytes);
}

/* ---- who waits ---- */

static size_t stream_count(const struct plan *plan) {
    return plan->timetable == NULL ? plan->assignment_count : plan->timetable->stream_count;
}

struct stream {
    uint32_t zone, shelter;
    const int64_t *people; /* by class */
};

static struct stream stream_at(const struct plan *plan, size_t index) {
    if (plan->timetable == NULL)
        return (struct stream){plan->assignments[index].zone, plan->assignments[index].shelter,
                               plan->assignments[index].people};
    const struct plan_stream *stream = &plan->timetable->streams[index];
    return (struct stream){stream->zone, stream->shelter, stream->people};
}

static uint32_t number_of(uint32_t *at, uint32_t *list, size_t *count, uint32_t what) {
    if (at[what] == NONE) {
        at[what] = (uint32_t)*count;
        list[(*count)++] = what;
    }
    return at[what];
}

static size_t cell(const struct planning *planning, size_t zone, size_t shelter, int class) {
    return (zone * planning->shelter_count + shelter) * INSTANCE_CLASSES + (size_t) class;
}

static int find_places(struct planning *planning) {
    const struct instance *instance = planning->instance;
    planning->zones = take(instance->zone_count, sizeof *planning->zones);
    planning->zone_at = take(instance->zone_count, sizeof *planning->zone_at);
    planning->shelters = take(instance->shelter_count, sizeof *planning->shelters);
    planning->shelter_at = take(instance->shelter_count, sizeof *planning->shelter_at);
    if (planning->zones == NULL || planning->zone_at == NULL || planning->shelters == NULL ||
        planning->shelter_at == NULL)
        return HV_ERR_MEMORY;
    memset(planning->zone_at, 0xff, instance->zone_count * sizeof *planning->zone_at);
    memset(planning->shelter_at, 0xff, instance->shelter_count * sizeof *planning->shelter_at);
    for (size_t i = 0; i < stream_count(planning->plan); i++) {
        const struct stream stream = stream_at(planning->plan, i);
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

/* Of those who wait in a zone, so many are of a class: in proportion, medical and wheelchair
 * upwards. */
static void share_out(const struct instance_zone *zone, int64_t ret_people[INSTANCE_CLASSES]) {
    int64_t all = 0, left = zone->without_vehicle;
    for (int class = 0; class < INSTANCE_CLASSES; class ++)
        all += zone->people[class];
    memset(ret_people, 0, INSTANCE_CLASSES * sizeof *ret_people);
    for (int class = INSTANCE_CLASSES - 1; class > INSTANCE_GENERAL && all > 0; class --) {
        const int64_t share = (zone->people[class] * zone->without_vehicle + all - 1) / all;
        ret_people[class] = smaller(share, left);
        left -= ret_people[class];
    }
    ret_people[INSTANCE_GENERAL] = left;
}

static int find_points(struct planning *planning) {
    const size_t cells = planning->zone_count * planning->shelter_count * INSTANCE_CLASSES;
    planning->sent = take(cells, sizeof *planning->sent);
    planning->points = take(planning->zone_count * INSTANCE_CLASSES, sizeof *planning->points);
    if (planning->sent == NULL || planning->points == NULL)
        return HV_ERR_MEMORY;
    for (size_t i = 0; i < stream_count(planning->plan); i++) {
        const struct stream stream = stream_at(planning->plan, i);
        const uint32_t zone = planning->zone_at[stream.zone];
        for (int class = 0; class < INSTANCE_CLASSES && zone != NONE; class ++)
            planning->sent[cell(planning, zone, planning->shelter_at[stream.shelter], class)] +=
                stream.people[class];
    }
    for (size_t z = 0; z < planning->zone_count; z++) {
        int64_t waiting[INSTANCE_CLASSES];
        share_out(&planning->instance->zones[planning->zones[z]], waiting);
        for (int class = 0; class < INSTANCE_CLASSES; class ++) {
            int64_t sent = 0;
            for (size_t s = 0; s < planning->shelter_count; s++)
                sent += planning->sent[cell(planning, z, s, class)];
            const int64_t people = smaller(waiting[class], sent);
            if (people > 0)
                planning->points[planning->point_count++] = (struct point){
                    (uint32_t)z, (enum instance_class) class, (int32_t)smaller(people, INT32_MAX)};
        }
    }
    return HV_OK;
}

/* ---- ways ---- */

static uint32_t zone_node(const struct planning *planning, size_t zone) {
    return planning->instance->zones[planning->zones[zone]].node;
}

static uint32_t shelter_node(const struct planning *planning, size_t shelter) {
    return planning->instance->shelters[planning->shelters[shelter]].node;
}

/* What the last search found, into one of the two ways. */
static void note_way(const struct planning *planning, uint32_t node, bool lasting,
                     struct way *way) {
    if (lasting) {
        way->lasting_ms = planning->roads.time_ms[node];
        return;
    }
    way->quick_ms = way->least_ms = planning->roads.time_ms[node];
    way->latest_ms = planning->roads.latest_ms[node];
    way->lasting_ms = way->quick_ms; /* where no road closes */
}

static void search_from(struct planning *planning, uint32_t node, struct way *to_zones,
                        struct way *to_shelters, int64_t *to_all) {
    const struct instance *instance = planning->instance;
    for (int lasting = 0; lasting <= (int)planning->roads.close; lasting++) {
        buses_roads_from(&planning->roads, node, lasting != 0);
        for (size_t z = 0; z < planning->zone_count; z++)
            note_way(planning, zone_node(planning, z), lasting != 0, &to_zones[z]);
        for (size_t s = 0; to_shelters != NULL && s < planning->shelter_count; s++)
            note_way(planning, shelter_node(planning, s), lasting != 0, &to_shelters[s]);
        for (size_t s = 0; to_all != NULL && lasting == 0 && s < instance->shelter_count; s++)
            to_all[s] = planning->roads.time_ms[instance->shelters[s].node];
    }
}

/* Whether the plan could send anybody there. */
static bool is_usable(const struct instance_shelter *shelter) {
    return shelter->usable && shelter->withstands && shelter->capacity > 0;
}

/* What is true of all plans, whatever way a bus takes. */
static int find_limits(struct planning *planning) {
    const struct instance *instance = planning->instance;
    uint32_t *nodes = take(instance->shelter_count, sizeof *nodes);
    size_t count = 0;
    planning->back_all = take(planning->zone_count, sizeof *planning->back_all);
    planning->latest_ms = take(planning->zone_count, sizeof *planning->latest_ms);
    if (nodes == NULL || planning->back_all == NULL || planning->latest_ms == NULL) {
        free(nodes);
        return HV_ERR_MEMORY;
    }
    for (uint32_t s = 0; s < instance->shelter_count; s++)
        if (is_usable(&instance->shelters[s]) || planning->shelter_at[s] != NONE)
            nodes[count++] = instance->shelters[s].node;
    buses_roads_latest(&planning->roads, nodes, count);
    for (size_t z = 0; z < planning->zone_count; z++)
        planning->latest_ms[z] = planning->roads.latest_ms[zone_node(planning, z)];
    buses_roads_back(&planning->roads, nodes, count);
    for (size_t z = 0; z < planning->zone_count; z++)
        planning->back_all[z] = planning->roads.time_ms[zone_node(planning, z)];
    free(nodes);
    return HV_OK;
}

static int find_ways(struct planning *planning) {
    const size_t zones = planning->zone_count, shelters = planning->shelter_count;
    const struct picture *picture = planning->picture;
    planning->out = take(planning->buses->group_count * zones, sizeof *planning->out);
    planning->between = take(zones * zones, sizeof *planning->between);
    planning->in = take(zones * shelters, sizeof *planning->in);
    planning->back = take(shelters * zones, sizeof *planning->back);
    planning->in_all = take(zones * planning->instance->shelter_count, sizeof *planning->in_all);
    if (planning->out == NULL || planning->between == NULL || planning->in == NULL ||
        planning->back == NULL || planning->in_all == NULL)
        return HV_ERR_MEMORY;
    int error = buses_roads_init(&planning->roads, picture->network, picture->closings,
                                 picture->closing_count, planning->buses->horizon_s * MS_PER_S);
    if (error != HV_OK)
        return error;
    for (uint32_t g = 0; g < planning->buses->group_count; g++)
        search_from(planning, planning->buses->groups[g].node, &planning->out[g * zones], NULL,
                    NULL);
    for (size_t z = 0; z < zones; z++)
        search_from(planning, zone_node(planning, z), &planning->between[z * zones],
                    &planning->in[z * shelters],
                    &planning->in_all[z * planning->instance->shelter_count]);
    for (size_t s = 0; s < shelters; s++)
        search_from(planning, shelter_node(planning, s), &planning->back[s * zones], NULL, NULL);
    return find_limits(planning);
}

/* When the last bus has to have come by the way, or left it: by the way that it begins. */
static int64_t last_arrival(const struct way *way) {
    return way->latest_ms == BUSES_ROADS_NEVER ? BUSES_ROADS_NEVER : way->latest_ms + way->quick_ms;
}

static bool is_sent(const struct planning *planning, size_t zone, size_t shelter) {
    for (int class = 0; class < INSTANCE_CLASSES; class ++)
        if (planning->sent[cell(planning, zone, shelter, class)] > 0)
            return true;
    return false;
}

/* Whether buses come to a zone by ways that no closing touches, and go on by them. */
static bool lasts(const struct planning *planning, size_t zone) {
    bool to = false, from = false;
    for (uint32_t g = 0; g < planning->buses->group_count; g++)
        to |= !planning->buses->groups[g].declined &&
              planning->out[g * planning->zone_count + zone].lasting_ms != BUSES_ROADS_NEVER;
    for (size_t s = 0; s < planning->shelter_count; s++)
        from |= is_sent(planning, zone, s) &&
                planning->in[zone * planning->shelter_count + s].lasting_ms != BUSES_ROADS_NEVER;
    return to && from;
}

/* Ways that hold less than half as long as the best of them are not taken, so that the rest need
 * not hurry; until when the rest hold. */
static int64_t drop_short_lived(struct way *ways, size_t count, size_t stride, bool arriving) {
    int64_t best = -1, least = BUSES_ROADS_NEVER;
    for (size_t i = 0; i < count; i++) {
        const struct way *way = &ways[i * stride];
        if (way->quick_ms != BUSES_ROADS_NEVER)
            best = larger(best, arriving ? last_arrival(way) : way->latest_ms);
    }
    for (size_t i = 0; i < count; i++) {
        struct way *way = &ways[i * stride];
        const int64_t until = arriving ? last_arrival(way) : way->latest_ms;
        if (way->quick_ms == BUSES_ROADS_NEVER)
            continue;
        if (until < best / HALF)
            way->quick_ms = BUSES_ROADS_NEVER;
        else
            least = smaller(least, until);
    }
    return least;
}

/* By which ways each zone is served, and until when. */
static int choose_ways(struct planning *planning) {
    const size_t zones = planning->zone_count, shelters = planning->shelter_count;
    planning->lasting = take(zones, sizeof *planning->lasting);
    planning->reached = take(zones, sizeof *planning->reached);
    planning->deadline_s = take(zones, sizeof *planning->deadline_s);
    if (planning->lasting == NULL || planning->reached == NULL || planning->deadline_s == NULL)
        return HV_ERR_MEMORY;
    for (size_t z = 0; z < zones; z++) {
        planning->lasting[z] = lasts(planning, z);
        planning->deadline_s[z] = BUS_NEVER;
        for (size_t s = 0; s < shelters; s++) /* nobody of the zone is sent to the others */
            if (!is_sent(planning, z, s))
                planning->in[z * shelters + s].quick_ms =
                    planning->in[z * shelters + s].lasting_ms = BUSES_ROADS_NEVER;
        if (planning->lasting[z])
            continue;
        int64_t until = drop_short_lived(&planning->in[z * shelters], shelters, 1, false);
        until = smaller(
            until, drop_short_lived(&planning->out[z], planning->buses->group_count, zones, true));
        until = smaller(until, drop_short_lived(&planning->between[z], zones, zones, true));
        until = smaller(until, drop_short_lived(&planning->back[z], shelters, zones, true));
        if (until != BUSES_ROADS_NEVER)
            planning->deadline_s[z] = smaller(until / MS_PER_S, BUS_SECONDS_MAX);
    }
    return HV_OK;
}

/* Seconds of the way to a zone, or from it on to a shelter; upwards. */
static int32_t seconds(const struct planning *planning, const struct way *way, size_t zone) {
    const int64_t ms = planning->lasting[zone] ? way->lasting_ms : way->quick_ms;
    if (ms == BUSES_ROADS_NEVER || ms > BUS_SECONDS_MAX * (int64_t)MS_PER_S)
        return BUS_NEVER;
    return (int32_t)((ms + MS_PER_S - 1) / MS_PER_S);
}

static void find_reached(struct planning *planning) {
    for (size_t z = 0; z < planning->zone_count; z++) {
        bool to = false, from = false;
        for (uint32_t g = 0; g < planning->buses->group_count; g++)
            to |= !planning->buses->groups[g].declined &&
                  seconds(planning, &planning->out[g * planning->zone_count + z], z) != BUS_NEVER;
        for (size_t s = 0; s < planning->shelter_count; s++)
            from |=
                seconds(planning, &planning->in[z * planning->shelter_count + s], z) != BUS_NEVER;
        planning->reached[z] = to && from;
    }
}

/* ---- runs that are given ---- */

static void free_given(struct given *given) {
    free(given->runs);
    free(given->people);
    free(given->free);
    free(given->waiting);
    free(given->limits);
}

static uint32_t find_point(const struct planning *planning, uint32_t zone, int class) {
    const uint32_t at = planning->zone_at[zone];
    for (size_t p = 0; at != NONE && p < planning->point_count; p++)
        if (planning->points[p].zone == at && (int)planning->points[p].class == class)
            return (uint32_t)p;
    return NONE;
}

/* Whether a run of an order still has people to fetch everywhere, to a shelter that they are sent
 * to, on roads that hold; then they are taken off those who wait. */
static bool give_run(const struct planning *planning, const struct buses_run *run,
                     struct given *given) {
    const uint32_t shelter = planning->shelter_at[run->shelter];
    for (size_t i = 0; i < run->stop_count; i++) {
        const struct buses_stop *stop = &planning->buses->stops[run->first_stop + i];
        const uint32_t zone = planning->zone_at[stop->zone];
        int64_t fits = 0;
        if (zone == NONE || stop->leaves_s > planning->deadline_s[zone] ||
            seconds(planning, &planning->in[zone * planning->shelter_count + shelter], zone) ==
                BUS_NEVER)
            return false;
        for (int class = 0; class < INSTANCE_CLASSES; class ++) {
            const uint32_t point = find_point(planning, stop->zone, class);
            if (point != NONE)
                fits += smaller(stop->people[class],
                                smaller(given->waiting[point],
                                        given->limits[point * planning->shelter_count + shelter]));
        }
        if (fits == 0)
            return false;
    }
    for (size_t i = 0; i < run->stop_count; i++) {
        const size_t at = run->first_stop + i;
        const struct buses_stop *stop = &planning->buses->stops[at];
        for (int class = 0; class < INSTANCE_CLASSES; class ++) {
            const uint32_t point = find_point(planning, stop->zone, class);
            if (point == NONE)
                continue;
            int32_t *limit = &given->limits[point * planning->shelter_count + shelter];
            const int32_t people =
                (int32_t)smaller(stop->people[class], smaller(given->waiting[point], *limit));
            given->people[at * INSTANCE_CLASSES + (size_t) class] = people;
            given->waiting[point] -= people;
            *limit -= people;
            given->arrival_s += run->free_s * people;
            given->kept_people += people;
        }
    }
    return true;
}

/* Everybody waits and every bus is at its yard, but for runs that have begun; with `kept` also but
 * for those of orders that stand, as far as nothing is in their way: of each bus the first ones. */
static int find_given(const struct planning *planning, bool kept, struct given *given) {
    const struct buses *buses = planning->buses;
    const size_t shelters = planning->shelter_count;
    given->runs = take(buses->run_count, sizeof *given->runs);
    given->people = take(buses->stop_count * INSTANCE_CLASSES, sizeof *given->people);
    given->free = take(buses->bus_count, sizeof *given->free);
    given->waiting = take(planning->point_count, sizeof *given->waiting);
    given->limits = take(planning->point_count * shelters, sizeof *given->limits);
    if (given->runs == NULL || given->people == NULL || given->free == NULL ||
        given->waiting == NULL || given->limits == NULL)
        return HV_ERR_MEMORY;
    for (size_t p = 0; p < planning->point_count; p++) {
        const struct point *point = &planning->points[p];
        given->waiting[p] = point->people;
        for (size_t s = 0; s < shelters; s++)
            given->limits[p * shelters + s] = (int32_t)smaller(
                planning->sent[cell(planning, point->zone, s, (int)point->class)], INT32_MAX);
    }
    for (uint32_t b = 0; b < buses->bus_count; b++)
        given->free[b] = (struct place){NONE, 0};
    bool broken = false;
    for (size_t r = 0; r < buses->run_count; r++) {
        const struct buses_run *run = &buses->runs[r];
        broken &= r > 0 && buses->runs[r - 1].bus == run->bus;
        if (!run->has_begun && (!kept || broken || buses_group_of(buses, run->bus)->declined ||
                                !give_run(planning, run, given))) {
            broken = true; /* the bus would be elsewhere for what comes after */
            continue;
        }
        given->runs[r] = true;
        given->free[run->bus] =
            (struct place){planning->shelter_at[run->shelter], larger(0, run->free_s)};
    }
    return HV_OK;
}

/* ---- the instance of the solver ---- */

struct making {
    struct bus_instance instance;
    struct bus_fleet *fleets;
    uint32_t *group; /* by fleet */
    uint32_t *place; /* by fleet: shelter, or NONE */
    uint32_t *bus_of;
    struct bus_pickup *pickups;
    struct bus_shelter *shelters;
    int32_t *out, *between, *in, *back;
};

static void free_making(struct making *making) {
    free(making->fleets);
    free(making->group);
    free(making->place);
    free(making->bus_of);
    free(making->pickups);
    free(making->shelters);
    free(making->out);
    free(making->between);
    free(making->in);
    free(making->back);
}

/* Buses that are alike and free at the same place at the same time are a fleet. */
static int make_fleets(const struct planning *planning, const struct given *given,
                       struct making *making) {
    const struct buses *buses = planning->buses;
    making->fleets = take(buses->bus_count, sizeof *making->fleets);
    making->group = take(buses->bus_count, sizeof *making->group);
    making->place = take(buses->bus_count, sizeof *making->place);
    making->bus_of = take(buses->bus_count, sizeof *making->bus_of);
    uint32_t *fleet_of = take(buses->bus_count, sizeof *fleet_of);
    if (making->fleets == NULL || making->group == NULL || making->place == NULL ||
        making->bus_of == NULL || fleet_of == NULL) {
        free(fleet_of);
        return HV_ERR_MEMORY;
    }
    size_t count = 0, begin = 0, placed = 0;
    for (uint32_t g = 0; g < buses->group_count; g++) {
        const struct buses_group *group = &buses->groups[g];
        begin = count;
        for (uint32_t b = group->first_bus; b < group->first_bus + (uint32_t)group->count; b++) {
            size_t f = begin;
            for (; f < count && (making->place[f] != given->free[b].shelter ||
                                 making->fleets[f].ready_s != given->free[b].ready_s);
                 f++) {
            }
            fleet_of[b] = NONE;
            if (group->declined || given->free[b].ready_s > BUS_SECONDS_MAX)
                continue;
            fleet_of[b] = (uint32_t)f;
            if (f == count) {
                making->group[f] = g;
                making->place[f] = given->free[b].shelter;
                making->fleets[count++] =
                    (struct bus_fleet){.seats = group->seats,
                                       .wheelchair_places = group->wheelchair_places,
                                       .ready_s = (int32_t)given->free[b].ready_s,
                                       .load_s = group->load_s,
                                       .unload_s = group->unload_s};
            }
            making->fleets[f].buses++;
        }
    }
    for (size_t f = 0; f < count; f++)
        for (uint32_t b = buses->groups[making->group[f]].first_bus; b < buses->bus_count; b++)
            if (fleet_of[b] == f)
                making->bus_of[placed++] = b;
    making->instance.fleet_count = count;
    free(fleet_of);
    return HV_OK;
}

static void set_figures(const struct planning *planning, struct making *making) {
    struct bus_instance *instance = &making->instance;
    instance->horizon_s = (int32_t)smaller(planning->buses->horizon_s, BUS_SECONDS_MAX);
    instance->board_s = BOARD_S;
    instance->alight_s = ALIGHT_S;
    instance->stops_max = STOPS_EACH;
    instance->class_count = INSTANCE_CLASSES;
    instance->pickup_count = planning->point_count;
    instance->classes = planning->classes;
    instance->fleets = making->fleets;
    instance->pickups = making->pickups;
    instance->shelters = making->shelters;
    instance->out = making->out;
    instance->between = making->between;
    instance->in = making->in;
    instance->back = making->back;
}

static int take_room(const struct planning *planning, size_t shelters, struct making *making) {
    const size_t points = planning->point_count;
    making->pickups = take(points, sizeof *making->pickups);
    making->shelters = take(shelters, sizeof *making->shelters);
    making->out = take(making->instance.fleet_count * points, sizeof *making->out);
    making->between = take(points * points, sizeof *making->between);
    making->in = take(points * shelters, sizeof *making->in);
    making->back = take(points * shelters, sizeof *making->back);
    making->instance.shelter_count = shelters;
    return making->pickups == NULL || making->shelters == NULL || making->out == NULL ||
                   making->between == NULL || making->in == NULL || making->back == NULL
               ? HV_ERR_MEMORY
               : HV_OK;
}

static int32_t opens_s(const struct instance_shelter *shelter) {
    return (int32_t)smaller((shelter->opens_ms + MS_PER_S - 1) / MS_PER_S, BUS_SECONDS_MAX);
}

static void set_times(const struct planning *planning, struct making *making) {
    const size_t points = planning->point_count, shelters = planning->shelter_count;
    const size_t zones = planning->zone_count;
    for (size_t p = 0; p < points; p++) {
        const size_t z = planning->points[p].zone;
        for (size_t f = 0; f < making->instance.fleet_count; f++)
            making->out[f * points + p] =
                seconds(planning,
                        making->place[f] == NONE ? &planning->out[making->group[f] * zones + z]
                                                 : &planning->back[making->place[f] * zones + z],
                        z);
        for (size_t q = 0; q < points; q++) {
            const size_t to = planning->points[q].zone;
            making->between[p * points + q] =
                z == to ? 0 : seconds(planning, &planning->between[z * zones + to], to);
        }
        for (size_t s = 0; s < shelters; s++) {
            making->in[p * shelters + s] = seconds(planning, &planning->in[z * shelters + s], z);
            making->back[s * points + p] = seconds(planning, &planning->back[s * zones + z], z);
        }
    }
}

static int make_instance(const struct planning *planning, const struct given *given,
                         struct making *making) {
    int error = make_fleets(planning, given, making);
    if (error == HV_OK)
        error = take_room(planning, planning->shelter_count, making);
    if (error != HV_OK)
        return error;
    for (size_t p = 0; p < planning->point_count; p++)
        making->pickups[p] = (struct bus_pickup){
            .people = given->waiting[p],
            .class = (int32_t)planning->points[p].class,
            .deadline_s = (int32_t)planning->deadline_s[planning->points[p].zone]};
    for (size_t s = 0; s < planning->shelter_count; s++)
        making->shelters[s] = (struct bus_shelter){
            .opens_s = opens_s(&planning->instance->shelters[planning->shelters[s]]),
            .places = BUS_PEOPLE_MAX, /* the limits are closer */
            .takes = UINT32_MAX};
    set_times(planning, making);
    set_figures(planning, making);
    making->instance.limits = given->limits;
    return HV_OK;
}

/* ---- searching ---- */

static int ask_stop(void *context, const struct bus_progress *progress) {
    (void)progress;
    const struct planning *planning = context;
    return planning->stop == NULL ? 0 : planning->stop(planning->context);
}

/* What the orders that are not given say, as runs to begin a search with. */
static int suggest(const struct planning *planning, const struct given *given,
                   const struct making *making, struct bus_schedule *ret_schedule) {
    const struct buses *buses = planning->buses;
    int error = HV_OK;
    for (size_t r = 0; error == HV_OK && r < buses->run_count; r++) {
        const struct buses_run *run = &buses->runs[r];
        struct bus_drive drive = {.shelter = (int32_t)planning->shelter_at[run->shelter]};
        size_t bus = 0;
        while (bus < buses->bus_count && making->bus_of[bus] != run->bus)
            bus++;
        if (given->runs[r] || bus >= bus_instance_buses(&making->instance))
            continue;
        drive.bus = (int32_t)bus;
        for (size_t i = 0; i < run->stop_count; i++)
            for (int class = 0; class < INSTANCE_CLASSES; class ++) {
                const struct buses_stop *stop = &buses->stops[run->first_stop + i];
                const uint32_t point = find_point(planning, stop->zone, class);
                if (stop->people[class] > 0 && point != NONE && drive.count < STOPS_EACH)
                    drive.pickups[drive.count++] = (int32_t)point;
            }
        if (drive.count > 0)
            error = bus_schedule_add(ret_schedule, &drive);
    }
    return error;
}

static int solve(struct planning *planning, bool kept, struct solved *solved) {
    struct making making = {0};
    struct bus_schedule schedule = {0};
    const struct bus_options options = {
        .progress = ask_stop, .context = planning, .work_max = SEARCH_WORK, .seed = 1};
    int error = find_given(planning, kept, &solved->given);
    if (error == HV_OK)
        error = make_instance(planning, &solved->given, &making);
    if (error == HV_OK)
        error = suggest(planning, &solved->given, &making, &schedule);
    if (error == HV_OK)
        error = bus_plan_search(&making.instance, schedule.count > 0 ? &schedule : NULL, &options,
                                &solved->plan);
    if (error == HV_OK) {
        planning->work += solved->plan.work;
        solved->bus_of = making.bus_of;
        making.bus_of = NULL;
        solved->value = solved->plan.value;
        solved->value.arrival_s += solved->given.arrival_s;
    }
    free(schedule.drives);
    free_making(&making);
    return error;
}

static void free_solved(struct solved *solved) {
    free_given(&solved->given);
    bus_plan_deinit(&solved->plan);
    free(solved->bus_of);
}

/* ---- the bound ---- */

static int32_t down(int64_t ms) {
    return ms > BUS_SECONDS_MAX * (int64_t)MS_PER_S ? BUS_NEVER : (int32_t)(ms / MS_PER_S);
}

/* Quickest ways, downwards, from the points to every shelter and back from any, until the latest
 * that there is. */
static void set_least_times(const struct planning *planning, const uint32_t *usable,
                            struct making *making) {
    const size_t points = planning->point_count, shelters = making->instance.shelter_count;
    for (size_t p = 0; p < points; p++) {
        const size_t z = planning->points[p].zone;
        const int64_t latest = planning->latest_ms[z];
        making->pickups[p] = (struct bus_pickup){
            .people = planning->points[p].people,
            .class = (int32_t)planning->points[p].class,
            .deadline_s = latest == BUSES_ROADS_NEVER ? BUS_NEVER : down(larger(latest, 0))};
        for (size_t f = 0; f < making->instance.fleet_count; f++)
            making->out[f * points + p] =
                down((making->place[f] == NONE
                          ? &planning->out[making->group[f] * planning->zone_count + z]
                          : &planning->back[making->place[f] * planning->zone_count + z])
                         ->least_ms);
        for (size_t s = 0; s < shelters; s++) {
            making->in[p * shelters + s] =
                down(planning->in_all[z * planning->instance->shelter_count + usable[s]]);
            making->back[s * points + p] = down(planning->back_all[z]);
        }
    }
}

static int make_bound_instance(const struct planning *planning, const struct given *given,
                               uint32_t *usable, struct making *making) {
    const struct instance *instance = planning->instance;
    size_t shelters = 0;
    for (uint32_t s = 0; s < instance->shelter_count; s++)
        if (is_usable(&instance->shelters[s]) || planning->shelter_at[s] != NONE)
            usable[shelters++] = s;
    int error = make_fleets(planning, given, making);
    if (error == HV_OK)
        error = take_room(planning, shelters, making);
    if (error != HV_OK)
        return error;
    for (size_t s = 0; s < shelters; s++) {
        const struct instance_shelter *shelter = &instance->shelters[usable[s]];
        making->shelters[s] = (struct bus_shelter){
            .opens_s = (int32_t)(shelter->opens_ms / MS_PER_S), .places = BUS_PEOPLE_MAX};
        for (int class = 0; class < INSTANCE_CLASSES; class ++)
            if (shelter->places[class] > 0 || planning->shelter_at[usable[s]] != NONE)
                making->shelters[s].takes |= 1u << class;
    }
    set_least_times(planning, usable, making);
    set_figures(planning, making);
    return HV_OK;
}

/* Of those whom runs that have not begun can fetch. */
static int find_bound(const struct planning *planning, int64_t unserved,
                      struct bus_value *ret_bound) {
    struct making making = {0};
    struct given given = {0};
    uint32_t *usable = take(planning->instance->shelter_count, sizeof *usable);
    int error = usable == NULL ? HV_ERR_MEMORY : find_given(planning, false, &given);
    if (error == HV_OK)
        error = make_bound_instance(planning, &given, usable, &making);
    if (error == HV_OK)
        error = bus_quick_bound(&making.instance, unserved, ret_bound);
    free(usable);
    free_given(&given);
    free_making(&making);
    return error;
}

/* ---- which of the two ---- */

/* People of ordered runs that a plan without them does not have. */
static int64_t count_changed(const struct planning *planning, const struct solved *keeps,
                             const struct solved *anew) {
    int64_t changed = 0;
    for (size_t r = 0; r < planning->buses->run_count; r++) {
        const struct buses_run *run = &planning->buses->runs[r];
        bool stays = !keeps->given.runs[r] || run->has_begun;
        for (size_t i = 0; i < anew->plan.run_count && !stays; i++)
            stays = anew->bus_of[anew->plan.runs[i].bus] == run->bus &&
                    anew->plan.runs[i].start_s == run->starts_s &&
                    planning->shelters[anew->plan.runs[i].shelter] == run->shelter;
        for (size_t k = run->first_stop; k < run->first_stop + run->stop_count && !stays; k++)
            for (size_t class = 0; class < INSTANCE_CLASSES; class ++)
                changed += keeps->given.people[k * INSTANCE_CLASSES + class];
    }
    return changed;
}

static bool is_better(const struct solved *keeps, struct bus_value value, int64_t price_s) {
    return value.unserved != keeps->value.unserved
               ? value.unserved < keeps->value.unserved
               : value.arrival_s + price_s < keeps->value.arrival_s;
}

/* Takes the plan that keeps ordered runs unless one without is worth what it changes; that is not
 * even made where the bound leaves it nothing to gain. */
static int choose(struct planning *planning, struct solved *solved, struct bus_value *ret_bound,
                  int64_t *ret_stability_s) {
    struct solved anew = {0};
    int error = solve(planning, true, solved);
    if (error == HV_OK)
        error = find_bound(planning, solved->value.unserved, ret_bound);
    *ret_stability_s = 0;
    if (error != HV_OK || solved->given.kept_people == 0 || !is_better(solved, *ret_bound, 0))
        return error;
    error = solve(planning, false, &anew);
    if (error == HV_OK &&
        is_better(solved, anew.value,
                  planning->change_price_ms / MS_PER_S * count_changed(planning, solved, &anew))) {
        const struct solved swap = *solved;
        *solved = anew;
        anew = swap;
        error = find_bound(planning, solved->value.unserved, ret_bound);
    } else if (error == HV_OK && anew.value.unserved == solved->value.unserved) {
        *ret_stability_s = larger(0, solved->value.arrival_s - anew.value.arrival_s);
    }
    free_solved(&anew);
    return error;
}

/* ---- what is told ---- */

struct telling {
    struct planning *planning;
    const struct solved *solved;
    struct plan_buses *out;
    int64_t *carried; /* zone × shelter × class, as `sent` */
};

static struct plan_bus_run *add_run(struct telling *telling, uint32_t bus) {
    const struct buses *buses = telling->planning->buses;
    const struct buses_group *group = buses_group_of(buses, bus);
    struct plan_bus_run *run = &telling->out->runs[telling->out->run_count++];
    *run = (struct plan_bus_run){.group = (uint32_t)(group - buses->groups),
                                 .number = bus - group->first_bus + 1,
                                 .first_stop = telling->out->stop_count};
    return run;
}

static void tell_ordered(struct telling *telling, size_t index) {
    const struct planning *planning = telling->planning;
    const struct buses_run *from = &planning->buses->runs[index];
    struct plan_bus_run *run = add_run(telling, from->bus);
    run->shelter = from->shelter;
    run->order = from->order;
    run->begun = from->has_begun;
    run->starts_s = from->starts_s;
    run->arrives_s = from->arrives_s;
    run->free_s = from->free_s;
    run->starts_wall_ms = from->starts_wall_ms;
    for (size_t i = 0; i < from->stop_count; i++) {
        const size_t at = from->first_stop + i;
        const struct buses_stop *stop = &planning->buses->stops[at];
        struct plan_bus_stop *told = &telling->out->stops[telling->out->stop_count++];
        *told = (struct plan_bus_stop){
            .zone = stop->zone, .arrives_s = stop->arrives_s, .leaves_s = stop->leaves_s};
        for (int class = 0; class < INSTANCE_CLASSES; class ++) {
            const int32_t people =
                telling->solved->given.people[at * INSTANCE_CLASSES + (size_t) class];
            told->people[class] = from->has_begun ? stop->people[class] : people;
            if (!from->has_begun && people > 0)
                telling->carried[cell(planning, planning->zone_at[stop->zone],
                                      planning->shelter_at[from->shelter], class)] += people;
        }
        run->stop_count++;
    }
}

/* How much later a run can set out and be there as early: a shelter that is not open yet is no
 * place to wait before. Roads that close are passed as planned at the latest. */
static int64_t slack_of(const struct telling *telling, const struct bus_run *from) {
    const struct planning *planning = telling->planning;
    const struct buses_group *group =
        buses_group_of(planning->buses, telling->solved->bus_of[from->bus]);
    int64_t slack =
        from->free_s - group->unload_s - (int64_t)ALIGHT_S * from->people - from->arrive_s;
    for (int32_t i = 0; i < from->stop_count; i++) {
        const struct bus_stop *stop = &telling->solved->plan.stops[from->stop_first + (size_t)i];
        slack = smaller(slack,
                        planning->deadline_s[planning->points[stop->pickup].zone] - stop->leave_s);
    }
    return larger(0, slack);
}

static void tell_new(struct telling *telling, const struct bus_run *from) {
    const struct planning *planning = telling->planning;
    struct plan_bus_run *run = add_run(telling, telling->solved->bus_of[from->bus]);
    run->shelter = planning->shelters[from->shelter];
    const int64_t slack = slack_of(telling, from);
    run->starts_s = from->start_s + slack;
    run->arrives_s = from->arrive_s + slack;
    run->free_s = from->free_s;
    for (int32_t i = 0; i < from->stop_count; i++) {
        const struct bus_stop *stop = &telling->solved->plan.stops[from->stop_first + (size_t)i];
        const struct point *point = &planning->points[stop->pickup];
        struct plan_bus_stop *told = &telling->out->stops[telling->out->stop_count];
        const uint32_t zone = planning->zones[point->zone];
        if (run->stop_count > 0 && told[-1].zone == zone) {
            told--; /* another class, at the same place */
        } else {
            *told = (struct plan_bus_stop){.zone = zone, .arrives_s = stop->arrive_s + slack};
            telling->out->stop_count++;
            run->stop_count++;
        }
        told->people[point->class] += stop->people;
        told->leaves_s = stop->leave_s + slack;
        telling->carried[cell(planning, point->zone, (size_t)from->shelter, (int)point->class)] +=
            stop->people;
    }
}

static int compare_runs(const void *first, const void *second) {
    const struct plan_bus_run *a = first, *b = second;
    if (a->group != b->group)
        return a->group < b->group ? -1 : 1;
    if (a->number != b->number)
        return a->number < b->number ? -1 : 1;
    return (a->starts_s > b->starts_s) - (a->starts_s < b->starts_s);
}

static enum plan_bus_reason why_left(const struct planning *planning, const struct point *point) {
    bool any = false, wheelchair = false;
    for (uint32_t g = 0; g < planning->buses->group_count; g++) {
        const struct buses_group *group = &planning->buses->groups[g];
        any |= !group->declined;
        wheelchair |= !group->declined && group->wheelchair_places > 0;
    }
    if (!any)
        return PLAN_BUS_NONE;
    if (point->class == INSTANCE_WHEELCHAIR && !wheelchair)
        return PLAN_BUS_NO_WHEELCHAIR;
    return planning->reached[point->zone] ? PLAN_BUS_BUSY : PLAN_BUS_NO_WAY;
}

static void tell_left(struct telling *telling) {
    const struct planning *planning = telling->planning;
    struct plan_buses *out = telling->out;
    for (size_t p = 0; p < planning->point_count; p++) {
        const struct point *point = &planning->points[p];
        int64_t people = point->people;
        for (size_t s = 0; s < planning->shelter_count; s++)
            people -= telling->carried[cell(planning, point->zone, s, (int)point->class)];
        out->people += point->people;
        if (people <= 0)
            continue;
        out->unserved += people;
        out->left[out->left_count++] = (struct plan_bus_left){
            planning->zones[point->zone], point->class, people, why_left(planning, point)};
    }
}

/* Who of each stream goes by bus, and who of it stays because no bus comes: of a zone's streams the
 * last ones have those who stay. */
static void tell_streams(struct telling *telling) {
    const struct planning *planning = telling->planning;
    struct plan_buses *out = telling->out;
    for (size_t i = 0; i < out->stream_count; i++) {
        const struct stream stream = stream_at(planning->plan, i);
        const uint32_t zone = planning->zone_at[stream.zone];
        for (int class = 0; class < INSTANCE_CLASSES && zone != NONE; class ++) {
            int64_t *carried =
                &telling
                     ->carried[cell(planning, zone, planning->shelter_at[stream.shelter], class)];
            const int64_t people = smaller(*carried, stream.people[class]);
            *carried -= people;
            out->without[i] += people;
            out->stays[i * INSTANCE_CLASSES + (size_t) class] = stream.people[class] - people;
        }
    }
    for (size_t l = 0; l < out->left_count; l++) {
        int64_t left = out->left[l].people;
        for (size_t i = out->stream_count; i-- > 0;) {
            int64_t *room = &out->stays[i * INSTANCE_CLASSES + (size_t)out->left[l].class];
            if (stream_at(planning->plan, i).zone != out->left[l].zone)
                continue;
            const int64_t people = smaller(left, *room);
            left -= people;
            *room = -people; /* taken */
        }
    }
    for (size_t i = 0; i < out->stream_count * INSTANCE_CLASSES; i++)
        out->stays[i] = out->stays[i] < 0 ? -out->stays[i] : 0;
}

static int take_telling_room(struct telling *telling) {
    const struct planning *planning = telling->planning;
    const struct buses *buses = planning->buses;
    struct plan_buses *out = telling->out;
    out->stream_count = stream_count(planning->plan);
    out->runs = take(buses->run_count + telling->solved->plan.run_count, sizeof *out->runs);
    out->stops = take(buses->stop_count + telling->solved->plan.stop_count, sizeof *out->stops);
    out->left = take(planning->point_count, sizeof *out->left);
    out->without = take(out->stream_count, sizeof *out->without);
    out->stays = take(out->stream_count * INSTANCE_CLASSES, sizeof *out->stays);
    telling->carried = take(planning->zone_count * planning->shelter_count * INSTANCE_CLASSES,
                            sizeof *telling->carried);
    return out->runs == NULL || out->stops == NULL || out->left == NULL || out->without == NULL ||
                   out->stays == NULL || telling->carried == NULL
               ? HV_ERR_MEMORY
               : HV_OK;
}

static void tell_all(struct telling *telling) {
    const struct planning *planning = telling->planning;
    struct plan_buses *out = telling->out;
    for (size_t r = 0; r < planning->buses->run_count; r++)
        if (telling->solved->given.runs[r])
            tell_ordered(telling, r);
    for (size_t r = 0; r < telling->solved->plan.run_count; r++)
        tell_new(telling, &telling->solved->plan.runs[r]);
    if (out->run_count > 0)
        qsort(out->runs, out->run_count, sizeof *out->runs, compare_runs);
    tell_left(telling);
    tell_streams(telling);
    for (size_t r = 0; r < out->run_count; r++)
        out->last_s = larger(out->last_s, out->runs[r].free_s);
    for (uint32_t g = 0; g < planning->buses->group_count; g++) {
        const struct buses_group *group = &planning->buses->groups[g];
        out->buses += group->declined ? 0 : group->count;
        out->seats += group->declined ? 0 : (int64_t)group->count * group->seats;
    }
}

static int tell(struct planning *planning, const struct solved *solved, struct bus_value bound,
                int64_t stability_s) {
    struct telling telling = {.planning = planning, .solved = solved};
    telling.out = calloc(1, sizeof *telling.out);
    if (telling.out == NULL)
        return HV_ERR_MEMORY;
    int error = take_telling_room(&telling);
    if (error == HV_OK) {
        tell_all(&telling);
        telling.out->bound_unserved = bound.unserved;
        telling.out->arrival_s = solved->value.arrival_s;
        telling.out->bound_arrival_s = bound.arrival_s;
        telling.out->stability_s = stability_s;
        telling.out->horizon_s = planning->buses->horizon_s;
        telling.out->work = planning->work;
    }
    free(telling.carried);
    if (error != HV_OK)
        plan_buses_free(telling.out);
    else
        planning->plan->buses = telling.out;
    return error;
}

/* ---- the whole ---- */

static void free_planning(struct planning *planning) {
    free(planning->zones);
    free(planning->zone_at);
    free(planning->shelters);
    free(planning->shelter_at);
    free(planning->sent);
    free(planning->points);
    free(planning->out);
    free(planning->between);
    free(planning->in);
    free(planning->back);
    free(planning->in_all);
    free(planning->back_all);
    free(planning->latest_ms);
    free(planning->lasting);
    free(planning->reached);
    free(planning->deadline_s);
    buses_roads_deinit(&planning->roads);
}

int buses_plan(const struct picture *picture, int64_t change_price_ms, int (*stop)(void *context),
               void *context, struct plan *plan) {
    struct planning planning = {.picture = picture,
                                .buses = picture->buses,
                                .instance = &picture->instance,
                                .plan = plan,
                                .change_price_ms = change_price_ms,
                                .stop = stop,
                                .context = context};
    struct solved solved = {0};
    struct bus_value bound = {0, 0};
    int64_t stability_s = 0;
    plan_buses_free(plan->buses);
    plan->buses = NULL;
    if (picture->buses == NULL)
        return HV_OK;
    for (int class = 0; class < INSTANCE_CLASSES; class ++)
        planning.classes[class] =
            (struct bus_class){.party_people = 1, .wheelchair = class == INSTANCE_WHEELCHAIR};
    int error = find_places(&planning);
    if (error == HV_OK)
        error = find_points(&planning);
    if (error == HV_OK)
        error = find_ways(&planning);
    if (error == HV_OK)
        error = choose_ways(&planning);
    if (error == HV_OK) {
        find_reached(&planning);
        error = choose(&planning, &solved, &bound, &stability_s);
    }
    if (error == HV_OK)
        error = tell(&planning, &solved, bound, stability_s);
    free_solved(&solved);
    free_planning(&planning);
    return error == HV_ERR_LIMIT ? HV_OK : error;
}
