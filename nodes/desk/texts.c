#include "nodes/desk/texts.h"

#include "nodes/desk/desk_files.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct texts {
    json_t *catalogues[TEXTS_LANGUAGES]; /* flat objects: key → text */
    char *script[TEXTS_LANGUAGES];       /* what the page's script says, as JSON */
};

static const char *const tags[TEXTS_LANGUAGES] = {"en", "zh-CN"};

/* Slashes are escaped, so that no text ends the element that it is written in. */
static char *script_texts(const json_t *catalogue) {
    json_t *chosen = json_object(), *text;
    const char *key;
    json_object_foreach((json_t *)catalogue, key, text) {
        if (strncmp(key, "js.", 3) == 0)
            json_object_set(chosen, key + 3, text);
        else if (strncmp(key, "age.", 4) == 0)
            json_object_set(chosen, key, text);
    }
    char *written = json_dumps(chosen, JSON_COMPACT | JSON_SORT_KEYS | JSON_ESCAPE_SLASH);
    json_decref(chosen);
    return written;
}

static int load(struct texts *texts, enum texts_language language) {
    char name[32];
    snprintf(name, sizeof name, "%s.json", tags[language]);
    const struct desk_file *file = desk_file_find(name);
    if (file == NULL)
        return HV_ERR_FORMAT;
    json_t *catalogue =
        json_loadb((const char *)file->bytes, file->size, JSON_REJECT_DUPLICATES, NULL);
    if (!json_is_object(catalogue)) {
        json_decref(catalogue);
        return HV_ERR_FORMAT;
    }
    texts->catalogues[language] = catalogue;
    texts->script[language] = script_texts(catalogue);
    return texts->script[language] == NULL ? HV_ERR_MEMORY : HV_OK;
}

int texts_new(struct texts **ret_texts) {
    struct texts *texts = calloc(1, sizeof *texts);
    int error = texts == NULL ? HV_ERR_MEMORY : HV_OK;
    for (int language = 0; language < TEXTS_LANGUAGES && error == HV_OK; language++)
        error = load(texts, (enum texts_language)language);
    if (error == HV_OK)
        *ret_texts = texts;
    else
        texts_free(texts);
    return error;
}

void texts_free(struct texts *texts) {
    if (texts == NULL)
        return;
    for (int language = 0; language < TEXTS_LANGUAGES; language++) {
        json_decref(texts->catalogues[language]);
        free(texts->script[language]);
    }
    free(texts);
}

const char *texts_get(const struct texts *texts, enum texts_language language, const char *key) {
    const char *text = json_string_value(json_object_get(texts->catalogues[language], key));
    return text == NULL ? key : text;
}

void texts_fill(const struct texts *texts, enum texts_language language, const char *key,
                const char *value, char *ret_text, size_t bytes) {
    const char *text = texts_get(texts, language, key), *place = strstr(text, "{}");
    if (place == NULL)
        snprintf(ret_text, bytes, "%s", text);
    else
        snprintf(ret_text, bytes, "%.*s%s%s", (int)(place - text), text, value, place + 2);
}

void texts_age(const struct texts *texts, enum texts_language language, double seconds,
               char *ret_text, size_t bytes) {
    static const struct {
        double up_to, unit;
        const char *key;
    } scale[] = {{60, 1, "age.seconds"},
                 {3600, 60, "age.minutes"},
                 {48 * 3600.0, 3600, "age.hours"},
                 {1e18, 86400, "age.days"}};
    size_t at = 0;
    while (seconds >= scale[at].up_to && at + 1 < sizeof scale / sizeof scale[0])
        at++;
    char count[32];
    snprintf(count, sizeof count, "%lld", (long long)(seconds / scale[at].unit));
    texts_fill(texts, language, scale[at].key, count, ret_text, bytes);
}

/* Of a month of the year, the first is 1. */
static const char *month_of(const struct texts *texts, enum texts_language language,
                            unsigned month) {
    static const char *const keys[] = {"month.1", "month.2",  "month.3",  "month.4",
                                       "month.5", "month.6",  "month.7",  "month.8",
                                       "month.9", "month.10", "month.11", "month.12"};
    return texts_get(texts, language, keys[month - 1]);
}

void texts_day(const struct texts *texts, enum texts_language language, const char *date,
               char *ret_text, size_t bytes) {
    unsigned year, month, day;
    int end = 0;
    if (sscanf(date, "%4u-%2u-%2u%n", &year, &month, &day, &end) != 3 || date[end] != '\0' ||
        month < 1 || month > 12)
        snprintf(ret_text, bytes, "%s", date);
    else if (language == TEXTS_ZH)
        snprintf(ret_text, bytes, "%u年%s%u日", year, month_of(texts, language, month), day);
    else
        snprintf(ret_text, bytes, "%u %s %u", day, month_of(texts, language, month), year);
}

void texts_moment(const struct texts *texts, enum texts_language language, int64_t wall_ms,
                  char *ret_text, size_t bytes) {
    time_t seconds = (time_t)(wall_ms / 1000);
    struct tm local;
    if (localtime_r(&seconds, &local) == NULL) {
        snprintf(ret_text, bytes, "?");
        return;
    }
    const char *month = month_of(texts, language, (unsigned)local.tm_mon + 1);
    unsigned day = (unsigned)local.tm_mday, hour = (unsigned)local.tm_hour,
             minute = (unsigned)local.tm_min;
    if (language == TEXTS_ZH)
        snprintf(ret_text, bytes, "%s%u日 %02u:%02u", month, day, hour, minute);
    else
        snprintf(ret_text, bytes, "%u %s %02u:%02u", day, month, hour, minute);
}

const char *texts_tag(enum texts_language language) {
    return tags[language];
}

/* Tags of an Accept-Language header come in the order of preference as browsers send them. */
enum texts_language texts_choose(const char *wanted) {
    for (const char *tag = wanted; tag != NULL && *tag != '\0';) {
        tag += strspn(tag, " ,");
        if (strncasecmp(tag, "zh", 2) == 0)
            return TEXTS_ZH;
        if (strncasecmp(tag, "en", 2) == 0)
            return TEXTS_EN;
        tag = strchr(tag, ',');
    }
    return TEXTS_EN;
}

const char *texts_script(const struct texts *texts, enum texts_language language) {
    return texts->script[language];
}
