#include "coordinator/region/catalogue.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PI 3.14159265358979323846
#define TRACK_STEP_H 0.5
#define PRESSURE_LEAST_HPA 850.0
#define PROBABILITY_SLACK 1e-9

struct making {
    const struct region *region;
    const struct hazard_definitions *definitions;
    struct catalogue *catalogue;
    uint64_t chance;
};

struct fragility catalogue_fragility(enum region_hazard kind, enum hazard_target target) {
    /* Depth at which cars stop: Pregnolato and others 2017, Transportation Research Part D 55. The
     * others are assumptions, there to be replaced by what is known of the place. */
    static const struct fragility flood[] = {{0, 1}, {0.3, 0.3}, {0, 0.5}, {0.2, 1.5}},
                                  wind[] = {{33, 70}, {39, 39}, {50, 70}, {40, 75}},
                                  shaking[] = {{6.5, 10}, {8, 8}, {8, 10}, {7, 10}};
    return kind == REGION_FLOOD     ? flood[target]
           : kind == REGION_TYPHOON ? wind[target]
                                    : shaking[target];
}

double catalogue_probability(double annual, double years) {
    return annual >= 1 ? 1 : -expm1(years * log1p(-annual));
}

void catalogue_deinit(struct catalogue *catalogue) {
    free(catalogue->scenarios);
    free(catalogue->hits);
    *catalogue = (struct catalogue){0};
}

/* ---- chance ---------------------------------------------------------------------------------- */

/* splitmix64 (Steele, Lea and Flood 2014). */
static uint64_t next_chance(uint64_t *state) {
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

/* Normal deviate (Box and Muller 1958). */
static double normal(uint64_t *state) {
    double u = ((double)(next_chance(state) >> 11) + 0.5) / 9007199254740992.0;
    double v = ((double)(next_chance(state) >> 11) + 0.5) / 9007199254740992.0;
    return sqrt(-2 * log(u)) * cos(2 * PI * v);
}

/* ---- putting down ---------------------------------------------------------------------------- */

static int put_scenario(struct making *making, const struct catalogue_scenario *made,
                        struct catalogue_scenario **ret_scenario) {
    struct catalogue *catalogue = making->catalogue;
    if (catalogue->scenario_count >= CATALOGUE_SCENARIOS_MAX)
        return HV_ERR_LIMIT;
    if (catalogue->scenario_count == catalogue->scenario_max) {
        uint32_t max = 2 * catalogue->scenario_max + 16;
        struct catalogue_scenario *grown = realloc(catalogue->scenarios, max * sizeof *grown);
        if (grown == NULL)
            return HV_ERR_MEMORY;
        catalogue->scenarios = grown;
        catalogue->scenario_max = max;
    }
    struct catalogue_scenario *scenario = &catalogue->scenarios[catalogue->scenario_count++];
    *scenario = *made;
    scenario->first = catalogue->hit_count;
    *ret_scenario = scenario;
    return HV_OK;
}

static bool withstands(const struct making *making, enum region_hazard kind,
                       enum hazard_target target, uint32_t index) {
    const struct region *region = making->region;
    return (target == HAZARD_SHELTER && (region->shelters[index].withstands & kind) != 0) ||
           (target == HAZARD_DEPOT && (region->depots[index].withstands & kind) != 0);
}

static double share_lost(const struct fragility *fragility, enum hazard_target target,
                         double intensity) {
    if (!(intensity >= fragility->from) || intensity <= 0)
        return 0;
    if (target == HAZARD_LINK || target == HAZARD_SHELTER || fragility->to <= fragility->from)
        return 1;
    return fmin(1, (intensity - fragility->from) / (fragility->to - fragility->from));
}

static int put_hit(struct making *making, struct catalogue_scenario *scenario,
                   const struct catalogue_hit *hit) {
    struct catalogue *catalogue = making->catalogue;
    const struct hazard_definition *hazard = &making->definitions->hazards[scenario->hazard];
    double share = share_lost(&hazard->fragility[hit->target], hit->target, hit->intensity);
    if (share <= 0 || withstands(making, hazard->kind, hit->target, hit->index))
        return HV_OK;
    if (catalogue->hit_count >= CATALOGUE_HITS_MAX)
        return HV_ERR_LIMIT;
    if (catalogue->hit_count == catalogue->hit_max) {
        uint32_t max = 2 * catalogue->hit_max + 256;
        struct catalogue_hit *grown = realloc(catalogue->hits, max * sizeof *grown);
        if (grown == NULL)
            return HV_ERR_MEMORY;
        catalogue->hits = grown;
        catalogue->hit_max = max;
    }
    catalogue->hits[catalogue->hit_count] = *hit;
    catalogue->hits[catalogue->hit_count++].share = share;
    scenario->count++;
    return HV_OK;
}

/* ---- places ---------------------------------------------------------------------------------- */

static uint32_t target_count(const struct region *region, enum hazard_target target) {
    return target == HAZARD_ZONE      ? region->zone_count
           : target == HAZARD_LINK    ? region->link_count
           : target == HAZARD_SHELTER ? region->shelter_count
                                      : region->depot_count;
}

/* Where a thing is; a road where its middle is. NAN where nobody knows. */
static void place_of(const struct region *region, enum hazard_target target, uint32_t index,
                     double *ret_x, double *ret_y) {
    uint32_t node = REGION_NONE;
    *ret_x = *ret_y = NAN;
    if (target == HAZARD_LINK) {
        const struct region_node *from = &region->nodes[region->links[index].from],
                                 *to = &region->nodes[region->links[index].to];
        *ret_x = (from->x + to->x) / 2;
        *ret_y = (from->y + to->y) / 2;
        return;
    }
    if (target == HAZARD_ZONE) {
        node = region->zones[index].node;
        *ret_x = region->zones[index].lon;
        *ret_y = region->zones[index].lat;
    } else if (target == HAZARD_SHELTER) {
        node = region->shelters[index].node;
        *ret_x = region->shelters[index].lon;
        *ret_y = region->shelters[index].lat;
    } else {
        node = region->depots[index].node;
        *ret_x = region->depots[index].lon;
        *ret_y = region->depots[index].lat;
    }
    bool known = isfinite(*ret_x) && isfinite(*ret_y) && region->coordinates == REGION_LONLAT;
    if (!known && node != REGION_NONE) {
        *ret_x = region->nodes[node].x;
        *ret_y = region->nodes[node].y;
    }
}

static double distance_km(const struct making *making, double xa, double ya, double xb, double yb) {
    if (making->region->coordinates == REGION_LONLAT)
        return hazard_distance_km(xa, ya, xb, yb);
    return making->definitions->km_per_unit * hypot(xb - xa, yb - ya);
}

/* ---- flood ----------------------------------------------------------------------------------- */

static int flood_scenario(struct making *making, uint32_t h, uint32_t band) {
    const struct hazard_definition *hazard = &making->definitions->hazards[h];
    double from = 1 / hazard->bands[band],
           to = band + 1 < hazard->band_count ? 1 / hazard->bands[band + 1] : 0;
    double years = making->definitions->period_years;
    double probability = catalogue_probability(from, years) - catalogue_probability(to, years);
    /* the level exceeded with the mean of the probabilities at both ends of the band */
    double level = gumbel_level(&hazard->gauge, 2 / (from + to));
    struct catalogue_scenario *scenario,
        made = {
            .hazard = h, .probability = probability, .size_of = CATALOGUE_LEVEL_M, .size = level};
    snprintf(made.id, sizeof made.id, "%s.%.6gy", hazard->id, hazard->bands[band]);
    int error = put_scenario(making, &made, &scenario);
    for (uint32_t i = 0; error == HV_OK && i < hazard->exposure_count; i++) {
        const struct flood_exposure *exposed = &hazard->exposure[i];
        const struct catalogue_hit hit = {.target = exposed->target,
                                          .index = exposed->index,
                                          .intensity = level - exposed->level_m,
                                          .from_h = hazard->warning_h,
                                          .to_h = hazard->warning_h + hazard->lasts_h};
        error = put_hit(making, scenario, &hit);
    }
    return error;
}

/* ---- typhoon --------------------------------------------------------------------------------- */

/* How one member differs from the track. */
struct member {
    const struct typhoon_track *track;
    double off_x, off_y, pressure_hpa;
};

/* Across the line from the first point to the last; in degrees or units of the plane. */
static struct member draw_member(struct making *making, const struct typhoon_track *track) {
    const struct typhoon_point *first = &track->points[0],
                               *last = &track->points[track->point_count - 1];
    struct member member = {.track = track};
    if (track->members < 2)
        return member;
    double across_km = track->cross_km * normal(&making->chance);
    member.pressure_hpa = track->pressure_hpa * normal(&making->chance);
    bool degrees = making->region->coordinates == REGION_LONLAT;
    double unit_y = degrees ? 111.195 : making->definitions->km_per_unit;
    double unit_x = degrees ? unit_y * fmax(0.01, cos(first->y * PI / 180)) : unit_y;
    double along_x = (last->x - first->x) * unit_x, along_y = (last->y - first->y) * unit_y;
    double length = hypot(along_x, along_y);
    if (length > 0) {
        member.off_x = -along_y / length * across_km / unit_x;
        member.off_y = along_x / length * across_km / unit_y;
    } else {
        member.off_x = across_km / unit_x;
    }
    return member;
}

static struct typhoon_point point_at(const struct member *member, double hour) {
    const struct typhoon_track *track = member->track;
    uint32_t i = 0;
    while (i + 2 < track->point_count && track->points[i + 1].hour <= hour)
        i++;
    const struct typhoon_point *a = &track->points[i],
                               *b = &track->points[i + 1 < track->point_count ? i + 1 : i];
    double part = b->hour > a->hour ? fmin(1, (hour - a->hour) / (b->hour - a->hour)) : 0;
    return (struct typhoon_point){
        .hour = hour,
        .x = a->x + part * (b->x - a->x) + member->off_x,
        .y = a->y + part * (b->y - a->y) + member->off_y,
        .pressure_hpa =
            fmax(PRESSURE_LEAST_HPA, a->pressure_hpa + part * (b->pressure_hpa - a->pressure_hpa) +
                                         member->pressure_hpa),
        .rmax_km = a->rmax_km + part * (b->rmax_km - a->rmax_km),
    };
}

/* The greatest wind at a place, and from when to when it is above what harms. */
static struct catalogue_hit blow(const struct making *making, const struct member *member,
                                 enum hazard_target target, uint32_t index, double harms_m_s) {
    const struct hazard_definitions *definitions = making->definitions;
    const struct typhoon_track *track = member->track;
    struct catalogue_hit hit = {.target = target, .index = index, .from_h = INFINITY};
    double x, y, last = track->points[track->point_count - 1].hour;
    place_of(making->region, target, index, &x, &y);
    if (!isfinite(x) || !isfinite(y))
        return hit;
    bool degrees = making->region->coordinates == REGION_LONLAT;
    double first = track->points[0].hour;
    uint32_t steps = (uint32_t)floor((last - first) / TRACK_STEP_H) + 1;
    for (uint32_t step = 0; step < steps; step++) {
        double hour = first + step * TRACK_STEP_H;
        struct typhoon_point at = point_at(member, hour);
        const struct typhoon_eye eye = {at.pressure_hpa, definitions->ambient_hpa, at.rmax_km, 0,
                                        degrees ? at.y : definitions->latitude};
        double wind =
            typhoon_wind(&eye, distance_km(making, at.x, at.y, x, y), definitions->surface_factor);
        hit.intensity = fmax(hit.intensity, wind);
        if (wind < harms_m_s)
            continue;
        hit.from_h = fmin(hit.from_h, hour);
        hit.to_h = hour + TRACK_STEP_H;
    }
    return hit;
}

static int typhoon_scenario(struct making *making, uint32_t h, uint32_t t, uint32_t m) {
    const struct hazard_definition *hazard = &making->definitions->hazards[h];
    const struct typhoon_track *track = &hazard->tracks[t];
    struct member member = draw_member(making, track);
    double least = INFINITY;
    for (uint32_t i = 0; i < track->point_count; i++)
        least = fmin(least, point_at(&member, track->points[i].hour).pressure_hpa);
    double probability =
        catalogue_probability(track->annual_probability, making->definitions->period_years);
    struct catalogue_scenario *scenario, made = {.hazard = h,
                                                 .probability = probability / track->members,
                                                 .size_of = CATALOGUE_PRESSURE_HPA,
                                                 .size = least};
    if (track->members > 1)
        snprintf(made.id, sizeof made.id, "%s.%s.%u", hazard->id, track->id, m + 1);
    else
        snprintf(made.id, sizeof made.id, "%s.%s", hazard->id, track->id);
    int error = put_scenario(making, &made, &scenario);
    for (int target = 0; error == HV_OK && target < HAZARD_TARGETS; target++)
        for (uint32_t i = 0;
             error == HV_OK && i < target_count(making->region, (enum hazard_target)target); i++) {
            struct catalogue_hit hit = blow(making, &member, (enum hazard_target)target, i,
                                            fmax(1, hazard->fragility[target].from));
            if (target == HAZARD_LINK) /* what has fallen on a road lies there */
                hit.to_h += hazard->lasts_h;
            error = put_hit(making, scenario, &hit);
        }
    return error;
}

/* ---- earthquake ------------------------------------------------------------------------------ */

/* How strongly the ground shakes somewhere. */
struct shaking {
    const struct earthquake_source *source;
    const struct earthquake_field *field; /* NULL: the source's */
};

static double shake(const struct making *making, const struct shaking *shaking, double x,
                    double y) {
    const struct earthquake_source *source = shaking->source;
    if (shaking->field != NULL)
        return catalogue_field_intensity(shaking->field, x, y);
    double km = hypot(distance_km(making, source->x, source->y, x, y), source->depth_km);
    return earthquake_intensity(source->magnitude, km);
}

static int earthquake_hits(struct making *making, struct catalogue_scenario *scenario,
                           const struct shaking *shaking) {
    const struct hazard_definition *hazard = &making->definitions->hazards[scenario->hazard];
    int error = HV_OK;
    for (int target = 0; error == HV_OK && target < HAZARD_TARGETS; target++)
        for (uint32_t i = 0;
             error == HV_OK && i < target_count(making->region, (enum hazard_target)target); i++) {
            double x, y;
            place_of(making->region, (enum hazard_target)target, i, &x, &y);
            if (!isfinite(x) || !isfinite(y))
                continue;
            const struct catalogue_hit hit = {.target = (enum hazard_target)target,
                                              .index = i,
                                              .intensity = shake(making, shaking, x, y),
                                              .to_h = hazard->lasts_h};
            error = put_hit(making, scenario, &hit);
        }
    return error;
}

static int source_scenario(struct making *making, uint32_t h, uint32_t s) {
    const struct hazard_definition *hazard = &making->definitions->hazards[h];
    const struct earthquake_source *source = &hazard->sources[s];
    struct catalogue_scenario *scenario,
        made = {.hazard = h,
                .probability = catalogue_probability(source->annual_probability,
                                                     making->definitions->period_years),
                .size_of = CATALOGUE_MAGNITUDE,
                .size = source->magnitude};
    snprintf(made.id, sizeof made.id, "%s.%s.M%.4g", hazard->id, source->id, source->magnitude);
    int error = put_scenario(making, &made, &scenario);
    return error == HV_OK ? earthquake_hits(making, scenario, &(struct shaking){source, NULL})
                          : error;
}

static int field_scenario(struct making *making, uint32_t h, uint32_t f) {
    const struct hazard_definition *hazard = &making->definitions->hazards[h];
    const struct earthquake_field *field = &hazard->fields[f];
    struct catalogue_scenario *scenario,
        made = {.hazard = h,
                .probability = catalogue_probability(field->annual_probability,
                                                     making->definitions->period_years),
                .size_of = CATALOGUE_INTENSITY};
    for (size_t i = 0; i < (size_t)field->columns * field->rows; i++)
        made.size = fmax(made.size, field->mmi[i]);
    snprintf(made.id, sizeof made.id, "%s.%s", hazard->id, field->id);
    int error = put_scenario(making, &made, &scenario);
    return error == HV_OK ? earthquake_hits(making, scenario, &(struct shaking){NULL, field})
                          : error;
}

/* The value of a grid to the left of a place, and how far the place is beyond it; false outside. */
static bool find_step(double offset, double step, uint32_t count, uint32_t *ret_before,
                      double *ret_part) {
    double at = offset / step;
    if (!(at >= 0 && at <= count - 1))
        return false;
    *ret_before = at >= count - 1 ? count - 2 : (uint32_t)at;
    *ret_part = at - *ret_before;
    return true;
}

double catalogue_field_intensity(const struct earthquake_field *field, double x, double y) {
    uint32_t column, row;
    double right, down;
    if (!find_step(x - field->x, field->step_x, field->columns, &column, &right) ||
        !find_step(y - field->y, field->step_y, field->rows, &row, &down))
        return 0;
    const double *at = &field->mmi[(size_t)row * field->columns + column];
    double here = at[0] + right * (at[1] - at[0]);
    double below = at[field->columns] + right * (at[field->columns + 1] - at[field->columns]);
    return here + down * (below - here);
}

/* ---- the whole ------------------------------------------------------------------------------- */

static int make_hazard(struct making *making, uint32_t h) {
    const struct hazard_definition *hazard = &making->definitions->hazards[h];
    int error = HV_OK;
    for (uint32_t i = 0; error == HV_OK && i < hazard->band_count; i++)
        error = flood_scenario(making, h, i);
    for (uint32_t t = 0; error == HV_OK && t < hazard->track_count; t++)
        for (uint32_t m = 0; error == HV_OK && m < hazard->tracks[t].members; m++)
            error = typhoon_scenario(making, h, t, m);
    for (uint32_t s = 0; error == HV_OK && s < hazard->source_count; s++)
        error = source_scenario(making, h, s);
    for (uint32_t f = 0; error == HV_OK && f < hazard->field_count; f++)
        error = field_scenario(making, h, f);
    return error;
}

uint32_t catalogue_find_double(const struct catalogue *catalogue) {
    for (uint32_t s = 1; s < catalogue->scenario_count; s++)
        for (uint32_t before = 0; before < s; before++)
            if (strcmp(catalogue->scenarios[s].id, catalogue->scenarios[before].id) == 0)
                return s;
    return UINT32_MAX;
}

int catalogue_make(const struct region *region, const struct hazard_definitions *definitions,
                   uint64_t seed, struct catalogue *ret_catalogue) {
    struct catalogue catalogue = {0};
    struct making making = {region, definitions, &catalogue, seed};
    struct catalogue_scenario *scenario;
    const struct catalogue_scenario nothing = {
        .id = "nothing", .hazard = UINT32_MAX, .probability = 1};
    int error = put_scenario(&making, &nothing, &scenario);
    for (uint32_t h = 0; error == HV_OK && h < definitions->hazard_count; h++)
        error = make_hazard(&making, h);
    double left = 1;
    for (uint32_t s = 1; error == HV_OK && s < catalogue.scenario_count; s++)
        left -= catalogue.scenarios[s].probability;
    if (error == HV_OK && left < -PROBABILITY_SLACK)
        error = HV_ERR_VALUE;
    if (error == HV_OK) {
        catalogue.scenarios[0].probability = fmax(0, left);
        *ret_catalogue = catalogue;
    } else {
        catalogue_deinit(&catalogue);
    }
    return error;
}
