/* The rules of docs/PROTOCOL.md for figures, told again in the plainest way: keep everything that
 * was ever said and work the answer out from scratch each time. Slow, without limits on what is
 * remembered, and written from the rules, not from the fold. */
#ifndef TESTS_SUPPORT_REFERENCE_STATE_H
#define TESTS_SUPPORT_REFERENCE_STATE_H

#include "schemas/model.h"

struct reference;

struct reference *reference_new(void);
void reference_free(struct reference *reference);

/* Takes records of enrolment, epoch and report in log order; texts must outlive the reference. */
void reference_take(struct reference *reference, const struct hv_record *record);

/* Figures of a place; false: nothing is known. */
bool reference_people(const struct reference *reference, const char *place,
                      struct hv_people *ret_people);
bool reference_status(const struct reference *reference, const char *place,
                      enum hv_shelter_status *ret_status);

/* People that came from a zone; people on the way in a transfer. */
int64_t reference_zone_total(const struct reference *reference, const char *zone);
int64_t reference_on_the_way(const struct reference *reference, const char *from,
                             const char *transfer);

/* Units of an item (one lot, no expiry) at a place; 0 where nothing is known. */
int64_t reference_stock(const struct reference *reference, const char *place, const char *item);

#endif
