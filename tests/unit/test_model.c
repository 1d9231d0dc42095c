#include "schemas/model.h"

#include <criterion/criterion.h>

Test(model, adds_up_age_groups_only) {
    struct hv_people people = {.by_age = {1, 2, 3, 4, 5}, .overlay = {9, 9, 9, 9}, .pets = 9};
    cr_assert_eq(hv_people_total(&people), 15);
    people = (struct hv_people){.by_age = {INT32_MAX, INT32_MAX, INT32_MAX, INT32_MAX, INT32_MAX}};
    cr_assert_eq(hv_people_total(&people), 5 * (int64_t)INT32_MAX);
}

Test(model, adds_and_subtracts_every_figure) {
    struct hv_people sum = {.by_age = {10, 10, 10, 10, 10}, .overlay = {5, 5, 5, 5}, .pets = 1};
    struct hv_people people = {.by_age = {0, 1, 2, 3, 4}, .overlay = {1, 2, 3, 4}, .pets = 3};
    hv_people_add(&sum, &people, -1);
    for (int i = 0; i < HV_AGE_COUNT; i++)
        cr_assert_eq(sum.by_age[i], 10 - i);
    for (int i = 0; i < HV_OVERLAY_COUNT; i++)
        cr_assert_eq(sum.overlay[i], 4 - i);
    cr_assert_eq(sum.pets, -2);
}

Test(model, saturates_instead_of_overflowing) {
    struct hv_people sum = {.by_age = {INT32_MAX}, .pets = INT32_MIN};
    struct hv_people people = {.by_age = {1}, .pets = INT32_MIN};
    hv_people_add(&sum, &people, 1);
    cr_assert_eq(sum.by_age[0], INT32_MAX);
    cr_assert_eq(sum.pets, INT32_MIN);
    hv_people_add(&sum, &people, -1);
    cr_assert_eq(sum.pets, 0);
}

/* Every word leads back to its enumerator, and no two are the same. */
#define BOTH_WAYS(NAME, COUNT)                                                                     \
    do {                                                                                           \
        for (unsigned i = 1; i < (COUNT); i++) {                                                   \
            cr_assert_str_neq(hv_##NAME##_word(i), "unknown", "%s %u", #NAME, i);                  \
            cr_assert_eq((unsigned)hv_##NAME##_of(hv_##NAME##_word(i)), i, "%s %u", #NAME, i);     \
        }                                                                                          \
        cr_assert_str_eq(hv_##NAME##_word(0), "unknown");                                          \
        cr_assert_str_eq(hv_##NAME##_word(COUNT), "unknown");                                      \
        cr_assert_str_eq(hv_##NAME##_word((unsigned)-1), "unknown");                               \
        cr_assert_eq((unsigned)hv_##NAME##_of("unknown"), 0);                                      \
        cr_assert_eq((unsigned)hv_##NAME##_of(""), 0);                                             \
    } while (0)

Test(model, has_words_that_lead_back) {
    BOTH_WAYS(mode, HV_MODE_COUNT);
    BOTH_WAYS(role, HV_ROLE_COUNT);
    BOTH_WAYS(movement, HV_MOVEMENT_COUNT);
    BOTH_WAYS(destination, HV_DESTINATION_COUNT);
    BOTH_WAYS(shelter_status, HV_SHELTER_STATUS_COUNT);
    BOTH_WAYS(capacity_basis, HV_BASIS_COUNT);
    BOTH_WAYS(day_part, HV_PART_COUNT);
    BOTH_WAYS(place, HV_PLACE_COUNT);
    BOTH_WAYS(lifeline, HV_LIFELINE_COUNT);
    BOTH_WAYS(lifeline_state, HV_LIFELINE_STATE_COUNT);
    BOTH_WAYS(stock_movement, HV_STOCK_MOVEMENT_COUNT);
    BOTH_WAYS(request, HV_REQUEST_KIND_COUNT);
    BOTH_WAYS(urgency, HV_URGENCY_COUNT);
    BOTH_WAYS(order, HV_ORDER_KIND_COUNT);
    BOTH_WAYS(order_state, HV_ORDER_STATE_COUNT);
    BOTH_WAYS(post, HV_POST_COUNT);
    BOTH_WAYS(phase, HV_PHASE_COUNT);
}

Test(model, says_each_enumerator_by_its_own_word) {
    cr_assert_str_eq(hv_reason_word(HV_REASON_NOT_STORED), "not-stored");
    cr_assert_str_eq(hv_reason_word(HV_REASON_REFERENCE), "reference");
    cr_assert_str_eq(hv_lane_word(HV_LANE_PRESENT), "present");
    cr_assert_str_eq(hv_age_group_word(HV_AGE_ELDERLY), "elderly");
    cr_assert_str_eq(hv_age_group_word(HV_AGE_UNKNOWN), "unknown");
    cr_assert_str_eq(hv_overlay_word(HV_OVERLAY_WHEELCHAIR), "wheelchair");
    cr_assert_str_eq(hv_overlay_word(HV_OVERLAY_OTHER_LANGUAGE), "other-language");
    cr_assert_str_eq(hv_shelter_status_word(HV_SHELTER_NEARLY_FULL), "nearly-full");
    cr_assert_str_eq(hv_source_word(HV_SOURCE_IMPORT), "import");
    cr_assert_str_eq(hv_actor_word(HV_ACTOR_SYSTEM), "system");
    cr_assert_str_eq(hv_plan_reason_word(HV_PLAN_WORK_LIMIT), "work-limit");
    cr_assert_str_eq(hv_order_word(HV_ORDER_STAND_DOWN), "stand-down");
    cr_assert_str_eq(hv_report_word(HV_REPORT_NONE), "unknown");
    cr_assert_str_eq(hv_report_word(HV_REPORT_MOVEMENT), "movement");
    cr_assert_str_eq(hv_report_word(HV_REPORT_SNAPSHOT), "snapshot");
    cr_assert_str_eq(hv_report_word(HV_REPORT_SNAPSHOT + 1), "unknown");
    cr_assert_str_eq(hv_record_word(HV_RECORD_LOG_STARTED), "log-started");
    cr_assert_str_eq(hv_record_word(HV_RECORD_EPOCH), "epoch");
}
