#include "coordinator/planning/places.h"

/* The least of the lines for one part of day and place; -1: none. */
static int64_t least(const struct state_place *place, enum hv_day_part part, enum hv_place where) {
    int64_t people = -1;
    for (uint32_t i = 0; i < place->capacity_count; i++) {
        const struct hv_capacity_line *line = &place->capacity[i];
        if (line->part == part && line->place == where && (people < 0 || line->people < people))
            people = line->people;
    }
    return people;
}

/* Indoors before outdoors, night before day; what staff leave unsaid stands between. */
static int64_t reported(const struct state_place *place) {
    static const enum hv_place places[] = {HV_PLACE_INDOOR, HV_PLACE_UNKNOWN, HV_PLACE_OUTDOOR};
    static const enum hv_day_part parts[] = {HV_PART_NIGHT, HV_PART_UNKNOWN, HV_PART_DAY};
    for (size_t w = 0; w < sizeof places / sizeof places[0]; w++)
        for (size_t p = 0; p < sizeof parts / sizeof parts[0]; p++) {
            int64_t people = least(place, parts[p], places[w]);
            if (people >= 0)
                return people;
        }
    return -1;
}

static enum places_basis basis_of(enum profile_basis basis) {
    switch (basis) {
    case PROFILE_BASIS_STATED:
        return PLACES_STATED;
    case PROFILE_BASIS_AREA:
        return PLACES_AREA;
    case PROFILE_BASIS_BEDS:
        return PLACES_BEDS;
    default:
        return PLACES_UNKNOWN;
    }
}

struct places places_of(const struct region_shelter *shelter, const struct profile *profile,
                        const struct state_place *place) {
    int64_t people = place == NULL ? -1 : reported(place);
    if (people >= 0)
        return (struct places){people, PLACES_REPORTED, true};
    if (shelter == NULL || profile == NULL)
        return (struct places){-1, PLACES_UNKNOWN, true};
    struct profile_capacity capacity =
        profile_capacity(profile, shelter, PROFILE_TEMPORARY, REGION_NIGHT, REGION_INDOOR);
    bool verified = capacity.from == NULL || capacity.from->verified;
    return (struct places){capacity.people, basis_of(capacity.basis), verified};
}

const char *places_basis_word(enum places_basis basis) {
    static const char *const words[] = {"unknown", "reported", "stated", "area", "beds"};
    return (size_t)basis < sizeof words / sizeof words[0] ? words[basis] : words[0];
}

bool places_usable(enum hv_shelter_status status) {
    return status != HV_SHELTER_FULL && status != HV_SHELTER_CLOSING &&
           status != HV_SHELTER_CLOSED && status != HV_SHELTER_DAMAGED;
}
