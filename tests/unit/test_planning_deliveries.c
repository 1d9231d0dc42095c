/* Deliveries in the coordinator: from vehicles.csv to plan, orders and what stands in the way. */
#include "tests/support/planning_town.h"

#include <criterion/criterion.h>
#include <string.h>

/* The small region: depot d1 at b, shelter s1 at c, 3 km and 6 minutes apart both ways. Water 3 l a
 * person and day, a litre weighs what water weighs. Two lorries of 3 t and 12 m³ at d1. */

enum { S_MIN = 60, HOUR_MS = 3600000, LOADING_S = 30 * 60, UNLOADING_S = 20 * 60, WAY_S = 360 };

static struct town town;

static void begin(void) {
    town_init(&town, NULL);
    town.rules.delivery_horizon_ms = 24 * (int64_t)HOUR_MS;
}

static void end(void) {
    town_deinit(&town);
}

TestSuite(planning_deliveries, .init = begin, .fini = end);

/* From now on the region has another table. */
static void change_table(const char *name, const char *text) {
    region_files_write(&town.files, name, text);
    town_load(&town);
}

static void tell(const char *place, struct hv_report report) {
    town_tell(&town, place, report);
}

/* So many people at s1 need 6 l each; d1 has enough for all. */
static void need_for(int adults) {
    static struct hv_stock_line line = {.item = "water", .lot = "", .quantity = 100000};
    tell("s1", (struct hv_report){.kind = HV_REPORT_COUNT,
                                  .count = {.people = {.by_age = {[HV_AGE_ADULT] = adults}}}});
    tell("d1", (struct hv_report){.kind = HV_REPORT_STOCK_COUNT,
                                  .stock_count = {1, &line, .complete = true, .reason = ""}});
}

/* Plans now, records it and gives it back from the log. */
static const struct hv_plan *propose(void) {
    town.rules.wall_ms = town.bench->wall_ms;
    town.rules.mono_ms = state_general(town_state(&town))->mono_ms;
    return town_plan(&town, town_propose(&town));
}

static void approve(const struct hv_plan *plan) {
    (void)town_approve(&town, plan->id);
}

/* The body of the n-th order of the kind, of all that are still open. */
static const struct hv_order *order(enum hv_order_kind kind, unsigned n) {
    const struct hv_order *body = NULL;
    for (uint32_t i = 0; i < state_count(town_state(&town), STATE_ORDER); i++) {
        const struct state_order *one = state_order(town_state(&town), i);
        if (one->order_kind != kind || one->issued != HV_ORDER_ISSUED || n-- > 0)
            continue;
        cr_assert_eq(state_order_decode(one, &town.arena, &body), 0);
        return body;
    }
    return NULL;
}

/* ---- plans ---- */

Test(planning_deliveries, say_which_lorry_leaves_when_with_what) {
    need_for(800); /* 4,800 l: two loads of 3 t */
    const struct hv_plan *plan = propose();
    cr_assert(plan->fleet_known);
    cr_assert_eq(plan->delivery_count, 2);
    cr_assert_eq(plan->undelivered_count, 0);
    uint64_t litres = 0;
    for (size_t i = 0; i < 2; i++) {
        const struct hv_plan_delivery *trip = &plan->deliveries[i];
        cr_assert_str_eq(trip->vehicle, "lorry");
        cr_assert_eq(trip->number, i + 1);
        cr_assert_eq(trip->leaves_s, LOADING_S, "day-one figures");
        cr_assert_eq(trip->delivered_s, LOADING_S + WAY_S + UNLOADING_S);
        cr_assert_eq(trip->back_s, trip->delivered_s + WAY_S);
        cr_assert_eq(trip->order, 0);
        cr_assert_leq(trip->load[0].quantity, 3000);
        litres += trip->load[0].quantity;
    }
    cr_assert_eq(litres, 4800);
    cr_assert_eq(plan->last_delivery_s, LOADING_S + WAY_S + UNLOADING_S);
    cr_assert_eq(plan->last_delivery_bound_s, plan->last_delivery_s);
    cr_assert_eq(plan->vehicle_s, 2u * (LOADING_S + UNLOADING_S + 2 * WAY_S));
}

Test(planning_deliveries, are_not_planned_without_vehicles_or_a_horizon) {
    need_for(100);
    town.rules.delivery_horizon_ms = 0;
    const struct hv_plan *plan = propose();
    cr_assert_not(plan->fleet_known);
    cr_assert_eq(plan->shipment_count, 1);
    town.rules.delivery_horizon_ms = HOUR_MS;
    change_table("vehicles.csv", "vehicle_id,kind,depot_id,node_id,count,payload_kg,payload_l\n"
                                 "bus,bus,d1,,2,3000,12000\nlorry,truck,d1,,2,,12000\n"
                                 "none,truck,d1,,0,3000,12000\nyard,truck,,a,2,3000,12000\n");
    plan = propose();
    cr_assert_not(plan->fleet_known, "none of them can be counted on");
    approve(plan);
    cr_assert_eq(order(HV_ORDER_SHIP, 0)->trips, 0);
    cr_assert_not(order(HV_ORDER_SHIP, 0)->has_start);
}

Test(planning_deliveries, name_what_cannot_be_there_in_time_and_why) {
    need_for(800);
    town.rules.delivery_horizon_ms = (LOADING_S + WAY_S + UNLOADING_S) * 1000;
    cr_assert_eq(propose()->undelivered_count, 0);
    town.rules.delivery_horizon_ms--;
    const struct hv_plan *plan = propose();
    cr_assert_eq(plan->delivery_count, 0);
    cr_assert_eq(plan->undelivered_count, 1);
    cr_assert_str_eq(plan->undelivered[0].item, "water");
    cr_assert_eq(plan->undelivered[0].quantity, 4800);
    cr_assert_eq(plan->undelivered[0].reason, HV_PLAN_VEHICLES_BUSY);
    town.rules.delivery_horizon_ms = HOUR_MS;
    change_table("vehicles.csv",
                 "vehicle_id,kind,depot_id,node_id,count,payload_kg,payload_l,range_km,"
                 "loading_min,unloading_min\nlorry,truck,d1,,2,3000,12000,5.9,0,0\n");
    cr_assert_eq(propose()->undelivered[0].reason, HV_PLAN_OUT_OF_RANGE, "6 km there and back");
    approve(propose());
    const struct hv_order *ship = order(HV_ORDER_SHIP, 0);
    cr_assert_eq(ship->lines[0].quantity, 4800, "ordered all the same: a vehicle may be found");
    cr_assert_str_eq(ship->vehicle, "");
    cr_assert_eq(ship->trips, 0);
}

Test(planning_deliveries, need_a_road_back) {
    need_for(100);
    town_road(&town, "cb", true, "");
    const struct hv_plan *plan = propose();
    cr_assert_eq(plan->shipment_count, 1);
    cr_assert_eq(plan->undelivered[0].reason, HV_PLAN_NO_ROUTE);
    town_road(&town, "cb", false, "");
    cr_assert_eq(propose()->undelivered_count, 0);
}

/* The road back closes after so many seconds. */
static void close_after(int64_t seconds) {
    static const char *links[] = {"cb"};
    struct hv_hazard_step step = {
        .from_wall_ms = town.bench->wall_ms + seconds * 1000, .links = links, .link_count = 1};
    town_decide(
        &town,
        (struct hv_record){
            .kind = HV_RECORD_HAZARD,
            .hazard = {.hazard = "river", .kind = "flood", .steps = &step, .step_count = 1}});
}

Test(planning_deliveries, leave_before_a_road_closes_or_not_at_all) {
    need_for(1200); /* three loads for two lorries */
    const uint32_t round_s = LOADING_S + UNLOADING_S + 2 * WAY_S;
    close_after(round_s + LOADING_S);
    const struct hv_plan *plan = propose();
    cr_assert_eq(plan->delivery_count, 2);
    cr_assert_eq(plan->deliveries[0].leave_by_s, 2 * LOADING_S);
    cr_assert_eq(plan->undelivered[0].reason, HV_PLAN_ROAD_CLOSES, "who goes twice meets the post");
    close_after(round_s - 1);
    plan = propose();
    cr_assert_eq(plan->delivery_count, 0);
    cr_assert_eq(plan->undelivered[0].reason, HV_PLAN_ROAD_CLOSES);
    close_after(2 * round_s);
    plan = propose();
    cr_assert_eq(plan->delivery_count, 3);
    cr_assert_eq(plan->undelivered_count, 0);
}

/* ---- orders ---- */

Test(planning_deliveries, orders_say_vehicle_window_and_trips) {
    need_for(1200); /* 7,200 l: three loads for two lorries */
    const int64_t now = town.bench->wall_ms;
    approve(propose());
    const struct hv_order *ship = order(HV_ORDER_SHIP, 0),
                          *expect = order(HV_ORDER_EXPECT_DELIVERY, 0);
    const int64_t round = LOADING_S + UNLOADING_S + 2 * WAY_S;
    cr_assert_null(order(HV_ORDER_SHIP, 1));
    cr_assert_eq(ship->lines[0].quantity, 7200);
    cr_assert_eq(ship->trips, 3);
    cr_assert_str_eq(ship->vehicle, "lorry");
    cr_assert_eq(ship->start_wall_ms, now + LOADING_S * 1000);
    cr_assert_eq(ship->end_wall_ms, now + (round + LOADING_S) * 1000, "the last leaves");
    cr_assert_eq(expect->trips, 3);
    cr_assert_str_eq(expect->waybill, ship->waybill);
    cr_assert_eq(expect->start_wall_ms, now + (LOADING_S + WAY_S) * 1000);
    cr_assert_eq(expect->end_wall_ms, now + (round + LOADING_S + WAY_S + UNLOADING_S) * 1000);
    cr_assert_geq(expect->deadline_wall_ms, expect->end_wall_ms);
}

/* Feed in a cold van and water on lorries: two waybills, as two vehicles. */
Test(planning_deliveries, go_on_a_waybill_for_each_kind_of_vehicle) {
    static struct hv_stock_line lines[] = {{.item = "water", .lot = "", .quantity = 100000},
                                           {.item = "milk", .lot = "", .quantity = 1000}};
    change_table("items.csv", "item_id,name,base_unit,volume_ml,cold_chain,need_per_person_day\n"
                              "water,Water,l,1000,no,3\nmilk,Milk,l,1000,yes,1\n");
    change_table("vehicles.csv",
                 "vehicle_id,kind,depot_id,node_id,count,payload_kg,payload_l,cold_chain\n"
                 "lorry,truck,d1,,1,3000,12000,no\ncool,van,d1,,1,1000,4000,yes\n");
    need_for(100);
    tell("d1", (struct hv_report){.kind = HV_REPORT_STOCK_COUNT,
                                  .stock_count = {2, lines, .complete = true, .reason = ""}});
    approve(propose());
    uint64_t milk_on_lorry = 0, milk = 0, water = 0;
    for (unsigned n = 0; order(HV_ORDER_SHIP, n) != NULL; n++) {
        const struct hv_order *ship = order(HV_ORDER_SHIP, n);
        for (size_t i = 0; i < ship->line_count; i++) {
            bool is_milk = strcmp(ship->lines[i].item, "milk") == 0;
            milk += is_milk ? ship->lines[i].quantity : 0;
            milk_on_lorry +=
                is_milk && strcmp(ship->vehicle, "lorry") == 0 ? ship->lines[i].quantity : 0;
            water += is_milk ? 0 : ship->lines[i].quantity;
        }
    }
    cr_assert_eq(milk, 200);
    cr_assert_eq(water, 600);
    cr_assert_eq(milk_on_lorry, 0);
    cr_assert_not_null(order(HV_ORDER_SHIP, 1));
}

/* ---- as things go on ---- */

Test(planning_deliveries, follow_orders_that_stand_and_say_how_late_they_are) {
    need_for(100);
    approve(propose());
    const struct hv_plan *plan = propose();
    cr_assert_eq(plan->shipment_count, 0);
    cr_assert_eq(plan->delivery_count, 1, "it still has to be carried");
    cr_assert_eq(plan->deliveries[0].order, order(HV_ORDER_SHIP, 0)->id);
    cr_assert_eq(plan->deliveries[0].late_s, 0);
    core_bench_tick(town.bench, 40 * S_MIN * 1000);
    town.bench->wall_ms = order(HV_ORDER_SHIP, 0)->issued_wall_ms + 40 * S_MIN * 1000;
    plan = propose();
    cr_assert_eq(plan->deliveries[0].late_s, 40 * S_MIN, "nobody has begun");
    cr_assert_eq(plan->delivery_late_s, 40 * S_MIN);
}

Test(planning_deliveries, wait_for_the_lorry_that_is_under_way) {
    static struct hv_stock_line line = {.item = "water", .lot = "", .quantity = 600};
    change_table("vehicles.csv", "vehicle_id,kind,depot_id,node_id,count,payload_kg,payload_l\n"
                                 "lorry,truck,d1,,1,3000,12000\n");
    need_for(100);
    approve(propose());
    tell("d1", (struct hv_report){.kind = HV_REPORT_STOCK_MOVEMENT,
                                  .stock_movement = {.kind = HV_STOCK_SHIP,
                                                     .line_count = 1,
                                                     .lines = &line,
                                                     .counterpart = "s1",
                                                     .waybill = order(HV_ORDER_SHIP, 0)->waybill,
                                                     .reason = "",
                                                     .vehicle = ""}});
    need_for(200);
    const struct hv_plan *plan = propose();
    cr_assert_eq(plan->delivery_count, 1);
    /* 6 minutes there, 20 to unload, 6 back: 32, in whole quarters of an hour */
    cr_assert_eq(plan->deliveries[0].starts_s, 45 * S_MIN);
}

/* ---- as operators see it ---- */

static json_t *ask(const char *question, const char *member) {
    return town_ask(&town, question, member);
}

static json_int_t number(const json_t *object, const char *member) {
    return json_integer_value(json_object_get(object, member));
}

static const char *text(const json_t *object, const char *member) {
    const char *value = json_string_value(json_object_get(object, member));
    return value == NULL ? "" : value;
}

/* What wants attention, of one kind. */
static size_t attended(const char *kind) {
    json_t *list = ask("{\"verb\": \"attention\"}", "attention");
    size_t count = 0, index;
    json_t *one;
    json_array_foreach(list, index, one) count += strcmp(text(one, "kind"), kind) == 0;
    json_decref(list);
    return count;
}

Test(planning_deliveries, stand_in_the_answers_to_operators) {
    need_for(800);
    approve(propose());
    json_t *plan = ask("{\"verb\": \"plan\"}", "plan");
    const json_t *fleet = json_object_get(plan, "fleet"),
                 *trip = json_array_get(json_object_get(fleet, "trips"), 0);
    cr_assert_eq(json_array_size(json_object_get(fleet, "trips")), 2);
    cr_assert_str_eq(text(trip, "vehicle"), "lorry");
    cr_assert_eq(number(trip, "leaves_s"), LOADING_S);
    cr_assert_eq(number(fleet, "last_delivery_s"), LOADING_S + WAY_S + UNLOADING_S);
    json_decref(plan);
    json_t *waybills = ask("{\"verb\": \"waybills\"}", "waybills");
    const json_t *planned = json_object_get(json_array_get(waybills, 0), "planned");
    cr_assert_str_eq(text(planned, "vehicle"), "lorry");
    cr_assert_eq(number(planned, "trips"), 2);
    cr_assert_eq(number(planned, "leaves_wall_ms"), town.bench->wall_ms + LOADING_S * 1000);
    cr_assert_eq(number(planned, "late_s"), 0);
    json_decref(waybills);
}

/* What attention calls short is what the question for supplies counts: neither the damaged nor the
 * expired, and for those whom an item is for. */
Test(planning_deliveries, that_have_expired_leave_a_shelter_short) {
    static struct hv_stock_line lines[2];
    const uint32_t today = (uint32_t)(town.bench->wall_ms / (24 * (int64_t)HOUR_MS));
    need_for(10);
    lines[0] = (struct hv_stock_line){
        .item = "water", .lot = "", .quantity = 100, .damaged = 20, .expiry_day = today};
    lines[1] = (struct hv_stock_line){.item = "milk", .lot = "", .quantity = 1};
    tell("s1", (struct hv_report){.kind = HV_REPORT_STOCK_COUNT,
                                  .stock_count = {2, lines, .complete = true, .reason = ""}});
    cr_assert_eq(attended("stock-out"), 0, "80 l for 30 l a day, and milk with no infant there");
    lines[0].expiry_day = today - 1;
    tell("s1", (struct hv_report){.kind = HV_REPORT_STOCK_COUNT,
                                  .stock_count = {2, lines, .complete = true, .reason = ""}});
    cr_assert_eq(attended("stock-out"), 1);
}

/* Of what all depots hold, the expired does not count against the least that they are to hold. */
Test(planning_deliveries, need_a_minimum_stock_that_has_not_expired) {
    static struct hv_stock_line lines[2];
    const uint32_t today = (uint32_t)(town.bench->wall_ms / (24 * (int64_t)HOUR_MS));
    change_table("items.csv", "item_id,name,base_unit,volume_ml,need_per_person_day,minimum_stock\n"
                              "water,Water,l,1000,3,100\nmilk,Milk,l,1000,1,\n");
    for (uint32_t old = 0; old < 2; old++) {
        lines[0] = (struct hv_stock_line){
            .item = "water", .lot = "A", .quantity = 60, .expiry_day = today - old};
        lines[1] = (struct hv_stock_line){.item = "water", .lot = "B", .quantity = 50};
        tell("d1", (struct hv_report){.kind = HV_REPORT_STOCK_COUNT,
                                      .stock_count = {2, lines, .complete = true, .reason = ""}});
        json_t *list = ask("{\"verb\": \"ledger-warnings\"}", "warnings"), *one;
        json_int_t there = -1;
        size_t index;
        json_array_foreach(list, index,
                           one) if (strcmp(text(one, "warning"), "below-minimum-stock") == 0)
            there = number(one, "quantity");
        cr_assert_eq(there, old ? 50 : -1);
        json_decref(list);
    }
}

Test(planning_deliveries, that_are_late_or_without_a_vehicle_want_attention) {
    need_for(100);
    approve(propose());
    cr_assert_eq(attended("delivery-late"), 0);
    cr_assert_eq(attended("no-vehicle"), 0);
    const int64_t expected = order(HV_ORDER_EXPECT_DELIVERY, 0)->end_wall_ms;
    town.bench->wall_ms = expected;
    cr_assert_eq(attended("delivery-late"), 0, "not before it is late");
    town.bench->wall_ms = expected + 90000;
    cr_assert_eq(attended("delivery-late"), 1);
    json_t *waybills = ask("{\"verb\": \"waybills\"}", "waybills");
    cr_assert_eq(number(json_object_get(json_array_get(waybills, 0), "planned"), "late_s"), 90);
    json_decref(waybills);
    town_road(&town, "cb", true, "");
    need_for(200);
    approve(propose());
    cr_assert_eq(attended("no-vehicle"), 1);
}
