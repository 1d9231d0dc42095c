/* 50,000 shelters with every figure: memory and start. */
#include "coordinator/founding.h"
#include "coordinator/log/log_lmdb.h"
#include "coordinator/state/state_checkpoint.h"
#include "schemas/codec.h"
#include "tests/support/sanitized.h"
#include "tests/support/scratch.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { SHELTERS = 50000, LINES = 10, MIB_MAX = 300, START_MS_MAX = 3000, TAIL = 20000 };

/* Of this process, so that others on the machine do not count. */
static uint64_t processor_ms(void) {
    struct timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (uint64_t)time.tv_sec * 1000 + (uint64_t)time.tv_nsec / 1000000;
}

static size_t resident_mib(void) {
    unsigned long total, resident;
    FILE *file = fopen("/proc/self/statm", "r");
    cr_assert_eq(fscanf(file, "%lu %lu", &total, &resident), 2);
    fclose(file);
    return resident * (size_t)sysconf(_SC_PAGESIZE) >> 20;
}

struct writer {
    struct log *log;
    struct log_entry entries[HV_BATCH_RECORDS_MAX];
    uint8_t *bytes;
    size_t size, count;
    struct hv_arena arena;
    uint64_t sequence;
};

static void flush(struct writer *writer) {
    uint64_t first;
    if (writer->count > 0)
        cr_assert_eq(log_append(writer->log, writer->entries, writer->count, &first), 0);
    writer->count = writer->size = 0;
}

static void put(struct writer *writer, struct hv_record record) {
    size_t size;
    record.version = HV_RECORD_VERSION;
    record.name = "x";
    hv_arena_reset(&writer->arena);
    cr_assert_eq(
        hv_record_encode(&record, &writer->arena, writer->bytes + writer->size, 4096, &size), 0);
    writer->entries[writer->count++] =
        (struct log_entry){record.kind, writer->bytes + writer->size, size};
    writer->size += size;
    if (writer->count == HV_BATCH_RECORDS_MAX)
        flush(writer);
}

static void report(struct writer *writer, const char *node, uint64_t sequence,
                   struct hv_report body) {
    struct hv_record record = {.actor = HV_ACTOR_NODE, .kind = HV_RECORD_REPORT};
    body.source = HV_SOURCE_NODE;
    body.subject = "";
    body.seen = (struct hv_seen){.wall_ms = 1700000000000, .node_ms = 1000 + sequence};
    record.report = (struct hv_node_report){.node = node,
                                            .epoch = 1,
                                            .lane = HV_LANE_HISTORY,
                                            .sequence = sequence,
                                            .sent_node_ms = 2000 + sequence,
                                            .report = body};
    put(writer, record);
}

static void check_in(struct writer *writer, const char *node, uint64_t sequence) {
    report(writer, node, sequence,
           (struct hv_report){.kind = HV_REPORT_MOVEMENT,
                              .movement = {.kind = HV_MOVEMENT_CHECK_IN,
                                           .people = {.by_age = {[HV_AGE_ADULT] = 3}},
                                           .zone = "Z",
                                           .shelter = "",
                                           .transfer = ""}});
}

static void tell_everything(struct writer *writer, const char *node) {
    struct hv_stock_line lines[LINES];
    struct hv_capacity_line capacity[2] = {{HV_BASIS_AREA, HV_PART_NIGHT, HV_PLACE_INDOOR, 300},
                                           {HV_BASIS_BEDS, HV_PART_NIGHT, HV_PLACE_INDOOR, 200}};
    struct hv_lifeline lifelines[HV_LIFELINE_COUNT - 1];
    for (int i = 0; i < LINES; i++) {
        static const char *const items[LINES] = {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j"};
        lines[i] = (struct hv_stock_line){.item = items[i], .lot = "L", .quantity = 100};
    }
    for (int i = 1; i < HV_LIFELINE_COUNT; i++)
        lifelines[i - 1] = (struct hv_lifeline){.kind = (enum hv_lifeline_kind)i,
                                                .state = HV_LIFELINE_UP,
                                                .seen = {1700000000000, 1000}};
    report(writer, node, 1,
           (struct hv_report){.kind = HV_REPORT_STATUS,
                              .status = {.status = HV_SHELTER_OPEN, .reason = ""}});
    report(writer, node, 2,
           (struct hv_report){.kind = HV_REPORT_CAPACITY,
                              .capacity = {.line_count = 2, .lines = capacity}});
    report(writer, node, 3,
           (struct hv_report){
               .kind = HV_REPORT_LIFELINES,
               .lifelines = {.lifeline_count = HV_LIFELINE_COUNT - 1, .lifelines = lifelines}});
    report(
        writer, node, 4,
        (struct hv_report){
            .kind = HV_REPORT_STOCK_COUNT,
            .stock_count = {.line_count = LINES, .lines = lines, .complete = true, .reason = ""}});
    report(writer, node, 5,
           (struct hv_report){.kind = HV_REPORT_COUNT,
                              .count = {.people = {.by_age = {[HV_AGE_ADULT] = 100}}}});
    for (uint64_t sequence = 6; sequence <= 9; sequence++)
        check_in(writer, node, sequence);
}

static void write_log(struct log *log) {
    struct writer *writer = calloc(1, sizeof *writer);
    writer->log = log;
    writer->bytes = malloc((size_t)HV_BATCH_RECORDS_MAX * 4096);
    hv_arena_init(&writer->arena, 0);
    for (uint32_t i = 0; i < SHELTERS; i++) {
        char id[24];
        snprintf(id, sizeof id, "shelter-%06u", i);
        struct hv_record record = {.actor = HV_ACTOR_OPERATOR,
                                   .kind = HV_RECORD_ENROLMENT,
                                   .enrolment = {.node = id, .role = HV_ROLE_SHELTER, .place = ""}};
        memcpy(record.enrolment.public_key, &(uint32_t){i + 1}, sizeof i);
        put(writer, record);
        put(writer, (struct hv_record){.actor = HV_ACTOR_NODE,
                                       .kind = HV_RECORD_EPOCH,
                                       .epoch = {.node = id, .epoch = 1}});
        tell_everything(writer, id);
    }
    flush(writer);
    hv_arena_deinit(&writer->arena);
    free(writer->bytes);
    free(writer);
}

static void write_tail(struct log *log) {
    struct writer *writer = calloc(1, sizeof *writer);
    writer->log = log;
    writer->bytes = malloc((size_t)HV_BATCH_RECORDS_MAX * 4096);
    hv_arena_init(&writer->arena, 0);
    for (uint32_t i = 0; i < TAIL; i++) {
        char id[24];
        snprintf(id, sizeof id, "shelter-%06u", i);
        check_in(writer, id, 10);
    }
    flush(writer);
    hv_arena_deinit(&writer->arena);
    free(writer->bytes);
    free(writer);
}

Test(coordinator_size, fifty_thousand_shelters_in_300_mib_and_started_in_3_s, .timeout = 120) {
    if (SANITIZED)
        cr_skip_test("sanitizers take memory and time of their own");
    char *dir = scratch_make();
    struct log *log;
    struct state *state;
    uint64_t from;
    cr_assert_eq(log_lmdb_open(scratch_path(dir, "log"), NULL, &log), 0);
    struct hv_log_started started = {
        .deployment = {1}, .log = {1}, .mode = HV_MODE_LIVE, .name = ""};
    cr_assert_eq(founding_start(log, &started, 0), 0);
    write_log(log);
    cr_assert_eq(founding_fold(log, NULL, &state, &from, NULL), 0);
    uint8_t end[HV_HASH_BYTES];
    cr_assert_eq(founding_hash_at(log, state_position(state), end), 0);
    cr_assert_eq(checkpoint_write(state, scratch_path(dir, "checkpoint"), end), 0);
    state_free(state);
    write_tail(log);
    log_close(log);

    size_t before = resident_mib();
    uint64_t began = processor_ms();
    cr_assert_eq(log_lmdb_open(scratch_path(dir, "log"), NULL, &log), 0);
    cr_assert_eq(founding_fold(log, scratch_path(dir, "checkpoint"), &state, &from, NULL), 0);
    uint64_t took_ms = processor_ms() - began;
    size_t held_mib = resident_mib();
    cr_assert_eq(log_last(log) - from, TAIL);
    cr_assert_eq(state_count(state, STATE_PLACE), SHELTERS);
    fprintf(stderr, "50,000 shelters: %zu MiB resident (%zu before), started in %lu ms\n", held_mib,
            before, (unsigned long)took_ms);
    cr_assert_leq(held_mib, MIB_MAX);
    cr_assert_leq(took_ms, START_MS_MAX);
    state_free(state);
    log_close(log);
    scratch_remove(dir);
}
