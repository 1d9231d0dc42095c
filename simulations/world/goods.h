/* Goods of an exercise: what is on the road between depots and shelters, and what people use up.
 *
 * Pure, in base units of items. A consignment leaves, travels and arrives, part of it damaged;
 * needs grow with people and time and are met from what is handed out. What a person needs a day is
 * stated in thousandths of a base unit, and remainders are carried on, so that no step size loses
 * anything. */
#ifndef SIMULATIONS_WORLD_GOODS_H
#define SIMULATIONS_WORLD_GOODS_H

#include "schemas/error.h"
#include "schemas/model.h"
#include "simulations/dice.h"

#include <stddef.h>

struct goods_line {
    uint32_t item;
    uint64_t quantity;
    uint64_t damaged; /* of the quantity, found on arrival */
};

struct goods_consignment {
    char waybill[48];
    uint32_t from, to; /* numbers of places, the caller's */
    uint64_t arrives_ms;
    size_t line_count;
    struct goods_line lines[16];
};

/* Consignments under way; zero-initialised. */
struct goods_road {
    struct goods_consignment *list; /* owned */
    size_t count, room;
};

void goods_road_deinit(struct goods_road *road);
int goods_send(struct goods_road *road, const struct goods_consignment *consignment) HV_MUST_USE;

/* Takes out one that has arrived by now, the earliest first; false: none has. About so many of a
 * thousand base units are damaged. */
bool goods_receive(struct goods_road *road, uint64_t now_ms, unsigned damaged_permille,
                   struct dice *dice, struct goods_consignment *ret_consignment);

/* What one shelter needs of one item. */
struct goods_need {
    uint64_t daily_milli; /* a person and day */
    uint64_t once_milli;  /* a person on arrival */
    uint64_t carried;     /* thousandths × milliseconds not yet due */
    uint64_t due;         /* base units needed and not handed out */
    uint64_t needed, met; /* base units in all */
};

/* People were here for so long, and so many came. */
void goods_need_grow(struct goods_need *need, int64_t people, uint64_t for_ms, int64_t came);

/* Hands out what is due, as far as `there` reaches; returns how much. What stays due longer than
 * the caller thinks it can be made up for is given up with goods_need_forgo. */
uint64_t goods_need_meet(struct goods_need *need, uint64_t there);
void goods_need_forgo(struct goods_need *need);

#endif
