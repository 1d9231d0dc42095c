/* Golden messages of release v1 (tests/contract/golden/v1/NAME.txt, made into bytes by protoc).
 *
 * What is expected stands in C a second time, written by hand. It must encode to the golden bytes,
 * and so must what the golden bytes decode to. Every field of every message is filled, each with a
 * value of its own. */
#ifndef TESTS_SUPPORT_GOLDEN_H
#define TESTS_SUPPORT_GOLDEN_H

#include "schemas/codec.h"

extern struct hv_arena golden_arena;
extern uint8_t golden_bytes[HV_FRAME_BYTES_MAX]; /* of the message read last */

void golden_start(void); /* of every suite */
void golden_stop(void);

/* The message of that name is this one, byte for byte, and decodes to it. */
void golden_check_envelope(const char *name, const struct hv_envelope *expected);
void golden_check_record(const char *name, const struct hv_record *expected);

/* Initialisers of byte arrays take the characters and leave out the NUL. */
#define DEPLOYMENT                                                                                 \
    { 'd', 'e', 'p', 'l', 'o', 'y', 'm', 'e', 'n', 't', '-', '0', '0', '0', '0', '1' }
#define INCIDENT                                                                                   \
    { 'i', 'n', 'c', 'i', 'd', 'e', 'n', 't', '-', '2', '0', '2', '6', '-', '0', '9' }
#define LOG                                                                                        \
    { 'l', 'o', 'g', '-', '0', '0', '0', '0', '0', '0', '0', '0', '0', '0', '0', '1' }
#define SEEN(N)                                                                                    \
    { .wall_ms = 1789000000000 + (N), .node_ms = 70 + (N) }

#endif
