#include "coordinator/planning/buses.h"

#include "coordinator/optimizer/array.h"
#include "coordinator/optimizer/bus_instance.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    MS_PER_S = 1000,
    S_PER_MIN = 60,
    STOP_MIN = 1,     /* where the region does not say */
    CARS_OF_A_BUS = 2 /* in traffic that flows, on level ground: Highway Capacity Manual */
};

/* A run as one order tells it. */
struct found_run {
    struct buses_run run;
    bool accepted;    /* by the yard, at some time */
    bool stands;      /* its order does */
    bool done;        /* so the yard says of its order */
    int64_t until_ms; /* it stood, by the wall clock */
};

struct finding {
    const struct state *state;
    const struct region *region;
    struct buses *buses;
    struct hv_arena arena;
    int64_t wall_ms;
    struct found_run *found;
    size_t found_count, found_room, stop_room, spot_room;
    uint64_t *last_order; /* by group: the newest order to its yard */
};

/* ---- groups ---- */

static bool can_be_counted_on(const struct region_vehicle *vehicle) {
    return (vehicle->kind == REGION_BUS || vehicle->kind == REGION_MINIBUS) &&
           vehicle->node != REGION_NONE && vehicle->count > 0 &&
           (vehicle->seats > 0 || vehicle->wheelchair_places > 0);
}

static int32_t smaller_of(int32_t a, int32_t b) {
    return a < b ? a : b;
}

static int32_t at_least_0(int32_t figure) {
    return figure > 0 ? figure : 0;
}

static int32_t seconds(int32_t minutes) {
    return (minutes == REGION_UNKNOWN ? STOP_MIN : minutes) * S_PER_MIN;
}

static int find_groups(struct finding *finding) {
    const struct region *region = finding->region;
    struct buses *buses = finding->buses;
    buses->groups = calloc(region->vehicle_count + 1u, sizeof *buses->groups);
    buses->fetched = calloc(region->zone_count + 1u, sizeof *buses->fetched);
    finding->last_order =
        hv_arena_take(&finding->arena, region->vehicle_count + 1u, sizeof *finding->last_order);
    if (buses->groups == NULL || buses->fetched == NULL || finding->last_order == NULL)
        return HV_ERR_MEMORY;
    for (uint32_t v = 0; v < region->vehicle_count; v++) {
        const struct region_vehicle *vehicle = &region->vehicles[v];
        const int32_t count = smaller_of(vehicle->count, BUS_BUSES_MAX - (int32_t)buses->bus_count);
        if (!can_be_counted_on(vehicle) || count <= 0)
            continue;
        buses->groups[buses->group_count++] =
            (struct buses_group){.vehicle = v,
                                 .node = vehicle->node,
                                 .count = count,
                                 .seats = at_least_0(vehicle->seats),
                                 .wheelchair_places = at_least_0(vehicle->wheelchair_places),
                                 .load_s = seconds(vehicle->loading_min),
                                 .unload_s = seconds(vehicle->unloading_min),
                                 .first_bus = buses->bus_count};
        buses->bus_count += (uint32_t)count;
    }
    return HV_OK;
}

const struct buses_group *buses_group_of(const struct buses *buses, uint32_t bus) {
    uint32_t low = 0, high = buses->group_count;
    while (high - low > 1) {
        const uint32_t middle = low + (high - low) / 2;
        if (buses->groups[middle].first_bus <= bus)
            low = middle;
        else
            high = middle;
    }
    return &buses->groups[low];
}

/* ---- pick-up points ---- */

/* As in the picture: a place without a node stands where nobody gets. */
static uint32_t node_of(const struct region *region, const struct region_zone *zone) {
    return zone->node == REGION_NONE ? region->node_count : zone->node;
}

static int add_spot(struct finding *finding, uint32_t zone, uint32_t node, int32_t share) {
    struct buses *buses = finding->buses;
    const int error = array_reserve((void **)&buses->spots, buses->spot_count + 1,
                                    &finding->spot_room, sizeof *buses->spots);
    if (error == HV_OK)
        buses->spots[buses->spot_count++] =
            (struct buses_spot){.zone = zone, .node = node, .share = share};
    return error;
}

static int find_spots(struct finding *finding) {
    const struct region *region = finding->region;
    struct buses *buses = finding->buses;
    int error = HV_OK;
    buses->first_spot = calloc(region->zone_count + 2u, sizeof *buses->first_spot);
    if (buses->first_spot == NULL)
        return HV_ERR_MEMORY;
    for (uint32_t z = 0; z < region->zone_count && error == HV_OK; z++) {
        const struct region_zone *zone = &region->zones[z];
        for (const char *part = zone->pickups[0] == '\0' ? NULL : zone->pickups;
             part != NULL && error == HV_OK;) {
            char id[HV_ID_BYTES_MAX + 1];
            int32_t share;
            part = region_pickup_part(part, id, sizeof id, &share);
            const uint32_t node = share == 0 ? REGION_NONE : region_find_node(region, id);
            if (node != REGION_NONE)
                error = add_spot(finding, z, node, share);
        }
        if (error == HV_OK && buses->spot_count == buses->first_spot[z])
            error = add_spot(finding, z, node_of(region, zone), 1);
        buses->first_spot[z + 1] = (uint32_t)buses->spot_count;
    }
    return error;
}

/* Where an order says that a bus stops; "": at the zone's node. */
static uint32_t find_spot(const struct finding *finding, uint32_t zone, const char *pickup) {
    const struct buses *buses = finding->buses;
    const struct region *region = finding->region;
    const uint32_t node = pickup[0] == '\0' ? node_of(region, &region->zones[zone])
                                            : region_find_node(region, pickup);
    for (uint32_t i = buses->first_spot[zone]; i < buses->first_spot[zone + 1]; i++)
        if (buses->spots[i].node == node)
            return i;
    return BUSES_NO_SPOT;
}

/* ---- runs of orders ---- */

static struct buses_group *find_group(const struct finding *finding, const char *id) {
    const uint32_t vehicle = region_find_vehicle(finding->region, id);
    for (uint32_t g = 0; vehicle != REGION_NONE && g < finding->buses->group_count; g++)
        if (finding->buses->groups[g].vehicle == vehicle)
            return &finding->buses->groups[g];
    return NULL;
}

/* Of the last order to a yard counts whether it was turned down. */
static void note_answer(struct finding *finding, const struct state_order *order,
                        struct buses_group *group) {
    const enum hv_order_state state = state_order_state(order);
    uint64_t *last = &finding->last_order[group - finding->buses->groups];
    if (order->number < *last || state == HV_ORDER_CANCELLED || state == HV_ORDER_SUPERSEDED)
        return;
    *last = order->number;
    group->declined = state == HV_ORDER_DECLINED || state == HV_ORDER_FAILED;
}

/* Whether somebody at the yard ever said that it is done, and until when it held: by the wall
 * clock. */
static bool was_accepted(const struct state_order *order, int64_t *ret_until_ms) {
    bool accepted = false;
    *ret_until_ms = INT64_MAX;
    for (uint32_t i = 0; i < order->step_count; i++) {
        const struct state_order_step *step = &order->steps[i];
        const bool ends = step->state == HV_ORDER_DECLINED || step->state == HV_ORDER_FAILED ||
                          step->state == HV_ORDER_CANCELLED || step->state == HV_ORDER_SUPERSEDED;
        accepted |= step->counted &&
                    (step->state == HV_ORDER_ACCEPTED || step->state == HV_ORDER_UNDER_WAY ||
                     step->state == HV_ORDER_PARTLY_DONE || step->state == HV_ORDER_DONE);
        if (ends)
            *ret_until_ms = step->wall_ms;
        else if (step->counted)
            *ret_until_ms = INT64_MAX; /* answered once more, or issued anew */
    }
    return accepted;
}

static int64_t after(const struct finding *finding, int64_t wall_ms) {
    return (wall_ms - finding->wall_ms) / MS_PER_S;
}

static int grow(void **array, size_t count, size_t *room, size_t bytes) {
    if (count < *room)
        return HV_OK;
    const size_t wanted = *room == 0 ? 64 : *room * 2;
    void *grown = realloc(*array, wanted * bytes);
    if (grown == NULL)
        return HV_ERR_MEMORY;
    *array = grown;
    *room = wanted;
    return HV_OK;
}

static int add_stops(struct finding *finding, const struct hv_bus_run *from,
                     struct buses_run *run) {
    struct buses *buses = finding->buses;
    run->first_stop = buses->stop_count;
    for (size_t i = 0; i < from->stop_count; i++) {
        const struct hv_bus_stop *stop = &from->stops[i];
        const uint32_t zone = region_find_zone(finding->region, stop->zone);
        const int64_t general = (int64_t)stop->people - stop->wheelchair - stop->medical;
        if (zone == REGION_NONE)
            continue;
        if (grow((void **)&buses->stops, buses->stop_count, &finding->stop_room,
                 sizeof *buses->stops) != HV_OK)
            return HV_ERR_MEMORY;
        buses->stops[buses->stop_count++] =
            (struct buses_stop){.zone = zone,
                                .spot = find_spot(finding, zone, stop->pickup),
                                .people = {[INSTANCE_GENERAL] = (int32_t)general,
                                           [INSTANCE_WHEELCHAIR] = (int32_t)stop->wheelchair,
                                           [INSTANCE_MEDICAL] = (int32_t)stop->medical},
                                .arrives_s = after(finding, stop->arrives_wall_ms),
                                .leaves_s = after(finding, stop->leaves_wall_ms)};
        run->stop_count++;
    }
    return HV_OK;
}

/* A run of an order to a group; `found` says how the order stands. */
static int add_run(struct finding *finding, const struct state_order *order,
                   const struct buses_group *group, const struct hv_bus_run *from,
                   struct found_run found) {
    const uint32_t shelter = region_find_shelter(finding->region, from->shelter);
    if (from->number == 0 || from->number > (uint32_t)group->count || shelter == REGION_NONE)
        return HV_OK;
    if (grow((void **)&finding->found, finding->found_count, &finding->found_room,
             sizeof *finding->found) != HV_OK)
        return HV_ERR_MEMORY;
    found.run = (struct buses_run){.bus = group->first_bus + from->number - 1,
                                   .shelter = shelter,
                                   .order = order->number,
                                   .starts_s = after(finding, from->starts_wall_ms),
                                   .arrives_s = after(finding, from->arrives_wall_ms),
                                   .free_s = after(finding, from->free_wall_ms),
                                   .starts_wall_ms = from->starts_wall_ms};
    const int error = add_stops(finding, from, &found.run);
    finding->found[finding->found_count++] = found;
    return error;
}

/* Those of an order, whether it still stands or not. What nobody accepted and nobody is asked to
 * do any more is not even decoded. */
static int add_runs(struct finding *finding, const struct state_order *order,
                    const struct buses_group *group) {
    struct found_run found = {.stands =
                                  hv_order_is_open(state_order_state(order)) && !group->declined};
    const struct hv_order *body = NULL;
    found.done = state_order_state(order) == HV_ORDER_DONE;
    found.accepted = was_accepted(order, &found.until_ms);
    if (!found.accepted && !found.stands)
        return HV_OK;
    if (state_order_decode(order, &finding->arena, &body) != HV_OK)
        return HV_ERR_MEMORY;
    for (size_t r = 0; r < body->run_count; r++)
        if (add_run(finding, order, group, &body->runs[r], found) != HV_OK)
            return HV_ERR_MEMORY;
    return HV_OK;
}

static int compare_runs(const void *first, const void *second) {
    const struct buses_run *a = &((const struct found_run *)first)->run;
    const struct buses_run *b = &((const struct found_run *)second)->run;
    if (a->bus != b->bus)
        return a->bus < b->bus ? -1 : 1;
    if (a->starts_wall_ms != b->starts_wall_ms)
        return a->starts_wall_ms < b->starts_wall_ms ? -1 : 1;
    return (a->order < b->order) - (a->order > b->order); /* the newest order first */
}

/* Takes the next run, which several orders may tell of, older ones and those that took their
 * place: who has accepted one of them has accepted the run. */
static struct found_run merge_next(const struct finding *finding, size_t *at) {
    struct found_run found = finding->found[(*at)++];
    for (; *at < finding->found_count; (*at)++) {
        const struct found_run *other = &finding->found[*at];
        if (other->run.bus != found.run.bus ||
            other->run.starts_wall_ms != found.run.starts_wall_ms)
            break;
        found.accepted |= other->accepted;
        found.stands |= other->stands;
        found.done |= other->done;
        if (other->until_ms > found.until_ms)
            found.until_ms = other->until_ms;
    }
    return found;
}

/* Whom runs that have begun fetch waits no longer, nor whom those of an order that is done fetched;
 * what never set out, or is over, goes. */
static int settle_runs(struct finding *finding) {
    struct buses *buses = finding->buses;
    int64_t free_s = INT64_MIN;
    uint32_t bus = UINT32_MAX;
    buses->runs = calloc(finding->found_count + 1, sizeof *buses->runs);
    if (buses->runs == NULL)
        return HV_ERR_MEMORY;
    if (finding->found_count > 0)
        qsort(finding->found, finding->found_count, sizeof *finding->found, compare_runs);
    for (size_t at = 0; at < finding->found_count;) {
        struct found_run found = merge_next(finding, &at);
        struct buses_run *run = &found.run;
        const bool due = run->starts_wall_ms <= finding->wall_ms;
        run->has_begun = found.done || (due && found.accepted &&
                                        (found.stands || run->starts_wall_ms <= found.until_ms));
        if ((!run->has_begun && (due || !found.stands)) ||
            (run->bus == bus && run->starts_s < free_s))
            continue;
        bus = run->bus;
        free_s = run->free_s;
        for (size_t s = 0; run->has_begun && s < run->stop_count; s++) {
            const struct buses_stop *stop = &buses->stops[run->first_stop + s];
            for (int class = 0; class < INSTANCE_CLASSES; class ++) {
                buses->fetched[stop->zone] += stop->people[class];
                if (stop->spot != BUSES_NO_SPOT)
                    buses->spots[stop->spot].fetched[class] += stop->people[class];
            }
        }
        if (run->free_s > 0 && !found.done)
            buses->runs[buses->run_count++] = *run;
    }
    return HV_OK;
}

static int find_runs(struct finding *finding) {
    const uint32_t count = state_count(finding->state, STATE_ORDER);
    for (int pass = 0; pass < 2; pass++) /* what yards answered is known before their runs */
        for (uint32_t i = 0; i < count; i++) {
            const struct state_order *order = state_order(finding->state, i);
            if (order->order_kind != HV_ORDER_BUS_RUN || state_order_is_past(finding->state, order))
                continue;
            struct buses_group *group = find_group(finding, order->addressee);
            if (group == NULL)
                continue;
            if (pass == 0)
                note_answer(finding, order, group);
            else if (add_runs(finding, order, group) != HV_OK)
                return HV_ERR_MEMORY;
        }
    return settle_runs(finding);
}

/* ---- the whole ---- */

int64_t buses_waiting(const struct buses *buses, const struct region_zone *zone, uint32_t index,
                      int64_t left) {
    const int64_t all = region_zone_people(zone, REGION_NIGHT);
    if (!(zone->no_vehicle_share > 0) || all <= 0)
        return 0;
    const int64_t waiting =
        (int64_t)ceil((double)all * zone->no_vehicle_share) - buses->fetched[index];
    return waiting < 0 ? 0 : waiting < left ? waiting : left;
}

int buses_new(const struct state *state, const struct region *region, int64_t wall_ms,
              int64_t horizon_ms, struct buses **ret_buses) {
    struct finding finding = {.state = state, .region = region, .wall_ms = wall_ms};
    finding.buses = calloc(1, sizeof *finding.buses);
    if (finding.buses == NULL)
        return HV_ERR_MEMORY;
    finding.buses->horizon_s = horizon_ms / MS_PER_S;
    finding.buses->room = (int64_t)ceil(CARS_OF_A_BUS * region->persons_per_vehicle);
    hv_arena_init(&finding.arena, 0);
    int error = find_groups(&finding);
    if (error == HV_OK && finding.buses->group_count > 0)
        error = find_spots(&finding);
    if (error == HV_OK && finding.buses->group_count > 0)
        error = find_runs(&finding);
    hv_arena_deinit(&finding.arena);
    free(finding.found);
    if (error != HV_OK || finding.buses->group_count == 0) {
        buses_free(finding.buses);
        finding.buses = NULL;
    }
    if (error == HV_OK)
        *ret_buses = finding.buses;
    return error;
}

void buses_free(struct buses *buses) {
    if (buses == NULL)
        return;
    free(buses->groups);
    free(buses->runs);
    free(buses->stops);
    free(buses->spots);
    free(buses->first_spot);
    free(buses->fetched);
    free(buses);
}
