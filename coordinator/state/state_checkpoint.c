/* File: the 8 bytes "HVCKPT H", the hash of the record at its position, counts by kind, then things
 * in any order, each as kind + 1, index and fields; a 0; last a BLAKE2b-256 of all before it. */
#include "coordinator/state/state_checkpoint.h"

#include "coordinator/state/state_fields.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static const char magic[8] = "HVCKPT H";
enum { WRITE_BYTES = 1 << 18 };

struct checkpoint {
    struct state *state; /* NULL when all is written */
    uint64_t position;
    uint32_t counts[STATE_KINDS];
    uint8_t *saved[STATE_KINDS]; /* a bit for each thing */
    int kind;                    /* where the walk is */
    uint32_t index;
    struct fields fields;
    crypto_generichash_state hash;
    int file;
    char path[PATH_MAX];
    char temporary[PATH_MAX];
};

static int os_error(void) {
    return errno == ENOSPC || errno == EDQUOT ? HV_ERR_FULL : HV_ERR_IO;
}

/* ---- writing ---- */

static int write_all(int file, const uint8_t *bytes, size_t size) {
    while (size > 0) {
        ssize_t written = write(file, bytes, size);
        if (written < 0 && errno != EINTR)
            return os_error();
        if (written < 0)
            continue;
        bytes += written;
        size -= (size_t)written;
    }
    return 0;
}

static int flush(struct checkpoint *checkpoint) {
    struct fields *fields = &checkpoint->fields;
    if (fields->error != 0)
        return fields->error;
    crypto_generichash_update(&checkpoint->hash, fields->bytes, fields->size);
    int error = write_all(checkpoint->file, fields->bytes, fields->size);
    fields->size = 0;
    return error;
}

static bool save_thing(struct checkpoint *checkpoint, struct state_entity *entity) {
    uint8_t *byte = &checkpoint->saved[entity->kind][entity->index / 8];
    uint8_t bit = (uint8_t)(1u << entity->index % 8);
    if (*byte & bit)
        return false;
    *byte |= bit;
    uint64_t kind = (uint64_t)entity->kind + 1, index = entity->index;
    fields_number(&checkpoint->fields, &kind);
    fields_number(&checkpoint->fields, &index);
    fields_of_thing(&checkpoint->fields, entity);
    return true;
}

void checkpoint_before_change(struct checkpoint *checkpoint, struct state_entity *entity) {
    if (entity->index < checkpoint->counts[entity->kind])
        save_thing(checkpoint, entity);
}

static int begin_file(struct checkpoint *checkpoint, const char *path) {
    int length = snprintf(checkpoint->path, PATH_MAX, "%s", path);
    int with_suffix = snprintf(checkpoint->temporary, PATH_MAX, "%s.tmp", path);
    if (length < 0 || with_suffix >= PATH_MAX)
        return HV_ERR_LIMIT;
    checkpoint->file = open(checkpoint->temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    return checkpoint->file < 0 ? os_error() : 0;
}

static int begin_counts(struct checkpoint *checkpoint, const uint8_t *end) {
    uint8_t hash[HV_HASH_BYTES] = {0};
    if (end != NULL)
        memcpy(hash, end, sizeof hash);
    fields_bytes(&checkpoint->fields, (void *)(uintptr_t)magic, sizeof magic);
    fields_bytes(&checkpoint->fields, hash, sizeof hash);
    for (int kind = 0; kind < STATE_KINDS; kind++) {
        uint64_t count = checkpoint->state->tables[kind].count;
        checkpoint->counts[kind] = (uint32_t)count;
        checkpoint->saved[kind] = calloc(count / 8 + 1, 1);
        if (checkpoint->saved[kind] == NULL)
            return HV_ERR_MEMORY;
        fields_number(&checkpoint->fields, &count);
    }
    return checkpoint->fields.error;
}

int checkpoint_begin(struct state *state, const char *path, const uint8_t *end,
                     struct checkpoint **ret_checkpoint) {
    if (state->checkpoint != NULL)
        return HV_ERR_BUSY;
    struct checkpoint *checkpoint = calloc(1, sizeof *checkpoint);
    if (checkpoint == NULL)
        return HV_ERR_MEMORY;
    checkpoint->state = state;
    checkpoint->position = state_position(state);
    checkpoint->file = -1;
    crypto_generichash_init(&checkpoint->hash, NULL, 0, HV_HASH_BYTES);
    int error = begin_file(checkpoint, path);
    if (error == 0)
        error = begin_counts(checkpoint, end);
    if (error != 0) {
        checkpoint_abandon(checkpoint);
        return error;
    }
    state->checkpoint = checkpoint;
    *ret_checkpoint = checkpoint;
    return 0;
}

static int end_things(struct checkpoint *checkpoint) {
    uint64_t none = 0;
    uint8_t hash[HV_HASH_BYTES];
    fields_number(&checkpoint->fields, &none);
    int error = flush(checkpoint);
    crypto_generichash_final(&checkpoint->hash, hash, sizeof hash);
    if (error == 0)
        error = write_all(checkpoint->file, hash, sizeof hash);
    checkpoint->state->checkpoint = NULL;
    checkpoint->state = NULL;
    return error;
}

int checkpoint_step(struct checkpoint *checkpoint, uint32_t things, bool *ret_done) {
    *ret_done = checkpoint->state == NULL;
    while (things > 0 && checkpoint->kind < STATE_KINDS) {
        if (checkpoint->index >= checkpoint->counts[checkpoint->kind]) {
            checkpoint->kind++;
            checkpoint->index = 0;
            continue;
        }
        struct state_table *table = &checkpoint->state->tables[checkpoint->kind];
        if (save_thing(checkpoint, state_table_at(table, checkpoint->index++)))
            things--;
        if (checkpoint->fields.size >= WRITE_BYTES) {
            int error = flush(checkpoint);
            if (error != 0)
                return error;
        }
    }
    if (checkpoint->kind < STATE_KINDS || *ret_done)
        return checkpoint->fields.error;
    *ret_done = true;
    return end_things(checkpoint);
}

/* ---- ending ---- */

static void free_checkpoint(struct checkpoint *checkpoint) {
    if (checkpoint->state != NULL && checkpoint->state->checkpoint == checkpoint)
        checkpoint->state->checkpoint = NULL;
    if (checkpoint->file >= 0)
        close(checkpoint->file);
    for (int kind = 0; kind < STATE_KINDS; kind++)
        free(checkpoint->saved[kind]);
    free(checkpoint->fields.bytes);
    free(checkpoint);
}

void checkpoint_abandon(struct checkpoint *checkpoint) {
    if (checkpoint == NULL)
        return;
    if (checkpoint->file >= 0)
        unlink(checkpoint->temporary);
    free_checkpoint(checkpoint);
}

int checkpoint_finish(struct checkpoint *checkpoint) {
    int error = checkpoint->state != NULL ? HV_ERR_STATE : 0;
    if (error == 0 && fsync(checkpoint->file) != 0)
        error = os_error();
    if (error == 0 && rename(checkpoint->temporary, checkpoint->path) != 0)
        error = os_error();
    if (error != 0)
        unlink(checkpoint->temporary);
    free_checkpoint(checkpoint);
    return error;
}

uint64_t checkpoint_position(const struct checkpoint *checkpoint) {
    return checkpoint->position;
}

int checkpoint_write(struct state *state, const char *path, const uint8_t *end) {
    struct checkpoint *checkpoint;
    bool done = false;
    int error = checkpoint_begin(state, path, end, &checkpoint);
    if (error != 0)
        return error;
    while (error == 0 && !done)
        error = checkpoint_step(checkpoint, UINT32_MAX, &done);
    if (error != 0) {
        checkpoint_abandon(checkpoint);
        return error;
    }
    return checkpoint_finish(checkpoint);
}

/* ---- loading ---- */

static int check_magic(const void *found) {
    if (memcmp(found, magic, sizeof magic) == 0)
        return 0;
    return memcmp(found, magic, sizeof magic - 1) == 0 ? HV_ERR_VERSION : HV_ERR_CORRUPT;
}

static int load_head(struct fields *fields, uint8_t *end, struct state *state) {
    char found[sizeof magic];
    fields_bytes(fields, found, sizeof found);
    if (fields->error != 0)
        return HV_ERR_CORRUPT;
    int wrong = check_magic(found);
    if (wrong != 0)
        return wrong;
    fields_bytes(fields, end, HV_HASH_BYTES);
    for (int kind = 0; kind < STATE_KINDS; kind++) {
        uint64_t count = 0;
        fields_number(fields, &count);
        if (fields->error != 0 || count > fields->size)
            return HV_ERR_CORRUPT;
        int error = kind == STATE_GENERAL
                        ? (count == 1 ? 0 : HV_ERR_CORRUPT)
                        : state_table_reserve(&state->tables[kind], (uint32_t)count);
        if (error != 0)
            return error;
    }
    return 0;
}

static int load_things(struct fields *fields, struct state *state) {
    for (;;) {
        uint64_t kind = 0, index = 0;
        fields_number(fields, &kind);
        if (fields->error != 0)
            return fields->error;
        if (kind == 0)
            return fields->at == fields->size ? 0 : HV_ERR_CORRUPT;
        fields_number(fields, &index);
        if (kind > STATE_KINDS || index > UINT32_MAX)
            return HV_ERR_CORRUPT;
        struct state_entity *entity = state_table_at(&state->tables[kind - 1], (uint32_t)index);
        if (entity == NULL)
            return HV_ERR_CORRUPT;
        fields_of_thing(fields, entity);
    }
}

static int load_from(const uint8_t *bytes, size_t size, uint8_t *end, struct state *state) {
    uint8_t hash[HV_HASH_BYTES];
    if (size < sizeof magic + sizeof hash)
        return HV_ERR_CORRUPT;
    size -= sizeof hash;
    crypto_generichash(hash, sizeof hash, bytes, size, NULL, 0);
    if (memcmp(hash, bytes + size, sizeof hash) != 0)
        return HV_ERR_CORRUPT;
    struct fields fields = {.loading = true, .bytes = (uint8_t *)(uintptr_t)bytes, .size = size};
    int error = load_head(&fields, end, state);
    if (error == 0)
        error = load_things(&fields, state);
    for (int kind = STATE_GENERAL + 1; error == 0 && kind < STATE_KINDS; kind++)
        error = state_table_index(&state->tables[kind]);
    state->position = state_position(state);
    return error;
}

static int map_file(const char *path, uint8_t **ret_bytes, size_t *ret_size) {
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return errno == ENOENT ? HV_ERR_NOT_FOUND : HV_ERR_IO;
    struct stat status;
    int error = fstat(file, &status) != 0 ? HV_ERR_IO : 0;
    if (error == 0 && status.st_size == 0)
        error = HV_ERR_CORRUPT;
    if (error == 0) {
        size_t size = (size_t)status.st_size;
        uint8_t *bytes = mmap(NULL, size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, file, 0);
        if (bytes == MAP_FAILED) {
            error = HV_ERR_IO;
        } else {
            *ret_bytes = bytes;
            *ret_size = size;
        }
    }
    close(file);
    return error;
}

int checkpoint_load(const char *path, uint8_t ret_end[HV_HASH_BYTES], struct state **ret_state) {
    uint8_t *bytes;
    size_t size;
    uint8_t end[HV_HASH_BYTES] = {0};
    int error = map_file(path, &bytes, &size);
    if (error != 0)
        return error;
    struct state *state = state_new();
    error = state == NULL ? HV_ERR_MEMORY : load_from(bytes, size, end, state);
    munmap(bytes, size);
    if (error != 0) {
        state_free(state);
        return error;
    }
    if (ret_end != NULL)
        memcpy(ret_end, end, sizeof end);
    *ret_state = state;
    return 0;
}

int checkpoint_end(const char *path, uint8_t ret_end[HV_HASH_BYTES]) {
    uint8_t head[sizeof magic + HV_HASH_BYTES];
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return errno == ENOENT ? HV_ERR_NOT_FOUND : HV_ERR_IO;
    ssize_t size = pread(file, head, sizeof head, 0);
    close(file);
    if (size < 0)
        return HV_ERR_IO;
    if (size < (ssize_t)sizeof head)
        return HV_ERR_CORRUPT;
    int error = check_magic(head);
    if (error == 0)
        memcpy(ret_end, head + sizeof magic, HV_HASH_BYTES);
    return error;
}

/* ---- digest ---- */

int state_digest(const struct state *state, uint8_t ret_hash[HV_HASH_BYTES]) {
    crypto_generichash_state hash;
    struct fields fields = {0};
    crypto_generichash_init(&hash, NULL, 0, HV_HASH_BYTES);
    for (int kind = 0; kind < STATE_KINDS; kind++) {
        const struct state_table *table = &state->tables[kind];
        for (uint32_t i = 0; fields.error == 0 && i < table->count; i++) {
            fields.size = 0;
            fields_of_thing(&fields, state_table_at(table, i)); /* saving only reads */
            crypto_generichash_update(&hash, fields.bytes, fields.size);
        }
    }
    free(fields.bytes);
    if (fields.error != 0)
        return fields.error;
    crypto_generichash_final(&hash, ret_hash, HV_HASH_BYTES);
    return 0;
}
