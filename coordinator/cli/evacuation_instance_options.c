/* The line of `haven evacuation instance`. */
#include "coordinator/cli/cli_arguments.h"
#include "coordinator/cli/cli_number.h"
#include "coordinator/cli/evacuation_instance.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

static const char usage[] =
    "usage: haven evacuation instance REGION -o INSTANCE.json [--travellers FILE] [--buses FILE]\n"
    "         [options]\n";

static const char help[] =
    "\n"
    "Makes a haven.evacuation.instance/1 of a region: people, not vehicles; steps, not seconds.\n"
    "Zones that the hazard names have to leave; without a timeline, all.\n"
    "\n"
    "  -o, --output FILE         the instance\n"
    "  --travellers FILE         zone entries by class of travellers (car, pets, elsewhere, foot,\n"
    "                            wheelchair, medical), which this haven.evacuation.travellers/1\n"
    "                            describes; who needs a bus is then not in the instance\n"
    "  --buses FILE              with --travellers: who needs a bus, a haven.bus.instance/1\n"
    "  --fleet NODE=NxSEATS[+W],…  N buses there, each with so many seats and W places for\n"
    "                            wheelchairs\n"
    "  --step-s SECONDS          length of a step; 60 otherwise\n"
    "  --horizon STEPS           last step at which anybody may arrive; 720 otherwise\n"
    "  --day, --night            where people are, and what shelters hold then; night otherwise\n"
    "  --profile ID|FILE         places by this standard; sphere-2018 otherwise\n"
    "  --stage STAGE             stage of stay (emergency, temporary, short, medium, long);\n"
    "                            temporary otherwise\n"
    "  --hazard KIND|FILE        a hazard in force, such as flood, or a timeline (hazard.csv);\n"
    "                            may be given several times, one timeline at most\n"
    "  --start HOURS             hour of the timeline at which step 0 begins; 0 otherwise\n"
    "  --trust-unknown           use shelters of which nobody knows whether they withstand it\n"
    "  --closed LINK,…           closed from the start\n"
    "  --reversible LINK,…|all   these links may take over the lanes of the one that runs the\n"
    "                            other way, as haven solve zoneplan --contraflow then may plan\n"
    "  --zones ZONE,…            plan for these zones alone\n"
    "  --zone NODE=PEOPLE,…      more zones, for regions that have only roads\n"
    "  --shelter NODE=PLACES,…   more shelters\n"
    "  --exit NODE,…             where roads leave the region, for those who go elsewhere\n"
    "  --background CURVE        share of every road that other traffic takes\n"
    "  --mobilisation CURVE      share of every zone that is ready by then\n"
    "  --elsewhere SHARE         share of those with a vehicle who go to no shelter\n"
    "  --pets SHARE              share of those with a vehicle who have pets with them\n"
    "  --walk MINUTES            who has no vehicle and a shelter this near on foot walks\n"
    "  --households              households leave together and stay together\n"
    "  --stay EXPOSURE           shelter in place where moving is worse: what an hour indoors is\n"
    "                            against one on the road, 0 to 1 (of a cloud, ash or a storm)\n"
    "  --steady                  whole people a step, rounded down: smaller and quicker\n"
    "  --json                    print what was made, and every note, as JSON\n"
    "\n"
    "A CURVE is MINUTE:SHARE,… with rising minutes, each share holding from its minute on; a "
    "plain\n"
    "share holds always. Mobilisation rises to 1.\n"
    "\n"
    "Exit status: 0 made, 64 wrong usage, 65 wrong region or figures, 66 no such file or id, 73\n"
    "cannot write.\n"
    "\n"
    "examples:\n"
    "  haven evacuation instance simulations/regions/siouxfalls -o flood.json \\\n"
    "      --hazard simulations/regions/siouxfalls/hazard.csv --start 1\n"
    "  haven evacuation instance city -o city.json --travellers who.json --day \\\n"
    "      --mobilisation 0:0.1,30:0.5,60:0.9,90:1 --background 0:0.4,60:0.1 --households\n"
    "  haven evacuation instance city -o city.json --travellers who.json --walk 30 \\\n"
    "      --buses buses.json --fleet 12=8x45+2,3=4x20\n"
    "  haven evacuation instance krems -o krems.json --step-s 10 --horizon 1000 --steady \\\n"
    "      --zone 26073072=4000 --shelter 1293451=5000\n";

/* One "MINUTE:SHARE" at the beginning of `*text`, which moves past it and a comma. */
static bool read_point(const char **text, struct evacuation_curve *curve) {
    char *end;
    double minute = strtod(*text, &end);
    if (end == *text || *end != ':' || !(minute >= 0 && minute <= 1e6))
        return false;
    *text = end + 1;
    double share = strtod(*text, &end);
    if (end == *text || !(share >= 0 && share <= 1) || (*end != ',' && *end != '\0'))
        return false;
    *text = *end == ',' ? end + 1 : end;
    size_t i = curve->count;
    if (i == EVACUATION_DRAFT_CURVE_MAX || (i > 0 && minute * 60 <= curve->at_s[i - 1]))
        return false;
    curve->at_s[i] = minute * 60;
    curve->share[i] = share;
    curve->count++;
    return true;
}

static bool read_curve(const char *text, struct evacuation_curve *curve) {
    double share;
    *curve = (struct evacuation_curve){0};
    if (cli_number_read(text, 0, 1, &share)) {
        *curve = (struct evacuation_curve){.count = 1, .share = {share}};
        return true;
    }
    while (*text != '\0')
        if (!read_point(&text, curve))
            return false;
    return curve->count > 0;
}

static bool rises_to_one(const struct evacuation_curve *curve) {
    for (size_t i = 1; i < curve->count; i++)
        if (curve->share[i] < curve->share[i - 1])
            return false;
    return curve->share[curve->count - 1] == 1;
}

static bool set_share(const char *text, void *curve) {
    return read_curve(text, curve);
}

static bool set_rising(const char *text, void *curve) {
    return read_curve(text, curve) && rises_to_one(curve);
}

/* Kinds add up; a timeline is given once. */
static bool set_hazard(const char *word, void *into) {
    struct evacuation_request *request = into;
    uint32_t kind = region_hazard_from_name(word);
    request->draft.hazards |= kind;
    if (kind != 0)
        return true;
    if (request->timeline != NULL)
        return false;
    request->timeline = word;
    return true;
}

/* Lists that are given several times are one. */
static bool append(const char *more, void *into) {
    char **list = into;
    size_t bytes = (*list == NULL ? 0 : strlen(*list) + 1) + strlen(more) + 1;
    char *whole = malloc(bytes);
    if (whole == NULL)
        return false;
    snprintf(whole, bytes, "%s%s%s", *list == NULL ? "" : *list, *list == NULL ? "" : ",", more);
    free(*list);
    *list = whole;
    return true;
}

static bool set_stage(const char *word, void *into) {
    enum profile_stage *stage = into;
    int found = profile_stage_from_name(word);
    if (found >= 0)
        *stage = (enum profile_stage)found;
    return found >= 0;
}

static bool set_steps(const char *word, void *into) {
    int32_t *steps = into;
    long whole;
    if (!cli_number_read_whole(word, 0, EVACUATION_STEPS_MAX, &whole))
        return false;
    *steps = (int32_t)whole;
    return true;
}

static const struct cli_command command = {.name = EVACUATION_INSTANCE,
                                           .usage = usage,
                                           .help = help,
                                           .needs = "a region",
                                           .file_count = 1};

static struct cli_argument number(const char *name, double *into, double least, double most,
                                  const char *needs) {
    return (struct cli_argument){
        .name = name, .number = into, .least = least, .most = most, .needs = needs};
}

static struct cli_argument list(const char *name, char **into) {
    return (struct cli_argument){
        .name = name, .read = append, .into = into, .needs = "a list that memory can hold"};
}

static int check_request(struct evacuation_request *request) {
    struct evacuation_draft_options *draft = &request->draft;
    draft->by_class = request->travellers != NULL;
    draft->time = request->day ? REGION_DAY : REGION_NIGHT;
    draft->start_s *= 3600;
    draft->walk_limit_s *= 60;
    if (request->output == NULL)
        return cli_arguments_wrong(&command, "-o INSTANCE.json is missing", "");
    if (request->day && request->night)
        return cli_arguments_wrong(&command, "--day or --night, not both", "");
    if (!draft->by_class && (draft->pets > 0 || draft->walk_limit_s > 0 || draft->households))
        return cli_arguments_wrong(&command,
                                   "--pets, --walk and --households need "
                                   "--travellers FILE",
                                   "");
    if (request->buses != NULL && !draft->by_class)
        return cli_arguments_wrong(&command, "--buses needs --travellers FILE", "");
    if ((request->buses == NULL) != (request->lists.fleets == NULL))
        return cli_arguments_wrong(&command, "--buses FILE and --fleet NODE=NxSEATS go together",
                                   "");
    if (draft->start_s > 0 && request->timeline == NULL)
        return cli_arguments_wrong(&command, "--start needs a timeline: --hazard FILE", "");
    return EX_OK;
}

int evacuation_instance_options(int argc, char **argv, struct evacuation_request *request,
                                bool *ret_helped) {
    struct evacuation_draft_options *draft = &request->draft;
    struct evacuation_lists *lists = &request->lists;
    const struct cli_argument arguments[] = {
        cli_argument_output(&request->output),
        {.name = "travellers", .text = &request->travellers},
        {.name = "buses", .text = &request->buses},
        {.name = "profile", .text = &request->profile},
        {.name = "day", .flag = &request->day},
        {.name = "night", .flag = &request->night},
        {.name = "trust-unknown", .flag = &draft->trust_unknown},
        {.name = "households", .flag = &draft->households},
        {.name = "steady", .flag = &draft->steady},
        {.name = "json", .flag = &request->json},
        number("step-s", &draft->step_s, 0.1, 3600, "a number of seconds from 0.1 to 3600"),
        number("start", &draft->start_s, 0, 1e6, "a number of hours"),
        number("walk", &draft->walk_limit_s, 0, 1440, "a number of minutes up to 1440"),
        number("elsewhere", &draft->elsewhere, 0, 1, "a share from 0 to 1"),
        number("pets", &draft->pets, 0, 1, "a share from 0 to 1"),
        number("stay", &draft->stay_exposure, 0, 1, "a share from 0 to 1"),
        list("closed", &lists->closed),
        list("reversible", &lists->reversible),
        list("zones", &lists->zones),
        list("zone", &lists->more_zones),
        list("shelter", &lists->more_shelters),
        list("exit", &lists->exits),
        list("fleet", &lists->fleets),
        {.name = "horizon",
         .read = set_steps,
         .into = &draft->horizon_steps,
         .needs = "a whole number of steps up to 1000000"},
        {.name = "stage",
         .read = set_stage,
         .into = &draft->stage,
         .needs = "emergency, temporary, short, medium or long"},
        {.name = "hazard",
         .read = set_hazard,
         .into = request,
         .needs = "kinds of hazards, and one timeline at most"},
        {.name = "background",
         .read = set_share,
         .into = &draft->background,
         .needs = "a share, or MINUTE:SHARE,… with rising minutes"},
        {.name = "mobilisation",
         .read = set_rising,
         .into = &draft->mobilisation,
         .needs = "MINUTE:SHARE,… with rising minutes and shares, up to a share of 1"},
    };
    struct cli_command reading = command;
    reading.arguments = arguments;
    reading.argument_count = sizeof arguments / sizeof *arguments;
    int status = cli_arguments_read(&reading, argc, argv, &request->region, ret_helped);
    return status == EX_OK && !*ret_helped ? check_request(request) : status;
}

int evacuation_instance_wrong(const char *what, const char *word) {
    return cli_arguments_wrong(&command, what, word);
}

int evacuation_instance_wrong_item(const char *option, const char *item, const char *right) {
    fprintf(stderr, "haven " EVACUATION_INSTANCE ": --%s %s: must be %s\n%s", option, item, right,
            usage);
    return EX_USAGE;
}
