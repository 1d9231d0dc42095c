#include "coordinator/api/api_session.h"

#include "schemas/platform/atomic_file.h"
#include "schemas/platform/keys.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SEEN_MS = 60000 }; /* a session's last use is written at most so often */

enum { FILE_BYTES_MAX = 4 << 20, COOKIE_RANDOM = 32 };
static const char format[] = "haven.sessions/1";

/* ---- sessions ---- */

static void hash_cookie(const char *cookie, uint8_t ret_hash[32]) {
    crypto_generichash(ret_hash, 32, (const uint8_t *)cookie, strlen(cookie), NULL, 0);
}

static struct api_session *add(struct api_sessions *sessions) {
    if (sessions->list == NULL)
        sessions->list = calloc(API_SESSIONS_MAX, sizeof *sessions->list);
    if (sessions->list == NULL)
        return NULL;
    if (sessions->count < API_SESSIONS_MAX)
        return &sessions->list[sessions->count++];
    struct api_session *oldest = sessions->list;
    for (size_t i = 1; i < sessions->count; i++)
        if (sessions->list[i].seen_wall_ms < oldest->seen_wall_ms)
            oldest = &sessions->list[i];
    return oldest;
}

struct api_session *api_session_begin(struct api_sessions *sessions, const struct account *account,
                                      int64_t wall_ms, char ret_cookie[API_COOKIE_BYTES]) {
    uint8_t secret[COOKIE_RANDOM], csrf[(API_CSRF_BYTES - 1) / 2];
    struct api_session *session = add(sessions);
    if (session == NULL)
        return NULL;
    keys_random(secret, sizeof secret);
    keys_random(csrf, sizeof csrf);
    sodium_bin2base64(ret_cookie, API_COOKIE_BYTES, secret, sizeof secret,
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    *session = (struct api_session){
        .generation = account->generation, .began_wall_ms = wall_ms, .seen_wall_ms = wall_ms};
    hash_cookie(ret_cookie, session->cookie);
    snprintf(session->account, sizeof session->account, "%s", account->id);
    keys_to_hex(csrf, sizeof csrf, session->csrf);
    sessions->changed = true;
    return session;
}

static bool is_over(const struct api_session *session, int64_t wall_ms) {
    return wall_ms - session->seen_wall_ms > (int64_t)API_SESSION_IDLE_MS ||
           wall_ms - session->began_wall_ms > (int64_t)API_SESSION_MOST_MS;
}

bool api_session_alive(const struct api_sessions *sessions, const uint8_t cookie[32],
                       int64_t wall_ms) {
    for (size_t i = 0; i < sessions->count; i++)
        if (sodium_memcmp(sessions->list[i].cookie, cookie, sizeof sessions->list[i].cookie) == 0)
            return !is_over(&sessions->list[i], wall_ms);
    return false;
}

struct api_session *api_session_find(struct api_sessions *sessions, const char *cookie,
                                     int64_t wall_ms) {
    uint8_t hash[32];
    hash_cookie(cookie, hash);
    for (size_t i = 0; i < sessions->count; i++) {
        struct api_session *session = &sessions->list[i];
        if (sodium_memcmp(session->cookie, hash, sizeof hash) != 0)
            continue;
        if (is_over(session, wall_ms)) {
            api_session_end(sessions, session);
            return NULL;
        }
        if (wall_ms - session->seen_wall_ms >
            SEEN_MS) { /* kept, so that a restart ends nobody who is at work */
            session->seen_wall_ms = wall_ms;
            sessions->changed = true;
        }
        return session;
    }
    return NULL;
}

void api_session_end(struct api_sessions *sessions, struct api_session *session) {
    *session = sessions->list[--sessions->count];
    sessions->changed = true;
}

/* ---- the file ---- */

static bool read_session(const json_t *object, struct api_session *session) {
    const char *cookie = json_string_value(json_object_get(object, "cookie")),
               *account = json_string_value(json_object_get(object, "account")),
               *csrf = json_string_value(json_object_get(object, "csrf")),
               *generation = json_string_value(json_object_get(object, "generation"));
    if (cookie == NULL || account == NULL || csrf == NULL || generation == NULL ||
        strlen(account) > HV_ID_BYTES_MAX || strlen(csrf) != API_CSRF_BYTES - 1 ||
        keys_from_hex(cookie, session->cookie, sizeof session->cookie) != HV_OK)
        return false;
    snprintf(session->account, sizeof session->account, "%s", account);
    snprintf(session->csrf, sizeof session->csrf, "%s", csrf);
    session->generation = strtoull(generation, NULL, 16);
    session->began_wall_ms = json_integer_value(json_object_get(object, "began_wall_ms"));
    session->seen_wall_ms = json_integer_value(json_object_get(object, "seen_wall_ms"));
    return true;
}

/* A file that cannot be read costs a log in. */
void api_sessions_load(struct api_sessions *sessions, const char *path) {
    uint8_t *bytes = NULL;
    size_t size = 0;
    if (atomic_file_read(path, FILE_BYTES_MAX, &bytes, &size) != HV_OK)
        return;
    json_t *file = json_loadb((const char *)bytes, size, 0, NULL);
    const json_t *list = json_object_get(file, "sessions");
    for (size_t i = 0; i < json_array_size(list) && i < API_SESSIONS_MAX; i++) {
        struct api_session session = {.generation = 0}, *kept;
        if (read_session(json_array_get(list, i), &session) && (kept = add(sessions)) != NULL)
            *kept = session;
    }
    json_decref(file);
    free(bytes);
}

void api_sessions_save(struct api_sessions *sessions, const char *path) {
    json_t *list = json_array();
    for (size_t i = 0; i < sessions->count; i++) {
        const struct api_session *session = &sessions->list[i];
        char cookie[65], generation[20];
        keys_to_hex(session->cookie, sizeof session->cookie, cookie);
        snprintf(generation, sizeof generation, "%llx", (unsigned long long)session->generation);
        json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:s, s:I, s:I}", "cookie", cookie,
                                              "account", session->account, "csrf", session->csrf,
                                              "generation", generation, "began_wall_ms",
                                              (json_int_t)session->began_wall_ms, "seen_wall_ms",
                                              (json_int_t)session->seen_wall_ms));
    }
    json_t *file = json_pack("{s:s, s:o}", "format", format, "sessions", list);
    char *text = file == NULL ? NULL : json_dumps(file, JSON_COMPACT);
    if (text != NULL && atomic_file_write(path, text, strlen(text), 0600) == HV_OK)
        sessions->changed = false;
    free(text);
    json_decref(file);
}

void api_sessions_free(struct api_sessions *sessions) {
    free(sessions->list);
    *sessions = (struct api_sessions){0};
}

/* ---- attempts ---- */

static uint64_t hash_whom(const char *whom) {
    uint64_t hash = 0;
    crypto_generichash((uint8_t *)&hash, sizeof hash, (const uint8_t *)whom, strlen(whom), NULL, 0);
    return hash | 1;
}

/* The entry of whom, or the one that is free or oldest, to be used for it. */
static size_t entry_of(const struct api_attempts *attempts, uint64_t whom) {
    size_t most = sizeof attempts->list / sizeof *attempts->list, oldest = 0;
    for (size_t i = 0; i < most; i++) {
        if (attempts->list[i].whom == whom)
            return i;
        if (attempts->list[i].began_ms < attempts->list[oldest].began_ms)
            oldest = i;
    }
    return oldest;
}

bool api_attempt(struct api_attempts *attempts, const char *whom, uint32_t most, uint64_t now_ms,
                 uint32_t *ret_wait_s) {
    uint64_t hash = hash_whom(whom);
    size_t at = entry_of(attempts, hash);
    if (attempts->list[at].whom != hash ||
        now_ms - attempts->list[at].began_ms >= API_ATTEMPTS_MS) {
        attempts->list[at].whom = hash;
        attempts->list[at].began_ms = now_ms;
        attempts->list[at].count = 0;
    }
    *ret_wait_s = (uint32_t)((API_ATTEMPTS_MS - (now_ms - attempts->list[at].began_ms)) / 1000) + 1;
    if (attempts->list[at].count >= most)
        return false;
    attempts->list[at].count++;
    return true;
}

void api_attempt_forget(struct api_attempts *attempts, const char *whom) {
    uint64_t hash = hash_whom(whom);
    size_t at = entry_of(attempts, hash);
    if (attempts->list[at].whom == hash)
        attempts->list[at].whom = 0;
}
