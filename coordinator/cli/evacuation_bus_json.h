/* Writes the bus problem of a drafted instance, a haven.bus.instance/1: who is not in the instance
 * because he has no vehicle and does not walk. A writer as cli_file_write takes it; the context is
 * a const struct evacuation_bus_draft. */
#ifndef COORDINATOR_CLI_EVACUATION_BUS_JSON_H
#define COORDINATOR_CLI_EVACUATION_BUS_JSON_H

#include "coordinator/cli/cli_file.h"
#include "coordinator/planning/evacuation_draft.h"

#include <stdint.h>

struct evacuation_bus_fleet {
    uint32_t node; /* of the region */
    int64_t buses, seats, wheelchair_places;
};

struct evacuation_bus_draft {
    const struct evacuation_draft *draft; /* by class */
    const struct region *region;
    const struct evacuation_bus_fleet *fleets;
    size_t fleet_count;
};

cli_file_writer evacuation_bus_write;

#endif
