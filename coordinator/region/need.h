/* What people need of an item: the item's own figure, else that of the standards profile for the
 * need that the item meets. Pure. */
#ifndef COORDINATOR_REGION_NEED_H
#define COORDINATOR_REGION_NEED_H

#include "coordinator/region/profile.h"

struct need {
    double per_day;  /* base units a person and day; 0: it is not used by the day, or not known */
    double once;     /* base units a person on arrival; 0 the same */
    uint32_t groups; /* whom it is for; 0 everybody */
    const struct profile_value *from; /* that it follows from; NULL: it is the item's own */
};

/* Whether the profile decides: the item meets a need and the region says neither how much a person
 * needs a day nor once. A figure of 0 is one: nobody needs it by a standard. */
bool need_is_of_profile(const struct region_item *item);

/* Whom it is for, the item says where it names groups, else the profile. Values that hold
 * outdoors only are none. `profile` may be NULL. What `from` points to belongs to the profile.
 * O(values). */
struct need need_of(const struct region_item *item, const struct profile *profile,
                    enum profile_stage stage);

/* Whether anybody needs it by a standard. */
bool need_is_any(const struct need *need);

/* False where it follows from a value that nobody compared with the text of its standard. */
bool need_is_verified(const struct need *need);

#endif
