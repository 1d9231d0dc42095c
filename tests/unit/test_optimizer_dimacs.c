/* DIMACS files and `haven solve mincostflow`. */
#include "coordinator/cli/dimacs.h"
#include "coordinator/cli/solve.h"

#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

static int read_text(const char *text, struct hv_fault_list *faults,
                     struct dimacs_problem *problem) {
    hv_fault_list_init(faults);
    return dimacs_read(text, strlen(text), "x.min", faults, problem);
}

Test(dimacs, reads_a_problem) {
    struct hv_fault_list faults;
    struct dimacs_problem p;
    cr_assert_eq(read_text("c hello\n\np min 3 2\r\nn 1 5\nn 3 -5\n"
                           "a 1 2 0 9 -4\n a\t2 3 1 9223372036854775807 0",
                           &faults, &p),
                 0);
    cr_assert_eq(p.node_count, 3);
    cr_assert_eq(p.arc_count, 2);
    cr_assert_eq(p.supplies[2], -5);
    cr_assert_eq(p.arcs[0].cost, -4);
    cr_assert_eq(p.arcs[1].from, 1);
    cr_assert_eq(p.arcs[1].upper, INT64_MAX);
    dimacs_deinit(&p);
    hv_fault_list_deinit(&faults);
}

static void assert_fault(const char *text, uint32_t line, const char *column) {
    struct hv_fault_list faults;
    struct dimacs_problem p;
    cr_assert_eq(read_text(text, &faults, &p), HV_ERR_FORMAT);
    cr_assert_geq(faults.count, 1);
    cr_assert_eq(faults.faults[0].line, line, "“%s”: line %u", text, faults.faults[0].line);
    cr_assert_str_eq(faults.faults[0].column, column);
    hv_fault_list_deinit(&faults);
}

Test(dimacs, names_the_line_and_field_of_each_fault) {
    assert_fault("", 0, "");
    assert_fault("c only\n", 0, "");
    assert_fault("a 1 2 0 1 1\n", 1, "");
    assert_fault("p max 1 0\n", 1, "problem");
    assert_fault("p min 1\n", 1, "");
    assert_fault("p min -1 0\n", 1, "nodes");
    assert_fault("p min 1 99999999999\n", 1, "arcs");
    assert_fault("p min 1 0\np min 1 0\n", 2, "");
    assert_fault("p min 2 0\nn 3 1\n", 2, "node");
    assert_fault("p min 2 0\nn 0 1\n", 2, "node");
    assert_fault("p min 2 0\nn 1 1\nn 1 1\n", 3, "node");
    assert_fault("p min 2 0\nn 1 9223372036854775808\n", 2, "supply");
    assert_fault("p min 2 1\na 1 2 0 x 1\n", 2, "upper");
    assert_fault("p min 2 1\na 1 2 3 2 1\n", 2, "upper");
    assert_fault("p min 2 1\na 1 2 0 1\n", 2, "");
    assert_fault("p min 2 1\nz 1\n", 2, "");
    assert_fault("p min 2 2\na 1 2 0 1 1\n", 0, "arcs");
    assert_fault("p min 2 0\na 1 2 0 1 1\n", 0, "arcs");
}

Test(dimacs, keeps_all_faults_and_not_only_the_first) {
    struct hv_fault_list faults;
    struct dimacs_problem p;
    cr_assert_eq(read_text("p min 2 2\na 7 8 x 1 y\nn q 1\na 1 2 0 1 1\n", &faults, &p),
                 HV_ERR_FORMAT);
    cr_assert_eq(faults.errors, 5);
    hv_fault_list_deinit(&faults);
}

/* The program -----------------------------------------------------------------------------------
 */

static void write_file(const char *path, const char *text) {
    FILE *file = fopen(path, "w");
    cr_assert_not_null(file);
    cr_assert_geq(fputs(text, file), 0);
    cr_assert_eq(fclose(file), 0);
}

static char *slurp(const char *path) {
    static char text[4096];
    FILE *file = fopen(path, "r");
    cr_assert_not_null(file);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    return text;
}

static int run(const char *input, const char *output) {
    char *argv[] = {
        "solve", "mincostflow", (char *)(uintptr_t)input, "-o", (char *)(uintptr_t)output, NULL};
    return cli_solve(output ? 5 : 3, argv);
}

struct files {
    char folder[64], input[80], output[80];
};

static void make_files(struct files *files, const char *text) {
    strcpy(files->folder, "/tmp/haven-dimacs-XXXXXX");
    cr_assert_not_null(mkdtemp(files->folder));
    snprintf(files->input, sizeof files->input, "%s/in.min", files->folder);
    snprintf(files->output, sizeof files->output, "%s/out.sol", files->folder);
    write_file(files->input, text);
}

static void remove_files(const struct files *files) {
    unlink(files->input);
    unlink(files->output);
    rmdir(files->folder);
}

Test(solve_mincostflow, writes_a_solution_in_the_order_of_the_arcs) {
    struct files files;
    make_files(&files, "p min 3 3\nn 1 5\nn 3 -5\na 1 3 0 2 1\na 1 2 0 9 1\na 2 3 0 9 1\n");
    cr_assert_eq(run(files.input, files.output), EX_OK);
    cr_assert_str_eq(slurp(files.output), "s 8\nf 1 3 2\nf 1 2 3\nf 2 3 3\n");
    remove_files(&files);
}

Test(solve_mincostflow, proves_that_there_is_no_flow) {
    struct files files;
    make_files(&files, "p min 2 1\nn 1 5\nn 2 -5\na 1 2 0 2 1\n");
    cr_assert_eq(run(files.input, files.output), EX_OK);
    cr_assert_str_eq(slurp(files.output),
                     "c infeasible\nc 3 more than can leave these nodes:\nc n 1\n");
    remove_files(&files);
}

Test(solve_mincostflow, says_which_sums_have_to_fit) {
    struct files files;
    make_files(&files, "p min 2 1\nn 1 9223372036854775807\nn 2 -9223372036854775807\n"
                       "a 1 2 0 9223372036854775807 1\n");
    cr_redirect_stderr();
    cr_assert_eq(run(files.input, files.output), EX_DATAERR);
    fflush(stderr);
    char said[512] = "";
    cr_assert_gt(fread(said, 1, sizeof said - 1, cr_get_redirected_stderr()), 0);
    cr_assert_not_null(strstr(said, "supplies may add up to 2^60"), "%s", said);
    remove_files(&files);
}

Test(solve_mincostflow, proves_that_the_cost_has_no_end) {
    struct files files;
    make_files(&files, "p min 2 2\na 1 2 0 1000000000000000000 -1\n"
                       "a 2 1 0 1000000000000000000 0\n");
    cr_assert_eq(run(files.input, files.output), EX_OK);
    cr_assert_not_null(strstr(slurp(files.output), "c unbounded\n"));
    cr_assert_not_null(strstr(slurp(files.output), "c a 1 2\n"));
    remove_files(&files);
}

Test(solve_mincostflow, ends_with_the_status_that_says_what_is_wrong) {
    cr_redirect_stderr();
    cr_redirect_stdout();
    struct files files;
    make_files(&files, "p min 2 1\na 1 2 0 x 1\n");
    cr_assert_eq(run(files.input, NULL), EX_DATAERR);
    cr_assert_eq(run("/nowhere/at/all.min", NULL), EX_NOINPUT);
    write_file(files.input, "p min 1 0\n");
    cr_assert_eq(run(files.input, "/nowhere/at/all.sol"), EX_CANTCREAT);
    write_file(files.input, "p min 2 1\nn 1 9000000000000000000\na 1 2 0 1 1\n");
    cr_assert_eq(run(files.input, NULL), EX_DATAERR);
    char *nothing[] = {"solve", NULL}, *unknown[] = {"solve", "chess", NULL};
    char *help[] = {"solve", "--help", NULL}, *more[] = {"solve", "mincostflow", "--help", NULL};
    cr_assert_eq(cli_solve(1, nothing), EX_USAGE);
    cr_assert_eq(cli_solve(2, unknown), EX_USAGE);
    cr_assert_eq(cli_solve(2, help), EX_OK);
    cr_assert_eq(cli_solve(3, more), EX_OK);
    remove_files(&files);
}

/* Published optima ------------------------------------------------------------------------------
 */

Test(solve_mincostflow, reaches_the_published_optima_to_the_last_digit) {
    const char *top = getenv("HAVEN_TOP");
    char path[512], name[64];
    long long optimum;
    snprintf(path, sizeof path, "%s/../shared/data/mincostflow/optima.txt", top ? top : ".");
    FILE *optima = fopen(path, "r");
    if (!optima)
        cr_skip_test(
            "no ../shared/data/mincostflow beside the project: published optima unchecked");
    struct files files;
    make_files(&files, "");
    while (fscanf(optima, "%63s %lld", name, &optimum) == 2) {
        char expected[64];
        snprintf(path, sizeof path, "%s/../shared/data/mincostflow/%s.min", top ? top : ".", name);
        cr_assert_eq(run(path, files.output), EX_OK);
        snprintf(expected, sizeof expected, "s %lld\n", optimum);
        cr_assert_eq(strncmp(slurp(files.output), expected, strlen(expected)), 0, "%s", name);
    }
    fclose(optima);
    remove_files(&files);
}
