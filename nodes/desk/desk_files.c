#include "nodes/desk/desk_files.h"

#include <string.h>

const struct desk_file *desk_file_find(const char *name) {
    const struct desk_file *file = desk_files;
    while (file->name != NULL && strcmp(file->name, name) != 0)
        file++;
    return file->name == NULL ? NULL : file;
}
