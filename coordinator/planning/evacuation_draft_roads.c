/* Nodes, links and footways of a draft: seconds to steps, vehicles an hour to people a step. */
#include "coordinator/optimizer/network.h"
#include "coordinator/planning/evacuation_draft_inside.h"
#include "schemas/limits.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WALK_M_PER_S 1.07        /* MUTCD 2009, 4E.06: 3.5 ft/s */
#define WALK_PEOPLE_PER_M_MIN 49 /* HCM 2000, exhibit 18-3: walkway at level of service D */
#define WALK_WIDTH_M 1.5         /* of one footway beside a road */
#define WALK_DETOUR 1.2          /* way over straight line, where the length is unknown */
#define EARTH_M 6371008.8
#define TAIL_BYTES 8

/* ---- nodes ---- */

/* `id` with "~" and `tail`, and more "~" as long as the name is taken. */
static const char *fresh_id(struct drafting *drafting, const char *id, const char *tail,
                            uint32_t (*find)(const struct region *, const char *)) {
    char text[HV_ID_BYTES_MAX + TAIL_BYTES + 8];
    int length = snprintf(text, sizeof text, "%s~%s", id, tail);
    while (length > 0 && length <= (int)HV_ID_BYTES_MAX &&
           find(drafting->region, text) != REGION_NONE) {
        text[length++] = '~';
        text[length] = '\0';
    }
    return length > (int)HV_ID_BYTES_MAX ? NULL : hv_arena_text(&drafting->draft->arena, text);
}

static uint32_t count_centroids(const struct region *region) {
    uint32_t count = 0;
    for (uint32_t v = 0; v < region->node_count; v++)
        count += !region->nodes[v].passable;
    return count;
}

int drafting_nodes(struct drafting *drafting) {
    const struct region *region = drafting->region;
    struct evacuation_draft *draft = drafting->draft;
    size_t most = (size_t)region->node_count + count_centroids(region);
    double *x = hv_arena_take(&draft->arena, most, sizeof *x);
    double *y = hv_arena_take(&draft->arena, most, sizeof *y);
    draft->node_ids = hv_arena_take(&draft->arena, most, sizeof *draft->node_ids);
    drafting->arrive = hv_arena_take(&draft->arena, region->node_count, sizeof(int32_t));
    if (x == NULL || y == NULL || draft->node_ids == NULL || drafting->arrive == NULL)
        return HV_ERR_MEMORY;
    size_t next = region->node_count;
    for (uint32_t v = 0; v < region->node_count; v++) {
        const struct region_node *node = &region->nodes[v];
        size_t twin = node->passable ? v : next++;
        drafting->arrive[v] = (int32_t)twin;
        x[v] = x[twin] = node->x;
        y[v] = y[twin] = node->y;
        draft->node_ids[v] = node->id;
        if (twin == v)
            continue;
        draft->node_ids[twin] = fresh_id(drafting, node->id, "in", region_find_node);
        if (draft->node_ids[twin] == NULL)
            return HV_ERR_LIMIT;
    }
    draft->node_x = x;
    draft->node_y = y;
    draft->instance.node_count = most;
    return HV_OK;
}

/* ---- seconds to steps ---- */

static uint64_t hash_of(const char *id) {
    uint64_t hash = UINT64_C(0xcbf29ce484222325); /* FNV-1a */
    for (const unsigned char *c = (const unsigned char *)id; *c != '\0'; c++)
        hash = (hash ^ *c) * UINT64_C(0x100000001b3);
    hash = (hash ^ (hash >> 30)) * UINT64_C(0xbf58476d1ce4e5b9); /* mixed as SplitMix64 does */
    hash = (hash ^ (hash >> 27)) * UINT64_C(0x94d049bb133111eb);
    return hash ^ (hash >> 31);
}

static int64_t steps_up(int64_t ms, int64_t step_ms) {
    return (ms + step_ms - 1) / step_ms;
}

static int32_t steps_of(const struct drafting *drafting, const int64_t *toward_ms,
                        const struct evacuation_link *link, int64_t travel_ms, const char *id) {
    const int64_t step_ms = drafting->step_ms;
    const int64_t from = toward_ms[link->from], to = toward_ms[link->to];
    const bool known = from != INT64_MAX && to != INT64_MAX;
    const int64_t straight = known ? steps_up(from, step_ms) - steps_up(to, step_ms) : 0;
    const int64_t detour_ms = known ? travel_ms - from + to : travel_ms;
    const int64_t dither_ms = (int64_t)(hash_of(id) % (uint64_t)step_ms);
    const int64_t steps = straight + (detour_ms + dither_ms) / step_ms;
    if (steps < 0)
        return 0;
    return steps < EVACUATION_NEVER - 1 ? (int32_t)steps : EVACUATION_NEVER - 1;
}

/* Milliseconds from every node to the nearest shelter, or exit where they count, along links of
 * those times; a link of a negative time is closed. */
static int find_toward(const struct drafting *drafting, const struct evacuation_link *links,
                       const int64_t *travel_ms, size_t count, bool exits, int64_t *toward_ms) {
    const struct evacuation_instance *instance = &drafting->draft->instance;
    size_t root_count = 0;
    struct network_link *arcs = calloc(count + 1, sizeof *arcs);
    uint32_t *roots = calloc(instance->shelter_count + 1, sizeof *roots);
    struct network *network = NULL;
    struct network_search *search = NULL;
    int error = arcs == NULL || roots == NULL ? HV_ERR_MEMORY : HV_OK;
    for (size_t l = 0; error == HV_OK && l < count; l++)
        arcs[l] = (struct network_link){.from = (uint32_t)links[l].from,
                                        .to = (uint32_t)links[l].to,
                                        .travel_ms = travel_ms[l] < 0 ? 0 : travel_ms[l],
                                        .closed = travel_ms[l] < 0};
    for (size_t s = 0; error == HV_OK && s < instance->shelter_count; s++)
        if (exits || drafting->draft->shelter_of[s] != REGION_NONE)
            roots[root_count++] = (uint32_t)drafting->shelters[s].node;
    if (error == HV_OK)
        error = network_new((uint32_t)instance->node_count, arcs, (uint32_t)count, &network);
    if (error == HV_OK)
        error = network_search_new(network, &search);
    if (error == HV_OK)
        error = network_search_run(search, NETWORK_TO_SOURCES, roots, root_count);
    for (size_t v = 0; error == HV_OK && v < instance->node_count; v++)
        toward_ms[v] = network_search_time_ms(search, (uint32_t)v);
    network_search_free(search);
    network_free(network);
    free(arcs);
    free(roots);
    return error;
}

/* ---- capacities ---- */

struct capacity {
    double people_per_step;
    const struct draft_span *closings;
    size_t closing_count;
};

static int add_change(struct drafting *drafting, int32_t step, int64_t room) {
    struct evacuation_draft *draft = drafting->draft;
    if (drafting->change_count == drafting->change_room) {
        size_t most = drafting->change_room * 2 + 256;
        if (drafting->change_count >= EVACUATION_DRAFT_CHANGES_MAX)
            return HV_ERR_LIMIT;
        struct evacuation_change *changes = realloc(draft->changes, most * sizeof *changes);
        if (changes == NULL)
            return HV_ERR_MEMORY;
        draft->changes = changes;
        drafting->change_room = most;
    }
    draft->changes[drafting->change_count++] = (struct evacuation_change){step, room};
    return HV_OK;
}

/* Whether somebody who enters at that step is caught on the link, or finds it closed. */
static bool is_closed(const struct drafting *drafting, const struct capacity *capacity,
                      int32_t travel_steps, int32_t step) {
    const double step_s = drafting->options->step_s;
    for (size_t i = 0; i < capacity->closing_count; i++) {
        double from = floor(capacity->closings[i].from_s / step_s),
               to = ceil(capacity->closings[i].to_s / step_s);
        if (step < to && (step >= from || (double)step + travel_steps > from))
            return true;
    }
    return false;
}

/* A closing that outlasts the horizon, as the instance has a field for it. */
static int32_t last_closing(const struct drafting *drafting, const struct capacity *capacity) {
    const double step_s = drafting->options->step_s;
    double earliest = EVACUATION_NEVER;
    for (size_t i = 0; i < capacity->closing_count; i++)
        if (ceil(capacity->closings[i].to_s / step_s) > drafting->options->horizon_steps)
            earliest = fmin(earliest, fmax(0, floor(capacity->closings[i].from_s / step_s)));
    return (int32_t)earliest;
}

/* People that may enter at a step, by the running total of the capacity that is left. */
struct meter {
    double passed;
    int64_t counted;
};

static int64_t read_meter(const struct drafting *drafting, struct meter *meter, double rate) {
    const double sliver = 1e-7; /* a rate such as 44.97 × 60 is whole but for rounding */
    meter->passed += rate;
    int64_t total = (int64_t)floor(meter->passed + sliver);
    int64_t room = total - meter->counted;
    meter->counted = total;
    if (drafting->options->steady && rate >= 1)
        return (int64_t)floor(rate + sliver);
    return room;
}

static int fill_capacity(struct drafting *drafting, size_t index, const struct capacity *capacity) {
    struct evacuation_link *link = &drafting->links[index];
    const struct evacuation_curve *background = &drafting->options->background;
    const double rate = capacity->people_per_step, whole = round(rate);
    struct meter meter = {0, 0};
    link->closes_at_step = last_closing(drafting, capacity);
    drafting->first_change[index + 1] = drafting->change_count;
    bool plain =
        background->count == 0 && capacity->closing_count == 0 &&
        (fabs(rate - whole) < 1e-9 * fmax(1, whole) || (drafting->options->steady && rate >= 1));
    int64_t before = -1;
    for (int32_t t = 0; t <= (plain ? 0 : drafting->options->horizon_steps); t++) {
        double left = 1 - drafting_share(background, (double)t * drafting->options->step_s, 0);
        int64_t room = read_meter(drafting, &meter, rate * left);
        if (is_closed(drafting, capacity, link->travel_steps, t))
            room = 0;
        if (t == 0)
            link->capacity_per_step = room;
        else if (room != before) {
            int error = add_change(drafting, t, room);
            if (error != HV_OK)
                return error;
        }
        before = room;
    }
    drafting->first_change[index + 1] = drafting->change_count;
    return HV_OK;
}

/* ---- roads ---- */

static int take_links(struct drafting *drafting, size_t count) {
    struct evacuation_draft *draft = drafting->draft;
    drafting->links = hv_arena_take(&draft->arena, count + 1, sizeof *drafting->links);
    draft->link_ids = hv_arena_take(&draft->arena, count + 1, sizeof *draft->link_ids);
    draft->link_names = hv_arena_take(&draft->arena, count + 1, sizeof *draft->link_names);
    draft->link_lanes = hv_arena_take(&draft->arena, count + 1, sizeof *draft->link_lanes);
    draft->link_opposites = hv_arena_take(&draft->arena, count + 1, sizeof *draft->link_opposites);
    drafting->first_change = hv_arena_take(&draft->arena, count + 2, sizeof(size_t));
    drafting->road_ms =
        hv_arena_take(&draft->arena, draft->instance.node_count + 1, sizeof(int64_t));
    bool whole = drafting->links != NULL && draft->link_ids != NULL && draft->link_names != NULL &&
                 draft->link_lanes != NULL && draft->link_opposites != NULL &&
                 drafting->first_change != NULL && drafting->road_ms != NULL;
    return whole ? HV_OK : HV_ERR_MEMORY;
}

/* The ends of every road, then one link of no time from each centroid to where it is arrived at:
 * who lives there may stay there. */
static int lay_out(struct drafting *drafting, int64_t *travel_ms) {
    const struct region *region = drafting->region;
    struct evacuation_draft *draft = drafting->draft;
    size_t next = region->link_count;
    int32_t *lanes = (int32_t *)draft->link_lanes;
    for (uint32_t l = 0; l < region->link_count; l++) {
        const struct region_link *link = &region->links[l];
        double ms = ceil(link->travel_s * 1000);
        drafting->links[l] = (struct evacuation_link){.from = (int32_t)link->from,
                                                      .to = drafting->arrive[link->to],
                                                      .closes_at_step = EVACUATION_NEVER};
        travel_ms[l] = (int64_t)fmin(ms, (double)NETWORK_TRAVEL_MS_MAX);
        if ((drafting->options->closed != NULL && drafting->options->closed[l]) ||
            link->capacity_veh_per_h <= 0)
            travel_ms[l] = -1 - travel_ms[l];
        draft->link_ids[l] = link->id;
        draft->link_names[l] = link->name;
        lanes[l] = link->lanes > 0 ? link->lanes : REGION_UNKNOWN;
    }
    for (uint32_t v = 0; v < region->node_count; v++) {
        if (drafting->arrive[v] == (int32_t)v)
            continue;
        drafting->links[next] =
            (struct evacuation_link){.from = (int32_t)v,
                                     .to = drafting->arrive[v],
                                     .closes_at_step = EVACUATION_NEVER,
                                     .capacity_per_step = EVACUATION_PEOPLE_MAX};
        travel_ms[next] = 0;
        draft->link_ids[next] = fresh_id(drafting, region->nodes[v].id, "stay", region_find_link);
        draft->link_names[next] = "";
        if (draft->link_ids[next++] == NULL)
            return HV_ERR_LIMIT;
    }
    draft->instance.link_count = next;
    return HV_OK;
}

/* Those that lead the other way between the same two nodes of the instance. */
static void write_opposites(struct drafting *drafting) {
    const uint32_t *opposites = drafting->options->opposites;
    const struct evacuation_link *links = drafting->links;
    int32_t *written = (int32_t *)drafting->draft->link_opposites;
    for (size_t l = 0; l < drafting->draft->instance.link_count; l++)
        written[l] = -1;
    for (uint32_t l = 0; opposites != NULL && l < drafting->region->link_count; l++)
        if (opposites[l] != UINT32_MAX && links[opposites[l]].from == links[l].to &&
            links[opposites[l]].to == links[l].from)
            written[l] = (int32_t)opposites[l];
}

static struct capacity capacity_of(const struct drafting *drafting, uint32_t l, bool closed) {
    double people = drafting->region->links[l].capacity_veh_per_h *
                    drafting->region->persons_per_vehicle * drafting->options->step_s / 3600;
    uint32_t first = drafting->first_closing[l], past = drafting->first_closing[l + 1];
    return (struct capacity){.people_per_step = closed ? 0 : fmin(people, EVACUATION_PEOPLE_MAX),
                             .closings = drafting->closings + first,
                             .closing_count = past - first};
}

int drafting_roads(struct drafting *drafting) {
    const struct region *region = drafting->region;
    struct evacuation_draft *draft = drafting->draft;
    size_t most = (size_t)region->link_count + count_centroids(region);
    int64_t *travel_ms = calloc(most + 1, sizeof *travel_ms);
    int error = travel_ms == NULL ? HV_ERR_MEMORY : take_links(drafting, most);
    if (error == HV_OK)
        error = lay_out(drafting, travel_ms);
    if (error == HV_OK)
        write_opposites(drafting);
    if (error == HV_OK)
        error = find_toward(drafting, drafting->links, travel_ms, draft->instance.link_count, true,
                            drafting->road_ms);
    for (size_t l = 0; error == HV_OK && l < most; l++) {
        bool closed = travel_ms[l] < 0;
        drafting->links[l].travel_steps =
            steps_of(drafting, drafting->road_ms, &drafting->links[l],
                     closed ? -1 - travel_ms[l] : travel_ms[l], draft->link_ids[l]);
        drafting->first_change[l + 1] = drafting->change_count;
        if (l < region->link_count) {
            const struct capacity capacity = capacity_of(drafting, (uint32_t)l, closed);
            error = fill_capacity(drafting, l, &capacity);
        }
    }
    for (size_t l = 0; error == HV_OK && l < most; l++) {
        size_t first = drafting->first_change[l], count = drafting->first_change[l + 1] - first;
        drafting->links[l].changes = count == 0 ? NULL : draft->changes + first;
        drafting->links[l].change_count = count;
    }
    free(travel_ms);
    return error;
}

/* ---- on foot ---- */

static double straight_m(const struct region *region, const struct region_link *link) {
    const struct region_node *a = &region->nodes[link->from], *b = &region->nodes[link->to];
    if (region->coordinates != REGION_LONLAT)
        return INFINITY; /* a drawing: no distance is known */
    const double degree = acos(-1.0) / 180;
    double north = sin((b->y - a->y) * degree / 2), east = sin((b->x - a->x) * degree / 2);
    double half = north * north + cos(a->y * degree) * cos(b->y * degree) * east * east;
    return 2 * EARTH_M * asin(fmin(1, sqrt(half)));
}

static bool walkable(const struct region_link *link) {
    return strstr(link->kind, "motorway") == NULL && strstr(link->kind, "trunk") == NULL;
}

struct end_pair {
    uint32_t from, to, link;
};

static int compare_pairs(const void *first, const void *second) {
    const struct end_pair *a = first, *b = second;
    if (a->from != b->from)
        return a->from < b->from ? -1 : 1;
    return (a->to > b->to) - (a->to < b->to);
}

/* Marks the links that some other link answers in the opposite direction. */
static int mark_paired(const struct region *region, bool *paired) {
    struct end_pair *pairs = calloc(region->link_count + 1u, sizeof *pairs);
    if (pairs == NULL)
        return HV_ERR_MEMORY;
    for (uint32_t l = 0; l < region->link_count; l++)
        pairs[l] = (struct end_pair){region->links[l].from, region->links[l].to, l};
    qsort(pairs, region->link_count, sizeof *pairs, compare_pairs);
    for (uint32_t l = 0; l < region->link_count; l++) {
        struct end_pair back = {region->links[l].to, region->links[l].from, 0};
        paired[l] = bsearch(&back, pairs, region->link_count, sizeof *pairs, compare_pairs) != NULL;
    }
    free(pairs);
    return HV_OK;
}

struct footing {
    struct evacuation_link *links;
    int64_t *travel_ms;
    const char **ids;
    size_t count;
    int64_t guessed;
};

static int add_footway(struct drafting *drafting, struct footing *footing, uint32_t from,
                       uint32_t to, double length_m, const char *id) {
    if (id == NULL)
        return HV_ERR_LIMIT;
    const double capacity = WALK_PEOPLE_PER_M_MIN * WALK_WIDTH_M * drafting->options->step_s / 60;
    size_t i = footing->count++;
    footing->links[i] =
        (struct evacuation_link){.from = (int32_t)from,
                                 .to = drafting->arrive[to],
                                 .closes_at_step = EVACUATION_NEVER,
                                 .capacity_per_step = (int64_t)fmax(1, floor(capacity))};
    footing->travel_ms[i] =
        (int64_t)fmin(ceil(length_m / WALK_M_PER_S * 1000), (double)NETWORK_TRAVEL_MS_MAX);
    footing->ids[i] = id;
    return HV_OK;
}

/* Both ways along every road that people may walk on; a road that a hazard or a closure takes is
 * no way for them either. */
static int add_footways(struct drafting *drafting, struct footing *footing, const bool *paired) {
    const struct region *region = drafting->region;
    for (uint32_t l = 0; l < region->link_count; l++) {
        const struct region_link *link = &region->links[l];
        bool hit = drafting->first_closing[l] < drafting->first_closing[l + 1] ||
                   (drafting->options->closed != NULL && drafting->options->closed[l]);
        double length_m = link->length_m;
        if (hit || !walkable(link))
            continue;
        if (!(length_m >= 0)) {
            length_m = straight_m(region, link) * WALK_DETOUR;
            footing->guessed++;
        }
        if (isinf(length_m))
            continue;
        int error = add_footway(drafting, footing, link->from, link->to, length_m,
                                fresh_id(drafting, link->id, "foot", region_find_link));
        if (error == HV_OK && !paired[l])
            error = add_footway(drafting, footing, link->to, link->from, length_m,
                                fresh_id(drafting, link->id, "back", region_find_link));
        if (error != HV_OK)
            return error;
    }
    return HV_OK;
}

int drafting_footways(struct drafting *drafting) {
    const struct region *region = drafting->region;
    struct evacuation_draft *draft = drafting->draft;
    size_t most = 2 * (size_t)region->link_count + 1;
    bool *paired = hv_arena_take(&draft->arena, region->link_count + 1u, sizeof *paired);
    struct footing footing = {.links = hv_arena_take(&draft->arena, most, sizeof *footing.links),
                              .travel_ms =
                                  hv_arena_take(&draft->arena, most, sizeof *footing.travel_ms),
                              .ids = hv_arena_take(&draft->arena, most, sizeof *footing.ids)};
    drafting->foot_ms =
        hv_arena_take(&draft->arena, draft->instance.node_count + 1, sizeof(int64_t));
    if (paired == NULL || footing.links == NULL || footing.travel_ms == NULL ||
        footing.ids == NULL || drafting->foot_ms == NULL)
        return HV_ERR_MEMORY;
    int error = mark_paired(region, paired);
    if (error == HV_OK)
        error = add_footways(drafting, &footing, paired);
    if (error == HV_OK)
        error = find_toward(drafting, footing.links, footing.travel_ms, footing.count, false,
                            drafting->foot_ms);
    if (error == HV_OK && footing.guessed > 0)
        error = drafting_note(drafting, NOTE_LINK_LENGTH_UNKNOWN, REGION_NONE, footing.guessed);
    for (size_t i = 0; error == HV_OK && i < footing.count; i++)
        footing.links[i].travel_steps = steps_of(drafting, drafting->foot_ms, &footing.links[i],
                                                 footing.travel_ms[i], footing.ids[i]);
    draft->travellers.footways = footing.links;
    draft->travellers.footway_count = footing.count;
    draft->footway_ids = footing.ids;
    return error;
}
