/* The decision that what shelters have left goes back to depots. */
#include "coordinator/control/console_json.h"

#include "coordinator/planning/returns.h"

#include <stdio.h>

/* Shelters by name, with commas between; as many as there is room for. */
static const char *names(const struct returns *returns, char *text, size_t bytes) {
    size_t used = 0;
    text[0] = '\0';
    for (size_t i = 0; i < returns->without_road_count && used < bytes; i++)
        used += (size_t)snprintf(text + used, bytes - used, "%s%s", i == 0 ? "" : ", ",
                                 returns->without_road[i]);
    return text;
}

static void refuse(int error, const char *place, const struct returns *returns,
                   struct console_outcome *outcome) {
    const char *at = place == NULL ? "any shelter that is closed and empty" : place;
    char text[400];
    switch (error) {
    case HV_ERR_NOT_FOUND:
        console_refusef(outcome, error,
                        "see haven ledger; what is damaged or expired is written off there",
                        "nothing usable is left at %.80s", at);
        break;
    case HV_ERR_EXISTS:
        console_refusef(outcome, HV_ERR_STATE, "see haven orders; cancel it to order anew",
                        "an order to return goods stands at %.80s already", at);
        break;
    case HV_ERR_STATE:
        console_refusef(outcome, HV_ERR_STATE, "name another with --to, or open a road",
                        "no open road leads from %.300s to a depot that can be used",
                        place == NULL ? names(returns, text, sizeof text) : place);
        break;
    case HV_ERR_LIMIT:
        console_refuse(outcome, error, "that is more orders than one decision can hold",
                       "name the shelters one by one");
        break;
    default:
        console_refuse(outcome, error, NULL, NULL);
    }
}

/* Beside the answer to the decision: whose goods stay. */
static json_t *tell_passed(const struct returns *returns) {
    json_t *list = json_array();
    for (size_t i = 0; i < returns->without_road_count; i++)
        json_array_append_new(list, json_string(returns->without_road[i]));
    return json_pack("{s:o}", "without_road", list);
}

void console_goods_return(const struct console_scene *scene, const json_t *request,
                          struct hv_arena *arena, struct console_outcome *outcome) {
    const char *place = console_text(request, "place"), *depot = console_text(request, "depot");
    const struct region *region = scene->region;
    const struct picture_rules rules = picture_rules_at(scene->wall_ms, scene->mono_ms);
    struct picture *picture = NULL;
    if (region == NULL || scene->profiles == NULL) {
        console_refuse(outcome, HV_ERR_STATE, "no region is loaded", "haven region load DIR");
        return;
    }
    if (place == NULL && !json_is_true(json_object_get(request, "all"))) {
        console_refuse(outcome, HV_ERR_VALUE, "“place” is missing", "name a shelter, or --all");
        return;
    }
    if (place != NULL && region_find_shelter(region, place) == REGION_NONE) {
        console_refusef(outcome, HV_ERR_NOT_FOUND, "list them: haven shelters",
                        "there is no shelter “%.80s”", place);
        return;
    }
    if (depot != NULL && region_find_depot(region, depot) == REGION_NONE) {
        console_refusef(outcome, HV_ERR_NOT_FOUND, "list them: haven depots",
                        "there is no depot “%.80s”", depot);
        return;
    }
    struct returns returns = {0};
    int error =
        picture_new(console_picture(scene), region, console_profile(scene), &rules, &picture);
    const struct returns_task task = {.state = console_picture(scene),
                                      .region = region,
                                      .picture = picture,
                                      .place = place,
                                      .depot = depot,
                                      .text = console_text_or_empty(request, "text"),
                                      .wall_ms = scene->wall_ms,
                                      .mono_ms = scene->mono_ms};
    if (error == HV_OK)
        error = returns_plan(&task, arena, &returns);
    picture_free(picture);
    if (error != HV_OK) {
        refuse(error, place, &returns, outcome);
        return;
    }
    outcome->kind = CONSOLE_COMMAND;
    outcome->records = returns.records;
    outcome->record_count = returns.count;
    outcome->reply = tell_passed(&returns);
}
