/* A log in memory for simulations and tests: the same contract, and faults on demand.
 *
 * The "disk" outlives the log that is opened on it, as a real disk outlives a process. */
#ifndef COORDINATOR_LOG_LOG_MEMORY_H
#define COORDINATOR_LOG_LOG_MEMORY_H

#include "coordinator/log/log.h"

struct log_memory_disk;

/* What happens to the next append. */
enum log_memory_fault {
    LOG_MEMORY_FINE,
    LOG_MEMORY_CRASH_BEFORE, /* nothing reaches the disk; the append is HV_ERR_CLOSED */
    LOG_MEMORY_CRASH_AFTER,  /* all reaches the disk; the append is HV_ERR_CLOSED all the same */
    LOG_MEMORY_IO            /* nothing reaches the disk; HV_ERR_IO, once */
};

struct log_memory_disk *log_memory_disk_new(void); /* NULL without memory */
void log_memory_disk_free(struct log_memory_disk *disk);

/* After a crash every call on the log is HV_ERR_CLOSED; close it and open again. */
void log_memory_fault_next(struct log_memory_disk *disk, enum log_memory_fault fault);

/* Appends that would take more are HV_ERR_FULL; 0: no limit. */
void log_memory_limit(struct log_memory_disk *disk, size_t bytes);

/* Changes one byte of the frame at `position`. HV_ERR_NOT_FOUND. */
int log_memory_damage(struct log_memory_disk *disk, uint64_t position, size_t offset) HV_MUST_USE;

int log_memory_open(struct log_memory_disk *disk, struct log **ret_log) HV_MUST_USE;

#endif
