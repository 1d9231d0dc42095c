/* Import of FEMA's National Shelter System: a JSON array with one object a shelter. The array is
 * walked element by element, so that each row's line is known and one broken row is not all. */
#include "coordinator/region/import.h"
#include "coordinator/region/import_common.h"
#include "coordinator/region/scan.h"
#include "coordinator/region/table.h"
#include "schemas/limits.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct nss_row {
    const json_t *object;
    const char *file;
    uint32_t line;
    struct hv_fault_list *faults;
    unsigned bad;
};

/* ---- figures and answers ----------------------------------------------------------------------
 */

static void fault(struct nss_row *row, enum hv_fault_grade grade, const char *key,
                  const char *wrong, const char *right) {
    hv_fault_add(row->faults, grade, row->file, row->line, key, wrong, right);
    row->bad += grade == HV_FAULT_ERROR;
}

static void wrong(struct nss_row *row, const char *key, const json_t *value, const char *right) {
    char shown[68] = "nothing";
    char *text = value == NULL ? NULL : json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
    if (text != NULL)
        scan_shown(text, strlen(text), 60, shown);
    free(text);
    fault(row, HV_FAULT_ERROR, key, shown, right);
}

/* null, "", " " and UNK all say nothing. */
static bool says_nothing(const json_t *value) {
    if (value == NULL || json_is_null(value))
        return true;
    if (!json_is_string(value))
        return false;
    const char *text = json_string_value(value);
    return text[strspn(text, " ")] == '\0' || strcmp(text, "UNK") == 0;
}

/* Text without blanks around it; the buffer has HV_TEXT_BYTES_MAX + 1 bytes. */
static void text_of(struct nss_row *row, const char *key, char *ret_text) {
    const json_t *value = json_object_get(row->object, key);
    ret_text[0] = '\0';
    if (says_nothing(value))
        return;
    const char *text = json_is_string(value) ? json_string_value(value) : NULL;
    size_t begin = text == NULL ? 0 : strspn(text, " "), end = text == NULL ? 0 : strlen(text);
    while (end > begin && text[end - 1] == ' ')
        end--;
    if (text == NULL || end - begin > HV_TEXT_BYTES_MAX || scan_has_control(text)) {
        wrong(row, key, value, "a text on one line, null or UNK");
        return;
    }
    memcpy(ret_text, text + begin, end - begin);
    ret_text[end - begin] = '\0';
}

static int64_t whole_of(struct nss_row *row, const char *key) {
    const json_t *value = json_object_get(row->object, key);
    if (says_nothing(value))
        return REGION_UNKNOWN;
    json_int_t whole = json_is_integer(value) ? json_integer_value(value) : -1;
    if (whole >= 0 && whole <= HV_PEOPLE_MAX)
        return whole;
    wrong(row, key, value, "a whole number of people, null or UNK");
    return REGION_UNKNOWN;
}

static double number_of(struct nss_row *row, const char *key, double limit) {
    const json_t *value = json_object_get(row->object, key);
    if (says_nothing(value))
        return NAN;
    double number = json_is_number(value) ? json_number_value(value) : NAN;
    if (fabs(number) <= limit)
        return number;
    wrong(row, key, value, limit > 90 ? "degrees from -180 to 180" : "degrees from -90 to 90");
    return NAN;
}

static enum region_answer answer_of(struct nss_row *row, const char *key) {
    char text[HV_TEXT_BYTES_MAX + 1];
    text_of(row, key, text);
    if (strcmp(text, "YES") == 0)
        return REGION_ANSWER_YES;
    if (strcmp(text, "NO") == 0)
        return REGION_ANSWER_NO;
    if (text[0] != '\0')
        wrong(row, key, json_object_get(row->object, key), "YES, NO, UNK or null");
    return REGION_ANSWER_UNKNOWN;
}

/* ---- one shelter ------------------------------------------------------------------------------
 */

static void read_position(struct nss_row *row, struct region_shelter *shelter) {
    shelter->lon = number_of(row, "LONGITUDE", 180);
    shelter->lat = number_of(row, "LATITUDE", 90);
    if (!isnan(shelter->lon) && !isnan(shelter->lat) && (shelter->lon != 0 || shelter->lat != 0))
        return;
    shelter->lon = number_of(row, "GEOX", 180);
    shelter->lat = number_of(row, "GEOY", 90);
    if (isnan(shelter->lon) || isnan(shelter->lat) || (shelter->lon == 0 && shelter->lat == 0)) {
        shelter->lon = shelter->lat = NAN;
        fault(row, HV_FAULT_WARNING, "LONGITUDE", "no place on the map",
              "LONGITUDE and LATITUDE in degrees");
    } else {
        fault(row, HV_FAULT_WARNING, "LONGITUDE", "LONGITUDE and LATITUDE say nothing",
              "degrees; those of GEOX and GEOY were taken");
    }
}

/* A flood plain or surge area is known to be unfit, its opposite withstands. */
static void read_hazard(struct nss_row *row, const char *key, uint32_t hazard,
                        struct region_shelter *shelter) {
    enum region_answer in_danger = answer_of(row, key);
    if (in_danger == REGION_ANSWER_YES)
        shelter->unfit |= hazard;
    if (in_danger == REGION_ANSWER_NO)
        shelter->withstands |= hazard;
}

static void read_pets(struct nss_row *row, struct region_shelter *shelter) {
    char text[HV_TEXT_BYTES_MAX + 1];
    text_of(row, "PET_ACCOMMODATIONS_CODE", text);
    if (text[0] != '\0')
        shelter->pets = strcmp(text, "NONE") == 0 ? REGION_ANSWER_NO : REGION_ANSWER_YES;
}

static void read_accessible(struct nss_row *row, struct region_shelter *shelter) {
    shelter->accessible = answer_of(row, "WHEELCHAIR_ACCESSIBLE");
    enum region_answer ada = answer_of(row, "ADA_COMPLIANT");
    if (shelter->accessible == REGION_ANSWER_UNKNOWN && ada == REGION_ANSWER_YES)
        shelter->accessible = ada;
}

static void join_place(struct nss_row *row, char *place, size_t size) {
    static const char *const KEYS[] = {"ADDRESS_1", "CITY", "STATE", "ZIP"};
    char part[HV_TEXT_BYTES_MAX + 1];
    size_t used = 0;
    place[0] = '\0';
    for (size_t i = 0; i < sizeof KEYS / sizeof *KEYS; i++) {
        text_of(row, KEYS[i], part);
        if (part[0] != '\0' && used < size)
            used +=
                (size_t)snprintf(place + used, size - used, "%s%s", used == 0 ? "" : ", ", part);
    }
    if (used > HV_TEXT_BYTES_MAX)
        wrong(row, "ADDRESS_1", json_object_get(row->object, "ADDRESS_1"), "a shorter address");
}

static void read_id(struct nss_row *row, char id[32]) {
    const json_t *value = json_object_get(row->object, "SHELTER_ID");
    id[0] = '\0';
    if (json_is_integer(value) && json_integer_value(value) > 0)
        snprintf(id, 32, "%lld", (long long)json_integer_value(value));
    else
        wrong(row, "SHELTER_ID", value, "a whole number above 0");
}

static int add_shelter(struct nss_row *row, struct region *region,
                       const struct region_shelter *shelter) {
    int error = builder_add_shelter(region, shelter, row->line);
    if (error != HV_ERR_EXISTS)
        return error;
    char there[96];
    snprintf(there, sizeof there, "%s is already the id of line %u", shelter->id,
             builder_line(region, BUILDER_SHELTERS, region_find_shelter(region, shelter->id)));
    fault(row, HV_FAULT_ERROR, "SHELTER_ID", there, "an id of its own");
    return HV_OK;
}

static int take_shelter(struct nss_row *row, struct region *region) {
    struct region_shelter shelter = builder_blank_shelter();
    char id[32], name[HV_TEXT_BYTES_MAX + 1], place[4 * HV_TEXT_BYTES_MAX + 16];
    read_id(row, id);
    text_of(row, "SHELTER_NAME", name);
    join_place(row, place, sizeof place);
    if (name[0] == '\0' && row->bad == 0)
        wrong(row, "SHELTER_NAME", json_object_get(row->object, "SHELTER_NAME"),
              "the shelter's name");
    shelter.id = id;
    shelter.name = name;
    shelter.place = place;
    read_position(row, &shelter);
    shelter.stated[REGION_DAY][REGION_INDOOR] = whole_of(row, "EVACUATION_CAPACITY");
    shelter.stated[REGION_NIGHT][REGION_INDOOR] = whole_of(row, "POST_IMPACT_CAPACITY");
    read_accessible(row, &shelter);
    read_pets(row, &shelter);
    read_hazard(row, "IN_100_YR_FLOODPLAIN", REGION_FLOOD, &shelter);
    read_hazard(row, "IN_SURGE_SLOSH_AREA", REGION_STORM_SURGE, &shelter);
    return row->bad > 0 ? HV_OK : add_shelter(row, region, &shelter);
}

/* ---- the array --------------------------------------------------------------------------------
 */

struct cursor {
    const char *bytes;
    size_t size, at;
    uint32_t line;
};

static void skip_blanks(struct cursor *cursor) {
    for (; cursor->at < cursor->size; cursor->at++) {
        char c = cursor->bytes[cursor->at];
        if (c == '\n')
            cursor->line++;
        else if (c != ' ' && c != '\t' && c != '\r')
            return;
    }
}

static bool take_mark(struct cursor *cursor, char mark) {
    skip_blanks(cursor);
    if (cursor->at >= cursor->size || cursor->bytes[cursor->at] != mark)
        return false;
    cursor->at++;
    return true;
}

static void skip_bytes(struct cursor *cursor, size_t count) {
    for (size_t end = cursor->at + count; cursor->at < end; cursor->at++)
        cursor->line += cursor->bytes[cursor->at] == '\n';
}

static int broken(const struct cursor *cursor, const char *file, struct hv_fault_list *faults,
                  uint32_t line_in_value, const char *text) {
    hv_fault_add(faults, HV_FAULT_ERROR, file, cursor->line + line_in_value, "", text,
                 "a JSON array of objects in UTF-8");
    return HV_ERR_VALUE;
}

static int take_element(struct cursor *cursor, const char *file, struct hv_fault_list *faults,
                        struct region *region) {
    json_error_t where;
    skip_blanks(cursor);
    json_t *object = json_loadb(cursor->bytes + cursor->at, cursor->size - cursor->at,
                                JSON_DISABLE_EOF_CHECK | JSON_DECODE_ANY, &where);
    if (object == NULL)
        return broken(cursor, file, faults, where.line > 0 ? (uint32_t)where.line - 1 : 0,
                      where.text);
    struct nss_row row = {object, file, cursor->line, faults, 0};
    int error = HV_OK;
    if (json_is_object(object))
        error = take_shelter(&row, region);
    else
        wrong(&row, "", object, "an object, one a shelter");
    json_decref(object);
    skip_bytes(cursor, (size_t)where.position);
    return error;
}

static int take_array(const char *bytes, size_t size, const char *file,
                      struct hv_fault_list *faults, struct region *region) {
    struct cursor cursor = {bytes, size, 0, 1};
    if (!take_mark(&cursor, '['))
        return broken(&cursor, file, faults, 0, "no array");
    if (take_mark(&cursor, ']'))
        return HV_OK;
    for (;;) {
        int error = take_element(&cursor, file, faults, region);
        if (error != HV_OK)
            return error;
        if (take_mark(&cursor, ']'))
            return HV_OK;
        if (!take_mark(&cursor, ','))
            return broken(&cursor, file, faults, 0, "neither \",\" nor \"]\" after an object");
    }
}

int import_nss_read(const char *bytes, size_t size, const char *file, struct hv_fault_list *faults,
                    struct region **ret_region) {
    struct region *region = NULL;
    int error = import_new_region("nss", "FEMA National Shelter System", "",
                                  "FEMA National Shelter System", &region);
    if (error == HV_OK)
        error = take_array(bytes, size, file, faults, region);
    if (error != HV_OK)
        region_free(region);
    else
        *ret_region = region;
    return error;
}

int import_nss(const char *file, struct hv_fault_list *faults, struct region **ret_region) {
    char *bytes = NULL;
    size_t size = 0;
    int error = table_slurp(file, file, faults, &bytes, &size);
    if (error == HV_OK)
        error = import_nss_read(bytes, size, file, faults, ret_region);
    free(bytes);
    return error;
}
