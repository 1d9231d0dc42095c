/* What reports may make the coordinator keep: an enrolled node must not be able to fill its memory,
 * whatever it sends. What a report brings into being by naming it is counted for the node, open
 * requests and lines of stock for the place. */
#include "coordinator/core_inside.h"

#include <stdio.h>
#include <string.h>

static bool is_new(const struct core *core, enum state_kind kind, const char *id) {
    return *id != '\0' && state_find(core->state, kind, id) == NULL;
}

/* The place that people of a transfer leave must be known for the transfer to be. */
static bool is_new_transfer(const struct core *core, const struct state_place *place,
                            const struct hv_movement *movement) {
    const struct state_place *from = movement->kind == HV_MOVEMENT_TRANSFER_IN
                                         ? state_find_place(core->state, movement->shelter)
                                         : place;
    char id[STATE_ID_BYTES];
    if (*movement->transfer == '\0' || from == NULL)
        return *movement->transfer != '\0';
    state_transfer_id(from->entity.index, movement->transfer, id);
    return is_new(core, STATE_TRANSFER, id);
}

static bool lines_name_new(const struct core *core, const struct hv_stock_line *lines,
                           size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (is_new(core, STATE_NAME, lines[i].item) || is_new(core, STATE_NAME, lines[i].lot))
            return true;
    }
    return false;
}

static const struct state_request *find_request(const struct core *core,
                                                const struct state_node *node,
                                                const struct state_place *place, uint64_t number) {
    char id[STATE_ID_BYTES];
    state_request_id(node == NULL ? STATE_NONE : node->entity.index, place->entity.index, number,
                     id);
    const struct state_entity *found = state_find(core->state, STATE_REQUEST, id);
    return found == NULL ? NULL : state_request(core->state, found->index);
}

/* Whether the report brings something into being. */
static bool names_new(const struct core *core, const struct state_node *node,
                      const struct state_place *place, const struct hv_report *report) {
    switch (report->kind) {
    case HV_REPORT_MOVEMENT:
        return is_new(core, STATE_ZONE, report->movement.zone) ||
               is_new(core, STATE_PLACE, report->movement.shelter) ||
               is_new_transfer(core, place, &report->movement);
    case HV_REPORT_REQUEST:
        return find_request(core, node, place, report->request.id) == NULL;
    case HV_REPORT_STOCK_COUNT:
        return lines_name_new(core, report->stock_count.lines, report->stock_count.line_count);
    case HV_REPORT_STOCK_MOVEMENT:
        return lines_name_new(core, report->stock_movement.lines,
                              report->stock_movement.line_count) ||
               lines_name_new(core, report->stock_movement.into,
                              report->stock_movement.into_count) ||
               is_new(core, STATE_WAYBILL, report->stock_movement.waybill);
    case HV_REPORT_SNAPSHOT:
        return lines_name_new(core, report->snapshot.stock, report->snapshot.stock_count);
    default:
        return false;
    }
}

static struct hv_verdict too_many(const char *what, unsigned most) {
    struct hv_verdict verdict = {.reason = HV_REASON_RANGE};
    snprintf(verdict.detail, sizeof verdict.detail, "limit: %s: at most %u", what, most);
    return verdict;
}

static bool opens_too_many(const struct core *core, const struct state_node *node,
                           const struct state_place *place, const struct hv_request *request) {
    if (request->withdrawn || place->open_requests < HV_PLACE_REQUESTS_OPEN_MAX)
        return false;
    const struct state_request *known = find_request(core, node, place, request->id);
    return known == NULL || known->withdrawn;
}

static bool holds_line(const struct core *core, const struct state_stock *stock,
                       const struct hv_stock_line *line) {
    for (uint32_t i = 0; i < stock->count; i++) {
        const struct state_stock_line *known = &stock->lines[i];
        if (known->expiry_day == line->expiry_day &&
            strcmp(state_name(core->state, known->item), line->item) == 0 &&
            strcmp(state_name(core->state, known->lot), line->lot) == 0)
            return true;
    }
    return false;
}

/* Lines that are there already are looked for only where there might be too many. */
static bool fills_the_store(const struct core *core, const struct state_stock *stock,
                            const struct hv_stock_line *lines, size_t count) {
    size_t room = STATE_STOCK_LINES_MAX - stock->count;
    if (count <= room)
        return false;
    size_t fresh = 0;
    for (size_t i = 0; i < count; i++)
        fresh += !holds_line(core, stock, &lines[i]);
    return fresh > room;
}

static bool stock_is_full(const struct core *core, const struct state_place *place,
                          const struct hv_report *report) {
    if (report->kind == HV_REPORT_STOCK_COUNT)
        return fills_the_store(core, &place->stock, report->stock_count.lines,
                               report->stock_count.line_count);
    if (report->kind == HV_REPORT_STOCK_MOVEMENT)
        return fills_the_store(core, &place->stock, report->stock_movement.lines,
                               report->stock_movement.line_count) ||
               fills_the_store(core, &place->stock, report->stock_movement.into,
                               report->stock_movement.into_count);
    return false;
}

/* Balances stay in the books of a place for good, so there is an end to them. A line makes at most
 * so many new ones. */
static bool books_are_full(const struct state_place *place, const struct hv_report *report) {
    enum { BALANCES_A_LINE = 6 };
    size_t lines = report->kind == HV_REPORT_STOCK_COUNT ? report->stock_count.line_count
                   : report->kind == HV_REPORT_STOCK_MOVEMENT
                       ? report->stock_movement.line_count + report->stock_movement.into_count
                       : 0;
    return lines > 0 && place->book.count + lines * BALANCES_A_LINE > HV_PLACE_BALANCES_MAX;
}

static bool waybill_is_full(const struct core *core, const struct hv_report *report) {
    const struct hv_stock_movement *movement = &report->stock_movement;
    const struct state_waybill *waybill =
        report->kind != HV_REPORT_STOCK_MOVEMENT || *movement->waybill == '\0'
            ? NULL
            : state_find_waybill(core->state, movement->waybill);
    return waybill != NULL &&
           waybill->line_count + waybill->pick_count + movement->line_count > HV_WAYBILL_LINES_MAX;
}

struct hv_verdict core_check_limits(const struct core *core, const struct state_node *node,
                                    const struct state_place *place,
                                    const struct hv_report *report) {
    if (node != NULL && node->introduced >= HV_NODE_NAMES_MAX &&
        names_new(core, node, place, report))
        return too_many("things that this node named first", HV_NODE_NAMES_MAX);
    if (place != NULL && report->kind == HV_REPORT_REQUEST &&
        opens_too_many(core, node, place, &report->request))
        return too_many("open requests of this place", HV_PLACE_REQUESTS_OPEN_MAX);
    if (place != NULL && stock_is_full(core, place, report))
        return too_many("lines of stock of this place", STATE_STOCK_LINES_MAX);
    if (place != NULL && books_are_full(place, report))
        return too_many("balances in the books of this place", HV_PLACE_BALANCES_MAX);
    if (waybill_is_full(core, report))
        return too_many("lots on one waybill", HV_WAYBILL_LINES_MAX);
    return (struct hv_verdict){0};
}
