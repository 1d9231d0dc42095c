/* The command line of `haven region`. */
#ifndef COORDINATOR_CLI_REGION_OPTIONS_H
#define COORDINATOR_CLI_REGION_OPTIONS_H

#include "coordinator/region/import.h"
#include "coordinator/region/profile.h"

struct region_options {
    bool json, help;
    const char *output; /* -o; NULL where not given */
    const char *name;   /* id of the imported region; NULL: the format's */
    const char *roads;  /* region that imported shelters are put into; NULL: one of their own */
    double within_m;    /* of its roads */
    const char *profile;
    enum profile_stage stage;
    struct import_tntp_options tntp;
    struct import_osm_options osm;
    char **words; /* what is no option, beginning with the subcommand */
    int word_count;
};

/* Reads the options after "region". False with a line on stderr that says what would be right. */
bool region_options_read(int argc, char **argv, struct region_options *ret_options);

#endif
