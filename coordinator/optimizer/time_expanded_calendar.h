/* Ids due at a time, for times that only go forward. Entries that went out of date stay until their
 * time comes: whoever takes them out knows which still count. */
#ifndef TIME_EXPANDED_CALENDAR_H
#define TIME_EXPANDED_CALENDAR_H

#include "schemas/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TIME_CALENDAR_DAYS 1024

struct time_entry {
    int32_t time;
    int32_t id;
};

struct time_day {
    struct time_entry *entries;
    size_t count, capacity;
};

struct time_calendar {
    struct time_day days[TIME_CALENDAR_DAYS]; /* times within TIME_CALENDAR_DAYS of the base */
    struct time_day later;
    int32_t base; /* a multiple of TIME_CALENDAR_DAYS */
    size_t pending;
};

void time_calendar_deinit(struct time_calendar *calendar);

/* Adds an id at a time not before the last one given to time_calendar_open.
 * Returns HV_OK or HV_ERR_MEMORY. */
HV_MUST_USE int time_calendar_add(struct time_calendar *calendar, int32_t time, int32_t id);

/* Makes `time` the present: brings in what is due in its stretch of TIME_CALENDAR_DAYS.
 * Returns HV_OK or HV_ERR_MEMORY. */
HV_MUST_USE int time_calendar_open(struct time_calendar *calendar, int32_t time);

/* What is due at the present time, in the order in which it was added. */
static inline struct time_day *time_calendar_day(struct time_calendar *calendar, int32_t time) {
    return &calendar->days[time % TIME_CALENDAR_DAYS];
}

/* The next time after the present one at which something is due, or INT32_MAX. */
int32_t time_calendar_next(const struct time_calendar *calendar, int32_t present);

/* The day is over: forgets its entries. */
void time_calendar_close(struct time_calendar *calendar, int32_t time);

#endif
