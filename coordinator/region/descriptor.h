/* datapackage.json of a region: what it is called, its units, and which file holds which table
 * (Frictionless Data Package 1). */
#ifndef COORDINATOR_REGION_DESCRIPTOR_H
#define COORDINATOR_REGION_DESCRIPTOR_H

#include "coordinator/region/builder.h"
#include "coordinator/region/units.h"
#include "schemas/fault.h"

#define DESCRIPTOR_FILE "datapackage.json"
#define DESCRIPTOR_FORMAT "haven.region/1"

/* Tables by builder_kind; one more for GMNS's own config. */
#define DESCRIPTOR_CONFIG BUILDER_KINDS
#define DESCRIPTOR_TABLES (BUILDER_KINDS + 1)

struct descriptor_table {
    char *path; /* below the package's folder; NULL where the package has no such table */
    char delimiter;
};

struct descriptor {
    char *id, *name, *name_zh, *version, *sources; /* owned, never NULL */
    enum region_coordinates coordinates;
    double persons_per_vehicle;
    double factors[UNITS_QUANTITIES]; /* 0 where not declared */
    uint32_t units_line;              /* where they are declared, or would be */
    bool capacity_declared;           /* whether capacity_per_lane was said */
    bool capacity_per_lane;
    struct descriptor_table tables[DESCRIPTOR_TABLES];
};

/* Frictionless name of a table, such as "node" or "zones". */
const char *descriptor_table_name(unsigned table);

/* Reads a descriptor from memory; `file` is its name in faults. Everything wrong with it is a
 * fault, with its line. HV_OK also where there are some and the tables can be read on: look at the
 * list; HV_ERR_VALUE where they cannot; HV_ERR_MEMORY. Give the result to descriptor_deinit. */
HV_MUST_USE int descriptor_read(const char *bytes, size_t size, const char *file,
                                struct hv_fault_list *faults, struct descriptor *ret_descriptor);

void descriptor_deinit(struct descriptor *descriptor);

/* Rows of GMNS's config table declare units too, where the descriptor does not. HV_ERR_VALUE with
 * a fault; HV_ERR_MEMORY. */
HV_MUST_USE int descriptor_read_config(const char *bytes, size_t size, const char *file,
                                       struct hv_fault_list *faults, struct descriptor *descriptor);

#endif
