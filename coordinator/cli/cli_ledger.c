/* Goods: the ledger, waybills, requests on their tracks, and the proof. */
#include "coordinator/cli/cli.h"

#include "coordinator/control/console.h"
#include "coordinator/layout.h"
#include "coordinator/ledger_check.h"
#include "coordinator/log/log_lmdb.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

/* ---- accounts ---- */

static const struct {
    const char *title, *accounts[6];
} columns[] = {
    {">on hand", {"on-hand"}},
    {">damaged", {"damaged"}},
    {">set aside", {"picked", "loaded"}},
    {">in transit", {"in-transit"}},
    {">issued", {"issued"}},
    {">lost", {"lost", "missing", "missing-on-way"}},
    {">expired", {"expired"}},
    {">written off", {"written-off"}},
    {">came in", {"opening", "brought-in", "adjusted-up", "unpacked"}},
    {">unclear", {"found", "unexplained", "over", "corrected-up"}},
};

enum { COLUMNS = sizeof columns / sizeof columns[0] };

static void print_accounts(struct cli_table *table, const json_t *row) {
    const json_t *accounts = json_object_get(row, "accounts");
    for (size_t c = 0; c < COLUMNS; c++) {
        long long sum = 0;
        for (size_t a = 0; a < 6 && columns[c].accounts[a] != NULL; a++)
            sum += cli_number(accounts, columns[c].accounts[a]);
        if (sum == 0)
            cli_table_cell(table, "·");
        else
            cli_table_cell(table, "%lld", sum);
    }
}

static void print_lagging(const json_t *reply) {
    size_t index;
    json_t *place;
    json_array_foreach(json_object_get(reply, "lagging"), index, place)
        printf("%s: reports are still to come; its picture is ahead of its books\n",
               json_string_value(place));
}

static void print_ledger(const json_t *reply) {
    const json_t *first = json_array_get(json_object_get(reply, "rows"), 0);
    bool by_lot = json_object_get(first, "lot") != NULL;
    const char *titles[COLUMNS + 5] = {"item", "lot", "expiry", "where"};
    size_t at = by_lot ? 4 : 1, index;
    json_t *row;
    for (size_t c = 0; c < COLUMNS; c++)
        titles[at + c] = columns[c].title;
    titles[at + COLUMNS] = NULL;
    struct cli_table *table = cli_table_new(titles);
    json_array_foreach(json_object_get(reply, "rows"), index, row) {
        cli_table_cell(table, "%s", cli_text(row, "item"));
        if (by_lot) {
            cli_table_cell(table, "%s", cli_text(row, "lot"));
            cli_table_cell(table, "%s", cli_text(row, "expiry"));
            cli_table_cell(table, "%s%s", cli_text(row, "place"), cli_text(row, "waybill"));
        }
        print_accounts(table, row);
    }
    cli_table_print(table);
    print_lagging(reply);
}

static int show(const struct cli *cli, const char *item, const char *lot) {
    json_t *request = json_pack("{s:s}", "verb", "ledger");
    const char *place = cli_option(cli, "--place");
    if (item != NULL)
        json_object_set_new(request, "item", json_string(item));
    if (lot != NULL)
        json_object_set_new(request, "lot", json_string(lot));
    if (place != NULL)
        json_object_set_new(request, "place", json_string(place));
    return cli_ask(cli, request, print_ledger);
}

/* ---- waybills ---- */

static long long sum_of(const json_t *lines, const char *member) {
    long long sum = 0;
    size_t index;
    json_t *line;
    json_array_foreach((json_t *)lines, index, line) sum += cli_number(line, member);
    return sum;
}

static void print_waybills(const json_t *reply) {
    static const char *const titles[] = {
        "waybill",     "stage",     "from",     "to",       ">ordered", ">set aside", ">shipped",
        ">in transit", ">received", ">damaged", ">missing", ">over",    NULL};
    struct cli_table *table = cli_table_new(titles);
    size_t index;
    json_t *waybill;
    json_array_foreach(json_object_get(reply, "waybills"), index, waybill) {
        const json_t *lines = json_object_get(waybill, "lines"),
                     *aside = json_object_get(waybill, "set_aside");
        cli_table_cell(table, "%s", cli_text(waybill, "id"));
        cli_table_cell(table, "%s", cli_text(waybill, "stage"));
        cli_table_cell(table, "%s", cli_text(waybill, "from"));
        cli_table_cell(table, "%s", cli_text(waybill, "to"));
        cli_table_cell(table, "%lld", sum_of(json_object_get(waybill, "ordered"), "quantity"));
        cli_table_cell(table, "%lld", sum_of(aside, "picked") + sum_of(aside, "loaded"));
        cli_table_cell(table, "%lld", sum_of(lines, "shipped"));
        cli_table_cell(table, "%lld", sum_of(lines, "in_transit"));
        cli_table_cell(table, "%lld", sum_of(lines, "received"));
        cli_table_cell(table, "%lld", sum_of(lines, "damaged"));
        cli_table_cell(table, "%lld", sum_of(lines, "missing"));
        cli_table_cell(table, "%lld", sum_of(lines, "over"));
    }
    cli_table_print(table);
}

static void print_waybill_lines(const json_t *waybill) {
    static const char *const titles[] = {"item",        "lot",       "expiry",   ">shipped",
                                         ">in transit", ">received", ">damaged", ">missing",
                                         ">over",       NULL};
    struct cli_table *table = cli_table_new(titles);
    size_t index;
    json_t *line;
    json_array_foreach(json_object_get(waybill, "lines"), index, line) {
        cli_table_cell(table, "%s", cli_text(line, "item"));
        cli_table_cell(table, "%s", cli_text(line, "lot"));
        cli_table_cell(table, "%s", cli_text(line, "expiry"));
        cli_table_cell(table, "%lld", cli_number(line, "shipped"));
        cli_table_cell(table, "%lld", cli_number(line, "in_transit"));
        cli_table_cell(table, "%lld", cli_number(line, "received"));
        cli_table_cell(table, "%lld", cli_number(line, "damaged"));
        cli_table_cell(table, "%lld", cli_number(line, "missing"));
        cli_table_cell(table, "%lld", cli_number(line, "over"));
    }
    cli_table_print(table);
}

static void print_planned(const json_t *planned) {
    char leaves[32], expected[32];
    if (planned == NULL)
        return;
    printf("planned    %s, %lld trip%s; leaves %s, expected %s UTC", cli_text(planned, "vehicle"),
           cli_number(planned, "trips"), cli_number(planned, "trips") == 1 ? "" : "s",
           cli_wall(cli_number(planned, "leaves_wall_ms"), leaves, sizeof leaves),
           cli_wall(cli_number(planned, "expected_wall_ms"), expected, sizeof expected));
    if (cli_number(planned, "late_s") > 0)
        printf(", late by %lld min", (cli_number(planned, "late_s") + 59) / 60);
    puts("");
}

static void print_waybill(const json_t *reply) {
    const json_t *waybill = json_array_get(json_object_get(reply, "waybills"), 0);
    size_t index;
    json_t *line;
    printf("waybill %s: %s, from %s to %s%s%s\n", cli_text(waybill, "id"),
           cli_text(waybill, "stage"), cli_text(waybill, "from"), cli_text(waybill, "to"),
           *cli_text(waybill, "vehicle") == '\0' ? "" : ", vehicle ", cli_text(waybill, "vehicle"));
    print_planned(json_object_get(waybill, "planned"));
    if (*cli_text(waybill, "received_by") != '\0')
        printf("received by %s, not where it was sent\n", cli_text(waybill, "received_by"));
    if (*cli_text(waybill, "closed_reason") != '\0')
        printf("closed: %s\n", cli_text(waybill, "closed_reason"));
    json_array_foreach(json_object_get(waybill, "ordered"), index, line)
        printf("ordered    %lld %s\n", cli_number(line, "quantity"), cli_text(line, "item"));
    json_array_foreach(json_object_get(waybill, "set_aside"), index, line)
        printf("set aside  %lld picked, %lld loaded: %s %s\n", cli_number(line, "picked"),
               cli_number(line, "loaded"), cli_text(line, "item"), cli_text(line, "lot"));
    print_waybill_lines(waybill);
    json_array_foreach(json_object_get(waybill, "requests"), index, line)
        printf("for request %lld: %lld %s committed, %lld shipped, %lld received\n",
               cli_number(line, "request"), cli_number(line, "committed"), cli_text(line, "item"),
               cli_number(line, "shipped"), cli_number(line, "received"));
}

/* ---- warnings ---- */

/* For how long goods have been without cold; nothing where that is not the matter. */
static void put_without_cold(struct cli_table *table, const json_t *warning) {
    if (json_object_get(warning, "minutes") == NULL) {
        cli_table_cell(table, "%s", "");
        return;
    }
    json_t *age_s = json_integer(60 * (json_int_t)cli_number(warning, "minutes"));
    cli_table_cell(table, "%s", cli_age(age_s, false));
    json_decref(age_s);
}

static void print_warnings(const json_t *reply) {
    static const char *const titles[] = {"warning", "where",      "item",          "lot",  "expiry",
                                         ">units",  ">days left", ">without cold", ">log", NULL};
    struct cli_table *table = cli_table_new(titles);
    size_t index;
    json_t *warning;
    json_array_foreach(json_object_get(reply, "warnings"), index, warning) {
        cli_table_cell(table, "%s", cli_text(warning, "warning"));
        cli_table_cell(table, "%s%s", cli_text(warning, "place"), cli_text(warning, "waybill"));
        cli_table_cell(table, "%s", cli_text(warning, "item"));
        cli_table_cell(table, "%s", cli_text(warning, "lot"));
        cli_table_cell(table, "%s", cli_text(warning, "expiry"));
        cli_table_cell(table, "%lld", cli_number(warning, "quantity"));
        if (json_object_get(warning, "days_left") != NULL)
            cli_table_cell(table, "%lld", cli_number(warning, "days_left"));
        else
            cli_table_cell(table, "%s", "");
        put_without_cold(table, warning);
        if (json_object_get(warning, "position") != NULL)
            cli_table_cell(table, "%lld", cli_number(warning, "position"));
        else
            cli_table_cell(table, "%s", "");
    }
    cli_table_print(table);
}

/* ---- the proof ---- */

static void print_proof(const json_t *reply) {
    size_t index;
    json_t *finding;
    printf("%lld records up to position %lld: %lld movements of %lld lots in %lld balances, %lld "
           "waybills; compared %lld times\n",
           cli_number(reply, "records"), cli_number(reply, "position"),
           cli_number(reply, "movements"), cli_number(reply, "lots"), cli_number(reply, "balances"),
           cli_number(reply, "waybills"), cli_number(reply, "compared"));
    json_array_foreach(json_object_get(reply, "findings"), index, finding)
        printf("%s\n", json_string_value(finding));
    if (json_is_true(json_object_get(reply, "adds_up")))
        puts("Every lot adds up.");
    else
        printf("%lld findings: the ledger does NOT add up.\n", cli_number(reply, "finding_count"));
}

/* Takes the reply over. */
static int tell_proof(const struct cli *cli, json_t *reply) {
    int status = json_is_true(json_object_get(reply, "adds_up")) ? EX_OK : EX_DATAERR;
    if (cli->json)
        cli_print_json(reply);
    else
        print_proof(reply);
    json_decref(reply);
    return status;
}

static int verify_folder(const struct cli *cli, const char *dir, uint64_t to) {
    static const struct log_lmdb_options options = {.read_only = true};
    char path[PATH_MAX];
    struct log *log = NULL;
    struct ledger_checked checked = {0};
    uint64_t bad = 0;
    int error = snprintf(path, sizeof path, "%s/%s", dir, LAYOUT_LOG) < (int)sizeof path
                    ? log_lmdb_open(path, &options, &log)
                    : HV_ERR_LIMIT;
    if (error == HV_OK)
        error = ledger_check(log, to, &checked, &bad);
    log_close(log);
    if (error != HV_OK) {
        fprintf(stderr, "haven: cannot check the log in %s: %s%s%llu\n", dir, hv_error_text(error),
                bad == 0 ? "; read up to position " : " at position ", (unsigned long long)bad);
        return hv_error_exit_status(error);
    }
    json_t *reply = console_ledger_proof(checked.verify, checked.position);
    ledger_verify_free(checked.verify);
    return tell_proof(cli, reply);
}

static int verify(const struct cli *cli) {
    const char *dir = cli_word(cli, 2, "");
    char *end = NULL;
    long long to = cli->at == NULL ? 0 : strtoll(cli->at, &end, 10);
    if (cli->at != NULL && (end == cli->at || *end != '\0' || to < 1))
        return cli_usage(cli, "--at wants a position of the log");
    if (dir != NULL)
        return verify_folder(cli, dir, (uint64_t)to);
    struct cli now = *cli; /* the position is where the proof ends, not a look back */
    json_t *request = json_pack("{s:s}", "verb", "ledger-verify"), *reply = NULL;
    now.at = NULL;
    if (to > 0)
        json_object_set_new(request, "to", json_integer(to));
    int status = cli_call(&now, request, &reply);
    return status == EX_OK ? tell_proof(cli, reply) : status;
}

/* ---- the end of a waybill ---- */

static void print_ended(const json_t *reply) {
    const long long orders = cli_number(reply, "last") - cli_number(reply, "first");
    printf("ended; %s cancelled\n", cli_count(orders, "open order", "open orders"));
}

static int end(const struct cli *cli, const char *waybill) {
    const char *reason = cli_option(cli, "--reason");
    if (reason == NULL)
        return cli_usage(cli, "say why nothing more comes: --reason TEXT");
    return cli_ask(
        cli,
        json_pack("{s:s, s:s, s:s}", "verb", "waybill-end", "waybill", waybill, "reason", reason),
        print_ended);
}

/* ---- the command ---- */

int cli_ledger(const struct cli *cli) {
    const char *what = cli_word(cli, 1, "--all"), *which = cli_word(cli, 2, "--all");
    if (what == NULL || strcmp(what, "show") == 0)
        return show(cli, NULL, NULL);
    if (strcmp(what, "verify") == 0)
        return verify(cli);
    if (strcmp(what, "warnings") == 0)
        return cli_ask(cli, json_pack("{s:s}", "verb", "ledger-warnings"), print_warnings);
    if (strcmp(what, "waybills") == 0)
        return cli_ask(cli,
                       json_pack("{s:s, s:b}", "verb", "waybills", "all", cli_flag(cli, "--all")),
                       print_waybills);
    if (which == NULL)
        return cli_usage(cli, "say which one");
    if (strcmp(what, "item") == 0)
        return show(cli, which, NULL);
    if (strcmp(what, "lot") == 0)
        return show(cli, NULL, which);
    if (strcmp(what, "waybill") == 0)
        return cli_ask(cli, json_pack("{s:s, s:s}", "verb", "waybills", "id", which),
                       print_waybill);
    if (strcmp(what, "end") == 0)
        return end(cli, which);
    return cli_usage(cli, "show, item, lot, waybills, waybill, end, warnings or verify");
}

/* ---- requests ---- */

/* ", approved 40" of what was not approved as it was asked for. */
static const char *approved_of(const json_t *track, char *buffer, size_t bytes) {
    const long long approved = cli_number(track, "approved");
    buffer[0] = '\0';
    if (approved != cli_number(track, "requested"))
        snprintf(buffer, bytes, ", approved %lld", approved);
    return buffer;
}

/* "80 blanket, 20 cot"; with tracks "80 blanket, approved 40 (20/10/10)". */
static void join_tracks(const json_t *request, char *buffer, size_t bytes) {
    size_t index, used = 0;
    json_t *line;
    buffer[0] = '\0';
    const json_t *tracks = json_object_get(request, "tracks");
    const json_t *list = tracks != NULL ? tracks : json_object_get(request, "lines");
    json_array_foreach((json_t *)list, index, line) {
        char approved[40];
        int printed =
            tracks == NULL
                ? snprintf(buffer + used, bytes - used, "%s%lld %s", index == 0 ? "" : ", ",
                           cli_number(line, "quantity"), cli_text(line, "item"))
                : snprintf(buffer + used, bytes - used, "%s%lld %s%s (%lld/%lld/%lld)",
                           index == 0 ? "" : ", ", cli_number(line, "requested"),
                           cli_text(line, "item"), approved_of(line, approved, sizeof approved),
                           cli_number(line, "committed"), cli_number(line, "in_transit"),
                           cli_number(line, "fulfilled"));
        if (printed < 0 || (size_t)printed >= bytes - used)
            break;
        used += (size_t)printed;
    }
}

static void print_requests(const json_t *reply) {
    static const char *const titles[] = {"request",
                                         "place",
                                         "kind",
                                         "urgency",
                                         ">age",
                                         "stage",
                                         "what (committed/in transit/fulfilled)",
                                         NULL};
    struct cli_table *table = cli_table_new(titles);
    size_t index;
    json_t *request;
    json_array_foreach(json_object_get(reply, "requests"), index, request) {
        char lines[512];
        join_tracks(request, lines, sizeof lines);
        cli_table_cell(table, "%s", cli_text(request, "id"));
        cli_table_cell(table, "%s", cli_text(request, "place"));
        cli_table_cell(table, "%s", cli_text(request, "kind"));
        cli_table_cell(table, "%s", cli_text(request, "urgency"));
        cli_table_cell(table, "%s", cli_age(json_object_get(request, "age_s"), false));
        cli_table_cell(table, "%s", cli_text(request, "stage"));
        cli_table_cell(table, "%s%s%s", lines, lines[0] == '\0' ? "" : " ",
                       cli_text(request, "text"));
    }
    cli_table_print(table);
}

static int decide(const struct cli *cli, const char *verdict, const char *id) {
    const char *reason = cli_option(cli, "--reason");
    json_t *request = json_pack("{s:s, s:s, s:s, s:s}", "verb", "request-decide", "id", id,
                                "verdict", verdict, "reason", reason == NULL ? "" : reason);
    if (cli_option(cli, "--lines") != NULL && !cli_order_says(cli, request)) {
        json_decref(request);
        return EX_USAGE;
    }
    return cli_ask(cli, request, NULL);
}

int cli_requests(const struct cli *cli) {
    static const struct {
        const char *word, *verdict;
    } decisions[] = {{"approve", "approved"}, {"decline", "declined"}, {"close", "closed"}};
    const char *what = cli_word(cli, 1, "--all"), *id = cli_word(cli, 2, "--all");
    for (size_t i = 0; what != NULL && i < sizeof decisions / sizeof *decisions; i++)
        if (strcmp(decisions[i].word, what) == 0)
            return id == NULL ? cli_usage(cli, "say which request, by its id in haven requests")
                              : decide(cli, decisions[i].verdict, id);
    json_t *request = json_pack("{s:s}", "verb", "requests");
    if (what != NULL)
        json_object_set_new(request, "id", json_string(what));
    if (cli_flag(cli, "--all"))
        json_object_set_new(request, "all", json_true());
    return cli_ask(cli, request, print_requests);
}
