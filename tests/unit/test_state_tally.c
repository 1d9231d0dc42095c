#include "schemas/tally.h"

#include <criterion/criterion.h>

static int64_t total(const struct hv_people *people) {
    int64_t sum = 0;
    for (int age = 0; age < HV_AGE_COUNT; age++)
        sum += people->by_age[age];
    return sum;
}

Test(tally, takes_from_people_of_unknown_age_what_a_group_lacks) {
    struct hv_people now = {.by_age = {[HV_AGE_UNKNOWN] = 10, [HV_AGE_ADULT] = 3}};
    struct hv_people out = {.by_age = {[HV_AGE_ADULT] = 5}};
    cr_assert_eq(hv_tally_move(&now, &out, -1), 0);
    cr_assert_eq(now.by_age[HV_AGE_UNKNOWN], 8);
    cr_assert_eq(now.by_age[HV_AGE_ADULT], 0);
}

Test(tally, holds_a_total_at_zero_and_says_what_was_short) {
    struct hv_people now = {.by_age = {[HV_AGE_CHILD] = 2}, .overlay = {1, 0, 0, 2}, .pets = 1};
    struct hv_people out = {.by_age = {[HV_AGE_ADULT] = 5}, .pets = 3};
    cr_assert_eq(hv_tally_move(&now, &out, -1), 3);
    cr_assert_eq(total(&now), 0);
    cr_assert_eq(now.overlay[HV_OVERLAY_WHEELCHAIR], 0);
    cr_assert_eq(now.overlay[HV_OVERLAY_OTHER_LANGUAGE], 0);
    cr_assert_eq(now.pets, 0);
}

Test(tally, total_is_exact_for_any_movement) {
    uint32_t random = 7;
    struct hv_people now = {0};
    int64_t expected = 0;
    for (int round = 0; round < 100000; round++) {
        struct hv_people people = {0};
        for (int age = 0; age < HV_AGE_COUNT; age++)
            people.by_age[age] = (int32_t)((random = random * 1664525u + 1013904223u) >> 28);
        int sign = (random >> 9) % 2 ? 1 : -1;
        int64_t shortfall = hv_tally_move(&now, &people, sign);
        expected += sign * total(&people) + shortfall;
        cr_assert(shortfall >= 0 && (shortfall == 0 || total(&now) == 0));
        cr_assert_eq(total(&now), expected);
    }
}
