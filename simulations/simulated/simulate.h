/* The real cores of nodes and coordinator on a simulated clock, network and disk.
 *
 * One run is decided by its seed alone: how many nodes there are, what staff and operators do,
 * which frames are lost, doubled, late or overtaken, when a link is cut, a disk is full, a process
 * is killed between two effects or the power fails before or after a sync. Trouble lasts for a
 * while, then everything is mended, and when all has calmed down the run is checked:
 *
 *   - nothing acknowledged is lost: no Ack ever leaves before its report is in the durable log, and
 * all that staff were told is stored is in the outbox at the end, and in the log;
 *   - nothing is doubled: per node, epoch and lane the log holds each sequence once, in order;
 *   - what nodes wrote is what the log holds, byte for byte;
 *   - the picture of every place equals the node's own fold of its own records;
 *   - every order that was issued is at its node in its last revision, stored there once;
 *   - the state in memory equals the fold of the log from its first record.
 *
 * Same seed, same digest. */
#ifndef SIMULATIONS_SIMULATED_SIMULATE_H
#define SIMULATIONS_SIMULATED_SIMULATE_H

#include "schemas/error.h"
#include "schemas/model.h"

#include <stdbool.h>
#include <stdint.h>

struct simulate_result {
    bool held;             /* every invariant */
    char broken[512];      /* the first that did not hold, with what was found */
    uint64_t digest;       /* of every frame, every reply and every record of the log */
    uint64_t simulated_ms; /* until everything was calm */
    uint64_t reports;      /* that staff were told are stored */
    uint64_t records;      /* in the log */
    uint64_t frames;       /* sent */
    uint64_t frames_lost;
    uint64_t crashes; /* of nodes and coordinator */
    uint64_t orders;
    uint64_t plans;
};

/* Runs one simulation. HV_ERR_MEMORY; a broken invariant is a result, not an error. */
int simulate_run(uint64_t seed, struct simulate_result *ret_result) HV_MUST_USE;

#endif
