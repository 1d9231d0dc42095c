#include "coordinator/planning/orders_inside.h"

#include "coordinator/core.h"
#include "coordinator/planning/whereabouts.h"

#include <stdio.h>
#include <string.h>

enum {
    ACT_WITHIN_MS = 2 * 60 * 60 * 1000,
    FEW_PEOPLE = 50,                   /* one in so many more or fewer are the same order */
    WINDOW_SLACK_MS = 15 * 60 * 1000,  /* a window that moves by less is the same order */
    MOVES_MAX = HV_COMMAND_RECORDS_MAX /* of a plan whose orders may fit one decision */
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

struct hv_order *orders_want(struct orders_making *making, enum hv_order_kind kind,
                             enum hv_post post, const char *addressee) {
    struct orders_wanted *wanted = &making->wanted;
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

const struct state_node *orders_node_of(const struct state *state, const char *place) {
    const struct state_place *known = state_find_place(state, place);
    const struct state_node *node =
        known == NULL || known->node == STATE_NONE ? NULL : state_node(state, known->node);
    return node == NULL || node->revoked ? NULL : node;
}

struct hv_order *orders_want_of_place(struct orders_making *making, enum hv_order_kind kind,
                                      const char *place) {
    const struct state_node *node = orders_node_of(making->scene->state, place);
    return node == NULL ? orders_want(making, kind, HV_POST_PLACE, place)
                        : orders_want(making, kind, HV_POST_NODE, node->entity.id);
}

static bool node_is_revoked(const struct state *state, const struct hv_order *order) {
    const struct state_node *node =
        order->post == HV_POST_NODE ? state_find_node(state, order->addressee) : NULL;
    return node != NULL && node->revoked;
}

/* Whom one speaks to about the order: the place, where its node was revoked. */
static const char *addressee_now(const struct state *state, const struct hv_order *order) {
    return node_is_revoked(state, order) ? state_order_place(state, order->post, order->addressee)
                                         : order->addressee;
}

int orders_revise(const struct state *state, struct hv_arena *arena, struct hv_order *order) {
    order->revision++;
    if (!node_is_revoked(state, order))
        return HV_OK;
    order->addressee = hv_arena_text(arena, addressee_now(state, order));
    order->post = HV_POST_PLACE;
    return order->addressee == NULL ? HV_ERR_MEMORY : HV_OK;
}

/* ---- against what is in force ---- */

/* How many with a vehicle are still to leave by an order that was accepted; −1: nobody leaves by it
 * now. */
static int64_t still_to_leave(const struct orders_making *making, const struct hv_order *order,
                              int64_t wall_ms) {
    if (order->kind != HV_ORDER_EVACUATE_ZONE || order->people_count == 0)
        return -1;
    return whereabouts_of_order(state_find_zone(making->scene->state, order->addressee), order->id,
                                wall_ms);
}

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

/* Of an order by which people are leaving: whom it had still to send when the plan was made are
 * those who are wanted, but for a few. */
static bool same_rest(const struct hv_order *wanted, const struct hv_order *in_force,
                      int64_t still) {
    const int64_t few = 1 + (int64_t)in_force->people[0].people / FEW_PEOPLE;
    const int64_t apart =
        (int64_t)wanted->people[0].people - wanted->people[0].without_vehicle - still;
    return apart <= few && -apart <= few;
}

static bool says_the_same(const struct orders_making *making, const struct hv_order *wanted,
                          const struct hv_order *in_force) {
    if (wanted->run_count > 0 && wanted->kind == in_force->kind && in_force->run_count > 0)
        return strcmp(wanted->addressee, in_force->addressee) == 0 &&
               orders_same_runs(wanted, in_force, wanted->issued_wall_ms);
    if (wanted->run_count != in_force->run_count || wanted->kind != in_force->kind ||
        wanted->post != in_force->post || strcmp(wanted->addressee, in_force->addressee) != 0 ||
        strcmp(wanted->shelter, in_force->shelter) != 0 || !same_links(wanted, in_force) ||
        !same_window(wanted, in_force))
        return false;
    const int64_t still = still_to_leave(making, in_force, making->plan_wall_ms);
    return still < 0 ? same_people(wanted, in_force) : same_rest(wanted, in_force, still);
}

static bool keep_wanted(struct orders_making *making, const struct hv_order *in_force) {
    struct orders_wanted *wanted = &making->wanted;
    for (size_t i = 0; i < wanted->count; i++)
        if (!wanted->kept[i] && says_the_same(making, &wanted->orders[i], in_force)) {
            wanted->kept[i] = true;
            return true;
        }
    return false;
}

/* Everybody should have left by it and nobody is to leave anew: it stands until it is answered. */
static bool is_on_way(const struct orders_making *making, const struct hv_order *order) {
    const struct orders_wanted *wanted = &making->wanted;
    if (still_to_leave(making, order, making->scene->wall_ms) != 0)
        return false;
    for (size_t i = 0; i < wanted->count; i++)
        if (!wanted->kept[i] && wanted->orders[i].kind == order->kind &&
            strcmp(wanted->orders[i].addressee, order->addressee) == 0)
            return false;
    return true;
}

/* The new order that takes the place of one in force; NULL: none does. */
static const struct hv_order *successor(const struct orders_making *making,
                                        const struct hv_order *old) {
    const struct orders_wanted *wanted = &making->wanted;
    const char *addressee = addressee_now(making->scene->state, old);
    if (old->post == HV_POST_ROAD_POST)
        return orders_road_successor(making, old);
    for (size_t i = 0; i < wanted->count; i++) {
        const struct hv_order *order = &wanted->orders[i];
        bool warned = old->kind == HV_ORDER_WARN_ZONE && order->kind == HV_ORDER_EVACUATE_ZONE;
        if (!wanted->kept[i] && (order->kind == old->kind || warned) &&
            strcmp(order->addressee, addressee) == 0 &&
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

/* Nobody leaves any more by such an order of an incident that is over: who is to leave now is told
 * anew, although it may say the same. */
static bool moves_people(enum hv_order_kind kind) {
    return kind == HV_ORDER_EVACUATE_ZONE || kind == HV_ORDER_BUS_RUN;
}

/* Whether the plan takes back an order for goods: the order to ship it names, and the delivery that
 * is expected, which is numbered next, on the same waybill. */
static bool is_taken(const struct orders_making *making, const struct hv_order *order) {
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

/* A node that was revoked answers no more: where its place is told to open, it need not be. */
static bool is_told_anew(const struct orders_making *making, const struct hv_order *order) {
    return node_is_revoked(making->scene->state, order) && successor(making, order) != NULL;
}

static bool is_stale(struct orders_making *making, const struct state_order *order,
                     const struct hv_order *body) {
    if (body->post == HV_POST_ROAD_POST)
        return orders_road_is_replaced(making, order);
    if (moves_people(body->kind) && state_order_is_past(making->scene->state, order))
        return true;
    if (!is_replaced(body->kind) && body->kind != HV_ORDER_OPEN)
        return is_taken(making, body);
    return !keep_wanted(making, body) &&
           (is_replaced(body->kind) ? !is_on_way(making, body) : is_told_anew(making, body));
}

/* Orders of earlier plans that are still open and that the plan does not want: decoded copies. */
static int find_stale(struct orders_making *making, struct hv_order ***ret_stale,
                      size_t *ret_count) {
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
        if (is_stale(making, order, body) &&
            (stale[count++] = hv_order_copy(body, making->arena)) == NULL)
            return HV_ERR_MEMORY;
    }
    *ret_stale = stale;
    *ret_count = count;
    return HV_OK;
}

/* ---- records ---- */

static int number_orders(struct orders_making *making) {
    uint64_t made = 0;
    for (size_t i = 0; i < making->wanted.count; i++) {
        struct hv_order *order = &making->wanted.orders[i];
        if (making->wanted.kept[i])
            continue;
        order->id = CORE_NEW(made++);
        if (order->kind != HV_ORDER_SHIP && order->kind != HV_ORDER_RETURN_GOODS)
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

static int write_records(struct orders_making *making, const struct state_plan *plan,
                         const char *reason, struct hv_order **stale, size_t stale_count,
                         struct hv_record **ret_records, size_t *ret_count) {
    const struct orders_wanted *wanted = &making->wanted;
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
        if (orders_revise(making->scene->state, making->arena, stale[i]) != HV_OK)
            return HV_ERR_MEMORY;
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
    struct orders_making making = {.scene = scene, .arena = arena};
    if (plan->approved != 0 || plan->withdrawn != 0)
        return HV_ERR_STATE;
    const struct hv_record *made = NULL;
    int error = state_body_decode(&plan->body, arena, &made);
    if (error != HV_OK)
        return error;
    making.plan = &made->plan;
    making.plan_wall_ms = made->wall_ms;
    if (making.plan->move_count > MOVES_MAX || making.plan->shipment_count > MOVES_MAX)
        return HV_ERR_LIMIT; /* before anything is compared with anything */
    error = orders_find_roads(&making);
    if (error != HV_OK)
        return error;
    /* Each move makes at most open, receive, evacuate and a bus run, each run an order; who is
     * on the way, receive; each shipment, and each line that a vehicle carries, and each transfer,
     * ship and expect. */
    size_t most = 4 * making.plan->move_count + making.plan->bus_run_count +
                  making.plan->way_count + 2 * making.plan->shipment_count +
                  2 * (count_loads(making.plan) + making.plan->transfer_count) +
                  orders_count_roads(&making) + 1;
    uint32_t vehicles = scene->region == NULL ? 0 : scene->region->vehicle_count;
    making.wanted.room = most;
    making.wanted.orders = hv_arena_take(arena, most, sizeof *making.wanted.orders);
    making.wanted.kept = hv_arena_take(arena, most, sizeof *making.wanted.kept);
    making.yard_load = hv_arena_take(arena, vehicles + 1u, sizeof *making.yard_load);
    if (making.wanted.orders == NULL || making.wanted.kept == NULL || making.yard_load == NULL)
        return HV_ERR_MEMORY;
    struct hv_order **stale = NULL;
    size_t stale_count = 0;
    error = orders_want_people(&making);
    if (error == HV_OK)
        error = orders_want_goods(&making);
    if (error == HV_OK)
        error = orders_want_transfers(&making);
    if (error == HV_OK)
        error = orders_want_roads(&making);
    if (error == HV_OK)
        error = find_stale(&making, &stale, &stale_count);
    if (error == HV_OK)
        error = orders_say_kits(&making);
    if (error == HV_OK)
        error = number_orders(&making);
    return error == HV_OK
               ? write_records(&making, plan, reason, stale, stale_count, ret_records, ret_count)
               : error;
}
