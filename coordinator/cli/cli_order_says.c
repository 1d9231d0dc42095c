/* What an order says, from the options of a line. */
#include "coordinator/cli/cli.h"
#include "coordinator/cli/cli_number.h"
#include "schemas/limits.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TRAVEL_MIN_MAX = 7 * 24 * 60 }; /* a week */

static bool wrong(const struct cli *cli, const char *option, const char *value, const char *right) {
    fprintf(stderr, "haven %s: %s: “%s” cannot be read; write %s\n", cli->words[0], option, value,
            right);
    return false;
}

/* One "NAME=NUMBER" as {name_member: NAME, number_member: NUMBER}; NULL: it is none. */
static json_t *read_pair(const char *pair, size_t size, const char *name_member,
                         const char *number_member) {
    const char *equals = memchr(pair, '=', size);
    char *end = NULL;
    if (equals == NULL || equals == pair || equals[1] < '0' || equals[1] > '9')
        return NULL;
    long long number = strtoll(equals + 1, &end, 10);
    if (end != pair + size)
        return NULL;
    return json_pack("{s:s%, s:I}", name_member, pair, (size_t)(equals - pair), number_member,
                     (json_int_t)number);
}

/* "A=1,B=2" as a list of pairs, or "A,B" as a list of texts where there is no name of a member. */
static bool read_list(const struct cli *cli, json_t *request, const char *option,
                      const char *name_member, const char *number_member) {
    const char *value = cli_option(cli, option);
    json_t *list = value == NULL ? NULL : json_array();
    for (const char *at = value; at != NULL;) {
        size_t size = strcspn(at, ",");
        json_t *one = name_member == NULL ? json_stringn(at, size)
                                          : read_pair(at, size, name_member, number_member);
        if (one == NULL || size == 0) {
            json_decref(one);
            json_decref(list);
            return wrong(cli, option, value, name_member == NULL ? "ID,ID" : "NAME=NUMBER,…");
        }
        json_array_append_new(list, one);
        at = at[size] == ',' ? at + size + 1 : NULL;
    }
    if (list != NULL)
        json_object_set_new(request, option + 2, list);
    return true;
}

static bool read_times(const struct cli *cli, json_t *request) {
    static const struct {
        const char *option, *member;
    } times[] = {
        {"--deadline", "deadline_wall_ms"}, {"--start", "start_wall_ms"}, {"--end", "end_wall_ms"}};
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
        json_int_t wall_ms = 0;
        bool given = false;
        if (!cli_time(cli, times[i].option, &wall_ms, &given))
            return false;
        if (given)
            json_object_set_new(request, times[i].member, json_integer(wall_ms));
    }
    return true;
}

static bool read_number(const struct cli *cli, json_t *request, const char *option, long most,
                        const char *member, long unit) {
    const char *word = cli_option(cli, option);
    long number;
    if (word == NULL)
        return true;
    if (!cli_number_read_whole(word, 0, most, &number)) {
        char right[64];
        snprintf(right, sizeof right, "a whole number from 0 to %ld", most);
        return wrong(cli, option, word, right);
    }
    json_object_set_new(request, member, json_integer((json_int_t)number * unit));
    return true;
}

bool cli_order_says(const struct cli *cli, json_t *request) {
    static const char *const texts[] = {"--shelter", "--counterpart", "--waybill", "--vehicle",
                                        "--text"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (cli_option(cli, texts[i]) != NULL)
            json_object_set_new(request, texts[i] + 2, json_string(cli_option(cli, texts[i])));
    return read_list(cli, request, "--people", "zone", "people") &&
           read_list(cli, request, "--lines", "item", "quantity") &&
           read_list(cli, request, "--links", NULL, NULL) && read_times(cli, request) &&
           read_number(cli, request, "--per-hour", HV_PEOPLE_MAX, "people_per_hour", 1) &&
           read_number(cli, request, "--travel-min", TRAVEL_MIN_MAX, "travel_s", 60);
}
