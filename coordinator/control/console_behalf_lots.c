/* Which lots somebody at the telephone means that names none: the books know what lies there. */
#include "coordinator/control/console_behalf.h"

#include "coordinator/state/state_book.h"

#include <string.h>

#define DAY_MS 86400000

/* How far one reaches: what was set aside for the waybill itself, what is free besides, what was
 * set aside for others, what is damaged. */
enum reach { OF_WAYBILL, FREE, SET_ASIDE, DAMAGED };

/* What goods can be taken from, and the lines with lots that are made of it. */
struct taking {
    const struct state *state;
    const struct state_place *place;
    const struct state_waybill *waybill; /* NULL: none, or nothing is known of it */
    const struct hv_stock_movement *movement;
    uint32_t today; /* what has expired is left where it is; 0: it is not */
    struct hv_stock_line *lines;
    size_t count;
    size_t without; /* lines that named no lot: so much room is kept for what is in none */
};

/* ---- names ---- */

static uint32_t name_of(const struct state *state, const char *name) {
    const struct state_entity *found = *name == '\0' ? NULL : state_find(state, STATE_NAME, name);
    return found == NULL ? STATE_NONE : found->index;
}

/* The expiry of the one lot of that name in the book, 0: there is none, there are several, or one
 * without. */
static uint32_t only_expiry(const struct state *state, const struct state_book *book,
                            const struct hv_stock_line *line) {
    const uint32_t item = name_of(state, line->item), lot = name_of(state, line->lot);
    uint32_t expiry = 0;
    bool found = false;
    for (uint32_t i = item == STATE_NONE ? book->count : state_book_first(book, item);
         i < book->count && book->balances[i].lot.item == item;
         i = state_book_after(book, &book->balances[i].lot)) {
        const struct state_lot *one = &book->balances[i].lot;
        const int64_t there =
            state_book_there(book, one) + state_book_amount(book, one, STATE_IN_TRANSIT);
        if (one->lot != lot || there == 0)
            continue;
        if (found)
            return 0;
        found = true;
        expiry = one->expiry_day;
    }
    return expiry;
}

static void know_lots(const struct taking *taking, struct hv_stock_line *lines, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (*lines[i].lot == '\0' || lines[i].expiry_day != 0)
            continue;
        if (taking->waybill != NULL)
            lines[i].expiry_day = only_expiry(taking->state, &taking->waybill->book, &lines[i]);
        if (lines[i].expiry_day == 0)
            lines[i].expiry_day = only_expiry(taking->state, &taking->place->book, &lines[i]);
    }
}

/* ---- taking ---- */

/* What of the lot is set aside at the place for the waybill of the movement. */
static int64_t set_aside(const struct taking *taking, const struct state_lot *lot) {
    const struct state_waybill *waybill = taking->waybill;
    const bool loads = taking->movement->kind == HV_STOCK_LOAD;
    int64_t sum = 0;
    for (uint32_t i = 0; waybill != NULL && i < waybill->pick_count; i++)
        if (waybill->picks[i].place == taking->place->entity.index &&
            state_lot_equal(&waybill->picks[i].lot, lot))
            sum += waybill->picks[i].picked + (loads ? 0 : waybill->picks[i].loaded);
    return sum;
}

/* How much of the lot there is for the movement as far as one reaches. */
static int64_t within(const struct taking *taking, const struct state_lot *lot, enum reach reach) {
    const struct state_book *book = &taking->place->book;
    if (taking->movement->kind == HV_STOCK_RECEIVE)
        return state_book_amount(&taking->waybill->book, lot, STATE_IN_TRANSIT);
    if (lot->expiry_day != 0 && lot->expiry_day < taking->today)
        return 0;
    const int64_t free = state_book_amount(book, lot, STATE_ON_HAND);
    switch (reach) {
    case OF_WAYBILL:
        return set_aside(taking, lot);
    case FREE:
        return free + (taking->movement->kind == HV_STOCK_PICK ? 0 : set_aside(taking, lot));
    case SET_ASIDE:
        return state_book_there(book, lot) - state_book_amount(book, lot, STATE_DAMAGED);
    case DAMAGED:
    default:
        return state_book_there(book, lot);
    }
}

static enum reach farthest(enum hv_stock_movement_kind kind) {
    switch (kind) {
    case HV_STOCK_PUT_BACK:
    case HV_STOCK_RECEIVE:
        return OF_WAYBILL;
    case HV_STOCK_PICK:
    case HV_STOCK_LOAD:
        return FREE;
    case HV_STOCK_ISSUE:
    case HV_STOCK_SHIP:
        return SET_ASIDE;
    default:
        return DAMAGED;
    }
}

/* The line of the lot as it is made; NULL: none yet. */
static struct hv_stock_line *line_of(const struct taking *taking, const char *item,
                                     const struct state_lot *lot) {
    const char *name = state_name(taking->state, lot->lot);
    for (size_t i = 0; i < taking->count; i++)
        if (strcmp(taking->lines[i].item, item) == 0 && strcmp(taking->lines[i].lot, name) == 0 &&
            taking->lines[i].expiry_day == lot->expiry_day)
            return &taking->lines[i];
    return NULL;
}

static bool is_full(const struct taking *taking) {
    return taking->count + taking->without >= HV_STOCK_LINES_MAX;
}

static void take(struct taking *taking, const struct state_lot *lot, int64_t there,
                 struct hv_stock_line *from) {
    struct hv_stock_line *line = there <= 0 ? NULL : line_of(taking, from->item, lot);
    const int64_t left = there - (line == NULL ? 0 : (int64_t)line->quantity);
    if (left <= 0)
        return;
    const uint64_t part = (uint64_t)left < from->quantity ? (uint64_t)left : from->quantity;
    if (line == NULL) {
        line = &taking->lines[taking->count++];
        *line = (struct hv_stock_line){.item = from->item,
                                       .lot = state_name(taking->state, lot->lot),
                                       .expiry_day = lot->expiry_day,
                                       .pack = from->pack};
    }
    line->quantity += part;
    line->damaged += from->damaged < part ? from->damaged : part;
    from->damaged -= from->damaged < part ? from->damaged : part;
    from->quantity -= part;
}

/* First expired, first out: in this order the lots of an item stand in a book. */
static void spread(struct taking *taking, struct hv_stock_line *from) {
    const uint32_t item = name_of(taking->state, from->item);
    const struct state_book *book =
        taking->movement->kind == HV_STOCK_RECEIVE ? &taking->waybill->book : &taking->place->book;
    const enum reach last = farthest(taking->movement->kind);
    if (item == STATE_NONE)
        return;
    for (enum reach reach = OF_WAYBILL; reach <= last; reach++)
        for (uint32_t i = state_book_first(book, item);
             i < book->count && book->balances[i].lot.item == item && from->quantity > 0 &&
             !is_full(taking);
             i = state_book_after(book, &book->balances[i].lot))
            take(taking, &book->balances[i].lot, within(taking, &book->balances[i].lot, reach),
                 from);
}

/* Adds the line to an earlier one of the same goods; false: there is none that it fits into. So the
 * lots of an item are gone through once, however many lines there are. */
static bool joins(struct hv_stock_line *lines, size_t count, const struct hv_stock_line *line) {
    for (size_t i = 0; i < count; i++) {
        if (strcmp(lines[i].item, line->item) != 0 ||
            line->quantity > HV_QUANTITY_MAX - lines[i].quantity)
            continue;
        lines[i].quantity += line->quantity;
        lines[i].damaged += line->damaged;
        return true;
    }
    return false;
}

/* Lines that name a lot are taken as they are, first: they say what is left for the others, which
 * move to the beginning of `lines`. Returns how many these are. */
static size_t part_lines(struct taking *taking, struct hv_stock_line *lines, size_t count) {
    size_t without = 0;
    for (size_t i = 0; i < count; i++) {
        const struct hv_stock_line line = lines[i];
        if (*line.lot != '\0' || line.expiry_day != 0)
            taking->lines[taking->count++] = line;
        else if (!joins(lines, without, &line))
            lines[without++] = line;
    }
    return without;
}

static int take_lots(struct taking *taking, struct hv_arena *arena,
                     struct hv_stock_movement *movement) {
    struct hv_stock_line *lines = movement->lines;
    taking->lines = hv_arena_take(arena, HV_STOCK_LINES_MAX, sizeof *taking->lines);
    if (taking->lines == NULL)
        return HV_ERR_MEMORY;
    taking->without = part_lines(taking, lines, movement->line_count);
    for (size_t i = 0; i < taking->without; i++) {
        spread(taking, &lines[i]);
        if (lines[i].quantity > 0)
            taking->lines[taking->count++] = lines[i];
    }
    for (size_t i = 0; i < taking->count; i++)
        if ((taking->lines[i].lot = hv_arena_text(arena, taking->lines[i].lot)) == NULL)
            return HV_ERR_MEMORY;
    movement->lines = taking->lines;
    movement->line_count = taking->count;
    return HV_OK;
}

/* What comes without a waybill, or is found, is of lots that nobody here knows. */
static bool has_lots(const struct taking *taking) {
    const enum hv_stock_movement_kind kind = taking->movement->kind;
    return kind == HV_STOCK_RECEIVE ? taking->waybill != NULL : kind != HV_STOCK_ADJUST_UP;
}

int behalf_lots(const struct state *state, const char *place, int64_t seen_ms,
                struct hv_arena *arena, struct hv_report *report) {
    struct hv_stock_movement *movement = &report->stock_movement;
    struct taking taking = {
        .state = state, .place = state_find_place(state, place), .movement = movement};
    if (taking.place == NULL)
        return HV_OK;
    if (report->kind == HV_REPORT_STOCK_COUNT)
        know_lots(&taking, report->stock_count.lines, report->stock_count.line_count);
    if (report->kind != HV_REPORT_STOCK_MOVEMENT)
        return HV_OK;
    const bool for_people = movement->kind == HV_STOCK_PICK || movement->kind == HV_STOCK_ISSUE ||
                            movement->kind == HV_STOCK_SHIP;
    if (*movement->waybill != '\0')
        taking.waybill = state_find_waybill(state, movement->waybill);
    taking.today = for_people && seen_ms > 0 ? (uint32_t)(seen_ms / DAY_MS) : 0;
    know_lots(&taking, movement->lines, movement->line_count);
    return has_lots(&taking) ? take_lots(&taking, arena, movement) : HV_OK;
}
