/* Words for units and what one of each is inside: metres, seconds, km/h, vehicles an hour. */
#ifndef COORDINATOR_REGION_UNITS_H
#define COORDINATOR_REGION_UNITS_H

enum units_quantity { UNITS_LENGTH, UNITS_TIME, UNITS_SPEED, UNITS_CAPACITY, UNITS_QUANTITIES };

/* Factor of a unit's word ("mi", "min", "mph", "veh/h"); 0 where it is no such word. */
double units_factor(enum units_quantity quantity, const char *word);

/* "m, km, ft or mi": the words of a quantity, for faults and help. Static. */
const char *units_words(enum units_quantity quantity);

#endif
