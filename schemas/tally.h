/* How movements change a head-count or a stock: node and coordinator must agree to the digit.
 *
 * Totals matter most. What a movement takes from a group that has too few is taken from people of
 * unknown age first, then from adults, elderly, children, infants; only what the whole total lacks
 * is a shortfall. Overlays are held between 0 and the total, pets at 0 or more. */
#ifndef HV_SCHEMAS_TALLY_H
#define HV_SCHEMAS_TALLY_H

#include "schemas/model.h"

/* now += sign x people. Returns the shortfall: people (0 or more) that should have gone but were
 * not there. Every figure saturates at HV_PEOPLE_MAX. */
int64_t hv_tally_move(struct hv_people *now, const struct hv_people *people, int sign);

/* The sign of a movement: 1 check-in, transfer in, correction; -1 check-out, transfer out. */
int hv_tally_sign(enum hv_movement_kind kind);

/* What a stock movement does to the stock of its place: 1 receive and adjust up; 0 what stays there
 * (pick, put back, load); -1 everything else. What is unpacked goes (-1); what comes out of it is
 * added beside. */
int hv_stock_sign(enum hv_stock_movement_kind kind);

#endif
