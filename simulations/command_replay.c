#include "simulations/commands.h"
#include "simulations/replay/replay.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

static void print_json(const struct replay *replay) {
    json_t *differences = json_array();
    for (size_t i = 0; i < replay->difference_count && i < REPLAY_DIFFERENCES_MAX; i++)
        json_array_append_new(differences, json_string(replay->differences[i]));
    json_t *result = json_pack(
        "{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:o}", "snapshots",
        (json_int_t)replay->timeline->snapshot_count, "equal", (json_int_t)replay->compared,
        "shelters", (json_int_t)replay->timeline->shelter_count, "rows",
        (json_int_t)replay->timeline->rows, "reports", (json_int_t)replay->stage.entries, "open",
        (json_int_t)replay->open, "closed", (json_int_t)replay->closed, "people",
        (json_int_t)replay->people, "differences", differences);
    json_dumpf(result, stdout, JSON_SORT_KEYS);
    putchar('\n');
    json_decref(result);
}

static void print_text(const struct replay *replay) {
    for (size_t i = 0; i < replay->difference_count && i < REPLAY_DIFFERENCES_MAX; i++)
        printf("DIFFERENT: %s\n", replay->differences[i] == NULL ? "" : replay->differences[i]);
    printf("%zu snapshots, %" PRIu64 " rows, %" PRIu64
           " reports of %zu nodes; the picture equalled %zu of %zu snapshots\n",
           replay->timeline->snapshot_count, replay->timeline->rows, replay->stage.entries,
           replay->timeline->shelter_count, replay->compared, replay->timeline->snapshot_count);
    if (replay->difference_count == 0)
        printf("The coordinator's picture equals the last snapshot of every one of %zu shelters: "
               "%" PRIu32 " open with %" PRId64 " people, %" PRIu32 " closed.\n",
               replay->timeline->shelter_count, replay->open, replay->people, replay->closed);
    else
        printf("The coordinator's picture differs from the snapshots: %zu differences.\n",
               replay->difference_count);
}

static void print_faults(const struct hv_fault_list *faults) {
    char line[2048];
    for (size_t i = 0; i < faults->count; i++) {
        hv_fault_print(&faults->faults[i], line, sizeof line);
        fprintf(stderr, "haven-exercise: %s\n", line);
    }
}

static int read_timeline(const char *dir, uint64_t limit, struct timeline *timeline) {
    struct hv_fault_list faults;
    hv_fault_list_init(&faults);
    int error = timeline_load(dir, (size_t)limit, &faults, timeline);
    print_faults(&faults);
    hv_fault_list_deinit(&faults);
    if (error == HV_ERR_NOT_FOUND)
        fprintf(stderr, "haven-exercise: %s holds no snapshot; give the folder of the CSV files\n",
                dir);
    else if (error != 0 && error != HV_ERR_VALUE)
        fprintf(stderr, "haven-exercise: %s: %s\n", dir, hv_error_text(error));
    return error;
}

/* The folder goes with a run that was all right, unless it was asked for. */
static void remove_folder(const char *dir) {
    static const char *const remove[] = {"/bin/rm", "-rf", "--"};
    const char *const argv[] = {remove[0], remove[1], remove[2], dir, NULL};
    char *output = NULL;
    int status = 0;
    if (child_run(argv, "/dev/null", &output, &status) == 0)
        free(output);
}

static int play(const struct timeline *timeline, const char *dir, bool json) {
    static struct replay replay;
    struct terminal terminal;
    char folder[PATH_MAX], trouble[sizeof replay.stage.trouble];
    terminal_init(&terminal, stdout, json);
    int error = replay_open(&replay, dir, timeline, &terminal);
    if (error == 0)
        error = replay_run(&replay);
    terminal_end(&terminal, false);
    memcpy(folder, replay.stage.dir, sizeof folder);
    memcpy(trouble, replay.stage.trouble, sizeof trouble);
    bool equal = error == 0 && replay.difference_count == 0;
    if (error == 0 && json)
        print_json(&replay);
    else if (error == 0)
        print_text(&replay);
    fflush(stdout);
    bool clean = replay_close(&replay);
    if (error == 0 && !clean)
        fprintf(stderr, "haven-exercise: a program did not end in good order\n");
    if (error != 0)
        fprintf(stderr, "haven-exercise: %s\n",
                trouble[0] != '\0' ? trouble : hv_error_text(error));
    if (equal && clean && dir == NULL)
        remove_folder(folder);
    else if (!equal || !clean)
        fprintf(stderr, "haven-exercise: logs are in %s\n", folder);
    if (error != 0)
        return error == HV_ERR_STOPPED ? 130 : hv_error_exit_status(error);
    return equal && clean ? EX_OK : 1;
}

int command_replay(int argc, char **argv) {
    const char *from = NULL, *dir = NULL, *arguments[1];
    uint64_t snapshots = 0;
    bool json = false;
    unsigned count = 0;
    struct timeline timeline;
    const struct command_option options[] = {
        {.name = "--from", .text = &from},
        {.name = "--dir", .text = &dir},
        {.name = "--snapshots", .number = &snapshots, .most = 100000},
        {.name = "--json", .flag = &json}};
    if (!command_read(argc, argv, options, 4, arguments, 1, &count))
        return EX_USAGE;
    if (count != 1 || from == NULL || strcmp(from, "nanao") != 0) {
        fprintf(
            stderr,
            "haven-exercise: replay wants --from nanao DIR; see haven-exercise replay --help\n");
        return EX_USAGE;
    }
    int error = read_timeline(arguments[0], snapshots, &timeline);
    if (error != 0)
        return error == HV_ERR_NOT_FOUND ? EX_NOINPUT : hv_error_exit_status(error);
    children_catch_signals();
    int status = play(&timeline, dir, json);
    timeline_deinit(&timeline);
    return status;
}
