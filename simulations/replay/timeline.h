/* Real snapshots of open shelters as a story to play again: what each shelter did between one
 * snapshot and the next.
 *
 * Pure but for reading the files (nanao_load). A shelter that appears opens; one that is missing
 * has closed; one that comes back opens again; a head-count is counted at each snapshot that states
 * one. Where a snapshot lists a shelter twice, the last row counts and the others are named as
 * faults. */
#ifndef SIMULATIONS_REPLAY_TIMELINE_H
#define SIMULATIONS_REPLAY_TIMELINE_H

#include "coordinator/region/nanao.h"
#include "schemas/fault.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum timeline_change { TIMELINE_SAME, TIMELINE_OPENS, TIMELINE_CLOSES };

/* What a shelter is like in one snapshot. */
struct timeline_cell {
    bool listed;
    int64_t people; /* REGION_UNKNOWN: not stated */
    struct nanao_capacity capacity;
    enum timeline_change change; /* against the snapshot before */
    bool capacity_changed;       /* stated for the first time since it opened, or another one */
};

struct timeline_shelter {
    char *id;   /* owned */
    char *name; /* as last written */
    char *area;
    char *address;
    double lon, lat;             /* NAN where never stated */
    size_t first, last;          /* snapshots that list it */
    struct timeline_cell *cells; /* owned, one a snapshot */
};

struct timeline_snapshot {
    char *file;      /* name without folder */
    int64_t wall_ms; /* local time of the file's name, read as Japan Standard Time */
    uint32_t listed;
    int64_t people; /* sum of what is stated */
};

struct timeline {
    struct timeline_snapshot *snapshots; /* owned, in order of time */
    size_t snapshot_count;
    struct timeline_shelter *shelters; /* owned, in order of first appearance */
    size_t shelter_count;
    uint64_t rows;
};

/* Reads every .csv file of the folder, of at most `limit` snapshots (0: all). HV_ERR_NOT_FOUND: no
 * folder, or no snapshot in it; HV_ERR_VALUE: a file that is no snapshot, or whose name gives no
 * time (a fault says which); HV_ERR_IO; HV_ERR_MEMORY. */
int timeline_load(const char *dir, size_t limit, struct hv_fault_list *faults,
                  struct timeline *ret_timeline) HV_MUST_USE;
void timeline_deinit(struct timeline *timeline);

/* Milliseconds since 1970 of a file name that holds YYYY-MM-DD-HHMM, taken as Japan Standard Time.
 * HV_ERR_FORMAT. */
int timeline_moment(const char *file, int64_t *ret_wall_ms) HV_MUST_USE;

#endif
