#include "coordinator/optimizer/time_expanded_raise.h"

#include "coordinator/optimizer/time_expanded_guide.h"
#include "coordinator/optimizer/time_expanded_scan.h"

/* Labels that have risen are a step of the clock: the forest may have a way by then, and finds it
 * with less work than a search that nothing guides. */
#define WORK_AFTER_RISE 200
#define IDS_A_SCAN 8 /* that take about as long to look at as a scan */

struct raising {
    struct time_list *found; /* ids with a cost, each once */
    struct time_list *near;  /* of these, those at the present cost */
    int32_t id, label, cost; /* of what is looked at, and from there to a goal */
    uint16_t links;          /* of a way that goes on from there */
    int32_t met;             /* an id of the forest from which nothing costs less, or below 0 */
    int64_t work_end;
};

static void find(struct time_forest *forest, struct raising *raising, int32_t id, int32_t cost) {
    struct time_guide *guide = &forest->guide[id];
    if (guide->cost == INT32_MAX)
        time_list_add(forest, raising->found, id);
    if (cost == raising->cost)
        time_list_add(forest, raising->near, id);
    guide->cost = cost;
}

TIME_INLINE void look_back(struct time_forest *forest, struct time_visit visit, void *context) {
    struct raising *raising = context;
    const int32_t reduced =
        visit.cost + time_forest_label(forest, visit.id, forest->clock) - raising->label;
    const int32_t cost = raising->cost + reduced;
    if (cost >= forest->guide[visit.id].cost || cost > TIME_CLOCK_MAX || raising->met >= 0)
        return;
    find(forest, raising, visit.id, cost);
    time_guide_point(forest, visit.id, raising->id, visit.code, raising->links);
    if (reduced == 0 && state_of(visit.hot) == TIME_ROOTED)
        raising->met = visit.id;
}

static void look_at(struct time_forest *forest, struct raising *raising, int32_t id) {
    if (state_of(forest->hot[id]) == TIME_ROOTED) {
        raising->met = id;
        return;
    }
    raising->id = id;
    raising->label = time_forest_label(forest, id, forest->clock);
    raising->links = forest->guide[id].links;
    if (raising->links < TIME_GUIDE_FAR - 1)
        raising->links++;
    visit_entering(forest, id, look_back, raising);
}

static bool is_over(const struct time_forest *forest, const struct raising *raising) {
    return raising->met >= 0 || forest->error != HV_OK || forest->work >= raising->work_end;
}

/* Goes on to the least cost above the present one; false where nothing is there. */
static bool go_on(struct time_forest *forest, struct raising *raising) {
    const struct time_list *found = raising->found;
    int32_t next = INT32_MAX;
    raising->near->count = 0;
    for (size_t i = 0; i < found->count; i++) {
        const int32_t cost = forest->guide[found->items[i]].cost;
        if (cost <= raising->cost || cost > next)
            continue;
        if (cost < next)
            raising->near->count = 0;
        next = cost;
        time_list_add(forest, raising->near, found->items[i]);
    }
    forest->work += (int64_t)(found->count / IDS_A_SCAN);
    if (next == INT32_MAX)
        return false;
    raising->cost = next;
    if (forest->work + WORK_AFTER_RISE < raising->work_end)
        raising->work_end = forest->work + WORK_AFTER_RISE;
    return true;
}

/* By rising cost; what is found at the present one comes to the end of the list. */
static void look_around(struct time_forest *forest, struct raising *raising) {
    do
        for (size_t i = 0; i < raising->near->count && !is_over(forest, raising); i++)
            look_at(forest, raising, raising->near->items[i]);
    while (!is_over(forest, raising) && go_on(forest, raising));
}

static void begin_at_goals(struct time_forest *forest, struct raising *raising) {
    size_t kept = 0;
    for (size_t i = 0; i < forest->goals.count; i++) {
        const int32_t id = forest->goals.items[i];
        if (forest->balance[id] >= 0)
            continue;
        forest->goals.items[kept++] = id;
        forest->guide[id].links = 0;
        find(forest, raising, id, 0);
    }
    forest->goals.count = kept;
}

/* What an id is nearer to a goal than the forest is, its label rises by. Its event is as much
 * nearer; where an arc from the forest has a reduced cost of 0 by that, the tail is at the cost to
 * which all rise, and grows once more. */
static void settle(struct time_forest *forest, const struct raising *raising, int32_t id) {
    struct time_guide *guide = &forest->guide[id];
    const int32_t rise = raising->cost - guide->cost, event = forest->branches[id].height;
    guide->cost = INT32_MAX;
    if (rise < 0) {
        guide->next = TIME_GUIDE_NONE;
    } else if (state_of(forest->hot[id]) == TIME_ROOTED) {
        time_forest_activate(forest, id);
    } else if (rise > 0) {
        forest->hot[id] = hot_of(value_of(forest->hot[id]) - rise, TIME_OUTSIDE);
        if (event != INT32_MAX)
            time_forest_schedule(forest, id,
                                 event - rise > forest->clock ? event - rise : forest->clock + 1);
    }
}

int time_raise(struct time_forest *forest, int64_t work_max, bool *ret_risen) {
    struct raising raising = {.found = &forest->lost,
                              .near = &forest->restored,
                              .met = -1,
                              .work_end = forest->work + work_max};
    raising.found->count = raising.near->count = 0;
    begin_at_goals(forest, &raising);
    look_around(forest, &raising);
    for (size_t i = 0; i < raising.found->count; i++)
        settle(forest, &raising, raising.found->items[i]);
    if (raising.met >= 0)
        time_forest_reach(forest, raising.met);
    *ret_risen = raising.cost > 0;
    return forest->error;
}
