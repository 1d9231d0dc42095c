/* `haven evacuation instance`: from a region to documents that the solvers read. */
#include "coordinator/cli/cli_arguments.h"
#include "coordinator/cli/cli_file.h"
#include "coordinator/cli/cli_number.h"
#include "coordinator/cli/evacuation.h"
#include "coordinator/cli/evacuation_bus_json.h"
#include "coordinator/cli/evacuation_draft_json.h"
#include "coordinator/optimizer/bus_instance.h"
#include "coordinator/planning/contraflow.h"
#include "coordinator/planning/evacuation_draft.h"
#include "coordinator/region/builder.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#define COMMAND "evacuation instance"

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

/* Words of options that name things in the region, kept until it is loaded. */
struct lists {
    char *closed, *reversible, *zones, *more_zones, *more_shelters, *exits, *fleets;
};

struct request {
    const char *region, *output, *travellers, *buses, *profile, *timeline;
    struct lists lists;
    struct evacuation_draft_options draft;
    bool json, day, night;
};

struct work {
    struct region *region;
    struct profile *profile;
    struct hazard timeline;
    struct evacuation_draft *draft;
    bool *closed, *only;
    uint32_t *exits, *opposites;
    struct evacuation_bus_fleet *fleets;
    size_t fleet_count;
};

/* ---- arguments ------------------------------------------------------------------------------- */

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
    struct request *request = into;
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

static const struct cli_command command = {
    .name = COMMAND, .usage = usage, .help = help, .needs = "a region", .file_count = 1};

static struct cli_argument number(const char *name, double *into, double least, double most,
                                  const char *needs) {
    return (struct cli_argument){
        .name = name, .number = into, .least = least, .most = most, .needs = needs};
}

static struct cli_argument list(const char *name, char **into) {
    return (struct cli_argument){
        .name = name, .read = append, .into = into, .needs = "a list that memory can hold"};
}

static int check_request(struct request *request) {
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

static int read_arguments(int argc, char **argv, struct request *request, bool *ret_helped) {
    struct evacuation_draft_options *draft = &request->draft;
    struct lists *lists = &request->lists;
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

/* ---- the region and what is named in it ------------------------------------------------------ */

static int missing(const char *option, const char *id, const char *what) {
    fprintf(stderr, "haven " COMMAND ": --%s: there is no %s “%s” in the region\n", option, what,
            id);
    return EX_NOINPUT;
}

static int mark_listed(const struct region *region, char *list, const char *option,
                       const char *what,
                       uint32_t (*find)(const struct region *region, const char *id), bool *marks) {
    char *rest = NULL;
    for (char *id = strtok_r(list, ",", &rest); id != NULL; id = strtok_r(NULL, ",", &rest)) {
        uint32_t index = find(region, id);
        if (index == REGION_NONE)
            return missing(option, id, what);
        marks[index] = true;
    }
    return EX_OK;
}

/* Of all links that have an opposite keeps those of the list, each of which must have one. */
static int keep_listed(const struct region *region, char *list, uint32_t *opposites) {
    bool *listed = calloc(region->link_count + 1u, sizeof *listed);
    int status = listed == NULL
                     ? EX_OSERR
                     : mark_listed(region, list, "reversible", "link", region_find_link, listed);
    for (uint32_t l = 0; l < region->link_count && status == EX_OK; l++) {
        if (listed[l] && opposites[l] == UINT32_MAX) {
            fprintf(stderr,
                    "haven " COMMAND ": --reversible %s: no one link leads back between its two "
                    "nodes\n",
                    region->links[l].id);
            status = EX_DATAERR;
        }
        opposites[l] = listed[l] ? opposites[l] : UINT32_MAX;
    }
    free(listed);
    return status;
}

static int find_reversible(const struct region *region, struct request *request,
                           struct work *work) {
    char *list = request->lists.reversible;
    if (contraflow_opposites(region, &work->opposites) != HV_OK)
        return EX_OSERR;
    request->draft.opposites = work->opposites;
    return strcmp(list, "all") == 0 ? EX_OK : keep_listed(region, list, work->opposites);
}

static int wrong_item(const char *option, const char *item, const char *right) {
    fprintf(stderr, "haven " COMMAND ": --%s %s: must be %s\n%s", option, item, right, usage);
    return EX_USAGE;
}

/* "NODE=FIGURE". */
static int read_pair(const struct region *region, char *pair, const char *option,
                     uint32_t *ret_node, int64_t *ret_figure) {
    char *equals = strrchr(pair, '=');
    double figure;
    if (equals == NULL || !cli_number_read(equals + 1, 0, EVACUATION_PEOPLE_MAX, &figure) ||
        figure != floor(figure)) {
        return wrong_item(option, pair, "NODE=FIGURE, such as 17=400");
    }
    *equals = '\0';
    *ret_node = region_find_node(region, pair);
    *ret_figure = (int64_t)figure;
    return *ret_node == REGION_NONE ? missing(option, pair, "node") : EX_OK;
}

static int fault_of_row(const char *option, const char *id, int error) {
    fprintf(stderr, "haven " COMMAND ": --%s %s: %s\n", option, id, hv_error_text(error));
    return hv_error_exit_status(error);
}

static int add_zones(struct region *region, char *list) {
    char *rest = NULL;
    for (char *pair = strtok_r(list, ",", &rest); pair != NULL; pair = strtok_r(NULL, ",", &rest)) {
        struct region_zone zone = builder_blank_zone();
        int64_t people;
        int status = read_pair(region, pair, "zone", &zone.node, &people);
        if (status != EX_OK)
            return status;
        zone.id = zone.name = pair;
        zone.people[REGION_DAY][REGION_AGE_UNKNOWN] = people;
        zone.people[REGION_NIGHT][REGION_AGE_UNKNOWN] = people;
        int error = builder_add_zone(region, &zone, 0);
        if (error != HV_OK)
            return fault_of_row("zone", pair, error);
    }
    return EX_OK;
}

static int add_shelters(struct region *region, char *list) {
    char *rest = NULL;
    for (char *pair = strtok_r(list, ",", &rest); pair != NULL; pair = strtok_r(NULL, ",", &rest)) {
        struct region_shelter shelter = builder_blank_shelter();
        int64_t places;
        int status = read_pair(region, pair, "shelter", &shelter.node, &places);
        if (status != EX_OK)
            return status;
        shelter.id = shelter.name = pair;
        shelter.stated_total[REGION_DAY] = shelter.stated_total[REGION_NIGHT] = places;
        shelter.activation_min = 0;
        shelter.withstands = UINT32_MAX;
        shelter.accessible = shelter.pets = shelter.frail = REGION_ANSWER_YES;
        int error = builder_add_shelter(region, &shelter, 0);
        if (error != HV_OK)
            return fault_of_row("shelter", pair, error);
    }
    return EX_OK;
}

static int find_exits(const struct region *region, struct request *request, struct work *work) {
    char *rest = NULL;
    size_t count = 0;
    for (char *id = strtok_r(request->lists.exits, ",", &rest); id != NULL;
         id = strtok_r(NULL, ",", &rest)) {
        uint32_t node = region_find_node(region, id);
        if (node == REGION_NONE)
            return missing("exit", id, "node");
        for (size_t e = 0; e < count; e++)
            if (work->exits[e] == node)
                return cli_arguments_wrong(&command, "--exit names a node twice: ", id);
        work->exits[count++] = node;
    }
    request->draft.exits = work->exits;
    request->draft.exit_count = count;
    return EX_OK;
}

/* "NxSEATS" or "NxSEATS+W". */
static bool read_fleet(const char *text, struct evacuation_bus_fleet *fleet) {
    int end = 0;
    fleet->wheelchair_places = 0;
    if (sscanf(text, "%5" SCNd64 "x%4" SCNd64 "%n", &fleet->buses, &fleet->seats, &end) != 2)
        return false;
    if (text[end] == '+') {
        text += end + 1;
        if (sscanf(text, "%4" SCNd64 "%n", &fleet->wheelchair_places, &end) != 1)
            return false;
    }
    return text[end] == '\0' && fleet->buses >= 0 && fleet->buses <= BUS_BUSES_MAX &&
           fleet->seats >= 0 && fleet->seats <= BUS_SEATS_MAX && fleet->wheelchair_places >= 0 &&
           fleet->wheelchair_places <= BUS_SEATS_MAX;
}

static int find_fleets(const struct region *region, char *list, struct work *work) {
    char *rest = NULL;
    for (char *pair = strtok_r(list, ",", &rest); pair != NULL; pair = strtok_r(NULL, ",", &rest)) {
        struct evacuation_bus_fleet *fleet = &work->fleets[work->fleet_count];
        char *equals = strrchr(pair, '=');
        if (equals == NULL || !read_fleet(equals + 1, fleet)) {
            return wrong_item(
                "fleet", pair,
                "NODE=BUSESxSEATS or NODE=BUSESxSEATS+WHEELCHAIRS, such as 17=8x45+2");
        }
        *equals = '\0';
        fleet->node = region_find_node(region, pair);
        if (fleet->node == REGION_NONE)
            return missing("fleet", pair, "node");
        work->fleet_count++;
    }
    return EX_OK;
}

static int apply_lists(struct request *request, struct work *work) {
    struct region *region = work->region;
    struct lists *lists = &request->lists;
    int status = EX_OK;
    if (lists->more_zones != NULL)
        status = add_zones(region, lists->more_zones);
    if (status == EX_OK && lists->more_shelters != NULL)
        status = add_shelters(region, lists->more_shelters);
    work->closed = calloc(region->link_count + 1u, sizeof *work->closed);
    work->only = calloc(region->zone_count + 1u, sizeof *work->only);
    work->exits =
        calloc(lists->exits == NULL ? 1 : strlen(lists->exits) / 2 + 2, sizeof *work->exits);
    work->fleets =
        calloc(lists->fleets == NULL ? 1 : strlen(lists->fleets) / 2 + 2, sizeof *work->fleets);
    if (work->closed == NULL || work->only == NULL || work->exits == NULL || work->fleets == NULL)
        return EX_OSERR;
    if (status == EX_OK && lists->closed != NULL)
        status =
            mark_listed(region, lists->closed, "closed", "link", region_find_link, work->closed);
    if (status == EX_OK && lists->zones != NULL)
        status = mark_listed(region, lists->zones, "zones", "zone", region_find_zone, work->only);
    if (status == EX_OK && lists->exits != NULL)
        status = find_exits(region, request, work);
    if (status == EX_OK && lists->fleets != NULL)
        status = find_fleets(region, lists->fleets, work);
    if (status == EX_OK && lists->reversible != NULL)
        status = find_reversible(region, request, work);
    request->draft.closed = work->closed;
    request->draft.only = lists->zones != NULL ? work->only : NULL;
    return status;
}

static int open_files(struct request *request, struct work *work, struct hv_fault_list *faults) {
    const char *profile = request->profile == NULL ? "sphere-2018" : request->profile;
    int error = region_load(request->region, faults, &work->region);
    if (error == HV_OK)
        error = profile_new(profile, &work->profile);
    if (error == HV_ERR_NOT_FOUND)
        error = profile_load(profile, faults, &work->profile);
    if (error == HV_OK && request->timeline != NULL) {
        error = hazard_load(request->timeline, work->region, faults, &work->timeline);
        request->draft.timeline = &work->timeline;
    }
    request->draft.profile = work->profile;
    if (error == HV_ERR_IO)
        return EX_NOINPUT;
    return error == HV_OK ? EX_OK : hv_error_exit_status(error);
}

/* ---- what is said ---------------------------------------------------------------------------- */

/* For each code: its name in JSON, and what it says with the id of the zone or shelter (%s) and the
 * amount (%lld) in this order where both are there. */
static const struct {
    const char *name, *of_one, *of_all;
} note_texts[NOTE_CODES] = {
    [NOTE_ZONE_WITHOUT_NODE] = {"zone-without-node",
                                "zone %s stands at no road: %lld people left out", NULL},
    [NOTE_ZONE_PEOPLE_UNKNOWN] = {"zone-people-unknown",
                                  "zone %s: nobody knows how many people; left out", NULL},
    [NOTE_ZONE_VEHICLES_UNKNOWN] = {"zone-vehicles-unknown",
                                    "zone %s: who has a vehicle is unknown; all %lld count as "
                                    "having one",
                                    NULL},
    [NOTE_ZONE_CANNOT_LEAVE] = {"zone-cannot-leave",
                                "zone %s: the hazard is there already; %lld people cannot leave",
                                NULL},
    [NOTE_ZONE_STAYS] = {"zone-stays", "zone %s shelters in place: moving is worse; %lld people",
                         NULL},
    [NOTE_ZONE_LEAVES_EARLY] = {"zone-leaves-early",
                                "zone %s: who has not left by step %lld had better stay", NULL},
    [NOTE_ELSEWHERE_LEFT_OUT] = {"elsewhere-left-out", NULL,
                                 "%lld people go elsewhere and are left out; --exit NODE puts them "
                                 "on the roads"},
    [NOTE_BY_BUS] = {"by-bus", NULL, "%lld people need a bus and are not in the instance"},
    [NOTE_SHELTER_WITHOUT_NODE] = {"shelter-without-node", "shelter %s stands at no road; left out",
                                   NULL},
    [NOTE_SHELTER_UNKNOWN] = {"shelter-unknown",
                              "shelter %s: nobody knows how many places; left out", NULL},
    [NOTE_SHELTER_UNFIT] = {"shelter-unfit",
                            "shelter %s does not withstand the hazard; %lld places left out", NULL},
    [NOTE_SHELTER_UNPROVEN] = {"shelter-unproven",
                               "shelter %s: unknown whether it withstands the hazard; %lld places "
                               "left out (--trust-unknown takes them)",
                               NULL},
    [NOTE_SHELTER_TRUSTED] = {"shelter-trusted",
                              "shelter %s: unknown whether it withstands the hazard; its %lld "
                              "places count all the same",
                              NULL},
    [NOTE_SHELTER_LOST] = {"shelter-lost",
                           "shelter %s: the hazard reaches it; %lld places left out", NULL},
    [NOTE_SHELTER_ACTIVATION] = {"shelter-activation",
                                 "shelter %s: time to open unknown, %lld minutes taken", NULL},
    [NOTE_LINK_LENGTH_UNKNOWN] = {"link-length-unknown", NULL,
                                  "%lld roads of unknown length: for walking 1.2 times the "
                                  "straight line"},
};

static const char *subject_of(const struct region *region, const struct evacuation_note *note) {
    if (note->index == REGION_NONE)
        return "";
    return note->code >= NOTE_SHELTER_WITHOUT_NODE ? region->shelters[note->index].id
                                                   : region->zones[note->index].id;
}

static void say_note(const struct region *region, const struct evacuation_note *note) {
    char text[256];
    const char *subject = subject_of(region, note), *format = note_texts[note->code].of_one;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    if (format != NULL)
        snprintf(text, sizeof text, format, subject, (long long)note->amount);
    else
        snprintf(text, sizeof text, note_texts[note->code].of_all, (long long)note->amount);
#pragma GCC diagnostic pop
    fprintf(stderr, "  %s\n", text);
}

static void print_json(const struct work *work, int64_t people, int64_t places) {
    const struct evacuation_draft *draft = work->draft;
    printf("{\"nodes\":%zu,\"links\":%zu,\"zones\":%zu,\"shelters\":%zu,\"people\":%" PRId64
           ",\"places\":%" PRId64 ",\"footways\":%zu,\"notes\":[",
           draft->instance.node_count, draft->instance.link_count, draft->instance.zone_count,
           draft->instance.shelter_count, people, places, draft->travellers.footway_count);
    for (size_t i = 0; i < draft->note_count; i++) {
        const struct evacuation_note *note = &draft->notes[i];
        printf("%s{\"code\":\"%s\",\"subject\":", i > 0 ? "," : "", note_texts[note->code].name);
        cli_file_put_text(stdout, subject_of(work->region, note));
        printf(",\"amount\":%" PRId64 "}", note->amount);
    }
    puts("]}");
}

static void say_what_was_made(const struct request *request, const struct work *work) {
    const struct evacuation_draft *draft = work->draft;
    int64_t people = evacuation_instance_people(&draft->instance), places = 0;
    for (size_t s = 0; s < draft->instance.shelter_count; s++)
        places += draft->instance.shelters[s].capacity;
    if (request->json) {
        print_json(work, people, places);
        return;
    }
    printf("%zu nodes, %zu links, %zu zones with %" PRId64 " people, %zu shelters with %" PRId64
           " places; %" PRId32 " steps of %g s\n",
           draft->instance.node_count, draft->instance.link_count, draft->instance.zone_count,
           people, draft->instance.shelter_count, places, draft->instance.horizon_steps,
           draft->step_s);
    for (size_t i = 0; i < draft->note_count; i++)
        say_note(work->region, &draft->notes[i]);
}

/* ---- the command ----------------------------------------------------------------------------- */

static int fail_draft(const struct request *request, int error) {
    const char *remedy = "";
    if (error == HV_ERR_VALUE)
        remedy = ": the region has no roads; import some (haven region import --help)";
    else if (error == HV_ERR_LIMIT)
        remedy = ": a longer --step-s, a shorter --horizon or --steady helps";
    else if (error == HV_ERR_OVERFLOW)
        remedy = ": more than 2000000000 people";
    else if (error == HV_ERR_EXISTS)
        remedy = ": an exit has the id of a shelter";
    fprintf(stderr, "haven " COMMAND ": %s: %s%s\n", request->region, hv_error_text(error), remedy);
    return hv_error_exit_status(error);
}

static int make(struct request *request, struct work *work) {
    struct hv_fault_list faults;
    hv_fault_list_init(&faults);
    int status = open_files(request, work, &faults);
    if (status != EX_OK)
        cli_file_show_faults(&faults);
    hv_fault_list_deinit(&faults);
    if (status == EX_OK)
        status = apply_lists(request, work);
    if (status != EX_OK)
        return status;
    int error = evacuation_draft_new(work->region, &request->draft, &work->draft);
    if (error != HV_OK)
        return fail_draft(request, error);
    status = cli_file_write(COMMAND, request->output, evacuation_draft_write_instance, work->draft);
    if (status == EX_OK && request->travellers != NULL)
        status = cli_file_write(COMMAND, request->travellers, evacuation_draft_write_travellers,
                                work->draft);
    const struct evacuation_bus_draft buses = {work->draft, work->region, work->fleets,
                                               work->fleet_count};
    if (status == EX_OK && request->buses != NULL)
        status = cli_file_write(COMMAND, request->buses, evacuation_bus_write, &buses);
    if (status == EX_OK)
        say_what_was_made(request, work);
    return status;
}

static void clean_up(struct request *request, struct work *work) {
    evacuation_draft_free(work->draft);
    hazard_free(&work->timeline);
    profile_free(work->profile);
    region_free(work->region);
    free(work->closed);
    free(work->opposites);
    free(work->only);
    free(work->exits);
    free(work->fleets);
    free(request->lists.closed);
    free(request->lists.reversible);
    free(request->lists.zones);
    free(request->lists.more_zones);
    free(request->lists.more_shelters);
    free(request->lists.exits);
    free(request->lists.fleets);
}

int cli_evacuation_instance(int argc, char **argv) {
    struct request request = {.draft = {.step_s = 60,
                                        .horizon_steps = 720,
                                        .time = REGION_NIGHT,
                                        .stage = PROFILE_TEMPORARY,
                                        .stay_exposure = -1}};
    struct work work = {0};
    bool helped;
    int status = read_arguments(argc, argv, &request, &helped);
    if (status == EX_OK && !helped)
        status = make(&request, &work);
    clean_up(&request, &work);
    return status;
}
