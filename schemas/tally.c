#include "schemas/tally.h"

static int64_t clamp(int64_t value, int64_t low, int64_t high) {
    return value < low ? low : value > high ? high : value;
}

static int64_t total_of(const struct hv_people *people) {
    int64_t total = 0;
    for (int age = 0; age < HV_AGE_COUNT; age++)
        total += people->by_age[age];
    return total;
}

/* Moves what is missing in one group to the others, in the order of the header. */
static void even_out(int64_t by_age[HV_AGE_COUNT]) {
    static const enum hv_age_group lenders[] = {HV_AGE_UNKNOWN, HV_AGE_ADULT, HV_AGE_ELDERLY,
                                                HV_AGE_CHILD, HV_AGE_INFANT};
    int64_t missing = 0;
    for (int age = 0; age < HV_AGE_COUNT; age++) {
        if (by_age[age] < 0) {
            missing -= by_age[age];
            by_age[age] = 0;
        }
    }
    for (size_t i = 0; i < sizeof lenders / sizeof *lenders && missing > 0; i++) {
        int64_t lent = by_age[lenders[i]] < missing ? by_age[lenders[i]] : missing;
        by_age[lenders[i]] -= lent;
        missing -= lent;
    }
}

int64_t hv_tally_move(struct hv_people *now, const struct hv_people *people, int sign) {
    int64_t by_age[HV_AGE_COUNT], sum = 0;
    for (int age = 0; age < HV_AGE_COUNT; age++) {
        by_age[age] = now->by_age[age] + (int64_t)sign * people->by_age[age];
        sum += by_age[age];
    }
    even_out(by_age);
    for (int age = 0; age < HV_AGE_COUNT; age++)
        now->by_age[age] = (int32_t)clamp(by_age[age], 0, HV_PEOPLE_MAX);
    int64_t total = total_of(now);
    for (int o = 0; o < HV_OVERLAY_COUNT; o++)
        now->overlay[o] = (int32_t)clamp(now->overlay[o] + (int64_t)sign * people->overlay[o], 0,
                                         clamp(total, 0, INT32_MAX));
    now->pets = (int32_t)clamp(now->pets + (int64_t)sign * people->pets, 0, HV_PEOPLE_MAX);
    return sum < 0 ? -sum : 0;
}

int hv_stock_sign(enum hv_stock_movement_kind kind) {
    switch (kind) {
    case HV_STOCK_RECEIVE:
    case HV_STOCK_ADJUST_UP:
        return 1;
    case HV_STOCK_PICK:
    case HV_STOCK_PUT_BACK:
    case HV_STOCK_LOAD:
        return 0;
    default:
        return -1;
    }
}

int hv_tally_sign(enum hv_movement_kind kind) {
    return kind == HV_MOVEMENT_CHECK_OUT || kind == HV_MOVEMENT_TRANSFER_OUT ? -1 : 1;
}
