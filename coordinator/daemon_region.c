/* The region that the state names, and what the core may ask of it. */
#include "coordinator/daemon_inside.h"

#include "coordinator/daemon_api.h"
#include "coordinator/layout.h"
#include "coordinator/region_folder.h"
#include "schemas/platform/keys.h"
#include "schemas/platform/line_log.h"

static bool knows_place(void *context, const char *id, enum hv_role *ret_role) {
    const struct region *region = context;
    if (region_find_shelter(region, id) != REGION_NONE)
        *ret_role = HV_ROLE_SHELTER;
    else if (region_find_depot(region, id) != REGION_NONE)
        *ret_role = HV_ROLE_DEPOT;
    else
        return false;
    return true;
}

static bool knows_zone(void *context, const char *id) {
    return region_find_zone(context, id) != REGION_NONE;
}

static bool knows_item(void *context, const char *id) {
    return region_find_item(context, id) != REGION_NONE;
}

static bool knows_link(void *context, const char *id) {
    return region_find_link(context, id) != REGION_NONE;
}

static void fill_in(struct core_catalogue *catalogue, const struct region *region) {
    if (region->shelter_count + region->depot_count > 0)
        catalogue->place = knows_place;
    if (region->zone_count > 0)
        catalogue->zone = knows_zone;
    if (region->item_count > 0)
        catalogue->item = knows_item;
    if (region->link_count > 0)
        catalogue->link = knows_link;
}

/* A region without zones, items or roads says nothing about them; without a region (NULL)
 * everything may be named. */
static void use(struct daemon *daemon, struct region *region) {
    struct core_catalogue catalogue = {.context = region};
    if (region != NULL)
        fill_in(&catalogue, region);
    core_set_catalogue(daemon->core, &catalogue);
    struct region *old = daemon->region;
    daemon->region = region;
    if (daemon->api != NULL)
        daemon_api_region(daemon, old);
    else
        region_free(old);
}

static bool is_wanted(const struct region *region, const uint8_t hash[HV_HASH_BYTES]) {
    uint8_t found[REGION_HASH_BYTES];
    return region != NULL && region_hash(region, found) == 0 &&
           memcmp(found, hash, REGION_HASH_BYTES) == 0;
}

static struct region *load(struct daemon *daemon, const uint8_t hash[HV_HASH_BYTES]) {
    char path[PATH_MAX], fault[300] = "", hex[2 * HV_HASH_BYTES + 1];
    struct region *region = NULL;
    daemon_path(daemon, LAYOUT_REGIONS, path);
    int error = region_folder_find(path, hash, &region, fault);
    if (error == HV_OK)
        return region;
    snprintf(daemon->region_fault, sizeof daemon->region_fault, "%s",
             *fault == '\0' ? hv_error_text(error) : fault);
    keys_to_hex(hash, HV_HASH_BYTES, hex);
    line_log(LINE_WARNING, "event=no-region path=%s/%s fault=\"%s\"", path, hex,
             daemon->region_fault);
    return NULL;
}

void daemon_region_follow(struct daemon *daemon) {
    const struct state_general *general = state_general(core_state(daemon->core));
    if (general->region_position == daemon->region_position)
        return;
    daemon->region_position = general->region_position;
    daemon->region_fault[0] = '\0';
    struct region *region = daemon->region_new;
    daemon->region_new = NULL;
    if (!is_wanted(region, general->region_hash)) {
        region_free(region);
        region = load(daemon, general->region_hash);
    }
    use(daemon, region);
}
