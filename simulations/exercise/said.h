/* What a JSON answer says, with "" and 0 where it is silent. */
#ifndef SIMULATIONS_EXERCISE_SAID_H
#define SIMULATIONS_EXERCISE_SAID_H

#include <jansson.h>
#include <stdint.h>

static inline const char *said_text(const json_t *object, const char *member) {
    const char *text = json_string_value(json_object_get(object, member));
    return text == NULL ? "" : text;
}

static inline int64_t said_integer(const json_t *object, const char *member) {
    return json_integer_value(json_object_get(object, member));
}

static inline uint64_t said_number(const json_t *object, const char *member) {
    int64_t value = said_integer(object, member);
    return value < 0 ? 0 : (uint64_t)value;
}

#endif
