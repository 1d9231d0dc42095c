#include "coordinator/planning/orders.h"

#include "coordinator/core.h"
#include "coordinator/planning/road_posts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    OPEN_WITHIN_MS = 60 * 60 * 1000, /* where the region does not say how long activation takes */
    ACT_WITHIN_MS = 2 * 60 * 60 * 1000,
    CLOSE_WITHIN_MS = 30 * 60 * 1000,  /* a road that nobody may be on any more */
    WINDOW_SLACK_MS = 15 * 60 * 1000,  /* a window that moves by less is the same order */
    MOVES_MAX = HV_COMMAND_RECORDS_MAX /* of a plan whose orders may fit one decision */
};

/* Orders that the plan wants. The core numbers those that are new, in this order. */
struct wanted {
    struct hv_order *orders;
    size_t count, room;
    bool *kept; /* an order in force says the same */
};

struct making {
    const struct orders_scene *scene;
    const struct hv_plan *plan;
    struct hv_arena *arena;
    struct wanted wanted;
    int64_t *yard_load; /* people by vehicle of the region */
    struct road_posts roads;
    size_t *road_order; /* by road: its order among those wanted, from 1; 0: none */
};

struct hv_order orders_blank(void) {
    return (struct hv_order){.revision = 1,
                             .state = HV_ORDER_ISSUED,
                             .addressee = "",
                             .shelter = "",
                             .counterpart = "",
                             .waybill = "",
                             .vehicle = "",
                             .text = ""};
}

static struct hv_order *want(struct making *making, enum hv_order_kind kind, enum hv_post post,
                             const char *addressee) {
    struct wanted *wanted = &making->wanted;
    if (wanted->count == wanted->room)
        return NULL;
    struct hv_order *order = &wanted->orders[wanted->count++];
    *order = orders_blank();
    order->kind = kind;
    order->post = post;
    order->addressee = addressee;
    order->plan = making->plan->id;
    order->approval = CORE_SELF;
    order->issued_wall_ms = making->scene->wall_ms;
    order->has_deadline = true;
    order->deadline_wall_ms = making->scene->wall_ms + ACT_WITHIN_MS;
    return order;
}

/* A place is told by its node; one that has none is told by print or voice. */
static struct hv_order *want_of_place(struct making *making, enum hv_order_kind kind,
                                      const char *place) {
    const struct state *state = making->scene->state;
    const struct state_place *known = state_find_place(state, place);
    const struct state_node *node =
        known == NULL || known->node == STATE_NONE ? NULL : state_node(state, known->node);
    if (node == NULL || node->revoked)
        return want(making, kind, HV_POST_PLACE, place);
    return want(making, kind, HV_POST_NODE, node->entity.id);
}

/* ---- people ---- */

static struct hv_order_people people_of(const struct hv_plan_move *move) {
    return (struct hv_order_people){.zone = move->zone,
                                    .people = move->people,
                                    .wheelchair = move->wheelchair,
                                    .medical = move->medical,
                                    .without_vehicle = move->without_vehicle};
}

static bool add_people(struct making *making, struct hv_order *order,
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
static void add_window(const struct making *making, struct hv_order *order,
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

static int want_zone(struct making *making, const struct hv_plan_move *move) {
    bool warn = before_evacuation(making->scene->state);
    struct hv_order *order = want(making, warn ? HV_ORDER_WARN_ZONE : HV_ORDER_EVACUATE_ZONE,
                                  HV_POST_ZONE_WARDEN, move->zone);
    if (order == NULL || !add_people(making, order, move))
        return HV_ERR_MEMORY;
    order->shelter = move->shelter;
    add_window(making, order, move);
    if (move->link_count <= HV_ORDER_LINKS_MAX) { /* a longer way is found on the map */
        order->links = move->links;
        order->link_count = move->link_count;
    }
    return HV_OK;
}

/* The yard with the least load for its seats; REGION_NONE: there are no buses. */
static uint32_t pick_yard(const struct making *making) {
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

static int want_bus(struct making *making, const struct hv_plan_move *move) {
    uint32_t yard = pick_yard(making);
    if (move->without_vehicle == 0 || yard == REGION_NONE ||
        before_evacuation(making->scene->state))
        return HV_OK;
    struct hv_order *order =
        want(making, HV_ORDER_BUS_RUN, HV_POST_BUS_YARD, making->scene->region->vehicles[yard].id);
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

static int want_opening(struct making *making, const char *shelter) {
    const struct state_place *place = state_find_place(making->scene->state, shelter);
    if (place != NULL && is_open(place->status))
        return HV_OK;
    struct hv_order *order = want_of_place(making, HV_ORDER_OPEN, shelter);
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
static void add_arrivals(const struct making *making, struct hv_order *order,
                         const struct hv_plan_move *move) {
    if (move->departed_s == 0)
        return;
    const int64_t first = making->scene->wall_ms + (int64_t)move->arrives_s * 1000;
    const int64_t last = making->scene->wall_ms + (int64_t)move->arrived_s * 1000;
    order->start_wall_ms =
        order->has_start && order->start_wall_ms < first ? order->start_wall_ms : first;
    order->end_wall_ms = order->has_end && order->end_wall_ms > last ? order->end_wall_ms : last;
    order->has_start = order->has_end = true;
}

/* Open and receive for the shelter of moves[first]; all its moves, in orders of at most
 * HV_ORDER_LINES_MAX zones. */
static int want_shelter(struct making *making, size_t first) {
    const struct hv_plan *plan = making->plan;
    const char *shelter = plan->moves[first].shelter;
    struct hv_order *order = NULL;
    int error = want_opening(making, shelter);
    for (size_t i = first; error == HV_OK && i < plan->move_count; i++) {
        if (strcmp(plan->moves[i].shelter, shelter) != 0)
            continue;
        if (is_same_line(order, &plan->moves[i])) {
            add_line(order, &plan->moves[i]);
            add_arrivals(making, order, &plan->moves[i]);
            continue;
        }
        if (order == NULL || order->people_count == HV_ORDER_LINES_MAX) {
            order = want_of_place(making, HV_ORDER_RECEIVE_PEOPLE, shelter);
            if (order == NULL || (order->people = hv_arena_take(making->arena, HV_ORDER_LINES_MAX,
                                                                sizeof *order->people)) == NULL)
                return HV_ERR_MEMORY;
            order->shelter = shelter;
        }
        order->people[order->people_count++] = people_of(&plan->moves[i]);
        add_arrivals(making, order, &plan->moves[i]);
    }
    return error;
}

static bool is_first_of_shelter(const struct hv_plan *plan, size_t at) {
    for (size_t i = 0; i < at; i++)
        if (strcmp(plan->moves[i].shelter, plan->moves[at].shelter) == 0)
            return false;
    return true;
}

static int want_people(struct making *making) {
    const struct hv_plan *plan = making->plan;
    int error = HV_OK;
    for (size_t i = 0; error == HV_OK && i < plan->move_count; i++)
        if (is_first_of_shelter(plan, i))
            error = want_shelter(making, i);
    for (size_t i = 0; error == HV_OK && i < plan->move_count; i++) {
        error = want_zone(making, &plan->moves[i]);
        if (error == HV_OK)
            error = want_bus(making, &plan->moves[i]);
    }
    return error;
}

/* ---- goods ---- */

static bool same_lane(const struct hv_plan_shipment *a, const struct hv_plan_shipment *b) {
    return strcmp(a->depot, b->depot) == 0 && strcmp(a->shelter, b->shelter) == 0;
}

/* A lane whose orders are made: its trips, and what of its goods is on no order yet. */
struct lane {
    const struct hv_plan_shipment *first;
    const struct hv_plan_delivery **trips; /* in the order in which they start */
    size_t trip_count;
    uint64_t *left; /* by shipment of the plan */
};

/* Trips with goods of the plan, by lane. */
struct trips {
    const struct hv_plan_delivery **list;
    size_t count;
};

static int compare_lanes(const struct hv_plan_delivery *a, const char *depot, const char *shelter) {
    int order = strcmp(a->depot, depot);
    return order != 0 ? order : strcmp(a->shelter, shelter);
}

static int compare_trips(const void *a, const void *b) {
    const struct hv_plan_delivery *one = *(const struct hv_plan_delivery *const *)a,
                                  *other = *(const struct hv_plan_delivery *const *)b;
    int order = compare_lanes(one, other->depot, other->shelter);
    return order != 0 ? order : (one > other) - (one < other);
}

static int sort_trips(const struct making *making, struct trips *ret_trips) {
    const struct hv_plan *plan = making->plan;
    ret_trips->list =
        hv_arena_take(making->arena, plan->delivery_count + 1, sizeof *ret_trips->list);
    if (ret_trips->list == NULL)
        return HV_ERR_MEMORY;
    for (size_t i = 0; i < plan->delivery_count; i++)
        if (plan->deliveries[i].order == 0)
            ret_trips->list[ret_trips->count++] = &plan->deliveries[i];
    qsort(ret_trips->list, ret_trips->count, sizeof *ret_trips->list, compare_trips);
    return HV_OK;
}

static void find_trips(const struct trips *trips, struct lane *lane) {
    size_t low = 0, high = trips->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare_lanes(trips->list[middle], lane->first->depot, lane->first->shelter) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    lane->trips = trips->list + low;
    while (low + lane->trip_count < trips->count &&
           compare_lanes(lane->trips[lane->trip_count], lane->first->depot, lane->first->shelter) ==
               0)
        lane->trip_count++;
}

/* When the first vehicle leaves and the last does; when the first is there and the last is
 * unloaded. */
static void add_trip(const struct making *making, struct hv_order *ship,
                     const struct hv_plan_delivery *trip) {
    const int64_t now = making->scene->wall_ms;
    const int64_t windows[2][2] = {
        {now + (int64_t)trip->leaves_s * 1000, now + (int64_t)trip->leaves_s * 1000},
        {now + (int64_t)trip->arrives_s * 1000, now + (int64_t)trip->delivered_s * 1000}};
    for (int i = 0; i < 2; i++) { /* the expected delivery stands right behind */
        struct hv_order *order = &ship[i];
        if (!order->has_start || windows[i][0] < order->start_wall_ms)
            order->start_wall_ms = windows[i][0];
        if (!order->has_end || windows[i][1] > order->end_wall_ms)
            order->end_wall_ms = windows[i][1];
        order->has_start = order->has_end = true;
        if (order->deadline_wall_ms < order->end_wall_ms)
            order->deadline_wall_ms = order->end_wall_ms;
        order->vehicle = trip->vehicle;
        order->trips++;
    }
}

/* A new pair of orders for the lane, without lines. */
static struct hv_order *want_consignment(struct making *making, const struct lane *lane) {
    struct hv_order *ship = want_of_place(making, HV_ORDER_SHIP, lane->first->depot);
    struct hv_order *expect =
        ship == NULL ? NULL : want_of_place(making, HV_ORDER_EXPECT_DELIVERY, lane->first->shelter);
    if (expect == NULL || (ship->lines = hv_arena_take(making->arena, HV_ORDER_LINES_MAX,
                                                       sizeof *ship->lines)) == NULL)
        return NULL;
    ship->counterpart = lane->first->shelter;
    expect->counterpart = lane->first->depot;
    expect->lines = ship->lines;
    return ship;
}

/* How much of an item the vehicles of this group take along the lane. */
static uint64_t on_vehicles(const struct lane *lane, const char *vehicle, const char *item) {
    uint64_t quantity = 0;
    for (size_t t = 0; t < lane->trip_count; t++) {
        const struct hv_plan_delivery *trip = lane->trips[t];
        if (strcmp(trip->vehicle, vehicle) != 0)
            continue;
        for (size_t l = 0; l < trip->load_count; l++)
            if (strcmp(trip->load[l].item, item) == 0)
                quantity += trip->load[l].quantity;
    }
    return quantity;
}

/* Orders for what one group of vehicles takes, or, without one, for what is left; each of at most
 * HV_ORDER_LINES_MAX lines. */
static int want_part(struct making *making, struct lane *lane, const char *vehicle) {
    const struct hv_plan *plan = making->plan;
    struct hv_order *ship = NULL;
    for (size_t i = (size_t)(lane->first - plan->shipments); i < plan->shipment_count; i++) {
        const struct hv_plan_shipment *goods = &plan->shipments[i];
        uint64_t quantity = lane->left[i];
        if (!same_lane(lane->first, goods))
            continue;
        if (vehicle != NULL) {
            const uint64_t taken = on_vehicles(lane, vehicle, goods->item);
            quantity = taken < quantity ? taken : quantity;
        }
        if (quantity == 0)
            continue;
        if (ship == NULL || ship->line_count == HV_ORDER_LINES_MAX) {
            ship = want_consignment(making, lane);
            if (ship == NULL)
                return HV_ERR_MEMORY;
            for (size_t t = 0; vehicle != NULL && t < lane->trip_count; t++)
                if (strcmp(lane->trips[t]->vehicle, vehicle) == 0)
                    add_trip(making, ship, lane->trips[t]);
        }
        lane->left[i] -= quantity;
        ship->lines[ship->line_count++] =
            (struct hv_stock_line){.item = goods->item, .lot = "", .quantity = quantity};
        ship[1].line_count = ship->line_count;
    }
    return HV_OK;
}

static bool is_first_of_group(const struct lane *lane, size_t at) {
    for (size_t t = 0; t < at; t++)
        if (strcmp(lane->trips[t]->vehicle, lane->trips[at]->vehicle) == 0)
            return false;
    return true;
}

/* Ship and expect for the lane of shipments[first]: a pair of orders for each group of vehicles
 * that goes there, and one for what no vehicle takes. */
static int want_lane(struct making *making, const struct trips *trips, size_t first,
                     uint64_t *left) {
    struct lane lane = {.first = &making->plan->shipments[first], .left = left};
    int error = HV_OK;
    find_trips(trips, &lane);
    for (size_t t = 0; error == HV_OK && t < lane.trip_count; t++)
        if (is_first_of_group(&lane, t))
            error = want_part(making, &lane, lane.trips[t]->vehicle);
    return error == HV_OK ? want_part(making, &lane, NULL) : error;
}

static int want_goods(struct making *making) {
    const struct hv_plan *plan = making->plan;
    uint64_t *left = hv_arena_take(making->arena, plan->shipment_count + 1, sizeof *left);
    if (left == NULL)
        return HV_ERR_MEMORY;
    struct trips trips = {0};
    int error = sort_trips(making, &trips);
    for (size_t i = 0; i < plan->shipment_count; i++)
        left[i] = plan->shipments[i].quantity;
    for (size_t i = 0; error == HV_OK && i < plan->shipment_count; i++) {
        bool first = true;
        for (size_t k = 0; first && k < i; k++)
            first = !same_lane(&plan->shipments[k], &plan->shipments[i]);
        if (first)
            error = want_lane(making, &trips, i, left);
    }
    return error;
}

/* ---- road posts ---- */

static int find_roads(struct making *making) {
    const struct region *region = making->scene->region;
    if (region == NULL)
        return HV_OK;
    int error = road_posts_find(making->scene->state, region, making->scene->wall_ms, making->arena,
                                &making->roads);
    if (error != HV_OK)
        return error;
    making->road_order =
        hv_arena_take(making->arena, making->roads.count + 1u, sizeof *making->road_order);
    return making->road_order == NULL ? HV_ERR_MEMORY : HV_OK;
}

static bool is_to_tell(const struct road_post *post) {
    return post->kind != HV_ORDER_UNKNOWN && !post->stands;
}

static size_t count_roads_to_tell(const struct making *making) {
    size_t count = 0;
    for (uint32_t i = 0; i < making->roads.count; i++)
        count += is_to_tell(&making->roads.posts[i]);
    return count;
}

static int want_roads(struct making *making) {
    for (uint32_t i = 0; i < making->roads.count; i++) {
        const struct road_post *post = &making->roads.posts[i];
        if (!is_to_tell(post))
            continue;
        struct hv_order *order = want(making, post->kind, HV_POST_ROAD_POST, post->addressee);
        if (order == NULL)
            return HV_ERR_MEMORY;
        order->links = post->links;
        order->link_count = post->link_count;
        order->text = post->why;
        order->has_start = post->has_start;
        order->start_wall_ms = post->start_wall_ms;
        if (post->kind == HV_ORDER_CLOSE_ROAD)
            order->deadline_wall_ms =
                post->has_start ? post->start_wall_ms : making->scene->wall_ms + CLOSE_WITHIN_MS;
        making->road_order[i] = making->wanted.count;
    }
    return HV_OK;
}

/* Whether an order to a road post is one that another takes the place of, or that nothing calls for
 * any more. */
static bool is_road_replaced(const struct making *making, const struct state_order *order) {
    const struct road_post *post =
        making->scene->region == NULL
            ? NULL
            : road_posts_of(&making->roads, making->scene->region, order->addressee);
    return post != NULL && !(post->told == order && post->stands);
}

static const struct hv_order *road_successor(const struct making *making,
                                             const struct hv_order *old) {
    const struct road_post *post =
        road_posts_of(&making->roads, making->scene->region, old->addressee);
    const size_t at = post == NULL ? 0 : making->road_order[post - making->roads.posts];
    return at == 0 ? NULL : &making->wanted.orders[at - 1];
}

/* ---- against what is in force ---- */

static bool same_people(const struct hv_order *a, const struct hv_order *b) {
    if (a->people_count != b->people_count)
        return false;
    for (size_t i = 0; i < a->people_count; i++)
        if (strcmp(a->people[i].zone, b->people[i].zone) != 0 ||
            a->people[i].people != b->people[i].people ||
            a->people[i].wheelchair != b->people[i].wheelchair ||
            a->people[i].medical != b->people[i].medical ||
            a->people[i].without_vehicle != b->people[i].without_vehicle)
            return false;
    return true;
}

static bool same_links(const struct hv_order *a, const struct hv_order *b) {
    if (a->link_count != b->link_count)
        return false;
    for (size_t i = 0; i < a->link_count; i++)
        if (strcmp(a->links[i], b->links[i]) != 0)
            return false;
    return true;
}

static bool is_near(bool has_a, int64_t a_ms, bool has_b, int64_t b_ms) {
    if (!has_a || !has_b)
        return has_a == has_b;
    return a_ms - b_ms < WINDOW_SLACK_MS && b_ms - a_ms < WINDOW_SLACK_MS;
}

/* A window that has begun goes on from now. */
static bool same_window(const struct hv_order *wanted, const struct hv_order *in_force) {
    const int64_t began = in_force->start_wall_ms > wanted->issued_wall_ms ? in_force->start_wall_ms
                                                                           : wanted->issued_wall_ms;
    return is_near(wanted->has_start, wanted->start_wall_ms, in_force->has_start, began) &&
           is_near(wanted->has_end, wanted->end_wall_ms, in_force->has_end, in_force->end_wall_ms);
}

static bool says_the_same(const struct hv_order *a, const struct hv_order *b) {
    return a->kind == b->kind && a->post == b->post && strcmp(a->addressee, b->addressee) == 0 &&
           strcmp(a->shelter, b->shelter) == 0 && same_people(a, b) && same_links(a, b) &&
           same_window(a, b);
}

static bool keep_wanted(struct wanted *wanted, const struct hv_order *in_force) {
    for (size_t i = 0; i < wanted->count; i++)
        if (!wanted->kept[i] && says_the_same(&wanted->orders[i], in_force)) {
            wanted->kept[i] = true;
            return true;
        }
    return false;
}

/* The new order that takes the place of one in force; NULL: none does. */
static const struct hv_order *successor(const struct making *making, const struct hv_order *old) {
    const struct wanted *wanted = &making->wanted;
    if (old->post == HV_POST_ROAD_POST)
        return road_successor(making, old);
    for (size_t i = 0; i < wanted->count; i++) {
        const struct hv_order *order = &wanted->orders[i];
        bool warned = old->kind == HV_ORDER_WARN_ZONE && order->kind == HV_ORDER_EVACUATE_ZONE;
        if (!wanted->kept[i] && (order->kind == old->kind || warned) &&
            strcmp(order->addressee, old->addressee) == 0 &&
            strcmp(order->counterpart, old->counterpart) == 0)
            return order;
    }
    return NULL;
}

/* A plan says where all who are left shall go, so it replaces what earlier plans said of people.
 * Its shipments come on top of what was promised before, so goods orders stand unless it names
 * them; and what has been opened stays open until told otherwise. */
static bool is_replaced(enum hv_order_kind kind) {
    return kind == HV_ORDER_RECEIVE_PEOPLE || kind == HV_ORDER_WARN_ZONE ||
           kind == HV_ORDER_EVACUATE_ZONE || kind == HV_ORDER_BUS_RUN;
}

/* Whether the plan takes back an order for goods: the order to ship it names, and the delivery that
 * is expected, which is numbered next, on the same waybill. */
static bool is_taken(const struct making *making, const struct hv_order *order) {
    bool ships = order->kind == HV_ORDER_SHIP;
    if (!ships && order->kind != HV_ORDER_EXPECT_DELIVERY)
        return false;
    for (size_t i = 0; i < making->plan->order_change_count; i++) {
        uint64_t ship = making->plan->order_changes[i].order;
        const struct hv_order *other = NULL;
        if (ships && order->id == ship)
            return true;
        if (!ships && order->id == ship + 1 &&
            state_order_decode(state_find_order(making->scene->state, ship), making->arena,
                               &other) == HV_OK)
            return strcmp(other->waybill, order->waybill) == 0;
    }
    return false;
}

/* Orders of earlier plans that are still open and that the plan does not want: decoded copies. */
static int find_stale(struct making *making, struct hv_order ***ret_stale, size_t *ret_count) {
    const struct state *state = making->scene->state;
    uint32_t all = state_count(state, STATE_ORDER);
    struct hv_order **stale = hv_arena_take(making->arena, all == 0 ? 1 : all, sizeof *stale);
    size_t count = 0;
    if (stale == NULL)
        return HV_ERR_MEMORY;
    for (uint32_t i = 0; i < all; i++) {
        const struct state_order *order = state_order(state, i);
        const struct hv_order *body = NULL;
        if (order->plan == 0 || !hv_order_is_open(state_order_state(order)))
            continue;
        if (state_order_decode(order, making->arena, &body) != HV_OK)
            return HV_ERR_MEMORY;
        bool goes = is_taken(making, body);
        if (body->post == HV_POST_ROAD_POST)
            goes = is_road_replaced(making, order);
        else if (is_replaced(body->kind) || body->kind == HV_ORDER_OPEN)
            goes = !keep_wanted(&making->wanted, body) && is_replaced(body->kind);
        if (goes && (stale[count++] = hv_order_copy(body, making->arena)) == NULL)
            return HV_ERR_MEMORY;
    }
    *ret_stale = stale;
    *ret_count = count;
    return HV_OK;
}

/* ---- records ---- */

static int number_orders(struct making *making) {
    uint64_t made = 0;
    for (size_t i = 0; i < making->wanted.count; i++) {
        struct hv_order *order = &making->wanted.orders[i];
        if (making->wanted.kept[i])
            continue;
        order->id = CORE_NEW(made++);
        if (order->kind != HV_ORDER_SHIP)
            continue;
        char waybill[32];
        snprintf(waybill, sizeof waybill, "W-%llu-%llu", (unsigned long long)making->plan->id,
                 (unsigned long long)made);
        order->waybill = hv_arena_text(making->arena, waybill);
        if (order->waybill == NULL)
            return HV_ERR_MEMORY;
        if (!making->wanted
                 .kept[i + 1]) /* what is expected comes on the waybill of what is shipped */
            order[1].waybill = order->waybill;
    }
    return HV_OK;
}

static int write_records(struct making *making, const struct state_plan *plan, const char *reason,
                         struct hv_order **stale, size_t stale_count,
                         struct hv_record **ret_records, size_t *ret_count) {
    const struct wanted *wanted = &making->wanted;
    size_t most = 1 + stale_count, count = 0;
    for (size_t i = 0; i < wanted->count; i++)
        most += !wanted->kept[i];
    if (most > HV_COMMAND_RECORDS_MAX)
        return HV_ERR_LIMIT;
    struct hv_record *records = hv_arena_take(making->arena, most, sizeof *records);
    if (records == NULL)
        return HV_ERR_MEMORY;
    records[count++] = (struct hv_record){.kind = HV_RECORD_APPROVAL,
                                          .cause = plan->position,
                                          .approval = {.plan = plan->number, .reason = reason}};
    for (size_t i = 0; i < stale_count; i++) {
        const struct hv_order *next = successor(making, stale[i]);
        stale[i]->revision++;
        stale[i]->state = next == NULL ? HV_ORDER_CANCELLED : HV_ORDER_SUPERSEDED;
        stale[i]->superseded_by = next == NULL ? 0 : next->id;
        records[count++] =
            (struct hv_record){.kind = HV_RECORD_ORDER, .cause = CORE_SELF, .order = *stale[i]};
    }
    for (size_t i = 0; i < wanted->count; i++)
        if (!wanted->kept[i])
            records[count++] = (struct hv_record){
                .kind = HV_RECORD_ORDER, .cause = CORE_SELF, .order = wanted->orders[i]};
    *ret_records = records;
    *ret_count = count;
    return HV_OK;
}

static size_t count_loads(const struct hv_plan *plan) {
    size_t count = 0;
    for (size_t i = 0; i < plan->delivery_count; i++)
        count += plan->deliveries[i].load_count;
    return count;
}

int orders_approve(const struct orders_scene *scene, const struct state_plan *plan,
                   const char *reason, struct hv_arena *arena, struct hv_record **ret_records,
                   size_t *ret_count) {
    struct making making = {.scene = scene, .arena = arena};
    if (plan->approved != 0 || plan->withdrawn != 0)
        return HV_ERR_STATE;
    int error = state_plan_decode(plan, arena, &making.plan);
    if (error != HV_OK)
        return error;
    if (making.plan->move_count > MOVES_MAX || making.plan->shipment_count > MOVES_MAX)
        return HV_ERR_LIMIT; /* before anything is compared with anything */
    error = find_roads(&making);
    if (error != HV_OK)
        return error;
    /* Each move makes at most open, receive, evacuate and a bus run; each shipment, and each line
     * that a vehicle carries, ship and expect. */
    size_t most = 4 * making.plan->move_count + 2 * making.plan->shipment_count +
                  2 * count_loads(making.plan) + count_roads_to_tell(&making) + 1;
    uint32_t vehicles = scene->region == NULL ? 0 : scene->region->vehicle_count;
    making.wanted.room = most;
    making.wanted.orders = hv_arena_take(arena, most, sizeof *making.wanted.orders);
    making.wanted.kept = hv_arena_take(arena, most, sizeof *making.wanted.kept);
    making.yard_load = hv_arena_take(arena, vehicles + 1u, sizeof *making.yard_load);
    if (making.wanted.orders == NULL || making.wanted.kept == NULL || making.yard_load == NULL)
        return HV_ERR_MEMORY;
    struct hv_order **stale = NULL;
    size_t stale_count = 0;
    error = want_people(&making);
    if (error == HV_OK)
        error = want_goods(&making);
    if (error == HV_OK)
        error = want_roads(&making);
    if (error == HV_OK)
        error = find_stale(&making, &stale, &stale_count);
    if (error == HV_OK)
        error = number_orders(&making);
    return error == HV_OK
               ? write_records(&making, plan, reason, stale, stale_count, ret_records, ret_count)
               : error;
}

/* ---- taking back ---- */

static bool is_taken_back(const struct state_order *order, const struct state_plan *plan) {
    return order->plan == plan->number && hv_order_is_open(state_order_state(order));
}

int orders_withdraw(const struct orders_scene *scene, const struct state_plan *plan,
                    const char *reason, struct hv_arena *arena, struct hv_record **ret_records,
                    size_t *ret_count) {
    const struct state *state = scene->state;
    size_t count = 1, at = 1;
    if (plan->approved == 0 || plan->withdrawn != 0)
        return HV_ERR_STATE;
    for (uint32_t i = 0; i < state_count(state, STATE_ORDER); i++)
        count += is_taken_back(state_order(state, i), plan);
    if (count > HV_COMMAND_RECORDS_MAX)
        return HV_ERR_LIMIT;
    struct hv_record *records = hv_arena_take(arena, count, sizeof *records);
    if (records == NULL)
        return HV_ERR_MEMORY;
    records[0] =
        (struct hv_record){.kind = HV_RECORD_APPROVAL,
                           .cause = plan->position,
                           .approval = {.plan = plan->number, .withdrawn = true, .reason = reason}};
    for (uint32_t i = 0; i < state_count(state, STATE_ORDER); i++) {
        const struct state_order *order = state_order(state, i);
        const struct hv_order *body = NULL;
        if (!is_taken_back(order, plan))
            continue;
        if (state_order_decode(order, arena, &body) != HV_OK)
            return HV_ERR_MEMORY;
        records[at] =
            (struct hv_record){.kind = HV_RECORD_ORDER, .cause = CORE_SELF, .order = *body};
        records[at].order.revision++;
        records[at].order.state = HV_ORDER_CANCELLED;
        at++;
    }
    *ret_records = records;
    *ret_count = count;
    return HV_OK;
}
