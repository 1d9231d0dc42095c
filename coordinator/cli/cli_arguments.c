#include "coordinator/cli/cli_arguments.h"

#include "coordinator/cli/cli_number.h"

#include <assert.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

enum { LETTERS_MAX = 2 * CLI_ARGUMENTS_MAX + 4, FIRST = 256 };

#define TIME_LIMIT_S_MAX 1e9 /* thirty years */

struct cli_argument cli_argument_output(const char **path) {
    return (struct cli_argument){.name = "output", .letter = 'o', .text = path};
}

struct cli_argument cli_argument_time_limit(double least, double *seconds) {
    return (struct cli_argument){.name = "time-limit",
                                 .number = seconds,
                                 .least = least,
                                 .most = TIME_LIMIT_S_MAX,
                                 .needs = "a number of seconds"};
}

struct cli_argument cli_argument_seed(long *seed) {
    return (struct cli_argument){.name = "seed",
                                 .whole = seed,
                                 .least = 0,
                                 .most = CLI_WHOLE_MAX,
                                 .needs = "a whole number up to 9000000000000000"};
}

struct cli_argument cli_argument_work(long *millions) {
    return (struct cli_argument){.name = "work",
                                 .whole = millions,
                                 .least = 1,
                                 .most = 1e9,
                                 .needs = "a number of millions"};
}

/* What getopt takes: options by their place in the table, and the letters. */
struct forms {
    struct option options[CLI_ARGUMENTS_MAX + 2];
    char letters[LETTERS_MAX];
};

int cli_arguments_wrong(const struct cli_command *command, const char *what, const char *text) {
    fprintf(stderr, "haven %s: %s%s\n%s", command->name, what, text, command->usage);
    return EX_USAGE;
}

static void make_forms(const struct cli_command *command, struct forms *forms) {
    size_t letters = 0;
    assert(command->argument_count <= CLI_ARGUMENTS_MAX);
    memset(forms, 0, sizeof *forms);
    forms->letters[letters++] = ':'; /* a missing value is told apart from an unknown option */
    for (size_t i = 0; i < command->argument_count; i++) {
        const struct cli_argument *argument = &command->arguments[i];
        const int value = argument->flag != NULL ? no_argument : required_argument;
        forms->options[i] = (struct option){argument->name, value, NULL, FIRST + (int)i};
        if (argument->letter != 0) {
            forms->letters[letters++] = argument->letter;
            if (value == required_argument)
                forms->letters[letters++] = ':';
        }
    }
    forms->options[command->argument_count] = (struct option){"help", no_argument, NULL, 'h'};
    forms->letters[letters] = 'h';
}

static const struct cli_argument *find(const struct cli_command *command, int option) {
    if (option >= FIRST)
        return &command->arguments[option - FIRST];
    for (size_t i = 0; i < command->argument_count; i++)
        if (command->arguments[i].letter == option)
            return &command->arguments[i];
    return NULL;
}

static bool take(const struct cli_argument *argument, const char *value) {
    if (argument->flag != NULL)
        return *argument->flag = true;
    if (argument->text != NULL) {
        *argument->text = value;
        return true;
    }
    if (argument->number != NULL)
        return cli_number_read(value, argument->least, argument->most, argument->number);
    if (argument->whole != NULL)
        return cli_number_read_whole(value, (long)argument->least, (long)argument->most,
                                     argument->whole);
    return argument->read(value, argument->into);
}

static int wrong_value(const struct cli_command *command, const struct cli_argument *argument,
                       const char *value) {
    fprintf(stderr, "haven %s: --%s needs %s, not “%s”\n%s", command->name, argument->name,
            argument->needs, value, command->usage);
    return EX_USAGE;
}

static int take_files(const struct cli_command *command, int count, char **words,
                      const char **ret_files) {
    if ((size_t)count < command->file_count)
        return cli_arguments_wrong(command, "missing: ", command->needs);
    if ((size_t)count > command->file_count)
        return cli_arguments_wrong(command, "one too many: ", words[command->file_count]);
    for (int i = 0; i < count; i++)
        ret_files[i] = words[i];
    return EX_OK;
}

int cli_arguments_read(const struct cli_command *command, int argc, char **argv,
                       const char **ret_files, bool *ret_helped) {
    struct forms forms;
    int option;
    make_forms(command, &forms);
    *ret_helped = false;
    optind = 0;
    opterr = 0;
    while ((option = getopt_long(argc, argv, forms.letters, forms.options, NULL)) != -1) {
        if (option == '?')
            return cli_arguments_wrong(command, "unknown option ", argv[optind - 1]);
        if (option == ':')
            return cli_arguments_wrong(command, "a value is missing after ", argv[optind - 1]);
        const struct cli_argument *argument = find(command, option);
        if (argument == NULL)
            *ret_helped = true;
        else if (!take(argument, optarg))
            return wrong_value(command, argument, optarg);
    }
    if (!*ret_helped)
        return take_files(command, argc - optind, argv + optind, ret_files);
    printf("%s%s", command->usage, command->help);
    return EX_OK;
}
