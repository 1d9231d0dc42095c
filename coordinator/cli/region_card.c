#include "coordinator/cli/region_card.h"

#include "coordinator/region/need.h"
#include "coordinator/region/words.h"
#include "schemas/limits.h"

static json_t *row(const char *id, const char *name, const char *name_zh) {
    json_t *made = json_pack("{s:s, s:s}", "id", id, "name", name);
    if (name_zh[0] != '\0')
        json_object_set_new(made, "name_zh", json_string(name_zh));
    return made;
}

static json_t *groups(uint32_t set) {
    json_t *made = json_array();
    for (unsigned bit = 0; bit < WORDS_GROUPS; bit++)
        if ((set >> bit & 1) != 0)
            json_array_append_new(made, json_string(words_group_name(bit)));
    return made;
}

/* What one of a kit holds; empty of what is no kit. */
static json_t *contents_of(const char *text) {
    json_t *made = json_array();
    char item[HV_ID_BYTES_MAX + 1];
    int64_t quantity;
    for (const char *part = text[0] == '\0' ? NULL : text; part != NULL;) {
        part = region_kit_part(part, item, sizeof item, &quantity);
        if (quantity > 0)
            json_array_append_new(
                made, json_pack("{s:s, s:I}", "item", item, "quantity", (json_int_t)quantity));
    }
    return made;
}

static json_t *item_row(const struct region_item *item, const struct need *need) {
    json_t *made = row(item->id, item->name, item->name_zh);
    json_object_set_new(made, "unit", json_string(item->base_unit));
    if (need->per_day > 0)
        json_object_set_new(made, "need_per_person_day", json_real(need->per_day));
    else if (need->once > 0)
        json_object_set_new(made, "need_per_person_once", json_real(need->once));
    if (need->groups != 0)
        json_object_set_new(made, "for", groups(need->groups));
    if (item->contents[0] != '\0')
        json_object_set_new(made, "contents", contents_of(item->contents));
    return made;
}

json_t *region_card(const struct region *region, const struct profile *profile,
                    enum profile_stage stage) {
    json_t *zones = json_array(), *places = json_array(), *items = json_array();
    for (uint32_t i = 0; i < region->zone_count; i++)
        json_array_append_new(
            zones, row(region->zones[i].id, region->zones[i].name, region->zones[i].name_zh));
    for (uint32_t i = 0; i < region->shelter_count; i++)
        json_array_append_new(places, row(region->shelters[i].id, region->shelters[i].name,
                                          region->shelters[i].name_zh));
    for (uint32_t i = 0; i < region->depot_count; i++)
        json_array_append_new(
            places, row(region->depots[i].id, region->depots[i].name, region->depots[i].name_zh));
    for (uint32_t i = 0; i < region->item_count; i++) {
        const struct need need = need_of(&region->items[i], profile, stage);
        json_array_append_new(items, item_row(&region->items[i], &need));
    }
    return json_pack("{s:s, s:s, s:s, s:o, s:o, s:o}", "format", "haven.card/1", "region",
                     region->id, "version", region->version, "zones", zones, "places", places,
                     "items", items);
}
