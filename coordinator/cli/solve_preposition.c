#include "coordinator/cli/solve_preposition.h"

#include "coordinator/cli/cli.h"
#include "coordinator/cli/cli_arguments.h"
#include "coordinator/cli/cli_file.h"
#include "coordinator/cli/cli_watch.h"
#include "coordinator/cli/preposition_frontier_files.h"
#include "coordinator/cli/preposition_report.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>

#define GAP_OTHERWISE 1e-4
#define REPORT_GAP_OTHERWISE 1e-3
#define ALPHA_OTHERWISE 0.9
#define ITEMS_SHOWN 12u
#define DEPOTS_SHOWN 40u
#define BUSY_SHARE 0.8 /* of the time by the clock: with less the machine is worth a word */

#define COMMAND "solve preposition"

static const char usage[] =
    "usage: haven solve preposition INSTANCE.json [-o SOLUTION.json] [--gap SHARE]\n"
    "                               [--time-limit SECONDS] [--json] [--quiet]\n"
    "                               [--report] [--hold-out PARTS] [--seed N]\n"
    "                               [--frontier POINTS] [--alpha A] [--csv FILE] [--plot FILE]\n"
    "                               [--report-gap SHARE]\n";

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
    "  --time-limit SECONDS   stop after that time by the clock with the best so far and its "
    "bound;\n"
    "                         what is found until then depends on the machine and its load\n"
    "  --json                 print the figures as one JSON object\n"
    "  --quiet                no progress on the terminal\n"
    "\n"
    "  --report               say what planning over scenarios is worth (value of the stochastic\n"
    "                         solution, value of perfect information), how such a decision does\n"
    "                         in scenarios held back, and which scenarios hurt and why\n"
    "  --hold-out PARTS       deal the scenarios into so many parts and hold each back in turn;\n"
    "                         at most 5 without the option; includes --report\n"
    "  --seed N               of the dealing; 1 without the option\n"
    "  --frontier POINTS      decisions from the least expected cost to the least risk\n"
    "  --alpha A              risk is the mean of the worst 1 - A; the instance's, or 0.9\n"
    "  --csv FILE             write the frontier as a table\n"
    "  --plot FILE            write the frontier as a picture, SVG\n"
    "  --report-gap SHARE     gap of each problem solved for the report, 0.001 without the\n"
    "                         option; the time limit holds anew for all together\n"
    "\n"
    "Exit status: 0 with a decision, 64 wrong usage, 65 wrong instance or one that cannot be\n"
    "satisfied, 66 no such file, 73 cannot write, 75 no decision within the time limit.\n"
    "\n"
    "examples:\n"
    "  haven solve preposition gulf.json -o plan.json\n"
    "  haven solve preposition gulf.json --gap 0.001 --time-limit 60 --json | jq .objective\n"
    "  haven solve preposition gulf.json --report --hold-out 10\n"
    "  haven solve preposition gulf.json --frontier 9 --plot frontier.svg --csv frontier.csv\n";

struct request {
    const char *instance, *output;
    double time_limit_s; /* 0 for none */
    double gap, report_gap;
    long folds, seed, points; /* 0 where not given */
    double alpha;             /* NAN where not given */
    const char *csv, *plot;
    bool report, json, quiet;
};

/* ---- arguments ------------------------------------------------------------------------------- */

static int read_arguments(int argc, char **argv, struct request *request, bool *ret_helped) {
    const struct cli_argument arguments[] = {
        cli_argument_output(&request->output),
        {.name = "gap",
         .number = &request->gap,
         .least = 0,
         .most = 1,
         .needs = "a share such as 0.001"},
        cli_argument_time_limit(0, &request->time_limit_s),
        {.name = "json", .flag = &request->json},
        {.name = "quiet", .flag = &request->quiet},
        {.name = "report", .flag = &request->report},
        {.name = "hold-out",
         .whole = &request->folds,
         .least = 2,
         .most = PREPOSITION_FOLDS_MAX,
         .needs = "a number of parts from 2 to 1000"},
        cli_argument_seed(&request->seed),
        {.name = "frontier",
         .whole = &request->points,
         .least = 2,
         .most = PREPOSITION_FRONTIER_MAX,
         .needs = "a number of points from 2 to 1000"},
        {.name = "alpha",
         .number = &request->alpha,
         .least = 0,
         .most = 1,
         .needs = "a share from 0 to below 1"},
        {.name = "csv", .text = &request->csv},
        {.name = "plot", .text = &request->plot},
        {.name = "report-gap",
         .number = &request->report_gap,
         .least = 0,
         .most = 1,
         .needs = "a share such as 0.001"},
    };
    const struct cli_command command = {.name = COMMAND,
                                        .usage = usage,
                                        .help = help,
                                        .needs = "an instance",
                                        .file_count = 1,
                                        .arguments = arguments,
                                        .argument_count = sizeof arguments / sizeof arguments[0]};
    int status = cli_arguments_read(&command, argc, argv, &request->instance, ret_helped);
    if (status != EX_OK || *ret_helped)
        return status;
    if (request->alpha >= 1)
        return cli_arguments_wrong(&command, "--alpha needs a share from 0 to below 1", "");
    if ((request->csv != NULL || request->plot != NULL) && request->points == 0)
        return cli_arguments_wrong(
            &command, "--csv and --plot show a frontier: give --frontier POINTS as well", "");
    request->report |= request->folds > 0;
    return EX_OK;
}

/* ---- progress -------------------------------------------------------------------------------- */

static double gap_of(double value, double bound) {
    if (value <= bound)
        return 0;
    return value > 0 ? (value - bound) / value : INFINITY;
}

static int watch_progress(void *context, const struct preposition_progress *progress) {
    static const char *const stages[] = {
        [PREPOSITION_STAGE_WHOLE] = "all",
        [PREPOSITION_STAGE_KNOWN] = "scenario",
        [PREPOSITION_STAGE_MEAN] = "mean scenario",
        [PREPOSITION_STAGE_HELD] = "without part",
        [PREPOSITION_STAGE_FRONTIER] = "weight of risk",
    };
    struct cli_watch *watch = context;
    double seconds = cli_watch_elapsed_s(watch);
    if (cli_watch_shows(watch, seconds)) {
        fprintf(stderr, "\r%7.1f s  ", seconds);
        if (progress->parts > 0)
            fprintf(stderr, "%s %" PRIu32 " of %" PRIu32 ": ", stages[progress->stage],
                    progress->part, progress->parts);
        fputs("cost ", stderr);
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
           ",\"seconds\":%.3f",
           plan->objective, decision->bound, gap_of(plan->objective, decision->bound),
           decision->status == PREPOSITION_OPTIMAL ? "true" : "false", plan->fixed, plan->purchases,
           plan->expected, plan->cvar, plan->worst, plan->fill_rate, plan->met_probability,
           count_open(document, decision), decision->nodes, decision->work, seconds);
}

/* Of this process, so far. */
static double processor_s(void) {
    return (double)clock() / CLOCKS_PER_SEC;
}

/* What to hold where, in the order of the instance. */
static void print_depots(const struct preposition_document *document,
                         const struct preposition_decision *decision) {
    const struct preposition_instance *instance = &document->instance;
    size_t items = instance->item_count, listed = 0;
    const char *titles[ITEMS_SHOWN + 4] = {"depot", "size", ">m³"};
    char heads[ITEMS_SHOWN][80];
    for (size_t k = 0; k < items && k < ITEMS_SHOWN; k++) {
        snprintf(heads[k], sizeof heads[k], ">%s", document->item_ids[k]);
        titles[3 + k] = heads[k];
    }
    struct cli_table *table = cli_table_new(titles);
    for (uint32_t i = 0; i < instance->site_count; i++) {
        const double *stock = &decision->stock[i * items];
        double volume = 0, held = 0;
        for (size_t k = 0; k < items; k++) {
            volume += stock[k] * instance->items[k].volume_m3;
            held += stock[k];
        }
        bool open = decision->open[i] != PREPOSITION_SITE_CLOSED;
        if ((!open && held <= 0) || listed++ >= DEPOTS_SHOWN)
            continue;
        cli_table_cell(table, "%s", document->site_ids[i]);
        cli_table_cell(table, "%s", open ? document->size_ids[decision->open[i]] : "-");
        cli_table_cell(table, "%.1f", volume);
        for (size_t k = 0; k < items && k < ITEMS_SHOWN; k++)
            cli_table_cell(table, "%.1f", stock[k]);
    }
    cli_table_print(table);
    if (listed > DEPOTS_SHOWN || items > ITEMS_SHOWN)
        printf("%zu depots and %zu items in all; --output writes them\n", listed, items);
}

static void print_figures(const struct preposition_document *document,
                          const struct preposition_decision *decision,
                          const struct preposition_plan *plan, double seconds) {
    static const char *const measures[] = {"expected cost", "cost with risk", "largest regret"};
    bool stopped = decision->status != PREPOSITION_OPTIMAL;
    printf("%s %.2f; nothing is below %.2f (gap %.4f %%%s); %.2f s\n",
           measures[document->instance.measure], plan->objective, decision->bound,
           100 * gap_of(plan->objective, decision->bound), stopped ? ", stopped early" : "",
           seconds);
    if (stopped && processor_s() < BUSY_SHARE * seconds)
        printf(
            "of those seconds the processor gave %.1f: the machine is busy, and a quiet one finds "
            "more in the same time\n",
            processor_s());
    printf("%" PRIu32 " depots for %.2f, goods for %.2f; after the event %.2f expected, %.2f at "
           "worst\n",
           count_open(document, decision), plan->fixed, plan->purchases, plan->expected,
           plan->worst);
    printf("%.2f %% of demand met in expectation; everything met with probability %.4f\n",
           100 * plan->fill_rate, plan->met_probability);
    print_depots(document, decision);
}

/* ---- the command ----------------------------------------------------------------------------- */

static int say_no_decision(const struct request *request,
                           const struct preposition_instance *instance,
                           const struct preposition_decision *decision, double seconds) {
    if (decision->status == PREPOSITION_NOTHING) {
        bool wishes = instance->has_service || instance->has_budget;
        fprintf(stderr,
                "%s: no decision in %.1f s by the clock, of which %.1f s of the processor, and no "
                "proof that there is none; raise --time-limit, or run without it%s\n",
                request->instance, seconds, processor_s(),
                wishes ? "; a lower service.probability or a higher budget is easier to meet" : "");
        return EX_TEMPFAIL;
    }
    fprintf(stderr,
            "%s: cannot be satisfied: no stock meets the service level within the budget and the "
            "capacities; lower service.probability or raise the budget\n",
            request->instance);
    return EX_DATAERR;
}

static int write_files(const struct request *request, const struct result *result,
                       const struct preposition_report *report) {
    int status = EX_OK;
    if (request->output != NULL)
        status = cli_file_write(COMMAND, request->output, write_result, result);
    if (status == EX_OK && request->csv != NULL)
        status = cli_file_write(COMMAND, request->csv, preposition_frontier_write_csv, report);
    if (status == EX_OK && request->plot != NULL)
        status = cli_file_write(COMMAND, request->plot, preposition_frontier_write_svg, report);
    return status;
}

static void print(const struct request *request, const struct result *result,
                  const struct preposition_report *report, double seconds) {
    if (request->json) {
        print_json(result->document, result->decision, result->plan, seconds);
        preposition_report_print_json(stdout, report);
        puts("}");
    } else {
        print_figures(result->document, result->decision, result->plan, seconds);
        preposition_report_print(stdout, report);
    }
}

static int make_report(const struct request *request, const struct result *result,
                       struct preposition_report *report) {
    const struct preposition_instance *instance = &result->document->instance;
    struct cli_watch watch = cli_watch_start(request->time_limit_s, request->quiet);
    const struct preposition_options options = {
        .progress = watch_progress, .context = &watch, .gap = request->report_gap};
    double alpha = instance->measure == PREPOSITION_CVAR ? instance->alpha : ALPHA_OTHERWISE;
    const struct preposition_report_wish wish = {
        .report = request->report,
        .folds = (uint32_t)request->folds,
        .seed = (uint64_t)request->seed,
        .frontier = (uint32_t)request->points,
        .alpha = isnan(request->alpha) ? alpha : request->alpha,
    };
    int error = preposition_report_make(result->document, result->decision, result->plan, &wish,
                                        &options, report);
    cli_watch_wipe(&watch);
    if (error == HV_OK)
        return EX_OK;
    fprintf(stderr, "%s: no report: %s\n", request->instance, hv_error_text(error));
    return hv_error_exit_status(error);
}

static int show(const struct request *request, const struct preposition_document *document,
                const struct preposition_decision *decision, double seconds) {
    struct preposition_plan plan;
    struct preposition_report report;
    int error = preposition_plan_make(&document->instance, decision, &plan);
    if (error != HV_OK) {
        fprintf(stderr, "%s: %s\n", request->instance, hv_error_text(error));
        return hv_error_exit_status(error);
    }
    const struct result result = {document, decision, &plan};
    int status = make_report(request, &result, &report);
    if (status == EX_OK) {
        status = write_files(request, &result, &report);
        if (status == EX_OK)
            print(request, &result, &report, seconds);
        preposition_report_deinit(&report);
    }
    preposition_plan_deinit(&plan);
    return status;
}

static int solve(const struct request *request, const struct preposition_document *document) {
    struct cli_watch watch = cli_watch_start(request->time_limit_s, request->quiet);
    const struct preposition_options options = {
        .progress = watch_progress, .context = &watch, .gap = request->gap};
    struct preposition_decision decision;
    int error = preposition_solve(&document->instance, &options, &decision);
    double seconds = cli_watch_elapsed_s(&watch);
    cli_watch_wipe(&watch);
    if (error != HV_OK) {
        fprintf(stderr, "%s: cannot be solved: %s\n", request->instance, hv_error_text(error));
        return hv_error_exit_status(error);
    }
    int status = decision.open == NULL
                     ? say_no_decision(request, &document->instance, &decision, seconds)
                     : show(request, document, &decision, seconds);
    preposition_decision_deinit(&decision);
    return status;
}

int cli_solve_preposition(int argc, char **argv) {
    struct request request = {
        .gap = GAP_OTHERWISE, .report_gap = REPORT_GAP_OTHERWISE, .seed = 1, .alpha = NAN};
    bool helped;
    int status = read_arguments(argc, argv, &request, &helped);
    if (status != EX_OK || helped)
        return status;
    struct hv_fault_list faults;
    hv_fault_list_init(&faults);
    struct preposition_document document;
    int error = preposition_json_read(request.instance, &faults, &document);
    cli_file_show_faults(&faults);
    hv_fault_list_deinit(&faults);
    if (error != HV_OK)
        return hv_error_exit_status(error);
    if (request.folds > preposition_folds_dealt(&document.instance)) {
        fprintf(stderr,
                "%s: has %" PRIu32 " scenarios to hold back, fewer than --hold-out asks for\n",
                request.instance, preposition_folds_dealt(&document.instance));
        status = EX_USAGE;
    } else {
        status = solve(&request, &document);
    }
    preposition_document_deinit(&document);
    return status;
}
