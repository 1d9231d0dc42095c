/* Questions about goods as the console answers them: where they are, how long they last, what is on
 * its way, and what staff should look at. */
#include "coordinator/api/api_inside.h"

enum { DAYS_MOST = 3650, PAGE_USUAL = 100, PAGE_MOST = 1000 };

/* Ages and days left go on with the clock. */
static bool unchanged(struct api_call *call, uint32_t kinds) {
    return api_unchanged_aged(call, api_scene_changed(call->scene, kinds), API_JSON);
}

/* The list under `member`, and one thing more where it is named; or what was refused. */
static void tell(struct api_call *call, json_t *request, const char *member, const char *more) {
    json_t *refusal = NULL, *reply = api_ask(call->scene, request, NULL, &refusal);
    if (reply == NULL)
        api_refused(call, refusal);
    else
        api_reply_page(call, json_incref(json_object_get(reply, member)), more,
                       more == NULL ? NULL : json_incref(json_object_get(reply, more)));
    json_decref(reply);
    json_decref(refusal);
}

void api_get_waybills(struct api *api, struct api_call *call) {
    (void)api;
    enum api_format format;
    uint32_t kinds = 1u << STATE_WAYBILL | 1u << STATE_ORDER;
    if (!api_choose_format(call, true, false, &format) ||
        api_unchanged_aged(call, api_scene_changed(call->scene, kinds), format))
        return;
    json_t *request = json_pack("{s:s, s:b}", "verb", "waybills", "all", api_is_true(call, "all"));
    api_pass_on(call, request, "id");
    json_t *refusal = NULL, *list = api_ask(call->scene, request, "waybills", &refusal);
    if (list == NULL)
        api_refused(call, refusal);
    else if (api_keep_in_box(call, &list, api_journey_is_in) && format == API_GEOJSON)
        api_reply_features(call, list, api_feature_of_journey);
    else if (list != NULL)
        api_reply_page(call, list, NULL, NULL);
    json_decref(refusal);
}

void api_get_ledger(struct api *api, struct api_call *call) {
    (void)api;
    if (unchanged(call, 1u << STATE_PLACE | 1u << STATE_WAYBILL))
        return;
    json_t *request = json_pack("{s:s}", "verb", "ledger");
    api_pass_on(call, request, "item");
    api_pass_on(call, request, "lot");
    api_pass_on(call, request, "place");
    tell(call, request, "rows", "lagging");
}

void api_get_warnings(struct api *api, struct api_call *call) {
    (void)api;
    if (unchanged(call, 1u << STATE_PLACE | 1u << STATE_WAYBILL | 1u << STATE_NODE))
        return;
    tell(call, json_pack("{s:s}", "verb", "ledger-warnings"), "warnings", NULL);
}

/* The console makes the page: with many shelters the whole list is long. */
void api_get_supplies(struct api *api, struct api_call *call) {
    (void)api;
    uint64_t limit = PAGE_USUAL, offset = 0, below = 0;
    if (api_target_number(&call->target, "limit", 1, PAGE_MOST, &limit) == HV_ERR_VALUE ||
        api_target_number(&call->target, "offset", 0, 1000000000, &offset) == HV_ERR_VALUE ||
        api_target_number(&call->target, "below", 1, DAYS_MOST, &below) == HV_ERR_VALUE) {
        api_problem(call, 400, "value",
                    "limit is 1 to 1000, offset 0 or more, below 1 to 3650 days", NULL);
        return;
    }
    if (unchanged(call, 1u << STATE_PLACE))
        return;
    const char *shelter = api_target_value(&call->target, "shelter");
    json_t *refusal = NULL, *request = json_pack("{s:s, s:I, s:I}", "verb", "supplies", "limit",
                                                 (json_int_t)limit, "offset", (json_int_t)offset);
    api_pass_on(call, request, "item");
    if (shelter != NULL)
        json_object_set_new(request, "id", json_string(shelter));
    if (below > 0)
        json_object_set_new(request, "below", json_integer((json_int_t)below));
    json_t *reply = api_ask(call->scene, request, NULL, &refusal);
    if (reply == NULL)
        api_refused(call, refusal);
    else
        api_reply_list(call, (size_t)json_integer_value(json_object_get(reply, "total")), offset,
                       json_incref(json_object_get(reply, "supplies")));
    json_decref(reply);
    json_decref(refusal);
}
