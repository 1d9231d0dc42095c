#include "coordinator/region/units.h"

#include <stddef.h>
#include <string.h>

struct unit {
    const char *word;
    double factor;
};

#define UNITS_MAX 8

static const struct unit UNITS[UNITS_QUANTITIES][UNITS_MAX] = {
    [UNITS_LENGTH] = {{"m", 1},
                      {"km", 1000},
                      {"ft", 0.3048},
                      {"mi", 1609.344},
                      {"meter", 1},
                      {"kilometer", 1000},
                      {"feet", 0.3048},
                      {"mile", 1609.344}},
    [UNITS_TIME] = {{"s", 1}, {"min", 60}, {"h", 3600}, {"0.01h", 36}},
    [UNITS_SPEED] =
        {{"km/h", 1}, {"m/s", 3.6}, {"mph", 1.609344}, {"kph", 1}, {"ft/min", 0.018288}},
    [UNITS_CAPACITY] = {{"veh/h", 1}, {"veh/min", 60}, {"veh/day", 1.0 / 24}},
};

static const char *const WORDS[UNITS_QUANTITIES] = {
    [UNITS_LENGTH] = "m, km, ft or mi",
    [UNITS_TIME] = "s, min, h or 0.01h",
    [UNITS_SPEED] = "km/h, m/s, mph or ft/min",
    [UNITS_CAPACITY] = "veh/h, veh/min or veh/day",
};

double units_factor(enum units_quantity quantity, const char *word) {
    for (size_t i = 0; i < UNITS_MAX && UNITS[quantity][i].word != NULL; i++)
        if (strcmp(UNITS[quantity][i].word, word) == 0)
            return UNITS[quantity][i].factor;
    return 0;
}

const char *units_words(enum units_quantity quantity) {
    return WORDS[quantity];
}
