/* What the console lists as CSV: paths, words, lines of items, and what says that it is an
 * exercise. */
#include "coordinator/api/api_sheet.h"

#include <criterion/criterion.h>

#include <string.h>

static struct api_text text;
static struct api_scene scene;

static void begin(void) {
    struct state *state = state_new();
    cr_assert_not_null(state);
    scene = (struct api_scene){.state = state};
}

static void end(void) {
    state_free((struct state *)(uintptr_t)scene.state);
    api_text_free(&text);
}

TestSuite(api_sheet, .init = begin, .fini = end);

/* The rows of one item, without headings and tags. */
static const char *rows_of(const struct api_sheet *sheet, json_t *items, uint64_t offset,
                           uint64_t limit) {
    static char copy[4096];
    text.size = 0;
    cr_assert_not_null(items);
    api_sheet_write(sheet, &scene, items, offset, limit, &text);
    json_decref(items);
    cr_assert(!text.failed && text.size < sizeof copy);
    memcpy(copy, text.bytes, text.size);
    copy[text.size] = '\0';
    const char *tags = strstr(copy, "\r\n");
    cr_assert(tags != NULL && tags[2] == '#');
    return strstr(tags + 2, "\r\n") + 2;
}

static const char *all(const struct api_sheet *sheet, json_t *items) {
    return rows_of(sheet, items, 0, UINT64_MAX);
}

Test(api_sheet, leaves_a_cell_empty_where_nothing_stands) {
    cr_assert_str_eq(
        all(&api_attention_sheet, json_pack("[{s:s, s:s, s:n, s:{s:s}}, {s:s, s:f, s:n}]", "grade",
                                            "red", "kind", "overdue", "age_s", "owner", "name",
                                            "duty", "grade", "yellow", "age_s", 1.26, "owner")),
        "red,overdue,,,,,duty,\r\nyellow,,,,,1.3,,\r\n");
}

Test(api_sheet, puts_the_words_of_a_list_into_one_cell_and_disarms_it) {
    cr_assert_str_eq(all(&api_account_sheet,
                         json_pack("[{s:s, s:[s, s], s:b}, {s:s, s:[], s:b}, {s:s, s:[s]}]", "id",
                                   "a", "roles", "viewer", "planner", "machine", 1, "id", "b",
                                   "roles", "machine", 0, "id", "c", "roles", "=x,y")),
                     "a,viewer;planner,true,\r\nb,,false,\r\nc,\"'=x,y\",,\r\n");
}

Test(api_sheet, makes_a_row_for_each_account_of_the_ledger) {
    cr_assert_str_eq(all(&api_ledger_sheet, json_pack("[{s:s, s:{s:i, s:i}}, {s:s, s:{}}]", "item",
                                                      "water", "accounts", "on-hand", 120,
                                                      "received", 130, "item", "meal", "accounts")),
                     "water,,,,,on-hand,120\r\nwater,,,,,received,130\r\n");
}

Test(api_sheet, tells_what_a_hazard_hits_now_and_at_each_time_to_come) {
    cr_assert_str_eq(
        all(&api_hazard_sheet,
            json_pack("[{s:s, s:s, s:b, s:[s, s], s:[], s:[{s:i, s:n, s:[], s:[s]}]}]", "id",
                      "river", "kind", "flood", "over", 0, "zones", "Z10", "Z11", "links", "steps",
                      "from_wall_ms", 5, "until_wall_ms", "zones", "links", "L1-2")),
        "river,flood,false,,,,Z10;Z11,,,\r\nriver,flood,false,5,,,,L1-2,,\r\n");
}

Test(api_sheet, counts_no_unit_of_a_waybill_twice_in_a_column) {
    const char *rows =
        all(&api_waybill_sheet,
            json_pack("[{s:s, s:[{s:s, s:i}], s:[{s:s, s:s, s:i}], s:[{s:i, s:s, s:i}]}, {s:s}]",
                      "id", "W1", "ordered", "item", "water", "quantity", 9, "lines", "item",
                      "water", "lot", "L1", "shipped", 7, "requests", "request", 3, "item", "water",
                      "shipped", 6, "id", "W2"));
    cr_assert_str_eq(rows, "W1,,,,,,,,,,,,,,,,,ordered,water,,,,,9,,,,,,,,,,,\r\n"
                           "W1,,,,,,,,,,,,,,,,,lines,water,L1,,,,,,,7,,,,,,,,\r\n"
                           "W1,,,,,,,,,,,,,,,,,requests,water,,,,3,,,,,,,,,,,6,\r\n"
                           "W2,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,\r\n");
}

Test(api_sheet, gives_the_items_that_were_asked_for) {
    cr_assert_str_eq(
        rows_of(&api_handover_sheet,
                json_pack("[{s:i}, {s:i}, {s:i}]", "position", 3, "position", 2, "position", 1), 1,
                1),
        "2,,,,\r\n");
}
