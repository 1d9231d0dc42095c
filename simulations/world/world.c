#include "simulations/world/world.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MINUTE_MS 60000u
#define ONWARD_MS (25u * MINUTE_MS) /* from a shut shelter to an open one */
#define STRAY_MS (30u * MINUTE_MS)
#define HOMEWARD_MS (40u * MINUTE_MS)
#define CHUNK 150 /* people who set out together at most */

struct zone {
    struct hv_people first, home, elsewhere, hospital;
    bool warned, ordered, flooded;
    uint64_t ordered_ms;
    int64_t set_out;
};

enum party_aim { AIM_SHELTER, AIM_TRANSFER, AIM_HOME };

struct party {
    enum party_aim aim;
    uint32_t zone, shelter, from;
    uint64_t arrives_ms, transfer;
    struct hv_people people;
    struct hv_people *of_zone; /* owned, transfers: by zone of origin */
};

struct route {
    struct world_route plan;
    int64_t sent;
};

struct shelter {
    bool open;
    struct hv_people *of_zone; /* owned, by zone of origin */
};

struct world {
    struct world_options options;
    struct dice dice;
    struct zone *zones;
    size_t zone_count;
    struct shelter *shelters;
    size_t shelter_count;
    struct route *routes;
    size_t route_count;
    struct party *parties;
    size_t party_count, party_room;
    struct world_event *events;
    size_t event_count, event_room;
    uint64_t transfers;
    bool returning;
    uint64_t return_from_ms, return_over_ms, now_ms;
};

/* ---- making ---- */

void world_free(struct world *world) {
    if (world == NULL)
        return;
    for (size_t i = 0; world->shelters != NULL && i < world->shelter_count; i++)
        free(world->shelters[i].of_zone);
    for (size_t i = 0; i < world->party_count; i++)
        free(world->parties[i].of_zone);
    free(world->zones);
    free(world->shelters);
    free(world->routes);
    free(world->parties);
    free(world->events);
    free(world);
}

static bool allocate(struct world *world) {
    world->zones = calloc(world->zone_count + 1, sizeof *world->zones);
    world->shelters = calloc(world->shelter_count + 1, sizeof *world->shelters);
    if (world->zones == NULL || world->shelters == NULL)
        return false;
    for (size_t i = 0; i < world->shelter_count; i++) {
        world->shelters[i].of_zone = calloc(world->zone_count + 1, sizeof(struct hv_people));
        if (world->shelters[i].of_zone == NULL)
            return false;
    }
    return true;
}

struct world *world_new(const struct world_options *options, const struct hv_people *zones,
                        size_t zone_count, size_t shelter_count) {
    struct world *world = calloc(1, sizeof *world);
    if (world == NULL)
        return NULL;
    world->options = *options;
    if (world->options.mobilisation_ms == 0)
        world->options.mobilisation_ms = 70 * MINUTE_MS;
    world->zone_count = zone_count;
    world->shelter_count = shelter_count;
    dice_init(&world->dice, options->seed);
    if (!allocate(world)) {
        world_free(world);
        return NULL;
    }
    for (size_t i = 0; i < zone_count; i++)
        world->zones[i].first = world->zones[i].home = zones[i];
    return world;
}

/* ---- what people are told ---- */

void world_warn(struct world *world, uint32_t zone, uint64_t now_ms) {
    (void)now_ms;
    world->zones[zone].warned = true;
}

void world_order(struct world *world, uint32_t zone, uint64_t now_ms) {
    struct zone *told = &world->zones[zone];
    if (!told->ordered)
        told->ordered_ms = now_ms;
    told->warned = told->ordered = true;
}

void world_flood(struct world *world, uint32_t zone, uint64_t now_ms) {
    world_order(world, zone, now_ms);
    world->zones[zone].flooded = true;
}

void world_set_open(struct world *world, uint32_t shelter, bool open) {
    world->shelters[shelter].open = open;
}

/* Who was sent under the plan before counts against the new one: a plan states how many of a zone
 * should be at a shelter in all. */
int world_set_routes(struct world *world, const struct world_route *routes, size_t count) {
    struct route *fresh = calloc(count + 1, sizeof *fresh);
    if (fresh == NULL)
        return HV_ERR_MEMORY;
    for (size_t i = 0; i < count; i++)
        fresh[i].plan = routes[i];
    free(world->routes);
    world->routes = fresh;
    world->route_count = count;
    return 0;
}

void world_return(struct world *world, uint64_t now_ms, uint64_t over_ms) {
    world->returning = true;
    world->return_from_ms = now_ms;
    world->return_over_ms = over_ms == 0 ? 1 : over_ms;
}

/* ---- on the road ---- */

static int set_out(struct world *world, struct party party) {
    if (world->party_count == world->party_room) {
        size_t room = world->party_room == 0 ? 64 : world->party_room * 2;
        struct party *parties = realloc(world->parties, room * sizeof *parties);
        if (parties == NULL)
            return HV_ERR_MEMORY;
        world->parties = parties;
        world->party_room = room;
    }
    world->parties[world->party_count++] = party;
    return 0;
}

/* Roads are fuller than a plan says, or emptier. */
static uint64_t real_travel(struct world *world, uint64_t travel_ms) {
    return travel_ms * dice_between(&world->dice, 900, 1500) / 1000 + MINUTE_MS;
}

static uint32_t any_open(struct world *world, uint32_t but) {
    size_t first = (size_t)dice_below(&world->dice, world->shelter_count);
    for (size_t i = 0; i < world->shelter_count; i++) {
        size_t shelter = (first + i) % world->shelter_count;
        if (world->shelters[shelter].open && shelter != but)
            return (uint32_t)shelter;
    }
    return WORLD_NOWHERE;
}

static struct route *route_with_most_left(struct world *world, uint32_t zone) {
    struct route *best = NULL;
    for (size_t i = 0; i < world->route_count; i++) {
        struct route *route = &world->routes[i];
        int64_t left = route->plan.people - route->sent;
        if (route->plan.zone == zone && left > 0 &&
            (best == NULL || left > best->plan.people - best->sent))
            best = route;
    }
    return best;
}

/* How many of `count` people set out, who they are and where they go; 0: no way is known. */
static int send_some(struct world *world, uint32_t zone, int64_t count, int64_t *ret_sent) {
    struct zone *from = &world->zones[zone];
    struct party party = {.aim = AIM_SHELTER, .zone = zone, .shelter = WORLD_NOWHERE};
    struct route *route = route_with_most_left(world, zone);
    uint32_t stray = WORLD_NOWHERE;
    *ret_sent = 0;
    if (dice_chance(&world->dice, world->options.elsewhere_permille)) {
        struct hv_people people = world_take(&from->home, count, &world->dice);
        hv_people_add(&from->elsewhere, &people, 1);
        *ret_sent = hv_people_total(&people);
        return 0;
    }
    if (dice_chance(&world->dice, world->options.stray_permille) ||
        (from->flooded && route == NULL))
        stray = any_open(world, WORLD_NOWHERE);
    if (stray != WORLD_NOWHERE) {
        party.shelter = stray;
        party.arrives_ms = world->now_ms + real_travel(world, STRAY_MS);
    } else if (route != NULL) {
        if (count > route->plan.people - route->sent)
            count = route->plan.people - route->sent;
        party.shelter = route->plan.shelter;
        party.arrives_ms = world->now_ms + real_travel(world, route->plan.travel_ms);
    } else
        return 0;
    party.people = world_take(&from->home, count, &world->dice);
    *ret_sent = hv_people_total(&party.people);
    if (stray == WORLD_NOWHERE)
        route->sent += *ret_sent;
    return *ret_sent == 0 ? 0 : set_out(world, party);
}

static int64_t should_have_left(const struct world *world, const struct zone *zone) {
    int64_t people = hv_people_total(&zone->first);
    double early = (double)people * world->options.early_permille / 1000.0;
    if (zone->flooded)
        return people;
    if (!zone->ordered)
        return zone->warned ? (int64_t)early : 0;
    double t = (double)(world->now_ms - zone->ordered_ms) / (double)world->options.mobilisation_ms;
    double left = early + ((double)people - early) * (1.0 - exp(-t * t / 2.0));
    return (int64_t)left;
}

static int leave_zone(struct world *world, uint32_t number) {
    struct zone *zone = &world->zones[number];
    int64_t due = should_have_left(world, zone) - zone->set_out, sent = 1;
    while (due > 0 && sent > 0) {
        int error = send_some(world, number, due < CHUNK ? due : CHUNK, &sent);
        if (error != 0)
            return error;
        zone->set_out += sent;
        due -= sent;
    }
    return 0;
}

int world_transfer(struct world *world, uint32_t from, uint32_t to, int64_t people, uint64_t now_ms,
                   uint64_t travel_ms, uint64_t *ret_transfer, struct hv_people *ret_people) {
    struct hv_people there = world_in_shelter(world, from);
    int64_t total = hv_people_total(&there);
    if (people < 1 || people > total)
        return HV_ERR_VALUE;
    struct party party = {.aim = AIM_TRANSFER,
                          .zone = WORLD_NOWHERE,
                          .shelter = to,
                          .from = from,
                          .arrives_ms = now_ms + travel_ms,
                          .transfer = world->transfers + 1,
                          .of_zone = calloc(world->zone_count + 1, sizeof(struct hv_people))};
    if (party.of_zone == NULL)
        return HV_ERR_MEMORY;
    int64_t left = people, pool = total;
    struct hv_people *cells = world->shelters[from].of_zone;
    for (size_t i = 0; i < world->zone_count; i++) {
        int64_t here = hv_people_total(&cells[i]);
        int64_t part = pool > 0 ? left * here / pool : 0, least = left - (pool - here);
        party.of_zone[i] = world_take(&cells[i], part < least ? least : part, &world->dice);
        left -= hv_people_total(&party.of_zone[i]);
        pool -= here;
        hv_people_add(&party.people, &party.of_zone[i], 1);
    }
    struct hv_people gone = party.people;
    int error = set_out(world, party);
    if (error != 0) {
        free(party.of_zone);
        return error;
    }
    *ret_transfer = ++world->transfers;
    *ret_people = gone;
    return 0;
}

/* ---- arriving ---- */

static int tell(struct world *world, struct world_event event) {
    for (size_t i = 0; i < world->event_count && event.kind != WORLD_TRANSFERRED; i++) {
        struct world_event *known = &world->events[i];
        if (known->kind == event.kind && known->zone == event.zone &&
            known->shelter == event.shelter) {
            hv_people_add(&known->people, &event.people, 1);
            return 0;
        }
    }
    if (world->event_count == world->event_room) {
        size_t room = world->event_room == 0 ? 64 : world->event_room * 2;
        struct world_event *events = realloc(world->events, room * sizeof *events);
        if (events == NULL)
            return HV_ERR_MEMORY;
        world->events = events;
        world->event_room = room;
    }
    world->events[world->event_count++] = event;
    return 0;
}

static int enter_shelter(struct world *world, const struct party *party) {
    struct shelter *shelter = &world->shelters[party->shelter];
    if (party->aim == AIM_SHELTER) {
        hv_people_add(&shelter->of_zone[party->zone], &party->people, 1);
        return tell(world, (struct world_event){.kind = WORLD_ARRIVED,
                                                .zone = party->zone,
                                                .shelter = party->shelter,
                                                .people = party->people});
    }
    for (size_t i = 0; i < world->zone_count; i++)
        hv_people_add(&shelter->of_zone[i], &party->of_zone[i], 1);
    return tell(world, (struct world_event){.kind = WORLD_TRANSFERRED,
                                            .zone = WORLD_NOWHERE,
                                            .shelter = party->shelter,
                                            .from = party->from,
                                            .transfer = party->transfer,
                                            .people = party->people});
}

/* True where the party is at its end; else it goes on. */
static bool goes_on(struct world *world, struct party *party) {
    if (party->aim != AIM_SHELTER || world->shelters[party->shelter].open)
        return false;
    uint32_t other = any_open(world, party->shelter);
    if (other != WORLD_NOWHERE)
        party->shelter = other; /* else they wait at the door and try again */
    party->arrives_ms = world->now_ms + real_travel(world, ONWARD_MS);
    return true;
}

static int arrive(struct world *world) {
    size_t kept = 0;
    int error = 0;
    for (size_t i = 0; i < world->party_count; i++) {
        struct party *party = &world->parties[i];
        if (error != 0 || party->arrives_ms > world->now_ms || goes_on(world, party)) {
            world->parties[kept++] = *party;
            continue;
        }
        if (party->aim == AIM_HOME)
            hv_people_add(&world->zones[party->zone].home, &party->people, 1);
        else
            error = enter_shelter(world, party);
        free(party->of_zone);
    }
    world->party_count = kept;
    return error;
}

/* ---- going home ---- */

static int leave_shelter(struct world *world, uint32_t shelter, uint32_t zone, int64_t count) {
    struct hv_people leaving =
        world_take(&world->shelters[shelter].of_zone[zone], count, &world->dice);
    struct hv_people ill = {{0}, {0}, 0};
    if (dice_chance(&world->dice, world->options.hospital_permille))
        ill = world_take(&leaving, 1, &world->dice);
    int error = 0;
    if (hv_people_total(&ill) > 0) {
        hv_people_add(&world->zones[zone].hospital, &ill, 1);
        error =
            tell(world, (struct world_event){WORLD_LEFT_FOR_HOSPITAL, zone, shelter, 0, 0, ill});
    }
    if (error != 0 || hv_people_total(&leaving) == 0)
        return error;
    error = tell(world, (struct world_event){WORLD_LEFT_HOMEWARD, zone, shelter, 0, 0, leaving});
    return error != 0 ? error
                      : set_out(world, (struct party){.aim = AIM_HOME,
                                                      .zone = zone,
                                                      .arrives_ms = world->now_ms + HOMEWARD_MS,
                                                      .people = leaving});
}

static int go_home(struct world *world, uint64_t since_ms) {
    uint64_t end_ms = world->return_from_ms + world->return_over_ms;
    uint64_t left_ms = end_ms > since_ms ? end_ms - since_ms : 0;
    uint64_t step_ms = world->now_ms - since_ms;
    int error = 0;
    for (uint32_t shelter = 0; shelter < world->shelter_count; shelter++)
        for (uint32_t zone = 0; error == 0 && zone < world->zone_count; zone++) {
            int64_t there = hv_people_total(&world->shelters[shelter].of_zone[zone]);
            int64_t count =
                step_ms >= left_ms
                    ? there
                    : (int64_t)((double)there * (double)step_ms / (double)left_ms + 0.5);
            if (count > 0)
                error = leave_shelter(world, shelter, zone, count);
        }
    return error;
}

int world_step(struct world *world, uint64_t now_ms, struct world_events *ret_events) {
    uint64_t since_ms = world->now_ms;
    int error = 0;
    world->now_ms = now_ms < since_ms ? since_ms : now_ms;
    world->event_count = 0;
    for (uint32_t i = 0; error == 0 && !world->returning && i < world->zone_count; i++)
        error = leave_zone(world, i);
    if (error == 0)
        error = arrive(world);
    if (error == 0 && world->returning)
        error = go_home(world, since_ms < world->return_from_ms ? world->return_from_ms : since_ms);
    if (error == 0)
        *ret_events = (struct world_events){world->events, world->event_count};
    return error;
}

/* ---- looking ---- */

struct hv_people world_in_shelter(const struct world *world, uint32_t shelter) {
    struct hv_people sum = {{0}, {0}, 0};
    for (size_t i = 0; i < world->zone_count; i++)
        hv_people_add(&sum, &world->shelters[shelter].of_zone[i], 1);
    return sum;
}

int64_t world_sheltered(const struct world *world) {
    int64_t sum = 0;
    for (uint32_t i = 0; i < world->shelter_count; i++) {
        struct hv_people there = world_in_shelter(world, i);
        sum += hv_people_total(&there);
    }
    return sum;
}

int64_t world_on_the_road(const struct world *world) {
    int64_t sum = 0;
    for (size_t i = 0; i < world->party_count; i++)
        sum += hv_people_total(&world->parties[i].people);
    return sum;
}

int64_t world_left_home(const struct world *world, uint32_t zone) {
    return hv_people_total(&world->zones[zone].home);
}

int64_t world_at_home(const struct world *world) {
    int64_t sum = 0;
    for (size_t i = 0; i < world->zone_count; i++)
        if (world->zones[i].ordered)
            sum += hv_people_total(&world->zones[i].home);
    return sum;
}

int64_t world_elsewhere(const struct world *world) {
    int64_t sum = 0;
    for (size_t i = 0; i < world->zone_count; i++)
        sum += hv_people_total(&world->zones[i].elsewhere) +
               hv_people_total(&world->zones[i].hospital);
    return sum;
}

int world_check(const struct world *world) {
    for (size_t i = 0; i < world->zone_count; i++) {
        const struct zone *zone = &world->zones[i];
        struct hv_people sum = zone->home;
        hv_people_add(&sum, &zone->elsewhere, 1);
        hv_people_add(&sum, &zone->hospital, 1);
        for (size_t shelter = 0; shelter < world->shelter_count; shelter++)
            hv_people_add(&sum, &world->shelters[shelter].of_zone[i], 1);
        for (size_t p = 0; p < world->party_count; p++) {
            const struct party *party = &world->parties[p];
            if (party->of_zone != NULL)
                hv_people_add(&sum, &party->of_zone[i], 1);
            else if (party->zone == i)
                hv_people_add(&sum, &party->people, 1);
        }
        if (memcmp(&sum, &zone->first, sizeof sum) != 0)
            return HV_ERR_CORRUPT;
    }
    return 0;
}
