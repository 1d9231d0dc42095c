#include "coordinator/optimizer/time_expanded_echo.h"

#include "coordinator/optimizer/array.h"
#include "coordinator/optimizer/time_expanded_scan.h"

#include <stdlib.h>

#define ARCS_A_SCAN 8 /* arcs of a path that take about as long to look at as a scan */

void time_echo_deinit(struct time_echo *echo) {
    free(echo->now.arcs);
    free(echo->now.ends);
    free(echo->before.arcs);
    free(echo->before.ends);
    *echo = (struct time_echo){0};
}

/* ---- keeping --------------------------------------------------------------------------------- */

static bool make_room(struct time_forest *forest, void **array, size_t *room, size_t element) {
    if (array_reserve(array, *room + 1, room, element) == HV_OK)
        return true;
    forest->error = HV_ERR_MEMORY;
    return false;
}

void time_echo_add(struct time_forest *forest, struct time_way_arc arc) {
    struct time_echo_paths *paths = &forest->echo.now;
    if (paths->arc_count >= forest->echo.arc_max)
        return;
    if (paths->arc_count < paths->arc_room ||
        make_room(forest, (void **)&paths->arcs, &paths->arc_room, sizeof *paths->arcs))
        paths->arcs[paths->arc_count++] = arc;
}

void time_echo_end(struct time_forest *forest) {
    struct time_echo_paths *paths = &forest->echo.now;
    if (forest->echo.arc_max == 0)
        return;
    if (paths->arc_count >= forest->echo.arc_max) { /* some of it may be missing */
        paths->arc_count = paths->path_count == 0 ? 0 : paths->ends[paths->path_count - 1];
        return;
    }
    if (paths->path_count < paths->path_room ||
        make_room(forest, (void **)&paths->ends, &paths->path_room, sizeof *paths->ends))
        paths->ends[paths->path_count++] = paths->arc_count;
}

/* ---- once more ------------------------------------------------------------------------------- */

/* Makes an arc that of a step later; false where there is none or it is not yet within reach. */
static bool shift(const struct time_forest *forest, struct time_way_arc *arc) {
    const struct time_network *network = forest->network;
    int32_t *at = is_terminal(forest, arc->id) ? &arc->code : &arc->id;
    const struct time_node *node = &network->nodes[network->steps[*at].node];
    if (*at - node->offset >= node->last_step)
        return false;
    ++*at;
    return state_of(forest->hot[*at]) != TIME_ABSENT;
}

/* Makes a path that of a step later and says how many can go along it. */
static int32_t shift_path(struct time_forest *forest, struct time_way_arc *arcs, size_t count) {
    forest->work += 1 + (int64_t)(count / ARCS_A_SCAN);
    int32_t room = time_forest_goal_room(forest, arcs[0].id);
    for (size_t i = 0; i < count && room > 0; i++) {
        const int32_t more = shift(forest, &arcs[i]) ? time_way_room(forest, arcs[i]) : 0;
        room = more < room ? more : room;
    }
    if (room <= 0)
        return 0;
    const int32_t left = time_forest_root_room(forest, time_way_tail(forest, arcs[count - 1]));
    return left < room ? left : room;
}

static void send(struct time_forest *forest, const struct time_way_arc *arcs, size_t count,
                 int32_t people) {
    for (size_t i = 0; i < count; i++) {
        time_way_send(forest, arcs[i], people);
        time_echo_add(forest, arcs[i]);
    }
    time_echo_end(forest);
    time_forest_settle(forest, time_way_tail(forest, arcs[count - 1]), arcs[0].id, people);
}

/* Where people came into the forest from outside, it can grow back along their way. */
static void wake(struct time_forest *forest, const struct time_echo_paths *paths) {
    for (size_t i = 0; i < paths->arc_count; i++)
        if (time_forest_is_rooted(forest, paths->arcs[i].id) &&
            !time_forest_is_rooted(forest, time_way_tail(forest, paths->arcs[i])))
            time_forest_activate(forest, paths->arcs[i].id);
}

void time_echo_play(struct time_forest *forest) {
    struct time_echo *echo = &forest->echo;
    const struct time_echo_paths before = echo->now;
    echo->now = echo->before;
    echo->before = before;
    echo->now.arc_count = echo->now.path_count = 0;
    size_t sent = 0;
    for (size_t i = 0, first = 0; i < before.path_count; first = before.ends[i++]) {
        struct time_way_arc *arcs = &before.arcs[first];
        const size_t count = before.ends[i] - first;
        const int32_t people = shift_path(forest, arcs, count);
        if (people == 0)
            continue;
        send(forest, arcs, count, people);
        sent++;
    }
    if (sent == 0)
        return;
    time_forest_repair(forest);
    wake(forest, &echo->now);
}
