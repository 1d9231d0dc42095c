#include "coordinator/cli/solve_relocation.h"

#include "coordinator/cli/cli_arguments.h"
#include "coordinator/cli/cli_file.h"
#include "coordinator/cli/cli_watch.h"
#include "coordinator/cli/relief_case.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#define COMMAND "solve relocation"
#define GAP_OTHERWISE 1e-4

static const char usage[] =
    "usage: haven solve relocation FOLDER [--stock TABLE.csv] [--measure hours|km]\n"
    "                              [--item ITEM -o INSTANCE.json] [--gap SHARE]\n"
    "                              [--time-limit SECONDS] [--json] [--quiet]\n";

static const char help[] =
    "\n"
    "Says what moving the emergency stock that a country already holds would gain, by type of\n"
    "disaster: how soon the goods would have reached people in every disaster of the past, from\n"
    "where they lie now and from where they would lie best, with proof that nowhere is better.\n"
    "FOLDER holds CSV tables as the working group on emergency supplies pre-positioning (ESUPS)\n"
    "has them; docs/optimizer/PREPOSITION.md names them.\n"
    "\n"
    "  --stock TABLE.csv      what is held, in the folder; actual.csv without the option\n"
    "  --measure hours|km     what counts on the way: hours until goods arrive, or km\n"
    "  --item ITEM            only that item; with -o its problem is written as a\n"
    "                         haven.preposition.instance/1 as well\n"
    "  -o, --output FILE      where to\n"
    "  --gap SHARE            proven for each item; 0.0001 without the option\n"
    "  --time-limit SECONDS   for all of it\n"
    "  --json                 print all figures as one JSON object\n"
    "  --quiet                no progress on the terminal\n"
    "\n"
    "Exit status: 0 done, 64 wrong usage, 65 wrong tables, 66 no such table, 73 cannot write,\n"
    "75 an item was not decided within the time limit.\n"
    "\n"
    "examples:\n"
    "  haven solve relocation madagascar\n"
    "  haven solve relocation madagascar --measure km --json | jq '.types[] | {type, gain}'\n"
    "  haven solve relocation madagascar --item Tents -o tents.json\n";

struct request {
    const char *dir, *stock, *item, *output;
    enum relief_measure measure;
    double gap, time_limit_s;
    bool json, quiet;
};

/* ---- arguments ------------------------------------------------------------------------------- */

static bool read_measure(const char *text, void *into) {
    enum relief_measure *measure = into;
    if (strcmp(text, "hours") != 0 && strcmp(text, "km") != 0)
        return false;
    *measure = strcmp(text, "km") == 0 ? RELIEF_KM : RELIEF_HOURS;
    return true;
}

static int read_arguments(int argc, char **argv, struct request *request, bool *ret_helped) {
    const struct cli_argument arguments[] = {
        cli_argument_output(&request->output),
        {.name = "stock", .text = &request->stock},
        {.name = "item", .text = &request->item},
        {.name = "measure",
         .read = read_measure,
         .into = &request->measure,
         .needs = "hours or km"},
        {.name = "gap",
         .number = &request->gap,
         .least = 0,
         .most = 1,
         .needs = "a share such as 0.001"},
        cli_argument_time_limit(0, &request->time_limit_s),
        {.name = "json", .flag = &request->json},
        {.name = "quiet", .flag = &request->quiet},
    };
    const struct cli_command command = {.name = COMMAND,
                                        .usage = usage,
                                        .help = help,
                                        .needs = "a folder of tables",
                                        .file_count = 1,
                                        .arguments = arguments,
                                        .argument_count = sizeof arguments / sizeof arguments[0]};
    int status = cli_arguments_read(&command, argc, argv, &request->dir, ret_helped);
    if (status != EX_OK || *ret_helped)
        return status;
    if (request->output != NULL && request->item == NULL)
        return cli_arguments_wrong(&command,
                                   "-o writes the problem of one item: name it with --item", "");
    if (request->stock != NULL && strchr(request->stock, '/') != NULL)
        return cli_arguments_wrong(
            &command, "--stock names a table of the folder, without a path: ", request->stock);
    return EX_OK;
}

/* ---- figures --------------------------------------------------------------------------------- */

/* Over disasters, and items in units times the people that one is for. */
struct reach {
    double wanted, reached;
    double carried; /* reached times hours or km on the way */
};

struct figures {
    struct reach now, moved, alone; /* alone: stock moved as is best for the type only */
    uint32_t disasters;
};

/* One item. */
struct shift {
    bool held;                        /* there is some, and a disaster that asks for it */
    double total, to_move, to_move_t; /* units; tonnes */
    double now, moved, bound;         /* objective: mean over disasters */
    double way;                       /* of it what is on the way, once moved */
    struct reach reach_now, reach_moved;
};

struct study {
    const struct request *request;
    struct relief_case relief;
    struct figures *types; /* type */
    struct figures all;
    struct shift *items; /* item */
    uint32_t *scenario_of;
    struct cli_watch watch;
    bool undecided;
};

/* What is wanted is of the whole demand, for problems have it cut to what is held. */
static void add_outcome(const struct study *study, struct reach *reach,
                        const struct preposition_outcome *outcome, uint32_t item,
                        uint32_t disaster) {
    double persons = relief_case_persons(&study->relief, item, disaster);
    for (size_t i = 0; i < study->relief.affected_count; i++)
        if (study->relief.affected[i].disaster == disaster)
            reach->wanted += study->relief.affected[i].people;
    reach->reached += persons * (outcome->demand - outcome->unmet);
    reach->carried += persons * outcome->transport;
}

static int watch_progress(void *context, const struct preposition_progress *progress) {
    struct study *study = context;
    double seconds = cli_watch_elapsed_s(&study->watch);
    if (cli_watch_shows(&study->watch, seconds))
        fprintf(stderr, "\r%7.1f s  %" PRIu64 " steps\033[K", seconds, progress->work);
    return cli_watch_is_over(&study->watch, seconds);
}

/* The mean way of what is sent, in the objective; the rest is for want of goods. */
static double way_part(const struct preposition_instance *instance,
                       const struct preposition_plan *plan) {
    double sum = 0;
    for (uint32_t s = 0; s < plan->scenario_count; s++)
        sum += instance->scenarios[s].probability * plan->outcomes[s].transport;
    return sum;
}

/* The gap asked for is of the way, so that want of goods does not hide it. */
static int decide(struct study *study, uint32_t item, const struct preposition_document *document,
                  struct preposition_decision *ret_decision) {
    struct preposition_decision held;
    struct preposition_plan plan;
    struct preposition_options options = {
        .progress = watch_progress, .context = study, .gap = study->request->gap};
    int error = relief_case_held(&study->relief, item, document, &held);
    if (error != HV_OK)
        return error;
    error = preposition_plan_make(&document->instance, &held, &plan);
    preposition_decision_deinit(&held);
    if (error != HV_OK)
        return error;
    if (plan.objective > 0)
        options.gap *= way_part(&document->instance, &plan) / plan.objective;
    preposition_plan_deinit(&plan);
    error = preposition_solve(&document->instance, &options, ret_decision);
    if (error == HV_OK && ret_decision->open == NULL)
        study->undecided = true;
    return error;
}

/* What a decision comes to, by type where `into` says so. */
static int judge(struct study *study, uint32_t item, const struct preposition_document *document,
                 const struct preposition_decision *decision, size_t into,
                 struct preposition_plan *ret_plan) {
    int error = preposition_plan_make(&document->instance, decision, ret_plan);
    for (uint32_t s = 0; error == HV_OK && s < document->instance.scenario_count; s++) {
        uint32_t disaster = study->scenario_of[s];
        struct figures *type = &study->types[study->relief.disasters[disaster].type];
        add_outcome(study, (struct reach *)((char *)type + into), &ret_plan->outcomes[s], item,
                    disaster);
    }
    return error;
}

static void compare(struct study *study, uint32_t item, const struct preposition_decision *now,
                    const struct preposition_decision *moved) {
    struct shift *shift = &study->items[item];
    for (uint32_t i = 0; i < study->relief.depots.count; i++) {
        shift->total += now->stock[i];
        shift->to_move += fmax(0, moved->stock[i] - now->stock[i]);
    }
    shift->to_move_t = shift->to_move * study->relief.weight_t[item];
}

static void take_reach(const struct study *study, uint32_t item,
                       const struct preposition_plan *plan, struct reach *reach) {
    for (uint32_t s = 0; s < plan->scenario_count; s++)
        add_outcome(study, reach, &plan->outcomes[s], item, study->scenario_of[s]);
}

static int study_all_types(struct study *study, uint32_t item,
                           const struct preposition_document *document) {
    struct preposition_decision now = {0}, moved = {0};
    struct preposition_plan plan_now = {0}, plan_moved = {0};
    struct shift *shift = &study->items[item];
    int error = relief_case_held(&study->relief, item, document, &now);
    if (error == HV_OK)
        error = decide(study, item, document, &moved);
    if (error == HV_OK && !study->undecided)
        error = judge(study, item, document, &now, offsetof(struct figures, now), &plan_now);
    if (error == HV_OK && !study->undecided)
        error = judge(study, item, document, &moved, offsetof(struct figures, moved), &plan_moved);
    if (error == HV_OK && !study->undecided) {
        shift->held = true;
        shift->now = plan_now.objective;
        shift->moved = plan_moved.objective;
        shift->bound = moved.bound;
        shift->way = way_part(&document->instance, &plan_moved);
        take_reach(study, item, &plan_now, &shift->reach_now);
        take_reach(study, item, &plan_moved, &shift->reach_moved);
        compare(study, item, &now, &moved);
    }
    preposition_plan_deinit(&plan_now);
    preposition_plan_deinit(&plan_moved);
    preposition_decision_deinit(&now);
    preposition_decision_deinit(&moved);
    return error;
}

static int study_type(struct study *study, uint32_t item, uint32_t type) {
    struct preposition_document document;
    struct preposition_decision decision = {0};
    struct preposition_plan plan = {0};
    int error = relief_case_instance(&study->relief, item, type, study->request->measure, true,
                                     study->scenario_of, &document);
    if (error != HV_OK)
        return error == HV_ERR_NOT_FOUND ? HV_OK : error;
    error = decide(study, item, &document, &decision);
    if (error == HV_OK && !study->undecided)
        error = judge(study, item, &document, &decision, offsetof(struct figures, alone), &plan);
    preposition_plan_deinit(&plan);
    preposition_decision_deinit(&decision);
    preposition_document_deinit(&document);
    return error;
}

static int write_instance(FILE *file, const void *document) {
    return preposition_json_write_instance(file, document);
}

/* The problem with all of its demand. Returns an exit status. */
static int write_whole(const struct study *study, uint32_t item) {
    struct preposition_document document;
    int error = relief_case_instance(&study->relief, item, UINT32_MAX, study->request->measure,
                                     false, study->scenario_of, &document);
    if (error != HV_OK)
        return hv_error_exit_status(error);
    int status = cli_file_write(COMMAND, study->request->output, write_instance, &document);
    preposition_document_deinit(&document);
    return status;
}

/* Returns an exit status. */
static int study_item(struct study *study, uint32_t item) {
    struct preposition_document document;
    int status = EX_OK;
    int error = relief_case_instance(&study->relief, item, UINT32_MAX, study->request->measure,
                                     true, study->scenario_of, &document);
    if (error == HV_ERR_NOT_FOUND)
        return EX_OK;
    if (error == HV_OK && study->request->output != NULL)
        status = write_whole(study, item);
    if (error == HV_OK && status == EX_OK && document.items[0].available > 0)
        error = study_all_types(study, item, &document);
    bool held = error == HV_OK && document.items[0].available > 0;
    if (error == HV_OK)
        preposition_document_deinit(&document);
    for (uint32_t type = 0; held && error == HV_OK && status == EX_OK && !study->undecided &&
                            type < study->relief.types.count;
         type++)
        error = study_type(study, item, type);
    if (error == HV_OK)
        return status;
    fprintf(stderr, "%s: %s: %s\n", study->request->dir, study->relief.items.texts[item],
            hv_error_text(error));
    return hv_error_exit_status(error);
}

static void add_reach(struct reach *sum, const struct reach *part) {
    sum->wanted += part->wanted;
    sum->reached += part->reached;
    sum->carried += part->carried;
}

static void add_up(struct study *study) {
    for (uint32_t d = 0; d < study->relief.disaster_ids.count; d++) {
        study->types[study->relief.disasters[d].type].disasters++;
        study->all.disasters++;
    }
    for (uint32_t t = 0; t < study->relief.types.count; t++) {
        add_reach(&study->all.now, &study->types[t].now);
        add_reach(&study->all.moved, &study->types[t].moved);
        add_reach(&study->all.alone, &study->types[t].alone);
    }
}

/* ---- showing --------------------------------------------------------------------------------- */

static double share(double part, double of) {
    return of > 0 ? part / of : NAN;
}

static double way_of(const struct reach *reach) {
    return share(reach->carried, reach->reached);
}

static double gain_of(const struct figures *figures) {
    return 1 - way_of(&figures->moved) / way_of(&figures->now);
}

static void print_type(const char *name, const struct figures *figures) {
    printf("  %-24.24s %5" PRIu32 " %8.2f %8.2f %10.2f %8.2f %7.2f %10.2f\n", name,
           figures->disasters, 100 * share(figures->now.reached, figures->now.wanted),
           100 * share(figures->moved.reached, figures->moved.wanted), way_of(&figures->now),
           way_of(&figures->moved), 100 * gain_of(figures), way_of(&figures->alone));
}

static void print_text(const struct study *study) {
    const struct relief_case *relief = &study->relief;
    const char *unit = study->request->measure == RELIEF_HOURS ? "hours" : "km";
    printf("%" PRIu32 " disasters at %" PRIu32 " places, %" PRIu32 " items at %" PRIu32
           " depots\n\n",
           relief->disaster_ids.count, relief->places.count, relief->items.count,
           relief->depots.count);
    printf("  %-24s %5s %17s %27s %10s\n", "", "", "needs met %", unit, "best for");
    printf("  %-24s %5s %8s %8s %10s %8s %7s %10s\n", "by type of disaster", "", "now", "moved",
           "now", "moved", "less %", "it alone");
    for (uint32_t t = 0; t < relief->types.count; t++)
        print_type(relief->types.texts[t], &study->types[t]);
    print_type("all", &study->all);
    printf("\n  %-24s %10s %10s %8s %10s %8s %8s\n", "by item", "held", "to move", "t", "now",
           "moved", "gap %");
    for (uint32_t k = 0; k < relief->items.count; k++) {
        const struct shift *shift = &study->items[k];
        if (shift->held)
            printf("  %-24.24s %10.0f %10.0f %8.1f %10.2f %8.2f %8.4f\n", relief->items.texts[k],
                   shift->total, shift->to_move, shift->to_move_t, way_of(&shift->reach_now),
                   way_of(&shift->reach_moved),
                   100 * fmax(0, share(shift->moved - shift->bound, shift->way)));
        else if (study->request->item == NULL ||
                 strcmp(study->request->item, relief->items.texts[k]) == 0)
            printf("  %-24.24s none held, or never asked for\n", relief->items.texts[k]);
    }
    printf("\n%s are the mean until goods arrive that arrive at all, over all disasters, each as "
           "likely; "
           "moved: where no place of the stock is better for all of them together\n",
           study->request->measure == RELIEF_HOURS ? "Hours" : "Km");
}

static void put_number(const char *field, double figure) {
    if (isfinite(figure))
        printf(",\"%s\":%.17g", field, figure);
    else
        printf(",\"%s\":null", field);
}

static void put_figures(const char *name, const struct figures *figures) {
    fputs("{\"type\":", stdout);
    preposition_json_put_text(stdout, name);
    printf(",\"disasters\":%" PRIu32, figures->disasters);
    put_number("met_now", share(figures->now.reached, figures->now.wanted));
    put_number("met_moved", share(figures->moved.reached, figures->moved.wanted));
    put_number("way_now", way_of(&figures->now));
    put_number("way_moved", way_of(&figures->moved));
    put_number("way_alone", way_of(&figures->alone));
    put_number("gain", gain_of(figures));
    putchar('}');
}

static void print_json(const struct study *study) {
    const struct relief_case *relief = &study->relief;
    printf("{\"measure\":\"%s\",\"types\":[",
           study->request->measure == RELIEF_HOURS ? "hours" : "km");
    for (uint32_t t = 0; t < relief->types.count; t++) {
        fputs(t > 0 ? ",\n" : "", stdout);
        put_figures(relief->types.texts[t], &study->types[t]);
    }
    fputs("],\n\"all\":", stdout);
    put_figures("all", &study->all);
    fputs(",\n\"items\":[", stdout);
    bool first = true;
    for (uint32_t k = 0; k < relief->items.count; k++) {
        const struct shift *shift = &study->items[k];
        if (!shift->held)
            continue;
        fputs(first ? "{\"item\":" : ",\n{\"item\":", stdout);
        first = false;
        preposition_json_put_text(stdout, relief->items.texts[k]);
        put_number("held", shift->total);
        put_number("to_move", shift->to_move);
        put_number("to_move_t", shift->to_move_t);
        put_number("objective_now", shift->now);
        put_number("objective_moved", shift->moved);
        put_number("lower_bound", shift->bound);
        put_number("gap", fmax(0, share(shift->moved - shift->bound, shift->way)));
        put_number("way_now", way_of(&shift->reach_now));
        put_number("way_moved", way_of(&shift->reach_moved));
        putchar('}');
    }
    puts("]}");
}

/* ---- the command ----------------------------------------------------------------------------- */

static bool is_wanted(const struct study *study, uint32_t item) {
    return study->request->item == NULL ||
           strcmp(study->request->item, study->relief.items.texts[item]) == 0;
}

static int run(struct study *study) {
    const struct relief_case *relief = &study->relief;
    int status = EX_OK;
    bool any = false;
    study->types = calloc((size_t)relief->types.count + 1, sizeof *study->types);
    study->items = calloc((size_t)relief->items.count + 1, sizeof *study->items);
    study->scenario_of = calloc((size_t)relief->disaster_ids.count + 1, sizeof *study->scenario_of);
    if (study->types == NULL || study->items == NULL || study->scenario_of == NULL)
        return hv_error_exit_status(HV_ERR_MEMORY);
    study->watch = cli_watch_start(study->request->time_limit_s, study->request->quiet);
    for (uint32_t k = 0; status == EX_OK && !study->undecided && k < relief->items.count; k++)
        if (is_wanted(study, k)) {
            any = true;
            status = study_item(study, k);
        }
    cli_watch_wipe(&study->watch);
    if (status == EX_OK && !any) {
        fprintf(stderr, "haven " COMMAND ": items.csv has no “%s”\n", study->request->item);
        return EX_DATAERR;
    }
    if (status == EX_OK && study->undecided) {
        fprintf(stderr,
                "%s: not decided within the time limit; raise --time-limit, or run without it\n",
                study->request->dir);
        return EX_TEMPFAIL;
    }
    if (status != EX_OK)
        return status;
    add_up(study);
    (study->request->json ? print_json : print_text)(study);
    return EX_OK;
}

int cli_solve_relocation(int argc, char **argv) {
    struct request request = {.gap = GAP_OTHERWISE};
    bool helped;
    int status = read_arguments(argc, argv, &request, &helped);
    if (status != EX_OK || helped)
        return status;
    struct study study = {.request = &request};
    struct hv_fault_list faults;
    hv_fault_list_init(&faults);
    int error = relief_case_read(request.dir, request.stock, &faults, &study.relief);
    cli_file_show_faults(&faults);
    bool said = faults.errors > 0;
    hv_fault_list_deinit(&faults);
    if (error != HV_OK) {
        if (!said)
            fprintf(stderr, "%s: %s\n", request.dir, hv_error_text(error));
        return error == HV_ERR_IO ? EX_NOINPUT : hv_error_exit_status(error);
    }
    status = run(&study);
    free(study.types);
    free(study.items);
    free(study.scenario_of);
    relief_case_deinit(&study.relief);
    return status;
}
