/* Imports of shelters, against the real lists where they are at hand. Expected figures were counted
 * with Python's csv and json modules, which share no code with the readers here. */
#include "coordinator/region/import.h"
#include "coordinator/region/nanao.h"
#include "coordinator/region_folder.h"
#include "tests/support/region_files.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct hv_fault_list faults;
static struct region *region;

static void begin(void) {
    hv_fault_list_init(&faults);
    region = NULL;
}

static void end(void) {
    region_free(region);
    hv_fault_list_deinit(&faults);
}

TestSuite(region_shelters, .init = begin, .fini = end);

static const char *shared(const char *path) {
    const char *full = region_files_shared(path);
    if (full == NULL)
        cr_skip_test("../shared/data/%s is not here", path);
    return full;
}

static void assert_sound(int error) {
    char *text = region_files_faults(&faults);
    cr_assert_eq(error, HV_OK, "%d %s", error, text);
    cr_assert_eq(faults.errors, 0, "%s", text);
    free(text);
}

static const struct region_shelter *shelter(const char *id) {
    uint32_t i = region_find_shelter(region, id);
    cr_assert_neq(i, REGION_NONE, "%s", id);
    return &region->shelters[i];
}

static void assert_same_after_save(void) {
    struct region_files files;
    struct region *again = NULL;
    uint8_t left[REGION_HASH_BYTES], right[REGION_HASH_BYTES];
    region_files_init(&files);
    cr_assert_eq(region_folder_save(region, files.dir), HV_OK);
    assert_sound(region_load(files.dir, &faults, &again));
    cr_assert_eq(region_hash(region, left), HV_OK);
    cr_assert_eq(region_hash(again, right), HV_OK);
    cr_assert_eq(memcmp(left, right, sizeof left), 0);
    region_free(again);
    region_files_deinit(&files);
}

/* ---- FEMA -------------------------------------------------------------------------------------
 */

Test(region_shelters, every_shelter_of_fema_loads) {
    assert_sound(import_nss(shared("shelters/us/fema_nss_usa_2017.json"), &faults, &region));
    cr_assert_eq(region->shelter_count, 54);
    unsigned yes = 0, no = 0, unknown = 0, no_capacity = 0;
    int64_t night = 0;
    for (uint32_t i = 0; i < 54; i++) {
        const struct region_shelter *s = &region->shelters[i];
        yes += s->accessible == REGION_ANSWER_YES;
        no += s->accessible == REGION_ANSWER_NO;
        unknown += s->accessible == REGION_ANSWER_UNKNOWN;
        no_capacity += s->stated[REGION_NIGHT][REGION_INDOOR] == REGION_UNKNOWN;
        if (s->stated[REGION_NIGHT][REGION_INDOOR] > 0)
            night += s->stated[REGION_NIGHT][REGION_INDOOR];
        cr_assert(s->lon < -60 && s->lon > -75, "%s lies at %f", s->id, s->lon);
    }
    cr_assert_eq(yes, 1);
    cr_assert_eq(no, 21);
    cr_assert_eq(unknown, 32, "29 UNK, 2 blank, 1 null: never no");
    cr_assert_eq(no_capacity, 2);
    cr_assert_eq(night, 6763);
    cr_assert_str_eq(shelter("119889")->name, "Marlborough Council on Aging");
    cr_assert_eq(shelter("119889")->stated[REGION_NIGHT][REGION_INDOOR], 75);
    cr_assert_eq(shelter("119889")->stated[REGION_DAY][REGION_INDOOR], 0, "a stated 0 stays 0");
    assert_same_after_save();
}

Test(region_shelters, fema_rows_with_faults_are_named_by_line) {
    static const char TEXT[] = "[\n"
                               " {\"SHELTER_ID\": 1, \"SHELTER_NAME\": \"A\", \"LONGITUDE\": 200,\n"
                               "  \"LATITUDE\": 1},\n"
                               " {\"SHELTER_ID\": 2, \"SHELTER_NAME\": \"B\", \"LONGITUDE\": 1,\n"
                               "  \"LATITUDE\": 1, \"EVACUATION_CAPACITY\": \"UNK\"},\n"
                               " 7,\n"
                               " {\"SHELTER_ID\": 2, \"SHELTER_NAME\": \"C\", \"LONGITUDE\": 1,\n"
                               "  \"LATITUDE\": 1}]\n";
    cr_assert_eq(import_nss_read(TEXT, sizeof TEXT - 1, "x.json", &faults, &region), HV_OK);
    char *text = region_files_faults(&faults);
    cr_expect_str_eq(text, "error x.json:2: LONGITUDE: 200; degrees from -180 to 180\n"
                           "warning x.json:2: LONGITUDE: no place on the map; LONGITUDE and "
                           "LATITUDE in degrees\n"
                           "error x.json:6: 7; an object, one a shelter\n"
                           "error x.json:7: SHELTER_ID: 2 is already the id of line 4; an id of "
                           "its own\n");
    free(text);
    cr_assert_eq(region->shelter_count, 1);
    cr_assert_eq(region->shelters[0].stated[REGION_DAY][REGION_INDOOR], REGION_UNKNOWN);
}

Test(region_shelters, broken_json_is_refused_with_its_line) {
    static const char TEXT[] = "[\n {\"SHELTER_ID\": 1,\n  \"SHELTER_NAME\" \"A\"}]";
    cr_assert_eq(import_nss_read(TEXT, sizeof TEXT - 1, "x.json", &faults, &region), HV_ERR_VALUE);
    cr_assert_eq(faults.faults[0].line, 3);
}

/* ---- Taiwan -----------------------------------------------------------------------------------
 */

Test(region_shelters, every_shelter_of_taiwan_loads) {
    assert_sound(import_taiwan(shared("shelters/taiwan_sample.csv"), &faults, &region));
    cr_assert_eq(region->shelter_count, 470);
    unsigned flood = 0, quake = 0, slide = 0, tsunami = 0, silent = 0, frail = 0, outdoor = 0;
    int64_t people = 0;
    for (uint32_t i = 0; i < 470; i++) {
        const struct region_shelter *s = &region->shelters[i];
        flood += (s->withstands & REGION_FLOOD) != 0;
        quake += (s->withstands & REGION_EARTHQUAKE) != 0;
        slide += (s->withstands & REGION_LANDSLIDE) != 0;
        tsunami += (s->withstands & REGION_TSUNAMI) != 0;
        silent += s->withstands == 0;
        frail += s->frail == REGION_ANSWER_YES;
        outdoor += s->stated[REGION_NIGHT][REGION_OUTDOOR] >= 0;
        if (s->stated[REGION_NIGHT][REGION_INDOOR] > 0)
            people += s->stated[REGION_NIGHT][REGION_INDOOR];
        if (s->stated[REGION_NIGHT][REGION_OUTDOOR] > 0)
            people += s->stated[REGION_NIGHT][REGION_OUTDOOR];
        if (s->stated_total[REGION_NIGHT] > 0)
            people += s->stated_total[REGION_NIGHT];
    }
    cr_assert_eq(flood, 414);
    cr_assert_eq(quake, 358);
    cr_assert_eq(slide, 199);
    cr_assert_eq(tsunami, 85);
    cr_assert_eq(silent, 6);
    cr_assert_eq(frail, 227);
    cr_assert_eq(outdoor, 14);
    cr_assert_eq(people, 171177);
    cr_assert_eq(faults.warnings, 10, "capacities of 0");
    cr_assert_str_eq(shelter("46")->name, "和平國小");
    cr_assert_str_eq(shelter("46")->place, "花蓮縣秀林鄉和平村和平112號");
    cr_assert_eq(shelter("46")->stated[REGION_DAY][REGION_INDOOR], 250);
    assert_same_after_save();
}

/* ---- Nanao ------------------------------------------------------------------------------------
 */

static void load_snapshot(const char *dir, const char *name, uint32_t *rows, int64_t *people,
                          int64_t *indoor, int64_t *outdoor, unsigned *without) {
    char path[2048];
    struct nanao_snapshot snapshot;
    snprintf(path, sizeof path, "%s/%s", dir, name);
    assert_sound(nanao_load(path, &faults, &snapshot));
    char stamp[32]; /* open_shelter_Nanao-shi_2024-01-09-1800.csv; some names round to the hour */
    snprintf(stamp, sizeof stamp, "%.10sT%.2s:", name + 23, name + 34);
    cr_expect_eq(strncmp(snapshot.taken_at, stamp, 14), 0, "%s: %s", name, snapshot.taken_at);
    for (uint32_t i = 0; i < snapshot.count; i++) {
        const struct nanao_row *row = &snapshot.rows[i];
        cr_assert_geq(row->people, 0);
        *people += row->people;
        *without += row->capacity.people[REGION_INDOOR] == REGION_UNKNOWN;
        cr_assert_eq(row->hazards_stated, row->capacity.people[REGION_INDOOR] != REGION_UNKNOWN);
        if (row->capacity.people[REGION_INDOOR] >= 0)
            *indoor += row->capacity.people[REGION_INDOOR];
        if (row->capacity.people[REGION_OUTDOOR] >= 0)
            *outdoor += row->capacity.people[REGION_OUTDOOR];
    }
    *rows += snapshot.count;
    nanao_free(&snapshot);
}

Test(region_shelters, every_row_of_every_snapshot_of_nanao_loads) {
    char dir[1024];
    snprintf(dir, sizeof dir, "%s", shared("shelters/nanao"));
    DIR *folder = opendir(dir);
    cr_assert_not_null(folder);
    uint32_t files = 0, rows = 0;
    int64_t people = 0, indoor = 0, outdoor = 0;
    unsigned without = 0;
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        if (strncmp(entry->d_name, "open_", 5) != 0)
            continue;
        files++;
        load_snapshot(dir, entry->d_name, &rows, &people, &indoor, &outdoor, &without);
    }
    closedir(folder);
    cr_assert_eq(files, 117);
    cr_assert_eq(rows, 1466);
    cr_assert_eq(people, 59039);
    cr_assert_eq(indoor, 835322);
    cr_assert_eq(outdoor, 3858292);
    cr_assert_eq(without, 48, "rows whose capacity is empty: unknown, not 0");
    cr_assert_eq(faults.count, 0);
}

Test(region_shelters, nanao_keeps_its_names) {
    const char *file = shared("shelters/nanao/open_shelter_Nanao-shi_2024-01-09-1800.csv");
    assert_sound(import_nanao(file, &faults, &region));
    const struct region_shelter *school = shelter("CC0000000518");
    cr_assert_str_eq(school->name, "山王小学校");
    cr_assert_eq(school->stated[REGION_NIGHT][REGION_INDOOR], 480);
    cr_assert_eq(school->stated[REGION_NIGHT][REGION_OUTDOOR], 3350);
    cr_assert_eq(school->withstands & REGION_VOLCANO, 0);
    cr_assert_neq(school->withstands & REGION_TSUNAMI, 0);
    assert_same_after_save();
}

static void capacity(const char *text, int64_t indoor, int64_t outdoor, int64_t total) {
    struct nanao_capacity parsed;
    cr_expect_eq(nanao_capacity_parse(text, &parsed), HV_OK, "%s", text);
    cr_expect_eq(parsed.people[REGION_INDOOR], indoor, "%s", text);
    cr_expect_eq(parsed.people[REGION_OUTDOOR], outdoor, "%s", text);
    cr_expect_eq(parsed.total, total, "%s", text);
}

Test(region_shelters, capacity_texts_are_read_in_all_their_spellings) {
    capacity("屋内480人／屋外3,350人(面積の1/2)", 480, 3350, -1);
    capacity("屋内1,065人／屋外2,210人（面積の1/2）", 1065, 2210, -1);
    capacity("屋内90人／屋外1570人(面積の1/2)", 90, 1570, -1);
    capacity("屋内　４８０人／屋外３，３５０人", 480, 3350, -1);
    capacity("屋外0人", -1, 0, -1);
    capacity("屋内：約120名", 120, -1, -1);
    capacity("250", -1, -1, 250);
    capacity("合計1,234,567人", -1, -1, 1234567);
    capacity("", -1, -1, -1);
}

Test(region_shelters, capacity_texts_that_say_something_else_are_refused) {
    static const char *const WRONG[] = {"屋内",
                                        "屋内人",
                                        "屋内12,34人",
                                        "屋内1234,567人",
                                        "屋内1人／屋内2人",
                                        "屋内1人／",
                                        "約",
                                        "屋内1人(",
                                        "不明",
                                        "屋内99999999999人",
                                        "屋内1人(（）)",
                                        "屋内1人屋外2人",
                                        "屋内-1人"};
    struct nanao_capacity parsed = {{7, 7}, 7};
    for (size_t i = 0; i < sizeof WRONG / sizeof *WRONG; i++)
        cr_expect_eq(nanao_capacity_parse(WRONG[i], &parsed), HV_ERR_FORMAT, "%s", WRONG[i]);
    cr_assert_eq(parsed.total, 7, "untouched");
}

Test(region_shelters, a_row_of_nanao_with_a_fault_is_left_out_and_named) {
    static const char TEXT[] = "ID,名称,人数,緯度,経度,想定収容人数\n"
                               "A,一,5,37.1,136.9,屋内10人\n"
                               "B,二,五,37.1,136.9,屋内10人\n"
                               "A,三,5,37.1,136.9,屋内10人\n"
                               "C,四,5,97.1,136.9,たくさん\n";
    struct nanao_snapshot snapshot;
    cr_assert_eq(nanao_read(TEXT, sizeof TEXT - 1, "n.csv", &faults, &snapshot), HV_OK);
    cr_assert_eq(snapshot.count, 1);
    cr_assert_str_eq(snapshot.taken_at, "");
    char *text = region_files_faults(&faults);
    cr_expect_str_eq(text,
                     "error n.csv:3: 人数: “五”; a whole number from 0 to 10000000, or nothing "
                     "where it is unknown\n"
                     "error n.csv:4: ID: “A” is already the ID of line 2; an ID of its own\n"
                     "error n.csv:5: 緯度: “97.1”; a number from -90 to 90 with a decimal point, "
                     "or nothing where it is unknown\n"
                     "error n.csv:5: 想定収容人数: “たくさん”; a capacity such as "
                     "屋内480人／屋外3,350人(面積の1/2)\n");
    free(text);
    nanao_free(&snapshot);
}
