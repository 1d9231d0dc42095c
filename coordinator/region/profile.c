#include "coordinator/region/profile.h"

#include "coordinator/region/profile_files.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MS_PER_DAY INT64_C(86400000)

static const char *const STAGES[PROFILE_STAGES] = {"emergency", "temporary", "short", "medium",
                                                   "long"};

static const char *const FIGURES[PROFILE_FIGURES] = {
    "area_m2_per_person",          "people_per_toilet",    "water_l_per_person_day",
    "drinking_l_per_person_day",   "people_per_tap",       "people_per_bathing_place",
    "energy_kcal_per_person_day",  "blankets_per_person",  "sleeping_mats_per_person",
    "soap_g_per_person_month",     "feeds_per_person_day", "nappies_per_person_day",
    "medicine_days_per_person_day"};

static const char *const BASES[] = {"unknown", "stated", "area", "beds"};

const char *profile_stage_name(enum profile_stage stage) {
    return (unsigned)stage < PROFILE_STAGES ? STAGES[stage] : "";
}

int profile_stage_from_name(const char *name) {
    for (int i = 0; i < PROFILE_STAGES; i++)
        if (strcmp(name, STAGES[i]) == 0)
            return i;
    return -1;
}

enum profile_stage profile_stage_after(int64_t stay_ms) {
    static const int days[] = {1, 3, 15, 30}; /* up to which a stage lasts */
    int stage = PROFILE_EMERGENCY;
    while (stage < PROFILE_LONG && stay_ms > days[stage] * MS_PER_DAY)
        stage++;
    return (enum profile_stage)stage;
}

const char *profile_figure_name(enum profile_figure figure) {
    return (unsigned)figure < PROFILE_FIGURES ? FIGURES[figure] : "";
}

const char *profile_basis_name(enum profile_basis basis) {
    return (unsigned)basis < sizeof BASES / sizeof *BASES ? BASES[basis] : "";
}

/* ---- built in ---------------------------------------------------------------------------------
 */

const char *profile_builtin(size_t i) {
    for (size_t k = 0; k <= i; k++)
        if (profile_files[k].name == NULL)
            return NULL;
    return profile_files[i].name;
}

int profile_new(const char *id, struct profile **ret_profile) {
    const struct profile_file *file = profile_files;
    while (file->name != NULL && strcmp(file->name, id) != 0)
        file++;
    if (file->name == NULL)
        return HV_ERR_NOT_FOUND;
    struct hv_fault_list faults;
    hv_fault_list_init(&faults);
    int error =
        profile_read((const char *)file->bytes, file->size, file->name, &faults, ret_profile);
    hv_fault_list_deinit(&faults);
    return error;
}

struct profiles {
    size_t count, otherwise;
    struct profile *all[];
};

int profiles_new(const char *otherwise, struct profiles **ret_profiles) {
    size_t count = 0;
    while (profile_builtin(count) != NULL)
        count++;
    struct profiles *profiles = calloc(1, sizeof *profiles + count * sizeof *profiles->all);
    int error = profiles == NULL ? HV_ERR_MEMORY : HV_OK;
    bool found = false;
    for (size_t i = 0; i < count && error == HV_OK; i++) {
        error = profile_new(profile_builtin(i), &profiles->all[i]);
        profiles->count += error == HV_OK;
        if (strcmp(profile_builtin(i), otherwise) == 0) {
            profiles->otherwise = i;
            found = true;
        }
    }
    if (error == HV_OK && !found)
        error = HV_ERR_NOT_FOUND;
    if (error == HV_OK)
        *ret_profiles = profiles;
    else
        profiles_free(profiles);
    return error;
}

void profiles_free(struct profiles *profiles) {
    for (size_t i = 0; profiles != NULL && i < profiles->count; i++)
        profile_free(profiles->all[i]);
    free(profiles);
}

const struct profile *profiles_find(const struct profiles *profiles, const char *id) {
    for (size_t i = 0; profiles != NULL && id != NULL && i < profiles->count; i++)
        if (strcmp(profiles->all[i]->id, id) == 0)
            return profiles->all[i];
    return profiles == NULL ? NULL : profiles->all[profiles->otherwise];
}

/* ---- values -----------------------------------------------------------------------------------
 */

/* -1: speaks of something else; else how many of stage, time and place it names. */
static int precision(const struct profile_value *value, enum profile_stage stage,
                     enum region_time time, enum region_place place) {
    const int said[] = {value->stage, value->time, value->place};
    const int asked[] = {(int)stage, (int)time, (int)place};
    int precise = 0;
    for (int i = 0; i < 3; i++) {
        if (said[i] == PROFILE_ANY)
            continue;
        if (said[i] != asked[i])
            return -1;
        precise++;
    }
    return precise;
}

const struct profile_value *profile_find(const struct profile *profile, enum profile_figure figure,
                                         enum profile_stage stage, enum region_time time,
                                         enum region_place place) {
    const struct profile_value *best = NULL;
    int best_precision = -1;
    for (unsigned i = 0; i < profile->value_count; i++) {
        const struct profile_value *value = &profile->values[i];
        int precise = value->figure == figure ? precision(value, stage, time, place) : -1;
        if (precise > best_precision) {
            best = value;
            best_precision = precise;
        }
    }
    return best;
}

/* ---- capacity ---------------------------------------------------------------------------------
 */

static int64_t stated(const struct region_shelter *shelter, enum region_time time,
                      enum region_place place) {
    if (shelter->stated[time][place] != REGION_UNKNOWN)
        return shelter->stated[time][place];
    bool open_ground = shelter->area_m2[REGION_OUTDOOR] > 0 && shelter->area_m2[REGION_INDOOR] <= 0;
    enum region_place where = open_ground ? REGION_OUTDOOR : REGION_INDOOR;
    return place == where ? shelter->stated_total[time] : REGION_UNKNOWN;
}

/* People of an area, whole, with a little give for figures such as 0.7 / 0.1. */
static int64_t people_of(double area_m2, double m2_per_person) {
    return (int64_t)floor(area_m2 / m2_per_person + 1e-9);
}

struct profile_capacity profile_capacity(const struct profile *profile,
                                         const struct region_shelter *shelter,
                                         enum profile_stage stage, enum region_time time,
                                         enum region_place place) {
    struct profile_capacity capacity = {.people = REGION_UNKNOWN,
                                        .basis = PROFILE_BASIS_UNKNOWN,
                                        .by_area = REGION_UNKNOWN,
                                        .by_beds = REGION_UNKNOWN};
    const struct profile_value *area = profile_find(profile, PROFILE_AREA, stage, time, place);
    if (area != NULL && shelter->area_m2[place] >= 0)
        capacity.by_area = people_of(shelter->area_m2[place], area->value);
    if (place == REGION_INDOOR)
        capacity.by_beds = shelter->beds;
    capacity.people = stated(shelter, time, place);
    if (capacity.people != REGION_UNKNOWN) {
        capacity.basis = PROFILE_BASIS_STATED;
    } else if (capacity.by_area != REGION_UNKNOWN) {
        capacity.people = capacity.by_area;
        capacity.basis = PROFILE_BASIS_AREA;
        capacity.from = area;
    } else if (capacity.by_beds != REGION_UNKNOWN) {
        capacity.people = capacity.by_beds;
        capacity.basis = PROFILE_BASIS_BEDS;
    }
    return capacity;
}
