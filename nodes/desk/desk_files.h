/* Files of nodes/desk/web and nodes/desk/texts, made into bytes by the Makefile. */
#ifndef NODES_DESK_FILES_H
#define NODES_DESK_FILES_H

#include <stddef.h>

struct desk_file {
    const char *name; /* as in the folder; NULL ends the list */
    const unsigned char *bytes;
    size_t size;
};

extern const struct desk_file desk_files[];

/* NULL: there is none of this name. */
const struct desk_file *desk_file_find(const char *name);

#endif
