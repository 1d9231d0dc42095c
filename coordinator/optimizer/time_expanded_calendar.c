#include "coordinator/optimizer/time_expanded_calendar.h"

#include <stdlib.h>

void time_calendar_deinit(struct time_calendar *calendar) {
    for (size_t i = 0; i < TIME_CALENDAR_DAYS; i++)
        free(calendar->days[i].entries);
    free(calendar->later.entries);
    *calendar = (struct time_calendar){0};
}

static int append(struct time_day *day, struct time_entry entry) {
    if (day->count == day->capacity) {
        size_t capacity = day->capacity == 0 ? 16 : day->capacity * 2;
        struct time_entry *entries = realloc(day->entries, capacity * sizeof *entries);
        if (entries == NULL)
            return HV_ERR_MEMORY;
        day->entries = entries;
        day->capacity = capacity;
    }
    day->entries[day->count++] = entry;
    return HV_OK;
}

int time_calendar_add(struct time_calendar *calendar, int32_t time, int32_t id) {
    calendar->pending++;
    bool near = time - calendar->base < TIME_CALENDAR_DAYS;
    return append(near ? time_calendar_day(calendar, time) : &calendar->later,
                  (struct time_entry){time, id});
}

int time_calendar_open(struct time_calendar *calendar, int32_t time) {
    if (time - calendar->base < TIME_CALENDAR_DAYS)
        return HV_OK;
    calendar->base = time - time % TIME_CALENDAR_DAYS;
    size_t kept = 0;
    for (size_t i = 0; i < calendar->later.count; i++) {
        struct time_entry entry = calendar->later.entries[i];
        if (entry.time - calendar->base >= TIME_CALENDAR_DAYS) {
            calendar->later.entries[kept++] = entry;
            continue;
        }
        int error = append(time_calendar_day(calendar, entry.time), entry);
        if (error != HV_OK)
            return error;
    }
    calendar->later.count = kept;
    return HV_OK;
}

int32_t time_calendar_next(const struct time_calendar *calendar, int32_t present) {
    if (calendar->pending == 0)
        return INT32_MAX;
    for (int32_t time = present + 1; time < calendar->base + TIME_CALENDAR_DAYS; time++)
        if (calendar->days[time % TIME_CALENDAR_DAYS].count > 0)
            return time;
    int32_t next = INT32_MAX;
    for (size_t i = 0; i < calendar->later.count; i++)
        if (calendar->later.entries[i].time < next)
            next = calendar->later.entries[i].time;
    return next;
}

void time_calendar_close(struct time_calendar *calendar, int32_t time) {
    struct time_day *day = time_calendar_day(calendar, time);
    calendar->pending -= day->count;
    free(day->entries);
    *day = (struct time_day){0};
}
