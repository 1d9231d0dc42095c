/* Commands that ask: what is known, and how old it is. */
#include "coordinator/cli/cli.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>

/* A figure, or "?" where it is not known: never 0. */
static const char *figure(const json_t *value, char *buffer, size_t bytes) {
    if (json_is_integer(value))
        snprintf(buffer, bytes, "%lld", (long long)json_integer_value(value));
    else
        snprintf(buffer, bytes, "?");
    return buffer;
}

/* A list request with --id, --offset and --limit. NULL: the line was wrong, and it has been said.
 */
static json_t *list_request(const struct cli *cli, const char *verb) {
    json_int_t offset, limit;
    const char *id = cli_option(cli, "--id");
    if (!cli_integer(cli, "--offset", -1, &offset) || !cli_integer(cli, "--limit", -1, &limit))
        return NULL;
    json_t *request = json_pack("{s:s}", "verb", verb);
    if (id == NULL)
        id = cli_word(cli, 1, "--all");
    if (id != NULL)
        json_object_set_new(request, "id", json_string(id));
    if (offset >= 0)
        json_object_set_new(request, "offset", json_integer(offset));
    if (limit >= 0)
        json_object_set_new(request, "limit", json_integer(limit));
    if (cli_flag(cli, "--all"))
        json_object_set_new(request, "all", json_true());
    return request;
}

static int ask_list(const struct cli *cli, const char *verb, void (*print)(const json_t *reply)) {
    json_t *request = list_request(cli, verb);
    return request == NULL ? EX_USAGE : cli_ask(cli, request, print);
}

/* ---- status ---- */

static void print_status(const json_t *reply) {
    char when[32];
    const json_t *incident = json_object_get(reply, "incident"),
                 *nodes = json_object_get(reply, "nodes"),
                 *shelters = json_object_get(reply, "shelters"),
                 *people = json_object_get(reply, "people"),
                 *orders = json_object_get(reply, "orders");
    bool exercise = strcmp(cli_text(reply, "mode"), "exercise") == 0;
    if (exercise)
        puts("演练 EXERCISE — nothing here is real");
    printf("%s, %s UTC\n", cli_text(reply, "name"),
           cli_wall(cli_number(reply, "wall_ms"), when, sizeof when));
    if (json_is_object(incident))
        printf("incident   %s (%s), phase %s\n", cli_text(incident, "name"),
               cli_text(incident, "hazard"), cli_text(incident, "phase"));
    else
        puts("incident   none");
    if (json_is_false(json_object_get(reply, "storing")))
        puts("STORAGE    the disk refuses: nothing is acknowledged until there is room");
    const json_t *region = json_object_get(reply, "region");
    if (*cli_text(region, "fault") != '\0')
        printf("REGION     %s is not in memory, nothing is planned: %s; %s\n",
               cli_text(region, "name"), cli_text(region, "fault"), cli_text(region, "remedy"));
    printf("nodes      %lld present, %lld stale, %lld never heard\n",
           (long long)cli_number(nodes, "present"), (long long)cli_number(nodes, "stale"),
           (long long)cli_number(nodes, "never_heard"));
    printf("shelters   %lld, %lld open with %lld places; capacity of %lld unknown\n",
           (long long)cli_number(shelters, "all"), (long long)cli_number(shelters, "open"),
           (long long)cli_number(shelters, "capacity_open"),
           (long long)cli_number(shelters, "capacity_unknown"));
    printf("people     %lld sheltered, %lld on the way between places\n",
           (long long)cli_number(people, "sheltered"), (long long)cli_number(people, "on_the_way"));
    if (cli_number(people, "evacuating") + cli_number(people, "overdue") > 0)
        printf("leaving    about %lld on the way from their zones, %lld overdue\n",
               (long long)cli_number(people, "evacuating"),
               (long long)cli_number(people, "overdue"));
    printf("orders     %lld open, %lld overdue\n", (long long)cli_number(orders, "open"),
           (long long)cli_number(orders, "overdue"));
    printf("requests   %lld open\n",
           (long long)cli_number(json_object_get(reply, "requests"), "open"));
    const json_t *in_force = json_object_get(reply, "plan_in_force");
    if (json_is_integer(in_force))
        printf("plan       %lld in force, last proposed %lld\n",
               (long long)json_integer_value(in_force), (long long)cli_number(reply, "last_plan"));
    else
        printf("plan       none in force, last proposed %lld\n",
               (long long)cli_number(reply, "last_plan"));
    printf("log        position %lld, term %lld\n", (long long)cli_number(reply, "position"),
           (long long)cli_number(reply, "term"));
}

int cli_status(const struct cli *cli) {
    return cli_ask(cli, json_pack("{s:s}", "verb", "status"), print_status);
}

static void print_statistics(const json_t *reply) {
    cli_print_json(reply);
}

int cli_statistics(const struct cli *cli) {
    return cli_ask(cli, json_pack("{s:s}", "verb", "statistics"), print_statistics);
}

/* ---- places ---- */

static const char *presence_mark(const json_t *place) {
    if (!json_is_string(json_object_get(place, "node")))
        return "no node";
    if (json_is_true(json_object_get(place, "stale")))
        return "STALE";
    return cli_text(place, "presence");
}

/* What an asterisk at some figure of a table means. */
static void tell_unverified(bool marked) {
    if (marked)
        puts("* by a standards value that has not been compared with its text");
}

static void print_shelters(const json_t *reply) {
    bool marked = false;
    static const char *const titles[] = {"shelter", "name", "status",  ">people", ">of",
                                         ">age",    "node", "remarks", NULL};
    struct cli_table *table = cli_table_new(titles);
    size_t index;
    json_t *shelter;
    json_array_foreach(json_object_get(reply, "shelters"), index, shelter) {
        const json_t *people = json_object_get(shelter, "people"),
                     *capacity = json_object_get(shelter, "capacity");
        const bool unverified = json_is_false(json_object_get(capacity, "verified"));
        char total[32], places[32], remarks[128] = "";
        marked |= unverified;
        cli_table_cell(table, "%s", cli_text(shelter, "id"));
        cli_table_cell(table, "%s", cli_text(shelter, "name"));
        cli_table_cell(table, "%s", cli_text(shelter, "status"));
        cli_table_cell(table, "%s", figure(json_object_get(people, "total"), total, sizeof total));
        cli_table_cell(table, "%s%s",
                       figure(json_object_get(capacity, "people"), places, sizeof places),
                       unverified ? "*" : "");
        cli_table_cell(table, "%s",
                       cli_age(json_object_get(people, "age_s"),
                               json_is_true(json_object_get(people, "at_least"))));
        cli_table_cell(table, "%s", presence_mark(shelter));
        if (cli_number(people, "difference") != 0)
            snprintf(remarks, sizeof remarks, "count differed by %+lld ",
                     (long long)cli_number(people, "difference"));
        if (cli_number(people, "shortfall") != 0)
            snprintf(remarks + strlen(remarks), sizeof remarks - strlen(remarks),
                     "%lld left who were not there", (long long)cli_number(people, "shortfall"));
        cli_table_cell(table, "%s", remarks);
    }
    cli_table_print(table);
    tell_unverified(marked);
}

int cli_shelters(const struct cli *cli) {
    return ask_list(cli, "shelters", print_shelters);
}

static void print_depots(const json_t *reply) {
    static const char *const titles[] = {"depot",     "name",     "item", "lot",  "expiry",
                                         ">quantity", ">damaged", ">age", "node", NULL};
    struct cli_table *table = cli_table_new(titles);
    size_t index, row;
    json_t *depot, *line;
    json_array_foreach(json_object_get(reply, "depots"), index, depot) {
        const json_t *stock = json_object_get(depot, "stock");
        if (json_array_size(stock) == 0) {
            const char *const cells[] = {cli_text(depot, "id"),
                                         cli_text(depot, "name"),
                                         "-",
                                         "",
                                         "",
                                         "?",
                                         "",
                                         cli_age(json_object_get(depot, "stock_age_s"), false),
                                         presence_mark(depot)};
            for (size_t i = 0; i < sizeof cells / sizeof cells[0]; i++)
                cli_table_cell(table, "%s", cells[i]);
        }
        json_array_foreach(stock, row, line) {
            cli_table_cell(table, "%s", row == 0 ? cli_text(depot, "id") : "");
            cli_table_cell(table, "%s", row == 0 ? cli_text(depot, "name") : "");
            cli_table_cell(table, "%s", cli_text(line, "item"));
            cli_table_cell(table, "%s", cli_text(line, "lot"));
            cli_table_cell(table, "%s", cli_text(line, "expiry"));
            cli_table_cell(table, "%lld", (long long)cli_number(line, "quantity"));
            cli_table_cell(table, "%lld", (long long)cli_number(line, "damaged"));
            cli_table_cell(table, "%s", cli_age(json_object_get(line, "age_s"), false));
            cli_table_cell(table, "%s", presence_mark(depot));
        }
    }
    cli_table_print(table);
}

int cli_depots(const struct cli *cli) {
    return ask_list(cli, "depots", print_depots);
}

/* A real number with one digit, or the word where there is none. */
static const char *real(const json_t *value, const char *otherwise, char *buffer, size_t bytes) {
    if (json_is_number(value))
        snprintf(buffer, bytes, "%.1f", json_number_value(value));
    else
        snprintf(buffer, bytes, "%s", otherwise);
    return buffer;
}

static void print_supplies(const json_t *reply) {
    static const char *const titles[] = {"shelter",    "item", "unit",     ">usable", ">a day",
                                         ">days left", ">age", ">counted", NULL};
    struct cli_table *table = cli_table_new(titles);
    bool marked = false;
    size_t index;
    json_t *row;
    json_array_foreach(json_object_get(reply, "supplies"), index, row) {
        const bool unverified = json_is_false(json_object_get(row, "verified"));
        char day[32], left[32];
        marked |= unverified;
        cli_table_cell(table, "%s", cli_text(row, "shelter"));
        cli_table_cell(table, "%s", cli_text(row, "item"));
        cli_table_cell(table, "%s", cli_text(row, "unit"));
        cli_table_cell(table, "%lld", (long long)cli_number(row, "usable"));
        cli_table_cell(table, "%s%s", real(json_object_get(row, "per_day"), "?", day, sizeof day),
                       unverified ? "*" : "");
        cli_table_cell(table, "%s",
                       real(json_object_get(row, "days_left"), "nobody", left, sizeof left));
        cli_table_cell(table, "%s", cli_age(json_object_get(row, "stock_age_s"), false));
        cli_table_cell(table, "%s", cli_age(json_object_get(row, "people_age_s"), false));
    }
    cli_table_print(table);
    tell_unverified(marked);
}

int cli_supplies(const struct cli *cli) {
    json_t *request = list_request(cli, "supplies");
    if (request == NULL)
        return EX_USAGE;
    const char *item = cli_option(cli, "--item");
    if (item != NULL)
        json_object_set_new(request, "item", json_string(item));
    json_int_t below;
    if (!cli_integer(cli, "--below", 0, &below)) {
        json_decref(request);
        return EX_USAGE;
    }
    if (below > 0)
        json_object_set_new(request, "below", json_integer(below));
    return cli_ask(cli, request, print_supplies);
}

static void print_nodes(const json_t *reply) {
    static const char *const titles[] = {"node",   "role",     "place",    "presence",
                                         ">since", ">reports", ">refused", NULL};
    struct cli_table *table = cli_table_new(titles);
    size_t index;
    json_t *node;
    json_array_foreach(json_object_get(reply, "nodes"), index, node) {
        bool revoked = json_is_true(json_object_get(node, "revoked"));
        cli_table_cell(table, "%s", cli_text(node, "id"));
        cli_table_cell(table, "%s", cli_text(node, "role"));
        cli_table_cell(table, "%s", cli_text(node, "place"));
        cli_table_cell(table, "%s", revoked ? "REVOKED" : cli_text(node, "presence"));
        cli_table_cell(table, "%s", cli_age(json_object_get(node, "heard_ago_s"), false));
        cli_table_cell(table, "%lld", (long long)cli_number(node, "reports"));
        cli_table_cell(table, "%lld", (long long)cli_number(node, "refused"));
    }
    cli_table_print(table);
}

int cli_nodes(const struct cli *cli) {
    return ask_list(cli, "nodes", print_nodes);
}

/* ---- people and needs ---- */

static void print_zones(const json_t *reply) {
    static const char *const titles[] = {"zone",        "name",       ">people",
                                         ">checked in", ">remaining", ">~on way",
                                         ">overdue",    ">swept",     NULL};
    struct cli_table *table = cli_table_new(titles);
    size_t index;
    json_t *zone;
    json_array_foreach(json_object_get(reply, "zones"), index, zone) {
        char people[32], remaining[32];
        cli_table_cell(table, "%s", cli_text(zone, "id"));
        cli_table_cell(table, "%s", cli_text(zone, "name"));
        cli_table_cell(table, "%s", figure(json_object_get(zone, "people"), people, sizeof people));
        cli_table_cell(table, "%lld", (long long)cli_number(zone, "checked_in"));
        cli_table_cell(table, "%s",
                       figure(json_object_get(zone, "remaining"), remaining, sizeof remaining));
        cli_table_cell(table, "%lld", (long long)cli_number(zone, "on_way"));
        cli_table_cell(table, "%lld", (long long)cli_number(zone, "overdue"));
        cli_table_cell(table, "%s", cli_age(json_object_get(zone, "swept_age_s"), false));
    }
    cli_table_print(table);
}

/* Who walked or telephoned through the zone found so many still there. */
static int sweep_zone(const struct cli *cli) {
    const char *zone = cli_word(cli, 2, ""), *reason = cli_option(cli, "--reason");
    json_int_t left, ago_s;
    if (!cli_integer(cli, "--left", -1, &left) || !cli_integer(cli, "--ago-s", 0, &ago_s))
        return EX_USAGE;
    if (zone == NULL || left < 0)
        return cli_usage(cli, "say which zone, and with --left N how many are still there");
    json_t *request = json_pack("{s:s, s:s, s:I, s:I}", "verb", "zone-sweep", "zone", zone, "left",
                                left, "ago_s", ago_s);
    cli_set_text(request, "reason", reason);
    return cli_ask(cli, request, NULL);
}

int cli_zones(const struct cli *cli) {
    const char *what = cli_word(cli, 1, "");
    if (what != NULL && strcmp(what, "sweep") == 0)
        return sweep_zone(cli);
    return ask_list(cli, "zones", print_zones);
}

static void print_transfers(const json_t *reply) {
    static const char *const titles[] = {"transfer", "from", "to", ">on the way", ">age", NULL};
    struct cli_table *table = cli_table_new(titles);
    size_t index;
    json_t *transfer;
    json_array_foreach(json_object_get(reply, "transfers"), index, transfer) {
        cli_table_cell(table, "%s", cli_text(transfer, "id"));
        cli_table_cell(table, "%s", cli_text(transfer, "from"));
        cli_table_cell(table, "%s", cli_text(transfer, "to"));
        cli_table_cell(table, "%lld",
                       (long long)cli_number(json_object_get(transfer, "on_the_way"), "total"));
        cli_table_cell(table, "%s", cli_age(json_object_get(transfer, "age_s"), false));
    }
    cli_table_print(table);
}

int cli_transfers(const struct cli *cli) {
    return ask_list(cli, "transfers", print_transfers);
}

/* ---- the log ---- */

enum { LOG_LINE_BYTES = 400 }; /* of what a record says, in a list of many */

/* Cut where it is longer than a line should be, between two letters. */
static void print_cut(char *text, long long position) {
    size_t end = LOG_LINE_BYTES;
    if (strlen(text) <= end) {
        puts(text);
        return;
    }
    while (((unsigned char)text[end] & 0xc0) == 0x80)
        end--;
    text[end] = '\0';
    printf("%s… (all of it: haven --json log --from %lld --to %lld)\n", text, position, position);
}

static void print_records(const json_t *records, bool whole) {
    size_t index;
    json_t *record;
    json_array_foreach(records, index, record) {
        static const char *const head[] = {"position", "record",  "actor", "name",
                                           "wall_ms",  "mono_ms", "cause"};
        char when[32];
        json_t *body = json_copy(record);
        for (size_t i = 0; i < sizeof head / sizeof head[0]; i++)
            json_object_del(body, head[i]);
        char *rest = json_dumps(body, JSON_COMPACT);
        printf("%8lld  %s  %-10s %-9s %-10s ", cli_number(record, "position"),
               cli_wall(cli_number(record, "wall_ms"), when, sizeof when),
               cli_text(record, "record"), cli_text(record, "actor"), cli_text(record, "name"));
        if (rest != NULL && !whole)
            print_cut(rest, cli_number(record, "position"));
        else
            puts(rest == NULL ? "" : rest);
        free(rest);
        json_decref(body);
    }
}

static void print_log(const json_t *reply) {
    print_records(json_object_get(reply, "records"), false);
}

int cli_log(const struct cli *cli) {
    static const char *const members[] = {"from", "to", "limit"};
    static const char *const options[] = {"--from", "--to", "--limit"};
    json_t *request = json_pack("{s:s}", "verb", "log");
    for (int i = 0; i < 3; i++) {
        json_int_t value;
        if (!cli_integer(cli, options[i], -1, &value)) {
            json_decref(request);
            return EX_USAGE;
        }
        if (value >= 0)
            json_object_set_new(request, members[i], json_integer(value));
    }
    return cli_ask(cli, request, print_log);
}

static void print_notes(const json_t *reply) {
    print_records(json_object_get(reply, "notes"), true);
}

int cli_notes(const struct cli *cli) {
    return cli_ask(cli, json_pack("{s:s}", "verb", "notes"), print_notes);
}
