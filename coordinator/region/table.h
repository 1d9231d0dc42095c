/* Reads a table of comma-separated values (RFC 4180, through libcsv) row by row, and turns its
 * cells into figures, ids and answers. Whatever is wrong goes to the fault list with file, line
 * and column, and reading goes on with the next row.
 *
 * Accepted: LF, CRLF and CR; quoted cells with commas, quotes and line breaks; a byte order mark
 * (with a warning); blank lines. Refused: other encodings than UTF-8, rows longer than
 * TABLE_ROW_BYTES_MAX, rows with more or fewer cells than the header. */
#ifndef COORDINATOR_REGION_TABLE_H
#define COORDINATOR_REGION_TABLE_H

#include "coordinator/region/builder.h"
#include "schemas/fault.h"

#define TABLE_ROW_BYTES_MAX (1u << 20)
#define TABLE_CELLS_MAX 1024u
#define TABLE_COLUMNS_MAX 40u

struct table_column {
    const char *name; /* "人数*" takes any column whose name begins with 人数 */
    bool required;    /* the header must have it */
};

struct table_format {
    const struct table_column *columns;
    size_t column_count; /* at most TABLE_COLUMNS_MAX */
    char delimiter;      /* 0 is a comma */
    bool closed;         /* warn of columns that are not in `columns` */
    bool repeats;        /* columns that are not in `columns` may be there twice */
};

/* One row while its callback runs; every text in it is gone afterwards. */
struct table_row {
    const char *file;
    uint32_t line; /* where the row begins */
    struct hv_fault_list *faults;
    unsigned bad; /* faults of grade error of this row so far */
    const struct table_format *format;
    const char *values[TABLE_COLUMNS_MAX]; /* NULL where the file has no such column */
    const char *names[TABLE_COLUMNS_MAX];  /* the column's name in the file */
};

/* Called for each row whose cells are sound text. Returns 0 or an error that stops the reading. */
typedef int table_row_fn(struct table_row *row, void *context);

/* Reads the table. HV_ERR_VALUE: header unusable or no UTF-8 text at all (a fault says why);
 * HV_ERR_MEMORY; what `row_fn` returned. Faults in rows are no errors here. Linear. */
HV_MUST_USE int table_read(const void *bytes, size_t size, const char *file,
                           const struct table_format *format, struct hv_fault_list *faults,
                           table_row_fn *row_fn, void *context);

/* Reads a whole file, at most HV_REGION_FILE_BYTES_MAX; `shown` is its name in faults. The bytes
 * are the caller's to free and followed by a NUL. HV_ERR_IO, HV_ERR_LIMIT (both also a fault),
 * HV_ERR_MEMORY. */
HV_MUST_USE int table_slurp(const char *path, const char *shown, struct hv_fault_list *faults,
                            char **ret_bytes, size_t *ret_size);

/* ---- cells: each adds a fault and counts row->bad where it is wrong ---- */

/* Text, "" where empty or absent; at most HV_TEXT_BYTES_MAX bytes. */
const char *table_text(struct table_row *row, size_t column);

/* An id; "" after a fault. */
const char *table_id(struct table_row *row, size_t column);

/* A whole number from 0 to max; REGION_UNKNOWN where empty, which is a fault if `required`. */
int64_t table_whole(struct table_row *row, size_t column, int64_t max, bool required);

/* A number from min to max; `absent` where empty, which is a fault if `required`. */
double table_number(struct table_row *row, size_t column, double min, double max, double absent,
                    bool required);

/* yes, no, true, false, 1, 0 or empty. */
enum region_answer table_answer(struct table_row *row, size_t column);

/* Words separated by ";" as a set of bits; `bit_of` gives 0 for what is no word of `words`. */
uint32_t table_set(struct table_row *row, size_t column, uint32_t (*bit_of)(const char *word),
                   const char *words);

/* Row that an id refers to; REGION_NONE where empty, which is a fault if `required`. */
uint32_t table_reference(struct table_row *row, size_t column, const struct region *region,
                         enum builder_kind kind, bool required);

/* A fault of grade error about a cell: what is there, quoted, and what would be right. */
void table_wrong(struct table_row *row, size_t column, const char *right);

/* A fault of either grade with its own words. */
void table_fault(struct table_row *row, enum hv_fault_grade grade, size_t column, const char *wrong,
                 const char *right);

/* Whether a row with faults has no id either. One that has is added all the same: the region is
 * given up in the end, and those who refer to the row are not at fault. */
bool table_is_nameless(const struct table_row *row, const char *id);

/* Turns what builder_add_… returned for this row into a fault where the id was taken or the limit
 * reached. Returns HV_OK then, else the error itself. */
HV_MUST_USE int table_added(struct table_row *row, size_t id_column, const struct region *region,
                            enum builder_kind kind, int error);

#endif
