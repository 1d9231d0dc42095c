/* Imports of Taiwan's and Nanao's lists of shelters. */
#include "coordinator/region/builder.h"
#include "coordinator/region/import.h"
#include "coordinator/region/import_common.h"
#include "coordinator/region/nanao.h"
#include "coordinator/region/table.h"
#include "schemas/limits.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Taiwan -----------------------------------------------------------------------------------
 */

enum {
    NUMBER,
    TOWN,
    VILLAGE,
    ADDRESS,
    LON,
    LAT,
    NAME,
    PEOPLE,
    HAZARDS,
    INDOOR,
    OUTDOOR,
    FRAIL,
    COLUMNS
};

static const struct table_column TAIWAN[COLUMNS] = {
    [NUMBER] = {"序號", true},
    [TOWN] = {"縣市及鄉鎮市區", true},
    [VILLAGE] = {"村里", false},
    [ADDRESS] = {"避難收容處所地址", false},
    [LON] = {"經度", true},
    [LAT] = {"緯度", true},
    [NAME] = {"避難收容處所名稱", true},
    [PEOPLE] = {"預計收容人數", true},
    [HAZARDS] = {"適用災害類別", true},
    [INDOOR] = {"室內", false},
    [OUTDOOR] = {"室外", false},
    [FRAIL] = {"適合避難弱者安置", false},
};

static const struct {
    const char *word;
    uint32_t bits;
} TAIWAN_HAZARDS[] = {
    {"水災", REGION_FLOOD | REGION_INLAND_FLOOD},
    {"震災", REGION_EARTHQUAKE},
    {"土石流", REGION_LANDSLIDE},
    {"海嘯", REGION_TSUNAMI},
    {"風災", REGION_TYPHOON},
    {"火災", REGION_FIRE},
    {"火山", REGION_VOLCANO},
    {"核子事故", REGION_NUCLEAR},
    {"核災", REGION_NUCLEAR},
    {"毒化災", REGION_CHEMICAL},
    {"寒害", REGION_SNOW},
};

static uint32_t taiwan_hazard(const char *word, size_t length) {
    for (size_t i = 0; i < sizeof TAIWAN_HAZARDS / sizeof *TAIWAN_HAZARDS; i++)
        if (strlen(TAIWAN_HAZARDS[i].word) == length &&
            strncmp(TAIWAN_HAZARDS[i].word, word, length) == 0)
            return TAIWAN_HAZARDS[i].bits;
    return 0;
}

/* What is not named is unknown, not unfit: the list says what a shelter is designated for. */
static uint32_t taiwan_hazards(struct table_row *row) {
    uint32_t set = 0;
    for (const char *at = table_text(row, HAZARDS); *at != '\0';) {
        size_t length = strcspn(at, ",");
        uint32_t bits = taiwan_hazard(at, length);
        if (bits == 0 && length > 0)
            table_fault(row, HV_FAULT_WARNING, HAZARDS, "a hazard that is not known here",
                        "水災, 震災, 土石流, 海嘯, 風災, 火災, 火山, 核子事故, 毒化災, 寒害");
        set |= bits;
        at += length;
        at += *at == ',';
    }
    return set;
}

static enum region_answer taiwan_answer(struct table_row *row, size_t column) {
    const char *text = table_text(row, column);
    if (strcmp(text, "是") == 0)
        return REGION_ANSWER_YES;
    if (strcmp(text, "否") == 0)
        return REGION_ANSWER_NO;
    if (text[0] != '\0')
        table_wrong(row, column, "是, 否, or nothing");
    return REGION_ANSWER_UNKNOWN;
}

/* The list has one figure and says whether the place is a building, open ground or both. */
static void taiwan_capacity(struct table_row *row, struct region_shelter *shelter) {
    int64_t people = table_whole(row, PEOPLE, HV_PEOPLE_MAX, false);
    bool indoor = taiwan_answer(row, INDOOR) == REGION_ANSWER_YES;
    bool outdoor = taiwan_answer(row, OUTDOOR) == REGION_ANSWER_YES;
    if (people == 0)
        table_fault(row, HV_FAULT_WARNING, PEOPLE, "a capacity of 0", "the people it takes");
    for (int time = 0; time < REGION_TIMES; time++) {
        if (indoor == outdoor)
            shelter->stated_total[time] = people;
        else
            shelter->stated[time][indoor ? REGION_INDOOR : REGION_OUTDOOR] = people;
    }
}

static int take_taiwan(struct table_row *row, void *context) {
    struct region *region = context;
    struct region_shelter shelter = builder_blank_shelter();
    char place[3 * HV_TEXT_BYTES_MAX + 3];
    shelter.id = table_id(row, NUMBER);
    shelter.name = shelter.name_zh = table_text(row, NAME);
    if (shelter.name[0] == '\0' && row->bad == 0)
        table_wrong(row, NAME, "the shelter's name");
    snprintf(place, sizeof place, "%s%s%s", table_text(row, TOWN), table_text(row, VILLAGE),
             table_text(row, ADDRESS));
    shelter.place = place;
    shelter.lon = table_number(row, LON, -180, 180, NAN, false);
    shelter.lat = table_number(row, LAT, -90, 90, NAN, false);
    shelter.withstands = taiwan_hazards(row);
    taiwan_capacity(row, &shelter);
    shelter.frail = taiwan_answer(row, FRAIL);
    if (strlen(place) > HV_TEXT_BYTES_MAX)
        table_wrong(row, ADDRESS, "a shorter address");
    if (row->bad > 0)
        return HV_OK;
    return table_added(row, NUMBER, region, BUILDER_SHELTERS,
                       builder_add_shelter(region, &shelter, row->line));
}

int import_taiwan_read(const char *bytes, size_t size, const char *file,
                       struct hv_fault_list *faults, struct region **ret_region) {
    static const struct table_format FORMAT = {TAIWAN, COLUMNS, ',', false, false};
    struct region *region = NULL;
    int error = import_new_region("taiwan", "Designated shelters of Taiwan", "避難收容處所",
                                  "Taiwan open data: 避難收容處所", &region);
    if (error != HV_OK)
        return error;
    error = table_read(bytes, size, file, &FORMAT, faults, take_taiwan, region);
    if (error != HV_OK)
        region_free(region);
    else
        *ret_region = region;
    return error;
}

int import_taiwan(const char *file, struct hv_fault_list *faults, struct region **ret_region) {
    char *bytes = NULL;
    size_t size = 0;
    int error = table_slurp(file, file, faults, &bytes, &size);
    if (error == HV_OK)
        error = import_taiwan_read(bytes, size, file, faults, ret_region);
    free(bytes);
    return error;
}

/* ---- Nanao ------------------------------------------------------------------------------------
 */

static int add_nanao(struct region *region, const struct nanao_row *row) {
    struct region_shelter shelter = builder_blank_shelter();
    shelter.id = row->id;
    shelter.name = row->name;
    shelter.place = row->address;
    shelter.lon = row->lon;
    shelter.lat = row->lat;
    shelter.withstands = row->withstands;
    for (int time = 0; time < REGION_TIMES; time++) {
        memcpy(shelter.stated[time], row->capacity.people, sizeof shelter.stated[time]);
        shelter.stated_total[time] = row->capacity.total;
    }
    return builder_add_shelter(region, &shelter, row->line);
}

int import_nanao(const char *file, struct hv_fault_list *faults, struct region **ret_region) {
    struct nanao_snapshot snapshot;
    struct region *region = NULL;
    int error = nanao_load(file, faults, &snapshot);
    if (error != HV_OK)
        return error;
    error = import_new_region(
        "nanao", "Shelters of Nanao, Ishikawa", "石川县七尾市避难所",
        "City of Nanao, Ishikawa: open shelters after the Noto earthquake, CC BY 4.0", &region);
    for (uint32_t i = 0; i < snapshot.count && error == HV_OK; i++)
        error = add_nanao(region, &snapshot.rows[i]);
    nanao_free(&snapshot);
    if (error != HV_OK)
        region_free(region);
    else
        *ret_region = region;
    return error;
}
