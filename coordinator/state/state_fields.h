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

/* Pieces (state_bytes.c); each does nothing after an error. */
void fields_number(struct fields *fields, uint64_t *number);
void fields_signed(struct fields *fields, int64_t *number);
void fields_bytes(struct fields *fields, void *bytes, size_t size);
void fields_text(struct fields *fields, char **value); /* owned; NULL for "" */
void fields_body(struct fields *fields, struct state_body *value);

/* Room for `count` things of `size` when loading, where so many can be left in the file. */
void *fields_list(struct fields *fields, uint64_t count, size_t size);

/* A field of any integer type. */
#define NUMBER(fields, lvalue)                                                                     \
    do {                                                                                           \
        uint64_t number_ = (uint64_t)(lvalue);                                                     \
        fields_number(fields, &number_);                                                           \
        (lvalue) = (__typeof__(lvalue))number_;                                                    \
    } while (0)

#endif
