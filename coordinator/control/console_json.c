#include "coordinator/control/console_json.h"

#include "coordinator/planning/standards.h"
#include "schemas/platform/json_members.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

const struct state *console_picture(const struct console_scene *scene) {
    return scene->past == NULL ? core_state(scene->core) : scene->past;
}

const struct profile *console_profile(const struct console_scene *scene) {
    return standards_in_force(scene->profiles, console_picture(scene));
}

const struct core_counters *console_counters(const struct console_scene *scene) {
    return scene->counters == NULL ? core_counters(scene->core) : scene->counters;
}

json_t *console_error(int error, const char *text, const char *remedy) {
    return json_pack("{s:b, s:s, s:o, s:o}", "ok", 0, "error", hv_error_name(error), "text",
                     json_members_text(text == NULL ? hv_error_text(error) : text), "remedy",
                     json_members_text(remedy == NULL ? "" : remedy));
}

void console_refuse(struct console_outcome *outcome, int error, const char *text,
                    const char *remedy) {
    json_decref(outcome->reply);
    outcome->kind = CONSOLE_ANSWERED;
    outcome->reply = console_error(error, text, remedy);
}

void console_refusef(struct console_outcome *outcome, int error, const char *remedy,
                     const char *format, ...) {
    char text[256];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    console_refuse(outcome, error, text, remedy);
}

struct hv_record *console_decide(struct console_outcome *outcome, struct hv_arena *arena,
                                 enum hv_record_kind kind) {
    struct hv_record *record = hv_arena_take(arena, 1, sizeof *record);
    if (record == NULL) {
        console_refuse(outcome, HV_ERR_MEMORY, NULL, NULL);
        return NULL;
    }
    record->kind = kind;
    outcome->kind = CONSOLE_COMMAND;
    outcome->records = record;
    outcome->record_count = 1;
    return record;
}

const char *console_text(const json_t *request, const char *member) {
    return json_string_value(json_object_get(request, member));
}

const char *console_text_or_empty(const json_t *request, const char *member) {
    const char *text = console_text(request, member);
    return text == NULL ? "" : text;
}

uint64_t console_number(const json_t *request, const char *member, uint64_t otherwise) {
    const json_t *value = json_object_get(request, member);
    json_int_t number = json_is_integer(value) ? json_integer_value(value) : -1;
    return number >= 0 ? (uint64_t)number : otherwise;
}

uint32_t console_small(const json_t *object, const char *member, uint32_t otherwise) {
    const json_t *value = json_object_get(object, member);
    if (value == NULL)
        return otherwise;
    json_int_t number = json_is_integer(value) ? json_integer_value(value) : -1;
    return number >= 0 && number < UINT32_MAX ? (uint32_t)number : UINT32_MAX;
}

json_t *console_age_since(const struct console_scene *scene, int64_t observed_ms) {
    double age_ms = (double)((int64_t)scene->mono_ms - observed_ms);
    return json_real(age_ms > 0 ? age_ms / 1000 : 0);
}

json_t *console_age(const struct console_scene *scene, const struct state_stamp *stamp) {
    return stamp->position == 0 ? json_null() : console_age_since(scene, stamp->observed_ms);
}

void console_set_stamp(const struct console_scene *scene, json_t *object,
                       const struct state_stamp *stamp) {
    json_object_set_new(object, "age_s", console_age(scene, stamp));
    if (stamp->position == 0)
        return;
    json_object_set_new(object, "source",
                        json_string(hv_source_word((enum hv_source)stamp->source)));
    json_object_set_new(object, "position", json_integer((json_int_t)stamp->position));
    if (stamp->at_least)
        json_object_set_new(object, "at_least", json_true());
}

json_t *console_date(uint32_t expiry_day) {
    if (expiry_day == 0)
        return json_null();
    time_t seconds = (time_t)expiry_day * 86400;
    struct tm day;
    char text[32];
    if (gmtime_r(&seconds, &day) == NULL || strftime(text, sizeof text, "%Y-%m-%d", &day) == 0)
        return json_null();
    return json_string(text);
}

json_t *console_hex(const uint8_t *bytes, size_t size) {
    char text[2 * HV_HASH_BYTES + 1];
    if (size > HV_HASH_BYTES)
        return json_null();
    keys_to_hex(bytes, size, text);
    return json_string(text);
}

struct console_page console_page(const json_t *request, size_t count) {
    size_t first = (size_t)console_number(request, "offset", 0);
    size_t limit = (size_t)console_number(request, "limit", count);
    if (first > count)
        first = count;
    return (struct console_page){first, limit > count - first ? count : first + limit};
}

bool console_wants(const json_t *request, const char *id) {
    const char *wanted = console_text(request, "id");
    return wanted == NULL || strcmp(wanted, id) == 0;
}

/* ---- lists ---- */

void console_set_names(json_t *object, const char *id, const char *name, const char *name_zh) {
    json_object_set_new(object, "id", json_string(id));
    json_object_set_new(object, "name", json_string(name == NULL ? "" : name));
    json_object_set_new(object, "name_zh", json_string(name_zh == NULL ? "" : name_zh));
}

void console_answer_page(const json_t *request, const char *member, json_t *list, size_t total,
                         struct console_outcome *outcome) {
    if (console_text(request, "id") != NULL && total == 0) {
        json_decref(list);
        console_refusef(outcome, HV_ERR_NOT_FOUND, "list them all without “id”",
                        "there is no “%.80s”", console_text(request, "id"));
        return;
    }
    outcome->reply = json_pack("{s:o, s:I}", member, list, "total", (json_int_t)total);
}

void console_answer_list(const json_t *request, const char *member, json_t *list,
                         struct console_outcome *outcome) {
    size_t total = json_array_size(list);
    struct console_page page = console_page(request, total);
    if (page.first > 0 || page.end < total) {
        json_t *cut = json_array();
        for (size_t i = page.first; i < page.end; i++)
            json_array_append(cut, json_array_get(list, i));
        json_decref(list);
        list = cut;
    }
    console_answer_page(request, member, list, total, outcome);
}

json_t *console_texts(const char *const *list, size_t count) {
    json_t *array = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(array, json_string(list[i]));
    return array;
}
