/* Puts shelters into the log of a coordinator that does not run, for the benchmarks of size.
 *
 *   fill_city DIR NODES full [FIRST]         NODES shelters with nodes, each with every figure
 *                                            (nine reports); their numbers go on from FIRST
 *   fill_city DIR NODES brief [FIRST]        the same with two reports each
 *   fill_city DIR NODES full-left [FIRST]    and then their keys are revoked: known, but they
 *   fill_city DIR NODES brief-left [FIRST]   cannot connect
 *   fill_city DIR NODES tail [FIRST [TIMES]] TIMES check-ins more of each that is full, 1 where
 *                                            not given: what comes after a checkpoint
 *
 * DIR is the coordinator's folder. Prints the last position of the log. */
#include "coordinator/layout.h"
#include "coordinator/log/log_lmdb.h"
#include "schemas/codec.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINES = 10, RECORD_BYTES = 2048 };

static struct filling {
    struct log *log;
    struct log_entry entries[HV_BATCH_RECORDS_MAX];
    uint8_t bytes[HV_BATCH_RECORDS_MAX][RECORD_BYTES];
    size_t count;
    struct hv_arena arena;
} filling;

static void must(int error, const char *what) {
    if (error == HV_OK)
        return;
    fprintf(stderr, "fill_city: %s: %s\n", what, hv_error_text(error));
    exit(70);
}

static void flush(void) {
    uint64_t first;
    if (filling.count > 0)
        must(log_append(filling.log, filling.entries, filling.count, &first), "append");
    filling.count = 0;
}

static void put(struct hv_record record) {
    size_t size = 0;
    uint8_t *bytes = filling.bytes[filling.count];
    record.version = HV_RECORD_VERSION;
    hv_arena_reset(&filling.arena);
    must(hv_record_encode(&record, &filling.arena, bytes, RECORD_BYTES, &size), "encode");
    filling.entries[filling.count++] = (struct log_entry){record.kind, bytes, size};
    if (filling.count == HV_BATCH_RECORDS_MAX)
        flush();
}

/* ---- one shelter ---- */

static void enrol(uint32_t number, const char *id) {
    struct hv_record record = {.actor = HV_ACTOR_OPERATOR,
                               .name = "operator",
                               .kind = HV_RECORD_ENROLMENT,
                               .enrolment = {.node = id, .role = HV_ROLE_SHELTER, .place = ""}};
    memcpy(record.enrolment.public_key, "no real key", 11);
    memcpy(record.enrolment.public_key + 16, &number, sizeof number);
    put(record);
    put((struct hv_record){.actor = HV_ACTOR_NODE,
                           .name = id,
                           .kind = HV_RECORD_EPOCH,
                           .epoch = {.node = id, .epoch = 1}});
}

static void revoke(const char *id) {
    put((struct hv_record){.actor = HV_ACTOR_OPERATOR,
                           .name = "operator",
                           .kind = HV_RECORD_REVOCATION,
                           .revocation = {.node = id, .reason = "left"}});
}

static void report(const char *id, uint64_t sequence, struct hv_report body) {
    body.source = HV_SOURCE_NODE;
    body.subject = "";
    body.seen = (struct hv_seen){.wall_ms = 1700000000000, .node_ms = 1000 + sequence};
    put((struct hv_record){.actor = HV_ACTOR_NODE,
                           .name = id,
                           .kind = HV_RECORD_REPORT,
                           .report = {.node = id,
                                      .epoch = 1,
                                      .lane = HV_LANE_HISTORY,
                                      .sequence = sequence,
                                      .sent_node_ms = 2000 + sequence,
                                      .report = body}});
}

static void check_in(const char *id, uint64_t sequence) {
    report(id, sequence,
           (struct hv_report){.kind = HV_REPORT_MOVEMENT,
                              .movement = {.kind = HV_MOVEMENT_CHECK_IN,
                                           .people = {.by_age = {[HV_AGE_ADULT] = 3}},
                                           .zone = "",
                                           .shelter = "",
                                           .transfer = ""}});
}

static void report_status_and_count(const char *id) {
    report(id, 1,
           (struct hv_report){.kind = HV_REPORT_STATUS,
                              .status = {.status = HV_SHELTER_OPEN, .reason = ""}});
    report(id, 2,
           (struct hv_report){.kind = HV_REPORT_COUNT,
                              .count = {.people = {.by_age = {[HV_AGE_ADULT] = 100}}}});
}

static void report_the_rest(const char *id) {
    static const char *const items[LINES] = {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j"};
    struct hv_stock_line lines[LINES];
    struct hv_capacity_line capacity[] = {{HV_BASIS_AREA, HV_PART_NIGHT, HV_PLACE_INDOOR, 300},
                                          {HV_BASIS_BEDS, HV_PART_NIGHT, HV_PLACE_INDOOR, 200}};
    struct hv_lifeline lifelines[HV_LIFELINE_COUNT - 1];
    for (int i = 0; i < LINES; i++)
        lines[i] = (struct hv_stock_line){.item = items[i], .lot = "L", .quantity = 100};
    for (int i = 1; i < HV_LIFELINE_COUNT; i++)
        lifelines[i - 1] = (struct hv_lifeline){.kind = (enum hv_lifeline_kind)i,
                                                .state = HV_LIFELINE_UP,
                                                .seen = {1700000000000, 1000}};
    report(id, 3,
           (struct hv_report){.kind = HV_REPORT_CAPACITY,
                              .capacity = {.line_count = 2, .lines = capacity}});
    report(id, 4,
           (struct hv_report){
               .kind = HV_REPORT_LIFELINES,
               .lifelines = {.lifeline_count = HV_LIFELINE_COUNT - 1, .lifelines = lifelines}});
    report(
        id, 5,
        (struct hv_report){
            .kind = HV_REPORT_STOCK_COUNT,
            .stock_count = {.line_count = LINES, .lines = lines, .complete = true, .reason = ""}});
    for (uint64_t sequence = 6; sequence <= 9; sequence++)
        check_in(id, sequence);
}

/* ---- all of them ---- */

/* Until the next call. */
static const char *name(uint32_t number) {
    static char id[32];
    snprintf(id, sizeof id, "shelter-%06u", number);
    return id;
}

int main(int argc, char **argv) {
    char path[4096];
    const char *how = argc >= 4 && argc <= 6 ? argv[3] : "";
    bool full = strncmp(how, "full", 4) == 0, brief = strncmp(how, "brief", 5) == 0;
    bool tail = strcmp(how, "tail") == 0, left = strstr(how, "-left") != NULL;
    if (!full && !brief && !tail) {
        fprintf(
            stderr,
            "usage: fill_city DIR NODES full|brief|full-left|brief-left|tail [FIRST [TIMES]]\n");
        return 64;
    }
    snprintf(path, sizeof path, "%s/%s", argv[1], LAYOUT_LOG);
    must(log_lmdb_open(path, NULL, &filling.log), path);
    hv_arena_init(&filling.arena, 0);
    uint32_t first = argc >= 5 ? (uint32_t)strtoul(argv[4], NULL, 10) : 0;
    uint32_t times = argc == 6 ? (uint32_t)strtoul(argv[5], NULL, 10) : 1;
    uint32_t count = (uint32_t)strtoul(argv[2], NULL, 10);
    for (uint32_t round = 0; tail && round < times; round++)
        for (uint32_t i = first; i < first + count; i++)
            check_in(name(i), 10 + round);
    for (uint32_t i = first; !tail && i < first + count; i++) {
        const char *id = name(i);
        enrol(i, id);
        report_status_and_count(id);
        if (full)
            report_the_rest(id);
        if (left)
            revoke(id);
    }
    flush();
    printf("%llu\n", (unsigned long long)log_last(filling.log));
    hv_arena_deinit(&filling.arena);
    log_close(filling.log);
    return 0;
}
