/* Node and coordinator fold the same HISTORY to the same figures: people, households apart, status,
 * capacity, lifelines and stock, after every single report of 300 random histories. */
#include "coordinator/state/state.h"
#include "nodes/present.h"
#include "tests/support/chance.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <string.h>

enum { HISTORIES = 300, REPORTS = 120 };

static const char *const items[] = {"water", "rice", "blanket"};
static const char *const lots[] = {"", "A1", "B7"};

struct pair {
    struct chance chance;
    struct state *state;
    struct node_present present;
    uint64_t position, sequence, seed;
    struct hv_stock_line lines[9];
    struct hv_capacity_line capacity[3];
    struct hv_lifeline lifelines[2];
};

static uint32_t below(struct pair *pair, uint32_t limit) {
    return chance_below(&pair->chance, limit);
}

static struct hv_people some_people(struct pair *pair, uint32_t most) {
    struct hv_people people = {.pets = (int32_t)below(pair, 3)};
    for (int age = 0; age < HV_AGE_COUNT; age++)
        people.by_age[age] = (int32_t)below(pair, most);
    for (int o = 0; o < HV_OVERLAY_COUNT; o++)
        people.overlay[o] = (int32_t)below(pair, (uint32_t)hv_people_total(&people) + 1);
    return people;
}

static void move_people(struct pair *pair, struct hv_report *report) {
    report->kind = HV_REPORT_MOVEMENT;
    report->movement = (struct hv_movement){
        .kind = (enum hv_movement_kind)(1 + below(pair, HV_MOVEMENT_CORRECTION)),
        .people = some_people(pair, 6),
        .zone = "",
        .shelter = "",
        .transfer = ""};
    bool correction = report->movement.kind == HV_MOVEMENT_CORRECTION;
    for (int age = 0; correction && age < HV_AGE_COUNT; age++)
        report->movement.people.by_age[age] -= 3;
    for (int o = 0; correction && o < HV_OVERLAY_COUNT; o++)
        report->movement.people.overlay[o] -= 4;
}

/* Each item, lot and expiry at most once. */
static size_t some_lines(struct pair *pair, uint32_t most) {
    size_t count = 0;
    for (size_t i = 0; i < 9; i++) {
        if (below(pair, 3) == 0)
            continue;
        uint64_t quantity = 1 + below(pair, most);
        pair->lines[count++] =
            (struct hv_stock_line){.item = items[i % 3],
                                   .lot = lots[i / 3],
                                   .expiry_day = i / 3 == 0 ? 0 : 20000 + (uint32_t)i,
                                   .quantity = quantity,
                                   .damaged = below(pair, (uint32_t)quantity + 1)};
    }
    if (count == 0)
        pair->lines[count++] =
            (struct hv_stock_line){.item = items[0], .lot = "", .quantity = 1 + below(pair, most)};
    return count;
}

static void move_stock(struct pair *pair, struct hv_report *report) {
    report->kind = HV_REPORT_STOCK_MOVEMENT;
    report->stock_movement = (struct hv_stock_movement){
        .kind = (enum hv_stock_movement_kind)(1 + below(pair, HV_STOCK_ADJUST_DOWN)),
        .line_count = some_lines(pair, 40),
        .lines = pair->lines,
        .waybill = "",
        .counterpart = "",
        .reason = ""};
}

static void count_stock(struct pair *pair, struct hv_report *report) {
    report->kind = HV_REPORT_STOCK_COUNT;
    report->stock_count = (struct hv_stock_count){.line_count = some_lines(pair, 90),
                                                  .lines = pair->lines,
                                                  .complete = below(pair, 2) == 0,
                                                  .reason = ""};
    for (size_t i = 0; i < report->stock_count.line_count; i++) {
        if (below(pair, 4) == 0) /* counted, and nothing is there */
            pair->lines[i].quantity = pair->lines[i].damaged = 0;
    }
}

static void tell_capacity(struct pair *pair, struct hv_report *report) {
    report->kind = HV_REPORT_CAPACITY;
    report->capacity = (struct hv_capacity_report){1 + below(pair, 3), pair->capacity};
    for (uint32_t i = 0; i < 3; i++)
        pair->capacity[i] = (struct hv_capacity_line){
            .basis = HV_BASIS_AREA, .part = (enum hv_day_part)i, .people = below(pair, 900)};
}

static void tell_lifelines(struct pair *pair, struct hv_report *report) {
    uint32_t first = 1 + below(pair, HV_LIFELINE_COUNT - 2);
    report->kind = HV_REPORT_LIFELINES;
    report->lifelines = (struct hv_lifeline_report){2, pair->lifelines};
    for (uint32_t i = 0; i < 2; i++)
        pair->lifelines[i] = (struct hv_lifeline){
            .kind = (enum hv_lifeline_kind)(first + i),
            .state = (enum hv_lifeline_state)below(pair, HV_LIFELINE_STATE_COUNT),
            .has_hours = i == 0,
            .hours_left = i == 0 ? below(pair, 48) : 0,
            .seen = report->seen};
}

static struct hv_report some_report(struct pair *pair) {
    struct hv_report report = {.source = HV_SOURCE_NODE,
                               .subject = "",
                               .seen = {.wall_ms = (int64_t)pair->sequence * 1000,
                                        .node_ms = pair->sequence * 1000 - below(pair, 900)}};
    switch (below(pair, 12)) {
    case 0:
        report.kind = HV_REPORT_COUNT;
        report.count.people = some_people(pair, 50);
        break;
    case 1:
        report.kind = HV_REPORT_STATUS;
        report.status.status = (enum hv_shelter_status)below(pair, HV_SHELTER_DAMAGED + 1);
        report.status.reason = below(pair, 2) ? "roof leaks" : "";
        break;
    case 2:
        tell_capacity(pair, &report);
        break;
    case 3:
        tell_lifelines(pair, &report);
        break;
    case 4:
        count_stock(pair, &report);
        break;
    case 5:
    case 6:
    case 7:
        move_stock(pair, &report);
        break;
    default:
        move_people(pair, &report);
    }
    return report;
}

static void put(struct pair *pair, struct hv_record record) {
    record.version = HV_RECORD_VERSION;
    record.name = "x";
    record.mono_ms = record.report.sent_node_ms + 50;
    cr_assert_eq(state_apply(pair->state, ++pair->position, &record), 0);
}

static void begin(struct pair *pair, uint64_t seed) {
    *pair = (struct pair){.seed = seed, .state = state_new()};
    pair->chance = (struct chance){seed};
    node_present_init(&pair->present);
    put(pair,
        (struct hv_record){
            .kind = HV_RECORD_ENROLMENT,
            .enrolment = {.node = "S1", .role = HV_ROLE_SHELTER, .place = "", .public_key = {1}}});
    put(pair, (struct hv_record){.kind = HV_RECORD_EPOCH, .epoch = {.node = "S1", .epoch = 7}});
}

static void report(struct pair *pair) {
    pair->sequence++;
    struct hv_report made = some_report(pair);
    struct hv_record record = {.kind = HV_RECORD_REPORT, .actor = HV_ACTOR_NODE};
    record.report = (struct hv_node_report){.node = "S1",
                                            .epoch = 7,
                                            .lane = HV_LANE_HISTORY,
                                            .sequence = pair->sequence,
                                            .sent_node_ms = pair->sequence * 1000,
                                            .report = made};
    put(pair, record);
    cr_assert_eq(node_present_apply(&pair->present, pair->sequence, &made), HV_OK);
}

#define ALIKE(WHAT, STATE, NODE)                                                                   \
    cr_assert_eq((int64_t)(STATE), (int64_t)(NODE),                                                \
                 "seed %" PRIu64 ", report %" PRIu64 ": %s is %" PRId64 " and %" PRId64,           \
                 pair->seed, pair->sequence, WHAT, (int64_t)(STATE), (int64_t)(NODE))

static const struct state_stock_line *pictured(const struct pair *pair,
                                               const struct state_stock *stock,
                                               const struct hv_stock_line *line) {
    for (uint32_t i = 0; i < stock->count; i++) {
        const struct state_stock_line *known = &stock->lines[i];
        if (known->expiry_day == line->expiry_day &&
            strcmp(state_name(pair->state, known->item), line->item) == 0 &&
            strcmp(state_name(pair->state, known->lot), line->lot) == 0)
            return known;
    }
    return NULL;
}

static void compare_stock(const struct pair *pair, const struct state_stock *stock) {
    int64_t at_coordinator = 0, at_node = 0;
    for (size_t i = 0; i < pair->present.stock.count; i++) {
        const struct hv_stock_line *line = &pair->present.stock.lines[i];
        const struct state_stock_line *known = pictured(pair, stock, line);
        ALIKE(line->item, known == NULL ? 0 : known->quantity, line->quantity);
        ALIKE("damaged", known == NULL ? 0 : known->damaged, line->damaged);
        at_node += (int64_t)line->quantity;
    }
    for (uint32_t i = 0; i < stock->count; i++)
        at_coordinator += stock->lines[i].quantity;
    ALIKE("stock in all", at_coordinator, at_node);
}

static void compare(const struct pair *pair) {
    const struct state_place *place = state_find_place(pair->state, "S1");
    const struct node_present *present = &pair->present;
    for (int age = 0; age < HV_AGE_COUNT; age++)
        ALIKE(hv_age_group_word((enum hv_age_group)age), place->people.now.by_age[age],
              present->people.by_age[age]);
    for (int o = 0; o < HV_OVERLAY_COUNT; o++)
        ALIKE(hv_overlay_word((enum hv_overlay)o), place->people.now.overlay[o],
              present->people.overlay[o]);
    ALIKE("pets", place->people.now.pets, present->people.pets);
    ALIKE("shortfall", place->people.shortfall, present->shortfall);
    ALIKE("status", place->status, present->status);
    cr_assert_str_eq(place->status_reason == NULL ? "" : place->status_reason, present->reason);
    ALIKE("capacity lines", place->capacity_count, present->capacity_count);
    for (size_t i = 0; i < present->capacity_count; i++)
        ALIKE("capacity", place->capacity[i].people, present->capacity[i].people);
    for (int kind = 1; kind < HV_LIFELINE_COUNT; kind++) {
        ALIKE("lifeline", place->lifelines[kind].state, present->lifelines[kind].state);
        ALIKE("hours", place->lifelines[kind].hours_left, present->lifelines[kind].hours_left);
    }
    compare_stock(pair, &place->stock);
}

Test(state_node_alike, node_and_coordinator_fold_a_history_to_the_same_figures) {
    static struct pair pair;
    for (uint64_t seed = 1; seed <= HISTORIES; seed++) {
        begin(&pair, seed);
        for (int i = 0; i < REPORTS; i++) {
            report(&pair);
            compare(&pair);
        }
        node_present_deinit(&pair.present);
        state_free(pair.state);
    }
}
