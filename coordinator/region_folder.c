#include "coordinator/region_folder.h"

#include "schemas/platform/atomic_file.h"
#include "schemas/platform/store.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
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
