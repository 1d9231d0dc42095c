/* The card of a region: what a node's desk needs of it for its pick lists, as JSON. */
#ifndef COORDINATOR_CLI_REGION_CARD_H
#define COORDINATOR_CLI_REGION_CARD_H

#include "coordinator/region/profile.h"

#include <jansson.h>

/* {"format": "haven.card/1", "region", "version", "zones": [{"id", "name", "name_zh"}…], "places":
 * […shelters and depots…], "items": [{…, "unit", "need_per_person_day", "for": ["infant"…],
 * "contents":
 * [{"item", "quantity"}…] of a kit}…]}. What a person needs is the item's own figure, or that of
 * the profile, which may be NULL. NULL without memory. */
json_t *region_card(const struct region *region, const struct profile *profile,
                    enum profile_stage stage);

#endif
