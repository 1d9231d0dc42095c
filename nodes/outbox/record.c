#include "nodes/outbox/record.h"

#include <string.h>
#include <zlib.h>

static void put_number(uint8_t *bytes, uint64_t number, size_t size) {
    for (size_t i = 0; i < size; i++)
        bytes[i] = (uint8_t)(number >> (8 * i));
}

static uint32_t crc_of(enum outbox_table table, uint64_t key, const uint8_t *bytes, size_t size) {
    uint8_t place[9] = {(uint8_t)table};
    put_number(&place[1], key, 8);
    uLong crc = crc32(0, place, sizeof place);
    return (uint32_t)crc32(crc, bytes, (uInt)size);
}

void record_seal(enum outbox_table table, uint64_t key, const uint8_t *bytes, size_t size,
                 uint8_t *ret_sealed) {
    put_number(ret_sealed, crc_of(table, key, bytes, size), RECORD_CRC_BYTES);
    if (size > 0)
        memcpy(ret_sealed + RECORD_CRC_BYTES, bytes, size);
}

int record_open(enum outbox_table table, uint64_t key, const uint8_t *sealed, size_t sealed_size,
                const uint8_t **ret_bytes, size_t *ret_size) {
    uint8_t crc[RECORD_CRC_BYTES];
    if (sealed_size < RECORD_CRC_BYTES)
        return HV_ERR_CORRUPT;
    const uint8_t *bytes = sealed + RECORD_CRC_BYTES;
    size_t size = sealed_size - RECORD_CRC_BYTES;
    put_number(crc, crc_of(table, key, bytes, size), sizeof crc);
    if (memcmp(crc, sealed, sizeof crc) != 0)
        return HV_ERR_CORRUPT;
    *ret_bytes = bytes;
    *ret_size = size;
    return HV_OK;
}
