#include "coordinator/api/account.h"

#include "schemas/codec.h"
#include "schemas/platform/atomic_file.h"
#include "schemas/platform/keys.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { FILE_BYTES_MAX = 1 << 20, TOKEN_RANDOM = 32, TOKEN_HASH = 32 };
static const char format[] = "haven.accounts/1";
static const char token_begin[] = "haven_";

_Static_assert(ACCOUNT_HASH_BYTES >= crypto_pwhash_STRBYTES, "a hash must fit");

static const char *const role_words[ACCOUNT_ROLES] = {
    "viewer",   "shelter-staff",       "depot-staff", "planner",
    "approver", "exercise-controller", "evaluator",   "administrator"};

const char *account_role_word(enum account_role role) {
    return role_words[role];
}

bool account_role_of(const char *word, enum account_role *ret_role) {
    for (int i = 0; word != NULL && i < ACCOUNT_ROLES; i++)
        if (strcmp(word, role_words[i]) == 0) {
            *ret_role = (enum account_role)i;
            return true;
        }
    return false;
}

json_t *account_roles_json(uint32_t roles) {
    json_t *list = json_array();
    for (int i = 0; i < ACCOUNT_ROLES; i++)
        if ((roles >> i & 1) != 0)
            json_array_append_new(list, json_string(role_words[i]));
    return list;
}

/* ---- the file ---- */

static bool read_roles(const json_t *list, uint32_t *ret_roles) {
    uint32_t roles = 0;
    for (size_t i = 0; i < json_array_size(list); i++) {
        enum account_role role;
        if (!account_role_of(json_string_value(json_array_get(list, i)), &role))
            return false;
        roles |= ACCOUNT_ROLE(role);
    }
    *ret_roles = roles;
    return roles != 0;
}

static bool read_account(const json_t *object, struct account *ret_account) {
    const char *id = json_string_value(json_object_get(object, "id")),
               *hash = json_string_value(json_object_get(object, "hash")),
               *generation = json_string_value(json_object_get(object, "generation"));
    struct account account = {.machine = json_is_true(json_object_get(object, "machine"))};
    if (id == NULL || hv_id_check(id) != HV_OK || hash == NULL ||
        strlen(hash) >= sizeof account.hash || generation == NULL ||
        !read_roles(json_object_get(object, "roles"), &account.roles))
        return false;
    snprintf(account.id, sizeof account.id, "%s", id);
    snprintf(account.hash, sizeof account.hash, "%s", hash);
    account.generation = strtoull(generation, NULL, 16);
    account.changed_wall_ms = json_integer_value(json_object_get(object, "changed_wall_ms"));
    *ret_account = account;
    return true;
}

static int read_list(const json_t *file, struct account_list *list) {
    const char *named = json_string_value(json_object_get(file, "format"));
    const json_t *accounts = json_object_get(file, "accounts");
    if (named == NULL || strcmp(named, format) != 0 || !json_is_array(accounts))
        return HV_ERR_FORMAT;
    int error = HV_OK;
    for (size_t i = 0; i < json_array_size(accounts) && error == HV_OK; i++) {
        struct account account;
        error = read_account(json_array_get(accounts, i), &account) ? account_put(list, &account)
                                                                    : HV_ERR_FORMAT;
    }
    return error;
}

int account_list_load(const char *path, struct account_list *ret_list) {
    struct account_list list = {0};
    struct stat status;
    uint8_t *bytes = NULL;
    size_t size = 0;
    *ret_list = list;
    if (stat(path, &status) == 0 && (status.st_mode & 077) != 0)
        return HV_ERR_PERMISSION;
    int error = atomic_file_read(path, FILE_BYTES_MAX, &bytes, &size);
    if (error == HV_ERR_NOT_FOUND)
        return HV_OK;
    if (error != HV_OK)
        return error;
    json_t *file = json_loadb((const char *)bytes, size, JSON_REJECT_DUPLICATES, NULL);
    error = read_list(file, &list);
    json_decref(file);
    sodium_memzero(bytes, size);
    free(bytes);
    if (error != HV_OK)
        account_list_deinit(&list);
    *ret_list = list;
    return error;
}

int account_list_save(const char *path, const struct account_list *list) {
    json_t *accounts = json_array();
    for (size_t i = 0; i < list->count; i++) {
        const struct account *account = &list->accounts[i];
        char generation[20];
        snprintf(generation, sizeof generation, "%llx", (unsigned long long)account->generation);
        json_array_append_new(
            accounts, json_pack("{s:s, s:o, s:b, s:s, s:s, s:I}", "id", account->id, "roles",
                                account_roles_json(account->roles), "machine", account->machine,
                                "hash", account->hash, "generation", generation, "changed_wall_ms",
                                (json_int_t)account->changed_wall_ms));
    }
    json_t *file = json_pack("{s:s, s:o}", "format", format, "accounts", accounts);
    char *text = file == NULL ? NULL : json_dumps(file, JSON_INDENT(1));
    int error = text == NULL ? HV_ERR_MEMORY : atomic_file_write(path, text, strlen(text), 0600);
    free(text);
    json_decref(file);
    return error;
}

void account_list_deinit(struct account_list *list) {
    if (list->accounts != NULL)
        sodium_memzero(list->accounts, list->count * sizeof *list->accounts);
    free(list->accounts);
    *list = (struct account_list){0};
}

/* ---- accounts ---- */

const struct account *account_find(const struct account_list *list, const char *id) {
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->accounts[i].id, id) == 0)
            return &list->accounts[i];
    return NULL;
}

int account_put(struct account_list *list, const struct account *account) {
    const struct account *known = account_find(list, account->id);
    if (known != NULL) {
        list->accounts[known - list->accounts] = *account;
        return HV_OK;
    }
    if (list->count == ACCOUNTS_MAX)
        return HV_ERR_LIMIT;
    struct account *larger = realloc(list->accounts, (list->count + 1) * sizeof *larger);
    if (larger == NULL)
        return HV_ERR_MEMORY;
    list->accounts = larger;
    list->accounts[list->count++] = *account;
    return HV_OK;
}

bool account_remove(struct account_list *list, const char *id) {
    const struct account *known = account_find(list, id);
    if (known == NULL)
        return false;
    size_t at = (size_t)(known - list->accounts);
    memmove(list->accounts + at, list->accounts + at + 1,
            (--list->count - at) * sizeof *list->accounts);
    return true;
}

/* ---- secrets ---- */

static void begin_anew(struct account *account) {
    keys_random(&account->generation, sizeof account->generation);
    account->generation &= INT64_MAX;
}

int account_set_password(struct account *account, const char *password) {
    char hash[crypto_pwhash_STRBYTES];
    if (crypto_pwhash_str_alg(hash, password, strlen(password), crypto_pwhash_OPSLIMIT_INTERACTIVE,
                              crypto_pwhash_MEMLIMIT_INTERACTIVE,
                              crypto_pwhash_ALG_ARGON2ID13) != 0)
        return HV_ERR_MEMORY;
    snprintf(account->hash, sizeof account->hash, "%s", hash);
    account->machine = false;
    begin_anew(account);
    return HV_OK;
}

static void hash_token(const char *token, char ret_hash[2 * TOKEN_HASH + 1]) {
    uint8_t hash[TOKEN_HASH];
    crypto_generichash(hash, sizeof hash, (const uint8_t *)token, strlen(token), NULL, 0);
    keys_to_hex(hash, sizeof hash, ret_hash);
}

void account_set_token(struct account *account, char ret_token[ACCOUNT_TOKEN_BYTES]) {
    uint8_t secret[TOKEN_RANDOM];
    size_t length = sizeof token_begin - 1;
    keys_random(secret, sizeof secret);
    memcpy(ret_token, token_begin, length);
    sodium_bin2base64(ret_token + length, ACCOUNT_TOKEN_BYTES - length, secret, sizeof secret,
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    hash_token(ret_token, account->hash);
    account->machine = true;
    begin_anew(account);
    sodium_memzero(secret, sizeof secret);
}

/* Hashes are compared, so how long it takes tells nothing of the token. */
const struct account *account_find_token(const struct account_list *list, const char *token) {
    char hash[2 * TOKEN_HASH + 1];
    if (strncmp(token, token_begin, sizeof token_begin - 1) != 0)
        return NULL;
    hash_token(token, hash);
    for (size_t i = 0; i < list->count; i++)
        if (list->accounts[i].machine &&
            sodium_memcmp(list->accounts[i].hash, hash, sizeof hash) == 0)
            return &list->accounts[i];
    return NULL;
}

bool account_check_password(const char *hash, const char *password) {
    return crypto_pwhash_str_verify(hash, password, strlen(password)) == 0;
}

const char *account_nobody(void) {
    return "$argon2id$v=19$m=65536,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$"
           "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
}
