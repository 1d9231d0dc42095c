#include "schemas/platform/store.h"

#include "schemas/platform/line_log.h"

#include <errno.h>
#include <sys/stat.h>

int store_error(int code) {
    switch (code) {
    case MDB_SUCCESS:
        return HV_OK;
    case MDB_MAP_FULL:
    case MDB_TXN_FULL:
    case MDB_PAGE_FULL:
    case ENOSPC:
    case EDQUOT:
        return HV_ERR_FULL;
    case MDB_NOTFOUND:
    case ENOENT:
        return HV_ERR_NOT_FOUND;
    case MDB_KEYEXIST:
        return HV_ERR_EXISTS;
    case MDB_CORRUPTED:
    case MDB_PAGE_NOTFOUND:
    case MDB_INVALID:
    case MDB_PANIC:
        return HV_ERR_CORRUPT;
    case MDB_VERSION_MISMATCH:
        return HV_ERR_VERSION;
    case MDB_READERS_FULL:
    case EAGAIN:
    case EBUSY:
        return HV_ERR_BUSY;
    case EACCES:
    case EPERM:
    case EROFS:
        return HV_ERR_PERMISSION;
    case ENOMEM:
        return HV_ERR_MEMORY;
    default:
        return HV_ERR_IO;
    }
}

/* LMDB calls this in place of abort(); the operation then ends with MDB_PROBLEM or the like. */
static void on_assert(MDB_env *env, const char *message) {
    (void)env;
    line_log(LINE_ERROR, "event=lmdb_assertion what=\"%s\"", message);
}

int store_open(const char *dir, size_t map_bytes, unsigned databases, MDB_env **ret_env) {
    if (mkdir(dir, 0700) != 0 && errno != EEXIST)
        return store_error(errno);
    MDB_env *env = NULL;
    int dead = 0, code = mdb_env_create(&env);
    if (code == 0)
        code = mdb_env_set_mapsize(env, map_bytes);
    if (code == 0)
        code = mdb_env_set_maxdbs(env, databases);
    if (code == 0)
        code = mdb_env_set_assert(env, on_assert);
    if (code == 0)
        code = mdb_env_open(env, dir, MDB_NOTLS, 0600);
    if (code == 0)
        code = mdb_reader_check(env, &dead);
    if (code != 0) {
        mdb_env_close(env);
        return store_error(code);
    }
    *ret_env = env;
    return HV_OK;
}
