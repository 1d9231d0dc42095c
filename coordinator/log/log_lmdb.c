#include "coordinator/log/log_lmdb.h"

#include "coordinator/log/log_archive.h"
#include "schemas/platform/atomic_file.h"
#include "schemas/platform/store.h"

#include <dirent.h>
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

#define DEFAULT_MAP_BYTES ((size_t)64 << 30)
#define DEFAULT_SLICE_BYTES ((size_t)1 << 20)
enum { READERS_MAX = 64, AHEAD_BYTES = 1 << 20, TREE_PAGES = 16 };

/* What moves into an archive, slice by slice: runs are written, the file gets its name, and then
 * they leave the live store. */
struct moving {
    enum { MOVE_NOTHING, MOVE_WRITING, MOVE_DROPPING } phase;
    struct log_archive_file *file;
    uint64_t next;     /* first position of the run to look at; dropping: that stays */
    uint64_t up_to;    /* runs that end here or before move */
    size_t slice_left; /* bytes that this slice still writes */
    int at_once;       /* runs to drop in one transaction */
};

struct log_lmdb {
    struct log log;
    struct moving moving; /* appending thread only */
    size_t slice_bytes;
    MDB_env *env;
    MDB_dbi runs;
    int lock;            /* descriptor of the file that keeps others out */
    off_t written_bytes; /* of data.mdb that are on the disk as blocks, used or not */
    bool read_only;
    bool damaged; /* a write, or opening, met a damaged page, and holds LMDB's lock for good */
    int failed;   /* what ended all writing; 0: nothing has */
    char dir[PATH_MAX];
    struct log_archive_marks marks;
};

static struct log_lmdb *lmdb_of(struct log *log) {
    return (struct log_lmdb *)log;
}

static int guarded(store_call *call, void *arguments) {
    bool damaged;
    return store_guard(call, arguments, &damaged);
}

/* ---- writing at all ----
 * After a sync that failed the kernel may count as clean what never reached the disk, and the next
 * sync says that all is well. So nothing is written, and nothing promised, through this file any
 * more: only opening it anew tells what it holds. No room is another matter: the next transaction
 * writes all that it needs again. */

static bool is_full(const struct log_lmdb *lmdb) {
    struct statvfs disk;
    return statvfs(lmdb->dir, &disk) == 0 && (uint64_t)disk.f_bavail * disk.f_frsize < AHEAD_BYTES;
}

/* EIO is also what LMDB makes of a write that was cut short. */
static int write_error(const struct log_lmdb *lmdb, int code) {
    return code == EIO && is_full(lmdb) ? HV_ERR_FULL : store_error(code);
}

static int write_guarded(struct log_lmdb *lmdb, store_call *call, void *arguments) {
    if (lmdb->failed != 0)
        return lmdb->failed;
    int error = store_guard(call, arguments, &lmdb->damaged);
    if (error == HV_ERR_IO || error == HV_ERR_CORRUPT)
        lmdb->failed = error;
    return error;
}

/* ---- room ahead ----
 * A commit that makes the file longer also makes the file system commit its journal, at nearly
 * twice the processor time and a third more delay. So the file is made longer, with zeros, a
 * mebibyte at a time, and commits overwrite what is there. It costs nothing but the zeros: LMDB
 * never reads behind the pages that its meta page names. Where there is no room, or the map ends,
 * nothing is done, and the commit finds out by itself. */

static const uint8_t zeros[1 << 16];

static off_t bytes_used(MDB_env *env) {
    MDB_envinfo info;
    MDB_stat stat;
    if (mdb_env_info(env, &info) != 0 || mdb_env_stat(env, &stat) != 0)
        return -1;
    return (off_t)(info.me_last_pgno + 1 + TREE_PAGES) * (off_t)stat.ms_psize;
}

static off_t bytes_of_map(MDB_env *env) {
    MDB_envinfo info;
    return mdb_env_info(env, &info) == 0 ? (off_t)info.me_mapsize : 0;
}

static void write_ahead_of(struct log_lmdb *lmdb, size_t bytes) {
    off_t need = bytes_used(lmdb->env) + (off_t)bytes;
    mdb_filehandle_t file;
    struct stat status;
    if (need < (off_t)bytes || need <= lmdb->written_bytes)
        return;
    if (mdb_env_get_fd(lmdb->env, &file) != 0 || fstat(file, &status) != 0)
        return;
    off_t end = need + AHEAD_BYTES;
    lmdb->written_bytes = status.st_size; /* never before it: there are pages */
    while (lmdb->written_bytes < end &&
           lmdb->written_bytes + (off_t)sizeof zeros <= bytes_of_map(lmdb->env)) {
        if (pwrite(file, zeros, sizeof zeros, lmdb->written_bytes) != (ssize_t)sizeof zeros)
            return;
        lmdb->written_bytes += (off_t)sizeof zeros;
    }
}

/* ---- putting ---- */

struct put_arguments {
    struct log_lmdb *lmdb;
    uint64_t first;
    const uint8_t *bytes;
    size_t size;
};

static int put_guarded(void *context) {
    struct put_arguments *put = context;
    MDB_txn *txn;
    int code = mdb_txn_begin(put->lmdb->env, NULL, 0, &txn);
    if (code != 0)
        return store_error(code);
    MDB_val key = {sizeof put->first, &put->first};
    MDB_val value = {put->size, NULL};
    code = mdb_put(txn, put->lmdb->runs, &key, &value, MDB_APPEND | MDB_RESERVE);
    if (code != 0) {
        mdb_txn_abort(txn);
        return store_error(code);
    }
    memcpy(value.mv_data, put->bytes, put->size);
    return write_error(put->lmdb, mdb_txn_commit(txn));
}

static int put_run(struct log *log, uint64_t first, size_t count, const uint8_t *bytes,
                   size_t size) {
    struct log_lmdb *lmdb = lmdb_of(log);
    (void)count;
    if (lmdb->read_only)
        return HV_ERR_PERMISSION;
    struct put_arguments put = {lmdb, first, bytes, size};
    if (lmdb->failed == 0)
        write_ahead_of(lmdb, size);
    return write_guarded(lmdb, put_guarded, &put);
}

/* ---- reading ---- */

/* Sets the cursor on the run that holds the position: the last one that begins at or before it. */
static int seek(MDB_cursor *cursor, uint64_t position, MDB_val *ret_key, MDB_val *ret_value) {
    *ret_key = (MDB_val){sizeof position, &position};
    int code = mdb_cursor_get(cursor, ret_key, ret_value, MDB_SET_RANGE);
    if (code == MDB_NOTFOUND)
        return mdb_cursor_get(cursor, ret_key, ret_value, MDB_LAST);
    if (code != 0)
        return code;
    uint64_t found;
    memcpy(&found, ret_key->mv_data, sizeof found);
    return found == position ? 0 : mdb_cursor_get(cursor, ret_key, ret_value, MDB_PREV);
}

struct run_arguments {
    struct log_lmdb *lmdb;
    uint64_t position;
    log_run_visit *visit;
    void *context;
};

static int run_guarded(void *context) {
    struct run_arguments *run = context;
    MDB_txn *txn;
    MDB_cursor *cursor;
    int code = mdb_txn_begin(run->lmdb->env, NULL, MDB_RDONLY, &txn);
    if (code != 0)
        return store_error(code);
    code = mdb_cursor_open(txn, run->lmdb->runs, &cursor);
    if (code != 0) {
        mdb_txn_abort(txn);
        return store_error(code);
    }
    MDB_val key, value;
    code = seek(cursor, run->position, &key, &value);
    int error = store_error(code);
    if (code == 0)
        error = run->visit(run->context, value.mv_data, value.mv_size);
    mdb_cursor_close(cursor);
    mdb_txn_abort(txn);
    return error;
}

static int visit_run(struct log *log, uint64_t position, log_run_visit *visit, void *context) {
    struct log_lmdb *lmdb = lmdb_of(log);
    if (position >= log_first(log)) {
        struct run_arguments run = {lmdb, position, visit, context};
        int error = guarded(run_guarded, &run);
        if (error != HV_ERR_NOT_FOUND || position >= log_first(log))
            return error;
    }
    return log_archive_run(lmdb->dir, &lmdb->marks, position, visit, context);
}

/* ---- archiving ---- */

static int end_of_run(const uint8_t *bytes, size_t size, uint64_t *ret_last) {
    for (size_t at = 0; at < size;) {
        struct log_record record;
        int error = log_frame_read(bytes + at, size - at, &record);
        if (error != 0)
            return error;
        at += log_frame_bytes(&record);
        *ret_last = record.position;
    }
    return 0;
}

static int move_run(void *context, const uint8_t *bytes, size_t size) {
    struct log_lmdb *lmdb = context;
    struct moving *moving = &lmdb->moving;
    uint64_t last = 0;
    int error = end_of_run(bytes, size, &last);
    if (error != 0)
        return error;
    if (last > moving->up_to || last == log_last(&lmdb->log))
        return HV_ERR_NOT_FOUND; /* no more */
    if (moving->file == NULL)
        error = log_archive_create(lmdb->dir, moving->next, &moving->file);
    if (error == 0)
        error = log_archive_write(moving->file, bytes, size);
    if (error == 0) {
        moving->next = last + 1;
        moving->slice_left -= size < moving->slice_left ? size : moving->slice_left;
    }
    return error;
}

enum { DROP_AT_ONCE = 64 };

/* Drops some runs below a position; HV_ERR_NOT_FOUND when there are none left. */
static int drop_guarded(void *context) {
    struct log_lmdb *lmdb = context;
    MDB_txn *txn;
    MDB_cursor *cursor;
    int code = mdb_txn_begin(lmdb->env, NULL, 0, &txn);
    if (code != 0)
        return store_error(code);
    code = mdb_cursor_open(txn, lmdb->runs, &cursor);
    bool done = false;
    for (int i = 0; code == 0 && i < lmdb->moving.at_once && !done; i++) {
        MDB_val key, value;
        uint64_t first = UINT64_MAX;
        code = mdb_cursor_get(cursor, &key, &value, MDB_FIRST);
        if (code == 0)
            memcpy(&first, key.mv_data, sizeof first);
        done = first >= lmdb->moving.next;
        if (code == 0 && !done)
            code = mdb_cursor_del(cursor, 0);
    }
    if (code != 0) {
        mdb_txn_abort(txn);
        return store_error(code);
    }
    mdb_cursor_close(cursor);
    code = mdb_txn_commit(txn);
    return code != 0 ? write_error(lmdb, code) : done ? HV_ERR_NOT_FOUND : 0;
}

static void move_nothing(struct log_lmdb *lmdb) {
    log_archive_abandon(lmdb->moving.file);
    lmdb->moving = (struct moving){.phase = MOVE_NOTHING};
}

/* A transaction can use pages that were freed two before it, not sooner: begin small, or a full map
 * would have no room to free anything. */
static void begin_dropping(struct log_lmdb *lmdb, uint64_t stays) {
    lmdb->moving = (struct moving){.phase = MOVE_DROPPING, .next = stays};
}

static int drop_slice(struct log_lmdb *lmdb, bool *ret_done) {
    int at_once = lmdb->moving.at_once;
    lmdb->moving.at_once = at_once == 0 ? 1 : at_once < DROP_AT_ONCE ? at_once * 2 : at_once;
    int error = write_guarded(lmdb, drop_guarded, lmdb);
    *ret_done = error == HV_ERR_NOT_FOUND;
    return *ret_done ? 0 : error;
}

/* Writes runs until the slice is full or no more are to move, and names the file then. */
static int write_slice(struct log_lmdb *lmdb, bool *ret_done) {
    struct moving *moving = &lmdb->moving;
    int error = 0;
    moving->slice_left = lmdb->slice_bytes;
    while (error == 0 && moving->slice_left > 0 && moving->next <= log_last(&lmdb->log)) {
        struct run_arguments run = {lmdb, moving->next, move_run, lmdb};
        error = guarded(run_guarded, &run);
    }
    if (error == 0 && moving->slice_left == 0)
        return log_archive_sync(moving->file);
    if (error != HV_ERR_NOT_FOUND && error != 0)
        return error;
    *ret_done = moving->file == NULL;
    if (moving->file == NULL)
        return 0;
    struct log_archive_file *file = moving->file;
    uint64_t stays = moving->next;
    moving->file = NULL; /* finishing frees it */
    error = log_archive_finish(file, stays - 1);
    if (error != 0)
        return error;
    atomic_store(&lmdb->log.first, stays);
    begin_dropping(lmdb, stays);
    return 0;
}

static int archive(struct log *log, uint64_t up_to, bool *ret_done) {
    struct log_lmdb *lmdb = lmdb_of(log);
    bool done = false;
    if (lmdb->read_only)
        return HV_ERR_PERMISSION;
    if (lmdb->moving.phase == MOVE_NOTHING)
        lmdb->moving =
            (struct moving){.phase = MOVE_WRITING, .next = log_first(log), .up_to = up_to};
    int error =
        lmdb->moving.phase == MOVE_WRITING ? write_slice(lmdb, &done) : drop_slice(lmdb, &done);
    if (error != 0 || done)
        move_nothing(lmdb);
    if (error == 0)
        *ret_done = done;
    return error;
}

/* ---- copying ---- */

static int make_empty_dir(const char *dir) {
    if (mkdir(dir, 0700) == 0)
        return 0;
    if (errno != EEXIST)
        return errno == ENOSPC ? HV_ERR_FULL : HV_ERR_IO;
    DIR *stream = opendir(dir);
    if (stream == NULL)
        return HV_ERR_IO;
    int names = 0;
    while (readdir(stream) != NULL)
        names++;
    closedir(stream);
    return names > 2 ? HV_ERR_EXISTS : 0;
}

struct copy_arguments {
    struct log_lmdb *lmdb;
    const char *to;
};

static int copy_guarded(void *context) {
    struct copy_arguments *copying = context;
    return store_error(mdb_env_copy(copying->lmdb->env, copying->to));
}

/* LMDB leaves its copy to the cache of the machine. */
static int sync_copy(const char *to) {
    char path[PATH_MAX];
    if (snprintf(path, sizeof path, "%s/data.mdb", to) >= (int)sizeof path)
        return HV_ERR_LIMIT;
    int error = atomic_file_sync(path);
    return error == 0 ? atomic_file_sync_name(to) : error;
}

/* The live store first: what leaves it meanwhile is in the archives that are copied after. */
static int copy(struct log *log, const char *to) {
    struct log_lmdb *lmdb = lmdb_of(log);
    int error = make_empty_dir(to);
    if (error != 0)
        return error;
    struct copy_arguments copying = {lmdb, to};
    error = guarded(copy_guarded, &copying);
    if (error == 0)
        error = sync_copy(to);
    return error == 0 ? log_archive_copy(lmdb->dir, to) : error; /* which syncs the folder, too */
}

/* ---- opening and closing ---- */

static void close_env(struct log *log) {
    struct log_lmdb *lmdb = lmdb_of(log);
    move_nothing(lmdb);
    if (lmdb->env != NULL && !lmdb->damaged)
        mdb_env_close(lmdb->env);
    if (lmdb->lock >= 0)
        close(lmdb->lock);
    log_archive_marks_deinit(&lmdb->marks);
}

static const struct log_store lmdb_store = {
    .close = close_env, .put = put_run, .run = visit_run, .archive = archive, .copy = copy};

/* Keeps other processes out; readers of a closed log may be several. Where nobody can write, on a
 * stick with its switch on, nobody needs to be kept out. */
static int take_lock(struct log_lmdb *lmdb) {
    char path[PATH_MAX + 16];
    snprintf(path, sizeof path, "%s/open.lock", lmdb->dir);
    lmdb->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (lmdb->lock < 0 && errno == EROFS && lmdb->read_only)
        return 0;
    if (lmdb->lock < 0)
        return store_error(errno);
    if (flock(lmdb->lock, (lmdb->read_only ? LOCK_SH : LOCK_EX) | LOCK_NB) != 0)
        return errno == EWOULDBLOCK ? HV_ERR_BUSY : HV_ERR_IO;
    return 0;
}

static int make_dir(const struct log_lmdb *lmdb) {
    struct stat status;
    if (stat(lmdb->dir, &status) == 0)
        return S_ISDIR(status.st_mode) ? 0 : HV_ERR_CORRUPT;
    if (lmdb->read_only)
        return HV_ERR_NOT_FOUND;
    if (mkdir(lmdb->dir, 0700) != 0)
        return errno == ENOSPC ? HV_ERR_FULL : HV_ERR_IO;
    return atomic_file_sync_name(lmdb->dir);
}

struct env_arguments {
    struct log_lmdb *lmdb;
    size_t map_bytes;
};

static int env_guarded(void *context) {
    const struct env_arguments *arguments = context;
    struct log_lmdb *lmdb = arguments->lmdb;
    size_t map_bytes = arguments->map_bytes;
    int code = mdb_env_create(&lmdb->env);
    if (code == 0)
        code = mdb_env_set_mapsize(lmdb->env, map_bytes == 0 ? DEFAULT_MAP_BYTES : map_bytes);
    if (code == 0)
        code = mdb_env_set_maxreaders(lmdb->env, READERS_MAX);
    if (code == 0)
        code = mdb_env_set_maxdbs(lmdb->env, 4);
    if (code == 0)
        code = mdb_env_set_assert(lmdb->env, store_assertion);
    if (code == 0)
        code = mdb_env_open(lmdb->env, lmdb->dir,
                            MDB_NOTLS | (lmdb->read_only ? (unsigned)MDB_RDONLY : 0u), 0600);
    int dead;
    if (code == 0)
        code = mdb_reader_check(lmdb->env, &dead);
    return store_error(code);
}

/* Opens the table of runs and finds where live records begin and end. */
static int begin_guarded(void *context) {
    struct log_lmdb *lmdb = context;
    MDB_txn *txn;
    int code = mdb_txn_begin(lmdb->env, NULL, lmdb->read_only ? MDB_RDONLY : 0, &txn);
    if (code != 0)
        return store_error(code);
    code = mdb_dbi_open(txn, "runs", MDB_INTEGERKEY | (lmdb->read_only ? 0u : MDB_CREATE),
                        &lmdb->runs);
    MDB_cursor *cursor = NULL;
    if (code == 0)
        code = mdb_cursor_open(txn, lmdb->runs, &cursor);
    MDB_val key, value;
    uint64_t first = 1, last = 0;
    if (code == 0) {
        code = mdb_cursor_get(cursor, &key, &value, MDB_FIRST);
        if (code == 0)
            memcpy(&first, key.mv_data, sizeof first);
        if (code == 0)
            code = mdb_cursor_get(cursor, &key, &value, MDB_LAST);
        if (code == 0)
            memcpy(&last, key.mv_data, sizeof last);
        mdb_cursor_close(cursor);
    }
    if (code != 0 && code != MDB_NOTFOUND) {
        mdb_txn_abort(txn);
        return store_error(code);
    }
    bool no_table = cursor == NULL;
    code = mdb_txn_commit(txn);
    if (code != 0)
        return store_error(code);
    if (no_table)
        return HV_ERR_CORRUPT;
    atomic_store(&lmdb->log.first, first);
    atomic_store(&lmdb->log.last, last);
    return 0;
}

/* A crash between making an archive and dropping what moved leaves records in both: drop them. */
static int drop_archived(struct log_lmdb *lmdb) {
    uint64_t archived;
    int error = log_archive_last(lmdb->dir, &archived);
    if (error == 0 && !lmdb->read_only)
        error = log_archive_clear(lmdb->dir);
    if (error != 0 || archived < log_first(&lmdb->log) || lmdb->read_only)
        return error;
    bool done = false;
    begin_dropping(lmdb, archived + 1);
    while (error == 0 && !done)
        error = drop_slice(lmdb, &done);
    move_nothing(lmdb);
    if (error == 0)
        atomic_store(&lmdb->log.first, archived + 1);
    return error;
}

static int open_all(struct log_lmdb *lmdb, size_t map_bytes) {
    struct env_arguments arguments = {lmdb, map_bytes};
    int error = make_dir(lmdb);
    if (error == 0)
        error = take_lock(lmdb);
    if (error == 0)
        error = store_guard(env_guarded, &arguments, &lmdb->damaged);
    if (error == 0)
        error = store_guard(begin_guarded, lmdb, &lmdb->damaged);
    if (error == 0 && log_last(&lmdb->log) != 0)
        error = drop_archived(lmdb);
    if (error == 0 && log_last(&lmdb->log) != 0)
        error = log_store_begin(&lmdb->log, log_last(&lmdb->log));
    return error;
}

int log_lmdb_open(const char *dir, const struct log_lmdb_options *options, struct log **ret_log) {
    struct log_lmdb *lmdb = calloc(1, sizeof *lmdb);
    if (lmdb == NULL)
        return HV_ERR_MEMORY;
    lmdb->log.store = &lmdb_store;
    lmdb->lock = -1;
    log_archive_marks_init(&lmdb->marks);
    lmdb->read_only = options != NULL && options->read_only;
    lmdb->slice_bytes =
        options == NULL || options->slice_bytes == 0 ? DEFAULT_SLICE_BYTES : options->slice_bytes;
    atomic_store(&lmdb->log.first, 1);
    int length = snprintf(lmdb->dir, sizeof lmdb->dir, "%s", dir);
    int error = length < 0 || (size_t)length >= sizeof lmdb->dir - 128 ? HV_ERR_LIMIT : 0;
    if (error == 0)
        error = open_all(lmdb, options == NULL ? 0 : options->map_bytes);
    if (error != 0) {
        log_close(&lmdb->log);
        return error;
    }
    *ret_log = &lmdb->log;
    return 0;
}
