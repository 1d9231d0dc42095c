/* Every field of every thing, in one place for saving, loading and hashing. Private to
 * coordinator/state. */
#ifndef COORDINATOR_STATE_STATE_FIELDS_H
#define COORDINATOR_STATE_STATE_FIELDS_H

#include "coordinator/state/state_fold.h"

struct fields {
    bool loading;
    uint8_t *bytes; /* saving: grows; loading: what there is */
    size_t size, room;
    size_t at; /* loading */
    int error;
};

/* Passes every field of the thing through: out when saving, in when loading. */
void fields_of_thing(struct fields *fields, struct state_entity *entity);

void fields_number(struct fields *fields, uint64_t *number);
void fields_bytes(struct fields *fields, void *bytes, size_t size);

#endif
