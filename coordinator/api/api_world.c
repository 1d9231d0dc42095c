/* Questions whose answers are small: what the console tells, in lists of the interface's own shape.
 */
#include "coordinator/api/api_inside.h"
#include "coordinator/api/api_sheet.h"

#include "coordinator/log/log.h"
#include "schemas/codec.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PAGE_USUAL = 100, PAGE_MOST = 1000, WHOLE_MOST = 1000000 };

/* ---- lists ---- */

bool api_read_page(struct api_call *call, uint64_t *limit, uint64_t *offset) {
    *limit = PAGE_USUAL;
    *offset = 0;
    if (api_target_number(&call->target, "limit", 1, PAGE_MOST, limit) != HV_ERR_VALUE &&
        api_target_number(&call->target, "offset", 0, 1000000000, offset) != HV_ERR_VALUE)
        return true;
    api_problem(call, 400, "value", "limit is 1 to 1000, offset 0 or more", NULL);
    return false;
}

bool api_read_whole(struct api_call *call, uint64_t *limit, uint64_t *offset) {
    *limit = WHOLE_MOST;
    *offset = 0;
    if (api_target_number(&call->target, "limit", 1, WHOLE_MOST, limit) != HV_ERR_VALUE &&
        api_target_number(&call->target, "offset", 0, 1000000000, offset) != HV_ERR_VALUE)
        return true;
    api_problem(call, 400, "value", "limit is 1 to 1000000, offset 0 or more", NULL);
    return false;
}

static bool is_answer(const char *value) {
    return strcmp(value, "true") == 0 || strcmp(value, "false") == 0;
}

bool api_knows_parameters(struct api_call *call, const char *words) {
    for (size_t i = 0; i < call->target.parameter_count; i++) {
        const char *name = call->target.parameters[i].name,
                   *value = call->target.parameters[i].value;
        bool known = api_words_have(words, name);
        char detail[160];
        if (known && (!api_words_have("all,over,decisions", name) || is_answer(value)))
            continue;
        if (known)
            snprintf(detail, sizeof detail, "“%.60s” is no value for %s", value, name);
        else
            snprintf(detail, sizeof detail, "there is no parameter “%.60s” here", name);
        api_problem(call, 400, "value", detail,
                    known            ? "true or false"
                    : *words == '\0' ? "leave the query out"
                                     : words);
        return false;
    }
    return true;
}

json_t *api_list_frame(const struct api_scene *scene, size_t total, uint64_t offset,
                       json_t *items) {
    const struct state_general *general = state_general(scene->state);
    return json_pack("{s:I, s:I, s:s, s:I, s:I, s:o}", "position", (json_int_t)general->position,
                     "wall_ms", (json_int_t)scene->console.wall_ms, "mode",
                     hv_mode_word(general->mode), "total", (json_int_t)total, "offset",
                     (json_int_t)offset, "items", items);
}

void api_reply_list(struct api_call *call, size_t total, uint64_t offset, json_t *items) {
    api_reply_json(call, 200, api_list_frame(call->scene, total, offset, items));
}

void api_keep(json_t *list, bool (*keeps)(const json_t *row, const void *context),
              const void *context) {
    size_t kept = 0;
    for (size_t i = 0; i < json_array_size(list); i++) {
        json_t *row = json_array_get(list, i);
        if (!keeps(row, context))
            continue;
        if (kept != i)
            json_array_set(list, kept, row);
        kept++;
    }
    while (json_array_size(list) > kept)
        json_array_remove(list, json_array_size(list) - 1);
}

/* Those on the page; NULL without memory. */
static json_t *page_of(const json_t *items, uint64_t limit, uint64_t offset) {
    json_t *page = json_array();
    size_t size = json_array_size(items);
    bool whole = page != NULL;
    for (size_t i = (size_t)offset; whole && i < size && i - offset < limit; i++)
        whole = json_array_append(page, json_array_get(items, i)) == 0;
    if (whole)
        return page;
    json_decref(page);
    return NULL;
}

void api_reply_page(struct api_call *call, json_t *items, const char *member, json_t *more) {
    uint64_t limit, offset;
    json_t *page = NULL, *answer = NULL;
    if (items != NULL && (!api_read_page(call, &limit, &offset) || !api_sort(call, items))) {
        json_decref(items);
        json_decref(more);
        return;
    }
    if (items != NULL)
        page = page_of(items, limit, offset);
    if (page != NULL)
        answer = api_list_frame(call->scene, json_array_size(items), offset, page);
    if (member != NULL && json_object_set_new(answer, member, more) != 0) {
        json_decref(answer);
        answer = NULL;
    }
    api_reply_json(call, 200, answer);
    json_decref(items);
}

/* Takes no memory, so that none can be wanting. */
static json_t *reversed(json_t *list) {
    size_t size = json_array_size(list);
    for (size_t i = 0; i < size / 2; i++) {
        json_t *one = json_incref(json_array_get(list, i));
        json_array_set(list, i, json_array_get(list, size - 1 - i));
        json_array_set_new(list, size - 1 - i, one);
    }
    return list;
}

bool api_is_true(const struct api_call *call, const char *name) {
    const char *value = api_target_value(&call->target, name);
    return value != NULL && strcmp(value, "true") == 0;
}

void api_pass_on(const struct api_call *call, json_t *request, const char *name) {
    const char *value = api_target_value(&call->target, name);
    if (value != NULL)
        json_object_set_new(request, name, json_string(value));
}

/* Whether it is answered already: the client has it, or asks for a format that it does not come in.
 */
static bool is_done(struct api_call *call, uint32_t kinds, enum api_format *format) {
    return !api_choose_format(call, false, true, format) ||
           api_unchanged(call, api_scene_changed(call->scene, kinds), *format);
}

/* ---- what the console lists ---- */

void api_get_transfers(struct api *api, struct api_call *call) {
    (void)api;
    enum api_format format;
    if (!api_choose_format(call, true, true, &format) ||
        api_unchanged_aged(call, api_scene_changed(call->scene, 1u << STATE_TRANSFER), format))
        return;
    json_t *list = api_ask(
        call->scene, json_pack("{s:s, s:b}", "verb", "transfers", "all", api_is_true(call, "all")),
        "transfers", NULL);
    if (!api_keep_in_box(call, &list, api_journey_is_in))
        return;
    if (format == API_GEOJSON)
        api_reply_features(call, list, api_feature_of_journey);
    else
        api_reply_sheet(call, format, &api_transfer_sheet, list);
}

void api_get_incidents(struct api *api, struct api_call *call) {
    (void)api;
    enum api_format format;
    if (is_done(call, 1u << STATE_INCIDENT, &format))
        return;
    api_reply_sheet(
        call, format, &api_incident_sheet,
        reversed(api_ask(call->scene, json_pack("{s:s}", "verb", "incidents"), "incidents", NULL)));
}

/* Ages with the clock, as windows fill. */
void api_get_progress(struct api *api, struct api_call *call) {
    (void)api;
    enum api_format format;
    const uint32_t kinds = 1u << STATE_PLAN | 1u << STATE_ORDER | 1u << STATE_ZONE;
    if (!api_choose_format(call, false, true, &format) ||
        api_unchanged_aged(call, api_scene_changed(call->scene, kinds), format))
        return;
    api_reply_sheet(call, format, &api_progress_sheet,
                    api_ask(call->scene, json_pack("{s:s}", "verb", "progress"), "zones", NULL));
}

void api_get_directives(struct api *api, struct api_call *call) {
    (void)api;
    enum api_format format;
    if (is_done(call, 1u << STATE_DIRECTIVE, &format))
        return;
    api_reply_sheet(
        call, format, &api_directive_sheet,
        api_ask(call->scene, json_pack("{s:s}", "verb", "directives"), "directives", NULL));
}

void api_get_alerts(struct api *api, struct api_call *call) {
    const struct state *state = call->scene->state;
    enum api_format format;
    (void)api;
    if (is_done(call, 1u << STATE_ALERT, &format))
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
    api_reply_sheet(call, format, &api_alert_sheet, list);
}

struct note_wanted {
    const char *subject, *q; /* NULL: any */
};

static bool is_note_wanted(const json_t *note, const void *context) {
    const struct note_wanted *wanted = context;
    const char *about = json_string_value(json_object_get(note, "subject")),
               *text = json_string_value(json_object_get(note, "text"));
    return (wanted->subject == NULL || (about != NULL && strcmp(about, wanted->subject) == 0)) &&
           (wanted->q == NULL || (text != NULL && strstr(text, wanted->q) != NULL));
}

void api_get_notes(struct api *api, struct api_call *call) {
    const struct note_wanted wanted = {.subject = api_target_value(&call->target, "subject"),
                                       .q = api_target_value(&call->target, "q")};
    enum api_format format;
    (void)api;
    if (is_done(call, 1u << STATE_NOTE, &format))
        return;
    json_t *list = api_ask(call->scene, json_pack("{s:s}", "verb", "notes"), "notes", NULL);
    api_keep(list, is_note_wanted, &wanted);
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
    api_reply_sheet(call, format, &api_note_sheet, list);
}

/* ---- hazards ---- */

static bool is_hazard_wanted(const json_t *hazard, const void *over) {
    return json_is_true(json_object_get(hazard, "over")) == (strcmp(over, "true") == 0);
}

void api_get_hazards(struct api *api, struct api_call *call) {
    const char *over = api_target_value(&call->target, "over");
    enum api_format format;
    (void)api;
    if (!api_choose_format(call, true, true, &format) ||
        api_unchanged(call, api_scene_changed(call->scene, 1u << STATE_HAZARD), format))
        return;
    json_t *list = api_ask(call->scene, json_pack("{s:s}", "verb", "hazards"), "hazards", NULL);
    if (over != NULL)
        api_keep(list, is_hazard_wanted, over);
    if (!api_keep_in_box(call, &list, api_hazard_is_in))
        return;
    if (format == API_GEOJSON)
        api_reply_features(call, list, api_feature_of_hazard);
    else
        api_reply_sheet(call, format, &api_hazard_sheet, list);
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
    if (api_unchanged(call, api_scene_changed(call->scene, 0), API_JSON))
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
    enum api_format format;
    (void)api;
    if (!api_choose_format(call, false, true, &format) ||
        api_unchanged_aged(call, state_position(call->scene->state), format))
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
    api_reply_sheet(call, format, &api_exercise_sheet, items);
}
