/* Snapshots of open shelters as the city of Nanao published them after the Noto earthquake of
 * 2024: a CSV file with Japanese column names, one row a shelter, head-count, place, hazard flags
 * and capacity as text. `nanao_load` reads one; import.h makes a region of it. */
#ifndef COORDINATOR_REGION_NANAO_H
#define COORDINATOR_REGION_NANAO_H

#include "coordinator/region/region.h"

/* Capacity as a text states it; REGION_UNKNOWN where it states none. */
struct nanao_capacity {
    int64_t people[REGION_PLACES];
    int64_t total; /* stated without a place */
};

struct nanao_row {
    char *id;        /* ID, such as CC0000000518; the only key that is stable over snapshots */
    char *name;      /* 名称, unharmed */
    char *area;      /* 地区, the part of town; or "" */
    char *address;   /* 所在地_連結表記, or "" */
    double lon, lat; /* NAN where unknown */
    int64_t people;  /* head-count, or REGION_UNKNOWN */
    struct nanao_capacity capacity;
    uint32_t withstands; /* set of enum region_hazard flagged */
    bool hazards_stated; /* false where no flag at all is set: nothing is known then */
    uint32_t line;       /* of the file, from 1 */
};

struct nanao_snapshot {
    struct nanao_row *rows; /* owned; in the order of the file */
    uint32_t count;
    char *taken_at; /* "2024-01-09T18:00+09:00" from the file's name or its columns; or "" */
};

/* Reads one snapshot. Every row loads or is named in `faults`; rows with faults of grade error are
 * left out. HV_ERR_VALUE: the file as a whole is unusable (a fault says why); HV_ERR_IO;
 * HV_ERR_MEMORY. The caller gives the snapshot to nanao_free. */
HV_MUST_USE int nanao_load(const char *file, struct hv_fault_list *faults,
                           struct nanao_snapshot *ret_snapshot);

/* The same from memory; `file` is the name that faults show and the time is read from. */
HV_MUST_USE int nanao_read(const void *bytes, size_t size, const char *file,
                           struct hv_fault_list *faults, struct nanao_snapshot *ret_snapshot);

void nanao_free(struct nanao_snapshot *snapshot);

/* Reads a capacity text such as "屋内480人／屋外3,350人(面積の1/2)", ASCII or full-width digits and
 * punctuation. An empty text is no error: everything is unknown. HV_ERR_FORMAT: not understood. */
HV_MUST_USE int nanao_capacity_parse(const char *text, struct nanao_capacity *ret_capacity);

#endif
