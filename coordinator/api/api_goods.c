#include "coordinator/api/api_goods.h"

#include "schemas/platform/entry_words.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MS_A_MINUTE = 60000 };

static uint32_t count_lines(const struct state *state) {
    uint32_t lines = 0;
    for (uint32_t i = 0; i < state_count(state, STATE_PLACE); i++)
        lines += state_place(state, i)->stock.count;
    return lines;
}

static bool number_names(struct api_scene *scene) {
    uint32_t count = state_count(scene->state, STATE_NAME);
    uint32_t *item_of = realloc(scene->item_of, (count + 1) * sizeof *item_of);
    if (item_of == NULL)
        return false;
    scene->item_of = item_of;
    console_number_names(&scene->console, item_of);
    return true;
}

/* Usable units of an item, and of a kit what it holds. */
static void add_units(struct api_scene *scene, uint32_t item, int64_t units, bool depot) {
    const struct region *region = scene->region;
    *(depot ? &scene->items[item].depots : &scene->items[item].shelters) += units;
    if (*region->items[item].contents == '\0')
        return;
    for (uint32_t part = 0; part < region->item_count; part++)
        *(depot ? &scene->items[part].depots : &scene->items[part].shelters) +=
            supply_in_kits(region, item, units, part);
}

static void add_place(struct api_scene *scene, uint32_t index) {
    const struct state_place *place = state_place(scene->state, index);
    bool depot = scene->row_is_depot[index];
    for (uint32_t i = 0; i < place->stock.count; i++) {
        const struct state_stock_line *line = &place->stock.lines[i];
        if (line->quantity == 0 && line->shortfall == 0)
            continue;
        struct api_stock_row *row = &scene->stock[scene->stock_count++];
        row->place = index;
        row->line = i;
        if (line->expiry_day != 0)
            entry_date_of(line->expiry_day, row->expiry, sizeof row->expiry);
        uint32_t item = scene->item_of[line->item];
        if (item != REGION_NONE)
            add_units(scene, item, console_supply_of_line(&scene->console, place, line, item),
                      depot);
    }
    for (uint32_t i = 0; !depot && scene->region != NULL && i < scene->region->item_count; i++) {
        const struct need need = console_need(&scene->console, i);
        double per_day = supply_per_day(&need, place);
        scene->items[i].per_day += isnan(per_day) ? 0 : per_day;
    }
}

int api_goods_refresh(struct api_scene *scene) {
    uint64_t position = state_position(scene->state);
    uint64_t minute =
        scene->console.mono_ms / MS_A_MINUTE; /* what expires, or was without cold too long */
    if (scene->goods_position == position && scene->goods_minute == minute &&
        scene->goods_region == scene->region && scene->stock != NULL)
        return HV_OK;
    uint32_t items = scene->region == NULL ? 0 : scene->region->item_count;
    struct api_stock_row *stock =
        realloc(scene->stock, (count_lines(scene->state) + 1u) * sizeof *stock);
    if (stock == NULL)
        return HV_ERR_MEMORY;
    scene->stock = stock;
    scene->stock_count = 0;
    free(scene->items);
    scene->items = calloc(items + 1u, sizeof *scene->items);
    if (scene->items == NULL || !number_names(scene))
        return HV_ERR_MEMORY;
    for (uint32_t i = 0; i < scene->places_known; i++)
        add_place(scene, i);
    scene->goods_position = position;
    scene->goods_minute = minute;
    scene->goods_region = scene->region;
    return HV_OK;
}

double api_goods_days(const struct api_scene *scene, const struct state_place *place,
                      uint32_t item) {
    struct supply supply;
    bool known = console_supply(&scene->console, place, scene->item_of[item], &supply);
    return known && isfinite(supply.days_left) ? supply.days_left : NAN;
}
