/* Questions about the picture: shelters, depots, nodes, zones and what happens between them. */
#include "coordinator/control/console_json.h"

#include "schemas/platform/entry.h"

#include "coordinator/planning/places.h"

#include <string.h>

/* ---- places ---- */

static bool is_stale(const struct console_scene *scene, const struct state_place *place) {
    const struct state_node *node =
        place->node == STATE_NONE ? NULL : state_node(console_picture(scene), place->node);
    return node != NULL && node->presence == STATE_STALE;
}

static json_t *heard_ago(const struct console_scene *scene, const struct state_node *node) {
    if (node->presence == STATE_NEVER_HEARD)
        return json_null();
    double ago_ms = (double)scene->mono_ms - (double)node->last_heard_mono_ms;
    return json_real(ago_ms > 0 ? ago_ms / 1000 : 0);
}

static const char *presence_word(enum state_presence presence) {
    static const char *const words[] = {"never-heard", "present", "stale"};
    return words[presence];
}

static void set_presence(const struct console_scene *scene, json_t *object,
                         const struct state_place *place) {
    if (place->node == STATE_NONE) {
        json_object_set_new(object, "node", json_null());
        return;
    }
    const struct state_node *node = state_node(console_picture(scene), place->node);
    json_object_set_new(object, "node", json_string(node->entity.id));
    json_object_set_new(object, "presence", json_string(presence_word(node->presence)));
    json_object_set_new(object, "stale", json_boolean(is_stale(scene, place)));
}

static json_t *view_people(const struct console_scene *scene, const struct state_people *people) {
    json_t *object = entry_people(&people->now);
    console_set_stamp(scene, object, &people->changed);
    json_object_set_new(object, "counted_age_s", console_age(scene, &people->counted));
    json_object_set_new(object, "difference", json_integer((json_int_t)people->difference));
    json_object_set_new(object, "shortfall", json_integer((json_int_t)people->shortfall));
    json_object_set_new(object, "households",
                        people->households_known ? json_integer(people->households) : json_null());
    return object;
}

static json_t *view_lifelines(const struct console_scene *scene, const struct state_place *place) {
    json_t *list = json_array();
    for (int kind = 1; kind < HV_LIFELINE_COUNT; kind++) {
        const struct state_lifeline *lifeline = &place->lifelines[kind];
        if (lifeline->seen.position == 0)
            continue;
        json_t *object =
            json_pack("{s:s, s:s}", "kind", hv_lifeline_word((enum hv_lifeline_kind)kind), "state",
                      hv_lifeline_state_word(lifeline->state));
        if (lifeline->has_hours)
            json_object_set_new(object, "hours", json_integer(lifeline->hours_left));
        console_set_stamp(scene, object, &lifeline->seen);
        json_array_append_new(list, object);
    }
    return list;
}

static json_t *view_capacity(const struct console_scene *scene,
                             const struct region_shelter *shelter,
                             const struct state_place *place) {
    struct places places = places_of(shelter, scene->profile, place);
    json_t *object =
        json_pack("{s:o, s:s, s:b}", "people",
                  places.people < 0 ? json_null() : json_integer((json_int_t)places.people),
                  "basis", places_basis_word(places.basis), "verified", places.verified);
    if (place == NULL || place->capacity_seen.position == 0)
        return object;
    json_t *lines = json_array();
    for (uint32_t i = 0; i < place->capacity_count; i++)
        json_array_append_new(lines, json_pack("{s:I, s:s, s:s, s:s}", "people",
                                               (json_int_t)place->capacity[i].people, "basis",
                                               hv_capacity_basis_word(place->capacity[i].basis),
                                               "part", hv_day_part_word(place->capacity[i].part),
                                               "place", hv_place_word(place->capacity[i].place)));
    json_object_set_new(object, "lines", lines);
    console_set_stamp(scene, object, &place->capacity_seen);
    return object;
}

static json_t *view_stock(const struct console_scene *scene, const struct state_place *place) {
    json_t *list = json_array();
    for (uint32_t i = 0; i < place->stock.count; i++) {
        const struct state_stock_line *line = &place->stock.lines[i];
        if (line->quantity == 0 && line->shortfall == 0)
            continue;
        json_t *object = json_pack("{s:s, s:s, s:I, s:I, s:o}", "item",
                                   state_name(console_picture(scene), line->item), "lot",
                                   state_name(console_picture(scene), line->lot), "quantity",
                                   (json_int_t)line->quantity, "damaged", (json_int_t)line->damaged,
                                   "expiry", console_date(line->expiry_day));
        double age_ms = (double)((int64_t)scene->mono_ms - line->changed_ms);
        json_object_set_new(object, "age_s", json_real(age_ms > 0 ? age_ms / 1000 : 0));
        if (line->shortfall != 0)
            json_object_set_new(object, "shortfall", json_integer((json_int_t)line->shortfall));
        if (line->difference != 0)
            json_object_set_new(object, "difference", json_integer((json_int_t)line->difference));
        json_array_append_new(list, object);
    }
    return list;
}

static void set_names(json_t *object, const char *id, const char *name, const char *name_zh) {
    json_object_set_new(object, "id", json_string(id));
    json_object_set_new(object, "name", json_string(name == NULL ? "" : name));
    json_object_set_new(object, "name_zh", json_string(name_zh == NULL ? "" : name_zh));
}

static json_t *view_shelter(const struct console_scene *scene, const char *id,
                            const struct region_shelter *shelter, const struct state_place *place) {
    json_t *object = json_object();
    set_names(object, id, shelter == NULL ? NULL : shelter->name,
              shelter == NULL ? NULL : shelter->name_zh);
    json_object_set_new(object, "capacity", view_capacity(scene, shelter, place));
    if (place == NULL) { /* in the region, and nobody has ever spoken for it */
        json_object_set_new(object, "status", json_string("unknown"));
        json_object_set_new(object, "status_age_s", json_null());
        json_object_set_new(object, "people", json_null());
        json_object_set_new(object, "node", json_null());
        return object;
    }
    json_object_set_new(object, "status", json_string(hv_shelter_status_word(place->status)));
    json_object_set_new(object, "status_age_s", console_age(scene, &place->status_seen));
    if (place->status_reason != NULL)
        json_object_set_new(object, "status_reason", json_string(place->status_reason));
    json_object_set_new(object, "people",
                        place->people.changed.position == 0 ? json_null()
                                                            : view_people(scene, &place->people));
    json_object_set_new(object, "lifelines", view_lifelines(scene, place));
    json_object_set_new(object, "stock", view_stock(scene, place));
    json_object_set_new(object, "open_requests", json_integer(place->open_requests));
    set_presence(scene, object, place);
    return object;
}

static json_t *view_depot(const struct console_scene *scene, const char *id,
                          const struct region_depot *depot, const struct state_place *place) {
    json_t *object = json_object();
    set_names(object, id, depot == NULL ? NULL : depot->name,
              depot == NULL ? NULL : depot->name_zh);
    if (place == NULL) {
        json_object_set_new(object, "node", json_null());
        json_object_set_new(object, "stock_age_s", json_null());
        json_object_set_new(object, "stock", json_array());
        return object;
    }
    json_object_set_new(object, "stock_age_s", console_age(scene, &place->stock.changed));
    json_object_set_new(object, "counted_age_s", console_age(scene, &place->stock.counted));
    json_object_set_new(object, "stock", view_stock(scene, place));
    json_object_set_new(object, "lifelines", view_lifelines(scene, place));
    json_object_set_new(object, "open_requests", json_integer(place->open_requests));
    set_presence(scene, object, place);
    return object;
}

static uint32_t known_places(const struct region *region, enum hv_role role) {
    if (region == NULL)
        return 0;
    return role == HV_ROLE_SHELTER ? region->shelter_count : region->depot_count;
}

/* Whether the place is of the role and the region does not list it. */
static bool is_extra(const struct region *region, const struct state_place *place,
                     enum hv_role role) {
    const char *id = place->entity.id;
    bool mine = place->role == role || (place->role == HV_ROLE_UNKNOWN && role == HV_ROLE_SHELTER);
    return mine && (region == NULL || (region_find_shelter(region, id) == REGION_NONE &&
                                       region_find_depot(region, id) == REGION_NONE));
}

typedef void place_visit(const struct console_scene *scene, const char *id, uint32_t index,
                         const struct state_place *place, void *context);

/* Every place of a role: first those of the region in its order, then those that only nodes or
 * reports know, whose index is REGION_NONE. `place` is NULL where nobody has ever spoken for it. */
static void each_place(const struct console_scene *scene, enum hv_role role, place_visit *visit,
                       void *context) {
    const struct region *region = scene->region;
    for (uint32_t i = 0; i < known_places(region, role); i++) {
        const char *id = role == HV_ROLE_SHELTER ? region->shelters[i].id : region->depots[i].id;
        visit(scene, id, i, state_find_place(console_picture(scene), id), context);
    }
    for (uint32_t i = 0; i < state_count(console_picture(scene), STATE_PLACE); i++) {
        const struct state_place *place = state_place(console_picture(scene), i);
        if (is_extra(region, place, role))
            visit(scene, place->entity.id, REGION_NONE, place, context);
    }
}

/* The place of this id, as each_place would come to it; looked up, for somebody who watches one
 * place of many asks often. */
static void one_place(const struct console_scene *scene, enum hv_role role, const char *id,
                      place_visit *visit, void *context) {
    const struct region *region = scene->region;
    const struct state_place *place = state_find_place(console_picture(scene), id);
    uint32_t index = region == NULL            ? REGION_NONE
                     : role == HV_ROLE_SHELTER ? region_find_shelter(region, id)
                                               : region_find_depot(region, id);
    if (index != REGION_NONE || (place != NULL && is_extra(region, place, role)))
        visit(scene, id, index, place, context);
}

/* A page of places: views are made of those on it and of no others. */
struct listing {
    enum hv_role role;
    size_t seen, first, limit;
    json_t *list;
};

static void list_place(const struct console_scene *scene, const char *id, uint32_t index,
                       const struct state_place *place, void *context) {
    struct listing *listing = context;
    size_t at = listing->seen++;
    if (at < listing->first || json_array_size(listing->list) >= listing->limit)
        return;
    bool extra = index == REGION_NONE;
    json_array_append_new(
        listing->list,
        listing->role == HV_ROLE_SHELTER
            ? view_shelter(scene, id, extra ? NULL : &scene->region->shelters[index], place)
            : view_depot(scene, id, extra ? NULL : &scene->region->depots[index], place));
}

static void answer_page(const json_t *request, const char *member, json_t *list, size_t total,
                        struct console_outcome *outcome) {
    if (console_text(request, "id") != NULL && total == 0) {
        json_decref(list);
        console_refusef(outcome, HV_ERR_NOT_FOUND, "list them all without “id”",
                        "there is no “%.80s”", console_text(request, "id"));
        return;
    }
    outcome->reply = json_pack("{s:o, s:I}", member, list, "total", (json_int_t)total);
}

static void answer_places(const struct console_scene *scene, const json_t *request,
                          enum hv_role role, const char *member, struct console_outcome *outcome) {
    const char *id = console_text(request, "id");
    struct listing listing = {.role = role,
                              .first = (size_t)console_number(request, "offset", 0),
                              .limit = (size_t)console_number(request, "limit", SIZE_MAX),
                              .list = json_array()};
    if (id != NULL)
        one_place(scene, role, id, list_place, &listing);
    else
        each_place(scene, role, list_place, &listing);
    answer_page(request, member, listing.list, listing.seen, outcome);
}

/* Cuts the list to the page that was asked for, and says how many there are. */
static void answer_list(const json_t *request, const char *member, json_t *list,
                        struct console_outcome *outcome) {
    size_t total = json_array_size(list);
    struct console_page page = console_page(request, total);
    if (page.first > 0 || page.end < total) {
        json_t *cut = json_array();
        for (size_t i = page.first; i < page.end; i++)
            json_array_append(cut, json_array_get(list, i));
        json_decref(list);
        list = cut;
    }
    answer_page(request, member, list, total, outcome);
}

void console_shelters(const struct console_scene *scene, const json_t *request,
                      struct hv_arena *arena, struct console_outcome *outcome) {
    (void)arena;
    answer_places(scene, request, HV_ROLE_SHELTER, "shelters", outcome);
}

void console_depots(const struct console_scene *scene, const json_t *request,
                    struct hv_arena *arena, struct console_outcome *outcome) {
    (void)arena;
    answer_places(scene, request, HV_ROLE_DEPOT, "depots", outcome);
}

/* ---- nodes ---- */

void console_nodes(const struct console_scene *scene, const json_t *request, struct hv_arena *arena,
                   struct console_outcome *outcome) {
    (void)arena;
    json_t *list = json_array();
    for (uint32_t i = 0; i < state_count(console_picture(scene), STATE_NODE); i++) {
        const struct state_node *node = state_node(console_picture(scene), i);
        if (!console_wants(request, node->entity.id))
            continue;
        const struct state_place *place = state_place(console_picture(scene), node->place);
        json_array_append_new(
            list, json_pack("{s:s, s:s, s:s, s:s, s:b, s:o, s:I, s:I, s:I, s:I, s:I}", "id",
                            node->entity.id, "role", hv_role_word(node->role), "place",
                            place == NULL ? "" : place->entity.id, "presence",
                            presence_word(node->presence), "revoked", node->revoked, "heard_ago_s",
                            heard_ago(scene, node), "epoch", (json_int_t)node->epoch, "history",
                            (json_int_t)node->held[HV_LANE_HISTORY], "present",
                            (json_int_t)node->held[HV_LANE_PRESENT], "reports",
                            (json_int_t)node->reports, "refused", (json_int_t)node->refused));
    }
    answer_list(request, "nodes", list, outcome);
}

/* ---- zones, transfers, requests ---- */

static json_t *view_zone(const struct console_scene *scene, const char *id,
                         const struct region_zone *zone) {
    const struct state_zone *seen = state_find_zone(console_picture(scene), id);
    int64_t people = zone == NULL ? REGION_UNKNOWN : region_zone_people(zone, REGION_NIGHT);
    int64_t arrived = seen == NULL ? 0 : hv_people_total(&seen->checked_in);
    json_t *object = json_object();
    set_names(object, id, zone == NULL ? NULL : zone->name, zone == NULL ? NULL : zone->name_zh);
    json_object_set_new(object, "people",
                        people < 0 ? json_null() : json_integer((json_int_t)people));
    json_object_set_new(object, "checked_in", json_integer((json_int_t)arrived));
    json_object_set_new(object, "remaining",
                        people < 0
                            ? json_null()
                            : json_integer((json_int_t)(people > arrived ? people - arrived : 0)));
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
    answer_list(request, "zones", list, outcome);
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
    answer_list(request, "transfers", list, outcome);
}

static json_t *view_request(const struct console_scene *scene, struct hv_arena *arena,
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
    console_set_stamp(scene, object, &request->seen);
    return object;
}

void console_requests(const struct console_scene *scene, const json_t *request,
                      struct hv_arena *arena, struct console_outcome *outcome) {
    bool all = json_is_true(json_object_get(request, "all"));
    json_t *list = json_array();
    for (uint32_t i = 0; i < state_count(console_picture(scene), STATE_REQUEST); i++) {
        const struct state_request *one = state_request(console_picture(scene), i);
        if ((all || !one->withdrawn) && console_wants(request, one->entity.id))
            json_array_append_new(list, view_request(scene, arena, one));
    }
    answer_list(request, "requests", list, outcome);
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
    answer_list(request, "roads", list, outcome);
}

static json_t *texts(const char *const *list, size_t count) {
    json_t *array = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(array, json_string(list[i]));
    return array;
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
        json_array_append_new(list,
                              json_pack("{s:s, s:s, s:b, s:o, s:o, s:o, s:o}", "id",
                                        hazard->entity.id, "kind", body->kind, "over", hazard->over,
                                        "zones", texts(body->zones, body->zone_count), "links",
                                        texts(body->links, body->link_count), "shelters",
                                        texts(body->shelters, body->shelter_count), "depots",
                                        texts(body->depots, body->depot_count)));
    }
    answer_list(request, "hazards", list, outcome);
}

static json_t *view_incident(const struct state_incident *incident) {
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
            json_array_append_new(list, view_incident(state_incident(console_picture(scene), i)));
    answer_list(request, "incidents", list, outcome);
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
    answer_list(request, "notes", list, outcome);
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

/* ---- the whole ---- */

struct totals {
    int64_t sheltered, capacity, on_the_way, open_orders, overdue_orders, open_requests;
    uint32_t shelters, open_shelters, unknown_capacity, present, stale, never_heard;
};

static void add_shelter(const struct console_scene *scene, const char *id, uint32_t index,
                        const struct state_place *place, void *context) {
    (void)id;
    struct totals *totals = context;
    const struct region_shelter *shelter =
        index == REGION_NONE ? NULL : &scene->region->shelters[index];
    enum hv_shelter_status status = place == NULL ? HV_SHELTER_UNKNOWN : place->status;
    bool open =
        status == HV_SHELTER_OPEN || status == HV_SHELTER_NEARLY_FULL || status == HV_SHELTER_FULL;
    int64_t capacity = places_of(shelter, scene->profile, place).people;
    totals->shelters++;
    totals->open_shelters += open;
    totals->unknown_capacity += capacity < 0;
    if (open && capacity > 0)
        totals->capacity += capacity;
    if (place != NULL && place->people.changed.position > 0)
        totals->sheltered += hv_people_total(&place->people.now);
}

static struct totals add_up(const struct console_scene *scene) {
    const struct state *state = console_picture(scene);
    struct totals totals = {0};
    each_place(scene, HV_ROLE_SHELTER, add_shelter, &totals);
    for (uint32_t i = 0; i < state_count(state, STATE_PLACE); i++)
        totals.open_requests += state_place(state, i)->open_requests;
    for (uint32_t i = 0; i < state_count(state, STATE_TRANSFER); i++) {
        struct hv_people people = state_transfer_on_the_way(state_transfer(state, i));
        totals.on_the_way += hv_people_total(&people);
    }
    for (uint32_t i = 0; i < state_count(state, STATE_ORDER); i++) {
        const struct state_order *order = state_order(state, i);
        bool open = hv_order_is_open(state_order_state(order));
        totals.open_orders += open;
        totals.overdue_orders +=
            open && order->has_deadline && order->deadline_wall_ms < scene->wall_ms;
    }
    for (uint32_t i = 0; i < state_count(state, STATE_NODE); i++) {
        enum state_presence presence = state_node(state, i)->presence;
        totals.present += presence == STATE_PRESENT;
        totals.stale += presence == STATE_STALE;
        totals.never_heard += presence == STATE_NEVER_HEARD;
    }
    return totals;
}

void console_status(const struct console_scene *scene, const json_t *request,
                    struct hv_arena *arena, struct console_outcome *outcome) {
    (void)request, (void)arena;
    const struct state *state = console_picture(scene);
    const struct state_general *general = state_general(state);
    const struct core_counters *counters = console_counters(scene);
    struct totals totals = add_up(scene);
    json_t *reply =
        json_pack("{s:s, s:s, s:o, s:o, s:I, s:I, s:I, s:b}", "name",
                  general->name == NULL ? "" : general->name, "mode", hv_mode_word(general->mode),
                  "deployment", console_hex(general->deployment, HV_ID128_BYTES), "log",
                  console_hex(general->log, HV_ID128_BYTES), "term", (json_int_t)general->term,
                  "position", (json_int_t)general->position, "wall_ms", (json_int_t)scene->wall_ms,
                  "storing", counters->storing);
    json_object_set_new(reply, "incident",
                        general->incident == STATE_NONE
                            ? json_null()
                            : view_incident(state_incident(state, general->incident)));
    json_object_set_new(reply, "clock",
                        json_pack("{s:b, s:I}", "scenario", general->clock.scenario,
                                  "rate_permille", (json_int_t)general->clock.rate_permille));
    json_object_set_new(reply, "nodes",
                        json_pack("{s:I, s:I, s:I}", "present", (json_int_t)totals.present, "stale",
                                  (json_int_t)totals.stale, "never_heard",
                                  (json_int_t)totals.never_heard));
    json_object_set_new(
        reply, "people",
        json_pack("{s:I, s:I}", "sheltered", totals.sheltered, "on_the_way", totals.on_the_way));
    json_object_set_new(reply, "shelters",
                        json_pack("{s:I, s:I, s:I, s:I}", "all", (json_int_t)totals.shelters,
                                  "open", (json_int_t)totals.open_shelters, "capacity_open",
                                  totals.capacity, "capacity_unknown",
                                  (json_int_t)totals.unknown_capacity));
    json_object_set_new(
        reply, "orders",
        json_pack("{s:I, s:I}", "open", totals.open_orders, "overdue", totals.overdue_orders));
    json_object_set_new(reply, "requests", json_pack("{s:I}", "open", totals.open_requests));
    json_object_set_new(
        reply, "plan_in_force",
        general->plan_in_force == STATE_NONE
            ? json_null()
            : json_integer((json_int_t)state_plan(state, general->plan_in_force)->number));
    json_object_set_new(reply, "last_plan", json_integer((json_int_t)general->last_plan));
    outcome->reply = reply;
}

void console_statistics(const struct console_scene *scene, const json_t *request,
                        struct hv_arena *arena, struct console_outcome *outcome) {
    (void)request, (void)arena;
    const struct core_counters *counters = console_counters(scene);
    json_t *refused = json_object();
    for (int reason = 1; reason < HV_REASON_COUNT; reason++)
        if (counters->refused[reason] > 0)
            json_object_set_new(refused, hv_reason_word((enum hv_reason)reason),
                                json_integer((json_int_t)counters->refused[reason]));
    outcome->reply = json_pack(
        "{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:o}", "frames",
        (json_int_t)counters->frames, "reports", (json_int_t)counters->reports, "duplicates",
        (json_int_t)counters->duplicates, "acks", (json_int_t)counters->acks, "hellos",
        (json_int_t)counters->hellos, "committed", (json_int_t)counters->committed, "batches",
        (json_int_t)counters->batches, "failed_batches", (json_int_t)counters->failed_batches,
        "in_flight", (json_int_t)counters->in_flight, "refused", refused);
}
