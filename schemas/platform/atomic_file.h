/* Small files that are either the old or the new one, whatever happens: write aside, sync, rename,
 * sync the folder. */
#ifndef HV_PLATFORM_ATOMIC_FILE_H
#define HV_PLATFORM_ATOMIC_FILE_H

#include "schemas/error.h"

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* HV_ERR_FULL, HV_ERR_PERMISSION, HV_ERR_NOT_FOUND (no such folder), HV_ERR_IO. */
int atomic_file_write(const char *path, const void *bytes, size_t size, mode_t mode) HV_MUST_USE;

/* The same for a file that is not there yet; of several at once one wins. HV_ERR_EXISTS: there is
 * one, and it stays as it is. */
int atomic_file_create(const char *path, const void *bytes, size_t size, mode_t mode) HV_MUST_USE;

/* Removes from a folder, not from those in it, what the two above left aside in processes that were
 * killed. Nothing of a process that lives, nothing that is being written, nothing of another name
 * or kind is touched. What cannot be removed stays. */
void atomic_file_tidy(const char *folder);

/* Keeps others that do the same out of a folder until it is released or the process ends.
 * HV_ERR_BUSY: somebody has it; HV_ERR_NOT_FOUND, HV_ERR_PERMISSION, HV_ERR_IO. */
int atomic_file_claim(const char *folder, int *ret_claim) HV_MUST_USE;
void atomic_file_release(int claim);

/* Makes durable what is in a file that somebody else wrote, or which names are in a folder. */
int atomic_file_sync(const char *path) HV_MUST_USE;

/* Makes durable that a file or folder, such as one just made, is named where it is. */
int atomic_file_sync_name(const char *path) HV_MUST_USE;

/* Makes a folder that its owner alone may enter, and those above it that are not there, each named
 * durably; one that is there stays as it is. HV_ERR_FULL, HV_ERR_PERMISSION, HV_ERR_NOT_FOUND (the
 * path leads nowhere), HV_ERR_LIMIT, HV_ERR_IO. */
int atomic_file_make_folder(const char *path) HV_MUST_USE;

/* Reads a whole file of at most `limit` bytes; a NUL follows the bytes. Owned by the caller (free).
 * HV_ERR_NOT_FOUND, HV_ERR_PERMISSION, HV_ERR_LIMIT, HV_ERR_IO, HV_ERR_MEMORY. */
int atomic_file_read(const char *path, size_t limit, uint8_t **ret_bytes,
                     size_t *ret_size) HV_MUST_USE;

#endif
