/* What each thing owns, given back. */
#include "coordinator/state/state_fold.h"

#include <stdlib.h>

static void free_place(struct state_place *value) {
    free(value->people.movements);
    free(value->status_reason);
    free(value->capacity);
    free(value->stock.lines);
    free(value->stock.movements);
    book_free(&value->book);
}

static void free_request(struct state_request *value) {
    free(value->verdict_reason);
    free(value->lines);
    free(value->body.bytes);
}

static void free_waybill(struct state_waybill *value) {
    free(value->closed_reason);
    free(value->vehicle);
    book_free(&value->book);
    free(value->ordered);
    free(value->picks);
    free(value->lines);
    free(value->shares);
}

static void free_general(struct state_general *value) {
    free(value->name);
    free(value->region_name);
    free(value->region_version);
    free(value->profile_name);
    free(value->profile_version);
}

static void free_order(struct state_order *value) {
    for (uint32_t i = 0; value->steps != NULL && i < value->step_count; i++)
        free(value->steps[i].reason);
    free(value->steps);
    free(value->addressee);
    free(value->waybill);
    free(value->escalated_to);
    free(value->body.bytes);
}

void fold_free_thing(struct state_entity *entity) {
    void *thing = entity;
    switch (entity->kind) {
    case STATE_GENERAL:
        free_general(thing);
        break;
    case STATE_PLACE:
        free_place(thing);
        break;
    case STATE_NODE:
        fold_drop_staging(thing);
        fold_drop_refusals(thing);
        break;
    case STATE_ZONE:
        fold_way_forget(thing);
        break;
    case STATE_TRANSFER:
        free(((struct state_transfer *)thing)->name);
        break;
    case STATE_REQUEST:
        free_request(thing);
        break;
    case STATE_WAYBILL:
        free_waybill(thing);
        break;
    case STATE_ORDER:
        free_order(thing);
        break;
    case STATE_PLAN:
        free(((struct state_plan *)thing)->author);
        fold_drop_body(&((struct state_plan *)thing)->body);
        break;
    case STATE_INCIDENT:
        free(((struct state_incident *)thing)->name);
        free(((struct state_incident *)thing)->hazard);
        break;
    case STATE_ROAD:
        free(((struct state_road *)thing)->reason);
        break;
    case STATE_HAZARD:
        fold_drop_body(&((struct state_hazard *)thing)->body);
        break;
    case STATE_ALERT:
        fold_drop_body(&((struct state_alert *)thing)->body);
        break;
    case STATE_NOTE:
        fold_drop_body(&((struct state_note *)thing)->body);
        break;
    case STATE_OWNER:
        free(((struct state_owner *)thing)->owner);
        free(((struct state_owner *)thing)->note);
        break;
    case STATE_DIRECTIVE:
        fold_drop_body(&((struct state_directive *)thing)->body);
        break;
    default:
        break;
    }
}
