/* Entries of the staff: from JSON of the control socket to reports, and back for records.
 *
 * Executor side only (jansson). What an entry means is judged by the core; here it is only read,
 * and what cannot be read is named. */
#ifndef HV_PLATFORM_ENTRY_H
#define HV_PLATFORM_ENTRY_H

#include "schemas/arena.h"
#include "schemas/error.h"
#include "schemas/model.h"

#include <jansson.h>

#define ENTRY_DEVICE_DIGITS 16u
#define ENTRY_NUMBER_MAX (UINT64_C(1) << 53) /* what JavaScript counts exactly */

struct entry {
    struct hv_report report; /* in the arena */
    bool undo;               /* and no report */
    bool force;
    uint64_t ago_ms;
    uint64_t device; /* "once": the device that made it, 0: not said */
    uint64_t number; /* and its number there */
    uint64_t
        undo_of; /* "of": the number of the movement that the undo takes back; 0: the last one */
};

/* A device id, 16 hex digits; false where it is none. */
bool entry_device_read(const char *text, uint64_t *ret_device);

/* The members of a “once”: {"device": "16 hex digits", "number": 1 …}. False where they are not. */
bool entry_once_read(const json_t *once, uint64_t *ret_device, uint64_t *ret_number);

/* Whether the verb is that of an entry. */
bool entry_is_verb(const char *verb);

/* Reads an entry. On HV_ERR_VALUE `ret_wrong` (of `wrong_bytes`) says which member and what would
 * be right. Errors: HV_ERR_NOT_FOUND (no such verb), _VALUE, _MEMORY. */
int entry_read(const json_t *request, struct hv_arena *arena, char *ret_wrong, size_t wrong_bytes,
               struct entry *ret_entry) HV_MUST_USE;

/* The members of the entry that makes such a report; NULL without memory. */
json_t *entry_of_report(const struct hv_report *report);

/* Figures of people that are not 0, with "total". */
json_t *entry_people(const struct hv_people *people);

json_t *entry_stock_lines(const struct hv_stock_line *lines, size_t count);
json_t *entry_capacity_lines(const struct hv_capacity_line *lines, size_t count);

#endif
