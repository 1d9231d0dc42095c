/* Things of one kind: numbered, found by id, in the order of their last change. Private to
 * coordinator/state.
 *
 * Things never move and are never removed, so pointers and indices stay valid. Everything that
 * changes a thing goes through table_touch first: it keeps the order of change and lets a running
 * checkpoint save the thing as it was. */
#ifndef COORDINATOR_STATE_STATE_TABLE_H
#define COORDINATOR_STATE_STATE_TABLE_H

#include "coordinator/state/state.h"

struct table {
    enum state_kind kind;
    size_t thing_bytes;
    unsigned char **chunks;
    uint32_t chunk_count;
    uint32_t count;
    uint32_t newest, oldest;
    struct table_cell *by_id;
};

void table_init(struct table *table, enum state_kind kind, size_t thing_bytes);

/* Frees the table; things must have freed what they own. */
void table_deinit(struct table *table);

void *table_at(const struct table *table, uint32_t index); /* NULL: no such */
void *table_find(const struct table *table, const char *id);

/* Adds a zeroed thing that is not there yet. NULL without memory. */
void *table_add(struct table *table, const char *id, uint64_t position);

/* For loading: makes `count` zeroed things without ids, and then, when each has its entity, puts
 * them under their ids and in their order. HV_ERR_MEMORY, HV_ERR_CORRUPT (an id twice). */
int table_reserve(struct table *table, uint32_t count) HV_MUST_USE;
int table_index(struct table *table) HV_MUST_USE;

/* Moves the thing to the newest end with this position. */
void table_moved(struct table *table, struct state_entity *entity, uint64_t position);

/* The id under which a text is kept: itself, or a hash where it is too long for an id. */
void table_id(const char *text, char ret_id[STATE_ID_BYTES]);

#endif
