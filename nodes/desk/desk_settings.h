/* The desk's own file in a node's directory: desk.json, mode 0600. No file, no desk.
 *
 *     {"format": "haven.desk/1", "listen": "0.0.0.0:8780", "pin": "$argon2id$…", "cookie_key": "64
 * hex digits", "certificate": "/path.pem", "key": "/path.pem", "name": "North school", "card": {…}}
 *
 * `card` is what the centre knows of the region, for pick lists (`haven region card`): zones,
 * places, items. Everything but listen, pin and cookie_key is optional. */
#ifndef NODES_DESK_SETTINGS_H
#define NODES_DESK_SETTINGS_H

#include "schemas/fault.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#define DESK_FILE "desk.json"
#define DESK_PIN_MIN 6u
#define DESK_PIN_MAX 64u
#define DESK_KEY_BYTES 32u
#define DESK_LISTEN_BYTES 80u
#define DESK_NAME_BYTES 256u
#define DESK_CARD_ROWS_MAX 20000u

struct desk_settings {
    char listen[DESK_LISTEN_BYTES]; /* address:port, numbers only */
    char pin_hash[128];
    uint8_t cookie_key[DESK_KEY_BYTES];
    char certificate[4096], key[4096]; /* "": plain HTTP */
    char name[DESK_NAME_BYTES];        /* for people; "": the id */
    json_t *card;                      /* owned; NULL: none */
};

/* What `haven-node desk` was told; NULL or "" keeps what is there. */
struct desk_changes {
    const char *listen, *pin, *certificate, *key, *name;
    const char *card_file;
};

/* Makes or changes DIRECTORY/desk.json. A new PIN signs everybody out. Faults say what is wrong.
 * HV_ERR_VALUE, _FORMAT, _NOT_FOUND (no node there, or no such file), _PERMISSION, _FULL, _IO,
 * _MEMORY. */
int desk_settings_change(const char *directory, const struct desk_changes *changes,
                         struct hv_fault_list *faults) HV_MUST_USE;

/* HV_ERR_NOT_FOUND: this node has no desk; else as above. */
int desk_settings_load(const char *directory, struct hv_fault_list *faults,
                       struct desk_settings *ret_settings) HV_MUST_USE;
void desk_settings_deinit(struct desk_settings *settings);

bool desk_settings_pin_is(const struct desk_settings *settings, const char *pin);

#endif
