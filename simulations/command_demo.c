#include "simulations/commands.h"
#include "simulations/exercise/flood.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

/* The region lies beside the sources; the program may be started from anywhere. */
static const char *region_folder(char *buffer, size_t bytes) {
    static const char *const places[] = {"simulations/regions/siouxfalls",
                                         "../../simulations/regions/siouxfalls"};
    char program[2048];
    ssize_t size = readlink("/proc/self/exe", program, sizeof program - 1);
    program[size > 0 ? size : 0] = '\0';
    char *slash = strrchr(program, '/');
    if (slash != NULL)
        *slash = '\0';
    snprintf(buffer, bytes, "%s", places[0]);
    if (access(buffer, R_OK) != 0)
        snprintf(buffer, bytes, "%s/%s", program, places[1]);
    return buffer;
}

#define DEMO_ACCOUNT "demo"
#define DEMO_PASSWORD "river-flood" /* of an exercise that this machine alone can reach */

/* Who watches may decide too. */
static int open_centre(struct flood *flood) {
    return stage_ask(&flood->stage,
                     json_pack("{s:s, s:s, s:s, s:[s, s, s, s]}", "verb", "account-set", "account",
                               DEMO_ACCOUNT, "password", DEMO_PASSWORD, "roles", "planner",
                               "approver", "exercise-controller", "administrator"),
                     NULL);
}

static void tell_centre(const struct flood *flood) {
    printf("Command centre: http://127.0.0.1:%u   log in as %s, password %s\n",
           flood->stage.http_port, DEMO_ACCOUNT, DEMO_PASSWORD);
    if (flood->page_port != 0)
        printf("Staff desk of %s: http://127.0.0.1:%u   PIN %s\n", FLOOD_PAGE_SHELTER,
               flood->page_port, FLOOD_PAGE_PIN);
    fflush(stdout);
}

static void keep(struct flood *flood) {
    putchar('\n');
    tell_centre(flood);
    printf("Everything is still running. Look at it from another terminal:\n"
           "  %s/haven --dir %s/coordinator status\n"
           "  %s/haven --dir %s/coordinator shelters\n"
           "  %s/haven-node --dir %s/nodes/" FLOOD_PAGE_SHELTER " status\n"
           "Logs of the programs: %s/coordinator.log and %s/nodes/*.log. Ctrl-C ends all of it.\n",
           flood->stage.bin, flood->stage.dir, flood->stage.bin, flood->stage.dir, flood->stage.bin,
           flood->stage.dir, flood->stage.dir, flood->stage.dir);
    fflush(stdout);
    while (!children_asked_to_stop())
        children_sleep_ms(200);
}

static int conclude(struct flood *flood, bool json, bool kept) {
    bool adds_up = audit_finding_count(flood->stage.audit) == 0;
    if (json) {
        json_t *summary = flood_summary_json(flood);
        json_dumpf(summary, stdout, JSON_SORT_KEYS);
        putchar('\n');
        json_decref(summary);
    } else
        flood_summary(flood, stdout);
    if (kept)
        keep(flood);
    char dir[PATH_MAX];
    memcpy(dir, flood->stage.dir, sizeof dir);
    bool clean = flood_close(flood);
    if (!clean)
        fprintf(stderr, "haven-exercise: a program did not end in good order; see the logs in %s\n",
                dir);
    if (!json)
        printf("%s\n", adds_up && clean ? "Nothing acknowledged was lost; people and goods add up."
                                        : "This exercise does NOT add up.");
    return adds_up && clean ? EX_OK : 1;
}

static int give_up(struct flood *flood, int error) {
    char dir[PATH_MAX], trouble[sizeof flood->stage.trouble];
    memcpy(dir, flood->stage.dir, sizeof dir);
    memcpy(trouble, flood->stage.trouble, sizeof trouble);
    (void)flood_close(flood);
    fprintf(stderr, "haven-exercise: %s\n", trouble[0] != '\0' ? trouble : hv_error_text(error));
    if (dir[0] != '\0')
        fprintf(stderr, "haven-exercise: logs are in %s\n", dir);
    return error == HV_ERR_STOPPED ? 130 : hv_error_exit_status(error);
}

int command_demo(int argc, char **argv) {
    static struct flood flood;
    char region[4096];
    uint64_t seed = 1;
    bool json = false, fast = false, kept = false;
    const char *dir = "build/demo", *from = NULL, *hazard = NULL;
    unsigned none = 0;
    struct terminal terminal;
    const struct command_option options[] = {
        {.name = "--seed", .number = &seed, .most = UINT64_MAX / 2},
        {.name = "--dir", .text = &dir},
        {.name = "--region", .text = &from},
        {.name = "--hazard", .text = &hazard},
        {.name = "--fast", .flag = &fast},
        {.name = "--keep", .flag = &kept},
        {.name = "--json", .flag = &json}};
    if (!command_read(argc, argv, options, 7, NULL, 0, &none))
        return EX_USAGE;
    children_catch_signals();
    if (!json)
        printf("River flood on the Sioux Falls region, seed %" PRIu64 ": programs start in %s …\n",
               seed, dir);
    fflush(stdout);
    terminal_init(&terminal, stdout, json);
    struct flood_options wanted = {.region =
                                       from != NULL ? from : region_folder(region, sizeof region),
                                   .hazard = hazard,
                                   .dir = dir,
                                   .seed = seed,
                                   .speed = fast ? 4 : 1};
    int error = flood_open(&flood, &wanted, &terminal);
    if (error == 0)
        error = open_centre(&flood);
    if (error == 0 && !json)
        tell_centre(&flood);
    if (error == 0)
        error = flood_run(&flood);
    terminal_end(&terminal, false);
    return error == 0 ? conclude(&flood, json, kept) : give_up(&flood, error);
}
