#include "coordinator/ledger/verify.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HASH_NONFATAL_OOM 1
#define uthash_nonfatal_oom(sum) (out_of_memory = true)
static _Thread_local bool out_of_memory;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wsign-conversion"
#include <uthash.h>

enum { KEY_BYTES = 4 * (HV_ID_BYTES_MAX + 1) + 16, FINDING_BYTES = 320 };

/* What reports sum to under one key: WHAT \n whose \n item \n lot \n day. */
struct sum {
    char key[KEY_BYTES];
    int64_t amount;
    uint64_t seen; /* comparison that met it in the books */
    UT_hash_handle hh;
};

/* A node as its records tell. */
struct speaker {
    char id[HV_ID_BYTES_MAX + 1];
    char place[HV_ID_BYTES_MAX + 1];
    uint64_t epoch, held[HV_LANE_COUNT];
    UT_hash_handle hh;
};

/* What all books hold of one lot: sources less stores and uses. */
struct lot_sum {
    struct state_lot lot;
    int64_t amount;
    UT_hash_handle hh;
};

struct ledger_verify {
    struct sum *sums;
    struct speaker *speakers;
    struct ledger_verify_totals totals;
    char findings[LEDGER_FINDINGS_MAX][FINDING_BYTES];
};

static struct sum *find_sum(const struct ledger_verify *verify, const char *key) {
    struct sum *sum = NULL;
    HASH_FIND_STR(verify->sums, key, sum);
    return sum;
}

static struct sum *need_sum(struct ledger_verify *verify, const char *key) {
    struct sum *sum = find_sum(verify, key);
    if (sum != NULL || (sum = calloc(1, sizeof *sum)) == NULL)
        return sum;
    snprintf(sum->key, sizeof sum->key, "%s", key);
    out_of_memory = false;
    HASH_ADD_STR(verify->sums, key, sum);
    if (!out_of_memory)
        return sum;
    free(sum);
    return NULL;
}

static struct speaker *find_speaker(const struct ledger_verify *verify, const char *id) {
    struct speaker *speaker = NULL;
    HASH_FIND_STR(verify->speakers, id, speaker);
    return speaker;
}

static struct speaker *need_speaker(struct ledger_verify *verify, const char *id) {
    struct speaker *speaker = find_speaker(verify, id);
    if (speaker != NULL || (speaker = calloc(1, sizeof *speaker)) == NULL)
        return speaker;
    snprintf(speaker->id, sizeof speaker->id, "%s", id);
    out_of_memory = false;
    HASH_ADD_STR(verify->speakers, id, speaker);
    if (!out_of_memory)
        return speaker;
    free(speaker);
    return NULL;
}

static struct lot_sum *need_lot(struct lot_sum **lots, const struct state_lot *lot) {
    struct lot_sum *sum = NULL;
    HASH_FIND(hh, *lots, lot, sizeof *lot, sum);
    if (sum != NULL || (sum = calloc(1, sizeof *sum)) == NULL)
        return sum;
    sum->lot = *lot;
    out_of_memory = false;
    HASH_ADD(hh, *lots, lot, sizeof sum->lot, sum);
    if (!out_of_memory)
        return sum;
    free(sum);
    return NULL;
}

struct ledger_verify *ledger_verify_new(void) {
    return calloc(1, sizeof(struct ledger_verify));
}

void ledger_verify_free(struct ledger_verify *verify) {
    if (verify == NULL)
        return;
    struct sum *sum, *next_sum;
    struct speaker *speaker, *next_speaker;
    HASH_ITER(hh, verify->sums, sum, next_sum) {
        HASH_DEL(verify->sums, sum);
        free(sum);
    }
    HASH_ITER(hh, verify->speakers, speaker, next_speaker) {
        HASH_DEL(verify->speakers, speaker);
        free(speaker);
    }
    free(verify);
}

static void free_lots(struct lot_sum *lots) {
    struct lot_sum *sum, *next;
    HASH_ITER(hh, lots, sum, next) {
        HASH_DEL(lots, sum);
        free(sum);
    }
}
#pragma GCC diagnostic pop

__attribute__((format(printf, 2, 3))) static void find(struct ledger_verify *verify,
                                                       const char *format, ...) {
    if (verify->totals.findings < LEDGER_FINDINGS_MAX) {
        va_list arguments;
        va_start(arguments, format);
        vsnprintf(verify->findings[verify->totals.findings], FINDING_BYTES, format, arguments);
        va_end(arguments);
    }
    verify->totals.findings++;
}

/* ---- what the log says ---- */

static void make_key(char key[KEY_BYTES], const char *what, const char *whose, const char *item,
                     const char *lot, uint32_t day) {
    snprintf(key, KEY_BYTES, "%s\n%s\n%s\n%s\n%" PRIu32, what, whose, item, lot, day);
}

static int add(struct ledger_verify *verify, const char *what, const char *whose,
               const struct hv_stock_line *line) {
    char key[KEY_BYTES];
    make_key(key, what, whose, line->item, line->lot, line->expiry_day);
    struct sum *sum = need_sum(verify, key);
    if (sum == NULL)
        return HV_ERR_MEMORY;
    sum->amount += (int64_t)line->quantity;
    return HV_OK;
}

/* The account on which reports of this kind are summed; NULL: they move nothing for good. */
static const char *account_of(const struct hv_stock_movement *movement) {
    bool on_waybill = *movement->waybill != '\0';
    switch (movement->kind) {
    case HV_STOCK_RECEIVE:
        return on_waybill ? "came" : "brought-in";
    case HV_STOCK_SHIP:
        return on_waybill ? "went" : "sent";
    case HV_STOCK_ISSUE:
        return "issued";
    case HV_STOCK_LOSS:
        return "lost";
    case HV_STOCK_EXPIRE:
        return "expired";
    case HV_STOCK_ADJUST_UP:
        return "adjusted-up";
    case HV_STOCK_ADJUST_DOWN:
        return "adjusted-down";
    case HV_STOCK_WRITE_OFF:
        return "written-off";
    case HV_STOCK_UNPACK:
        return "opened";
    default:
        return NULL;
    }
}

static int take_movement(struct ledger_verify *verify, const char *place,
                         const struct hv_stock_movement *movement) {
    const char *account = account_of(movement);
    const char *leg = account == NULL                ? NULL
                      : strcmp(account, "went") == 0 ? "shipped"
                      : strcmp(account, "came") == 0 ? "received"
                                                     : NULL;
    int error = HV_OK;
    for (size_t i = 0; error == HV_OK && i < movement->line_count; i++) {
        verify->totals.movements++;
        if (account != NULL)
            error = add(verify, account, place, &movement->lines[i]);
        if (error == HV_OK && leg != NULL)
            error = add(verify, leg, movement->waybill, &movement->lines[i]);
    }
    for (size_t i = 0; error == HV_OK && i < movement->into_count; i++)
        error = add(verify, "unpacked", place, &movement->into[i]);
    return error;
}

/* Whether the report is the one that its node had to send next. */
static bool is_next(struct ledger_verify *verify, struct speaker *speaker, uint64_t epoch,
                    enum hv_lane lane, uint64_t sequence) {
    bool next = speaker != NULL && speaker->epoch == epoch && lane > HV_LANE_UNKNOWN &&
                lane < HV_LANE_COUNT && sequence == speaker->held[lane] + 1;
    if (next)
        speaker->held[lane] = sequence;
    else
        verify->totals.repeated++;
    return next;
}

static int take_report(struct ledger_verify *verify, const struct hv_node_report *entry) {
    const char *place = entry->report.subject;
    if (*entry->node != '\0') {
        struct speaker *speaker = find_speaker(verify, entry->node);
        if (!is_next(verify, speaker, entry->epoch, entry->lane, entry->sequence))
            return HV_OK;
        if (*place == '\0')
            place = speaker->place;
    }
    return entry->report.kind == HV_REPORT_STOCK_MOVEMENT
               ? take_movement(verify, place, &entry->report.stock_movement)
               : HV_OK;
}

static int take_enrolment(struct ledger_verify *verify, const struct hv_enrolment *enrolment) {
    struct speaker *speaker = need_speaker(verify, enrolment->node);
    if (speaker == NULL)
        return HV_ERR_MEMORY;
    snprintf(speaker->place, sizeof speaker->place, "%s",
             *enrolment->place != '\0' ? enrolment->place : enrolment->node);
    return HV_OK;
}

static void take_epoch(struct ledger_verify *verify, const struct hv_epoch_started *started) {
    struct speaker *speaker = find_speaker(verify, started->node);
    if (speaker == NULL || started->epoch <= speaker->epoch)
        return;
    speaker->epoch = started->epoch;
    memset(speaker->held, 0, sizeof speaker->held);
}

int ledger_verify_record(struct ledger_verify *verify, const struct hv_record *record) {
    verify->totals.records++;
    switch (record->kind) {
    case HV_RECORD_ENROLMENT:
        return take_enrolment(verify, &record->enrolment);
    case HV_RECORD_EPOCH:
        take_epoch(verify, &record->epoch);
        return HV_OK;
    case HV_RECORD_REFUSED:
        (void)is_next(verify, find_speaker(verify, record->refused.node), record->refused.epoch,
                      record->refused.lane, record->refused.sequence);
        return HV_OK;
    case HV_RECORD_REPORT:
        return take_report(verify, &record->report);
    default:
        return HV_OK;
    }
}

/* ---- against the books ---- */

struct comparison {
    struct ledger_verify *verify;
    const struct state *state;
    struct lot_sum *lots;
    bool out_of_memory;
};

static int64_t said(struct comparison *comparison, const char *what, const char *whose,
                    const struct state_lot *lot) {
    char key[KEY_BYTES];
    make_key(key, what, whose, state_name(comparison->state, lot->item),
             state_name(comparison->state, lot->lot), lot->expiry_day);
    struct sum *sum = find_sum(comparison->verify, key);
    if (sum == NULL)
        return 0;
    sum->seen = comparison->verify->totals.compared;
    return sum->amount;
}

/* "D1 water@L-1": where and what, for findings. */
static const char *name_of(const struct comparison *comparison, const char *whose,
                           const struct state_lot *lot, char name[KEY_BYTES]) {
    const char *lot_name = state_name(comparison->state, lot->lot);
    snprintf(name, KEY_BYTES, "%s: %s%s%s", whose, state_name(comparison->state, lot->item),
             *lot_name == '\0' ? "" : "@", lot_name);
    return name;
}

static void add_to_lot(struct comparison *comparison, const char *whose,
                       const struct state_balance *balance) {
    char name[KEY_BYTES];
    enum state_account_side side = state_account_side(balance->account);
    struct lot_sum *sum = need_lot(&comparison->lots, &balance->lot);
    comparison->verify->totals.balances++;
    if (balance->amount < 0)
        find(comparison->verify, "%s: %s is %" PRId64,
             name_of(comparison, whose, &balance->lot, name), state_account_word(balance->account),
             balance->amount);
    if (sum == NULL)
        comparison->out_of_memory = true;
    else if (side == STATE_SIDE_SOURCE)
        sum->amount += balance->amount;
    else if (side != STATE_SIDE_NOTE)
        sum->amount -= balance->amount;
}

/* Of these the books must say exactly what the reports sum to. */
static bool is_told(enum state_account account) {
    switch (account) {
    case STATE_BROUGHT_IN:
    case STATE_ADJUSTED_UP:
    case STATE_UNPACKED:
    case STATE_ISSUED:
    case STATE_SENT:
    case STATE_LOST:
    case STATE_EXPIRED:
    case STATE_WRITTEN_OFF:
    case STATE_ADJUSTED_DOWN:
    case STATE_OPENED:
        return true;
    default:
        return false;
    }
}

/* Accounts of waybills; at a place they are what forgotten waybills left behind. */
static bool is_of_waybills(enum state_account account) {
    return account == STATE_OVER || account == STATE_MISSING_ON_WAY ||
           account == STATE_RELABELLED_IN || account == STATE_RELABELLED_OUT ||
           account == STATE_IN_TRANSIT;
}

/* All balances of one lot of a place, from index `first`; returns the index behind them. */
static uint32_t compare_lot(struct comparison *comparison, const struct state_place *place,
                            uint32_t first) {
    const struct state_book *book = &place->book;
    const char *id = place->entity.id;
    struct state_lot lot = book->balances[first].lot;
    char name[KEY_BYTES];
    int64_t there = 0, explained = 0;
    uint32_t i = first;
    for (; i < book->count && state_lot_equal(&book->balances[i].lot, &lot); i++) {
        const struct state_balance *balance = &book->balances[i];
        enum state_account_side side = state_account_side(balance->account);
        add_to_lot(comparison, id, balance);
        if (side == STATE_SIDE_STORE)
            there += balance->amount;
        else if (side != STATE_SIDE_NOTE && !is_of_waybills(balance->account))
            explained += side == STATE_SIDE_SOURCE ? balance->amount : -balance->amount;
        int64_t sum = is_told(balance->account)
                          ? said(comparison, state_account_word(balance->account), id, &lot)
                          : balance->amount;
        if (sum != balance->amount)
            find(comparison->verify, "%s: %s is %" PRId64 ", the reports sum to %" PRId64,
                 name_of(comparison, id, &lot, name), state_account_word(balance->account),
                 balance->amount, sum);
    }
    explained += said(comparison, "came", id, &lot) - said(comparison, "went", id, &lot);
    if (there != explained)
        find(comparison->verify, "%s: %" PRId64 " are there, what came less what went is %" PRId64,
             name_of(comparison, id, &lot, name), there, explained);
    return i;
}

static const struct state_stock_line *picture_line(const struct state_place *place,
                                                   const struct state_lot *lot) {
    for (uint32_t i = 0; i < place->stock.count; i++) {
        const struct state_stock_line *line = &place->stock.lines[i];
        if (line->item == lot->item && line->lot == lot->lot && line->expiry_day == lot->expiry_day)
            return line;
    }
    return NULL;
}

static void compare_picture(struct comparison *comparison, const struct state_place *place) {
    char name[KEY_BYTES];
    int64_t in_picture = 0, in_books = 0;
    for (uint32_t i = 0; i < place->stock.count; i++) {
        const struct state_stock_line *line = &place->stock.lines[i];
        struct state_lot lot = {line->item, line->lot, line->expiry_day};
        int64_t books = state_book_there(&place->book, &lot);
        in_picture += line->quantity;
        if (books != line->quantity ||
            state_book_amount(&place->book, &lot, STATE_DAMAGED) != line->damaged)
            find(comparison->verify,
                 "%s: %" PRId64 " (%" PRId64 " damaged) in the books, %" PRId64 " (%" PRId64
                 ") in the picture",
                 name_of(comparison, place->entity.id, &lot, name), books,
                 state_book_amount(&place->book, &lot, STATE_DAMAGED), line->quantity,
                 line->damaged);
    }
    for (uint32_t i = 0; i < place->book.count; i++)
        if (state_account_side(place->book.balances[i].account) == STATE_SIDE_STORE)
            in_books += place->book.balances[i].amount;
    for (uint32_t i = 0; in_books != in_picture && i < place->book.count; i++) {
        const struct state_lot *lot = &place->book.balances[i].lot;
        if (place->book.balances[i].account == STATE_ON_HAND &&
            state_book_there(&place->book, lot) != 0 && picture_line(place, lot) == NULL)
            find(comparison->verify, "%s: %" PRId64 " in the books, none in the picture",
                 name_of(comparison, place->entity.id, lot, name),
                 state_book_there(&place->book, lot));
    }
}

static void compare_place(struct comparison *comparison, const struct state_place *place) {
    for (uint32_t i = 0; i < place->book.count;)
        i = compare_lot(comparison, place, i);
    if (!state_books_lag(comparison->state, place))
        compare_picture(comparison, place);
}

/* ---- waybills ---- */

static int64_t on(const struct state_waybill *waybill, const struct state_lot *lot,
                  enum state_account account) {
    return state_book_amount(&waybill->book, lot, account);
}

static void compare_waybill_lot(struct comparison *comparison, const struct state_waybill *waybill,
                                const struct state_lot *lot) {
    const char *id = waybill->entity.id;
    char name[KEY_BYTES];
    int64_t shipped = said(comparison, "shipped", id, lot);
    int64_t received = said(comparison, "received", id, lot);
    int64_t kept = on(waybill, lot, STATE_IN_TRANSIT) + on(waybill, lot, STATE_MISSING_ON_WAY) +
                   on(waybill, lot, STATE_RELABELLED_OUT) - on(waybill, lot, STATE_RELABELLED_IN) -
                   on(waybill, lot, STATE_OVER);
    if (shipped - received != kept)
        find(comparison->verify,
             "waybill %s: %" PRId64 " shipped less %" PRId64 " received, the books hold %" PRId64,
             name_of(comparison, id, lot, name), shipped, received, kept);
}

static void compare_waybill_lines(struct comparison *comparison,
                                  const struct state_waybill *waybill) {
    const char *id = waybill->entity.id;
    char name[KEY_BYTES];
    for (uint32_t i = 0; i < waybill->line_count; i++) {
        const struct state_waybill_line *line = &waybill->lines[i];
        int64_t shipped = said(comparison, "shipped", id, &line->lot);
        int64_t received = said(comparison, "received", id, &line->lot);
        if (line->shipped != shipped || line->received != received)
            find(comparison->verify,
                 "waybill %s: shipped %" PRId64 " and received %" PRId64
                 ", the reports sum to %" PRId64 " and %" PRId64,
                 name_of(comparison, id, &line->lot, name), line->shipped, line->received, shipped,
                 received);
    }
}

static void compare_shares(struct comparison *comparison, const struct state_waybill *waybill) {
    int64_t shipped = 0, received = 0, for_shipped = 0, for_received = 0;
    for (uint32_t i = 0; i < waybill->line_count; i++) {
        shipped += waybill->lines[i].shipped;
        received += waybill->lines[i].received;
    }
    for (uint32_t i = 0; i < waybill->share_count; i++) {
        for_shipped += waybill->shares[i].shipped;
        for_received += waybill->shares[i].received;
    }
    if (for_shipped > shipped || for_received > received)
        find(comparison->verify,
             "waybill %s: %" PRId64 " shipped and %" PRId64
             " received for requests, but only %" PRId64 " and %" PRId64 " in all",
             waybill->entity.id, for_shipped, for_received, shipped, received);
}

static void compare_waybill(struct comparison *comparison, const struct state_waybill *waybill) {
    const struct state_book *book = &waybill->book;
    for (uint32_t i = 0; i < book->count; i++) {
        add_to_lot(comparison, waybill->entity.id, &book->balances[i]);
        if (i == 0 || !state_lot_equal(&book->balances[i - 1].lot, &book->balances[i].lot))
            compare_waybill_lot(comparison, waybill, &book->balances[i].lot);
    }
    compare_waybill_lines(comparison, waybill);
    compare_shares(comparison, waybill);
    comparison->verify->totals.waybills++;
}

/* What all waybills say is picked and loaded at places, against the books of the places. */
static void compare_picks(struct comparison *comparison) {
    const struct state *state = comparison->state;
    int64_t in_books = 0, on_waybills = 0;
    for (uint32_t i = 0; i < state_count(state, STATE_PLACE); i++) {
        const struct state_book *book = &state_place(state, i)->book;
        for (uint32_t b = 0; b < book->count; b++)
            if (book->balances[b].account == STATE_PICKED ||
                book->balances[b].account == STATE_LOADED)
                in_books += book->balances[b].amount;
    }
    for (uint32_t i = 0; i < state_count(state, STATE_WAYBILL); i++) {
        const struct state_waybill *waybill = state_waybill(state, i);
        for (uint32_t p = 0; p < waybill->pick_count; p++) {
            const struct state_waybill_pick *pick = &waybill->picks[p];
            const struct state_place *place = state_place(state, pick->place);
            on_waybills += pick->picked + pick->loaded;
            if (place == NULL || pick->picked < 0 || pick->loaded < 0 ||
                pick->picked > state_book_amount(&place->book, &pick->lot, STATE_PICKED) ||
                pick->loaded > state_book_amount(&place->book, &pick->lot, STATE_LOADED))
                find(comparison->verify, "waybill %s: more picked than its place has",
                     waybill->entity.id);
        }
    }
    if (in_books != on_waybills)
        find(comparison->verify,
             "%" PRId64 " picked or loaded at places, %" PRId64 " on their waybills", in_books,
             on_waybills);
}

/* ---- all ---- */

/* Sums that no book knows: goods of reports that the ledger dropped. Those of waybills may have
 * been forgotten with them. */
static void compare_unseen(struct comparison *comparison) {
    for (const struct sum *sum = comparison->verify->sums; sum != NULL; sum = sum->hh.next) {
        bool of_waybill =
            strncmp(sum->key, "shipped\n", 8) == 0 || strncmp(sum->key, "received\n", 9) == 0;
        if (of_waybill || sum->amount == 0 || sum->seen == comparison->verify->totals.compared)
            continue;
        char name[KEY_BYTES];
        snprintf(name, sizeof name, "%s", sum->key);
        for (char *at = name; *at != '\0'; at++)
            *at = *at == '\n' ? ' ' : *at;
        find(comparison->verify, "%s: %" PRId64 " reported, in no book", name, sum->amount);
    }
}

static void compare_lots(struct comparison *comparison) {
    for (const struct lot_sum *sum = comparison->lots; sum != NULL; sum = sum->hh.next) {
        char name[KEY_BYTES];
        comparison->verify->totals.lots++;
        if (sum->amount != 0)
            find(comparison->verify,
                 "%s: sources gave %" PRId64 " more than stores hold and uses took",
                 name_of(comparison, "all books", &sum->lot, name), sum->amount);
    }
}

int ledger_verify_compare(struct ledger_verify *verify, const struct state *state) {
    struct comparison comparison = {.verify = verify, .state = state};
    struct ledger_verify_totals *totals = &verify->totals;
    totals->compared++;
    totals->balances = totals->lots = totals->waybills = 0;
    for (uint32_t i = 0; i < state_count(state, STATE_PLACE); i++)
        compare_place(&comparison, state_place(state, i));
    for (uint32_t i = 0; i < state_count(state, STATE_WAYBILL); i++)
        compare_waybill(&comparison, state_waybill(state, i));
    compare_picks(&comparison);
    compare_lots(&comparison);
    compare_unseen(&comparison);
    free_lots(comparison.lots);
    return comparison.out_of_memory ? HV_ERR_MEMORY : HV_OK;
}

const struct ledger_verify_totals *ledger_verify_totals(const struct ledger_verify *verify) {
    return &verify->totals;
}

const char *ledger_verify_finding(const struct ledger_verify *verify, size_t index) {
    return index < LEDGER_FINDINGS_MAX && index < verify->totals.findings ? verify->findings[index]
                                                                          : "";
}
