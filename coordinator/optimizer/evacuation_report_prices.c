/* The parts of a report that come from prices: what one unit more would give, and the cut that
 * keeps people from every plan. */
#include "coordinator/optimizer/evacuation_report.h"

#include "coordinator/optimizer/array.h"
#include "coordinator/optimizer/wide.h"

#include <stdlib.h>
#include <string.h>

/* ---- prices ---- */

/* Reads a node's prices step by step; steps may not fall. */
struct reader {
    const struct evacuation_prices *prices;
    size_t next, past;
    int64_t value;
};

static struct reader read_node(const struct evacuation_prices *prices, int32_t node) {
    return (struct reader){prices, prices->first[node], prices->first[node + 1], 0};
}

static int64_t price_at(struct reader *reader, int32_t step) {
    while (reader->next < reader->past && reader->prices->steps[reader->next] <= step)
        reader->value = reader->prices->values[reader->next++];
    return reader->value;
}

static int64_t people_in(const struct evacuation_prices *prices, int64_t value) {
    return (value + prices->unserved_cost / 2) / prices->unserved_cost;
}

/* ---- bottlenecks ---- */

static struct report_bottleneck worth_of_lane(const struct evacuation_instance *instance,
                                              const struct evacuation_prices *prices, int32_t index,
                                              int32_t lanes) {
    const struct evacuation_link *link = &instance->links[index];
    struct reader from = read_node(prices, link->from), to = read_node(prices, link->to);
    struct report_bottleneck worth = {.link = index, .shelter = -1};
    for (int32_t t = 0; (int64_t)t + link->travel_steps <= instance->horizon_steps; t++) {
        int64_t gain = price_at(&from, t) - price_at(&to, t + link->travel_steps);
        int64_t room = gain > 0 ? evacuation_link_room(link, t) : 0;
        if (room == 0)
            continue;
        int64_t people = people_in(prices, gain);
        worth.people_served += (double)room * (double)people;
        worth.steps_saved += (double)room * (double)(gain - people * prices->unserved_cost);
    }
    worth.people_served /= lanes;
    worth.steps_saved /= lanes;
    return worth;
}

static struct report_bottleneck worth_of_place(const struct evacuation_instance *instance,
                                               const struct evacuation_prices *prices,
                                               int32_t index) {
    const struct evacuation_shelter *shelter = &instance->shelters[index];
    struct reader reader = read_node(prices, shelter->node);
    int64_t most = 0;
    for (int32_t t = shelter->opens_at_step; t <= instance->horizon_steps; t++) {
        int64_t gain = price_at(&reader, t) - t;
        most = gain > most ? gain : most;
    }
    int64_t people = people_in(prices, most);
    return (struct report_bottleneck){.link = -1,
                                      .shelter = index,
                                      .people_served = (double)people,
                                      .steps_saved =
                                          (double)(most - people * prices->unserved_cost)};
}

/* Links before shelters: a lane and a place are not of one kind. */
static int compare_worth(const void *first, const void *second) {
    const struct report_bottleneck *a = first, *b = second;
    if ((a->link < 0) != (b->link < 0))
        return a->link < 0 ? 1 : -1;
    if (a->people_served != b->people_served)
        return a->people_served > b->people_served ? -1 : 1;
    if (a->steps_saved != b->steps_saved)
        return a->steps_saved > b->steps_saved ? -1 : 1;
    return a->link != b->link ? (a->link > b->link) - (a->link < b->link)
                              : (a->shelter > b->shelter) - (a->shelter < b->shelter);
}

int evacuation_report_rank(const struct evacuation_instance *instance,
                           const struct evacuation_prices *prices, const int32_t *lanes,
                           struct evacuation_report *report) {
    size_t most = instance->link_count + instance->shelter_count + 1;
    report->bottlenecks = calloc(most, sizeof *report->bottlenecks);
    if (report->bottlenecks == NULL)
        return HV_ERR_MEMORY;
    for (size_t i = 0; i + 1 < most; i++) {
        bool road = i < instance->link_count;
        struct report_bottleneck worth =
            road ? worth_of_lane(instance, prices, (int32_t)i,
                                 lanes == NULL || lanes[i] < 1 ? 1 : lanes[i])
                 : worth_of_place(instance, prices, (int32_t)(i - instance->link_count));
        if (worth.people_served > 0 || worth.steps_saved > 0)
            report->bottlenecks[report->bottleneck_count++] = worth;
    }
    qsort(report->bottlenecks, report->bottleneck_count, sizeof *report->bottlenecks,
          compare_worth);
    return HV_OK;
}

/* ---- the cut ---- */

struct cutting {
    const struct evacuation_instance *instance;
    struct evacuation_report *report;
    size_t steps;   /* of a row */
    uint64_t *dear; /* node-steps on the zones' side, as bits */
    uint64_t *seen; /* in the search from one zone */
    size_t *queue;
    size_t queued;
    int32_t *first_out;              /* by node + 1: into out */
    int32_t *out;                    /* links by the node they leave */
    int32_t *link_first, *link_last; /* steps at which a link is full for the zone; NEVER */
    int64_t *link_people;            /* that it lets through then */
    int32_t *shut_first;             /* the same where it is closed */
    bool *lets;                      /* by link: anybody in, at some step */
    bool *leads;                     /* by node: some road leads on to a shelter with places */
    bool *reaches;                   /* by node: to any shelter */
    bool *full, *late;               /* shelters that the search met */
    bool ends_in_time;               /* more time would help */
    size_t cause_room;
};

static size_t id_of(const struct cutting *cutting, int32_t node, int32_t step) {
    return (size_t)node * cutting->steps + (size_t)step;
}

static bool bit(const uint64_t *bits, size_t i) {
    return (bits[i / 64] >> (i % 64) & 1) != 0;
}

static void set_bit(uint64_t *bits, size_t i) {
    bits[i / 64] |= UINT64_C(1) << (i % 64);
}

static void mark_dear(struct cutting *cutting, const struct evacuation_prices *prices) {
    for (size_t v = 0; v < cutting->instance->node_count; v++) {
        struct reader reader = read_node(prices, (int32_t)v);
        for (int32_t t = 0; t <= cutting->instance->horizon_steps; t++)
            if (people_in(prices, price_at(&reader, t)) > 0)
                set_bit(cutting->dear, id_of(cutting, (int32_t)v, t));
    }
}

static int32_t last_leaving(const struct cutting *cutting, const struct evacuation_zone *zone) {
    int32_t horizon = cutting->instance->horizon_steps;
    return zone->deadline_step < horizon ? zone->deadline_step : horizon;
}

/* People who are behind the cut whenever they leave, less all that crosses it. */
static int64_t people_behind(const struct cutting *cutting) {
    const struct evacuation_instance *instance = cutting->instance;
    wide people = 0;
    for (size_t z = 0; z < instance->zone_count; z++) {
        const struct evacuation_zone *zone = &instance->zones[z];
        bool behind = true;
        for (int32_t t = zone->earliest_step; behind && t <= last_leaving(cutting, zone); t++)
            behind = bit(cutting->dear, id_of(cutting, zone->node, t));
        people += behind ? zone->people : 0;
    }
    for (size_t s = 0; s < instance->shelter_count; s++) {
        const struct evacuation_shelter *shelter = &instance->shelters[s];
        bool behind = false;
        for (int32_t t = shelter->opens_at_step; !behind && t <= instance->horizon_steps; t++)
            behind = bit(cutting->dear, id_of(cutting, shelter->node, t));
        people -= behind ? shelter->capacity : 0;
    }
    for (size_t l = 0; l < instance->link_count; l++) {
        const struct evacuation_link *link = &instance->links[l];
        for (int32_t t = 0; (int64_t)t + link->travel_steps <= instance->horizon_steps; t++)
            if (bit(cutting->dear, id_of(cutting, link->from, t)) &&
                !bit(cutting->dear, id_of(cutting, link->to, t + link->travel_steps)))
                people -= evacuation_link_room(link, t);
    }
    return people < 0 ? 0 : (int64_t)people;
}

static void push(struct cutting *cutting, int32_t node, int32_t step) {
    size_t id = id_of(cutting, node, step);
    if (bit(cutting->seen, id))
        return;
    set_bit(cutting->seen, id);
    cutting->queue[cutting->queued++] = id;
}

static void note_link(struct cutting *cutting, int32_t index, int32_t step, int64_t room) {
    cutting->link_people[index] += room;
    if (room == 0) {
        if (cutting->shut_first[index] > step)
            cutting->shut_first[index] = step;
        return;
    }
    if (cutting->link_first[index] > step)
        cutting->link_first[index] = step;
    if (cutting->link_last[index] == EVACUATION_NEVER || cutting->link_last[index] < step)
        cutting->link_last[index] = step;
}

/* Where a link leads from behind the cut: further behind it, across, or nowhere in time. */
static void follow(struct cutting *cutting, int32_t index, int32_t step) {
    const struct evacuation_link *link = &cutting->instance->links[index];
    int64_t arrives = (int64_t)step + link->travel_steps;
    if (!cutting->lets[index] || !cutting->leads[link->to])
        return;
    if (arrives > cutting->instance->horizon_steps) {
        cutting->ends_in_time = true;
        return;
    }
    int64_t room = evacuation_link_room(link, step);
    bool behind = bit(cutting->dear, id_of(cutting, link->to, (int32_t)arrives));
    if (room > 0 && behind)
        push(cutting, link->to, (int32_t)arrives);
    else if (!behind)
        note_link(cutting, index, step, room);
}

static void visit_shelters(struct cutting *cutting, int32_t node, int32_t step) {
    for (size_t s = 0; s < cutting->instance->shelter_count; s++) {
        const struct evacuation_shelter *shelter = &cutting->instance->shelters[s];
        if (shelter->node != node || shelter->capacity == 0)
            continue;
        if (step >= shelter->opens_at_step)
            cutting->full[s] = true;
        else
            cutting->late[s] = true;
    }
}

static void search(struct cutting *cutting, const struct evacuation_zone *zone) {
    const size_t ids = cutting->instance->node_count * cutting->steps;
    memset(cutting->seen, 0, (ids / 64 + 1) * sizeof *cutting->seen);
    cutting->queued = 0;
    cutting->ends_in_time = false;
    for (size_t l = 0; l < cutting->instance->link_count; l++)
        cutting->link_first[l] = cutting->link_last[l] = cutting->shut_first[l] = EVACUATION_NEVER;
    memset(cutting->link_people, 0, cutting->instance->link_count * sizeof *cutting->link_people);
    memset(cutting->full, 0, cutting->instance->shelter_count);
    memset(cutting->late, 0, cutting->instance->shelter_count);
    for (int32_t t = zone->earliest_step; t <= last_leaving(cutting, zone); t++)
        if (bit(cutting->dear, id_of(cutting, zone->node, t)))
            push(cutting, zone->node, t);
    for (size_t i = 0; i < cutting->queued; i++) {
        int32_t node = (int32_t)(cutting->queue[i] / cutting->steps);
        int32_t step = (int32_t)(cutting->queue[i] % cutting->steps);
        visit_shelters(cutting, node, step);
        for (int32_t k = cutting->first_out[node]; k < cutting->first_out[node + 1]; k++)
            follow(cutting, cutting->out[k], step);
    }
}

static int add_cause(struct cutting *cutting, enum report_cause_code code, size_t index,
                     int32_t step, int32_t last_step, int64_t people) {
    struct evacuation_report *report = cutting->report;
    int error = array_reserve((void **)&report->causes, report->cause_count + 1,
                              &cutting->cause_room, sizeof *report->causes);
    if (error != HV_OK)
        return error;
    report->causes[report->cause_count++] =
        (struct report_cause){code, (int32_t)index, step, last_step, people};
    return HV_OK;
}

/* Whether leaving at a step at which the zone may not would help. */
static bool window_binds(const struct cutting *cutting, const struct evacuation_zone *zone) {
    for (int32_t t = 0; t <= cutting->instance->horizon_steps; t++)
        if ((t < zone->earliest_step || t > zone->deadline_step) &&
            !bit(cutting->dear, id_of(cutting, zone->node, t)))
            return true;
    return false;
}

static int compare_causes(const void *first, const void *second) {
    const struct report_cause *a = first, *b = second;
    if (a->code != b->code)
        return a->code < b->code ? -1 : 1;
    if (a->people != b->people)
        return a->people > b->people ? -1 : 1;
    return (a->index > b->index) - (a->index < b->index);
}

static int list_causes(struct cutting *cutting, const struct evacuation_zone *zone) {
    const struct evacuation_instance *instance = cutting->instance;
    const size_t before = cutting->report->cause_count;
    int error = HV_OK;
    for (size_t l = 0; error == HV_OK && l < instance->link_count; l++)
        if (cutting->link_first[l] != EVACUATION_NEVER)
            error = add_cause(cutting, REPORT_CAUSE_LINK_FULL, l, cutting->link_first[l],
                              cutting->link_last[l], cutting->link_people[l]);
    for (size_t l = 0; error == HV_OK && l < instance->link_count; l++)
        if (cutting->shut_first[l] != EVACUATION_NEVER)
            error = add_cause(cutting, REPORT_CAUSE_LINK_CLOSED, l, cutting->shut_first[l],
                              EVACUATION_NEVER, 0);
    for (size_t s = 0; error == HV_OK && s < instance->shelter_count; s++) {
        if (cutting->full[s])
            error = add_cause(cutting, REPORT_CAUSE_SHELTER_FULL, s, 0, EVACUATION_NEVER,
                              instance->shelters[s].capacity);
        else if (cutting->late[s])
            error = add_cause(cutting, REPORT_CAUSE_SHELTER_LATE, s,
                              instance->shelters[s].opens_at_step, EVACUATION_NEVER, 0);
    }
    if (error == HV_OK && window_binds(cutting, zone))
        error = add_cause(cutting, REPORT_CAUSE_WINDOW, (size_t)-1, zone->earliest_step,
                          zone->deadline_step, 0);
    if (error == HV_OK && cutting->ends_in_time && cutting->report->cause_count == before)
        error = add_cause(cutting, REPORT_CAUSE_HORIZON, (size_t)-1, instance->horizon_steps,
                          EVACUATION_NEVER, 0);
    if (error == HV_OK && cutting->report->cause_count == before)
        error = add_cause(
            cutting, cutting->reaches[zone->node] ? REPORT_CAUSE_NO_PLACE : REPORT_CAUSE_NO_WAY,
            (size_t)-1, 0, EVACUATION_NEVER, 0);
    if (error == HV_OK)
        qsort(cutting->report->causes + before, cutting->report->cause_count - before,
              sizeof *cutting->report->causes, compare_causes);
    return error;
}

/* Whether some of the zone's people are behind the cut, whenever they leave. */
static bool is_behind(const struct cutting *cutting, const struct evacuation_zone *zone) {
    for (int32_t t = zone->earliest_step; t <= last_leaving(cutting, zone); t++)
        if (!bit(cutting->dear, id_of(cutting, zone->node, t)))
            return false;
    return true;
}

static int explain_zones(struct cutting *cutting, const bool *only) {
    const struct evacuation_instance *instance = cutting->instance;
    for (size_t z = 0; z < instance->zone_count; z++) {
        struct report_zone *zone = &cutting->report->zones[z];
        if (zone->served >= zone->people || (only != NULL && !only[z]) ||
            (zone->cause_count > 0 &&
             cutting->report->causes[zone->cause_first].code != REPORT_CAUSE_LIMITS))
            continue;
        zone->cause_first = cutting->report->cause_count;
        int error;
        if (is_behind(cutting, &instance->zones[z])) {
            search(cutting, &instance->zones[z]);
            error = list_causes(cutting, &instance->zones[z]);
        } else {
            error = add_cause(cutting, REPORT_CAUSE_LIMITS, (size_t)-1, 0, EVACUATION_NEVER, 0);
        }
        if (error != HV_OK)
            return error;
        zone->cause_count = cutting->report->cause_count - zone->cause_first;
    }
    return HV_OK;
}

/* Links by the node that they leave. */
static void index_links(struct cutting *cutting) {
    const struct evacuation_instance *instance = cutting->instance;
    for (size_t l = 0; l < instance->link_count; l++)
        cutting->first_out[instance->links[l].from + 2]++;
    for (size_t v = 0; v < instance->node_count; v++)
        cutting->first_out[v + 2] += cutting->first_out[v + 1];
    for (size_t l = 0; l < instance->link_count; l++)
        cutting->out[cutting->first_out[instance->links[l].from + 1]++] = (int32_t)l;
}

static bool ever_lets_in(const struct evacuation_link *link) {
    bool lets = link->capacity_per_step > 0;
    for (size_t i = 0; i < link->change_count && !lets; i++)
        lets = link->changes[i].capacity > 0;
    return lets;
}

/* Marks the nodes from which shelters with at least so many places are reached: backwards from
 * these, over all links that ever let anybody in. */
static void mark_leading(const struct cutting *cutting, int64_t places, bool *leads) {
    const struct evacuation_instance *instance = cutting->instance;
    for (size_t s = 0; s < instance->shelter_count; s++)
        if (instance->shelters[s].capacity >= places)
            leads[instance->shelters[s].node] = true;
    for (bool more = true; more;) {
        more = false;
        for (size_t l = instance->link_count; l-- > 0;) {
            const struct evacuation_link *link = &instance->links[l];
            if (!leads[link->to] || leads[link->from] || !cutting->lets[l])
                continue;
            leads[link->from] = more = true;
        }
    }
}

static bool take_room(struct cutting *cutting) {
    const struct evacuation_instance *instance = cutting->instance;
    const size_t ids = instance->node_count * cutting->steps, links = instance->link_count + 1;
    cutting->dear = calloc(ids / 64 + 1, sizeof *cutting->dear);
    cutting->seen = calloc(ids / 64 + 1, sizeof *cutting->seen);
    cutting->queue = malloc((ids + 1) * sizeof *cutting->queue);
    cutting->first_out = calloc(instance->node_count + 2, sizeof *cutting->first_out);
    cutting->out = calloc(links, sizeof *cutting->out);
    cutting->link_first = calloc(links, sizeof *cutting->link_first);
    cutting->link_last = calloc(links, sizeof *cutting->link_last);
    cutting->link_people = calloc(links, sizeof *cutting->link_people);
    cutting->shut_first = calloc(links, sizeof *cutting->shut_first);
    cutting->lets = calloc(links, sizeof *cutting->lets);
    cutting->leads = calloc(instance->node_count + 1, sizeof *cutting->leads);
    cutting->reaches = calloc(instance->node_count + 1, sizeof *cutting->reaches);
    cutting->full = calloc(instance->shelter_count + 1, sizeof *cutting->full);
    cutting->late = calloc(instance->shelter_count + 1, sizeof *cutting->late);
    return cutting->dear != NULL && cutting->seen != NULL && cutting->queue != NULL &&
           cutting->first_out != NULL && cutting->out != NULL && cutting->link_first != NULL &&
           cutting->link_last != NULL && cutting->link_people != NULL &&
           cutting->shut_first != NULL && cutting->lets != NULL && cutting->leads != NULL &&
           cutting->reaches != NULL && cutting->full != NULL && cutting->late != NULL;
}

static void give_back(struct cutting *cutting) {
    free(cutting->dear);
    free(cutting->seen);
    free(cutting->queue);
    free(cutting->first_out);
    free(cutting->out);
    free(cutting->link_first);
    free(cutting->link_last);
    free(cutting->link_people);
    free(cutting->shut_first);
    free(cutting->lets);
    free(cutting->leads);
    free(cutting->reaches);
    free(cutting->full);
    free(cutting->late);
}

int evacuation_report_explain(const struct evacuation_instance *instance,
                              const struct evacuation_prices *prices, const bool *only,
                              struct evacuation_report *report) {
    struct cutting cutting = {.instance = instance,
                              .report = report,
                              .steps = (size_t)instance->horizon_steps + 1,
                              .cause_room = report->cause_count};
    if (report->value.unserved <= 0)
        return HV_OK;
    if (instance->node_count > EVACUATION_NODE_STEPS_MAX / cutting.steps)
        return HV_ERR_LIMIT;
    int error = take_room(&cutting) ? HV_OK : HV_ERR_MEMORY;
    if (error == HV_OK) {
        index_links(&cutting);
        for (size_t l = 0; l < instance->link_count; l++)
            cutting.lets[l] = ever_lets_in(&instance->links[l]);
        mark_leading(&cutting, 1, cutting.leads);
        mark_leading(&cutting, 0, cutting.reaches);
        mark_dear(&cutting, prices);
        if (only == NULL)
            report->cut_people = people_behind(&cutting);
        error = explain_zones(&cutting, only);
    }
    give_back(&cutting);
    return error;
}
