#include "simulations/exercise/records.h"
#include "simulations/exercise/said.h"
#include "simulations/replay/replay.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SETTLE_MS 30000u

static void differ(struct replay *replay, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void differ(struct replay *replay, const char *format, ...) {
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (replay->difference_count < REPLAY_DIFFERENCES_MAX)
        replay->differences[replay->difference_count] = strdup(text);
    replay->difference_count++;
}

static const json_t *shown(const json_t *list, const char *id) {
    const json_t *shelter;
    size_t index;
    json_array_foreach(list, index,
                       shelter) if (strcmp(said_text(shelter, "id"), id) == 0) return shelter;
    return NULL;
}

static int64_t capacity_shown(const json_t *shelter, const char *place) {
    const json_t *line;
    size_t index;
    json_array_foreach(json_object_get(json_object_get(shelter, "capacity"), "lines"), index,
                       line) if (strcmp(said_text(line, "place"), place) ==
                                 0) return said_integer(line, "people");
    return REGION_UNKNOWN;
}

static void compare_capacity(struct replay *replay, const char *file, const char *id,
                             const json_t *shelter, const char *place, int64_t published) {
    int64_t in_picture = capacity_shown(shelter, place);
    if (published >= 0 && in_picture != published)
        differ(replay, "%s: %s: capacity %s is %" PRId64 ", published %" PRId64, file, id, place,
               in_picture, published);
}

/* The last head-count that was published up to this snapshot since it opened; REGION_UNKNOWN: none.
 */
static int64_t last_count(const struct timeline_shelter *shelter, size_t number) {
    for (size_t i = number + 1; i-- > 0 && shelter->cells[i].listed;)
        if (shelter->cells[i].people >= 0)
            return shelter->cells[i].people;
    return REGION_UNKNOWN;
}

static void compare_open(struct replay *replay, size_t number,
                         const struct timeline_shelter *shelter, const json_t *place) {
    const struct timeline_cell *cell = &shelter->cells[number];
    const char *file = replay->timeline->snapshots[number].file;
    int64_t published = last_count(shelter, number);
    int64_t people = records_total(json_object_get(place, "people"));
    replay->open++;
    replay->people += people;
    if (strcmp(said_text(place, "status"), "open") != 0)
        differ(replay, "%s: %s: is %s, published as open", file, shelter->id,
               said_text(place, "status"));
    if (published >= 0 && people != published)
        differ(replay, "%s: %s: %" PRId64 " people, published %" PRId64, file, shelter->id, people,
               published);
    if (cell->capacity.total >= 0)
        compare_capacity(replay, file, shelter->id, place, "unknown", cell->capacity.total);
    compare_capacity(replay, file, shelter->id, place, "indoor",
                     cell->capacity.people[REGION_INDOOR]);
    compare_capacity(replay, file, shelter->id, place, "outdoor",
                     cell->capacity.people[REGION_OUTDOOR]);
}

static void compare_closed(struct replay *replay, size_t number,
                           const struct timeline_shelter *shelter, const json_t *place) {
    const char *file = replay->timeline->snapshots[number].file;
    int64_t people = records_total(json_object_get(place, "people"));
    replay->closed++;
    if (strcmp(said_text(place, "status"), "closed") != 0)
        differ(replay, "%s: %s: is %s, no longer published", file, shelter->id,
               said_text(place, "status"));
    if (people != 0)
        differ(replay, "%s: %s: %" PRId64 " people, but it has closed", file, shelter->id, people);
}

/* Names must come back as their city writes them, byte for byte. */
static void compare_name(struct replay *replay, size_t number,
                         const struct timeline_shelter *shelter, const json_t *place) {
    const char *name = said_text(place, "name");
    if (strcmp(name, shelter->name) != 0)
        differ(replay, "%s: %s: is called “%s”, published “%s”",
               replay->timeline->snapshots[number].file, shelter->id, name, shelter->name);
}

static void compare_one(struct replay *replay, size_t number,
                        const struct timeline_shelter *shelter, const json_t *list) {
    const json_t *place = shown(list, shelter->id);
    if (shelter->first > number)
        return;
    if (place == NULL) {
        differ(replay, "%s: %s is not in the picture", replay->timeline->snapshots[number].file,
               shelter->id);
        return;
    }
    compare_name(replay, number, shelter, place);
    if (shelter->cells[number].listed)
        compare_open(replay, number, shelter, place);
    else
        compare_closed(replay, number, shelter, place);
}

int replay_compare(struct replay *replay, size_t number) {
    json_t *reply = NULL;
    size_t before = replay->difference_count;
    int error = stage_settle(&replay->stage, SETTLE_MS);
    if (error == 0)
        error = stage_ask(&replay->stage, json_pack("{s:s}", "verb", "shelters"), &reply);
    if (error != 0)
        return error;
    replay->people = 0;
    replay->open = replay->closed = 0;
    for (size_t i = 0; i < replay->timeline->shelter_count; i++)
        compare_one(replay, number, &replay->timeline->shelters[i],
                    json_object_get(reply, "shelters"));
    json_decref(reply);
    replay->compared += replay->difference_count == before;
    return 0;
}
