#include "coordinator/cli/solve_zoneplan.h"

#include "coordinator/cli/cli_arguments.h"
#include "coordinator/cli/cli_file.h"
#include "coordinator/cli/cli_watch.h"
#include "coordinator/cli/zone_plan_json.h"
#include "coordinator/optimizer/zone_plan_places.h"
#include "coordinator/optimizer/zone_plan_ways.h"

#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#define ZONES_SHOWN 10

#define COMMAND "solve zoneplan"

static const char usage[] =
    "usage: haven solve zoneplan INSTANCE.json [-o SOLUTION.json] [--rules RULES.json]\n"
    "         [--travellers WHO.json] [--max-routes N] [--convergent]\n"
    "         [--non-preemptive] [--steady] [--staged N] [--contraflow] [--max-reversals N]\n"
    "         [--method search|ccrp] [--seed N] [--time-limit SECONDS] [--work N] [--json] "
    "[--quiet]\n";

static const char help[] =
    "\n"
    "Plans what people can follow: for each zone a shelter or a few, a route, a departure window\n"
    "and a rate. Fewest people unserved first, then the least sum of arrival steps. States what "
    "no\n"
    "plan can beat. INSTANCE.json is a haven.evacuation.instance/1.\n"
    "\n"
    "  -o, --output FILE      write the plan, a haven.evacuation.solution/1 with the orders\n"
    "  --rules FILE           a haven.zoneplan.rules/1: shelters pinned or excluded, stages, "
    "groups\n"
    "                         with other travel times, a plan in force and the price of changing\n"
    "                         it\n"
    "  --travellers FILE      a haven.evacuation.travellers/1: who goes by car or on foot, with "
    "whom,\n"
    "                         and which shelters take them (haven evacuation instance makes one)\n"
    "  --max-routes N         at most N routes a zone, 1 to 16 (1)\n"
    "  --convergent           no forks: all who pass a node and go on leave it by the same link\n"
    "  --non-preemptive       a zone's departures, once begun, go on without a pause\n"
    "  --steady               non-preemptive, and at one rate on each route\n"
    "  --staged N             zones leave in N stages, each when the one before has left\n"
    "  --contraflow           reverse links that the instance says may take over lanes (haven\n"
    "                         evacuation instance --reversible says so)\n"
    "  --max-reversals N      reverse at most N links (all that gain)\n"
    "  --method METHOD        search, or ccrp: the capacity-constrained route planner, for\n"
    "                         comparison (search)\n"
    "  --seed N               of the search; the same seed gives the same plan (1)\n"
    "  --time-limit SECONDS   stop after that time with the best plan so far\n"
    "  --work N               stop after so much counted work, in millions\n"
    "  --json                 print the figures as one JSON object\n"
    "  --quiet                no progress on the terminal\n"
    "\n"
    "Exit status: 0 with a plan, 64 wrong usage, 65 wrong instance, rules or travellers, 66 no "
    "such file,\n"
    "73 cannot write.\n"
    "\n"
    "examples:\n"
    "  haven solve zoneplan goldcoast.json -o plan.json --max-routes 3\n"
    "  haven solve zoneplan city.json -o plan.json --convergent --steady --time-limit 30\n"
    "  haven evacuation instance city -o city.json --travellers who.json --walk 30 --households\n"
    "  haven solve zoneplan city.json --travellers who.json -o plan.json\n"
    "  haven solve zoneplan city.json --contraflow --json | jq .reversed\n";

struct request {
    const char *instance, *output, *rules, *travellers;
    long routes_max, stages, reversals_max, seed, work_millions;
    bool convergent, non_preemptive, steady, contraflow, ccrp;
    double time_limit_s; /* 0 for none */
    bool json, quiet;
};

/* ---- arguments ------------------------------------------------------------------------------- */

static bool read_method(const char *text, void *into) {
    bool *ccrp = into;
    *ccrp = strcmp(text, "ccrp") == 0;
    return *ccrp || strcmp(text, "search") == 0;
}

static int read_arguments(int argc, char **argv, struct request *request, bool *ret_helped) {
    const struct cli_argument arguments[] = {
        cli_argument_output(&request->output),
        {.name = "rules", .text = &request->rules},
        {.name = "travellers", .text = &request->travellers},
        {.name = "max-routes",
         .whole = &request->routes_max,
         .least = 1,
         .most = ZONE_PLAN_ROUTES_MAX,
         .needs = "a number from 1 to 16"},
        {.name = "convergent", .flag = &request->convergent},
        {.name = "non-preemptive", .flag = &request->non_preemptive},
        {.name = "steady", .flag = &request->steady},
        {.name = "staged",
         .whole = &request->stages,
         .least = 1,
         .most = ZONE_PLAN_STAGES_MAX,
         .needs = "a number from 1 to 64"},
        {.name = "contraflow", .flag = &request->contraflow},
        {.name = "max-reversals",
         .whole = &request->reversals_max,
         .least = 0,
         .most = CLI_WHOLE_MAX,
         .needs = "a number of links"},
        {.name = "method", .read = read_method, .into = &request->ccrp, .needs = "search or ccrp"},
        cli_argument_seed(&request->seed),
        cli_argument_time_limit(1e-3, &request->time_limit_s),
        cli_argument_work(&request->work_millions),
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
    if (status == EX_OK && !*ret_helped && !request->contraflow &&
        request->reversals_max != LONG_MAX)
        return cli_arguments_wrong(&command, "--max-reversals needs ", "--contraflow");
    return status;
}

/* ---- progress -------------------------------------------------------------------------------- */

/* How far a figure is above its bound, in per cent. */
static double percent_above(int64_t value, int64_t bound) {
    return 100.0 * (double)(value - bound) / (double)(bound > 0 ? bound : 1);
}

/* The gap of the first level that has one. */
static void print_gap(char *text, size_t size, struct evacuation_value value,
                      struct evacuation_value bound) {
    if (value.unserved != bound.unserved)
        snprintf(text, size, "%" PRId64 " unserved", value.unserved - bound.unserved);
    else
        snprintf(text, size, "%.2f %%",
                 percent_above(value.total_arrival_steps, bound.total_arrival_steps));
}

static void show_progress(const struct zone_plan_progress *progress, double seconds) {
    char gap[64];
    print_gap(gap, sizeof gap, progress->value, progress->bound);
    fprintf(stderr,
            "\r%7.1f s  plan %" PRId64 " of %" PRId64 " unserved, %" PRId64 "  bound %" PRId64
            ", %" PRId64 "  gap %s\033[K",
            seconds, progress->value.unserved, progress->people,
            progress->value.total_arrival_steps, progress->bound.unserved,
            progress->bound.total_arrival_steps, gap);
}

static int watch_progress(void *context, const struct zone_plan_progress *progress) {
    struct cli_watch *watch = context;
    double seconds = cli_watch_elapsed_s(watch);
    if (cli_watch_shows(watch, seconds))
        show_progress(progress, seconds);
    return cli_watch_is_over(watch, seconds);
}

/* ---- results --------------------------------------------------------------------------------- */

struct result {
    const struct evacuation_document *document; /* with the footways */
    const struct zone_plan *plan;
    const struct travellers_document *travellers; /* or NULL */
};

static int write_result(FILE *file, const void *context) {
    const struct result *result = context;
    return zone_plan_json_write(file, result->document, result->plan, result->travellers);
}

static void print_json(const struct result *result, int64_t people, double seconds) {
    const struct zone_plan *plan = result->plan;
    const struct evacuation_plan *flat = &plan->plan;
    printf("{\"people\":%" PRId64 ",\"unserved\":%" PRId64 ",\"total_arrival_steps\":%" PRId64
           ",\"last_arrival_step\":%" PRId32 ",\"flow_bound_unserved\":%" PRId64
           ",\"flow_bound_total_arrival_steps\":%" PRId64 ",\"class_bound_unserved\":%" PRId64
           ",\"class_bound_total_arrival_steps\":%" PRId64
           ",\"optimal\":%s,\"routes\":%zu,\"reversed\":%zu,\"changed\":%" PRId64,
           people, flat->value.unserved, flat->value.total_arrival_steps, flat->last_arrival_step,
           plan->flow_bound.unserved, plan->flow_bound.total_arrival_steps,
           plan->class_bound.unserved, plan->class_bound.total_arrival_steps,
           flat->optimal ? "true" : "false", plan->order_count, plan->reversal_count,
           plan->changed);
    if (plan->has_without_reversal)
        printf(",\"without_contraflow_unserved\":%" PRId64
               ",\"without_contraflow_total_arrival_steps\":%" PRId64,
               plan->without_reversal.unserved, plan->without_reversal.total_arrival_steps);
    if (plan->has_without_price)
        printf(",\"without_change_price_unserved\":%" PRId64
               ",\"without_change_price_total_arrival_steps\":%" PRId64,
               plan->without_price.unserved, plan->without_price.total_arrival_steps);
    if (result->travellers != NULL) {
        fputs(",\"classes\":", stdout);
        zone_plan_json_put_classes(stdout, result->document, plan, result->travellers);
    }
    printf(",\"stopped\":%s,\"work\":%" PRId64 ",\"seconds\":%.3f}\n",
           plan->stopped ? "true" : "false", flat->work, seconds);
}

static double mean_arrival(struct evacuation_value value, int64_t people) {
    int64_t served = people - value.unserved;
    return served > 0 ? (double)value.total_arrival_steps / (double)served : 0;
}

static void print_bound(const char *what, struct evacuation_value value,
                        struct evacuation_value bound, int64_t people) {
    printf("%s: at least %" PRId64 " unserved", what, bound.unserved);
    if (value.unserved == bound.unserved)
        printf(", mean arrival at least %.2f; the plan is %.2f %% above",
               mean_arrival(bound, people),
               percent_above(value.total_arrival_steps, bound.total_arrival_steps));
    else
        printf("; the plan leaves %" PRId64 " more", value.unserved - bound.unserved);
    printf("\n");
}

static void print_unserved(const struct evacuation_document *document,
                           const struct zone_plan *plan) {
    size_t shown = 0, all = 0;
    for (size_t z = 0; z < document->instance.zone_count; z++) {
        if (plan->plan.unserved_by_zone[z] == 0)
            continue;
        all++;
        if (shown++ < ZONES_SHOWN)
            printf("  %s: %" PRId64 " of %" PRId64 " unserved, %s\n", document->zone_ids[z],
                   plan->plan.unserved_by_zone[z], document->instance.zones[z].people,
                   zone_plan_json_reason(plan->reasons[z]));
    }
    if (all > ZONES_SHOWN)
        printf("  and %zu more zones\n", all - ZONES_SHOWN);
}

static void print_gain(const char *what, struct evacuation_value value,
                       struct evacuation_value without) {
    printf("%s: %" PRId64 " unserved and %" PRId64 " arrival steps without, %" PRId64
           " and %" PRId64 " with\n",
           what, without.unserved, without.total_arrival_steps, value.unserved,
           value.total_arrival_steps);
}

static void print_classes(const struct result *result) {
    const struct travellers *travellers = &result->travellers->travellers;
    struct travellers_outcome outcomes[TRAVELLER_CLASSES_MAX];
    travellers_outcomes(travellers, &result->document->instance, result->plan, outcomes);
    for (size_t c = 0; c < travellers->class_count; c++) {
        const struct travellers_outcome *outcome = &outcomes[c];
        if (outcome->people > 0)
            printf(
                "  %s: %" PRId64 " of %" PRId64 " unserved; mean arrival step %.2f, the last "
                "%" PRId32 "\n",
                result->travellers->class_ids[c], outcome->unserved, outcome->people,
                mean_arrival((struct evacuation_value){outcome->unserved, outcome->arrival_steps},
                             outcome->people),
                outcome->last_arrival_step);
    }
}

static void print_text(const struct result *result, int64_t people, double seconds) {
    const struct evacuation_document *document = result->document;
    const struct zone_plan *plan = result->plan;
    const struct evacuation_plan *flat = &plan->plan;
    printf("%" PRId64 " of %" PRId64 " people served, %" PRId64
           " unserved; mean arrival step %.2f, the last %" PRId32 "; %zu orders; %.2f s\n",
           people - flat->value.unserved, people, flat->value.unserved,
           mean_arrival(flat->value, people), flat->last_arrival_step, plan->order_count, seconds);
    print_bound("bound of any flow", flat->value, plan->flow_bound, people);
    if (evacuation_value_compare(plan->class_bound, plan->flow_bound) != 0)
        print_bound("bound under these limits", flat->value, plan->class_bound, people);
    if (flat->optimal)
        printf("proven optimal\n");
    if (plan->has_without_reversal)
        print_gain("contraflow", flat->value, plan->without_reversal);
    for (size_t i = 0; i < plan->reversal_count; i++)
        printf("  %s takes over lanes from step %" PRId32 "\n",
               document->link_ids[plan->reversals[i].link], plan->reversals[i].from_step);
    if (plan->has_without_price)
        print_gain("price of changing", flat->value, plan->without_price);
    if (plan->changed > 0)
        printf("%" PRId64 " people of the plan in force go elsewhere\n", plan->changed);
    if (result->travellers != NULL)
        print_classes(result);
    print_unserved(document, plan);
}

/* ---- the command ----------------------------------------------------------------------------- */

static struct zone_plan_problem problem_of(const struct request *request,
                                           const struct evacuation_document *document,
                                           const struct zone_plan_rules *rules) {
    return (struct zone_plan_problem){
        .instance = &document->instance,
        .places = document->places,
        .rules = rules->zones,
        .groups = rules->groups,
        .group_count = rules->group_count,
        .in_force = rules->in_force,
        .in_force_count = rules->in_force_count,
        .change_price = rules->change_price,
        .opposites = request->contraflow && document->reversible ? document->opposites : NULL,
        .reversals_max = (size_t)request->reversals_max,
        .routes_max = (int32_t)request->routes_max,
        .convergent = request->convergent,
        .departures = request->steady           ? ZONE_PLAN_STEADY
                      : request->non_preemptive ? ZONE_PLAN_UNBROKEN
                                                : ZONE_PLAN_FREE,
        .stages = (int32_t)request->stages,
    };
}

static int fail(const char *file, int error) {
    fprintf(stderr, "%s: cannot be planned: %s\n", file, hv_error_text(error));
    return hv_error_exit_status(error);
}

/* What would be few enough whatever roads a plan takes, of an instance that was too long for them.
 */
static int fail_too_long(const char *file, const struct evacuation_instance *instance) {
    const size_t links = instance->link_count + 1, nodes = instance->node_count + 1;
    const size_t by_links = ZONE_PLAN_ROAD_STEPS_MAX / links,
                 by_nodes = EVACUATION_NODE_STEPS_MAX / nodes;
    fprintf(stderr,
            "%s: cannot be planned: a horizon of %d steps is too long for %zu links and %zu nodes; "
            "up to %zu fit in any case: give fewer horizon_steps, or longer ones (step_s)\n",
            file, instance->horizon_steps, instance->link_count, instance->node_count,
            by_links < by_nodes ? by_links : by_nodes);
    return hv_error_exit_status(HV_ERR_LIMIT);
}

/* Whether parties are ready whole; tells which are not. */
static bool parties_are_whole(const struct request *request,
                              const struct evacuation_document *document,
                              const struct zone_plan_problem *problem) {
    int32_t torn;
    int error = zone_plan_places_torn(problem, &torn);
    if (error != HV_OK || torn < 0)
        return true; /* without memory the plan fails and says so */
    fprintf(stderr,
            "%s: zones: “%s”: %" PRId64 " people in parties of %" PRId64
            ", and more of place “%s” later; whole parties but for the last zone of a place\n",
            request->instance, document->zone_ids[torn], document->instance.zones[torn].people,
            zone_plan_party(zone_plan_group_of(problem, torn)),
            document->place_ids[document->places[torn]]);
    return false;
}

/* Solves and tells; the document names the footways of travellers, too. */
static int solve_problem(const struct request *request, const struct evacuation_document *document,
                         const struct zone_plan_problem *problem,
                         const struct travellers_document *travellers) {
    if (!parties_are_whole(request, document, problem))
        return EX_DATAERR;
    struct cli_watch watch = cli_watch_start(request->time_limit_s, request->quiet);
    const struct zone_plan_options options = {
        .progress = watch_progress,
        .context = &watch,
        .work_max = request->work_millions > 0  ? request->work_millions * 1000000
                    : request->time_limit_s > 0 ? INT64_MAX
                                                : 0,
        .seed = (uint64_t)request->seed,
        .method = request->ccrp ? ZONE_PLAN_CCRP : ZONE_PLAN_SEARCH,
    };
    struct zone_plan plan;
    int error = zone_plan_solve(problem, &options, &plan);
    cli_watch_wipe(&watch);
    if (error != HV_OK)
        return error == HV_ERR_LIMIT ? fail_too_long(request->instance, &document->instance)
                                     : fail(request->instance, error);
    double seconds = cli_watch_elapsed_s(&watch);
    int64_t people = evacuation_instance_people(&document->instance);
    const struct result result = {document, &plan, travellers};
    int status = EX_OK;
    if (request->output != NULL)
        status = cli_file_write(COMMAND, request->output, write_result, &result);
    if (status == EX_OK && request->json)
        print_json(&result, people, seconds);
    else if (status == EX_OK)
        print_text(&result, people, seconds);
    zone_plan_deinit(&plan);
    return status;
}

static int solve(const struct request *request, const struct evacuation_document *document,
                 const struct zone_plan_rules *rules,
                 const struct travellers_document *travellers) {
    const struct zone_plan_problem problem = problem_of(request, document, rules);
    if (travellers == NULL)
        return solve_problem(request, document, &problem, NULL);
    if (problem.group_count > 0) {
        fprintf(stderr,
                "%s: groups: not with --travellers, whose classes say how people travel; leave one "
                "of both out\n",
                request->rules);
        return EX_DATAERR;
    }
    struct travellers_problem made = {0};
    struct evacuation_document joined = {0};
    int error = travellers_problem_make(&problem, &travellers->travellers, &made);
    if (error == HV_OK)
        error = travellers_join_document(document, travellers, &joined);
    int status = error == HV_OK ? solve_problem(request, &joined, made.problem, travellers)
                                : fail(request->travellers, error);
    travellers_joined_deinit(&joined);
    travellers_problem_deinit(&made);
    return status;
}

static int read_and_solve(const struct request *request, struct hv_fault_list *faults,
                          struct evacuation_document *document) {
    struct zone_plan_rules rules = {0};
    struct travellers_document travellers = {0};
    int error = HV_OK;
    if (request->contraflow && !document->reversible)
        fprintf(stderr,
                "%s: no link may be reversed: none has “reverse”, as haven evacuation instance "
                "--reversible writes it\n",
                request->instance);
    if (request->rules != NULL)
        error = zone_plan_json_read(request->rules, document, faults, &rules);
    if (error == HV_OK && request->travellers != NULL)
        error = travellers_json_read(request->travellers, document, faults, &travellers);
    cli_file_show_faults(faults);
    int status = error == HV_OK ? solve(request, document, &rules,
                                        request->travellers != NULL ? &travellers : NULL)
                                : hv_error_exit_status(error);
    zone_plan_rules_deinit(&rules);
    travellers_document_deinit(&travellers);
    return status;
}

int cli_solve_zoneplan(int argc, char **argv) {
    struct request request = {.routes_max = 1, .reversals_max = LONG_MAX, .seed = 1};
    bool helped;
    int status = read_arguments(argc, argv, &request, &helped);
    if (status != EX_OK || helped)
        return status;
    struct hv_fault_list faults;
    hv_fault_list_init(&faults);
    struct evacuation_document document;
    int error = evacuation_json_read(request.instance, &faults, &document);
    if (error == HV_OK) {
        status = read_and_solve(&request, &faults, &document);
        evacuation_document_deinit(&document);
    } else {
        cli_file_show_faults(&faults);
        status = hv_error_exit_status(error);
    }
    hv_fault_list_deinit(&faults);
    return status;
}
