/* `haven`, the operator's program: what its files share.
 *
 * A command is a line of words and options that becomes one request to the running coordinator
 * (docs/CONTROL.md); its reply is printed as a table for people, or as it came with --json. It
 * never opens the live database. */
#ifndef COORDINATOR_CLI_CLI_H
#define COORDINATOR_CLI_CLI_H

#include "schemas/error.h"

#include <jansson.h>
#include <stdbool.h>

/* The line after the options that every command has. */
struct cli {
    const char *dir;  /* the coordinator's folder: --dir or HAVEN_DIR; "" where neither is given */
    const char *role; /* --role-name; NULL: operator */
    const char *at;   /* --at: a position of the log to look back to; NULL: now */
    bool json;
    int count; /* words and options that are left, the command's name first */
    char **words;
};

/* What a command does. Gives an exit status of sysexits.h. */
typedef int cli_command(const struct cli *cli);

struct cli_entry {
    const char *name;
    cli_command *command;
    const char *summary; /* one line */
    const char *help;    /* usage, options, examples */
};

/* All commands, in the order of the help; ends with an entry without name. */
extern const struct cli_entry cli_entries[];

/* ---- options (cli_options.c) ---- */

/* The value of `--name VALUE` among the words, NULL where it is not given. */
const char *cli_option(const struct cli *cli, const char *name);
bool cli_flag(const struct cli *cli, const char *name);

/* The n-th word that is neither an option nor the value of one (0 is the command itself); NULL:
 * fewer. `flags` lists the command's options without value, separated by blanks. */
const char *cli_word(const struct cli *cli, int n, const char *flags);

/* Says what is wrong with the line and shows the command's help. Returns EX_USAGE. */
int cli_usage(const struct cli *cli, const char *wrong);

/* Whether the help knows every option of the line; otherwise it says which it does not. */
bool cli_options_known(const struct cli *cli, const char *help);

/* A whole number of `--name`; `otherwise` where it is not given. False, and said, where it is none.
 */
bool cli_integer(const struct cli *cli, const char *name, json_int_t otherwise,
                 json_int_t *ret_value);

/* "2024-01-09T18:00:00Z", or "+90min" and "-2h" from the coordinator's now (scenario time in an
 * exercise), as wall milliseconds. False, and said, where it is none. */
bool cli_time(const struct cli *cli, const char *name, json_int_t *ret_wall_ms, bool *ret_given);

/* The day and minute, UTC, in the buffer, which is returned. */
const char *cli_wall(json_int_t wall_ms, char *buffer, size_t bytes);

/* ---- calls (cli_call.c) ---- */

/* Sends the request (taken over) and returns the reply where "ok" is true; otherwise says what is
 * wrong, with the remedy, and returns the status. The reply is the caller's. */
int cli_call(const struct cli *cli, json_t *request, json_t **ret_reply);

/* The same, and prints the reply: as JSON with --json, else by `print` (NULL: "done"). */
int cli_ask(const struct cli *cli, json_t *request, void (*print)(const json_t *reply));

/* Prints JSON with indentation on standard output. */
void cli_print_json(const json_t *value);

/* A member of a reply: "" and 0 where it is missing or something else. */
const char *cli_text(const json_t *object, const char *member);
long long cli_number(const json_t *object, const char *member);

/* Into a request; NULL: the member is left out. */
void cli_set_text(json_t *request, const char *member, const char *text);

/* ---- tables (cli_table.c) ---- */

struct cli_table;

enum { CLI_COLUMNS_MAX = 16 };

struct cli_table *cli_table_new(
    const char *const titles[]); /* ends with NULL; a title that begins with '>' is right-aligned */
void cli_table_cell(struct cli_table *table, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Prints with columns as wide as their widest cell, CJK counted as two, and frees. "none"
 * under the titles where there is no row. */
void cli_table_print(struct cli_table *table);

/* "12 s", "3 min", "2 h", "4 d"; "never" for null; a leading ≥ where at_least. Static ring of 8. */
const char *cli_age(const json_t *age_s, bool at_least);

/* ---- tables of lists (cli_cells.c) ---- */

/* What a row of a list has in one column. */
typedef void cli_cell(struct cli_table *table, const json_t *row, const char *member);

struct cli_column {
    const char *title; /* as for cli_table_new */
    cli_cell *cell;
    const char *member; /* NULL where the cell knows which */
};

/* Prints a list, a row for each; columns end with one without title. */
void cli_print_list(const json_t *list, const struct cli_column columns[]);

cli_cell cli_cell_text;    /* as it is; nothing where it is missing */
cli_cell cli_cell_pickup;  /* a zone, and at which node where its stop of a bus says so */
cli_cell cli_cell_whole;   /* 0 where it is missing */
cli_cell cli_cell_known;   /* "?" where it is null */
cli_cell cli_cell_given;   /* nothing where it is missing */
cli_cell cli_cell_minutes; /* of seconds, rounded up */
cli_cell cli_cell_hours;   /* of seconds, as 2:05, rounded up; nothing where it is missing */

/* Seconds as "2:05", rounded up; before now as "-0:10". Static ring of 8. */
const char *cli_hours(long long s);

/* "1 bus", "2 buses". Static ring of 8. */
const char *cli_count(long long number, const char *one, const char *many);

/* ---- what an order says (cli_order_says.c) ---- */

/* Reads what an order says (haven orders --help) into the request. False, and said, where an option
 * is wrong. */
bool cli_order_says(const struct cli *cli, json_t *request);

/* Prints the order of a reply, with all it says and what became of it (cli_order_show.c). */
void cli_order_show(const json_t *reply);

/* ---- the commands ---- */

cli_command cli_init, cli_restore, cli_enroll, cli_revoke, cli_account, cli_backup, cli_verify,
    cli_stop, cli_region_command, cli_solve_command, cli_evacuation_command, cli_scenarios_command;
cli_command cli_status, cli_nodes, cli_shelters, cli_depots, cli_supplies, cli_zones, cli_requests,
    cli_transfers, cli_log, cli_statistics, cli_notes;
cli_command cli_attention;
cli_command cli_incident, cli_road, cli_hazard, cli_report, cli_note, cli_handover, cli_clock;
cli_command cli_plan, cli_orders, cli_ledger;

#endif
