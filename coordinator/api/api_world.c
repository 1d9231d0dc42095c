/* Questions whose answers are small: what the console tells, in lists of the interface's own shape.
 */
#include "coordinator/api/api_inside.h"

#include "coordinator/log/log.h"
#include "schemas/codec.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PAGE_USUAL = 100, PAGE_MOST = 1000 };

/* ---- lists ---- */

static bool read_page(struct api_call *call, uint64_t *limit, uint64_t *offset) {
    *limit = PAGE_USUAL;
    *offset = 0;
    if (api_target_number(&call->target, "limit", 1, PAGE_MOST, limit) != HV_ERR_VALUE &&
        api_target_number(&call->target, "offset", 0, 1000000000, offset) != HV_ERR_VALUE)
        return true;
    api_problem(call, 400, "value", "limit is 1 to 1000, offset 0 or more", NULL);
    return false;
}

bool api_knows_parameters(struct api_call *call, const char *words) {
    for (size_t i = 0; i < call->target.parameter_count; i++)
        if (!api_words_have(words, call->target.parameters[i].name)) {
            char detail[120];
            snprintf(detail, sizeof detail, "there is no parameter “%.60s” here",
                     call->target.parameters[i].name);
            api_problem(call, 400, "value", detail, words);
            return false;
        }
    return true;
}

static json_t *frame(const struct api_scene *scene, size_t total, uint64_t offset, json_t *items) {
    const struct state_general *general = state_general(scene->state);
    return json_pack("{s:I, s:I, s:s, s:I, s:I, s:o}", "position", (json_int_t)general->position,
                     "wall_ms", (json_int_t)scene->console.wall_ms, "mode",
                     hv_mode_word(general->mode), "total", (json_int_t)total, "offset",
                     (json_int_t)offset, "items", items);
}

void api_reply_list(struct api_call *call, size_t total, uint64_t offset, json_t *items) {
    api_reply_json(call, 200, frame(call->scene, total, offset, items));
}

void api_reply_page(struct api_call *call, json_t *items, const char *member, json_t *more) {
    uint64_t limit, offset;
    if (!read_page(call, &limit, &offset)) {
        json_decref(items);
        json_decref(more);
        return;
    }
    json_t *page = json_array();
    for (size_t i = (size_t)offset; i < json_array_size(items) && json_array_size(page) < limit;
         i++)
        json_array_append(page, json_array_get(items, i));
    json_t *answer = frame(call->scene, json_array_size(items), offset, page);
    if (member != NULL)
        json_object_set_new(answer, member, more);
    api_reply_json(call, 200, answer);
    json_decref(items);
}

static void reply_page(struct api_call *call, json_t *items) {
    api_reply_page(call, items, NULL, NULL);
}

static json_t *reversed(json_t *list) {
    json_t *turned = json_array();
    for (size_t i = json_array_size(list); i > 0; i--)
        json_array_append(turned, json_array_get(list, i - 1));
    json_decref(list);
    return turned;
}

bool api_is_true(const struct api_call *call, const char *name) {
    const char *value = api_target_value(&call->target, name);
    return value != NULL && strcmp(value, "true") == 0;
}

static bool unchanged_aged(struct api_call *call, uint32_t kinds) {
    return api_unchanged_aged(call, api_scene_changed(call->scene, kinds), API_JSON);
}

static bool unchanged(struct api_call *call, uint32_t kinds) {
    return api_unchanged(call, api_scene_changed(call->scene, kinds), API_JSON);
}

/* ---- what the console lists ---- */

void api_get_transfers(struct api *api, struct api_call *call) {
    (void)api;
    if (!api_knows_parameters(call, "limit,offset,all,at") ||
        unchanged_aged(call, 1u << STATE_TRANSFER))
        return;
    reply_page(
        call, api_ask(call->scene,
                      json_pack("{s:s, s:b}", "verb", "transfers", "all", api_is_true(call, "all")),
                      "transfers", NULL));
}

void api_get_incidents(struct api *api, struct api_call *call) {
    (void)api;
    if (!api_knows_parameters(call, "limit,offset,at") || unchanged(call, 1u << STATE_INCIDENT))
        return;
    reply_page(call, reversed(api_ask(call->scene, json_pack("{s:s}", "verb", "incidents"),
                                      "incidents", NULL)));
}

/* Ages with the clock, as windows fill. */
void api_get_progress(struct api *api, struct api_call *call) {
    (void)api;
    if (!api_knows_parameters(call, "limit,offset,at") ||
        unchanged_aged(call, 1u << STATE_PLAN | 1u << STATE_ORDER | 1u << STATE_ZONE))
        return;
    reply_page(call, api_ask(call->scene, json_pack("{s:s}", "verb", "progress"), "zones", NULL));
}

void api_get_directives(struct api *api, struct api_call *call) {
    (void)api;
    if (!api_knows_parameters(call, "limit,offset,at") || unchanged(call, 1u << STATE_DIRECTIVE))
        return;
    reply_page(call,
               api_ask(call->scene, json_pack("{s:s}", "verb", "directives"), "directives", NULL));
}

void api_get_alerts(struct api *api, struct api_call *call) {
    const struct state *state = call->scene->state;
    (void)api;
    if (!api_knows_parameters(call, "limit,offset,at") || unchanged(call, 1u << STATE_ALERT))
        return;
    json_t *list = json_array();
    for (uint32_t i = state_count(state, STATE_ALERT); i > 0; i--) {
        const struct state_alert *alert =
            (const struct state_alert *)state_at(state, STATE_ALERT, i - 1);
        const struct hv_record *record = NULL;
        if (state_body_decode(&alert->body, call->scene->arena, &record) != HV_OK)
            continue;
        json_t *object = console_record(alert->entity.changed, record);
        json_object_set_new(object, "id", json_string(record->alert.id));
        json_array_append_new(list, object);
    }
    reply_page(call, list);
}

void api_get_notes(struct api *api, struct api_call *call) {
    const char *subject = api_target_value(&call->target, "subject"),
               *q = api_target_value(&call->target, "q");
    (void)api;
    if (!api_knows_parameters(call, "limit,offset,q,subject,at") ||
        unchanged(call, 1u << STATE_NOTE))
        return;
    json_t *all = api_ask(call->scene, json_pack("{s:s}", "verb", "notes"), "notes", NULL);
    json_t *list = json_array();
    size_t index;
    json_t *note;
    json_array_foreach(all, index, note) {
        const char *about = json_string_value(json_object_get(note, "subject")),
                   *text = json_string_value(json_object_get(note, "text"));
        if ((subject == NULL || (about != NULL && strcmp(about, subject) == 0)) &&
            (q == NULL || (text != NULL && strstr(text, q) != NULL)))
            json_array_append(list, note);
    }
    json_decref(all);
    /* Slots are used again: by position, newest first. */
    for (size_t i = 1; i < json_array_size(list); i++)
        for (size_t k = i; k > 0; k--) {
            json_t *one = json_array_get(list, k), *before = json_array_get(list, k - 1);
            if (json_integer_value(json_object_get(one, "position")) <=
                json_integer_value(json_object_get(before, "position")))
                break;
            json_incref(one);
            json_array_set(list, k, before);
            json_array_set_new(list, k - 1, one);
        }
    reply_page(call, list);
}

/* ---- hazards ---- */

static void add_point(struct api_text *text, double lon, double lat, bool *first) {
    if (!isfinite(lon) || !isfinite(lat))
        return;
    api_text_put(text, *first ? "[" : ",[");
    api_text_number(text, lon, 7);
    api_text_add(text, ",", 1);
    api_text_number(text, lat, 7);
    api_text_add(text, "]", 1);
    *first = false;
}

static const char *text_at(const json_t *list, size_t i) {
    return json_string_value(json_array_get(list, i));
}

/* Points of zones, shelters and depots that it hits. */
static void add_points(const struct region *region, const json_t *hazard, struct api_text *text) {
    const json_t *zones = json_object_get(hazard, "zones"),
                 *shelters = json_object_get(hazard, "shelters"),
                 *depots = json_object_get(hazard, "depots");
    bool first = true;
    for (size_t i = 0; i < json_array_size(zones); i++) {
        uint32_t at = region_find_zone(region, text_at(zones, i));
        if (at != REGION_NONE)
            add_point(text, region->zones[at].lon, region->zones[at].lat, &first);
    }
    for (size_t i = 0; i < json_array_size(shelters); i++) {
        uint32_t at = region_find_shelter(region, text_at(shelters, i));
        if (at != REGION_NONE)
            add_point(text, region->shelters[at].lon, region->shelters[at].lat, &first);
    }
    for (size_t i = 0; i < json_array_size(depots); i++) {
        uint32_t at = region_find_depot(region, text_at(depots, i));
        if (at != REGION_NONE)
            add_point(text, region->depots[at].lon, region->depots[at].lat, &first);
    }
}

static void add_lines(const struct region *region, const json_t *hazard, struct api_text *text) {
    const json_t *links = json_object_get(hazard, "links");
    bool first = true;
    for (size_t i = 0; i < json_array_size(links); i++) {
        uint32_t at = region_find_link(region, text_at(links, i));
        if (at == REGION_NONE)
            continue;
        const struct region_link *link = &region->links[at];
        bool begins = true;
        api_text_put(text, first ? "[" : ",[");
        add_point(text, region->nodes[link->from].x, region->nodes[link->from].y, &begins);
        add_point(text, region->nodes[link->to].x, region->nodes[link->to].y, &begins);
        api_text_add(text, "]", 1);
        first = false;
    }
}

static void add_hazard(const struct api_scene *scene, const json_t *hazard, struct api_text *text) {
    const struct region *region = scene->region;
    api_text_put(text, "{\"type\":\"Feature\",\"id\":");
    api_text_json(text, json_object_get(hazard, "id"));
    if (region == NULL || region->coordinates == REGION_PLANE) {
        api_text_put(text, ",\"geometry\":null");
    } else {
        api_text_put(text, ",\"geometry\":{\"type\":\"GeometryCollection\",\"geometries\":["
                           "{\"type\":\"MultiPoint\",\"coordinates\":[");
        add_points(region, hazard, text);
        api_text_put(text, "]},{\"type\":\"MultiLineString\",\"coordinates\":[");
        add_lines(region, hazard, text);
        api_text_put(text, "]}]}");
    }
    api_text_put(text, ",\"properties\":");
    api_text_json(text, hazard);
    api_text_put(text, "}");
}

void api_get_hazards(struct api *api, struct api_call *call) {
    const char *over = api_target_value(&call->target, "over");
    enum api_format format;
    (void)api;
    if (!api_knows_parameters(call, "limit,offset,over,format,at") ||
        !api_choose_format(call, true, false, &format) ||
        api_unchanged(call, api_scene_changed(call->scene, 1u << STATE_HAZARD), format))
        return;
    json_t *all = api_ask(call->scene, json_pack("{s:s}", "verb", "hazards"), "hazards", NULL);
    json_t *list = json_array();
    size_t index;
    json_t *hazard;
    json_array_foreach(all, index, hazard) {
        if (over == NULL ||
            json_is_true(json_object_get(hazard, "over")) == (strcmp(over, "true") == 0))
            json_array_append(list, hazard);
    }
    json_decref(all);
    if (format == API_JSON) {
        reply_page(call, list);
        return;
    }
    api_text_print(&call->out,
                   "{\"type\":\"FeatureCollection\",\"position\":%" PRIu64 ",\"features\":[",
                   state_position(call->scene->state));
    json_array_foreach(list, index, hazard) {
        api_text_add(&call->out, ",", index > 0);
        add_hazard(call->scene, hazard, &call->out);
    }
    api_text_put(&call->out, "]}");
    json_decref(list);
    api_reply(call, 200, "application/geo+json");
}

/* ---- plans ---- */

void api_get_plans(struct api *api, struct api_call *call) {
    const char *standing = api_target_value(&call->target, "standing");
    (void)api;
    if (!api_knows_parameters(call, "limit,offset,standing,at") ||
        unchanged(call, 1u << STATE_PLAN))
        return;
    json_t *all = api_ask(call->scene, json_pack("{s:s}", "verb", "plans"), "plans", NULL);
    json_t *list = json_array();
    size_t index;
    json_t *plan;
    json_array_foreach(all, index, plan) {
        if (standing == NULL ||
            api_words_have(standing, json_string_value(json_object_get(plan, "standing"))))
            json_array_append(list, plan);
    }
    json_decref(all);
    reply_page(call, list);
}

struct fetched {
    struct hv_arena *arena;
    struct hv_record *record;
};

static int fetch(void *context, const struct log_record *stored) {
    struct fetched *fetched = context;
    struct hv_verdict verdict;
    return hv_record_decode(stored->bytes, stored->size, fetched->arena, &verdict,
                            &fetched->record);
}

/* The record at a position of the log, in the arena; NULL: there is none. */
static const struct hv_record *record_at(struct api *api, uint64_t position) {
    struct fetched fetched = {.arena = &api->arena};
    if (position == 0 || position > state_position(api->replica.state) ||
        log_read(api->options.log, position, position, fetch, &fetched, NULL) != HV_OK)
        return NULL;
    return fetched.record;
}

static json_t *number_of(struct api_call *call, const char *what) {
    const char *text = call->arguments[0];
    size_t length = strlen(text);
    if (length > 0 && length <= 15 && strspn(text, "0123456789") == length)
        return json_integer(strtoll(text, NULL, 10));
    char detail[120];
    snprintf(detail, sizeof detail, "“%.60s” is no number of %s", text, what);
    api_problem(call, 404, "not-found", detail, NULL);
    return NULL;
}

/* A plan whose body is no longer in memory: the log has it. */
static json_t *old_plan(struct api *api, struct api_call *call, json_int_t number) {
    const struct state_plan *plan = state_find_plan(call->scene->state, (uint64_t)number);
    const struct hv_record *record = plan == NULL ? NULL : record_at(api, plan->position);
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
    const struct hv_record *to = after == NULL ? NULL : record_at(api, after->position);
    const struct hv_record *from = before == NULL ? NULL : record_at(api, before->position);
    if (to == NULL || to->kind != HV_RECORD_PLAN ||
        (before != NULL && (from == NULL || from->kind != HV_RECORD_PLAN)))
        return NULL;
    return console_plan_difference(state, from == NULL ? NULL : &from->plan, &to->plan,
                                   &api->arena);
}

static void write_moves(const json_t *plan, struct api_text *text) {
    size_t index;
    json_t *move;
    api_text_put(text, "zone,shelter,people,wheelchair,medical,without_vehicle,travel_s\r\n"
                       "#adm+zone+code,#loc+shelter+code,#affected,#affected+wheelchair,"
                       "#affected+medical,#affected+without_vehicle,#indicator+travel+s\r\n");
    json_array_foreach(json_object_get(plan, "moves"), index, move) {
        static const char *const members[] = {"people", "wheelchair", "medical", "without_vehicle",
                                              "travel_s"};
        api_text_cell(text, json_string_value(json_object_get(move, "zone")));
        api_text_add(text, ",", 1);
        api_text_cell(text, json_string_value(json_object_get(move, "shelter")));
        for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
            api_text_add(text, ",", 1);
            api_text_integer(text, json_integer_value(json_object_get(move, members[i])));
        }
        api_text_put(text, "\r\n");
    }
}

/* Each move as the line of its route. */
static void write_routes(const struct api_scene *scene, const json_t *plan, struct api_text *text) {
    const struct region *region = scene->region;
    size_t index;
    json_t *move;
    api_text_print(text, "{\"type\":\"FeatureCollection\",\"position\":%" PRIu64 ",\"features\":[",
                   state_position(scene->state));
    json_array_foreach(json_object_get(plan, "moves"), index, move) {
        const json_t *links = json_object_get(move, "links");
        bool placed =
            region != NULL && region->coordinates == REGION_LONLAT && json_array_size(links) > 0;
        bool first = true;
        api_text_print(
            text, "%s{\"type\":\"Feature\",\"id\":%zu,\"geometry\":", index == 0 ? "" : ",", index);
        api_text_put(text, placed ? "{\"type\":\"LineString\",\"coordinates\":[" : "null");
        for (size_t i = 0; placed && i < json_array_size(links); i++) {
            uint32_t at = region_find_link(region, text_at(links, i));
            if (at == REGION_NONE)
                continue;
            const struct region_link *link = &region->links[at];
            if (first)
                add_point(text, region->nodes[link->from].x, region->nodes[link->from].y, &first);
            add_point(text, region->nodes[link->to].x, region->nodes[link->to].y, &first);
        }
        api_text_put(text, placed ? "]},\"properties\":" : ",\"properties\":");
        api_text_json(text, move);
        api_text_put(text, "}");
    }
    api_text_put(text, "]}");
}

void api_get_plan(struct api *api, struct api_call *call) {
    enum api_format format;
    json_t *refusal = NULL;
    if (!api_knows_parameters(call, "format") || !api_choose_format(call, true, true, &format))
        return;
    json_t *number = number_of(call, "a plan");
    if (number == NULL)
        return;
    json_int_t wanted = json_integer_value(number);
    json_t *plan = api_ask(call->scene, json_pack("{s:s, s:o}", "verb", "plan", "plan", number),
                           "plan", &refusal);
    if (plan == NULL && refusal == NULL)
        plan = old_plan(api, call, wanted);
    if (plan == NULL)
        api_refused(call, refusal);
    else if (!api_unchanged(call, api_scene_changed(call->scene, 1u << STATE_PLAN), format)) {
        if (format == API_CSV)
            write_moves(plan, &call->out);
        else if (format == API_GEOJSON)
            write_routes(call->scene, plan, &call->out);
        else
            api_text_json(&call->out, plan);
        api_reply(call, 200, api_type_of(format));
    }
    json_decref(plan);
    json_decref(refusal);
}

static void reply_one(struct api_call *call, json_t *request, const char *member) {
    json_t *refusal = NULL, *reply = api_ask(call->scene, request, member, &refusal);
    if (reply == NULL)
        api_refused(call, refusal);
    else
        api_reply_json(call, 200, json_incref(reply));
    json_decref(reply);
    json_decref(refusal);
}

void api_get_plan_diff(struct api *api, struct api_call *call) {
    if (!api_knows_parameters(call, "against"))
        return;
    json_t *number = number_of(call, "a plan"), *refusal = NULL;
    if (number == NULL)
        return;
    const uint64_t wanted = (uint64_t)json_integer_value(number);
    uint64_t against = 0;
    if (api_target_number(&call->target, "against", 1, HV_COUNTER_MAX, &against) == HV_ERR_VALUE) {
        json_decref(number);
        api_problem(call, 400, "value", "against is the number of a plan", NULL);
    } else if (unchanged(call, 1u << STATE_PLAN)) {
        json_decref(number);
    } else {
        json_t *reply = api_ask(call->scene,
                                json_pack("{s:s, s:o, s:I}", "verb", "plan-diff", "plan", number,
                                          "against", (json_int_t)against),
                                NULL, &refusal);
        if (reply == NULL && refusal == NULL)
            reply = old_diff(api, call->scene->state, wanted, against);
        if (reply == NULL)
            api_refused(call, refusal);
        else
            api_reply_json(call, 200, json_incref(reply));
        json_decref(reply);
        json_decref(refusal);
    }
}

void api_get_order(struct api *api, struct api_call *call) {
    json_t *number = number_of(call, "an order");
    (void)api;
    if (number == NULL)
        return;
    if (unchanged_aged(call, 1u << STATE_ORDER))
        json_decref(number);
    else
        reply_one(call, json_pack("{s:s, s:o}", "verb", "order", "order", number), "order");
}

/* ---- region and exercise ---- */

static json_t *extent(const struct region *region) {
    double west = INFINITY, south = INFINITY, east = -INFINITY, north = -INFINITY;
    for (uint32_t i = 0; i < region->node_count; i++) {
        west = fmin(west, region->nodes[i].x);
        east = fmax(east, region->nodes[i].x);
        south = fmin(south, region->nodes[i].y);
        north = fmax(north, region->nodes[i].y);
    }
    for (uint32_t i = 0; i < region->shelter_count; i++) {
        if (!isfinite(region->shelters[i].lon))
            continue;
        west = fmin(west, region->shelters[i].lon);
        east = fmax(east, region->shelters[i].lon);
        south = fmin(south, region->shelters[i].lat);
        north = fmax(north, region->shelters[i].lat);
    }
    if (region->coordinates == REGION_PLANE || !isfinite(west))
        return json_null();
    return json_pack("[f, f, f, f]", west, south, east, north);
}

void api_get_region(struct api *api, struct api_call *call) {
    json_t *refusal = NULL;
    (void)api;
    if (unchanged(call, 0))
        return;
    json_t *region = api_ask(call->scene, json_pack("{s:s}", "verb", "region"), NULL, &refusal);
    if (region == NULL) {
        api_refused(call, refusal);
        json_decref(refusal);
        return;
    }
    if (call->scene->region != NULL) {
        json_object_set_new(
            region, "coordinates",
            json_string(call->scene->region->coordinates == REGION_PLANE ? "plane" : "lonlat"));
        json_object_set_new(region, "bbox", extent(call->scene->region));
        json_object_set_new(region, "persons_per_vehicle",
                            json_real(call->scene->region->persons_per_vehicle));
    }
    api_reply_json(call, 200, region);
}

void api_get_exercises(struct api *api, struct api_call *call) {
    const struct state_general *general = state_general(call->scene->state);
    (void)api;
    if (api_unchanged_aged(call, state_position(call->scene->state), API_JSON))
        return;
    json_t *items = json_array();
    if (general->mode == HV_MODE_EXERCISE) {
        json_t *status = api_ask(call->scene, json_pack("{s:s}", "verb", "status"), NULL, NULL);
        json_t *clock = json_copy(json_object_get(status, "clock"));
        json_object_set_new(clock, "wall_ms", json_integer(call->scene->console.wall_ms));
        json_array_append_new(
            items, json_pack("{s:O, s:O, s:o}", "name", json_object_get(status, "name"),
                             "deployment", json_object_get(status, "deployment"), "clock", clock));
        json_decref(status);
    }
    api_reply_json(call, 200, frame(call->scene, json_array_size(items), 0, items));
}

/* ---- the log ---- */

struct listing {
    struct hv_arena arena;
    json_t *items;
    size_t limit;
    bool decisions;
    const char *about; /* NULL: anything */
    bool newest;       /* of more than `limit` the last are kept, else the first */
    uint64_t last;     /* position of the last record that was looked at */
};

static int list_record(void *context, const struct log_record *stored) {
    struct listing *listing = context;
    struct hv_verdict verdict;
    struct hv_record *record = NULL;
    listing->last = stored->position;
    hv_arena_reset(&listing->arena);
    int error = hv_record_decode(stored->bytes, stored->size, &listing->arena, &verdict, &record);
    if (error != HV_OK)
        return error;
    if (listing->decisions && record->actor != HV_ACTOR_OPERATOR)
        return HV_OK;
    if (listing->about != NULL && !console_record_is_about(record, listing->about))
        return HV_OK;
    if (listing->newest && json_array_size(listing->items) == listing->limit)
        json_array_remove(listing->items, 0);
    json_array_append_new(listing->items, console_record(stored->position, record));
    if (listing->newest)
        return HV_OK;
    return json_array_size(listing->items) < listing->limit ? HV_OK : HV_ERR_STOPPED;
}

/* A question reads at most so many records, so that nobody else waits for long: the page that it
 * gives says where to go on. */
enum { SCAN_MOST = 20000 };

void api_get_log(struct api *api, struct api_call *call) {
    uint64_t last = state_position(call->scene->state), from = 0, to = last, limit, offset;
    struct listing listing = {.decisions = api_is_true(call, "decisions"),
                              .about = api_target_value(&call->target, "about")};
    if (!api_knows_parameters(call, "from,to,limit,decisions,about") ||
        !read_page(call, &limit, &offset))
        return;
    if (api_target_number(&call->target, "from", 1, HV_COUNTER_MAX, &from) == HV_ERR_VALUE ||
        api_target_number(&call->target, "to", 1, HV_COUNTER_MAX, &to) == HV_ERR_VALUE) {
        api_problem(call, 400, "value", "from and to are positions, from 1", NULL);
        return;
    }
    to = to > last ? last : to;
    uint64_t span = listing.decisions || listing.about != NULL ? SCAN_MOST : limit;
    listing.newest = listing.about != NULL && from == 0;
    if (from == 0)
        from = to > span ? to - span + 1 : 1;
    if (to - from >= span && to >= from)
        to = from + span - 1;
    listing.items = json_array();
    listing.limit = (size_t)limit;
    hv_arena_init(&listing.arena, 0);
    int error =
        to < from ? HV_OK : log_read(api->options.log, from, to, list_record, &listing, NULL);
    hv_arena_deinit(&listing.arena);
    if (error != HV_OK && error != HV_ERR_STOPPED) {
        json_decref(listing.items);
        api_failed(call, error);
        return;
    }
    uint64_t next = error == HV_ERR_STOPPED ? listing.last + 1 : to + 1;
    json_t *answer = frame(call->scene, json_array_size(listing.items), 0, listing.items);
    json_object_set_new(answer, "next", next > last ? json_null() : json_integer((json_int_t)next));
    api_reply_json(call, 200, answer);
}

/* Shift handovers, newest first: each says where the one before it is. */
void api_get_handovers(struct api *api, struct api_call *call) {
    enum { HANDOVERS_MOST = 100 };
    const struct state_general *general = state_general(call->scene->state);
    json_t *items = json_array();
    uint64_t position = general->handover_position, limit, offset;
    if (!api_knows_parameters(call, "limit,offset,at") || !read_page(call, &limit, &offset)) {
        json_decref(items);
        return;
    }
    for (int i = 0; i < HANDOVERS_MOST && position != 0; i++) {
        hv_arena_reset(&api->arena);
        const struct hv_record *record = record_at(api, position);
        if (record == NULL || record->kind != HV_RECORD_HANDOVER)
            break;
        json_array_append_new(items, console_record(position, record));
        position = record->origin.before;
    }
    reply_page(call, items);
}

static json_t *view_record(struct api *api, uint64_t position) {
    const struct hv_record *record = record_at(api, position);
    return record == NULL ? json_null() : console_record(position, record);
}

void api_get_record(struct api *api, struct api_call *call) {
    json_t *number = number_of(call, "a position");
    uint64_t position = (uint64_t)json_integer_value(number);
    const struct hv_record *record = number == NULL ? NULL : record_at(api, position);
    json_decref(number);
    if (call->stage == API_READY)
        return;
    if (record == NULL) {
        api_problem(call, 404, "not-found", "the log has no such position", "see GET /log");
        return;
    }
    api_reply_json(call, 200,
                   json_pack("{s:o, s:o, s:o}", "record", console_record(position, record),
                             "before", view_record(api, record->origin.before), "cause",
                             view_record(api, record->cause)));
}
