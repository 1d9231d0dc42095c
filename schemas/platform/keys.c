#include "schemas/platform/keys.h"

#include "schemas/platform/atomic_file.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <zmq.h>

enum { FILE_BYTES_MAX = 4096 };

int keys_make(struct key_pair *ret_pair) {
    return zmq_curve_keypair(ret_pair->public_text, ret_pair->secret_text) == 0 ? HV_OK
                                                                                : HV_ERR_STATE;
}

int keys_save(const char *path, const struct key_pair *pair) {
    char text[256];
    int size =
        snprintf(text, sizeof text,
                 "# Haven key. Whoever has this file can speak as its owner: keep it secret.\n"
                 "public %s\nsecret %s\n",
                 pair->public_text, pair->secret_text);
    int error = atomic_file_create(path, text, (size_t)size, 0600);
    sodium_memzero(text, sizeof text);
    return error;
}

static int parse(const char *text, struct key_pair *ret_pair) {
    struct key_pair pair;
    uint8_t key[HV_KEY_BYTES];
    const char *at = strstr(text, "\npublic ");
    if (at == NULL ||
        sscanf(at, "\npublic %40s\nsecret %40s", pair.public_text, pair.secret_text) != 2 ||
        keys_decode(pair.public_text, key) != HV_OK || keys_decode(pair.secret_text, key) != HV_OK)
        return HV_ERR_FORMAT;
    sodium_memzero(key, sizeof key);
    *ret_pair = pair;
    sodium_memzero(&pair, sizeof pair);
    return HV_OK;
}

int keys_load(const char *path, struct key_pair *ret_pair) {
    struct stat info;
    if (stat(path, &info) != 0)
        return HV_ERR_NOT_FOUND;
    if ((info.st_mode & (S_IRWXG | S_IRWXO)) != 0)
        return HV_ERR_PERMISSION;
    uint8_t *bytes = NULL;
    size_t size = 0;
    int error = atomic_file_read(path, FILE_BYTES_MAX, &bytes, &size);
    if (error != HV_OK)
        return error;
    error = parse((const char *)bytes, ret_pair);
    sodium_memzero(bytes, size);
    free(bytes);
    return error;
}

int keys_decode(const char *text, uint8_t ret_key[HV_KEY_BYTES]) {
    uint8_t key[HV_KEY_BYTES];
    if (strlen(text) != KEYS_TEXT_BYTES - 1 || zmq_z85_decode(key, text) == NULL)
        return HV_ERR_FORMAT;
    memcpy(ret_key, key, sizeof key);
    return HV_OK;
}

void keys_encode(const uint8_t key[HV_KEY_BYTES], char ret_text[KEYS_TEXT_BYTES]) {
    zmq_z85_encode(ret_text, key, HV_KEY_BYTES);
}

void keys_random(void *bytes, size_t size) {
    randombytes_buf(bytes, size);
}

void keys_to_hex(const uint8_t *bytes, size_t size, char *ret_text) {
    sodium_bin2hex(ret_text, 2 * size + 1, bytes, size);
}

int keys_from_hex(const char *text, uint8_t *ret_bytes, size_t size) {
    size_t decoded = 0;
    if (strlen(text) != 2 * size ||
        sodium_hex2bin(ret_bytes, size, text, 2 * size, NULL, &decoded, NULL) != 0 ||
        decoded != size)
        return HV_ERR_FORMAT;
    return HV_OK;
}
