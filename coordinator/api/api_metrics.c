/* How it fares, for Prometheus, and figures over time, for charts. */
#include "coordinator/api/api_goods.h"
#include "coordinator/api/api_inside.h"

#include "schemas/platform/clock.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- metrics ---- */

static void metric(struct api_text *text, const char *name, const char *type, const char *help,
                   double value) {
    api_text_print(text, "# HELP haven_%s %s\n# TYPE haven_%s %s\nhaven_%s %.17g\n", name, help,
                   name, type, name, value);
}

static void commits(struct api_text *text, const struct api_pulse *pulse) {
    uint64_t sum = 0;
    api_text_put(text, "# HELP haven_commit_seconds time of one durable append\n"
                       "# TYPE haven_commit_seconds histogram\n");
    for (int i = 0; i < API_COMMIT_BUCKETS - 1; i++) {
        sum += pulse->commit_us[i];
        api_text_print(text, "haven_commit_seconds_bucket{le=\"%g\"} %" PRIu64 "\n",
                       (double)(64u << i) / 1e6, sum);
    }
    api_text_print(text,
                   "haven_commit_seconds_bucket{le=\"+Inf\"} %" PRIu64
                   "\nhaven_commit_seconds_sum %g\nhaven_commit_seconds_count %" PRIu64 "\n",
                   pulse->commit_count, (double)pulse->commit_us_sum / 1e6, pulse->commit_count);
}

static void refusals(struct api_text *text, const struct core_counters *counters) {
    api_text_put(text, "# HELP haven_refused_total reports refused, by reason\n"
                       "# TYPE haven_refused_total counter\n");
    for (int reason = 1; reason < HV_REASON_COUNT; reason++)
        api_text_print(text, "haven_refused_total{reason=\"%s\"} %" PRIu64 "\n",
                       hv_reason_word((enum hv_reason)reason), counters->refused[reason]);
}

static double gap(int64_t reached, int64_t bound) {
    return reached > bound && reached > 0 ? (double)(reached - bound) / (double)reached : 0;
}

static void plans(struct api_text *text, const struct api *api) {
    const struct state *state = api->replica.state;
    uint32_t count = state_count(state, STATE_PLAN);
    const struct state_plan *last = count == 0 ? NULL : state_plan(state, count - 1);
    metric(text, "plans_total", "counter", "plans in the log", count);
    metric(text, "planner_seconds", "gauge", "time that the last plan took",
           (double)api->pulse.plan_ms / 1000);
    metric(text, "planner_busy", "gauge", "1 while a plan is being made", api->pulse.planning);
    if (last == NULL)
        return;
    metric(text, "plan_unserved_people", "gauge", "people without a place in the last plan",
           (double)last->unserved_people);
    metric(text, "plan_unserved_gap", "gauge", "share of them that a better plan might serve",
           gap(last->unserved_people, last->unserved_bound));
    metric(text, "plan_time_gap", "gauge", "share of the travel time that a better plan might save",
           gap(last->person_seconds, last->person_seconds_bound));
    metric(text, "plan_goods_gap", "gauge", "share of unmet need that a better plan might meet",
           gap(last->unmet_cost, last->unmet_bound));
}

void api_get_metrics(struct api *api, struct api_call *call) {
    const struct core_counters *counters = &api->pulse.counters;
    const struct state *state = api->replica.state;
    struct api_text *text = &call->out;
    uint64_t nodes[3] = {0}, calls = 0;
    for (uint32_t i = 0; i < state_count(state, STATE_NODE); i++)
        nodes[state_node(state, i)->presence]++;
    for (const struct api_call *one = api->calls; one != NULL; one = one->next)
        calls++;
    metric(text, "reports_total", "counter", "reports taken in since the start",
           (double)counters->reports);
    metric(text, "duplicates_total", "counter", "reports that had been taken in before",
           (double)counters->duplicates);
    metric(text, "records_committed_total", "counter", "records made durable since the start",
           (double)counters->committed);
    metric(text, "batches_total", "counter", "appends since the start", (double)counters->batches);
    metric(text, "batches_failed_total", "counter", "appends that stored nothing",
           (double)counters->failed_batches);
    metric(text, "batch_records", "gauge", "records in an append, on average",
           counters->batches == 0 ? 0 : (double)counters->committed / (double)counters->batches);
    metric(text, "in_flight_records", "gauge", "records that wait to be durable",
           (double)counters->in_flight);
    metric(text, "storing", "gauge", "0 while the disk refuses", counters->storing);
    metric(text, "log_position", "gauge", "last durable position", (double)api->pulse.log_last);
    metric(text, "picture_lag_records", "gauge", "records that the picture served here lacks",
           (double)(api->pulse.log_last > state_position(state)
                        ? api->pulse.log_last - state_position(state)
                        : 0));
    metric(text, "nodes_present", "gauge", "nodes that are heard", (double)nodes[STATE_PRESENT]);
    metric(text, "nodes_stale", "gauge", "nodes that have gone silent", (double)nodes[STATE_STALE]);
    metric(text, "nodes_never_heard", "gauge", "nodes enrolled and never heard",
           (double)nodes[STATE_NEVER_HEARD]);
    metric(text, "http_requests", "gauge", "requests under way", (double)calls);
    metric(text, "http_streams", "gauge", "event streams open", (double)api->stream_count);
    metric(text, "http_fold_seconds_total", "counter", "processor time of the served picture",
           (double)api->replica.folded_us / 1e6);
    commits(text, &api->pulse);
    refusals(text, counters);
    plans(text, api);
    api_reply(call, 200, "text/plain; version=0.0.4; charset=utf-8");
}

/* ---- series ---- */

static const char *const series_words[API_SERIES] = {
    "sheltered",   "on_the_way",     "capacity_open", "nodes_present", "nodes_stale",
    "orders_open", "requests_open",  "reports",       "arrivals",      "occupancy",
    "stock_days",  "delay_median_s", "delay_most_s"};

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

/* Every second one goes when all room is taken, and from then on one is kept in twice the time. */
static void thin_out(struct api *api) {
    for (uint32_t i = 0; i < API_SAMPLES / 2; i++)
        api->samples[i] = api->samples[2 * i];
    api->sample_count = API_SAMPLES / 2;
    api->sample_ms *= 2;
}

void api_series_tick(struct api *api, uint64_t now_ms) {
    if (api->sample_ms == 0)
        api->sample_ms = API_SAMPLE_MS;
    if (!api->loaded || now_ms < api->sample_next_ms || api_scene_refresh(&api->scene) != HV_OK)
        return;
    if (api->sample_count == API_SAMPLES)
        thin_out(api);
    api->sample_next_ms = now_ms + api->sample_ms;
    hv_arena_reset(&api->arena);
    json_t *status = api_ask(&api->scene, json_pack("{s:s}", "verb", "status"), NULL, NULL);
    struct api_sample *sample = &api->samples[api->sample_count++];
    sample->wall_ms = api->scene.console.wall_ms;
    sample->position = state_position(api->scene.state);
    double open = at(status, "shelters", "capacity_open"), median_s, most_s;
    api_replica_delays(&api->replica, &median_s, &most_s);
    const double values[API_SERIES] = {at(status, "people", "sheltered"),
                                       at(status, "people", "on_the_way"),
                                       at(status, "shelters", "capacity_open"),
                                       at(status, "nodes", "present"),
                                       at(status, "nodes", "stale"),
                                       at(status, "orders", "open"),
                                       at(status, "requests", "open"),
                                       (double)api->pulse.counters.reports,
                                       (double)api->replica.arrived,
                                       open > 0 ? at(status, "people", "sheltered") / open : NAN,
                                       stock_days(&api->scene),
                                       median_s,
                                       most_s};
    memcpy(sample->values, values, sizeof values);
    json_decref(status);
}

/* How many samples were there at a position of the log: positions never go down. */
static uint32_t samples_until(const struct api *api, uint64_t position) {
    uint32_t count = api->sample_count;
    while (count > 0 && api->samples[count - 1].position > position)
        count--;
    return count;
}

void api_get_series(struct api *api, struct api_call *call) {
    uint64_t since = 0;
    uint32_t count = samples_until(api, state_position(call->scene->state));
    struct api_text *text = &call->out;
    if (api_target_number(&call->target, "since_ms", 0, HV_MS_MAX, &since) == HV_ERR_VALUE) {
        api_problem(call, 400, "value", "since_ms is a wall time in milliseconds", NULL);
        return;
    }
    if (api_unchanged(call, count == 0 ? 0 : (uint64_t)api->samples[count - 1].wall_ms, API_JSON))
        return;
    uint32_t first = 0;
    while (first < count && api->samples[first].wall_ms < (int64_t)since)
        first++;
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
    api_reply(call, 200, "application/json");
}
