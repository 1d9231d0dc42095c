#include "coordinator/cli/solve_mincostflow.h"

#include "coordinator/cli/cli_arguments.h"
#include "coordinator/cli/cli_file.h"
#include "coordinator/cli/dimacs.h"
#include "coordinator/optimizer/mincostflow.h"
#include "schemas/limits.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

static const char usage[] = "usage: haven solve mincostflow FILE.min [-o OUT] [--json]\n";

static const char help[] =
    "\n"
    "Finds a flow of least cost and writes it as a DIMACS solution. FILE.min is a DIMACS problem\n"
    "(p min, n, a); - reads standard input. An upper bound of 100,000,000,000,000,000 or more is\n"
    "none. Where there is no flow, a set of nodes is named whose supply cannot leave; where the\n"
    "cost has no end, the cycle that lowers it.\n"
    "\n"
    "  -o, --output FILE   write the solution there instead of to standard output\n"
    "  --json              print the figures as one JSON object; the solution only with -o\n"
    "  -h, --help          this text\n"
    "\n"
    "Exit status: 0 with an answer, 64 wrong usage, 65 wrong problem, 66 no such file, 73 cannot\n"
    "write.\n"
    "\n"
    "examples:\n"
    "  haven solve mincostflow netgen.min\n"
    "  haven solve mincostflow netgen.min -o netgen.sol --json | jq .cost\n"
    "  zcat big.min.gz | haven solve mincostflow - -o big.sol\n";

/* Behind HV_ERR_OVERFLOW: which sums there are. */
static const char too_large[] =
    ": finite bounds and supplies may add up to 2^60, and 2 (nodes + 2) times the largest cost "
    "must "
    "stay below 2^59; a larger unit of flow or of cost makes them smaller";

struct request {
    const char *input, *output;
    bool json;
};

/* What was found. */
struct answer {
    enum mincostflow_status status;
    int64_t cost, excess;
    uint64_t pivots;
    int64_t *flows;  /* OPTIMAL: by arc */
    bool *inside;    /* INFEASIBLE: by node */
    uint32_t *cycle; /* UNBOUNDED: arcs */
    size_t cycle_count;
};

/* Input -----------------------------------------------------------------------------------------
 */

/* Reads a stream to its end. HV_ERR_LIMIT past HV_REGION_FILE_BYTES_MAX. */
static int read_stream(FILE *stream, char **ret_text, size_t *ret_bytes) {
    char *text = NULL;
    size_t bytes = 0, room = 0;
    for (;;) {
        if (bytes == room) {
            room = room * 2 + 65536;
            char *grown = realloc(text, room);
            if (!grown) {
                free(text);
                return HV_ERR_MEMORY;
            }
            text = grown;
        }
        size_t more = fread(text + bytes, 1, room - bytes, stream);
        bytes += more;
        if (more == 0 || bytes > HV_REGION_FILE_BYTES_MAX)
            break;
    }
    if (ferror(stream) || bytes > HV_REGION_FILE_BYTES_MAX) {
        free(text);
        return ferror(stream) ? HV_ERR_IO : HV_ERR_LIMIT;
    }
    *ret_text = text;
    *ret_bytes = bytes;
    return 0;
}

static int read_problem(const char *path, struct dimacs_problem *ret_problem) {
    bool standard = strcmp(path, "-") == 0;
    FILE *stream = standard ? stdin : fopen(path, "rb");
    if (!stream) {
        fprintf(stderr, "haven solve mincostflow: %s: %s; name a file that can be read\n", path,
                strerror(errno));
        return EX_NOINPUT;
    }
    char *text;
    size_t bytes;
    int error = read_stream(stream, &text, &bytes);
    if (!standard)
        fclose(stream);
    if (error) {
        fprintf(stderr, "haven solve mincostflow: %s: %s\n", path, hv_error_text(error));
        return error == HV_ERR_IO ? EX_NOINPUT : hv_error_exit_status(error);
    }
    struct hv_fault_list faults;
    hv_fault_list_init(&faults);
    error = dimacs_read(text, bytes, path, &faults, ret_problem);
    cli_file_show_faults(&faults);
    hv_fault_list_deinit(&faults);
    free(text);
    return hv_error_exit_status(error);
}

/* Solving ---------------------------------------------------------------------------------------
 */

static int build_flow(const struct dimacs_problem *problem, struct mincostflow *flow) {
    uint32_t number;
    int error = mincostflow_reserve(flow, problem->node_count, problem->arc_count);
    for (uint32_t i = 0; i < problem->node_count && !error; i++)
        error = mincostflow_add_node(flow, problem->supplies[i], &number);
    for (uint32_t i = 0; i < problem->arc_count && !error; i++) {
        const struct dimacs_arc *a = &problem->arcs[i];
        error = mincostflow_add_arc(flow, a->from, a->to, a->lower, a->upper, a->cost, &number);
    }
    return error;
}

static int take_answer(const struct dimacs_problem *problem, const struct mincostflow *flow,
                       struct answer *answer) {
    answer->pivots = mincostflow_pivots(flow);
    answer->flows = calloc((size_t)problem->arc_count + 1, sizeof *answer->flows);
    answer->inside = calloc((size_t)problem->node_count + 1, sizeof *answer->inside);
    answer->cycle = calloc((size_t)problem->node_count + 1, sizeof *answer->cycle);
    if (!answer->flows || !answer->inside || !answer->cycle)
        return HV_ERR_MEMORY;
    for (uint32_t i = 0; i < problem->arc_count; i++)
        answer->flows[i] = mincostflow_arc_flow(flow, i);
    if (answer->status == MINCOSTFLOW_INFEASIBLE)
        return mincostflow_cut(flow, answer->inside, &answer->excess);
    if (answer->status == MINCOSTFLOW_UNBOUNDED)
        return mincostflow_cycle(flow, answer->cycle, &answer->cycle_count);
    return mincostflow_cost(flow, &answer->cost);
}

static int solve(const struct dimacs_problem *problem, struct answer *answer) {
    struct mincostflow *flow = NULL;
    int error = mincostflow_new(&flow);
    if (!error)
        error = build_flow(problem, flow);
    if (!error)
        error = mincostflow_solve(flow, NULL, &answer->status);
    if (!error)
        error = take_answer(problem, flow, answer);
    mincostflow_free(flow);
    return error;
}

/* Output ----------------------------------------------------------------------------------------
 */

static const char *status_name(enum mincostflow_status status) {
    return status == MINCOSTFLOW_OPTIMAL      ? "optimal"
           : status == MINCOSTFLOW_INFEASIBLE ? "infeasible"
                                              : "unbounded";
}

/* Why there is no solution, as comments, which every reader of DIMACS files skips. */
static int write_proof(FILE *stream, const struct dimacs_problem *problem,
                       const struct answer *answer) {
    fprintf(stream, "c %s\n", status_name(answer->status));
    if (answer->status == MINCOSTFLOW_INFEASIBLE) {
        fprintf(stream, "c %" PRId64 " more than can %s these nodes:\n",
                answer->excess < 0 ? -answer->excess : answer->excess,
                answer->excess < 0 ? "reach" : "leave");
        for (uint32_t i = 0; i < problem->node_count; i++)
            if (answer->inside[i])
                fprintf(stream, "c n %" PRIu32 "\n", i + 1);
    } else {
        fputs("c the cost of this cycle is negative, and nothing bounds its flow:\n", stream);
        for (size_t i = 0; i < answer->cycle_count; i++) {
            const struct dimacs_arc *a = &problem->arcs[answer->cycle[i]];
            fprintf(stream, "c a %" PRIu32 " %" PRIu32 "\n", a->from + 1, a->to + 1);
        }
    }
    return fflush(stream) == 0 && !ferror(stream) ? 0 : HV_ERR_IO;
}

struct result {
    const struct dimacs_problem *problem;
    const struct answer *answer;
};

static int write_answer(FILE *stream, const void *context) {
    const struct result *result = context;
    const struct answer *answer = result->answer;
    return answer->status == MINCOSTFLOW_OPTIMAL
               ? dimacs_write(stream, result->problem, answer->cost, answer->flows)
               : write_proof(stream, result->problem, answer);
}

static int write_solution(const struct request *request, const struct dimacs_problem *problem,
                          const struct answer *answer) {
    if (!request->output && request->json)
        return EX_OK;
    const struct result result = {problem, answer};
    if (request->output)
        return cli_file_write("solve mincostflow", request->output, write_answer, &result);
    if (write_answer(stdout, &result) == HV_OK)
        return EX_OK;
    fprintf(stderr, "haven solve mincostflow: cannot write standard output: %s\n", strerror(errno));
    return EX_CANTCREAT;
}

static int print_json(const struct dimacs_problem *problem, const struct answer *answer) {
    json_t *object =
        json_pack("{s:s, s:I, s:I, s:I}", "status", status_name(answer->status), "nodes",
                  (json_int_t)problem->node_count, "arcs", (json_int_t)problem->arc_count, "pivots",
                  (json_int_t)answer->pivots);
    int failed = !object;
    if (!failed && answer->status == MINCOSTFLOW_OPTIMAL)
        failed = json_object_set_new(object, "cost", json_integer(answer->cost));
    if (!failed && answer->status == MINCOSTFLOW_INFEASIBLE)
        failed = json_object_set_new(object, "excess", json_integer(answer->excess));
    if (!failed)
        failed = json_dumpf(object, stdout, 0) || putchar('\n') == EOF;
    json_decref(object);
    return failed ? EX_IOERR : EX_OK;
}

/* The whole -------------------------------------------------------------------------------------
 */

/* Returns an exit status, or −1 to go on. */
static int read_arguments(int argc, char **argv, struct request *request, bool *ret_helped) {
    const struct cli_argument arguments[] = {
        cli_argument_output(&request->output),
        {.name = "json", .flag = &request->json},
    };
    const struct cli_command command = {.name = "solve mincostflow",
                                        .usage = usage,
                                        .help = help,
                                        .needs = "a problem, or - for standard input",
                                        .file_count = 1,
                                        .arguments = arguments,
                                        .argument_count = sizeof arguments / sizeof arguments[0]};
    return cli_arguments_read(&command, argc, argv, &request->input, ret_helped);
}

int cli_solve_mincostflow(int argc, char **argv) {
    struct request request = {0};
    bool helped;
    int status = read_arguments(argc, argv, &request, &helped);
    if (status != EX_OK || helped)
        return status;
    struct dimacs_problem problem = {0};
    status = read_problem(request.input, &problem);
    if (status != EX_OK)
        return status;
    struct answer answer = {0};
    int error = solve(&problem, &answer);
    if (error) {
        fprintf(stderr, "haven solve mincostflow: %s: %s%s\n", request.input, hv_error_text(error),
                error == HV_ERR_OVERFLOW ? too_large : "");
        status = hv_error_exit_status(error);
    } else {
        status = write_solution(&request, &problem, &answer);
        if (status == EX_OK && request.json)
            status = print_json(&problem, &answer);
    }
    free(answer.flows);
    free(answer.inside);
    free(answer.cycle);
    dimacs_deinit(&problem);
    return status;
}
