/* Questions about plans, and about one order. What is no longer in memory is read from the log. */
#include "coordinator/api/api_inside.h"
#include "coordinator/api/api_sheet.h"

#include <string.h>

json_t *api_number_argument(struct api_call *call, const char *what) {
    const char *text = call->arguments[0];
    size_t length = strlen(text);
    if (length > 0 && length <= 15 && strspn(text, "0123456789") == length)
        return json_integer(strtoll(text, NULL, 10));
    char detail[120];
    snprintf(detail, sizeof detail, "“%.60s” is no number of %s", text, what);
    api_problem(call, 404, "not-found", detail, NULL);
    return NULL;
}

static bool is_plan_wanted(const json_t *plan, const void *standings) {
    return api_words_have(standings, json_string_value(json_object_get(plan, "standing")));
}

void api_get_plans(struct api *api, struct api_call *call) {
    const char *standing = api_target_value(&call->target, "standing");
    enum api_format format;
    (void)api;
    if (!api_choose_format(call, false, true, &format) ||
        api_unchanged(call, api_scene_changed(call->scene, 1u << STATE_PLAN), format))
        return;
    json_t *list = api_ask(call->scene, json_pack("{s:s}", "verb", "plans"), "plans", NULL);
    if (standing != NULL)
        api_keep(list, is_plan_wanted, standing);
    api_reply_sheet(call, format, &api_plan_sheet, list);
}

/* A plan whose body is no longer in memory: the log has it. */
static json_t *old_plan(struct api *api, struct api_call *call, json_int_t number) {
    const struct state_plan *plan = state_find_plan(call->scene->state, (uint64_t)number);
    const struct hv_record *record = plan == NULL ? NULL : api_record_at(api, plan->position);
    return record == NULL || record->kind != HV_RECORD_PLAN
               ? NULL
               : console_plan_view(call->scene->state, &record->plan);
}

/* What changes between plans one of whose bodies is no longer in memory: the log has both. */
static json_t *old_diff(struct api *api, const struct state *state, uint64_t number,
                        uint64_t against) {
    const uint32_t in_force = state_general(state)->plan_in_force;
    const struct state_plan *after = state_find_plan(state, number);
    const struct state_plan *before = against != 0             ? state_find_plan(state, against)
                                      : in_force == STATE_NONE ? NULL
                                                               : state_plan(state, in_force);
    const struct hv_record *to = after == NULL ? NULL : api_record_at(api, after->position);
    const struct hv_record *from = before == NULL ? NULL : api_record_at(api, before->position);
    if (to == NULL || to->kind != HV_RECORD_PLAN ||
        (before != NULL && (from == NULL || from->kind != HV_RECORD_PLAN)))
        return NULL;
    return console_plan_difference(state, from == NULL ? NULL : &from->plan, &to->plan,
                                   &api->arena);
}

void api_get_plan(struct api *api, struct api_call *call) {
    enum api_format format;
    json_t *refusal = NULL;
    if (!api_choose_format(call, true, true, &format))
        return;
    json_t *number = api_number_argument(call, "a plan");
    if (number == NULL)
        return;
    json_int_t wanted = json_integer_value(number);
    json_t *plan = api_ask(call->scene, json_pack("{s:s, s:o}", "verb", "plan", "plan", number),
                           "plan", &refusal);
    if (plan == NULL && refusal == NULL)
        plan = old_plan(api, call, wanted);
    const char *part = api_target_value(&call->target, "part");
    const json_t *items = NULL;
    const struct api_sheet *sheet = api_plan_part(plan, part == NULL ? "moves" : part, &items);
    if (plan == NULL)
        api_refused(call, refusal);
    else if (sheet == NULL)
        api_problem(call, 400, "value", "a plan has no part that is called so",
                    "see schemas/openapi.yaml");
    else if (!api_unchanged(call, api_scene_changed(call->scene, 1u << STATE_PLAN), format)) {
        if (format == API_CSV)
            api_sheet_write(sheet, call->scene, items, 0, UINT64_MAX, &call->out);
        else if (format == API_GEOJSON)
            api_features_of_routes(call->scene, plan, &call->out);
        else
            api_text_json(&call->out, plan);
        api_reply(call, 200, api_type_of(format));
    }
    json_decref(plan);
    json_decref(refusal);
}

/* CSV of one thing; taken over. */
static void reply_rows(struct api_call *call, const struct api_sheet *sheet, json_t *item) {
    api_csv_headings(sheet->columns, sheet->column_count, call->scene, &call->out);
    api_sheet_rows(sheet, call->scene, item, &call->out);
    api_reply(call, 200, api_type_of(API_CSV));
    json_decref(item);
}

void api_get_plan_diff(struct api *api, struct api_call *call) {
    enum api_format format;
    if (!api_choose_format(call, false, true, &format))
        return;
    json_t *number = api_number_argument(call, "a plan"), *refusal = NULL;
    if (number == NULL)
        return;
    const uint64_t wanted = (uint64_t)json_integer_value(number);
    uint64_t against = 0;
    if (api_target_number(&call->target, "against", 1, HV_COUNTER_MAX, &against) == HV_ERR_VALUE) {
        json_decref(number);
        api_problem(call, 400, "value", "against is the number of a plan", NULL);
    } else {
        json_t *reply = api_ask(call->scene,
                                json_pack("{s:s, s:o, s:I}", "verb", "plan-diff", "plan", number,
                                          "against", (json_int_t)against),
                                NULL, &refusal);
        if (reply == NULL && refusal == NULL)
            reply = old_diff(api, call->scene->state, wanted, against);
        if (reply != NULL &&
            api_unchanged(call, api_scene_changed(call->scene, 1u << STATE_PLAN), format))
            json_decref(reply);
        else if (reply != NULL && format == API_CSV)
            reply_rows(call, &api_difference_sheet, reply);
        else
            api_reply_asked(call, reply, refusal);
    }
}

void api_get_order(struct api *api, struct api_call *call) {
    json_t *number = api_number_argument(call, "an order"), *refusal = NULL;
    (void)api;
    if (number == NULL)
        return;
    json_t *order = api_ask(call->scene, json_pack("{s:s, s:o}", "verb", "order", "order", number),
                            "order", &refusal);
    if (order != NULL &&
        api_unchanged_aged(call, api_scene_changed(call->scene, 1u << STATE_ORDER), API_JSON))
        json_decref(order);
    else
        api_reply_asked(call, order, refusal);
}
