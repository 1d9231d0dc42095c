#include "coordinator/cli/cli.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>

static bool is_option(const char *word) {
    return strncmp(word, "--", 2) == 0 && word[2] != '\0';
}

const char *cli_option(const struct cli *cli, const char *name) {
    for (int i = 1; i + 1 < cli->count; i++)
        if (strcmp(cli->words[i], name) == 0)
            return cli->words[i + 1];
    return NULL;
}

bool cli_flag(const struct cli *cli, const char *name) {
    for (int i = 1; i < cli->count; i++)
        if (strcmp(cli->words[i], name) == 0)
            return true;
    return false;
}

static bool listed(const char *list, const char *word) {
    const char *at = list == NULL ? NULL : strstr(list, word);
    size_t length = strlen(word);
    return at != NULL && (at == list || at[-1] == ' ') && (at[length] == ' ' || at[length] == '\0');
}

const char *cli_word(const struct cli *cli, int n, const char *flags) {
    int seen = 0;
    for (int i = 0; i < cli->count; i++) {
        if (is_option(cli->words[i])) {
            if (!listed(flags, cli->words[i]))
                i++;
            continue;
        }
        if (seen++ == n)
            return cli->words[i];
    }
    return NULL;
}

int cli_usage(const struct cli *cli, const char *wrong) {
    fprintf(stderr, "haven %s: %s\n", cli->words[0], wrong);
    for (const struct cli_entry *entry = cli_entries; entry->name != NULL; entry++)
        if (strcmp(entry->name, cli->words[0]) == 0)
            fprintf(stderr, "\n%s", entry->help);
    return EX_USAGE;
}

static bool in_help(const char *help, const char *option) {
    size_t length = strlen(option);
    for (const char *at = strstr(help, option); at != NULL; at = strstr(at + 1, option))
        if (at[length] != '-' && !isalpha((unsigned char)at[length]))
            return true;
    return false;
}

/* Whether the help shows a value after it: “--key KEY”. What stands there is no option, though it
 * begins like one, as one public key in 7,225 does. */
static bool takes_value(const char *help, const char *option) {
    size_t length = strlen(option);
    for (const char *at = strstr(help, option); at != NULL; at = strstr(at + 1, option))
        if (at[length] == ' ' && isupper((unsigned char)at[length + 1]))
            return true;
    return false;
}

bool cli_options_known(const struct cli *cli, const char *help) {
    for (int i = 1; i < cli->count; i++) {
        if (!is_option(cli->words[i]))
            continue;
        if (in_help(help, cli->words[i])) {
            i += takes_value(help, cli->words[i]);
            continue;
        }
        fprintf(stderr, "haven %s: there is no option %s; see haven %s --help\n", cli->words[0],
                cli->words[i], cli->words[0]);
        return false;
    }
    return true;
}

bool cli_integer(const struct cli *cli, const char *name, json_int_t otherwise,
                 json_int_t *ret_value) {
    const char *text = cli_option(cli, name);
    char *end = NULL;
    *ret_value = otherwise;
    if (text == NULL)
        return true;
    *ret_value = strtoll(text, &end, 10);
    if (end != text && *end == '\0')
        return true;
    fprintf(stderr, "haven %s: %s: “%s” is not a whole number\n", cli->words[0], name, text);
    return false;
}

/* "+90min": a sign, a number and one of s, min, h, d. */
static bool read_distance(const char *text, json_int_t *ret_ms) {
    static const struct {
        const char *unit;
        json_int_t ms;
    } units[] = {{"s", 1000}, {"min", 60000}, {"h", 3600000}, {"d", 86400000}};
    char *unit = NULL;
    long long number = strtoll(text, &unit, 10);
    if (unit == text + 1 || number > 100000000 || number < -100000000)
        return false;
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
        if (strcmp(unit, units[i].unit) == 0) {
            *ret_ms = number * units[i].ms;
            return true;
        }
    return false;
}

bool cli_time(const struct cli *cli, const char *name, json_int_t *ret_wall_ms, bool *ret_given) {
    const char *text = cli_option(cli, name);
    json_int_t distance_ms = 0;
    struct tm when = {0};
    *ret_given = text != NULL;
    if (text == NULL)
        return true;
    if ((text[0] == '+' || text[0] == '-') && read_distance(text, &distance_ms)) {
        json_t *status = NULL; /* in an exercise "now" is scenario time, which only it knows */
        if (cli_call(cli, json_pack("{s:s}", "verb", "status"), &status) != 0)
            return false;
        *ret_wall_ms = json_integer_value(json_object_get(status, "wall_ms")) + distance_ms;
        json_decref(status);
        return true;
    }
    const char *end = strptime(text, "%Y-%m-%dT%H:%M:%SZ", &when);
    if (end != NULL && *end == '\0') {
        *ret_wall_ms = (json_int_t)timegm(&when) * 1000;
        return true;
    }
    fprintf(stderr, "haven %s: %s: “%s” is not a time; write 2026-11-23T18:00:00Z, +90min or -2h\n",
            cli->words[0], name, text);
    return false;
}

const char *cli_wall(json_int_t wall_ms, char *buffer, size_t bytes) {
    time_t seconds = (time_t)(wall_ms / 1000);
    struct tm when;
    if (gmtime_r(&seconds, &when) == NULL || strftime(buffer, bytes, "%Y-%m-%d %H:%M", &when) == 0)
        snprintf(buffer, bytes, "?");
    return buffer;
}
