/* `haven solve preposition` as a person or a script calls it, its results checked by the tool of
 * ../shared. */
#include "coordinator/cli/solve_preposition.h"
#include "tests/support/command.h"
#include "tests/support/scratch.h"

#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <jansson.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#define RUN(...) COMMAND_RUN(cli_solve_preposition, __VA_ARGS__)

/* One depot 3 km from a demand of 4, of whose stock half survives; `more` ends the document. */
static const char *write_instance(const char *dir, const char *more) {
    const char *path = scratch_path(dir, "instance.json");
    char text[2048];
    snprintf(text, sizeof text,
             "{\"format\":\"haven.preposition.instance/1\",\"name\":\"a \\\"small\\\" one\","
             "\"sites\":[{\"id\":\"a\",\"sizes\":[{\"id\":\"s\",\"fixed_cost\":5,"
             "\"capacity_m3\":9}]},{\"id\":\"b\",\"sizes\":[]}],"
             "\"items\":[{\"id\":\"w\",\"volume_m3\":1,\"price\":2,\"holding_cost\":1,"
             "\"shortage_cost\":50,\"transport_cost\":0.5}],"
             "\"arcs\":[{\"id\":\"ab\",\"from\":\"a\",\"to\":\"b\",\"km\":3}],"
             "\"scenarios\":[{\"id\":\"q\",\"probability\":1,\"demand\":{\"b\":{\"w\":4}},"
             "\"surviving\":{\"a\":0.5}}]%s}",
             more);
    command_write(path, text);
    return path;
}

static double figure(const char *path, const char *field) {
    json_t *root = json_load_file(path, 0, NULL);
    cr_assert_not_null(root, "%s", path);
    double value = json_number_value(json_object_get(root, field));
    json_decref(root);
    return value;
}

Test(preposition_command, finds_the_least_cost) {
    char *dir = scratch_make();
    const char *plan = scratch_path(dir, "plan.json");
    cr_redirect_stdout();
    cr_assert_eq(RUN(write_instance(dir, ""), "-o", plan, "--gap", "0"), EX_OK);
    /* 5 for the depot, 8 bought for 16, 4 carried 3 km for 6 */
    cr_assert_float_eq(figure(plan, "objective"), 27, 1e-9);
    cr_assert_float_eq(figure(plan, "lower_bound"), 27, 1e-6);
    scratch_remove(dir);
}

/* Two scenarios: a demand of 4, or one of 8, at 3 km from the depot. */
static const char *write_two(const char *dir) {
    const char *path = scratch_path(dir, "two.json");
    command_write(path,
                  "{\"format\":\"haven.preposition.instance/1\",\"name\":\"two\","
                  "\"sites\":[{\"id\":\"a\",\"sizes\":[{\"id\":\"s\",\"fixed_cost\":5,"
                  "\"capacity_m3\":9}]},{\"id\":\"b <&> \\\"\",\"sizes\":[]}],"
                  "\"items\":[{\"id\":\"w\",\"volume_m3\":1,\"price\":2,\"holding_cost\":1,"
                  "\"shortage_cost\":50,\"transport_cost\":0.5}],"
                  "\"arcs\":[{\"id\":\"ab\",\"from\":\"a\",\"to\":\"b <&> \\\"\",\"km\":3}],"
                  "\"scenarios\":[{\"id\":\"less\",\"probability\":0.5,"
                  "\"demand\":{\"b <&> \\\"\":{\"w\":4}}},{\"id\":\"more\",\"probability\":0.5,"
                  "\"demand\":{\"b <&> \\\"\":{\"w\":8}}}]}");
    return path;
}

/* Lines of a file, a NUL after each; how many. */
static size_t read_lines(const char *path, char lines[][160], size_t most) {
    FILE *file = fopen(path, "re");
    size_t count = 0;
    cr_assert_not_null(file);
    while (count < most && fgets(lines[count], 160, file) != NULL)
        count++;
    fclose(file);
    return count;
}

Test(preposition_command, says_what_to_hold_where) {
    char *dir = scratch_make(), lines[8][160];
    setlocale(LC_CTYPE, "C.UTF-8");
    const char *said = scratch_path(dir, "said.txt");
    cr_assert_not_null(freopen(said, "we", stdout));
    cr_assert_eq(RUN(write_instance(dir, ""), "--gap", "0"), EX_OK);
    fflush(stdout);
    cr_assert_eq(read_lines(said, lines, 8), 5);
    cr_assert_str_eq(lines[3], "depot  size   m³    w\n");
    cr_assert_str_eq(lines[4], "a      s     8.0  8.0\n");
    scratch_remove(dir);
}

/* A hundredth of a unit that nobody can bring, beside a demand of a million: not met. */
Test(preposition_command, does_not_count_a_shortage_as_met_beside_a_large_demand) {
    char *dir = scratch_make();
    const char *instance = scratch_path(dir, "i.json"), *said = scratch_path(dir, "said.json");
    command_write(instance,
                  "{\"format\":\"haven.preposition.instance/1\",\"name\":\"far\","
                  "\"sites\":[{\"id\":\"a\",\"sizes\":[{\"id\":\"s\",\"fixed_cost\":5,"
                  "\"capacity_m3\":1e7}]},{\"id\":\"island\",\"sizes\":[]}],"
                  "\"items\":[{\"id\":\"w\",\"volume_m3\":1,\"price\":2,\"holding_cost\":1,"
                  "\"shortage_cost\":50,\"transport_cost\":0.5}],\"arcs\":[],"
                  "\"scenarios\":[{\"id\":\"q\",\"probability\":0.5,"
                  "\"demand\":{\"a\":{\"w\":1e6},\"island\":{\"w\":0.01}}},"
                  "{\"id\":\"r\",\"probability\":0.5,\"demand\":{\"a\":{\"w\":1e6}}}]}");
    cr_redirect_stderr();
    cr_assert_not_null(freopen(said, "we", stdout));
    cr_assert_eq(RUN(instance, "--json"), EX_OK);
    fflush(stdout);
    cr_assert_float_eq(figure(said, "met_probability"), 0.5, 1e-9);
    scratch_remove(dir);
}

/* Clp ends the process for a cost of 10^25 in the money in which all shortages are a million. */
Test(preposition_command, decides_where_goods_are_dear_beyond_all_shortages) {
    char *dir = scratch_make();
    const char *instance = scratch_path(dir, "i.json"), *said = scratch_path(dir, "said.json");
    command_write(instance, "{\"format\":\"haven.preposition.instance/1\",\"name\":\"dear\","
                            "\"sites\":[{\"id\":\"a\",\"sizes\":[{\"id\":\"s\",\"fixed_cost\":1,"
                            "\"capacity_m3\":100}]},{\"id\":\"b\",\"sizes\":[]}],"
                            "\"items\":[{\"id\":\"w\",\"volume_m3\":1e-6,\"price\":10,"
                            "\"holding_cost\":1e9,\"shortage_cost\":1e-12,\"transport_cost\":0}],"
                            "\"arcs\":[{\"id\":\"ab\",\"from\":\"a\",\"to\":\"b\",\"km\":3}],"
                            "\"scenarios\":[{\"id\":\"q\",\"probability\":1,"
                            "\"demand\":{\"b\":{\"w\":33}},\"surviving\":{\"a\":1e-9}}],"
                            "\"risk\":{\"measure\":\"cvar\",\"alpha\":0.99,\"lambda\":0}}");
    cr_assert_not_null(freopen(said, "we", stdout));
    cr_assert_eq(RUN(instance, "--json"), EX_OK);
    fflush(stdout);
    cr_assert_float_eq(figure(said, "objective"), 33e-12, 1e-20, "nothing is held");
    scratch_remove(dir);
}

Test(preposition_command, reports_what_the_decision_is_worth) {
    char *dir = scratch_make();
    const char *instance = write_two(dir), *said = scratch_path(dir, "said.json"),
               *csv = scratch_path(dir, "f.csv"), *svg = scratch_path(dir, "f.svg");
    cr_assert_not_null(freopen(said, "we", stdout));
    cr_assert_eq(RUN(instance, "--report", "--frontier", "3", "--csv", csv, "--plot", svg, "--json",
                     "--report-gap", "0"),
                 EX_OK);
    fflush(stdout);
    json_t *root = json_load_file(said, 0, NULL);
    cr_assert_not_null(root);
    double vss, evpi, cost, expected;
    const char *worst;
    cr_assert_eq(json_unpack(root, "{s:{s:{s:F,s:F},s:{s:F},s:[{s:s}]},s:{s:[{s:F}]}}", "report",
                             "value", "vss", &vss, "evpi", &evpi, "held_back", "cost", &cost,
                             "scenarios", "id", &worst, "frontier", "points", "expected",
                             &expected),
                 0);
    cr_assert_float_eq(vss, 75.5 - 32, 1e-6);
    cr_assert_float_eq(evpi, 32 - 26, 1e-6);
    cr_assert_float_eq(cost, 125, 1e-6);
    cr_assert_float_eq(expected, 32, 1e-6);
    cr_assert_str_eq(worst, "more");
    json_decref(root);
    char command[4096];
    snprintf(command, sizeof command,
             "python3 -c 'import csv,sys,xml.dom.minidom as x; "
             "r=list(csv.DictReader(open(sys.argv[1]))); "
             "assert len(r)==3 and abs(float(r[0][\"expected_cost\"])-32)<1e-6, r; "
             "d=x.parse(sys.argv[2]); assert len(d.getElementsByTagName(\"title\"))==3; "
             "t=[e.firstChild.data for e in d.getElementsByTagName(\"text\")]; "
             "assert all(any(w in s for s in t) for w in (\"expected cost · 期望成本\", "
             "\"最坏\", \"有效决策\", \"劣决策\", \"权重\"))' '%s' '%s' >&2",
             csv, svg);
    cr_assert_eq(system(command), 0); // NOLINT(cert-env33-c)
    scratch_remove(dir);
}

Test(preposition_command, says_its_report_to_people) {
    char *dir = scratch_make();
    cr_redirect_stdout();
    cr_assert_eq(RUN(write_two(dir), "--hold-out", "2", "--frontier", "2"), EX_OK);
    fflush(stdout);
    cr_assert_eq(RUN(write_instance(dir, ""), "--report"),
                 EX_OK); /* one scenario: none held back */
    scratch_remove(dir);
}

Test(preposition_command, refuses_a_report_that_cannot_be) {
    char *dir = scratch_make();
    const char *instance = write_two(dir);
    cr_redirect_stderr();
    cr_redirect_stdout();
    cr_assert_eq(RUN(instance, "--hold-out", "3"), EX_USAGE);
    cr_assert_eq(RUN(instance, "--hold-out", "1"), EX_USAGE);
    cr_assert_eq(RUN(instance, "--hold-out", "2.5"), EX_USAGE);
    cr_assert_eq(RUN(instance, "--frontier", "1"), EX_USAGE);
    cr_assert_eq(RUN(instance, "--frontier", "5", "--alpha", "1"), EX_USAGE);
    cr_assert_eq(RUN(instance, "--plot", scratch_path(dir, "f.svg")), EX_USAGE);
    cr_assert_eq(RUN(instance, "--report", "--seed", "-1"), EX_USAGE);
    cr_assert_eq(RUN(instance, "--frontier", "2", "--plot", scratch_path(dir, "no/f.svg")),
                 EX_CANTCREAT);
    scratch_remove(dir);
}

Test(preposition_command, says_what_cannot_be_satisfied) {
    char *dir = scratch_make();
    const char *plan = scratch_path(dir, "plan.json");
    cr_redirect_stderr();
    cr_assert_eq(
        RUN(write_instance(dir, ",\"budget\":10,\"service\":{\"probability\":1}"), "-o", plan),
        EX_DATAERR);
    cr_assert_neq(access(plan, F_OK), 0);
    scratch_remove(dir);
}

Test(preposition_command, refuses_wrong_usage_and_wrong_files) {
    char *dir = scratch_make();
    const char *instance = write_instance(dir, "");
    cr_redirect_stderr();
    cr_redirect_stdout();
    cr_assert_eq(RUN("--help"), EX_OK);
    cr_assert_eq(RUN(instance, "--gap", "two"), EX_USAGE);
    cr_assert_eq(RUN(instance, "--time-limit", "-1"), EX_USAGE);
    cr_assert_eq(RUN(instance, instance), EX_USAGE);
    cr_assert_eq(RUN("--sideways"), EX_USAGE);
    cr_assert_eq(RUN(scratch_path(dir, "nowhere.json")), EX_NOINPUT);
    cr_assert_eq(RUN(instance, "-o", scratch_path(dir, "no/folder/plan.json")), EX_CANTCREAT);
    cr_assert_eq(RUN(write_instance(dir, ",\"budget\":-3")), EX_DATAERR);
    scratch_remove(dir);
}

static void solve_shared(const char *instance, const char *gap, double right) {
    if (access(instance, R_OK) != 0)
        cr_skip_test("../shared/data/supply is not here");
    char *dir = scratch_make();
    const char *plan = scratch_path(dir, "plan.json");
    char command[4096];
    cr_redirect_stdout();
    cr_assert_eq(RUN(instance, "-o", plan, "--gap", gap), EX_OK);
    snprintf(command, sizeof command, "python3 '%s' '%s' '%s' >&2",
             command_shared("tools/check_supply.py"), instance, plan);
    cr_assert_eq(system(command), 0); // NOLINT(cert-env33-c)
    cr_assert_float_eq(figure(plan, "objective"), right, strtod(gap, NULL) * right + 1);
    scratch_remove(dir);
}

Test(preposition_command, repeats_what_rawls_and_turnquist_found) {
    solve_shared(command_shared("data/supply/rawls-turnquist-2010-relaxed.json"), "0", 88522497);
}

Test(preposition_command, solves_gulf_30_to_half_a_per_cent) {
    solve_shared(command_shared("data/supply/gulf-30.json"), "0.005", 61696168);
}

/* A file of the OR-Library, with a capacity where it names none. */
static void solve_or_library(const char *name, const char *capacity, double right) {
    char file[128], command[4096];
    snprintf(file, sizeof file, "data/facility_location/%s.txt", name);
    if (access(command_shared(file), R_OK) != 0)
        cr_skip_test("../shared/data/facility_location is not here");
    char *dir = scratch_make();
    const char *instance = scratch_path(dir, "instance.json"),
               *plan = scratch_path(dir, "plan.json");
    snprintf(command, sizeof command, "python3 '%s' '%s' %s > '%s'",
             command_shared("tools/orlib_to_preposition.py"), command_shared(file), capacity,
             instance);
    cr_assert_eq(system(command), 0); // NOLINT(cert-env33-c)
    cr_assert_eq(RUN(instance, "-o", plan, "--gap", "1e-7", "--quiet"), EX_OK);
    cr_assert_float_eq(figure(plan, "objective"), right, 1e-9 * right, "%s", name);
    cr_assert_float_eq(figure(plan, "lower_bound"), right, 1e-6 * right, "%s", name);
    snprintf(command, sizeof command, "python3 '%s' '%s' '%s' >&2",
             command_shared("tools/check_supply.py"), instance, plan);
    cr_assert_eq(system(command), 0, "%s", name); // NOLINT(cert-env33-c)
    scratch_remove(dir);
}

Test(preposition_command, proves_the_thirteen_of_the_or_library) {
    static const struct {
        const char *name;
        double optimum;
    } files[] = {{"cap41", 1040444.375}, {"cap71", 932615.750},  {"cap72", 977799.400},
                 {"cap73", 1010641.450}, {"cap74", 1034976.975}, {"cap101", 796648.437},
                 {"cap102", 854704.200}, {"cap103", 893782.112}, {"cap104", 928941.750},
                 {"cap131", 793439.562}, {"cap132", 851495.325}, {"cap133", 893076.712},
                 {"cap134", 928941.750}};
    cr_redirect_stdout();
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
        solve_or_library(files[i].name, "", files[i].optimum);
}

Test(preposition_command, proves_capa_at_8000) {
    cr_redirect_stdout();
    solve_or_library("capa", "8000", 19240822.449);
}
