/* `haven evacuation report`: what a plan means, in the field's terms. */
#include "coordinator/cli/cli_arguments.h"
#include "coordinator/cli/cli_file.h"
#include "coordinator/cli/evacuation.h"
#include "coordinator/cli/evacuation_report_show.h"
#include "coordinator/cli/evacuation_solution_json.h"
#include "coordinator/cli/region_report.h"
#include "coordinator/cli/travellers_json.h"
#include "coordinator/optimizer/evacuation_flow.h"
#include "coordinator/optimizer/evacuation_prices.h"
#include "coordinator/optimizer/zone_plan_relax.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#define COMMAND "evacuation report"

enum { TOP = 10, TOP_MAX = 1000000 };

static const char usage[] =
    "usage: haven evacuation report INSTANCE.json PLAN.json [--travellers WHO.json]\n"
    "         [--certificate FILE | --no-bound] [--top N] [--json]\n";

static const char help[] =
    "\n"
    "Tells of a haven.evacuation.solution/1, whoever made it: evacuation time estimates at 90 and\n"
    "100 %, clearance, arrivals over time, the load of every road and shelter, the roads where a\n"
    "lane more would help most, whom the plan cannot serve and why, and where it breaks its own\n"
    "instance.\n"
    "\n"
    "  --travellers FILE    the plan's haven.evacuation.travellers/1: who is left over and safe "
    "by\n"
    "                       when, by class; loads of footways; rules of the classes checked\n"
    "  --certificate FILE   prices of the exact plan; without it they are computed here\n"
    "  --no-bound           do without prices: no bottlenecks, no causes\n"
    "  --top N              rows of the longest tables; 10 otherwise\n"
    "  --json               everything, as one JSON object\n"
    "\n"
    "What a lane more gains is read from the prices: the gain of the first person more it lets "
    "in,\n"
    "times all it would let in. A whole lane gains that or less. With travellers, or where the "
    "plan\n"
    "reverses roads, prices and bound are those of a flow in which everybody goes at the pace of "
    "the\n"
    "quickest class over all lanes. Who is left over is explained by the flow of their class\n"
    "alone first.\n"
    "\n"
    "Exit status: 0, also where the plan leaves people over; 1 where it breaks its instance; 64\n"
    "wrong usage, 65 wrong documents, 66 no such file.\n"
    "\n"
    "examples:\n"
    "  haven evacuation report flood.json plan.json\n"
    "  haven evacuation report flood.json plan.json --json | jq '.bottlenecks[:3]'\n"
    "  haven evacuation report city.json plan.json --travellers who.json\n";

struct request {
    const char *instance, *plan, *certificate, *travellers;
    long top;
    bool no_bound, json;
};

struct work {
    struct evacuation_document document, joined; /* with footways */
    struct travellers_document travellers;
    struct travellers_problem problem; /* its problem, or NULL */
    struct evacuation_solution solution;
    struct evacuation_prices prices;
    struct evacuation_value bound;
    struct evacuation_report report;
};

/* ---- arguments ------------------------------------------------------------------------------- */

static int read_arguments(int argc, char **argv, struct request *request, bool *ret_helped) {
    const struct cli_argument arguments[] = {
        {.name = "travellers", .text = &request->travellers},
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
    if (request->certificate != NULL && request->travellers != NULL)
        return cli_arguments_wrong(
            &command, "--certificate proves for people who are all alike, not with --travellers",
            "");
    request->instance = files[0];
    request->plan = files[1];
    return EX_OK;
}

/* ---- prices ---------------------------------------------------------------------------------- */

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

/* Prices of the exact flow of an instance, and what they prove. */
static int solve_prices(const struct evacuation_instance *instance,
                        struct evacuation_prices *ret_prices, struct evacuation_value *ret_bound) {
    const struct evacuation_options options = {0};
    struct evacuation_plan exact;
    int error = evacuation_flow_solve(instance, &options, &exact);
    if (error != HV_OK)
        return error;
    *ret_prices = exact.prices;
    exact.prices = (struct evacuation_prices){0};
    *ret_bound = evacuation_prices_bound(instance, ret_prices);
    evacuation_plan_deinit(&exact);
    return HV_OK;
}

/* The document that the plan's names are of. */
static const struct evacuation_document *named(const struct work *work) {
    return work->joined.links != NULL ? &work->joined : &work->document;
}

/* Bottlenecks and causes by prices of the plan's own instance. */
static int explain_alike(const struct request *request, struct work *work,
                         struct hv_fault_list *faults) {
    const struct evacuation_instance *instance = &work->document.instance;
    const struct evacuation_names names = evacuation_names_of(&work->document);
    int error;
    if (request->certificate != NULL) {
        error = evacuation_certificate_read(request->certificate, &names, faults, &work->prices);
        if (error == HV_OK)
            error = check_prices(request, work);
        if (error == HV_OK)
            work->bound = evacuation_prices_bound(instance, &work->prices);
    } else {
        error = solve_prices(instance, &work->prices, &work->bound);
    }
    if (error == HV_OK)
        error = evacuation_report_rank(instance, &work->prices, work->document.link_lanes,
                                       &work->report);
    return error == HV_OK ? evacuation_report_explain(instance, &work->prices, NULL, &work->report)
                          : error;
}

/* ---- classes, and roads that are reversed ---------------------------------------------------- */

/* Whom the flow of one class alone leaves over, and what that proves. */
static int explain_class(struct work *work, const struct zone_plan_problem *problem, size_t class,
                         struct evacuation_value *sum) {
    struct zone_plan_instance alone;
    struct evacuation_prices prices = {0};
    struct evacuation_value bound = {0, 0};
    bool *only = calloc(problem->instance->zone_count + 1, sizeof *only);
    int error = only == NULL ? HV_ERR_MEMORY : zone_plan_relax_group(problem, class, &alone);
    if (error != HV_OK) {
        free(only);
        return error;
    }
    for (size_t z = 0; z < problem->instance->zone_count; z++)
        only[z] = (size_t)work->travellers.zone_class[z] == class;
    error = solve_prices(&alone.instance, &prices, &bound);
    if (error == HV_OK)
        error = evacuation_report_explain(&alone.instance, &prices, only, &work->report);
    sum->unserved += bound.unserved;
    sum->total_arrival_steps += bound.total_arrival_steps;
    evacuation_prices_deinit(&prices);
    zone_plan_instance_deinit(&alone);
    free(only);
    return error;
}

/* By prices of the flow of all, which no plan beats. */
static int explain_together(struct work *work, const struct zone_plan_problem *problem) {
    const struct evacuation_document *document = named(work);
    const size_t links = document->instance.link_count;
    struct zone_plan_instance relaxed;
    int error = zone_plan_relax(problem, &relaxed);
    if (error != HV_OK)
        return error;
    int32_t *lanes = calloc(relaxed.instance.link_count + 1, sizeof *lanes);
    if (lanes == NULL)
        error = HV_ERR_MEMORY;
    for (size_t l = 0; error == HV_OK && l < relaxed.instance.link_count; l++)
        lanes[l] = l < links ? document->link_lanes[l] : 1;
    if (error == HV_OK)
        error = solve_prices(&relaxed.instance, &work->prices, &work->bound);
    if (error == HV_OK)
        error = evacuation_report_rank(&relaxed.instance, &work->prices, lanes, &work->report);
    if (error == HV_OK)
        error = evacuation_report_explain(&relaxed.instance, &work->prices, NULL, &work->report);
    free(lanes);
    zone_plan_instance_deinit(&relaxed);
    return error;
}

/* The problem without limits on orders. */
static int explain_relaxed(struct work *work) {
    const struct zone_plan_problem plain = {
        .instance = &work->document.instance,
        .opposites = work->solution.reversal_count > 0 ? work->document.opposites : NULL,
        .reversals_max = work->document.instance.link_count,
        .routes_max = 1};
    const struct travellers *travellers = &work->travellers.travellers;
    struct evacuation_value sum = {0, 0};
    if (travellers->class_count == 0)
        return explain_together(work, &plain);
    int error = travellers_problem_make(&plain, travellers, &work->problem);
    for (size_t c = 0; error == HV_OK && c < travellers->class_count; c++)
        if (work->report.classes[c].people > 0)
            error = explain_class(work, work->problem.problem, c, &sum);
    if (error == HV_OK)
        error = explain_together(work, work->problem.problem);
    if (evacuation_value_compare(sum, work->bound) > 0)
        work->bound = sum;
    return error;
}

/* ---- the documents --------------------------------------------------------------------------- */

/* Sets the links whose lanes are taken over; only such may be reversed as the instance says. */
static int find_opposites(const struct request *request, struct work *work,
                          struct hv_fault_list *faults) {
    const struct evacuation_document *document = &work->document;
    for (size_t i = 0; i < work->solution.reversal_count; i++) {
        struct report_reversal *reversal = &work->solution.reversals[i];
        const struct evacuation_link *link = &named(work)->links[reversal->link];
        reversal->opposite = (size_t)reversal->link < document->instance.link_count
                                 ? document->opposites[reversal->link]
                                 : -1;
        if (reversal->opposite >= 0 && document->links[reversal->opposite].from == link->to &&
            document->links[reversal->opposite].to == link->from)
            continue;
        char field[64];
        snprintf(field, sizeof field, "reversed[%zu].link", i);
        hv_fault_add(faults, HV_FAULT_ERROR, request->plan, 0, field,
                     "takes over the lanes of no link that leads the other way",
                     "a link that has “reverse” in the instance");
        return HV_ERR_VALUE;
    }
    if (work->solution.reversal_count == 0 || request->certificate == NULL)
        return HV_OK;
    hv_fault_add(faults, HV_FAULT_ERROR, request->plan, 0, "reversed",
                 "the certificate knows no lanes but the instance's", "no --certificate");
    return HV_ERR_VALUE;
}

static int read_documents(const struct request *request, struct work *work,
                          struct hv_fault_list *faults) {
    int error = evacuation_json_read(request->instance, faults, &work->document);
    if (error == HV_OK && request->travellers != NULL) {
        error =
            travellers_json_read(request->travellers, &work->document, faults, &work->travellers);
        if (error == HV_OK)
            error = travellers_join_document(&work->document, &work->travellers, &work->joined);
    }
    if (error != HV_OK)
        return error;
    const struct evacuation_names names = evacuation_names_of(named(work));
    error = evacuation_solution_read(request->plan, &names, faults, &work->solution);
    return error == HV_OK ? find_opposites(request, work, faults) : error;
}

static int read_all(const struct request *request, struct work *work,
                    struct hv_fault_list *faults) {
    int error = read_documents(request, work, faults);
    if (error != HV_OK)
        return error;
    const struct report_subject subject = {
        .instance = &named(work)->instance,
        .plan = &work->solution.plan,
        .travellers = request->travellers != NULL ? &work->travellers.travellers : NULL,
        .reversals = work->solution.reversals,
        .reversal_count = work->solution.reversal_count};
    error = evacuation_report_make(&subject, &work->report);
    if (error != HV_OK || request->no_bound)
        return error;
    return request->travellers != NULL || work->solution.reversal_count > 0
               ? explain_relaxed(work)
               : explain_alike(request, work, faults);
}

static void clean_up(struct work *work) {
    evacuation_report_deinit(&work->report);
    evacuation_solution_deinit(&work->solution);
    evacuation_prices_deinit(&work->prices);
    travellers_problem_deinit(&work->problem);
    if (work->joined.links != NULL)
        travellers_joined_deinit(&work->joined);
    travellers_document_deinit(&work->travellers);
    evacuation_document_deinit(&work->document);
}

/* ---- the command ----------------------------------------------------------------------------- */

static int show(const struct request *request, const struct work *work) {
    const struct evacuation_report_shown shown = {.document = named(work),
                                                  .report = &work->report,
                                                  .class_ids = work->travellers.class_ids,
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
