#include "nodes/stock.h"

#include "schemas/limits.h"
#include "schemas/tally.h"

#include <stdlib.h>
#include <string.h>

/* ---- lines ---- */

/* 0, the day of what does not expire, comes after every day. */
static int compare_days(uint32_t a, uint32_t b) {
    uint32_t first = a - 1, second = b - 1;
    return first < second ? -1 : first > second;
}

static int compare_lines(const struct hv_stock_line *a, const struct hv_stock_line *b) {
    int order = strcmp(a->item, b->item);
    if (order == 0)
        order = compare_days(a->expiry_day, b->expiry_day);
    return order != 0 ? order : strcmp(a->lot, b->lot);
}

int node_stock_compare(const struct hv_stock_line *a, const struct hv_stock_line *b) {
    return compare_lines(a, b);
}

static int compare_for_sort(const void *a, const void *b) {
    return compare_lines(a, b);
}

static uint64_t usable(const struct hv_stock_line *line) {
    return line->quantity > line->damaged ? line->quantity - line->damaged : 0;
}

static uint64_t sum_within_limit(uint64_t a, uint64_t b) {
    return a > HV_QUANTITY_MAX - b ? HV_QUANTITY_MAX : a + b;
}

static void add_goods(struct hv_stock_line *sum, const struct hv_stock_line *line) {
    sum->quantity = sum_within_limit(sum->quantity, line->quantity);
    sum->damaged = sum_within_limit(sum->damaged, line->damaged);
}

/* Never below zero, and no more damaged than there are. */
static void take_goods(struct hv_stock_line *from, const struct hv_stock_line *line) {
    from->quantity -= line->quantity < from->quantity ? line->quantity : from->quantity;
    from->damaged -= line->damaged < from->damaged ? line->damaged : from->damaged;
    if (from->damaged > from->quantity)
        from->damaged = from->quantity;
}

/* Item and lot lie in one block, which is freed through `item`. */
static void line_free(struct hv_stock_line *line) {
    free((char *)line->item);
}

static int line_copy(const struct hv_stock_line *line, struct hv_stock_line *ret_copy) {
    size_t item_bytes = strlen(line->item) + 1, lot_bytes = strlen(line->lot) + 1;
    char *texts = malloc(item_bytes + lot_bytes);
    if (texts == NULL)
        return HV_ERR_MEMORY;
    memcpy(texts, line->item, item_bytes);
    memcpy(texts + item_bytes, line->lot, lot_bytes);
    *ret_copy = *line;
    ret_copy->item = texts;
    ret_copy->lot = texts + item_bytes;
    return HV_OK;
}

static void lines_free(struct hv_stock_line *lines, size_t count) {
    for (size_t i = 0; i < count; i++)
        line_free(&lines[i]);
    free(lines);
}

/* Sums up lines of the same key in a sorted list; returns how many are left. */
static size_t merge_same(struct hv_stock_line *lines, size_t count) {
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (kept > 0 && compare_lines(&lines[kept - 1], &lines[i]) == 0) {
            add_goods(&lines[kept - 1], &lines[i]);
            line_free(&lines[i]);
        } else {
            lines[kept++] = lines[i];
        }
    }
    return kept;
}

/* Own copies of the lines, sorted, each key once. */
static int stage(const struct hv_stock_line *lines, size_t count, struct hv_stock_line **ret_staged,
                 size_t *ret_count) {
    struct hv_stock_line *staged = calloc(count + 1, sizeof *staged);
    if (staged == NULL)
        return HV_ERR_MEMORY;
    for (size_t i = 0; i < count; i++) {
        int error = line_copy(&lines[i], &staged[i]);
        if (error != HV_OK) {
            lines_free(staged, i);
            return error;
        }
    }
    qsort(staged, count, sizeof *staged, compare_for_sort);
    *ret_staged = staged;
    *ret_count = merge_same(staged, count);
    return HV_OK;
}

/* ---- the ledger ---- */

void node_stock_deinit(struct node_stock *stock) {
    lines_free(stock->lines, stock->count);
    *stock = (struct node_stock){0};
}

static size_t lower_bound(const struct node_stock *stock, const struct hv_stock_line *line) {
    size_t low = 0, high = stock->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare_lines(&stock->lines[middle], line) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The lines of an item stand together from here on. */
static size_t first_of(const struct node_stock *stock, const char *item) {
    struct hv_stock_line least = {.item = item, .lot = "", .expiry_day = 1};
    return lower_bound(stock, &least);
}

static bool is_item(const struct node_stock *stock, size_t at, const char *item) {
    return at < stock->count && strcmp(stock->lines[at].item, item) == 0;
}

uint64_t node_stock_line(const struct node_stock *stock, const struct hv_stock_line *line) {
    size_t at = lower_bound(stock, line);
    bool found = at < stock->count && compare_lines(&stock->lines[at], line) == 0;
    return found ? stock->lines[at].quantity : 0;
}

uint64_t node_stock_usable(const struct node_stock *stock, const struct hv_stock_line *line) {
    size_t at = lower_bound(stock, line);
    bool found = at < stock->count && compare_lines(&stock->lines[at], line) == 0;
    return found ? usable(&stock->lines[at]) : 0;
}

static int reserve(struct node_stock *stock, size_t more) {
    size_t need = stock->count + more;
    if (need > NODE_STOCK_LINES_MAX)
        return HV_ERR_LIMIT;
    if (need <= stock->capacity)
        return HV_OK;
    size_t capacity = need + need / 4 + 8;
    struct hv_stock_line *lines = realloc(stock->lines, capacity * sizeof *lines);
    if (lines == NULL)
        return HV_ERR_MEMORY;
    stock->lines = lines;
    stock->capacity = capacity;
    return HV_OK;
}

static void remove_line(struct node_stock *stock, size_t at) {
    line_free(&stock->lines[at]);
    stock->count--;
    memmove(&stock->lines[at], &stock->lines[at + 1], (stock->count - at) * sizeof *stock->lines);
}

static void insert_line(struct node_stock *stock, size_t at, const struct hv_stock_line *line) {
    memmove(&stock->lines[at + 1], &stock->lines[at], (stock->count - at) * sizeof *stock->lines);
    stock->lines[at] = *line;
    stock->count++;
}

enum change { CHANGE_SET, CHANGE_ADD, CHANGE_TAKE };

static void change_goods(struct hv_stock_line *there, enum change change,
                         const struct hv_stock_line *line) {
    switch (change) {
    case CHANGE_SET:
        there->quantity = line->quantity;
        there->damaged = line->damaged;
        break;
    case CHANGE_ADD:
        add_goods(there, line);
        break;
    case CHANGE_TAKE:
        take_goods(there, line);
        break;
    }
    if (line->pack > 1)
        there->pack = line->pack;
}

/* Takes over the staged line's texts. */
static void change_line(struct node_stock *stock, enum change change,
                        struct hv_stock_line *staged) {
    size_t at = lower_bound(stock, staged);
    bool found = at < stock->count && compare_lines(&stock->lines[at], staged) == 0;
    if (!found && change != CHANGE_TAKE && staged->quantity > 0) {
        insert_line(stock, at, staged);
        return;
    }
    if (found) {
        change_goods(&stock->lines[at], change, staged);
        if (stock->lines[at].quantity == 0)
            remove_line(stock, at);
    }
    line_free(staged);
}

static int change_lines(struct node_stock *stock, enum change change,
                        const struct hv_stock_line *lines, size_t count) {
    struct hv_stock_line *staged;
    size_t staged_count;
    int error = stage(lines, count, &staged, &staged_count);
    if (error != HV_OK)
        return error;
    error = change == CHANGE_TAKE ? HV_OK : reserve(stock, staged_count);
    if (error != HV_OK) {
        lines_free(staged, staged_count);
        return error;
    }
    for (size_t i = 0; i < staged_count; i++)
        change_line(stock, change, &staged[i]);
    free(staged);
    return HV_OK;
}

int node_stock_count(struct node_stock *stock, const struct hv_stock_count *count) {
    if (!count->complete)
        return change_lines(stock, CHANGE_SET, count->lines, count->line_count);
    struct node_stock fresh = {0};
    int error = change_lines(&fresh, CHANGE_SET, count->lines, count->line_count);
    if (error != HV_OK) {
        node_stock_deinit(&fresh);
        return error;
    }
    node_stock_deinit(stock);
    *stock = fresh;
    return HV_OK;
}

int node_stock_move(struct node_stock *stock, const struct hv_stock_movement *movement) {
    int sign = hv_stock_sign(movement->kind);
    if (sign == 0)
        return HV_OK;
    if (sign > 0)
        return change_lines(stock, CHANGE_ADD, movement->lines, movement->line_count);
    /* What comes out of kits first: it is what may not fit. */
    int error = change_lines(stock, CHANGE_ADD, movement->into, movement->into_count);
    return error != HV_OK ? error
                          : change_lines(stock, CHANGE_TAKE, movement->lines, movement->line_count);
}

/* ---- picking ---- */

/* The one lot of that name, or NULL: there is none, there are several, or one without expiry. */
static const struct hv_stock_line *only_lot(const struct node_stock *stock,
                                            const struct hv_stock_line *line) {
    const struct hv_stock_line *only = NULL;
    for (size_t i = first_of(stock, line->item); is_item(stock, i, line->item); i++) {
        const struct hv_stock_line *lot = &stock->lines[i];
        if (strcmp(lot->lot, line->lot) != 0)
            continue;
        if (only != NULL || lot->expiry_day == 0)
            return NULL;
        only = lot;
    }
    return only;
}

void node_stock_know_lots(const struct node_stock *stock, struct hv_stock_line *lines,
                          size_t count) {
    for (size_t i = 0; i < count; i++) {
        const bool named = lines[i].lot[0] != '\0' && lines[i].expiry_day == 0;
        const struct hv_stock_line *lot = named ? only_lot(stock, &lines[i]) : NULL;
        if (lot != NULL)
            lines[i].expiry_day = lot->expiry_day;
    }
}

struct picked {
    node_stock_available *available;
    const void *context;
    bool all;
    struct hv_stock_line *lines;
    size_t count;
};

/* What earlier lines of the same movement took from this lot. */
static uint64_t already_picked(const struct picked *picked, const struct hv_stock_line *lot) {
    uint64_t sum = 0;
    for (size_t i = 0; i < picked->count; i++)
        if (compare_lines(&picked->lines[i], lot) == 0)
            sum = sum_within_limit(sum, picked->lines[i].quantity);
    return sum;
}

static uint64_t left_of(const struct picked *picked, const struct hv_stock_line *lot) {
    uint64_t taken = already_picked(picked, lot), there = picked->available(picked->context, lot);
    return there > taken ? there - taken : 0;
}

static int pick(struct picked *picked, const struct hv_stock_line *line) {
    if (picked->count == HV_STOCK_LINES_MAX)
        return HV_ERR_LIMIT;
    picked->lines[picked->count++] = *line;
    return HV_OK;
}

static bool spreads(const struct node_stock *stock, const struct picked *picked,
                    const struct hv_stock_line *line) {
    if (line->lot[0] != '\0' || line->expiry_day != 0)
        return false;
    if (picked->all)
        return true;
    uint64_t left = 0;
    for (size_t i = first_of(stock, line->item); is_item(stock, i, line->item); i++)
        left = sum_within_limit(left, left_of(picked, &stock->lines[i]));
    return left >= line->quantity;
}

static int spread(const struct node_stock *stock, struct picked *picked,
                  const struct hv_stock_line *line) {
    uint64_t wanted = line->quantity;
    for (size_t i = first_of(stock, line->item); wanted > 0 && is_item(stock, i, line->item); i++) {
        struct hv_stock_line part = stock->lines[i];
        uint64_t left = left_of(picked, &part);
        part.quantity = left < wanted ? left : wanted;
        part.damaged = 0;
        part.pack = line->pack;
        wanted -= part.quantity;
        int error = part.quantity == 0 ? HV_OK : pick(picked, &part);
        if (error != HV_OK)
            return error;
    }
    struct hv_stock_line more = *line;
    more.quantity = wanted;
    return wanted == 0 ? HV_OK : pick(picked, &more);
}

int node_stock_pick(const struct node_stock *stock, node_stock_available *available,
                    const void *context, const struct hv_stock_line *lines, size_t count, bool all,
                    struct hv_arena *arena, struct hv_stock_line **ret_lines, size_t *ret_count) {
    struct picked picked = {.available = available,
                            .context = context,
                            .all = all,
                            .lines =
                                hv_arena_take(arena, HV_STOCK_LINES_MAX, sizeof *picked.lines)};
    if (picked.lines == NULL)
        return HV_ERR_MEMORY;
    for (size_t i = 0; i < count; i++) {
        int error = spreads(stock, &picked, &lines[i]) ? spread(stock, &picked, &lines[i])
                                                       : pick(&picked, &lines[i]);
        if (error != HV_OK)
            return error;
    }
    for (size_t i = 0; i < picked.count; i++) {
        picked.lines[i].item = hv_arena_text(arena, picked.lines[i].item);
        picked.lines[i].lot = hv_arena_text(arena, picked.lines[i].lot);
        if (picked.lines[i].item == NULL || picked.lines[i].lot == NULL)
            return HV_ERR_MEMORY;
    }
    *ret_lines = picked.lines;
    *ret_count = picked.count;
    return HV_OK;
}

const struct hv_stock_line *node_stock_short(const struct node_stock *stock,
                                             const struct hv_stock_line *lines, size_t count,
                                             uint64_t *ret_there) {
    for (size_t i = 0; i < count; i++) {
        uint64_t wanted = 0;
        for (size_t j = 0; j <= i; j++)
            if (compare_lines(&lines[j], &lines[i]) == 0)
                wanted = sum_within_limit(wanted, lines[j].quantity);
        uint64_t there = node_stock_line(stock, &lines[i]);
        if (wanted > there) {
            *ret_there = there;
            return &lines[i];
        }
    }
    return NULL;
}
