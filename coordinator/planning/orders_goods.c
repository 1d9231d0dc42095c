#include "coordinator/planning/orders_inside.h"

#include <stdlib.h>
#include <string.h>

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

static int sort_trips(const struct orders_making *making, struct trips *ret_trips) {
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
static void add_trip(const struct orders_making *making, struct hv_order *ship,
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
static struct hv_order *want_consignment(struct orders_making *making, const struct lane *lane) {
    struct hv_order *ship = orders_want_of_place(making, HV_ORDER_SHIP, lane->first->depot);
    struct hv_order *expect =
        ship == NULL ? NULL
                     : orders_want_of_place(making, HV_ORDER_EXPECT_DELIVERY, lane->first->shelter);
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
static int want_part(struct orders_making *making, struct lane *lane, const char *vehicle) {
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
static int want_lane(struct orders_making *making, const struct trips *trips, size_t first,
                     uint64_t *left) {
    struct lane lane = {.first = &making->plan->shipments[first], .left = left};
    int error = HV_OK;
    find_trips(trips, &lane);
    for (size_t t = 0; error == HV_OK && t < lane.trip_count; t++)
        if (is_first_of_group(&lane, t))
            error = want_part(making, &lane, lane.trips[t]->vehicle);
    return error == HV_OK ? want_part(making, &lane, NULL) : error;
}

int orders_want_goods(struct orders_making *making) {
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
