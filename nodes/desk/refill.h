/* A form that was refused, filled in again with what had been entered, for browsers that run no
 * script: they show a new page, and nobody types what stood on the old one twice. It reads the
 * markup that the desk itself has written, in which every value is escaped and in double quotes. */
#ifndef NODES_DESK_REFILL_H
#define NODES_DESK_REFILL_H

#include "nodes/desk/fields.h"
#include "nodes/desk/html.h"

/* The id of the form that was filled in again. */
#define REFILL_ID "refused"

/* Of several forms of one name it is the one that holds the same hidden values as were entered, and
 * asks for something that was. Opens what it is folded into. False, and `page` is as it was: there
 * is no such form. */
bool refill(struct html *page, const char *form, const struct fields *entered);

#endif
