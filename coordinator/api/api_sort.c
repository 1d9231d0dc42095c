/* Order of what the console lists: `sort` names members of its items, as for tables. */
#include "coordinator/api/api_inside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SORTS_MAX = 4, NAME_MAX_BYTES = 48 };

struct order {
    size_t count;
    struct {
        char member[NAME_MAX_BYTES];
        bool descending;
    } by[SORTS_MAX];
};

struct item {
    json_t *json;
    size_t at; /* among equals the first stays first */
};

static bool read_order(const char *text, struct order *order) {
    while (*text != '\0') {
        bool descending = *text == '-';
        text += descending;
        size_t length = strcspn(text, ",");
        if (length == 0 || length >= NAME_MAX_BYTES || order->count == SORTS_MAX)
            return false;
        memcpy(order->by[order->count].member, text, length);
        order->by[order->count].member[length] = '\0';
        order->by[order->count++].descending = descending;
        text += length;
        text += *text == ',';
    }
    return true;
}

static bool is_scalar(const json_t *value) {
    return json_is_string(value) || json_is_number(value) || json_is_boolean(value);
}

/* Whether any item has it: of an empty list nothing is known, and nothing is to be sorted. */
static bool is_member(const json_t *items, const char *member) {
    size_t size = json_array_size(items);
    for (size_t i = 0; i < size; i++)
        if (is_scalar(json_object_get(json_array_get(items, i), member)))
            return true;
    return size == 0;
}

static int rank_of(const json_t *value) {
    return json_is_string(value) ? 2 : json_is_number(value);
}

/* Answers before numbers before texts, should a member be of several kinds. */
static int compare_values(const json_t *a, const json_t *b) {
    if (rank_of(a) != rank_of(b))
        return rank_of(a) - rank_of(b);
    if (json_is_string(a))
        return strcmp(json_string_value(a), json_string_value(b));
    if (json_is_integer(a) && json_is_integer(b))
        return (json_integer_value(a) > json_integer_value(b)) -
               (json_integer_value(a) < json_integer_value(b));
    if (json_is_number(a))
        return (json_number_value(a) > json_number_value(b)) -
               (json_number_value(a) < json_number_value(b));
    return json_is_true(a) - json_is_true(b);
}

/* What is not known comes last, whichever way. */
static int compare(const void *a, const void *b, void *context) {
    const struct item *one = a, *other = b;
    const struct order *order = context;
    for (size_t i = 0; i < order->count; i++) {
        const json_t *left = json_object_get(one->json, order->by[i].member),
                     *right = json_object_get(other->json, order->by[i].member);
        bool no = !is_scalar(left), neither = !is_scalar(right);
        if (no != neither)
            return no - neither;
        int found = no ? 0 : compare_values(left, right);
        if (found != 0)
            return order->by[i].descending ? -found : found;
    }
    return (one->at > other->at) - (one->at < other->at);
}

/* The list keeps its items, in their new places. */
static bool put_in_order(json_t *items, struct order *order) {
    size_t size = json_array_size(items);
    struct item *list = malloc((size + 1) * sizeof *list);
    if (list == NULL)
        return false;
    for (size_t i = 0; i < size; i++)
        list[i] = (struct item){json_incref(json_array_get(items, i)), i};
    qsort_r(list, size, sizeof *list, compare, order);
    for (size_t i = 0; i < size; i++)
        json_array_set_new(items, i, list[i].json);
    free(list);
    return true;
}

bool api_sort(struct api_call *call, json_t *items) {
    const char *text = api_target_value(&call->target, "sort");
    struct order order = {.count = 0};
    if (text == NULL)
        return true;
    bool known = read_order(text, &order);
    for (size_t i = 0; known && i < order.count; i++)
        known = is_member(items, order.by[i].member);
    if (!known) {
        char detail[120];
        snprintf(detail, sizeof detail, "one cannot sort by “%.60s” here", text);
        api_problem(call, 400, "value", detail,
                    "name up to four members of its items, as -member,member");
        return false;
    }
    if (order.count > 0 && !put_in_order(items, &order)) {
        api_failed(call, HV_ERR_MEMORY);
        return false;
    }
    return true;
}
