#include "nodes/pack.h"

#include <string.h>

void pack_bytes(struct packer *packer, const void *bytes, size_t size) {
    if (packer->failed || packer->capacity - packer->size < size) {
        packer->failed = true;
        return;
    }
    if (size > 0)
        memcpy(packer->bytes + packer->size, bytes, size);
    packer->size += size;
}

static void pack_number(struct packer *packer, uint64_t number, size_t size) {
    uint8_t bytes[8];
    for (size_t i = 0; i < size; i++)
        bytes[i] = (uint8_t)(number >> (8 * i));
    pack_bytes(packer, bytes, size);
}

void pack_u32(struct packer *packer, uint32_t number) {
    pack_number(packer, number, 4);
}

void pack_u64(struct packer *packer, uint64_t number) {
    pack_number(packer, number, 8);
}

void pack_text(struct packer *packer, const char *text) {
    size_t size = strlen(text);
    pack_u32(packer, (uint32_t)size);
    pack_bytes(packer, text, size);
}

void unpack_bytes(struct unpacker *unpacker, void *ret_bytes, size_t size) {
    if (unpacker->failed || unpacker->size - unpacker->at < size) {
        unpacker->failed = true;
        memset(ret_bytes, 0, size);
        return;
    }
    memcpy(ret_bytes, unpacker->bytes + unpacker->at, size);
    unpacker->at += size;
}

static uint64_t unpack_number(struct unpacker *unpacker, size_t size) {
    uint8_t bytes[8] = {0};
    unpack_bytes(unpacker, bytes, size);
    uint64_t number = 0;
    for (size_t i = 0; i < size; i++)
        number |= (uint64_t)bytes[i] << (8 * i);
    return number;
}

uint32_t unpack_u32(struct unpacker *unpacker) {
    return (uint32_t)unpack_number(unpacker, 4);
}

uint64_t unpack_u64(struct unpacker *unpacker) {
    return unpack_number(unpacker, 8);
}

void unpack_text(struct unpacker *unpacker, char *ret_text, size_t capacity) {
    size_t size = unpack_u32(unpacker);
    ret_text[0] = '\0';
    if (unpacker->failed || size >= capacity) {
        unpacker->failed = true;
        return;
    }
    unpack_bytes(unpacker, ret_text, size);
    ret_text[unpacker->failed ? 0 : size] = '\0';
    if (memchr(ret_text, '\0', size) != NULL)
        unpacker->failed = true;
}

bool unpack_done(const struct unpacker *unpacker) {
    return !unpacker->failed && unpacker->at == unpacker->size;
}
