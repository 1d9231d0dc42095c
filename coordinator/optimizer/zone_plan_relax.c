#include "coordinator/optimizer/zone_plan_relax.h"

#include "coordinator/optimizer/zone_plan_ways.h"

#include <stdlib.h>
#include <string.h>

void zone_plan_instance_deinit(struct zone_plan_instance *instance) {
    free(instance->links);
    free(instance->changes);
    free(instance->scaled);
    free(instance->zones);
    free(instance->shelters);
    *instance = (struct zone_plan_instance){0};
}

static int32_t opposite_of(const struct zone_plan_problem *problem, size_t link) {
    return problem->opposites == NULL ? -1 : problem->opposites[link];
}

bool zone_plan_may_reverse(const struct zone_plan_problem *problem) {
    bool may = false;
    for (size_t l = 0; l < problem->instance->link_count && problem->reversals_max > 0; l++)
        may = may || opposite_of(problem, l) >= 0;
    return may;
}

/* ---- lanes ----------------------------------------------------------------------------------- */

int64_t zone_plan_lanes_at(const struct evacuation_link *link, int32_t step) {
    struct evacuation_link instant = *link;
    instant.travel_steps = 0;
    int64_t lanes = evacuation_link_room(&instant, step);
    return lanes < EVACUATION_PEOPLE_MAX ? lanes : EVACUATION_PEOPLE_MAX;
}

/* The lanes of another link as they are joined to one, in rising order of step. */
struct lanes {
    const struct evacuation_link *link;
    int32_t ahead; /* steps that people are on them for longer than those whom the link counts */
    size_t shut;   /* the next change that shuts them for some time, or the number of changes */
};

/* The step from which on nobody enters any more who would be on the lanes when they are shut. */
static int32_t shut_from(const struct lanes *lanes) {
    return lanes->shut < lanes->link->change_count
               ? lanes->link->changes[lanes->shut].step - lanes->ahead
               : EVACUATION_NEVER;
}

/* What the lanes take at a step, no earlier than that of the last call. */
static int64_t lanes_from(struct lanes *lanes, int32_t step) {
    const struct evacuation_link *link = lanes->link;
    while (lanes->shut < link->change_count &&
           (link->changes[lanes->shut].capacity > 0 || link->changes[lanes->shut].step <= step))
        lanes->shut++;
    return shut_from(lanes) <= step ? 0 : zone_plan_lanes_at(link, step);
}

/* The link with the lanes of another too, which nobody enters who would be on them for `travel`
 * steps and while they are closed. Writes at most one change for each of `link`, two for each of
 * `other` and one for its closing. */
static struct evacuation_link join(const struct evacuation_link *link,
                                   const struct evacuation_link *other, int32_t travel,
                                   struct evacuation_change *changes) {
    struct evacuation_link without = *other, joined = *link;
    struct evacuation_link open = *link; /* its own closing stays with the joined link */
    open.closes_at_step = EVACUATION_NEVER;
    if (other->closes_at_step != EVACUATION_NEVER && travel > 0)
        without.closes_at_step =
            other->closes_at_step >= travel ? other->closes_at_step - travel + 1 : 0;
    struct lanes lanes = {&without, travel > other->travel_steps ? travel - other->travel_steps : 0,
                          0};
    joined.changes = changes;
    joined.change_count = 0;
    joined.capacity_per_step = zone_plan_lanes_at(&open, 0) + lanes_from(&lanes, 0);
    size_t a = 0, b = 0;
    for (int32_t now = 0;;) {
        int32_t next = EVACUATION_NEVER;
        if (a < link->change_count && link->changes[a].step < next)
            next = link->changes[a].step;
        if (b < other->change_count && other->changes[b].step < next)
            next = other->changes[b].step;
        if (without.closes_at_step > now && without.closes_at_step < next)
            next = without.closes_at_step;
        if (shut_from(&lanes) > now && shut_from(&lanes) < next)
            next = shut_from(&lanes);
        if (next == EVACUATION_NEVER)
            return joined;
        a += a < link->change_count && link->changes[a].step == next;
        b += b < other->change_count && other->changes[b].step == next;
        if (next > 0)
            changes[joined.change_count++] = (struct evacuation_change){
                next, zone_plan_lanes_at(&open, next) + lanes_from(&lanes, next)};
        now = next > now ? next : now;
    }
}

/* ---- copies ---------------------------------------------------------------------------------- */

static size_t changes_of(const struct zone_plan_problem *problem, size_t link) {
    const struct evacuation_link *links = problem->instance->links;
    int32_t opposite = opposite_of(problem, link);
    return opposite < 0 ? 0 : links[link].change_count + 2 * links[opposite].change_count + 1;
}

/* Copies the links with room for `more` behind them, and for all changes that joining can make. */
static int copy(const struct zone_plan_problem *problem, size_t more,
                struct zone_plan_instance *made) {
    const struct evacuation_instance *instance = problem->instance;
    size_t changes = 1;
    for (size_t l = 0; l < instance->link_count; l++)
        changes += changes_of(problem, l);
    *made = (struct zone_plan_instance){
        .instance = *instance,
        .links = calloc(instance->link_count + more + 1, sizeof *made->links),
        .changes = calloc(changes, sizeof *made->changes),
    };
    if (made->links == NULL || made->changes == NULL) {
        zone_plan_instance_deinit(made);
        return HV_ERR_MEMORY;
    }
    if (instance->link_count > 0)
        memcpy(made->links, instance->links, instance->link_count * sizeof *made->links);
    made->instance.links = made->links;
    return HV_OK;
}

/* Groups `first` to `last`, without it. */
struct groups {
    size_t first, last;
};

static int32_t pace_of(const struct zone_plan_problem *problem, size_t group, size_t link) {
    const int32_t *travel = problem->groups[group].travel_steps;
    return travel == NULL ? problem->instance->links[link].travel_steps : travel[link];
}

/* The least travel steps of any group, or BARRED where the link is for none. */
static int32_t quickest(const struct zone_plan_problem *problem, struct groups groups,
                        size_t link) {
    int32_t least = ZONE_PLAN_BARRED;
    for (size_t g = groups.first; g < groups.last; g++) {
        int32_t steps = pace_of(problem, g, link);
        if (steps != ZONE_PLAN_BARRED && (least == ZONE_PLAN_BARRED || steps < least))
            least = steps;
    }
    return least;
}

static void set_paces(const struct zone_plan_problem *problem, struct groups groups,
                      struct zone_plan_instance *relaxed) {
    for (size_t l = 0; l < problem->instance->link_count; l++) {
        int32_t steps = quickest(problem, groups, l);
        if (steps != ZONE_PLAN_BARRED) {
            relaxed->links[l].travel_steps = steps;
            continue;
        }
        relaxed->links[l].capacity_per_step = 0;
        relaxed->links[l].change_count = 0;
    }
}

/* Of the groups that may use a link the one that brings most people over it. */
static const struct zone_plan_group *densest(const struct zone_plan_problem *problem,
                                             struct groups groups, size_t link) {
    const struct zone_plan_group *best = NULL;
    for (size_t g = groups.first; g < groups.last; g++) {
        const struct zone_plan_group *group = &problem->groups[g];
        if (pace_of(problem, g, link) == ZONE_PLAN_BARRED)
            continue;
        if (best == NULL || zone_plan_party(group) * zone_plan_use(best) >
                                zone_plan_party(best) * zone_plan_use(group))
            best = group;
    }
    return best;
}

/* People in so much capacity: no more than ⌊capacity · party / use⌋, as whole people. */
static int64_t in_people(const struct zone_plan_group *group, int64_t capacity) {
    const int64_t enough = EVACUATION_PEOPLE_MAX * zone_plan_use(group); /* for everybody */
    capacity = capacity < enough ? capacity : enough;
    return capacity * zone_plan_party(group) / zone_plan_use(group);
}

/* Turns capacities into people where groups take something else than one for each. */
static int set_people(const struct zone_plan_problem *problem, struct groups groups,
                      struct zone_plan_instance *relaxed) {
    size_t changes = 0;
    bool any = false;
    for (size_t g = groups.first; g < groups.last; g++)
        any = any || zone_plan_use(&problem->groups[g]) != zone_plan_party(&problem->groups[g]);
    if (!any)
        return HV_OK;
    for (size_t l = 0; l < problem->instance->link_count; l++)
        changes += relaxed->links[l].change_count;
    relaxed->scaled = calloc(changes + 1, sizeof *relaxed->scaled);
    if (relaxed->scaled == NULL)
        return HV_ERR_MEMORY;
    struct evacuation_change *next = relaxed->scaled;
    for (size_t l = 0; l < problem->instance->link_count; l++) {
        struct evacuation_link *link = &relaxed->links[l];
        const struct zone_plan_group *group = densest(problem, groups, l);
        if (group == NULL)
            continue;
        link->capacity_per_step = in_people(group, link->capacity_per_step);
        for (size_t c = 0; c < link->change_count; c++)
            next[c] = (struct evacuation_change){link->changes[c].step,
                                                 in_people(group, link->changes[c].capacity)};
        link->changes = next;
        next += link->change_count;
    }
    return HV_OK;
}

/* Who is slower than the flow is where the flow waits. */
static void add_waiting(struct zone_plan_instance *relaxed) {
    for (size_t v = 0; v < relaxed->instance.node_count; v++)
        relaxed->links[relaxed->instance.link_count++] = (struct evacuation_link){
            .from = (int32_t)v,
            .to = (int32_t)v,
            .travel_steps = 1,
            .closes_at_step = EVACUATION_NEVER,
            .capacity_per_step = EVACUATION_PEOPLE_MAX,
        };
}

static int relax(const struct zone_plan_problem *problem, struct groups groups,
                 struct zone_plan_instance *ret_relaxed) {
    const struct evacuation_instance *instance = problem->instance;
    const bool waits = groups.last > groups.first + 1 && !evacuation_instance_is_steady(instance);
    struct zone_plan_instance relaxed;
    int error = copy(problem, waits ? instance->node_count : 0, &relaxed);
    if (error != HV_OK)
        return error;
    struct evacuation_change *changes = relaxed.changes;
    for (size_t l = 0; l < instance->link_count; l++) {
        int32_t opposite = opposite_of(problem, l);
        if (opposite >= 0 && problem->reversals_max > 0)
            relaxed.links[l] = join(&instance->links[l], &instance->links[opposite], 0, changes);
        changes += changes_of(problem, l);
    }
    if (problem->group_count > 0) {
        set_paces(problem, groups, &relaxed);
        error = set_people(problem, groups, &relaxed);
    }
    if (error != HV_OK) {
        zone_plan_instance_deinit(&relaxed);
        return error;
    }
    if (waits)
        add_waiting(&relaxed);
    *ret_relaxed = relaxed;
    return HV_OK;
}

int zone_plan_relax(const struct zone_plan_problem *problem,
                    struct zone_plan_instance *ret_relaxed) {
    return relax(problem, (struct groups){0, problem->group_count}, ret_relaxed);
}

/* Whether the rules let any zone of a group go to a shelter. */
static bool is_for_group(const struct zone_plan_problem *problem, size_t group, size_t shelter) {
    for (size_t z = 0; z < problem->instance->zone_count; z++)
        if (zone_plan_group_of(problem, (int32_t)z) == &problem->groups[group] &&
            zone_plan_allows(problem, (int32_t)z, (int32_t)shelter))
            return true;
    return false;
}

int zone_plan_relax_group(const struct zone_plan_problem *problem, size_t group,
                          struct zone_plan_instance *ret_relaxed) {
    const struct evacuation_instance *instance = problem->instance;
    struct zone_plan_instance made;
    int error = relax(problem, (struct groups){group, group + 1}, &made);
    if (error != HV_OK)
        return error;
    made.zones = calloc(instance->zone_count + 1, sizeof *made.zones);
    made.shelters = calloc(instance->shelter_count + 1, sizeof *made.shelters);
    if (made.zones == NULL || made.shelters == NULL) {
        zone_plan_instance_deinit(&made);
        return HV_ERR_MEMORY;
    }
    for (size_t z = 0; z < instance->zone_count; z++) {
        made.zones[z] = instance->zones[z];
        if (zone_plan_group_of(problem, (int32_t)z) != &problem->groups[group])
            made.zones[z].people = 0;
    }
    const int64_t *places = problem->groups[group].places;
    for (size_t s = 0; s < instance->shelter_count; s++) {
        made.shelters[s] = instance->shelters[s];
        if (places != NULL && places[s] < made.shelters[s].capacity)
            made.shelters[s].capacity = places[s];
        if (!is_for_group(problem, group, s))
            made.shelters[s].capacity = 0;
    }
    made.instance.zones = made.zones;
    made.instance.shelters = made.shelters;
    *ret_relaxed = made;
    return HV_OK;
}

/* Steps on a link of whoever takes longest. */
static int32_t slowest(const struct zone_plan_problem *problem, int32_t link) {
    int32_t travel = problem->group_count == 0 ? problem->instance->links[link].travel_steps : 0;
    for (size_t g = 0; g < problem->group_count; g++) {
        const int32_t *steps = problem->groups[g].travel_steps;
        const int32_t here =
            steps == NULL ? problem->instance->links[link].travel_steps : steps[link];
        travel = here > travel ? here : travel;
    }
    return travel;
}

int zone_plan_reverse(const struct zone_plan_problem *problem, const int32_t *reversed,
                      size_t count, struct zone_plan_instance *ret_reversed) {
    const struct evacuation_instance *instance = problem->instance;
    struct zone_plan_instance made;
    int error = copy(problem, 0, &made);
    if (error != HV_OK)
        return error;
    struct evacuation_change *changes = made.changes;
    for (size_t i = 0; i < count; i++) {
        int32_t link = reversed[i], opposite = problem->opposites[link];
        made.links[link] = join(&instance->links[link], &instance->links[opposite],
                                slowest(problem, link), changes);
        made.links[opposite].closes_at_step = 0;
        changes += changes_of(problem, (size_t)link);
    }
    *ret_reversed = made;
    return HV_OK;
}
