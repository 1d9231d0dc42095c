/* Private companions of region_hazard_name and the like, for readers and writers of tables. */
#ifndef COORDINATOR_REGION_WORDS_H
#define COORDINATOR_REGION_WORDS_H

#include "coordinator/region/region.h"

#define WORDS_GROUPS 7u

/* enum region_vehicle_kind of a word, or -1. */
int words_vehicle_kind(const char *name);

/* One bit of need_groups, or 0; and the word of bit number `bit`. */
uint32_t words_group(const char *name);
const char *words_group_name(unsigned bit);
const char *words_hazard_at(unsigned bit);

#endif
