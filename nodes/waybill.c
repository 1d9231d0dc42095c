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

/* Lines and counterpart of the order that announced the waybill; false: there is none. */
static bool take_order(const struct show *show, const char *waybill, bool receives, json_t *entry) {
    struct hv_arena arena;
    size_t count;
    bool found = false;
    const struct node_order *orders = node_core_orders(show->core, &count);
    hv_arena_init(&arena, 0);
    for (size_t i = count; i > 0 && !found; i--) { /* the last one that names it */
        struct hv_order *order;
        const struct node_order *standing = &orders[i - 1];
        found = standing->issued == HV_ORDER_ISSUED && announces(standing->kind, receives) &&
                journal_read_order(show->outbox, standing->id, &arena, &order) == HV_OK &&
                strcmp(order->waybill, waybill) == 0 && order->line_count > 0;
        if (found) {
            json_object_set_new(entry, "lines", entry_stock_lines(order->lines, order->line_count));
            if (json_object_get(entry, "counterpart") == NULL && order->counterpart[0] != '\0')
                json_object_set_new(entry, "counterpart", json_string(order->counterpart));
        }
        hv_arena_reset(&arena);
    }
    hv_arena_deinit(&arena);
    return found;
}

/* ---- differences ---- */

static json_t *line_for(const json_t *lines, const json_t *difference) {
    size_t index;
    json_t *line;
    json_array_foreach((json_t *)lines, index, line) {
        bool same_lot = json_object_get(difference, "lot") == NULL ||
                        strcmp(text(line, "lot"), text(difference, "lot")) == 0;
        if (same_lot && strcmp(text(line, "item"), text(difference, "item")) == 0)
            return line;
    }
    return NULL;
}

static void add(json_t *line, const char *member, json_int_t amount) {
    json_int_t before = json_integer_value(json_object_get(line, member));
    json_object_set_new(line, member, json_integer(before + amount));
}

/* One difference on the lines; false where it fits none. */
static bool differ(json_t *lines, const char *how, const json_t *difference) {
    json_t *line = line_for(lines, difference);
    json_int_t quantity = json_integer_value(json_object_get(difference, "quantity"));
    bool over = strcmp(how, "over") == 0;
    if (line == NULL && over)
        return json_array_append_new(lines, json_deep_copy(difference)) == 0;
    if (line == NULL || quantity < 0)
        return false;
    json_int_t there = json_integer_value(json_object_get(line, "quantity"));
    if (over)
        add(line, "quantity", quantity);
    else if (quantity > there)
        return false;
    else if (strcmp(how, "short") == 0)
        add(line, "quantity", -quantity);
    else
        add(line, "damaged", quantity);
    return true;
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

int waybill_complete(const struct show *show, const json_t *command, json_t **ret_entry,
                     char *ret_wrong, size_t wrong_bytes) {
    bool receives = strcmp(text(command, "verb"), "stock-receive") == 0;
    bool picks = strcmp(text(command, "verb"), "stock-pick") == 0;
    bool bare = json_array_size(json_object_get(command, "lines")) == 0;
    bool differs = json_object_get(command, "short") != NULL ||
                   json_object_get(command, "over") != NULL ||
                   json_object_get(command, "damaged") != NULL;
    *ret_entry = NULL;
    if ((!receives && !picks) || text(command, "waybill")[0] == '\0' || (!bare && !differs))
        return HV_OK;
    json_t *entry = json_deep_copy(command);
    if (entry == NULL)
        return HV_ERR_MEMORY;
    int error = HV_OK;
    if (bare && !take_order(show, text(command, "waybill"), receives, entry)) {
        snprintf(ret_wrong, wrong_bytes, "no order here names goods on waybill %.64s",
                 text(command, "waybill"));
        error = HV_ERR_NOT_FOUND;
    }
    if (error == HV_OK && receives)
        error = take_differences(entry, ret_wrong, wrong_bytes);
    if (error == HV_OK && receives && bare && json_object_get(entry, "final") == NULL)
        json_object_set_new(entry, "final",
                            json_boolean(!json_is_true(json_object_get(entry, "more"))));
    if (error == HV_OK)
        *ret_entry = entry;
    else
        json_decref(entry);
    return error;
}
