/* What both outboxes do alike: a CRC32 in front of every record. Internal to outbox/. */
#ifndef NODES_OUTBOX_RECORD_H
#define NODES_OUTBOX_RECORD_H

#include "nodes/outbox/outbox.h"

#define RECORD_CRC_BYTES 4u
#define RECORD_BYTES_MAX (256u << 10)

/* Writes the checksum in front: over table, key and content, so that a record in another's place is
 * found out as well. */
void record_seal(enum outbox_table table, uint64_t key, const uint8_t *bytes, size_t size,
                 uint8_t *ret_sealed);

/* The content of a sealed record, in place. Errors: HV_ERR_CORRUPT. */
int record_open(enum outbox_table table, uint64_t key, const uint8_t *sealed, size_t sealed_size,
                const uint8_t **ret_bytes, size_t *ret_size) HV_MUST_USE;

#endif
