#include "coordinator/planning/places.h"

#include <criterion/criterion.h>

static struct places of_lines(struct hv_capacity_line *lines, uint32_t count) {
    struct state_place place = {.capacity = lines, .capacity_count = count};
    return places_of(NULL, NULL, &place);
}

Test(places, indoors_at_night_count_before_anything_else) {
    struct hv_capacity_line lines[] = {{HV_BASIS_AREA, HV_PART_DAY, HV_PLACE_OUTDOOR, 3350},
                                       {HV_BASIS_AREA, HV_PART_DAY, HV_PLACE_INDOOR, 700},
                                       {HV_BASIS_AREA, HV_PART_NIGHT, HV_PLACE_INDOOR, 480}};
    cr_assert_eq(of_lines(lines, 3).people, 480);
    cr_assert_eq(of_lines(lines, 2).people, 700);
    cr_assert_eq(of_lines(lines, 1).people, 3350);
}

Test(places, of_several_bases_the_least_counts) {
    struct hv_capacity_line lines[] = {{HV_BASIS_AREA, HV_PART_NIGHT, HV_PLACE_INDOOR, 480},
                                       {HV_BASIS_BEDS, HV_PART_NIGHT, HV_PLACE_INDOOR, 120}};
    cr_assert_eq(of_lines(lines, 2).people, 120);
}

Test(places, staff_need_not_say_when_and_where) {
    struct hv_capacity_line plain[] = {{HV_BASIS_UNKNOWN, HV_PART_UNKNOWN, HV_PLACE_UNKNOWN, 480}};
    struct places places = of_lines(plain, 1);
    cr_assert_eq(places.people, 480);
    cr_assert_eq(places.basis, PLACES_REPORTED);
}

Test(places, unknown_is_never_a_number) {
    cr_assert_eq(of_lines(NULL, 0).people, -1);
    cr_assert_eq(places_of(NULL, NULL, NULL).people, -1);
    cr_assert_str_eq(places_basis_word(places_of(NULL, NULL, NULL).basis), "unknown");
}

Test(places, a_full_or_damaged_shelter_takes_nobody) {
    cr_assert(places_usable(HV_SHELTER_OPEN));
    cr_assert(places_usable(HV_SHELTER_STANDBY));
    cr_assert(places_usable(HV_SHELTER_UNKNOWN));
    cr_assert_not(places_usable(HV_SHELTER_FULL));
    cr_assert_not(places_usable(HV_SHELTER_CLOSING));
    cr_assert_not(places_usable(HV_SHELTER_DAMAGED));
}
