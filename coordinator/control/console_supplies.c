/* The question for how long what is at shelters lasts. */
#include "coordinator/control/console_json.h"
#include "coordinator/planning/standards.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What a question asks for, and a page of the answer: a row for each shelter and item that people
 * there use by the day. */
struct listing {
    const char *item; /* NULL: all */
    double below;     /* days left; INFINITY: however many, also where nobody uses any */
    struct listed *rows;
    size_t count, room;
    bool out_of_memory;
};

struct listed {
    const struct state_place *place;
    const char *id;
    uint32_t item;
    uint32_t turn; /* in the order of shelters */
    double days_left;
};

struct need console_need(const struct console_scene *scene, uint32_t item) {
    return need_of(&scene->region->items[item], console_profile(scene),
                   standards_stage(console_picture(scene), scene->wall_ms));
}

bool console_supply(const struct console_scene *scene, const struct state_place *place,
                    uint32_t item, struct supply *ret_supply) {
    const struct state *state = console_picture(scene);
    const struct supply_scene judged = {.region = scene->region,
                                        .state = state,
                                        .profile = console_profile(scene),
                                        .stage = standards_stage(state, scene->wall_ms),
                                        .today_day = supply_day(scene->wall_ms),
                                        .mono_ms = scene->mono_ms};
    return item != REGION_NONE && supply_of(&judged, item, place, ret_supply);
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

static json_t *view_row(const struct console_scene *scene, const struct listed *listed) {
    struct supply supply;
    if (!console_supply(scene, listed->place, listed->item, &supply))
        return json_null();
    const struct region_item *row = &scene->region->items[listed->item];
    bool lasts = isinf(supply.days_left) != 0;
    json_t *object = json_pack(
        "{s:s, s:s, s:s, s:I, s:f, s:f, s:o, s:o}", "shelter", listed->id, "item", row->id, "unit",
        row->base_unit, "usable", (json_int_t)supply.usable, "people", supply.people, "per_day",
        supply.per_day, "days_left", lasts ? json_null() : json_real(supply.days_left),
        "people_age_s", console_age(scene, &listed->place->people.changed));
    json_object_set_new(object, "in_kits", json_integer((json_int_t)supply.in_kits));
    json_object_set_new(object, "by_profile", json_boolean(supply.from != NULL));
    json_object_set_new(object, "verified",
                        json_boolean(supply.from == NULL || supply.from->verified));
    json_object_set_new(object, "quarantined", json_boolean(supply.quarantined));
    json_object_set_new(object, "stock_age_s", console_age(scene, &listed->place->stock.changed));
    return object;
}

static void list_row(const struct console_scene *scene, const struct state_place *place,
                     const char *id, uint32_t item, struct listing *listing) {
    struct supply supply;
    if (!console_supply(scene, place, item, &supply) ||
        (isfinite(listing->below) && !(supply.days_left < listing->below)))
        return;
    if (listing->count == listing->room) {
        size_t room = 2 * listing->room + 64;
        struct listed *rows = realloc(listing->rows, room * sizeof *rows);
        listing->out_of_memory = listing->out_of_memory || rows == NULL;
        if (rows == NULL)
            return;
        listing->rows = rows;
        listing->room = room;
    }
    listing->rows[listing->count] =
        (struct listed){place, id, item, (uint32_t)listing->count, supply.days_left};
    listing->count++;
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

static int compare(const void *a, const void *b) {
    const struct listed *one = a, *other = b;
    if (one->days_left != other->days_left)
        return one->days_left < other->days_left ? -1 : 1;
    return one->turn < other->turn ? -1 : one->turn > other->turn;
}

/* “below”: only what lasts for less than so many days, the shortest first. */
void console_supplies(const struct console_scene *scene, const json_t *request,
                      struct hv_arena *arena, struct console_outcome *outcome) {
    (void)arena;
    uint64_t below = console_number(request, "below", 0);
    struct listing listing = {.item = console_text(request, "item"),
                              .below = below == 0 ? INFINITY : (double)below};
    const char *id = console_text(request, "id");
    if (id != NULL)
        list_place(scene, id, REGION_NONE, state_find_place(console_picture(scene), id), &listing);
    else
        console_each_place(scene, HV_ROLE_SHELTER, list_place, &listing);
    if (listing.out_of_memory) {
        free(listing.rows);
        return; /* no reply: said to be without memory */
    }
    if (below > 0 && listing.rows != NULL)
        qsort(listing.rows, listing.count, sizeof *listing.rows, compare);
    struct console_page page = console_page(request, listing.count);
    json_t *list = json_array();
    for (size_t i = page.first; listing.rows != NULL && i < page.end; i++)
        json_array_append_new(list, view_row(scene, &listing.rows[i]));
    free(listing.rows);
    if (id != NULL && state_find_place(console_picture(scene), id) != NULL)
        outcome->reply =
            json_pack("{s:o, s:I}", "supplies", list, "total", (json_int_t)listing.count);
    else
        console_answer_page(request, "supplies", list, listing.count, outcome);
}
