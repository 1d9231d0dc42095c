#include "coordinator/cli/cli_number.h"

#include <errno.h>
#include <stdlib.h>

bool cli_number_read(const char *text, double least, double most, double *ret_number) {
    char *end;
    errno = 0;
    double number = strtod(text, &end);
    if (errno != 0 || end == text || *end != '\0' || !(number >= least && number <= most))
        return false;
    *ret_number = number;
    return true;
}

bool cli_number_read_whole(const char *text, long least, long most, long *ret_number) {
    char *end;
    errno = 0;
    long number = strtol(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0' || number < least || number > most)
        return false;
    *ret_number = number;
    return true;
}
