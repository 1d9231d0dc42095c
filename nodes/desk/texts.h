/* The desk's words in each language, from nodes/desk/texts/LANGUAGE.json.
 *
 * A text may hold one “{}”, the place of a figure or a name. Ages and dates are written as the
 * language writes them. */
#ifndef NODES_DESK_TEXTS_H
#define NODES_DESK_TEXTS_H

#include "schemas/error.h"

#include <stddef.h>
#include <stdint.h>

enum texts_language { TEXTS_EN, TEXTS_ZH, TEXTS_LANGUAGES };

struct texts;

/* Every catalogue, as it was built in. HV_ERR_FORMAT, HV_ERR_MEMORY. */
int texts_new(struct texts **ret_texts) HV_MUST_USE;
void texts_free(struct texts *texts);

/* Static until texts_free; the key itself where the catalogue lacks it. */
const char *texts_get(const struct texts *texts, enum texts_language language, const char *key);

/* The text with `value` in the place of its “{}”, cut off at the size of the buffer. */
void texts_fill(const struct texts *texts, enum texts_language language, const char *key,
                const char *value, char *ret_text, size_t bytes);

/* Seconds as people say them: "3 min", "2 h 10 min", "4 days". */
void texts_age(const struct texts *texts, enum texts_language language, double seconds,
               char *ret_text, size_t bytes);

/* A moment in local time: "24 Nov 18:05", "11月24日 18:05". */
void texts_moment(const struct texts *texts, enum texts_language language, int64_t wall_ms,
                  char *ret_text, size_t bytes);

/* A day of the calendar, written as YYYY-MM-DD: "31 May 2027", "2027年5月31日"; anything else as it
 * stands. */
void texts_day(const struct texts *texts, enum texts_language language, const char *date,
               char *ret_text, size_t bytes);

/* "en", "zh-CN". */
const char *texts_tag(enum texts_language language);

/* The language of a tag or of an Accept-Language header, the first that is spoken here; English
 * where none is. NULL is none. */
enum texts_language texts_choose(const char *tags);

/* What the page's own script says: the texts whose key begins with “js.”, without it, as JSON that
 * may stand in a script element. */
const char *texts_script(const struct texts *texts, enum texts_language language);

#endif
