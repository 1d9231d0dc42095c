/* Members of JSON objects that people and scripts send, and texts about them.
 *
 * What nobody would look at was meant to say something: it is better refused than dropped in
 * silence. Which members there may be is told as names with a comma between them. */
#ifndef HV_PLATFORM_JSON_MEMBERS_H
#define HV_PLATFORM_JSON_MEMBERS_H

#include <jansson.h>
#include <stdbool.h>

/* The first member of an object that is not among `known`. NULL: there is none, or it is no object.
 * Borrowed from the object. O(members × length of known). */
const char *json_members_unknown(const json_t *object, const char *known);

struct json_members_fault {
    char wrong[160], right[640];
};

/* Whether all members are among `known` and of the type that a mark behind the name tells: `#` a
 * whole number from 0, `?` true or false, `[` a list, `{` an object, `*` anything, none: text
 * without NUL; null is as good as absent. Otherwise what is wrong and what would be right, in
 * UTF-8. */
bool json_members_check(const json_t *object, const char *known,
                        struct json_members_fault *ret_fault);

/* What may be there, for who asks: {"link": "text", "closed": "boolean", …}; number, list, object
 * or anything are the others. NULL: no memory. */
json_t *json_members_types(const char *known);

/* A text for a reply that may repeat what somebody sent, cut to fit: what is no longer UTF-8 after
 * that loses its broken end. NULL: no memory. */
json_t *json_members_text(const char *text);

#endif
