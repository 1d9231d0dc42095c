/* Whoever asks for help about a command is shown how it is used. */
#include "coordinator/cli/cli.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

Test(cli_help, every_command_has_examples_that_begin_with_it) {
    size_t commands = 0;
    for (const struct cli_entry *entry = cli_entries; entry->name != NULL; entry++, commands++) {
        char see[64], example[64];
        snprintf(see, sizeof see, "(see haven %s --help)", entry->name);
        snprintf(example, sizeof example, "\n  haven %s", entry->name);
        cr_assert_eq(strncmp(entry->help, "usage: haven ", 13), 0, "%s", entry->name);
        if (strstr(entry->help, see) != NULL)
            continue; /* it has words with helps of their own */
        const char *examples = strstr(entry->help, "\nexample");
        cr_assert_not_null(examples, "haven %s --help has no example", entry->name);
        cr_assert_not_null(strstr(examples, example), "haven %s --help shows another command",
                           entry->name);
    }
    cr_assert_geq(commands, 33);
}

Test(cli_help, every_command_that_a_centre_needs_is_there) {
    static const char *const words[] = {
        "init",   "enroll", "revoke", "region", "incident", "report", "status",  "shelters",
        "depots", "plan",   "orders", "note",   "log",      "backup", "restore", "verify"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        const struct cli_entry *entry = cli_entries;
        while (entry->name != NULL && strcmp(entry->name, words[i]) != 0)
            entry++;
        cr_assert_not_null(entry->name, "there is no haven %s", words[i]);
    }
}
