#include "coordinator/planning/orders_inside.h"

#include <string.h>

enum {
    OPEN_WITHIN_MS = 60 * 60 * 1000 /* where the region does not say how long activation takes */
};

static struct hv_order_people people_of(const struct hv_plan_move *move) {
    return (struct hv_order_people){.zone = move->zone,
                                    .people = move->people,
                                    .wheelchair = move->wheelchair,
                                    .medical = move->medical,
                                    .without_vehicle = move->without_vehicle};
}

static bool add_people(struct orders_making *making, struct hv_order *order,
                       const struct hv_plan_move *move) {
    order->people = hv_arena_take(making->arena, 1, sizeof *order->people);
    if (order->people == NULL)
        return false;
    order->people[0] = people_of(move);
    order->people_count = 1;
    return true;
}

static bool before_evacuation(const struct state *state) {
    uint32_t open = state_general(state)->incident;
    return open != STATE_NONE && state_incident(state, open)->phase < HV_PHASE_EVACUATION;
}

/* Window and rate of departure, counted from when the order is given. */
static void add_window(const struct orders_making *making, struct hv_order *order,
                       const struct hv_plan_move *move) {
    if (move->departed_s == 0)
        return;
    order->has_start = order->has_end = true;
    order->start_wall_ms = making->scene->wall_ms + (int64_t)move->departs_s * 1000;
    order->end_wall_ms = making->scene->wall_ms + (int64_t)move->departed_s * 1000;
    order->people_per_hour = move->people_per_hour;
    order->deadline_wall_ms =
        order->deadline_wall_ms > order->end_wall_ms ? order->deadline_wall_ms : order->end_wall_ms;
}

static int want_zone(struct orders_making *making, const struct hv_plan_move *move) {
    bool warn = before_evacuation(making->scene->state);
    struct hv_order *order = orders_want(making, warn ? HV_ORDER_WARN_ZONE : HV_ORDER_EVACUATE_ZONE,
                                         HV_POST_ZONE_WARDEN, move->zone);
    if (order == NULL || !add_people(making, order, move))
        return HV_ERR_MEMORY;
    order->shelter = move->shelter;
    order->travel_s = move->departed_s == 0 ? move->travel_s : move->arrives_s - move->departs_s;
    add_window(making, order, move);
    if (move->link_count <= HV_ORDER_LINKS_MAX) { /* a longer way is found on the map */
        order->links = move->links;
        order->link_count = move->link_count;
    }
    return HV_OK;
}

/* Where the plan has no runs: the yard with the least load for its seats; REGION_NONE: there are no
 * buses. */
static uint32_t pick_yard(const struct orders_making *making) {
    const struct region *region = making->scene->region;
    uint32_t best = REGION_NONE;
    double least = 0;
    for (uint32_t v = 0; region != NULL && v < region->vehicle_count; v++) {
        const struct region_vehicle *yard = &region->vehicles[v];
        bool carries = yard->kind == REGION_BUS || yard->kind == REGION_MINIBUS;
        if (!carries || yard->count <= 0 || yard->seats <= 0)
            continue;
        double load = (double)making->yard_load[v] / ((double)yard->count * (double)yard->seats);
        if (best == REGION_NONE || load < least) {
            best = v;
            least = load;
        }
    }
    return best;
}

static int want_bus(struct orders_making *making, const struct hv_plan_move *move) {
    uint32_t yard = making->plan->buses_known ? REGION_NONE : pick_yard(making);
    if (move->without_vehicle == 0 || yard == REGION_NONE ||
        before_evacuation(making->scene->state))
        return HV_OK;
    struct hv_order *order = orders_want(making, HV_ORDER_BUS_RUN, HV_POST_BUS_YARD,
                                         making->scene->region->vehicles[yard].id);
    if (order == NULL || !add_people(making, order, move))
        return HV_ERR_MEMORY;
    order->people[0].people = move->without_vehicle;
    order->people[0].wheelchair = 0; /* how many of these need the places is not known by class */
    order->people[0].medical = 0;
    order->shelter = move->shelter;
    order->vehicle = making->scene->region->vehicles[yard].id;
    add_window(making, order, move);
    making->yard_load[yard] += move->without_vehicle;
    return HV_OK;
}

static bool is_open(enum hv_shelter_status status) {
    return status == HV_SHELTER_OPEN || status == HV_SHELTER_NEARLY_FULL ||
           status == HV_SHELTER_FULL || status == HV_SHELTER_OPENING;
}

static int want_opening(struct orders_making *making, const char *shelter) {
    const struct state_place *place = state_find_place(making->scene->state, shelter);
    if (place != NULL && is_open(place->status))
        return HV_OK;
    struct hv_order *order = orders_want_of_place(making, HV_ORDER_OPEN, shelter);
    if (order == NULL)
        return HV_ERR_MEMORY;
    const struct region *region = making->scene->region;
    uint32_t known = region == NULL ? REGION_NONE : region_find_shelter(region, shelter);
    int32_t minutes =
        known == REGION_NONE ? REGION_UNKNOWN : region->shelters[known].activation_min;
    order->deadline_wall_ms =
        making->scene->wall_ms + (minutes > 0 ? (int64_t)minutes * 60000 : OPEN_WITHIN_MS);
    order->shelter = shelter;
    return HV_OK;
}

/* Two roads from one zone are one line of who is expected. */
static bool is_same_line(const struct hv_order *order, const struct hv_plan_move *move) {
    return order != NULL && order->people_count > 0 &&
           strcmp(order->people[order->people_count - 1].zone, move->zone) == 0;
}

static void add_line(struct hv_order *order, const struct hv_plan_move *move) {
    struct hv_order_people *line = &order->people[order->people_count - 1];
    line->people += move->people;
    line->wheelchair += move->wheelchair;
    line->medical += move->medical;
    line->without_vehicle += move->without_vehicle;
}

/* When the first are to be expected and when all are there. */
static void add_arrivals(const struct orders_making *making, struct hv_order *order,
                         uint32_t arrives_s, uint32_t arrived_s) {
    const int64_t first = making->scene->wall_ms + (int64_t)arrives_s * 1000;
    const int64_t last = making->scene->wall_ms + (int64_t)arrived_s * 1000;
    order->start_wall_ms =
        order->has_start && order->start_wall_ms < first ? order->start_wall_ms : first;
    order->end_wall_ms = order->has_end && order->end_wall_ms > last ? order->end_wall_ms : last;
    order->has_start = order->has_end = true;
}

/* A line more of whom the shelter is to expect, in a new order where the last one is full. */
static int expect(struct orders_making *making, const char *shelter,
                  const struct hv_plan_move *move, struct hv_order **order) {
    if (is_same_line(*order, move)) {
        add_line(*order, move);
        return HV_OK;
    }
    if (*order == NULL || (*order)->people_count == HV_ORDER_LINES_MAX) {
        *order = orders_want_of_place(making, HV_ORDER_RECEIVE_PEOPLE, shelter);
        if (*order == NULL || ((*order)->people = hv_arena_take(making->arena, HV_ORDER_LINES_MAX,
                                                                sizeof *(*order)->people)) == NULL)
            return HV_ERR_MEMORY;
        (*order)->shelter = shelter;
    }
    (*order)->people[(*order)->people_count++] = people_of(move);
    return HV_OK;
}

/* Those of the zone who are on the way there already, as a move; nobody: none is. */
static struct hv_plan_move on_way(const struct hv_plan *plan, const char *zone,
                                  const char *shelter) {
    struct hv_plan_move sum = {.zone = zone, .shelter = shelter};
    for (size_t i = 0; i < plan->way_count; i++) {
        const struct hv_plan_way *way = &plan->ways[i];
        if (way->people == 0 || strcmp(way->shelter, shelter) != 0 || strcmp(way->zone, zone) != 0)
            continue;
        sum.people += way->people;
        sum.wheelchair += way->wheelchair;
        sum.medical += way->medical;
        sum.arrived_s = way->arrived_s > sum.arrived_s ? way->arrived_s : sum.arrived_s;
    }
    return sum;
}

static bool is_first_of_pair(const struct hv_plan *plan, size_t at) {
    for (size_t i = 0; i < at; i++)
        if (strcmp(plan->moves[i].shelter, plan->moves[at].shelter) == 0 &&
            strcmp(plan->moves[i].zone, plan->moves[at].zone) == 0)
            return false;
    return true;
}

static bool is_moved(const struct hv_plan *plan, const char *zone, const char *shelter) {
    for (size_t i = 0; i < plan->move_count; i++)
        if (strcmp(plan->moves[i].shelter, shelter) == 0 &&
            (zone == NULL || strcmp(plan->moves[i].zone, zone) == 0))
            return true;
    return false;
}

/* Receive, for those whom the plan moves there and those who are on the way there already, in
 * orders of at most HV_ORDER_LINES_MAX zones. */
static int want_receiving(struct orders_making *making, const char *shelter) {
    const struct hv_plan *plan = making->plan;
    struct hv_order *order = NULL;
    int error = HV_OK;
    for (size_t i = 0; error == HV_OK && i < plan->move_count; i++) {
        const struct hv_plan_move *move = &plan->moves[i];
        if (strcmp(move->shelter, shelter) != 0)
            continue;
        error = expect(making, shelter, move, &order);
        if (error == HV_OK && move->departed_s > 0)
            add_arrivals(making, order, move->arrives_s, move->arrived_s);
        const struct hv_plan_move before = on_way(plan, move->zone, shelter);
        if (error == HV_OK && before.people > 0 && is_first_of_pair(plan, i)) {
            add_line(order, &before);
            add_arrivals(making, order, before.arrives_s, before.arrived_s);
        }
    }
    for (size_t i = 0; error == HV_OK && i < plan->way_count; i++) {
        const struct hv_plan_way *way = &plan->ways[i];
        if (way->people == 0 || strcmp(way->shelter, shelter) != 0 ||
            is_moved(plan, way->zone, shelter))
            continue;
        const struct hv_plan_move before = on_way(plan, way->zone, shelter);
        error = expect(making, shelter, &before, &order);
        if (error == HV_OK)
            add_arrivals(making, order, before.arrives_s, before.arrived_s);
    }
    return error;
}

static bool is_first_of_shelter(const struct hv_plan *plan, size_t at) {
    for (size_t i = 0; i < at; i++)
        if (strcmp(plan->moves[i].shelter, plan->moves[at].shelter) == 0)
            return false;
    return true;
}

static bool is_first_way_of_shelter(const struct hv_plan *plan, size_t at) {
    for (size_t i = 0; i < at; i++)
        if (plan->ways[i].people > 0 && strcmp(plan->ways[i].shelter, plan->ways[at].shelter) == 0)
            return false;
    return plan->ways[at].people > 0;
}

int orders_want_people(struct orders_making *making) {
    const struct hv_plan *plan = making->plan;
    int error = HV_OK;
    for (size_t i = 0; error == HV_OK && i < plan->move_count; i++)
        if (is_first_of_shelter(plan, i)) {
            error = want_opening(making, plan->moves[i].shelter);
            if (error == HV_OK)
                error = want_receiving(making, plan->moves[i].shelter);
        }
    for (size_t i = 0; error == HV_OK && i < plan->way_count; i++)
        if (is_first_way_of_shelter(plan, i) && !is_moved(plan, NULL, plan->ways[i].shelter))
            error = want_receiving(making, plan->ways[i].shelter);
    for (size_t i = 0; error == HV_OK && i < plan->move_count; i++) {
        error = want_zone(making, &plan->moves[i]);
        if (error == HV_OK)
            error = want_bus(making, &plan->moves[i]);
    }
    if (error == HV_OK && !before_evacuation(making->scene->state))
        error = orders_want_buses(making);
    return error;
}
