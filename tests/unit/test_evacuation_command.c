/* `haven solve evacuation` as a person or a script calls it, its results checked by the tool of
 * ../shared. */
#include "coordinator/cli/solve_evacuation.h"
#include "tests/support/command.h"
#include "tests/support/scratch.h"

#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#define RUN(...) COMMAND_RUN(cli_solve_evacuation, __VA_ARGS__)

/* One zone of 10, 4 a step, 2 steps to a shelter; `more` goes into the link. */
static const char *write_instance(const char *dir, const char *more) {
    const char *path = scratch_path(dir, "instance.json");
    char text[1024];
    snprintf(text, sizeof text,
             "{\"format\":\"haven.evacuation.instance/1\",\"name\":\"a \\\"small\\\" one\","
             "\"step_s\":60,\"horizon_steps\":9,\"nodes\":[{\"id\":\"a\"},{\"id\":\"b\"}],"
             "\"links\":[{\"id\":\"ab\",\"from\":\"a\",\"to\":\"b\",\"travel_steps\":2,"
             "\"capacity_per_step\":4%s}],"
             "\"zones\":[{\"id\":\"z\",\"node\":\"a\",\"people\":10}],"
             "\"shelters\":[{\"id\":\"s\",\"node\":\"b\",\"capacity\":20}]}",
             more);
    command_write(path, text);
    return path;
}

static bool checker_accepts(const char *instance, const char *plan, const char *rest) {
    char command[4096];
    snprintf(command, sizeof command, "python3 '%s' '%s' '%s' %s >&2",
             command_shared("tools/check_evacuation.py"), instance, plan, rest);
    return system(command) == 0; // NOLINT(cert-env33-c)
}

static void solve_shared(const char *name) {
    char instance_name[128], rest[1024];
    snprintf(instance_name, sizeof instance_name, "data/evacuation/%s.json", name);
    const char *instance = command_shared(instance_name);
    if (access(instance, R_OK) != 0)
        cr_skip_test("../shared/data/evacuation is not here");
    char *dir = scratch_make();
    const char *plan = scratch_path(dir, "plan.json"), *proof = scratch_path(dir, "proof.json");
    cr_redirect_stdout();
    cr_assert_eq(RUN(instance, "-o", plan, "--certificate", proof), EX_OK);
    snprintf(rest, sizeof rest, "--certificate '%s' --optimal", proof);
    cr_assert(checker_accepts(instance, plan, rest));
    scratch_remove(dir);
}

Test(evacuation_command, proves_siouxfalls_8) {
    solve_shared("siouxfalls-8");
}

Test(evacuation_command, proves_anaheim_10) {
    solve_shared("anaheim-10");
}

Test(evacuation_command, proves_anaheim_20) {
    solve_shared("anaheim-20");
}

Test(evacuation_command, proves_anaheim_28) {
    solve_shared("anaheim-28");
}

Test(evacuation_command, proves_goldcoast_60) {
    solve_shared("goldcoast-60");
}

Test(evacuation_command, keeps_to_its_limits_with_an_honest_bound) {
    const char *instance = command_shared("data/evacuation/goldcoast-60.json");
    if (access(instance, R_OK) != 0)
        cr_skip_test("../shared/data/evacuation is not here");
    char *dir = scratch_make();
    const char *plan = scratch_path(dir, "plan.json"), *proof = scratch_path(dir, "proof.json");
    char rest[1024];
    snprintf(rest, sizeof rest, "--certificate '%s'", proof);
    cr_redirect_stdout();
    cr_assert_eq(RUN(instance, "-o", plan, "--certificate", proof, "--time-limit", "0.05"), EX_OK);
    cr_assert(checker_accepts(instance, plan, rest));
    instance = command_shared("data/evacuation/anaheim-28.json");
    cr_assert_eq(RUN(instance, "-o", plan, "--certificate", proof, "--gap", "0.05"), EX_OK);
    cr_assert(checker_accepts(instance, plan, rest));
    scratch_remove(dir);
}

static size_t read_file(const char *path, char *bytes, size_t most) {
    FILE *file = fopen(path, "re");
    cr_assert_not_null(file);
    size_t count = fread(bytes, 1, most, file);
    fclose(file);
    return count;
}

Test(evacuation_command, writes_the_same_bytes_twice) {
    static char first[1 << 16], second[1 << 16];
    char *dir = scratch_make();
    const char *instance = write_instance(dir, ",\"capacity_from\":[[1,2]]");
    const char *plan = scratch_path(dir, "plan.json");
    cr_redirect_stdout();
    cr_assert_eq(RUN(instance, "-o", plan), EX_OK);
    size_t count = read_file(plan, first, sizeof first);
    cr_assert_eq(RUN(instance, "--output", plan, "--quiet"), EX_OK);
    cr_assert_eq(read_file(plan, second, sizeof second), count);
    cr_assert_eq(memcmp(first, second, count), 0);
    cr_assert_not_null(strstr(first, "a \\\"small\\\" one"));
    scratch_remove(dir);
}

Test(evacuation_command, prints_figures_as_json) {
    char *dir = scratch_make();
    const char *instance = write_instance(dir, "");
    cr_redirect_stdout();
    cr_assert_eq(RUN(instance, "--json"), EX_OK);
    fflush(stdout);
    char line[512] = "";
    FILE *printed = cr_get_redirected_stdout();
    cr_assert_not_null(fgets(line, sizeof line, printed));
    cr_assert_not_null(strstr(line, "\"unserved\":0,\"total_arrival_steps\":28,"), "%s", line);
    cr_assert_not_null(strstr(line, "\"optimal\":true"));
    scratch_remove(dir);
}

/* 90,000 people, one a step: 1 MiB holds the first steps only, and the command says what helps. */
Test(evacuation_command, says_how_much_memory_a_long_horizon_takes) {
    char *dir = scratch_make();
    const char *instance = scratch_path(dir, "long.json"), *plan = scratch_path(dir, "plan.json"),
               *proof = scratch_path(dir, "proof.json");
    command_write(instance,
                  "{\"format\":\"haven.evacuation.instance/1\",\"name\":\"long\",\"step_s\":1,"
                  "\"horizon_steps\":100000,\"nodes\":[{\"id\":\"a\"},{\"id\":\"b\"}],\"links\":"
                  "[{\"id\":\"ab\",\"from\":\"a\",\"to\":\"b\",\"travel_steps\":2,"
                  "\"capacity_per_step\":1}],\"zones\":[{\"id\":\"z\",\"node\":\"a\",\"people\":"
                  "90000}],\"shelters\":[{\"id\":\"s\",\"node\":\"b\",\"capacity\":90000}]}");
    cr_redirect_stdout();
    cr_assert_eq(RUN(instance, "-o", plan, "--certificate", proof, "--memory-limit", "1"), EX_OK);
    fflush(stdout);
    char text[1024] = "";
    cr_assert_gt(fread(text, 1, sizeof text - 1, cr_get_redirected_stdout()), 0);
    cr_assert_not_null(strstr(text, "only the first "), "%s", text);
    cr_assert_not_null(strstr(text, "and 1 are allowed; give --memory-limit 1"), "%s", text);
    if (access(command_shared("tools/check_evacuation.py"), R_OK) == 0) {
        char rest[1024];
        snprintf(rest, sizeof rest, "--certificate '%s'", proof);
        cr_assert(checker_accepts(instance, plan, rest));
    }
    cr_assert_eq(RUN(instance, "--memory-limit", "0"), EX_USAGE);
    scratch_remove(dir);
}

Test(evacuation_command, does_not_reverse_roads_and_claims_no_bound_where_it_might) {
    static char text[1 << 16];
    char *dir = scratch_make();
    const char *instance =
        write_instance(dir, ",\"reverse\":\"ba\"},{\"id\":\"ba\",\"from\":\"b\",\"to\":\"a\","
                            "\"travel_steps\":2,\"capacity_per_step\":4");
    const char *plan = scratch_path(dir, "plan.json"), *proof = scratch_path(dir, "proof.json");
    cr_redirect_stdout();
    cr_redirect_stderr();
    cr_assert_eq(RUN(instance, "-o", plan, "--certificate", proof), EX_USAGE);
    cr_assert_eq(RUN(instance, "-o", plan), EX_OK);
    size_t count = read_file(plan, text, sizeof text - 1);
    text[count] = '\0';
    cr_assert_not_null(strstr(text, "\"lower_bound\":{\"unserved\":0,\"total_arrival_steps\":0}"));
    scratch_remove(dir);
}

Test(evacuation_command, tells_wrong_usage_wrong_files_and_wrong_places_apart) {
    char *dir = scratch_make();
    const char *instance = write_instance(dir, "");
    const char *broken = scratch_path(dir, "broken.json");
    command_write(broken, "{\"format\":");
    cr_redirect_stdout();
    cr_redirect_stderr();
    cr_assert_eq(RUN("--help"), EX_OK);
    cr_assert_eq(command_run(cli_solve_evacuation, (const char *const[]){NULL}), EX_USAGE);
    cr_assert_eq(RUN(instance, instance), EX_USAGE);
    cr_assert_eq(RUN(instance, "--nonsense"), EX_USAGE);
    cr_assert_eq(RUN(instance, "-o"), EX_USAGE);
    cr_assert_eq(RUN(instance, "--gap", "-1"), EX_USAGE);
    cr_assert_eq(RUN(instance, "--time-limit", "soon"), EX_USAGE);
    cr_assert_eq(RUN(broken), EX_DATAERR);
    cr_assert_eq(RUN(scratch_path(dir, "none.json")), EX_NOINPUT);
    cr_assert_eq(RUN(instance, "-o", scratch_path(dir, "no/such/place.json")), EX_CANTCREAT);
    scratch_remove(dir);
}
