/* What one node, or one sender, may make the coordinator keep. */
#include "coordinator/core_inside.h"
#include "tests/support/core_bench.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdio.h>

static struct core_bench *bench;

static void begin(void) {
    bench = core_bench_pair();
}

static void end(void) {
    core_bench_free(bench);
}

TestSuite(core_limits, .init = begin, .fini = end);

/* ---- what one node may make the coordinator keep ---- */

static void report_some_lots(uint64_t sequence, uint64_t first_lot, size_t count, bool complete) {
    static char lots[HV_STOCK_LINES_MAX][24];
    static struct hv_stock_line lines[HV_STOCK_LINES_MAX];
    for (size_t i = 0; i < count; i++) {
        snprintf(lots[i], sizeof lots[i], "lot-%07zu", (size_t)first_lot + i);
        lines[i] = (struct hv_stock_line){.item = "water", .lot = lots[i], .quantity = 1};
    }
    struct hv_envelope envelope = core_bench_check_in(bench, 100, sequence, 0);
    envelope.report.kind = HV_REPORT_STOCK_COUNT;
    envelope.report.stock_count = (struct hv_stock_count){
        .line_count = count, .lines = lines, .complete = complete, .reason = ""};
    core_bench_frame(bench, "S1", &envelope);
    core_bench_idle(bench);
    core_bench_forget(bench);
}

static void report_lots(uint64_t sequence, uint64_t first_lot) {
    report_some_lots(sequence, first_lot, HV_STOCK_LINES_MAX, true);
}

Test(core_limits, holds_so_many_stock_lines_of_a_place) {
    uint64_t sequence = 0;
    for (; sequence < STATE_STOCK_LINES_MAX / HV_STOCK_LINES_MAX; sequence++)
        report_some_lots(sequence + 1, sequence * HV_STOCK_LINES_MAX, HV_STOCK_LINES_MAX, false);
    const uint64_t *out_of_range = &core_counters(bench->core)->refused[HV_REASON_RANGE];
    const struct state_stock *stock = &state_find_place(core_state(bench->core), "S1")->stock;
    cr_assert_eq(stock->count, STATE_STOCK_LINES_MAX);
    report_some_lots(++sequence, STATE_STOCK_LINES_MAX, 1, false);
    cr_assert_eq(*out_of_range, 1);
    report_some_lots(++sequence, 5, 3, false);
    cr_assert_eq(*out_of_range, 1, "lines that are there may change");
    report_some_lots(++sequence, 5, 3, true);
    report_some_lots(++sequence, 5, 3, true);
    report_some_lots(++sequence, STATE_STOCK_LINES_MAX, 1, false);
    cr_assert_eq(*out_of_range, 1, "complete counts make room");
    cr_assert_eq(stock->count, 4);
    cr_assert_eq(stock->refused, 0, "nothing was left out silently");
}

Test(core_limits, takes_no_names_without_end_from_one_node) {
    const struct state *state = core_state(bench->core);
    uint64_t sequence = 0;
    while (state_find_node(state, "S1")->introduced < HV_NODE_NAMES_MAX) {
        report_lots(sequence + 1, sequence * HV_STOCK_LINES_MAX);
        sequence++;
    }
    uint32_t names = state_count(state, STATE_NAME);
    report_lots(sequence + 1, sequence * HV_STOCK_LINES_MAX);
    cr_assert_eq(state_count(state, STATE_NAME), names);
    cr_assert_eq(core_counters(bench->core)->refused[HV_REASON_RANGE], 1);
    report_lots(sequence + 2, 0);
    cr_assert_eq(core_counters(bench->core)->refused[HV_REASON_RANGE], 1, "what is known is taken");
    struct hv_envelope other = core_bench_check_in(bench, 100, 1, 2);
    other.report.movement.zone = "Z-new";
    core_bench_frame(bench, "S2", &other);
    core_bench_idle(bench);
    cr_assert_not_null(state_find_zone(state, "Z-new"), "another node is not hindered");
}

static void ask(uint64_t sequence, uint64_t number, bool withdrawn) {
    struct hv_envelope envelope = core_bench_check_in(bench, 100, sequence, 0);
    envelope.report.kind = HV_REPORT_REQUEST;
    envelope.report.request = (struct hv_request){.id = number,
                                                  .kind = HV_REQUEST_STAFF,
                                                  .urgency = HV_URGENCY_ROUTINE,
                                                  .text = "two nurses",
                                                  .withdrawn = withdrawn};
    core_bench_frame(bench, "S1", &envelope);
    core_bench_idle(bench);
}

Test(core_limits, holds_so_many_open_requests_of_a_place) {
    uint64_t sequence = 0;
    while (sequence < HV_PLACE_REQUESTS_OPEN_MAX) {
        sequence++;
        ask(sequence, sequence, false);
        core_bench_forget(bench);
    }
    ask(++sequence, 5000, false);
    cr_assert_eq(core_bench_refused(bench, "S1"), HV_REASON_RANGE);
    core_bench_forget(bench);
    ask(++sequence, 7, false);
    cr_assert_eq(core_bench_refused(bench, "S1"), HV_REASON_UNKNOWN,
                 "one that is open may be changed");
    ask(++sequence, 7, true);
    ask(++sequence, 5001, false);
    cr_assert_eq(core_bench_refused(bench, "S1"), HV_REASON_UNKNOWN);
    cr_assert_eq(state_find_place(core_state(bench->core), "S1")->open_requests,
                 HV_PLACE_REQUESTS_OPEN_MAX);
}

static size_t held_by_batches(void) {
    size_t held = 0;
    for (unsigned i = 0; i < CORE_BATCHES_MAX; i++)
        held += bench->core->batches[i].arena.held;
    return held;
}

Test(core_limits, who_repeats_himself_while_the_disk_is_slow_fills_no_memory) {
    core_bench_arrive(bench, "S2", 100, 1, 1);
    core_bench_idle(bench);
    bench->hold = true;
    core_bench_arrive(bench, "S1", 100, 1, 1);
    core_bench_idle(bench);
    core_bench_arrive(bench, "S1", 100, 2, 1); /* waits in the next batch */
    size_t before = held_by_batches();
    for (int i = 0; i < 20000; i++) {
        core_bench_arrive(bench, "S2", 100, 1, 1);
        core_bench_forget(bench);
    }
    cr_assert_leq(held_by_batches(), before + 65536);
    core_bench_store(bench);
    core_bench_idle(bench);
    core_bench_store(bench);
    cr_assert_eq(core_bench_people(bench, "S1"), 2, "and what was taken is whole");
}

/* ---- what one sender may fill ---- */

static struct hv_envelope long_count(uint64_t sequence) {
    static struct hv_stock_line lines[HV_STOCK_LINES_MAX];
    static char names[HV_STOCK_LINES_MAX][8];
    struct hv_envelope envelope = core_bench_check_in(bench, 100, sequence, 1);
    for (unsigned i = 0; i < HV_STOCK_LINES_MAX; i++) {
        snprintf(names[i], sizeof names[i], "i%u", i);
        lines[i] = (struct hv_stock_line){.item = names[i], .lot = ""};
    }
    envelope.report.kind = HV_REPORT_STOCK_COUNT;
    envelope.report.stock_count = (struct hv_stock_count){
        .line_count = HV_STOCK_LINES_MAX, .lines = lines, .complete = true, .reason = ""};
    return envelope;
}

Test(core_limits, memory_of_what_waits_is_counted_as_decoded) {
    bench->hold = true;
    core_bench_forget(bench);
    uint64_t sequence = 0;
    while (core_bench_refused(bench, "S1") != HV_REASON_BUSY && sequence < 20000) {
        struct hv_envelope envelope = long_count(++sequence);
        core_bench_frame(bench, "S1", &envelope);
    }
    cr_assert_eq(core_bench_refused(bench, "S1"), HV_REASON_BUSY);
    size_t bytes = 0;
    for (unsigned i = 0; i < CORE_BATCHES_MAX; i++)
        bytes += bench->core->batches[i].arena.held + bench->core->batches[i].room;
    cr_assert_leq(bytes, 192u << 20, "%zu bytes hold %" PRIu64 " reports", bytes, sequence);
    bench->hold = false;
    core_bench_store(bench);
    core_bench_idle(bench);
    cr_assert_eq(core_bench_last(bench, "S1", HV_BODY_ACK)->sequence, sequence - 1);

    struct hv_envelope envelope = long_count(sequence);
    core_bench_frame(bench, "S1", &envelope);
    core_bench_idle(bench);
    cr_assert_eq(core_bench_last(bench, "S1", HV_BODY_ACK)->sequence, sequence, "and goes on");
}
