/* The region that the state names, and what the core may ask of it. */
#include "coordinator/daemon_inside.h"

#include "coordinator/api/api.h"
#include "coordinator/layout.h"
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
    if (daemon->api != NULL)
        api_set_region(daemon->api, region, daemon->region);
    else
        region_free(daemon->region);
    daemon->region = region;
}

static bool is_wanted(const struct region *region, const uint8_t hash[HV_HASH_BYTES]) {
    uint8_t found[REGION_HASH_BYTES];
    return region != NULL && region_hash(region, found) == 0 &&
           memcmp(found, hash, REGION_HASH_BYTES) == 0;
}

static void set_fault(struct daemon *daemon, const char *path, const char *fault) {
    snprintf(daemon->region_fault, sizeof daemon->region_fault, "%.300s", fault);
    line_log(LINE_WARNING, "event=no-region path=%s fault=\"%s\"", path, daemon->region_fault);
}

static struct region *load(struct daemon *daemon, const uint8_t hash[HV_HASH_BYTES]) {
    char name[sizeof LAYOUT_REGIONS + 2 * HV_HASH_BYTES + 2], hex[2 * HV_HASH_BYTES + 1];
    char path[PATH_MAX];
    struct region *region = NULL;
    struct hv_fault_list faults;
    keys_to_hex(hash, HV_HASH_BYTES, hex);
    snprintf(name, sizeof name, "%s/%s", LAYOUT_REGIONS, hex);
    daemon_path(daemon, name, path);
    hv_fault_list_init(&faults);
    int error = region_load(path, &faults, &region);
    if (error == 0 && !is_wanted(region, hash)) {
        region_free(region);
        region = NULL;
        set_fault(daemon, path, "the files have been changed since they were recorded");
    } else if (error != 0) {
        char fault[300];
        snprintf(fault, sizeof fault, "%s", hv_error_text(error));
        if (faults.count > 0)
            hv_fault_print(&faults.faults[0], fault, sizeof fault);
        set_fault(daemon, path, fault);
    }
    hv_fault_list_deinit(&faults);
    return region;
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
