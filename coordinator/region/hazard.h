/* What a hazard does to a region over time, for exercises: which zones are warned and flooded,
 * which roads close and which shelters are lost, from which hour to which. A CSV file beside the
 * tables of the region (hazard.csv): from_hour, to_hour, hazard, target, id, effect, note. */
#ifndef COORDINATOR_REGION_HAZARD_H
#define COORDINATOR_REGION_HAZARD_H

#include "coordinator/region/region.h"

enum hazard_target { HAZARD_ZONE, HAZARD_LINK, HAZARD_SHELTER, HAZARD_DEPOT, HAZARD_TARGETS };

enum hazard_effect {
    HAZARD_WARNED,  /* of zones: people should leave */
    HAZARD_CLOSED,  /* of links: nobody may enter */
    HAZARD_FLOODED, /* of zones, shelters, depots: nobody may be there */
    HAZARD_DAMAGED, /* of shelters, depots: of no use any more */
    HAZARD_EFFECTS
};

struct hazard_entry {
    double from_s, to_s; /* seconds since the exercise began; from_s < to_s */
    enum region_hazard hazard;
    enum hazard_target target;
    uint32_t index; /* of the zone, link, shelter or depot in the region */
    enum hazard_effect effect;
    char *note; /* or "" */
    uint32_t line;
};

struct hazard {
    struct hazard_entry *entries; /* owned; by from_s, then in the order of the file */
    uint32_t count;
};

/* Reads a hazard file for a region. HV_ERR_VALUE: what is wrong is in `faults`; HV_ERR_IO;
 * HV_ERR_MEMORY. Give the result to hazard_free. */
HV_MUST_USE int hazard_load(const char *file, const struct region *region,
                            struct hv_fault_list *faults, struct hazard *ret_hazard);

/* The same from memory; `file` is the name in faults. */
HV_MUST_USE int hazard_read(const void *bytes, size_t size, const char *file,
                            const struct region *region, struct hv_fault_list *faults,
                            struct hazard *ret_hazard);

void hazard_free(struct hazard *hazard);

const char *hazard_target_name(enum hazard_target target);
const char *hazard_effect_name(enum hazard_effect effect);

#endif
