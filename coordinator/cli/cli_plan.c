/* Plans, and the directives that bind them. */
#include "coordinator/cli/cli_number.h"
#include "coordinator/cli/cli_plan_inside.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

static void cell_standing(struct cli_table *table, const json_t *plan, const char *member) {
    cli_table_cell(table, "%s%s", cli_text(plan, member),
                   json_is_true(json_object_get(plan, "stopped_early")) ? " (stopped early)" : "");
}

static void cell_person_min(struct cli_table *table, const json_t *plan, const char *member) {
    cli_table_cell(table, "%lld", cli_number(plan, member) / 60);
}

static void cell_gap(struct cli_table *table, const json_t *plan, const char *member) {
    cli_table_cell(table, "%.2f %%", 100 * cli_plan_figure(plan, member));
}

static void print_plans(const json_t *reply) {
    static const struct cli_column columns[] = {{">plan", cli_cell_whole, "id"},
                                                {"standing", cell_standing, "standing"},
                                                {">basis", cli_cell_whole, "basis"},
                                                {">unserved", cli_cell_whole, "unserved_people"},
                                                {">proven least", cli_cell_whole, "unserved_bound"},
                                                {">person-min", cell_person_min, "person_seconds"},
                                                {">time gap", cell_gap, "time_gap"},
                                                {">goods gap", cell_gap, "goods_gap"},
                                                {0}};
    cli_print_list(json_object_get(reply, "plans"), columns);
}

static void print_diff(const json_t *reply) {
    static const struct cli_column moves[] = {{"zone", cli_cell_text, "zone"},
                                              {"shelter", cli_cell_text, "shelter"},
                                              {">before", cli_cell_whole, "before"},
                                              {">after", cli_cell_whole, "after"},
                                              {0}};
    static const struct cli_column goods[] = {
        {"depot", cli_cell_text, "depot"},   {"shelter", cli_cell_text, "shelter"},
        {"item", cli_cell_text, "item"},     {">before", cli_cell_whole, "before"},
        {">after", cli_cell_whole, "after"}, {0}};
    cli_print_list(json_object_get(reply, "moves"), moves);
    puts("");
    cli_print_list(json_object_get(reply, "shipments"), goods);
}

static void print_made(const json_t *reply) {
    const long long plan = cli_number(reply, "plan");
    printf("plan %lld made; look at it: haven plan show %lld; decide: haven plan approve %lld\n",
           plan, plan, plan);
}

static bool set_number_of_plan(json_t *request, const char *member, const char *word) {
    long plan;
    if (word == NULL)
        return true;
    if (!cli_number_read_whole(word, 1, LONG_MAX, &plan)) {
        fprintf(stderr, "haven plan: “%s” is not the number of a plan; see haven plan list\n",
                word);
        return false;
    }
    json_object_set_new(request, member, json_integer(plan));
    return true;
}

/* A request about the plan that the third word names, the last one where it is silent. NULL: said
 * what is wrong. */
static json_t *plan_request(const struct cli *cli, const char *verb) {
    json_t *request = json_pack("{s:s}", "verb", verb);
    if (!set_number_of_plan(request, "plan", cli_word(cli, 2, "")) ||
        !set_number_of_plan(request, "against", cli_option(cli, "--against"))) {
        json_decref(request);
        return NULL;
    }
    cli_set_text(request, "reason", cli_option(cli, "--reason"));
    return request;
}

static void print_approved(const json_t *reply) {
    const long long orders = cli_number(reply, "last") - cli_number(reply, "first");
    printf("approved; %s issued: haven orders\n",
           cli_count(orders, "order or change to an order", "orders and changes to orders"));
    const long long newer = cli_number(reply, "newer");
    if (newer > 0)
        printf("plan %lld, which is newer, waits: haven plan diff %lld\n", newer, newer);
}

static void print_directives(const json_t *reply) {
    static const struct cli_column columns[] = {{"directive", cli_cell_text, "id"},
                                                {"kind", cli_cell_text, "kind"},
                                                {"zone", cli_cell_text, "zone"},
                                                {"depot", cli_cell_text, "depot"},
                                                {"shelter", cli_cell_text, "shelter"},
                                                {"item", cli_cell_text, "item"},
                                                {"link", cli_cell_text, "link"},
                                                {">quantity", cli_cell_given, "quantity"},
                                                {"by", cli_cell_text, "by"},
                                                {"reason", cli_cell_text, "reason"},
                                                {0}};
    cli_print_list(json_object_get(reply, "directives"), columns);
}

/* haven plan directive ID --kind KIND …, or ID --lift. */
static int set_directive(const struct cli *cli) {
    static const char *const options[] = {"--kind", "--zone", "--shelter", "--depot",
                                          "--item", "--link", "--reason"};
    const char *id = cli_word(cli, 2, "--lift");
    bool lift = cli_flag(cli, "--lift");
    json_int_t quantity;
    if (id == NULL || (cli_option(cli, "--kind") == NULL) != lift)
        return cli_usage(cli, "name the directive, and its --kind or --lift");
    if (!cli_integer(cli, "--quantity", -1, &quantity))
        return EX_USAGE;
    json_t *request = json_pack("{s:s, s:s, s:b}", "verb", "directive", "id", id, "lifted", lift);
    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++)
        if (cli_option(cli, options[i]) != NULL)
            json_object_set_new(request, options[i] + 2, json_string(cli_option(cli, options[i])));
    if (quantity >= 0)
        json_object_set_new(request, "quantity", json_integer(quantity));
    return cli_ask(cli, request, NULL);
}

int cli_plan(const struct cli *cli) {
    static const struct {
        const char *word, *verb;
        void (*print)(const json_t *reply);
    } forms[] = {{"show", "plan", cli_plan_show},
                 {"diff", "plan-diff", print_diff},
                 {"progress", "progress", cli_plan_progress},
                 {"approve", "plan-approve", print_approved},
                 {"withdraw", "plan-withdraw", NULL}};
    const char *what = cli_word(cli, 1, "");
    if (what == NULL || strcmp(what, "list") == 0)
        return cli_ask(cli, json_pack("{s:s}", "verb", "plans"), print_plans);
    if (strcmp(what, "make") == 0)
        return cli_ask(cli, json_pack("{s:s}", "verb", "plan-make"), print_made);
    if (strcmp(what, "directives") == 0)
        return cli_ask(cli,
                       json_pack("{s:s, s:b}", "verb", "directives", "all", cli_flag(cli, "--all")),
                       print_directives);
    if (strcmp(what, "directive") == 0)
        return set_directive(cli);
    if (strcmp(what, "approve") == 0 && cli_word(cli, 2, "") == NULL)
        return cli_usage(cli, "name the plan that you have looked at, since a newer one may have "
                              "been proposed meanwhile: haven plan approve N");
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++)
        if (strcmp(what, forms[i].word) == 0) {
            json_t *request = plan_request(cli, forms[i].verb);
            return request == NULL ? EX_USAGE : cli_ask(cli, request, forms[i].print);
        }
    return cli_usage(
        cli, "say what to do: list, make, show, diff, progress, approve, withdraw, directives or "
             "directive");
}
