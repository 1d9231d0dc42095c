/* Rows that are entered at once, from a file or from paper. */
#include "tests/support/desk_bench.h"

#include <criterion/criterion.h>
#include <string.h>

static struct desk_bench *bench;

static void set_up(void) {
    bench = desk_bench_new();
}

static void tear_down(void) {
    desk_bench_free(bench);
}

TestSuite(desk_rows, .init = set_up, .fini = tear_down);

Test(desk_rows, rows_of_goods_are_entered_from_a_file_too) {
    desk_bench_sign_in(bench);
    cr_assert_eq(desk_bench_enter(bench, "csv",
                                  "csv=way,item,quantity,lot,expiry,damaged,ago_min%0A"
                                  "receive,water,600,L1,2027-03-01,4,45%0Acount,blanket,0,,,,"),
                 303);
    const json_t *line = json_array_get(json_object_get(desk_bench_command(bench, 0), "lines"), 0);
    cr_assert_str_eq(json_string_value(json_object_get(desk_bench_command(bench, 0), "verb")),
                     "stock-receive");
    cr_assert_eq(json_integer_value(json_object_get(desk_bench_command(bench, 0), "ago_s")), 2700);
    cr_assert_eq(json_integer_value(json_object_get(line, "damaged")), 4);
    cr_assert_str_eq(json_string_value(json_object_get(line, "expiry")), "2027-03-01");
    cr_assert_str_eq(json_string_value(json_object_get(desk_bench_command(bench, 1), "verb")),
                     "stock-count");
    cr_assert_eq(json_array_size(json_object_get(desk_bench_command(bench, 1), "lines")), 1,
                 "nothing is a count");
}

/* Each with what is said of it, by line and column. */
Test(desk_rows, what_is_wrong_in_a_file_is_named_by_its_line) {
    static const char *const wrong[][2] = {
        {"csv=way,item,quantity%0Aissue,water,1%0A%0Abring,water,3",
         "Row 4: A row of goods says none"},
        {"csv=way,item,quantity%0D%0Aissue,water,1%0D%0Aissue,water,0", "Row 3: How many"},
        {"csv=way,item,quantity%0Acount,water,", "Row 2: How many"},
        {"csv=way,item,quantity%0Acount,,3", "Row 2: The item"},
        {"csv=way,item,quantity,adult%0Aissue,water,1,2", "People and goods are files"},
        {"csv=way,item,price%3Cb%0Aissue,water,1", "No column is called “price&lt;b”"},
        {"csv=way,item,quantity,Item%0Aissue,water,1,2", "The column “item” is there twice"},
        {"csv=item,quantity%0Awater,1", "names no column “way”"},
        {"csv=way,adult%0Ain,1%0Ain,x", "Row 3: A figure"},
        {"csv=way,adult%0Ain,1%0Ain,1,7", "Row 3: It has more cells"}};
    desk_bench_sign_in(bench);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        cr_assert_eq(desk_bench_enter(bench, "csv", wrong[i][0]), 422, "%s", wrong[i][0]);
        cr_assert_not_null(strstr(bench->response.body, wrong[i][1]), "%s: not %s", wrong[i][0],
                           wrong[i][1]);
    }
    cr_assert_null(bench->asked);
}

Test(desk_rows, files_are_read_as_spreadsheets_write_them) {
    static const char *const same[] = {
        "csv=%EF%BB%BFway,item,quantity,lot%0D%0Areceive,water,6,L1%0D%0A",
        "csv=Way;Item;Quantity;Lot%0Areceive;water;6;L1",
        "csv=way%09item%09quantity%09lot%0Areceive%09water%096%09L1%0A",
        "csv=way,item,quantity,lot%0Areceive,water,6,L1,,,"};
    desk_bench_sign_in(bench);
    for (size_t i = 0; i < sizeof same / sizeof same[0]; i++) {
        cr_assert_eq(desk_bench_enter(bench, "csv", same[i]), 303, "%s", same[i]);
        const json_t *line =
            json_array_get(json_object_get(desk_bench_command(bench, 0), "lines"), 0);
        cr_assert_str_eq(json_string_value(json_object_get(line, "lot")), "L1");
        cr_assert_eq(json_integer_value(json_object_get(line, "quantity")), 6);
    }
}

Test(desk_rows, rows_of_goods_are_typed_in_from_paper) {
    desk_bench_sign_in(bench);
    cr_assert_eq(
        desk_bench_enter(bench, "goods-rows",
                         "ago_min=30&way0=receive&item0=water&quantity0=9&damaged0=1&waybill0=W7&"
                         "way1=issue&item1=&quantity1=&way2=issue&item2=soap&quantity2=2"),
        303);
    cr_assert_eq(json_array_size(json_object_get(bench->asked, "commands")), 2,
                 "an empty row is none");
    cr_assert_str_eq(json_string_value(json_object_get(desk_bench_command(bench, 0), "waybill")),
                     "W7");
    cr_assert_eq(json_integer_value(json_object_get(desk_bench_command(bench, 1), "ago_s")), 1800);
    cr_assert_eq(desk_bench_enter(bench, "goods-rows", "way0=issue&item0=&quantity0=3"), 422);
    cr_assert_not_null(strstr(bench->response.body, "Row 1: The item is missing."));
    cr_assert_eq(desk_bench_enter(bench, "goods-rows", "way0=issue&item0="), 422);
}

Test(desk_rows, a_row_of_paper_has_its_own_time_or_that_of_the_sheet) {
    desk_bench_sign_in(bench);
    cr_assert_eq(desk_bench_enter(bench, "rows",
                                  "ago_min=10&way0=in&adult0=2&ago_min0=35&way1=out&adult1=1&"
                                  "ago_min1=&way2=in&child2=1&ago_min2=0"),
                 303);
    cr_assert_eq(json_integer_value(json_object_get(desk_bench_command(bench, 0), "ago_s")), 2100);
    cr_assert_eq(json_integer_value(json_object_get(desk_bench_command(bench, 1), "ago_s")), 600);
    cr_assert_null(json_object_get(desk_bench_command(bench, 2), "ago_s"), "just now");
    cr_assert_eq(desk_bench_enter(bench, "rows", "way0=in&adult0=2&ago_min0=44641"), 422);
}

Test(desk_rows, rows_of_a_csv_file_are_entered_as_one) {
    desk_bench_sign_in(bench);
    cr_assert_eq(
        desk_bench_enter(bench, "csv", "csv=adult,way,ago_min,zone%0A2,in,30,Z1%0A%0A1,out,5,%0A"),
        303);
    cr_assert_eq(json_array_size(json_object_get(bench->asked, "commands")), 2);
    cr_assert_eq(json_integer_value(json_object_get(desk_bench_command(bench, 0), "ago_s")), 1800);
    cr_assert_str_eq(json_string_value(json_object_get(desk_bench_command(bench, 1), "verb")),
                     "check-out");
}

Test(desk_rows, at_most_a_hundred_rows_at_once) {
    desk_bench_sign_in(bench);
    char fields[4096] = "csv=way,adult";
    for (int i = 0; i < 100; i++)
        strcat(fields, "%0Ain,1");
    cr_assert_eq(desk_bench_enter(bench, "csv", fields), 303);
    strcat(fields, "%0Ain,1");
    cr_assert_eq(desk_bench_enter(bench, "csv", fields), 422);
}
