#include "coordinator/cli/cli.h"

#include "schemas/utf8.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

static void print_help(FILE *to) {
    fputs("usage: haven [--dir DIR] [--json] [--role-name ROLE] [--at POSITION] COMMAND …\n\n"
          "Talks to the coordinator that runs in DIR (or HAVEN_DIR). haven COMMAND --help tells "
          "more.\n\n",
          to);
    for (const struct cli_entry *entry = cli_entries; entry->name != NULL; entry++)
        fprintf(to, "  %-11s %s\n", entry->name, entry->summary);
    fputs("\nexamples:\n"
          "  haven init /var/lib/haven --name 'City' && haven-coordinator /var/lib/haven\n"
          "  export HAVEN_DIR=/var/lib/haven\n"
          "  haven status\n"
          "  haven --at 120 shelters          (as it was known at that position of the log)\n"
          "  haven shelters --json | jq '.shelters[] | select(.stale)'\n\n"
          "Exit status as in sysexits.h: 0 done, 64 usage, 65 data wrong, 66 no such thing, 69 no "
          "coordinator.\n",
          to);
}

/* Takes the options of every command out of the line, wherever they stand. */
static bool read_line(int argc, char **argv, struct cli *cli, bool *ret_help) {
    cli->words = argv;
    for (int i = 1; i < argc; i++) {
        bool dir = strcmp(argv[i], "--dir") == 0, role = strcmp(argv[i], "--role-name") == 0,
             at = strcmp(argv[i], "--at") == 0;
        if ((dir || role || at) && i + 1 == argc)
            return false;
        if (dir)
            cli->dir = argv[++i];
        else if (role)
            cli->role = argv[++i];
        else if (at)
            cli->at = argv[++i];
        else if (strcmp(argv[i], "--json") == 0)
            cli->json = true;
        else if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
            *ret_help = true;
        else
            cli->words[cli->count++] = argv[i];
    }
    return true;
}

/* What goes to the coordinator is UTF-8, whatever the terminal writes. */
static const char *broken_word(int argc, char **argv) {
    for (int i = 1; i < argc; i++)
        if ((hv_utf8_scan(argv[i], strlen(argv[i])) & HV_UTF8_BROKEN) != 0)
            return argv[i];
    return NULL;
}

static const struct cli_entry *find(const char *name) {
    for (const struct cli_entry *entry = cli_entries; entry->name != NULL; entry++)
        if (strcmp(entry->name, name) == 0)
            return entry;
    return NULL;
}

/* Commands with words, options and helps of their own below the first word. */
static bool has_own_words(const char *command) {
    return strcmp(command, "region") == 0 || strcmp(command, "solve") == 0 ||
           strcmp(command, "evacuation") == 0 || strcmp(command, "scenarios") == 0;
}

int main(int argc, char **argv) {
    const char *dir = getenv("HAVEN_DIR");
    struct cli cli = {.dir = dir == NULL ? "" : dir};
    bool help = false;
    setlocale(LC_CTYPE, "C.UTF-8");
    if (broken_word(argc, argv) != NULL) {
        fprintf(stderr, "haven: “%s” is not UTF-8; set the terminal to UTF-8\n",
                broken_word(argc, argv));
        return EX_USAGE;
    }
    if (!read_line(argc, argv, &cli, &help)) {
        fprintf(stderr, "haven: --dir, --role-name and --at need a value\n");
        return EX_USAGE;
    }
    if (cli.count == 0) {
        print_help(help ? stdout : stderr);
        return help ? EX_OK : EX_USAGE;
    }
    const struct cli_entry *entry = find(cli.words[0]);
    if (entry == NULL) {
        fprintf(stderr, "haven: there is no command “%s”; see haven --help\n", cli.words[0]);
        return EX_USAGE;
    }
    if (!help && !has_own_words(entry->name) && !cli_options_known(&cli, entry->help))
        return EX_USAGE;
    if (help && has_own_words(entry->name))
        cli.words[cli.count++] = "--help"; /* the word taken out made room for it */
    else if (help) {
        fputs(entry->help, stdout);
        return EX_OK;
    }
    return entry->command(&cli);
}
