/* Stock of a place by item, lot and expiry: counts replace, movements add, nothing falls below 0.
 *
 * The rules are those of people (state_people.c), line by line: a complete count is the base of
 * every line, another one of the lines that it lists. */
#include "coordinator/state/state_fold.h"
#include "schemas/tally.h"

#include <stdlib.h>
#include <string.h>

struct key {
    uint32_t item, lot, expiry_day;
};

static int compare(const struct state_stock_line *line, const struct key *key) {
    if (line->item != key->item)
        return line->item < key->item ? -1 : 1;
    if (line->lot != key->lot)
        return line->lot < key->lot ? -1 : 1;
    if (line->expiry_day != key->expiry_day)
        return line->expiry_day < key->expiry_day ? -1 : 1;
    return 0;
}

static struct key key_of(struct state *state, const struct hv_stock_line *line) {
    return (struct key){fold_name(state, line->item), fold_name(state, line->lot),
                        line->expiry_day};
}

/* Index of the line, or of where it would be. */
static uint32_t find_line(const struct state_stock *stock, const struct key *key, bool *ret_found) {
    uint32_t low = 0, high = stock->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int order = compare(&stock->lines[middle], key);
        if (order == 0) {
            *ret_found = true;
            return middle;
        }
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    *ret_found = false;
    return low;
}

const struct state_stock_line *fold_stock_line(const struct state_stock *stock,
                                               const struct state_lot *lot) {
    struct key key = {lot->item, lot->lot, lot->expiry_day};
    bool found;
    uint32_t at = find_line(stock, &key, &found);
    return found ? &stock->lines[at] : NULL;
}

static bool make_room(struct state_stock *stock) {
    if (stock->count < stock->room)
        return true;
    uint32_t room = stock->room + stock->room / 2 + 4;
    struct state_stock_line *lines = realloc(stock->lines, room * sizeof *lines);
    if (lines == NULL)
        return false;
    stock->lines = lines;
    stock->room = room;
    return true;
}

/* The line, made where absent; NULL past the limit or without memory. */
static struct state_stock_line *need_line(struct state *state, struct state_stock *stock,
                                          const struct key *key) {
    bool found;
    uint32_t at = find_line(stock, key, &found);
    if (found)
        return &stock->lines[at];
    if (stock->count >= STATE_STOCK_LINES_MAX) {
        stock->refused++;
        return NULL;
    }
    if (!make_room(stock)) {
        state->out_of_memory = true;
        return NULL;
    }
    struct state_stock_line *line = &stock->lines[at];
    memmove(line + 1, line, (stock->count - at) * sizeof *line);
    stock->count++;
    *line = (struct state_stock_line){
        .item = key->item, .lot = key->lot, .expiry_day = key->expiry_day};
    return line;
}

/* ---- remembered movements ---- */

static bool too_late(const struct state_stock *stock, const struct state_stamp *stamp) {
    return stamp->node == STATE_NONE && stamp->observed_ms < stock->horizon_ms;
}

static bool remember(struct state_stock *stock, const struct state_stock_movement *movement) {
    if (stock->movements == NULL) {
        stock->movements = calloc(STATE_MOVEMENTS_KEPT, sizeof *stock->movements);
        if (stock->movements == NULL)
            return false;
    }
    if (stock->movement_count == STATE_MOVEMENTS_KEPT) {
        if (stock->movements[0].stamp.observed_ms > stock->horizon_ms)
            stock->horizon_ms = stock->movements[0].stamp.observed_ms;
        stock->movement_count--;
        memmove(stock->movements, stock->movements + 1,
                stock->movement_count * sizeof *stock->movements);
    }
    stock->movements[stock->movement_count++] = *movement;
    return true;
}

static bool is_of(const struct state_stock_movement *movement,
                  const struct state_stock_line *line) {
    return compare(line, &(struct key){movement->item, movement->lot, movement->expiry_day}) == 0;
}

/* ---- one line ---- */

static void mark(struct state_stock *stock, struct state_stock_line *line,
                 const struct state_stamp *stamp) {
    line->changed = stamp->position;
    if (line->changed_ms < stamp->observed_ms || line->changed == 0)
        line->changed_ms = stamp->observed_ms;
    if (fold_replaces(stamp, &stock->changed))
        stock->changed = *stamp;
}

static void move_line(struct state_stock_line *line, int64_t quantity, int64_t damaged) {
    line->quantity += quantity;
    if (line->quantity < 0) {
        line->shortfall -= line->quantity;
        line->quantity = 0;
    }
    line->damaged += damaged;
    if (line->damaged < 0)
        line->damaged = 0;
    if (line->damaged > line->quantity)
        line->damaged = line->quantity;
}

/* What remembered movements added to the line. */
static int64_t moved(const struct state_stock *stock, const struct state_stock_line *line) {
    int64_t sum = 0;
    for (uint8_t i = 0; i < stock->movement_count; i++) {
        if (is_of(&stock->movements[i], line))
            sum += stock->movements[i].quantity;
    }
    return sum;
}

/* Forgets movements of the line that a new count contains; the others stay in their order. */
static void keep_following(struct state_stock *stock, const struct state_stock_line *line,
                           const struct state_stamp *stamp) {
    uint8_t kept = 0;
    for (uint8_t i = 0; i < stock->movement_count; i++) {
        const struct state_stock_movement *movement = &stock->movements[i];
        if (!is_of(movement, line) || fold_follows(&movement->stamp, stamp))
            stock->movements[kept++] = *movement;
    }
    stock->movement_count = kept;
}

/* Their sum does not say it: 5 less and then 5 more are 5 where there was nothing. */
static bool has_movements(const struct state_stock *stock, const struct state_stock_line *line) {
    for (uint8_t i = 0; i < stock->movement_count; i++) {
        if (is_of(&stock->movements[i], line))
            return true;
    }
    return false;
}

static void set_line(struct state_stock *stock, struct state_stock_line *line,
                     const struct state_stamp *stamp, int64_t quantity, int64_t damaged,
                     bool compare_with_books) {
    keep_following(stock, line, stamp);
    int64_t books = line->quantity - moved(stock, line);
    if (compare_with_books && quantity != books)
        line->difference = quantity - books;
    line->quantity = quantity;
    line->damaged = damaged > quantity ? quantity : damaged;
    line->shortfall = 0;
    line->counted = *stamp;
    line->changed_ms = stamp->observed_ms;
    mark(stock, line, stamp);
    for (uint8_t i = 0; i < stock->movement_count; i++) {
        const struct state_stock_movement *movement = &stock->movements[i];
        if (!is_of(movement, line))
            continue;
        move_line(line, movement->quantity, movement->damaged);
        mark(stock, line, &movement->stamp);
    }
}

/* ---- counts ---- */

/* What one count says of one line; a line listed twice is the sum. */
static void count_line(struct state *state, struct state_stock *stock,
                       const struct state_stamp *stamp, const struct key *key, int64_t quantity,
                       int64_t damaged, uint32_t pack, bool books) {
    struct state_stock_line *line = need_line(state, stock, key);
    if (line == NULL || !fold_replaces(stamp, &line->counted))
        return;
    if (pack != 0)
        line->pack = pack;
    if (line->counted.position != stamp->position) {
        set_line(stock, line, stamp, quantity, damaged, books);
        return;
    }
    if (books)
        line->difference += quantity;
    line->quantity += quantity;
    line->damaged += damaged;
}

/* Lines that a complete count does not list are not there. Those of which nothing is left to tell
 * go. */
static void clear_unlisted(struct state_stock *stock, const struct state_stamp *stamp, bool books) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < stock->count; i++) {
        struct state_stock_line *line = &stock->lines[i];
        if (line->counted.position != stamp->position && fold_replaces(stamp, &line->counted)) {
            keep_following(stock, line, stamp);
            if (line->quantity == 0 && !has_movements(stock, line))
                continue;
            set_line(stock, line, stamp, 0, 0, books);
        }
        stock->lines[kept++] = *line;
    }
    stock->count = kept;
}

void fold_stock_count(struct state *state, struct state_place *place,
                      const struct state_stamp *stamp, const struct hv_stock_count *count) {
    struct state_stock *stock = &place->stock;
    if (!fold_replaces(stamp, &stock->counted) || too_late(stock, stamp))
        return;
    bool books = stock->changed.position != 0;
    for (size_t i = 0; i < count->line_count; i++) {
        const struct hv_stock_line *line = &count->lines[i];
        struct key key = key_of(state, line);
        count_line(state, stock, stamp, &key, (int64_t)line->quantity, (int64_t)line->damaged,
                   line->pack, books);
    }
    if (fold_replaces(stamp, &stock->changed))
        stock->changed = *stamp;
    if (!count->complete)
        return;
    clear_unlisted(stock, stamp, books);
    stock->counted = *stamp;
}

void fold_stock_snapshot(struct state *state, struct state_place *place,
                         const struct state_staging *staging, const struct state_stamp *stamp) {
    struct state_stock *stock = &place->stock;
    if (!fold_replaces(stamp, &stock->counted))
        return;
    for (uint32_t i = 0; i < staging->stock_count; i++) {
        const struct state_stock_line *line = &staging->stock[i];
        struct key key = {line->item, line->lot, line->expiry_day};
        count_line(state, stock, stamp, &key, line->quantity, line->damaged, line->pack, false);
    }
    if (fold_replaces(stamp, &stock->changed))
        stock->changed = *stamp;
    clear_unlisted(stock, stamp, false);
    stock->counted = *stamp;
}

/* ---- movements ---- */

static void move_one(struct state *state, struct state_stock *stock,
                     const struct state_stamp *stamp, int sign, const struct hv_stock_line *line) {
    struct key key = key_of(state, line);
    struct state_stock_line *at = need_line(state, stock, &key);
    if (at == NULL || !fold_follows(stamp, &at->counted))
        return;
    struct state_stock_movement movement = {.stamp = *stamp,
                                            .item = key.item,
                                            .lot = key.lot,
                                            .expiry_day = key.expiry_day,
                                            .quantity = sign * (int64_t)line->quantity,
                                            .damaged = sign * (int64_t)line->damaged};
    if (!remember(stock, &movement)) {
        state->out_of_memory = true;
        return;
    }
    if (line->pack != 0)
        at->pack = line->pack;
    move_line(at, movement.quantity, movement.damaged);
    mark(stock, at, stamp);
}

void fold_stock_move(struct state *state, struct state_place *place,
                     const struct state_stamp *stamp, const struct hv_stock_movement *movement) {
    struct state_stock *stock = &place->stock;
    int sign = hv_stock_sign(movement->kind);
    if (!fold_follows(stamp, &stock->counted))
        return;
    for (size_t i = 0; sign != 0 && i < movement->line_count; i++)
        move_one(state, stock, stamp, sign, &movement->lines[i]);
    for (size_t i = 0; i < movement->into_count; i++)
        move_one(state, stock, stamp, 1, &movement->into[i]);
}
