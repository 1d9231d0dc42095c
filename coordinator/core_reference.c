/* Whether places, zones, items and orders that somebody names exist. */
#include "coordinator/core_inside.h"

#include <stdio.h>
#include <string.h>

bool core_knows_place(struct core *core, const char *id, enum hv_role *ret_role) {
    const struct state_place *place = state_find_place(core->state, id);
    enum hv_role role = place == NULL ? HV_ROLE_UNKNOWN : place->role;
    bool known = place != NULL && place->node != STATE_NONE;
    if (!known && core->catalogue.place != NULL)
        known = core->catalogue.place(core->catalogue.context, id, &role);
    else if (!known)
        known = place != NULL;
    if (known && ret_role != NULL)
        *ret_role = role;
    return known;
}

static struct hv_verdict unknown(const char *what, const char *id) {
    struct hv_verdict verdict = {.reason = HV_REASON_REFERENCE};
    snprintf(verdict.detail, sizeof verdict.detail, "%s: unknown: %.80s", what, id);
    return verdict;
}

/* The id of a transfer means nothing without the place that people leave. */
static struct hv_verdict no_origin(void) {
    return (struct hv_verdict){.reason = HV_REASON_RANGE,
                               .detail =
                                   "movement.shelter: missing: which shelter did they leave?"};
}

static struct hv_verdict check_movement(struct core *core, const struct hv_movement *movement) {
    const struct core_catalogue *catalogue = &core->catalogue;
    if (movement->kind == HV_MOVEMENT_TRANSFER_IN && *movement->shelter == '\0')
        return no_origin();
    if (*movement->zone != '\0' && catalogue->zone != NULL &&
        !catalogue->zone(catalogue->context, movement->zone))
        return unknown("movement.zone", movement->zone);
    if (*movement->shelter != '\0' && catalogue->place != NULL &&
        !core_knows_place(core, movement->shelter, NULL))
        return unknown("movement.shelter", movement->shelter);
    return (struct hv_verdict){0};
}

static struct hv_verdict check_lines(struct core *core, const struct hv_stock_line *lines,
                                     size_t count) {
    const struct core_catalogue *catalogue = &core->catalogue;
    for (size_t i = 0; catalogue->item != NULL && i < count; i++) {
        if (!catalogue->item(catalogue->context, lines[i].item))
            return unknown("lines.item", lines[i].item);
    }
    return (struct hv_verdict){0};
}

static struct hv_verdict check_goods(struct core *core, const struct hv_stock_movement *movement) {
    struct hv_verdict verdict = check_lines(core, movement->lines, movement->line_count);
    return verdict.reason != HV_REASON_UNKNOWN
               ? verdict
               : check_lines(core, movement->into, movement->into_count);
}

struct hv_verdict core_check_references(struct core *core, const struct hv_report *report) {
    switch (report->kind) {
    case HV_REPORT_MOVEMENT:
        return check_movement(core, &report->movement);
    case HV_REPORT_STOCK_COUNT:
        return check_lines(core, report->stock_count.lines, report->stock_count.line_count);
    case HV_REPORT_STOCK_MOVEMENT:
        return check_goods(core, &report->stock_movement);
    case HV_REPORT_REQUEST:
        return check_lines(core, report->request.lines, report->request.line_count);
    case HV_REPORT_SNAPSHOT:
        return check_lines(core, report->snapshot.stock, report->snapshot.stock_count);
    default:
        return (struct hv_verdict){0};
    }
}
