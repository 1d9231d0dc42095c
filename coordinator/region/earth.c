#include "coordinator/region/earth.h"

#include <math.h>

double earth_distance_m(double lon_a, double lat_a, double lon_b, double lat_b) {
    double a = lat_a * EARTH_DEGREE, b = lat_b * EARTH_DEGREE;
    double dlat = b - a, dlon = (lon_b - lon_a) * EARTH_DEGREE;
    double h = sin(dlat / 2) * sin(dlat / 2) + cos(a) * cos(b) * sin(dlon / 2) * sin(dlon / 2);
    return 2 * EARTH_RADIUS_M * asin(fmin(1, sqrt(h)));
}
