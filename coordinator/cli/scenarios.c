#include "coordinator/cli/scenarios.h"

#include "coordinator/cli/cli.h"
#include "coordinator/cli/cli_arguments.h"
#include "coordinator/cli/cli_file.h"
#include "coordinator/cli/scenarios_json.h"
#include "coordinator/cli/scenarios_preposition.h"
#include "schemas/limits.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>

#define COMMAND "scenarios"
#define PATH_BYTES 4096

static const char usage[] =
    "usage: haven scenarios HAZARDS.json REGION [-o CATALOGUE.json] [--seed N]\n"
    "                       [--csv TABLE.csv] [--preposition INSTANCE.json]\n"
    "                       [--profile ID|FILE] [--timelines FOLDER] [--json]\n";

static const char help[] =
    "\n"
    "Makes a catalogue of what may happen to a region in one period: floods by gauge level and\n"
    "return period, typhoons along tracks, earthquakes; which zones, roads, shelters and depots\n"
    "are hit how hard, from when to when, with probabilities that add up to 1, “nothing” among\n"
    "them. HAZARDS.json is a haven.hazards/1, REGION the folder of a data package.\n"
    "docs/SCENARIOS.md tells the formats, formulas and their sources.\n"
    "\n"
    "  -o, --output FILE        write the catalogue, a haven.scenarios/1\n"
    "  --csv FILE               write all that is hit as a table: a row for each thing and "
    "scenario\n"
    "  --preposition FILE       write a haven.preposition.instance/1 with these scenarios\n"
    "  --profile ID|FILE        with --preposition: what people need of items that only say which\n"
    "                           need they meet; sphere-2018 otherwise\n"
    "  --timelines FOLDER       write for each scenario a hazard timeline (CSV), as exercises\n"
    "                           and haven evacuation instance --hazard take it\n"
    "  --seed N                 of the members of typhoon tracks; 1 without the option\n"
    "  --json                   print the table as JSON\n"
    "\n"
    "Exit status: 0 made, 64 wrong usage, 65 wrong definitions or region, 66 no such file,\n"
    "73 cannot write.\n"
    "\n"
    "examples:\n"
    "  haven scenarios hazards.json simulations/regions/siouxfalls -o catalogue.json\n"
    "  haven scenarios hazards.json city --preposition city.json && haven solve preposition "
    "city.json --report\n"
    "  haven scenarios hazards.json city --timelines risks && haven evacuation instance city \\\n"
    "      --hazard risks/river.100y.csv -o flood-100.json\n";

struct request {
    const char *hazards, *region, *output, *csv, *preposition, *profile, *timelines;
    long seed;
    bool json;
};

/* ---- arguments ------------------------------------------------------------------------------- */

static int read_arguments(int argc, char **argv, struct request *request, bool *ret_helped) {
    const struct cli_argument arguments[] = {
        cli_argument_output(&request->output),
        {.name = "csv", .text = &request->csv},
        {.name = "preposition", .text = &request->preposition},
        {.name = "profile", .text = &request->profile},
        {.name = "timelines", .text = &request->timelines},
        cli_argument_seed(&request->seed),
        {.name = "json", .flag = &request->json},
    };
    const struct cli_command command = {.name = COMMAND,
                                        .usage = usage,
                                        .help = help,
                                        .needs = "definitions of hazards and a region",
                                        .file_count = 2,
                                        .arguments = arguments,
                                        .argument_count = sizeof arguments / sizeof arguments[0]};
    const char *files[2] = {NULL, NULL};
    int status = cli_arguments_read(&command, argc, argv, files, ret_helped);
    request->hazards = files[0];
    request->region = files[1];
    return status;
}

/* ---- files ----------------------------------------------------------------------------------- */

struct made {
    const struct request *request;
    const struct region *region;
    const struct hazards_document *hazards;
    const struct profile *profile;
    const struct catalogue *catalogue;
    uint32_t scenario; /* of a timeline */
};

static int write_catalogue(FILE *file, const void *context) {
    const struct made *made = context;
    return scenarios_json_write(file, made->region, made->hazards, made->catalogue,
                                (uint64_t)made->request->seed);
}

static int write_instance(FILE *file, const void *document) {
    return preposition_json_write_instance(file, document);
}

/* A cell of CSV, quoted (RFC 4180). */
static void put_cell(FILE *file, const char *text) {
    fputc('"', file);
    for (; *text != '\0'; text++)
        fprintf(file, *text == '"' ? "\"\"" : "%c", *text);
    fputc('"', file);
}

static const char *unit_of(enum region_hazard kind) {
    return kind == REGION_FLOOD ? "m" : kind == REGION_TYPHOON ? "m/s" : "MMI";
}

static int write_table(FILE *file, const void *context) {
    const struct made *made = context;
    const struct region *region = made->region;
    fputs("scenario,probability,hazard,target,id,name,name_zh,intensity,unit,lost,from_hour,to_"
          "hour\n",
          file);
    for (uint32_t s = 0; s < made->catalogue->scenario_count; s++) {
        const struct catalogue_scenario *scenario = &made->catalogue->scenarios[s];
        for (uint32_t i = 0; i < scenario->count; i++) {
            const struct catalogue_hit *hit = &made->catalogue->hits[scenario->first + i];
            enum region_hazard kind = made->hazards->hazards[scenario->hazard].kind;
            put_cell(file, scenario->id);
            fprintf(file, ",%.6g,%s,%s,", scenario->probability, region_hazard_name(kind),
                    hazard_target_name(hit->target));
            put_cell(file, scenarios_target_id(region, hit->target, hit->index));
            fputc(',', file);
            put_cell(file, scenarios_target_name(region, hit->target, hit->index, false));
            fputc(',', file);
            put_cell(file, scenarios_target_name(region, hit->target, hit->index, true));
            fprintf(file, ",%.6g,%s,%.6g,%.6g,%.6g\n", hit->intensity, unit_of(kind), hit->share,
                    hit->from_h, hit->to_h);
        }
    }
    return ferror(file) ? HV_ERR_IO : HV_OK;
}

static void put_entry(FILE *file, const struct made *made, const struct catalogue_hit *hit,
                      const char *effect, double from_h) {
    const struct catalogue_scenario *scenario = &made->catalogue->scenarios[made->scenario];
    fprintf(file, "%.4g,%.6g,%s,%s,", from_h, hit->to_h,
            region_hazard_name(made->hazards->hazards[scenario->hazard].kind),
            hazard_target_name(hit->target));
    put_cell(file, scenarios_target_id(made->region, hit->target, hit->index));
    fprintf(file, ",%s,", effect);
    put_cell(file, scenario->id);
    fputc('\n', file);
}

static int write_timeline(FILE *file, const void *context) {
    const struct made *made = context;
    const struct catalogue_scenario *scenario = &made->catalogue->scenarios[made->scenario];
    bool flood = made->hazards->hazards[scenario->hazard].kind == REGION_FLOOD;
    fputs("from_hour,to_hour,hazard,target,id,effect,note\n", file);
    for (uint32_t i = 0; i < scenario->count; i++) {
        const struct catalogue_hit *hit = &made->catalogue->hits[scenario->first + i];
        if (hit->target == HAZARD_ZONE)
            put_entry(file, made, hit, hazard_effect_name(HAZARD_WARNED), 0);
        if (hit->target == HAZARD_LINK)
            put_entry(file, made, hit, hazard_effect_name(HAZARD_CLOSED), hit->from_h);
        else if (flood)
            put_entry(file, made, hit, hazard_effect_name(HAZARD_FLOODED), hit->from_h);
        else if (hit->target != HAZARD_ZONE)
            put_entry(file, made, hit, hazard_effect_name(HAZARD_DAMAGED), hit->from_h);
    }
    return ferror(file) ? HV_ERR_IO : HV_OK;
}

/* The file of a scenario: its id, with what a name of a file cannot hold as in a URL. */
static bool put_path(char *path, const char *folder, const char *id) {
    int bytes = snprintf(path, PATH_BYTES, "%s/", folder);
    for (; *id != '\0' && bytes < PATH_BYTES; id++)
        bytes += snprintf(path + bytes, (size_t)(PATH_BYTES - bytes),
                          *id == '/' || *id == '%' ? "%%%02X" : "%c", *id);
    if (bytes < PATH_BYTES)
        bytes += snprintf(path + bytes, (size_t)(PATH_BYTES - bytes), ".csv");
    return bytes < PATH_BYTES;
}

static int write_timelines(struct made made) {
    const char *folder = made.request->timelines;
    char path[PATH_BYTES];
    if (mkdir(folder, 0777) != 0 && errno != EEXIST) {
        fprintf(stderr, "haven " COMMAND ": cannot make %s: %s\n", folder, strerror(errno));
        return EX_CANTCREAT;
    }
    for (made.scenario = 1; made.scenario < made.catalogue->scenario_count; made.scenario++) {
        if (!put_path(path, folder, made.catalogue->scenarios[made.scenario].id)) {
            fprintf(stderr, "haven " COMMAND ": %s: name too long\n", folder);
            return EX_CANTCREAT;
        }
        int status = cli_file_write(COMMAND, path, write_timeline, &made);
        if (status != EX_OK)
            return status;
    }
    return EX_OK;
}

static int write_preposition(const struct made *made) {
    struct preposition_document document;
    int error = scenarios_preposition_make(made->region, made->hazards, made->catalogue,
                                           made->profile, &document);
    if (error != HV_OK) {
        fprintf(stderr, "haven " COMMAND ": no instance: %s\n",
                error == HV_ERR_STATE
                    ? "the definitions have no “supplies” (days, items with costs, sizes of depots)"
                : error == HV_ERR_NOT_FOUND ? "no depot of the region stands at a road"
                                            : hv_error_text(error));
        return error == HV_ERR_STATE || error == HV_ERR_NOT_FOUND ? EX_DATAERR
                                                                  : hv_error_exit_status(error);
    }
    int status = cli_file_write(COMMAND, made->request->preposition, write_instance, &document);
    preposition_document_deinit(&document);
    return status;
}

/* ---- showing --------------------------------------------------------------------------------- */

struct toll {
    uint32_t hit[HAZARD_TARGETS];
    double people, depots_lost;
};

static struct toll count_toll(const struct made *made, uint32_t s) {
    const struct catalogue_scenario *scenario = &made->catalogue->scenarios[s];
    struct toll toll = {0};
    for (uint32_t i = 0; i < scenario->count; i++) {
        const struct catalogue_hit *hit = &made->catalogue->hits[scenario->first + i];
        toll.hit[hit->target]++;
        if (hit->target == HAZARD_ZONE) {
            int64_t people = region_zone_people(&made->region->zones[hit->index], REGION_NIGHT);
            toll.people += hit->share * (people > 0 ? (double)people : 0);
        } else if (hit->target == HAZARD_DEPOT) {
            toll.depots_lost += hit->share;
        }
    }
    return toll;
}

static void put_size(struct cli_table *table, const struct catalogue_scenario *scenario) {
    switch (scenario->size_of) {
    case CATALOGUE_LEVEL_M:
        cli_table_cell(table, "%.2f m", scenario->size);
        break;
    case CATALOGUE_PRESSURE_HPA:
        cli_table_cell(table, "%.0f hPa", scenario->size);
        break;
    case CATALOGUE_MAGNITUDE:
        cli_table_cell(table, "Mw %.1f", scenario->size);
        break;
    case CATALOGUE_INTENSITY:
        cli_table_cell(table, "MMI %.1f", scenario->size);
        break;
    default:
        cli_table_cell(table, "%s", "");
    }
}

static void print_text(const struct made *made) {
    static const char *const titles[] = {"scenario", ">probability", ">size",   ">people", ">zones",
                                         ">roads",   ">shelters",    ">depots", NULL};
    struct cli_table *table = cli_table_new(titles);
    for (uint32_t s = 0; s < made->catalogue->scenario_count; s++) {
        const struct catalogue_scenario *scenario = &made->catalogue->scenarios[s];
        struct toll toll = count_toll(made, s);
        cli_table_cell(table, "%s", scenario->id);
        cli_table_cell(table, "%.6f", scenario->probability);
        put_size(table, scenario);
        cli_table_cell(table, "%.0f", toll.people);
        for (int target = 0; target < HAZARD_TARGETS; target++)
            cli_table_cell(table, "%" PRIu32, toll.hit[target]);
    }
    cli_table_print(table);
}

static void print_json(const struct made *made) {
    fputs("{\"scenarios\":[", stdout);
    for (uint32_t s = 0; s < made->catalogue->scenario_count; s++) {
        const struct catalogue_scenario *scenario = &made->catalogue->scenarios[s];
        struct toll toll = count_toll(made, s);
        fputs(s > 0 ? ",\n{\"id\":" : "{\"id\":", stdout);
        cli_file_put_text(stdout, scenario->id);
        printf(",\"probability\":%.17g,\"size\":%.10g,\"people\":%.10g,\"zones\":%" PRIu32
               ",\"links\":%" PRIu32 ",\"shelters\":%" PRIu32 ",\"depots\":%" PRIu32
               ",\"depots_lost\":%.10g}",
               scenario->probability, scenario->size, toll.people, toll.hit[HAZARD_ZONE],
               toll.hit[HAZARD_LINK], toll.hit[HAZARD_SHELTER], toll.hit[HAZARD_DEPOT],
               toll.depots_lost);
    }
    puts("]}");
}

/* Zones that are hit and of whose people nothing is known would be taken for empty ones. */
static void warn_of_unknown_people(const struct made *made) {
    const struct catalogue *catalogue = made->catalogue;
    for (uint32_t z = 0; z < made->region->zone_count; z++) {
        bool hit = false;
        if (region_zone_people(&made->region->zones[z], REGION_NIGHT) >= 0)
            continue;
        for (uint32_t i = 0; i < catalogue->hit_count && !hit; i++)
            hit = catalogue->hits[i].target == HAZARD_ZONE && catalogue->hits[i].index == z;
        if (hit)
            fprintf(stderr,
                    "warning: %s: nobody knows how many are there by night; counted as none\n",
                    made->region->zones[z].id);
    }
}

/* ---- the command ----------------------------------------------------------------------------- */

static int deliver(const struct made *made) {
    const struct request *request = made->request;
    int status = EX_OK;
    warn_of_unknown_people(made);
    if (request->output != NULL)
        status = cli_file_write(COMMAND, request->output, write_catalogue, made);
    if (status == EX_OK && request->csv != NULL)
        status = cli_file_write(COMMAND, request->csv, write_table, made);
    if (status == EX_OK && request->preposition != NULL)
        status = write_preposition(made);
    if (status == EX_OK && request->timelines != NULL)
        status = write_timelines(*made);
    if (status == EX_OK)
        (request->json ? print_json : print_text)(made);
    return status;
}

/* Ids of scenarios are made of those of hazards and of their parts, and must do as ids too. */
static bool check_ids(const struct request *request, const struct catalogue *catalogue) {
    uint32_t second = catalogue_find_double(catalogue);
    if (second != UINT32_MAX) {
        fprintf(stderr, "%s: two scenarios would be called “%s”; other ids, bands or magnitudes\n",
                request->hazards, catalogue->scenarios[second].id);
        return false;
    }
    for (uint32_t s = 0; s < catalogue->scenario_count; s++)
        if (strlen(catalogue->scenarios[s].id) > HV_ID_BYTES_MAX) {
            fprintf(stderr,
                    "%s: a scenario would be called “%s”, %zu bytes; shorter ids, so that it has "
                    "%u at most\n",
                    request->hazards, catalogue->scenarios[s].id,
                    strlen(catalogue->scenarios[s].id), HV_ID_BYTES_MAX);
            return false;
        }
    return true;
}

static int make(const struct request *request, const struct region *region,
                const struct profile *profile, const struct hazards_document *hazards) {
    struct catalogue catalogue;
    int error = catalogue_make(region, &hazards->definitions, (uint64_t)request->seed, &catalogue);
    if (error == HV_ERR_VALUE) {
        fprintf(stderr,
                "%s: the probabilities of all events of a period add up to more than 1; make the "
                "period shorter or the events rarer\n",
                request->hazards);
        return EX_DATAERR;
    }
    if (error != HV_OK) {
        fprintf(stderr, "%s: %s\n", request->hazards, hv_error_text(error));
        return hv_error_exit_status(error);
    }
    const struct made made = {request, region, hazards, profile, &catalogue, 0};
    int status = check_ids(request, &catalogue) ? deliver(&made) : EX_DATAERR;
    catalogue_deinit(&catalogue);
    return status;
}

int cli_scenarios(int argc, char **argv) {
    struct request request = {.seed = 1, .profile = "sphere-2018"};
    bool helped;
    int status = read_arguments(argc, argv, &request, &helped);
    if (status != EX_OK || helped)
        return status;
    struct hv_fault_list faults;
    struct region *region = NULL;
    struct profile *profile = NULL;
    struct hazards_document hazards;
    hv_fault_list_init(&faults);
    int error = profile_open(request.profile, &faults, &profile);
    if (error == HV_OK)
        error = region_load(request.region, &faults, &region);
    if (error == HV_OK)
        error = hazards_json_read(request.hazards, region, &faults, &hazards);
    cli_file_show_faults(&faults);
    hv_fault_list_deinit(&faults);
    status = error == HV_OK       ? make(&request, region, profile, &hazards)
             : error == HV_ERR_IO ? EX_NOINPUT
                                  : hv_error_exit_status(error);
    if (error == HV_OK)
        hazards_document_deinit(&hazards);
    region_free(region);
    profile_free(profile);
    return status;
}
