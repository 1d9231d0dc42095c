#include "coordinator/cli/cli_file.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

enum { FAULTS_SHOWN = 20, PATH_BYTES = 4096, LINE_BYTES = 1024 };

/* Whether it is there and no file that another may take the place of: a device, a pipe, a link. As
 * root, a rename would put a file where /dev/null was. */
static bool is_written_in_place(const char *path) {
    struct stat info;
    return lstat(path, &info) == 0 && !S_ISREG(info.st_mode);
}

int cli_file_write(const char *command, const char *path, cli_file_writer *write,
                   const void *context) {
    char beside[PATH_BYTES];
    const bool in_place = is_written_in_place(path);
    if (snprintf(beside, sizeof beside, in_place ? "%s" : "%s.part", path) >= (int)sizeof beside) {
        fprintf(stderr, "haven %s: %s: name too long\n", command, path);
        return EX_CANTCREAT;
    }
    FILE *file = fopen(beside, "we");
    bool sound = file != NULL && write(file, context) == HV_OK && fflush(file) == 0;
    if (file != NULL && fclose(file) != 0)
        sound = false;
    if (sound && (in_place || rename(beside, path) == 0))
        return EX_OK;
    fprintf(stderr, "haven %s: cannot write %s: %s\n", command, path, strerror(errno));
    if (file != NULL && !in_place)
        unlink(beside);
    return EX_CANTCREAT;
}

void cli_file_put_text(FILE *file, const char *text) {
    fputc('"', file);
    for (const unsigned char *c = (const unsigned char *)text; *c != '\0'; c++)
        if (*c == '"' || *c == '\\')
            fprintf(file, "\\%c", *c);
        else if (*c < 0x20 || *c == 0x7f)
            fprintf(file, "\\u%04x", *c);
        else
            fputc(*c, file);
    fputc('"', file);
}

void cli_file_show_faults(const struct hv_fault_list *faults) {
    for (size_t i = 0; i < faults->count && i < FAULTS_SHOWN; i++) {
        char line[LINE_BYTES];
        hv_fault_print(&faults->faults[i], line, sizeof line);
        fprintf(stderr, "%s%s\n", faults->faults[i].grade == HV_FAULT_WARNING ? "warning: " : "",
                line);
    }
    if (faults->errors > FAULTS_SHOWN)
        fprintf(stderr, "%zu faults in all\n", faults->errors);
}
