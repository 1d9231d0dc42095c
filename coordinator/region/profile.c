#include "coordinator/region/profile.h"

#include "coordinator/region/profile_files.h"

#include <math.h>
#include <string.h>

static const char *const STAGES[PROFILE_STAGES] = {"emergency", "temporary", "short", "medium",
                                                   "long"};

static const char *const FIGURES[PROFILE_FIGURES] = {
    "area_m2_per_person",        "people_per_toilet", "water_l_per_person_day",
    "drinking_l_per_person_day", "people_per_tap",    "people_per_bathing_place",
    "energy_kcal_per_person_day"};

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
