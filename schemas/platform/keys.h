/* Keys and random ids. A secret key is a file of mode 0600 that only its owner's program reads; the
 * public half is shown to people as 40 characters of Z85. */
#ifndef HV_PLATFORM_KEYS_H
#define HV_PLATFORM_KEYS_H

#include "schemas/error.h"
#include "schemas/model.h"

#include <stddef.h>
#include <stdint.h>

#define KEYS_TEXT_BYTES 41 /* 40 characters of Z85 and NUL */

struct key_pair {
    char public_text[KEYS_TEXT_BYTES];
    char secret_text[KEYS_TEXT_BYTES];
};

/* A new CURVE key pair. HV_ERR_STATE: libzmq was built without CURVE. */
int keys_make(struct key_pair *ret_pair) HV_MUST_USE;

/* Writes the pair, mode 0600, synced. An existing file is never overwritten, not even one that
 * another process makes at this moment: HV_ERR_EXISTS. */
int keys_save(const char *path, const struct key_pair *pair) HV_MUST_USE;

/* HV_ERR_NOT_FOUND; HV_ERR_PERMISSION: others may read it, or it cannot be read; HV_ERR_FORMAT. */
int keys_load(const char *path, struct key_pair *ret_pair) HV_MUST_USE;

/* Between 40 characters of Z85 and 32 bytes. HV_ERR_FORMAT: not a key. */
int keys_decode(const char *text, uint8_t ret_key[HV_KEY_BYTES]) HV_MUST_USE;
void keys_encode(const uint8_t key[HV_KEY_BYTES], char ret_text[KEYS_TEXT_BYTES]);

/* Random bytes of the kernel's generator. */
void keys_random(void *bytes, size_t size);

/* Between bytes and lower-case hexadecimal digits; text needs 2 x size + 1 bytes. */
void keys_to_hex(const uint8_t *bytes, size_t size, char *ret_text);
int keys_from_hex(const char *text, uint8_t *ret_bytes, size_t size) HV_MUST_USE;

#endif
