/* Profiles from YAML, through libcyaml; its messages become faults. */
#include "coordinator/region/profile.h"
#include "coordinator/region/scan.h"
#include "coordinator/region/table.h"
#include "schemas/limits.h"

#include <cyaml/cyaml.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const cyaml_strval_t FIGURES[PROFILE_FIGURES] = {
    {"area_m2_per_person", PROFILE_AREA},
    {"people_per_toilet", PROFILE_TOILET},
    {"water_l_per_person_day", PROFILE_WATER},
    {"drinking_l_per_person_day", PROFILE_DRINKING},
    {"people_per_tap", PROFILE_TAP},
    {"people_per_bathing_place", PROFILE_BATHING},
    {"energy_kcal_per_person_day", PROFILE_ENERGY},
    {"blankets_per_person", PROFILE_BLANKET},
    {"sleeping_mats_per_person", PROFILE_MAT},
    {"soap_g_per_person_month", PROFILE_SOAP},
    {"feeds_per_person_day", PROFILE_FEED},
    {"nappies_per_person_day", PROFILE_NAPPY},
    {"medicine_days_per_person_day", PROFILE_MEDICINE},
};

/* Values are read one higher than their enums, so that what is left out, 0, is PROFILE_ANY. */
static const cyaml_strval_t STAGES[] = {{"any", 0},
                                        {"emergency", PROFILE_EMERGENCY + 1},
                                        {"temporary", PROFILE_TEMPORARY + 1},
                                        {"short", PROFILE_SHORT + 1},
                                        {"medium", PROFILE_MEDIUM + 1},
                                        {"long", PROFILE_LONG + 1}};
static const cyaml_strval_t TIMES[] = {
    {"any", 0}, {"day", REGION_DAY + 1}, {"night", REGION_NIGHT + 1}};
static const cyaml_strval_t PLACES[] = {
    {"any", 0}, {"indoor", REGION_INDOOR + 1}, {"outdoor", REGION_OUTDOOR + 1}};

/* As `need_groups` of items.csv. */
static const cyaml_strval_t GROUPS[] = {
    {"infant", 1 << REGION_INFANT},       {"child", 1 << REGION_CHILD},
    {"adult", 1 << REGION_ADULT},         {"elderly", 1 << REGION_ELDERLY},
    {"unknown", 1 << REGION_AGE_UNKNOWN}, {"wheelchair", REGION_GROUP_WHEELCHAIR},
    {"medical", REGION_GROUP_MEDICAL}};

static const cyaml_schema_field_t VALUE_FIELDS[] = {
    CYAML_FIELD_ENUM("figure", CYAML_FLAG_STRICT, struct profile_value, figure, FIGURES,
                     CYAML_ARRAY_LEN(FIGURES)),
    CYAML_FIELD_ENUM("stage", CYAML_FLAG_OPTIONAL | CYAML_FLAG_STRICT, struct profile_value, stage,
                     STAGES, CYAML_ARRAY_LEN(STAGES)),
    CYAML_FIELD_ENUM("time", CYAML_FLAG_OPTIONAL | CYAML_FLAG_STRICT, struct profile_value, time,
                     TIMES, CYAML_ARRAY_LEN(TIMES)),
    CYAML_FIELD_ENUM("place", CYAML_FLAG_OPTIONAL | CYAML_FLAG_STRICT, struct profile_value, place,
                     PLACES, CYAML_ARRAY_LEN(PLACES)),
    CYAML_FIELD_FLAGS("groups", CYAML_FLAG_OPTIONAL | CYAML_FLAG_STRICT, struct profile_value,
                      groups, GROUPS, CYAML_ARRAY_LEN(GROUPS)),
    CYAML_FIELD_FLOAT("value", CYAML_FLAG_DEFAULT, struct profile_value, value),
    CYAML_FIELD_STRING_PTR("clause", CYAML_FLAG_POINTER, struct profile_value, clause, 1,
                           HV_TEXT_BYTES_MAX),
    CYAML_FIELD_STRING_PTR("edition", CYAML_FLAG_POINTER, struct profile_value, edition, 1,
                           HV_TEXT_BYTES_MAX),
    CYAML_FIELD_BOOL("verified", CYAML_FLAG_DEFAULT, struct profile_value, verified),
    CYAML_FIELD_STRING_PTR("note", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct profile_value,
                           note, 0, HV_TEXT_BYTES_MAX),
    CYAML_FIELD_END};

static const cyaml_schema_value_t VALUE = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct profile_value, VALUE_FIELDS)};

static const cyaml_schema_field_t PROFILE_FIELDS[] = {
    CYAML_FIELD_STRING_PTR("id", CYAML_FLAG_POINTER, struct profile, id, 1, HV_ID_BYTES_MAX),
    CYAML_FIELD_STRING_PTR("name", CYAML_FLAG_POINTER, struct profile, name, 1, HV_TEXT_BYTES_MAX),
    CYAML_FIELD_STRING_PTR("name_zh", CYAML_FLAG_POINTER, struct profile, name_zh, 0,
                           HV_TEXT_BYTES_MAX),
    CYAML_FIELD_STRING_PTR("standard", CYAML_FLAG_POINTER, struct profile, standard, 1,
                           HV_TEXT_BYTES_MAX),
    CYAML_FIELD_STRING_PTR("version", CYAML_FLAG_POINTER, struct profile, version, 1,
                           HV_ID_BYTES_MAX),
    CYAML_FIELD_SEQUENCE_COUNT("values", CYAML_FLAG_POINTER, struct profile, values, value_count,
                               &VALUE, 1, PROFILE_VALUES_MAX),
    CYAML_FIELD_END};

static const cyaml_schema_value_t PROFILE = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct profile, PROFILE_FIELDS)};

/* ---- messages of libcyaml ---------------------------------------------------------------------
 */

struct messages {
    char text[512]; /* the first error, and where it was */
    size_t used;
};

static void on_message(cyaml_log_t level, void *context, const char *format, va_list arguments) {
    struct messages *messages = context;
    if (level < CYAML_LOG_ERROR || messages->used + 1 >= sizeof messages->text)
        return;
    int step = vsnprintf(messages->text + messages->used, sizeof messages->text - messages->used,
                         format, arguments);
    if (step > 0)
        messages->used += (size_t)step;
    if (messages->used >= sizeof messages->text)
        messages->used = sizeof messages->text - 1;
}

static const cyaml_config_t *config(struct messages *messages, cyaml_config_t *ret_config) {
    *ret_config = (cyaml_config_t){.log_fn = messages == NULL ? NULL : on_message,
                                   .log_ctx = messages,
                                   .mem_fn = cyaml_mem,
                                   .log_level = CYAML_LOG_ERROR,
                                   .flags = CYAML_CFG_NO_ALIAS};
    return ret_config;
}

void profile_free(struct profile *profile) {
    cyaml_config_t silent;
    if (profile != NULL)
        (void)cyaml_free(config(NULL, &silent), &PROFILE, profile, 0);
}

/* ---- reading ----------------------------------------------------------------------------------
 */

static void fault_of(struct hv_fault_list *faults, const char *file, unsigned index,
                     const char *field, const char *wrong, const char *right) {
    char column[64];
    snprintf(column, sizeof column, "values[%u].%s", index, field);
    hv_fault_add(faults, HV_FAULT_ERROR, file, 0, column, wrong, right);
}

static bool says_the_same(const struct profile_value *a, const struct profile_value *b) {
    return a->figure == b->figure && a->stage == b->stage && a->time == b->time &&
           a->place == b->place;
}

/* Which of two would count? */
static void check_once(const struct profile *profile, unsigned index, const char *file,
                       struct hv_fault_list *faults) {
    for (unsigned i = 0; i < index; i++)
        if (says_the_same(&profile->values[i], &profile->values[index])) {
            char wrong[64];
            snprintf(wrong, sizeof wrong, "values[%u] is of the same", i);
            fault_of(faults, file, index, "figure", wrong,
                     "each figure once for a stage, time and place");
            return;
        }
}

static void check_values(struct profile *profile, const char *file, struct hv_fault_list *faults) {
    for (unsigned i = 0; i < profile->value_count; i++) {
        struct profile_value *value = &profile->values[i];
        char wrong[64];
        value->stage -= 1;
        value->time -= 1;
        value->place -= 1;
        snprintf(wrong, sizeof wrong, "%g", value->value);
        if (!isfinite(value->value) || value->value < 1e-6 || value->value > 1e6)
            fault_of(faults, file, i, "value", wrong, "a number from 0.000001 to 1000000");
        if (value->figure == PROFILE_AREA && value->groups != 0)
            fault_of(faults, file, i, "groups", "of an area", "room is for everybody");
        check_once(profile, i, file, faults);
    }
}

static int parse(const char *bytes, size_t size, const char *file, struct hv_fault_list *faults,
                 struct profile **ret_profile) {
    struct messages messages = {.used = 0};
    cyaml_config_t loud;
    struct profile *profile = NULL;
    cyaml_err_t result = cyaml_load_data((const uint8_t *)bytes, size, config(&messages, &loud),
                                         &PROFILE, (cyaml_data_t **)&profile, NULL);
    if (result == CYAML_ERR_OOM)
        return HV_ERR_MEMORY;
    if (result != CYAML_OK || profile == NULL) {
        char shown[516];
        scan_shown(messages.text, messages.used, 500, shown);
        hv_fault_add(faults, HV_FAULT_ERROR, file, 0, "",
                     messages.used > 0 ? shown : cyaml_strerror(result),
                     "a profile as in docs/REGIONS.md");
        return HV_ERR_VALUE;
    }
    *ret_profile = profile;
    return HV_OK;
}

int profile_read(const char *bytes, size_t size, const char *file, struct hv_fault_list *faults,
                 struct profile **ret_profile) {
    size_t errors_before = faults->errors;
    struct profile *profile = NULL;
    if (size == 0 || size > PROFILE_BYTES_MAX || !scan_is_utf8(bytes, size)) {
        hv_fault_add(faults, HV_FAULT_ERROR, file, 0, "", "empty, too long or not UTF-8",
                     "YAML in UTF-8, at most 1 MiB");
        return HV_ERR_VALUE;
    }
    int error = parse(bytes, size, file, faults, &profile);
    if (error != HV_OK)
        return error;
    check_values(profile, file, faults);
    if (faults->errors > errors_before) {
        profile_free(profile);
        return HV_ERR_VALUE;
    }
    *ret_profile = profile;
    return HV_OK;
}

int profile_open(const char *id_or_file, struct hv_fault_list *faults,
                 struct profile **ret_profile) {
    int error = profile_new(id_or_file, ret_profile);
    return error == HV_ERR_NOT_FOUND ? profile_load(id_or_file, faults, ret_profile) : error;
}

int profile_load(const char *file, struct hv_fault_list *faults, struct profile **ret_profile) {
    char *bytes = NULL;
    size_t size = 0;
    int error = table_slurp(file, file, faults, &bytes, &size);
    if (error == HV_OK)
        error = profile_read(bytes, size, file, faults, ret_profile);
    free(bytes);
    return error;
}
