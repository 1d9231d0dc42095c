#include "simulations/world/goods.h"
#include "simulations/world/world.h"

#include <criterion/criterion.h>

#define HOUR_MS 3600000u

static struct hv_people town(int32_t scale) {
    return (struct hv_people){.by_age = {7 * scale, 3 * scale, 20 * scale, 55 * scale, 15 * scale},
                              .overlay = {2 * scale, 4 * scale, scale, 9 * scale},
                              .pets = 5 * scale};
}

static struct world *two_zones(uint64_t seed) {
    struct hv_people zones[] = {town(40), town(11)};
    struct world_options options = {.seed = seed,
                                    .early_permille = 60,
                                    .elsewhere_permille = 200,
                                    .stray_permille = 50,
                                    .hospital_permille = 100};
    return world_new(&options, zones, 2, 3);
}

static int64_t of_kind(struct world_events events, enum world_event_kind kind) {
    int64_t sum = 0;
    for (size_t i = 0; i < events.count; i++)
        if (events.list[i].kind == kind)
            sum += hv_people_total(&events.list[i].people);
    return sum;
}

Test(world, taking_people_leaves_the_others) {
    struct dice dice;
    dice_init(&dice, 3);
    for (int round = 0; round < 2000; round++) {
        struct hv_people pool = town((int32_t)dice_between(&dice, 0, 9)), first = pool;
        int64_t count = (int64_t)dice_below(&dice, 1200), total = hv_people_total(&pool);
        struct hv_people taken = world_take(&pool, count, &dice);
        cr_assert_eq(hv_people_total(&taken), count < total ? count : total);
        for (size_t i = 0; i < HV_AGE_COUNT; i++)
            cr_assert(taken.by_age[i] >= 0 && pool.by_age[i] >= 0);
        for (size_t i = 0; i < HV_OVERLAY_COUNT; i++) {
            cr_assert(taken.overlay[i] >= 0 && taken.overlay[i] <= hv_people_total(&taken));
            cr_assert(pool.overlay[i] >= 0 && pool.overlay[i] <= hv_people_total(&pool));
        }
        hv_people_add(&pool, &taken, 1);
        cr_assert_arr_eq(&pool, &first, sizeof pool);
    }
}

Test(world, nobody_leaves_before_being_told) {
    struct world *world = two_zones(1);
    struct world_events events;
    cr_assert_eq(world_step(world, 5 * HOUR_MS, &events), 0);
    cr_assert_eq(events.count, 0);
    cr_assert_eq(world_on_the_road(world), 0);
    world_free(world);
}

Test(world, who_is_ordered_arrives_where_the_plan_says) {
    struct world *world = two_zones(2);
    struct world_route routes[] = {
        {0, 0, 3000, 1200000}, {0, 1, 1000, 1800000}, {1, 1, 1100, 900000}};
    struct world_events events;
    int64_t arrived = 0;
    for (uint32_t i = 0; i < 3; i++)
        world_set_open(world, i, true);
    cr_assert_eq(world_set_routes(world, routes, 3), 0);
    world_order(world, 0, 0);
    world_order(world, 1, 0);
    for (uint64_t t = 0; t < 12 * HOUR_MS; t += 60000) {
        cr_assert_eq(world_step(world, t, &events), 0);
        arrived += of_kind(events, WORLD_ARRIVED);
        cr_assert_eq(world_check(world), 0);
    }
    cr_assert_eq(arrived, world_sheltered(world));
    cr_assert_eq(world_at_home(world), 0, "everybody left within twelve hours");
    cr_assert_eq(arrived + world_elsewhere(world), 5100);
    cr_assert_gt(world_elsewhere(world), 300);
    world_free(world);
}

Test(world, without_a_route_people_wait_at_home_until_water_comes) {
    struct world *world = two_zones(4);
    struct world_events events;
    world_set_open(world, 2, true);
    world_order(world, 0, 0);
    for (uint64_t t = 0; t < 8 * HOUR_MS; t += 300000)
        cr_assert_eq(world_step(world, t, &events), 0);
    int64_t waiting = world_at_home(world);
    cr_assert_gt(waiting, 0);
    world_flood(world, 0, 8 * HOUR_MS);
    for (uint64_t t = 8 * HOUR_MS; t < 11 * HOUR_MS; t += 300000)
        cr_assert_eq(world_step(world, t, &events), 0);
    cr_assert_eq(world_at_home(world), 0);
    cr_assert_eq(world_check(world), 0);
    world_free(world);
}

Test(world, a_shut_shelter_sends_people_on) {
    struct world *world = two_zones(5);
    struct world_route route = {0, 0, 4000, 1200000};
    struct world_events events;
    world_set_open(world, 1, true);
    cr_assert_eq(world_set_routes(world, &route, 1), 0);
    world_order(world, 0, 0);
    for (uint64_t t = 0; t < 14 * HOUR_MS; t += 300000)
        cr_assert_eq(world_step(world, t, &events), 0);
    struct hv_people shut = world_in_shelter(world, 0), open = world_in_shelter(world, 1);
    cr_assert_eq(hv_people_total(&shut), 0);
    cr_assert_gt(hv_people_total(&open), 0);
    cr_assert_eq(world_check(world), 0);
    world_free(world);
}

Test(world, transfers_and_the_way_home_lose_nobody) {
    for (uint64_t seed = 0; seed < 40; seed++) {
        struct world *world = two_zones(seed);
        struct world_route routes[] = {{0, 0, 4000, 1200000}, {1, 2, 1100, 600000}};
        struct world_events events;
        struct hv_people moved;
        uint64_t transfer = 0, t = 0;
        int64_t in = 0, out = 0;
        for (uint32_t i = 0; i < 3; i++)
            world_set_open(world, i, true);
        cr_assert_eq(world_set_routes(world, routes, 2), 0);
        world_order(world, 0, 0);
        world_order(world, 1, HOUR_MS);
        for (; t < 9 * HOUR_MS; t += 240000) {
            cr_assert_eq(world_step(world, t, &events), 0);
            in += of_kind(events, WORLD_ARRIVED);
        }
        cr_assert_eq(world_transfer(world, 0, 1, 120, t, 1500000, &transfer, &moved), 0);
        cr_assert_eq(hv_people_total(&moved), 120);
        cr_assert_eq(world_check(world), 0);
        cr_assert_eq(world_transfer(world, 0, 1, 1000000, t, 1, &transfer, &moved), HV_ERR_VALUE);
        world_return(world, 12 * HOUR_MS, 4 * HOUR_MS);
        int64_t transferred = 0;
        for (; t < 18 * HOUR_MS; t += 240000) {
            cr_assert_eq(world_step(world, t, &events), 0);
            in += of_kind(events, WORLD_ARRIVED);
            out += of_kind(events, WORLD_LEFT_HOMEWARD) + of_kind(events, WORLD_LEFT_FOR_HOSPITAL);
            transferred += of_kind(events, WORLD_TRANSFERRED);
            cr_assert_eq(world_check(world), 0);
        }
        cr_assert_eq(transferred, 120);
        cr_assert_eq(world_sheltered(world), 0);
        cr_assert_eq(in, out);
        world_free(world);
    }
}

Test(world, same_seed_same_day) {
    struct world *left = two_zones(9), *right = two_zones(9);
    struct world_route route = {0, 0, 4000, 1200000};
    struct world_events l, r;
    for (uint32_t i = 0; i < 3; i++) {
        world_set_open(left, i, true);
        world_set_open(right, i, true);
    }
    cr_assert_eq(world_set_routes(left, &route, 1), 0);
    cr_assert_eq(world_set_routes(right, &route, 1), 0);
    world_order(left, 0, 0);
    world_order(right, 0, 0);
    for (uint64_t t = 0; t < 6 * HOUR_MS; t += 600000) {
        cr_assert_eq(world_step(left, t, &l), 0);
        cr_assert_eq(world_step(right, t, &r), 0);
        cr_assert_eq(l.count, r.count);
        if (l.count > 0)
            cr_assert_arr_eq(l.list, r.list, l.count * sizeof *l.list);
    }
    world_free(left);
    world_free(right);
}

Test(world, needs_do_not_depend_on_the_size_of_steps) {
    struct goods_need coarse = {.daily_milli = 3150, .once_milli = 1000}, fine = coarse;
    goods_need_grow(&coarse, 137, 86400000, 137);
    goods_need_grow(&fine, 0, 0, 137);
    for (int i = 0; i < 1440; i++)
        goods_need_grow(&fine, 137, 60000, 0);
    cr_assert_eq(coarse.needed, fine.needed);
    cr_assert_eq(coarse.needed, 137 * 3150 / 1000 + 137);
    cr_assert_eq(goods_need_meet(&fine, 100), 100);
    cr_assert_eq(goods_need_meet(&fine, 100000), fine.needed - 100);
    cr_assert_eq(fine.met, fine.needed);
}

Test(world, consignments_arrive_once_in_order_and_whole) {
    struct goods_road road = {0};
    struct goods_consignment got;
    struct dice dice;
    uint64_t sent = 0, received = 0, damaged = 0;
    dice_init(&dice, 8);
    for (uint64_t i = 0; i < 50; i++) {
        struct goods_consignment some = {.arrives_ms = (i * 37) % 50, .line_count = 1};
        some.lines[0].quantity = i + 10;
        sent += i + 10;
        cr_assert_eq(goods_send(&road, &some), 0);
    }
    cr_assert(goods_receive(&road, 20, 40, &dice, &got));
    received += got.lines[0].quantity;
    uint64_t last = got.arrives_ms;
    while (goods_receive(&road, 60, 40, &dice, &got)) {
        cr_assert_geq(got.arrives_ms, last);
        last = got.arrives_ms;
        cr_assert_leq(got.lines[0].damaged, got.lines[0].quantity);
        received += got.lines[0].quantity;
        damaged += got.lines[0].damaged;
    }
    cr_assert_eq(sent, received);
    cr_assert_gt(damaged, 0);
    goods_road_deinit(&road);
}
