#include "coordinator/optimizer/zone_plan_bound_walk.h"

#include <stdlib.h>
#include <string.h>

#define LABELS_MAX 3000
#define LABEL_STEPS_MAX 4000000 /* pairs of a label and a step: 32 MB */
#define WORK_OF_SORTING 4       /* a step, against one that is only looked at */
#define NONE (-1)

/* A way from the zone to a node, or to a shelter of it where it ends. */
struct zone_plan_walk_label {
    wide hope; /* no route that begins so gains more */
    int32_t node, offset;
    int32_t link, before; /* how it came here: a link, and the label that it comes from */
    int32_t shelter;      /* where it ends, or NONE */
    int32_t next;         /* of the same node */
};

/* ---- making ---------------------------------------------------------------------------------- */

int zone_plan_walk_init(struct zone_plan_walk *walk, const struct zone_plan_pricing *pricing,
                        int64_t work_max) {
    const size_t nodes = pricing->instance->node_count;
    const size_t fit = LABEL_STEPS_MAX / pricing->steps;
    const size_t labels = fit < 1 ? 1 : fit < LABELS_MAX ? fit : LABELS_MAX;
    *walk = (struct zone_plan_walk){
        .pricing = pricing,
        .work_max = work_max,
        .label_max = labels,
        .labels = calloc(labels, sizeof *walk->labels),
        .costs = malloc(labels * pricing->steps * sizeof *walk->costs),
        .heap = calloc(labels, sizeof *walk->heap),
        .first = calloc(nodes + 1, sizeof *walk->first),
        .passed = calloc(nodes + 1, sizeof *walk->passed),
        .gains = calloc(pricing->steps, sizeof *walk->gains),
        .links = calloc(nodes + 1, sizeof *walk->links),
    };
    if (walk->labels != NULL && walk->costs != NULL && walk->heap != NULL && walk->first != NULL &&
        walk->passed != NULL && walk->gains != NULL && walk->links != NULL)
        return HV_OK;
    zone_plan_walk_deinit(walk);
    return HV_ERR_MEMORY;
}

void zone_plan_walk_deinit(struct zone_plan_walk *walk) {
    free(walk->labels);
    free(walk->costs);
    free(walk->heap);
    free(walk->first);
    free(walk->passed);
    free(walk->gains);
    free(walk->links);
    *walk = (struct zone_plan_walk){0};
}

/* ---- gains ----------------------------------------------------------------------------------- */

struct walking {
    struct zone_plan_walk *walk;
    const struct zone_plan_walker *walker;
    const struct zone_plan_level *level;
    size_t first, end; /* steps of departure */
    wide known;
};

static int64_t *costs_of(const struct walking *walking, size_t label) {
    return walking->walk->costs + label * walking->walk->pricing->steps;
}

static int compare_gains(const void *first, const void *second) {
    const int64_t a = *(const int64_t *)first, b = *(const int64_t *)second;
    return (a < b) - (a > b);
}

/* The sum of so many gains of a person, `most` people each, for no more than `people`. */
static wide sum_gains(const struct walking *walking, size_t count, int64_t people) {
    int64_t *gains = walking->walk->gains;
    const int64_t most = walking->level->most;
    wide sum = 0;
    if (wide_product((int64_t)count, most) > people) {
        qsort(gains, count, sizeof *gains, compare_gains);
        walking->walk->work += (int64_t)count * WORK_OF_SORTING;
    }
    for (size_t i = 0; i < count && people > 0; i++) {
        const int64_t now = most < people ? most : people;
        sum += wide_product(now, gains[i]);
        people -= now;
    }
    return sum;
}

/* The gain if everybody went on from a node as is cheapest at that step. */
static wide hope_at(const struct walking *walking, int32_t node, int32_t offset,
                    const int64_t *costs) {
    const struct zone_plan_pricing *pricing = walking->walk->pricing;
    const int64_t *on = pricing->cost + (size_t)node * pricing->steps + offset;
    const int64_t worth = walking->walker->worth;
    size_t count = 0;
    for (size_t t = walking->first; t < walking->end && t + (size_t)offset < pricing->steps; t++)
        if (costs[t] + on[t] < worth)
            walking->walk->gains[count++] = worth - costs[t] - on[t];
    walking->walk->work += (int64_t)(walking->end - walking->first);
    return sum_gains(walking, count, walking->walker->people);
}

/* The gain of a way that ends at a shelter. */
static wide gain_at(const struct walking *walking, const struct zone_plan_walk_label *label,
                    const int64_t *costs, size_t shelter) {
    const struct zone_plan_pricing *pricing = walking->walk->pricing;
    const struct evacuation_shelter *of = &pricing->instance->shelters[shelter];
    const int64_t worth = walking->walker->worth - pricing->shelter_price[shelter];
    const int64_t people =
        of->capacity < walking->walker->people ? of->capacity : walking->walker->people;
    size_t count = 0;
    for (size_t t = walking->first; t < walking->end; t++) {
        const int64_t arrival = (int64_t)t + label->offset;
        if (arrival >= (int64_t)pricing->steps)
            break;
        if (arrival >= of->opens_at_step && costs[t] + arrival * ZONE_PLAN_BOUND_UNIT < worth)
            walking->walk->gains[count++] = worth - costs[t] - arrival * ZONE_PLAN_BOUND_UNIT;
    }
    return sum_gains(walking, count, people);
}

/* ---- labels ---------------------------------------------------------------------------------- */

static bool is_before(const struct zone_plan_walk *walk, int32_t a, int32_t b) {
    const wide one = walk->labels[a].hope, other = walk->labels[b].hope;
    return one != other ? one > other : a < b;
}

static void push(struct zone_plan_walk *walk, int32_t label) {
    size_t i = walk->heap_count++;
    for (; i > 0 && is_before(walk, label, walk->heap[(i - 1) / 2]); i = (i - 1) / 2)
        walk->heap[i] = walk->heap[(i - 1) / 2];
    walk->heap[i] = label;
}

static int32_t pop(struct zone_plan_walk *walk) {
    const int32_t top = walk->heap[0], last = walk->heap[--walk->heap_count];
    size_t i = 0;
    for (;;) {
        size_t child = 2 * i + 1;
        if (child >= walk->heap_count)
            break;
        if (child + 1 < walk->heap_count &&
            is_before(walk, walk->heap[child + 1], walk->heap[child]))
            child++;
        if (!is_before(walk, walk->heap[child], last))
            break;
        walk->heap[i] = walk->heap[child];
        i = child;
    }
    walk->heap[i] = last;
    return top;
}

/* Stamps the nodes of a way. */
static void stamp_way(struct zone_plan_walk *walk, int32_t label) {
    walk->stamp++;
    for (int32_t i = label; i != NONE; i = walk->labels[i].before)
        walk->passed[walk->labels[i].node] = walk->stamp;
}

/* Whether a way passes stamped nodes only. */
static bool is_stamped(const struct zone_plan_walk *walk, int32_t label) {
    for (int32_t i = label; i != NONE; i = walk->labels[i].before)
        if (walk->passed[walk->labels[i].node] != walk->stamp)
            return false;
    return true;
}

/* Whether some way to the node is no worse at any step at which the new one could gain. The nodes
 * of that are stamped. */
static bool is_dominated(const struct walking *walking, int32_t node, int32_t offset,
                         const int64_t *costs) {
    struct zone_plan_walk *walk = walking->walk;
    const int64_t worth = walking->walker->worth;
    for (int32_t i = walk->first[node]; i != NONE; i = walk->labels[i].next) {
        if (walk->labels[i].offset != offset || !is_stamped(walk, i))
            continue;
        const int64_t *other = costs_of(walking, (size_t)i);
        size_t t = walking->first;
        while (t < walking->end && (other[t] <= costs[t] || costs[t] >= worth))
            t++;
        walk->work += (int64_t)(t - walking->first);
        if (t == walking->end)
            return true;
    }
    return false;
}

/* Makes the label that stands behind the last one part of the search. */
static void add_label(struct zone_plan_walk *walk, struct zone_plan_walk_label label) {
    const int32_t index = (int32_t)walk->label_count++;
    label.next = NONE;
    if (label.shelter == NONE) {
        label.next = walk->first[label.node];
        walk->first[label.node] = index;
    }
    walk->labels[index] = label;
    push(walk, index);
}

/* ---- growing --------------------------------------------------------------------------------- */

/* Ends a way at each shelter of its node. False where there is no room for more labels. */
static bool end_here(struct walking *walking, int32_t from) {
    struct zone_plan_walk *walk = walking->walk;
    const struct evacuation_instance *instance = walk->pricing->instance;
    const struct zone_plan_walk_label label = walk->labels[from];
    for (size_t s = 0; s < instance->shelter_count; s++) {
        if (instance->shelters[s].node != label.node || instance->shelters[s].capacity <= 0)
            continue;
        const wide gain = gain_at(walking, &label, costs_of(walking, (size_t)from), s);
        if (gain <= walking->known)
            continue;
        if (walk->label_count == walk->label_max)
            return false;
        add_label(walk, (struct zone_plan_walk_label){.hope = gain,
                                                      .node = label.node,
                                                      .offset = label.offset,
                                                      .link = NONE,
                                                      .before = from,
                                                      .shelter = (int32_t)s});
    }
    return true;
}

/* Writes what a way costs that goes on by a link. */
static void add_prices(const struct walking *walking, int32_t from, int32_t link, int64_t *costs) {
    const struct zone_plan_pricing *pricing = walking->walk->pricing;
    const struct evacuation_link *of = &pricing->instance->links[link];
    const int32_t offset = walking->walk->labels[from].offset;
    const int64_t *before = costs_of(walking, (size_t)from);
    const int64_t *price = pricing->link_price + (size_t)link * pricing->steps;
    const bool steady = of->change_count == 0 && of->closes_at_step == EVACUATION_NEVER;
    const bool open = of->capacity_per_step > 0;
    for (size_t t = walking->first; t < walking->end; t++) {
        const size_t enters = t + (size_t)offset;
        costs[t] = ZONE_PLAN_BOUND_UNREACHED;
        if (enters + (size_t)of->travel_steps >= pricing->steps ||
            before[t] >= walking->walker->worth ||
            !(steady ? open : evacuation_link_room(of, (int32_t)enters) > 0))
            continue;
        costs[t] = before[t] + price[enters];
    }
}

/* Goes on by a link. False where there is no room for more labels. */
static bool grow_by(struct walking *walking, int32_t from, int32_t link) {
    struct zone_plan_walk *walk = walking->walk;
    const struct evacuation_link *of = &walk->pricing->instance->links[link];
    const int64_t offset = (int64_t)walk->labels[from].offset + of->travel_steps;
    if (of->travel_steps < 0 || offset >= (int64_t)walk->pricing->steps ||
        zone_plan_most_of(of) < walking->level->least || walk->passed[of->to] == walk->stamp)
        return true;
    if (walk->label_count == walk->label_max)
        return false;
    int64_t *costs = costs_of(walking, walk->label_count);
    add_prices(walking, from, link, costs);
    const wide hope = hope_at(walking, of->to, (int32_t)offset, costs);
    if (hope <= walking->known)
        return true;
    walk->passed[of->to] = walk->stamp;
    const bool dominated = is_dominated(walking, of->to, (int32_t)offset, costs);
    walk->passed[of->to] = 0;
    if (!dominated)
        add_label(walk, (struct zone_plan_walk_label){.hope = hope,
                                                      .node = of->to,
                                                      .offset = (int32_t)offset,
                                                      .link = link,
                                                      .before = from,
                                                      .shelter = NONE});
    return true;
}

static bool grow(struct walking *walking, int32_t from) {
    const struct zone_plan_pricing *pricing = walking->walk->pricing;
    const int32_t node = walking->walk->labels[from].node;
    bool room = end_here(walking, from);
    stamp_way(walking->walk, from);
    for (int32_t i = pricing->out_first[node]; i < pricing->out_first[node + 1] && room; i++)
        room = grow_by(walking, from, pricing->out[i]);
    return room;
}

/* ---- all ------------------------------------------------------------------------------------- */

static void begin(struct walking *walking) {
    struct zone_plan_walk *walk = walking->walk;
    const struct zone_plan_pricing *pricing = walk->pricing;
    const struct evacuation_zone *zone = &pricing->instance->zones[walking->walker->zone];
    const int64_t steps = (int64_t)pricing->steps;
    walking->first = zone->earliest_step > 0 ? (size_t)zone->earliest_step : 0;
    walking->end =
        (size_t)(zone->deadline_step < steps - 1 ? (int64_t)zone->deadline_step + 1 : steps);
    walk->label_count = walk->heap_count = 0;
    for (size_t v = 0; v < pricing->instance->node_count; v++)
        walk->first[v] = NONE;
}

/* Writes the links of a way that ends at a shelter. */
static void write_route(struct zone_plan_walk *walk, int32_t label) {
    walk->shelter = walk->labels[label].shelter;
    walk->link_count = 0;
    for (int32_t i = label; i != NONE; i = walk->labels[i].before)
        walk->link_count += walk->labels[i].link != NONE;
    int32_t at = walk->link_count;
    for (int32_t i = label; i != NONE; i = walk->labels[i].before)
        if (walk->labels[i].link != NONE)
            walk->links[--at] = walk->labels[i].link;
}

wide zone_plan_walk_find(struct zone_plan_walk *walk, const struct zone_plan_walker *walker,
                         const struct zone_plan_level *level, wide known, bool *ret_found) {
    struct walking walking = {.walk = walk, .walker = walker, .level = level, .known = known};
    const int32_t home = walk->pricing->instance->zones[walker->zone].node;
    *ret_found = false;
    begin(&walking);
    if (walking.first >= walking.end)
        return known;
    memset(walk->costs, 0, walk->pricing->steps * sizeof *walk->costs);
    const wide hope = hope_at(&walking, home, 0, walk->costs);
    if (hope <= known || walk->work >= walk->work_max)
        return hope > known ? hope : known;
    add_label(walk, (struct zone_plan_walk_label){
                        .hope = hope, .node = home, .link = NONE, .before = NONE, .shelter = NONE});
    while (walk->heap_count > 0) {
        const int32_t label = pop(walk);
        const wide most = walk->labels[label].hope;
        *ret_found = walk->labels[label].shelter != NONE;
        if (*ret_found)
            write_route(walk, label);
        if (*ret_found || !grow(&walking, label))
            return most;
    }
    return known;
}
