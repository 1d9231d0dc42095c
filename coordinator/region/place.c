#include "coordinator/region/place.h"

#include "coordinator/region/builder.h"
#include "coordinator/region/earth.h"
#include "coordinator/region/graph.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* Nodes that a shelter may be put at, by rising latitude. */
struct candidates {
    uint32_t *nodes;
    uint32_t count;
};

/* ---- candidates -------------------------------------------------------------------------------
 */

/* Of nodes that ways pass: a centroid hangs together with its neighbours only as an end. */
static int find_components(const struct region *roads, uint32_t *component, uint32_t *ret_count) {
    size_t room = (size_t)roads->link_count + 1, count = 0;
    uint32_t *tails = malloc(room * sizeof *tails), *heads = malloc(room * sizeof *heads);
    struct graph graph = {0};
    int error = tails == NULL || heads == NULL ? HV_ERR_MEMORY : HV_OK;
    for (uint32_t i = 0; i < roads->link_count && error == HV_OK; i++) {
        const struct region_link *link = &roads->links[i];
        if (!roads->nodes[link->from].passable || !roads->nodes[link->to].passable)
            continue;
        tails[count] = link->from;
        heads[count++] = link->to;
    }
    if (error == HV_OK)
        error = graph_from_arcs(roads->node_count, tails, heads, count, &graph);
    if (error == HV_OK)
        error = graph_components(&graph, component, ret_count);
    graph_free(&graph);
    free(tails);
    free(heads);
    return error;
}

static uint32_t largest_of(const uint32_t *component, uint32_t node_count, uint32_t *sizes,
                           uint32_t component_count) {
    uint32_t best = 0;
    for (uint32_t i = 0; i < node_count; i++)
        sizes[component[i]]++;
    for (uint32_t c = 1; c < component_count; c++)
        if (sizes[c] > sizes[best])
            best = c;
    return best;
}

static int by_latitude(const void *left, const void *right, void *context) {
    const struct region *roads = context;
    const uint32_t *a = left, *b = right;
    double x = roads->nodes[*a].y, y = roads->nodes[*b].y;
    return x < y ? -1 : x > y ? 1 : (*a > *b) - (*a < *b);
}

static int find_candidates(struct region *roads, struct candidates *ret_candidates) {
    size_t n = (size_t)roads->node_count + 1;
    uint32_t *component = calloc(n, sizeof *component), *sizes = calloc(n, sizeof *sizes);
    struct candidates found = {.nodes = malloc(n * sizeof *found.nodes)};
    uint32_t count = 0;
    int error = component == NULL || sizes == NULL || found.nodes == NULL ? HV_ERR_MEMORY : HV_OK;
    if (error == HV_OK)
        error = find_components(roads, component, &count);
    if (error == HV_OK) {
        uint32_t largest = largest_of(component, roads->node_count, sizes, count);
        for (uint32_t i = 0; i < roads->node_count; i++)
            if (component[i] == largest && roads->nodes[i].passable)
                found.nodes[found.count++] = i;
        qsort_r(found.nodes, found.count, sizeof *found.nodes, by_latitude, roads);
        *ret_candidates = found;
    } else {
        free(found.nodes);
    }
    free(component);
    free(sizes);
    return error;
}

/* ---- nearest ----------------------------------------------------------------------------------
 */

static uint32_t first_at_or_above(const struct region *roads, const struct candidates *candidates,
                                  double latitude) {
    uint32_t low = 0, high = candidates->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (roads->nodes[candidates->nodes[middle]].y < latitude)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

struct nearest {
    uint32_t node;
    double distance_m;
};

/* False: this one is too far north or south already, and so is all beyond it. */
static bool try_node(const struct region *roads, uint32_t node, double lon, double lat,
                     struct nearest *best) {
    const struct region_node *at = &roads->nodes[node];
    if (fabs(at->y - lat) * EARTH_DEGREE * EARTH_RADIUS_M > best->distance_m)
        return false;
    double distance_m = earth_distance_m(lon, lat, at->x, at->y);
    if (distance_m < best->distance_m || (distance_m == best->distance_m && node < best->node))
        *best = (struct nearest){node, distance_m};
    return true;
}

static struct nearest find_nearest(const struct region *roads, const struct candidates *candidates,
                                   double lon, double lat) {
    struct nearest best = {REGION_NONE, INFINITY};
    uint32_t start = first_at_or_above(roads, candidates, lat);
    bool up = true, down = true;
    for (uint32_t step = 0; up || down; step++) {
        up = up && step < candidates->count - start &&
             try_node(roads, candidates->nodes[start + step], lon, lat, &best);
        down = down && step < start &&
               try_node(roads, candidates->nodes[start - 1 - step], lon, lat, &best);
    }
    return best;
}

/* ---- placing ----------------------------------------------------------------------------------
 */

struct placing {
    struct region *roads;
    const struct region *shelters;
    struct candidates candidates;
    double within_m;
    const char *file;
    struct hv_fault_list *faults;
    struct placed placed;
};

static void leave_out(struct placing *placing, uint32_t row, const char *column, const char *right,
                      const char *what) {
    const struct region_shelter *shelter = &placing->shelters->shelters[row];
    hv_fault_addf(placing->faults, HV_FAULT_ERROR, placing->file,
                  builder_line(placing->shelters, BUILDER_SHELTERS, row), column, right,
                  "“%s” %s: %s", shelter->id, shelter->name, what);
}

static void leave_out_far(struct placing *placing, uint32_t row, struct nearest nearest) {
    char what[192], right[128];
    snprintf(what, sizeof what, "is %.0f m from node %.64s, the nearest that is reached by road",
             nearest.distance_m, placing->roads->nodes[nearest.node].id);
    snprintf(right, sizeof right,
             "a place within %.0f m (--within M for another distance), or roads that go there",
             placing->within_m);
    leave_out(placing, row, "lon, lat", right, what);
}

static int place_one(struct placing *placing, uint32_t row) {
    struct region_shelter shelter = placing->shelters->shelters[row];
    if (isnan(shelter.lon) || isnan(shelter.lat)) {
        leave_out(placing, row, "lon, lat", "longitude and latitude", "nobody says where it is");
        return HV_OK;
    }
    struct nearest nearest =
        find_nearest(placing->roads, &placing->candidates, shelter.lon, shelter.lat);
    if (nearest.distance_m > placing->within_m) {
        leave_out_far(placing, row, nearest);
        return HV_OK;
    }
    shelter.node = nearest.node;
    int error = builder_add_shelter(placing->roads, &shelter, 0);
    if (error == HV_ERR_EXISTS) {
        leave_out(placing, row, "shelter_id", "an id of its own",
                  "the region with the roads has a place of this id");
        return HV_OK;
    }
    struct placed *placed = &placing->placed;
    if (error == HV_OK && (placed->count++ == 0 || nearest.distance_m > placed->farthest_m)) {
        placed->farthest_m = nearest.distance_m;
        placed->farthest_of = placing->roads->shelter_count - 1;
    }
    return error;
}

static int refuse(const char *file, struct hv_fault_list *faults, const char *wrong,
                  const char *right) {
    hv_fault_add(faults, HV_FAULT_ERROR, file, 0, "", wrong, right);
    return HV_ERR_VALUE;
}

int place_shelters(struct region *roads, const struct region *shelters, double within_m,
                   const char *file, struct hv_fault_list *faults, struct placed *ret_placed) {
    struct placing placing = {.roads = roads,
                              .shelters = shelters,
                              .within_m = within_m,
                              .file = file,
                              .faults = faults,
                              .placed = {.farthest_of = REGION_NONE}};
    if (roads->coordinates != REGION_LONLAT || shelters->coordinates != REGION_LONLAT)
        return refuse(file, faults, "the roads are of a drawing, not of a place on earth",
                      "roads in longitude and latitude, such as of haven region import osm");
    int error = find_candidates(roads, &placing.candidates);
    if (error == HV_OK && placing.candidates.count == 0)
        error =
            refuse(file, faults, "there are no roads to put shelters at", "a region with roads");
    for (uint32_t i = 0; i < shelters->shelter_count && error == HV_OK; i++)
        error = place_one(&placing, i);
    free(placing.candidates.nodes);
    if (error == HV_OK)
        *ret_placed = placing.placed;
    return error;
}
