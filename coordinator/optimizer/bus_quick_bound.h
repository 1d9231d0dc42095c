/* What no bus plan can beat, in a thousandth of the time that bus_bound.h takes, and less tight.
 *
 * Seats and places for wheelchairs are looked at one after the other, each as if the other were
 * endless. With the k-th earliest arrival a(k) of any plan,
 *
 *   a(k) ≥ the k-th smallest of what each person could reach alone;
 *   a(k) ≥ the earliest time by which the buses, each with its first run and then the quickest
 *          round again and again, always full, have carried k;
 *   a(k) ≥ the earliest time by which all buses together can have done the work for the k people
 *          whose rounds are the quickest: a run that brings anybody from a point takes at least the
 *          way to it, stops and the way to the nearest shelter, and what each person needs to board
 *          and alight; so of the time of a bus with S places each needs round/S and that.
 *
 * And for the sum, for people arrive at the end of a run and not as its time passes: an arrival is
 * the middle of a run and half of how long it takes, and the middles are no earlier than if all
 * buses worked together on one person after the other, the quickest first (mean busy times: Goemans
 * 1997; on machines that are alike, Eastman, Even and Isaacs 1964).
 *
 * Who cannot be among those until the horizon, or whose point no bus leaves in time often enough,
 * stays. Places of shelters and who else is on the bus are left out, which only adds plans. */
#ifndef BUS_QUICK_BOUND_H
#define BUS_QUICK_BOUND_H

#include "coordinator/optimizer/bus_plan.h"

/* `unserved`: of the plan that is to be judged; where the bound has as many, its arrivals are those
 * of all plans that leave so many, else 0. Ways may be longer than detours, not shorter than the
 * truth. Returns HV_OK or HV_ERR_MEMORY. O(points · (shelters + fleets) + n log n) in people, who
 * are taken in groups where they are more than a million. */
HV_MUST_USE int bus_quick_bound(const struct bus_instance *instance, int64_t unserved,
                                struct bus_value *ret_bound);

#endif
