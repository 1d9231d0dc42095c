/* The YAML files of coordinator/region/profiles, made into bytes by the Makefile. */
#ifndef COORDINATOR_REGION_PROFILE_FILES_H
#define COORDINATOR_REGION_PROFILE_FILES_H

#include <stddef.h>

struct profile_file {
    const char *name; /* file name without .yaml; NULL ends the list */
    const unsigned char *bytes;
    size_t size;
};

extern const struct profile_file profile_files[];

#endif
