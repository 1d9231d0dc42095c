/* `haven orders show`: what an order says, and what became of it. */
#include "coordinator/cli/cli.h"

#include <stdio.h>
#include <string.h>

static void print_text(const char *what, const char *text) {
    if (text[0] != '\0')
        printf("%-9s%s\n", what, text);
}

static void print_time(const char *what, const json_t *order, const char *member) {
    char when[32];
    if (json_object_get(order, member) != NULL)
        printf("%-9s%s UTC\n", what, cli_wall(cli_number(order, member), when, sizeof when));
}

/* When, at what rate and how long under way. */
static void print_window(const json_t *order) {
    const long long rate = cli_number(order, "people_per_hour"),
                    travel_s = cli_number(order, "travel_s");
    print_time("begins", order, "start_wall_ms");
    print_time("ends", order, "end_wall_ms");
    if (rate > 0)
        printf("%-9s%s an hour\n", "rate", cli_count(rate, "person", "people"));
    if (travel_s > 0)
        printf("%-9s%lld min, from leaving to being there\n", "way", (travel_s + 59) / 60);
}

static void print_goods_way(const json_t *order) {
    const bool comes = strcmp(cli_text(order, "kind"), "expect-delivery") == 0;
    print_text(comes ? "from" : "to", cli_text(order, "counterpart"));
    print_text("waybill", cli_text(order, "waybill"));
    print_text("vehicle", cli_text(order, "vehicle"));
    if (cli_number(order, "trips") > 0)
        printf("%-9s%lld\n", "trips", cli_number(order, "trips"));
}

static void print_roads(const json_t *links) {
    size_t index;
    json_t *link;
    if (json_array_size(links) == 0)
        return;
    printf("%-8s", "roads");
    json_array_foreach(links, index, link) printf(" %s", json_string_value(link));
    puts("");
}

static void print_escalation(const json_t *escalation) {
    if (json_is_object(escalation))
        printf("%-9s%s was told %s ago: %s\n", "above", cli_text(escalation, "to"),
               cli_age(json_object_get(escalation, "age_s"), false),
               cli_text(escalation, "reason"));
}

static void print_people(const json_t *people) {
    static const struct cli_column columns[] = {{"zone", cli_cell_text, "zone"},
                                                {">people", cli_cell_whole, "people"},
                                                {">wheelchair", cli_cell_whole, "wheelchair"},
                                                {">medical", cli_cell_whole, "medical"},
                                                {">by bus", cli_cell_whole, "without_vehicle"},
                                                {0}};
    if (json_array_size(people) == 0)
        return;
    puts("");
    cli_print_list(people, columns);
}

/* Where the parts of "2026-06-01 20:04" begin. */
enum { WALL_MONTH = 5, WALL_HOUR = 11 };

static void add_clock(struct cli_table *table, const json_t *row, const char *member, size_t from) {
    char when[32];
    cli_wall(cli_number(row, member), when, sizeof when);
    cli_table_cell(table, "%s", strlen(when) > from ? when + from : when);
}

static void add_stop(struct cli_table *table, const json_t *run, const json_t *stop, bool first) {
    if (first) {
        cli_cell_whole(table, run, "number");
        add_clock(table, run, "starts_wall_ms", WALL_MONTH);
    } else {
        cli_table_cell(table, "%s", "");
        cli_table_cell(table, "%s", "then");
    }
    cli_cell_pickup(table, stop, "zone");
    cli_cell_whole(table, stop, "people");
    cli_cell_whole(table, stop, "wheelchair");
    add_clock(table, stop, "arrives_wall_ms", WALL_HOUR);
    add_clock(table, stop, "leaves_wall_ms", WALL_HOUR);
    cli_cell_text(table, run, "shelter");
    add_clock(table, run, "arrives_wall_ms", WALL_HOUR);
    add_clock(table, run, "free_wall_ms", WALL_HOUR);
}

/* Each stop is a row. */
static void print_runs(const json_t *runs) {
    static const char *const titles[] = {">bus",        "starts (UTC)", "zone",   ">people",
                                         ">wheelchair", "there",        "leaves", "shelter",
                                         "there",       "empty",        NULL};
    size_t index, at;
    json_t *run, *stop;
    if (json_array_size(runs) == 0)
        return;
    struct cli_table *table = cli_table_new(titles);
    json_array_foreach(runs, index, run) json_array_foreach(json_object_get(run, "stops"), at, stop)
        add_stop(table, run, stop, at == 0);
    puts("");
    cli_table_print(table);
}

static void print_lines(const char *what, const json_t *lines) {
    const struct cli_column columns[] = {{what, cli_cell_text, "item"},
                                         {"lot", cli_cell_text, "lot"},
                                         {">quantity", cli_cell_whole, "quantity"},
                                         {0}};
    if (json_array_size(lines) == 0)
        return;
    puts("");
    cli_print_list(lines, columns);
}

static void cell_age(struct cli_table *table, const json_t *step, const char *member) {
    cli_table_cell(table, "%s", cli_age(json_object_get(step, member), false));
}

/* An answer that came too late, or to an older revision, changed nothing. */
static void cell_counted(struct cli_table *table, const json_t *step, const char *member) {
    cli_table_cell(table, "%s%s", cli_text(step, "reason"),
                   json_is_false(json_object_get(step, member)) ? " (not counted)" : "");
}

static void print_steps(const json_t *steps) {
    static const struct cli_column columns[] = {{"became", cli_cell_text, "state"},
                                                {">age", cell_age, "age_s"},
                                                {"by", cli_cell_text, "by"},
                                                {">revision", cli_cell_whole, "revision"},
                                                {">done", cli_cell_given, "done"},
                                                {"why", cell_counted, "counted"},
                                                {0}};
    puts("");
    cli_print_list(steps, columns);
}

void cli_order_show(const json_t *reply) {
    const json_t *order = json_object_get(reply, "order");
    printf("order %lld, revision %lld: %s, for %s %s\n", cli_number(order, "id"),
           cli_number(order, "revision"), cli_text(order, "kind"), cli_text(order, "post"),
           cli_text(order, "addressee"));
    printf("%-9s%s%s\n", "state", cli_text(order, "state"),
           json_is_true(json_object_get(order, "overdue")) ? ", OVERDUE" : "");
    print_escalation(json_object_get(order, "escalation"));
    if (cli_number(order, "plan") > 0)
        printf("%-9s%lld\n", "plan", cli_number(order, "plan"));
    print_time("deadline", order, "deadline_wall_ms");
    print_window(order);
    print_text("shelter", cli_text(order, "shelter"));
    print_goods_way(order);
    print_roads(json_object_get(order, "links"));
    print_text("says", cli_text(order, "text"));
    print_people(json_object_get(order, "people"));
    print_runs(json_object_get(order, "runs"));
    print_lines("item", json_object_get(order, "lines"));
    print_lines("sent so far", json_object_get(order, "sent"));
    print_steps(json_object_get(order, "steps"));
}
