/* Who is logged in. Sessions outlive a restart of the coordinator, for in an emergency nobody
 * should have to log in again because a machine was restarted: a file of mode 0600 keeps the hashes
 * of their cookies. One thread. */
#ifndef COORDINATOR_API_API_SESSION_H
#define COORDINATOR_API_API_SESSION_H

#include "coordinator/api/account.h"

#define API_SESSIONS_MAX 4096u
#define API_SESSION_IDLE_MS (12u * 3600u * 1000u)
#define API_SESSION_MOST_MS (72u * 3600u * 1000u)
#define API_COOKIE_BYTES 44u /* 43 characters of base64 and NUL */
#define API_CSRF_BYTES 33u

struct api_session {
    uint8_t cookie[32]; /* hash */
    char account[HV_ID_BYTES_MAX + 1];
    char csrf[API_CSRF_BYTES];
    uint64_t generation;
    int64_t began_wall_ms, seen_wall_ms;
};

struct api_sessions {
    struct api_session *list;
    size_t count;
    bool changed; /* since they were saved */
};

void api_sessions_load(struct api_sessions *sessions, const char *path);
void api_sessions_save(struct api_sessions *sessions, const char *path);
void api_sessions_free(struct api_sessions *sessions);

/* A new session; the oldest goes where there are too many. NULL without memory. */
struct api_session *api_session_begin(struct api_sessions *sessions, const struct account *account,
                                      int64_t wall_ms, char ret_cookie[API_COOKIE_BYTES]);

/* The session of the cookie, seen now; NULL: none, or too old. */
struct api_session *api_session_find(struct api_sessions *sessions, const char *cookie,
                                     int64_t wall_ms);
/* Whether the session whose cookie has this hash goes on; it is not seen by that. */
bool api_session_alive(const struct api_sessions *sessions, const uint8_t cookie[32],
                       int64_t wall_ms);
void api_session_end(struct api_sessions *sessions, struct api_session *session);

/* Attempts to log in, by address, by account and by both, so that guessing takes for ever. */
struct api_attempts {
    struct {
        uint64_t whom; /* hash; 0: free */
        uint64_t began_ms;
        uint32_t count;
    } list[512];
};
enum {
    API_ATTEMPTS_PAIR = 5, /* of one address for one account */
    API_ATTEMPTS_ADDRESS = 20,
    API_ATTEMPTS_ACCOUNT = 40, /* of all addresses: one alone locks nobody else out */
    API_ATTEMPTS_MS = 60000
};

/* Counts one attempt; false: too many within a minute, and in *ret_wait_s how long until the next.
 */
bool api_attempt(struct api_attempts *attempts, const char *whom, uint32_t most, uint64_t now_ms,
                 uint32_t *ret_wait_s);
void api_attempt_forget(struct api_attempts *attempts, const char *whom); /* it was right */

#endif
