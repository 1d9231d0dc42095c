/* The inside of the daemon, for the daemon_*.c files only. */
#ifndef COORDINATOR_DAEMON_INSIDE_H
#define COORDINATOR_DAEMON_INSIDE_H

#include "coordinator/core.h"
#include "coordinator/daemon_task.h"
#include "coordinator/daemon_writer.h"
#include "coordinator/gate/gate.h"
#include "coordinator/region/region.h"
#include "coordinator/state/state_checkpoint.h"
#include "schemas/platform/deployment.h"

#include <czmq.h>
#include <limits.h>

struct api;

struct daemon {
    char dir[PATH_MAX / 2];
    struct settings settings;
    struct deployment deployment;

    struct log *log;
    struct core *core;
    struct gate *gate;
    struct daemon_writer *writer;
    struct daemon_tasks *tasks;
    zloop_t *loop;
    int signals;
    int status; /* exit status */
    bool stopping;
    bool looking; /* at the router */

    struct gate_route *routes; /* by node index: where each was last heard */
    uint32_t route_room;
    const struct gate_route *sender; /* of the frame in hand */

    struct region *region;     /* NULL: none */
    uint64_t region_position;  /* of the record that named it */
    struct region *region_new; /* loaded by a command, taken over when recorded */
    char region_fault[512];    /* why the region that the log names is not in memory; "": it is */

    struct checkpoint *checkpoint; /* being written */
    bool checkpoint_syncing;
    bool slicing;                 /* a slice is due */
    uint64_t checkpoint_position; /* of the last one that is whole */

    struct daemon_control *control;
    struct api *api; /* NULL: no HTTP interface */
    struct daemon_planner *planner;
    bool plan_wanted;            /* an effect has asked for one */
    struct core_effect *replies; /* that wait until the step which gave them is over */
    size_t reply_count, reply_room;
    bool replying;
};

/* ---- daemon.c ---- */
void daemon_step(struct daemon *daemon, struct core_event event);
void daemon_path(const struct daemon *daemon, const char *name, char path[PATH_MAX]);

/* ---- daemon_checkpoint.c ---- */
void daemon_checkpoint_run(struct daemon *daemon); /* a slice, where there is something to do */
void daemon_checkpoint_last(struct daemon *daemon);

/* ---- daemon_region.c ---- */
void daemon_region_follow(struct daemon *daemon); /* loads what the state names, if it changed */

/* ---- daemon_open.c ---- */
int daemon_open(struct daemon *daemon, const char *dir); /* exit status */
void daemon_close(struct daemon *daemon);

#endif
