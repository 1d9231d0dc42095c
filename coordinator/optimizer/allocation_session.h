/* An allocation session: built once from an instance, changed as the picture changes, solved again
 * from where it was.
 *
 *     allocation_session_new(&instance, &session);
 *     allocation_session_solve(session, NULL);               cold
 *     allocation_session_set_need(session, 7, 2, 400);       a request came in
 *     allocation_session_set_lane_open(session, 88, false);  a road is closed
 *     allocation_session_solve(session, NULL);               warm
 *     allocation_session_read(session, &plan);
 *
 * One minimum-cost flow in m³, since by volume a lane costs the same whatever it carries
 * (docs/optimizer/ALLOCATION.md): each need is a supply of requests, which go to depots by lanes or
 * stay unmet. Volumes are counted in whole quanta, a binary fraction of a m³ of which all needs
 * together have about 2^45; the plan is exact in quanta, and its objective and bound are added up
 * from the figures of the instance, so that what the quanta cost, if anything, stands between them.
 *
 * Limits of lanes, which bind items together, are not the session's: it does not read
 * lane.capacity_m3, nor maxmin; allocation_solve() does.
 *
 * A session copies the instance, is used by one thread at a time, reads no clock, and is
 * deterministic. */
#ifndef HV_OPTIMIZER_ALLOCATION_SESSION_H
#define HV_OPTIMIZER_ALLOCATION_SESSION_H

#include "coordinator/optimizer/allocation_plan.h"
#include "coordinator/optimizer/mincostflow.h"

struct allocation_session;

/* Errors: those of allocation_instance_check(); HV_ERR_MEMORY. */
HV_MUST_USE int allocation_session_new(const struct allocation_instance *instance,
                                       struct allocation_session **ret_session);
void allocation_session_free(struct allocation_session *session);

/* The instance as the changes have left it: what is closed has no stock or is not in use. Valid
 * until the next change. */
const struct allocation_instance *
allocation_session_instance(const struct allocation_session *session);

/* Changes. HV_ERR_VALUE: no such number, or a figure out of range; then nothing has changed.
 * HV_ERR_MEMORY. */
HV_MUST_USE int allocation_session_set_need(struct allocation_session *session, uint32_t shelter,
                                            uint32_t item, double quantity);
HV_MUST_USE int allocation_session_set_stock(struct allocation_session *session, uint32_t depot,
                                             uint32_t item, double quantity);
HV_MUST_USE int allocation_session_set_reserve(struct allocation_session *session, uint32_t depot,
                                               uint32_t item, double quantity);
HV_MUST_USE int allocation_session_set_dispatch(struct allocation_session *session, uint32_t depot,
                                                double dispatch_m3);
HV_MUST_USE int allocation_session_set_receive(struct allocation_session *session, uint32_t shelter,
                                               double receive_m3);
HV_MUST_USE int allocation_session_set_priority(struct allocation_session *session,
                                                uint32_t shelter, double priority);
HV_MUST_USE int allocation_session_set_lane_cost(struct allocation_session *session, uint32_t lane,
                                                 double cost_per_m3);
HV_MUST_USE int allocation_session_set_lane_open(struct allocation_session *session, uint32_t lane,
                                                 bool open);
/* The session's own flow does not keep it: for allocation_joint_solve(). */
HV_MUST_USE int allocation_session_set_lane_capacity(struct allocation_session *session,
                                                     uint32_t lane, double capacity_m3);
HV_MUST_USE int allocation_session_set_depot_open(struct allocation_session *session,
                                                  uint32_t depot, bool open);

/* Finds the fill rates that are leximin with the present figures, and from now on sends at least
 * what they ask for: the least cost among the fairest. A change leaves that as it is; call it again
 * where fairness is to be of the new figures, or a solve may give HV_ERR_VALUE because what was
 * fair is no longer possible. The limits' callback, which may be NULL, is called with the number of
 * levels found. HV_ERR_STOPPED, HV_ERR_MEMORY, HV_ERR_OVERFLOW; then nothing has changed. */
HV_MUST_USE int allocation_session_make_fair(struct allocation_session *session,
                                             const struct mincostflow_limits *limits);

/* Solves from the last basis. HV_ERR_STOPPED where the limits (NULL: none) ended it: solve again to
 * go on; HV_ERR_VALUE where what was fair is no longer possible. HV_ERR_MEMORY, HV_ERR_OVERFLOW. */
HV_MUST_USE int allocation_session_solve(struct allocation_session *session,
                                         const struct mincostflow_limits *limits);

/* The plan of the last solve, with prices and bound; HV_ERR_STATE before one, or after a change
 * since. HV_ERR_MEMORY. The caller deinits the plan. */
HV_MUST_USE int allocation_session_read(const struct allocation_session *session,
                                        struct allocation_plan *ret_plan);

/* Shipments and prices alone, without sums and proof, also of a solve that was stopped: then what
 * is sent keeps to stock and room, but may be more than a need, and the prices prove little.
 * Nothing is sent where nothing was ever solved. HV_ERR_MEMORY. The caller deinits the plan. */
HV_MUST_USE int allocation_session_read_flow(const struct allocation_session *session,
                                             struct allocation_plan *ret_plan);

uint64_t allocation_session_pivots(const struct allocation_session *session);

#endif
