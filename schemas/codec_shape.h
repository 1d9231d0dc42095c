/* How each message of haven.proto lies in the model and what it may hold: one table a message
 * (codec_tables.c), walked by all that the codec does. Internal to schemas/codec*.c.
 *
 * A table follows the generated descriptor field by field; name, wire type, label and place in the
 * generated struct are the descriptor's. */
#ifndef HV_SCHEMAS_CODEC_SHAPE_H
#define HV_SCHEMAS_CODEC_SHAPE_H

#include "schemas/arena.h"
#include "schemas/codec.h"

#include <protobuf-c/protobuf-c.h>

enum hv_field_flag {
    HV_FIELD_REQUIRED = 1,  /* not 0, not empty; a message: present */
    HV_FIELD_ID = 2,        /* a text without control characters and line breaks */
    HV_FIELD_LIST = 4,      /* `extra` is the count */
    HV_FIELD_OPTIONAL = 8,  /* single-member oneof; `extra` is has_… */
    HV_FIELD_BODY = 16,     /* one of the oneof `body`; `extra` is the kind */
    HV_FIELD_MAY_LACK = 32, /* bytes that may be empty; `extra` is has_… */
};

struct hv_shape;

struct hv_field {
    uint32_t number;
    uint16_t flags;
    uint16_t model;               /* offset of the value, of the pointer of a list */
    uint16_t extra;               /* offset, see the flags */
    uint32_t most;                /* items of a list */
    uint64_t max;                 /* number: greatest magnitude; enumerator: how many there are;
                                     text: most bytes; bytes: how many exactly */
    const struct hv_shape *shape; /* of a message */
};

/* Where a checked message stands, for the field path of a verdict. */
struct hv_trail {
    const struct hv_trail *parent;
    const char *name;
    size_t index; /* in a list; SIZE_MAX: none */
};

struct hv_shape {
    const ProtobufCMessageDescriptor *wire;
    size_t model_bytes;
    size_t field_count;
    const struct hv_field *fields;
    /* What fields mean together; NULL: nothing. */
    int (*check)(const void *message, const struct hv_trail *at, struct hv_verdict *verdict);
};

extern const struct hv_shape hv_shape_envelope;
extern const struct hv_shape hv_shape_record;
extern const struct hv_shape hv_shape_report;
extern const struct hv_shape hv_shape_order;

/* Fills the verdict with "path.field: what" and returns `error`. `field` may be NULL. */
int hv_refuse(struct hv_verdict *verdict, const struct hv_trail *at, const char *field, int error,
              enum hv_reason reason, const char *format, ...) __attribute__((format(printf, 6, 7)));

/* Reads raw bytes into `model`, which is all zero: structure, wire types, how often each field
 * stands there, numbers that their type cannot hold, NUL in texts are checked on the way. Texts and
 * lists live in the arena. Recursion is as deep as the schema, which has no cycles. HV_ERR_FORMAT,
 * _VALUE, _LIMIT, _MEMORY. O(size). */
int hv_model_read(const struct hv_shape *shape, const uint8_t *bytes, size_t size,
                  struct hv_arena *arena, const struct hv_trail *at, struct hv_verdict *verdict,
                  void *model) HV_MUST_USE;

/* Reads numbers and byte strings of the outermost message into `model`, as far as they can be
 * read; leaves the rest. False where not even the field `proof` could be. */
bool hv_wire_header(const struct hv_shape *shape, const uint8_t *bytes, size_t size, uint32_t proof,
                    void *model);

/* Checks every value of a message of the model, and what the values mean together. */
int hv_model_check(const struct hv_shape *shape, const void *model, const struct hv_trail *at,
                   struct hv_verdict *verdict) HV_MUST_USE;

/* A checked message of the model as bytes, the same as protobuf-c would make. False: more than
 * `capacity`; the buffer is scratch then, and behind what it holds otherwise. */
bool hv_model_write(const struct hv_shape *shape, const void *model, uint8_t *buffer,
                    size_t capacity, size_t *ret_size) HV_MUST_USE;

/* A deep copy into `copy`, which holds a flat one already. */
int hv_model_deepen(const struct hv_shape *shape, void *copy, struct hv_arena *arena) HV_MUST_USE;

#endif
