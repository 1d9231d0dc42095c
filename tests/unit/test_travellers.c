/* Travellers: every rule changes the plan as it should; random ones re-added by a checker that
 * knows their document only, tiny ones against brute force; the reader; the command. */
#include "coordinator/cli/evacuation.h"
#include "coordinator/cli/solve_zoneplan.h"
#include "coordinator/cli/travellers_json.h"
#include "coordinator/optimizer/zone_plan.h"

#include "tests/support/chance.h"
#include "tests/support/command.h"
#include "tests/support/sanitized.h"
#include "tests/support/scratch.h"
#include "tests/support/travellers_checker.h"
#include "tests/support/zone_plan_checker.h"

#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#define NEVER EVACUATION_NEVER
#define CLASSES 3
#define ZONES 3
#define SHELTERS 3
#define LINKS 10
#define WAYS 5
#define ROUNDS (SANITIZED ? 60 : 600)

/* Everything that travellers point to. */
struct made {
    struct evacuation_instance instance;
    struct evacuation_link links[LINKS];
    struct evacuation_zone zones[ZONES];
    struct evacuation_shelter shelters[SHELTERS];
    struct travellers travellers;
    struct traveller_class classes[CLASSES];
    int32_t zone_class[ZONES];
    uint32_t takes[SHELTERS];
    int64_t class_places[CLASSES * SHELTERS];
    struct evacuation_link footways[WAYS];
    int32_t routes_max;
};

/* Points everything to its arrays; nobody is limited. */
static void begin(struct made *made) {
    *made = (struct made){.routes_max = 1};
    made->instance = (struct evacuation_instance){.horizon_steps = 20,
                                                  .node_count = 4,
                                                  .links = made->links,
                                                  .zones = made->zones,
                                                  .shelters = made->shelters};
    made->travellers = (struct travellers){.class_count = CLASSES,
                                           .classes = made->classes,
                                           .zone_class = made->zone_class,
                                           .takes = made->takes,
                                           .class_places = made->class_places,
                                           .footways = made->footways};
    for (size_t c = 0; c < CLASSES; c++)
        made->classes[c] = (struct traveller_class){1, 1000, NEVER, false};
    for (size_t s = 0; s < SHELTERS; s++)
        made->takes[s] = (1u << CLASSES) - 1;
    for (size_t i = 0; i < CLASSES * SHELTERS; i++)
        made->class_places[i] = INT64_MAX;
}

static void add_link(struct made *made, int32_t from, int32_t to, int32_t travel,
                     int64_t capacity) {
    made->links[made->instance.link_count++] =
        (struct evacuation_link){from, to, travel, NEVER, capacity, NULL, 0};
}

static void add_footway(struct made *made, int32_t from, int32_t to, int32_t travel,
                        int64_t capacity) {
    made->footways[made->travellers.footway_count++] =
        (struct evacuation_link){from, to, travel, NEVER, capacity, NULL, 0};
}

static void add_zone(struct made *made, int32_t node, int64_t people, int32_t class) {
    made->zone_class[made->instance.zone_count] = class;
    made->zones[made->instance.zone_count++] = (struct evacuation_zone){node, 0, NEVER, people};
}

static void add_shelter(struct made *made, int32_t node, int64_t capacity) {
    made->shelters[made->instance.shelter_count++] = (struct evacuation_shelter){node, 0, capacity};
}

/* Solves, has both checkers look at it, and hands the value over. */
static struct evacuation_value solve(const struct made *made, struct evacuation_value *ret_bound) {
    const struct zone_plan_problem plain = {.instance = &made->instance,
                                            .routes_max = made->routes_max};
    const struct zone_plan_options options = {.work_max = 200000, .seed = 1};
    struct travellers_problem problem;
    struct zone_plan plan = {0};
    cr_assert_eq(travellers_problem_make(&plain, &made->travellers, &problem), HV_OK);
    cr_assert_eq(zone_plan_solve(problem.problem, &options, &plan), HV_OK);
    const char *fault = zone_plan_checker_plan(problem.problem, &plan);
    cr_assert_null(fault, "%s", fault);
    fault = travellers_checker_plan(&made->instance, &made->travellers, &plan);
    cr_assert_null(fault, "%s", fault);
    const struct evacuation_value value = plan.plan.value;
    if (ret_bound != NULL)
        *ret_bound = plan.plan.bound;
    zone_plan_deinit(&plan);
    travellers_problem_deinit(&problem);
    return value;
}

#define ASSERT_VALUE(made, expected_unserved, expected_total)                                      \
    do {                                                                                           \
        struct evacuation_value value = solve(made, NULL);                                         \
        cr_assert_eq(value.unserved, expected_unserved, "%d unserved", (int)value.unserved);       \
        cr_assert_eq(value.total_arrival_steps, expected_total, "%d arrival steps",                \
                     (int)value.total_arrival_steps);                                              \
    } while (0)

/* ---- each rule ------------------------------------------------------------------------------- */

Test(travellers, classes_share_roads_and_places) {
    struct made made;
    begin(&made);
    add_link(&made, 0, 1, 1, 2);
    add_zone(&made, 0, 4, 0);
    add_zone(&made, 0, 4, 1);
    add_shelter(&made, 1, 100);
    ASSERT_VALUE(&made, 0, 2 * (1 + 2 + 3 + 4));
    made.shelters[0].capacity = 6;
    ASSERT_VALUE(&made, 2, 2 * (1 + 2 + 3));
}

Test(travellers, who_walks_leaves_the_road_to_the_others) {
    struct made made;
    begin(&made);
    add_link(&made, 0, 1, 1, 2);
    add_footway(&made, 0, 1, 3, 4);
    add_zone(&made, 0, 4, 0);
    add_zone(&made, 0, 4, 1);
    add_shelter(&made, 1, 100);
    made.classes[1].on_foot = true;
    ASSERT_VALUE(&made, 0, 2 * (1 + 2) + 4 * 3);
    made.footways[0].capacity_per_step = 1; /* a footway has a capacity of its own */
    ASSERT_VALUE(&made, 0, 2 * (1 + 2) + 3 + 4 + 5 + 6);
}

Test(travellers, nobody_walks_longer_than_the_limit) {
    struct made made;
    begin(&made);
    add_footway(&made, 0, 1, 3, 4);
    add_footway(&made, 0, 2, 6, 4);
    add_zone(&made, 0, 8, 0);
    add_shelter(&made, 1, 4);
    add_shelter(&made, 2, 100);
    made.routes_max = 2;
    made.classes[0].on_foot = true;
    ASSERT_VALUE(&made, 0, 4 * 3 + 4 * 6);
    made.classes[0].travel_limit_steps = 5;
    ASSERT_VALUE(&made, 4, 4 * 3);
}

Test(travellers, wheelchairs_and_pets_go_where_they_are_taken) {
    struct made made;
    begin(&made);
    add_link(&made, 0, 1, 1, 10);
    add_link(&made, 0, 2, 5, 10);
    add_zone(&made, 0, 4, 0);
    add_zone(&made, 0, 4, 1);
    add_shelter(&made, 1, 100);
    add_shelter(&made, 2, 100);
    ASSERT_VALUE(&made, 0, 8);
    made.takes[0] = 1u << 0;
    ASSERT_VALUE(&made, 0, 4 + 4 * 5);
    made.takes[1] = 0;
    ASSERT_VALUE(&made, 4, 4);
}

Test(travellers, places_with_care_are_few) {
    struct made made;
    begin(&made);
    made.routes_max = 2;
    add_link(&made, 0, 1, 1, 10);
    add_link(&made, 0, 2, 5, 10);
    add_zone(&made, 0, 4, 0);
    add_zone(&made, 0, 4, 1);
    add_shelter(&made, 1, 100);
    add_shelter(&made, 2, 100);
    made.class_places[1 * 2 + 0] = 1; /* class 1 at the first of two shelters */
    ASSERT_VALUE(&made, 0, 4 + 1 + 3 * 5);
}

Test(travellers, households_stay_together_and_take_the_room_of_their_cars) {
    struct made made;
    begin(&made);
    add_link(&made, 0, 1, 1, 5);
    add_zone(&made, 0, 10, 0);
    add_shelter(&made, 1, 10);
    ASSERT_VALUE(&made, 0, 5 * (1 + 2));
    made.classes[0].party_people = 4; /* a road of five lets one party in, a shelter of ten two */
    made.classes[0].road_use_permille = 4000;
    ASSERT_VALUE(&made, 2, 4 * (1 + 2));
    made.shelters[0].capacity = 12; /* the last party is smaller and takes as much */
    ASSERT_VALUE(&made, 0, 4 * (1 + 2) + 2 * 3);
    made.classes[0].road_use_permille = 2500; /* shared cars: two parties a step */
    ASSERT_VALUE(&made, 0, 8 * 1 + 2 * 2);
}

Test(travellers, thousandths_of_a_road_add_up) {
    struct made made;
    begin(&made);
    add_link(&made, 0, 1, 1, 1);
    add_zone(&made, 0, 3, 0);
    add_zone(&made, 0, 2, 1);
    add_shelter(&made, 1, 10);
    made.classes[0].road_use_permille = 333;
    made.classes[1].road_use_permille = 500;
    ASSERT_VALUE(&made, 0, 3 + 4); /* 3 · 333 + 500 is too much for one step */
}

/* ---- at random ------------------------------------------------------------------------------- */

static void make(struct made *made, uint64_t seed) {
    struct chance chance = {seed};
    begin(made);
    made->instance.horizon_steps = 3 + (int32_t)chance_below(&chance, 3);
    made->routes_max = 1 + (int32_t)chance_below(&chance, 2);
    for (int l = 0; l < 5; l++)
        add_link(made, (int32_t)chance_below(&chance, 4), (int32_t)chance_below(&chance, 4),
                 (int32_t)chance_below(&chance, 2), 1 + chance_below(&chance, 3));
    for (int l = 0; l < 3; l++)
        add_footway(made, (int32_t)chance_below(&chance, 4), (int32_t)chance_below(&chance, 4),
                    1 + (int32_t)chance_below(&chance, 2), 1 + chance_below(&chance, 3));
    for (int z = 0; z < 2 + (int)chance_below(&chance, 2); z++)
        add_zone(made, (int32_t)chance_below(&chance, 4), 1 + chance_below(&chance, 5),
                 (int32_t)chance_below(&chance, CLASSES));
    for (int s = 0; s < 1 + (int)chance_below(&chance, 3); s++)
        add_shelter(made, (int32_t)chance_below(&chance, 4), 1 + chance_below(&chance, 6));
    for (size_t c = 0; c < CLASSES; c++)
        made->classes[c] = (struct traveller_class){
            1 + chance_below(&chance, 3), 250 * (1 + chance_below(&chance, 8)),
            chance_below(&chance, 2) == 0 ? NEVER : (int32_t)chance_below(&chance, 4),
            chance_below(&chance, 3) == 0};
    for (size_t s = 0; s < SHELTERS; s++)
        made->takes[s] = 1 + chance_below(&chance, (1u << CLASSES) - 1);
    for (size_t i = 0; i < CLASSES * made->instance.shelter_count; i++)
        if (chance_below(&chance, 4) == 0)
            made->class_places[i] = chance_below(&chance, 4);
}

Test(travellers, come_within_two_per_cent_of_brute_force) {
    struct made made;
    int exact = 0, far = 0, above_flow = 0;
    for (uint64_t seed = 1; seed <= ROUNDS; seed++) {
        make(&made, seed);
        const struct zone_plan_problem plain = {.instance = &made.instance,
                                                .routes_max = made.routes_max};
        struct travellers_problem problem;
        struct evacuation_value bound;
        bool is_exact;
        cr_assert_eq(travellers_problem_make(&plain, &made.travellers, &problem), HV_OK);
        const struct evacuation_value best =
            zone_plan_checker_optimum(problem.problem, 200000, &is_exact);
        travellers_problem_deinit(&problem);
        const struct evacuation_value value = solve(&made, &bound);
        if (!is_exact)
            continue;
        exact++;
        cr_assert_geq(evacuation_value_compare(value, best), 0, "seed %d", (int)seed);
        cr_assert_leq(evacuation_value_compare(bound, best), 0,
                      "seed %d: bound %d, %d; best %d, %d", (int)seed, (int)bound.unserved,
                      (int)bound.total_arrival_steps, (int)best.unserved,
                      (int)best.total_arrival_steps);
        above_flow += bound.unserved > 0;
        far +=
            value.unserved != best.unserved ||
            50 * (value.total_arrival_steps - best.total_arrival_steps) > best.total_arrival_steps;
    }
    cr_assert_gt(exact, ROUNDS * 3 / 4);
    cr_assert_gt(above_flow, ROUNDS / 4);
    cr_assert_leq(far, exact / 200, "%d of %d", far, exact);
}

/* ---- the reader ------------------------------------------------------------------------------ */

static const char instance_text[] =
    "{\"format\":\"haven.evacuation.instance/1\",\"name\":\"河\",\"step_s\":60,"
    "\"horizon_steps\":20,\"nodes\":[{\"id\":\"a\"},{\"id\":\"b\"}],\"links\":["
    "{\"id\":\"ab\",\"from\":\"a\",\"to\":\"b\",\"travel_steps\":1,\"capacity_per_step\":2}],"
    "\"zones\":[{\"id\":\"cars\",\"node\":\"a\",\"people\":4},{\"id\":\"feet\",\"node\":\"a\","
    "\"people\":4}],\"shelters\":[{\"id\":\"s\",\"node\":\"b\",\"capacity\":20}]}";

static const char travellers_text[] =
    "{\"format\":\"haven.evacuation.travellers/1\",\"instance\":\"河\",\"classes\":["
    "{\"id\":\"car\",\"party_people\":2,\"road_use_permille\":2000},"
    "{\"id\":\"步行\",\"on_foot\":true,\"travel_limit_steps\":5}],"
    "\"zones\":[{\"zone\":\"cars\",\"class\":\"car\"},{\"zone\":\"feet\",\"class\":\"步行\"}],"
    "\"shelters\":[{\"shelter\":\"s\",\"takes\":[\"car\",\"步行\"],\"places\":{\"步行\":3}}],"
    "\"footways\":[{\"id\":\"w\",\"from\":\"a\",\"to\":\"b\",\"travel_steps\":3,"
    "\"capacity_per_step\":4,\"capacity_from\":[[2,1]]}]}";

static int parse(const char *text, size_t *ret_faults, struct travellers_document *document) {
    struct hv_fault_list faults;
    struct evacuation_document instance;
    hv_fault_list_init(&faults);
    cr_assert_eq(
        evacuation_json_parse("i", instance_text, strlen(instance_text), &faults, &instance),
        HV_OK);
    int error = travellers_json_parse("t", text, strlen(text), &instance, &faults, document);
    *ret_faults = faults.errors;
    hv_fault_list_deinit(&faults);
    evacuation_document_deinit(&instance);
    return error;
}

Test(travellers, are_read) {
    struct travellers_document document;
    size_t faults;
    cr_assert_eq(parse(travellers_text, &faults, &document), HV_OK);
    const struct travellers *travellers = &document.travellers;
    cr_assert_eq(travellers->class_count, 2);
    cr_assert_eq(travellers->classes[0].party_people, 2);
    cr_assert(travellers->classes[1].on_foot && travellers->classes[1].travel_limit_steps == 5);
    cr_assert(travellers->zone_class[0] == 0 && travellers->zone_class[1] == 1);
    cr_assert(travellers->takes[0] == 3 && travellers->class_places[1] == 3);
    cr_assert_eq(travellers->class_places[0], INT64_MAX);
    cr_assert_eq(travellers->footway_count, 1);
    cr_assert(travellers->footways[0].change_count == 1 &&
              travellers->footways[0].changes[0].capacity == 1);
    travellers_document_deinit(&document);
}

/* Replaces the first `old` of the document by `new` and reads it. */
static int read_changed(const char *old, const char *new, size_t *ret_faults) {
    char text[4096];
    const char *at = strstr(travellers_text, old);
    cr_assert_not_null(at, "%s", old);
    snprintf(text, sizeof text, "%.*s%s%s", (int)(at - travellers_text), travellers_text, new,
             at + strlen(old));
    struct travellers_document document = {0};
    int error = parse(text, ret_faults, &document);
    if (error == HV_OK)
        travellers_document_deinit(&document);
    return error;
}

Test(travellers, that_are_wrong_are_told_where) {
    static const struct {
        const char *old, *new;
        int error;
    } cases[] = {
        {"travellers/1", "travellers/2", HV_ERR_FORMAT},
        {"\"河\"", "\"湖\"", HV_ERR_VALUE},
        {"\"party_people\":2", "\"party_people\":0", HV_ERR_VALUE},
        {"\"road_use_permille\":2000", "\"road_use_permille\":1000001", HV_ERR_VALUE},
        {"\"on_foot\":true", "\"on_foot\":1", HV_ERR_VALUE},
        {"\"on_foot\":true", "\"onfoot\":true", HV_ERR_VALUE},
        {"\"id\":\"步行\"", "\"id\":\"car\"", HV_ERR_VALUE},
        {"\"zone\":\"cars\",\"class\":\"car\"", "\"zone\":\"cars\",\"class\":\"bus\"",
         HV_ERR_VALUE},
        {"\"zone\":\"feet\"", "\"zone\":\"cars\"", HV_ERR_VALUE},
        {"\"takes\":[\"car\"", "\"takes\":[7", HV_ERR_VALUE},
        {"{\"步行\":3}", "{\"步行\":-3}", HV_ERR_VALUE},
        {"{\"步行\":3}", "{\"x\":3}", HV_ERR_VALUE},
        {"\"id\":\"w\"", "\"id\":\"ab\"", HV_ERR_VALUE},
        {"\"footways\":[",
         "\"footways\":[{\"id\":\"w\",\"from\":\"a\",\"to\":\"b\",\"travel_steps\":3,"
         "\"capacity_per_step\":4},",
         HV_ERR_VALUE},
        {"\"travel_steps\":3", "\"travel_steps\":-3", HV_ERR_VALUE},
        {"[[2,1]]", "[[2,1],[2,3]]", HV_ERR_VALUE},
        {"\"to\":\"b\"", "\"to\":\"c\"", HV_ERR_VALUE},
        {"\"classes\":[", "\"classes\":7,\"x\":[", HV_ERR_VALUE},
        {"{\"format\"", "[\"format\"", HV_ERR_FORMAT},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        size_t faults = 0;
        cr_assert_eq(read_changed(cases[i].old, cases[i].new, &faults), cases[i].error, "case %zu",
                     i);
        cr_assert_geq(faults, 1, "case %zu", i);
    }
}

/* ---- the command ----------------------------------------------------------------------------- */

#define RUN(...) COMMAND_RUN(cli_solve_zoneplan, __VA_ARGS__)
#define REPORT(...) COMMAND_RUN(cli_evacuation_report, __VA_ARGS__)

Test(travellers, are_planned_by_the_command) {
    char *dir = scratch_make(), text[8192];
    const char *instance = scratch_path(dir, "i.json"), *who = scratch_path(dir, "t.json");
    const char *plan = scratch_path(dir, "p.json"), *rules = scratch_path(dir, "r.json");
    command_write(instance, instance_text);
    command_write(who, travellers_text);
    command_write(rules, "{\"format\":\"haven.zoneplan.rules/1\",\"groups\":[{\"id\":\"g\"}]}");
    cr_redirect_stdout();
    cr_redirect_stderr();
    cr_assert_eq(RUN(instance, "--travellers", who, "-o", plan, "--json"), EX_OK);
    FILE *file = fopen(plan, "re");
    cr_assert_not_null(file);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    cr_assert_not_null(strstr(text, "\"links\":[\"w\"]"), "%s", text);
    cr_assert_not_null(strstr(text, "{\"class\":\"步行\",\"people\":4,\"unserved\":1,"), "%s",
                       text);
    cr_assert_eq(REPORT(instance, plan, "--travellers", who), EX_OK);
    cr_assert_eq(REPORT(instance, plan, "--travellers", who, "--json", "--no-bound"), EX_OK);
    cr_assert_eq(REPORT(instance, plan), EX_DATAERR); /* who walks is not in the instance */
    cr_assert_eq(REPORT(instance, plan, "--travellers", who, "--certificate", plan), EX_USAGE);
    char *over = strstr(text, "\"departures\":[[");
    cr_assert_not_null(over);
    over[strlen("\"departures\":[[")] = '9'; /* leaves after the horizon */
    command_write(plan, text);
    cr_assert_eq(REPORT(instance, plan, "--travellers", who), 1);
    cr_assert_eq(RUN(instance, "--travellers", who, "--rules", rules), EX_DATAERR);
    cr_assert_eq(RUN(instance, "--travellers", instance), EX_DATAERR);
    cr_assert_eq(RUN(instance, "--travellers", dir), EX_NOINPUT);
    scratch_remove(dir);
}
