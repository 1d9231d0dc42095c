/* The cells of a row as figures, ids and answers: second half of table.h. */
#include "coordinator/region/scan.h"
#include "coordinator/region/table.h"
#include "schemas/limits.h"

#include <stdio.h>
#include <string.h>

static const char *value_of(const struct table_row *row, size_t column) {
    return row->values[column] == NULL ? "" : row->values[column];
}

void table_fault(struct table_row *row, enum hv_fault_grade grade, size_t column, const char *wrong,
                 const char *right) {
    const char *name =
        row->names[column] == NULL ? row->format->columns[column].name : row->names[column];
    hv_fault_add(row->faults, grade, row->file, row->line, name, wrong, right);
    if (grade == HV_FAULT_ERROR)
        row->bad++;
}

void table_wrong(struct table_row *row, size_t column, const char *right) {
    char shown[68], wrong[80];
    const char *value = value_of(row, column);
    scan_shown(value, strlen(value), 60, shown);
    snprintf(wrong, sizeof wrong, "“%s”", shown);
    table_fault(row, HV_FAULT_ERROR, column, value[0] == '\0' ? "nothing" : wrong, right);
}

const char *table_text(struct table_row *row, size_t column) {
    const char *text = value_of(row, column);
    char right[64];
    if (strlen(text) > HV_TEXT_BYTES_MAX) {
        snprintf(right, sizeof right, "at most %u bytes", HV_TEXT_BYTES_MAX);
        table_wrong(row, column, right);
        return "";
    }
    if (scan_has_control(text)) {
        table_wrong(row, column, "one line of text without control characters");
        return "";
    }
    return text;
}

const char *table_id(struct table_row *row, size_t column) {
    const char *id = value_of(row, column);
    if (id[0] == '\0' || strlen(id) > HV_ID_BYTES_MAX || scan_has_control(id)) {
        char right[64];
        snprintf(right, sizeof right, "an id of 1 to %u bytes on one line", HV_ID_BYTES_MAX);
        table_wrong(row, column, right);
        return "";
    }
    return id;
}

int64_t table_whole(struct table_row *row, size_t column, int64_t max, bool required) {
    const char *text = value_of(row, column);
    if (text[0] == '\0' && !required)
        return REGION_UNKNOWN;
    int64_t whole;
    if (scan_whole(text, &whole) != HV_OK || whole < 0 || whole > max) {
        char right[96];
        snprintf(right, sizeof right, "a whole number from 0 to %lld%s", (long long)max,
                 required ? "" : ", or nothing where it is unknown");
        table_wrong(row, column, right);
        return REGION_UNKNOWN;
    }
    return whole;
}

double table_number(struct table_row *row, size_t column, double min, double max, double absent,
                    bool required) {
    const char *text = value_of(row, column);
    if (text[0] == '\0' && !required)
        return absent;
    double number;
    if (scan_number(text, &number) != HV_OK || !(number >= min && number <= max)) {
        char right[128];
        snprintf(right, sizeof right, "a number from %.10g to %.10g with a decimal point%s", min,
                 max, required ? "" : ", or nothing where it is unknown");
        table_wrong(row, column, right);
        return absent;
    }
    return number == 0 ? 0 : number; /* no negative zero */
}

enum region_answer table_answer(struct table_row *row, size_t column) {
    static const struct {
        const char *word;
        enum region_answer answer;
    } WORDS[] = {{"", REGION_ANSWER_UNKNOWN}, {"yes", REGION_ANSWER_YES},  {"no", REGION_ANSWER_NO},
                 {"true", REGION_ANSWER_YES}, {"false", REGION_ANSWER_NO}, {"1", REGION_ANSWER_YES},
                 {"0", REGION_ANSWER_NO}};
    const char *text = value_of(row, column);
    for (size_t i = 0; i < sizeof WORDS / sizeof *WORDS; i++)
        if (strcmp(text, WORDS[i].word) == 0)
            return WORDS[i].answer;
    table_wrong(row, column, "yes, no, or nothing where it is unknown");
    return REGION_ANSWER_UNKNOWN;
}

/* Copies the word up to the next ";" without spaces around it; returns what follows. */
static const char *next_word(const char *text, char word[HV_ID_BYTES_MAX + 1]) {
    const char *end = strchr(text, ';');
    const char *rest = end == NULL ? text + strlen(text) : end + 1;
    if (end == NULL)
        end = rest;
    while (text < end && *text == ' ')
        text++;
    while (end > text && end[-1] == ' ')
        end--;
    size_t length = (size_t)(end - text) > HV_ID_BYTES_MAX ? HV_ID_BYTES_MAX : (size_t)(end - text);
    memcpy(word, text, length);
    word[length] = '\0';
    return rest;
}

uint32_t table_set(struct table_row *row, size_t column, uint32_t (*bit_of)(const char *word),
                   const char *words) {
    uint32_t set = 0;
    char word[HV_ID_BYTES_MAX + 1], wrong[HV_ID_BYTES_MAX + 16];
    for (const char *text = value_of(row, column); *text != '\0';) {
        text = next_word(text, word);
        uint32_t bit = bit_of(word);
        if (bit == 0 && word[0] != '\0') {
            char shown[HV_ID_BYTES_MAX + 4];
            scan_shown(word, strlen(word), HV_ID_BYTES_MAX, shown);
            snprintf(wrong, sizeof wrong, "“%s”", shown);
            table_fault(row, HV_FAULT_ERROR, column, wrong, words);
        }
        set |= bit;
    }
    return set;
}

static const char *const THINGS[BUILDER_KINDS] = {
    [BUILDER_NODES] = "a node",       [BUILDER_LINKS] = "a link",      [BUILDER_ZONES] = "a zone",
    [BUILDER_SHELTERS] = "a shelter", [BUILDER_DEPOTS] = "a depot",    [BUILDER_ITEMS] = "an item",
    [BUILDER_STOCK] = "a stock line", [BUILDER_VEHICLES] = "a vehicle"};

uint32_t table_reference(struct table_row *row, size_t column, const struct region *region,
                         enum builder_kind kind, bool required) {
    const char *id = value_of(row, column);
    if (id[0] == '\0' && !required)
        return REGION_NONE;
    uint32_t found = builder_find(region, kind, id);
    if (found == REGION_NONE && !builder_is_unread(region, kind)) {
        char right[64];
        snprintf(right, sizeof right, "the id of %s of this package", THINGS[kind]);
        table_wrong(row, column, right);
    }
    return found;
}

bool table_is_nameless(const struct table_row *row, const char *id) {
    return row->bad > 0 && id[0] == '\0';
}

int table_added(struct table_row *row, size_t id_column, const struct region *region,
                enum builder_kind kind, int error) {
    if (error == HV_ERR_LIMIT) {
        table_fault(row, HV_FAULT_ERROR, id_column, "too many rows", "fewer rows; see limits.h");
        return HV_ERR_LIMIT;
    }
    if (error != HV_ERR_EXISTS)
        return error;
    const char *id = value_of(row, id_column);
    char wrong[HV_ID_BYTES_MAX + 64], shown[HV_ID_BYTES_MAX + 4];
    scan_shown(id, strlen(id), HV_ID_BYTES_MAX, shown);
    uint32_t first = builder_find(region, kind, id);
    if (first == REGION_NONE)
        snprintf(wrong, sizeof wrong, "“%s” is already the id of a %s", shown,
                 kind == BUILDER_SHELTERS ? "depot" : "shelter");
    else
        snprintf(wrong, sizeof wrong, "“%s” is already the id of line %u", shown,
                 builder_line(region, kind, first));
    table_fault(row, HV_FAULT_ERROR, id_column, wrong, "an id of its own");
    return HV_OK;
}
