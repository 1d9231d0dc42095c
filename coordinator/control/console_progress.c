/* How far the evacuation is against the windows of the plan in force, zone by zone. */
#include "coordinator/control/console_json.h"

#include "coordinator/planning/progress.h"
#include "coordinator/planning/whereabouts.h"

/* As haven.yaml has it where nothing is set. */
enum { MARGIN_MIN = 30, MS_PER_MIN = 60000 };

int64_t console_margin_ms(const struct console_scene *scene) {
    return (int64_t)(scene->settings == NULL ? MARGIN_MIN : scene->settings->arrival_margin_min) *
           MS_PER_MIN;
}

void console_whereabouts(const struct console_scene *scene, const struct state_zone *seen,
                         const struct region_zone *zone, struct whereabouts *ret_whereabouts) {
    whereabouts_of(seen, zone == NULL ? REGION_UNKNOWN : region_zone_people(zone, REGION_NIGHT),
                   scene->wall_ms, console_margin_ms(scene), ret_whereabouts);
}

static json_t *view_zone(const struct console_scene *scene, const struct progress_zone *zone) {
    const struct region_zone *known =
        &scene->region->zones[region_find_zone(scene->region, zone->zone)];
    json_t *object = json_pack(
        "{s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:b, s:I, s:f}", "zone",
        zone->zone, "name", known->name, "name_zh", known->name_zh, "standing",
        progress_standing_word(zone->standing), "people", (json_int_t)zone->people, "left_over",
        (json_int_t)zone->left_over, "departs_wall_ms", (json_int_t)zone->departs_wall_ms,
        "departed_wall_ms", (json_int_t)zone->departed_wall_ms, "arrived_wall_ms",
        (json_int_t)zone->arrived_wall_ms, "should_have_left", (json_int_t)zone->should_have_left,
        "should_be_there", (json_int_t)zone->should_be_there, "gone", (json_int_t)zone->gone,
        "swept", zone->swept, "behind_people", (json_int_t)zone->behind_people, "behind_s",
        (double)zone->behind_ms / 1000);
    json_object_set_new(object, "still",
                        zone->still < 0 ? json_null() : json_integer((json_int_t)zone->still));
    json_object_set_new(object, "to_leave",
                        zone->still < 0 ? json_null() : json_integer((json_int_t)zone->to_leave));
    json_object_update_new(
        object, json_pack("{s:I, s:I, s:I, s:I}", "arrived", (json_int_t)zone->arrived, "on_way",
                          (json_int_t)zone->on_way, "overdue", (json_int_t)zone->overdue,
                          "elsewhere", (json_int_t)zone->elsewhere));
    json_object_set_new(object, "told_age_s",
                        zone->told_ms == 0 ? json_null() : console_age_since(scene, zone->told_ms));
    return object;
}

void console_progress(const struct console_scene *scene, const json_t *request,
                      struct hv_arena *arena, struct console_outcome *outcome) {
    struct progress progress;
    const int error = progress_of(console_picture(scene), scene->region, scene->wall_ms,
                                  scene->mono_ms, console_margin_ms(scene), arena, &progress);
    if (error != HV_OK) {
        console_refuse(outcome, error, NULL, NULL);
        return;
    }
    json_t *list = json_array();
    for (size_t i = 0; i < progress.count; i++)
        json_array_append_new(list, view_zone(scene, &progress.zones[i]));
    console_answer_list(request, "zones", list, outcome);
    if (outcome->reply == NULL)
        return;
    json_object_set_new(outcome->reply, "plan",
                        progress.plan == 0 ? json_null() : json_integer((json_int_t)progress.plan));
    json_object_set_new(outcome->reply, "since_wall_ms",
                        progress.plan == 0 ? json_null()
                                           : json_integer((json_int_t)progress.since_wall_ms));
}
