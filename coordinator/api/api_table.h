/* Lists: one description of a table's columns serves filter, sort, page, JSON, GeoJSON and CSV.
 *
 * A table gives its rows by number and fills in the values of one; what is asked of all rows (a
 * filter, a sort, how many there are) is done on those values, and only rows on the page are
 * written. */
#ifndef COORDINATOR_API_API_TABLE_H
#define COORDINATOR_API_API_TABLE_H

#include "coordinator/api/api_scene.h"
#include "coordinator/api/api_target.h"
#include "coordinator/api/api_text.h"

#define API_COLUMNS_MAX 32u

enum api_format { API_JSON, API_GEOJSON, API_CSV, API_FORMATS };

enum api_value_kind { API_NOTHING, API_INTEGER, API_NUMBER, API_TEXT, API_ANSWER };

struct api_value {
    enum api_value_kind kind;
    union {
        int64_t integer;
        double number;    /* NAN is nothing */
        const char *text; /* borrowed from scene, region or state; NULL is nothing */
        bool answer;
    };
};

struct api_column {
    const char *name;
    const char *hxl;  /* tag of CSV, such as "#affected"; NULL: not in CSV */
    uint8_t decimals; /* of a NUMBER */
    bool hidden;      /* for filters and geometry, never written */
    bool found;       /* `q` looks in it */
    const char *path; /* of a sheet (api_sheet.h) alone: where its value stands; NULL: `name` */
};

enum api_filter_kind {
    API_FILTER_WORDS,    /* TEXT: one of the words */
    API_FILTER_NUMBER,   /* INTEGER: that number */
    API_FILTER_AT_LEAST, /* NUMBER: at least so many hundredths */
    API_FILTER_BEFORE,   /* TEXT that sorts before it: dates */
    API_FILTER_ANSWER,   /* ANSWER: true or false */
    API_FILTER_ALL       /* ANSWER, true is listed: unless this is true, or another filter named in
                            `unless` stands there */
};

struct api_filter {
    const char *name;
    enum api_filter_kind kind;
    uint8_t column;
    const char *unless;
};

enum api_geometry { API_NO_PLACE, API_POINT, API_LINE };

struct api_table {
    bool ageless; /* no column tells an age or what is overdue */
    const struct api_column *columns;
    size_t column_count;
    const struct api_filter *filters;
    size_t filter_count;
    const char *order; /* sort where none is asked for; NULL: by row number */
    const char *tie;   /* further one, of every sort; NULL: row number */
    enum api_geometry geometry;
    uint8_t place;  /* first of two (POINT: lon, lat) or four (LINE) hidden columns */
    uint32_t kinds; /* of the state, set of 1u << kind: what the list depends on */
    uint32_t (*count)(const struct api_scene *scene);
    void (*fill)(const struct api_scene *scene, uint32_t row, struct api_value *values);
    json_t *(*detail)(const struct api_scene *scene, uint32_t row); /* of JSON; may be NULL */
    bool always_detail;
    const struct api_sheet *lines; /* of CSV with view=lines: rows of what `detail` tells; NULL: no
                                      such view */
};

struct api_sheet;

struct api_sort {
    uint8_t column;
    bool descending;
};

struct api_query {
    uint64_t limit, offset;
    struct api_sort sort[4];
    size_t sort_count;
    const char *q; /* NULL: everything */
    bool has_box, detail, lines;
    struct api_box box;
    enum api_format format;
    const struct api_target *target;
};

/* Reads limit, offset, sort, q, bbox and checks that every parameter is one of these, of the
 * table's filters or in `others` (words between commas). HV_ERR_VALUE with what is wrong in words.
 */
int api_query_read(const struct api_table *table, const struct api_target *target,
                   enum api_format format, const char *others, struct api_query *ret_query,
                   char ret_wrong[160]) HV_MUST_USE;

/* Writes the answer. HV_ERR_MEMORY. */
int api_table_write(const struct api_table *table, const struct api_scene *scene,
                    const struct api_query *query, struct api_text *text) HV_MUST_USE;

/* One row as an object: for changes and for single things. */
void api_table_row(const struct api_table *table, const struct api_scene *scene, uint32_t row,
                   struct api_text *text);
void api_table_feature(const struct api_table *table, const struct api_scene *scene, uint32_t row,
                       struct api_text *text);

/* What CSV and GeoJSON say of an exercise, so that no part that is cut out, sorted or joined with
 * others is taken for real: a last column (line 0: its heading, 1: its HXL tag, 2: a row), and the
 * first member of a collection and of the properties of each feature. Nothing where it is real. The
 * end of the line is written too. */
void api_exercise_cell(const struct api_scene *scene, int line, struct api_text *text);
void api_exercise_member(const struct api_scene *scene, struct api_text *text);

/* The two lines that CSV begins with, and one cell of it; nothing is an empty one. */
void api_csv_headings(const struct api_column *columns, size_t count, const struct api_scene *scene,
                      struct api_text *text);
void api_csv_cell(const struct api_column *column, const struct api_value *value,
                  struct api_text *text);

/* The row whose first column is the id; UINT32_MAX: none. */
uint32_t api_table_find(const struct api_table *table, const struct api_scene *scene,
                        const char *id);

static inline struct api_value api_nothing(void) {
    return (struct api_value){API_NOTHING, {0}};
}
static inline struct api_value api_integer(int64_t number) {
    return (struct api_value){API_INTEGER, {.integer = number}};
}
static inline struct api_value api_count(int64_t number) { /* negative: unknown */
    return number < 0 ? api_nothing() : api_integer(number);
}
static inline struct api_value api_number(double number) {
    return (struct api_value){API_NUMBER, {.number = number}};
}
static inline struct api_value api_text(const char *text) {
    return (struct api_value){text == NULL ? API_NOTHING : API_TEXT, {.text = text}};
}
static inline struct api_value api_bool(bool answer) {
    return (struct api_value){API_ANSWER, {.answer = answer}};
}

#endif
