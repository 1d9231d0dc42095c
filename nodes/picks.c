#include "nodes/picks.h"

#include "schemas/limits.h"
#include "schemas/tally.h"

#include <stdlib.h>
#include <string.h>

void node_picks_deinit(struct node_picks *picks) {
    for (size_t i = 0; i < picks->count; i++)
        free(picks->items[i].texts);
    free(picks->items);
    *picks = (struct node_picks){0};
}

/* ---- finding ---- */

static struct hv_stock_line line_of(const struct node_pick *pick) {
    return (struct hv_stock_line){
        .item = pick->item, .lot = pick->lot, .expiry_day = pick->expiry_day};
}

static int compare(const struct node_pick *pick, const char *waybill,
                   const struct hv_stock_line *lot) {
    int order = strcmp(pick->waybill, waybill);
    struct hv_stock_line own = line_of(pick);
    return order != 0 ? order : node_stock_compare(&own, lot);
}

static size_t lower_bound(const struct node_picks *picks, const char *waybill,
                          const struct hv_stock_line *lot) {
    size_t low = 0, high = picks->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare(&picks->items[middle], waybill, lot) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

size_t node_picks_first(const struct node_picks *picks, const char *waybill) {
    struct hv_stock_line least = {.item = "", .lot = "", .expiry_day = 1};
    return lower_bound(picks, waybill, &least);
}

static struct node_pick *find(const struct node_picks *picks, const char *waybill,
                              const struct hv_stock_line *lot) {
    size_t at = lower_bound(picks, waybill, lot);
    bool found = at < picks->count && compare(&picks->items[at], waybill, lot) == 0;
    return found ? &picks->items[at] : NULL;
}

const struct node_pick *node_picks_of(const struct node_picks *picks, const char *waybill,
                                      const struct hv_stock_line *lot) {
    return find(picks, waybill, lot);
}

static uint64_t set_aside(const struct node_picks *picks, const struct hv_stock_line *lot) {
    uint64_t sum = 0;
    for (size_t i = 0; i < picks->count; i++) {
        struct hv_stock_line own = line_of(&picks->items[i]);
        if (node_stock_compare(&own, lot) == 0)
            sum += picks->items[i].picked + picks->items[i].loaded;
    }
    return sum;
}

uint64_t node_picks_free(const struct node_picks *picks, const struct node_stock *stock,
                         const struct hv_stock_line *lot) {
    uint64_t there = node_stock_usable(stock, lot), aside = set_aside(picks, lot);
    return there > aside ? there - aside : 0;
}

/* ---- changing ---- */

static int reserve(struct node_picks *picks, size_t more) {
    size_t need = picks->count + more;
    if (need > NODE_PICKS_MAX)
        return HV_ERR_LIMIT;
    if (need <= picks->capacity)
        return HV_OK;
    size_t capacity = need + need / 4 + 8;
    struct node_pick *items = realloc(picks->items, capacity * sizeof *items);
    if (items == NULL)
        return HV_ERR_MEMORY;
    picks->items = items;
    picks->capacity = capacity;
    return HV_OK;
}

/* The pick, made where absent; there is room. NULL without memory. */
static struct node_pick *need(struct node_picks *picks, const char *waybill,
                              const struct hv_stock_line *lot) {
    struct node_pick *found = find(picks, waybill, lot);
    if (found != NULL)
        return found;
    size_t waybill_bytes = strlen(waybill) + 1, item_bytes = strlen(lot->item) + 1;
    size_t lot_bytes = strlen(lot->lot) + 1;
    char *texts = malloc(waybill_bytes + item_bytes + lot_bytes);
    if (texts == NULL)
        return NULL;
    memcpy(texts, waybill, waybill_bytes);
    memcpy(texts + waybill_bytes, lot->item, item_bytes);
    memcpy(texts + waybill_bytes + item_bytes, lot->lot, lot_bytes);
    size_t at = lower_bound(picks, waybill, lot);
    memmove(&picks->items[at + 1], &picks->items[at], (picks->count - at) * sizeof *picks->items);
    picks->count++;
    picks->items[at] = (struct node_pick){.texts = texts,
                                          .waybill = texts,
                                          .item = texts + waybill_bytes,
                                          .lot = texts + waybill_bytes + item_bytes,
                                          .expiry_day = lot->expiry_day};
    return &picks->items[at];
}

static void drop_empty(struct node_picks *picks) {
    size_t kept = 0;
    for (size_t i = 0; i < picks->count; i++) {
        if (picks->items[i].picked == 0 && picks->items[i].loaded == 0)
            free(picks->items[i].texts);
        else
            picks->items[kept++] = picks->items[i];
    }
    picks->count = kept;
}

static uint64_t smaller(uint64_t a, uint64_t b) {
    return a < b ? a : b;
}

/* Takes up to `wanted` from the figure; returns how much that was. */
static uint64_t take(uint64_t *figure, uint64_t wanted) {
    uint64_t taken = smaller(*figure, wanted);
    *figure -= taken;
    return taken;
}

static void set_line_aside(struct node_pick *pick, uint64_t free_units,
                           enum hv_stock_movement_kind kind, uint64_t quantity) {
    if (kind == HV_STOCK_PICK) {
        pick->picked += smaller(quantity, free_units);
    } else if (kind == HV_STOCK_LOAD) {
        uint64_t loaded = take(&pick->picked, quantity);
        pick->loaded += loaded + smaller(quantity - loaded, free_units);
    } else {
        uint64_t back = take(&pick->picked, quantity);
        (void)take(&pick->loaded, quantity - back);
    }
}

/* Loaded goods leave first, then those that were merely picked; damaged ones were never picked. */
static void ship_line(struct node_picks *picks, const char *waybill,
                      const struct hv_stock_line *line) {
    struct node_pick *pick = find(picks, waybill, line);
    uint64_t usable = line->quantity - smaller(line->damaged, line->quantity);
    if (pick == NULL)
        return;
    usable -= take(&pick->loaded, usable);
    (void)take(&pick->picked, usable);
}

static void free_waybill(struct node_picks *picks, const char *waybill) {
    for (size_t i = node_picks_first(picks, waybill);
         i < picks->count && strcmp(picks->items[i].waybill, waybill) == 0; i++)
        picks->items[i].picked = picks->items[i].loaded = 0;
}

/* What was set aside and is no longer there: picked goods are let go of first. */
static void let_go(struct node_picks *picks, const struct node_stock *stock) {
    for (int loaded = 0; loaded < 2; loaded++)
        for (size_t i = 0; i < picks->count; i++) {
            struct hv_stock_line lot = line_of(&picks->items[i]);
            uint64_t there = node_stock_usable(stock, &lot), aside = set_aside(picks, &lot);
            if (aside > there)
                (void)take(loaded ? &picks->items[i].loaded : &picks->items[i].picked,
                           aside - there);
        }
}

static int apply_movement(struct node_picks *picks, const struct node_stock *stock,
                          const struct hv_stock_movement *movement) {
    bool aside = hv_stock_sign(movement->kind) == 0;
    int error = aside ? reserve(picks, movement->line_count) : HV_OK;
    for (size_t i = 0; error == HV_OK && i < movement->line_count; i++) {
        const struct hv_stock_line *line = &movement->lines[i];
        uint64_t free_units = aside ? node_picks_free(picks, stock, line) : 0;
        struct node_pick *pick = aside ? need(picks, movement->waybill, line) : NULL;
        if (aside && pick == NULL)
            error = HV_ERR_MEMORY;
        else if (aside)
            set_line_aside(pick, free_units, movement->kind, line->quantity);
        else if (movement->kind == HV_STOCK_SHIP)
            ship_line(picks, movement->waybill, line);
    }
    if (movement->kind == HV_STOCK_SHIP && movement->final)
        free_waybill(picks, movement->waybill);
    return error;
}

int node_picks_apply(struct node_picks *picks, const struct node_stock *stock,
                     const struct hv_report *report) {
    int error = report->kind == HV_REPORT_STOCK_MOVEMENT
                    ? apply_movement(picks, stock, &report->stock_movement)
                    : HV_OK;
    if (picks->count > 0) {
        let_go(picks, stock);
        drop_empty(picks);
    }
    return error;
}

/* ---- lines ---- */

static uint64_t wanted_of(const struct node_pick *pick, enum hv_stock_movement_kind kind,
                          bool loaded) {
    switch (kind) {
    case HV_STOCK_LOAD:
        return pick->picked;
    case HV_STOCK_SHIP:
        return loaded ? pick->loaded : pick->picked;
    default:
        return pick->picked + pick->loaded;
    }
}

int node_picks_lines(const struct node_picks *picks, const char *waybill,
                     enum hv_stock_movement_kind kind, struct hv_arena *arena,
                     struct hv_stock_line **ret_lines, size_t *ret_count) {
    size_t first = node_picks_first(picks, waybill), count = 0;
    struct hv_stock_line *lines = hv_arena_take(arena, HV_STOCK_LINES_MAX, sizeof *lines);
    bool loaded = false;
    for (size_t i = first; i < picks->count && strcmp(picks->items[i].waybill, waybill) == 0; i++)
        loaded = loaded || picks->items[i].loaded > 0;
    if (lines == NULL)
        return HV_ERR_MEMORY;
    for (size_t i = first; i < picks->count && strcmp(picks->items[i].waybill, waybill) == 0; i++) {
        uint64_t quantity = wanted_of(&picks->items[i], kind, loaded);
        if (quantity == 0)
            continue;
        if (count == HV_STOCK_LINES_MAX)
            return HV_ERR_LIMIT;
        lines[count] = line_of(&picks->items[i]);
        lines[count].item = hv_arena_text(arena, picks->items[i].item);
        lines[count].lot = hv_arena_text(arena, picks->items[i].lot);
        lines[count].quantity = quantity;
        if (lines[count].item == NULL || lines[count].lot == NULL)
            return HV_ERR_MEMORY;
        count++;
    }
    *ret_lines = lines;
    *ret_count = count;
    return HV_OK;
}
