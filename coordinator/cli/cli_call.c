#include "coordinator/cli/cli.h"

#include "schemas/platform/control.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

enum { ANSWER_WITHIN_MS = 120000, START_WITHIN_MS = 2000 };

static int no_coordinator(const struct cli *cli, int error) {
    if (cli->dir[0] == '\0') {
        fprintf(stderr, "haven: which coordinator? Give --dir DIR or set HAVEN_DIR\n");
        return EX_USAGE;
    }
    fprintf(stderr, "haven: no coordinator answers in %s: %s\n", cli->dir, hv_error_text(error));
    if (error == HV_ERR_NOT_FOUND)
        fprintf(
            stderr,
            "  start it: haven-coordinator %s; one that has just been started answers when it has "
            "read its log\n",
            cli->dir);
    else if (error == HV_ERR_PERMISSION)
        fprintf(stderr, "  run haven as the user that the coordinator runs as\n");
    return error == HV_ERR_NOT_FOUND ? EX_UNAVAILABLE : hv_error_exit_status(error);
}

static int exit_status_of(const char *error) {
    for (int code = -1; strcmp(hv_error_name(code), "unknown") != 0; code--)
        if (error != NULL && strcmp(hv_error_name(code), error) == 0)
            return hv_error_exit_status(code);
    return EX_SOFTWARE;
}

static void print_faults(const json_t *faults) {
    size_t index;
    json_t *fault;
    json_array_foreach(faults, index, fault) {
        if (json_is_string(fault))
            fprintf(stderr, "  %s\n", json_string_value(fault));
    }
}

static int refused(const struct cli *cli, json_t *reply) {
    const char *error = json_string_value(json_object_get(reply, "error"));
    const char *text = json_string_value(json_object_get(reply, "text"));
    const char *remedy = json_string_value(json_object_get(reply, "remedy"));
    if (cli->json)
        cli_print_json(reply);
    fprintf(stderr, "haven: %s\n", text == NULL ? "refused" : text);
    print_faults(json_object_get(reply, "faults"));
    if (remedy != NULL && remedy[0] != '\0')
        fprintf(stderr, "  %s\n", remedy);
    int status = exit_status_of(error);
    json_decref(reply);
    return status;
}

int cli_call(const struct cli *cli, json_t *request, json_t **ret_reply) {
    char path[PATH_MAX];
    struct control_client *client = NULL;
    json_t *reply = NULL;
    if (request == NULL)
        return EX_OSERR;
    if (cli->role != NULL)
        json_object_set_new(request, "role_name", json_string(cli->role));
    if (cli->at != NULL) {
        char *end = NULL;
        long long position = strtoll(cli->at, &end, 10);
        if (end == cli->at || *end != '\0') {
            fprintf(stderr, "haven: --at: “%s” is not a position of the log; see haven log\n",
                    cli->at);
            json_decref(request);
            return EX_USAGE;
        }
        json_object_set_new(request, "at", json_integer(position));
    }
    int error = snprintf(path, sizeof path, "%s/control.sock", cli->dir) < (int)sizeof path
                    ? HV_OK
                    : HV_ERR_LIMIT;
    if (error == HV_OK)
        error = cli->dir[0] == '\0' ? HV_ERR_NOT_FOUND
                                    : control_connect_within(path, START_WITHIN_MS, &client);
    if (error == HV_OK)
        error = control_call(client, request, ANSWER_WITHIN_MS, &reply);
    control_close(client);
    json_decref(request);
    if (error != HV_OK)
        return no_coordinator(cli, error);
    if (!json_is_true(json_object_get(reply, "ok")))
        return refused(cli, reply);
    *ret_reply = reply;
    return EX_OK;
}

int cli_ask(const struct cli *cli, json_t *request, void (*print)(const json_t *reply)) {
    json_t *reply = NULL;
    int status = cli_call(cli, request, &reply);
    if (status != EX_OK)
        return status;
    if (cli->json)
        cli_print_json(reply);
    else if (print != NULL)
        print(reply);
    else
        puts("done");
    json_decref(reply);
    return fflush(stdout) == 0 ? EX_OK : EX_IOERR;
}

void cli_print_json(const json_t *value) {
    json_dumpf(value, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(6));
    putchar('\n');
}

/* ---- members ---- */

const char *cli_text(const json_t *object, const char *member) {
    const char *value = json_string_value(json_object_get(object, member));
    return value == NULL ? "" : value;
}

long long cli_number(const json_t *object, const char *member) {
    return (long long)json_integer_value(json_object_get(object, member));
}

void cli_set_text(json_t *request, const char *member, const char *text) {
    if (text != NULL)
        json_object_set_new(request, member, json_string(text));
}
