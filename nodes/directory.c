#include "nodes/directory.h"

#include "nodes/journal.h"
#include "schemas/codec.h"
#include "schemas/platform/atomic_file.h"
#include "schemas/platform/clock.h"
#include "schemas/platform/json_line.h"

#include <jansson.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int directory_path(const char *directory, const char *name, char ret_path[PATH_MAX]) {
    int length = snprintf(ret_path, PATH_MAX, "%s/%s", directory, name);
    return length < 0 || length >= PATH_MAX ? HV_ERR_LIMIT : HV_OK;
}

static bool is_there(const char *directory, const char *name) {
    char path[PATH_MAX];
    return directory_path(directory, name, path) == HV_OK && access(path, F_OK) == 0;
}

/* ---- what an invitation and node.json have in common ---- */

static int keep_deployment(const struct deployment *deployment, struct node_settings *settings) {
    memcpy(settings->identity.deployment, deployment->id, HV_ID128_BYTES);
    settings->identity.mode = deployment->mode;
    settings->endpoint_count = deployment->endpoint_count;
    for (size_t i = 0; i < deployment->endpoint_count; i++)
        memcpy(settings->endpoints[i], deployment->endpoints[i], NODE_ENDPOINT_BYTES);
    return keys_decode(deployment->server_key, settings->keys.server_key);
}

/* ---- init ---- */

static int create_outbox(const char *directory, const struct node_identity *identity) {
    char path[PATH_MAX];
    struct outbox *outbox;
    int error = directory_path(directory, "outbox", path);
    if (error == HV_OK)
        error = outbox_lmdb_open(path, true, NODE_OUTBOX_BYTES, &outbox);
    if (error != HV_OK)
        return error;
    error = journal_create(outbox, identity, (uint64_t)clock_wall_ms(), clock_boot_id(),
                           clock_real_ms());
    outbox_free(outbox);
    return error;
}

static char *settings_text(const struct node_settings *settings) {
    char deployment[2 * HV_ID128_BYTES + 1], server_key[KEYS_TEXT_BYTES];
    keys_to_hex(settings->identity.deployment, HV_ID128_BYTES, deployment);
    keys_encode(settings->keys.server_key, server_key);
    json_t *endpoints = json_array();
    for (size_t i = 0; i < settings->endpoint_count; i++)
        json_array_append_new(endpoints, json_string(settings->endpoints[i]));
    json_t *root = json_pack(
        "{s:s, s:s, s:s, s:s, s:o, s:s, s:s, s:I}", "id", settings->identity.id, "role",
        hv_role_word(settings->identity.role), "deployment", deployment, "mode",
        hv_mode_word(settings->identity.mode), "endpoints", endpoints, "server_key", server_key,
        "public_key", settings->public_key_z85, "outbox_bytes", (json_int_t)NODE_OUTBOX_BYTES);
    char *text = json_dumps(root, JSON_INDENT(2));
    json_decref(root);
    return text;
}

static int make_keys(const char *directory, struct node_settings *settings) {
    char path[PATH_MAX];
    struct key_pair pair;
    int error = directory_path(directory, "node.key", path);
    if (error == HV_OK)
        error = keys_make(&pair);
    if (error != HV_OK)
        return error;
    memcpy(settings->public_key_z85, pair.public_text, KEYS_TEXT_BYTES);
    error = keys_save(path, &pair);
    sodium_memzero(&pair, sizeof pair);
    return error;
}

static int write_settings(const char *directory, const struct node_settings *settings) {
    char path[PATH_MAX];
    int error = directory_path(directory, "node.json", path);
    if (error != HV_OK)
        return error;
    char *text = settings_text(settings);
    error = text == NULL ? HV_ERR_MEMORY : atomic_file_write(path, text, strlen(text), 0600);
    free(text);
    return error;
}

/* Two at once would mix their files: one goes first. */
static int fill_directory(const char *directory, struct node_settings *settings) {
    int claim;
    int error = atomic_file_claim(directory, &claim);
    if (error != HV_OK)
        return error;
    atomic_file_tidy(directory);
    if (is_there(directory, "node.json") || is_there(directory, "node.key"))
        error = HV_ERR_EXISTS;
    if (error == HV_OK)
        error = make_keys(directory, settings);
    if (error == HV_OK)
        error = create_outbox(directory, &settings->identity);
    if (error == HV_OK)
        error = write_settings(directory, settings);
    atomic_file_release(claim);
    return error;
}

int directory_init(const char *directory, const char *id, enum hv_role role,
                   const char *deployment_file, struct hv_fault_list *faults,
                   char ret_public_key_z85[KEYS_TEXT_BYTES]) {
    struct node_settings settings = {.identity = {.role = role}};
    struct deployment deployment;
    if (hv_id_check(id) != HV_OK)
        return HV_ERR_VALUE;
    snprintf(settings.identity.id, sizeof settings.identity.id, "%s", id);
    int error = deployment_load(deployment_file, faults, &deployment);
    if (error == HV_OK)
        error = keep_deployment(&deployment, &settings);
    if (error == HV_OK)
        error = atomic_file_make_folder(directory);
    if (error != HV_OK)
        return error;
    error = fill_directory(directory, &settings);
    if (error == HV_OK)
        memcpy(ret_public_key_z85, settings.public_key_z85, KEYS_TEXT_BYTES);
    return error;
}

/* ---- load ---- */

static int load_keys(const char *path, struct hv_fault_list *faults,
                     struct node_settings *settings) {
    struct key_pair pair;
    int error = keys_load(path, &pair);
    if (error == HV_ERR_PERMISSION)
        hv_fault_add(faults, HV_FAULT_ERROR, path, 0, "", "others may read the key",
                     "mode 0600 (chmod 600)");
    else if (error == HV_ERR_FORMAT)
        hv_fault_add(faults, HV_FAULT_ERROR, path, 0, "", "not a key",
                     "the file that init made; without it the node must be enrolled anew");
    if (error != HV_OK)
        return error;
    memcpy(settings->public_key_z85, pair.public_text, KEYS_TEXT_BYTES);
    error = keys_decode(pair.public_text, settings->keys.public_key);
    if (error == HV_OK)
        error = keys_decode(pair.secret_text, settings->keys.secret_key);
    sodium_memzero(&pair, sizeof pair);
    return error;
}

struct reading {
    const char *file;
    const json_t *root;
    struct hv_fault_list *faults;
};

static void fault(const struct reading *reading, const char *key, const char *wrong,
                  const char *right) {
    hv_fault_add(reading->faults, HV_FAULT_ERROR, reading->file, json_line_of(reading->file, key),
                 key, wrong, right);
}

static const char *text_of(const struct reading *reading, const char *key, const char *right) {
    const json_t *member = json_object_get(reading->root, key);
    const char *text = json_string_value(member);
    if (text == NULL)
        fault(reading, key, member == NULL ? "missing" : "not text", right);
    return text == NULL ? "" : text;
}

static void read_outbox_bytes(const struct reading *reading, uint64_t *ret_bytes) {
    const json_t *member = json_object_get(reading->root, "outbox_bytes");
    json_int_t bytes = json_integer_value(member);
    if (member == NULL)
        *ret_bytes = NODE_OUTBOX_BYTES;
    else if (!json_is_integer(member) || bytes < (json_int_t)NODE_OUTBOX_BYTES_MIN)
        fault(reading, "outbox_bytes", "not a number of bytes", "at least 1048576");
    else
        *ret_bytes = (uint64_t)bytes;
}

static void read_node(const struct reading *reading, struct node_settings *settings) {
    const char *id = text_of(reading, "id", "the node's id");
    const char *role = text_of(reading, "role", "shelter or depot");
    if (id[0] != '\0' && hv_id_check(id) != HV_OK)
        fault(reading, "id", id, "1 to 64 bytes without control characters");
    snprintf(settings->identity.id, sizeof settings->identity.id, "%s", id);
    settings->identity.role = hv_role_of(role);
    if (role[0] != '\0' && settings->identity.role == HV_ROLE_UNKNOWN)
        fault(reading, "role", role, "shelter or depot");
    read_outbox_bytes(reading, &settings->outbox_bytes);
}

static int read_settings(const char *path, struct hv_fault_list *faults,
                         struct node_settings *settings) {
    struct deployment deployment;
    size_t before = faults->errors;
    json_t *file;
    int error = deployment_load_json(path, faults, &file);
    if (error != HV_OK)
        return error;
    read_node(&(struct reading){.file = path, .root = file, .faults = faults}, settings);
    error = deployment_read(file, path, faults, &deployment);
    json_decref(file);
    if (error == HV_OK && faults->errors != before)
        error = HV_ERR_VALUE;
    return error == HV_OK ? keep_deployment(&deployment, settings) : error;
}

int directory_load(const char *directory, struct hv_fault_list *faults,
                   struct node_settings *ret_settings) {
    char path[PATH_MAX];
    struct node_settings settings = {0};
    int error = directory_path(directory, "node.json", path);
    if (error == HV_OK && access(path, F_OK) != 0)
        return HV_ERR_NOT_FOUND;
    if (error == HV_OK)
        error = read_settings(path, faults, &settings);
    if (error == HV_OK)
        error = directory_path(directory, "node.key", path);
    if (error == HV_OK)
        error = load_keys(path, faults, &settings);
    if (error == HV_OK)
        *ret_settings = settings;
    sodium_memzero(&settings.keys, sizeof settings.keys);
    return error;
}
