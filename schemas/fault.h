/* What is wrong in something a person wrote: file, line, column, what is there and what would be
 * right.
 *
 * Readers of files collect faults instead of stopping at the first. A list keeps at most
 * HV_FAULTS_MAX faults and counts the rest. Not thread-safe. */
#ifndef HV_SCHEMAS_FAULT_H
#define HV_SCHEMAS_FAULT_H

#include "schemas/error.h"

#include <stddef.h>
#include <stdint.h>

enum hv_fault_grade { HV_FAULT_ERROR, HV_FAULT_WARNING };

struct hv_fault {
    enum hv_fault_grade grade;
    char *file;    /* as the person named it */
    uint32_t line; /* from 1; 0 where the fault is of the whole file */
    char *column;  /* name of the column, key or field; "" where none */
    char *wrong;   /* what is there, quoted where it is text */
    char *right;   /* what would be right */
};

struct hv_fault_list {
    struct hv_fault *faults; /* owned */
    size_t count;
    size_t errors; /* all that were added, kept or not */
    size_t warnings;
};

void hv_fault_list_init(struct hv_fault_list *list);
void hv_fault_list_deinit(struct hv_fault_list *list);

/* Adds a fault; the texts are copied, `wrong` and `right` are made by printf rules from one call
 * each, so pass finished texts. Never fails: without memory the fault is only counted. */
void hv_fault_add(struct hv_fault_list *list, enum hv_fault_grade grade, const char *file,
                  uint32_t line, const char *column, const char *wrong, const char *right);

/* The same with `wrong` made by printf rules. */
void hv_fault_addf(struct hv_fault_list *list, enum hv_fault_grade grade, const char *file,
                   uint32_t line, const char *column, const char *right, const char *wrong_format,
                   ...) __attribute__((format(printf, 7, 8)));

/* Writes "file:line: column: wrong; right" into buffer, always NUL-terminated; control characters
 * in it come out as ?.
 * Returns what snprintf would. */
int hv_fault_print(const struct hv_fault *fault, char *buffer, size_t bytes);

#endif
