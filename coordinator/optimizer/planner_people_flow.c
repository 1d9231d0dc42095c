/* Zones to shelters as a minimum-cost flow, kept in step with the picture. */
#include "coordinator/optimizer/planner_state.h"
#include "coordinator/optimizer/wide.h"

#include <stdlib.h>

/* The picture -----------------------------------------------------------------------------------
 */

bool planner_pair_is_open(const struct planner *planner, uint32_t zone, uint32_t shelter) {
    size_t pair = planner_pair(planner, zone, shelter);
    if (planner->travel_ms[pair] == NETWORK_UNREACHABLE || planner->zone_excluded[pair])
        return false;
    return planner->pin_count[zone] == 0 || planner->pinned[pair];
}

int64_t planner_capacity_now(const struct instance_shelter *shelter) {
    return shelter->usable && shelter->withstands ? shelter->capacity : 0;
}

int64_t planner_places_now(const struct instance_shelter *shelter, uint32_t class) {
    return shelter->usable && shelter->withstands ? shelter->places[class] : 0;
}

int64_t planner_arrival_ms(const struct planner *planner, uint32_t zone, uint32_t shelter) {
    return instance_arrival_ms(&planner->shelters[shelter],
                               planner->travel_ms[planner_pair(planner, zone, shelter)]);
}

int64_t planner_in_force(const struct planner *planner, size_t row, uint32_t shelter) {
    return planner->in_force ? planner->in_force[row * planner->instance.shelter_count + shelter]
                             : 0;
}

/* People in force who can be held to it: no more than there still are. */
int64_t planner_bound_people(const struct planner *planner, uint32_t zone, uint32_t class) {
    wide total = 0;
    for (uint32_t s = 0; s < planner->instance.shelter_count; s++)
        total += planner_in_force(planner, planner_row(zone, class), s);
    int64_t people = planner->zones[zone].people[class];
    return total < people ? (int64_t)total : people;
}
/* The flow --------------------------------------------------------------------------------------
 */

uint32_t planner_zone_node(const struct planner_people *people, size_t row) {
    return people->first_zone + (uint32_t)row;
}

uint32_t planner_place_node(const struct planner_people *people, uint32_t shelter, uint32_t class) {
    return people->first_place + shelter * INSTANCE_CLASSES + class;
}

static int add_nodes(struct mincostflow *flow, size_t count, uint32_t *ret_first) {
    *ret_first = mincostflow_node_count(flow);
    uint32_t node;
    int error = 0;
    for (size_t i = 0; i < count && !error; i++)
        error = mincostflow_add_node(flow, 0, &node);
    return error;
}

static int add_shelter_arcs(struct planner *planner, struct planner_people *people) {
    uint32_t arc, shelters = planner->instance.shelter_count;
    int error = 0;
    people->first_place_arc = mincostflow_arc_count(people->flow);
    for (uint32_t s = 0; s < shelters; s++)
        for (uint32_t class = 0; class < INSTANCE_CLASSES && !error; class ++)
            error = mincostflow_add_arc(people->flow, planner_place_node(people, s, class),
                                        people->first_shelter + s, 0, 0, 0, &arc);
    people->first_capacity_arc = mincostflow_arc_count(people->flow);
    for (uint32_t s = 0; s < shelters && !error; s++)
        error = mincostflow_add_arc(people->flow, people->first_shelter + s, people->sink, 0, 0, 0,
                                    &arc);
    return error;
}

static int build_flow(struct planner *planner, struct planner_people *people) {
    size_t rows = (size_t)planner->instance.zone_count * INSTANCE_CLASSES;
    uint32_t shelters = planner->instance.shelter_count;
    people->row = planner_take(rows, sizeof *people->row);
    people->unserved = planner_take(rows, sizeof *people->unserved);
    if (!people->row || !people->unserved)
        return HV_ERR_MEMORY;
    int error = mincostflow_new(&people->flow);
    if (!error)
        error = add_nodes(people->flow, rows, &people->first_zone);
    if (!error)
        error = add_nodes(people->flow, (size_t)shelters * INSTANCE_CLASSES, &people->first_place);
    if (!error)
        error = add_nodes(people->flow, shelters, &people->first_shelter);
    if (!error)
        error = add_nodes(people->flow, 1, &people->sink);
    if (!error)
        error = add_shelter_arcs(planner, people);
    people->unserved_cost = 0;
    for (size_t row = 0; row < rows && !error; row++) {
        people->row[row] = PLANNER_NO_ARC;
        error = mincostflow_add_arc(people->flow, planner_zone_node(people, row), people->sink, 0,
                                    MINCOSTFLOW_NO_BOUND, 0, &people->unserved[row]);
    }
    people->stale_all = true;
    return error;
}

void planner_free_people(struct planner_people *people) {
    mincostflow_free(people->flow);
    free(people->row);
    free(people->unserved);
    free(people->kept);
    people->flow = NULL;
    people->row = people->unserved = people->kept = NULL;
}
/* In step with the picture ----------------------------------------------------------------------
 */

/* What one person unserved costs in the flow: more than any way of moving others about can save. A
 * power of two, so that it seldom changes. */
static int find_unserved_cost(const struct planner *planner, int64_t *ret_cost) {
    int64_t most = 0;
    for (uint32_t z = 0; z < planner->instance.zone_count; z++)
        for (uint32_t s = 0; s < planner->instance.shelter_count; s++)
            if (planner->travel_ms[planner_pair(planner, z, s)] != NETWORK_UNREACHABLE &&
                planner_arrival_ms(planner, z, s) > most)
                most = planner_arrival_ms(planner, z, s);
    wide least = 4 * wide_product(mincostflow_node_count(planner->people.flow) + 1,
                                  most + planner->change_price_ms);
    int64_t cost = 2;
    while (cost <= least) {
        if (cost > INT64_MAX / 4)
            return HV_ERR_OVERFLOW;
        cost *= 2;
    }
    *ret_cost = cost;
    return 0;
}

static int set_unserved_cost(struct planner *planner) {
    struct planner_people *people = &planner->people;
    int64_t cost;
    int error = find_unserved_cost(planner, &cost);
    if (error || cost == people->unserved_cost)
        return error;
    size_t rows = (size_t)planner->instance.zone_count * INSTANCE_CLASSES;
    for (size_t row = 0; row < rows && !error; row++)
        error = mincostflow_set_cost(people->flow, people->unserved[row], cost);
    if (!error)
        people->unserved_cost = cost;
    return error;
}

/* The arcs of a row come when it first has people. */
static int add_row(struct planner *planner, size_t row, uint32_t class) {
    struct planner_people *people = &planner->people;
    uint32_t first = mincostflow_arc_count(people->flow), arc;
    int error = 0;
    for (uint32_t s = 0; s < planner->instance.shelter_count && !error; s++)
        error = mincostflow_add_arc(people->flow, planner_zone_node(people, row),
                                    planner_place_node(people, s, class), 0, 0, 0, &arc);
    if (!error)
        people->row[row] = first;
    return error;
}

static int refresh_kept(struct planner *planner, uint32_t zone, uint32_t class, uint32_t shelter,
                        bool open) {
    struct planner_people *people = &planner->people;
    size_t row = planner_row(zone, class);
    int64_t amount = open ? planner_in_force(planner, row, shelter) : 0;
    uint32_t *arc = &people->kept[row * planner->instance.shelter_count + shelter];
    if (*arc == PLANNER_NO_ARC) {
        if (amount == 0)
            return 0;
        int error = mincostflow_add_arc(people->flow, planner_zone_node(people, row),
                                        planner_place_node(people, shelter, class), 0, 0, 0, arc);
        if (error)
            return error;
    }
    int64_t cost = open ? planner_arrival_ms(planner, zone, shelter) - planner->change_price_ms : 0;
    int error = mincostflow_set_cost(people->flow, *arc, cost);
    return error ? error : mincostflow_set_bounds(people->flow, *arc, 0, amount);
}

static int refresh_pair(struct planner *planner, uint32_t zone, uint32_t class, uint32_t shelter) {
    struct planner_people *people = &planner->people;
    bool open = planner_pair_is_open(planner, zone, shelter);
    uint32_t arc = people->row[planner_row(zone, class)] + shelter;
    int error = mincostflow_set_cost(people->flow, arc,
                                     open ? planner_arrival_ms(planner, zone, shelter) : 0);
    if (!error)
        error = mincostflow_set_bounds(people->flow, arc, 0, open ? MINCOSTFLOW_NO_BOUND : 0);
    if (!error && people->kept)
        error = refresh_kept(planner, zone, class, shelter, open);
    return error;
}

static int refresh_zone(struct planner *planner, uint32_t zone) {
    struct planner_people *people = &planner->people;
    int error = 0;
    for (uint32_t class = 0; class < INSTANCE_CLASSES && !error; class ++) {
        size_t row = planner_row(zone, class);
        int64_t count = planner->zones[zone].people[class];
        bool new_row = people->row[row] == PLANNER_NO_ARC;
        if (new_row && count == 0)
            continue;
        if (new_row)
            error = add_row(planner, row, class);
        if (!error)
            error = mincostflow_set_supply(people->flow, planner_zone_node(people, row), count);
        bool all = people->stale_all || people->stale_zone[zone] || new_row;
        for (uint32_t s = 0; s < planner->instance.shelter_count && !error; s++)
            if (all || people->stale_shelter[s])
                error = refresh_pair(planner, zone, class, s);
    }
    return error;
}

static int refresh_shelter(struct planner *planner, uint32_t shelter) {
    struct planner_people *people = &planner->people;
    const struct instance_shelter *s = &planner->shelters[shelter];
    int error = mincostflow_set_bounds(people->flow, people->first_capacity_arc + shelter, 0,
                                       planner_capacity_now(s));
    for (uint32_t class = 0; class < INSTANCE_CLASSES && !error; class ++)
        error = mincostflow_set_bounds(people->flow,
                                       people->first_place_arc + shelter * INSTANCE_CLASSES + class,
                                       0, planner_places_now(s, class));
    return error;
}

static int set_sink(struct planner *planner) {
    wide total = 0;
    for (uint32_t z = 0; z < planner->instance.zone_count; z++)
        for (uint32_t class = 0; class < INSTANCE_CLASSES; class ++)
            total += planner->zones[z].people[class];
    int64_t people;
    int error = wide_narrow(total, &people);
    return error ? error
                 : mincostflow_set_supply(planner->people.flow, planner->people.sink, -people);
}

/* Room to note which arcs hold people to the plan in force, once there is one. */
static int make_kept(struct planner *planner) {
    struct planner_people *people = &planner->people;
    if (!planner->in_force || people->kept)
        return 0;
    size_t count =
        (size_t)planner->instance.zone_count * INSTANCE_CLASSES * planner->instance.shelter_count;
    people->kept = planner_take(count, sizeof *people->kept);
    if (!people->kept)
        return HV_ERR_MEMORY;
    for (size_t i = 0; i < count; i++)
        people->kept[i] = PLANNER_NO_ARC;
    people->stale_all = true;
    return 0;
}

int planner_refresh_people(struct planner *planner) {
    struct planner_people *people = &planner->people;
    int error = people->flow ? 0 : build_flow(planner, people);
    if (!error)
        error = make_kept(planner);
    for (uint32_t z = 0; z < planner->instance.zone_count && !error; z++)
        error = refresh_zone(planner, z);
    for (uint32_t s = 0; s < planner->instance.shelter_count && !error; s++)
        error = refresh_shelter(planner, s);
    if (!error)
        error = set_sink(planner);
    if (!error)
        error = set_unserved_cost(planner);
    if (error)
        return error;
    people->stale_all = false;
    for (uint32_t z = 0; z < planner->instance.zone_count; z++)
        people->stale_zone[z] = false;
    for (uint32_t s = 0; s < planner->instance.shelter_count; s++)
        people->stale_shelter[s] = false;
    return 0;
}

/* Sets the cost of every arc that holds people to the plan in force. */
int planner_price_changes(struct planner *planner, int64_t price_ms) {
    const struct planner_people *people = &planner->people;
    uint32_t shelters = planner->instance.shelter_count;
    int error = 0;
    for (uint32_t z = 0; z < planner->instance.zone_count; z++)
        for (uint32_t class = 0; class < INSTANCE_CLASSES; class ++)
            for (uint32_t s = 0; s < shelters && !error; s++) {
                uint32_t arc = people->kept[planner_row(z, class) * shelters + s];
                if (arc != PLANNER_NO_ARC && planner_pair_is_open(planner, z, s))
                    error = mincostflow_set_cost(people->flow, arc,
                                                 planner_arrival_ms(planner, z, s) - price_ms);
            }
    return error;
}

/* What is in it --------------------------------------------------------------------------------
 */

int64_t planner_pair_flow(const struct planner *planner, size_t row, uint32_t shelter) {
    const struct planner_people *people = &planner->people;
    if (people->row[row] == PLANNER_NO_ARC)
        return 0;
    int64_t flow = mincostflow_arc_flow(people->flow, people->row[row] + shelter);
    if (people->kept) {
        uint32_t kept = people->kept[row * planner->instance.shelter_count + shelter];
        if (kept != PLANNER_NO_ARC)
            flow += mincostflow_arc_flow(people->flow, kept);
    }
    return flow;
}
