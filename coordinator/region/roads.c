#include "coordinator/region/roads.h"

#include <string.h>

static const struct roads_class CLASSES[] = {
    {"motorway", 110, 2, 2000, true},     {"motorway_link", 60, 1, 1500, true},
    {"trunk", 90, 2, 1800, false},        {"trunk_link", 50, 1, 1400, false},
    {"primary", 70, 1, 1400, false},      {"primary_link", 45, 1, 1200, false},
    {"secondary", 60, 1, 1100, false},    {"secondary_link", 40, 1, 1000, false},
    {"tertiary", 50, 1, 900, false},      {"tertiary_link", 35, 1, 800, false},
    {"unclassified", 45, 1, 700, false},  {"residential", 30, 1, 600, false},
    {"living_street", 10, 1, 300, false}, {"service", 20, 1, 300, false},
    {"road", 40, 1, 600, false},
};

#define CLASS_COUNT (sizeof CLASSES / sizeof *CLASSES)

const struct roads_class *roads_find(const char *name) {
    for (size_t i = 0; i < CLASS_COUNT; i++)
        if (strcmp(CLASSES[i].name, name) == 0)
            return &CLASSES[i];
    return NULL;
}
