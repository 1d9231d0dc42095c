/* Distances on the earth. */
#ifndef COORDINATOR_REGION_EARTH_H
#define COORDINATOR_REGION_EARTH_H

#define EARTH_RADIUS_M 6371008.8
#define EARTH_DEGREE (3.14159265358979323846 / 180)

/* Along a great circle of a sphere, in metres (haversine); degrees. */
double earth_distance_m(double lon_a, double lat_a, double lon_b, double lat_b);

#endif
