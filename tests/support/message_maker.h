/* Random messages that are valid in every field, from a seed: for round trips, fuzz corpora and
 * load. The same seed makes the same messages. */
#ifndef TESTS_SUPPORT_MESSAGE_MAKER_H
#define TESTS_SUPPORT_MESSAGE_MAKER_H

#include "schemas/arena.h"
#include "schemas/model.h"

struct message_maker {
    uint64_t state;
    struct hv_arena *arena; /* all that is made lives there */
};

void message_maker_init(struct message_maker *maker, uint64_t seed, struct hv_arena *arena);

/* A number of 0 to below - 1. */
uint64_t message_maker_below(struct message_maker *maker, uint64_t below);

/* Every kind that there is, for loops; ends with 0. */
extern const enum hv_body_kind message_body_kinds[];
extern const enum hv_report_kind message_report_kinds[];
extern const enum hv_record_kind message_record_kinds[];

struct hv_report *message_maker_report(struct message_maker *maker, enum hv_report_kind kind);
struct hv_order *message_maker_order(struct message_maker *maker);
/* A report is of any kind, in the lane that it belongs to. */
struct hv_envelope *message_maker_envelope(struct message_maker *maker, enum hv_body_kind kind);
struct hv_record *message_maker_record(struct message_maker *maker, enum hv_record_kind kind);

#endif
