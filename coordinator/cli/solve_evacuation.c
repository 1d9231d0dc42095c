#include "coordinator/cli/solve_evacuation.h"

#include "coordinator/cli/cli_arguments.h"
#include "coordinator/cli/cli_file.h"
#include "coordinator/cli/cli_watch.h"
#include "coordinator/cli/evacuation_json.h"
#include "coordinator/optimizer/evacuation_flow.h"

#include <inttypes.h>
#include <string.h>
#include <sysexits.h>

#define COMMAND "solve evacuation"
#define MIB (INT64_C(1) << 20)
#define MEMORY_LIMIT_MIB_MAX (1 << 24)

static const char usage[] =
    "usage: haven solve evacuation INSTANCE.json [-o SOLUTION.json] [--certificate FILE]\n"
    "                              [--time-limit SECONDS] [--gap SHARE] [--memory-limit MIB]\n"
    "                              [--json] [--quiet]\n";

static const char help[] =
    "\n"
    "Finds the plan that leaves the fewest people unserved and, among those, has the least sum of\n"
    "arrival steps, and proves it. INSTANCE.json is a haven.evacuation.instance/1.\n"
    "\n"
    "  -o, --output FILE      write the plan, a haven.evacuation.solution/1\n"
    "  --certificate FILE     write the prices that prove its bound\n"
    "  --time-limit SECONDS   stop after that time with the best plan so far and its bound\n"
    "  --gap SHARE            stop when everybody who can be served is, and the sum of arrival "
    "steps\n"
    "                         is within this share of its bound, such as 0.02\n"
    "  --memory-limit MIB     look no further ahead than so much memory holds (4096); a long\n"
    "                         horizon is looked at in parts, until one proves the plan for all\n"
    "  --json                 print the figures as one JSON object\n"
    "  --quiet                no progress on the terminal\n"
    "\n"
    "Exit status: 0 with a plan, 64 wrong usage, 65 wrong instance, 66 no such file, 73 cannot "
    "write.\n"
    "\n"
    "examples:\n"
    "  haven solve evacuation goldcoast.json -o plan.json --certificate proof.json\n"
    "  haven solve evacuation city.json -o plan.json --time-limit 30 --gap 0.01\n"
    "  haven solve evacuation city.json --json | jq .unserved\n";

struct request {
    const char *instance, *output, *certificate;
    double time_limit_s; /* 0 for none */
    double gap;
    long memory_limit_mib; /* 0 for the usual */
    bool json, quiet;
};

/* ---- arguments ------------------------------------------------------------------------------- */

static int read_arguments(int argc, char **argv, struct request *request, bool *ret_helped) {
    const struct cli_argument arguments[] = {
        cli_argument_output(&request->output),
        {.name = "certificate", .text = &request->certificate},
        cli_argument_time_limit(0, &request->time_limit_s),
        {.name = "gap",
         .number = &request->gap,
         .least = 0,
         .most = 1e12,
         .needs = "a share such as 0.02"},
        {.name = "memory-limit",
         .whole = &request->memory_limit_mib,
         .least = 1,
         .most = MEMORY_LIMIT_MIB_MAX,
         .needs = "a whole number of MiB, such as 4096"},
        {.name = "json", .flag = &request->json},
        {.name = "quiet", .flag = &request->quiet},
    };
    const struct cli_command command = {.name = COMMAND,
                                        .usage = usage,
                                        .help = help,
                                        .needs = "an instance",
                                        .file_count = 1,
                                        .arguments = arguments,
                                        .argument_count = sizeof arguments / sizeof arguments[0]};
    return cli_arguments_read(&command, argc, argv, &request->instance, ret_helped);
}

/* ---- progress -------------------------------------------------------------------------------- */

/* How far the plan's arrival steps are above the bound, in per cent; -1 while more people may be
 * served. */
static double gap_percent(struct evacuation_value value, struct evacuation_value bound) {
    if (value.unserved != bound.unserved)
        return -1;
    if (value.total_arrival_steps == bound.total_arrival_steps)
        return 0;
    return 100.0 * (double)(value.total_arrival_steps - bound.total_arrival_steps) /
           (double)(bound.total_arrival_steps > 0 ? bound.total_arrival_steps : 1);
}

static void show_progress(const struct evacuation_progress *progress, double seconds) {
    char gap[32] = "open";
    double percent = gap_percent(progress->value, progress->bound);
    if (percent >= 0)
        snprintf(gap, sizeof gap, "%.2f %%", percent);
    fprintf(stderr,
            "\r%7.1f s  exact for %" PRId64 " of %" PRId64 " people  plan %" PRId64
            " unserved, %" PRId64 "  bound %" PRId64 ", %" PRId64 "  gap %s\033[K",
            seconds, progress->served, progress->people, progress->value.unserved,
            progress->value.total_arrival_steps, progress->bound.unserved,
            progress->bound.total_arrival_steps, gap);
}

static int watch_progress(void *context, const struct evacuation_progress *progress) {
    struct cli_watch *watch = context;
    double seconds = cli_watch_elapsed_s(watch);
    if (cli_watch_shows(watch, seconds))
        show_progress(progress, seconds);
    return cli_watch_is_over(watch, seconds);
}

/* ---- results --------------------------------------------------------------------------------- */

struct result {
    const struct evacuation_document *document;
    const struct evacuation_plan *plan;
};

static int write_plan(FILE *file, const void *context) {
    const struct result *result = context;
    return evacuation_json_write_plan(file, result->document, result->plan);
}

static int write_certificate(FILE *file, const void *context) {
    const struct result *result = context;
    return evacuation_json_write_certificate(file, result->document, result->plan);
}

static int64_t whole_mib(int64_t bytes) {
    return bytes / MIB + (bytes % MIB > 0);
}

static void print_memory(const struct request *request, int32_t horizon_steps,
                         const struct evacuation_plan *plan) {
    int64_t allowed =
        request->memory_limit_mib > 0 ? request->memory_limit_mib : EVACUATION_MEMORY_MAX / MIB;
    printf("only the first %" PRId32 " of %" PRId32 " steps were looked at: all of them may take "
           "%" PRId64 " MiB of memory, and %" PRId64 " are allowed; give --memory-limit %" PRId64
           ", or an instance with a shorter horizon_steps or longer steps (step_s)\n",
           plan->searched_steps, horizon_steps, whole_mib(plan->memory_needed), allowed,
           whole_mib(plan->memory_needed));
}

static void print_figures(const struct request *request, const struct evacuation_document *document,
                          const struct evacuation_plan *plan, double seconds) {
    double percent = gap_percent(plan->value, plan->bound);
    int64_t people = evacuation_instance_people(&document->instance);
    if (request->json) {
        printf("{\"people\":%" PRId64 ",\"unserved\":%" PRId64 ",\"total_arrival_steps\":%" PRId64
               ",\"last_arrival_step\":%" PRId32 ",\"bound_unserved\":%" PRId64
               ",\"bound_total_arrival_steps\":%" PRId64 ",\"optimal\":%s,\"routes\":%zu"
               ",\"augmentations\":%" PRId64 ",\"searched_steps\":%" PRId32
               ",\"memory_needed_mib\":%" PRId64 ",\"seconds\":%.3f}\n",
               people, plan->value.unserved, plan->value.total_arrival_steps,
               plan->last_arrival_step, plan->bound.unserved, plan->bound.total_arrival_steps,
               plan->optimal ? "true" : "false", plan->route_count, plan->augmentations,
               plan->searched_steps, whole_mib(plan->memory_needed), seconds);
        return;
    }
    printf("%" PRId64 " of %" PRId64 " people served, %" PRId64 " unserved; arrival steps %" PRId64
           " in all, the last at %" PRId32 "; %zu route%s; %.2f s\n",
           people - plan->value.unserved, people, plan->value.unserved,
           plan->value.total_arrival_steps, plan->last_arrival_step, plan->route_count,
           plan->route_count == 1 ? "" : "s", seconds);
    if (plan->optimal)
        printf("proven optimal\n");
    else if (document->reversible)
        printf("exact without reversed roads; the instance allows them, so no bound is claimed\n");
    else if (percent >= 0)
        printf("no plan is better by more than %.2f %% in arrival steps\n", percent);
    else
        printf("every plan leaves at least %" PRId64 " people unserved\n", plan->bound.unserved);
    if (plan->memory_needed > 0)
        print_memory(request, document->instance.horizon_steps, plan);
    if (plan->value.unserved > 0 && request->output != NULL)
        printf("why: haven evacuation report %s %s\n", request->instance, request->output);
    else if (plan->value.unserved > 0)
        printf("why: write the plan with -o PLAN.json, then haven evacuation report %s PLAN.json\n",
               request->instance);
}

static int write_results(const struct request *request, const struct evacuation_document *document,
                         const struct evacuation_plan *plan) {
    const struct result result = {document, plan};
    int status = EX_OK;
    if (request->output != NULL)
        status = cli_file_write(COMMAND, request->output, write_plan, &result);
    if (status == EX_OK && request->certificate != NULL)
        status = cli_file_write(COMMAND, request->certificate, write_certificate, &result);
    return status;
}

/* ---- the command ----------------------------------------------------------------------------- */

static int solve(const struct request *request, struct evacuation_document *document) {
    struct cli_watch watch = cli_watch_start(request->time_limit_s, request->quiet);
    struct evacuation_options options = {.progress = watch_progress,
                                         .context = &watch,
                                         .gap = request->gap,
                                         .memory_max = request->memory_limit_mib * MIB};
    struct evacuation_plan plan;
    int error = evacuation_flow_solve(&document->instance, &options, &plan);
    cli_watch_wipe(&watch);
    if (error != HV_OK) {
        fprintf(stderr, "%s: cannot be solved: %s\n", request->instance, hv_error_text(error));
        return hv_error_exit_status(error);
    }
    if (document->reversible) {
        plan.bound = (struct evacuation_value){0, 0};
        plan.optimal = false;
    }
    double seconds = cli_watch_elapsed_s(&watch);
    int status = write_results(request, document, &plan);
    if (status == EX_OK)
        print_figures(request, document, &plan, seconds);
    evacuation_plan_deinit(&plan);
    return status;
}

int cli_solve_evacuation(int argc, char **argv) {
    struct request request = {0};
    bool helped;
    int status = read_arguments(argc, argv, &request, &helped);
    if (status != EX_OK || helped)
        return status;
    struct hv_fault_list faults;
    hv_fault_list_init(&faults);
    struct evacuation_document document;
    int error = evacuation_json_read(request.instance, &faults, &document);
    cli_file_show_faults(&faults);
    hv_fault_list_deinit(&faults);
    if (error != HV_OK)
        return hv_error_exit_status(error);
    if (document.reversible && request.certificate != NULL) {
        fprintf(stderr,
                "%s: has reversible links, for which there is no certificate; leave out "
                "--certificate for a plan that reverses none\n",
                request.instance);
        status = EX_USAGE;
    } else {
        status = solve(&request, &document);
    }
    evacuation_document_deinit(&document);
    return status;
}
