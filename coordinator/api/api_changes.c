/* An event of changes: what the picture is now for everything that has changed since a position. */
#include "coordinator/api/api_events.h"

#include <inttypes.h>
#include <stdlib.h>

enum { ROWS_MOST = 20000 }; /* more changes of a kind: the list is to be asked for again */

static bool has_changed(const struct api_scene *scene, enum state_kind kind, uint64_t from) {
    const struct state_entity *newest =
        state_at(scene->state, kind, state_newest(scene->state, kind));
    return newest != NULL && newest->changed > from;
}

/* Marks the places that have changed, or whose nodes have. NULL without memory. */
static uint8_t *mark_places(const struct api_scene *scene, uint64_t from, bool *ret_stock) {
    const struct state *state = scene->state;
    uint8_t *marks = calloc(scene->places_known + 1u, 1);
    for (uint32_t i = state_newest(state, STATE_PLACE); marks != NULL && i != STATE_NONE;) {
        const struct state_place *place = state_place(state, i);
        if (place->entity.changed <= from)
            break;
        if (i < scene->places_known)
            marks[i] = 1;
        *ret_stock = *ret_stock || place->stock.changed.position > from;
        i = place->entity.older;
    }
    for (uint32_t i = state_newest(state, STATE_NODE); marks != NULL && i != STATE_NONE;) {
        const struct state_node *node = state_node(state, i);
        if (node->entity.changed <= from)
            break;
        if (node->place < scene->places_known && node->presence_position > from)
            marks[node->place] = 1;
        i = node->entity.older;
    }
    return marks;
}

/* False: there are too many. */
static bool write_places(const struct api_scene *scene, const uint8_t *marks, bool depots,
                         struct api_text *text) {
    const struct api_table *table = depots ? &api_depots : &api_shelters;
    uint32_t count = 0;
    for (uint32_t i = 0; i < scene->places_known; i++)
        count += marks[i] != 0 && scene->row_is_depot[i] == depots;
    if (count == 0 || count > ROWS_MOST)
        return count == 0;
    api_text_print(text, ",\"%s\":[", depots ? "depots" : "shelters");
    bool first = true;
    for (uint32_t i = 0; i < scene->places_known; i++) {
        if (marks[i] == 0 || scene->row_is_depot[i] != depots)
            continue;
        api_text_add(text, ",", first ? 0 : 1);
        api_table_row(table, scene, scene->row_of[i], text);
        first = false;
    }
    api_text_put(text, "]");
    return true;
}

static void write_zones(const struct api_scene *scene, uint64_t from, struct api_text *text) {
    const struct state *state = scene->state;
    bool first = true;
    for (uint32_t i = state_newest(state, STATE_ZONE); i != STATE_NONE;) {
        const struct state_entity *zone = state_at(state, STATE_ZONE, i);
        if (zone->changed <= from)
            break;
        uint32_t row =
            scene->region == NULL ? REGION_NONE : region_find_zone(scene->region, zone->id);
        if (row != REGION_NONE) {
            api_text_put(text, first ? ",\"zones\":[" : ",");
            api_table_row(&api_zones, scene, row, text);
            first = false;
        }
        i = zone->older;
    }
    if (!first)
        api_text_put(text, "]");
}

static void name_kind(struct api_text *text, const char *kind, bool *first) {
    api_text_add(text, ",", *first ? 0 : 1);
    api_text_string(text, kind);
    *first = false;
}

static void write_kinds(const struct api_scene *scene, uint64_t from, bool shelters, bool depots,
                        bool stock, struct api_text *text) {
    static const struct {
        enum state_kind kind;
        const char *name;
    } kinds[] = {
        {STATE_NODE, "nodes"},   {STATE_REQUEST, "requests"},     {STATE_TRANSFER, "transfers"},
        {STATE_ORDER, "orders"}, {STATE_PLAN, "plans"},           {STATE_HAZARD, "hazards"},
        {STATE_ALERT, "alerts"}, {STATE_ROAD, "network"},         {STATE_INCIDENT, "incidents"},
        {STATE_NOTE, "notes"},   {STATE_DIRECTIVE, "directives"}, {STATE_OWNER, "owners"}};
    const struct state_general *general = state_general(scene->state);
    bool first = true;
    api_text_put(text, ",\"kinds\":[");
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (has_changed(scene, kinds[i].kind, from))
            name_kind(text, kinds[i].name, &first);
    if (shelters)
        name_kind(text, "shelters", &first);
    if (depots)
        name_kind(text, "depots", &first);
    if (stock)
        name_kind(text, "stock", &first);
    if (general->region_position > from)
        name_kind(text, "region", &first);
    if (general->mode == HV_MODE_EXERCISE)
        name_kind(text, "exercises", &first);
    api_text_put(text, "]");
}

void api_changes_write(struct api *api, uint64_t from, struct api_text *text) {
    const struct api_scene *scene = &api->scene;
    bool stock = false;
    uint8_t *marks = mark_places(scene, from, &stock);
    json_t *status = api_ask(scene, json_pack("{s:s}", "verb", "status"), NULL, NULL);
    uint64_t position = state_position(scene->state);
    api_text_print(text,
                   "event: changes\nid: %" PRIu64 "\ndata: {\"position\":%" PRIu64
                   ",\"from\":%" PRIu64 ",\"wall_ms\":%lld,\"status\":",
                   position, position, from, (long long)scene->console.wall_ms);
    api_text_json(text, status);
    json_decref(status);
    bool shelters = marks != NULL && write_places(scene, marks, false, text);
    bool depots = marks != NULL && write_places(scene, marks, true, text);
    write_zones(scene, from, text);
    write_kinds(scene, from, !shelters, !depots, stock, text);
    api_text_put(text, "}\n\n");
    free(marks);
}
