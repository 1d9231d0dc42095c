#include "coordinator/region/import.h"
#include "coordinator/region_folder.h"
#include "simulations/replay/replay.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void write_cell(FILE *file, const char *text) {
    fputc('"', file);
    for (; *text != '\0'; text++) {
        if (*text == '"')
            fputc('"', file);
        fputc(*text, file);
    }
    fputs("\",", file);
}

/* Every shelter that any snapshot lists, in the format of the snapshots. */
static int write_list(const struct timeline *timeline, char **ret_text, size_t *ret_size) {
    FILE *file = open_memstream(ret_text, ret_size);
    if (file == NULL)
        return HV_ERR_MEMORY;
    fputs("ID,名称,地区,所在地_連結表記,緯度,経度,人数,想定収容人数\n", file);
    for (size_t i = 0; i < timeline->shelter_count; i++) {
        const struct timeline_shelter *shelter = &timeline->shelters[i];
        write_cell(file, shelter->id);
        write_cell(file, shelter->name);
        write_cell(file, shelter->area);
        write_cell(file, shelter->address);
        if (isfinite(shelter->lat) && isfinite(shelter->lon))
            fprintf(file, "%.9f,%.9f,,\n", shelter->lat, shelter->lon);
        else
            fputs(",,,\n", file);
    }
    if (fclose(file) == 0)
        return 0;
    free(*ret_text);
    return HV_ERR_MEMORY;
}

static int save_list(struct replay *replay, const char *text, size_t size, const char *dir) {
    char file[PATH_MAX];
    struct hv_fault_list faults;
    struct region *region = NULL;
    snprintf(file, sizeof file, "%.*s/shelters.csv", PATH_MAX - 16, replay->stage.dir);
    FILE *list = fopen(file, "w");
    bool written = list != NULL && fwrite(text, 1, size, list) == size;
    if ((list != NULL && fclose(list) != 0) || !written)
        return stage_fail(&replay->stage, HV_ERR_IO, "%s cannot be written: %s", file,
                          strerror(errno));
    hv_fault_list_init(&faults);
    int error = import_nanao(file, &faults, &region);
    if (error == 0)
        error = region_folder_save(region, dir);
    char first[1024] = "";
    if (error != 0 && faults.count > 0)
        hv_fault_print(&faults.faults[0], first, sizeof first);
    region_free(region);
    hv_fault_list_deinit(&faults);
    return error == 0 ? 0
                      : stage_fail(&replay->stage, error, "the shelters make no region: %s",
                                   first[0] == '\0' ? hv_error_text(error) : first);
}

int replay_load_region(struct replay *replay) {
    char *text = NULL, dir[PATH_MAX];
    size_t size = 0;
    snprintf(dir, sizeof dir, "%.*s/region", PATH_MAX - 16, replay->stage.dir);
    int error = write_list(replay->timeline, &text, &size);
    if (error != 0)
        return error;
    error = save_list(replay, text, size, dir);
    free(text);
    return error == 0 ? stage_ask(&replay->stage,
                                  json_pack("{s:s, s:s}", "verb", "region-load", "path", dir), NULL)
                      : error;
}
