/* `haven evacuation report`: what a plan means, in the field's terms. */
#include "coordinator/cli/cli_arguments.h"
#include "coordinator/cli/cli_file.h"
#include "coordinator/cli/evacuation.h"
#include "coordinator/cli/evacuation_report_show.h"
#include "coordinator/cli/evacuation_solution_json.h"
#include "coordinator/cli/region_report.h"
#include "coordinator/optimizer/evacuation_flow.h"
#include "coordinator/optimizer/evacuation_prices.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#define COMMAND "evacuation report"

enum { TOP = 10, TOP_MAX = 1000000 };

static const char usage[] = "usage: haven evacuation report INSTANCE.json PLAN.json [--certificate "
                            "FILE | --no-bound] [--top N] [--json]\n";

static const char help[] =
    "\n"
    "Tells of a haven.evacuation.solution/1, whoever made it: evacuation time estimates at 90 and\n"
    "100 %, clearance, arrivals over time, the load of every road and shelter, the roads where a\n"
    "lane more would help most, whom the plan cannot serve and why, and where it breaks its own\n"
    "instance.\n"
    "\n"
    "  --certificate FILE   prices of the exact plan; without it they are computed here\n"
    "  --no-bound           do without prices: no bottlenecks, no causes\n"
    "  --top N              rows of the longest tables; 10 otherwise\n"
    "  --json               everything, as one JSON object\n"
    "\n"
    "What a lane more gains is read from the prices: the gain of the first person more it lets "
    "in,\n"
    "times all it would let in. A whole lane gains that or less.\n"
    "\n"
    "Exit status: 0, also where the plan leaves people over; 1 where it breaks its instance; 64\n"
    "wrong usage, 65 wrong documents, 66 no such file.\n"
    "\n"
    "examples:\n"
    "  haven evacuation report flood.json plan.json\n"
    "  haven evacuation report flood.json plan.json --json | jq '.bottlenecks[:3]'\n";

struct request {
    const char *instance, *plan, *certificate;
    long top;
    bool no_bound, json;
};

struct work {
    struct evacuation_document document;
    struct evacuation_plan plan;
    struct evacuation_plan exact; /* for its prices, unless they came from a file */
    struct evacuation_prices prices;
    struct evacuation_value bound;
    struct evacuation_report report;
};

/* ---- arguments ------------------------------------------------------------------------------- */

static int read_arguments(int argc, char **argv, struct request *request, bool *ret_helped) {
    const struct cli_argument arguments[] = {
        {.name = "certificate", .text = &request->certificate},
        {.name = "no-bound", .flag = &request->no_bound},
        {.name = "top",
         .whole = &request->top,
         .least = 1,
         .most = TOP_MAX,
         .needs = "a whole number from 1"},
        {.name = "json", .flag = &request->json},
    };
    const struct cli_command command = {.name = COMMAND,
                                        .usage = usage,
                                        .help = help,
                                        .needs = "an instance and a plan of it",
                                        .file_count = 2,
                                        .arguments = arguments,
                                        .argument_count = sizeof arguments / sizeof arguments[0]};
    const char *files[2] = {NULL, NULL};
    int status = cli_arguments_read(&command, argc, argv, files, ret_helped);
    if (status != EX_OK || *ret_helped)
        return status;
    if (request->certificate != NULL && request->no_bound)
        return cli_arguments_wrong(&command, "--certificate and --no-bound exclude each other", "");
    request->instance = files[0];
    request->plan = files[1];
    return EX_OK;
}

/* ---- the documents --------------------------------------------------------------------------- */

/* Prices of a file prove nothing unless people come before steps in them. */
static int check_prices(const struct request *request, const struct work *work) {
    if (work->prices.unserved_cost >= evacuation_unserved_cost(&work->document.instance))
        return HV_OK;
    fprintf(stderr,
            "%s: unserved_cost: %" PRId64 "; at least %" PRId64
            ", more than all people arriving at the last step\n",
            request->certificate, work->prices.unserved_cost,
            evacuation_unserved_cost(&work->document.instance));
    return HV_ERR_VALUE;
}

static int find_prices(const struct request *request, struct work *work,
                       const struct evacuation_names *names, struct hv_fault_list *faults) {
    const struct evacuation_instance *instance = &work->document.instance;
    const struct evacuation_options options = {0};
    int error;
    if (request->certificate != NULL) {
        error = evacuation_certificate_read(request->certificate, names, faults, &work->prices);
        if (error == HV_OK)
            error = check_prices(request, work);
    } else {
        error = evacuation_flow_solve(instance, &options, &work->exact);
        work->prices = work->exact.prices;
        work->exact.prices = (struct evacuation_prices){0};
    }
    if (error == HV_OK)
        work->bound = evacuation_prices_bound(instance, &work->prices);
    return error;
}

static int read_all(const struct request *request, struct work *work,
                    struct hv_fault_list *faults) {
    bool reversed = false;
    int error = evacuation_json_read(request->instance, faults, &work->document);
    if (error != HV_OK)
        return error;
    const struct evacuation_names names = evacuation_names_of(&work->document);
    error = evacuation_solution_read(request->plan, &names, faults, &reversed, &work->plan);
    if (error == HV_OK && !request->no_bound)
        error = find_prices(request, work, &names, faults);
    if (error == HV_OK)
        error = evacuation_report_make(&work->document.instance, &work->plan,
                                       request->no_bound ? NULL : &work->prices,
                                       work->document.link_lanes, !reversed, &work->report);
    if (error == HV_OK && reversed)
        fprintf(stderr, "%s: reverses roads: their loads are not held against capacities\n",
                request->plan);
    return error;
}

static void clean_up(struct work *work) {
    evacuation_report_deinit(&work->report);
    evacuation_plan_deinit(&work->plan);
    evacuation_plan_deinit(&work->exact);
    free(work->prices.first);
    free(work->prices.steps);
    free(work->prices.values);
    evacuation_document_deinit(&work->document);
}

/* ---- the command ----------------------------------------------------------------------------- */

static int show(const struct request *request, const struct work *work) {
    const struct evacuation_report_shown shown = {.document = &work->document,
                                                  .report = &work->report,
                                                  .bound = request->no_bound ? NULL : &work->bound,
                                                  .top = (int)request->top};
    if (request->json && !region_report_print(evacuation_report_json(&shown)))
        return EX_OSERR;
    if (!request->json)
        evacuation_report_show(&shown);
    return work->report.faults_in_all > 0 ? 1 : EX_OK;
}

int cli_evacuation_report(int argc, char **argv) {
    struct request request = {.top = TOP};
    struct work work = {0};
    bool helped;
    int status = read_arguments(argc, argv, &request, &helped);
    if (status != EX_OK || helped)
        return status;
    struct hv_fault_list faults;
    hv_fault_list_init(&faults);
    int error = read_all(&request, &work, &faults);
    cli_file_show_faults(&faults);
    if (error != HV_OK && faults.errors == 0)
        fprintf(stderr, "haven " COMMAND ": %s\n", hv_error_text(error));
    hv_fault_list_deinit(&faults);
    status = error == HV_OK ? show(&request, &work) : hv_error_exit_status(error);
    clean_up(&work);
    return status;
}
