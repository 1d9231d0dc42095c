/* Questions about plans, and the directives that bind them. */
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

static json_t *view_moves(const struct hv_plan *plan) {
    json_t *list = json_array();
    for (size_t i = 0; i < plan->move_count; i++) {
        const struct hv_plan_move *move = &plan->moves[i];
        json_t *object = json_pack(
            "{s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:b, s:o}", "zone", move->zone, "shelter",
            move->shelter, "people", (json_int_t)move->people, "wheelchair",
            (json_int_t)move->wheelchair, "medical", (json_int_t)move->medical, "without_vehicle",
            (json_int_t)move->without_vehicle, "travel_s", (json_int_t)move->travel_s, "changed",
            move->changed, "links", console_texts(move->links, move->link_count));
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
            stops, json_pack("{s:s, s:s, s:I, s:I, s:I, s:I, s:I}", "zone", stop->zone, "pickup",
                             stop->pickup, "people", (json_int_t)stop->people, "wheelchair",
                             (json_int_t)stop->wheelchair, "medical", (json_int_t)stop->medical,
                             "arrives_s", (json_int_t)stop->arrives_s, "leaves_s",
                             (json_int_t)stop->leaves_s));
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

/* Whether there were not more places than runs are planned for. */
static bool are_runs_planned(const struct hv_plan *plan) {
    for (size_t i = 0; i < plan->left_count; i++)
        if (plan->left[i].reason == HV_PLAN_BUSES_NOT_PLANNED)
            return false;
    return true;
}

/* null: the region has no buses, or whoever asked for the plan stopped it before. */
static json_t *view_buses(const struct hv_plan *plan) {
    if (!plan->buses_known)
        return json_null();
    json_t *runs = json_array();
    for (size_t i = 0; i < plan->bus_run_count; i++)
        json_array_append_new(runs, view_bus_run(&plan->bus_runs[i]));
    return json_pack(
        "{s:b, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:o}", "planned",
        are_runs_planned(plan), "people", (json_int_t)plan->bus_people, "unserved",
        (json_int_t)plan->bus_unserved, "unserved_bound", (json_int_t)plan->bus_unserved_bound,
        "person_seconds", (json_int_t)plan->bus_person_seconds, "person_seconds_bound",
        (json_int_t)plan->bus_person_seconds_bound, "stability_person_seconds",
        (json_int_t)plan->bus_stability_person_seconds, "horizon_s",
        (json_int_t)plan->bus_horizon_s, "last_s", (json_int_t)plan->bus_last_s, "count",
        (json_int_t)plan->bus_count, "seats", (json_int_t)plan->bus_seats, "runs", runs);
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
