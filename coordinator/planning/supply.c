#include "coordinator/planning/supply.h"

#include <math.h>
#include <string.h>

static int64_t usable_of(const struct state *state, const struct state_place *place,
                         const char *item, int64_t today_day) {
    int64_t usable = 0;
    for (uint32_t i = 0; i < place->stock.count; i++) {
        const struct state_stock_line *line = &place->stock.lines[i];
        bool expired = line->expiry_day != 0 && (int64_t)line->expiry_day < today_day;
        if (!expired && line->quantity > line->damaged &&
            strcmp(state_name(state, line->item), item) == 0)
            usable += line->quantity - line->damaged;
    }
    return usable;
}

/* Whom an item is for, of the people there. Groups may overlap: never more than all. */
static double people_for(const struct hv_people *now, uint32_t groups) {
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

static double people_of(const struct region_item *item, const struct state_place *place) {
    bool known = place->people.changed.position != 0 && item->need_per_person_day > 0;
    return known ? people_for(&place->people.now, item->need_groups) : NAN;
}

double supply_per_day(const struct region_item *item, const struct state_place *place) {
    return people_of(item, place) * item->need_per_person_day;
}

bool supply_of(const struct region *region, uint32_t item, const struct state *state,
               const struct state_place *place, int64_t today_day, uint64_t mono_ms,
               struct supply *ret_supply) {
    const struct region_item *row = &region->items[item];
    const double people = people_of(row, place);
    if (isnan(people))
        return false;
    bool quarantined =
        row->cold_chain == REGION_ANSWER_YES && state_cold_is_suspect(place, mono_ms);
    struct supply supply = {.usable = quarantined ? 0 : usable_of(state, place, row->id, today_day),
                            .quarantined = quarantined,
                            .people = people,
                            .per_day = supply_per_day(row, place)};
    supply.days_left = supply.per_day > 0 ? (double)supply.usable / supply.per_day : INFINITY;
    *ret_supply = supply;
    return true;
}
