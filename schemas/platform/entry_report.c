/* Reports as the entries that would make them: for records and for showing requests. */
#include "schemas/platform/entry.h"

#include "schemas/platform/entry_words.h"

static void set(json_t *object, const char *name, json_t *value) {
    if (value != NULL)
        json_object_set_new(object, name, value);
}

static void set_text(json_t *object, const char *name, const char *text) {
    if (text[0] != '\0')
        set(object, name, json_string(text));
}

static void set_number(json_t *object, const char *name, uint64_t number) {
    set(object, name, json_integer((json_int_t)number));
}

json_t *entry_people(const struct hv_people *people) {
    json_t *object = json_object();
    set(object, "total", json_integer(hv_people_total(people)));
    for (size_t i = 0; i < ENTRY_FIGURES; i++) {
        const char *at = (const char *)people + entry_figures[i].offset;
        int32_t figure = *(const int32_t *)(const void *)at;
        if (figure != 0)
            set(object, entry_figures[i].name, json_integer(figure));
    }
    return object;
}

/* Without the total, as an entry takes it. */
static json_t *people_of_entry(const struct hv_people *people) {
    json_t *object = entry_people(people);
    json_object_del(object, "total");
    return object;
}

json_t *entry_stock_lines(const struct hv_stock_line *lines, size_t count) {
    json_t *array = json_array();
    for (size_t i = 0; i < count; i++) {
        json_t *line = json_object();
        char date[32];
        set_text(line, "item", lines[i].item);
        set_number(line, "quantity", lines[i].quantity);
        set_text(line, "lot", lines[i].lot);
        if (lines[i].expiry_day != 0) {
            entry_date_of(lines[i].expiry_day, date, sizeof date);
            set_text(line, "expiry", date);
        }
        if (lines[i].damaged != 0)
            set_number(line, "damaged", lines[i].damaged);
        if (lines[i].pack > 1)
            set_number(line, "pack", lines[i].pack);
        json_array_append_new(array, line);
    }
    return array;
}

json_t *entry_capacity_lines(const struct hv_capacity_line *lines, size_t count) {
    json_t *array = json_array();
    for (size_t i = 0; i < count; i++) {
        json_t *line = json_object();
        set_number(line, "people", lines[i].people);
        set(line, "basis", json_string(hv_capacity_basis_word(lines[i].basis)));
        set(line, "part", json_string(hv_day_part_word(lines[i].part)));
        set(line, "place", json_string(hv_place_word(lines[i].place)));
        json_array_append_new(array, line);
    }
    return array;
}

static void put_movement(json_t *entry, const struct hv_movement *movement) {
    static const char *const verbs[HV_MOVEMENT_COUNT] = {
        [HV_MOVEMENT_UNKNOWN] = "unknown",         [HV_MOVEMENT_CHECK_IN] = "check-in",
        [HV_MOVEMENT_CHECK_OUT] = "check-out",     [HV_MOVEMENT_TRANSFER_OUT] = "transfer-out",
        [HV_MOVEMENT_TRANSFER_IN] = "transfer-in", [HV_MOVEMENT_CORRECTION] = "undo"};
    set(entry, "verb", json_string(verbs[movement->kind]));
    set(entry, "people", people_of_entry(&movement->people));
    set_text(entry, "zone", movement->zone);
    set_text(entry, "shelter", movement->shelter);
    set_text(entry, "transfer", movement->transfer);
    if (movement->kind == HV_MOVEMENT_CHECK_OUT)
        set(entry, "to", json_string(hv_destination_word(movement->destination)));
    if (movement->households != 0)
        set_number(entry, "households", movement->households);
}

static void put_count(json_t *entry, const struct hv_count *count) {
    set(entry, "verb", json_string("count"));
    set(entry, "people", people_of_entry(&count->people));
    if (count->has_households)
        set_number(entry, "households", count->households);
}

static void put_status(json_t *entry, const struct hv_status_report *status) {
    set(entry, "verb", json_string("status-report"));
    set(entry, "status", json_string(hv_shelter_status_word(status->status)));
    set_text(entry, "reason", status->reason);
}

static void put_lifelines(json_t *entry, const struct hv_lifeline_report *report) {
    json_t *array = json_array();
    for (size_t i = 0; i < report->lifeline_count; i++) {
        const struct hv_lifeline *lifeline = &report->lifelines[i];
        json_t *line = json_object();
        set(line, "kind", json_string(hv_lifeline_word(lifeline->kind)));
        set(line, "state", json_string(hv_lifeline_state_word(lifeline->state)));
        if (lifeline->has_hours)
            set_number(line, "hours", lifeline->hours_left);
        json_array_append_new(array, line);
    }
    set(entry, "verb", json_string("lifeline"));
    set(entry, "lifelines", array);
}

static void put_stock_count(json_t *entry, const struct hv_stock_count *count) {
    set(entry, "verb", json_string("stock-count"));
    set(entry, "complete", json_boolean(count->complete));
    set(entry, "lines", entry_stock_lines(count->lines, count->line_count));
    set_text(entry, "reason", count->reason);
}

static void put_stock_movement(json_t *entry, const struct hv_stock_movement *movement) {
    static const char *const verbs[HV_STOCK_MOVEMENT_COUNT] = {
        [HV_STOCK_UNKNOWN] = "unknown",           [HV_STOCK_RECEIVE] = "stock-receive",
        [HV_STOCK_ISSUE] = "stock-issue",         [HV_STOCK_SHIP] = "stock-ship",
        [HV_STOCK_LOSS] = "stock-loss",           [HV_STOCK_EXPIRE] = "stock-expire",
        [HV_STOCK_ADJUST_UP] = "stock-adjust-up", [HV_STOCK_ADJUST_DOWN] = "stock-adjust-down",
        [HV_STOCK_PICK] = "stock-pick",           [HV_STOCK_PUT_BACK] = "stock-put-back",
        [HV_STOCK_LOAD] = "stock-load",           [HV_STOCK_WRITE_OFF] = "stock-write-off",
        [HV_STOCK_UNPACK] = "stock-unpack"};
    set(entry, "verb", json_string(verbs[movement->kind]));
    set(entry, "lines", entry_stock_lines(movement->lines, movement->line_count));
    set_text(entry, "waybill", movement->waybill);
    set_text(entry, "counterpart", movement->counterpart);
    set_text(entry, "reason", movement->reason);
    set_text(entry, "vehicle", movement->vehicle);
    if (movement->request != 0)
        set_number(entry, "request", movement->request);
    set_text(entry, "request_node", movement->request_node);
    if (movement->into_count > 0)
        set(entry, "into", entry_stock_lines(movement->into, movement->into_count));
    if (movement->final)
        set(entry, "final", json_true());
}

static void put_request(json_t *entry, const struct hv_request *request) {
    set(entry, "verb", json_string("request"));
    set_number(entry, "id", request->id);
    set(entry, "kind", json_string(hv_request_word(request->kind)));
    set(entry, "urgency", json_string(hv_urgency_word(request->urgency)));
    if (request->line_count > 0)
        set(entry, "lines", entry_stock_lines(request->lines, request->line_count));
    if (request->has_amount)
        set_number(entry, "amount", request->amount);
    set_text(entry, "text", request->text);
    if (request->withdrawn)
        set(entry, "withdrawn", json_true());
}

static void put_answer(json_t *entry, const struct hv_order_answer *answer) {
    set(entry, "verb", json_string("answer"));
    set_number(entry, "order", answer->order);
    set_number(entry, "revision", answer->revision);
    set(entry, "state", json_string(hv_order_state_word(answer->state)));
    set_text(entry, "reason", answer->reason);
    if (answer->has_done)
        set_number(entry, "done", answer->done);
}

static void put_snapshot(json_t *entry, const struct hv_snapshot *snapshot) {
    set(entry, "verb", json_string("snapshot"));
    set_number(entry, "as_of", snapshot->as_of);
    set_number(entry, "part", snapshot->part);
    set_number(entry, "parts", snapshot->parts);
    set(entry, "people", people_of_entry(&snapshot->people));
    set(entry, "status", json_string(hv_shelter_status_word(snapshot->status)));
    set(entry, "capacity", entry_capacity_lines(snapshot->capacity, snapshot->capacity_count));
    set(entry, "lines", entry_stock_lines(snapshot->stock, snapshot->stock_count));
}

json_t *entry_of_report(const struct hv_report *report) {
    json_t *entry = json_object();
    switch (report->kind) {
    case HV_REPORT_MOVEMENT:
        put_movement(entry, &report->movement);
        break;
    case HV_REPORT_COUNT:
        put_count(entry, &report->count);
        break;
    case HV_REPORT_STATUS:
        put_status(entry, &report->status);
        break;
    case HV_REPORT_CAPACITY:
        set(entry, "verb", json_string("capacity"));
        set(entry, "lines",
            entry_capacity_lines(report->capacity.lines, report->capacity.line_count));
        break;
    case HV_REPORT_LIFELINES:
        put_lifelines(entry, &report->lifelines);
        break;
    case HV_REPORT_STOCK_COUNT:
        put_stock_count(entry, &report->stock_count);
        break;
    case HV_REPORT_STOCK_MOVEMENT:
        put_stock_movement(entry, &report->stock_movement);
        break;
    case HV_REPORT_REQUEST:
        put_request(entry, &report->request);
        break;
    case HV_REPORT_ANSWER:
        put_answer(entry, &report->answer);
        break;
    case HV_REPORT_NOTE:
        set(entry, "verb", json_string("note"));
        set_text(entry, "text", report->note.text);
        break;
    case HV_REPORT_SNAPSHOT:
        put_snapshot(entry, &report->snapshot);
        break;
    case HV_REPORT_NONE:
        break;
    }
    return entry;
}
