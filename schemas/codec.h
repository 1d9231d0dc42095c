/* Bytes on the wire and in the log, to and from the model. The only room that knows protobuf.
 *
 * Decoding trusts nothing: it caps the size, decodes, and then checks every text (UTF-8, no NUL,
 * length), enumerator, count and range of limits.h, so what comes out needs no second look except
 * against the state (is the shelter known, is the sequence next). Decoded messages point into the
 * arena only, never into the bytes given (or at a text that is empty). Pure and reentrant. */
#ifndef HV_SCHEMAS_CODEC_H
#define HV_SCHEMAS_CODEC_H

#include "schemas/arena.h"
#include "schemas/error.h"
#include "schemas/model.h"

/* Why something was refused, with a detail such as "report.movement.people.adult: -3". */
struct hv_verdict {
    enum hv_reason reason; /* HV_REASON_UNKNOWN: nothing is wrong */
    char detail[160];
};

/* Decodes and validates one frame. On failure the verdict says why, and *ret_envelope, where not
 * left untouched, is a header (no body) that could still be read, so that a refusal can name lane
 * and sequence. Errors: HV_ERR_FORMAT, _VERSION (another protocol), _VALUE, _LIMIT, _MEMORY.
 * O(bytes). */
int hv_envelope_decode(const uint8_t *bytes, size_t size, struct hv_arena *arena,
                       struct hv_verdict *ret_verdict,
                       struct hv_envelope **ret_envelope) HV_MUST_USE;

/* Encodes into buffer, of which what lies behind the message is scratch; the arena is for scratch
 * too and holds nothing that is needed afterwards. A text that is NULL counts as "".
 * What could not be decoded again is refused: HV_ERR_VALUE, and the check below tells why;
 * HV_ERR_LIMIT where a text or list is too long or the whole does not fit; HV_ERR_MEMORY. */
int hv_envelope_encode(const struct hv_envelope *envelope, struct hv_arena *arena, uint8_t *buffer,
                       size_t capacity, size_t *ret_size) HV_MUST_USE;

/* The same for log records, of at most HV_RECORD_BYTES_MAX. */
int hv_record_decode(const uint8_t *bytes, size_t size, struct hv_arena *arena,
                     struct hv_verdict *ret_verdict, struct hv_record **ret_record) HV_MUST_USE;
int hv_record_encode(const struct hv_record *record, struct hv_arena *arena, uint8_t *buffer,
                     size_t capacity, size_t *ret_size) HV_MUST_USE;

/* The same without a check, for a record of which every part has been checked: a report just
 * decoded, and times within HV_MS_MAX. HV_ERR_LIMIT where it does not fit. */
int hv_record_write(const struct hv_record *record, uint8_t *buffer, size_t capacity,
                    size_t *ret_size) HV_MUST_USE;

/* A report alone, as a node keeps it in its outbox, and an order alone; of at most
 * HV_REPORT_BYTES_MAX, so that they fit an envelope. */
int hv_report_decode(const uint8_t *bytes, size_t size, struct hv_arena *arena,
                     struct hv_verdict *ret_verdict, struct hv_report **ret_report) HV_MUST_USE;
int hv_report_encode(const struct hv_report *report, struct hv_arena *arena, uint8_t *buffer,
                     size_t capacity, size_t *ret_size) HV_MUST_USE;
int hv_order_decode(const uint8_t *bytes, size_t size, struct hv_arena *arena,
                    struct hv_verdict *ret_verdict, struct hv_order **ret_order) HV_MUST_USE;
int hv_order_encode(const struct hv_order *order, struct hv_arena *arena, uint8_t *buffer,
                    size_t capacity, size_t *ret_size) HV_MUST_USE;

/* A copy of the report or order whose every piece lives in `arena`. NULL without memory. */
struct hv_report *hv_report_copy(const struct hv_report *report, struct hv_arena *arena);
struct hv_order *hv_order_copy(const struct hv_order *order, struct hv_arena *arena);

/* Checks a message made here (from the desk or the command line) by the rules of decoding. */
struct hv_verdict hv_envelope_check(const struct hv_envelope *envelope);
struct hv_verdict hv_record_check(const struct hv_record *record);
struct hv_verdict hv_report_check(const struct hv_report *report);
struct hv_verdict hv_order_check(const struct hv_order *order);

/* Whether text is an id: 1 to HV_ID_BYTES_MAX bytes of valid UTF-8 without control characters.
 * Errors: HV_ERR_VALUE (empty), HV_ERR_LIMIT (too long), HV_ERR_FORMAT. */
int hv_id_check(const char *text) HV_MUST_USE;

#endif
