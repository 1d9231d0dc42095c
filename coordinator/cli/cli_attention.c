/* `haven attention`: what is wrong or waits for a decision, and who sees to it. */
#include "coordinator/cli/cli.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>

/* ---- the list ---- */

/* "people 410, behind 96 min": the figures as they came, for there are as many forms as kinds. */
static void write_figures(const json_t *figures, char *buffer, size_t bytes) {
    const char *name;
    json_t *value;
    size_t at = 0;
    buffer[0] = '\0';
    json_object_foreach((json_t *)figures, name, value) {
        char words[160];
        const size_t length = strlen(name);
        const bool seconds = length > 2 && strcmp(name + length - 2, "_s") == 0;
        if (json_is_number(value) && seconds)
            snprintf(words, sizeof words, "%s", cli_age(value, false));
        else if (json_is_string(value))
            snprintf(words, sizeof words, "%s", json_string_value(value));
        else if (json_is_integer(value))
            snprintf(words, sizeof words, "%lld", (long long)json_integer_value(value));
        else if (json_is_real(value))
            snprintf(words, sizeof words, "%.1f", json_real_value(value));
        else
            snprintf(words, sizeof words, "?");
        int size = snprintf(buffer + at, bytes - at, "%s%.*s %s", at == 0 ? "" : ", ",
                            (int)(seconds ? length - 2 : length), name, words);
        if (size < 0 || (size_t)size >= bytes - at)
            return;
        at += (size_t)size;
    }
    for (char *underscore = buffer; (underscore = strchr(underscore, '_')) != NULL;)
        *underscore = ' ';
}

static void print_attention(const json_t *reply) {
    static const char *const titles[] = {"grade", "id",     "name", ">age",
                                         "owner", ">since", "what", NULL};
    const json_t *by_grade = json_object_get(reply, "by_grade");
    struct cli_table *table = cli_table_new(titles);
    size_t index;
    json_t *one;
    json_array_foreach(json_object_get(reply, "attention"), index, one) {
        const json_t *owner = json_object_get(one, "owner");
        char figures[400];
        write_figures(json_object_get(one, "figures"), figures, sizeof figures);
        cli_table_cell(table, "%s", cli_text(one, "grade"));
        cli_table_cell(table, "%s", cli_text(one, "id"));
        cli_table_cell(table, "%s", cli_text(one, "name"));
        cli_table_cell(table, "%s",
                       json_is_null(json_object_get(one, "age_s"))
                           ? "?"
                           : cli_age(json_object_get(one, "age_s"), false));
        cli_table_cell(table, "%s", json_is_object(owner) ? cli_text(owner, "name") : "nobody");
        cli_table_cell(table, "%s",
                       json_is_object(owner) ? cli_age(json_object_get(owner, "age_s"), false)
                                             : "");
        cli_table_cell(table, "%s%s%s", cli_text(one, "kind"), figures[0] == '\0' ? "" : ": ",
                       figures);
    }
    cli_table_print(table);
    printf("in all: %s, %s, %s\n", cli_count(cli_number(by_grade, "alarm"), "alarm", "alarms"),
           cli_count(cli_number(by_grade, "decision"), "decision", "decisions"),
           cli_count(cli_number(by_grade, "warning"), "warning", "warnings"));
}

static int list(const struct cli *cli) {
    json_int_t offset, limit;
    const char *owner = cli_option(cli, "--owner");
    bool unowned = cli_flag(cli, "--unowned");
    if (owner != NULL && unowned)
        return cli_usage(cli, "--owner and --unowned exclude each other");
    if (!cli_integer(cli, "--offset", -1, &offset) || !cli_integer(cli, "--limit", -1, &limit))
        return EX_USAGE;
    json_t *request = json_pack("{s:s}", "verb", "attention");
    cli_set_text(request, "grade", cli_option(cli, "--grade"));
    cli_set_text(request, "kind", cli_option(cli, "--kind"));
    cli_set_text(request, "owner", unowned ? "" : owner);
    if (offset >= 0)
        json_object_set_new(request, "offset", json_integer(offset));
    if (limit >= 0)
        json_object_set_new(request, "limit", json_integer(limit));
    return cli_ask(cli, request, print_attention);
}

/* ---- who sees to it ---- */

static int set_owner(const struct cli *cli, const char *owner) {
    const char *thing = cli_word(cli, 2, "--unowned");
    if (thing == NULL)
        return cli_usage(cli, "name what it is about, by its id of the list");
    json_t *request = json_pack("{s:s, s:s, s:s}", "verb", "owner", "thing", thing, "owner", owner);
    cli_set_text(request, "note", cli_option(cli, "--note"));
    return cli_ask(cli, request, NULL);
}

int cli_attention(const struct cli *cli) {
    const char *word = cli_word(cli, 1, "--unowned"), *to = cli_option(cli, "--to");
    if (word == NULL)
        return list(cli);
    bool give = strcmp(word, "give") == 0;
    if (to != NULL && !give)
        return cli_usage(cli, "--to belongs to give");
    if (strcmp(word, "take") == 0)
        return set_owner(cli, cli->role == NULL ? "operator" : cli->role);
    if (strcmp(word, "leave") == 0)
        return set_owner(cli, "");
    if (!give)
        return cli_usage(cli, "say take, give or leave, or nothing for the list");
    if (to == NULL || *to == '\0')
        return cli_usage(cli, "say who sees to it: --to NAME");
    return set_owner(cli, to);
}
