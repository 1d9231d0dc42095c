/* Who may use the desk: whoever knew the PIN, on this browser, for two weeks.
 *
 * A session is a cookie that the node has signed, so nothing is kept of it and a restart signs
 * nobody out; a new PIN has a new key and signs everybody out. The session holds the device id that
 * plain forms enter with. Wrong PINs make their address wait, longer each time. */
#ifndef NODES_DESK_SESSION_H
#define NODES_DESK_SESSION_H

#include "nodes/desk/desk_settings.h"

#include <stddef.h>

#define SESSION_COOKIE "haven_desk"
#define SESSION_S (14u * 86400u)
#define SESSION_TEXT_BYTES 128u
#define SESSION_TOKEN_BYTES 33u

struct session {
    char device[17];                 /* hex */
    char token[SESSION_TOKEN_BYTES]; /* that a form or a request of the page must bring */
};

/* The signed text of a new session at this time of day. */
void session_make(const struct desk_settings *settings, const char device[17], int64_t now_s,
                  char ret_text[SESSION_TEXT_BYTES]);

/* The session of a Cookie header; false where there is none, it is not ours, or it is too old. */
bool session_read(const struct desk_settings *settings, const char *cookies, int64_t now_s,
                  struct session *ret_session);

/* ---- wrong PINs ---- */

#define SESSION_GUESSERS 64u

struct session_guard {
    struct {
        char address[48];
        unsigned wrong;
        int64_t until_s; /* monotonic */
    } guessers[SESSION_GUESSERS];
    size_t next;
    unsigned wrong; /* of all */
    int64_t since_s;
};

/* Seconds that this address has still to wait; 0: it may try. */
int64_t session_wait(const struct session_guard *guard, const char *address, int64_t now_s);
void session_guessed(struct session_guard *guard, const char *address, bool right, int64_t now_s);

#endif
