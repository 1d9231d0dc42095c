/* Standards profiles: how much room, water, food, how many blankets and toilets people need, by
 * stage of stay and group.
 *
 * A profile is data: a YAML file in coordinator/region/profiles, built into the programs, or one of
 * the deployment's own. Every value cites the clause and edition that it comes from; one that
 * nobody compared with the text has verified = false, and whoever shows a figure that follows from
 * it says so.
 *
 * The capacity of a shelter follows from the profile, unless staff state it. Profiles are
 * read-only after loading; reading from several threads is safe. */
#ifndef COORDINATOR_REGION_PROFILE_H
#define COORDINATOR_REGION_PROFILE_H

#include "coordinator/region/region.h"

/* Stages of stay after GB 51143; a profile that knows fewer says the same for several. */
enum profile_stage {
    PROFILE_EMERGENCY, /* up to 1 day */
    PROFILE_TEMPORARY, /* up to 3 days */
    PROFILE_SHORT,     /* up to 15 days */
    PROFILE_MEDIUM,    /* up to 30 days */
    PROFILE_LONG,      /* up to 100 days */
    PROFILE_STAGES
};

enum profile_figure {
    PROFILE_AREA,     /* m² a person */
    PROFILE_TOILET,   /* people a toilet */
    PROFILE_WATER,    /* litres a person and day, all uses */
    PROFILE_DRINKING, /* litres a person and day, drinking and food alone */
    PROFILE_TAP,      /* people a tap */
    PROFILE_BATHING,  /* people a bathing place */
    PROFILE_ENERGY,   /* kcal a person and day */
    PROFILE_BLANKET,  /* pieces a person, once */
    PROFILE_MAT,      /* the same, to sleep on */
    PROFILE_SOAP,     /* g a person and month */
    PROFILE_FEED,     /* feeds of infant formula a person and day */
    PROFILE_NAPPY,    /* pieces a person and day */
    PROFILE_MEDICINE, /* days of what somebody has to take each day, a person and day */
    PROFILE_FIGURES
};

#define PROFILE_ANY (-1)
#define PROFILE_VALUES_MAX 256u
#define PROFILE_BYTES_MAX (1u << 20)

struct profile_value {
    enum profile_figure figure;
    int stage;       /* enum profile_stage or PROFILE_ANY */
    int time;        /* enum region_time or PROFILE_ANY */
    int place;       /* enum region_place or PROFILE_ANY */
    uint32_t groups; /* who needs it, as `need_groups` of an item; 0: everybody */
    double value;    /* > 0 */
    char *clause;
    char *edition;
    bool verified;
    char *note; /* NULL where there is none */
};

struct profile {
    char *id; /* "sphere-2018" */
    char *name, *name_zh;
    char *standard;
    char *version; /* of the file */
    struct profile_value *values;
    unsigned value_count;
};

/* Names of the profiles that are built in; NULL past the last. Static. */
const char *profile_builtin(size_t i);

/* A profile that is built in. HV_ERR_NOT_FOUND; HV_ERR_MEMORY. */
HV_MUST_USE int profile_new(const char *id, struct profile **ret_profile);

/* A profile from YAML in memory; `file` is its name in faults. HV_ERR_VALUE: what is wrong is in
 * `faults`; HV_ERR_MEMORY. */
HV_MUST_USE int profile_read(const char *bytes, size_t size, const char *file,
                             struct hv_fault_list *faults, struct profile **ret_profile);

/* The same from a file; HV_ERR_IO too. */
HV_MUST_USE int profile_load(const char *file, struct hv_fault_list *faults,
                             struct profile **ret_profile);

/* One that is built in, by its id, or a file. Errors of profile_load. */
HV_MUST_USE int profile_open(const char *id_or_file, struct hv_fault_list *faults,
                             struct profile **ret_profile);

void profile_free(struct profile *profile);

/* The value that speaks most precisely of this figure, stage, time and place; NULL where none does.
 * Belongs to the profile. */
const struct profile_value *profile_find(const struct profile *profile, enum profile_figure figure,
                                         enum profile_stage stage, enum region_time time,
                                         enum region_place place);

/* All profiles that are built in, for whoever has to look up which one counted when. */
struct profiles;

/* `otherwise`: the id of the one that counts where none is named. HV_ERR_NOT_FOUND: it is not built
 * in; HV_ERR_MEMORY. */
HV_MUST_USE int profiles_new(const char *otherwise, struct profiles **ret_profiles);
void profiles_free(struct profiles *profiles);

/* The profile of that id, in the version that is built in; where there is none, or `id` is NULL,
 * the other one. `profiles` NULL: NULL. Belongs to `profiles`. */
const struct profile *profiles_find(const struct profiles *profiles, const char *id);

enum profile_basis {
    PROFILE_BASIS_UNKNOWN, /* nothing is known: capacity is REGION_UNKNOWN */
    PROFILE_BASIS_STATED,  /* staff or the source state it */
    PROFILE_BASIS_AREA,
    PROFILE_BASIS_BEDS
};

struct profile_capacity {
    int64_t people; /* or REGION_UNKNOWN */
    enum profile_basis basis;
    const struct profile_value *from; /* the value used; NULL unless basis is AREA */
    int64_t by_area, by_beds;         /* each on its own, or REGION_UNKNOWN */
};

/* How many people a shelter takes at one place, stage and time. Stated figures win; then area over
 * area a person; then beds, which count indoors only. A total that is stated without a place counts
 * as indoors, unless the shelter has outdoor area only. */
struct profile_capacity profile_capacity(const struct profile *profile,
                                         const struct region_shelter *shelter,
                                         enum profile_stage stage, enum region_time time,
                                         enum region_place place);

/* The stage of a stay that has lasted so long; of less than nothing the first. */
enum profile_stage profile_stage_after(int64_t stay_ms);

const char *profile_stage_name(enum profile_stage stage);
int profile_stage_from_name(const char *name); /* or -1 */
const char *profile_figure_name(enum profile_figure figure);
const char *profile_basis_name(enum profile_basis basis);

#endif
