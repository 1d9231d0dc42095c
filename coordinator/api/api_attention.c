/* What is wrong or waits for somebody's decision, computed from the picture: worst first. */
#include "coordinator/api/api_goods.h"
#include "coordinator/api/api_inside.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double near_full = 0.9, hours_short = 24;

struct attention {
    const struct api_scene *scene;
    json_t *list;
};

static const char *const grades[] = {"alarm", "decision", "warning"};

static json_t *add(struct attention *attention, const char *kind, const char *grade,
                   const char *subject, double age_s, json_t *figures) {
    char id[160];
    snprintf(id, sizeof id, "%s:%.100s", kind, subject);
    json_t *one = json_pack("{s:s, s:s, s:s, s:s, s:o, s:o}", "id", id, "kind", kind, "grade",
                            grade, "subject", subject, "age_s",
                            isfinite(age_s) ? json_real(age_s) : json_null(), "figures", figures);
    json_array_append_new(attention->list, one);
    return one;
}

static void name(json_t *one, const struct api_place *place) {
    json_object_set_new(one, "name", json_string(place->name));
    json_object_set_new(one, "name_zh", json_string(place->name_zh));
}

static double age_of(const struct api_scene *scene, const struct state_stamp *stamp) {
    return api_scene_age(scene, stamp->position == 0 ? API_MS_NEVER : stamp->observed_ms);
}

/* ---- places ---- */

static void look_at_lifelines(struct attention *attention, const struct api_place *row,
                              const struct state_place *place) {
    for (int kind = 1; kind < HV_LIFELINE_COUNT; kind++) {
        const struct state_lifeline *lifeline = &place->lifelines[kind];
        const char *word = hv_lifeline_word((enum hv_lifeline_kind)kind);
        bool runs_out = lifeline->has_hours && lifeline->hours_left < 6;
        if (lifeline->seen.position == 0 || (lifeline->state != HV_LIFELINE_DOWN && !runs_out))
            continue;
        json_t *figures = json_pack("{s:s, s:s}", "lifeline", word, "state",
                                    hv_lifeline_state_word(lifeline->state));
        if (lifeline->has_hours)
            json_object_set_new(figures, "hours_left", json_integer(lifeline->hours_left));
        json_t *one = add(attention, "lifeline",
                          place->people.now.overlay[HV_OVERLAY_MEDICAL] > 0 ? "alarm" : "warning",
                          row->id, age_of(attention->scene, &lifeline->seen), figures);
        char id[160];
        snprintf(id, sizeof id, "lifeline:%.80s:%s", row->id, word);
        json_object_set_new(one, "id", json_string(id));
        name(one, row);
    }
}

static void look_at_stock(struct attention *attention, const struct api_place *row,
                          const struct state_place *place) {
    uint32_t before = STATE_NONE;
    for (uint32_t i = 0; i < place->stock.count; i++) {
        uint32_t item = place->stock.lines[i].item;
        double days = item == before ? NAN : api_goods_days(attention->scene, place, item);
        before = item;
        if (!(days * 24 < hours_short))
            continue;
        json_t *figures = json_pack("{s:s, s:f}", "item", state_name(attention->scene->state, item),
                                    "hours_left", days * 24);
        json_t *one = add(attention, "stock-out", days <= 0 ? "alarm" : "warning", row->id,
                          age_of(attention->scene, &place->stock.changed), figures);
        char id[200];
        snprintf(id, sizeof id, "stock-out:%.80s:%.80s", row->id,
                 state_name(attention->scene->state, item));
        json_object_set_new(one, "id", json_string(id));
        name(one, row);
    }
}

static void look_at_place(struct attention *attention, const struct api_place *row) {
    const struct api_scene *scene = attention->scene;
    const struct state_place *place =
        row->place == STATE_NONE ? NULL : state_place(scene->state, row->place);
    if (place == NULL)
        return;
    if (row->presence == STATE_STALE) {
        const struct state_node *node = state_node(scene->state, place->node);
        name(add(attention, "stale", "warning", row->id,
                 api_scene_age(scene, (int64_t)node->last_heard_mono_ms),
                 json_pack("{s:s}", "node", node->entity.id)),
             row);
    }
    if (row->people > 0 && row->capacity >= 0 &&
        (double)row->people >= near_full * (double)row->capacity)
        name(add(attention, row->people > row->capacity ? "over-capacity" : "near-full",
                 row->people > row->capacity ? "alarm" : "warning", row->id,
                 api_scene_age(scene, row->people_ms),
                 json_pack("{s:I, s:I}", "people", (json_int_t)row->people, "capacity",
                           (json_int_t)row->capacity)),
             row);
    if (row->status == HV_SHELTER_DAMAGED && row->people != 0)
        name(add(attention, "damaged", "alarm", row->id, api_scene_age(scene, row->status_ms),
                 json_pack("{s:o}", "people",
                           row->people < 0 ? json_null() : json_integer(row->people))),
             row);
    if (place->people.shortfall > 0)
        name(add(attention, "conservation", "warning", row->id,
                 age_of(scene, &place->people.changed),
                 json_pack("{s:I}", "shortfall", (json_int_t)place->people.shortfall)),
             row);
    look_at_lifelines(attention, row, place);
}

/* ---- orders, plans, requests ---- */

static void look_at_orders(struct attention *attention) {
    const struct state *state = attention->scene->state;
    for (uint32_t i = 0; i < state_count(state, STATE_ORDER); i++) {
        const struct state_order *order = state_order(state, i);
        enum hv_order_state stands = state_order_state(order);
        bool open = hv_order_is_open(stands);
        bool overdue = open && order->has_deadline &&
                       order->deadline_wall_ms < attention->scene->console.wall_ms;
        bool silent =
            open && order->escalation_level > 0 &&
            (stands == HV_ORDER_ISSUED || stands == HV_ORDER_STORED || stands == HV_ORDER_SEEN);
        bool refused = order->issued == HV_ORDER_ISSUED &&
                       (stands == HV_ORDER_DECLINED || stands == HV_ORDER_FAILED);
        if (!overdue && !refused && !silent)
            continue;
        const struct state_order_step *step =
            order->step_count == 0 ? NULL : &order->steps[order->step_count - 1];
        double age =
            overdue ? (double)(attention->scene->console.wall_ms - order->deadline_wall_ms) / 1000
            : step == NULL ? NAN
                           : api_scene_age(attention->scene, (int64_t)step->mono_ms);
        json_t *figures = json_pack(
            "{s:s, s:s, s:s}", "order_kind", hv_order_word(order->order_kind), "addressee",
            order->addressee == NULL ? "" : order->addressee, "state", hv_order_state_word(stands));
        if (open && order->escalation_level > 0)
            json_object_update_new(
                figures, json_pack("{s:I, s:s}", "level", (json_int_t)order->escalation_level, "to",
                                   order->escalated_to == NULL ? "" : order->escalated_to));
        if (refused && step != NULL && step->reason != NULL)
            json_object_set_new(figures, "reason", json_string(step->reason));
        json_t *one = add(attention,
                          overdue                       ? "order-overdue"
                          : silent                      ? "order-unanswered"
                          : stands == HV_ORDER_DECLINED ? "order-declined"
                                                        : "order-failed",
                          refused                       ? "decision"
                          : order->escalation_level > 1 ? "alarm"
                                                        : "warning",
                          order->entity.id, age, figures);
        char id[8 +
                STATE_ID_BYTES]; /* the same whatever is wrong with it, so that its owner stays */
        snprintf(id, sizeof id, "order:%s", order->entity.id);
        json_object_set_new(one, "id", json_string(id));
    }
}

/* The last plan, where it is newer than the one in force and says something. */
static void look_at_plans(struct attention *attention) {
    const struct state *state = attention->scene->state;
    uint32_t count = state_count(state, STATE_PLAN), in_force = state_general(state)->plan_in_force;
    const struct state_plan *last = count == 0 ? NULL : state_plan(state, count - 1);
    if (last == NULL || last->approved != 0 || last->withdrawn != 0 ||
        last->move_count + last->shipment_count == 0 ||
        (in_force != STATE_NONE && state_plan(state, in_force)->position > last->position))
        return;
    add(attention, "plan-waits", "decision", last->entity.id,
        api_scene_age(attention->scene, (int64_t)last->mono_ms),
        json_pack("{s:I, s:I, s:I}", "moves", (json_int_t)last->move_count, "shipments",
                  (json_int_t)last->shipment_count, "unserved_people",
                  (json_int_t)last->unserved_people));
}

static void look_at_requests(struct attention *attention) {
    const struct state *state = attention->scene->state;
    for (uint32_t i = 0; i < state_count(state, STATE_REQUEST); i++) {
        const struct state_request *request = state_request(state, i);
        const struct state_place *place = state_place(state, request->place);
        if (request->withdrawn || request->urgency != HV_URGENCY_LIFE_SAVING || place == NULL)
            continue;
        add(attention, "request", "alarm", request->entity.id,
            age_of(attention->scene, &request->seen),
            json_pack("{s:s, s:s}", "place", place->entity.id, "request_kind",
                      hv_request_word(request->request_kind)));
    }
}

/* ---- the whole ---- */

static int rank(const json_t *one) {
    const char *grade = json_string_value(json_object_get(one, "grade"));
    for (int i = 0; i < 3; i++)
        if (strcmp(grade, grades[i]) == 0)
            return i;
    return 3;
}

static int compare(const void *a, const void *b) {
    const json_t *one = *(json_t *const *)a, *other = *(json_t *const *)b;
    int order = rank(one) - rank(other);
    return order != 0 ? order
                      : strcmp(json_string_value(json_object_get(one, "id")),
                               json_string_value(json_object_get(other, "id")));
}

static json_t *sorted(json_t *list) {
    size_t count = json_array_size(list);
    json_t **all = calloc(count + 1, sizeof(json_t *)), *made = json_array();
    for (size_t i = 0; all != NULL && i < count; i++)
        all[i] = json_array_get(list, i);
    if (all != NULL)
        qsort(all, count, sizeof(json_t *), compare);
    for (size_t i = 0; all != NULL && i < count; i++)
        json_array_append(made, all[i]);
    free(all);
    json_decref(list);
    return made;
}

/* Who sees to each, and since when. */
static void add_owners(const struct api_scene *scene, json_t *list) {
    size_t index;
    json_t *one;
    json_array_foreach(list, index, one) {
        const struct state_owner *owner =
            state_find_owner(scene->state, json_string_value(json_object_get(one, "id")));
        if (owner == NULL || owner->owner == NULL) {
            json_object_set_new(one, "owner", json_null());
            continue;
        }
        json_object_set_new(one, "owner",
                            json_pack("{s:s, s:s, s:f}", "name", owner->owner, "note",
                                      owner->note == NULL ? "" : owner->note, "age_s",
                                      api_scene_age(scene, (int64_t)owner->mono_ms)));
    }
}

static json_t *attend(struct api *api, struct api_scene *scene) {
    struct attention attention = {.scene = scene, .list = json_array()};
    if (!api->pulse.counters.storing && scene == &api->scene)
        add(&attention, "storing", "alarm", "log", NAN, json_object());
    for (uint32_t i = 0; i < scene->shelter_count; i++) {
        const struct api_place *row = &scene->shelters[i];
        look_at_place(&attention, row);
        if (row->place != STATE_NONE && row->people > 0)
            look_at_stock(&attention, row, state_place(scene->state, row->place));
    }
    for (uint32_t i = 0; i < scene->depot_count; i++)
        look_at_place(&attention, &scene->depots[i]);
    look_at_orders(&attention);
    look_at_plans(&attention);
    look_at_requests(&attention);
    add_owners(scene, attention.list);
    return sorted(attention.list);
}

static void write_csv(const json_t *list, struct api_text *text) {
    static const char *const members[] = {"grade", "kind", "subject", "name", "name_zh"};
    size_t index;
    json_t *one;
    api_text_put(text,
                 "grade,kind,subject,name,name_zh,age_s,owner\r\n#severity,#event+type,#loc+code,"
                 "#loc+name,#loc+name+i_zh,#date+age+s,#contact+name\r\n");
    json_array_foreach(list, index, one) {
        for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
            const char *cell = json_string_value(json_object_get(one, members[i]));
            api_text_cell(text, cell == NULL ? "" : cell);
            api_text_add(text, ",", 1);
        }
        if (json_is_real(json_object_get(one, "age_s")))
            api_text_number(text, json_real_value(json_object_get(one, "age_s")), 1);
        const char *owner =
            json_string_value(json_object_get(json_object_get(one, "owner"), "name"));
        api_text_add(text, ",", 1);
        api_text_cell(text, owner == NULL ? "" : owner);
        api_text_put(text, "\r\n");
    }
}

void api_get_attention(struct api *api, struct api_call *call) {
    const char *kind = api_target_value(&call->target, "kind"),
               *grade = api_target_value(&call->target, "grade"),
               *owner = api_target_value(&call->target, "owner");
    enum api_format format;
    if (!api_choose_format(call, false, true, &format) ||
        api_unchanged_aged(call, state_position(call->scene->state), format))
        return;
    int error = api_goods_refresh(call->scene);
    if (error != HV_OK) {
        api_failed(call, error);
        return;
    }
    json_t *all = attend(api, call->scene), *list = json_array(), *by_grade = json_object(), *one;
    int counts[3] = {0};
    size_t index;
    json_array_foreach(all, index, one) {
        counts[rank(one) % 3]++;
        const char *has = json_string_value(json_object_get(json_object_get(one, "owner"), "name"));
        if ((owner == NULL || strcmp(owner, has == NULL ? "" : has) == 0) &&
            (kind == NULL ||
             api_words_have(kind, json_string_value(json_object_get(one, "kind")))) &&
            (grade == NULL ||
             api_words_have(grade, json_string_value(json_object_get(one, "grade")))))
            json_array_append(list, one);
    }
    json_decref(all);
    for (int i = 0; i < 3; i++)
        json_object_set_new(by_grade, grades[i], json_integer(counts[i]));
    if (format == API_CSV) {
        write_csv(list, &call->out);
        json_decref(list);
        json_decref(by_grade);
        api_reply(call, 200, api_type_of(format));
        return;
    }
    api_reply_page(call, list, "by_grade", by_grade);
}
