/* A search forest over a time-expanded network that survives augmentations: the engine of an exact
 * minimum-cost flow by rising cost (primal-dual; Ahuja, Magnanti and Orlin 1993, section 9.8), with
 * the trees kept and repaired instead of grown anew (in the manner of Boykov and Kolmogorov 2004).
 *
 * Roots are the start terminals that have something left. Every node-step has a label, a lower
 * bound on the cost of the cheapest way to it from a root. In the forest the label is exact and
 * constant; outside it rises with the clock, so what is kept there is `clock - label`. The reduced
 * cost of an arc with room is cost + label(tail) - label(head) ≥ 0, and the forest grows over arcs
 * where it is 0. When no more can grow, the clock goes on by one step; a node outside that has an
 * arc from the forest has an event in the calendar no later than when that arc's reduced cost falls
 * to 0.
 *
 * Heights order the repair and need not be exact: any parent in the forest with a reduced cost of 0
 * is as good as another. Growth is lazy: it stops as soon as a goal with something left is reached.
 *
 * In a circulation (time_expanded_circulation.h) the roots are whatever ids have people too many,
 * the goals those that have too few, and labels are at first those that are known from before. Used
 * by one thread. */
#ifndef TIME_EXPANDED_FOREST_H
#define TIME_EXPANDED_FOREST_H

#include "coordinator/optimizer/time_expanded_calendar.h"
#include "coordinator/optimizer/time_expanded_echo.h"
#include "coordinator/optimizer/time_expanded_network.h"

#define TIME_CLOCK_MAX (1 << 28)

/* absent: not yet within reach of the clock; outside; rooted: in the forest; cut: lost its parent,
 * during a repair only. */
enum time_state { TIME_ABSENT, TIME_OUTSIDE, TIME_ROOTED, TIME_CUT };

#define TIME_PARENT_ROOT 255u     /* a start terminal that is a root itself */
#define TIME_PARENT_TERMINAL 254u /* the parent of a terminal is a node-step, kept apart */

/* First in, first out lists of ids by rank; an id is in at most one list of a queue. Ranks are an
 * order of preference only: what is past the last rank goes there. */
#define TIME_RANKS 4096
struct time_queue {
    size_t next_offset; /* of the link to the next id within a branch */
    int32_t heads[TIME_RANKS], tails[TIME_RANKS];
    uint64_t ranks[TIME_RANKS / 64]; /* a bit for each rank that holds anything */
    uint64_t words;                  /* a bit for each of these words that is not 0 */
    size_t lowest;                   /* the rank of what was taken last */
};

/* A list that grows. */
struct time_list {
    int32_t *items;
    size_t count, capacity;
};

/* An arc into a node-step or terminal that may become its parent. */
struct time_parent {
    int32_t id;
    int32_t height;
    int32_t code;
};

/* The rest of what the forest knows of an id, in one place: whoever needs a part mostly needs all.
 */
struct time_branch {
    int32_t height; /* when rooted; time of the next event when outside */
    int32_t stamp; /* what the current repair knows about its way to a root; when cut, the next that
                      is */
    int32_t next_growing; /* the next that waits to grow */
    uint32_t children;    /* of a node-step: slots that lead to its children */
    uint8_t parent;       /* slot that leads to the parent, or TIME_PARENT_... */
    bool queued;          /* waits to grow */
};

/* The way of an id to a goal (time_expanded_guide.h). */
struct time_guide {
    int32_t next;   /* the id to which it goes on, or below 0 */
    int32_t cost;   /* from the id to a goal, while time_raise works it out, else INT32_MAX */
    uint16_t links; /* that the way has, or had */
    uint8_t code;   /* how `next`, where it is a node-step, names this id */
};

struct time_forest {
    struct time_network *network; /* borrowed; its flows change */
    int32_t clock;
    size_t id_count;
    uint32_t *hot; /* by id: label or clock - label, and state: what a scan looks at */
    struct time_branch *branches; /* by id */
    int32_t *terminal_parent;     /* by terminal, and of the hub */
    int64_t
        *balance; /* by id, in a circulation: people to send on, or below 0 to take in; else NULL
                   */
    struct time_guide *guide; /* by id, in a circulation: its way to a goal, or NULL */
    struct time_list goals;   /* in a circulation: ids that had too few people at first */
    int64_t guide_old_at;     /* work at which it is worth renewing */
    struct time_queue growing, cutting;
    struct time_calendar calendar;
    struct time_echo echo; /* not in a circulation, whose paths have not all the same cost */
    int32_t *reached;      /* ids of the forest that are goals with something left, or in a
                              circulation have a way to one */
    size_t reached_count, reached_capacity;
    struct time_parent *offers; /* scratch of a repair: parents that one id may take */
    struct time_list restored, lost, events, wake; /* scratch of a repair: ids with a way again, ids
                                                      without, the time of their next event, ids
                                                      that may take them in again; the first two
 also of time_raise */
    int32_t good_stamp, bad_stamp;
    int error;            /* the first failure in growth or repair, else HV_OK */
    int64_t served, cost; /* people moved, and the sum of their arrival steps */
    int64_t work;         /* scans of a node-step or terminal */
    int64_t work_pause;   /* growth comes back for a look at the limits at this much work */
    int64_t augmentations;
};

/* Returns HV_OK or HV_ERR_MEMORY. The network must be without flow and outlive the forest. */
HV_MUST_USE int time_forest_new(struct time_network *network, struct time_forest **ret_forest);

/* A forest for a circulation, without any root yet: all balances and labels are 0, the flow is what
 * the network has. Returns HV_OK or HV_ERR_MEMORY. */
HV_MUST_USE int time_forest_new_circular(struct time_network *network,
                                         struct time_forest **ret_forest);
void time_forest_free(struct time_forest *forest);

/* Forgets who waits to grow, who was reached, and every event. */
void time_forest_clear_queues(struct time_forest *forest);

/* The search is over: gives back all memory but what labels are read from. */
void time_forest_finish(struct time_forest *forest);

/* Begins the step of the clock: brings in the node-steps that come into reach, sends people along
 * the paths of the step before where they have room (time_expanded_echo.h), and carries out what
 * the calendar holds for it. Returns HV_OK, HV_ERR_MEMORY, or HV_ERR_LIMIT past TIME_CLOCK_MAX. */
HV_MUST_USE int time_forest_begin(struct time_forest *forest, int32_t clock);

/* Grows until a goal with something left is reached (reached_count > 0), nothing more can grow, or
 * work comes to work_pause; in the last case it is to be called again. */
HV_MUST_USE int time_forest_grow(struct time_forest *forest);

/* Sends people along the tree paths to the goals that were reached and repairs the forest. */
HV_MUST_USE int time_forest_augment(struct time_forest *forest);

/* Label of a node-step or terminal with the clock at `clock`. */
int32_t time_forest_label(const struct time_forest *forest, int32_t id, int32_t clock);

bool time_forest_is_rooted(const struct time_forest *forest, int32_t id);

#endif
