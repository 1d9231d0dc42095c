#include "nodes/desk/desk_session.h"

#include "schemas/platform/keys.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FREE_GUESSES = 5, WAIT_MAX_S = 300, ALL_GUESSES_AN_HOUR = 600 };

_Static_assert(DESK_KEY_BYTES == crypto_auth_KEYBYTES, "the cookie key signs");

/* ---- cookies: device.made.signature ---- */

static void sign(const struct desk_settings *settings, const char *text, char *ret_hex) {
    uint8_t signature[crypto_auth_BYTES];
    crypto_auth(signature, (const uint8_t *)text, strlen(text), settings->cookie_key);
    keys_to_hex(signature, sizeof signature, ret_hex);
}

void session_make(const struct desk_settings *settings, const char device[17], int64_t now_s,
                  char ret_text[SESSION_TEXT_BYTES]) {
    char body[48], signature[2 * crypto_auth_BYTES + 1];
    snprintf(body, sizeof body, "%s.%llx", device, (unsigned long long)now_s);
    sign(settings, body, signature);
    snprintf(ret_text, SESSION_TEXT_BYTES, "%s.%s", body, signature);
}

static bool find_cookie(const char *cookies, char *ret_value, size_t bytes) {
    static const char name[] = SESSION_COOKIE "=";
    for (const char *at = cookies; at != NULL && *at != '\0';) {
        at += strspn(at, " ;");
        size_t size = strcspn(at, ";");
        if (strncmp(at, name, sizeof name - 1) == 0 && size - (sizeof name - 1) < bytes) {
            snprintf(ret_value, bytes, "%.*s", (int)(size - (sizeof name - 1)),
                     at + sizeof name - 1);
            return true;
        }
        at += size;
    }
    return false;
}

/* The token of a session: another signature of it, so that only its own pages know it. */
static void make_token(const struct desk_settings *settings, const char *body,
                       char ret_token[SESSION_TOKEN_BYTES]) {
    char text[SESSION_TEXT_BYTES + 8], signature[2 * crypto_auth_BYTES + 1];
    snprintf(text, sizeof text, "form %s", body);
    sign(settings, text, signature);
    snprintf(ret_token, SESSION_TOKEN_BYTES, "%.32s", signature);
}

bool session_read(const struct desk_settings *settings, const char *cookies, int64_t now_s,
                  struct session *ret_session) {
    char text[SESSION_TEXT_BYTES], wanted[2 * crypto_auth_BYTES + 1];
    if (!find_cookie(cookies, text, sizeof text))
        return false;
    char *signature = strrchr(text, '.');
    if (signature == NULL || strlen(signature + 1) != sizeof wanted - 1)
        return false;
    *signature++ = '\0';
    if (strlen(text) < 18 || strlen(text) > 40 || text[16] != '.')
        return false;
    sign(settings, text, wanted);
    if (sodium_memcmp(signature, wanted, sizeof wanted - 1) != 0)
        return false;
    int64_t made_s = strtoll(text + 17, NULL, 16);
    if (now_s - made_s > (int64_t)SESSION_S)
        return false;
    snprintf(ret_session->device, sizeof ret_session->device, "%.16s", text);
    make_token(settings, text, ret_session->token);
    return true;
}

/* ---- wrong PINs ---- */

static size_t find_guesser(const struct session_guard *guard, const char *address) {
    size_t at = 0;
    while (at < SESSION_GUESSERS && strcmp(guard->guessers[at].address, address) != 0)
        at++;
    return at;
}

int64_t session_wait(const struct session_guard *guard, const char *address, int64_t now_s) {
    size_t at = find_guesser(guard, address);
    int64_t wait = at < SESSION_GUESSERS ? guard->guessers[at].until_s - now_s : 0;
    int64_t hour_left = guard->since_s + 3600 - now_s;
    if (guard->wrong >= ALL_GUESSES_AN_HOUR && hour_left > wait)
        wait = hour_left; /* many addresses, one guesser */
    return wait > 0 ? wait : 0;
}

void session_guessed(struct session_guard *guard, const char *address, bool right, int64_t now_s) {
    size_t at = find_guesser(guard, address);
    if (right) {
        if (at < SESSION_GUESSERS)
            memset(&guard->guessers[at], 0, sizeof guard->guessers[at]);
        return;
    }
    if (now_s - guard->since_s >= 3600) {
        guard->since_s = now_s;
        guard->wrong = 0;
    }
    guard->wrong++;
    if (at == SESSION_GUESSERS) {
        at = guard->next++ % SESSION_GUESSERS;
        memset(&guard->guessers[at], 0, sizeof guard->guessers[at]);
        snprintf(guard->guessers[at].address, sizeof guard->guessers[at].address, "%s", address);
    }
    unsigned beyond = ++guard->guessers[at].wrong;
    if (beyond < FREE_GUESSES)
        return;
    unsigned doublings = beyond - FREE_GUESSES;
    int64_t wait = doublings > 6 ? WAIT_MAX_S : (int64_t)5 << doublings;
    guard->guessers[at].until_s = now_s + (wait > WAIT_MAX_S ? WAIT_MAX_S : wait);
}
