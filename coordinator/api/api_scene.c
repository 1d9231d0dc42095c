#include "coordinator/api/api_scene.h"

#include "coordinator/planning/places.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *api_scene_exercise(const struct api_scene *scene) {
    return state_general(scene->state)->mode == HV_MODE_EXERCISE ? "演练 EXERCISE" : NULL;
}

double api_scene_age(const struct api_scene *scene, int64_t observed_ms) {
    if (observed_ms == API_MS_NEVER)
        return NAN;
    double age_ms = (double)scene->console.mono_ms - (double)observed_ms;
    return age_ms > 0 ? age_ms / 1000 : 0;
}

const char *api_presence_word(int presence) {
    static const char *const words[] = {"never-heard", "present", "stale"};
    return presence < 0 ? NULL : words[presence];
}

uint64_t api_scene_changed(const struct api_scene *scene, uint32_t kinds) {
    uint64_t last = state_general(scene->state)->region_position;
    for (int kind = 0; kind < STATE_KINDS; kind++) {
        const struct state_entity *newest =
            (kinds >> kind & 1) == 0 ? NULL
                                     : state_at(scene->state, (enum state_kind)kind,
                                                state_newest(scene->state, (enum state_kind)kind));
        if (newest != NULL && newest->changed > last)
            last = newest->changed;
    }
    return last;
}

/* ---- one row ---- */

static int64_t seen_ms(const struct state_stamp *stamp) {
    return stamp->position == 0 ? API_MS_NEVER : stamp->observed_ms;
}

static int presence_of(const struct api_scene *scene, const struct state_place *place) {
    const struct state_node *node =
        place->node == STATE_NONE ? NULL : state_node(scene->state, place->node);
    return node == NULL ? -1 : (int)node->presence;
}

static uint8_t lifelines_down(const struct state_place *place) {
    uint8_t down = 0;
    for (int kind = 1; kind < HV_LIFELINE_COUNT; kind++)
        if (place->lifelines[kind].seen.position > 0 &&
            place->lifelines[kind].state == HV_LIFELINE_DOWN)
            down++;
    return down;
}

static const struct region_shelter *shelter_of(const struct api_scene *scene,
                                               const struct api_place *row) {
    return row->listed == REGION_NONE ? NULL : &scene->region->shelters[row->listed];
}

/* What the state says; names and place on earth stay. */
static void compute(const struct api_scene *scene, struct api_place *row, bool depot) {
    const struct state_place *place =
        row->place == STATE_NONE ? NULL : state_place(scene->state, row->place);
    if (!depot) {
        struct places places =
            places_of(shelter_of(scene, row), console_profile(&scene->console), place);
        row->capacity = places.people;
        row->verified = places.verified;
    }
    if (place == NULL)
        return;
    bool counted = place->people.changed.position > 0;
    row->status = place->status;
    row->status_ms = seen_ms(&place->status_seen);
    row->people = counted ? hv_people_total(&place->people.now) : -1;
    row->people_ms = seen_ms(&place->people.changed);
    row->at_least = counted && place->people.changed.at_least;
    row->source = counted ? place->people.changed.source : HV_SOURCE_UNKNOWN;
    row->stock_ms = seen_ms(&place->stock.changed);
    row->stock_lines = place->stock.count;
    row->open_requests = place->open_requests;
    row->lifelines_down = lifelines_down(place);
    row->presence = (int8_t)presence_of(scene, place);
}

static struct api_place blank(const char *id) {
    return (struct api_place){.id = id,
                              .name = "",
                              .name_zh = "",
                              .lon = NAN,
                              .lat = NAN,
                              .place = STATE_NONE,
                              .listed = REGION_NONE,
                              .status = HV_SHELTER_UNKNOWN,
                              .status_ms = API_MS_NEVER,
                              .people = -1,
                              .people_ms = API_MS_NEVER,
                              .capacity = -1,
                              .stock_ms = API_MS_NEVER,
                              .presence = -1,
                              .verified = true};
}

/* ---- all rows ---- */

static bool make_room(void **rows, uint32_t *room, uint32_t need, size_t size) {
    if (need <= *room)
        return true;
    uint32_t more = need + need / 2 + 64;
    void *larger = realloc(*rows, more * size);
    if (larger == NULL)
        return false;
    *rows = larger;
    *room = more;
    return true;
}

static bool list_region(struct api_scene *scene) {
    const struct region *region = scene->region;
    uint32_t shelters = region == NULL ? 0 : region->shelter_count;
    uint32_t depots = region == NULL ? 0 : region->depot_count;
    bool plane = region != NULL && region->coordinates == REGION_PLANE;
    if (!make_room((void **)&scene->shelters, &scene->shelter_room, shelters,
                   sizeof *scene->shelters) ||
        !make_room((void **)&scene->depots, &scene->depot_room, depots, sizeof *scene->depots))
        return false;
    for (uint32_t i = 0; i < shelters; i++) {
        const struct region_shelter *shelter = &region->shelters[i];
        scene->shelters[i] = blank(shelter->id);
        scene->shelters[i].name = shelter->name;
        scene->shelters[i].name_zh = shelter->name_zh;
        scene->shelters[i].lon = plane ? NAN : shelter->lon;
        scene->shelters[i].lat = plane ? NAN : shelter->lat;
        scene->shelters[i].listed = i;
        compute(scene, &scene->shelters[i], false);
    }
    for (uint32_t i = 0; i < depots; i++) {
        const struct region_depot *depot = &region->depots[i];
        scene->depots[i] = blank(depot->id);
        scene->depots[i].name = depot->name;
        scene->depots[i].name_zh = depot->name_zh;
        scene->depots[i].lon = plane ? NAN : depot->lon;
        scene->depots[i].lat = plane ? NAN : depot->lat;
        scene->depots[i].listed = i;
    }
    scene->shelter_count = shelters;
    scene->depot_count = depots;
    scene->places_known = 0;
    return true;
}

static bool add_extra(struct api_scene *scene, const struct state_place *place, bool depot,
                      uint32_t *ret_row) {
    uint32_t *count = depot ? &scene->depot_count : &scene->shelter_count;
    if (depot ? !make_room((void **)&scene->depots, &scene->depot_room, *count + 1,
                           sizeof *scene->depots)
              : !make_room((void **)&scene->shelters, &scene->shelter_room, *count + 1,
                           sizeof *scene->shelters))
        return false;
    (depot ? scene->depots : scene->shelters)[*count] = blank(place->entity.id);
    *ret_row = (*count)++;
    return true;
}

/* Finds the row of a place that the state has come to know, or makes one. */
static bool place_row(struct api_scene *scene, uint32_t index) {
    const struct state_place *place = state_place(scene->state, index);
    const char *id = place->entity.id;
    uint32_t row = scene->region == NULL ? REGION_NONE : region_find_shelter(scene->region, id);
    bool depot = false;
    if (row == REGION_NONE && scene->region != NULL) {
        row = region_find_depot(scene->region, id);
        depot = row != REGION_NONE;
    }
    if (row == REGION_NONE) {
        depot = place->role == HV_ROLE_DEPOT;
        if (!add_extra(scene, place, depot, &row))
            return false;
    }
    scene->row_of[index] = row;
    scene->row_is_depot[index] = depot;
    struct api_place *at = depot ? &scene->depots[row] : &scene->shelters[row];
    at->place = index;
    compute(scene, at, depot);
    return true;
}

static bool place_new(struct api_scene *scene) {
    uint32_t count = state_count(scene->state, STATE_PLACE);
    if (count == scene->places_known)
        return true;
    uint32_t *row_of = realloc(scene->row_of, count * sizeof *row_of);
    if (row_of == NULL)
        return false;
    scene->row_of = row_of;
    bool *row_is_depot = realloc(scene->row_is_depot, count * sizeof *row_is_depot);
    if (row_is_depot == NULL)
        return false;
    scene->row_is_depot = row_is_depot;
    for (; scene->places_known < count; scene->places_known++)
        if (!place_row(scene, scene->places_known))
            return false;
    return true;
}

static void recompute(struct api_scene *scene, uint32_t place) {
    if (place >= scene->places_known)
        return;
    bool depot = scene->row_is_depot[place];
    uint32_t row = scene->row_of[place];
    const struct api_place *at = depot ? &scene->depots[row] : &scene->shelters[row];
    bool belongs = state_place(scene->state, place)->role == HV_ROLE_DEPOT;
    if (at->listed == REGION_NONE && belongs != depot)
        scene->rows_stale = true; /* enrolled since, as the other */
    compute(scene, depot ? &scene->depots[row] : &scene->shelters[row], depot);
}

static void recompute_changed(struct api_scene *scene) {
    const struct state *state = scene->state;
    for (uint32_t i = state_newest(state, STATE_PLACE); i != STATE_NONE;) {
        const struct state_place *place = state_place(state, i);
        if (place->entity.changed <= scene->rows_position)
            break;
        recompute(scene, i);
        i = place->entity.older;
    }
    for (uint32_t i = state_newest(state, STATE_NODE); i != STATE_NONE;) {
        const struct state_node *node = state_node(state, i);
        if (node->entity.changed <= scene->rows_position)
            break;
        recompute(scene, node->place);
        i = node->entity.older;
    }
}

/* ---- hazards ---- */

/* What a step hits while it lasts. */
static void mark(const struct region *region, const struct hv_hazard_step *step, int64_t wall_ms,
                 struct api_scene *scene) {
    if (step->from_wall_ms > wall_ms || (step->has_until && step->until_wall_ms <= wall_ms))
        return;
    for (size_t i = 0; i < step->zone_count; i++) {
        uint32_t zone = region_find_zone(region, step->zones[i]);
        if (zone != REGION_NONE)
            scene->zone_hit[zone] = true;
    }
    for (size_t i = 0; i < step->link_count; i++) {
        uint32_t link = region_find_link(region, step->links[i]);
        if (link != REGION_NONE && (!step->has_capacity || step->capacity_permille == 0))
            scene->link_hit[link] = true;
    }
    for (size_t i = 0; i < step->shelter_count; i++) {
        uint32_t shelter = region_find_shelter(region, step->shelters[i]);
        if (shelter != REGION_NONE)
            scene->shelters[shelter].hit = true;
    }
    for (size_t i = 0; i < step->depot_count; i++) {
        uint32_t depot = region_find_depot(region, step->depots[i]);
        if (depot != REGION_NONE)
            scene->depots[depot].hit = true;
    }
}

/* As of its record: each time that a step begins or ends, the coordinator records it anew. */
static void mark_hazard(const struct region *region, const struct hv_record *record,
                        struct api_scene *scene) {
    const struct hv_hazard_state *hazard = &record->hazard;
    const struct hv_hazard_step always = hv_hazard_always(hazard, record->wall_ms);
    mark(region, &always, record->wall_ms, scene);
    for (size_t i = 0; i < hazard->step_count; i++)
        mark(region, &hazard->steps[i], record->wall_ms, scene);
}

static bool mark_hits(struct api_scene *scene) {
    const struct region *region = scene->region;
    if (region == NULL)
        return true;
    free(scene->zone_hit);
    free(scene->link_hit);
    scene->zone_hit = calloc(region->zone_count + 1, sizeof *scene->zone_hit);
    scene->link_hit = calloc(region->link_count + 1, sizeof *scene->link_hit);
    if (scene->zone_hit == NULL || scene->link_hit == NULL)
        return false;
    for (uint32_t i = 0; i < scene->shelter_count; i++)
        scene->shelters[i].hit = false;
    for (uint32_t i = 0; i < scene->depot_count; i++)
        scene->depots[i].hit = false;
    for (uint32_t i = 0; i < state_count(scene->state, STATE_HAZARD); i++) {
        const struct state_hazard *hazard =
            (const struct state_hazard *)state_at(scene->state, STATE_HAZARD, i);
        const struct hv_record *record = NULL;
        if (!hazard->over && state_body_decode(&hazard->body, scene->arena, &record) == HV_OK)
            mark_hazard(region, record, scene);
    }
    return true;
}

/* ---- flows ---- */

static bool add_flows(struct api_scene *scene) {
    const struct state_general *general = state_general(scene->state);
    const struct hv_plan *plan = NULL;
    free(scene->link_flow);
    scene->link_flow = NULL;
    if (scene->region == NULL)
        return true;
    scene->link_flow = calloc(scene->region->link_count + 1, sizeof *scene->link_flow);
    if (scene->link_flow == NULL)
        return false;
    if (general->plan_in_force == STATE_NONE ||
        state_plan_decode(state_plan(scene->state, general->plan_in_force), scene->arena, &plan) !=
            HV_OK)
        return true;
    for (size_t i = 0; i < plan->move_count; i++)
        for (size_t k = 0; k < plan->moves[i].link_count; k++) {
            uint32_t link = region_find_link(scene->region, plan->moves[i].links[k]);
            if (link != REGION_NONE)
                scene->link_flow[link] += plan->moves[i].people;
        }
    return true;
}

/* ---- the whole ---- */

static uint64_t flow_position(const struct api_scene *scene) {
    const struct state_general *general = state_general(scene->state);
    return general->plan_in_force == STATE_NONE
               ? 0
               : state_plan(scene->state, general->plan_in_force)->position;
}

int api_scene_refresh(struct api_scene *scene) {
    uint64_t position = state_position(scene->state);
    const struct profile *profile = console_profile(&scene->console);
    bool anew = scene->rows_stale || scene->rows_region != scene->region ||
                scene->rows_profile != profile || scene->rows_state != scene->state;
    if (!anew && position == scene->rows_position)
        return HV_OK;
    if (!anew) {
        recompute_changed(scene);
        anew = scene->rows_stale;
    }
    scene->rows_stale = true; /* until all of it is there */
    if (anew && !list_region(scene))
        return HV_ERR_MEMORY;
    if (!place_new(scene))
        return HV_ERR_MEMORY;
    uint64_t hazards = api_scene_changed(scene, 1u << STATE_HAZARD);
    if ((anew || hazards != scene->hazards_changed) && !mark_hits(scene))
        return HV_ERR_MEMORY;
    if ((anew || flow_position(scene) != scene->flow_position) && !add_flows(scene))
        return HV_ERR_MEMORY;
    scene->hazards_changed = hazards;
    scene->flow_position = flow_position(scene);
    scene->rows_position = position;
    scene->rows_region = scene->region;
    scene->rows_profile = profile;
    scene->rows_state = scene->state;
    scene->rows_stale = false;
    return HV_OK;
}

void api_scene_free(struct api_scene *scene) {
    free(scene->shelters);
    free(scene->depots);
    free(scene->zone_hit);
    free(scene->link_hit);
    free(scene->link_flow);
    free(scene->row_of);
    free(scene->row_is_depot);
    free(scene->stock);
    free(scene->items);
    free(scene->item_of);
    scene->stock = NULL;
    scene->items = NULL;
    scene->item_of = NULL;
    scene->shelters = scene->depots = NULL;
    scene->zone_hit = scene->link_hit = scene->row_is_depot = NULL;
    scene->link_flow = scene->row_of = NULL;
    scene->shelter_room = scene->depot_room = scene->shelter_count = scene->depot_count = 0;
    scene->places_known = 0;
    scene->rows_region = NULL;
    scene->rows_state = NULL;
}
