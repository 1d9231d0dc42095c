#include "schemas/platform/store.h"

#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stddef.h>

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

/* ---- damaged pages ---- */

static _Thread_local jmp_buf *way_out;

void store_assertion(MDB_env *env, const char *text) {
    (void)env, (void)text;
    if (way_out != NULL)
        longjmp(*way_out, 1);
}

/* ---- pages that are not there ----
 * LMDB reads its file through a map: a file that was cut short, or a disk that does not give a page
 * back, is SIGBUS in whoever looks. Only that signal: a wild pointer of ours is SIGSEGV, and must
 * not be taken for a damaged disk. */

static struct sigaction before; /* of whoever else catches it */

/* Not blocked while it is handled, so a jump leaves nothing blocked. */
static void on_bus_error(int number) {
    if (way_out != NULL)
        longjmp(*way_out, 1);
    sigaction(number, &before, NULL); /* which meets it when the instruction is tried again */
}

static void catch_bus_errors(void) {
    struct sigaction action = {.sa_handler = on_bus_error, .sa_flags = SA_NODEFER};
    sigemptyset(&action.sa_mask);
    (void)sigaction(SIGBUS, &action, &before);
}

int store_guard(store_call *call, void *arguments, bool *ret_damaged) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    jmp_buf here;
    jmp_buf *const outer = way_out; /* a visit may read again */
    (void)pthread_once(&once, catch_bus_errors);
    if (setjmp(here) != 0) {
        way_out = outer;
        *ret_damaged = true;
        return HV_ERR_CORRUPT;
    }
    way_out = &here;
    int error = call(arguments);
    way_out = outer;
    return error;
}
