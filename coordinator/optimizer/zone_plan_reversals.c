#include "coordinator/optimizer/zone_plan_reversals.h"

#include "coordinator/optimizer/array.h"
#include "coordinator/optimizer/evacuation_session.h"

#include <stdlib.h>
#include <string.h>

#define CANDIDATES_MAX 200 /* fuller ones first */
#define TRIES 4            /* of the least used, which is given up */
#define TRIED_FROM 24      /* candidates; of more several are given up at once */
#define AT_ONCE 8          /* a part of those that are too many */

struct candidate {
    int32_t link;
    bool in;        /* reversed in the flow at hand */
    int32_t round;  /* in which it was given up; 0 before the first */
    int64_t people; /* of that flow beyond the link's own lanes, over all steps */
};

struct load {
    int32_t link, step;
    int64_t people;
};

struct choosing {
    const struct zone_plan_problem *problem;
    struct zone_plan_instance own; /* as in the flows, with nothing reversed */
    struct candidate *candidates;  /* fullest first */
    size_t count;
    int64_t *beyond; /* by link; scratch */
    struct load *loads;
    size_t load_room;
    int32_t *reversed; /* scratch */
    struct evacuation_session *session;
    const struct evacuation_options *limits; /* work of all flows, and who may stop them */
    int64_t work, work_max;
};

/* ---- what a flow sends beyond a link's own lanes --------------------------------------------- */

static int compare_loads(const void *first, const void *second) {
    const struct load *a = first, *b = second;
    if (a->link != b->link)
        return (a->link > b->link) - (a->link < b->link);
    return (a->step > b->step) - (a->step < b->step);
}

/* People of a route on a link that they enter so long after departure: an entry a departure. */
static void list_departures(const struct evacuation_plan *flow,
                            const struct evacuation_route *route, int32_t link, int32_t offset,
                            struct load *ret_loads) {
    for (size_t d = 0; d < route->departure_count; d++) {
        const struct evacuation_departure *departure =
            &flow->departures[route->departure_first + d];
        ret_loads[d] = (struct load){link, departure->step + offset, departure->people};
    }
}

/* People of a flow on links that may be reversed, by link and step. Returns the number of entries,
 * which may be written nowhere. */
static size_t list_loads(const struct choosing *choosing, const struct evacuation_plan *flow,
                         struct load *ret_loads) {
    const struct evacuation_instance *own = &choosing->own.instance;
    const size_t links = choosing->problem->instance->link_count;
    size_t count = 0;
    for (size_t r = 0; r < flow->route_count; r++) {
        const struct evacuation_route *route = &flow->routes[r];
        int32_t offset = 0;
        for (size_t i = 0; i < route->link_count; i++) {
            const int32_t link = flow->links[route->link_first + i];
            if ((size_t)link >= links) {
                offset++; /* waits for a step */
                continue;
            }
            if (choosing->problem->opposites[link] >= 0) {
                if (ret_loads != NULL)
                    list_departures(flow, route, link, offset, &ret_loads[count]);
                count += route->departure_count;
            }
            offset += own->links[link].travel_steps;
        }
    }
    return count;
}

/* Sets `beyond`. */
static int measure(struct choosing *choosing, const struct evacuation_plan *flow) {
    const size_t count = list_loads(choosing, flow, NULL);
    int error = array_reserve((void **)&choosing->loads, count, &choosing->load_room,
                              sizeof *choosing->loads);
    if (error != HV_OK)
        return error;
    struct load *loads = choosing->loads;
    (void)list_loads(choosing, flow, loads);
    memset(choosing->beyond, 0, choosing->problem->instance->link_count * sizeof *choosing->beyond);
    if (count > 0)
        qsort(loads, count, sizeof *loads, compare_loads);
    for (size_t i = 0; i < count;) {
        const int32_t link = loads[i].link, step = loads[i].step;
        int64_t people = 0;
        for (; i < count && loads[i].link == link && loads[i].step == step; i++)
            people += loads[i].people;
        const int64_t lanes = zone_plan_lanes_at(&choosing->own.instance.links[link], step);
        choosing->beyond[link] += people > lanes ? people - lanes : 0;
    }
    return HV_OK;
}

/* ---- candidates ------------------------------------------------------------------------------ */

static int compare_candidates(const void *first, const void *second) {
    const struct candidate *a = first, *b = second;
    if (a->people != b->people)
        return a->people > b->people ? -1 : 1;
    return (a->link > b->link) - (a->link < b->link);
}

/* Of each road the direction that is fuller. */
static int find_candidates(struct choosing *choosing, const struct evacuation_plan *flow) {
    const struct zone_plan_problem *problem = choosing->problem;
    const size_t links = problem->instance->link_count;
    const int64_t *beyond = choosing->beyond;
    bool *taken = calloc(links + 1, sizeof *taken);
    int error = taken == NULL ? HV_ERR_MEMORY : measure(choosing, flow);
    size_t found = 0;
    for (size_t l = 0; l < links && error == HV_OK; l++)
        if (beyond[l] > 0)
            choosing->candidates[found++] = (struct candidate){(int32_t)l, true, 0, beyond[l]};
    qsort(choosing->candidates, found, sizeof *choosing->candidates, compare_candidates);
    for (size_t i = 0; i < found; i++) {
        const int32_t link = choosing->candidates[i].link, opposite = problem->opposites[link];
        if (taken[link] || taken[opposite])
            continue;
        taken[link] = taken[opposite] = true;
        choosing->candidates[choosing->count++] = choosing->candidates[i];
    }
    free(taken);
    return error;
}

/* ---- the flow with some reversed ------------------------------------------------------------- */

/* The instance of a flow that is relaxed but for which links are reversed. */
static int relax_without_choice(const struct zone_plan_problem *problem,
                                const struct evacuation_instance *instance,
                                struct zone_plan_instance *ret_relaxed) {
    struct zone_plan_problem chosen = *problem;
    chosen.instance = instance;
    chosen.opposites = NULL;
    chosen.reversals_max = 0;
    return zone_plan_relax(&chosen, ret_relaxed);
}

static int tell_session(struct choosing *choosing, const struct evacuation_instance *instance) {
    if (choosing->session == NULL)
        return evacuation_session_new(instance, &choosing->session);
    int error = HV_OK;
    for (size_t i = 0; i < choosing->count && error == HV_OK; i++) {
        const int32_t link = choosing->candidates[i].link;
        const int32_t opposite = choosing->problem->opposites[link];
        error =
            evacuation_session_set_link(choosing->session, (size_t)link, &instance->links[link]);
        if (error == HV_OK)
            error = evacuation_session_set_link(choosing->session, (size_t)opposite,
                                                &instance->links[opposite]);
    }
    return error;
}

/* The flow with the candidates that are in. Its plan is to be freed where HV_OK comes back. */
static int solve(struct choosing *choosing, struct evacuation_plan *ret_plan) {
    struct evacuation_options options = *choosing->limits;
    struct zone_plan_instance made = {0}, relaxed = {0};
    size_t count = 0;
    options.work_max = choosing->work_max - choosing->work;
    if (options.work_max <= 0)
        return HV_ERR_LIMIT;
    for (size_t i = 0; i < choosing->count; i++)
        if (choosing->candidates[i].in)
            choosing->reversed[count++] = choosing->candidates[i].link;
    int error = zone_plan_reverse(choosing->problem, choosing->reversed, count, &made);
    if (error == HV_OK)
        error = relax_without_choice(choosing->problem, &made.instance, &relaxed);
    if (error == HV_OK)
        error = tell_session(choosing, &relaxed.instance);
    zone_plan_instance_deinit(&relaxed);
    zone_plan_instance_deinit(&made);
    if (error != HV_OK)
        return error;
    error = evacuation_session_solve(choosing->session, &options, ret_plan);
    if (error != HV_OK)
        return error;
    choosing->work += ret_plan->work;
    if (ret_plan->optimal)
        return HV_OK;
    evacuation_plan_deinit(ret_plan);
    return HV_ERR_LIMIT;
}

static int value_of(struct choosing *choosing, struct evacuation_value *ret_value) {
    struct evacuation_plan plan = {0};
    int error = solve(choosing, &plan);
    if (error == HV_OK)
        *ret_value = plan.value;
    evacuation_plan_deinit(&plan);
    return error;
}

/* ---- giving up ------------------------------------------------------------------------------- */

static size_t count_in(const struct choosing *choosing) {
    size_t count = 0;
    for (size_t i = 0; i < choosing->count; i++)
        count += choosing->candidates[i].in;
    return count;
}

/* The candidate that is in and that the flow at hand needs least, past another in that order or
 * past none; NULL where there is none. */
static struct candidate *least_used(const struct choosing *choosing,
                                    const struct candidate *after) {
    struct candidate *least = NULL;
    for (size_t i = choosing->count; i-- > 0;) {
        struct candidate *candidate = &choosing->candidates[i];
        const bool past = after == NULL || candidate->people > after->people ||
                          (candidate->people == after->people && candidate < after);
        if (candidate->in && past && (least == NULL || candidate->people < least->people))
            least = candidate;
    }
    return least;
}

/* Gives up what the flow at hand has no use for. */
static int drop_idle(struct choosing *choosing, const struct evacuation_plan *flow, int32_t round) {
    int error = measure(choosing, flow);
    for (size_t i = 0; i < choosing->count && error == HV_OK; i++) {
        struct candidate *candidate = &choosing->candidates[i];
        candidate->people = choosing->beyond[candidate->link];
        if (candidate->in && candidate->people == 0) {
            candidate->in = false;
            candidate->round = round;
        }
    }
    return error;
}

/* Of the least used the one without which the flow is best. */
static int find_victim(struct choosing *choosing, struct candidate **ret_victim) {
    struct evacuation_value best = {0, 0};
    struct candidate *candidate = NULL;
    *ret_victim = NULL;
    for (int i = 0; i < TRIES; i++) {
        struct evacuation_value value;
        candidate = least_used(choosing, candidate);
        if (candidate == NULL)
            break;
        candidate->in = false;
        int error = value_of(choosing, &value);
        candidate->in = true;
        if (error != HV_OK)
            return error;
        if (*ret_victim != NULL && evacuation_value_compare(value, best) >= 0)
            continue;
        best = value;
        *ret_victim = candidate;
    }
    return HV_OK;
}

/* Gives up the least used, until no more than `most` are in. */
static void drop_least_used(struct choosing *choosing, size_t most, int32_t round) {
    for (size_t count = count_in(choosing); count > most; count--) {
        struct candidate *least = least_used(choosing, NULL);
        least->in = false;
        least->round = round;
    }
}

/* Gives up some that are in, by the flow at hand: many at once while there are many, else the one
 * that costs least. */
static int give_up_some(struct choosing *choosing, int32_t round) {
    const size_t count = count_in(choosing), most = choosing->problem->reversals_max;
    const size_t few = most > TRIED_FROM ? most : TRIED_FROM;
    struct candidate *victim = least_used(choosing, NULL);
    if (count > few) {
        drop_least_used(choosing, count - (count - few + AT_ONCE - 1) / AT_ONCE, round);
        return HV_OK;
    }
    if (choosing->work < choosing->work_max / 2) {
        int error = find_victim(choosing, &victim);
        if (error != HV_OK)
            return error;
    }
    victim->in = false;
    victim->round = round;
    return HV_OK;
}

/* Gives candidates up, round by round, until no more are in than may be; at the limit of work by
 * the last flow alone. */
static int give_up(struct choosing *choosing, int32_t *ret_rounds) {
    int error = HV_OK;
    *ret_rounds = 0;
    for (;;) {
        struct evacuation_plan flow = {0};
        error = solve(choosing, &flow);
        if (error == HV_OK)
            error = drop_idle(choosing, &flow, *ret_rounds);
        evacuation_plan_deinit(&flow);
        if (error != HV_OK || count_in(choosing) <= choosing->problem->reversals_max)
            break;
        error = give_up_some(choosing, ++*ret_rounds);
        if (error != HV_OK)
            break;
    }
    drop_least_used(choosing, choosing->problem->reversals_max, ++*ret_rounds);
    return error == HV_ERR_LIMIT ? HV_OK : error;
}

static void set_round(struct choosing *choosing, int32_t round, bool in) {
    for (size_t i = 0; i < choosing->count; i++)
        if (choosing->candidates[i].round == round)
            choosing->candidates[i].in = in;
}

static size_t count_of_round(const struct choosing *choosing, int32_t round) {
    size_t count = 0;
    for (size_t i = 0; i < choosing->count; i++)
        count += choosing->candidates[i].round == round;
    return count;
}

/* Takes what was given up together back where it still fits and gains, the dearest first. */
static int take_back(struct choosing *choosing, int32_t rounds, struct evacuation_value *value) {
    int error = HV_OK;
    for (int32_t round = rounds; round > 0 && error == HV_OK; round--) {
        struct evacuation_value with;
        if (count_in(choosing) + count_of_round(choosing, round) > choosing->problem->reversals_max)
            continue;
        set_round(choosing, round, true);
        error = value_of(choosing, &with);
        if (error == HV_OK && evacuation_value_compare(with, *value) < 0)
            *value = with;
        else
            set_round(choosing, round, false);
    }
    return error;
}

/* Takes a candidate, in the place of another unless that is SIZE_MAX, if it gains. */
static int take_if_better(struct choosing *choosing, size_t taken, size_t away,
                          struct evacuation_value *value) {
    struct evacuation_value with;
    choosing->candidates[taken].in = true;
    if (away != SIZE_MAX)
        choosing->candidates[away].in = false;
    int error = value_of(choosing, &with);
    if (error == HV_OK && evacuation_value_compare(with, *value) < 0) {
        *value = with;
        return HV_OK;
    }
    choosing->candidates[taken].in = false;
    if (away != SIZE_MAX)
        choosing->candidates[away].in = true;
    return error;
}

/* Lets each candidate that is not in join the others, or take the place of one of them, where that
 * gains. */
static int exchange(struct choosing *choosing, struct evacuation_value *value) {
    int error = HV_OK;
    for (size_t i = 0; i < choosing->count && error == HV_OK; i++) {
        if (!choosing->candidates[i].in && count_in(choosing) < choosing->problem->reversals_max)
            error = take_if_better(choosing, i, SIZE_MAX, value);
        for (size_t j = 0; j < choosing->count && error == HV_OK; j++)
            if (!choosing->candidates[i].in && choosing->candidates[j].in)
                error = take_if_better(choosing, i, j, value);
    }
    return error;
}

/* ---- choosing -------------------------------------------------------------------------------- */

static size_t write_in(const struct choosing *choosing, int32_t *ret_links) {
    size_t count = 0;
    for (size_t i = 0; i < choosing->count; i++)
        if (choosing->candidates[i].in)
            ret_links[count++] = choosing->candidates[i].link;
    return count;
}

static void take_fullest(struct choosing *choosing) {
    for (size_t i = 0; i < choosing->count; i++)
        choosing->candidates[i].in = i < choosing->problem->reversals_max;
}

static void take_listed(struct choosing *choosing, const int32_t *links, size_t count) {
    for (size_t i = 0; i < choosing->count; i++) {
        choosing->candidates[i].in = false;
        for (size_t k = 0; k < count; k++)
            choosing->candidates[i].in =
                choosing->candidates[i].in || links[k] == choosing->candidates[i].link;
    }
}

/* What is left when others were given up, or the fullest, if they are better. */
static int choose_start(struct choosing *choosing, int32_t *ret_links,
                        struct evacuation_value *ret_value) {
    const int64_t work_max = choosing->work_max;
    struct evacuation_value fullest;
    int32_t rounds;
    if (choosing->count > CANDIDATES_MAX && choosing->problem->reversals_max < CANDIDATES_MAX)
        choosing->count = CANDIDATES_MAX;
    choosing->work_max = work_max / 4 * 3;
    int error = give_up(choosing, &rounds);
    choosing->work_max = work_max;
    if (error == HV_OK)
        error = value_of(choosing, ret_value);
    if (error == HV_OK)
        error = take_back(choosing, rounds, ret_value);
    if (error != HV_OK)
        return error;
    const size_t count = write_in(choosing, ret_links);
    take_fullest(choosing);
    error = value_of(choosing, &fullest);
    if (error == HV_OK && evacuation_value_compare(fullest, *ret_value) < 0)
        *ret_value = fullest;
    else
        take_listed(choosing, ret_links, count);
    return error;
}

static int choose(struct choosing *choosing, int32_t *ret_links, size_t *ret_count) {
    struct evacuation_value value;
    int error = choose_start(choosing, ret_links, &value);
    if (error == HV_OK)
        error = exchange(choosing, &value);
    *ret_count = write_in(choosing, ret_links);
    return error == HV_ERR_LIMIT ? HV_OK : error;
}

static void deinit(struct choosing *choosing) {
    zone_plan_instance_deinit(&choosing->own);
    evacuation_session_free(choosing->session);
    free(choosing->candidates);
    free(choosing->beyond);
    free(choosing->loads);
    free(choosing->reversed);
}

int zone_plan_choose_reversals(const struct zone_plan_problem *problem,
                               const struct evacuation_plan *flow,
                               const struct evacuation_options *limits, int32_t *ret_links,
                               size_t *ret_count) {
    const size_t links = problem->instance->link_count;
    struct choosing choosing = {
        .problem = problem,
        .candidates = calloc(links + 1, sizeof *choosing.candidates),
        .beyond = calloc(links + 1, sizeof *choosing.beyond),
        .reversed = calloc(links + 1, sizeof *choosing.reversed),
        .limits = limits,
        .work_max = limits->work_max,
    };
    *ret_count = 0;
    int error = choosing.candidates == NULL || choosing.beyond == NULL || choosing.reversed == NULL
                    ? HV_ERR_MEMORY
                    : relax_without_choice(problem, problem->instance, &choosing.own);
    if (error == HV_OK)
        error = find_candidates(&choosing, flow);
    if (error == HV_OK && choosing.count <= problem->reversals_max)
        *ret_count = write_in(&choosing, ret_links);
    else if (error == HV_OK)
        error = choose(&choosing, ret_links, ret_count);
    deinit(&choosing);
    return error;
}
