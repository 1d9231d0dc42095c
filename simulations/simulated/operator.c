#include "simulations/simulated/parts.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static int command(struct sim *sim, const struct hv_record *records, size_t count,
                   enum sim_command waiting, uint64_t order) {
    struct sim_operator *desk = &sim->desk;
    desk->waiting = waiting;
    desk->waiting_token = ++desk->next_token;
    desk->waiting_order = order;
    struct core_command asked = {desk->waiting_token, records, count};
    return sim_coordinator_command(sim, &asked);
}

static struct hv_record decided(enum hv_record_kind kind) {
    return (struct hv_record){.actor = HV_ACTOR_OPERATOR, .name = "operator", .kind = kind};
}

int operator_found(struct sim *sim) {
    struct hv_record records[SIM_NODES_MAX + 1];
    size_t count = 0;
    for (size_t i = 0; i < sim->node_count; i++) {
        struct hv_record *record = &records[count++];
        *record = decided(HV_RECORD_ENROLMENT);
        record->enrolment.node = sim->nodes[i].id;
        record->enrolment.role = sim->nodes[i].role;
        record->enrolment.place = "";
        memset(record->enrolment.public_key, (int)i + 1, HV_KEY_BYTES);
    }
    records[count] = decided(HV_RECORD_INCIDENT);
    records[count].incident = (struct hv_incident_change){
        .name = "flood", .phase = HV_PHASE_ACTIVATION, .hazard = "flood"};
    memcpy(records[count++].incident.incident, sim->incident, sizeof sim->incident);
    return command(sim, records, count, SIM_COMMAND_OTHER, 0);
}

static int issue_order(struct sim *sim) {
    struct sim_operator *desk = &sim->desk;
    struct dice *dice = &desk->dice;
    const struct sim_node *node = &sim->nodes[dice_below(dice, sim->node_count)];
    struct hv_record record = decided(HV_RECORD_ORDER);
    record.order = (struct hv_order){
        .id = CORE_NEW(0),
        .revision = 1,
        .kind = node->role == HV_ROLE_DEPOT ? HV_ORDER_SHIP : HV_ORDER_OPEN,
        .post = HV_POST_NODE,
        .addressee = node->id,
        .state = HV_ORDER_ISSUED,
        .shelter = "",
        .counterpart = "",
        .waybill = "",
        .vehicle = "",
        .text = "",
    };
    struct hv_stock_line line = {.item = "water", .lot = "", .quantity = dice_between(dice, 1, 90)};
    if (node->role == HV_ROLE_DEPOT) {
        record.order.counterpart = sim->nodes[0].id;
        record.order.waybill = "W-9";
        record.order.line_count = 1;
        record.order.lines = &line;
    }
    return command(sim, &record, 1, SIM_COMMAND_ISSUE, core_next_order(sim->coordinator.core));
}

static int revise_order(struct sim *sim) {
    struct sim_operator *desk = &sim->desk;
    if (desk->issued == 0)
        return issue_order(sim);
    uint64_t number = desk->orders[dice_below(&desk->dice, desk->issued)];
    const struct state_order *known = state_find_order(core_state(sim->coordinator.core), number);
    const struct hv_order *order = NULL;
    if (known == NULL) {
        sim_break(sim, "order %" PRIu64 " was committed and is not known any more", number);
        return 0;
    }
    if (known->issued != HV_ORDER_ISSUED)
        return issue_order(sim);
    int error = state_order_decode(known, &desk->arena, &order);
    if (error != 0)
        return error;
    struct hv_record record = decided(HV_RECORD_ORDER);
    record.order = *order;
    record.order.revision = known->revision + 1;
    record.order.text = "as told by telephone";
    if (dice_chance(&desk->dice, 300))
        record.order.state = HV_ORDER_CANCELLED;
    error = command(sim, &record, 1, SIM_COMMAND_OTHER, number);
    hv_arena_reset(&desk->arena);
    return error;
}

static int set_clock(struct sim *sim) {
    struct hv_record record = decided(HV_RECORD_CLOCK);
    record.clock =
        (struct hv_clock){.start_wall_ms = SIM_WALL_MS,
                          .elapsed_ms = sim->now_ms - SIM_START_MS,
                          .rate_permille = (uint32_t)dice_between(&sim->desk.dice, 1, 60) * 1000,
                          .scenario = true};
    return command(sim, &record, 1, SIM_COMMAND_OTHER, 0);
}

static int next_phase(struct sim *sim) {
    struct hv_record record = decided(HV_RECORD_INCIDENT);
    record.incident =
        (struct hv_incident_change){.name = "flood",
                                    .phase = (enum hv_incident_phase)dice_between(
                                        &sim->desk.dice, HV_PHASE_ACTIVATION, HV_PHASE_STAND_DOWN),
                                    .hazard = "flood"};
    memcpy(record.incident.incident, sim->incident, sizeof sim->incident);
    return command(sim, &record, 1, SIM_COMMAND_OTHER, 0);
}

static int close_road(struct sim *sim) {
    struct hv_record record = decided(HV_RECORD_ROAD);
    record.road = (struct hv_road_state){.link = dice_chance(&sim->desk.dice, 500) ? "L1" : "L2",
                                         .closed = dice_chance(&sim->desk.dice, 500),
                                         .reason = "water over the road"};
    return command(sim, &record, 1, SIM_COMMAND_OTHER, 0);
}

/* By telephone, of a place without a node. */
static int report_on_behalf(struct sim *sim) {
    struct hv_record record = decided(HV_RECORD_REPORT);
    struct hv_node_report *report = &record.report;
    report->node = "";
    report->sent_node_ms = dice_below(&sim->desk.dice, 60000);
    memcpy(report->incident, sim->incident, sizeof sim->incident);
    report->report = (struct hv_report){
        .source = HV_SOURCE_OPERATOR, .subject = "chapel", .kind = HV_REPORT_COUNT};
    report->report.count.people.by_age[HV_AGE_UNKNOWN] = (int32_t)dice_below(&sim->desk.dice, 80);
    return command(sim, &record, 1, SIM_COMMAND_OTHER, 0);
}

int operator_act(struct sim *sim) {
    struct sim_operator *desk = &sim->desk;
    if (desk->waiting != SIM_COMMAND_NONE)
        return 0;
    bool orders = !sim->restores_log && desk->issued < SIM_ORDERS_MAX;
    uint64_t drawn = dice_below(&desk->dice, 100);
    if (orders && drawn < 45)
        return issue_order(sim);
    if (orders && drawn < 65)
        return revise_order(sim);
    if (drawn < 75)
        return close_road(sim);
    if (drawn < 85)
        return next_phase(sim);
    if (drawn < 90)
        return set_clock(sim);
    return report_on_behalf(sim);
}

void operator_reply(struct sim *sim, uint64_t token, int error, const struct hv_verdict *verdict) {
    struct sim_operator *desk = &sim->desk;
    if (desk->waiting == SIM_COMMAND_NONE || token != desk->waiting_token)
        return;
    if (error == 0 && desk->waiting == SIM_COMMAND_ISSUE)
        desk->orders[desk->issued++] = desk->waiting_order;
    if (error != 0 && error != HV_ERR_FULL && error != HV_ERR_IO && error != HV_ERR_BUSY)
        sim_break(sim, "a sound command was refused (%s): %s", hv_error_name(error),
                  verdict->detail);
    desk->waiting = SIM_COMMAND_NONE;
}

void operator_forget(struct sim *sim) {
    sim->desk.waiting = SIM_COMMAND_NONE;
}
