/* Opening LMDB the way Haven needs it, once for outbox and log.
 *
 * Rules: the whole map is reserved at once (address space, not memory); every commit syncs; a
 * failed assertion of LMDB ends the transaction with an error instead of the process; readers that
 * died are cleared at opening. One environment a process and folder. */
#ifndef HV_PLATFORM_STORE_H
#define HV_PLATFORM_STORE_H

#include "schemas/error.h"

#include <lmdb.h>
#include <stddef.h>

/* Opens or makes the environment in folder `dir` (made, mode 0700, where absent; the folder above
 * must exist). The environment is the caller's to mdb_env_close. Errors as store_error,
 * HV_ERR_CORRUPT: not an LMDB file. */
int store_open(const char *dir, size_t map_bytes, unsigned databases,
               MDB_env **ret_env) HV_MUST_USE;

/* What an MDB_* or errno code means to us: MDB_MAP_FULL and ENOSPC are HV_ERR_FULL, MDB_NOTFOUND is
 * HV_ERR_NOT_FOUND. */
int store_error(int code);

#endif
