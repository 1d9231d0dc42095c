#include "coordinator/region/hazard_field.h"

#include <math.h>

#define PI 3.14159265358979323846
#define EARTH_KM 6371.0
#define EARTH_TURN 7.2921e-5 /* rad/s */
#define AIR_KG_PER_M3 1.15

/* Where a return period lies on Gumbel paper. */
static double reduced(double return_years) {
    return -log(-log(1 - 1 / return_years));
}

int gumbel_fit(const double *return_years, const double *level_m, size_t count,
               struct gumbel *ret_gumbel) {
    double x = 0, y = 0, xx = 0, xy = 0;
    for (size_t i = 0; i < count; i++) {
        if (!(return_years[i] > 1) || !isfinite(level_m[i]))
            return HV_ERR_VALUE;
        x += reduced(return_years[i]) / (double)count;
        y += level_m[i] / (double)count;
    }
    for (size_t i = 0; i < count; i++) {
        double off = reduced(return_years[i]) - x;
        xx += off * off;
        xy += off * (level_m[i] - y);
    }
    if (count < 2 || !(xx > 0) || !(xy > 0))
        return HV_ERR_VALUE;
    *ret_gumbel = (struct gumbel){y - xy / xx * x, xy / xx};
    return HV_OK;
}

double gumbel_level(const struct gumbel *gumbel, double return_years) {
    return gumbel->mode_m + gumbel->scale_m * reduced(return_years);
}

double typhoon_wind(const struct typhoon_eye *eye, double distance_km, double surface_factor) {
    double b = eye->b > 0 ? eye->b : 1.5 + (980 - eye->pressure_hpa) / 120;
    double deficit_pa = fmax(0, eye->ambient_hpa - eye->pressure_hpa) * 100;
    double r_m = fmax(distance_km, 0.1) * 1000;
    b = fmin(fmax(b, 1), 2.5);
    double a = pow(eye->rmax_km * 1000 / r_m, b);
    double coriolis = fabs(2 * EARTH_TURN * sin(eye->latitude * PI / 180)) * r_m / 2;
    double gradient = sqrt(b / AIR_KG_PER_M3 * a * exp(-a) * deficit_pa + coriolis * coriolis);
    return surface_factor * (gradient - coriolis);
}

double earthquake_intensity(double magnitude, double hypocentre_km) {
    double near = -0.209 + 2.042 * exp(magnitude - 5);
    double intensity = 2.085 + 1.428 * magnitude - 1.402 * log(hypot(hypocentre_km, near));
    if (hypocentre_km > 50)
        intensity += 0.078 * log(hypocentre_km / 50);
    return fmin(fmax(intensity, 1), 10);
}

double hazard_distance_km(double lon_a, double lat_a, double lon_b, double lat_b) {
    double up = sin((lat_b - lat_a) * PI / 360), along = sin((lon_b - lon_a) * PI / 360);
    double h = up * up + cos(lat_a * PI / 180) * cos(lat_b * PI / 180) * along * along;
    return 2 * EARTH_KM * asin(sqrt(fmin(1, h)));
}
