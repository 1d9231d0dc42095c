/* Ways over a time-expanded forest, arc by arc: each is named by the id it leads into, in the
 * direction of growth, and by how that id names the tail. Part of time_expanded_forest. */
#ifndef TIME_EXPANDED_WAY_H
#define TIME_EXPANDED_WAY_H

#include <stdint.h>

struct time_forest;

/* The arc into `id` from the tail that `code` names: a slot of the node-step, or for a terminal and
 * the hub the tail itself. */
struct time_way_arc {
    int32_t id, code;
};

/* The arc from the parent of a rooted id that is no root. */
struct time_way_arc time_way_from_parent(const struct time_forest *forest, int32_t id);

int32_t time_way_tail(const struct time_forest *forest, struct time_way_arc arc);

/* What the arc costs. */
int32_t time_way_cost(const struct time_forest *forest, struct time_way_arc arc);

/* How many more can go over it; 0 also where the network has no such arc at this step. */
int32_t time_way_room(const struct time_forest *forest, struct time_way_arc arc);

/* Sends people over an arc that has room for them. Where it is one of the forest and full then, its
 * head waits for the repair. */
void time_way_send(struct time_forest *forest, struct time_way_arc arc, int32_t people);

#endif
