#include "coordinator/region/osm_network.h"

#include "coordinator/region/builder.h"
#include "coordinator/region/earth.h"
#include "coordinator/region/graph.h"
#include "schemas/limits.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SAME_PLACE_M 0.01 /* a link is never shorter */

void osm_network_init(struct osm_network *network) {
    *network = (struct osm_network){0};
    texts_init(&network->names);
}

void osm_network_deinit(struct osm_network *network) {
    free(network->ways);
    free(network->refs);
    free(network->ids);
    free(network->lon);
    free(network->lat);
    texts_deinit(&network->names);
}

/* ---- collecting -------------------------------------------------------------------------------
 */

static int make_room(void **array, size_t *room, size_t need, size_t stride, size_t limit) {
    if (need > limit)
        return HV_ERR_LIMIT;
    if (need <= *room)
        return HV_OK;
    size_t grown = need < 1024 ? 1024 : need * 2;
    void *bytes = realloc(*array, grown * stride);
    if (bytes == NULL)
        return HV_ERR_MEMORY;
    *array = bytes;
    *room = grown;
    return HV_OK;
}

int osm_network_add_way(struct osm_network *network, int64_t id, const struct osm_road *road,
                        const long long *refs, size_t ref_count) {
    if (ref_count < 2)
        return HV_OK;
    void *ways = network->ways, *all = network->refs;
    int error = make_room(&ways, &network->way_room, network->way_count + 1, sizeof *network->ways,
                          HV_REGION_LINKS_MAX);
    network->ways = ways;
    if (error == HV_OK)
        error = make_room(&all, &network->ref_room, network->ref_count + ref_count,
                          sizeof *network->refs, OSM_REFS_MAX);
    network->refs = all;
    struct osm_way way = {
        .id = id, .road = *road, .first = network->ref_count, .count = (uint32_t)ref_count};
    if (error == HV_OK)
        error = texts_copy(&network->names, road->name, &way.road.name);
    if (error != HV_OK)
        return error;
    for (size_t i = 0; i < ref_count; i++)
        network->refs[network->ref_count++] = refs[i];
    network->ways[network->way_count++] = way;
    return HV_OK;
}

static int compare_ids(const void *left, const void *right) {
    int64_t a, b;
    memcpy(&a, left, sizeof a);
    memcpy(&b, right, sizeof b);
    return (a > b) - (a < b);
}

static int compare_ways(const void *left, const void *right) {
    const struct osm_way *a = left, *b = right;
    if (a->id != b->id)
        return a->id < b->id ? -1 : 1;
    return (a->first > b->first) - (a->first < b->first);
}

/* Ways by id, each once: the first one where a file has several versions. */
static void sort_ways(struct osm_network *network) {
    size_t kept = 0;
    if (network->way_count > 1)
        qsort(network->ways, network->way_count, sizeof *network->ways, compare_ways);
    for (size_t i = 0; i < network->way_count; i++)
        if (i == 0 || network->ways[i].id != network->ways[kept - 1].id)
            network->ways[kept++] = network->ways[i];
    network->way_count = kept;
}

int osm_network_sort(struct osm_network *network) {
    size_t n = network->ref_count;
    sort_ways(network);
    network->ids = malloc((n + 1) * sizeof *network->ids);
    if (network->ids == NULL)
        return HV_ERR_MEMORY;
    if (n > 0)
        memcpy(network->ids, network->refs, n * sizeof *network->ids);
    qsort(network->ids, n, sizeof *network->ids, compare_ids);
    for (size_t i = 0; i < n; i++)
        if (i == 0 || network->ids[i] != network->ids[i - 1])
            network->ids[network->id_count++] = network->ids[i];
    network->lon = malloc((network->id_count + 1) * sizeof *network->lon);
    network->lat = malloc((network->id_count + 1) * sizeof *network->lat);
    if (network->lon == NULL || network->lat == NULL)
        return HV_ERR_MEMORY;
    for (size_t i = 0; i < network->id_count; i++)
        network->lon[i] = network->lat[i] = NAN;
    return HV_OK;
}

static size_t find(const struct osm_network *network, int64_t id) {
    const int64_t *found =
        bsearch(&id, network->ids, network->id_count, sizeof *network->ids, compare_ids);
    return found == NULL ? SIZE_MAX : (size_t)(found - network->ids);
}

void osm_network_place(struct osm_network *network, int64_t id, double lon, double lat) {
    size_t i = find(network, id);
    if (i == SIZE_MAX || !(fabs(lon) <= 180) || !(fabs(lat) <= 90))
        return;
    network->lon[i] = lon;
    network->lat[i] = lat;
}

/* ---- splitting --------------------------------------------------------------------------------
 */

/* Parts of ways between two junctions that follow each other. */
struct part {
    uint32_t tail, head; /* nodes, as indices into ids */
    double length_m;
    size_t way;
    uint32_t number; /* within the way, from 1 */
};

struct build {
    struct osm_network *network;
    uint32_t *nodes; /* of refs, as indices into ids */
    uint8_t *uses;   /* of each node by ways: 0, 1, or 2 for more and for ends */
    struct part *parts;
    size_t part_count, part_room;
    bool *kept; /* of each node */
    size_t missing;
};

static double distance_m(const struct osm_network *network, uint32_t a, uint32_t b) {
    return earth_distance_m(network->lon[a], network->lat[a], network->lon[b], network->lat[b]);
}

static bool is_placed(const struct build *build, uint32_t node) {
    return !isnan(build->network->lon[node]);
}

/* A node is a junction where a way begins or ends (also next to a missing node) or where it is
 * passed twice. */
static void count_uses(struct build *build) {
    const struct osm_network *network = build->network;
    for (size_t w = 0; w < network->way_count; w++) {
        const struct osm_way *way = &network->ways[w];
        const uint32_t *nodes = build->nodes + way->first;
        for (uint32_t i = 0; i < way->count; i++) {
            bool end = i == 0 || i + 1 == way->count || !is_placed(build, nodes[i - 1]) ||
                       !is_placed(build, nodes[i + 1]);
            uint8_t uses = end ? 2 : (uint8_t)(build->uses[nodes[i]] + 1);
            build->uses[nodes[i]] = uses > 2 ? 2 : uses;
            build->missing += !is_placed(build, nodes[i]);
        }
    }
}

static int add_part(struct build *build, const struct part *part) {
    void *parts = build->parts;
    int error = make_room(&parts, &build->part_room, build->part_count + 1, sizeof *build->parts,
                          HV_REGION_LINKS_MAX);
    build->parts = parts;
    if (error == HV_OK)
        build->parts[build->part_count++] = *part;
    return error;
}

static int split_way(struct build *build, size_t w) {
    const struct osm_way *way = &build->network->ways[w];
    const uint32_t *nodes = build->nodes + way->first;
    struct part part = {.tail = UINT32_MAX, .way = w, .number = 0};
    for (uint32_t i = 0; i < way->count; i++) {
        if (!is_placed(build, nodes[i])) {
            part.tail = UINT32_MAX;
            continue;
        }
        if (part.tail != UINT32_MAX)
            part.length_m += distance_m(build->network, nodes[i - 1], nodes[i]);
        if (build->uses[nodes[i]] < 2)
            continue;
        part.head = nodes[i];
        if (part.tail != UINT32_MAX && part.tail != part.head) { /* a loop leads nowhere */
            part.number++;
            int error = add_part(build, &part);
            if (error != HV_OK)
                return error;
        }
        part.tail = nodes[i];
        part.length_m = 0;
    }
    return HV_OK;
}

static int split_ways(struct build *build) {
    struct osm_network *network = build->network;
    build->nodes = malloc((network->ref_count + 1) * sizeof *build->nodes);
    build->uses = calloc(network->id_count + 1, sizeof *build->uses);
    if (build->nodes == NULL || build->uses == NULL)
        return HV_ERR_MEMORY;
    for (size_t i = 0; i < network->ref_count; i++)
        build->nodes[i] = (uint32_t)find(network, network->refs[i]);
    count_uses(build);
    int error = HV_OK;
    for (size_t w = 0; w < network->way_count && error == HV_OK; w++)
        error = split_way(build, w);
    return error;
}

/* ---- what hangs together ----------------------------------------------------------------------
 */

static size_t list_arcs(const struct build *build, uint32_t *tails, uint32_t *heads) {
    size_t count = 0;
    for (size_t i = 0; i < build->part_count; i++) {
        const struct part *part = &build->parts[i];
        const int *lanes = build->network->ways[part->way].road.lanes;
        for (int back = 0; back < 2; back++) {
            if (lanes[back] == 0)
                continue;
            tails[count] = back ? part->head : part->tail;
            heads[count++] = back ? part->tail : part->head;
        }
    }
    return count;
}

static int find_components(const struct build *build, uint32_t *component, uint32_t *ret_count) {
    size_t room = 2 * build->part_count + 1;
    uint32_t *tails = malloc(room * sizeof *tails), *heads = malloc(room * sizeof *heads);
    struct graph graph = {0};
    int error = tails == NULL || heads == NULL ? HV_ERR_MEMORY : HV_OK;
    if (error == HV_OK)
        error = graph_from_arcs((uint32_t)build->network->id_count, tails, heads,
                                list_arcs(build, tails, heads), &graph);
    if (error == HV_OK)
        error = graph_components(&graph, component, ret_count);
    graph_free(&graph);
    free(tails);
    free(heads);
    return error;
}

static void keep_ends(struct build *build, const uint32_t *component, uint32_t wanted) {
    for (size_t i = 0; i < build->part_count; i++) {
        const struct part *part = &build->parts[i];
        if (component == NULL ||
            (component[part->tail] == wanted && component[part->head] == wanted))
            build->kept[part->tail] = build->kept[part->head] = true;
    }
}

static int keep_largest(struct build *build) {
    size_t n = build->network->id_count;
    uint32_t *component = calloc(n + 1, sizeof *component), *sizes = calloc(n + 1, sizeof *sizes);
    uint32_t count = 0, best = 0;
    int error = component == NULL || sizes == NULL ? HV_ERR_MEMORY : HV_OK;
    if (error == HV_OK)
        error = find_components(build, component, &count);
    if (error == HV_OK) {
        for (size_t i = 0; i < n; i++)
            sizes[component[i]]++;
        for (uint32_t c = 1; c < count; c++)
            if (sizes[c] > sizes[best])
                best = c;
        keep_ends(build, component, best);
    }
    free(component);
    free(sizes);
    return error;
}

/* ---- into the region --------------------------------------------------------------------------
 */

static int add_nodes(struct build *build, struct region *region) {
    const struct osm_network *network = build->network;
    int error = HV_OK;
    for (size_t i = 0; i < network->id_count && error == HV_OK; i++) {
        char id[24];
        if (!build->kept[i])
            continue;
        snprintf(id, sizeof id, "%lld", (long long)network->ids[i]);
        struct region_node node = {
            .id = id, .x = network->lon[i], .y = network->lat[i], .passable = true};
        error = builder_add_node(region, &node, 0);
    }
    return error;
}

static uint32_t node_in(const struct build *build, const struct region *region, uint32_t node) {
    char id[24];
    snprintf(id, sizeof id, "%lld", (long long)build->network->ids[node]);
    return region_find_node(region, id);
}

static int add_link(struct build *build, struct region *region, const struct part *part, int back) {
    const struct osm_way *way = &build->network->ways[part->way];
    const struct osm_road *road = &way->road;
    char id[48];
    if (road->lanes[back] == 0)
        return HV_OK;
    snprintf(id, sizeof id, "%lld:%u%s", (long long)way->id, part->number, back ? "~" : "");
    double length = fmax(part->length_m, SAME_PLACE_M);
    struct region_link link = {.id = id,
                               .name = road->name,
                               .kind = road->class->name,
                               .from = node_in(build, region, back ? part->head : part->tail),
                               .to = node_in(build, region, back ? part->tail : part->head),
                               .length_m = length,
                               .free_speed_km_h = road->speed_km_h,
                               .travel_s = length * 3.6 / road->speed_km_h,
                               .capacity_veh_per_h =
                                   road->class->capacity_veh_per_h_lane * road->lanes[back],
                               .lanes = road->lanes[back]};
    return builder_add_link(region, &link, 0);
}

static int add_links(struct build *build, struct region *region) {
    int error = HV_OK;
    for (size_t i = 0; i < build->part_count && error == HV_OK; i++) {
        const struct part *part = &build->parts[i];
        if (!build->kept[part->tail] || !build->kept[part->head])
            continue;
        error = add_link(build, region, part, 0);
        if (error == HV_OK)
            error = add_link(build, region, part, 1);
    }
    return error;
}

static void warn_of_losses(const struct build *build, const struct region *region, const char *file,
                           struct hv_fault_list *faults) {
    size_t parts = 0;
    for (size_t i = 0; i < build->part_count; i++)
        parts += build->kept[build->parts[i].tail] && build->kept[build->parts[i].head];
    if (build->missing > 0)
        hv_fault_addf(faults, HV_FAULT_WARNING, file, 0, "",
                      "an extract with all nodes of its ways; ways are cut there",
                      "%zu nodes of ways are not in the file", build->missing);
    if (parts < build->part_count)
        hv_fault_addf(faults, HV_FAULT_WARNING, file, 0, "",
                      "roads that lead to each other; --all keeps them",
                      "%zu of %zu parts of roads are outside the largest strongly connected part "
                      "and left out; %u nodes remain",
                      build->part_count - parts, build->part_count, region->node_count);
}

int osm_network_build(struct osm_network *network, bool keep_all, const char *file,
                      struct hv_fault_list *faults, struct region *region) {
    struct build build = {.network = network};
    build.kept = calloc(network->id_count + 1, sizeof *build.kept);
    int error = build.kept == NULL ? HV_ERR_MEMORY : split_ways(&build);
    if (error == HV_OK && keep_all)
        keep_ends(&build, NULL, 0);
    else if (error == HV_OK)
        error = keep_largest(&build);
    if (error == HV_OK)
        error = add_nodes(&build, region);
    if (error == HV_OK)
        error = add_links(&build, region);
    if (error == HV_OK)
        warn_of_losses(&build, region, file, faults);
    free(build.nodes);
    free(build.uses);
    free(build.parts);
    free(build.kept);
    return error;
}
