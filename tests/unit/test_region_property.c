/* Property: any region that can be built is the same after it was saved and loaded. */
#include "coordinator/region/builder.h"
#include "coordinator/region_folder.h"
#include "tests/support/region_files.h"

#include <assert.h>
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t seed; /* xorshift64 */

static uint32_t below(uint32_t limit) {
    assert(limit > 0);
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (uint32_t)(seed >> 33) % limit;
}

static const char *text(void) {
    static const char *const TEXTS[] = {
        "", "plain", "a, b", "say \"hi\"", " padded ", "山王小学校（体育館）", "\"", "a;b", "é"};
    return TEXTS[below(sizeof TEXTS / sizeof *TEXTS)];
}

static double figure(double max) {
    return below(4) == 0 ? REGION_UNKNOWN : max * below(1000003) / 1000003.0;
}

static int64_t whole(uint32_t max) {
    return below(3) == 0 ? REGION_UNKNOWN : (int64_t)below(max);
}

static void add_roads(struct region *region, uint32_t count) {
    char id[32];
    for (uint32_t i = 0; i < count; i++) {
        snprintf(id, sizeof id, "n,%u", i);
        struct region_node node = {.id = id,
                                   .name = text(),
                                   .kind = text(),
                                   .x = fmax(0, figure(180)),
                                   .y = -fmax(0, figure(90)),
                                   .passable = below(5) > 0};
        node.y += 0; /* no negative zero: files have none */
        cr_assert_eq(builder_add_node(region, &node, 0), HV_OK);
    }
    for (uint32_t i = 0; i < 3 * count; i++) {
        snprintf(id, sizeof id, "l%u", i);
        uint32_t from = below(count);
        struct region_link link = {.id = id,
                                   .name = text(),
                                   .kind = text(),
                                   .from = from,
                                   .to = (from + 1 + below(count - 1)) % count,
                                   .length_m = figure(1e6),
                                   .free_speed_km_h = figure(200),
                                   .travel_s = fmax(0, figure(1e5)),
                                   .capacity_veh_per_h = fmax(0, figure(9000)),
                                   .lanes = (int32_t)whole(9)};
        cr_assert_eq(builder_add_link(region, &link, 0), HV_OK);
    }
}

static void add_shelter(struct region *region, const char *id, uint32_t nodes) {
    struct region_shelter shelter = builder_blank_shelter();
    shelter.id = id;
    shelter.name = text();
    shelter.place = text();
    shelter.node = below(nodes);
    shelter.lon = 12.25;
    shelter.lat = fmax(0, figure(80));
    shelter.area_m2[below(2)] = figure(10000);
    shelter.stated[below(2)][below(2)] = whole(5000);
    shelter.stated_total[below(2)] = whole(5000);
    shelter.beds = whole(300);
    shelter.pets = (enum region_answer)below(3);
    shelter.withstands = below(1u << REGION_HAZARDS);
    shelter.unfit = below(1u << REGION_HAZARDS) & ~shelter.withstands;
    shelter.activation_min = (int32_t)whole(600);
    cr_assert_eq(builder_add_shelter(region, &shelter, 0), HV_OK);
}

static void add_goods(struct region *region, const char *id, uint32_t shelter) {
    struct region_item item = builder_blank_item();
    item.id = id;
    item.name = text();
    item.base_unit = "piece";
    item.packs[0] = 2 + below(10);
    item.packs[1] = 100 + below(10);
    item.need_per_person_day = figure(5);
    item.need_groups = below(1u << 7);
    const bool may_meet = region->item_count == 0 || item.need_per_person_day >= 0;
    item.meets = may_meet ? (enum region_need)below(REGION_NEEDS) : REGION_NEED_NONE;
    item.meets_units = item.meets == REGION_NEED_NONE ? 0 : 0.5 + below(1000);
    cr_assert_eq(builder_add_item(region, &item, 0), HV_OK);
    struct region_stock stock = {.depot = REGION_NONE,
                                 .shelter = shelter,
                                 .item = region->item_count - 1,
                                 .lot = text(),
                                 .expiry_day =
                                     below(2) == 0 ? REGION_EXPIRY_UNKNOWN : (int32_t)below(40000),
                                 .quantity = below(1000000)};
    cr_assert_eq(builder_add_stock(region, &stock, 0), HV_OK);
}

static struct region *random_region(void) {
    struct region *region = NULL;
    char id[32];
    cr_assert_eq(builder_new(&region), HV_OK);
    cr_assert_eq(builder_set_text(region, &region->name, text()), HV_OK);
    region->persons_per_vehicle = 0.1 + below(1000) / 7.0 / 20;
    uint32_t nodes = 2 + below(30), shelters = 1 + below(10);
    add_roads(region, nodes);
    for (uint32_t i = 0; i < shelters; i++) {
        snprintf(id, sizeof id, "S %u", i);
        add_shelter(region, id, nodes);
        add_goods(region, id, i);
    }
    return region;
}

Test(region_property, any_region_is_the_same_after_save_and_load) {
    for (uint64_t round = 1; round <= 60; round++) {
        struct region_files files;
        struct hv_fault_list faults;
        uint8_t left[REGION_HASH_BYTES], right[REGION_HASH_BYTES];
        seed = round * 0x9E3779B97F4A7C15u;
        struct region *region = random_region(), *again = NULL;
        region_files_init(&files);
        hv_fault_list_init(&faults);
        cr_assert_eq(region_folder_save(region, files.dir), HV_OK);
        int error = region_load(files.dir, &faults, &again);
        char *what = region_files_faults(&faults);
        cr_assert_eq(error, HV_OK, "round %lu: %s", (unsigned long)round, what);
        free(what);
        cr_assert_eq(region_hash(region, left), HV_OK);
        cr_assert_eq(region_hash(again, right), HV_OK);
        cr_assert_eq(memcmp(left, right, sizeof left), 0, "round %lu", (unsigned long)round);
        region_free(region);
        region_free(again);
        hv_fault_list_deinit(&faults);
        region_files_deinit(&files);
    }
}
