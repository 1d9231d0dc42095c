/* The control socket: requests to the console, what it cannot do itself done here. Private to the
 * daemon. */
#ifndef COORDINATOR_DAEMON_CONTROL_H
#define COORDINATOR_DAEMON_CONTROL_H

#include "coordinator/daemon_inside.h"

#include <jansson.h>

struct console_outcome;

/* HV_ERR_BUSY: somebody listens at the socket; HV_ERR_IO; HV_ERR_MEMORY. */
int daemon_control_open(struct daemon *daemon) HV_MUST_USE;
void daemon_control_close(struct daemon *daemon);

/* What somebody asks or decides, from either door; answered once, now or later. */
void daemon_request(struct daemon *daemon, uint64_t token, const json_t *request);

/* Records to the core; `done` gets its answer, once, later. */
typedef void daemon_decided(struct daemon *daemon, uint64_t token, int error,
                            const struct hv_verdict *verdict, uint64_t first, uint64_t last);
void daemon_decide(struct daemon *daemon, const struct hv_record *records, size_t count,
                   daemon_decided *done, uint64_t token);
void daemon_replied(struct daemon *daemon, const struct core_effect *effect);

/* Answers a request; takes the reply over. A token of 0 is nobody. */
void daemon_answer(struct daemon *daemon, uint64_t token, json_t *reply);
void daemon_answer_error(struct daemon *daemon, uint64_t token, int error, const char *text,
                         const char *remedy);

/* ---- daemon_work.c: work in threads, answered when done ---- */
void daemon_work_log(struct daemon *daemon, uint64_t token, uint64_t from, uint64_t to,
                     uint64_t limit);
/* The plan whose record is at that position and whose body the state no longer has. */
void daemon_work_old_plan(struct daemon *daemon, uint64_t token, uint64_t position);
/* What changes from the plan whose record is at `before` (0: from nothing) to that at `after`,
 * where the state no longer has both bodies. */
void daemon_work_old_diff(struct daemon *daemon, uint64_t token, uint64_t before, uint64_t after);
/* Answers a question as it would have been answered at that position of the log. */
void daemon_work_past(struct daemon *daemon, uint64_t token, const json_t *request,
                      json_int_t position);
/* The same, once that state is there, and its region (NULL: none, or its files are gone). False:
 * nothing was answered, because a plan of then is in the log alone; ret_outcome says which. */
bool daemon_answer_past(struct daemon *daemon, uint64_t token, const json_t *request,
                        const struct state *past, const struct region *region,
                        struct console_outcome *ret_outcome);
void daemon_work_verify(struct daemon *daemon, uint64_t token);
/* Proves that the ledger adds up, from the first record to position `to`. */
void daemon_work_ledger(struct daemon *daemon, uint64_t token, uint64_t to);
void daemon_work_backup(struct daemon *daemon, uint64_t token, const char *path);
void daemon_work_region(struct daemon *daemon, uint64_t token, const char *path, const char *role);

/* ---- daemon_account.c ---- */
struct console_outcome;
void daemon_work_account(struct daemon *daemon, uint64_t token, const json_t *request,
                         const struct console_outcome *outcome);

#endif
