/* Lines, words and metadata of TNTP files, one line at a time. */
#ifndef COORDINATOR_REGION_TNTP_TEXT_H
#define COORDINATOR_REGION_TNTP_TEXT_H

#include "coordinator/region/import.h"

#define TNTP_LINE_BYTES_MAX 8192u
#define TNTP_WORDS_MAX 512u

struct tntp_reader {
    const char *bytes;
    size_t size, at;
    const char *file;
    struct hv_fault_list *faults;
    uint32_t line; /* of the words below, from 1 */
    char text[TNTP_LINE_BYTES_MAX + 1];
    char *words[TNTP_WORDS_MAX];
    size_t word_count;
    bool comment; /* the line began with "~" */
};

void tntp_start(struct tntp_reader *reader, struct import_text text, const char *file,
                struct hv_fault_list *faults);

/* Goes to the next line with words in it; false at the end. Words are parted by blanks; ";" and ":"
 * part them too and are dropped. A line that is too long or no text is a fault and passed over. */
bool tntp_next(struct tntp_reader *reader);

/* What the header says, -1 where it does not. */
struct tntp_header {
    int64_t zones, nodes, first_thru, links;
    double total_flow;
};

/* Reads up to <END OF METADATA>. False with a fault where that never comes. */
bool tntp_read_header(struct tntp_reader *reader, struct tntp_header *ret_header);

/* A fault of grade error or warning at the line at hand. */
void tntp_fault(struct tntp_reader *reader, enum hv_fault_grade grade, const char *column,
                const char *wrong, const char *right);

/* Word i as a figure from 0 to max, or as a whole number from 1 to max; false with a fault that
 * names `column`. */
bool tntp_figure(struct tntp_reader *reader, size_t i, const char *column, double max,
                 double *ret_figure);
bool tntp_number(struct tntp_reader *reader, size_t i, const char *column, int64_t max,
                 int64_t *ret_number);

#endif
