/* Questions about plans and orders. */
#include "coordinator/control/console_json.h"

#include "schemas/platform/entry.h"

#include <string.h>

/* ---- plans ---- */

static const char *plan_standing(const struct state *state, const struct state_plan *plan) {
    const struct state_general *general = state_general(state);
    if (general->plan_in_force != STATE_NONE &&
        state_plan(state, general->plan_in_force)->number == plan->number)
        return "in-force";
    if (plan->withdrawn > 0)
        return "withdrawn";
    if (plan->approved > 0)
        return "approved";
    const struct state_plan *newest = state_newest_approved(state);
    return newest != NULL && newest->number > plan->number ? "overtaken" : "proposed";
}

/* Share of the plan's travel time that a better plan might save, 0 where it is proven that none
 * can. */
static double gap(int64_t reached, int64_t bound) {
    return reached > bound && reached > 0 ? (double)(reached - bound) / (double)reached : 0;
}

static json_t *view_plan(const struct state *state, const struct state_plan *plan) {
    json_t *object =
        json_pack("{s:I, s:s, s:I, s:I, s:b}", "id", (json_int_t)plan->number, "standing",
                  plan_standing(state, plan), "basis", (json_int_t)plan->basis, "position",
                  (json_int_t)plan->position, "stopped_early", plan->stopped_early);
    json_object_set_new(object, "author",
                        plan->author == NULL ? json_null() : json_string(plan->author));
    json_object_update_new(object,
                           json_pack("{s:I, s:I, s:I, s:I, s:I, s:I}", "unserved_people",
                                     (json_int_t)plan->unserved_people, "unserved_bound",
                                     (json_int_t)plan->unserved_bound, "person_seconds",
                                     (json_int_t)plan->person_seconds, "person_seconds_bound",
                                     (json_int_t)plan->person_seconds_bound, "unmet_cost",
                                     (json_int_t)plan->unmet_cost, "unmet_bound",
                                     (json_int_t)plan->unmet_bound));
    json_object_update_new(object,
                           json_pack("{s:f, s:f, s:f, s:I, s:I, s:I}", "unserved_gap",
                                     gap(plan->unserved_people, plan->unserved_bound), "time_gap",
                                     gap(plan->person_seconds, plan->person_seconds_bound),
                                     "goods_gap", gap(plan->unmet_cost, plan->unmet_bound),
                                     "move_count", (json_int_t)plan->move_count, "shipment_count",
                                     (json_int_t)plan->shipment_count, "left_count",
                                     (json_int_t)plan->left_count));
    return object;
}

void console_plans(const struct console_scene *scene, const json_t *request, struct hv_arena *arena,
                   struct console_outcome *outcome) {
    (void)arena;
    const struct state *state = console_picture(scene);
    uint32_t count = state_count(state, STATE_PLAN);
    struct console_page page = console_page(request, count);
    json_t *list = json_array();
    for (size_t i = page.first; i < page.end; i++) /* newest first */
        json_array_append_new(list, view_plan(state, state_plan(state, count - 1 - (uint32_t)i)));
    outcome->reply = json_pack("{s:o, s:I}", "plans", list, "total", (json_int_t)count);
}

static json_t *texts(const char *const *list, size_t count) {
    json_t *array = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(array, json_string(list[i]));
    return array;
}

static json_t *view_moves(const struct hv_plan *plan) {
    json_t *list = json_array();
    for (size_t i = 0; i < plan->move_count; i++) {
        const struct hv_plan_move *move = &plan->moves[i];
        json_t *object = json_pack(
            "{s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:b, s:o}", "zone", move->zone, "shelter",
            move->shelter, "people", (json_int_t)move->people, "wheelchair",
            (json_int_t)move->wheelchair, "medical", (json_int_t)move->medical, "without_vehicle",
            (json_int_t)move->without_vehicle, "travel_s", (json_int_t)move->travel_s, "changed",
            move->changed, "links", texts(move->links, move->link_count));
        if (move->departed_s > 0)
            json_object_update_new(object, json_pack("{s:I, s:I, s:I, s:I}", "departs_s",
                                                     (json_int_t)move->departs_s, "departed_s",
                                                     (json_int_t)move->departed_s, "arrives_s",
                                                     (json_int_t)move->arrives_s, "arrived_s",
                                                     (json_int_t)move->arrived_s));
        if (move->people_per_hour > 0)
            json_object_set_new(object, "people_per_hour",
                                json_integer((json_int_t)move->people_per_hour));
        json_array_append_new(list, object);
    }
    return list;
}

/* Who was on the way when the plan was made, by estimate. */
static json_t *view_ways(const struct hv_plan *plan) {
    json_t *list = json_array();
    for (size_t i = 0; i < plan->way_count; i++) {
        const struct hv_plan_way *way = &plan->ways[i];
        json_array_append_new(
            list, json_pack("{s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "zone", way->zone,
                            "shelter", way->shelter, "people", (json_int_t)way->people,
                            "wheelchair", (json_int_t)way->wheelchair, "medical",
                            (json_int_t)way->medical, "overdue", (json_int_t)way->overdue,
                            "turned_away", (json_int_t)way->turned_away, "arrives_s",
                            (json_int_t)way->arrives_s, "arrived_s", (json_int_t)way->arrived_s));
    }
    return list;
}

static json_t *view_shipments(const struct hv_plan *plan) {
    json_t *list = json_array();
    for (size_t i = 0; i < plan->shipment_count; i++) {
        const struct hv_plan_shipment *shipment = &plan->shipments[i];
        json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:I, s:b}", "depot", shipment->depot,
                                              "shelter", shipment->shelter, "item", shipment->item,
                                              "quantity", (json_int_t)shipment->quantity, "changed",
                                              shipment->changed));
    }
    return list;
}

static json_t *view_left(const struct hv_plan *plan) {
    json_t *list = json_array();
    for (size_t i = 0; i < plan->left_count; i++) {
        const struct hv_plan_left *left = &plan->left[i];
        json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:I, s:s, s:s}", "zone", left->zone,
                                              "shelter", left->shelter, "item", left->item,
                                              "amount", (json_int_t)left->amount, "reason",
                                              hv_plan_reason_word(left->reason), "parameter",
                                              left->parameter));
    }
    return list;
}

/* Costs in cost units, of which 1,000 are a person without one item for one day. */
static double cost_units(int64_t micro) {
    return (double)micro / 1e6;
}

static double share(uint32_t permyriad) {
    return permyriad / 10000.0;
}

static json_t *view_goods(const struct hv_plan *plan) {
    json_t *object = json_pack(
        "{s:f, s:f, s:f, s:s, s:b, s:f, s:I, s:f, s:f}", "cost", cost_units(plan->unmet_cost),
        "cost_bound", cost_units(plan->unmet_bound), "least_fill", share(plan->least_fill),
        "fairness", plan->fair ? "maxmin" : "none", "whole_packs", plan->whole_packs,
        "rounding_cost", cost_units(plan->rounding_cost), "orders_kept",
        (json_int_t)plan->orders_kept, "stability_cost", cost_units(plan->stability_cost),
        "change_price", cost_units(plan->goods_change_price));
    if (plan->fairness_known)
        json_object_update_new(object, json_pack("{s:f, s:f, s:f}", "fairness_cost",
                                                 cost_units(plan->fairness_cost), "cheapest_fill",
                                                 share(plan->cheapest_fill), "fairest_fill",
                                                 share(plan->fairest_fill)));
    else
        json_object_set_new(object, "fairness_cost", json_null());
    json_t *changes = json_array();
    for (size_t i = 0; i < plan->order_change_count; i++) {
        const struct hv_plan_order_change *change = &plan->order_changes[i];
        json_array_append_new(changes, json_pack("{s:I, s:s, s:f, s:s, s:s}", "order",
                                                 (json_int_t)change->order, "reason",
                                                 hv_plan_reason_word(change->reason), "saving",
                                                 cost_units(change->saving), "depot", change->depot,
                                                 "shelter", change->shelter));
    }
    json_object_set_new(object, "order_changes", changes);
    json_t *kits = json_array();
    for (size_t i = 0; i < plan->kit_count; i++)
        json_array_append_new(kits, json_pack("{s:s, s:s, s:I}", "depot", plan->kits[i].depot,
                                              "item", plan->kits[i].item, "quantity",
                                              (json_int_t)plan->kits[i].quantity));
    json_object_set_new(object, "kits", kits);
    json_t *transfers = json_array();
    for (size_t i = 0; i < plan->transfer_count; i++) {
        const struct hv_plan_transfer *one = &plan->transfers[i];
        json_array_append_new(transfers, json_pack("{s:s, s:s, s:s, s:I, s:I}", "from", one->from,
                                                   "to", one->to, "item", one->item, "quantity",
                                                   (json_int_t)one->quantity, "travel_s",
                                                   (json_int_t)one->travel_s));
    }
    json_object_set_new(object, "transfers", transfers);
    return object;
}

static json_t *view_delivery(const struct hv_plan_delivery *trip) {
    json_t *load = json_array();
    for (size_t i = 0; i < trip->load_count; i++)
        json_array_append_new(load, json_pack("{s:s, s:I}", "item", trip->load[i].item, "quantity",
                                              (json_int_t)trip->load[i].quantity));
    json_t *object = json_pack(
        "{s:s, s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:o}", "depot", trip->depot, "shelter",
        trip->shelter, "vehicle", trip->vehicle, "number", (json_int_t)trip->number, "starts_s",
        (json_int_t)trip->starts_s, "leaves_s", (json_int_t)trip->leaves_s, "arrives_s",
        (json_int_t)trip->arrives_s, "delivered_s", (json_int_t)trip->delivered_s, "back_s",
        (json_int_t)trip->back_s, "load", load);
    if (trip->order != 0)
        json_object_update_new(object, json_pack("{s:I, s:I}", "order", (json_int_t)trip->order,
                                                 "late_s", (json_int_t)trip->late_s));
    if (trip->leave_by_s != 0)
        json_object_set_new(object, "leave_by_s", json_integer((json_int_t)trip->leave_by_s));
    return object;
}

/* null: no depot has vehicles that plans can count on, or deliveries are not planned. */
static json_t *view_fleet(const struct hv_plan *plan) {
    if (!plan->fleet_known)
        return json_null();
    json_t *trips = json_array(), *left = json_array();
    for (size_t i = 0; i < plan->delivery_count; i++)
        json_array_append_new(trips, view_delivery(&plan->deliveries[i]));
    for (size_t i = 0; i < plan->undelivered_count; i++) {
        const struct hv_plan_undelivered *one = &plan->undelivered[i];
        json_t *object =
            json_pack("{s:s, s:s, s:s, s:I, s:s}", "depot", one->depot, "shelter", one->shelter,
                      "item", one->item, "quantity", (json_int_t)one->quantity, "reason",
                      hv_plan_reason_word(one->reason));
        if (one->order != 0)
            json_object_set_new(object, "order", json_integer((json_int_t)one->order));
        json_array_append_new(left, object);
    }
    return json_pack(
        "{s:I, s:f, s:I, s:I, s:I, s:I, s:o, s:o}", "horizon_s",
        (json_int_t)plan->delivery_horizon_s, "carrying_cost", cost_units(plan->carrying_cost),
        "last_delivery_s", (json_int_t)plan->last_delivery_s, "last_delivery_bound_s",
        (json_int_t)plan->last_delivery_bound_s, "vehicle_s", (json_int_t)plan->vehicle_s, "late_s",
        (json_int_t)plan->delivery_late_s, "trips", trips, "undelivered", left);
}

static json_t *view_bus_run(const struct hv_plan_bus_run *run) {
    json_t *stops = json_array();
    for (size_t i = 0; i < run->stop_count; i++) {
        const struct hv_plan_bus_stop *stop = &run->stops[i];
        json_array_append_new(
            stops, json_pack("{s:s, s:I, s:I, s:I, s:I, s:I}", "zone", stop->zone, "people",
                             (json_int_t)stop->people, "wheelchair", (json_int_t)stop->wheelchair,
                             "medical", (json_int_t)stop->medical, "arrives_s",
                             (json_int_t)stop->arrives_s, "leaves_s", (json_int_t)stop->leaves_s));
    }
    json_t *object = json_pack(
        "{s:s, s:I, s:s, s:I, s:I, s:I, s:o}", "vehicle", run->vehicle, "number",
        (json_int_t)run->number, "shelter", run->shelter, "starts_s", (json_int_t)run->starts_s,
        "arrives_s", (json_int_t)run->arrives_s, "free_s", (json_int_t)run->free_s, "stops", stops);
    if (run->order != 0)
        json_object_update_new(object, json_pack("{s:I, s:b, s:I}", "order", (json_int_t)run->order,
                                                 "begun", run->begun, "starts_wall_ms",
                                                 (json_int_t)run->starts_wall_ms));
    return object;
}

/* null: the region has no buses, or their runs are not planned. */
static json_t *view_buses(const struct hv_plan *plan) {
    if (!plan->buses_known)
        return json_null();
    json_t *runs = json_array();
    for (size_t i = 0; i < plan->bus_run_count; i++)
        json_array_append_new(runs, view_bus_run(&plan->bus_runs[i]));
    return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:o}", "people",
                     (json_int_t)plan->bus_people, "unserved", (json_int_t)plan->bus_unserved,
                     "unserved_bound", (json_int_t)plan->bus_unserved_bound, "person_seconds",
                     (json_int_t)plan->bus_person_seconds, "person_seconds_bound",
                     (json_int_t)plan->bus_person_seconds_bound, "stability_person_seconds",
                     (json_int_t)plan->bus_stability_person_seconds, "horizon_s",
                     (json_int_t)plan->bus_horizon_s, "last_s", (json_int_t)plan->bus_last_s,
                     "count", (json_int_t)plan->bus_count, "seats", (json_int_t)plan->bus_seats,
                     "runs", runs);
}

static json_t *view_changes(const struct hv_plan *plan) {
    json_t *list = json_array();
    for (size_t i = 0; i < plan->change_count; i++) {
        const struct hv_plan_change *change = &plan->changes[i];
        json_t *object =
            json_pack("{s:s, s:s, s:I, s:I, s:s}", "zone", change->zone, "shelter", change->shelter,
                      "before", (json_int_t)change->before, "after", (json_int_t)change->after,
                      "reason", hv_plan_reason_word(change->reason));
        if (change->reason == HV_PLAN_KEPT)
            json_object_set_new(object, "loses_s", json_integer((json_int_t)change->loses_s));
        json_array_append_new(list, object);
    }
    return list;
}

static json_t *view_reversals(const struct hv_plan *plan) {
    json_t *list = json_array();
    for (size_t i = 0; i < plan->reversal_count; i++)
        json_array_append_new(list, json_pack("{s:s, s:s}", "link", plan->reversals[i].link,
                                              "gives_to", plan->reversals[i].gives_to));
    return list;
}

/* Which bound it is, and the plan's figures in time where it has any. */
static json_t *view_times(const struct hv_plan *plan) {
    json_t *object = json_pack(
        "{s:s, s:I, s:I, s:I, s:I}", "bound", hv_plan_bound_word(plan->bound), "late_people",
        (json_int_t)plan->late_people, "changed_people", (json_int_t)plan->changed_people,
        "stability_person_seconds", (json_int_t)plan->stability_person_seconds, "precedence_people",
        (json_int_t)plan->precedence_people);
    if (plan->step_s > 0)
        json_object_update_new(
            object,
            json_pack("{s:I, s:I, s:I, s:I, s:I}", "step_s", (json_int_t)plan->step_s, "horizon_s",
                      (json_int_t)plan->horizon_s, "ete90_s", (json_int_t)plan->ete90_s, "ete100_s",
                      (json_int_t)plan->ete100_s, "clearance_s", (json_int_t)plan->clearance_s));
    return object;
}

json_t *console_plan_view(const struct state *state, const struct hv_plan *body) {
    const struct state_plan *plan = state_find_plan(state, body->id);
    if (plan == NULL)
        return NULL;
    json_t *object = view_plan(state, plan);
    json_object_update_new(object, json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "moves",
                                             view_moves(body), "shipments", view_shipments(body),
                                             "left", view_left(body), "changes", view_changes(body),
                                             "goods", view_goods(body), "fleet", view_fleet(body)));
    json_object_set_new(object, "buses", view_buses(body));
    json_object_set_new(object, "on_way", view_ways(body));
    json_object_update_new(object, view_times(body));
    json_object_update_new(
        object, json_pack("{s:o, s:I, s:I}", "reversals", view_reversals(body), "contraflow_people",
                          (json_int_t)body->contraflow_people, "contraflow_person_seconds",
                          (json_int_t)body->contraflow_person_seconds));
    return object;
}

const struct state_plan *console_named_plan(const struct console_scene *scene,
                                            const json_t *request,
                                            struct console_outcome *outcome) {
    const struct state *state = console_picture(scene);
    uint64_t number = console_number(request, "plan", state_general(state)->last_plan);
    const struct state_plan *plan = state_find_plan(state, number);
    if (plan == NULL)
        console_refusef(outcome, HV_ERR_NOT_FOUND,
                        "list them: haven plan list; make one: haven plan make",
                        "there is no plan %llu", (unsigned long long)number);
    return plan;
}

void console_plan_show(const struct console_scene *scene, const json_t *request,
                       struct hv_arena *arena, struct console_outcome *outcome) {
    const struct state_plan *plan = console_named_plan(scene, request, outcome);
    const struct hv_plan *body = NULL;
    if (plan == NULL)
        return;
    int error = state_plan_decode(plan, arena, &body);
    if (error == HV_ERR_NOT_FOUND) { /* no longer in memory: the log has it */
        outcome->kind = CONSOLE_WORK;
        outcome->work = CONSOLE_WORK_OLD_PLAN;
        outcome->from = plan->position;
        return;
    }
    if (error != HV_OK) {
        console_refuse(outcome, error, NULL, NULL);
        return;
    }
    outcome->reply = json_pack("{s:o}", "plan", console_plan_view(console_picture(scene), body));
}

/* ---- directives ---- */

json_t *console_directive(const struct hv_plan_directive *directive) {
    json_t *object =
        json_pack("{s:s, s:s}", "id", directive->id, "kind", hv_directive_word(directive->kind));
    const struct {
        const char *member, *text;
    } named[] = {{"zone", directive->zone},   {"shelter", directive->shelter},
                 {"depot", directive->depot}, {"item", directive->item},
                 {"link", directive->link},   {"reason", directive->reason}};
    for (size_t i = 0; i < sizeof named / sizeof named[0]; i++)
        if (named[i].text[0] != '\0')
            json_object_set_new(object, named[i].member, json_string(named[i].text));
    if (directive->kind == HV_DIRECTIVE_RESERVE || directive->kind == HV_DIRECTIVE_PRIORITY ||
        directive->kind == HV_DIRECTIVE_LIMIT)
        json_object_set_new(object, "quantity", json_integer((json_int_t)directive->quantity));
    if (directive->lifted)
        json_object_set_new(object, "lifted", json_true());
    return object;
}

void console_directives(const struct console_scene *scene, const json_t *request,
                        struct hv_arena *arena, struct console_outcome *outcome) {
    const struct state *state = console_picture(scene);
    bool all = json_is_true(json_object_get(request, "all"));
    json_t *list = json_array();
    for (uint32_t i = 0; i < state_count(state, STATE_DIRECTIVE); i++) {
        const struct state_directive *directive =
            (const struct state_directive *)state_at(state, STATE_DIRECTIVE, i);
        const struct hv_record *record = NULL;
        if ((directive->lifted && !all) || !console_wants(request, directive->entity.id) ||
            state_body_decode(&directive->body, arena, &record) != HV_OK)
            continue;
        json_t *object = console_directive(&record->directive);
        json_object_set_new(object, "by", json_string(record->name));
        json_object_set_new(object, "position",
                            json_integer((json_int_t)directive->entity.changed));
        json_array_append_new(list, object);
    }
    outcome->reply =
        json_pack("{s:o, s:I}", "directives", list, "total", (json_int_t)json_array_size(list));
}

/* ---- orders ---- */

static json_t *view_order_runs(const struct hv_order *order) {
    json_t *list = json_array();
    for (size_t i = 0; i < order->run_count; i++) {
        const struct hv_bus_run *run = &order->runs[i];
        json_t *stops = json_array();
        for (size_t k = 0; k < run->stop_count; k++)
            json_array_append_new(
                stops, json_pack("{s:s, s:I, s:I, s:I, s:I, s:I}", "zone", run->stops[k].zone,
                                 "people", (json_int_t)run->stops[k].people, "wheelchair",
                                 (json_int_t)run->stops[k].wheelchair, "medical",
                                 (json_int_t)run->stops[k].medical, "arrives_wall_ms",
                                 (json_int_t)run->stops[k].arrives_wall_ms, "leaves_wall_ms",
                                 (json_int_t)run->stops[k].leaves_wall_ms));
        json_array_append_new(list, json_pack("{s:I, s:s, s:I, s:I, s:I, s:o}", "number",
                                              (json_int_t)run->number, "shelter", run->shelter,
                                              "starts_wall_ms", (json_int_t)run->starts_wall_ms,
                                              "arrives_wall_ms", (json_int_t)run->arrives_wall_ms,
                                              "free_wall_ms", (json_int_t)run->free_wall_ms,
                                              "stops", stops));
    }
    return list;
}

json_t *console_order(const struct hv_order *order) {
    json_t *object =
        json_pack("{s:I, s:I, s:s, s:s, s:s, s:s}", "id", (json_int_t)order->id, "revision",
                  (json_int_t)order->revision, "kind", hv_order_word(order->kind), "post",
                  hv_post_word(order->post), "addressee", order->addressee, "issued",
                  hv_order_state_word(order->state));
    if (order->plan != 0)
        json_object_set_new(object, "plan", json_integer((json_int_t)order->plan));
    if (order->approval != 0)
        json_object_set_new(object, "approval", json_integer((json_int_t)order->approval));
    if (order->has_deadline)
        json_object_set_new(object, "deadline_wall_ms", json_integer(order->deadline_wall_ms));
    if (order->has_start)
        json_object_set_new(object, "start_wall_ms", json_integer(order->start_wall_ms));
    if (order->has_end)
        json_object_set_new(object, "end_wall_ms", json_integer(order->end_wall_ms));
    if (order->people_per_hour != 0)
        json_object_set_new(object, "people_per_hour", json_integer(order->people_per_hour));
    if (order->travel_s != 0)
        json_object_set_new(object, "travel_s", json_integer(order->travel_s));
    if (order->trips != 0)
        json_object_set_new(object, "trips", json_integer(order->trips));
    const struct {
        const char *member, *text;
    } named[] = {{"shelter", order->shelter},
                 {"counterpart", order->counterpart},
                 {"waybill", order->waybill},
                 {"vehicle", order->vehicle},
                 {"text", order->text}};
    for (size_t i = 0; i < sizeof named / sizeof named[0]; i++)
        if (named[i].text[0] != '\0')
            json_object_set_new(object, named[i].member, json_string(named[i].text));
    json_t *people = json_array();
    for (size_t i = 0; i < order->people_count; i++)
        json_array_append_new(people,
                              json_pack("{s:s, s:I, s:I, s:I, s:I}", "zone", order->people[i].zone,
                                        "people", (json_int_t)order->people[i].people, "wheelchair",
                                        (json_int_t)order->people[i].wheelchair, "medical",
                                        (json_int_t)order->people[i].medical, "without_vehicle",
                                        (json_int_t)order->people[i].without_vehicle));
    json_object_set_new(object, "people", people);
    json_object_set_new(object, "links", texts(order->links, order->link_count));
    if (order->run_count > 0)
        json_object_set_new(object, "runs", view_order_runs(order));
    json_object_set_new(object, "lines", entry_stock_lines(order->lines, order->line_count));
    if (order->sent_count > 0)
        json_object_set_new(object, "sent", entry_stock_lines(order->sent, order->sent_count));
    if (order->sent_whole)
        json_object_set_new(object, "sent_whole", json_true());
    return object;
}

static json_t *view_steps(const struct console_scene *scene, const struct state_order *order) {
    json_t *list = json_array();
    for (uint32_t i = 0; i < order->step_count; i++) {
        const struct state_order_step *step = &order->steps[i];
        double age_ms = (double)scene->mono_ms - (double)step->mono_ms;
        json_t *object =
            json_pack("{s:s, s:I, s:I, s:f, s:s, s:b}", "state", hv_order_state_word(step->state),
                      "revision", (json_int_t)step->revision, "position",
                      (json_int_t)step->position, "age_s", age_ms > 0 ? age_ms / 1000 : 0, "by",
                      hv_actor_word(step->actor), "counted", step->counted);
        if (step->has_done)
            json_object_set_new(object, "done", json_integer((json_int_t)step->done));
        if (step->reason != NULL)
            json_object_set_new(object, "reason", json_string(step->reason));
        json_array_append_new(list, object);
    }
    return list;
}

static json_t *view_escalation(const struct console_scene *scene, const struct state_order *order) {
    double age_ms = (double)scene->mono_ms - (double)order->escalation_mono_ms;
    return json_pack("{s:I, s:s, s:s, s:f, s:I}", "level", (json_int_t)order->escalation_level,
                     "to", order->escalated_to == NULL ? "" : order->escalated_to, "reason",
                     hv_escalation_word(order->escalation_reason), "age_s",
                     age_ms > 0 ? age_ms / 1000 : 0, "position",
                     (json_int_t)order->escalation_position);
}

static json_t *view_order(const struct console_scene *scene, struct hv_arena *arena,
                          const struct state_order *order) {
    const struct hv_order *body = NULL;
    json_t *object =
        state_order_decode(order, arena, &body) == HV_OK ? console_order(body) : json_object();
    enum hv_order_state state = state_order_state(order);
    bool overdue =
        hv_order_is_open(state) && order->has_deadline && order->deadline_wall_ms < scene->wall_ms;
    json_object_set_new(object, "state", json_string(hv_order_state_word(state)));
    json_object_set_new(object, "overdue", json_boolean(overdue));
    if (order->has_done)
        json_object_set_new(object, "done", json_integer((json_int_t)order->done));
    if (order->escalation_level > 0)
        json_object_set_new(object, "escalation", view_escalation(scene, order));
    json_object_set_new(object, "steps", view_steps(scene, order));
    return object;
}

static bool wanted_order(const json_t *request, const struct state_order *order) {
    const char *addressee = console_text(request, "addressee"),
               *kind = console_text(request, "kind"), *state = console_text(request, "state"),
               *post = console_text(request, "post");
    uint64_t plan = console_number(request, "plan", 0);
    enum hv_order_state is = state_order_state(order);
    return (addressee == NULL || strcmp(addressee, order->addressee) == 0) &&
           (kind == NULL || hv_order_of(kind) == order->order_kind) &&
           (post == NULL || hv_post_of(post) == order->post) &&
           (plan == 0 || plan == order->plan) &&
           (state == NULL ? hv_order_is_open(is) || json_is_true(json_object_get(request, "all"))
                          : hv_order_state_of(state) == is);
}

/* A word that is none would silently match nothing. */
static bool words_are_known(const json_t *request, struct console_outcome *outcome) {
    const char *kind = console_text(request, "kind"), *state = console_text(request, "state"),
               *post = console_text(request, "post");
    if (kind != NULL && hv_order_of(kind) == HV_ORDER_UNKNOWN)
        console_refusef(outcome, HV_ERR_VALUE, "a kind such as open, evacuate-zone or ship",
                        "“%.40s” is no kind of order", kind);
    else if (state != NULL && hv_order_state_of(state) == HV_ORDER_STATE_UNKNOWN)
        console_refusef(outcome, HV_ERR_VALUE, "a state such as issued, accepted or done",
                        "“%.40s” is no state of an order", state);
    else if (post != NULL && hv_post_of(post) == HV_POST_UNKNOWN)
        console_refusef(outcome, HV_ERR_VALUE, "node, zone-warden, bus-yard, road-post or place",
                        "“%.40s” is no post", post);
    return outcome->reply == NULL;
}

void console_orders(const struct console_scene *scene, const json_t *request,
                    struct hv_arena *arena, struct console_outcome *outcome) {
    const struct state *state = console_picture(scene);
    if (!words_are_known(request, outcome))
        return;
    json_t *list = json_array();
    uint64_t total = 0, first = console_number(request, "offset", 0),
             limit = console_number(request, "limit", UINT64_MAX);
    for (uint32_t i = 0; i < state_count(state, STATE_ORDER); i++) {
        const struct state_order *order = state_order(state, i);
        if (!wanted_order(request, order))
            continue;
        if (total >= first && json_array_size(list) < limit)
            json_array_append_new(list, view_order(scene, arena, order));
        total++;
    }
    outcome->reply = json_pack("{s:o, s:I}", "orders", list, "total", (json_int_t)total);
}

void console_order_show(const struct console_scene *scene, const json_t *request,
                        struct hv_arena *arena, struct console_outcome *outcome) {
    uint64_t number = console_number(request, "order", 0);
    const struct state_order *order = state_find_order(console_picture(scene), number);
    if (order == NULL)
        console_refusef(outcome, HV_ERR_NOT_FOUND, "list them: haven orders list --all",
                        "there is no order %llu", (unsigned long long)number);
    else
        outcome->reply = json_pack("{s:o}", "order", view_order(scene, arena, order));
}
