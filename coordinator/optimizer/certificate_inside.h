/* The inside of the certificate, for the certificate*.c files only. */
#ifndef HV_OPTIMIZER_CERTIFICATE_INSIDE_H
#define HV_OPTIMIZER_CERTIFICATE_INSIDE_H

#include "coordinator/optimizer/certificate.h"

/* A check at work. Functions that find fault set `verdict`, once; those that can fail return an
 * error. */
struct certificate_check {
    const struct instance *instance;
    const struct certificate_decisions *decisions;
    const struct plan *plan;
    int64_t *travel_ms; /* zones and then depots × shelters; NETWORK_UNREACHABLE */
    enum certificate_verdict verdict;
};

/* ---- certificate_reading.c: the instance, read anew ---- */

/* The first fault found stays. */
void certificate_fault(struct certificate_check *check, bool fault,
                       enum certificate_verdict verdict);
/* For a count of 0 too; NULL: no memory. */
void *certificate_zeroed(size_t count, size_t bytes);
/* Of zones, then depots, by shelters. */
size_t certificate_pair(const struct certificate_check *check, uint32_t row, uint32_t shelter);
int64_t certificate_zone_travel(const struct certificate_check *check, uint32_t zone,
                                uint32_t shelter);
int64_t certificate_depot_travel(const struct certificate_check *check, uint32_t depot,
                                 uint32_t shelter);
int64_t certificate_zone_arrival(const struct certificate_check *check, uint32_t zone,
                                 uint32_t shelter);
bool certificate_zone_pinned(const struct certificate_check *check, uint32_t zone);
bool certificate_shelter_takes(const struct certificate_check *check, uint32_t shelter);
bool certificate_zone_may_use(const struct certificate_check *check, uint32_t zone,
                              uint32_t shelter, bool zone_pinned);
bool certificate_depot_may_serve(const struct certificate_check *check, uint32_t depot,
                                 uint32_t shelter);
int64_t certificate_in_force(const struct certificate_check *check, uint32_t zone, uint32_t shelter,
                             uint32_t class);
int64_t certificate_free_stock(const struct certificate_check *check, uint32_t depot,
                               uint32_t item);

/* Fills in travel_ms, which the check owns, by an algorithm that the planner does not use. O(links
 * x nodes) for each zone and depot at worst. HV_ERR_MEMORY. */
HV_MUST_USE int certificate_find_travel(struct certificate_check *check);

/* ---- certificate_proof.c: what the plan is worth and what no plan can beat ---- */
void certificate_objective(struct certificate_check *check);
HV_MUST_USE int certificate_goods_cost(struct certificate_check *check);
void certificate_people_bound(struct certificate_check *check);
HV_MUST_USE int certificate_goods_bound(struct certificate_check *check);

#endif
