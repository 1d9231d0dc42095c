/* What a request asks for: taken apart, or refused. */
#include "coordinator/api/api_target.h"

#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

static struct api_target target;

static int reads(const char *uri) {
    return api_target_read(uri, &target);
}

Test(api_target, takes_path_and_parameters_apart) {
    cr_assert_eq(reads("/api/v1/shelters/S%2001?sort=-people%2Cid&q=%E6%B2%B3+a&flag"), HV_OK);
    cr_assert_eq(target.segment_count, 4);
    cr_assert_str_eq(target.segments[3], "S 01");
    cr_assert_str_eq(api_target_value(&target, "sort"), "-people,id");
    cr_assert_str_eq(api_target_value(&target, "q"), "河 a");
    cr_assert_str_eq(api_target_value(&target, "flag"), "");
    cr_assert_null(api_target_value(&target, "limit"));
}

Test(api_target, keeps_a_slash_within_an_id) {
    cr_assert_eq(reads("/api/v1/network/L%2F1"), HV_OK);
    cr_assert_eq(target.segment_count, 4);
    cr_assert_str_eq(target.segments[3], "L/1");
}

Test(api_target, knows_a_folder_from_a_file) {
    cr_assert_eq(reads("/"), HV_OK);
    cr_assert(target.folder && target.segment_count == 0);
    cr_assert_eq(reads("/a/"), HV_OK);
    cr_assert(target.folder && target.segment_count == 1);
    cr_assert_eq(reads("/a?x=1"), HV_OK);
    cr_assert(!target.folder);
}

Test(api_target, refuses_to_climb) {
    static const char *const climbing[] = {
        "/../etc/passwd", "/a/../../b", "/%2e%2e/x",          "/%2E./x",
        "/./x",           "/a//b",      "/a/%2e%2e%2f%2e%2e", "//x"};
    for (size_t i = 0; i < 6; i++)
        cr_assert_eq(reads(climbing[i]), HV_ERR_FORMAT, "%s", climbing[i]);
    cr_assert_eq(reads(climbing[6]), HV_OK); /* one segment with slashes in it: no file has such */
    cr_assert_str_eq(target.segments[1], "../..");
    cr_assert_eq(reads(climbing[7]), HV_ERR_FORMAT);
}

Test(api_target, refuses_what_is_no_text) {
    static const char *const broken[] = {"",       "a",      "*",        "http://x/",  "/%",
                                         "/%4",    "/%zz",   "/%00",     "/a%0ab",     "/%ff",
                                         "/a?%c3", "/a\x01", "/a?b=%7f", "/%ed%a0%80", "/a#b"};
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++)
        cr_assert_eq(reads(broken[i]), HV_ERR_FORMAT, "%zu: %s", i, broken[i]);
}

Test(api_target, refuses_too_much) {
    char uri[API_TARGET_BYTES_MAX * 2];
    memset(uri, 'a', sizeof uri - 1);
    uri[0] = '/';
    uri[sizeof uri - 1] = '\0';
    cr_assert_eq(reads(uri), HV_ERR_LIMIT);
    cr_assert_eq(reads("/1/2/3/4/5/6/7/8/9"), HV_ERR_LIMIT);
    strcpy(uri, "/a?");
    for (int i = 0; i < 30; i++)
        snprintf(uri + strlen(uri), 16, "p%d=1&", i);
    cr_assert_eq(reads(uri), HV_ERR_LIMIT);
    cr_assert_eq(reads("/a?x=1&y=2&x=3"), HV_ERR_EXISTS);
}

Test(api_target, fits_any_number_of_short_parameters) {
    char uri[API_TARGET_BYTES_MAX] = "/a?";
    for (int i = 0; i < 400; i++)
        strcat(uri, "&&");
    cr_assert_eq(reads(uri), HV_OK);
    cr_assert_eq(target.parameter_count, 0);
}

Test(api_target, reads_numbers_and_boxes) {
    uint64_t number = 7;
    struct api_box box;
    cr_assert_eq(reads("/a?n=12&m=-1&o=1x&p=&q=99999999999999999999"), HV_OK);
    cr_assert_eq(api_target_number(&target, "n", 1, 100, &number), HV_OK);
    cr_assert_eq(number, 12);
    cr_assert_eq(api_target_number(&target, "n", 1, 11, &number), HV_ERR_VALUE);
    cr_assert_eq(api_target_number(&target, "none", 1, 11, &number), HV_ERR_NOT_FOUND);
    for (const char *name = "mopq"; *name != '\0'; name++)
        cr_assert_eq(api_target_number(&target, (char[]){*name, 0}, 0, UINT64_MAX, &number),
                     HV_ERR_VALUE);
    cr_assert_eq(number, 12, "untouched by what is none");
    cr_assert_eq(api_box_read("170,-10,-170,10", &box), HV_OK);
    cr_assert(api_box_has(&box, 175, 0) && api_box_has(&box, -175, 0) && !api_box_has(&box, 0, 0));
    cr_assert_eq(api_box_read("1,2,3", &box), HV_ERR_VALUE);
    cr_assert_eq(api_box_read("1,2,3,nan", &box), HV_ERR_VALUE);
    cr_assert_eq(api_box_read("1,5,3,4", &box), HV_ERR_VALUE);
    cr_assert_eq(api_box_read("1,2,3,4,5", &box), HV_ERR_VALUE);
}

Test(api_target, finds_words_between_commas) {
    cr_assert(api_words_have("open,full", "open") && api_words_have("open,full", "full"));
    cr_assert(!api_words_have("nearly-full", "full") && !api_words_have("full-up", "full"));
    cr_assert(!api_words_have("", "full"));
}

Test(api_target, knows_who_takes_gzip) {
    static const char *const taking[] = {
        "gzip",         "gzip, deflate, br", "br;q=1.0, GZIP;q=0.2",
        "deflate,gzip", "gzip;q=0.001",      " gzip ; q=1"};
    static const char *const not_taking[] = {
        "",          "identity", "gzip;q=0",  "gzip; q=0.000, br",
        "xgzip, br", "gzipped",  "br;q=gzip", ",,;"};
    cr_assert(!api_takes_coding(NULL, "gzip"));
    for (size_t i = 0; i < sizeof taking / sizeof *taking; i++)
        cr_assert(api_takes_coding(taking[i], "gzip"), "%s", taking[i]);
    for (size_t i = 0; i < sizeof not_taking / sizeof *not_taking; i++)
        cr_assert(!api_takes_coding(not_taking[i], "gzip"), "%s", not_taking[i]);
}

Test(api_target, reads_one_piece_of_a_file) {
    static const struct {
        const char *range;
        uint64_t size, first, last;
    } good[] = {{"bytes=0-0", 1, 0, 0},
                {"bytes=0-126", 1000, 0, 126},
                {"bytes=5-", 10, 5, 9},
                {"bytes=-3", 10, 7, 9},
                {"bytes=-30", 10, 0, 9},
                {"bytes=9-99", 10, 9, 9},
                {"bytes=0-999999999999999999", 7, 0, 6}};
    static const char *const bad[] = {"",
                                      "bytes",
                                      "bytes=",
                                      "bytes=-",
                                      "bytes=-0",
                                      "bytes=10-",
                                      "bytes=10-11",
                                      "bytes=3-2",
                                      "bytes=1-2,4-5",
                                      "bytes=a-b",
                                      "bytes= 1-2",
                                      "bytes=1-2 ",
                                      "items=0-1",
                                      "bytes=--1",
                                      "bytes=0",
                                      "bytes=+1-2",
                                      "bytes=9999999999999999999-"};
    uint64_t first = 77, last = 77;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        cr_assert(!api_read_range(bad[i], 10, &first, &last), "%s", bad[i]);
    cr_assert(!api_read_range("bytes=0-0", 0, &first, &last));
    cr_assert(first == 77 && last == 77, "refused: untouched");
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        cr_assert(api_read_range(good[i].range, good[i].size, &first, &last), "%s", good[i].range);
        cr_assert(first == good[i].first && last == good[i].last, "%s", good[i].range);
    }
}

Test(api_target, knows_a_tag_in_a_list_whether_weak_or_not) {
    static const char tag[] = "W/\"12-0\"";
    cr_assert(api_has_tag("W/\"12-0\"", tag));
    cr_assert(api_has_tag("\"12-0\"", tag)); /* as some proxies keep it */
    cr_assert(api_has_tag("\"a\", W/\"b,c\",W/\"12-0\"", tag));
    cr_assert(api_has_tag("*", tag) && api_has_tag(" * ", tag));
    cr_assert_not(api_has_tag("", tag));
    cr_assert_not(api_has_tag("W/\"112-0\"", tag));
    cr_assert_not(api_has_tag("\"x W/\", \"12-01\"", tag));
    cr_assert_not(api_has_tag("12-0", tag));
    cr_assert_not(api_has_tag("*, \"a\"", tag));
    cr_assert_not(api_has_tag("\"12-0", tag));
    cr_assert_not(api_has_tag("W/W/\"12-0\"", tag));
}
