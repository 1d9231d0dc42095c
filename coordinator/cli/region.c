#include "coordinator/cli/region.h"

#include "coordinator/cli/region_card.h"
#include "coordinator/cli/region_options.h"
#include "coordinator/cli/region_report.h"
#include "coordinator/region/builder.h"
#include "coordinator/region/place.h"
#include "coordinator/region_folder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

static const char HELP[] =
    "usage: haven region check DIR [--json]\n"
    "       haven region show DIR [--profile ID|FILE [--stage STAGE]] [--json]\n"
    "       haven region card DIR [-o FILE] [--profile ID|FILE [--stage STAGE]]\n"
    "       haven region profiles [ID|FILE] [--json]\n"
    "       haven region import tntp NET NODES [TRIPS] -o DIR [options]\n"
    "       haven region import osm FILE -o DIR [--all]\n"
    "       haven region import nss|taiwan|nanao FILE -o DIR [--roads DIR [--within M]]\n"
    "\n"
    "A region is a folder with datapackage.json and tables of roads, zones, shelters, depots and\n"
    "goods (docs/REGIONS.md).\n"
    "\n"
    "check     names every fault by file, line, column and what would be right\n"
    "show      what is in it, its hash; with a profile, what each shelter holds and what\n"
    "          people need of each item\n"
    "card      zones, places and items by name, for the desks of nodes (haven-node desk --card)\n"
    "profiles  standards that capacities and needs follow from; with an id, every value and its "
    "clause\n"
    "import    makes a region of other formats; rows with faults are named and left out\n"
    "\n"
    "  -o, --output DIR           where the region is written; made where absent\n"
    "  --name ID                  id of the region, such as krems\n"
    "  --all                      osm: keep roads outside the largest connected part\n"
    "  --roads DIR                nss, taiwan, nanao: put the shelters into the region DIR, each "
    "at\n"
    "                             the nearest node that is reached by road; -o may be DIR too\n"
    "  --within M                 with --roads: leave out, and name, what is farther than M "
    "metres\n"
    "                             from such a node as the crow flies; default 1000\n"
    "  --length-unit m|km|ft|mi   tntp: unit of length; default mi\n"
    "  --time-unit s|min|h|0.01h  tntp: unit of free-flow time; default min\n"
    "  --capacity-unit veh/h|veh/min|veh/day        tntp: default veh/h\n"
    "  --capacity-per lane|link   tntp: default link; also hour, day, minute, as in lane,hour\n"
    "  --coordinates lonlat|plane tntp: of nodes that are no GeoJSON; default plane\n"
    "  --persons-per-vehicle N    tntp: default 2.5\n"
    "  --profile ID|FILE          sphere-2018 (card: otherwise), gb51143-2015 or a YAML file\n"
    "  --stage emergency|temporary|short|medium|long   stage of stay; default short\n"
    "  --json                     print JSON\n"
    "\n"
    "examples:\n"
    "  haven region check simulations/regions/siouxfalls\n"
    "  haven region show simulations/regions/siouxfalls --profile sphere-2018\n"
    "  haven region import tntp Anaheim_net.tntp anaheim_nodes.geojson Anaheim_trips.tntp \\\n"
    "      --length-unit ft --time-unit min --capacity-per link -o anaheim\n"
    "  haven region import osm krems.osm.gz -o krems\n"
    "  haven region import nanao open_shelter_Nanao-shi_2024-01-09-1800.csv -o nanao\n"
    "  haven region import taiwan shelters.csv --roads taipei-roads --within 300 -o taipei\n"
    "\n"
    "Ends with 0 where all is well, 65 where there are faults.\n";

static int status_of(int error, const struct hv_fault_list *faults) {
    if (error == HV_OK)
        return faults->errors > 0 ? EX_DATAERR : EX_OK;
    if (error == HV_ERR_IO && faults->errors > 0)
        return EX_NOINPUT;
    if (error == HV_ERR_VALUE || error == HV_ERR_LIMIT)
        return EX_DATAERR;
    fprintf(stderr, "haven region: %s\n", hv_error_text(error));
    return hv_error_exit_status(error);
}

static int usage(const char *what) {
    fprintf(stderr, "haven region: %s; see haven region --help\n", what);
    return EX_USAGE;
}

static int print_or_fail(json_t *json) {
    return region_report_print(json) ? EX_OK : EX_OSERR;
}

/* ---- check ------------------------------------------------------------------------------------
 */

static int check(const struct region_options *options) {
    struct hv_fault_list faults;
    if (options->word_count != 2)
        return usage("check takes one folder");
    hv_fault_list_init(&faults);
    int error = region_check(options->words[1], &faults);
    int status = status_of(error, &faults);
    if (options->json && print_or_fail(region_report_faults_json(&faults)) != EX_OK)
        status = EX_OSERR;
    else if (!options->json)
        region_report_faults(options->words[1], &faults);
    hv_fault_list_deinit(&faults);
    return status;
}

/* ---- profiles ---------------------------------------------------------------------------------
 */

static int show_profile(const char *word, bool json) {
    struct hv_fault_list faults;
    struct profile *profile = NULL;
    hv_fault_list_init(&faults);
    int status = status_of(profile_open(word, &faults, &profile), &faults);
    if (status == EX_OK && json)
        status = print_or_fail(region_report_profile_json(profile));
    else if (status == EX_OK)
        region_report_profile(profile);
    else
        region_report_faults(word, &faults);
    profile_free(profile);
    hv_fault_list_deinit(&faults);
    return status;
}

static int list_profiles(bool json) {
    json_t *list = json_array();
    for (size_t i = 0; profile_builtin(i) != NULL; i++) {
        if (json)
            json_array_append_new(list, json_string(profile_builtin(i)));
        else
            printf("%s\n", profile_builtin(i));
    }
    if (json)
        return print_or_fail(list);
    json_decref(list);
    return EX_OK;
}

static int profiles(const struct region_options *options) {
    if (options->word_count > 2)
        return usage("profiles takes one id or file at most");
    return options->word_count == 2 ? show_profile(options->words[1], options->json)
                                    : list_profiles(options->json);
}

/* ---- show -------------------------------------------------------------------------------------
 */

static int hash_text(const struct region *region, char text[2 * REGION_HASH_BYTES + 1]) {
    uint8_t hash[REGION_HASH_BYTES];
    int error = region_hash(region, hash);
    for (size_t i = 0; i < REGION_HASH_BYTES && error == HV_OK; i++)
        snprintf(text + 2 * i, 3, "%02x", hash[i]);
    return error;
}

static int show_region(const struct region *region, const struct profile *profile,
                       const struct region_options *options) {
    char hash[2 * REGION_HASH_BYTES + 1];
    if (hash_text(region, hash) != HV_OK)
        return EX_OSERR;
    if (options->json) {
        json_t *json = region_report_summary_json(region, hash);
        if (json != NULL && profile != NULL)
            json_object_set_new(json, "capacity",
                                region_report_capacity_json(region, profile, options->stage));
        if (json != NULL && profile != NULL)
            json_object_set_new(json, "needs",
                                region_report_needs_json(region, profile, options->stage));
        return print_or_fail(json);
    }
    region_report_summary(region, hash);
    if (profile != NULL)
        region_report_capacity(region, profile, options->stage);
    if (profile != NULL)
        region_report_needs(region, profile, options->stage);
    return EX_OK;
}

static int show(const struct region_options *options) {
    struct hv_fault_list faults;
    struct region *region = NULL;
    struct profile *profile = NULL;
    if (options->word_count != 2)
        return usage("show takes one folder");
    hv_fault_list_init(&faults);
    int error = region_load(options->words[1], &faults, &region);
    if (error == HV_OK && options->profile != NULL)
        error = profile_open(options->profile, &faults, &profile);
    int status = status_of(error, &faults);
    if (status == EX_OK)
        status = show_region(region, profile, options);
    else
        region_report_faults(options->words[1], &faults);
    profile_free(profile);
    region_free(region);
    hv_fault_list_deinit(&faults);
    return status;
}

/* ---- card -------------------------------------------------------------------------------------
 */

static int write_card(const struct region *region, const struct profile *profile,
                      const struct region_options *options) {
    const char *path = options->output;
    json_t *json = region_card(region, profile, options->stage);
    bool written = json != NULL && (path == NULL ? json_dumpf(json, stdout, JSON_INDENT(1)) == 0 &&
                                                       putchar('\n') != EOF
                                                 : json_dump_file(json, path, JSON_INDENT(1)) == 0);
    json_decref(json);
    if (!written)
        fprintf(stderr, "haven region: %s cannot be written\n", path == NULL ? "the card" : path);
    return written ? EX_OK : EX_CANTCREAT;
}

static int card(const struct region_options *options) {
    struct hv_fault_list faults;
    struct region *region = NULL;
    struct profile *profile = NULL;
    if (options->word_count != 2)
        return usage("card takes one folder");
    hv_fault_list_init(&faults);
    int error = region_load(options->words[1], &faults, &region);
    if (error == HV_OK)
        error = profile_open(options->profile == NULL ? "sphere-2018" : options->profile, &faults,
                             &profile);
    int status = status_of(error, &faults);
    if (status == EX_OK)
        status = write_card(region, profile, options);
    else
        region_report_faults(options->words[1], &faults);
    profile_free(profile);
    region_free(region);
    hv_fault_list_deinit(&faults);
    return status;
}

/* ---- import -----------------------------------------------------------------------------------
 */

static int import_tntp_files(struct region_options *options, struct hv_fault_list *faults,
                             struct region **ret_region) {
    options->tntp.net = options->words[2];
    options->tntp.nodes = options->words[3];
    options->tntp.trips = options->word_count == 5 ? options->words[4] : NULL;
    return import_tntp(&options->tntp, faults, ret_region);
}

static int import_file(struct region_options *options, struct hv_fault_list *faults,
                       struct region **ret_region) {
    const char *format = options->words[1], *file = options->words[2];
    if (strcmp(format, "tntp") == 0)
        return import_tntp_files(options, faults, ret_region);
    if (strcmp(format, "osm") == 0)
        return import_osm(file, &options->osm, faults, ret_region);
    if (strcmp(format, "nss") == 0)
        return import_nss(file, faults, ret_region);
    if (strcmp(format, "taiwan") == 0)
        return import_taiwan(file, faults, ret_region);
    return import_nanao(file, faults, ret_region);
}

/* ---- imported shelters on roads ---------------------------------------------------------------
 */

static int join_sources(struct region *roads, const struct region *shelters) {
    char joined[2048];
    if (shelters->sources[0] == '\0' || strstr(roads->sources, shelters->sources) != NULL)
        return HV_OK;
    int length = snprintf(joined, sizeof joined, "%s%s%s", roads->sources,
                          roads->sources[0] == '\0' ? "" : "; ", shelters->sources);
    if (length < 0 || length >= (int)sizeof joined)
        return HV_ERR_LIMIT;
    return builder_set_text(roads, &roads->sources, joined);
}

static void tell_placed(const struct region *roads, const struct placed *placed) {
    if (placed->count == 0)
        printf("no shelter was put onto the roads\n");
    else
        printf("%u shelters were put onto the roads; the farthest, %s, is %.0f m from its node\n",
               placed->count, roads->shelters[placed->farthest_of].id, placed->farthest_m);
}

/* Puts the shelters just imported into the region with the roads, which takes their place. */
static int put_on_roads(const struct region_options *options, struct hv_fault_list *faults,
                        struct region **region, struct placed *ret_placed) {
    struct region *roads = NULL;
    int error = region_load(options->roads, faults, &roads);
    if (error == HV_OK)
        error = place_shelters(roads, *region, options->within_m, options->words[2], faults,
                               ret_placed);
    if (error == HV_OK)
        error = join_sources(roads, *region);
    region_free(*region);
    *region = error == HV_OK ? roads : NULL;
    if (error != HV_OK)
        region_free(roads);
    return error;
}

static int save(struct region *region, const struct region_options *options) {
    int error = HV_OK;
    if (options->name != NULL)
        error = builder_set_text(region, &region->id, options->name);
    if (error == HV_OK)
        error = region_folder_save(region, options->output);
    if (error == HV_OK)
        return EX_OK;
    fprintf(stderr, "haven region: %s: %s\n", options->output, hv_error_text(error));
    return error == HV_ERR_MEMORY ? EX_OSERR : EX_CANTCREAT;
}

static json_t *placed_json(const struct region *region, const struct placed *placed) {
    if (placed->count == 0)
        return json_pack("{s:i}", "count", 0);
    return json_pack("{s:I, s:f, s:s}", "count", (json_int_t)placed->count, "farthest_m",
                     placed->farthest_m, "farthest", region->shelters[placed->farthest_of].id);
}

static json_t *import_json(const struct region *region, const struct region_options *options,
                           const struct hv_fault_list *faults, const struct placed *placed) {
    char hash[2 * REGION_HASH_BYTES + 1];
    json_t *json = region_report_faults_json(faults);
    if (json != NULL && region != NULL && hash_text(region, hash) == HV_OK)
        json_object_set_new(json, "region", region_report_summary_json(region, hash));
    if (json != NULL && region != NULL && options->roads != NULL)
        json_object_set_new(json, "placed", placed_json(region, placed));
    return json;
}

static int report_import(const struct region *region, const struct region_options *options,
                         const struct hv_fault_list *faults, const struct placed *placed) {
    char hash[2 * REGION_HASH_BYTES + 1];
    if (options->json)
        return print_or_fail(import_json(region, options, faults, placed));
    region_report_faults(options->words[2], faults);
    if (region != NULL && options->roads != NULL)
        tell_placed(region, placed);
    if (region != NULL && hash_text(region, hash) == HV_OK)
        region_report_summary(region, hash);
    return EX_OK;
}

static bool takes(const struct region_options *options) {
    static const char *const FORMATS[] = {"tntp", "osm", "nss", "taiwan", "nanao"};
    if (options->word_count < 2)
        return false;
    for (size_t i = 0; i < sizeof FORMATS / sizeof *FORMATS; i++)
        if (strcmp(options->words[1], FORMATS[i]) == 0)
            return i == 0 ? options->word_count == 4 || options->word_count == 5
                          : options->word_count == 3;
    return false;
}

static int import(struct region_options *options) {
    struct hv_fault_list faults;
    struct region *region = NULL;
    struct placed placed = {.farthest_of = REGION_NONE};
    if (!takes(options))
        return usage(
            "import takes tntp NET NODES [TRIPS], or osm, nss, taiwan or nanao and a FILE");
    if (options->output == NULL)
        return usage("import needs -o DIR");
    if (options->roads != NULL &&
        (strcmp(options->words[1], "osm") == 0 || strcmp(options->words[1], "tntp") == 0))
        return usage("--roads is for shelters: nss, taiwan or nanao");
    hv_fault_list_init(&faults);
    int error = import_file(options, &faults, &region);
    if (error == HV_OK && options->roads != NULL)
        error = put_on_roads(options, &faults, &region, &placed);
    int status = status_of(error, &faults);
    int saved = region == NULL ? EX_OK : save(region, options);
    int printed = report_import(region, options, &faults, &placed);
    region_free(region);
    hv_fault_list_deinit(&faults);
    return saved != EX_OK ? saved : status != EX_OK ? status : printed;
}

/* ---- which of them ----------------------------------------------------------------------------
 */

int cli_region(int argc, char **argv) {
    struct region_options options;
    if (!region_options_read(argc, argv, &options))
        return EX_USAGE;
    if (options.help) {
        fputs(HELP, stdout);
        return EX_OK;
    }
    if (options.word_count == 0)
        return usage("check, show, card, profiles or import");
    const char *what = options.words[0];
    if (strcmp(what, "check") == 0)
        return check(&options);
    if (strcmp(what, "show") == 0)
        return show(&options);
    if (strcmp(what, "card") == 0)
        return card(&options);
    if (strcmp(what, "profiles") == 0)
        return profiles(&options);
    if (strcmp(what, "import") == 0)
        return import(&options);
    return usage("check, show, card, profiles or import");
}
