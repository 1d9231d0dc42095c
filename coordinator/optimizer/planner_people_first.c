/* Who comes first where places run out. */
#include "coordinator/optimizer/planner_state.h"

#include <stdlib.h>

#define MOST_SCALED 1024 /* an unserved cost above 2^53 is not scaled up */

/* Nobody unserved is worth less; a person in a wheelchair, or with medical needs, is worth another
 * more. A way of moving others about swaps at most one unserved for another, so that four times the
 * cost keeps them the fewest, and once the cost is more than all time that it could save. */
static const int64_t precedence[INSTANCE_CLASSES] = {
    [INSTANCE_GENERAL] = 4, [INSTANCE_WHEELCHAIR] = 5, [INSTANCE_MEDICAL] = 6};

static int set_precedence(struct planner *planner, bool holds) {
    struct planner_people *people = &planner->people;
    int error = 0;
    for (uint32_t z = 0; z < planner->instance.zone_count && !error; z++)
        for (uint32_t class = 0; class < INSTANCE_CLASSES && !error; class ++)
            error = mincostflow_set_cost(people->flow, people->unserved[planner_row(z, class)],
                                         people->unserved_cost * (holds ? precedence[class] : 1));
    return error;
}

static int64_t left_of(const struct plan *plan, enum instance_class class) {
    int64_t left = 0;
    for (size_t i = 0; i < plan->unserved_count; i++)
        left += plan->unserved[i].class == class ? plan->unserved[i].people : 0;
    return left;
}

/* How many fewer of those who come before others a plan leaves: 0 where it puts nobody first. */
static int64_t put_first_by(const struct plan *before, const struct plan *after) {
    static const enum instance_class classes[] = {INSTANCE_MEDICAL, INSTANCE_WHEELCHAIR};
    int64_t worth = 0, people = 0;
    for (int i = 0; i < 2; i++) {
        const int64_t fewer = left_of(before, classes[i]) - left_of(after, classes[i]);
        worth += fewer * (precedence[classes[i]] - precedence[INSTANCE_GENERAL]);
        people += fewer > 0 ? fewer : 0;
    }
    return worth > 0 ? people : 0;
}

static void free_people(struct plan *plan) {
    free(plan->assignments);
    free(plan->links);
    free(plan->unserved);
}

static void take_people_of(struct plan *plan, const struct plan *other) {
    free_people(plan);
    plan->assignments = other->assignments;
    plan->assignment_count = other->assignment_count;
    plan->links = other->links;
    plan->link_count = other->link_count;
    plan->unserved = other->unserved;
    plan->unserved_count = other->unserved_count;
}

/* Solves without a limit of work and without counting it, so that what goes on from a stopped solve
 * comes to an end. The callback stops it like any. */
static int run_uncounted(struct planner_run *run) {
    struct mincostflow *flow = run->planner->people.flow;
    const struct planner_limits *limits = run->limits;
    const struct planner_limits unlimited = {.progress = limits->progress,
                                             .context = limits->context};
    const uint64_t before = mincostflow_pivots(flow);
    bool finished;
    run->limits = &unlimited;
    int error = planner_run_flow(run, flow, &finished);
    run->limits = limits;
    run->work_before += mincostflow_pivots(flow) - before;
    return error;
}

int planner_put_back(struct planner_run *run) {
    struct planner_people *people = &run->planner->people;
    const bool was = people->put_first;
    people->put_first = false;
    return was && people->flow ? run_uncounted(run) : 0;
}

int planner_put_first(struct planner_run *run, struct plan *plan) {
    struct planner *planner = run->planner;
    struct plan other = {0};
    if (left_of(plan, INSTANCE_MEDICAL) + left_of(plan, INSTANCE_WHEELCHAIR) == 0 ||
        planner->people.unserved_cost > INT64_MAX / MOST_SCALED)
        return 0;
    int error = set_precedence(planner, true);
    planner->people.put_first = true;
    if (!error)
        error = run_uncounted(run);
    if (!error)
        error = planner_read_people(planner, &other);
    if (!error) { /* also where it is no better: reasons are read out of the flow */
        plan->precedence_people = put_first_by(plan, &other);
        take_people_of(plan, &other);
    } else {
        free_people(&other);
    }
    int restored = set_precedence(planner, false);
    return error ? error : restored;
}
