#include "simulations/replay/timeline.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define JAPAN_MS (INT64_C(9) * 3600 * 1000)

/* ---- moments ---- */

/* Days since 1970 of a date of the Gregorian calendar (Hinnant's algorithm). */
static int64_t days_of(int64_t year, int64_t month, int64_t day) {
    year -= month <= 2;
    int64_t era = year / 400, of_era = year - era * 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static bool fits(const char *text) {
    static const char shape[] = "dddd-dd-dd-dddd";
    for (size_t i = 0; shape[i] != '\0'; i++)
        if (shape[i] == 'd' ? text[i] < '0' || text[i] > '9' : text[i] != shape[i])
            return false;
    return true;
}

static int64_t digits(const char *text, size_t count) {
    int64_t value = 0;
    for (size_t i = 0; i < count; i++)
        value = value * 10 + (text[i] - '0');
    return value;
}

int timeline_moment(const char *file, int64_t *ret_wall_ms) {
    for (; *file != '\0'; file++) {
        if (!fits(file))
            continue;
        int64_t month = digits(file + 5, 2), day = digits(file + 8, 2);
        int64_t hour = digits(file + 11, 2), minute = digits(file + 13, 2);
        if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 24 || minute > 59)
            return HV_ERR_FORMAT;
        int64_t minutes = (days_of(digits(file, 4), month, day) * 24 + hour) * 60 + minute;
        *ret_wall_ms = minutes * 60000 - JAPAN_MS;
        return 0;
    }
    return HV_ERR_FORMAT;
}

/* ---- the folder ---- */

static int by_time(const void *left, const void *right) {
    const struct timeline_snapshot *l = left, *r = right;
    if (l->wall_ms != r->wall_ms)
        return l->wall_ms < r->wall_ms ? -1 : 1;
    return strcmp(l->file, r->file);
}

static int add_file(struct timeline *timeline, const char *name, struct hv_fault_list *faults) {
    size_t length = strlen(name);
    struct timeline_snapshot snapshot = {0};
    if (length < 4 || strcmp(name + length - 4, ".csv") != 0)
        return 0;
    if (timeline_moment(name, &snapshot.wall_ms) != 0) {
        hv_fault_add(faults, HV_FAULT_ERROR, name, 0, "", "the name of the file gives no time",
                     "a name with YYYY-MM-DD-HHMM, such as open_shelter_2024-01-09-1800.csv");
        return HV_ERR_VALUE;
    }
    struct timeline_snapshot *grown =
        realloc(timeline->snapshots, (timeline->snapshot_count + 1) * sizeof *grown);
    if (grown == NULL)
        return HV_ERR_MEMORY;
    timeline->snapshots = grown;
    snapshot.file = strdup(name);
    if (snapshot.file == NULL)
        return HV_ERR_MEMORY;
    grown[timeline->snapshot_count++] = snapshot;
    return 0;
}

static int list_files(struct timeline *timeline, const char *dir, size_t limit,
                      struct hv_fault_list *faults) {
    DIR *folder = opendir(dir);
    int error = 0;
    if (folder == NULL)
        return errno == ENOENT || errno == ENOTDIR ? HV_ERR_NOT_FOUND : HV_ERR_IO;
    for (struct dirent *entry; error == 0 && (entry = readdir(folder)) != NULL;)
        error = add_file(timeline, entry->d_name, faults);
    closedir(folder);
    if (error != 0 || timeline->snapshot_count == 0)
        return error != 0 ? error : HV_ERR_NOT_FOUND;
    qsort(timeline->snapshots, timeline->snapshot_count, sizeof *timeline->snapshots, by_time);
    while (limit > 0 && timeline->snapshot_count > limit)
        free(timeline->snapshots[--timeline->snapshot_count].file);
    return 0;
}

/* ---- rows ---- */

static int replace_text(char **text, const char *with) {
    char *copy = strdup(with);
    if (copy == NULL)
        return HV_ERR_MEMORY;
    free(*text);
    *text = copy;
    return 0;
}

static struct timeline_shelter *shelter_of(struct timeline *timeline, const char *id) {
    for (size_t i = 0; i < timeline->shelter_count; i++)
        if (strcmp(timeline->shelters[i].id, id) == 0)
            return &timeline->shelters[i];
    struct timeline_shelter *grown =
        realloc(timeline->shelters, (timeline->shelter_count + 1) * sizeof *grown);
    if (grown == NULL)
        return NULL;
    timeline->shelters = grown;
    struct timeline_shelter *shelter = &grown[timeline->shelter_count];
    *shelter = (struct timeline_shelter){
        .id = strdup(id), .cells = calloc(timeline->snapshot_count, sizeof *shelter->cells)};
    if (shelter->id == NULL || shelter->cells == NULL) {
        free(shelter->id);
        free(shelter->cells);
        return NULL;
    }
    shelter->first = SIZE_MAX;
    timeline->shelter_count++;
    return shelter;
}

static int add_row(struct timeline *timeline, size_t number, const struct nanao_row *row) {
    struct timeline_snapshot *snapshot = &timeline->snapshots[number];
    struct timeline_shelter *shelter = shelter_of(timeline, row->id);
    if (shelter == NULL)
        return HV_ERR_MEMORY;
    struct timeline_cell *cell = &shelter->cells[number];
    int error = replace_text(&shelter->name, row->name);
    if (error == 0)
        error = replace_text(&shelter->area, row->area);
    if (error == 0)
        error = replace_text(&shelter->address, row->address);
    shelter->lon = row->lon;
    shelter->lat = row->lat;
    snapshot->listed++;
    snapshot->people += row->people > 0 ? row->people : 0;
    *cell =
        (struct timeline_cell){.listed = true, .people = row->people, .capacity = row->capacity};
    shelter->first = shelter->first < number ? shelter->first : number;
    shelter->last = number;
    timeline->rows++;
    return error;
}

static int add_snapshot(struct timeline *timeline, size_t number, const char *dir,
                        struct hv_fault_list *faults) {
    char path[4096];
    struct nanao_snapshot read;
    if (snprintf(path, sizeof path, "%s/%s", dir, timeline->snapshots[number].file) >=
        (int)sizeof path)
        return HV_ERR_LIMIT;
    int error = nanao_load(path, faults, &read);
    if (error != 0)
        return error;
    for (uint32_t i = 0; error == 0 && i < read.count; i++)
        error = add_row(timeline, number, &read.rows[i]);
    nanao_free(&read);
    return error;
}

/* ---- what changed ---- */

static bool same_capacity(const struct nanao_capacity *left, const struct nanao_capacity *right) {
    return left->people[REGION_INDOOR] == right->people[REGION_INDOOR] &&
           left->people[REGION_OUTDOOR] == right->people[REGION_OUTDOOR] &&
           left->total == right->total;
}

static void compare_cells(struct timeline_shelter *shelter, size_t count) {
    const struct timeline_cell *known = NULL; /* the last that was listed */
    for (size_t i = 0; i < count; i++) {
        struct timeline_cell *cell = &shelter->cells[i];
        bool before = i > 0 && shelter->cells[i - 1].listed;
        if (cell->listed != before)
            cell->change = cell->listed ? TIMELINE_OPENS : TIMELINE_CLOSES;
        if (!cell->listed)
            continue;
        cell->capacity_changed = known == NULL || !same_capacity(&known->capacity, &cell->capacity);
        known = cell;
    }
}

int timeline_load(const char *dir, size_t limit, struct hv_fault_list *faults,
                  struct timeline *ret_timeline) {
    struct timeline timeline = {0};
    int error = list_files(&timeline, dir, limit, faults);
    for (size_t i = 0; error == 0 && i < timeline.snapshot_count; i++)
        error = add_snapshot(&timeline, i, dir, faults);
    if (error != 0) {
        timeline_deinit(&timeline);
        return error;
    }
    for (size_t i = 0; i < timeline.shelter_count; i++)
        compare_cells(&timeline.shelters[i], timeline.snapshot_count);
    *ret_timeline = timeline;
    return 0;
}

void timeline_deinit(struct timeline *timeline) {
    for (size_t i = 0; i < timeline->snapshot_count; i++)
        free(timeline->snapshots[i].file);
    for (size_t i = 0; i < timeline->shelter_count; i++) {
        free(timeline->shelters[i].id);
        free(timeline->shelters[i].name);
        free(timeline->shelters[i].area);
        free(timeline->shelters[i].address);
        free(timeline->shelters[i].cells);
    }
    free(timeline->snapshots);
    free(timeline->shelters);
    *timeline = (struct timeline){0};
}
