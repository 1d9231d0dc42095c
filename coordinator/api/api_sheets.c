/* The columns of what the console lists, with their HXL tags, and what rows an item makes that
 * holds lines of its own. */
#include "coordinator/api/api_sheet.h"

#define COLUMNS(list) .columns = (list), .column_count = sizeof(list) / sizeof *(list)

/* ---- items with lines ---- */

/* Adds what the item says beside the line, or replaces it by it; the line is taken over. */
static bool add_line(json_t *rows, const json_t *item, json_t *line) {
    json_t *row = json_copy((json_t *)(uintptr_t)item); /* shallow: the item stays as it is */
    bool whole = row != NULL && line != NULL && json_object_update(row, line) == 0;
    json_decref(line);
    return json_array_append_new(rows, row) == 0 && whole;
}

static json_t *unless_failed(json_t *rows, bool whole) {
    if (whole)
        return rows;
    json_decref(rows);
    return NULL;
}

/* What it hits now, and one more row for each time to come. */
static json_t *hazard_lines(const json_t *hazard) {
    json_t *rows = json_array(), *step;
    bool whole = add_line(rows, hazard, json_object());
    size_t i;
    json_array_foreach(json_object_get(hazard, "steps"), i, step) whole =
        add_line(rows, hazard, json_incref(step)) && whole;
    return unless_failed(rows, whole);
}

/* One for each account. */
static json_t *ledger_lines(const json_t *entry) {
    json_t *rows = json_array(), *quantity;
    bool whole = rows != NULL;
    const char *account;
    json_object_foreach(json_object_get(entry, "accounts"), account, quantity) whole =
        add_line(rows, entry, json_pack("{s:s, s:O}", "account", account, "quantity", quantity)) &&
        whole;
    return unless_failed(rows, whole);
}

/* One for each line of what is ordered, set aside, loaded and asked for, which `part` tells; their
 * figures have columns of their own, so that each adds up. A waybill with none of them is one row.
 */
static json_t *waybill_lines(const json_t *waybill) {
    static const char *const parts[] = {"ordered", "set_aside", "lines", "requests"};
    json_t *rows = json_array();
    bool whole = rows != NULL;
    for (size_t part = 0; part < sizeof parts / sizeof *parts; part++) {
        size_t i;
        json_t *line;
        json_array_foreach(json_object_get(waybill, parts[part]), i, line) whole =
            add_line(rows, waybill,
                     json_pack("{s:s, s:O, s:O}", "part", parts[part], "line", line, parts[part],
                               line)) &&
            whole;
    }
    if (whole && json_array_size(rows) == 0)
        whole = add_line(rows, waybill, json_object());
    return unless_failed(rows, whole);
}

/* ---- the world ---- */

static const struct api_column hazard_columns[] = {
    {.name = "id", .hxl = "#crisis+code"},
    {.name = "kind", .hxl = "#crisis+type"},
    {.name = "over", .hxl = "#status+over"},
    {.name = "from_wall_ms", .hxl = "#date+start+ms"},
    {.name = "until_wall_ms", .hxl = "#date+end+ms"},
    {.name = "capacity_permille", .hxl = "#capacity+permille"},
    {.name = "zones", .hxl = "#adm+zone+code+list"},
    {.name = "links", .hxl = "#loc+road+code+list"},
    {.name = "shelters", .hxl = "#loc+shelter+code+list"},
    {.name = "depots", .hxl = "#loc+depot+code+list"},
};
const struct api_sheet api_hazard_sheet = {COLUMNS(hazard_columns), .lines = hazard_lines};

static const struct api_column alert_columns[] = {
    {.name = "id", .hxl = "#event+code"},
    {.name = "sender", .hxl = "#org+name"},
    {.name = "headline", .hxl = "#event+name"},
    {.name = "severity", .hxl = "#severity"},
    {.name = "cancelled", .hxl = "#status+cancelled"},
    {.name = "wall_ms", .hxl = "#date+ms"},
    {.name = "name", .hxl = "#contact+name"},
    {.name = "position", .hxl = "#meta+position"},
};
const struct api_sheet api_alert_sheet = {COLUMNS(alert_columns)};

static const struct api_column incident_columns[] = {
    {.name = "id", .hxl = "#event+code"},
    {.name = "name", .hxl = "#event+name"},
    {.name = "hazard", .hxl = "#crisis+type"},
    {.name = "phase", .hxl = "#status+phase"},
    {.name = "opened_wall_ms", .hxl = "#date+start+ms"},
    {.name = "opened", .hxl = "#meta+position"},
};
const struct api_sheet api_incident_sheet = {COLUMNS(incident_columns)};

static const struct api_column exercise_columns[] = {
    {.name = "name", .hxl = "#event+name"},
    {.name = "deployment", .hxl = "#meta+deployment+code"},
    {.name = "scenario", .hxl = "#status+clock+scenario", .path = "clock.scenario"},
    {.name = "rate_permille", .hxl = "#indicator+rate+permille", .path = "clock.rate_permille"},
    {.name = "wall_ms", .hxl = "#date+ms", .path = "clock.wall_ms"},
};
const struct api_sheet api_exercise_sheet = {COLUMNS(exercise_columns)};

/* ---- people ---- */

static const struct api_column transfer_columns[] = {
    {.name = "id", .hxl = "#activity+code"},
    {.name = "from", .hxl = "#loc+from+code"},
    {.name = "to", .hxl = "#loc+to+code"},
    {.name = "out", .hxl = "#affected+out", .path = "out.total"},
    {.name = "in", .hxl = "#affected+in", .path = "in.total"},
    {.name = "on_the_way", .hxl = "#affected+on_way", .path = "on_the_way.total"},
    {.name = "infant", .hxl = "#affected+on_way+infants", .path = "on_the_way.infant"},
    {.name = "child", .hxl = "#affected+on_way+children", .path = "on_the_way.child"},
    {.name = "adult", .hxl = "#affected+on_way+adults", .path = "on_the_way.adult"},
    {.name = "elderly", .hxl = "#affected+on_way+elderly", .path = "on_the_way.elderly"},
    {.name = "age_unknown",
     .hxl = "#affected+on_way+age_unknown",
     .path = "on_the_way.age_unknown"},
    {.name = "wheelchair", .hxl = "#affected+on_way+wheelchair", .path = "on_the_way.wheelchair"},
    {.name = "medical", .hxl = "#affected+on_way+medical", .path = "on_the_way.medical"},
    {.name = "pregnant", .hxl = "#affected+on_way+pregnant", .path = "on_the_way.pregnant"},
    {.name = "other_language",
     .hxl = "#affected+on_way+other_language",
     .path = "on_the_way.other_language"},
    {.name = "pets", .hxl = "#affected+on_way+pets", .path = "on_the_way.pets"},
    {.name = "age_s", .hxl = "#date+age+s", .decimals = 1},
};
const struct api_sheet api_transfer_sheet = {COLUMNS(transfer_columns)};

static const struct api_column progress_columns[] = {
    {.name = "zone", .hxl = "#adm+zone+code"},
    {.name = "name", .hxl = "#adm+zone+name"},
    {.name = "name_zh", .hxl = "#adm+zone+name+i_zh"},
    {.name = "standing", .hxl = "#status"},
    {.name = "people", .hxl = "#affected+planned"},
    {.name = "left_over", .hxl = "#affected+left_over"},
    {.name = "departs_wall_ms", .hxl = "#date+start+ms"},
    {.name = "departed_wall_ms", .hxl = "#date+departed+ms"},
    {.name = "arrived_wall_ms", .hxl = "#date+end+ms"},
    {.name = "should_have_left", .hxl = "#targeted+left"},
    {.name = "should_be_there", .hxl = "#targeted+arrived"},
    {.name = "gone", .hxl = "#reached+gone"},
    {.name = "still", .hxl = "#affected+still"},
    {.name = "to_leave", .hxl = "#affected+to_leave"},
    {.name = "on_way", .hxl = "#affected+on_way"},
    {.name = "overdue", .hxl = "#affected+overdue"},
    {.name = "arrived", .hxl = "#reached+arrived"},
    {.name = "elsewhere", .hxl = "#affected+elsewhere"},
    {.name = "told_age_s", .hxl = "#date+age+s", .decimals = 1},
    {.name = "swept", .hxl = "#status+swept"},
    {.name = "behind_people", .hxl = "#indicator+behind+people"},
    {.name = "behind_s", .hxl = "#indicator+behind+s", .decimals = 1},
};
const struct api_sheet api_progress_sheet = {COLUMNS(progress_columns)};

/* ---- plans ---- */

static const struct api_column plan_columns[] = {
    {.name = "id", .hxl = "#meta+plan"},
    {.name = "standing", .hxl = "#status+plan"},
    {.name = "author", .hxl = "#contact+name"},
    {.name = "basis", .hxl = "#meta+position+basis"},
    {.name = "position", .hxl = "#meta+position"},
    {.name = "stopped_early", .hxl = "#status+stopped_early"},
    {.name = "unserved_people", .hxl = "#affected+unserved"},
    {.name = "unserved_bound", .hxl = "#affected+unserved+bound"},
    {.name = "unserved_gap", .hxl = "#indicator+gap+unserved", .decimals = 6},
    {.name = "person_seconds", .hxl = "#indicator+travel+person_s"},
    {.name = "person_seconds_bound", .hxl = "#indicator+travel+person_s+bound"},
    {.name = "time_gap", .hxl = "#indicator+gap+travel", .decimals = 6},
    {.name = "unmet_cost", .hxl = "#indicator+unmet"},
    {.name = "unmet_bound", .hxl = "#indicator+unmet+bound"},
    {.name = "goods_gap", .hxl = "#indicator+gap+unmet", .decimals = 6},
    {.name = "move_count", .hxl = "#indicator+moves"},
    {.name = "shipment_count", .hxl = "#indicator+shipments"},
    {.name = "left_count", .hxl = "#indicator+left"},
};
const struct api_sheet api_plan_sheet = {COLUMNS(plan_columns)};

static const struct api_column directive_columns[] = {
    {.name = "id", .hxl = "#meta+directive+code"}, {.name = "kind", .hxl = "#meta+directive+type"},
    {.name = "zone", .hxl = "#adm+zone+code"},     {.name = "shelter", .hxl = "#loc+shelter+code"},
    {.name = "depot", .hxl = "#loc+depot+code"},   {.name = "item", .hxl = "#item+code"},
    {.name = "quantity", .hxl = "#item+quantity"}, {.name = "link", .hxl = "#loc+road+code"},
    {.name = "reason", .hxl = "#description"},     {.name = "by", .hxl = "#contact+name"},
    {.name = "position", .hxl = "#meta+position"},
};
const struct api_sheet api_directive_sheet = {COLUMNS(directive_columns)};

/* ---- goods ---- */

static const struct api_column supply_columns[] = {
    {.name = "shelter", .hxl = "#loc+shelter+code"},
    {.name = "item", .hxl = "#item+code"},
    {.name = "unit", .hxl = "#item+unit"},
    {.name = "usable", .hxl = "#item+quantity"},
    {.name = "in_kits", .hxl = "#item+quantity+kits"},
    {.name = "people", .hxl = "#affected", .decimals = 1},
    {.name = "per_day", .hxl = "#need+day", .decimals = 2},
    {.name = "days_left", .hxl = "#indicator+days_left", .decimals = 2},
    {.name = "by_profile", .hxl = "#need+profile"},
    {.name = "verified", .hxl = "#need+verified"},
    {.name = "quarantined", .hxl = "#status+quarantined"},
    {.name = "people_age_s", .hxl = "#date+age+people+s", .decimals = 1},
    {.name = "stock_age_s", .hxl = "#date+age+stock+s", .decimals = 1},
};
const struct api_sheet api_supply_sheet = {COLUMNS(supply_columns)};

static const struct api_column ledger_columns[] = {
    {.name = "item", .hxl = "#item+code"},
    {.name = "lot", .hxl = "#item+lot"},
    {.name = "expiry", .hxl = "#date+expiry"},
    {.name = "place", .hxl = "#loc+code"},
    {.name = "waybill", .hxl = "#activity+waybill+code"},
    {.name = "account", .hxl = "#item+account"},
    {.name = "quantity", .hxl = "#item+quantity"},
};
const struct api_sheet api_ledger_sheet = {COLUMNS(ledger_columns), .lines = ledger_lines};

static const struct api_column warning_columns[] = {
    {.name = "warning", .hxl = "#event+type"},
    {.name = "place", .hxl = "#loc+code"},
    {.name = "waybill", .hxl = "#activity+waybill+code"},
    {.name = "item", .hxl = "#item+code"},
    {.name = "lot", .hxl = "#item+lot"},
    {.name = "expiry", .hxl = "#date+expiry"},
    {.name = "quantity", .hxl = "#item+quantity"},
    {.name = "minimum", .hxl = "#item+minimum"},
    {.name = "days_left", .hxl = "#indicator+days_left"},
    {.name = "minutes", .hxl = "#indicator+warm+min"},
    {.name = "position", .hxl = "#meta+position"},
};
const struct api_sheet api_warning_sheet = {COLUMNS(warning_columns)};

static const struct api_column waybill_columns[] = {
    {.name = "id", .hxl = "#activity+waybill+code"},
    {.name = "stage", .hxl = "#status+waybill"},
    {.name = "from", .hxl = "#loc+from+code"},
    {.name = "to", .hxl = "#loc+to+code"},
    {.name = "shipped_by", .hxl = "#loc+shipped_by+code"},
    {.name = "received_by", .hxl = "#loc+received_by+code"},
    {.name = "ship_order", .hxl = "#meta+order+ship"},
    {.name = "expect_order", .hxl = "#meta+order+expect"},
    {.name = "vehicle", .hxl = "#item+vehicle"},
    {.name = "planned_vehicle", .hxl = "#item+vehicle+planned", .path = "planned.vehicle"},
    {.name = "planned_trips", .hxl = "#indicator+trips+planned", .path = "planned.trips"},
    {.name = "leaves_wall_ms", .hxl = "#date+start+ms", .path = "planned.leaves_wall_ms"},
    {.name = "expected_wall_ms", .hxl = "#date+expected+ms", .path = "planned.expected_wall_ms"},
    {.name = "late_s", .hxl = "#indicator+late+s", .path = "planned.late_s"},
    {.name = "shipped_age_s", .hxl = "#date+age+shipped+s", .decimals = 1},
    {.name = "received_age_s", .hxl = "#date+age+received+s", .decimals = 1},
    {.name = "closed_reason", .hxl = "#description"},
    {.name = "part", .hxl = "#meta+part"},
    {.name = "item", .hxl = "#item+code", .path = "line.item"},
    {.name = "lot", .hxl = "#item+lot", .path = "line.lot"},
    {.name = "expiry", .hxl = "#date+expiry", .path = "line.expiry"},
    {.name = "place", .hxl = "#loc+set_aside+code", .path = "set_aside.place"},
    {.name = "request", .hxl = "#need+number", .path = "requests.request"},
    {.name = "ordered", .hxl = "#item+ordered", .path = "ordered.quantity"},
    {.name = "picked", .hxl = "#item+picked", .path = "set_aside.picked"},
    {.name = "loaded", .hxl = "#item+loaded", .path = "set_aside.loaded"},
    {.name = "shipped", .hxl = "#item+shipped", .path = "lines.shipped"},
    {.name = "received", .hxl = "#item+received", .path = "lines.received"},
    {.name = "damaged", .hxl = "#item+damaged", .path = "lines.damaged"},
    {.name = "in_transit", .hxl = "#item+in_transit", .path = "lines.in_transit"},
    {.name = "over", .hxl = "#item+over", .path = "lines.over"},
    {.name = "missing", .hxl = "#item+missing", .path = "lines.missing"},
    {.name = "request_committed", .hxl = "#need+committed", .path = "requests.committed"},
    {.name = "request_shipped", .hxl = "#need+shipped", .path = "requests.shipped"},
    {.name = "request_received", .hxl = "#need+received", .path = "requests.received"},
};
const struct api_sheet api_waybill_sheet = {COLUMNS(waybill_columns), .lines = waybill_lines};

/* ---- work of the centre ---- */

static const struct api_column attention_columns[] = {
    {.name = "grade", .hxl = "#severity"},
    {.name = "kind", .hxl = "#event+type"},
    {.name = "subject", .hxl = "#loc+code"},
    {.name = "name", .hxl = "#loc+name"},
    {.name = "name_zh", .hxl = "#loc+name+i_zh"},
    {.name = "age_s", .hxl = "#date+age+s", .decimals = 1},
    {.name = "owner", .hxl = "#contact+name", .path = "owner.name"},
    {.name = "id", .hxl = "#event+code"},
};
const struct api_sheet api_attention_sheet = {COLUMNS(attention_columns)};

static const struct api_column note_columns[] = {
    {.name = "position", .hxl = "#meta+position"}, {.name = "wall_ms", .hxl = "#date+ms"},
    {.name = "name", .hxl = "#contact+name"},      {.name = "subject", .hxl = "#loc+code"},
    {.name = "text", .hxl = "#description"},
};
const struct api_sheet api_note_sheet = {COLUMNS(note_columns)};

static const struct api_column handover_columns[] = {
    {.name = "position", .hxl = "#meta+position"}, {.name = "wall_ms", .hxl = "#date+ms"},
    {.name = "name", .hxl = "#contact+from+name"}, {.name = "to", .hxl = "#contact+to+name"},
    {.name = "text", .hxl = "#description"},
};
const struct api_sheet api_handover_sheet = {COLUMNS(handover_columns)};

static const struct api_column account_columns[] = {
    {.name = "id", .hxl = "#contact+name"},
    {.name = "roles", .hxl = "#contact+role+list"},
    {.name = "machine", .hxl = "#contact+machine"},
    {.name = "changed_wall_ms", .hxl = "#date+changed+ms"},
};
const struct api_sheet api_account_sheet = {COLUMNS(account_columns)};
