#include "coordinator/optimizer/zone_plan_ways.h"

#include "coordinator/optimizer/array.h"

#include <stdlib.h>
#include <string.h>

#define POOL_MAX 4096 /* ways of a zone; beyond that none is added */

const struct zone_plan_group *zone_plan_group_of(const struct zone_plan_problem *problem,
                                                 int32_t zone) {
    static const struct zone_plan_group as_the_instance_says;
    if (problem->groups == NULL || problem->group_count == 0)
        return &as_the_instance_says;
    return &problem->groups[problem->rules != NULL ? problem->rules[zone].group : 0];
}

int32_t zone_plan_travel(const struct zone_plan_problem *problem, int32_t zone, int32_t link) {
    const int32_t *travel = zone_plan_group_of(problem, zone)->travel_steps;
    return travel != NULL ? travel[link] : problem->instance->links[link].travel_steps;
}

bool zone_plan_allows(const struct zone_plan_problem *problem, int32_t zone, int32_t shelter) {
    if (problem->rules == NULL || problem->rules[zone].shelters == NULL)
        return true;
    const struct zone_plan_rule *rule = &problem->rules[zone];
    for (size_t i = 0; i < rule->shelter_count; i++)
        if (rule->shelters[i] == shelter)
            return true;
    return false;
}

/* ---- making ---------------------------------------------------------------------------------- */

/* Lists `count` things by node: first[node] to first[node + 1] in `listed`. */
static void list_by_node(const struct zone_plan_problem *problem, bool shelters, int32_t *first,
                         int32_t *listed) {
    const struct evacuation_instance *instance = problem->instance;
    size_t count = shelters ? instance->shelter_count : instance->link_count;
    for (size_t i = 0; i < count; i++)
        first[(shelters ? instance->shelters[i].node : instance->links[i].from) + 1]++;
    for (size_t v = 0; v < instance->node_count; v++)
        first[v + 1] += first[v];
    for (size_t i = count; i-- > 0;)
        listed[--first[(shelters ? instance->shelters[i].node : instance->links[i].from) + 1]] =
            (int32_t)i;
    for (size_t v = 0; v < instance->node_count; v++)
        first[v] = first[v + 1];
    first[instance->node_count] = (int32_t)count;
}

int zone_plan_finder_init(struct zone_plan_finder *finder,
                          const struct zone_plan_problem *problem) {
    const struct evacuation_instance *instance = problem->instance;
    const size_t nodes = instance->node_count, links = instance->link_count;
    *finder = (struct zone_plan_finder){
        .problem = problem,
        .pools = calloc(instance->zone_count + 1, sizeof *finder->pools),
        .out_first = calloc(nodes + 2, sizeof *finder->out_first),
        .out_links = calloc(links + 1, sizeof *finder->out_links),
        .shelter_first = calloc(nodes + 2, sizeof *finder->shelter_first),
        .shelters = calloc(instance->shelter_count + 1, sizeof *finder->shelters),
        .key = calloc(nodes + 1, sizeof *finder->key),
        .steps = calloc(nodes + 1, sizeof *finder->steps),
        .via = calloc(nodes + 1, sizeof *finder->via),
        .seen = calloc(nodes + 1, sizeof *finder->seen),
        .settled = calloc(nodes + 1, sizeof *finder->settled),
        .allowed = calloc(instance->shelter_count + 1, sizeof *finder->allowed),
        .heap = calloc(links + 2, sizeof *finder->heap),
        .path = calloc(nodes + 1, sizeof *finder->path),
    };
    if (finder->pools == NULL || finder->out_first == NULL || finder->out_links == NULL ||
        finder->shelter_first == NULL || finder->shelters == NULL || finder->key == NULL ||
        finder->steps == NULL || finder->via == NULL || finder->seen == NULL ||
        finder->settled == NULL || finder->allowed == NULL || finder->heap == NULL ||
        finder->path == NULL) {
        zone_plan_finder_deinit(finder);
        return HV_ERR_MEMORY;
    }
    list_by_node(problem, false, finder->out_first, finder->out_links);
    list_by_node(problem, true, finder->shelter_first, finder->shelters);
    return HV_OK;
}

static void free_way(struct zone_plan_way *way) {
    if (way != NULL) {
        free(way->links);
        free(way->offsets);
    }
    free(way);
}

void zone_plan_finder_deinit(struct zone_plan_finder *finder) {
    for (size_t z = 0; finder->pools != NULL && z < finder->problem->instance->zone_count; z++) {
        for (size_t i = 0; i < finder->pools[z].count; i++)
            free_way(finder->pools[z].ways[i]);
        free(finder->pools[z].ways);
    }
    free(finder->pools);
    free(finder->out_first);
    free(finder->out_links);
    free(finder->shelter_first);
    free(finder->shelters);
    free(finder->key);
    free(finder->steps);
    free(finder->via);
    free(finder->seen);
    free(finder->settled);
    free(finder->allowed);
    free(finder->heap);
    free(finder->path);
    *finder = (struct zone_plan_finder){0};
}

/* ---- ways ------------------------------------------------------------------------------------ */

static uint64_t mix(uint64_t hash, uint64_t value) {
    hash = (hash ^ value) * UINT64_C(0x9e3779b97f4a7c15);
    return hash ^ (hash >> 29);
}

static uint64_t hash_of(int32_t shelter, const int32_t *links, size_t count) {
    uint64_t hash = mix(0, (uint64_t)shelter + 1);
    for (size_t i = 0; i < count; i++)
        hash = mix(hash, (uint64_t)links[i] + 1);
    return hash;
}

static const struct zone_plan_way *find_same(const struct zone_plan_pool *pool, int32_t shelter,
                                             const int32_t *links, size_t count, uint64_t hash) {
    for (size_t i = 0; i < pool->count; i++) {
        const struct zone_plan_way *way = pool->ways[i];
        if (way->hash == hash && way->shelter == shelter && (size_t)way->count == count &&
            (count == 0 || memcmp(way->links, links, count * sizeof *links) == 0))
            return way;
    }
    return NULL;
}

static struct zone_plan_way *make_way(const struct zone_plan_problem *problem, int32_t zone,
                                      int32_t shelter, const int32_t *links, size_t count) {
    struct zone_plan_way *way = calloc(1, sizeof *way);
    if (way == NULL)
        return NULL;
    way->zone = zone;
    way->shelter = shelter;
    way->count = (int32_t)count;
    way->links = malloc((count + 1) * sizeof *way->links);
    way->offsets = malloc((count + 1) * sizeof *way->offsets);
    if (way->links == NULL || way->offsets == NULL) {
        free_way(way);
        return NULL;
    }
    int32_t steps = 0;
    for (size_t i = 0; i < count; i++) {
        way->links[i] = links[i];
        way->offsets[i] = steps;
        steps += zone_plan_travel(problem, zone, links[i]);
    }
    way->offsets[count] = way->travel_steps = steps;
    return way;
}

static bool add_to_pool(struct zone_plan_pool *pool, struct zone_plan_way *way) {
    if (array_reserve((void **)&pool->ways, pool->count + 1, &pool->capacity,
                      sizeof(struct zone_plan_way *)) != HV_OK)
        return false;
    pool->ways[pool->count++] = way;
    return true;
}

/* Whether the links pass a node twice. */
static bool has_circle(struct zone_plan_finder *finder, int32_t zone, const int32_t *links,
                       size_t count) {
    const struct evacuation_instance *instance = finder->problem->instance;
    finder->search++;
    finder->seen[instance->zones[zone].node] = finder->search;
    for (size_t i = 0; i < count; i++) {
        int32_t to = instance->links[links[i]].to;
        if (finder->seen[to] == finder->search)
            return true;
        finder->seen[to] = finder->search;
    }
    return false;
}

/* The way from the pool, or new in it; NULL without memory or where the pool is full. */
static const struct zone_plan_way *pooled(struct zone_plan_finder *finder, int32_t zone,
                                          int32_t shelter, const int32_t *links, size_t count) {
    struct zone_plan_pool *pool = &finder->pools[zone];
    uint64_t hash = hash_of(shelter, links, count);
    const struct zone_plan_way *same = find_same(pool, shelter, links, count, hash);
    if (same != NULL || pool->count >= POOL_MAX)
        return same;
    struct zone_plan_way *way = make_way(finder->problem, zone, shelter, links, count);
    if (way == NULL)
        return NULL;
    way->hash = hash;
    if (!add_to_pool(pool, way)) {
        free_way(way);
        return NULL;
    }
    return way;
}

const struct zone_plan_way *zone_plan_finder_way(struct zone_plan_finder *finder, int32_t zone,
                                                 int32_t shelter, const int32_t *links,
                                                 size_t count) {
    return has_circle(finder, zone, links, count) ? NULL
                                                  : pooled(finder, zone, shelter, links, count);
}

/* ---- all ways ---------------------------------------------------------------------------------
 */

struct listing {
    struct zone_plan_finder *finder;
    int32_t zone;
    size_t length; /* links in finder->path */
    int64_t steps_left;
};

/* Adds the ways that end at a node. */
static void list_here(struct listing *listing, int32_t node) {
    struct zone_plan_finder *finder = listing->finder;
    for (int32_t i = finder->shelter_first[node]; i < finder->shelter_first[node + 1]; i++)
        if (zone_plan_allows(finder->problem, listing->zone, finder->shelters[i]))
            (void)pooled(finder, listing->zone, finder->shelters[i], finder->path, listing->length);
}

/* Goes on over every link out of a node that leads to one not yet passed, depth first; via[] is the
 * next link to try of each node on the way. */
static void list_from(struct listing *listing, int32_t home) {
    struct zone_plan_finder *finder = listing->finder;
    const struct zone_plan_problem *problem = finder->problem;
    const struct evacuation_link *links = problem->instance->links;
    const int32_t horizon = problem->instance->horizon_steps;
    int32_t node = home;
    finder->search++;
    finder->seen[home] = finder->search;
    finder->steps[home] = 0;
    finder->via[home] = finder->out_first[home];
    list_here(listing, home);
    for (; listing->steps_left > 0; listing->steps_left--) {
        if (finder->via[node] == finder->out_first[node + 1]) {
            if (listing->length == 0)
                return;
            finder->seen[node] = 0;
            node = links[finder->path[--listing->length]].from;
            continue;
        }
        const int32_t link = finder->out_links[finder->via[node]++], to = links[link].to;
        const int32_t travel = zone_plan_travel(problem, listing->zone, link);
        if (travel == ZONE_PLAN_BARRED || finder->seen[to] == finder->search ||
            travel > horizon - finder->steps[node])
            continue;
        finder->path[listing->length++] = link;
        finder->seen[to] = finder->search;
        finder->steps[to] = finder->steps[node] + travel;
        finder->via[to] = finder->out_first[to];
        node = to;
        list_here(listing, node);
    }
}

void zone_plan_finder_list(struct zone_plan_finder *finder, int32_t zone, int64_t steps_max) {
    struct listing listing = {finder, zone, 0, steps_max};
    list_from(&listing, finder->problem->instance->zones[zone].node);
    finder->work += steps_max - listing.steps_left;
}

/* ---- the search ------------------------------------------------------------------------------ */

static void push(struct zone_plan_finder *finder, int32_t node, int64_t key, int32_t steps,
                 int32_t via) {
    if (finder->seen[node] == finder->search && key >= finder->key[node])
        return;
    finder->seen[node] = finder->search;
    finder->key[node] = key;
    finder->steps[node] = steps;
    finder->via[node] = via;
    struct zone_plan_heap_entry *heap = finder->heap;
    size_t i = finder->heap_count++;
    for (; i > 0 && heap[(i - 1) / 2].key > key; i = (i - 1) / 2)
        heap[i] = heap[(i - 1) / 2];
    heap[i] = (struct zone_plan_heap_entry){key, node};
}

static int32_t pop(struct zone_plan_finder *finder) {
    struct zone_plan_heap_entry *heap = finder->heap;
    int32_t node = heap[0].node;
    struct zone_plan_heap_entry last = heap[--finder->heap_count];
    size_t i = 0;
    for (;;) {
        size_t child = 2 * i + 1;
        if (child >= finder->heap_count)
            break;
        if (child + 1 < finder->heap_count && heap[child + 1].key < heap[child].key)
            child++;
        if (heap[child].key >= last.key)
            break;
        heap[i] = heap[child];
        i = child;
    }
    heap[i] = last;
    return node;
}

void zone_plan_finder_start(struct zone_plan_finder *finder, int32_t node, int32_t step) {
    finder->search++;
    finder->heap_count = 0;
    push(finder, node, step, step, -1);
}

int32_t zone_plan_finder_next(struct zone_plan_finder *finder) {
    while (finder->heap_count > 0) {
        int32_t node = pop(finder);
        if (finder->settled[node] == finder->search)
            continue;
        finder->settled[node] = finder->search;
        return node;
    }
    return -1;
}

void zone_plan_finder_reach(struct zone_plan_finder *finder, int32_t link, int32_t step) {
    int32_t to = finder->problem->instance->links[link].to;
    if (finder->settled[to] != finder->search)
        push(finder, to, step, step, link);
}

/* A quarter of a step for each link, so that of ways of equal length that with fewer links is
 * taken; with noise up to a third more. */
static int64_t length_of(const struct zone_plan_wish *wish, int32_t link, int32_t travel) {
    int64_t length = 256 * (int64_t)travel + 16;
    if (wish->noise == 0)
        return length;
    uint64_t share = mix(wish->noise, (uint64_t)link) >> 40;
    return length + length * (int64_t)(share % 1024) / 3072;
}

static void spread(struct zone_plan_finder *finder, struct zone_plan_roads *roads,
                   const struct zone_plan_wish *wish, int32_t node) {
    const struct zone_plan_problem *problem = finder->problem;
    const struct evacuation_instance *instance = problem->instance;
    const int32_t only = wish->out_link == NULL ? -1 : wish->out_link[node];
    const struct zone_plan_group *group = zone_plan_group_of(problem, wish->zone);
    const int64_t lasts = (wish->people - 1) / wish->rate;
    const int32_t limit = group->has_travel_limit ? group->travel_limit_steps : INT32_MAX;
    for (int32_t i = finder->out_first[node]; i < finder->out_first[node + 1]; i++) {
        const int32_t link = finder->out_links[i], to = instance->links[link].to;
        finder->work++;
        if ((only >= 0 && link != only) || finder->settled[to] == finder->search)
            continue;
        const int32_t travel = zone_plan_travel(problem, wish->zone, link);
        const int32_t enter = wish->start + finder->steps[node];
        if (travel == ZONE_PLAN_BARRED || travel > instance->horizon_steps - enter ||
            travel > limit - finder->steps[node])
            continue;
        int64_t last = enter + lasts;
        if (wish->whenever || last > instance->horizon_steps - travel)
            last = instance->horizon_steps - travel;
        int64_t wanted = wish->whenever ? wish->rate : wish->rate * (last - enter + 1);
        if (zone_plan_roads_sum(roads, link, enter, (int32_t)last) <
            zone_plan_parties(group, wanted) * zone_plan_use(group))
            continue;
        push(finder, to, finder->key[node] + length_of(wish, link, travel),
             finder->steps[node] + travel, link);
    }
}

const struct zone_plan_way *zone_plan_finder_trace(struct zone_plan_finder *finder, int32_t zone,
                                                   int32_t node, int32_t shelter) {
    const struct evacuation_instance *instance = finder->problem->instance;
    size_t at = instance->node_count;
    for (int32_t v = node; finder->via[v] >= 0; v = instance->links[finder->via[v]].from)
        finder->path[--at] = finder->via[v];
    return pooled(finder, zone, shelter, finder->path + at, instance->node_count - at);
}

static void mark_allowed(struct zone_plan_finder *finder, const struct zone_plan_wish *wish) {
    const struct zone_plan_problem *problem = finder->problem;
    const size_t count = problem->instance->shelter_count;
    const struct zone_plan_rule *rule = problem->rules == NULL ? NULL : &problem->rules[wish->zone];
    const bool all = rule == NULL || rule->shelters == NULL;
    for (size_t s = 0; s < count; s++)
        finder->allowed[s] = all;
    for (size_t i = 0; !all && i < rule->shelter_count; i++)
        finder->allowed[rule->shelters[i]] = true;
    const int64_t party = zone_plan_party(zone_plan_group_of(problem, wish->zone));
    for (size_t s = 0; s < count; s++)
        finder->allowed[s] = finder->allowed[s] && wish->places[s] >= party &&
                             (wish->group_places == NULL || wish->group_places[s] >= party);
}

int zone_plan_finder_find(struct zone_plan_finder *finder, struct zone_plan_roads *roads,
                          const struct zone_plan_wish *wish,
                          const struct zone_plan_way **ret_ways) {
    const struct evacuation_instance *instance = finder->problem->instance;
    size_t found = 0;
    mark_allowed(finder, wish);
    zone_plan_finder_start(finder, instance->zones[wish->zone].node, 0);
    for (int32_t node; found < wish->ways_max && (node = zone_plan_finder_next(finder)) >= 0;) {
        for (int32_t i = finder->shelter_first[node];
             i < finder->shelter_first[node + 1] && found < wish->ways_max; i++) {
            int32_t shelter = finder->shelters[i];
            if (!finder->allowed[shelter])
                continue;
            const struct zone_plan_way *way =
                zone_plan_finder_trace(finder, wish->zone, node, shelter);
            if (way == NULL && finder->pools[wish->zone].count < POOL_MAX)
                return HV_ERR_MEMORY;
            if (way != NULL)
                ret_ways[found++] = way;
        }
        spread(finder, roads, wish, node);
    }
    return (int)found;
}
