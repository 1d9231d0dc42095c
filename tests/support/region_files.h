/* Region packages and stray files in a folder of their own, for tests. */
#ifndef TESTS_SUPPORT_REGION_FILES_H
#define TESTS_SUPPORT_REGION_FILES_H

#include "schemas/fault.h"

#include <stddef.h>

struct region_files {
    char dir[64];
};

/* A new empty folder; a small sound package of three nodes, four links, a zone, a shelter and a
 * depot is written into it by region_files_small. Any failure fails the test at once. */
void region_files_init(struct region_files *files);
void region_files_deinit(struct region_files *files);
void region_files_small(const struct region_files *files);

void region_files_write(const struct region_files *files, const char *name, const char *text);
void region_files_write_bytes(const struct region_files *files, const char *name, const void *bytes,
                              size_t size);

/* Path of a file in the folder; static buffer, good until the next call. */
const char *region_files_path(const struct region_files *files, const char *name);

/* Content of a file, NUL-terminated; the caller frees it. */
char *region_files_read(const char *path);

/* All faults as lines of hv_fault_print with "error " or "warning " before; the caller frees it. */
char *region_files_faults(const struct hv_fault_list *faults);

/* Path below the project's top, or below shared data; static buffers. NULL where absent. */
const char *region_files_top(const char *path);
const char *region_files_shared(const char *path);

#endif
