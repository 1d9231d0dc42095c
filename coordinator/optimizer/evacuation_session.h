/* An evacuation problem that changes, solved again from where it was.
 *
 * A session keeps the instance, the time-expanded network with its flow, and the labels that prove
 * it. Roads that close, lose capacity or open again, shelters that fill, open later or give way,
 * and people who are more or fewer are told to it; the next solve sends only what
 * those changes leave unbalanced along shortest residual ways (time_expanded_circulation). The plan
 * has the same value as one made from scratch, with its own certificate; among plans of equal value
 * it may be another. The first solve, and one whose labels no longer prove its flow, is made from
 * scratch.
 *
 * Nodes, travel times and the horizon are fixed: where they change, make a new session. No clock
 * and no input or output: limits are counted work, and the progress callback may stop it. Used by
 * one thread. */
#ifndef EVACUATION_SESSION_H
#define EVACUATION_SESSION_H

#include "coordinator/optimizer/evacuation_flow.h"

struct evacuation_session;

struct evacuation_session_count {
    int64_t warm, cold; /* solves by kind */
    int64_t lost;       /* of the cold ones, those whose labels no longer proved the flow, */
    int64_t given_up;   /* and those whose repair took, or was foreseen to take, more than half the
                           work of the last cold one */
};

/* Makes a session of an instance, which is checked and copied. Returns HV_OK, what
 * evacuation_instance_check finds, HV_ERR_MEMORY, or HV_ERR_LIMIT where shelters times steps pass
 * what labels can tell apart, or node-steps EVACUATION_NODE_STEPS_MAX: solve it from scratch. */
HV_MUST_USE int evacuation_session_new(const struct evacuation_instance *instance,
                                       struct evacuation_session **ret_session);
void evacuation_session_free(struct evacuation_session *session);

/* The instance as it stands, valid until the next change. */
const struct evacuation_instance *
evacuation_session_instance(const struct evacuation_session *session);

/* Replaces a link's capacity, changes and closure; its ends and its travel time must be what they
 * were. The changes are copied. Returns HV_OK, HV_ERR_VALUE or HV_ERR_MEMORY; the session is
 * unchanged on failure. Linear in the entry steps of the link. */
HV_MUST_USE int evacuation_session_set_link(struct evacuation_session *session, size_t link,
                                            const struct evacuation_link *changed);

/* Replaces a zone's people and the steps at which they may leave; its node must be what it was.
 * Returns HV_OK, HV_ERR_VALUE, or HV_ERR_OVERFLOW where people no longer add up. */
HV_MUST_USE int evacuation_session_set_zone(struct evacuation_session *session, size_t zone,
                                            const struct evacuation_zone *changed);

/* Replaces a shelter's places and opening; its node must be what it was. A shelter that has people
 * in it already has so many places fewer. Returns HV_OK or HV_ERR_VALUE. */
HV_MUST_USE int evacuation_session_set_shelter(struct evacuation_session *session, size_t shelter,
                                               const struct evacuation_shelter *changed);

/* Solves the instance as it stands. As evacuation_flow_solve, with which it shares options (`gap`
 * counts only where it is made from scratch); a warm solve that is stopped gives what of its flow
 * holds, with a proven bound, and goes on from there the next time. */
HV_MUST_USE int evacuation_session_solve(struct evacuation_session *session,
                                         const struct evacuation_options *options,
                                         struct evacuation_plan *ret_plan);

struct evacuation_session_count evacuation_session_count(const struct evacuation_session *session);

#endif
