/* What is wrong or waits for somebody's decision, as the console works it out. */
#include "coordinator/api/api_inside.h"

#include <string.h>

static void write_csv(const struct api_scene *scene, const json_t *list, struct api_text *text) {
    static const char *const members[] = {"grade", "kind", "subject", "name", "name_zh"};
    size_t index;
    json_t *one;
    api_text_put(text, "grade,kind,subject,name,name_zh,age_s,owner");
    api_exercise_cell(scene, 0, text);
    api_text_put(text, "#severity,#event+type,#loc+code,#loc+name,#loc+name+i_zh,#date+age+s,"
                       "#contact+name");
    api_exercise_cell(scene, 1, text);
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
        api_exercise_cell(scene, 2, text);
    }
}

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
    } else if (format == API_CSV && api_sort(call, list)) {
        write_csv(call->scene, list, &call->out);
        api_reply(call, 200, api_type_of(format));
    } else if (format != API_CSV) {
        api_reply_page(call, list, "by_grade", by_grade);
        list = by_grade = NULL;
    }
    json_decref(list);
    json_decref(by_grade);
    json_decref(refusal);
}
