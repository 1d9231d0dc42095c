/* What is wrong or waits for somebody's decision, as the console works it out. */
#include "coordinator/api/api_inside.h"
#include "coordinator/api/api_sheet.h"

void api_get_attention(struct api *api, struct api_call *call) {
    (void)api;
    enum api_format format;
    if (!api_choose_format(call, false, true, &format) ||
        api_unchanged_aged(call, state_position(call->scene->state), format))
        return;
    json_t *request = json_pack("{s:s}", "verb", "attention"), *refusal = NULL;
    api_pass_on(call, request, "kind");
    api_pass_on(call, request, "grade");
    api_pass_on(call, request, "owner");
    json_t *reply = api_ask(call->scene, request, NULL, &refusal);
    json_t *list = json_incref(json_object_get(reply, "attention")),
           *by_grade = json_incref(json_object_get(reply, "by_grade"));
    json_decref(reply);
    if (list == NULL) {
        api_refused(call, refusal);
    } else if (format == API_CSV) {
        api_reply_sheet(call, format, &api_attention_sheet, list);
        list = NULL;
    } else {
        api_reply_page(call, list, "by_grade", by_grade);
        list = by_grade = NULL;
    }
    json_decref(list);
    json_decref(by_grade);
    json_decref(refusal);
}
