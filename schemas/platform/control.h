/* Control sockets: how staff, scripts and operators talk to a running daemon on the same machine.
 *
 * A Unix stream socket of mode 0600. Each request is one JSON object on one line, {"verb": …, …};
 * each reply is one too:
 *     {"ok": true, …}
 *     {"ok": false, "error": "not-found", "text": "what is wrong", "remedy": "what to do"}
 * Replies of a connection come in the order of its requests; a connection is served one request at
 * a time, so a client that wants several at once opens several. The server runs in a czmq zloop and
 * never blocks: a request may be answered later, through its token, and a reader that does not read
 * is cut off at HV_CONTROL_REPLY_BYTES_MAX.
 *
 * Main thread only. */
#ifndef HV_PLATFORM_CONTROL_H
#define HV_PLATFORM_CONTROL_H

#include "schemas/error.h"

#include <czmq.h>
#include <jansson.h>
#include <stdint.h>

struct control_server;
struct control_client;

/* Takes a request. The request belongs to the server and is valid during the call. Exactly one
 * reply must be given for the token, now or later. */
typedef void control_handler(void *context, struct control_server *server, uint64_t token,
                             const json_t *request);

/* Listens at path. A socket left behind by a process that died is replaced; HV_ERR_BUSY: somebody
 * listens there. HV_ERR_IO, HV_ERR_MEMORY. The loop must outlive the server. */
int control_server_new(zloop_t *loop, const char *path, control_handler *handler, void *context,
                       struct control_server **ret_server) HV_MUST_USE;

/* Closes every connection and removes the socket. NULL: nothing. */
void control_server_free(struct control_server *server);

/* Answers; takes the reply over. "ok": true is added where the reply has no "ok". A client that has
 * gone is no error. */
void control_reply(struct control_server *server, uint64_t token, json_t *reply);

/* Answers with an error; texts may be NULL, then those of the code are used. */
void control_reply_error(struct control_server *server, uint64_t token, int error, const char *text,
                         const char *remedy);

/* HV_ERR_NOT_FOUND: nothing listens there; HV_ERR_BUSY: it hangs, and many wait already;
 * HV_ERR_PERMISSION; HV_ERR_IO; HV_ERR_MEMORY. */
int control_connect(const char *path, struct control_client **ret_client) HV_MUST_USE;

/* The same for people and scripts, who ask as soon as they have started it: a program opens its
 * socket last. Tries again so long, unless the folder of the socket is not there. */
int control_connect_within(const char *path, int patience_ms,
                           struct control_client **ret_client) HV_MUST_USE;
void control_close(struct control_client *client);

/* Sends a request and waits for its reply, which is the caller's to json_decref. timeout_ms < 0:
 * for ever. HV_ERR_TIMEOUT and HV_ERR_CLOSED leave the connection unusable; HV_ERR_FORMAT;
 * HV_ERR_LIMIT. A reply with "ok": false is a reply, not an error. */
int control_call(struct control_client *client, const json_t *request, int timeout_ms,
                 json_t **ret_reply) HV_MUST_USE;

#endif
