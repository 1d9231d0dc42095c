/* A minimum-cost circulation on a time-expanded network that goes on from the flow and the labels
 * that it has.
 *
 * The hub closes the circle: an arc hub → start terminal for each person or place matched there,
 * goal → hub likewise, and a person served earns unserved_cost. Whoever changes a capacity, a
 * figure or a window calls the matching `settle`: it makes the arc keep its capacity and agree with
 * the labels (full where the reduced cost is below 0, empty where it is above), and what that
 * leaves unbalanced at the arc's two ends is kept as balance. time_circulation_solve sends the
 * balances along shortest residual ways, with the forest of time_expanded_forest, until there are
 * none; then the flow is optimal again and the labels prove it (Ahuja, Magnanti and Orlin 1993, 9.8
 * and 9.11). Used by one thread. */
#ifndef TIME_EXPANDED_CIRCULATION_H
#define TIME_EXPANDED_CIRCULATION_H

#include "coordinator/optimizer/time_expanded_forest.h"

/* Labels beyond it are not gone on from. */
#define TIME_LABEL_MAX (1 << 27)

struct time_circulation {
    struct time_network *network; /* owned */
    struct time_forest *forest;
    uint8_t *tail_slot; /* by arc: its slot where growth comes from */
    int32_t *arc_of;    /* by link of the instance: its arc, or -1 */
    int32_t unserved_cost;
};

/* Asked now and then by counted work; a result other than 0 stops. */
typedef int time_circulation_watch(void *context, int64_t work);

/* Takes over a network without flow, also on failure. `unserved_cost` is to be more than any path
 * can save. All labels are 0. Returns HV_OK or HV_ERR_MEMORY. */
HV_MUST_USE int time_circulation_new(struct time_network *network, int32_t unserved_cost,
                                     struct time_circulation **ret_circulation);
void time_circulation_free(struct time_circulation *circulation);

/* Puts people on a link at an entry step without looking at balances, or takes them away. */
void time_circulation_load(struct time_circulation *circulation, int32_t arc, int32_t step,
                           int32_t people);

/* The same for a terminal: people who leave a zone or arrive at a shelter at a step. */
void time_circulation_load_terminal(struct time_circulation *circulation, size_t terminal,
                                    int32_t step, int32_t people);

/* What being at an id still costs: arrival steps, and unserved_cost for being left. A terminal's
 * follows from its node-steps by time_circulation_settle_window. */
int32_t time_circulation_price(const struct time_circulation *circulation, int32_t id);
void time_circulation_set_price(struct time_circulation *circulation, int32_t id, int32_t price);

/* After a change of a link's capacity: its entry steps from `first` to `last`. */
void time_circulation_settle_arc(struct time_circulation *circulation, int32_t arc, int32_t first,
                                 int32_t last);

/* After a change of a terminal's total. */
void time_circulation_settle_total(struct time_circulation *circulation, size_t terminal,
                                   int32_t total);

/* After a change of open_first or open_last of a terminal, or of prices around it. */
void time_circulation_settle_window(struct time_circulation *circulation, size_t terminal);

/* How many people time_circulation_solve has to send. Linear in node-steps. */
int64_t time_circulation_unbalanced(const struct time_circulation *circulation);

/* Sends all balances. `*ret_stopped` tells whether it was stopped before, by the watch (which may
 * be NULL) or at work_max scans (0 for no limit); it then goes on where it was when called again,
 * after whatever changes. Returns HV_OK, HV_ERR_MEMORY, or HV_ERR_LIMIT where labels have drifted
 * out of range: the circulation is then of no more use. */
HV_MUST_USE int time_circulation_solve(struct time_circulation *circulation,
                                       time_circulation_watch *watch, void *context,
                                       int64_t work_max, bool *ret_stopped);

#endif
