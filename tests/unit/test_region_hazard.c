#include "coordinator/region/hazard.h"
#include "tests/support/region_files.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct hv_fault_list faults;
static struct region *region;
static struct hazard hazard;

static void begin(void) {
    hv_fault_list_init(&faults);
    cr_assert_eq(region_load(region_files_top("simulations/regions/siouxfalls"), &faults, &region),
                 HV_OK);
}

static void end(void) {
    hazard_free(&hazard);
    region_free(region);
    hv_fault_list_deinit(&faults);
}

TestSuite(region_hazard, .init = begin, .fini = end);

/* Seconds at which a target first suffers an effect, or -1. */
static double first(enum hazard_target target, uint32_t index, enum hazard_effect effect) {
    for (uint32_t i = 0; i < hazard.count; i++)
        if (hazard.entries[i].target == target && hazard.entries[i].index == index &&
            hazard.entries[i].effect == effect)
            return hazard.entries[i].from_s;
    return -1;
}

Test(region_hazard, the_flood_of_sioux_falls_is_without_fault) {
    int error = hazard_load(region_files_top("simulations/regions/siouxfalls/hazard.csv"), region,
                            &faults, &hazard);
    char *text = region_files_faults(&faults);
    cr_assert_eq(error, HV_OK, "%s", text);
    free(text);
    unsigned flooded = 0;
    for (uint32_t z = 0; z < region->zone_count; z++) {
        double warned = first(HAZARD_ZONE, z, HAZARD_WARNED);
        double under_water = first(HAZARD_ZONE, z, HAZARD_FLOODED);
        flooded += under_water >= 0;
        cr_assert_eq(warned >= 0, under_water >= 0);
        cr_assert(under_water < 0 || under_water - warned >= 6 * 3600, "hours to leave");
    }
    cr_assert_eq(flooded, 8);
    for (uint32_t i = 1; i < hazard.count; i++)
        cr_assert_leq(hazard.entries[i - 1].from_s, hazard.entries[i].from_s);
}

Test(region_hazard, only_shelters_that_are_known_to_be_unfit_are_flooded) {
    cr_assert_eq(hazard_load(region_files_top("simulations/regions/siouxfalls/hazard.csv"), region,
                             &faults, &hazard),
                 HV_OK);
    for (uint32_t s = 0; s < region->shelter_count; s++)
        cr_assert_eq(first(HAZARD_SHELTER, s, HAZARD_FLOODED) >= 0,
                     (region->shelters[s].unfit & REGION_FLOOD) != 0);
}

Test(region_hazard, faults_are_named) {
    static const char TEXT[] = "from_hour,to_hour,hazard,target,id,effect\n"
                               "5,4,flood,zone,Z10,flooded\n"
                               "1,2,flod,zone,Z10,closed\n"
                               "1,2,flood,river,Z10,flooded\n"
                               "1,2,flood,link,L1-99,closed\n";
    cr_assert_eq(hazard_read(TEXT, sizeof TEXT - 1, "h.csv", region, &faults, &hazard),
                 HV_ERR_VALUE);
    char *text = region_files_faults(&faults);
    cr_assert_str_eq(text,
                     "error h.csv:2: to_hour: “4”; an hour after from_hour\n"
                     "error h.csv:3: hazard: “flod”; one hazard, such as flood\n"
                     "error h.csv:3: effect: “closed”; warned or flooded for a zone, closed for a "
                     "link, flooded or damaged for a shelter or depot\n"
                     "error h.csv:4: target: “river”; zone, link, shelter or depot\n"
                     "error h.csv:5: id: “L1-99”; the id of a link of this package\n",
                     "%s", text);
    free(text);
}
