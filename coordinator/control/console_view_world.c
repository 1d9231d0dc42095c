/* Questions about what lies between places: zones, transfers, requests, roads, hazards, incidents,
 * notes, and the region. */
#include "coordinator/control/console_json.h"

#include "coordinator/planning/places.h"
#include "coordinator/planning/whereabouts.h"
#include "schemas/platform/entry.h"

#include <string.h>

/* ---- zones, transfers, requests ---- */

static json_t *view_zone(const struct console_scene *scene, const char *id,
                         const struct region_zone *zone) {
    const struct state_zone *seen = state_find_zone(console_picture(scene), id);
    int64_t people = zone == NULL ? REGION_UNKNOWN : region_zone_people(zone, REGION_NIGHT);
    int64_t arrived = seen == NULL ? 0 : hv_people_total(&seen->checked_in);
    struct whereabouts are;
    console_whereabouts(scene, seen, zone, &are);
    json_t *object = json_object();
    console_set_names(object, id, zone == NULL ? NULL : zone->name,
                      zone == NULL ? NULL : zone->name_zh);
    json_object_set_new(object, "people",
                        people < 0 ? json_null() : json_integer((json_int_t)people));
    json_object_set_new(object, "checked_in", json_integer((json_int_t)arrived));
    json_object_set_new(object, "remaining",
                        are.left < 0 ? json_null() : json_integer((json_int_t)are.left));
    json_object_set_new(object, "on_way", json_integer((json_int_t)are.on_way[STATE_ALL]));
    json_object_set_new(object, "overdue", json_integer((json_int_t)are.overdue));
    json_object_set_new(object, "swept_age_s",
                        seen != NULL && are.swept ? console_age_since(scene, seen->sweep.seen_ms)
                                                  : json_null());
    return object;
}

void console_zones(const struct console_scene *scene, const json_t *request, struct hv_arena *arena,
                   struct console_outcome *outcome) {
    (void)arena;
    const struct region *region = scene->region;
    json_t *list = json_array();
    for (uint32_t i = 0; region != NULL && i < region->zone_count; i++)
        if (console_wants(request, region->zones[i].id))
            json_array_append_new(list, view_zone(scene, region->zones[i].id, &region->zones[i]));
    for (uint32_t i = 0; i < state_count(console_picture(scene), STATE_ZONE); i++) {
        const char *id = state_at(console_picture(scene), STATE_ZONE, i)->id;
        if ((region == NULL || region_find_zone(region, id) == REGION_NONE) &&
            console_wants(request, id))
            json_array_append_new(list, view_zone(scene, id, NULL));
    }
    console_answer_list(request, "zones", list, outcome);
}

static const char *place_id(const struct console_scene *scene, uint32_t index) {
    const struct state_place *place =
        index == STATE_NONE ? NULL : state_place(console_picture(scene), index);
    return place == NULL ? "" : place->entity.id;
}

static const char *transfer_name(const struct state_transfer *transfer) {
    return transfer->name == NULL ? "" : transfer->name;
}

static json_t *view_arrivals(const struct console_scene *scene,
                             const struct state_transfer *transfer) {
    json_t *list = json_array();
    for (uint32_t i = 0; i < transfer->arrival_count; i++)
        json_array_append_new(
            list, json_pack("{s:s, s:o}", "place", place_id(scene, transfer->arrivals[i].place),
                            "people", entry_people(&transfer->arrivals[i].people)));
    return list;
}

void console_transfers(const struct console_scene *scene, const json_t *request,
                       struct hv_arena *arena, struct console_outcome *outcome) {
    (void)arena;
    bool all = json_is_true(json_object_get(request, "all"));
    json_t *list = json_array();
    for (uint32_t i = 0; i < state_count(console_picture(scene), STATE_TRANSFER); i++) {
        const struct state_transfer *transfer = state_transfer(console_picture(scene), i);
        struct hv_people on_the_way = state_transfer_on_the_way(transfer);
        if (!console_wants(request, transfer_name(transfer)) ||
            (!all && hv_people_total(&on_the_way) == 0))
            continue;
        json_array_append_new(
            list,
            json_pack("{s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:o}", "id", transfer_name(transfer),
                      "from", place_id(scene, transfer->from), "to", place_id(scene, transfer->to),
                      "out", entry_people(&transfer->out), "in", entry_people(&transfer->in),
                      "arrivals", view_arrivals(scene, transfer), "on_the_way",
                      entry_people(&on_the_way), "age_s",
                      console_age(scene, transfer->out_seen.position > 0 ? &transfer->out_seen
                                                                         : &transfer->in_seen)));
    }
    console_answer_list(request, "transfers", list, outcome);
}

json_t *console_request_view(const struct console_scene *scene, struct hv_arena *arena,
                             const struct state_request *request) {
    const struct hv_request *body = NULL;
    json_t *object =
        json_pack("{s:s, s:s, s:I, s:s, s:s, s:b}", "id", request->entity.id, "place",
                  place_id(scene, request->place), "number", (json_int_t)request->number, "kind",
                  hv_request_word(request->request_kind), "urgency",
                  hv_urgency_word(request->urgency), "withdrawn", request->withdrawn);
    if (state_request_decode(request, arena, &body) == HV_OK) {
        json_object_set_new(object, "lines", entry_stock_lines(body->lines, body->line_count));
        json_object_set_new(object, "text", json_string(body->text));
        if (body->has_amount)
            json_object_set_new(object, "amount", json_integer(body->amount));
    }
    if (request->request_kind == HV_REQUEST_GOODS) {
        json_object_set_new(object, "stage", json_string(console_request_stage(request)));
        json_object_set_new(object, "tracks", console_request_tracks(scene, request));
        if (request->verdict_reason != NULL)
            json_object_set_new(object, "verdict_reason", json_string(request->verdict_reason));
    }
    console_set_stamp(scene, object, &request->seen);
    return object;
}

void console_requests(const struct console_scene *scene, const json_t *request,
                      struct hv_arena *arena, struct console_outcome *outcome) {
    bool all = json_is_true(json_object_get(request, "all"));
    json_t *list = json_array();
    for (uint32_t i = 0; i < state_count(console_picture(scene), STATE_REQUEST); i++) {
        const struct state_request *one = state_request(console_picture(scene), i);
        if ((all || state_request_is_open(one)) && console_wants(request, one->entity.id))
            json_array_append_new(list, console_request_view(scene, arena, one));
    }
    console_answer_list(request, "requests", list, outcome);
}

/* ---- the world ---- */

void console_roads(const struct console_scene *scene, const json_t *request, struct hv_arena *arena,
                   struct console_outcome *outcome) {
    (void)arena;
    json_t *list = json_array();
    for (uint32_t i = 0; i < state_count(console_picture(scene), STATE_ROAD); i++) {
        const struct state_road *road =
            (const struct state_road *)state_at(console_picture(scene), STATE_ROAD, i);
        if (console_wants(request, road->entity.id))
            json_array_append_new(
                list,
                json_pack("{s:s, s:b, s:o, s:s, s:I}", "id", road->entity.id, "closed",
                          road->closed, "capacity_permille",
                          road->has_capacity ? json_integer(road->capacity_permille) : json_null(),
                          "reason", road->reason == NULL ? "" : road->reason, "position",
                          (json_int_t)road->entity.changed));
    }
    console_answer_list(request, "roads", list, outcome);
}

static json_t *texts(const char *const *list, size_t count) {
    json_t *array = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(array, json_string(list[i]));
    return array;
}

static json_t *steps_of(const struct hv_hazard_state *hazard) {
    json_t *list = json_array();
    for (size_t i = 0; i < hazard->step_count; i++) {
        const struct hv_hazard_step *step = &hazard->steps[i];
        json_array_append_new(
            list,
            json_pack("{s:I, s:o, s:o, s:o, s:o, s:o, s:o}", "from_wall_ms",
                      (json_int_t)step->from_wall_ms, "until_wall_ms",
                      step->has_until ? json_integer(step->until_wall_ms) : json_null(), "zones",
                      texts(step->zones, step->zone_count), "links",
                      texts(step->links, step->link_count), "shelters",
                      texts(step->shelters, step->shelter_count), "depots",
                      texts(step->depots, step->depot_count), "capacity_permille",
                      step->has_capacity ? json_integer(step->capacity_permille) : json_null()));
    }
    return list;
}

void console_hazards(const struct console_scene *scene, const json_t *request,
                     struct hv_arena *arena, struct console_outcome *outcome) {
    json_t *list = json_array();
    for (uint32_t i = 0; i < state_count(console_picture(scene), STATE_HAZARD); i++) {
        const struct state_hazard *hazard =
            (const struct state_hazard *)state_at(console_picture(scene), STATE_HAZARD, i);
        const struct hv_record *record = NULL;
        if (!console_wants(request, hazard->entity.id) ||
            state_body_decode(&hazard->body, arena, &record) != HV_OK)
            continue;
        const struct hv_hazard_state *body = &record->hazard;
        json_array_append_new(
            list, json_pack("{s:s, s:s, s:b, s:o, s:o, s:o, s:o, s:o}", "id", hazard->entity.id,
                            "kind", body->kind, "over", hazard->over, "zones",
                            texts(body->zones, body->zone_count), "links",
                            texts(body->links, body->link_count), "shelters",
                            texts(body->shelters, body->shelter_count), "depots",
                            texts(body->depots, body->depot_count), "steps", steps_of(body)));
    }
    console_answer_list(request, "hazards", list, outcome);
}

json_t *console_incident(const struct state_incident *incident) {
    return json_pack("{s:s, s:s, s:s, s:s, s:I, s:I}", "id", incident->entity.id, "name",
                     incident->name == NULL ? "" : incident->name, "hazard",
                     incident->hazard == NULL ? "" : incident->hazard, "phase",
                     hv_phase_word(incident->phase), "opened",
                     (json_int_t)incident->opened_position, "opened_wall_ms",
                     (json_int_t)incident->opened_wall_ms);
}

void console_incidents(const struct console_scene *scene, const json_t *request,
                       struct hv_arena *arena, struct console_outcome *outcome) {
    (void)arena;
    json_t *list = json_array();
    for (uint32_t i = 0; i < state_count(console_picture(scene), STATE_INCIDENT); i++)
        if (console_wants(request, state_incident(console_picture(scene), i)->entity.id))
            json_array_append_new(list,
                                  console_incident(state_incident(console_picture(scene), i)));
    console_answer_list(request, "incidents", list, outcome);
}

void console_notes(const struct console_scene *scene, const json_t *request, struct hv_arena *arena,
                   struct console_outcome *outcome) {
    json_t *list = json_array();
    for (uint32_t i = 0; i < state_count(console_picture(scene), STATE_NOTE); i++) {
        const struct state_note *note =
            (const struct state_note *)state_at(console_picture(scene), STATE_NOTE, i);
        const struct hv_record *record = NULL;
        if (state_body_decode(&note->body, arena, &record) == HV_OK)
            json_array_append_new(list, console_record(note->position, record));
    }
    console_answer_list(request, "notes", list, outcome);
}

static const char *text_of(const char *text) {
    return text == NULL ? "" : text;
}

void console_region(const struct console_scene *scene, const json_t *request,
                    struct hv_arena *arena, struct console_outcome *outcome) {
    (void)request, (void)arena;
    const struct state_general *general = state_general(console_picture(scene));
    if (general->region_position == 0) {
        console_refuse(outcome, HV_ERR_NOT_FOUND, "no region is loaded",
                       "load one: haven region load DIR");
        return;
    }
    outcome->reply = json_pack(
        "{s:s, s:s, s:o, s:I, s:b}", "name", text_of(general->region_name), "version",
        text_of(general->region_version), "hash", console_hex(general->region_hash, HV_HASH_BYTES),
        "position", (json_int_t)general->region_position, "in_memory", scene->region != NULL);
    if (scene->region != NULL)
        json_object_update_new(outcome->reply,
                               json_pack("{s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:I}", "title",
                                         scene->region->name, "title_zh", scene->region->name_zh,
                                         "nodes", (json_int_t)scene->region->node_count, "links",
                                         (json_int_t)scene->region->link_count, "zones",
                                         (json_int_t)scene->region->zone_count, "shelters",
                                         (json_int_t)scene->region->shelter_count, "depots",
                                         (json_int_t)scene->region->depot_count, "items",
                                         (json_int_t)scene->region->item_count));
}
