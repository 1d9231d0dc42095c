#include "coordinator/api/api_table.h"

#include "coordinator/api/api_sheet.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LIMIT_USUAL = 100, LIMIT_JSON = 1000, LIMIT_MOST = 100000, SORTS_MAX = 4 };

/* ---- reading a query ---- */

static bool is_nothing(const struct api_value *value) {
    return value->kind == API_NOTHING || (value->kind == API_NUMBER && !isfinite(value->number));
}

static int find_column(const struct api_table *table, const char *name, size_t length) {
    for (size_t i = 0; i < table->column_count; i++)
        if (!table->columns[i].hidden && strlen(table->columns[i].name) == length &&
            strncmp(table->columns[i].name, name, length) == 0)
            return (int)i;
    return -1;
}

static bool read_sort(const struct api_table *table, const char *text, struct api_query *query) {
    while (*text != '\0') {
        bool descending = *text == '-';
        text += descending;
        size_t length = strcspn(text, ",");
        int column = find_column(table, text, length);
        if (column < 0 || query->sort_count == SORTS_MAX)
            return false;
        query->sort[query->sort_count++] = (struct api_sort){(uint8_t)column, descending};
        text += length;
        text += *text == ',';
    }
    return true;
}

static const struct api_filter *find_filter(const struct api_table *table, const char *name) {
    for (size_t i = 0; i < table->filter_count; i++)
        if (strcmp(table->filters[i].name, name) == 0)
            return &table->filters[i];
    return NULL;
}

static bool is_answer(const char *text) {
    return strcmp(text, "true") == 0 || strcmp(text, "false") == 0;
}

static bool is_number(const char *text) {
    size_t length = strlen(text);
    return length > 0 && length <= 15 && strspn(text, "0123456789") == length;
}

static bool fits(const struct api_filter *filter, const char *value) {
    switch (filter->kind) {
    case API_FILTER_ANSWER:
    case API_FILTER_ALL:
        return is_answer(value);
    case API_FILTER_NUMBER:
    case API_FILTER_AT_LEAST:
        return is_number(value);
    case API_FILTER_WORDS:
    case API_FILTER_BEFORE:
        return *value != '\0';
    }
    return false;
}

static int check_parameters(const struct api_table *table, const struct api_target *target,
                            const char *others, char wrong[160]) {
    for (size_t i = 0; i < target->parameter_count; i++) {
        const char *name = target->parameters[i].name, *value = target->parameters[i].value;
        const struct api_filter *filter = find_filter(table, name);
        if (api_words_have("limit,offset,sort,q,bbox,format,at", name) ||
            api_words_have(others, name))
            continue;
        if (filter == NULL) {
            snprintf(wrong, 160, "there is no parameter “%.60s” here", name);
            return HV_ERR_VALUE;
        }
        if (!fits(filter, value)) {
            snprintf(wrong, 160, "“%.60s” is no value for %s", value, name);
            return HV_ERR_VALUE;
        }
    }
    return HV_OK;
}

static int read_number(const struct api_target *target, const char *name, uint64_t least,
                       uint64_t most, uint64_t *number, char wrong[160]) {
    int error = api_target_number(target, name, least, most, number);
    if (error != HV_ERR_VALUE)
        return HV_OK;
    snprintf(wrong, 160, "%s is a number from %llu to %llu", name, (unsigned long long)least,
             (unsigned long long)most);
    return error;
}

int api_query_read(const struct api_table *table, const struct api_target *target,
                   enum api_format format, const char *others, struct api_query *ret_query,
                   char ret_wrong[160]) {
    const char *sort = api_target_value(target, "sort"), *box = api_target_value(target, "bbox");
    struct api_query query = {.limit = format == API_JSON ? LIMIT_USUAL : LIMIT_MOST,
                              .q = api_target_value(target, "q"),
                              .format = format,
                              .target = target,
                              .detail = table->always_detail};
    const char *view = api_target_value(target, "view");
    const char *views = table->lines == NULL ? "summary,detail" : "summary,lines";
    if (view != NULL && strcmp(view, "detail") == 0)
        query.detail = true;
    query.lines = view != NULL && strcmp(view, "lines") == 0;
    int error = check_parameters(table, target, others, ret_wrong);
    if (error == HV_OK && view != NULL && !api_words_have(views, view)) {
        snprintf(ret_wrong, 160, "view is one of %s", views);
        error = HV_ERR_VALUE;
    }
    if (error == HV_OK)
        error = read_number(target, "limit", 1, format == API_JSON ? LIMIT_JSON : LIMIT_MOST,
                            &query.limit, ret_wrong);
    if (error == HV_OK)
        error = read_number(target, "offset", 0, 1000000000, &query.offset, ret_wrong);
    if (error == HV_OK && sort != NULL && !read_sort(table, sort, &query)) {
        snprintf(ret_wrong, 160, "one cannot sort by “%.60s” here", sort);
        error = HV_ERR_VALUE;
    }
    if (error == HV_OK && box != NULL) {
        query.has_box = true;
        error = api_box_read(box, &query.box);
        if (error == HV_OK && table->geometry == API_NO_PLACE)
            error = HV_ERR_VALUE;
        if (error != HV_OK)
            snprintf(ret_wrong, 160,
                     "bbox is west,south,east,north in degrees, of things with a "
                     "place");
    }
    if (error != HV_OK)
        return error;
    if (query.sort_count == 0 && table->order != NULL)
        (void)read_sort(table, table->order, &query);
    if (query.sort_count > 0 && query.sort_count < SORTS_MAX && table->tie != NULL)
        (void)read_sort(table, table->tie, &query);
    *ret_query = query;
    return HV_OK;
}

/* ---- choosing rows ---- */

static char lower(char letter) {
    return letter >= 'A' && letter <= 'Z' ? (char)(letter + 32) : letter;
}

/* Upper and lower case of Latin letters alike. */
static bool contains(const char *text, const char *part) {
    for (; *text != '\0'; text++) {
        size_t i = 0;
        while (part[i] != '\0' && lower(text[i]) == lower(part[i]))
            i++;
        if (part[i] == '\0')
            return true;
    }
    return *part == '\0';
}

static bool is_found(const struct api_table *table, const struct api_value *values, const char *q) {
    for (size_t i = 0; i < table->column_count; i++)
        if (table->columns[i].found && values[i].kind == API_TEXT && contains(values[i].text, q))
            return true;
    return false;
}

static bool is_in_box(const struct api_table *table, const struct api_value *values,
                      const struct api_box *box) {
    const struct api_value *place = &values[table->place];
    if (place[0].kind != API_NUMBER || !isfinite(place[0].number))
        return false;
    if (api_box_has(box, place[0].number, place[1].number))
        return true;
    return table->geometry == API_LINE && api_box_has(box, place[2].number, place[3].number);
}

static bool passes_one(const struct api_filter *filter, const struct api_value *value,
                       const struct api_target *target) {
    const char *wanted = api_target_value(target, filter->name);
    if (filter->kind == API_FILTER_ALL)
        return value->answer || (wanted != NULL && strcmp(wanted, "true") == 0) ||
               (filter->unless != NULL && api_target_value(target, filter->unless) != NULL);
    if (wanted == NULL)
        return true;
    switch (filter->kind) {
    case API_FILTER_WORDS:
        return value->kind == API_TEXT ? api_words_have(wanted, value->text)
                                       : api_words_have(wanted, "none");
    case API_FILTER_NUMBER:
        return value->kind == API_INTEGER && value->integer == strtoll(wanted, NULL, 10);
    case API_FILTER_AT_LEAST:
        return !is_nothing(value) && value->number * 100 >= strtod(wanted, NULL);
    case API_FILTER_BEFORE:
        return value->kind == API_TEXT && strcmp(value->text, wanted) < 0;
    case API_FILTER_ANSWER:
        return value->answer == (strcmp(wanted, "true") == 0);
    case API_FILTER_ALL:
        break;
    }
    return true;
}

static bool passes(const struct api_table *table, const struct api_query *query,
                   const struct api_value *values) {
    for (size_t i = 0; i < table->filter_count; i++)
        if (!passes_one(&table->filters[i], &values[table->filters[i].column], query->target))
            return false;
    return (query->q == NULL || is_found(table, values, query->q)) &&
           (!query->has_box || is_in_box(table, values, &query->box));
}

static bool chooses(const struct api_table *table, const struct api_query *query) {
    if (query->q != NULL || query->has_box)
        return true;
    for (size_t i = 0; i < table->filter_count; i++)
        if (table->filters[i].kind == API_FILTER_ALL ||
            api_target_value(query->target, table->filters[i].name) != NULL)
            return true;
    return false;
}

/* ---- sorting ---- */

struct chosen {
    struct api_value keys[SORTS_MAX];
    uint32_t row;
};

static int compare_values(const struct api_value *a, const struct api_value *b) {
    if (a->kind == API_TEXT)
        return strcmp(a->text, b->text);
    if (a->kind == API_NUMBER)
        return (a->number > b->number) - (a->number < b->number);
    if (a->kind == API_ANSWER)
        return a->answer - b->answer;
    return (a->integer > b->integer) - (a->integer < b->integer);
}

/* What is not known comes last, whichever way. */
static int compare_chosen(const void *a, const void *b, void *context) {
    const struct chosen *one = a, *other = b;
    const struct api_query *query = context;
    for (size_t i = 0; i < query->sort_count; i++) {
        bool no = is_nothing(&one->keys[i]), neither = is_nothing(&other->keys[i]);
        if (no != neither)
            return no - neither;
        int order = no ? 0 : compare_values(&one->keys[i], &other->keys[i]);
        if (order != 0)
            return query->sort[i].descending ? -order : order;
    }
    return (one->row > other->row) - (one->row < other->row);
}

/* Those that pass, in order; the caller's to free. */
static struct chosen *choose(const struct api_table *table, const struct api_scene *scene,
                             const struct api_query *query, uint32_t count, uint32_t *ret_total) {
    struct chosen *list = malloc((count + 1) * sizeof *list);
    struct api_value values[API_COLUMNS_MAX];
    uint32_t total = 0;
    for (uint32_t row = 0; list != NULL && row < count; row++) {
        table->fill(scene, row, values);
        if (!passes(table, query, values))
            continue;
        list[total].row = row;
        for (size_t i = 0; i < query->sort_count; i++)
            list[total].keys[i] = values[query->sort[i].column];
        total++;
    }
    if (list != NULL && query->sort_count > 0)
        qsort_r(list, total, sizeof *list, compare_chosen, (void *)query);
    *ret_total = total;
    return list;
}

/* ---- writing ---- */

static void write_value(const struct api_column *column, const struct api_value *value,
                        struct api_text *text) {
    switch (value->kind) {
    case API_NOTHING:
        api_text_add(text, "null", 4);
        break;
    case API_INTEGER:
        api_text_integer(text, value->integer);
        break;
    case API_NUMBER:
        api_text_number(text, value->number, column->decimals);
        break;
    case API_TEXT:
        api_text_string(text, value->text);
        break;
    case API_ANSWER:
        api_text_put(text, value->answer ? "true" : "false");
    }
}

void api_exercise_cell(const struct api_scene *scene, int line, struct api_text *text) {
    const char *exercise = api_scene_exercise(scene);
    const char *const lines[] = {"exercise", "#meta+exercise", exercise};
    if (exercise != NULL) {
        api_text_add(text, ",", 1);
        api_text_put(text, lines[line]);
    }
    api_text_put(text, "\r\n");
}

void api_exercise_member(const struct api_scene *scene, struct api_text *text) {
    const char *exercise = api_scene_exercise(scene);
    if (exercise == NULL)
        return;
    api_text_put(text, "\"exercise\":");
    api_text_string(text, exercise);
    api_text_add(text, ",", 1);
}

/* Members of an object; in a feature what is geometry is no property. */
static void write_members(const struct api_table *table, const struct api_value *values,
                          bool feature, struct api_text *text) {
    bool first = true;
    for (size_t i = 0; i < table->column_count; i++) {
        const struct api_column *column = &table->columns[i];
        if (column->hidden || (feature && table->geometry == API_POINT &&
                               (i == table->place || i == table->place + 1u)))
            continue;
        api_text_add(text, ",\"", first ? 0 : 1);
        api_text_add(text, "\"", 1);
        api_text_put(text, column->name);
        api_text_add(text, "\":", 2);
        write_value(column, &values[i], text);
        first = false;
    }
}

static void write_geometry(const struct api_table *table, const struct api_value *values,
                           struct api_text *text) {
    const struct api_value *place = &values[table->place];
    int points = table->geometry == API_LINE ? 2 : 1;
    if (table->geometry == API_NO_PLACE || is_nothing(&place[0]) || is_nothing(&place[1]) ||
        (points == 2 && (is_nothing(&place[2]) || is_nothing(&place[3])))) {
        api_text_put(text, "null");
        return;
    }
    api_text_put(text, points == 2 ? "{\"type\":\"LineString\",\"coordinates\":["
                                   : "{\"type\":\"Point\",\"coordinates\":");
    for (int i = 0; i < points; i++) {
        api_text_put(text, i == 0 ? "[" : ",[");
        api_text_number(text, place[2 * i].number, 7);
        api_text_add(text, ",", 1);
        api_text_number(text, place[2 * i + 1].number, 7);
        api_text_add(text, "]", 1);
    }
    api_text_put(text, points == 2 ? "]}" : "}");
}

void api_table_row(const struct api_table *table, const struct api_scene *scene, uint32_t row,
                   struct api_text *text) {
    struct api_value values[API_COLUMNS_MAX];
    table->fill(scene, row, values);
    api_text_add(text, "{", 1);
    write_members(table, values, false, text);
    api_text_add(text, "}", 1);
}

void api_table_feature(const struct api_table *table, const struct api_scene *scene, uint32_t row,
                       struct api_text *text) {
    struct api_value values[API_COLUMNS_MAX];
    table->fill(scene, row, values);
    api_text_put(text, "{\"type\":\"Feature\",\"id\":");
    write_value(&table->columns[0], &values[0], text);
    api_text_put(text, ",\"geometry\":");
    write_geometry(table, values, text);
    api_text_put(text, ",\"properties\":{");
    api_exercise_member(scene, text);
    write_members(table, values, true, text);
    api_text_put(text, "}}");
}

static void write_item(const struct api_table *table, const struct api_scene *scene,
                       const struct api_query *query, uint32_t row, struct api_text *text) {
    if (query->format == API_GEOJSON) {
        api_table_feature(table, scene, row, text);
    } else if (query->detail && table->detail != NULL) {
        json_t *detail = table->detail(scene, row);
        api_text_json(text, detail);
        json_decref(detail);
    } else {
        api_table_row(table, scene, row, text);
    }
}

void api_csv_cell(const struct api_column *column, const struct api_value *value,
                  struct api_text *text) {
    if (value->kind == API_TEXT)
        api_text_cell(text, value->text);
    else if (!is_nothing(value))
        write_value(column, value, text);
}

static void write_cells(const struct api_table *table, const struct api_scene *scene, uint32_t row,
                        struct api_text *text) {
    struct api_value values[API_COLUMNS_MAX];
    bool first = true;
    table->fill(scene, row, values);
    for (size_t i = 0; i < table->column_count; i++) {
        if (table->columns[i].hxl == NULL)
            continue;
        api_text_add(text, ",", first ? 0 : 1);
        api_csv_cell(&table->columns[i], &values[i], text);
        first = false;
    }
    api_exercise_cell(scene, 2, text);
}

/* One item of CSV: a row as the table has it, or one for each of its lines. */
static void write_rows(const struct api_table *table, const struct api_scene *scene,
                       const struct api_query *query, uint32_t row, struct api_text *text) {
    if (!query->lines) {
        write_cells(table, scene, row, text);
        return;
    }
    hv_arena_reset(scene->arena); /* of the item before */
    json_t *detail = table->detail(scene, row);
    if (detail == NULL)
        text->failed = true;
    else
        api_sheet_rows(table->lines, scene, detail, text);
    json_decref(detail);
}

void api_csv_headings(const struct api_column *columns, size_t count, const struct api_scene *scene,
                      struct api_text *text) {
    for (int line = 0; line < 2; line++) {
        bool first = true;
        for (size_t i = 0; i < count; i++) {
            if (columns[i].hxl == NULL)
                continue;
            api_text_add(text, ",", first ? 0 : 1);
            api_text_put(text, line == 0 ? columns[i].name : columns[i].hxl);
            first = false;
        }
        api_exercise_cell(scene, line, text);
    }
}

static void write_begin(const struct api_table *table, const struct api_scene *scene,
                        const struct api_query *query, uint32_t total, struct api_text *text) {
    if (query->format == API_CSV) {
        const struct api_sheet *sheet = query->lines ? table->lines : NULL;
        api_csv_headings(sheet == NULL ? table->columns : sheet->columns,
                         sheet == NULL ? table->column_count : sheet->column_count, scene, text);
        return;
    }
    const struct state_general *general = state_general(scene->state);
    api_text_put(text, "{");
    if (query->format == API_GEOJSON) {
        api_text_put(text, "\"type\":\"FeatureCollection\",");
        api_exercise_member(scene, text);
    }
    api_text_print(text,
                   "\"position\":%llu,\"wall_ms\":%lld,\"mode\":\"%s\",\"total\":%u,"
                   "\"offset\":%llu,\"%s\":[",
                   (unsigned long long)general->position, (long long)scene->console.wall_ms,
                   hv_mode_word(general->mode), total, (unsigned long long)query->offset,
                   query->format == API_GEOJSON ? "features" : "items");
}

int api_table_write(const struct api_table *table, const struct api_scene *scene,
                    const struct api_query *query, struct api_text *text) {
    uint32_t count = table->count(scene), total = count;
    struct chosen *list = NULL;
    if (query->sort_count > 0 || chooses(table, query)) {
        list = choose(table, scene, query, count, &total);
        if (list == NULL)
            return HV_ERR_MEMORY;
    }
    uint64_t end = query->offset + query->limit < total ? query->offset + query->limit : total;
    write_begin(table, scene, query, total, text);
    for (uint64_t i = query->offset; i < end; i++) {
        uint32_t row = list == NULL ? (uint32_t)i : list[i].row;
        if (query->format == API_CSV) {
            write_rows(table, scene, query, row, text);
            continue;
        }
        api_text_add(text, ",", i == query->offset ? 0 : 1);
        write_item(table, scene, query, row, text);
    }
    if (query->format != API_CSV)
        api_text_put(text, "]}");
    free(list);
    return text->failed ? HV_ERR_MEMORY : HV_OK;
}

uint32_t api_table_find(const struct api_table *table, const struct api_scene *scene,
                        const char *id) {
    struct api_value values[API_COLUMNS_MAX];
    uint32_t count = table->count(scene);
    for (uint32_t row = 0; row < count; row++) {
        table->fill(scene, row, values);
        if (values[0].kind == API_TEXT && strcmp(values[0].text, id) == 0)
            return row;
    }
    return UINT32_MAX;
}
