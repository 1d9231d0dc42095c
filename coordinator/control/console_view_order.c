/* Questions about orders. */
#include "coordinator/control/console_json.h"

#include "schemas/platform/entry.h"

#include <string.h>

static json_t *view_order_runs(const struct hv_order *order) {
    json_t *list = json_array();
    for (size_t i = 0; i < order->run_count; i++) {
        const struct hv_bus_run *run = &order->runs[i];
        json_t *stops = json_array();
        for (size_t k = 0; k < run->stop_count; k++)
            json_array_append_new(
                stops, json_pack("{s:s, s:s, s:I, s:I, s:I, s:I, s:I}", "zone", run->stops[k].zone,
                                 "pickup", run->stops[k].pickup, "people",
                                 (json_int_t)run->stops[k].people, "wheelchair",
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
    json_object_set_new(object, "links", console_texts(order->links, order->link_count));
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
