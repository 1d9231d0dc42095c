/* Who may ask and decide through the HTTP interface: a file of mode 0600 beside the keys.
 *
 * Not in the log, on purpose: what is in the log is there for ever, in every backup, archive and
 * look back, and a hash of a password that cannot be deleted can be tried out for ever. The log
 * says that an account was changed, by whom and when, and never how (docs/decisions/0007-http.md).
 *
 * Passwords are kept by argon2id (libsodium, interactive limits), tokens of machines by BLAKE2b,
 * for they are random. An account is a role name unless the deployment chooses otherwise. */
#ifndef COORDINATOR_API_ACCOUNT_H
#define COORDINATOR_API_ACCOUNT_H

#include "schemas/error.h"
#include "schemas/limits.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ACCOUNTS_MAX 1024u
#define ACCOUNT_PASSWORD_MIN 10u
#define ACCOUNT_PASSWORD_MAX 1024u
#define ACCOUNT_TOKEN_BYTES 64u /* with NUL */
#define ACCOUNT_HASH_BYTES 128u /* crypto_pwhash_STRBYTES */

enum account_role {
    ACCOUNT_VIEWER,
    ACCOUNT_SHELTER_STAFF,
    ACCOUNT_DEPOT_STAFF,
    ACCOUNT_PLANNER,
    ACCOUNT_APPROVER,
    ACCOUNT_CONTROLLER,
    ACCOUNT_EVALUATOR,
    ACCOUNT_ADMINISTRATOR,
    ACCOUNT_ROLES
};
#define ACCOUNT_ROLE(role) (1u << (role))
#define ACCOUNT_ANY_ROLE ((1u << ACCOUNT_ROLES) - 1)

struct account {
    char id[HV_ID_BYTES_MAX + 1];
    uint32_t roles;                /* set of ACCOUNT_ROLE */
    bool machine;                  /* has a token, and no password */
    char hash[ACCOUNT_HASH_BYTES]; /* of password or token */
    uint64_t generation;           /* another after every change: sessions of before end */
    int64_t changed_wall_ms;
};

struct account_list {
    struct account *accounts;
    size_t count;
};

const char *account_role_word(enum account_role role);
bool account_role_of(const char *word, enum account_role *ret_role);
json_t *account_roles_json(uint32_t roles);

/* A file that is not there is an empty list. HV_ERR_PERMISSION: others may read it; HV_ERR_FORMAT;
 * HV_ERR_IO; HV_ERR_MEMORY. The list is the caller's: account_list_deinit. */
int account_list_load(const char *path, struct account_list *ret_list) HV_MUST_USE;
int account_list_save(const char *path, const struct account_list *list) HV_MUST_USE;
void account_list_deinit(struct account_list *list);

const struct account *account_find(const struct account_list *list, const char *id);
const struct account *account_find_token(const struct account_list *list, const char *token);

/* Adds the account or replaces the one of its id. HV_ERR_LIMIT, HV_ERR_MEMORY. */
int account_put(struct account_list *list, const struct account *account) HV_MUST_USE;
bool account_remove(struct account_list *list, const char *id);

/* argon2id: takes 64 MiB and about a tenth of a second, so never in a thread that answers others.
 */
int account_set_password(struct account *account, const char *password) HV_MUST_USE;
void account_set_token(struct account *account, char ret_token[ACCOUNT_TOKEN_BYTES]);

/* Whether it is the password; takes as long where the hash is that of nobody. */
bool account_check_password(const char *hash, const char *password);

/* A hash that no password has, and that takes as long to find out. */
const char *account_nobody(void);

#endif
