/* Commands that decide: incidents, hazards, roads, reports on behalf, notes, the scenario clock. */
#include "coordinator/cli/cli.h"
#include "coordinator/cli/cli_number.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

/* "Z1,Z2" as a list. */
static json_t *split(const char *list) {
    json_t *array = json_array();
    while (list != NULL && *list != '\0') {
        size_t length = strcspn(list, ",");
        if (length > 0)
            json_array_append_new(array, json_stringn(list, length));
        list += length + (list[length] == ',');
    }
    return array;
}

/* ---- incident ---- */

static void print_incidents(const json_t *reply) {
    static const char *const titles[] = {"incident", "name", "hazard", "phase", NULL};
    struct cli_table *table = cli_table_new(titles);
    size_t index;
    json_t *incident;
    json_array_foreach(json_object_get(reply, "incidents"), index, incident) {
        static const char *const members[] = {"id", "name", "hazard", "phase"};
        for (int i = 0; i < 4; i++)
            cli_table_cell(table, "%s", json_string_value(json_object_get(incident, members[i])));
    }
    cli_table_print(table);
}

int cli_incident(const struct cli *cli) {
    const char *what = cli_word(cli, 1, ""), *word = cli_word(cli, 2, "");
    if (what == NULL || strcmp(what, "list") == 0)
        return cli_ask(cli, json_pack("{s:s}", "verb", "incidents"), print_incidents);
    if (strcmp(what, "open") == 0 && word != NULL) {
        json_t *request = json_pack("{s:s, s:s}", "verb", "incident-open", "name", word);
        cli_set_text(request, "hazard", cli_option(cli, "--hazard"));
        return cli_ask(cli, request, NULL);
    }
    if (strcmp(what, "phase") == 0 && word != NULL)
        return cli_ask(cli, json_pack("{s:s, s:s}", "verb", "incident-phase", "phase", word), NULL);
    if (strcmp(what, "close") == 0 && word == NULL)
        return cli_ask(cli, json_pack("{s:s, s:s}", "verb", "incident-phase", "phase", "closed"),
                       NULL);
    return cli_usage(cli, "say what to do: open NAME, phase PHASE, close or list");
}

/* ---- hazards and roads ---- */

static void print_hazards(const json_t *reply) {
    static const char *const titles[] = {"hazard",    "kind",    "state",  ">zones", ">links",
                                         ">shelters", ">depots", ">steps", NULL};
    struct cli_table *table = cli_table_new(titles);
    size_t index;
    json_t *hazard;
    json_array_foreach(json_object_get(reply, "hazards"), index, hazard) {
        static const char *const lists[] = {"zones", "links", "shelters", "depots"};
        cli_table_cell(table, "%s", json_string_value(json_object_get(hazard, "id")));
        cli_table_cell(table, "%s", json_string_value(json_object_get(hazard, "kind")));
        cli_table_cell(table, "%s",
                       json_is_true(json_object_get(hazard, "over")) ? "over" : "in force");
        for (int i = 0; i < 4; i++)
            cli_table_cell(table, "%zu", json_array_size(json_object_get(hazard, lists[i])));
        cli_table_cell(table, "%zu", json_array_size(json_object_get(hazard, "steps")));
    }
    cli_table_print(table);
}

/* Turns what the request lists into a step from that time on, which the coordinator puts beside all
 * that was said before. */
static void as_step(json_t *request, json_int_t from_ms, bool has_until, json_int_t until_ms,
                    json_int_t permille) {
    static const char *const lists[] = {"zones", "links", "shelters", "depots"};
    json_t *step = json_pack("{s:I}", "from_wall_ms", from_ms);
    for (int i = 0; i < 4; i++) {
        json_object_set(step, lists[i], json_object_get(request, lists[i]));
        json_object_del(request, lists[i]);
    }
    if (has_until)
        json_object_set_new(step, "until_wall_ms", json_integer(until_ms));
    if (permille >= 0)
        json_object_set_new(step, "capacity_permille", json_integer(permille));
    json_object_set_new(request, "steps", json_pack("[o]", step));
    json_object_set_new(request, "adds", json_true());
}

int cli_hazard(const struct cli *cli) {
    const char *id = cli_word(cli, 1, "--over"), *kind = cli_word(cli, 2, "--over");
    bool over = cli_flag(cli, "--over");
    if (id == NULL || strcmp(id, "list") == 0)
        return cli_ask(cli, json_pack("{s:s}", "verb", "hazards"), print_hazards);
    if (kind == NULL && !over)
        return cli_usage(cli, "name the hazard and its kind, or --over");
    json_t *request = json_pack(
        "{s:s, s:s, s:b, s:o, s:o, s:o, s:o}", "verb", "hazard", "id", id, "over", over, "zones",
        split(cli_option(cli, "--zones")), "links", split(cli_option(cli, "--links")), "shelters",
        split(cli_option(cli, "--shelters")), "depots", split(cli_option(cli, "--depots")));
    cli_set_text(request, "kind", kind);
    json_int_t from_ms = 0, until_ms = 0, permille = -1;
    bool has_from = false, has_until = false;
    if (!cli_time(cli, "--from", &from_ms, &has_from) ||
        !cli_time(cli, "--until", &until_ms, &has_until) ||
        !cli_integer(cli, "--capacity-permille", -1, &permille)) {
        json_decref(request);
        return EX_USAGE;
    }
    if (!has_from && (has_until || permille >= 0)) {
        json_decref(request);
        return cli_usage(cli, "--until and --capacity-permille belong to a step: say --from, too");
    }
    if (has_from)
        as_step(request, from_ms, has_until, until_ms, permille);
    return cli_ask(cli, request, NULL);
}

static void print_roads(const json_t *reply) {
    static const char *const titles[] = {"link", "state", ">capacity ‰", "reason", NULL};
    struct cli_table *table = cli_table_new(titles);
    size_t index;
    json_t *road;
    json_array_foreach(json_object_get(reply, "roads"), index, road) {
        const json_t *capacity = json_object_get(road, "capacity_permille");
        cli_table_cell(table, "%s", json_string_value(json_object_get(road, "id")));
        cli_table_cell(table, "%s",
                       json_is_true(json_object_get(road, "closed")) ? "CLOSED" : "open");
        if (json_is_integer(capacity))
            cli_table_cell(table, "%lld", (long long)json_integer_value(capacity));
        else
            cli_table_cell(table, "own");
        cli_table_cell(table, "%s", json_string_value(json_object_get(road, "reason")));
    }
    cli_table_print(table);
}

int cli_road(const struct cli *cli) {
    const char *what = cli_word(cli, 1, ""), *link = cli_word(cli, 2, "");
    json_int_t permille;
    if (what == NULL || strcmp(what, "list") == 0)
        return cli_ask(cli, json_pack("{s:s}", "verb", "roads"), print_roads);
    bool closes = strcmp(what, "close") == 0;
    if ((!closes && strcmp(what, "open") != 0) || link == NULL)
        return cli_usage(cli, "say what to do: close LINK, open LINK or list");
    if (!cli_integer(cli, "--capacity-permille", -1, &permille))
        return EX_USAGE;
    json_t *request = json_pack("{s:s, s:s, s:b}", "verb", "road", "link", link, "closed", closes);
    cli_set_text(request, "reason", cli_option(cli, "--reason"));
    if (permille >= 0)
        json_object_set_new(request, "capacity_permille", json_integer(permille));
    return cli_ask(cli, request, NULL);
}

/* ---- reports on behalf ---- */

/* What came by telephone: the entry is JSON, as docs/NODE.md lists it, or one of the short forms.
 */
static json_t *read_entry(const struct cli *cli, const char *what) {
    static const char *const figures[] = {"age-unknown",    "infants",    "children", "adults",
                                          "elderly",        "wheelchair", "medical",  "pregnant",
                                          "other-language", "pets"};
    static const char *const members[] = {"age_unknown",    "infant",     "child",   "adult",
                                          "elderly",        "wheelchair", "medical", "pregnant",
                                          "other_language", "pets"};
    if (what[0] == '{')
        return json_loads(what, JSON_REJECT_DUPLICATES, NULL);
    if (strcmp(what, "status") == 0) {
        json_t *entry = json_pack("{s:s}", "verb", "status-report");
        cli_set_text(entry, "status", cli_word(cli, 3, ""));
        cli_set_text(entry, "reason", cli_option(cli, "--reason"));
        return entry;
    }
    json_t *people = json_object(),
           *entry = json_pack("{s:s, s:o}", "verb", what, "people", people);
    for (size_t i = 0; i < sizeof figures / sizeof figures[0]; i++) {
        char option[32];
        json_int_t value;
        snprintf(option, sizeof option, "--%s", figures[i]);
        if (!cli_integer(cli, option, 0, &value)) {
            json_decref(entry);
            return NULL;
        }
        if (value != 0)
            json_object_set_new(people, members[i], json_integer(value));
    }
    cli_set_text(entry, "zone", cli_option(cli, "--from"));
    cli_set_text(entry, "to", cli_option(cli, "--to"));
    return entry;
}

int cli_report(const struct cli *cli) {
    const char *place = cli_word(cli, 1, "--imported"), *what = cli_word(cli, 2, "--imported");
    json_int_t ago_s;
    if (place == NULL || what == NULL)
        return cli_usage(cli, "name the place and what is reported");
    if (!cli_integer(cli, "--ago-s", 0, &ago_s))
        return EX_USAGE;
    json_t *entry = read_entry(cli, what);
    if (!json_is_object(entry)) {
        json_decref(entry);
        return cli_usage(cli, "the entry cannot be read");
    }
    if (ago_s > 0)
        json_object_set_new(entry, "ago_s", json_integer(ago_s));
    return cli_ask(cli,
                   json_pack("{s:s, s:s, s:o, s:b}", "verb", "report", "place", place, "entry",
                             entry, "imported", cli_flag(cli, "--imported")),
                   NULL);
}

int cli_note(const struct cli *cli) {
    const char *note = cli_word(cli, 1, "");
    if (note == NULL)
        return cli_usage(cli, "say something");
    json_t *request = json_pack("{s:s, s:s}", "verb", "note", "text", note);
    cli_set_text(request, "subject", cli_option(cli, "--subject"));
    return cli_ask(cli, request, NULL);
}

int cli_handover(const struct cli *cli) {
    const char *text = cli_word(cli, 1, ""), *to = cli_option(cli, "--to");
    if (to == NULL)
        return cli_usage(cli, "say who takes over: --to NAME");
    json_t *request = json_pack("{s:s, s:s}", "verb", "handover", "to", to);
    cli_set_text(request, "text", text);
    return cli_ask(cli, request, NULL);
}

int cli_clock(const struct cli *cli) {
    json_int_t permille, start_ms = 0;
    bool given = false;
    const char *rate = cli_word(cli, 1, "");
    double factor;
    if (rate == NULL || !cli_number_read(rate, 0, 100000, &factor))
        return cli_usage(cli,
                         "give the rate: 1 is real time, 60 a minute a second, 0 stands still");
    if (!cli_time(cli, "--start", &start_ms, &given))
        return EX_USAGE;
    permille = (json_int_t)(factor * 1000 + 0.5);
    json_t *request = json_pack("{s:s, s:I}", "verb", "clock", "rate_permille", permille);
    if (given)
        json_object_set_new(request, "start_wall_ms", json_integer(start_ms));
    return cli_ask(cli, request, NULL);
}
