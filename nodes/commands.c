#include "nodes/commands.h"

#include "schemas/model.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A command being read, word by word. */
struct words {
    int count;
    char *const *words;
    int at;
    json_t *request; /* being filled */
    char *wrong;
    size_t wrong_bytes;
    int error;
};

__attribute__((format(printf, 2, 3))) static void object(struct words *words, const char *format,
                                                         ...) {
    if (words->error != HV_OK)
        return;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(words->wrong, words->wrong_bytes, format, arguments);
    va_end(arguments);
    words->error = HV_ERR_VALUE;
}

static const char *next(struct words *words) {
    return words->at < words->count ? words->words[words->at++] : NULL;
}

static const char *value_of(struct words *words, const char *option) {
    const char *value = next(words);
    if (value == NULL)
        object(words, "%s needs a value after it", option);
    return value == NULL ? "" : value;
}

static json_int_t number_of(struct words *words, const char *what, const char *text) {
    char *end;
    errno = 0;
    long long value = strtoll(text, &end, 10);
    if (text[0] == '\0' || *end != '\0' || errno != 0 || value < 0)
        object(words, "%s: “%s” is not a whole number", what, text);
    return value;
}

static void set(struct words *words, const char *name, json_t *value) {
    if (value == NULL || json_object_set_new(words->request, name, value) != 0)
        object(words, "%s: not UTF-8", name);
}

static void set_verb(struct words *words, const char *verb) {
    set(words, "verb", json_string(verb));
}

/* ---- options ---- */

static const struct {
    const char *option, *figure;
} people_options[] = {
    {"--adults", "adult"},
    {"--adult", "adult"},
    {"--children", "child"},
    {"--child", "child"},
    {"--infants", "infant"},
    {"--infant", "infant"},
    {"--elderly", "elderly"},
    {"--age-unknown", "age_unknown"},
    {"--people", "age_unknown"},
    {"--wheelchair", "wheelchair"},
    {"--medical", "medical"},
    {"--pregnant", "pregnant"},
    {"--other-language", "other_language"},
    {"--pets", "pets"},
};

#define COUNT(LIST) (sizeof(LIST) / sizeof((LIST)[0]))

static bool take_figure(struct words *words, const char *option) {
    for (size_t i = 0; i < COUNT(people_options); i++) {
        if (strcmp(people_options[i].option, option) != 0)
            continue;
        json_int_t figure = number_of(words, option, value_of(words, option));
        json_t *people = json_object_get(words->request, "people");
        json_object_set_new(people, people_options[i].figure, json_integer(figure));
        return true;
    }
    return false;
}

static json_int_t seconds_of(struct words *words, const char *text) {
    char digits[32];
    size_t length = strlen(text);
    char unit = text[length > 0 ? length - 1 : 0];
    json_int_t scale = unit == 'h' ? 3600 : unit == 'm' ? 60 : 1;
    bool has_unit = unit == 'h' || unit == 'm' || unit == 's';
    snprintf(digits, sizeof digits, "%.*s", (int)(length - has_unit), text);
    return number_of(words, "--ago", digits) * scale;
}

/* Options that mean the same everywhere. */
static bool take_common(struct words *words, const char *option) {
    static const char *const texts[] = {"--reason", "--text", "--urgency", "--waybill",
                                        "--vehicle"};
    static const char *const numbers[] = {"--households", "--done", "--amount"};
    static const char *const flags[] = {"--force", "--complete", "--all", "--peek", "--final"};
    for (size_t i = 0; i < COUNT(texts); i++)
        if (strcmp(texts[i], option) == 0) {
            set(words, option + 2, json_string(value_of(words, option)));
            return true;
        }
    for (size_t i = 0; i < COUNT(numbers); i++)
        if (strcmp(numbers[i], option) == 0) {
            set(words, option + 2, json_integer(number_of(words, option, value_of(words, option))));
            return true;
        }
    for (size_t i = 0; i < COUNT(flags); i++)
        if (strcmp(flags[i], option) == 0) {
            set(words, option + 2, json_true());
            return true;
        }
    if (strcmp(option, "--ago") != 0)
        return false;
    set(words, "ago_s", json_integer(seconds_of(words, value_of(words, option))));
    return true;
}

static void unknown_word(struct words *words, const char *word) {
    object(words, "“%s” is not understood here; see --help", word);
}

/* ---- people ---- */

static void take_destination(struct words *words, const char *to) {
    if (strncmp(to, "shelter:", 8) == 0) {
        set(words, "to", json_string("shelter"));
        set(words, "shelter", json_string(to + 8));
    } else {
        set(words, "to", json_string(to));
    }
}

static void take_movement(struct words *words, const char *verb) {
    bool transfer = strncmp(verb, "transfer", 8) == 0;
    set_verb(words, verb);
    set(words, "people", json_object());
    for (const char *word; words->error == HV_OK && (word = next(words)) != NULL;) {
        if (take_figure(words, word) || take_common(words, word))
            continue;
        if (strcmp(word, "--to") == 0 && !transfer)
            take_destination(words, value_of(words, word));
        else if (strcmp(word, "--from") == 0 && !transfer)
            set(words, "zone", json_string(value_of(words, word)));
        else if (transfer && (strcmp(word, "--to") == 0 || strcmp(word, "--from") == 0))
            set(words, "shelter", json_string(value_of(words, word)));
        else if (transfer && strcmp(word, "--id") == 0)
            set(words, "transfer", json_string(value_of(words, word)));
        else
            unknown_word(words, word);
    }
    bool counts_nobody = json_object_size(json_object_get(words->request, "people")) == 0;
    if (counts_nobody && strcmp(verb, "count") != 0)
        object(words, "say how many, such as --adults 3");
    if (transfer && json_object_get(words->request, "transfer") == NULL)
        object(words, "a transfer needs --id, the same at both shelters");
    if (strcmp(verb, "transfer-in") == 0 && json_object_get(words->request, "shelter") == NULL)
        object(words, "say which shelter they left: --from SHELTER");
}

/* ---- report ---- */

static void take_options(struct words *words) {
    for (const char *word; words->error == HV_OK && (word = next(words)) != NULL;)
        if (!take_common(words, word))
            unknown_word(words, word);
}

static void take_status_report(struct words *words) {
    set_verb(words, "status-report");
    set(words, "status", json_string(value_of(words, "status")));
    take_options(words);
}

/* 480:indoor:night */
static json_t *capacity_line(struct words *words, const char *word) {
    char copy[128], *rest = copy;
    json_t *line = json_object();
    snprintf(copy, sizeof copy, "%s", word);
    const char *people = strsep(&rest, ":");
    json_object_set_new(line, "people", json_integer(number_of(words, "capacity", people)));
    while (rest != NULL) {
        const char *part = strsep(&rest, ":");
        const char *name = hv_capacity_basis_of(part) != HV_BASIS_UNKNOWN ? "basis"
                           : hv_day_part_of(part) != HV_PART_UNKNOWN      ? "part"
                           : hv_place_of(part) != HV_PLACE_UNKNOWN        ? "place"
                                                                          : NULL;
        if (name == NULL)
            object(words, "“%s” is none of area beds day night indoor outdoor", part);
        else
            json_object_set_new(line, name, json_string(part));
    }
    return line;
}

static void take_capacity(struct words *words) {
    json_t *lines = json_array();
    set_verb(words, "capacity");
    set(words, "lines", lines);
    for (const char *word; words->error == HV_OK && (word = next(words)) != NULL;)
        if (!take_common(words, word))
            json_array_append_new(lines, capacity_line(words, word));
    if (json_array_size(lines) == 0)
        object(words, "say how many people, such as 480:indoor:night");
}

static void take_lifeline(struct words *words) {
    json_t *lines = json_array(), *line = NULL;
    set_verb(words, "lifeline");
    set(words, "lifelines", lines);
    for (const char *word; words->error == HV_OK && (word = next(words)) != NULL;) {
        if (strcmp(word, "--hours") == 0 && line != NULL) {
            json_int_t hours = number_of(words, word, value_of(words, word));
            json_object_set_new(line, "hours", json_integer(hours));
        } else if (!take_common(words, word)) {
            line = json_object();
            json_array_append_new(lines, line);
            json_object_set_new(line, "kind", json_string(word));
            json_object_set_new(line, "state", json_string(value_of(words, word)));
        }
    }
    if (json_array_size(lines) == 0)
        object(words, "say which lifeline and how it is, such as “power down”");
}

static void take_report(struct words *words) {
    const char *what = value_of(words, "report");
    if (strcmp(what, "status") == 0)
        take_status_report(words);
    else if (strcmp(what, "capacity") == 0)
        take_capacity(words);
    else if (strcmp(what, "lifeline") == 0)
        take_lifeline(words);
    else
        object(words, "report what? status, capacity or lifeline");
}

/* ---- goods ---- */

/* ITEM=QTY[@LOT[:YYYY-MM-DD]]; a lot may hold colons, the date is what stands after the last. */
static json_t *stock_line(struct words *words, const char *word, int *ret_sign) {
    char copy[512];
    snprintf(copy, sizeof copy, "%s", word);
    char *quantity = strrchr(copy, '=');
    json_t *line = json_object();
    if (quantity == NULL || quantity == copy) {
        object(words, "“%s” is not ITEM=QUANTITY, such as water=600", word);
        return line;
    }
    *quantity++ = '\0';
    char *lot = strchr(quantity, '@');
    if (lot != NULL)
        *lot++ = '\0';
    char *date = lot == NULL ? NULL : strrchr(lot, ':');
    if (date != NULL)
        *date++ = '\0';
    *ret_sign = quantity[0] == '-' ? -1 : 1;
    quantity += quantity[0] == '-' || quantity[0] == '+';
    json_object_set_new(line, "item", json_string(copy));
    json_object_set_new(line, "quantity", json_integer(number_of(words, copy, quantity)));
    if (lot != NULL && lot[0] != '\0')
        json_object_set_new(line, "lot", json_string(lot));
    if (date != NULL)
        json_object_set_new(line, "expiry", json_string(date));
    return line;
}

/* An option that takes goods of its own: what kits hold, and how a delivery differs. */
static bool take_other_lines(struct words *words, const char *option) {
    static const char *const names[] = {"--into", "--short", "--over", "--damaged"};
    for (size_t i = 0; i < COUNT(names); i++) {
        if (strcmp(names[i], option) != 0)
            continue;
        int sign = 1;
        json_t *list = json_object_get(words->request, option + 2);
        if (list == NULL) {
            list = json_array();
            set(words, option + 2, list);
        }
        json_array_append_new(list, stock_line(words, value_of(words, option), &sign));
        return true;
    }
    bool more = strcmp(option, "--more-to-come") == 0;
    if (!more && strcmp(option, "--nothing") != 0)
        return false;
    set(words, more ? "more" : "nothing", json_true());
    return true;
}

static void take_lines(struct words *words, int *ret_sign) {
    json_t *lines = json_array();
    set(words, "lines", lines);
    *ret_sign = 0;
    for (const char *word; words->error == HV_OK && (word = next(words)) != NULL;) {
        int sign = 1;
        if (take_common(words, word) || take_other_lines(words, word))
            continue;
        if (strcmp(word, "--to") == 0 || strcmp(word, "--from") == 0) {
            set(words, "counterpart", json_string(value_of(words, word)));
            continue;
        }
        if (strcmp(word, "--for") == 0) {
            set(words, "request", json_integer(number_of(words, word, value_of(words, word))));
            continue;
        }
        json_array_append_new(lines, stock_line(words, word, &sign));
        if (*ret_sign != 0 && *ret_sign != sign)
            object(words, "adjust up and down in two commands");
        *ret_sign = sign;
    }
}

/* Steps of a waybill, which stands first; without goods all that it is about. */
static bool take_waybill_step(struct words *words, const char *what) {
    static const struct {
        const char *step, *verb;
    } steps[] = {{"pick", "stock-pick"},
                 {"put-back", "stock-put-back"},
                 {"load", "stock-load"},
                 {"dispatch", "stock-ship"}};
    for (size_t i = 0; i < COUNT(steps); i++) {
        int sign;
        if (strcmp(steps[i].step, what) != 0)
            continue;
        const char *waybill = value_of(words, what);
        set(words, "waybill", json_string(waybill));
        if (waybill[0] == '-' || strchr(waybill, '=') != NULL)
            object(words, "the waybill stands first, such as “stock %s W-3 water=600”", what);
        take_lines(words, &sign);
        set_verb(words, steps[i].verb);
        if (sign < 0)
            object(words, "only “stock adjust” takes a sign");
        return true;
    }
    return false;
}

static void take_stock(struct words *words) {
    static const char *const kinds[] = {"receive", "issue", "ship",      "loss",
                                        "expire",  "count", "write-off", "unpack"};
    const char *what = next(words);
    char verb[32];
    int sign;
    if (what == NULL) {
        set_verb(words, "stock");
        return;
    }
    if (take_waybill_step(words, what))
        return;
    if (strcmp(what, "adjust") == 0) {
        take_lines(words, &sign);
        set_verb(words, sign < 0 ? "stock-adjust-down" : "stock-adjust-up");
        return;
    }
    for (size_t i = 0; i < COUNT(kinds); i++)
        if (strcmp(kinds[i], what) == 0) {
            take_lines(words, &sign);
            snprintf(verb, sizeof verb, "stock-%s", what);
            set_verb(words, verb);
            if (sign < 0)
                object(words, "only “stock adjust” takes a sign");
            return;
        }
    object(words, "stock what? pick, load, dispatch, put-back, receive, issue, ship, loss, expire, "
                  "write-off, unpack, adjust or count");
}

static void take_withdrawal(struct words *words) {
    json_int_t id = number_of(words, "withdraw", value_of(words, "withdraw"));
    set(words, "id", json_integer(id));
    set(words, "withdrawn", json_true());
    take_options(words);
}

static void take_request(struct words *words) {
    const char *kind = value_of(words, "request");
    int sign;
    set_verb(words, "request");
    if (strcmp(kind, "withdraw") == 0) {
        take_withdrawal(words);
        return;
    }
    set(words, "kind", json_string(kind));
    take_lines(words, &sign);
}

/* ---- orders, notes and questions ---- */

static void take_answer(struct words *words, const char *state) {
    set_verb(words, "answer");
    set(words, "order", json_integer(number_of(words, "order", value_of(words, "the command"))));
    set(words, "state", json_string(state));
    take_options(words);
    if (strcmp(state, "partly-done") == 0 && json_object_get(words->request, "done") == NULL)
        object(words, "say how much so far: --done N");
}

static void take_note(struct words *words) {
    set_verb(words, "note");
    set(words, "text", json_string(value_of(words, "note")));
    take_options(words);
}

static void take_records(struct words *words) {
    set_verb(words, "records");
    for (const char *word; words->error == HV_OK && (word = next(words)) != NULL;) {
        if (strcmp(word, "--lane") == 0)
            set(words, "lane", json_string(value_of(words, word)));
        else
            unknown_word(words, word);
    }
}

static void take_question(struct words *words, const char *verb) {
    set_verb(words, verb);
    take_options(words);
}

/* ---- all ---- */

enum taker { MOVEMENT, REPORT, STOCK, REQUEST, ANSWER, NOTE, RECORDS, QUESTION };

static const struct {
    const char *command;
    enum taker taker;
    const char *argument;
} commands[] = {
    {"check-in", MOVEMENT, "check-in"},
    {"check-out", MOVEMENT, "check-out"},
    {"transfer-out", MOVEMENT, "transfer-out"},
    {"transfer-in", MOVEMENT, "transfer-in"},
    {"count", MOVEMENT, "count"},
    {"report", REPORT, ""},
    {"stock", STOCK, ""},
    {"request", REQUEST, ""},
    {"accept", ANSWER, "accepted"},
    {"decline", ANSWER, "declined"},
    {"start", ANSWER, "under-way"},
    {"progress", ANSWER, "partly-done"},
    {"done", ANSWER, "done"},
    {"fail", ANSWER, "failed"},
    {"note", NOTE, ""},
    {"records", RECORDS, ""},
    {"undo", QUESTION, "undo"},
    {"orders", QUESTION, "orders"},
    {"requests", QUESTION, "requests"},
    {"status", QUESTION, "status"},
    {"ping", QUESTION, "ping"},
    {"stop", QUESTION, "stop"},
};

static void take_command(struct words *words, enum taker taker, const char *argument) {
    switch (taker) {
    case MOVEMENT:
        take_movement(words, argument);
        break;
    case REPORT:
        take_report(words);
        break;
    case STOCK:
        take_stock(words);
        break;
    case REQUEST:
        take_request(words);
        break;
    case ANSWER:
        take_answer(words, argument);
        break;
    case NOTE:
        take_note(words);
        break;
    case RECORDS:
        take_records(words);
        break;
    case QUESTION:
        take_question(words, argument);
        break;
    }
}

int commands_parse(int count, char *const words_in[], char *ret_wrong, size_t wrong_bytes,
                   json_t **ret_request) {
    struct words words = {.count = count,
                          .words = words_in,
                          .request = json_object(),
                          .wrong = ret_wrong,
                          .wrong_bytes = wrong_bytes,
                          .error = HV_ERR_NOT_FOUND};
    const char *command = next(&words);
    for (size_t i = 0; command != NULL && i < COUNT(commands); i++)
        if (strcmp(commands[i].command, command) == 0) {
            words.error = HV_OK;
            take_command(&words, commands[i].taker, commands[i].argument);
            break;
        }
    if (words.error == HV_OK)
        *ret_request = words.request;
    else
        json_decref(words.request);
    return words.error;
}
