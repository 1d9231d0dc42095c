/* How many people a shelter takes, from the best that is known. Pure. */
#ifndef COORDINATOR_PLANNING_PLACES_H
#define COORDINATOR_PLANNING_PLACES_H

#include "coordinator/region/profile.h"
#include "coordinator/state/state.h"

enum places_basis {
    PLACES_UNKNOWN,  /* nothing is known: `people` is -1 */
    PLACES_REPORTED, /* staff reported it */
    PLACES_STATED,   /* the region states it */
    PLACES_AREA,     /* area over the profile's area a person */
    PLACES_BEDS
};

struct places {
    int64_t people;
    enum places_basis basis;
    bool verified; /* false where it follows from a profile value that nobody compared with its
                      standard */
};

/* Places indoors at night: the figure that holds until morning. Where staff report several bases,
 * the least counts; where they report only another time or outdoors, that. `shelter`, `profile` and
 * `place` may be NULL. */
struct places places_of(const struct region_shelter *shelter, const struct profile *profile,
                        const struct state_place *place);

/* "reported", "stated", "area", "beds", "unknown". Static. */
const char *places_basis_word(enum places_basis basis);

/* Whether new people may be sent there, as its status stands; unknown counts as usable. */
bool places_usable(enum hv_shelter_status status);

#endif
