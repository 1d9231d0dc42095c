#include "coordinator/cli/solve_preposition.h"

#include "coordinator/cli/cli_file.h"
#include "coordinator/cli/cli_number.h"
#include "coordinator/cli/cli_watch.h"
#include "coordinator/cli/preposition_json.h"

#include <getopt.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>
#include <sysexits.h>

#define GAP_OTHERWISE 1e-4

#define COMMAND "solve preposition"

static const char usage[] =
    "usage: haven solve preposition INSTANCE.json [-o SOLUTION.json] [--gap SHARE]\n"
    "                               [--time-limit SECONDS] [--json] [--quiet]\n";

static const char help[] =
    "\n"
    "Finds which depots to open, in what size, and what to hold in each, so that the cost before "
    "and\n"
    "after the event is least over all scenarios, and proves how good that is. INSTANCE.json is a\n"
    "haven.preposition.instance/1; it may ask for risk aversion (CVaR, or the least regret), a\n"
    "service level and a budget.\n"
    "\n"
    "  -o, --output FILE      write the decision and what it comes to in every scenario,\n"
    "                         a haven.preposition.solution/1\n"
    "  --gap SHARE            stop when the cost is proven to be within this share of the least;\n"
    "                         0.0001 without the option, 0 for the optimum\n"
    "  --time-limit SECONDS   stop after that time with the best so far and its bound\n"
    "  --json                 print the figures as one JSON object\n"
    "  --quiet                no progress on the terminal\n"
    "\n"
    "Exit status: 0 with a decision, 64 wrong usage, 65 wrong instance or one that cannot be\n"
    "satisfied, 66 no such file, 73 cannot write, 75 no decision within the time limit.\n"
    "\n"
    "examples:\n"
    "  haven solve preposition gulf.json -o plan.json\n"
    "  haven solve preposition gulf.json --gap 0.001 --time-limit 60 --json | jq .objective\n";

struct request {
    const char *instance, *output;
    double time_limit_s; /* 0 for none */
    double gap;
    bool json, quiet, help;
};

/* ---- arguments ------------------------------------------------------------------------------- */

static int wrong_usage(const char *what, const char *text) {
    fprintf(stderr, "haven " COMMAND ": %s%s\n%s", what, text, usage);
    return EX_USAGE;
}

static int read_arguments(int argc, char **argv, struct request *request) {
    static const struct option options[] = {
        {"output", required_argument, NULL, 'o'},
        {"gap", required_argument, NULL, 'g'},
        {"time-limit", required_argument, NULL, 't'},
        {"json", no_argument, NULL, 'j'},
        {"quiet", no_argument, NULL, 'q'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    optind = 0;
    opterr = 0;
    int option;
    while ((option = getopt_long(argc, argv, ":o:h", options, NULL)) != -1) {
        if (option == 'o')
            request->output = optarg;
        else if (option == 'j')
            request->json = true;
        else if (option == 'q')
            request->quiet = true;
        else if (option == 'h')
            request->help = true;
        else if (option == 'g' && !cli_number_read(optarg, 0, 1, &request->gap))
            return wrong_usage("--gap needs a share such as 0.001, not ", optarg);
        else if (option == 't' && !cli_number_read(optarg, 0, 1e12, &request->time_limit_s))
            return wrong_usage("--time-limit needs a number of seconds, not ", optarg);
        else if (option == '?' || option == ':')
            return wrong_usage(option == '?' ? "unknown option " : "a value is missing after ",
                               argv[optind - 1]);
    }
    if (request->help)
        return EX_OK;
    if (optind + 1 != argc)
        return wrong_usage(optind == argc ? "no instance given" : "more than one instance given",
                           "");
    request->instance = argv[optind];
    return EX_OK;
}

/* ---- progress -------------------------------------------------------------------------------- */

static double gap_of(double value, double bound) {
    if (value <= bound)
        return 0;
    return value > 0 ? (value - bound) / value : INFINITY;
}

static int watch_progress(void *context, const struct preposition_progress *progress) {
    struct cli_watch *watch = context;
    double seconds = cli_watch_elapsed_s(watch);
    if (cli_watch_shows(watch, seconds)) {
        fprintf(stderr, "\r%7.1f s  cost ", seconds);
        if (isinf(progress->value))
            fprintf(stderr, "open  bound %.0f\033[K", progress->bound);
        else
            fprintf(stderr, "%.0f  bound %.0f  gap %.4f %%  %" PRIu64 " nodes\033[K",
                    progress->value, progress->bound,
                    100 * gap_of(progress->value, progress->bound), progress->nodes);
    }
    return cli_watch_is_over(watch, seconds);
}

/* ---- results --------------------------------------------------------------------------------- */

struct result {
    const struct preposition_document *document;
    const struct preposition_decision *decision;
    const struct preposition_plan *plan;
};

static int write_result(FILE *file, const void *context) {
    const struct result *result = context;
    return preposition_json_write(file, result->document, result->decision, result->plan);
}

static uint32_t count_open(const struct preposition_document *document,
                           const struct preposition_decision *decision) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < document->instance.site_count; i++)
        count += decision->open[i] != PREPOSITION_SITE_CLOSED;
    return count;
}

static void print_json(const struct preposition_document *document,
                       const struct preposition_decision *decision,
                       const struct preposition_plan *plan, double seconds) {
    printf("{\"objective\":%.17g,\"lower_bound\":%.17g,\"gap\":%.3g,\"optimal\":%s,"
           "\"fixed\":%.17g,\"purchases\":%.17g,\"expected_recourse\":%.17g,"
           "\"cvar_recourse\":%.17g,\"worst_recourse\":%.17g,\"fill_rate\":%.17g,"
           "\"met_probability\":%.17g,\"open\":%" PRIu32 ",\"nodes\":%" PRIu64 ",\"work\":%" PRIu64
           ",\"seconds\":%.3f}\n",
           plan->objective, decision->bound, gap_of(plan->objective, decision->bound),
           decision->status == PREPOSITION_OPTIMAL ? "true" : "false", plan->fixed, plan->purchases,
           plan->expected, plan->cvar, plan->worst, plan->fill_rate, plan->met_probability,
           count_open(document, decision), decision->nodes, decision->work, seconds);
}

static void print_figures(const struct preposition_document *document,
                          const struct preposition_decision *decision,
                          const struct preposition_plan *plan, double seconds) {
    static const char *const measures[] = {"expected cost", "cost with risk", "largest regret"};
    printf("%s %.2f; nothing is below %.2f (gap %.4f %%%s); %.2f s\n",
           measures[document->instance.measure], plan->objective, decision->bound,
           100 * gap_of(plan->objective, decision->bound),
           decision->status == PREPOSITION_OPTIMAL ? "" : ", stopped early", seconds);
    printf("%" PRIu32 " depots for %.2f, goods for %.2f; after the event %.2f expected, %.2f at "
           "worst\n",
           count_open(document, decision), plan->fixed, plan->purchases, plan->expected,
           plan->worst);
    printf("%.2f %% of demand met in expectation; everything met with probability %.4f\n",
           100 * plan->fill_rate, plan->met_probability);
}

/* ---- the command ----------------------------------------------------------------------------- */

static int say_no_decision(const struct request *request, enum preposition_status status) {
    if (status == PREPOSITION_NOTHING) {
        fprintf(stderr, "%s: no decision within the time limit; give more time\n",
                request->instance);
        return EX_TEMPFAIL;
    }
    fprintf(stderr,
            "%s: cannot be satisfied: no stock meets the service level within the budget and the "
            "capacities; lower service.probability or raise the budget\n",
            request->instance);
    return EX_DATAERR;
}

static int show(const struct request *request, const struct preposition_document *document,
                const struct preposition_decision *decision, double seconds) {
    struct preposition_plan plan;
    int error = preposition_plan_make(&document->instance, decision, &plan);
    if (error != HV_OK) {
        fprintf(stderr, "%s: %s\n", request->instance, hv_error_text(error));
        return hv_error_exit_status(error);
    }
    const struct result result = {document, decision, &plan};
    int status = EX_OK;
    if (request->output != NULL)
        status = cli_file_write(COMMAND, request->output, write_result, &result);
    if (status == EX_OK)
        (request->json ? print_json : print_figures)(document, decision, &plan, seconds);
    preposition_plan_deinit(&plan);
    return status;
}

static int solve(const struct request *request, const struct preposition_document *document) {
    struct cli_watch watch = cli_watch_start(request->time_limit_s, request->quiet);
    const struct preposition_options options = {
        .progress = watch_progress, .context = &watch, .gap = request->gap};
    struct preposition_decision decision;
    int error = preposition_solve(&document->instance, &options, &decision);
    cli_watch_wipe(&watch);
    if (error != HV_OK) {
        fprintf(stderr, "%s: cannot be solved: %s\n", request->instance, hv_error_text(error));
        return hv_error_exit_status(error);
    }
    int status = decision.open == NULL
                     ? say_no_decision(request, decision.status)
                     : show(request, document, &decision, cli_watch_elapsed_s(&watch));
    preposition_decision_deinit(&decision);
    return status;
}

int cli_solve_preposition(int argc, char **argv) {
    struct request request = {.gap = GAP_OTHERWISE};
    int status = read_arguments(argc, argv, &request);
    if (status != EX_OK)
        return status;
    if (request.help) {
        printf("%s%s", usage, help);
        return EX_OK;
    }
    struct hv_fault_list faults;
    hv_fault_list_init(&faults);
    struct preposition_document document;
    int error = preposition_json_read(request.instance, &faults, &document);
    cli_file_show_faults(&faults);
    hv_fault_list_deinit(&faults);
    if (error != HV_OK)
        return hv_error_exit_status(error);
    status = solve(&request, &document);
    preposition_document_deinit(&document);
    return status;
}
