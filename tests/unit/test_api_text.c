/* Bodies: JSON, CSV and pages as they are written. */
#include "coordinator/api/api_text.h"

#include <criterion/criterion.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

static struct api_text text;

static const char *written(void) {
    static char copy[4096];
    cr_assert(!text.failed && text.size < sizeof copy);
    memcpy(copy, text.bytes, text.size);
    copy[text.size] = '\0';
    text.size = 0;
    return copy;
}

Test(api_text, escapes_json_as_a_reader_expects) {
    api_text_string(&text, "a\"b\\c\n\x01 河");
    cr_assert_str_eq(written(), "\"a\\\"b\\\\c\\n\\u0001 河\"");
    api_text_free(&text);
}

Test(api_text, writes_numbers_shortly_and_reads_them_back) {
    static const struct {
        double number;
        int decimals;
        const char *text;
    } cases[] = {{0, 1, "0"},
                 {-0.04, 1, "0"},
                 {-0.05, 1, "-0.1"},
                 {43.614828, 7, "43.614828"},
                 {-96.7664200, 7, "-96.76642"},
                 {1e300, 1, "1.0000000000000001e+300"},
                 {0.999, 2, "1"},
                 {12345.5, 3, "12345.5"},
                 {0.0000001, 7, "0.0000001"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        api_text_number(&text, cases[i].number, cases[i].decimals);
        cr_assert_str_eq(written(), cases[i].text);
    }
    api_text_number(&text, NAN, 1);
    api_text_number(&text, INFINITY, 1);
    cr_assert_str_eq(written(), "nullnull");
    api_text_integer(&text, INT64_MIN);
    api_text_integer(&text, 0);
    cr_assert_str_eq(written(), "-92233720368547758080");
    api_text_free(&text);
}

Test(api_text, quotes_cells_and_disarms_formulas) {
    static const char *const cells[][2] = {
        {"plain", "plain"},    {"a,b", "\"a,b\""},   {"a\"b", "\"a\"\"b\""},
        {"=1+1", "\"'=1+1\""}, {"-5", "-5"},         {"-cmd", "\"'-cmd\""},
        {"@x", "\"'@x\""},     {"a\nb", "\"a\nb\""}, {"", ""}};
    for (size_t i = 0; i < sizeof cells / sizeof *cells; i++) {
        api_text_cell(&text, cells[i][0]);
        cr_assert_str_eq(written(), cells[i][1]);
    }
    api_text_free(&text);
}

Test(api_text, makes_pages_harmless) {
    api_text_html(&text, "<a href='x'>&\"");
    cr_assert_str_eq(written(), "&lt;a href=&#39;x&#39;&gt;&amp;&quot;");
    api_text_free(&text);
}

Test(api_text, zips_what_unzips_to_the_same) {
    struct api_text zipped;
    for (int i = 0; i < 20000; i++)
        api_text_print(&text, "%d,", i * 7919 % 1000);
    cr_assert_eq(api_text_gzip(&text, &zipped), HV_OK);
    cr_assert_lt(zipped.size, text.size / 2);
    char *back = malloc(text.size + 1);
    z_stream stream = {.next_in = (Bytef *)zipped.bytes,
                       .avail_in = (uInt)zipped.size,
                       .next_out = (Bytef *)back,
                       .avail_out = (uInt)text.size + 1};
    cr_assert_eq(inflateInit2(&stream, 15 + 16), Z_OK);
    cr_assert_eq(inflate(&stream, Z_FINISH), Z_STREAM_END);
    cr_assert_eq(stream.total_out, text.size);
    cr_assert_eq(memcmp(back, text.bytes, text.size), 0);
    inflateEnd(&stream);
    free(back);
    api_text_free(&zipped);
    api_text_free(&text);
}

/* Pieces made apart from each other: a stream that unzips to all of them in turn, each as soon as
 * it is there. */
Test(api_text, zips_pieces_that_make_one_stream) {
    struct api_text said[3] = {0}, stream = {0};
    struct api_gzip_sum sum = {0};
    size_t ends[3];
    for (int i = 0; i < 30000; i++)
        api_text_print(&said[i % 3], "{\"id\":\"S%05d\",\"people\":%d}", i, i * 7919 % 1000);
    api_text_add(&stream, API_GZIP_HEAD, API_GZIP_HEAD_BYTES);
    for (int i = 0; i < 3; i++) {
        struct api_text piece;
        struct api_gzip_sum of_piece = api_gzip_sum_of(&said[i]);
        cr_assert_eq(api_text_gzip_piece(&said[i], &piece), HV_OK);
        cr_assert_lt(piece.size, said[i].size / 2);
        api_text_add(&stream, piece.bytes, piece.size);
        api_gzip_sum_add(&sum, &of_piece);
        api_text_free(&piece);
        ends[i] = stream.size;
    }
    char end[API_GZIP_END_BYTES];
    api_gzip_end(&sum, end);
    api_text_add(&stream, end, sizeof end);

    char *back = malloc(sum.size + 1);
    z_stream inflating = {.next_in = (Bytef *)stream.bytes, .next_out = (Bytef *)back};
    inflating.avail_out = (uInt)sum.size + 1;
    cr_assert_eq(inflateInit2(&inflating, 15 + 16), Z_OK);
    size_t given = 0, told = 0;
    for (int i = 0; i < 3; i++) {
        inflating.avail_in = (uInt)(ends[i] - given);
        given = ends[i];
        cr_assert_eq(inflate(&inflating, Z_SYNC_FLUSH), Z_OK);
        cr_assert_eq(inflating.total_out - told, said[i].size, "piece %d is not there at once", i);
        cr_assert_eq(memcmp(back + told, said[i].bytes, said[i].size), 0);
        told = inflating.total_out;
    }
    inflating.avail_in = sizeof end;
    cr_assert_eq(inflate(&inflating, Z_FINISH), Z_STREAM_END, "its end is not that of a gzip file");
    inflateEnd(&inflating);
    for (int i = 0; i < 3; i++)
        api_text_free(&said[i]);
    free(back);
    api_text_free(&stream);
}
