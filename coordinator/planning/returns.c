#include "coordinator/planning/returns.h"

#include "coordinator/core.h"
#include "coordinator/planning/orders.h"
#include "coordinator/planning/supply.h"

#include <stdio.h>
#include <string.h>

struct returning {
    const struct returns_task *task;
    struct hv_arena *arena;
    struct network_search *search;
    struct hv_record *records;
    size_t count, room;
    const char **without_road;
    size_t without_road_count;
};

/* ---- who ---- */

/* An order to return goods that stands there already. */
static bool has_order(const struct returning *returning, const struct state_place *place) {
    const struct state *state = returning->task->state;
    for (uint32_t i = 0; i < state_count(state, STATE_WAYBILL); i++) {
        const struct state_waybill *waybill = state_waybill(state, i);
        const struct state_order *order = waybill->from == place->entity.index
                                              ? state_find_order(state, waybill->ship_order)
                                              : NULL;
        if (order != NULL && order->order_kind == HV_ORDER_RETURN_GOODS &&
            hv_order_is_open(state_order_state(order)))
            return true;
    }
    return false;
}

static bool is_left(const struct state_place *place) {
    bool closes = place->status == HV_SHELTER_CLOSING || place->status == HV_SHELTER_CLOSED;
    return closes && place->people.changed.position != 0 &&
           hv_people_total(&place->people.now) == 0;
}

/* ---- what ---- */

static int64_t usable(const struct returning *returning, const struct state_place *place,
                      const struct state_stock_line *line) {
    const struct returns_task *task = returning->task;
    uint32_t item = region_find_item(task->region, state_name(task->state, line->item));
    return item == REGION_NONE ? 0
                               : supply_of_line(&task->region->items[item], place, line,
                                                supply_day(task->wall_ms), task->mono_ms);
}

/* ---- where to ---- */

/* REGION_NONE: no road leads to one. */
static int find_depot(struct returning *returning, uint32_t shelter, uint32_t *ret_depot) {
    const struct picture *picture = returning->task->picture;
    int64_t least = NETWORK_UNREACHABLE;
    int error = network_search_run(returning->search, NETWORK_FROM_SOURCES,
                                   &picture->shelters[shelter].node, 1);
    *ret_depot = REGION_NONE;
    for (uint32_t d = 0; error == HV_OK && d < picture->instance.depot_count; d++) {
        const struct region_depot *depot = &returning->task->region->depots[d];
        bool named =
            returning->task->depot == NULL || strcmp(returning->task->depot, depot->id) == 0;
        int64_t way = network_search_time_ms(returning->search, picture->depots[d].node);
        if (!named || !picture->depots[d].usable || way >= least)
            continue;
        least = way;
        *ret_depot = d;
    }
    return error;
}

/* ---- orders ---- */

static struct hv_order *add_order(struct returning *returning, enum hv_order_kind kind,
                                  const char *place, const char *counterpart) {
    const struct state_node *node = orders_node_of(returning->task->state, place);
    if (returning->count == returning->room)
        return NULL;
    struct hv_record *record = &returning->records[returning->count];
    *record = (struct hv_record){.kind = HV_RECORD_ORDER, .order = orders_blank()};
    record->order.id = CORE_NEW(returning->count++);
    record->order.kind = kind;
    record->order.post = node == NULL ? HV_POST_PLACE : HV_POST_NODE;
    record->order.addressee = node == NULL ? place : node->entity.id;
    record->order.counterpart = counterpart;
    record->order.text = returning->task->text;
    record->order.issued_wall_ms = returning->task->wall_ms;
    return &record->order;
}

/* A new pair for one waybill, without lines. Its name holds the shelter's number: two who decide at
 * once, on one position, name no waybill twice. */
static struct hv_order *add_pair(struct returning *returning, const struct state_place *place,
                                 const char *depot) {
    char name[64];
    snprintf(name, sizeof name, "R-%llu-%u-%zu",
             (unsigned long long)state_position(returning->task->state) + 1,
             place->entity.index + 1, returning->count + 1);
    const char *waybill = hv_arena_text(returning->arena, name);
    struct hv_stock_line *lines =
        hv_arena_take(returning->arena, HV_ORDER_LINES_MAX, sizeof *lines);
    struct hv_order *returns = add_order(returning, HV_ORDER_RETURN_GOODS, place->entity.id, depot);
    struct hv_order *expect =
        add_order(returning, HV_ORDER_EXPECT_DELIVERY, depot, place->entity.id);
    if (waybill == NULL || lines == NULL || returns == NULL || expect == NULL)
        return NULL;
    returns->waybill = expect->waybill = waybill;
    returns->lines = expect->lines = lines;
    return returns;
}

static int order_all(struct returning *returning, const struct state_place *place,
                     const char *depot) {
    const struct state *state = returning->task->state;
    struct hv_order *order = NULL;
    for (uint32_t i = 0; i < place->stock.count; i++) {
        const struct state_stock_line *line = &place->stock.lines[i];
        int64_t quantity = usable(returning, place, line);
        if (quantity <= 0)
            continue;
        if (order == NULL || order->line_count == HV_ORDER_LINES_MAX) {
            if (returning->count + 2 > returning->room)
                return HV_ERR_LIMIT;
            order = add_pair(returning, place, depot);
            if (order == NULL)
                return HV_ERR_MEMORY;
        }
        order->lines[order->line_count++] = (struct hv_stock_line){
            .item = state_name(state, line->item),
            .lot = line->lot == STATE_NONE ? "" : state_name(state, line->lot),
            .expiry_day = line->expiry_day,
            .quantity = (uint64_t)quantity};
        returning->records[returning->count - 1].order.line_count = order->line_count;
    }
    return HV_OK;
}

static bool has_goods(const struct returning *returning, const struct state_place *place) {
    for (uint32_t i = 0; i < place->stock.count; i++)
        if (usable(returning, place, &place->stock.lines[i]) > 0)
            return true;
    return false;
}

static int return_from(struct returning *returning, uint32_t shelter) {
    const struct returns_task *task = returning->task;
    const struct state_place *place =
        state_find_place(task->state, task->region->shelters[shelter].id);
    uint32_t depot;
    if (place == NULL || !has_goods(returning, place))
        return HV_ERR_NOT_FOUND;
    if (has_order(returning, place))
        return HV_ERR_EXISTS;
    int error = find_depot(returning, shelter, &depot);
    if (error != HV_OK)
        return error;
    return depot == REGION_NONE ? HV_ERR_STATE
                                : order_all(returning, place, task->region->depots[depot].id);
}

static int return_from_all(struct returning *returning) {
    const struct returns_task *task = returning->task;
    int error = HV_OK;
    for (uint32_t s = 0; error == HV_OK && s < task->region->shelter_count; s++) {
        const char *id = task->region->shelters[s].id;
        const struct state_place *place = state_find_place(task->state, id);
        if (place == NULL || !is_left(place))
            continue;
        error = return_from(returning, s);
        if (error == HV_ERR_STATE)
            returning->without_road[returning->without_road_count++] = id;
        if (error == HV_ERR_NOT_FOUND || error == HV_ERR_EXISTS || error == HV_ERR_STATE)
            error = HV_OK;
    }
    if (error != HV_OK || returning->count > 0)
        return error;
    return returning->without_road_count > 0 ? HV_ERR_STATE : HV_ERR_NOT_FOUND;
}

static int make_room(struct returning *returning) {
    const struct returns_task *task = returning->task;
    returning->room = HV_COMMAND_RECORDS_MAX;
    returning->records =
        hv_arena_take(returning->arena, returning->room, sizeof *returning->records);
    returning->without_road = hv_arena_take(returning->arena, task->region->shelter_count + 1u,
                                            sizeof *returning->without_road);
    if (returning->records == NULL || returning->without_road == NULL)
        return HV_ERR_MEMORY;
    return network_search_new(task->picture->network, &returning->search);
}

int returns_plan(const struct returns_task *task, struct hv_arena *arena,
                 struct returns *ret_returns) {
    struct returning returning = {.task = task, .arena = arena};
    uint32_t shelter =
        task->place == NULL ? REGION_NONE : region_find_shelter(task->region, task->place);
    if (task->place != NULL && shelter == REGION_NONE)
        return HV_ERR_NOT_FOUND;
    int error = make_room(&returning);
    if (error == HV_OK)
        error =
            task->place == NULL ? return_from_all(&returning) : return_from(&returning, shelter);
    network_search_free(returning.search);
    if (error == HV_OK || error == HV_ERR_STATE)
        *ret_returns = (struct returns){.records = returning.records,
                                        .count = returning.count,
                                        .without_road = returning.without_road,
                                        .without_road_count = returning.without_road_count};
    return error;
}
