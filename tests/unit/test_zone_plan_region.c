/* Zone plans of regions with everything switched on together: mobilisation, background traffic, day
 * and night, people who go elsewhere, shelter in place, shelters that do not withstand the hazard
 * or open late, roads that are closed, close and reopen, deadlines, classes of travellers, under
 * every limit on an order, shelters given or barred, stages and a plan in force. Each plan is
 * re-added by the checker of zone plans; what the region's options promise is counted here once
 * more from the region itself. */
#include "coordinator/optimizer/travellers.h"
#include "coordinator/optimizer/zone_plan.h"
#include "coordinator/planning/evacuation_draft.h"
#include "coordinator/region/builder.h"
#include "tests/support/chance.h"
#include "tests/support/sanitized.h"
#include "tests/support/zone_plan_checker.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    ROUNDS = SANITIZED ? 150 : 300,
    NODES = 6,
    PLACES = 3,
    SHELTERS = 3,
    STEPS = 40,
    WORK = 20000,
    KEYS = PLACES * DRAFT_CLASSES,
    ENTRIES_MAX = KEYS * 3
};

/* A region, what is to be planned and everything that this points to. */
struct made {
    struct region *region;
    char ids[4 * NODES + PLACES + SHELTERS][8];
    struct hazard_entry entries[8];
    struct hazard timeline;
    uint32_t exits[1];
    struct evacuation_draft_options options;
    struct evacuation_draft *draft;
    struct zone_plan_problem problem;
    struct travellers_problem travellers;
    int32_t *opposites, *places;
    bool closed[3 * NODES]; /* by link, from the start */
    int32_t pins[KEYS][SHELTERS + 1];
    struct zone_plan_rule rules[ENTRIES_MAX];
    struct zone_plan_kept kept[ENTRIES_MAX];
};

/* How often an option was on and mattered. */
struct seen {
    int closed, late, unfit, held_back, stays, elsewhere, classes, reversed, dealt, pinned, kept;
};

/* ---- regions --------------------------------------------------------------------------------- */

static void add_road(struct made *made, struct chance *chance, uint32_t from, uint32_t to) {
    char *id = made->ids[NODES + made->region->link_count];
    snprintf(id, sizeof made->ids[0], "l%u", made->region->link_count);
    struct region_link link = {.id = id,
                               .name = "",
                               .kind = "primary",
                               .from = from,
                               .to = to,
                               .length_m = 600,
                               .free_speed_km_h = 36,
                               .travel_s = 1 + chance_below(chance, 200),
                               .capacity_veh_per_h = 60 + chance_below(chance, 400),
                               .lanes = 1};
    cr_assert_eq(builder_add_link(made->region, &link, 0), HV_OK);
}

static void add_roads(struct made *made, struct chance *chance) {
    for (uint32_t v = 0; v < NODES; v++) {
        snprintf(made->ids[v], sizeof made->ids[0], "n%u", v);
        struct region_node node = {
            .id = made->ids[v], .name = "", .kind = "", .x = 15 + v * 0.01, .y = 48};
        node.passable = true;
        cr_assert_eq(builder_add_node(made->region, &node, 0), HV_OK);
    }
    for (uint32_t v = 1; v < NODES; v++) { /* a tree, so that everybody has a way, and some more */
        const uint32_t to = chance_below(chance, v);
        add_road(made, chance, v, to);
        add_road(made, chance, to, v);
    }
    for (uint32_t i = 0; i < NODES; i++)
        add_road(made, chance, chance_below(chance, NODES), chance_below(chance, NODES));
}

static void add_places(struct made *made, struct chance *chance) {
    for (uint32_t z = 0; z < PLACES; z++) {
        struct region_zone zone = builder_blank_zone();
        char *id = made->ids[4 * NODES + z];
        snprintf(id, sizeof made->ids[0], "z%u", z);
        zone.id = zone.name = id;
        zone.node = chance_below(chance, NODES);
        const int64_t people = 1 + chance_below(chance, 200);
        zone.people[REGION_NIGHT][REGION_AGE_UNKNOWN] = people;
        zone.people[REGION_DAY][REGION_AGE_UNKNOWN] = chance_below(chance, 200);
        zone.households = 1 + people / 3;
        zone.no_vehicle_share = chance_below(chance, 5) / 10.0;
        zone.wheelchair = chance_below(chance, (uint32_t)people / 8 + 1);
        zone.medical = chance_below(chance, (uint32_t)people / 8 + 1);
        cr_assert_eq(builder_add_zone(made->region, &zone, 0), HV_OK);
    }
}

static void add_shelters(struct made *made, struct chance *chance) {
    for (uint32_t s = 0; s < SHELTERS; s++) {
        struct region_shelter shelter = builder_blank_shelter();
        char *id = made->ids[4 * NODES + PLACES + s];
        snprintf(id, sizeof made->ids[0], "s%u", s);
        shelter.id = shelter.name = id;
        shelter.node = chance_below(chance, NODES);
        shelter.stated_total[REGION_NIGHT] = chance_below(chance, 300);
        shelter.stated_total[REGION_DAY] = chance_below(chance, 300);
        shelter.activation_min = (int32_t)chance_below(chance, 20);
        if (chance_below(chance, 3) == 0)
            shelter.unfit = REGION_FLOOD;
        else
            shelter.withstands = REGION_FLOOD | REGION_CHEMICAL;
        shelter.accessible = chance_below(chance, 2) ? REGION_ANSWER_YES : REGION_ANSWER_NO;
        shelter.pets = chance_below(chance, 2) ? REGION_ANSWER_YES : REGION_ANSWER_NO;
        shelter.frail = chance_below(chance, 2) ? REGION_ANSWER_YES : REGION_ANSWER_NO;
        cr_assert_eq(builder_add_shelter(made->region, &shelter, 0), HV_OK);
    }
}

/* Water on roads, which leaves some again; water or a cloud that comes to places. */
static void add_hazard(struct made *made, struct chance *chance) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < 3; i++) {
        const double from = 60.0 * chance_below(chance, STEPS);
        const double to = chance_below(chance, 2) ? 1e6 : from + 30 + chance_below(chance, 900);
        made->entries[count++] =
            (struct hazard_entry){from,
                                  to,
                                  REGION_FLOOD,
                                  HAZARD_LINK,
                                  chance_below(chance, made->region->link_count),
                                  HAZARD_CLOSED,
                                  (char *)"",
                                  0};
    }
    const enum region_hazard comes = chance_below(chance, 2) ? REGION_CHEMICAL : REGION_FLOOD;
    for (uint32_t z = 0; z < PLACES; z++) {
        const double from = 60.0 * chance_below(chance, 2 * STEPS);
        made->entries[count++] =
            (struct hazard_entry){from,       from + 60 + chance_below(chance, 6000),
                                  comes,      HAZARD_ZONE,
                                  z,          HAZARD_FLOODED,
                                  (char *)"", 0};
    }
    made->timeline = (struct hazard){made->entries, count};
    made->options.timeline = &made->timeline;
}

/* ---- options --------------------------------------------------------------------------------- */

static void choose_options(struct made *made, struct chance *chance) {
    struct evacuation_draft_options *options = &made->options;
    *options = (struct evacuation_draft_options){
        .step_s = 60,
        .horizon_steps = STEPS,
        .time = chance_below(chance, 2) ? REGION_DAY : REGION_NIGHT,
        .stage = PROFILE_TEMPORARY,
        .hazards = chance_below(chance, 2) ? REGION_FLOOD : 0,
        .stay_exposure = chance_below(chance, 3) == 0 ? chance_below(chance, 11) / 10.0 : -1,
        .by_class = chance_below(chance, 2),
        .households = chance_below(chance, 2),
        .pets = chance_below(chance, 3) / 10.0,
        .walk_limit_s = chance_below(chance, 2) * 1200,
        .elsewhere = chance_below(chance, 2) * 0.3,
        .exits = made->exits,
        .exit_count = chance_below(chance, 2),
        .steady = chance_below(chance, 4) == 0,
    };
    made->exits[0] = chance_below(chance, NODES);
    for (size_t l = 0; l < sizeof made->closed / sizeof *made->closed; l++)
        made->closed[l] = chance_below(chance, 12) == 0;
    if (chance_below(chance, 3) == 0)
        options->closed = made->closed;
    if (chance_below(chance, 2))
        options->background = (struct evacuation_curve){2, {0, 900}, {0.5, 0.1}};
    if (chance_below(chance, 2))
        options->mobilisation = (struct evacuation_curve){3, {0, 300, 730}, {0.2, 0.7, 1}};
    if (chance_below(chance, 2))
        add_hazard(made, chance);
}

/* Places that may go to some shelters only, and leave one after the other. */
static void choose_rules(struct made *made, struct chance *chance) {
    const struct evacuation_instance *instance = &made->draft->instance;
    struct zone_plan_rule of_place[KEYS];
    for (int key = 0; key < KEYS; key++) {
        of_place[key] = (struct zone_plan_rule){.stage = -1};
        if (chance_below(chance, 4) == 0)
            of_place[key].stage = (int32_t)chance_below(chance, 2);
        if (chance_below(chance, 3) != 0)
            continue;
        of_place[key].shelters = made->pins[key];
        for (size_t s = 0; s < instance->shelter_count; s++)
            if (chance_below(chance, 2) == 0)
                made->pins[key][of_place[key].shelter_count++] = (int32_t)s;
    }
    for (size_t z = 0; z < instance->zone_count; z++)
        made->rules[z] = of_place[made->places[z]];
    made->problem.rules = made->rules;
}

/* A plan in force, of which some may be what nobody would choose. */
static void choose_in_force(struct made *made, struct chance *chance) {
    const struct evacuation_instance *instance = &made->draft->instance;
    made->problem.in_force = made->kept;
    made->problem.change_price = 1 + chance_below(chance, 20);
    for (size_t z = 0; z < instance->zone_count && instance->shelter_count > 0; z++)
        made->kept[made->problem.in_force_count++] = (struct zone_plan_kept){
            (int32_t)z, (int32_t)chance_below(chance, (uint32_t)instance->shelter_count),
            (int64_t)chance_below(chance, (uint32_t)instance->zones[z].people + 1)};
}

static void choose_limits(struct made *made, struct chance *chance) {
    const struct evacuation_instance *instance = &made->draft->instance;
    made->problem = (struct zone_plan_problem){
        .instance = instance,
        .routes_max = 1 + (int32_t)chance_below(chance, 3),
        .convergent = chance_below(chance, 3) == 0,
        .departures = (enum zone_plan_departures)chance_below(chance, 3),
        .stages = chance_below(chance, 3) == 0 ? 2 : 0,
    };
    made->places = calloc(instance->zone_count + 1, sizeof *made->places);
    made->opposites = calloc(instance->link_count + 1, sizeof *made->opposites);
    cr_assert(made->opposites != NULL && made->places != NULL);
    made->problem.places = made->places;
    for (size_t z = 0; z < instance->zone_count; z++)
        made->places[z] = (int32_t)made->draft->entries[z].zone * DRAFT_CLASSES +
                          (int32_t)made->draft->entries[z].class;
    for (size_t l = 0; l < instance->link_count; l++) {
        made->opposites[l] = -1;
        for (size_t k = 0; k < instance->link_count; k++)
            if (k != l && instance->links[k].from == instance->links[l].to &&
                instance->links[k].to == instance->links[l].from)
                made->opposites[l] = (int32_t)k;
    }
    if (chance_below(chance, 3) == 0) {
        made->problem.opposites = made->opposites;
        made->problem.reversals_max = 2;
    }
    if (chance_below(chance, 2) == 0)
        choose_rules(made, chance);
    if (chance_below(chance, 3) == 0)
        choose_in_force(made, chance);
}

static void make(struct made *made, uint64_t seed) {
    struct chance chance = {seed};
    *made = (struct made){0};
    cr_assert_eq(builder_new(&made->region), HV_OK);
    add_roads(made, &chance);
    add_places(made, &chance);
    add_shelters(made, &chance);
    choose_options(made, &chance);
    cr_assert_eq(evacuation_draft_new(made->region, &made->options, &made->draft), HV_OK);
    choose_limits(made, &chance);
    if (made->options.by_class)
        cr_assert_eq(
            travellers_problem_make(&made->problem, &made->draft->travellers, &made->travellers),
            HV_OK);
}

static void discard(struct made *made) {
    travellers_problem_deinit(&made->travellers);
    evacuation_draft_free(made->draft);
    free(made->opposites);
    free(made->places);
    region_free(made->region);
}

/* ---- what the options promise ---------------------------------------------------------------- */

#define EACH_DEPARTURE(plan, stream, departure)                                                    \
    for (const struct zone_plan_stream *stream = (plan)->streams;                                  \
         stream < (plan)->streams + (plan)->plan.route_count; stream++)                            \
        for (const struct evacuation_departure *departure =                                        \
                 (plan)->plan.departures + stream->departure_first;                                \
             departure <                                                                           \
             (plan)->plan.departures + stream->departure_first + stream->departure_count;          \
             departure++)

/* Share of a place that is ready at a time. */
static double ready(const struct evacuation_curve *curve, double at_s) {
    double share = curve->count == 0 ? 1 : 0;
    for (size_t i = 0; i < curve->count; i++)
        share = at_s >= curve->at_s[i] ? curve->share[i] : share;
    return share;
}

/* When the hazard is at a place so that nobody may leave any more. Through a cloud people may,
 * where staying at home is worse. */
static double comes_s(const struct made *made, uint32_t place) {
    double from_s = INFINITY;
    for (uint32_t e = 0; e < made->timeline.count; e++) {
        const struct hazard_entry *entry = &made->entries[e];
        if (entry->target == HAZARD_ZONE && entry->index == place &&
            (made->options.stay_exposure < 0 || entry->hazard != REGION_CHEMICAL))
            from_s = fmin(from_s, entry->from_s);
    }
    return from_s;
}

/* Whoever is ready when: people of one place and class have N routes together. */
static void check_routes(const struct made *made, const struct zone_plan *plan, int seed,
                         struct seen *seen) {
    for (size_t z = 0; z < made->draft->instance.zone_count; z++) {
        int32_t routes = 0, parts = 0;
        for (size_t i = 0; i < plan->plan.route_count; i++) {
            const struct zone_plan_stream *stream = &plan->streams[i];
            bool first = made->places[stream->zone] == made->places[z];
            parts += first;
            for (size_t k = 0; k < i && first; k++)
                first = made->places[plan->streams[k].zone] != made->places[z] ||
                        plan->streams[k].shelter != stream->shelter ||
                        plan->streams[k].link_count != stream->link_count ||
                        memcmp(plan->plan.links + plan->streams[k].link_first,
                               plan->plan.links + stream->link_first,
                               stream->link_count * sizeof *plan->plan.links) != 0;
            routes += first;
        }
        cr_assert_leq(routes, made->problem.routes_max, "seed %d: zone %d has %d routes", seed,
                      (int)z, routes);
        seen->dealt += parts > routes;
    }
}

/* Nobody of a place leaves before so many are ready, nor once the hazard is there. */
static void check_leaving(const struct made *made, const struct zone_plan *plan, int seed,
                          struct seen *seen) {
    for (uint32_t z = 0; z < PLACES; z++) {
        int64_t all = 0, gone[STEPS + 1] = {0};
        for (size_t i = 0; i < made->draft->instance.zone_count; i++)
            all += made->draft->entries[i].zone == z ? made->draft->instance.zones[i].people : 0;
        EACH_DEPARTURE(plan, stream, departure)
        if (made->draft->entries[stream->zone].zone == z)
            gone[departure->step] += departure->people;
        int64_t sum = 0;
        for (int32_t t = 0; t <= STEPS; t++) {
            sum += gone[t];
            const double may = (double)all * ready(&made->options.mobilisation, t * 60.0);
            cr_assert_leq((double)sum, may + DRAFT_CLASSES, "seed %d: place %u, step %d", seed, z,
                          (int)t);
            seen->held_back += may + DRAFT_CLASSES < (double)all && gone[t] > 0;
            cr_assert(gone[t] == 0 || t * 60.0 <= comes_s(made, z), "seed %d: place %u, too late",
                      seed, z);
        }
    }
}

static bool is_closed(const struct made *made, int32_t link, double enters, double leaves) {
    if (made->options.closed != NULL && (uint32_t)link < made->region->link_count &&
        made->closed[link])
        return true;
    for (uint32_t e = 0; e < made->timeline.count; e++) {
        const struct hazard_entry *entry = &made->entries[e];
        if (entry->target == HAZARD_LINK && entry->index == (uint32_t)link && leaves > enters &&
            leaves > entry->from_s && enters < entry->to_s)
            return true;
    }
    return false;
}

/* The direction whose lanes a plan takes for a link, or -1. */
static int32_t lanes_taken(const struct made *made, const struct zone_plan *plan, int32_t link) {
    for (size_t i = 0; i < plan->reversal_count; i++)
        if (plan->reversals[i].link == link)
            return made->opposites[link];
    return -1;
}

/* Nobody is on a road while it is closed, unless on lanes of the other direction that are open. */
static void check_closings(const struct made *made, const struct zone_plan_problem *problem,
                           const struct zone_plan *plan, int seed, struct seen *seen) {
    EACH_DEPARTURE(plan, stream, departure) {
        const struct zone_plan_group *group =
            problem->groups == NULL ? NULL : &problem->groups[problem->rules[stream->zone].group];
        int32_t at = departure->step;
        for (size_t i = 0; i < stream->link_count; i++) {
            const int32_t link = plan->plan.links[stream->link_first + i];
            const int32_t travel = group != NULL && group->travel_steps != NULL
                                       ? group->travel_steps[link]
                                       : problem->instance->links[link].travel_steps;
            const double enters = at * 60.0, leaves = (at + travel) * 60.0;
            const int32_t other = lanes_taken(made, plan, link);
            cr_assert(!is_closed(made, link, enters, leaves) ||
                          (other >= 0 && !is_closed(made, other, enters, leaves)),
                      "seed %d: on road %d from %g to %g", seed, (int)link, enters, leaves);
            for (uint32_t e = 0; e < made->timeline.count; e++)
                seen->closed += made->entries[e].target == HAZARD_LINK &&
                                made->entries[e].index == (uint32_t)link;
            at += travel;
        }
    }
}

/* Beside other traffic a road takes no more from the start on than its hours say. */
static void check_traffic(const struct made *made, const struct zone_plan *plan, int seed) {
    const double people = made->region->persons_per_vehicle / 60;
    for (uint32_t l = 0; l < made->region->link_count; l++) {
        int64_t enter[STEPS + 1] = {0};
        EACH_DEPARTURE(plan, stream, departure) {
            int32_t at = departure->step;
            for (size_t i = 0; i < stream->link_count; i++) {
                const int32_t link = plan->plan.links[stream->link_first + i];
                enter[at] += link == (int32_t)l ? departure->people : 0;
                at += made->draft->instance.links[link].travel_steps;
            }
        }
        double room = 0, sum = 0;
        for (int32_t t = 0; t <= STEPS; t++) {
            const struct evacuation_curve *background = &made->options.background;
            const double other = background->count == 0 ? 0 : ready(background, t * 60.0);
            room += made->region->links[l].capacity_veh_per_h * people * (1 - other);
            sum += (double)enter[t];
            cr_assert_leq(sum, room + 1e-6, "seed %d: road %u at step %d", seed, l, (int)t);
        }
    }
}

/* Shelters are fit for the hazard and for who comes, and open; exits are for who goes elsewhere. */
static void check_shelters(const struct made *made, const struct zone_plan *plan, int seed,
                           struct seen *seen) {
    const bool flood = made->options.hazards != 0 || made->timeline.count > 0;
    EACH_DEPARTURE(plan, stream, departure) {
        const uint32_t s = made->draft->shelter_of[stream->shelter];
        const enum evacuation_draft_class class = made->draft->entries[stream->zone].class;
        seen->elsewhere += s == REGION_NONE;
        if (made->options.by_class)
            cr_assert_eq(s == REGION_NONE, class == DRAFT_ELSEWHERE, "seed %d", seed);
        if (s == REGION_NONE)
            continue;
        const struct region_shelter *shelter = &made->region->shelters[s];
        cr_assert(!flood || (shelter->withstands & REGION_FLOOD) != 0, "seed %d: shelter %u", seed,
                  s);
        const double arrives = (departure->step + stream->travel_steps) * 60.0;
        cr_assert_geq(arrives, shelter->activation_min * 60.0, "seed %d: shelter %u", seed, s);
        cr_assert(class != DRAFT_PETS || shelter->pets == REGION_ANSWER_YES, "seed %d", seed);
        cr_assert(class != DRAFT_WHEELCHAIR || shelter->accessible == REGION_ANSWER_YES, "seed %d",
                  seed);
        cr_assert(class != DRAFT_MEDICAL || shelter->frail == REGION_ANSWER_YES, "seed %d", seed);
        seen->late += shelter->activation_min > 0;
        seen->classes += class != DRAFT_CAR && made->options.by_class;
    }
    for (uint32_t s = 0; s < SHELTERS; s++)
        seen->unfit += flood && made->region->shelters[s].unfit == REGION_FLOOD;
}

/* Who may go to some shelters only goes to no other. */
static void check_rules(const struct made *made, const struct zone_plan *plan, int seed,
                        struct seen *seen) {
    EACH_DEPARTURE(plan, stream, departure) {
        const struct zone_plan_rule *rule = &made->rules[stream->zone];
        bool allowed = made->problem.rules == NULL || rule->shelters == NULL;
        seen->pinned += !allowed;
        for (size_t i = 0; i < rule->shelter_count && !allowed; i++)
            allowed = rule->shelters[i] == stream->shelter;
        cr_assert(allowed, "seed %d: zone %d goes elsewhere", seed, (int)stream->zone);
    }
    seen->kept += plan->has_without_price &&
                  evacuation_value_compare(plan->without_price, plan->plan.value) < 0;
}

/* Everybody of the time of day is in the instance or named in a note. */
static void check_people(const struct made *made, int seed, struct seen *seen) {
    int64_t all = 0, named = evacuation_instance_people(&made->draft->instance);
    for (uint32_t z = 0; z < PLACES; z++)
        all += made->region->zones[z].people[made->options.time][REGION_AGE_UNKNOWN];
    for (size_t i = 0; i < made->draft->note_count; i++) {
        const struct evacuation_note *note = &made->draft->notes[i];
        const bool counts = note->code == NOTE_ZONE_STAYS ||
                            note->code == NOTE_ELSEWHERE_LEFT_OUT || note->code == NOTE_BY_BUS;
        named += counts ? note->amount : 0;
        seen->stays += note->code == NOTE_ZONE_STAYS;
    }
    cr_assert_eq(named, all, "seed %d: %d of %d people", seed, (int)named, (int)all);
}

Test(zone_plan_region, every_option_of_a_region_holds_under_every_limit_on_an_order) {
    struct seen seen = {0};
    for (int seed = 1; seed <= ROUNDS; seed++) {
        struct made made;
        make(&made, (uint64_t)seed);
        const struct zone_plan_problem *problem =
            made.options.by_class ? made.travellers.problem : &made.problem;
        const struct zone_plan_options options = {.work_max = WORK, .seed = 1};
        struct zone_plan plan;
        cr_assert_eq(zone_plan_solve(problem, &options, &plan), HV_OK, "seed %d", seed);
        const char *fault = zone_plan_checker_plan(problem, &plan);
        cr_assert_null(fault, "seed %d: %s", seed, fault);
        check_people(&made, seed, &seen);
        check_routes(&made, &plan, seed, &seen);
        check_leaving(&made, &plan, seed, &seen);
        check_closings(&made, problem, &plan, seed, &seen);
        check_shelters(&made, &plan, seed, &seen);
        check_rules(&made, &plan, seed, &seen);
        if (!made.options.by_class && plan.reversal_count == 0)
            check_traffic(&made, &plan, seed);
        seen.reversed += plan.reversal_count > 0;
        zone_plan_deinit(&plan);
        discard(&made);
    }
    cr_assert(seen.closed > 0 && seen.late > 0 && seen.unfit > 0 && seen.held_back > 0 &&
                  seen.stays > 0 && seen.elsewhere > 0 && seen.classes > 0 && seen.reversed > 0 &&
                  seen.dealt > 0 && seen.pinned > 0 && seen.kept > 0,
              "%d %d %d %d %d %d %d %d %d %d %d", seen.closed, seen.late, seen.unfit,
              seen.held_back, seen.stays, seen.elsewhere, seen.classes, seen.reversed, seen.dealt,
              seen.pinned, seen.kept);
}
