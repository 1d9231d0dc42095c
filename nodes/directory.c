#include "nodes/directory.h"

#include "nodes/journal.h"
#include "schemas/codec.h"
#include "schemas/platform/clock.h"
#include "schemas/platform/json_line.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zmq.h>

enum { Z85_BYTES = 41 };

static int from_errno(int code) {
    switch (code) {
    case ENOENT:
        return HV_ERR_NOT_FOUND;
    case EEXIST:
        return HV_ERR_EXISTS;
    case EACCES:
    case EPERM:
    case EROFS:
        return HV_ERR_PERMISSION;
    case ENOSPC:
    case EDQUOT:
        return HV_ERR_FULL;
    default:
        return HV_ERR_IO;
    }
}

int directory_path(const char *directory, const char *name, char ret_path[PATH_MAX]) {
    int length = snprintf(ret_path, PATH_MAX, "%s/%s", directory, name);
    return length < 0 || length >= PATH_MAX ? HV_ERR_LIMIT : HV_OK;
}

/* ---- small files ---- */

/* A new file that is on disk when this returns. */
static int write_file(const char *directory, const char *name, const char *text) {
    char path[PATH_MAX];
    int error = directory_path(directory, name, path);
    if (error != HV_OK)
        return error;
    int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file < 0)
        return from_errno(errno);
    size_t size = strlen(text);
    if (write(file, text, size) != (ssize_t)size || fsync(file) != 0)
        error = from_errno(errno);
    close(file);
    if (error != HV_OK)
        unlink(path);
    return error;
}

static int sync_directory(const char *directory) {
    int descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0)
        return from_errno(errno);
    int error = fsync(descriptor) == 0 ? HV_OK : from_errno(errno);
    close(descriptor);
    return error;
}

static bool is_there(const char *directory, const char *name) {
    char path[PATH_MAX];
    return directory_path(directory, name, path) == HV_OK && access(path, F_OK) == 0;
}

/* ---- JSON that people may have written ---- */

struct reading {
    const char *file;
    json_t *root;
    struct hv_fault_list *faults;
};

static void fault(const struct reading *reading, const char *key, const char *wrong,
                  const char *right) {
    hv_fault_add(reading->faults, HV_FAULT_ERROR, reading->file, json_line_of(reading->file, key),
                 key, wrong, right);
}

static int load_json(struct reading *reading) {
    json_error_t error;
    if (access(reading->file, R_OK) != 0)
        return from_errno(errno);
    reading->root = json_load_file(reading->file, JSON_REJECT_DUPLICATES, &error);
    if (json_is_object(reading->root))
        return HV_OK;
    uint32_t line = reading->root == NULL && error.line > 0 ? (uint32_t)error.line : 0;
    hv_fault_add(reading->faults, HV_FAULT_ERROR, reading->file, line, "",
                 reading->root == NULL ? error.text : "not an object", "one JSON object");
    json_decref(reading->root);
    reading->root = NULL;
    return HV_ERR_FORMAT;
}

static const char *text_of(const struct reading *reading, const char *key, const char *right) {
    const json_t *member = json_object_get(reading->root, key);
    const char *text = json_string_value(member);
    if (text == NULL)
        fault(reading, key, member == NULL ? "missing" : "not text", right);
    return text == NULL ? "" : text;
}

static void read_deployment(const struct reading *reading, uint8_t ret_id[HV_ID128_BYTES]) {
    const char *right = "32 hexadecimal digits, as haven init writes them";
    const char *text = text_of(reading, "deployment", right);
    size_t size = 0;
    if (text[0] != '\0' &&
        (strlen(text) != 2 * HV_ID128_BYTES ||
         sodium_hex2bin(ret_id, HV_ID128_BYTES, text, strlen(text), NULL, &size, NULL) != 0 ||
         size != HV_ID128_BYTES))
        fault(reading, "deployment", text, right);
}

static void read_mode(const struct reading *reading, enum hv_mode *ret_mode) {
    const char *text = text_of(reading, "mode", "live or exercise");
    *ret_mode = hv_mode_of(text);
    if (text[0] != '\0' && *ret_mode == HV_MODE_UNKNOWN)
        fault(reading, "mode", text, "live or exercise");
}

static void read_endpoints(const struct reading *reading, struct node_settings *settings) {
    static const char right[] = "a list of 1 to 8 endpoints such as \"tcp://coordinator:7400\"";
    const json_t *list = json_object_get(reading->root, "endpoints");
    size_t count = json_array_size(list);
    if (count == 0 || count > HV_ENDPOINTS_MAX) {
        fault(reading, "endpoints", list == NULL ? "missing" : "none or too many", right);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        const char *text = json_string_value(json_array_get(list, i));
        bool good = text != NULL && strlen(text) < NODE_ENDPOINT_BYTES &&
                    (strncmp(text, "tcp://", 6) == 0 || strncmp(text, "ipc://", 6) == 0);
        if (good)
            strcpy(settings->endpoints[settings->endpoint_count++], text);
        else
            fault(reading, "endpoints", text == NULL ? "not text" : text, right);
    }
}

static void read_key(const struct reading *reading, const char *name,
                     uint8_t ret_key[HV_KEY_BYTES]) {
    static const char right[] = "a key of 40 characters in Z85";
    const char *text = text_of(reading, name, right);
    if (text[0] != '\0' && (strlen(text) != Z85_BYTES - 1 || zmq_z85_decode(ret_key, text) == NULL))
        fault(reading, name, text, right);
}

/* What the deployment file and node.json have in common. */
static void read_common(const struct reading *reading, struct node_settings *settings) {
    read_deployment(reading, settings->identity.deployment);
    read_mode(reading, &settings->identity.mode);
    read_endpoints(reading, settings);
    read_key(reading, "server_key", settings->keys.server_key);
}

static int verdict(const struct hv_fault_list *faults) {
    return faults->errors > 0 ? HV_ERR_VALUE : HV_OK;
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
    char deployment[2 * HV_ID128_BYTES + 1], server_key[Z85_BYTES];
    sodium_bin2hex(deployment, sizeof deployment, settings->identity.deployment, HV_ID128_BYTES);
    zmq_z85_encode(server_key, settings->keys.server_key, HV_KEY_BYTES);
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
    char secret[Z85_BYTES + 1];
    if (zmq_curve_keypair(settings->public_key_z85, secret) != 0)
        return HV_ERR_IO;
    secret[Z85_BYTES - 1] = '\n';
    secret[Z85_BYTES] = '\0';
    int error = write_file(directory, "node.key", secret);
    sodium_memzero(secret, sizeof secret);
    return error;
}

static int fill_directory(const char *directory, struct node_settings *settings) {
    int error = make_keys(directory, settings);
    if (error == HV_OK)
        error = create_outbox(directory, &settings->identity);
    char *text = error == HV_OK ? settings_text(settings) : NULL;
    if (error == HV_OK)
        error = text == NULL ? HV_ERR_MEMORY : write_file(directory, "node.json", text);
    free(text);
    return error == HV_OK ? sync_directory(directory) : error;
}

int directory_init(const char *directory, const char *id, enum hv_role role,
                   const char *deployment_file, struct hv_fault_list *faults,
                   char ret_public_key_z85[41]) {
    struct node_settings settings = {.identity = {.role = role}};
    struct reading reading = {.file = deployment_file, .faults = faults};
    if (hv_id_check(id) != HV_OK)
        return HV_ERR_VALUE;
    snprintf(settings.identity.id, sizeof settings.identity.id, "%s", id);
    int error = load_json(&reading);
    if (error != HV_OK)
        return error;
    read_common(&reading, &settings);
    json_decref(reading.root);
    error = verdict(faults);
    if (error != HV_OK)
        return error;
    if (mkdir(directory, 0700) != 0 && errno != EEXIST)
        return from_errno(errno);
    if (is_there(directory, "node.json") || is_there(directory, "node.key"))
        return HV_ERR_EXISTS;
    error = fill_directory(directory, &settings);
    if (error == HV_OK)
        memcpy(ret_public_key_z85, settings.public_key_z85, Z85_BYTES);
    return error;
}

/* ---- load ---- */

static int load_secret(const char *path, struct hv_fault_list *faults,
                       struct node_settings *settings) {
    char text[Z85_BYTES + 1] = "";
    struct stat about;
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return from_errno(errno);
    bool private = fstat(file, &about) == 0 && (about.st_mode & 077) == 0;
    ssize_t size = private ? read(file, text, sizeof text - 1) : -1;
    close(file);
    if (!private) {
        hv_fault_add(faults, HV_FAULT_ERROR, path, 0, "", "others may read the key",
                     "mode 0600 (chmod 600)");
        return HV_ERR_PERMISSION;
    }
    text[Z85_BYTES - 1] = '\0';
    if (size < Z85_BYTES - 1 || zmq_z85_decode(settings->keys.secret_key, text) == NULL ||
        crypto_scalarmult_base(settings->keys.public_key, settings->keys.secret_key) != 0) {
        hv_fault_add(faults, HV_FAULT_ERROR, path, 0, "", "not a key",
                     "the file that init made; without it the node must be enrolled anew");
        return HV_ERR_FORMAT;
    }
    sodium_memzero(text, sizeof text);
    zmq_z85_encode(settings->public_key_z85, settings->keys.public_key, HV_KEY_BYTES);
    return HV_OK;
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
    read_common(reading, settings);
}

int directory_load(const char *directory, struct hv_fault_list *faults,
                   struct node_settings *ret_settings) {
    char path[PATH_MAX];
    struct node_settings settings = {0};
    struct reading reading = {.file = path, .faults = faults};
    int error = directory_path(directory, "node.json", path);
    if (error == HV_OK)
        error = load_json(&reading);
    if (error != HV_OK)
        return error;
    read_node(&reading, &settings);
    json_decref(reading.root);
    error = verdict(faults);
    if (error == HV_OK)
        error = directory_path(directory, "node.key", path);
    if (error == HV_OK)
        error = load_secret(path, faults, &settings);
    if (error == HV_OK)
        *ret_settings = settings;
    sodium_memzero(&settings.keys, sizeof settings.keys);
    return error;
}
