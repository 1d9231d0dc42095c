#include "coordinator/planning/people.h"

#include <stdlib.h>
#include <string.h>

#include "coordinator/planning/small_groups.h"

/* What going elsewhere than the flow costs while its plan is made: more than any way is long. */
#define GUIDE_PRICE_MS (INT64_C(86400) * 1000)

/* How many shelters a zone is sent to, but for the people who find no place in them. */
enum { SHELTERS_EACH = 3 };

/* One in so many of all people are few. */
enum { FEW_LATE = 32 };

struct solving {
    struct planner *planner;
    struct timetable *timetable;
    const struct session_task *task;
    const struct planner_limits *limits;
    struct timetable_limits times;
    size_t pairs;      /* zones times shelters */
    int64_t *sent;     /* zone x shelter: by the flow */
    int64_t *guide;    /* zone x shelter x class: the same, by class */
    bool follows;      /* the flow: the plan that was taken */
    int64_t *in_force; /* zone x shelter x class */
};

/* Runs the call unless an earlier one failed. */
#define STEP(call)                                                                                 \
    do {                                                                                           \
        if (error == HV_OK)                                                                        \
            error = (call);                                                                        \
    } while (0)

static const struct instance *instance_of(const struct solving *solving) {
    return planner_instance(solving->planner);
}

static size_t cell_of(const struct solving *solving, uint32_t zone, uint32_t shelter, int class) {
    return ((size_t)zone * instance_of(solving)->shelter_count + shelter) * INSTANCE_CLASSES +
           (size_t) class;
}

static int take_room(struct solving *solving) {
    const struct instance *instance = instance_of(solving);
    solving->pairs = (size_t)instance->zone_count * instance->shelter_count;
    solving->sent = calloc(solving->pairs + 1, sizeof *solving->sent);
    solving->guide = calloc((solving->pairs + 1) * INSTANCE_CLASSES, sizeof *solving->guide);
    solving->in_force = calloc((solving->pairs + 1) * INSTANCE_CLASSES, sizeof *solving->in_force);
    if (solving->sent == NULL || solving->guide == NULL || solving->in_force == NULL)
        return HV_ERR_MEMORY;
    for (size_t i = 0; i < solving->task->in_force_count; i++) {
        const struct session_order *order = &solving->task->in_force[i];
        solving->in_force[cell_of(solving, order->zone, order->shelter, (int)order->class)] +=
            order->people;
    }
    return HV_OK;
}

/* ---- following the flow ---- */

static void read_flow(struct solving *solving) {
    const struct evacuation_plan *flow = timetable_flow(solving->timetable);
    const uint32_t shelters = instance_of(solving)->shelter_count;
    memset(solving->sent, 0, solving->pairs * sizeof *solving->sent);
    for (size_t r = 0; r < flow->route_count; r++) {
        const struct evacuation_route *route = &flow->routes[r];
        if ((uint32_t)route->shelter >= shelters) /* who has no place */
            continue;
        for (size_t d = 0; d < route->departure_count; d++)
            solving->sent[(size_t)route->zone * shelters + (size_t)route->shelter] +=
                flow->departures[route->departure_first + d].people;
    }
}

/* Leaves the flow the few shelters of a zone to which it sends most, for everybody of the zone. */
static void keep_few(struct solving *solving, uint32_t zone) {
    const struct instance *instance = instance_of(solving);
    int64_t *sent = &solving->sent[(size_t)zone * instance->shelter_count];
    int64_t all = 0, kept = 0, most[SHELTERS_EACH] = {0};
    for (uint32_t s = 0; s < instance->shelter_count; s++) {
        int64_t people = sent[s];
        all += people;
        for (int k = 0; k < SHELTERS_EACH; k++)
            if (people > most[k]) {
                const int64_t swap = most[k];
                most[k] = people;
                people = swap;
            }
    }
    const int64_t least = most[SHELTERS_EACH - 1];
    int ties = 0; /* how many of the shelters with the least have room beside those with more */
    for (int k = 0; k < SHELTERS_EACH; k++)
        ties += most[k] == least;
    for (uint32_t s = 0; s < instance->shelter_count; s++) {
        const bool tie = sent[s] == least && ties > 0;
        ties -= tie;
        sent[s] = sent[s] > least || tie ? sent[s] : 0;
        kept += sent[s];
    }
    for (uint32_t s = 0; kept > 0 && s < instance->shelter_count; s++)
        sent[s] = (int64_t)((double)sent[s] * (double)all / (double)kept);
}

/* Who of a zone takes the flow's way to which shelter: those first who can take the fewest. */
static void share_out(struct solving *solving, uint32_t zone) {
    static const enum instance_class order[INSTANCE_CLASSES] = {
        INSTANCE_MEDICAL, INSTANCE_WHEELCHAIR, INSTANCE_GENERAL};
    const struct instance *instance = instance_of(solving);
    for (int i = 0; i < INSTANCE_CLASSES; i++) {
        const enum instance_class class = order[i];
        int64_t left = instance->zones[zone].people[class];
        for (uint32_t s = 0; s < instance->shelter_count; s++) {
            int64_t *sent = &solving->sent[(size_t)zone * instance->shelter_count + s];
            int64_t people = *sent < left ? *sent : left;
            people = instance->shelters[s].places[class] > 0 ? people : 0;
            solving->guide[cell_of(solving, zone, s, (int)class)] = people;
            left -= people;
            *sent -= people;
        }
    }
}

static int set_plan(struct solving *solving, const int64_t *people, int64_t price_ms) {
    const struct instance *instance = instance_of(solving);
    int error = HV_OK;
    for (uint32_t z = 0; z < instance->zone_count; z++)
        for (uint32_t s = 0; s < instance->shelter_count; s++)
            for (int class = 0; class < INSTANCE_CLASSES; class ++)
                STEP(planner_set_in_force(solving->planner, z, s, (enum instance_class) class,
                                          people[cell_of(solving, z, s, class)]));
    STEP(planner_set_change_price(solving->planner, price_ms));
    return error;
}

/* Nothing is kept for stability in a plan that follows the flow. */
static void drop_kept_reasons(struct plan *plan) {
    size_t kept = 0;
    for (size_t i = 0; i < plan->reason_count; i++)
        if (plan->reasons[i].code != REASON_KEPT_FOR_STABILITY)
            plan->reasons[kept++] = plan->reasons[i];
    plan->reason_count = kept;
}

/* People of the plan in force whom a plan leaves in no shelter of theirs. */
static int64_t changed_by(const struct solving *solving, const struct plan *plan) {
    int64_t bound = 0, kept = 0;
    const struct instance *instance = instance_of(solving);
    for (uint32_t z = 0; z < instance->zone_count; z++)
        for (int class = 0; class < INSTANCE_CLASSES; class ++) {
            int64_t all = 0;
            for (uint32_t s = 0; s < instance->shelter_count; s++)
                all += solving->in_force[cell_of(solving, z, s, class)];
            const int64_t there = instance->zones[z].people[class];
            bound += all < there ? all : there;
        }
    for (size_t i = 0; i < plan->assignment_count; i++)
        for (int class = 0; class < INSTANCE_CLASSES; class ++) {
            const struct plan_assignment *a = &plan->assignments[i];
            const int64_t was = solving->in_force[cell_of(solving, a->zone, a->shelter, class)];
            kept += a->people[class] < was ? a->people[class] : was;
        }
    return bound - kept;
}

/* The plan on the roads, for the first time or once more. */
static int give_times(struct solving *solving, bool one_order, struct plan *plan) {
    struct timetable_limits times = solving->times;
    times.one_order = one_order;
    plan_timetable_free(plan->timetable);
    plan->timetable = NULL;
    return timetable_make(solving->timetable, plan, &times, &plan->timetable);
}

/* Small groups are joined, then the plan is put on the roads as they come. */
static int settle_plan(struct solving *solving, struct plan *plan) {
    int error = small_groups_join(instance_of(solving), solving->in_force, plan);
    STEP(give_times(solving, true, plan));
    if (error == HV_OK)
        plan->changed_people = changed_by(solving, plan);
    return error;
}

static int follow_flow(struct solving *solving, struct plan **ret_plan) {
    struct plan *plan = NULL;
    read_flow(solving);
    for (uint32_t z = 0; z < instance_of(solving)->zone_count; z++) {
        keep_few(solving, z);
        share_out(solving, z);
    }
    int error = set_plan(solving, solving->guide, GUIDE_PRICE_MS);
    STEP(planner_assign(solving->planner, solving->limits, &plan));
    STEP(settle_plan(solving, plan));
    if (error != HV_OK) {
        plan_free(plan);
        return error;
    }
    plan->stability_cost_ms = 0;
    *ret_plan = plan;
    return HV_OK;
}

/* ---- which of the two ---- */

/* Less than 0: `a` is better. */
static int compare(const struct solving *solving, const struct plan *a, const struct plan *b) {
    const struct plan_timetable *x = a->timetable, *y = b->timetable;
    const double price = (double)solving->task->change_price_ms;
    const double of_a = (double)x->arrival_ms + price * (double)a->changed_people;
    const double of_b = (double)y->arrival_ms + price * (double)b->changed_people;
    if (x->unserved != y->unserved)
        return x->unserved < y->unserved ? -1 : 1;
    return (of_a > of_b) - (of_a < of_b);
}

/* Takes the better of two plans and frees the other. */
static struct plan *take_better(struct solving *solving, struct plan *keeps, struct plan *follows) {
    const bool kept = compare(solving, keeps, follows) <= 0;
    struct plan *better = kept ? keeps : follows, *other = kept ? follows : keeps;
    better->stability_cost_ms = 0;
    if (kept && other->timetable->unserved == better->timetable->unserved) {
        const int64_t loses = better->timetable->arrival_ms - other->timetable->arrival_ms;
        better->stability_cost_ms = loses > 0 ? loses : 0;
    }
    solving->follows |= !kept; /* also where only its horizon grew since */
    plan_free(other);
    return better;
}

static bool has_closings(const struct solving *solving) {
    return solving->task->picture != NULL && solving->task->picture->closing_count > 0;
}

static int64_t late_of(const struct plan *plan) {
    return plan->timetable->unserved - plan->objective.unserved;
}

/* Where roads close and somebody is late other orders are tried: of the better plan, and of the
 * other where that does not bring everybody in, or few are late in it. */
static int try_orders(struct solving *solving, struct plan *keeps, struct plan *follows) {
    const bool kept = compare(solving, keeps, follows) <= 0;
    struct plan *better = kept ? keeps : follows, *other = kept ? follows : keeps;
    int64_t people = 0;
    int error = HV_OK;
    if (!has_closings(solving))
        return HV_OK;
    for (uint32_t z = 0; z < instance_of(solving)->zone_count; z++)
        for (int class = 0; class < INSTANCE_CLASSES; class ++)
            people += instance_of(solving)->zones[z].people[class];
    if (late_of(better) > 0)
        STEP(give_times(solving, false, better));
    if (error == HV_OK && late_of(other) > 0 &&
        (late_of(better) > 0 || late_of(other) <= people / FEW_LATE))
        STEP(give_times(solving, false, other));
    return error;
}

/* Both plans in the steps that there are. */
static int put_on_roads(struct solving *solving, struct plan **plan) {
    struct plan *follows = NULL;
    int error = HV_OK;
    STEP(settle_plan(solving, *plan));
    STEP(follow_flow(solving, &follows));
    STEP(try_orders(solving, *plan, follows));
    if (error == HV_OK)
        *plan = take_better(solving, *plan, follows);
    return error;
}

/* Whether somebody is late for whom a longer horizon could do something. */
static int wants_time(const struct solving *solving, const struct plan *plan, bool *ret_wants) {
    *ret_wants = false;
    if (plan->timetable->late_count == 0 || plan->timetable->stopped)
        return HV_OK;
    return timetable_more_time_helps(solving->timetable, plan->timetable, ret_wants);
}

/* In longer and longer time, as long as somebody is late. */
static int put_on_roads_in_time(struct solving *solving, struct plan **plan) {
    int error = timetable_solve(solving->timetable, instance_of(solving), (*plan)->bound.unserved,
                                &solving->times);
    STEP(take_room(solving));
    STEP(put_on_roads(solving, plan));
    for (bool wants = true; error == HV_OK;) {
        error = wants_time(solving, *plan, &wants);
        if (error != HV_OK || !wants)
            break;
        error = timetable_lengthen(solving->timetable, instance_of(solving),
                                   (*plan)->bound.unserved, &solving->times);
        if (error == HV_ERR_LIMIT) { /* with those who are late */
            error = HV_OK;
            break;
        }
        STEP(put_on_roads(solving, plan));
    }
    if (error == HV_OK)
        timetable_take(solving->timetable, (*plan)->timetable);
    return error;
}

int people_solve(struct planner *planner, struct timetable *timetable,
                 const struct session_task *task, const struct planner_limits *limits,
                 int (*stop)(void *context), void *context, struct plan **ret_plan) {
    struct solving solving = {.planner = planner,
                              .timetable = timetable,
                              .task = task,
                              .limits = limits,
                              .times = {.work_max = task->timetable_work > INT64_MAX
                                                        ? INT64_MAX
                                                        : (int64_t)task->timetable_work,
                                        .stop = stop,
                                        .context = context}};
    struct plan *plan = NULL;
    const struct picture *picture = task->picture;
    int error = picture == NULL
                    ? HV_OK
                    : timetable_set_closings(timetable, picture->closings, picture->closing_count);
    if (picture != NULL)
        STEP(timetable_set_loads(timetable, picture->loads, picture->load_count));
    STEP(planner_assign(planner, limits, &plan));
    if (error == HV_OK && plan->status != PLAN_STOPPED) {
        error = put_on_roads_in_time(&solving, &plan);
        if (error == HV_ERR_LIMIT || error == HV_ERR_OVERFLOW)
            error = HV_OK; /* the plan stands without */
        if (solving.in_force != NULL)
            STEP(set_plan(&solving, solving.in_force, task->change_price_ms));
    }
    STEP(planner_complete(planner, limits, plan));
    if (error == HV_OK && solving.follows)
        drop_kept_reasons(plan);
    free(solving.sent);
    free(solving.guide);
    free(solving.in_force);
    if (error != HV_OK) {
        plan_free(plan);
        return error;
    }
    *ret_plan = plan;
    return HV_OK;
}
