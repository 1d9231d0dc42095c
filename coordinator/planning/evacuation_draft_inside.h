/* What the files of evacuation_draft share. */
#ifndef COORDINATOR_PLANNING_EVACUATION_DRAFT_INSIDE_H
#define COORDINATOR_PLANNING_EVACUATION_DRAFT_INSIDE_H

#include "coordinator/planning/evacuation_draft.h"

/* When a hazard is where, in seconds from step 0; INFINITY where never. */
struct draft_span {
    double from_s, to_s;
    uint32_t kind;
};

struct drafting {
    const struct region *region;
    const struct evacuation_draft_options *options;
    struct evacuation_draft *draft;
    int64_t step_ms;
    uint32_t hazards;            /* in force */
    bool *leaves;                /* by zone of the region */
    struct draft_span *zone_hit; /* by zone */
    bool *shelter_lost;          /* by shelter */
    uint32_t *first_closing;     /* by link + 1: into closings */
    struct draft_span *closings; /* grouped by link */
    int32_t *arrive;             /* by node of the region: node of the instance to arrive at */
    struct evacuation_link *links;
    struct evacuation_zone *zones;
    struct evacuation_shelter *shelters;
    int64_t *road_ms, *foot_ms; /* by node of the instance: to the nearest shelter;
                                   INT64_MAX where none is in reach */
    int64_t party;              /* people of a household that stays together, or 1 */
    size_t *first_change;       /* by link + 1 */
    size_t change_count, change_room, note_room;
};

/* Adds a note. HV_ERR_MEMORY. */
HV_MUST_USE int drafting_note(struct drafting *drafting, enum evacuation_note_code code,
                              uint32_t index, int64_t amount);

/* Share of the curve at a time, `before` ahead of its first point. */
double drafting_share(const struct evacuation_curve *curve, double at_s, double before);

/* In this order. HV_ERR_MEMORY, HV_ERR_LIMIT. */
HV_MUST_USE int drafting_hazards(struct drafting *drafting);
HV_MUST_USE int drafting_nodes(struct drafting *drafting);
HV_MUST_USE int drafting_shelters(struct drafting *drafting);
HV_MUST_USE int drafting_roads(struct drafting *drafting);
HV_MUST_USE int drafting_footways(struct drafting *drafting); /* only where somebody walks */
HV_MUST_USE int drafting_people(struct drafting *drafting);

#endif
