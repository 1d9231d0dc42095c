#include "schemas/platform/entry_words.h"

#include <stdio.h>
#include <stddef.h>
#include <string.h>

#define AGE(NAME, GROUP)                                                                           \
    { NAME, offsetof(struct hv_people, by_age[GROUP]), true }
#define OVERLAY(NAME, WHICH)                                                                       \
    { NAME, offsetof(struct hv_people, overlay[WHICH]), false }

const struct entry_figure entry_figures[ENTRY_FIGURES] = {
    AGE("age_unknown", HV_AGE_UNKNOWN),
    AGE("infant", HV_AGE_INFANT),
    AGE("child", HV_AGE_CHILD),
    AGE("adult", HV_AGE_ADULT),
    AGE("elderly", HV_AGE_ELDERLY),
    OVERLAY("wheelchair", HV_OVERLAY_WHEELCHAIR),
    OVERLAY("medical", HV_OVERLAY_MEDICAL),
    OVERLAY("pregnant", HV_OVERLAY_PREGNANT),
    OVERLAY("other_language", HV_OVERLAY_OTHER_LANGUAGE),
    {"pets", offsetof(struct hv_people, pets), false},
};

/* Days from civil and back: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms" (2013).
 */

static int64_t days_of(int64_t year, int64_t month, int64_t day) {
    year -= month <= 2;
    int64_t era = year / 400, of_era = year - era * 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

bool entry_day_of(const char *date, uint32_t *ret_day) {
    int year, month, day, end = 0;
    if (strlen(date) != 10 || sscanf(date, "%4d-%2d-%2d%n", &year, &month, &day, &end) != 3 ||
        end != 10 || year < 1970 || month < 1 || month > 12 || day < 1 || day > 31)
        return false;
    char again[32];
    uint32_t days = (uint32_t)days_of(year, month, day);
    entry_date_of(days, again, sizeof again);
    if (strcmp(again, date) != 0 || days == 0)
        return false; /* 30 February, and the day whose number means “does not expire” */
    *ret_day = days;
    return true;
}

void entry_date_of(uint32_t day, char *ret_date, size_t bytes) {
    int64_t z = (int64_t)day + 719468, era = z / 146097, of_era = z - era * 146097;
    int64_t year_of_era = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t from_march = (5 * of_year + 2) / 153;
    int64_t dom = of_year - (153 * from_march + 2) / 5 + 1;
    int64_t month = from_march < 10 ? from_march + 3 : from_march - 9;
    int64_t year = year_of_era + era * 400 + (month <= 2);
    snprintf(ret_date, bytes, "%04lld-%02lld-%02lld", (long long)year, (long long)month,
             (long long)dom);
}
