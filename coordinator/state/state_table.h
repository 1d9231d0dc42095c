/* Things of one kind: numbered, found by id, in the order of their last change. Private to
 * coordinator/state.
 *
 * Things never move and are never removed, so pointers and indices stay valid; a finished one may
 * be renewed, which makes another thing of it. Everything that changes a thing goes through
 * fold_touch first: it keeps the order of change and lets a running checkpoint save the thing as it
 * was. */
#ifndef COORDINATOR_STATE_STATE_TABLE_H
#define COORDINATOR_STATE_STATE_TABLE_H

#include "coordinator/state/state.h"

struct state_table {
    enum state_kind kind;
    size_t thing_bytes;
    unsigned char **chunks;
    uint32_t chunk_count;
    uint32_t count;
    uint32_t newest, oldest;
    uint32_t finished_newest, finished_oldest; /* in the order of finishing */
    uint32_t finished_count;
    struct state_table_cell *by_id;
};

void state_table_init(struct state_table *table, enum state_kind kind, size_t thing_bytes);

/* Frees the table; things must have freed what they own. */
void state_table_deinit(struct state_table *table);

void *state_table_at(const struct state_table *table, uint32_t index); /* NULL: no such */
void *state_table_find(const struct state_table *table, const char *id);

/* Adds a zeroed thing that is not there yet. NULL without memory. */
void *state_table_add(struct state_table *table, const char *id, uint64_t position);

/* For loading: makes `count` zeroed things without ids, and then, when each has its entity, puts
 * them under their ids and in their order. HV_ERR_MEMORY, HV_ERR_CORRUPT (an id twice). */
int state_table_reserve(struct state_table *table, uint32_t count) HV_MUST_USE;
int state_table_index(struct state_table *table) HV_MUST_USE;

/* Moves the thing to the newest end with this position. */
void state_table_moved(struct state_table *table, struct state_entity *entity, uint64_t position);

/* Marks the thing as finished at this position, or as open again (0); a thing that is finished
 * already keeps its place. */
void state_table_finish(struct state_table *table, struct state_entity *entity, uint64_t position);

/* Makes a zeroed thing with this id, not there yet, of one that was finished, which must have freed
 * what it owns. NULL without memory. */
void *state_table_renew(struct state_table *table, struct state_entity *entity, const char *id,
                        uint64_t position);

/* The id under which a text is kept: itself, or a hash where it is too long for an id. */
void state_table_id(const char *text, char ret_id[STATE_ID_BYTES]);

#endif
