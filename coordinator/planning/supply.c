#include "coordinator/planning/supply.h"

#include "schemas/limits.h"

#include <math.h>
#include <string.h>

enum { MS_A_DAY = 86400000 };

int64_t supply_day(int64_t wall_ms) {
    return wall_ms / MS_A_DAY;
}

static bool is_quarantined(const struct region_item *item, const struct state_place *place,
                           uint64_t mono_ms) {
    return item->cold_chain == REGION_ANSWER_YES && state_cold_is_suspect(place, mono_ms);
}

int64_t supply_of_line(const struct region_item *item, const struct state_place *place,
                       const struct state_stock_line *line, int64_t today_day, uint64_t mono_ms) {
    bool expired = line->expiry_day != 0 && (int64_t)line->expiry_day < today_day;
    bool usable =
        !expired && line->quantity > line->damaged && !is_quarantined(item, place, mono_ms);
    return usable ? line->quantity - line->damaged : 0;
}

int64_t supply_held_in(const struct region *region, uint32_t kit, int64_t kits, uint32_t item) {
    const char *part = *region->items[kit].contents == '\0' ? NULL : region->items[kit].contents;
    while (part != NULL) {
        char id[HV_ID_BYTES_MAX + 1];
        int64_t quantity;
        part = region_kit_part(part, id, sizeof id, &quantity);
        if (quantity > 0 && kits > 0 && strcmp(id, region->items[item].id) == 0)
            return quantity > (int64_t)HV_QUANTITY_MAX / kits ? (int64_t)HV_QUANTITY_MAX
                                                              : quantity * kits;
    }
    return 0;
}

int64_t supply_in_kits(const struct region *region, uint32_t kit, int64_t kits, uint32_t item) {
    const struct region_item *row = &region->items[kit];
    bool needed =
        row->need_per_person_day > 0 || row->need_per_person_once > 0 || need_is_of_profile(row);
    return needed ? 0 : supply_held_in(region, kit, kits, item);
}

/* What is usable of an item, opened and in kits. */
static void find_usable(const struct supply_scene *scene, uint32_t item,
                        const struct state_place *place, struct supply *supply) {
    const struct region *region = scene->region;
    for (uint32_t i = 0; i < place->stock.count; i++) {
        const struct state_stock_line *line = &place->stock.lines[i];
        uint32_t of = region_find_item(region, state_name(scene->state, line->item));
        if (of == REGION_NONE)
            continue;
        int64_t units =
            supply_of_line(&region->items[of], place, line, scene->today_day, scene->mono_ms);
        int64_t in_kits = of == item ? 0 : supply_in_kits(region, of, units, item);
        supply->usable += of == item ? units : in_kits;
        supply->in_kits += in_kits;
    }
}

double supply_people_for(const struct hv_people *now, uint32_t groups) {
    static const enum hv_age_group ages[REGION_AGES] = {HV_AGE_INFANT, HV_AGE_CHILD, HV_AGE_ADULT,
                                                        HV_AGE_ELDERLY, HV_AGE_UNKNOWN};
    double all = (double)hv_people_total(now), counted = groups == 0 ? all : 0;
    if ((groups & REGION_GROUP_WHEELCHAIR) != 0)
        counted += now->overlay[HV_OVERLAY_WHEELCHAIR];
    if ((groups & REGION_GROUP_MEDICAL) != 0)
        counted += now->overlay[HV_OVERLAY_MEDICAL];
    for (int age = 0; age < REGION_AGES; age++)
        if ((groups & (1u << age)) != 0)
            counted += now->by_age[ages[age]];
    return fmin(counted, all);
}

static double people_of(const struct need *need, const struct state_place *place) {
    bool known = place->people.changed.position != 0 && need->per_day > 0;
    return known ? supply_people_for(&place->people.now, need->groups) : NAN;
}

double supply_per_day(const struct need *need, const struct state_place *place) {
    return people_of(need, place) * need->per_day;
}

bool supply_of(const struct supply_scene *scene, uint32_t item, const struct state_place *place,
               struct supply *ret_supply) {
    const struct region_item *row = &scene->region->items[item];
    const struct need need = need_of(row, scene->profile, scene->stage);
    const double people = people_of(&need, place);
    if (isnan(people))
        return false;
    struct supply supply = {.quarantined = is_quarantined(row, place, scene->mono_ms),
                            .people = people,
                            .per_day = supply_per_day(&need, place),
                            .from = need.from};
    find_usable(scene, item, place, &supply);
    supply.days_left = supply.per_day > 0 ? (double)supply.usable / supply.per_day : INFINITY;
    *ret_supply = supply;
    return true;
}
