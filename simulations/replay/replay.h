/* Published snapshots played again through real nodes and a real coordinator: one node for each
 * shelter, opening, counting and closing as it did. After each snapshot the coordinator's picture
 * is compared with it. */
#ifndef SIMULATIONS_REPLAY_REPLAY_H
#define SIMULATIONS_REPLAY_REPLAY_H

#include "simulations/exercise/stage.h"
#include "simulations/replay/timeline.h"

#define REPLAY_DIFFERENCES_MAX 200u

struct replay {
    struct stage stage;
    struct terminal *terminal;
    const struct timeline *timeline;
    struct desk **desks; /* owned array, one a shelter; NULL: never opened yet */
    size_t compared;     /* snapshots that the picture equalled */
    char *differences[REPLAY_DIFFERENCES_MAX]; /* owned */
    size_t difference_count;
    int64_t people; /* in the picture after the last snapshot */
    uint32_t open, closed;
};

int replay_open(struct replay *replay, const char *dir, const struct timeline *timeline,
                struct terminal *terminal) HV_MUST_USE;
int replay_run(struct replay *replay) HV_MUST_USE;
bool replay_close(struct replay *replay);

/* replay_region.c: the shelters of all snapshots as the coordinator's region, with their names. */
int replay_load_region(struct replay *replay) HV_MUST_USE;

/* replay_compare.c: the picture against snapshot `number`; what differs is kept. Waits until all
 * that was entered is acknowledged. */
int replay_compare(struct replay *replay, size_t number) HV_MUST_USE;

#endif
