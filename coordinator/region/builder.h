/* Builds a region row by row: readers, imports and tests use it. Each add copies the struct and
 * all its texts; indices in it must already be in range. Line 0 where a row came from no file. */
#ifndef COORDINATOR_REGION_BUILDER_H
#define COORDINATOR_REGION_BUILDER_H

#include "coordinator/region/region.h"

enum builder_kind {
    BUILDER_NODES,
    BUILDER_LINKS,
    BUILDER_ZONES,
    BUILDER_SHELTERS,
    BUILDER_DEPOTS,
    BUILDER_ITEMS,
    BUILDER_STOCK,
    BUILDER_VEHICLES,
    BUILDER_KINDS
};

/* An empty region with id "region", version "1.0.0", longitude and latitude, 2.5 persons a
 * vehicle. HV_ERR_MEMORY. */
HV_MUST_USE int builder_new(struct region **ret_region);

/* Sets one of the region's own texts, such as &region->name. HV_ERR_MEMORY. */
HV_MUST_USE int builder_set_text(struct region *region, const char **field, const char *text);

/* Adds a row. HV_ERR_EXISTS: the id is there already (for shelters and depots: in either);
 * HV_ERR_LIMIT: more rows than limits.h allows; HV_ERR_MEMORY. The region is unchanged then. */
HV_MUST_USE int builder_add_node(struct region *region, const struct region_node *node,
                                 uint32_t line);
HV_MUST_USE int builder_add_link(struct region *region, const struct region_link *link,
                                 uint32_t line);
HV_MUST_USE int builder_add_zone(struct region *region, const struct region_zone *zone,
                                 uint32_t line);
HV_MUST_USE int builder_add_shelter(struct region *region, const struct region_shelter *shelter,
                                    uint32_t line);
HV_MUST_USE int builder_add_depot(struct region *region, const struct region_depot *depot,
                                  uint32_t line);
HV_MUST_USE int builder_add_item(struct region *region, const struct region_item *item,
                                 uint32_t line);
HV_MUST_USE int builder_add_stock(struct region *region, const struct region_stock *stock,
                                  uint32_t line);
HV_MUST_USE int builder_add_vehicle(struct region *region, const struct region_vehicle *vehicle,
                                    uint32_t line);

/* Line of the file that a row came from, 0 where none. */
uint32_t builder_line(const struct region *region, enum builder_kind kind, uint32_t row);

/* Name of the file that a kind's rows come from, for warnings: what region_write would call it
 * unless builder_set_file said otherwise. HV_ERR_MEMORY. */
const char *builder_file(const struct region *region, enum builder_kind kind);
HV_MUST_USE int builder_set_file(struct region *region, enum builder_kind kind, const char *file);

/* That the rows of a kind could not be read at all: who refers to one is not at fault. */
void builder_set_unread(struct region *region, enum builder_kind kind);
bool builder_is_unread(const struct region *region, enum builder_kind kind);

/* Row with that id of a kind that has ids, or REGION_NONE. */
uint32_t builder_find(const struct region *region, enum builder_kind kind, const char *id);

/* Rows with everything unknown and every reference REGION_NONE, to be filled in. */
struct region_zone builder_blank_zone(void);
struct region_shelter builder_blank_shelter(void);
struct region_depot builder_blank_depot(void);
struct region_item builder_blank_item(void);
struct region_vehicle builder_blank_vehicle(void);

#endif
