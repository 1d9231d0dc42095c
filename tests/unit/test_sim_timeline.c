#include "simulations/replay/timeline.h"
#include "tests/support/region_files.h"

#include <criterion/criterion.h>
#include <string.h>

#define HEADER "ID,地区,名称,人数,緯度,経度,想定収容人数\n"

static struct timeline_shelter *find(struct timeline *timeline, const char *id) {
    for (size_t i = 0; i < timeline->shelter_count; i++)
        if (strcmp(timeline->shelters[i].id, id) == 0)
            return &timeline->shelters[i];
    return NULL;
}

Test(sim_timeline, moments_are_read_from_names_as_japan_time) {
    int64_t wall_ms = 0;
    cr_assert_eq(timeline_moment("open_shelter_Nanao-shi_2024-01-09-1800.csv", &wall_ms), 0);
    cr_assert_eq(wall_ms, INT64_C(1704790800000)); /* 2024-01-09T09:00:00Z */
    cr_assert_eq(timeline_moment("2024-02-29-0000.csv", &wall_ms), 0);
    cr_assert_eq(wall_ms, INT64_C(1709132400000));
    cr_assert_eq(timeline_moment("2024-13-01-0000.csv", &wall_ms), HV_ERR_FORMAT);
    cr_assert_eq(timeline_moment("snapshot.csv", &wall_ms), HV_ERR_FORMAT);
}

Test(sim_timeline, shelters_open_close_and_come_back) {
    struct region_files files;
    struct timeline timeline;
    struct hv_fault_list faults;
    region_files_init(&files);
    hv_fault_list_init(&faults);
    region_files_write(&files, "b_2024-01-03-0600.csv",
                       HEADER
                       "A1,東,山王小学校,12,37.0,136.9,屋内480人\nA2,西,体育館,,37.0,136.9,\n");
    region_files_write(&files, "a_2024-01-02-0600.csv",
                       HEADER "A1,東,山王小学校,10,37.0,136.9,屋内480人\n");
    region_files_write(&files, "c_2024-01-04-0600.csv", HEADER "A2,西,体育館,7,37.0,136.9,\n");
    region_files_write(
        &files, "d_2024-01-05-0600.csv",
        HEADER
        "A1,東,山王小学校,3,37.0,136.9,屋内490人\nA1,東,山王小学校,4,37.0,136.9,屋内490人\n");
    cr_assert_eq(timeline_load(files.dir, 0, &faults, &timeline), 0);
    cr_assert_eq(timeline.snapshot_count, 4);
    cr_assert_eq(timeline.shelter_count, 2);
    struct timeline_shelter *a1 = find(&timeline, "A1"), *a2 = find(&timeline, "A2");
    cr_assert_str_eq(a1->name, "山王小学校");
    static const enum timeline_change of_a1[] = {TIMELINE_OPENS, TIMELINE_SAME, TIMELINE_CLOSES,
                                                 TIMELINE_OPENS};
    static const enum timeline_change of_a2[] = {TIMELINE_SAME, TIMELINE_OPENS, TIMELINE_SAME,
                                                 TIMELINE_CLOSES};
    for (size_t i = 0; i < 4; i++) {
        cr_assert_eq(a1->cells[i].change, of_a1[i]);
        cr_assert_eq(a2->cells[i].change, of_a2[i]);
    }
    cr_assert_eq(a1->cells[0].capacity.people[REGION_INDOOR], 480);
    cr_assert(a1->cells[0].capacity_changed && !a1->cells[1].capacity_changed &&
              a1->cells[3].capacity_changed);
    cr_assert_eq(a2->cells[1].people, REGION_UNKNOWN);
    cr_assert_eq(a1->cells[3].people, 3, "of two rows the first one counts");
    cr_assert_eq(timeline.snapshots[3].people, 3);
    cr_assert_eq(faults.count, 1, "and the other is named");
    timeline_deinit(&timeline);
    hv_fault_list_deinit(&faults);
    region_files_deinit(&files);
}

Test(sim_timeline, a_folder_without_snapshots_is_said_to_be_one) {
    struct region_files files;
    struct timeline timeline;
    struct hv_fault_list faults;
    region_files_init(&files);
    hv_fault_list_init(&faults);
    cr_assert_eq(timeline_load(files.dir, 0, &faults, &timeline), HV_ERR_NOT_FOUND);
    cr_assert_eq(timeline_load("/nowhere/at/all", 0, &faults, &timeline), HV_ERR_NOT_FOUND);
    region_files_write(&files, "undated.csv", HEADER);
    cr_assert_eq(timeline_load(files.dir, 0, &faults, &timeline), HV_ERR_VALUE);
    cr_assert_geq(faults.errors, 1);
    hv_fault_list_deinit(&faults);
    region_files_deinit(&files);
}

Test(sim_timeline, reads_the_real_snapshots) {
    const char *dir = region_files_shared("shelters/nanao");
    if (dir == NULL)
        cr_skip_test("../shared/data/shelters/nanao is absent");
    struct timeline timeline;
    struct hv_fault_list faults;
    hv_fault_list_init(&faults);
    cr_assert_eq(timeline_load(dir, 0, &faults, &timeline), 0);
    cr_assert_eq(timeline.snapshot_count, 117);
    cr_assert_eq(timeline.shelter_count, 34);
    cr_assert_eq(timeline.rows, 1466);
    struct timeline_shelter *last = find(&timeline, "CC0000000537");
    cr_assert_eq(last->cells[116].people, 40);
    cr_assert_eq(last->cells[116].capacity.people[REGION_INDOOR], 1700);
    cr_assert_eq(timeline.snapshots[116].listed, 1);
    timeline_deinit(&timeline);
    hv_fault_list_deinit(&faults);
}
