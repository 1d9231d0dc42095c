/* Numbers and texts as bytes of stored records: little-endian, bounded, with one check at the end.
 *
 * A packer or unpacker that once ran past its end stays failed and does nothing more; what an
 * unpacker that failed returned is 0 or "". */
#ifndef NODES_PACK_H
#define NODES_PACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct packer {
    uint8_t *bytes;
    size_t capacity;
    size_t size;
    bool failed;
};

void pack_u32(struct packer *packer, uint32_t number);
void pack_u64(struct packer *packer, uint64_t number);
void pack_bytes(struct packer *packer, const void *bytes, size_t size);
void pack_text(struct packer *packer, const char *text); /* length first */

struct unpacker {
    const uint8_t *bytes;
    size_t size;
    size_t at;
    bool failed;
};

uint32_t unpack_u32(struct unpacker *unpacker);
uint64_t unpack_u64(struct unpacker *unpacker);
void unpack_bytes(struct unpacker *unpacker, void *ret_bytes, size_t size);
/* Into a buffer of `capacity` bytes with its NUL; fails where it does not fit or holds a NUL. */
void unpack_text(struct unpacker *unpacker, char *ret_text, size_t capacity);

/* Whether all was read, and nothing is left over. */
bool unpack_done(const struct unpacker *unpacker);

#endif
