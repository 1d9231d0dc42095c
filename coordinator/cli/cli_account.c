/* Who may use the command centre: accounts, roles, passwords and tokens. */
#include "coordinator/cli/cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <termios.h>
#include <unistd.h>

enum { PASSWORD_BYTES = 1026 };

/* ---- reading a password ---- */

static bool read_line(char *line) {
    if (fgets(line, PASSWORD_BYTES, stdin) == NULL)
        return false;
    line[strcspn(line, "\r\n")] = '\0';
    return true;
}

/* Typed without being seen. */
static bool ask_once(const char *what, char *line) {
    struct termios before, silent;
    if (tcgetattr(STDIN_FILENO, &before) != 0)
        return false;
    silent = before;
    silent.c_lflag &= ~(tcflag_t)ECHO;
    fputs(what, stderr);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
    bool read = read_line(line);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
    fputc('\n', stderr);
    return read;
}

/* From a terminal twice, so that nobody locks himself out; from anything else one line. */
static bool read_password(char password[PASSWORD_BYTES]) {
    char again[PASSWORD_BYTES] = "";
    if (!isatty(STDIN_FILENO))
        return read_line(password);
    if (!ask_once("password (at least 10 characters): ", password) ||
        !ask_once("the same again: ", again))
        return false;
    bool same = strcmp(password, again) == 0;
    explicit_bzero(again, sizeof again);
    if (!same)
        fputs("haven: the two are not the same\n", stderr);
    return same;
}

/* ---- requests ---- */

static json_t *roles_of(const char *words) {
    json_t *list = json_array();
    while (words != NULL && *words != '\0') {
        size_t length = strcspn(words, ",");
        if (length > 0)
            json_array_append_new(list, json_stringn(words, length));
        words += length + (words[length] == ',');
    }
    return list;
}

static void print_accounts(const json_t *reply) {
    static const char *const titles[] = {"account", "roles", "logs in with", NULL};
    struct cli_table *table = cli_table_new(titles);
    size_t index;
    json_t *account;
    json_array_foreach(json_object_get(reply, "accounts"), index, account) {
        char roles[256] = "";
        size_t i;
        json_t *role;
        json_array_foreach(json_object_get(account, "roles"), i, role)
            snprintf(roles + strlen(roles), sizeof roles - strlen(roles), "%s%s", i == 0 ? "" : ",",
                     json_string_value(role));
        cli_table_cell(table, "%s", json_string_value(json_object_get(account, "id")));
        cli_table_cell(table, "%s", roles);
        cli_table_cell(table, "%s",
                       json_is_true(json_object_get(account, "machine")) ? "token" : "password");
    }
    cli_table_print(table);
}

static void print_done(const json_t *reply) {
    const char *token = json_string_value(json_object_get(reply, "token"));
    if (token == NULL)
        puts("done");
    else
        printf("%s\nkeep it: it is shown this once\n", token);
}

static int set(const struct cli *cli, const char *id, const char *roles, bool password,
               bool token) {
    char secret[PASSWORD_BYTES] = "";
    json_t *request = json_pack("{s:s, s:s}", "verb", "account-set", "account", id);
    if (roles != NULL)
        json_object_set_new(request, "roles", roles_of(roles));
    if (token)
        json_object_set_new(request, "token", json_true());
    if (password && !read_password(secret)) {
        json_decref(request);
        return EX_DATAERR;
    }
    if (password)
        json_object_set_new(request, "password", json_string(secret));
    explicit_bzero(secret, sizeof secret);
    return cli_ask(cli, request, print_done);
}

int cli_account(const struct cli *cli) {
    const char *what = cli_word(cli, 1, "--token"), *id = cli_word(cli, 2, "--token");
    if (what == NULL || strcmp(what, "list") == 0)
        return cli_ask(cli, json_pack("{s:s}", "verb", "accounts"), print_accounts);
    if (id == NULL)
        return cli_usage(cli, "name the account");
    if (strcmp(what, "add") == 0 && cli_option(cli, "--roles") != NULL)
        return set(cli, id, cli_option(cli, "--roles"), !cli_flag(cli, "--token"),
                   cli_flag(cli, "--token"));
    if (strcmp(what, "roles") == 0 && cli_word(cli, 3, "") != NULL)
        return set(cli, id, cli_word(cli, 3, ""), false, false);
    if (strcmp(what, "password") == 0)
        return set(cli, id, NULL, true, false);
    if (strcmp(what, "token") == 0)
        return set(cli, id, NULL, false, true);
    if (strcmp(what, "remove") == 0)
        return cli_ask(cli, json_pack("{s:s, s:s}", "verb", "account-remove", "account", id),
                       print_done);
    return cli_usage(cli, "list; add NAME --roles ROLES [--token]; roles NAME ROLES; password "
                          "NAME; token NAME; remove NAME");
}
