#include "coordinator/region/json_fields.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum {
    NAME_BYTES = 64, /* of a name, to be compared; no known one is longer */
    SHOWN_BYTES = 96,
    NAMES_MAX = 16 /* unknown ones told apart in an array */
};

/* For people, and for whoever made the file: no reader looks at them. */
static const char *const for_people[] = {
    "name", "label",     "description", "note", "notes", "comment",    "source", "expected", "seed",
    "url",  "generator", "x",           "y",    "lon",   "hurricanes", "lat",    "unit",     NULL};

static bool is_among(const char *name, const char *const *names) {
    for (; *names != NULL; names++)
        if (strcmp(name, *names) == 0)
            return true;
    return false;
}

static bool is_known(const char *name, const char *const *known) {
    return is_among(name, known) || strncmp(name, "x_", 2) == 0 || is_among(name, for_people);
}

/* ---- the nearest name ------------------------------------------------------------------------ */

/* The letters and digits of a name, all small, so that fixedCost is fixed_cost. Returns how many;
 * NAME_BYTES where there are as many or more. */
static size_t letters_of(const char *name, size_t bytes, unsigned char *letters) {
    size_t count = 0;
    for (size_t i = 0; i < bytes && count < NAME_BYTES; i++) {
        const unsigned char letter = (unsigned char)name[i];
        if (letter != '_' && letter != '-')
            letters[count++] = (unsigned char)tolower(letter);
    }
    return count;
}

static size_t least(size_t a, size_t b) {
    return a < b ? a : b;
}

/* How many letters are put in, left out, changed or swapped with the next (the restricted distance
 * of Damerau 1964), for at most NAME_BYTES letters each. */
static size_t distance(const unsigned char *one, size_t ones, const unsigned char *other,
                       size_t others) {
    size_t rows[3][NAME_BYTES + 1];
    for (size_t j = 0; j <= others; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= ones; i++) {
        size_t *now = rows[i % 3];
        const size_t *before = rows[(i + 2) % 3], *earlier = rows[(i + 1) % 3];
        now[0] = i;
        for (size_t j = 1; j <= others; j++) {
            now[j] = least(before[j - 1] + (one[i - 1] != other[j - 1]),
                           least(before[j], now[j - 1]) + 1);
            if (i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1])
                now[j] = least(now[j], earlier[j - 2] + 1);
        }
    }
    return rows[ones % 3][others];
}

/* The distance to a known name, with or without its last word: capacity is capacity_m3. */
static size_t distance_to(const unsigned char *letters, size_t count, const char *known) {
    unsigned char others[NAME_BYTES];
    const char *last = strrchr(known, '_');
    size_t all = letters_of(known, strlen(known), others);
    size_t steps = distance(letters, count, others, all);
    if (last != NULL)
        steps = least(steps, distance(letters, count, others,
                                      letters_of(known, (size_t)(last - known), others)) +
                                 (steps > 0));
    return steps;
}

/* NULL where none is near: more than a third of the letters would have to change. */
static const char *nearest(const char *name, const char *const *known) {
    unsigned char letters[NAME_BYTES];
    const char *best = NULL;
    const size_t count = letters_of(name, strlen(name), letters);
    size_t best_steps = (count < 6 ? 1 : count / 3) + 1;
    if (count == NAME_BYTES)
        return NULL;
    for (; *known != NULL; known++) {
        const size_t steps = distance_to(letters, count, *known);
        if (steps < best_steps) {
            best_steps = steps;
            best = *known;
        }
    }
    return best;
}

/* ---- faults ---------------------------------------------------------------------------------- */

/* A name as it is shown, cut where a character ends. */
static void show(const char *name, char *shown) {
    size_t bytes = strlen(name);
    if (bytes >= SHOWN_BYTES) {
        bytes = SHOWN_BYTES - 4;
        while (bytes > 0 && ((unsigned char)name[bytes] & 0xc0) == 0x80)
            bytes--;
        snprintf(shown, SHOWN_BYTES, "%.*s…", (int)bytes, name);
    } else {
        memcpy(shown, name, bytes + 1);
    }
}

static void list_names(const char *const *known, char *buffer, size_t bytes) {
    size_t used = (size_t)snprintf(buffer, bytes, "one of");
    for (size_t i = 0; known[i] != NULL && used < bytes; i++)
        used += (size_t)snprintf(buffer + used, bytes - used, "%s%s", i > 0 ? ", " : " ", known[i]);
    if (used < bytes)
        snprintf(buffer + used, bytes - used, "; x_… for a note of one's own");
}

static void add_fault(struct hv_fault_list *faults, const char *path, const char *place,
                      const char *name, size_t others, const char *const *known) {
    char field[256], shown[SHOWN_BYTES], wrong[96], right[512];
    const char *near = nearest(name, known);
    show(name, shown);
    snprintf(field, sizeof field, "%s%s%s", place, *place != '\0' ? "." : "", shown);
    if (others > 0)
        snprintf(wrong, sizeof wrong, "no such field (in %zu more rows too)", others);
    else
        snprintf(wrong, sizeof wrong, "no such field");
    if (near != NULL)
        snprintf(right, sizeof right, "%s", near);
    else
        list_names(known, right, sizeof right);
    hv_fault_add(faults, HV_FAULT_ERROR, path, 0, field, wrong, right);
}

void json_fields_check(struct hv_fault_list *faults, const char *path, const char *place,
                       const json_t *object, const char *const *known) {
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)object, name, value) if (!is_known(name, known))
        add_fault(faults, path, place, name, 0, known);
}

struct unknown {
    const char *name; /* the document's */
    size_t first, count;
};

static size_t note(struct unknown *unknown, size_t count, const char *name, size_t row) {
    for (size_t i = 0; i < count; i++)
        if (strcmp(unknown[i].name, name) == 0) {
            unknown[i].count++;
            return count;
        }
    if (count == NAMES_MAX)
        return count;
    unknown[count] = (struct unknown){name, row, 1};
    return count + 1;
}

void json_fields_check_rows(struct hv_fault_list *faults, const char *path, const char *array,
                            const json_t *rows, const char *const *known) {
    struct unknown unknown[NAMES_MAX];
    size_t count = 0;
    for (size_t r = 0; r < json_array_size(rows); r++) {
        const char *name;
        json_t *value;
        json_object_foreach(json_array_get(rows, r), name, value) if (!is_known(name, known))
            count = note(unknown, count, name, r);
    }
    for (size_t i = 0; i < count; i++) {
        char place[128];
        snprintf(place, sizeof place, "%s[%zu]", array, unknown[i].first);
        add_fault(faults, path, place, unknown[i].name, unknown[i].count - 1, known);
    }
}
