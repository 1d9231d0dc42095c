#include "simulations/simulated/parts.h"

#include <inttypes.h>
#include <stdio.h>

static const char *const ITEMS[] = {"water", "ration", "blanket", "cot"};
static const char *const LOTS[] = {"", "A1", "B7"};
#define ITEM_COUNT 4u
#define LOT_COUNT 3u

static int say(struct sim *sim, size_t number, const struct hv_report *report) {
    struct sim_node *node = &sim->nodes[number];
    return sim_node_step(sim, number,
                         (struct node_event){.kind = NODE_EVENT_REPORT,
                                             .report = {.token = node->next_token++,
                                                        .report = report,
                                                        .force = dice_chance(&node->dice, 150)}});
}

static struct hv_people some_people(struct dice *dice, uint64_t most) {
    struct hv_people people = {{0}, {0}, 0};
    for (size_t i = 0; i < HV_AGE_COUNT; i++)
        people.by_age[i] = (int32_t)dice_below(dice, most);
    people.by_age[HV_AGE_ADULT]++;
    int64_t total = hv_people_total(&people);
    for (size_t i = 0; i < HV_OVERLAY_COUNT; i++)
        people.overlay[i] = (int32_t)dice_below(dice, (uint64_t)total / 3 + 1);
    people.pets = (int32_t)dice_below(dice, 3);
    return people;
}

static int move_people(struct sim *sim, size_t number) {
    struct sim_node *node = &sim->nodes[number];
    static const char *const zones[] = {"", "Z1", "Z2", "Z3"};
    char transfer[40];
    size_t other = (number + 1) % sim->node_count;
    struct hv_report report = {.kind = HV_REPORT_MOVEMENT};
    struct hv_movement *movement = &report.movement;
    movement->kind = (enum hv_movement_kind)dice_between(&node->dice, HV_MOVEMENT_CHECK_IN,
                                                         HV_MOVEMENT_TRANSFER_IN);
    if (dice_chance(&node->dice, 400))
        movement->kind = HV_MOVEMENT_CHECK_IN;
    movement->people = some_people(&node->dice, movement->kind == HV_MOVEMENT_CHECK_IN ? 6 : 3);
    movement->zone = "";
    movement->shelter = "";
    movement->transfer = "";
    if (movement->kind == HV_MOVEMENT_CHECK_IN) {
        movement->zone = zones[dice_below(&node->dice, 4)];
        movement->households = (uint32_t)dice_below(&node->dice, 4);
    } else if (movement->kind == HV_MOVEMENT_CHECK_OUT)
        movement->destination = (enum hv_destination)dice_below(&node->dice, HV_DESTINATION_COUNT);
    else {
        bool out = movement->kind == HV_MOVEMENT_TRANSFER_OUT;
        snprintf(transfer, sizeof transfer, "%s-%" PRIu64, out ? node->id : sim->nodes[other].id,
                 out ? ++node->transfers : dice_between(&node->dice, 1, 6));
        movement->transfer = transfer;
        movement->shelter = sim->nodes[other].id;
        if (dice_chance(&node->dice, SIM_ASTRAY_PERMILLE)) {
            movement->shelter = SIM_NOWHERE;
            node->astray = true;
        }
    }
    return say(sim, number, &report);
}

static int count_people(struct sim *sim, size_t number) {
    struct sim_node *node = &sim->nodes[number];
    struct hv_report report = {.kind = HV_REPORT_COUNT};
    report.count.people = some_people(&node->dice, 40);
    report.count.has_households = dice_chance(&node->dice, 500);
    report.count.households =
        report.count.has_households ? (uint32_t)dice_below(&node->dice, 50) : 0;
    return say(sim, number, &report);
}

static int tell_status(struct sim *sim, size_t number) {
    struct sim_node *node = &sim->nodes[number];
    struct hv_report report = {.kind = HV_REPORT_STATUS};
    report.status.status =
        (enum hv_shelter_status)dice_between(&node->dice, HV_SHELTER_PLANNED, HV_SHELTER_DAMAGED);
    report.status.reason = dice_chance(&node->dice, 300) ? "roof leaks" : "";
    return say(sim, number, &report);
}

static int tell_capacity(struct sim *sim, size_t number) {
    struct sim_node *node = &sim->nodes[number];
    struct hv_capacity_line lines[] = {
        {HV_BASIS_AREA, HV_PART_DAY, HV_PLACE_INDOOR, (uint32_t)dice_below(&node->dice, 900)},
        {HV_BASIS_AREA, HV_PART_NIGHT, HV_PLACE_INDOOR, (uint32_t)dice_below(&node->dice, 500)},
        {HV_BASIS_BEDS, HV_PART_NIGHT, HV_PLACE_INDOOR, (uint32_t)dice_below(&node->dice, 200)},
    };
    struct hv_report report = {.kind = HV_REPORT_CAPACITY};
    report.capacity = (struct hv_capacity_report){dice_between(&node->dice, 1, 3), lines};
    return say(sim, number, &report);
}

static int tell_lifelines(struct sim *sim, size_t number, size_t first, size_t last) {
    struct sim_node *node = &sim->nodes[number];
    struct hv_lifeline lines[HV_LIFELINE_COUNT] = {0};
    size_t count = 0;
    for (size_t kind = first; kind <= last; kind++) {
        struct hv_lifeline *line = &lines[count++];
        line->kind = (enum hv_lifeline_kind)kind;
        line->state =
            (enum hv_lifeline_state)dice_between(&node->dice, HV_LIFELINE_UP, HV_LIFELINE_DOWN);
        line->has_hours = line->kind == HV_LIFELINE_GENERATOR;
        line->hours_left = line->has_hours ? (uint32_t)dice_below(&node->dice, 48) : 0;
    }
    struct hv_report report = {.kind = HV_REPORT_LIFELINES};
    report.lifelines = (struct hv_lifeline_report){count, lines};
    return say(sim, number, &report);
}

static struct hv_stock_line some_stock(struct dice *dice, uint64_t most) {
    struct hv_stock_line line = {.item = ITEMS[dice_below(dice, ITEM_COUNT)],
                                 .lot = LOTS[dice_below(dice, LOT_COUNT)],
                                 .quantity = dice_between(dice, 1, most)};
    line.expiry_day = line.lot[0] == 'A' ? 20500 : line.lot[0] == 'B' ? 20600 : 0;
    return line;
}

static int count_stock(struct sim *sim, size_t number, bool complete) {
    struct sim_node *node = &sim->nodes[number];
    struct hv_stock_line lines[ITEM_COUNT * LOT_COUNT];
    size_t count = 0;
    for (size_t item = 0; item < ITEM_COUNT; item++)
        for (size_t lot = 0; lot < LOT_COUNT; lot++)
            if (dice_chance(&node->dice, complete ? 600 : 200))
                lines[count++] = (struct hv_stock_line){.item = ITEMS[item],
                                                        .lot = LOTS[lot],
                                                        .expiry_day = lot == 1   ? 20500
                                                                      : lot == 2 ? 20600
                                                                                 : 0,
                                                        .quantity = dice_below(&node->dice, 2000)};
    if (count == 0)
        return 0;
    struct hv_report report = {.kind = HV_REPORT_STOCK_COUNT};
    report.stock_count = (struct hv_stock_count){count, lines, complete, "counted anew"};
    return say(sim, number, &report);
}

static int move_stock(struct sim *sim, size_t number) {
    struct sim_node *node = &sim->nodes[number];
    struct hv_stock_line lines[2];
    struct hv_report report = {.kind = HV_REPORT_STOCK_MOVEMENT};
    struct hv_stock_movement *movement = &report.stock_movement;
    movement->kind = (enum hv_stock_movement_kind)dice_between(&node->dice, HV_STOCK_RECEIVE,
                                                               HV_STOCK_ADJUST_DOWN);
    movement->line_count = dice_between(&node->dice, 1, 2);
    movement->lines = lines;
    movement->waybill = movement->counterpart = movement->reason = "";
    bool carried = movement->kind == HV_STOCK_RECEIVE || movement->kind == HV_STOCK_SHIP;
    if (carried) {
        movement->waybill = "W-1";
        movement->counterpart = sim->nodes[(number + 1) % sim->node_count].id;
    } else if (movement->kind != HV_STOCK_ISSUE)
        movement->reason = "counted anew";
    for (size_t i = 0; i < movement->line_count; i++) {
        lines[i] = some_stock(&node->dice, movement->kind == HV_STOCK_RECEIVE ? 500 : 60);
        if (movement->kind == HV_STOCK_RECEIVE && dice_chance(&node->dice, 300))
            lines[i].damaged = dice_below(&node->dice, lines[i].quantity);
    }
    return say(sim, number, &report);
}

static int request_something(struct sim *sim, size_t number) {
    struct sim_node *node = &sim->nodes[number];
    struct hv_stock_line line = {.item = ITEMS[dice_below(&node->dice, ITEM_COUNT)],
                                 .lot = "",
                                 .quantity = dice_between(&node->dice, 1, 300)};
    const struct node_present *present = node_core_present(node->core);
    struct hv_report report = {.kind = HV_REPORT_REQUEST};
    report.request = (struct hv_request){.kind = HV_REQUEST_GOODS,
                                         .urgency = HV_URGENCY_URGENT,
                                         .line_count = 1,
                                         .lines = &line,
                                         .text = "for the night"};
    if (present->request_count > 0 && dice_chance(&node->dice, 600)) {
        report.request.id = present->requests[dice_below(&node->dice, present->request_count)].id;
        report.request.withdrawn = dice_chance(&node->dice, 600);
    }
    return say(sim, number, &report);
}

static int write_note(struct sim *sim, size_t number) {
    struct hv_report report = {.kind = HV_REPORT_NOTE};
    report.note.text = "水と毛布が届いた";
    return say(sim, number, &report);
}

static int look_at_orders(struct sim *sim, size_t number) {
    return sim_node_step(sim, number, (struct node_event){.kind = NODE_EVENT_ORDERS_SHOWN});
}

static int answer_order(struct sim *sim, size_t number) {
    struct sim_node *node = &sim->nodes[number];
    size_t count = 0;
    const struct node_order *orders = node_core_orders(node->core, &count);
    if (count == 0)
        return write_note(sim, number);
    const struct node_order *order = &orders[dice_below(&node->dice, count)];
    struct hv_report report = {.kind = HV_REPORT_ANSWER};
    report.answer = (struct hv_order_answer){
        .order = order->id,
        .revision = order->revision,
        .state = (enum hv_order_state)dice_between(&node->dice, HV_ORDER_ACCEPTED, HV_ORDER_DONE),
        .reason = ""};
    if (report.answer.state == HV_ORDER_DECLINED)
        report.answer.reason = "no staff";
    return say(sim, number, &report);
}

static int take_back(struct sim *sim, size_t number) {
    struct sim_node *node = &sim->nodes[number];
    return sim_node_step(sim, number,
                         (struct node_event){.kind = NODE_EVENT_UNDO, .token = node->next_token++});
}

static int stop_cleanly(struct sim *sim, size_t number) {
    struct sim_node *node = &sim->nodes[number];
    uint64_t life = node->life;
    int error = sim_node_step(sim, number, (struct node_event){.kind = NODE_EVENT_STOP});
    if (error != 0 || node->life != life)
        return error;
    error = journal_is_waiting(node->journal) ? journal_store(node->journal) : 0;
    if (error == HV_ERR_MEMORY)
        return error;
    return sim_node_crash(sim, number, false, dice_between(&node->dice, 50, 5000));
}

int staff_act(struct sim *sim, size_t number) {
    struct sim_node *node = &sim->nodes[number];
    uint64_t drawn = dice_below(&node->dice, 100);
    if (drawn < 30)
        return move_people(sim, number);
    if (drawn < 35)
        return count_people(sim, number);
    if (drawn < 41)
        return tell_status(sim, number);
    if (drawn < 45)
        return tell_capacity(sim, number);
    if (drawn < 50) {
        size_t kind = (size_t)dice_between(&node->dice, HV_LIFELINE_POWER, HV_LIFELINE_ROAD);
        return tell_lifelines(sim, number, kind, kind);
    }
    if (drawn < 55)
        return count_stock(sim, number, dice_chance(&node->dice, 400));
    if (drawn < 75)
        return move_stock(sim, number);
    if (drawn < 80)
        return request_something(sim, number);
    if (drawn < 83)
        return write_note(sim, number);
    if (drawn < 88)
        return look_at_orders(sim, number);
    if (drawn < 95)
        return answer_order(sim, number);
    if (drawn < 99)
        return take_back(sim, number);
    return stop_cleanly(sim, number);
}

int staff_state_all(struct sim *sim, size_t number) {
    int error = count_people(sim, number);
    if (error == 0)
        error = tell_status(sim, number);
    if (error == 0)
        error = tell_capacity(sim, number);
    if (error == 0)
        error = tell_lifelines(sim, number, HV_LIFELINE_POWER, HV_LIFELINE_ROAD);
    if (error == 0)
        error = count_stock(sim, number, true);
    return error;
}
