/* The thread that appends to the log, so that receiving and decoding go on while the disk syncs.
 * One job at a time; the end of a job makes `daemon_writer_fd` readable. */
#ifndef COORDINATOR_DAEMON_WRITER_H
#define COORDINATOR_DAEMON_WRITER_H

#include "coordinator/log/log.h"

struct daemon_writer;

int daemon_writer_new(struct log *log, struct daemon_writer **ret_writer) HV_MUST_USE;

/* Waits for the job in hand, then ends the thread. The log stays. NULL: nothing. */
void daemon_writer_free(struct daemon_writer *writer);

int daemon_writer_fd(const struct daemon_writer *writer);

/* Appends; the entries must stay until the job has been collected. No job may be under way. */
void daemon_writer_append(struct daemon_writer *writer, const struct log_entry *entries,
                          size_t count);

/* The same for moving old records to an archive, a slice at a time: appends come first, and a stop
 * leaves the rest for another day. */
void daemon_writer_archive(struct daemon_writer *writer, uint64_t up_to);

/* How long appends have taken since the start: how many, their sum, and how many took at most
 * 2^(i+6) microseconds, the last bucket the rest. */
struct daemon_writer_times {
    uint64_t count, sum_us, buckets[16];
};
struct daemon_writer_times daemon_writer_times(struct daemon_writer *writer);

/* The result of the append that has ended. HV_ERR_BUSY: none has. `wait`: until it has. */
int daemon_writer_collect(struct daemon_writer *writer, bool wait, int *ret_error) HV_MUST_USE;

#endif
