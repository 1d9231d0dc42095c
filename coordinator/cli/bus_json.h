/* The documents of bus problems: haven.bus.instance/1 in, haven.bus.plan/1 out.
 * docs/optimizer/BUS.md and schemas/bus.*.schema.json describe their fields. */
#ifndef BUS_JSON_H
#define BUS_JSON_H

#include "coordinator/optimizer/bus_plan.h"
#include "schemas/fault.h"

#include <stdio.h>

/* An instance with the names of its parts. Everything is owned by the document. */
struct bus_document {
    struct bus_instance instance;
    char *name;
    const char **class_ids, **fleet_ids, **pickup_ids, **shelter_ids; /* by index */
    struct bus_class *classes;
    struct bus_fleet *fleets;
    struct bus_pickup *pickups;
    struct bus_shelter *shelters;
    int32_t *times; /* all four tables of the instance */
    char *texts;    /* all ids, one after the other */
};

/* Reads an instance from a file, or from bytes that are called `path` in faults. Returns HV_OK;
 * HV_ERR_NOT_FOUND, HV_ERR_IO or HV_ERR_LIMIT where the file cannot be read or is too large;
 * HV_ERR_FORMAT or HV_ERR_VALUE where it is wrong, with faults; HV_ERR_MEMORY. */
HV_MUST_USE int bus_json_read(const char *path, struct hv_fault_list *faults,
                              struct bus_document *ret_document);
HV_MUST_USE int bus_json_parse(const char *path, const char *text, size_t bytes,
                               struct hv_fault_list *faults, struct bus_document *ret_document);
void bus_document_deinit(struct bus_document *document);

/* Writes a plan. HV_OK or HV_ERR_IO. */
HV_MUST_USE int bus_json_write(FILE *file, const struct bus_document *document,
                               const struct bus_plan *plan);

#endif
