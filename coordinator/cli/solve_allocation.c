#include "coordinator/cli/solve_allocation.h"

#include "coordinator/cli/allocation_json.h"
#include "coordinator/cli/cli_arguments.h"
#include "coordinator/cli/cli_file.h"
#include "coordinator/cli/cli_watch.h"
#include "coordinator/optimizer/allocation.h"
#include "coordinator/optimizer/allocation_carried.h"
#include "coordinator/optimizer/allocation_packs.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>
#include <sysexits.h>

#define COMMAND "solve allocation"

static const char usage[] =
    "usage: haven solve allocation INSTANCE.json [-o SOLUTION.json] [--fairness none|maxmin]\n"
    "                              [--packs] [--json] [--quiet]\n";

static const char help[] =
    "\n"
    "Finds what each depot sends to each shelter, so that shortage and transport cost least, and\n"
    "proves it. INSTANCE.json is a haven.allocation.instance/1: items, depots with stock, reserve\n"
    "and what they can load, shelters with needs, priority and what they can take, and lanes.\n"
    "\n"
    "  -o, --output FILE      write the plan, a haven.allocation.solution/1\n"
    "  --fairness none        least cost, whoever gets how much\n"
    "  --fairness maxmin      first make the least fill rate as high as can be, then the next\n"
    "                         least, and so on; then least cost. Says what that costs more.\n"
    "                         Without the option, what the instance says\n"
    "  --packs                send whole packs only, of `pack` units where an item has that;\n"
    "                         says what the rounding costs\n"
    "\n"
    "Where the instance has vehicles[], each with its depot, volume_m3, weight_kg, loading_min,\n"
    "unloading_min and ready_min, and lanes have travel_min, the solution says which vehicle "
    "takes\n"
    "what where and when, and when the last delivery can be at the earliest. What no vehicle "
    "brings\n"
    "goes back to the allocation in up to four rounds, as long as lack and transport cost less\n"
    "for it, or with maxmin as what is delivered is shared more fairly; what is left after that\n"
    "is listed with why. Optional: range_km (lanes then have distance_km) and cold_chain of a\n"
    "vehicle, cold_chain of an item, back_min and back_km of a lane, horizon_min of the instance.\n"
    "\n"
    "  --json                 print the figures as one JSON object\n"
    "  --quiet                no progress on the terminal\n"
    "\n"
    "Exit status: 0 with a plan, 64 wrong usage, 65 wrong instance, 66 no such file, 73 cannot "
    "write.\n"
    "\n"
    "examples:\n"
    "  haven solve allocation city.json -o plan.json\n"
    "  haven solve allocation city.json --fairness maxmin --json | jq .price_of_fairness\n";

enum fairness { AS_IN_INSTANCE, NONE, MAXMIN };

struct request {
    const char *instance, *output;
    enum fairness fairness;
    bool packs, json, quiet;
};

/* ---- arguments ------------------------------------------------------------------------------- */

static bool read_fairness(const char *text, void *into) {
    enum fairness *fairness = into;
    if (strcmp(text, "none") == 0)
        *fairness = NONE;
    else if (strcmp(text, "maxmin") == 0)
        *fairness = MAXMIN;
    else
        return false;
    return true;
}

static int read_arguments(int argc, char **argv, struct request *request, bool *ret_helped) {
    const struct cli_argument arguments[] = {
        cli_argument_output(&request->output),
        {.name = "fairness",
         .read = read_fairness,
         .into = &request->fairness,
         .needs = "none or maxmin"},
        {.name = "packs", .flag = &request->packs},
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

static int watch_progress(void *context, enum allocation_stage stage, uint64_t work) {
    static const char *const stages[] = {"least cost", "limits of lanes", "fairness"};
    struct cli_watch *watch = context;
    double seconds = cli_watch_elapsed_s(watch);
    if (cli_watch_shows(watch, seconds)) {
        fprintf(stderr, "\r%7.1f s  %s  %" PRIu64 " steps\033[K", seconds, stages[stage], work);
    }
    return 0;
}

/* ---- results --------------------------------------------------------------------------------- */

struct result {
    const struct allocation_document *document;
    const struct allocation_plan *plan;
    const double *divisible_cost;             /* before rounding to packs; NULL where not asked */
    const struct allocation_carried *carried; /* NULL where there are no vehicles */
    bool as_fair;                             /* as with maxmin it has to be */
    double seconds;
};

static int write_result(FILE *file, const void *context) {
    const struct result *result = context;
    return allocation_json_write(file, result->document, result->plan, result->carried);
}

static double gap_of(const struct allocation_plan *plan) {
    return plan->objective > 0 ? (plan->objective - plan->lower_bound) / plan->objective : 0;
}

/* Before anything was allocated anew for vehicles. */
static double cost_before_carrying(const struct result *result) {
    return result->carried ? result->carried->first_cost : result->plan->objective;
}

/* Of plans that open packs, where packs were asked for. */
static double price_of_fairness(const struct result *result) {
    return (result->divisible_cost ? *result->divisible_cost : cost_before_carrying(result)) -
           result->plan->unfair_cost;
}

/* Sums of doubles that differ by their own rounding only are equal. */
static double cost_of_rounding(const struct result *result) {
    double whole = cost_before_carrying(result);
    double more = whole - *result->divisible_cost;
    return fabs(more) > 1e-12 * fabs(whole) ? more : 0;
}

static void print_json(const struct result *result) {
    const struct allocation_plan *plan = result->plan;
    const struct allocation_carried *carried = result->carried;
    printf("{\"objective\":%.17g,\"lower_bound\":%.17g,\"gap\":%.3g,\"min_fill_rate\":%.17g,"
           "\"shipments\":%zu,\"unmet\":%zu,\"pivots\":%" PRIu64,
           plan->objective, plan->lower_bound, gap_of(plan), plan->min_fill_rate,
           plan->shipment_count, plan->unmet_count, plan->pivots);
    if (result->document->instance.maxmin)
        printf(",\"objective_without_fairness\":%.17g,\"price_of_fairness\":%.17g,\"levels\":%u,"
               "\"as_fair\":%s",
               plan->unfair_cost, price_of_fairness(result), plan->level_count,
               result->as_fair ? "true" : "false");
    if (result->divisible_cost != NULL)
        printf(",\"objective_without_packs\":%.17g,\"cost_of_rounding\":%.17g",
               *result->divisible_cost, cost_of_rounding(result));
    if (carried != NULL)
        printf(",\"trips\":%zu,\"last_delivery_min\":%.17g,\"last_delivery_bound_min\":%.17g,"
               "\"without_vehicle\":%zu,\"cost_of_what_is_left\":%.17g,\"rounds\":%u,"
               "\"cost_of_carrying\":%.17g",
               carried->fleet.trip_count, carried->fleet.last_min, carried->fleet.last_bound_min,
               carried->fleet.left_count, carried->lack, carried->rounds,
               plan->objective - carried->first_cost);
    printf(",\"seconds\":%.3f}\n", result->seconds);
}

static void print_deliveries(const struct allocation_carried *carried, double objective) {
    const struct fleet_plan *fleet = &carried->fleet;
    printf("%zu trips, the last delivery after %.1f min, all of it in no schedule before %.1f min; "
           "%zu "
           "shipments that no vehicle brings, whose lack costs %.2f\n",
           fleet->trip_count, fleet->last_min, fleet->last_bound_min, fleet->left_count,
           carried->lack);
    if (carried->rounds > 0)
        printf("allocated anew for the vehicles in %u round%s, which costs %.2f more than the plan "
               "that does not ask who brings it\n",
               carried->rounds, carried->rounds == 1 ? "" : "s", objective - carried->first_cost);
}

static void print_figures(const struct result *result) {
    const struct allocation_plan *plan = result->plan;
    const struct allocation_carried *carried = result->carried;
    bool maxmin = result->document->instance.maxmin;
    if (result->divisible_cost != NULL)
        printf(
            "whole packs cost %.2f more than the %.2f of a plan that opens them; the proof is of "
            "plans that may\n",
            cost_of_rounding(result), *result->divisible_cost);
    printf("cost %.2f, and no plan%s costs less than %.2f (gap %.1e); %zu shipments, %zu needs "
           "not met in full; least fill rate %.1f %% where a depot can send anything; %.2f s\n",
           plan->objective, result->as_fair ? " as fair" : "", plan->lower_bound, gap_of(plan),
           plan->shipment_count, plan->unmet_count, 100 * plan->min_fill_rate, result->seconds);
    if (maxmin)
        printf("%sfairness costs %.2f, %.2f %% of %.2f without it; %u levels of fill rates\n",
               result->as_fair ? "" : "less fair than could be, for packs or vehicles; ",
               price_of_fairness(result),
               plan->unfair_cost > 0 ? 100 * price_of_fairness(result) / plan->unfair_cost : 0,
               plan->unfair_cost, plan->level_count);
    if (carried)
        print_deliveries(carried, plan->objective);
}

/* ---- the command ----------------------------------------------------------------------------- */

static int say(const struct request *request, const struct result *result) {
    int status = EX_OK;
    if (request->output != NULL)
        status = cli_file_write(COMMAND, request->output, write_result, result);
    if (status != EX_OK)
        return status;
    if (request->json)
        print_json(result);
    else
        print_figures(result);
    return EX_OK;
}

static int carry(const struct request *request, const struct allocation_document *document,
                 const struct allocation_options *options, const struct allocation_plan *plan,
                 struct allocation_carried *ret_carried) {
    const struct fleet_task task = {.instance = &document->instance,
                                    .plan = plan,
                                    .ways = document->ways,
                                    .pack = document->pack,
                                    .vehicles = document->vehicles,
                                    .vehicle_count = document->vehicle_count,
                                    .cold = document->cold,
                                    .horizon_min = document->horizon_min,
                                    .trips_max = FLEET_TRIPS_MAX};
    return allocation_carry(&task, request->packs, options, ret_carried);
}

/* The allocation, in whole packs where that is asked for, and its deliveries. */
static int work_out(const struct request *request, const struct allocation_document *document,
                    const struct allocation_options *options, struct allocation_plan *plan,
                    double *divisible_cost, struct allocation_carried *carried) {
    int error = allocation_solve(&document->instance, options, plan);
    if (error != HV_OK)
        return error;
    *divisible_cost = plan->objective;
    if (request->packs)
        error = allocation_round_to_packs(&document->instance, document->pack, plan);
    if (error == HV_OK && document->vehicle_count > 0)
        error = carry(request, document, options, plan, carried);
    if (error != HV_OK)
        allocation_plan_deinit(plan);
    return error;
}

static int solve(const struct request *request, struct allocation_document *document) {
    struct cli_watch watch = cli_watch_start(0, request->quiet);
    const struct allocation_options options = {.progress = watch_progress, .context = &watch};
    struct allocation_plan plan;
    struct allocation_carried carried = {0};
    double divisible_cost = 0;
    int error = work_out(request, document, &options, &plan, &divisible_cost, &carried);
    cli_watch_wipe(&watch);
    if (error != HV_OK) {
        fprintf(stderr, "%s: cannot be solved: %s\n", request->instance, hv_error_text(error));
        return hv_error_exit_status(error);
    }
    bool has_fleet = document->vehicle_count > 0, keeps_floor = false;
    struct result result = {.document = document,
                            .plan = has_fleet ? &carried.plan : &plan,
                            .divisible_cost = request->packs ? &divisible_cost : NULL,
                            .carried = has_fleet ? &carried : NULL,
                            .seconds = cli_watch_elapsed_s(&watch)};
    error = allocation_plan_keeps_floor(&document->instance, result.plan, &keeps_floor);
    result.as_fair = document->instance.maxmin && keeps_floor;
    int status =
        error == HV_OK ? say(request, &result) : hv_error_exit_status(error); /* out of memory */
    allocation_carried_deinit(&carried);
    allocation_plan_deinit(&plan);
    return status;
}

int cli_solve_allocation(int argc, char **argv) {
    struct request request = {0};
    bool helped;
    int status = read_arguments(argc, argv, &request, &helped);
    if (status != EX_OK || helped)
        return status;
    struct hv_fault_list faults;
    hv_fault_list_init(&faults);
    struct allocation_document document;
    int error = allocation_json_read(request.instance, &faults, &document);
    cli_file_show_faults(&faults);
    hv_fault_list_deinit(&faults);
    if (error != HV_OK)
        return hv_error_exit_status(error);
    if (request.fairness != AS_IN_INSTANCE)
        document.instance.maxmin = request.fairness == MAXMIN;
    status = solve(&request, &document);
    allocation_document_deinit(&document);
    return status;
}
