/* `haven solve zoneplan`: results through the independent checker, rules, faults, exit status. */
#include "coordinator/cli/evacuation.h"
#include "coordinator/cli/solve_zoneplan.h"

#include "tests/support/command.h"
#include "tests/support/region_files.h"
#include "tests/support/scratch.h"

#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#define RUN(...) COMMAND_RUN(cli_solve_zoneplan, __VA_ARGS__)

static const char *write_text(const char *dir, const char *name, const char *text) {
    const char *path = scratch_path(dir, name);
    command_write(path, text);
    return path;
}

static const char instance_text[] =
    "{\"format\":\"haven.evacuation.instance/1\",\"name\":\"河\",\"step_s\":60,"
    "\"horizon_steps\":9,\"nodes\":[{\"id\":\"a\"},{\"id\":\"b\"}],\"links\":["
    "{\"id\":\"ab\",\"from\":\"a\",\"to\":\"b\",\"travel_steps\":2,\"capacity_per_step\":4,"
    "\"reverse\":\"ba\"},{\"id\":\"ba\",\"from\":\"b\",\"to\":\"a\",\"travel_steps\":2,"
    "\"capacity_per_step\":4}],\"zones\":[{\"id\":\"z\",\"node\":\"a\",\"people\":16}],"
    "\"shelters\":[{\"id\":\"s\",\"node\":\"b\",\"capacity\":20},"
    "{\"id\":\"t\",\"node\":\"b\",\"capacity\":20}]}";

static bool checker_accepts(const char *instance, const char *plan, const char *rest) {
    char command[4096];
    snprintf(command, sizeof command, "python3 '%s' '%s' '%s' %s >&2",
             command_shared("tools/check_evacuation.py"), instance, plan, rest);
    return system(command) == 0; // NOLINT(cert-env33-c)
}

static char *read_text(const char *path) {
    static char text[1 << 16];
    FILE *file = fopen(path, "re");
    cr_assert_not_null(file);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    return text;
}

Test(zone_plan_command, the_checker_accepts_plans_of_every_kind) {
    static const struct {
        const char *name, *option, *value, *rest;
    } cases[] = {
        {"siouxfalls-8", "--max-routes", "1", "--max-routes 1"},
        {"anaheim-28", "--max-routes", "3", "--max-routes 3"},
        {"anaheim-28", "--convergent", "--quiet", "--convergent --max-routes 1"},
        {"anaheim-20", "--non-preemptive", "--quiet", "--non-preemptive --max-routes 1"},
        {"anaheim-10", "--steady", "--quiet", "--non-preemptive --max-routes 1"},
        {"anaheim-10", "--staged", "3", "--max-routes 1"},
        {"anaheim-28", "--method", "ccrp", "--max-routes 1"},
    };
    char *dir = scratch_make();
    const char *plan = scratch_path(dir, "plan.json");
    cr_redirect_stdout();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char name[128];
        snprintf(name, sizeof name, "data/evacuation/%s.json", cases[i].name);
        const char *instance = command_shared(name);
        if (access(instance, R_OK) != 0)
            cr_skip_test("../shared/data/evacuation is not here");
        cr_assert_eq(RUN(instance, "-o", plan, "--work", "5", cases[i].option, cases[i].value),
                     EX_OK);
        cr_assert(checker_accepts(instance, plan, cases[i].rest), "%s %s", cases[i].name,
                  cases[i].option);
    }
    scratch_remove(dir);
}

#define MAKE(...) COMMAND_RUN(cli_evacuation_instance, __VA_ARGS__)

/* One road both ways, one that leads on alone. */
static const char links_text[] =
    "link_id,from_node_id,to_node_id,directed,length,lanes,capacity,free_speed\n"
    "L1,a,b,1,6,1,600,60\nL2,b,a,1,6,1,600,60\nL3,b,c,1,3,1,600,30\n";

Test(zone_plan_command, an_instance_of_a_region_says_which_roads_may_be_reversed) {
    char *dir = scratch_make();
    struct region_files files;
    region_files_init(&files);
    region_files_small(&files);
    const char *region = files.dir, *instance = scratch_path(dir, "i.json");
    region_files_write(&files, "link.csv", links_text);
    cr_redirect_stderr();
    cr_redirect_stdout();
    cr_assert_eq(MAKE(region, "-o", instance), EX_OK);
    cr_assert_null(strstr(read_text(instance), "\"reverse\""));
    cr_assert_eq(MAKE(region, "-o", instance, "--reversible", "all"), EX_OK);
    cr_assert_not_null(strstr(read_text(instance), "\"reverse\":\"L2\""));
    cr_assert_not_null(strstr(read_text(instance), "\"reverse\":\"L1\""));
    cr_assert_eq(MAKE(region, "-o", instance, "--reversible", "L1"), EX_OK);
    cr_assert_not_null(strstr(read_text(instance), "\"reverse\":\"L2\""));
    cr_assert_null(strstr(read_text(instance), "\"reverse\":\"L1\""));
    cr_assert_eq(RUN(instance, "--contraflow", "--quiet"), EX_OK);
    cr_assert_eq(RUN(instance, "--max-reversals", "1", "--quiet"), EX_USAGE, "of none");
    cr_assert_eq(MAKE(region, "-o", instance, "--reversible", "nix"), EX_NOINPUT);
    cr_assert_eq(MAKE(region, "-o", instance, "--reversible", "L3"), EX_DATAERR);
    region_files_deinit(&files);
    scratch_remove(dir);
}

Test(zone_plan_command, reverses_a_road_and_tells_what_it_gains) {
    char *dir = scratch_make();
    const char *instance = write_text(dir, "instance.json", instance_text);
    const char *plan = scratch_path(dir, "plan.json");
    cr_redirect_stdout();
    cr_assert_eq(RUN(instance, "-o", plan, "--contraflow"), EX_OK);
    const char *text = read_text(plan);
    cr_assert_not_null(strstr(text, "\"reversed\":[{\"link\":\"ab\",\"from_step\":0}]"), "%s",
                       text);
    cr_assert_not_null(strstr(text, "\"without_contraflow\":{\"unserved\":0,"));
    if (access(command_shared("tools/check_evacuation.py"), R_OK) == 0)
        cr_assert(checker_accepts(instance, plan, "--max-routes 1"));
    scratch_remove(dir);
}

Test(zone_plan_command, follows_rules_and_writes_the_same_bytes_twice) {
    char *dir = scratch_make();
    const char *instance = write_text(dir, "instance.json", instance_text);
    const char *rules = write_text(
        dir, "rules.json",
        "{\"format\":\"haven.zoneplan.rules/"
        "1\",\"zones\":[{\"zone\":\"z\",\"not_shelters\":[\"s\"],"
        "\"stage\":0,\"group\":\"foot\"}],\"groups\":[{\"id\":\"foot\",\"travel_factor\":1.5}],"
        "\"in_force\":[{\"zone\":\"z\",\"shelter\":\"s\",\"people\":10}],\"change_price\":2}");
    const char *plan = scratch_path(dir, "plan.json");
    cr_redirect_stdout();
    cr_assert_eq(RUN(instance, "-o", plan, "--rules", rules, "--json"), EX_OK);
    char *first = strdup(read_text(plan));
    cr_assert_not_null(strstr(first, "\"shelter\":\"t\",\"people\":16,\"first_departure_step\":0,"
                                     "\"last_departure_step\":3,\"rate_per_step\":4,"
                                     "\"steady\":true,\"travel_steps\":3"),
                       "%s", first);
    cr_assert_not_null(strstr(first, "\"changed\":10"));
    cr_assert_eq(RUN(instance, "-o", plan, "--rules", rules, "--quiet"), EX_OK);
    cr_assert_str_eq(read_text(plan), first);
    free(first);
    scratch_remove(dir);
}

/* Eight people of a place are ready at once, eight later; two shelters have eight places each. */
static const char place_text[] =
    "{\"format\":\"haven.evacuation.instance/1\",\"name\":\"n\",\"horizon_steps\":20,"
    "\"nodes\":[{\"id\":\"a\"},{\"id\":\"b\"},{\"id\":\"c\"}],\"links\":["
    "{\"id\":\"ab\",\"from\":\"a\",\"to\":\"b\",\"travel_steps\":1,\"capacity_per_step\":4},"
    "{\"id\":\"ac\",\"from\":\"a\",\"to\":\"c\",\"travel_steps\":1,\"capacity_per_step\":4}],"
    "\"zones\":[{\"id\":\"z@0\",\"node\":\"a\",\"people\":8,\"place\":\"z\"},"
    "{\"id\":\"z@5\",\"node\":\"a\",\"people\":8,\"earliest_step\":5,\"place\":\"z\"}],"
    "\"shelters\":[{\"id\":\"s\",\"node\":\"b\",\"capacity\":8},"
    "{\"id\":\"t\",\"node\":\"c\",\"capacity\":8}]}";

Test(zone_plan_command, people_of_one_place_are_told_one_thing) {
    char *dir = scratch_make();
    const char *instance = write_text(dir, "instance.json", place_text);
    const char *plan = scratch_path(dir, "plan.json");
    cr_redirect_stdout();
    cr_assert_eq(RUN(instance, "-o", plan), EX_OK);
    const char *text = read_text(plan);
    cr_assert_not_null(strstr(text, "\"unserved\":8,"), "%s", text); /* one route, one shelter */
    cr_assert_not_null(strstr(text, "\"orders\":[\n{\"zone\":\"z@0\",\"place\":\"z\",\"shelter\""));
    cr_assert_eq(RUN(instance, "-o", plan, "--max-routes", "2"), EX_OK);
    cr_assert_not_null(strstr(read_text(plan), "\"unserved\":0,"));
    const char *rules =
        write_text(dir, "rules.json",
                   "{\"format\":\"haven.zoneplan.rules/1\",\"zones\":[{\"zone\":\"z\","
                   "\"not_shelters\":[\"s\"]}],\"in_force\":[{\"zone\":\"z\",\"shelter\":\"t\","
                   "\"people\":16}],\"change_price\":1}");
    cr_assert_eq(RUN(instance, "-o", plan, "--rules", rules), EX_OK);
    text = read_text(plan);
    cr_assert_null(strstr(text, "\"shelter\":\"s\""));
    cr_assert_not_null(strstr(text, "\"changed\":8"), "%s", text);
    scratch_remove(dir);
}

Test(zone_plan_command, a_household_that_is_ready_in_two_parts_is_refused) {
    char *dir = scratch_make();
    const char *instance = write_text(dir, "instance.json", place_text);
    const char *who = write_text(
        dir, "who.json",
        "{\"format\":\"haven.evacuation.travellers/1\",\"instance\":\"n\",\"classes\":[{\"id\":"
        "\"family\",\"party_people\":3}],\"zones\":[{\"zone\":\"z@0\",\"class\":\"family\"},{"
        "\"zone\":\"z@5\",\"class\":\"family\"}]}");
    cr_redirect_stderr();
    cr_assert_eq(RUN(instance, "--travellers", who), EX_DATAERR);
    fflush(stderr);
    char told[4096];
    snprintf(told, sizeof told,
             "%s: zones: “z@0”: 8 people in parties of 3, and more of place “z” later; whole "
             "parties but for the last zone of a place\n",
             instance);
    cr_assert_stderr_eq_str(told);
    scratch_remove(dir);
}

Test(zone_plan_command, tells_wrong_usage_wrong_files_and_wrong_places_apart) {
    char *dir = scratch_make();
    const char *instance = write_text(dir, "instance.json", instance_text);
    const char *broken = write_text(dir, "broken.json", "{\"format\":");
    const char *wrong = write_text(
        dir, "wrong.json",
        "{\"format\":\"haven.zoneplan.rules/1\",\"zones\":[{\"zone\":\"y\"},{\"zone\":\"z\","
        "\"stage\":-1,\"group\":\"none\",\"shelters\":[\"x\"]}],\"change_price\":-1,"
        "\"groups\":[{\"id\":\"g\",\"links\":[{\"link\":\"ab\"},7],\"barred\":3}]}");
    char nowhere[4096], none[4096]; /* scratch_path keeps only its last four */
    snprintf(nowhere, sizeof nowhere, "%s/no/such/place.json", dir);
    snprintf(none, sizeof none, "%s/none.json", dir);
    cr_redirect_stdout();
    cr_redirect_stderr();
    cr_assert_eq(RUN("--help"), EX_OK);
    cr_assert_eq(command_run(cli_solve_zoneplan, (const char *const[]){NULL}), EX_USAGE);
    cr_assert_eq(RUN(instance, instance), EX_USAGE);
    cr_assert_eq(RUN(instance, "--nonsense"), EX_USAGE);
    cr_assert_eq(RUN(instance, "--max-routes", "0"), EX_USAGE);
    cr_assert_eq(RUN(instance, "--staged", "x"), EX_USAGE);
    cr_assert_eq(RUN(instance, "--time-limit", "-1"), EX_USAGE);
    cr_assert_eq(RUN(instance, "--method", "magic"), EX_USAGE);
    cr_assert_eq(RUN(instance, "--work"), EX_USAGE);
    cr_assert_eq(RUN(broken), EX_DATAERR);
    cr_assert_eq(RUN(instance, "--rules", broken), EX_DATAERR);
    cr_assert_eq(RUN(instance, "--rules", wrong), EX_DATAERR);
    cr_assert_eq(RUN(none), EX_NOINPUT);
    cr_assert_eq(RUN(instance, "--rules", none), EX_NOINPUT);
    cr_assert_eq(RUN(instance, "-o", nowhere), EX_CANTCREAT);
    scratch_remove(dir);
}

/* Sixty links that lose capacity are all kept step by step. */
Test(zone_plan_command, says_how_long_a_horizon_may_be_where_it_is_too_long) {
    enum { LINKS = 60 };
    char *dir = scratch_make(), said[512] = "";
    const char *instance = scratch_path(dir, "long.json");
    FILE *file = fopen(instance, "w");
    cr_assert_not_null(file);
    fputs("{\"format\":\"haven.evacuation.instance/1\",\"name\":\"long\",\"step_s\":60,"
          "\"horizon_steps\":1000000,\"nodes\":[",
          file);
    for (int n = 0; n <= LINKS; n++)
        fprintf(file, "%s{\"id\":\"n%d\"}", n == 0 ? "" : ",", n);
    fputs("],\"links\":[", file);
    for (int l = 0; l < LINKS; l++)
        fprintf(file,
                "%s{\"id\":\"l%d\",\"from\":\"n%d\",\"to\":\"n%d\",\"travel_steps\":1,"
                "\"capacity_per_step\":9,\"capacity_from\":[[5,8]]}",
                l == 0 ? "" : ",", l, l, l + 1);
    fputs("],\"zones\":[{\"id\":\"z\",\"node\":\"n0\",\"people\":9}],"
          "\"shelters\":[{\"id\":\"s\",\"node\":\"n60\",\"capacity\":9}]}",
          file);
    fclose(file);
    cr_redirect_stderr();
    cr_assert_eq(RUN(instance, "--quiet"), EX_DATAERR);
    fflush(stderr);
    (void)fread(said, 1, sizeof said - 1, cr_get_redirected_stderr());
    cr_assert_not_null(strstr(said, "a horizon of 1000000 steps is too long for 60 links and 61 "
                                    "nodes; up to 819672 fit in any case"),
                       "%s", said);
    scratch_remove(dir);
}
