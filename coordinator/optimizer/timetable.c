#include "coordinator/optimizer/timetable.h"

#include "coordinator/optimizer/evacuation_session.h"
#include "coordinator/optimizer/timetable_horizon.h"
#include "coordinator/optimizer/timetable_ways.h"

#include <stdlib.h>
#include <string.h>

#define MS_PER_HOUR INT64_C(3600000)

enum {
    WAY_LINKS_MAX = 4000000, /* ways times links: the search looks at so many for each way */
    ROUTES = 2,              /* of a zone to one shelter */
    FINE_STEP_MS = 120000,   /* of longer ones the first solve is no dearer than an estimate */
    COARSE_STEP_MS = 600000, /* of the estimate */
    COARSE_HORIZON_MS = 24 * 3600 * 1000,
};

struct timetable {
    struct timetable_steps steps;    /* of the last instance */
    struct evacuation_session *flow; /* over the same; NULL: none yet */
    struct evacuation_plan best;     /* the last flow */
    struct timetable_coming coming;
    int64_t shrinks_to_ms;        /* the horizon of the next solve; 0: it stays */
    uint64_t solves;              /* flows so far */
    struct timetable_count count; /* of sessions that are gone */
};

struct making {
    struct timetable *timetable;
    const struct timetable_steps *steps; /* while its timetable is made */
    const struct instance *instance;     /* while the flow is solved */
    int64_t nowhere;
    const struct plan *plan; /* while its timetable is made */
    const struct timetable_limits *limits;
    bool stopped;
    struct plan_timetable *made;
};

struct timetable *timetable_new(void) {
    return calloc(1, sizeof(struct timetable));
}

static void forget(struct timetable *timetable) {
    if (timetable->flow != NULL) {
        const struct evacuation_session_count count = evacuation_session_count(timetable->flow);
        timetable->count.warm += count.warm;
        timetable->count.cold += count.cold;
    }
    evacuation_session_free(timetable->flow);
    evacuation_plan_deinit(&timetable->best);
    timetable_steps_deinit(&timetable->steps);
    timetable->flow = NULL;
}

void timetable_free(struct timetable *timetable) {
    if (timetable == NULL)
        return;
    forget(timetable);
    free(timetable->coming.closings);
    free(timetable->coming.loads);
    free(timetable);
}

int timetable_set_closings(struct timetable *timetable, const struct timetable_closing *closings,
                           size_t count) {
    struct timetable_closing *copy = calloc(count + 1, sizeof *copy);
    if (copy == NULL)
        return HV_ERR_MEMORY;
    for (size_t i = 0; i < count; i++)
        copy[i] = closings[i];
    free(timetable->coming.closings);
    timetable->coming.closings = copy;
    timetable->coming.closing_count = count;
    return HV_OK;
}

int timetable_set_loads(struct timetable *timetable, const struct timetable_load *loads,
                        size_t count) {
    struct timetable_load *copy = calloc(count + 1, sizeof *copy);
    if (copy == NULL)
        return HV_ERR_MEMORY;
    for (size_t i = 0; i < count; i++)
        copy[i] = loads[i];
    free(timetable->coming.loads);
    timetable->coming.loads = copy;
    timetable->coming.load_count = count;
    return HV_OK;
}

struct timetable_count timetable_count(const struct timetable *timetable) {
    struct timetable_count all = timetable->count;
    if (timetable->flow != NULL) {
        const struct evacuation_session_count count = evacuation_session_count(timetable->flow);
        all.warm += count.warm;
        all.cold += count.cold;
    }
    return all;
}

const struct evacuation_instance *timetable_instance(const struct timetable *timetable) {
    return timetable->flow == NULL ? NULL : &timetable->steps.instance;
}

const struct evacuation_plan *timetable_flow(const struct timetable *timetable) {
    return timetable->flow == NULL ? NULL : &timetable->best;
}

/* ---- a new network ---- */

static int begin(struct making *making, struct timetable_horizon horizon) {
    struct timetable *timetable = making->timetable;
    forget(timetable);
    int error = timetable_steps_init(
        &timetable->steps, making->instance, &timetable->coming, horizon.step_ms,
        (int32_t)(horizon.horizon_ms / horizon.step_ms), making->nowhere);
    if (error != HV_OK)
        return error;
    return evacuation_session_new(&timetable->steps.instance, &timetable->flow);
}

/* Runs the call unless an earlier one failed. */
#define STEP(call)                                                                                 \
    do {                                                                                           \
        if (error == HV_OK)                                                                        \
            error = (call);                                                                        \
    } while (0)

/* Tells the session what has changed. */
static int move_on(struct making *making) {
    struct timetable *timetable = making->timetable;
    struct timetable_steps *steps = &timetable->steps;
    const struct instance *instance = making->instance;
    int error = HV_OK;
    for (uint32_t l = 0; l < steps->road_count; l++) {
        bool changed = false;
        STEP(timetable_steps_set_link(steps, instance, &timetable->coming, l, &changed));
        if (changed)
            STEP(evacuation_session_set_link(timetable->flow, l, &steps->links[l]));
    }
    for (uint32_t z = 0; z < instance->zone_count; z++)
        if (timetable_steps_set_zone(steps, instance, z))
            STEP(evacuation_session_set_zone(timetable->flow, z, &steps->zones[z]));
    for (uint32_t s = 0; s < instance->shelter_count; s++)
        if (timetable_steps_set_shelter(steps, instance, s))
            STEP(evacuation_session_set_shelter(timetable->flow, s, &steps->shelters[s]));
    if (timetable_steps_set_nowhere(steps, making->nowhere))
        STEP(evacuation_session_set_shelter(timetable->flow, instance->shelter_count,
                                            &steps->shelters[instance->shelter_count]));
    return error;
}

/* ---- what no plan can beat ---- */

static int ask(struct making *making) {
    if (making->limits->stop != NULL && making->limits->stop(making->limits->context) != 0)
        making->stopped = true;
    return making->stopped;
}

static int ask_flow(void *context, const struct evacuation_progress *progress) {
    (void)progress;
    return ask(context);
}

static int ask_search(void *context, const struct zone_plan_progress *progress) {
    (void)progress;
    return ask(context);
}

static int solve_flow(struct making *making) {
    struct timetable *timetable = making->timetable;
    const struct evacuation_options options = {
        .progress = ask_flow, .context = making, .work_max = making->limits->work_max};
    evacuation_plan_deinit(&timetable->best);
    timetable->solves++;
    int error = evacuation_session_solve(timetable->flow, &options, &timetable->best);
    if (error != HV_OK)
        forget(timetable);
    return error;
}

/* ---- how long it takes ---- */

/* When the flow brings in the last, and half as much more, since plans are slower than the flow and
 * a horizon that turns out too short is solved in vain: found in steps of ten minutes, which takes
 * a fraction of a solve in fine ones. 0: the flow was stopped. */
static int estimate(struct making *making, int64_t *ret_needs_ms) {
    static const struct timetable_horizon coarse = {COARSE_STEP_MS, COARSE_HORIZON_MS};
    struct timetable *timetable = making->timetable;
    int64_t last = 0;
    int error = begin(making, coarse);
    STEP(solve_flow(making));
    const struct evacuation_plan *flow = &timetable->best;
    for (size_t r = 0; error == HV_OK && r < flow->route_count; r++) {
        const struct evacuation_route *route = &flow->routes[r];
        int64_t travel = 0;
        for (size_t i = 0; i < route->link_count; i++)
            travel += timetable->steps.links[flow->links[route->link_first + i]].travel_steps;
        for (size_t d = 0; d < route->departure_count; d++) {
            const int64_t at = flow->departures[route->departure_first + d].step + travel;
            last = at > last ? at : last;
        }
    }
    if (error == HV_OK)
        *ret_needs_ms = making->stopped || !flow->optimal ? 0 : last * COARSE_STEP_MS * 3 / 2;
    forget(timetable);
    return error;
}

/* ---- ways, windows and rates ---- */

/* The assignments as zones, each of which may go to its own shelter only. */
struct entries {
    struct evacuation_zone *zones;
    struct zone_plan_rule *rules;
    int32_t *shelters;
};

static int64_t people_of(const int64_t people[INSTANCE_CLASSES]) {
    int64_t all = 0;
    for (int class = 0; class < INSTANCE_CLASSES; class ++)
        all += people[class];
    return all;
}

static int enter(const struct making *making, struct entries *entries) {
    const struct plan *plan = making->plan;
    entries->zones = calloc(plan->assignment_count + 1, sizeof *entries->zones);
    entries->rules = calloc(plan->assignment_count + 1, sizeof *entries->rules);
    entries->shelters = calloc(plan->assignment_count + 1, sizeof *entries->shelters);
    if (entries->zones == NULL || entries->rules == NULL || entries->shelters == NULL)
        return HV_ERR_MEMORY;
    for (size_t i = 0; i < plan->assignment_count; i++) {
        const struct plan_assignment *assignment = &plan->assignments[i];
        entries->zones[i] =
            (struct evacuation_zone){.node = making->steps->zones[assignment->zone].node,
                                     .deadline_step = EVACUATION_NEVER,
                                     .people = people_of(assignment->people)};
        entries->shelters[i] = (int32_t)assignment->shelter;
        entries->rules[i] = (struct zone_plan_rule){
            .shelters = &entries->shelters[i], .shelter_count = 1, .stage = -1};
    }
    return HV_OK;
}

static int search_ways(struct making *making, struct entries *entries, struct zone_plan *ret_plan) {
    struct evacuation_instance instance = making->steps->instance;
    instance.zones = entries->zones;
    instance.zone_count = making->plan->assignment_count;
    const struct zone_plan_problem problem = {.instance = &instance,
                                              .rules = entries->rules,
                                              .routes_max = ROUTES,
                                              .departures = ZONE_PLAN_UNBROKEN};
    const struct zone_plan_options options = {
        .progress = ask_search, .context = making, .without_bound = true};
    const struct timetable_turns turns = {.given = making->limits->turns,
                                          .others = !making->limits->one_order,
                                          .ret_taken = making->made->turns};
    return timetable_ways(&problem, making->steps, making->plan, &making->timetable->best, &turns,
                          &options, ret_plan);
}

/* Who comes first: people with medical needs, then those in a wheelchair, then all others. Takes
 * up to `people` out of those who are left. */
static void take_people(int64_t left[INSTANCE_CLASSES], int64_t people,
                        int64_t ret_taken[INSTANCE_CLASSES]) {
    static const enum instance_class order[INSTANCE_CLASSES] = {
        INSTANCE_MEDICAL, INSTANCE_WHEELCHAIR, INSTANCE_GENERAL};
    for (int i = 0; i < INSTANCE_CLASSES; i++) {
        const enum instance_class class = order[i];
        ret_taken[class] = left[class] < people ? left[class] : people;
        left[class] -= ret_taken[class];
        people -= ret_taken[class];
    }
}

static enum plan_late_reason late_reason(enum zone_plan_reason reason) {
    switch (reason) {
    case ZONE_PLAN_NO_WAY:
    case ZONE_PLAN_NO_TIME:
        return PLAN_LATE_TIME;
    case ZONE_PLAN_RULES:
        return PLAN_LATE_RULES;
    default:
        return PLAN_LATE_ROADS;
    }
}

static int take_room(struct plan_timetable *made, const struct zone_plan *ways,
                     size_t assignments) {
    made->streams = calloc(ways->plan.route_count + 1, sizeof *made->streams);
    made->departures = calloc(ways->plan.departure_count + 1, sizeof *made->departures);
    made->links = calloc(ways->plan.link_count + 1, sizeof *made->links);
    made->late = calloc(assignments + 1, sizeof *made->late);
    return made->streams == NULL || made->departures == NULL || made->links == NULL ||
                   made->late == NULL
               ? HV_ERR_MEMORY
               : HV_OK;
}

/* The links of a stream that are roads. */
static void write_route(const struct making *making, const struct zone_plan *ways,
                        const struct zone_plan_stream *from, struct plan_stream *to) {
    struct plan_timetable *made = making->made;
    to->route.first = (uint32_t)made->link_count;
    for (size_t i = 0; i < from->link_count; i++) {
        const int32_t link = ways->plan.links[from->link_first + i];
        if ((uint32_t)link < making->steps->road_count)
            made->links[made->link_count++] = (uint32_t)link;
    }
    to->route.count = (uint32_t)made->link_count - to->route.first;
}

static void write_stream(const struct making *making, const struct zone_plan *ways,
                         const struct zone_plan_stream *from, int64_t left[INSTANCE_CLASSES]) {
    struct plan_timetable *made = making->made;
    const int64_t step_ms = made->step_ms;
    const struct plan_assignment *assignment = &making->plan->assignments[from->zone];
    struct plan_stream *to = &made->streams[made->stream_count++];
    *to = (struct plan_stream){
        .assignment = (uint32_t)from->zone,
        .zone = assignment->zone,
        .shelter = assignment->shelter,
        .departs_ms = from->first_step * step_ms,
        .departed_ms = (from->last_step + INT64_C(1)) * step_ms,
        .arrives_ms = ((int64_t)from->first_step + from->travel_steps) * step_ms,
        .arrived_ms = ((int64_t)from->last_step + from->travel_steps) * step_ms,
        .per_hour = from->rate * MS_PER_HOUR / step_ms,
        .departure_first = made->departure_count,
        .departure_count = from->departure_count};
    take_people(left, from->people, to->people);
    write_route(making, ways, from, to);
    for (size_t i = 0; i < from->departure_count; i++) {
        const struct evacuation_departure *departure =
            &ways->plan.departures[from->departure_first + i];
        made->departures[made->departure_count++] =
            (struct plan_departure){departure->step, departure->people};
    }
    made->clearance_ms =
        to->departed_ms > made->clearance_ms ? to->departed_ms : made->clearance_ms;
}

/* Streams come in the order of the assignments. */
static int write_ways(const struct making *making, const struct zone_plan *ways) {
    struct plan_timetable *made = making->made;
    size_t next = 0;
    int error = take_room(made, ways, making->plan->assignment_count);
    for (size_t i = 0; error == HV_OK && i < making->plan->assignment_count; i++) {
        const struct plan_assignment *assignment = &making->plan->assignments[i];
        struct plan_late late = {.zone = assignment->zone, .shelter = assignment->shelter};
        memcpy(late.people, assignment->people, sizeof late.people);
        for (; next < ways->plan.route_count && (size_t)ways->streams[next].zone == i; next++)
            write_stream(making, ways, &ways->streams[next], late.people);
        late.reason = late_reason(ways->reasons[i]);
        if (people_of(late.people) > 0)
            made->late[made->late_count++] = late;
    }
    return error;
}

static int make_ways(struct making *making) {
    struct entries entries = {0};
    struct zone_plan ways = {0};
    int error = enter(making, &entries);
    STEP(search_ways(making, &entries, &ways));
    STEP(write_ways(making, &ways));
    if (error == HV_OK) {
        making->made->work += ways.plan.work;
        making->stopped |= ways.stopped;
    }
    zone_plan_deinit(&ways);
    free(entries.zones);
    free(entries.rules);
    free(entries.shelters);
    return error;
}

/* ---- figures ---- */

static int64_t late_people(const struct plan_timetable *made) {
    int64_t people = 0;
    for (size_t i = 0; i < made->late_count; i++)
        people += people_of(made->late[i].people);
    return people;
}

/* Adds up arrivals by step: the sum, and when 90 and 100 % are there. */
static int add_up(const struct making *making) {
    struct plan_timetable *made = making->made;
    int64_t *arrivals = calloc((size_t)made->horizon_steps + 1, sizeof *arrivals), all = 0;
    if (arrivals == NULL)
        return HV_ERR_MEMORY;
    for (size_t i = 0; i < made->stream_count; i++) {
        const struct plan_stream *stream = &made->streams[i];
        const int64_t travel = (stream->arrives_ms - stream->departs_ms) / made->step_ms;
        for (size_t d = 0; d < stream->departure_count; d++) {
            const struct plan_departure *departure = &made->departures[stream->departure_first + d];
            arrivals[departure->step + travel] += departure->people;
            all += departure->people;
        }
    }
    int64_t there = 0;
    made->ete90_ms = made->ete100_ms = 0;
    for (int32_t t = 0; t <= made->horizon_steps; t++) {
        if (arrivals[t] > 0 && there * 10 < all * 9 && (there + arrivals[t]) * 10 >= all * 9)
            made->ete90_ms = t * made->step_ms;
        there += arrivals[t];
        made->arrival_ms += arrivals[t] * t * made->step_ms;
        if (arrivals[t] > 0)
            made->ete100_ms = t * made->step_ms;
    }
    free(arrivals);
    made->unserved = making->plan->objective.unserved + late_people(made);
    return HV_OK;
}

static void write_bound(const struct making *making) {
    struct plan_timetable *made = making->made;
    const struct evacuation_value bound = making->timetable->best.bound;
    const struct evacuation_instance *instance = &making->timetable->steps.instance;
    const int64_t nowhere = instance->shelters[instance->shelter_count - 1].capacity;
    made->bound_unserved = nowhere + bound.unserved;
    made->bound_arrival_ms = bound.total_arrival_steps * made->step_ms;
    made->stopped = making->stopped;
}

/* ---- the whole ---- */

static const struct timetable_limits no_limits = {0};

int timetable_solve(struct timetable *timetable, const struct instance *instance, int64_t nowhere,
                    const struct timetable_limits *limits) {
    struct making making = {.timetable = timetable,
                            .instance = instance,
                            .nowhere = nowhere,
                            .limits = limits == NULL ? &no_limits : limits};
    int error = HV_OK;
    const bool shrinks = timetable->shrinks_to_ms > 0;
    if (timetable->flow != NULL && timetable_steps_fit(&timetable->steps, instance) && !shrinks) {
        error = move_on(&making);
    } else {
        struct timetable_horizon horizon;
        int64_t needs_ms = timetable->shrinks_to_ms;
        error = timetable_horizon_first(instance, &horizon);
        if (error == HV_OK && !shrinks && horizon.step_ms <= FINE_STEP_MS)
            error = estimate(&making, &needs_ms);
        STEP(timetable_horizon_for(instance, needs_ms, &horizon));
        STEP(begin(&making, horizon));
    }
    timetable->shrinks_to_ms = 0;
    STEP(solve_flow(&making));
    if (error != HV_OK)
        forget(timetable);
    return error;
}

static struct timetable_horizon horizon_of(const struct timetable *timetable) {
    const int64_t step_ms = timetable->steps.step_ms;
    return (struct timetable_horizon){step_ms, step_ms * timetable->steps.instance.horizon_steps};
}

int timetable_lengthen(struct timetable *timetable, const struct instance *instance,
                       int64_t nowhere, const struct timetable_limits *limits) {
    struct making making = {.timetable = timetable,
                            .instance = instance,
                            .nowhere = nowhere,
                            .limits = limits == NULL ? &no_limits : limits};
    struct timetable_horizon horizon = horizon_of(timetable);
    int error = timetable_horizon_next(instance, &horizon);
    if (error != HV_OK)
        return error;
    error = begin(&making, horizon);
    STEP(solve_flow(&making));
    if (error != HV_OK)
        forget(timetable);
    return error;
}

int timetable_more_time_helps(const struct timetable *timetable, const struct plan_timetable *made,
                              bool *ret_helps) {
    return timetable_horizon_helps(&timetable->steps, &timetable->coming, made, ret_helps);
}

void timetable_take(struct timetable *timetable, const struct plan_timetable *made) {
    const int64_t horizon_ms = made->step_ms * made->horizon_steps;
    if (made->late_count == 0 && !made->stopped && horizon_ms > TIMETABLE_HORIZON_MS_MIN &&
        made->ete100_ms <= horizon_ms / 3)
        timetable->shrinks_to_ms = made->ete100_ms * 3 / 2 + 1;
}

bool timetable_is_of(const struct timetable *timetable, const struct plan_timetable *made) {
    return timetable->flow != NULL && timetable->solves == made->solve;
}

int timetable_make(struct timetable *timetable, const struct plan *plan,
                   const struct timetable_limits *limits, struct plan_timetable **ret_made) {
    struct making making = {.timetable = timetable,
                            .plan = plan,
                            .limits = limits == NULL ? &no_limits : limits,
                            .stopped = !timetable->best.optimal};
    if ((uint64_t)plan->assignment_count * timetable->steps.road_count > WAY_LINKS_MAX)
        return HV_ERR_LIMIT;
    making.made = calloc(1, sizeof *making.made);
    if (making.made == NULL)
        return HV_ERR_MEMORY;
    making.made->turns = calloc(plan->assignment_count + 1, sizeof *making.made->turns);
    if (making.made->turns == NULL) {
        plan_timetable_free(making.made);
        return HV_ERR_MEMORY;
    }
    making.made->step_ms = timetable->steps.step_ms;
    making.made->horizon_steps = timetable->steps.instance.horizon_steps;
    making.made->work = timetable->best.work;
    making.made->solve = timetable->solves;
    struct timetable_steps beside = {0};
    const bool others = making.limits->other_count > 0;
    int error = HV_OK;
    making.steps = others ? &beside : &timetable->steps;
    if (others)
        error = timetable_steps_beside(&timetable->steps, &timetable->coming, making.limits->others,
                                       making.limits->other_count, &beside);
    STEP(make_ways(&making));
    timetable_steps_end_beside(&beside);
    STEP(add_up(&making));
    if (error != HV_OK) {
        plan_timetable_free(making.made);
        return error;
    }
    write_bound(&making);
    *ret_made = making.made;
    return HV_OK;
}
