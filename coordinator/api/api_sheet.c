#include "coordinator/api/api_sheet.h"

#include <string.h>

static const json_t *member_at(const json_t *row, const char *path) {
    while (row != NULL && *path != '\0') {
        size_t length = strcspn(path, ".");
        row = json_object_getn(row, path, length);
        path += length;
        path += *path == '.';
    }
    return row;
}

/* One cell of several words, quoted as a whole. */
static void write_words(const json_t *list, struct api_text *text) {
    struct api_text words = {0};
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *word = json_string_value(json_array_get(list, i));
        api_text_add(&words, ";", i == 0 ? 0 : 1);
        api_text_put(&words, word == NULL ? "" : word);
    }
    api_text_add(&words, "", 1); /* its end */
    if (words.failed)
        text->failed = true;
    else
        api_text_cell(text, words.bytes);
    api_text_free(&words);
}

static void write_cell(const struct api_column *column, const json_t *row, struct api_text *text) {
    const json_t *at = member_at(row, column->path == NULL ? column->name : column->path);
    struct api_value value = api_nothing();
    if (json_is_array(at)) {
        write_words(at, text);
        return;
    }
    if (json_is_string(at))
        value = api_text(json_string_value(at));
    else if (json_is_integer(at))
        value = api_integer(json_integer_value(at));
    else if (json_is_real(at))
        value = api_number(json_real_value(at));
    else if (json_is_boolean(at))
        value = api_bool(json_is_true(at));
    api_csv_cell(column, &value, text);
}

static void write_row(const struct api_sheet *sheet, const struct api_scene *scene,
                      const json_t *row, struct api_text *text) {
    for (size_t i = 0; i < sheet->column_count; i++) {
        api_text_add(text, ",", i == 0 ? 0 : 1);
        write_cell(&sheet->columns[i], row, text);
    }
    api_exercise_cell(scene, 2, text);
}

void api_sheet_rows(const struct api_sheet *sheet, const struct api_scene *scene,
                    const json_t *item, struct api_text *text) {
    if (sheet->lines == NULL) {
        write_row(sheet, scene, item, text);
        return;
    }
    json_t *lines = sheet->lines(item);
    if (lines == NULL)
        text->failed = true;
    for (size_t i = 0; i < json_array_size(lines); i++)
        write_row(sheet, scene, json_array_get(lines, i), text);
    json_decref(lines);
}

void api_sheet_write(const struct api_sheet *sheet, const struct api_scene *scene,
                     const json_t *items, uint64_t offset, uint64_t limit, struct api_text *text) {
    api_csv_headings(sheet->columns, sheet->column_count, scene, text);
    for (uint64_t i = offset; i < json_array_size(items) && i - offset < limit; i++)
        api_sheet_rows(sheet, scene, json_array_get(items, (size_t)i), text);
}

void api_reply_sheet(struct api_call *call, enum api_format format, const struct api_sheet *sheet,
                     json_t *items) {
    uint64_t limit, offset;
    if (format != API_CSV) {
        api_reply_page(call, items, NULL, NULL);
        return;
    }
    if (items == NULL) {
        api_failed(call, HV_ERR_MEMORY);
        return;
    }
    if (api_read_whole(call, &limit, &offset) && api_sort(call, items)) {
        api_sheet_write(sheet, call->scene, items, offset, limit, &call->out);
        api_reply(call, 200, api_type_of(format));
    }
    json_decref(items);
}
