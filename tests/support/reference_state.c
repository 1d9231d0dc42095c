#include "tests/support/reference_state.h"

#include "schemas/tally.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { FACTS_MAX = 20000, NODES_MAX = 64 };

/* One thing that was said of a place, in the order of the log. */
struct fact {
    enum { FACT_COUNT, FACT_MOVE, FACT_STATUS, FACT_STOCK_COUNT, FACT_STOCK_MOVE } kind;
    const char *place;
    const char *node; /* "" on behalf */
    unsigned generation;
    uint64_t sequence; /* or as_of */
    int64_t observed_ms;
    bool present; /* false: a snapshot had it already */
    struct hv_people people;
    int sign;
    enum hv_shelter_status status;
    const char *item; /* of a stock movement or of one line of a count; NULL: a count's end */
    int64_t quantity;
    bool complete;
    uint64_t count; /* which count the line belongs to */
};

struct ledger {
    const char *zone, *transfer;
    const char *from, *place; /* of a transfer; where it was told */
    enum hv_movement_kind kind;
    const char *node;
    struct hv_people people;
};

struct node {
    const char *id, *place;
    uint64_t epoch, as_of, held[HV_LANE_COUNT];
    unsigned generation;
};

struct reference {
    struct fact facts[FACTS_MAX];
    struct ledger ledger[FACTS_MAX];
    struct node nodes[NODES_MAX];
    size_t fact_count, ledger_count, node_count;
    uint64_t counts;
};

struct reference *reference_new(void) {
    return calloc(1, sizeof(struct reference));
}

void reference_free(struct reference *reference) {
    free(reference);
}

/* ---- taking ---- */

static struct node *find_node(struct reference *reference, const char *id) {
    for (size_t i = 0; i < reference->node_count; i++) {
        if (strcmp(reference->nodes[i].id, id) == 0)
            return &reference->nodes[i];
    }
    return NULL;
}

static struct fact *add_fact(struct reference *reference, const struct hv_record *record,
                             const struct node *node, const struct hv_seen *seen) {
    struct fact *fact = &reference->facts[reference->fact_count++];
    const struct hv_node_report *report = &record->report;
    fact->place = node != NULL ? node->place : report->report.subject;
    fact->node = node != NULL ? node->id : "";
    fact->generation = node != NULL ? node->generation : 0;
    fact->sequence = report->sequence;
    fact->present = node == NULL || report->sequence > node->as_of;
    fact->observed_ms = (int64_t)record->mono_ms - (int64_t)(report->sent_node_ms - seen->node_ms);
    return fact;
}

static const char *origin(const char *place, const struct hv_movement *movement) {
    return movement->kind == HV_MOVEMENT_TRANSFER_IN ? movement->shelter : place;
}

static bool told_by_another(const struct reference *reference, const char *node, const char *place,
                            const struct hv_movement *movement) {
    for (size_t i = 0; i < reference->ledger_count; i++) {
        const struct ledger *line = &reference->ledger[i];
        if (line->kind == movement->kind && strcmp(line->transfer, movement->transfer) == 0 &&
            strcmp(line->from, origin(place, movement)) == 0 && strcmp(line->place, place) == 0 &&
            (*node == '\0' || strcmp(line->node, node) != 0))
            return true;
    }
    return false;
}

static void take_movement(struct reference *reference, const struct hv_record *record,
                          const struct node *node) {
    const struct hv_movement *movement = &record->report.report.movement;
    const char *who = node == NULL ? "" : node->id;
    const char *place = node == NULL ? record->report.report.subject : node->place;
    bool transfer =
        movement->kind == HV_MOVEMENT_TRANSFER_OUT || movement->kind == HV_MOVEMENT_TRANSFER_IN;
    if (transfer && told_by_another(reference, who, place, movement))
        return;
    reference->ledger[reference->ledger_count++] = (struct ledger){.zone = movement->zone,
                                                                   .transfer = movement->transfer,
                                                                   .from = origin(place, movement),
                                                                   .place = place,
                                                                   .kind = movement->kind,
                                                                   .node = who,
                                                                   .people = movement->people};
    struct fact *fact = add_fact(reference, record, node, &record->report.report.seen);
    fact->kind = FACT_MOVE;
    fact->people = movement->people;
    fact->sign =
        movement->kind == HV_MOVEMENT_CHECK_OUT || movement->kind == HV_MOVEMENT_TRANSFER_OUT ? -1
                                                                                              : 1;
}

static void take_stock_lines(struct reference *reference, const struct hv_record *record,
                             const struct node *node, const struct hv_seen *seen,
                             const struct hv_stock_line *lines, size_t count, bool complete,
                             const struct hv_snapshot *snapshot) {
    uint64_t number = ++reference->counts;
    for (size_t i = 0; i <= count; i++) { /* the last is the count's end */
        struct fact *fact = add_fact(reference, record, node, seen);
        fact->kind = FACT_STOCK_COUNT;
        fact->item = i < count ? lines[i].item : NULL;
        fact->quantity = i < count ? (int64_t)lines[i].quantity : 0;
        fact->complete = complete;
        fact->count = number;
        if (snapshot != NULL) {
            fact->sequence = snapshot->as_of;
            fact->present = true;
        }
    }
}

static void take_snapshot(struct reference *reference, const struct hv_record *record,
                          struct node *node) {
    const struct hv_snapshot *snapshot = &record->report.report.snapshot;
    assert(node != NULL); /* only nodes send snapshots */
    if (snapshot->as_of < node->held[HV_LANE_HISTORY] || snapshot->as_of < node->as_of)
        return;
    node->as_of = snapshot->as_of;
    struct fact *fact = add_fact(reference, record, node, &snapshot->people_seen);
    fact->kind = FACT_COUNT;
    fact->sequence = snapshot->as_of;
    fact->present = true;
    fact->people = snapshot->people;
    fact = add_fact(reference, record, node, &snapshot->status_seen);
    fact->kind = FACT_STATUS;
    fact->sequence = snapshot->as_of;
    fact->present = true;
    fact->status = snapshot->status;
    take_stock_lines(reference, record, node, &snapshot->stock_seen, snapshot->stock,
                     snapshot->stock_count, true, snapshot);
}

static void take_report(struct reference *reference, const struct hv_record *record,
                        struct node *node) {
    const struct hv_report *report = &record->report.report;
    struct fact *fact;
    switch (report->kind) {
    case HV_REPORT_MOVEMENT:
        take_movement(reference, record, node);
        break;
    case HV_REPORT_COUNT:
        fact = add_fact(reference, record, node, &report->seen);
        fact->kind = FACT_COUNT;
        fact->people = report->count.people;
        break;
    case HV_REPORT_STATUS:
        fact = add_fact(reference, record, node, &report->seen);
        fact->kind = FACT_STATUS;
        fact->status = report->status.status;
        break;
    case HV_REPORT_STOCK_COUNT:
        take_stock_lines(reference, record, node, &report->seen, report->stock_count.lines,
                         report->stock_count.line_count, report->stock_count.complete, NULL);
        break;
    case HV_REPORT_STOCK_MOVEMENT:
        for (size_t i = 0; i < report->stock_movement.line_count; i++) {
            fact = add_fact(reference, record, node, &report->seen);
            fact->kind = FACT_STOCK_MOVE;
            fact->item = report->stock_movement.lines[i].item;
            fact->quantity = (int64_t)report->stock_movement.lines[i].quantity *
                             (report->stock_movement.kind == HV_STOCK_RECEIVE ? 1 : -1);
        }
        break;
    case HV_REPORT_SNAPSHOT:
        take_snapshot(reference, record, node);
        break;
    default:
        break;
    }
}

void reference_take(struct reference *reference, const struct hv_record *record) {
    struct node *node;
    switch (record->kind) {
    case HV_RECORD_ENROLMENT:
        reference->nodes[reference->node_count++] =
            (struct node){.id = record->enrolment.node, .place = record->enrolment.node};
        break;
    case HV_RECORD_EPOCH:
        node = find_node(reference, record->epoch.node);
        node->epoch = record->epoch.epoch;
        node->generation++;
        node->as_of = 0;
        memset(node->held, 0, sizeof node->held);
        break;
    case HV_RECORD_REPORT:
        node = find_node(reference, record->report.node);
        if (node != NULL)
            node->held[record->report.lane] = record->report.sequence;
        take_report(reference, record, node);
        break;
    default:
        break;
    }
}

/* ---- working out ---- */

static bool one_node(const struct fact *a, const struct fact *b) {
    return *a->node != '\0' && strcmp(a->node, b->node) == 0;
}

/* Which of two observations counts; `later` came later in the log. */
static bool later_wins(const struct fact *later, const struct fact *earlier) {
    if (!one_node(later, earlier))
        return later->observed_ms >= earlier->observed_ms;
    if (later->generation != earlier->generation)
        return later->generation > earlier->generation;
    return later->sequence >= earlier->sequence;
}

static bool after(const struct fact *movement, const struct fact *count) {
    if (count == NULL)
        return true;
    if (!one_node(movement, count))
        return movement->observed_ms > count->observed_ms;
    if (movement->generation != count->generation)
        return movement->generation > count->generation;
    return movement->sequence > count->sequence;
}

static bool is_of(const struct fact *fact, int kind, const char *place) {
    return (int)fact->kind == kind && fact->present && strcmp(fact->place, place) == 0;
}

bool reference_status(const struct reference *reference, const char *place,
                      enum hv_shelter_status *ret_status) {
    const struct fact *best = NULL;
    for (size_t i = 0; i < reference->fact_count; i++) {
        const struct fact *fact = &reference->facts[i];
        if (is_of(fact, FACT_STATUS, place) && (best == NULL || later_wins(fact, best)))
            best = fact;
    }
    if (best != NULL)
        *ret_status = best->status;
    return best != NULL;
}

/* Movements count from the moment they are told; a count that comes late takes those back that it
 * contains and leaves those that came after it. */
bool reference_people(const struct reference *reference, const char *place,
                      struct hv_people *ret_people) {
    const struct fact *base = NULL;
    bool known = false;
    static bool counted[FACTS_MAX];
    memset(counted, 0, sizeof counted);
    for (size_t i = 0; i < reference->fact_count; i++) {
        const struct fact *fact = &reference->facts[i];
        if (is_of(fact, FACT_COUNT, place) && (base == NULL || later_wins(fact, base))) {
            base = fact;
            known = true;
            for (size_t j = 0; j < i; j++)
                counted[j] = counted[j] && after(&reference->facts[j], base);
        } else if (is_of(fact, FACT_MOVE, place) && after(fact, base)) {
            counted[i] = known = true;
        }
    }
    struct hv_people people = {0};
    if (base != NULL)
        people = base->people;
    for (size_t i = 0; i < reference->fact_count; i++) {
        if (counted[i])
            (void)hv_tally_move(&people, &reference->facts[i].people, reference->facts[i].sign);
    }
    *ret_people = people;
    return known;
}

static bool same_item(const struct fact *fact, const char *item) {
    return fact->item != NULL && strcmp(fact->item, item) == 0;
}

int64_t reference_stock(const struct reference *reference, const char *place, const char *item) {
    const struct fact *base = NULL, *complete = NULL;
    uint64_t listed = 0; /* last count with a line of this item */
    static bool counted[FACTS_MAX];
    memset(counted, 0, sizeof counted);
    for (size_t i = 0; i < reference->fact_count; i++) {
        const struct fact *fact = &reference->facts[i];
        bool sets = false;
        if (is_of(fact, FACT_STOCK_COUNT, place)) {
            bool fresh = complete == NULL || later_wins(fact, complete);
            if (same_item(fact, item)) {
                listed = fact->count;
                sets = fresh && (base == NULL || later_wins(fact, base));
            } else if (fact->item == NULL && fact->complete && fresh) {
                complete = fact;
                sets = listed != fact->count && (base == NULL || later_wins(fact, base));
            }
        } else if (is_of(fact, FACT_STOCK_MOVE, place) && same_item(fact, item)) {
            counted[i] = after(fact, base) && after(fact, complete);
        }
        if (!sets)
            continue;
        base = fact;
        for (size_t j = 0; j < i; j++)
            counted[j] = counted[j] && after(&reference->facts[j], base);
    }
    int64_t quantity = base == NULL ? 0 : base->quantity;
    for (size_t i = 0; i < reference->fact_count; i++) {
        if (counted[i])
            quantity = quantity + reference->facts[i].quantity < 0
                           ? 0
                           : quantity + reference->facts[i].quantity;
    }
    return quantity;
}

/* ---- ledgers ---- */

int64_t reference_zone_total(const struct reference *reference, const char *zone) {
    int64_t total = 0;
    for (size_t i = 0; i < reference->ledger_count; i++) {
        const struct ledger *line = &reference->ledger[i];
        if (line->kind == HV_MOVEMENT_CHECK_IN && strcmp(line->zone, zone) == 0)
            total += hv_people_total(&line->people);
    }
    return total;
}

int64_t reference_on_the_way(const struct reference *reference, const char *from,
                             const char *transfer) {
    int64_t total = 0;
    for (size_t i = 0; i < reference->ledger_count; i++) {
        const struct ledger *line = &reference->ledger[i];
        if (strcmp(line->transfer, transfer) != 0 || strcmp(line->from, from) != 0)
            continue;
        if (line->kind == HV_MOVEMENT_TRANSFER_OUT)
            total += hv_people_total(&line->people);
        else if (line->kind == HV_MOVEMENT_TRANSFER_IN)
            total -= hv_people_total(&line->people);
    }
    return total < 0 ? 0 : total;
}
