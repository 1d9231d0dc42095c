/* Carries out the WRITE effects of a node core on an outbox, and restores a core from it.
 *
 * Used by daemon and simulator alike. Effects of several steps are gathered, each packed at once
 * (so nothing has to stay valid), then stored in one synced batch. Records carry a version and a
 * CRC32. */
#ifndef NODES_JOURNAL_H
#define NODES_JOURNAL_H

#include "nodes/core.h"
#include "nodes/outbox/outbox.h"

struct journal;

/* Over an outbox that it borrows; NULL without memory. */
struct journal *journal_new(struct outbox *outbox);
void journal_free(struct journal *journal);

/* Binds a new outbox to a node and deployment, with this first epoch and a clock at 0.
 * Errors: HV_ERR_EXISTS, and those of outbox_apply. */
int journal_create(struct outbox *outbox, const struct node_identity *identity, uint64_t epoch,
                   const char *boot, uint64_t real_ms) HV_MUST_USE;

/* Restores the core to what the outbox holds; what was gathered is forgotten. The core's identity
 * must equal the outbox's: HV_ERR_PERMISSION otherwise. Other errors: HV_ERR_CORRUPT, _VERSION,
 * _IO, _MEMORY. */
int journal_restore(struct journal *journal, struct node_core *core, const char *boot,
                    uint64_t real_ms) HV_MUST_USE;

/* Takes the WRITE effects among these. Errors: HV_ERR_MEMORY, _VALUE (cannot be encoded), _LIMIT.
 */
int journal_gather(struct journal *journal, const struct node_effects *effects) HV_MUST_USE;

/* Whether something was gathered and not stored. */
bool journal_is_waiting(const struct journal *journal);
size_t journal_waiting_count(const struct journal *journal);

/* Stores what was gathered, synced, all or nothing. Errors: those of outbox_apply. */
int journal_store(struct journal *journal) HV_MUST_USE;

/* ---- reading what is stored; results live in the arena ---- */

/* Errors: HV_ERR_NOT_FOUND, _CORRUPT, _VERSION, _MEMORY. */
int journal_read_report(const struct outbox *outbox, enum hv_lane lane, uint64_t index,
                        struct hv_arena *arena, struct node_report *ret_report) HV_MUST_USE;

/* reason UNKNOWN where it was not refused. */
int journal_read_refused(const struct outbox *outbox, enum hv_lane lane, uint64_t index,
                         struct hv_arena *arena, struct node_refused *ret_refused) HV_MUST_USE;
int journal_read_order(const struct outbox *outbox, uint64_t id, struct hv_arena *arena,
                       struct hv_order **ret_order) HV_MUST_USE;

#endif
