/* What a shelter has of an item, what its people use of it in a day, and for how long that lasts.
 * Pure. */
#ifndef COORDINATOR_PLANNING_SUPPLY_H
#define COORDINATOR_PLANNING_SUPPLY_H

#include "coordinator/region/need.h"
#include "coordinator/state/state.h"

/* What supplies are judged by, at one moment. All borrowed. */
struct supply_scene {
    const struct region *region;
    const struct state *state;
    const struct profile *profile; /* NULL: items have their own figures alone */
    enum profile_stage stage;
    int64_t today_day; /* days since 1970, for expiry */
    uint64_t mono_ms;  /* log clock, for breaks of the cold chain */
};

struct supply {
    int64_t usable;   /* base units there, neither damaged, nor expired, nor in quarantine */
    int64_t in_kits;  /* of them: in kits that nobody has opened */
    bool quarantined; /* what is there has gone without cold for too long, and is not counted */
    double people;    /* there, of the groups that the item is for */
    double per_day;   /* base units that they use in a day */
    double days_left; /* usable / per_day; INFINITY where nobody uses any */
    const struct profile_value *from; /* that per_day follows from; NULL: the region says it */
};

/* The day, since 1970 in UTC, by which expiry is judged. */
int64_t supply_day(int64_t wall_ms);

/* Base units of a line of stock that are a supply of its item: neither damaged, nor expired, nor,
 * of what must stay cold, in quarantine. `today_day`: days since 1970, for expiry; `mono_ms`: log
 * clock, for breaks of the cold chain. */
int64_t supply_of_line(const struct region_item *item, const struct state_place *place,
                       const struct state_stock_line *line, int64_t today_day, uint64_t mono_ms);

/* How many base units of an item so many of a kit hold, at most HV_QUANTITY_MAX. 0 of what is no
 * kit. */
int64_t supply_held_in(const struct region *region, uint32_t kit, int64_t kits, uint32_t item);

/* The same where it counts as supply: 0 of a kit that people need as such, or that meets a need: it
 * is not opened. */
int64_t supply_in_kits(const struct region *region, uint32_t kit, int64_t kits, uint32_t item);

/* Whom an item is for, of the people there, by its groups. Groups may overlap: never more than all.
 */
double supply_people_for(const struct hv_people *now, uint32_t groups);

/* Base units that those who are there use in a day. NAN: it is not used by the day, or nobody has
 * ever said who is there. */
double supply_per_day(const struct need *need, const struct state_place *place);

/* The supply of an item that is used by the day, at a place whose people are known. False where
 * there is no figure: the item is not used by the day, or nobody has ever said who is there.
 * O(lines of stock). */
bool supply_of(const struct supply_scene *scene, uint32_t item, const struct state_place *place,
               struct supply *ret_supply);

#endif
