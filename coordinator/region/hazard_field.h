/* How hard a hazard strikes: the level of a river by return period, the wind of a typhoon, the
 * intensity of an earthquake. Pure formulas; each with its source. */
#ifndef COORDINATOR_REGION_HAZARD_FIELD_H
#define COORDINATOR_REGION_HAZARD_FIELD_H

#include "schemas/error.h"

#include <stddef.h>

/* Annual maxima of a gauge, distributed after Gumbel (1941, Annals of Mathematical Statistics
 * 12:163-190): P(level <= x) = exp(-exp(-(x - mode_m) / scale_m)). */
struct gumbel {
    double mode_m, scale_m;
};

/* The line through (return period in years, level in m) on Gumbel paper by least squares; exact for
 * two. HV_ERR_VALUE where there are fewer than two, a return period is not above 1 year, or levels
 * do not rise with it. */
HV_MUST_USE int gumbel_fit(const double *return_years, const double *level_m, size_t count,
                           struct gumbel *ret_gumbel);
double gumbel_level(const struct gumbel *gumbel, double return_years);

/* A typhoon at one moment. */
struct typhoon_eye {
    double pressure_hpa; /* central */
    double ambient_hpa;  /* far away */
    double rmax_km;      /* radius of the greatest wind */
    double b;        /* shape, 1 to 2.5; 0: 1.5 + (980 - pressure) / 120 (Hubbert and others 1991,
                        Weather and Forecasting 6:86-97) */
    double latitude; /* degrees; 0: no Coriolis force */
};

/* Sustained wind in m/s at a distance: the gradient wind of Holland (1980, Monthly Weather Review
 * 108:1212-1218, equation 5) times `surface_factor`. */
double typhoon_wind(const struct typhoon_eye *eye, double distance_km, double surface_factor);

/* Modified Mercalli intensity (1 to 10) by moment magnitude and distance to the hypocentre (Allen,
 * Wald and Worden 2012, Journal of Seismology 16:409-433, for active crust, without site terms). */
double earthquake_intensity(double magnitude, double hypocentre_km);

/* Great-circle distance (haversine, Earth of 6371 km) of two places in degrees. */
double hazard_distance_km(double lon_a, double lat_a, double lon_b, double lat_b);

#endif
