#include "coordinator/region/need.h"

#include <math.h>

#define DAYS_A_MONTH 30

enum measure { A_DAY, A_MONTH, ONCE, PEOPLE_A_PIECE };

static const struct {
    enum profile_figure figure;
    enum measure measure;
} FIGURES[REGION_NEEDS] = {
    [REGION_NEED_WATER] = {PROFILE_WATER, A_DAY},
    [REGION_NEED_DRINKING] = {PROFILE_DRINKING, A_DAY},
    [REGION_NEED_ENERGY] = {PROFILE_ENERGY, A_DAY},
    [REGION_NEED_FEED] = {PROFILE_FEED, A_DAY},
    [REGION_NEED_NAPPY] = {PROFILE_NAPPY, A_DAY},
    [REGION_NEED_MEDICINE] = {PROFILE_MEDICINE, A_DAY},
    [REGION_NEED_SOAP] = {PROFILE_SOAP, A_MONTH},
    [REGION_NEED_BLANKET] = {PROFILE_BLANKET, ONCE},
    [REGION_NEED_MAT] = {PROFILE_MAT, ONCE},
    [REGION_NEED_TOILET] = {PROFILE_TOILET, PEOPLE_A_PIECE},
    [REGION_NEED_TAP] = {PROFILE_TAP, PEOPLE_A_PIECE},
    [REGION_NEED_BATHING] = {PROFILE_BATHING, PEOPLE_A_PIECE},
};

bool need_is_of_profile(const struct region_item *item) {
    return item->meets != REGION_NEED_NONE && item->need_per_person_day < 0 &&
           item->need_per_person_once < 0;
}

static double amount_of(enum measure measure, double value) {
    return measure == A_MONTH          ? value / DAYS_A_MONTH
           : measure == PEOPLE_A_PIECE ? 1 / value
                                       : value;
}

static struct need by_value(const struct region_item *item, const struct profile_value *value) {
    const enum measure measure = FIGURES[item->meets].measure;
    const double units = amount_of(measure, value->value) / item->meets_units;
    const bool by_day = measure == A_DAY || measure == A_MONTH;
    return (struct need){.per_day = by_day ? units : 0,
                         .once = by_day ? 0 : units,
                         .groups = item->need_groups != 0 ? item->need_groups : value->groups,
                         .from = value};
}

struct need need_of(const struct region_item *item, const struct profile *profile,
                    enum profile_stage stage) {
    const struct profile_value *value = profile == NULL || !need_is_of_profile(item)
                                            ? NULL
                                            : profile_find(profile, FIGURES[item->meets].figure,
                                                           stage, REGION_NIGHT, REGION_INDOOR);
    if (value != NULL)
        return by_value(item, value);
    return (struct need){.per_day = fmax(0, item->need_per_person_day),
                         .once = fmax(0, item->need_per_person_once),
                         .groups = item->need_groups};
}

bool need_is_any(const struct need *need) {
    return need->per_day > 0 || need->once > 0;
}

bool need_is_verified(const struct need *need) {
    return need->from == NULL || need->from->verified;
}
