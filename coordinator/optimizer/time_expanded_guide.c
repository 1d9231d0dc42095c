#include "coordinator/optimizer/time_expanded_guide.h"

#include "coordinator/optimizer/time_expanded_scan.h"

#include <stdlib.h>

#define OLD_AFTER 3   /* times the work of renewing */
#define ARCS_A_SCAN 8 /* arcs of a way that take about as long to look at as a scan */

void time_guide_point(struct time_forest *forest, int32_t id, int32_t next, int32_t code,
                      uint16_t links) {
    struct time_guide *guide = &forest->guide[id];
    guide->next = next;
    guide->links = links;
    guide->code = (uint8_t)(is_terminal(forest, next) ? 0 : code);
}

/* ---- working ways out ------------------------------------------------------------------------ */

struct spreading {
    struct time_guide *guide;
    int32_t *found; /* ids in order of their distance */
    size_t count;
    int32_t id, label; /* of what is looked at */
    uint16_t links;    /* of a way that goes on from there */
};

TIME_INLINE void spread_over(struct time_forest *forest, struct time_visit visit, void *context) {
    struct spreading *spreading = context;
    struct time_guide *guide = &spreading->guide[visit.id];
    if (guide->links != TIME_GUIDE_FAR)
        return;
    const int32_t label = time_forest_label(forest, visit.id, forest->clock);
    if (visit.cost + label != spreading->label)
        return;
    time_guide_point(forest, visit.id, spreading->id, visit.code, spreading->links);
    spreading->found[spreading->count++] = visit.id;
}

static void spread(struct time_forest *forest, struct spreading *spreading) {
    for (size_t id = 0; id < forest->id_count; id++) {
        spreading->guide[id] = (struct time_guide){
            .next = TIME_GUIDE_NONE, .cost = INT32_MAX, .links = TIME_GUIDE_FAR};
        if (forest->balance[id] >= 0)
            continue;
        spreading->guide[id].links = 0;
        spreading->found[spreading->count++] = (int32_t)id;
    }
    for (size_t i = 0; i < spreading->count; i++) {
        const int32_t id = spreading->found[i];
        spreading->id = id;
        spreading->label = time_forest_label(forest, id, forest->clock);
        spreading->links = spreading->guide[id].links;
        if (spreading->links < TIME_GUIDE_FAR - 1)
            spreading->links++;
        visit_entering(forest, id, spread_over, spreading);
    }
}

int time_guide_renew(struct time_forest *forest) {
    if (forest->guide == NULL)
        forest->guide = malloc(forest->id_count * sizeof *forest->guide);
    int32_t *found = malloc(forest->id_count * sizeof *found);
    if (forest->guide == NULL || found == NULL) {
        free(found);
        return HV_ERR_MEMORY;
    }
    struct spreading spreading = {.guide = forest->guide, .found = found};
    const int64_t began_at = forest->work;
    spread(forest, &spreading);
    free(found);
    forest->guide_old_at = forest->work + OLD_AFTER * (forest->work - began_at);
    return HV_OK;
}

int time_guide_keep(struct time_forest *forest) {
    return forest->work >= forest->guide_old_at ? time_guide_renew(forest) : HV_OK;
}

/* ---- walking them ---------------------------------------------------------------------------- */

static struct time_way_arc next_arc(const struct time_forest *forest, int32_t id) {
    const struct time_guide *guide = &forest->guide[id];
    return (struct time_way_arc){guide->next, is_terminal(forest, guide->next) ? id : guide->code};
}

/* How many can go over the arc on which a way goes on: none where it has a reduced cost by now, or
 * where it leads into the forest, since ways of the forest would cross themselves then. At a root
 * they end. */
static int32_t room_onward(const struct time_forest *forest, int32_t id) {
    const int32_t next = forest->guide[id].next;
    if (next == TIME_GUIDE_NONE)
        return 0;
    const enum time_state state = state_of(forest->hot[next]);
    if (state == TIME_CUT ||
        (state == TIME_ROOTED && forest->branches[next].parent != TIME_PARENT_ROOT))
        return 0;
    const struct time_way_arc arc = next_arc(forest, id);
    if (time_forest_label(forest, id, forest->clock) + time_way_cost(forest, arc) !=
        time_forest_label(forest, next, forest->clock))
        return 0;
    return time_way_room(forest, arc);
}

/* Forgets the ways of all ids from one to another that lies on the way of it. */
static void forget(struct time_forest *forest, int32_t from, int32_t to) {
    while (from != to) {
        const int32_t next = forest->guide[from].next;
        forest->guide[from].next = TIME_GUIDE_NONE;
        from = next;
    }
    forest->guide[to].next = TIME_GUIDE_NONE;
}

int32_t time_guide_room(struct time_forest *forest, int32_t id) {
    int32_t room = INT32_MAX, at = id, links = 0;
    for (; forest->balance[at] >= 0; at = forest->guide[at].next, links++) {
        const int32_t onward = room_onward(forest, at);
        if (onward == 0) {
            forget(forest, id, at);
            room = 0;
            break;
        }
        room = onward < room ? onward : room;
    }
    forest->work += links / ARCS_A_SCAN;
    if (room == 0)
        return 0;
    const int32_t taken = time_forest_goal_room(forest, at);
    return taken < room ? taken : room;
}

int32_t time_guide_send(struct time_forest *forest, int32_t id, int32_t people) {
    while (forest->balance[id] >= 0) {
        time_way_send(forest, next_arc(forest, id), people);
        id = forest->guide[id].next;
    }
    return id;
}
