#include "coordinator/region/builder.h"
#include "coordinator/region/profile.h"
#include "tests/support/region_files.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static struct profile *profile;
static struct hv_fault_list faults;

static void begin(void) {
    hv_fault_list_init(&faults);
    profile = NULL;
}

static void end(void) {
    profile_free(profile);
    hv_fault_list_deinit(&faults);
}

TestSuite(region_profile, .init = begin, .fini = end);

Test(region_profile, both_standards_are_built_in) {
    cr_assert_str_eq(profile_builtin(0), "gb51143-2015");
    cr_assert_str_eq(profile_builtin(1), "sphere-2018");
    cr_assert_null(profile_builtin(2));
    cr_assert_null(profile_builtin(100));
    cr_assert_eq(profile_new("none", &profile), HV_ERR_NOT_FOUND);
}

Test(region_profile, every_value_cites_clause_and_edition) {
    for (size_t i = 0; profile_builtin(i) != NULL; i++) {
        cr_assert_eq(profile_new(profile_builtin(i), &profile), HV_OK);
        cr_assert_str_eq(profile->id, profile_builtin(i));
        for (unsigned v = 0; v < profile->value_count; v++) {
            cr_expect_neq(profile->values[v].clause[0], '\0');
            cr_expect_neq(profile->values[v].edition[0], '\0');
        }
        profile_free(profile);
        profile = NULL;
    }
}

Test(region_profile, what_nobody_checked_says_so) {
    cr_assert_eq(profile_new("gb51143-2015", &profile), HV_OK);
    for (unsigned v = 0; v < profile->value_count; v++)
        cr_assert_not(profile->values[v].verified);
}

Test(region_profile, the_most_precise_value_wins) {
    cr_assert_eq(profile_new("sphere-2018", &profile), HV_OK);
    cr_assert_eq(
        profile_find(profile, PROFILE_TOILET, PROFILE_EMERGENCY, REGION_DAY, REGION_INDOOR)->value,
        50);
    cr_assert_eq(
        profile_find(profile, PROFILE_TOILET, PROFILE_LONG, REGION_DAY, REGION_INDOOR)->value, 20);
    cr_assert_eq(
        profile_find(profile, PROFILE_TOILET, PROFILE_TEMPORARY, REGION_NIGHT, REGION_INDOOR)
            ->value,
        50, "the emergency's, where the stage has none");
    cr_assert_eq(
        profile_find(profile, PROFILE_WATER, PROFILE_EMERGENCY, REGION_NIGHT, REGION_INDOOR)->value,
        7.5);
}

static struct profile_capacity capacity(const struct region_shelter *shelter,
                                        enum profile_stage stage, enum region_place place) {
    return profile_capacity(profile, shelter, stage, REGION_NIGHT, place);
}

Test(region_profile, capacity_follows_from_area_unless_stated) {
    cr_assert_eq(profile_new("gb51143-2015", &profile), HV_OK);
    struct region_shelter shelter = builder_blank_shelter();
    cr_assert_eq(capacity(&shelter, PROFILE_SHORT, REGION_INDOOR).people, REGION_UNKNOWN);
    shelter.beds = 40;
    struct profile_capacity c = capacity(&shelter, PROFILE_SHORT, REGION_INDOOR);
    cr_assert_eq(c.people, 40);
    cr_assert_eq(c.basis, PROFILE_BASIS_BEDS);
    cr_assert_eq(capacity(&shelter, PROFILE_SHORT, REGION_OUTDOOR).people, REGION_UNKNOWN);
    shelter.area_m2[REGION_INDOOR] = 901;
    c = capacity(&shelter, PROFILE_SHORT, REGION_INDOOR);
    cr_assert_eq(c.people, 450);
    cr_assert_eq(c.basis, PROFILE_BASIS_AREA);
    cr_assert_eq(c.from->value, 2);
    cr_assert_not(c.from->verified);
    cr_assert_eq(c.by_beds, 40);
    cr_assert_eq(capacity(&shelter, PROFILE_EMERGENCY, REGION_INDOOR).people, 1802);
    shelter.stated[REGION_NIGHT][REGION_INDOOR] = 0;
    c = capacity(&shelter, PROFILE_SHORT, REGION_INDOOR);
    cr_assert_eq(c.people, 0, "a stated 0 is a 0");
    cr_assert_eq(c.basis, PROFILE_BASIS_STATED);
}

Test(region_profile, a_total_without_a_place_counts_indoors_unless_all_is_open_ground) {
    cr_assert_eq(profile_new("sphere-2018", &profile), HV_OK);
    struct region_shelter shelter = builder_blank_shelter();
    shelter.stated_total[REGION_NIGHT] = 250;
    cr_assert_eq(capacity(&shelter, PROFILE_SHORT, REGION_INDOOR).people, 250);
    cr_assert_eq(capacity(&shelter, PROFILE_SHORT, REGION_OUTDOOR).people, REGION_UNKNOWN);
    shelter.area_m2[REGION_OUTDOOR] = 9000;
    cr_assert_eq(capacity(&shelter, PROFILE_SHORT, REGION_OUTDOOR).people, 250);
    cr_assert_eq(capacity(&shelter, PROFILE_SHORT, REGION_INDOOR).people, REGION_UNKNOWN);
}

Test(region_profile, a_profile_of_ones_own_is_read_and_its_faults_named) {
    static const char GOOD[] = "id: own\nname: Own\nname_zh: 自己\nstandard: House rules\n"
                               "version: '3'\nvalues:\n  - {figure: area_m2_per_person, value: 2,\n"
                               "     clause: '1', edition: '2026', verified: yes, time: day}\n";
    cr_assert_eq(profile_read(GOOD, sizeof GOOD - 1, "own.yaml", &faults, &profile), HV_OK);
    cr_assert_eq(profile->values[0].time, REGION_DAY);
    cr_assert_eq(profile->values[0].stage, PROFILE_ANY);
    cr_assert_null(profile_find(profile, PROFILE_AREA, PROFILE_LONG, REGION_NIGHT, REGION_INDOOR));
}

#define HEAD "id: a\nname: b\nname_zh: c\nstandard: d\nversion: e\nvalues:\n"
#define CITED "clause: f, edition: g, verified: no}\n"

Test(region_profile, a_value_may_be_for_some_people_only) {
    static const char GOOD[] =
        HEAD "  - {figure: feeds_per_person_day, groups: [infant, medical], value: 6, " CITED;
    cr_assert_eq(profile_read(GOOD, sizeof GOOD - 1, "x", &faults, &profile), HV_OK);
    cr_assert_eq(profile->values[0].groups, 1u << REGION_INFANT | REGION_GROUP_MEDICAL);
}

static void expect_fault(const char *yaml, const char *column, const char *wrong) {
    cr_assert_eq(profile_read(yaml, strlen(yaml), "x", &faults, &profile), HV_ERR_VALUE);
    cr_expect_str_eq(faults.faults[0].column, column);
    cr_expect_not_null(strstr(faults.faults[0].wrong, wrong), "%s", faults.faults[0].wrong);
}

Test(region_profile, nobody_can_tell_which_of_two_values_counts) {
    expect_fault(HEAD "  - {figure: blankets_per_person, value: 1, " CITED
                      "  - {figure: blankets_per_person, stage: long, value: 2, " CITED
                      "  - {figure: blankets_per_person, groups: [infant], value: 2, " CITED,
                 "values[2].figure", "values[0]");
}

Test(region_profile, room_is_for_everybody) {
    expect_fault(HEAD "  - {figure: area_m2_per_person, groups: [adult], value: 1, " CITED,
                 "values[0].groups", "area");
}

Test(region_profile, a_group_that_nobody_belongs_to_is_refused_by_line) {
    expect_fault(HEAD "  - {figure: blankets_per_person, value: 1, groups: [baby], " CITED, "",
                 "line");
}

Test(region_profile, stages_end_as_the_standard_says) {
    static const int64_t hour = 3600000;
    cr_expect_eq(profile_stage_after(-hour), PROFILE_EMERGENCY);
    cr_expect_eq(profile_stage_after(24 * hour), PROFILE_EMERGENCY);
    cr_expect_eq(profile_stage_after(25 * hour), PROFILE_TEMPORARY);
    cr_expect_eq(profile_stage_after(15 * 24 * hour), PROFILE_SHORT);
    cr_expect_eq(profile_stage_after(30 * 24 * hour + 1), PROFILE_LONG);
}

Test(region_profile, one_that_is_not_known_is_the_one_that_is_set) {
    struct profiles *profiles = NULL;
    cr_assert_eq(profiles_new("own", &profiles), HV_ERR_NOT_FOUND);
    cr_assert_eq(profiles_new("sphere-2018", &profiles), HV_OK);
    cr_expect_str_eq(profiles_find(profiles, "gb51143-2015")->id, "gb51143-2015");
    cr_expect_str_eq(profiles_find(profiles, "own")->id, "sphere-2018");
    cr_expect_str_eq(profiles_find(profiles, NULL)->id, "sphere-2018");
    cr_expect_null(profiles_find(NULL, "sphere-2018"));
    profiles_free(profiles);
}

Test(region_profile, nonsense_is_refused) {
    static const char *const WRONG[] = {
        "",
        "id: [",
        "id: x\n",
        "- 1\n",
        "id: a\nname: b\nname_zh: c\nstandard: d\nversion: e\n"
        "values: [{figure: area_m2_per_person, value: -1, clause: f, edition: g, verified: no}]",
        "id: a\nname: b\nname_zh: c\nstandard: d\nversion: e\nvalues: [{figure: height, value: 1, "
        "clause: f, edition: g, verified: no}]",
        "id: &a a\nname: *a\nname_zh: c\nstandard: d\nversion: e\nvalues: []",
        "\xff\xfe"};
    for (size_t i = 0; i < sizeof WRONG / sizeof *WRONG; i++) {
        size_t before = faults.errors;
        cr_expect_eq(profile_read(WRONG[i], strlen(WRONG[i]), "x", &faults, &profile), HV_ERR_VALUE,
                     "%zu", i);
        cr_expect_gt(faults.errors, before);
    }
    cr_assert_null(profile);
}

Test(region_profile, shelters_of_sioux_falls_hold_the_people_of_the_flood) {
    const char *dir = region_files_top("simulations/regions/siouxfalls");
    struct region *region = NULL;
    cr_assert_eq(region_load(dir, &faults, &region), HV_OK);
    cr_assert_eq(profile_new("sphere-2018", &profile), HV_OK);
    static const char *const FLOODED[] = {"Z10", "Z11", "Z14", "Z15", "Z16", "Z17", "Z19", "Z22"};
    int64_t places = 0, people[REGION_TIMES] = {0, 0};
    for (uint32_t i = 0; i < region->shelter_count; i++)
        if ((region->shelters[i].withstands & REGION_FLOOD) != 0)
            places += capacity(&region->shelters[i], PROFILE_SHORT, REGION_INDOOR).people;
    for (size_t i = 0; i < sizeof FLOODED / sizeof *FLOODED; i++)
        for (int time = 0; time < REGION_TIMES; time++)
            people[time] += region_zone_people(&region->zones[region_find_zone(region, FLOODED[i])],
                                               (enum region_time)time);
    cr_assert_gt(places, people[REGION_DAY]);
    cr_assert_gt(places, people[REGION_NIGHT]);
    cr_assert_lt((double)places, 1.2 * (double)people[REGION_NIGHT], "demanding");
    region_free(region);
}
