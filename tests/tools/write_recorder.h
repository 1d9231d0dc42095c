/* The trace that write_recorder.so leaves of a program's writes, and that the power-cut test plays
 * back.
 *
 * Preloaded into a program, the recorder writes one event for each write, truncation and sync of
 * the files below WRITE_RECORDER_ROOT into the file WRITE_RECORDER_TRACE, in the order in which the
 * calls returned. A write to a descriptor opened with O_DSYNC or O_SYNC is durable when it returns
 * and marked so. */
#ifndef TESTS_TOOLS_WRITE_RECORDER_H
#define TESTS_TOOLS_WRITE_RECORDER_H

#include <stdint.h>

enum trace_kind { TRACE_WRITE = 1, TRACE_SYNC = 2, TRACE_TRUNCATE = 3, TRACE_RENAME = 4 };

struct trace_event {
    uint32_t kind;
    uint32_t durable;    /* write: the descriptor was opened for synchronous writes */
    uint64_t offset;     /* write: where; truncate: new size */
    uint32_t bytes;      /* write: that many follow the path; rename: the new path does */
    uint32_t path_bytes; /* path below the root, follows the event, without NUL */
};

#endif
