/* Figures over time, for charts: a sample every few seconds, and of what was before the start as
 * many as the log gives. Those are worked out by folding the log once more from its first record,
 * in slices beside everything else, so that charts do not begin anew with the coordinator, nor on
 * another machine that took over with the log alone. Nothing of it is kept on disk: state is a fold
 * of the log and of nothing else. */
#include "coordinator/api/api_goods.h"
#include "coordinator/api/api_inside.h"

#include "schemas/platform/line_log.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    SAMPLE_MS = 5000,
    EARLIER_SAMPLES = API_SAMPLES / 2,
    LOOKS_MOST = 4 * EARLIER_SAMPLES, /* at the clock, while the earlier log is folded */
    CHUNK_MOST = 2000,                /* records between two looks */
    SLICE_US = 5000,                  /* of the thread in one go */
    WAIT_US = 20000,                  /* before it is asked again whether a region is there */
    REST_TIMES = 2                    /* as long as it took it rests, so many times */
};

/* ---- one sample ---- */

static const char *const series_words[API_SERIES] = {
    "sheltered",   "on_the_way",     "capacity_open", "nodes_present", "nodes_stale",
    "orders_open", "requests_open",  "reports",       "arrivals",      "occupancy",
    "stock_days",  "delay_median_s", "delay_most_s"};
enum { REPORTS = 7, ARRIVALS = 8 }; /* of these, the sums */

static double at(const json_t *status, const char *member, const char *inner) {
    return (double)json_integer_value(json_object_get(json_object_get(status, member), inner));
}

/* Days until the first of the items that people need every day runs out in all depots and shelters
 * together; NAN: nobody needs anything. */
static double stock_days(struct api_scene *scene) {
    double least = NAN;
    if (scene->region == NULL || api_goods_refresh(scene) != HV_OK)
        return NAN;
    for (uint32_t i = 0; i < scene->region->item_count; i++) {
        double day = scene->items[i].per_day;
        double there = (double)(scene->items[i].depots + scene->items[i].shelters);
        if (day > 0)
            least = fmin(least, there / day);
    }
    return least;
}

/* What the scene shows now, which has been refreshed; begins to gather delays anew. */
static struct api_sample sample_of(struct api_scene *scene, struct api_replica *replica) {
    json_t *status = api_ask(scene, json_pack("{s:s}", "verb", "status"), NULL, NULL);
    double open = at(status, "shelters", "capacity_open"), median_s, most_s;
    api_replica_delays(replica, &median_s, &most_s);
    struct api_sample sample = {
        .wall_ms = scene->console.wall_ms,
        .position = state_position(scene->state),
        .values = {at(status, "people", "sheltered"), at(status, "people", "on_the_way"), open,
                   at(status, "nodes", "present"), at(status, "nodes", "stale"),
                   at(status, "orders", "open"), at(status, "requests", "open"),
                   (double)replica->reports, (double)replica->arrived,
                   open > 0 ? at(status, "people", "sheltered") / open : NAN, stock_days(scene),
                   median_s, most_s}};
    json_decref(status);
    return sample;
}

/* ---- before the start ---- */

struct api_earlier {
    struct api_replica replica; /* of its own, from the first record on */
    struct api_scene scene;
    uint64_t until;           /* where the coordinator began */
    uint64_t chunk;           /* records between two looks at the clock */
    uint64_t step_ms, due_ms; /* of the log clock: between two samples, and when the next is due */
    uint64_t rest_us;         /* until then nothing is done */
    bool owed;                /* a sample of the state as it stands */
    uint32_t count;
    struct api_sample samples[EARLIER_SAMPLES];
};

static uint64_t now_us(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

void api_series_free(struct api *api) {
    if (api->earlier == NULL)
        return;
    api_scene_free(&api->earlier->scene);
    api_replica_free(&api->earlier->replica);
    free(api->earlier);
    api->earlier = NULL;
}

void api_series_begin(struct api *api) {
    struct api_earlier *earlier = calloc(1, sizeof *earlier);
    struct state *state = state_new();
    if (earlier == NULL || state == NULL) { /* charts begin now */
        free(earlier);
        state_free(state);
        return;
    }
    earlier->replica.log = api->options.log;
    earlier->replica.state = state;
    hv_arena_init(&earlier->replica.arena, 0);
    earlier->until = state_position(api->replica.state);
    earlier->chunk = earlier->until / LOOKS_MOST + 1;
    if (earlier->chunk > CHUNK_MOST)
        earlier->chunk = CHUNK_MOST;
    uint64_t all_ms = state_general(api->replica.state)->mono_ms;
    earlier->step_ms = all_ms / (EARLIER_SAMPLES - 2) + 1; /* so that all have room */
    if (earlier->step_ms < SAMPLE_MS)
        earlier->step_ms = SAMPLE_MS;
    api->earlier = earlier;
}

const struct state *api_series_state(const struct api_earlier *earlier) {
    return earlier == NULL ? NULL : earlier->replica.state;
}

bool api_series_looks_at(const struct api_earlier *earlier, const struct region *region) {
    return earlier != NULL && region != NULL && earlier->scene.region == region;
}

/* A region that is replaced is freed: nothing of it may be looked at any more. */
void api_series_region(struct api *api) {
    if (api->earlier == NULL)
        return;
    api_scene_free(&api->earlier->scene);
    api->earlier->scene.rows_stale = true;
}

/* False: not yet, the region of then is being read. */
static bool take_earlier(struct api *api, struct api_earlier *earlier) {
    struct api_scene *scene = &earlier->scene;
    const struct region *region;
    uint64_t token;
    if (api_then_region(api, earlier->replica.state, &region, &token) != API_THEN_FOUND)
        return false;
    scene->state = earlier->replica.state;
    scene->arena = &api->arena;
    api_scene_of_then(scene, &api->scene, region);
    hv_arena_reset(&api->arena);
    if (earlier->count < EARLIER_SAMPLES && api_scene_refresh(scene) == HV_OK)
        earlier->samples[earlier->count++] = sample_of(scene, &earlier->replica);
    earlier->due_ms = state_general(earlier->replica.state)->mono_ms + earlier->step_ms;
    earlier->owed = false;
    return true;
}

/* False: the log cannot be read. */
static bool fold_more(struct api_earlier *earlier) {
    int error = api_replica_follow(&earlier->replica, earlier->until, earlier->chunk);
    earlier->owed =
        error == HV_OK && (state_general(earlier->replica.state)->mono_ms >= earlier->due_ms ||
                           state_position(earlier->replica.state) == earlier->until);
    if (error != HV_OK)
        line_log(LINE_WARNING, "event=no-earlier-figures position=%" PRIu64 " error=%s",
                 state_position(earlier->replica.state), hv_error_name(error));
    return error == HV_OK;
}

/* Every second one goes where there is no room, and from then on one is kept in twice the time. */
static void thin_out(struct api *api) {
    api->sample_count = (api->sample_count + 1) / 2;
    for (uint32_t i = 0; i < api->sample_count; i++)
        api->samples[i] = api->samples[2 * i];
    api->sample_ms *= 2;
}

/* Puts what was found before what has been taken since the start, whose sums go on from there. */
static void join_earlier(struct api *api, const struct api_earlier *earlier) {
    while (api->sample_count + earlier->count > API_SAMPLES && api->sample_count > 1)
        thin_out(api);
    memmove(api->samples + earlier->count, api->samples, api->sample_count * sizeof *api->samples);
    memcpy(api->samples, earlier->samples, earlier->count * sizeof *api->samples);
    api->sample_count += earlier->count;
    for (uint32_t i = earlier->count; i < api->sample_count; i++) {
        api->samples[i].values[REPORTS] += (double)earlier->replica.reports;
        api->samples[i].values[ARRIVALS] += (double)earlier->replica.arrived;
    }
    api->replica.reports += earlier->replica.reports;
    api->replica.arrived += earlier->replica.arrived;
    line_log(LINE_INFO, "event=earlier-figures position=%" PRIu64 " samples=%u", earlier->until,
             earlier->count);
}

static bool is_at_end(const struct api_earlier *earlier) {
    return !earlier->owed && state_position(earlier->replica.state) == earlier->until;
}

void api_series_recall(struct api *api) {
    struct api_earlier *earlier = api->earlier;
    if (earlier == NULL || now_us(CLOCK_MONOTONIC) < earlier->rest_us)
        return;
    uint64_t began = now_us(CLOCK_THREAD_CPUTIME_ID), took = 0;
    bool good = true, waits = false;
    while (good && !waits && took < SLICE_US && !is_at_end(earlier)) {
        if (earlier->owed)
            waits = !take_earlier(api, earlier);
        else
            good = fold_more(earlier);
        took = now_us(CLOCK_THREAD_CPUTIME_ID) - began;
    }
    earlier->rest_us = now_us(CLOCK_MONOTONIC) + (waits ? WAIT_US : REST_TIMES * took);
    if (good && !is_at_end(earlier))
        return;
    if (good)
        join_earlier(api, earlier);
    api_series_free(api);
}

int api_series_wait_ms(const struct api *api, int most) {
    if (api->earlier == NULL)
        return most;
    uint64_t now = now_us(CLOCK_MONOTONIC), rest = api->earlier->rest_us;
    int ms = rest <= now ? 0 : (int)((rest - now + 999) / 1000);
    return ms < most ? ms : most;
}

/* ---- since the start ---- */

void api_series_tick(struct api *api, uint64_t now_ms) {
    if (api->sample_ms == 0)
        api->sample_ms = SAMPLE_MS;
    if (!api->loaded || now_ms < api->sample_next_ms || api_scene_refresh(&api->scene) != HV_OK)
        return;
    if (api->sample_count == API_SAMPLES)
        thin_out(api);
    api->sample_next_ms = now_ms + api->sample_ms;
    hv_arena_reset(&api->arena);
    api->samples[api->sample_count++] = sample_of(&api->scene, &api->replica);
}

/* ---- told ---- */

/* How many samples were there at a position of the log: positions never go down. */
static uint32_t samples_until(const struct api *api, uint64_t position) {
    uint32_t count = api->sample_count;
    while (count > 0 && api->samples[count - 1].position > position)
        count--;
    return count;
}

static void write_series(const struct api *api, uint32_t first, uint32_t count,
                         struct api_text *text) {
    api_text_print(text, "{\"step_s\":%g,\"wall_ms\":[", (double)api->sample_ms / 1000);
    for (uint32_t i = first; i < count; i++) {
        api_text_add(text, ",", i > first);
        api_text_integer(text, api->samples[i].wall_ms);
    }
    api_text_put(text, "],\"position\":[");
    for (uint32_t i = first; i < count; i++) {
        api_text_add(text, ",", i > first);
        api_text_integer(text, (int64_t)api->samples[i].position);
    }
    api_text_put(text, "],\"series\":{");
    for (int kind = 0; kind < API_SERIES; kind++) {
        api_text_print(text, "%s\"%s\":[", kind == 0 ? "" : ",", series_words[kind]);
        for (uint32_t i = first; i < count; i++) {
            api_text_add(text, ",", i > first);
            api_text_number(text, api->samples[i].values[kind], 3);
        }
        api_text_add(text, "]", 1);
    }
    api_text_put(text, "}}");
}

/* Columns of CSV: when a sample was taken, and its figures in the order of series_words. */
static const struct api_column series_columns[2 + API_SERIES] = {
    {.name = "wall_ms", .hxl = "#date+ms"},
    {.name = "position", .hxl = "#meta+position"},
    {.name = "sheltered", .hxl = "#affected+sheltered"},
    {.name = "on_the_way", .hxl = "#affected+on_way"},
    {.name = "capacity_open", .hxl = "#capacity+open"},
    {.name = "nodes_present", .hxl = "#indicator+nodes+present"},
    {.name = "nodes_stale", .hxl = "#indicator+nodes+stale"},
    {.name = "orders_open", .hxl = "#indicator+orders+open"},
    {.name = "requests_open", .hxl = "#indicator+requests+open"},
    {.name = "reports", .hxl = "#indicator+reports"},
    {.name = "arrivals", .hxl = "#reached+arrivals"},
    {.name = "occupancy", .hxl = "#indicator+occupancy", .decimals = 3},
    {.name = "stock_days", .hxl = "#indicator+days_left", .decimals = 3},
    {.name = "delay_median_s", .hxl = "#indicator+delay+median+s", .decimals = 3},
    {.name = "delay_most_s", .hxl = "#indicator+delay+most+s", .decimals = 3},
};

static void write_rows(const struct api *api, const struct api_scene *scene, uint32_t first,
                       uint32_t count, struct api_text *text) {
    api_csv_headings(series_columns, 2 + API_SERIES, scene, text);
    for (uint32_t i = first; i < count; i++) {
        const struct api_sample *sample = &api->samples[i];
        api_text_integer(text, sample->wall_ms);
        api_text_add(text, ",", 1);
        api_text_integer(text, (int64_t)sample->position);
        for (int kind = 0; kind < API_SERIES; kind++) {
            const struct api_value value = api_number(sample->values[kind]);
            api_text_add(text, ",", 1);
            api_csv_cell(&series_columns[2 + kind], &value, text);
        }
        api_exercise_cell(scene, 2, text);
    }
}

void api_get_series(struct api *api, struct api_call *call) {
    uint64_t since = 0;
    uint32_t count = samples_until(api, state_position(call->scene->state));
    enum api_format format;
    if (!api_choose_format(call, false, true, &format))
        return;
    if (api_target_number(&call->target, "since_ms", 0, HV_MS_MAX, &since) == HV_ERR_VALUE) {
        api_problem(call, 400, "value", "since_ms is a wall time in milliseconds", NULL);
        return;
    }
    uint64_t newest = count == 0 ? 0 : (uint64_t)api->samples[count - 1].wall_ms;
    if (api_unchanged(call, 2 * newest + (api->earlier == NULL), format))
        return;
    uint32_t first = 0;
    while (first < count && api->samples[first].wall_ms < (int64_t)since)
        first++;
    if (format == API_CSV)
        write_rows(api, call->scene, first, count, &call->out);
    else
        write_series(api, first, count, &call->out);
    api_reply(call, 200, api_type_of(format));
}
