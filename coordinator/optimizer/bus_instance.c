#include "coordinator/optimizer/bus_instance.h"

#include <stdlib.h>

#define DETOURS_MAX 200

/* ---- checking -------------------------------------------------------------------------------- */

static bool is_time(int32_t seconds) {
    return seconds >= 0 && seconds <= BUS_SECONDS_MAX;
}

static bool are_times(const int32_t *times, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (!is_time(times[i]) && times[i] != BUS_NEVER)
            return false;
    return true;
}

static bool fleets_are_sound(const struct bus_instance *instance) {
    for (size_t f = 0; f < instance->fleet_count; f++) {
        const struct bus_fleet *fleet = &instance->fleets[f];
        if (fleet->buses < 0 || fleet->seats < 0 || fleet->seats > BUS_SEATS_MAX ||
            fleet->wheelchair_places < 0 || fleet->wheelchair_places > BUS_SEATS_MAX ||
            !is_time(fleet->ready_s) || !is_time(fleet->load_s) || !is_time(fleet->unload_s))
            return false;
    }
    return true;
}

static bool stops_are_sound(const struct bus_instance *instance) {
    for (size_t c = 0; c < instance->class_count; c++)
        if (instance->classes[c].party_people < 1 ||
            instance->classes[c].party_people > BUS_SEATS_MAX)
            return false;
    for (size_t p = 0; p < instance->pickup_count; p++) {
        const struct bus_pickup *pickup = &instance->pickups[p];
        if (pickup->people < 0 || pickup->class < 0 ||
            (size_t)pickup->class >= instance->class_count || !is_time(pickup->ready_s) ||
            pickup->deadline_s < 0)
            return false;
    }
    for (size_t s = 0; s < instance->shelter_count; s++)
        if (instance->shelters[s].places < 0 || !is_time(instance->shelters[s].opens_s))
            return false;
    return true;
}

static bool limits_are_sound(const struct bus_instance *instance) {
    const size_t pairs = instance->pickup_count * instance->shelter_count;
    for (size_t i = 0; instance->limits != NULL && i < pairs; i++)
        if (instance->limits[i] < 0)
            return false;
    for (size_t p = 0; instance->limit_row != NULL && p < instance->pickup_count; p++)
        if (instance->limit_row[p] < 0 || (size_t)instance->limit_row[p] >= instance->pickup_count)
            return false;
    return true;
}

static bool sum_is_longer(int32_t a, int32_t b, int32_t way) {
    return a == BUS_NEVER || b == BUS_NEVER || (int64_t)a + b >= way;
}

static bool detours_are_longer(const struct bus_instance *instance) {
    const size_t points = instance->pickup_count, shelters = instance->shelter_count;
    for (size_t p = 0; p < points && points <= DETOURS_MAX; p++)
        for (size_t q = 0; q < points; q++) {
            const int32_t way = instance->between[p * points + q];
            for (size_t r = 0; r < points; r++)
                if (!sum_is_longer(way, instance->between[q * points + r],
                                   instance->between[p * points + r]))
                    return false;
            for (size_t s = 0; s < shelters; s++)
                if (!sum_is_longer(way, instance->in[q * shelters + s],
                                   instance->in[p * shelters + s]) ||
                    !sum_is_longer(instance->back[s * points + p], way,
                                   instance->back[s * points + q]))
                    return false;
            for (size_t f = 0; f < instance->fleet_count; f++)
                if (!sum_is_longer(instance->out[f * points + p], way,
                                   instance->out[f * points + q]))
                    return false;
        }
    return true;
}

int bus_instance_check_figures(const struct bus_instance *instance) {
    const size_t points = instance->pickup_count, shelters = instance->shelter_count;
    if (instance->class_count > BUS_CLASSES_MAX || instance->fleet_count > BUS_POINTS_MAX ||
        points > BUS_POINTS_MAX || shelters > BUS_POINTS_MAX ||
        instance->fleet_count + points + shelters > BUS_POINTS_MAX)
        return HV_ERR_LIMIT;
    if (!is_time(instance->horizon_s) || !is_time(instance->stop_s) ||
        !is_time(instance->board_s) || !is_time(instance->alight_s) || instance->stops_max < 1 ||
        instance->stops_max > BUS_STOPS_MAX || !fleets_are_sound(instance) ||
        !stops_are_sound(instance))
        return HV_ERR_VALUE;
    if (bus_instance_people(instance) > BUS_PEOPLE_MAX ||
        bus_instance_buses(instance) > BUS_BUSES_MAX)
        return HV_ERR_LIMIT;
    return are_times(instance->out, instance->fleet_count * points) &&
                   are_times(instance->between, points * points) &&
                   are_times(instance->in, points * shelters) &&
                   are_times(instance->back, points * shelters) && limits_are_sound(instance)
               ? HV_OK
               : HV_ERR_VALUE;
}

int bus_instance_check(const struct bus_instance *instance) {
    const int error = bus_instance_check_figures(instance);
    return error != HV_OK || detours_are_longer(instance) ? error : HV_ERR_VALUE;
}

int64_t bus_instance_people(const struct bus_instance *instance) {
    int64_t people = 0;
    for (size_t p = 0; p < instance->pickup_count; p++)
        people += instance->pickups[p].people;
    return people;
}

size_t bus_instance_buses(const struct bus_instance *instance) {
    size_t buses = 0;
    for (size_t f = 0; f < instance->fleet_count; f++)
        buses += (size_t)instance->fleets[f].buses;
    return buses;
}

/* ---- times ----------------------------------------------------------------------------------- */

struct entry {
    int64_t seconds;
    int32_t node;
};

struct search {
    const struct bus_link *links;
    size_t *first; /* by node: its links in `out` */
    size_t *out;
    int64_t *seconds; /* by node */
    struct entry *heap;
    size_t heap_count;
};

static void push(struct search *search, int64_t seconds, int32_t node) {
    if (seconds >= search->seconds[node])
        return;
    search->seconds[node] = seconds;
    size_t i = search->heap_count++;
    for (; i > 0 && search->heap[(i - 1) / 2].seconds > seconds; i = (i - 1) / 2)
        search->heap[i] = search->heap[(i - 1) / 2];
    search->heap[i] = (struct entry){seconds, node};
}

static struct entry pop(struct search *search) {
    const struct entry top = search->heap[0], last = search->heap[--search->heap_count];
    size_t i = 0;
    for (size_t child; (child = 2 * i + 1) < search->heap_count; i = child) {
        if (child + 1 < search->heap_count &&
            search->heap[child + 1].seconds < search->heap[child].seconds)
            child++;
        if (search->heap[child].seconds >= last.seconds)
            break;
        search->heap[i] = search->heap[child];
    }
    search->heap[i] = last;
    return top;
}

static void search_from(struct search *search, size_t node_count, int32_t node) {
    for (size_t v = 0; v < node_count; v++)
        search->seconds[v] = INT64_MAX;
    search->heap_count = 0;
    push(search, 0, node);
    while (search->heap_count > 0) {
        const struct entry entry = pop(search);
        if (entry.seconds > search->seconds[entry.node])
            continue;
        for (size_t i = search->first[entry.node]; i < search->first[entry.node + 1]; i++) {
            const struct bus_link *link = &search->links[search->out[i]];
            push(search, entry.seconds + link->travel_s, link->to);
        }
    }
}

static void list_links(struct search *search, size_t node_count, size_t link_count) {
    for (size_t l = 0; l < link_count; l++)
        search->first[search->links[l].from + 1]++;
    for (size_t v = 0; v < node_count; v++)
        search->first[v + 1] += search->first[v];
    for (size_t l = link_count; l-- > 0;)
        search->out[--search->first[search->links[l].from + 1]] = l;
    for (size_t v = 0; v < node_count; v++)
        search->first[v] = search->first[v + 1];
    search->first[node_count] = link_count;
}

int bus_times(size_t node_count, const struct bus_link *links, size_t link_count,
              const int32_t *rows, size_t row_count, const int32_t *columns, size_t column_count,
              int32_t *ret_times) {
    struct search search = {
        .links = links,
        .first = calloc(node_count + 2, sizeof *search.first),
        .out = calloc(link_count + 1, sizeof *search.out),
        .seconds = calloc(node_count + 1, sizeof *search.seconds),
        .heap = calloc(link_count + 2, sizeof *search.heap),
    };
    const bool sound =
        search.first != NULL && search.out != NULL && search.seconds != NULL && search.heap != NULL;
    if (sound)
        list_links(&search, node_count, link_count);
    for (size_t r = 0; sound && r < row_count; r++) {
        search_from(&search, node_count, rows[r]);
        for (size_t c = 0; c < column_count; c++) {
            const int64_t seconds = search.seconds[columns[c]];
            ret_times[r * column_count + c] =
                seconds <= BUS_SECONDS_MAX ? (int32_t)seconds : BUS_NEVER;
        }
    }
    free(search.first);
    free(search.out);
    free(search.seconds);
    free(search.heap);
    return sound ? HV_OK : HV_ERR_MEMORY;
}
