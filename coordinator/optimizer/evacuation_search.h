/* The exact search for one horizon: the inside of evacuation_flow.h. */
#ifndef EVACUATION_SEARCH_H
#define EVACUATION_SEARCH_H

#include "coordinator/optimizer/evacuation_flow.h"

struct evacuation_search {
    const struct evacuation_options *options;
    int64_t unserved_cost; /* M of the prices, no less than the instance's own */
    int64_t work_before;   /* work done before, which counts for work_max */
    bool is_part;          /* the instance is the beginning of a longer horizon */
    bool has_known;        /* there is a plan already, of this value and with this bound */
    struct evacuation_value known, known_bound;
};

/* Solves a checked instance. Where it is stopped before there is a flow and a plan is known,
 * `*ret_plan` stays all zeros and `*ret_stopped` is true. The bound is one of the instance, whose
 * horizon may be a part only. Returns as evacuation_flow_solve does. */
HV_MUST_USE int evacuation_search_run(const struct evacuation_instance *instance,
                                      const struct evacuation_search *search, bool *ret_stopped,
                                      struct evacuation_plan *ret_plan);

#endif
