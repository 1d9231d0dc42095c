/* How the journal writes what it keeps. Internal to the journal.
 *
 * Every record begins with FORMAT_VERSION; readers give HV_ERR_VERSION for another and
 * HV_ERR_CORRUPT for what is cut short. Reports and orders inside are encoded as on the wire. */
#ifndef NODES_JOURNAL_FORMAT_H
#define NODES_JOURNAL_FORMAT_H

#include "nodes/core.h"
#include "nodes/outbox/outbox.h"
#include "nodes/pack.h"

#define FORMAT_VERSION 1u

enum format_meta { FORMAT_IDENTITY, FORMAT_SESSION, FORMAT_HEADS, FORMAT_CLOCK, FORMAT_META_COUNT };

enum outbox_table format_lane_table(enum hv_lane lane);
uint64_t format_refused_key(enum hv_lane lane, uint64_t index);
uint64_t format_refused_of(uint64_t key, enum hv_lane *ret_lane); /* gives the index */

void format_identity(const struct node_identity *identity, struct packer *packer);
void format_session(const struct node_session *session, struct packer *packer);
void format_heads(const struct node_heads *heads, struct packer *packer);
void format_clock(const struct node_clock *clock, struct packer *packer);
void format_refused(const struct node_refused *refused, struct packer *packer);
void format_device(const struct node_device *device, struct packer *packer);
void format_standing(const struct node_order *standing, struct packer *packer);
int format_report(const struct node_report *report, struct hv_arena *scratch, uint8_t *buffer,
                  size_t capacity, size_t *ret_size) HV_MUST_USE;

int format_read_identity(struct unpacker *unpacker, struct node_identity *ret) HV_MUST_USE;
int format_read_session(struct unpacker *unpacker, struct node_session *ret) HV_MUST_USE;
int format_read_heads(struct unpacker *unpacker, struct node_heads *ret) HV_MUST_USE;
int format_read_clock(struct unpacker *unpacker, struct node_clock *ret) HV_MUST_USE;
int format_read_device(struct unpacker *unpacker, struct node_device *ret) HV_MUST_USE;
int format_read_standing(struct unpacker *unpacker, struct node_order *ret) HV_MUST_USE;
int format_read_refused(struct unpacker *unpacker, struct hv_arena *arena,
                        struct node_refused *ret) HV_MUST_USE;
/* Fills in incident and report; the latter lives in the arena. */
int format_read_report(const uint8_t *bytes, size_t size, struct hv_arena *arena,
                       struct node_report *ret) HV_MUST_USE;

#endif
