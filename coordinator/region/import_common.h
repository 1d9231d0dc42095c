/* Private to the imports. */
#ifndef COORDINATOR_REGION_IMPORT_COMMON_H
#define COORDINATOR_REGION_IMPORT_COMMON_H

#include "coordinator/region/builder.h"

/* An empty region with these texts. HV_ERR_MEMORY. */
HV_MUST_USE int import_new_region(const char *id, const char *name, const char *name_zh,
                                  const char *sources, struct region **ret_region);

#endif
