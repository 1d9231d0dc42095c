#include "coordinator/region_folder.h"

#include "schemas/platform/atomic_file.h"
#include "schemas/platform/keys.h"
#include "schemas/platform/store.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static int take_file(void *context, const char *name, const char *bytes, size_t size) {
    const char *dir = context;
    char path[PATH_MAX];
    int length = snprintf(path, sizeof path, "%s/%s", dir, name);
    if (length < 0 || length >= (int)sizeof path)
        return HV_ERR_LIMIT;
    return atomic_file_write(path, bytes, size, 0644);
}

int region_folder_save(const struct region *region, const char *dir) {
    if (mkdir(dir, 0777) != 0 && errno != EEXIST)
        return store_error(errno);
    int error = region_write(region, take_file, (void *)dir);
    return error == HV_OK ? atomic_file_sync_name(dir) : error;
}

static int read_package(const char *path, struct region **ret_region, char ret_fault[300]) {
    struct hv_fault_list faults;
    hv_fault_list_init(&faults);
    int error = region_load(path, &faults, ret_region);
    if (error != HV_OK)
        snprintf(ret_fault, 300, "%s", hv_error_text(error));
    if (error != HV_OK && faults.count > 0)
        hv_fault_print(&faults.faults[0], ret_fault, 300);
    hv_fault_list_deinit(&faults);
    return error;
}

int region_folder_find(const char *packages, const uint8_t hash[REGION_HASH_BYTES],
                       struct region **ret_region, char ret_fault[300]) {
    char hex[2 * REGION_HASH_BYTES + 1], path[PATH_MAX];
    uint8_t found[REGION_HASH_BYTES];
    struct region *region = NULL;
    keys_to_hex(hash, REGION_HASH_BYTES, hex);
    int length = snprintf(path, sizeof path, "%s/%s", packages, hex);
    if (length < 0 || length >= (int)sizeof path)
        return HV_ERR_LIMIT;
    int error = read_package(path, &region, ret_fault);
    if (error != HV_OK)
        return error;
    if (region_hash(region, found) != HV_OK || memcmp(found, hash, sizeof found) != 0) {
        snprintf(ret_fault, 300, "the files have been changed since they were recorded");
        region_free(region);
        return HV_ERR_CORRUPT;
    }
    *ret_region = region;
    return HV_OK;
}

void region_folder_tidy(const char *packages) {
    DIR *folder = opendir(packages);
    if (folder == NULL)
        return;
    for (const struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        char path[PATH_MAX];
        int length = snprintf(path, sizeof path, "%s/%s", packages, entry->d_name);
        if (entry->d_name[0] != '.' && length > 0 && length < (int)sizeof path)
            atomic_file_tidy(path);
    }
    closedir(folder);
}
