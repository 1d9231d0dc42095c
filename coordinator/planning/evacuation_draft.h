/* From a region to an evacuation instance: what the exact engine, the plan of zones and the report
 * work on. Pure.
 *
 * Here, once, vehicles become people (persons per vehicle) and seconds become steps:
 *   - a link lets in ⌊q (t + 1)⌋ − ⌊q t⌋ people at step t, q being its hourly capacity as people a
 *     step: over any span it is within one person of the hourly figure and never above it from the
 *     start on. `steady` takes ⌊q⌋ instead wherever that is not 0;
 *   - a link of x seconds from u to v takes ⌈π(u)/s⌉ − ⌈π(v)/s⌉ + ⌊(x − π(u) + π(v))/s + θ⌋ steps,
 *     at least 0, where s is a step, π the seconds to the nearest shelter and θ from 0 to 1 a
 * number made of the link's id. Rounding every link by itself would make a town of four-second
 * links take no time, or fifteen times too much; this way the quickest way of every node to a
 *     shelter takes ⌈π/s⌉ steps, exactly, and detours are right on average;
 *   - a node that may not be passed (a centroid) becomes two, one to leave from, one to arrive at.
 *
 * What a hazard does: links close (whoever is on one has left it by then) and reopen; zones that
 * it names have to leave, by the step at which it reaches them; shelters that it reaches or that do
 * not withstand it are left out. Unknown is never taken for 0 or for endless: what is left out or
 * assumed stands in the notes. */
#ifndef COORDINATOR_PLANNING_EVACUATION_DRAFT_H
#define COORDINATOR_PLANNING_EVACUATION_DRAFT_H

#include "coordinator/optimizer/travellers.h"
#include "coordinator/region/hazard.h"
#include "coordinator/region/profile.h"
#include "coordinator/region/region.h"
#include "schemas/arena.h"

#define EVACUATION_DRAFT_CHANGES_MAX 40000000u /* steps at which capacities change, all links */
#define EVACUATION_DRAFT_CURVE_MAX 64

/* A share by time: points in rising order of time. */
struct evacuation_curve {
    size_t count;
    double at_s[EVACUATION_DRAFT_CURVE_MAX];
    double share[EVACUATION_DRAFT_CURVE_MAX]; /* 0 to 1 */
};

enum evacuation_draft_class {
    DRAFT_CAR,
    DRAFT_PETS,      /* households with pets, by car, to shelters that take them */
    DRAFT_ELSEWHERE, /* by car to where roads leave the region */
    DRAFT_FOOT,
    DRAFT_WHEELCHAIR, /* by their own car, to accessible shelters */
    DRAFT_MEDICAL,    /* by their own car, to shelters fit for people who need care */
    DRAFT_BUS, /* who have no vehicle and do not walk: for the bus plan, not in the instance */
    DRAFT_CLASSES
};

struct evacuation_draft_options {
    double step_s;         /* > 0 */
    int32_t horizon_steps; /* ≥ 0 */
    enum region_time time;
    const struct profile *profile; /* how many people a shelter takes; NULL: as stated */
    enum profile_stage stage;
    uint32_t hazards;   /* in force, besides the timeline's: set of enum region_hazard */
    bool trust_unknown; /* a shelter of which nobody knows whether it withstands them counts */
    const struct hazard *timeline; /* or NULL */
    double start_s;                /* time of the timeline at which step 0 begins */
    const bool *closed;            /* by link, or NULL */
    const uint32_t *opposites;     /* contraflow: by link the one whose lanes it may take over, or
                                      UINT32_MAX; NULL for none */
    const bool *only;              /* by zone: whom to plan for; NULL: all whom the hazard names */
    struct evacuation_curve background; /* share of each road that other traffic takes, from then
                                           on; no points: 0 */
    struct evacuation_curve
        mobilisation;      /* share of each zone that is ready by then, rising to 1;
                              no points: everybody at once. Parties are ready whole */
    double elsewhere;      /* share of those with a vehicle who go to no shelter, 0 to 1 */
    const uint32_t *exits; /* nodes where roads leave the region; none: those people are left out */
    size_t exit_count;
    bool by_class;        /* zone entries by class of travellers, and who goes by bus left out */
    double pets;          /* share of those with a vehicle, 0 to 1 */
    double walk_limit_s;  /* who has no vehicle and a shelter this near on foot walks; 0: nobody */
    bool households;      /* kept together, at the region's average size */
    double stay_exposure; /* what an hour indoors in the hazard is against one on the road, 0 to 1;
                             < 0: nobody stays */
    bool steady;
};

enum evacuation_note_code {
    NOTE_ZONE_WITHOUT_NODE,     /* zone; amount = people left out */
    NOTE_ZONE_PEOPLE_UNKNOWN,   /* zone */
    NOTE_ZONE_VEHICLES_UNKNOWN, /* zone: everybody counts as having one */
    NOTE_ZONE_CANNOT_LEAVE,     /* zone: the hazard is there already; amount = people */
    NOTE_ZONE_STAYS,            /* zone: moving is worse; amount = people */
    NOTE_ZONE_LEAVES_EARLY,     /* zone: who has not left by step amount stays */
    NOTE_STAY_WEIGHS_NOTHING,  /* amount = zones that leave: no timeline brings any of them a hazard
                                  against which walls help */
    NOTE_ELSEWHERE_LEFT_OUT,   /* amount = people */
    NOTE_BY_BUS,               /* amount = people of all zones who are not in the instance */
    NOTE_SHELTER_WITHOUT_NODE, /* shelter */
    NOTE_SHELTER_UNKNOWN,      /* shelter: its capacity */
    NOTE_SHELTER_UNFIT,        /* shelter: does not withstand; amount = places */
    NOTE_SHELTER_UNPROVEN,     /* shelter: unknown whether it withstands; amount = places */
    NOTE_SHELTER_TRUSTED,      /* the same, and it counts all the same */
    NOTE_SHELTER_LOST,         /* shelter: the hazard reaches it; amount = places */
    NOTE_SHELTER_ACTIVATION,   /* shelter: time to open unknown; amount = minutes taken for it */
    NOTE_LINK_LENGTH_UNKNOWN,  /* amount = links whose length for walking is the straight line */
    NOTE_CODES
};

struct evacuation_note {
    enum evacuation_note_code code;
    uint32_t index; /* of the zone or shelter in the region; REGION_NONE where it is of the whole */
    int64_t amount;
};

/* One zone entry, beside instance.zones. */
struct evacuation_draft_zone {
    uint32_t zone; /* in the region */
    enum evacuation_draft_class class;
};

struct evacuation_draft {
    struct evacuation_instance instance;
    double step_s;
    const char *name;
    const char **node_ids, **link_ids, **zone_ids, **shelter_ids; /* by index */
    const char **place_ids; /* by zone: the place of which it is a part, "" where it is all of it */
    const double *node_x, *node_y; /* by node */
    const int32_t *link_lanes;     /* by link; REGION_UNKNOWN where unknown, 0 of no road */
    const char **link_names;       /* by link; "" where none */
    const int32_t *link_opposites; /* by link: whose lanes it may take over, or -1. A centroid that
                                      may not be passed has no opposites at its links */
    struct evacuation_draft_zone *entries; /* by zone of the instance */
    uint32_t *shelter_of;                  /* by shelter of the instance; REGION_NONE: an exit */
    struct travellers travellers; /* classes of enum evacuation_draft_class up to DRAFT_MEDICAL;
                                     only where by_class */
    const char **footway_ids;
    int64_t *bus[3]; /* by zone of the region: people for the bus plan, seated, in a wheelchair,
                        with medical needs; all 0 unless by_class */
    int32_t *zone_deadline; /* by zone of the region: last step to leave at; EVACUATION_NEVER */
    struct evacuation_note *notes;
    size_t note_count;
    struct evacuation_change *changes; /* of all links; from malloc */
    struct hv_arena arena;             /* holds everything else */
};

/* Makes the instance. `*ret_draft` is to be freed with evacuation_draft_free.
 * HV_ERR_VALUE: the region has no roads; HV_ERR_LIMIT: more than the engine takes, more capacity
 * changes than EVACUATION_DRAFT_CHANGES_MAX (then `steady` or a longer step helps), or an id that
 * becomes too long; HV_ERR_OVERFLOW: too many people; HV_ERR_MEMORY.
 * O(links · (log nodes + steps)). */
HV_MUST_USE int evacuation_draft_new(const struct region *region,
                                     const struct evacuation_draft_options *options,
                                     struct evacuation_draft **ret_draft);
void evacuation_draft_free(struct evacuation_draft *draft);

/* "car", "pets", "elsewhere", "foot", "wheelchair", "medical", "bus". Static. */
const char *evacuation_draft_class_name(enum evacuation_draft_class class);

#endif
