#include "coordinator/cli/solve_bus.h"

#include "coordinator/cli/bus_json.h"
#include "coordinator/cli/cli_arguments.h"
#include "coordinator/cli/cli_file.h"
#include "coordinator/cli/cli_watch.h"

#include <inttypes.h>
#include <limits.h>
#include <sysexits.h>

#define COMMAND "solve bus"
#define POINTS_SHOWN 10

static const char usage[] =
    "usage: haven solve bus INSTANCE.json [-o PLAN.json] [--time-limit SECONDS] [--gap PERCENT]\n"
    "         [--work N] [--seed N] [--json] [--quiet]\n";

static const char help[] =
    "\n"
    "Plans buses for people without vehicles: runs from depots over pick-up points to shelters "
    "and\n"
    "back, again and again. Fewest people unserved first, then the least sum of arrivals. States\n"
    "what no plan can beat. INSTANCE.json is a haven.bus.instance/1 (haven evacuation instance\n"
    "--buses makes one of a region).\n"
    "\n"
    "  -o, --output FILE      write the plan, a haven.bus.plan/1\n"
    "  --time-limit SECONDS   search so long, and stop with the best plan and bound by then\n"
    "  --gap PERCENT          search again, four times as long each time, until the plan is "
    "proven\n"
    "                         to be within so much of the best (needs a --time-limit)\n"
    "  --work N               search for so much counted work, in millions\n"
    "  --seed N               of the search; the same seed gives the same plan (1)\n"
    "  --json                 print the figures as one JSON object\n"
    "  --quiet                no progress on the terminal\n"
    "\n"
    "Exit status: 0 with a plan, 64 wrong usage, 65 wrong instance, 66 no such file, 73 cannot\n"
    "write.\n"
    "\n"
    "examples:\n"
    "  haven evacuation instance city -o city.json --travellers who.json --walk 30 \\\n"
    "      --buses buses.json --fleet 12=8x45\n"
    "  haven solve bus buses.json -o plan.json\n"
    "  haven solve bus buses.json --time-limit 60 --gap 2 --json | jq .gap_percent\n";

struct request {
    const char *instance, *output;
    long seed, work_millions;
    double time_limit_s, gap_percent; /* 0 for none */
    bool json, quiet;
};

/* ---- arguments ------------------------------------------------------------------------------- */

static int read_arguments(int argc, char **argv, struct request *request, bool *ret_helped) {
    const struct cli_argument arguments[] = {
        cli_argument_output(&request->output),
        cli_argument_time_limit(1e-3, &request->time_limit_s),
        {.name = "gap",
         .number = &request->gap_percent,
         .least = 0,
         .most = 100,
         .needs = "a number of per cent from 0 to 100"},
        cli_argument_work(&request->work_millions),
        cli_argument_seed(&request->seed),
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
    int status = cli_arguments_read(&command, argc, argv, &request->instance, ret_helped);
    if (status != EX_OK || *ret_helped)
        return status;
    if (request->gap_percent > 0 && request->time_limit_s == 0)
        return cli_arguments_wrong(&command, "--gap needs a --time-limit, too", "");
    return EX_OK;
}

/* ---- progress and results -------------------------------------------------------------------- */

static int watch_progress(void *context, const struct bus_progress *progress) {
    struct cli_watch *watch = context;
    const double seconds = cli_watch_elapsed_s(watch);
    if (cli_watch_shows(watch, seconds))
        fprintf(stderr,
                "\r%7.1f s  plan %" PRId64 " of %" PRId64 " unserved, %" PRId64
                " seconds of arrival\033[K",
                seconds, progress->value.unserved, progress->people, progress->value.arrival_s);
    return cli_watch_is_over(watch, seconds);
}

/* How far the plan may be from the best, in per cent; of people where those are the first gap. */
static double gap_of(const struct bus_plan *plan) {
    const bool people = plan->value.unserved != plan->bound.unserved;
    const double value = (double)(people ? plan->value.unserved : plan->value.arrival_s);
    const double bound = (double)(people ? plan->bound.unserved : plan->bound.arrival_s);
    return value > 0 ? 100 * (value - bound) / value : 0;
}

static double mean(int64_t seconds, int64_t people) {
    return people > 0 ? (double)seconds / (double)people : 0;
}

static void print_json(const struct bus_plan *plan, int64_t people, double seconds) {
    printf("{\"people\":%" PRId64 ",\"unserved\":%" PRId64 ",\"total_arrival_s\":%" PRId64
           ",\"last_arrival_s\":%" PRId32 ",\"bound_unserved\":%" PRId64
           ",\"bound_total_arrival_s\":%" PRId64
           ",\"gap_percent\":%.3f,\"optimal\":%s,\"runs\":%zu,\"stopped\":%s,\"work\":%" PRId64
           ",\"seconds\":%.3f}\n",
           people, plan->value.unserved, plan->value.arrival_s, plan->last_arrival_s,
           plan->bound.unserved, plan->bound.arrival_s, gap_of(plan),
           plan->optimal ? "true" : "false", plan->run_count, plan->stopped ? "true" : "false",
           plan->work, seconds);
}

static void print_left(const struct bus_document *document, const struct bus_plan *plan) {
    size_t points = 0;
    for (size_t p = 0; p < document->instance.pickup_count; p++) {
        if (plan->unserved[p] == 0)
            continue;
        if (points++ < POINTS_SHOWN)
            printf("  %s: %" PRId32 " of %" PRId32 " unserved\n", document->pickup_ids[p],
                   plan->unserved[p], document->instance.pickups[p].people);
    }
    if (points > POINTS_SHOWN)
        printf("  and %zu more pick-up points\n", points - POINTS_SHOWN);
}

static void print_text(const struct bus_document *document, const struct bus_plan *plan,
                       int64_t people, double seconds) {
    const int64_t served = people - plan->value.unserved;
    printf("%" PRId64 " of %" PRId64 " people served, %" PRId64
           " unserved; mean arrival %.1f min, the last %.1f min; %zu runs of %zu buses; %.2f s\n",
           served, people, plan->value.unserved, mean(plan->value.arrival_s, served) / 60,
           plan->last_arrival_s / 60.0, plan->run_count, bus_instance_buses(&document->instance),
           seconds);
    printf("bound: at least %" PRId64 " unserved", plan->bound.unserved);
    if (plan->value.unserved == plan->bound.unserved)
        printf(", mean arrival at least %.1f min; gap %.2f %%",
               mean(plan->bound.arrival_s, served) / 60, gap_of(plan));
    else
        printf("; the plan leaves %" PRId64 " more", plan->value.unserved - plan->bound.unserved);
    printf("%s\n", plan->optimal ? "; proven optimal" : "");
    print_left(document, plan);
}

/* ---- the command ----------------------------------------------------------------------------- */

struct result {
    const struct bus_document *document;
    const struct bus_plan *plan;
};

static int write_result(FILE *file, const void *context) {
    const struct result *result = context;
    return bus_json_write(file, result->document, result->plan);
}

/* The better plan and the better bound of both; `other` is freed. */
static void take_better(struct bus_plan *plan, struct bus_plan *other) {
    const struct bus_value bound =
        bus_value_compare(plan->bound, other->bound) < 0 ? other->bound : plan->bound;
    if (bus_value_compare(other->value, plan->value) < 0) {
        struct bus_plan swap = *plan;
        *plan = *other;
        *other = swap;
    }
    plan->bound = bound;
    plan->optimal = bus_value_compare(plan->value, bound) == 0;
    plan->stopped = plan->stopped || other->stopped;
    bus_plan_deinit(other);
}

/* Searches once, or until the gap is small enough or the time is over. */
static int search(const struct request *request, const struct bus_document *document,
                  struct cli_watch *watch, struct bus_plan *plan) {
    struct bus_options options = {
        .progress = watch_progress,
        .context = watch,
        .work_max = (int64_t)request->work_millions * 1000000,
        .seed = (uint64_t)request->seed,
    };
    int error = bus_plan_solve(&document->instance, &options, plan);
    const bool again = request->time_limit_s > 0 && request->work_millions == 0;
    for (int64_t work = plan->work; error == HV_OK && again && !plan->stopped && !plan->optimal &&
                                    gap_of(plan) > request->gap_percent && work < INT64_MAX / 8;
         work *= 4) {
        struct bus_plan other;
        options.work_max = work * 4;
        options.seed++;
        error = bus_plan_solve(&document->instance, &options, &other);
        if (error == HV_OK)
            take_better(plan, &other);
    }
    return error;
}

static int solve(const struct request *request, const struct bus_document *document) {
    struct cli_watch watch = cli_watch_start(request->time_limit_s, request->quiet);
    struct bus_plan plan = {0};
    int error = search(request, document, &watch, &plan);
    const double seconds = cli_watch_elapsed_s(&watch);
    const int64_t people = bus_instance_people(&document->instance);
    const struct result result = {document, &plan};
    int status = EX_OK;
    cli_watch_wipe(&watch);
    if (error != HV_OK) {
        fprintf(stderr, "%s: cannot be planned: %s\n", request->instance, hv_error_text(error));
        bus_plan_deinit(&plan);
        return hv_error_exit_status(error);
    }
    if (request->output != NULL)
        status = cli_file_write(COMMAND, request->output, write_result, &result);
    if (status == EX_OK && request->json)
        print_json(&plan, people, seconds);
    else if (status == EX_OK)
        print_text(document, &plan, people, seconds);
    bus_plan_deinit(&plan);
    return status;
}

int cli_solve_bus(int argc, char **argv) {
    struct request request = {.seed = 1};
    bool helped;
    int status = read_arguments(argc, argv, &request, &helped);
    if (status != EX_OK || helped)
        return status;
    struct hv_fault_list faults;
    struct bus_document document;
    hv_fault_list_init(&faults);
    int error = bus_json_read(request.instance, &faults, &document);
    cli_file_show_faults(&faults);
    hv_fault_list_deinit(&faults);
    if (error != HV_OK)
        return hv_error_exit_status(error);
    status = solve(&request, &document);
    bus_document_deinit(&document);
    return status;
}
