#include "coordinator/log/log_frame.h"

#include "schemas/limits.h"

#include <endian.h>
#include <sodium.h>
#include <string.h>
#include <zlib.h>

enum { CRC_AT = 16, PREVIOUS_AT = 24 };

static void put32(uint8_t *at, uint32_t value) {
    value = htole32(value);
    memcpy(at, &value, sizeof value);
}

static uint32_t get32(const uint8_t *at) {
    uint32_t value;
    memcpy(&value, at, sizeof value);
    return le32toh(value);
}

static uint64_t get64(const uint8_t *at) {
    uint64_t value;
    memcpy(&value, at, sizeof value);
    return le64toh(value);
}

/* Of the frame as if its checksum field were 0. */
static uint32_t checksum(const uint8_t *frame, size_t bytes) {
    static const uint8_t zeros[4];
    uLong crc = crc32(0, frame, CRC_AT);
    crc = crc32(crc, zeros, sizeof zeros);
    return (uint32_t)crc32_z(crc, frame + CRC_AT + 4, bytes - CRC_AT - 4);
}

static void hash_frame(const uint8_t *frame, size_t bytes, uint8_t ret_hash[HV_HASH_BYTES]) {
    crypto_generichash(ret_hash, HV_HASH_BYTES, frame, bytes, NULL, 0);
}

void log_frame_write(uint8_t *frame, uint64_t position, const struct log_entry *entry,
                     const uint8_t previous[HV_HASH_BYTES], uint8_t ret_hash[HV_HASH_BYTES]) {
    uint64_t little_position = htole64(position);
    put32(frame, (uint32_t)entry->size);
    put32(frame + 4, LOG_FRAME_VERSION | (uint32_t)entry->kind << 16);
    memcpy(frame + 8, &little_position, sizeof little_position);
    put32(frame + CRC_AT, 0);
    put32(frame + CRC_AT + 4, 0);
    memcpy(frame + PREVIOUS_AT, previous, HV_HASH_BYTES);
    memcpy(frame + LOG_FRAME_HEADER_BYTES, entry->bytes, entry->size);
    size_t bytes = LOG_FRAME_HEADER_BYTES + entry->size;
    put32(frame + CRC_AT, checksum(frame, bytes));
    hash_frame(frame, bytes, ret_hash);
}

int log_frame_read(const uint8_t *bytes, size_t size, struct log_record *ret_record) {
    if (size < LOG_FRAME_HEADER_BYTES)
        return HV_ERR_CORRUPT;
    uint32_t payload = get32(bytes);
    if (payload > HV_RECORD_BYTES_MAX || payload > size - LOG_FRAME_HEADER_BYTES)
        return HV_ERR_CORRUPT;
    if (get32(bytes + CRC_AT) != checksum(bytes, LOG_FRAME_HEADER_BYTES + payload))
        return HV_ERR_CORRUPT;
    uint32_t version_and_kind = get32(bytes + 4);
    if ((version_and_kind & 0xffff) != LOG_FRAME_VERSION)
        return HV_ERR_VERSION;
    *ret_record = (struct log_record){.position = get64(bytes + 8),
                                      .kind = (enum hv_record_kind)(version_and_kind >> 16),
                                      .bytes = bytes + LOG_FRAME_HEADER_BYTES,
                                      .size = payload,
                                      .previous = bytes + PREVIOUS_AT};
    return 0;
}

bool log_frame_skim(const uint8_t *bytes, size_t size, uint64_t *ret_position, size_t *ret_bytes) {
    if (size < LOG_FRAME_HEADER_BYTES)
        return false;
    uint32_t payload = get32(bytes);
    if (payload > HV_RECORD_BYTES_MAX || payload > size - LOG_FRAME_HEADER_BYTES)
        return false;
    *ret_position = get64(bytes + 8);
    *ret_bytes = LOG_FRAME_HEADER_BYTES + payload;
    return true;
}

size_t log_frame_bytes(const struct log_record *record) {
    return LOG_FRAME_HEADER_BYTES + record->size;
}

void log_record_hash(const struct log_record *record, uint8_t ret_hash[HV_HASH_BYTES]) {
    hash_frame(record->bytes - LOG_FRAME_HEADER_BYTES, log_frame_bytes(record), ret_hash);
}
