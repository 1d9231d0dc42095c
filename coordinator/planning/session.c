#include "coordinator/planning/session.h"

#include "coordinator/planning/buses_plan.h"
#include "coordinator/planning/contraflow.h"
#include "coordinator/planning/people.h"
#include "coordinator/planning/people_room.h"
#include "coordinator/planning/whereabouts.h"

#include <stdlib.h>
#include <string.h>

enum { ML_PER_L = 1000, MICRO = 1000000, PRICED_NEEDS_MAX = 4000 };

struct session {
    struct planner *planner; /* NULL: none yet */
    struct timetable *timetable;
    struct session_order *in_force; /* what was set in the planner */
    size_t in_force_count;
    struct session_directive *directives; /* the same */
    size_t directive_count;
};

struct session *session_new(void) {
    struct session *session = calloc(1, sizeof *session);
    if (session != NULL && (session->timetable = timetable_new()) == NULL) {
        free(session);
        return NULL;
    }
    return session;
}

void session_free(struct session *session) {
    if (session == NULL)
        return;
    planner_free(session->planner);
    timetable_free(session->timetable);
    free(session->in_force);
    free(session->directives);
    free(session);
}

/* ---- moving on to the next picture ---- */

static bool same_link(const struct network_link *a, const struct network_link *b) {
    return a->from == b->from && a->to == b->to;
}

static bool same_item(const struct instance_item *a, const struct instance_item *b) {
    return a->volume_ml == b->volume_ml && a->shortage_cost == b->shortage_cost &&
           a->pack == b->pack && a->weight_g == b->weight_g && a->cold == b->cold;
}

/* Whether the planner was made for the same things in the same order: the figures may differ. */
static bool fits(const struct planner *planner, const struct instance *next) {
    const struct instance *now = planner_instance(planner);
    if (now->zone_count != next->zone_count || now->shelter_count != next->shelter_count ||
        now->depot_count != next->depot_count || now->item_count != next->item_count ||
        network_node_count(now->network) != network_node_count(next->network) ||
        network_link_count(now->network) != network_link_count(next->network))
        return false;
    for (uint32_t i = 0; i < network_link_count(next->network); i++)
        if (!same_link(network_link_at(now->network, i), network_link_at(next->network, i)))
            return false;
    for (uint32_t i = 0; i < next->zone_count; i++)
        if (now->zones[i].node != next->zones[i].node)
            return false;
    for (uint32_t i = 0; i < next->shelter_count; i++)
        if (now->shelters[i].node != next->shelters[i].node)
            return false;
    for (uint32_t i = 0; i < next->depot_count; i++)
        if (now->depots[i].node != next->depots[i].node)
            return false;
    for (uint32_t i = 0; i < next->item_count; i++)
        if (!same_item(&now->items[i], &next->items[i]))
            return false;
    return true;
}

/* Runs the call unless an earlier one failed. */
#define STEP(call)                                                                                 \
    do {                                                                                           \
        if (error == HV_OK)                                                                        \
            error = (call);                                                                        \
    } while (0)

static int move_roads(struct planner *planner, const struct instance *next) {
    int error = HV_OK;
    for (uint32_t i = 0; i < network_link_count(next->network); i++) {
        const struct network_link *link = network_link_at(next->network, i);
        STEP(planner_set_link_closed(planner, i, link->closed));
        STEP(planner_set_link_travel(planner, i, link->travel_ms));
        STEP(planner_set_link_capacity(planner, i, link->capacity_per_hour));
    }
    return error;
}

static int move_people(struct planner *planner, const struct instance *next) {
    int error = HV_OK;
    for (uint32_t i = 0; i < next->zone_count; i++)
        for (int class = 0; class < INSTANCE_CLASSES; class ++)
            STEP(planner_set_people(planner, i, (enum instance_class) class,
                                    next->zones[i].people[class]));
    for (uint32_t i = 0; i < next->shelter_count; i++) {
        const struct instance_shelter *shelter = &next->shelters[i];
        STEP(planner_set_capacity(planner, i, shelter->capacity));
        for (int class = 0; class < INSTANCE_CLASSES; class ++)
            STEP(planner_set_places(planner, i, (enum instance_class) class,
                                    shelter->places[class]));
        STEP(planner_set_usable(planner, i, shelter->usable));
        STEP(planner_set_withstands(planner, i, shelter->withstands));
        STEP(planner_set_opens(planner, i, shelter->opens_ms));
    }
    return error;
}

static int move_goods(struct planner *planner, const struct instance *next) {
    int error = HV_OK;
    for (uint32_t d = 0; d < next->depot_count; d++) {
        STEP(planner_set_depot_usable(planner, d, next->depots[d].usable));
        for (uint32_t i = 0; i < next->item_count; i++)
            STEP(planner_set_stock(planner, d, i, next->stock[(size_t)d * next->item_count + i]));
    }
    for (uint32_t s = 0; s < next->shelter_count; s++)
        for (uint32_t i = 0; i < next->item_count; i++)
            STEP(planner_set_need(planner, s, i, next->need[(size_t)s * next->item_count + i]));
    return error;
}

static int move_to(struct session *session, const struct instance *next) {
    if (session->planner != NULL && !fits(session->planner, next)) {
        planner_free(session->planner);
        session->planner = NULL;
        session->in_force_count = session->directive_count = 0;
    }
    if (session->planner == NULL)
        return planner_new(next, &session->planner);
    int error = HV_OK;
    STEP(move_roads(session->planner, next));
    STEP(move_people(session->planner, next));
    STEP(move_goods(session->planner, next));
    return error;
}

/* Forgets the orders that were set and sets those of the task. */
static int set_in_force(struct session *session, const struct session_task *task) {
    int error = HV_OK;
    for (size_t i = 0; i < session->in_force_count; i++)
        STEP(planner_set_in_force(session->planner, session->in_force[i].zone,
                                  session->in_force[i].shelter, session->in_force[i].class, 0));
    session->in_force_count = 0;
    size_t bytes = (task->in_force_count + 1) * sizeof *session->in_force;
    struct session_order *copy = realloc(session->in_force, bytes);
    if (copy == NULL)
        return HV_ERR_MEMORY;
    session->in_force = copy;
    for (size_t i = 0; i < task->in_force_count; i++) {
        const struct session_order *order = &task->in_force[i];
        STEP(planner_set_in_force(session->planner, order->zone, order->shelter, order->class,
                                  order->people));
        if (error == HV_OK)
            copy[session->in_force_count++] = *order;
    }
    STEP(planner_set_change_price(session->planner, task->change_price_ms));
    return error;
}

/* What a depot loads, a shelter takes, or goes from one to the other in one plan. */
static int set_limit(struct planner *planner, const struct session_directive *directive,
                     int64_t limit_ml) {
    if (directive->depot == UINT32_MAX)
        return planner_set_receive(planner, directive->shelter, limit_ml);
    if (directive->shelter == UINT32_MAX)
        return planner_set_dispatch(planner, directive->depot, limit_ml);
    return planner_set_lane_limit(planner, directive->depot, directive->shelter, limit_ml);
}

static int set_directive(struct planner *planner, const struct session_directive *directive,
                         bool holds) {
    switch (directive->kind) {
    case HV_DIRECTIVE_PIN:
        return planner_pin(planner, directive->zone, directive->shelter, holds);
    case HV_DIRECTIVE_EXCLUDE:
        return directive->zone != UINT32_MAX
                   ? planner_exclude_zone(planner, directive->zone, directive->shelter, holds)
                   : planner_exclude_depot(planner, directive->depot, directive->shelter, holds);
    case HV_DIRECTIVE_PRIORITY:
        return directive->shelter == UINT32_MAX
                   ? HV_OK /* of an item: heeded in the picture */
                   : planner_set_priority(planner, directive->shelter,
                                          holds ? directive->quantity : 1);
    case HV_DIRECTIVE_LIMIT:
        return set_limit(planner, directive,
                         holds ? directive->quantity * ML_PER_L : INSTANCE_NO_LIMIT);
    case HV_DIRECTIVE_RESERVE:
        return planner_set_reserve(planner, directive->depot, directive->item,
                                   holds ? directive->quantity : 0);
    default:
        return HV_OK;
    }
}

/* Lifts those that were set and sets those of the task. */
static int set_directives(struct session *session, const struct session_task *task) {
    int error = HV_OK;
    for (size_t i = 0; i < session->directive_count; i++)
        STEP(set_directive(session->planner, &session->directives[i], false));
    session->directive_count = 0;
    struct session_directive *copy =
        realloc(session->directives, (task->directive_count + 1) * sizeof *copy);
    if (copy == NULL)
        return HV_ERR_MEMORY;
    session->directives = copy;
    for (size_t i = 0; i < task->directive_count; i++) {
        STEP(set_directive(session->planner, &task->directives[i], true));
        if (error == HV_OK)
            copy[session->directive_count++] = task->directives[i];
    }
    return error;
}

/* ---- goods ---- */

/* Every plan says what fairness costs where that is quick to find, and shares so where it has to,
 * or where it was found and costs little. */
static enum planner_fairness fairness_of(const struct session_task *task) {
    const struct instance *instance = &task->picture->instance;
    const enum picture_fairness asked = task->picture->rules.fairness;
    uint64_t needs = (uint64_t)instance->shelter_count * instance->item_count;
    if (asked == PICTURE_FAIREST)
        return PLANNER_FAIREST;
    if (needs > PRICED_NEEDS_MAX)
        return PLANNER_CHEAPEST;
    return asked == PICTURE_FAIR_WHERE_AFFORDABLE ? PLANNER_AFFORDABLE : PLANNER_PRICED;
}

static int set_goods(struct planner *planner, const struct session_task *task) {
    int error = planner_set_fairness(planner, fairness_of(task));
    STEP(planner_set_promises(planner, task->picture->promises, task->picture->promise_count,
                              task->picture->rules.goods_change_price * MICRO));
    return error;
}

/* ---- deliveries ---- */

static int deliver(void *context, const struct planner *planner, struct plan *plan) {
    const struct picture *picture = context;
    return fleet_deliver(picture->fleet, planner_instance(planner), picture->promises,
                         picture->promise_count, plan);
}

/* ---- solving ---- */

struct asking {
    int (*stop)(void *context);
    void *context;
};

static int ask_stop(void *context, const struct planner_progress *progress) {
    (void)progress;
    const struct asking *asking = context;
    return asking->stop == NULL ? 0 : asking->stop(asking->context);
}

struct solving_people {
    struct session *session;
    const struct session_task *task;
    const struct planner_limits *limits;
    struct asking *asking;
};

static int solve_people(void *context, struct plan **ret_plan) {
    const struct solving_people *solving = context;
    return people_solve(solving->session->planner, solving->session->timetable, solving->task,
                        solving->limits, solving->asking->stop, solving->asking->context, ret_plan);
}

/* Cars leave the runs of buses room. */
static int share_roads(void *context, const struct timetable_load *loads, size_t count,
                       const int64_t *by_bus, struct plan *plan) {
    const struct solving_people *solving = context;
    const struct timetable_limits limits = {.work_max =
                                                solving->task->timetable_work > INT64_MAX
                                                    ? INT64_MAX
                                                    : (int64_t)solving->task->timetable_work,
                                            .stop = solving->asking->stop,
                                            .context = solving->asking->context};
    return people_room_make(solving->session->planner, solving->session->timetable, &limits, loads,
                            count, by_bus, plan);
}

int session_solve(struct session *session, const struct session_task *task,
                  int (*stop)(void *context), void *context, struct plan **ret_plan) {
    struct asking asking = {stop, context};
    struct planner_limits limits = {
        .work_limit = task->work_limit, .progress = ask_stop, .context = &asking};
    struct plan *plan = NULL;
    int error = move_to(session, &task->picture->instance);
    STEP(set_in_force(session, task));
    STEP(set_directives(session, task));
    STEP(set_goods(session->planner, task));
    if (error == HV_OK)
        planner_set_carrier(session->planner, task->picture->fleet == NULL ? NULL : deliver,
                            task->picture);
    struct solving_people solving = {session, task, &limits, &asking};
    const struct contraflow_solver solver = {.planner = session->planner,
                                             .timetable = session->timetable,
                                             .solve = solve_people,
                                             .context = &solving};
    STEP(solve_people(&solving, &plan));
    STEP(contraflow_propose(&solver, task->picture, &plan));
    const struct buses_sharing sharing = {.share = share_roads, .context = &solving};
    STEP(buses_plan(task->picture, task->change_price_ms, stop, context, &sharing, plan));
    if (error != HV_OK) { /* the next solve starts afresh */
        planner_free(session->planner);
        session->planner = NULL;
        session->in_force_count = session->directive_count = 0;
        plan_free(plan);
        return error;
    }
    *ret_plan = plan;
    return HV_OK;
}

/* ---- tasks ---- */

static void take_class(struct session_task *task, uint32_t zone, uint32_t shelter,
                       enum instance_class class, int64_t ordered, int64_t *left) {
    int64_t people = ordered < *left ? ordered : *left;
    if (people <= 0)
        return;
    *left -= people;
    for (size_t i = task->in_force_count; i > 0; i--) { /* moves by two roads stand together */
        struct session_order *order = &task->in_force[i - 1];
        if (order->zone != zone || order->shelter != shelter)
            break;
        if (order->class == class) {
            order->people += people;
            return;
        }
    }
    task->in_force[task->in_force_count++] = (struct session_order){zone, shelter, class, people};
}

/* Of the people of all moves between a pair, those who are still to leave by its orders share out
 * over the moves as they stand; who waits for a bus does so still. Whoever has to be there first
 * leaves first. */
struct hv_plan_move session_rest_of(const struct hv_plan *plan, size_t at,
                                    const struct state *state, const struct picture *picture) {
    struct hv_plan_move rest = plan->moves[at];
    const int64_t still = whereabouts_to_leave(state_find_zone(state, rest.zone), rest.shelter,
                                               picture->rules.wall_ms);
    const uint32_t driving = rest.people - rest.without_vehicle;
    int64_t all = 0;
    for (size_t i = 0; still >= 0 && i < plan->move_count; i++)
        if (strcmp(plan->moves[i].zone, rest.zone) == 0 &&
            strcmp(plan->moves[i].shelter, rest.shelter) == 0)
            all += (int64_t)plan->moves[i].people - plan->moves[i].without_vehicle;
    if (still < 0 || still >= all)
        return rest;
    const uint32_t gone = driving - (uint32_t)((int64_t)driving * still / all);
    const uint32_t medical_gone = gone < rest.medical ? gone : rest.medical;
    const uint32_t wheelchair_gone =
        gone - medical_gone < rest.wheelchair ? gone - medical_gone : rest.wheelchair;
    rest.people -= gone;
    rest.medical -= medical_gone;
    rest.wheelchair -= wheelchair_gone;
    return rest;
}

static int take_moves(struct session_task *task, const struct hv_plan *plan,
                      const struct state *state, const struct region *region) {
    const struct instance *instance = &task->picture->instance;
    int64_t(*left)[INSTANCE_CLASSES] = calloc(instance->zone_count + 1u, sizeof *left);
    task->in_force = calloc(plan->move_count * INSTANCE_CLASSES + 1, sizeof *task->in_force);
    if (left == NULL || task->in_force == NULL) {
        free(left);
        return HV_ERR_MEMORY;
    }
    for (uint32_t z = 0; z < instance->zone_count; z++)
        memcpy(left[z], instance->zones[z].people, sizeof left[z]);
    for (size_t i = 0; i < plan->move_count; i++) {
        const struct hv_plan_move *move = &plan->moves[i];
        uint32_t zone = region_find_zone(region, move->zone);
        uint32_t shelter = region_find_shelter(region, move->shelter);
        if (zone == REGION_NONE || shelter == REGION_NONE)
            continue;
        const struct hv_plan_move rest = session_rest_of(plan, i, state, task->picture);
        int64_t general = (int64_t)rest.people - rest.wheelchair - rest.medical;
        take_class(task, zone, shelter, INSTANCE_GENERAL, general, &left[zone][INSTANCE_GENERAL]);
        take_class(task, zone, shelter, INSTANCE_WHEELCHAIR, rest.wheelchair,
                   &left[zone][INSTANCE_WHEELCHAIR]);
        take_class(task, zone, shelter, INSTANCE_MEDICAL, rest.medical,
                   &left[zone][INSTANCE_MEDICAL]);
    }
    free(left);
    return HV_OK;
}

int session_task_in_force(struct session_task *task, const struct state *state,
                          const struct region *region) {
    uint32_t in_force = state_general(state)->plan_in_force;
    const struct hv_plan *plan = NULL;
    struct hv_arena arena;
    if (in_force == STATE_NONE)
        return HV_OK;
    hv_arena_init(&arena, 0);
    int error = state_plan_decode(state_plan(state, in_force), &arena, &plan);
    if (error == HV_OK)
        error = take_moves(task, plan, state, region);
    hv_arena_deinit(&arena);
    return error;
}

static bool is_known(const char *id, uint32_t number) {
    return *id == '\0' || number != REGION_NONE;
}

static struct session_directive in_numbers(const struct hv_plan_directive *directive,
                                           const struct region *region, bool *ret_known) {
    struct session_directive made = {.kind = directive->kind,
                                     .zone = region_find_zone(region, directive->zone),
                                     .shelter = region_find_shelter(region, directive->shelter),
                                     .depot = region_find_depot(region, directive->depot),
                                     .item = region_find_item(region, directive->item),
                                     .quantity = (int64_t)directive->quantity};
    *ret_known = is_known(directive->zone, made.zone) &&
                 is_known(directive->shelter, made.shelter) &&
                 is_known(directive->depot, made.depot) && is_known(directive->item, made.item);
    return made;
}

int session_task_directives(struct session_task *task, const struct state *state,
                            const struct region *region) {
    uint32_t count = state_count(state, STATE_DIRECTIVE);
    struct hv_arena arena;
    int error = HV_OK;
    if (count == 0)
        return HV_OK;
    task->directives = calloc(count, sizeof *task->directives);
    if (task->directives == NULL)
        return HV_ERR_MEMORY;
    hv_arena_init(&arena, 0);
    for (uint32_t i = 0; i < count && error != HV_ERR_MEMORY; i++) {
        const struct state_directive *directive =
            (const struct state_directive *)state_at(state, STATE_DIRECTIVE, i);
        const struct hv_record *record = NULL;
        bool known = false;
        error = directive->lifted ? HV_ERR_NOT_FOUND
                                  : state_body_decode(&directive->body, &arena, &record);
        if (error != HV_OK)
            continue;
        struct session_directive made = in_numbers(&record->directive, region, &known);
        if (!known)
            continue;
        task->directives[task->directive_count++] = made;
        if (made.kind == HV_DIRECTIVE_PRIORITY && made.item != UINT32_MAX)
            task->picture->items[made.item].shortage_cost *= made.quantity;
    }
    hv_arena_deinit(&arena);
    return error == HV_ERR_MEMORY ? error : HV_OK;
}

void session_task_free(struct session_task *task) {
    if (task == NULL)
        return;
    picture_free(task->picture);
    free(task->in_force);
    free(task->directives);
    free(task);
}
