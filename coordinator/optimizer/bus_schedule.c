#include "coordinator/optimizer/bus_schedule.h"

#include "coordinator/optimizer/array.h"

#include <stdlib.h>
#include <string.h>

static size_t count_pairs(const struct bus_instance *instance) {
    return instance->pickup_count * instance->shelter_count;
}

int bus_clock_init(struct bus_clock *clock, const struct bus_instance *instance) {
    *clock = (struct bus_clock){.instance = instance, .bus_count = bus_instance_buses(instance)};
    clock->begin = calloc(clock->bus_count + 1, sizeof *clock->begin);
    clock->buses = calloc(clock->bus_count + 1, sizeof *clock->buses);
    clock->left = calloc(instance->pickup_count + 1, sizeof *clock->left);
    clock->places = calloc(instance->shelter_count + 1, sizeof *clock->places);
    if (instance->limits != NULL)
        clock->limits = calloc(count_pairs(instance) + 1, sizeof *clock->limits);
    if (clock->begin == NULL || clock->buses == NULL || clock->left == NULL ||
        clock->places == NULL || (instance->limits != NULL && clock->limits == NULL)) {
        bus_clock_deinit(clock);
        return HV_ERR_MEMORY;
    }
    size_t bus = 0;
    for (size_t f = 0; f < instance->fleet_count; f++)
        for (int32_t i = 0; i < instance->fleets[f].buses; i++)
            clock->begin[bus++] = (struct bus_state){(int32_t)f, -1, instance->fleets[f].ready_s};
    bus_clock_reset(clock);
    return HV_OK;
}

void bus_clock_deinit(struct bus_clock *clock) {
    free(clock->begin);
    free(clock->buses);
    free(clock->left);
    free(clock->places);
    free(clock->limits);
    *clock = (struct bus_clock){0};
}

void bus_clock_reset(struct bus_clock *clock) {
    const struct bus_instance *instance = clock->instance;
    memcpy(clock->buses, clock->begin, clock->bus_count * sizeof *clock->buses);
    for (size_t p = 0; p < instance->pickup_count; p++)
        clock->left[p] = instance->pickups[p].people;
    for (size_t s = 0; s < instance->shelter_count; s++)
        clock->places[s] = instance->shelters[s].places;
    if (instance->limits != NULL)
        memcpy(clock->limits, instance->limits, count_pairs(instance) * sizeof *clock->limits);
    clock->value = (struct bus_value){bus_instance_people(instance), 0};
}

/* A run under way. */
struct riding {
    int64_t now;
    int32_t shelter;
    int32_t at; /* pick-up point, -1 before the first */
    int64_t seats, wheelchairs, places;
    int32_t people, count;
    int64_t taken; /* places, by whole parties */
    struct bus_stop stops[BUS_STOPS_MAX];
};

/* As many as wait and fit, in whole parties. */
static int32_t boarding(const struct bus_clock *clock, const struct riding *riding,
                        int32_t pickup) {
    const struct bus_pickup *of = &clock->instance->pickups[pickup];
    const struct bus_class *class = &clock->instance->classes[of->class];
    int64_t fit = class->wheelchair ? riding->wheelchairs : riding->seats;
    if (riding->places - riding->taken < fit)
        fit = riding->places - riding->taken;
    fit -= fit % class->party_people;
    const int32_t people = clock->left[pickup] < fit ? clock->left[pickup] : (int32_t)fit;
    if (clock->limits == NULL)
        return people;
    const int32_t limit =
        clock->limits[bus_limit_of(clock->instance, (size_t)pickup, (size_t)riding->shelter)];
    return people < limit ? people : limit;
}

/* People of a point board a bus to a shelter, or leave it again where they are less than 0. */
static void take_people(struct bus_clock *clock, int32_t pickup, int32_t shelter, int32_t people) {
    clock->left[pickup] -= people;
    if (clock->limits != NULL)
        clock->limits[bus_limit_of(clock->instance, (size_t)pickup, (size_t)shelter)] -= people;
}

static int32_t way_to(const struct bus_clock *clock, const struct bus_state *bus,
                      const struct riding *riding, int32_t pickup) {
    const struct bus_instance *instance = clock->instance;
    const size_t points = instance->pickup_count, to = (size_t)pickup;
    if (riding->at >= 0)
        return instance->between[(size_t)riding->at * points + to];
    return bus->shelter < 0 ? instance->out[(size_t)bus->fleet * points + to]
                            : instance->back[(size_t)bus->shelter * points + to];
}

static void stop(struct bus_clock *clock, const struct bus_state *bus, struct riding *riding,
                 int32_t pickup) {
    const struct bus_instance *instance = clock->instance;
    const struct bus_pickup *of = &instance->pickups[pickup];
    const struct bus_class *class = &instance->classes[of->class];
    const int32_t way = way_to(clock, bus, riding, pickup);
    const int32_t people = boarding(clock, riding, pickup);
    if (people <= 0 || way == BUS_NEVER)
        return;
    const int64_t arrives = riding->now + way;
    int64_t leaves = arrives > of->ready_s ? arrives : of->ready_s;
    leaves += instance->stop_s + instance->fleets[bus->fleet].load_s +
              (int64_t)instance->board_s * people;
    if (leaves > of->deadline_s || leaves > instance->horizon_s)
        return;
    const int64_t taken =
        (int64_t)(people + class->party_people - 1) / class->party_people * class->party_people;
    riding->now = leaves;
    riding->at = pickup;
    riding->people += people;
    riding->taken += taken;
    *(class->wheelchair ? &riding->wheelchairs : &riding->seats) -= taken;
    take_people(clock, pickup, riding->shelter, people);
    riding->stops[riding->count++] =
        (struct bus_stop){pickup, people, (int32_t)arrives, (int32_t)leaves};
}

static void give_back(struct bus_clock *clock, int32_t shelter, const struct bus_stop *stops,
                      int32_t count) {
    for (int32_t i = 0; i < count; i++)
        take_people(clock, stops[i].pickup, shelter, -stops[i].people);
}

int32_t bus_clock_drive(struct bus_clock *clock, const struct bus_drive *drive,
                        struct bus_run *ret_run, struct bus_stop *ret_stops) {
    const struct bus_instance *instance = clock->instance;
    const struct bus_shelter *shelter = &instance->shelters[drive->shelter];
    struct bus_state *bus = &clock->buses[drive->bus];
    const struct bus_fleet *fleet = &instance->fleets[bus->fleet];
    struct riding riding = {.now = bus->free_s,
                            .shelter = drive->shelter,
                            .at = -1,
                            .seats = fleet->seats,
                            .wheelchairs = fleet->wheelchair_places,
                            .places = clock->places[drive->shelter]};
    clock->work += drive->count;
    for (int32_t i = 0; i < drive->count; i++)
        if ((shelter->takes >> instance->pickups[drive->pickups[i]].class & 1) != 0)
            stop(clock, bus, &riding, drive->pickups[i]);
    if (riding.count == 0)
        return 0;
    const int32_t way =
        instance->in[(size_t)riding.at * instance->shelter_count + (size_t)drive->shelter];
    int64_t arrives = riding.now + (way == BUS_NEVER ? BUS_SECONDS_MAX : way);
    const int64_t opens = arrives > shelter->opens_s ? arrives : shelter->opens_s;
    const int64_t free_s =
        opens + instance->stop_s + fleet->unload_s + (int64_t)instance->alight_s * riding.people;
    if (way == BUS_NEVER || free_s > instance->horizon_s) {
        give_back(clock, drive->shelter, riding.stops, riding.count);
        return 0;
    }
    if (ret_run != NULL)
        *ret_run = (struct bus_run){.bus = drive->bus,
                                    .fleet = bus->fleet,
                                    .shelter = drive->shelter,
                                    .people = riding.people,
                                    .start_s = bus->free_s,
                                    .arrive_s = (int32_t)arrives,
                                    .free_s = (int32_t)free_s,
                                    .stop_count = riding.count};
    if (ret_stops != NULL)
        memcpy(ret_stops, riding.stops, sizeof riding.stops);
    clock->places[drive->shelter] -= riding.taken;
    clock->value.unserved -= riding.people;
    clock->value.arrival_s += free_s * riding.people;
    bus->free_s = (int32_t)free_s;
    bus->shelter = drive->shelter;
    return riding.people;
}

int32_t bus_clock_try(struct bus_clock *clock, const struct bus_drive *drive,
                      struct bus_run *ret_run) {
    struct bus_stop stops[BUS_STOPS_MAX];
    const struct bus_state bus = clock->buses[drive->bus];
    const struct bus_value value = clock->value;
    const int64_t places = clock->places[drive->shelter];
    const int32_t people = bus_clock_drive(clock, drive, ret_run, stops);
    if (people > 0)
        give_back(clock, drive->shelter, stops, ret_run->stop_count);
    clock->buses[drive->bus] = bus;
    clock->value = value;
    clock->places[drive->shelter] = places;
    return people;
}

struct bus_value bus_clock_run(struct bus_clock *clock, const struct bus_schedule *schedule) {
    bus_clock_reset(clock);
    for (size_t i = 0; i < schedule->count; i++)
        (void)bus_clock_drive(clock, &schedule->drives[i], NULL, NULL);
    return clock->value;
}

int bus_schedule_add(struct bus_schedule *schedule, const struct bus_drive *drive) {
    int error = array_reserve((void **)&schedule->drives, schedule->count + 1, &schedule->capacity,
                              sizeof *schedule->drives);
    if (error != HV_OK)
        return error;
    schedule->drives[schedule->count++] = *drive;
    return HV_OK;
}
