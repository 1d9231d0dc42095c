/* An allocation and the fleet that is to bring it, in rounds. */
#ifndef HV_OPTIMIZER_ALLOCATION_CARRIED_H
#define HV_OPTIMIZER_ALLOCATION_CARRIED_H

#include "coordinator/optimizer/allocation.h"
#include "coordinator/optimizer/allocation_fleet.h"

struct allocation_carried {
    struct allocation_plan plan;
    struct fleet_plan fleet;
    uint32_t rounds;   /* that left less behind; 0: the plan is the one that was given */
    double first_cost; /* of the plan that was given */
    double lack;       /* Σ shortage cost · priority of what no vehicle brings */
    bool keeps_floor;  /* sends each need the share that fairness gave it; true without maxmin */
};

/* Schedules the deliveries of `task`, whose plan is one of allocation_solve(), and gives what no
 * vehicle brings back to the allocation, with the limit that stopped it: a depot without vehicles,
 * or whose vehicles have no more time, loads no more than they took; a lane that they cannot drive
 * is shut; an item that none of them can carry stays. At most four rounds, as long as shortage,
 * transport and what is left behind cost less; with maxmin as long as the fill rates of what is
 * delivered grow, the least first. What nobody can bring after all is sent as it was at first, for
 * somebody may find a vehicle.
 *
 * A local search. Its lower bound is that of the plan that was given, which no plan undercuts,
 * however it is carried; where fairness asked for shares that the new plan does not keep, that of
 * plans which need not.
 *
 * `packs`: plans are rounded to whole packs of task->pack, as the given one was. `options` may be
 * NULL. The caller deinits the result. Errors: those of fleet_schedule() and allocation_solve(). */
HV_MUST_USE int allocation_carry(const struct fleet_task *task, bool packs,
                                 const struct allocation_options *options,
                                 struct allocation_carried *ret_carried);
void allocation_carried_deinit(struct allocation_carried *carried);

#endif
