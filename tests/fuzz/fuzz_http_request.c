/* Any bytes as a request: the first line is the target and a header, the rest a body. It is
 * refused, or taken apart into what can be looked up, filtered and asked of the console, and
 * nothing else happens. */
#include "coordinator/api/api_inside.h"

#include "schemas/platform/http_headers.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void require(bool holds) {
    if (!holds)
        abort();
}

static const struct api_table *const tables[] = {&api_shelters, &api_depots,   &api_zones,
                                                 &api_nodes,    &api_links,    &api_stock,
                                                 &api_items,    &api_requests, &api_orders};

/* A target that was read holds sound segments only, all within its own text. */
static void check(const struct api_target *target) {
    for (size_t i = 0; i < target->segment_count; i++) {
        const char *segment = target->segments[i];
        require(segment >= target->text && segment < target->text + sizeof target->text);
        require(*segment != '\0' && strcmp(segment, ".") != 0 && strcmp(segment, "..") != 0);
    }
}

static void query(const struct api_target *target) {
    static struct state *state;
    struct hv_arena arena;
    hv_arena_init(&arena, 0);
    if (state == NULL)
        state = state_new();
    static const struct core_counters counters;
    struct api_scene scene = {.arena = &arena, .state = state};
    scene.console.past = state;
    scene.console.counters = &counters;
    require(api_scene_refresh(&scene) == HV_OK);
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        struct api_query wanted;
        char wrong[160] = "";
        struct api_text text = {0};
        int error = api_query_read(tables[i], target, API_JSON, "view", &wanted, wrong);
        require((error == HV_OK) == (wrong[0] == '\0'));
        if (error == HV_OK)
            require(api_table_write(tables[i], &scene, &wanted, &text) == HV_OK);
        api_text_free(&text);
    }
    api_scene_free(&scene);
    hv_arena_deinit(&arena);
}

static void ask(const uint8_t *bytes, size_t size) {
    static const struct core_counters counters;
    static struct state *state;
    struct hv_arena arena;
    struct console_outcome outcome = {0};
    json_t *request = json_loadb((const char *)bytes, size, JSON_REJECT_DUPLICATES, NULL);
    if (state == NULL)
        state = state_new();
    struct settings settings = settings_default();
    struct deployment deployment = {.mode = HV_MODE_EXERCISE};
    struct console_scene scene = {.past = state,
                                  .counters = &counters,
                                  .settings = &settings,
                                  .deployment = &deployment,
                                  .door = "http"};
    hv_arena_init(&arena, 0);
    if (json_is_object(request)) {
        console_handle(&scene, request, &arena, &outcome);
        require(outcome.kind != CONSOLE_ANSWERED || outcome.reply != NULL);
        json_decref(outcome.reply);
    }
    json_decref(request);
    hv_arena_deinit(&arena);
}

/* Of a file of any size a piece is taken that is in it, or none. */
static void header(const char *line) {
    const uint64_t sizes[] = {0, 1, 16384, UINT64_MAX};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        uint64_t first = 0, last = 0;
        if (api_read_range(line, sizes[i], &first, &last))
            require(first <= last && last < sizes[i]);
    }
    (void)api_takes_coding(line, "gzip");
    if (api_has_tag(line, "W/\"7-0\"")) /* whatever else the list names */
        require(strchr(line, '*') != NULL || strstr(line, "\"7-0\"") != NULL);
}

/* "NAME: VALUE", as a library would have cut it. */
static void judge(const char *line) {
    struct http_headers headers = {0};
    size_t name = strcspn(line, ":");
    const char *value = line[name] == ':' ? line + name + 1 : "";
    for (int times = 1; times <= 2; times++) {
        http_headers_take(&headers, line, name, value, strlen(value));
        enum http_fault fault = http_headers_judge(&headers);
        require(fault < HTTP_FAULTS && (fault != HTTP_PLAIN || headers.lengths <= 1));
    }
}

/* A list of any JSON in the order that `sort` names: all of it is still there, or it is refused. */
static void sort(const struct api_target *target, const uint8_t *bytes, size_t size) {
    json_t *items = json_loadb((const char *)bytes, size, 0, NULL);
    struct api_call call = {.file = -1, .target = *target};
    const size_t count = json_array_size(items);
    if (json_is_array(items) && !api_sort(&call, items))
        require(call.status == 400 && call.out.size > 0);
    require(json_array_size(items) == count);
    json_decref(items);
    api_text_free(&call.out);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    static struct api_target target;
    char uri[API_TARGET_BYTES_MAX + 1];
    const uint8_t *line = memchr(bytes, '\n', size);
    size_t length = line == NULL ? size : (size_t)(line - bytes);
    if (length > API_TARGET_BYTES_MAX)
        length = API_TARGET_BYTES_MAX;
    memcpy(uri, bytes, length);
    uri[length] = '\0';
    header(uri);
    judge(uri);
    if (api_target_read(uri, &target) == HV_OK) {
        const char *arguments[2];
        uint32_t methods = 0;
        check(&target);
        for (int i = 0; i < API_METHODS; i++)
            (void)api_route_find(&target, (enum api_method)i, arguments, &methods);
        query(&target);
        if (line != NULL)
            sort(&target, line + 1, size - length - 1);
    }
    if (line != NULL)
        ask(line + 1, size - length - 1);
    return 0;
}
