/* haven-node: one shelter or depot, and the command line that talks to it. */
#include "nodes/commands.h"
#include "nodes/daemon.h"
#include "nodes/desk/desk_settings.h"
#include "nodes/directory.h"
#include "nodes/tell.h"
#include "schemas/platform/control.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

enum { BATCH_LINES = 512, REPLY_MS = 60000, START_WITHIN_MS = 2000 };

struct line {
    const char *directory; /* NULL: not said */
    const char *id, *role, *deployment;
    struct desk_changes desk;
    bool json, help;
    int count; /* words that are left */
    char **words;
};

/* ---- the command line ---- */

static int usage(const char *wrong, const char *command) {
    const char *help = commands_help(command);
    fprintf(stderr, "haven-node: %s\n%s", wrong, help == NULL ? commands_help(NULL) : help);
    return EX_USAGE;
}

static bool is_start(const struct line *line, const char *command) {
    return line->count > 0 && strcmp(line->words[0], command) == 0;
}

/* Takes the options of the program itself out; false where a value is missing. */
static bool read_line(int argc, char **argv, struct line *line) {
    struct {
        const char *option;
        const char **value;
    } options[] = {{"--dir", &line->directory},         {"--role", &line->role},
                   {"--deployment", &line->deployment}, {"--listen", &line->desk.listen},
                   {"--pin", &line->desk.pin},          {"--certificate", &line->desk.certificate},
                   {"--tls-key", &line->desk.key},      {"--name", &line->desk.name},
                   {"--card", &line->desk.card_file}};
    line->words = argv;
    for (int i = 1; i < argc; i++) {
        bool taken = false;
        for (size_t o = 0; o < sizeof options / sizeof options[0] && !taken; o++) {
            taken = strcmp(argv[i], options[o].option) == 0;
            if (taken && i + 1 == argc)
                return false;
            if (taken)
                *options[o].value = argv[++i];
        }
        if (!taken && strcmp(argv[i], "--id") == 0 && is_start(line, "init") && i + 1 < argc)
            line->id = argv[++i];
        else if (!taken && strcmp(argv[i], "--json") == 0)
            line->json = true;
        else if (!taken && (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0))
            line->help = true;
        else if (!taken)
            line->words[line->count++] = argv[i];
    }
    return true;
}

static void print_faults(const struct hv_fault_list *faults) {
    char text[1024];
    for (size_t i = 0; i < faults->count; i++) {
        hv_fault_print(&faults->faults[i], text, sizeof text);
        fprintf(stderr, "%s\n", text);
    }
}

/* ---- init and run ---- */

static const char *init_remedy(int error) {
    switch (error) {
    case HV_ERR_EXISTS:
        return "a node lives in that directory already; choose another, or remove it if it is not "
               "wanted";
    case HV_ERR_NOT_FOUND:
        return "copy deployment.json from the coordinator's folder, and name it with --deployment";
    case HV_ERR_BUSY:
        return "another init is at work in this directory: look at what it says";
    case HV_ERR_VALUE:
        return "an id is 1 to 64 bytes without control characters";
    case HV_ERR_FULL:
        return "free space on the disk, remove what was begun there, and try again";
    default:
        return "see the lines above";
    }
}

static int init(const struct line *line) {
    struct hv_fault_list faults;
    char public_key[41];
    const char *directory = line->count > 1 ? line->words[1] : line->directory;
    enum hv_role role = line->role == NULL ? HV_ROLE_UNKNOWN : hv_role_of(line->role);
    if (directory == NULL || line->id == NULL || line->deployment == NULL ||
        role == HV_ROLE_UNKNOWN)
        return usage("init needs a directory, --id, --role and --deployment", "init");
    hv_fault_list_init(&faults);
    int error = directory_init(directory, line->id, role, line->deployment, &faults, public_key);
    print_faults(&faults);
    hv_fault_list_deinit(&faults);
    if (error != HV_OK) {
        fprintf(stderr, "haven-node: init: %s\n  → %s\n", hv_error_text(error), init_remedy(error));
        return hv_error_exit_status(error);
    }
    if (line->json)
        printf("{\"id\": \"%s\", \"role\": \"%s\", \"public_key\": \"%s\"}\n", line->id, line->role,
               public_key);
    else
        printf("%s\n", public_key);
    return EX_OK;
}

static const char *run_remedy(int error) {
    switch (error) {
    case HV_ERR_NOT_FOUND:
        return "make the node first: haven-node init";
    case HV_ERR_BUSY:
        return "the node runs already; stop it with haven-node stop";
    case HV_ERR_PERMISSION:
        return "run it as the user that owns the directory; the outbox must belong to this id, "
               "role, "
               "deployment and mode";
    case HV_ERR_CORRUPT:
        return "the outbox is damaged: keep a copy of the directory, make the node anew and enrol "
               "it";
    case HV_ERR_IO:
        return "the disk failed or its file system is read-only: see the kernel's messages, mend "
               "or replace the disk and start again; nothing was promised that is not stored";
    default:
        return "see the lines above";
    }
}

static int run(const struct line *line) {
    struct hv_fault_list faults;
    const char *directory = line->count > 1 ? line->words[1] : line->directory;
    if (directory == NULL)
        return usage("run needs the node's directory", "run");
    hv_fault_list_init(&faults);
    int error = node_daemon_run(directory, &faults);
    print_faults(&faults);
    hv_fault_list_deinit(&faults);
    if (error != HV_OK)
        fprintf(stderr, "haven-node: run: %s\n  → %s\n", hv_error_text(error), run_remedy(error));
    return hv_error_exit_status(error);
}

/* ---- desk ---- */

/* A PIN on the command line is read by every program of the machine; “-” reads it from standard
 * input. */
static const char *read_pin(char *buffer, size_t bytes) {
    if (isatty(STDIN_FILENO))
        fputs("PIN: ", stderr);
    if (fgets(buffer, (int)bytes, stdin) == NULL)
        return "";
    buffer[strcspn(buffer, "\r\n")] = '\0';
    return buffer;
}

static const char *desk_remedy(int error) {
    switch (error) {
    case HV_ERR_NOT_FOUND:
        return "make the node first: haven-node init; is the card's file there?";
    case HV_ERR_PERMISSION:
        return "run it as the user that owns the directory";
    default:
        return "see the lines above";
    }
}

static int desk(struct line *line) {
    struct hv_fault_list faults;
    char pin[DESK_PIN_MAX + 2];
    const char *directory = line->count > 1 ? line->words[1] : line->directory;
    if (directory == NULL)
        return usage("desk needs the node's directory", "desk");
    if (line->desk.pin != NULL && strcmp(line->desk.pin, "-") == 0)
        line->desk.pin = read_pin(pin, sizeof pin);
    hv_fault_list_init(&faults);
    int error = desk_settings_change(directory, &line->desk, &faults);
    print_faults(&faults);
    hv_fault_list_deinit(&faults);
    if (error != HV_OK)
        fprintf(stderr, "haven-node: desk: %s\n  → %s\n", hv_error_text(error), desk_remedy(error));
    else if (line->json)
        printf("{\"ok\": true}\n");
    else
        printf("The desk is set up; the node opens it when it starts: haven-node run %s\n",
               directory);
    return hv_error_exit_status(error);
}

/* ---- asking a running node ---- */

static int connect_node(const struct line *line, struct control_client **ret_client) {
    char path[PATH_MAX];
    const char *directory = line->directory != NULL ? line->directory : getenv("HAVEN_NODE_DIR");
    if (directory == NULL) {
        fprintf(stderr, "haven-node: which node?\n  → give --dir DIR or set HAVEN_NODE_DIR\n");
        return HV_ERR_STATE;
    }
    int error = directory_path(directory, "control.sock", path);
    if (error == HV_OK)
        error = control_connect_within(path, START_WITHIN_MS, ret_client);
    if (error != HV_OK)
        fprintf(stderr,
                "haven-node: the node in %s does not answer: %s\n  → start it: haven-node run %s\n",
                directory, hv_error_text(error), directory);
    return error;
}

static int ask(struct control_client *client, const json_t *request, json_t **ret_reply) {
    int error = control_call(client, request, REPLY_MS, ret_reply);
    if (error != HV_OK)
        fprintf(stderr,
                "haven-node: no reply: %s\n  → whether it was stored is not known: look at "
                "haven-node records\n",
                hv_error_text(error));
    return error;
}

static void print_json(const json_t *reply) {
    json_dumpf(reply, stdout, JSON_COMPACT);
    putchar('\n');
}

static int ask_once(const struct line *line, const json_t *request) {
    struct control_client *client;
    json_t *reply;
    int error = connect_node(line, &client);
    if (error != HV_OK)
        return hv_error_exit_status(error);
    error = ask(client, request, &reply);
    control_close(client);
    if (error != HV_OK)
        return hv_error_exit_status(error);
    int status = tell_exit_status(reply);
    if (line->json)
        print_json(reply);
    else
        tell(json_string_value(json_object_get(request, "verb")), reply);
    json_decref(reply);
    return status;
}

/* Page by page: a line of JSON each, or of text. */
static int records(const struct line *line, json_t *request) {
    struct control_client *client;
    int error = connect_node(line, &client);
    bool more = error == HV_OK;
    while (more) {
        json_t *reply, *record;
        size_t i;
        error = ask(client, request, &reply);
        if (error != HV_OK) {
            control_close(client);
            break;
        }
        const json_t *next = json_object_get(reply, "next");
        more = next != NULL;
        if (line->json)
            json_array_foreach(json_object_get(reply, "records"), i, record) print_json(record);
        else
            tell("records", reply);
        if (more)
            json_object_set(request, "from", (json_t *)next);
        json_decref(reply);
    }
    if (error == HV_OK)
        control_close(client);
    return hv_error_exit_status(error);
}

/* ---- batch ---- */

struct batch {
    struct control_client *client;
    json_t *commands; /* array */
    json_int_t failed;
};

static int send_batch(struct batch *batch) {
    if (json_array_size(batch->commands) == 0)
        return HV_OK;
    json_t *reply, *result;
    size_t i;
    json_t *request = json_pack("{s:s, s:O}", "verb", "batch", "commands", batch->commands);
    int error = ask(batch->client, request, &reply);
    json_decref(request);
    json_array_clear(batch->commands);
    if (error != HV_OK)
        return error;
    batch->failed += json_integer_value(json_object_get(reply, "failed"));
    json_array_foreach(json_object_get(reply, "results"), i, result) print_json(result);
    json_decref(reply);
    return HV_OK;
}

static int read_batch(FILE *from, struct batch *batch) {
    char *text = NULL;
    size_t room = 0;
    int error = HV_OK;
    while (error == HV_OK && getline(&text, &room, from) > 0) {
        if (strspn(text, " \t\r\n") == strlen(text))
            continue;
        json_t *command = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
        /* What is no JSON goes along as text: the node refuses it in its place. */
        json_array_append_new(batch->commands, command != NULL ? command : json_string("no JSON"));
        if (json_array_size(batch->commands) == BATCH_LINES)
            error = send_batch(batch);
    }
    free(text);
    return error == HV_OK ? send_batch(batch) : error;
}

static int batch(const struct line *line) {
    if (line->count < 2)
        return usage("batch needs a file, or - for standard input", "batch");
    FILE *from = strcmp(line->words[1], "-") == 0 ? stdin : fopen(line->words[1], "r");
    if (from == NULL) {
        fprintf(stderr, "haven-node: %s cannot be read\n", line->words[1]);
        return EX_NOINPUT;
    }
    struct batch batch = {.commands = json_array()};
    int error = connect_node(line, &batch.client);
    if (error == HV_OK) {
        error = read_batch(from, &batch);
        control_close(batch.client);
    }
    json_decref(batch.commands);
    if (from != stdin)
        fclose(from);
    if (error != HV_OK)
        return hv_error_exit_status(error);
    return batch.failed == 0 ? EX_OK : EX_DATAERR;
}

/* ---- main ---- */

static int command(const struct line *line) {
    char wrong[256] = "";
    json_t *request;
    int error = commands_parse(line->count, line->words, wrong, sizeof wrong, &request);
    if (error == HV_ERR_NOT_FOUND)
        return usage("no such command", NULL);
    if (error != HV_OK)
        return usage(wrong, line->words[0]);
    int status = is_start(line, "records") ? records(line, request) : ask_once(line, request);
    json_decref(request);
    return status;
}

int main(int argc, char **argv) {
    struct line line = {0};
    if (!read_line(argc, argv, &line))
        return usage("a value is missing at the end", NULL);
    const char *first = line.count > 0 ? line.words[0] : NULL;
    if (line.help || first == NULL || strcmp(first, "help") == 0) {
        const char *help = commands_help(line.help ? first : NULL);
        fputs(help == NULL ? commands_help(NULL) : help, stdout);
        return first == NULL && !line.help ? EX_USAGE : EX_OK;
    }
    if (is_start(&line, "init"))
        return init(&line);
    if (is_start(&line, "run"))
        return run(&line);
    if (is_start(&line, "desk"))
        return desk(&line);
    if (is_start(&line, "batch"))
        return batch(&line);
    return command(&line);
}
