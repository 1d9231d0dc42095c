/* Entries about goods: what may be taken from where, in whose turn, and which lots staff mean that
 * name none. */
#include "nodes/core_internal.h"

#include "schemas/tally.h"

#include <string.h>

/* ---- expiry ---- */

/* The day by which expiry is judged; 0 where the node does not know the time: then nothing is. */
static uint32_t day_of(const struct hv_report *report) {
    return report->seen.wall_ms <= 0 ? 0 : (uint32_t)(report->seen.wall_ms / (int64_t)NODE_DAY_MS);
}

static bool has_expired(const struct hv_stock_line *lot, uint32_t today) {
    return lot->expiry_day != 0 && lot->expiry_day < today;
}

/* Whether it takes goods for people, here or elsewhere. */
static bool is_for_people(enum hv_stock_movement_kind kind) {
    return kind == HV_STOCK_PICK || kind == HV_STOCK_ISSUE || kind == HV_STOCK_SHIP;
}

/* ---- what is within reach ---- */

/* What staff may take from for a movement. */
struct reach {
    const struct node_present *present;
    const struct hv_stock_movement *movement;
    bool of_picks;  /* goods to ship were picked: nothing else goes unless its lot is named */
    uint32_t today; /* what has expired is left where it is; 0: it is not, for its lot is named */
};

static struct reach reach_of(const struct node_present *present,
                             const struct hv_stock_movement *movement) {
    size_t first = node_picks_first(&present->picks, movement->waybill);
    bool picked = first < present->picks.count &&
                  strcmp(present->picks.items[first].waybill, movement->waybill) == 0;
    return (struct reach){present, movement, movement->kind == HV_STOCK_SHIP && picked, 0};
}

/* How much of this lot the movement may take: what is free, what was set aside for its own waybill,
 * or both. */
static uint64_t within_reach(const void *context, const struct hv_stock_line *lot) {
    const struct reach *reach = context;
    const struct node_present *present = reach->present;
    const struct node_pick *pick = node_picks_of(&present->picks, reach->movement->waybill, lot);
    uint64_t picked = pick == NULL ? 0 : pick->picked, loaded = pick == NULL ? 0 : pick->loaded;
    uint64_t left =
        has_expired(lot, reach->today) ? 0 : node_picks_free(&present->picks, &present->stock, lot);
    switch (reach->movement->kind) {
    case HV_STOCK_LOAD:
        return left + picked;
    case HV_STOCK_PUT_BACK:
        return picked + loaded;
    case HV_STOCK_SHIP:
        return picked + loaded + (reach->of_picks ? 0 : left);
    default:
        return left;
    }
}

static uint64_t in_all(const struct hv_stock_movement *movement, const struct hv_stock_line *lot) {
    uint64_t sum = 0;
    for (size_t i = 0; i < movement->line_count; i++)
        if (node_stock_compare(&movement->lines[i], lot) == 0)
            sum += movement->lines[i].quantity;
    return sum;
}

/* Goods that are set aside for a waybill are not taken for something else by mistake. */
static struct objection judge_set_aside(struct turn *turn,
                                        const struct hv_stock_movement *movement) {
    struct reach reach = reach_of(&turn->core->present, movement);
    reach.of_picks = false; /* who names the lot may ship what is free, too */
    for (size_t i = 0; i < movement->line_count; i++) {
        const struct hv_stock_line *line = &movement->lines[i];
        uint64_t may = within_reach(&reach, line);
        if (hv_stock_sign(movement->kind) != 0) /* damaged ones are nobody's */
            may += node_stock_line(&turn->core->present.stock, line) -
                   node_stock_usable(&turn->core->present.stock, line);
        if (in_all(movement, line) > may)
            return core_object(HV_ERR_STATE, HV_REASON_RANGE,
                               turn_text(turn, "%llu of %s%s%s, but only %llu are free for that",
                                         (unsigned long long)in_all(movement, line), line->item,
                                         line->lot[0] == '\0' ? "" : "@", line->lot,
                                         (unsigned long long)may),
                               "put back what is set aside and not needed, or force it");
    }
    return core_no_objection;
}

/* A lot of the item that expires earlier than the line, has not yet, and stays behind free. */
static const struct hv_stock_line *earlier_lot(const struct node_present *present,
                                               const struct hv_stock_movement *movement,
                                               const struct hv_stock_line *line, uint32_t today) {
    for (size_t i = 0; i < present->stock.count; i++) {
        const struct hv_stock_line *lot = &present->stock.lines[i];
        bool earlier = strcmp(lot->item, line->item) == 0 && lot->expiry_day >= today &&
                       lot->expiry_day - 1 < line->expiry_day - 1; /* 0 is never: last */
        if (earlier &&
            node_picks_free(&present->picks, &present->stock, lot) > in_all(movement, lot))
            return lot;
    }
    return NULL;
}

static struct objection judge_turn(struct turn *turn, const struct hv_report *report) {
    const struct hv_stock_movement *movement = &report->stock_movement;
    const struct node_present *present = &turn->core->present;
    bool in_turn = is_for_people(movement->kind);
    uint32_t today = day_of(report);
    for (size_t i = 0; in_turn && movement->reason[0] == '\0' && i < movement->line_count; i++) {
        const struct hv_stock_line *line = &movement->lines[i];
        const struct node_pick *pick = node_picks_of(&present->picks, movement->waybill, line);
        uint64_t picked =
            pick == NULL || movement->kind != HV_STOCK_SHIP ? 0 : pick->picked + pick->loaded;
        if (line->quantity <= picked)
            continue;
        if (has_expired(line, today))
            return core_object(
                HV_ERR_STATE, HV_REASON_RANGE,
                turn_text(turn, "%s%s%s has expired", line->item, line->lot[0] == '\0' ? "" : "@",
                          line->lot),
                "take another lot and book this one out as expired, or say why it goes");
        const struct hv_stock_line *earlier = earlier_lot(present, movement, line, today);
        if (earlier != NULL)
            return core_object(HV_ERR_STATE, HV_REASON_RANGE,
                               turn_text(turn, "%s%s%s expires earlier and is still here",
                                         earlier->item, earlier->lot[0] == '\0' ? "" : "@",
                                         earlier->lot),
                               "take that lot first, or say why not");
    }
    return core_no_objection;
}

static struct objection judge_reason(struct turn *turn, const struct hv_stock_movement *movement) {
    bool wants = movement->kind == HV_STOCK_LOSS || movement->kind == HV_STOCK_WRITE_OFF ||
                 movement->kind == HV_STOCK_ADJUST_UP || movement->kind == HV_STOCK_ADJUST_DOWN;
    return !wants || movement->reason[0] != '\0'
               ? core_no_objection
               : core_object(
                     HV_ERR_VALUE, HV_REASON_RANGE,
                     turn_text(turn, "%s wants a reason", hv_stock_movement_word(movement->kind)),
                     "say why");
}

/* What is free of an item in all lots, and of that what has expired. */
static uint64_t free_of(const struct node_present *present, const char *item, uint32_t today,
                        uint64_t *ret_expired) {
    uint64_t sum = 0;
    *ret_expired = 0;
    for (size_t i = 0; i < present->stock.count; i++) {
        const struct hv_stock_line *lot = &present->stock.lines[i];
        uint64_t left = strcmp(lot->item, item) == 0
                            ? node_picks_free(&present->picks, &present->stock, lot)
                            : 0;
        sum += left;
        *ret_expired += has_expired(lot, today) ? left : 0;
    }
    return sum;
}

/* A line that names no lot could have been taken from any that is free and good. */
static struct objection no_more_than(struct turn *turn, const struct hv_report *report,
                                     const struct hv_stock_line *line, uint64_t there) {
    const bool any = line->lot[0] == '\0' && line->expiry_day == 0;
    uint64_t expired = 0;
    if (any)
        there = free_of(&turn->core->present, line->item,
                        is_for_people(report->stock_movement.kind) ? day_of(report) : 0, &expired);
    if (expired > 0)
        return core_object(
            HV_ERR_STATE, HV_REASON_RANGE,
            turn_text(turn, "%llu of %s leave, but only %llu are free here; %llu more have expired",
                      (unsigned long long)line->quantity, line->item,
                      (unsigned long long)(there - expired), (unsigned long long)expired),
            "book out what has expired; to take it all the same, name its lot and say why");
    return core_object(HV_ERR_STATE, HV_REASON_RANGE,
                       turn_text(turn, "%llu of %s%s%s leave, but only %llu are %s",
                                 (unsigned long long)line->quantity, line->item,
                                 line->lot[0] == '\0' ? "" : "@", line->lot,
                                 (unsigned long long)there, any ? "free here" : "here"),
                       "count first, or force it");
}

/* A request that staff here did not make, or have withdrawn, cannot be what goods came for. */
static struct objection judge_named(struct turn *turn, const struct hv_stock_movement *movement) {
    const bool known = movement->request == 0 ||
                       node_present_request(&turn->core->present, movement->request) != NULL;
    return known ? core_no_objection
                 : core_object(HV_ERR_NOT_FOUND, HV_REASON_REFERENCE,
                               turn_text(turn, "there is no open request %llu",
                                         (unsigned long long)movement->request),
                               "see the open requests with “haven-node requests”, or name none");
}

static struct objection judge_stock_movement(struct turn *turn, const struct hv_report *report,
                                             bool force) {
    const struct hv_stock_movement *movement = &report->stock_movement;
    struct objection objection = judge_reason(turn, movement);
    if (objection.error == HV_OK)
        objection = judge_named(turn, movement);
    if (objection.error != HV_OK || force || hv_stock_sign(movement->kind) > 0)
        return objection;
    uint64_t there;
    const struct hv_stock_line *line =
        node_stock_short(&turn->core->present.stock, movement->lines, movement->line_count, &there);
    if (line != NULL)
        return no_more_than(turn, report, line, there);
    objection = judge_set_aside(turn, movement);
    return objection.error != HV_OK ? objection : judge_turn(turn, report);
}

/* Many lines with long names can pass what one message holds. */
static struct objection judge_size(const struct hv_stock_line *lines, size_t count) {
    size_t bytes = 2 * HV_TEXT_BYTES_MAX;
    for (size_t i = 0; i < count; i++)
        bytes += 40 + strlen(lines[i].item) + strlen(lines[i].lot);
    return bytes < HV_FRAME_BYTES_MAX - 1024
               ? core_no_objection
               : core_object(HV_ERR_LIMIT, HV_REASON_OVERSIZE, "that is too much for one entry",
                             "make several smaller entries of it");
}

/* The lot that a count finds otherwise than booked, with what was booked; NULL: none. */
static const struct hv_stock_line *differing_lot(const struct node_stock *stock,
                                                 const struct hv_stock_count *count,
                                                 uint64_t *ret_booked, uint64_t *ret_counted) {
    for (size_t i = 0; i < count->line_count; i++) {
        *ret_booked = node_stock_line(stock, &count->lines[i]);
        *ret_counted = count->lines[i].quantity;
        if (*ret_booked != *ret_counted)
            return &count->lines[i];
    }
    for (size_t i = 0; count->complete && i < stock->count; i++) {
        bool listed = false;
        for (size_t k = 0; !listed && k < count->line_count; k++)
            listed = node_stock_compare(&count->lines[k], &stock->lines[i]) == 0;
        *ret_booked = stock->lines[i].quantity;
        *ret_counted = 0;
        if (!listed && *ret_booked > 0)
            return &stock->lines[i];
    }
    return NULL;
}

/* A count that adjusts the books says why; the first one, which opens them, has nothing to adjust.
 * Forced without a reason, the centre's ledger warns of it. */
struct objection core_judge_count(struct turn *turn, const struct hv_stock_count *count,
                                  bool force) {
    const struct node_stock *stock = &turn->core->present.stock;
    struct objection objection = judge_size(count->lines, count->line_count);
    uint64_t booked, counted;
    if (objection.error != HV_OK || force || count->reason[0] != '\0' || stock->count == 0)
        return objection;
    const struct hv_stock_line *lot = differing_lot(stock, count, &booked, &counted);
    if (lot == NULL)
        return core_no_objection;
    return core_object(HV_ERR_STATE, HV_REASON_RANGE,
                       turn_text(turn, "%s%s%s: %llu counted, %llu booked", lot->item,
                                 lot->lot[0] == '\0' ? "" : "@", lot->lot,
                                 (unsigned long long)counted, (unsigned long long)booked),
                       "say why they differ, or force it");
}

/* More of a lot than a count could ever say: the shelf here and the books would part for good. */
static struct objection judge_room(struct turn *turn, const struct hv_stock_line *lines,
                                   size_t count) {
    for (size_t i = 0; i < count; i++) {
        uint64_t sum = node_stock_line(&turn->core->present.stock, &lines[i]);
        for (size_t k = 0; k <= i && sum <= HV_QUANTITY_MAX; k++)
            sum += node_stock_compare(&lines[k], &lines[i]) == 0 ? lines[k].quantity : 0;
        if (sum > HV_QUANTITY_MAX)
            return core_object(HV_ERR_LIMIT, HV_REASON_RANGE,
                               turn_text(turn, "%s%s%s: no lot is of more than %llu", lines[i].item,
                                         lines[i].lot[0] == '\0' ? "" : "@", lines[i].lot,
                                         (unsigned long long)HV_QUANTITY_MAX),
                               "correct the quantity");
    }
    return core_no_objection;
}

struct objection core_judge_goods(struct turn *turn, const struct hv_report *report, bool force) {
    const struct hv_stock_movement *movement = &report->stock_movement;
    struct objection objection = judge_size(movement->lines, movement->line_count);
    if (objection.error == HV_OK)
        objection = judge_size(movement->into, movement->into_count);
    if (objection.error == HV_OK && hv_stock_sign(movement->kind) > 0)
        objection = judge_room(turn, movement->lines, movement->line_count);
    if (objection.error == HV_OK)
        objection = judge_room(turn, movement->into, movement->into_count);
    return objection.error != HV_OK ? objection : judge_stock_movement(turn, report, force);
}

/* Staff that name no goods of a waybill mean all that was set aside for it. */
struct objection core_judge_aside(struct turn *turn, const struct hv_report *report) {
    const struct hv_stock_movement *movement = &report->stock_movement;
    bool aside = report->kind == HV_REPORT_STOCK_MOVEMENT && movement->line_count == 0 &&
                 movement->waybill[0] != '\0' &&
                 (movement->kind == HV_STOCK_LOAD || movement->kind == HV_STOCK_SHIP ||
                  movement->kind == HV_STOCK_PUT_BACK);
    return !aside ? core_no_objection
                  : core_object(HV_ERR_STATE, HV_REASON_RANGE,
                                turn_text(turn, "nothing is picked for waybill %s that could %s",
                                          movement->waybill,
                                          movement->kind == HV_STOCK_LOAD   ? "be loaded"
                                          : movement->kind == HV_STOCK_SHIP ? "be shipped"
                                                                            : "go back"),
                                "pick it first: haven-node stock pick WAYBILL ITEM=QTY…");
}

/* ---- what staff leave out ---- */

/* What lies there and is good, whatever it was set aside for. */
static uint64_t there(const void *context, const struct hv_stock_line *lot) {
    const struct reach *reach = context;
    return has_expired(lot, reach->today) ? 0 : node_stock_usable(&reach->present->stock, lot);
}

/* Who forces that more leaves than is free has taken what is free, then what was set aside, and
 * only the rest is not explained. */
int core_complete_goods(struct turn *turn, struct hv_report *report, bool force) {
    struct hv_stock_movement *movement = &report->stock_movement;
    const struct node_present *present = &turn->core->present;
    struct hv_arena *arena = &turn->effects->arena;
    node_stock_know_lots(&present->stock, movement->lines, movement->line_count);
    bool of_picks = movement->waybill[0] != '\0' &&
                    (movement->kind == HV_STOCK_LOAD || movement->kind == HV_STOCK_SHIP ||
                     movement->kind == HV_STOCK_PUT_BACK);
    if (hv_stock_sign(movement->kind) > 0)
        return HV_OK;
    if (of_picks && movement->line_count == 0)
        return node_picks_lines(&present->picks, movement->waybill, movement->kind, arena,
                                &movement->lines, &movement->line_count);
    struct reach reach = reach_of(present, movement);
    reach.today = is_for_people(movement->kind) ? day_of(report) : 0;
    force = force && hv_stock_sign(movement->kind) < 0;
    int error = node_stock_pick(&present->stock, within_reach, &reach, movement->lines,
                                movement->line_count, force, arena, &movement->lines,
                                &movement->line_count);
    if (error == HV_OK && force)
        error =
            node_stock_pick(&present->stock, there, &reach, movement->lines, movement->line_count,
                            true, arena, &movement->lines, &movement->line_count);
    return error;
}
