/* Orders. */
#include "coordinator/cli/cli.h"
#include "coordinator/cli/cli_number.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

/* Where to, or on which waybill and by which vehicle; of planned deliveries when the first leaves
 * and when the last is expected. */
static void cell_order(struct cli_table *table, const json_t *order) {
    const size_t runs = json_array_size(json_object_get(order, "runs"));
    const bool planned = cli_number(order, "trips") > 0,
               ships = strcmp(cli_text(order, "kind"), "ship") == 0;
    char when[32] = "";
    if (runs > 0) {
        cli_wall(cli_number(order, "end_wall_ms"), when, sizeof when);
        cli_table_cell(table, "%zu runs, the last ends %s", runs, when);
        return;
    }
    if (planned)
        cli_wall(cli_number(order, ships ? "start_wall_ms" : "end_wall_ms"), when, sizeof when);
    cli_table_cell(
        table, "%s%s%s%s%s%s%s%s%s%s", cli_text(order, "shelter"), cli_text(order, "waybill"),
        cli_text(order, "counterpart")[0] == '\0' ? "" : " ", cli_text(order, "counterpart"),
        cli_text(order, "counterpart")[0] == '\0' || cli_text(order, "text")[0] == '\0' ? "" : ": ",
        cli_text(order, "text"), planned ? " by " : "", planned ? cli_text(order, "vehicle") : "",
        !planned ? ""
        : ships  ? ", leaves "
                 : ", expected ",
        when);
}

static void print_orders(const json_t *reply) {
    static const char *const titles[] = {">order", "kind",    "to",   "state",
                                         "",       ">people", "what", NULL};
    struct cli_table *table = cli_table_new(titles);
    size_t index, row;
    json_t *order, *line;
    json_array_foreach(json_object_get(reply, "orders"), index, order) {
        long long people = 0;
        json_array_foreach(json_object_get(order, "people"), row, line) {
            people += cli_number(line, "people");
        }
        cli_table_cell(table, "%lld", cli_number(order, "id"));
        cli_table_cell(table, "%s", cli_text(order, "kind"));
        cli_table_cell(table, "%s%s%s",
                       strcmp(cli_text(order, "post"), "node") == 0 ? "" : cli_text(order, "post"),
                       strcmp(cli_text(order, "post"), "node") == 0 ? "" : " ",
                       cli_text(order, "addressee"));
        cli_table_cell(table, "%s", cli_text(order, "state"));
        cli_table_cell(table, "%s",
                       json_is_true(json_object_get(order, "overdue")) ? "OVERDUE" : "");
        if (people > 0)
            cli_table_cell(table, "%lld", people);
        else
            cli_table_cell(table, "%s", "");
        cell_order(table, order);
    }
    cli_table_print(table);
}

/* A request about the order that the third word names. NULL: said what is wrong. */
static json_t *order_request(const struct cli *cli, const char *verb) {
    const char *word = cli_word(cli, 2, "");
    long order;
    json_int_t done;
    if (word == NULL || !cli_number_read_whole(word, 1, LONG_MAX, &order)) {
        fprintf(stderr, "haven orders: name the number of an order; see haven orders\n");
        return NULL;
    }
    if (!cli_integer(cli, "--done", -1, &done))
        return NULL;
    if (done < 0 && cli_option(cli, "--done") != NULL) {
        fprintf(stderr, "haven orders: --done: how many are out, from 0\n");
        return NULL;
    }
    json_t *request = json_pack("{s:s, s:I}", "verb", verb, "order", (json_int_t)order);
    cli_set_text(request, "state", cli_option(cli, "--state"));
    cli_set_text(request, "reason", cli_option(cli, "--reason"));
    if (done >= 0)
        json_object_set_new(request, "done", json_integer(done));
    if (!cli_order_says(cli, request)) {
        json_decref(request);
        return NULL;
    }
    return request;
}

static void print_issued(const json_t *reply) {
    printf("order %lld issued; look at it: haven orders show %lld\n", cli_number(reply, "order"),
           cli_number(reply, "order"));
}

static int issue(const struct cli *cli) {
    const char *kind = cli_word(cli, 2, ""), *addressee = cli_word(cli, 3, "");
    if (kind == NULL || addressee == NULL)
        return cli_usage(cli, "name the kind and the addressee");
    json_t *request =
        json_pack("{s:s, s:s, s:s}", "verb", "order-issue", "kind", kind, "addressee", addressee);
    cli_set_text(request, "post", cli_option(cli, "--post"));
    if (!cli_order_says(cli, request)) {
        json_decref(request);
        return EX_USAGE;
    }
    return cli_ask(cli, request, print_issued);
}

static void print_returns(const json_t *reply) {
    const json_t *without = json_object_get(reply, "without_road"), *shelter;
    size_t index;
    puts("done");
    json_array_foreach(without, index, shelter)
        printf("%s%s", index == 0 ? "no open road leads to a depot, and goods stay, at: " : ", ",
               json_string_value(shelter));
    if (json_array_size(without) > 0)
        putchar('\n');
}

/* What shelters have left goes back to depots. */
static int return_goods(const struct cli *cli) {
    bool all = cli_flag(cli, "--all");
    const char *place = cli_word(cli, 2, "--all");
    if ((place == NULL) != all)
        return cli_usage(
            cli, "name one shelter, or say --all: those that are closing or closed, and empty");
    json_t *request = json_pack("{s:s, s:b}", "verb", "goods-return", "all", all);
    cli_set_text(request, "place", place);
    cli_set_text(request, "depot", cli_option(cli, "--to"));
    cli_set_text(request, "text", cli_option(cli, "--text"));
    return cli_ask(cli, request, print_returns);
}

static int list(const struct cli *cli) {
    static const char *const options[] = {"--state", "--kind", "--post", "--addressee"};
    json_int_t plan;
    if (!cli_integer(cli, "--plan", -1, &plan))
        return EX_USAGE;
    json_t *request = json_pack("{s:s, s:b}", "verb", "orders", "all", cli_flag(cli, "--all"));
    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++)
        if (cli_option(cli, options[i]) != NULL)
            json_object_set_new(request, options[i] + 2, json_string(cli_option(cli, options[i])));
    if (plan > 0)
        json_object_set_new(request, "plan", json_integer(plan));
    return cli_ask(cli, request, print_orders);
}

int cli_orders(const struct cli *cli) {
    static const struct {
        const char *word, *verb;
        void (*print)(const json_t *reply);
    } forms[] = {{"show", "order", cli_order_show},
                 {"answer", "order-answer", NULL},
                 {"cancel", "order-cancel", NULL},
                 {"revise", "order-revise", NULL}};
    const char *what = cli_word(cli, 1, "--all");
    if (what == NULL || strcmp(what, "list") == 0)
        return list(cli);
    if (strcmp(what, "issue") == 0)
        return issue(cli);
    if (strcmp(what, "return") == 0)
        return return_goods(cli);
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++)
        if (strcmp(what, forms[i].word) == 0) {
            json_t *request = order_request(cli, forms[i].verb);
            return request == NULL ? EX_USAGE : cli_ask(cli, request, forms[i].print);
        }
    return cli_usage(cli, "say what to do: list, show, issue, answer, revise, cancel or return");
}
