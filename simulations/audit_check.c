#include "simulations/audit_inside.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void audit_find(struct audit *audit, const char *format, ...) {
    char text[400];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (audit->finding_count < AUDIT_FINDINGS_MAX)
        audit->findings[audit->finding_count] = strdup(text); /* NULL is shown as "" */
    audit->finding_count++;
}

static int by_number(const void *left, const void *right) {
    const struct numbered *l = left, *r = right;
    if (l->epoch != r->epoch)
        return l->epoch < r->epoch ? -1 : 1;
    return (l->sequence > r->sequence) - (l->sequence < r->sequence);
}

static void sort(struct numbers *numbers) {
    if (numbers->count > 0)
        qsort(numbers->list, numbers->count, sizeof *numbers->list, by_number);
}

static const struct numbered *look_up(const struct numbers *numbers,
                                      const struct numbered *wanted) {
    return numbers->count == 0
               ? NULL
               : bsearch(wanted, numbers->list, numbers->count, sizeof *numbers->list, by_number);
}

/* Within an epoch 1, 2, 3, … */
static void check_numbering(struct audit *audit, const struct place *place, enum hv_lane lane) {
    const struct numbers *made = &place->made[lane];
    for (size_t i = 0; i < made->count; i++) {
        const struct numbered *one = &made->list[i];
        bool first = i == 0 || made->list[i - 1].epoch != one->epoch;
        uint64_t due = first ? 1 : made->list[i - 1].sequence + 1;
        if (one->sequence == due)
            continue;
        audit_find(audit, "%s, %s: record %" PRIu64 " %s", place->id, hv_lane_word(lane),
                   one->sequence, one->sequence < due ? "is there twice" : "follows a gap");
    }
}

static void count_states(struct audit *audit, const struct place *place, enum hv_lane lane) {
    for (size_t i = 0; i < place->made[lane].count; i++) {
        const struct numbered *one = &place->made[lane].list[i];
        audit->totals.reports++;
        audit->totals.acknowledged += one->state == AUDIT_ACKNOWLEDGED;
        audit->totals.waiting += one->state == AUDIT_WAITING;
        audit->totals.refused += one->state == AUDIT_REFUSED;
        if (one->state == AUDIT_REFUSED)
            audit_find(audit, "%s, %s: record %" PRIu64 " was refused", place->id,
                       hv_lane_word(lane), one->sequence);
        else if (one->state == AUDIT_WAITING)
            audit_find(audit, "%s, %s: record %" PRIu64 " still waits", place->id,
                       hv_lane_word(lane), one->sequence);
    }
}

static void check_log(struct audit *audit, const struct place *place, enum hv_lane lane) {
    const struct numbers *made = &place->made[lane], *logged = &place->logged[lane];
    for (size_t i = 0; i < made->count; i++) {
        if (made->list[i].state != AUDIT_ACKNOWLEDGED || look_up(logged, &made->list[i]) != NULL)
            continue;
        audit->totals.lost++;
        audit_find(audit, "LOST: %s, %s: record %" PRIu64 " was acknowledged and is not in the log",
                   place->id, hv_lane_word(lane), made->list[i].sequence);
    }
    for (size_t i = 0; i < logged->count; i++) {
        if (i > 0 && by_number(&logged->list[i - 1], &logged->list[i]) == 0) {
            audit->totals.doubled++;
            audit_find(audit,
                       "DOUBLED: %s, %s: record %" PRIu64 " stands in the log more than once",
                       place->id, hv_lane_word(lane), logged->list[i].sequence);
        } else if (look_up(made, &logged->list[i]) == NULL) {
            audit->totals.invented++;
            audit_find(audit, "%s, %s: the log holds record %" PRIu64 ", which the node never made",
                       place->id, hv_lane_word(lane), logged->list[i].sequence);
        }
    }
}

static void check_told(struct audit *audit, const struct place *place) {
    for (size_t i = 0; i < place->told.count; i++)
        if (look_up(&place->made[HV_LANE_HISTORY], &place->told.list[i]) == NULL) {
            audit->totals.lost++;
            audit_find(audit,
                       "LOST: %s told its staff that record %" PRIu64
                       " is stored and has it no more",
                       place->id, place->told.list[i].sequence);
        }
}

static void check_people(struct audit *audit, const struct place *place) {
    int64_t sum = place->checked_in - place->checked_out + place->corrected - place->out +
                  place->in + place->differences + place->shortfall;
    if (sum != place->people)
        audit_find(audit,
                   "%s: movements and counts sum to %" PRId64 " people, %" PRId64 " are there",
                   place->id, sum, place->people);
    if (place->pictured && place->picture != place->people)
        audit_find(audit, "%s: %" PRId64 " people by its own records, %" PRId64 " in the picture",
                   place->id, place->people, place->picture);
    if (place->real_known && place->real != place->people)
        audit_find(audit, "%s: %" PRId64 " people by its own records, %" PRId64 " are really there",
                   place->id, place->people, place->real);
    audit->totals.checked_in += place->checked_in;
    audit->totals.checked_out += place->checked_out;
    audit->totals.corrected += place->corrected;
    audit->totals.transferred_out += place->out;
    audit->totals.transferred_in += place->in;
    audit->totals.count_differences += place->differences;
    audit->totals.shortfall += place->shortfall;
    audit->totals.sheltered += place->people;
}

static int64_t on_shelves(const struct place *place, const char *item) {
    int64_t sum = 0;
    size_t length = strlen(item);
    for (const struct shelf *shelf = place->shelves; shelf != NULL; shelf = shelf->hh.next)
        if (strncmp(shelf->key, item, length) == 0 && shelf->key[length] == '\n')
            sum += shelf->there;
    return sum;
}

static void check_goods(struct audit *audit, const struct place *place) {
    for (const struct item *item = place->items; item != NULL; item = item->hh.next) {
        int64_t there = on_shelves(place, item->id);
        int64_t sum = item->received - item->issued - item->shipped - item->lost + item->adjusted +
                      item->differences;
        if (sum != there)
            audit_find(audit,
                       "%s: movements and counts sum to %" PRId64 " %s, %" PRId64 " are there",
                       place->id, sum, item->id, there);
        if ((item->pictured || place->stock_pictured) && item->picture != there)
            audit_find(audit, "%s: %" PRId64 " %s by its own records, %" PRId64 " in the picture",
                       place->id, there, item->id, item->picture);
    }
}

static void check_passages(struct audit *audit, bool under_way) {
    for (const struct passage *passage = audit->passages; passage != NULL;
         passage = passage->hh.next) {
        int id = (int)strcspn(passage->key, "\n");
        audit->totals.waybills += passage->goods;
        if (passage->out == passage->in || (under_way && passage->out > passage->in))
            continue;
        if (passage->goods)
            audit_find(audit, "waybill %.*s: %" PRId64 " %s shipped, %" PRId64 " received", id,
                       passage->key, passage->out, passage->key + id + 1, passage->in);
        else
            audit_find(audit, "transfer %.*s: %" PRId64 " people left, %" PRId64 " arrived", id,
                       passage->key, passage->out, passage->in);
    }
}

/* The nodes' records and the ledger, summed over everything. */
static void check_ledger(struct audit *audit) {
    const struct audit_ledger *ledger = &audit->ledger;
    const struct audit_totals *totals = &audit->totals;
    int64_t way = (int64_t)(ledger->in_transit + ledger->missing) - (int64_t)ledger->over;
    int64_t left = (int64_t)totals->shipped - (int64_t)totals->received;
    if (!ledger->adds_up)
        audit_find(audit, "the ledger does not add up: haven ledger verify tells where");
    if (ledger->issued != totals->issued)
        audit_find(audit, "%" PRIu64 " issued by the nodes' records, %" PRIu64 " in the ledger",
                   totals->issued, ledger->issued);
    if (ledger->lost != totals->lost_goods)
        audit_find(audit, "%" PRIu64 " lost by the nodes' records, %" PRIu64 " in the ledger",
                   totals->lost_goods, ledger->lost);
    if (way != left)
        audit_find(audit,
                   "shipped less received is %" PRId64 ", the ledger has %" PRId64
                   " on the way or missing",
                   left, way);
}

int audit_finish(struct audit *audit, bool has_log, bool under_way) {
    for (struct place *place = audit->places; place != NULL; place = place->hh.next) {
        for (enum hv_lane lane = HV_LANE_HISTORY; lane < HV_LANE_COUNT; lane++) {
            sort(&place->made[lane]);
            sort(&place->logged[lane]);
            check_numbering(audit, place, lane);
            count_states(audit, place, lane);
            if (has_log)
                check_log(audit, place, lane);
        }
        check_told(audit, place);
        check_people(audit, place);
        check_goods(audit, place);
    }
    check_passages(audit, under_way);
    if (audit->has_ledger)
        check_ledger(audit);
    for (size_t i = 0; i < audit->finding_count && i < AUDIT_FINDINGS_MAX; i++)
        if (audit->findings[i] == NULL)
            return HV_ERR_MEMORY;
    return 0;
}
