/* Questions about goods as the console answers them: where they are, how long they last, what is on
 * its way, and what staff should look at. */
#include "coordinator/api/api_inside.h"
#include "coordinator/api/api_sheet.h"

enum { DAYS_MOST = 3650 };

/* Whether it is answered already: the client has it, or asks for a format that it does not come in.
 * Ages and days left go on with the clock. */
static bool is_done(struct api_call *call, uint32_t kinds, enum api_format *format) {
    return !api_choose_format(call, false, true, format) ||
           api_unchanged_aged(call, api_scene_changed(call->scene, kinds), *format);
}

void api_get_waybills(struct api *api, struct api_call *call) {
    (void)api;
    enum api_format format;
    uint32_t kinds = 1u << STATE_WAYBILL | 1u << STATE_ORDER;
    if (!api_choose_format(call, true, true, &format) ||
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
        api_reply_sheet(call, format, &api_waybill_sheet, list);
    json_decref(refusal);
}

/* `lagging` are places, not rows: it is of JSON alone. */
void api_get_ledger(struct api *api, struct api_call *call) {
    (void)api;
    enum api_format format;
    if (is_done(call, 1u << STATE_PLACE | 1u << STATE_WAYBILL, &format))
        return;
    json_t *request = json_pack("{s:s}", "verb", "ledger"), *refusal = NULL;
    api_pass_on(call, request, "item");
    api_pass_on(call, request, "lot");
    api_pass_on(call, request, "place");
    json_t *reply = api_ask(call->scene, request, NULL, &refusal);
    json_t *rows = json_incref(json_object_get(reply, "rows"));
    if (reply == NULL)
        api_refused(call, refusal);
    else if (format == API_CSV)
        api_reply_sheet(call, format, &api_ledger_sheet, rows);
    else
        api_reply_page(call, rows, "lagging", json_incref(json_object_get(reply, "lagging")));
    json_decref(reply);
    json_decref(refusal);
}

void api_get_warnings(struct api *api, struct api_call *call) {
    (void)api;
    enum api_format format;
    if (is_done(call, 1u << STATE_PLACE | 1u << STATE_WAYBILL | 1u << STATE_NODE, &format))
        return;
    json_t *refusal = NULL,
           *list = api_ask(call->scene, json_pack("{s:s}", "verb", "ledger-warnings"), "warnings",
                           &refusal);
    if (list == NULL)
        api_refused(call, refusal);
    else
        api_reply_sheet(call, format, &api_warning_sheet, list);
    json_decref(refusal);
}

/* The console makes the page: with many shelters the whole list is long. */
void api_get_supplies(struct api *api, struct api_call *call) {
    (void)api;
    uint64_t limit, offset, below = 0;
    enum api_format format;
    if (!api_choose_format(call, false, true, &format))
        return;
    if (format == API_CSV ? !api_read_whole(call, &limit, &offset)
                          : !api_read_page(call, &limit, &offset))
        return;
    if (api_target_number(&call->target, "below", 1, DAYS_MOST, &below) == HV_ERR_VALUE) {
        api_problem(call, 400, "value", "below is 1 to 3650 days", NULL);
        return;
    }
    if (api_unchanged_aged(call, api_scene_changed(call->scene, 1u << STATE_PLACE), format))
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
    if (reply == NULL) {
        api_refused(call, refusal);
    } else if (format == API_CSV) {
        api_sheet_write(&api_supply_sheet, call->scene, json_object_get(reply, "supplies"), 0,
                        limit, &call->out);
        api_reply(call, 200, api_type_of(format));
    } else {
        api_reply_list(call, (size_t)json_integer_value(json_object_get(reply, "total")), offset,
                       json_incref(json_object_get(reply, "supplies")));
    }
    json_decref(reply);
    json_decref(refusal);
}
