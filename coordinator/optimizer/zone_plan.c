#include "coordinator/optimizer/zone_plan.h"

#include "coordinator/optimizer/evacuation_flow.h"
#include "coordinator/optimizer/zone_plan_bound.h"
#include "coordinator/optimizer/zone_plan_ccrp.h"
#include "coordinator/optimizer/zone_plan_places.h"
#include "coordinator/optimizer/zone_plan_relax.h"
#include "coordinator/optimizer/zone_plan_result.h"
#include "coordinator/optimizer/zone_plan_reversals.h"
#include "coordinator/optimizer/zone_plan_split.h"
#include "coordinator/optimizer/zone_plan_stages.h"

#include <stdlib.h>
#include <string.h>

#define WORK_EACH 3000000 /* for each pair of zone and link */
#define WORK_MAX INT64_C(2000000000)
#define WORK_OF_REVERSALS 20 /* of all work, a part for which links to reverse */
#define ROUNDS_OF_STAGES 4   /* searches, each stage beginning earlier if it can */

struct planning {
    const struct zone_plan_problem *zones;   /* as it was asked */
    const struct zone_plan_problem *problem; /* of the places, where they are several zones */
    struct zone_plan_places places;
    const struct zone_plan_options *options;
    struct zone_plan_instance relaxed;
    struct evacuation_plan flow; /* on the relaxed instance */
    struct evacuation_value bound, class_bound;
    struct zone_plan_bound_ways ways; /* good ones at the prices of the class bound */
    struct evacuation_value found;    /* by the search without reversals */
    int64_t work_max, work_done;
    bool stopped;
};

void zone_plan_deinit(struct zone_plan *plan) {
    evacuation_plan_deinit(&plan->plan);
    free(plan->streams);
    free(plan->orders);
    free(plan->reasons);
    free(plan->stages);
    free(plan->reversals);
    *plan = (struct zone_plan){0};
}

/* ---- checking -------------------------------------------------------------------------------- */

static bool group_is_sound(const struct zone_plan_group *group,
                           const struct evacuation_instance *instance) {
    for (size_t s = 0; group->places != NULL && s < instance->shelter_count; s++)
        if (group->places[s] < 0)
            return false;
    return group->party_people >= 0 && group->party_people <= ZONE_PLAN_PARTY_MAX &&
           group->road_use >= 0 && group->road_use <= ZONE_PLAN_PARTY_MAX * ZONE_PLAN_PARTY_MAX &&
           (!group->has_travel_limit || group->travel_limit_steps >= 0);
}

static bool groups_are_sound(const struct zone_plan_problem *problem) {
    if (problem->group_count > 0 && problem->groups == NULL)
        return false;
    for (size_t g = 0; g < problem->group_count; g++) {
        const int32_t *travel = problem->groups[g].travel_steps;
        for (size_t l = 0; travel != NULL && l < problem->instance->link_count; l++)
            if (travel[l] < 0 && travel[l] != ZONE_PLAN_BARRED)
                return false;
        if (!group_is_sound(&problem->groups[g], problem->instance))
            return false;
    }
    return true;
}

static bool rules_are_sound(const struct zone_plan_problem *problem) {
    const struct evacuation_instance *instance = problem->instance;
    for (size_t z = 0; problem->rules != NULL && z < instance->zone_count; z++) {
        const struct zone_plan_rule *rule = &problem->rules[z];
        const size_t groups = problem->group_count > 0 ? problem->group_count : 1;
        if (rule->group < 0 || (size_t)rule->group >= groups || rule->stage < -1 ||
            rule->stage >= ZONE_PLAN_STAGES_MAX)
            return false;
        for (size_t i = 0; rule->shelters != NULL && i < rule->shelter_count; i++)
            if (rule->shelters[i] < 0 || (size_t)rule->shelters[i] >= instance->shelter_count)
                return false;
    }
    return true;
}

static bool plan_in_force_is_sound(const struct zone_plan_problem *problem) {
    const struct evacuation_instance *instance = problem->instance;
    for (size_t i = 0; i < problem->in_force_count; i++) {
        const struct zone_plan_kept *kept = &problem->in_force[i];
        if (kept->zone < 0 || (size_t)kept->zone >= instance->zone_count || kept->shelter < 0 ||
            (size_t)kept->shelter >= instance->shelter_count || kept->people < 0 ||
            kept->people > EVACUATION_PEOPLE_MAX)
            return false;
    }
    return problem->change_price >= 0 && problem->change_price <= EVACUATION_STEPS_MAX;
}

static bool opposites_are_sound(const struct zone_plan_problem *problem) {
    const struct evacuation_instance *instance = problem->instance;
    for (size_t l = 0; problem->opposites != NULL && l < instance->link_count; l++) {
        int32_t opposite = problem->opposites[l];
        if (opposite == -1)
            continue;
        if (opposite < 0 || (size_t)opposite >= instance->link_count ||
            instance->links[opposite].from != instance->links[l].to ||
            instance->links[opposite].to != instance->links[l].from)
            return false;
    }
    return true;
}

static bool readiness_is_sound(const struct zone_plan_readiness *readiness,
                               const struct evacuation_zone *zone) {
    for (size_t i = 0; i < readiness->count; i++)
        if (readiness->rows[i].people < 0 ||
            (i > 0 && (readiness->rows[i].step <= readiness->rows[i - 1].step ||
                       readiness->rows[i].people < readiness->rows[i - 1].people)))
            return false;
    return readiness->count == 0 ||
           (readiness->rows[0].step == (zone->earliest_step > 0 ? zone->earliest_step : 0) &&
            readiness->rows[readiness->count - 1].people == zone->people);
}

static bool places_are_sound(const struct zone_plan_problem *problem) {
    for (size_t z = 0; z < problem->instance->zone_count; z++) {
        if (problem->places != NULL && problem->places[z] < -1)
            return false;
        if (problem->readiness != NULL &&
            !readiness_is_sound(&problem->readiness[z], &problem->instance->zones[z]))
            return false;
    }
    return problem->places == NULL || problem->readiness == NULL;
}

int zone_plan_check(const struct zone_plan_problem *problem) {
    int error = evacuation_instance_check(problem->instance);
    if (error != HV_OK)
        return error;
    if (problem->routes_max < 1 || problem->routes_max > ZONE_PLAN_ROUTES_MAX ||
        problem->stages < 0 || problem->stages > ZONE_PLAN_STAGES_MAX)
        return HV_ERR_VALUE;
    return groups_are_sound(problem) && rules_are_sound(problem) &&
                   plan_in_force_is_sound(problem) && opposites_are_sound(problem) &&
                   places_are_sound(problem)
               ? HV_OK
               : HV_ERR_VALUE;
}

/* ---- the flow that bounds all plans ---------------------------------------------------------- */

/* Tells whoever asked how far it is. Returns whether to stop. */
static int tell(struct planning *planning, struct zone_plan_progress progress) {
    const struct zone_plan_options *options = planning->options;
    if (options->progress == NULL)
        return 0;
    planning->stopped = options->progress(options->context, &progress) != 0;
    return planning->stopped;
}

static int watch_flow(void *context, const struct evacuation_progress *progress) {
    return tell(context, (struct zone_plan_progress){.people = progress->people,
                                                     .value = {progress->people, 0},
                                                     .bound = progress->bound});
}

/* There is no plan yet while the class bound is sought. */
static int watch_bound(void *context, const struct evacuation_progress *progress) {
    const struct planning *planning = context;
    const int64_t people = evacuation_instance_people(&planning->relaxed.instance);
    (void)progress;
    return tell(context, (struct zone_plan_progress){
                             .people = people, .value = {people, 0}, .bound = planning->bound});
}

static int solve_flow(struct planning *planning) {
    int error = zone_plan_relax(planning->zones, &planning->relaxed);
    if (error != HV_OK || planning->options->without_bound)
        return error;
    const struct evacuation_options options = {.progress = watch_flow, .context = planning};
    error = evacuation_flow_solve(&planning->relaxed.instance, &options, &planning->flow);
    if (error != HV_OK)
        return error;
    planning->bound = planning->class_bound = planning->flow.bound;
    if (planning->stopped)
        return HV_OK;
    const struct evacuation_options watch = {.progress = watch_bound, .context = planning};
    return zone_plan_class_bound(planning->zones,
                                 planning->problem == planning->zones ? NULL : &planning->places,
                                 &planning->relaxed, &planning->flow, planning->work_max, &watch,
                                 &planning->ways, &planning->class_bound);
}

/* A route of the relaxed instance is a way to try, where the rules let it. */
static void add_way(const struct planning *planning, struct zone_plan_search *search,
                    int32_t zone_asked, int32_t shelter, const int32_t *links, size_t count) {
    const struct zone_plan_problem *problem = search->problem;
    const int32_t zone =
        planning->problem == planning->zones ? zone_asked : planning->places.place_of[zone_asked];
    bool open = zone_plan_allows(problem, zone, shelter);
    for (size_t i = 0; i < count && open; i++)
        open = (size_t)links[i] < problem->instance->link_count &&
               zone_plan_travel(problem, zone, links[i]) != ZONE_PLAN_BARRED;
    if (open)
        (void)zone_plan_finder_way(&search->finder, zone, shelter, links, count);
}

/* Routes of the class bound come first, then those of the flow. */
static void add_ways(const struct planning *planning, struct zone_plan_search *search) {
    const struct zone_plan_bound_ways *ways = &planning->ways;
    for (size_t i = 0; i < ways->count; i++)
        add_way(planning, search, ways->ways[i].zone, ways->ways[i].shelter,
                ways->links + ways->ways[i].link_first, ways->ways[i].link_count);
    for (size_t z = 0; z < search->problem->instance->zone_count; z++)
        search->finder.pools[z].bound_count = search->finder.pools[z].count;
    for (size_t r = 0; r < planning->flow.route_count; r++) {
        const struct evacuation_route *route = &planning->flow.routes[r];
        add_way(planning, search, route->zone, route->shelter,
                planning->flow.links + route->link_first, route->link_count);
    }
}

/* ---- one search ------------------------------------------------------------------------------ */

static int begin(const struct planning *planning, const struct zone_plan_problem *problem,
                 struct zone_plan_search *search) {
    int error = zone_plan_search_init(search, problem, planning->options);
    if (error != HV_OK)
        return error;
    search->bound = planning->class_bound;
    search->work_before = planning->work_done;
    add_ways(planning, search);
    return HV_OK;
}

static int build(const struct planning *planning, const struct zone_plan_problem *problem,
                 struct zone_plan_search *search) {
    int error = begin(planning, problem, search);
    if (error == HV_OK)
        error = zone_plan_search_build(search);
    if (error != HV_OK || problem->stages < 2)
        return error;
    struct zone_plan_search staged = {0};
    error = zone_plan_stages_form(search);
    if (error == HV_OK)
        error = begin(planning, problem, &staged);
    if (error == HV_OK) {
        zone_plan_stages_take(&staged, search);
        error = zone_plan_search_build(&staged);
    }
    zone_plan_search_deinit(search);
    *search = staged;
    return error;
}

static int improve(struct zone_plan_search *search, int64_t work) {
    const int rounds = search->stage_count > 1 ? ROUNDS_OF_STAGES : 1;
    for (int i = 1; i <= rounds && !search->stopped; i++) {
        search->work_max = work / rounds * i;
        int error = zone_plan_search_improve(search);
        if (error == HV_OK && !search->stopped)
            error = zone_plan_split(search);
        if (error == HV_OK)
            error = zone_plan_search_restore(search);
        if (error != HV_OK)
            return error;
        if (search->stage_count > 1)
            (void)zone_plan_stages_tighten(search);
    }
    return HV_OK;
}

/* Plans a problem within some work. The search is to be freed whatever comes back. */
static int search_plan(struct planning *planning, const struct zone_plan_problem *problem,
                       int64_t work, struct zone_plan_search *search) {
    const bool ccrp = planning->options->method == ZONE_PLAN_CCRP;
    int error = ccrp ? begin(planning, problem, search) : build(planning, problem, search);
    if (error == HV_OK && ccrp)
        error = zone_plan_ccrp_build(search);
    if (error == HV_OK && !ccrp && !planning->stopped)
        error = improve(search, work);
    planning->work_done += zone_plan_search_work(search);
    planning->stopped = planning->stopped || search->stopped;
    return error;
}

/* ---- all that is asked for ------------------------------------------------------------------- */

/* The best value where changing the plan in force costs nothing. */
static int find_without_price(struct planning *planning, struct zone_plan *plan) {
    struct zone_plan_problem problem = *planning->problem;
    struct zone_plan_search search = {0};
    problem.change_price = 0;
    int error = search_plan(planning, &problem, planning->work_max / 3, &search);
    if (error == HV_OK) {
        plan->has_without_price = true;
        plan->without_price =
            (struct evacuation_value){search.best.unserved, search.best.arrival_steps};
    }
    zone_plan_search_deinit(&search);
    return error;
}

static int watch_reversals(void *context, const struct evacuation_progress *progress) {
    struct planning *planning = context;
    return tell(planning, (struct zone_plan_progress){.people = progress->people,
                                                      .value = planning->found,
                                                      .bound = planning->class_bound,
                                                      .work = planning->work_done});
}

/* The search with links reversed, if that is better than `search`, which it replaces. */
static int try_reversed(struct planning *planning, struct zone_plan_instance *reversed,
                        struct zone_plan_problem *problem, int32_t *links, size_t *ret_count,
                        struct zone_plan_search *search) {
    struct zone_plan_search other = {0};
    size_t count = 0;
    const struct evacuation_options limits = {
        .progress = watch_reversals,
        .context = planning,
        .work_max = planning->work_max / WORK_OF_REVERSALS + 1,
    };
    if (planning->stopped)
        return HV_OK;
    planning->found = (struct evacuation_value){search->best.unserved, search->best.arrival_steps};
    int error =
        zone_plan_choose_reversals(planning->problem, &planning->flow, &limits, links, &count);
    if (error != HV_OK || count == 0 || planning->stopped)
        return error;
    error = zone_plan_reverse(planning->problem, links, count, reversed);
    problem->instance = &reversed->instance;
    if (error == HV_OK)
        error = search_plan(planning, problem, planning->work_max * 2 / 3, &other);
    if (error == HV_OK && zone_plan_compare(other.best.unserved, other.best.cost,
                                            search->best.unserved, search->best.cost) < 0) {
        struct zone_plan_search swap = *search;
        *search = other;
        other = swap;
        *ret_count = count;
    }
    zone_plan_search_deinit(&other);
    return error;
}

static int write_bounds(const struct planning *planning, struct zone_plan *plan) {
    plan->flow_bound = planning->bound;
    plan->class_bound = plan->plan.bound = planning->class_bound;
    plan->plan.optimal = evacuation_value_compare(plan->plan.value, plan->plan.bound) == 0;
    plan->stopped = planning->stopped;
    return HV_OK;
}

static int plan_all(struct planning *planning, struct zone_plan *plan) {
    const struct zone_plan_problem *problem = planning->problem;
    const bool contraflow = zone_plan_may_reverse(problem);
    struct zone_plan_instance reversed = {0};
    struct zone_plan_problem with = *problem;
    struct zone_plan_search search = {0};
    size_t count = 0;
    int32_t *links = calloc(problem->instance->link_count + 1, sizeof *links);
    int error = links == NULL ? HV_ERR_MEMORY : HV_OK;
    if (error == HV_OK && problem->change_price > 0 && problem->in_force_count > 0)
        error = find_without_price(planning, plan);
    if (error == HV_OK)
        error = search_plan(planning, problem,
                            contraflow ? planning->work_max / 3 : planning->work_max, &search);
    if (error == HV_OK && contraflow) {
        plan->has_without_reversal = true;
        plan->without_reversal =
            (struct evacuation_value){search.best.unserved, search.best.arrival_steps};
        error = try_reversed(planning, &reversed, &with, links, &count, &search);
    }
    if (error == HV_OK)
        error = zone_plan_result_write(&search, problem->instance, links, count, plan);
    if (error == HV_OK && planning->problem != planning->zones)
        error = zone_plan_places_deal(&planning->places, plan);
    if (error == HV_OK)
        error = write_bounds(planning, plan);
    zone_plan_search_deinit(&search);
    zone_plan_instance_deinit(&reversed);
    free(links);
    return error;
}

static int64_t default_work(const struct evacuation_instance *instance) {
    double pairs = (double)(instance->zone_count + 1) * (double)(instance->link_count + 1);
    return pairs * WORK_EACH < (double)WORK_MAX ? (int64_t)pairs * WORK_EACH : WORK_MAX;
}

int zone_plan_solve(const struct zone_plan_problem *problem,
                    const struct zone_plan_options *options, struct zone_plan *ret_plan) {
    int error = zone_plan_check(problem);
    if (error != HV_OK)
        return error;
    struct zone_plan plan = {0};
    struct planning planning = {
        .zones = problem,
        .problem = problem,
        .options = options,
        .work_max = options->work_max > 0 ? options->work_max : default_work(problem->instance),
    };
    if (problem->places != NULL) {
        error = zone_plan_places_gather(problem, &planning.places);
        if (planning.places.instance.zone_count < problem->instance->zone_count)
            planning.problem = &planning.places.problem;
    }
    if (error == HV_OK)
        error = solve_flow(&planning);
    if (error == HV_OK)
        error = plan_all(&planning, &plan);
    zone_plan_places_deinit(&planning.places);
    evacuation_plan_deinit(&planning.flow);
    zone_plan_bound_ways_deinit(&planning.ways);
    zone_plan_instance_deinit(&planning.relaxed);
    if (error != HV_OK)
        zone_plan_deinit(&plan);
    else
        *ret_plan = plan;
    return error;
}
