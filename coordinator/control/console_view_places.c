/* Questions about shelters, depots and the nodes that speak for them. */
#include "coordinator/control/console_json.h"

#include "coordinator/planning/places.h"
#include "schemas/platform/entry.h"

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
    struct places places = places_of(shelter, console_profile(scene), place);
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
        json_object_set_new(object, "age_s", console_age_since(scene, line->changed_ms));
        if (line->shortfall != 0)
            json_object_set_new(object, "shortfall", json_integer((json_int_t)line->shortfall));
        if (line->difference != 0)
            json_object_set_new(object, "difference", json_integer((json_int_t)line->difference));
        json_array_append_new(list, object);
    }
    return list;
}

static json_t *view_shelter(const struct console_scene *scene, const char *id,
                            const struct region_shelter *shelter, const struct state_place *place) {
    json_t *object = json_object();
    console_set_names(object, id, shelter == NULL ? NULL : shelter->name,
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
    console_set_names(object, id, depot == NULL ? NULL : depot->name,
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

void console_each_place(const struct console_scene *scene, enum hv_role role,
                        console_place_visit *visit, void *context) {
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

/* The place of this id, as console_each_place would come to it; looked up, for somebody who watches
 * one place of many asks often. */
static void one_place(const struct console_scene *scene, enum hv_role role, const char *id,
                      console_place_visit *visit, void *context) {
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
        console_each_place(scene, role, list_place, &listing);
    console_answer_page(request, member, listing.list, listing.seen, outcome);
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
    console_answer_list(request, "nodes", list, outcome);
}
