/* What is formally right in a region and still looks wrong. */
#include "coordinator/region/builder.h"
#include "coordinator/region/graph.h"

#include <stdlib.h>
#include <string.h>

static void warn(const struct region *region, struct hv_fault_list *faults, enum builder_kind kind,
                 uint32_t row, const char *column, const char *id, const char *wrong,
                 const char *right) {
    hv_fault_addf(faults, HV_FAULT_WARNING, builder_file(region, kind),
                  builder_line(region, kind, row), column, right, "“%s” %s", id, wrong);
}

/* ---- who reaches whom -------------------------------------------------------------------------
 */

struct flags {
    bool *reached, *passable;
};

static int new_flags(const struct region *region, struct flags *ret_flags) {
    size_t n = (size_t)region->node_count + 1;
    struct flags flags = {calloc(n, sizeof(bool)), calloc(n, sizeof(bool))};
    if (flags.reached == NULL || flags.passable == NULL) {
        free(flags.reached);
        free(flags.passable);
        return HV_ERR_MEMORY;
    }
    for (uint32_t i = 0; i < region->node_count; i++)
        flags.passable[i] = region->nodes[i].passable;
    *ret_flags = flags;
    return HV_OK;
}

static int spread(const struct region *region, bool backward, struct flags *flags) {
    struct graph graph;
    int error = graph_new(region, backward, &graph);
    if (error != HV_OK)
        return error;
    error = graph_reach(&graph, flags->passable, flags->reached);
    graph_free(&graph);
    return error;
}

static int warn_of_cut_off_zones(const struct region *region, struct hv_fault_list *faults) {
    struct flags flags;
    int error = new_flags(region, &flags);
    if (error != HV_OK)
        return error;
    for (uint32_t i = 0; i < region->shelter_count; i++)
        if (region->shelters[i].node != REGION_NONE)
            flags.reached[region->shelters[i].node] = true;
    error = spread(region, true, &flags);
    for (uint32_t i = 0; i < region->zone_count && error == HV_OK; i++) {
        const struct region_zone *zone = &region->zones[i];
        if (zone->node != REGION_NONE && !flags.reached[zone->node])
            warn(region, faults, BUILDER_ZONES, i, "node_id", zone->id,
                 "reaches no shelter by road", "a node from which a shelter can be reached");
    }
    free(flags.reached);
    free(flags.passable);
    return error;
}

static int warn_of_cut_off_shelters(const struct region *region, struct hv_fault_list *faults) {
    struct flags flags;
    int error = new_flags(region, &flags);
    if (error != HV_OK)
        return error;
    for (uint32_t i = 0; i < region->depot_count; i++)
        if (region->depots[i].node != REGION_NONE)
            flags.reached[region->depots[i].node] = true;
    error = spread(region, false, &flags);
    for (uint32_t i = 0; i < region->shelter_count && error == HV_OK; i++) {
        const struct region_shelter *shelter = &region->shelters[i];
        if (shelter->node != REGION_NONE && !flags.reached[shelter->node])
            warn(region, faults, BUILDER_SHELTERS, i, "node_id", shelter->id,
                 "is reached from no depot by road", "a node that a depot can reach");
    }
    free(flags.reached);
    free(flags.passable);
    return error;
}

/* ---- roads apart from the rest ----------------------------------------------------------------
 */

static uint32_t largest(const uint32_t *component, uint32_t node_count, uint32_t *sizes,
                        uint32_t component_count) {
    uint32_t best = 0;
    for (uint32_t i = 0; i < node_count; i++)
        sizes[component[i]]++;
    for (uint32_t c = 1; c < component_count; c++)
        if (sizes[c] > sizes[best])
            best = c;
    return best;
}

/* Components that hang together when one-way is forgotten: each link counted both ways. */
static int weak_components(const struct region *region, uint32_t *component, uint32_t *ret_count) {
    size_t n = region->link_count;
    uint32_t *tails = calloc(2 * n + 1, sizeof *tails), *heads = calloc(2 * n + 1, sizeof *heads);
    struct graph graph = {0};
    int error = tails == NULL || heads == NULL ? HV_ERR_MEMORY : HV_OK;
    if (error == HV_OK) {
        for (size_t i = 0; i < n; i++) {
            tails[2 * i] = heads[2 * i + 1] = region->links[i].from;
            heads[2 * i] = tails[2 * i + 1] = region->links[i].to;
        }
        error = graph_from_arcs(region->node_count, tails, heads, 2 * n, &graph);
    }
    if (error == HV_OK)
        error = graph_components(&graph, component, ret_count);
    graph_free(&graph);
    free(tails);
    free(heads);
    return error;
}

static int warn_of_islands(const struct region *region, struct hv_fault_list *faults) {
    uint32_t n = region->node_count, count = 0;
    if (n == 0)
        return HV_OK;
    uint32_t *component = calloc(n, sizeof *component), *sizes = calloc(n, sizeof *sizes);
    int error = component == NULL || sizes == NULL ? HV_ERR_MEMORY : HV_OK;
    if (error == HV_OK)
        error = weak_components(region, component, &count);
    if (error == HV_OK) {
        uint32_t main_part = largest(component, n, sizes, count);
        for (uint32_t i = 0; i < n; i++)
            if (sizes[component[i]] == 1 && n > 1)
                warn(region, faults, BUILDER_NODES, i, "node_id", region->nodes[i].id,
                     "is on no link", "a link from or to it, or no such node");
        for (uint32_t i = 0; i < region->link_count; i++)
            if (component[region->links[i].from] != main_part)
                warn(region, faults, BUILDER_LINKS, i, "link_id", region->links[i].id,
                     "hangs together with nothing of the rest of the roads",
                     "links that join it to them");
    }
    free(component);
    free(sizes);
    return error;
}

/* ---- figures ----------------------------------------------------------------------------------
 */

static void warn_of_empty_zones(const struct region *region, struct hv_fault_list *faults) {
    for (uint32_t i = 0; i < region->zone_count; i++) {
        const struct region_zone *zone = &region->zones[i];
        if (region_zone_people(zone, REGION_DAY) < 0 || region_zone_people(zone, REGION_NIGHT) < 0)
            warn(region, faults, BUILDER_ZONES, i, "", zone->id,
                 "says nothing about its people by day or by night",
                 "people by age group, day_… and night_…");
    }
}

/* Plans of deliveries count on no vehicle whose room or load nobody knows. */
static void warn_of_idle_vehicles(const struct region *region, struct hv_fault_list *faults) {
    for (uint32_t i = 0; i < region->vehicle_count; i++) {
        const struct region_vehicle *vehicle = &region->vehicles[i];
        bool carries = vehicle->kind == REGION_VAN || vehicle->kind == REGION_TRUCK;
        bool known = vehicle->payload_kg > 0 && vehicle->payload_l > 0;
        if (vehicle->depot != REGION_NONE && vehicle->count > 0 && carries && !known)
            warn(region, faults, BUILDER_VEHICLES, i,
                 vehicle->payload_kg > 0 ? "payload_l" : "payload_kg", vehicle->id,
                 "gets no deliveries in plans", "payload_kg and payload_l, both above 0");
    }
}

int region_check_sense(const struct region *region, struct hv_fault_list *faults) {
    int error = warn_of_islands(region, faults);
    if (error == HV_OK && region->node_count > 0 && region->zone_count > 0)
        error = warn_of_cut_off_zones(region, faults);
    if (error == HV_OK && region->depot_count > 0 && region->node_count > 0)
        error = warn_of_cut_off_shelters(region, faults);
    if (error == HV_OK)
        warn_of_empty_zones(region, faults);
    if (error == HV_OK)
        warn_of_idle_vehicles(region, faults);
    return error;
}
