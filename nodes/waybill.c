#include "nodes/waybill.h"

#include "nodes/journal.h"
#include "schemas/platform/entry.h"

#include <stdio.h>
#include <string.h>

static const char *text(const json_t *object, const char *member) {
    const char *value = json_string_value(json_object_get(object, member));
    return value == NULL ? "" : value;
}

/* ---- the order ---- */

static bool announces(enum hv_order_kind kind, bool receives) {
    return receives ? kind == HV_ORDER_EXPECT_DELIVERY
                    : kind == HV_ORDER_SHIP || kind == HV_ORDER_RETURN_GOODS;
}

/* The last order that names goods on the waybill; NULL: there is none. Lives in the arena. */
static const struct hv_order *find_order(const struct show *show, const char *waybill,
                                         bool receives, struct hv_arena *arena) {
    size_t count;
    const struct node_order *orders = node_core_orders(show->core, &count);
    for (size_t i = count; i > 0; i--) {
        struct hv_order *order;
        const struct node_order *standing = &orders[i - 1];
        if (standing->issued == HV_ORDER_ISSUED && announces(standing->kind, receives) &&
            journal_read_order(show->outbox, standing->id, arena, &order) == HV_OK &&
            strcmp(order->waybill, waybill) == 0 && order->line_count > 0)
            return order;
        hv_arena_reset(arena);
    }
    return NULL;
}

/* ---- what is still to be received ---- */

/* Whether the order first came with this report. */
static bool is_arrival(const struct hv_report *report, const struct hv_order *order) {
    return report->kind == HV_REPORT_ANSWER && report->answer.order == order->id &&
           report->answer.state == HV_ORDER_STORED &&
           report->answer.revision == hv_order_answers_from(order);
}

static bool is_receipt(const struct hv_report *report, const char *waybill) {
    return report->kind == HV_REPORT_STOCK_MOVEMENT &&
           report->stock_movement.kind == HV_STOCK_RECEIVE &&
           strcmp(report->stock_movement.waybill, waybill) == 0;
}

/* All that staff here have received on the waybill since its order came, and whether they said that
 * nothing more comes. Reads the reports back to there. */
static int gather_receipts(const struct show *show, const struct hv_order *order,
                           struct node_stock *received, bool *ret_whole) {
    uint64_t first = 1, last = 0;
    struct hv_arena arena;
    bool arrived = false;
    int error = HV_OK;
    *ret_whole = false;
    if (outbox_bounds(show->outbox, OUTBOX_HISTORY, &first, &last) != HV_OK)
        return HV_OK;
    hv_arena_init(&arena, 0);
    for (uint64_t at = last; error == HV_OK && !arrived && at >= first && at > 0; at--) {
        struct node_report report;
        if (journal_read_report(show->outbox, HV_LANE_HISTORY, at, &arena, &report) == HV_OK) {
            arrived = is_arrival(report.report, order);
            if (is_receipt(report.report, order->waybill)) {
                *ret_whole = *ret_whole || report.report->stock_movement.final;
                error = node_stock_move(received, &report.report->stock_movement);
            }
        }
        hv_arena_reset(&arena);
    }
    hv_arena_deinit(&arena);
    return error;
}

static int take_from(struct node_stock *due, const struct hv_stock_line *lot, uint64_t most,
                     uint64_t *left) {
    uint64_t there = node_stock_line(due, lot);
    struct hv_stock_line taken = *lot;
    taken.quantity = there < most ? there : most;
    taken.damaged = 0;
    *left = most - taken.quantity;
    struct hv_stock_movement movement = {.kind = HV_STOCK_ISSUE, .line_count = 1, .lines = &taken};
    return taken.quantity == 0 ? HV_OK : node_stock_move(due, &movement);
}

/* What was received under another lot than it left counts for the lot that expires first. */
static int take_any(struct node_stock *due, const char *item, uint64_t quantity) {
    int error = HV_OK;
    for (size_t i = 0; error == HV_OK && quantity > 0 && i < due->count;) {
        struct hv_stock_line lot = due->lines[i];
        if (strcmp(lot.item, item) != 0) {
            i++;
            continue;
        }
        size_t before = due->count;
        struct hv_stock_line key = lot;
        error = take_from(due, &key, quantity, &quantity);
        i += due->count == before; /* a line that is empty is gone */
    }
    return error;
}

static int subtract(struct node_stock *due, struct node_stock *received) {
    int error = HV_OK;
    for (size_t i = 0; error == HV_OK && i < received->count; i++)
        error = take_from(due, &received->lines[i], received->lines[i].quantity,
                          &received->lines[i].quantity);
    for (size_t i = 0; error == HV_OK && i < received->count; i++)
        error = take_any(due, received->lines[i].item, received->lines[i].quantity);
    return error;
}

int waybill_due(const struct show *show, const struct hv_order *order, struct node_stock *ret_due,
                bool *ret_whole) {
    struct node_stock received = {0}, due = {0};
    bool left = order->sent_count > 0;
    struct hv_stock_movement announced = {.kind = HV_STOCK_RECEIVE,
                                          .line_count =
                                              left ? order->sent_count : order->line_count,
                                          .lines = left ? order->sent : order->lines};
    int error = gather_receipts(show, order, &received, ret_whole);
    if (error == HV_OK)
        error = node_stock_move(&due, &announced);
    if (error == HV_OK)
        error = subtract(&due, &received);
    node_stock_deinit(&received);
    if (error == HV_OK)
        *ret_due = due;
    else
        node_stock_deinit(&due);
    return error;
}

static uint64_t units(const struct hv_stock_line *lines, size_t count) {
    uint64_t sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += lines[i].quantity;
    return sum;
}

bool waybill_more_leaves(const struct hv_order *order) {
    return order->sent_count > 0 && !order->sent_whole &&
           units(order->sent, order->sent_count) < units(order->lines, order->line_count);
}

/* ---- differences ---- */

static void add(json_t *line, const char *member, json_int_t amount) {
    json_int_t before = json_integer_value(json_object_get(line, member));
    json_object_set_new(line, member, json_integer(before + amount));
}

static bool is_about(const json_t *line, const json_t *difference) {
    bool same_lot = json_object_get(difference, "lot") == NULL ||
                    strcmp(text(line, "lot"), text(difference, "lot")) == 0;
    return same_lot && strcmp(text(line, "item"), text(difference, "item")) == 0;
}

static json_int_t number(const json_t *line, const char *member) {
    return json_integer_value(json_object_get(line, member));
}

/* What is too many comes with the lot that expires first. */
static bool add_over(json_t *lines, const json_t *difference) {
    size_t index;
    json_t *line;
    json_array_foreach(lines, index, line) {
        if (!is_about(line, difference))
            continue;
        add(line, "quantity", number(difference, "quantity"));
        return true;
    }
    return json_array_append_new(lines, json_deep_copy(difference)) == 0;
}

/* What is short or damaged; where no lot is named, of those that expire last: what is thought to be
 * left is used the sooner. False where there is not so much. */
static bool take_away(json_t *lines, const json_t *difference, bool damaged) {
    json_int_t left = number(difference, "quantity");
    for (size_t index = json_array_size(lines); left > 0 && index > 0; index--) {
        json_t *line = json_array_get(lines, index - 1);
        json_int_t there = number(line, "quantity") - number(line, "damaged");
        json_int_t part = left < there ? left : there;
        if (!is_about(line, difference) || part <= 0)
            continue;
        add(line, damaged ? "damaged" : "quantity", damaged ? part : -part);
        left -= part;
    }
    return left == 0;
}

/* One difference on the lines; false where it fits none. */
static bool differ(json_t *lines, const char *how, const json_t *difference) {
    if (number(difference, "quantity") < 0)
        return false;
    return strcmp(how, "over") == 0 ? add_over(lines, difference)
                                    : take_away(lines, difference, strcmp(how, "damaged") == 0);
}

static int take_differences(json_t *entry, char *wrong, size_t wrong_bytes) {
    static const char *const ways[] = {"short", "over", "damaged"};
    json_t *lines = json_object_get(entry, "lines"), *difference;
    size_t index;
    for (size_t way = 0; way < 3; way++) {
        json_array_foreach(json_object_get(entry, ways[way]), index, difference) {
            if (differ(lines, ways[way], difference))
                continue;
            snprintf(wrong, wrong_bytes, "“%s”: so much of %.64s does not come on this waybill",
                     ways[way], text(difference, "item"));
            return HV_ERR_VALUE;
        }
        json_object_del(entry, ways[way]);
    }
    for (index = json_array_size(lines); index > 0; index--) /* what is short altogether */
        if (json_integer_value(json_object_get(json_array_get(lines, index - 1), "quantity")) == 0)
            json_array_remove(lines, index - 1);
    return HV_OK;
}

/* ---- entries ---- */

/* Lines of what is due of an expected delivery. */
static int put_due(const struct show *show, const struct hv_order *order, json_t *entry,
                   char *wrong, size_t wrong_bytes) {
    struct node_stock due = {0};
    bool whole = false;
    int error = waybill_due(show, order, &due, &whole);
    if (error != HV_OK)
        return error;
    if (whole || due.count == 0) {
        snprintf(wrong, wrong_bytes,
                 whole ? "waybill %.64s was received, and nothing more was to come"
                       : "all that has left on waybill %.64s was received",
                 order->waybill);
        error = HV_ERR_NOT_FOUND;
    } else {
        json_object_set_new(entry, "lines", entry_stock_lines(due.lines, due.count));
    }
    node_stock_deinit(&due);
    return error;
}

/* Goods, counterpart, and whether that is all, from the order that names the waybill. */
static int put_order(const struct show *show, bool receives, json_t *entry, char *wrong,
                     size_t wrong_bytes) {
    struct hv_arena arena;
    int error = HV_OK;
    hv_arena_init(&arena, 0);
    const struct hv_order *order = find_order(show, text(entry, "waybill"), receives, &arena);
    if (order == NULL) {
        snprintf(wrong, wrong_bytes, "no order here names goods on waybill %.64s",
                 text(entry, "waybill"));
        error = HV_ERR_NOT_FOUND;
    } else if (receives) {
        bool more = json_is_true(json_object_get(entry, "more")) || waybill_more_leaves(order);
        error = put_due(show, order, entry, wrong, wrong_bytes);
        if (json_object_get(entry, "final") == NULL)
            json_object_set_new(entry, "final", json_boolean(!more));
    } else {
        json_object_set_new(entry, "lines", entry_stock_lines(order->lines, order->line_count));
    }
    if (error == HV_OK && json_object_get(entry, "counterpart") == NULL &&
        order->counterpart[0] != '\0')
        json_object_set_new(entry, "counterpart", json_string(order->counterpart));
    hv_arena_deinit(&arena);
    return error;
}

/* Nothing came, and nothing will. */
static void put_nothing(json_t *entry) {
    json_object_set_new(entry, "lines", json_array());
    json_object_set_new(entry, "final", json_true());
}

int waybill_complete(const struct show *show, const json_t *command, json_t **ret_entry,
                     char *ret_wrong, size_t wrong_bytes) {
    bool receives = strcmp(text(command, "verb"), "stock-receive") == 0;
    bool picks = strcmp(text(command, "verb"), "stock-pick") == 0;
    bool bare = json_array_size(json_object_get(command, "lines")) == 0;
    bool nothing = receives && json_is_true(json_object_get(command, "nothing"));
    bool differs = json_object_get(command, "short") != NULL ||
                   json_object_get(command, "over") != NULL ||
                   json_object_get(command, "damaged") != NULL;
    bool told = json_object_get(command, "more") != NULL || /* for here, and no part of the entry */
                json_object_get(command, "nothing") != NULL;
    *ret_entry = NULL;
    if (nothing && (!bare || differs || text(command, "waybill")[0] == '\0' ||
                    text(command, "reason")[0] == '\0')) {
        snprintf(ret_wrong, wrong_bytes,
                 "“nothing” goes with a waybill and a reason, and with no goods");
        return HV_ERR_VALUE;
    }
    if ((!receives && !picks) || text(command, "waybill")[0] == '\0' ||
        (!bare && !differs && !told))
        return HV_OK;
    json_t *entry = json_deep_copy(command);
    if (entry == NULL)
        return HV_ERR_MEMORY;
    int error = HV_OK;
    if (nothing)
        put_nothing(entry);
    else if (bare)
        error = put_order(show, receives, entry, ret_wrong, wrong_bytes);
    if (error == HV_OK && receives)
        error = take_differences(entry, ret_wrong, wrong_bytes);
    if (receives) {
        json_object_del(entry, "more");
        json_object_del(entry, "nothing");
    }
    if (error == HV_OK)
        *ret_entry = entry;
    else
        json_decref(entry);
    return error;
}
