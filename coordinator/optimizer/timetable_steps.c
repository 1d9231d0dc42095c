#include "coordinator/optimizer/timetable_steps.h"

#include "schemas/smaller.h"

#include <stdlib.h>
#include <string.h>

#define MS_PER_HOUR INT64_C(3600000)

/* ---- seconds to steps ---- */

static int64_t steps_up(int64_t ms, int64_t step_ms) {
    return (ms + step_ms - 1) / step_ms;
}

/* SplitMix64 (Steele, Lea and Flood 2014). */
static uint64_t mix(uint64_t number) {
    uint64_t z = number + UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static int32_t travel_steps(int64_t step_ms, int64_t from_ms, int64_t to_ms, int64_t travel_ms,
                            uint32_t link) {
    const bool known = from_ms != NETWORK_UNREACHABLE && to_ms != NETWORK_UNREACHABLE;
    const int64_t straight = known ? steps_up(from_ms, step_ms) - steps_up(to_ms, step_ms) : 0;
    const int64_t detour_ms = known ? travel_ms - from_ms + to_ms : travel_ms;
    const int64_t dither_ms = (int64_t)(mix(link) % (uint64_t)step_ms);
    const int64_t steps = straight + (detour_ms + dither_ms) / step_ms;
    if (steps < 0)
        return 0;
    return steps < EVACUATION_NEVER - 1 ? (int32_t)steps : EVACUATION_NEVER - 1;
}

/* Milliseconds from every node to its nearest shelter as if every road were open. */
static int find_toward(const struct instance *instance, int64_t *toward_ms) {
    const uint32_t nodes = network_node_count(instance->network);
    uint32_t *roots = calloc(instance->shelter_count + 1u, sizeof *roots);
    struct network *open = NULL;
    struct network_search *search = NULL;
    int error = roots == NULL ? HV_ERR_MEMORY : network_clone(instance->network, &open);
    for (uint32_t l = 0; error == HV_OK && l < network_link_count(open); l++)
        error = network_set_closed(open, l, false);
    for (uint32_t s = 0; error == HV_OK && s < instance->shelter_count; s++)
        roots[s] = instance->shelters[s].node;
    if (error == HV_OK)
        error = network_search_new(open, &search);
    if (error == HV_OK)
        error = network_search_run(search, NETWORK_TO_SOURCES, roots, instance->shelter_count);
    for (uint32_t v = 0; error == HV_OK && v < nodes; v++)
        toward_ms[v] = network_search_time_ms(search, v);
    network_search_free(search);
    network_free(open);
    free(roots);
    return error;
}

/* ---- one road ---- */

/* What a link takes, before it is counted in whole people a step. */
struct inflow {
    int64_t per_hour, travel_ms;
    const struct timetable_closing *closings;
    size_t closing_count;
    const struct timetable_load *loads, *others; /* others: for one timetable only */
    size_t load_count, other_count;
};

/* Those of a link, of elements that begin with their link and are in the order of links. */
static const void *find_of_link(const void *all, size_t count, size_t bytes, uint32_t link,
                                size_t *ret_count) {
    size_t first = 0, past = count;
    while (first < past) { /* the first of the link or of one after it */
        const size_t middle = first + (past - first) / 2;
        if (*(const uint32_t *)((const char *)all + middle * bytes) < link)
            first = middle + 1;
        else
            past = middle;
    }
    for (past = first; past < count; past++)
        if (*(const uint32_t *)((const char *)all + past * bytes) != link)
            break;
    *ret_count = past - first;
    return past == first ? NULL : (const char *)all + first * bytes;
}

static struct inflow inflow_of(const struct network_link *road, uint32_t link,
                               const struct timetable_coming *coming) {
    struct inflow inflow = {.per_hour = road->closed ? 0 : road->capacity_per_hour,
                            .travel_ms = road->travel_ms};
    inflow.closings = find_of_link(coming->closings, coming->closing_count,
                                   sizeof *coming->closings, link, &inflow.closing_count);
    inflow.loads = find_of_link(coming->loads, coming->load_count, sizeof *coming->loads, link,
                                &inflow.load_count);
    return inflow;
}

/* Thousandths of its capacity that a link lets in at a step. Who enters at a step may do so until
 * its end, and is off a link before it closes. */
static uint32_t open_permille(const struct inflow *inflow, int64_t step_ms, int32_t step) {
    const int64_t enters_ms = step * step_ms, left_ms = enters_ms + step_ms + inflow->travel_ms;
    uint32_t least = 1000;
    for (size_t i = 0; i < inflow->closing_count; i++) {
        const struct timetable_closing *closing = &inflow->closings[i];
        const int64_t until_ms = closing->permille == 0 ? left_ms : enters_ms + step_ms;
        if (until_ms > closing->from_ms && enters_ms < closing->to_ms && closing->permille < least)
            least = closing->permille;
    }
    return least;
}

/* Others who enter a link, by step: thousandths of people times milliseconds an hour, as its rate;
 * no more than it takes. */
static void take_loads(const struct inflow *inflow, const struct timetable_load *loads,
                       size_t count, int64_t step_ms, int32_t horizon, int64_t *taken) {
    const int64_t most = inflow->per_hour * 1000 * step_ms;
    for (size_t i = 0; i < count; i++) {
        const struct timetable_load *load = &loads[i];
        const int64_t per_hour = hv_smaller(load->per_hour, inflow->per_hour);
        for (int64_t t = load->from_ms / step_ms; t <= horizon && t * step_ms < load->to_ms; t++) {
            const int64_t from_ms = hv_larger(load->from_ms, t * step_ms),
                          to_ms = hv_smaller(load->to_ms, (t + 1) * step_ms);
            taken[t] += hv_smaller(per_hour * 1000 * (to_ms - from_ms), most - taken[t]);
        }
    }
}

/* Room in whole people from the rates of one step after the other. */
struct counting {
    int64_t
        passed; /* thousandths of people times milliseconds an hour, of whom nobody was let in */
};

#define WHOLE (1000 * MS_PER_HOUR) /* one of them: the capacity is in thousandths */

/* Whole people a step where there is room for that all the time; one every so many steps, where a
 * whole one a step is too much. */
static int64_t count_whole(struct counting *counting, int64_t rate) {
    int64_t room = rate / WHOLE;
    if (room == 0) {
        counting->passed += rate;
        room = counting->passed / WHOLE;
        counting->passed %= WHOLE;
    }
    return hv_smaller(room, EVACUATION_PEOPLE_MAX);
}

/* No more than `most`; what others leave besides a whole number is kept for the next steps. */
static int64_t count_exactly(struct counting *counting, int64_t rate, int64_t most) {
    counting->passed += rate;
    const int64_t room = hv_smaller(counting->passed / WHOLE, most);
    counting->passed = hv_smaller(counting->passed - room * WHOLE, WHOLE - 1);
    return room;
}

static void write_rooms(const struct inflow *inflow, int64_t step_ms, int32_t horizon,
                        const int64_t *taken, const int64_t *by_others,
                        struct evacuation_link *link, struct evacuation_change *changes) {
    struct counting alone = {0}, beside = {0};
    int64_t before = 0;
    for (int32_t t = 0; t <= horizon; t++) {
        const int64_t all = inflow->per_hour * open_permille(inflow, step_ms, t) * step_ms;
        int64_t room = count_whole(&alone, hv_larger(0, all - taken[t]));
        if (inflow->other_count > 0)
            room = count_exactly(&beside, hv_larger(0, all - taken[t] - by_others[t]), room);
        if (t == 0)
            link->capacity_per_step = room;
        else if (room != before)
            changes[link->change_count++] = (struct evacuation_change){t, room};
        before = room;
    }
}

static int write_by_step(const struct inflow *inflow, int64_t step_ms, int32_t horizon,
                         struct evacuation_link *link, struct evacuation_change **ret_changes) {
    struct evacuation_change *changes = calloc((size_t)horizon + 2, sizeof *changes);
    int64_t *taken = calloc((size_t)horizon + 1, sizeof *taken),
            *by_others = calloc((size_t)horizon + 1, sizeof *by_others);
    const bool whole = changes != NULL && taken != NULL && by_others != NULL;
    if (whole) {
        take_loads(inflow, inflow->loads, inflow->load_count, step_ms, horizon, taken);
        take_loads(inflow, inflow->others, inflow->other_count, step_ms, horizon, by_others);
        write_rooms(inflow, step_ms, horizon, taken, by_others, link, changes);
        link->changes = changes;
        *ret_changes = changes;
    } else {
        free(changes);
    }
    free(taken);
    free(by_others);
    return whole ? HV_OK : HV_ERR_MEMORY;
}

static int write_capacity(const struct timetable_steps *steps, const struct inflow *inflow,
                          struct evacuation_link *link, struct evacuation_change **ret_changes) {
    const int64_t most = (int64_t)EVACUATION_PEOPLE_MAX * MS_PER_HOUR / steps->step_ms;
    struct inflow held = *inflow;
    held.per_hour = held.per_hour < most ? held.per_hour : most; /* so that nothing overflows */
    link->changes = NULL;
    link->change_count = 0;
    *ret_changes = NULL;
    link->capacity_per_step = held.per_hour * steps->step_ms / MS_PER_HOUR;
    const bool whole = held.per_hour == 0 || link->capacity_per_step > 0;
    return whole && held.closing_count == 0 && held.load_count == 0 && held.other_count == 0
               ? HV_OK
               : write_by_step(&held, steps->step_ms, steps->instance.horizon_steps, link,
                               ret_changes);
}

/* ---- laying out ---- */

static int take_arrays(struct timetable_steps *steps, const struct instance *instance) {
    const uint32_t nodes = network_node_count(instance->network);
    steps->road_count = network_link_count(instance->network);
    steps->centroid = calloc(nodes + 1u, sizeof *steps->centroid);
    if (steps->centroid == NULL)
        return HV_ERR_MEMORY;
    for (uint32_t v = 0; v < nodes; v++) {
        steps->centroid[v] = network_is_centroid(instance->network, v);
        steps->centroid_count += steps->centroid[v];
    }
    const size_t links = (size_t)steps->road_count + steps->centroid_count + instance->zone_count;
    steps->roads = calloc(steps->road_count + 1u, sizeof *steps->roads);
    steps->closes = calloc(steps->road_count + 1u, sizeof *steps->closes);
    steps->loaded = calloc(steps->road_count + 1u, sizeof *steps->loaded);
    steps->links = calloc(links + 1, sizeof *steps->links);
    steps->changes = calloc(links + 1, sizeof *steps->changes);
    steps->zones = calloc(instance->zone_count + 1u, sizeof *steps->zones);
    steps->shelters = calloc(instance->shelter_count + 1u, sizeof *steps->shelters);
    steps->instance.node_count = (size_t)nodes + steps->centroid_count + 1;
    steps->instance.link_count = links;
    steps->instance.zone_count = instance->zone_count;
    steps->instance.shelter_count = instance->shelter_count + 1u;
    steps->instance.links = steps->links;
    steps->instance.zones = steps->zones;
    steps->instance.shelters = steps->shelters;
    return steps->roads == NULL || steps->closes == NULL || steps->loaded == NULL ||
                   steps->links == NULL || steps->changes == NULL || steps->zones == NULL ||
                   steps->shelters == NULL
               ? HV_ERR_MEMORY
               : HV_OK;
}

static struct evacuation_link added_link(int32_t from, int32_t to) {
    return (struct evacuation_link){.from = from,
                                    .to = to,
                                    .closes_at_step = EVACUATION_NEVER,
                                    .capacity_per_step = EVACUATION_PEOPLE_MAX};
}

/* Where each node is arrived at: itself, or the second node of a centroid. Adds the links of no
 * time between the two. */
static void split_centroids(struct timetable_steps *steps, int32_t *arrive) {
    const size_t nodes = steps->instance.node_count - steps->centroid_count - 1;
    size_t twin = nodes, link = steps->road_count;
    for (size_t v = 0; v < nodes; v++) {
        arrive[v] = (int32_t)(steps->centroid[v] ? twin++ : v);
        if (steps->centroid[v])
            steps->links[link++] = added_link((int32_t)v, arrive[v]);
    }
}

static int lay_roads(struct timetable_steps *steps, const struct instance *instance,
                     const struct timetable_coming *coming, const int32_t *arrive,
                     const int64_t *toward_ms) {
    for (uint32_t l = 0; l < steps->road_count; l++) {
        const struct network_link *road = network_link_at(instance->network, l);
        struct evacuation_link *link = &steps->links[l];
        const struct inflow inflow = inflow_of(road, l, coming);
        steps->roads[l] = *road;
        steps->closes[l] = inflow.closing_count > 0;
        steps->loaded[l] = inflow.load_count > 0;
        *link = (struct evacuation_link){.from = (int32_t)road->from,
                                         .to = arrive[road->to],
                                         .travel_steps =
                                             travel_steps(steps->step_ms, toward_ms[road->from],
                                                          toward_ms[road->to], road->travel_ms, l),
                                         .closes_at_step = EVACUATION_NEVER};
        int error = write_capacity(steps, &inflow, link, &steps->changes[l]);
        if (error != HV_OK)
            return error;
    }
    return HV_OK;
}

static void lay_places(struct timetable_steps *steps, const struct instance *instance,
                       const int32_t *arrive, int64_t nowhere) {
    const int32_t end = (int32_t)steps->instance.node_count - 1;
    size_t link = steps->instance.link_count - instance->zone_count;
    for (uint32_t z = 0; z < instance->zone_count; z++) {
        steps->zones[z] = (struct evacuation_zone){.node = (int32_t)instance->zones[z].node,
                                                   .deadline_step = EVACUATION_NEVER};
        steps->links[link++] = added_link(steps->zones[z].node, end);
        (void)timetable_steps_set_zone(steps, instance, z);
    }
    for (uint32_t s = 0; s < instance->shelter_count; s++) {
        steps->shelters[s].node = arrive[instance->shelters[s].node];
        (void)timetable_steps_set_shelter(steps, instance, s);
    }
    steps->shelters[instance->shelter_count] =
        (struct evacuation_shelter){.node = end, .capacity = nowhere};
}

static int lay_out(struct timetable_steps *steps, const struct instance *instance,
                   const struct timetable_coming *coming, int64_t nowhere) {
    const uint32_t nodes = network_node_count(instance->network);
    int32_t *arrive = calloc(nodes + 1u, sizeof *arrive);
    int64_t *toward_ms = calloc(nodes + 1u, sizeof *toward_ms);
    int error =
        arrive == NULL || toward_ms == NULL ? HV_ERR_MEMORY : find_toward(instance, toward_ms);
    if (error == HV_OK) {
        split_centroids(steps, arrive);
        error = lay_roads(steps, instance, coming, arrive, toward_ms);
    }
    if (error == HV_OK)
        lay_places(steps, instance, arrive, nowhere);
    free(arrive);
    free(toward_ms);
    return error;
}

int timetable_steps_init(struct timetable_steps *steps, const struct instance *instance,
                         const struct timetable_coming *coming, int64_t step_ms,
                         int32_t horizon_steps, int64_t nowhere) {
    *steps = (struct timetable_steps){.step_ms = step_ms};
    steps->instance.horizon_steps = horizon_steps;
    int error = take_arrays(steps, instance);
    if (error == HV_OK)
        error = lay_out(steps, instance, coming, nowhere);
    if (error == HV_OK)
        error = evacuation_instance_check(&steps->instance);
    if (error != HV_OK)
        timetable_steps_deinit(steps);
    return error;
}

void timetable_steps_deinit(struct timetable_steps *steps) {
    for (size_t l = 0; steps->changes != NULL && l < steps->instance.link_count; l++)
        free(steps->changes[l]);
    free(steps->roads);
    free(steps->closes);
    free(steps->loaded);
    free(steps->centroid);
    free(steps->links);
    free(steps->changes);
    free(steps->zones);
    free(steps->shelters);
    *steps = (struct timetable_steps){0};
}

/* ---- changes ---- */

bool timetable_steps_fit(const struct timetable_steps *steps, const struct instance *instance) {
    const size_t nodes = steps->instance.node_count - steps->centroid_count - 1;
    if (network_node_count(instance->network) != nodes ||
        network_link_count(instance->network) != steps->road_count ||
        instance->zone_count != steps->instance.zone_count ||
        instance->shelter_count + 1u != steps->instance.shelter_count)
        return false;
    for (uint32_t v = 0; v < nodes; v++)
        if (network_is_centroid(instance->network, v) != steps->centroid[v])
            return false;
    for (uint32_t l = 0; l < steps->road_count; l++) {
        const struct network_link *road = network_link_at(instance->network, l);
        if (road->from != steps->roads[l].from || road->to != steps->roads[l].to ||
            road->travel_ms != steps->roads[l].travel_ms)
            return false;
    }
    for (uint32_t z = 0; z < instance->zone_count; z++)
        if (instance->zones[z].node != (uint32_t)steps->zones[z].node)
            return false;
    for (uint32_t s = 0; s < instance->shelter_count; s++) {
        const uint32_t node = instance->shelters[s].node;
        const uint32_t arrived = (uint32_t)steps->shelters[s].node;
        /* the second nodes follow the others, in the order of their centroids */
        if (node != arrived && !(steps->centroid[node] && arrived >= nodes))
            return false;
    }
    return true;
}

static bool same_capacity(const struct evacuation_link *a, const struct evacuation_link *b) {
    if (a->capacity_per_step != b->capacity_per_step || a->change_count != b->change_count)
        return false;
    for (size_t i = 0; i < a->change_count; i++)
        if (a->changes[i].step != b->changes[i].step ||
            a->changes[i].capacity != b->changes[i].capacity)
            return false;
    return true;
}

int timetable_steps_set_link(struct timetable_steps *steps, const struct instance *instance,
                             const struct timetable_coming *coming, uint32_t link,
                             bool *ret_changed) {
    const struct network_link *road = network_link_at(instance->network, link);
    struct network_link *before = &steps->roads[link];
    const struct inflow inflow = inflow_of(road, link, coming);
    const bool same_road =
        before->closed == road->closed && before->capacity_per_hour == road->capacity_per_hour;
    *ret_changed = false;
    if (same_road && inflow.closing_count == 0 && !steps->closes[link] && inflow.load_count == 0 &&
        !steps->loaded[link])
        return HV_OK;
    struct evacuation_link changed = steps->links[link];
    struct evacuation_change *changes = NULL;
    int error = write_capacity(steps, &inflow, &changed, &changes);
    if (error != HV_OK)
        return error;
    *ret_changed = !same_capacity(&changed, &steps->links[link]);
    free(steps->changes[link]);
    steps->changes[link] = changes;
    steps->links[link] = changed;
    steps->closes[link] = inflow.closing_count > 0;
    steps->loaded[link] = inflow.load_count > 0;
    *before = *road;
    return HV_OK;
}

bool timetable_steps_set_zone(struct timetable_steps *steps, const struct instance *instance,
                              uint32_t zone) {
    const struct instance_zone *from = &instance->zones[zone];
    int64_t people = 0;
    for (int class = 0; class < INSTANCE_CLASSES; class ++)
        people += from->people[class];
    bool changed = steps->zones[zone].people != people;
    steps->zones[zone].people = people;
    return changed;
}

bool timetable_steps_set_shelter(struct timetable_steps *steps, const struct instance *instance,
                                 uint32_t shelter) {
    const struct instance_shelter *from = &instance->shelters[shelter];
    struct evacuation_shelter now = steps->shelters[shelter];
    const int64_t opens = steps_up(from->opens_ms, steps->step_ms);
    now.capacity = from->usable && from->withstands ? from->capacity : 0;
    now.opens_at_step = opens < EVACUATION_NEVER ? (int32_t)opens : EVACUATION_NEVER;
    bool changed = now.capacity != steps->shelters[shelter].capacity ||
                   now.opens_at_step != steps->shelters[shelter].opens_at_step;
    steps->shelters[shelter] = now;
    return changed;
}

bool timetable_steps_set_nowhere(struct timetable_steps *steps, int64_t people) {
    struct evacuation_shelter *nowhere = &steps->shelters[steps->instance.shelter_count - 1];
    bool changed = nowhere->capacity != people;
    nowhere->capacity = people;
    return changed;
}

/* ---- with others for one timetable ---- */

int timetable_steps_beside(const struct timetable_steps *steps,
                           const struct timetable_coming *coming,
                           const struct timetable_load *others, size_t count,
                           struct timetable_steps *ret_beside) {
    struct timetable_steps beside = *steps;
    const size_t links = steps->instance.link_count;
    beside.links = calloc(links + 1, sizeof *beside.links);
    beside.changes = calloc(links + 1, sizeof *beside.changes);
    beside.instance.links = beside.links;
    int error = beside.links == NULL || beside.changes == NULL ? HV_ERR_MEMORY : HV_OK;
    if (error == HV_OK)
        memcpy(beside.links, steps->links, links * sizeof *beside.links);
    for (size_t at = 0; error == HV_OK && at < count;) {
        const uint32_t link = others[at].link;
        struct inflow inflow = inflow_of(&steps->roads[link], link, coming);
        inflow.others = &others[at];
        while (at < count && others[at].link == link) {
            inflow.other_count++;
            at++;
        }
        error = write_capacity(&beside, &inflow, &beside.links[link], &beside.changes[link]);
    }
    if (error != HV_OK) {
        timetable_steps_end_beside(&beside);
        return error;
    }
    *ret_beside = beside;
    return HV_OK;
}

void timetable_steps_end_beside(struct timetable_steps *beside) {
    for (size_t l = 0; beside->changes != NULL && l < beside->instance.link_count; l++)
        free(beside->changes[l]);
    free(beside->changes);
    free(beside->links);
    *beside = (struct timetable_steps){0};
}
