/* Archive files: runs of frames that have left the live store, named by their positions. Private to
 * coordinator/log.
 *
 * DIR/archive-FIRST-LAST.log: the 8 bytes "HVLOG 1\n", then frames. A file appears by rename after
 * its sync, so it is whole or not there; it is never changed. */
#ifndef COORDINATOR_LOG_LOG_ARCHIVE_H
#define COORDINATOR_LOG_LOG_ARCHIVE_H

#include "coordinator/log/log_store.h"

#include <pthread.h>

struct log_archive_file;

/* Begins an archive in DIR whose first record is `first`. HV_ERR_IO, HV_ERR_FULL, HV_ERR_MEMORY. */
int log_archive_create(const char *dir, uint64_t first,
                       struct log_archive_file **ret_file) HV_MUST_USE;
int log_archive_write(struct log_archive_file *file, const uint8_t *bytes, size_t size) HV_MUST_USE;

/* Syncs what has been written so far, so that the end has less to sync. */
int log_archive_sync(struct log_archive_file *file) HV_MUST_USE;

/* Syncs, names it after its last position and frees it. */
int log_archive_finish(struct log_archive_file *file, uint64_t last) HV_MUST_USE;
void log_archive_abandon(struct log_archive_file *file); /* NULL: nothing */

/* Removes what a crash has left of an archive that had no name yet. */
int log_archive_clear(const char *dir) HV_MUST_USE;

/* Where readers have been, so that who reads an archive piece by piece does not begin at its first
 * frame each time. Any thread. */
enum { LOG_ARCHIVE_MARKS = 64 };
struct log_archive_marks {
    pthread_mutex_t lock;
    struct log_archive_mark {
        uint64_t first, position; /* of the archive, and of a frame in it; 0: none */
        size_t at;                /* where that frame begins */
    } list[LOG_ARCHIVE_MARKS];
    unsigned next; /* to be written over */
};
void log_archive_marks_init(struct log_archive_marks *marks);
void log_archive_marks_deinit(struct log_archive_marks *marks);

/* Visits the frames from `position` on, to the end of the archive that holds it: those before are
 * passed over by their sizes, from the nearest mark, and not checked. Where their headers do not
 * lead there, all frames of it are visited. HV_ERR_NOT_FOUND, HV_ERR_CORRUPT, HV_ERR_IO. */
int log_archive_run(const char *dir, struct log_archive_marks *marks, uint64_t position,
                    log_run_visit *visit, void *context) HV_MUST_USE;

/* The highest position in any archive of DIR; 0: none. */
int log_archive_last(const char *dir, uint64_t *ret_last) HV_MUST_USE;

/* Copies every archive of DIR into `to`. */
int log_archive_copy(const char *dir, const char *to) HV_MUST_USE;

#endif
