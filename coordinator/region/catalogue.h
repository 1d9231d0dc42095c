/* A catalogue of what may happen to a region in one period: scenarios with probabilities that add
 * up to 1, each saying which zones, roads, shelters and depots are hit, how hard and when; made
 * from definitions of hazards (docs/SCENARIOS.md). One catalogue for pre-positioning, evacuation
 * and exercises. Pure; the same definitions, region and seed give the same catalogue. */
#ifndef COORDINATOR_REGION_CATALOGUE_H
#define COORDINATOR_REGION_CATALOGUE_H

#include "coordinator/region/hazard.h"
#include "coordinator/region/hazard_field.h"

#define CATALOGUE_HAZARDS_MAX 100u
#define CATALOGUE_SCENARIOS_MAX 2000u
#define CATALOGUE_HITS_MAX 4000000u
#define CATALOGUE_MEMBERS_MAX 200u
#define CATALOGUE_ID_BYTES 192u /* two ids of a definition and a number */
#define CATALOGUE_FIELD_VALUES_MAX 1000000u

/* Share of a thing that is lost: 0 up to `from`, then rising straight to 1 at `to`; in m of water
 * above where the thing stands, m/s of wind, or intensity. Roads and shelters are lost whole from
 * `from` on. */
struct fragility {
    double from, to;
};

struct flood_exposure {
    enum hazard_target target;
    uint32_t index;
    double level_m; /* of the gauge, from which the thing stands in water */
};

struct typhoon_point {
    double hour, x, y, pressure_hpa, rmax_km;
};

struct typhoon_track {
    const char *id;
    double annual_probability;
    double cross_km, pressure_hpa; /* standard deviations between members */
    uint32_t members;              /* 1: the track as it is */
    const struct typhoon_point *points;
    uint32_t point_count;
};

struct earthquake_source {
    const char *id;
    double x, y, depth_km, magnitude, annual_probability;
};

/* A map of intensity, as it is published after an earthquake or computed for one that may come:
 * rows of values at equal steps, the first at (x, y); between them it is linear both ways, outside
 * nothing is felt. */
struct earthquake_field {
    const char *id;
    double x, y, step_x, step_y, annual_probability;
    uint32_t columns, rows;
    const double *mmi; /* row by row */
};

struct hazard_definition {
    const char *id;
    enum region_hazard kind; /* REGION_FLOOD, REGION_TYPHOON or REGION_EARTHQUAKE */
    struct fragility fragility[HAZARD_TARGETS];
    double warning_h; /* warned from hour 0; a flood comes after so many hours */
    double lasts_h;   /* from when it comes */
    struct gumbel gauge;
    const double *bands; /* flood: return periods, rising; a scenario from each to the next */
    uint32_t band_count;
    const struct flood_exposure *exposure;
    uint32_t exposure_count;
    const struct typhoon_track *tracks;
    uint32_t track_count;
    const struct earthquake_source *sources; /* one for each magnitude */
    uint32_t source_count;
    const struct earthquake_field *fields;
    uint32_t field_count;
};

struct hazard_definitions {
    double period_years;
    double km_per_unit; /* of a region in the plane */
    double latitude;    /* of a region in the plane */
    double ambient_hpa, surface_factor;
    const struct hazard_definition *hazards;
    uint32_t hazard_count;
};

struct catalogue_hit {
    enum hazard_target target;
    uint32_t index;
    double intensity; /* m of water, m/s, MMI */
    double share;     /* lost, 0 to 1 */
    double from_h, to_h;
};

/* What the size of a scenario is of. */
enum catalogue_size {
    CATALOGUE_NO_SIZE,
    CATALOGUE_LEVEL_M,      /* of the gauge */
    CATALOGUE_PRESSURE_HPA, /* the least on the track */
    CATALOGUE_MAGNITUDE,    /* moment magnitude */
    CATALOGUE_INTENSITY     /* the greatest of a field, MMI */
};

struct catalogue_scenario {
    char id[CATALOGUE_ID_BYTES + 1];
    uint32_t hazard; /* UINT32_MAX: nothing happens */
    double probability;
    enum catalogue_size size_of;
    double size;
    uint32_t first, count; /* hits */
};

struct catalogue {
    struct catalogue_scenario *scenarios; /* the first: nothing happens */
    struct catalogue_hit *hits;           /* of each scenario by target, then index */
    uint32_t scenario_count, hit_count, scenario_max, hit_max;
};

/* What HAZARD_ZONE, _LINK, _SHELTER and _DEPOT stand without other word. */
struct fragility catalogue_fragility(enum region_hazard kind, enum hazard_target target);

/* The intensity of a field at a place; 0 outside. */
double catalogue_field_intensity(const struct earthquake_field *field, double x, double y);

/* A scenario that is called as one before it is, by its place; UINT32_MAX where all have names of
 * their own: `storm` with a track `west` of several members and a track `west.1` has not. */
uint32_t catalogue_find_double(const struct catalogue *catalogue);

/* Events of one period exclude each other. HV_ERR_VALUE where their probabilities add up to more
 * than 1; HV_ERR_LIMIT, HV_ERR_MEMORY. */
HV_MUST_USE int catalogue_make(const struct region *region,
                               const struct hazard_definitions *definitions, uint64_t seed,
                               struct catalogue *ret_catalogue);
void catalogue_deinit(struct catalogue *catalogue);

/* Probability that what has `annual` probability happens within so many years. */
double catalogue_probability(double annual, double years);

#endif
