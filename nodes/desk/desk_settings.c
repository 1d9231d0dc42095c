#include "nodes/desk/desk_settings.h"

#include "nodes/directory.h"
#include "schemas/codec.h"
#include "schemas/platform/atomic_file.h"
#include "schemas/platform/http_address.h"
#include "schemas/platform/json_line.h"
#include "schemas/platform/keys.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FORMAT "haven.desk/1"
#define CARD_FORMAT "haven.card/1"
#define FILE_BYTES_MAX (4u << 20)

/* A PIN of six digits does not withstand whoever holds its hash, however dear a guess: the file is
 * 0600 and guesses at the desk are slowed down. So the node's memory is spared. */
#define PIN_OPS 4u
#define PIN_MEMORY (4u << 20)

/* ---- what stands in the file ---- */

static void fault(struct hv_fault_list *faults, const char *file, const char *field,
                  const char *wrong, const char *right) {
    hv_fault_add(faults, HV_FAULT_ERROR, file, json_line_of(file, field), field, wrong, right);
}

static void read_text(const json_t *root, const char *field, const char *file,
                      struct hv_fault_list *faults, char *ret_text, size_t bytes) {
    const json_t *member = json_object_get(root, field);
    if (member == NULL)
        return;
    if (!json_is_string(member) || json_string_length(member) >= bytes)
        fault(faults, file, field, "not a text of the right length", "a shorter text");
    else
        snprintf(ret_text, bytes, "%s", json_string_value(member));
}

static bool is_row(const json_t *row) {
    const char *id = json_string_value(json_object_get(row, "id"));
    return id != NULL && hv_id_check(id) == HV_OK;
}

/* A list of {"id", "name", …}; other members are for whoever knows them. */
static bool is_list(const json_t *card, const char *name) {
    const json_t *list = json_object_get(card, name), *row;
    size_t i;
    if (list == NULL)
        return true;
    if (!json_is_array(list) || json_array_size(list) > DESK_CARD_ROWS_MAX)
        return false;
    json_array_foreach(list, i, row) if (!is_row(row)) return false;
    return true;
}

static bool is_card(const json_t *card) {
    const char *format = json_string_value(json_object_get(card, "format"));
    return format != NULL && strcmp(format, CARD_FORMAT) == 0 && is_list(card, "zones") &&
           is_list(card, "places") && is_list(card, "items");
}

static void read_all(const json_t *root, const char *file, struct hv_fault_list *faults,
                     struct desk_settings *settings) {
    struct http_address address;
    char key[2 * DESK_KEY_BYTES + 1] = "", format[32] = "";
    read_text(root, "format", file, faults, format, sizeof format);
    read_text(root, "listen", file, faults, settings->listen, sizeof settings->listen);
    read_text(root, "pin", file, faults, settings->pin_hash, sizeof settings->pin_hash);
    read_text(root, "cookie_key", file, faults, key, sizeof key);
    read_text(root, "certificate", file, faults, settings->certificate,
              sizeof settings->certificate);
    read_text(root, "key", file, faults, settings->key, sizeof settings->key);
    read_text(root, "name", file, faults, settings->name, sizeof settings->name);
    if (strcmp(format, FORMAT) != 0)
        fault(faults, file, "format", format, FORMAT);
    if (http_address_read(settings->listen, &address) != HV_OK)
        fault(faults, file, "listen", settings->listen,
              "address:port in numbers, such as 0.0.0.0:8780");
    if (strncmp(settings->pin_hash, "$argon2id$", 10) != 0)
        fault(faults, file, "pin", "no PIN is set", "set one: haven-node desk DIR --pin PIN");
    if (keys_from_hex(key, settings->cookie_key, DESK_KEY_BYTES) != HV_OK)
        fault(faults, file, "cookie_key", "not 64 hex digits", "set the PIN anew");
    if ((settings->certificate[0] == '\0') != (settings->key[0] == '\0'))
        fault(faults, file, "certificate", "certificate and key go together", "give both");
    json_t *card = json_object_get(root, "card");
    if (card != NULL && !is_card(card))
        fault(faults, file, "card", "not a card of a region", "make one: haven region card DIR");
    else if (card != NULL)
        settings->card = json_incref(card);
}

static int load_json(const char *path, struct hv_fault_list *faults, json_t **ret_root) {
    uint8_t *bytes;
    size_t size;
    json_error_t wrong;
    int error = atomic_file_read(path, FILE_BYTES_MAX, &bytes, &size);
    if (error != HV_OK)
        return error;
    json_t *root = json_loadb((const char *)bytes, size, JSON_REJECT_DUPLICATES, &wrong);
    free(bytes);
    if (!json_is_object(root)) {
        hv_fault_add(faults, HV_FAULT_ERROR, path,
                     root == NULL && wrong.line > 0 ? (uint32_t)wrong.line : 0, "",
                     root == NULL ? wrong.text : "no object", "a JSON object");
        json_decref(root);
        return HV_ERR_FORMAT;
    }
    *ret_root = root;
    return HV_OK;
}

int desk_settings_load(const char *directory, struct hv_fault_list *faults,
                       struct desk_settings *ret_settings) {
    char path[PATH_MAX];
    json_t *root;
    int error = directory_path(directory, DESK_FILE, path);
    if (error == HV_OK)
        error = load_json(path, faults, &root);
    if (error != HV_OK)
        return error;
    struct desk_settings settings = {0};
    size_t before = faults->errors;
    read_all(root, path, faults, &settings);
    json_decref(root);
    if (faults->errors > before) {
        desk_settings_deinit(&settings);
        return HV_ERR_VALUE;
    }
    *ret_settings = settings;
    return HV_OK;
}

void desk_settings_deinit(struct desk_settings *settings) {
    json_decref(settings->card);
    sodium_memzero(settings, sizeof *settings);
}

bool desk_settings_pin_is(const struct desk_settings *settings, const char *pin) {
    size_t size = strlen(pin);
    return size >= DESK_PIN_MIN && size <= DESK_PIN_MAX &&
           crypto_pwhash_str_verify(settings->pin_hash, pin, size) == 0;
}

/* ---- changing it ---- */

static int set_pin(json_t *root, const char *pin, struct hv_fault_list *faults, const char *path) {
    char hash[crypto_pwhash_STRBYTES], key[2 * DESK_KEY_BYTES + 1];
    uint8_t cookie_key[DESK_KEY_BYTES];
    if (strlen(pin) < DESK_PIN_MIN || strlen(pin) > DESK_PIN_MAX) {
        fault(faults, path, "pin", "too short or too long", "6 to 64 characters");
        return HV_ERR_VALUE;
    }
    if (crypto_pwhash_str(hash, pin, strlen(pin), PIN_OPS, PIN_MEMORY) != 0)
        return HV_ERR_MEMORY;
    keys_random(cookie_key, sizeof cookie_key);
    keys_to_hex(cookie_key, sizeof cookie_key, key);
    json_object_set_new(root, "pin", json_string(hash));
    json_object_set_new(root, "cookie_key", json_string(key)); /* signs everybody out */
    sodium_memzero(key, sizeof key);
    return HV_OK;
}

static void set_text(json_t *root, const char *field, const char *text) {
    if (text != NULL && text[0] != '\0')
        json_object_set_new(root, field, json_string(text));
}

static void set_path(json_t *root, const char *field, const char *path) {
    char whole[PATH_MAX];
    if (path != NULL && path[0] != '\0')
        set_text(root, field, realpath(path, whole) == NULL ? path : whole);
}

static int apply(json_t *root, const struct desk_changes *changes, struct hv_fault_list *faults,
                 const char *path) {
    set_text(root, "listen", changes->listen);
    set_text(root, "name", changes->name);
    set_path(root, "certificate", changes->certificate);
    set_path(root, "key", changes->key);
    int error = changes->pin == NULL ? HV_OK : set_pin(root, changes->pin, faults, path);
    if (error == HV_OK && changes->card_file != NULL) {
        json_t *card;
        error = load_json(changes->card_file, faults, &card);
        if (error == HV_OK)
            json_object_set_new(root, "card", card);
    }
    return error;
}

static int write_checked(const char *path, const json_t *root, struct hv_fault_list *faults) {
    struct desk_settings settings = {0};
    size_t before = faults->errors;
    read_all(root, path, faults, &settings);
    desk_settings_deinit(&settings);
    if (faults->errors > before)
        return HV_ERR_VALUE;
    char *text = json_dumps(root, JSON_INDENT(1) | JSON_PRESERVE_ORDER);
    int error = text == NULL ? HV_ERR_MEMORY : atomic_file_write(path, text, strlen(text), 0600);
    free(text);
    return error;
}

int desk_settings_change(const char *directory, const struct desk_changes *changes,
                         struct hv_fault_list *faults) {
    char path[PATH_MAX];
    json_t *root = NULL;
    if (sodium_init() < 0)
        return HV_ERR_STATE;
    int error = directory_path(directory, "node.json", path);
    if (error == HV_OK && access(path, F_OK) != 0)
        return HV_ERR_NOT_FOUND;
    if (error == HV_OK)
        error = directory_path(directory, DESK_FILE, path);
    if (error == HV_OK)
        error = load_json(path, faults, &root);
    if (error == HV_ERR_NOT_FOUND) {
        root = json_pack("{s:s, s:s}", "format", FORMAT, "listen", "127.0.0.1:8780");
        error = root == NULL ? HV_ERR_MEMORY : HV_OK;
    }
    if (error == HV_OK)
        error = apply(root, changes, faults, path);
    if (error == HV_OK)
        error = write_checked(path, root, faults);
    json_decref(root);
    return error;
}
