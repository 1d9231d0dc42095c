/* What outbox and log share of LMDB: the meaning of its codes, and a way past what would end the
 * process.
 *
 * LMDB meets a page that cannot be with an assertion and would abort; one that the file has no
 * more, or the disk does not give back, is SIGBUS. Instead, the call in hand is left and is
 * HV_ERR_CORRUPT; its transaction is lost with it, which is no loss: the environment is not to be
 * trusted again. Calls may nest. Each thread has its own. */
#ifndef HV_PLATFORM_STORE_H
#define HV_PLATFORM_STORE_H

#include "schemas/error.h"

#include <lmdb.h>
#include <stdbool.h>

/* What an MDB_* or errno code means to us: MDB_MAP_FULL and ENOSPC are HV_ERR_FULL, MDB_NOTFOUND is
 * HV_ERR_NOT_FOUND. */
int store_error(int code);

/* For mdb_env_set_assert: ends the guarded call that is under way. */
void store_assertion(MDB_env *env, const char *text);

/* Makes the call. HV_ERR_CORRUPT, and *ret_damaged set (it is left alone otherwise), where LMDB
 * asserted or a page was not there; else what the call returns. The first call has the process
 * catch SIGBUS; outside of calls it means what it meant before. */
typedef int store_call(void *arguments);
int store_guard(store_call *call, void *arguments, bool *ret_damaged) HV_MUST_USE;

#endif
