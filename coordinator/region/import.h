/* Regions from other people's formats. Each function returns a region that may be saved with
 * region_write, and names every row that it could not take in `faults`: a region comes back even
 * then (HV_OK), so that the caller decides whether rows with faults matter. HV_ERR_VALUE: the file
 * as a whole is unusable; HV_ERR_IO; HV_ERR_LIMIT; HV_ERR_MEMORY. Readers from memory (`…_read`)
 * take the name that faults show. */
#ifndef COORDINATOR_REGION_IMPORT_H
#define COORDINATOR_REGION_IMPORT_H

#include "coordinator/region/region.h"

/* ---- shelters ---------------------------------------------------------------------------------
 */

/* FEMA National Shelter System, a JSON array of objects. EVACUATION_CAPACITY (people who sit a
 * storm out) becomes the capacity by day, POST_IMPACT_CAPACITY (people who sleep) that by night,
 * both indoors; UNK, null and blanks stay unknown; a place at 0/0 is taken from GEOX and GEOY. */
HV_MUST_USE int import_nss(const char *file, struct hv_fault_list *faults,
                           struct region **ret_region);
HV_MUST_USE int import_nss_read(const char *bytes, size_t size, const char *file,
                                struct hv_fault_list *faults, struct region **ret_region);

/* Taiwan's open list of designated shelters (避難收容處所), CSV. */
HV_MUST_USE int import_taiwan(const char *file, struct hv_fault_list *faults,
                              struct region **ret_region);
HV_MUST_USE int import_taiwan_read(const char *bytes, size_t size, const char *file,
                                   struct hv_fault_list *faults, struct region **ret_region);

/* One snapshot of Nanao (nanao.h): its shelters, without the head-counts. */
HV_MUST_USE int import_nanao(const char *file, struct hv_fault_list *faults,
                             struct region **ret_region);

/* ---- roads ------------------------------------------------------------------------------------
 */

struct import_tntp_options {
    const char *net, *nodes, *trips; /* files; trips may be NULL */
    double metres_per_length;        /* see units.h; 0: lengths are not used */
    double seconds_per_time;         /* > 0 */
    double veh_per_h_per_capacity;   /* > 0 */
    bool capacity_per_lane;
    double persons_per_vehicle;          /* > 0 */
    enum region_coordinates coordinates; /* of nodes in TNTP; GeoJSON is always REGION_LONLAT */
};

/* Minutes, miles, vehicles an hour of the link, 2.5 persons, plane coordinates. */
struct import_tntp_options import_tntp_defaults(void);

/* Road network in TNTP format, nodes as TNTP or GeoJSON (told by what is in the file). Nodes below
 * FIRST THRU NODE are not passable. With trips the first NUMBER OF ZONES nodes become zones whose
 * people, by day and night, are the trips from there times the persons a vehicle, age unknown. */
HV_MUST_USE int import_tntp(const struct import_tntp_options *options, struct hv_fault_list *faults,
                            struct region **ret_region);

struct import_text {
    const char *bytes;
    size_t size;
};

/* The same with the three files' content; trips.bytes may be NULL. */
HV_MUST_USE int import_tntp_read(const struct import_tntp_options *options, struct import_text net,
                                 struct import_text nodes, struct import_text trips,
                                 struct hv_fault_list *faults, struct region **ret_region);

struct import_osm_options {
    bool keep_all; /* roads outside the largest strongly connected part too */
};

/* Roads of an OpenStreetMap extract: .osm, .osm.pbf or .osm.gz. Ways that motor vehicles may use
 * are split where they meet; docs/REGIONS.md says what is assumed where tags are silent. Only the
 * largest strongly connected part is kept (a warning counts the rest), unless keep_all. */
HV_MUST_USE int import_osm(const char *file, const struct import_osm_options *options,
                           struct hv_fault_list *faults, struct region **ret_region);

#endif
