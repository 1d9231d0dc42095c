/* Sheets of what stands inside one thing: the parts of a plan, what changes between two, the lines
 * of requests and orders. */
#include "coordinator/api/api_sheet.h"

#include <string.h>

#define COLUMNS(list) .columns = (list), .column_count = sizeof(list) / sizeof *(list)

/* ---- rows ---- */

/* A row of what the whole says and its line; both are the caller's, neither is changed. */
static bool add_part(json_t *rows, const json_t *whole, const char *part, json_t *line) {
    json_t *row = json_copy((json_t *)(uintptr_t)whole);
    bool done = row != NULL && json_object_set_new(row, "part", json_string(part)) == 0 &&
                json_object_set(row, "line", line) == 0;
    return json_array_append_new(rows, row) == 0 && done;
}

static bool add_parts(json_t *rows, const json_t *whole, const char *part, const json_t *lines) {
    bool done = true;
    size_t i;
    json_t *line;
    json_array_foreach(lines, i, line) done = add_part(rows, whole, part, line) && done;
    return done;
}

/* What has no lines is one row. */
static json_t *rows_or_one(json_t *rows, const json_t *whole, bool done) {
    if (done && json_array_size(rows) == 0)
        done = json_array_append(rows, (json_t *)(uintptr_t)whole) == 0;
    if (done)
        return rows;
    json_decref(rows);
    return NULL;
}

/* ---- requests and orders ---- */

static json_t *request_lines(const json_t *request) {
    json_t *rows = json_array();
    const json_t *tracks = json_object_get(request, "tracks");
    bool done = rows != NULL && add_parts(rows, request, "goods", tracks);
    return rows_or_one(rows, request, done);
}

static const struct api_column request_columns[] = {
    {.name = "id", .hxl = "#need+code"},
    {.name = "place", .hxl = "#loc+code"},
    {.name = "number", .hxl = "#need+number"},
    {.name = "kind", .hxl = "#need+type"},
    {.name = "urgency", .hxl = "#need+urgency"},
    {.name = "withdrawn", .hxl = "#need+withdrawn"},
    {.name = "stage", .hxl = "#status+need"},
    {.name = "amount", .hxl = "#need+amount"},
    {.name = "text", .hxl = "#description"},
    {.name = "verdict_reason", .hxl = "#description+verdict"},
    {.name = "item", .hxl = "#item+code", .path = "line.item"},
    {.name = "requested", .hxl = "#need+requested", .path = "line.requested"},
    {.name = "approved", .hxl = "#need+approved", .path = "line.approved"},
    {.name = "committed", .hxl = "#need+committed", .path = "line.committed"},
    {.name = "in_transit", .hxl = "#need+in_transit", .path = "line.in_transit"},
    {.name = "fulfilled", .hxl = "#reached+fulfilled", .path = "line.fulfilled"},
    {.name = "age_s", .hxl = "#date+age+s", .decimals = 1},
    {.name = "source", .hxl = "#meta+source"},
};
const struct api_sheet api_request_lines = {COLUMNS(request_columns), .lines = request_lines};

/* The stops of runs, each with what is said of its run. */
static bool add_stops(json_t *rows, const json_t *whole, const json_t *runs) {
    bool done = true;
    size_t i, k;
    json_t *run, *stop;
    json_array_foreach(runs, i, run) {
        json_array_foreach(json_object_get(run, "stops"), k, stop) {
            json_t *row = json_copy((json_t *)(uintptr_t)whole);
            done = row != NULL && json_object_set_new(row, "part", json_string("runs")) == 0 &&
                   json_object_set(row, "line", stop) == 0 &&
                   json_object_set(row, "run", run) == 0 && done;
            done = json_array_append_new(rows, row) == 0 && done;
        }
    }
    return done;
}

static json_t *order_lines(const json_t *order) {
    json_t *rows = json_array();
    bool done = rows != NULL &&
                add_parts(rows, order, "people", json_object_get(order, "people")) &&
                add_stops(rows, order, json_object_get(order, "runs")) &&
                add_parts(rows, order, "lines", json_object_get(order, "lines")) &&
                add_parts(rows, order, "sent", json_object_get(order, "sent"));
    return rows_or_one(rows, order, done);
}

static const struct api_column order_columns[] = {
    {.name = "id", .hxl = "#meta+order+code"},
    {.name = "revision", .hxl = "#meta+order+revision"},
    {.name = "kind", .hxl = "#activity+type"},
    {.name = "post", .hxl = "#org+type"},
    {.name = "addressee", .hxl = "#org+code"},
    {.name = "state", .hxl = "#status+order"},
    {.name = "overdue", .hxl = "#status+overdue"},
    {.name = "deadline_wall_ms", .hxl = "#date+deadline+ms"},
    {.name = "start_wall_ms", .hxl = "#date+start+ms"},
    {.name = "end_wall_ms", .hxl = "#date+end+ms"},
    {.name = "plan", .hxl = "#meta+plan"},
    {.name = "shelter", .hxl = "#loc+shelter+code"},
    {.name = "links", .hxl = "#loc+road+code+list"},
    {.name = "counterpart", .hxl = "#loc+counterpart+code"},
    {.name = "waybill", .hxl = "#activity+waybill+code"},
    {.name = "vehicle", .hxl = "#item+vehicle"},
    {.name = "text", .hxl = "#description"},
    {.name = "part", .hxl = "#meta+part"},
    {.name = "zone", .hxl = "#adm+zone+code", .path = "line.zone"},
    {.name = "pickup", .hxl = "#loc+pickup+code", .path = "line.pickup"},
    {.name = "people", .hxl = "#affected", .path = "line.people"},
    {.name = "wheelchair", .hxl = "#affected+wheelchair", .path = "line.wheelchair"},
    {.name = "medical", .hxl = "#affected+medical", .path = "line.medical"},
    {.name = "without_vehicle", .hxl = "#affected+without_vehicle", .path = "line.without_vehicle"},
    {.name = "bus", .hxl = "#item+vehicle+number", .path = "run.number"},
    {.name = "bus_to", .hxl = "#loc+bus+code", .path = "run.shelter"},
    {.name = "arrives_wall_ms", .hxl = "#date+stop+arrives+ms", .path = "line.arrives_wall_ms"},
    {.name = "leaves_wall_ms", .hxl = "#date+stop+leaves+ms", .path = "line.leaves_wall_ms"},
    {.name = "item", .hxl = "#item+code", .path = "line.item"},
    {.name = "lot", .hxl = "#item+lot", .path = "line.lot"},
    {.name = "expiry", .hxl = "#date+expiry", .path = "line.expiry"},
    {.name = "quantity", .hxl = "#item+quantity", .path = "line.quantity"},
};
const struct api_sheet api_order_lines = {COLUMNS(order_columns), .lines = order_lines};

/* ---- the parts of a plan ---- */

static const struct api_column move_columns[] = {
    {.name = "zone", .hxl = "#adm+zone+code"},
    {.name = "shelter", .hxl = "#loc+shelter+code"},
    {.name = "people", .hxl = "#affected"},
    {.name = "wheelchair", .hxl = "#affected+wheelchair"},
    {.name = "medical", .hxl = "#affected+medical"},
    {.name = "without_vehicle", .hxl = "#affected+without_vehicle"},
    {.name = "travel_s", .hxl = "#indicator+travel+s"},
    {.name = "changed", .hxl = "#status+changed"},
    {.name = "departs_s", .hxl = "#indicator+departs+s"},
    {.name = "departed_s", .hxl = "#indicator+departed+s"},
    {.name = "arrives_s", .hxl = "#indicator+arrives+s"},
    {.name = "arrived_s", .hxl = "#indicator+arrived+s"},
    {.name = "people_per_hour", .hxl = "#indicator+people+h"},
    {.name = "links", .hxl = "#loc+road+code+list"},
};
static const struct api_sheet move_sheet = {COLUMNS(move_columns)};

static const struct api_column way_columns[] = {
    {.name = "zone", .hxl = "#adm+zone+code"},
    {.name = "shelter", .hxl = "#loc+shelter+code"},
    {.name = "people", .hxl = "#affected+on_way"},
    {.name = "wheelchair", .hxl = "#affected+wheelchair"},
    {.name = "medical", .hxl = "#affected+medical"},
    {.name = "overdue", .hxl = "#affected+overdue"},
    {.name = "turned_away", .hxl = "#affected+turned_away"},
    {.name = "arrives_s", .hxl = "#indicator+arrives+s"},
    {.name = "arrived_s", .hxl = "#indicator+arrived+s"},
};
static const struct api_sheet way_sheet = {COLUMNS(way_columns)};

static const struct api_column change_columns[] = {
    {.name = "zone", .hxl = "#adm+zone+code"},
    {.name = "shelter", .hxl = "#loc+shelter+code"},
    {.name = "before", .hxl = "#affected+before"},
    {.name = "after", .hxl = "#affected+after"},
    {.name = "reason", .hxl = "#description+reason"},
    {.name = "loses_s", .hxl = "#indicator+loses+s"},
};
static const struct api_sheet change_sheet = {COLUMNS(change_columns)};

static const struct api_column left_columns[] = {
    {.name = "zone", .hxl = "#adm+zone+code"},
    {.name = "shelter", .hxl = "#loc+shelter+code"},
    {.name = "item", .hxl = "#item+code"},
    {.name = "amount", .hxl = "#affected+left"},
    {.name = "reason", .hxl = "#description+reason"},
    {.name = "parameter", .hxl = "#description+parameter"},
};
static const struct api_sheet left_sheet = {COLUMNS(left_columns)};

static const struct api_column reversal_columns[] = {
    {.name = "link", .hxl = "#loc+road+code"},
    {.name = "gives_to", .hxl = "#loc+road+gives_to+code"},
};
static const struct api_sheet reversal_sheet = {COLUMNS(reversal_columns)};

static json_t *run_stops(const json_t *run) {
    json_t *rows = json_array();
    bool done = rows != NULL && add_parts(rows, run, "stops", json_object_get(run, "stops"));
    return rows_or_one(rows, run, done);
}

static const struct api_column run_columns[] = {
    {.name = "vehicle", .hxl = "#item+vehicle"},
    {.name = "number", .hxl = "#item+vehicle+number"},
    {.name = "shelter", .hxl = "#loc+shelter+code"},
    {.name = "order", .hxl = "#meta+order+code"},
    {.name = "begun", .hxl = "#status+begun"},
    {.name = "starts_s", .hxl = "#indicator+starts+s"},
    {.name = "arrives_s", .hxl = "#indicator+arrives+s"},
    {.name = "free_s", .hxl = "#indicator+free+s"},
    {.name = "zone", .hxl = "#adm+zone+code", .path = "line.zone"},
    {.name = "pickup", .hxl = "#loc+pickup+code", .path = "line.pickup"},
    {.name = "people", .hxl = "#affected", .path = "line.people"},
    {.name = "wheelchair", .hxl = "#affected+wheelchair", .path = "line.wheelchair"},
    {.name = "medical", .hxl = "#affected+medical", .path = "line.medical"},
    {.name = "stop_arrives_s", .hxl = "#indicator+stop+arrives+s", .path = "line.arrives_s"},
    {.name = "stop_leaves_s", .hxl = "#indicator+stop+leaves+s", .path = "line.leaves_s"},
};
static const struct api_sheet run_sheet = {COLUMNS(run_columns), .lines = run_stops};

static const struct api_column shipment_columns[] = {
    {.name = "depot", .hxl = "#loc+depot+code"},   {.name = "shelter", .hxl = "#loc+shelter+code"},
    {.name = "item", .hxl = "#item+code"},         {.name = "quantity", .hxl = "#item+quantity"},
    {.name = "changed", .hxl = "#status+changed"},
};
static const struct api_sheet shipment_sheet = {COLUMNS(shipment_columns)};

static json_t *trip_loads(const json_t *trip) {
    json_t *rows = json_array();
    bool done = rows != NULL && add_parts(rows, trip, "load", json_object_get(trip, "load"));
    return rows_or_one(rows, trip, done);
}

static const struct api_column trip_columns[] = {
    {.name = "depot", .hxl = "#loc+depot+code"},
    {.name = "shelter", .hxl = "#loc+shelter+code"},
    {.name = "vehicle", .hxl = "#item+vehicle"},
    {.name = "number", .hxl = "#item+vehicle+number"},
    {.name = "order", .hxl = "#meta+order+code"},
    {.name = "starts_s", .hxl = "#indicator+starts+s"},
    {.name = "leaves_s", .hxl = "#indicator+leaves+s"},
    {.name = "arrives_s", .hxl = "#indicator+arrives+s"},
    {.name = "delivered_s", .hxl = "#indicator+delivered+s"},
    {.name = "back_s", .hxl = "#indicator+back+s"},
    {.name = "leave_by_s", .hxl = "#indicator+leave_by+s"},
    {.name = "late_s", .hxl = "#indicator+late+s"},
    {.name = "item", .hxl = "#item+code", .path = "line.item"},
    {.name = "quantity", .hxl = "#item+quantity", .path = "line.quantity"},
};
static const struct api_sheet trip_sheet = {COLUMNS(trip_columns), .lines = trip_loads};

static const struct api_column undelivered_columns[] = {
    {.name = "depot", .hxl = "#loc+depot+code"},  {.name = "shelter", .hxl = "#loc+shelter+code"},
    {.name = "item", .hxl = "#item+code"},        {.name = "quantity", .hxl = "#item+quantity"},
    {.name = "order", .hxl = "#meta+order+code"}, {.name = "reason", .hxl = "#description+reason"},
};
static const struct api_sheet undelivered_sheet = {COLUMNS(undelivered_columns)};

static const struct api_column kit_columns[] = {
    {.name = "depot", .hxl = "#loc+depot+code"},
    {.name = "item", .hxl = "#item+code"},
    {.name = "quantity", .hxl = "#item+quantity"},
};
static const struct api_sheet kit_sheet = {COLUMNS(kit_columns)};

static const struct api_column transfer_columns[] = {
    {.name = "from", .hxl = "#loc+from+code"},
    {.name = "to", .hxl = "#loc+to+code"},
    {.name = "item", .hxl = "#item+code"},
    {.name = "quantity", .hxl = "#item+quantity"},
    {.name = "travel_s", .hxl = "#indicator+travel+s"},
};
static const struct api_sheet transfer_sheet = {COLUMNS(transfer_columns)};

static const struct api_column order_change_columns[] = {
    {.name = "order", .hxl = "#meta+order+code"},
    {.name = "depot", .hxl = "#loc+depot+code"},
    {.name = "shelter", .hxl = "#loc+shelter+code"},
    {.name = "saving", .hxl = "#indicator+saving", .decimals = 1},
    {.name = "reason", .hxl = "#description+reason"},
};
static const struct api_sheet order_change_sheet = {COLUMNS(order_change_columns)};

static const struct part {
    const char *name, *within; /* the member that has it; NULL: the plan itself */
    const struct api_sheet *sheet;
} parts[] = {{"moves", NULL, &move_sheet},
             {"on_way", NULL, &way_sheet},
             {"changes", NULL, &change_sheet},
             {"left", NULL, &left_sheet},
             {"reversals", NULL, &reversal_sheet},
             {"runs", "buses", &run_sheet},
             {"shipments", NULL, &shipment_sheet},
             {"trips", "fleet", &trip_sheet},
             {"undelivered", "fleet", &undelivered_sheet},
             {"kits", "goods", &kit_sheet},
             {"transfers", "goods", &transfer_sheet},
             {"order_changes", "goods", &order_change_sheet}};

const struct api_sheet *api_plan_part(const json_t *plan, const char *name,
                                      const json_t **ret_items) {
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (strcmp(parts[i].name, name) != 0)
            continue;
        const json_t *within =
            parts[i].within == NULL ? plan : json_object_get(plan, parts[i].within);
        *ret_items = json_object_get(within, name);
        return parts[i].sheet;
    }
    return NULL;
}

/* ---- what changes between two plans ---- */

static json_t *difference_lines(const json_t *difference) {
    json_t *rows = json_array();
    bool done = rows != NULL &&
                add_parts(rows, difference, "moves", json_object_get(difference, "moves")) &&
                add_parts(rows, difference, "shipments", json_object_get(difference, "shipments"));
    if (done)
        return rows; /* nothing changes: no row */
    json_decref(rows);
    return NULL;
}

static const struct api_column difference_columns[] = {
    {.name = "plan", .hxl = "#meta+plan"},
    {.name = "against", .hxl = "#meta+plan+against"},
    {.name = "part", .hxl = "#meta+part"},
    {.name = "zone", .hxl = "#adm+zone+code", .path = "line.zone"},
    {.name = "depot", .hxl = "#loc+depot+code", .path = "line.depot"},
    {.name = "shelter", .hxl = "#loc+shelter+code", .path = "line.shelter"},
    {.name = "item", .hxl = "#item+code", .path = "line.item"},
    {.name = "before", .hxl = "#indicator+before", .path = "line.before"},
    {.name = "after", .hxl = "#indicator+after", .path = "line.after"},
};
const struct api_sheet api_difference_sheet = {COLUMNS(difference_columns),
                                               .lines = difference_lines};
