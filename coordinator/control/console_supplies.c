/* The question for how long what is at shelters lasts. */
#include "coordinator/control/console_json.h"

#include <math.h>
#include <string.h>

/* A page of rows, one for each shelter and item that people there use by the day. */
struct listing {
    const char *item; /* NULL: all */
    size_t seen, first, limit;
    json_t *list;
};

bool console_supply(const struct console_scene *scene, const struct state_place *place,
                    uint32_t item, struct supply *ret_supply) {
    return item != REGION_NONE && supply_of(scene->region, item, console_picture(scene), place,
                                            supply_day(scene->wall_ms), scene->mono_ms, ret_supply);
}

int64_t console_supply_of_line(const struct console_scene *scene, const struct state_place *place,
                               const struct state_stock_line *line, uint32_t item) {
    return item == REGION_NONE ? 0
                               : supply_of_line(&scene->region->items[item], place, line,
                                                supply_day(scene->wall_ms), scene->mono_ms);
}

void console_number_names(const struct console_scene *scene, uint32_t *ret_items) {
    const struct state *state = console_picture(scene);
    for (uint32_t i = 0; i < state_count(state, STATE_NAME); i++)
        ret_items[i] = scene->region == NULL
                           ? REGION_NONE
                           : region_find_item(scene->region, state_name(state, i));
}

static void list_row(const struct console_scene *scene, const struct state_place *place,
                     const char *id, uint32_t item, struct listing *listing) {
    struct supply supply;
    if (!console_supply(scene, place, item, &supply))
        return;
    size_t at = listing->seen++;
    if (at < listing->first || json_array_size(listing->list) >= listing->limit)
        return;
    const struct region_item *row = &scene->region->items[item];
    bool lasts = isinf(supply.days_left) != 0;
    json_t *object = json_pack("{s:s, s:s, s:s, s:I, s:f, s:f, s:o, s:o}", "shelter", id, "item",
                               row->id, "unit", row->base_unit, "usable", (json_int_t)supply.usable,
                               "people", supply.people, "per_day", supply.per_day, "days_left",
                               lasts ? json_null() : json_real(supply.days_left), "people_age_s",
                               console_age(scene, &place->people.changed));
    json_object_set_new(object, "in_kits", json_integer((json_int_t)supply.in_kits));
    json_object_set_new(object, "quarantined", json_boolean(supply.quarantined));
    json_object_set_new(object, "stock_age_s", console_age(scene, &place->stock.changed));
    json_array_append_new(listing->list, object);
}

static void list_place(const struct console_scene *scene, const char *id, uint32_t index,
                       const struct state_place *place, void *context) {
    (void)index;
    struct listing *listing = context;
    for (uint32_t i = 0; place != NULL && scene->region != NULL && i < scene->region->item_count;
         i++)
        if (listing->item == NULL || strcmp(scene->region->items[i].id, listing->item) == 0)
            list_row(scene, place, id, i, listing);
}

void console_supplies(const struct console_scene *scene, const json_t *request,
                      struct hv_arena *arena, struct console_outcome *outcome) {
    (void)arena;
    struct listing listing = {.item = console_text(request, "item"),
                              .first = (size_t)console_number(request, "offset", 0),
                              .limit = (size_t)console_number(request, "limit", SIZE_MAX),
                              .list = json_array()};
    const char *id = console_text(request, "id");
    if (id != NULL)
        list_place(scene, id, REGION_NONE, state_find_place(console_picture(scene), id), &listing);
    else
        console_each_place(scene, HV_ROLE_SHELTER, list_place, &listing);
    console_answer_page(request, "supplies", listing.list, listing.seen, outcome);
}
