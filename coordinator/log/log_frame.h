/* How one record lies in storage: little-endian header, then the payload.
 *
 *    0  u32  bytes of payload
 *    4  u16  version of this layout, 1
 *    6  u16  kind of record, enum hv_record_kind
 *    8  u64  position
 *   16  u32  CRC-32 of the whole frame with this field as 0
 *   20  u32  0
 *   24  32   BLAKE2b-256 of the whole frame before it; zeros in the first
 *   56       payload
 *
 * The checksum finds damage quickly; the hashes, each over its predecessor's hash as well, find
 * anything changed, left out or put in between, if the last hash is known from elsewhere. */
#ifndef COORDINATOR_LOG_LOG_FRAME_H
#define COORDINATOR_LOG_LOG_FRAME_H

#include "coordinator/log/log.h"

#define LOG_FRAME_VERSION 1u
#define LOG_FRAME_HEADER_BYTES 56u

/* Writes the frame of `entry`, LOG_FRAME_HEADER_BYTES + entry->size bytes, and its hash. */
void log_frame_write(uint8_t *frame, uint64_t position, const struct log_entry *entry,
                     const uint8_t previous[HV_HASH_BYTES], uint8_t ret_hash[HV_HASH_BYTES]);

/* Reads and checks the frame at `bytes`, of which `size` bytes are there. HV_ERR_CORRUPT;
 * HV_ERR_VERSION. */
int log_frame_read(const uint8_t *bytes, size_t size, struct log_record *ret_record) HV_MUST_USE;

/* Position and size of the frame at `bytes` by its header alone, which may be damaged. False: no
 * frame fits there. */
bool log_frame_skim(const uint8_t *bytes, size_t size, uint64_t *ret_position, size_t *ret_bytes);

size_t log_frame_bytes(const struct log_record *record);

#endif
