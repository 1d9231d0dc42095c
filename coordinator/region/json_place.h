/* Where something stands in a JSON text, for faults: jansson forgets the lines of what it has read.
 */
#ifndef COORDINATOR_REGION_JSON_PLACE_H
#define COORDINATOR_REGION_JSON_PLACE_H

#include <stddef.h>
#include <stdint.h>

/* Line, from 1, of the member that a path such as `haven.units.speed` or `resources[2].path` names,
 * or of the nearest above it that is there. The text is valid JSON. Linear. */
uint32_t json_place_line(const char *bytes, size_t size, const char *path);

#endif
