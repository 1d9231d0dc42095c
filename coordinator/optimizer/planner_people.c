/* Zones to shelters: an exact minimum-cost flow, kept in step with the picture. */
#include "coordinator/optimizer/planner_state.h"
#include "coordinator/optimizer/wide.h"

#include <stdlib.h>

#define MOST_SCALED 1024 /* an unserved cost above 2^53 is not scaled up */

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

static int64_t arrival_of(const struct planner *planner, uint32_t zone, uint32_t shelter) {
    return instance_arrival_ms(&planner->shelters[shelter],
                               planner->travel_ms[planner_pair(planner, zone, shelter)]);
}

static int64_t in_force_of(const struct planner *planner, size_t row, uint32_t shelter) {
    return planner->in_force ? planner->in_force[row * planner->instance.shelter_count + shelter]
                             : 0;
}

/* People in force who can be held to it: no more than there still are. */
static int64_t bound_people(const struct planner *planner, uint32_t zone, uint32_t class) {
    wide total = 0;
    for (uint32_t s = 0; s < planner->instance.shelter_count; s++)
        total += in_force_of(planner, planner_row(zone, class), s);
    int64_t people = planner->zones[zone].people[class];
    return total < people ? (int64_t)total : people;
}

/* The flow --------------------------------------------------------------------------------------
 */

static uint32_t zone_node(const struct planner_people *people, size_t row) {
    return people->first_zone + (uint32_t)row;
}

static uint32_t place_node(const struct planner_people *people, uint32_t shelter, uint32_t class) {
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
            error = mincostflow_add_arc(people->flow, place_node(people, s, class),
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
        error = mincostflow_add_arc(people->flow, zone_node(people, row), people->sink, 0,
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
                arrival_of(planner, z, s) > most)
                most = arrival_of(planner, z, s);
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
        error = mincostflow_add_arc(people->flow, zone_node(people, row),
                                    place_node(people, s, class), 0, 0, 0, &arc);
    if (!error)
        people->row[row] = first;
    return error;
}

static int refresh_kept(struct planner *planner, uint32_t zone, uint32_t class, uint32_t shelter,
                        bool open) {
    struct planner_people *people = &planner->people;
    size_t row = planner_row(zone, class);
    int64_t amount = open ? in_force_of(planner, row, shelter) : 0;
    uint32_t *arc = &people->kept[row * planner->instance.shelter_count + shelter];
    if (*arc == PLANNER_NO_ARC) {
        if (amount == 0)
            return 0;
        int error = mincostflow_add_arc(people->flow, zone_node(people, row),
                                        place_node(people, shelter, class), 0, 0, 0, arc);
        if (error)
            return error;
    }
    int64_t cost = open ? arrival_of(planner, zone, shelter) - planner->change_price_ms : 0;
    int error = mincostflow_set_cost(people->flow, *arc, cost);
    return error ? error : mincostflow_set_bounds(people->flow, *arc, 0, amount);
}

static int refresh_pair(struct planner *planner, uint32_t zone, uint32_t class, uint32_t shelter) {
    struct planner_people *people = &planner->people;
    bool open = planner_pair_is_open(planner, zone, shelter);
    uint32_t arc = people->row[planner_row(zone, class)] + shelter;
    int error =
        mincostflow_set_cost(people->flow, arc, open ? arrival_of(planner, zone, shelter) : 0);
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
            error = mincostflow_set_supply(people->flow, zone_node(people, row), count);
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

static int refresh(struct planner *planner) {
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

/* Out of the flow -------------------------------------------------------------------------------
 */

/* What is left while the plan is read out of the flow; a flow that was stopped may promise more. */
struct remainder {
    int64_t *capacity; /* shelter */
    int64_t *places;   /* shelter × class */
};

static int64_t least(int64_t a, int64_t b) {
    return a < b ? a : b;
}

static int64_t flow_of_pair(const struct planner *planner, size_t row, uint32_t shelter) {
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

/* Reads one pair; `left` is what each class of the zone has left to place. */
static bool read_pair(const struct planner *planner, struct remainder *rest, uint32_t zone,
                      uint32_t shelter, int64_t *left, int64_t *ret_people) {
    bool any = false;
    for (uint32_t class = 0; class < INSTANCE_CLASSES; class ++) {
        int64_t *places = &rest->places[shelter * INSTANCE_CLASSES + class];
        int64_t people = flow_of_pair(planner, planner_row(zone, class), shelter);
        people = least(least(people, left[class]), least(*places, rest->capacity[shelter]));
        left[class] -= people;
        *places -= people;
        rest->capacity[shelter] -= people;
        ret_people[class] = people;
        any = any || people > 0;
    }
    return any;
}

static int add_assignment(struct planner *planner, struct plan *plan, size_t *room,
                          size_t *link_room, struct plan_assignment assignment) {
    if (plan->assignment_count == *room) {
        size_t grown = *room * 2 + 16;
        void *memory = realloc(plan->assignments, grown * sizeof *plan->assignments);
        if (!memory)
            return HV_ERR_MEMORY;
        plan->assignments = memory;
        *room = grown;
    }
    assignment.travel_ms =
        planner->travel_ms[planner_pair(planner, assignment.zone, assignment.shelter)];
    assignment.arrival_ms = arrival_of(planner, assignment.zone, assignment.shelter);
    int error = planner_add_route(planner, plan, link_room, assignment.zone, assignment.shelter,
                                  &assignment.route);
    if (!error)
        plan->assignments[plan->assignment_count++] = assignment;
    return error;
}

static int read_zone(struct planner *planner, struct plan *plan, struct remainder *rest,
                     size_t *room, size_t *link_room, uint32_t zone) {
    int64_t left[INSTANCE_CLASSES];
    for (uint32_t class = 0; class < INSTANCE_CLASSES; class ++)
        left[class] = planner->zones[zone].people[class];
    int error = 0;
    for (uint32_t s = 0; s < planner->instance.shelter_count && !error; s++) {
        struct plan_assignment assignment = {.zone = zone, .shelter = s};
        if (read_pair(planner, rest, zone, s, left, assignment.people))
            error = add_assignment(planner, plan, room, link_room, assignment);
    }
    for (uint32_t class = 0; class < INSTANCE_CLASSES; class ++)
        if (left[class] > 0)
            plan->unserved[plan->unserved_count++] =
                (struct plan_unserved){.zone = zone, .class = class, .people = left[class]};
    return error;
}

static int read_plan(struct planner *planner, struct plan *plan) {
    uint32_t shelters = planner->instance.shelter_count;
    struct remainder rest = {
        .capacity = planner_take(shelters, sizeof *rest.capacity),
        .places = planner_take((size_t)shelters * INSTANCE_CLASSES, sizeof *rest.places),
    };
    plan->unserved = planner_take((size_t)planner->instance.zone_count * INSTANCE_CLASSES,
                                  sizeof *plan->unserved);
    int error = rest.capacity && rest.places && plan->unserved ? 0 : HV_ERR_MEMORY;
    for (uint32_t s = 0; s < shelters && !error; s++) {
        rest.capacity[s] = planner_capacity_now(&planner->shelters[s]);
        for (uint32_t class = 0; class < INSTANCE_CLASSES; class ++)
            rest.places[s * INSTANCE_CLASSES + class] =
                planner_places_now(&planner->shelters[s], class);
    }
    size_t room = 0, link_room = 0;
    for (uint32_t z = 0; z < planner->instance.zone_count && !error; z++)
        error = read_zone(planner, plan, &rest, &room, &link_room, z);
    free(rest.capacity);
    free(rest.places);
    return error;
}

/* Adds the plan up: objective, and how many of the plan in force it moves. */
static int add_up(const struct planner *planner, struct plan *plan) {
    wide arrival = 0, kept = 0, bound = 0;
    for (size_t i = 0; i < plan->assignment_count; i++) {
        const struct plan_assignment *a = &plan->assignments[i];
        for (uint32_t class = 0; class < INSTANCE_CLASSES; class ++) {
            arrival += wide_product(a->people[class], a->arrival_ms);
            kept += least(a->people[class],
                          in_force_of(planner, planner_row(a->zone, class), a->shelter));
        }
    }
    for (uint32_t z = 0; planner->in_force && z < planner->instance.zone_count; z++)
        for (uint32_t class = 0; class < INSTANCE_CLASSES; class ++)
            bound += bound_people(planner, z, class);
    plan->objective.unserved = 0;
    for (size_t i = 0; i < plan->unserved_count; i++)
        plan->objective.unserved += plan->unserved[i].people;
    plan->changed_people = (int64_t)(bound - kept);
    arrival += wide_product(plan->changed_people, planner->change_price_ms);
    return wide_narrow(arrival, &plan->objective.arrival_ms);
}

/* Proof -----------------------------------------------------------------------------------------
 */

/* The prices of level 1 are those of the flow. Level 0 counts how often the cost of one unserved is
 * in them: what else is in them is less than half of it. */
static int64_t price_of(const struct planner *planner, uint32_t node, int level) {
    const struct planner_people *people = &planner->people;
    int64_t price =
        mincostflow_price(people->flow, node) - mincostflow_price(people->flow, people->sink);
    if (level == 1)
        return price;
    int64_t unit = people->unserved_cost, half = unit / 2;
    return price >= 0 ? (price + half) / unit : -((-price + half) / unit);
}

static int64_t positive(int64_t figure) {
    return figure > 0 ? figure : 0;
}

static void price_shelters(const struct planner *planner, struct plan_duals *duals, int level) {
    const struct planner_people *people = &planner->people;
    for (uint32_t s = 0; s < planner->instance.shelter_count; s++) {
        int64_t shelter = price_of(planner, people->first_shelter + s, level);
        duals->shelter[level][s] = positive(-shelter);
        for (uint32_t class = 0; class < INSTANCE_CLASSES; class ++)
            duals->place[level][s * INSTANCE_CLASSES + class] =
                positive(shelter - price_of(planner, place_node(people, s, class), level));
    }
}

/* What a zone's person pays at a shelter: time, and the price of a place there. */
static int64_t cost_at(const struct planner *planner, const struct plan_duals *duals, int level,
                       uint32_t zone, uint32_t class, uint32_t shelter) {
    return (level == 1 ? arrival_of(planner, zone, shelter) : 0) + duals->shelter[level][shelter] +
           duals->place[level][shelter * INSTANCE_CLASSES + class];
}

/* What a row adds to the bound at a price of its own: with a plan in force people can be held at
 * less than the price, each in force once. */
static wide row_bound(const struct planner *planner, const struct plan_duals *duals, int level,
                      uint32_t zone, uint32_t class, int64_t price) {
    size_t row = planner_row(zone, class);
    wide bound = wide_product(planner->zones[zone].people[class], price);
    if (level == 0 || !planner->in_force)
        return bound;
    for (uint32_t s = 0; s < planner->instance.shelter_count; s++)
        if (in_force_of(planner, row, s) > 0 && planner_pair_is_open(planner, zone, s))
            bound -= wide_product(in_force_of(planner, row, s),
                                  positive(price + planner->change_price_ms -
                                           cost_at(planner, duals, level, zone, class, s)));
    return bound + wide_product(bound_people(planner, zone, class), planner->change_price_ms);
}

/* Finds the price of a person, no more than the cheapest shelter allows, and adds the row's part of
 * the bound. Where holding people is cheaper than that, the price of the flow is the better one. */
static wide price_row(const struct planner *planner, struct plan_duals *duals, int level,
                      uint32_t zone, uint32_t class) {
    size_t row = planner_row(zone, class);
    int64_t price = level == 1 ? duals->unserved_cost : 1;
    for (uint32_t s = 0; s < planner->instance.shelter_count; s++)
        if (planner_pair_is_open(planner, zone, s))
            price = least(price, cost_at(planner, duals, level, zone, class, s));
    wide bound = row_bound(planner, duals, level, zone, class, price);
    int64_t lower = least(price, -price_of(planner, zone_node(&planner->people, row), level));
    wide other = row_bound(planner, duals, level, zone, class, lower);
    duals->zone[level][row] = other > bound ? lower : price;
    return other > bound ? other : bound;
}

static wide bound_of_level(const struct planner *planner, struct plan_duals *duals, int level) {
    price_shelters(planner, duals, level);
    wide bound = 0;
    for (uint32_t s = 0; s < planner->instance.shelter_count; s++) {
        const struct instance_shelter *shelter = &planner->shelters[s];
        bound -= wide_product(planner_capacity_now(shelter), duals->shelter[level][s]);
        for (uint32_t class = 0; class < INSTANCE_CLASSES; class ++)
            bound -= wide_product(planner_places_now(shelter, class),
                                  duals->place[level][s * INSTANCE_CLASSES + class]);
    }
    for (uint32_t z = 0; z < planner->instance.zone_count; z++)
        for (uint32_t class = 0; class < INSTANCE_CLASSES; class ++)
            bound += price_row(planner, duals, level, z, class);
    return bound;
}

static int take_duals(const struct planner *planner, struct plan_duals *duals) {
    size_t rows = (size_t)planner->instance.zone_count * INSTANCE_CLASSES;
    size_t shelters = planner->instance.shelter_count;
    for (int level = 0; level < 2; level++) {
        duals->zone[level] = planner_take(rows, sizeof(int64_t));
        duals->shelter[level] = planner_take(shelters, sizeof(int64_t));
        duals->place[level] = planner_take(shelters * INSTANCE_CLASSES, sizeof(int64_t));
        if (!duals->zone[level] || !duals->shelter[level] || !duals->place[level])
            return HV_ERR_MEMORY;
    }
    return 0;
}

static double ratio(int64_t part, int64_t whole) {
    return whole > 0 ? (double)part / (double)whole : 0;
}

static int prove(const struct planner *planner, struct plan *plan) {
    struct plan_duals *duals = &plan->duals;
    int error = take_duals(planner, duals);
    if (error)
        return error;
    duals->unserved_cost = planner->people.unserved_cost;
    wide fewest = bound_of_level(planner, duals, 0);
    wide both = bound_of_level(planner, duals, 1);
    plan->bound.unserved = fewest > 0 ? (int64_t)fewest : 0;
    /* Level 1 bounds the time of plans that leave exactly as many unserved as the bound says. */
    both -= wide_product(duals->unserved_cost, plan->bound.unserved);
    return wide_narrow(both > 0 ? both : 0, &plan->bound.arrival_ms);
}

static void find_gap(struct plan *plan) {
    int64_t more = plan->objective.unserved - plan->bound.unserved;
    plan->gap = more > 0 ? ratio(more, plan->objective.unserved)
                         : ratio(plan->objective.arrival_ms - plan->bound.arrival_ms,
                                 plan->objective.arrival_ms);
}

/* Who comes first -------------------------------------------------------------------------------
 */

/* Nobody unserved is worth less; a person in a wheelchair, or with medical needs, is worth another
 * more. A way of moving others about swaps at most one unserved for another, so that four times the
 * cost keeps them the fewest, and once the cost is more than all time that it could save. */
static const int64_t precedence[INSTANCE_CLASSES] = {
    [INSTANCE_GENERAL] = 4, [INSTANCE_WHEELCHAIR] = 5, [INSTANCE_MEDICAL] = 6};

static int set_precedence(struct planner *planner, bool holds) {
    struct planner_people *people = &planner->people;
    int error = 0;
    for (uint32_t z = 0; z < planner->instance.zone_count && !error; z++)
        for (uint32_t class = 0; class < INSTANCE_CLASSES && !error; class ++)
            error = mincostflow_set_cost(people->flow, people->unserved[planner_row(z, class)],
                                         people->unserved_cost * (holds ? precedence[class] : 1));
    return error;
}

static int64_t left_of(const struct plan *plan, enum instance_class class) {
    int64_t left = 0;
    for (size_t i = 0; i < plan->unserved_count; i++)
        left += plan->unserved[i].class == class ? plan->unserved[i].people : 0;
    return left;
}

/* How many fewer of those who come before others a plan leaves: 0 where it puts nobody first. */
static int64_t put_first_by(const struct plan *before, const struct plan *after) {
    static const enum instance_class classes[] = {INSTANCE_MEDICAL, INSTANCE_WHEELCHAIR};
    int64_t worth = 0, people = 0;
    for (int i = 0; i < 2; i++) {
        const int64_t fewer = left_of(before, classes[i]) - left_of(after, classes[i]);
        worth += fewer * (precedence[classes[i]] - precedence[INSTANCE_GENERAL]);
        people += fewer > 0 ? fewer : 0;
    }
    return worth > 0 ? people : 0;
}

static void free_people(struct plan *plan) {
    free(plan->assignments);
    free(plan->links);
    free(plan->unserved);
}

static void take_people_of(struct plan *plan, const struct plan *other) {
    free_people(plan);
    plan->assignments = other->assignments;
    plan->assignment_count = other->assignment_count;
    plan->links = other->links;
    plan->link_count = other->link_count;
    plan->unserved = other->unserved;
    plan->unserved_count = other->unserved_count;
}

/* Solves without a limit of work and without counting it, so that what goes on from a stopped solve
 * comes to an end. The callback stops it like any. */
static int run_uncounted(struct planner_run *run) {
    struct mincostflow *flow = run->planner->people.flow;
    const struct planner_limits *limits = run->limits;
    const struct planner_limits unlimited = {.progress = limits->progress,
                                             .context = limits->context};
    const uint64_t before = mincostflow_pivots(flow);
    bool finished;
    run->limits = &unlimited;
    int error = planner_run_flow(run, flow, &finished);
    run->limits = limits;
    run->work_before += mincostflow_pivots(flow) - before;
    return error;
}

/* Back to where the last solve was before it put anybody first. */
static int put_back(struct planner_run *run) {
    struct planner_people *people = &run->planner->people;
    const bool was = people->put_first;
    people->put_first = false;
    return was && people->flow ? run_uncounted(run) : 0;
}

/* Among the plans that leave the fewest, one that leaves the fewest with medical needs and in
 * wheelchairs, the former before the latter, and of these the quickest. Another solve, from where
 * the last one ended, where any of them are left. */
static int put_first(struct planner_run *run, struct plan *plan) {
    struct planner *planner = run->planner;
    struct plan other = {0};
    if (left_of(plan, INSTANCE_MEDICAL) + left_of(plan, INSTANCE_WHEELCHAIR) == 0 ||
        planner->people.unserved_cost > INT64_MAX / MOST_SCALED)
        return 0;
    int error = set_precedence(planner, true);
    planner->people.put_first = true;
    if (!error)
        error = run_uncounted(run);
    if (!error)
        error = read_plan(planner, &other);
    if (!error) { /* also where it is no better: reasons are read out of the flow */
        plan->precedence_people = put_first_by(plan, &other);
        take_people_of(plan, &other);
    } else {
        free_people(&other);
    }
    int restored = set_precedence(planner, false);
    return error ? error : restored;
}

/* Solving ---------------------------------------------------------------------------------------
 */

/* Sets the cost of every arc that holds people to the plan in force. */
static int price_changes(struct planner *planner, int64_t price_ms) {
    const struct planner_people *people = &planner->people;
    uint32_t shelters = planner->instance.shelter_count;
    int error = 0;
    for (uint32_t z = 0; z < planner->instance.zone_count; z++)
        for (uint32_t class = 0; class < INSTANCE_CLASSES; class ++)
            for (uint32_t s = 0; s < shelters && !error; s++) {
                uint32_t arc = people->kept[planner_row(z, class) * shelters + s];
                if (arc != PLANNER_NO_ARC && planner_pair_is_open(planner, z, s))
                    error = mincostflow_set_cost(people->flow, arc,
                                                 arrival_of(planner, z, s) - price_ms);
            }
    return error;
}

/* Least arrival time of everybody who is served, were change free. */
static int free_arrival(const struct planner *planner, int64_t *ret_arrival_ms) {
    wide arrival = 0;
    for (uint32_t z = 0; z < planner->instance.zone_count; z++)
        for (uint32_t class = 0; class < INSTANCE_CLASSES; class ++)
            for (uint32_t s = 0; s < planner->instance.shelter_count; s++) {
                int64_t people = flow_of_pair(planner, planner_row(z, class), s);
                if (people > 0)
                    arrival += wide_product(people, arrival_of(planner, z, s));
            }
    return wide_narrow(arrival, ret_arrival_ms);
}

/* Solves as if change were free first, to know what keeping to the plan in force costs. */
static int solve_free(struct planner_run *run, bool *ret_known, int64_t *ret_arrival_ms) {
    struct planner *planner = run->planner;
    *ret_known = false;
    if (!planner->people.kept || planner->change_price_ms == 0)
        return 0;
    int error = price_changes(planner, 0);
    if (!error)
        error = planner_run_flow(run, planner->people.flow, ret_known);
    if (!error && *ret_known)
        error = free_arrival(planner, ret_arrival_ms);
    int restored = price_changes(planner, planner->change_price_ms);
    return error ? error : restored;
}

int planner_solve_people(struct planner_run *run, struct plan *plan) {
    struct planner *planner = run->planner;
    bool finished = false, known = false;
    int64_t free_ms = 0;
    int error = put_back(run);
    if (!error)
        error = refresh(planner);
    if (error) /* half a refresh is no basis to go on from */
        planner->people.stale_all = true;
    if (!error)
        error = solve_free(run, &known, &free_ms);
    if (!error)
        error = planner_run_flow(run, planner->people.flow, &finished);
    if (!error)
        error = read_plan(planner, plan);
    if (!error)
        error = prove(planner, plan);
    if (!error && finished)
        error = put_first(run, plan);
    if (!error)
        error = add_up(planner, plan);
    if (!error)
        find_gap(plan);
    if (!error && known && finished)
        plan->stability_cost_ms =
            plan->objective.arrival_ms - free_ms - plan->changed_people * planner->change_price_ms;
    return error;
}
