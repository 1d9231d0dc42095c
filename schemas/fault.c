#include "schemas/fault.h"

#include "schemas/limits.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void hv_fault_list_init(struct hv_fault_list *list) {
    *list = (struct hv_fault_list){0};
}

static void free_texts(struct hv_fault *fault) {
    free(fault->file);
    free(fault->column);
    free(fault->wrong);
    free(fault->right);
}

void hv_fault_list_deinit(struct hv_fault_list *list) {
    for (size_t i = 0; i < list->count; i++)
        free_texts(&list->faults[i]);
    free(list->faults);
    *list = (struct hv_fault_list){0};
}

/* Capacity is the least power of two that holds the count, so it need not be stored. */
static int grow(struct hv_fault_list *list) {
    if ((list->count & (list->count - 1)) != 0)
        return HV_OK;
    size_t capacity = list->count == 0 ? 1 : list->count * 2;
    struct hv_fault *faults = realloc(list->faults, capacity * sizeof *faults);
    if (faults == NULL)
        return HV_ERR_MEMORY;
    list->faults = faults;
    return HV_OK;
}

void hv_fault_add(struct hv_fault_list *list, enum hv_fault_grade grade, const char *file,
                  uint32_t line, const char *column, const char *wrong, const char *right) {
    if (grade == HV_FAULT_ERROR)
        list->errors++;
    else
        list->warnings++;
    if (list->count >= HV_FAULTS_MAX || grow(list) != HV_OK)
        return;
    struct hv_fault fault = {.grade = grade,
                             .file = strdup(file),
                             .line = line,
                             .column = strdup(column == NULL ? "" : column),
                             .wrong = strdup(wrong),
                             .right = strdup(right)};
    if (fault.file == NULL || fault.column == NULL || fault.wrong == NULL || fault.right == NULL) {
        free_texts(&fault);
        return;
    }
    list->faults[list->count++] = fault;
}

void hv_fault_addf(struct hv_fault_list *list, enum hv_fault_grade grade, const char *file,
                   uint32_t line, const char *column, const char *right, const char *wrong_format,
                   ...) {
    char wrong[512];
    va_list arguments;
    va_start(arguments, wrong_format);
    vsnprintf(wrong, sizeof wrong, wrong_format, arguments);
    va_end(arguments);
    hv_fault_add(list, grade, file, line, column, wrong, right);
}

/* Control characters, those of two bytes (U+0080 to U+009F) too, would act on a terminal or break a
 * line of the log: a file from anywhere may hold them. */
static void blank_controls(char *text) {
    for (unsigned char *c = (unsigned char *)text; *c != '\0'; c++) {
        if (c[0] == 0xc2 && c[1] >= 0x80 && c[1] < 0xa0)
            *c++ = '?';
        else if (c[0] >= 0x20 && c[0] != 0x7f)
            continue;
        *c = '?';
    }
}

int hv_fault_print(const struct hv_fault *fault, char *buffer, size_t bytes) {
    char place[32] = "";
    if (fault->line > 0)
        snprintf(place, sizeof place, ":%u", fault->line);
    const char *colon = fault->column[0] == '\0' ? "" : ": ";
    int length = snprintf(buffer, bytes, "%s%s%s%s: %s; %s", fault->file, place, colon,
                          fault->column, fault->wrong, fault->right);
    if (bytes > 0)
        blank_controls(buffer);
    return length;
}
