#include "coordinator/region/table.h"

#include "coordinator/region/scan.h"
#include "schemas/limits.h"

#include <csv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NO_COLUMN SIZE_MAX

/* One table while it is read: the cells of the row at hand lie one after the other in `text`. */
struct reader {
    const char *file;
    const struct table_format *format;
    struct hv_fault_list *faults;
    table_row_fn *row_fn;
    void *context;

    struct csv_parser parser;
    uint32_t line;     /* of the chunk being fed */
    uint32_t row_line; /* where the row at hand began */
    bool in_row;       /* a row has begun and not ended */
    size_t row_bytes;  /* fed since it began */
    int error;         /* from a callback */

    char *text;
    size_t text_used, text_size;
    size_t cells[TABLE_CELLS_MAX]; /* offsets in text; the end of a cell is its NUL */
    size_t sizes[TABLE_CELLS_MAX];
    size_t cell_count;

    bool has_header;
    size_t header_count;
    char **header;                     /* owned */
    size_t column_of[TABLE_CELLS_MAX]; /* cell -> column of the format or NO_COLUMN */
    const char *names[TABLE_COLUMNS_MAX];
};

static void fault(struct reader *reader, enum hv_fault_grade grade, uint32_t line,
                  const char *column, const char *wrong, const char *right) {
    hv_fault_add(reader->faults, grade, reader->file, line, column, wrong, right);
}

/* ---- the header -------------------------------------------------------------------------------
 */

static bool name_matches(const char *wanted, const char *name) {
    size_t length = strlen(wanted);
    if (length > 0 && wanted[length - 1] == '*')
        return strncmp(wanted, name, length - 1) == 0;
    return strcmp(wanted, name) == 0;
}

static size_t find_column(const struct reader *reader, const char *name) {
    for (size_t i = 0; i < reader->format->column_count; i++)
        if (reader->names[i] == NULL && name_matches(reader->format->columns[i].name, name))
            return i;
    return NO_COLUMN;
}

static void list_columns(const struct table_format *format, char *text, size_t size) {
    size_t used = (size_t)snprintf(text, size, "one of");
    for (size_t i = 0; i < format->column_count && used < size; i++)
        used += (size_t)snprintf(text + used, size - used, "%s %s", i == 0 ? "" : ",",
                                 format->columns[i].name);
}

static void report_unknown(struct reader *reader, size_t cell) {
    if (!reader->format->closed)
        return;
    char right[1024], wrong[128], shown[64];
    scan_shown(reader->header[cell], strlen(reader->header[cell]), 60, shown);
    snprintf(wrong, sizeof wrong, "unknown column “%s” is not read", shown);
    list_columns(reader->format, right, sizeof right);
    fault(reader, HV_FAULT_WARNING, reader->row_line, shown, wrong, right);
}

static bool is_repeated(const struct reader *reader, size_t cell) {
    for (size_t i = 0; i < cell; i++)
        if (strcmp(reader->header[i], reader->header[cell]) == 0)
            return true;
    return false;
}

static int copy_header(struct reader *reader) {
    reader->header = calloc(reader->cell_count, sizeof *reader->header);
    if (reader->header == NULL)
        return HV_ERR_MEMORY;
    for (size_t i = 0; i < reader->cell_count; i++) {
        reader->header[i] = strdup(reader->text + reader->cells[i]);
        if (reader->header[i] == NULL)
            return HV_ERR_MEMORY;
        reader->header_count = i + 1;
    }
    return HV_OK;
}

static int read_header(struct reader *reader) {
    int error = copy_header(reader);
    if (error != HV_OK)
        return error;
    reader->has_header = true;
    bool usable = true;
    for (size_t i = 0; i < reader->header_count; i++) {
        reader->column_of[i] = NO_COLUMN;
        bool matters =
            !reader->format->repeats || find_column(reader, reader->header[i]) != NO_COLUMN;
        if (matters && reader->header[i][0] != '\0' && is_repeated(reader, i)) {
            fault(reader, HV_FAULT_ERROR, reader->row_line, reader->header[i],
                  "the column is there twice", "each column once");
            usable = false;
            continue;
        }
        size_t column = find_column(reader, reader->header[i]);
        reader->column_of[i] = column;
        if (column == NO_COLUMN)
            report_unknown(reader, i);
        else
            reader->names[column] = reader->header[i];
    }
    for (size_t i = 0; i < reader->format->column_count; i++) {
        const struct table_column *column = &reader->format->columns[i];
        if (!column->required || reader->names[i] != NULL)
            continue;
        char right[128];
        snprintf(right, sizeof right, "a column named %s in the header", column->name);
        fault(reader, HV_FAULT_ERROR, reader->row_line, column->name, "the column is missing",
              right);
        usable = false;
    }
    return usable ? HV_OK : HV_ERR_VALUE;
}

/* ---- rows -------------------------------------------------------------------------------------
 */

static bool cell_is_sound(struct reader *reader, size_t cell) {
    const char *text = reader->text + reader->cells[cell];
    size_t size = reader->sizes[cell];
    const char *column =
        reader->has_header && cell < reader->header_count ? reader->header[cell] : "";
    char wrong[96], shown[64];
    scan_shown(text, size, 40, shown);
    if (memchr(text, '\0', size) != NULL) {
        fault(reader, HV_FAULT_ERROR, reader->row_line, column, "a NUL byte in the cell",
              "text in UTF-8");
        return false;
    }
    if (!scan_is_utf8(text, size)) {
        snprintf(wrong, sizeof wrong, "“%s” is not UTF-8", shown);
        fault(reader, HV_FAULT_ERROR, reader->row_line, column, wrong,
              "text saved in UTF-8, not in a national code page");
        return false;
    }
    return true;
}

static bool row_is_sound(struct reader *reader) {
    bool sound = true;
    for (size_t i = 0; i < reader->cell_count && i < TABLE_CELLS_MAX; i++)
        sound &= cell_is_sound(reader, i);
    size_t right_count = reader->has_header ? reader->header_count : reader->cell_count;
    if (reader->cell_count == right_count && reader->cell_count <= TABLE_CELLS_MAX)
        return sound;
    char wrong[64], right[96];
    snprintf(wrong, sizeof wrong, "%zu cells", reader->cell_count);
    snprintf(right, sizeof right, "%zu cells as in the header; cells with commas in quotes",
             reader->has_header ? right_count : (size_t)TABLE_CELLS_MAX);
    fault(reader, HV_FAULT_ERROR, reader->row_line, "", wrong, right);
    return false;
}

static int hand_over(struct reader *reader) {
    struct table_row row = {.file = reader->file,
                            .line = reader->row_line,
                            .faults = reader->faults,
                            .format = reader->format};
    memcpy(row.names, reader->names, sizeof row.names);
    for (size_t i = 0; i < reader->cell_count; i++)
        if (reader->column_of[i] != NO_COLUMN)
            row.values[reader->column_of[i]] = reader->text + reader->cells[i];
    return reader->row_fn(&row, reader->context);
}

static int keep_cell(struct reader *reader, const void *bytes, size_t size) {
    size_t need = reader->text_used + size + 1;
    if (need > reader->text_size) {
        size_t grown = need < 4096 ? 4096 : need * 2;
        char *text = realloc(reader->text, grown);
        if (text == NULL)
            return HV_ERR_MEMORY;
        reader->text = text;
        reader->text_size = grown;
    }
    if (reader->cell_count < TABLE_CELLS_MAX) {
        reader->cells[reader->cell_count] = reader->text_used;
        reader->sizes[reader->cell_count] = size;
        if (size > 0)
            memcpy(reader->text + reader->text_used, bytes, size);
        reader->text[reader->text_used + size] = '\0';
        reader->text_used = need;
    }
    reader->cell_count++;
    return HV_OK;
}

static void on_cell(void *bytes, size_t size, void *context) {
    struct reader *reader = context;
    if (reader->error == HV_OK)
        reader->error = keep_cell(reader, bytes, size);
}

static void on_row(int terminator, void *context) {
    struct reader *reader = context;
    (void)terminator;
    if (reader->error == HV_OK && row_is_sound(reader))
        reader->error = reader->has_header ? hand_over(reader) : read_header(reader);
    else if (reader->error == HV_OK && !reader->has_header)
        reader->error = HV_ERR_VALUE;
    reader->text_used = reader->cell_count = reader->row_bytes = 0;
    reader->in_row = false;
}

/* ---- feeding libcsv ---------------------------------------------------------------------------
 */

static int start_parser(struct reader *reader) {
    if (csv_init(&reader->parser, CSV_STRICT | CSV_STRICT_FINI) != 0)
        return HV_ERR_MEMORY;
    csv_set_blk_size(&reader->parser, 4096);
    if (reader->format->delimiter != 0)
        csv_set_delim(&reader->parser, (unsigned char)reader->format->delimiter);
    return HV_OK;
}

/* Forgets the row at hand after a fault in its quotes or size and goes on after this line. */
static int drop_row(struct reader *reader) {
    csv_free(&reader->parser);
    reader->text_used = reader->cell_count = reader->row_bytes = 0;
    reader->in_row = false;
    return start_parser(reader);
}

static int parse_error(struct reader *reader) {
    if (csv_error(&reader->parser) == CSV_ENOMEM)
        return HV_ERR_MEMORY;
    fault(reader, HV_FAULT_ERROR, reader->line, "",
          "a quotation mark inside a cell, or text after a closing one",
          "the whole cell in quotation marks, those inside it doubled");
    return reader->has_header ? drop_row(reader) : HV_ERR_VALUE;
}

/* One physical line at a time, so that each row's line is known and at most one row ends. */
static int feed_line(struct reader *reader, const char *bytes, size_t size) {
    if (!reader->in_row) {
        reader->row_line = reader->line;
        reader->row_bytes = 0;
    }
    reader->in_row = true;
    reader->row_bytes += size;
    if (reader->row_bytes > TABLE_ROW_BYTES_MAX) {
        char wrong[96];
        snprintf(wrong, sizeof wrong, "a row of more than %u bytes", TABLE_ROW_BYTES_MAX);
        fault(reader, HV_FAULT_ERROR, reader->row_line, "", wrong,
              "short cells; perhaps a quotation mark is not closed");
        return reader->has_header ? drop_row(reader) : HV_ERR_VALUE;
    }
    if (csv_parse(&reader->parser, bytes, size, on_cell, on_row, reader) != size)
        return parse_error(reader);
    if (reader->in_row && reader->cell_count == 0 && reader->parser.pstate == 0)
        reader->in_row = false; /* a blank line */
    return reader->error;
}

static int finish(struct reader *reader) {
    if (csv_fini(&reader->parser, on_cell, on_row, reader) != 0) {
        fault(reader, HV_FAULT_ERROR, reader->row_line, "",
              "a quotation mark opened here is never closed", "a closing quotation mark");
        return reader->has_header ? HV_OK : HV_ERR_VALUE;
    }
    return reader->error;
}

static size_t line_length(const char *bytes, size_t size) {
    for (size_t i = 0; i < size; i++) {
        if (bytes[i] == '\n')
            return i + 1;
        if (bytes[i] == '\r')
            return i + 1 < size && bytes[i + 1] == '\n' ? i + 2 : i + 1;
    }
    return size;
}

static int feed_all(struct reader *reader, const char *bytes, size_t size) {
    int error = HV_OK;
    for (size_t at = 0; at < size && error == HV_OK;) {
        size_t length = line_length(bytes + at, size - at);
        reader->line++;
        error = feed_line(reader, bytes + at, length);
        at += length;
    }
    return error == HV_OK ? finish(reader) : error;
}

/* ---- the file ---------------------------------------------------------------------------------
 */

static bool begins_with(const char *bytes, size_t size, const char *mark, size_t length) {
    return size >= length && memcmp(bytes, mark, length) == 0;
}

/* Skips a byte order mark; refuses UTF-16 and files without anything in them. */
static int skip_mark(struct reader *reader, const char **bytes, size_t *size) {
    if (begins_with(*bytes, *size, "\xFF\xFE", 2) || begins_with(*bytes, *size, "\xFE\xFF", 2)) {
        fault(reader, HV_FAULT_ERROR, 1, "", "the file is in UTF-16", "a file saved in UTF-8");
        return HV_ERR_VALUE;
    }
    if (begins_with(*bytes, *size, "\xEF\xBB\xBF", 3)) {
        fault(reader, HV_FAULT_WARNING, 1, "", "the file begins with a byte order mark",
              "UTF-8 without one; it was skipped");
        *bytes += 3;
        *size -= 3;
    }
    if (*size == 0) {
        fault(reader, HV_FAULT_ERROR, 0, "", "the file is empty",
              "a header with the names of the columns, then rows");
        return HV_ERR_VALUE;
    }
    return HV_OK;
}

static void end_reader(struct reader *reader) {
    csv_free(&reader->parser);
    for (size_t i = 0; i < reader->header_count; i++)
        free(reader->header[i]);
    free(reader->header);
    free(reader->text);
    free(reader);
}

int table_read(const void *bytes, size_t size, const char *file, const struct table_format *format,
               struct hv_fault_list *faults, table_row_fn *row_fn, void *context) {
    struct reader *reader = calloc(1, sizeof *reader);
    if (reader == NULL)
        return HV_ERR_MEMORY;
    reader->file = file;
    reader->format = format;
    reader->faults = faults;
    reader->row_fn = row_fn;
    reader->context = context;
    const char *text = bytes;
    int error = start_parser(reader);
    if (error != HV_OK) {
        free(reader);
        return error;
    }
    error = skip_mark(reader, &text, &size);
    if (error == HV_OK)
        error = feed_all(reader, text, size);
    if (error == HV_OK && !reader->has_header) {
        fault(reader, HV_FAULT_ERROR, 0, "", "the file has no header",
              "a first line with the names of the columns");
        error = HV_ERR_VALUE;
    }
    end_reader(reader);
    return error;
}
