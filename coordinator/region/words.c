/* The words that files use for the region's enums. */
#include "coordinator/region/words.h"

#include <string.h>

static const char *const HAZARDS[REGION_HAZARDS] = {
    "flood",     "inland_flood", "storm_surge", "tsunami", "typhoon",  "earthquake",
    "landslide", "fire",         "volcano",     "nuclear", "chemical", "snow"};

static const char *const VEHICLES[REGION_VEHICLE_KINDS] = {
    "", "bus", "minibus", "van", "truck", "ambulance", "boat", "helicopter"};

static const char *const GROUPS[WORDS_GROUPS] = {"infant",  "child",      "adult",  "elderly",
                                                 "unknown", "wheelchair", "medical"};

static const char *const NEEDS[REGION_NEEDS] = {
    "",     "water",   "drinking-water", "energy", "infant-feed", "nappy",        "medicine",
    "soap", "blanket", "sleeping-mat",   "toilet", "tap",         "bathing-place"};

const char *region_need_name(enum region_need need) {
    return (unsigned)need < REGION_NEEDS ? NEEDS[need] : "";
}

enum region_need region_need_from_name(const char *name) {
    for (int i = REGION_NEED_NONE + 1; i < REGION_NEEDS; i++)
        if (strcmp(name, NEEDS[i]) == 0)
            return (enum region_need)i;
    return REGION_NEED_NONE;
}

const char *region_hazard_name(enum region_hazard hazard) {
    for (unsigned i = 0; i < REGION_HAZARDS; i++)
        if ((unsigned)hazard == 1u << i)
            return HAZARDS[i];
    return "";
}

uint32_t region_hazard_from_name(const char *name) {
    for (unsigned i = 0; i < REGION_HAZARDS; i++)
        if (strcmp(name, HAZARDS[i]) == 0)
            return 1u << i;
    return 0;
}

const char *region_vehicle_kind_name(enum region_vehicle_kind kind) {
    return (unsigned)kind < REGION_VEHICLE_KINDS ? VEHICLES[kind] : "";
}

int words_vehicle_kind(const char *name) {
    for (int i = 1; i < REGION_VEHICLE_KINDS; i++)
        if (strcmp(name, VEHICLES[i]) == 0)
            return i;
    return -1;
}

uint32_t words_group(const char *name) {
    for (unsigned i = 0; i < WORDS_GROUPS; i++)
        if (strcmp(name, GROUPS[i]) == 0)
            return 1u << i;
    return 0;
}

const char *words_group_name(unsigned bit) {
    return bit < WORDS_GROUPS ? GROUPS[bit] : "";
}

const char *words_hazard_at(unsigned bit) {
    return bit < REGION_HAZARDS ? HAZARDS[bit] : "";
}

int64_t region_zone_people(const struct region_zone *zone, enum region_time time) {
    int64_t sum = REGION_UNKNOWN;
    for (int age = 0; age < REGION_AGES; age++)
        if (zone->people[time][age] >= 0)
            sum = (sum < 0 ? 0 : sum) + zone->people[time][age];
    return sum;
}
