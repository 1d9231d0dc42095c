/* The outbox in an LMDB environment of its own: one database a table, keys as integers, a CRC32 in
 * front of every record. No relaxed syncing: MDB_NOSYNC and MDB_NOMETASYNC lose what was
 * acknowledged. */
#include "nodes/outbox/record.h"
#include "schemas/platform/atomic_file.h"
#include "schemas/platform/store.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <lmdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define RESERVE_BYTES (4u << 20) /* beyond bytes_max, for acknowledging and pruning */
#define LOW_DISK_BYTES (1u << 20)

static const char *const table_names[OUTBOX_TABLE_COUNT] = {
    "meta", "history", "present", "refused", "orders", "answers", "fold", "devices"};

struct outbox_lmdb {
    struct outbox outbox;
    MDB_env *env;
    MDB_dbi tables[OUTBOX_TABLE_COUNT];
    size_t bytes_max;
    int lock;    /* descriptor that keeps other processes out */
    bool broken; /* a damaged page was met: nothing more is done with it */
    bool failed; /* a write failed: nothing more is written */
    char directory[PATH_MAX];
};

static struct outbox_lmdb *lmdb_of(const struct outbox *outbox) {
    return (struct outbox_lmdb *)outbox;
}

static bool disk_is_full(const struct outbox_lmdb *lmdb) {
    struct statvfs disk;
    return statvfs(lmdb->directory, &disk) == 0 &&
           (uint64_t)disk.f_bavail * disk.f_frsize < LOW_DISK_BYTES;
}

/* EIO is what LMDB makes of a write that was cut short. */
static int translate(const struct outbox_lmdb *lmdb, int code) {
    return code == EIO && disk_is_full(lmdb) ? HV_ERR_FULL : store_error(code);
}

/* ---- damaged pages: the environment is not used again ---- */

typedef int guarded_call(struct outbox_lmdb *lmdb, void *arguments);

struct guarded {
    struct outbox_lmdb *lmdb;
    guarded_call *call;
    void *arguments;
};

static int call_guarded(void *context) {
    const struct guarded *guarded = context;
    return guarded->call(guarded->lmdb, guarded->arguments);
}

static int guarded(struct outbox_lmdb *lmdb, guarded_call *call, void *arguments) {
    struct guarded context = {lmdb, call, arguments};
    return lmdb->broken ? HV_ERR_CORRUPT : store_guard(call_guarded, &context, &lmdb->broken);
}

/* ---- writing ---- */

struct batch {
    const struct outbox_write *writes;
    size_t count;
};

static int put(struct outbox_lmdb *lmdb, MDB_txn *txn, const struct outbox_write *write) {
    uint64_t number = write->key;
    MDB_val key = {sizeof number, &number};
    MDB_val value = {RECORD_CRC_BYTES + write->size, NULL};
    int code = mdb_put(txn, lmdb->tables[write->table], &key, &value, MDB_RESERVE);
    if (code == MDB_SUCCESS)
        record_seal(write->table, write->key, write->bytes, write->size, value.mv_data);
    return code;
}

static int take_away(struct outbox_lmdb *lmdb, MDB_txn *txn, const struct outbox_write *write) {
    MDB_cursor *cursor;
    int code = mdb_cursor_open(txn, lmdb->tables[write->table], &cursor);
    if (code != MDB_SUCCESS)
        return code;
    uint64_t number = write->key, last = write->last > number ? write->last : number;
    MDB_val key = {sizeof number, &number}, value;
    code = mdb_cursor_get(cursor, &key, &value, MDB_SET_RANGE);
    while (code == MDB_SUCCESS) {
        uint64_t found;
        memcpy(&found, key.mv_data, sizeof found);
        if (found > last)
            break;
        code = mdb_cursor_del(cursor, 0);
        if (code == MDB_SUCCESS)
            code = mdb_cursor_get(cursor, &key, &value, MDB_NEXT);
    }
    mdb_cursor_close(cursor);
    return code == MDB_NOTFOUND ? MDB_SUCCESS : code;
}

static int apply_guarded(struct outbox_lmdb *lmdb, void *arguments) {
    const struct batch *batch = arguments;
    MDB_txn *txn;
    int code = mdb_txn_begin(lmdb->env, NULL, 0, &txn);
    if (code != MDB_SUCCESS)
        return translate(lmdb, code);
    for (size_t i = 0; i < batch->count && code == MDB_SUCCESS; i++)
        code = batch->writes[i].bytes == NULL ? take_away(lmdb, txn, &batch->writes[i])
                                              : put(lmdb, txn, &batch->writes[i]);
    if (code == MDB_SUCCESS)
        code = mdb_txn_commit(txn);
    else
        mdb_txn_abort(txn);
    return translate(lmdb, code);
}

/* Batches without new reports or orders may use the reserve, so that a full outbox can be emptied.
 */
static bool is_housekeeping(const struct batch *batch) {
    for (size_t i = 0; i < batch->count; i++) {
        const struct outbox_write *write = &batch->writes[i];
        bool small = write->table == OUTBOX_META || write->table == OUTBOX_REFUSED;
        if (write->bytes != NULL && !small)
            return false;
    }
    return true;
}

/* After a sync that failed the kernel may count as clean what never reached the disk, and the next
 * sync says that all is well: only opening the outbox anew tells what it holds. No room is another
 * matter: the next transaction writes all that it needs again. */
static int apply_once(struct outbox_lmdb *lmdb, struct batch *batch) {
    if (lmdb->failed)
        return HV_ERR_IO;
    int error = guarded(lmdb, apply_guarded, batch);
    lmdb->failed = error == HV_ERR_IO;
    return error;
}

static int lmdb_apply(struct outbox *outbox, const struct outbox_write *writes, size_t count) {
    struct outbox_lmdb *lmdb = lmdb_of(outbox);
    struct batch batch = {writes, count};
    for (size_t i = 0; i < count; i++)
        if (writes[i].size > RECORD_BYTES_MAX)
            return HV_ERR_LIMIT;
    int error = apply_once(lmdb, &batch);
    if (error != HV_ERR_FULL || !is_housekeeping(&batch))
        return error;
    if (mdb_env_set_mapsize(lmdb->env, lmdb->bytes_max + RESERVE_BYTES) != MDB_SUCCESS)
        return error;
    error = apply_once(lmdb, &batch);
    (void)mdb_env_set_mapsize(lmdb->env, lmdb->bytes_max);
    return error;
}

/* ---- reading ---- */

struct look {
    enum outbox_table table;
    uint64_t first;
    uint64_t last;
    struct hv_arena *arena;
    const uint8_t *bytes;
    size_t size;
    outbox_visitor *visitor;
    void *context;
    MDB_txn *txn;
};

static int read_in(struct outbox_lmdb *lmdb, struct look *look) {
    MDB_val key = {sizeof look->first, &look->first}, value;
    int error = translate(lmdb, mdb_get(look->txn, lmdb->tables[look->table], &key, &value));
    const uint8_t *bytes = NULL;
    size_t size = 0;
    if (error == HV_OK)
        error = record_open(look->table, look->first, value.mv_data, value.mv_size, &bytes, &size);
    uint8_t *copy = error == HV_OK ? hv_arena_take(look->arena, 1, size + 1) : NULL;
    if (error == HV_OK && copy == NULL)
        error = HV_ERR_MEMORY;
    if (error == HV_OK) {
        look->bytes = memcpy(copy, bytes, size);
        look->size = size;
    }
    return error;
}

static int visit_one(struct look *look, const MDB_val *key, const MDB_val *value, bool *ret_end) {
    uint64_t found;
    const uint8_t *bytes;
    size_t size;
    memcpy(&found, key->mv_data, sizeof found);
    *ret_end = found > look->last;
    if (*ret_end)
        return HV_OK;
    int error = record_open(look->table, found, value->mv_data, value->mv_size, &bytes, &size);
    return error != HV_OK ? error : look->visitor(look->context, found, bytes, size);
}

static int walk_in(struct outbox_lmdb *lmdb, struct look *look) {
    MDB_cursor *cursor;
    int code = mdb_cursor_open(look->txn, lmdb->tables[look->table], &cursor);
    if (code != MDB_SUCCESS)
        return translate(lmdb, code);
    MDB_val key = {sizeof look->first, &look->first}, value;
    int result = HV_OK;
    bool end = false;
    code = mdb_cursor_get(cursor, &key, &value, MDB_SET_RANGE);
    while (code == MDB_SUCCESS && !end) {
        result = visit_one(look, &key, &value, &end);
        end = end || result != HV_OK;
        if (!end)
            code = mdb_cursor_get(cursor, &key, &value, MDB_NEXT);
    }
    mdb_cursor_close(cursor);
    return code == MDB_SUCCESS || code == MDB_NOTFOUND ? result : translate(lmdb, code);
}

static int bounds_in(struct outbox_lmdb *lmdb, struct look *look) {
    MDB_cursor *cursor;
    int code = mdb_cursor_open(look->txn, lmdb->tables[look->table], &cursor);
    if (code != MDB_SUCCESS)
        return translate(lmdb, code);
    MDB_val key, value;
    code = mdb_cursor_get(cursor, &key, &value, MDB_FIRST);
    if (code == MDB_SUCCESS)
        memcpy(&look->first, key.mv_data, sizeof look->first);
    if (code == MDB_SUCCESS)
        code = mdb_cursor_get(cursor, &key, &value, MDB_LAST);
    if (code == MDB_SUCCESS)
        memcpy(&look->last, key.mv_data, sizeof look->last);
    mdb_cursor_close(cursor);
    return translate(lmdb, code);
}

struct look_call {
    int (*in)(struct outbox_lmdb *lmdb, struct look *look);
    struct look *look;
};

static int look_guarded(struct outbox_lmdb *lmdb, void *arguments) {
    const struct look_call *call = arguments;
    int code = mdb_txn_begin(lmdb->env, NULL, MDB_RDONLY, &call->look->txn);
    if (code != MDB_SUCCESS)
        return translate(lmdb, code);
    int error = call->in(lmdb, call->look);
    mdb_txn_abort(call->look->txn);
    return error;
}

static int lmdb_read(const struct outbox *outbox, enum outbox_table table, uint64_t key,
                     struct hv_arena *arena, const uint8_t **ret_bytes, size_t *ret_size) {
    struct look look = {.table = table, .first = key, .arena = arena};
    struct look_call call = {read_in, &look};
    int error = guarded(lmdb_of(outbox), look_guarded, &call);
    if (error == HV_OK) {
        *ret_bytes = look.bytes;
        *ret_size = look.size;
    }
    return error;
}

static int lmdb_walk(const struct outbox *outbox, enum outbox_table table, uint64_t first,
                     uint64_t last, outbox_visitor *visitor, void *context) {
    struct look look = {
        .table = table, .first = first, .last = last, .visitor = visitor, .context = context};
    struct look_call call = {walk_in, &look};
    return guarded(lmdb_of(outbox), look_guarded, &call);
}

static int lmdb_bounds(const struct outbox *outbox, enum outbox_table table, uint64_t *ret_first,
                       uint64_t *ret_last) {
    struct look look = {.table = table};
    struct look_call call = {bounds_in, &look};
    int error = guarded(lmdb_of(outbox), look_guarded, &call);
    if (error == HV_OK) {
        *ret_first = look.first;
        *ret_last = look.last;
    }
    return error;
}

static void lmdb_figures(const struct outbox *outbox, struct outbox_figures *ret_figures) {
    const struct outbox_lmdb *lmdb = lmdb_of(outbox);
    MDB_envinfo info = {0};
    MDB_stat stat = {0};
    (void)mdb_env_info(lmdb->env, &info);
    (void)mdb_env_stat(lmdb->env, &stat);
    *ret_figures = (struct outbox_figures){.bytes_used = (info.me_last_pgno + 1) * stat.ms_psize,
                                           .bytes_max = lmdb->bytes_max};
}

/* ---- opening ---- */

static void lmdb_free(struct outbox *outbox) {
    struct outbox_lmdb *lmdb = lmdb_of(outbox);
    if (lmdb->env != NULL && !lmdb->broken)
        mdb_env_close(lmdb->env);
    if (lmdb->lock >= 0)
        close(lmdb->lock);
    free(lmdb);
}

static const struct outbox_ops lmdb_ops = {
    .apply = lmdb_apply,
    .read = lmdb_read,
    .walk = lmdb_walk,
    .bounds = lmdb_bounds,
    .figures = lmdb_figures,
    .free = lmdb_free,
};

static bool is_there(const char *directory) {
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/data.mdb", directory);
    return access(path, F_OK) == 0;
}

static int take_lock(struct outbox_lmdb *lmdb) {
    char path[PATH_MAX];
    int length = snprintf(path, sizeof path, "%s/owner", lmdb->directory);
    if (length < 0 || (size_t)length >= sizeof path)
        return HV_ERR_LIMIT;
    lmdb->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (lmdb->lock < 0)
        return errno == EACCES ? HV_ERR_PERMISSION : errno == ENOSPC ? HV_ERR_FULL : HV_ERR_IO;
    return flock(lmdb->lock, LOCK_EX | LOCK_NB) == 0 ? HV_OK : HV_ERR_BUSY;
}

static int open_tables(struct outbox_lmdb *lmdb, bool create) {
    MDB_txn *txn;
    int code = mdb_txn_begin(lmdb->env, NULL, 0, &txn);
    if (code != MDB_SUCCESS)
        return code;
    unsigned flags = MDB_INTEGERKEY | (create ? MDB_CREATE : 0);
    for (int table = 0; table < OUTBOX_TABLE_COUNT && code == MDB_SUCCESS; table++) {
        unsigned later =
            table >= OUTBOX_DEVICES ? MDB_CREATE : 0; /* outboxes made before it was there */
        code = mdb_dbi_open(txn, table_names[table], flags | later, &lmdb->tables[table]);
    }
    if (code == MDB_SUCCESS)
        return mdb_txn_commit(txn);
    mdb_txn_abort(txn);
    return code;
}

static int open_guarded(struct outbox_lmdb *lmdb, void *arguments) {
    bool create = *(const bool *)arguments;
    int code = mdb_env_create(&lmdb->env);
    if (code == MDB_SUCCESS)
        code = mdb_env_set_maxdbs(lmdb->env, OUTBOX_TABLE_COUNT);
    if (code == MDB_SUCCESS)
        code = mdb_env_set_mapsize(lmdb->env, lmdb->bytes_max);
    if (code == MDB_SUCCESS)
        code = mdb_env_set_assert(lmdb->env, store_assertion);
    if (code == MDB_SUCCESS)
        code = mdb_env_open(lmdb->env, lmdb->directory, MDB_NOTLS | MDB_NORDAHEAD, 0600);
    if (code == MDB_SUCCESS)
        code = open_tables(lmdb, create);
    return translate(lmdb, code);
}

static int open_outbox(struct outbox_lmdb *lmdb, bool create) {
    if (create && mkdir(lmdb->directory, 0700) != 0 && errno != EEXIST)
        return errno == ENOSPC ? HV_ERR_FULL : errno == ENOENT ? HV_ERR_NOT_FOUND : HV_ERR_IO;
    if (create && is_there(lmdb->directory))
        return HV_ERR_EXISTS;
    if (!create && !is_there(lmdb->directory))
        return HV_ERR_NOT_FOUND;
    int error = take_lock(lmdb);
    if (error == HV_OK)
        error = guarded(lmdb, open_guarded, &create);
    if (error == HV_OK && create)
        error = atomic_file_sync(lmdb->directory);
    if (error == HV_OK && create)
        error = atomic_file_sync_name(lmdb->directory);
    return error;
}

int outbox_lmdb_open(const char *directory, bool create, size_t bytes_max,
                     struct outbox **ret_outbox) {
    struct outbox_lmdb *lmdb = calloc(1, sizeof *lmdb);
    if (lmdb == NULL)
        return HV_ERR_MEMORY;
    lmdb->outbox.ops = &lmdb_ops;
    lmdb->bytes_max = bytes_max;
    lmdb->lock = -1;
    int length = snprintf(lmdb->directory, sizeof lmdb->directory, "%s", directory);
    int error = length < 0 || (size_t)length >= sizeof lmdb->directory - 16
                    ? HV_ERR_LIMIT
                    : open_outbox(lmdb, create);
    if (error != HV_OK) {
        lmdb_free(&lmdb->outbox);
        return error;
    }
    *ret_outbox = &lmdb->outbox;
    return HV_OK;
}
