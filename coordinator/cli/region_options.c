#include "coordinator/cli/region_options.h"

#include "coordinator/cli/cli_number.h"
#include "coordinator/region/place.h"
#include "coordinator/region/units.h"
#include "schemas/limits.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    LENGTH_UNIT = 256,
    TIME_UNIT,
    CAPACITY_UNIT,
    CAPACITY_PER,
    PERSONS,
    COORDINATES,
    ALL,
    NAME,
    PROFILE,
    STAGE,
    ROADS,
    WITHIN,
    JSON,
    HELP
};

static const struct option OPTIONS[] = {{"length-unit", required_argument, NULL, LENGTH_UNIT},
                                        {"time-unit", required_argument, NULL, TIME_UNIT},
                                        {"capacity-unit", required_argument, NULL, CAPACITY_UNIT},
                                        {"capacity-per", required_argument, NULL, CAPACITY_PER},
                                        {"persons-per-vehicle", required_argument, NULL, PERSONS},
                                        {"coordinates", required_argument, NULL, COORDINATES},
                                        {"all", no_argument, NULL, ALL},
                                        {"name", required_argument, NULL, NAME},
                                        {"profile", required_argument, NULL, PROFILE},
                                        {"stage", required_argument, NULL, STAGE},
                                        {"roads", required_argument, NULL, ROADS},
                                        {"within", required_argument, NULL, WITHIN},
                                        {"json", no_argument, NULL, JSON},
                                        {"output", required_argument, NULL, 'o'},
                                        {"help", no_argument, NULL, HELP},
                                        {NULL, 0, NULL, 0}};

static bool refuse(const char *option, const char *value, const char *right) {
    fprintf(stderr, "haven region: --%s %s: must be %s\n", option, value, right);
    return false;
}

static bool set_unit(double *factor, enum units_quantity quantity, const char *option,
                     const char *word) {
    double unit = units_factor(quantity, word);
    if (!(unit > 0))
        return refuse(option, word, units_words(quantity));
    *factor = unit;
    return true;
}

/* "lane" or "link"; also the time that capacity is counted in: "hour", "day", "minute"; or both
 * with a comma between them. */
static bool set_capacity_per(struct import_tntp_options *tntp, const char *value) {
    static const char RIGHT[] = "lane or link, or hour, day or minute, or both such as lane,hour";
    char words[64];
    size_t length = strlen(value);
    if (length >= sizeof words)
        return refuse("capacity-per", value, RIGHT);
    memcpy(words, value, length + 1);
    char *rest = NULL;
    for (char *word = strtok_r(words, ",", &rest); word != NULL;
         word = strtok_r(NULL, ",", &rest)) {
        if (strcmp(word, "lane") == 0 || strcmp(word, "link") == 0)
            tntp->capacity_per_lane = strcmp(word, "lane") == 0;
        else if (strcmp(word, "hour") == 0)
            tntp->veh_per_h_per_capacity = 1;
        else if (strcmp(word, "day") == 0)
            tntp->veh_per_h_per_capacity = 1.0 / 24;
        else if (strcmp(word, "minute") == 0)
            tntp->veh_per_h_per_capacity = 60;
        else
            return refuse("capacity-per", value, RIGHT);
    }
    return true;
}

static bool set_persons(double *persons, const char *value) {
    return cli_number_read(value, 0.1, 100, persons) ||
           refuse("persons-per-vehicle", value, "a number from 0.1 to 100");
}

static bool set_coordinates(enum region_coordinates *coordinates, const char *value) {
    *coordinates = strcmp(value, "lonlat") == 0 ? REGION_LONLAT : REGION_PLANE;
    if (strcmp(value, "lonlat") != 0 && strcmp(value, "plane") != 0)
        return refuse("coordinates", value, "lonlat or plane");
    return true;
}

static bool set_stage(enum profile_stage *stage, const char *value) {
    int found = profile_stage_from_name(value);
    if (found < 0)
        return refuse("stage", value, "emergency, temporary, short, medium or long");
    *stage = (enum profile_stage)found;
    return true;
}

static bool set_name(const char **name, const char *value) {
    size_t length = strspn(value, "abcdefghijklmnopqrstuvwxyz0123456789-_.");
    if (length == 0 || length > HV_ID_BYTES_MAX || value[length] != '\0')
        return refuse("name", value, "1 to 64 of a-z, 0-9, \"-\", \"_\" and \".\"");
    *name = value;
    return true;
}

static bool set(struct region_options *options, int option, const char *value) {
    switch (option) {
    case LENGTH_UNIT:
        return set_unit(&options->tntp.metres_per_length, UNITS_LENGTH, "length-unit", value);
    case TIME_UNIT:
        return set_unit(&options->tntp.seconds_per_time, UNITS_TIME, "time-unit", value);
    case CAPACITY_UNIT:
        return set_unit(&options->tntp.veh_per_h_per_capacity, UNITS_CAPACITY, "capacity-unit",
                        value);
    case CAPACITY_PER:
        return set_capacity_per(&options->tntp, value);
    case PERSONS:
        return set_persons(&options->tntp.persons_per_vehicle, value);
    case COORDINATES:
        return set_coordinates(&options->tntp.coordinates, value);
    case NAME:
        return set_name(&options->name, value);
    case STAGE:
        return set_stage(&options->stage, value);
    case ROADS:
        options->roads = value;
        return true;
    case WITHIN:
        return cli_number_read(value, 1, 100000, &options->within_m) ||
               refuse("within", value, "metres from 1 to 100000");
    case PROFILE:
        options->profile = value;
        return true;
    case 'o':
        options->output = value;
        return true;
    case ALL:
        return options->osm.keep_all = true;
    case JSON:
        return options->json = true;
    case HELP:
    case 'h':
        return options->help = true;
    default:
        fprintf(stderr, "haven region: see haven region --help\n");
        return false;
    }
}

bool region_options_read(int argc, char **argv, struct region_options *ret_options) {
    struct region_options options = {
        .stage = PROFILE_SHORT, .within_m = PLACE_WITHIN_M, .tntp = import_tntp_defaults()};
    optind = 0; /* glibc: begin anew */
    for (int option; (option = getopt_long(argc, argv, "o:h", OPTIONS, NULL)) != -1;)
        if (!set(&options, option, optarg))
            return false;
    options.words = argv + optind;
    options.word_count = argc - optind;
    *ret_options = options;
    return true;
}
