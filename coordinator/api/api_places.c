/* Shelters, depots, zones and nodes as tables. */
#include "coordinator/api/api_tables.h"

#include "coordinator/control/console_json.h"
#include "coordinator/planning/whereabouts.h"

#include <math.h>
#include <string.h>

json_t *api_ask(const struct api_scene *scene, json_t *request, const char *member,
                json_t **ret_refusal) {
    struct console_outcome outcome = {0};
    json_t *found = NULL;
    if (ret_refusal != NULL)
        *ret_refusal = NULL;
    console_handle(&scene->console, request, scene->arena, &outcome);
    bool refused = json_is_false(json_object_get(outcome.reply, "ok"));
    if (!refused)
        found = member == NULL ? json_incref(outcome.reply)
                               : json_incref(json_object_get(outcome.reply, member));
    else if (ret_refusal != NULL)
        *ret_refusal = json_incref(outcome.reply);
    json_decref(outcome.reply);
    json_decref(request);
    return found;
}

static json_t *ask_one(const struct api_scene *scene, const char *verb, const char *id) {
    json_t *list = api_ask(scene, json_pack("{s:s, s:s}", "verb", verb, "id", id), verb, NULL);
    json_t *one = json_incref(json_array_get(list, 0));
    json_decref(list);
    return one;
}

static json_t *coordinate(double value) {
    return isfinite(value) ? json_real(value) : json_null();
}

static void set_place(json_t *object, const struct api_scene *scene, double lon, double lat) {
    json_object_set_new(object, "lon", coordinate(lon));
    json_object_set_new(object, "lat", coordinate(lat));
    json_object_set_new(object, "position", json_integer((json_int_t)state_position(scene->state)));
}

static struct api_value age(const struct api_scene *scene, int64_t observed_ms) {
    return api_number(api_scene_age(scene, observed_ms));
}

/* ---- shelters ---- */

static const struct api_column shelter_columns[] = {
    {.name = "id", .hxl = "#loc+shelter+code", .found = true},
    {.name = "name", .hxl = "#loc+shelter+name", .found = true},
    {.name = "name_zh", .hxl = "#loc+shelter+name+i_zh", .found = true},
    {.name = "lon", .hxl = "#geo+lon", .decimals = 7},
    {.name = "lat", .hxl = "#geo+lat", .decimals = 7},
    {.name = "status", .hxl = "#status+shelter"},
    {.name = "status_age_s", .hxl = "#date+status+age+s", .decimals = 1},
    {.name = "people", .hxl = "#affected+sheltered"},
    {.name = "people_age_s", .hxl = "#date+affected+age+s", .decimals = 1},
    {.name = "at_least", .hxl = "#affected+at_least"},
    {.name = "source", .hxl = "#meta+source"},
    {.name = "capacity", .hxl = "#capacity+shelter"},
    {.name = "capacity_verified", .hxl = "#capacity+shelter+verified"},
    {.name = "fullness", .hxl = "#indicator+fullness", .decimals = 3},
    {.name = "presence", .hxl = "#status+node"},
    {.name = "stale", .hxl = "#status+stale"},
    {.name = "open_requests", .hxl = "#need+requests"},
    {.name = "lifelines_down", .hxl = "#impact+lifelines"},
    {.name = "hit", .hxl = "#impact+hazard"},
    {.name = "free", .hxl = "#capacity+free"},
};
enum { SHELTER_FULLNESS = 13, SHELTER_PRESENCE = 14, SHELTER_STATUS = 5 };

static const struct api_filter shelter_filters[] = {
    {"status", API_FILTER_WORDS, SHELTER_STATUS, NULL},
    {"presence", API_FILTER_WORDS, SHELTER_PRESENCE, NULL},
    {"full", API_FILTER_AT_LEAST, SHELTER_FULLNESS, NULL}};

static uint32_t count_shelters(const struct api_scene *scene) {
    return scene->shelter_count;
}

static void fill_shelter(const struct api_scene *scene, uint32_t row, struct api_value *values) {
    const struct api_place *place = &scene->shelters[row];
    bool known = place->people >= 0 && place->capacity >= 0;
    double fullness =
        known && place->capacity > 0 ? (double)place->people / (double)place->capacity : NAN;
    values[0] = api_text(place->id);
    values[1] = api_text(place->name);
    values[2] = api_text(place->name_zh);
    values[3] = api_number(place->lon);
    values[4] = api_number(place->lat);
    values[5] = api_text(hv_shelter_status_word(place->status));
    values[6] = age(scene, place->status_ms);
    values[7] = api_count(place->people);
    values[8] = age(scene, place->people_ms);
    values[9] = api_bool(place->at_least);
    values[10] = api_text(hv_source_word((enum hv_source)place->source));
    values[11] = api_count(place->capacity);
    values[12] = api_bool(place->verified);
    values[13] = api_number(fullness);
    values[14] = api_text(api_presence_word(place->presence));
    values[15] = api_bool(place->presence == STATE_STALE);
    values[16] = api_integer(place->open_requests);
    values[17] = api_integer(place->lifelines_down);
    values[18] = api_bool(place->hit);
    values[19] = known ? api_integer(place->capacity - place->people) : api_nothing();
}

static json_t *answer(enum region_answer value) {
    return value == REGION_ANSWER_UNKNOWN ? json_null() : json_boolean(value == REGION_ANSWER_YES);
}

static json_t *count(int64_t value) {
    return value < 0 ? json_null() : json_integer(value);
}

static json_t *hazard_words(uint32_t set) {
    json_t *list = json_array();
    for (int i = 0; i < REGION_HAZARDS; i++)
        if ((set >> i & 1) != 0)
            json_array_append_new(list,
                                  json_string(region_hazard_name((enum region_hazard)(1u << i))));
    return list;
}

static json_t *shelter_detail(const struct api_scene *scene, uint32_t row) {
    const struct api_place *place = &scene->shelters[row];
    json_t *object = ask_one(scene, "shelters", place->id);
    set_place(object, scene, place->lon, place->lat);
    json_object_set_new(object, "hit", json_boolean(place->hit));
    if (place->listed == REGION_NONE)
        return object;
    const struct region_shelter *shelter = &scene->region->shelters[place->listed];
    json_object_update_new(
        object, json_pack("{s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "place", shelter->place,
                          "peacetime_use", shelter->peacetime_use, "accessible",
                          answer(shelter->accessible), "pets", answer(shelter->pets), "frail",
                          answer(shelter->frail), "toilets", count(shelter->toilets), "beds",
                          count(shelter->beds), "withstands", hazard_words(shelter->withstands),
                          "unfit", hazard_words(shelter->unfit)));
    return object;
}

const struct api_table api_shelters = {
    .columns = shelter_columns,
    .column_count = sizeof shelter_columns / sizeof *shelter_columns,
    .filters = shelter_filters,
    .filter_count = sizeof shelter_filters / sizeof *shelter_filters,
    .geometry = API_POINT,
    .place = 3,
    .kinds = 1u << STATE_PLACE | 1u << STATE_NODE | 1u << STATE_HAZARD,
    .count = count_shelters,
    .fill = fill_shelter,
    .detail = shelter_detail,
};

/* ---- depots ---- */

static const struct api_column depot_columns[] = {
    {.name = "id", .hxl = "#loc+depot+code", .found = true},
    {.name = "name", .hxl = "#loc+depot+name", .found = true},
    {.name = "name_zh", .hxl = "#loc+depot+name+i_zh", .found = true},
    {.name = "lon", .hxl = "#geo+lon", .decimals = 7},
    {.name = "lat", .hxl = "#geo+lat", .decimals = 7},
    {.name = "stock_age_s", .hxl = "#date+stock+age+s", .decimals = 1},
    {.name = "lines", .hxl = "#item+lines"},
    {.name = "open_requests", .hxl = "#need+requests"},
    {.name = "presence", .hxl = "#status+node"},
    {.name = "stale", .hxl = "#status+stale"},
    {.name = "hit", .hxl = "#impact+hazard"},
};

static const struct api_filter depot_filters[] = {{"presence", API_FILTER_WORDS, 8, NULL}};

static uint32_t count_depots(const struct api_scene *scene) {
    return scene->depot_count;
}

static void fill_depot(const struct api_scene *scene, uint32_t row, struct api_value *values) {
    const struct api_place *place = &scene->depots[row];
    values[0] = api_text(place->id);
    values[1] = api_text(place->name);
    values[2] = api_text(place->name_zh);
    values[3] = api_number(place->lon);
    values[4] = api_number(place->lat);
    values[5] = age(scene, place->stock_ms);
    values[6] = api_integer(place->stock_lines);
    values[7] = api_integer(place->open_requests);
    values[8] = api_text(api_presence_word(place->presence));
    values[9] = api_bool(place->presence == STATE_STALE);
    values[10] = api_bool(place->hit);
}

static json_t *depot_detail(const struct api_scene *scene, uint32_t row) {
    const struct api_place *place = &scene->depots[row];
    json_t *object = ask_one(scene, "depots", place->id);
    set_place(object, scene, place->lon, place->lat);
    json_object_set_new(object, "hit", json_boolean(place->hit));
    return object;
}

const struct api_table api_depots = {
    .columns = depot_columns,
    .column_count = sizeof depot_columns / sizeof *depot_columns,
    .filters = depot_filters,
    .filter_count = sizeof depot_filters / sizeof *depot_filters,
    .geometry = API_POINT,
    .place = 3,
    .kinds = 1u << STATE_PLACE | 1u << STATE_NODE | 1u << STATE_HAZARD,
    .count = count_depots,
    .fill = fill_depot,
    .detail = depot_detail,
};

/* ---- zones ---- */

static const struct api_column zone_columns[] = {
    {.name = "id", .hxl = "#adm+zone+code", .found = true},
    {.name = "name", .hxl = "#adm+zone+name", .found = true},
    {.name = "name_zh", .hxl = "#adm+zone+name+i_zh", .found = true},
    {.name = "lon", .hxl = "#geo+lon", .decimals = 7},
    {.name = "lat", .hxl = "#geo+lat", .decimals = 7},
    {.name = "people", .hxl = "#population+night"},
    {.name = "checked_in", .hxl = "#affected+arrived"},
    {.name = "remaining", .hxl = "#affected+remaining"},
    {.name = "on_way", .hxl = "#affected+onway+estimated"},
    {.name = "overdue", .hxl = "#affected+overdue+estimated"},
    {.name = "swept_age_s", .hxl = "#date+swept+age+s", .decimals = 1},
    {.name = "hit", .hxl = "#impact+hazard"},
};

static const struct api_filter zone_filters[] = {{"hit", API_FILTER_ANSWER, API_ZONE_HIT, NULL}};

/* Those of the region, then those that only reports have named. */
static uint32_t count_zones(const struct api_scene *scene) {
    uint32_t listed = scene->region == NULL ? 0 : scene->region->zone_count, count = listed;
    for (uint32_t i = 0; i < state_count(scene->state, STATE_ZONE); i++)
        count += scene->region == NULL ||
                 region_find_zone(scene->region, state_at(scene->state, STATE_ZONE, i)->id) ==
                     REGION_NONE;
    return count;
}

static const struct state_zone *extra_zone(const struct api_scene *scene, uint32_t number) {
    for (uint32_t i = 0; i < state_count(scene->state, STATE_ZONE); i++) {
        const struct state_entity *zone = state_at(scene->state, STATE_ZONE, i);
        if ((scene->region == NULL || region_find_zone(scene->region, zone->id) == REGION_NONE) &&
            number-- == 0)
            return (const struct state_zone *)zone;
    }
    return NULL;
}

static void fill_zone(const struct api_scene *scene, uint32_t row, struct api_value *values) {
    uint32_t listed = scene->region == NULL ? 0 : scene->region->zone_count;
    const struct region_zone *zone = row < listed ? &scene->region->zones[row] : NULL;
    const struct state_zone *seen =
        zone == NULL ? extra_zone(scene, row - listed) : state_find_zone(scene->state, zone->id);
    int64_t people = zone == NULL ? -1 : region_zone_people(zone, REGION_NIGHT);
    int64_t arrived = seen == NULL ? 0 : hv_people_total(&seen->checked_in);
    bool placed = zone != NULL && scene->region->coordinates == REGION_LONLAT;
    struct whereabouts are;
    console_whereabouts(&scene->console, seen, zone, &are);
    values[0] = api_text(zone != NULL ? zone->id : seen != NULL ? seen->entity.id : "");
    values[1] = api_text(zone == NULL ? "" : zone->name);
    values[2] = api_text(zone == NULL ? "" : zone->name_zh);
    values[3] = api_number(placed ? zone->lon : NAN);
    values[4] = api_number(placed ? zone->lat : NAN);
    values[API_ZONE_PEOPLE] = api_count(people);
    values[6] = api_integer(arrived);
    values[API_ZONE_REMAINING] = api_count(are.left);
    values[API_ZONE_ON_WAY] = api_integer(are.on_way[STATE_ALL]);
    values[API_ZONE_OVERDUE] = api_integer(are.overdue);
    values[API_ZONE_SWEPT] =
        age(scene, seen != NULL && are.swept ? seen->sweep.seen_ms : API_MS_NEVER);
    values[API_ZONE_HIT] = api_bool(zone != NULL && scene->zone_hit[row]);
}

const struct api_table api_zones = {
    .columns = zone_columns,
    .column_count = sizeof zone_columns / sizeof *zone_columns,
    .filters = zone_filters,
    .filter_count = sizeof zone_filters / sizeof *zone_filters,
    .geometry = API_POINT,
    .place = 3,
    .kinds = 1u << STATE_ZONE | 1u << STATE_HAZARD,
    .count = count_zones,
    .fill = fill_zone,
};

/* ---- nodes ---- */

static const struct api_column node_columns[] = {
    {.name = "id", .hxl = "#meta+node+code", .found = true},
    {.name = "role", .hxl = "#meta+node+type"},
    {.name = "place", .hxl = "#loc+code", .found = true},
    {.name = "lon", .hxl = "#geo+lon", .decimals = 7, .hidden = true},
    {.name = "lat", .hxl = "#geo+lat", .decimals = 7, .hidden = true},
    {.name = "presence", .hxl = "#status+node"},
    {.name = "revoked", .hxl = "#status+node+revoked"},
    {.name = "heard_ago_s", .hxl = "#date+heard+age+s", .decimals = 1},
    {.name = "epoch", .hxl = "#meta+epoch"},
    {.name = "history", .hxl = "#meta+history"},
    {.name = "present", .hxl = "#status+present"},
    {.name = "reports", .hxl = "#meta+reports"},
    {.name = "refused", .hxl = "#meta+reports+refused"},
};

static const struct api_filter node_filters[] = {{"role", API_FILTER_WORDS, 1, NULL},
                                                 {"presence", API_FILTER_WORDS, 5, NULL}};

static uint32_t count_nodes(const struct api_scene *scene) {
    return state_count(scene->state, STATE_NODE);
}

static const struct api_place *row_of_place(const struct api_scene *scene, uint32_t place) {
    if (place >= scene->places_known)
        return NULL;
    uint32_t row = scene->row_of[place];
    return scene->row_is_depot[place] ? &scene->depots[row] : &scene->shelters[row];
}

static void fill_node(const struct api_scene *scene, uint32_t row, struct api_value *values) {
    const struct state_node *node = state_node(scene->state, row);
    const struct api_place *place = row_of_place(scene, node->place);
    bool heard = node->presence != STATE_NEVER_HEARD;
    values[0] = api_text(node->entity.id);
    values[1] = api_text(hv_role_word(node->role));
    values[2] = api_text(place == NULL ? "" : place->id);
    values[3] = api_number(place == NULL ? NAN : place->lon);
    values[4] = api_number(place == NULL ? NAN : place->lat);
    values[5] = api_text(api_presence_word((int)node->presence));
    values[6] = api_bool(node->revoked);
    values[7] = age(scene, heard ? (int64_t)node->last_heard_mono_ms : API_MS_NEVER);
    values[8] = api_integer((int64_t)node->epoch);
    values[9] = api_integer((int64_t)node->held[HV_LANE_HISTORY]);
    values[10] = api_integer((int64_t)node->held[HV_LANE_PRESENT]);
    values[11] = api_integer((int64_t)node->reports);
    values[12] = api_integer((int64_t)node->refused);
}

const struct api_table api_nodes = {
    .columns = node_columns,
    .column_count = sizeof node_columns / sizeof *node_columns,
    .filters = node_filters,
    .filter_count = sizeof node_filters / sizeof *node_filters,
    .geometry = API_POINT,
    .place = 3,
    .kinds = 1u << STATE_NODE,
    .count = count_nodes,
    .fill = fill_node,
};
