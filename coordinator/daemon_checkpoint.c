/* Checkpoints while everything goes on: some things between steps, the sync in a thread. */
#include "coordinator/daemon_inside.h"

#include "coordinator/founding.h"
#include "coordinator/layout.h"
#include "coordinator/milestones.h"
#include "schemas/platform/atomic_file.h"
#include "schemas/platform/line_log.h"

#include <inttypes.h>

enum { THINGS_AT_ONCE = 500 };
#define LIVE_RECORDS_KEPT                                                                          \
    4000000u /* in LMDB behind the last checkpoint; older ones are archived                        \
              */

static void say_none(const struct daemon *daemon, int error) {
    line_log(LINE_WARNING, "event=no-checkpoint error=%s", hv_error_name(error));
    if (error == HV_ERR_FULL)
        milestones_drop(daemon->dir);
}

static int sync_run(void *context) {
    struct daemon *daemon = context;
    char path[PATH_MAX];
    uint64_t position = checkpoint_position(daemon->checkpoint);
    daemon_path(daemon, LAYOUT_CHECKPOINT, path);
    int error = checkpoint_finish(daemon->checkpoint);
    if (error == 0)
        error = atomic_file_sync_name(path);
    if (error == 0)
        milestones_keep(daemon->dir, position);
    return error;
}

static void archive_old(struct daemon *daemon) {
    uint64_t position = daemon->checkpoint_position;
    if (position > LIVE_RECORDS_KEPT && log_first(daemon->log) + LIVE_RECORDS_KEPT < position)
        daemon_writer_archive(daemon->writer, position - LIVE_RECORDS_KEPT / 2);
}

static void sync_done(void *context, int error) {
    struct daemon *daemon = context;
    daemon->checkpoint = NULL;
    daemon->checkpoint_syncing = false;
    if (error != 0) {
        say_none(daemon, error);
        return;
    }
    line_log(LINE_INFO, "event=checkpoint position=%" PRIu64, daemon->checkpoint_position);
    archive_old(daemon);
}

static void begin(struct daemon *daemon) {
    char path[PATH_MAX];
    daemon_path(daemon, LAYOUT_CHECKPOINT, path);
    uint64_t position = state_position(core_state(daemon->core));
    if (position < daemon->checkpoint_position + daemon->settings.checkpoint_every)
        return;
    daemon->checkpoint_position = position; /* also where it fails: try again later, not at once */
    uint8_t end[HV_HASH_BYTES];
    int error = founding_hash_at(daemon->log, position, end);
    if (error == 0)
        error = checkpoint_begin(core_state_for_checkpoint(daemon->core), path, end,
                                 &daemon->checkpoint);
    if (error != 0)
        say_none(daemon, error);
}

void daemon_checkpoint_run(struct daemon *daemon) {
    if (daemon->checkpoint_syncing)
        return;
    if (daemon->checkpoint == NULL)
        begin(daemon);
    if (daemon->checkpoint == NULL)
        return;
    bool done = false;
    int error = checkpoint_step(daemon->checkpoint, THINGS_AT_ONCE, &done);
    if (error == 0 && done)
        error = daemon_task_start(daemon->tasks, sync_run, sync_done, daemon);
    daemon->checkpoint_syncing = error == 0 && done;
    if (error == 0)
        return;
    say_none(daemon, error);
    checkpoint_abandon(daemon->checkpoint);
    daemon->checkpoint = NULL;
}

void daemon_checkpoint_last(struct daemon *daemon) {
    char path[PATH_MAX];
    if (daemon->checkpoint != NULL) {
        checkpoint_abandon(daemon->checkpoint);
        daemon->checkpoint = NULL;
    }
    daemon_path(daemon, LAYOUT_CHECKPOINT, path);
    uint8_t end[HV_HASH_BYTES];
    struct state *state = core_state_for_checkpoint(daemon->core);
    int error = founding_hash_at(daemon->log, state_position(state), end);
    if (error == 0)
        error = checkpoint_write(state, path, end);
    if (error == 0)
        error = atomic_file_sync_name(path);
    if (error == 0)
        milestones_keep(daemon->dir, state_position(state));
    else
        say_none(daemon, error);
}
