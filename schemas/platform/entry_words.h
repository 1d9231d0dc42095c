/* Members that entries and records share. Internal to entry*.c. */
#ifndef HV_PLATFORM_ENTRY_WORDS_H
#define HV_PLATFORM_ENTRY_WORDS_H

#include "schemas/model.h"

struct entry_figure {
    const char *name;
    size_t offset; /* of the int32_t in struct hv_people */
    bool is_age;
};

#define ENTRY_FIGURES 10
extern const struct entry_figure entry_figures[ENTRY_FIGURES];

/* Days since 1970 of a date YYYY-MM-DD (proleptic Gregorian, 1970 on); false for none. */
bool entry_day_of(const char *date, uint32_t *ret_day);
/* The date of a day; buffer of at least 16 bytes. */
void entry_date_of(uint32_t day, char *ret_date, size_t bytes);

#endif
