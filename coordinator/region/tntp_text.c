#include "coordinator/region/tntp_text.h"

#include "coordinator/region/scan.h"

#include <stdio.h>
#include <string.h>

void tntp_start(struct tntp_reader *reader, struct import_text text, const char *file,
                struct hv_fault_list *faults) {
    reader->bytes = text.bytes;
    reader->size = text.size;
    reader->at = 0;
    reader->file = file;
    reader->faults = faults;
    reader->line = 0;
    reader->word_count = 0;
}

void tntp_fault(struct tntp_reader *reader, enum hv_fault_grade grade, const char *column,
                const char *wrong, const char *right) {
    hv_fault_add(reader->faults, grade, reader->file, reader->line, column, wrong, right);
}

/* Copies the next line into reader->text; false at the end. */
static bool copy_line(struct tntp_reader *reader) {
    if (reader->at >= reader->size)
        return false;
    const char *start = reader->bytes + reader->at;
    size_t left = reader->size - reader->at, length = 0;
    while (length < left && start[length] != '\n' && start[length] != '\r')
        length++;
    size_t end = length;
    if (end < left && start[end] == '\r')
        end++;
    if (end < left && start[end] == '\n' && (end == length || start[length] == '\r'))
        end++;
    reader->at += end;
    reader->line++;
    reader->text[0] = '\0';
    if (length > TNTP_LINE_BYTES_MAX)
        tntp_fault(reader, HV_FAULT_ERROR, "", "a line of more than 8192 bytes", "shorter lines");
    else if (!scan_is_utf8(start, length))
        tntp_fault(reader, HV_FAULT_ERROR, "", "bytes that are no text", "text in UTF-8");
    else {
        memcpy(reader->text, start, length);
        reader->text[length] = '\0';
    }
    return true;
}

static void split(struct tntp_reader *reader) {
    char *rest = NULL, *text = reader->text;
    text += strspn(text, " \t");
    reader->comment = *text == '~';
    reader->word_count = 0;
    for (char *word = strtok_r(text, " \t;:", &rest); word != NULL;
         word = strtok_r(NULL, " \t;:", &rest)) {
        if (reader->word_count == TNTP_WORDS_MAX) {
            tntp_fault(reader, HV_FAULT_ERROR, "", "too many words", "at most 512 on one line");
            reader->word_count = 0;
            return;
        }
        reader->words[reader->word_count++] = word;
    }
}

bool tntp_next(struct tntp_reader *reader) {
    while (copy_line(reader)) {
        split(reader);
        if (reader->word_count > 0)
            return true;
    }
    return false;
}

/* ---- header -----------------------------------------------------------------------------------
 */

/* The value after <KEY>, or NULL where the line has another key. */
static const char *value_of(const char *line, const char *key) {
    line += strspn(line, " \t");
    size_t length = strlen(key);
    if (strncmp(line, key, length) != 0)
        return NULL;
    line += length;
    return line + strspn(line, " \t");
}

static void read_whole(struct tntp_reader *reader, const char *key, int64_t *ret_whole) {
    char word[32];
    const char *value = value_of(reader->text, key);
    if (value == NULL)
        return;
    size_t length = strcspn(value, " \t;");
    int64_t whole = -1;
    if (length < sizeof word) {
        memcpy(word, value, length);
        word[length] = '\0';
        if (scan_whole(word, &whole) == HV_OK && whole >= 0) {
            *ret_whole = whole;
            return;
        }
    }
    tntp_fault(reader, HV_FAULT_ERROR, key, "no whole number after it", "a whole number from 0");
}

static void read_total(struct tntp_reader *reader, double *ret_total) {
    const char *value = value_of(reader->text, "<TOTAL OD FLOW>");
    char word[64];
    if (value == NULL)
        return;
    size_t length = strcspn(value, " \t;");
    if (length < sizeof word) {
        memcpy(word, value, length);
        word[length] = '\0';
        (void)!scan_number(word, ret_total);
    }
}

bool tntp_read_header(struct tntp_reader *reader, struct tntp_header *ret_header) {
    *ret_header = (struct tntp_header){-1, -1, -1, -1, -1};
    while (copy_line(reader)) {
        read_whole(reader, "<NUMBER OF ZONES>", &ret_header->zones);
        read_whole(reader, "<NUMBER OF NODES>", &ret_header->nodes);
        read_whole(reader, "<FIRST THRU NODE>", &ret_header->first_thru);
        read_whole(reader, "<NUMBER OF LINKS>", &ret_header->links);
        read_total(reader, &ret_header->total_flow);
        if (value_of(reader->text, "<END OF METADATA>") != NULL)
            return true;
    }
    tntp_fault(reader, HV_FAULT_ERROR, "", "no <END OF METADATA>", "a header that ends with it");
    return false;
}

/* ---- words ------------------------------------------------------------------------------------
 */

static void wrong_word(struct tntp_reader *reader, size_t i, const char *column,
                       const char *right) {
    char shown[44], wrong[56] = "nothing";
    if (i < reader->word_count) {
        scan_shown(reader->words[i], strlen(reader->words[i]), 40, shown);
        snprintf(wrong, sizeof wrong, "“%s”", shown);
    }
    tntp_fault(reader, HV_FAULT_ERROR, column, wrong, right);
}

bool tntp_figure(struct tntp_reader *reader, size_t i, const char *column, double max,
                 double *ret_figure) {
    double figure;
    if (i < reader->word_count && scan_number(reader->words[i], &figure) == HV_OK && figure >= 0 &&
        figure <= max) {
        *ret_figure = figure;
        return true;
    }
    char right[64];
    snprintf(right, sizeof right, "a number from 0 to %.10g", max);
    wrong_word(reader, i, column, right);
    return false;
}

bool tntp_number(struct tntp_reader *reader, size_t i, const char *column, int64_t max,
                 int64_t *ret_number) {
    int64_t number;
    if (i < reader->word_count && scan_whole(reader->words[i], &number) == HV_OK && number >= 1 &&
        number <= max) {
        *ret_number = number;
        return true;
    }
    char right[64];
    snprintf(right, sizeof right, "a whole number from 1 to %lld", (long long)max);
    wrong_word(reader, i, column, right);
    return false;
}
