/* Does it add up? Computed from the nodes' own records, by arithmetic that shares nothing with the
 * coordinator, and then compared with what the coordinator's log and picture say.
 *
 * Feed it every record of every node (audit_record), every report in the coordinator's log
 * (audit_logged), what staff were told is stored (audit_told), and the coordinator's picture
 * (audit_picture_people, audit_picture_goods); then audit_finish finds:
 *
 *   - records missing, doubled or renumbered in a node's lane; refused ones; ones still waiting;
 *   - acknowledged records that the log lacks (lost), records that it holds twice (doubled), and
 *     reports in it that no node ever made;
 *   - things that staff were told are stored and that no node has;
 *   - people of a place that differ from its picture; transfers of which more or fewer arrived than
 *     left; check-ins, check-outs, transfers and counted differences that do not sum to who is
 * there;
 *   - goods of a place that differ from its picture; waybills of which more or less was received
 *     (damaged included) than shipped; movements that do not sum to what is there.
 *
 * Order of feeding does not matter, but for audit_record, which takes the records of one node and
 * lane in order. Texts are copied. */
#ifndef SIMULATIONS_AUDIT_H
#define SIMULATIONS_AUDIT_H

#include "schemas/error.h"
#include "schemas/model.h"

#include <stddef.h>

enum audit_state { AUDIT_WAITING, AUDIT_ACKNOWLEDGED, AUDIT_REFUSED };

struct audit_record {
    const char *node; /* whose own place it speaks of */
    enum hv_lane lane;
    uint64_t epoch, sequence;
    enum audit_state state;
    const struct hv_report *report; /* read during the call */
};

struct audit_totals {
    uint64_t reports, acknowledged, waiting, refused;
    uint64_t lost, doubled, invented;           /* of the acknowledged ones, in the log */
    int64_t checked_in, checked_out, corrected; /* people */
    int64_t transferred_out, transferred_in;
    int64_t count_differences; /* counted less books, summed */
    int64_t shortfall;         /* people who left although the books had none */
    int64_t sheltered;         /* by the nodes' records, at the end */
    uint64_t shipped, received, damaged, issued, lost_goods; /* base units of all items */
    uint64_t waybills;
};

struct audit;

struct audit *audit_new(void); /* NULL without memory */
void audit_free(struct audit *audit);

int audit_record(struct audit *audit, const struct audit_record *record) HV_MUST_USE;
int audit_logged(struct audit *audit, const char *node, enum hv_lane lane, uint64_t epoch,
                 uint64_t sequence) HV_MUST_USE;
int audit_told(struct audit *audit, const char *node, uint64_t epoch,
               uint64_t sequence) HV_MUST_USE;
int audit_picture_people(struct audit *audit, const char *place, int64_t people) HV_MUST_USE;
int audit_picture_goods(struct audit *audit, const char *place, const char *item,
                        int64_t usable) HV_MUST_USE;

/* The picture shows the whole stock of this place: an item that it does not list is not there. */
int audit_picture_stock(struct audit *audit, const char *place) HV_MUST_USE;

/* What the coordinator's ledger says of all places and waybills together: base units issued, lost
 * (expired and written off included), in transit, missing on the way and received too much; and
 * whether its proof holds. Compared with what the nodes' own records sum to. */
struct audit_ledger {
    uint64_t issued, lost, in_transit, missing, over;
    bool adds_up;
};
void audit_ledger(struct audit *audit, const struct audit_ledger *ledger);

/* From the world: who is really there, where that is known and all was counted. */
int audit_real_people(struct audit *audit, const char *place, int64_t people) HV_MUST_USE;

/* Compares everything. Without a log, acknowledged records cannot be missed in it: say so by
 * `has_log`. Transfers and waybills still on the road are findings unless `under_way`. */
int audit_finish(struct audit *audit, bool has_log, bool under_way) HV_MUST_USE;

/* After audit_finish. One sentence each; at most AUDIT_FINDINGS_MAX are kept, all are counted. */
#define AUDIT_FINDINGS_MAX 200u
size_t audit_finding_count(const struct audit *audit);
const char *audit_finding(const struct audit *audit, size_t index);
const struct audit_totals *audit_totals(const struct audit *audit);

#endif
