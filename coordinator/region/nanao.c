#include "coordinator/region/nanao.h"

#include "coordinator/region/ids.h"
#include "coordinator/region/scan.h"
#include "coordinator/region/table.h"
#include "schemas/limits.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    ID,
    AREA,
    NAME,
    PEOPLE,
    TIME,
    ADDRESS,
    LAT,
    LON,
    HAZARDS, /* one column a hazard from here */
    CAPACITY = HAZARDS + 8,
    COLUMNS
};

static const struct table_column NANAO[COLUMNS] = {
    [ID] = {"ID", true},
    [AREA] = {"地区", false},
    [NAME] = {"名称", true},
    [PEOPLE] = {"人数*", true}, /* older files: 人数_令和6年1月9日午後6時時点 */
    [TIME] = {"時点", false},
    [ADDRESS] = {"所在地_連結表記", false},
    [LAT] = {"緯度", true},
    [LON] = {"経度", true},
    [HAZARDS] = {"災害種別_洪水", false},
    {"災害種別_崖崩れ、土石流及び地滑り", false},
    {"災害種別_高潮", false},
    {"災害種別_地震", false},
    {"災害種別_津波", false},
    {"災害種別_大規模な火事", false},
    {"災害種別_内水氾濫", false},
    {"災害種別_火山現象", false},
    [CAPACITY] = {"想定収容人数", true},
};

static const uint32_t HAZARD_BITS[CAPACITY - HAZARDS] = {
    REGION_FLOOD,   REGION_LANDSLIDE, REGION_STORM_SURGE,  REGION_EARTHQUAKE,
    REGION_TSUNAMI, REGION_FIRE,      REGION_INLAND_FLOOD, REGION_VOLCANO};

struct reading {
    struct nanao_snapshot snapshot;
    uint32_t capacity;
    struct ids ids;
};

/* ---- when -------------------------------------------------------------------------------------
 */

static bool take_word(const char **at, const char *word) {
    size_t length = strlen(word);
    if (strncmp(*at, word, length) != 0)
        return false;
    *at += length;
    return true;
}

static bool take_whole(const char **at, unsigned max, unsigned *ret_whole) {
    unsigned whole = 0;
    const char *start = *at;
    for (; **at >= '0' && **at <= '9' && *at - start < 4; (*at)++)
        whole = whole * 10 + (unsigned)(**at - '0');
    *ret_whole = whole;
    return *at > start && whole <= max;
}

struct moment {
    unsigned year, month, day, hour, minute;
};

static char *print_moment(const struct moment *m) {
    char text[80];
    snprintf(text, sizeof text, "%04u-%02u-%02uT%02u:%02u+09:00", m->year, m->month, m->day,
             m->hour, m->minute);
    return strdup(text);
}

/* 令和6年1月9日午後6時, …午前11時30分, …正午; 令和1 is 2019. */
static bool read_era(const char *text, struct moment *m) {
    const char *at = strstr(text, "令和");
    *m = (struct moment){0};
    if (at == NULL || !take_word(&at, "令和") || !take_whole(&at, 99, &m->year) ||
        !take_word(&at, "年") || !take_whole(&at, 12, &m->month) || !take_word(&at, "月") ||
        !take_whole(&at, 31, &m->day) || !take_word(&at, "日"))
        return false;
    m->year += 2018;
    if (take_word(&at, "正午")) {
        m->hour = 12;
        return true;
    }
    bool afternoon = take_word(&at, "午後");
    if (!afternoon)
        (void)take_word(&at, "午前");
    if (!take_whole(&at, 23, &m->hour) || !take_word(&at, "時"))
        return false;
    if (afternoon && m->hour < 12)
        m->hour += 12;
    if (take_word(&at, "半"))
        m->minute = 30;
    else
        (void)take_whole(&at, 59, &m->minute);
    return true;
}

/* …_2024-01-09-1800.csv */
static bool read_file_name(const char *file, struct moment *m) {
    size_t length = strlen(file);
    unsigned clock;
    *m = (struct moment){0};
    if (length < 19)
        return false;
    const char *at = file + length - 19;
    if (!take_whole(&at, 9999, &m->year) || !take_word(&at, "-") ||
        !take_whole(&at, 12, &m->month) || !take_word(&at, "-") || !take_whole(&at, 31, &m->day) ||
        !take_word(&at, "-") || !take_whole(&at, 2359, &clock) || strcmp(at, ".csv") != 0)
        return false;
    m->hour = clock / 100;
    m->minute = clock % 100;
    return m->year >= 1970 && m->month >= 1 && m->day >= 1 && m->minute < 60;
}

static int set_moment(struct reading *reading, const struct moment *m) {
    if (reading->snapshot.taken_at != NULL)
        return HV_OK;
    reading->snapshot.taken_at = print_moment(m);
    return reading->snapshot.taken_at == NULL ? HV_ERR_MEMORY : HV_OK;
}

/* ---- a row ------------------------------------------------------------------------------------
 */

static void read_hazards(struct table_row *row, struct nanao_row *ret_row) {
    for (size_t i = 0; i < CAPACITY - HAZARDS; i++) {
        double flag = table_number(row, HAZARDS + i, 0, 1, 0, false);
        if (flag > 0)
            ret_row->withstands |= HAZARD_BITS[i];
    }
    ret_row->hazards_stated = ret_row->withstands != 0;
}

static void read_capacity(struct table_row *row, struct nanao_row *ret_row) {
    ret_row->capacity = (struct nanao_capacity){{REGION_UNKNOWN, REGION_UNKNOWN}, REGION_UNKNOWN};
    if (nanao_capacity_parse(table_text(row, CAPACITY), &ret_row->capacity) != HV_OK)
        table_wrong(row, CAPACITY, "a capacity such as 屋内480人／屋外3,350人(面積の1/2)");
}

static int copy_texts(struct table_row *row, struct nanao_row *ret_row) {
    ret_row->id = strdup(table_id(row, ID));
    ret_row->name = strdup(table_text(row, NAME));
    ret_row->area = strdup(table_text(row, AREA));
    ret_row->address = strdup(table_text(row, ADDRESS));
    return ret_row->id == NULL || ret_row->name == NULL || ret_row->area == NULL ||
                   ret_row->address == NULL
               ? HV_ERR_MEMORY
               : HV_OK;
}

static void free_row(struct nanao_row *row) {
    free(row->id);
    free(row->name);
    free(row->area);
    free(row->address);
}

static int keep(struct reading *reading, const struct nanao_row *row) {
    struct nanao_snapshot *snapshot = &reading->snapshot;
    if (snapshot->count >= HV_REGION_ROWS_MAX)
        return HV_ERR_LIMIT;
    if (snapshot->count == reading->capacity) {
        uint32_t capacity = reading->capacity == 0 ? 64 : reading->capacity * 2;
        struct nanao_row *rows = realloc(snapshot->rows, capacity * sizeof *rows);
        if (rows == NULL)
            return HV_ERR_MEMORY;
        snapshot->rows = rows;
        reading->capacity = capacity;
    }
    snapshot->rows[snapshot->count] = *row;
    int error = ids_add(&reading->ids, snapshot->rows, sizeof *row, snapshot->count);
    if (error == HV_OK)
        snapshot->count++;
    return error;
}

static void check_repeated(struct table_row *row, const struct reading *reading) {
    uint32_t first = ids_find(&reading->ids, reading->snapshot.rows, sizeof(struct nanao_row),
                              table_id(row, ID));
    if (first == IDS_NONE)
        return;
    char wrong[HV_ID_BYTES_MAX + 48];
    snprintf(wrong, sizeof wrong, "“%s” is already the ID of line %u",
             reading->snapshot.rows[first].id, reading->snapshot.rows[first].line);
    table_fault(row, HV_FAULT_ERROR, ID, wrong, "an ID of its own");
}

static int take_row(struct table_row *row, void *context) {
    struct reading *reading = context;
    struct moment moment;
    struct nanao_row read = {.line = row->line};
    read.lat = table_number(row, LAT, -90, 90, NAN, false);
    read.lon = table_number(row, LON, -180, 180, NAN, false);
    read.people = table_whole(row, PEOPLE, HV_PEOPLE_MAX, false);
    read_hazards(row, &read);
    read_capacity(row, &read);
    int error = copy_texts(row, &read);
    if (error == HV_OK && row->bad == 0)
        check_repeated(row, reading);
    if (error == HV_OK &&
        (read_era(table_text(row, TIME), &moment) || read_era(row->names[PEOPLE], &moment)))
        error = set_moment(reading, &moment);
    if (error == HV_OK && row->bad == 0)
        error = keep(reading, &read);
    if (error != HV_OK || row->bad > 0)
        free_row(&read);
    return error;
}

/* ---- the file ---------------------------------------------------------------------------------
 */

int nanao_read(const void *bytes, size_t size, const char *file, struct hv_fault_list *faults,
               struct nanao_snapshot *ret_snapshot) {
    static const struct table_format FORMAT = {NANAO, COLUMNS, ',', false, false};
    struct reading reading = {0};
    struct moment moment;
    int error = table_read(bytes, size, file, &FORMAT, faults, take_row, &reading);
    if (error == HV_OK && read_file_name(file, &moment))
        error = set_moment(&reading, &moment);
    if (error == HV_OK && reading.snapshot.taken_at == NULL) {
        reading.snapshot.taken_at = strdup("");
        error = reading.snapshot.taken_at == NULL ? HV_ERR_MEMORY : HV_OK;
    }
    ids_deinit(&reading.ids);
    if (error != HV_OK)
        nanao_free(&reading.snapshot);
    else
        *ret_snapshot = reading.snapshot;
    return error;
}

int nanao_load(const char *file, struct hv_fault_list *faults,
               struct nanao_snapshot *ret_snapshot) {
    char *bytes = NULL;
    size_t size = 0;
    int error = table_slurp(file, file, faults, &bytes, &size);
    if (error == HV_OK)
        error = nanao_read(bytes, size, file, faults, ret_snapshot);
    free(bytes);
    return error;
}

void nanao_free(struct nanao_snapshot *snapshot) {
    for (uint32_t i = 0; i < snapshot->count; i++)
        free_row(&snapshot->rows[i]);
    free(snapshot->rows);
    free(snapshot->taken_at);
    *snapshot = (struct nanao_snapshot){0};
}
