/* `haven solve allocation` as a person or a script calls it, its results checked by the tool of
 * ../shared. */
#include "coordinator/cli/solve_allocation.h"
#include "tests/support/command.h"
#include "tests/support/scratch.h"

#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#define RUN(...) COMMAND_RUN(cli_solve_allocation, __VA_ARGS__)

static const char *write_instance(const char *dir, const char *need) {
    const char *path = scratch_path(dir, "instance.json");
    FILE *file = fopen(path, "we");
    cr_assert_not_null(file);
    fprintf(file,
            "{\"format\":\"haven.allocation.instance/1\",\"name\":\"a \\\"small\\\" one\","
            "\"items\":[{\"id\":\"水\",\"volume_m3\":1,\"weight_kg\":1,\"shortage_cost\":9,"
            "\"pack\":4}],\"depots\":[{\"id\":\"d\",\"stock\":{\"水\":10}}],"
            "\"shelters\":[{\"id\":\"s\",\"need\":{\"水\":%s}},{\"id\":\"t\",\"need\":"
            "{\"水\":10}}],"
            "\"lanes\":[{\"depot\":\"d\",\"shelter\":\"s\",\"cost_per_m3\":1},"
            "{\"depot\":\"d\",\"shelter\":\"t\",\"cost_per_m3\":2}],\"fairness\":\"none\"}",
            need);
    fclose(file);
    return path;
}

static bool has(FILE *stream, const char *text) {
    char bytes[4096] = "";
    fflush(NULL);
    size_t count = fread(bytes, 1, sizeof bytes - 1, stream);
    bytes[count] = '\0';
    return strstr(bytes, text) != NULL;
}

/* An instance of one depot that has one item and is asked for another. */
static const char *write_nothing_to_send(const char *dir) {
    const char *path = scratch_path(dir, "nothing.json");
    FILE *file = fopen(path, "we");
    cr_assert_not_null(file);
    fputs("{\"format\":\"haven.allocation.instance/1\",\"name\":\"none\",\"items\":["
          "{\"id\":\"a\",\"volume_m3\":1,\"weight_kg\":1,\"shortage_cost\":9},"
          "{\"id\":\"b\",\"volume_m3\":1,\"weight_kg\":1,\"shortage_cost\":9}],"
          "\"depots\":[{\"id\":\"d\",\"stock\":{\"a\":5}}],"
          "\"shelters\":[{\"id\":\"s\",\"need\":{\"b\":5}}],"
          "\"lanes\":[{\"depot\":\"d\",\"shelter\":\"s\",\"cost_per_m3\":1}],"
          "\"fairness\":\"none\"}",
          file);
    fclose(file);
    return path;
}

static bool checker_accepts(const char *instance, const char *solution) {
    char command[4096];
    snprintf(command, sizeof command, "python3 '%s' '%s' '%s' >&2",
             command_shared("tools/check_supply.py"), instance, solution);
    return system(command) == 0; // NOLINT(cert-env33-c)
}

Test(allocation_command, solves_the_city_to_its_known_optimum, .init = cr_redirect_stdout) {
    const char *city = command_shared("data/supply/city-20-400-10.json");
    if (access(city, R_OK) != 0)
        cr_skip("no ../shared/data/supply");
    char *dir = scratch_make();
    const char *solution = scratch_path(dir, "solution.json");
    cr_assert_eq(RUN(city, "-o", solution, "--json"), EX_OK);
    cr_assert(has(cr_get_redirected_stdout(), "{\"objective\":24650861.6814"));
    cr_assert(checker_accepts(city, solution));
    cr_assert_eq(RUN(city, "-o", solution, "--fairness", "maxmin"), EX_OK);
    cr_assert(checker_accepts(city, solution));
    scratch_remove(dir);
}

/* The least fill rate of the format is of needs that can be met in part: here of none. */
Test(allocation_command, does_not_say_that_everybody_got_all_where_nothing_could_be_sent,
     .init = cr_redirect_stdout) {
    char *dir = scratch_make();
    cr_assert_eq(RUN(write_nothing_to_send(dir)), EX_OK);
    cr_assert(
        has(cr_get_redirected_stdout(),
            "1 needs not met in full; least fill rate 100.0 % where a depot can send anything"));
    scratch_remove(dir);
}

Test(allocation_command, says_what_fairness_costs, .init = cr_redirect_stdout) {
    char *dir = scratch_make();
    const char *instance = write_instance(dir, "10");
    cr_assert_eq(RUN(instance, "--fairness", "maxmin"), EX_OK);
    cr_assert(has(cr_get_redirected_stdout(), "fairness costs 5.00, 5.00 % of 100.00"));
    scratch_remove(dir);
}

/* A thousandth of a millionth of the first item fills the lane: too little to be told, not to cost.
 */
Test(allocation_command, proves_no_more_of_fair_plans_than_its_own_cost) {
    char *dir = scratch_make();
    const char *path = scratch_path(dir, "huge.json"), *said = scratch_path(dir, "said.json");
    command_write(
        path,
        "{\"format\":\"haven.allocation.instance/1\",\"name\":\"x\",\"items\":[{\"id\":\"i\","
        "\"volume_m3\":1e9,\"weight_kg\":1,\"shortage_cost\":1},{\"id\":\"j\",\"volume_m3\":1e-6,"
        "\"weight_kg\":1,\"shortage_cost\":75}],\"depots\":[{\"id\":\"d\",\"stock\":{\"i\":98},"
        "\"reserve\":{\"i\":86},\"dispatch_m3\":63}],\"shelters\":[{\"id\":\"s\",\"need\":"
        "{\"i\":50.5,\"j\":71.5}},{\"id\":\"t\",\"need\":{\"i\":73.3,\"j\":19}}],\"lanes\":["
        "{\"depot\":\"d\",\"shelter\":\"s\",\"cost_per_m3\":1.3,\"capacity_m3\":52},{\"depot\":"
        "\"d\",\"shelter\":\"t\",\"cost_per_m3\":6.7,\"capacity_m3\":16.8}],"
        "\"fairness\":\"maxmin\"}");
    cr_assert_not_null(freopen(said, "we", stdout));
    cr_assert_eq(RUN(path, "--json"), EX_OK);
    fflush(stdout);
    json_t *root = json_load_file(said, 0, NULL);
    cr_assert_leq(json_number_value(json_object_get(root, "lower_bound")),
                  json_number_value(json_object_get(root, "objective")));
    json_decref(root);
    scratch_remove(dir);
}

Test(allocation_command, says_what_whole_packs_cost, .init = cr_redirect_stdout) {
    char *dir = scratch_make();
    const char *instance = write_instance(dir, "10");
    cr_assert_eq(RUN(instance, "--packs", "--json"), EX_OK);
    cr_assert(has(cr_get_redirected_stdout(), "\"cost_of_rounding\":16"));
    scratch_remove(dir);
}

/* The near depot has no vehicle: the far one sends, and the figures say so. */
Test(allocation_command, allocates_anew_what_no_vehicle_brings, .init = cr_redirect_stdout) {
    char *dir = scratch_make();
    const char *path = scratch_path(dir, "rounds.json");
    FILE *file = fopen(path, "we");
    cr_assert_not_null(file);
    fputs(
        "{\"format\":\"haven.allocation.instance/1\",\"name\":\"r\",\"items\":[{\"id\":\"w\","
        "\"volume_m3\":1,\"weight_kg\":1,\"shortage_cost\":9}],\"depots\":[{\"id\":\"near\","
        "\"stock\":{\"w\":10}},{\"id\":\"far\",\"stock\":{\"w\":10}}],\"shelters\":[{\"id\":\"s\","
        "\"need\":{\"w\":4}}],\"lanes\":[{\"depot\":\"near\",\"shelter\":\"s\",\"cost_per_m3\":1,"
        "\"travel_min\":5},{\"depot\":\"far\",\"shelter\":\"s\",\"cost_per_m3\":2,\"travel_min\":9}"
        "],"
        "\"vehicles\":[{\"id\":\"v\",\"depot\":\"far\",\"volume_m3\":5,\"weight_kg\":9}],"
        "\"fairness\":\"none\"}",
        file);
    fclose(file);
    cr_assert_eq(RUN(path, "--json", "-o", scratch_path(dir, "solution.json")), EX_OK);
    cr_assert(has(cr_get_redirected_stdout(),
                  "\"without_vehicle\":0,\"cost_of_what_is_left\":0,\"rounds\":1,"
                  "\"cost_of_carrying\":4"));
    if (access(command_shared("tools/check_supply.py"), R_OK) == 0)
        cr_assert(checker_accepts(path, scratch_path(dir, "solution.json")));
    scratch_remove(dir);
}

Test(allocation_command, refuses_by_name_with_the_status_of_wrong_data,
     .init = cr_redirect_stderr) {
    char *dir = scratch_make();
    cr_assert_eq(RUN(write_instance(dir, "-1")), EX_DATAERR);
    cr_assert(has(cr_get_redirected_stderr(), "shelters[0].need.水: -1"));
    cr_assert_eq(RUN("/no/such/file"), EX_NOINPUT);
    cr_assert_eq(RUN("a", "b"), EX_USAGE);
    cr_assert_eq(RUN("a", "--fairness", "most"), EX_USAGE);
    cr_assert_eq(RUN("--wrong"), EX_USAGE);
    cr_assert_eq(RUN(write_instance(dir, "1"), "--quiet", "-o", "/no/such/dir/x"), EX_CANTCREAT);
    scratch_remove(dir);
}

Test(allocation_command, says_which_vehicle_delivers_what_and_when, .init = cr_redirect_stdout) {
    char *dir = scratch_make();
    const char *path = scratch_path(dir, "fleet.json"), *solution = scratch_path(dir, "out.json");
    FILE *file = fopen(path, "we");
    cr_assert_not_null(file);
    fputs(
        "{\"format\":\"haven.allocation.instance/1\",\"items\":[{\"id\":\"w\",\"volume_m3\":1,"
        "\"weight_kg\":1,\"shortage_cost\":9}],\"depots\":[{\"id\":\"d\",\"stock\":{\"w\":30}}],"
        "\"shelters\":[{\"id\":\"s\",\"need\":{\"w\":30}}],\"lanes\":[{\"depot\":\"d\",\"shelter\":"
        "\"s\",\"cost_per_m3\":1,\"travel_min\":20}],\"vehicles\":[{\"id\":\"v\",\"depot\":\"d\","
        "\"volume_m3\":10,\"weight_kg\":100,\"loading_min\":5,\"unloading_min\":10}]}",
        file);
    fclose(file);
    cr_assert_eq(RUN(path, "-o", solution, "--json"), EX_OK);
    cr_assert(has(cr_get_redirected_stdout(), "\"trips\":3,\"last_delivery_min\":145"));
    file = fopen(solution, "re");
    cr_assert(has(file, "\"vehicle\":\"v\",\"depot\":\"d\",\"shelter\":\"s\",\"starts_min\":0"));
    fclose(file);
    scratch_remove(dir);
}

Test(allocation_command, says_what_is_too_far_or_not_kept_cold) {
    char *dir = scratch_make();
    const char *path = scratch_path(dir, "fleet.json"), *solution = scratch_path(dir, "out.json");
    FILE *file = fopen(path, "we");
    cr_assert_not_null(file);
    fputs(
        "{\"format\":\"haven.allocation.instance/1\",\"items\":[{\"id\":\"w\",\"volume_m3\":1,"
        "\"weight_kg\":1,\"shortage_cost\":9},{\"id\":\"疫苗\",\"volume_m3\":1,\"weight_kg\":1,"
        "\"shortage_cost\":9,\"cold_chain\":true}],\"depots\":[{\"id\":\"d\",\"stock\":{\"w\":30,"
        "\"疫苗\":9}}],\"shelters\":[{\"id\":\"s\",\"need\":{\"w\":5,\"疫苗\":3}},{\"id\":\"t\","
        "\"need\":{\"w\":4}}],\"lanes\":[{\"depot\":\"d\",\"shelter\":\"s\",\"cost_per_m3\":1,"
        "\"travel_min\":20,\"back_min\":40,\"distance_km\":10,\"back_km\":30},{\"depot\":\"d\","
        "\"shelter\":\"t\",\"cost_per_m3\":1,\"travel_min\":20,\"distance_km\":30}],\"vehicles\":[{"
        "\"id\":\"v\",\"depot\":\"d\",\"volume_m3\":10,\"weight_kg\":100,\"loading_min\":5,"
        "\"unloading_min\":10,\"range_km\":50}]}",
        file);
    fclose(file);
    cr_assert_eq(RUN(path, "-o", solution, "--quiet", "--json"), EX_OK);
    static const char *const told[] = {
        "\"delivered_min\":35,\"back_min\":75,\"load\":{\"w\":5}",
        "\"shelter\":\"s\",\"item\":\"疫苗\",\"reason\":\"no_cold\",\"quantity\":3",
        "\"shelter\":\"t\",\"item\":\"w\",\"reason\":\"too_far\",\"quantity\":4"};
    for (size_t i = 0; i < 3; i++) {
        file = fopen(solution, "re");
        cr_assert(has(file, told[i]), "%s", told[i]);
        fclose(file);
    }
    scratch_remove(dir);
}
