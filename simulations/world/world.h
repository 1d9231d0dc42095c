/* What really happens in an exercise: people of zones who set out, travel, arrive, move on and go
 * home, whatever anybody reports about it.
 *
 * Pure: no clock, no file, no socket. Time is scenario milliseconds since the beginning; chance
 * comes from the seed. People are never made and never lost: for each zone, those at home,
 * elsewhere, in hospital, on the road and in shelters add up to its first population, figure by
 * figure (world_check).
 *
 * People set out after an order along a Rayleigh curve (Tweedie et al., "A methodology for
 * estimating emergency evacuation times", Social Science Journal 23, 1986): the share that has left
 * after t is 1 - exp(-(t/s)²/2). Where they go follows the plan as far as it goes; a share goes to
 * relatives, a few to a shelter of their own choice; without a route they wait at home. */
#ifndef SIMULATIONS_WORLD_WORLD_H
#define SIMULATIONS_WORLD_WORLD_H

#include "schemas/error.h"
#include "schemas/model.h"
#include "simulations/dice.h"

#include <stddef.h>

#define WORLD_NOWHERE UINT32_MAX

struct world_options {
    uint64_t seed;
    uint64_t mobilisation_ms;    /* s of the curve; 0: 70 minutes */
    unsigned early_permille;     /* of those warned leave before an order */
    unsigned elsewhere_permille; /* go to relatives or hotels */
    unsigned stray_permille;     /* go to another open shelter than the plan's */
    unsigned hospital_permille;  /* of those who leave a shelter */
};

/* One line of a plan: so many people of this zone to that shelter. */
struct world_route {
    uint32_t zone, shelter;
    int64_t people;
    uint64_t travel_ms;
};

enum world_event_kind {
    WORLD_ARRIVED,       /* at a shelter, from the zone of origin */
    WORLD_TRANSFERRED,   /* at a shelter, from another: `transfer` */
    WORLD_LEFT_HOMEWARD, /* a shelter, for home */
    WORLD_LEFT_FOR_HOSPITAL
};

struct world_event {
    enum world_event_kind kind;
    uint32_t zone;     /* of origin; WORLD_NOWHERE: a mixture (transfers) */
    uint32_t shelter;  /* that they enter or leave */
    uint32_t from;     /* transfers: the shelter that they come from */
    uint64_t transfer; /* number given by world_transfer */
    struct hv_people people;
};

struct world_events {
    const struct world_event *list; /* valid until the next step */
    size_t count;
};

struct world;

/* A world of zones, all at home, and shelters, all shut; the figures are copied. NULL without
 * memory. */
struct world *world_new(const struct world_options *options, const struct hv_people *zones,
                        size_t zone_count, size_t shelter_count);
void world_free(struct world *world);

/* People of a zone hear a warning, an order, or water in the street: then everybody leaves at once.
 */
void world_warn(struct world *world, uint32_t zone, uint64_t now_ms);
void world_order(struct world *world, uint32_t zone, uint64_t now_ms);
void world_flood(struct world *world, uint32_t zone, uint64_t now_ms);

/* The plan that people are told from now on; who has set out stays on the way. */
int world_set_routes(struct world *world, const struct world_route *routes,
                     size_t count) HV_MUST_USE;

/* Whether a shelter lets people in. Who arrives at a shut one goes on to an open one, if there is
 * any. */
void world_set_open(struct world *world, uint32_t shelter, bool open);

/* So many people set out from one shelter to another. Gives the number of the transfer and who they
 * are. HV_ERR_VALUE: not so many are there. */
int world_transfer(struct world *world, uint32_t from, uint32_t to, int64_t people, uint64_t now_ms,
                   uint64_t travel_ms, uint64_t *ret_transfer,
                   struct hv_people *ret_people) HV_MUST_USE;

/* From now on nobody sets out, and people of these shelters go home over this time. */
void world_return(struct world *world, uint64_t now_ms, uint64_t over_ms);

/* Lets the world go on until now. */
int world_step(struct world *world, uint64_t now_ms, struct world_events *ret_events) HV_MUST_USE;

/* Looking. */
struct hv_people world_in_shelter(const struct world *world, uint32_t shelter);
int64_t world_sheltered(const struct world *world);
int64_t world_on_the_road(const struct world *world);
int64_t world_left_home(const struct world *world, uint32_t zone); /* still at home, of one zone */
int64_t world_at_home(const struct world *world);   /* in zones that were ordered to leave */
int64_t world_elsewhere(const struct world *world); /* relatives and hospital */

/* HV_ERR_CORRUPT: people of a zone do not add up. */
int world_check(const struct world *world) HV_MUST_USE;

/* Takes `count` people out of the pool (all, where it has fewer): age groups in proportion,
 * overlays too, the rounding by chance. */
struct hv_people world_take(struct hv_people *pool, int64_t count, struct dice *dice);

#endif
