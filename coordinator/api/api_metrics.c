/* How it fares, for Prometheus. */
#include "coordinator/api/api_inside.h"

#include <inttypes.h>
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

static const char *awaited(const struct state_order *order) {
    switch (state_order_state(order)) {
    case HV_ORDER_ISSUED:
        return order->post == HV_POST_NODE ? "node" : "voice";
    case HV_ORDER_STORED:
    case HV_ORDER_SEEN:
        return "answer";
    default:
        return "done";
    }
}

/* What orders wait for: that a node stores them, that somebody tells a post by voice, that they are
 * accepted or declined, that what was accepted is done. */
static void orders(struct api_text *text, const struct api *api) {
    static const char *const waits[] = {"node", "voice", "answer", "done"};
    const struct state *state = api->replica.state;
    uint64_t counts[sizeof waits / sizeof *waits] = {0}, overdue = 0;
    for (uint32_t i = 0; i < state_count(state, STATE_ORDER); i++) {
        const struct state_order *order = state_order(state, i);
        if (!hv_order_is_open(state_order_state(order)))
            continue;
        overdue +=
            order->has_deadline && order->deadline_wall_ms < api->scene.console.wall_ms ? 1 : 0;
        for (size_t kind = 0; kind < sizeof waits / sizeof *waits; kind++)
            counts[kind] += strcmp(waits[kind], awaited(order)) == 0;
    }
    api_text_put(text, "# HELP haven_orders_waiting open orders, by what they wait for\n"
                       "# TYPE haven_orders_waiting gauge\n");
    for (size_t kind = 0; kind < sizeof waits / sizeof *waits; kind++)
        api_text_print(text, "haven_orders_waiting{for=\"%s\"} %" PRIu64 "\n", waits[kind],
                       counts[kind]);
    metric(text, "orders_overdue", "gauge", "open orders past their deadline", (double)overdue);
}

static void queues(struct api_text *text, struct api *api) {
    uint64_t calls = 0, decisions = 0;
    for (const struct api_call *one = api->calls; one != NULL; one = one->next) {
        calls++;
        decisions += one->stage == API_WAITING && (one->token & API_TOKEN_BIT) != 0;
    }
    metric(text, "http_requests", "gauge", "requests under way", (double)calls);
    metric(text, "http_streams", "gauge", "event streams open", (double)api->stream_count);
    metric(text, "decisions_waiting", "gauge", "decisions that wait for their answer",
           (double)decisions);
    metric(text, "decisions_queued", "gauge", "of these, those that nobody has begun with",
           (double)api_wait_depth(api));
    metric(text, "jobs_queued", "gauge", "look backs and passwords that no thread has begun with",
           (double)api_work_waiting(api->work));
}

void api_get_metrics(struct api *api, struct api_call *call) {
    const struct core_counters *counters = &api->pulse.counters;
    const struct state *state = api->replica.state;
    struct api_text *text = &call->out;
    uint64_t nodes[3] = {0};
    for (uint32_t i = 0; i < state_count(state, STATE_NODE); i++)
        nodes[state_node(state, i)->presence]++;
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
    queues(text, api);
    orders(text, api);
    metric(text, "http_fold_seconds_total", "counter", "processor time of the served picture",
           (double)api->replica.folded_us / 1e6);
    commits(text, &api->pulse);
    refusals(text, counters);
    plans(text, api);
    api_reply(call, 200, "text/plain; version=0.0.4; charset=utf-8");
}
