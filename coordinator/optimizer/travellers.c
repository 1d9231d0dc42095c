#include "coordinator/optimizer/travellers.h"

#include "coordinator/optimizer/zone_plan.h"

#include <stdlib.h>

struct travellers_parts {
    struct zone_plan_problem problem;
    struct evacuation_instance instance;
    struct evacuation_link *links;
    struct evacuation_change *changes;
    struct zone_plan_rule *rules;
    struct zone_plan_group *groups;
    int32_t *travel;    /* class × link */
    int32_t *shelters;  /* zone × shelter: the lists of the rules */
    int32_t *opposites; /* by link */
};

/* ---- checking -------------------------------------------------------------------------------- */

static bool class_is_sound(const struct traveller_class *class) {
    return class->party_people >= 1 && class->party_people <= TRAVELLER_PARTY_MAX &&
           class->road_use_permille >= 1 && class->road_use_permille <= TRAVELLER_ROAD_USE_MAX &&
           class->travel_limit_steps >= 0;
}

static bool places_are_sound(const struct evacuation_instance *instance,
                             const struct travellers *travellers) {
    const size_t rows = travellers->class_count * instance->shelter_count;
    for (size_t i = 0; travellers->class_places != NULL && i < rows; i++)
        if (travellers->class_places[i] < 0)
            return false;
    return true;
}

int travellers_check(const struct evacuation_instance *instance,
                     const struct travellers *travellers) {
    if (travellers->class_count < 1 || travellers->class_count > TRAVELLER_CLASSES_MAX)
        return HV_ERR_LIMIT;
    for (size_t c = 0; c < travellers->class_count; c++)
        if (!class_is_sound(&travellers->classes[c]))
            return HV_ERR_VALUE;
    for (size_t z = 0; z < instance->zone_count; z++)
        if (travellers->zone_class[z] < 0 ||
            (size_t)travellers->zone_class[z] >= travellers->class_count)
            return HV_ERR_VALUE;
    if (!places_are_sound(instance, travellers))
        return HV_ERR_VALUE;
    struct evacuation_instance footways = *instance;
    footways.links = travellers->footways;
    footways.link_count = travellers->footway_count;
    return evacuation_instance_check(&footways);
}

/* ---- units ----------------------------------------------------------------------------------- */

static int64_t common_divisor(int64_t a, int64_t b) {
    while (b != 0) {
        int64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

/* What one of a road's capacity becomes so that every class takes whole units. */
static int64_t unit_of(const struct travellers *travellers) {
    int64_t divisor = 1000;
    for (size_t c = 0; c < travellers->class_count; c++)
        divisor = common_divisor(divisor, travellers->classes[c].road_use_permille);
    return 1000 / divisor;
}

/* What does not fit is more than anybody needs. */
static int64_t in_units(int64_t capacity, int64_t unit) {
    return (capacity < EVACUATION_PEOPLE_MAX ? capacity : EVACUATION_PEOPLE_MAX) * unit;
}

/* ---- making ---------------------------------------------------------------------------------- */

static size_t count_changes(const struct evacuation_link *links, size_t count) {
    size_t changes = 0;
    for (size_t l = 0; l < count; l++)
        changes += links[l].change_count;
    return changes;
}

static bool allocate(const struct evacuation_instance *instance,
                     const struct travellers *travellers, struct travellers_parts *parts) {
    const size_t links = instance->link_count + travellers->footway_count;
    const size_t changes = count_changes(instance->links, instance->link_count) +
                           count_changes(travellers->footways, travellers->footway_count);
    const size_t zones = instance->zone_count, shelters = instance->shelter_count;
    parts->links = calloc(links + 1, sizeof *parts->links);
    parts->changes = calloc(changes + 1, sizeof *parts->changes);
    parts->rules = calloc(zones + 1, sizeof *parts->rules);
    parts->groups = calloc(travellers->class_count + 1, sizeof *parts->groups);
    parts->travel = calloc(travellers->class_count * links + 1, sizeof *parts->travel);
    parts->shelters = calloc(zones * shelters + 1, sizeof *parts->shelters);
    parts->opposites = calloc(links + 1, sizeof *parts->opposites);
    return parts->links != NULL && parts->changes != NULL && parts->rules != NULL &&
           parts->groups != NULL && parts->travel != NULL && parts->shelters != NULL &&
           parts->opposites != NULL;
}

/* Roads and then footways, in units. */
static void write_links(const struct evacuation_instance *instance,
                        const struct travellers *travellers, int64_t unit,
                        struct travellers_parts *parts) {
    struct evacuation_change *next = parts->changes;
    const size_t roads = instance->link_count, all = roads + travellers->footway_count;
    for (size_t l = 0; l < all; l++) {
        struct evacuation_link *link = &parts->links[l];
        *link = l < roads ? instance->links[l] : travellers->footways[l - roads];
        link->capacity_per_step = in_units(link->capacity_per_step, unit);
        for (size_t c = 0; c < link->change_count; c++)
            next[c] = (struct evacuation_change){link->changes[c].step,
                                                 in_units(link->changes[c].capacity, unit)};
        link->changes = next;
        next += link->change_count;
    }
    parts->instance = *instance;
    parts->instance.links = parts->links;
    parts->instance.link_count = all;
}

static void write_groups(const struct evacuation_instance *instance,
                         const struct travellers *travellers, int64_t unit,
                         struct travellers_parts *parts) {
    const size_t links = parts->instance.link_count;
    for (size_t c = 0; c < travellers->class_count; c++) {
        const struct traveller_class *class = &travellers->classes[c];
        int32_t *travel = parts->travel + c * links;
        for (size_t l = 0; l < links; l++)
            travel[l] = (l >= instance->link_count) == class->on_foot ? parts->links[l].travel_steps
                                                                      : ZONE_PLAN_BARRED;
        parts->groups[c] = (struct zone_plan_group){
            .travel_steps = travel,
            .party_people = class->party_people,
            .road_use = class->road_use_permille * unit / 1000,
            .has_travel_limit = class->travel_limit_steps != EVACUATION_NEVER,
            .travel_limit_steps = class->travel_limit_steps,
            .places = travellers->class_places == NULL
                          ? NULL
                          : travellers->class_places + c * instance->shelter_count,
        };
    }
}

/* Of the shelters that a rule allows those that take the class. */
static void write_shelters(const struct travellers *travellers, const struct zone_plan_rule *given,
                           size_t shelter_count, int32_t *list, struct zone_plan_rule *rule) {
    const bool all = given == NULL || given->shelters == NULL;
    const size_t count = all ? shelter_count : given->shelter_count;
    rule->shelters = list;
    rule->shelter_count = 0;
    for (size_t i = 0; i < count; i++) {
        const int32_t shelter = all ? (int32_t)i : given->shelters[i];
        if ((travellers->takes[shelter] & (1u << rule->group)) != 0)
            list[rule->shelter_count++] = shelter;
    }
}

static void write_rules(const struct zone_plan_problem *problem,
                        const struct travellers *travellers, struct travellers_parts *parts) {
    const size_t shelters = problem->instance->shelter_count;
    for (size_t z = 0; z < problem->instance->zone_count; z++) {
        const struct zone_plan_rule *given = problem->rules == NULL ? NULL : &problem->rules[z];
        parts->rules[z].stage = given == NULL ? -1 : given->stage;
        parts->rules[z].group = travellers->zone_class[z];
        write_shelters(travellers, given, shelters, parts->shelters + z * shelters,
                       &parts->rules[z]);
    }
}

static void write_problem(const struct zone_plan_problem *problem,
                          const struct travellers *travellers, struct travellers_parts *parts) {
    for (size_t l = 0; l < parts->instance.link_count; l++)
        parts->opposites[l] = problem->opposites != NULL && l < problem->instance->link_count
                                  ? problem->opposites[l]
                                  : -1;
    parts->problem = *problem;
    parts->problem.instance = &parts->instance;
    parts->problem.rules = parts->rules;
    parts->problem.groups = parts->groups;
    parts->problem.group_count = travellers->class_count;
    if (problem->opposites != NULL)
        parts->problem.opposites = parts->opposites;
}

int travellers_problem_make(const struct zone_plan_problem *problem,
                            const struct travellers *travellers,
                            struct travellers_problem *ret_made) {
    int error = evacuation_instance_check(problem->instance);
    if (error == HV_OK)
        error = travellers_check(problem->instance, travellers);
    if (error == HV_OK && problem->group_count > 0)
        error = HV_ERR_VALUE;
    if (error != HV_OK)
        return error;
    struct travellers_problem made = {.unit = unit_of(travellers),
                                      .parts = calloc(1, sizeof *made.parts)};
    if (made.parts == NULL || !allocate(problem->instance, travellers, made.parts)) {
        travellers_problem_deinit(&made);
        return HV_ERR_MEMORY;
    }
    write_links(problem->instance, travellers, made.unit, made.parts);
    write_groups(problem->instance, travellers, made.unit, made.parts);
    write_rules(problem, travellers, made.parts);
    write_problem(problem, travellers, made.parts);
    made.problem = &made.parts->problem;
    *ret_made = made;
    return HV_OK;
}

void travellers_problem_deinit(struct travellers_problem *made) {
    struct travellers_parts *parts = made->parts;
    if (parts != NULL) {
        free(parts->links);
        free(parts->changes);
        free(parts->rules);
        free(parts->groups);
        free(parts->travel);
        free(parts->shelters);
        free(parts->opposites);
    }
    free(parts);
    *made = (struct travellers_problem){0};
}
