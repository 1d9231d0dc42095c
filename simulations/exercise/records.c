#include "simulations/exercise/records.h"

#include "simulations/exercise/said.h"

#include <stdio.h>
#include <string.h>

#define LINES_MAX HV_STOCK_LINES_MAX

static const char *const AGES[HV_AGE_COUNT] = {"age_unknown", "infant", "child", "adult",
                                               "elderly"};
static const char *const OVERLAYS[HV_OVERLAY_COUNT] = {"wheelchair", "medical", "pregnant",
                                                       "other_language"};

/* ---- people ---- */

json_t *records_people(const struct hv_people *people) {
    json_t *object = json_object();
    for (size_t i = 0; i < HV_AGE_COUNT; i++)
        if (people->by_age[i] != 0)
            json_object_set_new(object, AGES[i], json_integer(people->by_age[i]));
    for (size_t i = 0; i < HV_OVERLAY_COUNT; i++)
        if (people->overlay[i] != 0)
            json_object_set_new(object, OVERLAYS[i], json_integer(people->overlay[i]));
    if (people->pets != 0)
        json_object_set_new(object, "pets", json_integer(people->pets));
    return object;
}

int64_t records_total(const json_t *people) {
    int64_t sum = 0;
    for (size_t i = 0; i < HV_AGE_COUNT; i++)
        sum += json_integer_value(json_object_get(people, AGES[i]));
    return sum;
}

/* Only totals matter to the audit; a correction may be negative. */
static struct hv_people people_of(const json_t *object) {
    struct hv_people people = {{0}, {0}, 0};
    for (size_t i = 0; i < HV_AGE_COUNT; i++)
        people.by_age[i] = (int32_t)json_integer_value(json_object_get(object, AGES[i]));
    return people;
}

/* ---- goods ---- */

/* Only tells lots apart: 2027-03-01 becomes 20270301. */
static uint32_t day_of(const json_t *line) {
    unsigned year = 0, month = 0, day = 0;
    if (sscanf(said_text(line, "expiry"), "%4u-%2u-%2u", &year, &month, &day) != 3)
        return 0;
    return year * 10000 + month * 100 + day;
}

static size_t lines_of(const json_t *report, const char *name,
                       struct hv_stock_line lines[LINES_MAX]) {
    const json_t *list = json_object_get(report, name);
    size_t count = json_array_size(list);
    for (size_t i = 0; i < count && i < LINES_MAX; i++) {
        const json_t *line = json_array_get(list, i);
        lines[i] = (struct hv_stock_line){.item = said_text(line, "item"),
                                          .lot = said_text(line, "lot"),
                                          .expiry_day = day_of(line),
                                          .quantity = said_number(line, "quantity"),
                                          .damaged = said_number(line, "damaged")};
    }
    return count < LINES_MAX ? count : LINES_MAX;
}

/* ---- reports ---- */

struct verb {
    const char *name;
    enum hv_report_kind report;
    int kind;
};

static const struct verb VERBS[] = {
    {"check-in", HV_REPORT_MOVEMENT, HV_MOVEMENT_CHECK_IN},
    {"check-out", HV_REPORT_MOVEMENT, HV_MOVEMENT_CHECK_OUT},
    {"transfer-out", HV_REPORT_MOVEMENT, HV_MOVEMENT_TRANSFER_OUT},
    {"transfer-in", HV_REPORT_MOVEMENT, HV_MOVEMENT_TRANSFER_IN},
    {"undo", HV_REPORT_MOVEMENT, HV_MOVEMENT_CORRECTION},
    {"correction", HV_REPORT_MOVEMENT, HV_MOVEMENT_CORRECTION},
    {"count", HV_REPORT_COUNT, 0},
    {"stock-count", HV_REPORT_STOCK_COUNT, 0},
    {"stock-receive", HV_REPORT_STOCK_MOVEMENT, HV_STOCK_RECEIVE},
    {"stock-issue", HV_REPORT_STOCK_MOVEMENT, HV_STOCK_ISSUE},
    {"stock-ship", HV_REPORT_STOCK_MOVEMENT, HV_STOCK_SHIP},
    {"stock-loss", HV_REPORT_STOCK_MOVEMENT, HV_STOCK_LOSS},
    {"stock-expire", HV_REPORT_STOCK_MOVEMENT, HV_STOCK_EXPIRE},
    {"stock-adjust-up", HV_REPORT_STOCK_MOVEMENT, HV_STOCK_ADJUST_UP},
    {"stock-adjust-down", HV_REPORT_STOCK_MOVEMENT, HV_STOCK_ADJUST_DOWN},
    {"stock-pick", HV_REPORT_STOCK_MOVEMENT, HV_STOCK_PICK},
    {"stock-put-back", HV_REPORT_STOCK_MOVEMENT, HV_STOCK_PUT_BACK},
    {"stock-load", HV_REPORT_STOCK_MOVEMENT, HV_STOCK_LOAD},
    {"stock-write-off", HV_REPORT_STOCK_MOVEMENT, HV_STOCK_WRITE_OFF},
    {"stock-unpack", HV_REPORT_STOCK_MOVEMENT, HV_STOCK_UNPACK},
};

static struct hv_report report_of(const json_t *object, struct hv_stock_line lines[LINES_MAX],
                                  struct hv_stock_line into[LINES_MAX]) {
    struct hv_report report = {.kind = HV_REPORT_NOTE,
                               .note = {""}}; /* what the audit passes over */
    const struct verb *verb = NULL;
    for (size_t i = 0; i < sizeof VERBS / sizeof *VERBS; i++)
        if (strcmp(VERBS[i].name, said_text(object, "verb")) == 0)
            verb = &VERBS[i];
    if (verb == NULL)
        return report;
    report = (struct hv_report){.kind = verb->report};
    if (verb->report == HV_REPORT_MOVEMENT)
        report.movement =
            (struct hv_movement){.kind = (enum hv_movement_kind)verb->kind,
                                 .people = people_of(json_object_get(object, "people")),
                                 .zone = said_text(object, "zone"),
                                 .shelter = said_text(object, "shelter"),
                                 .transfer = said_text(object, "transfer")};
    else if (verb->report == HV_REPORT_COUNT)
        report.count.people = people_of(json_object_get(object, "people"));
    else if (verb->report == HV_REPORT_STOCK_COUNT)
        report.stock_count =
            (struct hv_stock_count){lines_of(object, "lines", lines), lines,
                                    json_is_true(json_object_get(object, "complete")), ""};
    else
        report.stock_movement =
            (struct hv_stock_movement){.kind = (enum hv_stock_movement_kind)verb->kind,
                                       .line_count = lines_of(object, "lines", lines),
                                       .lines = lines,
                                       .waybill = said_text(object, "waybill"),
                                       .counterpart = said_text(object, "counterpart"),
                                       .reason = said_text(object, "reason"),
                                       .into_count = lines_of(object, "into", into),
                                       .into = into,
                                       .final = json_is_true(json_object_get(object, "final")),
                                       .vehicle = said_text(object, "vehicle")};
    return report;
}

static enum audit_state state_of(const char *word) {
    if (strcmp(word, "acknowledged") == 0)
        return AUDIT_ACKNOWLEDGED;
    return strcmp(word, "refused") == 0 ? AUDIT_REFUSED : AUDIT_WAITING;
}

static enum hv_lane lane_of(const json_t *object) {
    const char *word = said_text(object, "lane");
    return strcmp(word, "history") == 0   ? HV_LANE_HISTORY
           : strcmp(word, "present") == 0 ? HV_LANE_PRESENT
                                          : HV_LANE_UNKNOWN;
}

int records_take(struct audit *audit, const char *node, const json_t *record) {
    static struct hv_stock_line lines[LINES_MAX], into[LINES_MAX];
    const json_t *body = json_object_get(record, "report");
    struct audit_record taken = {.node = node,
                                 .lane = lane_of(record),
                                 .epoch = said_number(record, "epoch"),
                                 .sequence = said_number(record, "sequence"),
                                 .state = state_of(said_text(record, "state"))};
    if (taken.lane == HV_LANE_UNKNOWN || taken.sequence == 0 || !json_is_object(body))
        return HV_ERR_FORMAT;
    struct hv_report report = report_of(body, lines, into);
    taken.report = &report;
    return audit_record(audit, &taken);
}

/* ---- the coordinator's picture ---- */

static int take_stock(struct audit *audit, const char *id, const json_t *place) {
    size_t index;
    json_t *line;
    int complete = audit_picture_stock(audit, id);
    if (complete != 0)
        return complete;
    json_array_foreach(json_object_get(place, "stock"), index, line) {
        int64_t there = json_integer_value(json_object_get(line, "quantity")) -
                        json_integer_value(json_object_get(line, "damaged"));
        int error = audit_picture_goods(audit, id, said_text(line, "item"), there);
        if (error != 0)
            return error;
    }
    return 0;
}

static int take_places(struct audit *audit, const json_t *list, bool people) {
    size_t index;
    json_t *place;
    json_array_foreach(list, index, place) {
        const char *id = said_text(place, "id");
        if (!json_is_string(json_object_get(place, "node")))
            continue; /* nobody has ever spoken for it */
        int error = take_stock(audit, id, place);
        if (error == 0 && people)
            error =
                audit_picture_people(audit, id, records_total(json_object_get(place, "people")));
        if (error != 0)
            return error;
    }
    return 0;
}

int records_take_shelters(struct audit *audit, const json_t *reply) {
    return take_places(audit, json_object_get(reply, "shelters"), true);
}

int records_take_depots(struct audit *audit, const json_t *reply) {
    return take_places(audit, json_object_get(reply, "depots"), false);
}

int records_take_logged(struct audit *audit, const json_t *record) {
    const json_t *body = json_object_get(record, "report");
    if (!json_is_object(body))
        body = record;
    enum hv_lane lane = lane_of(body);
    const char *node = said_text(body, "node");
    if (lane == HV_LANE_UNKNOWN || node[0] == '\0' || said_number(body, "sequence") == 0)
        return 0;
    return audit_logged(audit, node, lane, said_number(body, "epoch"),
                        said_number(body, "sequence"));
}

static uint64_t account(const json_t *row, const char *name) {
    json_t *accounts = json_object_get(row, "accounts");
    json_int_t amount = json_integer_value(json_object_get(accounts, name));
    return amount > 0 ? (uint64_t)amount : 0;
}

void records_take_ledger(struct audit *audit, const json_t *ledger, const json_t *proof) {
    struct audit_ledger sums = {.adds_up = json_is_true(json_object_get(proof, "adds_up"))};
    size_t index;
    json_t *row;
    json_array_foreach(json_object_get(ledger, "rows"), index, row) {
        sums.issued += account(row, "issued");
        sums.lost += account(row, "lost") + account(row, "expired") + account(row, "written-off");
        sums.in_transit += account(row, "in-transit");
        sums.missing += account(row, "missing-on-way");
        sums.over += account(row, "over");
    }
    audit_ledger(audit, &sums);
}
