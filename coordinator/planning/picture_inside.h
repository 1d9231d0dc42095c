/* What the files of the picture share: picture.c paints roads, people and places, picture_goods.c
 * stock, needs and what orders have promised. */
#ifndef COORDINATOR_PLANNING_PICTURE_INSIDE_H
#define COORDINATOR_PLANNING_PICTURE_INSIDE_H

#include "coordinator/planning/hazards.h"
#include "coordinator/planning/picture.h"
#include "coordinator/region/need.h"

/* Whom a plan has to give a way. */
struct painting_zone {
    int64_t people;
    int64_t wheelchair, medical; /* at most so many of them */
    int64_t awaited;             /* of people: those who are not overdue */
};

struct painting {
    const struct state *state;
    const struct region *region;
    const struct profile *profile;
    const struct picture_rules *rules;
    struct picture *picture;
    struct hv_arena arena;
    struct hazards hit;
    bool *avoided;                 /* link: planners keep it out of plans */
    struct painting_zone *leaving; /* by zone of the region */
    int64_t *reserved;             /* shelter: places kept for people on the way */
    int64_t *expected;             /* shelter: people still to arrive, as far as is known */
    uint32_t *item_of;             /* by STATE_NAME index: number of the item, or REGION_NONE */
    struct need *needs;            /* by item: what a person needs of it, at this stage of stay */
    double *share;                 /* by item: of the people of all zones, those whom it is for */
    int64_t *asked;                /* by item: by the staff of one shelter */
    int64_t *got;     /* by item: handed out to the people of one shelter in this incident */
    int64_t *loose;   /* by item: at one depot; then what one waybill moved */
    int64_t *as_kits; /* by item: how many shelters need as they are, unopened */
    bool *cut_off;    /* shelter: no depot will reach it once announced roads are closed */
    size_t promise_lines;
};

/* The number of a road node in the network. */
uint32_t picture_node(const struct region *region, uint32_t node);

/* Who is on the way to where, for whom a place is kept, and who is still to leave. */
int picture_find_ways(struct painting *painting) HV_MUST_USE;

/* Room on the roads for those on the way, once they, the roads, zones and shelters are known.
 * HV_ERR_MEMORY. O(links of their roads), and a search for each shelter that people go to whose
 * road is not known. */
int picture_find_traffic(struct painting *painting) HV_MUST_USE;

/* Places that people may have, less those who are there; not below 0. */
int64_t picture_places_left(const struct painting *painting, uint32_t shelter);

/* Whether new people may be sent there. */
bool picture_is_usable(const struct painting *painting, uint32_t shelter);

/* Items, depots, stock, needs and promises; the rest stands. HV_ERR_MEMORY. */
int picture_paint_goods(struct painting *painting) HV_MUST_USE;

#endif
