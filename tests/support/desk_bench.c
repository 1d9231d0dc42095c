#include "tests/support/desk_bench.h"

#include "nodes/desk/desk_session.h"
#include "tests/support/scratch.h"

#include <criterion/criterion.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static json_t *answer_batch(struct desk_bench *bench, const json_t *request) {
    json_t *results = json_array();
    json_decref(bench->asked);
    bench->asked = json_deep_copy(request);
    for (size_t i = 0; i < json_array_size(json_object_get(request, "commands")); i++)
        json_array_append_new(results, bench->refusal == NULL || i < bench->taken_first
                                           ? json_pack("{s:b}", "ok", 1)
                                           : json_deep_copy(bench->refusal));
    return json_pack("{s:b, s:o}", "ok", 1, "results", results);
}

static json_t *answer_node(void *context, json_t *request) {
    struct desk_bench *bench = context;
    const char *verb = json_string_value(json_object_get(request, "verb"));
    json_t *reply = NULL;
    if (bench->silent)
        ;
    else if (strcmp(verb, "batch") == 0)
        reply = answer_batch(bench, request);
    else if (strcmp(verb, "device-new") == 0)
        reply = json_pack("{s:b, s:s}", "ok", 1, "device", "00000000000000aa");
    else if (strcmp(verb, "device") == 0)
        reply = json_pack("{s:b, s:i, s:i}", "ok", 1, "highest", 4, "undo", 3);
    else if (strcmp(verb, "status") == 0)
        reply = json_pack("{s:b, s:s, s:s, s:s}", "ok", 1, "id", "S<1>", "role", "shelter", "mode",
                          bench->exercise ? "exercise" : "live");
    else if (strcmp(verb, "stock") == 0)
        reply = json_pack("{s:b, s:[{s:s, s:s, s:i}, {s:s, s:i, s:s}]}", "ok", 1, "lines", "item",
                          "kit", "lot", "K<1>", "quantity", 7, "item", "odd", "quantity", 3,
                          "expiry", "2027-05-31");
    else if (strcmp(verb, "requests") == 0)
        reply = json_pack("{s:b, s:[{s:i, s:s, s:[{s:s, s:i}]}, {s:i, s:s}]}", "ok", 1, "requests",
                          "id", 4, "kind", "goods", "lines", "item", "soap", "quantity", 80, "id",
                          5, "kind", "staff");
    else if (strcmp(verb, "orders") == 0 && bench->ordered != NULL)
        reply = json_pack("{s:b, s:[{s:i, s:i, s:s, s:s, s:s}]}", "ok", 1, "orders", "id", 7,
                          "revision", 1, "kind", "ship", "state", "stored", "text", bench->ordered);
    else
        reply = json_pack("{s:b}", "ok", 1);
    json_decref(request);
    return reply;
}

struct desk_bench *desk_bench_new(void) {
    struct desk_bench *bench = calloc(1, sizeof *bench);
    cr_assert_not_null(bench);
    struct hv_fault_list faults;
    struct desk_settings settings;
    bench->folder = scratch_make();
    fclose(fopen(scratch_path(bench->folder, "node.json"), "w"));
    hv_fault_list_init(&faults);
    char card[PATH_MAX];
    snprintf(card, sizeof card, "%s", scratch_path(bench->folder, "card.json"));
    FILE *file = fopen(card, "w");
    fputs("{\"format\":\"haven.card/1\",\"zones\":[{\"id\":\"Z1\",\"name\":\"Old "
          "town\",\"name_zh\":\"老城\"},{\"id\":\"Z2\",\"name\":\"Twin\"},{\"id\":\"Z3\",\"name\":"
          "\"Twin\"},{\"id\":\"Twin\",\"name\":\"Z1\"}],\"places\":[{\"id\":\"S2\",\"name\":"
          "\"North\"}],\"items\":[{\"id\":\"kit\","
          "\"name\":\"Kit <K>\",\"contents\":[{\"item\":\"soap\",\"quantity\":2},{\"item\":"
          "\"water\",\"quantity\":6}]},{\"id\":\"soap\",\"name\":\"Soap\"}]}",
          file);
    fclose(file);
    struct desk_changes changes = {
        .listen = "127.0.0.1:0", .pin = "421133", .name = "<North> \"school\"", .card_file = card};
    cr_assert_eq(desk_settings_change(bench->folder, &changes, &faults), HV_OK);
    cr_assert_eq(desk_settings_load(bench->folder, &faults, &settings), HV_OK);
    cr_assert_eq(desk_new(&settings, answer_node, bench, &bench->desk), HV_OK);
    hv_fault_list_deinit(&faults);
    bench->now_s = 1000;
    return bench;
}

void desk_bench_free(struct desk_bench *bench) {
    desk_response_deinit(&bench->response);
    desk_free(bench->desk);
    json_decref(bench->asked);
    json_decref(bench->refusal);
    scratch_remove(bench->folder);
    free(bench);
}

struct desk_request desk_bench_request(const struct desk_bench *bench, const char *method,
                                       const char *path) {
    return (struct desk_request){.method = method,
                                 .path = path,
                                 .query = "",
                                 .body = "",
                                 .content_type = "",
                                 .cookies = bench->cookie,
                                 .language = "",
                                 .origin = "",
                                 .host = "desk:80",
                                 .token = "",
                                 .etag = "",
                                 .address = "10.0.0.7",
                                 .wall_s = 1800000000 + bench->now_s,
                                 .mono_s = bench->now_s};
}

unsigned desk_bench_answer(struct desk_bench *bench, const struct desk_request *request) {
    desk_response_deinit(&bench->response);
    desk_answer(bench->desk, request, &bench->response);
    return bench->response.status;
}

unsigned desk_bench_get(struct desk_bench *bench, const char *path) {
    struct desk_request request = desk_bench_request(bench, "GET", path);
    return desk_bench_answer(bench, &request);
}

unsigned desk_bench_post(struct desk_bench *bench, const char *path, const char *body) {
    struct desk_request request = desk_bench_request(bench, "POST", path);
    request.body = body;
    request.body_size = strlen(body);
    return desk_bench_answer(bench, &request);
}

void desk_bench_sign_in(struct desk_bench *bench) {
    cr_assert_eq(desk_bench_post(bench, "/login", "pin=421133"), 303);
    snprintf(bench->cookie, sizeof bench->cookie, "other=1; %.*s",
             (int)strcspn(bench->response.cookie, ";"), bench->response.cookie);
}

void desk_bench_token(struct desk_bench *bench, char ret_token[33]) {
    cr_assert_eq(desk_bench_get(bench, "/"), 200);
    const char *at = strstr(bench->response.body, "name=\"token\" value=\"");
    cr_assert_not_null(at);
    snprintf(ret_token, 33, "%s", at + strlen("name=\"token\" value=\""));
}

unsigned desk_bench_enter(struct desk_bench *bench, const char *form, const char *fields) {
    char token[33], path[64], body[4096];
    desk_bench_token(bench, token);
    snprintf(path, sizeof path, "/enter/%s", form);
    snprintf(body, sizeof body, "token=%s&number=5&%s", token, fields);
    return desk_bench_post(bench, path, body);
}

const json_t *desk_bench_command(const struct desk_bench *bench, size_t i) {
    return json_array_get(json_object_get(bench->asked, "commands"), i);
}
