/* The durable memory of a node: small tables of numbered records, changed by all-or-nothing
 * batches.
 *
 * What `outbox_apply` returned 0 for is on disk (synced) and survives kill -9 and power cuts; a
 * batch that failed has left nothing behind. Two kinds: LMDB for real nodes, and one in memory that
 * can crash before or after a batch and fill up, for simulations. The contract suite runs over
 * both.
 *
 * What the records mean stands in nodes/journal.h. One thread; one process at a time may hold an
 * outbox open. */
#ifndef NODES_OUTBOX_OUTBOX_H
#define NODES_OUTBOX_OUTBOX_H

#include "schemas/arena.h"
#include "schemas/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Numbers are stored; never renumber. */
enum outbox_table {
    OUTBOX_META = 0,    /* identity, session, heads, clock */
    OUTBOX_HISTORY = 1, /* reports of the lane by index */
    OUTBOX_PRESENT = 2,
    OUTBOX_REFUSED = 3, /* refusals by index, with the highest bit set for PRESENT */
    OUTBOX_ORDERS = 4,  /* orders by id, as received */
    OUTBOX_ANSWERS = 5, /* where this node stands with each order, by id */
    OUTBOX_FOLD = 6,    /* the present state as of a report, in parts */
    OUTBOX_DEVICES = 7, /* what each device has entered, by its id */
    OUTBOX_TABLE_COUNT
};

/* Puts a record, or with bytes NULL takes away the records key .. last (all that are there). */
struct outbox_write {
    enum outbox_table table;
    uint64_t key;
    uint64_t last;        /* deletes only; key: one record */
    const uint8_t *bytes; /* borrowed for the call */
    size_t size;
};

struct outbox_figures {
    uint64_t bytes_used; /* of the store, roughly */
    uint64_t bytes_max;
};

/* Called for each record in order of key; the bytes live until the visitor returns. Anything but 0
 * ends the walk and is its result. The visitor must not touch the outbox. */
typedef int outbox_visitor(void *context, uint64_t key, const uint8_t *bytes, size_t size);

struct outbox;

struct outbox_ops {
    int (*apply)(struct outbox *outbox, const struct outbox_write *writes, size_t count);
    int (*read)(const struct outbox *outbox, enum outbox_table table, uint64_t key,
                struct hv_arena *arena, const uint8_t **ret_bytes, size_t *ret_size);
    int (*walk)(const struct outbox *outbox, enum outbox_table table, uint64_t first, uint64_t last,
                outbox_visitor *visitor, void *context);
    int (*bounds)(const struct outbox *outbox, enum outbox_table table, uint64_t *ret_first,
                  uint64_t *ret_last);
    void (*figures)(const struct outbox *outbox, struct outbox_figures *ret_figures);
    void (*free)(struct outbox *outbox);
};

/* First member of every implementation. */
struct outbox {
    const struct outbox_ops *ops;
};

/* Carries out all writes in order, or none. Errors: HV_ERR_FULL (disk or map full), _IO, _CORRUPT,
 * _MEMORY, _LIMIT (a record over the frame limit), _CLOSED (the simulated machine is off). After
 * _IO nothing is written before the outbox is opened anew. */
HV_MUST_USE static inline int outbox_apply(struct outbox *outbox, const struct outbox_write *writes,
                                           size_t count) {
    return outbox->ops->apply(outbox, writes, count);
}

/* A copy of the record in the arena. Errors: HV_ERR_NOT_FOUND, _CORRUPT (checksum), _IO, _MEMORY.
 */
HV_MUST_USE static inline int outbox_read(const struct outbox *outbox, enum outbox_table table,
                                          uint64_t key, struct hv_arena *arena,
                                          const uint8_t **ret_bytes, size_t *ret_size) {
    return outbox->ops->read(outbox, table, key, arena, ret_bytes, ret_size);
}

/* Visits the records first .. last of a table. */
HV_MUST_USE static inline int outbox_walk(const struct outbox *outbox, enum outbox_table table,
                                          uint64_t first, uint64_t last, outbox_visitor *visitor,
                                          void *context) {
    return outbox->ops->walk(outbox, table, first, last, visitor, context);
}

/* Lowest and highest key of a table; HV_ERR_NOT_FOUND where it is empty. */
HV_MUST_USE static inline int outbox_bounds(const struct outbox *outbox, enum outbox_table table,
                                            uint64_t *ret_first, uint64_t *ret_last) {
    return outbox->ops->bounds(outbox, table, ret_first, ret_last);
}

static inline void outbox_figures(const struct outbox *outbox, struct outbox_figures *ret_figures) {
    outbox->ops->figures(outbox, ret_figures);
}

static inline void outbox_free(struct outbox *outbox) {
    if (outbox != NULL)
        outbox->ops->free(outbox);
}

/* Opens, or with `create` makes, an LMDB outbox in this directory (mode 0700, files 0600), of at
 * most bytes_max. Errors: HV_ERR_NOT_FOUND, _EXISTS (create, and there is one), _BUSY (another
 * process has it open), _CORRUPT, _VERSION, _FULL, _IO, _MEMORY. */
int outbox_lmdb_open(const char *directory, bool create, size_t bytes_max,
                     struct outbox **ret_outbox) HV_MUST_USE;

/* An empty outbox in memory that holds at most bytes_max of records; NULL without memory. */
struct outbox *outbox_memory_new(size_t bytes_max);

/* Changes how much fits; what is stored stays. */
void outbox_memory_set_capacity(struct outbox *outbox, size_t bytes_max);

/* At the nth apply from now (1: the next) the power fails: before anything of it is on disk, or,
 * with `stored`, after all of it is and before the caller hears. From then on every call but
 * _power_on is HV_ERR_CLOSED. */
void outbox_memory_fail_at(struct outbox *outbox, unsigned nth, bool stored);
bool outbox_memory_is_off(const struct outbox *outbox);
void outbox_memory_power_on(struct outbox *outbox);

/* Deep copy, as a backup of the disk would be; NULL without memory. */
struct outbox *outbox_memory_copy(const struct outbox *outbox);

#endif
