#include "schemas/platform/deployment.h"

#include "schemas/platform/atomic_file.h"
#include "schemas/platform/json_line.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char format_name[] = "haven.deployment/1";

enum { FILE_BYTES_MAX = 65536 };

static void wrong(struct hv_fault_list *faults, const char *path, const char *field, const char *is,
                  const char *right) {
    hv_fault_add(faults, HV_FAULT_ERROR, path, json_line_of(path, field), field, is, right);
}

static const char *text_of(const json_t *file, const char *field) {
    const char *text = json_string_value(json_object_get(file, field));
    return text == NULL ? "" : text;
}

static void read_endpoints(const json_t *file, const char *path, struct hv_fault_list *faults,
                           struct deployment *deployment) {
    const json_t *list = json_object_get(file, "endpoints");
    size_t count = json_array_size(list);
    if (count == 0 || count > HV_ENDPOINTS_MAX) {
        wrong(faults, path, "endpoints", "missing, empty or too many",
              "1 to 8 addresses such as [\"tcp://10.0.0.1:5670\"]");
        return;
    }
    for (size_t i = 0; i < count; i++) {
        const char *text = json_string_value(json_array_get(list, i));
        bool known =
            text != NULL && (strncmp(text, "tcp://", 6) == 0 || strncmp(text, "ipc://", 6) == 0);
        if (!known || strlen(text) >= DEPLOYMENT_ENDPOINT_BYTES)
            wrong(faults, path, "endpoints", text == NULL ? "not text" : text, "tcp://HOST:PORT");
        else
            snprintf(deployment->endpoints[deployment->endpoint_count++], DEPLOYMENT_ENDPOINT_BYTES,
                     "%s", text);
    }
}

int deployment_read(const json_t *file, const char *path, struct hv_fault_list *faults,
                    struct deployment *ret_deployment) {
    struct deployment read = {.mode = HV_MODE_UNKNOWN}, *deployment = &read;
    size_t before = faults->errors;
    uint8_t key[HV_KEY_BYTES];
    if (keys_from_hex(text_of(file, "deployment"), deployment->id, sizeof deployment->id) != HV_OK)
        wrong(faults, path, "deployment", "not an id", "32 hexadecimal digits");
    deployment->mode = hv_mode_of(text_of(file, "mode"));
    if (deployment->mode == HV_MODE_UNKNOWN)
        wrong(faults, path, "mode", "unknown", "live or exercise");
    if (strlen(text_of(file, "name")) >= sizeof deployment->name)
        wrong(faults, path, "name", "too long", "at most 255 bytes");
    snprintf(deployment->name, sizeof deployment->name, "%s", text_of(file, "name"));
    if (keys_decode(text_of(file, "server_key"), key) != HV_OK)
        wrong(faults, path, "server_key", "not a key", "40 characters in Z85, from `haven init`");
    else
        snprintf(deployment->server_key, sizeof deployment->server_key, "%s",
                 text_of(file, "server_key"));
    read_endpoints(file, path, faults, deployment);
    if (faults->errors != before)
        return HV_ERR_VALUE;
    *ret_deployment = read;
    return HV_OK;
}

int deployment_load_json(const char *path, struct hv_fault_list *faults, json_t **ret_file) {
    uint8_t *bytes = NULL;
    size_t size = 0;
    int error = atomic_file_read(path, FILE_BYTES_MAX, &bytes, &size);
    if (error != HV_OK) {
        hv_fault_add(faults, HV_FAULT_ERROR, path, 0, "", hv_error_text(error),
                     "a file as `haven init` writes it");
        return error;
    }
    json_error_t place;
    json_t *file = json_loadb((const char *)bytes, size, JSON_REJECT_DUPLICATES, &place);
    free(bytes);
    if (json_is_object(file)) {
        *ret_file = file;
        return HV_OK;
    }
    hv_fault_add(faults, HV_FAULT_ERROR, path, file == NULL ? (uint32_t)place.line : 1, "",
                 file == NULL ? place.text : "not an object",
                 "one JSON object, as `haven init` and `haven-node init` write it");
    json_decref(file);
    return HV_ERR_FORMAT;
}

int deployment_load(const char *path, struct hv_fault_list *faults,
                    struct deployment *ret_deployment) {
    json_t *file;
    int error = deployment_load_json(path, faults, &file);
    if (error != HV_OK)
        return error;
    if (strcmp(text_of(file, "format"), format_name) != 0) {
        wrong(faults, path, "format", text_of(file, "format"), format_name);
        error = HV_ERR_VERSION;
    } else {
        error = deployment_read(file, path, faults, ret_deployment);
    }
    json_decref(file);
    return error;
}

int deployment_save(const char *path, const struct deployment *deployment) {
    char id[2 * HV_ID128_BYTES + 1];
    keys_to_hex(deployment->id, sizeof deployment->id, id);
    json_t *endpoints = json_array();
    for (size_t i = 0; i < deployment->endpoint_count; i++)
        json_array_append_new(endpoints, json_string(deployment->endpoints[i]));
    json_t *file = json_pack("{s:s, s:s, s:s, s:s, s:o, s:s}", "format", format_name, "deployment",
                             id, "name", deployment->name, "mode", hv_mode_word(deployment->mode),
                             "endpoints", endpoints, "server_key", deployment->server_key);
    char *text = file == NULL ? NULL : json_dumps(file, JSON_INDENT(2));
    json_decref(file);
    if (text == NULL)
        return HV_ERR_MEMORY;
    int error = atomic_file_write(path, text, strlen(text), 0644);
    free(text);
    return error;
}
