#include "coordinator/region/import_common.h"

int import_new_region(const char *id, const char *name, const char *name_zh, const char *sources,
                      struct region **ret_region) {
    struct region *region = NULL;
    int error = builder_new(&region);
    if (error == HV_OK)
        error = builder_set_text(region, &region->id, id);
    if (error == HV_OK)
        error = builder_set_text(region, &region->name, name);
    if (error == HV_OK)
        error = builder_set_text(region, &region->name_zh, name_zh);
    if (error == HV_OK)
        error = builder_set_text(region, &region->sources, sources);
    if (error != HV_OK)
        region_free(region);
    else
        *ret_region = region;
    return error;
}
