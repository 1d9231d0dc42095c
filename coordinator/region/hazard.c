#include "coordinator/region/hazard.h"

#include "coordinator/region/table.h"
#include "schemas/limits.h"

#include <stdlib.h>
#include <string.h>

#define HOURS_MAX 10000

enum { FROM, TO, HAZARD, TARGET, ID, EFFECT, NOTE, COLUMNS };

static const struct table_column HAZARD_COLUMNS[COLUMNS] = {
    [FROM] = {"from_hour", true}, [TO] = {"to_hour", true}, [HAZARD] = {"hazard", true},
    [TARGET] = {"target", true},  [ID] = {"id", true},      [EFFECT] = {"effect", true},
    [NOTE] = {"note", false},
};

static const char *const TARGETS[HAZARD_TARGETS] = {"zone", "link", "shelter", "depot"};
static const char *const EFFECTS[HAZARD_EFFECTS] = {"warned", "closed", "flooded", "damaged"};

static const enum builder_kind KINDS[HAZARD_TARGETS] = {BUILDER_ZONES, BUILDER_LINKS,
                                                        BUILDER_SHELTERS, BUILDER_DEPOTS};

/* Which effects make sense for which target, as sets of 1u << effect. */
static const unsigned SENSIBLE[HAZARD_TARGETS] = {
    [HAZARD_ZONE] = 1u << HAZARD_WARNED | 1u << HAZARD_FLOODED,
    [HAZARD_LINK] = 1u << HAZARD_CLOSED,
    [HAZARD_SHELTER] = 1u << HAZARD_FLOODED | 1u << HAZARD_DAMAGED,
    [HAZARD_DEPOT] = 1u << HAZARD_FLOODED | 1u << HAZARD_DAMAGED};

const char *hazard_target_name(enum hazard_target target) {
    return (unsigned)target < HAZARD_TARGETS ? TARGETS[target] : "";
}

const char *hazard_effect_name(enum hazard_effect effect) {
    return (unsigned)effect < HAZARD_EFFECTS ? EFFECTS[effect] : "";
}

struct reading {
    const struct region *region;
    struct hazard hazard;
    uint32_t capacity;
};

static int word_of(struct table_row *row, size_t column, const char *const *words, int count,
                   const char *right) {
    const char *text = table_text(row, column);
    for (int i = 0; i < count; i++)
        if (strcmp(text, words[i]) == 0)
            return i;
    table_wrong(row, column, right);
    return -1;
}

static int keep(struct reading *reading, const struct hazard_entry *entry, const char *note) {
    struct hazard *hazard = &reading->hazard;
    if (hazard->count >= HV_REGION_ROWS_MAX)
        return HV_ERR_LIMIT;
    if (hazard->count == reading->capacity) {
        uint32_t capacity = reading->capacity == 0 ? 64 : reading->capacity * 2;
        struct hazard_entry *entries = realloc(hazard->entries, capacity * sizeof *entries);
        if (entries == NULL)
            return HV_ERR_MEMORY;
        hazard->entries = entries;
        reading->capacity = capacity;
    }
    hazard->entries[hazard->count] = *entry;
    hazard->entries[hazard->count].note = strdup(note);
    if (hazard->entries[hazard->count].note == NULL)
        return HV_ERR_MEMORY;
    hazard->count++;
    return HV_OK;
}

static void read_what(struct table_row *row, const struct region *region,
                      struct hazard_entry *entry) {
    int target = word_of(row, TARGET, TARGETS, HAZARD_TARGETS, "zone, link, shelter or depot");
    int effect =
        word_of(row, EFFECT, EFFECTS, HAZARD_EFFECTS, "warned, closed, flooded or damaged");
    if (target < 0 || effect < 0)
        return;
    entry->target = (enum hazard_target)target;
    entry->effect = (enum hazard_effect)effect;
    entry->index = table_reference(row, ID, region, KINDS[target], true);
    if ((SENSIBLE[target] & (1u << effect)) == 0)
        table_wrong(row, EFFECT,
                    "warned or flooded for a zone, closed for a link, flooded or "
                    "damaged for a shelter or depot");
}

static int take_row(struct table_row *row, void *context) {
    struct reading *reading = context;
    struct hazard_entry entry = {.line = row->line};
    entry.from_s = 3600 * table_number(row, FROM, 0, HOURS_MAX, 0, true);
    entry.to_s = 3600 * table_number(row, TO, 0, HOURS_MAX, 0, true);
    if (row->bad == 0 && entry.from_s >= entry.to_s)
        table_wrong(row, TO, "an hour after from_hour");
    uint32_t hazard = region_hazard_from_name(table_text(row, HAZARD));
    if (hazard == 0)
        table_wrong(row, HAZARD, "one hazard, such as flood");
    entry.hazard = (enum region_hazard)hazard;
    read_what(row, reading->region, &entry);
    const char *note = table_text(row, NOTE);
    return row->bad > 0 ? HV_OK : keep(reading, &entry, note);
}

static int compare_entries(const void *left, const void *right) {
    const struct hazard_entry *a = left, *b = right;
    if (a->from_s != b->from_s)
        return a->from_s < b->from_s ? -1 : 1;
    return (a->line > b->line) - (a->line < b->line);
}

int hazard_read(const void *bytes, size_t size, const char *file, const struct region *region,
                struct hv_fault_list *faults, struct hazard *ret_hazard) {
    static const struct table_format FORMAT = {HAZARD_COLUMNS, COLUMNS, ',', true, false};
    struct reading reading = {.region = region};
    size_t errors_before = faults->errors;
    int error = table_read(bytes, size, file, &FORMAT, faults, take_row, &reading);
    if (error == HV_OK && faults->errors > errors_before)
        error = HV_ERR_VALUE;
    if (error != HV_OK) {
        hazard_free(&reading.hazard);
        return error;
    }
    if (reading.hazard.count > 0)
        qsort(reading.hazard.entries, reading.hazard.count, sizeof(struct hazard_entry),
              compare_entries);
    *ret_hazard = reading.hazard;
    return HV_OK;
}

int hazard_load(const char *file, const struct region *region, struct hv_fault_list *faults,
                struct hazard *ret_hazard) {
    char *bytes = NULL;
    size_t size = 0;
    int error = table_slurp(file, file, faults, &bytes, &size);
    if (error == HV_OK)
        error = hazard_read(bytes, size, file, region, faults, ret_hazard);
    free(bytes);
    return error;
}

void hazard_free(struct hazard *hazard) {
    for (uint32_t i = 0; i < hazard->count; i++)
        free(hazard->entries[i].note);
    free(hazard->entries);
    *hazard = (struct hazard){0};
}
